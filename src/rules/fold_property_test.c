// SPDX-License-Identifier: Apache-2.0
/* Folds against the plainest way to compute them: look at every event of the history again. Random
 * histories, told in any order, some of it twice, split over several states, which go through bytes
 * and back in between.
 */
#include "base/money.h"
#include "base/rng.h"
#include "base/test_rows.h"
#include "base/time.h"
#include "rules/rules_rig.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 24, STATES = 3, TEXT = 4096 };

/* ---- Histories ------------------------------------------------------------------------------- */

static const struct Given {
    const char *json, *spelt; /* NULL: no value */
    int64_t micros;
    bool number; /* a number, or a text that is one */
} given[] = {
    {"5", "5", 5000000, true},
    {"5.0", "5", 5000000, true},
    {"\"5\"", "\"5\"", 5000000, true},
    {"-2.5e0", "-2.5", -2500000, true},
    {"0.0000015", "0.0000015", 2, true},
    {"\"+0.0000005\"", "\"+0.0000005\"", 0, true},
    {"9223372036854.775807", "9223372036854.775807", INT64_MAX, true},
    {"1e30", "1e30", 0, false},
    {"\"red\"", "\"red\"", 0, false},
    {"\"r\\u0065d\"", "\"red\"", 0, false},
    {"true", "true", 0, false},
    {"null", NULL, 0, false},
    {"{\"v\":1}", NULL, 0, false},
};

typedef struct Event {
    int64_t ms;
    uint64_t position;
    const struct Given *value;
    const char *currency; /* as the result names it */
    char raw[100];
    bool matches;
} Event;

typedef struct History {
    Event events[EVENTS]; /* by position */
    size_t count;
} History;

static void make_history(PtRng *rng, int64_t from_ms, int64_t span_ms, History *h)
{
    static const char *const currencies[][2] = {
        {"\"eur\"", "EUR"}, {"\"USD\"", "USD"}, {"7", "XXX"}};
    const int64_t step_ms = 1 + span_ms / 12; // so that timestamps meet
    h->count = pt_rng_below(rng, EVENTS + 1);
    uint64_t position = pt_rng_below(rng, 3);
    for (size_t i = 0; i < h->count; i++) {
        Event *e = &h->events[i];
        const size_t currency = pt_rng_below(rng, PT_COUNT(currencies));
        e->ms = from_ms + (int64_t)pt_rng_below(rng, 12) * step_ms;
        e->position = position;
        e->value = &given[pt_rng_below(rng, PT_COUNT(given))];
        e->currency = currencies[currency][1];
        e->matches = pt_rng_below(rng, 8) != 0;
        (void)snprintf(e->raw, sizeof e->raw,
                       "{\"properties\":{\"v\":%s,\"currency\":%s,\"ok\":%s}}", e->value->json,
                       currencies[currency][0], e->matches ? "true" : "false");
        position += 1 + pt_rng_below(rng, 3);
    }
}

/* ---- Windows, the plain way ------------------------------------------------------------------ */

typedef struct Window {
    const char *json; /* "": ever */
    int64_t last_ms;
    char period; /* 'd', 'w', 'm': of Berlin's calendar */
    int back;
} Window;

static const Window windows[] = {
    {"", 0, 0, 0},
    {",\"window\":{\"last\":{\"seconds\":40}}", 40000, 0, 0},
    {",\"window\":{\"last\":{\"days\":3,\"hours\":2}}", 266400000, 0, 0},
    {",\"window\":{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\"}", 0, 'd', 0},
    {",\"window\":{\"calendar\":\"day\",\"zone\":\"Europe/Berlin\",\"back\":2}", 0, 'd', 2},
    {",\"window\":{\"calendar\":\"week\",\"zone\":\"Europe/Berlin\",\"back\":1}", 0, 'w', 1},
    {",\"window\":{\"calendar\":\"month\",\"zone\":\"Europe/Berlin\"}", 0, 'm', 0},
};

static PtZone *berlin;

/* Of what the wall clock reads. */
static int64_t period_number(char period, int64_t ms)
{
    const PtCivil c = pt_zone_civil(berlin, ms);
    const int64_t days = pt_civil_days(c.year, c.month, c.day);
    return period == 'd'   ? days
           : period == 'w' ? (days - (int64_t)pt_civil_weekday(c.year, c.month, c.day)) / 7
                           : c.year * 12 + c.month;
}

static bool is_inside(const Window *w, int64_t ms, int64_t now_ms)
{
    if (w->last_ms > 0) {
        return ms > now_ms - w->last_ms && ms <= now_ms;
    }
    return w->period == 0 ||
           period_number(w->period, ms) == period_number(w->period, now_ms) - w->back;
}

/* ---- Folds, the plain way -------------------------------------------------------------------- */

typedef struct Plain {
    const Event *seen[EVENTS]; /* that count, by (ms, position) */
    size_t count;
} Plain;

static bool counts(RuleFoldKind kind, const Event *e)
{
    switch (kind) {
    case RULE_COUNT:
    case RULE_EXISTS:
        return e->matches;
    case RULE_SUM:
    case RULE_AVERAGE:
    case RULE_LEAST:
    case RULE_MOST:
        return e->matches && e->value->number;
    default:
        return e->matches && e->value->spelt != NULL;
    }
}

static void look(const History *h, RuleFoldKind kind, const Window *w, int64_t now_ms, Plain *p)
{
    p->count = 0;
    for (size_t i = 0; i < h->count; i++) {
        const Event *e = &h->events[i];
        size_t at = p->count;
        if (!counts(kind, e) || !is_inside(w, e->ms, now_ms)) {
            continue;
        }
        for (; at > 0 && p->seen[at - 1]->ms > e->ms; at--) {
            p->seen[at] = p->seen[at - 1];
        }
        p->seen[at] = e;
        p->count++;
    }
}

__extension__ typedef __int128 Wide;

/* Micros of a sum that may be over the range of money: in units and millionths. */
static int put_sum(char *out, const Plain *p, const char *currency, bool average)
{
    Wide sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        sum += currency == NULL || strcmp(p->seen[i]->currency, currency) == 0
                   ? p->seen[i]->value->micros
                   : 0;
    }
    if (average) {
        const Wide n = (Wide)p->count;
        Wide floor = sum / n - (sum % n < 0);
        const Wide twice = 2 * (sum - floor * n);
        floor += twice > n || (twice == n && floor % 2 != 0);
        sum = floor;
    }
    const bool negative = sum < 0;
    sum = negative ? -sum : sum;
    const unsigned long long units = (unsigned long long)(sum / 1000000);
    char places[8];
    size_t len = (size_t)snprintf(places, sizeof places, ".%06u", (unsigned)(sum % 1000000));
    while (len > 0 && places[len - 1] == '0') {
        places[--len] = 0;
    }
    places[len == 1 ? 0 : len] = 0; // the point alone
    return snprintf(out, TEXT, "%s%llu%s", negative ? "-" : "", units, places);
}

static void put_sums(char *out, const Plain *p)
{
    static const char *const codes[] = {"EUR", "USD", "XXX"};
    size_t len = 0;
    for (size_t c = 0; c < PT_COUNT(codes); c++) {
        bool any = false;
        for (size_t i = 0; i < p->count; i++) {
            any = any || strcmp(p->seen[i]->currency, codes[c]) == 0;
        }
        if (any) {
            len += (size_t)sprintf(out + len, "%s\"%s\":", len == 0 ? "{" : ",", codes[c]);
            len += (size_t)put_sum(out + len, p, codes[c], false);
        }
    }
    (void)sprintf(out + len, "}");
}

static size_t times(const Plain *p, const char *spelt)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) {
        n += strcmp(p->seen[i]->value->spelt, spelt) == 0;
    }
    return n;
}

static const char *most_frequent(const Plain *p)
{
    const char *best = NULL;
    for (size_t i = p->count; i-- > 0;) { // the one said last is met first
        const char *spelt = p->seen[i]->value->spelt;
        best = best == NULL || times(p, spelt) > times(p, best) ? spelt : best;
    }
    return best;
}

static size_t distinct(const Plain *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) {
        bool before = false;
        for (size_t k = 0; k < i; k++) {
            before = before || strcmp(p->seen[k]->value->spelt, p->seen[i]->value->spelt) == 0;
        }
        n += !before;
    }
    return n;
}

static void put_extreme(char *out, const Plain *p, bool least)
{
    int64_t best = p->seen[0]->value->micros;
    char text[PT_MONEY_TEXT];
    for (size_t i = 1; i < p->count; i++) {
        const int64_t micros = p->seen[i]->value->micros;
        best = least == (micros < best) ? micros : best;
    }
    (void)pt_money_format(best, text);
    (void)strcpy(out, text);
}

static void put_plain(char *out, const Plain *p, RuleFoldKind kind, bool currency)
{
    (void)strcpy(out, "null");
    if (kind == RULE_COUNT || kind == RULE_DISTINCT) {
        (void)sprintf(out, "%zu", kind == RULE_COUNT ? p->count : distinct(p));
    } else if (kind == RULE_EXISTS) {
        (void)strcpy(out, p->count > 0 ? "true" : "false");
    } else if (p->count == 0) {
        return;
    } else if (kind == RULE_SUM && currency) {
        put_sums(out, p);
    } else if (kind == RULE_SUM || kind == RULE_AVERAGE) {
        (void)put_sum(out, p, NULL, kind == RULE_AVERAGE);
    } else if (kind == RULE_LEAST || kind == RULE_MOST) {
        put_extreme(out, p, kind == RULE_LEAST);
    } else {
        (void)strcpy(out, kind == RULE_FIRST  ? p->seen[0]->value->spelt
                          : kind == RULE_LAST ? p->seen[p->count - 1]->value->spelt
                                              : most_frequent(p));
    }
}

/* ---- A round --------------------------------------------------------------------------------- */

static const char *const kinds[RULE_FOLD_KINDS] = {"count",    "sum",   "average", "least",
                                                   "most",     "first", "last",    "most_frequent",
                                                   "distinct", "exists"};

static RuleFold *make_fold(RulesRig *rig, RuleFoldKind kind, bool currency, const Window *w)
{
    char json[400];
    const bool plain = kind == RULE_COUNT || kind == RULE_EXISTS;
    (void)snprintf(
        json, sizeof json,
        "{\"fold\":\"%s\",\"events\":[\"Viewed Product\"],\"where\":{\"property\":\"ok\","
        "\"is\":\"true\"}%s%s%s}",
        kinds[kind], plain ? "" : ",\"property\":\"v\"", currency ? ",\"currency\":true" : "",
        w->json);
    return rules_rig_fold(rig, json);
}

static void through_bytes(const RuleFold *f, RuleState **state)
{
    PtBuf bytes, again;
    PtError err = {0};
    RuleState *back = NULL;
    pt_buf_init(&bytes, 2 * RULE_FOLD_BYTES);
    pt_buf_init(&again, 2 * RULE_FOLD_BYTES);
    rule_state_write(*state, &bytes);
    if (rule_state_read(f, pt_buf_str(&bytes), &back, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    rule_state_write(back, &again);
    assert_true(pt_str_eq(pt_buf_str(&bytes), pt_buf_str(&again)));
    pt_buf_done(&bytes);
    pt_buf_done(&again);
    rule_state_free(*state);
    *state = back;
}

static void tell(RulesRig *rig, const RuleFold *f, RuleState *s, const Event *e, int64_t now_ms)
{
    const EventView view = rules_rig_event("Product Viewed", e->raw, e->ms);
    const PtValue *values = rules_rig_load(rig, &view);
    assert_int_equal(rule_fold_matches(f, values), e->matches);
    if (e->matches) {
        assert_int_equal(rule_state_add(s, e->position, e->ms, values, now_ms, NULL), PT_OK);
    }
}

typedef struct Round {
    PtRng *rng;
    RulesRig *rig;
    RuleFoldKind kind;
    bool currency;
    const Window *window;
    RuleFold *fold;
    History history;
    RuleState *states[STATES];
} Round;

static bool is_ever(const Window *w)
{
    return w->last_ms == 0 && w->period == 0;
}

/* Every event goes to one of the states, some twice; in the order of positions where the fold has
 * no window. */
static void tell_all(Round *r, int64_t now_ms)
{
    size_t order[2 * EVENTS], count = 0, home[EVENTS];
    for (size_t i = 0; i < r->history.count; i++) {
        home[i] = pt_rng_below(r->rng, STATES);
        order[count++] = i;
        if (pt_rng_below(r->rng, 3) == 0) {
            order[count++] = pt_rng_below(r->rng, i + 1);
        }
    }
    for (size_t i = count; !is_ever(r->window) && i > 1; i--) {
        const size_t other = pt_rng_below(r->rng, i), kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
    for (size_t i = 0; i < count; i++) {
        RuleState **state = &r->states[home[order[i]]];
        tell(r->rig, r->fold, *state, &r->history.events[order[i]], now_ms);
        if (pt_rng_below(r->rng, 6) == 0) {
            through_bytes(r->fold, state);
        }
    }
}

static bool same_events(const Plain *a, const Plain *b)
{
    return a->count == b->count && memcmp(a->seen, b->seen, a->count * sizeof *a->seen) == 0;
}

static void check_changes(const Round *r, int64_t now_ms, int64_t at_ms)
{
    Plain now, then;
    const int64_t far_ms = now_ms + 400LL * 86400000;
    look(&r->history, r->kind, r->window, now_ms, &now);
    assert_true(at_ms > now_ms && (!is_ever(r->window) || at_ms == INT64_MAX));
    const int64_t until_ms = at_ms < far_ms ? at_ms : far_ms;
    for (int i = 0; i < 4; i++) {
        const int64_t between_ms =
            i == 0 ? until_ms - 1
                   : now_ms + (int64_t)pt_rng_below(r->rng, (uint64_t)(until_ms - now_ms));
        look(&r->history, r->kind, r->window, between_ms, &then);
        assert_true(same_events(&now, &then));
    }
    if (at_ms != INT64_MAX) {
        look(&r->history, r->kind, r->window, at_ms, &then);
        assert_false(same_events(&now, &then));
    }
}

static void check_result(const Round *r, int64_t now_ms)
{
    const size_t turn = pt_rng_below(r->rng, STATES);
    const RuleState *turned[STATES + 1] = {NULL};
    char want[TEXT];
    Plain p;
    RuleResult result;
    for (size_t i = 0; i < STATES; i++) {
        turned[i] = r->states[(i + turn) % STATES];
    }
    look(&r->history, r->kind, r->window, now_ms, &p);
    put_plain(want, &p, r->kind, r->currency);
    assert_int_equal(rule_result(r->fold, turned, STATES + 1, now_ms, r->rig->arena, &result, NULL),
                     PT_OK);
    assert_string_equal(result.json.data, want);
    assert_int_equal(result.events, p.count);
    assert_int_equal(result.known, strcmp(want, "null") != 0);
    assert_false(result.cut);
    check_changes(r, now_ms, result.changes_ms);
}

static void play(Round *r)
{
    // around the night in which Berlin's clocks are set back, and a short history
    const bool brief = r->window->last_ms == 40000;
    const int64_t from_ms = brief ? 1000 : 1792706400000 - 86400000;
    const int64_t span_ms = brief ? 120000 : 6LL * 86400000;
    r->fold = make_fold(r->rig, r->kind, r->currency, r->window);
    make_history(r->rng, from_ms, span_ms, &r->history);
    for (size_t i = 0; i < STATES; i++) {
        assert_int_equal(rule_state_new(r->fold, &r->states[i], NULL), PT_OK);
    }
    int64_t now_ms = from_ms + (int64_t)pt_rng_below(r->rng, (uint64_t)span_ms);
    tell_all(r, now_ms);
    for (int i = 0; i < 3; i++) {
        check_result(r, now_ms);
        now_ms += (int64_t)pt_rng_below(r->rng, (uint64_t)span_ms / 2);
    }
    for (size_t i = 0; i < STATES; i++) {
        rule_state_free(r->states[i]);
    }
    rule_fold_free(r->fold);
    pt_arena_clear(r->rig->arena);
}

static void folds_at_random(void **state)
{
    static RulesRig rig;
    PtRng rng;
    (void)state;
    assert_int_equal(pt_zone_load("Europe/Berlin", NULL, &berlin, NULL), PT_OK);
    pt_rng_init(&rng, 5);
    rules_rig_init(&rig);
    for (int i = 0; i < 60 * RULE_FOLD_KINDS; i++) {
        for (size_t w = 0; w < PT_COUNT(windows); w++) {
            const RuleFoldKind kind = (RuleFoldKind)(i % RULE_FOLD_KINDS);
            const bool currency = kind == RULE_SUM && i / RULE_FOLD_KINDS % 2 == 0;
            Round round = {.rng = &rng,
                           .rig = &rig,
                           .kind = kind,
                           .currency = currency,
                           .window = &windows[w]};
            play(&round);
        }
    }
    rules_rig_done(&rig);
    pt_zone_free(berlin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(folds_at_random)};
    return cmocka_run_group_tests_name("rules/fold_property", tests, NULL, NULL);
}
