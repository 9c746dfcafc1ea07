// SPDX-License-Identifier: Apache-2.0
#include "events/violations.h"

#include "base/map.h"
#include "base/time.h"
#include "events/plans_internal.h"
#include "platform/loop.h"
#include "violations.sql.h"

#include <stdlib.h>

enum {
    PARTITION = 0,
    HOUR_MS = 3600000,
    FETCH_HEADERS = 4096,
    FETCH_RECORDS = 128,
    STEP_RECORDS = 65536,
    SHOWN_NAME = 200, // characters of an event's name that are kept
    NOTE_LEVELS = 8,
    NOTE_VALUES = 1000,
    WALK_RECORDS = 1000000,
};

const char event_violations_view[] = "plan_violations";

/* -- the view
 * -------------------------------------------------------------------------------------------------------
 */

typedef struct Sum {
    int64_t warned, quarantined, unplanned, first_ms, last_ms;
    uint64_t sample;
} Sum;

/* What is counted apart, behind it in the map's key: plan, name, path, keyword, each with a zero.
 */
typedef struct Cell {
    int64_t hour_ms;
    uint32_t source, type;
} Cell;

typedef struct Counting {
    PtMap *sums;
    SchemaDoc doc; // of what a record's plan says
    PtBuf key;
} Counting;

static bool concerns(const PtRecord *r)
{
    return (r->klass == PT_RECORD_EVENT || r->klass == PT_RECORD_QUARANTINE) &&
           (r->flags & (EVENT_PLAN_VIOLATION | EVENT_UNPLANNED)) != 0;
}

static PtStr shown_name(PtStr name)
{
    size_t len = 0;
    for (unsigned i = 0; i < SHOWN_NAME && len < name.len; i++) {
        size_t step = pt_utf8_step(name.data + len, name.data + name.len);
        len += step > 0 ? step : 1;
    }
    return (PtStr){name.data, len < name.len ? len : name.len};
}

static PtStr text_at(const SchemaDoc *doc, uint32_t object, PtStr key)
{
    uint32_t i = schema_doc_member(doc, object, key);
    return i != 0 && doc->v[i].kind == SCHEMA_STRING ? doc->v[i].text : PT_STR("");
}

static PtStatus count(Counting *c, const PtRecord *r, PtStr plan, PtStr name, PtStr path,
                      PtStr keyword, PtError *err)
{
    Cell cell = {
        .hour_ms = pt_time_floor(r->time_ms, HOUR_MS), .source = r->source, .type = r->type};
    const PtStr texts[] = {plan, shown_name(name), path, keyword};
    pt_buf_clear(&c->key, SIZE_MAX);
    pt_buf_add(&c->key, &cell, sizeof cell);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pt_buf_add_str(&c->key, texts[i]);
        pt_buf_add_char(&c->key, '\0');
    }
    PtStr key = pt_buf_str(&c->key);
    Sum *sum = pt_buf_status(&c->key) == PT_OK ? pt_map_get(c->sums, key) : NULL;
    if (sum == NULL) {
        sum = calloc(1, sizeof *sum);
        if (sum == NULL || pt_buf_status(&c->key) != PT_OK ||
            !pt_map_set(c->sums, key, sum, NULL)) {
            free(sum);
            return pt_fail(err, PT_NO_MEMORY, "no memory to count violations");
        }
        sum->first_ms = sum->last_ms = r->time_ms;
    }
    bool quarantined = r->klass == PT_RECORD_QUARANTINE;
    sum->quarantined += quarantined;
    sum->warned += !quarantined;
    sum->unplanned += (r->flags & EVENT_UNPLANNED) != 0;
    sum->first_ms = r->time_ms < sum->first_ms ? r->time_ms : sum->first_ms;
    sum->last_ms = r->time_ms > sum->last_ms ? r->time_ms : sum->last_ms;
    sum->sample = r->position.offset;
    return PT_OK;
}

static PtStatus read_note(SchemaDoc *doc, PtStr plan, uint32_t *ret_root, PtError *err)
{
    schema_doc_clear(doc, false);
    if (!schema_doc_reserve(doc, plan.len)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to count violations");
    }
    PtStatus st = schema_doc_parse(doc, plan, NOTE_LEVELS, NULL, NULL, ret_root, err);
    return st == PT_INVALID || st == PT_TOO_LARGE ? PT_CORRUPT : st;
}

/* A fault's place; where nothing in it was in a list it has no path of its own. */
static PtStr path_of(const SchemaDoc *doc, uint32_t fault)
{
    return schema_doc_member(doc, fault, PT_STR("path")) != 0
               ? text_at(doc, fault, PT_STR("path"))
               : text_at(doc, fault, PT_STR("pointer"));
}

/* Whether an earlier fault of the record says the same of the same place, as of two list items. */
static bool said_before(const SchemaDoc *doc, uint32_t list, uint32_t fault)
{
    uint32_t i = doc->v[list].first;
    while (i != fault && !(pt_str_eq(path_of(doc, i), path_of(doc, fault)) &&
                           pt_str_eq(text_at(doc, i, PT_STR("keyword")),
                                     text_at(doc, fault, PT_STR("keyword"))))) {
        i = doc->v[i].next;
    }
    return i != fault;
}

static PtStatus count_record(Counting *c, const PtRecord *r, PtError *err)
{
    EventView v;
    uint32_t root;
    PtStatus st = event_payload_read(r, &v, err);
    if (st != PT_OK || v.plan.len == 0) {
        return st;
    }
    st = read_note(&c->doc, v.plan, &root, err);
    if (st != PT_OK) {
        return pt_fail(err, st, "what the plan said of record %llu does not read",
                       (unsigned long long)r->position.offset);
    }
    PtStr plan = text_at(&c->doc, root, PT_STR("id"));
    uint32_t list = schema_doc_member(&c->doc, root, PT_STR("violations"));
    st = count(c, r, plan, v.name, PT_STR(""), PT_STR(""), err);
    for (uint32_t i = list != 0 ? c->doc.v[list].first : 0; st == PT_OK && i != 0;
         i = c->doc.v[i].next) {
        if (!said_before(&c->doc, list, i)) {
            st = count(c, r, plan, v.name, path_of(&c->doc, i),
                       text_at(&c->doc, i, PT_STR("keyword")), err);
        }
    }
    return st;
}

static PtStatus pour(PtSqlTx *tx, PtStr key, const Sum *sum, PtError *err)
{
    Cell cell;
    memcpy(&cell, key.data, sizeof cell);
    PtStr rest = pt_str_from(key, sizeof cell), texts[4];
    for (size_t i = 0; i < 4; i++) {
        if (!pt_str_cut(&rest, '\0', &texts[i])) {
            return pt_fail(err, PT_CORRUPT, "a count of violations does not read");
        }
    }
    PtStatus st = pt_sql_use(tx, SQL_VIOLATION_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    const int64_t numbers[] = {sum->warned,          sum->quarantined, sum->unplanned,
                               (int64_t)sum->sample, sum->first_ms,    sum->last_ms,
                               EVENT_VIOLATION_ROWS};
    pt_sql_bind_i64(tx, 1, cell.hour_ms);
    pt_sql_bind_i64(tx, 2, cell.source);
    pt_sql_bind_text(tx, 3, texts[0]);
    pt_sql_bind_i64(tx, 4, cell.type);
    for (int i = 0; i < 3; i++) {
        pt_sql_bind_text(tx, 5 + i, texts[1 + i]);
    }
    for (int i = 0; i < 7; i++) {
        pt_sql_bind_i64(tx, 8 + i, numbers[i]);
    }
    return pt_sql_finish(tx, err);
}

/* Finds the next record that concerns us, by headers alone. True when there is one, at *next. */
static PtStatus skip_others(PtLogReader *reader, uint64_t *next, uint64_t end, bool *ret_found,
                            PtError *err)
{
    *ret_found = false;
    while (*next < end) {
        const PtRecord *records;
        size_t count, i = 0;
        pt_log_seek(reader, *next);
        PtStatus st = pt_log_fetch(reader, FETCH_HEADERS, false, &records, &count, err);
        if (st != PT_OK || count == 0) {
            return st;
        }
        while (i < count && !concerns(&records[i])) {
            i++;
        }
        *next += i;
        if (i < count) {
            *ret_found = true;
            return PT_OK;
        }
    }
    return PT_OK;
}

/* Calls take for each record of [*next, end) that concerns us. */
static PtStatus walk(PtLogReader *reader, uint64_t *next, uint64_t end,
                     PtStatus (*take)(void *ctx, const PtRecord *r, PtError *err), void *ctx,
                     PtError *err)
{
    for (;;) {
        bool found;
        const PtRecord *records;
        size_t count;
        PtStatus st = skip_others(reader, next, end, &found, err);
        if (st != PT_OK || !found || *next >= end) {
            return st;
        }
        pt_log_seek(reader, *next);
        st = pt_log_fetch(reader, FETCH_RECORDS, true, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count && *next < end; i++, ++*next) {
            st = concerns(&records[i]) ? take(ctx, &records[i], err) : PT_OK;
        }
        if (st != PT_OK || count == 0) {
            return st;
        }
    }
}

static PtStatus take_count(void *ctx, const PtRecord *r, PtError *err)
{
    return count_record(ctx, r, err);
}

static PtStatus count_all(Counting *c, PtLogReader *reader, PtSqlTx *tx, uint64_t *next,
                          PtError *err)
{
    PtStatus st = walk(reader, next, *next + STEP_RECORDS, take_count, c, err);
    PtStr key;
    void *value;
    for (size_t cursor = 0; st == PT_OK && pt_map_next(c->sums, &cursor, &key, &value);) {
        st = pour(tx, key, value, err);
    }
    return st;
}

PtStatus event_violations_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                               PtError *err)
{
    (void)ctx;
    uint64_t next = pt_log_tell(reader);
    Counting c = {.sums = pt_map_new()};
    if (c.sums == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to count violations");
    }
    schema_doc_init(&c.doc, NOTE_VALUES);
    pt_buf_init(&c.key, 64 << 10);
    PtStatus st = count_all(&c, reader, tx, &next, err);
    pt_map_free(c.sums, free);
    schema_doc_done(&c.doc);
    pt_buf_done(&c.key);
    if (st == PT_OK) {
        *ret_next = next;
    }
    return st;
}

PtStatus event_violations_reset(PtSqlTx *tx, PtError *err)
{
    return pt_sql_run(tx, SQL_VIOLATION_CLEAR, err);
}

/* -- figures
 * -------------------------------------------------------------------------------------------------------
 */

static PtStatus begin(PtSql *views, const char *statement, const EventViolationFilter *f,
                      size_t limit, PtSqlTx **tx, PtError *err)
{
    PtStatus st = pt_sql_begin(views, false, tx, err);
    st = st == PT_OK ? pt_sql_use(*tx, statement, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(*tx, 1, f->since_ms);
    pt_sql_bind_i64(*tx, 2, f->until_ms);
    pt_sql_bind_i64(*tx, 3, f->source);
    pt_sql_bind_text(*tx, 4, f->plan.data != NULL ? f->plan : PT_STR(""));
    pt_sql_bind_i64(*tx, 5, f->type);
    pt_sql_bind_text(*tx, 6, f->name.data != NULL ? f->name : PT_STR(""));
    pt_sql_bind_i64(*tx, 7, (int64_t)limit);
    return PT_OK;
}

PtStatus event_violations_series(PtSql *views, const EventViolationFilter *filter, PtArena *arena,
                                 EventViolationPoint **ret_points, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    EventViolationPoint *points = pt_arena_alloc(arena, EVENT_VIOLATION_HOURS, sizeof *points);
    if (points == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the violations");
    }
    PtStatus st = begin(views, SQL_VIOLATION_SERIES, filter, EVENT_VIOLATION_HOURS, &tx, err);
    size_t free_from = EVENT_VIOLATION_HOURS; // they come newest first
    bool row = true;
    while (st == PT_OK && free_from > 0 && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        points[--free_from] = (EventViolationPoint){pt_sql_i64(tx, 0), pt_sql_i64(tx, 1),
                                                    pt_sql_i64(tx, 2), pt_sql_i64(tx, 3)};
    }
    if (tx != NULL) {
        pt_sql_done(tx);
    }
    if (st == PT_OK) {
        *ret_points = points + free_from;
        *ret_count = EVENT_VIOLATION_HOURS - free_from;
    }
    return st;
}

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, EventViolations *row, PtError *err)
{
    int64_t type = pt_sql_i64(tx, 2);
    *row = (EventViolations){.source = (uint32_t)pt_sql_i64(tx, 0),
                             .type = type > 0 && type < EVENT_TYPE_COUNT ? (EventType)type
                                                                         : EVENT_UNKNOWN,
                             .plan = pt_arena_str(arena, pt_sql_text(tx, 1)),
                             .name = pt_arena_str(arena, pt_sql_text(tx, 3)),
                             .path = pt_arena_str(arena, pt_sql_text(tx, 4)),
                             .keyword = pt_arena_str(arena, pt_sql_text(tx, 5)),
                             .warned = pt_sql_i64(tx, 6),
                             .quarantined = pt_sql_i64(tx, 7),
                             .sample = (uint64_t)pt_sql_i64(tx, 8),
                             .first_ms = pt_sql_i64(tx, 9),
                             .last_ms = pt_sql_i64(tx, 10)};
    bool ok = row->plan.data != NULL && row->name.data != NULL && row->path.data != NULL &&
              row->keyword.data != NULL;
    return ok ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the violations");
}

PtStatus event_violations_top(PtSql *views, const EventViolationFilter *filter, size_t limit,
                              PtArena *arena, EventViolations **ret_rows, size_t *ret_count,
                              PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    EventViolations *rows = pt_arena_alloc(arena, limit, sizeof *rows);
    if (rows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the violations");
    }
    PtStatus st = begin(views, SQL_VIOLATION_TOP, filter, limit, &tx, err);
    size_t found = 0;
    bool row = true;
    while (st == PT_OK && found < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_row(tx, arena, &rows[found++], err);
    }
    if (tx != NULL) {
        pt_sql_done(tx);
    }
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = found;
    }
    return st;
}

/* -- the events themselves
 * -------------------------------------------------------------------------------------------------------
 */

typedef struct Finding {
    const EventViolationFilter *filter;
    SchemaDoc doc;
    uint64_t *ring; // offsets of the last `limit` that fit
    size_t limit, count;
} Finding;

static bool fits_note(Finding *f, PtStr plan, uint32_t root)
{
    const EventViolationFilter *w = f->filter;
    (void)plan;
    if (w->plan.len > 0 && !pt_str_eq(w->plan, text_at(&f->doc, root, PT_STR("id")))) {
        return false;
    }
    if (w->path.data == NULL && w->keyword.data == NULL) {
        return true;
    }
    uint32_t list = schema_doc_member(&f->doc, root, PT_STR("violations"));
    for (uint32_t i = list != 0 ? f->doc.v[list].first : 0; i != 0; i = f->doc.v[i].next) {
        if ((w->path.data == NULL || pt_str_eq(w->path, path_of(&f->doc, i))) &&
            (w->keyword.data == NULL ||
             pt_str_eq(w->keyword, text_at(&f->doc, i, PT_STR("keyword"))))) {
            return true;
        }
    }
    return false;
}

static PtStatus take_find(void *ctx, const PtRecord *r, PtError *err)
{
    Finding *f = ctx;
    const EventViolationFilter *w = f->filter;
    EventView v;
    uint32_t root;
    if ((w->source != 0 && w->source != r->source) ||
        (w->type != EVENT_UNKNOWN && w->type != r->type)) {
        return PT_OK;
    }
    PtStatus st = event_payload_read(r, &v, err);
    if (st != PT_OK || v.plan.len == 0 ||
        (w->name.len > 0 && !pt_str_eq(w->name, shown_name(v.name)))) {
        return st;
    }
    st = read_note(&f->doc, v.plan, &root, err);
    if (st == PT_OK && fits_note(f, v.plan, root)) {
        f->ring[f->count++ % f->limit] = r->position.offset;
    }
    return st;
}

static PtStatus give(PtLogReader *reader, const Finding *f,
                     PtStatus (*take)(void *ctx, const PtRecord *record, const EventView *event,
                                      PtError *err),
                     void *ctx, size_t *left, uint64_t *ret_last, PtError *err)
{
    size_t n = f->count < f->limit ? f->count : f->limit;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < n && *left > 0; i++, --*left) {
        const PtRecord *r;
        size_t count;
        EventView v;
        *ret_last = f->ring[(f->count - 1 - i) % f->limit];
        pt_log_seek(reader, *ret_last);
        st = pt_log_fetch(reader, 1, true, &r, &count, err);
        if (st == PT_OK && count == 1 && (st = event_payload_read(r, &v, err)) == PT_OK) {
            st = take(ctx, r, &v, err);
        }
    }
    return st;
}

typedef struct Hours {
    EventViolationPoint *points;
    size_t count;
} Hours;

// NOLINTNEXTLINE(readability-function-size): a walk takes its range, its filter and its visitor
static PtStatus walk_hours(PtLog *log, PtLogReader *reader, const Hours *hours, Finding *f,
                           uint64_t before,
                           PtStatus (*take)(void *ctx, const PtRecord *record,
                                            const EventView *event, PtError *err),
                           void *ctx, uint64_t *ret_next, PtError *err)
{
    size_t left = f->limit;
    uint64_t read = 0;
    PtStatus st = PT_OK;
    *ret_next = 0;
    for (size_t i = hours->count; st == PT_OK && i > 0; i--) {
        uint64_t from = 0, to = 0;
        st = pt_log_find_time(log, PARTITION, hours->points[i - 1].at_ms, &from, err);
        st = st == PT_OK
                 ? pt_log_find_time(log, PARTITION, hours->points[i - 1].at_ms + HOUR_MS, &to, err)
                 : st;
        to = to < before ? to : before;
        if (st != PT_OK || from >= to) {
            continue;
        }
        if (left == 0 || read > WALK_RECORDS) {
            *ret_next = *ret_next != 0 ? *ret_next : to;
            return PT_OK;
        }
        f->count = 0;
        read += to - from;
        uint64_t next = from, last = 0;
        st = walk(reader, &next, to, take_find, f, err);
        bool more = f->count > left;
        st = st == PT_OK ? give(reader, f, take, ctx, &left, &last, err) : st;
        *ret_next = left == 0 ? last : 0;
        if (left == 0 && !more && i == 1) {
            *ret_next = 0;
        }
    }
    return st;
}

// NOLINTNEXTLINE(readability-function-size): a walk takes its range, its filter and its visitor
PtStatus event_violations_walk(PtLog *log, PtSql *views, const EventViolationFilter *filter,
                               uint64_t before, size_t limit,
                               PtStatus (*take)(void *ctx, const PtRecord *record,
                                                const EventView *event, PtError *err),
                               void *ctx, uint64_t *ret_next, PtError *err)
{
    Hours hours = {0};
    PtLogReader *reader = NULL;
    PtArena *arena = pt_arena_new(1 << 20);
    Finding f = {.filter = filter, .limit = limit};
    schema_doc_init(&f.doc, NOTE_VALUES);
    f.ring = arena != NULL ? pt_arena_alloc(arena, limit, sizeof *f.ring) : NULL;
    PtStatus st = f.ring != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for violations");
    st = st == PT_OK
             ? event_violations_series(views, filter, arena, &hours.points, &hours.count, err)
             : st;
    st = st == PT_OK ? pt_log_reader_open(log, NULL, PARTITION, 0, &reader, err) : st;
    st = st == PT_OK ? walk_hours(log, reader, &hours, &f, before, take, ctx, ret_next, err) : st;
    pt_log_reader_close(reader);
    schema_doc_done(&f.doc);
    pt_arena_free(arena);
    return st;
}
