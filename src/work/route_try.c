// SPDX-License-Identifier: Apache-2.0
/* The router over what was: items arrive, are given, and are done after their handling time. */
#include "base/memory.h"
#include "work/route.h"

#include <stdlib.h>

typedef struct Done {
    int64_t at_ms, agent;
    uint32_t item; /* in the order of arrival */
} Done;

typedef struct Shadow { /* what of an agent is counted */
    int64_t id, last_ms;
    uint32_t units, items, place; /* place: in the agents that were given */
} Shadow;

typedef struct Wait {
    int64_t queue, wait_ms;
} Wait;

typedef struct Trial {
    const RouteTry *of;
    Route *router;
    uint32_t *order; /* items by arrival */
    Done *done;      /* a heap */
    size_t done_count;
    Shadow *shadows; /* by id */
    Wait *waits;
    size_t wait_count;
    RouteTryAgent *agents;
} Trial;

static void trial_done(Trial *t)
{
    route_free(t->router);
    free(t->order);
    free(t->done);
    free(t->shadows);
    free(t->waits);
}

/* ---- Orders ---------------------------------------------------------------------------------- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_arrival(const void *a, const void *b, void *ctx)
{
    const Trial *t = ctx;
    const RouteTryItem *items = t->of->items;
    const RouteItem *x = &items[*(const uint32_t *)a].item, *y = &items[*(const uint32_t *)b].item;
    const int by_since = by_number(x->since_ms, y->since_ms);
    return by_since != 0 ? by_since : by_number(x->id, y->id);
}

static int by_id(const void *a, const void *b)
{
    return by_number(((const Shadow *)a)->id, ((const Shadow *)b)->id);
}

static int by_queue_and_wait(const void *a, const void *b)
{
    const Wait *x = a, *y = b;
    const int by = by_number(x->queue, y->queue);
    return by != 0 ? by : by_number(x->wait_ms, y->wait_ms);
}

static bool done_before(const Done *a, const Done *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->item < b->item;
}

static void push_done(Trial *t, Done done)
{
    size_t at = t->done_count++;
    while (at > 0 && done_before(&done, &t->done[(at - 1) / 2])) {
        t->done[at] = t->done[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    t->done[at] = done;
}

static Done pop_done(Trial *t)
{
    const Done first = t->done[0], last = t->done[--t->done_count];
    size_t at = 0;
    for (size_t child = 1; child < t->done_count; child = 2 * at + 1) {
        if (child + 1 < t->done_count && done_before(&t->done[child + 1], &t->done[child])) {
            child++;
        }
        if (!done_before(&t->done[child], &last)) {
            break;
        }
        t->done[at] = t->done[child];
        at = child;
    }
    t->done[at] = last;
    return first;
}

/* ---- Counting -------------------------------------------------------------------------------- */

static Shadow *shadow_of(const Trial *t, int64_t id)
{
    const Shadow key = {.id = id};
    return bsearch(&key, t->shadows, t->of->agent_count, sizeof key, by_id);
}

static int64_t overlap_ms(int64_t from_ms, int64_t to_ms, int64_t a_ms, int64_t b_ms)
{
    const int64_t from = from_ms > a_ms ? from_ms : a_ms, to = to_ms < b_ms ? to_ms : b_ms;
    return to > from ? to - from : 0;
}

/* Time of the shifts within [from, to). */
static int64_t shift_ms(const RouteAgent *a, int64_t from_ms, int64_t to_ms)
{
    if (a->presence != ROUTE_ONLINE || a->shift_count == 0) {
        return a->presence == ROUTE_ONLINE && to_ms > from_ms ? to_ms - from_ms : 0;
    }
    size_t i = 0, end = a->shift_count;
    while (i < end) { /* the first that ends behind from */
        const size_t middle = (i + end) / 2;
        if (a->shifts[middle].to_ms <= from_ms) {
            i = middle + 1;
        } else {
            end = middle;
        }
    }
    int64_t sum_ms = 0;
    for (; i < a->shift_count && a->shifts[i].from_ms < to_ms; i++) {
        sum_ms += overlap_ms(from_ms, to_ms, a->shifts[i].from_ms, a->shifts[i].to_ms);
    }
    return sum_ms;
}

/* The time since the last change of an agent's load, before it changes again. */
static void count_time(const Trial *t, Shadow *s, int64_t now_ms)
{
    const int64_t from_ms = s->last_ms > t->of->from_ms ? s->last_ms : t->of->from_ms;
    const int64_t to_ms = now_ms < t->of->to_ms ? now_ms : t->of->to_ms;
    RouteTryAgent *agent = &t->agents[s->place];
    if (to_ms > from_ms && s->items > 0) {
        agent->busy_ms += shift_ms(&t->of->agents[s->place], from_ms, to_ms);
        agent->units_ms += (to_ms - from_ms) * s->units;
    }
    s->last_ms = now_ms;
}

static void change_load(const Trial *t, int64_t agent, const RouteItem *item, bool given,
                        int64_t now_ms)
{
    Shadow *s = shadow_of(t, agent);
    count_time(t, s, now_ms);
    s->items += given ? 1U : 0U - 1U;
    s->units += given ? item->weight : 0U - item->weight;
    t->agents[s->place].given += given;
}

/* ---- The run --------------------------------------------------------------------------------- */

/* In the run an item's id is its place in the order of arrival, plus one: it breaks ties alike. */
static const RouteTryItem *item_of(const Trial *t, int64_t id)
{
    return &t->of->items[t->order[id - 1]];
}

static void decided(void *ctx, const RouteDecision *decision)
{
    Trial *t = ctx;
    const RouteTryItem *of = item_of(t, decision->item);
    change_load(t, decision->agent, &of->item, true, decision->at_ms);
    push_done(t, (Done){.at_ms = decision->at_ms + (of->handle_ms > 0 ? of->handle_ms : 1),
                        .agent = decision->agent,
                        .item = (uint32_t)(decision->item - 1)});
    if (of->item.since_ms >= t->of->from_ms) {
        t->waits[t->wait_count++] =
            (Wait){.queue = decision->queue, .wait_ms = decision->at_ms - of->item.since_ms};
    }
}

static PtStatus put_settings(Trial *t, PtError *err)
{
    PtStatus st = PT_OK;
    int64_t start_ms = t->of->from_ms;
    if (t->of->item_count > 0 && t->of->items[t->order[0]].item.since_ms < start_ms) {
        start_ms = t->of->items[t->order[0]].item.since_ms;
    }
    for (size_t i = 0; st == PT_OK && i < t->of->queue_count; i++) {
        RouteQueue queue = t->of->queues[i];
        queue.offer = false;
        st = route_queue_put(t->router, &queue, start_ms, err);
    }
    for (size_t i = 0; st == PT_OK && i < t->of->agent_count; i++) {
        st = route_agent_put(t->router, &t->of->agents[i], start_ms, err);
    }
    return st;
}

static PtStatus arrive(Trial *t, uint32_t place, int64_t now_ms, PtError *err)
{
    RouteItem item = item_of(t, (int64_t)place + 1)->item;
    item.id = (int64_t)place + 1;
    item.agent = 0;
    item.offered = false;
    item.refusals = NULL;
    return route_item_put(t->router, &item, now_ms, err);
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

/* What happens at one instant counts as one event. */
static PtStatus run(Trial *t, PtError *err)
{
    PtStatus st = PT_OK;
    const RouteTry *of = t->of;
    for (uint32_t arrived = 0; st == PT_OK;) {
        int64_t now_ms = route_next_ms(t->router);
        if (arrived < of->item_count) {
            now_ms = sooner(now_ms, item_of(t, (int64_t)arrived + 1)->item.since_ms);
        }
        if (t->done_count > 0) {
            now_ms = sooner(now_ms, t->done[0].at_ms);
        }
        if (now_ms >= of->to_ms) {
            break;
        }
        route_begin(t->router);
        while (t->done_count > 0 && t->done[0].at_ms <= now_ms) {
            const Done done = pop_done(t);
            change_load(t, done.agent, &item_of(t, (int64_t)done.item + 1)->item, false, now_ms);
            route_item_remove(t->router, (int64_t)done.item + 1, now_ms);
        }
        while (st == PT_OK && arrived < of->item_count &&
               item_of(t, (int64_t)arrived + 1)->item.since_ms <= now_ms) {
            st = arrive(t, arrived++, now_ms, err);
        }
        route_end(t->router, now_ms);
    }
    return st;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* Nearest rank. */
static int64_t quantile(const Wait *waits, size_t count, unsigned percent)
{
    const size_t rank = (count * percent + 99) / 100;
    return waits[rank > 0 ? rank - 1 : 0].wait_ms;
}

static void answer_waits(const Trial *t, RouteTryQueue *queue)
{
    size_t from = 0;
    while (from < t->wait_count && t->waits[from].queue != queue->queue) {
        from++;
    }
    const Wait *waits = t->waits + from;
    int64_t sum_ms = 0;
    size_t count = 0;
    for (; from + count < t->wait_count && waits[count].queue == queue->queue; count++) {
        sum_ms += waits[count].wait_ms;
        queue->in_time += waits[count].wait_ms <= t->of->answer_ms;
    }
    queue->given = (uint32_t)count;
    if (count > 0) {
        queue->mean_ms = sum_ms / (int64_t)count;
        queue->p50_ms = quantile(waits, count, 50);
        queue->p90_ms = quantile(waits, count, 90);
        queue->p99_ms = quantile(waits, count, 99);
        queue->max_ms = waits[count - 1].wait_ms;
    }
}

static PtStatus answer_queues(const Trial *t, RouteTryQueue *ret_queues, PtError *err)
{
    qsort(t->waits, t->wait_count, sizeof *t->waits, by_queue_and_wait);
    for (size_t i = 0; i < t->of->queue_count; i++) {
        RouteQueueState state;
        const PtStatus st = route_queue_state(t->router, t->of->queues[i].id, &state, err);
        if (st != PT_OK) {
            return st;
        }
        ret_queues[i] = (RouteTryQueue){.queue = t->of->queues[i].id, .left = state.waiting};
        for (size_t n = 0; n < t->of->item_count; n++) {
            const RouteItem *item = &t->of->items[n].item;
            ret_queues[i].arrived += item->queue == ret_queues[i].queue &&
                                     item->since_ms >= t->of->from_ms &&
                                     item->since_ms < t->of->to_ms;
        }
        answer_waits(t, &ret_queues[i]);
    }
    return PT_OK;
}

static PtStatus prepare(Trial *t, PtError *err)
{
    const RouteTry *of = t->of;
    t->order = calloc(of->item_count + 1, sizeof *t->order);
    t->done = calloc(of->item_count + 1, sizeof *t->done);
    t->waits = calloc(of->item_count + 1, sizeof *t->waits);
    t->shadows = calloc(of->agent_count + 1, sizeof *t->shadows);
    if (t->order == NULL || t->done == NULL || t->waits == NULL || t->shadows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to try a routing");
    }
    for (uint32_t i = 0; i < of->item_count; i++) {
        t->order[i] = i;
    }
    if (of->item_count > 0) {
        qsort_r(t->order, of->item_count, sizeof *t->order, by_arrival, t);
    }
    for (uint32_t i = 0; i < of->agent_count; i++) {
        t->shadows[i] = (Shadow){.id = of->agents[i].id, .place = i, .last_ms = of->from_ms};
        t->agents[i] = (RouteTryAgent){
            .agent = of->agents[i].id,
            .there_ms = shift_ms(&of->agents[i], of->from_ms, of->to_ms),
        };
    }
    qsort(t->shadows, of->agent_count, sizeof *t->shadows, by_id);
    return route_new(&(RouteSink){t, decided}, &t->router, err);
}

PtStatus route_try(const RouteTry *try, RouteTryQueue *ret_queues, RouteTryAgent *ret_agents,
                   PtError *err)
{
    if (try->item_count > ROUTE_TRY_ITEMS) {
        return pt_fail(err, PT_TOO_LARGE, "items has %zu entries, at most %d are taken",
                       try->item_count, ROUTE_TRY_ITEMS);
    }
    PT_CLEANUP(trial_done) Trial t = {.of = try, .agents = ret_agents};
    PtStatus st = prepare(&t, err);
    if (st == PT_OK) {
        st = put_settings(&t, err);
    }
    if (st == PT_OK) {
        st = run(&t, err);
    }
    for (size_t i = 0; st == PT_OK && i < try->agent_count; i++) {
        count_time(&t, &t.shadows[i], try->to_ms);
    }
    return st == PT_OK ? answer_queues(&t, ret_queues, err) : st;
}
