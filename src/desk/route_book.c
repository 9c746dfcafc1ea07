// SPDX-License-Identifier: Apache-2.0
/* Settings of routing in memory, by name and by the number that the router knows them by. */
#include "desk/route_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, SETTING_BYTES = 4 << 20, MORE = 64 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to route tickets");
}

/* ---- Life -------------------------------------------------------------------------------------
 */

PtStatus desk_book_open(DeskRouteBook *b, PtError *err)
{
    *b = (DeskRouteBook){
        .queue_ids = pt_map_new(), .agent_ids = pt_map_new(), .skill_ids = pt_map_new()};
    return b->queue_ids != NULL && b->agent_ids != NULL && b->skill_ids != NULL ? PT_OK
                                                                                : no_memory(err);
}

static void free_agent(DeskRouteAgent *a)
{
    pt_calendar_free(a->calendar);
    pt_arena_free(a->arena);
    free(a);
}

void desk_book_done(DeskRouteBook *b)
{
    for (size_t i = 0; i < b->queue_count; i++) {
        pt_arena_free(b->queues[i]->arena);
        free(b->queues[i]);
    }
    for (size_t i = 0; i < b->agent_count; i++) {
        free_agent(b->agents[i]);
    }
    pt_map_free(b->queue_ids, NULL);
    pt_map_free(b->agent_ids, NULL);
    pt_map_free(b->skill_ids, NULL);
    free(b->queues);
    free(b->agents);
    *b = (DeskRouteBook){.queue_ids = NULL};
}

/* ---- Skills and languages ---------------------------------------------------------------------
 */

static int64_t skill_number(const DeskRouteBook *b, PtStr skill)
{
    return (int64_t)(uintptr_t)pt_map_get(b->skill_ids, skill);
}

PtStr desk_book_skill_name(const DeskRouteBook *b, int64_t number)
{
    size_t cursor = 0;
    PtStr key;
    void *value = NULL;
    while (number != 0 && pt_map_next(b->skill_ids, &cursor, &key, &value)) {
        if ((int64_t)(uintptr_t)value == number) {
            return key;
        }
    }
    return PT_STR("");
}

/* A language that nobody has named yet gets its number here. */
static PtStatus language_number(DeskRouteBook *b, PtStr code, int64_t *ret_number, PtError *err)
{
    char key[sizeof DESK_TONGUE_PREFIX + 8];
    (void)snprintf(key, sizeof key, DESK_TONGUE_PREFIX "%.*s", (int)(code.len < 8 ? code.len : 8),
                   code.data);
    int64_t number = skill_number(b, pt_str(key));
    if (number == 0 && b->language_count < DESK_ROUTE_LANGUAGES) {
        number = DESK_ROUTE_TONGUE + b->language_count;
        if (!pt_map_set(b->skill_ids, pt_str(key), (void *)(uintptr_t)number, NULL)) {
            return no_memory(err);
        }
        b->language_count++;
    }
    *ret_number = number;
    return number != 0 ? PT_OK
                       : pt_fail(err, PT_TOO_LARGE, "over %d languages", DESK_ROUTE_LANGUAGES);
}

static PtStatus load_skills(DeskRouteBook *b, PtSqlTx *tx, PtError *err)
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
        const uintptr_t number = (uintptr_t)++b->skill_count;
        if (!pt_map_set(b->skill_ids, set.skills.list[i].id, (void *)number, NULL)) {
            st = no_memory(err);
        }
    }
    return st;
}

/* ---- Queues and agents ------------------------------------------------------------------------
 */

/* A place more at the end. */
static bool grow_queues(DeskRouteBook *b)
{
    if (b->queue_count % MORE != 0) {
        return true;
    }
    DeskRouteQueue **list = realloc(b->queues, (b->queue_count + MORE) * sizeof(DeskRouteQueue *));
    if (list == NULL) {
        return false;
    }
    b->queues = list;
    return true;
}

static bool grow_agents(DeskRouteBook *b)
{
    if (b->agent_count % MORE != 0) {
        return true;
    }
    DeskRouteAgent **list = realloc(b->agents, (b->agent_count + MORE) * sizeof(DeskRouteAgent *));
    if (list == NULL) {
        return false;
    }
    b->agents = list;
    return true;
}

/* An entry in its order; numbers rise, so most come last. */
#define INSERT(list, count, one)                                                                   \
    do {                                                                                           \
        size_t at_ = (count)++;                                                                    \
        for (; at_ > 0 && (list)[at_ - 1]->number > (one)->number; at_--) {                        \
            (list)[at_] = (list)[at_ - 1];                                                         \
        }                                                                                          \
        (list)[at_] = (one);                                                                       \
    } while (0)

PtStatus desk_book_queue(DeskRouteBook *b, const DeskRouteRow *row, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SETTING_BYTES);
    DeskRouteQueue *there = pt_map_get(b->queue_ids, row->setting.id);
    DeskRouteQueue *q = there;
    DeskRouteSet set;
    const PtStr id = arena != NULL ? pt_arena_str(arena, row->setting.id) : (PtStr){NULL, 0};
    PtStatus st = id.data != NULL
                      ? desk_route_read(DESK_ROUTE_QUEUE, row->setting.json, arena, &set, err)
                      : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    if (there == NULL) {
        q = grow_queues(b) ? calloc(1, sizeof *q) : NULL;
        if (q == NULL || !pt_map_set(b->queue_ids, id, q, NULL)) {
            free(q);
            return no_memory(err);
        }
        q->number = row->number;
        INSERT(b->queues, b->queue_count, q);
    }
    pt_arena_free(q->arena);
    q->arena = PT_TAKE(arena);
    q->id = id;
    q->set = set.queue;
    q->memory = row->memory;
    return PT_OK;
}

static PtStatus name_languages(DeskRouteBook *b, DeskNames languages, PtError *err)
{
    PtStatus st = PT_OK;
    int64_t number = 0;
    for (size_t i = 0; st == PT_OK && i < languages.count; i++) {
        st = language_number(b, languages.list[i], &number, err);
    }
    return st;
}

PtStatus desk_book_agent(DeskRouteBook *b, const DeskRouteRow *row, PtZones *zones, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SETTING_BYTES);
    PT_CLEANUP(pt_calendar_freep) PtCalendar *calendar = NULL;
    DeskRouteAgent *there = pt_map_get(b->agent_ids, row->setting.id);
    DeskRouteAgent *a = there;
    DeskRouteSet set;
    const PtStr id = arena != NULL ? pt_arena_str(arena, row->setting.id) : (PtStr){NULL, 0};
    PtStatus st = id.data != NULL
                      ? desk_route_read(DESK_ROUTE_AGENT, row->setting.json, arena, &set, err)
                      : no_memory(err);
    st = st == PT_OK ? name_languages(b, set.agent.languages, err) : st;
    if (st == PT_OK && set.agent.hours.len > 0) {
        const PtCalendarVersion version = {.json = set.agent.hours};
        st = pt_calendar_new(&version, 1, zones, &calendar, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (there == NULL) {
        a = grow_agents(b) ? calloc(1, sizeof *a) : NULL;
        if (a == NULL || !pt_map_set(b->agent_ids, id, a, NULL)) {
            free(a);
            return no_memory(err);
        }
        a->number = row->number;
        INSERT(b->agents, b->agent_count, a);
    }
    pt_arena_free(a->arena);
    pt_calendar_free(a->calendar);
    a->arena = PT_TAKE(arena);
    a->calendar = PT_TAKE(calendar);
    a->id = id;
    a->set = set.agent;
    a->memory = row->memory;
    return PT_OK;
}

void desk_book_drop_agent(DeskRouteBook *b, PtStr id)
{
    DeskRouteAgent *a = pt_map_remove(b->agent_ids, id);
    size_t kept = 0;
    for (size_t i = 0; a != NULL && i < b->agent_count; i++) {
        b->agents[kept] = b->agents[i];
        kept += b->agents[i] != a;
    }
    if (a != NULL) {
        b->agent_count = kept;
        free_agent(a);
    }
}

typedef struct Loading {
    DeskRouteBook *book;
    PtZones *zones;
} Loading;

static PtStatus load_queue(void *ctx, const DeskRouteRow *row, PtError *err)
{
    const Loading *l = ctx;
    return desk_book_queue(l->book, row, err);
}

static PtStatus load_agent(void *ctx, const DeskRouteRow *row, PtError *err)
{
    const Loading *l = ctx;
    return desk_book_agent(l->book, row, l->zones, err);
}

PtStatus desk_book_load(DeskRouteBook *b, PtSqlTx *tx, PtZones *zones, PtError *err)
{
    Loading l = {b, zones};
    PtStatus st = load_skills(b, tx, err);
    st = st == PT_OK ? desk_route_each(tx, DESK_ROUTE_QUEUE, load_queue, &l, err) : st;
    return st == PT_OK ? desk_route_each(tx, DESK_ROUTE_AGENT, load_agent, &l, err) : st;
}

/* ---- By number --------------------------------------------------------------------------------
 */

#define FIND(list, count, wanted)                                                                  \
    do {                                                                                           \
        size_t from_ = 0, to_ = (count);                                                           \
        while (from_ < to_) {                                                                      \
            const size_t mid_ = (from_ + to_) / 2;                                                 \
            if ((list)[mid_]->number == (wanted)) {                                                \
                return (list)[mid_];                                                               \
            }                                                                                      \
            from_ = (list)[mid_]->number < (wanted) ? mid_ + 1 : from_;                            \
            to_ = (list)[mid_]->number < (wanted) ? to_ : mid_;                                    \
        }                                                                                          \
        return NULL;                                                                               \
    } while (0)

DeskRouteQueue *desk_book_queue_of(const DeskRouteBook *b, int64_t number)
{
    FIND(b->queues, b->queue_count, number);
}

DeskRouteAgent *desk_book_agent_of(const DeskRouteBook *b, int64_t number)
{
    FIND(b->agents, b->agent_count, number);
}

/* ---- As the router takes them -----------------------------------------------------------------
 */

static size_t add_step(RouteStep *steps, size_t count, const RouteStep *step)
{
    size_t at = count;
    for (; at > 0 && steps[at - 1].after_ms > step->after_ms; at--) {
        steps[at] = steps[at - 1];
    }
    steps[at] = *step;
    return count + 1;
}

RouteQueue desk_book_as_queue(const DeskRouteBook *b, const DeskRouteQueue *q,
                              RouteStep steps[static ROUTE_STEPS])
{
    const DeskQueueSet *set = &q->set;
    size_t count = 0;
    for (size_t i = 0; i < set->relax.count; i++) {
        const DeskRelax *relax = &set->relax.list[i];
        const bool each = relax->skill.len == 0; // of the list: languages have a step of their own
        const RouteStep step = {.after_ms = relax->after_s * 1000,
                                .skill = each ? 1 : skill_number(b, relax->skill),
                                .last_skill = each ? DESK_ROUTE_SKILLS : 0,
                                .level = (uint8_t)relax->level};
        count = step.skill != 0 ? add_step(steps, count, &step) : count;
    }
    if (set->language == DESK_SPEAK_PREFERRED) {
        const RouteStep step = {.after_ms = set->language_s * 1000,
                                .skill = DESK_ROUTE_TONGUE,
                                .last_skill = DESK_ROUTE_TONGUE + DESK_ROUTE_LANGUAGES};
        count = add_step(steps, count, &step);
    }
    return (RouteQueue){.id = q->number,
                        .on = set->on,
                        .strategy = (RouteStrategy)set->strategy,
                        .offer = set->ask,
                        .ageing_ms = set->ageing_min * MINUTE_MS,
                        .refused_ms = set->again_min * MINUTE_MS,
                        .away_after = (uint16_t)set->away_after,
                        .last_agent = q->memory,
                        .steps = steps,
                        .step_count = count};
}

/* None at all: one that is over, since no shifts would mean always. */
static size_t shifts_of(const DeskRouteAgent *a, int64_t from_ms, int64_t to_ms,
                        RouteShift shifts[static ROUTE_AGENT_SHIFTS])
{
    size_t count = 0;
    PtSpan open;
    if (a->calendar == NULL) {
        return 0;
    }
    PtCalendarWalk walk = pt_calendar_walk(a->calendar, from_ms, to_ms);
    while (count < ROUTE_AGENT_SHIFTS && pt_calendar_walk_next(&walk, &open)) {
        shifts[count++] = (RouteShift){open.from_ms, open.to_ms};
    }
    if (count == 0) {
        shifts[count++] = (RouteShift){0, 1};
    }
    return count;
}

static size_t skills_of(const DeskRouteBook *b, const DeskAgentSet *set, RouteSkill *skills)
{
    size_t count = 0;
    for (size_t i = 0; i < set->skills.count; i++) {
        const int64_t number = skill_number(b, set->skills.list[i].skill);
        if (number != 0) {
            skills[count++] = (RouteSkill){number, (uint8_t)set->skills.list[i].level};
        }
    }
    for (size_t i = 0; i < set->languages.count; i++) {
        char key[sizeof DESK_TONGUE_PREFIX + 8];
        (void)snprintf(key, sizeof key, DESK_TONGUE_PREFIX "%.*s",
                       PT_STR_ARG(set->languages.list[i]));
        const int64_t number = skill_number(b, pt_str(key));
        if (number != 0) { // desk_book_agent named them all
            skills[count++] = (RouteSkill){number, 1};
        }
    }
    return count;
}

RouteAgent desk_book_as_agent(const DeskRouteBook *b, const DeskRouteAgent *a, int64_t from_ms,
                              int64_t to_ms, DeskAgentRoom *room)
{
    const DeskAgentSet *set = &a->set;
    RouteAgent agent = {.id = a->number,
                        .total = (uint16_t)set->total,
                        .queues = room->queues,
                        .skills = room->skills,
                        .shifts = room->shifts,
                        .shift_count = shifts_of(a, from_ms, to_ms, room->shifts),
                        .skill_count = skills_of(b, set, room->skills)};
    for (size_t i = 0; i < ROUTE_CHANNELS; i++) {
        agent.capacity[i] = agent.total;
    }
    for (size_t i = 0; i < set->channels.count; i++) {
        agent.capacity[set->channels.list[i].channel] = (uint16_t)set->channels.list[i].units;
    }
    for (size_t i = 0; i < set->queues.count; i++) {
        const DeskRouteQueue *q = pt_map_get(b->queue_ids, set->queues.list[i]);
        if (q != NULL) {
            room->queues[agent.queue_count++] = q->number;
        }
    }
    return agent;
}

/* ---- What a ticket needs ----------------------------------------------------------------------
 */

uint8_t desk_route_channel_of(PtStr channel)
{
    const int at = desk_choice(desk_route_channels, channel);
    return (uint8_t)(at >= 0 ? at : 0);
}

static void need(int64_t skill, int64_t level, RouteItem *item)
{
    size_t at = 0;
    while (at < item->need_count && item->needs[at].skill != skill) {
        at++;
    }
    if (skill == 0 || at == ROUTE_NEEDS) { // a skill that is gone; check_needs
        return;
    }
    item->needs[at].skill = skill;
    if (at == item->need_count || item->needs[at].level < level) {
        item->needs[at].level = (uint8_t)level;
    }
    item->need_count = (uint8_t)(item->need_count + (at == item->need_count));
}

static void need_all(const DeskRouteBook *b, DeskSkills skills, RouteItem *item)
{
    for (size_t i = 0; i < skills.count; i++) {
        need(skill_number(b, skills.list[i].skill), skills.list[i].level, item);
    }
}

PtStatus desk_book_needs(DeskRouteBook *b, const DeskQueueSet *set,
                         const PtStr of[static DESK_NEED_FIELDS], PtStr language, RouteItem *item,
                         PtError *err)
{
    int64_t number = 0;
    PtStatus st = PT_OK;
    need_all(b, set->skills, item);
    for (size_t i = 0; i < set->needs.count; i++) {
        const DeskNeed *n = &set->needs.list[i];
        if (pt_str_eq(of[n->field], n->value)) {
            need_all(b, n->skills, item);
        }
    }
    if (set->language != DESK_SPEAK_OFF && language.len > 0) {
        st = language_number(b, language, &number, err);
        need(number, 1, item);
    }
    return st;
}
