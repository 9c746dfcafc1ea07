// SPDX-License-Identifier: Apache-2.0
/* /healthz, /readyz, /metrics and /api/v1/status: how the server is, for machines and for people.
 */
#include "api/api_internal.h"

#include "platform/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_HELP "Events by what became of them"
static PtMetric accepted = {
    .name = "patron_events_total", .help = EVENTS_HELP, .labels = "outcome=\"accepted\""};
static PtMetric duplicates = {
    .name = "patron_events_total", .help = EVENTS_HELP, .labels = "outcome=\"duplicate\""};
static PtMetric quarantined = {
    .name = "patron_events_total", .help = EVENTS_HELP, .labels = "outcome=\"quarantined\""};
static PtMetric discarded = {
    .name = "patron_events_total", .help = EVENTS_HELP, .labels = "outcome=\"discarded\""};
static PtMetric refused = {.name = "patron_intake_refused_total",
                           .help = "Intake calls answered 4xx or 503 before anything was stored"};
static PtMetric ack = {
    .name = "patron_intake_ack_seconds",
    .help = "Time an intake call waited for the log",
    .kind = PT_METRIC_HISTOGRAM,
    .bounds = {.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}};

void api_metric_intake(const EventOutcome *o, PtStatus status)
{
    pt_metric_add(&accepted, o->accepted);
    pt_metric_add(&duplicates, o->duplicates);
    pt_metric_add(&quarantined, o->quarantined);
    pt_metric_add(&discarded, o->discarded);
    pt_metric_add(&refused, status != PT_OK);
}

void api_metric_ack(int64_t waited_ns)
{
    pt_metric_observe(&ack, (double)waited_ns / 1e9);
}

/* RssAnon and RssShmem of this process, bytes; 0 where /proc does not tell. */
static uint64_t resident_bytes(void)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen("/proc/self/status", "re");
    char line[128];
    uint64_t sum_kib = 0;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0 || strncmp(line, "RssShmem:", 9) == 0) {
            sum_kib += strtoull(strchr(line, ':') + 1, NULL, 10);
        }
    }
    return sum_kib * 1024;
}

typedef struct Reading {
    const char *name, *kind, *help;
    double value;
} Reading;

static void collect_http(const Api *api, PtBuf *out)
{
    const HttpCounters c = http_counters(api->server);
    const Reading rows[] = {
        {"patron_http_requests_total", "counter", "Complete requests", (double)c.requests},
        {"patron_http_bad_requests_total", "counter", "Requests refused by the HTTP core",
         (double)c.bad_requests},
        {"patron_http_timeouts_total", "counter", "Connections closed for being slow",
         (double)c.timeouts},
        {"patron_http_connections_total", "counter", "Connections accepted", (double)c.accepted},
        {"patron_http_connections", "gauge", "Connections open now", (double)c.connections},
        {"patron_http_buffered_bytes", "gauge", "Request bytes held now", (double)c.buffered_bytes},
        {"patron_http_in_bytes_total", "counter", "Bytes received", (double)c.bytes_in},
        {"patron_http_out_bytes_total", "counter", "Bytes sent", (double)c.bytes_out},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pt_metric_line(out, rows[i].name, rows[i].kind, rows[i].help, true, NULL, rows[i].value);
    }
    for (unsigned class = 1; class < 6; class++) {
        char label[32];
        (void)snprintf(label, sizeof label, "class=\"%uxx\"", class);
        pt_metric_line(out, "patron_http_responses_total", "counter", "Answers by class of status",
                       class == 1, label, (double)c.by_class[class]);
    }
}

static void collect_log(const Api *api, PtBuf *out)
{
    const PtLogStats s = pt_log_stats(api->c.log);
    const DedupeStats d = dedupe_stats(api->c.dedupe);
    const Reading rows[] = {
        {"patron_log_records_total", "counter", "Records acknowledged since the start",
         (double)s.records},
        {"patron_log_rounds_total", "counter", "Rounds written and synced", (double)s.rounds},
        {"patron_log_failed_rounds_total", "counter", "Rounds that could not be made durable",
         (double)s.failed_rounds},
        {"patron_log_sync_seconds_total", "counter", "Time spent syncing",
         (double)s.sync_ns_total / 1e9},
        {"patron_log_hot_bytes", "gauge", "Hot segments on disk", (double)s.hot_bytes},
        {"patron_log_archive_bytes", "gauge", "Archive on disk", (double)s.archive_bytes},
        {"patron_log_archive_raw_bytes", "gauge", "Payload bytes in the archive before compression",
         (double)s.archive_raw_bytes},
        {"patron_log_full", "gauge", "1 when the last attempt to get disk space failed",
         s.full ? 1 : 0},
        {"patron_log_end_offset", "gauge", "Offset behind the last acknowledged record",
         (double)pt_log_end(api->c.log, 0)},
        {"patron_dedupe_ids", "gauge", "messageIds remembered", (double)d.ids},
        {"patron_dedupe_runs", "gauge", "Sorted runs on disk", (double)d.runs},
        {"patron_dedupe_memory_bytes", "gauge", "Memory of tables, filters and fences",
         (double)d.memory_bytes},
        {"patron_dedupe_disk_bytes", "gauge", "Runs on disk", (double)d.disk_bytes},
        {"patron_dedupe_run_reads_total", "counter", "Blocks read from runs", (double)d.run_reads},
        {"patron_process_resident_bytes", "gauge", "RssAnon + RssShmem", (double)resident_bytes()},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pt_metric_line(out, rows[i].name, rows[i].kind, rows[i].help, true, NULL, rows[i].value);
    }
}

static void collect_suppressed(const Api *api, PtBuf *out)
{
    bool first = true;
    for (uint32_t i = 0; i < EVENT_SUPPRESSED_SOURCES; i++) {
        const uint64_t events = event_intake_suppressed(api->c.intake, i);
        char label[32];
        if (events > 0) {
            (void)snprintf(label, sizeof label, "source=\"%u\"", i);
            pt_metric_line(out, "patron_events_suppressed_total", "counter",
                           "Events of persons who were erased after them: not stored", first, label,
                           (double)events);
            first = false;
        }
    }
}

static void collect(void *ctx, PtBuf *out)
{
    const Api *api = ctx;
    if (api->server != NULL) {
        collect_http(api, out);
    }
    collect_log(api, out);
    collect_suppressed(api, out);
    for (size_t i = 0; i < event_views_count(api->c.views); i++) {
        const EventViewState v = event_views_state(api->c.views, i);
        char label[64];
        (void)snprintf(label, sizeof label, "view=\"%s\"", v.name);
        pt_metric_line(out, "patron_view_lag_records", "gauge",
                       "Acknowledged records a view has not seen", i == 0, label, (double)v.lag);
    }
}

const PtMetric *api_ack_metric(void)
{
    return &ack;
}

void api_metrics_init(Api *api)
{
    static bool
        registered; // a process has one server at a time; tests start several one after another
    PtMetric *all[] = {&accepted, &duplicates, &quarantined, &discarded, &refused, &ack};
    if (registered) {
        pt_metrics_reset();
    }
    registered = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pt_metric_register(all[i]);
    }
    pt_metric_collector(collect, api);
}

void api_metrics(ApiCall *call)
{
    call->content_type = "text/plain; version=0.0.4; charset=utf-8";
    pt_metrics_render(&call->body);
    api_answer(call, 200);
}

void api_healthz(ApiCall *call)
{
    pt_buf_add_str(&call->body, PT_STR("{\"status\":\"ok\"}"));
    api_answer(call, 200);
}

const char api_not_ready[] =
    "persons of the register of erasures may be there again after a restore: being erased";

/* Ready: intake would accept, and nobody is read who was erased. It says why when not. */
void api_readyz(ApiCall *call)
{
    const PtLogStats s = pt_log_stats(call->api->c.log);
    const DedupeStats d = dedupe_stats(call->api->c.dedupe);
    const char *problem = call->api->stopping                  ? "stopping"
                          : s.full                             ? "no disk space for the log"
                          : d.stalled                          ? "dedupe cannot write"
                          : !privacy_ready(call->api->privacy) ? api_not_ready
                                                               : NULL;
    if (problem != NULL) {
        (void)pt_fail(&call->error, PT_UNAVAILABLE, "%s", problem);
        api_problem(call, PT_UNAVAILABLE, &call->error);
        return;
    }
    pt_buf_add_str(&call->body, PT_STR("{\"status\":\"ready\"}"));
    api_answer(call, 200);
}

/* -- status
 * --------------------------------------------------------------------------------------------------------
 */

typedef struct Number {
    const char *key;
    uint64_t value;
} Number;

static void numbers_json(PtJsonOut *out, const char *key, const Number *numbers, size_t count)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_key(out, pt_str(numbers[i].key));
        pt_json_out_u64(out, numbers[i].value);
    }
    pt_json_out_object_end(out);
}

static void log_json(Api *api, PtJsonOut *out)
{
    const PtLogStats s = pt_log_stats(api->c.log);
    const Number log[] = {
        {"begin_offset", pt_log_begin(api->c.log, 0)},
        {"end_offset", pt_log_end(api->c.log, 0)},
        {"records", s.records},
        {"rounds", s.rounds},
        {"failed_rounds", s.failed_rounds},
        {"hot_segments", s.hot_segments},
        {"spare_segments", s.spare_segments},
        {"hot_bytes", s.hot_bytes},
        {"archive_files", s.archive_files},
        {"archive_records", s.archive_records},
        {"archive_bytes", s.archive_bytes},
        {"archive_raw_bytes", s.archive_raw_bytes},
        {"sync_us_mean", s.rounds > 0 ? s.sync_ns_total / s.rounds / 1000 : 0},
        {"sync_us_max", s.sync_ns_max / 1000},
        {"full", s.full},
    };
    numbers_json(out, "log", log, sizeof log / sizeof *log);
    const DedupeStats d = dedupe_stats(api->c.dedupe);
    const Number dedupe[] = {
        {"ids", d.ids},
        {"runs", d.runs},
        {"memory_bytes", d.memory_bytes},
        {"disk_bytes", d.disk_bytes},
        {"lookups", d.lookups},
        {"seen", d.seen},
        {"run_reads", d.run_reads},
        {"false_positives", d.false_positives},
        {"stalled", d.stalled},
    };
    numbers_json(out, "dedupe", dedupe, sizeof dedupe / sizeof *dedupe);
}

static void views_json(Api *api, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("views"));
    pt_json_out_array(out);
    for (size_t i = 0; i < event_views_count(api->c.views); i++) {
        const EventViewState v = event_views_state(api->c.views, i);
        pt_json_out_object(out);
        pt_json_put_str(out, "name", pt_str(v.name));
        pt_json_put_u64(out, "next_offset", v.next_offset);
        pt_json_put_u64(out, "lag", v.lag);
        pt_json_put_bool(out, "stopped", v.stopped);
        pt_json_out_key(out, PT_STR("problem"));
        if (v.message[0] != '\0') {
            pt_json_out_str(out, pt_str(v.message));
        } else {
            pt_json_out_null(out);
        }
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

void api_status(ApiCall *call)
{
    Api *api = call->api;
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "version", PT_STR(PATRON_VERSION));
    pt_json_put_i64(&out, "pid", getpid());
    pt_json_put_i64(&out, "uptime_ms", pt_mono_ms() - api->c.started_mono_ms);
    pt_json_put_u64(&out, "resident_bytes", resident_bytes());
    log_json(api, &out);
    views_json(api, &out);
    const HttpCounters h = http_counters(api->server);
    const Number http[] = {{"requests", h.requests},
                           {"bad_requests", h.bad_requests},
                           {"connections", h.connections},
                           {"timeouts", h.timeouts},
                           {"rejected", h.rejected}};
    numbers_json(&out, "http", http, sizeof http / sizeof *http);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
