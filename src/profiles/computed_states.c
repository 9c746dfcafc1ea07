// SPDX-License-Identifier: Apache-2.0
/* States of a step: read when first needed, written once. */
#include "computed.sql.h"
#include "profiles/computed_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MAX = 8192,         /* before a flush */
    BYTES_MAX = 32 << 20,    /* of states that were read, likewise */
    ARENA_BYTES = 16 << 20,  /* of their rows */
    RESULT_BYTES = 64 << 20, /* while one is looked at */
    BLOB_KEEP = 1 << 20,
    TIMERS_FIRST = 1024,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
}

PtStatus computed_states_init(ComputedStates *s, PtError *err)
{
    *s = (ComputedStates){.arena = pt_arena_new(ARENA_BYTES),
                          .results = pt_arena_new(RESULT_BYTES),
                          .map = pt_map_new()};
    pt_buf_init(&s->blob, RULE_FOLD_BYTES);
    return s->arena != NULL && s->results != NULL && s->map != NULL ? PT_OK : no_memory(err);
}

static void free_states(ComputedStates *s)
{
    for (ComputedRow *row = s->rows; row != NULL; row = row->next) {
        rule_state_free(row->state);
    }
    s->rows = NULL;
    s->count = s->bytes = 0;
}

void computed_states_done(ComputedStates *s)
{
    free_states(s);
    pt_map_free(s->map, NULL);
    pt_arena_free(s->arena);
    pt_arena_free(s->results);
    pt_buf_done(&s->blob);
    free(s->timers);
}

typedef struct RowKey {
    char bytes[8];
} RowKey;

static RowKey key_of(uint32_t number, uint32_t node)
{
    RowKey key;
    memcpy(key.bytes, &number, 4);
    memcpy(key.bytes + 4, &node, 4);
    return key;
}

static PtStr key_text(const RowKey *key)
{
    return (PtStr){key->bytes, sizeof key->bytes};
}

/* The map keeps its room: rows leave it one by one. */
void computed_states_clear(ComputedStates *s)
{
    size_t cursor = 0;
    PtStr key;
    void *row;
    if (s->count == 0) {
        return;
    }
    free_states(s);
    pt_arena_clear(s->arena);
    PtMap *empty = pt_map_new();
    if (empty != NULL) {
        pt_map_free(s->map, NULL);
        s->map = empty;
        return;
    }
    while (cursor = 0, pt_map_next(s->map, &cursor, &key, &row)) { // no memory: the slow way
        (void)pt_map_remove(s->map, key);
    }
}

bool computed_states_full(const ComputedStates *s)
{
    return s->count >= ROWS_MAX || s->bytes >= BYTES_MAX;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus read_state(ComputedStates *s, PtSqlTx *tx, const ComputedDef *def, ComputedRow *row,
                           PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_STATE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, row->node);
    pt_sql_bind_i64(tx, 2, def->number);
    st = pt_sql_step(tx, &there, err);
    if (st == PT_OK && there) {
        const PtStr blob = pt_sql_blob(tx, 0);
        s->bytes += blob.len;
        row->as_of_ms = pt_sql_i64(tx, 1);
        row->timer_offset = pt_sql_i64(tx, 2);
        st = rule_state_read(def->fold, blob, &row->state, err);
    }
    pt_sql_done(tx);
    return st == PT_OK && !there ? rule_state_new(def->fold, &row->state, err) : st;
}

PtStatus computed_states_get(ComputedStates *s, PtSqlTx *tx, const ComputedSet *set, size_t def,
                             uint32_t node, ComputedRow **ret_row, PtError *err)
{
    const RowKey key = key_of(set->defs[def].number, node);
    ComputedRow *row = pt_map_get(s->map, key_text(&key));
    if (row != NULL) {
        *ret_row = row;
        return PT_OK;
    }
    row = pt_arena_alloc(s->arena, 1, sizeof *row);
    if (row == NULL) {
        return no_memory(err);
    }
    *row = (ComputedRow){.def = def, .node = node, .as_of_ms = INT64_MIN, .timer_offset = -1};
    PtStatus st = read_state(s, tx, &set->defs[def], row, err);
    if (st == PT_OK && !pt_map_set(s->map, key_text(&key), row, NULL)) {
        rule_state_free(row->state);
        st = no_memory(err);
    }
    if (st != PT_OK) {
        return st;
    }
    row->next = s->rows;
    s->rows = row;
    s->count++;
    *ret_row = row;
    return PT_OK;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus note_timer(ComputedStates *s, const PtTimer *timer, PtError *err)
{
    if (s->timer_count == s->timer_room) {
        const size_t room = s->timer_room == 0 ? TIMERS_FIRST : 2 * s->timer_room;
        PtTimer *timers = realloc(s->timers, room * sizeof *timers);
        if (timers == NULL) {
            return no_memory(err);
        }
        s->timers = timers;
        s->timer_room = room;
    }
    s->timers[s->timer_count++] = *timer;
    return PT_OK;
}

/* When the node's own value may change next; other nodes of the person have instants of their own.
 */
static PtStatus next_due(ComputedStates *s, const ComputedDef *def, const ComputedRow *row,
                         int64_t *ret_due_ms, PtError *err)
{
    RuleResult result;
    const RuleState *const state = row->state;
    pt_arena_clear(s->results);
    PtStatus st = rule_result(def->fold, &state, 1, row->as_of_ms, s->results, &result, err);
    if (st == PT_OK) {
        *ret_due_ms = result.changes_ms > row->as_of_ms ? result.changes_ms : row->as_of_ms + 1;
    }
    return st;
}

static PtStatus write_row(ComputedStates *s, PtSqlTx *tx, const ComputedDef *def,
                          const ComputedRow *row, int64_t due_ms, PtError *err)
{
    pt_buf_clear(&s->blob, BLOB_KEEP);
    rule_state_write(row->state, &s->blob);
    PtStatus st =
        pt_buf_status(&s->blob) == PT_OK
            ? pt_sql_use(tx, SQL_COMPUTED_STATE_SET, err)
            : pt_fail(err, pt_buf_status(&s->blob), "a computed trait's state has no room");
    if (st != PT_OK) {
        return st;
    }
    const PtStr blob = s->blob.len > 0 ? pt_buf_str(&s->blob) : PT_STR("");
    pt_sql_bind_i64(tx, 1, row->node);
    pt_sql_bind_i64(tx, 2, def->number);
    pt_sql_bind_blob(tx, 3, blob);
    pt_sql_bind_i64(tx, 4, row->as_of_ms);
    pt_sql_bind_i64(tx, 5, due_ms);
    pt_sql_bind_i64(tx, 6, row->timer_offset);
    return pt_sql_finish(tx, err);
}

PtStatus computed_states_flush(ComputedStates *s, PtSqlTx *tx, const ComputedSet *set,
                               const ComputedMask *live, PtError *err)
{
    PtStatus st = PT_OK;
    for (const ComputedRow *row = s->rows; st == PT_OK && row != NULL; row = row->next) {
        const ComputedDef *def = &set->defs[row->def];
        int64_t due_ms = INT64_MAX;
        st = next_due(s, def, row, &due_ms, err);
        st = st == PT_OK ? write_row(s, tx, def, row, due_ms, err) : st;
        if (st == PT_OK && computed_mask_has(live, row->def)) {
            const PtTimer timer = {.kind = COMPUTED_TIMERS,
                                   .key = (uint64_t)def->number << 32 | row->node,
                                   .due_ms = due_ms};
            st = note_timer(s, &timer, err);
        }
    }
    computed_states_clear(s);
    return st;
}
