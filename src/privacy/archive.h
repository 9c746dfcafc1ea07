// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"
#include "platform/file.h"

#include <stdint.h>

/* Writes a ZIP archive as a stream: an export is opened by people, and each desktop opens a ZIP by
 * itself, which is not so of tar. Sizes stand behind the members, so nothing is kept in memory nor
 * in a second file. Deflate by zlib; no ZIP64: members and archive are at most ARCHIVE_MAX bytes.
 *
 * Errors   PT_TOO_LARGE over a bound; else the file layer's. After a failure only archive_close is
 *          left.
 */
typedef struct Archive Archive;

enum { ARCHIVE_MEMBERS_MAX = 32, ARCHIVE_NAME_MAX = 60 };
#define ARCHIVE_MAX INT64_C(0xF0000000)

/* Makes the file, which must not exist. */
PT_NODISCARD PtStatus archive_open(PtFs *fs, const char *path, int64_t time_ms,
                                   Archive **ret_archive, PtError *err);
/* Ends the member before, if any. name: ASCII, with / between folders. */
PT_NODISCARD PtStatus archive_begin(Archive *a, const char *name, PtError *err);
PT_NODISCARD PtStatus archive_add(Archive *a, PtStr bytes, PtError *err);
/* Ends the last member, writes the directory and syncs. */
PT_NODISCARD PtStatus archive_end(Archive *a, uint64_t *ret_bytes, PtError *err);
void archive_close(Archive *a); /* accepts NULL; the file stays */
