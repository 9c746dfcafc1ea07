// SPDX-License-Identifier: Apache-2.0
/* One delivery: is it signed, what does it say, what of that is new; into the log, and noted. */
#include "connect/hook_internal.h"

#include "platform/diag.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ARENA = 24 << 20,
    BATCH_MAX = EVENT_BODY_MAX,
    ESCAPED_MAX = 3 << 20, /* of a quarantined body as a JSON text; else base64 */
    REASON_MAX = 150,
    ID_MAX = 100,
};

/* ---- On the loop ----------------------------------------------------------------------------- */

static void note_refused(const Hooks *h, HookLive *live, const HttpRequest *r, HookResult result,
                         int http, const char *reason)
{
    HookDelivery d = {.time_ms = pt_clock_now_ms(h->c.clock),
                      .http = http,
                      .result = result,
                      .bytes = (uint32_t)r->body.len};
    hook_say(d.peer, sizeof d.peer, pt_str(r->peer));
    hook_say(d.agent, sizeof d.agent, http_header(r, "user-agent"));
    hook_say(d.reason, sizeof d.reason, pt_str(reason));
    hook_track_refused(live->track, &d);
}

static bool is_signed(const Hooks *h, const HookLive *live, const HttpRequest *r)
{
    ShopSender sender = live->sender;
    sender.now_ms = pt_clock_now_ms(h->c.machine);
    const bool keyed = live->c.kind->secret != HOOK_SECRET_NONE;
    if ((!keyed || live->secret.len > 0) && sender.kind->is_signed(&sender, live->secret, r)) {
        return true;
    }
    return keyed && live->previous.len > 0 && sender.now_ms < live->c.previous_until_ms &&
           sender.kind->is_signed(&sender, live->previous, r);
}

static PtStatus refuse(const Hooks *h, HookLive *live, const HttpRequest *r, PtStatus st,
                       PtError *err)
{
    const HookResult result = st == PT_TOO_LARGE ? HOOK_TOO_LARGE : HOOK_UNSIGNED;
    note_refused(h, live, r, result, pt_status_http(st), err->message);
    return st;
}

PtStatus hook_check_shape(const HttpRequest *r, PtError *err)
{
    const PtStr coding = http_header(r, "content-encoding");
    if (r->body.len > HOOK_BODY_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the body is over %d bytes", HOOK_BODY_MAX);
    }
    return coding.len == 0 || pt_str_eq_nocase(coding, PT_STR("identity"))
               ? PT_OK
               : pt_fail(err, PT_UNSUPPORTED_MEDIA, "Content-Encoding is not taken here");
}

PtStatus hook_check_signature(const Hooks *h, const HookLive *live, const HttpRequest *r,
                              PtError *err)
{
    return is_signed(h, live, r)
               ? PT_OK
               : pt_fail(err, PT_UNAUTHENTICATED, "%s is missing or wrong, or made at another time",
                         live->c.kind->signature);
}

PtStatus hooks_check(Hooks *h, PtStr id, const HttpRequest *r, HookTicket **ret_ticket,
                     PtStr *ret_answer, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = hook_take(h, id);
    PtError why = {0};
    err = err != NULL ? err : &why;
    *ret_ticket = NULL;
    if (live == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "no such connector");
    }
    PtStatus st = hook_check_shape(r, err);
    if (st == PT_OK && live->sender.kind->is_ping != NULL && live->sender.kind->is_ping(r)) {
        *ret_answer = pt_str(live->sender.kind->answer);
        return PT_OK;
    }
    st = st == PT_OK ? hook_check_signature(h, live, r, err) : st;
    if (st != PT_OK) {
        return refuse(h, live, r, st, err);
    }
    if (!live->c.enabled) {
        note_refused(h, live, r, HOOK_DISABLED, 200, "the connector is disabled");
        *ret_answer = pt_str(live->sender.kind->answer);
        return PT_OK;
    }
    HookTicket *ticket = malloc(sizeof *ticket);
    if (ticket == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a delivery");
    }
    ticket->live = PT_TAKE(live);
    *ret_ticket = ticket;
    return PT_OK;
}

void hooks_drop(Hooks *h, HookTicket *ticket, PtStatus why)
{
    HookDelivery d = {
        .time_ms = pt_clock_now_ms(h->c.clock), .http = pt_status_http(why), .result = HOOK_FAILED};
    hook_say(d.reason, sizeof d.reason, PT_STR("too many deliveries are waiting"));
    hook_track_refused(ticket->live->track, &d);
    hook_release(ticket->live);
    free(ticket);
}

/* ---- What is known --------------------------------------------------------------------------- */

static PtStatus who_of(void *ctx, PtStr owner, PtArena *arena, PtStr *ret_who, PtError *err)
{
    const HookJob *j = ctx;
    HookKnown known;
    char key[SHOP_PATH_MAX + 10];
    const int len = snprintf(key, sizeof key, "whose:%.*s", PT_STR_ARG(owner));
    PtStatus st = hook_object_get(j->h, j->tx, pt_str(j->live->c.id), (PtStr){key, (size_t)len},
                                  arena, &known, err);
    if (st == PT_OK && known.found && known.who.len > 0) {
        *ret_who = known.who;
    }
    return st;
}

/* Whether the event tells of something new. */
static PtStatus is_news(HookJob *j, const ShopEvent *e, bool *ret_news, PtError *err)
{
    HookKnown known;
    *ret_news = true;
    if (e->take == SHOP_ALWAYS || e->object.len == 0) {
        return PT_OK;
    }
    PtStatus st =
        hook_object_get(j->h, j->tx, pt_str(j->live->c.id), e->object, j->arena, &known, err);
    if (st == PT_OK && known.found) {
        *ret_news = e->take == SHOP_ONCE ? j->redrive != 0 && known.version == j->redrive
                                         : e->version == 0 || e->version >= known.version;
    }
    return st;
}

/* Leaves those events that tell something new; *ret_left_out counts the others, which stand behind
 * them. */
static PtStatus sift(HookJob *j, size_t *ret_left_out, PtError *err)
{
    ShopMapped *m = j->mapped;
    PtStatus st = PT_OK;
    size_t kept = 0;
    for (size_t i = 0; st == PT_OK && i < m->count; i++) {
        bool news = true;
        st = is_news(j, &m->events[i], &news, err);
        if (st == PT_OK && news) {
            const ShopEvent known = m->events[kept];
            m->events[kept++] = m->events[i];
            m->events[i] = known;
        }
    }
    *ret_left_out = m->count - kept;
    m->count = kept;
    return st;
}

static PtStatus note_event(HookJob *j, PtSqlTx *tx, const ShopEvent *e, PtError *err)
{
    const PtStr id = pt_str(j->live->c.id);
    PtStatus st = PT_OK;
    if (e->object.len > 0 && e->take != SHOP_ALWAYS) {
        const HookKnown known = {.version = e->take == SHOP_ONCE && j->redrive != 0 ? j->redrive
                                                                                    : e->version};
        st = hook_object_set(j->h, tx, id, e->object, &known, err);
    }
    for (size_t i = 0; st == PT_OK && e->who.len > 0 && i < e->owner_count; i++) {
        char key[SHOP_PATH_MAX + 10];
        const int len = snprintf(key, sizeof key, "whose:%.*s", PT_STR_ARG(e->owners[i]));
        const HookKnown known = {.who = e->who};
        st = hook_object_set(j->h, tx, id, (PtStr){key, (size_t)len}, &known, err);
    }
    return st;
}

/* What came of it and what is known from it, in one transaction. */
static PtStatus note_all(HookJob *j, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(j->h->c.sql, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < j->mapped->count; i++) {
        st = note_event(j, tx, &j->mapped->events[i], err);
    }
    if (st == PT_OK && j->redrive == 0) {
        st = hook_put_delivery(tx, pt_str(j->live->c.id), &j->d, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Into the log ---------------------------------------------------------------------------- */

/* Durable on return. */
static PtStatus send(const HookJob *j, PtStr body, PtStr refused, EventOutcome *ret_outcome,
                     PtError *err)
{
    const HooksConfig *c = &j->h->c;
    EventSource source;
    EventOutcome outcome = {0};
    if (!event_source_by_number(c->sources, j->live->c.source, &source)) {
        return pt_fail(err, PT_UNAVAILABLE, "the source of the connector is gone");
    }
    const EventCall call = {.kind = EVENT_CALL_BATCH,
                            .body = body,
                            .key = pt_str(source.write_key),
                            .peer = PT_STR(""),
                            .refused = refused};
    PtStatus st = events_intake(c->intake, &call, &outcome, err);
    if (st == PT_OK) {
        pt_log_flush(c->log);
        st = event_intake_wait(c->intake, outcome.round, err);
    }
    if (st == PT_OK) {
        *ret_outcome = outcome;
    }
    return st;
}

PtStatus hook_batch(const HookJob *j, size_t from, PtBuf *body, PtError *err)
{
    pt_buf_init(body, BATCH_MAX);
    pt_buf_add_str(body, PT_STR("{\"batch\":["));
    for (size_t i = from; i < j->mapped->count; i++) {
        if (i > from) {
            pt_buf_add_char(body, ',');
        }
        pt_buf_add_str(body, j->mapped->events[i].json);
    }
    pt_buf_add_str(body, PT_STR("]}"));
    const PtStatus st = pt_buf_status(body);
    return st == PT_OK ? PT_OK
                       : pt_fail(err, st == PT_TOO_LARGE ? PT_INVALID : st,
                                 "the events of the delivery are over %d bytes", BATCH_MAX);
}

static PtStatus send_events(HookJob *j, size_t from, EventOutcome *ret_outcome, PtError *err)
{
    PtBuf body;
    PtStatus st = hook_batch(j, from, &body, err);
    st = st == PT_OK ? send(j, pt_buf_str(&body), (PtStr){NULL, 0}, ret_outcome, err) : st;
    pt_buf_done(&body);
    return st;
}

/* False, and nothing is written: it is no text, or its escapes make it too long. */
static bool put_as_text(PtJsonOut *out, PtStr body)
{
    if (!pt_utf8_valid(body) || memchr(body.data, '\0', body.len) != NULL) {
        return false;
    }
    PtBuf buf; // of its own: the failure of a buffer is for good
    pt_buf_init(&buf, ESCAPED_MAX);
    PtJsonOut text = pt_json_out(&buf);
    pt_json_out_str(&text, body);
    const bool fits = pt_buf_status(&buf) == PT_OK;
    if (fits) {
        pt_json_out_key(out, PT_STR("body"));
        pt_json_out_raw(out, pt_buf_str(&buf));
    }
    pt_buf_done(&buf);
    return fits;
}

/* The bytes as a text where they are one that fits, else in base64. */
static void put_body(PtJsonOut *out, PtStr body)
{
    if (put_as_text(out, body)) {
        return;
    }
    const size_t size = sodium_base64_encoded_len(body.len, sodium_base64_VARIANT_ORIGINAL);
    char *encoded = malloc(size);
    if (encoded == NULL) {
        out->buf->status = PT_NO_MEMORY;
        return;
    }
    (void)sodium_bin2base64(encoded, size, (const uint8_t *)body.data, body.len,
                            sodium_base64_VARIANT_ORIGINAL);
    pt_json_put_str(out, "body_base64", (PtStr){encoded, size - 1});
    free(encoded);
}

/* What hooks_remap reads again. */
static PtStatus quarantine(HookJob *j, PtStr body, const char *reason, PtError *err)
{
    PtBuf buf;
    EventOutcome outcome = {0};
    char id[ID_MAX + 100];
    const PtStr delivery = j->head.delivery;
    (void)snprintf(id, sizeof id, "%s:%s:%.*s:0", j->live->c.kind->name, j->sender.mark,
                   (int)(delivery.len < ID_MAX ? delivery.len : ID_MAX),
                   delivery.len > 0 ? delivery.data : "");
    pt_buf_init(&buf, EVENT_BODY_MAX);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("batch"));
    pt_json_out_array(&out);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "messageId", pt_str(id));
    pt_json_put_str(&out, "connector", pt_str(j->live->c.id));
    pt_json_put_str(&out, "topic", j->head.topic);
    pt_json_put_str(&out, "delivery", delivery);
    put_body(&out, body);
    pt_json_out_object_end(&out);
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    size_t len = strlen(reason);
    len = len < REASON_MAX ? len : REASON_MAX;
    PtStatus st = pt_buf_status(&buf) == PT_OK
                      ? send(j, pt_buf_str(&buf), (PtStr){reason, len}, &outcome, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory to keep a delivery");
    pt_buf_done(&buf);
    if (st == PT_OK) {
        j->d.result = HOOK_QUARANTINED;
        j->d.duplicates = outcome.duplicates;
        hook_say(j->d.reason, sizeof j->d.reason, pt_str(reason));
        j->mapped->count = 0;
    }
    return st;
}

/* ---- The delivery ---------------------------------------------------------------------------- */

static PtStatus read_payload(HookJob *j, const HttpRequest *r, PtStr *ret_json, PtError *err)
{
    const ShopKind *kind = j->sender.kind;
    PtStr json = r->body;
    PtStatus st = kind->json != NULL ? kind->json(r->body, j->arena, &json, err) : PT_OK;
    if (st == PT_OK) {
        PtError why = {0};
        if (pt_json_check(json, SHOP_DEPTH_MAX, &why) != PT_OK) {
            st = pt_fail(err, PT_INVALID, "the body is not JSON: %.150s", why.message);
        }
    }
    if (st == PT_OK) {
        st = kind->head(r, json, j->arena, &j->head, err);
    } else {
        (void)!kind->head(r, PT_STR("{}"), j->arena, &j->head, NULL); // for people: what it was
    }
    if (j->head.delivery.len == 0 || j->head.delivery.len > ID_MAX ||
        !pt_utf8_valid(j->head.delivery)) {
        j->head.delivery = shop_digest_id(r->body, j->arena);
    }
    if (j->head.topic.len > 0 && !pt_utf8_valid(j->head.topic)) {
        j->head.topic = PT_STR("");
    }
    j->head.currency = shop_setting(&j->sender, "currency");
    hook_say(j->d.topic, sizeof j->d.topic, j->head.topic);
    hook_say(j->d.delivery, sizeof j->d.delivery, j->head.delivery);
    *ret_json = json;
    return st;
}

static PtStatus map_payload(HookJob *j, PtStr json, size_t *ret_left_out, PtError *err)
{
    PtStatus st = pt_sql_begin(j->h->c.sql, false, &j->tx, err);
    st = st == PT_OK ? shop_map(&j->sender, &j->head, json, j->arena, j->mapped, err) : st;
    st = st == PT_OK ? sift(j, ret_left_out, err) : st;
    pt_sql_rollback(PT_TAKE(j->tx));
    return st;
}

PtStatus hook_understand(HookJob *j, const HttpRequest *r, size_t *ret_left_out, PtError *err)
{
    PtStr json = {NULL, 0};
    PtStatus st = read_payload(j, r, &json, err);
    if (st == PT_OK && j->sender.rule_count == 0) {
        st = pt_fail(err, PT_INVALID, "the connector has no mapping yet");
    }
    st = st == PT_OK ? map_payload(j, json, ret_left_out, err) : st;
    if (st == PT_OK && j->mapped->privacy.rule != NULL && j->h->on_privacy == NULL) {
        st = pt_fail(err, PT_INVALID, "%.*s: nobody here takes privacy requests",
                     PT_STR_ARG(j->head.topic));
    }
    return st;
}

bool hook_is_over(HookJob *j, size_t left_out)
{
    if (j->mapped->count > 0) {
        return false;
    }
    j->d.result = left_out > 0 ? HOOK_STALE : HOOK_IGNORED;
    (void)snprintf(j->d.reason, sizeof j->d.reason, "%s",
                   left_out > 0       ? "told before, or older than what is known"
                   : j->mapped->known ? "nothing is made of it in this state"
                                      : "nothing is made of this topic");
    return true;
}

static PtStatus hand_on(HookJob *j, PtError *err)
{
    const ShopPrivacy *p = &j->mapped->privacy;
    const HookPrivacy request = {
        .kind = p->rule->kind,
        .connector = pt_str(j->live->c.id),
        .connector_name = j->live->c.name,
        .source = j->live->c.source,
        .request = p->request.len > 0 && p->request.len <= ID_MAX ? p->request : j->head.delivery,
        .identifiers = p->identifiers,
        .count = p->count,
        .orders = p->orders,
        .received_ms = j->d.time_ms};
    PtStatus st = j->h->on_privacy(j->h->privacy_ctx, &request, err);
    if (st != PT_OK) {
        return pt_status_http(st) >= 500 ? st : PT_UNAVAILABLE;
    }
    j->d.result = HOOK_PRIVACY;
    return PT_OK;
}

static PtStatus land(HookJob *j, size_t left_out, PtError *err)
{
    EventOutcome o = {0};
    if (hook_is_over(j, left_out)) {
        return PT_OK;
    }
    PtStatus st = send_events(j, 0, &o, err);
    if (st != PT_OK) {
        return st;
    }
    j->d.result = o.discarded > 0 ? HOOK_IGNORED : HOOK_LANDED;
    j->d.events = o.accepted + o.quarantined;
    j->d.duplicates = o.duplicates;
    j->bad_events = o.quarantined;
    if (o.discarded > 0) {
        (void)snprintf(j->d.reason, sizeof j->d.reason, "its source is disabled");
        j->mapped->count = 0; // nothing is known from what was dropped
    } else if (o.quarantined > 0) {
        (void)snprintf(j->d.reason, sizeof j->d.reason, "%u of its events were quarantined",
                       o.quarantined);
    }
    return PT_OK;
}

/* Whatever is wrong with what it says is kept for people; what is wrong here is told to the vendor.
 */
static PtStatus take(HookJob *j, const HttpRequest *r, PtError *err)
{
    size_t left_out = 0;
    if (j->live->c.kind->mapped_by_people) {
        hook_track_sample(j->live->track, r->body, pt_clock_now_ms(j->h->c.machine));
    }
    PtStatus st = hook_understand(j, r, &left_out, err);
    if (st == PT_OK) {
        st = j->mapped->privacy.rule != NULL ? hand_on(j, err) : land(j, left_out, err);
    }
    if (st == PT_INVALID || st == PT_TOO_LARGE) {
        const PtError why = *err;
        st = quarantine(j, r->body, why.message, err);
    }
    return st;
}

bool hook_job_open(HookJob *j, Hooks *h, HookLive *live)
{
    *j = (HookJob){.h = h, .live = live, .sender = live->sender};
    j->sender.now_ms = pt_clock_now_ms(h->c.machine);
    j->sender.who = who_of;
    j->sender.ctx = j;
    j->arena = pt_arena_new(ARENA);
    j->mapped = j->arena != NULL ? pt_arena_alloc(j->arena, 1, sizeof *j->mapped) : NULL;
    return j->mapped != NULL;
}

void hook_job_close(HookJob *j)
{
    pt_arena_free(j->arena);
}

static PtStatus deliver(HookJob *j, const HttpRequest *r, PtError *err)
{
    HookTrack *t = j->live->track;
    j->d.time_ms = pt_clock_now_ms(j->h->c.clock);
    j->d.http = 200;
    j->d.bytes = (uint32_t)r->body.len;
    hook_say(j->d.peer, sizeof j->d.peer, pt_str(r->peer));
    hook_say(j->d.agent, sizeof j->d.agent, http_header(r, "user-agent"));
    (void)pthread_mutex_lock(&t->ordering);
    (void)pthread_mutex_lock(&t->lock);
    j->d.number = t->health.deliveries + 1; // none other is between here and hook_track_good
    (void)pthread_mutex_unlock(&t->lock);
    PtStatus st = take(j, r, err);
    st = st == PT_OK ? note_all(j, err) : st;
    if (st == PT_OK) {
        hook_track_good(t, &j->d, j->bad_events, pt_clock_now_ms(j->h->c.machine));
    }
    (void)pthread_mutex_unlock(&t->ordering);
    return st;
}

/* The vendor hears that it can come again; what is wrong is for the operator. */
static PtStatus failed(Hooks *h, HookLive *live, const HttpRequest *r, PtStatus st,
                       const PtError *why, PtError *err)
{
    note_refused(h, live, r, HOOK_FAILED, st == PT_BUSY ? 429 : 503, why->message);
    pt_diag(PT_DIAG_ERROR, "connectors", "a delivery cannot be taken",
            PT_F_STR("connector", pt_str(live->c.id)), PT_F_STR("problem", pt_str(why->message)));
    return pt_fail(err, st == PT_BUSY ? PT_BUSY : PT_UNAVAILABLE,
                   "not possible right now: send it again later");
}

PtStatus hooks_deliver(Hooks *h, HookTicket *ticket, const HttpRequest *r, PtStr *ret_answer,
                       PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = ticket->live;
    HookJob j;
    PtError why = {0};
    free(ticket);
    PtStatus st = hook_job_open(&j, h, live)
                      ? deliver(&j, r, &why)
                      : pt_fail(&why, PT_NO_MEMORY, "no memory for a delivery");
    hook_job_close(&j);
    if (st != PT_OK) {
        return failed(h, live, r, st, &why, err);
    }
    *ret_answer = pt_str(live->sender.kind->answer);
    return PT_OK;
}

/* ---- Redrive --------------------------------------------------------------------------------- */

static PtStr member_text(const ShopScope *s, const char *name)
{
    PtStr raw = {NULL, 0};
    const PtStr text = shop_find(s, pt_str(name), &raw) ? shop_text(s, raw) : (PtStr){NULL, 0};
    return text;
}

static PtStr body_of(const ShopScope *s)
{
    const PtStr text = member_text(s, "body"), encoded = member_text(s, "body_base64");
    size_t len = 0;
    if (text.data != NULL || encoded.data == NULL) {
        return text;
    }
    char *bytes = pt_arena_alloc(s->arena, encoded.len + 1, 1);
    return bytes != NULL &&
                   sodium_base642bin((uint8_t *)bytes, encoded.len, encoded.data, encoded.len, NULL,
                                     &len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0
               ? (PtStr){bytes, len}
               : (PtStr){NULL, 0};
}

/* Under the track's lock. */
static PtStatus remap(HookJob *j, PtStr body, PtArena *arena, PtStr *ret_event, PtError *err)
{
    const ShopKind *kind = j->sender.kind;
    PtStr json = body;
    size_t left_out = 0;
    EventOutcome outcome = {0};
    PtStatus st = kind->json != NULL ? kind->json(body, j->arena, &json, err) : PT_OK;
    st = st == PT_OK ? map_payload(j, json, &left_out, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (j->mapped->privacy.rule != NULL) {
        return pt_fail(err, PT_INVALID, "a privacy request is not an event: make it by hand");
    }
    if (j->mapped->count == 0) {
        return pt_fail(err, PT_INVALID,
                       left_out > 0 ? "what it tells is known by now" : "nothing is made of it");
    }
    st = j->mapped->count > 1 ? send_events(j, 1, &outcome, err) : PT_OK;
    if (st == PT_OK && outcome.discarded > 0) {
        return pt_fail(err, PT_CONFLICT, "its source is disabled");
    }
    st = st == PT_OK ? note_all(j, err) : st;
    if (st != PT_OK) {
        return st;
    }
    *ret_event = pt_arena_str(arena, j->mapped->events[0].json);
    return ret_event->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a redrive");
}

PtStatus hooks_remap(void *ctx, const PtRecord *record, PtArena *arena, PtStr *ret_event,
                     PtError *err)
{
    Hooks *h = ctx;
    EventView v;
    HookJob j;
    const ShopHead none = {.topic = PT_STR("")};
    PtStatus st = event_payload_read(record, &v, err);
    if (st != PT_OK) {
        return st;
    }
    const ShopScope s = {v.raw, v.raw, &none, arena};
    PT_CLEANUP(hook_releasep) HookLive *live = NULL;
    const PtStr id = member_text(&s, "connector"), body = body_of(&s);
    live = id.data != NULL ? hook_take(h, id) : NULL;
    if (live == NULL || body.data == NULL) {
        return pt_fail(err, live == NULL ? PT_NOT_FOUND : PT_INVALID,
                       live == NULL ? "its connector is gone" : "its body does not read");
    }
    if (!hook_job_open(&j, h, live)) {
        hook_job_close(&j);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a redrive");
    }
    j.head = (ShopHead){.topic = member_text(&s, "topic"),
                        .delivery = member_text(&s, "delivery"),
                        .currency = shop_setting(&j.sender, "currency")};
    j.redrive = -1 - (int64_t)record->position.offset;
    (void)pthread_mutex_lock(&live->track->ordering);
    st = remap(&j, body, arena, ret_event, err);
    (void)pthread_mutex_unlock(&live->track->ordering);
    hook_job_close(&j);
    return st;
}
