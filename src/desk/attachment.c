// SPDX-License-Identifier: Apache-2.0
/* Files of tickets: bytes in the data folder by their hash, rows that name them in SQL. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include "base/hash.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX = 2 * PT_SHA256 + 1, JSON_DEPTH = 64 };

static const char folder[] = "attachments";

/* ---- What a file is ---------------------------------------------------------------------------
 */

typedef enum Looks { LOOKS_MAGIC, LOOKS_WEBP, LOOKS_TEXT, LOOKS_JSON } Looks;

#define ZIP "PK\x03\x04"
static const char word[] =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
static const char sheet[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const char *const desk_file_types[] = {
    "image/png",        "image/jpeg",      "image/gif", "image/webp",
    "application/pdf",  "application/zip", word,        sheet,
    "application/json", "text/plain",      "text/csv",  NULL};
static const struct {
    Looks looks;
    const char *magic;
} looks[] = {{LOOKS_MAGIC, "\x89PNG\r\n\x1a\n"},
             {LOOKS_MAGIC, "\xff\xd8\xff"},
             {LOOKS_MAGIC, "GIF8"},
             {LOOKS_WEBP, "RIFF"},
             {LOOKS_MAGIC, "%PDF-"},
             {LOOKS_MAGIC, ZIP},
             {LOOKS_MAGIC, ZIP},
             {LOOKS_MAGIC, ZIP},
             {LOOKS_JSON, NULL},
             {LOOKS_TEXT, NULL},
             {LOOKS_TEXT, NULL}};

static bool is_text(PtStr bytes)
{
    return pt_utf8_valid(bytes) && memchr(bytes.data, '\0', bytes.len) == NULL;
}

static bool looks_like(PtStr bytes, int type)
{
    const bool webp = bytes.len >= 12 && memcmp(bytes.data + 8, "WEBP", 4) == 0;
    switch (looks[type].looks) {
    case LOOKS_TEXT:
        return is_text(bytes);
    case LOOKS_JSON:
        return is_text(bytes) && pt_json_check(bytes, JSON_DEPTH, NULL) == PT_OK;
    default:
        return pt_str_starts(bytes, pt_str(looks[type].magic)) &&
               (looks[type].looks != LOOKS_WEBP || webp);
    }
}

static PtStatus check(const DeskFile *file, PtStr bytes, PtError *err)
{
    const int type = desk_choice(desk_file_types, file->type);
    PtStatus st = desk_text_check("name", file->name, 1, DESK_TITLE_MAX, false, err);
    if (st != PT_OK) {
        return st;
    }
    if (memchr(file->name.data, '/', file->name.len) != NULL ||
        memchr(file->name.data, '\\', file->name.len) != NULL) {
        return pt_fail(err, PT_INVALID, "name: a file's name has no slashes");
    }
    if (bytes.len == 0) {
        return pt_fail(err, PT_INVALID, "the file is empty");
    }
    if (bytes.len > DESK_FILE_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the file has over %d bytes", DESK_FILE_BYTES);
    }
    if (type < 0) {
        return pt_fail(err, PT_UNSUPPORTED_MEDIA, "files of type \"%.*s\" are not taken",
                       (int)(file->type.len < 60 ? file->type.len : 60), file->type.data);
    }
    return looks_like(bytes, type) ? PT_OK
                                   : pt_fail(err, PT_UNSUPPORTED_MEDIA,
                                             "the bytes are not of type %s", desk_file_types[type]);
}

/* ---- Bytes ------------------------------------------------------------------------------------
 * With the lock of files held, so that no row comes to name bytes that are being removed.
 */

static void path_of(const Desk *d, const char *name, char out[static DESK_PATH])
{
    (void)snprintf(out, DESK_PATH, "%.4000s/%s/%.80s", d->c.data_dir, folder, name);
}

static PtStatus keep_bytes(Desk *d, const char *hex, PtStr bytes, PtError *err)
{
    char path[DESK_PATH];
    PtFile *there = NULL;
    PtFs *fs = d->c.fs;
    path_of(d, hex, path);
    if (fs->ops->open(fs, path, PT_OPEN_READ, &there, NULL) == PT_OK) {
        fs->ops->close(fs, there); // a name comes with a rename: its bytes are whole and synced
        return PT_OK;
    }
    return pt_fs_replace(fs, path, bytes, err);
}

static PtStatus is_named(PtSqlTx *tx, PtStr hex, bool *ret_named, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESK_FILE_NAMED, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, hex);
        st = pt_sql_step(tx, ret_named, err);
        pt_sql_done(tx);
    }
    return st;
}

/* Unless a row names it. */
static PtStatus drop_bytes(Desk *d, PtSqlTx *tx, const char *name, PtError *err)
{
    char path[DESK_PATH];
    bool named = false;
    PtStatus st = is_named(tx, pt_str(name), &named, err);
    if (st == PT_OK && !named) {
        path_of(d, name, path);
        st = d->c.fs->ops->unlink(d->c.fs, path, err);
        st = st == PT_NOT_FOUND ? PT_OK : st;
    }
    return st;
}

static PtStatus sync_folder(Desk *d, PtError *err)
{
    char path[DESK_PATH];
    path_of(d, "", path);
    return d->c.fs->ops->sync_dir(d->c.fs, path, err);
}

typedef struct Sweep {
    Desk *d;
    PtSqlTx *tx;
    PtStatus st;
    PtError *err;
} Sweep;

static bool sweep_one(void *ctx, const char *name)
{
    Sweep *s = ctx;
    s->st = drop_bytes(s->d, s->tx, name, s->err);
    return s->st == PT_OK;
}

/* What no row names: a kill came between the two. */
static PtStatus sweep(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char path[DESK_PATH];
    path_of(d, "", path);
    (void)pthread_mutex_lock(&d->files);
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    Sweep s = {d, tx, PT_OK, err};
    st = st == PT_OK ? d->c.fs->ops->list(d->c.fs, path, sweep_one, &s, err) : st;
    st = st == PT_OK ? s.st : st;
    st = st == PT_OK ? sync_folder(d, err) : st;
    (void)pthread_mutex_unlock(&d->files);
    return st;
}

PtStatus desk_files_open(Desk *d, PtError *err)
{
    char path[DESK_PATH];
    path_of(d, "", path);
    PtStatus st = d->c.fs->ops->mkdir(d->c.fs, path, err);
    st = st == PT_OK ? d->c.fs->ops->sync_dir(d->c.fs, d->c.data_dir, err) : st;
    return st == PT_OK ? sweep(d, err) : st;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus copy_file(PtSqlTx *tx, PtArena *arena, DeskFile *file, PtError *err)
{
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&file->name, 3},    {&file->type, 4}, {&file->sha256, 6},
                 {&file->by_kind, 8}, {&file->by, 9},   {&file->by_name, 10}};
    *file = (DeskFile){.number = pt_sql_i64(tx, 0),
                       .report = pt_sql_i64(tx, 1),
                       .at_ms = pt_sql_i64(tx, 2),
                       .bytes = pt_sql_i64(tx, 5),
                       .is_public = pt_sql_i64(tx, 7) != 0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for files");
        }
    }
    return PT_OK;
}

static PtStatus read_files(PtSqlTx *tx, int64_t number, PtArena *arena, DeskFile **ret_list,
                           size_t *ret_count, PtError *err)
{
    DeskFile *list = pt_arena_alloc(arena, DESK_FILES_SHOWN, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_DESK_FILE_LIST, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for files");
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, DESK_FILES_SHOWN);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_file(tx, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    return st;
}

PtStatus desk_files(Desk *d, int64_t number, PtArena *arena, DeskFile **ret_list, size_t *ret_count,
                    PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    return st == PT_OK ? read_files(tx, number, arena, ret_list, ret_count, err) : st;
}

static PtStatus get_file(PtSqlTx *tx, int64_t number, int64_t file, PtArena *arena,
                         DeskFile *ret_file, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_FILE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, file);
    pt_sql_bind_i64(tx, 2, number);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_file(tx, arena, ret_file, err)
                 : pt_fail(err, PT_NOT_FOUND, "the ticket has no file %lld", (long long)file);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_file(Desk *d, int64_t number, int64_t file, PtArena *arena, DeskFile *ret_file,
                   char **ret_bytes, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char path[DESK_PATH], *bytes = NULL;
    DeskFile found = {0};
    size_t len = 0;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? get_file(tx, number, file, arena, &found, err) : st;
    if (st != PT_OK) {
        return st;
    }
    path_of(d, found.sha256.data, path);
    st = pt_fs_read(d->c.fs, path, DESK_FILE_BYTES, &bytes, &len, err);
    if (st == PT_NOT_FOUND) { // removed while it was read, or before a backup's copying of files
        return pt_fail(err, PT_NOT_FOUND, "the bytes of file %lld are gone", (long long)file);
    }
    if (st == PT_OK && len != (size_t)found.bytes) {
        free(bytes);
        return pt_fail(err, PT_CORRUPT, "file %lld has %zu bytes, not %lld", (long long)file, len,
                       (long long)found.bytes);
    }
    if (st == PT_OK) {
        *ret_file = found;
        *ret_bytes = bytes;
    }
    return st;
}

/* ---- Adding -----------------------------------------------------------------------------------
 */

static PtStatus add_row(DeskWriting *w, int64_t ticket, const DeskFile *f)
{
    PtStatus st = desk_next_row(w, SQL_DESK_FILE_LAST, SQL_DESK_FILE_ADD, ticket, f->report);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(w->tx, 5, f->name);
    pt_sql_bind_text(w->tx, 6, f->type);
    pt_sql_bind_i64(w->tx, 7, f->bytes);
    pt_sql_bind_text(w->tx, 8, f->sha256);
    pt_sql_bind_i64(w->tx, 9, f->is_public);
    pt_sql_bind_text(w->tx, 10, audit_actor_kind(w->by->kind));
    pt_sql_bind_text(w->tx, 11, pt_str(w->by->id));
    pt_sql_bind_text(w->tx, 12, audit_actor_name(w->by));
    return pt_sql_finish(w->tx, w->err);
}

PtStatus desk_attach_in(DeskWriting *w, int64_t number, const DeskFile *file, DeskFile *ret_file)
{
    DeskFile *list = NULL;
    DeskRow before, after;
    size_t count = 0;
    PtStatus st = desk_load(w->tx, number, w->arena, &before, w->err);
    st = st == PT_OK && file->report != 0 ? desk_report_of(w, number, file->report) : st;
    st = st == PT_OK ? read_files(w->tx, number, w->arena, &list, &count, w->err) : st;
    if (st == PT_OK && count >= DESK_FILES_MAX) {
        st = pt_fail(w->err, PT_CONFLICT, "the ticket has %d files, and takes no more", (int)count);
    }
    st = st == PT_OK ? add_row(w, number, file) : st;
    st = st == PT_OK ? read_files(w->tx, number, w->arena, &list, &count, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    after = before;
    const DeskSaid said = {.kind = "attached", .text = file->name, .is_public = file->is_public};
    *ret_file = list[count - 1];
    return desk_update(w, &before, &after, &said);
}

PtStatus desk_file_keep(Desk *d, DeskFile *file, PtArena *arena, PtError *err)
{
    uint8_t digest[PT_SHA256];
    char hex[HEX];
    pt_sha256(file->content, digest);
    pt_hex(digest, sizeof digest, hex);
    PtStatus st = keep_bytes(d, hex, file->content, err);
    if (st != PT_OK) {
        return st;
    }
    file->sha256 = pt_arena_str(arena, pt_str(hex));
    file->bytes = (int64_t)file->content.len;
    return file->sha256.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a file");
}

PtStatus desk_file_check(const DeskFile *file, PtError *err)
{
    return check(file, file->content, err);
}

PtStatus desk_attach(Desk *d, const AuditActor *by, int64_t number, const DeskFile *file,
                     PtArena *arena, DeskFile *ret_file, PtError *err)
{
    DeskWriting w;
    DeskFile added = *file, found = {0};
    PtStatus st = desk_file_check(file, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&d->files);
    st = desk_file_keep(d, &added, arena, err);
    st = st == PT_OK ? desk_writing_begin(&w, d, by, arena, err) : st;
    if (st == PT_OK) { // bytes that no row came to name go with the next start
        st = desk_writing_end(&w, desk_attach_in(&w, number, &added, &found));
    }
    (void)pthread_mutex_unlock(&d->files);
    if (st == PT_OK) {
        *ret_file = found;
    }
    return st;
}

/* ---- Removing ---------------------------------------------------------------------------------
 * The row first: bytes that are left by a kill in between go with the next start.
 */

enum { PAGE = 200 };
typedef struct Gone {
    int64_t number;
    char sha256[HEX];
} Gone;

static PtStatus drop(Desk *d, const Gone *gone, size_t count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    if (count == 0) {
        return PT_OK;
    }
    (void)pthread_mutex_lock(&d->files);
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = drop_bytes(d, tx, gone[i].sha256, err);
    }
    st = st == PT_OK ? sync_folder(d, err) : st;
    (void)pthread_mutex_unlock(&d->files);
    return st;
}

static PtStatus delete_row(PtSqlTx *tx, int64_t number, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESK_FILE_DELETE, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, number);
        st = pt_sql_finish(tx, err);
    }
    return st;
}

static PtStatus detach(DeskWriting *w, int64_t number, int64_t file, Gone *gone)
{
    DeskRow before, after;
    DeskFile found;
    PtStatus st = desk_load(w->tx, number, w->arena, &before, w->err);
    st = st == PT_OK ? get_file(w->tx, number, file, w->arena, &found, w->err) : st;
    st = st == PT_OK ? delete_row(w->tx, file, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    after = before;
    (void)pt_str_copy(gone->sha256, sizeof gone->sha256, found.sha256);
    const DeskSaid said = {.kind = "detached", .text = found.name, .is_public = found.is_public};
    return desk_update(w, &before, &after, &said);
}

PtStatus desk_detach(Desk *d, const AuditActor *by, int64_t number, int64_t file, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    Gone gone = {.number = file};
    DeskWriting w;
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, by, arena, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a file");
    st = st == PT_OK ? desk_writing_end(&w, detach(&w, number, file, &gone)) : st;
    return st == PT_OK ? drop(d, &gone, 1, err) : st;
}

/* ---- Erasure ----------------------------------------------------------------------------------
 */

typedef struct Page {
    int64_t last;
    size_t rows, count;
    Gone gone[PAGE];
} Page;

/* Files behind page->last whose name is found, or the requester of their ticket or report. */
static PtStatus find_files(PtSqlTx *tx, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                           Page *page, PtError *err)
{
    bool row = true;
    page->rows = page->count = 0;
    PtStatus st = pt_sql_use(tx, SQL_DESK_FILE_ERASE_SCAN, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, page->last);
    pt_sql_bind_i64(tx, 2, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        bool found = false;
        for (int i = 2; i < 5; i++) {
            const PtStr text = pt_sql_text(tx, i);
            found |= text.len > 0 && finds(ctx, text);
        }
        Gone *gone = &page->gone[page->count];
        page->rows++;
        page->last = gone->number = pt_sql_i64(tx, 0);
        (void)pt_str_copy(gone->sha256, sizeof gone->sha256, pt_sql_text(tx, 1));
        page->count += found;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus erase_page(Desk *d, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                           Page *page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? find_files(tx, finds, ctx, page, err) : st;
    for (size_t i = 0; st == PT_OK && i < page->count; i++) {
        st = delete_row(tx, page->gone[i].number, err);
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    return st == PT_OK ? drop(d, page->gone, page->count, err) : st;
}

PtStatus desk_files_erase(Desk *d, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                          uint64_t *changed, PtError *err)
{
    Page *page = malloc(sizeof *page);
    PtStatus st = page != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an erasure");
    if (page != NULL) {
        *page = (Page){.rows = PAGE};
    }
    while (st == PT_OK && page->rows == PAGE) {
        st = erase_page(d, finds, ctx, page, err);
        *changed += st == PT_OK ? page->count : 0;
    }
    free(page);
    return st;
}
