// SPDX-License-Identifier: Apache-2.0
/* Changes of a ticket: fields, state, notes; what two people changed at once; links; history. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include "base/json.h"
#include "base/time.h"

#include <stdio.h>

enum { CHECK_ROWS = 1000, LINKS_MAX = 200, SHOWN = 80 };

const char *const desk_link_kinds[] = {"duplicate_of", "child_of", "caused_by", "related_to", NULL};

/* ---- What others changed since ----------------------------------------------------------------
 */

static bool names_field(PtStr changes, DeskField field)
{
    PtJson j;
    bool found = false;
    pt_json_init(&j, changes, 16);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (!found && pt_json_next(&j) == PT_JSON_KEY) {
        found = pt_json_raw_eq(j.raw, j.flags, pt_str(desk_fields[field]));
        if (!pt_json_skip(&j, NULL, NULL, NULL)) {
            break;
        }
    }
    return found;
}

/* The row of history that the statement stands at is compared with the edits. */
static PtStatus compare_row(DeskWriting *w, const DeskTicket *now, const DeskEdit *edits,
                            size_t count)
{
    const PtStr changes = pt_sql_text(w->tx, 7);
    for (size_t i = 0; i < count; i++) {
        const DeskField field = edits[i].field;
        if (pt_str_eq(now->f[field], edits[i].value) || !names_field(changes, field)) {
            continue;
        }
        char at[PT_TIME_TEXT];
        (void)pt_time_format(pt_sql_i64(w->tx, 1), at);
        const PtStr by = pt_sql_text(w->tx, 6), value = now->f[field];
        return pt_fail(w->err, PT_CONFLICT,
                       "%s: changed by %.*s at %s (version %lld), and is now \"%.*s\"",
                       desk_fields[field], PT_STR_ARG(by), at, (long long)pt_sql_i64(w->tx, 0),
                       (int)(value.len < SHOWN ? value.len : SHOWN), value.data);
    }
    return PT_OK;
}

static PtStatus compare_since(DeskWriting *w, const DeskTicket *now, int64_t version,
                              const DeskEdit *edits, size_t count)
{
    bool row = true;
    if (version > now->version || version < 0) {
        return pt_fail(w->err, PT_INVALID, "version: %lld is ahead of %lld, the ticket's",
                       (long long)version, (long long)now->version);
    }
    if (version == 0 || version == now->version) {
        return PT_OK;
    }
    if (now->version - version > CHECK_ROWS) {
        return pt_fail(w->err, PT_CONFLICT, "version: %lld is over %d changes old",
                       (long long)version, CHECK_ROWS);
    }
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_HISTORY_LIST, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, now->number);
    pt_sql_bind_i64(w->tx, 2, version);
    pt_sql_bind_i64(w->tx, 3, CHECK_ROWS);
    pt_sql_bind_i64(w->tx, 4, 0);
    while ((st = pt_sql_step(w->tx, &row, w->err)) == PT_OK && row &&
           (st = compare_row(w, now, edits, count)) == PT_OK) {
    }
    pt_sql_done(w->tx);
    return st;
}

/* ---- Applying ---------------------------------------------------------------------------------
 */

static PtStatus check_edits(DeskWriting *w, const DeskChange *change, DeskEdit *edits)
{
    PtStatus st = PT_OK;
    if (change->edit_count > DESK_EDITS_MAX) {
        return pt_fail(w->err, PT_TOO_LARGE, "a change has over %d fields", DESK_EDITS_MAX);
    }
    for (size_t i = 0; st == PT_OK && i < change->edit_count; i++) {
        edits[i].field = change->edits[i].field;
        st = desk_field_check(edits[i].field, change->edits[i].value, w->arena, &edits[i].value,
                              w->err);
    }
    return st;
}

/* A requester who answers takes a ticket out of its wait, or opens it again. */
static void answered(DeskRow *row)
{
    row->awaits_reply = true;
    if (row->t.state == DESK_RESOLVED ||
        (row->t.state == DESK_WAITING &&
         pt_str_eq(row->t.f[DESK_F_WAITING_FOR], PT_STR("requester")))) {
        row->t.state = DESK_IN_PROGRESS;
    }
}

static void noted(const DeskWriting *w, const DeskChange *change, DeskRow *row)
{
    if (change->from_requester) {
        answered(row);
    } else if (change->note_public) {
        row->awaits_reply = false;
        row->t.replied_ms = row->t.replied_ms == 0 ? w->now_ms : row->t.replied_ms;
    }
}

static PtStatus set_state(DeskWriting *w, const DeskRow *before, DeskRow *after)
{
    PtStr *waiting_for = &after->t.f[DESK_F_WAITING_FOR];
    PtStatus st = desk_state_change(before->t.state, after->t.state, w->err);
    if (st == PT_OK && before->t.merged_into != 0 && after->t.state != before->t.state) {
        st = pt_fail(w->err, PT_CONFLICT, "state: the ticket was merged into %lld",
                     (long long)before->t.merged_into);
    }
    if (st != PT_OK) {
        return st;
    }
    if (after->t.state != DESK_WAITING) {
        *waiting_for = PT_STR("");
    } else if (waiting_for->len == 0) {
        return pt_fail(w->err, PT_INVALID,
                       "waiting_for: a waiting ticket says for whom: requester, vendor or change");
    }
    return PT_OK;
}

static PtStatus apply(DeskWriting *w, const DeskChange *change, const DeskEdit *edits,
                      const DeskRow *before, DeskRow *after)
{
    PtStatus st = PT_OK;
    *after = *before;
    for (size_t i = 0; i < change->edit_count; i++) {
        after->t.f[edits[i].field] = edits[i].value;
        if (edits[i].field == DESK_F_STATE) {
            after->t.state = (DeskState)desk_choice(desk_states, edits[i].value);
        }
    }
    if (change->note.data != NULL) {
        st = desk_text_check("note", change->note, 1, DESK_NOTE_MAX, true, w->err);
        noted(w, change, after);
    }
    if (change->acknowledge && after->t.acknowledged_ms == 0) {
        after->t.acknowledged_ms = w->now_ms;
    }
    after->t.major = change->major == DESK_KEEP ? after->t.major : change->major == DESK_YES;
    if (st == PT_OK && after->t.major && after->t.type != DESK_INCIDENT) {
        st = pt_fail(w->err, PT_CONFLICT, "major: only incidents are");
    }
    return st == PT_OK ? set_state(w, before, after) : st;
}

PtStatus desk_change_in(DeskWriting *w, int64_t number, const DeskChange *change,
                        DeskTicket *ret_ticket)
{
    DeskEdit edits[DESK_EDITS_MAX];
    DeskRow before, after;
    DeskTone tone = {.read = false};
    PtStatus st = check_edits(w, change, edits);
    st = st == PT_OK ? desk_load(w->tx, number, w->arena, &before, w->err) : st;
    st = st == PT_OK ? compare_since(w, &before.t, change->version, edits, change->edit_count) : st;
    for (size_t i = 0; st == PT_OK && i < change->edit_count; i++) {
        if (edits[i].field == DESK_F_CUSTOM) {
            st = desk_custom_check(w, before.t.type, edits[i].value);
        }
    }
    st = st == PT_OK ? apply(w, change, edits, &before, &after) : st;
    st = st == PT_OK && change->from_requester ? desk_tone_read(w, change->note, &tone) : st;
    if (st != PT_OK) {
        return st;
    }
    if (tone.read) {
        desk_tone_take(&after.t, &tone.mood, DESK_TONE_SAID);
    }
    const bool noted_only = change->edit_count == 0 && change->note.data != NULL;
    const DeskSaid said = {.kind = change->from_requester                           ? "answered"
                                   : noted_only                                     ? "note"
                                   : change->edit_count == 0 && change->acknowledge ? "acknowledged"
                                                                                    : "changed",
                           .text = change->note,
                           .is_public = change->note_public || change->from_requester};
    st = desk_update(w, &before, &after, &said);
    st = st == PT_OK && tone.read ? desk_tone_keep(w, &after.t, &tone.mood) : st;
    *ret_ticket = after.t;
    return st == PT_OK ? desk_triage_changed(w, &before.t, &after.t) : st;
}

PtStatus desk_change(Desk *d, const AuditActor *by, int64_t number, const DeskChange *change,
                     PtArena *arena, DeskTicket *ret_ticket, PtError *err)
{
    DeskWriting w;
    DeskTicket ticket = {0};
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    if (st == PT_OK) {
        st = desk_writing_end(&w, desk_change_in(&w, number, change, &ticket));
    }
    if (st == PT_OK) {
        *ret_ticket = ticket;
    }
    return st;
}

/* ---- Links ------------------------------------------------------------------------------------
 */

static void bind_link(DeskWriting *w, int64_t number, PtStr kind, int64_t other)
{
    pt_sql_bind_i64(w->tx, 1, number);
    pt_sql_bind_text(w->tx, 2, kind);
    pt_sql_bind_i64(w->tx, 3, other);
}

PtStatus desk_link_put(DeskWriting *w, int64_t number, PtStr kind, int64_t other, bool *ret_added)
{
    bool there = false;
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_LINK_GET, w->err);
    if (st != PT_OK) {
        return st;
    }
    bind_link(w, number, kind, other);
    st = pt_sql_step(w->tx, &there, w->err);
    pt_sql_done(w->tx);
    *ret_added = st == PT_OK && !there;
    if (*ret_added) {
        st = pt_sql_use(w->tx, SQL_DESK_LINK_ADD, w->err);
    }
    if (st != PT_OK || there) {
        return st;
    }
    bind_link(w, number, kind, other);
    pt_sql_bind_i64(w->tx, 4, w->now_ms);
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus delete_link(DeskWriting *w, int64_t number, PtStr kind, int64_t other,
                            bool *ret_deleted)
{
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_LINK_DELETE, w->err);
    if (st != PT_OK) {
        return st;
    }
    bind_link(w, number, kind, other);
    st = pt_sql_finish(w->tx, w->err);
    *ret_deleted = st == PT_OK && pt_sql_changes(w->tx) > 0;
    return st;
}

static PtStatus say_link(DeskWriting *w, const DeskRow *row, const DeskRow *other, PtStr kind,
                         bool added)
{
    char key[DESK_KEY_MAX], text[DESK_KEY_MAX + 40];
    DeskRow after = *row;
    (void)desk_key(other->t.type, other->t.number, key);
    (void)snprintf(text, sizeof text, "%.*s %s", PT_STR_ARG(kind), key);
    const DeskSaid said = {.kind = added ? "linked" : "unlinked", .text = pt_str(text)};
    return desk_update(w, row, &after, &said);
}

static PtStatus link_in(DeskWriting *w, int64_t number, PtStr kind, int64_t other, bool add)
{
    DeskRow row, to;
    bool done = false;
    if (desk_choice(desk_link_kinds, kind) < 0) {
        return pt_fail(w->err, PT_INVALID,
                       "kind: not duplicate_of, child_of, caused_by or related_to");
    }
    if (number == other) {
        return pt_fail(w->err, PT_INVALID, "other: a ticket is not linked to itself");
    }
    PtStatus st = desk_load(w->tx, number, w->arena, &row, w->err);
    st = st == PT_OK ? desk_load(w->tx, other, w->arena, &to, w->err) : st;
    if (st == PT_OK) {
        st = add ? desk_link_put(w, number, kind, other, &done)
                 : delete_link(w, number, kind, other, &done);
    }
    if (st == PT_OK && !done && !add) {
        return pt_fail(w->err, PT_NOT_FOUND, "the tickets have no such link");
    }
    return st == PT_OK && done ? say_link(w, &row, &to, kind, add) : st;
}

static PtStatus link_or_unlink(Desk *d, const AuditActor *by, int64_t number, PtStr kind,
                               int64_t other, bool add, PtError *err)
{
    DeskWriting w;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, by, arena, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a link");
    return st == PT_OK ? desk_writing_end(&w, link_in(&w, number, kind, other, add)) : st;
}

PtStatus desk_link(Desk *d, const AuditActor *by, int64_t number, PtStr kind, int64_t other,
                   PtError *err)
{
    return link_or_unlink(d, by, number, kind, other, true, err);
}

PtStatus desk_unlink(Desk *d, const AuditActor *by, int64_t number, PtStr kind, int64_t other,
                     PtError *err)
{
    return link_or_unlink(d, by, number, kind, other, false, err);
}

static PtStatus read_links(PtSqlTx *tx, const char *statement, int64_t number, PtArena *arena,
                           DeskLink *links, size_t *count, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, LINKS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const int type = desk_choice(desk_types, pt_sql_text(tx, 2));
        const int state = desk_choice(desk_states, pt_sql_text(tx, 3));
        DeskLink *link = &links[*count];
        *link = (DeskLink){.kind = pt_arena_str(arena, pt_sql_text(tx, 0)),
                           .inverse = statement == SQL_DESK_LINK_INVERSE,
                           .other = pt_sql_i64(tx, 1),
                           .type = type >= 0 ? (DeskType)type : DESK_INCIDENT,
                           .state = state >= 0 ? (DeskState)state : DESK_NEW,
                           .priority = (unsigned)pt_sql_i64(tx, 4),
                           .title = pt_arena_str(arena, pt_sql_text(tx, 5))};
        if (link->kind.data == NULL || link->title.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for links");
            break;
        }
        (*count)++;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_links(Desk *d, int64_t number, PtArena *arena, DeskLink **ret_links,
                    size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskLink *links = pt_arena_alloc(arena, 2 * (size_t)LINKS_MAX, sizeof *links);
    size_t count = 0;
    if (links == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for links");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? read_links(tx, SQL_DESK_LINK_LIST, number, arena, links, &count, err) : st;
    st =
        st == PT_OK ? read_links(tx, SQL_DESK_LINK_INVERSE, number, arena, links, &count, err) : st;
    if (st == PT_OK) {
        *ret_links = links;
        *ret_count = count;
    }
    return st;
}

/* ---- History ----------------------------------------------------------------------------------
 */

static PtStatus copy_event(PtSqlTx *tx, PtArena *arena, DeskEvent *event, PtError *err)
{
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&event->kind, 2},    {&event->by_kind, 4}, {&event->by, 5},
                 {&event->by_name, 6}, {&event->changes, 7}, {&event->text, 8}};
    *event = (DeskEvent){
        .seq = pt_sql_i64(tx, 0), .at_ms = pt_sql_i64(tx, 1), .is_public = pt_sql_i64(tx, 3) != 0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a history");
        }
    }
    return PT_OK;
}

PtStatus desk_history(Desk *d, const DeskRange *range, PtArena *arena, DeskEvent **ret_events,
                      size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskEvent *events = pt_arena_alloc(arena, range->max + 1, sizeof *events);
    size_t count = 0;
    bool row = true;
    if (events == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a history");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_HISTORY_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, range->number);
    pt_sql_bind_i64(tx, 2, range->after);
    pt_sql_bind_i64(tx, 3, (int64_t)range->max);
    pt_sql_bind_i64(tx, 4, range->public_only);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_event(tx, arena, &events[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_events = events;
        *ret_count = count;
    }
    return st;
}
