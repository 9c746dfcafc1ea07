// SPDX-License-Identifier: Apache-2.0
/* What Work hears of tickets, and what tickets hear of their clocks. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "platform/diag.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEP_BYTES = 4096 };

const char *const desk_due_states[] = {"none", "running", "paused", "at_risk", "breached", NULL};

/* ---- Facts ------------------------------------------------------------------------------------
 */

/* As much of a code as a fact may have. */
static PtStr cut(PtStr text)
{
    size_t len = text.len < WORK_FACT_BYTES ? text.len : WORK_FACT_BYTES;
    while (len < text.len && len > 0 && ((unsigned char)text.data[len] & 0xc0U) == 0x80) {
        len--;
    }
    return (PtStr){text.data, len};
}

static PtStr truth(bool is)
{
    return is ? PT_STR("true") : PT_STR("");
}

static PtStatus tone_of(DeskWriting *w, const DeskTicket *t, PtStr facts[static WORK_FACTS])
{
    const struct {
        WorkFact fact;
        int64_t value;
    } tones[] = {{WORK_SENTIMENT, t->sentiment},
                 {WORK_SENTIMENT_LOWEST, t->sentiment_lowest},
                 {WORK_TONE_URGENCY, t->tone_urgency}};
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
        facts[tones[i].fact] =
            t->tones > 0 ? desk_tone_number(w->arena, tones[i].value) : PT_STR("");
        if (facts[tones[i].fact].data == NULL) {
            return pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
        }
    }
    return PT_OK;
}

static PtStatus facts_of(DeskWriting *w, const DeskRow *row, PtStr facts[static WORK_FACTS])
{
    static const char *const priorities[] = {"P1", "P2", "P3", "P4", "P5"};
    static const struct {
        WorkFact fact;
        DeskField field;
    } fields[] = {{WORK_WAITING_FOR, DESK_F_WAITING_FOR},
                  {WORK_QUEUE, DESK_F_QUEUE},
                  {WORK_STORE, DESK_F_STORE},
                  {WORK_CATEGORY, DESK_F_CATEGORY},
                  {WORK_CHANNEL, DESK_F_CHANNEL},
                  {WORK_ASSIGNEE, DESK_F_ASSIGNEE}};
    const DeskTicket *t = &row->t;
    PtStr *services = NULL;
    size_t count = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        facts[fields[i].fact] = cut(t->f[fields[i].field]);
    }
    facts[WORK_TYPE] = pt_str(desk_types[t->type]);
    facts[WORK_STATE] = pt_str(desk_states[t->state]);
    facts[WORK_PRIORITY] = pt_str(priorities[t->priority - 1]);
    facts[WORK_ACKNOWLEDGED] = truth(t->acknowledged_ms > 0);
    facts[WORK_REPLIED] = truth(t->replied_ms > 0);
    facts[WORK_AWAITS_REPLY] = truth(row->awaits_reply);
    PtStatus st = desk_field_items(t->f[DESK_F_SERVICES], w->arena, &services, &count, w->err);
    facts[WORK_SERVICE] = count > 0 ? cut(services[0]) : PT_STR("");
    return st == PT_OK ? tone_of(w, t, facts) : st;
}

/* The word for it; "": what changed says it all. */
static PtStr event_of(const DeskRow *before, const DeskRow *after, const DeskSaid *said)
{
    const bool ended = before != NULL && !desk_state_open(before->t.state);
    return before == NULL                                      ? PT_STR("opened")
           : ended && desk_state_open(after->t.state)          ? PT_STR("reopened")
           : pt_str_eq(pt_str(said->kind), PT_STR("answered")) ? PT_STR("requester_replied")
           : said->text.data != NULL && said->is_public && after->t.replied_ms > 0 &&
                   !after->awaits_reply &&
                   (pt_str_eq(pt_str(said->kind), PT_STR("note")) ||
                    pt_str_eq(pt_str(said->kind), PT_STR("changed")))
               ? PT_STR("replied")
               : PT_STR("");
}

static size_t changes_of(const PtStr *before, const PtStr *after,
                         WorkChange changes[static WORK_FACTS])
{
    size_t count = 0;
    for (WorkFact i = 0; i < WORK_FACTS; i++) {
        if (!pt_str_eq(before[i], after[i])) {
            changes[count++] = (WorkChange){i, after[i]};
        }
    }
    return count;
}

PtStatus desk_clocks_row(DeskWriting *w, const DeskRow *before, const DeskRow *after,
                         const DeskSaid *said)
{
    static const PtStr none[WORK_FACTS];
    PtStr was[WORK_FACTS] = {{NULL, 0}}, is[WORK_FACTS];
    WorkChange changes[WORK_FACTS];
    Work *work = w->desk->work;
    const WorkItem item = {WORK_TICKET, after->t.number};
    if (work == NULL) {
        return PT_OK;
    }
    PtStatus st = before != NULL ? facts_of(w, before, was) : PT_OK;
    st = st == PT_OK ? facts_of(w, after, is) : st;
    if (st != PT_OK) {
        return st;
    }
    WorkRow row = {.at_ms = w->now_ms, .event = event_of(before, after, said), .changes = changes};
    row.change_count = changes_of(was, is, changes);
    if (before == NULL) {
        return work_opened(work, w->tx, item, &row, w->err);
    }
    if (row.change_count == 0 && row.event.len == 0) {
        return PT_OK;
    }
    st = work_changed(work, w->tx, item, &row, w->err);
    if (st == PT_NOT_FOUND) { // a ticket from before there were clocks: promised from now on
        row.change_count = changes_of(none, is, changes);
        st = work_opened(work, w->tx, item, &row, w->err);
    }
    return st;
}

void desk_clocks_settle(const DeskWriting *w)
{
    for (size_t i = 0; w->desk->work != NULL && i < w->touched_count; i++) {
        const WorkItem item = {WORK_TICKET, w->touched[i].t.number};
        PtError err = {0};
        const PtStatus st = work_settled(w->desk->work, item, &err);
        if (st != PT_OK && st != PT_NOT_FOUND) { // the next change makes up for it, or the start
            pt_diag(PT_DIAG_WARN, "desk", "clocks of a ticket are behind",
                    PT_F_INT("ticket", item.number), PT_F_STR("problem", pt_str(err.message)));
        }
    }
}

/* ---- What fired -------------------------------------------------------------------------------
 */

/* A name that no queue can have moves nothing: an error would keep all of the ticket's clocks from
 * firing, again and again. */
static PtStatus move_to(DeskWriting *w, DeskTicket *t, PtStr name)
{
    const PtStr to = pt_arena_str(w->arena, name);
    if (to.data == NULL) {
        return pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    }
    const PtStatus st = desk_field_check(DESK_F_QUEUE, to, w->arena, &t->f[DESK_F_QUEUE], w->err);
    return st == PT_INVALID ? PT_OK : st;
}

/* What a step does is in its name: docs/desk.md. */
static PtStatus act(DeskWriting *w, DeskRow *row, PtStr step, PtStr *ret_to)
{
    static const PtStr queue = PT_STR_INIT("queue:");
    DeskTicket *t = &row->t;
    *ret_to = (PtStr){NULL, 0};
    if (pt_str_eq(step, PT_STR("lead"))) {
        PtStatus st = desk_lead_of(w, t, ret_to);
        return st == PT_OK && ret_to->len > 0 ? desk_watch(w, t, *ret_to) : st;
    }
    if (pt_str_eq(step, PT_STR("raise")) && t->priority > 1) {
        static const char *const labels[] = {"P1", "P2", "P3", "P4"};
        t->f[DESK_F_LABEL] = pt_str(labels[t->priority - 2]);
    } else if (pt_str_starts(step, queue)) {
        return move_to(w, t, pt_str_from(step, queue.len));
    }
    return PT_OK;
}

/* "resolution: raise, because of tone -0.82: 'third time', 'unacceptable'" */
static PtStatus say_step(DeskWriting *w, const WorkFired *f, const DeskTicket *t, PtBuf *out)
{
    static const uint32_t latest = 1U << WORK_SENTIMENT | 1U << WORK_TONE_URGENCY,
                          lowest = 1U << WORK_SENTIMENT_LOWEST;
    pt_buf_printf(out, "%s: %.*s", work_clock_name(f->clock), PT_STR_ARG(f->name));
    PtStatus st = PT_OK;
    if ((f->reads & (latest | lowest)) != 0 && t->tones > 0) {
        pt_buf_add_str(out, PT_STR(", because of "));
        st = desk_tone_why(w, t, (f->reads & latest) == 0, out);
    }
    return st == PT_OK && pt_buf_status(out) != PT_OK
               ? pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket")
               : st;
}

static PtStatus step_fired(DeskWriting *w, const WorkFired *f)
{
    DeskRow before, after;
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, STEP_BYTES);
    PtStatus st = desk_load(w->tx, f->item.number, w->arena, &before, w->err);
    st = st == PT_OK ? say_step(w, f, &before.t, &text) : st;
    if (st != PT_OK) {
        return st;
    }
    DeskSaid said = {.kind = "sla_escalated", .text = pt_buf_str(&text)};
    after = before;
    st = act(w, &after, f->name, &said.to);
    return st == PT_OK ? desk_update(w, &before, &after, &said) : st;
}

/* Many come at once: but for steps the ticket is not read, and the log hears of it from Work. */
static PtStatus row_fired(DeskWriting *w, const WorkFired *f)
{
    static const char *const kinds[] = {[WORK_AT_RISK] = "sla_at_risk",
                                        [WORK_BREACHED] = "sla_breached"};
    if (f->kind == WORK_STEP) {
        return step_fired(w, f);
    }
    const DeskSaid said = {.kind = kinds[f->kind], .text = pt_str(work_clock_name(f->clock))};
    return desk_row_said(w, f->item.number, &said);
}

static void note_step(Desk *d, int64_t number)
{
    (void)pthread_mutex_lock(&d->lock);
    const size_t count = d->stepped_count;
    const bool noted = count > 0 && count <= DESK_STEPPED_MAX && d->stepped[count - 1] == number;
    if (!noted && count < DESK_STEPPED_MAX) {
        d->stepped[count] = number;
    }
    d->stepped_count += !noted;
    (void)pthread_mutex_unlock(&d->lock);
}

static PtStatus fired(void *ctx, PtSqlTx *tx, const WorkFired *f, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    Desk *d = ctx;
    _Atomic uint64_t *const counts[] = {
        [WORK_AT_RISK] = &d->at_risk, [WORK_BREACHED] = &d->breached, [WORK_STEP] = &d->escalated};
    DeskWriting w = {
        .desk = d, .tx = tx, .arena = arena, .now_ms = pt_clock_now_ms(d->c.clock), .err = err};
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a ticket");
    }
    w.policy = desk_policy_hold(d);
    PtStatus st = row_fired(&w, f);
    desk_policy_release(w.policy);
    atomic_fetch_add(counts[f->kind], st == PT_OK);
    if (st == PT_OK && f->kind == WORK_STEP) {
        note_step(d, f->item.number);
    }
    return st;
}

/* Lists know nothing of other rows that clocks write. One that came to nothing is read in vain. */
static bool take_step(Desk *d, int64_t number)
{
    bool found = false;
    (void)pthread_mutex_lock(&d->lock);
    if (d->stepped_count > DESK_STEPPED_MAX) {
        d->stepped_count = 0;
        atomic_store(&d->stale, true); // the next list reads all of it
    }
    for (size_t i = 0; !found && i < d->stepped_count; i++) {
        found = d->stepped[i] == number;
        if (found) {
            d->stepped[i] = d->stepped[--d->stepped_count];
        }
    }
    (void)pthread_mutex_unlock(&d->lock);
    return found;
}

static void committed(void *ctx, WorkItem item)
{
    Desk *d = ctx;
    if (take_step(d, item.number)) {
        if (desk_index_again(d, item.number, NULL) != PT_OK) {
            atomic_store(&d->stale, true);
        }
        desk_routing_changed(d, item.number);
    }
}

static void due(void *ctx, WorkItem item, const WorkDue *what)
{
    Desk *d = ctx;
    if (!desk_index_due(d->index, item.number, what)) {
        pt_diag(PT_DIAG_WARN, "desk", "no memory for what is due",
                PT_F_INT("ticket", item.number)); // lists show it late; it fires all the same
    }
}

WorkListener desk_work_listener(Desk *desk)
{
    return (WorkListener){.ctx = desk, .fired = fired, .committed = committed, .due = due};
}

/* ---- Explained --------------------------------------------------------------------------------
 */

/* The newest row of history as of each stretch. */
static PtStatus find_seqs(Desk *d, int64_t number, const WorkExplained *e, int64_t *seqs,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t seq = 0;
    size_t at = 0;
    bool row = true;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_HISTORY_TIMES, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        for (; at < e->count && e->list[at].from_ms < pt_sql_i64(tx, 1); at++) {
            seqs[at] = seq;
        }
        seq = pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    for (; at < e->count; at++) {
        seqs[at] = seq;
    }
    return st;
}

PtStatus desk_clock_explain(Desk *d, int64_t number, WorkClockKind clock, PtArena *arena,
                            WorkExplained *ret_explained, int64_t **ret_seqs, PtError *err)
{
    const WorkItem item = {WORK_TICKET, number};
    WorkExplained e = {0};
    PtStatus st = work_item_explain(d->work, item, clock, arena, &e, err);
    int64_t *seqs = pt_arena_alloc(arena, e.count + 1, sizeof *seqs);
    if (st == PT_OK && seqs == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for an explanation");
    }
    st = st == PT_OK ? find_seqs(d, number, &e, seqs, err) : st;
    if (st == PT_OK) {
        *ret_explained = e;
        *ret_seqs = seqs;
    }
    return st;
}

static PtStatus copy_step(PtSqlTx *tx, size_t skip, PtArena *arena, DeskStepTaken *ret,
                          PtError *err)
{
    *ret = (DeskStepTaken){.seq = pt_sql_i64(tx, 0),
                           .at_ms = pt_sql_i64(tx, 1),
                           .text = pt_arena_str(arena, pt_str_from(pt_sql_text(tx, 2), skip))};
    return ret->text.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for steps");
}

PtStatus desk_clock_steps(Desk *d, int64_t number, WorkClockKind clock, PtArena *arena,
                          DeskStepTaken **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char begin[40];
    const size_t len = (size_t)snprintf(begin, sizeof begin, "%s: ", work_clock_name(clock));
    DeskStepTaken *list = pt_arena_alloc(arena, DESK_STEPS_SHOWN, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_begin(d->c.core, false, &tx, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for steps");
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_HISTORY_STEPS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_text(tx, 2, pt_str(begin));
    pt_sql_bind_i64(tx, 3, DESK_STEPS_SHOWN);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_step(tx, len, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}
