// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/drop.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

/* What the files of the drop folders share. */

enum {
    DROP_PENDING_MAX = 10000, /* files waiting to be taken; over it the folder is looked at again */
};

/* A folder that is watched. The thread's own. */
typedef struct DropWatch {
    char id[CONNECT_DROP_ID], source_id[CONNECT_DROP_ID];
    int64_t quiet_ms;
    int folder, done, failed;             /* descriptors; -1: not open */
    int wd;                               /* of inotify */
    char held[CONNECT_DROP_FILE_MAX + 1]; /* the file that its problem is of; "": none */
} DropWatch;

/* A file that was seen. */
typedef struct DropPending {
    char folder[CONNECT_DROP_ID];
    char name[CONNECT_DROP_FILE_MAX + 1];
    int64_t due_mono_ms;
    int64_t size, changed_ns; /* when it was seen */
} DropPending;

/* The file at hand, as its row has it. */
typedef struct DropCurrent {
    char id[CONNECT_DROP_ID]; /* "": none */
    char folder[CONNECT_DROP_ID], source_id[CONNECT_DROP_ID];
    char name[CONNECT_DROP_FILE_MAX + 1];
    char digest[CONNECT_DIGEST_TEXT];
    char job[CONNECT_JOB_ID];
    int64_t bytes;
    int64_t changed_ns; /* when it was taken; 0: not known, after a restart */
} DropCurrent;

struct ConnectDrops {
    ConnectDropsConfig c;
    ConnectJobs *jobs;
    _Atomic bool stop, reload;
    int wake, inotify; /* descriptors; -1: none */
    pthread_t thread;
    bool thread_on;
    /* the thread's own */
    DropWatch watches[CONNECT_DROPS_MAX];
    size_t watch_count;
    DropPending *pending; /* owned, in order of being seen */
    size_t pending_count, pending_cap;
    bool look_again; /* pending was full */
    DropCurrent current;
};

/* ---- drop_store.c: within the caller's transaction ---- */
PT_NODISCARD PtStatus drop_read(PtSqlTx *tx, PtStr id, PtArena *arena, ConnectDrop *ret_drop,
                                PtError *err);
PT_NODISCARD PtStatus drop_read_list(PtSqlTx *tx, PtArena *arena, ConnectDrop **ret_list,
                                     size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus drop_count(PtSqlTx *tx, int64_t *ret_count, PtError *err);
PT_NODISCARD PtStatus drop_write(PtSqlTx *tx, const ConnectDrop *drop, bool is_new, PtError *err);
PT_NODISCARD PtStatus drop_remove(PtSqlTx *tx, PtStr id, PtError *err);
PT_NODISCARD PtStatus drop_set_problem(PtSqlTx *tx, const char *id, const char *problem,
                                       PtError *err);
PT_NODISCARD PtStatus drop_file_insert(PtSqlTx *tx, const DropCurrent *file, ConnectDropState state,
                                       const char *reason, const char *placed, int64_t now_ms,
                                       PtError *err);
PT_NODISCARD PtStatus drop_file_finish(PtSqlTx *tx, const char *id, ConnectDropState state,
                                       const char *reason, const char *placed, int64_t now_ms,
                                       PtError *err);
/* Name and time of a file of that content that is done; "" when there is none. */
PT_NODISCARD PtStatus drop_file_known(PtSqlTx *tx, const DropCurrent *file,
                                      char ret_name[static CONNECT_DROP_FILE_MAX + 1],
                                      int64_t *ret_ms, PtError *err);
PT_NODISCARD PtStatus drop_file_resume(PtSqlTx *tx, DropCurrent *ret_file, PtError *err);
PT_NODISCARD PtStatus drop_read_files(PtSqlTx *tx, PtStr id, PtStr before, size_t limit,
                                      PtArena *arena, ConnectDropFiles *ret_page, PtError *err);

/* ---- drop_place.c: the file system, by descriptors ---- */
/* Whether it is a path that may stand below the root: parts without "." and "..", printable. */
bool drop_folder_ok(PtStr folder);
/* Whether a file of this name is taken. */
bool drop_name_ok(const char *name);
/* Opens (and makes) the folder, done/ and failed/ below the root, following no symbolic link. */
PT_NODISCARD PtStatus drop_open_folder(const char *root, PtStr folder, DropWatch *ret_watch,
                                       PtError *err);
void drop_close_folder(DropWatch *watch);
/* A regular file of the folder, not by a symbolic link. PT_NOT_FOUND: there is none. */
PT_NODISCARD PtStatus drop_open_file(const DropWatch *watch, const char *name, int *ret_fd,
                                     struct stat *ret_stat, PtError *err);
int64_t drop_changed_ns(const struct stat *s);
/* Moves the file to done/ or failed/; where its name is taken there the digest's start is added.
 * *ret_placed is "done/NAME"; "" when the file is not in the folder any more, or another one bears
 * its name: that is taken in its turn. */
PT_NODISCARD PtStatus drop_move(const DropWatch *watch, const DropCurrent *file, bool done,
                                char ret_placed[static 2 * CONNECT_DROP_FILE_MAX], PtError *err);
/* Rows of the job that were refused, and the reason where it failed, as NAME.errors.csv beside the
 * file where it was placed. Nothing is written where there is nothing to say. */
PT_NODISCARD PtStatus drop_write_errors(ConnectJobs *jobs, const DropWatch *watch,
                                        const DropCurrent *file, const char *placed, bool done,
                                        const char *reason, PtError *err);

/* ---- drop_run.c ---- */
void *drop_main(void *ctx);
