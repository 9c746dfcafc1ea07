// SPDX-License-Identifier: Apache-2.0
#include "operate/operate_internal.h"

#include "base/time.h"
#include "operate/operate.sql.h"
#include "platform/diag.h"
#include "platform/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    FAILED_MS = 60000,            /* how long one failure of the log counts as trouble */
    LONG_MS = 600000,             /* likewise a step of the clock, an unreadable run */
    AUDIT_EVERY_MS = 6 * 3600000, /* between two walks along the audit chain */
};
static const int64_t keep_ms = 400LL * 86400000; /* cleared alerts are kept */

#define ALERT_ROW(id, name, severity, advice) {name, severity, advice},
const AlertKind alert_kinds[ALERTS] = {ALERT_MAP(ALERT_ROW)};
#undef ALERT_ROW

/* ---- Judging -------------------------------------------------------------------------------- */

typedef enum Mood { CALM, BETWEEN, TROUBLE } Mood;

/* Between `calm` and `trouble` an alert stays as it is. */
static Mood mood_over(int64_t value, int64_t calm, int64_t trouble)
{
    return value >= trouble ? TROUBLE : value <= calm ? CALM : BETWEEN;
}

#define SAY(...) ((void)snprintf(say, OPERATE_TEXT, __VA_ARGS__))
#define MIB      (1 << 20)

static Mood judge_disk(const Operate *o, const Readings *r, char *say)
{
    SAY("%" PRIu64 " MiB free of %" PRIu64 " MiB", r->disk_free / MIB, r->disk_total / MIB);
    const int64_t free_bytes = (int64_t)r->disk_free, least = o->disk_free_bytes;
    return !r->disk_known || free_bytes > least + least / 4 ? CALM
           : free_bytes < least                             ? TROUBLE
                                                            : BETWEEN;
}

static Mood judge_log(const Operate *o, const Readings *r, char *say)
{
    const bool recent =
        o->log_failed_mono_ms != 0 && r->mono_ms - o->log_failed_mono_ms < FAILED_MS;
    SAY("%s", r->log.full ? "no disk space for the log" : "rounds of the log failed");
    return r->log.full || recent ? TROUBLE : CALM;
}

static Mood judge_view_lag(const Operate *o, const Readings *r, char *say)
{
    SAY("view %s is %" PRIu64 " records behind", r->view_lagging, r->view_lag);
    return mood_over((int64_t)r->view_lag, o->lag_records / 2, o->lag_records);
}

static Mood judge_view_stopped(const Operate *o, const Readings *r, char *say)
{
    (void)o;
    SAY("view %s stopped: %.200s", r->view_stopped, r->view_problem);
    return r->view_stopped[0] != '\0' ? TROUBLE : CALM;
}

static Mood judge_feed(const Operate *o, const Readings *r, char *say)
{
    SAY("%" PRId64 " changes wait to reach the log, the oldest for %" PRId64 " s", r->feed_waiting,
        r->feed_age_ms / 1000);
    return mood_over(r->feed_age_ms, o->feed_lag_ms / 2, o->feed_lag_ms);
}

static Mood judge_certificate(const Operate *o, const Readings *r, char *say)
{
    const int64_t left = r->certificate_ms - r->now_ms;
    if (r->certificate_ms == 0) {
        return CALM;
    }
    SAY(left > 0 ? "the certificate ends in %" PRId64 " hours"
                 : "the certificate ended %" PRId64 " hours ago",
        (left > 0 ? left : -left) / 3600000);
    return left < o->certificate_ms ? TROUBLE : CALM;
}

static Mood judge_backup_age(const Operate *o, const Readings *r, char *say)
{
    const int64_t since = r->backup_newest_ms > 0 ? r->backup_newest_ms : o->opened_ms;
    SAY("%s", r->backup_newest_ms > 0 ? "" : "there is no backup yet");
    if (r->backup_newest_ms > 0) {
        SAY("the newest backup is %" PRId64 " hours old", (r->now_ms - since) / 3600000);
    }
    return o->backup_age_ms > 0 && r->sql_ok && r->now_ms - since > o->backup_age_ms ? TROUBLE
                                                                                     : CALM;
}

static Mood judge_backup_failed(const Operate *o, const Readings *r, char *say)
{
    (void)o;
    SAY("the last backup failed: %.200s", r->backup_error);
    return r->backup_last_failed ? TROUBLE : CALM;
}

/* A run that cannot be read refuses the calls that need it (503) and never lets a double in: so
 * exactly-once holds, while some retries will never be taken until it is rebuilt. */
static Mood judge_dedupe_damaged(const Operate *o, const Readings *r, char *say)
{
    SAY("%" PRIu64 " calls were refused since remembered message ids cannot be read",
        r->dedupe.bad_reads);
    return o->bad_read_mono_ms != 0 && r->mono_ms - o->bad_read_mono_ms < LONG_MS ? TROUBLE : CALM;
}

static Mood judge_dedupe_stalled(const Operate *o, const Readings *r, char *say)
{
    (void)o;
    SAY("message ids cannot be written to dedupe/");
    return r->dedupe.stalled ? TROUBLE : CALM;
}

static Mood judge_clock(const Operate *o, const Readings *r, char *say)
{
    SAY("the machine's clock stepped by %" PRId64 " ms", o->step_ms);
    return o->stepped_mono_ms != 0 && r->mono_ms - o->stepped_mono_ms < LONG_MS ? TROUBLE : CALM;
}

static Mood judge_audit(const Operate *o, const Readings *r, char *say)
{
    (void)r;
    SAY("the audit chain is broken: %s", o->audit_problem);
    return o->audit_bad ? TROUBLE : CALM;
}

static Mood (*const judges[ALERTS])(const Operate *o, const Readings *r, char *say) = {
    [ALERT_DISK_SPACE] = judge_disk,
    [ALERT_LOG_NOT_WRITABLE] = judge_log,
    [ALERT_VIEW_LAG] = judge_view_lag,
    [ALERT_VIEW_STOPPED] = judge_view_stopped,
    [ALERT_FEED_LAG] = judge_feed,
    [ALERT_CERTIFICATE] = judge_certificate,
    [ALERT_BACKUP_AGE] = judge_backup_age,
    [ALERT_BACKUP_FAILED] = judge_backup_failed,
    [ALERT_DEDUPE_DAMAGED] = judge_dedupe_damaged,
    [ALERT_DEDUPE_STALLED] = judge_dedupe_stalled,
    [ALERT_CLOCK_STEPPED] = judge_clock,
    [ALERT_AUDIT_CHAIN] = judge_audit,
};

/* ---- Storing and telling -------------------------------------------------------------------- */

static void tell_json(PtJsonOut *o, const Alert *a, const AlertKind *k, bool raised, int64_t now_ms)
{
    pt_json_out_object(o);
    operate_put_text(o, "event", raised ? PT_STR("alert_raised") : PT_STR("alert_cleared"));
    operate_put_text(o, "id", pt_str(a->id));
    operate_put_text(o, "name", pt_str(k->name));
    operate_put_text(o, "severity", pt_str(k->severity));
    operate_put_text(o, "message", pt_str(a->message));
    operate_put_text(o, "advice", pt_str(k->advice));
    operate_put_time(o, "since", a->since_ms);
    operate_put_time(o, "cleared_at", raised ? 0 : now_ms);
    pt_json_out_object_end(o);
}

static PtStatus write_change(PtSqlTx *tx, const Alert *a, const AlertKind *k, bool raised,
                             int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, raised ? SQL_ALERT_ADD : SQL_ALERT_CLEAR, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(a->id));
    if (raised) {
        pt_sql_bind_text(tx, 2, pt_str(k->name));
        pt_sql_bind_text(tx, 3, pt_str(k->severity));
        pt_sql_bind_text(tx, 4, pt_str(a->message));
        pt_sql_bind_i64(tx, 5, a->since_ms);
    } else {
        pt_sql_bind_i64(tx, 2, now_ms);
    }
    return pt_sql_finish(tx, err);
}

static PtStatus store(Operate *o, const Alert *a, const AlertKind *k, bool raised, PtStr json,
                      int64_t now_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const PtFeedEvent event = {raised ? PT_STR("Alert Raised") : PT_STR("Alert Cleared"),
                               pt_str(a->id), json};
    PtStatus st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = write_change(tx, a, k, raised, now_ms, err);
    }
    if (st == PT_OK) {
        st = pt_feed_put(tx, operate_now_ms(), &event, err);
    }
    if (st == PT_OK && raised && o->c.alerted != NULL) {
        st = o->c.alerted(o->c.ctx, tx, pt_str(k->name), pt_str(a->message), err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* A change that SQL refuses (its disk may be what is wrong) is told all the same, and stored when
 * SQL is back. */
static void change(Operate *o, AlertId which, const Alert *a, bool raised, bool tell,
                   int64_t now_ms)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    const AlertKind *k = &alert_kinds[which];
    PtError err = {0};
    pt_buf_init(&text, WEBHOOK_BODY_MAX);
    PtJsonOut out = pt_json_out(&text);
    tell_json(&out, a, k, raised, now_ms);
    PtStatus st = store(o, a, k, raised, pt_buf_str(&text), now_ms, &err);
    pthread_mutex_lock(&o->lock);
    o->alerts[which].stored = st == PT_OK;
    pthread_mutex_unlock(&o->lock);
    if (!tell) {
        return;
    }
    pt_diag(raised ? PT_DIAG_WARN : PT_DIAG_INFO, "alerts",
            raised ? "alert raised" : "alert cleared", PT_F_STR("name", pt_str(k->name)),
            PT_F_STR("what", pt_str(a->message)),
            PT_F_STR("stored", pt_str(st == PT_OK ? "yes" : err.message)));
    if (o->webhook != NULL && pt_buf_status(&text) == PT_OK) {
        webhook_send(o->webhook, pt_buf_str(&text));
    }
}

static void raise_alert(Operate *o, AlertId which, const char *say, const Readings *r)
{
    Alert *a = &o->alerts[which];
    pthread_mutex_lock(&o->lock);
    const bool fresh = !a->active;
    if (fresh) {
        *a = (Alert){.active = true, .since_ms = r->now_ms};
        operate_uuid(a->id);
    }
    a->calm_since_mono_ms = 0;
    (void)snprintf(a->message, sizeof a->message, "%s", say);
    const bool due = !a->stored;
    const Alert copy = *a;
    pthread_mutex_unlock(&o->lock);
    if (due) {
        change(o, which, &copy, true, fresh, r->now_ms);
    }
}

static void calm_alert(Operate *o, AlertId which, const Readings *r)
{
    Alert *a = &o->alerts[which];
    pthread_mutex_lock(&o->lock);
    if (a->active && a->calm_since_mono_ms == 0) {
        a->calm_since_mono_ms = r->mono_ms;
    }
    const bool over = a->active && r->mono_ms - a->calm_since_mono_ms >= o->calm_ms;
    if (over) {
        a->active = false;
    }
    const Alert copy = *a;
    const bool was_stored = a->stored;
    pthread_mutex_unlock(&o->lock);
    if (over && !was_stored) {
        change(o, which, &copy, true, false, r->now_ms); // it came and went while SQL was away
    }
    if (over) {
        change(o, which, &copy, false, true, r->now_ms);
    }
}

/* A clearing that SQL did not take. */
static void store_late(Operate *o, AlertId which, const Readings *r)
{
    pthread_mutex_lock(&o->lock);
    const Alert copy = o->alerts[which];
    pthread_mutex_unlock(&o->lock);
    if (!copy.active && copy.id[0] != '\0' && !copy.stored && r->sql_ok) {
        change(o, which, &copy, false, false, r->now_ms);
    }
}

static void note_failures(Operate *o, const Readings *r)
{
    if (r->log.failed_rounds > o->failed_rounds) {
        o->log_failed_mono_ms = r->mono_ms;
    }
    if (r->dedupe.bad_reads > o->bad_reads) {
        o->bad_read_mono_ms = r->mono_ms;
    }
    o->failed_rounds = r->log.failed_rounds;
    o->bad_reads = r->dedupe.bad_reads;
}

void alerts_judge(Operate *o, const Readings *r)
{
    note_failures(o, r);
    for (AlertId i = 0; i < ALERTS; i++) {
        char say[OPERATE_TEXT] = "";
        const Mood mood = judges[i](o, r, say);
        store_late(o, i, r);
        if (mood == TROUBLE) {
            raise_alert(o, i, say, r);
        } else if (mood == CALM) {
            calm_alert(o, i, r);
        }
    }
}

void alerts_check_audit(Operate *o)
{
    AuditVerdict verdict;
    PtError err = {0};
    const int64_t now = pt_mono_ms();
    if (o->audit_checked_mono_ms != 0 && now - o->audit_checked_mono_ms < AUDIT_EVERY_MS) {
        return;
    }
    if (audit_verify(o->c.core, NULL, &verdict, &err) == PT_OK) {
        pthread_mutex_lock(&o->judge);
        o->audit_checked_mono_ms = now;
        o->audit_bad = !verdict.ok;
        (void)snprintf(o->audit_problem, sizeof o->audit_problem, "%s", verdict.problem);
        pthread_mutex_unlock(&o->judge);
    }
}

/* ---- Loading, listing, acknowledging -------------------------------------------------------- */

static void take_active(Operate *o, PtSqlTx *tx)
{
    for (AlertId i = 0; i < ALERTS; i++) {
        Alert *a = &o->alerts[i];
        if (pt_str_eq(pt_sql_text(tx, 1), pt_str(alert_kinds[i].name))) {
            a->active = a->stored = true;
            (void)pt_str_copy(a->id, sizeof a->id, pt_sql_text(tx, 0));
            (void)pt_str_copy(a->message, sizeof a->message, pt_sql_text(tx, 3));
            a->since_ms = pt_sql_i64(tx, 4);
        }
    }
}

static PtStatus forget_old(Operate *o, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row;
    PtStatus st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ALERT_FORGET, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, operate_now_ms() - keep_ms);
    st = pt_sql_step(tx, &row, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus alerts_load(Operate *o, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    PtStatus st = forget_old(o, err);
    if (st == PT_OK) {
        st = pt_sql_begin(o->c.core, false, &tx, err);
    }
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ALERT_ACTIVE, err);
    }
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        take_active(o, tx);
    }
    return st;
}

static const AlertKind *kind_of(PtStr name)
{
    for (AlertId i = 0; i < ALERTS; i++) {
        if (pt_str_eq(name, pt_str(alert_kinds[i].name))) {
            return &alert_kinds[i];
        }
    }
    return NULL;
}

/* The row that the statement stands on. */
static void put_alert(Operate *o, PtSqlTx *tx, PtJsonOut *out)
{
    const PtStr name = pt_sql_text(tx, 1);
    const AlertKind *k = kind_of(name);
    char message[OPERATE_TEXT];
    (void)pt_str_copy(message, sizeof message, pt_sql_text(tx, 3));
    pthread_mutex_lock(&o->lock);
    if (k != NULL && o->alerts[k - alert_kinds].active && pt_sql_is_null(tx, 8)) {
        memcpy(message, o->alerts[k - alert_kinds].message, sizeof message); // what was seen last
    }
    pthread_mutex_unlock(&o->lock);
    pt_json_out_object(out);
    operate_put_text(out, "id", pt_sql_text(tx, 0));
    operate_put_text(out, "name", name);
    operate_put_text(out, "severity", pt_sql_text(tx, 2));
    operate_put_text(out, "state",
                     !pt_sql_is_null(tx, 8)   ? PT_STR("cleared")
                     : !pt_sql_is_null(tx, 5) ? PT_STR("acknowledged")
                                              : PT_STR("active"));
    operate_put_text(out, "message", pt_str(message));
    operate_put_text(out, "advice", k != NULL ? pt_str(k->advice) : PT_STR(""));
    operate_put_time(out, "since", pt_sql_i64(tx, 4));
    operate_put_time(out, "acknowledged_at", pt_sql_i64(tx, 5));
    operate_put_text(out, "acknowledged_by", pt_sql_text(tx, 6));
    operate_put_text(out, "note", pt_sql_text(tx, 7));
    operate_put_time(out, "cleared_at", pt_sql_i64(tx, 8));
    pt_json_out_object_end(out);
}

PtStatus operate_alerts_json(Operate *o, OperateAlertState state, PtStr before, int64_t limit,
                             PtJsonOut *out, char ret_next[static PT_UUID_TEXT], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    char last[PT_UUID_TEXT] = "";
    ret_next[0] = '\0';
    PtStatus st = pt_sql_begin(o->c.core, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_ALERT_PAGE, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, before.len > 0 ? before : PT_STR("g")); // behind every hex digit
    pt_sql_bind_i64(tx, 2, state);
    pt_sql_bind_i64(tx, 3, limit + 1);
    for (int64_t i = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; i++) {
        if (i == limit) {
            memcpy(ret_next, last, sizeof last);
            break;
        }
        put_alert(o, tx, out);
        (void)pt_str_copy(last, sizeof last, pt_sql_text(tx, 0));
    }
    return st;
}

static PtStatus find_alert(PtSqlTx *tx, PtStr id, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_ALERT_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    return st == PT_OK && !row ? pt_fail(err, PT_NOT_FOUND, "no alert with this id") : st;
}

static PtStatus acknowledge(PtSqlTx *tx, PtStr id, PtStr note, const AuditActor *by, bool *ret_did,
                            PtError *err)
{
    bool row;
    PtStatus st = pt_sql_use(tx, SQL_ALERT_ACKNOWLEDGE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, operate_now_ms());
    pt_sql_bind_text(tx, 3, audit_actor_name(by));
    pt_sql_bind_text(tx, 4, note.len > 0 ? note : (PtStr){NULL, 0});
    st = pt_sql_step(tx, &row, err);
    *ret_did = st == PT_OK && pt_sql_changes(tx) > 0;
    pt_sql_done(tx);
    return st;
}

PtStatus operate_alert_acknowledge(Operate *o, PtStr id, PtStr note, const AuditActor *by,
                                   PtJsonOut *out, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const AuditEntry entry = {
        .by = by, .action = "alert.acknowledged", .subject_type = "alert", .subject = id};
    bool did = false;
    PtStatus st = pt_sql_begin(o->c.core, true, &tx, err);
    if (st == PT_OK) {
        st = find_alert(tx, id, err);
    }
    if (st == PT_OK) {
        pt_sql_done(tx);
        st = acknowledge(tx, id, note, by, &did, err);
    }
    if (st == PT_OK && did) {
        st = audit_write(tx, operate_now_ms(), &entry, err);
    }
    if (st == PT_OK) {
        st = find_alert(tx, id, err);
    }
    if (st == PT_OK) {
        put_alert(o, tx, out);
        pt_sql_done(tx);
        st = pt_sql_commit(&tx, err);
    }
    return st;
}
