// SPDX-License-Identifier: Apache-2.0
/* What all threads of a pass share: set up once, then ranges handed out and states merged. */
#include "platform/columns/columns_pass.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_GROUPS = 1 << 16 }; // of 64 at a time: no two chunks write one word

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a query");
}

PtStatus pass_charge(Pass *p, int64_t bytes, PtError *err)
{
    const int64_t now = atomic_fetch_add(&p->memory, bytes) + bytes;
    if (bytes > 0 && (now < 0 || (uint64_t)now > p->run->memory_bytes)) {
        return pt_fail(err, PT_TOO_LARGE, "the query needs over %zu bytes of memory",
                       p->run->memory_bytes);
    }
    return PT_OK;
}

PtStatus pass_reserve(Pass *p, void **items, size_t size, size_t *cap, size_t count, PtError *err)
{
    if (count <= *cap) {
        return PT_OK;
    }
    size_t grown = *cap + *cap / 2 > count ? *cap + *cap / 2 : count;
    PtStatus st = pass_charge(p, (int64_t)((grown - *cap) * size), err);
    if (st != PT_OK) {
        return st;
    }
    void *moved = realloc(*items, grown * size);
    if (moved == NULL) {
        return no_memory(err);
    }
    *items = moved;
    *cap = grown;
    return PT_OK;
}

static bool is_set(const _Atomic bool *flag)
{
    return flag != NULL && atomic_load_explicit(flag, memory_order_relaxed);
}

PtStatus pass_goes_on(Pass *p, PtError *err)
{
    if (atomic_load_explicit(&p->failed, memory_order_relaxed)) {
        return pt_fail(err, PT_UNAVAILABLE, "another thread of the query failed");
    }
    if (is_set(p->run->stop) || is_set(p->run->ends)) {
        return pt_fail(err, PT_UNAVAILABLE, "the query was stopped");
    }
    return PT_OK;
}

/* ---- What could matter ----------------------------------------------------------------------- */

static void add_set(Pass *p, uint8_t set)
{
    const PlanSet *s = &p->plan->sets[set];
    for (uint32_t code = 0; code < COLUMNS_EVENTS_MAX; code++) {
        if (s->codes == NULL || (s->codes[code >> 6] >> (code & 63) & 1) != 0) {
            p->sets_of[code] |= 1ull << set;
        }
    }
    if (s->program == NULL) {
        return;
    }
    size_t i = 0;
    while (i < p->test_count && p->tests[i].program != s->program) {
        i++;
    }
    PassTest *test = &p->tests[i];
    test->sets |= 1ull << set;
    if (i < p->test_count) {
        return;
    }
    test->program = s->program;
    p->test_count++;
    for (uint32_t slot = 0; slot < p->plan->slot_count; slot++) {
        if (pt_program_reads(s->program, slot)) {
            test->slots[test->slot_count++] = (uint8_t)slot;
        }
    }
}

static void prepare_codes(Pass *p)
{
    for (size_t i = 0; i < p->plan->set_count; i++) {
        add_set(p, (uint8_t)i);
    }
    size_t count = 0;
    for (uint32_t code = 0; code < COLUMNS_EVENTS_MAX; code++) {
        if (p->sets_of[code] != 0) {
            p->codes[code >> 6] |= 1ull << (code & 63);
            p->events[code % 256 >> 6] |= 1ull << (code & 63);
            if (count < PASS_FEW_CODES) {
                p->few[count] = (uint16_t)code;
            }
            count++;
        }
    }
    p->few_count = count <= PASS_FEW_CODES ? count : 0;
    p->all_codes = count == COLUMNS_EVENTS_MAX;
}

/* ---- Runs and ranges ------------------------------------------------------------------------- */

static void place_run(Pass *p, uint32_t run)
{
    uint32_t at = run;
    while (at > 0 && p->info[p->by_time[at - 1]].time_min > p->info[run].time_min) {
        p->by_time[at] = p->by_time[at - 1];
        at--;
    }
    p->by_time[at] = run;
}

static PtStatus load_runs(Pass *p, PtError *err)
{
    p->runs = columns_snapshot_runs(p->snapshot);
    p->info = calloc(p->runs + 1, sizeof *p->info);
    p->groups = calloc(p->runs + 1, sizeof(const ColumnsGroup *));
    p->moved = calloc(p->runs + 1, sizeof(uint64_t *));
    p->by_time = calloc(p->runs + 1, sizeof *p->by_time);
    if (p->info == NULL || p->groups == NULL || p->moved == NULL || p->by_time == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < p->runs; i++) {
        p->info[i] = columns_run_info(p->snapshot, i);
        place_run(p, (uint32_t)i);
        PtStatus st = columns_run_groups(p->snapshot, i, &p->groups[i], err);
        const size_t words = ((size_t)p->info[i].groups + 63) / 64;
        st = st == PT_OK ? pass_charge(p, (int64_t)(words * 8), err) : st;
        if (st != PT_OK) {
            return st;
        }
        p->moved[i] = calloc(words + 1, sizeof *p->moved[i]);
        if (p->moved[i] == NULL) {
            return no_memory(err);
        }
        if (p->info[i].groups > 0) {
            const uint64_t persons = (uint64_t)p->groups[i][p->info[i].groups - 1].person + 1;
            p->affected_bits = persons > p->affected_bits ? persons : p->affected_bits;
        }
    }
    PtStatus st = pass_charge(p, (int64_t)(p->affected_bits / 8), err);
    p->affected = st == PT_OK ? calloc(p->affected_bits / 64 + 1, sizeof *p->affected) : NULL;
    return st == PT_OK && p->affected == NULL ? no_memory(err) : st;
}

/* The first group of a person at or above `person`. */
static uint32_t lower_group(const ColumnsGroup *groups, uint32_t count, uint64_t person)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (groups[mid].person < person) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static uint64_t rows_below(const Pass *p, uint64_t person)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < p->runs; i++) {
        rows += p->groups[i][lower_group(p->groups[i], p->info[i].groups, person)].first;
    }
    return rows;
}

/* Ranges that are too small would read a block that two of them share twice too often. */
static uint32_t ranges_for(uint64_t rows, size_t runs)
{
    const uint64_t least = SCAN_RANGES / 4, most = SCAN_RANGES;
    const uint64_t fit = rows / ((runs > 0 ? runs : 1) * 4 * COLUMNS_BLOCK_ROWS);
    return (uint32_t)(fit < least ? least : fit > most ? most : fit);
}

static void cut_ranges(Pass *p)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < p->runs; i++) {
        rows += p->info[i].rows;
    }
    p->range_count = ranges_for(rows, p->runs);
    for (uint32_t i = 1; i < p->range_count; i++) {
        uint64_t low = p->cuts[i - 1], high = p->affected_bits;
        while (low < high) {
            const uint64_t mid = low + (high - low) / 2;
            if (rows_below(p, mid) < rows / p->range_count * i) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        p->cuts[i] = low;
    }
    p->cuts[p->range_count] = p->affected_bits;
}

/* ---- Who has moved --------------------------------------------------------------------------- */

static void mark_affected(Pass *p, uint32_t person)
{
    if (person != 0 && person < p->affected_bits) {
        atomic_fetch_or_explicit(&p->affected[person >> 6], 1ull << (person & 63),
                                 memory_order_relaxed);
    }
}

static void mark_word(Pass *p, size_t run, uint32_t first, uint32_t count)
{
    const ColumnsGroup *groups = p->groups[run] + first;
    uint64_t word = 0;
    for (uint32_t i = 0; i < count; i++) {
        word |= (uint64_t)(pass_person_of(p->plan, groups[i].node) != groups[i].person) << i;
    }
    if (word != 0) {
        p->moved[run][first >> 6] = word;
        atomic_store_explicit(&p->any_moved, true, memory_order_relaxed);
        for (; word != 0; word &= word - 1) {
            const uint32_t node = groups[__builtin_ctzll(word)].node;
            mark_affected(p, pass_person_of(p->plan, node));
        }
    }
}

/* The chunk's run and first group; false behind the last. */
static bool find_chunk(const Pass *p, uint64_t chunk, size_t *ret_run, uint32_t *ret_first)
{
    for (size_t i = 0; i < p->runs; i++) {
        const uint64_t chunks = ((uint64_t)p->info[i].groups + CHUNK_GROUPS - 1) / CHUNK_GROUPS;
        if (chunk < chunks) {
            *ret_run = i;
            *ret_first = (uint32_t)chunk * CHUNK_GROUPS;
            return true;
        }
        chunk -= chunks;
    }
    return false;
}

PtStatus pass_mark_moved(Scan *s, PtError *err)
{
    Pass *p = s->pass;
    size_t run;
    uint32_t first;
    while (find_chunk(p, atomic_fetch_add(&p->next_chunk, 1), &run, &first)) {
        PtStatus st = pass_goes_on(p, err);
        if (st != PT_OK) {
            return st;
        }
        const uint32_t groups = p->info[run].groups - first;
        const uint32_t count = groups < CHUNK_GROUPS ? groups : CHUNK_GROUPS;
        for (uint32_t i = 0; i < count; i += 64) {
            mark_word(p, run, first + i, count - i < 64 ? count - i : 64);
        }
    }
    return PT_OK;
}

/* ---- Open and close -------------------------------------------------------------------------- */

void pass_close(Pass *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->scan_count; i++) {
        scan_close(&p->scans[i]);
    }
    for (size_t i = 0; i < SCAN_RANGES + SCAN_RANGES_MOVED; i++) {
        if (p->states[i] != NULL) {
            p->kind->free(p->states[i]);
        }
    }
    for (size_t i = 0; p->moved != NULL && i < p->runs; i++) {
        free(p->moved[i]);
    }
    free((void *)p->moved);
    free((void *)p->groups);
    free(p->info);
    free(p->by_time);
    free(p->affected);
    free(p->later);
    free(p->scans);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

static PtStatus prepare(Pass *p, PtError *err)
{
    PtStatus st = load_runs(p, err);
    if (st == PT_OK) {
        prepare_codes(p);
        cut_ranges(p);
        st = slots_prepare(p, err);
    }
    p->scans = st == PT_OK ? calloc(p->run->threads, sizeof *p->scans) : NULL;
    if (st == PT_OK && p->scans == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; st == PT_OK && i < p->run->threads; i++) {
        p->scans[i].pass = p;
        p->scans[i].number = i;
        p->scan_count++;
        st = scan_open(&p->scans[i], err);
    }
    return st;
}

PtStatus pass_open(const ColumnsPlan *plan, ColumnsSnapshot *snapshot, const PlanRun *run,
                   const FoldKind *kind, Pass **ret_pass, PtError *err)
{
    Pass *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return no_memory(err);
    }
    p->plan = plan;
    p->snapshot = snapshot;
    p->run = run;
    p->kind = kind;
    p->times_of = run->drill == NULL && kind->times_of != NULL ? kind->times_of(plan) : NULL;
    p->any_order = run->drill == NULL && p->times_of == NULL && kind->any_order != NULL &&
                   kind->any_order(plan);
    if (pthread_mutex_init(&p->lock, NULL) != 0) {
        free(p);
        return no_memory(err);
    }
    PtStatus st = pass_charge(p, sizeof *p, err);
    st = st == PT_OK ? prepare(p, err) : st;
    if (st != PT_OK) {
        pass_close(p);
        return st;
    }
    *ret_pass = p;
    return PT_OK;
}

/* ---- Threads --------------------------------------------------------------------------------- */

typedef struct Worker {
    pthread_t thread;
    Scan *scan;
    PtStatus (*work)(Scan *s, PtError *err);
} Worker;

static void *work_thread(void *arg)
{
    Worker *w = arg;
    Pass *p = w->scan->pass;
    PtError error = {.status = PT_OK};
    const PtStatus st = w->work(w->scan, &error);
    if (st != PT_OK) {
        (void)pthread_mutex_lock(&p->lock);
        if (p->status == PT_OK) {
            p->status = st;
            p->error = error;
        }
        atomic_store(&p->failed, true);
        (void)pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

/* The caller's thread is the first of them; where no more can be had those that are do the work. */
PtStatus pass_parallel(Pass *p, PtStatus (*work)(Scan *s, PtError *err), PtError *err)
{
    Worker *workers = calloc(p->scan_count, sizeof *workers);
    if (workers == NULL) {
        return no_memory(err);
    }
    size_t started = 1;
    for (size_t i = 0; i < p->scan_count; i++) {
        workers[i] = (Worker){.scan = &p->scans[i], .work = work};
    }
    while (started < p->scan_count &&
           pthread_create(&workers[started].thread, NULL, work_thread, &workers[started]) == 0) {
        started++;
    }
    (void)work_thread(&workers[0]);
    for (size_t i = 1; i < started; i++) {
        (void)pthread_join(workers[i].thread, NULL);
    }
    free(workers);
    if (p->status != PT_OK) {
        return pt_fail(err, p->status, "%s", p->error.message);
    }
    return PT_OK;
}

/* ---- States ---------------------------------------------------------------------------------- */

static PtStatus merge_next(Pass *p, PtError *err)
{
    const uint32_t next = p->merged;
    if (next == 0) {
        return PT_OK;
    }
    PtStatus st = p->kind->merge(p->states[0], p->states[next], err);
    p->kind->free(p->states[next]);
    p->states[next] = NULL;
    int64_t bytes = p->state_bytes[0] + p->state_bytes[next];
    if (st == PT_OK && p->kind->bytes != NULL) {
        const int64_t now = (int64_t)p->kind->bytes(p->states[0]);
        st = pass_charge(p, now - bytes, err);
        bytes = now;
    }
    p->state_bytes[0] = bytes;
    return st;
}

PtStatus pass_hand_in(Scan *s, uint32_t range, PtError *err)
{
    Pass *p = s->pass;
    PtStatus st = PT_OK;
    (void)pthread_mutex_lock(&p->lock);
    p->states[range] = PT_TAKE(s->state);
    p->state_bytes[range] = s->state_bytes;
    p->ended[range] = true;
    p->rows += s->rows_read;
    p->persons += s->persons;
    while (st == PT_OK && p->merged < SCAN_RANGES + SCAN_RANGES_MOVED && p->ended[p->merged]) {
        st = merge_next(p, err);
        p->merged++;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return st;
}
