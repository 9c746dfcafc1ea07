// SPDX-License-Identifier: Apache-2.0
/* Rows become events: one each, or one for a group of rows with a list of lines. */
#include "connect/mapping_internal.h"

#include "base/map.h"
#include "base/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LINE_MAX_BYTES = 16000,      /* JSON of one line of a group */
    HEAD_MAX_BYTES = 15000,      /* an event without its lines */
    GROUP_ROWS_MAX = 100000,     /* rows of one group */
    GROUPS_BYTES_MAX = 64 << 20, /* of all open groups; over it the oldest is closed */
    PART_SLACK = 64,             /* the members "part" and "parts" */
    ID_DIGEST_LEN = 32,          /* characters of the digest in a messageId */
    ID_MAX = 255,                /* bytes of a messageId: the bound of the intake */
};

typedef struct Group {
    struct Group *prev, *next; /* in order of their last row */
    PtStr key;
    uint64_t first_row, last_row;
    char *text; /* owned: key and cells of the first row */
    MapCell *cells;
    PtBuf lines;    /* JSON objects with a comma between */
    uint32_t *ends; /* in lines, behind each object */
    uint32_t rows, ends_cap;
    int64_t sums[MAP_SUMS_MAX];
    size_t bytes; /* counted into the builder's total */
} Group;

struct ConnectBuilder {
    const ConnectMapping *m;
    ConnectSink sink;
    char id_prefix[ID_DIGEST_LEN + 1];
    int *fields; /* of each mapping column: its field's index */
    MapCell *cells;
    PtBuf json_text; /* decoded text of a JSON row */
    PtBuf event, line, key;
    PtMap *groups;
    Group *oldest, *newest;
    size_t groups_bytes;
    int blame; /* of the row at hand: the column that is wrong, -1: none in particular */
    ConnectCounts counts;
};

/* What one event is rendered from. */
typedef struct Render {
    const MapCell *cells;
    const int64_t *sums;
    PtStr lines; /* JSON objects with commas between */
    uint64_t row;
    PtStr id;             /* of the row; empty: digest and number */
    unsigned part, parts; /* from 1; parts 1: the event is whole */
    int *blame;           /* may be NULL */
} Render;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to build events");
}

PtStatus connect_builder_new(const ConnectMapping *mapping, const char *digest,
                             const ConnectSink *sink, ConnectBuilder **ret_builder, PtError *err)
{
    ConnectBuilder *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return no_memory(err);
    }
    b->m = mapping;
    b->sink = *sink;
    (void)snprintf(b->id_prefix, sizeof b->id_prefix, "%.*s", ID_DIGEST_LEN, digest);
    pt_buf_init(&b->json_text, 4 * (size_t)CONNECT_RECORD_MAX);
    pt_buf_init(&b->event, 16 * (size_t)CONNECT_RECORD_MAX);
    pt_buf_init(&b->line, 16 * (size_t)CONNECT_RECORD_MAX);
    pt_buf_init(&b->key, 4 * (size_t)CONNECT_RECORD_MAX);
    b->fields = calloc(mapping->column_count + 1, sizeof *b->fields);
    b->cells = calloc(mapping->column_count + 1, sizeof *b->cells);
    b->groups = pt_map_new();
    if (b->fields == NULL || b->cells == NULL || b->groups == NULL) {
        connect_builder_free(b);
        return no_memory(err);
    }
    *ret_builder = b;
    return PT_OK;
}

static void group_free(Group *g)
{
    if (g != NULL) {
        pt_buf_done(&g->lines);
        free(g->ends);
        free(g->cells);
        free(g->text);
        free(g);
    }
}

void connect_builder_free(ConnectBuilder *b)
{
    if (b == NULL) {
        return;
    }
    for (Group *g = b->oldest; g != NULL;) {
        Group *next = g->next;
        group_free(g);
        g = next;
    }
    pt_map_free(b->groups, NULL);
    pt_buf_done(&b->json_text);
    pt_buf_done(&b->event);
    pt_buf_done(&b->line);
    pt_buf_done(&b->key);
    free(b->fields);
    free(b->cells);
    free(b);
}

const ConnectCounts *connect_builder_counts(const ConnectBuilder *b)
{
    return &b->counts;
}

/* ---- Columns -------------------------------------------------------------------------------- */

static bool find_field(PtStr name, const PtStr *header, size_t count, int *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(header[i], name)) {
            *ret = (int)i;
            return true;
        }
    }
    uint32_t number;
    if (count == 0 && pt_str_to_u32(name, CONNECT_COLUMNS_MAX, &number) && number > 0) {
        *ret = (int)number - 1;
        return true;
    }
    return false;
}

PtStatus connect_builder_header(ConnectBuilder *b, const PtStr *header, size_t header_count,
                                PtError *err)
{
    const ConnectMapping *m = b->m;
    if (m->shape.format >= CONNECT_JSONL) {
        return PT_OK; // columns are paths
    }
    if (m->header_count > 0) {
        header = m->header;
        header_count = m->header_count;
    }
    for (size_t i = 0; i < m->column_count; i++) {
        if (!find_field(m->columns[i], header, header_count, &b->fields[i])) {
            return pt_fail(err, PT_INVALID,
                           header_count > 0
                               ? "the file has no column \"%.*s\""
                               : "without a header, columns are 1, 2, ...: not \"%.*s\"",
                           PT_STR_ARG(m->columns[i]));
        }
    }
    return PT_OK;
}

static PtStatus load_cells(ConnectBuilder *b, const ConnectRow *row, PtError *err)
{
    if (b->m->shape.format == CONNECT_JSONL) {
        return map_json_cells(b->m, row->raw, b->cells, &b->json_text, err);
    }
    for (size_t i = 0; i < b->m->column_count; i++) {
        size_t field = (size_t)b->fields[i];
        if (field >= row->count) {
            b->blame = (int)i;
            return pt_fail(err, PT_INVALID, "%zu fields: there is no column \"%.*s\"", row->count,
                           PT_STR_ARG(b->m->columns[i]));
        }
        b->cells[i] = (MapCell){row->fields[field], {NULL, 0}};
    }
    return PT_OK;
}

/* ---- One event as JSON ---------------------------------------------------------------------- */

static PtStatus write_node(const ConnectMapping *m, const MapNode *n, const Render *r,
                           PtJsonOut *out, PtError *err);

static PtStatus write_children(const ConnectMapping *m, const MapNode *parent, const Render *r,
                               PtJsonOut *out, PtError *err)
{
    for (const MapNode *n = parent->first; n != NULL; n = n->next) {
        PtStatus st = write_node(m, n, r, out, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static void blame(const Render *r, int column)
{
    if (r->blame != NULL) {
        *r->blame = column;
    }
}

/* What was written since `before` goes away, comma included. */
static void take_back(PtJsonOut *out, size_t len_before, bool comma_before)
{
    out->buf->len = len_before;
    out->comma = comma_before;
}

static PtStatus write_leaf(const ConnectMapping *m, const MapNode *n, const Render *r,
                           PtJsonOut *out, PtError *err)
{
    const MapTarget *t = n->target;
    size_t len = out->buf->len;
    bool comma = out->comma, written = true;
    if (t->kind == MAP_SUM) {
        char text[PT_MONEY_TEXT];
        if (r->part == 1 && map_has_value(t, r->cells)) {
            pt_json_out_key(out, n->name);
            pt_json_out_raw(out, pt_money_format(r->sums[t->sum], text));
        }
        return PT_OK;
    }
    pt_json_out_key(out, n->name);
    PtStatus st = map_value(m, t, r->cells, out, &written, err);
    if (!written) {
        take_back(out, len, comma);
    }
    if (st != PT_OK) {
        blame(r, t->column);
    }
    return st;
}

static PtStatus write_node(const ConnectMapping *m, const MapNode *n, const Render *r,
                           PtJsonOut *out, PtError *err)
{
    if (n->target != NULL) {
        return write_leaf(m, n, r, out, err);
    }
    size_t before = out->buf->len;
    bool comma = out->comma;
    pt_json_out_key(out, n->name);
    if (n->array) {
        pt_json_out_array(out);
        pt_buf_add_str(out->buf, r->lines);
        pt_json_out_array_end(out);
        if (r->parts > 1) {
            pt_json_out_key(out, PT_STR("part"));
            pt_json_out_u64(out, r->part);
            pt_json_out_key(out, PT_STR("parts"));
            pt_json_out_u64(out, r->parts);
        }
        return PT_OK;
    }
    pt_json_out_object(out);
    size_t open = out->buf->len;
    PtStatus st = write_children(m, n, r, out, err);
    bool empty = out->buf->len == open;
    pt_json_out_object_end(out);
    if (empty) {
        take_back(out, before, comma);
    }
    return st;
}

/* The rule that holds for the row, or NULL. */
static const MapRule *rule_of(const ConnectMapping *m, const MapCell *cells)
{
    for (unsigned i = 0; i < m->rule_count; i++) {
        if (map_rule_holds(m, &m->rules[i], cells)) {
            return &m->rules[i];
        }
    }
    return NULL;
}

static PtStr fixed_or_cell(PtStr fixed, int column, const MapCell *cells)
{
    return column >= 0 ? cells[column].text : fixed;
}

static PtStatus write_id(const ConnectBuilder *b, const Render *r, PtJsonOut *out, PtError *err)
{
    char id[ID_DIGEST_LEN + 64];
    PtStr own = b->m->id_column >= 0 ? r->cells[b->m->id_column].text : (PtStr){NULL, 0};
    pt_json_out_key(out, PT_STR("messageId"));
    if (own.len > ID_MAX - 8) {
        blame(r, b->m->id_column);
        return pt_fail(err, PT_TOO_LARGE, "the message id is over %d bytes", ID_MAX - 8);
    }
    own = own.len == 0 && r->id.len > 0 ? r->id : own;
    if (own.len > 0 && r->part == 1) {
        pt_json_out_str(out, own);
        return PT_OK;
    }
    if (own.len > 0) {
        char joined[ID_MAX + 16];
        (void)snprintf(joined, sizeof joined, "%.*s-%u", PT_STR_ARG(own), r->part);
        pt_json_out_str(out, pt_str(joined));
        return PT_OK;
    }
    (void)snprintf(id, sizeof id, r->part > 1 ? "%s-%" PRIu64 "-%u" : "%s-%" PRIu64, b->id_prefix,
                   r->row, r->part);
    pt_json_out_str(out, pt_str(id));
    return PT_OK;
}

static PtStatus write_name(const ConnectMapping *m, const Render *r, PtStr type, PtJsonOut *out,
                           PtError *err)
{
    const MapRule *rule = rule_of(m, r->cells);
    PtStr name = rule != NULL && rule->name.len > 0
                     ? rule->name
                     : fixed_or_cell(m->name, m->name_column, r->cells);
    bool track = pt_str_eq(type, PT_STR("track"));
    char joined[512];
    if (r->part > 1 && m->continued_name.len > 0) {
        name = m->continued_name;
    } else if (r->part > 1) {
        PtStr cut = {name.data, name.len < 400 ? name.len : 400};
        (void)snprintf(joined, sizeof joined, "%.*s Continued", PT_STR_ARG(cut));
        name = pt_str(joined);
    }
    if (track && name.len == 0) {
        blame(r, m->name_column);
        return pt_fail(err, PT_INVALID, "the event has no name");
    }
    if (name.len > 0 &&
        (track || pt_str_eq(type, PT_STR("page")) || pt_str_eq(type, PT_STR("screen")))) {
        pt_json_out_key(out, track ? PT_STR("event") : PT_STR("name"));
        pt_json_out_str(out, name);
    }
    return PT_OK;
}

/* Someone or something must be named, or the intake would set the event aside. */
static PtStatus check_ids(const ConnectMapping *m, const Render *r, PtError *err)
{
    static const char *const ids[] = {"userId", "anonymousId", "previousId", "groupId"};
    for (size_t i = 0; i < m->target_count; i++) {
        for (size_t k = 0; k < sizeof ids / sizeof *ids; k++) {
            if (pt_str_eq(m->targets[i].path, pt_str(ids[k])) &&
                map_has_value(&m->targets[i], r->cells)) {
                return PT_OK;
            }
        }
    }
    return pt_fail(err, PT_INVALID, "neither userId nor anonymousId has a value");
}

static bool type_known(PtStr type)
{
    static const char *const types[] = {"track", "identify", "page", "screen", "group", "alias"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (pt_str_eq(type, pt_str(types[i]))) {
            return true;
        }
    }
    return false;
}

/* Into b->event. */
static PtStatus render(ConnectBuilder *b, const Render *r, PtError *err)
{
    const ConnectMapping *m = b->m;
    PtJsonOut out = pt_json_out(&b->event);
    PtStr type = fixed_or_cell(m->type, m->type_column, r->cells);
    if (!type_known(type)) {
        blame(r, m->type_column);
        PtStr shown = type.len <= MAP_EXCERPT ? type : (PtStr){type.data, MAP_EXCERPT};
        return pt_fail(err, PT_INVALID, "type \"%.*s\" is none of the six", PT_STR_ARG(shown));
    }
    pt_buf_clear(&b->event, CONNECT_RECORD_MAX);
    pt_json_out_object(&out);
    PtStatus st = write_id(b, r, &out, err);
    if (st != PT_OK) {
        return st;
    }
    pt_json_out_key(&out, PT_STR("type"));
    pt_json_out_str(&out, type);
    st = write_name(m, r, type, &out, err);
    if (st == PT_OK) {
        st = check_ids(m, r, err);
    }
    if (st == PT_OK) {
        st = write_children(m, &m->root, r, &out, err);
    }
    pt_json_out_object_end(&out);
    if (st == PT_OK && pt_buf_status(&b->event) != PT_OK) {
        st = pt_fail(err, pt_buf_status(&b->event), "the event is too large");
    }
    return st;
}

static PtStatus emit(ConnectBuilder *b, PtError *err)
{
    b->counts.events++;
    return b->sink.event(b->sink.ctx, pt_buf_str(&b->event))
               ? PT_OK
               : pt_fail(err, PT_UNAVAILABLE, "the import was stopped");
}

static PtStatus reject(ConnectBuilder *b, const ConnectRow *row, const char *reason, PtError *err)
{
    ConnectReject rejected = {.row = row->number,
                              .line = row->line,
                              .column = b->blame >= 0 ? b->m->columns[b->blame] : (PtStr){NULL, 0},
                              .raw = row->raw,
                              .reason = reason};
    b->counts.rejected++;
    return b->sink.reject(b->sink.ctx, &rejected)
               ? PT_OK
               : pt_fail(err, PT_UNAVAILABLE, "the import was stopped");
}

/* What concerns the row goes to the rejects; what concerns the machine ends the run. */
static bool is_about_row(PtStatus st)
{
    return st == PT_INVALID || st == PT_TOO_LARGE;
}

/* ---- Groups --------------------------------------------------------------------------------- */

static void group_unlink(ConnectBuilder *b, Group *g)
{
    *(g->prev != NULL ? &g->prev->next : &b->oldest) = g->next;
    *(g->next != NULL ? &g->next->prev : &b->newest) = g->prev;
}

static void group_append(ConnectBuilder *b, Group *g)
{
    g->prev = b->newest;
    g->next = NULL;
    *(b->newest != NULL ? &b->newest->next : &b->oldest) = g;
    b->newest = g;
}

/* How many of the lines from `first` on fit into one event of `room` bytes; one at least. */
static uint32_t fitting(const Group *g, uint32_t first, size_t room)
{
    size_t from = first > 0 ? g->ends[first - 1] + 1 : 0;
    uint32_t n = 1;
    while (first + n < g->rows && g->ends[first + n] - from <= room) {
        n++;
    }
    return n;
}

static PtStr line_slice(const Group *g, uint32_t first, uint32_t count)
{
    size_t from = first > 0 ? g->ends[first - 1] + 1 : 0;
    return (PtStr){g->lines.data + from, g->ends[first + count - 1] - from};
}

/* The group's events: one, or more where its lines do not fit under the bound of an event. */
static PtStatus group_emit(ConnectBuilder *b, Group *g, PtError *err)
{
    Render r = {g->cells, g->sums, {"", 0}, g->first_row, {NULL, 0}, 1, 1, NULL};
    PtStatus st = render(b, &r, err);
    if (st != PT_OK) {
        return st;
    }
    /* Continued events have a longer name and id, and no sums. */
    size_t room = CONNECT_EVENT_MAX - b->event.len - PART_SLACK - 2 * (size_t)MAP_EXCERPT -
                  b->m->continued_name.len;
    bool listed = b->m->array != NULL;
    unsigned parts = 0;
    for (uint32_t at = 0; listed && at < g->rows; parts++) {
        at += fitting(g, at, room);
    }
    r.parts = parts > 0 ? parts : 1;
    for (uint32_t at = 0; r.part <= r.parts; r.part++) {
        uint32_t n = listed ? fitting(g, at, room) : 0;
        r.lines = listed ? line_slice(g, at, n) : r.lines;
        st = render(b, &r, err);
        if (st == PT_OK) {
            st = emit(b, err);
        }
        if (st != PT_OK) {
            return st;
        }
        at += n;
    }
    return PT_OK;
}

static PtStatus group_close(ConnectBuilder *b, Group *g, PtError *err)
{
    group_unlink(b, g);
    (void)pt_map_remove(b->groups, g->key);
    b->groups_bytes -= g->bytes;
    PtStatus st = group_emit(b, g, err);
    group_free(g);
    return st;
}

static size_t cells_bytes(const ConnectMapping *m, const MapCell *cells)
{
    size_t bytes = 0;
    for (size_t i = 0; i < m->column_count; i++) {
        bytes += cells[i].text.len + (cells[i].json.data != NULL ? cells[i].json.len : 0);
    }
    return bytes;
}

static PtStr keep(char **at, PtStr s)
{
    PtStr copy = {*at, s.len};
    if (s.len > 0) {
        memcpy(*at, s.data, s.len);
    }
    *at += s.len;
    return copy;
}

/* A group with a copy of its first row. */
static Group *group_new(ConnectBuilder *b, PtStr key, uint64_t row)
{
    const ConnectMapping *m = b->m;
    Group *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return NULL;
    }
    size_t bytes = key.len + cells_bytes(m, b->cells);
    g->text = malloc(bytes + 1);
    g->cells = calloc(m->column_count + 1, sizeof *g->cells);
    if (g->text == NULL || g->cells == NULL) {
        group_free(g);
        return NULL;
    }
    char *at = g->text;
    g->key = keep(&at, key);
    for (size_t i = 0; i < m->column_count; i++) {
        g->cells[i].text = keep(&at, b->cells[i].text);
        if (b->cells[i].json.data != NULL) {
            g->cells[i].json = keep(&at, b->cells[i].json);
        }
    }
    g->first_row = row;
    g->bytes = sizeof *g + bytes + m->column_count * sizeof *g->cells;
    pt_buf_init(&g->lines, (size_t)GROUPS_BYTES_MAX);
    if (!pt_map_set(b->groups, g->key, g, NULL)) {
        group_free(g);
        return NULL;
    }
    group_append(b, g);
    b->groups_bytes += g->bytes;
    return g;
}

/* The row's key into b->key: its columns with a unit separator between. */
static PtStatus row_key(ConnectBuilder *b, PtError *err)
{
    bool any = false;
    pt_buf_clear(&b->key, CONNECT_RECORD_MAX);
    for (size_t i = 0; i < b->m->group_by_count; i++) {
        PtStr text = b->cells[b->m->group_by[i]].text;
        pt_buf_add_str(&b->key, text);
        pt_buf_add_char(&b->key, '\x1f');
        any |= text.len > 0;
    }
    if (!any) {
        b->blame = b->m->group_by[0];
        return pt_fail(err, PT_INVALID, "%.*s is empty: the row belongs to no group",
                       PT_STR_ARG(b->m->columns[b->m->group_by[0]]));
    }
    return pt_buf_status(&b->key);
}

/* The row's line as JSON into b->line. */
static PtStatus row_line(ConnectBuilder *b, PtError *err)
{
    PtJsonOut out = pt_json_out(&b->line);
    Render r = {.cells = b->cells, .part = 1, .parts = 1, .blame = &b->blame};
    pt_buf_clear(&b->line, CONNECT_RECORD_MAX);
    if (b->m->array == NULL) {
        return PT_OK;
    }
    pt_json_out_object(&out);
    PtStatus st = write_children(b->m, b->m->array, &r, &out, err);
    pt_json_out_object_end(&out);
    if (st == PT_OK && b->line.len > LINE_MAX_BYTES) {
        st = pt_fail(err, PT_TOO_LARGE, "the line is over %d bytes", LINE_MAX_BYTES);
    }
    return st == PT_OK ? pt_buf_status(&b->line) : st;
}

static PtStatus row_sums(ConnectBuilder *b, const int64_t *so_far, int64_t *sums, PtError *err)
{
    const ConnectMapping *m = b->m;
    for (size_t i = 0; i < m->target_count; i++) {
        const MapTarget *t = &m->targets[i];
        int64_t product = 0;
        bool any = false;
        if (t->kind != MAP_SUM) {
            continue;
        }
        PtStatus st = map_product(m, t, b->cells, &product, &any, &b->blame, err);
        if (st != PT_OK) {
            return st;
        }
        if (!pt_money_add(so_far[t->sum], any ? product : 0, &sums[t->sum])) {
            return pt_fail(err, PT_TOO_LARGE, "%.*s is too large", PT_STR_ARG(t->path));
        }
    }
    return PT_OK;
}

/* A new group's first row must give an event of its own, or it is the row that is refused. */
static PtStatus check_head(ConnectBuilder *b, const int64_t *sums, uint64_t row, PtError *err)
{
    Render r = {b->cells, sums, {"", 0}, row, {NULL, 0}, 1, 1, &b->blame};
    PtStatus st = render(b, &r, err);
    if (st == PT_OK && b->event.len > HEAD_MAX_BYTES) {
        st = pt_fail(err, PT_TOO_LARGE, "the event without its lines is over %d bytes",
                     HEAD_MAX_BYTES);
    }
    return st;
}

static PtStatus group_grow(Group *g, PtError *err)
{
    if (g->rows < g->ends_cap) {
        return PT_OK;
    }
    uint32_t cap = g->ends_cap > 0 ? 2 * g->ends_cap : 8;
    uint32_t *ends = realloc(g->ends, cap * sizeof *ends);
    if (ends == NULL) {
        return no_memory(err);
    }
    g->ends = ends;
    g->ends_cap = cap;
    return PT_OK;
}

static PtStatus group_add(ConnectBuilder *b, Group *g, const int64_t *sums, uint64_t row,
                          PtError *err)
{
    PtStatus st = group_grow(g, err);
    if (st != PT_OK) {
        return st;
    }
    if (g->rows > 0) {
        pt_buf_add_char(&g->lines, ',');
    }
    pt_buf_add_str(&g->lines, pt_buf_str(&b->line));
    if (pt_buf_status(&g->lines) != PT_OK) {
        return no_memory(err);
    }
    g->ends[g->rows++] = (uint32_t)g->lines.len;
    memcpy(g->sums, sums, sizeof g->sums);
    g->last_row = row;
    size_t more = b->line.len + 1 + sizeof *g->ends;
    g->bytes += more;
    b->groups_bytes += more;
    group_unlink(b, g);
    group_append(b, g);
    return PT_OK;
}

/* Groups that have been quiet for the window, or that there is no room for. */
static PtStatus close_old(ConnectBuilder *b, uint64_t row, PtError *err)
{
    while (b->oldest != NULL &&
           (row - b->oldest->last_row > b->m->group_window || b->groups_bytes > GROUPS_BYTES_MAX)) {
        PtStatus st = group_close(b, b->oldest, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus grouped_row(ConnectBuilder *b, const ConnectRow *row, PtError *err)
{
    static const int64_t nothing[MAP_SUMS_MAX];
    int64_t sums[MAP_SUMS_MAX] = {0};
    PtStatus st = close_old(b, row->number, err);
    if (st != PT_OK) {
        return is_about_row(st) ? PT_IO : st; // every part was checked when its row came
    }
    st = row_key(b, err);
    if (st == PT_OK) {
        st = row_line(b, err);
    }
    Group *g = st == PT_OK ? pt_map_get(b->groups, pt_buf_str(&b->key)) : NULL;
    if (st == PT_OK && g != NULL && g->rows == GROUP_ROWS_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "the group has over %d rows", GROUP_ROWS_MAX);
    }
    if (st == PT_OK) {
        st = row_sums(b, g != NULL ? g->sums : nothing, sums, err);
    }
    if (st == PT_OK && g == NULL) {
        st = check_head(b, sums, row->number, err);
    }
    if (st == PT_OK && g == NULL) {
        g = group_new(b, pt_buf_str(&b->key), row->number);
        st = g != NULL ? PT_OK : no_memory(err);
    }
    return st == PT_OK ? group_add(b, g, sums, row->number, err) : st;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static PtStatus single_row(ConnectBuilder *b, const ConnectRow *row, PtError *err)
{
    static const int64_t nothing[MAP_SUMS_MAX];
    int64_t sums[MAP_SUMS_MAX] = {0};
    PtStatus st = row_sums(b, nothing, sums, err);
    if (st != PT_OK) {
        return st;
    }
    Render r = {b->cells, sums, {"", 0}, row->number, row->id, 1, 1, &b->blame};
    st = render(b, &r, err);
    if (st == PT_OK && b->event.len > CONNECT_EVENT_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "the event is over %d bytes", CONNECT_EVENT_MAX);
    }
    return st == PT_OK ? emit(b, err) : st;
}

static PtStatus event_row(ConnectBuilder *b, const ConnectRow *row, PtError *err)
{
    char id[ID_DIGEST_LEN + 32];
    (void)snprintf(id, sizeof id, "%s-%" PRIu64, b->id_prefix, row->number);
    pt_buf_clear(&b->event, CONNECT_RECORD_MAX);
    PtStatus st = map_event_line(row->raw, row->id.len > 0 ? row->id : pt_str(id), &b->event, err);
    if (st == PT_OK && b->event.len > CONNECT_EVENT_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "the event is over %d bytes", CONNECT_EVENT_MAX);
    }
    return st == PT_OK ? emit(b, err) : st;
}

static PtStatus mapped_row(ConnectBuilder *b, const ConnectRow *row, PtError *err)
{
    if (b->m->shape.format == CONNECT_EVENTS) {
        return event_row(b, row, err);
    }
    PtStatus st = load_cells(b, row, err);
    if (st != PT_OK) {
        return st;
    }
    const MapRule *rule = rule_of(b->m, b->cells);
    if (rule != NULL && rule->skip) {
        b->counts.skipped++;
        return PT_OK;
    }
    return b->m->group_by_count > 0 ? grouped_row(b, row, err) : single_row(b, row, err);
}

PtStatus connect_builder_row(ConnectBuilder *b, const ConnectRow *row, PtError *err)
{
    PtError why = {0};
    b->counts.rows++;
    b->blame = -1;
    if (row->problem != NULL) {
        return reject(b, row, row->problem, err);
    }
    PtStatus st = mapped_row(b, row, &why);
    if (is_about_row(st)) {
        return reject(b, row, why.message, err);
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "%s", why.message);
}

PtStatus connect_builder_end(ConnectBuilder *b, PtError *err)
{
    while (b->oldest != NULL) {
        PtStatus st = group_close(b, b->oldest, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}
