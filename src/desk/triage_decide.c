// SPDX-License-Identifier: Apache-2.0
/* What was found in a ticket, read; and what people make of it: an example to learn from. */
#include "desk/triage_internal.h"

#include "triage.sql.h"

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus copy(PtSqlTx *tx, PtArena *arena, DeskTriage *t, PtError *err)
{
    const struct {
        int column;
        PtStr *into;
    } texts[] = {{2, &t->category}, {3, &t->queue},  {7, &t->fields},
                 {8, &t->language}, {9, &t->intent}, {12, &t->found},
                 {13, &t->outcome}, {14, &t->label}, {16, &t->decided_by}};
    *t = (DeskTriage){.at_ms = pt_sql_i64(tx, 0),
                      .model = pt_sql_i64(tx, 1),
                      .confidence = pt_sql_double(tx, 4),
                      .threshold = pt_sql_double(tx, 5),
                      .accepted = pt_sql_i64(tx, 6) != 0,
                      .sentiment = pt_sql_double(tx, 10),
                      .urgency = pt_sql_double(tx, 11),
                      .decided_ms = pt_sql_i64(tx, 15)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].into = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].into->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a triage");
        }
    }
    return PT_OK;
}

/* *ret_there false: the ticket was not triaged. */
static PtStatus load(PtSqlTx *tx, int64_t number, PtArena *arena, DeskTriage *ret, bool *ret_there,
                     PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_GET, err);
    *ret_there = false;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    st = pt_sql_step(tx, ret_there, err);
    st = st == PT_OK && *ret_there ? copy(tx, arena, ret, err) : st;
    pt_sql_done(tx);
    return st;
}

static PtStatus not_triaged(PtError *err)
{
    return pt_fail(err, PT_NOT_FOUND, "the ticket was not triaged");
}

static PtStatus copy_message(PtSqlTx *tx, PtArena *arena, DeskMessage *m, PtError *err)
{
    const struct {
        int column;
        PtStr *into;
    } texts[] = {
        {4, &m->category}, {7, &m->language}, {8, &m->intent}, {11, &m->words}, {12, &m->found}};
    *m = (DeskMessage){.report = pt_sql_i64(tx, 1),
                       .at_ms = pt_sql_i64(tx, 2),
                       .model = pt_sql_i64(tx, 3),
                       .confidence = pt_sql_double(tx, 5),
                       .accepted = pt_sql_i64(tx, 6) != 0,
                       .sentiment = pt_sql_i64(tx, 9),
                       .urgency = pt_sql_i64(tx, 10)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].into = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].into->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a triage");
        }
    }
    return PT_OK;
}

static PtStatus load_messages(PtSqlTx *tx, int64_t number, PtArena *arena, DeskTriage *t,
                              PtError *err)
{
    DeskMessage *list = pt_arena_alloc(arena, DESK_MESSAGES_MAX, sizeof *list);
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_FINDING_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for a triage");
    if (st != PT_OK) {
        return st;
    }
    t->messages = list;
    t->message_count = 0;
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, DESK_MESSAGES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_message(tx, arena, &list[t->message_count], err)) == PT_OK) {
        t->message_count++;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_triage(Desk *d, int64_t number, PtArena *arena, DeskTriage *ret_triage, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskTriage t;
    DeskRow row;
    bool there = false;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_load(tx, number, arena, &row, err) : st;
    st = st == PT_OK ? load(tx, number, arena, &t, &there, err) : st;
    if (st == PT_OK && (d->learning == NULL || (!there && !triage_reads(row.t.type)))) {
        st = not_triaged(err);
    }
    st = st == PT_OK && !there ? triage_now(d, tx, &row, arena, &t, err) : st;
    st = st == PT_OK ? load_messages(tx, number, arena, &t, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const PtStr text = triage_text(row.t.f, arena);
    pt_sql_rollback(PT_TAKE(tx)); // who loads texts holds their lock, and waits for a reader
    st = text.data != NULL ? triage_near_find(d, number, text, arena, &t, err)
                           : pt_fail(err, PT_NO_MEMORY, "no memory for a triage");
    if (st == PT_OK) {
        *ret_triage = t;
    }
    return st;
}

/* ---- Deciding ---------------------------------------------------------------------------------
 */

static bool is_person(const AuditActor *by)
{
    return by != NULL && by->kind != AUDIT_SYSTEM;
}

/* The ticket's example about this, in place of an earlier one. */
static PtStatus learn(DeskWriting *w, const DeskTicket *t, LanguageKind kind, PtStr label)
{
    int64_t last = 0;
    PtStatus st = pt_sql_use(w->tx, SQL_TRIAGE_EXAMPLE_DROP, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->number);
    pt_sql_bind_text(w->tx, 2, pt_str(language_kinds[kind]));
    st = pt_sql_finish(w->tx, w->err);
    st = st == PT_OK ? triage_example_last(w->tx, &last, w->err) : st;
    const TriageExample example = {.kind = kind,
                                   .source = "decision",
                                   .part = "",
                                   .ticket = t->number,
                                   .text = triage_text(t->f, w->arena),
                                   .label = label};
    if (st == PT_OK && example.text.data == NULL) {
        st = pt_fail(w->err, PT_NO_MEMORY, "no memory for a triage");
    }
    if (st == PT_OK && label.len > 0) {
        st = triage_example_add(w->tx, &example, last + 1, w->now_ms, audit_actor_name(w->by),
                                w->err);
    }
    return st;
}

static PtStatus mark(DeskWriting *w, const DeskTicket *t, bool right)
{
    PtStatus st = pt_sql_use(w->tx, SQL_TRIAGE_DECIDED, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->number);
    pt_sql_bind_text(w->tx, 2, right ? PT_STR("confirmed") : PT_STR("corrected"));
    pt_sql_bind_text(w->tx, 3, t->f[DESK_F_CATEGORY]);
    pt_sql_bind_i64(w->tx, 4, w->now_ms);
    pt_sql_bind_text(w->tx, 5, audit_actor_name(w->by));
    return pt_sql_finish(w->tx, w->err);
}

/* What the ticket says now is what a person says. */
static PtStatus decided(DeskWriting *w, const DeskTriage *said, const DeskTicket *t, bool category,
                        bool queue)
{
    const PtStr is = t->f[DESK_F_CATEGORY], in = t->f[DESK_F_QUEUE];
    const bool queue_right = !queue || said->queue.len == 0 || pt_str_eq(said->queue, in);
    const bool right = pt_str_eq(said->category, is) && queue_right;
    PtStatus st = category ? learn(w, t, LANGUAGE_CATEGORY, is) : PT_OK;
    st = st == PT_OK && queue ? learn(w, t, LANGUAGE_QUEUE, in) : st;
    // of a ticket whose category its reporter chose nothing was proposed
    st = st == PT_OK && said->category.len > 0 ? mark(w, t, right) : st;
    w->decisions += st == PT_OK && category;
    return st;
}

PtStatus desk_triage_changed(DeskWriting *w, const DeskTicket *before, const DeskTicket *after)
{
    const bool category = !pt_str_eq(before->f[DESK_F_CATEGORY], after->f[DESK_F_CATEGORY]);
    const bool queue = !pt_str_eq(before->f[DESK_F_QUEUE], after->f[DESK_F_QUEUE]);
    DeskTriage said;
    bool there = false;
    if (w->desk->learning == NULL || !is_person(w->by) || (!category && !queue)) {
        return PT_OK;
    }
    PtStatus st = load(w->tx, after->number, w->arena, &said, &there, w->err);
    return st == PT_OK && there ? decided(w, &said, after, category, queue) : st;
}

static PtStatus decide(DeskWriting *w, int64_t number, const DeskDecision *what, DeskTicket *ret)
{
    DeskTriage said;
    DeskRow row;
    DeskEdit edits[2];
    DeskChange change = {.edits = edits};
    bool there = false;
    PtStatus st = desk_load(w->tx, number, w->arena, &row, w->err);
    st = st == PT_OK ? load(w->tx, number, w->arena, &said, &there, w->err) : st;
    if (st == PT_OK && !there && triage_reads(row.t.type)) {
        st = triage_keep_now(w, &row);
        st = st == PT_OK ? load(w->tx, number, w->arena, &said, &there, w->err) : st;
    }
    if (st != PT_OK || !there) {
        return st != PT_OK ? st : not_triaged(w->err);
    }
    const bool confirm =
        what->category.data == NULL && what->queue.data == NULL && what->sentiment.data == NULL;
    if (confirm && said.category.len == 0) {
        return pt_fail(w->err, PT_CONFLICT, "no category was proposed: its reporter chose one");
    }
    const PtStr category = confirm ? said.category : what->category;
    const PtStr queue = !confirm                         ? what->queue
                        : row.t.f[DESK_F_QUEUE].len == 0 ? said.queue
                                                         : (PtStr){NULL, 0};
    if (category.data != NULL) {
        edits[change.edit_count++] = (DeskEdit){DESK_F_CATEGORY, category};
    }
    if (queue.data != NULL) {
        edits[change.edit_count++] = (DeskEdit){DESK_F_QUEUE, queue};
    }
    *ret = row.t;
    st = change.edit_count > 0 ? desk_change_in(w, number, &change, ret) : PT_OK;
    if (st == PT_OK && change.edit_count > 0) { // also where nothing changed: it was right
        w->decisions = 0;
        st = decided(w, &said, ret, category.data != NULL, what->queue.data != NULL);
    }
    return st == PT_OK && what->sentiment.data != NULL
               ? learn(w, ret, LANGUAGE_SENTIMENT, what->sentiment)
               : st;
}

PtStatus desk_triage_decide(Desk *d, const AuditActor *by, int64_t number,
                            const DeskDecision *decision, PtArena *arena, DeskTicket *ret_ticket,
                            PtError *err)
{
    DeskWriting w;
    DeskTicket ticket = {0};
    if (d->learning == NULL) {
        return not_triaged(err);
    }
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    if (st == PT_OK) {
        st = desk_writing_end(&w, decide(&w, number, decision, &ticket));
    }
    if (st == PT_OK) {
        *ret_ticket = ticket;
    }
    return st;
}

/* ---- How well it goes -------------------------------------------------------------------------
 */

enum { WEEK_MS = 7 * 86400000 };
#define FIRST_MONDAY_MS INT64_C(345600000)

PtStatus desk_triage_weeks(Desk *d, size_t max, PtArena *arena, DeskWeek **ret_weeks,
                           size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskWeek *weeks = pt_arena_alloc(arena, max + 1, sizeof *weeks);
    size_t count = 0;
    bool row = true;
    PtStatus st = weeks != NULL ? pt_sql_begin(d->c.core, false, &tx, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for weeks");
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_WEEKS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, pt_clock_now_ms(d->c.clock) - (int64_t)(max + 1) * WEEK_MS);
    pt_sql_bind_i64(tx, 2, (int64_t)max);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        DeskWeek *w = &weeks[count++];
        *w = (DeskWeek){.from_ms = FIRST_MONDAY_MS + pt_sql_i64(tx, 0) * WEEK_MS,
                        .triaged = pt_sql_i64(tx, 1),
                        .set = pt_sql_i64(tx, 2),
                        .confirmed = pt_sql_i64(tx, 3),
                        .corrected = pt_sql_i64(tx, 4),
                        .set_corrected = pt_sql_i64(tx, 5)};
        w->left = w->triaged - w->confirmed - w->corrected;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_weeks = weeks;
        *ret_count = count;
    }
    return st;
}
