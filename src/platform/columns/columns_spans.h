// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_scan.h"

/* Lengths of time, each kept, for an exact median; none is below 0. Zeroed at first. */
typedef struct Spans {
    int64_t *ms;
    size_t count, cap;
} Spans;

/* scan NULL: not charged. *bytes grows by what memory does. */
PT_NODISCARD PtStatus spans_add(Spans *s, Scan *scan, const int64_t *ms, size_t count,
                                size_t *bytes, PtError *err);
/* The one at rank 1..count by length. Moves them. */
int64_t spans_at(Spans *s, size_t rank);
/* Of so many, some of which were too short to be kept and count as 0: the one at rank
 * ceil(all / 2); 0 where all is 0. */
static inline int64_t spans_median(Spans *s, uint64_t all)
{
    const uint64_t rank = all / 2 + all % 2, none = all - s->count;
    return rank <= none ? 0 : spans_at(s, (size_t)(rank - none));
}
void spans_done(Spans *s);
