// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "operate/backup.h"

#define RESTORE_SETTINGS "restored-settings.conf"

enum { RESTORE_PATH = 4600, RESTORE_PIECE = 256 << 10 };

/* A restore, or a verification, on its way. */
typedef struct Restore {
    PtFs *fs;
    const RestoreTarget *target; /* NULL: verify_only */
    bool verify_only;
    int lock_fd;
    PtFile *file; /* the backup */
    uint64_t at, size;
    RestoreProgress *progress;
    void *progress_ctx;
    PackReader *reader;
    char *piece; /* owned, RESTORE_PIECE bytes */
    PtBuf payload;
    int core_schema; /* 0: no manifest yet */
    uint64_t log_begin, log_archived_end, log_end;
    bool has_content;
    uint8_t want_content[PACK_DIGEST];
    PtSql *core;
    PtLog *log;
    RestoreResult result;
} Restore;

PtStatus restore_file_read(void *ctx, void *bytes, size_t len, size_t *ret_len, PtError *err);

/* restore_folder.c */
void restore_path(const Restore *r, const char *name, char out[static RESTORE_PATH]);
/* Makes the folder when missing and takes its lock. PT_CONFLICT: somebody has it. */
PT_NODISCARD PtStatus restore_take_folder(Restore *r, PtError *err);
/* Empty but for lock and mark, or made so by force. */
PT_NODISCARD PtStatus restore_make_empty(const Restore *r, PtError *err);
PT_NODISCARD PtStatus restore_set_mark(const Restore *r, PtError *err);
/* From here on the folder is a data folder. */
PT_NODISCARD PtStatus restore_remove_mark(const Restore *r, PtError *err);
