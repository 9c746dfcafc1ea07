// SPDX-License-Identifier: Apache-2.0
/* The view "computed": behind the profiles, events and timers into states. Live definitions go on
 * in every step; one that is new is back-filled a slice a step, from the log's begin to where they
 * are. */
#include "computed.sql.h"
#include "profiles/computed_internal.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_RECORDS = 64,
    STEP_RECORDS = 8192, /* of live definitions, and again of one that is back-filled */
    DUE_PAGE = 1024,
    DUE_STEP = 16384,   /* timers of one record that a step takes */
    REMOVE_PAGE = 4096, /* rows of a definition that is gone, a step */
    ARENA_BYTES = 16 << 20,
};

const char profiles_computed_view[] = "computed";
static const char change_prefix[] = "Computed Trait ";

PtStatus computed_new(Profiles *p, PtTimers *timers, PtError *err)
{
    Computed *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
    }
    p->computed = c;
    c->timers = timers;
    atomic_init(&c->since, -1);
    atomic_init(&c->promised, INT64_MIN);
    c->heard = INT64_MIN;
    (void)pthread_rwlock_init(&c->lock, NULL);
    c->arena = pt_arena_new(ARENA_BYTES);
    PtStatus st = computed_states_init(&c->states, err);
    if (timers != NULL) {
        pt_timers_kind(timers, COMPUTED_TIMERS, "computed traits", computed_fired, p);
    }
    return st != PT_OK || c->arena != NULL
               ? st
               : pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
}

void computed_free(Profiles *p)
{
    Computed *c = p->computed;
    if (c == NULL) {
        return;
    }
    if (c->work != c->set) {
        computed_set_free(c->work);
    }
    computed_set_free(c->set);
    computed_states_done(&c->states);
    pt_arena_free(c->arena);
    (void)pthread_rwlock_destroy(&c->lock);
    free(c);
    p->computed = NULL;
}

/* ---- Positions --------------------------------------------------------------------------------
 */

static size_t place_of(const ComputedSet *set, int64_t number)
{
    size_t i = 0;
    while (i < set->count && set->defs[i].number != number) {
        i++;
    }
    return i;
}

PtStatus computed_places_read(PtSqlTx *tx, const ComputedSet *set, ComputedPlaces *ret_places,
                              PtError *err)
{
    bool row = true;
    memset(ret_places, 0, sizeof *ret_places);
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_POSITIONS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, COMPUTED_POSITIONS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const int64_t number = pt_sql_i64(tx, 0);
        const size_t i = place_of(set, number);
        const ComputedPlace place = {
            .next = (uint64_t)pt_sql_i64(tx, 1), .since = pt_sql_i64(tx, 2), .there = true};
        if (number == 0) {
            ret_places->live = place;
        } else if (i < set->count) {
            ret_places->of[i] = place;
        } else {
            ret_places->gone[ret_places->gone_count++] = (uint32_t)number;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus place_write(PtSqlTx *tx, int64_t number, const ComputedPlace *place, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_POSITION_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, (int64_t)place->next);
    pt_sql_bind_i64(tx, 3, place->since);
    return pt_sql_finish(tx, err);
}

static PtStatus places_write(Computed *c, PtSqlTx *tx, PtError *err)
{
    PtStatus st = place_write(tx, 0, &c->places.live, err);
    for (size_t i = 0; st == PT_OK && i < c->work->count; i++) {
        st = place_write(tx, c->work->defs[i].number, &c->places.of[i], err);
    }
    return st;
}

/* A definition without a row begins at the log's begin; without any, the live ones are nowhere and
 * begin where the profiles are. */
static PtStatus take_places(Profiles *p, PtSqlTx *tx, uint64_t limit, PtError *err)
{
    Computed *c = p->computed;
    PtStatus st = computed_places_read(tx, c->work, &c->places, err);
    if (st != PT_OK) {
        return st;
    }
    if (!c->places.live.there) {
        const bool ever = c->work->change > 0;
        c->places.live = (ComputedPlace){.next = limit, .since = ever ? (int64_t)limit : -1};
    }
    for (size_t i = 0; i < c->work->count; i++) {
        if (!c->places.of[i].there) {
            c->places.of[i] = (ComputedPlace){.next = pt_log_begin(p->log, 0), .since = -1};
        }
    }
    return PT_OK;
}

/* ---- Definitions ------------------------------------------------------------------------------
 */

static PtStatus take_definitions(Profiles *p, PtError *err)
{
    Computed *c = p->computed;
    ComputedSet *set;
    bool armed[COMPUTED_TRAITS_MAX] = {false};
    PtStatus st = computed_set_load(p->core, c->work, &set, err);
    if (st != PT_OK || set == NULL) {
        return st;
    }
    for (size_t i = 0; c->work != NULL && i < set->count; i++) {
        const size_t before = place_of(c->work, set->defs[i].number);
        armed[i] = before < c->work->count && c->armed[before];
    }
    memcpy(c->armed, armed, sizeof armed);
    c->changed = c->work != NULL;
    if (c->work != c->set) {
        computed_set_free(c->work);
    }
    c->work = set;
    return PT_OK;
}

static void publish(Computed *c)
{
    ComputedSet *before = c->set;
    atomic_store(&c->since, c->places.live.since);
    c->changed = false;
    if (before == c->work) {
        return;
    }
    (void)pthread_rwlock_wrlock(&c->lock);
    c->set = c->work;
    (void)pthread_rwlock_unlock(&c->lock);
    atomic_store(&c->defined, c->work->count);
    computed_set_free(before);
}

/* Of a definition that is gone: some rows a step, then its position. */
static PtStatus remove_rows(Computed *c, PtSqlTx *tx, uint32_t number, PtError *err)
{
    uint32_t nodes[REMOVE_PAGE];
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_STATES_SOME, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, REMOVE_PAGE);
    while (count < REMOVE_PAGE && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        nodes[count++] = (uint32_t)pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = pt_sql_use(tx, SQL_COMPUTED_STATE_REMOVE, err);
        if (st == PT_OK) {
            pt_sql_bind_i64(tx, 1, nodes[i]);
            pt_sql_bind_i64(tx, 2, number);
            st = pt_sql_finish(tx, err);
        }
    }
    if (st == PT_OK && count < REMOVE_PAGE) {
        st = pt_sql_use(tx, SQL_COMPUTED_POSITION_REMOVE, err);
        if (st == PT_OK) {
            pt_sql_bind_i64(tx, 1, number);
            st = pt_sql_finish(tx, err);
        }
        c->places.gone_count -= st == PT_OK;
    }
    return st;
}

/* ---- Records into states ----------------------------------------------------------------------
 */

typedef struct Run { /* of some definitions over some records */
    Profiles *p;
    PtSqlTx *tx;
    ComputedMask defs, live; /* live: those whose timers are set */
    uint64_t next, to;
    size_t due_left; /* timers that may still be taken */
    bool halted;     /* in the middle of a record: it is met again */
    bool of_live;    /* not a back-fill */
} Run;

static PtStatus flush(Run *r, PtError *err)
{
    Computed *c = r->p->computed;
    return computed_states_flush(&c->states, r->tx, c->work, &r->live, err);
}

static PtStatus add_event(Run *r, const PtRecord *record, const EventView *v, size_t def,
                          uint32_t node, const PtValue *values, PtError *err)
{
    Computed *c = r->p->computed;
    ComputedRow *row;
    PtStatus st = computed_states_get(&c->states, r->tx, c->work, def, node, &row, err);
    if (st != PT_OK) {
        return st;
    }
    row->as_of_ms = v->received_ms > row->as_of_ms ? v->received_ms : row->as_of_ms;
    return rule_state_add(row->state, record->position.offset, v->timestamp_ms, values,
                          row->as_of_ms, err);
}

/* The definitions of one group, of those that ask. */
static PtStatus ask_group(Run *r, const PtRecord *record, const EventView *v, size_t group,
                          const ComputedMask *asking, uint32_t *node, PtError *err)
{
    Computed *c = r->p->computed;
    const ComputedSet *set = c->work;
    PtValue *values = NULL;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < set->count; i++) {
        if (set->defs[i].group != group || !computed_mask_has(asking, i)) {
            continue;
        }
        if (values == NULL) {
            st = computed_values(r->p, set->groups[group], v, record, c->arena, &values, err);
        }
        if (st != PT_OK || !rule_fold_matches(set->defs[i].fold, values)) {
            continue;
        }
        st = *node == 0 ? profiles_file(r->p, v, record->position.offset, c->arena, node, err)
                        : PT_OK;
        if (st == PT_OK && *node != 0) {
            st = add_event(r, record, v, i, *node, values, err);
        }
    }
    return st;
}

static PtStatus take_event(Run *r, const PtRecord *record, const EventView *v, PtError *err)
{
    Computed *c = r->p->computed;
    const ComputedMask asks = computed_set_asks(c->work, v->name);
    const ComputedMask asking = computed_mask_both(&asks, &r->defs);
    uint32_t node = 0;
    PtStatus st = PT_OK;
    if (!computed_mask_any(&asking)) {
        return PT_OK;
    }
    pt_arena_clear(c->arena);
    for (size_t g = 0; st == PT_OK && g < c->work->group_count; g++) {
        st = ask_group(r, record, v, g, &asking, &node, err);
    }
    return st == PT_OK && computed_states_full(&c->states) ? flush(r, err) : st;
}

/* ---- Timers -----------------------------------------------------------------------------------
 */

static PtStatus due_nodes(Run *r, size_t def, int64_t at_ms, uint32_t *nodes, size_t max,
                          size_t *ret_count, PtError *err)
{
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_use(r->tx, SQL_COMPUTED_STATES_DUE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(r->tx, 1, r->p->computed->work->defs[def].number);
    pt_sql_bind_i64(r->tx, 2, at_ms);
    pt_sql_bind_i64(r->tx, 3, (int64_t)max);
    while (count < max && (st = pt_sql_step(r->tx, &row, err)) == PT_OK && row) {
        nodes[count++] = (uint32_t)pt_sql_i64(r->tx, 0);
    }
    pt_sql_done(r->tx);
    *ret_count = count;
    return st;
}

/* A page of what is due; afterwards it is due later. *ret_more: there may be others. */
static PtStatus fire_page(Run *r, size_t def, int64_t at_ms, uint64_t offset, bool *ret_more,
                          PtError *err)
{
    Computed *c = r->p->computed;
    uint32_t nodes[DUE_PAGE];
    size_t count = 0;
    PtStatus st = due_nodes(r, def, at_ms, nodes, DUE_PAGE, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        ComputedRow *row;
        st = computed_states_get(&c->states, r->tx, c->work, def, nodes[i], &row, err);
        if (st == PT_OK) {
            row->as_of_ms = at_ms > row->as_of_ms ? at_ms : row->as_of_ms;
            row->timer_offset = (int64_t)offset;
        }
    }
    r->due_left -= count < r->due_left ? count : r->due_left;
    *ret_more = count == DUE_PAGE;
    return st == PT_OK ? flush(r, err) : st;
}

static PtStatus fire_definition(Run *r, size_t def, int64_t at_ms, uint64_t offset, PtError *err)
{
    bool more = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && more && r->due_left > 0) {
        st = fire_page(r, def, at_ms, offset, &more, err);
    }
    r->halted = r->halted || (st == PT_OK && more);
    return st;
}

/* What the step holds is written before, so that the tables say all that is due. */
static PtStatus take_timer(Run *r, const EventView *v, uint64_t offset, PtError *err)
{
    Computed *c = r->p->computed;
    int64_t at_ms;
    if (!computed_timer_read(v, &at_ms)) {
        return PT_OK;
    }
    PtStatus st = flush(r, err);
    for (size_t i = 0; st == PT_OK && !r->halted && i < c->work->count; i++) {
        if (computed_mask_has(&r->defs, i)) {
            st = fire_definition(r, i, at_ms, offset, err);
        }
    }
    if (computed_mask_any(&r->live) && !r->halted) {
        c->heard = at_ms > c->heard ? at_ms : c->heard;
    }
    return st;
}

static PtStatus take_own(Run *r, const PtRecord *record, const EventView *v, PtError *err)
{
    const uint64_t offset = record->position.offset;
    if (pt_str_starts(v->name, pt_str(change_prefix)) && r->of_live) {
        r->p->computed->places.live.since = (int64_t)offset;
    }
    return pt_str_eq(v->name, pt_str(computed_timer_event)) ? take_timer(r, v, offset, err) : PT_OK;
}

/* ---- Runs -------------------------------------------------------------------------------------
 */

static PtStatus take_record(Run *r, const PtRecord *record, PtError *err)
{
    EventView v;
    PtStatus st = PT_OK;
    if (view_concerns(record)) {
        st = event_payload_read(record, &v, err);
        if (st == PT_OK) {
            st =
                record->source == 0 ? take_own(r, record, &v, err) : take_event(r, record, &v, err);
        }
    }
    r->next = st == PT_OK && !r->halted ? record->position.offset + 1 : r->next;
    return st;
}

/* Records that were read before a damaged one are kept; it is met again by the next step. */
static PtStatus run_over(Run *r, PtLogReader *reader, PtError *err)
{
    const uint64_t from = r->next;
    PtStatus st = PT_OK;
    size_t count = 1;
    pt_log_seek(reader, from);
    while (st == PT_OK && count > 0 && r->next < r->to && !r->halted) {
        const PtRecord *records;
        const uint64_t left = r->to - r->next;
        st = pt_log_fetch(reader, left < BATCH_RECORDS ? (size_t)left : BATCH_RECORDS, true,
                          &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count && !r->halted; i++) {
            st = take_record(r, &records[i], err);
        }
    }
    if (st == PT_CORRUPT && r->next > from) {
        st = PT_OK;
    }
    return st == PT_OK ? flush(r, err) : st;
}

static Run run_of(Profiles *p, PtSqlTx *tx, uint64_t from, uint64_t to)
{
    const uint64_t most = from + STEP_RECORDS;
    return (Run){.p = p, .tx = tx, .next = from, .to = to < most ? to : most, .due_left = DUE_STEP};
}

static PtStatus run_live(Profiles *p, PtLogReader *reader, PtSqlTx *tx, uint64_t limit,
                         PtError *err)
{
    Computed *c = p->computed;
    Run r = run_of(p, tx, c->places.live.next, limit);
    r.of_live = true;
    for (size_t i = 0; i < c->work->count; i++) {
        if (c->places.of[i].since >= 0) {
            computed_mask_add(&r.defs, i);
        }
    }
    r.live = r.defs;
    if (c->work->count == 0) { // nobody asks: to the end
        c->heard = INT64_MAX;
        c->places.live.next = limit > r.next ? limit : r.next;
        return PT_OK;
    }
    PtStatus st = run_over(&r, reader, err);
    for (size_t i = 0; st == PT_OK && i < c->work->count; i++) {
        if (computed_mask_has(&r.defs, i)) {
            c->places.of[i].next = r.next;
        }
    }
    c->places.live.next = st == PT_OK ? r.next : c->places.live.next;
    return st;
}

/* Those that are furthest behind go together, up to the next or to the live ones. */
static PtStatus run_backfill(Profiles *p, PtLogReader *reader, PtSqlTx *tx, PtError *err)
{
    Computed *c = p->computed;
    const uint64_t live = c->places.live.next;
    uint64_t from = live, to = live;
    for (size_t i = 0; i < c->work->count; i++) {
        const ComputedPlace *place = &c->places.of[i];
        from = place->since < 0 && place->next < from ? place->next : from;
    }
    Run r = run_of(p, tx, from, to);
    for (size_t i = 0; i < c->work->count; i++) {
        const ComputedPlace *place = &c->places.of[i];
        if (place->since < 0 && place->next == from) {
            computed_mask_add(&r.defs, i);
        } else if (place->since < 0 && place->next < r.to) {
            r.to = place->next;
        }
    }
    PtStatus st = computed_mask_any(&r.defs) && from < live ? run_over(&r, reader, err) : PT_OK;
    for (size_t i = 0; st == PT_OK && i < c->work->count; i++) {
        ComputedPlace *place = &c->places.of[i];
        if (computed_mask_has(&r.defs, i)) {
            place->next = r.next;
            if (r.next >= live) {
                place->since = c->places.live.since = (int64_t)live;
                c->armed[i] = false;
            }
        }
    }
    return st;
}

static bool is_backfilling(const Computed *c)
{
    for (size_t i = 0; i < c->work->count; i++) {
        if (c->places.of[i].since < 0) {
            return true;
        }
    }
    return c->places.gone_count > 0;
}

/* ---- The view ---------------------------------------------------------------------------------
 */

PtStatus computed_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                       PtError *err)
{
    Profiles *p = ctx;
    Computed *c = p->computed;
    uint64_t limit = 0;
    if (c->unsure) { // the last one may not be in the tables
        memset(c->armed, 0, sizeof c->armed);
    }
    c->unsure = true;
    c->heard = INT64_MIN;
    c->states.timer_count = 0;
    computed_states_clear(&c->states);
    PtStatus st = take_definitions(p, err);
    st = st == PT_OK ? profiles_position(tx, &limit, err) : st;
    limit = limit != PROFILES_NOWHERE ? limit : 0;
    st = st == PT_OK ? take_places(p, tx, limit, err) : st;
    st = st == PT_OK ? run_live(p, reader, tx, limit, err) : st;
    st = st == PT_OK ? run_backfill(p, reader, tx, err) : st;
    if (st == PT_OK && c->places.gone_count > 0) {
        st = remove_rows(c, tx, c->places.gone[c->places.gone_count - 1], err);
    }
    if (c->changed) {
        c->places.live.since = (int64_t)c->places.live.next;
    }
    st = st == PT_OK ? places_write(c, tx, err) : st;
    if (st == PT_OK) {
        *ret_next = c->places.live.next;
    }
    return st;
}

PtStatus computed_committed(void *ctx, uint64_t next, PtError *err)
{
    Profiles *p = ctx;
    Computed *c = p->computed;
    (void)next;
    c->unsure = false;
    c->backfilling = is_backfilling(c);
    publish(c);
    return computed_arm(p, NULL, err);
}

bool computed_more(void *ctx)
{
    const Profiles *p = ctx;
    return p->computed->backfilling;
}

PtStatus computed_start(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                        PtError *err)
{
    Profiles *p = ctx;
    Computed *c = p->computed;
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    (void)reader;
    PtStatus st = take_definitions(p, err);
    st = st == PT_OK ? pt_sql_begin(p->views, false, &tx, err) : st;
    st = st == PT_OK ? take_places(p, tx, next, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    if (st != PT_OK) {
        return st;
    }
    memset(c->armed, 0, sizeof c->armed);
    c->unsure = false;
    c->backfilling = is_backfilling(c);
    c->arm_at = pt_log_end(p->log, 0);
    if (c->timers != NULL) {
        pt_timers_cancel_kind(c->timers, COMPUTED_TIMERS);
    }
    publish(c);
    return computed_arm(p, stop, err);
}

PtStatus computed_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_COMPUTED_POSITION_CLEAR, err);
    return st == PT_OK ? pt_sql_run(tx, SQL_COMPUTED_STATE_CLEAR, err) : st;
}
