// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Checks of a data folder, each with plain words and what to do. They change nothing but a small
 * file that is written, synced and removed to measure the disk.
 */
typedef enum DoctorState { DOCTOR_OK, DOCTOR_WARN, DOCTOR_BAD, DOCTOR_SKIPPED } DoctorState;

typedef struct DoctorFinding {
    const char *check; /* "disk" */
    DoctorState state;
    char text[300];     /* what was seen */
    const char *advice; /* NULL: nothing to do */
} DoctorFinding;

typedef struct DoctorTarget {
    const char *data_dir;
    const char *sql_url; /* PostgreSQL; NULL: DIR/core.db */
    const char *sql_schema;
    const char *certificate;                                /* PEM file, "" for none */
    const char *backup_dir;                                 /* "" for none */
    const char *register_path;                              /* of erasures; NULL: not looked at */
    int64_t disk_free_bytes, certificate_ms, backup_age_ms; /* bounds of the alerts */
    bool
        running; /* a daemon has the folder: log and dedupe, which it writes, are its own to tell */
    bool deep;   /* reads every archived payload */
} DoctorTarget;

/* Calls found once or more for each check, in order. */
void doctor_run(const DoctorTarget *target, void (*found)(void *ctx, const DoctorFinding *finding),
                void *ctx);

const char *doctor_state_name(DoctorState state); /* "ok", "warn", "bad", "skipped" */
