// SPDX-License-Identifier: Apache-2.0
/* Connectors, their objects and deliveries as rows. */
#include "connect/hook_internal.h"
#include "hook.sql.h"

#include "base/buf.h"
#include "base/uuid.h"

static uint64_t count_of(PtSqlTx *tx, int column)
{
    const int64_t value = pt_sql_i64(tx, column);
    return value > 0 ? (uint64_t)value : 0;
}

/* ---- Settings as JSON ------------------------------------------------------------------------ */

static PtStr decoded(PtStr raw, PtArena *arena)
{
    PtBuf buf;
    pt_buf_init(&buf, HOOK_SETTING_MAX * 2);
    pt_json_decode(raw, &buf);
    const PtStr kept =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return kept;
}

static PtStatus read_settings(PtStr json, PtArena *arena, HookConnector *c, PtError *err)
{
    PtJson j;
    pt_json_init(&j, json, 4);
    bool good = pt_json_next(&j) == PT_JSON_OBJECT;
    while (good && c->setting_count < HOOK_SETTINGS_MAX && pt_json_next(&j) == PT_JSON_KEY) {
        HookSetting *s = &c->settings[c->setting_count];
        s->name = decoded(j.raw, arena);
        good = pt_json_next(&j) == PT_JSON_STRING;
        s->value = good ? decoded(j.raw, arena) : (PtStr){NULL, 0};
        good = s->name.data != NULL && s->value.data != NULL;
        c->setting_count += good;
    }
    return good ? PT_OK : pt_fail(err, PT_CORRUPT, "settings of connector %s do not read", c->id);
}

static void write_settings(const HookConnector *c, PtBuf *buf)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_object(&out);
    for (size_t i = 0; i < c->setting_count; i++) {
        pt_json_out_key(&out, c->settings[i].name);
        pt_json_out_str(&out, c->settings[i].value);
    }
    pt_json_out_object_end(&out);
}

/* ---- Connectors ------------------------------------------------------------------------------ */

/* Columns in the order of connector_list. */
static PtStatus read_row(PtSqlTx *tx, PtArena *arena, HookRow *r, PtError *err)
{
    struct {
        PtStr *to;
        int column;
    } texts[] = {{&r->c.name, 2},
                 {&r->c.mapping, 6},
                 {&r->secret, 7},
                 {&r->previous, 8},
                 {&r->c.created_by, 18}};
    const PtStr id = pt_sql_text(tx, 0);
    *r = (HookRow){.c = {.kind = hook_kind_of(pt_sql_text(tx, 1)),
                         .source = (uint32_t)count_of(tx, 3),
                         .enabled = pt_sql_i64(tx, 4) != 0,
                         .previous_until_ms = pt_sql_i64(tx, 9),
                         .created_ms = pt_sql_i64(tx, 19),
                         .changed_ms = pt_sql_i64(tx, 20)},
                   .deliveries = count_of(tx, 10),
                   .events = count_of(tx, 11),
                   .duplicates = count_of(tx, 12),
                   .quarantined = count_of(tx, 13),
                   .stale = count_of(tx, 14),
                   .ignored = count_of(tx, 15),
                   .privacy = count_of(tx, 16),
                   .last_success_ms = pt_sql_i64(tx, 17)};
    if (id.len != HOOK_ID - 1 || r->c.kind == NULL) {
        return pt_fail(err, PT_CORRUPT, "a connector in the database does not read");
    }
    memcpy(r->c.id, id.data, id.len);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].to->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the connectors");
        }
    }
    r->c.has_secret = r->secret.len > 0;
    return read_settings(pt_sql_text(tx, 5), arena, &r->c, err);
}

PtStatus hook_read_all(PtSqlTx *tx, PtArena *arena, HookRow **ret_rows, size_t *ret_count,
                       PtError *err)
{
    HookRow *rows = pt_arena_alloc(arena, HOOK_CONNECTORS_MAX, sizeof *rows);
    size_t count = 0;
    bool row = false;
    if (rows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the connectors");
    }
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, HOOK_CONNECTORS_MAX);
    while (count < HOOK_CONNECTORS_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_row(tx, arena, &rows[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    *ret_rows = rows;
    *ret_count = count;
    return st;
}

PtStatus hook_count(PtSqlTx *tx, uint64_t *ret_count, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_COUNT, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_count = row ? count_of(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

/* Begins a statement whose ?1 is an id. What is none is not asked for: it may not even be text. */
static PtStatus use_id(PtSqlTx *tx, const char *statement, PtStr id, PtError *err)
{
    PtUuid uuid;
    if (!pt_uuid_parse(id, &uuid)) {
        return pt_fail(err, PT_NOT_FOUND, "no such connector");
    }
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
    }
    return st;
}

PtStatus hook_read(PtSqlTx *tx, PtStr id, PtArena *arena, HookRow *ret_row, PtError *err)
{
    bool row = false;
    PtStatus st = use_id(tx, SQL_CONNECTOR_GET, id, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? read_row(tx, arena, ret_row, err)
                 : pt_fail(err, PT_NOT_FOUND, "no such connector");
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus name_taken(PtStatus st, PtStr name, PtError *err)
{
    return st == PT_CONFLICT ? pt_fail(err, PT_CONFLICT, "a connector is named \"%.*s\" already",
                                       PT_STR_ARG(name))
                             : st;
}

PtStatus hook_insert(PtSqlTx *tx, const HookRow *r, PtError *err)
{
    PtBuf settings;
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&settings, (size_t)HOOK_SETTINGS_MAX * HOOK_SETTING_MAX * 6);
    write_settings(&r->c, &settings);
    pt_sql_bind_text(tx, 1, pt_str(r->c.id));
    pt_sql_bind_text(tx, 2, pt_str(r->c.kind->name));
    pt_sql_bind_text(tx, 3, r->c.name);
    pt_sql_bind_i64(tx, 4, r->c.source);
    pt_sql_bind_i64(tx, 5, r->c.enabled);
    pt_sql_bind_text(tx, 6, pt_buf_str(&settings));
    pt_sql_bind_text(tx, 7, r->c.mapping);
    pt_sql_bind_text(tx, 8, r->secret);
    pt_sql_bind_text(tx, 9, r->c.created_by);
    pt_sql_bind_i64(tx, 10, r->c.created_ms);
    st = pt_buf_status(&settings) == PT_OK
             ? pt_sql_finish(tx, err)
             : pt_fail(err, PT_NO_MEMORY, "no memory for a connector");
    pt_buf_done(&settings);
    return name_taken(st, r->c.name, err);
}

PtStatus hook_update(PtSqlTx *tx, const HookRow *r, PtError *err)
{
    PtBuf settings;
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_CHANGE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&settings, (size_t)HOOK_SETTINGS_MAX * HOOK_SETTING_MAX * 6);
    write_settings(&r->c, &settings);
    pt_sql_bind_text(tx, 1, pt_str(r->c.id));
    pt_sql_bind_text(tx, 2, r->c.name);
    pt_sql_bind_i64(tx, 3, r->c.source);
    pt_sql_bind_i64(tx, 4, r->c.enabled);
    pt_sql_bind_text(tx, 5, pt_buf_str(&settings));
    pt_sql_bind_text(tx, 6, r->c.mapping);
    pt_sql_bind_i64(tx, 7, r->c.changed_ms);
    st = pt_buf_status(&settings) == PT_OK
             ? pt_sql_finish(tx, err)
             : pt_fail(err, PT_NO_MEMORY, "no memory for a connector");
    pt_buf_done(&settings);
    return name_taken(st, r->c.name, err);
}

PtStatus hook_put_secret(PtSqlTx *tx, const HookRow *r, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_ROTATE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(r->c.id));
    pt_sql_bind_text(tx, 2, r->secret);
    pt_sql_bind_text(tx, 3, r->previous);
    pt_sql_bind_i64(tx, 4, r->c.previous_until_ms);
    pt_sql_bind_i64(tx, 5, r->c.changed_ms);
    return pt_sql_finish(tx, err);
}

PtStatus hook_delete(PtSqlTx *tx, PtStr id, PtError *err)
{
    const char *const statements[] = {SQL_CONNECTOR_REMOVE_DELIVERIES, SQL_CONNECTOR_REMOVE_OBJECTS,
                                      SQL_CONNECTOR_REMOVE};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof statements / sizeof *statements; i++) {
        st = use_id(tx, statements[i], id, err);
        st = st == PT_OK ? pt_sql_finish(tx, err) : st;
    }
    return st;
}

PtStatus hook_audit(PtSqlTx *tx, const HookRow *r, const AuditActor *by, const char *action,
                    PtStr source, PtError *err)
{
    PtBuf detail;
    pt_buf_init(&detail, 8192);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "kind", pt_str(r->c.kind->name));
    pt_json_put_str(&out, "source", source);
    pt_json_put_bool(&out, "enabled", r->c.enabled);
    pt_json_put_u64(&out, "mapping_bytes", r->c.mapping.len);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "connector",
                              .subject = pt_str(r->c.id),
                              .subject_name = r->c.name,
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? audit_write(tx, r->c.changed_ms, &entry, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory to tell of a change");
    pt_buf_done(&detail);
    return st;
}

/* ---- Deliveries ------------------------------------------------------------------------------ */

static bool result_of(PtStr name, HookResult *ret_result)
{
    for (HookResult r = 0; r < HOOK_RESULT_COUNT; r++) {
        if (pt_str_eq(name, pt_str(hook_result_name(r)))) {
            *ret_result = r;
            return true;
        }
    }
    return false;
}

PtStatus hook_read_ring(PtSqlTx *tx, PtStr id, HookTrack *track, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_DELIVERY_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, HOOK_DELIVERIES_KEPT);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        HookDelivery d = {.number = count_of(tx, 0),
                          .time_ms = pt_sql_i64(tx, 1),
                          .http = (int)pt_sql_i64(tx, 2),
                          .events = (uint32_t)count_of(tx, 9),
                          .duplicates = (uint32_t)count_of(tx, 10),
                          .bytes = (uint32_t)count_of(tx, 11)};
        if (!result_of(pt_sql_text(tx, 3), &d.result)) {
            st = pt_fail(err, PT_CORRUPT, "a delivery in the database does not read");
            break;
        }
        hook_say(d.topic, sizeof d.topic, pt_sql_text(tx, 4));
        hook_say(d.delivery, sizeof d.delivery, pt_sql_text(tx, 5));
        hook_say(d.peer, sizeof d.peer, pt_sql_text(tx, 6));
        hook_say(d.agent, sizeof d.agent, pt_sql_text(tx, 7));
        hook_say(d.reason, sizeof d.reason, pt_sql_text(tx, 8));
        track->ring[d.number % HOOK_DELIVERIES_KEPT] = d;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus put_ring(PtSqlTx *tx, PtStr id, const HookDelivery *d, PtError *err)
{
    const char *const texts[] = {
        hook_result_name(d->result), d->topic, d->delivery, d->peer, d->agent, d->reason};
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_DELIVERY_PUT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, (int64_t)(d->number % HOOK_DELIVERIES_KEPT));
    pt_sql_bind_i64(tx, 3, (int64_t)d->number);
    pt_sql_bind_i64(tx, 4, d->time_ms);
    pt_sql_bind_i64(tx, 5, d->http);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        pt_sql_bind_text(tx, 6 + i, pt_str(texts[i]));
    }
    pt_sql_bind_i64(tx, 12, d->events);
    pt_sql_bind_i64(tx, 13, d->duplicates);
    pt_sql_bind_i64(tx, 14, d->bytes);
    return pt_sql_finish(tx, err);
}

static PtStatus prune(PtSqlTx *tx, PtStr id, const HookDelivery *d, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_OBJECT_PRUNE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, d->time_ms - (int64_t)HOOK_KEEP_DAYS * 86400000);
    pt_sql_bind_i64(tx, 3, HOOK_PRUNE_ROWS);
    return pt_sql_finish(tx, err);
}

PtStatus hook_put_delivery(PtSqlTx *tx, PtStr id, const HookDelivery *d, PtError *err)
{
    PtStatus st = put_ring(tx, id, d, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_CONNECTOR_COUNTED, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, d->events);
    pt_sql_bind_i64(tx, 3, d->duplicates);
    pt_sql_bind_i64(tx, 4, d->result == HOOK_QUARANTINED);
    pt_sql_bind_i64(tx, 5, d->result == HOOK_STALE);
    pt_sql_bind_i64(tx, 6, d->result == HOOK_IGNORED);
    pt_sql_bind_i64(tx, 7, d->result == HOOK_PRIVACY);
    pt_sql_bind_i64(tx, 8, d->result == HOOK_QUARANTINED ? 0 : d->time_ms);
    st = pt_sql_finish(tx, err);
    if (st == PT_OK && pt_sql_changes(tx) == 0) { // removed while it was under way
        return pt_fail(err, PT_NOT_FOUND, "the connector is gone");
    }
    return st == PT_OK && d->number % HOOK_PRUNE_EVERY == 0 ? prune(tx, id, d, err) : st;
}

/* ---- Objects --------------------------------------------------------------------------------- */

static PtStr key_of(const Hooks *h, PtStr object, uint8_t room[static 16])
{
    const PtHash128 hash = pt_hash128(object, h->c.hash_key);
    for (unsigned i = 0; i < 8; i++) {
        room[i] = (uint8_t)(hash.hi >> (56 - 8 * i));
        room[8 + i] = (uint8_t)(hash.lo >> (56 - 8 * i));
    }
    return (PtStr){(const char *)room, 16};
}

PtStatus hook_object_get(const Hooks *h, PtSqlTx *tx, PtStr connector, PtStr object, PtArena *arena,
                         HookKnown *ret_known, PtError *err)
{
    uint8_t room[16];
    HookKnown known = {.found = false};
    const PtStr key = key_of(h, object, room);
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_OBJECT_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, connector);
    pt_sql_bind_blob(tx, 2, key);
    st = pt_sql_step(tx, &known.found, err);
    if (st == PT_OK && known.found) {
        known.version = pt_sql_i64(tx, 0);
        known.who = pt_arena_str(arena, pt_sql_text(tx, 1));
        st = known.who.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an object");
    }
    pt_sql_done(tx);
    *ret_known = known;
    return st;
}

PtStatus hook_object_set(const Hooks *h, PtSqlTx *tx, PtStr connector, PtStr object,
                         const HookKnown *known, PtError *err)
{
    uint8_t room[16];
    const PtStr key = key_of(h, object, room);
    PtStatus st = pt_sql_use(tx, SQL_CONNECTOR_OBJECT_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, connector);
    pt_sql_bind_blob(tx, 2, key);
    pt_sql_bind_i64(tx, 3, known->version);
    pt_sql_bind_text(tx, 4, known->who.len > 0 ? known->who : PT_STR(""));
    pt_sql_bind_i64(tx, 5, pt_clock_now_ms(h->c.clock));
    return pt_sql_finish(tx, err);
}

PtStatus hooks_erase(PtSql *core, const PtStr *anonymous_ids, size_t count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = pt_sql_use(tx, SQL_CONNECTOR_OBJECT_FORGET, err);
        if (st == PT_OK) {
            pt_sql_bind_text(tx, 1, anonymous_ids[i]);
            st = pt_sql_finish(tx, err);
        }
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
