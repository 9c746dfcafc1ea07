// SPDX-License-Identifier: Apache-2.0
/* The workers: what is due is asked for, page by page, and becomes events. */
#include "connect/pull_internal.h"

#include "base/rng.h"
#include "connect/job_internal.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BATCH_EVENTS = 64, /* a call holds the intake's lock for as long as it takes */
    BATCH_BYTES = 64 << 10,
    PAUSE_MS = 50, /* first pause where the intake is busy; doubles */
    PAUSE_MAX_MS = 5000,
    DEFINITION_ARENA = 1 << 20,
    PAUSE_DOUBLINGS = 20,
    BEGIN_AGAIN_MS = 5000, /* a run that could not begin: no memory, a database that fails */
};

typedef enum End {
    END_DONE,
    END_MORE,
    END_AGAIN,   /* after a pause */
    END_REFUSED, /* by the schedule */
    END_STOP,
    END_HALTED,
} End;

typedef struct Run {
    ConnectPulls *pulls;
    PullSlot *slot;
    ConnectPull pull; /* texts in arena, its position in the buffers below */
    ConnectPullRun row;
    PtArena *arena, *page; /* of the run; of a page */
    ConnectMapping *mapping;
    ConnectBuilder *builder;
    EventSource source;
    PtStr secret;
    PtBuf batch;
    uint32_t batch_events;
    uint64_t round;        /* of the last batch */
    EventOutcome page_sum; /* of the page at hand */
    uint64_t refused_here;
    int64_t retry_after_s;
    PtError failure; /* of a callback */
    PullAnswer answer;
    char cursor[CONNECT_PULL_POSITION_MAX + 1], since[CONNECT_PULL_POSITION_MAX + 1],
        newest[CONNECT_PULL_POSITION_MAX + 1];
    char reason[PT_ERROR_MESSAGE_MAX], refusal[PT_ERROR_MESSAGE_MAX + 64];
} Run;

static bool halted(const Run *r)
{
    return atomic_load(&r->pulls->stop) || atomic_load(&r->slot->halt);
}

static bool is_stopped(void *ctx)
{
    return halted(ctx);
}

int64_t pull_pause_ms(int64_t failures, int64_t retry_after_s, uint64_t random)
{
    const int64_t doublings = failures < 1                 ? 0
                              : failures > PAUSE_DOUBLINGS ? PAUSE_DOUBLINGS
                                                           : failures - 1;
    const int64_t step = (int64_t)PULL_RETRY_FIRST_MS << doublings;
    const int64_t most = step < PULL_RETRY_MAX_MS ? step : PULL_RETRY_MAX_MS;
    const int64_t pause = most / 2 + (int64_t)(random % (uint64_t)(most / 2 + 1));
    return pause > retry_after_s * 1000 ? pause : retry_after_s * 1000;
}

/* ---- The clock of the machine -----------------------------------------------------------------
 */

/* Under the lock. Until woken, or until then (0: only woken). */
static void wait_until(ConnectPulls *pulls, int64_t mono_ms)
{
    const struct timespec until = {mono_ms / 1000, mono_ms % 1000 * 1000000};
    if (mono_ms > 0) {
        (void)pthread_cond_timedwait(&pulls->wake, &pulls->lock, &until);
    } else {
        (void)pthread_cond_wait(&pulls->wake, &pulls->lock);
    }
}

/* False once the run is to end. */
static bool pause_run(Run *r, int64_t ms)
{
    const int64_t until = pt_mono_ms() + ms;
    (void)pthread_mutex_lock(&r->pulls->lock);
    while (!halted(r) && pt_mono_ms() < until) {
        wait_until(r->pulls, until);
    }
    (void)pthread_mutex_unlock(&r->pulls->lock);
    return !halted(r);
}

/* ---- Into the intake --------------------------------------------------------------------------
 */

static PtStatus send_once(Run *r, EventOutcome *outcome, PtError *err)
{
    const ConnectPullsConfig *c = &r->pulls->c;
    if (!event_source_by_ref(c->sources, r->pull.edit.source, &r->source)) {
        return pt_fail(err, PT_INVALID, "its source is gone");
    }
    if (!r->source.enabled) { // its events would be discarded
        return pt_fail(err, PT_INVALID, "source \"%.100s\" is disabled", r->source.name);
    }
    const EventCall call = {.kind = EVENT_CALL_BATCH,
                            .body = pt_buf_str(&r->batch),
                            .key = pt_str(r->source.write_key),
                            .peer = PT_STR("")};
    PtStatus st = events_intake(c->intake, &call, outcome, err);
    pt_log_flush(c->log);
    return st == PT_UNAUTHENTICATED ? pt_fail(err, PT_BUSY, "the source's write key is changing")
                                    : st;
}

/* Tries for as long as waiting can help. */
static PtStatus send_batch(Run *r, PtError *err)
{
    EventOutcome outcome = {0};
    if (r->batch_events == 0) {
        return PT_OK;
    }
    pt_buf_add_str(&r->batch, PT_STR("]}"));
    if (pt_buf_status(&r->batch) != PT_OK) {
        return pt_fail(err, pt_buf_status(&r->batch), "no memory for a batch");
    }
    pt_background_offer();
    PtStatus st = send_once(r, &outcome, err);
    for (int64_t ms = PAUSE_MS; st == PT_BUSY || st == PT_UNAVAILABLE || st == PT_NO_MEMORY;
         ms = 2 * ms < PAUSE_MAX_MS ? 2 * ms : PAUSE_MAX_MS) {
        if (!pause_run(r, ms)) {
            return pt_fail(err, PT_UNAVAILABLE, "the pull was stopped");
        }
        st = send_once(r, &outcome, err);
    }
    if (st != PT_OK) {
        return st;
    }
    r->round = outcome.round > 0 ? outcome.round : r->round;
    r->page_sum.accepted += outcome.accepted;
    r->page_sum.duplicates += outcome.duplicates;
    r->page_sum.quarantined += outcome.quarantined;
    r->batch_events = 0;
    pt_buf_clear(&r->batch, 2 * (size_t)BATCH_BYTES);
    return PT_OK;
}

static bool on_event(void *ctx, PtStr json)
{
    Run *r = ctx;
    const bool full = r->batch_events == BATCH_EVENTS ||
                      (r->batch_events > 0 && r->batch.len + json.len > BATCH_BYTES);
    if (full && send_batch(r, &r->failure) != PT_OK) {
        return false;
    }
    pt_buf_add_str(&r->batch, r->batch_events == 0 ? PT_STR("{\"batch\":[") : PT_STR(","));
    pt_buf_add_str(&r->batch, json);
    r->batch_events++;
    return !halted(r);
}

/* The first one's place and reason, without values: a run's row outlives the persons in it. */
static bool on_reject(void *ctx, const ConnectReject *reject)
{
    Run *r = ctx;
    char reason[PT_ERROR_MESSAGE_MAX], text[sizeof r->refusal];
    r->refused_here++;
    if (r->refusal[0] == '\0') {
        pull_redact(reject->reason, reason, sizeof reason);
        (void)snprintf(text, sizeof text, "page %lld, item %llu: %s", (long long)r->row.pages + 1,
                       (unsigned long long)reject->row, reason);
        job_say(r->refusal, sizeof r->refusal, text);
    }
    return !halted(r);
}

/* ---- A page -----------------------------------------------------------------------------------
 */

static PtStatus one_item(Run *r, PtStr item, uint64_t number, PtError *err)
{
    PullItem read;
    PtStatus st = pull_item_read(&r->pull, item, number, r->page, &read, err);
    return st == PT_OK ? connect_builder_row(r->builder, &read.row, err) : st;
}

/* All items as events, durable when it returns PT_OK. */
static PtStatus page_in(Run *r, const PullPage *page, PtError *err)
{
    r->page_sum = (EventOutcome){0};
    r->refused_here = 0;
    r->round = 0;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < page->count; i++) {
        st = one_item(r, page->items[i], i + 1, err);
    }
    if (st == PT_OK) {
        st = send_batch(r, err);
    } else if (r->failure.status != PT_OK) {
        st = pt_fail(err, r->failure.status, "%s", r->failure.message);
    }
    return st == PT_OK ? event_intake_wait(r->pulls->c.intake, r->round, err) : st;
}

static void count_page(Run *r, const PullPage *page, uint64_t skipped)
{
    r->row.pages++;
    r->row.bytes += (int64_t)r->answer.body.len;
    r->row.items += (int64_t)page->count;
    r->row.refused += (int64_t)r->refused_here;
    r->row.skipped += (int64_t)skipped;
    r->row.landed += r->page_sum.accepted;
    r->row.duplicates += r->page_sum.duplicates;
    r->row.quarantined += r->page_sum.quarantined;
    (void)atomic_fetch_add(&r->pulls->items, page->count);
    (void)atomic_fetch_add(&r->pulls->events, r->page_sum.accepted);
}

static void keep(char *out, PtStr *text)
{
    const size_t len =
        text->len < CONNECT_PULL_POSITION_MAX ? text->len : CONNECT_PULL_POSITION_MAX;
    if (len > 0) {
        memmove(out, text->data, len);
    }
    out[len] = '\0';
    *text = (PtStr){out, len};
}

/* Out of the page's arena, which ends with the page. */
static void keep_position(Run *r)
{
    keep(r->cursor, &r->pull.at.cursor);
    keep(r->since, &r->pull.at.since);
    keep(r->newest, &r->pull.at.newest);
}

/* Position and figures, in one transaction. *ret_saved false: the definition is another by now. */
static PtStatus save(Run *r, bool *ret_saved, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    r->row.reason = pt_str(r->reason);
    r->row.refusal = pt_str(r->refusal);
    PtStatus st = pt_sql_begin(r->pulls->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = pull_save_place(tx, &r->pull, ret_saved, err);
    }
    if (st == PT_OK && *ret_saved) {
        st = pull_put_run(tx, r->pull.id, &r->row, err);
    } else if (st == PT_OK && r->row.outcome != CONNECT_RUN_RUNNING) {
        st = pull_end_run(tx, r->pull.id, &r->row, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus ask(Run *r, PtStr *ret_url, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf url;
    pt_buf_init(&url, 4 * (size_t)CONNECT_PULL_POSITION_MAX);
    PtStatus st = pull_url_at(&r->pull.edit, &r->pull.at, &url, err);
    if (st != PT_OK) {
        return st;
    }
    *ret_url = pt_arena_str(r->page, pt_buf_str(&url));
    if (ret_url->data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a request");
    }
    const PullRequest request = {.net = r->pulls->c.net,
                                 .edit = &r->pull.edit,
                                 .url = *ret_url,
                                 .secret = r->secret,
                                 .stopped = is_stopped,
                                 .ctx = r};
    return pull_fetch(&request, r->page, &r->answer, err);
}

/* What a failing status means for the run. */
static End end_of(const Run *r, PtStatus st)
{
    if (halted(r)) {
        return END_HALTED;
    }
    return st == PT_INVALID || st == PT_TOO_LARGE || st == PT_CORRUPT ? END_REFUSED : END_AGAIN;
}

static End failed(Run *r, PtStatus st, const PtError *why)
{
    const End end = end_of(r, st);
    if (end != END_HALTED) {
        job_say(r->reason, sizeof r->reason, why->message);
    }
    return end;
}

static End refused_answer(Run *r)
{
    job_say(r->reason, sizeof r->reason, r->answer.why);
    r->retry_after_s = r->answer.retry_after_s;
    return r->answer.verdict == PULL_STOP    ? END_STOP
           : r->answer.verdict == PULL_AGAIN ? END_AGAIN
                                             : END_REFUSED;
}

/* A cursor that was kept from an earlier run and that the other side knows no more. */
static bool is_stale(const Run *r)
{
    const int status = r->answer.status;
    return r->row.pages == 0 && r->pull.at.cursor.len > 0 &&
           (status == 400 || status == 404 || status == 410);
}

/* One page: asked for, read, in, saved. *ret_last: the pass is over. */
static End one_page(Run *r, bool *ret_last)
{
    PullPage page;
    PtStr url = {NULL, 0};
    PtError why = {0};
    bool saved = false;
    pt_arena_clear(r->page);
    PtStatus st = ask(r, &url, &why);
    if (st == PT_OK && r->answer.verdict != PULL_ANSWERED) {
        if (!is_stale(r)) {
            return refused_answer(r);
        }
        r->pull.at.cursor = (PtStr){NULL, 0}; // once: the second time there is none
        return END_MORE;
    }
    if (st == PT_OK) {
        st = pull_page_of(&r->pull.edit, url, r->answer.link, pt_buf_str(&r->answer.body), r->page,
                          &page, &why);
    }
    const uint64_t skipped = connect_builder_counts(r->builder)->skipped;
    if (st == PT_OK) {
        st = page_in(r, &page, &why);
    }
    if (st == PT_OK) {
        st = pull_advance(&r->pull.edit, &page, r->page, &r->pull.at, ret_last, &why);
    }
    if (st != PT_OK) {
        return failed(r, st, &why);
    }
    keep_position(r);
    count_page(r, &page, connect_builder_counts(r->builder)->skipped - skipped);
    st = save(r, &saved, &why);
    if (st != PT_OK) {
        return failed(r, st, &why);
    }
    return !saved ? END_HALTED : *ret_last ? END_DONE : END_MORE;
}

static End all_pages(Run *r)
{
    const int64_t until = pt_mono_ms() + (int64_t)CONNECT_PULL_RUN_S * 1000;
    bool last = false;
    End end = END_MORE;
    for (int64_t n = 0; end == END_MORE && n < r->pull.edit.max_pages && pt_mono_ms() < until;
         n++) {
        end = halted(r) ? END_HALTED : one_page(r, &last);
    }
    return end;
}

/* ---- A run ------------------------------------------------------------------------------------
 */

static void run_done(Run *r)
{
    connect_builder_free(r->builder);
    connect_mapping_free(r->mapping);
    pt_buf_done(&r->batch);
    pull_answer_done(&r->answer);
    if (r->secret.data != NULL) {
        explicit_bzero((char *)(uintptr_t)r->secret.data, r->secret.len);
    }
    pt_arena_free(r->page);
    pt_arena_free(r->arena);
    free(r);
}

static PtStatus load(Run *r, const char *id, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    r->arena = pt_arena_new(DEFINITION_ARENA);
    r->page = pt_arena_new(PULL_ARENA);
    if (r->arena == NULL || r->page == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a pull");
    }
    PtStatus st = pt_sql_begin(r->pulls->c.sql, false, &tx, err);
    return st == PT_OK ? pull_read(tx, pt_str(id), r->arena, &r->pull, err) : st;
}

/* What the run needs beside the row. */
static PtStatus prepare(Run *r, PtError *err)
{
    const ConnectSink sink = {on_event, on_reject, r};
    PtStatus st = connect_mapping_parse(r->pull.edit.mapping, &r->mapping, err);
    if (st == PT_OK) {
        st = connect_builder_new(r->mapping, "", &sink, &r->builder, err);
    }
    if (st == PT_OK && r->pull.has_secret) {
        st = access_unseal(r->pulls->c.access, r->pull.sealed, r->arena, &r->secret, err);
    }
    return st;
}

static void begin_row(Run *r, ConnectPullCause cause)
{
    r->pull.runs++;
    r->pull.started_ms = pt_clock_now_ms(r->pulls->c.clock);
    r->row = (ConnectPullRun){.number = r->pull.runs,
                              .cause = cause,
                              .outcome = CONNECT_RUN_RUNNING,
                              .started_ms = r->pull.started_ms};
    if (!r->pull.at.in_pass && r->pull.at.since.len == 0) {
        r->pull.at.since = r->pull.edit.since_start;
    }
    keep_position(r);
}

static void set_outcome(Run *r, End end)
{
    static const ConnectPullOutcome outcomes[] = {
        [END_DONE] = CONNECT_RUN_DONE,    [END_MORE] = CONNECT_RUN_MORE,
        [END_AGAIN] = CONNECT_RUN_FAILED, [END_REFUSED] = CONNECT_RUN_FAILED,
        [END_STOP] = CONNECT_RUN_STOPPED, [END_HALTED] = CONNECT_RUN_INTERRUPTED};
    ConnectPull *p = &r->pull;
    r->row.outcome = outcomes[end];
    r->row.finished_ms = pt_clock_now_ms(r->pulls->c.clock);
    if (end == END_HALTED) {
        job_say(r->reason, sizeof r->reason, "it was stopped at the last page that was saved");
    } else if (end == END_DONE || end == END_MORE) {
        p->state = CONNECT_PULL_OK;
        p->failures = 0;
        p->reason = (PtStr){NULL, 0};
        p->succeeded_ms = r->row.finished_ms;
    } else {
        p->state = end == END_STOP ? CONNECT_PULL_STOPPED : CONNECT_PULL_FAILING;
        p->failures++;
        p->reason = pt_str(r->reason);
        (void)atomic_fetch_add(&r->pulls->failed, 1);
    }
}

/* What is to come next. Under no lock. */
static void plan_next(Run *r, End end)
{
    ConnectPulls *pulls = r->pulls;
    const ConnectPull *p = &r->pull;
    uint64_t random = 0;
    pt_random_bytes(&random, sizeof random);
    (void)pthread_mutex_lock(&pulls->lock);
    if (!atomic_load(&r->slot->halt)) { // else who changed it has planned
        const bool wanted = p->edit.enabled;
        r->slot->due |= end == END_MORE;
        r->slot->by_person |= end == END_MORE && r->row.cause == CONNECT_CAUSE_PERSON;
        r->slot->retry_mono_ms =
            end == END_AGAIN && wanted
                ? pt_mono_ms() + pull_pause_ms(p->failures, r->retry_after_s, random)
                : 0;
        pull_arm(pulls, p->number, wanted && p->state != CONNECT_PULL_STOPPED, p->started_ms,
                 p->edit.every_min);
    }
    (void)pthread_mutex_unlock(&pulls->lock);
}

static PtStatus conclude(Run *r, End end, PtError *err)
{
    bool saved = false;
    set_outcome(r, end);
    PtStatus st = save(r, &saved, err);
    for (int64_t ms = PAUSE_MS; st != PT_OK && st != PT_CORRUPT && pause_run(r, ms);
         ms = 2 * ms < PAUSE_MAX_MS ? 2 * ms : PAUSE_MAX_MS) {
        st = save(r, &saved, err);
    }
    plan_next(r, end);
    return st;
}

PtStatus pull_run_one(ConnectPulls *pulls, PullSlot *slot, ConnectPullCause cause, bool *ret_begun,
                      PtError *err)
{
    char id[CONNECT_PULL_ID];
    bool saved = false;
    *ret_begun = false;
    Run *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a pull");
    }
    (void)pthread_mutex_lock(&pulls->lock);
    memcpy(id, slot->id, sizeof id);
    (void)pthread_mutex_unlock(&pulls->lock);
    r->pulls = pulls;
    r->slot = slot;
    pt_buf_init(&r->batch, BATCH_BYTES + 2 * (size_t)CONNECT_EVENT_MAX);
    pull_answer_init(&r->answer);
    PtStatus st = load(r, id, err);
    const bool wanted = cause == CONNECT_CAUSE_PERSON ||
                        (r->pull.edit.enabled && r->pull.state != CONNECT_PULL_STOPPED);
    if (st == PT_OK && wanted) {
        PtError why = {0};
        begin_row(r, cause);
        st = save(r, &saved, err);
        if (st == PT_OK && saved) {
            (void)atomic_fetch_add(&pulls->runs, 1);
            *ret_begun = true;
            const PtStatus ready = prepare(r, &why);
            const End end = ready == PT_OK ? all_pages(r) : failed(r, ready, &why);
            st = conclude(r, end, err);
        }
    }
    run_done(r);
    return st == PT_NOT_FOUND ? PT_OK : st; // deleted before it began
}

/* ---- The threads ------------------------------------------------------------------------------
 */

static bool is_due(const PullSlot *s, int64_t now)
{
    return s->used && !s->running && (s->due || (s->retry_mono_ms > 0 && s->retry_mono_ms <= now));
}

/* Under the lock. The first that is due from `from` on, so that none waits for ever; NULL: none,
 * and *ret_next is when one will be (0: nobody knows). */
static PullSlot *pick(ConnectPulls *pulls, unsigned from, int64_t *ret_next)
{
    const int64_t now = pt_mono_ms();
    *ret_next = 0;
    for (unsigned i = 0; i < CONNECT_PULLS_MAX; i++) {
        PullSlot *s = &pulls->slots[(from + i) % CONNECT_PULLS_MAX];
        if (is_due(s, now)) {
            return s;
        }
        if (s->used && !s->running && s->retry_mono_ms > 0 &&
            (*ret_next == 0 || s->retry_mono_ms < *ret_next)) {
            *ret_next = s->retry_mono_ms;
        }
    }
    return NULL;
}

/* Under the lock. */
static ConnectPullCause take(PullSlot *s)
{
    const ConnectPullCause cause = s->by_person ? CONNECT_CAUSE_PERSON
                                   : s->due     ? CONNECT_CAUSE_SCHEDULE
                                                : CONNECT_CAUSE_RETRY;
    s->running = true;
    s->due = s->by_person = false;
    s->retry_mono_ms = 0;
    atomic_store(&s->halt, false);
    return cause;
}

/* Under the lock. Nothing else plans a run that could not begin: its timer has fired. */
static void try_again(PullSlot *s, ConnectPullCause cause)
{
    s->retry_mono_ms = pt_mono_ms() + BEGIN_AGAIN_MS;
    s->by_person |= cause == CONNECT_CAUSE_PERSON;
}

void *pull_worker_main(void *ctx)
{
    ConnectPulls *pulls = ctx;
    unsigned from = 0;
    int64_t next = 0;
    pt_background();
    (void)pthread_mutex_lock(&pulls->lock);
    while (!atomic_load(&pulls->stop)) {
        PullSlot *s = pick(pulls, from, &next);
        if (s == NULL) {
            wait_until(pulls, next);
            continue;
        }
        char id[CONNECT_PULL_ID];
        PtError err = {0};
        bool begun = false;
        const ConnectPullCause cause = take(s);
        memcpy(id, s->id, sizeof id);
        from = (unsigned)(s - pulls->slots) + 1;
        (void)pthread_mutex_unlock(&pulls->lock);
        const PtStatus st = pull_run_one(pulls, s, cause, &begun, &err);
        if (st != PT_OK && !atomic_load(&pulls->stop)) {
            pt_diag(PT_DIAG_WARN, "pull", "a run was not written down",
                    PT_F_STR("pull", pt_str(id)), PT_F_STR("problem", pt_str(err.message)));
        }
        (void)pthread_mutex_lock(&pulls->lock);
        if (st != PT_OK && !begun) {
            try_again(s, cause);
        }
        s->running = false;
        (void)pthread_cond_broadcast(&pulls->wake);
    }
    (void)pthread_mutex_unlock(&pulls->lock);
    return NULL;
}
