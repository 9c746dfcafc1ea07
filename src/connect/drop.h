// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/job.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Drop folders: a file that a till or another old system puts into a folder is imported (job.h) by
 * the folder's mapping and moved to done/ or failed/ below it, with NAME.errors.csv beside it where
 * rows were refused. How to use them: docs/pulls.md.
 *
 * Whole    A file is taken when it was renamed into the folder, or was closed after writing and has
 *          not changed for quiet_s. Names that begin with a dot or end in .tmp, .part or
 *          .errors.csv are left alone.
 * Once     A file whose SHA-256 was imported into the source before is moved to done/ unread
 *          ("repeated"). A kill goes on with the import it was at.
 * Where    Below the root that the operator set, every part of the path a folder and no symbolic
 *          link; files are opened without following one.
 * One      file at a time, in the order in which they were complete.
 * Truth    tables drop_folder and drop_file. Nothing polls: inotify, and one look at the start.
 * Threads  Any, but new, start, stop and free.
 */
enum {
    CONNECT_DROPS_MAX = 50,
    CONNECT_DROP_ID = 37,
    CONNECT_DROP_FOLDER_MAX = 400, /* bytes of the path below the root */
    CONNECT_DROP_FILE_MAX = 200,   /* bytes of a file's name */
    CONNECT_DROP_QUIET_MAX_S = 3600,
};

typedef struct ConnectDropEdit {
    PtStr name;
    PtStr folder; /* "tills/north"; made when missing */
    PtStr source; /* id or name; made when missing. It has to be one that writes the past */
    PtStr recipe, mapping; /* one of the two */
    int64_t quiet_s;       /* 0..CONNECT_DROP_QUIET_MAX_S */
    bool enabled;
} ConnectDropEdit;

typedef struct ConnectDrop {
    PtStr id;
    ConnectDropEdit edit; /* source: its id; mapping: also of a recipe */
    PtStr source_name;    /* empty when it is gone */
    PtStr problem;        /* of the folder itself; empty: none */
    int64_t created_ms, changed_ms;
    PtStr changed_by;
} ConnectDrop;

typedef enum ConnectDropState {
    CONNECT_DROP_IMPORTING,
    CONNECT_DROP_DONE,
    CONNECT_DROP_REPEATED,
    CONNECT_DROP_FAILED,
} ConnectDropState;
const char *connect_drop_state_name(ConnectDropState state);

typedef struct ConnectDropFile {
    PtStr id, name, digest, reason, job, placed; /* the last three may be empty */
    int64_t bytes;
    int64_t rows, landed, refused; /* of the import so far; 0 without one */
    ConnectDropState state;
    int64_t taken_ms, finished_ms; /* 0: not yet */
} ConnectDropFile;

typedef struct ConnectDropFiles {
    ConnectDropFile *rows;
    size_t count;
} ConnectDropFiles;

typedef struct ConnectDrops ConnectDrops;

typedef struct ConnectDropsConfig {
    const char *root; /* "": switched off; borrowed */
    PtSql *sql;       /* core */
    const PtClock *clock;
    EventSources *sources;
} ConnectDropsConfig;

PT_NODISCARD PtStatus connect_drops_new(const ConnectDropsConfig *config, ConnectDrops **ret_drops,
                                        PtError *err);
/* The thread, when the imports are there. Without a root it does nothing. */
PT_NODISCARD PtStatus connect_drops_start(ConnectDrops *drops, ConnectJobs *jobs, PtError *err);
/* An import changed: any thread, does not block. */
void connect_drops_nudge(ConnectDrops *drops);
void connect_drops_stop(ConnectDrops *drops); /* before the imports; accepts NULL */
void connect_drops_free(ConnectDrops *drops); /* accepts NULL; stops first */

/* By name. All in the arena. */
PT_NODISCARD PtStatus connect_drops_list(ConnectDrops *drops, PtArena *arena,
                                         ConnectDrop **ret_list, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus connect_drop_get(ConnectDrops *drops, PtStr id, PtArena *arena,
                                       ConnectDrop *ret_drop, PtError *err);
/* Audited. PT_CONFLICT: no root is set, or name or folder is in use. */
PT_NODISCARD PtStatus connect_drop_add(ConnectDrops *drops, const ConnectDropEdit *edit,
                                       const AuditActor *by, char ret_id[static CONNECT_DROP_ID],
                                       PtError *err);
PT_NODISCARD PtStatus connect_drop_save(ConnectDrops *drops, PtStr id, const ConnectDropEdit *edit,
                                        const AuditActor *by, PtError *err);
/* The definition and what is known of its files; the files themselves stay. */
PT_NODISCARD PtStatus connect_drop_delete(ConnectDrops *drops, PtStr id, const AuditActor *by,
                                          PtError *err);
/* Newest first, before the file `before` (empty: from the newest). */
PT_NODISCARD PtStatus connect_drop_files(ConnectDrops *drops, PtStr id, PtStr before, size_t limit,
                                         PtArena *arena, ConnectDropFiles *ret_page, PtError *err);
