// SPDX-License-Identifier: Apache-2.0
#include "events/intake_rig.h"

#include "platform/migrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool says(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "rig: %s: %s\n", pt_status_name(st), err->message);
    }
    return st == PT_OK;
}

static bool add_sources(RigBase *base)
{
    static const struct {
        const char *name;
        bool enabled, historical;
        EventSkewPolicy skew;
    } rows[RIG_SOURCES] = {
        [RIG_PLAIN] = {"plain", true, false, EVENT_SKEW_CORRECT},
        [RIG_KEEP] = {"keep", true, false, EVENT_SKEW_KEEP},
        [RIG_HISTORICAL] = {"historical", true, true, EVENT_SKEW_CORRECT},
        [RIG_DISABLED] = {"disabled", false, false, EVENT_SKEW_CORRECT},
    };
    PtError err = {0};
    for (size_t i = 0; i < RIG_SOURCES; i++) {
        EventSourceEdit edit = {pt_str(rows[i].name), rows[i].enabled, rows[i].historical,
                                rows[i].skew};
        if (!says(event_source_add(base->sources, &edit, NULL, &base->source[i], &err), &err)) {
            return false;
        }
    }
    return true;
}

bool rig_base_open(RigBase *base)
{
    PtError err = {0};
    *base = (RigBase){.dir = "/tmp/patron-intake-XXXXXX"};
    char path[128];
    if (mkdtemp(base->dir) == NULL) {
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/core.db", base->dir);
    PtSqlConfig config = {.path = path, .readers = 1};
    base->clock = pt_clock_sim_new(RIG_NOW, 0);
    return base->clock != NULL && says(pt_sql_open(&config, &base->sql, &err), &err) &&
           says(pt_migrations_apply(base->sql, PT_MIGRATIONS_CORE, &err), &err) &&
           says(event_sources_open(base->sql, base->clock, &base->sources, &err), &err) &&
           add_sources(base);
}

void rig_base_close(RigBase *base)
{
    event_sources_close(base->sources);
    pt_sql_close(base->sql);
    pt_clock_free(base->clock);
    static const char *const names[] = {"core.db", "core.db-wal", "core.db-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", base->dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(base->dir);
}

static void on_round(void *ctx, uint64_t round, PtStatus status)
{
    Rig *rig = ctx;
    rig->rounds++;
    rig->failed_rounds += status != PT_OK;
    if (rig->intake != NULL) {
        event_intake_round(rig->intake, round, status);
    }
    if (rig->options.on_round != NULL) {
        rig->options.on_round(rig->options.ctx, round, status);
    }
}

static PtStatus open_all(Rig *rig, PtError *err)
{
    const RigOptions *o = &rig->options;
    PtLogConfig log = pt_log_config_default();
    log.fs = rig->fs;
    log.clock = rig->base->clock;
    log.dir = "/log";
    log.segment_bytes = 1 << 20;
    log.spare_segments = 0;
    log.pending_bytes = o->pending_bytes > 0 ? o->pending_bytes : log.pending_bytes;
    log.start_threads = o->threads;
    log.on_round = on_round;
    log.ctx = rig;
    DedupeConfig dedupe = dedupe_config_default();
    dedupe.fs = rig->fs;
    dedupe.dir = "/dedupe";
    dedupe.table_ids = o->table_ids > 0 ? o->table_ids : 4096;
    dedupe.memory_bytes = dedupe.table_ids > 4096 ? 128 << 20 : 8 << 20;
    dedupe.window_ids = 1 << 20;
    dedupe.start_thread = o->threads;
    uint64_t from = 0;
    PtStatus st = pt_log_open(&log, &rig->log, err);
    st = st == PT_OK ? dedupe_open(&dedupe, &rig->dedupe, &from, err) : st;
    st = st == PT_OK ? event_intake_restore(rig->log, rig->dedupe, from, err) : st;
    EventIntakeConfig config = {.log = rig->log,
                                .dedupe = rig->dedupe,
                                .sources = rig->base->sources,
                                .clock = rig->base->clock,
                                .hash_key = "0123456789abcde"};
    return st == PT_OK ? event_intake_new(&config, &rig->intake, err) : st;
}

bool rig_open(Rig *rig, RigBase *base, PtFs *fs, RigOptions options)
{
    PtError err = {0};
    *rig = (Rig){.base = base, .fs = fs, .options = options};
    PtStatus st = open_all(rig, &err);
    if (st != PT_OK) {
        rig_close(rig);
    }
    return says(st, &err);
}

void rig_close(Rig *rig)
{
    pt_log_close(rig->log); // commits, and tells the intake
    event_intake_free(rig->intake);
    dedupe_close(rig->dedupe);
    *rig = (Rig){.base = rig->base, .fs = rig->fs, .options = rig->options};
}

PtStatus rig_call(Rig *rig, EventCallKind kind, EventType type, RigSource source, const char *body,
                  EventOutcome *ret_outcome, PtError *err)
{
    EventCall call = {.kind = kind,
                      .type = type,
                      .body = pt_str(body),
                      .key = pt_str(rig->base->source[source].write_key),
                      .peer = PT_STR("203.0.113.9")};
    PtStatus st = events_intake(rig->intake, &call, ret_outcome, err);
    if (st == PT_OK && ret_outcome->round != 0) {
        st = pt_log_commit(rig->log, err) == PT_OK ? PT_OK : PT_UNAVAILABLE;
    }
    return st;
}
