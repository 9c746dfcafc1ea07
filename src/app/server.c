// SPDX-License-Identifier: Apache-2.0
#include "app/server.h"

#include "api/api.h"
#include "app/connections.h"
#include "app/exports.h"
#include "app/folder.h"
#include "app/provider.h"
#include "app/service.h"
#include "app/service_desk.h"
#include "app/settings.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/time.h"
#include "behaviour/behaviour.h"
#include "commerce/commerce.h"
#include "desk/desk.h"
#include "events/events.h"
#include "language/language.h"
#include "operate/operate.h"
#include "platform/diag.h"
#include "platform/metrics.h"
#include "platform/migrations.h"
#include "platform/timers.h"
#include "privacy/privacy.h"
#include "profiles/profiles.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    VIEWS = 6,
    SQL_READERS = 2,
    POOL_QUEUE = 1000,
    PUBLIC_WORKERS = 2,
    PUBLIC_QUEUE = 100,
    QUESTIONS = 2, /* at once; more wait their turn */
    QUESTION_WORKERS = 8,
    QUESTION_QUEUE = 64,
    MIB = 1 << 20
};

struct PatronServer {
    Folder folder;
    PtClock *clock;
    PtSql *core, *views_sql;
    Access *access;
    Oidc *oidc;
    EventSources *sources;
    EventPlans *plans;
    PtLog *log;
    Dedupe *dedupe;
    EventIntake *intake;
    EventStats *stats;
    PtTimers *timers;
    Profiles *profiles;
    Behaviour *behaviour;
    BehaviourJobs *export_jobs;
    Commerce *commerce;
    ServiceDesk service;
    EventViewDef view_defs[VIEWS];
    EventViews *views;
    Operate *operate;
    EventFeed *feed;
    PtLoop *loop;
    PtPool *pool, *public_pool, *question_pool;
    Api *api;
    ErasedRegister *erased;
    Privacy *privacy;
    Connections connect;
    HttpServer *http;
    uint32_t grace_ms;
    HttpTls *tls;
    uint16_t port, tls_port;
    _Atomic bool stopping, reload;
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

static bool note_entry(void *ctx, const AuditRecord *record)
{
    (void)record;
    *(bool *)ctx = true;
    return false;
}

/* Keys that are made anew fit no schema that was in use with others: tokens, sessions and sealed
 * secrets in it would be lost without a word. Whatever changed it left an entry of the audit chain.
 */
static PtStatus make_keys(PatronServer *s, PtError *err)
{
    bool used = false;
    const AuditFilter first = {.until_ms = INT64_MAX, .oldest_first = true, .limit = 1};
    if (!s->folder.keyless) {
        return PT_OK;
    }
    PtStatus st = audit_read(s->core, &first, note_entry, &used, err);
    if (st == PT_OK && used) {
        st = pt_fail(err, PT_CORRUPT,
                     "the database of sql.url is in use and \"%.100s/secret.key\" is missing: put "
                     "it back from a backup",
                     s->folder.dir);
    }
    return st == PT_OK ? folder_make_keys(&s->folder, err) : st;
}

static PtStatus open_sql(PatronServer *s, const PtConfig *config, PtError *err)
{
    char core[FOLDER_PATH], views[FOLDER_PATH];
    folder_path(&s->folder, "core.db", core);
    folder_path(&s->folder, "views.db", views);
    const char *url = pt_config_text(config, "sql.url");
    url = url[0] != '\0' ? url : NULL;
    const PtSqlConfig core_config = {
        .path = core, .url = url, .schema = "patron_core", .readers = SQL_READERS};
    const PtSqlConfig views_config = {.path = views,
                                      .url = url,
                                      .schema = "patron_views",
                                      .relaxed = true,
                                      .readers = SQL_READERS};
    // a core.db without a key would be a folder in use, also if this start ends in between
    PtStatus st = url == NULL ? folder_make_keys(&s->folder, err) : PT_OK;
    if (st == PT_OK) {
        st = pt_sql_open(&core_config, &s->core, err);
    }
    if (st == PT_OK) {
        st = pt_migrations_apply(s->core, PT_MIGRATIONS_CORE, err);
    }
    if (st == PT_OK) {
        st = make_keys(s, err);
    }
    if (st == PT_OK) {
        st = pt_sql_open(&views_config, &s->views_sql, err);
    }
    if (st == PT_OK) {
        st = pt_migrations_apply(s->views_sql, PT_MIGRATIONS_VIEWS, err);
    }
    st = st == PT_OK ? event_sources_open(s->core, s->clock, &s->sources, err) : st;
    return st == PT_OK ? event_plans_open(s->core, s->clock, &s->plans, err) : st;
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
    c.gather_us = (uint32_t)pt_config_int(config, "log.gather_us");
    c.start_threads = true;
    c.on_round = log_round;
    c.ctx = s;
    c.samples = event_samples;
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
    EventIntakeConfig c = {.log = s->log,
                           .dedupe = s->dedupe,
                           .sources = s->sources,
                           .clock = s->clock,
                           .plans = s->plans};
    memcpy(c.hash_key, s->folder.hash_key, sizeof c.hash_key);
    return event_intake_new(&c, &s->intake, err);
}

/* Follows the machine's clock, never a simulated one. */
static PtStatus open_access(PatronServer *s, const PtConfig *config, PtError *err)
{
    AccessConfig c = {.sql = s->core,
                      .clock = pt_clock_real(),
                      .permission_name = api_permission_name,
                      .idle_ms = pt_config_int(config, "access.idle_min") * 60000,
                      .life_ms = pt_config_int(config, "access.session_days") * 86400000};
    c.roles = api_role_table(&c.role_count);
    memcpy(c.token_key, s->folder.token_key, sizeof c.token_key);
    memcpy(c.seal_key, s->folder.seal_key, sizeof c.seal_key);
    PtStatus st = access_open(&c, &s->access, err);
    explicit_bzero(&c, sizeof c);
    return st;
}

/* Whoever has timers says so before they start. */
static PtStatus start_timers(PatronServer *s, PtError *err)
{
    PtStatus st = pt_timers_start(s->timers, err);
    if (st == PT_OK) {
        pt_metric_collector(pt_timers_metrics, s->timers);
    }
    return st;
}

static PtStatus open_profiles(PatronServer *s, const PtConfig *config, PtError *err)
{
    char dir[FOLDER_PATH];
    folder_path(&s->folder, "index", dir);
    ProfilesConfig c = {.fs = pt_fs_real(),
                        .clock = s->clock,
                        .dir = dir,
                        .log = s->log,
                        .core = s->core,
                        .views = s->views_sql,
                        .sources = s->sources,
                        .timers = s->timers,
                        .country = pt_config_text(config, "profiles.country")};
    memcpy(c.key, s->folder.person_key, sizeof c.key);
    PtStatus st = profiles_open(&c, &s->profiles, err);
    explicit_bzero(c.key, sizeof c.key);
    if (st == PT_OK) {
        event_intake_on_duplicates(s->intake, profiles_quality_duplicates, s->profiles);
        event_intake_erased(s->intake, s->erased, profiles_event_names, s->profiles);
    }
    return st;
}

/* Beside the profiles, whose numbers stand in its rows. */
static PtStatus open_behaviour(PatronServer *s, const PtConfig *config, PtError *err)
{
    char dir[FOLDER_PATH];
    const int64_t threads = pt_config_int(config, "columns.threads");
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    folder_path(&s->folder, "columns", dir);
    const BehaviourConfig c = {
        .fs = pt_fs_real(),
        .clock = s->clock,
        .dir = dir,
        .log = s->log,
        .core = s->core,
        .profiles = s->profiles,
        .sources = s->sources,
        .memory_bytes = (size_t)pt_config_int(config, "columns.memory_mib") * MIB,
        .query_bytes = (size_t)pt_config_int(config, "columns.query_mib") * MIB,
        .threads = threads > 0 ? (size_t)threads
                   : cores > 0 ? (size_t)cores
                               : 1,
        .questions = QUESTIONS,
        .scratch = s->folder.dir,
        .duckdb = pt_config_text(config, "export.duckdb")};
    PtStatus st = behaviour_open(&c, &s->behaviour, err);
    if (st == PT_OK) {
        pt_metric_collector(behaviour_metrics, s->behaviour);
    }
    return st;
}

/* Before the timers start; its thread when questions can be answered. */
static PtStatus open_export_jobs(PatronServer *s, const PtConfig *config, PtError *err)
{
    char outbox[FOLDER_PATH];
    folder_path(&s->folder, "exports", outbox);
    const BehaviourJobsConfig c = {.behaviour = s->behaviour,
                                   .core = s->core,
                                   .clock = s->clock,
                                   .timers = s->timers,
                                   .root = pt_config_text(config, "export.root"),
                                   .outbox = outbox,
                                   .targets = export_targets(&s->connect.destinations)};
    return behaviour_jobs_open(&c, &s->export_jobs, err);
}

static void rebuild_behaviour(void *ctx)
{
    PatronServer *s = ctx;
    (void)!event_views_rebuild(s->views, pt_str(behaviour_view), 0, NULL); // it is there
}

static void rebuild_profiles(void *ctx)
{
    PatronServer *s = ctx;
    (void)!event_views_rebuild(s->views, PT_STR("profiles"), 0, NULL); // it is there
}

static PtStatus open_views(PatronServer *s, PtError *err)
{
    s->stats = event_stats_new();
    if (s->stats == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the views");
    }
    s->view_defs[0] = (EventViewDef){.name = "source_stats",
                                     .step = event_stats_step,
                                     .reset = event_stats_reset,
                                     .ctx = s->stats};
    s->view_defs[1] = (EventViewDef){.name = event_quarantine_view,
                                     .step = event_quarantine_step,
                                     .reset = event_quarantine_reset};
    s->view_defs[2] = (EventViewDef){.name = event_violations_view,
                                     .step = event_violations_step,
                                     .reset = event_violations_reset};
    s->view_defs[3] = (EventViewDef){.name = profiles_view,
                                     .step = profiles_step,
                                     .reset = profiles_reset,
                                     .ctx = s->profiles,
                                     .start = profiles_start,
                                     .committed = profiles_committed};
    s->view_defs[4] = (EventViewDef){.name = profiles_computed_view,
                                     .step = computed_step,
                                     .reset = computed_reset,
                                     .ctx = s->profiles,
                                     .start = computed_start,
                                     .committed = computed_committed,
                                     .more = computed_more,
                                     .after = profiles_view};
    s->view_defs[5] = (EventViewDef){.name = behaviour_view,
                                     .step = behaviour_step,
                                     .reset = behaviour_reset,
                                     .ctx = s->behaviour,
                                     .start = behaviour_start,
                                     .committed = behaviour_committed,
                                     .more = behaviour_more,
                                     .after = profiles_view};
    PtStatus st = event_views_open(s->log, s->views_sql, s->view_defs, VIEWS, &s->views, err);
    if (st == PT_OK) {
        profiles_rebuilds(s->profiles, rebuild_profiles, s);
        behaviour_rebuilds(s->behaviour, rebuild_behaviour, s);
    }
    return st;
}

/* Before whoever watches the certificate's end. */
static PtStatus open_tls(PatronServer *s, const PtConfig *config, PtError *err)
{
    const char *certificate = pt_config_text(config, "tls.certificate");
    const char *key = pt_config_text(config, "tls.key");
    if (pt_config_text(config, "tls.listen")[0] == '\0') {
        return PT_OK;
    }
    if (certificate[0] == '\0' || key[0] == '\0') {
        return pt_fail(err, PT_INVALID, "tls.listen is set, %s is not",
                       certificate[0] == '\0' ? "tls.certificate" : "tls.key");
    }
    return http_tls_new(certificate, key, &s->tls, err);
}

static int64_t certificate_expires_ms(void *ctx)
{
    const PatronServer *s = ctx;
    return s->tls != NULL ? http_tls_expires_ms(s->tls) : 0;
}

static PtStatus alerted(void *ctx, PtSqlTx *tx, PtStr name, PtStr message, PtError *err)
{
    PatronServer *s = ctx;
    return notices_alert(&s->service.notices, tx, name, message, err);
}

static PtStatus open_operate(PatronServer *s, const PtConfig *config, int64_t started_mono_ms,
                             PtError *err)
{
    const OperateConfig c = {.core = s->core,
                             .engine = pt_config_text(config, "sql.url")[0] != '\0' ? "postgresql"
                                                                                    : "sqlite",
                             .log = s->log,
                             .dedupe = s->dedupe,
                             .views = s->views,
                             .clock = s->clock,
                             .data_dir = s->folder.dir,
                             .config = config,
                             .settings = patron_settings,
                             .setting_count = patron_setting_count,
                             .ack = api_ack_metric(),
                             .certificate_expires_ms = certificate_expires_ms,
                             .alerted = alerted,
                             .ctx = s,
                             .started_mono_ms = started_mono_ms};
    return operate_open(&c, &s->operate, err);
}

static PtStatus open_api(PatronServer *s, const PtConfig *config, int64_t started_mono_ms,
                         PtError *err)
{
    PtStatus st = pt_loop_new(&s->loop, err);
    if (st == PT_OK) {
        st = pt_pool_new((unsigned)pt_config_int(config, "api.workers"), POOL_QUEUE, &s->pool, err);
    }
    if (st == PT_OK) {
        st = pt_pool_new(PUBLIC_WORKERS, PUBLIC_QUEUE, &s->public_pool, err);
    }
    if (st != PT_OK) {
        return st;
    }
    ApiConfig c = {.loop = s->loop,
                   .pool = s->pool,
                   .public_pool = s->public_pool,
                   .log = s->log,
                   .core = s->core,
                   .views_sql = s->views_sql,
                   .dedupe = s->dedupe,
                   .intake = s->intake,
                   .sources = s->sources,
                   .plans = s->plans,
                   .views = s->views,
                   .profiles = s->profiles,
                   .operate = s->operate,
                   .clock = s->clock,
                   .access = s->access,
                   .oidc = s->oidc,
                   .plain_http = pt_config_bool(config, "access.plain_http"),
                   .proxies = pt_config_text(config, "access.proxies"),
                   .hsts_days = (unsigned)pt_config_int(config, "tls.hsts_days"),
                   .max_streams = (unsigned)pt_config_int(config, "api.streams"),
                   .started_mono_ms = started_mono_ms};
    return api_new(&c, &s->api, err);
}

/* After the API, which is told of the log's rounds, and before the first client. */
static PtStatus open_feed(PatronServer *s, PtError *err)
{
    EventFeedConfig c = {.log = s->log, .core = s->core, .clock = s->clock, .start_thread = true};
    memcpy(c.hash_key, s->folder.hash_key, sizeof c.hash_key);
    PtStatus st = event_feed_open(&c, &s->feed, err);
    if (st == PT_OK) {
        pt_metric_collector(event_feed_metrics, s->feed);
    }
    return st;
}

/* Before the timers start. */
static PtStatus open_connections(PatronServer *s, const PtConfig *config, PtError *err)
{
    const ConnectionsConfig c = {.config = config,
                                 .folder = &s->folder,
                                 .core = s->core,
                                 .views = s->views_sql,
                                 .clock = s->clock,
                                 .log = s->log,
                                 .intake = s->intake,
                                 .sources = s->sources,
                                 .access = s->access,
                                 .timers = s->timers,
                                 .profiles = s->profiles};
    return connections_open(&s->connect, &c, err);
}

/* Before the first event. */
static PtStatus open_erased(PatronServer *s, const PtConfig *config, PtError *err)
{
    char path[FOLDER_PATH];
    privacy_register_path(pt_config_text(config, "privacy.register"), s->folder.dir, path,
                          sizeof path);
    return erased_open(pt_fs_real(), path, true, &s->erased, err);
}

static PtStatus erase_rows(void *ctx, const uint32_t *nodes, size_t count,
                           bool (*finds)(void *ctx, PtStr text), void *finds_ctx, PtError *err)
{
    return behaviour_erase(ctx, nodes, count, finds, finds_ctx, err);
}

static PtStatus renew_rows(void *ctx, PtError *err)
{
    return behaviour_renew(ctx, err);
}

static PtStatus erase_exports(void *ctx, bool (*finds)(const void *ctx, PtStr text),
                              const void *finds_ctx, uint64_t *ret_changed, PtError *err)
{
    size_t count = 0;
    PtStatus st = behaviour_jobs_erase(ctx, finds, finds_ctx, &count, err);
    *ret_changed = count;
    return st;
}

/* Once all is there that it erases from, and before the first client. */
static PtStatus open_privacy(PatronServer *s, const PtConfig *config, PtError *err)
{
    PrivacyConfig c = {.fs = pt_fs_real(),
                       .data_dir = s->folder.dir,
                       .core = s->core,
                       .views_sql = s->views_sql,
                       .log = s->log,
                       .intake = s->intake,
                       .views = s->views,
                       .erased = s->erased,
                       .profiles = s->profiles,
                       .imports = s->connect.imports,
                       .destinations = s->connect.destinations,
                       .rows = {.ctx = s->behaviour, .erase = erase_rows, .renew = renew_rows},
                       .tickets = service_desk_texts(&s->service),
                       .files = {.ctx = s->export_jobs, .erase = erase_exports},
                       .clock = s->clock,
                       .bulk = (uint32_t)pt_config_int(config, "privacy.bulk"),
                       .deadline_days = (uint32_t)pt_config_int(config, "privacy.deadline_days"),
                       .export_hours = (uint32_t)pt_config_int(config, "privacy.export_hours")};
    memcpy(c.seed, s->folder.privacy_key, sizeof c.seed);
    PtStatus st = privacy_open(&c, &s->privacy, err);
    explicit_bzero(c.seed, sizeof c.seed);
    if (st == PT_OK) {
        api_set_privacy(s->api, s->privacy);
        pt_metric_collector(privacy_metrics, s->privacy);
    }
    return st;
}

static PtStatus open_questions(PatronServer *s, PtError *err)
{
    PtStatus st = pt_pool_new(QUESTION_WORKERS, QUESTION_QUEUE, &s->question_pool, err);
    if (st == PT_OK) {
        api_set_behaviour(s->api, s->behaviour, s->question_pool);
        api_set_export_jobs(s->api, s->export_jobs);
        st = behaviour_jobs_start(s->export_jobs, err);
    }
    return st;
}

static PtStatus open_commerce(PatronServer *s, PtError *err)
{
    const CommerceConfig c = {.core = s->core, .clock = s->clock};
    PtStatus st = commerce_open(&c, &s->commerce, err);
    if (st == PT_OK) {
        api_set_commerce(s->api, s->commerce);
        pt_metric_collector(commerce_metrics, s->commerce);
    }
    return st;
}

static PtStatus open_service_desk(PatronServer *s, const PtConfig *config, PtError *err)
{
    const ServiceDeskConfig c = {.config = config,
                                 .core = s->core,
                                 .access = s->access,
                                 .clock = s->clock,
                                 .timers = s->timers,
                                 .net = &s->connect.net,
                                 .commerce = s->commerce,
                                 .data_dir = s->folder.dir,
                                 .token_key = s->folder.token_key,
                                 .api = s->api};
    return service_desk_open(&s->service, &c, err);
}

static void collect_tls(void *ctx, PtBuf *out)
{
    const PatronServer *s = ctx;
    const HttpCounters c = http_counters(s->http);
    const int64_t expires_s = http_tls_expires_ms(s->tls) / 1000;
    pt_metric_line(out, "patron_http_tls_handshakes_total", "counter", "TLS handshakes done", true,
                   NULL, (double)c.tls_handshakes);
    pt_metric_line(out, "patron_http_tls_failed_handshakes_total", "counter",
                   "TLS handshakes begun and not done", true, NULL, (double)c.tls_failed);
    pt_metric_line(out, "patron_http_tls_certificate_expires_seconds", "gauge",
                   "When the certificate in use expires, seconds since 1970", true, NULL,
                   (double)expires_s);
}

static PtStatus listen_tls(PatronServer *s, const PtConfig *config, PtError *err)
{
    if (s->tls == NULL) {
        return PT_OK;
    }
    pt_metric_collector(collect_tls, s);
    return http_listen_tls(s->http, pt_config_text(config, "tls.listen"), s->tls, &s->tls_port,
                           err);
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
    if (st == PT_OK && address[0] != '\0') {
        st = http_listen_tcp(s->http, address, &s->port, err);
    }
    return st == PT_OK ? listen_tls(s, config, err) : st;
}

/* The folder, what lies in it, and who may do what. */
static PtStatus open_stores(PatronServer *s, const PtConfig *config, PtError *err)
{
    PtStatus st = open_clock(s, config, err);
    if (st == PT_OK) {
        st = restore_check_finished(pt_config_text(config, "data"), err);
    }
    if (st == PT_OK) {
        st = folder_open(&s->folder, pt_config_text(config, "data"), err);
    }
    if (st == PT_OK) {
        st = open_erased(s, config, err);
    }
    if (st == PT_OK) {
        st = open_sql(s, config, err);
    }
    if (st == PT_OK) {
        st = open_access(s, config, err);
    }
    if (st == PT_OK) {
        st = provider_open(config, &s->oidc, err);
    }
    if (st == PT_OK) {
        st = open_log(s, config, err);
    }
    return st == PT_OK ? open_intake(s, config, err) : st;
}

/* What follows from the log. */
static PtStatus open_followers(PatronServer *s, const PtConfig *config, PtError *err)
{
    PtStatus st = pt_timers_new(s->clock, &s->timers, err);
    if (st == PT_OK) {
        st = open_profiles(s, config, err);
    }
    if (st == PT_OK) {
        st = open_behaviour(s, config, err);
    }
    if (st == PT_OK) {
        st = open_export_jobs(s, config, err);
    }
    if (st == PT_OK) {
        st = open_connections(s, config, err);
    }
    if (st == PT_OK) {
        st = start_timers(s, err);
    }
    return st == PT_OK ? open_views(s, err) : st;
}

/* What acts, behind the API. */
static PtStatus open_services(PatronServer *s, const PtConfig *config, PtError *err)
{
    PtStatus st = open_feed(s, err);
    if (st == PT_OK) {
        st = connections_start(&s->connect, s->api, err);
    }
    if (st == PT_OK) {
        st = open_commerce(s, err); // the desk asks it for hours
    }
    if (st == PT_OK) {
        st = open_service_desk(s, config, err); // an erasure asks it
    }
    if (st == PT_OK) {
        st = open_privacy(s, config, err);
    }
    if (st == PT_OK) {
        st = service_desk_start(&s->service, err);
    }
    if (st == PT_OK) {
        st = connections_listen(&s->connect, privacy_take_hook, s->privacy, err);
    }
    return st == PT_OK ? open_questions(s, err) : st;
}

static PtStatus open_all(PatronServer *s, const PtConfig *config, PtError *err)
{
    const int64_t started_mono_ms = pt_mono_ms();
    uint64_t seed;
    pt_random_bytes(&seed, sizeof seed);
    pt_hash_seed(seed);
    s->grace_ms = (uint32_t)pt_config_int(config, "stop.grace_ms");
    PtStatus st = open_stores(s, config, err);
    if (st == PT_OK) {
        st = open_followers(s, config, err);
    }
    if (st == PT_OK) {
        st = open_tls(s, config, err);
    }
    if (st == PT_OK) {
        st = open_operate(s, config, started_mono_ms, err);
    }
    if (st == PT_OK) {
        st = open_api(s, config, started_mono_ms, err);
    }
    if (st == PT_OK) {
        st = open_services(s, config, err);
    }
    if (st == PT_OK) {
        st = listen_on(s, config, err);
    }
    return st == PT_OK ? operate_start(s->operate, err) : st;
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

/* On a thread of the pool: files are read. */
static void reload(void *ctx)
{
    PatronServer *s = ctx;
    PtError err = {0};
    service_reloading();
    if (pt_diag_reopen(&err) != PT_OK) {
        pt_diag(PT_DIAG_ERROR, "app", "log file not opened anew, the old one stays in use",
                PT_F_STR("problem", pt_str(err.message)));
    }
    if (s->tls != NULL && http_tls_reload(s->tls, &err) != PT_OK) {
        pt_diag(PT_DIAG_ERROR, "tls", "certificate not reloaded, the old one stays in use",
                PT_F_STR("problem", pt_str(err.message)));
    } else if (s->tls != NULL) {
        char expires[PT_TIME_TEXT];
        (void)pt_time_format(http_tls_expires_ms(s->tls), expires);
        pt_diag(PT_DIAG_INFO, "tls", "certificate reloaded", PT_F_STR("expires", pt_str(expires)));
    }
    pt_diag(PT_DIAG_INFO, "app", "reloaded");
    service_ready();
}

void patron_server_run(PatronServer *s)
{
    while (!atomic_load(&s->stopping)) {
        pt_loop_run(s->loop); // returns when stop or reload was asked for
        if (atomic_exchange(&s->reload, false) && pt_pool_submit(s->pool, reload, s) != PT_OK) {
            reload(s); // the pool has no room: once in a while the loop can wait for two files
        }
    }
    service_stopping();
    s->draining = true;
    api_stop_streams(s->api);
    oidc_stop(s->oidc);
    behaviour_jobs_stop(s->export_jobs);
    behaviour_stop(s->behaviour); // a question must not hold up the end
    http_drain(s->http, s->grace_ms, drained, s);
    pt_loop_run(s->loop);
}

void patron_server_stop(PatronServer *s)
{
    atomic_store(&s->stopping, true);
    pt_loop_stop(s->loop);
}

void patron_server_reload(PatronServer *s)
{
    atomic_store(&s->reload, true);
    pt_loop_stop(s->loop);
}

void patron_server_free(PatronServer *s)
{
    if (s == NULL) {
        return;
    }
    oidc_close(s->oidc); // its jobs post answers too
    behaviour_jobs_stop(s->export_jobs);
    behaviour_stop(s->behaviour); // ends the questions
    pt_pool_free(s->question_pool);
    connections_drain(&s->connect);
    pt_pool_free(s->public_pool);
    pt_pool_free(s->pool);     // its jobs post answers to the loop: before the loop goes
    operate_close(s->operate); // streams write backups: before the connections go
    http_server_free(s->http);
    http_tls_free(s->tls);
    if (s->api != NULL) {
        api_stop_streams(s->api);
    }
    privacy_stop(s->privacy); // an erasure asks the destinations
    connections_stop(&s->connect);
    event_feed_close(s->feed);
    event_views_close(s->views);
    pt_timers_stop(s->timers);
    service_desk_stop(&s->service);
    profiles_preview_end(s->profiles);
    profiles_stop(s->profiles);
    pt_log_close(s->log); // syncs what is pending and calls back into intake and API
    if (s->api != NULL) {
        (void)pt_loop_turn(s->loop, 0); // what the log's last round posted, while the API is there
    }
    api_free(s->api);
    service_desk_close(&s->service);
    pt_timers_free(s->timers); // whoever sets them has gone
    commerce_close(s->commerce);
    privacy_free(s->privacy);
    behaviour_jobs_free(s->export_jobs);
    behaviour_close(s->behaviour);
    profiles_close(s->profiles);
    connections_close(&s->connect);
    pt_loop_free(s->loop);
    event_intake_free(s->intake);
    erased_close(s->erased);
    dedupe_close(s->dedupe);
    event_stats_free(s->stats);
    event_plans_close(s->plans);
    event_sources_close(s->sources);
    access_close(s->access);
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

uint16_t patron_server_tls_port(const PatronServer *s)
{
    return s->tls_port;
}

bool patron_server_setup_code(const PatronServer *s, char ret_code[static ACCESS_CODE_TEXT])
{
    return access_setup_code(s->access, ret_code);
}
