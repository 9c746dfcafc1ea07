// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"
#include "events/dedupe_format_internal.h"
#include "events/dedupe_internal.h"

#include <stdlib.h>

/* What stands in the folder. */
typedef struct Names {
    Dedupe *d;
    DedupeRunKey *keys;
    size_t count, cap;
    char **tmp; /* names of unfinished files */
    size_t tmp_count, tmp_cap;
    bool no_memory;
} Names;

static void names_done(Names *n)
{
    for (size_t i = 0; i < n->tmp_count; i++) {
        free(n->tmp[i]);
    }
    free(n->tmp);
    free(n->keys);
}

static bool add_tmp(Names *n, const char *name)
{
    if (!dedupe_grow((void **)&n->tmp, &n->tmp_cap, n->tmp_count + 1, sizeof *n->tmp)) {
        return false;
    }
    char *path = NULL;
    if (asprintf(&path, "%s/%s", n->d->dir, name) < 0) {
        return false;
    }
    n->tmp[n->tmp_count++] = path;
    return true;
}

/* Other names are not ours and stay. */
static bool on_name(void *ctx, const char *name)
{
    Names *n = ctx;
    DedupeRunKey key;
    size_t len = strlen(name);
    if (dedupe_run_key(name, &key)) {
        if (dedupe_grow((void **)&n->keys, &n->cap, n->count + 1, sizeof *n->keys)) {
            n->keys[n->count++] = key;
        } else {
            n->no_memory = true;
        }
    } else if (strncmp(name, "run-", 4) == 0 && len > 4 && strcmp(name + len - 4, ".tmp") == 0) {
        n->no_memory |= !add_tmp(n, name);
    }
    return !n->no_memory;
}

static PtStatus read_names(Dedupe *d, Names *n, PtError *err)
{
    PtFs *fs = d->config.fs;
    PtStatus st = fs->ops->mkdir(fs, d->dir, err);
    if (st == PT_OK) {
        st = fs->ops->list(fs, d->dir, on_name, n, err);
    }
    if (st == PT_OK && n->no_memory) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to list \"%s\"", d->dir);
    }
    for (size_t i = 0; st == PT_OK && i < n->tmp_count; i++) {
        st = fs->ops->unlink(fs, n->tmp[i], err);
        st = st == PT_NOT_FOUND ? PT_OK : st;
    }
    return st;
}

static int compare_keys(const void *a, const void *b)
{
    const DedupeRunKey *x = a, *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    if (x->to != y->to) {
        return x->to > y->to ? -1 : 1; // the wider first
    }
    return x->seq > y->seq ? -1 : x->seq < y->seq;
}

static PtStatus open_one(Dedupe *d, DedupeRunKey key, PtError *err)
{
    if (!dedupe_grow((void **)&d->runs, &d->run_cap, d->run_count + 1, sizeof(DedupeRun *))) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", d->dir);
    }
    PtStatus st = dedupe_run_open(d->config.fs, d->dir, key, &d->runs[d->run_count], err);
    d->run_count += st == PT_OK;
    return st;
}

static PtStatus supersede(Dedupe *d, DedupeRunKey key, PtError *err)
{
    char *path = dedupe_run_path(d->dir, key, "");
    if (path == NULL || !dedupe_grow((void **)&d->garbage, &d->garbage_cap, d->garbage_count + 1,
                                     sizeof *d->garbage)) {
        free(path);
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", d->dir);
    }
    d->garbage[d->garbage_count++] = path;
    return PT_OK;
}

/* Runs in order of offset; one inside another is what a merge was about to remove. */
static PtStatus open_runs(Dedupe *d, Names *n, PtError *err)
{
    if (n->count > 0) {
        qsort(n->keys, n->count, sizeof *n->keys, compare_keys);
    }
    for (size_t i = 0; i < n->count; i++) {
        DedupeRunKey key = n->keys[i];
        const DedupeRunKey *last = d->run_count > 0 ? &d->runs[d->run_count - 1]->key : NULL;
        PtStatus st = PT_OK;
        if (last != NULL && key.to <= last->to && key.seq < last->seq) {
            st = supersede(d, key, err);
        } else if (last != NULL && key.from != last->to) {
            st = pt_fail(err, PT_CORRUPT, "\"%s\": runs of ids are missing or overlap", d->dir);
        } else {
            st = open_one(d, key, err);
        }
        if (st != PT_OK) {
            return st;
        }
        d->next_seq = key.seq >= d->next_seq ? key.seq + 1 : d->next_seq;
    }
    return PT_OK;
}

PtStatus dedupe_load(Dedupe *d, PtError *err)
{
    PT_CLEANUP(names_done) Names names = {.d = d};
    PtStatus st = read_names(d, &names, err);
    if (st == PT_OK) {
        st = open_runs(d, &names, err);
    }
    uint64_t budget = dedupe_filter_budget(d, 0);
    for (size_t i = 0; st == PT_OK && i < d->run_count; i++) {
        DedupeRun *run = d->runs[i];
        uint64_t share = dedupe_filter_share(d, budget, run->count);
        st = dedupe_run_load_filter(run, share, &run->filter, err);
        d->newest_ms = run->max_ms > d->newest_ms ? run->max_ms : d->newest_ms;
        d->next_from = run->key.to;
    }
    d->committed_to = d->next_from;
    return st;
}
