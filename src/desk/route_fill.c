// SPDX-License-Identifier: Apache-2.0
/* What SQL knows, put before the router. */
#include "desk/route_internal.h"
#include "route.sql.h"

#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_MS = 60000,
    DAY_MS = 86400000,
    SHIFT_DAYS = 8, /* known to the router ahead of time */
    PAGE_ROWS = 1000,
    PAGE_BYTES = 64 << 20,
    SETTING_BYTES = 4 << 20,
    REFUSED_MAX = 20000, /* newer ones are kept */
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
}

/* ---- Settings ---------------------------------------------------------------------------------
 */

static int64_t skill_number(const DeskRouting *r, PtStr skill)
{
    return (int64_t)(uintptr_t)pt_map_get(r->skill_ids, skill);
}

static PtStatus load_skills(DeskRouting *r, PtSqlTx *tx, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SETTING_BYTES);
    DeskRouteRow row;
    DeskRouteSet set;
    PtStatus st = arena != NULL
                      ? desk_route_row(tx, DESK_ROUTE_SKILLS_DOC, PT_STR(""), arena, &row, err)
                      : no_memory(err);
    st = st == PT_OK ? desk_route_read(DESK_ROUTE_SKILLS_DOC, row.setting.json, arena, &set, err)
                     : st;
    for (size_t i = 0; st == PT_OK && i < set.skills.count; i++) {
        const uintptr_t number = (uintptr_t)++r->skill_count;
        if (!pt_map_set(r->skill_ids, set.skills.list[i].id, (void *)number, NULL)) {
            st = no_memory(err);
        }
    }
    return st;
}

/* A place more at the end of an array of pointers. */
static bool grow(void *array, size_t count)
{
    void *list = NULL;
    memcpy(&list, array, sizeof list);
    if (count % 64 == 0) {
        void *more = realloc(list, (count + 64) * sizeof(void *));
        if (more == NULL) {
            return false;
        }
        memcpy(array, &more, sizeof more);
    }
    return true;
}

static PtStatus keep_queue(DeskRouting *r, const DeskRouteRow *row, DeskRouteQueue **ret_queue,
                           PtError *err)
{
    DeskRouteQueue *q = calloc(1, sizeof *q);
    if (q == NULL || !grow(&r->queues, r->queue_count)) {
        free(q);
        return no_memory(err);
    }
    r->queues[r->queue_count++] = q;
    DeskRouteSet set;
    q->number = row->number;
    q->arena = pt_arena_new(SETTING_BYTES);
    q->id = q->arena != NULL ? pt_arena_str(q->arena, row->setting.id) : (PtStr){NULL, 0};
    if (q->id.data == NULL || !pt_map_set(r->queue_ids, q->id, q, NULL)) {
        return no_memory(err);
    }
    PtStatus st = desk_route_read(DESK_ROUTE_QUEUE, row->setting.json, q->arena, &set, err);
    if (st == PT_OK) {
        q->set = set.queue;
        *ret_queue = q;
    }
    return st;
}

typedef struct Filling {
    Desk *desk;
    PtSqlTx *tx;
    int64_t now_ms;
} Filling;

static PtStatus put_queue(void *ctx, const DeskRouteRow *row, PtError *err)
{
    const Filling *f = ctx;
    DeskRouting *r = f->desk->router;
    DeskRouteQueue *q = NULL;
    RouteStep steps[ROUTE_STEPS];
    size_t count = 0;
    PtStatus st = keep_queue(r, row, &q, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < q->set.relax.count; i++) {
        const DeskRelax *relax = &q->set.relax.list[i];
        const int64_t skill = relax->skill.len > 0 ? skill_number(r, relax->skill) : 0;
        if (skill != 0 || relax->skill.len == 0) {
            steps[count++] = (RouteStep){relax->after_s * 1000, skill, (uint8_t)relax->level};
        }
    }
    const RouteQueue queue = {.id = q->number,
                              .on = q->set.on,
                              .strategy = (RouteStrategy)q->set.strategy,
                              .offer = q->set.ask,
                              .ageing_ms = q->set.ageing_min * MINUTE_MS,
                              .refused_ms = q->set.again_min * MINUTE_MS,
                              .away_after = (uint16_t)q->set.away_after,
                              .last_agent = row->memory,
                              .steps = steps,
                              .step_count = count};
    return route_queue_put(r->route, &queue, f->now_ms, err);
}

/* ---- Agents -----------------------------------------------------------------------------------
 */

static PtStatus keep_agent(DeskRouting *r, const DeskRouteRow *row, DeskRouteAgent **ret_agent,
                           PtError *err)
{
    DeskRouteAgent *a = calloc(1, sizeof *a);
    if (a == NULL || !grow(&r->agents, r->agent_count)) {
        free(a);
        return no_memory(err);
    }
    r->agents[r->agent_count++] = a;
    DeskRouteSet set;
    a->number = row->number;
    a->arena = pt_arena_new(SETTING_BYTES);
    a->id = a->arena != NULL ? pt_arena_str(a->arena, row->setting.id) : (PtStr){NULL, 0};
    if (a->id.data == NULL || !pt_map_set(r->agent_ids, a->id, a, NULL)) {
        return no_memory(err);
    }
    PtStatus st = desk_route_read(DESK_ROUTE_AGENT, row->setting.json, a->arena, &set, err);
    if (st != PT_OK) {
        return st;
    }
    a->set = set.agent;
    if (a->set.hours.len > 0) {
        const PtCalendarVersion version = {.json = a->set.hours};
        st = pt_calendar_new(&version, 1, r->zones, &a->calendar, err);
    }
    *ret_agent = a;
    return st;
}

/* The stretches in which the agent works from now on. None at all: one that is over, since no
 * shifts would mean always. */
static size_t shifts_of(const DeskRouteAgent *a, int64_t now_ms,
                        RouteShift shifts[static ROUTE_AGENT_SHIFTS])
{
    size_t count = 0;
    PtSpan open;
    if (a->calendar == NULL) {
        return 0;
    }
    PtCalendarWalk walk =
        pt_calendar_walk(a->calendar, now_ms - DAY_MS, now_ms + SHIFT_DAYS * (int64_t)DAY_MS);
    while (count < ROUTE_AGENT_SHIFTS && pt_calendar_walk_next(&walk, &open)) {
        shifts[count++] = (RouteShift){open.from_ms, open.to_ms};
    }
    if (count == 0) {
        shifts[count++] = (RouteShift){0, 1};
    }
    return count;
}

static void set_capacity(const DeskAgentSet *set, RouteAgent *agent)
{
    agent->total = (uint16_t)set->total;
    for (size_t i = 0; i < ROUTE_CHANNELS; i++) {
        agent->capacity[i] = agent->total;
    }
    for (size_t i = 0; i < set->channels.count; i++) {
        agent->capacity[set->channels.list[i].channel] = (uint16_t)set->channels.list[i].units;
    }
}

static PtStatus tell_agent(DeskRouting *r, const DeskRouteAgent *a, const DeskTakes *takes,
                           int64_t idle_ms, int64_t now_ms, PtError *err)
{
    RouteShift shifts[ROUTE_AGENT_SHIFTS];
    RouteSkill skills[ROUTE_AGENT_SKILLS];
    int64_t queues[DESK_ROUTE_QUEUES];
    RouteAgent agent = {.id = a->number,
                        .presence = (RoutePresence)takes->taking,
                        .reason = takes->reason,
                        .queues = queues,
                        .skills = skills,
                        .shifts = shifts,
                        .shift_count = shifts_of(a, now_ms, shifts),
                        .idle_since_ms = idle_ms,
                        .missed = (uint16_t)takes->missed};
    set_capacity(&a->set, &agent);
    for (size_t i = 0; i < a->set.queues.count; i++) {
        const DeskRouteQueue *q = pt_map_get(r->queue_ids, a->set.queues.list[i]);
        if (q != NULL) {
            queues[agent.queue_count++] = q->number;
        }
    }
    for (size_t i = 0; i < a->set.skills.count; i++) {
        const DeskSkill *skill = &a->set.skills.list[i];
        const int64_t number = skill_number(r, skill->skill);
        if (number != 0) {
            skills[agent.skill_count++] = (RouteSkill){number, (uint8_t)skill->level};
        }
    }
    return route_agent_put(r->route, &agent, now_ms, err);
}

static PtStatus put_agent(void *ctx, const DeskRouteRow *row, PtError *err)
{
    const Filling *f = ctx;
    DeskRouting *r = f->desk->router;
    DeskRouteAgent *a = NULL;
    DeskTakes takes;
    PtStatus st = keep_agent(r, row, &a, err);
    st = st == PT_OK ? desk_route_takes(f->tx, a->id, a->arena, &takes, err) : st;
    if (st != PT_OK) {
        return st;
    }
    a->on_shift = a->calendar == NULL || pt_calendar_is_open(a->calendar, f->now_ms);
    // coming online begins idle time
    const int64_t idle_ms = takes.since_ms > row->memory ? takes.since_ms : row->memory;
    return tell_agent(r, a, &takes, idle_ms, f->now_ms, err);
}

PtStatus desk_route_shifts(Desk *d, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouting *r = d->router;
    PtStatus st = arena != NULL ? pt_sql_begin(d->c.core, false, &tx, err) : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < r->agent_count; i++) {
        DeskTakes takes;
        if (r->agents[i]->calendar == NULL) {
            continue;
        }
        st = desk_route_takes(tx, r->agents[i]->id, arena, &takes, err);
        st = st == PT_OK ? tell_agent(r, r->agents[i], &takes, 0, now_ms, err) : st;
    }
    r->shifts_until_ms = now_ms + (SHIFT_DAYS - 1) * (int64_t)DAY_MS;
    return st;
}

/* ---- Tickets ----------------------------------------------------------------------------------
 */

typedef struct Facts {
    int64_t number, opened_ms;
    bool live; /* in somebody's hands, or to be given */
    unsigned priority;
    PtStr queue, assignee, requester, of[DESK_NEED_FIELDS];
} Facts;

/* number, state, priority, opened_ms, queue, assignee, channel, category, store, requester. */
static PtStatus copy_facts(PtSqlTx *tx, PtArena *arena, Facts *f, PtError *err)
{
    const int state = desk_choice(desk_states, pt_sql_text(tx, 1));
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&f->assignee, 5}, {&f->queue, 4}, {&f->of[1], 6},
                 {&f->of[0], 7},    {&f->of[2], 8}, {&f->requester, 9}};
    *f = (Facts){.number = pt_sql_i64(tx, 0),
                 .opened_ms = pt_sql_i64(tx, 3),
                 .live = state == DESK_NEW || state == DESK_IN_PROGRESS,
                 .priority = (unsigned)pt_sql_i64(tx, 2)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts && (f->live || i < 1); i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

static uint8_t channel_of(PtStr channel)
{
    const int at = desk_choice(desk_route_channels, channel);
    return (uint8_t)(at >= 0 ? at : 0);
}

static void need(const DeskRouting *r, DeskSkills skills, RouteItem *item)
{
    for (size_t i = 0; i < skills.count; i++) {
        const RouteSkill wanted = {skill_number(r, skills.list[i].skill),
                                   (uint8_t)skills.list[i].level};
        size_t at = 0;
        while (at < item->need_count && item->needs[at].skill != wanted.skill) {
            at++;
        }
        if (wanted.skill == 0 || at == ROUTE_NEEDS) { // a skill that is gone; check_needs
            continue;
        }
        item->needs[at].skill = wanted.skill;
        if (at == item->need_count || item->needs[at].level < wanted.level) {
            item->needs[at].level = wanted.level;
        }
        item->need_count = (uint8_t)(item->need_count + (at == item->need_count));
    }
}

/* Who spoke with the requester last has a head start. */
static PtStatus find_sticky(const DeskRouting *r, PtSqlTx *tx, const DeskQueueSet *set,
                            const Facts *f, int64_t now_ms, RouteItem *item, PtError *err)
{
    bool there = false;
    const int64_t until_ms = f->opened_ms + set->head_start_s * 1000;
    if (set->sticky_min == 0 || f->requester.len == 0 || until_ms <= now_ms) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_SPOKE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, f->requester);
    pt_sql_bind_i64(tx, 2, f->opened_ms - set->sticky_min * MINUTE_MS);
    st = pt_sql_step(tx, &there, err);
    const DeskRouteAgent *a =
        st == PT_OK && there ? pt_map_get(r->agent_ids, pt_sql_text(tx, 0)) : NULL;
    pt_sql_done(tx);
    if (a != NULL) {
        item->sticky_agent = a->number;
        item->sticky_until_ms = until_ms;
    }
    return st;
}

typedef struct Refusals {
    const RouteRefusal *list; /* NULL: as known */
    size_t count;
} Refusals;

static PtStatus put_ticket(DeskRouting *r, PtSqlTx *tx, const Facts *f, Refusals refusals,
                           int64_t now_ms, PtError *err)
{
    const DeskRouteQueue *q = f->live ? pt_map_get(r->queue_ids, f->queue) : NULL;
    DeskRouteAgent *a = f->assignee.len > 0 ? pt_map_get(r->agent_ids, f->assignee) : NULL;
    const DeskStanding *offer = desk_route_standing(r, f->number);
    if (a != NULL && !f->live) {
        a->finished = true;
    }
    if (!f->live || (f->assignee.len > 0 ? a == NULL : q == NULL)) {
        route_item_remove(r->route, f->number, now_ms);
        return PT_OK;
    }
    RouteItem item = {.id = f->number,
                      .queue = q != NULL ? q->number : DESK_ROUTE_ELSEWHERE,
                      .channel = channel_of(f->of[1]),
                      .weight = 1,
                      .priority = (uint8_t)f->priority,
                      .since_ms = f->opened_ms,
                      .agent = a != NULL       ? a->number
                               : offer != NULL ? offer->agent
                                               : 0,
                      .offered = a == NULL && offer != NULL,
                      .refusals = refusals.list,
                      .refusal_count = refusals.count};
    PtStatus st = PT_OK;
    if (q != NULL) {
        need(r, q->set.skills, &item);
        for (size_t i = 0; i < q->set.needs.count; i++) {
            const DeskNeed *n = &q->set.needs.list[i];
            if (pt_str_eq(f->of[n->field], n->value)) {
                need(r, n->skills, &item);
            }
        }
        st = item.agent == 0 ? find_sticky(r, tx, &q->set, f, now_ms, &item, err) : PT_OK;
    }
    return st == PT_OK ? route_item_put(r->route, &item, now_ms, err) : st;
}

PtStatus desk_route_item(Desk *d, PtSqlTx *tx, int64_t ticket, int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    Facts facts = {.number = ticket};
    bool there = false;
    PtStatus st = arena != NULL ? pt_sql_use(tx, SQL_DESK_ROUTE_TICKET, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    st = pt_sql_step(tx, &there, err);
    st = st == PT_OK && there ? copy_facts(tx, arena, &facts, err) : st;
    pt_sql_done(tx);
    return st == PT_OK ? put_ticket(d->router, tx, &facts, (Refusals){NULL, 0}, now_ms, err) : st;
}

/* ---- All --------------------------------------------------------------------------------------
 */

typedef struct Refused {
    int64_t ticket;
    RouteRefusal refusal;
} Refused;

static int by_ticket(const void *a, const void *b)
{
    const int64_t x = ((const Refused *)a)->ticket, y = ((const Refused *)b)->ticket;
    return (x > y) - (x < y);
}

/* Those that still keep an agent from a ticket, by ticket. */
static PtStatus load_refused(const Filling *f, PtArena *arena, PtArena *scratch, Refused *list,
                             size_t *count, PtError *err)
{
    const DeskRouting *r = f->desk->router;
    DeskRouted *page = pt_arena_alloc(arena, PAGE_ROWS, sizeof *page);
    DeskRouteAsk ask = {SQL_DESK_ROUTE_DECISION_REFUSED, {f->now_ms - DAY_MS, 0, PAGE_ROWS}, 3};
    size_t found = PAGE_ROWS;
    PtStatus st = page != NULL ? PT_OK : no_memory(err);
    while (st == PT_OK && found == PAGE_ROWS) {
        pt_arena_clear(scratch);
        st = desk_route_decided(f->tx, &ask, scratch, page, &found, err);
        for (size_t i = 0; st == PT_OK && i < found; i++) {
            const DeskRouteQueue *q = pt_map_get(r->queue_ids, page[i].queue);
            const DeskRouteAgent *a = pt_map_get(r->agent_ids, page[i].account);
            ask.numbers[0] = page[i].ended_ms;
            ask.numbers[1] = page[i].number;
            const int64_t until_ms =
                q != NULL ? page[i].ended_ms + q->set.again_min * MINUTE_MS : 0;
            if (a != NULL && until_ms > f->now_ms) {
                list[(*count)++ % REFUSED_MAX] = (Refused){page[i].ticket, {a->number, until_ms}};
            }
        }
    }
    *count = *count < REFUSED_MAX ? *count : REFUSED_MAX;
    qsort(list, *count, sizeof *list, by_ticket);
    return st;
}

static PtStatus load_standing(const Filling *f, PtArena *arena, PtError *err)
{
    DeskRouting *r = f->desk->router;
    DeskRouted *page = pt_arena_alloc(arena, PAGE_ROWS, sizeof *page);
    DeskRouteAsk ask = {SQL_DESK_ROUTE_DECISION_OFFERED, {0, PAGE_ROWS}, 2};
    size_t found = PAGE_ROWS;
    PtStatus st = page != NULL ? PT_OK : no_memory(err);
    while (st == PT_OK && found == PAGE_ROWS) {
        st = desk_route_decided(f->tx, &ask, arena, page, &found, err);
        for (size_t i = 0; st == PT_OK && i < found; i++) {
            const DeskRouteAgent *a = pt_map_get(r->agent_ids, page[i].account);
            const DeskRouteQueue *q = pt_map_get(r->queue_ids, page[i].queue);
            const DeskStanding offer = {page[i].ticket, page[i].number, a != NULL ? a->number : 0,
                                        page[i].expires_ms, q != NULL ? q->number : 0};
            ask.numbers[0] = page[i].number;
            st = desk_route_stand(r, &offer, err);
        }
    }
    return st;
}

/* One page behind *last, which moves on; where it stays, there are no more. */
static PtStatus load_tickets(const Filling *f, PtArena *arena, const Refused *refused,
                             size_t refused_count, int64_t *last, PtError *err)
{
    Facts *page = pt_arena_alloc(arena, PAGE_ROWS, sizeof *page);
    RouteRefusal mine[ROUTE_REFUSALS];
    size_t count = 0, at = 0;
    bool there = true;
    PtStatus st = page != NULL ? pt_sql_use(f->tx, SQL_DESK_ROUTE_TICKETS, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(f->tx, 1, *last);
    pt_sql_bind_i64(f->tx, 2, PAGE_ROWS);
    while ((st = pt_sql_step(f->tx, &there, err)) == PT_OK && there &&
           (st = copy_facts(f->tx, arena, &page[count], err)) == PT_OK) {
        *last = page[count++].number;
    }
    pt_sql_done(f->tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        size_t got = 0;
        for (; at < refused_count && refused[at].ticket <= page[i].number; at++) {
            if (refused[at].ticket == page[i].number && got < ROUTE_REFUSALS) {
                mine[got++] = refused[at].refusal;
            }
        }
        st = page[i].live ? put_ticket(f->desk->router, f->tx, &page[i],
                                       (Refusals){got > 0 ? mine : NULL, got}, f->now_ms, err)
                          : PT_OK;
    }
    return st;
}

static PtStatus load_work(const Filling *f, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *kept = pt_arena_new(PAGE_BYTES);
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    Refused *refused = kept != NULL ? pt_arena_alloc(kept, REFUSED_MAX, sizeof *refused) : NULL;
    size_t refused_count = 0;
    int64_t last = 0, before = -1;
    PtStatus st = arena != NULL && refused != NULL ? load_standing(f, arena, err) : no_memory(err);
    st = st == PT_OK ? load_refused(f, kept, arena, refused, &refused_count, err) : st;
    while (st == PT_OK && last != before) {
        before = last;
        pt_arena_clear(arena);
        st = load_tickets(f, arena, refused, refused_count, &last, err);
    }
    return st;
}

static void decided(void *ctx, const RouteDecision *decision)
{
    DeskRouting *r = ctx;
    if (r->decided_count == r->decided_room) {
        const size_t more = r->decided_room > 0 ? 2 * r->decided_room : 256;
        RouteDecision *list = realloc(r->decided, more * sizeof *list);
        if (list == NULL) {
            r->lost = true;
            return;
        }
        r->decided = list;
        r->decided_room = more;
    }
    r->decided[r->decided_count++] = *decision;
}

void desk_route_empty(DeskRouting *r)
{
    for (size_t i = 0; i < r->queue_count; i++) {
        pt_arena_free(r->queues[i]->arena);
        free(r->queues[i]);
    }
    for (size_t i = 0; i < r->agent_count; i++) {
        pt_calendar_free(r->agents[i]->calendar);
        pt_arena_free(r->agents[i]->arena);
        free(r->agents[i]);
    }
    pt_map_free(PT_TAKE(r->queue_ids), NULL);
    pt_map_free(PT_TAKE(r->agent_ids), NULL);
    pt_map_free(PT_TAKE(r->skill_ids), NULL);
    free(PT_TAKE(r->queues));
    free(PT_TAKE(r->agents));
    route_free(PT_TAKE(r->route));
    r->queue_count = r->agent_count = r->standing_count = r->decided_count = 0;
    r->skill_count = 0;
    r->lost = false;
}

static int queue_order(const void *a, const void *b)
{
    const int64_t x = (*(DeskRouteQueue *const *)a)->number;
    const int64_t y = (*(DeskRouteQueue *const *)b)->number;
    return (x > y) - (x < y);
}

static int agent_order(const void *a, const void *b)
{
    const int64_t x = (*(DeskRouteAgent *const *)a)->number;
    const int64_t y = (*(DeskRouteAgent *const *)b)->number;
    return (x > y) - (x < y);
}

static PtStatus fill(Filling *f, PtError *err)
{
    DeskRouting *r = f->desk->router;
    const RouteQueue elsewhere = {.id = DESK_ROUTE_ELSEWHERE};
    PtStatus st = pt_sql_begin(f->desk->c.core, false, &f->tx, err);
    st = st == PT_OK ? load_skills(r, f->tx, err) : st;
    st = st == PT_OK ? route_queue_put(r->route, &elsewhere, f->now_ms, err) : st;
    st = st == PT_OK ? desk_route_each(f->tx, DESK_ROUTE_QUEUE, put_queue, f, err) : st;
    st = st == PT_OK ? desk_route_each(f->tx, DESK_ROUTE_AGENT, put_agent, f, err) : st;
    if (r->queue_count > 0) {
        qsort(r->queues, r->queue_count, sizeof(DeskRouteQueue *), queue_order);
    }
    if (r->agent_count > 0) {
        qsort(r->agents, r->agent_count, sizeof(DeskRouteAgent *), agent_order);
    }
    st = st == PT_OK ? load_work(f, err) : st;
    pt_sql_rollback(PT_TAKE(f->tx));
    return st;
}

PtStatus desk_route_fill(Desk *d, int64_t now_ms, PtError *err)
{
    DeskRouting *r = d->router;
    const RouteSink sink = {r, decided};
    Filling f = {.desk = d, .now_ms = now_ms};
    desk_route_empty(r);
    r->queue_ids = pt_map_new();
    r->agent_ids = pt_map_new();
    r->skill_ids = pt_map_new();
    PtStatus st = r->queue_ids != NULL && r->agent_ids != NULL && r->skill_ids != NULL
                      ? route_new(&sink, &r->route, err)
                      : no_memory(err);
    if (st == PT_OK) {
        route_begin(r->route);
        st = fill(&f, err);
        r->shifts_until_ms = now_ms + (SHIFT_DAYS - 1) * (int64_t)DAY_MS;
        if (st == PT_OK) {
            route_end(r->route, now_ms);
        }
    }
    if (st != PT_OK) {
        desk_route_empty(r);
    }
    return st;
}
