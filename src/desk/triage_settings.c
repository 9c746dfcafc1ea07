// SPDX-License-Identifier: Apache-2.0
/* Whether the machine sets what it is sure of, and when it learns. */
#include "desk/triage_internal.h"

#include "base/json.h"
#include "triage.sql.h"

enum { RETRAIN_AFTER = 50, RETRAIN_HOUR = 2, AFTER_MAX = 100000, HOURS = 24, DETAIL_BYTES = 400 };

static const DeskTriageSettings as_it_comes = {
    .sets = true, .retrain_after = RETRAIN_AFTER, .retrain_hour = RETRAIN_HOUR};

static PtStatus read(PtSqlTx *tx, DeskTriageSettings *ret, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_SETTING_GET, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret = row ? (DeskTriageSettings){.version = pt_sql_i64(tx, 0),
                                          .sets = pt_sql_i64(tx, 1) != 0,
                                          .retrain_after = pt_sql_i64(tx, 2),
                                          .retrain_hour = pt_sql_i64(tx, 3)}
                   : as_it_comes;
        pt_sql_done(tx);
    }
    return st;
}

PtStatus triage_settings_load(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    return st == PT_OK ? read(tx, &d->learning->settings, err) : st;
}

PtStatus desk_triage_settings(Desk *d, DeskTriageSettings *ret_settings, PtError *err)
{
    if (d->learning == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that reads texts");
    }
    (void)pthread_mutex_lock(&d->learning->lock);
    *ret_settings = d->learning->settings;
    (void)pthread_mutex_unlock(&d->learning->lock);
    return PT_OK;
}

static PtStatus write(PtSqlTx *tx, const DeskTriageSettings *s, int64_t now_ms, PtStr by,
                      PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_TRIAGE_SETTING_DROP, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_SETTING_ADD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, s->version);
    pt_sql_bind_i64(tx, 2, s->sets);
    pt_sql_bind_i64(tx, 3, s->retrain_after);
    pt_sql_bind_i64(tx, 4, s->retrain_hour);
    pt_sql_bind_i64(tx, 5, now_ms);
    pt_sql_bind_text(tx, 6, by);
    return pt_sql_finish(tx, err);
}

static PtStatus audit(PtSqlTx *tx, const DeskTriageSettings *s, int64_t now_ms,
                      const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "sets", s->sets);
    pt_json_put_i64(&out, "retrain_after", s->retrain_after);
    pt_json_put_i64(&out, "retrain_hour", s->retrain_hour);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = by,
                              .action = "triage.settings_changed",
                              .subject_type = "triage settings",
                              .subject = PT_STR("triage"),
                              .detail = pt_buf_str(&detail)};
    return pt_buf_status(&detail) == PT_OK ? audit_write(tx, now_ms, &entry, err)
                                           : pt_fail(err, PT_NO_MEMORY, "no memory for settings");
}

PtStatus desk_triage_settings_put(Desk *d, const AuditActor *by, const DeskTriageSettings *settings,
                                  DeskTriageSettings *ret_settings, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskTriageSettings now = {0}, new = *settings;
    const int64_t now_ms = pt_clock_now_ms(d->c.clock);
    if (d->learning == NULL) {
        return pt_fail(err, PT_UNAVAILABLE, "the desk has nothing that reads texts");
    }
    if (new.retrain_after < 0 || new.retrain_after > AFTER_MAX || new.retrain_hour < 0 ||
        new.retrain_hour >= HOURS) {
        return pt_fail(err, PT_INVALID, "retrain_after is not 0..%d, or retrain_hour not 0..23",
                       AFTER_MAX);
    }
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? read(tx, &now, err) : st;
    if (st == PT_OK && now.version != new.version) {
        st = pt_fail(err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                     (long long)new.version, (long long)now.version);
    }
    new.version++;
    st = st == PT_OK ? write(tx, &new, now_ms, audit_actor_name(by), err) : st;
    st = st == PT_OK ? audit(tx, &new, now_ms, by, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&d->learning->lock);
        if (new.version > d->learning->settings.version) { // a later one may have come first
            d->learning->settings = new;
        }
        (void)pthread_mutex_unlock(&d->learning->lock);
        *ret_settings = new;
        st = atomic_load(&d->learning->running) ? triage_timer_set(d, err) : PT_OK;
    }
    return st;
}
