// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"
#include "platform/loop.h"

#include <stdlib.h>

enum { BLOCK = COLUMNS_BLOCK_ROWS, BLOCK_WORDS = BLOCK / 64 };

typedef struct Erasure {
    Columns *c;
    MemoryChange change; /* nodes: sorted, without 0 */
    ColumnsNames *names; /* as they will be */
} Erasure;

/* A run that is written anew. */
typedef struct Rewrite {
    const Erasure *erasure;
    ColumnsFile *from;
    ColumnsGroup *groups; /* as they will be */
    uint64_t *theirs;     /* bit for each row */
    bool any;             /* a row is theirs */
    ColumnsWriter file;
    RunWriter *run;
    RunScratch scratch;
    void *values;
    uint64_t present[BLOCK_WORDS];
    ColumnsTexts texts;
    PtStr *list;
} Rewrite;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to erase from the event columns");
}

static bool finds(const Erasure *e, PtStr text)
{
    return e->change.finds != NULL && e->change.finds(e->change.ctx, text);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Texts of these columns are looked into. A currency is three letters of a list. */
static bool is_searched(const ColumnsNames *names, uint32_t column)
{
    return columns_shape(names, column) == SHAPE_TEXT && column != COLUMNS_COLUMN_CURRENCY;
}

/* ---- What is in a run -------------------------------------------------------------------------
 */

static PtStatus find_groups(Rewrite *r, PtError *err)
{
    const ColumnsGroup *groups = NULL;
    const MemoryChange *change = &r->erasure->change;
    const ColumnsRunInfo info = r->from->info;
    PtStatus st = columns_file_groups(r->from, &groups, err);
    if (st != PT_OK) {
        return st;
    }
    r->groups = malloc(((size_t)info.groups + 1) * sizeof *r->groups);
    r->theirs = calloc((size_t)info.blocks * BLOCK_WORDS, sizeof *r->theirs);
    if (r->groups == NULL || r->theirs == NULL) {
        return no_memory(err);
    }
    memcpy(r->groups, groups, ((size_t)info.groups + 1) * sizeof *groups);
    for (uint32_t g = 0; g < info.groups; g++) {
        r->groups[g].person = groups[g].node != 0 ? groups[g].person : 0; // in a file it has none
        if (change->node_count == 0 || bsearch(&groups[g].node, change->nodes, change->node_count,
                                               sizeof *change->nodes, by_number) == NULL) {
            continue;
        }
        r->any = true;
        r->groups[g].node = 0;
        r->groups[g].person = g > 0 ? r->groups[g - 1].person : 0; // persons go on rising
        for (uint32_t row = groups[g].first; row < groups[g + 1].first; row++) {
            r->theirs[row / 64] |= UINT64_C(1) << row % 64;
        }
    }
    return PT_OK;
}

static bool has_found(const Erasure *e, const ColumnsBlock *b)
{
    for (uint32_t i = 0; b->count > 0 && i < b->text_count; i++) {
        if (finds(e, b->texts[i])) {
            return true;
        }
    }
    return false;
}

/* Whether a text of the run is found. */
static PtStatus search(Rewrite *r, bool *ret_found, PtError *err)
{
    const Erasure *e = r->erasure;
    const uint32_t count = columns_count(e->names);
    *ret_found = false;
    for (uint32_t column = 0; e->change.finds != NULL && column < count; column++) {
        if (!is_searched(e->names, column) || run_column_bytes(r->from->run, column) == 0) {
            continue;
        }
        for (uint32_t b = 0; b < r->from->info.blocks; b++) {
            const ColumnsBlock *block = NULL;
            const PtStatus st = run_read(r->from->run, column, b, &r->scratch, &block, err);
            if (st != PT_OK) {
                return st;
            }
            if (has_found(e, block)) {
                *ret_found = true;
                return PT_OK;
            }
            pt_background_offer();
        }
    }
    return PT_OK;
}

/* ---- Writing it anew --------------------------------------------------------------------------
 */

static bool any_theirs(const uint64_t *theirs)
{
    uint64_t any = 0;
    for (size_t i = 0; i < BLOCK_WORDS; i++) {
        any |= theirs[i];
    }
    return any != 0;
}

static PtStatus write_times(Rewrite *r, const ColumnsBlock *b, uint32_t number, PtError *err)
{
    const uint64_t *theirs = r->theirs + (size_t)number * BLOCK_WORDS;
    int64_t *times = r->values;
    for (uint32_t i = 0; i < b->rows; i++) {
        const bool is_theirs = (theirs[i / 64] >> i % 64 & 1) != 0;
        times[i] = is_theirs ? columns_hour(b->i64[i]) : b->i64[i];
    }
    const ColumnsBlock block = {.rows = b->rows, .count = b->rows, .i64 = times};
    return run_write_block(r->run, COLUMNS_COLUMN_TIME, COLUMNS_NUMBER, number, &block, err);
}

static bool put_value(Rewrite *r, const ColumnsBlock *b, ColumnsShape shape, uint32_t at,
                      ColumnsBlock *to)
{
    switch (shape) {
    case SHAPE_U8:
        ((uint8_t *)r->values)[to->count++] = b->u8[at];
        return true;
    case SHAPE_TEXT: {
        const PtStr text = b->texts[b->u32[at]];
        return columns_texts_put(&r->texts, finds(r->erasure, text) ? PT_STR("-") : text,
                                 &((uint32_t *)r->values)[to->count++]);
    }
    default:
        ((double *)r->values)[to->count++] = b->f64[at];
        return true;
    }
}

/* A block of a property or of stores: without the values of what is theirs, where `drop`. */
static PtStatus write_values(Rewrite *r, const ColumnsBlock *b, uint32_t column, uint32_t number,
                             bool drop, PtError *err)
{
    const uint64_t *theirs = r->theirs + (size_t)number * BLOCK_WORDS;
    const ColumnsNames *names = r->erasure->names;
    ColumnsBlock to = {.rows = b->rows, .u8 = r->values, .texts = r->list};
    memset(r->present, 0, sizeof r->present);
    columns_texts_clear(&r->texts);
    for (uint32_t i = 0; i < b->rows; i++) {
        const uint32_t at = columns_block_find(b, i);
        if (at == UINT32_MAX || (drop && (theirs[i / 64] >> i % 64 & 1) != 0)) {
            continue;
        }
        r->present[i / 64] |= UINT64_C(1) << i % 64;
        if (!put_value(r, b, columns_shape(names, column), at, &to)) {
            return no_memory(err);
        }
    }
    for (; to.text_count < r->texts.count; to.text_count++) {
        r->list[to.text_count] = columns_texts_get(&r->texts, to.text_count);
    }
    to.present = to.count < to.rows ? r->present : NULL;
    return to.count == 0
               ? PT_OK
               : run_write_block(r->run, column, columns_kind(names, column), number, &to, err);
}

static PtStatus rewrite_block(Rewrite *r, uint32_t column, uint32_t number, PtError *err)
{
    const Erasure *e = r->erasure;
    const bool theirs = any_theirs(r->theirs + (size_t)number * BLOCK_WORDS);
    const bool drop = theirs && column >= COLUMNS_COLUMN_PROPERTIES;
    const bool searched = e->change.finds != NULL && is_searched(e->names, column);
    const bool is_code = column == COLUMNS_COLUMN_CODE, is_time = column == COLUMNS_COLUMN_TIME;
    if (!drop && !searched && !(theirs && (is_code || is_time))) {
        PtStatus st = run_copy_block(r->run, r->from->run, column, number, err);
        return st == PT_OK && is_time ? run_copy_rare(r->run, r->from->run, number, err) : st;
    }
    const ColumnsBlock *block = NULL;
    const PtStatus st = run_read(r->from->run, column, number, &r->scratch, &block, err);
    if (st != PT_OK || block->count == 0) {
        return st;
    }
    if (is_code) { // as it is: rare events stand in the file with their times, which change
        return run_write_block(r->run, column, COLUMNS_NUMBER, number, block, err);
    }
    if (column == COLUMNS_COLUMN_TIME) {
        return write_times(r, block, number, err);
    }
    if (!drop && !has_found(e, block)) {
        return run_copy_block(r->run, r->from->run, column, number, err);
    }
    return write_values(r, block, column, number, drop, err);
}

static PtStatus rewrite_blocks(Rewrite *r, PtError *err)
{
    const uint32_t columns = columns_count(r->erasure->names);
    PtStatus st = PT_OK;
    for (uint32_t column = 0; st == PT_OK && column < columns; column++) {
        if (run_column_bytes(r->from->run, column) == 0) {
            continue;
        }
        for (uint32_t b = 0; st == PT_OK && b < r->from->info.blocks; b++) {
            st = rewrite_block(r, column, b, err);
            pt_background_offer();
        }
    }
    return st;
}

static PtStatus begin_rewrite(Rewrite *r, PtError *err)
{
    Columns *c = r->erasure->c;
    FileKey key = r->from->key;
    key.seq = c->next_seq;
    r->values = malloc(BLOCK * sizeof(uint64_t));
    r->list = malloc(BLOCK * sizeof *r->list);
    if (r->values == NULL || r->list == NULL) {
        return no_memory(err);
    }
    const PtStatus st = columns_writer_begin(&r->file, c->fs, c->dir, key, err);
    if (st != PT_OK) {
        return st;
    }
    c->next_seq++;
    const RunWriterConfig config = {.sink = columns_writer_sink(&r->file),
                                    .rows = r->from->info.rows,
                                    .cold = run_cold(r->from->run),
                                    .zstd_level = c->config.zstd_level,
                                    .groups = r->groups,
                                    .group_count = r->from->info.groups};
    return run_writer_open(&config, &r->run, err);
}

static PtStatus rewrite(Rewrite *r, ColumnsFile **ret_file, PtError *err)
{
    uint64_t bytes = 0;
    PtStatus st = begin_rewrite(r, err);
    st = st == PT_OK ? rewrite_blocks(r, err) : st;
    st = st == PT_OK ? run_writer_finish(r->run, &bytes, err) : st;
    return st == PT_OK ? columns_writer_finish(&r->file, ret_file, err) : st;
}

static void rewrite_done(Rewrite *r)
{
    run_writer_close(r->run);
    columns_writer_abort(&r->file);
    run_scratch_done(&r->scratch);
    columns_texts_done(&r->texts);
    free(r->groups);
    free(r->theirs);
    free(r->values);
    free(r->list);
}

/* The run without them: itself, where nothing of theirs is in it. A reference. */
static PtStatus erase_run(const Erasure *e, ColumnsFile *from, ColumnsFile **ret_file, PtError *err)
{
    PT_CLEANUP(rewrite_done) Rewrite r = {.erasure = e, .from = from};
    bool found = false;
    PtStatus st = find_groups(&r, err);
    if (st == PT_OK && !r.any) {
        st = search(&r, &found, err);
    }
    if (st != PT_OK || r.any || found) {
        return st == PT_OK ? rewrite(&r, ret_file, err) : st;
    }
    atomic_fetch_add(&from->refs, 1);
    *ret_file = from;
    return PT_OK;
}

/* ---- Names ------------------------------------------------------------------------------------
 */

static bool any_name(const Erasure *e, const ColumnsNames *n)
{
    bool any = false;
    for (uint32_t i = 1; !any && i < atomic_load(&n->event_count); i++) {
        any = finds(e, n->events[i].name);
    }
    for (uint32_t i = 0; !any && i < atomic_load(&n->property_count); i++) {
        any = finds(e, n->properties[i].path);
    }
    return any;
}

/* The same numbers under names without what is found. A reference; NULL when out of memory. */
static ColumnsNames *erase_names(const Erasure *e, ColumnsNames *n)
{
    if (!any_name(e, n)) {
        return columns_names_get(n);
    }
    ColumnsNames *to = columns_names_new();
    bool ok = to != NULL;
    for (uint32_t i = 1; ok && i < atomic_load(&n->event_count); i++) {
        const ColumnsEvent *of = &n->events[i];
        ok = columns_names_put_event(to, of->type, finds(e, of->name) ? PT_STR("-") : of->name);
    }
    for (uint32_t i = 0; ok && i < atomic_load(&n->property_count); i++) {
        const ColumnsProperty *of = &n->properties[i];
        ok = columns_names_put_property(to, of->kind, finds(e, of->path) ? PT_STR("-") : of->path);
    }
    if (!ok) {
        columns_names_unref(to);
        return NULL;
    }
    return to;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

/* The new runs among `runs` come to nothing. */
static void discard(Columns *c, ColumnsFile **runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (runs[i] == c->state->runs[i]) {
            columns_file_unref(runs[i]);
        } else {
            columns_discard(c, runs[i]);
        }
    }
}

static PtStatus erase_state(const Erasure *e, PtError *err)
{
    Columns *c = e->c;
    const ColumnsState *old = c->state;
    ColumnsFile *runs[COLUMNS_RUNS_MAX];
    PtStatus st = PT_OK;
    for (size_t i = 0; i < old->count; i++) {
        st = erase_run(e, old->runs[i], &runs[i], err);
        if (st != PT_OK) {
            discard(c, runs, i);
            return st;
        }
    }
    ColumnsMemory *memory =
        columns_memory_copy(old->memory, 0, c->config.memory_bytes, old->names, &e->change);
    ColumnsState *s = columns_state_new(columns_names_get(e->names), memory, NULL, 0);
    if (s == NULL) {
        discard(c, runs, old->count);
        return no_memory(err);
    }
    columns_state_put(s, runs, old->count);
    s->next = old->next;
    s->version = old->version + atomic_load(&old->memory->rows) + 1;
    s->sealed_ms = old->sealed_ms;
    return columns_publish(c, s, err);
}

/* Files that held it are removed, whoever reads them: an open file has no name any more. */
static PtStatus erase_leftovers(Columns *c, PtError *err)
{
    pthread_mutex_lock(&c->image_lock);
    columns_file_unref(c->image);
    c->image = NULL;
    pthread_mutex_unlock(&c->image_lock);
    const PtStatus st = columns_remove_strays(c, true, err);
    return st == PT_OK ? c->fs->ops->sync_dir(c->fs, c->dir, err) : st;
}

static PtStatus erase(Erasure *e, PtError *err)
{
    PtError why = {0};
    PtStatus st = columns_settle(e->c, err);
    if (st != PT_OK) {
        return st;
    }
    columns_merge_abort(e->c);
    e->names = erase_names(e, e->c->state->names);
    st = e->names != NULL ? erase_state(e, &why) : no_memory(&why);
    columns_names_unref(e->names);
    if (st != PT_OK) {
        return st == PT_CORRUPT ? columns_set_damage(e->c, &why, err)
                                : pt_fail(err, st, "%s", why.message);
    }
    return erase_leftovers(e->c, err);
}

PtStatus columns_erase(Columns *c, const uint32_t *nodes, size_t count,
                       bool (*finds_text)(void *ctx, PtStr text), void *ctx, PtError *err)
{
    if (c->damage.status != PT_OK) {
        return columns_damage(c, err);
    }
    uint32_t *sorted = malloc(count * sizeof *sorted + 1);
    if (sorted == NULL) {
        return no_memory(err);
    }
    Erasure e = {.c = c, .change = {.nodes = sorted, .finds = finds_text, .ctx = ctx}};
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] != 0) {
            sorted[e.change.node_count++] = nodes[i];
        }
    }
    qsort(sorted, e.change.node_count, sizeof *sorted, by_number);
    const PtStatus st = erase(&e, err);
    free(sorted);
    if (st == PT_OK) {
        columns_sweep(c);
    }
    return st;
}
