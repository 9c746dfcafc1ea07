// SPDX-License-Identifier: Apache-2.0
#include "events/intake.h"

#include "base/hash.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "events/body_internal.h"
#include "events/pending_internal.h"
#include "events/plans_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    RECORD_OVERHEAD = 160, // of an event in the log beside its own and the batch's text, about
    PLAN_OVERHEAD = EVENT_PLAN_NOTE_MAX, // what a plan may say of it
    RANDOM_POOL = 1000,
    UUID_RANDOM = 10,
    PAYLOAD_KEEP = 256 << 10,
    DERIVED_TEXT = sizeof "derived-" - 1 + 32,
};

struct EventIntake {
    EventIntakeConfig config;
    pthread_mutex_t call_lock; // one call at a time: everything below but `pending`
    EventBody body;
    PtBuf scratch, payload;
    PtHash128 ids[EVENT_BODY_STAGED];
    DedupeVerdict verdicts[EVENT_BODY_STAGED];
    uint8_t random[RANDOM_POOL];
    size_t random_used;
    EventPending pending;
    EventPlan *plan;     // of the call's source, held; NULL: none
    EventSchemaRun *run; // made with the first plan
    void (*on_duplicates)(void *ctx, uint32_t source, uint32_t events);
    void *on_duplicates_ctx;
    const ErasedRegister *erased; // NULL: nobody was erased
    EventNamesFn *names;
    void *names_ctx;
    _Atomic uint64_t suppressed[EVENT_SUPPRESSED_SOURCES]; // by source
};

PtStatus event_intake_new(const EventIntakeConfig *config, EventIntake **ret_intake, PtError *err)
{
    EventIntake *in = calloc(1, sizeof *in);
    if (in == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the intake");
    }
    in->config = *config;
    in->random_used = RANDOM_POOL;
    (void)pthread_mutex_init(&in->call_lock, NULL);
    pt_buf_init(&in->scratch, EVENT_BODY_MAX * 2);
    pt_buf_init(&in->payload, PT_LOG_PAYLOAD_MAX);
    PtStatus st = event_body_init(&in->body, err);
    st = st == PT_OK ? event_pending_init(&in->pending, config->log, config->dedupe, err) : st;
    if (st != PT_OK) {
        event_intake_free(in);
        return st;
    }
    *ret_intake = in;
    return PT_OK;
}

void event_intake_free(EventIntake *in)
{
    if (in == NULL) {
        return;
    }
    event_pending_done(&in->pending);
    event_schema_run_free(in->run);
    event_body_done(&in->body);
    pt_buf_done(&in->scratch);
    pt_buf_done(&in->payload);
    (void)pthread_mutex_destroy(&in->call_lock);
    free(in);
}

void event_intake_on_duplicates(EventIntake *in,
                                void (*fn)(void *ctx, uint32_t source, uint32_t events), void *ctx)
{
    in->on_duplicates = fn;
    in->on_duplicates_ctx = ctx;
}

void event_intake_erased(EventIntake *in, const ErasedRegister *erased, EventNamesFn *names,
                         void *ctx)
{
    in->erased = erased;
    in->names = names;
    in->names_ctx = ctx;
}

uint64_t event_intake_suppressed(const EventIntake *in, uint32_t source)
{
    return source < EVENT_SUPPRESSED_SOURCES
               ? atomic_load_explicit(&in->suppressed[source], memory_order_relaxed)
               : 0;
}

static void count_suppressed(EventIntake *in, uint32_t source, uint32_t events)
{
    const uint32_t at = source < EVENT_SUPPRESSED_SOURCES ? source : 0;
    (void)atomic_fetch_add_explicit(&in->suppressed[at], events, memory_order_relaxed);
}

void event_intake_settle_calls(EventIntake *in)
{
    (void)pthread_mutex_lock(&in->call_lock);
    (void)pthread_mutex_unlock(&in->call_lock);
}

void event_intake_round(EventIntake *in, uint64_t round, PtStatus status)
{
    event_pending_round(&in->pending, round, status);
}

PtStatus event_intake_wait(EventIntake *in, uint64_t round, PtError *err)
{
    return event_pending_wait(&in->pending, round, err);
}

static PtStatus find_source(EventIntake *in, PtStr key, EventSource *ret_source, PtError *err)
{
    if (key.len == 0) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the call has no write key");
    }
    if (!event_source_by_key(in->config.sources, key, ret_source)) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the write key is unknown");
    }
    return PT_OK;
}

/* The plan that the source has now; the intake lets go of it when the call is done. */
static PtStatus take_plan(EventIntake *in, uint32_t source, PtError *err)
{
    in->plan = in->config.plans != NULL ? event_plans_of(in->config.plans, source) : NULL;
    if (in->plan != NULL && in->run == NULL) {
        in->run = event_schema_run_new();
    }
    return in->plan == NULL || in->run != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory to judge by a plan");
}

static void drop_plan(EventIntake *in)
{
    event_plan_release(in->plan);
    in->plan = NULL;
}

static PtStr fresh_id(EventIntake *in, int64_t now_ms, PtArena *arena)
{
    if (in->random_used + UUID_RANDOM > RANDOM_POOL) {
        pt_random_bytes(in->random, RANDOM_POOL);
        in->random_used = 0;
    }
    char text[PT_UUID_TEXT];
    PtUuid id = pt_uuid7(now_ms, in->random + in->random_used);
    in->random_used += UUID_RANDOM;
    return pt_arena_str(arena, pt_uuid_format(id, text));
}

/* Equal for what a client sends again, whatever it then writes into sentAt. */
static PtStr derived_id(EventIntake *in, PtStr raw, PtArena *arena)
{
    pt_buf_clear(&in->scratch, PAYLOAD_KEEP);
    event_lasting_text(raw, &in->scratch);
    if (pt_buf_status(&in->scratch) != PT_OK) {
        return (PtStr){NULL, 0};
    }
    PtHash128 h = pt_hash128(pt_buf_str(&in->scratch), in->config.hash_key);
    char text[DERIVED_TEXT + 1] = "derived-";
    uint8_t bytes[16];
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(h.hi >> (56 - 8 * i));
        bytes[8 + i] = (uint8_t)(h.lo >> (56 - 8 * i));
    }
    pt_hex(bytes, sizeof bytes, text + sizeof "derived-" - 1);
    return pt_arena_str(arena, (PtStr){text, DERIVED_TEXT});
}

static PtHash128 id_hash(EventIntake *in, uint32_t source, PtStr message_id)
{
    pt_buf_clear(&in->scratch, PAYLOAD_KEEP);
    uint8_t number[4] = {(uint8_t)source, (uint8_t)(source >> 8), (uint8_t)(source >> 16),
                         (uint8_t)(source >> 24)};
    pt_buf_add(&in->scratch, number, sizeof number);
    pt_buf_add_str(&in->scratch, message_id);
    return pt_hash128(pt_buf_str(&in->scratch), in->config.hash_key);
}

/* A message id, and the id that dedupe knows it by. */
static PtStatus settle_id(EventIntake *in, EventDraft *d, uint32_t source, PtHash128 *ret_id,
                          PtError *err)
{
    EventView *v = &d->view;
    if (v->message_id.len == 0) {
        d->flags |= EVENT_DERIVED_ID;
        PtArena *arena = in->body.text.arena;
        v->message_id =
            v->has_original ? derived_id(in, v->raw, arena) : fresh_id(in, v->received_ms, arena);
    }
    *ret_id = id_hash(in, source, v->message_id);
    if (v->message_id.data == NULL || pt_buf_status(&in->scratch) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a message id");
    }
    return PT_OK;
}

/* What a batch's own members do to each of its events. */
static PtStatus apply_common(EventBody *b, EventDraft *d, PtError *err)
{
    if (!b->batch) {
        return PT_OK;
    }
    d->view.common = pt_buf_str(&b->common);
    d->flags |= b->common_flags;
    d->direct = d->direct >= 0 ? d->direct : b->direct;
    if (d->view.reason != EVENT_REASON_NONE) {
        return PT_OK;
    }
    if (b->common.len > EVENT_MAX_BYTES) {
        return event_refuse(d, &b->text, EVENT_REASON_TOO_LARGE, err,
                            "the batch adds %zu bytes of at most %d", b->common.len,
                            EVENT_MAX_BYTES);
    }
    if (b->common_depth > EVENT_MAX_DEPTH) {
        return event_refuse(d, &b->text, EVENT_REASON_TOO_DEEP, err,
                            "the batch adds %u levels of at most %d", b->common_depth,
                            EVENT_MAX_DEPTH);
    }
    return PT_OK;
}

static PtStatus append(EventIntake *in, const EventDraft *d, uint32_t source, PtHash128 id,
                       uint64_t *ret_round, uint64_t *ret_offset, PtError *err)
{
    pt_buf_clear(&in->payload, PAYLOAD_KEEP);
    event_payload_write(&in->payload, &d->view);
    if (pt_buf_status(&in->payload) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an event");
    }
    bool quarantined = d->view.reason != EVENT_REASON_NONE;
    PtRecord r = {.time_ms = d->view.received_ms,
                  .klass = quarantined ? PT_RECORD_QUARANTINE : PT_RECORD_EVENT,
                  .type = (uint8_t)d->view.type,
                  .flags = d->flags,
                  .source = source,
                  .id_hash = id,
                  .payload = pt_buf_str(&in->payload)};
    return pt_log_append(in->config.log, &r, ret_round, ret_offset, err);
}

static EventStampRules stamp_rules(const EventSource *source, const EventBody *b,
                                   int64_t received_ms)
{
    return (EventStampRules){.received_ms = received_ms,
                             .historical = source->historical,
                             .skew = source->skew,
                             .has_sent = b->batch && b->has_sent,
                             .sent_ms = b->sent_ms};
}

/* Whether the event is of somebody who was erased after it. */
static PtStatus is_erased(EventIntake *in, const EventView *v, bool *ret_erased, PtError *err)
{
    ErasedName names[EVENT_NAMES_MAX];
    size_t count = 0;
    *ret_erased = false;
    if (erased_is_empty(in->erased)) {
        return PT_OK;
    }
    PtStatus st = in->names(in->names_ctx, v, in->body.text.arena, names, &count, err);
    for (size_t i = 0; st == PT_OK && !*ret_erased && i < count; i++) {
        *ret_erased = erased_holds(in->erased, names[i].type, names[i].value, v->timestamp_ms);
    }
    return st;
}

/* The drafts at hand become events, but for those of persons who were erased. */
static PtStatus prepare(EventIntake *in, const EventCall *call, const EventSource *source,
                        const EventStampRules *rules, EventOutcome *o, PtError *err)
{
    EventBody *b = &in->body;
    PtStatus st = PT_OK;
    size_t kept = 0;
    for (size_t i = 0; st == PT_OK && i < b->count; i++) {
        EventDraft *d = &b->drafts[kept];
        bool erased = false;
        if (kept < i) {
            *d = b->drafts[i];
        }
        st = apply_common(b, d, err);
        if (call->refused.len > 0 && st == PT_OK) {
            st = event_refuse(d, &b->text, EVENT_REASON_UNMAPPED_DELIVERY, err, "%.*s",
                              PT_STR_ARG(call->refused));
        }
        if (in->plan != NULL && st == PT_OK) {
            st = event_plan_apply(in->plan, in->run, d, &b->text, err);
        }
        event_stamp(d, rules);
        if (call->keep_peer || d->direct > 0) {
            d->view.ip = call->peer;
        }
        st = st == PT_OK ? settle_id(in, d, source->number, &in->ids[kept], err) : st;
        st = st == PT_OK ? is_erased(in, &d->view, &erased, err) : st;
        kept += !erased;
        o->suppressed += erased;
    }
    b->count = kept;
    return st;
}

/* The drafts at hand go into the log, but for those that were there before. */
static PtStatus store(EventIntake *in, const EventSource *source, int64_t received_ms,
                      EventOutcome *o, PtError *err)
{
    EventBody *b = &in->body;
    EventPending *p = &in->pending;
    PtStatus st = event_pending_check(p, in->ids, b->count, received_ms, in->verdicts, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; st == PT_OK && i < b->count; i++) {
        if (in->verdicts[i] == DEDUPE_SEEN) {
            o->duplicates++;
            continue;
        }
        uint64_t round = 0, offset = 0;
        st = append(in, &b->drafts[i], source->number, in->ids[i], &round, &offset, err);
        if (st == PT_OK) {
            event_pending_landed(p, in->ids[i], received_ms, round, offset);
            o->quarantined += b->drafts[i].view.reason != EVENT_REASON_NONE;
            o->accepted += b->drafts[i].view.reason == EVENT_REASON_NONE;
        }
    }
    PtStatus sealed = event_pending_seal(p, st == PT_OK, NULL); // repaired by the next call if not
    if (st == PT_OK && sealed != PT_OK) {
        return pt_fail(err, sealed, "message ids cannot be kept right now");
    }
    return st;
}

static PtStatus store_all(EventIntake *in, const EventCall *call, const EventSource *source,
                          EventOutcome *o, PtError *err)
{
    int64_t received_ms = pt_clock_now_ms(in->config.clock);
    EventStampRules rules = stamp_rules(source, &in->body, received_ms);
    PtStatus st = PT_OK;
    event_pending_enter(&in->pending);
    while (st == PT_OK && in->body.count > 0) {
        st = prepare(in, call, source, &rules, o, err);
        if (st == PT_OK && in->body.count > 0) {
            st = store(in, source, received_ms, o, err);
        }
        st = st == PT_OK ? event_body_more(&in->body, err) : st;
    }
    st = st == PT_OK ? event_pending_outcome(&in->pending, &o->round, err) : st;
    event_pending_leave(&in->pending);
    return st;
}

static PtStatus take(EventIntake *in, const EventCall *call, EventSource *source, EventOutcome *o,
                     PtError *err)
{
    EventBody *b = &in->body;
    PtStatus st = event_body_cut(b, call, err);
    if (st == PT_OK && source->number == 0) {
        st = find_source(in, b->write_key, source, err);
    }
    if (st != PT_OK) {
        return st;
    }
    o->source = source->number;
    if (!source->enabled) {
        o->discarded = (uint32_t)b->items;
        return PT_OK;
    }
    PtStatus planned = take_plan(in, source->number, err);
    if (planned != PT_OK) {
        return planned;
    }
    // each event is stored with what its batch adds and what a plan may say of it
    size_t overhead = RECORD_OVERHEAD + (in->plan != NULL ? (size_t)PLAN_OVERHEAD : 0);
    if (b->items * (overhead + b->common.len) + call->body.len > (size_t)EVENT_CALL_LOG_MAX) {
        return pt_fail(err, PT_TOO_LARGE,
                       "%zu events with %zu bytes of the batch each are over %d bytes", b->items,
                       b->common.len, EVENT_CALL_LOG_MAX);
    }
    return store_all(in, call, source, o, err);
}

PtStatus events_intake(EventIntake *in, const EventCall *call, EventOutcome *ret_outcome,
                       PtError *err)
{
    EventSource source = {0};
    if (call->body.len > EVENT_BODY_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the body is over %d bytes", EVENT_BODY_MAX);
    }
    if (call->key.len > 0) {
        PtStatus st = find_source(in, call->key, &source, err);
        if (st != PT_OK) {
            return st;
        }
    }
    EventOutcome o = {0};
    (void)pthread_mutex_lock(&in->call_lock);
    PtStatus st = take(in, call, &source, &o, err);
    drop_plan(in);
    event_body_trim(&in->body);
    (void)pthread_mutex_unlock(&in->call_lock);
    if (st == PT_OK) {
        *ret_outcome = o;
    }
    if (st == PT_OK && o.suppressed > 0) {
        count_suppressed(in, o.source, o.suppressed);
    }
    if (st == PT_OK && o.duplicates > 0 && in->on_duplicates != NULL) {
        in->on_duplicates(in->on_duplicates_ctx, o.source, o.duplicates);
    }
    return st;
}

/* Judges the text again as the event that it was to be: drafts[0]. */
static PtStatus judge_again(EventIntake *in, const PtRecord *quarantined, PtStr patch, PtError *err)
{
    EventView old;
    PtStatus st = event_payload_read(quarantined, &old, err);
    EventBody *b = &in->body;
    EventDraft *d = &b->drafts[0];
    if (st == PT_OK && patch.len > 0) { // a corrected type counts
        st = event_body_again(b, patch, old.common, EVENT_UNKNOWN, err);
    }
    if (st == PT_OK && (patch.len == 0 || d->view.type == EVENT_UNKNOWN)) {
        st = event_body_again(b, patch.len > 0 ? patch : old.raw, old.common, old.type, err);
    }
    EventSource source;
    if (st == PT_OK && !event_source_by_number(in->config.sources, quarantined->source, &source)) {
        st = pt_fail(err, PT_NOT_FOUND, "source %u is gone", quarantined->source);
    }
    st = st == PT_OK ? apply_common(b, d, err) : st;
    st = st == PT_OK ? take_plan(in, source.number, err) : st;
    if (st == PT_OK && in->plan != NULL) {
        st = event_plan_apply(in->plan, in->run, d, &b->text, err);
    }
    if (st != PT_OK) {
        return st;
    }
    EventStampRules rules = stamp_rules(&source, b, quarantined->time_ms);
    event_stamp(d, &rules);
    if (d->view.reason != EVENT_REASON_NONE) {
        return pt_fail(err, PT_INVALID, "%.*s: %.*s", PT_STR_ARG(event_reason_name(d->view.reason)),
                       PT_STR_ARG(d->view.reason_detail));
    }
    if (old.message_id.len > 0 && old.message_id.len <= EVENT_MESSAGE_ID_MAX) {
        d->view.message_id = old.message_id;
        d->flags |= quarantined->flags & EVENT_DERIVED_ID;
    }
    d->flags |= EVENT_REDRIVEN;
    d->view.ip = old.ip;
    d->view.redrive_of = quarantined->position.offset + 1;
    bool erased = false;
    PtHash128 id; // the quarantined record's own is kept
    st = settle_id(in, d, source.number, &id, err);
    st = st == PT_OK ? is_erased(in, &d->view, &erased, err) : st;
    if (st == PT_OK && erased) {
        count_suppressed(in, source.number, 1);
        st = pt_fail(err, PT_CONFLICT, "the event is of a person who was erased");
    }
    return st;
}

static PtStatus land_again(EventIntake *in, const PtRecord *quarantined, uint64_t *ret_round,
                           PtError *err)
{
    EventPending *p = &in->pending;
    if (event_pending_redriven(p, quarantined->position.offset)) {
        return pt_fail(err, PT_CONFLICT, "the event was redriven before");
    }
    PtStatus st = event_pending_redrive(p, quarantined->position.offset, err);
    if (st != PT_OK) {
        return st;
    }
    uint64_t round = 0, offset = 0;
    st = append(in, &in->body.drafts[0], quarantined->source, quarantined->id_hash, &round, &offset,
                err);
    if (st != PT_OK) {
        event_pending_redrive_failed(p);
        return st;
    }
    event_pending_redrive_landed(p, round);
    return event_pending_outcome(p, ret_round, err);
}

PtStatus event_redrive(EventIntake *in, const PtRecord *quarantined, PtStr patch,
                       uint64_t *ret_round, PtError *err)
{
    if (quarantined->klass != PT_RECORD_QUARANTINE) {
        return pt_fail(err, PT_INVALID, "record %llu is not quarantined",
                       (unsigned long long)quarantined->position.offset);
    }
    if (patch.len > EVENT_BODY_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the text is over %d bytes", EVENT_BODY_MAX);
    }
    (void)pthread_mutex_lock(&in->call_lock);
    PtStatus st = judge_again(in, quarantined, patch, err);
    drop_plan(in);
    if (st == PT_OK) {
        event_pending_enter(&in->pending);
        st = land_again(in, quarantined, ret_round, err);
        event_pending_leave(&in->pending);
    }
    event_body_trim(&in->body);
    (void)pthread_mutex_unlock(&in->call_lock);
    return st;
}

static PtStatus restore_some(Dedupe *dedupe, const PtRecord *records, size_t count, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const PtRecord *r = &records[i];
        bool event = r->klass == PT_RECORD_EVENT || r->klass == PT_RECORD_QUARANTINE;
        if (event && (r->id_hash.hi | r->id_hash.lo) != 0) {
            st = dedupe_restore(dedupe, r->id_hash, r->time_ms, r->position.offset, err);
        }
    }
    return st;
}

PtStatus event_intake_restore(PtLog *log, Dedupe *dedupe, uint64_t from, PtError *err)
{
    enum { RECORDS = 1024 };
    uint64_t begin = pt_log_begin(log, 0), end = pt_log_end(log, 0);
    if (from > end) {
        return pt_fail(err, PT_CORRUPT,
                       "message ids reach offset %llu and the log only %llu: is it another log?",
                       (unsigned long long)from, (unsigned long long)end);
    }
    PtLogReader *reader = NULL;
    PtStatus st = pt_log_reader_open(log, NULL, 0, from > begin ? from : begin, &reader, err);
    size_t count = 1;
    while (st == PT_OK && count > 0) {
        const PtRecord *records = NULL;
        st = pt_log_fetch(reader, RECORDS, false, &records, &count, err);
        st = st == PT_OK ? restore_some(dedupe, records, count, err) : st;
    }
    pt_log_reader_close(reader);
    return st;
}
