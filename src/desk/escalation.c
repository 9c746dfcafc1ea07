// SPDX-License-Identifier: Apache-2.0
/* Escalation to vendors: what was asked, by when they have agreed to answer, what they said. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include "platform/feed.h"

#include "base/json.h"

enum { MESSAGE_MAX = 4000, SAID_BYTES = 32 << 10, MINUTE_MS = 60000 };

/* ---- Members of records -----------------------------------------------------------------------
 */

PtStatus desk_record_member(PtStr json, const char *name, PtArena *arena, PtStr *ret_text,
                            PtError *err)
{
    PtJson j;
    PtBuf buf;
    *ret_text = PT_STR("");
    pt_json_init(&j, json, 32);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return PT_OK;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool wanted = pt_json_raw_eq(j.raw, j.flags, pt_str(name));
        if (!wanted && pt_json_skip(&j, NULL, NULL, NULL)) {
            continue;
        }
        const PtJsonToken token = wanted ? pt_json_next(&j) : PT_JSON_ERROR;
        if (token != PT_JSON_STRING && token != PT_JSON_NUMBER) {
            return PT_OK;
        }
        pt_buf_init(&buf, DESK_RECORD_BYTES);
        pt_json_decode(j.raw, &buf);
        *ret_text = pt_buf_status(&buf) == PT_OK
                        ? pt_arena_str(arena, buf.len > 0 ? pt_buf_str(&buf) : PT_STR(""))
                        : (PtStr){NULL, 0};
        pt_buf_done(&buf);
        return ret_text->data != NULL ? PT_OK
                                      : pt_fail(err, PT_NO_MEMORY, "no memory for a record");
    }
    return PT_OK;
}

/* The vendor that the first of the services with one names; "": none. */
static PtStatus vendor_of(DeskWriting *w, PtStr services, PtStr *ret_vendor)
{
    PtStr *ids = NULL;
    size_t count = 0;
    *ret_vendor = PT_STR("");
    PtStatus st = desk_field_items(services, w->arena, &ids, &count, w->err);
    for (size_t i = 0; st == PT_OK && i < count && ret_vendor->len == 0; i++) {
        DeskRecord service;
        PtError none = {0};
        st = desk_record_load(w->tx, DESK_SERVICE, ids[i], w->arena, &service, &none);
        if (st == PT_OK) {
            st = desk_record_member(service.json, "vendor", w->arena, ret_vendor, w->err);
        } else {
            st = st == PT_NOT_FOUND ? PT_OK : pt_fail(w->err, st, "%s", none.message);
        }
    }
    return st;
}

/* ---- Sending ----------------------------------------------------------------------------------
 */

typedef struct Vendor {
    PtStr id, name, contract, contact, message, response_min;
} Vendor;

static PtStatus read_vendor(DeskWriting *w, PtStr id, Vendor *ret)
{
    DeskRecord record;
    const struct {
        const char *name;
        PtStr *into;
    } members[] = {{"contract", &ret->contract},
                   {"contact", &ret->contact},
                   {"message", &ret->message},
                   {"response_min", &ret->response_min}};
    PtStatus st = desk_record_load(w->tx, DESK_VENDOR, id, w->arena, &record, w->err);
    for (size_t i = 0; st == PT_OK && i < sizeof members / sizeof *members; i++) {
        st = desk_record_member(record.json, members[i].name, w->arena, members[i].into, w->err);
    }
    if (st == PT_OK) {
        ret->id = record.id;
        ret->name = record.name;
    }
    return st;
}

static PtStatus add(DeskWriting *w, int64_t ticket, const Vendor *vendor, PtStr message)
{
    int64_t last = 0, minutes = 0;
    PtStatus st = desk_last_number(w, SQL_DESK_ESCALATION_LAST, &last);
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_DESK_ESCALATION_ADD, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    const bool agreed = pt_json_to_i64(vendor->response_min, &minutes);
    pt_sql_bind_i64(w->tx, 1, last + 1);
    pt_sql_bind_i64(w->tx, 2, ticket);
    pt_sql_bind_text(w->tx, 3, vendor->id);
    pt_sql_bind_text(w->tx, 4, vendor->contract);
    pt_sql_bind_text(w->tx, 5, vendor->contact);
    pt_sql_bind_text(w->tx, 6, message);
    pt_sql_bind_i64(w->tx, 7, w->now_ms);
    pt_sql_bind_text(w->tx, 8, w->by != NULL ? audit_actor_name(w->by) : PT_STR("server"));
    pt_sql_bind_i64(w->tx, 9, agreed ? w->now_ms + minutes * MINUTE_MS : 0);
    return pt_sql_finish(w->tx, w->err);
}

/* For whoever carries it out: a destination's webhook. */
static PtStatus feed(DeskWriting *w, const DeskRow *row, const Vendor *vendor, PtStr message)
{
    char key[DESK_KEY_MAX];
    PtBuf buf;
    pt_buf_init(&buf, PT_FEED_PROPERTIES_MAX);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "ticket", row->t.number);
    pt_json_put_i64(&out, "priority", row->t.priority);
    pt_json_put_str(&out, "vendor", vendor->id);
    pt_json_put_str(&out, "contract", vendor->contract);
    pt_json_put_str(&out, "contact", vendor->contact);
    pt_json_put_str(&out, "message", message);
    pt_json_out_object_end(&out);
    const PtFeedEvent event = {.name = PT_STR("Vendor Escalated"),
                               .subject = desk_key(row->t.type, row->t.number, key),
                               .properties = pt_buf_str(&buf)};
    PtStatus st = pt_buf_status(&buf) == PT_OK ? pt_feed_put(w->tx, w->now_ms, &event, w->err)
                                               : pt_fail(w->err, pt_buf_status(&buf),
                                                         "the message to the vendor is too long");
    pt_buf_done(&buf);
    return st;
}

/* A row of history: "Acme: message". */
static PtStatus say(DeskWriting *w, const DeskRow *row, const char *kind, PtStr who, PtStr what)
{
    DeskRow after = *row;
    PtBuf text;
    pt_buf_init(&text, SAID_BYTES);
    pt_buf_add_str(&text, who);
    pt_buf_add_str(&text, PT_STR(": "));
    pt_buf_add_str(&text, what);
    const DeskSaid said = {.kind = kind, .text = pt_buf_str(&text)};
    PtStatus st = pt_buf_status(&text) == PT_OK
                      ? desk_update(w, row, &after, &said)
                      : pt_fail(w->err, PT_NO_MEMORY, "no memory for an escalation");
    pt_buf_done(&text);
    return st;
}

static PtStatus list_in(PtSqlTx *tx, int64_t number, PtArena *arena, DeskEscalation **ret_list,
                        size_t *ret_count, PtError *err);

static PtStatus escalate(DeskWriting *w, const DeskRow *row, PtStr id, PtStr message)
{
    Vendor vendor = {0};
    DeskEscalation *list = NULL;
    size_t count = 0;
    PtStatus st = read_vendor(w, id, &vendor);
    st = st == PT_OK ? list_in(w->tx, row->t.number, w->arena, &list, &count, w->err) : st;
    if (st == PT_OK && count >= DESK_ESCALATIONS_MAX) {
        st = pt_fail(w->err, PT_TOO_LARGE, "the ticket has %d escalations, and no room for more",
                     DESK_ESCALATIONS_MAX);
    }
    const PtStr text = message.len > 0          ? message
                       : vendor.message.len > 0 ? vendor.message
                                                : row->t.f[DESK_F_TITLE];
    st = st == PT_OK ? add(w, row->t.number, &vendor, text) : st;
    st = st == PT_OK ? feed(w, row, &vendor, text) : st;
    return st == PT_OK ? say(w, row, "escalated", vendor.name, text) : st;
}

PtStatus desk_escalate_of_itself(DeskWriting *w, int64_t number)
{
    DeskRow row;
    PtStr vendor = PT_STR("");
    PtStatus st = desk_load(w->tx, number, w->arena, &row, w->err);
    st = st == PT_OK ? vendor_of(w, row.t.f[DESK_F_SERVICES], &vendor) : st;
    if (st != PT_OK) {
        return st;
    }
    return vendor.len > 0 ? escalate(w, &row, vendor, PT_STR(""))
                          : say(w, &row, "note", PT_STR("Vendor escalation"),
                                PT_STR("none of the services names its vendor"));
}

static PtStatus escalate_in(DeskWriting *w, int64_t number, PtStr vendor, PtStr message)
{
    DeskRow row;
    PtStatus st = desk_text_check("message", message, 0, MESSAGE_MAX, true, w->err);
    st = st == PT_OK ? desk_load(w->tx, number, w->arena, &row, w->err) : st;
    if (st == PT_OK && vendor.len == 0) {
        st = vendor_of(w, row.t.f[DESK_F_SERVICES], &vendor);
    }
    if (st == PT_OK && vendor.len == 0) {
        st = pt_fail(w->err, PT_INVALID, "vendor: none is named, nor by a service of the ticket");
    }
    return st == PT_OK ? escalate(w, &row, vendor, message) : st;
}

PtStatus desk_escalate(Desk *d, const AuditActor *by, int64_t number, PtStr vendor, PtStr message,
                       PtArena *arena, PtError *err)
{
    DeskWriting w;
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    return st == PT_OK ? desk_writing_end(&w, escalate_in(&w, number, vendor, message)) : st;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus copy_escalation(PtSqlTx *tx, PtArena *arena, DeskEscalation *e, PtError *err)
{
    PtStr *const texts[] = {&e->vendor,  &e->contract, &e->contact,
                            &e->message, &e->sent_by,  &e->answer};
    *e = (DeskEscalation){.number = pt_sql_i64(tx, 0),
                          .sent_ms = pt_sql_i64(tx, 7),
                          .due_ms = pt_sql_i64(tx, 8),
                          .answered_ms = pt_sql_i64(tx, 9)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, (int)i + 1));
        if (texts[i]->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for escalations");
        }
    }
    return PT_OK;
}

static PtStatus list_in(PtSqlTx *tx, int64_t number, PtArena *arena, DeskEscalation **ret_list,
                        size_t *ret_count, PtError *err)
{
    DeskEscalation *list = pt_arena_alloc(arena, DESK_ESCALATIONS_MAX, sizeof *list);
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_DESK_ESCALATION_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for escalations");
    if (st != PT_OK) {
        return st;
    }
    *ret_count = 0;
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, DESK_ESCALATIONS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_escalation(tx, arena, &list[*ret_count], err)) == PT_OK) {
        (*ret_count)++;
    }
    pt_sql_done(tx);
    *ret_list = list;
    return st;
}

PtStatus desk_escalations(Desk *d, int64_t number, PtArena *arena, DeskEscalation **ret_list,
                          size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    return st == PT_OK ? list_in(tx, number, arena, ret_list, ret_count, err) : st;
}

/* ---- Answers ----------------------------------------------------------------------------------
 */

static PtStatus get(DeskWriting *w, int64_t ticket, int64_t number, DeskEscalation *ret)
{
    bool row = false;
    PtStatus st = pt_sql_use(w->tx, SQL_DESK_ESCALATION_GET, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    st = pt_sql_step(w->tx, &row, w->err);
    if (st == PT_OK) {
        st = row && pt_sql_i64(w->tx, 10) == ticket
                 ? copy_escalation(w->tx, w->arena, ret, w->err)
                 : pt_fail(w->err, PT_NOT_FOUND, "the ticket has no escalation %lld",
                           (long long)number);
    }
    pt_sql_done(w->tx);
    return st;
}

static PtStatus answer_in(DeskWriting *w, int64_t ticket, int64_t number, PtStr answer)
{
    DeskRow row;
    DeskEscalation e;
    PtStatus st = desk_text_check("answer", answer, 1, MESSAGE_MAX, true, w->err);
    st = st == PT_OK ? desk_load(w->tx, ticket, w->arena, &row, w->err) : st;
    st = st == PT_OK ? get(w, ticket, number, &e) : st;
    if (st == PT_OK && e.answered_ms != 0) {
        st = pt_fail(w->err, PT_CONFLICT, "the vendor has answered already");
    }
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_DESK_ESCALATION_ANSWER, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, number);
    pt_sql_bind_i64(w->tx, 2, w->now_ms);
    pt_sql_bind_text(w->tx, 3, answer);
    st = pt_sql_finish(w->tx, w->err);
    return st == PT_OK ? say(w, &row, "vendor_answered", e.vendor, answer) : st;
}

PtStatus desk_escalation_answer(Desk *d, const AuditActor *by, int64_t number, int64_t escalation,
                                PtStr answer, PtArena *arena, PtError *err)
{
    DeskWriting w;
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    return st == PT_OK ? desk_writing_end(&w, answer_in(&w, number, escalation, answer)) : st;
}
