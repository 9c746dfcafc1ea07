// SPDX-License-Identifier: Apache-2.0
/* Rows of persons with moved groups. They lie wherever the run put them; reading them there person
 * by person would decode a block for each. So they are kept while the runs are read in their order,
 * with the values that the fold may ask for, and sorted by person (by radix, stable: a group's rows
 * stay together). */
#include "platform/columns/columns_pass.h"

#include <stdlib.h>
#include <string.h>

static PtStatus reserve(Scan *s, size_t more, PtError *err)
{
    Later *l = &s->later;
    const size_t each = s->pass->kept_count, need = l->count + more;
    if (need <= l->cap) {
        return PT_OK;
    }
    if (need > UINT32_MAX / 2) {
        return pt_fail(err, PT_TOO_LARGE, "over %u rows are of persons that were merged",
                       UINT32_MAX / 2);
    }
    size_t rows = l->cap, persons = l->cap, values = l->cap;
    PtStatus st = pass_reserve(s->pass, (void **)&l->rows, sizeof *l->rows, &rows, need, err);
    st = st == PT_OK
             ? pass_reserve(s->pass, (void **)&l->persons, sizeof *l->persons, &persons, need, err)
             : st;
    if (st == PT_OK && each > 0) {
        st = pass_reserve(s->pass, (void **)&l->values, each * sizeof *l->values, &values, need,
                          err);
    }
    if (st == PT_OK) {
        l->cap = rows;
    }
    return st;
}

PtStatus later_keep(Scan *s, Cursor *c, uint32_t person, size_t from, PtError *err)
{
    Later *l = &s->later;
    const size_t each = s->pass->kept_count;
    PtStatus st = reserve(s, s->count - from, err);
    for (size_t i = from; st == PT_OK && i < s->count; i++) {
        l->rows[l->count] = s->rows[i];
        l->persons[l->count] = person;
        if (each > 0) {
            st = slots_keep(s, c, &s->rows[i], l->values + l->count * each, err);
        }
        l->count++;
    }
    const size_t texts = pt_arena_used(l->texts);
    if (st == PT_OK && texts > l->text_bytes) {
        st = pass_charge(s->pass, (int64_t)(texts - l->text_bytes), err);
        l->text_bytes = texts;
    }
    return st;
}

void later_done(Later *l)
{
    free(l->rows);
    free(l->persons);
    free(l->values);
    pt_arena_free(l->texts);
}

/* The thread that kept it; *kept becomes the place there. */
static const Scan *keeper(const Pass *p, uint32_t *kept)
{
    size_t i = 0;
    while (*kept >= p->scans[i].later.count) {
        *kept -= (uint32_t)p->scans[i].later.count;
        i++;
    }
    return &p->scans[i];
}

const Kept *later_values(const Pass *p, uint32_t kept)
{
    const Scan *s = keeper(p, &kept);
    return s->later.values + kept * p->kept_count;
}

const ScanRow *later_row(const Pass *p, uint32_t kept)
{
    const Scan *s = keeper(p, &kept);
    return &s->later.rows[kept];
}

/* ---- By person ------------------------------------------------------------------------------- */

static void sort_by(const LaterKey *from, LaterKey *to, size_t count, unsigned shift)
{
    enum { DIGITS = 1 << 11 };
    size_t at[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++) {
        at[from[i].person >> shift & (DIGITS - 1)]++;
    }
    for (size_t i = 0; i < DIGITS; i++) {
        const size_t n = at[i];
        at[i] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++) {
        to[at[from[i].person >> shift & (DIGITS - 1)]++] = from[i];
    }
}

static void cut(Pass *p)
{
    size_t at = 0;
    p->later_count = SCAN_RANGES_MOVED;
    for (size_t i = 1; i < p->later_count; i++) {
        const size_t wanted = p->later_rows / p->later_count * i;
        at = wanted > at ? wanted : at;
        while (at > 0 && at < p->later_rows && p->later[at].person == p->later[at - 1].person) {
            at++;
        }
        p->later_cuts[i] = at;
    }
    p->later_cuts[p->later_count] = p->later_rows;
}

PtStatus later_sort(Pass *p, PtError *err)
{
    size_t rows = 0;
    for (size_t i = 0; i < p->scan_count; i++) {
        rows += p->scans[i].later.count;
    }
    if (rows == 0) {
        return PT_OK;
    }
    if (rows >= PASS_NONE) {
        return pt_fail(err, PT_TOO_LARGE, "over %u rows are of persons that were merged",
                       PASS_NONE - 1);
    }
    PtStatus st = pass_charge(p, (int64_t)(2 * rows * sizeof *p->later), err);
    if (st != PT_OK) {
        return st;
    }
    p->later = calloc(rows, sizeof *p->later);
    LaterKey *spare = calloc(rows, sizeof *spare);
    if (p->later == NULL || spare == NULL) {
        free(spare);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a query");
    }
    size_t count = 0;
    for (size_t i = 0; i < p->scan_count; i++) {
        for (size_t j = 0; j < p->scans[i].later.count; j++, count++) {
            spare[count] = (LaterKey){p->scans[i].later.persons[j], (uint32_t)count};
        }
    }
    sort_by(spare, p->later, rows, 0);
    sort_by(p->later, spare, rows, 11);
    sort_by(spare, p->later, rows, 22);
    free(spare);
    p->later_rows = rows;
    cut(p);
    atomic_store(&p->next_range, 0);
    return PT_OK;
}

/* ---- Folding them ---------------------------------------------------------------------------- */

static PtStatus fold_one(Scan *s, size_t from, size_t to, PtError *err)
{
    const Pass *p = s->pass;
    PtStatus st = scan_reserve_rows(s, to - from, err);
    for (size_t i = from; st == PT_OK && i < to; i++) {
        ScanRow *row = &s->rows[s->count];
        *row = *later_row(p, p->later[i].at);
        row->kept = p->later[i].at;
        if (row->begins != 0) {
            st = scan_begin_group(s, err);
        }
        s->count++;
    }
    return st == PT_OK ? scan_fold_person(s, p->later[from].person, err) : st;
}

static PtStatus fold_range(Scan *s, uint32_t range, PtError *err)
{
    Pass *p = s->pass;
    PtStatus st = scan_begin_range(s, err);
    size_t at = p->later_cuts[range];
    const size_t end = p->later_cuts[range + 1];
    while (st == PT_OK && at < end) {
        size_t next = at + 1;
        while (next < end && p->later[next].person == p->later[at].person) {
            next++;
        }
        st = pass_goes_on(p, err);
        st = st == PT_OK ? fold_one(s, at, next, err) : st;
        at = next;
    }
    return st == PT_OK ? pass_hand_in(s, p->range_count + range, err) : st;
}

PtStatus later_work(Scan *s, PtError *err)
{
    Pass *p = s->pass;
    PtStatus st = PT_OK;
    uint32_t range;
    while (st == PT_OK && (range = atomic_fetch_add(&p->next_range, 1)) < p->later_count) {
        st = fold_range(s, range, err);
    }
    return st;
}
