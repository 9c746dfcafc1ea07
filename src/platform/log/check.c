// SPDX-License-Identifier: Apache-2.0
/* A check is an open on a disk that takes no writes: so it judges exactly as a start would. */
#include "platform/log/log_internal.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH = 4096 };

typedef struct DryFs {
    PtFs fs;
    PtFs *inner;
} DryFs;

static PtFs *inner_of(PtFs *fs)
{
    return ((DryFs *)fs)->inner;
}

static PtStatus dry_open(PtFs *fs, const char *path, PtOpenMode mode, PtFile **ret_file,
                         PtError *err)
{
    PtFs *inner = inner_of(fs);
    return mode == PT_OPEN_CREATE
               ? pt_fail(err, PT_UNAVAILABLE, "\"%s\" is not made in a check", path)
               : inner->ops->open(inner, path, PT_OPEN_READ, ret_file, err);
}

static void dry_close(PtFs *fs, PtFile *file)
{
    inner_of(fs)->ops->close(inner_of(fs), file);
}

static PtStatus dry_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                          size_t *ret_len, PtError *err)
{
    return inner_of(fs)->ops->pread(inner_of(fs), file, bytes, len, at, ret_len, err);
}

static PtStatus dry_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    return inner_of(fs)->ops->size(inner_of(fs), file, ret_size, err);
}

static PtStatus dry_list(PtFs *fs, const char *path, bool (*fn)(void *ctx, const char *name),
                         void *ctx, PtError *err)
{
    return inner_of(fs)->ops->list(inner_of(fs), path, fn, ctx, err);
}

static PtStatus no_pwrite(PtFs *fs, PtFile *file, const void *bytes, size_t len, uint64_t at,
                          PtError *err)
{
    (void)fs, (void)file, (void)bytes, (void)len, (void)at, (void)err;
    return PT_OK;
}

static PtStatus no_datasync(PtFs *fs, PtFile *file, PtError *err)
{
    (void)fs, (void)file, (void)err;
    return PT_OK;
}

static PtStatus no_resize(PtFs *fs, PtFile *file, uint64_t size, PtError *err)
{
    (void)fs, (void)file, (void)size, (void)err;
    return PT_OK;
}

static PtStatus no_rename(PtFs *fs, const char *from, const char *to, PtError *err)
{
    (void)fs, (void)from, (void)to, (void)err;
    return PT_OK;
}

static PtStatus no_name(PtFs *fs, const char *path, PtError *err)
{
    (void)fs, (void)path, (void)err;
    return PT_OK;
}

static const PtFsOps dry_ops = {
    .open = dry_open,
    .close = dry_close,
    .pread = dry_pread,
    .pwrite = no_pwrite,
    .datasync = no_datasync,
    .allocate = no_resize,
    .truncate = no_resize,
    .size = dry_size,
    .rename = no_rename,
    .unlink = no_name,
    .mkdir = no_name,
    .sync_dir = no_name,
    .list = dry_list,
};

typedef struct Check {
    PtLogCheck result;
    void (*found)(void *ctx, const char *trouble);
    void *ctx;
} Check;

static void trouble(Check *c, const PtError *why)
{
    c->result.troubles++;
    c->found(c->ctx, why->message);
}

static bool count_strange(void *ctx, const char *name)
{
    static const char *const known[] = {"hot-????????.seg", "arc-????????????????.pta",
                                        "dict-????????.ptd", "groups"};
    static const char *const cut_short[] = {"arc-????????????????.pta.tmp", "dict-????????.ptd.tmp",
                                            "groups.tmp"};
    bool is_known = false, is_left = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        is_known |= fnmatch(known[i], name, 0) == 0;
    }
    for (size_t i = 0; i < sizeof cut_short / sizeof *cut_short; i++) {
        is_left |= fnmatch(cut_short[i], name, 0) == 0;
    }
    ((Check *)ctx)->result.leftovers += is_left;
    if (!is_known && !is_left) {
        PtError what;
        (void)pt_fail(&what, PT_INVALID, "\"%.100s\" in the log's folder is not the log's", name);
        ((Check *)ctx)->result.strange++;
        ((Check *)ctx)->found(((Check *)ctx)->ctx, what.message);
    }
    return true;
}

/* Records [from, to), all of them or the first. */
static PtStatus read_range(PtLogReader *reader, uint64_t from, uint64_t to, bool all, PtError *err)
{
    const PtRecord *records = NULL;
    size_t count = 1;
    pt_log_seek(reader, from);
    PtStatus st = PT_OK;
    while (st == PT_OK && count > 0 && pt_log_tell(reader) < to) {
        st = pt_log_fetch(reader, all ? FETCH : 1, all, &records, &count, err);
        count = all ? count : 0;
    }
    return st;
}

static PtStatus read_files(Check *c, PtLog *log, bool deep, PtError *err)
{
    PtLogSnapshot *s = NULL;
    PtLogReader *reader = NULL;
    PtError why = {0};
    PtStatus st = pt_log_snapshot(log, &s, err);
    if (st == PT_OK) {
        st = pt_log_reader_open(log, NULL, 0, s->begin, &reader, err);
    }
    for (size_t i = 0; st == PT_OK && i < s->count; i++) {
        const PtLogFile *f = &s->files[i];
        if (f->end > f->base) {
            c->result.archive_files++;
            c->result.archive_records += f->end - f->base;
            if (read_range(reader, f->base, f->end, deep, &why) != PT_OK) {
                trouble(c, &why);
            }
        }
    }
    if (st == PT_OK) {
        c->result.hot_records = s->end - s->archived_end;
        if (read_range(reader, s->archived_end, s->end, deep, &why) != PT_OK) {
            trouble(c, &why);
        }
    }
    c->result.hot_segments = pt_log_stats(log).hot_segments;
    pt_log_reader_close(reader);
    pt_log_snapshot_free(s);
    return st;
}

PtStatus pt_log_check(PtFs *fs, const char *dir, bool deep,
                      void (*found)(void *ctx, const char *trouble), void *ctx,
                      PtLogCheck *ret_check, PtError *err)
{
    DryFs dry = {{&dry_ops}, fs};
    Check c = {.found = found, .ctx = ctx};
    PtLogConfig config = pt_log_config_default();
    PtLog *log = NULL;
    PtError why = {0};
    config.fs = &dry.fs;
    config.clock = pt_clock_real();
    config.dir = dir;
    PtStatus st = fs->ops->list(fs, dir, count_strange, &c, err);
    if (st != PT_OK) {
        return st;
    }
    if (pt_log_open(&config, &log, &why) != PT_OK) {
        trouble(&c, &why);
    } else {
        st = read_files(&c, log, deep, err);
    }
    pt_log_close(log);
    if (st == PT_OK) {
        *ret_check = c.result;
    }
    return st;
}
