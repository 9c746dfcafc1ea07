// SPDX-License-Identifier: Apache-2.0
#include "operate/operate.h"

#include "base/rng.h"
#include "base/time.h"
#include "operate/operate_internal.h"
#include "platform/diag.h"
#include "platform/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = SERIES_STEP_S * 1000, TICKS_TO_JUDGE = 3, HOUR_MS = 3600000 };

/* ---- Helpers -------------------------------------------------------------------------------- */

void operate_uuid(char out[static PT_UUID_TEXT])
{
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(operate_now_ms(), random), out);
}

void operate_put_text(PtJsonOut *o, const char *key, PtStr value)
{
    pt_json_out_key(o, pt_str(key));
    if (value.data == NULL) {
        pt_json_out_null(o);
    } else {
        pt_json_out_str(o, value);
    }
}

void operate_put_time(PtJsonOut *o, const char *key, int64_t ms)
{
    char text[PT_TIME_TEXT];
    operate_put_text(o, key, ms != 0 ? pt_time_format(ms, text) : (PtStr){NULL, 0});
}

/* ---- The slow thread ------------------------------------------------------------------------ */

static double resident_bytes(void)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen("/proc/self/status", "re");
    char line[128];
    uint64_t sum_kib = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0 || strncmp(line, "RssShmem:", 9) == 0) {
            sum_kib += strtoull(strchr(line, ':') + 1, NULL, 10);
        }
    }
    return (double)sum_kib * 1024;
}

static void sample(Operate *o, const Readings *r)
{
    const SeriesSample s = {.now_ms = r->now_ms,
                            .records = r->log.records,
                            .bytes = r->log.appended_bytes,
                            .rss_bytes = resident_bytes(),
                            .disk_free_bytes = (double)r->disk_free,
                            .view_lag = (double)r->view_lag,
                            .ack = o->c.ack};
    series_add(o->series, &s);
}

static void judge(Operate *o, const Readings *r, PtJsonOut *out)
{
    pthread_mutex_lock(&o->judge);
    alerts_judge(o, r);
    health_judge(o, r, out);
    pthread_mutex_unlock(&o->judge);
}

/* Until the next step of the series, a nudge or the end. True: go on. */
static bool wait_tick(Operate *o, int64_t until_mono_ms, bool *ret_nudged)
{
    const struct timespec until = {until_mono_ms / 1000, until_mono_ms % 1000 * 1000000};
    int rc = 0;
    pthread_mutex_lock(&o->lock);
    while (!o->stopping && !o->nudged && rc == 0) {
        rc = pthread_cond_timedwait(&o->wake, &o->lock, &until);
    }
    *ret_nudged = o->nudged;
    o->nudged = false;
    const bool go_on = !o->stopping;
    pthread_mutex_unlock(&o->lock);
    return go_on;
}

static void *watch(void *ctx)
{
    Operate *o = ctx;
    int64_t next = pt_mono_ms();
    bool nudged = true;
    pt_background();
    for (unsigned tick = 0; wait_tick(o, next, &nudged);) {
        Readings r;
        operate_watch_clock(o, operate_now_ms(), pt_mono_ms());
        operate_read(o, &r);
        if (!nudged) {
            sample(o, &r);
            next += TICK_MS;
            next = next < pt_mono_ms() ? pt_mono_ms() + TICK_MS : next; // it was asleep
        }
        if (nudged || tick++ % TICKS_TO_JUDGE == 0) {
            alerts_check_audit(o);
            judge(o, &r, NULL);
            jobs_due(o);
        }
    }
    return NULL;
}

/* ---- Door ----------------------------------------------------------------------------------- */

PtStatus operate_health_json(Operate *o, PtJsonOut *out, PtError *err)
{
    Readings r;
    operate_watch_clock(o, operate_now_ms(), pt_mono_ms());
    operate_read(o, &r);
    judge(o, &r, out);
    return pt_buf_status(out->buf) == PT_OK
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory to tell how the server is");
}

PtStatus operate_series_json(Operate *o, OperateSeries which, unsigned minutes, unsigned max_points,
                             PtJsonOut *out, PtError *err)
{
    if (which >= OPERATE_SERIES || minutes < 1 || minutes > 1440 || max_points < 1) {
        return pt_fail(err, PT_INVALID, "no such figures");
    }
    series_json(o->series, which, minutes, max_points, operate_now_ms(), out);
    return PT_OK;
}

static void collect(void *operate, PtBuf *out)
{
    Operate *o = operate;
    pthread_mutex_lock(&o->lock);
    for (AlertId i = 0; i < ALERTS; i++) {
        char label[64];
        (void)snprintf(label, sizeof label, "name=\"%s\"", alert_kinds[i].name);
        pt_metric_line(out, "patron_alert", "gauge", "1 while an alert is active", i == 0, label,
                       o->alerts[i].active);
    }
    pt_metric_line(out, "patron_backup_running", "gauge", "1 while a backup is taken", true, NULL,
                   o->running.busy);
    pt_metric_line(out, "patron_backup_bytes", "gauge", "Written by the last backup", true, NULL,
                   (double)atomic_load(&o->running.progress.bytes));
    pthread_mutex_unlock(&o->lock);
    if (o->webhook != NULL) {
        const WebhookStats s = webhook_stats(o->webhook);
        pt_metric_line(out, "patron_webhook_sent_total", "counter", "Webhooks delivered", true,
                       NULL, (double)s.sent);
        pt_metric_line(out, "patron_webhook_failed_tries_total", "counter",
                       "Tries that were not answered with 2xx", true, NULL, (double)s.failed_tries);
        pt_metric_line(out, "patron_webhook_given_up_total", "counter",
                       "Webhooks that were never delivered", true, NULL, (double)s.given_up);
    }
}

int64_t operate_backup_age_ms(const PtConfig *config)
{
    const int64_t hours = pt_config_int(config, "alert.backup_age_hours");
    return (hours > 0 ? hours : 2 * pt_config_int(config, "backup.every_hours")) * HOUR_MS;
}

static PtStatus read_settings(Operate *o, PtError *err)
{
    const PtConfig *c = o->c.config;
    const char *url = pt_config_text(c, "alert.webhook_url");
    o->every_ms = pt_config_int(c, "backup.every_hours") * HOUR_MS;
    o->keep = pt_config_int(c, "backup.keep");
    o->backup_bytes_per_s = (uint64_t)pt_config_int(c, "backup.mib_per_s") << 20;
    o->backup_age_ms = operate_backup_age_ms(c);
    o->certificate_ms = pt_config_int(c, "alert.certificate_days") * 24 * HOUR_MS;
    o->disk_free_bytes = pt_config_int(c, "alert.disk_free_mib") << 20;
    o->lag_records = pt_config_int(c, "alert.lag_records");
    o->feed_lag_ms = pt_config_int(c, "alert.feed_lag_s") * 1000;
    o->calm_ms = pt_config_int(c, "alert.calm_s") * 1000;
    o->backup_dir = strdup(pt_config_text(c, "backup.dir"));
    o->data_dir = strdup(o->c.data_dir);
    if (o->backup_dir == NULL || o->data_dir == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the settings");
    }
    if (o->every_ms > 0 && o->backup_dir[0] == '\0') {
        return pt_fail(err, PT_INVALID, "backup.every_hours is set, backup.dir is not");
    }
    PtStatus st = settings_write(o, err);
    return st == PT_OK && url[0] != '\0'
               ? webhook_new(url, pt_config_text(c, "alert.webhook_secret"), &o->webhook, err)
               : st;
}

static void init_locks(Operate *o)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&o->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&o->lock, NULL);
    (void)pthread_mutex_init(&o->judge, NULL);
}

static PtStatus open_parts(Operate *o, PtError *err)
{
    PtStatus st = read_settings(o, err);
    if (st == PT_OK) {
        o->series = series_new();
        st = o->series != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the figures");
    }
    if (st == PT_OK) {
        st = alerts_load(o, err);
    }
    return st == PT_OK ? jobs_open(o, err) : st;
}

PtStatus operate_open(const OperateConfig *config, Operate **ret_operate, PtError *err)
{
    Operate *o = calloc(1, sizeof *o);
    if (o == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to watch the server");
    }
    o->c = *config;
    o->opened_ms = operate_now_ms();
    init_locks(o);
    PtStatus st = open_parts(o, err);
    o->c.config = NULL; // not kept
    if (st != PT_OK) {
        operate_close(o);
        return st;
    }
    *ret_operate = o;
    return PT_OK;
}

PtStatus operate_start(Operate *o, PtError *err)
{
    pt_metric_collector(collect, o);
    if (pthread_create(&o->timer, NULL, watch, o) != 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread that watches the server");
    }
    o->has_timer = true;
    return PT_OK;
}

void operate_close(Operate *o)
{
    if (o == NULL) {
        return;
    }
    pthread_mutex_lock(&o->lock);
    o->stopping = true;
    pthread_cond_broadcast(&o->wake);
    pthread_mutex_unlock(&o->lock);
    if (o->has_timer) {
        (void)pthread_join(o->timer, NULL);
    }
    jobs_close(o);
    webhook_free(o->webhook);
    series_free(o->series);
    pt_buf_done(&o->settings_json);
    pt_buf_done(&o->settings_conf);
    (void)pthread_cond_destroy(&o->wake);
    (void)pthread_mutex_destroy(&o->lock);
    (void)pthread_mutex_destroy(&o->judge);
    free(o->backup_dir);
    free(o->data_dir);
    free(o);
}
