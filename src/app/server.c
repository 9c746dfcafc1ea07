// SPDX-License-Identifier: Apache-2.0
#include "app/server.h"

#include "api/api.h"
#include "app/folder.h"
#include "app/settings.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/time.h"
#include "events/events.h"
#include "platform/diag.h"
#include "platform/migrations.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { VIEWS = 2, SQL_READERS = 2, POOL_QUEUE = 1000, MIB = 1 << 20 };

struct PatronServer {
    Folder folder;
    PtClock *clock;
    PtSql *core, *views_sql;
    EventSources *sources;
    PtLog *log;
    Dedupe *dedupe;
    EventIntake *intake;
    EventStats *stats;
    EventViewDef view_defs[VIEWS];
    EventViews *views;
    PtLoop *loop;
    PtPool *pool;
    Api *api;
    HttpServer *http;
    uint32_t grace_ms;
    uint16_t port;
    _Atomic bool stopping;
    bool draining;
};

static PtStatus open_clock(PatronServer *s, const PtConfig *config, PtError *err)
{
    const char *kind = pt_config_text(config, "clock"),
               *start = pt_config_text(config, "clock.start");
    int64_t start_ms = pt_clock_now_ms(pt_clock_real());
    if (strcmp(kind, "real") == 0) {
        s->clock = pt_clock_real();
        return PT_OK;
    }
    if (strcmp(kind, "sim") != 0) {
        return pt_fail(err, PT_INVALID, "clock: \"%s\" is not real or sim", kind);
    }
    if (start[0] != '\0' && !pt_time_parse(pt_str(start), &start_ms)) {
        return pt_fail(err, PT_INVALID, "clock.start: \"%s\" is not an RFC 3339 time", start);
    }
    s->clock = pt_clock_sim_new(start_ms, pt_config_int(config, "clock.speed") * 1000000);
    return s->clock != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the clock");
}

static PtStatus open_sql(PatronServer *s, PtError *err)
{
    char core[FOLDER_PATH], views[FOLDER_PATH];
    folder_path(&s->folder, "core.db", core);
    folder_path(&s->folder, "views.db", views);
    const PtSqlConfig core_config = {.path = core, .readers = SQL_READERS};
    const PtSqlConfig views_config = {.path = views, .relaxed = true, .readers = SQL_READERS};
    PtStatus st = pt_sql_open(&core_config, &s->core, err);
    if (st == PT_OK) {
        st = pt_migrations_apply(s->core, PT_MIGRATIONS_CORE, err);
    }
    if (st == PT_OK) {
        st = pt_sql_open(&views_config, &s->views_sql, err);
    }
    if (st == PT_OK) {
        st = pt_migrations_apply(s->views_sql, PT_MIGRATIONS_VIEWS, err);
    }
    return st == PT_OK ? event_sources_open(s->core, s->clock, &s->sources, err) : st;
}

/* The log calls back as soon as it is open; the API, which answers clients, is there before the
 * first append. */
static void log_round(void *ctx, uint64_t round, PtStatus status)
{
    PatronServer *s = ctx;
    if (s->api != NULL) {
        api_log_round(s->api, round, status);
    }
}

static PtStatus open_log(PatronServer *s, const PtConfig *config, PtError *err)
{
    char dir[FOLDER_PATH];
    folder_path(&s->folder, "log", dir);
    PtLogConfig c = pt_log_config_default();
    c.fs = pt_fs_real();
    c.clock = s->clock;
    c.dir = dir;
    c.segment_bytes = (uint32_t)(pt_config_int(config, "log.segment_mib") * MIB);
    c.spare_segments = (uint32_t)pt_config_int(config, "log.spare_segments");
    c.pending_bytes = (uint64_t)pt_config_int(config, "log.pending_mib") * MIB;
    c.hot_bytes = (uint64_t)pt_config_int(config, "log.hot_gib") * 1024 * MIB;
    c.zstd_level = (int)pt_config_int(config, "log.zstd_level");
    c.start_threads = true;
    c.on_round = log_round;
    c.ctx = s;
    return pt_log_open(&c, &s->log, err);
}

static PtStatus open_intake(PatronServer *s, const PtConfig *config, PtError *err)
{
    char dir[FOLDER_PATH];
    uint64_t replay_from = 0;
    folder_path(&s->folder, "dedupe", dir);
    DedupeConfig d = dedupe_config_default();
    d.fs = pt_fs_real();
    d.dir = dir;
    d.memory_bytes = (uint64_t)pt_config_int(config, "dedupe.memory_mib") * MIB;
    d.window_ms = (uint64_t)pt_config_int(config, "dedupe.window_days") * 86400000;
    d.window_ids = (uint64_t)pt_config_int(config, "dedupe.window_ids");
    d.start_thread = true;
    PtStatus st = dedupe_open(&d, &s->dedupe, &replay_from, err);
    if (st == PT_OK) {
        st = event_intake_restore(s->log, s->dedupe, replay_from, err);
    }
    if (st != PT_OK) {
        return st;
    }
    EventIntakeConfig c = {
        .log = s->log, .dedupe = s->dedupe, .sources = s->sources, .clock = s->clock};
    memcpy(c.hash_key, s->folder.hash_key, sizeof c.hash_key);
    return event_intake_new(&c, &s->intake, err);
}

static PtStatus open_views(PatronServer *s, PtError *err)
{
    s->stats = event_stats_new();
    if (s->stats == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the views");
    }
    s->view_defs[0] = (EventViewDef){"source_stats", event_stats_step, event_stats_reset, s->stats};
    s->view_defs[1] =
        (EventViewDef){event_quarantine_view, event_quarantine_step, event_quarantine_reset, NULL};
    return event_views_open(s->log, s->views_sql, s->view_defs, VIEWS, &s->views, err);
}

static PtStatus open_api(PatronServer *s, const PtConfig *config, int64_t started_mono_ms,
                         PtError *err)
{
    PtStatus st = pt_loop_new(&s->loop, err);
    if (st == PT_OK) {
        st = pt_pool_new((unsigned)pt_config_int(config, "api.workers"), POOL_QUEUE, &s->pool, err);
    }
    if (st != PT_OK) {
        return st;
    }
    ApiConfig c = {.loop = s->loop,
                   .pool = s->pool,
                   .log = s->log,
                   .core = s->core,
                   .views_sql = s->views_sql,
                   .dedupe = s->dedupe,
                   .intake = s->intake,
                   .sources = s->sources,
                   .views = s->views,
                   .clock = s->clock,
                   .max_streams = (unsigned)pt_config_int(config, "api.streams"),
                   .started_mono_ms = started_mono_ms};
    memcpy(c.token_key, s->folder.token_key, sizeof c.token_key);
    return api_new(&c, &s->api, err);
}

static PtStatus listen_on(PatronServer *s, const PtConfig *config, PtError *err)
{
    char path[FOLDER_PATH];
    const char *address = pt_config_text(config, "listen");
    HttpLimits limits = http_limits_default();
    limits.connections = (uint32_t)pt_config_int(config, "http.connections");
    limits.header_ms = (uint32_t)pt_config_int(config, "http.header_ms");
    limits.body_idle_ms = (uint32_t)pt_config_int(config, "http.body_idle_ms");
    limits.body_total_ms = (uint32_t)pt_config_int(config, "http.body_total_ms");
    limits.keepalive_ms = (uint32_t)pt_config_int(config, "http.keepalive_ms");
    limits.buffered_bytes = (uint64_t)pt_config_int(config, "http.buffered_mib") * MIB;
    PtStatus st = http_server_new(s->loop, &limits, api_handle, s->api, &s->http, err);
    if (st != PT_OK) {
        return st;
    }
    api_set_server(s->api, s->http);
    folder_path(&s->folder, "patron.sock", path);
    st = http_listen_unix(s->http, path, err);
    return st == PT_OK && address[0] != '\0' ? http_listen_tcp(s->http, address, &s->port, err)
                                             : st;
}

static PtStatus open_all(PatronServer *s, const PtConfig *config, PtError *err)
{
    const int64_t started_mono_ms = pt_mono_ms();
    uint64_t seed;
    pt_random_bytes(&seed, sizeof seed);
    pt_hash_seed(seed);
    s->grace_ms = (uint32_t)pt_config_int(config, "stop.grace_ms");
    PtStatus st = open_clock(s, config, err);
    if (st == PT_OK) {
        st = folder_open(&s->folder, pt_config_text(config, "data"), err);
    }
    if (st == PT_OK) {
        st = open_sql(s, err);
    }
    if (st == PT_OK) {
        st = open_log(s, config, err);
    }
    if (st == PT_OK) {
        st = open_intake(s, config, err);
    }
    if (st == PT_OK) {
        st = open_views(s, err);
    }
    if (st == PT_OK) {
        st = open_api(s, config, started_mono_ms, err);
    }
    return st == PT_OK ? listen_on(s, config, err) : st;
}

PtStatus patron_server_new(const PtConfig *config, PatronServer **ret_server, PtError *err)
{
    PatronServer *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the server");
    }
    s->folder.lock_fd = -1;
    PtStatus st = open_all(s, config, err);
    if (st != PT_OK) {
        patron_server_free(s);
        return st;
    }
    *ret_server = s;
    return PT_OK;
}

static void drained(void *ctx)
{
    PatronServer *s = ctx;
    pt_loop_stop(s->loop);
}

void patron_server_run(PatronServer *s)
{
    while (!atomic_load(&s->stopping)) {
        pt_loop_run(s->loop); // returns when stop was asked for
    }
    s->draining = true;
    api_stop_streams(s->api);
    http_drain(s->http, s->grace_ms, drained, s);
    pt_loop_run(s->loop);
}

void patron_server_stop(PatronServer *s)
{
    atomic_store(&s->stopping, true);
    pt_loop_stop(s->loop);
}

void patron_server_free(PatronServer *s)
{
    if (s == NULL) {
        return;
    }
    pt_pool_free(s->pool); // its jobs post answers to the loop: before the loop goes
    http_server_free(s->http);
    if (s->api != NULL) {
        api_stop_streams(s->api);
    }
    event_views_close(s->views);
    pt_log_close(s->log); // syncs what is pending and calls back into intake and API
    api_free(s->api);
    pt_loop_free(s->loop);
    event_intake_free(s->intake);
    dedupe_close(s->dedupe);
    event_stats_free(s->stats);
    event_sources_close(s->sources);
    pt_sql_close(s->views_sql);
    pt_sql_close(s->core);
    if (s->clock != NULL) {
        pt_clock_free(s->clock);
    }
    folder_close(&s->folder);
    free(s);
}

uint16_t patron_server_port(const PatronServer *s)
{
    return s->port;
}
