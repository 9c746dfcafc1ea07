// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_spans.h"

#include <stdlib.h>
#include <string.h>

PtStatus spans_add(Spans *s, Scan *scan, const int64_t *ms, size_t count, size_t *bytes,
                   PtError *err)
{
    enum { FIRST = 16 };
    if (s->count + count > s->cap) {
        size_t cap = s->cap > 0 ? s->cap * 2 : FIRST;
        cap = cap < s->count + count ? s->count + count : cap;
        const size_t more = (cap - s->cap) * sizeof *ms;
        PtStatus st = scan != NULL ? scan_charge(scan, (int64_t)more, err) : PT_OK;
        int64_t *moved = st == PT_OK ? realloc(s->ms, cap * sizeof *moved) : NULL;
        if (moved == NULL) {
            return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for lengths of time");
        }
        s->ms = moved;
        s->cap = cap;
        *bytes += more;
    }
    if (count > 0) {
        memcpy(s->ms + s->count, ms, count * sizeof *ms);
    }
    s->count += count;
    return PT_OK;
}

/* By choosing ever smaller parts. */
int64_t spans_at(Spans *s, size_t rank)
{
    const size_t wanted = rank - 1;
    size_t low = 0, high = s->count - 1;
    while (low < high) {
        const int64_t pivot = s->ms[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (s->ms[i] < pivot) {
                i++;
            }
            while (s->ms[j] > pivot) {
                j--;
            }
            if (i >= j) {
                break;
            }
            const int64_t moved = s->ms[i];
            s->ms[i++] = s->ms[j];
            s->ms[j--] = moved;
        }
        if (wanted <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return s->ms[wanted];
}

void spans_done(Spans *s)
{
    free(s->ms);
    *s = (Spans){0};
}
