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
    PtStatus st = PT_OK;
    if (l->piece_count == l->piece_cap) {
        enum { MORE = 256 };
        st = pass_reserve(s->pass, (void **)&l->pieces, sizeof *l->pieces, &l->piece_cap,
                          l->piece_count + MORE, err);
    }
    if (st != PT_OK || need <= l->cap) {
        return st;
    }
    if (need > UINT32_MAX / 2) {
        return pt_fail(err, PT_TOO_LARGE, "over %u rows are of persons that were merged",
                       UINT32_MAX / 2);
    }
    size_t rows = l->cap, values = l->cap;
    const bool times = s->pass->times_of != NULL;
    void **kept = times ? (void **)&l->stretches : (void **)&l->rows;
    const size_t size = times ? sizeof *l->stretches : sizeof *l->rows;
    st = pass_reserve(s->pass, kept, size, &rows, need, err);
    if (st == PT_OK && each > 0) {
        st = pass_reserve(s->pass, (void **)&l->values, each * sizeof *l->values, &values, need,
                          err);
    }
    if (st == PT_OK) {
        l->cap = rows;
    }
    return st;
}

static void add_piece(Later *l, uint32_t person, size_t count)
{
    l->pieces[l->piece_count++] =
        (LaterPiece){.person = person, .first = (uint32_t)l->count, .count = (uint32_t)count};
    l->count += count;
}

/* s->stretches. */
PtStatus later_keep_stretches(Scan *s, uint32_t person, size_t count, PtError *err)
{
    Later *l = &s->later;
    PtStatus st = reserve(s, count, err);
    if (st == PT_OK) {
        memcpy(l->stretches + l->count, s->stretches, count * sizeof *l->stretches);
        add_piece(l, person, count);
    }
    return st;
}

PtStatus later_keep(Scan *s, Cursor *c, uint32_t person, size_t from, PtError *err)
{
    Later *l = &s->later;
    const size_t each = s->pass->kept_count, count = s->count - from;
    PtStatus st = reserve(s, count, err);
    if (st != PT_OK) {
        return st;
    }
    memcpy(l->rows + l->count, s->rows + from, count * sizeof *l->rows);
    for (size_t i = 0; st == PT_OK && each > 0 && i < count; i++) {
        st = slots_keep(s, c, &s->rows[from + i], l->values + (l->count + i) * each, err);
    }
    add_piece(l, person, count);
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
    free(l->stretches);
    free(l->pieces);
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

/* ---- By person ------------------------------------------------------------------------------- */

static void sort_by(const LaterPiece *from, LaterPiece *to, size_t count, unsigned shift)
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

/* Ranges of about as many rows, none of which ends within a person. */
static void cut(Pass *p, size_t rows)
{
    size_t at = 0, before = 0;
    p->later_count = SCAN_RANGES_MOVED;
    for (size_t i = 1; i < p->later_count; i++) {
        const size_t wanted = rows / p->later_count * i;
        while (at < p->later_pieces &&
               (before < wanted || (at > 0 && p->later[at].person == p->later[at - 1].person))) {
            before += p->later[at++].count;
        }
        p->later_cuts[i] = at;
    }
    p->later_cuts[p->later_count] = p->later_pieces;
}

/* The pieces of all threads, in the order of these. */
static void gather(const Pass *p, LaterPiece *out)
{
    uint32_t first = 0;
    for (size_t i = 0; i < p->scan_count; i++) {
        const Later *l = &p->scans[i].later;
        for (size_t j = 0; j < l->piece_count; j++, out++) {
            *out = l->pieces[j];
            out->first += first;
        }
        first += (uint32_t)l->count;
    }
}

PtStatus later_sort(Pass *p, PtError *err)
{
    size_t rows = 0, count = 0;
    for (size_t i = 0; i < p->scan_count; i++) {
        rows += p->scans[i].later.count;
        count += p->scans[i].later.piece_count;
    }
    if (rows == 0) {
        return PT_OK;
    }
    if (rows >= PASS_NONE) {
        return pt_fail(err, PT_TOO_LARGE, "over %u rows are of persons that were merged",
                       PASS_NONE - 1);
    }
    PtStatus st = pass_charge(p, (int64_t)(2 * count * sizeof *p->later), err);
    if (st != PT_OK) {
        return st;
    }
    p->later = calloc(count, sizeof *p->later);
    LaterPiece *spare = calloc(count, sizeof *spare);
    if (p->later == NULL || spare == NULL) {
        free(spare);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a query");
    }
    gather(p, spare);
    sort_by(spare, p->later, count, 0);
    sort_by(p->later, spare, count, 11);
    sort_by(spare, p->later, count, 22);
    free(spare);
    p->later_pieces = count;
    cut(p, rows);
    atomic_store(&p->next_range, 0);
    return PT_OK;
}

/* ---- Folding them ---------------------------------------------------------------------------- */

static PtStatus take_piece(Scan *s, const LaterPiece *piece, PtError *err)
{
    uint32_t first = piece->first;
    const Scan *from = keeper(s->pass, &first);
    PtStatus st = scan_reserve_rows(s, s->count + piece->count, err);
    if (st == PT_OK && from->later.rows[first].begins != 0) {
        st = scan_begin_group(s, err);
    }
    if (st != PT_OK) {
        return st;
    }
    memcpy(s->rows + s->count, from->later.rows + first, piece->count * sizeof *s->rows);
    for (uint32_t i = 0; i < piece->count; i++) {
        s->rows[s->count + i].kept = piece->first + i;
    }
    s->count += piece->count;
    return PT_OK;
}

static PtStatus fold_stretches(Scan *s, const LaterPiece *pieces, size_t count, PtError *err)
{
    const FoldKind *kind = s->pass->kind;
    for (size_t i = 0; i < count; i++) {
        uint32_t first = pieces[i].first;
        const Scan *from = keeper(s->pass, &first);
        times_see(kind->seen(s->state), from->later.stretches + first, pieces[i].count);
    }
    s->persons++;
    return kind->end(s->state, s, err);
}

/* A person's pieces. */
static PtStatus fold_one(Scan *s, const LaterPiece *pieces, size_t count, PtError *err)
{
    if (s->pass->times_of != NULL) {
        return fold_stretches(s, pieces, count, err);
    }
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = take_piece(s, &pieces[i], err);
    }
    return st == PT_OK ? scan_fold_person(s, pieces->person, err) : st;
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
        st = st == PT_OK ? fold_one(s, p->later + at, next - at, err) : st;
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
