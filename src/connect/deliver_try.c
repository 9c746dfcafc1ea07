// SPDX-License-Identifier: Apache-2.0
/* One request now, for a person who looks at it. */
#include "connect/destination_internal.h"

#include "base/json.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum {
    TRY_ARENA = 16 << 20,
    TRY_LIMIT_MS = 15000,
    SHOWN_MAX = 16 << 10,
    ANSWER_SHOWN = 4 << 10,
    SAMPLE_MAX = 4 << 10,
};

typedef struct Trial {
    ConnectDestinations *ds;
    PtArena *arena; /* of the caller */
    DeliverPlan *plan;
    PtLogReader *reader;
    PtBuf payload; /* of the made-up event */
    DeliverShot shot;
    bool has_shot;
    PtRecord record;
    EventView view;
} Trial;

static void trial_done(Trial *t)
{
    if (t->has_shot) {
        deliver_shot_done(&t->shot);
    }
    pt_buf_done(&t->payload);
    pt_log_reader_close(t->reader);
    deliver_plan_free(t->plan);
}

/* An order as a shop would send it; the names say that it is none. */
static PtStatus make_sample(Trial *t, PtError *err)
{
    char raw[SAMPLE_MAX], stamp[PT_TIME_TEXT];
    const int64_t now_ms = pt_clock_now_ms(t->ds->c.clock);
    (void)pt_time_format(now_ms, stamp);
    const int len = snprintf(
        raw, sizeof raw,
        "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"patron-test-%lld\","
        "\"userId\":\"patron-test\",\"anonymousId\":\"patron-test\",\"timestamp\":\"%s\","
        "\"properties\":{\"order_id\":\"patron-test-%lld\",\"total\":12.5,\"revenue\":12.5,"
        "\"currency\":\"EUR\",\"products\":[{\"product_id\":\"patron-test\",\"sku\":\"patron-"
        "test\","
        "\"name\":\"Test\",\"price\":12.5,\"quantity\":1}]},\"context\":{\"page\":{\"url\":"
        "\"https://example.com/patron-test\"},\"ip\":\"192.0.2.1\",\"userAgent\":\"Patron test\","
        "\"traits\":{\"email\":\"patron-test@example.com\"}}}",
        (long long)now_ms, stamp, (long long)now_ms);
    const PtStr text = {raw, (size_t)len};
    char id[64];
    (void)snprintf(id, sizeof id, "patron-test-%lld", (long long)now_ms);
    const EventView view = {.type = EVENT_TRACK,
                            .message_id = pt_str(id),
                            .name = PT_STR("Order Completed"),
                            .user_id = PT_STR("patron-test"),
                            .anonymous_id = PT_STR("patron-test"),
                            .original_ms = now_ms,
                            .received_ms = now_ms,
                            .timestamp_ms = now_ms,
                            .has_original = true,
                            .raw = text};
    event_payload_write(&t->payload, &view);
    if (pt_buf_status(&t->payload) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a test");
    }
    t->record = (PtRecord){.position = {0, pt_log_end(t->ds->c.log, 0)},
                           .time_ms = now_ms,
                           .klass = PT_RECORD_EVENT,
                           .type = EVENT_TRACK,
                           .payload = pt_buf_str(&t->payload)};
    return event_payload_read(&t->record, &t->view, err);
}

static PtStatus take_event(Trial *t, uint64_t position, PtError *err)
{
    const PtRecord *r = NULL;
    size_t count = 0;
    if (position == UINT64_MAX) {
        return make_sample(t, err);
    }
    PtStatus st = pt_log_reader_open(t->ds->c.log, NULL, 0, position, &t->reader, err);
    st = st == PT_OK ? pt_log_fetch(t->reader, 1, true, &r, &count, err) : st;
    if (st == PT_OK && (count == 0 || r->klass != PT_RECORD_EVENT || r->source == 0 ||
                        r->position.offset != position || (r->flags & EVENT_ERASED) != 0)) {
        st = pt_fail(err, PT_NOT_FOUND, "the log has no event of a source at that position");
    }
    if (st != PT_OK) {
        return st;
    }
    t->record = *r;
    return event_payload_read(r, &t->view, err);
}

/* Of the made-up event nobody has to be asked. */
static PtStatus ask_consent(Trial *t, bool sample, ConnectTry *out, PtError *err)
{
    const ConnectHooks *h = &t->ds->c.hooks;
    PtStr purpose = {NULL, 0};
    bool allowed = false;
    if (sample || t->plan->purpose_count == 0) {
        return PT_OK;
    }
    PtStatus st = h->consent != NULL
                      ? h->consent(h->ctx, &t->view, t->record.position.offset, t->plan->purposes,
                                   t->plan->purpose_count, &allowed, &purpose)
                      : PT_UNAVAILABLE;
    if (st != PT_OK) {
        return pt_fail(err, st, "whether consent was given is not known yet");
    }
    if (!allowed) {
        char why[120];
        (void)snprintf(why, sizeof why, "consent: %.*s", (int)(purpose.len < 80 ? purpose.len : 80),
                       purpose.data);
        out->skipped = pt_arena_str(t->arena, pt_str(why));
    }
    return PT_OK;
}

static PtStatus encode(Trial *t, bool sample, ConnectTry *out, PtError *err)
{
    const ConnectBatch batch = {.now_ms = pt_clock_now_ms(t->ds->c.clock),
                                .first = t->record.position.offset,
                                .last = t->record.position.offset,
                                .test = true};
    ConnectOutEvent event;
    ConnectPiece piece = {.skip = NULL};
    DeliverSubject subject = {.record = &t->record, .view = &t->view};
    PtStatus st = sample ? PT_OK // it is nobody's
                         : deliver_person_read(&t->ds->c, t->plan, t->shot.arena, &subject, err);
    if (st == PT_OK) {
        st = deliver_out_event(&t->ds->c, t->plan, &subject, t->shot.arena, &event, err);
    }
    connect_request_init(&t->shot.request, t->plan->settings.kind->bytes_max);
    t->shot.encoded = true;
    if (st == PT_OK) {
        st = connect_encode_one(&t->plan->settings, &event, &batch, t->shot.arena, &piece,
                                &t->shot.request, err);
    }
    if (st == PT_OK) {
        out->skipped = pt_arena_str(t->arena, pt_str(piece.skip != NULL ? piece.skip : ""));
        out->note = pt_arena_str(t->arena, piece.note.data != NULL ? piece.note : PT_STR(""));
    }
    return st;
}

static PtStatus show_request(Trial *t, ConnectTry *out, PtError *err)
{
    PtBuf shown;
    pt_buf_init(&shown, 4 * SHOWN_MAX);
    connect_request_show(&t->plan->settings, &t->shot.request, SHOWN_MAX, &shown);
    out->request = pt_buf_status(&shown) == PT_OK ? pt_arena_str(t->arena, pt_buf_str(&shown))
                                                  : (PtStr){NULL, 0};
    pt_buf_done(&shown);
    return out->request.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a test");
}

static void judge(Trial *t, const DeliverAnswer *a, ConnectTry *out)
{
    char why[CONNECT_WHY_MAX] = "";
    const ConnectKind *kind = t->plan->settings.kind;
    ConnectVerdict verdict = CONNECT_AGAIN;
    const size_t shown = a->body.len < ANSWER_SHOWN ? a->body.len : ANSWER_SHOWN;
    if (a->answered) {
        out->status = a->status;
        out->answer = pt_arena_str(t->arena, (PtStr){a->body.data, shown});
        verdict = kind->judge(&t->plan->settings, a->status, a->body, 1, true, why);
    } else if (a->refused_address) {
        verdict = CONNECT_STOP;
        (void)snprintf(why, sizeof why, "the address %s is not a public one",
                       t->shot.guard.refused);
    } else if (a->written && a->why == NULL) {
        verdict = CONNECT_DELIVERED;
    } else {
        (void)snprintf(why, sizeof why, "no answer: %.180s", a->why);
    }
    out->verdict = pt_str(connect_verdict_name(verdict));
    out->why = pt_arena_str(t->arena, pt_str(why));
}

static PtStatus send_it(Trial *t, ConnectTry *out, PtError *err)
{
    const ConnectKind *kind = t->plan->settings.kind;
    DeliverAnswer answer = {.written = true};
    PtError why = {0};
    const int64_t begun_ms = pt_mono_ms();
    if (kind->write != NULL) {
        PtStatus st = kind->write(t->ds->c.fs, &t->plan->settings, &t->shot.request, &why);
        answer.why = st == PT_OK ? NULL : why.message;
    } else {
        PtStatus st = deliver_shot_prepare(&t->shot, t->ds->c.net, TRY_LIMIT_MS, err);
        if (st != PT_OK) {
            return st;
        }
        deliver_shot_answer(&t->shot, curl_easy_perform(t->shot.easy), &answer);
    }
    out->sent = true;
    out->took_ms = pt_mono_ms() - begun_ms;
    judge(t, &answer, out);
    return PT_OK;
}

/* Told before anything leaves. */
static PtStatus prepare(Trial *t, PtStr id, uint64_t position, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DestinationRow row;
    char detail[64] = "{\"sample\":true}";
    if (position != UINT64_MAX) {
        (void)snprintf(detail, sizeof detail, "{\"position\":%llu}", (unsigned long long)position);
    }
    PtStatus st = pt_sql_begin(t->ds->c.sql, true, &tx, err);
    st = st == PT_OK ? destination_read(tx, id, t->arena, &row, err) : st;
    st = st == PT_OK ? deliver_plan_new(&t->ds->c, &row, &t->plan, err) : st;
    st = st == PT_OK ? take_event(t, position, err) : st;
    st = st == PT_OK ? destination_audit(tx, &row, by, "destination.tested", pt_str(detail), err)
                     : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus connect_destination_try(ConnectDestinations *ds, PtStr id, uint64_t position,
                                 const AuditActor *by, PtArena *arena, ConnectTry *ret_try,
                                 PtError *err)
{
    Trial t = {.ds = ds, .arena = arena};
    ConnectTry out = {.sent = false};
    pt_buf_init(&t.payload, 4 * SAMPLE_MAX);
    PtStatus st = prepare(&t, id, position, by, err);
    st = st == PT_OK ? deliver_shot_init(&t.shot, TRY_ARENA, err) : st;
    t.has_shot = st == PT_OK;
    st = st == PT_OK ? ask_consent(&t, position == UINT64_MAX, &out, err) : st;
    if (st == PT_OK && out.skipped.len == 0) {
        st = encode(&t, position == UINT64_MAX, &out, err);
        if (st == PT_OK && out.skipped.len == 0) {
            st = show_request(&t, &out, err);
            st = st == PT_OK ? send_it(&t, &out, err) : st;
        }
    }
    trial_done(&t);
    if (st == PT_OK) {
        *ret_try = out;
    }
    return st;
}
