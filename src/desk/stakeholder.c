// SPDX-License-Identifier: Apache-2.0
/* Updates for stakeholders: published, promised by a clock, and whom they are sent to. */
#include "desk/stakeholder_internal.h"
#include "stakeholder.sql.h"

#include "base/json.h"
#include "platform/diag.h"
#include "platform/mail_write.h"

#include <stdio.h>

enum { MINUTE_MS = 60000, DETAIL_BYTES = 80, MAIL_MAX = 254 };

/* ---- The room's row ---------------------------------------------------------------------------
 */

PtStatus desk_room_load(PtSqlTx *tx, int64_t ticket, DeskRoomRow *ret_row, bool *ret_there,
                        PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_STAKEHOLDER_ROOM_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    st = pt_sql_step(tx, &there, err);
    if (st == PT_OK) {
        *ret_row = there ? (DeskRoomRow){pt_sql_i64(tx, 0), pt_sql_i64(tx, 1)} : (DeskRoomRow){0};
        *ret_there = there;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus write_room(DeskWriting *w, const char *statement, int64_t ticket,
                           const DeskRoomRow *row)
{
    PtStatus st = pt_sql_use(w->tx, statement, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, ticket);
    pt_sql_bind_i64(w->tx, 2, row->due_ms);
    pt_sql_bind_i64(w->tx, 3, row->ended_ms);
    return pt_sql_finish(w->tx, w->err);
}

PtStatus desk_room_put(DeskWriting *w, int64_t ticket, const DeskRoomRow *row)
{
    size_t i = 0;
    PtStatus st = write_room(w, SQL_STAKEHOLDER_ROOM_SET, ticket, row);
    if (st == PT_OK && pt_sql_changes(w->tx) == 0) {
        st = write_room(w, SQL_STAKEHOLDER_ROOM_ADD, ticket, row);
    }
    while (i < w->room_count && w->rooms[i] != ticket) {
        i++;
    }
    if (i < DESK_TOUCHED_MAX) { // no more tickets than are touched
        w->rooms[i] = ticket;
        w->room_count += i == w->room_count;
    }
    return st;
}

bool desk_room_over(const DeskTicket *t)
{
    return !t->major || t->state == DESK_CLOSED || t->state == DESK_CANCELLED;
}

static bool goes_on(const DeskTicket *t)
{
    return t->major && desk_state_open(t->state);
}

static int64_t next_due(const DeskWriting *w)
{
    const int64_t every_min = w->policy->rules.major.update_min;
    return every_min > 0 ? w->now_ms + every_min * MINUTE_MS : 0;
}

PtStatus desk_room_row(DeskWriting *w, const DeskRow *before, const DeskRow *after)
{
    const bool was = before != NULL && before->t.major, went_on = was && goes_on(&before->t);
    const bool over = desk_room_over(&after->t), was_over = was && desk_room_over(&before->t);
    DeskRoomRow row = {0};
    bool there = false;
    if ((!was && !after->t.major) || (was && went_on == goes_on(&after->t) && over == was_over)) {
        return PT_OK;
    }
    PtStatus st = desk_room_load(w->tx, after->t.number, &row, &there, w->err);
    if (went_on != goes_on(&after->t)) {
        row.due_ms = goes_on(&after->t) ? next_due(w) : 0;
    }
    row.ended_ms = !over ? 0 : row.ended_ms > 0 ? row.ended_ms : w->now_ms;
    return st == PT_OK ? desk_room_put(w, after->t.number, &row) : st;
}

/* Changes that share a commit settle in any order: who comes last sets what SQL says. */
static PtStatus set_timer(Desk *d, int64_t ticket, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRoomRow row = {0};
    bool there = false;
    (void)pthread_mutex_lock(&d->leads);
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_room_load(tx, ticket, &row, &there, err) : st;
    if (st == PT_OK) {
        const int64_t at_ms = row.due_ms > 0 ? row.due_ms : WORK_NEVER;
        st = pt_timers_set(d->c.timers, DESK_UPDATE_TIMERS, (uint64_t)ticket, at_ms, err);
    }
    (void)pthread_mutex_unlock(&d->leads);
    return st;
}

/* A timer that could not be set is set by the next start. */
void desk_room_settle(const DeskWriting *w)
{
    for (size_t i = 0; w->desk->c.timers != NULL && i < w->room_count; i++) {
        PtError err = {0};
        if (set_timer(w->desk, w->rooms[i], &err) != PT_OK) {
            pt_diag(PT_DIAG_WARN, "desk", "a late update for stakeholders will be told late",
                    PT_F_INT("ticket", w->rooms[i]), PT_F_STR("problem", pt_str(err.message)));
        }
    }
}

/* ---- Publishing -------------------------------------------------------------------------------
 */

static PtStatus add_update(DeskWriting *w, int64_t ticket, int64_t seq)
{
    PtStatus st = pt_sql_use(w->tx, SQL_STAKEHOLDER_UPDATE_ADD, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, ticket);
    pt_sql_bind_i64(w->tx, 2, seq);
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus publish_in(DeskWriting *w, int64_t number, PtStr text, PtStr mailbox,
                           DeskTicket *ret_ticket)
{
    const DeskChange change = {.note = text, .note_public = true};
    DeskRow before;
    DeskRoomRow row = {0};
    bool there = false;
    PtStatus st = desk_load(w->tx, number, w->arena, &before, w->err);
    if (st == PT_OK && desk_room_over(&before.t)) {
        st = pt_fail(w->err, PT_CONFLICT, "the ticket is no major incident, or is closed");
    }
    st = st == PT_OK ? desk_change_in(w, number, &change, ret_ticket) : st;
    st = st == PT_OK ? add_update(w, number, ret_ticket->version) : st;
    st = st == PT_OK ? desk_room_load(w->tx, number, &row, &there, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    row.due_ms = goes_on(ret_ticket) ? next_due(w) : 0;
    st = desk_room_put(w, number, &row);
    return st == PT_OK ? desk_stakeholders_tell(w, ret_ticket, text, row.due_ms, mailbox) : st;
}

PtStatus desk_publish(Desk *d, const AuditActor *by, int64_t number, PtStr text, PtArena *arena,
                      DeskTicket *ret_ticket, PtError *err)
{
    DeskWriting w;
    DeskTicket ticket = {0};
    PtStr mailbox = PT_STR("");
    PtStatus st = desk_stakeholder_mailbox(d, arena, &mailbox, err);
    st = st == PT_OK ? desk_writing_begin(&w, d, by, arena, err) : st;
    st = st == PT_OK ? desk_writing_end(&w, publish_in(&w, number, text, mailbox, &ticket)) : st;
    if (st == PT_OK) {
        *ret_ticket = ticket;
    }
    return st;
}

/* ---- Late -------------------------------------------------------------------------------------
 */

/* The commander is told, once: the clock stands until there is an update. */
static PtStatus tell_late(DeskWriting *w, int64_t ticket, DeskRoomRow *room)
{
    DeskRow before, after;
    PtStatus st = desk_load(w->tx, ticket, w->arena, &before, w->err);
    room->due_ms = -room->due_ms;
    st = st == PT_OK ? desk_room_put(w, ticket, room) : st;
    if (st != PT_OK || !goes_on(&before.t)) {
        return st;
    }
    after = before;
    const PtStr commander = before.t.f[DESK_F_COMMANDER];
    const DeskSaid said = {.kind = "update_overdue",
                           .text = commander.len > 0
                                       ? PT_STR("stakeholders wait for an update")
                                       : PT_STR("stakeholders wait for an update: nobody commands"),
                           .to = commander};
    return desk_update(w, &before, &after, &said);
}

static PtStatus one_due(Desk *d, const PtTimer *timer, PtArena *arena, PtError *err)
{
    DeskWriting w;
    DeskRoomRow room = {0};
    bool there = false;
    PtStatus st = desk_writing_begin(&w, d, NULL, arena, err);
    if (st != PT_OK) {
        return st;
    }
    st = desk_room_load(w.tx, (int64_t)timer->key, &room, &there, err);
    const bool early = st == PT_OK && room.due_ms > w.now_ms; // the clock was set back
    if (st == PT_OK && room.due_ms > 0 && !early) {
        st = tell_late(&w, (int64_t)timer->key, &room);
    }
    st = desk_writing_end(&w, st);
    return st == PT_OK && early
               ? pt_timers_set(d->c.timers, DESK_UPDATE_TIMERS, timer->key, room.due_ms, err)
               : st;
}

static PtStatus on_timers(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    return desk_timers_each(ctx, one_due, timers, count, err);
}

void desk_room_timers(Desk *d)
{
    if (d->c.timers != NULL) {
        pt_timers_kind(d->c.timers, DESK_UPDATE_TIMERS, "desk updates", on_timers, d);
    }
}

PtStatus desk_room_start(Desk *d, PtError *err)
{
    return desk_timers_load(d, DESK_UPDATE_TIMERS, SQL_STAKEHOLDER_ROOM_DUE, err);
}

/* ---- People -----------------------------------------------------------------------------------
 */

PtStatus desk_stakeholders(PtSqlTx *tx, int64_t ticket, PtArena *arena, DeskStakeholder **ret_list,
                           size_t *ret_count, PtError *err)
{
    DeskStakeholder *list = pt_arena_alloc(arena, DESK_STAKEHOLDERS, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_STAKEHOLDER_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for stakeholders");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    pt_sql_bind_i64(tx, 2, DESK_STAKEHOLDERS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        DeskStakeholder *s = &list[count];
        *s = (DeskStakeholder){.mail = pt_str_eq(pt_sql_text(tx, 0), PT_STR("mail")),
                               .address = pt_arena_str(arena, pt_sql_text(tx, 1)),
                               .added_ms = pt_sql_i64(tx, 2),
                               .added_by = pt_arena_str(arena, pt_sql_text(tx, 3))};
        if (s->address.data == NULL || s->added_by.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for stakeholders");
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    return st;
}

static const DeskStakeholder *find(const DeskStakeholder *list, size_t count,
                                   const DeskStakeholder *one)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].mail == one->mail && pt_str_eq(list[i].address, one->address)) {
            return &list[i];
        }
    }
    return NULL;
}

/* Mail addresses in lower case; each once. */
static PtStatus check_list(DeskWriting *w, const DeskStakeholder *list, size_t count,
                           DeskStakeholder *ret_list, size_t *ret_count)
{
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        DeskStakeholder one = list[i];
        char *text = pt_arena_alloc(w->arena, one.address.len + 1, 1);
        const bool right = one.mail
                               ? one.address.len <= MAIL_MAX && mail_address_is_valid(one.address)
                               : one.address.len >= 1 && one.address.len <= DESK_NAME_MAX;
        if (!right) {
            return pt_fail(w->err, PT_INVALID, "%s: \"%.*s\" is none",
                           one.mail ? "mails" : "accounts", PT_STR_ARG(one.address));
        }
        if (text == NULL) {
            return pt_fail(w->err, PT_NO_MEMORY, "no memory for stakeholders");
        }
        for (size_t c = 0; c < one.address.len; c++) {
            text[c] = one.mail ? pt_ascii_lower(one.address.data[c]) : one.address.data[c];
        }
        one.address = (PtStr){text, one.address.len};
        if (find(ret_list, *ret_count, &one) == NULL) {
            ret_list[(*ret_count)++] = one;
        }
    }
    return PT_OK;
}

static PtStatus add_person(DeskWriting *w, int64_t ticket, const DeskStakeholder *one,
                           const DeskStakeholder *before)
{
    PtStatus st = pt_sql_use(w->tx, SQL_STAKEHOLDER_ADD, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, ticket);
    pt_sql_bind_text(w->tx, 2, one->mail ? PT_STR("mail") : PT_STR("account"));
    pt_sql_bind_text(w->tx, 3, one->address);
    pt_sql_bind_i64(w->tx, 4, before != NULL ? before->added_ms : w->now_ms);
    pt_sql_bind_text(w->tx, 5, before != NULL ? before->added_by : audit_actor_name(w->by));
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus put_people(DeskWriting *w, int64_t number, const DeskStakeholder *list,
                           size_t count)
{
    char key[DESK_KEY_MAX], detail[DETAIL_BYTES];
    DeskStakeholder *now = pt_arena_alloc(w->arena, count + 1, sizeof *now), *old = NULL;
    size_t now_count = 0, old_count = 0;
    DeskRow row;
    if (now == NULL) {
        return pt_fail(w->err, PT_NO_MEMORY, "no memory for stakeholders");
    }
    PtStatus st = check_list(w, list, count, now, &now_count);
    st = st == PT_OK ? desk_load(w->tx, number, w->arena, &row, w->err) : st;
    st = st == PT_OK ? desk_stakeholders(w->tx, number, w->arena, &old, &old_count, w->err) : st;
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_STAKEHOLDER_CLEAR, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    st = pt_sql_finish(w->tx, w->err);
    for (size_t i = 0; st == PT_OK && i < now_count; i++) {
        st = add_person(w, number, &now[i], find(old, old_count, &now[i]));
    }
    (void)snprintf(detail, sizeof detail, "{\"before\":%zu,\"after\":%zu}", old_count, now_count);
    const AuditEntry entry = {.by = w->by,
                              .action = "ticket.stakeholders_changed",
                              .subject_type = "ticket",
                              .subject = desk_key(row.t.type, number, key),
                              .detail = pt_str(detail)};
    return st == PT_OK ? audit_write(w->tx, w->now_ms, &entry, w->err) : st;
}

PtStatus desk_stakeholders_put(Desk *d, const AuditActor *by, int64_t number,
                               const DeskStakeholder *list, size_t count, PtArena *arena,
                               PtError *err)
{
    DeskWriting w;
    if (count > DESK_STAKEHOLDERS) {
        return pt_fail(err, PT_TOO_LARGE, "over %d stakeholders", DESK_STAKEHOLDERS);
    }
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    return st == PT_OK ? desk_writing_end(&w, put_people(&w, number, list, count)) : st;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

static PtStatus read_updates(PtSqlTx *tx, int64_t number, PtArena *arena, DeskRoom *room,
                             PtError *err)
{
    bool row = true;
    room->updates = pt_arena_alloc(arena, DESK_UPDATES_SHOWN, sizeof *room->updates);
    PtStatus st = room->updates != NULL ? pt_sql_use(tx, SQL_STAKEHOLDER_UPDATES, err)
                                        : pt_fail(err, PT_NO_MEMORY, "no memory for updates");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, DESK_UPDATES_SHOWN);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        room->updates[room->update_count++] = pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_room(Desk *d, int64_t number, PtArena *arena, DeskRoom *ret_room, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskHeldPolicy *policy = desk_policy_hold(d);
    DeskRoom room = {.every_min = policy->rules.major.update_min};
    DeskRoomRow row = {0};
    DeskRow ticket;
    PtStr mailbox = PT_STR("");
    bool there = false;
    PtStatus st = desk_stakeholder_mailbox(d, arena, &mailbox, err);
    st = st == PT_OK ? pt_sql_begin(d->c.core, false, &tx, err) : st;
    st = st == PT_OK ? desk_load(tx, number, arena, &ticket, err) : st;
    st = st == PT_OK ? desk_room_load(tx, number, &row, &there, err) : st;
    st = st == PT_OK ? desk_status_links(d, tx, number, arena, &room.links, &room.link_count, err)
                     : st;
    st = st == PT_OK ? desk_stakeholders(tx, number, arena, &room.people, &room.people_count, err)
                     : st;
    st = st == PT_OK ? read_updates(tx, number, arena, &room, err) : st;
    if (st == PT_OK) {
        room.due_ms = row.due_ms < 0 ? -row.due_ms : row.due_ms;
        room.ended_ms = row.ended_ms;
        room.mails_leave = mailbox.len > 0;
        room.expires_ms = desk_status_expires(&policy->rules, row.ended_ms);
        *ret_room = room;
    }
    desk_policy_release(policy);
    return st;
}
