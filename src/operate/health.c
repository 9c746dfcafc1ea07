// SPDX-License-Identifier: Apache-2.0
/* Readings become a sentence and a colour for each part of the server. */
#include "operate/operate_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OK, WARN, BAD, FIGURES = 5, MIB_BYTES = 1 << 20 };

static const char *const state_names[] = {"ok", "warn", "bad"};

typedef struct Figure {
    const char *name, *unit;
    double value;
} Figure;

/* What is said of a part. */
typedef struct Part {
    int state;
    char summary[OPERATE_TEXT];
    const char *advice; /* NULL: none */
    Figure figures[FIGURES];
    size_t count;
} Part;

static void figure(Part *p, const char *name, const char *unit, double value)
{
    if (p->count < FIGURES) {
        p->figures[p->count++] = (Figure){name, unit, value};
    }
}

#define SAY(...) ((void)snprintf(p->summary, sizeof p->summary, __VA_ARGS__))

/* Takes colour and advice of an active alert. */
static void take_alert(const Operate *o, Part *p, AlertId which)
{
    const AlertKind *k = &alert_kinds[which];
    if (o->alerts[which].active) {
        const int state = strcmp(k->severity, "bad") == 0 ? BAD : WARN;
        p->state = state > p->state ? state : p->state;
        p->advice = k->advice;
        SAY("%s", o->alerts[which].message);
    }
}

static void intake(const Operate *o, const Readings *r, Part *p)
{
    SAY("intake takes events");
    figure(p, "records", "records", (double)r->log.records);
    if (r->log.full) {
        SAY("clients are told 503: no disk space for the log");
    } else if (r->dedupe.stalled) {
        SAY("clients are told 503: message ids cannot be written");
    }
    p->state = r->log.full || r->dedupe.stalled ? BAD : OK;
    p->advice = p->state != OK ? alert_kinds[ALERT_DISK_SPACE].advice : NULL;
    (void)o;
}

static void log_part(const Operate *o, const Readings *r, Part *p)
{
    SAY("%" PRIu64 " records are durable", r->log_end);
    figure(p, "end", "records", (double)r->log_end);
    figure(p, "hot", "bytes", (double)r->log.hot_bytes);
    figure(p, "failed_rounds", "count", (double)r->log.failed_rounds);
    figure(p, "sync_mean", "ms",
           r->log.rounds > 0 ? (double)r->log.sync_ns_total / (double)r->log.rounds / 1e6 : 0);
    take_alert(o, p, ALERT_LOG_NOT_WRITABLE);
}

static void archive(const Operate *o, const Readings *r, Part *p)
{
    const double raw = (double)r->log.archive_raw_bytes, bytes = (double)r->log.archive_bytes;
    SAY("%" PRIu64 " archive files hold %" PRIu64 " records", r->log.archive_files,
        r->log.archive_records);
    figure(p, "files", "files", (double)r->log.archive_files);
    figure(p, "bytes", "bytes", bytes);
    figure(p, "of_raw", "percent", raw > 0 ? 100 * bytes / raw : 0);
    figure(p, "waiting_segments", "files",
           r->log.hot_segments > 1 ? (double)(r->log.hot_segments - 1) : 0);
    (void)o;
}

static void dedupe(const Operate *o, const Readings *r, Part *p)
{
    SAY("%" PRIu64 " message ids are remembered", r->dedupe.ids);
    figure(p, "ids", "records", (double)r->dedupe.ids);
    figure(p, "runs", "files", (double)r->dedupe.runs);
    figure(p, "disk", "bytes", (double)r->dedupe.disk_bytes);
    figure(p, "memory", "bytes", (double)r->dedupe.memory_bytes);
    take_alert(o, p, ALERT_DEDUPE_STALLED);
    take_alert(o, p, ALERT_DEDUPE_DAMAGED);
}

static void views(const Operate *o, const Readings *r, Part *p)
{
    SAY("%zu views have seen all %" PRIu64 " records", r->views, r->log_end);
    if (r->view_lag > 0) {
        SAY("view %s is %" PRIu64 " records behind", r->view_lagging, r->view_lag);
    }
    figure(p, "lag", "records", (double)r->view_lag);
    take_alert(o, p, ALERT_VIEW_LAG);
    take_alert(o, p, ALERT_VIEW_STOPPED);
}

static void feed(const Operate *o, const Readings *r, Part *p)
{
    SAY("all changes are in the log");
    if (r->feed_waiting > 0) {
        SAY("%" PRId64 " changes are on their way into the log", r->feed_waiting);
    }
    figure(p, "waiting", "records", (double)r->feed_waiting);
    figure(p, "oldest", "s", (double)r->feed_age_ms / 1000);
    take_alert(o, p, ALERT_FEED_LAG);
}

static void sql(const Operate *o, const Readings *r, Part *p)
{
    SAY("%s answers", o->c.engine);
    if (!r->sql_ok) {
        SAY("%s does not answer: %.200s", o->c.engine, r->sql_problem);
        p->state = BAD;
        p->advice = "look at free space, at the server's log and, with PostgreSQL, at its server";
    }
    take_alert(o, p, ALERT_AUDIT_CHAIN);
}

static void disk(const Operate *o, const Readings *r, Part *p)
{
    SAY("%" PRIu64 " MiB are free", r->disk_free / MIB_BYTES);
    if (!r->disk_known) {
        SAY("free space cannot be read");
        p->state = WARN;
        p->advice = "look at the data folder's disk";
        return;
    }
    figure(p, "free", "bytes", (double)r->disk_free);
    figure(p, "total", "bytes", (double)r->disk_total);
    figure(p, "free_share", "percent",
           r->disk_total > 0 ? 100 * (double)r->disk_free / (double)r->disk_total : 0);
    take_alert(o, p, ALERT_DISK_SPACE);
    take_alert(o, p, ALERT_CLOCK_STEPPED);
}

static void certificate(const Operate *o, const Readings *r, Part *p)
{
    if (r->certificate_ms == 0) {
        SAY("TLS is not set up here");
        return;
    }
    const double days = (double)(r->certificate_ms - r->now_ms) / 86400000;
    SAY("the certificate is good for %.0f days", days);
    figure(p, "expires", "time", (double)r->certificate_ms);
    take_alert(o, p, ALERT_CERTIFICATE);
}

static void backup(const Operate *o, const Readings *r, Part *p)
{
    if (r->backup_newest_ms > 0) {
        SAY("the newest backup is %.1f hours old",
            (double)(r->now_ms - r->backup_newest_ms) / 3600000);
        figure(p, "newest", "time", (double)r->backup_newest_ms);
    } else {
        SAY("there is no backup yet");
    }
    take_alert(o, p, ALERT_BACKUP_AGE);
    take_alert(o, p, ALERT_BACKUP_FAILED);
}

static const struct {
    const char *name;
    void (*look)(const Operate *o, const Readings *r, Part *p);
} parts[HEALTH_PARTS] = {
    [HEALTH_INTAKE] = {"intake", intake},
    [HEALTH_LOG] = {"log", log_part},
    [HEALTH_ARCHIVE] = {"archive", archive},
    [HEALTH_DEDUPE] = {"dedupe", dedupe},
    [HEALTH_VIEWS] = {"views", views},
    [HEALTH_FEED] = {"feed", feed},
    [HEALTH_SQL] = {"sql", sql},
    [HEALTH_DISK] = {"disk", disk},
    [HEALTH_CERTIFICATE] = {"certificate", certificate},
    [HEALTH_BACKUP] = {"backup", backup},
};

static void put_part(PtJsonOut *out, const char *name, const Part *p, int64_t since_ms)
{
    pt_json_out_object(out);
    operate_put_text(out, "name", pt_str(name));
    operate_put_text(out, "state", pt_str(state_names[p->state]));
    operate_put_time(out, "since", since_ms);
    operate_put_text(out, "summary", pt_str(p->summary));
    operate_put_text(out, "advice", p->advice != NULL ? pt_str(p->advice) : (PtStr){NULL, 0});
    pt_json_out_key(out, PT_STR("figures"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->count; i++) {
        pt_json_out_object(out);
        operate_put_text(out, "name", pt_str(p->figures[i].name));
        pt_json_out_key(out, PT_STR("value"));
        pt_json_out_double(out, p->figures[i].value);
        operate_put_text(out, "unit", pt_str(p->figures[i].unit));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

/* Under the lock. */
static int64_t active_alerts(const Operate *o)
{
    int64_t n = 0;
    for (AlertId i = 0; i < ALERTS; i++) {
        n += o->alerts[i].active;
    }
    return n;
}

static void put_head(const Operate *o, const Readings *r, int worst, PtJsonOut *out)
{
    operate_put_text(out, "state", pt_str(state_names[worst]));
    pt_json_put_bool(out, "ready", !r->log.full && !r->dedupe.stalled);
    operate_put_text(out, "version", PT_STR(PATRON_VERSION));
    operate_put_time(out, "started_at", r->now_ms - (r->mono_ms - o->c.started_mono_ms));
    operate_put_time(out, "checked_at", r->now_ms);
    operate_put_text(out, "engine", pt_str(o->c.engine));
    pt_json_put_i64(out, "alerts", active_alerts(o));
}

void health_judge(Operate *o, const Readings *r, PtJsonOut *out)
{
    Part said[HEALTH_PARTS] = {0};
    int worst = OK;
    pthread_mutex_lock(&o->lock);
    for (HealthPart i = 0; i < HEALTH_PARTS; i++) {
        parts[i].look(o, r, &said[i]);
        if (o->health_since_ms[i] == 0 || o->health_state[i] != said[i].state) {
            o->health_state[i] = said[i].state;
            o->health_since_ms[i] = r->now_ms;
        }
        worst = said[i].state > worst ? said[i].state : worst;
    }
    if (out != NULL) {
        pt_json_out_object(out);
        put_head(o, r, worst, out);
        pt_json_out_key(out, PT_STR("components"));
        pt_json_out_array(out);
        for (HealthPart i = 0; i < HEALTH_PARTS; i++) {
            put_part(out, parts[i].name, &said[i], o->health_since_ms[i]);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pthread_mutex_unlock(&o->lock);
}
