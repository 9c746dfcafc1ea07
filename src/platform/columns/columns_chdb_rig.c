// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_chdb_rig.h"

#include "base/test_rows.h"
#include "platform/columns/columns_sql.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Of its C interface what is needed. A connection is handed out behind a pointer. */
typedef struct Connection Connection;
typedef struct Result Result;

struct Chdb {
    void *library;
    Connection **connection;
    Result *result;
    const OracleRows *rows;
    PtBuf sql, binary;
    Connection **(*connect)(int argc, char **argv);
    void (*close)(Connection **connection);
    Result *(*query)(Connection *connection, const char *sql, size_t sql_len, const char *format,
                     size_t format_len);
    const char *(*error)(Result *result);
    char *(*buffer)(Result *result);
    size_t (*length)(Result *result);
    void (*destroy)(Result *result);
};

enum { STATEMENT_MAX = 256 << 20, SHOWN_MAX = 100000 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

/* ---- The library ----------------------------------------------------------------------------- */

static void find(const Chdb *c, const char *name, void **ret_function)
{
    *ret_function = dlsym(c->library, name);
    if (*ret_function == NULL) {
        fail_msg("the library has no %s", name);
    }
}

static PtStr run(Chdb *c, PtStr sql, PtStr format)
{
    if (c->result != NULL) {
        c->destroy(c->result);
    }
    c->result = c->query(*c->connection, sql.data, sql.len, format.data, format.len);
    assert_non_null(c->result);
    const char *error = c->error(c->result);
    if (error != NULL) {
        (void)fprintf(stderr, "%.*s\n", (int)(sql.len < SHOWN_MAX ? sql.len : SHOWN_MAX), sql.data);
        fail_msg("%.800s", error);
    }
    const size_t len = c->length(c->result);
    return (PtStr){len > 0 ? c->buffer(c->result) : "", len};
}

PtStr chdb_query(Chdb *c, PtStr sql)
{
    return run(c, sql, PT_STR("TabSeparated"));
}

Chdb *chdb_open(void)
{
    static char name[] = "chdb", *args[] = {name};
    const char *path = getenv("CHDB_LIBRARY");
    if (path == NULL || path[0] == 0 || sanitized) {
        print_message("without ClickHouse: %s\n",
                      sanitized ? "a build with sanitizers" : "CHDB_LIBRARY names no library");
        return NULL;
    }
    Chdb *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (c->library == NULL) {
        fail_msg("CHDB_LIBRARY: %s", dlerror());
    }
    find(c, "chdb_connect", (void **)&c->connect);
    find(c, "chdb_close_conn", (void **)&c->close);
    find(c, "chdb_query_n", (void **)&c->query);
    find(c, "chdb_result_error", (void **)&c->error);
    find(c, "chdb_result_buffer", (void **)&c->buffer);
    find(c, "chdb_result_length", (void **)&c->length);
    find(c, "chdb_destroy_query_result", (void **)&c->destroy);
    c->connection = c->connect(PT_COUNT(args), args);
    assert_non_null(c->connection);
    pt_buf_init(&c->sql, STATEMENT_MAX);
    pt_buf_init(&c->binary, STATEMENT_MAX);
    (void)chdb_query(c, PT_STR("SET max_query_size = 268435456"));
    (void)chdb_query(c, PT_STR("CREATE DATABASE patron ENGINE = Memory"));
    return c;
}

void chdb_close(Chdb *c)
{
    if (c != NULL) {
        if (c->result != NULL) {
            c->destroy(c->result);
        }
        c->close(c->connection); // the library stays: its threads may still be on their way out
        pt_buf_done(&c->sql);
        pt_buf_done(&c->binary);
        free(c);
    }
}

PtStr chdb_asked(const Chdb *c)
{
    return pt_buf_str(&c->sql);
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void put(Chdb *c, const void *bytes, size_t len)
{
    pt_buf_add(&c->binary, bytes, len);
}

#define PUT(c, type, value) put(c, &(type){value}, sizeof(type))

static void put_text(Chdb *c, PtStr text)
{
    size_t len = text.len;
    for (; len > 127; len >>= 7) {
        PUT(c, uint8_t, (uint8_t)(len & 127) | 128);
    }
    PUT(c, uint8_t, (uint8_t)len);
    pt_buf_add_str(&c->binary, text);
}

static void run_sql(Chdb *c)
{
    assert_int_equal(pt_buf_status(&c->sql), PT_OK);
    (void)chdb_query(c, pt_buf_str(&c->sql));
    pt_buf_clear(&c->sql, SIZE_MAX);
}

/* A table of what was put. As hexadecimal digits: what stands behind an INSERT as it is, is cut at
 * an empty line. */
static void make_table(Chdb *c, const char *name, const char *columns)
{
    pt_buf_clear(&c->sql, SIZE_MAX);
    pt_buf_printf(&c->sql, "DROP TABLE IF EXISTS patron.%s", name);
    run_sql(c);
    pt_buf_printf(&c->sql, "CREATE TABLE patron.%s (%s) ENGINE = Memory", name, columns);
    run_sql(c);
    assert_int_equal(pt_buf_status(&c->binary), PT_OK);
    if (c->binary.len > 0) {
        pt_buf_printf(&c->sql,
                      "INSERT INTO patron.%s SELECT * FROM format(RowBinary, '%s', unhex('", name,
                      columns);
        for (size_t i = 0; i < c->binary.len; i++) {
            static const char digits[] = "0123456789ABCDEF";
            pt_buf_add_char(&c->sql, digits[(unsigned char)c->binary.data[i] >> 4]);
            pt_buf_add_char(&c->sql, digits[(unsigned char)c->binary.data[i] & 15]);
        }
        pt_buf_printf(&c->sql, "'))");
        run_sql(c);
    }
    pt_buf_clear(&c->binary, SIZE_MAX);
}

static const ColumnsValue *value_of(const ColumnsRow *row, const ColumnsProperty *property)
{
    for (size_t i = 0; i < row->value_count; i++) {
        if (row->values[i].kind == property->kind &&
            pt_str_eq(row->values[i].path, property->path)) {
            return &row->values[i];
        }
    }
    return NULL;
}

static void put_value(Chdb *c, const ColumnsValue *value)
{
    PUT(c, uint8_t, value == NULL);
    if (value == NULL) {
        return;
    }
    if (value->kind == COLUMNS_NUMBER) {
        PUT(c, double, value->number);
    } else if (value->kind == COLUMNS_TEXT) {
        put_text(c, value->text);
    } else {
        PUT(c, uint8_t, value->truth);
    }
}

static void put_row(Chdb *c, const OracleRow *row)
{
    const ColumnsRow *r = &row->row;
    const bool currency = r->has_amount && r->currency[0] != 0;
    PUT(c, uint32_t, r->node);
    PUT(c, int64_t, r->time_ms);
    PUT(c, uint64_t, r->offset);
    PUT(c, uint16_t, row->code);
    PUT(c, uint8_t, r->channel);
    PUT(c, uint32_t, r->source);
    PUT(c, uint8_t, !r->has_amount);
    if (r->has_amount) {
        PUT(c, int64_t, r->amount);
    }
    PUT(c, uint8_t, !currency);
    if (currency) {
        put_text(c, pt_str(r->currency));
    }
    PUT(c, uint8_t, r->store.len == 0);
    if (r->store.len > 0) {
        put_text(c, r->store);
    }
    for (size_t i = 0; i < c->rows->property_count; i++) {
        put_value(c, value_of(r, &c->rows->properties[i]));
    }
}

void chdb_load(Chdb *c, const OracleRows *rows)
{
    static const char *const types[COLUMNS_KINDS] = {"Float64", "String", "UInt8"};
    PtBuf columns;
    pt_buf_init(&columns, STATEMENT_MAX);
    pt_buf_printf(&columns, "node UInt32, time Int64, offset UInt64, code UInt16, channel UInt8, "
                            "source UInt32, amount Nullable(Int64), currency Nullable(String), "
                            "store Nullable(String)");
    for (size_t i = 0; i < rows->property_count; i++) {
        pt_buf_printf(&columns, ", p%zu Nullable(%s)", COLUMNS_COLUMN_PROPERTIES + i,
                      types[rows->properties[i].kind]);
    }
    pt_buf_add_char(&columns, 0);
    assert_int_equal(pt_buf_status(&columns), PT_OK);
    c->rows = rows;
    for (size_t i = 0; i < rows->count; i++) {
        put_row(c, &rows->rows[i]);
    }
    make_table(c, "events", columns.data);
    pt_buf_done(&columns);
}

static void load_persons(Chdb *c, const ColumnsPlan *plan)
{
    for (uint32_t i = 0; i < plan->node_count; i++) {
        PUT(c, uint32_t, i);
        PUT(c, uint32_t, i == 0 ? 0 : plan->person_of[i]);
    }
    make_table(c, "persons", "node UInt32, person UInt32");
    for (uint32_t i = 0; plan->who != NULL && i < plan->who_count; i++) {
        if ((plan->who[i / 64] >> (i % 64) & 1) != 0) {
            PUT(c, uint32_t, i);
        }
    }
    make_table(c, "who", "person UInt32");
}

/* ---- Rows of an answer ----------------------------------------------------------------------- */

typedef struct AnswerRow {
    uint8_t part;
    PtStr value;
    uint32_t a, b;
    uint64_t n, m, o;
    double x;
    int64_t y;
} AnswerRow;

static void take(PtStr *rest, void *ret_value, size_t size)
{
    assert_true(rest->len >= size);
    memcpy(ret_value, rest->data, size);
    rest->data += size;
    rest->len -= size;
}

static PtStr take_text(PtStr *rest)
{
    uint64_t len = 0;
    uint8_t byte = 128;
    for (unsigned shift = 0; byte >= 128; shift += 7) {
        take(rest, &byte, 1);
        len |= (uint64_t)(byte & 127) << shift;
    }
    assert_true(rest->len >= len);
    const PtStr text = {rest->data, len};
    rest->data += len;
    rest->len -= len;
    return text;
}

static AnswerRow take_row(PtStr *rest)
{
    AnswerRow row;
    take(rest, &row.part, sizeof row.part);
    row.value = take_text(rest);
    take(rest, &row.a, sizeof row.a);
    take(rest, &row.b, sizeof row.b);
    take(rest, &row.n, sizeof row.n);
    take(rest, &row.m, sizeof row.m);
    take(rest, &row.o, sizeof row.o);
    take(rest, &row.x, sizeof row.x);
    take(rest, &row.y, sizeof row.y);
    return row;
}

/* ---- An answer ------------------------------------------------------------------------------- */

typedef struct Filling {
    const ColumnsPlan *plan;
    PtArena *arena;
    PlanAnswer *answer;
    PtStr *values;
    PlanCell *cells;
    PlanFunnelRow *funnel;
    PlanRetentionRow **retention;
    PlanEdge *edges;
    size_t edge_cap;
    uint64_t *counts; // of stickiness, lifecycle
    PlanSessionsRow *sessions;
    void *range; // of a walk
    uint32_t person;
} Filling;

static void *room(const Filling *f, size_t count, size_t size)
{
    void *memory = pt_arena_alloc(f->arena, count + 1, size);
    assert_non_null(memory);
    return memory;
}

static size_t value_at(const Filling *f, PtStr value)
{
    size_t i = 0;
    while (i < f->answer->value_count && !pt_str_eq(f->values[i], value)) {
        i++;
    }
    assert_true(i < f->answer->value_count);
    return i;
}

/* Memory for cells, as soon as the values are known. */
static void make_room(Filling *f)
{
    const ColumnsPlan *plan = f->plan;
    const size_t values = f->answer->value_count;
    switch (plan->kind) {
    case PLAN_SEGMENTATION: {
        const PlanSegmentation *p = &plan->segmentation;
        const size_t wide = p->series_count * p->periods.count;
        f->answer->cells = f->cells = room(f, values * wide, sizeof *f->cells);
        for (size_t i = 0; i < values * wide; i++) {
            f->cells[i].known = p->series[i % wide / p->periods.count].measure <= PLAN_SUM;
        }
        break;
    }
    case PLAN_FUNNEL:
        f->answer->funnel = f->funnel = room(f, values, sizeof *f->funnel);
        break;
    case PLAN_RETENTION:
        f->retention = room(f, values * plan->retention.periods.count, sizeof *f->retention);
        f->answer->retention = (const PlanRetentionRow *const *)f->retention;
        break;
    case PLAN_STICKINESS:
        f->counts = room(f, plan->stickiness.periods.count, sizeof *f->counts);
        f->answer->stickiness = f->counts;
        break;
    case PLAN_LIFECYCLE:
        f->counts = room(f, plan->lifecycle.periods.count * PLAN_STAGES, sizeof *f->counts);
        f->answer->lifecycle = (const uint64_t (*)[PLAN_STAGES])f->counts;
        break;
    case PLAN_SESSIONS:
        f->answer->sessions = f->sessions =
            room(f, plan->sessions.periods.count, sizeof *f->sessions);
        break;
    default:
        f->answer->edges = f->edges = room(f, f->edge_cap, sizeof *f->edges);
    }
}

static void fill_segmentation(Filling *f, const AnswerRow *row)
{
    const PlanSegmentation *p = &f->plan->segmentation;
    assert_true(row->a < p->series_count && row->b < p->periods.count);
    const bool counts = p->series[row->a].measure <= PLAN_UNIQUES;
    PlanCell *cell =
        &f->cells[(value_at(f, row->value) * p->series_count + row->a) * p->periods.count + row->b];
    *cell = (PlanCell){row->n, counts ? (double)row->n : row->x, cell->known || row->n > 0};
}

static void fill_funnel(Filling *f, const AnswerRow *row)
{
    assert_true(row->a < f->plan->funnel.step_count);
    PlanFunnelRow *steps = &f->funnel[value_at(f, row->value)];
    steps->reached[row->a] = row->n;
    steps->time_sum_ms[row->a] = row->x;
    steps->time_median_ms[row->a] = row->y;
}

static void fill_retention(Filling *f, const AnswerRow *row)
{
    const PlanRetention *p = &f->plan->retention;
    const size_t wide = p->brackets != NULL ? p->bracket_count : p->periods.count - row->a;
    assert_true(row->a < p->periods.count && (row->b < wide || row->b == UINT32_MAX));
    PlanRetentionRow **cohort = &f->retention[value_at(f, row->value) * p->periods.count + row->a];
    if (*cohort == NULL) {
        *cohort = room(f, 1, sizeof **cohort + wide * sizeof *(*cohort)->back);
    }
    *(row->b == UINT32_MAX ? &(*cohort)->persons : &(*cohort)->back[row->b]) = row->n;
}

static void fill_paths(Filling *f, const AnswerRow *row)
{
    f->edges[f->answer->edge_count++] =
        (PlanEdge){row->a, (uint16_t)(row->b >> 16), (uint16_t)row->b, row->n};
}

static void fill_stickiness(Filling *f, const AnswerRow *row)
{
    assert_true(row->b <= f->plan->stickiness.periods.count);
    f->counts[row->b] = row->n;
}

static void fill_lifecycle(Filling *f, const AnswerRow *row)
{
    assert_true(row->a < PLAN_STAGES && row->b < f->plan->lifecycle.periods.count);
    f->counts[row->b * PLAN_STAGES + row->a] = row->n;
}

static void fill_sessions(Filling *f, const AnswerRow *row)
{
    assert_true(row->b < f->plan->sessions.periods.count);
    f->sessions[row->b] = (PlanSessionsRow){row->n, row->m, row->o, row->x, row->y};
}

static void end_person(Filling *f)
{
    if (f->person != 0) {
        assert_int_equal(f->plan->walk.end(f->range, f->person, NULL), PT_OK);
    }
}

static void fill_walk(Filling *f, const AnswerRow *row)
{
    const PlanWalk *walk = &f->plan->walk;
    if (row->a != f->person) {
        end_person(f);
    }
    f->person = row->a;
    assert_int_equal(walk->row(f->range, row->a, row->n, row->y, row->m, NULL), PT_OK);
}

static void fill_row(Filling *f, const AnswerRow *row)
{
    static void (*const kinds[PLAN_KINDS])(Filling *, const AnswerRow *) = {
        fill_segmentation, fill_funnel,    fill_retention, fill_paths,
        fill_stickiness,   fill_lifecycle, fill_sessions,  fill_walk};
    switch (row->part) {
    case SQL_PERSONS:
        f->answer->persons = row->n;
        break;
    case SQL_VALUE:
        f->values[f->answer->value_count] = pt_arena_str(f->arena, row->value);
        f->answer->value_count++;
        break;
    case SQL_VALUES:
        f->answer->values_left = row->n - f->answer->value_count;
        make_room(f);
        break;
    case SQL_CELL:
        kinds[f->plan->kind](f, row);
        break;
    default:
        f->answer->paths = row->n;
    }
}

static bool broken_down(const ColumnsPlan *plan)
{
    return (plan->kind == PLAN_SEGMENTATION && plan->segmentation.breakdown.slot != UINT32_MAX) ||
           (plan->kind == PLAN_FUNNEL && plan->funnel.breakdown.slot != UINT32_MAX) ||
           (plan->kind == PLAN_RETENTION && plan->retention.breakdown.slot != UINT32_MAX);
}

void chdb_ask(Chdb *c, const ColumnsPlan *plan, size_t code_count, size_t source_count,
              PtArena *arena, PlanAnswer *ret_answer)
{
    const ColumnsSql sql = {PT_STR("patron.events"), PT_STR("patron.persons"), PT_STR("patron.who"),
                            code_count, source_count};
    PtError err = {0};
    load_persons(c, plan);
    if (columns_sql_plan(&sql, plan, &c->sql, &err) != PT_OK) {
        fail_msg("columns_sql_plan: %s", err.message);
    }
    assert_int_equal(pt_buf_status(&c->sql), PT_OK);
    PtStr rest = run(c, pt_buf_str(&c->sql), PT_STR("RowBinary"));

    *ret_answer = (PlanAnswer){0};
    Filling f = {.plan = plan, .arena = arena, .answer = ret_answer, .edge_cap = rest.len};
    ret_answer->values = f.values = room(&f, PLAN_BREAKDOWN, sizeof *f.values);
    if (!broken_down(plan)) {
        f.values[ret_answer->value_count++] = PT_STR("");
        make_room(&f);
    }
    if (plan->kind == PLAN_WALK) {
        assert_int_equal(plan->walk.begin(plan->walk.ctx, &f.range, NULL), PT_OK);
    }
    while (rest.len > 0) {
        const AnswerRow row = take_row(&rest);
        fill_row(&f, &row);
    }
    if (plan->kind == PLAN_WALK) {
        end_person(&f);
        plan->walk.done(f.range);
    }
}
