// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"

#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
    const ColumnsFile *x = *(ColumnsFile *const *)a, *y = *(ColumnsFile *const *)b;
    if (x->info.time_max != y->info.time_max) {
        return x->info.time_max < y->info.time_max ? -1 : 1;
    }
    return x->key.seq < y->key.seq ? -1 : x->key.seq > y->key.seq;
}

ColumnsState *columns_state_new(ColumnsNames *names, ColumnsMemory *memory,
                                ColumnsFile *const *runs, size_t count)
{
    ColumnsState *s = names != NULL && memory != NULL ? calloc(1, sizeof *s) : NULL;
    if (s == NULL) {
        columns_names_unref(names);
        columns_memory_unref(memory);
        columns_runs_unref(runs, count);
        return NULL;
    }
    atomic_init(&s->refs, 1);
    s->names = names;
    s->memory = memory;
    columns_state_put(s, runs, count);
    return s;
}

void columns_state_put(ColumnsState *s, ColumnsFile *const *runs, size_t count)
{
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        s->runs[i] = runs[i];
    }
    qsort(s->runs, count, sizeof(ColumnsFile *), by_time);
}

ColumnsState *columns_state_get(Columns *c)
{
    pthread_mutex_lock(&c->lock);
    ColumnsState *s = c->state;
    atomic_fetch_add(&s->refs, 1);
    pthread_mutex_unlock(&c->lock);
    return s;
}

void columns_state_unref(ColumnsState *s)
{
    if (s == NULL || atomic_fetch_sub(&s->refs, 1) > 1) {
        return;
    }
    columns_names_unref(s->names);
    columns_memory_unref(s->memory);
    columns_runs_unref(s->runs, s->count);
    free(s);
}

void columns_runs_get(const ColumnsState *s, ColumnsFile **runs)
{
    for (size_t i = 0; i < s->count; i++) {
        atomic_fetch_add(&s->runs[i]->refs, 1);
        runs[i] = s->runs[i];
    }
}

void columns_runs_unref(ColumnsFile *const *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        columns_file_unref(runs[i]);
    }
}

void columns_discard(Columns *c, ColumnsFile *f)
{
    if (f != NULL) {
        (void)c->fs->ops->unlink(c->fs, f->path, NULL); // else it is removed at the next open
        columns_file_unref(f);
    }
}

PtStatus columns_set_damage(Columns *c, const PtError *why, PtError *err)
{
    pthread_mutex_lock(&c->lock);
    c->damage = *why;
    pthread_mutex_unlock(&c->lock);
    return pt_fail(err, PT_CORRUPT, "%s", why->message);
}

PtStatus columns_damage(Columns *c, PtError *err)
{
    pthread_mutex_lock(&c->lock);
    const PtError why = c->damage;
    pthread_mutex_unlock(&c->lock);
    return why.status == PT_OK ? PT_OK : pt_fail(err, PT_CORRUPT, "%s", why.message);
}

static bool has(const ColumnsState *s, const ColumnsFile *f)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->runs[i] == f) {
            return true;
        }
    }
    return false;
}

/* Runs of the old state that the new one lacks go on the list of the dead. */
static void bury(Columns *c, const ColumnsState *old, const ColumnsState *now)
{
    for (size_t i = 0; i < old->count; i++) {
        ColumnsFile *f = old->runs[i];
        if (!has(now, f)) {
            atomic_fetch_add(&f->refs, 1);
            f->next_dead = c->dead;
            c->dead = f;
        }
    }
}

/* A run of rows that are in a file now is of no use to later snapshots. Whoever makes one just now
 * is not waited for. */
static void drop_image(Columns *c)
{
    if (pthread_mutex_trylock(&c->image_lock) == 0) {
        columns_file_unref(c->image);
        c->image = NULL;
        pthread_mutex_unlock(&c->image_lock);
    }
}

static void take_up(Columns *c, ColumnsState *s)
{
    ColumnsState *old = c->state;
    const bool other_memory = old->memory != s->memory;
    bury(c, old, s);
    pthread_mutex_lock(&c->lock);
    c->state = s;
    atomic_store(&c->next, s->next);
    pthread_mutex_unlock(&c->lock);
    columns_state_unref(old);
    if (other_memory) {
        drop_image(c);
    }
}

PtStatus columns_publish(Columns *c, ColumnsState *s, PtError *err)
{
    bool unsure = false;
    const PtStatus st = columns_manifest_write(c, s, &unsure, err);
    if (st == PT_OK) {
        take_up(c, s);
        return PT_OK;
    }
    for (size_t i = 0; !unsure && i < s->count; i++) {
        if (!has(c->state, s->runs[i])) {
            (void)c->fs->ops->unlink(c->fs, s->runs[i]->path, NULL); // else at the next open
        }
    }
    columns_state_unref(s);
    c->unsure = unsure;
    return st;
}

PtStatus columns_settle(Columns *c, PtError *err)
{
    bool unsure = false;
    if (!c->unsure) {
        return PT_OK;
    }
    columns_merge_abort(c);
    const PtStatus st = columns_manifest_write(c, c->state, &unsure, err);
    if (st == PT_OK) {
        c->unsure = false;
        (void)columns_remove_strays(c, false, NULL); // else they are removed at the next open
    }
    return st;
}

void columns_sweep(Columns *c)
{
    for (ColumnsFile **at = &c->dead; *at != NULL;) {
        ColumnsFile *f = *at;
        if (atomic_load(&f->refs) > 1) {
            at = &f->next_dead;
            continue;
        }
        *at = f->next_dead;
        (void)c->fs->ops->unlink(c->fs, f->path, NULL); // else removed at the next open
        columns_file_unref(f);
    }
}

/* ---- What is left over ------------------------------------------------------------------------
 */

typedef struct Strays {
    Columns *c;
    uint64_t *seqs;
    size_t count, cap;
    bool no_memory, has_manifest_tmp;
} Strays;

static void strays_done(Strays *s)
{
    free(s->seqs);
}

static bool is_named(const ColumnsState *s, uint64_t seq)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->runs[i]->key.seq == seq) {
            return true;
        }
    }
    return false;
}

/* Other names are not ours and stay. */
static bool on_name(void *ctx, const char *name)
{
    Strays *s = ctx;
    uint64_t seq;
    s->has_manifest_tmp |= strcmp(name, "manifest.tmp") == 0;
    if (!columns_file_name(name, &seq)) {
        return true;
    }
    s->c->next_seq = seq >= s->c->next_seq && seq < UINT64_MAX ? seq + 1 : s->c->next_seq;
    if (is_named(s->c->state, seq)) {
        return true;
    }
    if (s->count == s->cap) {
        const size_t cap = s->cap == 0 ? 16 : s->cap * 2;
        uint64_t *grown = realloc(s->seqs, cap * sizeof *grown);
        if (grown == NULL) {
            s->no_memory = true;
            return false;
        }
        s->seqs = grown;
        s->cap = cap;
    }
    s->seqs[s->count++] = seq;
    return true;
}

static PtStatus unlink_stray(Columns *c, char *path, PtError *err)
{
    if (path == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to remove files of \"%s\"", c->dir);
    }
    const PtStatus st = c->fs->ops->unlink(c->fs, path, err);
    free(path);
    return st == PT_NOT_FOUND ? PT_OK : st;
}

PtStatus columns_remove_strays(Columns *c, bool sure, PtError *err)
{
    PT_CLEANUP(strays_done) Strays strays = {.c = c};
    PtStatus st = c->fs->ops->list(c->fs, c->dir, on_name, &strays, err);
    if (st == PT_OK && strays.no_memory) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to list \"%s\"", c->dir);
    }
    if (st != PT_OK || atomic_load(&c->blind)) {
        return st;
    }
    PtStatus first = PT_OK;
    for (size_t i = 0; i < strays.count; i++) {
        st =
            unlink_stray(c, columns_file_path(c->dir, strays.seqs[i]), first == PT_OK ? err : NULL);
        first = first == PT_OK ? st : first;
    }
    if (strays.has_manifest_tmp) {
        st = unlink_stray(c, columns_manifest_path(c->dir, ".tmp"), first == PT_OK ? err : NULL);
        first = first == PT_OK ? st : first;
    }
    return sure ? first : PT_OK;
}
