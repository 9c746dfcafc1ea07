// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operate/operate.h"
#include "operate/series.h"
#include "operate/webhook.h"

#include <pthread.h>
#include <stdatomic.h>

/* The inside of a running Operate. */

enum { OPERATE_PATH = 4600, OPERATE_TEXT = 300 };

/* Rows: name, severity, what to do. The order is that of AlertId. */
#define ALERT_MAP(X)                                                                               \
    X(DISK_SPACE, "disk_space", "bad", "free space on the disk of the data folder, or move it")    \
    X(LOG_NOT_WRITABLE, "log_not_writable", "bad",                                                 \
      "look at free space and at the kernel's messages of the disk; clients are told 503")         \
    X(VIEW_LAG, "view_lag", "warn",                                                                \
      "lists and figures are late, events are safe; look at CPU and disk, it catches up by "       \
      "itself")                                                                                    \
    X(VIEW_STOPPED, "view_stopped", "bad",                                                         \
      "run patron doctor --deep, restore the damaged file from a backup, then start again")        \
    X(FEED_LAG, "feed_lag", "warn", "changes reach the log late; look at intake and the log")      \
    X(CERTIFICATE, "certificate", "warn", "renew the certificate and send SIGHUP to patrond")      \
    X(BACKUP_AGE, "backup_age", "warn", "run patron backup, or set backup.every_hours")            \
    X(BACKUP_FAILED, "backup_failed", "warn", "read its error in the list of backups")             \
    X(DEDUPE_DAMAGED, "dedupe_damaged", "bad",                                                     \
      "stop patrond, remove the folder dedupe/ and start: it is rebuilt from the log")             \
    X(DEDUPE_STALLED, "dedupe_stalled", "bad",                                                     \
      "message ids cannot be written; look at free space and rights of dedupe/")                   \
    X(CLOCK_STEPPED, "clock_stepped", "warn", "look at the machine's time service")                \
    X(AUDIT_CHAIN, "audit_chain", "bad",                                                           \
      "run patron audit verify; somebody may have changed the database by hand")

#define ALERT_ENUM(id, name, severity, advice) ALERT_##id,
typedef enum AlertId { ALERT_MAP(ALERT_ENUM) ALERTS } AlertId;
#undef ALERT_ENUM

typedef struct AlertKind {
    const char *name, *severity, *advice;
} AlertKind;
extern const AlertKind alert_kinds[ALERTS];

typedef struct Alert {
    bool active;
    bool stored; /* the row is there as it stands here */
    char id[PT_UUID_TEXT];
    char message[OPERATE_TEXT];
    int64_t since_ms, calm_since_mono_ms; /* 0: not calm */
} Alert;

/* What is measured for alerts, health and series alike. */
typedef struct Readings {
    int64_t now_ms, mono_ms;
    PtLogStats log;
    uint64_t log_end;
    DedupeStats dedupe;
    uint64_t view_lag; /* the largest */
    char view_lagging[64], view_stopped[64], view_problem[PT_ERROR_MESSAGE_MAX];
    size_t views;
    bool sql_ok;
    char sql_problem[PT_ERROR_MESSAGE_MAX];
    int64_t feed_waiting, feed_oldest, feed_age_ms; /* 0: none waits */
    uint64_t disk_free, disk_total;
    bool disk_known;
    int64_t certificate_ms; /* expires; 0: no TLS */
    int64_t backup_newest_ms;
    bool backup_last_failed;
    char backup_error[OPERATE_TEXT];
} Readings;

typedef enum HealthPart {
    HEALTH_INTAKE,
    HEALTH_LOG,
    HEALTH_ARCHIVE,
    HEALTH_DEDUPE,
    HEALTH_VIEWS,
    HEALTH_FEED,
    HEALTH_SQL,
    HEALTH_DISK,
    HEALTH_CERTIFICATE,
    HEALTH_BACKUP,
    HEALTH_PARTS,
} HealthPart;

typedef struct RunningBackup {
    bool busy, thread_alive;
    char id[PT_UUID_TEXT], path[OPERATE_PATH];
    bool secrets;
    BackupProgress progress;
} RunningBackup;

struct Operate {
    OperateConfig c;
    char *data_dir, *backup_dir; /* owned; backup_dir "" when there is none */
    int64_t every_ms, keep, backup_age_ms, certificate_ms, disk_free_bytes, lag_records,
        feed_lag_ms, calm_ms;
    uint64_t backup_bytes_per_s;
    PtBuf settings_json, settings_conf;
    int64_t opened_ms;

    pthread_mutex_t lock;  /* alerts, health, clock, running */
    pthread_mutex_t judge; /* one judgement at a time; taken before lock */
    pthread_cond_t wake;
    bool stopping, nudged;
    Alert alerts[ALERTS];
    int health_state[HEALTH_PARTS]; /* 0 ok, 1 warn, 2 bad */
    int64_t health_since_ms[HEALTH_PARTS];
    /* between two judgements */
    uint64_t failed_rounds, bad_reads;
    int64_t log_failed_mono_ms, bad_read_mono_ms; /* 0: never */
    int64_t step_ms, stepped_mono_ms;             /* the last step of the clock; 0: none */
    int64_t last_real_ms, last_mono_ms;
    int64_t feed_oldest, feed_seen_mono_ms; /* the row that waits, and since when it does so here */
    bool audit_bad;
    char audit_problem[160];
    int64_t audit_checked_mono_ms; /* 0: not yet */
    int64_t pruned_mono_ms;

    RunningBackup running;
    pthread_t backup_thread;
    Series *series;
    Webhook *webhook;
    pthread_t timer;
    bool has_timer;
};

static inline int64_t operate_now_ms(void)
{
    return pt_clock_now_ms(pt_clock_real());
}

void operate_uuid(char out[static PT_UUID_TEXT]);
void operate_put_text(PtJsonOut *o, const char *key, PtStr value); /* null when data is NULL */
void operate_put_time(PtJsonOut *o, const char *key, int64_t ms);  /* null when 0 */

/* readings.c */
void operate_read(Operate *o, Readings *ret_readings);
/* Steps of the machine's clock against its monotonic one, seen from one call to the next. */
void operate_watch_clock(Operate *o, int64_t real_ms, int64_t mono_ms);

/* alerts.c */
PT_NODISCARD PtStatus alerts_load(Operate *o, PtError *err);
/* Judges what was read, stores and tells what changed. With judge held. */
void alerts_judge(Operate *o, const Readings *r);
void alerts_check_audit(Operate *o);

/* health.c */
void health_judge(Operate *o, const Readings *r, PtJsonOut *out); /* out NULL: states alone */

/* jobs.c */
PT_NODISCARD PtStatus jobs_open(Operate *o, PtError *err);
void jobs_close(Operate *o);
void jobs_due(Operate *o); /* starts a scheduled one when it is time */
int64_t jobs_next_ms(Operate *o);

/* settings.c */
PT_NODISCARD PtStatus settings_write(Operate *o, PtError *err);
