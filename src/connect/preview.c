// SPDX-License-Identifier: Apache-2.0
/* A file's first rows as events. */
#include "connect/preview.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { JSON_DEPTH = 32, PATH_DEPTH = 8, PATH_MAX_BYTES = 200, NOTES_MAX = 16 << 10 };

typedef struct File {
    PtFs *fs;
    PtFile *file;
    uint64_t at;
    ConnectInput *input;
} File;

static void file_done(File *f)
{
    connect_input_close(f->input);
    if (f->file != NULL) {
        f->fs->ops->close(f->fs, f->file);
    }
}

static PtStatus read_file(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    File *f = ctx;
    PtStatus st = f->fs->ops->pread(f->fs, f->file, bytes, cap, f->at, ret_len, err);
    if (st == PT_OK) {
        f->at += *ret_len;
    }
    return st;
}

static PtStatus open_file(PtFs *fs, const char *path, File *f, PtError *err)
{
    *f = (File){.fs = fs};
    PtStatus st = fs->ops->open(fs, path, PT_OPEN_READ, &f->file, err);
    return st == PT_OK ? connect_input_over((ConnectSource){read_file, f}, 0, &f->input, err) : st;
}

/* A text for people: what is not UTF-8 becomes U+FFFD, cut between characters. */
static PtStr shown(PtArena *arena, PtStr text, size_t max)
{
    const char *p = text.data, *end = p + text.len;
    PtBuf out;
    pt_buf_init(&out, max + 4);
    while (p < end && out.len < max) {
        size_t len = pt_utf8_step(p, end);
        PtStr one = len > 0 && *p != '\0' ? (PtStr){p, len} : PT_STR("\xef\xbf\xbd");
        pt_buf_add_str(&out, one);
        p += len > 0 ? len : 1;
    }
    PtStr copy =
        pt_buf_status(&out) == PT_OK ? pt_arena_str(arena, pt_buf_str(&out)) : (PtStr){NULL, 0};
    pt_buf_done(&out);
    return copy;
}

/* ---- Columns ----------------------------------------------------------------------------------
 */

static bool has_column(const ConnectPreview *p, PtStr name)
{
    for (size_t i = 0; i < p->column_count; i++) {
        if (pt_str_eq(p->columns[i], name)) {
            return true;
        }
    }
    return false;
}

static PtStatus add_column(ConnectPreview *p, PtArena *arena, PtStr name, PtError *err)
{
    if (p->column_count == CONNECT_COLUMNS_MAX || has_column(p, name)) {
        return PT_OK;
    }
    p->columns[p->column_count] = shown(arena, name, CONNECT_PREVIEW_TEXT);
    return p->columns[p->column_count++].data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
}

static PtStatus header_columns(ConnectPreview *p, PtArena *arena, const PtStr *header, size_t count,
                               size_t width, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < (count > 0 ? count : width); i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", i + 1);
        st = add_column(p, arena, count > 0 ? header[i] : pt_str(number), err);
    }
    return st;
}

/* The members of a JSON line as paths; lists and what stands deeper are not looked into. */
static PtStatus json_columns(ConnectPreview *p, PtArena *arena, PtStr line, PtError *err)
{
    PtJson j;
    char path[PATH_MAX_BYTES];
    size_t ends[PATH_DEPTH + 1] = {0};
    unsigned depth = 0;
    pt_json_init(&j, line, JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return PT_OK; // the reader says what is wrong
    }
    for (;;) {
        PtJsonToken t = pt_json_next(&j);
        if (t == PT_JSON_OBJECT_END && depth > 0) {
            depth--;
            continue;
        }
        if (t != PT_JSON_KEY) {
            return PT_OK;
        }
        int len = snprintf(path + ends[depth], sizeof path - ends[depth], "%s%.*s",
                           depth > 0 ? "." : "", PT_STR_ARG(j.raw));
        bool fits = len > 0 && (size_t)len < sizeof path - ends[depth];
        PtJson before = j;
        if (fits && depth + 1 < PATH_DEPTH && pt_json_next(&j) == PT_JSON_OBJECT) {
            ends[depth + 1] = ends[depth] + (size_t)len;
            depth++;
            continue;
        }
        j = before;
        if (!pt_json_skip(&j, NULL, NULL, NULL)) {
            return PT_OK;
        }
        PtStatus st =
            fits ? add_column(p, arena, (PtStr){path, ends[depth] + (size_t)len}, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
    }
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

typedef struct Look {
    ConnectPreview *p;
    PtArena *arena;
    ConnectPreviewRow *row; /* at hand; NULL while groups are closed */
    bool no_memory;
} Look;

static bool see_event(void *ctx, PtStr json)
{
    Look *l = ctx;
    if (l->p->event_count < CONNECT_PREVIEW_ROWS) {
        PtStr copy = pt_arena_str(l->arena, json);
        l->p->events[l->p->event_count++] = copy;
        l->no_memory |= copy.data == NULL;
    }
    return !l->no_memory;
}

static bool see_reject(void *ctx, const ConnectReject *reject)
{
    Look *l = ctx;
    l->row->outcome = CONNECT_ROW_REFUSED;
    l->row->reason = shown(l->arena, pt_str(reject->reason), PT_ERROR_MESSAGE_MAX);
    l->row->column = shown(l->arena, reject->column, CONNECT_PREVIEW_TEXT);
    l->no_memory |= l->row->reason.data == NULL || l->row->column.data == NULL;
    return !l->no_memory;
}

typedef struct Parts {
    ConnectReader *reader;
    ConnectBuilder *builder;
} Parts;

static void parts_done(Parts *p)
{
    connect_reader_free(p->reader);
    connect_builder_free(p->builder);
}

static PtStatus one_row(Look *l, const Parts *parts, const ConnectRow *row, bool grouped,
                        PtError *err)
{
    ConnectPreview *p = l->p;
    size_t count = 0, event = p->event_count;
    const PtStr *header = connect_reader_header(parts->reader, &count);
    PtStatus st = PT_OK;
    if (row->number == 1) {
        st = connect_builder_header(parts->builder, header, count, err);
    }
    if (st == PT_OK && p->format >= CONNECT_JSONL) {
        st = json_columns(p, l->arena, row->raw, err);
    } else if (st == PT_OK && p->column_count == 0) {
        st = header_columns(p, l->arena, header, count, row->count, err);
    }
    if (st != PT_OK) {
        return st;
    }
    l->row = &p->rows[p->row_count++];
    *l->row = (ConnectPreviewRow){.row = row->number,
                                  .line = row->line,
                                  .text = shown(l->arena, row->raw, CONNECT_PREVIEW_TEXT),
                                  .outcome = grouped ? CONNECT_ROW_PART : CONNECT_ROW_EVENT,
                                  .event = grouped ? -1 : (int64_t)event};
    uint64_t skipped = connect_builder_counts(parts->builder)->skipped;
    l->no_memory |= l->row->text.data == NULL;
    st = connect_builder_row(parts->builder, row, err);
    if (connect_builder_counts(parts->builder)->skipped > skipped) {
        l->row->outcome = CONNECT_ROW_SKIPPED;
    }
    if (l->row->outcome != CONNECT_ROW_EVENT) {
        l->row->event = -1;
    }
    return st;
}

static PtStatus all_rows(Look *l, const Parts *parts, bool grouped, PtError *err)
{
    ConnectRow row;
    bool has = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && has && l->p->row_count < CONNECT_PREVIEW_ROWS) {
        st = connect_reader_next(parts->reader, &row, &has, err);
        if (st == PT_OK && has) {
            st = one_row(l, parts, &row, grouped, err);
        }
    }
    l->row = NULL;
    if (st == PT_OK) {
        st = connect_builder_end(parts->builder, err);
    }
    return l->no_memory ? pt_fail(err, PT_NO_MEMORY, "no memory for a preview") : st;
}

/* ---- The whole --------------------------------------------------------------------------------
 */

static PtStatus guess(PtFs *fs, const char *path, PtArena *arena, ConnectPreview *p, PtError *err)
{
    PT_CLEANUP(file_done) File f = {0};
    PtBuf mapping, notes;
    pt_buf_init(&mapping, CONNECT_MAPPING_MAX);
    pt_buf_init(&notes, NOTES_MAX);
    PtStatus st = open_file(fs, path, &f, err);
    if (st == PT_OK) {
        st = connect_guess(connect_input_source(f.input), &mapping, &notes, err);
    }
    if (st == PT_OK) {
        p->guessed = true;
        p->mapping = pt_arena_str(arena, pt_buf_str(&mapping));
        p->notes = shown(arena, pt_buf_str(&notes), NOTES_MAX - 4);
        st = p->mapping.data != NULL && p->notes.data != NULL
                 ? PT_OK
                 : pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    pt_buf_done(&mapping);
    pt_buf_done(&notes);
    return st;
}

static PtStatus look(PtFs *fs, const char *path, const ConnectMapping *mapping, const char *digest,
                     PtArena *arena, ConnectPreview *p, PtError *err)
{
    PT_CLEANUP(file_done) File f = {0};
    PT_CLEANUP(parts_done) Parts parts = {NULL, NULL};
    const ConnectShape *shape = connect_mapping_shape(mapping);
    Look l = {p, arena, NULL, false};
    const ConnectSink sink = {see_event, see_reject, &l};
    p->format = shape->format;
    PtStatus st = open_file(fs, path, &f, err);
    if (st == PT_OK) {
        st = connect_reader_new(connect_input_source(f.input), shape, &parts.reader, err);
    }
    if (st == PT_OK) {
        st = connect_builder_new(mapping, digest, &sink, &parts.builder, err);
    }
    return st == PT_OK ? all_rows(&l, &parts, connect_mapping_groups(mapping), err) : st;
}

PtStatus connect_preview(PtFs *fs, const char *path, PtStr mapping, const char *digest,
                         PtArena *arena, ConnectPreview *ret_preview, PtError *err)
{
    ConnectMapping *parsed = NULL;
    PtError why = {0};
    ConnectPreview *p = ret_preview;
    *p = (ConnectPreview){.mapping = mapping,
                          .columns = pt_arena_alloc(arena, CONNECT_COLUMNS_MAX, sizeof(PtStr))};
    if (p->columns == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    PtStatus st = mapping.len > 0 ? PT_OK : guess(fs, path, arena, p, &why);
    if (st == PT_OK) {
        st = connect_mapping_parse(p->mapping, &parsed, &why);
    }
    if (st == PT_OK) {
        st = look(fs, path, parsed, digest, arena, p, &why);
    }
    connect_mapping_free(parsed);
    if (st == PT_OK) {
        return PT_OK;
    }
    return pt_fail(err, st == PT_CORRUPT ? PT_INVALID : st, "%s", why.message);
}
