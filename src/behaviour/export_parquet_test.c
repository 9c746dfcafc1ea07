// SPDX-License-Identifier: Apache-2.0
/* Parquet, written and read again by DuckDB's library: that of DUCKDB_LIBRARY (tests/README.md). */
#include "base/test_rows.h"
#include "behaviour/export_internal.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 5000, PIECE = 300, MAGIC = 4, SQL = 512 };

static const ExportColumn columns[] = {{"n", EXPORT_COUNT},
                                       {"share", EXPORT_NUMBER},
                                       {"said", EXPORT_TEXT},
                                       {"sure", EXPORT_TRUTH},
                                       {"seen", EXPORT_TIME}};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* The seventh row of seven has nothing but its number. */
typedef struct Source {
    size_t at, count;
    const char *odd; /* a last row; NULL: none */
} Source;

static PtStatus next(void *ctx, PtBuf *lines, PtError *err)
{
    Source *s = ctx;
    (void)err;
    for (size_t i = 0; i < PIECE && s->at < s->count; i++, s->at++) {
        if (s->at % 7 == 6) {
            pt_buf_printf(lines, "[%zu,null,null,null,null]\n", s->at);
        } else {
            pt_buf_printf(lines,
                          "[%zu,%zu.5,\"\\u00e9 \\\"%zu\\\"\",%s,\"2025-11-02T03:04:05.006Z\"]\n",
                          s->at, s->at, s->at, s->at % 2 == 0 ? "true" : "false");
        }
    }
    if (s->at == s->count && s->odd != NULL) {
        pt_buf_printf(lines, "%s\n", PT_TAKE(s->odd));
    }
    return PT_OK;
}

static const char *library(void)
{
    const char *path = getenv("DUCKDB_LIBRARY");
    return path != NULL ? path : "";
}

static void want_library(void)
{
    if (library()[0] == '\0') {
        print_message("without Parquet: DUCKDB_LIBRARY names no library\n");
        skip();
    }
}

static PtStatus write_rows(Source *source, int *ret_fd, PtError *err)
{
    const ExportRows rows = {columns, COLUMNS, next, source};
    return export_parquet_write(library(), P_tmpdir, &rows, ret_fd, err);
}

/* ---- The other way: what an SQL of the file says, by the library's own reader ------------------
 */

typedef struct Result {
    uint64_t counts[3];
    void *columns;
    char *message;
    void *internal;
} Result;

static struct {
    int (*open)(const char *path, void **db);
    void (*close)(void **db);
    int (*connect)(void *db, void **connection);
    void (*disconnect)(void **connection);
    int (*query)(void *connection, const char *sql, Result *result);
    char *(*value)(Result *result, uint64_t column, uint64_t row);
    const char *(*error)(Result *result);
    void (*destroy)(Result *result);
} reader;

static void find(void *handle, const char *name, void **ret_function)
{
    *ret_function = dlsym(handle, name);
    assert_non_null(*ret_function);
}

static void load_reader(void)
{
    void *handle = dlopen(library(), RTLD_NOW | RTLD_LOCAL);
    assert_non_null(handle);
    find(handle, "duckdb_open", (void **)&reader.open);
    find(handle, "duckdb_close", (void **)&reader.close);
    find(handle, "duckdb_connect", (void **)&reader.connect);
    find(handle, "duckdb_disconnect", (void **)&reader.disconnect);
    find(handle, "duckdb_query", (void **)&reader.query);
    find(handle, "duckdb_value_varchar", (void **)&reader.value);
    find(handle, "duckdb_result_error", (void **)&reader.error);
    find(handle, "duckdb_destroy_result", (void **)&reader.destroy);
}

static void says(int fd, const char *what, const char *want)
{
    char sql[SQL];
    void *db = NULL, *connection = NULL;
    Result result = {{0}, NULL, NULL, NULL};
    (void)snprintf(sql, sizeof sql, "SELECT %s FROM read_parquet('/proc/self/fd/%d')", what, fd);
    assert_int_equal(reader.open(NULL, &db), 0);
    assert_int_equal(reader.connect(db, &connection), 0);
    if (reader.query(connection, sql, &result) != 0) {
        fail_msg("%s: %s", sql, reader.error(&result));
    }
    char *got = reader.value(&result, 0, 0);
    assert_string_equal(got, want);
    free(got);
    reader.destroy(&result);
    reader.disconnect(&connection);
    reader.close(&db);
}

/* ---- Tests ------------------------------------------------------------------------------------
 */

static void test_round(void **state)
{
    Source source = {.count = ROWS};
    int fd = -1;
    char magic[MAGIC];
    PtError err = {0};
    (void)state;
    want_library();
    if (write_rows(&source, &fd, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(pread(fd, magic, MAGIC, 0), MAGIC);
    assert_memory_equal(magic, "PAR1", MAGIC);
    load_reader();
    says(fd, "count(*) || ' ' || sum(n) || ' ' || count(share)", "5000 12497500 4286");
    says(fd,
         "any_value(typeof(n) || ' ' || typeof(share) || ' ' || typeof(said) || ' ' || "
         "typeof(sure) || ' ' || typeof(seen))",
         "BIGINT DOUBLE VARCHAR BOOLEAN TIMESTAMP WITH TIME ZONE");
    says(fd, "max(share) || ' ' || max(said) FILTER (n = 4999)", "4999.5 \303\251 \"4999\"");
    says(fd, "epoch_ms(min(seen)) || ' ' || count_if(sure) || ' ' || count_if(seen IS NULL)",
         "1762052645006 2143 714");
    says(fd, "bool_and(n = file_row_number)", "true"); // in order
    (void)close(fd);
}

static void test_empty(void **state)
{
    Source source = {.count = 0};
    int fd = -1;
    PtError err = {0};
    (void)state;
    want_library();
    assert_int_equal(write_rows(&source, &fd, &err), PT_OK);
    load_reader();
    says(fd, "count(*)", "0");
    (void)close(fd);
}

static struct OddCase {
    const char *name, *row, *want;
} odd_cases[] = {
    {"no number", "[\"1\",1,\"\",true,null]", "a value of n is of another type"},
    {"no whole number", "[1.5,1,\"\",true,null]", "a value of n is of another type"},
    {"no share", "[1,\"x\",\"\",true,null]", "a value of share is of another type"},
    {"no truth", "[1,1,\"\",1,null]", "a value of sure is of another type"},
    {"no time", "[1,1,\"\",true,\"soon\"]", "a value of seen is of another type"},
    {"too short", "[1,1]", "a row of an export ends before said"},
    {"no array", "{}", "a row of an export is no array"},
};

static void test_odd(void **state)
{
    const struct OddCase *c = *state;
    Source source = {.count = PIECE, .odd = c->row};
    int fd = -1;
    PtError err = {0};
    want_library();
    assert_int_equal(write_rows(&source, &fd, &err), PT_CORRUPT);
    assert_string_equal(err.message, c->want);
    assert_int_equal(fd, -1);
}

static PtStatus stopped(void *ctx, PtBuf *lines, PtError *err)
{
    (void)ctx;
    (void)lines;
    return pt_fail(err, PT_UNAVAILABLE, "stopped");
}

static void test_stops(void **state)
{
    const ExportRows rows = {columns, COLUMNS, stopped, NULL};
    int fd = -1;
    PtError err = {0};
    (void)state;
    want_library();
    assert_int_equal(export_parquet_write(library(), P_tmpdir, &rows, &fd, &err), PT_UNAVAILABLE);
    assert_string_equal(err.message, "stopped");
    assert_int_equal(export_parquet_write(library(), "/none/of/it", &rows, &fd, &err),
                     PT_NOT_FOUND);
}

/* Before it was loaded: the first test. */
static void test_says_what_is_missing(void **state)
{
    PtError err = {0};
    (void)state;
    assert_int_equal(export_parquet_check("/none/libduckdb.so", &err), PT_CONFLICT);
    assert_non_null(strstr(err.message, "export.duckdb"));
    assert_non_null(strstr(err.message, "/none/libduckdb.so"));
    assert_int_equal(export_parquet_check("libc.so.6", &err), PT_CONFLICT);
    assert_non_null(strstr(err.message, "has no duckdb_library_version"));
}

int main(void)
{
    enum { FIRST = 4, ODD = sizeof odd_cases / sizeof *odd_cases };
    struct CMUnitTest tests[FIRST + ODD] = {
        cmocka_unit_test(test_says_what_is_missing), cmocka_unit_test(test_round),
        cmocka_unit_test(test_empty), cmocka_unit_test(test_stops)};
    for (size_t i = 0; i < ODD; i++) {
        tests[FIRST + i] =
            (struct CMUnitTest){odd_cases[i].name, test_odd, NULL, NULL, &odd_cases[i]};
    }
    return cmocka_run_group_tests_name("behaviour/parquet", tests, NULL, NULL);
}
