// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#define INT(key, fallback, min, max, help)  {key, PT_SETTING_INT, fallback, min, max, help}
#define BOOL(key, fallback, help)           {key, PT_SETTING_BOOL, fallback, 0, 1, help}
#define TEXT(key, fallback, min, max, help) {key, PT_SETTING_TEXT, fallback, min, max, help}

const PtSetting patron_settings[] = {
    TEXT("data", "", 0, 4000, "data folder; made when missing"),
    TEXT("listen", "127.0.0.1:8080", 0, 200,
         "ADDR:PORT for HTTP; empty: the data folder's socket only"),
    INT("log.segment_mib", "64", 1, 1024, "hot log segment, MiB"),
    INT("log.spare_segments", "2", 0, 64, "hot segments written ahead of need"),
    INT("log.hot_gib", "32", 1, 4096,
        "hot log not yet archived, GiB; over it clients are told 503"),
    INT("log.pending_mib", "64", 1, 4096,
        "events appended and not yet synced, MiB; over it clients are told 429"),
    INT("log.zstd_level", "3", 1, 19, "compression level of the archive"),
    INT("dedupe.memory_mib", "256", 8, 65536, "memory of the table of seen messageIds, MiB"),
    INT("dedupe.window_days", "7", 1, 365, "how long a messageId is remembered, days"),
    INT("dedupe.window_ids", "500000000", 1000, 100000000000, "how many messageIds are remembered"),
    INT("http.connections", "20000", 10, 1000000, "open connections"),
    INT("http.header_ms", "10000", 10, 600000, "time for a request's header, ms"),
    INT("http.body_idle_ms", "10000", 10, 600000, "time between bytes of a body, ms"),
    INT("http.body_total_ms", "60000", 10, 3600000, "time for a whole body, ms"),
    INT("http.keepalive_ms", "75000", 10, 3600000,
        "idle time between requests of a connection, ms"),
    INT("http.buffered_mib", "512", 8, 65536,
        "bytes of all bodies being received, MiB; over it clients are told 503"),
    INT("api.workers", "2", 1, 64, "threads for management requests"),
    INT("api.streams", "64", 1, 1024, "exports and live streams at once"),
    INT("stop.grace_ms", "10000", 0, 600000, "time for running requests at stop, ms"),
    TEXT("clock", "real", 3, 4, "real, or sim: a simulated clock for demo and tests"),
    TEXT("clock.start", "", 0, 40, "sim: where it starts, RFC 3339; empty: now"),
    INT("clock.speed", "1", 0, 10000, "sim: times the machine's pace; 0: it stands"),
    TEXT("diag.level", "info", 4, 5, "debug, info, warn or error"),
    BOOL("diag.json", "false", "the daemon's own log as JSON lines"),
};
const size_t patron_setting_count = sizeof patron_settings / sizeof *patron_settings;
