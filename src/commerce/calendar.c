// SPDX-License-Identifier: Apache-2.0
/* Calendars and their versions in SQL. */
#include "commerce.sql.h"
#include "commerce/commerce_internal.h"

#include "base/json.h"

#include <stdio.h>

enum { DEPTH = 32 };

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for calendars");
}

static PtStatus read_versions(PtSqlTx *tx, CommerceCalendar *calendar, PtArena *arena, PtError *err)
{
    CommerceCalendarVersion *list = pt_arena_alloc(arena, COMMERCE_VERSIONS_MAX, sizeof *list);
    size_t count = 0;
    bool row = false;
    PtStatus st = list != NULL ? PT_OK : no_memory(err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_COMMERCE_VERSION_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, calendar->id);
    pt_sql_bind_i64(tx, 2, COMMERCE_VERSIONS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        CommerceCalendarVersion *v = &list[count];
        *v = (CommerceCalendarVersion){.from_ms = pt_sql_i64(tx, 3),
                                       .changed_ms = pt_sql_i64(tx, 4)};
        st = commerce_copy(tx, 0, (PtStr *[]){&v->zone, &v->json, &v->changed_by}, 3, arena, err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    calendar->versions = list;
    calendar->version_count = count;
    return st;
}

static PtStatus load(PtSqlTx *tx, PtStr id, PtArena *arena, CommerceCalendar *ret, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_COMMERCE_CALENDAR_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        *ret = (CommerceCalendar){.version = pt_sql_i64(tx, 3),
                                  .changed_ms = pt_sql_i64(tx, 4),
                                  .stores = pt_sql_i64(tx, 5)};
        st = commerce_copy(tx, 0, (PtStr *[]){&ret->id, &ret->name, &ret->changed_by}, 3, arena,
                           err);
    } else if (st == PT_OK) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no calendar \"%.*s\"",
                     (int)(id.len < COMMERCE_CODE_MAX ? id.len : COMMERCE_CODE_MAX), id.data);
    }
    pt_sql_done(tx);
    return st == PT_OK ? read_versions(tx, ret, arena, err) : st;
}

PtStatus commerce_calendar(Commerce *c, PtStr id, PtArena *arena, CommerceCalendar *ret_calendar,
                           PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    CommerceCalendar calendar;
    PtStatus st = pt_sql_begin(c->c.core, false, &tx, err);
    st = st == PT_OK ? load(tx, id, arena, &calendar, err) : st;
    if (st == PT_OK) {
        *ret_calendar = calendar;
    }
    return st;
}

static PtStatus copy_listed(PtSqlTx *tx, PtArena *arena, CommerceCalendar *c, PtError *err)
{
    CommerceCalendarVersion *newest = pt_arena_alloc(arena, 1, sizeof *newest);
    if (newest == NULL) {
        return no_memory(err);
    }
    *newest = (CommerceCalendarVersion){
        .from_ms = pt_sql_i64(tx, 7), .changed_ms = pt_sql_i64(tx, 8), .json = PT_STR("")};
    *c = (CommerceCalendar){.version = pt_sql_i64(tx, 5),
                            .changed_ms = pt_sql_i64(tx, 6),
                            .stores = pt_sql_i64(tx, 9),
                            .versions = newest,
                            .version_count = 1};
    PtStr *texts[] = {&c->id, &c->name, &c->changed_by, &newest->zone, &newest->changed_by};
    return commerce_copy(tx, 0, texts, sizeof texts / sizeof *texts, arena, err);
}

PtStatus commerce_calendars(Commerce *c, PtArena *arena, CommerceCalendar **ret_list,
                            size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    CommerceCalendar *list = pt_arena_alloc(arena, COMMERCE_CALENDARS_MAX, sizeof *list);
    size_t count = 0;
    bool row = false;
    PtStatus st = list != NULL ? PT_OK : no_memory(err);
    st = st == PT_OK ? pt_sql_begin(c->c.core, false, &tx, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_COMMERCE_CALENDAR_LIST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, COMMERCE_CALENDARS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        if ((st = copy_listed(tx, arena, &list[count], err)) != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static bool id_valid(PtStr id)
{
    bool fits = id.len > 0 && id.len <= COMMERCE_CODE_MAX && id.data[0] >= 'a' && id.data[0] <= 'z';
    for (size_t i = 0; fits && i < id.len; i++) {
        const char c = id.data[i];
        fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return fits;
}

/* The canonical form, and the zone that it says; "": none. */
typedef struct Document {
    PtStr json, zone;
} Document;

static PtStatus read_zone(PtStr json, PtArena *arena, PtStr *ret_zone, PtError *err)
{
    PtJson j;
    PtStr zone = PT_STR("");
    pt_json_init(&j, json, DEPTH);
    if (pt_json_next(&j) == PT_JSON_OBJECT && pt_json_next(&j) == PT_JSON_KEY &&
        pt_json_raw_eq(j.raw, j.flags, PT_STR("zone")) && pt_json_next(&j) == PT_JSON_STRING) {
        zone = j.raw; // canonical: the first member; names hold nothing to unescape
    }
    *ret_zone = pt_arena_str(arena, zone);
    return ret_zone->data != NULL ? PT_OK : no_memory(err);
}

static PtStatus read_document(Commerce *c, PtStr json, PtArena *arena, Document *ret, PtError *err)
{
    PT_CLEANUP(pt_calendar_freep) PtCalendar *compiled = NULL;
    PtBuf canonical;
    pt_buf_init(&canonical, 2 * (size_t)PT_CALENDAR_JSON_MAX);
    PtStatus st = pt_calendar_canonical(json, &canonical, err);
    if (st == PT_OK && canonical.len > PT_CALENDAR_JSON_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "calendar: over %d bytes", PT_CALENDAR_JSON_MAX);
    }
    if (st == PT_OK) {
        ret->json = pt_arena_str(arena, pt_buf_str(&canonical));
        st = ret->json.data != NULL ? read_zone(ret->json, arena, &ret->zone, err) : no_memory(err);
    }
    pt_buf_done(&canonical);
    if (st != PT_OK) {
        return st;
    }
    const PtCalendarVersion version = {
        .json = ret->json, .zone = ret->zone.len == 0 ? PT_STR("UTC") : (PtStr){NULL, 0}};
    st = pt_calendar_new(&version, 1, c->zones, &compiled, err); // its zone is one
    return st == PT_NOT_FOUND ? PT_INVALID : st;
}

static PtStatus may_write(CommerceWriting *w, const CommerceCalendarPut *put, bool there,
                          int64_t version)
{
    int64_t count = 0;
    if (put->expected != (there ? version : 0)) {
        return there
                   ? pt_fail(w->err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                             (long long)put->expected, (long long)version)
                   : pt_fail(w->err, PT_NOT_FOUND, "there is no such calendar to change");
    }
    if (there) {
        return PT_OK;
    }
    if (put->json.data == NULL) {
        return pt_fail(w->err, PT_INVALID, "calendar: a new one needs its hours");
    }
    const PtStr none = {NULL, 0};
    PtStatus st = commerce_count(w->tx, SQL_COMMERCE_CALENDAR_COUNT, none, none, &count, w->err);
    return st == PT_OK && count >= COMMERCE_CALENDARS_MAX
               ? pt_fail(w->err, PT_TOO_LARGE, "there are %d calendars, and no room for more",
                         COMMERCE_CALENDARS_MAX)
               : st;
}

static PtStatus there_is_room(CommerceWriting *w, size_t more)
{
    const PtStr none = {NULL, 0};
    int64_t bytes = 0;
    PtStatus st = commerce_count(w->tx, SQL_COMMERCE_CALENDAR_BYTES, none, none, &bytes, w->err);
    return st == PT_OK && bytes + (int64_t)more > COMMERCE_DOCUMENT_BYTES
               ? pt_fail(w->err, PT_TOO_LARGE, "all calendars together have over %d bytes",
                         COMMERCE_DOCUMENT_BYTES)
               : st;
}

/* From from_ms on it is this document, whatever was to hold from later. */
static PtStatus write_version(CommerceWriting *w, const CommerceCalendarPut *put,
                              const CommerceCalendar *before, const Document *document)
{
    size_t stays = 0;
    while (stays < before->version_count && before->versions[stays].from_ms < put->from_ms) {
        stays++;
    }
    const int64_t from_ms = stays > 0 ? put->from_ms : 0;
    const bool same = stays > 0 && pt_str_eq(before->versions[stays - 1].json, document->json);
    if (!same && stays == COMMERCE_VERSIONS_MAX) {
        return pt_fail(w->err, PT_TOO_LARGE, "the calendar has %d versions, and no room for more",
                       COMMERCE_VERSIONS_MAX);
    }
    PtStatus st = pt_sql_use(w->tx, SQL_COMMERCE_VERSION_DROP, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, put->id);
    pt_sql_bind_i64(w->tx, 2, stays > 0 ? from_ms : INT64_MIN);
    st = pt_sql_finish(w->tx, w->err);
    st = st == PT_OK ? there_is_room(w, same ? 0 : document->json.len) : st;
    st = st == PT_OK && !same ? pt_sql_use(w->tx, SQL_COMMERCE_VERSION_ADD, w->err) : st;
    if (st != PT_OK || same) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, put->id);
    pt_sql_bind_i64(w->tx, 2, from_ms);
    pt_sql_bind_text(w->tx, 3, document->zone);
    pt_sql_bind_text(w->tx, 4, document->json);
    pt_sql_bind_i64(w->tx, 5, w->now_ms);
    pt_sql_bind_text(w->tx, 6, audit_actor_name(w->by));
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus write_row(CommerceWriting *w, const CommerceCalendarPut *put, PtStr name, bool add)
{
    PtStatus st =
        pt_sql_use(w->tx, add ? SQL_COMMERCE_CALENDAR_ADD : SQL_COMMERCE_CALENDAR_SET, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 1, put->id);
    pt_sql_bind_text(w->tx, 2, name);
    pt_sql_bind_i64(w->tx, 3, put->expected + 1);
    pt_sql_bind_i64(w->tx, 4, w->now_ms);
    pt_sql_bind_text(w->tx, 5, audit_actor_name(w->by));
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus told(CommerceWriting *w, const CommerceCalendarPut *put, PtStr name, bool add)
{
    char from[PT_TIME_TEXT], detail[96];
    (void)pt_time_format(put->from_ms, from);
    if (put->json.data == NULL || add) {
        (void)snprintf(detail, sizeof detail, "{\"version\":%lld}", (long long)put->expected + 1);
    } else {
        (void)snprintf(detail, sizeof detail, "{\"version\":%lld,\"hours_from\":\"%s\"}",
                       (long long)put->expected + 1, from);
    }
    return commerce_audit(w, add ? "calendar.added" : "calendar.changed", put->id, name,
                          pt_str(detail));
}

static PtStatus write_all(CommerceWriting *w, const CommerceCalendarPut *put,
                          const Document *document)
{
    CommerceCalendar before = {.name = PT_STR("")};
    PtError why = {0};
    PtStatus st = load(w->tx, put->id, w->arena, &before, &why);
    const bool there = st == PT_OK;
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return pt_fail(w->err, st, "%s", why.message);
    }
    const PtStr name = put->name.data != NULL ? put->name : before.name;
    st = commerce_text_check("name", name, 1, COMMERCE_NAME_MAX, COMMERCE_LINE, w->err);
    st = st == PT_OK ? may_write(w, put, there, before.version) : st;
    st = st == PT_OK ? write_row(w, put, name, !there) : st;
    st = st == PT_OK && put->json.data != NULL ? write_version(w, put, &before, document) : st;
    return st == PT_OK ? told(w, put, name, !there) : st;
}

PtStatus commerce_calendar_put(Commerce *c, const AuditActor *by, const CommerceCalendarPut *put,
                               PtArena *arena, CommerceCalendar *ret_calendar, PtError *err)
{
    CommerceWriting w = {0};
    CommerceCalendar calendar;
    Document document = {0};
    PtStatus st = id_valid(put->id) ? PT_OK
                                    : pt_fail(err, PT_INVALID,
                                              "id: not 1..%d of a-z, 0-9 and _, the first a letter",
                                              COMMERCE_CODE_MAX);
    st = st == PT_OK && put->json.data != NULL ? read_document(c, put->json, arena, &document, err)
                                               : st;
    st = st == PT_OK ? commerce_write(&w, c, by, arena, err) : st;
    st = st == PT_OK ? write_all(&w, put, &document) : st;
    st = st == PT_OK ? load(w.tx, put->id, arena, &calendar, err) : st;
    st = st == PT_OK ? pt_sql_commit(&w.tx, err) : st;
    pt_sql_rollback(w.tx);
    if (st == PT_OK) {
        *ret_calendar = calendar;
        commerce_changed(c);
    }
    return st;
}

static PtStatus unused(CommerceWriting *w, PtStr id)
{
    int64_t uses = 0;
    PtStatus st =
        commerce_count(w->tx, SQL_COMMERCE_KEPT_USES, id, (PtStr){NULL, 0}, &uses, w->err);
    return st == PT_OK && uses > 0
               ? pt_fail(w->err, PT_CONFLICT, "stores keep the calendar, or have kept it")
               : st;
}

PtStatus commerce_calendar_delete(Commerce *c, const AuditActor *by, PtStr id, PtError *err)
{
    CommerceWriting w;
    PtStatus st = commerce_write(&w, c, by, NULL, err);
    st = st == PT_OK ? unused(&w, id) : st;
    st = st == PT_OK ? pt_sql_use(w.tx, SQL_COMMERCE_VERSION_DROP, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_text(w.tx, 1, id);
        pt_sql_bind_i64(w.tx, 2, INT64_MIN);
        st = pt_sql_finish(w.tx, err);
    }
    st = st == PT_OK ? pt_sql_use(w.tx, SQL_COMMERCE_CALENDAR_DELETE, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_text(w.tx, 1, id);
        st = pt_sql_finish(w.tx, err);
    }
    if (st == PT_OK && pt_sql_changes(w.tx) == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no calendar of that id");
    }
    st = st == PT_OK ? commerce_audit(&w, "calendar.removed", id, PT_STR(""), PT_STR("")) : st;
    st = st == PT_OK ? pt_sql_commit(&w.tx, err) : st;
    pt_sql_rollback(w.tx);
    if (st == PT_OK) {
        commerce_changed(c);
    }
    return st;
}
