// SPDX-License-Identifier: Apache-2.0
#include "desk_internal.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "sender.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_S = 20,
    HISTORY_SPEED = 10000,
    MARGIN_MS = 2 * 3600000, /* what is said late must not lie in the time to come */
    NAP_MS = 50,
    SKIP_MS = 12 * 3600000, /* farther off, the clock was set */
    ADOPT_MAX = 500,
    LOOK_MS = 2 * 3600000,
    DAY_MS = 86400000,
    REPORT_MS = 2000,
};

/* ---- Asking -----------------------------------------------------------------------------------
 */

static size_t keep(char *bytes, size_t size, size_t count, void *ctx)
{
    pt_buf_add(ctx, bytes, size * count);
    return size * count;
}

static bool person_init(DemoDesk *d, unsigned who)
{
    DeskPerson *p = &d->people[who];
    char login[512];
    p->curl = curl_easy_init();
    pt_buf_init(&p->answer, DESK_ANSWER);
    if (p->curl == NULL) {
        return false;
    }
    if (who == DESK_ADMIN) {
        (void)snprintf(login, sizeof login, "Authorization: Bearer %s", d->c.token);
        p->headers = curl_slist_append(p->headers, login);
        explicit_bzero(login, sizeof login);
        p->signed_in = true;
    }
    curl_easy_setopt(p->curl, CURLOPT_COOKIEFILE, ""); // cookies are kept in memory
    curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, &p->answer);
    curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(p->curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    return true;
}

static long send_as(DemoDesk *d, DeskPerson *p, const char *method, const char *path, PtStr body)
{
    char url[1200];
    long status = 0;
    const bool mail = strncmp(path, "/api/v1/mailboxes/", 18) == 0 && strcmp(method, "POST") == 0;
    const bool csv = strncmp(path, "/api/v1/commerce/files/", 23) == 0;
    struct curl_slist *headers = curl_slist_append(NULL, mail  ? "Content-Type: message/rfc822"
                                                         : csv ? "Content-Type: text/csv"
                                                               : "Content-Type: application/json");
    for (struct curl_slist *h = p->headers; h != NULL; h = h->next) {
        headers = curl_slist_append(headers, h->data);
    }
    (void)snprintf(url, sizeof url, "%s%s", d->c.url, path);
    pt_buf_clear(&p->answer, DESK_ANSWER);
    curl_easy_setopt(p->curl, CURLOPT_URL, url);
    curl_easy_setopt(p->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, headers);
    if (body.len > 0) {
        curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
        curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, body.data);
    } else {
        curl_easy_setopt(p->curl, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(p->curl, CURLOPT_CUSTOMREQUEST, method);
    }
    if (curl_easy_perform(p->curl) == CURLE_OK) {
        curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_slist_free_all(headers);
    return status;
}

PtStr desk_member(PtStr object, const char *name)
{
    PtJson j;
    PtStr value = {NULL, 0};
    pt_json_init(&j, object, 32);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return PT_STR("");
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool here = pt_json_raw_eq(j.raw, j.flags, pt_str(name));
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        if (here) {
            return value;
        }
    }
    return PT_STR("");
}

PtStr desk_text(PtStr object, const char *name)
{
    const PtStr value = desk_member(object, name);
    return value.len >= 2 && value.data[0] == '"' ? (PtStr){value.data + 1, value.len - 2}
                                                  : PT_STR("");
}

bool desk_sign_in(DemoDesk *d, unsigned person)
{
    char body[256], header[128];
    if (person == DESK_ADMIN || person >= DESK_PEOPLE) {
        return false;
    }
    DeskPerson *p = &d->people[person];
    curl_slist_free_all(p->headers);
    p->headers = NULL;
    (void)snprintf(body, sizeof body, "{\"email\":\"%s@larkfield.example\",\"password\":\"%s\"}",
                   person < FLOOR_AGENTS ? floor_agents[person].email
                                         : floor_staff[person - FLOOR_STAFF_AT].email,
                   d->password);
    const long status = send_as(d, p, "POST", "/api/v1/session", pt_str(body));
    explicit_bzero(body, sizeof body);
    if (status != 200) {
        return false;
    }
    const PtStr csrf = desk_text(pt_buf_str(&p->answer), "csrf");
    (void)snprintf(header, sizeof header, "X-CSRF-Token: %.*s", PT_STR_ARG(csrf));
    p->headers = curl_slist_append(NULL, header);
    p->signed_in = true;
    return p->headers != NULL;
}

long desk_ask(DemoDesk *d, unsigned person, const char *method, const char *path, PtStr body)
{
    DeskPerson *p = &d->people[person];
    if (!p->signed_in && !desk_sign_in(d, person)) {
        return 401;
    }
    long status = send_as(d, p, method, path, body);
    if (status == 401 && person != DESK_ADMIN && desk_sign_in(d, person)) { // the session had ended
        status = send_as(d, p, method, path, body);
    }
    return status;
}

/* ---- Acting -----------------------------------------------------------------------------------
 */

static void refused(DemoDesk *d, const FloorAct *act, long status)
{
    const PtStr why = pt_buf_str(&d->people[act->agent].answer);
    floor_lost(d->floor, act->ticket);
    if (d->refused++ == 0) {
        (void)fprintf(stderr, "patron-demo: the desk answers %ld to %s: %.300s: %.*s\n", status,
                      act->path, act->body, (int)(why.len < 200 ? why.len : 200),
                      why.len > 0 ? why.data : "");
    }
}

/* Where an answer names the ticket, and whether the report joined another's. */
static void opened(DemoDesk *d, const FloorAct *act, PtStr answer)
{
    char key[FLOOR_KEY];
    PtStr named = desk_text(desk_member(answer, "ticket"), "key");
    bool joined = pt_str_eq(desk_member(answer, "joined"), PT_STR("true"));
    if (act->kind == FLOOR_PORTAL) {
        const PtStr known = desk_member(answer, "known");
        named = desk_text(desk_member(answer, "report"), "ticket");
        joined = known.len > 0 && known.data[0] == '{';
    } else if (act->kind == FLOOR_MAIL) {
        named = desk_text(answer, "ticket");
    }
    (void)snprintf(key, sizeof key, "%.*s", PT_STR_ARG(named));
    d->reports++;
    d->joined += joined;
    d->tickets += !joined && named.len > 0;
    if (named.len == 0) {
        floor_lost(d->floor, act->ticket);
    } else {
        floor_opened(d->floor, act->ticket, key, joined);
    }
}

static void act_once(DemoDesk *d, const FloorAct *act)
{
    static const char *const methods[] = {[FLOOR_REPORT] = "POST", [FLOOR_PORTAL] = "POST",
                                          [FLOOR_MAIL] = "POST",   [FLOOR_CHANGE] = "PATCH",
                                          [FLOOR_SORT] = "PATCH",  [FLOOR_LOOK] = "GET",
                                          [FLOOR_LEARN] = "POST",  [FLOOR_PRESENCE] = "PUT"};
    const long status =
        desk_ask(d, act->agent, methods[act->kind], act->path, (PtStr){act->body, act->len});
    const PtStr answer = pt_buf_str(&d->people[act->agent].answer);
    if (status != 200 && status != 201) {
        if (act->kind != FLOOR_LEARN) { // not every ticket was read by the machine
            refused(d, act, status);
        }
        return;
    }
    d->mails += act->kind == FLOOR_MAIL;
    d->sorted += act->kind == FLOOR_SORT;
    if (act->opens) {
        opened(d, act, answer);
    } else if (act->kind == FLOOR_LOOK || act->kind == FLOOR_CHANGE) {
        const PtStr ticket = desk_member(answer, "ticket"),
                    assignee = desk_text(ticket, "assignee");
        floor_given(d->floor, act->ticket, assignee.data, assignee.len);
        if (assignee.len == 0 && desk_text(ticket, "queue").len == 0) {
            floor_unsorted(d->floor, act->ticket);
        }
    }
}

static bool is_stopping(DemoDesk *d)
{
    return atomic_load(&d->stopping) || (d->c.stopping != NULL && d->c.stopping());
}

static void nap(void)
{
    const struct timespec pause = {.tv_nsec = NAP_MS * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Open tickets that no report of the floor's made are worked on as well: of an earlier start, and
 * the problems and changes that come with an incident. */
static bool adopt(DemoDesk *d, const char *filter)
{
    PtJson j;
    PtStr ticket;
    char path[120], key[FLOOR_KEY];
    (void)snprintf(path, sizeof path, "/api/v1/tickets?state=open&sort=number&limit=%d%s",
                   ADOPT_MAX, filter);
    if (desk_ask(d, DESK_ADMIN, "GET", path, PT_STR("")) != 200) {
        return false;
    }
    pt_json_init(&j, desk_member(pt_buf_str(&d->people[DESK_ADMIN].answer), "data"), 32);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return false;
    }
    while (pt_json_skip(&j, &ticket, NULL, NULL)) {
        const PtStr named = desk_text(ticket, "key");
        (void)snprintf(key, sizeof key, "%.*s", PT_STR_ARG(named));
        floor_adopt(d->floor, key);
    }
    return true;
}

static void look_around(DemoDesk *d, int64_t now_ms)
{
    if (now_ms - d->looked_ms > LOOK_MS || now_ms < d->looked_ms) {
        d->looked_ms = now_ms;
        (void)adopt(d, "&type=problem,change"); // else the next time
    }
}

static void act_until(DemoDesk *d, int64_t now_ms)
{
    look_around(d, now_ms);
    desk_read_post(d);
    while (!is_stopping(d) && floor_next(d->floor, now_ms, &d->act)) {
        act_once(d, &d->act);
    }
    desk_answer_offers(d);
    desk_watch_rush(d, now_ms);
}

/* ---- History ----------------------------------------------------------------------------------
 */

static bool set_clock(DemoDesk *d, double speed, int64_t now_ms)
{
    char text[PT_TIME_TEXT], body[96];
    (void)pt_time_format(now_ms, text);
    (void)snprintf(body, sizeof body, "{\"speed\":%.0f,\"now\":\"%s\"}", speed, text);
    const long status = desk_ask(d, DESK_ADMIN, "PUT", "/api/v1/clock", pt_str(body));
    if (status != 200) {
        (void)fprintf(stderr, "patron-demo: the clock cannot be set (status %ld)\n", status);
    }
    return status == 200;
}

/* The clock runs from its days before to where it was, and the desk with it. */
static bool live_through(DemoDesk *d, int64_t end_ms, double speed)
{
    const int64_t start_ms = end_ms - (int64_t)(d->c.history_days * DAY_MS);
    const int64_t begun_ms = sender_clock_ms(true);
    const int64_t until_ms = end_ms - MARGIN_MS;
    int64_t at_ms = start_ms, told_ms = begun_ms;
    floor_set_time(d->floor, start_ms);
    if (!set_clock(d, HISTORY_SPEED, start_ms)) {
        return false;
    }
    while (at_ms < until_ms && !is_stopping(d)) {
        look_around(d, at_ms);
        desk_read_post(d);
        at_ms = start_ms + (sender_clock_ms(true) - begun_ms) * HISTORY_SPEED;
        if (at_ms < until_ms && floor_next(d->floor, at_ms, &d->act)) {
            act_once(d, &d->act);
        } else {
            nap();
        }
        if (sender_clock_ms(true) - told_ms >= REPORT_MS) {
            told_ms = sender_clock_ms(true);
            (void)printf("the service desk's days before: %.1f to go\n",
                         (double)(end_ms - at_ms) / DAY_MS);
            (void)fflush(stdout);
        }
    }
    const int64_t passed_ms = (int64_t)((double)(sender_clock_ms(true) - begun_ms) * speed);
    return set_clock(d, speed, end_ms + passed_ms);
}

static bool begin(DemoDesk *d)
{
    int64_t now_ms = 0, total = 0;
    double speed = 1;
    const PtBuf *answer = &d->people[DESK_ADMIN].answer;
    if (desk_ask(d, DESK_ADMIN, "GET", "/api/v1/clock", PT_STR("")) != 200 ||
        !follow_parse(answer->data, answer->len, &now_ms, &speed)) {
        (void)fputs("patron-demo: the daemon did not tell its clock\n", stderr);
        return false;
    }
    if (desk_ask(d, DESK_ADMIN, "GET", "/api/v1/tickets?limit=1", PT_STR("")) != 200 ||
        !pt_json_to_i64(desk_member(pt_buf_str(answer), "total"), &total)) {
        (void)fputs("patron-demo: the desk did not tell its tickets\n", stderr);
        return false;
    }
    d->floor = floor_new((uint64_t)now_ms, now_ms);
    if (d->floor == NULL || !desk_register(d)) {
        return false;
    }
    if (total > 0) {
        return desk_ask_first(d) && adopt(d, "");
    }
    return (d->c.history_days <= 0 || live_through(d, now_ms, speed)) && desk_ask_first(d);
}

/* ---- Life -------------------------------------------------------------------------------------
 */

DemoDesk *demo_desk_open(const DemoDeskConfig *config)
{
    DemoDesk *d = calloc(1, sizeof *d);
    uint8_t hash[PT_SHA256];
    bool there = d != NULL;
    if (d == NULL) {
        return NULL;
    }
    d->c = *config;
    pt_sha256(pt_str(config->token), hash);
    pt_hex(hash, 16, d->password);
    explicit_bzero(hash, sizeof hash);
    for (unsigned i = 0; i < DESK_PEOPLE; i++) {
        there = person_init(d, i) && there;
    }
    d->postbox = there ? postbox_open() : NULL;
    if (d->postbox == NULL || !begin(d)) {
        demo_desk_close(d);
        return NULL;
    }
    return d;
}

static void *run(void *arg)
{
    DemoDesk *d = arg;
    while (!is_stopping(d)) {
        const int64_t now_ms = follow_time(d->follow).now_ms;
        const int64_t off_ms = now_ms - floor_time(d->floor);
        if (off_ms > SKIP_MS || off_ms < -SKIP_MS) {
            floor_set_time(d->floor, now_ms);
        }
        act_until(d, now_ms);
        nap();
    }
    return NULL;
}

bool demo_desk_start(DemoDesk *d, Follow *follow)
{
    d->follow = follow;
    d->running = pthread_create(&d->thread, NULL, run, d) == 0;
    if (!d->running) {
        (void)fputs("patron-demo: cannot start a thread\n", stderr);
    }
    return d->running;
}

void demo_desk_close(DemoDesk *d)
{
    if (d == NULL) {
        return;
    }
    atomic_store(&d->stopping, true);
    if (d->running) {
        (void)pthread_join(d->thread, NULL);
    }
    for (unsigned i = 0; i < DESK_PEOPLE; i++) {
        curl_slist_free_all(d->people[i].headers);
        curl_easy_cleanup(d->people[i].curl);
        pt_buf_done(&d->people[i].answer);
    }
    (void)printf("the service desk: %u reports, %u tickets, %u joined, %u mails\n", d->reports,
                 d->tickets, d->joined, d->mails);
    if (d->refused > 0) {
        (void)fprintf(stderr, "patron-demo: the desk refused %u acts\n", d->refused);
    }
    floor_free(d->floor);
    postbox_close(d->postbox);
    explicit_bzero(d->password, sizeof d->password);
    free(d);
}
