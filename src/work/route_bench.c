// SPDX-License-Identifier: Apache-2.0
/* What a decision costs. usage: route_bench [AGENTS [WAITING [EVENTS [KINDS [QUEUES]]]]]
 *
 * Agents of several queues, skills and channels, all full, and items that wait for them in groups
 * of unequal needs (KINDS: how many needs a queue tells apart); then arrivals, finished items,
 * rejections, breaks and edits, one event a millisecond. Then all agents free at once while as much
 * waits; then free, under arrivals that find nobody waiting. Each line of JSON has one kind of
 * event: its calls' CPU time and wall time, which hold all decisions that follow from it.
 */
#include "base/rng.h"
#include "work/route_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SKILLS = 60, QUEUE_SKILLS = 6, CHANNELS = 3, PER_AGENT = 4, MOST = 1000000, MINUTE = 60000 };

typedef enum Event { ARRIVES, IS_DONE, REJECTS, BREAKS, EDITED, PASSES, FREE, EVENTS } Event;
static const char *const event_names[] = {"arrives", "done",        "rejected",         "presence",
                                          "edited",  "time passes", "arrives, all free"};

typedef struct Samples {
    int64_t *cpu_ns, *wall_ns;
    size_t count;
} Samples;

typedef struct Bench {
    PtRng rng;
    Route *router;
    size_t agents, kinds, queues;
    int64_t now_ms, next_id;
    int64_t *with; /* items with agents, some of them gone */
    size_t with_count, with_room;
    uint64_t decisions;
    Samples samples[EVENTS];
    int64_t cpu_ns, wall_ns; /* where the event began */
} Bench;

static void check(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

static void *room_for(size_t count, size_t size)
{
    void *room = calloc(count, size);
    if (room == NULL) {
        (void)fprintf(stderr, "no memory\n");
        exit(1);
    }
    return room;
}

static int64_t ns_of(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static uint64_t below(Bench *b, uint64_t bound)
{
    return pt_rng_below(&b->rng, bound);
}

static void decided(void *ctx, const RouteDecision *decision)
{
    Bench *b = ctx;
    b->decisions++;
    if (decision->kind != ROUTE_SET_AWAY && b->with_count < b->with_room) {
        b->with[b->with_count++] = decision->item;
    }
}

static void begins(Bench *b)
{
    b->cpu_ns = ns_of(CLOCK_THREAD_CPUTIME_ID);
    b->wall_ns = ns_of(CLOCK_MONOTONIC);
}

static void ends(Bench *b, Event event)
{
    Samples *s = &b->samples[event];
    s->wall_ns[s->count] = ns_of(CLOCK_MONOTONIC) - b->wall_ns;
    s->cpu_ns[s->count++] = ns_of(CLOCK_THREAD_CPUTIME_ID) - b->cpu_ns;
}

/* ---- What there is --------------------------------------------------------------------------- */

static void put_queues(Bench *b)
{
    PtError err;
    for (int64_t q = 1; q <= (int64_t)b->queues; q++) {
        const RouteStep steps[] = {{.after_ms = 2 * MINUTE, .level = 2}, {.after_ms = 10 * MINUTE}};
        const RouteQueue queue = {.id = q,
                                  .on = true,
                                  .strategy = (RouteStrategy)(q % ROUTE_STRATEGIES),
                                  .offer = true,
                                  .ageing_ms = 30 * (int64_t)MINUTE,
                                  .ageing_best = 2,
                                  .refused_ms = 5 * (int64_t)MINUTE,
                                  .steps = steps,
                                  .step_count = 2};
        check(route_queue_put(b->router, &queue, b->now_ms, &err), &err);
    }
}

static int64_t skill_of(int64_t queue, uint64_t n)
{
    return 1 + (queue * 7 + (int64_t)n * 11) % SKILLS;
}

static void put_agent(Bench *b, int64_t id)
{
    PtError err;
    int64_t queues[PER_AGENT];
    RouteSkill skills[ROUTE_AGENT_SKILLS];
    const RouteShift shift = {b->now_ms - MINUTE, b->now_ms + 600 * (int64_t)MINUTE};
    RouteAgent agent = {.id = id,
                        .presence = ROUTE_ONLINE,
                        .capacity = {3, 2, 1},
                        .total = 3,
                        .queues = queues,
                        .queue_count = 1 + below(b, PER_AGENT),
                        .skills = skills,
                        .shifts = &shift,
                        .shift_count = 1};
    for (size_t i = 0; i < agent.queue_count; i++) {
        queues[i] = 1 + (int64_t)below(b, b->queues);
        for (uint64_t n = 0; n < QUEUE_SKILLS; n++) {
            if (below(b, 2) == 0) {
                skills[agent.skill_count++] =
                    (RouteSkill){skill_of(queues[i], n), (uint8_t)(1 + below(b, ROUTE_LEVELS))};
            }
        }
    }
    check(route_agent_put(b->router, &agent, b->now_ms, &err), &err);
}

/* The kind of needs is drawn with a skew: most items are of few kinds. */
static void put_item(Bench *b, int64_t since_ms, int64_t agent)
{
    PtError err;
    RouteItem item = {.id = b->next_id++,
                      .queue = 1 + (int64_t)below(b, b->queues),
                      .channel = (uint8_t)below(b, CHANNELS),
                      .weight = 1,
                      .priority = (uint8_t)(1 + below(b, 5)),
                      .since_ms = since_ms,
                      .agent = agent,
                      .offered = agent != 0};
    const uint64_t kind = below(b, 1 + below(b, b->kinds));
    for (uint64_t n = 0, rest = kind; rest > 0 && n < 3; n++, rest /= QUEUE_SKILLS * 3 + 1) {
        item.needs[item.need_count++] =
            (RouteSkill){skill_of(item.queue, rest), (uint8_t)(1 + rest % 3)};
    }
    if (below(b, 5) == 0) {
        item.sticky_agent = 1 + (int64_t)below(b, b->agents);
        item.sticky_until_ms = since_ms + 5 * (int64_t)MINUTE;
    }
    check(route_item_put(b->router, &item, b->now_ms, &err), &err);
    if (agent != 0) {
        b->with[b->with_count++] = item.id;
    }
}

/* ---- What happens ---------------------------------------------------------------------------- */

static int64_t take_with(Bench *b)
{
    const size_t at = below(b, b->with_count);
    const int64_t id = b->with[at];
    b->with[at] = b->with[--b->with_count];
    return id;
}

static void happens(Bench *b, uint64_t what)
{
    PtError err;
    const int64_t agent = 1 + (int64_t)below(b, b->agents);
    b->now_ms++;
    begins(b);
    if (what < 46) {
        put_item(b, b->now_ms, 0);
        ends(b, ARRIVES);
    } else if (what < 92) {
        route_item_remove(b->router, take_with(b), b->now_ms);
        ends(b, IS_DONE);
    } else if (what < 95) {
        const PtStatus st = route_rejected(b->router, take_with(b), b->now_ms, &err);
        ends(b, REJECTS);
        check(st == PT_CONFLICT ? PT_OK : st, &err);
    } else if (what < 97) {
        check(route_agent_presence(b->router, agent, ROUTE_AWAY, pt_str("break"), b->now_ms, &err),
              &err);
        ends(b, BREAKS);
        begins(b);
        check(route_agent_presence(b->router, agent, ROUTE_ONLINE, pt_str(""), b->now_ms, &err),
              &err);
        ends(b, BREAKS);
    } else if (what < 98) {
        put_agent(b, agent);
        ends(b, EDITED);
    } else {
        route_advance(b->router, b->now_ms);
        ends(b, PASSES);
    }
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double us_at(int64_t *values, size_t count, double share)
{
    qsort(values, count, sizeof *values, by_value);
    const size_t at = (size_t)((double)count * share);
    return (double)values[at < count ? at : count - 1] / 1000;
}

static void report(Bench *b)
{
    for (unsigned e = 0; e < EVENTS; e++) {
        Samples *s = &b->samples[e];
        if (s->count == 0) {
            continue;
        }
        printf("{\"event\": \"%s\", \"count\": %zu, \"cpu_us\": {\"p50\": %.1f, \"p99\": %.1f, "
               "\"max\": %.1f}, \"wall_us\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}}\n",
               event_names[e], s->count, us_at(s->cpu_ns, s->count, 0.5),
               us_at(s->cpu_ns, s->count, 0.99), us_at(s->cpu_ns, s->count, 1),
               us_at(s->wall_ns, s->count, 0.5), us_at(s->wall_ns, s->count, 0.99),
               us_at(s->wall_ns, s->count, 1));
    }
}

/* ---- Runs ------------------------------------------------------------------------------------ */

/* All as one event: agents who are full (each with three items) or all free, and what waits. */
static void fill(Bench *b, const char *name, size_t waiting, bool full)
{
    const uint64_t before = b->decisions;
    int64_t began_ns = ns_of(CLOCK_THREAD_CPUTIME_ID);
    route_begin(b->router);
    put_queues(b);
    for (size_t i = 1; i <= b->agents; i++) {
        put_agent(b, (int64_t)i);
        for (size_t n = 0; full && n < 3; n++) {
            put_item(b, b->now_ms - MINUTE, (int64_t)i);
        }
    }
    for (size_t i = 0; i < waiting; i++) {
        put_item(b, b->now_ms - (int64_t)below(b, 60 * (uint64_t)MINUTE), 0);
    }
    const double put_ms = (double)(ns_of(CLOCK_THREAD_CPUTIME_ID) - began_ns) / 1e6;
    const uint32_t groups = b->router->group_table.live;
    began_ns = ns_of(CLOCK_THREAD_CPUTIME_ID);
    route_end(b->router, b->now_ms);
    printf("{\"event\": \"%s\", \"agents\": %zu, \"waiting\": %zu, \"groups\": %u, "
           "\"put_cpu_ms\": %.1f, \"decisions\": %" PRIu64 ", \"decide_cpu_ms\": %.1f}\n",
           name, b->agents, waiting, groups, put_ms, b->decisions - before,
           (double)(ns_of(CLOCK_THREAD_CPUTIME_ID) - began_ns) / 1e6);
}

static void begin_anew(Bench *b)
{
    PtError err;
    route_free(b->router);
    b->router = NULL;
    b->with_count = 0;
    check(route_new(&(RouteSink){b, decided}, &b->router, &err), &err);
}

/* Everybody is free again, and each arrival chooses among them. */
static void free_all(Bench *b, size_t events)
{
    begin_anew(b);
    put_queues(b);
    for (size_t i = 1; i <= b->agents; i++) {
        put_agent(b, (int64_t)i);
    }
    for (size_t i = 0; i < events; i++) {
        b->now_ms++;
        begins(b);
        put_item(b, b->now_ms, 0);
        ends(b, FREE);
        while (b->with_count > 10) {
            route_item_remove(b->router, take_with(b), b->now_ms);
        }
    }
}

int main(int argc, char **argv)
{
    size_t given[] = {10000, 100000, 200000, 60, 50};
    for (int i = 1; i < argc && i <= 5; i++) {
        const unsigned long long number = strtoull(argv[i], NULL, 10);
        given[i - 1] = number >= 1 && number <= MOST ? number : MOST;
    }
    Bench b = {.agents = given[0],
               .kinds = given[3],
               .queues = given[4],
               .next_id = 1,
               .now_ms = INT64_C(1780387200000)};
    const size_t events = given[2];
    pt_rng_init(&b.rng, 1);
    b.with_room = 3 * given[0] + given[1] + 2 * events + 1;
    b.with = room_for(b.with_room, sizeof *b.with);
    for (unsigned e = 0; e < EVENTS; e++) {
        b.samples[e].cpu_ns = room_for(2 * events + 1, sizeof(int64_t));
        b.samples[e].wall_ns = room_for(2 * events + 1, sizeof(int64_t));
    }
    begin_anew(&b);
    fill(&b, "all full", given[1], true);
    for (size_t i = 0; i < events; i++) {
        happens(&b, below(&b, 100));
    }
    printf("{\"event\": \"ended\", \"groups\": %u, \"decisions\": %" PRIu64 "}\n",
           b.router->group_table.live, b.decisions);
    begin_anew(&b);
    fill(&b, "all free at once", given[1], false);
    free_all(&b, events);
    report(&b);
    for (unsigned e = 0; e < EVENTS; e++) {
        free(b.samples[e].cpu_ns);
        free(b.samples[e].wall_ns);
    }
    free(b.with);
    route_free(b.router);
    return 0;
}
