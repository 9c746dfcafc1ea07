// SPDX-License-Identifier: Apache-2.0
/* Rows as a Parquet file, written by DuckDB's library, which is loaded when somebody wants one: a
 * table function hands it our rows, and its COPY writes them. Its memory does not grow with them.
 */
#include "behaviour/export_internal.h"

#include "base/time.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINES_BYTES = 64 << 20, /* of rows that are handed over at once, and of one value */
    PATH_BYTES = 4200,
    SQL_BYTES = 200,
    JSON_DEPTH = 64,
    US_A_MS = 1000,
};

/* ---- The library ------------------------------------------------------------------------------
 * Of its C interface what is needed, by the names and shapes of its stable part (duckdb.h 1.2 and
 * later). Objects are handed out behind pointers. */

typedef struct DuckObject DuckObject;
typedef enum DuckState { DUCK_OK, DUCK_FAILED } DuckState;
typedef enum DuckType {
    DUCK_BOOLEAN = 1,
    DUCK_BIGINT = 5,
    DUCK_DOUBLE = 11,
    DUCK_VARCHAR = 17,
    DUCK_TIMESTAMP_TZ = 31,
} DuckType;
typedef struct DuckResult { /* to be read by its functions only */
    uint64_t counts[3];
    void *columns;
    char *message;
    void *internal;
} DuckResult;
typedef void DuckBind(DuckObject *info);
typedef void DuckFill(DuckObject *info, DuckObject *chunk);

typedef struct Duck {
    const char *(*version)(void);
    DuckState (*create_config)(DuckObject **ret_config);
    DuckState (*set_config)(DuckObject *config, const char *name, const char *value);
    void (*destroy_config)(DuckObject **config);
    DuckState (*open)(const char *path, DuckObject **ret_db, DuckObject *config, char **ret_error);
    void (*close)(DuckObject **db);
    DuckState (*connect)(DuckObject *db, DuckObject **ret_connection);
    void (*disconnect)(DuckObject **connection);
    DuckState (*query)(DuckObject *connection, const char *sql, DuckResult *ret_result);
    const char *(*result_error)(DuckResult *result);
    void (*destroy_result)(DuckResult *result);
    void (*free)(void *memory);
    DuckObject *(*create_function)(void);
    void (*function_name)(DuckObject *function, const char *name);
    void (*function_extra)(DuckObject *function, void *extra, void (*drop)(void *extra));
    void (*function_bind)(DuckObject *function, DuckBind *bind);
    void (*function_init)(DuckObject *function, DuckBind *init);
    void (*function_fill)(DuckObject *function, DuckFill *fill);
    DuckState (*register_function)(DuckObject *connection, DuckObject *function);
    void (*destroy_function)(DuckObject **function);
    void *(*bind_extra)(DuckObject *info);
    void (*bind_column)(DuckObject *info, const char *name, DuckObject *type);
    DuckObject *(*create_type)(DuckType type);
    void (*destroy_type)(DuckObject **type);
    void *(*fill_extra)(DuckObject *info);
    void (*fill_error)(DuckObject *info, const char *message);
    DuckObject *(*chunk_vector)(DuckObject *chunk, uint64_t column);
    void (*chunk_size)(DuckObject *chunk, uint64_t rows);
    void *(*vector_data)(DuckObject *vector);
    void (*vector_may_be_null)(DuckObject *vector);
    uint64_t *(*vector_validity)(DuckObject *vector);
    void (*set_null)(uint64_t *validity, uint64_t row);
    void (*set_text)(DuckObject *vector, uint64_t row, const char *text, uint64_t len);
    uint64_t (*vector_rows)(void);
} Duck;

/* By the order of Duck. */
static const char *const duck_names[] = {
    "duckdb_library_version",
    "duckdb_create_config",
    "duckdb_set_config",
    "duckdb_destroy_config",
    "duckdb_open_ext",
    "duckdb_close",
    "duckdb_connect",
    "duckdb_disconnect",
    "duckdb_query",
    "duckdb_result_error",
    "duckdb_destroy_result",
    "duckdb_free",
    "duckdb_create_table_function",
    "duckdb_table_function_set_name",
    "duckdb_table_function_set_extra_info",
    "duckdb_table_function_set_bind",
    "duckdb_table_function_set_init",
    "duckdb_table_function_set_function",
    "duckdb_register_table_function",
    "duckdb_destroy_table_function",
    "duckdb_bind_get_extra_info",
    "duckdb_bind_add_result_column",
    "duckdb_create_logical_type",
    "duckdb_destroy_logical_type",
    "duckdb_function_get_extra_info",
    "duckdb_function_set_error",
    "duckdb_data_chunk_get_vector",
    "duckdb_data_chunk_set_size",
    "duckdb_vector_get_data",
    "duckdb_vector_ensure_validity_writable",
    "duckdb_vector_get_validity",
    "duckdb_validity_set_row_invalid",
    "duckdb_vector_assign_string_element_len",
    "duckdb_vector_size",
};
enum { DUCK_FUNCTIONS = sizeof duck_names / sizeof *duck_names };
_Static_assert(sizeof(Duck) == DUCK_FUNCTIONS * sizeof(void *), "a name for each function");

/* Once for the program, because its callbacks know nothing else: it stays loaded. */
static struct {
    pthread_mutex_t lock; /* of loading; who has loaded it reads it without */
    bool loaded;
} loading = {.lock = PTHREAD_MUTEX_INITIALIZER};
static Duck duck;

static PtStatus load(const char *library, PtError *err)
{
    void *functions[DUCK_FUNCTIONS];
    const char *name = library[0] != '\0' ? library : "libduckdb.so";
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *why = dlerror();
        return pt_fail(err, PT_CONFLICT,
                       "Parquet needs DuckDB's library (setting export.duckdb): %s",
                       why != NULL ? why : name);
    }
    for (size_t i = 0; i < DUCK_FUNCTIONS; i++) {
        functions[i] = dlsym(handle, duck_names[i]);
        if (functions[i] == NULL) {
            (void)dlclose(handle);
            return pt_fail(err, PT_CONFLICT, "Parquet needs DuckDB 1.2 or later: \"%s\" has no %s",
                           name, duck_names[i]);
        }
    }
    memcpy(&duck, functions, sizeof duck);
    loading.loaded = true;
    return PT_OK;
}

PtStatus export_parquet_check(const char *library, PtError *err)
{
    (void)pthread_mutex_lock(&loading.lock);
    PtStatus st = loading.loaded ? PT_OK : load(library, err);
    (void)pthread_mutex_unlock(&loading.lock);
    return st;
}

/* ---- Rows into its vectors --------------------------------------------------------------------
 */

typedef struct Writer {
    const ExportRows *rows;
    PtBuf lines;
    size_t at;  /* in them */
    PtBuf text; /* one value, decoded */
    PtStatus st;
    PtError err;
    DuckObject *config, *db, *connection, *function;
} Writer;

static void bind_columns(DuckObject *info)
{
    static const DuckType types[] = {[EXPORT_TEXT] = DUCK_VARCHAR,
                                     [EXPORT_COUNT] = DUCK_BIGINT,
                                     [EXPORT_NUMBER] = DUCK_DOUBLE,
                                     [EXPORT_TRUTH] = DUCK_BOOLEAN,
                                     [EXPORT_TIME] = DUCK_TIMESTAMP_TZ};
    const Writer *w = duck.bind_extra(info);
    for (size_t i = 0; i < w->rows->count; i++) {
        DuckObject *type = duck.create_type(types[w->rows->columns[i].type]);
        duck.bind_column(info, w->rows->columns[i].name, type);
        duck.destroy_type(&type);
    }
}

static void init_nothing(DuckObject *info)
{
    (void)info;
}

static PtStr decoded(Writer *w, PtStr json)
{
    if (json.data[0] != '"') {
        return json;
    }
    pt_buf_clear(&w->text, LINES_BYTES);
    pt_json_decode((PtStr){json.data + 1, json.len - 2}, &w->text);
    w->st = pt_buf_status(&w->text);
    return w->text.len > 0 ? pt_buf_str(&w->text) : PT_STR("");
}

/* False: it is not of the column's type. */
static bool put_value(Writer *w, ExportType type, DuckObject *vector, uint64_t row, PtStr json)
{
    void *values = duck.vector_data(vector);
    int64_t whole = 0;
    PtStr text;
    bool fits = true;
    switch (type) {
    case EXPORT_COUNT:
        fits = pt_json_to_i64(json, &whole);
        ((int64_t *)values)[row] = whole;
        break;
    case EXPORT_NUMBER:
        fits = json.data[0] == '-' || (json.data[0] >= '0' && json.data[0] <= '9');
        ((double *)values)[row] = fits ? pt_json_to_double(json) : 0;
        break;
    case EXPORT_TRUTH:
        fits = json.data[0] == 't' || json.data[0] == 'f';
        ((bool *)values)[row] = json.data[0] == 't';
        break;
    case EXPORT_TIME:
        fits = pt_time_parse(decoded(w, json), &whole);
        ((int64_t *)values)[row] = whole * US_A_MS;
        break;
    case EXPORT_TEXT:
        text = decoded(w, json);
        duck.set_text(vector, row, text.data, text.len);
        break;
    }
    return fits;
}

static void put_null(DuckObject *vector, uint64_t row)
{
    duck.vector_may_be_null(vector);
    duck.set_null(duck.vector_validity(vector), row);
}

static PtStatus put_line(Writer *w, DuckObject *const *vectors, uint64_t row, PtStr line)
{
    PtJson j;
    PtStr json;
    pt_json_init(&j, line, JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return pt_fail(&w->err, PT_CORRUPT, "a row of an export is no array");
    }
    for (size_t i = 0; i < w->rows->count; i++) {
        const ExportColumn *column = &w->rows->columns[i];
        if (!pt_json_skip(&j, &json, NULL, NULL)) {
            return pt_fail(&w->err, PT_CORRUPT, "a row of an export ends before %s", column->name);
        }
        if (pt_str_eq(json, PT_STR("null"))) {
            put_null(vectors[i], row);
        } else if (!put_value(w, column->type, vectors[i], row, json)) {
            return pt_fail(&w->err, PT_CORRUPT, "a value of %s is of another type", column->name);
        }
    }
    return w->st == PT_OK ? PT_OK
                          : pt_fail(&w->err, w->st, "a value is over %d bytes", LINES_BYTES);
}

/* The next line; without one data NULL: there are no more, or w->st tells why. */
static PtStr next_line(Writer *w)
{
    if (w->at == w->lines.len) {
        w->at = 0;
        pt_buf_clear(&w->lines, LINES_BYTES);
        w->st = w->rows->next(w->rows->ctx, &w->lines, &w->err);
    }
    if (w->st != PT_OK || w->lines.len == 0) {
        return (PtStr){NULL, 0};
    }
    const char *begin = w->lines.data + w->at;
    const char *end = memchr(begin, '\n', w->lines.len - w->at);
    const size_t len = end != NULL ? (size_t)(end - begin) : w->lines.len - w->at;
    w->at += len + (end != NULL);
    return (PtStr){begin, len};
}

static void fill(DuckObject *info, DuckObject *chunk)
{
    Writer *w = duck.fill_extra(info);
    DuckObject *vectors[EXPORT_COLUMNS] = {NULL};
    const uint64_t most = duck.vector_rows();
    uint64_t rows = 0;
    for (size_t i = 0; i < w->rows->count; i++) {
        vectors[i] = duck.chunk_vector(chunk, i);
    }
    for (PtStr line; w->st == PT_OK && rows < most && (line = next_line(w)).data != NULL; rows++) {
        w->st = put_line(w, vectors, rows, line);
    }
    if (w->st != PT_OK) {
        duck.fill_error(info, w->err.message);
    }
    duck.chunk_size(chunk, w->st == PT_OK ? rows : 0);
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus failed(Writer *w, const char *why, PtError *err)
{
    if (w->st != PT_OK) { // ours: it said so in its own words
        *err = w->err;
        return w->st;
    }
    return pt_fail(err, PT_IO, "DuckDB cannot write Parquet: %s", why != NULL ? why : "no reason");
}

/* Nothing but what it is told: no file of its own, no extension from elsewhere, one thread. */
static PtStatus open_duck(Writer *w, PtError *err)
{
    static const char *const settings[][2] = {
        {"threads", "1"},
        {"memory_limit", "512MB"},
        {"temp_directory", ""},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
    };
    char *why = NULL;
    bool ok = duck.create_config(&w->config) == DUCK_OK;
    for (size_t i = 0; ok && i < sizeof settings / sizeof *settings; i++) {
        ok = duck.set_config(w->config, settings[i][0], settings[i][1]) == DUCK_OK;
    }
    if (!ok || duck.open(":memory:", &w->db, w->config, &why) != DUCK_OK ||
        duck.connect(w->db, &w->connection) != DUCK_OK) {
        PtStatus st = failed(w, why, err);
        duck.free(why);
        return st;
    }
    return PT_OK;
}

static PtStatus offer_rows(Writer *w, PtError *err)
{
    w->function = duck.create_function();
    duck.function_name(w->function, "patron_rows");
    duck.function_extra(w->function, w, NULL);
    duck.function_bind(w->function, bind_columns);
    duck.function_init(w->function, init_nothing);
    duck.function_fill(w->function, fill);
    return duck.register_function(w->connection, w->function) == DUCK_OK
               ? PT_OK
               : failed(w, "it takes no rows", err);
}

static PtStatus copy_rows(Writer *w, int fd, PtError *err)
{
    char sql[SQL_BYTES];
    DuckResult result = {{0}, NULL, NULL, NULL};
    (void)snprintf(sql, sizeof sql,
                   "COPY (FROM patron_rows()) TO '/proc/self/fd/%d' (FORMAT parquet, COMPRESSION "
                   "zstd, USE_TMP_FILE false)",
                   fd);
    const bool done = duck.query(w->connection, sql, &result) == DUCK_OK;
    PtStatus st = done && w->st == PT_OK ? PT_OK : failed(w, duck.result_error(&result), err);
    duck.destroy_result(&result);
    return st;
}

static void close_duck(Writer *w)
{
    if (w->function != NULL) {
        duck.destroy_function(&w->function);
    }
    if (w->connection != NULL) {
        duck.disconnect(&w->connection);
    }
    if (w->db != NULL) {
        duck.close(&w->db);
    }
    if (w->config != NULL) {
        duck.destroy_config(&w->config);
    }
}

/* Without a name from its first moment on, so that nothing is left of it after a kill. */
static PtStatus open_file(const char *dir, int *ret_fd, PtError *err)
{
    char path[PATH_BYTES];
    if ((size_t)snprintf(path, sizeof path, "%s/.export-XXXXXX", dir) >= sizeof path) {
        return pt_fail(err, PT_INVALID, "the folder for exports has a name that is too long");
    }
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot write in \"%s\": %s", dir,
                       strerror(why));
    }
    (void)unlink(path);
    *ret_fd = fd;
    return PT_OK;
}

PtStatus export_parquet_write(const char *library, const char *dir, const ExportRows *rows,
                              int *ret_fd, PtError *err)
{
    Writer w = {.rows = rows};
    int fd = -1;
    PtStatus st = export_parquet_check(library, err);
    st = st == PT_OK ? open_file(dir, &fd, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&w.lines, LINES_BYTES);
    pt_buf_init(&w.text, LINES_BYTES);
    st = open_duck(&w, err);
    st = st == PT_OK ? offer_rows(&w, err) : st;
    st = st == PT_OK ? copy_rows(&w, fd, err) : st;
    close_duck(&w);
    pt_buf_done(&w.lines);
    pt_buf_done(&w.text);
    if (st == PT_OK) {
        *ret_fd = fd;
    } else {
        (void)close(fd);
    }
    return st;
}
