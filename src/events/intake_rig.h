// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "events/events.h"

#include <fault/fault_fs.h>
#include <stdbool.h>
#include <stdint.h>

/* For tests: an intake over a real log and dedupe on the fault layer's disk, with real sources, all
 * driven by hand unless threads are asked for. The clock stands at RIG_NOW.
 */
#define RIG_NOW INT64_C(1763776800000) /* 2025-11-22T02:00:00Z */

typedef enum RigSource {
    RIG_PLAIN,
    RIG_KEEP,
    RIG_HISTORICAL,
    RIG_DISABLED,
    RIG_SOURCES,
} RigSource;

typedef struct RigBase { /* shared by the tests of a program */
    char dir[64];
    PtSql *sql;
    PtClock *clock;
    EventSources *sources;
    EventSource source[RIG_SOURCES];
} RigBase;

typedef struct RigOptions {
    uint64_t pending_bytes; /* 0: the default */
    uint32_t table_ids;     /* 0: 4096 */
    bool threads;
    void (*on_round)(void *ctx, uint64_t round, PtStatus status); /* after the intake's own */
    void *ctx;
} RigOptions;

typedef struct Rig {
    RigBase *base;
    RigOptions options;
    PtFs *fs;
    PtLog *log;
    Dedupe *dedupe;
    EventIntake *intake;
    uint64_t rounds, failed_rounds;
} Rig;

bool rig_base_open(RigBase *base);
void rig_base_close(RigBase *base);

/* fs: a disk that may hold a log already. False says why on stderr. */
bool rig_open(Rig *rig, RigBase *base, PtFs *fs, RigOptions options);
void rig_close(Rig *rig);

/* The call, committed. On success what an HTTP client would have been told: PT_OK only when its
 * round was durable. */
PtStatus rig_call(Rig *rig, EventCallKind kind, EventType type, RigSource source, const char *body,
                  EventOutcome *ret_outcome, PtError *err);
