// SPDX-License-Identifier: Apache-2.0
#include "operate/backup.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/time.h"
#include "operate/content.h"
#include "operate/core_rows.h"
#include "platform/loop.h"
#include "platform/migrations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PATH_BYTES = 4600, SECRET_MAX = 4096, SYNC_EVERY = 8 << 20, OFFER_EVERY = 64 << 10 };

static const char pin_statement[] = "SELECT number FROM schema_migration ORDER BY number LIMIT 1";

/* ---- Pace ----------------------------------------------------------------------------------- */

/* Between the pack and the sink: counts, keeps the pace, stops when told. */
typedef struct Pace {
    const PackSink *sink;
    BackupProgress *progress;
    uint64_t bytes_per_s;
    int64_t free_at_ns; /* when the next byte may go */
    size_t since_offer;
} Pace;

static void wait_until(int64_t mono_ns)
{
    struct timespec until = {mono_ns / 1000000000, mono_ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

static void keep_pace(Pace *p, size_t len)
{
    const int64_t now = pt_mono_ns();
    if (p->bytes_per_s > 0) {
        p->free_at_ns = p->free_at_ns > now ? p->free_at_ns : now;
        if (p->free_at_ns > now + 10000000) {
            wait_until(p->free_at_ns);
        }
        p->free_at_ns += (int64_t)((double)len * 1e9 / (double)p->bytes_per_s);
    }
    p->since_offer += len;
    if (p->since_offer >= OFFER_EVERY) {
        p->since_offer = 0;
        pt_background_offer();
    }
}

static PtStatus pace_write(void *ctx, const void *bytes, size_t len, PtError *err)
{
    Pace *p = ctx;
    if (atomic_load(&p->progress->cancel)) {
        return pt_fail(err, PT_GONE, "the backup was cancelled");
    }
    keep_pace(p, len);
    PtStatus st = p->sink->write(p->sink->ctx, bytes, len, err);
    if (st == PT_OK) {
        atomic_fetch_add(&p->progress->bytes, len);
    }
    return st;
}

/* A sink that writes into the open member. */
static PtStatus member_write(void *ctx, const void *bytes, size_t len, PtError *err)
{
    return pack_write(ctx, bytes, len, err);
}

/* ---- The instant ---------------------------------------------------------------------------- */

typedef struct Instant {
    PtSqlTx *tx; /* reads what SQL held */
    PtLogSnapshot *log;
    int64_t at_ms;
} Instant;

static void instant_done(Instant *i)
{
    pt_sql_rollback(i->tx);
    pt_log_snapshot_free(i->log);
}

/* In SQLite a read transaction sees what is there at its first statement. */
static PtStatus pin(PtSqlTx *tx, PtError *err)
{
    return pt_sql_run(tx, pin_statement, err);
}

/* See backup.h, "When". */
static PtStatus take_instant(const BackupSource *s, Instant *i, PtError *err)
{
    PtSqlTx *gate = NULL;
    PtStatus st = pt_sql_begin(s->core, true, &gate, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_begin(s->core, false, &i->tx, err);
    if (st == PT_OK) {
        st = pin(i->tx, err);
    }
    if (st == PT_OK) {
        st = pt_log_snapshot(s->log, &i->log, err);
    }
    i->at_ms = pt_clock_now_ms(s->clock);
    pt_sql_rollback(gate);
    return st;
}

/* ---- Members -------------------------------------------------------------------------------- */

static PtStatus add_json(PackWriter *w, const char *name, const PtBuf *json, PtError *err)
{
    return pt_buf_status(json) == PT_OK ? pack_add(w, name, false, pt_buf_str(json), err)
                                        : pt_fail(err, PT_NO_MEMORY, "no memory for \"%s\"", name);
}

/* About what will be written: records behind the archive shrink to a quarter or so. */
static uint64_t expected_bytes(const BackupSource *s, const Instant *i)
{
    uint64_t sum = 1 << 16;
    for (size_t k = 0; k < i->log->count; k++) {
        sum += i->log->files[k].bytes;
    }
    return sum + pt_log_stats(s->log).hot_bytes / 4;
}

static PtStatus add_manifest(const BackupSource *s, PackWriter *w, const Instant *i, uint64_t bytes,
                             PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    char at[PT_TIME_TEXT];
    pt_buf_init(&text, 1 << 16);
    PtJsonOut o = pt_json_out(&text);
    (void)pt_time_format(i->at_ms, at);
    pt_json_out_object(&o);
    pt_json_put_u64(&o, "form", PACK_VERSION);
    pt_json_put_str(&o, "version", pt_str(PATRON_VERSION));
    pt_json_put_str(&o, "created_at", pt_str(at));
    pt_json_put_str(&o, "engine", pt_str(s->engine));
    pt_json_put_u64(&o, "core_schema", (uint64_t)pt_migrations_last(PT_MIGRATIONS_CORE));
    pt_json_put_u64(&o, "log_begin", i->log->begin);
    pt_json_put_u64(&o, "log_archived_end", i->log->archived_end);
    pt_json_put_u64(&o, "log_end", i->log->end);
    pt_json_put_u64(&o, "expected_bytes", bytes);
    pt_json_put_bool(&o, "secrets", s->secrets);
    pt_json_out_object_end(&o);
    return add_json(w, "manifest.json", &text, err);
}

static PtStatus add_secret(const BackupSource *s, PackWriter *w, PtError *err)
{
    char path[PATH_BYTES], *bytes = NULL;
    size_t len = 0;
    (void)snprintf(path, sizeof path, "%s/secret.key", s->data_dir);
    PtStatus st = pt_fs_read(s->fs, path, SECRET_MAX, &bytes, &len, err);
    if (st == PT_OK) {
        st = pack_add(w, "secret.key", false, (PtStr){bytes, len}, err);
        explicit_bzero(bytes, len);
        free(bytes);
    }
    return st;
}

static PtStatus add_core(PackWriter *w, Instant *i, uint8_t sum[static CORE_SUM],
                         BackupResult *result, PtError *err)
{
    const PackSink into = {member_write, w};
    PtStatus st = pack_begin(w, "sql/core", true, err);
    if (st == PT_OK) {
        st = core_rows_write(i->tx, &into, sum, &result->rows, err);
    }
    pt_sql_rollback(PT_TAKE(i->tx)); // readers are few
    return st == PT_OK ? pack_end(w, err) : st;
}

static PtStatus add_log_file(const BackupSource *s, PackWriter *w, const PtLogFile *f,
                             PackHash *content, PtError *err)
{
    const PackSink into = {member_write, w};
    char path[PATH_BYTES], name[PACK_NAME_MAX];
    uint8_t digest[PACK_DIGEST];
    (void)snprintf(path, sizeof path, "%s/log/%s", s->data_dir, f->name);
    (void)snprintf(name, sizeof name, "log/%s", f->name);
    PtStatus st = pack_begin(w, name, false, err);
    if (st == PT_OK) {
        st = content_file(s->fs, path, &into, digest, err);
    }
    if (st == PT_OK && f->end > f->base) {
        content_archive(content, f, digest);
    }
    return st == PT_OK ? pack_end(w, err) : st;
}

static PtStatus add_log(const BackupSource *s, PackWriter *w, const Instant *i, PackHash *content,
                        PtError *err)
{
    const PackSink into = {member_write, w};
    uint8_t digest[PACK_DIGEST];
    PtStatus st = PT_OK;
    for (size_t k = 0; k < i->log->count && st == PT_OK; k++) {
        st = add_log_file(s, w, &i->log->files[k], content, err);
    }
    if (st == PT_OK) {
        st = pack_begin(w, "log/records", true, err);
    }
    if (st == PT_OK) {
        st = content_records(s->log, i->log->archived_end, i->log->end, &into, digest, err);
    }
    if (st == PT_OK) {
        pack_hash_add(content, digest, sizeof digest);
    }
    return st == PT_OK ? pack_end(w, err) : st;
}

typedef struct Names {
    PackWriter *w;
    const BackupSource *s;
    const char *folder;
    PtStatus status;
    PtError *err;
} Names;

/* A file of the folder. One that was removed meanwhile is left out. */
static bool add_file(void *ctx, const char *file)
{
    Names *n = ctx;
    const PackSink into = {member_write, n->w};
    PtFs *fs = n->s->fs;
    PtFile *there = NULL;
    char path[PATH_BYTES], name[PACK_NAME_MAX + 1];
    uint8_t digest[PACK_DIGEST];
    int len = snprintf(name, sizeof name, "%s/%s", n->folder, file);
    (void)snprintf(path, sizeof path, "%s/%s/%s", n->s->data_dir, n->folder, file);
    if (len >= (int)sizeof name || !pack_name_ok((PtStr){name, (size_t)len}) ||
        fs->ops->open(fs, path, PT_OPEN_READ, &there, NULL) != PT_OK) {
        return true;
    }
    fs->ops->close(fs, there);
    n->status = pack_begin(n->w, name, true, n->err);
    if (n->status == PT_OK) {
        n->status = content_file(fs, path, &into, digest, n->err);
    }
    if (n->status == PT_OK) {
        n->status = pack_end(n->w, n->err);
    }
    return n->status == PT_OK;
}

/* Files that people have uploaded: imports that are not done go on from them; those of tickets are
 * named by rows. */
static PtStatus add_folder(const BackupSource *s, PackWriter *w, const char *folder, PtError *err)
{
    Names n = {.w = w, .s = s, .folder = folder, .err = err};
    char dir[PATH_BYTES];
    (void)snprintf(dir, sizeof dir, "%s/%s", s->data_dir, folder);
    PtStatus st = s->fs->ops->list(s->fs, dir, add_file, &n, err);
    return st == PT_NOT_FOUND ? PT_OK : st != PT_OK ? st : n.status;
}

static PtStatus add_content(PackWriter *w, const BackupResult *result, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    char hex[PACK_DIGEST_TEXT];
    pt_buf_init(&text, 1 << 12);
    PtJsonOut o = pt_json_out(&text);
    pt_hex(result->content, PACK_DIGEST, hex);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "content", pt_str(hex));
    pt_json_put_u64(&o, "rows", result->rows);
    pt_json_out_object_end(&o);
    return add_json(w, "content.json", &text, err);
}

static PtStatus add_members(const BackupSource *s, PackWriter *w, Instant *i, BackupResult *result,
                            PtError *err)
{
    PackHash content;
    uint8_t sum[CORE_SUM] = {0};
    PtStatus st = pack_add(w, "settings.conf", false, s->settings, err);
    if (st == PT_OK && s->secrets) {
        st = add_secret(s, w, err);
    }
    if (st == PT_OK) {
        st = add_core(w, i, sum, result, err);
    }
    content_begin(&content, sum, i->log);
    if (st == PT_OK) {
        st = add_log(s, w, i, &content, err);
    }
    pack_hash_end(&content, result->content);
    if (st == PT_OK) {
        st = add_folder(s, w, "imports", err);
    }
    if (st == PT_OK) {
        st = add_folder(s, w, "attachments", err);
    }
    return st == PT_OK ? add_content(w, result, err) : st;
}

PtStatus backup_make(const BackupSource *s, const PackSink *sink, BackupProgress *progress,
                     BackupResult *ret_result, PtError *err)
{
    PT_CLEANUP(instant_done) Instant instant = {0};
    PT_CLEANUP(pack_writer_freep) PackWriter *w = NULL;
    Pace pace = {.sink = sink, .progress = progress, .bytes_per_s = s->bytes_per_s};
    const PackSink paced = {pace_write, &pace};
    BackupResult result = {0};

    PtStatus st = take_instant(s, &instant, err);
    if (st != PT_OK) {
        return st;
    }
    const uint64_t bytes = expected_bytes(s, &instant);
    atomic_store(&progress->expected, bytes);
    atomic_store(&progress->end_offset, instant.log->end);
    st = pack_writer_new(&paced, &w, err);
    if (st == PT_OK) {
        st = add_manifest(s, w, &instant, bytes, err);
    }
    if (st == PT_OK) {
        st = add_members(s, w, &instant, &result, err);
    }
    if (st == PT_OK) {
        st = pack_finish(w, result.digest, err);
    }
    if (st == PT_OK) {
        result.end_offset = instant.log->end;
        result.bytes = atomic_load(&progress->bytes);
        *ret_result = result;
    }
    return st;
}

/* ---- Into a file ---------------------------------------------------------------------------- */

typedef struct OutFile {
    PtFs *fs;
    PtFile *file;
    uint64_t at, synced;
} OutFile;

/* Synced every few MiB, so that no great heap of dirty pages stands before the syncs of intake. */
static PtStatus file_write(void *ctx, const void *bytes, size_t len, PtError *err)
{
    OutFile *out = ctx;
    PtStatus st = out->fs->ops->pwrite(out->fs, out->file, bytes, len, out->at, err);
    out->at += len;
    if (st == PT_OK && out->at - out->synced >= SYNC_EVERY) {
        st = out->fs->ops->datasync(out->fs, out->file, err);
        out->synced = out->at;
    }
    return st;
}

static void folder_of(const char *path, char out[static PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        (void)snprintf(out, PATH_BYTES, ".");
    } else {
        (void)snprintf(out, PATH_BYTES, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    }
}

static PtStatus must_not_exist(PtFs *fs, const char *path, PtError *err)
{
    PtFile *there = NULL;
    PtStatus st = fs->ops->open(fs, path, PT_OPEN_READ, &there, NULL);
    if (st == PT_OK) {
        fs->ops->close(fs, there);
        return pt_fail(err, PT_CONFLICT, "\"%s\" exists", path);
    }
    return PT_OK;
}

PtStatus backup_make_file(const BackupSource *s, const char *path, BackupProgress *progress,
                          BackupResult *ret_result, PtError *err)
{
    PtFs *fs = s->fs;
    OutFile out = {.fs = fs};
    const PackSink sink = {file_write, &out};
    BackupResult result;
    char part[PATH_BYTES], dir[PATH_BYTES];
    if (strlen(path) > PATH_BYTES - 10) {
        return pt_fail(err, PT_TOO_LARGE, "the path is over %d bytes", PATH_BYTES - 10);
    }
    (void)stpcpy(stpcpy(part, path), ".part");
    folder_of(path, dir);
    PtStatus st = must_not_exist(fs, path, err);
    if (st != PT_OK) {
        return st;
    }
    (void)fs->ops->unlink(fs, part, NULL); // of an earlier attempt
    st = fs->ops->open(fs, part, PT_OPEN_CREATE, &out.file, err);
    if (st != PT_OK) {
        return st;
    }
    st = backup_make(s, &sink, progress, &result, err);
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, out.file, err);
    }
    fs->ops->close(fs, out.file);
    if (st == PT_OK) {
        st = fs->ops->rename(fs, part, path, err);
    }
    if (st == PT_OK) {
        st = fs->ops->sync_dir(fs, dir, err);
    }
    if (st != PT_OK) {
        (void)fs->ops->unlink(fs, part, NULL);
        return st;
    }
    *ret_result = result;
    return PT_OK;
}
