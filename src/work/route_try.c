// SPDX-License-Identifier: Apache-2.0
/* The router over what was: items arrive, are given, and are done after their handling time. */
#include "base/memory.h"
#include "work/route.h"

#include <stdlib.h>

enum {
    LOOKS = 500,       /* at an item that waits long */
    STOP_EVERY = 1024, /* instants between two questions whether to stop */
};

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
    uint32_t item; /* in the order of arrival */
    bool left;
} Wait;

/* An item whose wait is looked at, in a second run. */
typedef struct Watch {
    RouteTryLong *tells;
    uint32_t item;
    RouteWait why; /* at the last look */
    int64_t looked_ms, every_ms;
} Watch;

typedef struct Trial {
    const RouteTry *of;
    Route *router;
    uint32_t *order; /* items by arrival */
    Done *done;      /* a heap */
    size_t done_count;
    Shadow *shadows;   /* by id */
    int64_t *given_ms; /* by arrival; NOT_GIVEN */
    Wait *waits;       /* of those that count */
    size_t wait_count;
    RouteTryAgent *agents;
    Watch watches[ROUTE_TRY_LONGEST];
    size_t watch_count;
} Trial;

#define NOT_GIVEN INT64_MIN

static void trial_done(Trial *t)
{
    route_free(t->router);
    free(t->order);
    free(t->done);
    free(t->shadows);
    free(t->given_ms);
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

/* Of each queue those that were given first. */
static int by_queue_and_wait(const void *a, const void *b)
{
    const Wait *x = a, *y = b;
    int by = by_number(x->queue, y->queue);
    by = by != 0 ? by : (int)x->left - (int)y->left;
    by = by != 0 ? by : by_number(x->wait_ms, y->wait_ms);
    return by != 0 ? by : by_number(x->item, y->item);
}

static int longest_first(const void *a, const void *b)
{
    const Wait *x = a, *y = b;
    const int by = by_number(y->wait_ms, x->wait_ms);
    return by != 0 ? by : by_number(x->item, y->item);
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
        const int64_t there_ms = shift_ms(&t->of->agents[s->place], from_ms, to_ms);
        agent->busy_ms += there_ms;
        agent->units_ms += there_ms * s->units;
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

/* When an agent is done who begins at from_ms; ROUTE_NEVER: not within the shifts that are known.
 */
static int64_t done_ms(const Trial *t, const RouteAgent *a, int64_t from_ms, int64_t handle_ms)
{
    int64_t left_ms = handle_ms > 0 ? handle_ms : 1;
    if (!t->of->in_shifts || a->shift_count == 0) {
        return from_ms + left_ms;
    }
    for (size_t i = 0; i < a->shift_count; i++) {
        const RouteShift *shift = &a->shifts[i];
        const int64_t begins_ms = shift->from_ms > from_ms ? shift->from_ms : from_ms;
        if (shift->to_ms > begins_ms && shift->to_ms - begins_ms >= left_ms) {
            return begins_ms + left_ms;
        }
        left_ms -= shift->to_ms > begins_ms ? shift->to_ms - begins_ms : 0;
    }
    return ROUTE_NEVER;
}

static void decided(void *ctx, const RouteDecision *decision)
{
    Trial *t = ctx;
    const RouteTryItem *of = item_of(t, decision->item);
    const RouteAgent *agent = &t->of->agents[shadow_of(t, decision->agent)->place];
    change_load(t, decision->agent, &of->item, true, decision->at_ms);
    push_done(t, (Done){.at_ms = done_ms(t, agent, decision->at_ms, of->handle_ms),
                        .agent = decision->agent,
                        .item = (uint32_t)(decision->item - 1)});
    t->given_ms[decision->item - 1] = decision->at_ms;
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

/* Each waiting one that is watched, when it is time to; the last time at now_ms: of all. */
static PtStatus look(Trial *t, int64_t now_ms, bool last, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < t->watch_count; i++) {
        Watch *w = &t->watches[i];
        RouteWhy why;
        const int64_t since_ms = t->of->items[t->order[w->item]].item.since_ms;
        const int64_t given_ms = t->given_ms[w->item];
        const int64_t until_ms = given_ms != NOT_GIVEN ? given_ms : now_ms;
        if (since_ms > now_ms || w->looked_ms == ROUTE_NEVER ||
            (until_ms < w->looked_ms + w->every_ms && given_ms == NOT_GIVEN && !last)) {
            continue;
        }
        if (w->looked_ms != NOT_GIVEN) {
            w->tells->why_ms[w->why] += until_ms - w->looked_ms;
        }
        w->looked_ms = given_ms != NOT_GIVEN ? ROUTE_NEVER : now_ms;
        if (given_ms == NOT_GIVEN && !last) {
            st = route_why(t->router, (int64_t)w->item + 1, &why, err);
            w->why = st == PT_OK ? route_wait_of(&why) : ROUTE_WAIT_TURN;
        }
    }
    return st;
}

static int64_t next_ms(const Trial *t, uint32_t arrived)
{
    int64_t at_ms = route_next_ms(t->router);
    if (arrived < t->of->item_count) {
        at_ms = sooner(at_ms, item_of(t, (int64_t)arrived + 1)->item.since_ms);
    }
    return t->done_count > 0 ? sooner(at_ms, t->done[0].at_ms) : at_ms;
}

/* What happens at one instant counts as one event. */
static PtStatus run(Trial *t, PtError *err)
{
    const RouteTry *of = t->of;
    PtStatus st = PT_OK;
    uint32_t arrived = 0, instants = 0;
    for (int64_t now_ms = next_ms(t, 0); st == PT_OK && now_ms < of->to_ms;
         now_ms = next_ms(t, arrived)) {
        if (of->stop != NULL && ++instants % STOP_EVERY == 0 && of->stop(of->stop_ctx)) {
            return pt_fail(err, PT_UNAVAILABLE, "the trial was stopped");
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
        st = st == PT_OK ? look(t, now_ms, false, err) : st;
    }
    return st == PT_OK ? look(t, of->to_ms, true, err) : st;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* Nearest rank. */
static int64_t quantile(const Wait *waits, size_t count, unsigned percent)
{
    const size_t rank = (count * percent + 99) / 100;
    return waits[rank > 0 ? rank - 1 : 0].wait_ms;
}

static bool in_time(const Trial *t, const Wait *w)
{
    const RouteTryItem *of = &t->of->items[t->order[w->item]];
    return of->by_ms != 0 ? t->given_ms[w->item] <= of->by_ms : w->wait_ms <= t->of->answer_ms;
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
    for (; from + count < t->wait_count && waits[count].queue == queue->queue && !waits[count].left;
         count++) {
        sum_ms += waits[count].wait_ms;
        queue->in_time += in_time(t, &waits[count]);
    }
    queue->given = (uint32_t)count;
    for (; from + count < t->wait_count && waits[count].queue == queue->queue; count++) {
        queue->arrived++;
    }
    queue->arrived += queue->given;
    count = queue->given;
    if (count > 0) {
        queue->mean_ms = sum_ms / (int64_t)count;
        queue->p50_ms = quantile(waits, count, 50);
        queue->p90_ms = quantile(waits, count, 90);
        queue->p99_ms = quantile(waits, count, 99);
        queue->max_ms = waits[count - 1].wait_ms;
    }
}

static void collect_waits(Trial *t)
{
    const RouteTry *of = t->of;
    for (uint32_t i = 0; i < of->item_count; i++) {
        const RouteItem *item = &of->items[t->order[i]].item;
        const bool left = t->given_ms[i] == NOT_GIVEN;
        if (item->since_ms >= of->from_ms && item->since_ms < of->to_ms) {
            t->waits[t->wait_count++] =
                (Wait){.queue = item->queue,
                       .wait_ms = (left ? of->to_ms : t->given_ms[i]) - item->since_ms,
                       .item = i,
                       .left = left};
        }
    }
    qsort(t->waits, t->wait_count, sizeof *t->waits, by_queue_and_wait);
}

static PtStatus answer_queues(Trial *t, RouteTryQueue *ret_queues, PtError *err)
{
    collect_waits(t);
    for (size_t i = 0; i < t->of->queue_count; i++) {
        RouteQueueState state;
        const PtStatus st = route_queue_state(t->router, t->of->queues[i].id, &state, err);
        if (st != PT_OK) {
            return st;
        }
        ret_queues[i] = (RouteTryQueue){.queue = t->of->queues[i].id, .left = state.waiting};
        answer_waits(t, &ret_queues[i]);
    }
    return PT_OK;
}

/* ---- Once ------------------------------------------------------------------------------------ */

static void begin(Trial *t)
{
    const RouteTry *of = t->of;
    t->done_count = t->wait_count = 0;
    for (uint32_t i = 0; i < of->item_count; i++) {
        t->order[i] = i;
        t->given_ms[i] = NOT_GIVEN;
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
}

static PtStatus prepare(Trial *t, PtError *err)
{
    const RouteTry *of = t->of;
    if (of->item_count > ROUTE_TRY_ITEMS) {
        return pt_fail(err, PT_TOO_LARGE, "items has %zu entries, at most %d are taken",
                       of->item_count, ROUTE_TRY_ITEMS);
    }
    t->order = calloc(of->item_count + 1, sizeof *t->order);
    t->done = calloc(of->item_count + 1, sizeof *t->done);
    t->given_ms = calloc(of->item_count + 1, sizeof *t->given_ms);
    t->waits = calloc(of->item_count + 1, sizeof *t->waits);
    t->shadows = calloc(of->agent_count + 1, sizeof *t->shadows);
    return t->order != NULL && t->done != NULL && t->given_ms != NULL && t->waits != NULL &&
                   t->shadows != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory to try a routing");
}

static PtStatus try_once(Trial *t, PtError *err)
{
    begin(t);
    route_free(PT_TAKE(t->router));
    PtStatus st = route_new(&(RouteSink){t, decided}, &t->router, err);
    st = st == PT_OK ? put_settings(t, err) : st;
    st = st == PT_OK ? run(t, err) : st;
    for (size_t i = 0; st == PT_OK && i < t->of->agent_count; i++) {
        count_time(t, &t->shadows[i], t->of->to_ms);
    }
    return st;
}

PtStatus route_try(const RouteTry *try, RouteTryQueue *ret_queues, RouteTryAgent *ret_agents,
                   PtError *err)
{
    PT_CLEANUP(trial_done) Trial t = {.of = try, .agents = ret_agents};
    PtStatus st = prepare(&t, err);
    st = st == PT_OK ? try_once(&t, err) : st;
    return st == PT_OK ? answer_queues(&t, ret_queues, err) : st;
}

/* ---- Who waited longest ---------------------------------------------------------------------- */

/* The last `each` of every queue, which are its longest of those given, and of those left. */
static void choose(Trial *t, size_t each, RouteTryLong *longest)
{
    size_t kept = 0, from = 0;
    while (from < t->wait_count) {
        size_t end = from;
        while (end < t->wait_count && t->waits[end].queue == t->waits[from].queue) {
            end++;
        }
        qsort(t->waits + from, end - from, sizeof *t->waits, longest_first);
        for (size_t i = from; i < end && i < from + each && t->waits[i].wait_ms > 0; i++) {
            t->waits[kept++] = t->waits[i];
        }
        from = end;
    }
    qsort(t->waits, kept, sizeof *t->waits, longest_first);
    t->watch_count = kept < ROUTE_TRY_LONGEST ? kept : ROUTE_TRY_LONGEST;
    for (size_t i = 0; i < t->watch_count; i++) {
        const Wait *w = &t->waits[i];
        longest[i] = (RouteTryLong){.item = t->of->items[t->order[w->item]].item.id,
                                    .queue = w->queue,
                                    .wait_ms = w->wait_ms,
                                    .given = !w->left};
        t->watches[i] = (Watch){.tells = &longest[i],
                                .item = w->item,
                                .looked_ms = NOT_GIVEN,
                                .every_ms = w->wait_ms / LOOKS};
    }
}

PtStatus route_try_longest(const RouteTry *try, size_t each, RouteTryQueue *ret_queues,
                           RouteTryAgent *ret_agents, RouteTryLong *ret_longest, size_t *ret_count,
                           PtError *err)
{
    PT_CLEANUP(trial_done) Trial t = {.of = try, .agents = ret_agents};
    PtStatus st = prepare(&t, err);
    st = st == PT_OK ? try_once(&t, err) : st;
    st = st == PT_OK ? answer_queues(&t, ret_queues, err) : st;
    if (st == PT_OK) {
        choose(&t, each, ret_longest);
        *ret_count = t.watch_count;
        st = t.watch_count > 0 ? try_once(&t, err) : PT_OK;
    }
    return st;
}
