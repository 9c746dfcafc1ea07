// SPDX-License-Identifier: Apache-2.0
/* What the desk's people look at while they work: the post, what is offered to them, and what
 * became of Black Friday. */
#include "desk_internal.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "scenario.h"
#include "sender.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OFFERS_EVERY_MS = 2000, /* of the machine's time */
    ACCEPT_PCT = 80,
    REJECT_PCT = 12, /* else they do not notice */
    TOLD_MAX = 20000,
    PAGE = 500,
};

bool desk_each(PtStr list, bool (*each)(void *ctx, PtStr value), void *ctx)
{
    PtJson j;
    PtStr value;
    pt_json_init(&j, list, 32);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return false;
    }
    while (pt_json_skip(&j, &value, NULL, NULL)) {
        if (!each(ctx, value)) {
            return false;
        }
    }
    return true;
}

/* ---- Post -------------------------------------------------------------------------------------
 */

/* The ticket's key stands in the address: help+INC-1001.TOKEN@. */
void desk_read_post(DemoDesk *d)
{
    PostboxMail mail;
    while (postbox_take(d->postbox, &mail)) {
        char key[FLOOR_KEY];
        const char *from = strchr(mail.reply_to, '+');
        const size_t len = from != NULL ? strcspn(from + 1, ".@") : 0;
        if (len > 0 && len < sizeof key) {
            (void)snprintf(key, sizeof key, "%.*s", (int)len, from + 1);
            floor_mailed(d->floor, key, mail.reply_to, mail.id);
        }
    }
}

/* ---- Offers -----------------------------------------------------------------------------------
 */

enum { OFFERS_MAX = 32 };
typedef struct Offers {
    int64_t numbers[OFFERS_MAX];
    size_t count;
} Offers;

static bool keep_offer(void *ctx, PtStr offer)
{
    Offers *all = ctx;
    if (pt_json_to_i64(desk_member(offer, "offer"), &all->numbers[all->count])) {
        all->count++;
    }
    return all->count < OFFERS_MAX;
}

/* The same for the same offer, however often it is looked at. */
static void answer_offers(DemoDesk *d, unsigned agent)
{
    Offers all = {.count = 0};
    if (desk_ask(d, agent, "GET", "/api/v1/routing/me", PT_STR("")) != 200) {
        return;
    }
    (void)desk_each(desk_member(pt_buf_str(&d->people[agent].answer), "offers"), keep_offer, &all);
    for (size_t i = 0; i < all.count; i++) {
        const uint64_t pct = world_hash(WORLD_SEED, (uint64_t)all.numbers[i]) % 100;
        char path[96];
        if (pct < ACCEPT_PCT + REJECT_PCT) {
            (void)snprintf(path, sizeof path, "/api/v1/routing/offers/%lld/%s",
                           (long long)all.numbers[i], pct < ACCEPT_PCT ? "accept" : "reject");
            (void)desk_ask(d, agent, "POST", path, PT_STR("{}")); // it may stand no longer
        }
    }
}

typedef struct Asked {
    DemoDesk *d;
    bool asked[FLOOR_AGENTS];
} Asked;

static bool see_agent(void *ctx, PtStr row)
{
    Asked *a = ctx;
    int64_t offers = 0;
    const PtStr account = desk_text(row, "account");
    const bool any = pt_json_to_i64(desk_member(row, "offers"), &offers) && offers > 0;
    for (unsigned i = 0; any && i < FLOOR_AGENTS; i++) {
        a->asked[i] = a->asked[i] || pt_str_eq(account, pt_str(a->d->accounts[i]));
    }
    return true;
}

void desk_answer_offers(DemoDesk *d)
{
    const int64_t now_ms = sender_clock_ms(true);
    Asked a = {.d = d};
    if (now_ms - d->offered_ms < OFFERS_EVERY_MS) {
        return;
    }
    d->offered_ms = now_ms;
    if (desk_ask(d, DESK_ADMIN, "GET", "/api/v1/routing/board", PT_STR("")) != 200) {
        return; // the next time
    }
    (void)desk_each(desk_member(pt_buf_str(&d->people[DESK_ADMIN].answer), "agents"), see_agent,
                    &a);
    for (unsigned i = 0; i < FLOOR_AGENTS; i++) {
        if (a.asked[i]) {
            answer_offers(d, i);
        }
    }
}

/* ---- Black Friday -----------------------------------------------------------------------------
 */

typedef struct Told {
    DemoDesk *d;
    int64_t since_ms;
    bool over; /* the tickets from here on are older */
    char (*keys)[FLOOR_KEY];
    uint32_t count, breached, open;
    int64_t *waits_s;
    uint32_t wait_count;
} Told;

static bool keep_ticket(void *ctx, PtStr ticket)
{
    Told *t = ctx;
    int64_t opened_ms = 0;
    const PtStr type = desk_text(ticket, "type"), state = desk_text(ticket, "state");
    t->over = !pt_time_parse(desk_text(ticket, "opened_at"), &opened_ms) ||
              opened_ms < t->since_ms || t->count == TOLD_MAX;
    if (t->over) {
        return false;
    }
    if (pt_str_eq(type, PT_STR("incident")) || pt_str_eq(type, PT_STR("service_request"))) {
        const PtStr key = desk_text(ticket, "key");
        (void)snprintf(t->keys[t->count++], FLOOR_KEY, "%.*s", PT_STR_ARG(key));
        t->open += !pt_str_eq(state, PT_STR("resolved")) && !pt_str_eq(state, PT_STR("closed")) &&
                   !pt_str_eq(state, PT_STR("cancelled"));
    }
    return true;
}

typedef struct First {
    int64_t waited_s;
    bool given;
} First;

/* Decisions come newest first: the last one that counts is the first that was made. */
static bool see_decision(void *ctx, PtStr decision)
{
    First *first = ctx;
    const PtStr state = desk_text(decision, "state");
    if (pt_str_eq(state, PT_STR("assigned")) || pt_str_eq(state, PT_STR("accepted"))) {
        first->given =
            pt_json_to_i64(desk_member(desk_member(decision, "why"), "waited_s"), &first->waited_s);
    }
    return true;
}

static bool see_clock(void *ctx, PtStr clock)
{
    bool *late = ctx;
    *late = *late || pt_str_eq(desk_text(clock, "state"), PT_STR("breached"));
    return true;
}

static void see_routing(Told *t, uint32_t i)
{
    char path[96];
    First first = {0};
    (void)snprintf(path, sizeof path, "/api/v1/tickets/%s/routing", t->keys[i]);
    if (desk_ask(t->d, DESK_ADMIN, "GET", path, PT_STR("")) == 200) {
        (void)desk_each(desk_member(pt_buf_str(&t->d->people[DESK_ADMIN].answer), "data"),
                        see_decision, &first);
    }
    if (first.given) {
        t->waits_s[t->wait_count++] = first.waited_s;
    }
}

static void see_clocks(Told *t, uint32_t i)
{
    char path[96];
    bool late = false;
    (void)snprintf(path, sizeof path, "/api/v1/tickets/%s/clocks", t->keys[i]);
    if (desk_ask(t->d, DESK_ADMIN, "GET", path, PT_STR("")) == 200) {
        (void)desk_each(desk_member(pt_buf_str(&t->d->people[DESK_ADMIN].answer), "clocks"),
                        see_clock, &late);
    }
    t->breached += late;
}

static int by_wait(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool see_tickets(Told *t)
{
    DemoDesk *d = t->d;
    char path[512] = "";
    PtStr cursor = PT_STR("");
    while (!t->over) {
        (void)snprintf(path, sizeof path, "/api/v1/tickets?sort=number&limit=%d%s%.*s", PAGE,
                       cursor.len > 0 ? "&cursor=" : "", PT_STR_ARG(cursor));
        if (desk_ask(d, DESK_ADMIN, "GET", path, PT_STR("")) != 200) {
            return false;
        }
        const PtStr answer = pt_buf_str(&d->people[DESK_ADMIN].answer);
        (void)desk_each(desk_member(answer, "data"), keep_ticket, t);
        cursor = desk_text(answer, "next_cursor");
        t->over = t->over || cursor.len == 0;
    }
    for (uint32_t i = 0; i < t->count; i++) {
        see_routing(t, i);
        see_clocks(t, i);
    }
    qsort(t->waits_s, t->wait_count, sizeof *t->waits_s, by_wait);
    return true;
}

static void tell_rush(DemoDesk *d, int64_t until_ms)
{
    Told t = {.d = d,
              .since_ms = d->rush.since_ms,
              .keys = calloc(TOLD_MAX, sizeof *t.keys),
              .waits_s = calloc(TOLD_MAX, sizeof *t.waits_s)};
    char text[SCENARIO_STORY], from[PT_TIME_TEXT], to[PT_TIME_TEXT];
    if (t.keys != NULL && t.waits_s != NULL && see_tickets(&t)) {
        const uint32_t n = t.wait_count;
        (void)pt_time_format(d->rush.since_ms, from);
        (void)pt_time_format(until_ms, to);
        (void)snprintf(
            text, sizeof text,
            "Black Friday, %.16s to %.16s UTC: %u reports became %u tickets, %u joined one that "
            "was open. Routing gave %u of them to somebody, %u once a lead had put them into a "
            "queue; half within %lld s, 90 %% within %lld s, the last after %lld s. %u broke a "
            "promise, %u are still open.",
            from, to, d->reports - d->rush.reports, t.count, d->joined - d->rush.joined, n,
            d->sorted - d->rush.sorted, n > 0 ? (long long)t.waits_s[n / 2] : 0,
            n > 0 ? (long long)t.waits_s[(size_t)n * 9 / 10] : 0,
            n > 0 ? (long long)t.waits_s[n - 1] : 0, t.breached, t.open);
        scenario_tell(text);
        (void)printf("%s\n", text);
        (void)fflush(stdout);
    }
    free(t.keys);
    free(t.waits_s);
}

void desk_watch_rush(DemoDesk *d, int64_t now_ms)
{
    const bool rush = scenario_times() > 1;
    if (rush == (d->rush.since_ms != 0)) {
        return;
    }
    if (!desk_all_hands(d, rush)) {
        return; // tried again with the next look
    }
    if (!rush) {
        tell_rush(d, follow_time(d->follow).now_ms);
    }
    d->rush = (DeskRush){.since_ms = rush ? now_ms : 0,
                         .reports = d->reports,
                         .joined = d->joined,
                         .sorted = d->sorted};
}
