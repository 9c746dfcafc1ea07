// SPDX-License-Identifier: Apache-2.0
#include "profiles/index_internal.h"

#include "base/hash.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MANIFEST_MAX = INDEX_MANIFEST_HEAD + INDEX_RUNS_MAX * INDEX_MANIFEST_RUN };

static char *manifest_path(const ProfileIndex *x, const char *suffix)
{
    char *path = NULL;
    return asprintf(&path, "%s/manifest%s", x->dir, suffix) < 0 ? NULL : path;
}

/* ---- State -------------------------------------------------------------------------------------
 */

IndexState *index_state_new(IndexTable *table, IndexRun *const *runs, size_t count)
{
    IndexState *s = calloc(1, sizeof *s);
    if (s != NULL) {
        atomic_init(&s->refs, 1);
        s->table = table;
        s->count = count;
        for (size_t i = 0; i < count; i++) {
            s->runs[i] = runs[i];
        }
    }
    return s;
}

IndexState *index_state_get(ProfileIndex *x)
{
    pthread_mutex_lock(&x->lock);
    IndexState *s = x->state;
    atomic_fetch_add(&s->refs, 1);
    pthread_mutex_unlock(&x->lock);
    return s;
}

void index_state_unref(IndexState *s)
{
    if (s == NULL || atomic_fetch_sub(&s->refs, 1) > 1) {
        return;
    }
    index_table_unref(s->table);
    for (size_t i = 0; i < s->count; i++) {
        index_run_unref(s->runs[i]);
    }
    free(s);
}

PtStatus index_set_damage(ProfileIndex *x, const PtError *why, PtError *err)
{
    pthread_mutex_lock(&x->lock);
    x->damage = *why;
    pthread_mutex_unlock(&x->lock);
    return pt_fail(err, PT_CORRUPT, "%s", why->message);
}

PtStatus index_damage(ProfileIndex *x, PtError *err)
{
    pthread_mutex_lock(&x->lock);
    PtError why = x->damage;
    pthread_mutex_unlock(&x->lock);
    return why.status == PT_OK ? PT_OK : pt_fail(err, PT_CORRUPT, "%s", why.message);
}

/* ---- Writing the manifest ----------------------------------------------------------------------
 */

static size_t encode_manifest(const ProfileIndex *x, const IndexState *s, uint64_t next,
                              uint8_t *out)
{
    uint8_t *p = out + INDEX_MANIFEST_HEAD;
    memset(out, 0, INDEX_MANIFEST_HEAD);
    memcpy(out, INDEX_MANIFEST_MAGIC, sizeof INDEX_MANIFEST_MAGIC);
    index_put64(out + 8, next);
    index_put64(out + 16, x->next_seq);
    index_put32(out + 24, (uint32_t)s->count);
    for (size_t i = 0; i < s->count; i++, p += INDEX_MANIFEST_RUN) {
        index_put64(p, s->runs[i]->key.seq);
        index_put64(p + 8, s->runs[i]->key.from);
        index_put64(p + 16, s->runs[i]->key.to);
        index_put64(p + 24, s->runs[i]->records);
    }
    uint32_t crc = pt_crc32c(0, out, 28);
    size_t len = (size_t)(p - out);
    index_put32(out + 28, pt_crc32c(crc, out + INDEX_MANIFEST_HEAD, len - INDEX_MANIFEST_HEAD));
    return len;
}

/* *ret_unsure: the new one may be the one that counts, although it failed. */
static PtStatus write_manifest(ProfileIndex *x, const IndexState *s, uint64_t next,
                               bool *ret_unsure, PtError *err)
{
    PtFs *fs = x->fs;
    uint8_t bytes[MANIFEST_MAX];
    size_t len = encode_manifest(x, s, next, bytes);
    PT_CLEANUP(pt_free_charp) char *path = manifest_path(x, "");
    PT_CLEANUP(pt_free_charp) char *tmp = manifest_path(x, ".tmp");
    PtFile *file = NULL;
    *ret_unsure = false;
    if (path == NULL || tmp == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write the person index");
    }
    (void)fs->ops->unlink(fs, tmp, NULL); // left by a failure; mostly there is none
    PtStatus st = fs->ops->open(fs, tmp, PT_OPEN_CREATE, &file, err);
    if (st != PT_OK) {
        return st;
    }
    st = fs->ops->pwrite(fs, file, bytes, len, 0, err);
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, file, err);
    }
    fs->ops->close(fs, file);
    // A run's name must be durable before a manifest that names it.
    if (st == PT_OK) {
        st = fs->ops->sync_dir(fs, x->dir, err);
    }
    if (st == PT_OK) {
        *ret_unsure = true;
        st = fs->ops->rename(fs, tmp, path, err);
    }
    if (st == PT_OK) {
        st = fs->ops->sync_dir(fs, x->dir, err);
    }
    if (st == PT_OK) {
        *ret_unsure = false;
    }
    return st;
}

static void unlink_run(ProfileIndex *x, uint64_t seq)
{
    PT_CLEANUP(pt_free_charp) char *path = index_run_path(x->dir, seq);
    if (path != NULL) {
        (void)x->fs->ops->unlink(x->fs, path, NULL); // else it is removed at the next open
    }
}

PtStatus index_settle(ProfileIndex *x, PtError *err)
{
    bool unsure = false;
    if (!x->unsure) {
        return PT_OK;
    }
    PtStatus st = write_manifest(x, x->state, atomic_load(&x->next), &unsure, err);
    if (st == PT_OK) {
        x->unsure = false;
        if (x->unsure_run != 0) {
            unlink_run(x, x->unsure_run);
        }
    }
    return st;
}

static bool state_has(const IndexState *s, const IndexRun *run)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->runs[i] == run) {
            return true;
        }
    }
    return false;
}

/* Runs of the old state that the new one lacks go on the list of the dead. */
static void bury(ProfileIndex *x, const IndexState *old, const IndexState *now)
{
    for (size_t i = 0; i < old->count; i++) {
        IndexRun *run = old->runs[i];
        if (!state_has(now, run)) {
            atomic_fetch_add(&run->refs, 1);
            run->next_dead = x->dead;
            x->dead = run;
        }
    }
}

PtStatus index_publish(ProfileIndex *x, IndexState *s, uint64_t next, const IndexRun *fresh,
                       PtError *err)
{
    bool unsure = false;
    uint64_t seq = fresh != NULL ? fresh->key.seq : 0;
    PtStatus st = write_manifest(x, s, next, &unsure, err);
    if (st != PT_OK) {
        index_state_unref(s); // closes the fresh run
        if (seq != 0 && !unsure) {
            unlink_run(x, seq);
        }
        x->unsure = unsure;
        x->unsure_run = seq;
        return st;
    }
    IndexState *old = x->state;
    bury(x, old, s);
    pthread_mutex_lock(&x->lock);
    x->state = s;
    atomic_store(&x->next, next);
    pthread_mutex_unlock(&x->lock);
    index_state_unref(old);
    return PT_OK;
}

void index_sweep(ProfileIndex *x)
{
    for (IndexRun **at = &x->dead; *at != NULL;) {
        IndexRun *run = *at;
        if (atomic_load(&run->refs) > 1) {
            at = &run->next_dead;
            continue;
        }
        *at = run->next_dead;
        (void)x->fs->ops->unlink(x->fs, run->path, NULL); // else removed at the next open
        index_run_unref(run);
    }
}

/* ---- Reading the folder ------------------------------------------------------------------------
 */

typedef struct Strays {
    ProfileIndex *x;
    uint64_t *seqs;
    size_t count, cap;
    bool no_memory;
} Strays;

static void strays_done(Strays *s)
{
    free(s->seqs);
}

/* Other names are not ours and stay. */
static bool on_name(void *ctx, const char *name)
{
    Strays *s = ctx;
    uint64_t seq;
    if (!index_run_name(name, &seq)) {
        return true;
    }
    s->x->next_seq = seq >= s->x->next_seq && seq < UINT64_MAX ? seq + 1 : s->x->next_seq;
    for (size_t i = 0; i < s->x->state->count; i++) {
        if (s->x->state->runs[i]->key.seq == seq) {
            return true;
        }
    }
    if (s->count == s->cap) {
        size_t cap = s->cap == 0 ? 16 : s->cap * 2;
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

PtStatus index_remove_strays(ProfileIndex *x, PtError *err)
{
    PT_CLEANUP(strays_done) Strays strays = {.x = x};
    PtStatus st = x->fs->ops->list(x->fs, x->dir, on_name, &strays, err);
    if (st == PT_OK && strays.no_memory) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to list \"%s\"", x->dir);
    }
    for (size_t i = 0; st == PT_OK && !atomic_load(&x->blind) && i < strays.count; i++) {
        unlink_run(x, strays.seqs[i]);
    }
    return st;
}

static PtStatus bad_manifest(const char *path, const char *what, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "\"%s\": %s", path, what);
}

/* Opens the run that the manifest names at p. */
static PtStatus load_run(ProfileIndex *x, const char *path, const uint8_t *p, uint64_t next,
                         PtError *err)
{
    IndexState *s = x->state;
    IndexRunKey key = {index_get64(p), index_get64(p + 8), index_get64(p + 16)};
    uint64_t last = s->count > 0 ? s->runs[s->count - 1]->key.to : 0;
    if (key.from < last || key.from >= key.to || key.to > next || key.seq >= x->next_seq) {
        return bad_manifest(path, "the runs overlap or do not ascend", err);
    }
    PtStatus st = index_run_open(x->fs, x->dir, key, &s->runs[s->count], err);
    if (st == PT_NOT_FOUND) {
        return pt_fail(err, PT_CORRUPT, "\"%s\": run %" PRIu64 " is missing", path, key.seq);
    }
    if (st != PT_OK) {
        return st;
    }
    s->count++;
    if (s->runs[s->count - 1]->records != index_get64(p + 24)) {
        return bad_manifest(s->runs[s->count - 1]->path, "the manifest tells another count", err);
    }
    return PT_OK;
}

static PtStatus decode_manifest(ProfileIndex *x, const char *path, const uint8_t *bytes, size_t len,
                                PtError *err)
{
    if (len < INDEX_MANIFEST_HEAD || memcmp(bytes, INDEX_MANIFEST_MAGIC, 8) != 0) {
        return bad_manifest(path, "the manifest does not pass its check", err);
    }
    size_t count = index_get32(bytes + 24);
    uint32_t crc = pt_crc32c(0, bytes, 28);
    crc = pt_crc32c(crc, bytes + INDEX_MANIFEST_HEAD, len - INDEX_MANIFEST_HEAD);
    if (crc != index_get32(bytes + 28) || count > INDEX_RUNS_MAX ||
        len != INDEX_MANIFEST_HEAD + count * INDEX_MANIFEST_RUN) {
        return bad_manifest(path, "the manifest does not pass its check", err);
    }
    uint64_t next = index_get64(bytes + 8);
    x->next_seq = index_get64(bytes + 16);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *p = bytes + INDEX_MANIFEST_HEAD + i * INDEX_MANIFEST_RUN;
        PtStatus st = load_run(x, path, p, next, err);
        if (st != PT_OK) {
            return st;
        }
    }
    atomic_store(&x->next, next);
    return PT_OK;
}

static PtStatus load_manifest(ProfileIndex *x, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *path = manifest_path(x, "");
    PT_CLEANUP(pt_free_charp) char *bytes = NULL;
    size_t len = 0;
    if (path == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", x->dir);
    }
    PtStatus st = pt_fs_read(x->fs, path, MANIFEST_MAX, &bytes, &len, err);
    if (st == PT_NOT_FOUND) {
        return PT_OK; // nothing was ever written
    }
    if (st == PT_TOO_LARGE) {
        return bad_manifest(path, "the manifest does not pass its check", err);
    }
    return st == PT_OK ? decode_manifest(x, path, (const uint8_t *)bytes, len, err) : st;
}

PtStatus index_load(ProfileIndex *x, PtError *err)
{
    PtError why = {0};
    PtStatus st = x->fs->ops->mkdir(x->fs, x->dir, err);
    // the name that is found may be of a process that died before it was durable
    st = st == PT_OK ? x->fs->ops->sync_dir(x->fs, x->dir, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = load_manifest(x, &why);
    if (st == PT_CORRUPT) {
        (void)index_set_damage(x, &why, NULL);
        atomic_store(&x->blind, true);
        for (; x->state->count > 0; x->state->count--) {
            index_run_unref(x->state->runs[x->state->count - 1]);
        }
    } else if (st != PT_OK) {
        return pt_fail(err, st, "%s", why.message);
    }
    return index_remove_strays(x, err);
}
