// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUFFER = 256 << 10 };

char *columns_file_path(const char *dir, uint64_t seq)
{
    char *path = NULL;
    return asprintf(&path, "%s/run-%016" PRIx64 ".col", dir, seq) < 0 ? NULL : path;
}

bool columns_file_name(const char *name, uint64_t *ret_seq)
{
    uint64_t seq = 0;
    if (strncmp(name, "run-", 4) != 0) {
        return false;
    }
    for (unsigned i = 4; i < 20; i++) {
        const int digit = pt_hex_digit(name[i]);
        if (digit < 0 || (name[i] >= 'A' && name[i] <= 'F')) {
            return false;
        }
        seq = seq << 4 | (unsigned)digit;
    }
    if (strcmp(name + 20, ".col") != 0) {
        return false;
    }
    *ret_seq = seq;
    return true;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static ColumnsFile *new_file(void)
{
    ColumnsFile *f = calloc(1, sizeof *f);
    if (f != NULL) {
        atomic_init(&f->refs, 1);
        pthread_mutex_init(&f->lock, NULL);
    }
    return f;
}

/* Takes the file handle, but for a failure. */
static PtStatus open_run(ColumnsFile *f, PtFile *file, PtError *err)
{
    const RunSource source = {.fs = f->fs, .file = file, .name = f->path};
    const PtStatus st = run_open(&source, &f->run, err);
    if (st == PT_OK) {
        f->info = run_info(f->run);
    }
    return st;
}

PtStatus columns_file_open(PtFs *fs, const char *dir, FileKey key, ColumnsFile **ret_file,
                           PtError *err)
{
    PtFile *file = NULL;
    ColumnsFile *f = new_file();
    if (f != NULL) {
        f->fs = fs;
        f->key = key;
        f->path = columns_file_path(dir, key.seq);
    }
    if (f == NULL || f->path == NULL) {
        columns_file_unref(f);
        return pt_fail(err, PT_NO_MEMORY, "no memory to open a run of \"%s\"", dir);
    }
    PtStatus st = fs->ops->open(fs, f->path, PT_OPEN_READ, &file, err);
    if (st == PT_OK) {
        st = open_run(f, file, err);
        if (st != PT_OK) {
            fs->ops->close(fs, file);
        }
    }
    if (st != PT_OK) {
        columns_file_unref(f);
        return st;
    }
    *ret_file = f;
    return PT_OK;
}

PtStatus columns_file_of_memory(PtBuf *image, ColumnsFile **ret_file, PtError *err)
{
    ColumnsFile *f = new_file();
    if (f == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a snapshot of the event columns");
    }
    f->image = *image;
    *image = (PtBuf){0};
    const RunSource source = {.bytes = pt_buf_str(&f->image), .name = "rows in memory"};
    const PtStatus st = run_open(&source, &f->run, err);
    if (st != PT_OK) {
        columns_file_unref(f);
        return st;
    }
    f->info = run_info(f->run);
    *ret_file = f;
    return PT_OK;
}

static PtStatus to_buf(void *ctx, const void *bytes, size_t len, PtError *err)
{
    PtBuf *buf = ctx;
    pt_buf_add(buf, bytes, len);
    const PtStatus st = pt_buf_status(buf);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "no memory for rows of the event columns");
}

RunSink columns_buf_sink(PtBuf *buf)
{
    return (RunSink){to_buf, buf};
}

void columns_file_unref(ColumnsFile *f)
{
    if (f == NULL || atomic_fetch_sub(&f->refs, 1) > 1) {
        return;
    }
    run_close(f->run);
    free(atomic_load(&f->groups));
    pt_buf_done(&f->image);
    pthread_mutex_destroy(&f->lock);
    free(f->path);
    free(f);
}

/* So that all rise by person: nobody's groups that an erasure left where they are. */
static void place_nobody(ColumnsGroup *groups, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (groups[i].node == 0) {
            groups[i].person = groups[i - 1].person;
        }
    }
}

PtStatus columns_file_groups(ColumnsFile *f, const ColumnsGroup **ret_groups, PtError *err)
{
    ColumnsGroup *groups = atomic_load_explicit(&f->groups, memory_order_acquire);
    PtStatus st = PT_OK;
    if (groups == NULL) {
        pthread_mutex_lock(&f->lock);
        groups = atomic_load_explicit(&f->groups, memory_order_relaxed);
        st = groups == NULL ? run_groups(f->run, &groups, err) : PT_OK;
        if (st == PT_OK) {
            place_nobody(groups, f->info.groups);
            atomic_store_explicit(&f->groups, groups, memory_order_release);
        }
        pthread_mutex_unlock(&f->lock);
    }
    if (st == PT_OK) {
        *ret_groups = groups;
    }
    return st;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

PtStatus columns_writer_begin(ColumnsWriter *w, PtFs *fs, const char *dir, FileKey key,
                              PtError *err)
{
    *w = (ColumnsWriter){.fs = fs, .key = key};
    w->path = columns_file_path(dir, key.seq);
    w->buf = malloc(BUFFER);
    if (w->path == NULL || w->buf == NULL) {
        columns_writer_abort(w);
        return pt_fail(err, PT_NO_MEMORY, "no memory to write a run of \"%s\"", dir);
    }
    const PtStatus st = fs->ops->open(fs, w->path, PT_OPEN_CREATE, &w->file, err);
    if (st != PT_OK) {
        w->file = NULL;
        columns_writer_abort(w);
    }
    return st;
}

void columns_writer_abort(ColumnsWriter *w)
{
    if (w->file != NULL) {
        w->fs->ops->close(w->fs, w->file);
        (void)w->fs->ops->unlink(w->fs, w->path, NULL); // else it is removed at the next open
    }
    free(w->path);
    free(w->buf);
    *w = (ColumnsWriter){0};
}

static PtStatus write_through(ColumnsWriter *w, const void *bytes, size_t len, PtError *err)
{
    const PtStatus st = pt_fs_write_gently(w->fs, w->file, bytes, len, w->at, err);
    if (st == PT_OK) {
        w->at += len;
    }
    return st;
}

static PtStatus drain(ColumnsWriter *w, PtError *err)
{
    const PtStatus st = w->used > 0 ? write_through(w, w->buf, w->used, err) : PT_OK;
    if (st == PT_OK) {
        w->used = 0;
    }
    return st;
}

static PtStatus sink(void *ctx, const void *bytes, size_t len, PtError *err)
{
    ColumnsWriter *w = ctx;
    PtStatus st = w->used + len > BUFFER ? drain(w, err) : PT_OK;
    if (st == PT_OK && len > BUFFER) {
        return write_through(w, bytes, len, err);
    }
    if (st == PT_OK) {
        memcpy(w->buf + w->used, bytes, len);
        w->used += len;
    }
    return st;
}

RunSink columns_writer_sink(ColumnsWriter *w)
{
    return (RunSink){sink, w};
}

PtStatus columns_writer_finish(ColumnsWriter *w, ColumnsFile **ret_file, PtError *err)
{
    ColumnsFile *f = new_file();
    if (f == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write \"%s\"", w->path);
    }
    PtStatus st = drain(w, err);
    if (st == PT_OK) {
        st = w->fs->ops->datasync(w->fs, w->file, err);
    }
    if (st == PT_OK) {
        f->fs = w->fs;
        f->key = w->key;
        f->key.bytes = w->at;
        f->path = w->path;
        st = open_run(f, w->file, err);
        w->file = st == PT_OK ? NULL : w->file;
    }
    if (st != PT_OK) {
        f->path = NULL;
        columns_file_unref(f);
        return st;
    }
    w->path = NULL;
    columns_writer_abort(w);
    *ret_file = f;
    return PT_OK;
}
