// SPDX-License-Identifier: Apache-2.0
/* Definitions in force: read from the core database, compiled, found by the events they ask. */
#include "computed.sql.h"
#include "profiles/computed_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SET_BYTES = 16 << 20 };

void computed_set_free(ComputedSet *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        rule_fold_free(s->defs[i].fold);
    }
    for (size_t i = 0; i < s->group_count; i++) {
        rule_operands_free(s->groups[i]);
    }
    pt_map_free(s->by_event, free);
    pt_arena_free(s->arena);
    free(s);
}

static void computed_set_freep(ComputedSet **s)
{
    computed_set_free(*s);
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
}

/* The newest group, or another where there is no room for it in that. */
static PtStatus compile(ComputedSet *s, ComputedDef *def, PtStr fold, PtError *err)
{
    PtStatus st = PT_TOO_LARGE;
    if (s->group_count > 0) {
        st = rule_fold_read(fold, s->groups[s->group_count - 1], &def->fold, err);
    }
    if (st == PT_TOO_LARGE) {
        st = rule_operands_new(&s->groups[s->group_count], err);
        s->group_count += st == PT_OK;
        st =
            st == PT_OK ? rule_fold_read(fold, s->groups[s->group_count - 1], &def->fold, err) : st;
    }
    def->group = s->group_count - 1;
    return st;
}

static PtStatus ask_for(ComputedSet *s, PtStr event, size_t def, PtError *err)
{
    ComputedMask *mask = pt_map_get(s->by_event, event);
    if (mask == NULL) {
        mask = calloc(1, sizeof *mask);
        if (mask == NULL || !pt_map_set(s->by_event, event, mask, NULL)) {
            free(mask);
            return no_memory(err);
        }
    }
    computed_mask_add(mask, def);
    return PT_OK;
}

static PtStatus index_events(ComputedSet *s, size_t def, PtError *err)
{
    const PtStr *names = NULL;
    const size_t count = rule_fold_events(s->defs[def].fold, &names);
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = ask_for(s, names[i], def, err);
    }
    if (count == 0) {
        computed_mask_add(&s->every, def);
    }
    return st;
}

/* The row that the statement in use stands on: id, number, name, description, fold, ... */
static PtStatus take_row(ComputedSet *s, PtSqlTx *tx, PtError *err)
{
    ComputedDef *def = &s->defs[s->count];
    *def = (ComputedDef){.number = (uint32_t)pt_sql_i64(tx, 1),
                         .id = pt_arena_str(s->arena, pt_sql_text(tx, 0)),
                         .name = pt_arena_str(s->arena, pt_sql_text(tx, 2))};
    if (def->id.data == NULL || def->name.data == NULL) {
        return no_memory(err);
    }
    PtStatus st = compile(s, def, pt_sql_text(tx, 4), err);
    s->count += st == PT_OK;
    return st == PT_OK ? index_events(s, s->count - 1, err) : st;
}

static PtStatus read_change(PtSqlTx *tx, int64_t *ret_change, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_CHANGE_GET, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_change = row ? pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_rows(ComputedSet *s, PtSqlTx *tx, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, COMPUTED_TRAITS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if ((st = take_row(s, tx, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus computed_set_load(PtSql *core, const ComputedSet *before, ComputedSet **ret_set,
                           PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(computed_set_freep) ComputedSet *s = NULL;
    int64_t change = 0;
    PtStatus st = pt_sql_begin(core, false, &tx, err);
    st = st == PT_OK ? read_change(tx, &change, err) : st;
    if (st != PT_OK || (before != NULL && before->change == change)) {
        *ret_set = NULL;
        return st;
    }
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        return no_memory(err);
    }
    s->change = change;
    s->arena = pt_arena_new(SET_BYTES);
    s->by_event = pt_map_new();
    if (s->arena == NULL || s->by_event == NULL) {
        return no_memory(err);
    }
    st = read_rows(s, tx, err);
    *ret_set = st == PT_OK ? PT_TAKE(s) : NULL;
    return st;
}

ComputedMask computed_set_asks(const ComputedSet *s, PtStr event)
{
    const ComputedMask *named = event.len > 0 ? pt_map_get(s->by_event, event) : NULL;
    ComputedMask mask = s->every;
    if (named != NULL) {
        mask.bits[0] |= named->bits[0];
        mask.bits[1] |= named->bits[1];
    }
    return mask;
}

static void tell_source(const Profiles *p, const RuleOperands *operands, uint32_t number,
                        PtArena *arena, PtValue *values)
{
    EventSource source;
    if (p->sources != NULL && event_source_by_number(p->sources, number, &source)) {
        rule_operands_tell(operands, RULE_TOLD_SOURCE, pt_arena_str(arena, pt_str(source.id)),
                           values);
    }
}

PtStatus computed_values(const Profiles *p, const RuleOperands *operands, const EventView *v,
                         const PtRecord *record, PtArena *arena, PtValue **ret_values, PtError *err)
{
    const size_t count = rule_operands_count(operands);
    PtValue *values = pt_arena_alloc(arena, count > 0 ? count : 1, sizeof *values);
    if (values == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
    }
    PtStatus st = rule_operands_load(operands, v, arena, values, err);
    if (st == PT_OK && rule_operands_asks(operands, RULE_TOLD_CHANNEL)) {
        rule_operands_tell(operands, RULE_TOLD_CHANNEL, profiles_channel(v), values);
    }
    if (st == PT_OK && rule_operands_asks(operands, RULE_TOLD_SOURCE)) {
        tell_source(p, operands, record->source, arena, values);
    }
    *ret_values = values;
    return st;
}
