// SPDX-License-Identifier: Apache-2.0
/* A person's rows in one order. Rows of a group are in order already, and runs, which come by time,
 * are mostly disjoint: so most groups have little to be merged with. Where two groups have a row at
 * one instant their places in the log decide. */
#include "platform/columns/columns_pass.h"

#include <stdlib.h>
#include <string.h>

static void count_slices(Scan *s)
{
    for (size_t i = 0; i < s->group_count; i++) {
        const size_t end = i + 1 < s->group_count ? s->slices[i + 1].first : s->count;
        s->slices[i].count = (uint32_t)end - s->slices[i].first;
    }
}

static int earlier(const void *a, const void *b, void *ctx)
{
    const ScanRow *rows = ctx;
    const Slice *x = a, *y = b;
    const int64_t tx = rows[x->first].time_ms, ty = rows[y->first].time_ms;
    return tx != ty ? (tx < ty ? -1 : 1) : (x->first > y->first) - (x->first < y->first);
}

/* Whether row b, of another group and the same instant, comes before row a. */
static PtStatus is_second(Scan *s, const ScanRow *a, const ScanRow *b, bool *ret_second,
                          PtError *err)
{
    uint64_t x, y;
    PtStatus st = scan_offset(s, a, &x, err);
    st = st == PT_OK ? scan_offset(s, b, &y, err) : st;
    if (st == PT_OK) {
        *ret_second = y < x;
    }
    return st;
}

/* Merges rows [a, a_end) and [b, b_end) of different groups to out, which may end where b begins
 * with as much room before it as a needs. */
static PtStatus merge_rows(Scan *s, const ScanRow *a, const ScanRow *a_end, const ScanRow *b,
                           const ScanRow *b_end, ScanRow *out, PtError *err)
{
    while (a < a_end && b < b_end) {
        bool second = b->time_ms < a->time_ms;
        if (b->time_ms == a->time_ms) {
            PtStatus st = is_second(s, a, b, &second, err);
            if (st != PT_OK) {
                return st;
            }
        }
        *out++ = *(second ? b : a); // no branch: which one is next cannot be foreseen
        a += !second;
        b += second;
    }
    memcpy(out, a, (size_t)(a_end - a) * sizeof *out);
    out += a_end - a;
    if (out != b) {
        memcpy(out, b, (size_t)(b_end - b) * sizeof *out);
    }
    return PT_OK;
}

/* ---- A few groups: one after the other into what is in order --------------------------------- */

/* Rows before the slice are in order; the slice's rows join them one by one. */
static PtStatus insert_slice(Scan *s, Slice slice, PtError *err)
{
    const uint32_t run = s->rows[slice.first].run, first_row = s->rows[slice.first].row;
    for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
        const ScanRow row = s->rows[i];
        uint32_t at = i;
        for (; at > 0 && s->rows[at - 1].time_ms >= row.time_ms; at--) {
            const ScanRow *other = &s->rows[at - 1];
            bool second = true;
            if (other->time_ms == row.time_ms) {
                const bool same =
                    other->run == run && other->row >= first_row && other->row < row.row;
                PtStatus st = PT_OK;
                second = false;
                if (!same) {
                    st = is_second(s, other, &row, &second, err);
                }
                if (st != PT_OK) {
                    return st;
                }
            }
            if (!second) {
                break;
            }
            s->rows[at] = *other;
        }
        s->rows[at] = row;
    }
    return PT_OK;
}

/* Likewise; those before that are not behind the slice stay, the others make room. */
static PtStatus merge_slice(Scan *s, Slice slice, PtError *err)
{
    const int64_t from = s->rows[slice.first].time_ms;
    uint32_t low = 0, high = slice.first;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (s->rows[mid].time_ms < from) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    const size_t tail = slice.first - low;
    PtStatus st =
        pass_reserve(s->pass, (void **)&s->spare, sizeof *s->spare, &s->spare_cap, tail, err);
    if (st != PT_OK) {
        return st;
    }
    memcpy(s->spare, s->rows + low, tail * sizeof *s->spare);
    return merge_rows(s, s->spare, s->spare + tail, s->rows + slice.first,
                      s->rows + slice.first + slice.count, s->rows + low, err);
}

static PtStatus order_few(Scan *s, PtError *err)
{
    enum { SMALL = 6 };
    PtStatus st = PT_OK;
    for (size_t i = 1; st == PT_OK && i < s->group_count; i++) {
        const Slice slice = s->slices[i];
        if (s->rows[slice.first - 1].time_ms >= s->rows[slice.first].time_ms) {
            st = slice.count <= SMALL ? insert_slice(s, slice, err) : merge_slice(s, slice, err);
        }
    }
    return st;
}

/* ---- Many groups: in pairs ------------------------------------------------------------------- */

static PtStatus merge_round(Scan *s, size_t *count, PtError *err)
{
    uint32_t at = 0;
    size_t made = 0;
    for (size_t i = 0; i < *count; i += 2) {
        const Slice x = s->slices[i];
        const Slice y = i + 1 < *count ? s->slices[i + 1] : (Slice){.first = x.first};
        const ScanRow *a = s->rows + x.first, *b = s->rows + y.first;
        PtStatus st = merge_rows(s, a, a + x.count, b, b + y.count, s->spare + at, err);
        if (st != PT_OK) {
            return st;
        }
        s->slices[made++] = (Slice){.first = at, .count = x.count + y.count};
        at += x.count + y.count;
    }
    *count = made;
    ScanRow *rows = s->rows;
    s->rows = s->spare;
    s->spare = rows;
    const size_t cap = s->cap;
    s->cap = s->spare_cap;
    s->spare_cap = cap;
    return PT_OK;
}

PtStatus order_rows(Scan *s, PtError *err)
{
    enum { FEW = 64 };
    size_t count = s->group_count;
    if (count < 2) {
        return PT_OK;
    }
    count_slices(s);
    if (count <= FEW) {
        return order_few(s, err);
    }
    qsort_r(s->slices, count, sizeof *s->slices, earlier, s->rows);
    PtStatus st =
        pass_reserve(s->pass, (void **)&s->spare, sizeof *s->spare, &s->spare_cap, s->cap, err);
    while (st == PT_OK && count > 1) {
        st = merge_round(s, &count, err);
    }
    return st;
}
