// SPDX-License-Identifier: Apache-2.0
/* Facts of tickets that were there before facts were kept: folded from their history. */
#include "insight.sql.h"
#include "insight/insight_internal.h"

#include "base/json.h"

#include <string.h>

enum { BATCH = 100, PAGE = 500, ARENA = 256 << 20, DEPTH = 64 };

/* A ticket as its history says that it was. */
typedef struct Past {
    PtStr f[DESK_FIELDS];
    int64_t priority, resolved_ms;
    bool major, merged;
} Past;

static DeskState state_of(PtStr text)
{
    DeskState state = DESK_NEW;
    for (int i = 0; i < DESK_STATES; i++) {
        state = pt_str_eq(text, pt_str(desk_states[i])) ? (DeskState)i : state;
    }
    return state;
}

/* The second item of [before, after], decoded. */
static bool read_after(PtJson *j, PtArena *arena, PtStr *ret_text)
{
    PtBuf text;
    PtStr raw;
    bool good = pt_json_next(j) == PT_JSON_ARRAY && pt_json_skip(j, NULL, NULL, NULL) &&
                pt_json_skip(j, &raw, NULL, NULL) && pt_json_next(j) == PT_JSON_ARRAY_END;
    if (good && raw.len > 1 && raw.data[0] == '"') {
        pt_buf_init(&text, raw.len);
        pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, &text);
        raw = pt_buf_str(&text);
        good = pt_buf_status(&text) == PT_OK;
        *ret_text = good ? pt_arena_str(arena, raw) : (PtStr){NULL, 0};
        pt_buf_done(&text);
    } else if (good) {
        *ret_text = pt_arena_str(arena, raw);
    }
    return good && ret_text->data != NULL;
}

static void apply(Past *past, PtStr name, PtStr value)
{
    int64_t number = 0;
    for (int i = 0; i < DESK_FIELDS; i++) {
        if (pt_str_eq(name, pt_str(desk_fields[i]))) {
            past->f[i] = value;
        }
    }
    if (pt_str_eq(name, PT_STR("priority")) && pt_json_to_i64(value, &number)) {
        past->priority = number;
    } else if (pt_str_eq(name, PT_STR("major"))) {
        past->major = pt_json_to_i64(value, &number) && number != 0;
    } else if (pt_str_eq(name, PT_STR("merged_into"))) {
        past->merged = pt_json_to_i64(value, &number) && number != 0;
    }
}

static PtStatus apply_changes(Past *past, const DeskEvent *event, PtArena *arena, PtError *err)
{
    PtJson j;
    pt_json_init(&j, event->changes, DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return PT_OK; // nothing changed
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const PtStr name = j.raw;
        PtStr value = {NULL, 0};
        if (!read_after(&j, arena, &value)) {
            return pt_fail(err, PT_CORRUPT, "a row of a ticket's history cannot be read");
        }
        apply(past, name, value);
    }
    return PT_OK;
}

static void step_on(const Insight *n, InsightFacts *facts, Past *past, const DeskEvent *event)
{
    const DeskState state = state_of(past->f[DESK_F_STATE]);
    const bool solved = state == DESK_RESOLVED || state == DESK_CLOSED;
    past->resolved_ms = !solved ? 0 : past->resolved_ms == 0 ? event->at_ms : past->resolved_ms;
    const InsightStep step = {.at_ms = event->at_ms,
                              .version = event->seq,
                              .kind = event->kind,
                              .text = event->text,
                              .f = past->f,
                              .state = state,
                              .priority = past->priority,
                              .resolved_ms = past->resolved_ms,
                              .major = past->major,
                              .merged = past->merged};
    insight_fold(n, facts, &step);
}

/* What an erasure took out of the history is known of the ticket as it is. */
static void as_it_is(InsightFacts *facts, const DeskTicket *t)
{
    facts->priority = t->priority;
    facts->state = pt_str(desk_states[t->state]);
    facts->store = t->f[DESK_F_STORE];
    facts->queue = t->f[DESK_F_QUEUE];
    facts->category = t->f[DESK_F_CATEGORY];
    facts->channel = t->f[DESK_F_CHANNEL];
    facts->assignee = t->f[DESK_F_ASSIGNEE];
    facts->requester = t->f[DESK_F_REQUESTER];
    facts->major = t->major;
    facts->merged = t->merged_into != 0;
    facts->resolved_ms = t->resolved_ms;
}

static PtStatus fold_history(const Insight *n, Desk *desk, const DeskTicket *t, PtArena *arena,
                             InsightFacts *ret_facts, PtError *err)
{
    Past past = {.priority = t->priority};
    InsightFacts facts = {.number = t->number, .type = pt_str(desk_types[t->type])};
    DeskRange range = {.number = t->number, .max = PAGE};
    size_t count = PAGE;
    PtStatus st = PT_OK;
    for (int i = 0; i < DESK_FIELDS; i++) {
        past.f[i] = PT_STR("");
    }
    while (st == PT_OK && count == PAGE) {
        DeskEvent *events;
        st = desk_history(desk, &range, arena, &events, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = apply_changes(&past, &events[i], arena, err);
            step_on(n, &facts, &past, &events[i]);
            range.after = events[i].seq;
        }
    }
    if (st == PT_OK) {
        as_it_is(&facts, t);
        *ret_facts = facts;
    }
    return st;
}

static PtStatus store_all(const Insight *n, const InsightFacts *list, size_t count, PtArena *arena,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        InsightFacts there;
        PtError none = {0};
        st = insight_load(tx, list[i].number, arena, &there, &none);
        st = st == PT_NOT_FOUND ? insight_store(tx, &list[i], true, err)
             : st == PT_OK      ? PT_OK
                                : pt_fail(err, st, "%s", none.message);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* Tickets `*from` .. last, at most BATCH; *from becomes the next one. */
static PtStatus catch_batch(const Insight *n, Desk *desk, int64_t *from, int64_t last, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    InsightFacts list[BATCH];
    size_t count = 0;
    PtStatus st = arena != NULL ? PT_OK : insight_no_memory(err);
    for (; st == PT_OK && count < BATCH && *from <= last; (*from)++) {
        DeskTicket ticket;
        st = desk_ticket(desk, *from, arena, &ticket, err);
        if (st == PT_OK) {
            st = fold_history(n, desk, &ticket, arena, &list[count], err);
            count++;
        }
    }
    return st == PT_OK ? store_all(n, list, count, arena, err) : st;
}

PtStatus insight_catch_up(Insight *n, Desk *desk, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const DeskQuery newest = {.max = 1}, oldest = {.ascending = true, .max = 1};
    DeskPage last = {0}, first = {0};
    bool row = false;
    PtStatus st =
        arena != NULL ? desk_list(desk, &newest, arena, &last, err) : insight_no_memory(err);
    st = st == PT_OK ? desk_list(desk, &oldest, arena, &first, err) : st;
    st = st == PT_OK ? pt_sql_begin(n->c.core, false, &tx, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_INSIGHT_COUNT, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    const uint64_t known = row ? (uint64_t)pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    pt_sql_rollback(PT_TAKE(tx));
    if (st != PT_OK || last.count == 0 || first.count == 0 || known >= last.total) {
        return st;
    }
    int64_t at = first.tickets[0].number;
    while (st == PT_OK && at <= last.tickets[0].number) {
        st = catch_batch(n, desk, &at, last.tickets[0].number, err);
    }
    return st;
}
