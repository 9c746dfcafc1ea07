// SPDX-License-Identifier: Apache-2.0
/* Retention, a portion at a time: what is due is counted, rewritten to the residue that an erasure
 * leaves, and noted. A kill before the note makes the portion begin again. */
#include "privacy/privacy_internal.h"

#include "platform/diag.h"
#include "platform/loop.h"
#include "platform/metrics.h"
#include "privacy.sql.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    PARTITION = 0,
    SPAN_RECORDS = 65536, /* read in a portion, */
    DROP_RECORDS = 16384, /* and rewritten */
    FETCH = 256,
    HOUR_MS = 3600000,
    BACKOFF_MS = 2000,
    BACKOFF_MAX_MS = 600000,
    JOBS_PAGE = 50,
    PAYLOAD_KEEP = 1 << 20,
    RUN_ARENA = 4 << 20,
    PORTION_ARENA = 64 << 20,
    JOBS_ARENA = 8 << 20,
    RECORD_ARENA = 4 << 20,
};

typedef struct Drop {
    uint64_t offset;
    PtStr ids; /* that the residue keeps: profiles_retain */
} Drop;

typedef struct Portion {
    Privacy *p;
    RetentionSpan span;
    PtArena *arena, *scratch;
    Drop *drops; /* rising */
    uint64_t *offsets;
    size_t count;
    uint64_t *blanks; /* rows of the list of quarantine */
    size_t blank_count;
    RetentionDropped *dropped; /* of each class */
    bool again;                /* a kill ended it before */
    PtBuf text;
} Portion;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for retention");
}

/* ---- What is due -------------------------------------------------------------------------------
 */

static PtStatus find_cut(Privacy *p, RetentionRow *rows, size_t at, PtError *err)
{
    for (size_t i = 0; i < at; i++) {
        if (rows[i].cut_ms == rows[at].cut_ms && rows[i].cut > 0) {
            rows[at].cut = rows[i].cut;
            return PT_OK;
        }
    }
    return pt_log_find_time(p->c.log, PARTITION, rows[at].cut_ms, &rows[at].cut, err);
}

static void drop_run(Retention *r)
{
    pt_arena_free(PT_TAKE(r->arena));
    r->rows = NULL;
    r->count = 0;
}

/* Rows and places as they are now. */
static PtStatus load_run(Privacy *p, PtError *err)
{
    Retention *r = &p->retention;
    const uint64_t begin = pt_log_begin(p->c.log, PARTITION);
    int64_t last_ms = 0;
    drop_run(r);
    r->begun_ms = privacy_now(p);
    r->arena = pt_arena_new(RUN_ARENA);
    PtStatus st = r->arena != NULL ? retention_load(p, r->arena, &r->rows, &r->count, &last_ms, err)
                                   : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        RetentionRow *row = &r->rows[i];
        row->next = row->next > begin ? row->next : begin;
        row->cut_ms = retention_cut_ms(r->begun_ms, row->days);
        if (row->cut_ms > row->treated_ms) {
            st = find_cut(p, r->rows, i, err);
        }
    }
    return st;
}

/* What is rewritten must have been read as it was by all that reads the log. */
static PtStatus check_views(const Privacy *p, uint64_t to, PtError *err)
{
    for (size_t i = 0; i < event_views_count(p->c.views); i++) {
        const EventViewState view = event_views_state(p->c.views, i);
        if (view.next_offset < to) {
            return pt_fail(err, PT_BUSY, "the view \"%s\" has not read all that is due", view.name);
        }
    }
    return PT_OK;
}

/* Tables that are being made anew do not know yet what they owe to an event. */
static PtStatus check_profiles(PtSqlTx *views, uint64_t to, PtError *err)
{
    int64_t at = -1;
    PtStatus st = store_number(views, SQL_RETENTION_PROFILES_AT, 0, false, &at, err);
    return st == PT_OK && (at < 0 || (uint64_t)at < to)
               ? pt_fail(err, PT_BUSY, "the view \"%s\" is being rebuilt", profiles_view)
               : st;
}

/* ---- Choosing ----------------------------------------------------------------------------------
 */

/* The first class of those whose place this is; -1: none covers it. */
static int class_of(const Portion *portion, const PtRecord *record, const EventView *v)
{
    const Retention *r = &portion->p->retention;
    for (size_t i = 0; i < r->count; i++) {
        const RetentionRow *row = &r->rows[i];
        if (row->next == portion->span.from && row->next < row->cut &&
            retention_covers(row->type, row->name, record, v)) {
            return (int)i;
        }
    }
    return -1;
}

static PtStatus add_drop(Portion *portion, const PtRecord *record, int class, PtStr ids,
                         PtError *err)
{
    const uint64_t offset = record->position.offset;
    Drop *drop = &portion->drops[portion->count];
    *drop = (Drop){offset, pt_arena_str(portion->arena, ids)};
    if (drop->ids.data == NULL) {
        return no_memory(err);
    }
    portion->offsets[portion->count++] = offset;
    if (offset >= portion->p->retention.rows[class].counted) {
        RetentionDropped *d = &portion->dropped[class];
        *(record->klass == PT_RECORD_EVENT ? &d->events : &d->quarantined) += 1;
    }
    return PT_OK;
}

static PtStatus choose(Portion *portion, PtSqlTx *views, const PtRecord *record, PtError *err)
{
    EventView v;
    bool evidence = false;
    const bool quarantined = record->klass == PT_RECORD_QUARANTINE;
    if ((record->klass != PT_RECORD_EVENT && !quarantined) || record->source == 0 ||
        record->key_id != 0) {
        return PT_OK;
    }
    if ((record->flags & EVENT_ERASED) != 0) { // perhaps a kill came before its row was blank
        portion->blanks[portion->blank_count] = record->position.offset;
        portion->blank_count += quarantined && portion->again;
        return PT_OK;
    }
    PtStatus st = event_payload_read(record, &v, err);
    const int class = st == PT_OK ? class_of(portion, record, &v) : -1;
    if (st != PT_OK || class < 0) {
        return st;
    }
    pt_arena_clear(portion->scratch);
    pt_buf_clear(&portion->text, PAYLOAD_KEEP);
    if (quarantined) {
        portion->blanks[portion->blank_count++] = record->position.offset;
    } else {
        st = profiles_retain(portion->p->c.profiles, views, record, portion->scratch,
                             &portion->text, &evidence, err);
    }
    return st == PT_OK && !evidence
               ? add_drop(portion, record, class, pt_buf_str(&portion->text), err)
               : st;
}

static PtStatus choose_all(Portion *portion, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *views = NULL;
    PtLogReader *reader = NULL;
    uint64_t at = portion->span.from;
    size_t count = 1;
    PtStatus st = pt_sql_begin(portion->p->c.views_sql, false, &views, err);
    st = st == PT_OK ? check_profiles(views, portion->span.to, err) : st;
    st =
        st == PT_OK ? pt_log_reader_open(portion->p->c.log, NULL, PARTITION, at, &reader, err) : st;
    while (st == PT_OK && count > 0 && at < portion->span.to) {
        const PtRecord *records;
        st = pt_log_fetch(reader, FETCH, true, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count && at < portion->span.to; i++) {
            st = choose(portion, views, &records[i], err);
            at = records[i].position.offset + 1;
            if (portion->count == DROP_RECORDS) {
                portion->span.to = at;
            }
        }
        pt_background_offer();
    }
    pt_log_reader_close(reader);
    return st == PT_OK ? check_profiles(views, portion->span.to, err) : st; // still
}

/* ---- Rewriting ---------------------------------------------------------------------------------
 */

static int by_offset(const void *key, const void *item)
{
    const uint64_t want = *(const uint64_t *)key, at = ((const Drop *)item)->offset;
    return (want > at) - (want < at);
}

/* A PtLogRewriteFn. */
static PtStatus rewrite(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    Portion *portion = ctx;
    const Drop *drop = bsearch(&record->position.offset, portion->drops, portion->count,
                               sizeof *portion->drops, by_offset);
    if (drop == NULL || (record->flags & EVENT_ERASED) != 0) {
        return PT_OK;
    }
    pt_buf_clear(&portion->text, PAYLOAD_KEEP);
    return residue_write(record, drop->ids, NULL, &portion->text, ret_record, err);
}

/* The list of quarantine says the field and the bound, and may show a value. */
static PtStatus blank_all(const Portion *portion, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    if (portion->blank_count == 0) {
        return PT_OK;
    }
    PtStatus st = pt_sql_begin(portion->p->c.views_sql, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < portion->blank_count; i++) {
        st = event_quarantine_blank(tx, portion->blanks[i], err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PtStatus carry_out(Portion *portion, PtError *err)
{
    Privacy *p = portion->p;
    PtLogRewritten done = {0};
    PtStatus st = PT_OK;
    if (portion->count > 0 || portion->again) {
        // what views made of the records is durable before those are gone
        st = pt_sql_scrub(p->c.views_sql, err);
        st = st == PT_OK ? retention_count(p, &portion->span, portion->dropped, err) : st;
        st = st == PT_OK ? pt_log_rewrite(p->c.log, portion->offsets, portion->count, rewrite,
                                          portion, &done, err)
                         : st;
        st = st == PT_OK ? blank_all(portion, err) : st;
    } else {
        st = retention_count(p, &portion->span, portion->dropped, err);
    }
    return st == PT_OK ? retention_advance(p, &portion->span, err) : st;
}

static PtStatus new_portion(Privacy *p, RetentionSpan span, Portion *portion, PtError *err)
{
    const Retention *r = &p->retention;
    *portion = (Portion){.p = p, .span = span};
    portion->arena = pt_arena_new(PORTION_ARENA);
    portion->scratch = pt_arena_new(RECORD_ARENA);
    portion->drops = calloc(DROP_RECORDS, sizeof *portion->drops);
    portion->offsets = calloc(DROP_RECORDS, sizeof *portion->offsets);
    portion->blanks = calloc(SPAN_RECORDS + 1, sizeof *portion->blanks);
    portion->dropped = calloc(r->count, sizeof *portion->dropped);
    pt_buf_init(&portion->text, PT_LOG_PAYLOAD_MAX);
    for (size_t i = 0; i < r->count; i++) {
        portion->again |= r->rows[i].next == span.from && r->rows[i].counted > span.from;
    }
    return portion->arena != NULL && portion->scratch != NULL && portion->drops != NULL &&
                   portion->offsets != NULL && portion->blanks != NULL && portion->dropped != NULL
               ? PT_OK
               : no_memory(err);
}

static void portion_done(Portion *portion)
{
    pt_arena_free(portion->arena);
    pt_arena_free(portion->scratch);
    free(portion->drops);
    free(portion->offsets);
    free(portion->blanks);
    free(portion->dropped);
    pt_buf_done(&portion->text);
}

static PtStatus run_portion(Privacy *p, RetentionSpan span, PtError *err)
{
    Portion portion;
    PtStatus st = new_portion(p, span, &portion, err);
    st = st == PT_OK ? check_views(p, span.to, err) : st;
    st = st == PT_OK ? choose_all(&portion, err) : st;
    st = st == PT_OK ? carry_out(&portion, err) : st;
    portion_done(&portion);
    return st;
}

/* ---- Files of imports --------------------------------------------------------------------------
 */

/* Of imports that are over; what else they were, they may still become. */
static PtStatus drop_import(Privacy *p, const ConnectJob *job, RetentionRow *row, PtError *err)
{
    static const AuditActor server = {.kind = AUDIT_SYSTEM};
    const int64_t nothing = 0, one = 1, next = (int64_t)row->next;
    ConnectJob after;
    if (job->finished_ms == 0 || job->finished_ms >= row->cut_ms) {
        return PT_OK;
    }
    PtStatus st = store_once(p, SQL_RETENTION_REFUSALS_DROP, err, "t", pt_str(job->id));
    if (st != PT_OK || !job->file_kept) {
        return st;
    }
    st = connect_job_act(p->c.imports, pt_str(job->id), CONNECT_STEP_REMOVE, &server, &after, err);
    if (st == PT_CONFLICT) {
        return PT_OK; // begun again
    }
    st = st == PT_OK ? store_once(p, SQL_RETENTION_COUNT, err, "ttiiiii", row->type, row->name,
                                  next, nothing, nothing, nothing, one)
                     : st;
    row->files += st == PT_OK;
    atomic_fetch_add(&p->retention.files, st == PT_OK);
    return st;
}

/* A file may hold events of any kind: the class of all events is the one that tells. */
static PtStatus drop_imports(Privacy *p, RetentionRow *row, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(JOBS_ARENA);
    char after[CONNECT_JOB_ID] = "";
    size_t count = JOBS_PAGE;
    PtStatus st = arena != NULL ? PT_OK : no_memory(err);
    while (st == PT_OK && count == JOBS_PAGE) {
        const ConnectJobsQuery query = {
            .state = CONNECT_STATES, .after = pt_str(after), .limit = JOBS_PAGE};
        ConnectJob *list = NULL;
        pt_arena_clear(arena);
        st = connect_jobs_list(p->c.imports, &query, arena, &list, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            (void)snprintf(after, sizeof after, "%s", list[i].id);
            st = drop_import(p, &list[i], row, err);
        }
    }
    return st;
}

static PtStatus end_run(Privacy *p, PtError *err)
{
    Retention *r = &p->retention;
    uint64_t fresh = 0;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        RetentionRow *row = &r->rows[i];
        if (row->type.len == 0 && row->name.len == 0) {
            st = drop_imports(p, row, err);
        }
        fresh += row->events + row->quarantined + row->files - row->audited;
    }
    if (st == PT_OK && fresh > 0) { // nothing deleted is left in the engine's files
        st = pt_sql_scrub(p->c.core, err);
        st = st == PT_OK ? pt_sql_scrub(p->c.views_sql, err) : st;
        st = st == PT_OK && p->c.rows.renew != NULL ? p->c.rows.renew(p->c.rows.ctx, err) : st;
    }
    return st == PT_OK ? retention_end(p, err) : st;
}

/* ---- The step ----------------------------------------------------------------------------------
 */

static void clock_changed(void *ctx)
{
    privacy_stir(ctx);
}

void retention_begin(Privacy *p)
{
    Retention *r = &p->retention;
    atomic_store(&r->due, true);
    r->watch = (PtClockWatch){.changed = clock_changed, .ctx = p};
    pt_clock_watch(p->c.clock, &r->watch);
}

void retention_done(Privacy *p)
{
    if (p->retention.watch.changed != NULL) {
        pt_clock_unwatch(p->c.clock, &p->retention.watch);
    }
    drop_run(&p->retention);
}

void privacy_retention_changed(Privacy *p)
{
    if (p != NULL) {
        atomic_store(&p->retention.due, true);
        privacy_stir(p);
    }
}

static bool is_due(const Privacy *p)
{
    const Retention *r = &p->retention;
    return pt_mono_ms() >= r->retry_mono_ms &&
           (r->rows != NULL || atomic_load(&r->due) || privacy_now(p) >= atomic_load(&r->next_ms) ||
            atomic_load(&r->next_ms) - privacy_now(p) > HOUR_MS); // the clock was set back
}

int64_t retention_wait_ms(Privacy *p)
{
    const Retention *r = &p->retention;
    const int64_t pause_ms = r->retry_mono_ms - pt_mono_ms();
    if (pause_ms > 0) {
        return pause_ms;
    }
    return is_due(p) ? 0 : pt_clock_wait_ms(p->c.clock, atomic_load(&r->next_ms));
}

static PtStatus step(Privacy *p, bool *ret_more, PtError *err)
{
    Retention *r = &p->retention;
    RetentionSpan span;
    PtStatus st = PT_OK;
    if (atomic_exchange(&r->due, false) || r->rows == NULL) {
        st = load_run(p, err);
    }
    *ret_more = st == PT_OK && retention_span(r->rows, r->count, SPAN_RECORDS, &span);
    if (st != PT_OK || *ret_more) {
        return st == PT_OK ? run_portion(p, span, err) : st;
    }
    st = end_run(p, err);
    if (st == PT_OK) {
        drop_run(r);
        atomic_store(&r->next_ms, r->begun_ms + HOUR_MS);
    }
    return st;
}

static void note(Privacy *p, PtStatus st, const PtError *why)
{
    Retention *r = &p->retention;
    (void)pthread_mutex_lock(&p->lock);
    (void)snprintf(r->problem, sizeof r->problem, "%s", st == PT_OK ? "" : why->message);
    (void)pthread_mutex_unlock(&p->lock);
    if (st == PT_OK) {
        r->backoff_ms = r->retry_mono_ms = 0;
        return;
    }
    drop_run(r); // what it knows may be half of the truth
    atomic_store(&r->due, true);
    atomic_fetch_add(&r->failed, 1);
    r->backoff_ms = r->backoff_ms == 0 ? BACKOFF_MS : 2 * r->backoff_ms;
    r->backoff_ms = r->backoff_ms < BACKOFF_MAX_MS ? r->backoff_ms : BACKOFF_MAX_MS;
    r->retry_mono_ms = pt_mono_ms() + r->backoff_ms;
    pt_diag(PT_DIAG_WARN, "privacy", "retention waits", PT_F_STR("problem", pt_str(why->message)));
}

bool retention_step(Privacy *p)
{
    PtError err = {0};
    bool more = false;
    if (!is_due(p)) {
        return false;
    }
    atomic_store(&p->retention.running, true);
    const PtStatus st = step(p, &more, &err);
    if (st == PT_OK || !atomic_load(&p->stop)) {
        note(p, st, &err);
    }
    atomic_store(&p->retention.running, st == PT_OK && more);
    return st == PT_OK && more;
}

void retention_metrics(const Privacy *p, PtBuf *out)
{
    const Retention *r = &p->retention;
    pt_metric_line(out, "patron_retention_events_total", "counter",
                   "Events that lost what is personal since the start, by age", true, NULL,
                   (double)atomic_load(&r->events));
    pt_metric_line(out, "patron_retention_quarantined_total", "counter",
                   "Quarantined records dropped since the start, by age", true, NULL,
                   (double)atomic_load(&r->quarantined));
    pt_metric_line(out, "patron_retention_files_total", "counter",
                   "Files of imports removed since the start, by age", true, NULL,
                   (double)atomic_load(&r->files));
    pt_metric_line(out, "patron_retention_failed_total", "counter",
                   "Attempts of retention that failed since the start and are made again", true,
                   NULL, (double)atomic_load(&r->failed));
}
