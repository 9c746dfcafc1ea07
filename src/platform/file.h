// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file layer that everything durable of our own goes through (log, archive, dedupe, imports'
 * state), so that tests can put a disk under it that forgets unsynced writes, tears, reorders,
 * fills up and fails on command (tests/fault/fault_fs.h). SQLite does its own I/O.
 *
 * Shapes   Paths are absolute or relative to the process; files are opened, never shared between
 * PtFs. Errors   PT_NOT_FOUND, PT_UNAVAILABLE (disk full, too many files), PT_IO; the message names
 * path and errno text. After a failed datasync the content since the last good one is unknown: do
 * not sync again and believe it; abandon the region. Threads  Different files from different
 * threads; pread and pwrite on one file from several threads.
 */
typedef struct PtFile PtFile; /* each layer defines its own */
typedef struct PtFs PtFs;

typedef enum PtOpenMode {
    PT_OPEN_READ,   /* must exist */
    PT_OPEN_WRITE,  /* read and write, must exist */
    PT_OPEN_CREATE, /* read and write, must not exist */
} PtOpenMode;

typedef struct PtFsOps {
    PtStatus (*open)(PtFs *fs, const char *path, PtOpenMode mode, PtFile **ret_file, PtError *err);
    void (*close)(PtFs *fs, PtFile *file); /* accepts NULL */
    /* Reads up to len bytes; *ret_len is less only at the end of the file. */
    PtStatus (*pread)(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at, size_t *ret_len,
                      PtError *err);
    /* Writes all of it or fails; on failure any part may have been written. */
    PtStatus (*pwrite)(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                       PtError *err);
    PtStatus (*datasync)(PtFs *fs, PtFile *file, PtError *err);
    /* Hands the bytes to the device and waits until it has them, without making them durable: a
     * large file written so, and synced once at its end, does not hold up another file's syncs.
     * NULL: does nothing. A failure is as one of datasync. */
    PtStatus (*write_out)(PtFs *fs, PtFile *file, uint64_t at, uint64_t len, PtError *err);
    /* Reserves blocks for [0, size) and makes the file at least that long, zero where never
     * written. */
    PtStatus (*allocate)(PtFs *fs, PtFile *file, uint64_t size, PtError *err);
    PtStatus (*truncate)(PtFs *fs, PtFile *file, uint64_t size, PtError *err);
    PtStatus (*size)(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err);
    PtStatus (*rename)(PtFs *fs, const char *from, const char *to,
                       PtError *err); /* replaces; durable after sync_dir */
    PtStatus (*unlink)(PtFs *fs, const char *path, PtError *err); /* durable after sync_dir */
    PtStatus (*mkdir)(PtFs *fs, const char *path, PtError *err);  /* an existing folder is fine */
    PtStatus (*sync_dir)(PtFs *fs, const char *path,
                         PtError *err); /* names created, renamed, removed in it last */
    /* Calls fn for each name in the folder (no "." and ".."), in no order, until it returns false.
     */
    PtStatus (*list)(PtFs *fs, const char *path, bool (*fn)(void *ctx, const char *name), void *ctx,
                     PtError *err);
} PtFsOps;

struct PtFs {
    const PtFsOps *ops;
};

PtFs *pt_fs_real(void); /* POSIX; a process-wide constant: not freed */

/* Helpers over any layer. */

/* pwrite and write_out in pieces that a device takes in well under a millisecond. */
PT_NODISCARD PtStatus pt_fs_write_gently(PtFs *fs, PtFile *file, const void *bytes, size_t len,
                                         uint64_t at, PtError *err);

/* Writes a whole small file so that after a crash either the old or the new content is there:
 * path.tmp, datasync, rename, sync of the folder. */
PT_NODISCARD PtStatus pt_fs_replace(PtFs *fs, const char *path, PtStr content, PtError *err);

/* Reads a whole file of at most max bytes into malloc'ed memory (free() it), NUL behind it. */
PT_NODISCARD PtStatus pt_fs_read(PtFs *fs, const char *path, size_t max, char **ret_bytes,
                                 size_t *ret_len, PtError *err);
