// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Operate: the door of the module. What keeps a server running for years: backup and restore,
 * checks of a folder, health in words, alerts and who is told. Other modules include this file
 * only.
 */
#include "access/access.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/uuid.h"
#include "events/events.h"
#include "operate/backup.h"
#include "operate/doctor.h"
#include "platform/config.h"
#include "platform/metrics.h"

/* What a running server does about itself: one slow thread samples its figures every 10 s, judges
 * its health every 30 s and when asked, and starts backups that are due; a backup runs on a thread
 * of its own, webhooks on another.
 *
 * Clock    Rows and alerts follow the machine's clock; feed events the daemon's.
 * Threads  Any, unless said otherwise.
 */
typedef struct Operate Operate;

typedef struct OperateConfig {
    PtSql *core;
    const char *engine; /* "sqlite" or "postgresql" */
    PtLog *log;
    Dedupe *dedupe;
    EventViews *views;
    const PtClock *clock; /* the daemon's */
    const char *data_dir;
    const PtConfig *config; /* read at open, not kept; the settings are backup.* and alert.* */
    const PtSetting *settings;
    size_t setting_count;
    const PtMetric *ack; /* histogram of intake's acknowledgements, or NULL */
    int64_t (*certificate_expires_ms)(void *ctx); /* NULL: no TLS */
    /* An alert was raised, in the transaction that stores it. NULL: nobody listens. */
    PtStatus (*alerted)(void *ctx, PtSqlTx *tx, PtStr name, PtStr message, PtError *err);
    void *ctx;
    int64_t started_mono_ms;
} OperateConfig;

PT_NODISCARD PtStatus operate_open(const OperateConfig *config, Operate **ret_operate,
                                   PtError *err);
/* Starts the slow thread and registers the metrics patron_alert{name}, patron_backup_*,
 * patron_webhook_*; once what the config names is ready. */
PT_NODISCARD PtStatus operate_start(Operate *operate, PtError *err);
/* Cancels a running backup and waits for the threads. Before log and databases are closed. Accepts
 * NULL. */
void operate_close(Operate *operate);

/* Beyond this age of the newest backup there is an alert: as set, else twice the schedule's time;
 * 0: never. */
int64_t operate_backup_age_ms(const PtConfig *config);

/* ---- Health --------------------------------------------------------------------------------- */

/* Writes the object that openapi calls Health, after judging anew. */
PT_NODISCARD PtStatus operate_health_json(Operate *operate, PtJsonOut *out, PtError *err);

typedef enum OperateSeries {
    OPERATE_EVENTS_PER_S,
    OPERATE_BYTES_PER_S,
    OPERATE_ACK_P50_MS,
    OPERATE_ACK_P99_MS,
    OPERATE_RSS_BYTES,
    OPERATE_DISK_FREE_BYTES,
    OPERATE_VIEW_LAG_RECORDS,
    OPERATE_SERIES,
} OperateSeries; /* order of the enum in openapi */

/* Writes HealthSeries: the last `minutes` (1..1440) in at most max_points (1..8640). */
PT_NODISCARD PtStatus operate_series_json(Operate *operate, OperateSeries which, unsigned minutes,
                                          unsigned max_points, PtJsonOut *out, PtError *err);

/* An array of Setting, for the life of operate. Secrets are left out. */
PtStr operate_settings_json(const Operate *operate);

/* Whether a setting's text is a secret, or may hold one. */
bool operate_setting_is_secret(const char *key);

/* ---- Alerts --------------------------------------------------------------------------------- */

typedef enum OperateAlertState {
    OPERATE_ALERTS_ANY,
    OPERATE_ALERTS_ACTIVE,
    OPERATE_ALERTS_CLEARED
} OperateAlertState;

/* Writes objects Alert into the open array, newest first, those before the id `before` ("": from
 * the newest). ret_next: the cursor, "" at the end. */
PT_NODISCARD PtStatus operate_alerts_json(Operate *operate, OperateAlertState state, PtStr before,
                                          int64_t limit, PtJsonOut *out,
                                          char ret_next[static PT_UUID_TEXT], PtError *err);
/* Audited. PT_NOT_FOUND; one acknowledged before stays as it is. Writes the Alert. */
PT_NODISCARD PtStatus operate_alert_acknowledge(Operate *operate, PtStr id, PtStr note,
                                                const AuditActor *by, PtJsonOut *out, PtError *err);

/* ---- Backups -------------------------------------------------------------------------------- */

/* Begins one into backup.dir. name: PtStr of the file, empty: made of the time. PT_INVALID: no
 * backup.dir, or a bad name; PT_CONFLICT: one runs, or the file exists. Audited. Writes the Backup.
 */
PT_NODISCARD PtStatus operate_backup_start(Operate *operate, PtStr name, bool secrets,
                                           const AuditActor *by, PtJsonOut *out, PtError *err);

/* The same into a sink. reserve takes the one place (PT_CONFLICT) and touches memory alone, so that
 * the loop may call it; then run, on a thread that may block, or abandon gives it back. Audited. */
PT_NODISCARD PtStatus operate_backup_reserve(Operate *operate, bool secrets, PtError *err);
void operate_backup_abandon(Operate *operate);
PT_NODISCARD PtStatus operate_backup_run(Operate *operate, const AuditActor *by,
                                         const PackSink *sink, PtError *err);

PT_NODISCARD PtStatus operate_backup_cancel(Operate *operate, PtStr id, const AuditActor *by,
                                            PtJsonOut *out, PtError *err);
PT_NODISCARD PtStatus operate_backup_json(Operate *operate, PtStr id, PtJsonOut *out, PtError *err);
/* Writes the object BackupPage. */
PT_NODISCARD PtStatus operate_backups_json(Operate *operate, PtStr before, int64_t limit,
                                           PtJsonOut *out, PtError *err);
