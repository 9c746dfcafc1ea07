// SPDX-License-Identifier: Apache-2.0
/* One thread of a pass: a cursor on each run, moved from group to group that has a row that
 * matters; the person with the smallest number among them is next. */
#include "platform/columns/columns_pass.h"

#include <stdlib.h>
#include <string.h>

typedef enum Fate { FATE_HERE, FATE_LATER, FATE_NOBODY, FATE_SKIP } Fate;

PtStatus scan_charge(Scan *s, int64_t bytes, PtError *err)
{
    s->state_bytes += bytes;
    return pass_charge(s->pass, bytes, err);
}

const PlanDrill *scan_drill(const Scan *s, PtStr *ret_value)
{
    *ret_value = s->pass->drill_value;
    return s->pass->drill;
}

PtStatus scan_tell(Scan *s, uint32_t person, PtError *err)
{
    const PlanDrill *drill = s->pass->drill;
    (void)pthread_mutex_lock(&s->pass->lock);
    PtStatus st = drill->tell(drill->ctx, person, err);
    (void)pthread_mutex_unlock(&s->pass->lock);
    return st;
}

/* ---- Open and close -------------------------------------------------------------------------- */

static PtStatus open_cursor(const Pass *p, Cursor *c, uint32_t run, PtError *err)
{
    c->run = run;
    while (p->by_time[c->place] != run) {
        c->place++;
    }
    c->groups = p->groups[run];
    c->taken = PASS_NONE;
    c->seen = calloc(p->column_count + 1, sizeof *c->seen);
    c->numbers = calloc(p->plan->slot_count + 1, sizeof *c->numbers);
    c->sets = p->test_count > 0 ? calloc(COLUMNS_BLOCK_ROWS, sizeof *c->sets) : NULL;
    c->stretches = p->times_of != NULL ? times_block_new(p->times_of) : NULL;
    c->known = p->few_count > 0 ? malloc(sizeof *c->known) : NULL;
    c->cells = p->any_order ? malloc(COLUMNS_BLOCK_ROWS * sizeof *c->cells) : NULL;
    if (c->seen == NULL || c->numbers == NULL || (p->test_count > 0 && c->sets == NULL) ||
        (p->times_of != NULL && c->stretches == NULL) || (p->few_count > 0 && c->known == NULL) ||
        (p->any_order && c->cells == NULL)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a query");
    }
    for (size_t i = 0; i < p->column_count; i++) {
        c->seen[i].block = PASS_NONE;
    }
    for (size_t i = 0; i < p->plan->slot_count; i++) {
        c->numbers[i].block = PASS_NONE;
    }
    return columns_reader_open(p->snapshot, run, &c->reader, err);
}

PtStatus scan_open(Scan *s, PtError *err)
{
    const Pass *p = s->pass;
    const size_t sets = p->test_count > 0 ? COLUMNS_BLOCK_ROWS * sizeof(uint64_t) : 0;
    const size_t times = p->times_of != NULL ? times_block_bytes() : 0;
    const size_t known = p->few_count > 0 ? sizeof(KnownRows) : 0;
    const size_t cells = p->any_order ? COLUMNS_BLOCK_ROWS * sizeof(uint32_t) : 0;
    const int64_t each = (int64_t)(sizeof *s->cursors + sets + times + known + cells);
    PtStatus st = pass_charge(s->pass, each * (int64_t)p->runs, err);
    if (st != PT_OK) {
        return st;
    }
    s->cursors = calloc(p->runs + 1, sizeof *s->cursors);
    s->texts = pt_arena_new(p->run->memory_bytes);
    s->later.texts = pt_arena_new(p->run->memory_bytes);
    s->stretches = p->times_of != NULL ? malloc(COLUMNS_BLOCK_ROWS * sizeof *s->stretches) : NULL;
    if (s->cursors == NULL || s->texts == NULL || s->later.texts == NULL ||
        (p->times_of != NULL && s->stretches == NULL)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a query");
    }
    for (size_t i = 0; st == PT_OK && i < p->runs; i++) {
        st = open_cursor(p, &s->cursors[i], (uint32_t)i, err);
    }
    return st;
}

void scan_close(Scan *s)
{
    for (size_t i = 0; s->cursors != NULL && i < s->pass->runs; i++) {
        Cursor *c = &s->cursors[i];
        for (size_t j = 0; c->numbers != NULL && j < s->pass->plan->slot_count; j++) {
            free(c->numbers[j].numbers);
        }
        free(c->numbers);
        free(c->seen);
        free(c->sets);
        times_block_free(c->stretches);
        free(c->known);
        free(c->cells);
        columns_reader_close(c->reader);
    }
    if (s->state != NULL) {
        s->pass->kind->free(s->state);
    }
    free(s->cursors);
    free(s->rows);
    free(s->spare);
    free(s->slices);
    free(s->stretches);
    free(s->memo);
    pt_arena_free(s->texts);
    later_done(&s->later);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

PtStatus scan_reserve_rows(Scan *s, size_t count, PtError *err)
{
    return pass_reserve(s->pass, (void **)&s->rows, sizeof *s->rows, &s->cap, count, err);
}

PtStatus scan_begin_group(Scan *s, PtError *err)
{
    enum { MORE = 64 };
    if (s->group_count == s->slice_cap) {
        PtStatus st = pass_reserve(s->pass, (void **)&s->slices, sizeof *s->slices, &s->slice_cap,
                                   s->group_count + MORE, err);
        if (st != PT_OK) {
            return st;
        }
    }
    s->slices[s->group_count++] = (Slice){.first = (uint32_t)s->count};
    return PT_OK;
}

/* Where the rows of the cursor's group end in the list. */
static inline uint32_t group_end(const Cursor *c)
{
    return match_end(c, c->groups[c->group + 1].first - c->base);
}

/* Appends the listed rows of the cursor's group to s->rows. */
static PtStatus take_rows(Scan *s, Cursor *c, PtError *err)
{
    PtStatus st = scan_reserve_rows(s, s->count + c->count - c->at, err);
    if (st == PT_OK && (c->codes == NULL || c->times == NULL)) {
        st = match_rows(c, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const uint64_t *sets_of = s->pass->sets_of;
    const uint32_t end = group_end(c), run = c->run;
    uint16_t begins = c->taken != c->group;
    ScanRow *out = s->rows + s->count;
    if (begins != 0) {
        st = scan_begin_group(s, err);
    }
    c->taken = c->group;
    uint32_t at = c->at;
    for (; at < end; at++) {
        const uint32_t row = match_row(c, at);
        const uint16_t code = c->codes[row];
        *out++ = (ScanRow){
            .time_ms = c->times[row],
            .sets = c->sets != NULL ? c->sets[at] : sets_of[code % COLUMNS_EVENTS_MAX],
            .run = run,
            .row = c->base + row,
            .code = code,
            .begins = begins,
            .kept = PASS_NONE,
        };
        begins = 0;
    }
    c->at = at;
    s->count = (size_t)(out - s->rows);
    return st;
}

/* The next block with rows that matter, of those in the range. False in *ret_any: none is left. */
static PtStatus next_block(Scan *s, Cursor *c, bool *ret_any, PtError *err)
{
    const Pass *p = s->pass;
    while (c->row < c->row_end) {
        const uint32_t block = c->row / COLUMNS_BLOCK_ROWS, base = block * COLUMNS_BLOCK_ROWS;
        const uint32_t first = c->row - base, rest = c->row_end - base;
        const uint32_t end = rest < COLUMNS_BLOCK_ROWS ? rest : COLUMNS_BLOCK_ROWS;
        const ColumnsBlockInfo *info = columns_block_info(p->snapshot, c->run, block);
        c->row = base + end;
        PtStatus st = pass_goes_on(s->pass, err);
        if (st != PT_OK) {
            return st;
        }
        if (p->run->progress != NULL) {
            atomic_fetch_add_explicit(p->run->progress, end - first, memory_order_relaxed);
        }
        uint64_t events = 0;
        for (size_t i = 0; i < COLUMNS_EVENT_WORDS; i++) {
            events |= info->events[i] & p->events[i];
        }
        if (events == 0 || info->time_max < p->plan->from_ms || info->time_min >= p->plan->to_ms) {
            continue;
        }
        s->rows_read += end - first;
        st = match_block(s, c, block, first, end, err);
        if (st != PT_OK || c->count > 0) {
            *ret_any = true;
            return st;
        }
    }
    *ret_any = false;
    return PT_OK;
}

/* The group that the row is of, at or behind the cursor's. */
static void find_group(Cursor *c, uint32_t row)
{
    enum { NEAR = 16 };
    uint32_t low = c->group;
    for (uint32_t i = 0; i < NEAR; i++) {
        if (c->groups[low + 1].first > row) {
            c->group = low;
            return;
        }
        low++;
    }
    uint32_t high = c->group_end; // groups[low].first <= row < groups[high].first
    while (low + 1 < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (c->groups[mid].first <= row) {
            low = mid;
        } else {
            high = mid;
        }
    }
    c->group = low;
}

static inline bool bit_of(const uint64_t *bits, uint32_t i)
{
    return (bits[i >> 6] >> (i & 63) & 1) != 0;
}

/* What is to be done with the cursor's group, and whose it is today. */
static Fate fate_of(const Pass *p, const Cursor *c, uint32_t *ret_person)
{
    uint32_t person = c->groups[c->group].person;
    bool later = false;
    if (atomic_load_explicit(&p->any_moved, memory_order_relaxed)) {
        if (bit_of(p->moved[c->run], c->group)) {
            person = pass_person_of(p->plan, c->groups[c->group].node);
            later = true;
        } else {
            later = (atomic_load_explicit(&p->affected[person >> 6], memory_order_relaxed) >>
                         (person & 63) &
                     1) != 0;
        }
    }
    *ret_person = person;
    if (!pass_who(p, person) || (person == 0 && !p->kind->wants_nobody)) {
        return FATE_SKIP;
    }
    return person == 0 ? FATE_NOBODY : later ? FATE_LATER : FATE_HERE;
}

/* The rows of the cursor's group, into s->stretches; returns how many. */
static size_t take_stretches(Scan *s, Cursor *c)
{
    const uint32_t at = c->at;
    c->at = group_end(c);
    return times_take(c->stretches, at, c->at, s->stretches);
}

/* Rows of a group that are not for now: nobody's to the fold, the others to be kept. */
static PtStatus deal_with(Scan *s, Cursor *c, Fate fate, uint32_t person, PtError *err)
{
    if (fate == FATE_SKIP) {
        c->at = group_end(c);
        return PT_OK;
    }
    if (fate == FATE_LATER && c->stretches != NULL) {
        return later_keep_stretches(s, person, take_stretches(s, c), err);
    }
    const size_t from = s->count, groups = s->group_count;
    PtStatus st = take_rows(s, c, err);
    if (st == PT_OK && fate == FATE_LATER) {
        st = later_keep(s, c, person, from, err);
    } else if (st == PT_OK) {
        st = s->pass->kind->person(s->state, s, 0, s->rows + from, s->count - from, err);
        pt_arena_clear(s->texts);
    }
    s->count = from;
    s->group_count = groups;
    return st;
}

/* Goes on to the next group of somebody's that is folded now. */
static PtStatus seek(Scan *s, Cursor *c, PtError *err)
{
    for (;;) {
        if (c->at == c->count) {
            bool any;
            PtStatus st = next_block(s, c, &any, err);
            if (st != PT_OK || !any) {
                s->persons_at[c->place] = PASS_NOBODY;
                return st;
            }
        }
        uint32_t person;
        find_group(c, c->base + match_row(c, c->at));
        const Fate fate = fate_of(s->pass, c, &person);
        if (fate == FATE_HERE) {
            s->persons_at[c->place] = person;
            return PT_OK;
        }
        PtStatus st = deal_with(s, c, fate, person, err);
        if (st != PT_OK) {
            return st;
        }
    }
}

/* ---- Persons --------------------------------------------------------------------------------- */

PtStatus scan_fold_person(Scan *s, uint32_t person, PtError *err)
{
    PtStatus st = order_rows(s, err);
    if (st == PT_OK) {
        s->persons++;
        st = s->pass->kind->person(s->state, s, person, s->rows, s->count, err);
        if (pt_arena_used(s->texts) > 0) {
            pt_arena_clear(s->texts);
        }
    }
    s->count = 0;
    s->group_count = 0;
    return st;
}

/* The places of runs, as bits, whose cursors are at a group of the person. No branch: in which runs
 * a person has rows cannot be foreseen. */
static inline uint32_t places_of(const Scan *s, uint64_t person)
{
    uint32_t places = 0;
    for (uint32_t i = 0; i < s->pass->runs; i++) {
        places |= (uint32_t)(s->persons_at[i] == person) << i;
    }
    return places;
}

static inline Cursor *first_cursor(Scan *s, uint32_t places)
{
    return &s->cursors[s->pass->by_time[__builtin_ctz(places)]];
}

static PtStatus fold_times(Scan *s, uint64_t person, PtError *err)
{
    TimesSeen *seen = s->pass->kind->seen(s->state);
    PtStatus st = PT_OK;
    for (uint32_t places = places_of(s, person); st == PT_OK && places != 0; places &= places - 1) {
        Cursor *c = first_cursor(s, places);
        do {
            const uint32_t at = c->at;
            c->at = group_end(c);
            times_see_rows(seen, c->stretches, at, c->at);
            st = seek(s, c, err);
        } while (st == PT_OK && s->persons_at[c->place] == person);
    }
    s->persons++;
    return st == PT_OK ? s->pass->kind->end(s->state, s, err) : st;
}

/* Rows where they lie, run by run. */
static PtStatus fold_any_order(Scan *s, uint64_t person, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t places = places_of(s, person); st == PT_OK && places != 0; places &= places - 1) {
        Cursor *c = first_cursor(s, places);
        do {
            const uint32_t at = c->at;
            c->at = group_end(c);
            s->pass->kind->group(s->state, (uint32_t)person, c->cells + at, c->at - at);
            st = seek(s, c, err);
        } while (st == PT_OK && s->persons_at[c->place] == person);
    }
    s->persons++;
    return st;
}

static PtStatus gather(Scan *s, uint64_t person, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t places = places_of(s, person); st == PT_OK && places != 0; places &= places - 1) {
        Cursor *c = first_cursor(s, places);
        do {
            st = take_rows(s, c, err);
            st = st == PT_OK ? seek(s, c, err) : st;
        } while (st == PT_OK && s->persons_at[c->place] == person);
    }
    return st;
}

static uint64_t next_person(const Scan *s)
{
    uint64_t person = PASS_NOBODY;
    for (size_t i = 0; i < s->pass->runs; i++) {
        person = s->persons_at[i] < person ? s->persons_at[i] : person;
    }
    return person;
}

/* The first group of the range of persons [from, to) and the rows of all of it. */
static void enter_range(const Pass *p, Cursor *c, uint64_t from, uint64_t to)
{
    uint32_t bounds[2];
    const uint64_t persons[2] = {from, to};
    for (size_t i = 0; i < 2; i++) {
        uint32_t low = 0, high = p->info[c->run].groups;
        while (low < high) {
            const uint32_t mid = low + (high - low) / 2;
            if (c->groups[mid].person < persons[i]) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        bounds[i] = low;
    }
    c->group = bounds[0];
    c->group_end = bounds[1];
    c->row = c->groups[bounds[0]].first;
    c->row_end = c->groups[bounds[1]].first;
    c->at = c->count = 0;
}

PtStatus scan_begin_range(Scan *s, PtError *err)
{
    s->epoch++;
    s->state_bytes = 0;
    s->rows_read = 0;
    s->persons = 0;
    return s->pass->kind->new(s->pass->plan, s->pass->run, &s->state, err);
}

static PtStatus scan_range(Scan *s, uint32_t range, PtError *err)
{
    const Pass *p = s->pass;
    PtStatus st = scan_begin_range(s, err);
    for (size_t i = 0; st == PT_OK && i < p->runs; i++) {
        enter_range(p, &s->cursors[i], p->cuts[range], p->cuts[range + 1]);
        st = seek(s, &s->cursors[i], err);
    }
    while (st == PT_OK) {
        const uint64_t person = next_person(s);
        if (person == PASS_NOBODY) {
            break;
        }
        if (p->times_of != NULL) {
            st = fold_times(s, person, err);
            continue;
        }
        if (p->any_order) {
            st = fold_any_order(s, person, err);
            continue;
        }
        st = gather(s, person, err);
        st = st == PT_OK ? scan_fold_person(s, (uint32_t)person, err) : st;
    }
    return st == PT_OK ? pass_hand_in(s, range, err) : st;
}

/* The next ranges that nobody has: none in *ret_count at the end. Ranges next to each other share a
 * block in each run, which a thread that takes several reads once; but it takes fewer towards the
 * end, and never many: what is behind them waits for their states. */
static uint32_t take_ranges(Pass *p, uint32_t *ret_count)
{
    enum { MOST = 4 };
    uint32_t first = atomic_load(&p->next_range), count;
    do {
        const uint32_t left = p->range_count - first;
        const uint32_t share = left / (2 * (uint32_t)p->scan_count);
        count = share > MOST ? MOST : share > 0 ? share : left > 0;
    } while (!atomic_compare_exchange_weak(&p->next_range, &first, first + count));
    *ret_count = count;
    return first;
}

PtStatus scan_work(Scan *s, PtError *err)
{
    PtStatus st = PT_OK;
    uint32_t range, count = 0;
    do {
        range = take_ranges(s->pass, &count);
        for (uint32_t i = 0; st == PT_OK && i < count; i++) {
            st = scan_range(s, range + i, err);
        }
    } while (st == PT_OK && count > 0);
    return st;
}
