// SPDX-License-Identifier: Apache-2.0
/* The four figures: one pass over the facts of what was resolved, into a cell for all, for the
 * period before, for each period and each group. */
#include "insight.sql.h"
#include "insight/rows_internal.h"

#include "base/map.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STOP_EVERY = 1024, TOP_FROM = 4, FIRST_ROOM = 64 };
static const int64_t day_ms = 86400000;

const char *const insight_units[] = {"day", "week", "month", NULL};
const char *const insight_bys[] = {"none",    "queue",    "store", "category",
                                   "channel", "priority", "type",  NULL};

InsightInterval insight_wilson(uint64_t hits, uint64_t n)
{
    static const double z = 1.959963984540054; // 97.5 % of the normal distribution
    if (n == 0) {
        return (InsightInterval){0, 1};
    }
    const double p = (double)hits / (double)n, zz = z * z / (double)n;
    const double middle = (p + zz / 2) / (1 + zz);
    const double half = z / (1 + zz) * sqrt(p * (1 - p) / (double)n + zz / (4 * (double)n));
    return (InsightInterval){fmax(0, middle - half), fmin(1, middle + half)};
}

/* ---- A cell that is being filled --------------------------------------------------------------
 */

typedef struct Tally {
    InsightCell cell;
    int64_t *took; /* of each ticket, for the quantiles */
    size_t count, room;
} Tally;

static bool tally_add(Tally *t, const InsightTicket *ticket, bool invited)
{
    InsightCell *c = &t->cell;
    if (t->count == t->room) {
        const size_t room = t->room == 0 ? FIRST_ROOM : 2 * t->room;
        int64_t *took = realloc(t->took, room * sizeof *took);
        if (took == NULL) {
            return false;
        }
        t->took = took;
        t->room = room;
    }
    t->took[t->count++] = ticket->took_ms;
    c->resolved++;
    c->first += ticket->first;
    c->provisional += ticket->provisional;
    c->reopened += ticket->reopened > 0;
    c->transferred += ticket->transferred > 0;
    c->switched += ticket->switched > 0;
    c->repeated += ticket->repeats > 0;
    c->contacted += ticket->contacts > 1;
    c->sum_ms += ticket->took_ms;
    c->business_sum_ms += ticket->business_ms;
    c->wait_sum_ms += ticket->wait_ms;
    for (int i = 0; i < WORK_CLOCKS; i++) {
        c->met[i] += ticket->verdict.met[i];
        c->breached[i] += ticket->verdict.breached[i];
    }
    c->unjudged += !ticket->judged;
    c->invited += invited;
    if (ticket->score >= 1 && ticket->score <= 5) {
        c->answered++;
        c->satisfied += ticket->score >= TOP_FROM;
        c->scores[ticket->score - 1]++;
    }
    return true;
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The least value that at least `percent` of a hundred are not over. */
static int64_t quantile(const Tally *t, size_t percent)
{
    return t->count == 0 ? 0 : t->took[(t->count * percent + 99) / 100 - 1];
}

static InsightCell tally_end(Tally *t)
{
    if (t->count > 0) {
        qsort(t->took, t->count, sizeof *t->took, by_size);
    }
    t->cell.p50_ms = quantile(t, 50);
    t->cell.p90_ms = quantile(t, 90);
    free(t->took);
    t->took = NULL;
    return t->cell;
}

/* ---- Periods ----------------------------------------------------------------------------------
 */

/* Where the day, week or month that at_ms is in ends. */
static PtStatus next_edge(const PtZone *zone, InsightUnit unit, int64_t at_ms, int64_t *ret_ms,
                          PtError *err)
{
    PtCivil c = pt_zone_civil(zone, at_ms);
    if (unit == INSIGHT_MONTH) {
        c = (PtCivil){
            .year = c.year + (c.month == 12), .month = (uint8_t)(c.month % 12 + 1), .day = 1};
    } else {
        const unsigned ahead =
            unit == INSIGHT_DAY ? 1 : 8 - pt_civil_weekday(c.year, c.month, c.day);
        const int64_t day = pt_civil_days(c.year, c.month, c.day) + ahead;
        const PtCivil then = pt_civil_of_ms(day * day_ms);
        c = (PtCivil){.year = then.year, .month = then.month, .day = then.day};
    }
    return pt_zone_to_utc(zone, &c, false, ret_ms) == PT_OK
               ? PT_OK
               : pt_fail(err, PT_INVALID, "to: over the year 9999");
}

typedef struct Edges {
    int64_t at[INSIGHT_PERIODS_MAX + 1];
    size_t count; /* of periods; at[count] is the end */
} Edges;

static PtStatus find_edges(const Insight *n, const InsightAsk *ask, Edges *edges, PtError *err)
{
    PtZone *zone = NULL;
    PtStatus st = pt_zone_load(ask->zone, n->c.zone_dir, &zone, err);
    if (st != PT_OK) {
        return pt_fail(err, st == PT_NOT_FOUND ? PT_INVALID : st, "zone: none of that name");
    }
    int64_t at = ask->from_ms;
    edges->count = 0;
    while (st == PT_OK && at < ask->to_ms) {
        if (edges->count == INSIGHT_PERIODS_MAX) {
            st = pt_fail(err, PT_TOO_LARGE, "unit: the range has over %d of them",
                         INSIGHT_PERIODS_MAX);
            break;
        }
        edges->at[edges->count++] = at;
        st = next_edge(zone, ask->unit, at, &at, err);
    }
    edges->at[edges->count] = ask->to_ms;
    pt_zone_free(zone);
    return st;
}

static size_t period_of(const Edges *edges, int64_t at_ms)
{
    size_t low = 0, high = edges->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        *(at_ms < edges->at[middle] ? &high : &low) = middle;
    }
    return low;
}

/* ---- Filling ----------------------------------------------------------------------------------
 */

typedef struct Group {
    PtStr value; /* the arena's */
    Tally now, before;
} Group;

typedef struct Filling {
    const Insight *insight;
    const InsightAsk *ask;
    PtArena *arena;
    Edges edges;
    Tally total, before;
    Tally *periods; /* of the edges */
    Group groups[INSIGHT_GROUPS_MAX];
    size_t group_count;
    PtMap *by_value; /* to Group */
} Filling;

static PtStr value_of(const InsightTicket *t, InsightBy by)
{
    static const char *const priorities[] = {"P1", "P2", "P3", "P4", "P5"};
    switch (by) {
    case INSIGHT_QUEUE:
        return t->queue;
    case INSIGHT_STORE:
        return t->store;
    case INSIGHT_CATEGORY:
        return t->category;
    case INSIGHT_CHANNEL:
        return t->channel;
    case INSIGHT_PRIORITY:
        return pt_str(priorities[t->priority - 1]);
    case INSIGHT_TYPE:
        return pt_str(desk_types[t->type]);
    case INSIGHT_NONE:
    case INSIGHT_BYS:
        break;
    }
    return PT_STR("");
}

static PtStatus group_of(Filling *f, PtStr value, Group **ret_group, PtError *err)
{
    Group *group = pt_map_get(f->by_value, value);
    if (group == NULL) {
        if (f->group_count == INSIGHT_GROUPS_MAX) {
            return pt_fail(err, PT_TOO_LARGE, "by: there are over %d groups", INSIGHT_GROUPS_MAX);
        }
        group = &f->groups[f->group_count];
        group->value = pt_arena_str(f->arena, value);
        if (group->value.data == NULL || !pt_map_set(f->by_value, value, group, NULL)) {
            return insight_no_memory(err);
        }
        f->group_count++;
    }
    *ret_group = group;
    return PT_OK;
}

static PtStatus take(Filling *f, const InsightTicket *t, bool invited, PtError *err)
{
    const bool now = t->resolved_ms >= f->ask->from_ms;
    bool room = tally_add(now ? &f->total : &f->before, t, invited);
    if (now && room) {
        room = tally_add(&f->periods[period_of(&f->edges, t->resolved_ms)], t, invited);
    }
    if (f->ask->by != INSIGHT_NONE && room) {
        Group *group = NULL;
        PtStatus st = group_of(f, value_of(t, f->ask->by), &group, err);
        if (st != PT_OK) {
            return st;
        }
        room = tally_add(now ? &group->now : &group->before, t, invited);
    }
    return room ? PT_OK : insight_no_memory(err);
}

static PtStatus fill(Filling *f, PtSqlTx *tx, int64_t from_ms, PtError *err)
{
    const int64_t now_ms = pt_clock_now_ms(f->insight->c.clock);
    bool row = true;
    uint64_t rows = 0;
    PtStatus st = pt_sql_use(tx, SQL_INSIGHT_RESOLVED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, from_ms);
    pt_sql_bind_i64(tx, 2, f->ask->to_ms);
    pt_sql_bind_i64(tx, 3, INSIGHT_WINDOW_DAYS * day_ms);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        bool invited;
        const InsightTicket t = insight_row(f->insight, tx, now_ms, &invited);
        if (++rows % STOP_EVERY == 0 && f->ask->stop != NULL && atomic_load(f->ask->stop)) {
            st = pt_fail(err, PT_UNAVAILABLE, "the question was stopped");
        } else if (insight_fits(f->ask, &t)) {
            st = take(f, &t, invited, err);
        }
    }
    pt_sql_done(tx);
    return st;
}

/* ---- What stands beside them ------------------------------------------------------------------
 */

static PtStatus read_incidents(PtSqlTx *tx, int64_t from_ms, int64_t to_ms, PtArena *arena,
                               InsightIncident **ret_list, size_t *ret_count, PtError *err)
{
    InsightIncident *list = pt_arena_alloc(arena, INSIGHT_INCIDENTS_MAX, sizeof *list);
    size_t count = 0;
    bool row = true;
    if (list == NULL) {
        return insight_no_memory(err);
    }
    PtStatus st = pt_sql_use(tx, SQL_INSIGHT_INCIDENTS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, from_ms);
    pt_sql_bind_i64(tx, 2, to_ms);
    pt_sql_bind_i64(tx, 3, INSIGHT_INCIDENTS_MAX);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        InsightIncident *i = &list[count++];
        *i = (InsightIncident){.number = pt_sql_i64(tx, 0),
                               .priority = (unsigned)pt_sql_i64(tx, 1),
                               .category = pt_arena_str(arena, pt_sql_text(tx, 2)),
                               .store = pt_arena_str(arena, pt_sql_text(tx, 3)),
                               .opened_ms = pt_sql_i64(tx, 4),
                               .resolved_ms = pt_sql_i64(tx, 5)};
        st = i->category.data != NULL && i->store.data != NULL ? PT_OK : insight_no_memory(err);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus insight_incidents(Insight *n, int64_t from_ms, int64_t to_ms, PtArena *arena,
                           InsightIncident **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    return st == PT_OK ? read_incidents(tx, from_ms, to_ms, arena, ret_list, ret_count, err) : st;
}

static PtStatus read_open(PtSqlTx *tx, const InsightAsk *ask, InsightAnswer *answer, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_INSIGHT_OPEN, err);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const InsightTicket t = insight_row_open(tx);
        if (insight_fits(ask, &t)) {
            answer->open++;
            answer->open_breached += pt_sql_i64(tx, 8) != 0;
            if (answer->open_oldest_ms == 0 || t.opened_ms < answer->open_oldest_ms) {
                answer->open_oldest_ms = t.opened_ms;
            }
        }
    }
    pt_sql_done(tx);
    return st;
}

/* ---- The answer -------------------------------------------------------------------------------
 */

static int by_resolved(const void *a, const void *b)
{
    const InsightGroup *x = a, *y = b;
    return x->cell.resolved != y->cell.resolved
               ? (x->cell.resolved < y->cell.resolved) - (x->cell.resolved > y->cell.resolved)
               : pt_str_order(x->value, y->value);
}

static PtStatus finish(Filling *f, InsightAnswer *answer, PtError *err)
{
    answer->periods = pt_arena_alloc(f->arena, f->edges.count, sizeof *answer->periods);
    answer->groups = pt_arena_alloc(f->arena, f->group_count + 1, sizeof *answer->groups);
    if (answer->periods == NULL || answer->groups == NULL) {
        return insight_no_memory(err);
    }
    answer->period_count = f->edges.count;
    answer->group_count = f->group_count;
    answer->total = tally_end(&f->total);
    answer->before = tally_end(&f->before);
    for (size_t i = 0; i < f->edges.count; i++) {
        answer->periods[i] =
            (InsightPeriod){f->edges.at[i], f->edges.at[i + 1], tally_end(&f->periods[i])};
    }
    for (size_t i = 0; i < f->group_count; i++) {
        Group *g = &f->groups[i];
        answer->groups[i] = (InsightGroup){g->value, tally_end(&g->now), tally_end(&g->before)};
    }
    if (f->group_count > 1) {
        qsort(answer->groups, f->group_count, sizeof *answer->groups, by_resolved);
    }
    return PT_OK;
}

static void filling_free(Filling *f)
{
    free(f->total.took);
    free(f->before.took);
    for (size_t i = 0; f->periods != NULL && i < f->edges.count; i++) {
        free(f->periods[i].took);
    }
    for (size_t i = 0; i < f->group_count; i++) {
        free(f->groups[i].now.took);
        free(f->groups[i].before.took);
    }
    pt_map_free(f->by_value, NULL);
    free(f->periods);
    free(f);
}

static PtStatus ask_all(Filling *f, InsightAnswer *answer, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = find_edges(f->insight, f->ask, &f->edges, err);
    if (st != PT_OK) {
        return st;
    }
    f->by_value = pt_map_new();
    f->periods = calloc(f->edges.count, sizeof *f->periods);
    if (f->by_value == NULL || f->periods == NULL) {
        return insight_no_memory(err);
    }
    st = pt_sql_begin(f->insight->c.core, false, &tx, err);
    st = st == PT_OK ? fill(f, tx, answer->before_ms, err) : st;
    st = st == PT_OK ? read_incidents(tx, f->ask->from_ms, f->ask->to_ms, f->arena,
                                      &answer->incidents, &answer->incident_count, err)
                     : st;
    st = st == PT_OK ? read_open(tx, f->ask, answer, err) : st;
    return st == PT_OK ? finish(f, answer, err) : st;
}

PtStatus insight_figures(Insight *n, const InsightAsk *ask, PtArena *arena,
                         InsightAnswer *ret_answer, PtError *err)
{
    if (ask->from_ms >= ask->to_ms) {
        return pt_fail(err, PT_INVALID, "from: not before to");
    }
    Filling *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return insight_no_memory(err);
    }
    f->insight = n;
    f->ask = ask;
    f->arena = arena;
    InsightAnswer answer = {.from_ms = ask->from_ms,
                            .to_ms = ask->to_ms,
                            .before_ms = ask->from_ms - (ask->to_ms - ask->from_ms),
                            .now_ms = pt_clock_now_ms(n->c.clock)};
    PtStatus st = ask_all(f, &answer, err);
    filling_free(f);
    if (st == PT_OK) {
        *ret_answer = answer;
    }
    return st;
}
