// SPDX-License-Identifier: Apache-2.0
/* Settings tried on the tickets there were: read, run as they are and as they would be, compared.
 */
#include "desk/read_internal.h"
#include "desk/record_internal.h"
#include "desk/route_internal.h"

#include <stdlib.h>
#include <string.h>

enum { NEW_FIRST = 1 << 30, NAME_BYTES = 64, SIDE_BYTES = 512 << 20 };
static const int64_t day_ms = 86400000, warm_ms = 7 * INT64_C(86400000);

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to try a routing");
}

typedef struct Side { /* of the comparison */
    DeskRouteBook book;
    RouteQueue *queues;
    RouteStep (*steps)[ROUTE_STEPS];
    RouteAgent *agents;
    PtArena *arena; /* what agents consist of */
    RouteTryItem *items;
    RouteTryQueue *by_queue;
    RouteTryAgent *by_agent;
    size_t agent_count, item_count;
} Side;

typedef struct Trial {
    Desk *desk;
    const DeskRouteTry *ask;
    PtArena *arena;                   /* the answer's */
    int64_t from_ms, to_ms, until_ms; /* until_ms: of the machine's clock */
    DeskPasts pasts;
    Side now, would;
    PtMap *named; /* agents that the changes speak of */
    RouteTryLong longest[ROUTE_TRY_LONGEST];
    size_t longest_count;
} Trial;

static void side_done(Side *s)
{
    desk_book_done(&s->book);
    free(s->queues);
    free(s->steps);
    free(s->agents);
    pt_arena_free(s->arena);
    free(s->items);
    free(s->by_queue);
    free(s->by_agent);
}

static void trial_done(Trial *t)
{
    side_done(&t->now);
    side_done(&t->would);
    desk_route_past_done(&t->pasts);
    pt_map_free(t->named, NULL);
}

static bool stops(void *ctx)
{
    const Trial *t = ctx;
    return (t->ask->stop != NULL && atomic_load(t->ask->stop)) || pt_mono_ms() > t->until_ms;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

typedef struct Change {
    PtStr id, settings; /* settings: JSON; "null" */
} Change;
typedef struct Changes {
    Change *list;
    size_t count;
} Changes;

static PtStatus read_raw(DeskReader *r, const DeskMember *member, void *into)
{
    (void)member;
    return pt_json_skip(&r->j, into, NULL, NULL) ? PT_OK : pt_json_error(&r->j, r->err);
}

static PtStatus read_queue(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"queue", desk_read_text, offsetof(Change, id), .required = true, .min = 1,
         .max = NAME_BYTES},
        {"settings", read_raw, offsetof(Change, settings), .required = true}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

static PtStatus read_agent(DeskReader *r, const DeskMember *member, void *into)
{
    static const DeskMember members[] = {
        {"account", desk_read_text, offsetof(Change, id), .required = true, .min = 1,
         .max = NAME_BYTES},
        {"settings", read_raw, offsetof(Change, settings), .required = true}};
    (void)member;
    return desk_read_members(r, members, sizeof members / sizeof *members, into);
}

static PtStatus read_changes(PtStr json, DeskRead *read, const char *name, PtArena *arena,
                             Changes *ret, PtError *err)
{
    const DeskMember item = {.name = "", .read = read};
    DeskReader r;
    void *list = NULL;
    *ret = (Changes){.count = 0};
    if (json.data == NULL) {
        return PT_OK;
    }
    desk_reader_init(&r, json, arena, err);
    (void)desk_reader_push(&r, pt_str(name));
    PtStatus st = desk_read_list(&r, &item, DESK_TRIAL_CHANGES, sizeof(Change), &list, &ret->count);
    ret->list = list;
    return st == PT_OK ? desk_reader_end(&r) : st;
}

static PtStatus has_skills(const DeskRouteBook *b, DeskSkills skills, PtError *err)
{
    for (size_t i = 0; i < skills.count; i++) {
        if (pt_map_get(b->skill_ids, skills.list[i].skill) == NULL) {
            return pt_fail(err, PT_INVALID, "/skills: no skill has the id \"%.*s\"",
                           PT_STR_ARG(skills.list[i].skill));
        }
    }
    return PT_OK;
}

static PtStatus put_queue(Trial *t, const Change *c, int64_t number, PtError *err)
{
    const DeskRouteQueue *there = pt_map_get(t->would.book.queue_ids, c->id);
    const DeskRouteRow row = {.setting = {.id = c->id, .json = c->settings},
                              .number = there != NULL ? there->number : number};
    PtStr name;
    PtStatus st = desk_field_check(DESK_F_QUEUE, c->id, t->arena, &name, err);
    st = st == PT_OK ? desk_book_queue(&t->would.book, &row, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const DeskRouteQueue *q = pt_map_get(t->would.book.queue_ids, c->id);
    st = has_skills(&t->would.book, q->set.skills, err);
    for (size_t i = 0; st == PT_OK && i < q->set.needs.count; i++) {
        st = has_skills(&t->would.book, q->set.needs.list[i].skills, err);
    }
    for (size_t i = 0; st == PT_OK && i < q->set.relax.count; i++) {
        DeskSkill one = {.skill = q->set.relax.list[i].skill};
        st = one.skill.len > 0 ? has_skills(&t->would.book, (DeskSkills){&one, 1}, err) : PT_OK;
    }
    return st;
}

static PtStatus put_agent(Trial *t, const Change *c, int64_t number, PtError *err)
{
    const DeskRouteAgent *there = pt_map_get(t->would.book.agent_ids, c->id);
    const DeskRouteRow row = {.setting = {.id = c->id, .json = c->settings},
                              .number = there != NULL ? there->number : number};
    if (pt_str_eq(c->settings, PT_STR("null"))) {
        desk_book_drop_agent(&t->would.book, c->id);
        return PT_OK;
    }
    PtStatus st = desk_book_agent(&t->would.book, &row, t->desk->router->zones, err);
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? PT_INVALID : st;
    }
    const DeskRouteAgent *a = pt_map_get(t->would.book.agent_ids, c->id);
    return !pt_map_set(t->named, c->id, t, NULL) ? no_memory(err)
                                                 : has_skills(&t->would.book, a->set.skills, err);
}

typedef PtStatus Put(Trial *t, const Change *c, int64_t number, PtError *err);

static PtStatus change(Trial *t, PtStr json, DeskRead *read, Put *put, const char *name,
                       PtError *err)
{
    PtError why = {0};
    Changes changes;
    PtStatus st = read_changes(json, read, name, t->arena, &changes, err);
    for (size_t i = 0; st == PT_OK && i < changes.count; i++) {
        st = put(t, &changes.list[i], NEW_FIRST + (int64_t)i, &why);
        if (st != PT_OK) {
            (void)pt_fail(err, st, "/%s/%zu/settings%s%s", name, i,
                          why.message[0] == '/' ? "" : ": ", why.message);
        }
    }
    return st;
}

/* ---- As the router takes it -------------------------------------------------------------------
 */

static PtStatus takes_part(const Trial *t, const DeskRouteAgent *a, PtSqlTx *tx, bool *ret_part,
                           PtError *err)
{
    DeskTakes takes = {.missed = 0};
    const DeskRouteAgent *in_force = pt_map_get(t->now.book.agent_ids, a->id);
    const PtStatus st = desk_route_takes(tx, a->id, t->arena, &takes, err);
    *ret_part = pt_map_get(t->named, a->id) != NULL || (in_force != NULL && in_force->had > 0) ||
                takes.taking != DESK_TAKING_OFFLINE;
    return st;
}

/* A copy of an array in the side's arena; NULL: no memory. */
static void *copy(Side *s, const void *list, size_t count, size_t size)
{
    void *to = pt_arena_alloc(s->arena, count + 1, size);
    if (to != NULL && count > 0) {
        memcpy(to, list, count * size);
    }
    return to;
}

static PtStatus add_agent(const Trial *t, Side *s, const DeskRouteAgent *a, DeskAgentRoom *room,
                          PtError *err)
{
    RouteAgent agent =
        desk_book_as_agent(&s->book, a, t->from_ms - warm_ms, t->to_ms + warm_ms, room);
    agent.presence = ROUTE_ONLINE;
    agent.queues = copy(s, room->queues, agent.queue_count, sizeof *room->queues);
    agent.skills = copy(s, room->skills, agent.skill_count, sizeof *room->skills);
    agent.shifts = copy(s, room->shifts, agent.shift_count, sizeof *room->shifts);
    s->agents[s->agent_count++] = agent;
    return agent.queues != NULL && agent.skills != NULL && agent.shifts != NULL ? PT_OK
                                                                                : no_memory(err);
}

static PtStatus put_agents(const Trial *t, Side *s, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskAgentRoom *room = calloc(1, sizeof *room);
    PtStatus st = room != NULL ? pt_sql_begin(t->desk->c.core, false, &tx, err) : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < s->book.agent_count; i++) {
        bool part = false;
        st = takes_part(t, s->book.agents[i], tx, &part, err);
        st = st == PT_OK && part ? add_agent(t, s, s->book.agents[i], room, err) : st;
    }
    free(room);
    return st;
}

static PtStatus put_items(Trial *t, Side *s, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < t->pasts.count; i++) {
        const DeskPast *p = &t->pasts.list[i];
        const DeskRouteQueue *q = pt_map_get(s->book.queue_ids, t->pasts.queues[p->queue]);
        if (q == NULL) {
            continue;
        }
        RouteTryItem *to = &s->items[s->item_count++];
        *to = (RouteTryItem){.item = {.id = p->number,
                                      .queue = q->number,
                                      .channel = desk_route_channel_of(p->of[1]),
                                      .weight = 1,
                                      .priority = p->priority,
                                      .since_ms = p->since_ms},
                             .handle_ms = p->handle_ms,
                             .by_ms = p->by_ms};
        st = desk_book_needs(&s->book, &q->set, p->of, p->language, &to->item, err);
    }
    return st;
}

static PtStatus prepare(Trial *t, Side *s, PtError *err)
{
    const DeskRouteBook *b = &s->book;
    s->queues = calloc(b->queue_count + 1, sizeof *s->queues);
    s->steps = calloc(b->queue_count + 1, sizeof *s->steps);
    s->by_queue = calloc(b->queue_count + 1, sizeof *s->by_queue);
    s->agents = calloc(b->agent_count + 1, sizeof *s->agents);
    s->arena = pt_arena_new(SIDE_BYTES);
    s->by_agent = calloc(b->agent_count + 1, sizeof *s->by_agent);
    s->items = calloc(t->pasts.count + 1, sizeof *s->items);
    if (s->queues == NULL || s->steps == NULL || s->by_queue == NULL || s->agents == NULL ||
        s->arena == NULL || s->by_agent == NULL || s->items == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < b->queue_count; i++) {
        s->queues[i] = desk_book_as_queue(b, b->queues[i], s->steps[i]);
    }
    PtStatus st = put_agents(t, s, err);
    return st == PT_OK ? put_items(t, s, err) : st;
}

static PtStatus run(Trial *t, Side *s, PtError *err)
{
    const RouteTry try = {.queues = s->queues,
                          .queue_count = s->book.queue_count,
                          .agents = s->agents,
                          .agent_count = s->agent_count,
                          .items = s->items,
                          .item_count = s->item_count,
                          .from_ms = t->from_ms,
                          .to_ms = t->to_ms,
                          .answer_ms = t->ask->goal_s * 1000,
                          .in_shifts = true,
                          .stop = stops,
                          .stop_ctx = t};
    return s == &t->now ? route_try(&try, s->by_queue, s->by_agent, err)
                        : route_try_longest(&try, DESK_TRIAL_LONGEST, s->by_queue, s->by_agent,
                                            t->longest, &t->longest_count, err);
}

/* ---- What was ---------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t rank(const int64_t *list, size_t count, size_t percent)
{
    const size_t at = (count * percent + 99) / 100;
    return count > 0 ? list[at > 0 ? at - 1 : 0] : 0;
}

/* waits: room for all tickets. */
static DeskTrialWaits was(const Trial *t, PtStr queue, int64_t *waits)
{
    DeskTrialWaits w = {.on = true};
    size_t count = 0, at = 0;
    while (at < t->pasts.queue_count && !pt_str_eq(t->pasts.queues[at], queue)) {
        at++;
    }
    for (size_t i = 0; i < t->pasts.count; i++) {
        const DeskPast *p = &t->pasts.list[i];
        if (p->since_ms < t->from_ms || p->queue != at) {
            continue;
        }
        w.arrived++;
        if (p->given_ms == 0) {
            w.left++;
            continue;
        }
        const int64_t wait_ms = p->given_ms - p->since_ms;
        const int64_t by_ms = p->by_ms != 0 ? p->by_ms : p->since_ms + t->ask->goal_s * 1000;
        w.in_time += p->given_ms <= by_ms;
        w.mean_ms += wait_ms;
        waits[count++] = wait_ms;
    }
    qsort(waits, count, sizeof *waits, by_value);
    w.given = (int64_t)count;
    w.mean_ms = count > 0 ? w.mean_ms / (int64_t)count : 0;
    w.p50_ms = rank(waits, count, 50);
    w.p90_ms = rank(waits, count, 90);
    w.max_ms = rank(waits, count, 100);
    return w;
}

static void count_had(const Trial *t)
{
    for (size_t i = 0; i < t->pasts.count; i++) {
        const DeskPast *p = &t->pasts.list[i];
        DeskRouteAgent *a = pt_map_get(t->now.book.agent_ids, p->account);
        if (a != NULL && p->since_ms >= t->from_ms) {
            a->had++;
        }
    }
}

/* ---- The answer -------------------------------------------------------------------------------
 */

static DeskTrialWaits waits_of(const Side *s, PtStr queue)
{
    const DeskRouteQueue *q = pt_map_get(s->book.queue_ids, queue);
    for (size_t i = 0; q != NULL && q->set.on && i < s->book.queue_count; i++) {
        const RouteTryQueue *w = &s->by_queue[i];
        if (w->queue == q->number) {
            return (DeskTrialWaits){.on = true,
                                    .arrived = w->arrived,
                                    .given = w->given,
                                    .in_time = w->in_time,
                                    .left = (int64_t)w->arrived -
                                            w->given, // of those that came in the time
                                    .mean_ms = w->mean_ms,
                                    .p50_ms = w->p50_ms,
                                    .p90_ms = w->p90_ms,
                                    .max_ms = w->max_ms};
        }
    }
    return (DeskTrialWaits){.on = false};
}

static DeskTrialLoad load_of(const Side *s, PtStr account)
{
    const DeskRouteAgent *a = pt_map_get(s->book.agent_ids, account);
    for (size_t i = 0; a != NULL && i < s->agent_count; i++) {
        const RouteTryAgent *l = &s->by_agent[i];
        const double all_ms = (double)l->there_ms * (double)a->set.total;
        if (l->agent == a->number) {
            return (DeskTrialLoad){.there = true,
                                   .given = l->given,
                                   .there_ms = l->there_ms,
                                   .busy_ms = l->busy_ms,
                                   .used = all_ms > 0 ? (double)l->units_ms / all_ms : 0};
        }
    }
    return (DeskTrialLoad){.there = false};
}

static int by_queue(const void *a, const void *b)
{
    return pt_str_order(((const DeskTrialQueue *)a)->id, ((const DeskTrialQueue *)b)->id);
}

static int by_account(const void *a, const void *b)
{
    return pt_str_order(((const DeskTrialAgent *)a)->account, ((const DeskTrialAgent *)b)->account);
}

static PtStatus tell_queues(const Trial *t, DeskRouteTrial *to, PtError *err)
{
    const DeskRouteBook *b = &t->would.book; // has all that the book in force has
    int64_t *waits = calloc(t->pasts.count + 1, sizeof *waits);
    to->queues = pt_arena_alloc(t->arena, b->queue_count + 1, sizeof *to->queues);
    PtStatus st = waits != NULL && to->queues != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < b->queue_count; i++) {
        DeskTrialQueue *q = &to->queues[to->queue_count++];
        *q = (DeskTrialQueue){.id = pt_arena_str(t->arena, b->queues[i]->id),
                              .was = was(t, b->queues[i]->id, waits),
                              .now = waits_of(&t->now, b->queues[i]->id),
                              .would = waits_of(&t->would, b->queues[i]->id)};
        to->tickets += q->was.arrived;
        st = q->id.data != NULL ? PT_OK : no_memory(err);
    }
    free(waits);
    if (st == PT_OK) {
        qsort(to->queues, to->queue_count, sizeof *to->queues, by_queue);
    }
    return st;
}

static PtStatus tell_agent(const Trial *t, PtStr account, int64_t had, DeskRouteTrial *to,
                           PtError *err)
{
    DeskTrialAgent *a = &to->agents[to->agent_count];
    *a = (DeskTrialAgent){.account = pt_arena_str(t->arena, account),
                          .was = had,
                          .now = load_of(&t->now, account),
                          .would = load_of(&t->would, account)};
    to->agent_count += a->now.there || a->would.there;
    return a->account.data != NULL ? PT_OK : no_memory(err);
}

static PtStatus tell_agents(const Trial *t, DeskRouteTrial *to, PtError *err)
{
    const DeskRouteBook *now = &t->now.book, *would = &t->would.book;
    to->agents =
        pt_arena_alloc(t->arena, now->agent_count + would->agent_count + 1, sizeof *to->agents);
    PtStatus st = to->agents != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < now->agent_count; i++) {
        st = tell_agent(t, now->agents[i]->id, now->agents[i]->had, to, err);
    }
    for (size_t i = 0; st == PT_OK && i < would->agent_count; i++) {
        const PtStr id = would->agents[i]->id;
        st = pt_map_get(now->agent_ids, id) == NULL ? tell_agent(t, id, 0, to, err) : PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < t->would.agent_count; i++) {
        to->always += t->would.agents[i].shift_count == 0;
    }
    if (st == PT_OK) {
        qsort(to->agents, to->agent_count, sizeof *to->agents, by_account);
    }
    return st;
}

static int past_order(const void *key, const void *past)
{
    const int64_t x = *(const int64_t *)key, y = ((const DeskPast *)past)->number;
    return (x > y) - (x < y);
}

static PtStatus tell_longest(const Trial *t, DeskRouteTrial *to, PtError *err)
{
    to->longest = pt_arena_alloc(t->arena, t->longest_count + 1, sizeof *to->longest);
    for (size_t i = 0; to->longest != NULL && i < t->longest_count; i++) {
        const RouteTryLong *l = &t->longest[i];
        const DeskPast *p = bsearch(&l->item, t->pasts.list, t->pasts.count, sizeof *p, past_order);
        unsigned most = ROUTE_WAIT_TURN;
        for (unsigned k = 0; k < ROUTE_WAITS; k++) {
            most = l->why_ms[k] > l->why_ms[most] ? k : most;
        }
        if (p != NULL) {
            to->longest[to->longest_count++] =
                (DeskTrialLong){.ticket = l->item,
                                .queue = t->pasts.queues[p->queue],
                                .wait_ms = l->wait_ms,
                                .was_ms = p->given_ms > 0 ? p->given_ms - p->since_ms : -1,
                                .given = l->given,
                                .reason = (DeskWaits)most,
                                .reason_ms = l->why_ms[most]};
        }
    }
    return to->longest != NULL ? PT_OK : no_memory(err);
}

static PtStatus tell(const Trial *t, DeskRouteTrial *ret, PtError *err)
{
    DeskRouteTrial to = {
        .from_ms = t->from_ms, .to_ms = t->to_ms, .unassigned = t->pasts.unassigned};
    for (size_t i = 0; i < t->pasts.count; i++) {
        const DeskPast *p = &t->pasts.list[i];
        const bool known = pt_map_get(t->would.book.queue_ids, t->pasts.queues[p->queue]) != NULL;
        if (p->since_ms >= t->from_ms) {
            to.elsewhere += !known;
            to.assumed += known && !p->measured;
        }
    }
    PtStatus st = tell_queues(t, &to, err);
    st = st == PT_OK ? tell_agents(t, &to, err) : st;
    st = st == PT_OK ? tell_longest(t, &to, err) : st;
    if (st == PT_OK) {
        *ret = to;
    }
    return st;
}

/* ---- All --------------------------------------------------------------------------------------
 */

static PtStatus load_books(Trial *t, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtZones *zones = t->desk->router->zones;
    PtStatus st = desk_book_open(&t->now.book, err);
    st = st == PT_OK ? desk_book_open(&t->would.book, err) : st;
    st = st == PT_OK ? pt_sql_begin(t->desk->c.core, false, &tx, err) : st;
    st = st == PT_OK ? desk_book_load(&t->now.book, tx, zones, err) : st;
    return st == PT_OK ? desk_book_load(&t->would.book, tx, zones, err) : st;
}

static PtStatus try_all(Trial *t, DeskRouteTrial *ret, PtError *err)
{
    t->named = pt_map_new();
    PtStatus st = t->named != NULL ? load_books(t, err) : no_memory(err);
    st = st == PT_OK ? change(t, t->ask->queues, read_queue, put_queue, "queues", err) : st;
    st = st == PT_OK ? change(t, t->ask->agents, read_agent, put_agent, "agents", err) : st;
    for (size_t i = 0; st == PT_OK && i < t->ask->dropped_count; i++) {
        (void)pt_map_remove(t->would.book.skill_ids, t->ask->dropped[i]);
    }
    const DeskPastAsk past = {.from_ms = t->from_ms - warm_ms,
                              .to_ms = t->to_ms,
                              .since_ms = t->from_ms,
                              .book = &t->now.book,
                              .stop = stops,
                              .stop_ctx = t};
    st = st == PT_OK ? desk_route_past(t->desk, &past, t->arena, &t->pasts, err) : st;
    if (st == PT_OK) {
        count_had(t);
        st = prepare(t, &t->now, err);
    }
    st = st == PT_OK ? prepare(t, &t->would, err) : st;
    st = st == PT_OK ? run(t, &t->now, err) : st;
    st = st == PT_OK ? run(t, &t->would, err) : st;
    return st == PT_OK ? tell(t, ret, err) : st;
}

PtStatus desk_route_try(Desk *d, const DeskRouteTry *ask, PtArena *arena, DeskRouteTrial *ret_trial,
                        PtError *err)
{
    bool free_now = false;
    if (ask->days < 1 || ask->days > DESK_TRIAL_DAYS) {
        return pt_fail(err, PT_INVALID, "days: not 1..%d", DESK_TRIAL_DAYS);
    }
    if (!atomic_compare_exchange_strong(&d->router->trying, &free_now, true)) {
        return pt_fail(err, PT_UNAVAILABLE, "a trial is running already");
    }
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    Trial *t = calloc(1, sizeof *t);
    PtStatus st = t != NULL ? PT_OK : no_memory(err);
    if (t != NULL) {
        *t = (Trial){.desk = d,
                     .ask = ask,
                     .arena = arena,
                     .from_ms = now_ms - ask->days * day_ms,
                     .to_ms = now_ms,
                     .until_ms = pt_mono_ms() + DESK_TRIAL_MS};
        st = try_all(t, ret_trial, err);
        if (st == PT_UNAVAILABLE && pt_mono_ms() > t->until_ms) {
            st = pt_fail(err, st, "not done within %d s: try fewer days", DESK_TRIAL_MS / 1000);
        }
        trial_done(t);
        free(t);
    }
    atomic_store(&d->router->trying, false);
    return st;
}
