// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/log.h"
#include "platform/log/segment_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* The inside of the embedded log. One lock (mu) guards everything that two threads touch; no file
 * is read or written under it. The writer's role (take a round, write, sync, publish) belongs to
 * the writer thread, or to the caller of pt_log_commit without threads.
 */
enum {
    LOG_PATH_MAX = 4096,
    LOG_MARK_EVERY = 256 << 10,     /* bytes between two marks of a segment */
    LOG_ROUND_KEEP = 1 << 20,       /* bytes of a round buffer that stay when idle */
    LOG_RETRY_MS = 200,             /* after a failure, until appends are let in again */
    LOG_RECYCLED_EXTRA = 4,         /* recycled segments kept beyond config.spare_segments */
    LOG_SCAN_AT_OPEN_MAX = 1 << 30, /* bytes of full segments checked at open; the rest is checked
                                       when it is read */
};

/* Where a record lies in its segment, so that a seek reads little. */
typedef struct LogMark {
    uint64_t offset, generation, at;
} LogMark;

typedef struct LogMarks {
    LogMark *items; /* owned */
    size_t count, cap;
} LogMarks;

typedef struct LogSegment LogSegment;
struct LogSegment {
    LogSegment *next; /* in a list: opened in the round being written, or doomed */
    PtFile *file;
    uint32_t slot;             /* names the file */
    uint64_t size;             /* bytes of the file */
    uint64_t generation, base; /* of the header */
    uint64_t end, used;        /* acknowledged: one past the last offset, bytes from the start */
    uint64_t written_end, written; /* the same as the writer sees them in its round */
    int64_t max_time_ms;           /* upper bound; INT64_MAX: not known */
    LogMarks marks;
    uint32_t refs; /* who reads it now, without the lock */
    bool failed;   /* a write or sync failed in it: never written again */
    bool retired;  /* archived; recycled when the last reader lets go */
    bool fresh;    /* its file held no records before those of this generation */
};

/* From byte `at` of the round on, records belong to a new segment. */
typedef struct LogSplit {
    size_t at;
    uint64_t generation, base, size;
} LogSplit;

typedef struct LogRound {
    char *data; /* reserved address space of `reserved` bytes; touched as needed */
    size_t reserved, len, touched;
    uint64_t number, first, count;
    int64_t max_time_ms;
    LogSplit *splits; /* owned */
    size_t split_count, split_cap;
    LogMarks marks;
} LogRound;

/* Somebody in pt_log_commit. */
typedef struct LogWaiter LogWaiter;
struct LogWaiter {
    LogWaiter *next;
    uint64_t round;
    PtStatus status;
    bool done;
};

typedef struct LogArchive {
    uint64_t base, end; /* offsets */
    uint64_t bytes, raw_bytes;
    int64_t max_time_ms;
    uint32_t dict_id; /* 0 = none */
} LogArchive;

typedef struct LogDict LogDict;
struct LogPacker;

typedef struct LogGroup LogGroup;
struct LogGroup {
    LogGroup *next;
    uint64_t offset;
    char name[];
};

/* A reader's file of the archive, so that a rewrite can take the old one away from it. Guarded by
 * mu. */
typedef struct LogHolder LogHolder;
struct LogHolder {
    LogHolder *next, *prev;
    struct LogArchiveReader *archive; /* the file read last, or NULL; the reader's */
    uint64_t base;                    /* of the file that is open or being opened */
    bool busy;                        /* in a fetch from it, without the lock */
    bool stale;                       /* rewritten since: open it again */
    bool orphan;                      /* the log is closed: nothing but close is left */
};

struct PtLog {
    PtLogConfig config;
    PtFs *fs;
    char *dir;

    pthread_mutex_t mu;
    pthread_cond_t work;   /* to the writer */
    pthread_cond_t done;   /* to those in pt_log_commit */
    pthread_cond_t grown;  /* to readers in pt_log_wait */
    pthread_cond_t spares; /* to the preparer */
    pthread_cond_t full;   /* to the archiver */
    pthread_cond_t acks;   /* to the keeper of group positions */
    pthread_cond_t let_go; /* to a rewrite: a segment or an old archive file is not used any more */

    /* The open round, and where its next record goes. */
    LogRound rounds[2];
    LogRound *open, *taken; /* taken: the one being written, or NULL */
    uint64_t next_offset;
    bool tail_open; /* the next record may go behind the last in its segment */
    uint64_t tail_generation, tail_at, tail_size;
    uint64_t last_mark_at;
    uint64_t last_generation; /* highest handed out */
    uint64_t finished_round;
    bool flush_wanted, writer_idle, failing, stop;
    int64_t round_began_ns; /* of the last round of the writer thread */
    int64_t retry_at_ns;
    LogWaiter *waiters;
    uint32_t readers_waiting;

    /* Segments, oldest first; `active` is the last one or NULL. */
    LogSegment **hot;
    size_t hot_count, hot_cap;
    LogSegment *active;
    LogSegment **spare;
    size_t spare_count, spare_cap;
    uint32_t next_slot;
    uint64_t hot_bytes;
    uint64_t end;
    LogSegment *doomed; /* their files must be gone for good before the next segment begins, and
                           before the one that they followed is archived */
    pthread_mutex_t bury_mu; /* taken before mu */

    /* The archive, oldest first. */
    LogArchive *archives;
    size_t archive_count, archive_cap;
    pthread_mutex_t archive_mu; /* one archive step at a time; taken before mu */
    LogDict *dicts;             /* those loaded; freed at close */
    pthread_mutex_t dicts_mu;
    uint32_t last_dict;       /* highest id there is, 0 = none */
    struct LogPacker *packer; /* guarded by archive_mu */

    /* Rewriting. */
    pthread_mutex_t rewrite_mu; /* one rewrite at a time; taken before all others */
    LogHolder *holders;         /* of all readers */
    bool scrubbing;             /* no segment file is used a second time */
    uint64_t scrubbed;          /* segment files removed since that began */
    uint32_t lingering;         /* retired segments that somebody still uses or removes */

    LogGroup *groups;
    bool groups_dirty;
    pthread_mutex_t groups_mu; /* one writer of the file at a time; taken before mu */

    PtLogStats stats;
    pthread_t writer, preparer, archiver, keeper;
    bool has_writer, has_preparer, has_archiver, has_keeper;
};

/* Names of files in the folder. */
void log_path_hot(const PtLog *log, uint32_t slot, char out[static LOG_PATH_MAX]);
void log_path_archive(const PtLog *log, uint64_t base, char out[static LOG_PATH_MAX]);
void log_path_dict(const PtLog *log, uint32_t id, char out[static LOG_PATH_MAX]);
void log_path_groups(const PtLog *log, char out[static LOG_PATH_MAX]);

/* Makes room for one more item of `size` bytes in *items. */
bool log_grow(void **items, size_t count, size_t *cap, size_t size);
/* A mark that finds no memory is left out: it only makes a later seek longer. */
void log_marks_add(LogMarks *marks, LogMark mark);

/* segments.c: files for the writer. */
LogSegment *log_segment_new(PtFile *file, uint32_t slot, uint64_t size);
void log_segment_free(PtLog *log, LogSegment *seg); /* closes the file */
/* Takes a spare or makes a segment of at least `size` bytes and gives it its header, synced. */
PT_NODISCARD PtStatus log_segment_begin(PtLog *log, const LogSplit *split, LogSegment **ret_seg,
                                        PtError *err);
/* Removes the doomed files for good. */
PT_NODISCARD PtStatus log_segment_bury(PtLog *log, PtError *err);
/* Under mu: takes it over; nobody else knows it any more. */
void log_segment_doom(PtLog *log, LogSegment *seg);
/* PT_CORRUPT, naming file, offset and place. */
PtStatus log_segment_damaged(const PtLog *log, const LogSegment *seg, uint64_t offset, uint64_t at,
                             PtError *err);
/* Under mu: the hot segment that holds offset, or NULL. */
LogSegment *log_segment_find(PtLog *log, uint64_t offset);
/* Under mu: lets go. The last one to let go of a retired segment makes it a spare, or gets it back
 * to discard it without the lock; else NULL. */
LogSegment *log_segment_unref(PtLog *log, LogSegment *seg);
/* Removes the file and frees; accepts NULL. A file that stays is doomed. */
void log_segment_discard(PtLog *log, LogSegment *seg);
/* Makes one prewritten spare if one is wanting. */
PT_NODISCARD PtStatus log_spare_make(PtLog *log, bool *ret_did, PtError *err);
void *log_preparer_main(void *arg);

/* scrub.c */
/* From here on segments begin in files that held nothing before, until log_scrub_end or
 * log_scrub_abandon. Commits what is pending. *ret_unclean: a segment in use may hold leftovers. */
PT_NODISCARD PtStatus log_scrub_begin(PtLog *log, bool *ret_unclean, PtError *err);
/* Waits for the last users of archived segments; what is left of them and of files that were cut
 * short is removed for good. *ret_removed: segment files removed since the begin. */
PT_NODISCARD PtStatus log_scrub_end(PtLog *log, uint64_t *ret_removed, PtError *err);
void log_scrub_abandon(PtLog *log);

/* rounds.c */
PT_NODISCARD PtStatus log_round_init(LogRound *r, size_t reserve, PtError *err);
void log_round_done(LogRound *r);
void *log_writer_main(void *arg);
/* Under mu: the next append begins a new segment. */
void log_tail_close(PtLog *log);

/* recover.c */
PT_NODISCARD PtStatus log_recover(PtLog *log, PtError *err);

/* A monotonic instant for pthread_cond_timedwait. */
struct timespec log_deadline(int64_t mono_ns);

/* read.c */
/* Readers that are still open may be closed after the log. */
void log_holders_part(PtLog *log);

/* groups.c */
/* The group's position; made at `from` when it is new. The group is the log's. */
PT_NODISCARD PtStatus log_group_get(PtLog *log, const char *name, uint64_t from,
                                    LogGroup **ret_group, uint64_t *ret_offset, PtError *err);
PT_NODISCARD PtStatus log_group_ack(PtLog *log, LogGroup *group, uint64_t offset, PtError *err);
PT_NODISCARD PtStatus log_groups_load(PtLog *log, PtError *err);
PT_NODISCARD PtStatus log_groups_save(PtLog *log, PtError *err);
void log_groups_free(PtLog *log);
void *log_keeper_main(void *arg);
