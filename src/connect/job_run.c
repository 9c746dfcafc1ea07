// SPDX-License-Identifier: Apache-2.0
/* The runner's thread: one import at a time, its rows as events into the intake. */
#include "connect/job_internal.h"

#include "platform/diag.h"
#include "platform/loop.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    /* A call holds the intake's lock for as long as it takes; clients wait for it. */
    CALL_EVENTS = 64,
    CALL_BYTES = 64 << 10,
    WINDOW = 8,          /* calls in the log before their sync is waited for */
    AHEAD = 20000,       /* events that a checkpoint allows to be sent behind it */
    SAVE_MS = 1000,      /* between two checkpoints */
    REFUSALS_HELD = 200, /* refused rows in memory before they are written */
    OFFER_ROWS = 16,     /* rows between two offers to other threads */
    PAUSE_MS = 50,       /* first pause where intake or disk is busy; doubles */
    PAUSE_MAX_MS = 5000,
    MAPPING_ARENA = 1 << 20,
    REFUSAL_ARENA = 4 << 20,
};

static const AuditActor server_itself = {.kind = AUDIT_SYSTEM};

typedef struct Call { /* a batch that is in the log and perhaps not yet durable */
    PtBuf body;
    uint64_t events;
    EventOutcome outcome;
} Call;

typedef struct Sample {
    int64_t ms;
    uint64_t rows, events, bytes;
} Sample;

typedef struct Run {
    ConnectJobs *jobs;
    ConnectJob job; /* job.progress: as it is now */
    ConnectMapping *mapping;
    EventSource source;
    JobFile file;
    ConnectInput *input;
    ConnectCounts counts; /* of this reading */
    uint64_t given;       /* events that the builder gave */
    uint64_t skip;        /* of these, durable before */
    uint64_t overlap;     /* up to here an earlier run may have sent them */
    Call calls[WINDOW];
    size_t sent; /* calls in the log; calls[sent] is being filled */
    uint64_t refused;
    ConnectRefusal held[REFUSALS_HELD];
    size_t held_count;
    PtArena *arena; /* of held */
    int64_t saved_ms, shown_ms;
    Sample samples[JOB_SAMPLES];
    uint64_t sample_count;
    PtError failure; /* of a callback */
} Run;

static bool halted(const Run *r)
{
    return atomic_load(&r->jobs->stop) || atomic_load(&r->jobs->live.halt);
}

/* ---- Figures ----------------------------------------------------------------------------------
 */

/* Over the samples kept: ten seconds. */
static void rates(Run *r, JobLive *live, int64_t now_ms)
{
    const ConnectProgress *p = &r->job.progress;
    const Sample now = {now_ms, r->counts.rows, r->given, connect_input_consumed(r->input)};
    const uint64_t n = r->sample_count < JOB_SAMPLES ? r->sample_count : JOB_SAMPLES;
    if (n > 0) {
        const Sample *old = &r->samples[(r->sample_count - n) % JOB_SAMPLES];
        double s = (double)(now.ms - old->ms) / 1000;
        double bytes = (double)(now.bytes - old->bytes);
        live->rows_per_s = s > 0 ? (double)(now.rows - old->rows) / s : 0;
        live->events_per_s = s > 0 ? (double)(now.events - old->events) / s : 0;
        double left = r->job.bytes > p->bytes_read ? (double)(r->job.bytes - p->bytes_read) : 0;
        bool known = s > 0 && bytes > 0;
        live->end_ms =
            known ? pt_clock_now_ms(r->jobs->c.clock) + (int64_t)(left * s * 1000 / bytes) : 0;
    }
    r->samples[r->sample_count++ % JOB_SAMPLES] = now;
}

/* What was read before counts until this reading has passed it. */
static void advance(Run *r)
{
    ConnectProgress *p = &r->job.progress;
    if (r->counts.rows >= p->rows.rows) {
        p->rows = r->counts;
        p->rows.events = 0;
        p->bytes_read = connect_input_consumed(r->input);
    }
}

static void show(Run *r, const char *waits)
{
    ConnectJobs *jobs = r->jobs;
    int64_t now_ms = pt_mono_ms();
    advance(r);
    (void)pthread_mutex_lock(&jobs->lock);
    rates(r, &jobs->live, now_ms);
    jobs->live.progress = r->job.progress;
    jobs->live.shown = true;
    (void)snprintf(jobs->live.waits, sizeof jobs->live.waits, "%s", waits);
    (void)pthread_mutex_unlock(&jobs->lock);
    r->shown_ms = now_ms;
    job_changed(jobs, r->job.id);
}

/* ---- Checkpoint -------------------------------------------------------------------------------
 */

static PtStatus save_once(Run *r, const ConnectProgress *p, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(r->jobs->c.sql, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < r->held_count; i++) {
        st = job_put_refusal(tx, r->job.id, &r->held[i], err);
    }
    if (st == PT_OK) {
        st = job_checkpoint(tx, r->job.id, p, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static bool can_wait(PtStatus st)
{
    return st == PT_BUSY || st == PT_UNAVAILABLE || st == PT_NO_MEMORY || st == PT_IO;
}

/* Writes how far it is, and lets `ahead` more events be sent; tries until it is told to halt. */
static PtStatus save(Run *r, uint64_t ahead, PtError *err)
{
    PtError why = {0};
    ConnectProgress p;
    advance(r);
    p = r->job.progress;
    p.refusals += r->held_count;
    p.sent_max = p.acked + ahead > p.sent_max ? p.acked + ahead : p.sent_max;
    PtStatus st = save_once(r, &p, &why);
    for (int64_t ms = PAUSE_MS; st != PT_OK && can_wait(st) && !halted(r); ms *= 2) {
        show(r, why.message);
        (void)job_sleep(r->jobs, ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, &r->jobs->live.halt);
        st = save_once(r, &p, &why);
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "%s", why.message);
    }
    r->job.progress = p;
    r->held_count = 0;
    pt_arena_clear(r->arena);
    r->saved_ms = pt_mono_ms();
    return PT_OK;
}

/* ---- Into the intake --------------------------------------------------------------------------
 */

static PtStatus send_once(Run *r, Call *c, PtError *err)
{
    if (!event_source_by_ref(r->jobs->c.sources, pt_str(r->job.source_id), &r->source)) {
        return pt_fail(err, PT_INVALID, "source \"%.100s\" is gone", r->job.source);
    }
    const EventCall call = {.kind = EVENT_CALL_BATCH,
                            .body = pt_buf_str(&c->body),
                            .key = pt_str(r->source.write_key),
                            .peer = PT_STR("")};
    if (!r->source.enabled) { // its events would be discarded
        return pt_fail(err, PT_INVALID, "source \"%.100s\" is disabled", r->source.name);
    }
    PtStatus st = events_intake(r->jobs->c.intake, &call, &c->outcome, err);
    pt_log_flush(r->jobs->c.log);
    if (st == PT_OK && c->outcome.discarded > 0) {
        st = pt_fail(err, PT_INVALID, "source \"%.100s\" is disabled", r->source.name);
    }
    return st == PT_UNAUTHENTICATED ? pt_fail(err, PT_BUSY, "the source's write key is changing")
                                    : st;
}

/* Tries for as long as waiting can help. */
static PtStatus send_call(Run *r, Call *c, PtError *err)
{
    PtError why = {0};
    PtStatus st = send_once(r, c, &why);
    for (int64_t ms = PAUSE_MS; st != PT_OK && can_wait(st) && !halted(r); ms *= 2) {
        show(r, why.message);
        (void)job_sleep(r->jobs, ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, &r->jobs->live.halt);
        st = send_once(r, c, &why);
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "%s", why.message);
}

/* Counts the calls, which are durable now. again: some had been sent before in vain. */
static void count_calls(Run *r, bool again)
{
    ConnectProgress *p = &r->job.progress;
    for (size_t i = 0; i < r->sent; i++) {
        const EventOutcome *o = &r->calls[i].outcome;
        bool resent = again || p->acked < r->overlap; // a call does not reach over the overlap
        *(resent ? &p->resent : &p->duplicates) += o->duplicates;
        p->landed += o->accepted;
        p->quarantined += o->quarantined;
        p->acked += r->calls[i].events;
        r->calls[i].events = 0;
        pt_buf_clear(&r->calls[i].body, 2 * (size_t)CALL_BYTES);
    }
    r->sent = 0;
}

/* The calls in the log, whose rounds end in order. */
static PtStatus wait_durable(Run *r, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < r->sent; i++) {
        st = event_intake_wait(r->jobs->c.intake, r->calls[i].outcome.round, err);
    }
    return st;
}

/* Waits until all calls in the log are durable; where the log failed, sends them again. */
static PtStatus confirm(Run *r, PtError *err)
{
    PtError why = {0};
    bool again = false;
    PtStatus st = wait_durable(r, &why);
    for (int64_t ms = PAUSE_MS; st != PT_OK && !halted(r); ms *= 2) {
        again = true;
        show(r, why.message);
        (void)job_sleep(r->jobs, ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, &r->jobs->live.halt);
        st = PT_OK;
        for (size_t i = 0; st == PT_OK && i < r->sent; i++) {
            st = send_call(r, &r->calls[i], err);
        }
        if (st != PT_OK) {
            return st;
        }
        st = wait_durable(r, &why);
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "%s", why.message);
    }
    count_calls(r, again);
    return PT_OK;
}

/* Hands the batch at hand to the intake. */
static PtStatus flush(Run *r, PtError *err)
{
    Call *c = &r->calls[r->sent];
    if (c->events == 0) {
        return PT_OK;
    }
    pt_buf_add_str(&c->body, PT_STR("]}"));
    if (pt_buf_status(&c->body) != PT_OK) {
        return pt_fail(err, pt_buf_status(&c->body), "no memory for a batch");
    }
    pt_background_offer();
    PtStatus st = send_call(r, c, err);
    if (st != PT_OK) {
        return st;
    }
    r->sent++;
    return r->sent == WINDOW ? confirm(r, err) : PT_OK;
}

/* Events that are in calls, acknowledged or not, counted from the file's first. */
static uint64_t reached(const Run *r)
{
    uint64_t events = r->job.progress.acked;
    for (size_t i = 0; i <= r->sent && i < WINDOW; i++) {
        events += r->calls[i].events;
    }
    return events;
}

static PtStatus settle(Run *r, PtError *err)
{
    PtStatus st = flush(r, err);
    if (st == PT_OK) {
        st = confirm(r, err);
    }
    return st == PT_OK ? save(r, AHEAD, err) : st;
}

static PtStatus add_event(Run *r, PtStr json, PtError *err)
{
    PtStatus st = PT_OK;
    Call *c = &r->calls[r->sent];
    if (c->events == CALL_EVENTS || (c->events > 0 && c->body.len + json.len > CALL_BYTES) ||
        r->given == r->overlap + 1) {
        st = flush(r, err);
    }
    if (st == PT_OK && reached(r) == r->job.progress.sent_max) {
        st = settle(r, err);
    }
    if (st != PT_OK) {
        return st;
    }
    c = &r->calls[r->sent];
    pt_buf_add_str(&c->body, c->events == 0 ? PT_STR("{\"batch\":[") : PT_STR(","));
    pt_buf_add_str(&c->body, json);
    c->events++;
    return PT_OK;
}

/* ---- Callbacks --------------------------------------------------------------------------------
 */

static bool on_event(void *ctx, PtStr json)
{
    Run *r = ctx;
    if (r->given++ < r->skip) {
        return !halted(r);
    }
    return add_event(r, json, &r->failure) == PT_OK && !halted(r);
}

/* A copy without what is not UTF-8, cut between characters. */
static PtStr keep_text(PtArena *arena, PtStr text, size_t max)
{
    const char *p = text.data, *end = text.data + (text.len < max ? text.len : max);
    char *copy = pt_arena_alloc(arena, max + 1, 1);
    size_t len = 0;
    while (copy != NULL && p < end) {
        size_t n = pt_utf8_step(p, end);
        if (n > 0 && *p != '\0') {
            memcpy(copy + len, p, n);
        } else {
            copy[len] = '?';
        }
        len += n > 0 ? n : 1;
        p += n > 0 ? n : 1;
    }
    return (PtStr){copy, len};
}

static bool on_reject(void *ctx, const ConnectReject *reject)
{
    Run *r = ctx;
    r->refused++;
    if (r->refused <= r->job.progress.refusals || r->refused > CONNECT_REFUSALS_MAX) {
        return !halted(r);
    }
    if (r->held_count == REFUSALS_HELD && settle(r, &r->failure) != PT_OK) {
        return false;
    }
    ConnectRefusal *held = &r->held[r->held_count];
    *held = (ConnectRefusal){.number = r->refused,
                             .row = reject->row,
                             .line = reject->line,
                             .column = keep_text(r->arena, reject->column, CONNECT_REFUSAL_TEXT),
                             .reason =
                                 keep_text(r->arena, pt_str(reject->reason), PT_ERROR_MESSAGE_MAX),
                             .text = keep_text(r->arena, reject->raw, CONNECT_REFUSAL_TEXT)};
    if (held->column.data == NULL || held->reason.data == NULL || held->text.data == NULL) {
        (void)pt_fail(&r->failure, PT_NO_MEMORY, "no memory for a refused row");
        return false;
    }
    r->held_count++;
    return !halted(r);
}

static bool on_row(void *ctx, const ConnectCounts *counts)
{
    Run *r = ctx;
    r->counts = *counts;
    if (counts->rows % OFFER_ROWS != 0) {
        return true;
    }
    pt_background_offer();
    int64_t now_ms = pt_mono_ms();
    if (now_ms - r->shown_ms >= JOB_SHOW_MS) {
        show(r, "");
    }
    if (now_ms - r->saved_ms >= SAVE_MS && settle(r, &r->failure) != PT_OK) {
        return false;
    }
    return !halted(r);
}

/* ---- One import -------------------------------------------------------------------------------
 */

static void run_done(Run *r)
{
    connect_input_close(r->input);
    job_file_close(&r->file);
    connect_mapping_free(r->mapping);
    pt_arena_free(r->arena);
    for (size_t i = 0; i < WINDOW; i++) {
        pt_buf_done(&r->calls[i].body);
    }
}

static PtStatus load_mapping(Run *r, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(MAPPING_ARENA);
    PtStr mapping, recipe;
    PtStatus st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the mapping");
    if (st == PT_OK) {
        st = connect_job_mapping(r->jobs, pt_str(r->job.id), arena, &mapping, &recipe, err);
    }
    if (st == PT_OK) {
        st = connect_mapping_parse(mapping, &r->mapping, err);
    }
    return st;
}

static PtStatus run_open(Run *r, PtError *err)
{
    for (size_t i = 0; i < WINDOW; i++) {
        pt_buf_init(&r->calls[i].body, CALL_BYTES + 2 * (size_t)CONNECT_EVENT_MAX);
    }
    r->skip = r->job.progress.acked;
    r->overlap = r->job.progress.sent_max;
    r->saved_ms = r->shown_ms = pt_mono_ms();
    r->arena = pt_arena_new(REFUSAL_ARENA);
    if (r->arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an import");
    }
    if (!event_source_by_ref(r->jobs->c.sources, pt_str(r->job.source_id), &r->source) ||
        !r->source.historical) {
        return pt_fail(err, PT_INVALID, "source \"%.100s\" may not write the past", r->job.source);
    }
    PtStatus st = load_mapping(r, err);
    if (st == PT_OK) {
        st = job_file_open(r->jobs, r->job.id, &r->file, err);
    }
    return st == PT_OK ? connect_input_over(job_file_source(&r->file), r->job.bytes, &r->input, err)
                       : st;
}

/* The whole file; PT_UNAVAILABLE when it was told to halt. */
static PtStatus run_file(Run *r, PtError *err)
{
    PtBuf note;
    PtError why = {0};
    pt_buf_init(&note, 4096);
    const ConnectRun run = {.mapping = r->mapping,
                            .source = connect_input_source(r->input),
                            .digest = r->job.digest,
                            .sink = {on_event, on_reject, r},
                            .tick = on_row,
                            .note = &note};
    PtStatus st = connect_run(&run, &r->counts, &why);
    if (st == PT_OK) {
        (void)pt_str_copy(r->job.note, sizeof r->job.note, pt_buf_str(&note));
        st = settle(r, &why);
    }
    pt_buf_done(&note);
    if (st == PT_OK) {
        return PT_OK;
    }
    if (halted(r)) {
        return pt_fail(err, PT_UNAVAILABLE, "the import was stopped");
    }
    const PtError *told = r->failure.status != PT_OK ? &r->failure : &why;
    return pt_fail(err, told->status, "%s", told->message);
}

/* A last checkpoint, whatever the end: what is durable is noted, what is not will be sent again. */
static void wind_up(Run *r)
{
    PtError why = {0};
    if (r->sent > 0 && wait_durable(r, &why) == PT_OK) {
        count_calls(r, false);
    }
    if (r->input != NULL && save(r, 0, &why) != PT_OK) {
        pt_diag(PT_DIAG_WARN, "import", "a checkpoint was not written",
                PT_F_STR("problem", pt_str(why.message)));
    }
}

typedef struct Ended {
    ConnectJobStep step;
    const char *reason, *note;
} Ended;

static PtStatus end_step(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err)
{
    const Ended *e = ctx;
    (void)tx;
    PtStatus st = connect_job_step(job->state, e->step, &job->state, err);
    if (e->step == CONNECT_STEP_PICK && job->started_ms == 0) {
        job->started_ms = pt_clock_now_ms(jobs->c.clock);
    }
    if (e->step == CONNECT_STEP_FINISH || e->step == CONNECT_STEP_FAIL) {
        job->finished_ms = pt_clock_now_ms(jobs->c.clock);
        job_say(job->reason, sizeof job->reason, e->reason);
        job_say(job->note, sizeof job->note, e->note);
    }
    return st;
}

static PtStatus take_step(ConnectJobs *jobs, const char *id, const Ended *ended,
                          ConnectJob *ret_job, PtError *err)
{
    Ended e = *ended;
    const char *what = e.step == CONNECT_STEP_FINISH ? "done"
                       : e.step == CONNECT_STEP_FAIL ? "failed"
                                                     : NULL;
    const JobChange change = {
        .id = pt_str(id), .fn = end_step, .ctx = &e, .by = &server_itself, .what = what};
    return job_change(jobs, &change, ret_job, err);
}

/* How it ended, into its row, unless a person changed its state meanwhile. */
static void conclude(Run *r, PtStatus st, const PtError *why)
{
    ConnectJobs *jobs = r->jobs;
    ConnectJob job;
    PtError err = {0};
    Ended ended = {CONNECT_STEP_FINISH, "", r->job.note};
    if (st != PT_OK) {
        ended.step = halted(r) ? CONNECT_STEP_PUT_BACK : CONNECT_STEP_FAIL;
        ended.reason = why->message;
    }
    st = take_step(jobs, r->job.id, &ended, &job, &err);
    while (st != PT_OK && can_wait(st) && job_sleep(jobs, PAUSE_MAX_MS, NULL)) {
        st = take_step(jobs, r->job.id, &ended, &job, &err);
    }
    if (st != PT_OK && st != PT_CONFLICT) {
        pt_diag(PT_DIAG_ERROR, "import", "how an import ended was not written",
                PT_F_STR("import", pt_str(r->job.id)), PT_F_STR("problem", pt_str(err.message)));
    }
}

static void set_live(ConnectJobs *jobs, const char *id)
{
    (void)pthread_mutex_lock(&jobs->lock);
    (void)snprintf(jobs->live.id, sizeof jobs->live.id, "%s", id);
    atomic_store(&jobs->live.halt, false);
    jobs->live.shown = false;
    jobs->live.rows_per_s = jobs->live.events_per_s = 0;
    jobs->live.end_ms = 0;
    jobs->live.waits[0] = '\0';
    (void)pthread_mutex_unlock(&jobs->lock);
}

static PtStatus run_one(ConnectJobs *jobs, const char *id, PtError *err)
{
    const Ended pick = {CONNECT_STEP_PICK, "", ""};
    Run *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an import");
    }
    r->jobs = jobs;
    set_live(jobs, id); // before the state says so: who changes it then finds whom to halt
    PtStatus st = take_step(jobs, id, &pick, &r->job, err);
    if (st == PT_OK) {
        PtError why = {0};
        st = run_open(r, &why);
        if (st == PT_OK) {
            show(r, "");
            st = run_file(r, &why);
        }
        wind_up(r);
        conclude(r, st, &why);
        st = PT_OK;
    }
    set_live(jobs, "");
    job_changed(jobs, id);
    run_done(r);
    free(r);
    return st == PT_CONFLICT ? PT_OK : st; // paused or cancelled before it began
}

/* ---- The thread -------------------------------------------------------------------------------
 */

static PtStatus next_queued(ConnectJobs *jobs, char id[static CONNECT_JOB_ID], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    return st == PT_OK ? job_first(tx, JOB_QUEUED, 0, id, err) : st;
}

static void wait_due(ConnectJobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->lock);
    while (!atomic_load(&jobs->stop) && !jobs->run_due) {
        (void)pthread_cond_wait(&jobs->wake, &jobs->lock);
    }
    jobs->run_due = false;
    (void)pthread_mutex_unlock(&jobs->lock);
}

void *job_runner_main(void *ctx)
{
    ConnectJobs *jobs = ctx;
    char id[CONNECT_JOB_ID] = "";
    pt_background();
    while (!atomic_load(&jobs->stop)) {
        PtError err = {0};
        PtStatus st = next_queued(jobs, id, &err);
        if (st == PT_OK && id[0] == '\0') {
            wait_due(jobs);
            continue;
        }
        if (st == PT_OK) {
            st = run_one(jobs, id, &err);
        }
        if (st != PT_OK && !atomic_load(&jobs->stop)) {
            pt_diag(PT_DIAG_WARN, "import", "an import cannot be begun",
                    PT_F_STR("problem", pt_str(err.message)));
            (void)job_sleep(jobs, PAUSE_MAX_MS, NULL);
        }
    }
    return NULL;
}
