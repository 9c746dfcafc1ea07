// SPDX-License-Identifier: Apache-2.0
/* Stores and tills as CSV, in and out. */
#include "commerce.sql.h"
#include "commerce/commerce_internal.h"

#include <stdio.h>
#include <string.h>

enum { ROW_BYTES = 4 << 20, COLUMNS_MAX = COMMERCE_STORE_FIELDS + 2 };

/* ---- Columns ----------------------------------------------------------------------------------
 * Of stores: code, the fields, calendar. Of tills: store, code, the fields.
 */
typedef struct Columns {
    const char *names[COLUMNS_MAX];
    size_t count, keys; /* the first `keys` must be there */
} Columns;

static Columns columns_of(CommerceFile file)
{
    const bool stores = file == COMMERCE_FILE_STORES;
    const char *const *fields = stores ? commerce_store_fields : commerce_till_fields;
    Columns c = {.names = {stores ? "code" : "store", "code"}, .keys = stores ? 1 : 2};
    c.count = c.keys;
    for (size_t i = 0; fields[i] != NULL; i++) {
        c.names[c.count++] = fields[i];
    }
    if (stores) {
        c.names[c.count++] = "calendar";
    }
    return c;
}

/* ---- In ---------------------------------------------------------------------------------------
 */

typedef struct Importing {
    CommerceWriting w;
    CommerceFile file;
    Columns columns;
    size_t column_of[COMMERCE_CELLS_MAX]; /* by cell of the file */
    size_t cells;
    PtArena *arena; /* of what is answered; w.arena is a row's */
    CommerceImport *into;
    PtError why; /* of a row */
    PtError *err;
} Importing;

static PtStatus read_header(Importing *im, const PtStr *cells, size_t count)
{
    bool seen[COLUMNS_MAX] = {false};
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < im->columns.count && !pt_str_eq(cells[i], pt_str(im->columns.names[at]))) {
            at++;
        }
        if (at == im->columns.count || seen[at]) {
            return pt_fail(
                im->err, PT_INVALID, "line 1: \"%.*s\" is no column, or stands twice",
                (int)(cells[i].len < COMMERCE_CODE_MAX ? cells[i].len : COMMERCE_CODE_MAX),
                cells[i].data);
        }
        seen[at] = true;
        im->column_of[i] = at;
    }
    for (size_t i = 0; i < im->columns.keys; i++) {
        if (!seen[i]) {
            return pt_fail(im->err, PT_INVALID, "line 1: the column \"%s\" is missing",
                           im->columns.names[i]);
        }
    }
    im->cells = count;
    return PT_OK;
}

/* A calendar that holds now already is no change, whatever is planned behind it. */
static PtStatus without_kept(Importing *im, CommerceStorePut *put)
{
    CommerceStore store;
    PtError why = {0};
    int64_t number = 0;
    if (put->calendar.data == NULL) {
        return PT_OK;
    }
    PtStatus st = commerce_store_load(im->w.tx, put->code, im->w.arena, &store, &number, &why);
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    if (st != PT_OK) {
        return pt_fail(im->w.err, st, "%s", why.message);
    }
    const PtStr now = commerce_kept_at(store.kept, store.kept_count, im->w.now_ms);
    if (pt_str_eq(now.data != NULL ? now : PT_STR(""), put->calendar)) {
        put->calendar = (PtStr){NULL, 0};
    }
    return PT_OK;
}

static PtStatus write_row(Importing *im, const PtStr values[COLUMNS_MAX], bool *ret_changed,
                          bool *ret_added)
{
    if (im->file == COMMERCE_FILE_TILLS) {
        CommerceTill till = {
            .store = values[0], .code = values[1], .version = COMMERCE_ANY_VERSION};
        memcpy(till.f, &values[2], sizeof till.f);
        return commerce_till_write(&im->w, &till, ret_changed, ret_added);
    }
    CommerceStorePut store = {.code = values[0],
                              .calendar = values[COMMERCE_STORE_FIELDS + 1],
                              .from_ms = im->w.now_ms,
                              .expected = COMMERCE_ANY_VERSION};
    memcpy(store.f, &values[1], sizeof store.f);
    PtStatus st = commerce_code_check("code", store.code, im->w.err);
    st = st == PT_OK ? without_kept(im, &store) : st;
    return st == PT_OK ? commerce_store_write(&im->w, &store, ret_changed, ret_added) : st;
}

static PtStatus note_fault(Importing *im, uint64_t line, const char *what)
{
    CommerceImport *into = im->into;
    into->failed++;
    if (into->fault_count == COMMERCE_FAULTS_MAX) {
        return PT_OK;
    }
    const PtStr text = pt_arena_str(im->arena, pt_str(what));
    if (text.data == NULL) {
        return pt_fail(im->err, PT_NO_MEMORY, "no memory for an import");
    }
    into->faults[into->fault_count++] = (CommerceFault){line, text};
    return PT_OK;
}

/* What is wrong with the row alone; anything else ends the import. */
static bool is_the_rows(PtStatus st)
{
    return st == PT_INVALID || st == PT_NOT_FOUND || st == PT_TOO_LARGE;
}

static PtStatus take_row(Importing *im, const PtStr *cells, size_t count, uint64_t line)
{
    PtStr values[COLUMNS_MAX] = {0};
    bool changed = false, added = false;
    if (count != im->cells) {
        return note_fault(im, line,
                          count < im->cells ? "fewer cells than the header"
                                            : "more cells than the header");
    }
    for (size_t i = 0; i < count; i++) {
        values[im->column_of[i]] = cells[i];
    }
    im->why = (PtError){0};
    PtStatus st = write_row(im, values, &changed, &added);
    if (st != PT_OK) {
        return is_the_rows(st) ? note_fault(im, line, im->why.message)
                               : pt_fail(im->err, st, "%s", im->why.message);
    }
    *(added ? &im->into->added : changed ? &im->into->changed : &im->into->same) += 1;
    return PT_OK;
}

static PtStatus take_rows(Importing *im, PtStr text)
{
    CommerceCsv csv = commerce_csv(text);
    PtStr cells[COMMERCE_CELLS_MAX];
    size_t count = 0, rows = 0;
    uint64_t line = 0;
    bool row = false;
    PtStatus st = commerce_csv_next(&csv, im->w.arena, cells, &count, &line, &row, im->err);
    if (st == PT_OK && !row) {
        st = pt_fail(im->err, PT_INVALID, "line 1: no header");
    }
    st = st == PT_OK ? read_header(im, cells, count) : st;
    while (st == PT_OK) {
        pt_arena_clear(im->w.arena);
        st = commerce_csv_next(&csv, im->w.arena, cells, &count, &line, &row, im->err);
        if (st != PT_OK || !row) {
            break;
        }
        st = rows++ < COMMERCE_CSV_ROWS_MAX
                 ? take_row(im, cells, count, line)
                 : pt_fail(im->err, PT_TOO_LARGE, "over %d rows", COMMERCE_CSV_ROWS_MAX);
    }
    return st;
}

PtStatus commerce_import(Commerce *c, const AuditActor *by, const CommerceImportFile *file,
                         PtArena *arena, CommerceImport *ret_import, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *row_arena = pt_arena_new(ROW_BYTES);
    CommerceImport into = {.faults =
                               pt_arena_alloc(arena, COMMERCE_FAULTS_MAX, sizeof *into.faults)};
    Importing im = {.file = file->kind,
                    .columns = columns_of(file->kind),
                    .arena = arena,
                    .into = &into,
                    .err = err};
    if (file->csv.len > COMMERCE_CSV_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the file has over %d bytes", COMMERCE_CSV_BYTES);
    }
    if (row_arena == NULL || into.faults == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an import");
    }
    PtStatus st = commerce_write(&im.w, c, by, row_arena, err);
    im.w.err = &im.why;
    st = st == PT_OK ? take_rows(&im, file->csv) : st;
    const bool writes = st == PT_OK && !file->trial && into.added + into.changed > 0;
    st = writes ? pt_sql_commit(&im.w.tx, err) : st;
    pt_sql_rollback(im.w.tx);
    if (st == PT_OK) {
        *ret_import = into;
        if (writes && file->kind == COMMERCE_FILE_STORES) {
            commerce_changed(c);
        }
    }
    return st;
}

/* ---- Out --------------------------------------------------------------------------------------
 */

static void put_header(CommerceFile file, PtBuf *out)
{
    const Columns columns = columns_of(file);
    for (size_t i = 0; i < columns.count; i++) {
        pt_buf_printf(out, "%s%s", i > 0 ? "," : "", columns.names[i]);
    }
    pt_buf_add_str(out, PT_STR("\r\n"));
}

static void put_cells(PtBuf *out, const PtStr *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            pt_buf_add_char(out, ',');
        }
        pt_buf_add_csv(out, cells[i]);
    }
    pt_buf_add_str(out, PT_STR("\r\n"));
}

static PtStatus put_tills(Commerce *c, PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(c->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_COMMERCE_TILL_ALL, err) : st;
    if (st != PT_OK) {
        return st;
    }
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        PtStr cells[2 + COMMERCE_TILL_FIELDS];
        for (int i = 0; i < 2 + COMMERCE_TILL_FIELDS; i++) {
            cells[i] = pt_sql_text(tx, i);
        }
        put_cells(out, cells, 2 + COMMERCE_TILL_FIELDS);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus put_stores(Commerce *c, PtBuf *out, PtError *err)
{
    enum { PAGE = 500, PAGE_BYTES = 16 << 20 };
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    char after[COMMERCE_CODE_MAX + 1] = "";
    const int64_t now_ms = pt_clock_now_ms(c->c.clock);
    PtStatus st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an export");
    for (bool more = true; st == PT_OK && more;) {
        CommerceStore *list = NULL;
        size_t count = 0;
        pt_arena_clear(arena);
        const CommerceStoreQuery query = {.state = -1, .after = pt_str(after), .max = PAGE};
        st = commerce_stores(c, &query, arena, &list, &count, &more, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            PtStr cells[COLUMNS_MAX] = {list[i].code};
            const PtStr kept = commerce_kept_at(list[i].kept, list[i].kept_count, now_ms);
            memcpy(&cells[1], list[i].f, sizeof list[i].f);
            cells[COLUMNS_MAX - 1] = kept.data != NULL ? kept : PT_STR("");
            put_cells(out, cells, COLUMNS_MAX);
            (void)snprintf(after, sizeof after, "%.*s", PT_STR_ARG(list[i].code));
        }
        more = more && count > 0;
    }
    return st;
}

PtStatus commerce_export(Commerce *c, CommerceFile file, PtBuf *out, PtError *err)
{
    put_header(file, out);
    PtStatus st = file == COMMERCE_FILE_STORES ? put_stores(c, out, err) : put_tills(c, out, err);
    return st == PT_OK && pt_buf_status(out) != PT_OK
               ? pt_fail(err, pt_buf_status(out), "no room for the export")
               : st;
}
