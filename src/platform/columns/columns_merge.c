// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_merge.h"
#include "platform/loop.h"

#include <stdlib.h>

enum {
    UNIT = 65536, /* rows of the lowest level */
    FAN = 4,      /* runs of a level that make one of the next */
    LEVELS = 16,
    OFFER_EVERY = 16384, /* values */
};

static const uint64_t ROWS_MOST = UINT64_C(1) << 31; /* of a run */

/* ---- What is merged next ----------------------------------------------------------------------
 */

static unsigned level_of(uint32_t rows)
{
    unsigned level = 0;
    for (uint64_t most = UNIT; rows > most && level < LEVELS; most *= FAN) {
        level++;
    }
    return level;
}

typedef struct Family { /* runs that are neighbours: indexes of runs of their own, or late rows */
    const MergePick *runs;
    size_t of[COLUMNS_RUNS_MAX], count;
} Family;

static void list_family(Family *f, const MergePick *runs, size_t count, bool side)
{
    *f = (Family){.runs = runs};
    for (size_t i = 0; i < count; i++) {
        if (runs[i].side == side) {
            f->of[f->count++] = i;
        }
    }
}

/* From `first`: how many runs up to the last of at least FAN of its level, smaller ones between
 * them included. 0 when there are not enough. */
static size_t group_at(const Family *f, size_t first)
{
    const unsigned level = level_of(f->runs[f->of[first]].rows);
    size_t same = 0, taken = 0;
    uint64_t rows = 0;
    for (size_t i = first; i < f->count; i++) {
        const unsigned l = level_of(f->runs[f->of[i]].rows);
        rows += f->runs[f->of[i]].rows;
        if (l > level || rows > ROWS_MOST) {
            break;
        }
        if (l == level) {
            same++;
            taken = i - first + 1;
        }
    }
    return same >= FAN ? taken : 0;
}

static bool pick_group(const Family *f, size_t *ret_first, size_t *ret_count)
{
    for (size_t i = f->count; i > 0; i--) {
        const size_t n = group_at(f, i - 1);
        if (n > 0) {
            *ret_first = i - 1;
            *ret_count = n;
            return true;
        }
    }
    return false;
}

/* Rows of the cheapest two neighbours from *ret_first on; UINT64_MAX: there are none. */
static uint64_t cheapest_pair(const Family *f, size_t *ret_first)
{
    uint64_t best = UINT64_MAX;
    for (size_t i = 0; i + 1 < f->count; i++) {
        const uint64_t rows = (uint64_t)f->runs[f->of[i]].rows + f->runs[f->of[i + 1]].rows;
        if (rows < best && rows <= ROWS_MOST) {
            best = rows;
            *ret_first = i;
        }
    }
    return best;
}

static void take(const Family *f, size_t first, size_t count, bool *ret_take)
{
    for (size_t i = first; i < first + count; i++) {
        ret_take[f->of[i]] = true;
    }
}

/* Late rows go with those that they belong among, where all of those are merged. */
static void take_sides(const Family *mains, size_t first, size_t count, const Family *sides,
                       bool *ret_take)
{
    int64_t from = mains->runs[mains->of[first]].time_min;
    uint64_t rows = 0;
    for (size_t i = first; i < first + count; i++) {
        const MergePick *run = &mains->runs[mains->of[i]];
        from = run->time_min < from ? run->time_min : from;
        rows += run->rows;
    }
    const int64_t to = mains->runs[mains->of[first + count - 1]].time_max;
    for (size_t i = 0; i < sides->count; i++) {
        const MergePick *run = &sides->runs[sides->of[i]];
        if ((run->time_min >= from || first == 0) && run->time_max <= to &&
            rows + run->rows <= ROWS_MOST) {
            ret_take[sides->of[i]] = true;
            rows += run->rows;
        }
    }
}

static bool pick_pair(const Family *mains, const Family *sides, bool *ret_take)
{
    size_t first = 0, other = 0;
    const uint64_t of_mains = cheapest_pair(mains, &first);
    const uint64_t of_sides = cheapest_pair(sides, &other);
    if (of_mains == UINT64_MAX && of_sides == UINT64_MAX) {
        return false;
    }
    if (of_mains <= of_sides) {
        take(mains, first, 2, ret_take);
        take_sides(mains, first, 2, sides, ret_take);
    } else {
        take(sides, other, 2, ret_take);
    }
    return true;
}

bool columns_merge_pick(const MergePick *runs, size_t count, size_t most, bool *ret_take)
{
    Family mains, sides;
    size_t first = 0, n = 0;
    list_family(&mains, runs, count, false);
    list_family(&sides, runs, count, true);
    memset(ret_take, 0, count * sizeof *ret_take);
    if (pick_group(&mains, &first, &n)) {
        take(&mains, first, n, ret_take);
        take_sides(&mains, first, n, &sides, ret_take);
        return true;
    }
    if (pick_group(&sides, &first, &n)) {
        take(&sides, first, n, ret_take);
        return true;
    }
    return count > most && pick_pair(&mains, &sides, ret_take);
}

/* All runs that one can hold. */
static bool pick_all(const MergePick *runs, size_t count, bool *ret_take)
{
    uint64_t rows = 0;
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        ret_take[i] = rows + runs[i].rows <= ROWS_MOST;
        rows += ret_take[i] ? runs[i].rows : 0;
        taken += ret_take[i];
    }
    return taken > 1;
}

/* ---- Life -------------------------------------------------------------------------------------
 */

static void merge_free(ColumnsMerge *m)
{
    columns_merge_copy_done(m);
    for (size_t i = 0; i < m->count; i++) {
        run_scratch_done(&m->inputs[i].block.scratch);
        run_scratch_done(&m->inputs[i].offset.scratch);
        columns_file_unref(m->inputs[i].file);
    }
    run_writer_close(m->run);
    columns_writer_abort(&m->file);
    columns_names_unref(m->names);
    free(m->known.slots);
    free(m->moved);
    free(m->instants);
    free(m->moved_order);
    free(m->nobody);
    free(m->groups);
    free(m->segments);
    free(m);
}

void columns_merge_abort(Columns *c)
{
    if (c->merge != NULL) {
        merge_free(c->merge);
        c->merge = NULL;
    }
}

static PtStatus add_input(ColumnsMerge *m, ColumnsFile *f, PtError *err)
{
    MergeInput *in = &m->inputs[m->count++];
    atomic_fetch_add(&f->refs, 1);
    in->file = f;
    in->group_count = f->info.groups;
    return columns_file_groups(f, &in->groups, err);
}

static bool are_apart(const ColumnsMerge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        const ColumnsRunInfo *a = &m->inputs[i].file->info;
        for (size_t k = 0; k < i; k++) {
            const ColumnsRunInfo *b = &m->inputs[k].file->info;
            if (a->time_min <= b->time_max && b->time_min <= a->time_max) {
                return false;
            }
        }
    }
    return true;
}

static PtStatus begin_merge(Columns *c, const bool *taken, PtError *err)
{
    const ColumnsState *s = c->state;
    ColumnsMerge *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of the event columns");
    }
    m->names = columns_names_get(s->names);
    m->persons = columns_persons(c);
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->count; i++) {
        st = taken[i] ? add_input(m, s->runs[i], err) : PT_OK;
    }
    if (st != PT_OK) {
        merge_free(m);
        return st;
    }
    m->apart = are_apart(m);
    c->merge = m;
    return PT_OK;
}

/* The file, once it is known what will stand in it. */
static PtStatus begin_file(Columns *c, ColumnsMerge *m, PtError *err)
{
    FileKey key = {.seq = c->next_seq, .side = true};
    for (size_t i = 0; i < m->count; i++) {
        const FileKey *of = &m->inputs[i].file->key;
        key.side = key.side && of->side;
        key.level = of->level > key.level ? of->level : key.level;
    }
    key.level = key.level < UINT8_MAX ? (uint8_t)(key.level + 1) : key.level;
    PtStatus st = columns_writer_begin(&m->file, c->fs, c->dir, key, err);
    if (st != PT_OK) {
        return st;
    }
    c->next_seq++;
    const RunWriterConfig config = {.sink = columns_writer_sink(&m->file),
                                    .rows = m->rows,
                                    .cold = m->rows >= c->config.cold_rows,
                                    .zstd_level = c->config.zstd_level,
                                    .groups = m->groups,
                                    .group_count = (uint32_t)m->group_count};
    return run_writer_open(&config, &m->run, err);
}

static bool is_input(const ColumnsMerge *m, const ColumnsFile *f)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->inputs[i].file == f) {
            return true;
        }
    }
    return false;
}

/* The state with the merged run in place of the inputs. Takes over the run. */
static PtStatus replace_inputs(Columns *c, const ColumnsMerge *m, ColumnsFile *merged, PtError *err)
{
    const ColumnsState *old = c->state;
    ColumnsFile *runs[COLUMNS_RUNS_MAX] = {merged};
    size_t count = 1;
    for (size_t i = 0; i < old->count; i++) {
        if (!is_input(m, old->runs[i])) {
            atomic_fetch_add(&old->runs[i]->refs, 1);
            runs[count++] = old->runs[i];
        }
    }
    atomic_fetch_add(&merged->refs, 1);
    ColumnsState *s = columns_state_new(columns_names_get(old->names),
                                        columns_memory_get(old->memory), runs, count);
    if (s == NULL) {
        columns_discard(c, merged);
        return pt_fail(err, PT_NO_MEMORY, "no memory to merge runs of the event columns");
    }
    columns_file_unref(merged);
    s->next = old->next;
    s->version = old->version + 1;
    s->sealed_ms = old->sealed_ms;
    return columns_publish(c, s, err);
}

static PtStatus finish_merge(Columns *c, PtError *err)
{
    ColumnsMerge *m = c->merge;
    ColumnsFile *merged = NULL;
    uint64_t bytes = 0;
    PtStatus st = run_writer_finish(m->run, &bytes, err);
    if (st == PT_OK) {
        st = columns_writer_finish(&m->file, &merged, err);
    }
    if (st == PT_OK) {
        st = replace_inputs(c, m, merged, err);
    }
    columns_merge_abort(c);
    return st;
}

/* ---- Steps ------------------------------------------------------------------------------------
 */

static PtStatus work(Columns *c, uint64_t *budget, PtError *err)
{
    ColumnsMerge *m = c->merge;
    PtStatus st = PT_OK;
    switch (m->phase) {
    case MERGE_LIST:
        return columns_merge_list(m, budget, err);
    case MERGE_ORDER:
        st = columns_merge_order(m, budget, err);
        return st == PT_OK && m->phase == MERGE_COPY ? begin_file(c, m, err) : st;
    case MERGE_COPY:
        return columns_merge_copy(m, budget, err);
    case MERGE_FINISH:
        break;
    }
    return finish_merge(c, err);
}

/* In small pieces, so that others of the machine come between. */
static PtStatus go_on(Columns *c, uint64_t budget, PtError *err)
{
    PtStatus st = PT_OK;
    while (st == PT_OK && c->merge != NULL && budget > 0) {
        uint64_t piece = budget < OFFER_EVERY ? budget : OFFER_EVERY;
        const uint64_t before = piece;
        st = work(c, &piece, err);
        budget -= before - piece;
        pt_background_offer();
    }
    if (st != PT_OK) {
        columns_merge_abort(c);
    }
    return st;
}

static bool pick(const ColumnsState *s, size_t most, bool *ret_take)
{
    MergePick runs[COLUMNS_RUNS_MAX];
    for (size_t i = 0; i < s->count; i++) {
        const ColumnsFile *f = s->runs[i];
        runs[i] = (MergePick){f->info.rows, f->key.side, f->info.time_min, f->info.time_max};
    }
    return most == 1 ? pick_all(runs, s->count, ret_take)
                     : columns_merge_pick(runs, s->count, most, ret_take);
}

PtStatus columns_merge_step(Columns *c, uint64_t budget, size_t most, bool *ret_did, PtError *err)
{
    PtError why = {0};
    PtStatus st = PT_OK;
    if (c->merge == NULL) {
        bool taken[COLUMNS_RUNS_MAX];
        if (!pick(c->state, most, taken)) {
            *ret_did = false;
            return PT_OK;
        }
        st = begin_merge(c, taken, &why);
    }
    if (st == PT_OK) {
        st = go_on(c, budget, &why);
    }
    if (st == PT_OK) {
        *ret_did = true;
        return PT_OK;
    }
    return st == PT_CORRUPT ? columns_set_damage(c, &why, err)
                            : pt_fail(err, st, "%s", why.message);
}
