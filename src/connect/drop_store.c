// SPDX-License-Identifier: Apache-2.0
/* Drop folders and their files as rows. */
#include "connect/drop_internal.h"

#include "base/uuid.h"
#include "drop.sql.h"

#include <string.h>

static const char *const states[] = {"importing", "done", "repeated", "failed"};

const char *connect_drop_state_name(ConnectDropState state)
{
    return states[state];
}

static PtStr optional(const char *text)
{
    return text != NULL && text[0] != '\0' ? pt_str(text) : (PtStr){NULL, 0};
}

/* Begins a statement whose ?1 is an id. What is none is not asked for: it may not even be text. */
static PtStatus use_id(PtSqlTx *tx, const char *statement, PtStr id, PtError *err)
{
    PtUuid uuid;
    if (!pt_uuid_parse(id, &uuid)) {
        return pt_fail(err, PT_NOT_FOUND, "no such drop folder");
    }
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
    }
    return st;
}

/* A column's text in the arena; NULL stays so. */
static PtStr take_text(PtSqlTx *tx, int column, PtArena *arena, bool *out_of_memory)
{
    const PtStr stored = pt_sql_text(tx, column);
    if (stored.data == NULL) {
        return (PtStr){NULL, 0};
    }
    const PtStr copy = pt_arena_str(arena, stored);
    *out_of_memory |= copy.data == NULL;
    return copy;
}

static PtStatus read_row(PtSqlTx *tx, PtArena *arena, ConnectDrop *ret, PtError *err)
{
    bool out = false;
    const ConnectDrop d = {.id = take_text(tx, 0, arena, &out),
                           .edit = {.name = take_text(tx, 1, arena, &out),
                                    .folder = take_text(tx, 2, arena, &out),
                                    .source = take_text(tx, 3, arena, &out),
                                    .recipe = take_text(tx, 4, arena, &out),
                                    .mapping = take_text(tx, 5, arena, &out),
                                    .quiet_s = pt_sql_i64(tx, 6),
                                    .enabled = pt_sql_i64(tx, 7) != 0},
                           .problem = take_text(tx, 8, arena, &out),
                           .created_ms = pt_sql_i64(tx, 9),
                           .changed_ms = pt_sql_i64(tx, 10),
                           .changed_by = take_text(tx, 11, arena, &out)};
    if (out) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for drop folders");
    }
    *ret = d;
    return PT_OK;
}

PtStatus drop_read(PtSqlTx *tx, PtStr id, PtArena *arena, ConnectDrop *ret_drop, PtError *err)
{
    bool row = false;
    PtStatus st = use_id(tx, SQL_DROP_GET, id, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? read_row(tx, arena, ret_drop, err)
                 : pt_fail(err, PT_NOT_FOUND, "no such drop folder");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus drop_read_list(PtSqlTx *tx, PtArena *arena, ConnectDrop **ret_list, size_t *ret_count,
                        PtError *err)
{
    ConnectDrop *list = pt_arena_alloc(arena, CONNECT_DROPS_MAX, sizeof *list);
    bool row = false;
    size_t count = 0;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for drop folders");
    }
    PtStatus st = pt_sql_use(tx, SQL_DROP_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, CONNECT_DROPS_MAX);
    while (count < CONNECT_DROPS_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_row(tx, arena, &list[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus drop_count(PtSqlTx *tx, int64_t *ret_count, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DROP_COUNT, err);
    if (st == PT_OK) {
        st = pt_sql_step(tx, &row, err);
    }
    if (st == PT_OK) {
        *ret_count = row ? pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus drop_write(PtSqlTx *tx, const ConnectDrop *drop, bool is_new, PtError *err)
{
    const ConnectDropEdit *e = &drop->edit;
    const PtStr texts[] = {drop->id, e->name, e->folder, e->source, e->recipe, e->mapping};
    PtStatus st = pt_sql_use(tx, is_new ? SQL_DROP_ADD : SQL_DROP_SET, err);
    if (st != PT_OK) {
        return st;
    }
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        pt_sql_bind_text(tx, i + 1, texts[i].data != NULL ? texts[i] : PT_STR(""));
    }
    pt_sql_bind_i64(tx, 7, e->quiet_s);
    pt_sql_bind_i64(tx, 8, e->enabled);
    pt_sql_bind_i64(tx, 9, drop->created_ms);
    pt_sql_bind_i64(tx, 10, drop->changed_ms);
    pt_sql_bind_text(tx, 11, drop->changed_by);
    st = pt_sql_finish(tx, err);
    return st == PT_CONFLICT
               ? pt_fail(err, PT_CONFLICT, "a drop folder of this name or path exists already")
               : st;
}

PtStatus drop_set_problem(PtSqlTx *tx, const char *id, const char *problem, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DROP_SET_PROBLEM, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, optional(problem));
    return pt_sql_finish(tx, err);
}

PtStatus drop_remove(PtSqlTx *tx, PtStr id, PtError *err)
{
    PtStatus st = use_id(tx, SQL_DROP_FILES_DROP, id, err);
    if (st == PT_OK) {
        st = pt_sql_finish(tx, err);
    }
    if (st == PT_OK) {
        st = use_id(tx, SQL_DROP_DROP, id, err);
    }
    return st == PT_OK ? pt_sql_finish(tx, err) : st;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

PtStatus drop_file_insert(PtSqlTx *tx, const DropCurrent *file, ConnectDropState state,
                          const char *reason, const char *placed, int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DROP_FILE_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(file->id));
    pt_sql_bind_text(tx, 2, pt_str(file->folder));
    pt_sql_bind_text(tx, 3, pt_str(file->name));
    pt_sql_bind_text(tx, 4, pt_str(file->source_id));
    pt_sql_bind_text(tx, 5, pt_str(file->digest));
    pt_sql_bind_i64(tx, 6, file->bytes);
    pt_sql_bind_text(tx, 7, pt_str(states[state]));
    pt_sql_bind_text(tx, 8, optional(reason));
    pt_sql_bind_text(tx, 9, optional(file->job));
    pt_sql_bind_i64(tx, 10, now_ms);
    pt_sql_bind_i64(tx, 11, state == CONNECT_DROP_IMPORTING ? 0 : now_ms);
    pt_sql_bind_text(tx, 12, optional(placed));
    return pt_sql_finish(tx, err);
}

PtStatus drop_file_finish(PtSqlTx *tx, const char *id, ConnectDropState state, const char *reason,
                          const char *placed, int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DROP_FILE_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, pt_str(states[state]));
    pt_sql_bind_text(tx, 3, optional(reason));
    pt_sql_bind_i64(tx, 4, now_ms);
    pt_sql_bind_text(tx, 5, optional(placed));
    return pt_sql_finish(tx, err);
}

PtStatus drop_file_known(PtSqlTx *tx, const DropCurrent *file,
                         char ret_name[static CONNECT_DROP_FILE_MAX + 1], int64_t *ret_ms,
                         PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_DROP_FILE_KNOWN, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(file->source_id));
    pt_sql_bind_text(tx, 2, pt_str(file->digest));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        (void)pt_str_copy(ret_name, CONNECT_DROP_FILE_MAX + 1,
                          row ? pt_sql_text(tx, 0) : (PtStr){NULL, 0});
        *ret_ms = row ? pt_sql_i64(tx, 1) : 0;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus drop_file_resume(PtSqlTx *tx, DropCurrent *ret_file, PtError *err)
{
    bool row = false;
    DropCurrent f = {.id = ""};
    PtStatus st = pt_sql_use(tx, SQL_DROP_FILE_FIRST_IMPORTING, err);
    if (st == PT_OK) {
        st = pt_sql_step(tx, &row, err);
    }
    if (st == PT_OK && row) {
        const bool whole = pt_str_copy(f.id, sizeof f.id, pt_sql_text(tx, 0)) &&
                           pt_str_copy(f.folder, sizeof f.folder, pt_sql_text(tx, 1)) &&
                           pt_str_copy(f.name, sizeof f.name, pt_sql_text(tx, 2)) &&
                           pt_str_copy(f.source_id, sizeof f.source_id, pt_sql_text(tx, 3)) &&
                           pt_str_copy(f.digest, sizeof f.digest, pt_sql_text(tx, 4)) &&
                           pt_str_copy(f.job, sizeof f.job, pt_sql_text(tx, 6));
        f.bytes = pt_sql_i64(tx, 5);
        st = whole ? PT_OK
                   : pt_fail(err, PT_CORRUPT, "a dropped file in the database does not read");
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_file = f;
    }
    return st;
}

static PtStatus read_file(PtSqlTx *tx, PtArena *arena, ConnectDropFile *ret, PtError *err)
{
    bool out = false, known = false;
    ConnectDropFile f = {.id = take_text(tx, 0, arena, &out),
                         .name = take_text(tx, 1, arena, &out),
                         .digest = take_text(tx, 2, arena, &out),
                         .reason = take_text(tx, 3, arena, &out),
                         .job = take_text(tx, 4, arena, &out),
                         .placed = take_text(tx, 5, arena, &out),
                         .bytes = pt_sql_i64(tx, 6),
                         .taken_ms = pt_sql_i64(tx, 8),
                         .finished_ms = pt_sql_i64(tx, 9),
                         .rows = pt_sql_i64(tx, 10),
                         .landed = pt_sql_i64(tx, 11),
                         .refused = pt_sql_i64(tx, 12)};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (pt_str_eq(pt_sql_text(tx, 7), pt_str(states[i]))) {
            f.state = (ConnectDropState)i;
            known = true;
        }
    }
    *ret = f;
    if (out) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for dropped files");
    }
    return known ? PT_OK : pt_fail(err, PT_CORRUPT, "a dropped file in the database does not read");
}

PtStatus drop_read_files(PtSqlTx *tx, PtStr id, PtStr before, size_t limit, PtArena *arena,
                         ConnectDropFiles *ret_page, PtError *err)
{
    ConnectDropFile *files = pt_arena_alloc(arena, limit > 0 ? limit : 1, sizeof *files);
    bool row = false;
    size_t count = 0;
    if (files == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu dropped files", limit);
    }
    PtStatus st = use_id(tx, SQL_DROP_FILE_LIST, id, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 2, before.len > 0 ? before : PT_STR("z")); // behind every id
    pt_sql_bind_i64(tx, 3, (int64_t)limit);
    while (count < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_file(tx, arena, &files[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_page = (ConnectDropFiles){files, count};
    }
    return st;
}
