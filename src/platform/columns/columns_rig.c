// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_rig.h"

#include "base/hash.h"
#include "platform/columns/columns_internal.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- The log ----------------------------------------------------------------------------------
 */

static const int64_t BEGIN_MS = INT64_C(1700000000000), DAY_MS = 86400000;

static void text(char *out, const char *begin, uint64_t number)
{
    (void)snprintf(out, CRIG_TEXT, "%s%" PRIu64, begin, number);
}

static void random_value(PtRng *rng, struct CRigValue *v, uint64_t i)
{
    text(v->path, pt_rng_below(rng, 60) == 0 ? "properties.mark" : "properties.p",
         pt_rng_below(rng, 5));
    v->kind = (ColumnsKind)pt_rng_below(rng, COLUMNS_KINDS);
    v->number = pt_rng_unit(rng) * 100;
    v->truth = pt_rng_below(rng, 2) == 0;
    switch (pt_rng_below(rng, 4)) {
    case 0:
        text(v->text, "mark ", pt_rng_below(rng, 8));
        break;
    case 1:
        text(v->text, "only of row ", i);
        break;
    default:
        text(v->text, "often ", pt_rng_below(rng, 3));
    }
}

/* No two values of a row are of one column, also when an erasure has made "-" of their paths. */
static bool has_column(const CRigRow *row, const struct CRigValue *v)
{
    for (uint8_t i = 0; i < row->value_count; i++) {
        const struct CRigValue *other = &row->values[i];
        const bool both = strstr(other->path, "mark") != NULL && strstr(v->path, "mark") != NULL;
        if (other->kind == v->kind && (both || strcmp(other->path, v->path) == 0)) {
            return true;
        }
    }
    return false;
}

/* Mostly in the order of time, with ties; some rows are late. */
static void random_row(CRig *r, CRigRow *row, uint64_t i)
{
    PtRng *rng = &r->rng;
    const uint64_t most = UINT64_C(1) << pt_rng_below(rng, 7);
    const uint64_t node = pt_rng_below(rng, most < CRIG_NODES ? most : CRIG_NODES);
    *row = (CRigRow){.node = pt_rng_below(rng, 12) == 0 ? 0 : r->nodes[node],
                     .time_ms = BEGIN_MS + (int64_t)(i / 4) * 600000,
                     .source = (uint32_t)pt_rng_below(rng, 3),
                     .type = (uint8_t)pt_rng_below(rng, 3),
                     .channel = (uint8_t)pt_rng_below(rng, 16),
                     .has_amount = pt_rng_below(rng, 3) == 0};
    if (pt_rng_below(rng, 12) == 0) {
        row->time_ms -= (int64_t)pt_rng_below(rng, 20 * (uint64_t)DAY_MS);
    }
    row->amount = row->has_amount ? (int64_t)pt_rng_below(rng, 1u << 30) - 1000 : 0;
    if (row->has_amount) {
        memcpy(row->currency, pt_rng_below(rng, 2) == 0 ? "EUR" : "USD", 4);
    }
    text(row->event, pt_rng_below(rng, 40) == 0 ? "mark event " : "event ", pt_rng_below(rng, 9));
    if (pt_rng_below(rng, 3) == 0) {
        text(row->store, "store ", pt_rng_below(rng, 20));
    }
    for (uint64_t n = pt_rng_below(rng, CRIG_VALUES + 1); n > 0; n--) {
        struct CRigValue *v = &row->values[row->value_count];
        random_value(rng, v, i);
        if (!has_column(row, v)) {
            row->value_count++;
        }
    }
}

static uint32_t person_of(void *ctx, uint32_t node)
{
    const CRig *r = ctx;
    for (size_t i = 0; i < CRIG_NODES; i++) {
        if (r->nodes[i] == node) {
            return r->persons[i];
        }
    }
    fail_msg("node %u", node);
    return 0;
}

void crig_init(CRig *r, uint64_t seed, uint64_t rows)
{
    *r = (CRig){.rows = rows};
    pt_rng_init(&r->rng, seed);
    r->disk = fault_fs_new(seed);
    r->log = calloc(rows, sizeof *r->log);
    assert_non_null(r->disk);
    assert_non_null(r->log);
    fault_layer_init(&r->layer, r->disk);
    r->config = (ColumnsConfig){.fs = &r->layer.fs,
                                .dir = "/columns",
                                .memory_bytes = 1 << 20,
                                .cold_rows = 900,
                                .person_of = person_of,
                                .person_ctx = r};
    // Dense numbers, as the graph gives them, and some from far away.
    const uint32_t base = 1 + (uint32_t)pt_rng_below(&r->rng, 1 << 22);
    for (uint32_t i = 0; i < CRIG_NODES; i++) {
        r->nodes[i] = i % 16 == 15 ? UINT32_MAX - i : base + i * 3;
        r->persons[i] = r->nodes[i];
    }
    for (uint64_t i = 0; i < rows; i++) {
        random_row(r, &r->log[i], i);
    }
}

void crig_done(CRig *r)
{
    columns_close(r->c);
    r->c = NULL;
    fault_fs_free(r->disk);
    free(r->log);
}

void crig_open(CRig *r)
{
    PtError err = {0};
    if (columns_open(&r->config, &r->c, &err) != PT_OK) {
        fail_msg("open: %s", err.message);
    }
    r->given = columns_next(r->c);
}

void crig_merge_persons(CRig *r, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const uint64_t to = pt_rng_below(&r->rng, CRIG_NODES + 1);
        r->persons[pt_rng_below(&r->rng, CRIG_NODES)] = to < CRIG_NODES ? r->persons[to] : 0;
    }
}

ColumnsRow crig_row(const CRig *r, uint64_t offset, ColumnsValue *values)
{
    const CRigRow *from = &r->log[offset / 2];
    ColumnsRow row = {.offset = offset,
                      .time_ms = from->time_ms,
                      .node = from->node,
                      .source = from->source,
                      .type = from->type,
                      .channel = from->channel,
                      .event = pt_str(from->event),
                      .store = pt_str(from->store),
                      .has_amount = from->has_amount,
                      .amount = from->amount,
                      .values = values,
                      .value_count = from->value_count};
    memcpy(row.currency, from->currency, sizeof row.currency);
    for (uint8_t i = 0; i < from->value_count; i++) {
        const struct CRigValue *v = &from->values[i];
        values[i] = (ColumnsValue){pt_str(v->path), v->kind, pt_str(v->text), v->number, v->truth};
    }
    return row;
}

PtStatus crig_add_up_to(CRig *r, uint64_t offset, PtError *err)
{
    while (r->given < offset && r->given < 2 * r->rows) {
        ColumnsValue values[CRIG_VALUES];
        // an odd offset is no record of ours; one that was given before does nothing
        const uint64_t at = r->given + r->given % 2;
        const ColumnsRow row = crig_row(r, at, values);
        PtStatus st = columns_add(r->c, &row, err);
        if (st == PT_OK && at % 14 == 0) {
            st = columns_add(r->c, &row, err);
        }
        if (st != PT_OK) {
            return st;
        }
        r->given = at + 2;
    }
    return PT_OK;
}

PtStatus crig_add(CRig *r, unsigned count, PtError *err)
{
    return crig_add_up_to(r, r->given + 2 * (uint64_t)count, err);
}

PtStatus crig_step(CRig *r, bool *ret_did, PtError *err)
{
    if (pt_rng_below(&r->rng, 4) == 0) {
        return columns_step(r->c, ret_did, err);
    }
    PtStatus st = columns_damage(r->c, err);
    st = st == PT_OK ? columns_settle(r->c, err) : st;
    const uint64_t budget = 1 + pt_rng_below(&r->rng, 4000);
    return st == PT_OK ? columns_merge_step(r->c, budget, false, ret_did, err) : st;
}

/* ---- Erasing ----------------------------------------------------------------------------------
 */

static bool holds(const char *where, const char *what)
{
    return what[0] != '\0' && strstr(where, what) != NULL;
}

static void hide(char *where, const char *what)
{
    if (holds(where, what)) {
        memcpy(where, "-", 2);
    }
}

static void erase_row(CRigRow *row, bool is_theirs, const char *what)
{
    if (is_theirs) {
        row->node = 0;
        row->time_ms -= row->time_ms % 3600000;
        row->value_count = 0;
    }
    hide(row->event, what);
    hide(row->store, what);
    for (uint8_t i = 0; i < row->value_count; i++) {
        hide(row->values[i].path, what);
        hide(row->values[i].text, what);
    }
}

void crig_erase_log(CRig *r, unsigned from, unsigned count, const char *what)
{
    for (uint64_t i = 0; i < (r->given + 1) / 2; i++) {
        bool is_theirs = false;
        for (unsigned n = from; n < from + count; n++) {
            is_theirs |= r->log[i].node == r->nodes[n];
        }
        erase_row(&r->log[i], is_theirs, what);
    }
}

static bool finds(void *ctx, PtStr where)
{
    return pt_str_has(where, pt_str(ctx));
}

PtStatus crig_erase(CRig *r, unsigned from, unsigned count, const char *what, PtError *err)
{
    char copy[CRIG_TEXT];
    (void)snprintf(copy, sizeof copy, "%s", what);
    crig_erase_log(r, from, count, what);
    return columns_erase(r->c, r->nodes + from, count, what[0] != '\0' ? finds : NULL, copy, err);
}

/* ---- Comparing --------------------------------------------------------------------------------
 */

typedef struct Line { /* a row as a text */
    uint32_t node;
    int64_t time_ms;
    uint64_t offset;
    char *text;
} Line;

typedef struct Lines {
    Line *items;
    size_t count;
} Lines;

static void lines_done(Lines *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->items[i].text);
    }
    free(l->items);
}

static int by_place(const void *a, const void *b)
{
    const Line *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The values in the order of their texts, which are freed. */
static char *line_text(const char *base, char **values, size_t count)
{
    char *all = NULL;
    qsort(values, count, sizeof *values, by_text);
    assert_true(asprintf(&all, "%s", base) >= 0);
    for (size_t i = 0; i < count; i++) {
        char *more = NULL;
        assert_true(asprintf(&more, "%s|%s", all, values[i]) >= 0);
        free(all);
        free(values[i]);
        all = more;
    }
    return all;
}

static char *value_text(PtStr path, ColumnsKind kind, PtStr s, double number, bool truth)
{
    char *out = NULL;
    int n = 0;
    switch (kind) {
    case COLUMNS_TEXT:
        n = asprintf(&out, "%.*s:text:%.*s", PT_STR_ARG(path), PT_STR_ARG(s));
        break;
    case COLUMNS_NUMBER:
        n = asprintf(&out, "%.*s:number:%.17g", PT_STR_ARG(path), number);
        break;
    default:
        n = asprintf(&out, "%.*s:truth:%d", PT_STR_ARG(path), truth);
    }
    assert_true(n >= 0);
    return out;
}

static void log_line(const CRig *r, uint64_t offset, Line *line)
{
    ColumnsValue v[CRIG_VALUES];
    const ColumnsRow row = crig_row(r, offset, v);
    char base[300], *values[CRIG_VALUES];
    (void)snprintf(base, sizeof base, "%u %.*s ch%u so%u %s%" PRId64 " %s %.*s", row.type,
                   PT_STR_ARG(row.event), row.channel, row.source, row.has_amount ? "a" : "",
                   row.amount, row.currency, PT_STR_ARG(row.store));
    for (size_t i = 0; i < row.value_count; i++) {
        values[i] = value_text(v[i].path, v[i].kind, v[i].text, v[i].number, v[i].truth);
    }
    *line = (Line){row.node, row.time_ms, offset, line_text(base, values, row.value_count)};
}

static Lines lines_of_log(const CRig *r)
{
    Lines l = {calloc(r->given / 2 + 1, sizeof(Line)), 0};
    assert_non_null(l.items);
    for (uint64_t offset = 0; offset < r->given; offset += 2) {
        log_line(r, offset, &l.items[l.count++]);
    }
    qsort(l.items, l.count, sizeof(Line), by_place);
    return l;
}

typedef struct Reading {
    const ColumnsSnapshot *s;
    ColumnsReader *reader;
    const ColumnsEvent *events;
    const ColumnsProperty *properties;
    size_t event_count, property_count;
    Lines *lines;
} Reading;

static const ColumnsBlock *block_of(const Reading *r, uint32_t column, uint32_t row)
{
    const ColumnsBlock *b = NULL;
    PtError err = {0};
    if (columns_read(r->reader, column, row / COLUMNS_BLOCK_ROWS, &b, &err) != PT_OK) {
        fail_msg("read: %s", err.message);
    }
    return b;
}

/* The value's index; UINT32_MAX: none. */
static uint32_t value_at(const ColumnsBlock *b, uint32_t row)
{
    return b->count == 0 ? UINT32_MAX : columns_block_find(b, row % COLUMNS_BLOCK_ROWS);
}

static PtStr text_of(const Reading *r, uint32_t column, uint32_t row)
{
    const ColumnsBlock *b = block_of(r, column, row);
    const uint32_t at = value_at(b, row);
    return at != UINT32_MAX ? b->texts[b->u32[at]] : PT_STR("");
}

static size_t read_values(const Reading *r, uint32_t row, char **values)
{
    size_t count = 0;
    for (uint32_t i = 0; i < r->property_count; i++) {
        const ColumnsBlock *b = block_of(r, COLUMNS_COLUMN_PROPERTIES + i, row);
        const uint32_t at = value_at(b, row);
        const ColumnsProperty *p = &r->properties[i];
        if (at != UINT32_MAX) {
            values[count++] = value_text(
                p->path, p->kind, p->kind == COLUMNS_TEXT ? b->texts[b->u32[at]] : PT_STR(""),
                p->kind == COLUMNS_NUMBER ? b->f64[at] : 0,
                p->kind == COLUMNS_TRUTH && b->u8[at] != 0);
        }
    }
    return count;
}

static void read_line(const Reading *r, uint32_t node, uint32_t row, Line *line)
{
    char base[300], *values[COLUMNS_PROPERTIES_MAX];
    const uint32_t i = row % COLUMNS_BLOCK_ROWS;
    const uint16_t code = block_of(r, COLUMNS_COLUMN_CODE, row)->u16[i];
    assert_true(code < r->event_count);
    const ColumnsBlock *amounts = block_of(r, COLUMNS_COLUMN_AMOUNT, row);
    const uint32_t amount = value_at(amounts, row);
    const PtStr currency = text_of(r, COLUMNS_COLUMN_CURRENCY, row);
    const PtStr store = text_of(r, COLUMNS_COLUMN_STORE, row);
    (void)snprintf(
        base, sizeof base, "%u %.*s ch%u so%u %s%" PRId64 " %.*s %.*s", r->events[code].type,
        PT_STR_ARG(r->events[code].name), block_of(r, COLUMNS_COLUMN_CHANNEL, row)->u8[i],
        block_of(r, COLUMNS_COLUMN_SOURCE, row)->u32[i], amount != UINT32_MAX ? "a" : "",
        amount != UINT32_MAX ? amounts->i64[amount] : 0, PT_STR_ARG(currency), PT_STR_ARG(store));
    const size_t count = read_values(r, row, values);
    *line = (Line){node, block_of(r, COLUMNS_COLUMN_TIME, row)->i64[i],
                   (uint64_t)block_of(r, COLUMNS_COLUMN_OFFSET, row)->i64[i],
                   line_text(base, values, count)};
}

/* What a block says of itself, without reading it. */
static void check_block(const Reading *r, size_t run, uint32_t row, const Line *line)
{
    const ColumnsBlockInfo *info = columns_block_info(r->s, run, row / COLUMNS_BLOCK_ROWS);
    const ColumnsRunInfo of = columns_run_info(r->s, run);
    const uint16_t code = block_of(r, COLUMNS_COLUMN_CODE, row)->u16[row % COLUMNS_BLOCK_ROWS];
    assert_true(line->time_ms >= info->time_min && line->time_ms <= info->time_max);
    assert_true(line->time_ms >= of.time_min && line->time_ms <= of.time_max);
    assert_true((info->events[code % 256 / 64] >> code % 64 & 1) != 0);
}

static void read_group(const Reading *r, size_t run, const ColumnsGroup *g)
{
    Lines *l = r->lines;
    for (uint32_t row = g[0].first; row < g[1].first; row++) {
        Line *line = &l->items[l->count];
        read_line(r, g->node, row, line);
        check_block(r, run, row, line);
        assert_true(g->node == 0 || row == g->first || by_place(line - 1, line) < 0);
        l->count++;
    }
}

static void read_run(Reading *r, size_t run)
{
    const ColumnsGroup *groups = NULL;
    const ColumnsRunInfo info = columns_run_info(r->s, run);
    uint64_t last = 0;
    assert_int_equal(columns_run_groups(r->s, run, &groups, NULL), PT_OK);
    assert_int_equal(columns_reader_open(r->s, run, &r->reader, NULL), PT_OK);
    assert_int_equal(groups[info.groups].first, info.rows);
    for (uint32_t g = 0; g < info.groups; g++) {
        const uint64_t key = (uint64_t)groups[g].person << 32 | groups[g].node;
        assert_true(g == 0 || groups[g].node == 0 || key > last);
        assert_true(g == 0 || groups[g].person >= groups[g - 1].person);
        last = groups[g].node != 0 ? key : last;
        read_group(r, run, &groups[g]);
    }
    columns_reader_close(r->reader);
}

static Lines lines_of_snapshot(const ColumnsSnapshot *s)
{
    size_t rows = 0;
    for (size_t i = 0; i < columns_snapshot_runs(s); i++) {
        rows += columns_run_info(s, i).rows;
    }
    Lines l = {calloc(rows + 1, sizeof(Line)), 0};
    assert_non_null(l.items);
    Reading reading = {.s = s, .lines = &l};
    reading.event_count = columns_snapshot_events(s, &reading.events);
    reading.property_count = columns_snapshot_properties(s, &reading.properties);
    for (size_t i = 0; i < columns_snapshot_runs(s); i++) {
        read_run(&reading, i);
    }
    qsort(l.items, l.count, sizeof(Line), by_place);
    return l;
}

static ColumnsSnapshot *snapshot_of(const CRig *r)
{
    ColumnsSnapshot *s = NULL;
    PtError err = {0};
    if (columns_snapshot(r->c, &s, &err) != PT_OK) {
        fail_msg("snapshot: %s", err.message);
    }
    return s;
}

uint64_t crig_digest(const ColumnsSnapshot *s)
{
    PT_CLEANUP(lines_done) Lines l = lines_of_snapshot(s);
    uint64_t digest = l.count;
    for (size_t i = 0; i < l.count; i++) {
        const Line *line = &l.items[i];
        digest = digest * 31 + pt_hash64(pt_str(line->text)) + line->node;
        digest = digest * 31 + (uint64_t)line->time_ms + line->offset;
    }
    return digest;
}

void crig_check(CRig *r)
{
    PT_CLEANUP(lines_done) Lines want = lines_of_log(r);
    PT_CLEANUP(columns_snapshot_freep) ColumnsSnapshot *s = snapshot_of(r);
    PT_CLEANUP(lines_done) Lines got = lines_of_snapshot(s);
    assert_true(columns_snapshot_next(s) >= (r->given > 0 ? r->given - 1 : 0));
    for (size_t i = 0; i < want.count && i < got.count; i++) {
        if (by_place(&want.items[i], &got.items[i]) != 0 ||
            strcmp(want.items[i].text, got.items[i].text) != 0) {
            fail_msg("row %zu: %u %" PRId64 " %" PRIu64 " \"%s\", not %u %" PRId64 " %" PRIu64
                     " \"%s\"",
                     i, got.items[i].node, got.items[i].time_ms, got.items[i].offset,
                     got.items[i].text, want.items[i].node, want.items[i].time_ms,
                     want.items[i].offset, want.items[i].text);
        }
    }
    assert_int_equal(got.count, want.count);
}

/* ---- Files ------------------------------------------------------------------------------------
 */

typedef struct Search {
    CRig *r;
    const char *what;
    unsigned files, hits;
} Search;

static void search_file(Search *s, const char *name)
{
    char path[100], *bytes = NULL;
    size_t len = 0;
    (void)snprintf(path, sizeof path, "%s/%s", s->r->config.dir, name);
    assert_int_equal(pt_fs_read(s->r->disk, path, 1 << 28, &bytes, &len, NULL), PT_OK);
    s->files++;
    s->hits += pt_str_has((PtStr){bytes, len}, pt_str(s->what));
    free(bytes);
}

typedef struct Names {
    char names[100][40];
    size_t count;
} Names;

static bool keep_name(void *ctx, const char *name)
{
    Names *n = ctx;
    if (n->count == sizeof n->names / sizeof *n->names ||
        !pt_str_copy(n->names[n->count], sizeof n->names[0], pt_str(name))) {
        fail_msg("more files than were thought of, with \"%s\"", name);
        return false;
    }
    n->count++;
    return true;
}

unsigned crig_search(CRig *r, const char *what, unsigned *ret_files)
{
    Search s = {.r = r, .what = what};
    Names n = {.count = 0};
    assert_int_equal(r->disk->ops->list(r->disk, r->config.dir, keep_name, &n, NULL), PT_OK);
    for (size_t i = 0; i < n.count; i++) {
        search_file(&s, n.names[i]);
    }
    *ret_files = s.files;
    return s.hits;
}
