// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operate/pack.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A backup of a running server, and its way back into an empty folder.
 *
 * What     The truth: rows of the core database, the log, secret.key, and the settings in force for
 *          people to read. Views, dedupe and search are rebuilt from it.
 * When     One instant. While the write transaction of the core database is held, and so nobody
 *          commits: a read transaction fixes what SQL holds, then the log's acknowledged end is
 *          noted. A feed row that SQL has forgotten was durable in the log before it was forgotten,
 *          so it lies before that end; a feed row committed later gets an offset behind it. So the
 *          pair is one that kill -9 at that instant could have left, and the mover's own rule makes
 *          it exactly once. Either order without the gate would lose feed rows (log first) or leave
 *          events in the log whose change is not in SQL (SQL first).
 * Beside   Intake goes on. Archive files are copied as they are; records behind them are read by
 *          offset, wherever archiving moves them meanwhile. A file that is rewritten by an erasure
 *          meanwhile is copied whole, as it was or as it became, and the content hash is that of
 *          what was copied; what the core rows hold is of the instant. So the backup of an instant
 *          before the end of an erasure may hold the person: restoring it applies the register of
 *          erasures, as for any older backup. An erasure does not wait for a backup's copying, but
 *          its scrub of SQL waits for the copying of the core rows (pt_sql_scrub).
 * Members  manifest.json, settings.conf, secret.key, sql/core (core_rows.h), log/dict-*, log/arc-*,
 *          log/records, imports/ID (files that people uploaded), attachments/HASH (files of
 *          tickets: one that came after the instant goes with the first start), content.json.
 */
typedef struct BackupSource {
    PtSql *core;
    PtLog *log;
    PtFs *fs;
    const PtClock *clock;
    const char *data_dir;
    const char *engine;   /* "sqlite", "postgresql": for people */
    PtStr settings;       /* file of settings, for people */
    bool secrets;         /* with secret.key */
    uint64_t bytes_per_s; /* at most; 0: as fast as it goes */
} BackupSource;

/* Any thread may read, and set cancel. */
typedef struct BackupProgress {
    _Atomic uint64_t bytes, expected, end_offset;
    _Atomic bool cancel;
} BackupProgress;

typedef struct BackupResult {
    uint64_t end_offset, bytes, rows;
    uint8_t digest[PACK_DIGEST];  /* of the file */
    uint8_t content[PACK_DIGEST]; /* of log records and core rows */
} BackupResult;

/* Blocks until it is done. PT_GONE: cancelled. */
PT_NODISCARD PtStatus backup_make(const BackupSource *source, const PackSink *sink,
                                  BackupProgress *progress, BackupResult *ret_result, PtError *err);

/* Into PATH.part, synced as it grows, renamed at the end. PT_CONFLICT: the path exists. On failure
 * nothing is left. */
PT_NODISCARD PtStatus backup_make_file(const BackupSource *source, const char *path,
                                       BackupProgress *progress, BackupResult *ret_result,
                                       PtError *err);

/* ---- Back ----------------------------------------------------------------------------------- */

typedef struct RestoreTarget {
    PtFs *fs;
    const char *data_dir;             /* made when missing; must hold nothing */
    const char *sql_url, *sql_schema; /* PostgreSQL; NULL: DIR/core.db */
    bool force;                       /* what the folder holds is removed first */
    /* The register of erasures (events/erased.h), without which the persons erased since would be
     * back; NULL: it is not asked for. PT_NOT_FOUND where there is none, before anything is done,
     * unless without_register: then the folder gets RESTORE_WITHOUT_REGISTER, which the next start
     * audits. */
    const char *register_path;
    bool without_register;
} RestoreTarget;

typedef struct RestoreResult {
    uint64_t members, bytes, end_offset, rows;
    int64_t created_ms;
    bool secrets;
    uint8_t digest[PACK_DIGEST], content[PACK_DIGEST];
} RestoreResult;

/* Called now and then with bytes read of the file; false: stop (PT_GONE). May be NULL. */
typedef bool RestoreProgress(void *ctx, uint64_t bytes, uint64_t total);

/* Reads all of it and checks every digest. */
PT_NODISCARD PtStatus backup_verify(PtFs *fs, const char *path, RestoreProgress *progress,
                                    void *ctx, RestoreResult *ret_result, PtError *err);

/* Verifies, then restores, then reads back what it restored and compares its content hash with the
 * one that was taken. PT_CONFLICT: the folder is in use or not empty. From its first change until
 * its last the folder holds RESTORE_MARK, with which no server starts. */
#define RESTORE_MARK             "restore-unfinished"
#define RESTORE_WITHOUT_REGISTER "no-erasure-register"
/* The register of erasures where nothing can be made beside the folder: a restore leaves it alone.
 */
#define RESTORE_REGISTER "erasures"
PT_NODISCARD PtStatus backup_restore(const RestoreTarget *target, const char *path,
                                     RestoreProgress *progress, void *ctx,
                                     RestoreResult *ret_result, PtError *err);

/* PT_CONFLICT when a restore into the folder did not end. */
PT_NODISCARD PtStatus restore_check_finished(const char *data_dir, PtError *err);
