// SPDX-License-Identifier: Apache-2.0
/* Definitions: made, changed and deleted by people, audited. */
#include "base/json.h"
#include "base/uuid.h"
#include "connect/destination_internal.h"
#include "connect/kind_internal.h"

#include <sodium.h>
#include <string.h>

enum {
    DEFINE_ARENA = 4 << 20,
    FIELDS_MAX = 64,
    SEALED_MAX = 8 << 10,
    REDRIVE_DEFAULT = 500,
    REDRIVE_MAX = 10000,
    DETAIL_MAX = 16 << 10,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
}

static PtStatus check_name(PtStr name, PtError *err)
{
    size_t characters = 0;
    bool ok = name.len > 0 && pt_utf8_valid(name);
    for (size_t i = 0; ok && i < name.len; i++) {
        ok = (unsigned char)name.data[i] >= ' ';
        characters += ((unsigned char)name.data[i] & 0xC0) != 0x80;
    }
    return ok && characters <= CONNECT_DESTINATION_NAME_MAX
               ? PT_OK
               : pt_fail(err, PT_INVALID, "name: not a text of 1..%d characters",
                         CONNECT_DESTINATION_NAME_MAX);
}

/* ---- Settings -----------------------------------------------------------------------------------
 */

static const DeliverText *text_named(const DeliverText *texts, size_t count, const char *name)
{
    const DeliverText *found = NULL; // of equal names the last counts
    for (size_t i = 0; i < count; i++) {
        found = pt_str_eq(texts[i].name, pt_str(name)) ? &texts[i] : found;
    }
    return found;
}

typedef struct Settings { /* those given, and those stored */
    DeliverText *given, *plain, *sealed;
    size_t given_count, plain_count, sealed_count;
} Settings;

static PtStatus check_known(const ConnectKind *kind, const Settings *s, PtError *err)
{
    for (size_t i = 0; i < s->given_count; i++) {
        bool known = false;
        for (size_t f = 0; !known && f < kind->field_count; f++) {
            known = pt_str_eq(s->given[i].name, pt_str(kind->fields[f].name));
        }
        if (!known) {
            return pt_fail(err, PT_INVALID, "settings: a %s has no setting \"%.60s\"", kind->name,
                           s->given[i].name.data);
        }
    }
    return PT_OK;
}

static void put(PtJsonOut *out, const char *name, PtStr value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_str(out, value);
}

static PtStatus put_sealed(const Access *access, const ConnectField *field, PtStr plain,
                           PtJsonOut *out, PtError *err)
{
    char text[SEALED_MAX];
    if (plain.len > field->max) {
        return pt_fail(err, PT_INVALID, "%s: over %u bytes", field->name, field->max);
    }
    PtStatus st = access_seal(access, plain, text, sizeof text, err);
    if (st == PT_OK) {
        put(out, field->name, pt_str(text));
    }
    return st;
}

static PtStatus merge(const ConnectDestinationsConfig *c, const ConnectKind *kind,
                      const Settings *s, PtJsonOut *plain, PtJsonOut *sealed, PtError *err)
{
    PtStatus st = PT_OK;
    pt_json_out_object(plain);
    pt_json_out_object(sealed);
    for (size_t i = 0; st == PT_OK && i < kind->field_count; i++) {
        const ConnectField *f = &kind->fields[i];
        const DeliverText *given = text_named(s->given, s->given_count, f->name);
        const DeliverText *old = f->secret ? text_named(s->sealed, s->sealed_count, f->name)
                                           : text_named(s->plain, s->plain_count, f->name);
        if (given == NULL && old != NULL) {
            put(f->secret ? sealed : plain, f->name, old->value);
        } else if (given != NULL && !given->null && given->value.len > 0 && f->secret) {
            st = put_sealed(c->access, f, given->value, sealed, err);
        } else if (given != NULL && !given->null && !f->secret) {
            put(plain, f->name, given->value);
        }
    }
    pt_json_out_object_end(plain);
    pt_json_out_object_end(sealed);
    return st;
}

static PtStatus finish(PtBuf *buf, PtArena *arena, PtStr *ret_text, PtError *err)
{
    PtStr text =
        pt_buf_status(buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(buf)) : (PtStr){NULL, 0};
    pt_buf_done(buf);
    if (text.data == NULL) {
        return no_memory(err);
    }
    *ret_text = text;
    return PT_OK;
}

static PtStatus take_settings(const ConnectDestinationsConfig *c, DestinationRow *row, PtStr given,
                              PtArena *arena, PtError *err)
{
    const ConnectKind *kind = connect_kind_of(row->kind);
    Settings s = {.given = NULL};
    PtBuf plain, sealed;
    if (kind == NULL) {
        return pt_fail(err, PT_INVALID, "kind: there is no kind \"%.40s\"", row->kind.data);
    }
    const PtStr old_plain = row->settings.len > 0 ? row->settings : PT_STR("{}");
    const PtStr old_sealed = row->secrets.len > 0 ? row->secrets : PT_STR("{}");
    PtStatus st = deliver_texts(given.data != NULL ? given : PT_STR("{}"), "settings", FIELDS_MAX,
                                arena, &s.given, &s.given_count, err);
    st = st == PT_OK ? check_known(kind, &s, err) : st;
    if (st == PT_OK) {
        st = deliver_texts(old_plain, "settings", FIELDS_MAX, arena, &s.plain, &s.plain_count, err);
    }
    if (st == PT_OK) {
        st = deliver_texts(old_sealed, "settings", FIELDS_MAX, arena, &s.sealed, &s.sealed_count,
                           err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&plain, 2 * CONNECT_DESTINATION_JSON);
    pt_buf_init(&sealed, 2 * CONNECT_DESTINATION_JSON);
    PtJsonOut plain_out = pt_json_out(&plain), sealed_out = pt_json_out(&sealed);
    st = merge(c, kind, &s, &plain_out, &sealed_out, err);
    PtStatus copied = finish(&plain, arena, &row->settings, err);
    st = st == PT_OK ? copied : st;
    copied = finish(&sealed, arena, &row->secrets, err);
    return st == PT_OK ? copied : st;
}

/* ---- The rest
 * ------------------------------------------------------------------------------------ */

/* A JSON text; null is nothing. */
static PtStatus take_json(PtStr given, const char *what, PtStr *text, PtError *err)
{
    if (given.data == NULL) {
        return PT_OK;
    }
    if (given.len > CONNECT_DESTINATION_JSON) {
        return pt_fail(err, PT_INVALID, "%s: over %d bytes", what, CONNECT_DESTINATION_JSON);
    }
    *text = pt_str_eq(given, PT_STR("null")) ? PT_STR("") : given;
    return PT_OK;
}

static PtStatus take_filter(DestinationRow *row, PtStr given, PtArena *arena, PtError *err)
{
    PT_CLEANUP(rule_operands_freep) RuleOperands *operands = NULL;
    PT_CLEANUP(rule_condition_freep) RuleCondition *condition = NULL;
    PtBuf buf;
    PtError why = {0};
    PtStatus st = take_json(given, "filter", &row->filter, err);
    if (st != PT_OK || given.data == NULL || row->filter.len == 0) {
        return st;
    }
    st = rule_operands_new(&operands, err);
    if (st != PT_OK) {
        return st;
    }
    st = rule_condition_read(row->filter, operands, &condition, &why);
    if (st != PT_OK) {
        return pt_fail(err, st, "filter: %s", why.message);
    }
    pt_buf_init(&buf, RULE_JSON);
    rule_condition_write(condition, &buf);
    return finish(&buf, arena, &row->filter, err);
}

/* What a new destination asks consent for. */
static PtStatus default_purposes(DestinationRow *row, PtArena *arena, PtError *err)
{
    const ConnectKind *kind = connect_kind_of(row->kind);
    PtBuf buf;
    pt_buf_init(&buf, CONNECT_DESTINATION_JSON);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_array(&out);
    for (size_t i = 0;
         kind != NULL && kind->purposes_default != NULL && kind->purposes_default[i] != NULL; i++) {
        pt_json_out_str(&out, pt_str(kind->purposes_default[i]));
    }
    pt_json_out_array_end(&out);
    return finish(&buf, arena, &row->purposes, err);
}

static void take_flags(DestinationRow *row, const ConnectDestinationEdit *e)
{
    row->enabled = e->enabled >= 0 ? e->enabled != 0 : row->enabled;
    row->in_order = e->in_order >= 0 ? e->in_order != 0 : row->in_order;
    row->historical = e->historical >= 0 ? e->historical != 0 : row->historical;
    row->redrive_per_s = e->redrive_per_s >= 0 ? e->redrive_per_s : row->redrive_per_s;
}

static PtStatus apply(const ConnectDestinationsConfig *c, DestinationRow *row,
                      const ConnectDestinationEdit *e, const AuditActor *by, PtArena *arena,
                      PtError *err)
{
    row->name = e->name.data != NULL ? e->name : row->name;
    take_flags(row, e);
    row->changed_ms = deliver_machine_ms();
    row->changed_by = audit_actor_name(by);
    row->version++;
    PtStatus st = check_name(row->name, err);
    if (st == PT_OK && (row->redrive_per_s < 1 || row->redrive_per_s > REDRIVE_MAX)) {
        st = pt_fail(err, PT_INVALID, "redrive_per_s: not 1..%d", REDRIVE_MAX);
    }
    st = st == PT_OK ? take_settings(c, row, e->settings, arena, err) : st;
    st = st == PT_OK ? take_filter(row, e->filter, arena, err) : st;
    st = st == PT_OK ? take_json(e->mapping, "mapping", &row->mapping, err) : st;
    st = st == PT_OK ? take_json(e->events, "events", &row->events, err) : st;
    st = st == PT_OK ? take_json(e->purposes, "purposes", &row->purposes, err) : st;
    if (st == PT_OK && row->purposes.len == 0) {
        row->purposes = PT_STR("[]");
    }
    return st;
}

static void put_raw(PtJsonOut *out, const char *name, PtStr json)
{
    if (json.len > 0 && json.len < DETAIL_MAX / 8) {
        pt_json_out_key(out, pt_str(name));
        pt_json_out_raw(out, json);
    }
}

/* What the entry of the audit chain says of it: no secrets. */
static PtStatus audit(PtSqlTx *tx, const DestinationRow *row, const AuditActor *by,
                      const char *action, const ConnectDestinationEdit *edit, PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, DETAIL_MAX);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    put(&out, "kind", row->kind);
    pt_json_put_bool(&out, "enabled", row->enabled);
    put_raw(&out, "settings", row->settings);
    put_raw(&out, "filter", row->filter);
    put_raw(&out, "mapping", row->mapping);
    put_raw(&out, "events", row->events);
    put_raw(&out, "purposes", row->purposes);
    pt_json_put_bool(&out, "settings_given", edit != NULL && edit->settings.data != NULL);
    pt_json_out_object_end(&out);
    PtStatus st = pt_buf_status(&buf) == PT_OK
                      ? destination_audit(tx, row, by, action, pt_buf_str(&buf), err)
                      : no_memory(err);
    pt_buf_done(&buf);
    return st;
}

/* ---- Changes
 * ------------------------------------------------------------------------------------- */

typedef struct Change {
    PtArena *arena;
    PtSqlTx *tx;
    DestinationRow row;
    DeliverPlan *plan; /* until it is handed on */
    bool halted;       /* its thread was ended for the change */
} Change;

static void change_done(Change *c)
{
    pt_sql_rollback(c->tx);
    deliver_plan_free(c->plan);
    pt_arena_free(c->arena);
}

static PtStatus store_new(ConnectDestinations *ds, Change *c, const ConnectDestinationEdit *edit,
                          const AuditActor *by, PtError *err)
{
    char queue[PT_OUTBOX_NAME];
    destination_queue_name(c->row.id, queue);
    PtStatus st = pt_sql_begin(ds->c.sql, true, &c->tx, err);
    st = st == PT_OK ? destination_check_name(c->tx, c->row.name, c->row.id, err) : st;
    st = st == PT_OK ? destination_insert(c->tx, &c->row, err) : st;
    st = st == PT_OK ? pt_outbox_add(c->tx, queue, pt_log_end(ds->c.log, 0), err) : st;
    st = st == PT_OK ? audit(c->tx, &c->row, by, "destination.added", edit, err) : st;
    return st == PT_OK ? pt_sql_commit(&c->tx, err) : st;
}

static PtStatus add(ConnectDestinations *ds, Change *c, const ConnectDestinationEdit *edit,
                    const AuditActor *by, char id[static 37], PtError *err)
{
    uint8_t random[10];
    randombytes_buf(random, sizeof random);
    const int64_t now_ms = deliver_machine_ms();
    c->row = (DestinationRow){.id = pt_uuid_format(pt_uuid7(now_ms, random), id),
                              .kind = pt_arena_str(c->arena, edit->kind),
                              .enabled = true,
                              .redrive_per_s = REDRIVE_DEFAULT,
                              .created_ms = now_ms};
    if (c->row.kind.data == NULL) {
        return no_memory(err);
    }
    PtStatus st = default_purposes(&c->row, c->arena, err);
    st = st == PT_OK ? apply(&ds->c, &c->row, edit, by, c->arena, err) : st;
    st = st == PT_OK ? deliver_plan_new(&ds->c, &c->row, &c->plan, err) : st;
    st = st == PT_OK ? store_new(ds, c, edit, by, err) : st;
    return st == PT_OK ? destination_replace(ds, c->row.id, PT_TAKE(c->plan), err) : st;
}

PtStatus connect_destination_add(ConnectDestinations *ds, const ConnectDestinationEdit *edit,
                                 const AuditActor *by, char ret_id[static 37], PtError *err)
{
    Change c = {.arena = pt_arena_new(DEFINE_ARENA)};
    if (c.arena == NULL) {
        return no_memory(err);
    }
    pthread_mutex_lock(&ds->changes);
    PtStatus st = add(ds, &c, edit, by, ret_id, err);
    pthread_mutex_unlock(&ds->changes);
    change_done(&c);
    return st;
}

/* Whoever is enabled again begins at the log's end; whoever was stopped and has other settings goes
 * on. */
static PtStatus move_queue(ConnectDestinations *ds, Change *c, bool was_enabled, PtError *err)
{
    PtOutboxQueue q;
    PtStatus st = pt_outbox_get(c->tx, c->plan->queue, &q, err);
    if (st == PT_OK && c->row.enabled && !was_enabled) {
        st = pt_outbox_set_position(c->tx, q.name, pt_log_end(ds->c.log, 0), err);
    }
    if (st == PT_OK && q.state == PT_OUTBOX_STOPPED) {
        st = pt_outbox_set_state(c->tx, q.name, PT_OUTBOX_RUNNING, "", err);
    }
    return st;
}

static PtStatus change(ConnectDestinations *ds, Change *c, PtStr id,
                       const ConnectDestinationEdit *edit, const AuditActor *by, PtError *err)
{
    PtStatus st = pt_sql_begin(ds->c.sql, false, &c->tx, err);
    st = st == PT_OK ? destination_read(c->tx, id, c->arena, &c->row, err) : st;
    pt_sql_rollback(PT_TAKE(c->tx));
    const bool was_enabled = st == PT_OK && c->row.enabled;
    st = st == PT_OK ? apply(&ds->c, &c->row, edit, by, c->arena, err) : st;
    st = st == PT_OK ? deliver_plan_new(&ds->c, &c->row, &c->plan, err) : st;
    if (st != PT_OK) {
        return st;
    }
    // stopped first, so that it stores where it is before its place may be moved
    st = destination_replace(ds, c->row.id, NULL, err);
    c->halted = true;
    st = st == PT_OK ? pt_sql_begin(ds->c.sql, true, &c->tx, err) : st;
    st = st == PT_OK ? destination_check_name(c->tx, c->row.name, c->row.id, err) : st;
    st = st == PT_OK ? destination_update(c->tx, &c->row, err) : st;
    st = st == PT_OK ? move_queue(ds, c, was_enabled, err) : st;
    st = st == PT_OK ? audit(c->tx, &c->row, by, "destination.changed", edit, err) : st;
    return st == PT_OK ? pt_sql_commit(&c->tx, err) : st;
}

/* After a failed change the destination runs on as it was. */
static PtStatus run_again(ConnectDestinations *ds, Change *c, PtStr id, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(deliver_plan_freep) DeliverPlan *plan = NULL;
    PtStatus st = pt_sql_begin(ds->c.sql, false, &tx, err);
    st = st == PT_OK ? destination_read(tx, id, c->arena, &c->row, err) : st;
    st = st == PT_OK ? deliver_plan_new(&ds->c, &c->row, &plan, err) : st;
    return st == PT_OK ? destination_replace(ds, id, PT_TAKE(plan), err) : st;
}

PtStatus connect_destination_change(ConnectDestinations *ds, PtStr id,
                                    const ConnectDestinationEdit *edit, const AuditActor *by,
                                    PtError *err)
{
    Change c = {.arena = pt_arena_new(DEFINE_ARENA)};
    if (c.arena == NULL) {
        return no_memory(err);
    }
    pthread_mutex_lock(&ds->changes);
    PtStatus st = change(ds, &c, id, edit, by, err);
    if (st == PT_OK) {
        st = destination_replace(ds, id, PT_TAKE(c.plan), err);
    } else if (c.halted) {
        pt_sql_rollback(PT_TAKE(c.tx));
        (void)!run_again(ds, &c, id, NULL); // else at the next start
    }
    pthread_mutex_unlock(&ds->changes);
    change_done(&c);
    return st;
}

/* The destination goes with the last of its queue: nobody sees one without. */
static PtStatus drop_rows(ConnectDestinations *ds, Change *c, PtStr id, const AuditActor *by,
                          PtError *err)
{
    char queue[PT_OUTBOX_NAME];
    bool more = true;
    PtStatus st = PT_OK;
    destination_queue_name(id, queue);
    while (st == PT_OK && more) {
        st = pt_sql_begin(ds->c.sql, true, &c->tx, err);
        st = st == PT_OK ? pt_outbox_drop(c->tx, queue, &more, err) : st;
        if (st == PT_OK && !more) {
            st = destination_drop_days(c->tx, id, INT64_MAX, err);
            st = st == PT_OK ? destination_remove(c->tx, id, err) : st;
            st = st == PT_OK ? audit(c->tx, &c->row, by, "destination.deleted", NULL, err) : st;
        }
        st = st == PT_OK ? pt_sql_commit(&c->tx, err) : st;
    }
    return st;
}

static PtStatus drop(ConnectDestinations *ds, Change *c, PtStr id, const AuditActor *by,
                     PtError *err)
{
    PtStatus st = pt_sql_begin(ds->c.sql, false, &c->tx, err);
    st = st == PT_OK ? destination_read(c->tx, id, c->arena, &c->row, err) : st;
    pt_sql_rollback(PT_TAKE(c->tx));
    // its failures first: a crash in between leaves a destination that can be deleted again
    c->halted = st == PT_OK;
    st = st == PT_OK ? destination_replace(ds, id, NULL, err) : st;
    return st == PT_OK ? drop_rows(ds, c, id, by, err) : st;
}

PtStatus connect_destination_delete(ConnectDestinations *ds, PtStr id, const AuditActor *by,
                                    PtError *err)
{
    Change c = {.arena = pt_arena_new(DEFINE_ARENA)};
    if (c.arena == NULL) {
        return no_memory(err);
    }
    pthread_mutex_lock(&ds->changes);
    PtStatus st = drop(ds, &c, id, by, err);
    if (st != PT_OK && c.halted) {
        pt_sql_rollback(PT_TAKE(c.tx));
        (void)!run_again(ds, &c, id, NULL); // else at the next start
    }
    pthread_mutex_unlock(&ds->changes);
    change_done(&c);
    return st;
}
