// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/import.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file's first rows as they would become events, and what is wrong with each. */
enum {
    CONNECT_PREVIEW_ROWS = 20,
    CONNECT_PREVIEW_TEXT = 1000, /* bytes shown of a row */
};

typedef enum ConnectOutcome {
    CONNECT_ROW_EVENT,
    CONNECT_ROW_PART, /* joins other rows in one event */
    CONNECT_ROW_SKIPPED,
    CONNECT_ROW_REFUSED,
} ConnectOutcome;

/* Everything lives in the caller's arena. */
typedef struct ConnectPreviewRow {
    uint64_t row, line;
    PtStr text;
    ConnectOutcome outcome;
    int64_t event;        /* index in events; -1: none */
    PtStr column, reason; /* empty: none */
} ConnectPreviewRow;

typedef struct ConnectPreview {
    bool guessed;         /* mapping is proposed, not given */
    PtStr recipe;         /* set by who knows it */
    PtStr mapping, notes; /* JSON; lines for people, may be empty */
    ConnectFormat format;
    PtStr *columns; /* of JSON lines: paths of the first rows */
    size_t column_count;
    ConnectPreviewRow rows[CONNECT_PREVIEW_ROWS];
    size_t row_count;
    PtStr events[CONNECT_PREVIEW_ROWS]; /* JSON */
    size_t event_count;
} ConnectPreview;

/* mapping empty: a guessed one. digest: of the file, for messageIds. PT_INVALID: the mapping is
 * none, or does not fit the file, or the file does not read (also where it is not valid gzip or
 * zstd). */
PT_NODISCARD PtStatus connect_preview(PtFs *fs, const char *path, PtStr mapping, const char *digest,
                                      PtArena *arena, ConnectPreview *ret_preview, PtError *err);
