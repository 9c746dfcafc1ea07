// SPDX-License-Identifier: Apache-2.0
/* Tickets in SQL: read, added, changed; every change with its row of history and of the feed. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "platform/feed.h"

#include "base/json.h"

#include <string.h>

enum { FIRST_FIELD = 6, BEHIND_FIELDS = FIRST_FIELD + DESK_FIELDS };

/* Numbers behind the fields, in the order of the columns. */
static void numbers_of(DeskRow *row, int64_t *flags, int64_t **list)
{
    DeskTicket *t = &row->t;
    int64_t *const all[] = {&t->reports,         &t->stores,     &t->tills,
                            &t->customers,       &flags[0],      &t->merged_into,
                            &t->opened_ms,       &t->changed_ms, &t->last_report_ms,
                            &t->acknowledged_ms, &t->replied_ms, &t->resolved_ms,
                            &t->closed_ms,       &flags[1],      &flags[2],
                            &t->tones,           &t->sentiment,  &t->sentiment_lowest,
                            &t->tone_urgency};
    memcpy(list, all, sizeof all);
}
enum { NUMBERS = 19 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a ticket");
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus copy_text(PtSqlTx *tx, int column, PtArena *arena, PtStr *ret_text, PtError *err)
{
    *ret_text = pt_arena_str(arena, pt_sql_text(tx, column));
    return ret_text->data != NULL ? PT_OK : no_memory(err);
}

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, DeskRow *row, PtError *err)
{
    int64_t flags[3] = {0}, *list[NUMBERS];
    const int type = desk_choice(desk_types, pt_sql_text(tx, 2));
    const int state = desk_choice(desk_states, pt_sql_text(tx, FIRST_FIELD));
    *row = (DeskRow){.t = {.number = pt_sql_i64(tx, 0),
                           .version = pt_sql_i64(tx, 1),
                           .priority = (unsigned)pt_sql_i64(tx, 3),
                           .policy = pt_sql_i64(tx, 5)}};
    if (type < 0 || state < 0) {
        return pt_fail(err, PT_CORRUPT, "ticket %lld has no known type and state",
                       (long long)row->t.number);
    }
    row->t.type = (DeskType)type;
    row->t.state = (DeskState)state;
    numbers_of(row, flags, list);
    for (int i = 0; i < NUMBERS; i++) {
        *list[i] = pt_sql_i64(tx, BEHIND_FIELDS + i);
    }
    row->t.major = flags[0] != 0;
    row->apart = flags[1] != 0;
    row->awaits_reply = flags[2] != 0;
    PtStatus st = copy_text(tx, 4, arena, &row->t.why, err);
    for (int i = 0; st == PT_OK && i < DESK_FIELDS; i++) {
        st = copy_text(tx, FIRST_FIELD + i, arena, &row->t.f[i], err);
    }
    return st == PT_OK ? copy_text(tx, BEHIND_FIELDS + NUMBERS, arena, &row->fault, err) : st;
}

PtStatus desk_load(PtSqlTx *tx, int64_t number, PtArena *arena, DeskRow *ret_row, PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_TICKET_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    st = pt_sql_step(tx, &there, err);
    if (st == PT_OK) {
        st = there ? copy_row(tx, arena, ret_row, err)
                   : pt_fail(err, PT_NOT_FOUND, "no ticket has the number %lld", (long long)number);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_ticket(Desk *d, int64_t number, PtArena *arena, DeskTicket *ret_ticket, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRow row;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_load(tx, number, arena, &row, err) : st;
    if (st == PT_OK) {
        *ret_ticket = row.t;
    }
    return st;
}

/* ---- A write transaction ----------------------------------------------------------------------
 */

PtStatus desk_writing_begin(DeskWriting *w, Desk *d, const AuditActor *by, PtArena *arena,
                            PtError *err)
{
    *w = (DeskWriting){.desk = d, .arena = arena, .by = by, .err = err};
    PtStatus st = pt_sql_begin_shared(d->c.core, &w->tx, err);
    if (st == PT_OK) {
        w->now_ms = pt_clock_now_ms(d->c.clock);
        w->policy = desk_policy_hold(d);
    }
    return st;
}

static PtStatus tell_index(const DeskWriting *w)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < w->touched_count; i++) {
        st = desk_index_row(w->desk, &w->touched[i], w->arena, w->err);
        if (w->reworded[i]) {
            desk_near_row(w->desk, &w->touched[i], w->arena);
            desk_search_note(w->desk, w->touched[i].t.number);
        }
    }
    return st;
}

PtStatus desk_writing_end(DeskWriting *w, PtStatus st)
{
    if (st == PT_OK) {
        st = pt_sql_commit(&w->tx, w->err);
    }
    pt_sql_rollback(PT_TAKE(w->tx));
    if (st == PT_OK && tell_index(w) != PT_OK) {
        atomic_store(&w->desk->stale, true); // read from SQL again; what was written stands
    }
    if (st == PT_OK) {
        desk_clocks_settle(w);
        desk_lead_settle(w);
        desk_room_settle(w);
        desk_routing_settle(w);
        desk_learning_settle(w);
        desk_mail_settled(w);
    }
    desk_policy_release(PT_TAKE(w->policy));
    return st;
}

static PtStatus touch(DeskWriting *w, const DeskRow *row, bool reworded)
{
    size_t i = 0;
    while (i < w->touched_count && w->touched[i].t.number != row->t.number) {
        i++;
    }
    if (i == DESK_TOUCHED_MAX) {
        return pt_fail(w->err, PT_TOO_LARGE, "a change reaches over %d tickets", DESK_TOUCHED_MAX);
    }
    w->touched_count += i == w->touched_count;
    w->touched[i] = *row;
    w->reworded[i] |= reworded;
    return PT_OK;
}

/* ---- What follows from the fields -------------------------------------------------------------
 */

PtStatus desk_facts_of(const DeskTicket *t, PtArena *arena, DeskFacts *ret_facts, PtError *err)
{
    PtStr *touchpoints = NULL;
    size_t count = 0;
    const int impact = desk_choice(desk_levels, t->f[DESK_F_IMPACT]);
    const int urgency = desk_choice(desk_levels, t->f[DESK_F_URGENCY]);
    const PtStr label = t->f[DESK_F_LABEL];
    PtStatus st = desk_field_items(t->f[DESK_F_TOUCHPOINTS], arena, &touchpoints, &count, err);
    if (st == PT_OK) {
        *ret_facts =
            (DeskFacts){.category = t->f[DESK_F_CATEGORY],
                        .touchpoints = touchpoints,
                        .touchpoint_count = count,
                        .stores = t->stores,
                        .tills = t->tills,
                        .customers = t->customers,
                        .impact = impact >= 0 ? (DeskLevel)impact : (DeskLevel)DESK_LEVEL_UNSET,
                        .urgency = urgency >= 0 ? (DeskLevel)urgency : (DeskLevel)DESK_LEVEL_UNSET,
                        .label = label.len == 2 ? (unsigned)(label.data[1] - '0') : 0};
    }
    return st;
}

static PtStatus find_priority(DeskWriting *w, DeskTicket *t)
{
    DeskFacts facts;
    PtBuf why;
    PtStatus st = desk_facts_of(t, w->arena, &facts, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&why, DESK_WHY_BYTES);
    t->priority = desk_priority(&w->policy->rules, &facts, w->now_ms, &why);
    t->policy = w->policy->version;
    t->why =
        pt_buf_status(&why) == PT_OK ? pt_arena_str(w->arena, pt_buf_str(&why)) : (PtStr){NULL, 0};
    pt_buf_done(&why);
    return t->why.data != NULL ? PT_OK : no_memory(w->err);
}

/* What reports of the same fault have in common: type, category, and the services, or where there
 * are none the touchpoints. Empty: nothing joins. */
PtStatus desk_find_fault(DeskWriting *w, DeskRow *row)
{
    const DeskTicket *t = &row->t;
    const DeskCategory *category = desk_rules_category(&w->policy->rules, t->f[DESK_F_CATEGORY]);
    PtStr what = t->f[DESK_F_SERVICES];
    PtBuf buf;
    if (what.len == 0) {
        what = t->f[DESK_F_TOUCHPOINTS];
    }
    if (what.len == 0 && category != NULL) {
        what = category->touchpoint;
    }
    row->fault = PT_STR("");
    const bool joins =
        t->type == DESK_INCIDENT || t->type == DESK_PROBLEM || t->type == DESK_CHANGE;
    if (!joins || row->apart || !desk_state_open(t->state) || what.len == 0 ||
        t->f[DESK_F_CATEGORY].len == 0) {
        return PT_OK;
    }
    pt_buf_init(&buf, DESK_WHY_BYTES);
    pt_buf_printf(&buf, "%s\n", desk_types[t->type]);
    pt_buf_add_str(&buf, t->f[DESK_F_CATEGORY]);
    pt_buf_add_char(&buf, '\n');
    pt_buf_add_str(&buf, what);
    row->fault =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(w->arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return row->fault.data != NULL ? PT_OK : no_memory(w->err);
}

/* The instants at which something first or last was so. */
static void find_times(const DeskWriting *w, DeskTicket *t)
{
    const bool solved = t->state == DESK_RESOLVED || t->state == DESK_CLOSED;
    const bool ended = t->state == DESK_CLOSED || t->state == DESK_CANCELLED;
    const bool taken = t->state != DESK_NEW && t->state != DESK_CANCELLED;
    t->acknowledged_ms = t->acknowledged_ms == 0 && taken ? w->now_ms : t->acknowledged_ms;
    t->resolved_ms = !solved ? 0 : t->resolved_ms == 0 ? w->now_ms : t->resolved_ms;
    t->closed_ms = !ended ? 0 : t->closed_ms == 0 ? w->now_ms : t->closed_ms;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus write_row(DeskWriting *w, DeskRow *row, const char *statement)
{
    PtSqlTx *tx = w->tx;
    int64_t flags[3] = {row->t.major, row->apart, row->awaits_reply}, *list[NUMBERS];
    PtStatus st = pt_sql_use(tx, statement, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, row->t.number);
    pt_sql_bind_i64(tx, 2, row->t.version);
    pt_sql_bind_text(tx, 3, pt_str(desk_types[row->t.type]));
    pt_sql_bind_i64(tx, 4, row->t.priority);
    pt_sql_bind_text(tx, 5, row->t.why);
    pt_sql_bind_i64(tx, 6, row->t.policy);
    for (int i = 0; i < DESK_FIELDS; i++) {
        pt_sql_bind_text(tx, FIRST_FIELD + 1 + i, row->t.f[i]);
    }
    numbers_of(row, flags, list);
    for (int i = 0; i < NUMBERS; i++) {
        pt_sql_bind_i64(tx, BEHIND_FIELDS + 1 + i, *list[i]);
    }
    pt_sql_bind_text(tx, BEHIND_FIELDS + 1 + NUMBERS, row->fault);
    return pt_sql_finish(tx, w->err);
}

static void put_number_change(PtJsonOut *out, const char *name, int64_t before, int64_t after)
{
    if (before != after) {
        pt_json_out_key(out, pt_str(name));
        pt_json_out_array(out);
        pt_json_out_i64(out, before);
        pt_json_out_i64(out, after);
        pt_json_out_array_end(out);
    }
}

/* Lists and objects as JSON, a text as text. */
static void put_value(PtJsonOut *out, DeskField field, PtStr value)
{
    if (desk_field_is_json(field) && value.len > 0) {
        pt_json_out_raw(out, value);
    } else {
        pt_json_out_str(out, value);
    }
}

static void put_changes(PtBuf *buf, const DeskTicket *before, const DeskTicket *after)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_object(&out);
    for (DeskField i = 0; i < DESK_FIELDS; i++) {
        if (!pt_str_eq(before->f[i], after->f[i])) {
            pt_json_out_key(&out, pt_str(desk_fields[i]));
            pt_json_out_array(&out);
            put_value(&out, i, before->f[i]);
            put_value(&out, i, after->f[i]);
            pt_json_out_array_end(&out);
        }
    }
    put_number_change(&out, "priority", before->priority, after->priority);
    put_number_change(&out, "reports", before->reports, after->reports);
    put_number_change(&out, "stores", before->stores, after->stores);
    put_number_change(&out, "tills", before->tills, after->tills);
    put_number_change(&out, "customers", before->customers, after->customers);
    put_number_change(&out, "major", before->major, after->major);
    put_number_change(&out, "merged_into", before->merged_into, after->merged_into);
    put_number_change(&out, "acknowledged", before->acknowledged_ms > 0,
                      after->acknowledged_ms > 0);
    pt_json_out_object_end(&out);
}

static PtStatus add_history(DeskWriting *w, const DeskTicket *t, PtStr changes,
                            const DeskSaid *said)
{
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_HISTORY_ADD, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->number);
    pt_sql_bind_i64(w->tx, 2, t->version);
    pt_sql_bind_i64(w->tx, 3, t->changed_ms);
    pt_sql_bind_text(w->tx, 4, pt_str(said->kind));
    pt_sql_bind_i64(w->tx, 5, said->is_public);
    pt_sql_bind_text(w->tx, 6, audit_actor_kind(w->by != NULL ? w->by->kind : AUDIT_SYSTEM));
    pt_sql_bind_text(w->tx, 7, w->by != NULL ? pt_str(w->by->id) : PT_STR(""));
    pt_sql_bind_text(w->tx, 8, w->by != NULL ? audit_actor_name(w->by) : PT_STR("server"));
    pt_sql_bind_text(w->tx, 9, changes);
    pt_sql_bind_text(w->tx, 10, said->text.data != NULL ? said->text : PT_STR(""));
    return pt_sql_finish(w->tx, w->err);
}

/* What views may read of it: no texts of people. */
static PtStatus feed(DeskWriting *w, const DeskTicket *before, const DeskTicket *t,
                     const DeskSaid *said)
{
    static const DeskField told[] = {
        DESK_F_STATE,    DESK_F_WAITING_FOR, DESK_F_STORE,       DESK_F_TILL,  DESK_F_CHANNEL,
        DESK_F_CATEGORY, DESK_F_SERVICES,    DESK_F_TOUCHPOINTS, DESK_F_QUEUE, DESK_F_ASSIGNEE};
    char key[DESK_KEY_MAX];
    PtBuf buf;
    pt_buf_init(&buf, DESK_FEED_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "ticket", t->number);
    pt_json_put_i64(&out, "version", t->version);
    pt_json_put_str(&out, "what", pt_str(said->kind));
    pt_json_put_bool(&out, "public", said->is_public);
    pt_json_put_str(&out, "type", pt_str(desk_types[t->type]));
    pt_json_put_i64(&out, "priority", t->priority);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (t->f[told[i]].len > 0) {
            pt_json_out_key(&out, pt_str(desk_fields[told[i]]));
            put_value(&out, told[i], t->f[told[i]]);
        }
    }
    if (before != NULL && before->state != t->state) {
        pt_json_put_str(&out, "state_before", pt_str(desk_states[before->state]));
    }
    pt_json_put_i64(&out, "reports", t->reports);
    pt_json_put_i64(&out, "stores", t->stores);
    pt_json_put_bool(&out, "major", t->major);
    if (said->to.len > 0) {
        pt_json_put_str(&out, "to", said->to);
    }
    pt_json_out_object_end(&out);
    const PtFeedEvent event = {.name = before == NULL ? PT_STR("Ticket Opened")
                                                      : PT_STR("Ticket Changed"),
                               .subject = desk_key(t->type, t->number, key),
                               .properties = pt_buf_str(&buf)};
    PtStatus st = pt_buf_status(&buf) == PT_OK ? pt_feed_put(w->tx, w->now_ms, &event, w->err)
                                               : no_memory(w->err);
    pt_buf_done(&buf);
    return st;
}

static PtStatus tell_listeners(DeskWriting *w, const DeskTicket *before, const DeskTicket *after,
                               const DeskSaid *said)
{
    const DeskTold told = {before, after, said->kind, said->text, w->by, said->is_public};
    PtStatus st = PT_OK;
    for (int i = 0; st == PT_OK && i < DESK_LISTENERS; i++) {
        const DeskListener *l = &w->desk->c.listeners[i];
        st = l->changed != NULL ? l->changed(l->ctx, w->tx, &told, w->err) : PT_OK;
    }
    return st;
}

/* Whether search may find it by other words than before. */
static bool is_reworded(const DeskRow *before, const DeskRow *row, const DeskSaid *said)
{
    static const char *const found[] = {"note",      "changed",   "answered",
                                        "confirmed", "escalated", "vendor_answered"};
    static const DeskField fields[] = {DESK_F_TITLE, DESK_F_DESCRIPTION, DESK_F_REQUESTER,
                                       DESK_F_STORE, DESK_F_TILL};
    bool differs = before == NULL || strcmp(said->kind, "erased") == 0;
    for (size_t i = 0; said->text.len > 0 && i < sizeof found / sizeof *found; i++) {
        differs = differs || strcmp(said->kind, found[i]) == 0;
    }
    for (size_t i = 0; !differs && i < sizeof fields / sizeof *fields; i++) {
        differs = !pt_str_eq(before->t.f[fields[i]], row->t.f[fields[i]]);
    }
    return differs;
}

/* Row, history, feed; version and changed_ms are set. before NULL: it is new. */
static PtStatus write_all(DeskWriting *w, const DeskRow *before, DeskRow *row, const DeskSaid *said,
                          PtStr changes)
{
    PtStatus st = write_row(w, row, before == NULL ? SQL_DESK_TICKET_ADD : SQL_DESK_TICKET_SET);
    st = st == PT_OK ? add_history(w, &row->t, changes, said) : st;
    st = st == PT_OK ? feed(w, before != NULL ? &before->t : NULL, &row->t, said) : st;
    st = st == PT_OK ? tell_listeners(w, before != NULL ? &before->t : NULL, &row->t, said) : st;
    st = st == PT_OK ? desk_clocks_row(w, before, row, said) : st;
    st = st == PT_OK ? desk_mail_row(w, before, row, said) : st;
    st = st == PT_OK ? desk_lead_row(w, before, row) : st;
    st = st == PT_OK ? desk_room_row(w, before, row) : st;
    return st == PT_OK ? touch(w, row, is_reworded(before, row, said)) : st;
}

static PtStatus read_version(DeskWriting *w, int64_t number, int64_t *ret_version)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_TICKET_VERSION, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK) {
        *ret_version = row ? pt_sql_i64(w->tx, 0) : 0;
        st =
            row ? PT_OK
                : pt_fail(w->err, PT_NOT_FOUND, "no ticket has the number %lld", (long long)number);
    }
    pt_sql_done(w->tx);
    return st;
}

PtStatus desk_row_said(DeskWriting *w, int64_t number, const DeskSaid *said)
{
    DeskTicket t = {.number = number, .changed_ms = w->now_ms};
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_TICKET_SAID, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    st = pt_sql_finish(w->tx, w->err);
    st = st == PT_OK ? read_version(w, number, &t.version) : st;
    return st == PT_OK ? add_history(w, &t, PT_STR("{}"), said) : st;
}

static PtStatus write_change(DeskWriting *w, const DeskRow *before, DeskRow *row,
                             const DeskSaid *said)
{
    static const DeskRow nothing = {.t = {.state = DESK_NEW}};
    PtBuf changes;
    pt_buf_init(&changes, DESK_CHANGES_BYTES);
    put_changes(&changes, before != NULL ? &before->t : &nothing.t, &row->t);
    PtStatus st = pt_buf_status(&changes);
    st = st == PT_TOO_LARGE
             ? pt_fail(w->err, st, "the change has over %d bytes", DESK_CHANGES_BYTES)
         : st == PT_OK ? st
                       : no_memory(w->err);
    const bool silent = changes.len <= 2 && said->text.data == NULL;
    if (st == PT_OK && !(before != NULL && silent)) {
        row->t.version = before != NULL ? before->t.version + 1 : 1;
        row->t.changed_ms = w->now_ms;
        st = write_all(w, before, row, said, pt_buf_str(&changes));
    }
    pt_buf_done(&changes);
    return st;
}

PtStatus desk_rewrite(DeskWriting *w, DeskRow *row, const DeskSaid *said)
{
    const DeskRow before = *row;
    row->t.version++;
    row->t.changed_ms = w->now_ms;
    return write_all(w, &before, row, said, PT_STR("{}"));
}

PtStatus desk_last_number(DeskWriting *w, const char *statement, int64_t *ret_number)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, statement, w->err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK) {
        *ret_number = pt_sql_i64(w->tx, 0);
    }
    pt_sql_done(w->tx);
    return st;
}

PtStatus desk_next_row(DeskWriting *w, const char *last, const char *add, int64_t ticket,
                       int64_t report)
{
    int64_t number = 0;
    PtStatus st = desk_last_number(w, last, &number);
    st = st == PT_OK ? pt_sql_use(w->tx, add, w->err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(w->tx, 1, number + 1);
        pt_sql_bind_i64(w->tx, 2, ticket);
        pt_sql_bind_i64(w->tx, 3, report);
        pt_sql_bind_i64(w->tx, 4, w->now_ms);
    }
    return st;
}

PtStatus desk_insert(DeskWriting *w, DeskRow *row, const DeskSaid *said)
{
    int64_t last = 0;
    PtStatus st = desk_last_number(w, SQL_DESK_TICKET_LAST, &last);
    if (st != PT_OK) {
        return st;
    }
    row->t.number = last < DESK_FIRST_NUMBER ? DESK_FIRST_NUMBER : last + 1;
    row->t.f[DESK_F_STATE] = pt_str(desk_states[row->t.state]);
    row->t.opened_ms = w->now_ms;
    find_times(w, &row->t);
    st = find_priority(w, &row->t);
    st = st == PT_OK ? desk_find_fault(w, row) : st;
    return st == PT_OK ? write_change(w, NULL, row, said) : st;
}

/* Whether anything that the priority follows from differs. */
static bool facts_differ(const DeskTicket *a, const DeskTicket *b)
{
    static const DeskField facts[] = {DESK_F_CATEGORY, DESK_F_TOUCHPOINTS, DESK_F_IMPACT,
                                      DESK_F_URGENCY,  DESK_F_LABEL,       DESK_F_SERVICES};
    bool differ = a->stores != b->stores || a->tills != b->tills || a->customers != b->customers;
    for (size_t i = 0; !differ && i < sizeof facts / sizeof *facts; i++) {
        differ = !pt_str_eq(a->f[facts[i]], b->f[facts[i]]);
    }
    return differ;
}

PtStatus desk_update(DeskWriting *w, const DeskRow *before, DeskRow *after, const DeskSaid *said)
{
    after->t.f[DESK_F_STATE] = pt_str(desk_states[after->t.state]);
    find_times(w, &after->t);
    PtStatus st = facts_differ(&before->t, &after->t) ? find_priority(w, &after->t) : PT_OK;
    st = st == PT_OK ? desk_find_fault(w, after) : st;
    return st == PT_OK ? write_change(w, before, after, said) : st;
}

PtStatus desk_recount(DeskWriting *w, DeskRow *row)
{
    DeskTicket *t = &row->t;
    bool there = false;
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_REPORT_COUNT, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, t->number);
    pt_sql_bind_text(w->tx, 2, PT_STR("\x1f"));
    st = pt_sql_step(w->tx, &there, w->err);
    if (st == PT_OK) {
        const int64_t stores = pt_sql_i64(w->tx, 1), tills = pt_sql_i64(w->tx, 2);
        const int64_t said_stores = pt_sql_i64(w->tx, 3), said_tills = pt_sql_i64(w->tx, 4);
        t->reports = pt_sql_i64(w->tx, 0);
        t->stores = stores > said_stores ? stores : said_stores;
        t->tills = tills > said_tills ? tills : said_tills;
        t->customers = pt_sql_i64(w->tx, 5);
        t->last_report_ms = pt_sql_i64(w->tx, 6);
    }
    pt_sql_done(w->tx);
    return st;
}
