// SPDX-License-Identifier: Apache-2.0
/* Tickets as they came and were given, from the histories that Work keeps. */
#include "desk/route_internal.h"
#include "route.sql.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 1000, UNKNOWN_MS = 30 * 60000, STOP_EVERY = 256 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to try a routing");
}

typedef struct Reading {
    const DeskPastAsk *ask;
    DeskPasts *to;
    PtMap *queues; /* index + 1 */
    PtMap *texts;  /* each text once */
    size_t room, queue_room, seen;
} Reading;

/* ---- Texts ------------------------------------------------------------------------------------
 */

static PtStatus keep_text(Reading *r, PtStr text, PtStr *ret, PtError *err)
{
    const char *there = pt_map_get(r->texts, text);
    *ret = there != NULL ? (PtStr){there, text.len} : pt_arena_str(r->to->arena, text);
    return ret->data != NULL &&
                   (there != NULL || pt_map_set(r->texts, text, (void *)(uintptr_t)ret->data, NULL))
               ? PT_OK
               : no_memory(err);
}

static PtStatus keep_queue(Reading *r, PtStr queue, unsigned *ret, PtError *err)
{
    DeskPasts *to = r->to;
    const uintptr_t at = (uintptr_t)pt_map_get(r->queues, queue);
    PtStr name;
    if (at != 0) {
        *ret = (unsigned)at - 1;
        return PT_OK;
    }
    if (to->queue_count == r->queue_room) {
        const size_t more = r->queue_room > 0 ? 2 * r->queue_room : 64;
        PtStr *list = realloc(to->queues, more * sizeof *list);
        if (list == NULL) {
            return no_memory(err);
        }
        to->queues = list;
        r->queue_room = more;
    }
    PtStatus st = keep_text(r, queue, &name, err);
    if (st == PT_OK &&
        !pt_map_set(r->queues, queue, (void *)(uintptr_t)(to->queue_count + 1), NULL)) {
        st = no_memory(err);
    }
    if (st == PT_OK) {
        *ret = (unsigned)to->queue_count;
        to->queues[to->queue_count++] = name;
    }
    return st;
}

/* ---- One ticket -------------------------------------------------------------------------------
 */

typedef struct Life { /* what holds along its history */
    PtStr facts[WORK_FACTS];
    int64_t entered_ms, given_ms, handle_ms;
    PtStr given[WORK_FACTS]; /* as it was given first */
} Life;

static bool is_live(const PtStr *facts)
{
    return pt_str_eq(facts[WORK_STATE], PT_STR("new")) ||
           pt_str_eq(facts[WORK_STATE], PT_STR("in_progress"));
}

static int64_t worked_ms(const Reading *r, const PtStr *facts, int64_t from_ms, int64_t to_ms)
{
    const DeskRouteAgent *a = pt_map_get(r->ask->book->agent_ids, facts[WORK_ASSIGNEE]);
    return a != NULL && a->calendar != NULL
               ? pt_calendar_elapsed(a->calendar, from_ms, to_ms, (PtSpans){NULL, 0})
               : to_ms - from_ms;
}

static void pass(const Reading *r, Life *l, int64_t from_ms, int64_t to_ms)
{
    if (l->facts[WORK_ASSIGNEE].len > 0 && is_live(l->facts) && to_ms > from_ms) {
        l->handle_ms += worked_ms(r, l->facts, from_ms, to_ms);
    }
}

static void live_through(const Reading *r, const WorkHistory *h, Life *l)
{
    for (size_t i = 0; i < h->count; i++) {
        const WorkRow *row = &h->rows[i];
        const PtStr queue = l->facts[WORK_QUEUE];
        const bool was_live = is_live(l->facts);
        if (i > 0) {
            pass(r, l, h->rows[i - 1].at_ms, row->at_ms);
        }
        for (size_t k = 0; k < row->change_count; k++) {
            l->facts[row->changes[k].fact] = row->changes[k].value;
        }
        if (l->given_ms == 0 && (i == 0 || !was_live || !pt_str_eq(queue, l->facts[WORK_QUEUE]))) {
            l->entered_ms = row->at_ms;
        }
        if (l->given_ms == 0 && l->facts[WORK_ASSIGNEE].len > 0) {
            l->given_ms = row->at_ms;
            memcpy(l->given, l->facts, sizeof l->given);
        }
    }
    pass(r, l, h->rows[h->count - 1].at_ms, r->ask->to_ms);
}

static bool is_over(const PtStr *facts)
{
    return !is_live(facts) && !pt_str_eq(facts[WORK_STATE], PT_STR("waiting"));
}

static PtStatus add(Reading *r, const DeskPast *past, PtError *err)
{
    DeskPasts *to = r->to;
    if (to->count == DESK_TRIAL_TICKETS) {
        return pt_fail(err, PT_TOO_LARGE, "days: over %d tickets came in so many",
                       DESK_TRIAL_TICKETS);
    }
    if (to->count == r->room) {
        const size_t more = r->room > 0 ? 2 * r->room : 1024;
        DeskPast *list = realloc(to->list, more * sizeof *list);
        if (list == NULL) {
            return no_memory(err);
        }
        to->list = list;
        r->room = more;
    }
    to->list[to->count++] = *past;
    return PT_OK;
}

static PtStatus read_item(void *ctx, WorkItem item, const WorkHistory *history,
                          const WorkClock *response, PtError *err)
{
    static const WorkFact fields[DESK_NEED_FIELDS] = {WORK_CATEGORY, WORK_CHANNEL, WORK_STORE};
    Reading *r = ctx;
    Life l = {.given_ms = 0};
    if (r->ask->stop != NULL && ++r->seen % STOP_EVERY == 0 && r->ask->stop(r->ask->stop_ctx)) {
        return pt_fail(err, PT_UNAVAILABLE, "the trial was stopped");
    }
    live_through(r, history, &l);
    const PtStr *as = l.given_ms > 0 ? l.given : l.facts;
    if (l.given_ms == 0 && is_over(l.facts)) {
        r->to->unassigned += l.entered_ms >= r->ask->since_ms &&
                             pt_map_get(r->ask->book->queue_ids, as[WORK_QUEUE]) != NULL;
        return PT_OK;
    }
    DeskPast past = {
        .number = item.number,
        .since_ms = l.entered_ms,
        .given_ms = l.given_ms,
        .by_ms = response->due_ms != WORK_NEVER ? response->due_ms : 0,
        .handle_ms = l.handle_ms,
        .measured = l.given_ms > 0 && is_over(l.facts),
        .priority = as[WORK_PRIORITY].len == 2 ? (uint8_t)(as[WORK_PRIORITY].data[1] - '0') : 3,
        .language = PT_STR("")};
    PtStatus st = keep_queue(r, as[WORK_QUEUE], &past.queue, err);
    st = st == PT_OK ? keep_text(r, as[WORK_ASSIGNEE], &past.account, err) : st;
    for (size_t i = 0; st == PT_OK && i < DESK_NEED_FIELDS; i++) {
        st = keep_text(r, as[fields[i]], &past.of[i], err);
    }
    return st == PT_OK ? add(r, &past, err) : st;
}

/* ---- What is not known yet --------------------------------------------------------------------
 */

typedef struct Handled {
    unsigned queue;
    int64_t ms;
} Handled;

static int by_queue_and_time(const void *a, const void *b)
{
    const Handled *x = a, *y = b;
    const int by = (x->queue > y->queue) - (x->queue < y->queue);
    return by != 0 ? by : (x->ms > y->ms) - (x->ms < y->ms);
}

static int by_time(const void *a, const void *b)
{
    const Handled *x = a, *y = b;
    return (x->ms > y->ms) - (x->ms < y->ms);
}

static int64_t median(const Handled *list, size_t count)
{
    return list[(count - 1) / 2].ms;
}

/* What is not done yet takes as long as most of its queue, or as it has already. */
static PtStatus assume(DeskPasts *to, PtError *err)
{
    Handled *done = calloc(to->count + 1, sizeof *done);
    int64_t *medians = calloc(to->queue_count + 1, sizeof *medians);
    size_t count = 0;
    if (done == NULL || medians == NULL) {
        free(done);
        free(medians);
        return no_memory(err);
    }
    for (size_t i = 0; i < to->count; i++) {
        if (to->list[i].measured) {
            done[count++] = (Handled){to->list[i].queue, to->list[i].handle_ms};
        }
    }
    qsort(done, count, sizeof *done, by_time);
    const int64_t of_all = count > 0 ? median(done, count) : UNKNOWN_MS;
    for (size_t i = 0; i < to->queue_count; i++) {
        medians[i] = of_all;
    }
    qsort(done, count, sizeof *done, by_queue_and_time);
    for (size_t from = 0, end = 0; from < count; from = end) {
        while (end < count && done[end].queue == done[from].queue) {
            end++;
        }
        medians[done[from].queue] = median(done + from, end - from);
    }
    for (size_t i = 0; i < to->count; i++) {
        DeskPast *p = &to->list[i];
        if (!p->measured) {
            const int64_t least_ms = medians[p->queue];
            p->handle_ms = p->handle_ms > least_ms ? p->handle_ms : least_ms;
        }
    }
    free(done);
    free(medians);
    return PT_OK;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = ((const DeskPast *)a)->number, y = ((const DeskPast *)b)->number;
    return (x > y) - (x < y);
}

/* One page behind *last, which moves on; `at` is the first ticket that was not reached. */
static PtStatus read_languages(Desk *d, Reading *r, int64_t *last, size_t *at, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskPasts *to = r->to;
    bool there = true;
    size_t count = 0;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_ROUTE_LANGUAGES, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, *last);
    pt_sql_bind_i64(tx, 2, PAGE_ROWS);
    while (st == PT_OK && (st = pt_sql_step(tx, &there, err)) == PT_OK && there) {
        *last = pt_sql_i64(tx, 0);
        count++;
        while (*at < to->count && to->list[*at].number < *last) {
            (*at)++;
        }
        if (*at < to->count && to->list[*at].number == *last) {
            st = keep_text(r, pt_sql_text(tx, 1), &to->list[*at].language, err);
        }
    }
    pt_sql_done(tx);
    *at = count < PAGE_ROWS ? to->count : *at;
    return st;
}

static PtStatus read_all(Desk *d, Reading *r, PtError *err)
{
    const WorkEach each = {.owner = WORK_TICKET,
                           .from_ms = r->ask->from_ms,
                           .to_ms = r->ask->to_ms,
                           .item = read_item,
                           .ctx = r};
    DeskPasts *to = r->to;
    PtStatus st = d->work != NULL ? work_items_each(d->work, &each, err)
                                  : pt_fail(err, PT_UNAVAILABLE, "the desk has no clocks");
    st = st == PT_OK ? assume(to, err) : st;
    if (st == PT_OK && to->count > 0) {
        qsort(to->list, to->count, sizeof *to->list, by_number);
        int64_t last = to->list[0].number - 1;
        for (size_t at = 0; st == PT_OK && at < to->count;) {
            st = read_languages(d, r, &last, &at, err);
        }
    }
    return st;
}

void desk_route_past_done(DeskPasts *pasts)
{
    free(pasts->list);
    free(pasts->queues);
}

PtStatus desk_route_past(Desk *d, const DeskPastAsk *ask, PtArena *arena, DeskPasts *ret_pasts,
                         PtError *err)
{
    *ret_pasts = (DeskPasts){.arena = arena};
    Reading r = {.ask = ask, .to = ret_pasts, .queues = pt_map_new(), .texts = pt_map_new()};
    PtStatus st = r.queues != NULL && r.texts != NULL ? read_all(d, &r, err) : no_memory(err);
    pt_map_free(r.queues, NULL);
    pt_map_free(r.texts, NULL);
    return st;
}
