// SPDX-License-Identifier: Apache-2.0
/* Reports: each joins the open incident of its fault, or becomes a ticket; merge, and the undo. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include <stdio.h>

enum { TOLD_MAX = 300 };

/* ---- A report, checked ------------------------------------------------------------------------
 */

static PtStatus check_counts(const DeskReport *r, PtError *err)
{
    const struct {
        const char *name;
        int64_t count;
    } counts[] = {{"stores", r->stores}, {"tills", r->tills}, {"customers", r->customers}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i].count < 0 || counts[i].count > DESK_COUNT_MAX) {
            return pt_fail(err, PT_INVALID, "%s: not 0..%d", counts[i].name, DESK_COUNT_MAX);
        }
    }
    return PT_OK;
}

/* The ticket that the report would be. */
static PtStatus read_report(DeskWriting *w, const DeskReport *report, DeskRow *row)
{
    static const DeskField decided[] = {DESK_F_STATE, DESK_F_WAITING_FOR, DESK_F_RESOLUTION,
                                        DESK_F_COMMANDER, DESK_F_REVIEW};
    DeskTicket *t = &row->t;
    const DeskCategory *category =
        desk_rules_category(&w->policy->rules, report->f[DESK_F_CATEGORY]);
    PtStatus st = check_counts(report, w->err);
    *row = (DeskRow){.t = {.type = report->type, .stores = report->stores}, .apart = report->alone};
    for (DeskField i = 0; st == PT_OK && i < DESK_FIELDS; i++) {
        const PtStr given = report->f[i].data != NULL ? report->f[i] : PT_STR("");
        t->f[i] = PT_STR("");
        const bool titled = i == DESK_F_TITLE && given.len == 0 && category != NULL;
        if (i != DESK_F_STATE) {
            st = desk_field_check(i, titled ? category->name : given, w->arena, &t->f[i], w->err);
        }
    }
    for (size_t i = 0; st == PT_OK && i < sizeof decided / sizeof *decided; i++) {
        if (report->f[decided[i]].len > 0) {
            st = pt_fail(w->err, PT_INVALID, "%s: is not a report's to say",
                         desk_fields[decided[i]]);
        }
    }
    if (st == PT_OK && t->f[DESK_F_QUEUE].len == 0 && category != NULL) {
        t->f[DESK_F_QUEUE] = category->queue;
    }
    return st == PT_OK ? desk_custom_check(w, t->type, t->f[DESK_F_CUSTOM]) : st;
}

/* ---- Its row ----------------------------------------------------------------------------------
 */

static PtStatus add_report(DeskWriting *w, int64_t ticket, const DeskReport *r, const DeskTicket *t,
                           int64_t *ret_number)
{
    PtSqlTx *tx = w->tx;
    int64_t last = 0;
    PtStatus st = desk_last_number(w, SQL_DESK_REPORT_LAST, &last);
    *ret_number = last + 1;
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_REPORT_ADD, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    const PtStr body =
        t->f[DESK_F_DESCRIPTION].len > 0 ? t->f[DESK_F_DESCRIPTION] : t->f[DESK_F_TITLE];
    pt_sql_bind_i64(tx, 1, *ret_number);
    pt_sql_bind_i64(tx, 2, ticket);
    pt_sql_bind_i64(tx, 3, w->now_ms);
    pt_sql_bind_text(tx, 4, t->f[DESK_F_REQUESTER]);
    pt_sql_bind_text(tx, 5, t->f[DESK_F_STORE]);
    pt_sql_bind_text(tx, 6, t->f[DESK_F_TILL]);
    pt_sql_bind_text(tx, 7, t->f[DESK_F_CHANNEL]);
    pt_sql_bind_text(tx, 8, body);
    pt_sql_bind_i64(tx, 9, r->stores);
    pt_sql_bind_i64(tx, 10, r->tills);
    pt_sql_bind_i64(tx, 11, r->customers);
    pt_sql_bind_text(tx, 12, audit_actor_name(w->by));
    return pt_sql_finish(tx, w->err);
}

PtStatus desk_open_fault(DeskWriting *w, PtStr fault, int64_t after_ms, int64_t *ret_number)
{
    bool row = false;
    *ret_number = 0;
    if (fault.len == 0) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_TICKET_OPEN_FAULT, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, fault);
    pt_sql_bind_i64(w->tx, 2, after_ms);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK && row) {
        *ret_number = pt_sql_i64(w->tx, 0);
    }
    pt_sql_done(w->tx);
    return st;
}

/* ---- Joining and opening ----------------------------------------------------------------------
 */

static PtStr told(DeskWriting *w, const DeskTicket *t)
{
    char key[DESK_KEY_MAX], text[TOLD_MAX];
    (void)desk_key(t->type, t->number, key);
    (void)snprintf(text, sizeof text,
                   "Known as %s and being worked on. Your report was added: %lld reports, %lld "
                   "stores so far.",
                   key, (long long)t->reports, (long long)t->stores);
    return pt_arena_str(w->arena, pt_str(text));
}

static PtStatus join(DeskWriting *w, int64_t number, const DeskFinding *found, DeskReported *ret)
{
    DeskRow before, after;
    PtStatus st = desk_load(w->tx, number, w->arena, &before, w->err);
    st = st == PT_OK ? add_report(w, number, &found->report, &found->row.t, &ret->report) : st;
    st = st == PT_OK ? desk_finding_keep(w, found, number, ret->report, true) : st;
    if (st != PT_OK) {
        return st;
    }
    after = before;
    if (found->read) {
        desk_tone_take(&after.t, &found->f.mood, DESK_TONE_JOINED);
    }
    st = desk_recount(w, &after);
    ret->told = st == PT_OK ? told(w, &after.t) : PT_STR("");
    if (st == PT_OK && ret->told.data == NULL) {
        st = pt_fail(w->err, PT_NO_MEMORY, "no memory for a ticket");
    }
    const DeskSaid said = {.kind = "joined", .text = ret->told, .is_public = true};
    st = st == PT_OK ? desk_update(w, &before, &after, &said) : st;
    ret->ticket = after.t;
    ret->joined = true;
    return st;
}

/* The first report is counted as all later ones are: from its row. */
static PtStatus open_ticket(DeskWriting *w, const DeskFinding *found, DeskRow *row,
                            DeskReported *ret)
{
    static const DeskSaid said = {.kind = "opened", .is_public = true};
    const DeskReport *report = &found->report;
    DeskTicket *t = &row->t;
    const DeskCategory *category = desk_rules_category(&w->policy->rules, t->f[DESK_F_CATEGORY]);
    const int64_t named = t->f[DESK_F_STORE].len > 0;
    const int64_t till = t->f[DESK_F_TILL].len > 0;
    t->reports = 1;
    t->stores = report->stores > named ? report->stores : named;
    t->tills = report->tills > till ? report->tills : till;
    t->customers = report->customers;
    t->last_report_ms = w->now_ms;
    t->major = t->type == DESK_INCIDENT && category != NULL &&
               (category->actions & 1U << DESK_ACT_MAJOR) != 0;
    if (found->read) {
        desk_tone_take(t, &found->f.mood, DESK_TONE_SAID);
    }
    PtStatus st = desk_insert(w, row, &said);
    st = st == PT_OK ? add_report(w, t->number, report, &found->row.t, &ret->report) : st;
    st = st == PT_OK ? desk_finding_keep(w, found, t->number, ret->report, false) : st;
    st = st == PT_OK ? desk_triage_settle(w, found, row) : st;
    ret->ticket = *t;
    ret->joined = false;
    ret->told = PT_STR("");
    return st == PT_OK ? desk_act(w, t) : st;
}

PtStatus desk_report_in(DeskWriting *w, const DeskReport *report, DeskReported *ret_reported)
{
    DeskRow row;
    DeskFinding found; // it joins by the category that the machine is sure of, too
    int64_t open = 0;
    PtStatus st = read_report(w, report, &row);
    st = st == PT_OK ? desk_triage_row(w, report, &row, &found) : st;
    st = st == PT_OK ? desk_find_fault(w, &found.row) : st;
    if (st == PT_OK && report->type == DESK_INCIDENT) {
        st = desk_open_fault(w, found.row.fault, w->now_ms - DESK_JOIN_MS, &open);
    }
    if (st == PT_OK) {
        st = open != 0 ? join(w, open, &found, ret_reported)
                       : open_ticket(w, &found, &row, ret_reported);
    }
    return st;
}

PtStatus desk_report(Desk *d, const AuditActor *by, const DeskReport *report, PtArena *arena,
                     DeskReported *ret_reported, PtError *err)
{
    DeskWriting w;
    DeskAhead ahead;
    DeskReported reported = {0};
    desk_triage_ahead(d, report, arena, &ahead);
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    if (st != PT_OK) {
        return st;
    }
    w.ahead = &ahead;
    st = desk_writing_end(&w, desk_report_in(&w, report, &reported));
    if (st == PT_OK) {
        *ret_reported = reported;
    }
    return st;
}

/* ---- Reports of a ticket ----------------------------------------------------------------------
 */

PtStatus desk_report_copy(PtSqlTx *tx, PtArena *arena, DeskReportRow *row, PtError *err)
{
    PtStr *const texts[] = {&row->requester, &row->store, &row->till,
                            &row->channel,   &row->text,  &row->by_name};
    *row = (DeskReportRow){.number = pt_sql_i64(tx, 0),
                           .at_ms = pt_sql_i64(tx, 1),
                           .stores = pt_sql_i64(tx, 8),
                           .tills = pt_sql_i64(tx, 9),
                           .customers = pt_sql_i64(tx, 10)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, (int)i + 2));
        if (texts[i]->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for reports");
        }
    }
    return PT_OK;
}

PtStatus desk_reports(Desk *d, const DeskRange *range, PtArena *arena, DeskReportRow **ret_rows,
                      size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskReportRow *rows = pt_arena_alloc(arena, range->max + 1, sizeof *rows);
    size_t count = 0;
    bool row = true;
    if (rows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for reports");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_REPORT_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, range->number);
    pt_sql_bind_i64(tx, 2, range->after);
    pt_sql_bind_i64(tx, 3, (int64_t)range->max);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = desk_report_copy(tx, arena, &rows[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = count;
    }
    return st;
}

static PtStatus get_report(DeskWriting *w, int64_t ticket, int64_t number, DeskReportRow *ret_row)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_REPORT_GET, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK) {
        st =
            row && pt_sql_i64(w->tx, 11) == ticket
                ? desk_report_copy(w->tx, w->arena, ret_row, w->err)
                : pt_fail(w->err, PT_NOT_FOUND, "the ticket has no report %lld", (long long)number);
    }
    pt_sql_done(w->tx);
    return st;
}

PtStatus desk_report_of(DeskWriting *w, int64_t ticket, int64_t report)
{
    DeskReportRow row;
    return get_report(w, ticket, report, &row);
}

/* Reports or files, of a report or of a ticket. */
static PtStatus move(DeskWriting *w, const char *statement, int64_t from, int64_t to)
{
    PtStatus st = pt_sql_use(w->tx, statement, w->err);
    if (st == PT_OK) {
        pt_sql_bind_i64(w->tx, 1, from);
        pt_sql_bind_i64(w->tx, 2, to);
        st = pt_sql_finish(w->tx, w->err);
    }
    return st;
}

/* "from INC-1001" */
enum { ABOUT = DESK_KEY_MAX + 20 };
static PtStr about(const char *word, const DeskTicket *t, char out[static ABOUT])
{
    char key[DESK_KEY_MAX];
    (void)desk_key(t->type, t->number, key);
    (void)snprintf(out, ABOUT, "%s %s", word, key);
    return pt_str(out);
}

/* ---- Parting ----------------------------------------------------------------------------------
 */

/* What the report would have become. */
static DeskRow parted_row(const DeskRow *from, const DeskReportRow *r)
{
    static const DeskField left[] = {DESK_F_WAITING_FOR, DESK_F_RESOLUTION, DESK_F_ASSIGNEE,
                                     DESK_F_WATCHERS,    DESK_F_COMMANDER,  DESK_F_REVIEW};
    DeskRow row = {.t = {.type = from->t.type,
                         .reports = 1,
                         .stores = r->stores > (r->store.len > 0) ? r->stores : r->store.len > 0,
                         .tills = r->tills > (r->till.len > 0) ? r->tills : r->till.len > 0,
                         .customers = r->customers,
                         .last_report_ms = r->at_ms},
                   .apart = true};
    for (size_t i = 0; i < DESK_FIELDS; i++) {
        row.t.f[i] = from->t.f[i];
    }
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        row.t.f[left[i]] = PT_STR("");
    }
    row.t.f[DESK_F_REQUESTER] = r->requester;
    row.t.f[DESK_F_STORE] = r->store;
    row.t.f[DESK_F_TILL] = r->till;
    row.t.f[DESK_F_CHANNEL] = r->channel;
    row.t.f[DESK_F_DESCRIPTION] = r->text;
    return row;
}

static PtStatus part(DeskWriting *w, int64_t number, int64_t report, DeskTicket *ret_ticket)
{
    DeskRow before, after, row;
    DeskReportRow r;
    char from[ABOUT], into[ABOUT];
    bool added;
    PtStatus st = desk_load(w->tx, number, w->arena, &before, w->err);
    st = st == PT_OK ? get_report(w, number, report, &r) : st;
    if (st == PT_OK && before.t.reports < 2) {
        st = pt_fail(w->err, PT_CONFLICT, "a ticket keeps its only report");
    }
    if (st != PT_OK) {
        return st;
    }
    row = parted_row(&before, &r);
    const DeskSaid out = {.kind = "parted", .text = about("from", &before.t, from)};
    st = desk_tone_of_report(w, number, report, &row.t);
    st = st == PT_OK ? desk_insert(w, &row, &out) : st;
    st = st == PT_OK ? move(w, SQL_DESK_REPORT_MOVE, report, row.t.number) : st;
    st = st == PT_OK ? move(w, SQL_DESK_FILE_MOVE, report, row.t.number) : st;
    st = st == PT_OK ? desk_tone_move(w, number, row.t.number, report) : st;
    after = before;
    st = st == PT_OK ? desk_recount(w, &after) : st;
    st = st == PT_OK ? desk_tone_recount(w, &after.t) : st;
    const DeskSaid in = {.kind = "parted", .text = about("into", &row.t, into)};
    st = st == PT_OK ? desk_update(w, &before, &after, &in) : st;
    st = st == PT_OK ? desk_link_put(w, row.t.number, PT_STR("related_to"), number, &added) : st;
    *ret_ticket = row.t;
    return st;
}

PtStatus desk_part(Desk *d, const AuditActor *by, int64_t number, int64_t report, PtArena *arena,
                   DeskTicket *ret_ticket, PtError *err)
{
    DeskWriting w;
    DeskTicket ticket = {0};
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    if (st == PT_OK) {
        st = desk_writing_end(&w, part(&w, number, report, &ticket));
    }
    if (st == PT_OK) {
        *ret_ticket = ticket;
    }
    return st;
}

/* ---- Merging ----------------------------------------------------------------------------------
 */

static PtStatus may_merge(const DeskTicket *a, const DeskTicket *b, PtError *err)
{
    if (a->number == b->number) {
        return pt_fail(err, PT_INVALID, "into: a ticket is not merged into itself");
    }
    if (a->type != b->type) {
        return pt_fail(err, PT_CONFLICT, "into: is a %s, not a %s", desk_types[b->type],
                       desk_types[a->type]);
    }
    if (!desk_state_open(a->state) || !desk_state_open(b->state)) {
        return pt_fail(err, PT_CONFLICT, "state: only open tickets are merged");
    }
    return PT_OK;
}

static PtStatus merge(DeskWriting *w, int64_t number, int64_t into, DeskTicket *ret_ticket)
{
    DeskRow from, from_after, to, to_after;
    char out_text[ABOUT], in_text[ABOUT];
    bool added;
    PtStatus st = desk_load(w->tx, number, w->arena, &from, w->err);
    st = st == PT_OK ? desk_load(w->tx, into, w->arena, &to, w->err) : st;
    st = st == PT_OK ? may_merge(&from.t, &to.t, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    from_after = from;
    from_after.t.state = DESK_CLOSED;
    from_after.t.f[DESK_F_WAITING_FOR] = PT_STR("");
    from_after.t.merged_into = into;
    from_after.t.reports = 0;
    to_after = to;
    st = move(w, SQL_DESK_REPORT_MOVE_ALL, number, into);
    st = st == PT_OK ? move(w, SQL_DESK_FILE_MOVE_ALL, number, into) : st;
    st = st == PT_OK ? desk_tone_move(w, number, into, 0) : st;
    st = st == PT_OK ? desk_recount(w, &to_after) : st;
    st = st == PT_OK ? desk_tone_recount(w, &to_after.t) : st;
    const DeskSaid out = {
        .kind = "merged", .text = about("into", &to.t, out_text), .is_public = true};
    const DeskSaid in = {.kind = "merged", .text = about("from", &from.t, in_text)};
    st = st == PT_OK ? desk_update(w, &from, &from_after, &out) : st;
    st = st == PT_OK ? desk_update(w, &to, &to_after, &in) : st;
    st = st == PT_OK ? desk_link_put(w, number, PT_STR("duplicate_of"), into, &added) : st;
    *ret_ticket = to_after.t;
    return st;
}

PtStatus desk_merge(Desk *d, const AuditActor *by, int64_t number, int64_t into, PtArena *arena,
                    DeskTicket *ret_ticket, PtError *err)
{
    DeskWriting w;
    DeskTicket ticket = {0};
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    if (st == PT_OK) {
        st = desk_writing_end(&w, merge(&w, number, into, &ticket));
    }
    if (st == PT_OK) {
        *ret_ticket = ticket;
    }
    return st;
}
