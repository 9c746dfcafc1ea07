// SPDX-License-Identifier: Apache-2.0
/* How smoothly people stay at a step or a stage: counted, and now compared with then. */
#include "behaviour/query_walk.h"

#include <stdlib.h>

enum {
    PERMILLE = 900,   /* of the times */
    LEAST_TIMES = 30, /* for ranks between which a percentile lies */
    FIRST_TIMES = 64
};

const char *const query_stay_names[QUERY_MEASURES] = {
    [QUERY_DROP_OFF] = "drop_off",    [QUERY_BACK_STEPS] = "back_steps",
    [QUERY_REPEATED] = "repeats",     [QUERY_FAILED] = "errors",
    [QUERY_EMPTY] = "empty_searches", [QUERY_HAND_OVER] = "hand_over",
    [QUERY_STEP_TIME] = "step_time",
};
const char *const query_channel_names[QUERY_CHANNELS + 1] = {NULL, "web", "app", "store",
                                                             "service"};

/* ---- Tallies --------------------------------------------------------------------------------- */

static PtStatus times_room(QueryTally *t, size_t more, QueryWalk *w, PtError *err)
{
    const size_t count = (size_t)t->n[QUERY_STEP_TIME] + more;
    if (count <= t->time_cap) {
        return PT_OK;
    }
    size_t cap = t->time_cap > 0 ? 2 * t->time_cap : FIRST_TIMES;
    cap = cap < count ? count : cap;
    PtStatus st = query_walk_charge(w, (cap - t->time_cap) * sizeof *t->times, err);
    int64_t *times = st == PT_OK ? realloc(t->times, cap * sizeof *times) : NULL;
    if (times == NULL) {
        return st != PT_OK ? st : query_no_memory(err);
    }
    t->times = times;
    t->time_cap = cap;
    return PT_OK;
}

PtStatus query_tally_add(QueryTally *t, const QueryStay *stay, QueryWalk *w, PtError *err)
{
    const bool timed = (stay->asked & QUERY_BIT(QUERY_STEP_TIME)) != 0;
    PtStatus st = timed ? times_room(t, 1, w, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    if (timed) {
        t->times[t->n[QUERY_STEP_TIME]] = stay->time_ms;
    }
    t->people++;
    for (unsigned i = 0; i < QUERY_MEASURES; i++) {
        t->n[i] += stay->asked >> i & 1;
        t->count[i] += (stay->asked & stay->holds) >> i & 1;
    }
    return PT_OK;
}

PtStatus query_tally_merge(QueryTally *into, const QueryTally *from, QueryWalk *w, PtError *err)
{
    const size_t times = (size_t)from->n[QUERY_STEP_TIME];
    PtStatus st = times > 0 ? times_room(into, times, w, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    if (times > 0) {
        memcpy(into->times + into->n[QUERY_STEP_TIME], from->times, times * sizeof *from->times);
    }
    into->people += from->people;
    for (unsigned i = 0; i < QUERY_MEASURES; i++) {
        into->n[i] += from->n[i];
        into->count[i] += from->count[i];
    }
    return PT_OK;
}

void query_tally_done(QueryTally *t)
{
    free(t->times);
    *t = (QueryTally){.people = 0};
}

int64_t query_tally_time(QueryTally *t)
{
    const size_t n = (size_t)t->n[QUERY_STEP_TIME];
    return n == 0 ? 0 : statistics_at_rank(t->times, n, statistics_ranks(n, PERMILLE).value);
}

bool query_stay_fits(const QueryStay *stay, const QueryCell *cell, int64_t time_ms)
{
    if (!stay->came || !cell->has_measure) {
        return stay->came;
    }
    return cell->measure == QUERY_STEP_TIME
               ? (stay->asked & QUERY_BIT(QUERY_STEP_TIME)) != 0 && stay->time_ms >= time_ms
               : (stay->asked & stay->holds & QUERY_BIT(cell->measure)) != 0;
}

/* ---- Now and then ---------------------------------------------------------------------------- */

typedef struct Compared {
    bool known_now, known_then, known; /* known: the interval */
    double now, then;
    StatInterval difference;
} Compared;

static Compared compare_shares(const QueryTally *now, const QueryTally *then, unsigned measure)
{
    const StatShare a = {now->count[measure], now->n[measure]};
    const StatShare b = {then->count[measure], then->n[measure]};
    Compared c = {.known_now = a.n > 0, .known_then = b.n > 0};
    c.now = c.known_now ? (double)a.count / (double)a.n : 0;
    c.then = c.known_then ? (double)b.count / (double)b.n : 0;
    c.known = statistics_difference(a, b, &c.difference);
    return c;
}

static double seconds_at(QueryTally *t, size_t rank)
{
    const size_t n = (size_t)t->n[QUERY_STEP_TIME];
    return (double)statistics_at_rank(t->times, n, rank) / 1000;
}

static Compared compare_times(QueryTally *now, QueryTally *then)
{
    const size_t n = (size_t)now->n[QUERY_STEP_TIME], m = (size_t)then->n[QUERY_STEP_TIME];
    Compared c = {.known_now = n > 0, .known_then = m > 0};
    c.now = (double)query_tally_time(now) / 1000;
    c.then = (double)query_tally_time(then) / 1000;
    c.known = n >= LEAST_TIMES && m >= LEAST_TIMES;
    if (c.known) {
        const StatRanks a = statistics_ranks(n, PERMILLE), b = statistics_ranks(m, PERMILLE);
        c.difference =
            (StatInterval){c.now - c.then, seconds_at(now, a.low) - seconds_at(then, b.high),
                           seconds_at(now, a.high) - seconds_at(then, b.low)};
    }
    return c;
}

static void put_count(PtJsonOut *out, const char *name, bool known, uint64_t count)
{
    pt_json_out_key(out, pt_str(name));
    if (known) {
        pt_json_out_u64(out, count);
    } else {
        pt_json_out_null(out);
    }
}

static void write_measure(QueryTally *now, QueryTally *then, unsigned measure, PtJsonOut *out)
{
    const bool share = measure != QUERY_STEP_TIME;
    const Compared c = share ? compare_shares(now, then, measure) : compare_times(now, then);
    pt_json_out_object(out);
    pt_json_put_str(out, "measure", pt_str(query_stay_names[measure]));
    pt_json_put_u64(out, "n", now->n[measure]);
    put_count(out, "count", share, now->count[measure]);
    query_put_number(out, "value", c.known_now, c.now);
    pt_json_put_u64(out, "n_then", then->n[measure]);
    put_count(out, "count_then", share, then->count[measure]);
    query_put_number(out, "value_then", c.known_then, c.then);
    query_put_number(out, "difference", c.known_now && c.known_then, c.now - c.then);
    query_put_number(out, "low", c.known, c.difference.low);
    query_put_number(out, "high", c.known, c.difference.high);
    pt_json_put_bool(out, "worse", c.known && c.difference.low > 0);
    pt_json_put_bool(out, "better", c.known && c.difference.high < 0);
    pt_json_out_object_end(out);
}

void query_tally_write(QueryTally *now, QueryTally *then, unsigned bits, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("measures"));
    pt_json_out_array(out);
    for (unsigned i = 0; i < QUERY_MEASURES; i++) {
        if ((bits >> i & 1) != 0) {
            write_measure(now, then, i, out);
        }
    }
    pt_json_out_array_end(out);
}

/* ---- The baseline, the signs of a row -------------------------------------------------------- */

PtStatus query_stay_baseline(const QueryAsking *a, int64_t *ret_from_ms, int64_t *ret_to_ms,
                             PtError *err)
{
    const Query *q = a->q;
    const int64_t from = a->p->plan.from_ms, to = a->p->plan.to_ms;
    PtError why = {0};
    *ret_from_ms = from - (to - from);
    *ret_to_ms = from;
    if (!q->has_baseline || query_range_span(&q->baseline, q->zone, a->world->now_ms, ret_from_ms,
                                             ret_to_ms, &why) == PT_OK) {
        return PT_OK;
    }
    return why.status != PT_INVALID
               ? pt_fail(err, why.status, "%s", why.message)
               : pt_fail(err, PT_INVALID, "at \"/baseline\": ends before it begins");
}

void query_stay_write_head(int64_t from_ms, int64_t to_ms, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("baseline"));
    pt_json_out_object(out);
    query_put_time(out, "from", from_ms);
    query_put_time(out, "to", to_ms);
    pt_json_out_object_end(out);
    pt_json_put_str(out, "method", PT_STR("newcombe"));
    query_put_number(out, "level", true, STATISTICS_LEVEL);
}

/* The codes of all sets of the query; NULL: all. */
static PtStatus all_codes(const QueryAsking *a, const uint64_t **ret_codes, PtError *err)
{
    uint64_t *codes = pt_arena_alloc(a->arena, COLUMNS_EVENTS_MAX / 64, sizeof *codes);
    if (codes == NULL) {
        return query_no_memory(err);
    }
    *ret_codes = codes;
    for (size_t i = 0; i < a->q->set_count; i++) {
        const uint64_t *of_set = a->p->sets[i].codes;
        if (of_set == NULL) {
            *ret_codes = NULL;
            return PT_OK;
        }
        for (size_t word = 0; word < COLUMNS_EVENTS_MAX / 64; word++) {
            codes[word] |= of_set[word];
        }
    }
    return PT_OK;
}

PtStatus query_signs_open(const QueryAsking *a, QuerySigns *ret_signs, PtError *err)
{
    const Query *q = a->q;
    QuerySigns signs = {.empty = UINT64_C(1) << q->empty,
                        .channel = (unsigned)a->p->plan.set_count};
    const uint64_t *codes = NULL;
    uint32_t set = 0;
    for (size_t i = 0; i < q->error_count; i++) {
        signs.errors |= UINT64_C(1) << q->errors[i];
    }
    PtStatus st = all_codes(a, &codes, err);
    for (size_t i = 0; st == PT_OK && i < QUERY_CHANNELS; i++) {
        st = query_plan_add_set(q, a->p, codes, q->channels[i], &set, err);
    }
    if (st == PT_OK) {
        *ret_signs = signs;
    }
    return st;
}
