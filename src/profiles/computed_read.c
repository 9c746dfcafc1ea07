// SPDX-License-Identifier: Apache-2.0
/* Values as they are read: the states of a person's nodes, folded as of the newest of them. */
#include "computed.sql.h"
#include "profiles/computed_internal.h"
#include "profiles/view_internal.h"

#include <string.h>

enum {
    STATES_FIRST = 16,
    PREVIEW_PERSONS = 20,
    PREVIEW_EVENTS = 2000, /* of a person */
    PREVIEW_ALL = 20000,
    PAGE = 100,      /* of a timeline */
    NEWER_MAX = 200, /* events of a node that the view has not seen yet */
    EVENT_ARENA = 1 << 20,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
}

/* ---- A profile --------------------------------------------------------------------------------
 */

typedef struct Found { /* states of one definition */
    RuleState **states;
    size_t count, room;
    int64_t as_of_ms;
} Found;

typedef struct Reading {
    const Profiles *p;
    const ComputedSet *set;
    PtArena *arena;
    ComputedPlaces places;
    Found of[COMPUTED_TRAITS_MAX];
    RuleState *current[COMPUTED_TRAITS_MAX]; /* of the node in hand, or NULL */
    int64_t newest;      /* offset of the newest change that is no event of the person's */
    uint64_t until;      /* the profile says events below it */
    PtLogReader *reader; /* NULL: not needed yet */
    PtArena *event;
} Reading;

static void done_reading(Reading *r)
{
    pt_log_reader_close(r->reader);
    pt_arena_free(r->event);
    for (size_t d = 0; d < r->set->count; d++) {
        for (size_t i = 0; i < r->of[d].count; i++) {
            rule_state_free(r->of[d].states[i]);
        }
    }
}

static bool make_room(Reading *r, Found *f)
{
    if (f->count < f->room) {
        return true;
    }
    const size_t room = f->room == 0 ? STATES_FIRST : 2 * f->room;
    RuleState **states = pt_arena_alloc(r->arena, room, sizeof *states);
    if (states != NULL && f->count > 0) {
        memcpy(states, f->states, f->count * sizeof *states);
    }
    f->states = states;
    f->room = states != NULL ? room : 0;
    return states != NULL;
}

/* The row that the statement in use stands on: definition, state, as_of_ms, timer_offset. */
static PtStatus take_row(Reading *r, PtSqlTx *tx, PtError *err)
{
    size_t d = 0;
    while (d < r->set->count && r->set->defs[d].number != pt_sql_i64(tx, 0)) {
        d++;
    }
    if (d == r->set->count || r->places.of[d].since < 0 || !r->places.of[d].there) {
        return PT_OK;
    }
    Found *f = &r->of[d];
    const int64_t as_of_ms = pt_sql_i64(tx, 2), timer = pt_sql_i64(tx, 3);
    if (!make_room(r, f)) {
        return no_memory(err);
    }
    PtStatus st =
        rule_state_read(r->set->defs[d].fold, pt_sql_blob(tx, 1), &f->states[f->count], err);
    if (st == PT_OK) {
        r->current[d] = f->states[f->count];
        f->as_of_ms = f->count == 0 || as_of_ms > f->as_of_ms ? as_of_ms : f->as_of_ms;
        f->count++;
        r->newest = timer > r->newest ? timer : r->newest;
    }
    return st;
}

static PtStatus read_node(Reading *r, PtSqlTx *tx, uint32_t node, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_STATES_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, COMPUTED_POSITIONS);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = take_row(r, tx, err);
    }
    pt_sql_done(tx);
    return st;
}

/* ---- What the view has not seen yet ------------------------------------------------------------
 * It is a moment behind the profile, whose version says that its newest events are in it.
 */

static bool is_live(const Reading *r, size_t d)
{
    return r->places.of[d].there && r->places.of[d].since >= 0;
}

static PtStatus add_newer(Reading *r, size_t d, const PtRecord *record, const EventView *v,
                          const PtValue *values, PtError *err)
{
    Found *f = &r->of[d];
    PtStatus st = PT_OK;
    if (r->current[d] == NULL) {
        st = make_room(r, f) ? rule_state_new(r->set->defs[d].fold, &r->current[d], err)
                             : no_memory(err);
        if (st != PT_OK) {
            return st;
        }
        f->as_of_ms = f->count == 0 ? v->received_ms : f->as_of_ms;
        f->states[f->count++] = r->current[d];
    }
    f->as_of_ms = v->received_ms > f->as_of_ms ? v->received_ms : f->as_of_ms;
    return rule_state_add(r->current[d], record->position.offset, v->timestamp_ms, values,
                          f->as_of_ms, err);
}

static PtStatus take_newer(Reading *r, const PtRecord *record, PtError *err)
{
    EventView v;
    PtStatus st = event_payload_read(record, &v, err);
    const ComputedMask asks = st == PT_OK ? computed_set_asks(r->set, v.name) : (ComputedMask){{0}};
    for (size_t d = 0; st == PT_OK && d < r->set->count; d++) {
        const ComputedDef *def = &r->set->defs[d];
        if (!computed_mask_has(&asks, d) || !is_live(r, d)) {
            continue;
        }
        PtValue *values = NULL;
        pt_arena_clear(r->event);
        st = computed_values(r->p, r->set->groups[def->group], &v, record, r->event, &values, err);
        if (st == PT_OK && rule_fold_matches(def->fold, values)) {
            st = add_newer(r, d, record, &v, values, err);
        }
    }
    return st;
}

static PtStatus open_newer(Profiles *p, Reading *r, PtError *err)
{
    if (r->reader != NULL) {
        return PT_OK;
    }
    r->event = pt_arena_new(EVENT_ARENA);
    return r->event != NULL
               ? pt_log_reader_open(p->log, NULL, 0, r->places.live.next, &r->reader, err)
               : no_memory(err);
}

static PtStatus read_newer(Profiles *p, Reading *r, uint32_t node, PtError *err)
{
    uint64_t offsets[NEWER_MAX];
    const uint64_t from = r->places.live.next;
    size_t count = 0;
    PtStatus st =
        profile_index_before(p->index, &node, 1, r->until, NEWER_MAX, offsets, &count, err);
    while (st == PT_OK && count > 0 && offsets[count - 1] < from) {
        count--;
    }
    for (; st == PT_OK && count > 0; count--) {
        const PtRecord *records;
        size_t found = 0;
        st = open_newer(p, r, err);
        if (st == PT_OK) {
            pt_log_seek(r->reader, offsets[count - 1]);
            st = pt_log_fetch(r->reader, 1, true, &records, &found, err);
        }
        if (st == PT_OK && found > 0 && view_concerns(&records[0])) {
            st = take_newer(r, &records[0], err);
        }
    }
    return st;
}

static PtStatus read_tables(Profiles *p, Reading *r, const uint32_t *nodes, size_t count,
                            PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? computed_places_read(tx, r->set, &r->places, err) : st;
    r->newest = r->places.live.there ? r->places.live.since : -1;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        memset(r->current, 0, r->set->count * sizeof *r->current);
        st = read_node(r, tx, nodes[i], err);
        if (st == PT_OK && r->places.live.there && r->places.live.next < r->until) {
            st = read_newer(p, r, nodes[i], err);
        }
    }
    return st;
}

static PtStatus value_of(const Reading *r, size_t d, ProfileComputed *value, PtError *err)
{
    const ComputedDef *def = &r->set->defs[d];
    const Found *f = &r->of[d];
    const RuleState *none[1] = {NULL};
    RuleResult result;
    PtStatus st = rule_result(def->fold, f->count > 0 ? (const RuleState *const *)f->states : none,
                              f->count, f->as_of_ms, r->arena, &result, err);
    if (st != PT_OK) {
        return st;
    }
    *value = (ProfileComputed){.name = pt_arena_str(r->arena, def->name),
                               .json = result.known ? result.json : PT_STR("null"),
                               .has_as_of = f->count > 0,
                               .as_of_ms = f->as_of_ms,
                               .events = result.events,
                               .cut = result.cut,
                               .changes_ms = f->count > 0 ? result.changes_ms : INT64_MAX};
    return value->name.data != NULL ? PT_OK : no_memory(err);
}

static void raise_version(Profile *profile, int64_t offset)
{
    const uint64_t version = (uint64_t)(offset + 1);
    profile->version = version > profile->version ? version : profile->version;
}

static PtStatus fill(Profiles *p, Reading *r, const uint32_t *nodes, size_t count, Profile *profile,
                     PtError *err)
{
    PtStatus st = read_tables(p, r, nodes, count, err);
    profile->computed = pt_arena_alloc(r->arena, COMPUTED_TRAITS_MAX, sizeof *profile->computed);
    profile->computed_count = 0;
    if (st == PT_OK && profile->computed == NULL) {
        st = no_memory(err);
    }
    for (size_t d = 0; st == PT_OK && d < r->set->count; d++) {
        if (is_live(r, d)) {
            st = value_of(r, d, &profile->computed[profile->computed_count], err);
            profile->computed_count += st == PT_OK;
        }
    }
    raise_version(profile, r->newest);
    done_reading(r);
    return st;
}

bool computed_has(Profiles *p, const PtStr *names, size_t count)
{
    Computed *c = p->computed;
    bool has = false;
    if (atomic_load(&c->defined) == 0) {
        return false;
    }
    (void)pthread_rwlock_rdlock(&c->lock);
    for (size_t i = 0; !has && i < c->set->count; i++) {
        for (size_t n = 0; !has && n < count; n++) {
            has = pt_str_eq(c->set->defs[i].name, names[n]);
        }
    }
    (void)pthread_rwlock_unlock(&c->lock);
    return has;
}

// NOLINTNEXTLINE(readability-function-size): of a profile its nodes and how far it is read
PtStatus computed_fill(Profiles *p, const uint32_t *nodes, size_t count, uint64_t until,
                       PtArena *arena, Profile *profile, PtError *err)
{
    Computed *c = p->computed;
    if (atomic_load(&c->defined) == 0) {
        raise_version(profile, atomic_load(&c->since));
        return PT_OK;
    }
    Reading *r = pt_arena_alloc(arena, 1, sizeof *r);
    if (r == NULL) {
        return no_memory(err);
    }
    (void)pthread_rwlock_rdlock(&c->lock); // the folds stay
    r->p = p;
    r->set = c->set;
    r->arena = arena;
    r->until = until;
    PtStatus st = fill(p, r, nodes, count, profile, err);
    (void)pthread_rwlock_unlock(&c->lock);
    return st;
}

/* ---- A preview --------------------------------------------------------------------------------
 */

typedef struct Preview {
    Profiles *p;
    RuleOperands *operands;
    RuleFold *fold;
    PtLogReader *reader;
    PtArena *event; /* of one event */
    PtArena *arena; /* of what is answered */
    int64_t now_ms;
    size_t left; /* events */
} Preview;

static bool asks(const RuleFold *fold, PtStr event)
{
    const PtStr *names = NULL;
    const size_t count = rule_fold_events(fold, &names);
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(names[i], event)) {
            return true;
        }
    }
    return count == 0;
}

static PtStatus add_record(Preview *w, const PtRecord *record, RuleState *state, PtError *err)
{
    EventView v;
    PtStatus st = PT_OK;
    if (!view_concerns(record) || record->source == 0) {
        return PT_OK;
    }
    pt_arena_clear(w->event);
    st = event_payload_read(record, &v, err);
    if (st != PT_OK || !asks(w->fold, v.name)) {
        return st;
    }
    PtValue *values = NULL;
    st = computed_values(w->p, w->operands, &v, record, w->event, &values, err);
    if (st == PT_OK && rule_fold_matches(w->fold, values)) {
        st = rule_state_add(state, record->position.offset, v.timestamp_ms, values, w->now_ms, err);
    }
    return st;
}

static PtStatus add_offset(Preview *w, uint64_t offset, RuleState *state, PtError *err)
{
    const PtRecord *records;
    size_t count = 0;
    pt_log_seek(w->reader, offset);
    PtStatus st = pt_log_fetch(w->reader, 1, true, &records, &count, err);
    return st == PT_OK && count > 0 && records[0].position.offset == offset
               ? add_record(w, &records[0], state, err)
               : st;
}

/* *ret_cut: the person has more events than were read. */
static PtStatus add_history(Preview *w, PtStr id, RuleState *state, bool *ret_cut, PtError *err)
{
    uint64_t offsets[PREVIEW_EVENTS], before = UINT64_MAX;
    size_t count = PAGE, seen = 0;
    PtStatus st = PT_OK;
    while (st == PT_OK && count == PAGE && seen < PREVIEW_EVENTS && seen < w->left) {
        st = profiles_timeline(w->p, id, before, PAGE, offsets + seen, &count, err);
        seen += st == PT_OK ? count : 0;
        before = seen > 0 ? offsets[seen - 1] : before;
    }
    *ret_cut = count == PAGE;
    w->left -= seen < w->left ? seen : w->left;
    while (st == PT_OK && seen > 0) { // in the order in which they came
        st = add_offset(w, offsets[--seen], state, err);
    }
    return st;
}

static PtStatus preview_one(Preview *w, PtStr id, ComputedPreview *ret_value, PtError *err)
{
    RuleState *state = NULL;
    RuleResult result;
    bool cut = false;
    PtStatus st = rule_state_new(w->fold, &state, err);
    st = st == PT_OK ? add_history(w, id, state, &cut, err) : st;
    if (st == PT_OK) {
        const RuleState *const states[] = {state};
        st = rule_result(w->fold, states, 1, w->now_ms, w->arena, &result, err);
    }
    rule_state_free(state);
    if (st == PT_OK) {
        ret_value->json = result.known ? result.json : PT_STR("null");
        ret_value->events = result.events;
        ret_value->cut = result.cut || cut;
    }
    return st;
}

/* Ids and names: of the person, or of those seen last. */
static PtStatus find_persons(Preview *w, PtStr id, ComputedPreview *values, size_t *count,
                             PtError *err)
{
    Profile person;
    ProfileHit *hits;
    PtStatus st;
    if (id.len > 0) {
        st = profiles_get(w->p, id, w->arena, &person, err);
        if (st == PT_OK) {
            memcpy(values[0].id, person.id, sizeof person.id);
            values[0].name = person.name;
            *count = 1;
        }
        return st;
    }
    st = profiles_search(w->p, PT_STR(""), PREVIEW_PERSONS, w->arena, &hits, count, err);
    for (size_t i = 0; st == PT_OK && i < *count; i++) {
        memcpy(values[i].id, hits[i].id, sizeof hits[i].id);
        values[i].name = hits[i].name;
    }
    return st;
}

static PtStatus open_preview(Preview *w, PtStr fold, PtError *err)
{
    PtStatus st = rule_operands_new(&w->operands, err);
    st = st == PT_OK ? rule_fold_read(fold, w->operands, &w->fold, err) : st;
    st = st == PT_OK ? pt_log_reader_open(w->p->log, NULL, 0, 0, &w->reader, err) : st;
    w->event = st == PT_OK ? pt_arena_new(EVENT_ARENA) : NULL;
    return st == PT_OK && w->event == NULL ? no_memory(err) : st;
}

static void done_preview(Preview *w)
{
    pt_arena_free(w->event);
    pt_log_reader_close(w->reader);
    rule_fold_free(w->fold);
    rule_operands_free(w->operands);
}

PtStatus computed_preview(Profiles *p, PtStr fold, PtStr person, PtArena *arena,
                          ComputedPreview **ret_values, size_t *ret_count, PtError *err)
{
    Preview w = {.p = p, .arena = arena, .now_ms = pt_clock_now_ms(p->clock), .left = PREVIEW_ALL};
    size_t count = 0;
    ComputedPreview *values = pt_arena_alloc(arena, PREVIEW_PERSONS, sizeof *values);
    PtStatus st = values != NULL ? open_preview(&w, fold, err) : no_memory(err);
    st = st == PT_OK ? find_persons(&w, person, values, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = preview_one(&w, pt_str(values[i].id), &values[i], err);
    }
    done_preview(&w);
    if (st == PT_OK) {
        *ret_values = values;
        *ret_count = count;
    }
    return st;
}
