// SPDX-License-Identifier: Apache-2.0
/* What is measured, for alerts, health and series alike. */
#include "operate/operate_internal.h"

#include "operate/operate.sql.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum { STEP_LEAST_MS = 2000 };

static void read_views(Operate *o, Readings *r)
{
    r->views = event_views_count(o->c.views);
    for (size_t i = 0; i < r->views; i++) {
        const EventViewState v = event_views_state(o->c.views, i);
        if (v.stopped) {
            (void)snprintf(r->view_stopped, sizeof r->view_stopped, "%s", v.name);
            (void)snprintf(r->view_problem, sizeof r->view_problem, "%s", v.message);
        } else if (v.lag > r->view_lag) {
            r->view_lag = v.lag;
            (void)snprintf(r->view_lagging, sizeof r->view_lagging, "%s", v.name);
        }
    }
}

/* First column of the first row; 0 when there is none. */
static PtStatus first_i64(PtSqlTx *tx, const char *statement, int64_t *ret_value, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        st = pt_sql_step(tx, &row, err);
    }
    if (st == PT_OK) {
        *ret_value = row ? pt_sql_i64(tx, 0) : 0;
        pt_sql_done(tx);
    }
    return st;
}

static PtStatus read_last_try(PtSqlTx *tx, Readings *r, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_BACKUP_LAST_TRY, err);
    if (st == PT_OK) {
        st = pt_sql_step(tx, &row, err);
    }
    if (st == PT_OK && row) {
        r->backup_last_failed = pt_str_eq(pt_sql_text(tx, 0), PT_STR("failed"));
        (void)pt_str_copy(r->backup_error, sizeof r->backup_error, pt_sql_text(tx, 1));
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_sql(Operate *o, Readings *r, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(o->c.core, false, &tx, err);
    if (st == PT_OK) {
        st = first_i64(tx, SQL_FEED_WAITING, &r->feed_waiting, err);
    }
    if (st == PT_OK) {
        st = first_i64(tx, SQL_FEED_OLDEST, &r->feed_oldest, err);
    }
    if (st == PT_OK) {
        st = first_i64(tx, SQL_BACKUP_NEWEST, &r->backup_newest_ms, err);
    }
    return st == PT_OK ? read_last_try(tx, r, err) : st;
}

/* By this machine's clock: a row's own time may be another's, a simulated one. */
static void age_feed(Operate *o, Readings *r)
{
    pthread_mutex_lock(&o->lock);
    if (o->feed_oldest != r->feed_oldest) {
        o->feed_oldest = r->feed_oldest;
        o->feed_seen_mono_ms = r->mono_ms;
    }
    r->feed_age_ms = r->feed_oldest != 0 ? r->mono_ms - o->feed_seen_mono_ms : 0;
    pthread_mutex_unlock(&o->lock);
}

void operate_read(Operate *o, Readings *r)
{
    PtError err = {0};
    struct statvfs disk;
    *r = (Readings){.now_ms = operate_now_ms(), .mono_ms = pt_mono_ms()};
    r->log = pt_log_stats(o->c.log);
    r->log_end = pt_log_end(o->c.log, 0);
    r->dedupe = dedupe_stats(o->c.dedupe);
    read_views(o, r);
    r->sql_ok = read_sql(o, r, &err) == PT_OK;
    (void)snprintf(r->sql_problem, sizeof r->sql_problem, "%s", err.message);
    age_feed(o, r);
    r->disk_known = statvfs(o->data_dir, &disk) == 0;
    if (r->disk_known) {
        r->disk_free = (uint64_t)disk.f_bavail * disk.f_frsize;
        r->disk_total = (uint64_t)disk.f_blocks * disk.f_frsize;
    }
    r->certificate_ms =
        o->c.certificate_expires_ms != NULL ? o->c.certificate_expires_ms(o->c.ctx) : 0;
}

void operate_watch_clock(Operate *o, int64_t real_ms, int64_t mono_ms)
{
    pthread_mutex_lock(&o->lock);
    const int64_t step =
        o->last_mono_ms == 0 ? 0 : (real_ms - o->last_real_ms) - (mono_ms - o->last_mono_ms);
    if (step > STEP_LEAST_MS || step < -STEP_LEAST_MS) {
        o->step_ms = step;
        o->stepped_mono_ms = mono_ms;
    }
    o->last_real_ms = real_ms;
    o->last_mono_ms = mono_ms;
    pthread_mutex_unlock(&o->lock);
}
