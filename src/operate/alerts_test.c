// SPDX-License-Identifier: Apache-2.0
/* Each alert at both sides of each of its bounds, and what is stored of it. Readings and clocks are
 * made up; the database is real. */
#include "operate/operate_internal.h"

#include "base/test_rows.h"
#include "platform/migrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DISK_LEAST = 1000,
    LAG = 100,
    FEED_LAG_MS = 60000,
    CERTIFICATE_MS = 14 * 86400000,
    BACKUP_AGE_MS = 3600000,
    LONG_MS = 600000,
    FAILED_MS = 60000,
    CALM_MS = 60000,
};
static const int64_t now_ms = 1700000000000, mono_ms = 5000000;

typedef struct Rig {
    char dir[64];
    Operate o;
    Readings r;
} Rig;

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

/* Nothing is wrong, at 5,000 s of the machine's run. */
static void quiet(Rig *g)
{
    g->r = (Readings){.now_ms = now_ms,
                      .mono_ms = mono_ms,
                      .sql_ok = true,
                      .disk_known = true,
                      .disk_free = 1 << 20,
                      .backup_newest_ms = now_ms};
}

static Rig *rig_new(int64_t calm_ms)
{
    char path[128];
    PtError err = {0};
    Rig *g = calloc(1, sizeof *g);
    assert_non_null(g);
    (void)snprintf(g->dir, sizeof g->dir, "/tmp/patron-alerts-XXXXXX");
    assert_non_null(mkdtemp(g->dir));
    (void)snprintf(path, sizeof path, "%s/core.db", g->dir);
    const PtSqlConfig c = {.path = path, .relaxed = true, .readers = 1};
    must(pt_sql_open(&c, &g->o.c.core, &err), &err);
    must(pt_migrations_apply(g->o.c.core, PT_MIGRATIONS_CORE, &err), &err);
    g->o.c.clock = pt_clock_real();
    g->o.opened_ms = now_ms;
    g->o.disk_free_bytes = DISK_LEAST;
    g->o.lag_records = LAG;
    g->o.feed_lag_ms = FEED_LAG_MS;
    g->o.certificate_ms = CERTIFICATE_MS;
    g->o.backup_age_ms = BACKUP_AGE_MS;
    g->o.calm_ms = calm_ms;
    assert_int_equal(pthread_mutex_init(&g->o.lock, NULL), 0);
    quiet(g);
    return g;
}

static void rig_free(Rig *g)
{
    char path[128];
    static const char *const files[] = {"core.db", "core.db-wal", "core.db-shm"};
    pt_sql_close(g->o.c.core);
    for (size_t i = 0; i < PT_COUNT(files); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", g->dir, files[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(g->dir), 0);
    (void)pthread_mutex_destroy(&g->o.lock);
    free(g);
}

static void run_sql(Rig *g, const char *statement)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(g->o.c.core, true, &tx, &err), &err);
    must(pt_sql_run(tx, statement, &err), &err);
    must(pt_sql_commit(&tx, &err), &err);
}

static int64_t count(Rig *g, const char *statement)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    bool row = false;
    must(pt_sql_begin(g->o.c.core, false, &tx, &err), &err);
    must(pt_sql_use(tx, statement, &err), &err);
    must(pt_sql_step(tx, &row, &err), &err);
    const int64_t n = pt_sql_i64(tx, 0);
    pt_sql_rollback(tx);
    return n;
}

static const char count_all[] = "SELECT COUNT(*) FROM alert",
                  count_active[] = "SELECT COUNT(*) FROM alert WHERE cleared_ms IS NULL",
                  count_told[] = "SELECT COUNT(*) FROM feed WHERE name LIKE 'Alert %'";

/* ---- Bounds --------------------------------------------------------------------------------- */

static void set_disk(Rig *g, int64_t value)
{
    g->r.disk_free = (uint64_t)value;
}

static void set_disk_unknown(Rig *g, int64_t value)
{
    g->r.disk_known = false;
    g->r.disk_free = (uint64_t)value;
}

static void set_log_full(Rig *g, int64_t value)
{
    g->r.log.full = value != 0;
}

/* A round failed that long ago. */
static void set_log_failed(Rig *g, int64_t value)
{
    g->o.log_failed_mono_ms = mono_ms - value;
}

static void set_view_lag(Rig *g, int64_t value)
{
    g->r.view_lag = (uint64_t)value;
}

static void set_view_stopped(Rig *g, int64_t value)
{
    (void)snprintf(g->r.view_stopped, sizeof g->r.view_stopped, "%s", value != 0 ? "counts" : "");
}

static void set_feed(Rig *g, int64_t value)
{
    g->r.feed_waiting = 1;
    g->r.feed_age_ms = value;
}

/* An empty feed has no oldest row. */
static void set_feed_empty(Rig *g, int64_t value)
{
    g->r.feed_waiting = g->r.feed_age_ms = value;
}

static void set_certificate(Rig *g, int64_t value)
{
    g->r.certificate_ms = now_ms + value;
}

static void set_no_tls(Rig *g, int64_t value)
{
    g->r.certificate_ms = value;
}

static void set_backup(Rig *g, int64_t value)
{
    g->r.backup_newest_ms = now_ms - value;
}

static void set_no_backup_since(Rig *g, int64_t value)
{
    g->r.backup_newest_ms = 0;
    g->o.opened_ms = now_ms - value;
}

static void set_backup_no_bound(Rig *g, int64_t value)
{
    set_backup(g, value);
    g->o.backup_age_ms = 0;
}

/* Then it is not known how old the newest one is. */
static void set_backup_no_sql(Rig *g, int64_t value)
{
    set_backup(g, value);
    g->r.sql_ok = false;
}

static void set_backup_failed(Rig *g, int64_t value)
{
    g->r.backup_last_failed = value != 0;
}

static void set_bad_read(Rig *g, int64_t value)
{
    g->o.bad_read_mono_ms = mono_ms - value;
}

static void set_stalled(Rig *g, int64_t value)
{
    g->r.dedupe.stalled = value != 0;
}

/* The clocks ran 1 s, the machine's one jumped beside it. */
static void set_step(Rig *g, int64_t value)
{
    g->o.last_mono_ms = g->o.stepped_mono_ms = 0;
    operate_watch_clock(&g->o, now_ms - 1000 - value, mono_ms - 1000);
    operate_watch_clock(&g->o, now_ms, mono_ms);
}

static void set_stepped_ago(Rig *g, int64_t value)
{
    g->o.stepped_mono_ms = mono_ms - value;
}

static void set_audit(Rig *g, int64_t value)
{
    g->o.audit_bad = value != 0;
}

typedef enum Want { CLEARS, STAYS, RAISES } Want;

static struct BoundCase {
    const char *name;
    AlertId which;
    void (*set)(Rig *g, int64_t value);
    int64_t value;
    Want want;
} bound_cases[] = {
    {"disk: under the least", ALERT_DISK_SPACE, set_disk, DISK_LEAST - 1, RAISES},
    {"disk: the least", ALERT_DISK_SPACE, set_disk, DISK_LEAST, STAYS},
    {"disk: a quarter more", ALERT_DISK_SPACE, set_disk, DISK_LEAST * 5 / 4, STAYS},
    {"disk: over a quarter more", ALERT_DISK_SPACE, set_disk, DISK_LEAST * 5 / 4 + 1, CLEARS},
    {"disk: not known", ALERT_DISK_SPACE, set_disk_unknown, 0, CLEARS},
    {"log: full", ALERT_LOG_NOT_WRITABLE, set_log_full, 1, RAISES},
    {"log: failed a minute ago less 1 ms", ALERT_LOG_NOT_WRITABLE, set_log_failed, FAILED_MS - 1,
     RAISES},
    {"log: failed a minute ago", ALERT_LOG_NOT_WRITABLE, set_log_failed, FAILED_MS, CLEARS},
    {"view_lag: the bound", ALERT_VIEW_LAG, set_view_lag, LAG, RAISES},
    {"view_lag: one less", ALERT_VIEW_LAG, set_view_lag, LAG - 1, STAYS},
    {"view_lag: over the half", ALERT_VIEW_LAG, set_view_lag, LAG / 2 + 1, STAYS},
    {"view_lag: the half", ALERT_VIEW_LAG, set_view_lag, LAG / 2, CLEARS},
    {"view_stopped: one has", ALERT_VIEW_STOPPED, set_view_stopped, 1, RAISES},
    {"view_stopped: none has", ALERT_VIEW_STOPPED, set_view_stopped, 0, CLEARS},
    {"feed_lag: the bound", ALERT_FEED_LAG, set_feed, FEED_LAG_MS, RAISES},
    {"feed_lag: 1 ms less", ALERT_FEED_LAG, set_feed, FEED_LAG_MS - 1, STAYS},
    {"feed_lag: over the half", ALERT_FEED_LAG, set_feed, FEED_LAG_MS / 2 + 1, STAYS},
    {"feed_lag: the half", ALERT_FEED_LAG, set_feed, FEED_LAG_MS / 2, CLEARS},
    {"feed_lag: none waits", ALERT_FEED_LAG, set_feed_empty, 0, CLEARS},
    {"certificate: 1 ms under the bound", ALERT_CERTIFICATE, set_certificate, CERTIFICATE_MS - 1,
     RAISES},
    {"certificate: the bound", ALERT_CERTIFICATE, set_certificate, CERTIFICATE_MS, CLEARS},
    {"certificate: ended", ALERT_CERTIFICATE, set_certificate, -1, RAISES},
    {"certificate: none", ALERT_CERTIFICATE, set_no_tls, 0, CLEARS},
    {"backup_age: 1 ms over the bound", ALERT_BACKUP_AGE, set_backup, BACKUP_AGE_MS + 1, RAISES},
    {"backup_age: the bound", ALERT_BACKUP_AGE, set_backup, BACKUP_AGE_MS, CLEARS},
    {"backup_age: none since the start, over", ALERT_BACKUP_AGE, set_no_backup_since,
     BACKUP_AGE_MS + 1, RAISES},
    {"backup_age: none since the start, the bound", ALERT_BACKUP_AGE, set_no_backup_since,
     BACKUP_AGE_MS, CLEARS},
    {"backup_age: no bound is set", ALERT_BACKUP_AGE, set_backup_no_bound, 100LL * BACKUP_AGE_MS,
     CLEARS},
    {"backup_age: without SQL nobody knows", ALERT_BACKUP_AGE, set_backup_no_sql, BACKUP_AGE_MS + 1,
     CLEARS},
    {"backup_failed: it has", ALERT_BACKUP_FAILED, set_backup_failed, 1, RAISES},
    {"backup_failed: it has not", ALERT_BACKUP_FAILED, set_backup_failed, 0, CLEARS},
    {"dedupe_damaged: 10 minutes ago less 1 ms", ALERT_DEDUPE_DAMAGED, set_bad_read, LONG_MS - 1,
     RAISES},
    {"dedupe_damaged: 10 minutes ago", ALERT_DEDUPE_DAMAGED, set_bad_read, LONG_MS, CLEARS},
    {"dedupe_stalled: it is", ALERT_DEDUPE_STALLED, set_stalled, 1, RAISES},
    {"dedupe_stalled: it is not", ALERT_DEDUPE_STALLED, set_stalled, 0, CLEARS},
    {"clock_stepped: 2 s on", ALERT_CLOCK_STEPPED, set_step, 2000, CLEARS},
    {"clock_stepped: over 2 s on", ALERT_CLOCK_STEPPED, set_step, 2001, RAISES},
    {"clock_stepped: 2 s back", ALERT_CLOCK_STEPPED, set_step, -2000, CLEARS},
    {"clock_stepped: over 2 s back", ALERT_CLOCK_STEPPED, set_step, -2001, RAISES},
    {"clock_stepped: 10 minutes ago less 1 ms", ALERT_CLOCK_STEPPED, set_stepped_ago, LONG_MS - 1,
     RAISES},
    {"clock_stepped: 10 minutes ago", ALERT_CLOCK_STEPPED, set_stepped_ago, LONG_MS, CLEARS},
    {"audit_chain: broken", ALERT_AUDIT_CHAIN, set_audit, 1, RAISES},
    {"audit_chain: whole", ALERT_AUDIT_CHAIN, set_audit, 0, CLEARS},
};

/* The alert alone, and only by this value: from rest, and when it was active before. */
static void bound(void **state)
{
    const struct BoundCase *c = *state;
    Rig *g = rig_new(0);
    c->set(g, c->value);
    alerts_judge(&g->o, &g->r);
    for (AlertId i = 0; i < ALERTS; i++) {
        assert_int_equal(g->o.alerts[i].active, i == c->which && c->want == RAISES);
    }
    Alert *a = &g->o.alerts[c->which];
    a->active = a->stored = true;
    (void)snprintf(a->id, sizeof a->id, "before");
    alerts_judge(&g->o, &g->r);
    assert_int_equal(a->active, c->want != CLEARS);
    rig_free(g);
}

/* ---- Over time ------------------------------------------------------------------------------ */

static void judge_at(Rig *g, int64_t ms, bool stalled)
{
    g->r.now_ms = g->r.backup_newest_ms = now_ms + ms;
    g->r.mono_ms = mono_ms + ms;
    g->r.dedupe.stalled = stalled;
    alerts_judge(&g->o, &g->r);
}

static void calm_must_last(void **state)
{
    (void)state;
    Rig *g = rig_new(CALM_MS);
    const Alert *a = &g->o.alerts[ALERT_DEDUPE_STALLED];
    judge_at(g, 0, true);
    judge_at(g, 1000, false);
    judge_at(g, 1000 + CALM_MS - 1, false);
    assert_true(a->active);
    judge_at(g, 1000 + CALM_MS, true); // back again: the same alert, and the wait begins anew
    judge_at(g, 2000 + CALM_MS, false);
    judge_at(g, 2000 + 2 * CALM_MS - 1, false);
    assert_true(a->active);
    assert_int_equal(a->since_ms, now_ms);
    assert_int_equal(count(g, count_all), 1);
    assert_int_equal(count(g, count_active), 1);
    assert_int_equal(count(g, count_told), 1);
    judge_at(g, 2000 + 2 * CALM_MS, false);
    assert_false(a->active);
    assert_int_equal(count(g, count_active), 0);
    assert_int_equal(count(g, count_told), 2);
    judge_at(g, 3000 + 2 * CALM_MS, true); // another one
    assert_int_equal(count(g, count_all), 2);
    rig_free(g);
}

/* Counters tell of one more failure once, however long they stay where they are. */
static void counters_tell_once(void **state)
{
    (void)state;
    Rig *g = rig_new(0);
    g->r.log.failed_rounds = g->r.dedupe.bad_reads = 1;
    judge_at(g, 0, false);
    assert_true(g->o.alerts[ALERT_LOG_NOT_WRITABLE].active);
    assert_true(g->o.alerts[ALERT_DEDUPE_DAMAGED].active);
    judge_at(g, FAILED_MS, false);
    assert_false(g->o.alerts[ALERT_LOG_NOT_WRITABLE].active);
    assert_true(g->o.alerts[ALERT_DEDUPE_DAMAGED].active);
    judge_at(g, LONG_MS, false);
    assert_false(g->o.alerts[ALERT_DEDUPE_DAMAGED].active);
    rig_free(g);
}

/* Its disk may be what is wrong: raised all the same, and stored when it is back. */
static void sql_is_away(void **state)
{
    (void)state;
    Rig *g = rig_new(0);
    const Alert *a = &g->o.alerts[ALERT_DEDUPE_STALLED];
    run_sql(g, "ALTER TABLE alert RENAME TO away");
    judge_at(g, 0, true);
    assert_true(a->active);
    assert_false(a->stored);
    run_sql(g, "ALTER TABLE away RENAME TO alert");
    assert_int_equal(count(g, count_told), 0); // neither half of the transaction
    judge_at(g, 1000, true);
    assert_true(a->stored);
    assert_int_equal(count(g, count_active), 1);
    run_sql(g, "ALTER TABLE alert RENAME TO away");
    judge_at(g, 2000, false);
    assert_false(a->active);
    run_sql(g, "ALTER TABLE away RENAME TO alert");
    assert_int_equal(count(g, count_active), 1);
    judge_at(g, 3000, false);
    assert_int_equal(count(g, count_active), 0);
    assert_int_equal(count(g, count_all), 1);
    assert_int_equal(count(g, count_told), 2);
    rig_free(g);
}

/* It came and went meanwhile. */
static void sql_is_away_all_along(void **state)
{
    (void)state;
    Rig *g = rig_new(0);
    run_sql(g, "ALTER TABLE alert RENAME TO away");
    judge_at(g, 0, true);
    run_sql(g, "ALTER TABLE away RENAME TO alert");
    judge_at(g, 1000, false);
    assert_int_equal(count(g, count_all), 1);
    assert_int_equal(count(g, count_active), 0);
    assert_int_equal(count(g, count_told), 2);
    rig_free(g);
}

/* A server that starts takes what was active, and tells of nothing twice. */
static void taken_over_at_start(void **state)
{
    (void)state;
    PtError err = {0};
    Rig *g = rig_new(0);
    judge_at(g, 0, true);
    const Alert before = g->o.alerts[ALERT_DEDUPE_STALLED];
    memset(g->o.alerts, 0, sizeof g->o.alerts);
    must(alerts_load(&g->o, &err), &err);
    const Alert *a = &g->o.alerts[ALERT_DEDUPE_STALLED];
    assert_true(a->active);
    assert_true(a->stored);
    assert_string_equal(a->id, before.id);
    assert_string_equal(a->message, before.message);
    assert_int_equal(a->since_ms, now_ms);
    judge_at(g, 1000, true);
    assert_int_equal(count(g, count_all), 1);
    assert_int_equal(count(g, count_told), 1);
    rig_free(g);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(calm_must_last),      cmocka_unit_test(counters_tell_once),
        cmocka_unit_test(sql_is_away),         cmocka_unit_test(sql_is_away_all_along),
        cmocka_unit_test(taken_over_at_start),
    };
    size_t n = 5;
    PT_TEST_ROWS(tests, n, bound_cases, bound);
    return _cmocka_run_group_tests("alerts", tests, n, NULL, NULL);
}
