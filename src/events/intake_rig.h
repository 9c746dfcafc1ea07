// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "events/events.h"

#include <fault/fault_fs.h>
#include <stdbool.h>
#include <stdint.h>

/* For tests: an intake over a real log and dedupe on the fault layer's disk, with real sources, all
 * driven by hand (no threads). The clock stands at RIG_NOW.
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

typedef struct Rig {
    RigBase *base;
    PtFs *fs;
    PtLog *log;
    Dedupe *dedupe;
    EventIntake *intake;
    uint64_t rounds, failed_rounds;
} Rig;

bool rig_base_open(RigBase *base);
void rig_base_close(RigBase *base);

/* fs: a disk that may hold a log already. pending_bytes 0: the default. False says why on stderr. */
bool rig_open(Rig *rig, RigBase *base, PtFs *fs, uint64_t pending_bytes);
void rig_close(Rig *rig);

/* The call, committed. On success what an HTTP client would have been told: PT_OK only when its
 * round was durable. */
PtStatus rig_call(Rig *rig, EventCallKind kind, EventType type, RigSource source, const char *body,
                  EventOutcome *ret_outcome, PtError *err);
