// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A disk in memory behind PtFs that keeps only what was promised.
 *
 * Writes are volatile until datasync of their file; names (create, rename, unlink) until sync_dir
 * of their folder; a file's size with its datasync. At a crash every unsynced 512-byte sector write
 * is on its own kept, dropped or torn, so that any reordering occurs; unsynced names and sizes
 * likewise. Folders are durable at once.
 *
 * A failed datasync is Linux's: some of the dirty sectors reached the disk, all count as clean, the
 * process still reads what it wrote, and a later datasync succeeds without writing them.
 *
 * Everything random follows from the seeds. Threads  Any (one lock inside).
 */
PtFs *fault_fs_new(uint64_t seed); /* NULL when out of memory */
void fault_fs_free(PtFs *fs);      /* close all files before */

typedef enum FaultOp {
    FAULT_OPEN,
    FAULT_PREAD,
    FAULT_PWRITE, /* when it fails, a random part from the start was written */
    FAULT_DATASYNC,
    FAULT_ALLOCATE,
    FAULT_TRUNCATE,
    FAULT_SIZE,
    FAULT_RENAME,
    FAULT_UNLINK,
    FAULT_MKDIR,
    FAULT_SYNC_DIR,
    FAULT_LIST,
    FAULT_MARK, /* in the trace only */
    FAULT_ANY,  /* in fault_fs_fail only: counts every operation */
    FAULT_OP_COUNT
} FaultOp;

/* The nth operation of the kind from now on (1 = the next) fails, once. 0 takes the order back. */
void fault_fs_fail(PtFs *fs, FaultOp op, uint64_t nth, int errno_value);
/* Each operation of the kind fails with this chance; 0 = none. */
void fault_fs_fail_rate(PtFs *fs, FaultOp op, uint32_t per_million, int errno_value);
/* Fails with ENOSPC what would make the files bigger than this in sum. UINT64_MAX at the start. */
void fault_fs_capacity(PtFs *fs, uint64_t bytes);
uint64_t fault_fs_used(PtFs *fs);

/* From now on everything fails with EIO, as for a process that is gone: close what is open. */
void fault_fs_power_off(PtFs *fs);
/* The same at the nth operation from now on (1 = the next), which fails with all behind it. 0 takes
 * the order back. */
void fault_fs_power_off_at(PtFs *fs, uint64_t nth);
/* The disk after the crash: what survives is drawn from the seed, power is on again, failures and
 * rates ordered before are forgotten. Files that are still open fail with EIO. */
void fault_fs_crash(PtFs *fs, uint64_t seed);

/* The disk after the process was killed but the machine lives: nothing is lost, nothing is durable
 * that was not before. Open files fail with EIO; failures ordered before are forgotten. */
void fault_fs_restart(PtFs *fs);

/* Turns bits of a byte on the disk, as rot does. False when there is no such byte. */
bool fault_fs_flip(PtFs *fs, const char *path, uint64_t at, uint8_t mask);
/* Size of a file by name, -1 when there is none. */
int64_t fault_fs_size(PtFs *fs, const char *path);

/* What happened, in order. Failed operations are in it. */
typedef struct FaultTrace {
    FaultOp op;
    PtStatus status;
    const char *path; /* name at that time; lives as long as the disk */
    uint64_t file;    /* number of the file, 0 = none: a name may go to another file */
    uint64_t at, len; /* a mark's value is in at */
} FaultTrace;

void fault_fs_mark(PtFs *fs, uint64_t value);
/* Borrowed until the next operation. */
const FaultTrace *fault_fs_trace(PtFs *fs, size_t *ret_count);
void fault_fs_trace_clear(PtFs *fs);

/* Whether every write before trace[index] to a file whose path contains `part` was followed, also
 * before trace[index], by a good datasync of that file. */
bool fault_trace_synced(const FaultTrace *trace, size_t index, const char *part);
