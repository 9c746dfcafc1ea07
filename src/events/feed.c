// SPDX-License-Identifier: Apache-2.0
#include "events/feed.h"

#include "base/json.h"
#include "base/memory.h"
#include "events/feed.sql.h"
#include "events/record.h"
#include "platform/diag.h"
#include "platform/feed.h"
#include "platform/metrics.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BATCH = 256,
    SCAN_RECORDS = 1024,
    RETRY_MS = 1000,
    PARTITION = 0,
    ROW_MAX = 2 * PT_FEED_PROPERTIES_MAX, /* a payload: properties and escaped texts fit */
    BATCH_KEEP = 1 << 20,
    AHEAD_MS = 300000,
};

typedef struct FeedRow {
    int64_t id, time_ms, received_ms; /* time: of the row; received: by the daemon's clock */
    PtHash128 hash;                   /* of the messageId */
    size_t at, len;                   /* of its payload */
    bool in_log;
} FeedRow;

struct EventFeed {
    EventFeedConfig config;
    PtLogReader *reader;
    PtBuf payloads, scratch, text;
    FeedRow rows[BATCH];
    size_t count;
    int64_t last_id, tried_id; /* as loaded */
    uint64_t from;             /* no row of these stands in the log before */

    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool woken, stop;     /* under lock */
    EventFeedState state; /* under lock */
};

/* ---- A row as an event ---- */

/* As dedupe knows the ids of source 0. */
static PtHash128 id_hash(EventFeed *f, PtStr message_id)
{
    static const uint8_t source[4];
    pt_buf_clear(&f->scratch, BATCH_KEEP);
    pt_buf_add(&f->scratch, source, sizeof source);
    pt_buf_add_str(&f->scratch, message_id);
    return pt_hash128(pt_buf_str(&f->scratch), f->config.hash_key);
}

static PtStr event_text(EventFeed *f, const EventView *v, PtStr properties)
{
    pt_buf_clear(&f->text, BATCH_KEEP);
    PtJsonOut out = pt_json_out(&f->text);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("type"));
    pt_json_out_str(&out, event_type_name(v->type));
    pt_json_out_key(&out, PT_STR("event"));
    pt_json_out_str(&out, v->name);
    pt_json_out_key(&out, PT_STR("anonymousId"));
    pt_json_out_str(&out, v->anonymous_id);
    pt_json_out_key(&out, PT_STR("messageId"));
    pt_json_out_str(&out, v->message_id);
    pt_json_out_key(&out, PT_STR("properties"));
    pt_json_out_raw(&out, properties);
    pt_json_out_object_end(&out);
    return pt_buf_str(&f->text);
}

/* The row that the statement in use stands on. */
static PtStatus take_row(EventFeed *f, PtSqlTx *tx, PtError *err)
{
    const int64_t now_ms = pt_clock_now_ms(f->config.clock), time_ms = pt_sql_i64(tx, 2);
    EventView v = {.type = EVENT_TRACK,
                   .message_id = pt_sql_text(tx, 1),
                   .name = pt_sql_text(tx, 3),
                   .anonymous_id = pt_sql_text(tx, 4),
                   .received_ms = now_ms,
                   .timestamp_ms = time_ms <= now_ms + AHEAD_MS ? time_ms : now_ms};
    FeedRow *row = &f->rows[f->count];
    *row = (FeedRow){.id = pt_sql_i64(tx, 0),
                     .time_ms = time_ms,
                     .received_ms = now_ms,
                     .hash = id_hash(f, v.message_id),
                     .at = f->payloads.len};
    v.raw = event_text(f, &v, pt_sql_text(tx, 5));
    event_payload_write(&f->payloads, &v);
    row->len = f->payloads.len - row->at;
    if (pt_buf_status(&f->payloads) != PT_OK || pt_buf_status(&f->text) != PT_OK ||
        pt_buf_status(&f->scratch) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for rows of the feed");
    }
    f->count++;
    return PT_OK;
}

static PtStatus load_rows(EventFeed *f, PtSqlTx *tx, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_FEED_ROWS, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, BATCH);
    }
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = take_row(f, tx, err);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus load(EventFeed *f, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    f->count = 0;
    pt_buf_clear(&f->payloads, BATCH_KEEP);
    PtStatus st = pt_sql_begin(f->config.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_FEED_POSITION_GET, err) : st;
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_CORRUPT, "the feed has lost its position");
    }
    if (st != PT_OK) {
        return st;
    }
    f->last_id = pt_sql_i64(tx, 0);
    f->tried_id = pt_sql_i64(tx, 1);
    f->from = (uint64_t)pt_sql_i64(tx, 2);
    return load_rows(f, tx, err);
}

/* ---- What of it stands in the log ---- */

static void mark(EventFeed *f, const PtRecord *r)
{
    for (size_t i = 0; i < f->count; i++) {
        f->rows[i].in_log |= pt_hash128_eq(f->rows[i].hash, r->id_hash);
    }
}

/* Nothing of ours may be on its way into the log. */
static PtStatus find_in_log(EventFeed *f, PtError *err)
{
    const uint64_t begin = pt_log_begin(f->config.log, PARTITION);
    const bool other_log = f->from > pt_log_end(f->config.log, PARTITION);
    PtStatus st = PT_OK;
    size_t count = 1;
    pt_log_seek(f->reader, other_log || f->from < begin ? begin : f->from);
    while (st == PT_OK && count > 0) {
        const PtRecord *records = NULL;
        st = pt_log_fetch(f->reader, SCAN_RECORDS, false, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            if (records[i].source == 0 && records[i].klass == PT_RECORD_EVENT) {
                mark(f, &records[i]);
            }
        }
    }
    return st;
}

/* Rows from the first on that are in the log. */
static size_t moved_count(const EventFeed *f)
{
    size_t n = 0;
    while (n < f->count && f->rows[n].in_log) {
        n++;
    }
    return n;
}

/* ---- Moving ---- */

static PtStatus run_with(PtSqlTx *tx, const char *statement, int64_t first, int64_t second,
                         PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, first);
    if (second >= 0) {
        pt_sql_bind_i64(tx, 2, second);
    }
    return pt_sql_finish(tx, err);
}

/* Forgets what was moved and, for the rest, remembers what will be tried from which offset on. */
static PtStatus settle(EventFeed *f, bool try_rest, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const size_t moved = moved_count(f);
    PtStatus st = pt_sql_begin_shared(f->config.core, &tx, err);
    if (st == PT_OK && moved > 0) {
        st = run_with(tx, SQL_FEED_MOVED, f->rows[moved - 1].id, -1, err);
    }
    if (st == PT_OK && try_rest) {
        st = run_with(tx, SQL_FEED_TRY, f->rows[f->count - 1].id, (int64_t)f->from, err);
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        memmove(f->rows, f->rows + moved, (f->count - moved) * sizeof f->rows[0]);
        f->count -= moved;
        (void)pthread_mutex_lock(&f->lock);
        f->state.moved += moved;
        (void)pthread_mutex_unlock(&f->lock);
    }
    return st;
}

static PtStatus append_rows(EventFeed *f, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < f->count; i++) {
        const FeedRow *row = &f->rows[i];
        const PtRecord r = {.time_ms = row->received_ms,
                            .klass = PT_RECORD_EVENT,
                            .type = EVENT_TRACK,
                            .id_hash = row->hash,
                            .payload = {f->payloads.data + row->at, row->len}};
        uint64_t round, offset;
        st = row->in_log ? PT_OK : pt_log_append(f->config.log, &r, &round, &offset, err);
    }
    return st;
}

/* Those of the batch that an earlier try has brought into the log, which may have ended in a crash
 * or a failure, are not appended again. */
static PtStatus prepare(EventFeed *f, PtError *err)
{
    PtStatus st = PT_OK;
    if (f->rows[0].id <= f->tried_id) {
        st = find_in_log(f, err);
    }
    const size_t moved = moved_count(f);
    bool scattered = false;
    for (size_t i = moved; i < f->count; i++) {
        scattered |= f->rows[i].in_log;
    }
    if (!scattered) { // the rest stands nowhere before the log's end
        f->from = pt_log_end(f->config.log, PARTITION);
    }
    return st == PT_OK ? settle(f, f->count > moved, err) : st;
}

static PtStatus move_rows(EventFeed *f, PtError *err)
{
    PtStatus st = prepare(f, err);
    if (st != PT_OK || f->count == 0) {
        return st;
    }
    PtStatus appended = append_rows(f, err);
    PtStatus committed = pt_log_commit(f->config.log, appended == PT_OK ? err : NULL);
    // what they say is not asked: what can be read is there
    st = find_in_log(f, NULL);
    if (st == PT_OK && moved_count(f) > 0) {
        st = settle(f, false, err);
        return st == PT_OK && f->count > 0 && committed != PT_OK ? committed : st;
    }
    return appended != PT_OK    ? appended
           : committed != PT_OK ? committed
           : st != PT_OK ? pt_fail(err, st, "cannot read the log")
                         : pt_fail(err, PT_UNAVAILABLE, "rows of the feed did not reach the log");
}

static void note_loaded(EventFeed *f)
{
    (void)pthread_mutex_lock(&f->lock);
    f->state.pending = f->count > 0 ? (uint64_t)(f->last_id - f->rows[0].id + 1) : 0;
    f->state.oldest_ms = f->count > 0 ? f->rows[0].time_ms : 0;
    (void)pthread_mutex_unlock(&f->lock);
}

PtStatus event_feed_step(EventFeed *f, bool *ret_more, PtError *err)
{
    PtStatus st = load(f, err);
    if (st != PT_OK) {
        return st;
    }
    note_loaded(f);
    const bool any = f->count > 0;
    st = any ? move_rows(f, err) : PT_OK;
    if (st == PT_OK) {
        *ret_more = any; // the next look finds none, or those that came meanwhile
    }
    return st;
}

/* ---- The thread ---- */

static void wake(void *ctx)
{
    EventFeed *f = ctx;
    (void)pthread_mutex_lock(&f->lock);
    f->woken = true;
    (void)pthread_cond_signal(&f->wake);
    (void)pthread_mutex_unlock(&f->lock);
}

typedef enum Mood { FEED_BUSY, FEED_IDLE, FEED_TROUBLE } Mood;

/* Idle it sleeps until a row is put, after trouble RETRY_MS. False: stop. */
static bool go_on(EventFeed *f, Mood mood)
{
    const int64_t at_ns = pt_mono_ns() + (int64_t)RETRY_MS * 1000000;
    const struct timespec until = {at_ns / 1000000000, at_ns % 1000000000};
    int rc = 0;
    (void)pthread_mutex_lock(&f->lock);
    while (mood != FEED_BUSY && !f->stop && rc == 0 && (mood == FEED_TROUBLE || !f->woken)) {
        rc = mood == FEED_TROUBLE ? pthread_cond_timedwait(&f->wake, &f->lock, &until)
                                  : pthread_cond_wait(&f->wake, &f->lock);
    }
    f->woken = false; // the next look sees what woke it
    const bool goes_on = !f->stop;
    (void)pthread_mutex_unlock(&f->lock);
    return goes_on;
}

static void note_outcome(EventFeed *f, PtStatus st, const PtError *err)
{
    (void)pthread_mutex_lock(&f->lock);
    const bool known = strcmp(f->state.message, err->message) == 0;
    memcpy(f->state.message, err->message, sizeof f->state.message);
    (void)pthread_mutex_unlock(&f->lock);
    if (st != PT_OK && !known) {
        pt_diag(PT_DIAG_ERROR, "feed", "the feed will try again",
                PT_F_STR("problem", pt_str(err->message)));
    }
}

static void *feed_thread(void *ctx)
{
    EventFeed *f = ctx;
    Mood mood = FEED_BUSY; // rows of an earlier run may wait
    while (go_on(f, mood)) {
        bool more = false;
        PtError err = {0};
        PtStatus st = event_feed_step(f, &more, &err);
        note_outcome(f, st, &err);
        mood = st != PT_OK ? FEED_TROUBLE : more ? FEED_BUSY : FEED_IDLE;
    }
    return NULL;
}

static PtStatus start_thread(EventFeed *f, PtError *err)
{
    sigset_t all, before; // signals are the main thread's
    pt_sql_on_commit(f->config.core, wake, f);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&f->thread, NULL, feed_thread, f);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    f->running = rc == 0;
    return rc == 0 ? PT_OK
                   : pt_fail(err, PT_UNAVAILABLE, "no thread for the feed: %s", strerror(rc));
}

PtStatus event_feed_open(const EventFeedConfig *config, EventFeed **ret_feed, PtError *err)
{
    EventFeed *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the feed");
    }
    f->config = *config;
    pt_buf_init(&f->payloads, (size_t)BATCH * ROW_MAX);
    pt_buf_init(&f->scratch, ROW_MAX);
    pt_buf_init(&f->text, ROW_MAX);
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    PtStatus st = pt_log_reader_open(config->log, NULL, PARTITION, 0, &f->reader, err);
    if (st == PT_OK && config->start_thread) {
        st = start_thread(f, err);
    }
    if (st != PT_OK) {
        event_feed_close(f);
        return st;
    }
    *ret_feed = f;
    return PT_OK;
}

void event_feed_close(EventFeed *f)
{
    if (f == NULL) {
        return;
    }
    if (f->config.start_thread) {
        pt_sql_on_commit(f->config.core, NULL, NULL);
    }
    if (f->running) {
        (void)pthread_mutex_lock(&f->lock);
        f->stop = true;
        (void)pthread_cond_signal(&f->wake);
        (void)pthread_mutex_unlock(&f->lock);
        (void)pthread_join(f->thread, NULL);
    }
    pt_log_reader_close(f->reader);
    pt_buf_done(&f->payloads);
    pt_buf_done(&f->scratch);
    pt_buf_done(&f->text);
    (void)pthread_cond_destroy(&f->wake);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

EventFeedState event_feed_state(EventFeed *f)
{
    (void)pthread_mutex_lock(&f->lock);
    EventFeedState state = f->state;
    (void)pthread_mutex_unlock(&f->lock);
    return state;
}

void event_feed_metrics(void *ctx, PtBuf *out)
{
    EventFeed *f = ctx;
    const EventFeedState s = event_feed_state(f);
    const int64_t age_ms = s.pending > 0 ? pt_clock_now_ms(pt_clock_real()) - s.oldest_ms : 0;
    pt_metric_line(out, "patron_feed_moved_total", "counter",
                   "Rows of the feed moved into the log since start.", true, NULL, (double)s.moved);
    pt_metric_line(out, "patron_feed_pending_rows", "gauge",
                   "Rows of the feed that wait for the log.", true, NULL, (double)s.pending);
    pt_metric_line(out, "patron_feed_oldest_age_seconds", "gauge",
                   "Age of the oldest row of the feed that waits.", true, NULL,
                   age_ms > 0 ? (double)age_ms / 1000 : 0);
}
