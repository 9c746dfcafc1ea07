// SPDX-License-Identifier: Apache-2.0
#include "operate/backup.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/time.h"
#include "events/events.h"
#include "operate/content.h"
#include "operate/core_rows.h"
#include "operate/operate.sql.h"
#include "operate/restore_internal.h"
#include "platform/migrations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JSON_MAX = 1 << 16, SECRET_MAX = 4096, COMMIT_BYTES = 8 << 20 };

/* ---- Members -------------------------------------------------------------------------------- */

static PtStatus reader_read(void *ctx, void *bytes, size_t len, size_t *ret_len, PtError *err)
{
    return pack_read(ctx, bytes, len, ret_len, err);
}

/* A whole small member. */
static PtStatus read_small(Restore *r, PtBuf *out, PtError *err)
{
    size_t got = 1;
    PtStatus st = PT_OK;
    while (st == PT_OK && got > 0) {
        char *to = pt_buf_reserve(out, 4096);
        if (to == NULL) {
            return pt_fail(err, PT_CORRUPT, "a member of the backup is too large");
        }
        st = pack_read(r->reader, to, 4096, &got, err);
        out->len += got;
    }
    return st;
}

/* Text or number of a member of a flat JSON object. */
static PtStr json_member(PtStr json, const char *key)
{
    PtJson j;
    PtStr raw, found = {NULL, 0};
    pt_json_init(&j, json, 4);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return found;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        bool hit = pt_json_raw_eq(j.raw, j.flags, pt_str(key));
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return (PtStr){NULL, 0};
        }
        found = hit ? raw : found;
    }
    if (found.len >= 2 && found.data[0] == '"') {
        found = (PtStr){found.data + 1, found.len - 2};
    }
    return found;
}

static bool json_u64(PtStr json, const char *key, uint64_t *ret_value)
{
    int64_t value;
    PtStr raw = json_member(json, key);
    bool good = raw.data != NULL && pt_json_to_i64(raw, &value) && value >= 0;
    if (good) {
        *ret_value = (uint64_t)value;
    }
    return good;
}

static PtStatus read_manifest(Restore *r, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    uint64_t schema = 0, form = 0;
    pt_buf_init(&text, JSON_MAX);
    PtStatus st = read_small(r, &text, err);
    if (st != PT_OK) {
        return st;
    }
    PtStr json = pt_buf_str(&text);
    bool good = json_u64(json, "form", &form) && json_u64(json, "core_schema", &schema) &&
                json_u64(json, "log_begin", &r->log_begin) &&
                json_u64(json, "log_archived_end", &r->log_archived_end) &&
                json_u64(json, "log_end", &r->log_end) && r->log_begin <= r->log_archived_end &&
                r->log_archived_end <= r->log_end &&
                pt_time_parse(json_member(json, "created_at"), &r->result.created_ms);
    if (!good) {
        return pt_fail(err, PT_CORRUPT, "the backup's manifest.json is not one");
    }
    if (schema > (uint64_t)pt_migrations_last(PT_MIGRATIONS_CORE)) {
        return pt_fail(err, PT_UNSUPPORTED_MEDIA,
                       "the backup is of a newer version (schema %llu, this program knows %d)",
                       (unsigned long long)schema, pt_migrations_last(PT_MIGRATIONS_CORE));
    }
    r->core_schema = (int)schema;
    r->result.end_offset = r->log_end;
    return PT_OK;
}

static PtStatus read_content(Restore *r, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, JSON_MAX);
    PtStatus st = read_small(r, &text, err);
    if (st != PT_OK) {
        return st;
    }
    PtStr hex = json_member(pt_buf_str(&text), "content");
    bool good = hex.len == 2 * sizeof r->want_content &&
                json_u64(pt_buf_str(&text), "rows", &r->result.rows);
    for (size_t i = 0; good && i < sizeof r->want_content; i++) {
        int high = pt_hex_digit(hex.data[2 * i]), low = pt_hex_digit(hex.data[2 * i + 1]);
        good = high >= 0 && low >= 0;
        r->want_content[i] = (uint8_t)(high << 4 | low);
    }
    return good ? PT_OK : pt_fail(err, PT_CORRUPT, "the backup's content.json is not one");
}

static PtStatus write_file(Restore *r, const char *path, PtError *err)
{
    PtFs *fs = r->fs;
    PtFile *file = NULL;
    uint64_t at = 0;
    size_t got = 1;
    PtStatus st = fs->ops->open(fs, path, PT_OPEN_CREATE, &file, err);
    while (st == PT_OK && got > 0) {
        st = pack_read(r->reader, r->piece, RESTORE_PIECE, &got, err);
        if (st == PT_OK && got > 0) {
            st = fs->ops->pwrite(fs, file, r->piece, got, at, err);
            at += got;
        }
    }
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, file, err);
    }
    fs->ops->close(fs, file);
    return st;
}

static PtStatus write_secret(Restore *r, PtError *err)
{
    char path[RESTORE_PATH];
    restore_path(r, "secret.key", path);
    r->result.secrets = true;
    PtStatus st = write_file(r, path, err);
    if (st == PT_OK && r->fs == pt_fs_real() && chmod(path, 0600) != 0) {
        st = pt_fail(err, PT_IO, "cannot protect \"%s\": %s", path, strerror(errno));
    }
    return st;
}

static PtStatus open_core(Restore *r, int schema, PtError *err)
{
    char path[RESTORE_PATH];
    restore_path(r, "core.db", path);
    const PtSqlConfig config = {
        .path = path, .url = r->target->sql_url, .schema = r->target->sql_schema, .readers = 1};
    PtStatus st = pt_sql_open(&config, &r->core, err);
    return st == PT_OK ? pt_migrations_apply_to(r->core, PT_MIGRATIONS_CORE, schema, err) : st;
}

static PtStatus fill_core(Restore *r, PtError *err)
{
    const PackSource source = {reader_read, r->reader};
    if (r->core != NULL) {
        return pt_fail(err, PT_CORRUPT, "the backup has its core rows twice");
    }
    PtStatus st = open_core(r, r->core_schema, err);
    return st == PT_OK ? core_rows_read(r->core, &source, err) : st;
}

/* log/..., imports/..., attachments/... */
static PtStatus write_beneath(Restore *r, const char *name, PtError *err)
{
    char path[RESTORE_PATH], dir[PACK_NAME_MAX + 1];
    (void)snprintf(dir, sizeof dir, "%.*s", (int)strcspn(name, "/"), name);
    restore_path(r, dir, path);
    PtStatus st = r->fs->ops->mkdir(r->fs, path, err);
    restore_path(r, name, path);
    return st == PT_OK ? write_file(r, path, err) : st;
}

/* ---- Records -------------------------------------------------------------------------------- */

static PtStatus take(Restore *r, void *bytes, size_t len, PtError *err)
{
    for (size_t done = 0; done < len;) {
        size_t got = 0;
        PtStatus st = pack_read(r->reader, (char *)bytes + done, len - done, &got, err);
        if (st != PT_OK) {
            return st;
        }
        if (got == 0) {
            return pt_fail(err, PT_CORRUPT, "the backup's log/records ends too early");
        }
        done += got;
    }
    return PT_OK;
}

static PtStatus open_log(Restore *r, PtError *err)
{
    char dir[RESTORE_PATH];
    restore_path(r, "log", dir);
    PtLogConfig c = pt_log_config_default();
    c.fs = r->fs;
    c.clock = pt_clock_real();
    c.dir = dir;
    c.spare_segments = 0;
    c.hot_bytes = UINT64_MAX / 2;
    PtStatus st = pt_log_open(&c, &r->log, err);
    if (st == PT_OK && pt_log_end(r->log, 0) != r->log_archived_end) {
        st = pt_fail(err, PT_CORRUPT, "the backup's archive does not end where it should");
    }
    return st;
}

static void decode_record(const uint8_t head[static CONTENT_RECORD], PtRecord *ret_record)
{
    PtRecord rec = {0};
    memcpy(&rec.time_ms, head + 4, 8);
    rec.klass = head[12];
    rec.type = head[13];
    memcpy(&rec.flags, head + 14, 2);
    memcpy(&rec.source, head + 16, 4);
    memcpy(&rec.node, head + 20, 8);
    memcpy(&rec.key_id, head + 28, 8);
    memcpy(&rec.id_hash.hi, head + 36, 8);
    memcpy(&rec.id_hash.lo, head + 44, 8);
    *ret_record = rec;
}

static PtStatus append_record(Restore *r, uint64_t want, size_t *ret_len, PtError *err)
{
    uint8_t head[CONTENT_RECORD];
    uint64_t round = 0, offset = 0;
    uint32_t len = 0;
    PtRecord rec;
    PtStatus st = take(r, head, sizeof head, err);
    if (st != PT_OK) {
        return st;
    }
    memcpy(&len, head, sizeof len);
    if (len > PT_LOG_PAYLOAD_MAX) {
        return pt_fail(err, PT_CORRUPT, "record %llu of the backup is too large",
                       (unsigned long long)want);
    }
    decode_record(head, &rec);
    pt_buf_clear(&r->payload, COMMIT_BYTES);
    char *to = pt_buf_reserve(&r->payload, len + 1);
    if (to == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a record");
    }
    st = take(r, to, len, err);
    rec.payload = (PtStr){to, len};
    if (st == PT_OK) {
        st = pt_log_append(r->log, &rec, &round, &offset, err);
    }
    if (st == PT_OK && offset != want) {
        st = pt_fail(err, PT_CORRUPT, "record %llu of the backup became %llu",
                     (unsigned long long)want, (unsigned long long)offset);
    }
    *ret_len = len;
    return st;
}

static PtStatus append_records(Restore *r, PtError *err)
{
    uint64_t range[2];
    size_t pending = 0;
    PtStatus st = r->log != NULL
                      ? pt_fail(err, PT_CORRUPT, "the backup has its log's records twice")
                      : open_log(r, err);
    if (st == PT_OK) {
        st = take(r, range, sizeof range, err);
    }
    if (st == PT_OK && (range[0] != r->log_archived_end || range[1] != r->log_end)) {
        st = pt_fail(err, PT_CORRUPT, "the backup's log/records are of another range");
    }
    for (uint64_t at = r->log_archived_end; st == PT_OK && at < r->log_end; at++) {
        size_t len = 0;
        st = append_record(r, at, &len, err);
        pending += len + CONTENT_RECORD;
        if (st == PT_OK && pending >= COMMIT_BYTES) {
            st = pt_log_commit(r->log, err);
            pending = 0;
        }
    }
    return st == PT_OK ? pt_log_commit(r->log, err) : st;
}

/* The rest of the member, so that its digest is checked. */
static PtStatus read_away(Restore *r, PtError *err)
{
    size_t got = 1;
    PtStatus st = PT_OK;
    while (st == PT_OK && got > 0) {
        st = pack_read(r->reader, r->piece, RESTORE_PIECE, &got, err);
    }
    return st;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static PtStatus take_member(Restore *r, const char *name, PtError *err)
{
    if (strcmp(name, "manifest.json") == 0) {
        return read_manifest(r, err);
    }
    if (r->core_schema == 0) {
        PtStatus st = read_away(r, err); // a damaged name is told as that
        return st != PT_OK
                   ? st
                   : pt_fail(err, PT_CORRUPT, "the backup does not begin with its manifest");
    }
    if (strcmp(name, "content.json") == 0) {
        r->has_content = true;
        return read_content(r, err);
    }
    if (strcmp(name, "secret.key") == 0) {
        r->result.secrets = true;
        return r->verify_only ? PT_OK : write_secret(r, err);
    }
    if (r->verify_only) {
        return PT_OK; // pack_next reads it to its digest
    }
    if (strcmp(name, "settings.conf") == 0) {
        char path[RESTORE_PATH];
        restore_path(r, RESTORE_SETTINGS, path);
        return write_file(r, path, err);
    }
    if (strcmp(name, "sql/core") == 0) {
        return fill_core(r, err);
    }
    if (strcmp(name, "log/records") == 0) {
        return append_records(r, err);
    }
    const char *slash = strchr(name, '/');
    if ((strncmp(name, "log/", 4) == 0 || strncmp(name, "imports/", 8) == 0 ||
         strncmp(name, "attachments/", 12) == 0) &&
        strchr(slash + 1, '/') == NULL) {
        return write_beneath(r, name, err);
    }
    return pt_fail(err, PT_UNSUPPORTED_MEDIA, "the backup has a member \"%s\", unknown here", name);
}

static PtStatus read_members(Restore *r, PtError *err)
{
    const PackSource source = {restore_file_read, r};
    PtStatus st = pack_reader_new(&source, &r->reader, err);
    while (st == PT_OK) {
        const char *name = NULL;
        st = pack_next(r->reader, &name, err);
        if (st != PT_OK || name == NULL) {
            break;
        }
        r->result.members++;
        st = take_member(r, name, err);
    }
    if (st == PT_OK && (r->core_schema == 0 || !r->has_content)) {
        st = pt_fail(err, PT_CORRUPT, "the backup has no manifest or no content hash");
    }
    if (st == PT_OK) {
        pack_digest(r->reader, r->result.digest);
        r->result.bytes = pack_place(r->reader);
        memcpy(r->result.content, r->want_content, sizeof r->want_content);
    }
    return st;
}

static PtStatus core_sum(Restore *r, uint8_t sum[static CORE_SUM], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t rows = 0;
    PtStatus st = pt_sql_begin(r->core, false, &tx, err);
    return st == PT_OK ? core_rows_write(tx, NULL, sum, &rows, err) : st;
}

static PtStatus log_sum(Restore *r, PackHash *content, const PtLogSnapshot *log, PtError *err)
{
    uint8_t digest[PACK_DIGEST];
    PtStatus st = PT_OK;
    for (size_t i = 0; i < log->count && st == PT_OK; i++) {
        char name[64], path[RESTORE_PATH];
        const PtLogFile *f = &log->files[i];
        (void)snprintf(name, sizeof name, "log/%s", f->name);
        restore_path(r, name, path);
        if (f->end > f->base) {
            st = content_file(r->fs, path, NULL, digest, err);
            content_archive(content, f, digest);
        }
    }
    if (st == PT_OK) {
        st = content_records(r->log, r->log_archived_end, r->log_end, NULL, digest, err);
    }
    pack_hash_add(content, digest, sizeof digest);
    return st;
}

/* Reads back what now stands on disk. The sum of rows is over today's columns: a backup of an older
 * schema has other ones, so there only the log and the digests of the members speak. */
static PtStatus compare_content(Restore *r, PtError *err)
{
    PackHash content;
    uint8_t sum[CORE_SUM] = {0}, found[PACK_DIGEST];
    PtLogSnapshot *log = NULL;
    if (r->core == NULL || r->log == NULL) {
        return pt_fail(err, PT_CORRUPT, "the backup has no core rows or no records");
    }
    if (r->core_schema < pt_migrations_last(PT_MIGRATIONS_CORE)) {
        return PT_OK;
    }
    PtStatus st = core_sum(r, sum, err);
    if (st == PT_OK) {
        st = pt_log_snapshot(r->log, &log, err);
    }
    if (st == PT_OK) {
        content_begin(&content, sum, log);
        st = log_sum(r, &content, log, err);
    }
    if (st == PT_OK) {
        pack_hash_end(&content, found);
        st = memcmp(found, r->want_content, sizeof found) == 0
                 ? PT_OK
                 : pt_fail(err, PT_CORRUPT,
                           "what was restored does not have the content hash of the backup");
    }
    pt_log_snapshot_free(log);
    return st;
}

/* The row of the backup itself: it was running when it was taken. */
static PtStatus note_origin(Restore *r, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char hex[PACK_DIGEST_TEXT];
    if (r->core_schema < pt_migrations_last(PT_MIGRATIONS_CORE)) {
        return PT_OK; // its tables may be others
    }
    PtStatus st = pt_sql_begin(r->core, true, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_BACKUP_ORIGIN, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_hex(r->result.digest, PACK_DIGEST, hex);
    pt_sql_bind_i64(tx, 1, r->result.created_ms);
    pt_sql_bind_i64(tx, 2, (int64_t)r->log_end);
    pt_sql_bind_i64(tx, 3, (int64_t)r->result.bytes);
    pt_sql_bind_text(tx, 4, pt_str(hex));
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static void restore_done(Restore *r)
{
    pack_reader_free(r->reader);
    pt_log_close(r->log);
    pt_sql_close(r->core);
    r->fs->ops->close(r->fs, r->file);
    pt_buf_done(&r->payload);
    free(r->piece);
    if (r->lock_fd >= 0) {
        (void)close(r->lock_fd);
    }
}

static PtStatus open_file(Restore *r, const char *path, PtError *err)
{
    r->piece = malloc(RESTORE_PIECE);
    pt_buf_init(&r->payload, PT_LOG_PAYLOAD_MAX + 1);
    if (r->piece == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read a backup");
    }
    PtStatus st = r->fs->ops->open(r->fs, path, PT_OPEN_READ, &r->file, err);
    return st == PT_OK ? r->fs->ops->size(r->fs, r->file, &r->size, err) : st;
}

PtStatus restore_file_read(void *ctx, void *bytes, size_t len, size_t *ret_len, PtError *err)
{
    Restore *r = ctx;
    if (r->progress != NULL && !r->progress(r->progress_ctx, r->at, r->size)) {
        return pt_fail(err, PT_GONE, "stopped");
    }
    PtStatus st = r->fs->ops->pread(r->fs, r->file, bytes, len, r->at, ret_len, err);
    r->at += *ret_len;
    return st;
}

PtStatus backup_verify(PtFs *fs, const char *path, RestoreProgress *progress, void *ctx,
                       RestoreResult *ret_result, PtError *err)
{
    PT_CLEANUP(restore_done)
    Restore r = {
        .fs = fs, .verify_only = true, .progress = progress, .progress_ctx = ctx, .lock_fd = -1};
    PtStatus st = open_file(&r, path, err);
    if (st == PT_OK) {
        st = read_members(&r, err);
    }
    if (st == PT_OK) {
        *ret_result = r.result;
    }
    return st;
}

/* Who was erased after this backup was taken is in it. The next start erases them again, before
 * anybody is read, if there is a register that names them (decision 11). */
static PtStatus check_register(const RestoreTarget *target, PtError *err)
{
    ErasedRegister *found = NULL;
    PtError why = {0};
    if (target->register_path == NULL || target->without_register) {
        return PT_OK;
    }
    PtStatus st = erased_open(target->fs, target->register_path, false, &found, &why);
    erased_close(found);
    if (st == PT_NOT_FOUND) {
        return pt_fail(
            err, PT_NOT_FOUND,
            "there is no register of erasures \"%.120s\": put the server's own there, or "
            "give --no-erasure-register",
            target->register_path);
    }
    return st == PT_OK || st == PT_CONFLICT ? PT_OK : pt_fail(err, st, "%s", why.message);
}

static PtStatus note_waiver(const Restore *r, PtError *err)
{
    char path[RESTORE_PATH];
    if (!r->target->without_register) {
        return PT_OK;
    }
    restore_path(r, RESTORE_WITHOUT_REGISTER, path);
    return pt_fs_replace(r->fs, path,
                         PT_STR("Restored without the register of erasures. The next start notes "
                                "that in the audit.\n"),
                         err);
}

PtStatus backup_restore(const RestoreTarget *target, const char *path, RestoreProgress *progress,
                        void *ctx, RestoreResult *ret_result, PtError *err)
{
    PT_CLEANUP(restore_done)
    Restore r = {.fs = target->fs,
                 .target = target,
                 .progress = progress,
                 .progress_ctx = ctx,
                 .lock_fd = -1};
    RestoreResult verified;
    PtStatus st = check_register(target, err);
    if (st == PT_OK) {
        st = backup_verify(target->fs, path, progress, ctx, &verified, err);
    }
    if (st == PT_OK) {
        st = restore_take_folder(&r, err);
    }
    if (st == PT_OK && !target->force) {
        st = restore_make_empty(&r, err);
    }
    if (st == PT_OK) {
        st = restore_set_mark(&r, err);
    }
    if (st == PT_OK && target->force) {
        st = restore_make_empty(&r, err);
    }
    if (st == PT_OK) {
        st = open_file(&r, path, err);
    }
    if (st == PT_OK) {
        st = read_members(&r, err);
    }
    if (st == PT_OK) {
        st = compare_content(&r, err);
    }
    if (st == PT_OK) {
        st = note_origin(&r, err);
    }
    if (st == PT_OK) {
        st = note_waiver(&r, err);
    }
    if (st == PT_OK) {
        st = restore_remove_mark(&r, err);
    }
    if (st == PT_OK) {
        *ret_result = r.result;
    }
    return st;
}
