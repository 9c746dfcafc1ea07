// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/connect.h"

/* How far an import is, on stderr: a bar that is drawn over itself on a terminal, else a line every
 * five seconds. Time left follows from the bytes read so far of the file as stored.
 */
typedef struct ImportProgress {
    bool terminal, drawn;
    int64_t start_ms, shown_ms; /* on the machine's monotonic clock */
} ImportProgress;

/* skip: events passed over because an earlier run sent them; said when there are any. */
void import_progress_begin(ImportProgress *p, uint64_t skip, int64_t now_ms);

/* Does nothing when it was shown a moment ago. size 0: not known. */
void import_progress_show(ImportProgress *p, const ConnectCounts *counts, uint64_t consumed,
                          uint64_t size, int64_t now_ms);

/* Clears the bar, so that other lines start on a clean one. */
void import_progress_end(ImportProgress *p);
