// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/hash.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The log: durable, ordered events by partition. The seam behind which the embedded engine
 * (platform/log/) or, later, Kafka works.
 *
 * Shapes   A record is a clear header and an opaque payload. A position is (partition, offset);
 * offsets of a partition rise by one from 0 and are never reused once acknowledged. Durable  A
 * round groups what was appended until the writer takes it: one write, one sync, then the callback.
 * Nothing is acknowledged before its sync. When a round fails, it and everything appended behind it
 * fails together (callback with the status), and the offsets are used again: nothing of it was ever
 * visible to a reader. Readers  See acknowledged records only. A reader that is behind the hot
 * segments reads the archive and does not notice. Damage   A torn tail is cut at open (it was never
 * acknowledged). A bad record in the middle is PT_CORRUPT with file and offset, and the log refuses
 * to open for writing; never skipped. Threads  Append, commit and readers from any thread; a reader
 * belongs to one thread at a time.
 */
typedef struct PtPosition {
    uint32_t partition;
    uint64_t offset;
} PtPosition;

typedef enum PtRecordClass {
    PT_RECORD_EVENT = 1,
    PT_RECORD_QUARANTINE = 2, /* raw bytes and reason */
    PT_RECORD_CONTROL =
        3, /* what later readers of the log must know: redrives, erasures, rebuilds */
} PtRecordClass;

/* The clear header, readable without the payload, and the payload. */
typedef struct PtRecord {
    PtPosition position; /* set by the log */
    int64_t time_ms;     /* receivedAt */
    uint8_t klass;       /* PtRecordClass */
    uint8_t type;        /* the owner's: events/record.h */
    uint16_t flags;      /* the owner's */
    uint32_t source;     /* source number, 0 = the server itself */
    uint64_t node;       /* identifier node, 0 = none */
    uint64_t key_id;     /* 0: payloads are not sealed (ADR 0014) */
    PtHash128 id_hash;   /* keyed hash of the messageId, zero = none */
    PtStr payload;       /* borrowed; at most PT_LOG_PAYLOAD_MAX */
} PtRecord;

enum { PT_LOG_PAYLOAD_MAX = 5 << 20 }; /* a quarantined body of 4 MiB and its reason fit */

typedef struct PtLog PtLog;

/* Chooses what a dictionary may be learnt from. Records of class EVENT, taken from all over a
 * segment, all at once, so that what is common can be told from what is one person's. Appends one
 * text for each record to texts, one behind the other, and its bytes (0: nothing) to sizes[i].
 * Whatever it appends may stand in the dictionary for ever, in clear. */
typedef PtStatus PtLogSamplesFn(void *ctx, const PtRecord *records, size_t count, PtBuf *texts,
                                size_t *sizes, PtError *err);

typedef struct PtLogConfig {
    PtFs *fs;
    const PtClock *clock;
    const char *dir;         /* made when missing */
    uint32_t segment_bytes;  /* hot segment, 1 MiB..1 GiB; 64 MiB */
    uint32_t spare_segments; /* prewritten ahead; 1 */
    uint32_t gather_us;      /* between the beginnings of two rounds of the writer thread; 500 */
    uint64_t pending_bytes;  /* appended and not yet synced; over it append says PT_BUSY; 64 MiB */
    uint64_t hot_bytes;      /* unarchived segments; over it append says PT_UNAVAILABLE until the
                                archiver caught up; 32 GiB */
    int zstd_level;          /* archive; 3 */
    bool start_threads;      /* writer, preparer and archiver threads; false: the caller drives
                                pt_log_commit and pt_log_archive_step (deterministic tests) */
    /* Called on the writer's thread (or inside pt_log_commit) after each round: all appends with
     * round <= `round` are durable (PT_OK) or failed. May be NULL. */
    void (*on_round)(void *ctx, uint64_t round, PtStatus status);
    void *ctx;
    PtLogSamplesFn *samples; /* on the archiver's thread; NULL: whole payloads are learnt from */
    void *samples_ctx;
} PtLogConfig;

PtLogConfig pt_log_config_default(void);

/* Opens or creates; recovers the tail; *ret_log is ready for appends and readers. */
PT_NODISCARD PtStatus pt_log_open(const PtLogConfig *config, PtLog **ret_log, PtError *err);
/* Commits what is pending, stops the threads, closes. Accepts NULL. No call on a reader may be
 * running or begin meanwhile; an idle one may be closed afterwards, and nothing else be done with
 * it: what it lent is gone. */
void pt_log_close(PtLog *log);

/* Number of partitions (embedded: 1). */
uint32_t pt_log_partitions(const PtLog *log);

/* Copies the record into the open round of the partition in r->position.partition. *ret_round names
 * the round whose callback will tell; *ret_offset the offset it will have if that succeeds. PT_BUSY
 * (pending_bytes), PT_UNAVAILABLE (disk), PT_TOO_LARGE: nothing was appended.
 */
PT_NODISCARD PtStatus pt_log_append(PtLog *log, const PtRecord *r, uint64_t *ret_round,
                                    uint64_t *ret_offset, PtError *err);

/* Hands the open round to the writer (with threads: wakes it if it is idle; when it is busy the
 * round keeps growing and is taken when it becomes free). Call after a batch of appends. Without
 * threads: does nothing.
 */
void pt_log_flush(PtLog *log);

/* Number of the round that the next append joins, and of the last finished one (rounds start at 1).
 * A waiter that appended nothing but depends on everything appended so far waits for open_round -
 * 1, or for open_round when that round holds appends: pt_log_last_pending gives that number; it is
 * <= finished when nothing is pending.
 */
uint64_t pt_log_last_pending(PtLog *log);
uint64_t pt_log_finished_round(PtLog *log);

/* Blocking commit of everything appended so far, by the caller when there are no threads, else
 * waits for the writer; on_round of these rounds has returned then. */
PT_NODISCARD PtStatus pt_log_commit(PtLog *log, PtError *err);

/* First offset still kept, and one past the last acknowledged. */
uint64_t pt_log_begin(PtLog *log, uint32_t partition);
uint64_t pt_log_end(PtLog *log, uint32_t partition);

/* Readers. A reader with a group has a remembered position: `ack` stores it (durable within a
 * second and at close), and opening it again starts there. group NULL or
 * "": no memory. from is used when the group has no position yet, or always with no group.
 */
typedef struct PtLogReader PtLogReader;

PT_NODISCARD PtStatus pt_log_reader_open(PtLog *log, const char *group, uint32_t partition,
                                         uint64_t from, PtLogReader **ret_reader, PtError *err);
void pt_log_reader_close(PtLogReader *reader); /* accepts NULL */

/* Reads up to max records from the reader's position, in order, without waiting; *ret_count 0 = at
 * the end. Records and payloads are borrowed until the next call on the reader. with_payload false:
 * payloads are not read nor decompressed (len tells the original size, data NULL) and headers only
 * are checked.
 */
PT_NODISCARD PtStatus pt_log_fetch(PtLogReader *reader, size_t max, bool with_payload,
                                   const PtRecord **ret_records, size_t *ret_count, PtError *err);

void pt_log_seek(PtLogReader *reader, uint64_t offset);
uint64_t pt_log_tell(const PtLogReader *reader); /* offset of the next record */
PT_NODISCARD PtStatus pt_log_ack(PtLogReader *reader, uint64_t next_offset, PtError *err);

/* The first offset whose time_ms is >= time_ms, or end. Received times never step back in the log
 * by more than the machine's clock does: the search is by segment and archive bounds, then linear.
 */
PT_NODISCARD PtStatus pt_log_find_time(PtLog *log, uint32_t partition, int64_t time_ms,
                                       uint64_t *ret_offset, PtError *err);

/* Sleeps until the partition's end is past `offset`, the deadline passed (mono ms; INT64_MAX =
 * never) or *stop became true and pt_log_wake was called. True when there is something to read. */
bool pt_log_wait(PtLog *log, uint32_t partition, uint64_t offset, int64_t deadline_mono_ms,
                 const _Atomic bool *stop);
void pt_log_wake(PtLog *log); /* wakes all waiters */

/* Archives the oldest full segment if there is one: compress, sync, recycle. *ret_did tells. With
 * threads it is the archiver's own business. pt_log_archive_all also closes the hot segment in use,
 * so that everything acknowledged is in the archive when it returns. */
PT_NODISCARD PtStatus pt_log_archive_step(PtLog *log, bool *ret_did, PtError *err);
PT_NODISCARD PtStatus pt_log_archive_all(PtLog *log, PtError *err);

/* ---- Rewriting ------------------------------------------------------------------------------- */

/* Gives a record another content, for good: erasure, and retention that keeps the header only.
 *
 * *ret_record comes in as a copy of *record. type, flags, source, node, key_id, id_hash, time_ms
 * and payload may change; class and position may not (PT_INVALID). The new payload (at most
 * PT_LOG_PAYLOAD_MAX bytes; empty is fine) stays borrowed until the next call or the end of the
 * rewrite. Left as it came in, the record stays untouched. It may be called twice for a record, and
 * after a crash with what it made itself: then it leaves it as it is. A failure ends the rewrite
 * with that status; what was put in place before stays.
 */
typedef PtStatus PtLogRewriteFn(void *ctx, const PtRecord *record, PtRecord *ret_record,
                                PtError *err);

typedef struct PtLogRewritten {
    uint64_t records;                   /* changed */
    uint64_t files, blocks;             /* archive files written anew; blocks coded anew in them */
    uint64_t bytes_read, bytes_written; /* of archive files */
    uint64_t scrubbed;                  /* hot segment files removed with what was left in them */
} PtLogRewritten;

/* Rewrites the records at `offsets` (rising, without repetition, below the end: else PT_INVALID;
 * PT_GONE below the begin). Many persons in one call share the pass. When it returns PT_OK, no file
 * in the log's folder holds what was replaced, and no reader has a file open that does:
 *
 * 1. Segments that hold such records, or may hold leftovers of earlier uses, are closed and
 *    archived; appends go on meanwhile in files that held nothing before.
 * 2. Each archive file with such records is written anew beside the old one (what does not change
 *    is copied as stored, its checksums tested), synced, and put in its place by a rename. After a
 *    crash at any instant each record is as it was or as it shall be, and the others are as they
 *    were. A second call with the same offsets completes it.
 * 3. Segment files that wait for their next use are removed; later ones begin in new files.
 *
 * With count 0 only the scrub is done. Fails with what the disk, the archive (PT_CORRUPT) or fn
 * says; then call it again.
 *
 * Readers   Go on: a batch that was fetched before stays valid until the next call and is what it
 *           was then; the next fetch reads the new file. So a caller that must not see old content
 *           processed later first waits for its readers (views) to be past the offsets.
 * Snapshots See pt_log_snapshot.
 * Cost      Reading and writing each file that holds a record, about 1/5 of a segment each; memory
 *           of a few blocks. Never more than one file's bytes of disk beside what is there.
 * Threads   Any; one rewrite at a time, others wait. fn runs on the caller's thread, no lock held
 *           that append, commit or a reader takes; it may append, and must not rewrite.
 */
PT_NODISCARD PtStatus pt_log_rewrite(PtLog *log, const uint64_t *offsets, size_t count,
                                     PtLogRewriteFn *fn, void *ctx, PtLogRewritten *ret_rewritten,
                                     PtError *err);

typedef struct PtLogStats {
    uint64_t records, rounds, failed_rounds, appended_bytes; /* since open */
    uint64_t hot_segments, spare_segments, hot_bytes;
    uint64_t archive_files, archive_bytes, archive_raw_bytes,
        archive_records; /* all kept; raw = payload bytes before compression */
    uint64_t sync_ns_total, sync_ns_max;
    uint64_t retention_dropped;
    bool full; /* the last attempt to get space failed */
} PtLogStats;
PtLogStats pt_log_stats(PtLog *log);

/* ---- Backup and check ------------------------------------------------------------------------ */

/* What is kept at one instant: archive files (and the dictionaries they need), and the records
 * behind them, [archived_end, end), to be read with a reader: it does not matter to it that they
 * are archived meanwhile. A file keeps its name, its range and its dictionary for as long as the
 * log is open, and is whole whenever it is opened. Its content changes by pt_log_rewrite only: who
 * opens it by name later reads what was rewritten meanwhile, one who has it open reads on in the
 * old one, which has no name any more and is gone when it is closed. So a backup beside an erasure
 * is whole and holds each erased record as it was or as it became; restoring it applies the
 * register of erasures in either case. */
typedef struct PtLogFile {
    char name[32];      /* in the log's folder */
    uint64_t bytes;     /* at that instant; a rewrite changes it */
    uint64_t base, end; /* offsets; of a dictionary 0 */
} PtLogFile;

typedef struct PtLogSnapshot {
    uint64_t begin, archived_end, end;
    size_t count;
    PtLogFile files[]; /* dictionaries first, then archives in order */
} PtLogSnapshot;

PT_NODISCARD PtStatus pt_log_snapshot(PtLog *log, PtLogSnapshot **ret_snapshot, PtError *err);
void pt_log_snapshot_free(PtLogSnapshot *snapshot); /* accepts NULL */

/* Checks the files of a log that nobody has open for writing, and changes none. found is told of
 * each trouble, in words that name the file; it is PT_OK to have found some. deep: reads every
 * archived payload; else footers, indexes and the hot segments. */
typedef struct PtLogCheck {
    uint64_t archive_files, archive_records, hot_segments, hot_records, troubles;
    uint64_t strange;   /* files that are not the log's */
    uint64_t leftovers; /* of a write or rewrite that was cut short: the next open removes them */
} PtLogCheck;
PT_NODISCARD PtStatus pt_log_check(PtFs *fs, const char *dir, bool deep,
                                   void (*found)(void *ctx, const char *trouble), void *ctx,
                                   PtLogCheck *ret_check, PtError *err);
