// SPDX-License-Identifier: Apache-2.0
#include "events/stats.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/time.h"
#include "events/record.h"
#include "platform/loop.h"
#include "views.sql.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000, FETCH_RECORDS = 128, STEP_RECORDS = 20000 };

/* What is counted apart. The bytes of the struct are the map's key: zero it before filling. */
typedef struct Cell {
    int64_t hour_ms;
    uint32_t source;
    uint16_t type, klass; // no padding: two cells are equal when their bytes are
} Cell;

typedef struct Sum {
    int64_t events, bytes, flagged, first_ms, last_ms;
} Sum;

struct EventStats {
    PtMap *cells; /* Cell -> Sum * */
    PtMap *names; /* source number (4 bytes) + name -> Sum * */
    PtMap *days;  /* day (8 bytes) + source number + name -> Sum *, of which the events count */
    Cell last;    /* the cell of the last record, which the next one mostly shares */
    Sum *last_sum;
};

EventStats *event_stats_new(void)
{
    EventStats *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->cells = pt_map_new();
    s->names = pt_map_new();
    s->days = pt_map_new();
    if (s->cells == NULL || s->names == NULL || s->days == NULL) {
        event_stats_free(s);
        return NULL;
    }
    return s;
}

void event_stats_free(EventStats *s)
{
    if (s != NULL) {
        pt_map_free(s->cells, free);
        pt_map_free(s->names, free);
        pt_map_free(s->days, free);
        free(s);
    }
}

static void clear_map(PtMap **map)
{
    PtMap *fresh = pt_map_new();
    if (fresh != NULL) {
        pt_map_free(*map, free);
        *map = fresh;
        return;
    }
    size_t cursor = 0; // no memory for a new table: zero the sums in place
    PtStr key;
    void *value;
    while (pt_map_next(*map, &cursor, &key, &value)) {
        *(Sum *)value = (Sum){0};
    }
}

void event_stats_clear(EventStats *s)
{
    clear_map(&s->cells);
    clear_map(&s->names);
    clear_map(&s->days);
    s->last_sum = NULL;
}

static Sum *sum_at(PtMap *map, PtStr key)
{
    Sum *sum = pt_map_get(map, key);
    if (sum != NULL) {
        return sum;
    }
    sum = calloc(1, sizeof *sum);
    if (sum != NULL && !pt_map_set(map, key, sum, NULL)) {
        free(sum);
        sum = NULL;
    }
    return sum;
}

static void sum_add(Sum *to, const Sum *more)
{
    to->first_ms = to->events == 0 || more->first_ms < to->first_ms ? more->first_ms : to->first_ms;
    to->last_ms = to->events == 0 || more->last_ms > to->last_ms ? more->last_ms : to->last_ms;
    to->events += more->events;
    to->bytes += more->bytes;
    to->flagged += more->flagged;
}

static PtStatus add_cell(EventStats *s, const Cell *cell, const Sum *more, PtError *err)
{
    if (s->last_sum == NULL || memcmp(&s->last, cell, sizeof *cell) != 0) {
        s->last_sum = sum_at(s->cells, (PtStr){(const char *)cell, sizeof *cell});
        s->last = *cell;
    }
    if (s->last_sum == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for source statistics");
    }
    sum_add(s->last_sum, more);
    return PT_OK;
}

static PtStatus add_name(EventStats *s, uint32_t source, PtStr name, const Sum *more, PtError *err)
{
    char key[sizeof source + EVENT_MAX_BYTES];
    if (name.len > EVENT_MAX_BYTES) {
        return pt_fail(err, PT_CORRUPT, "an event name of %zu bytes", name.len);
    }
    memcpy(key, &source, sizeof source);
    memcpy(key + sizeof source, name.data, name.len);
    Sum *sum = sum_at(s->names, (PtStr){key, sizeof source + name.len});
    if (sum == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for source statistics");
    }
    sum_add(sum, more);
    return PT_OK;
}

enum { DAY_HEAD = sizeof(int64_t) + sizeof(uint32_t) };

int64_t event_stats_day_ms(int64_t ms)
{
    return pt_time_floor(ms, EVENT_STATS_DAY_MS);
}

PtStr event_stats_day_name(const EventView *v, char space[static EVENT_STATS_SPACE])
{
    PtStr name = v->name;
    if (name.len == 0) {
        const PtStr type = event_type_name(v->type);
        space[0] = '$';
        memcpy(space + 1, type.data, type.len);
        return (PtStr){space, type.len + 1};
    }
    if (name.len > EVENT_STATS_DAY_NAME) {
        name.len = EVENT_STATS_DAY_NAME;
        while (name.len > 0 && ((unsigned char)v->name.data[name.len] & 0xC0) == 0x80) {
            name.len--;
        }
    }
    return name;
}

static PtStatus add_day(EventStats *s, uint32_t source, const EventView *v, PtError *err)
{
    char key[DAY_HEAD + EVENT_STATS_DAY_NAME], space[EVENT_STATS_SPACE];
    const int64_t day = event_stats_day_ms(v->timestamp_ms);
    const PtStr name = event_stats_day_name(v, space);
    memcpy(key, &day, sizeof day);
    memcpy(key + sizeof day, &source, sizeof source);
    memcpy(key + DAY_HEAD, name.data, name.len);
    Sum *sum = sum_at(s->days, (PtStr){key, DAY_HEAD + name.len});
    if (sum == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for source statistics");
    }
    sum->events++;
    return PT_OK;
}

PtStatus event_stats_add(EventStats *s, const PtRecord *r, PtError *err)
{
    if (r->klass != PT_RECORD_EVENT && r->klass != PT_RECORD_QUARANTINE) {
        return PT_OK;
    }
    Cell cell;
    memset(&cell, 0, sizeof cell);
    cell.hour_ms = pt_time_floor(r->time_ms, HOUR_MS);
    cell.source = r->source;
    cell.type = r->type;
    cell.klass = r->klass;
    const unsigned notable =
        (unsigned)r->flags & ~(unsigned)(EVENT_HISTORICAL | EVENT_NO_SENT_AT | EVENT_ALIASED_NAME);
    Sum one = {1, (int64_t)r->payload.len, notable != 0, r->time_ms, r->time_ms};
    PtStatus st = add_cell(s, &cell, &one, err);
    if (st != PT_OK || r->klass != PT_RECORD_EVENT) {
        return st;
    }
    EventView v;
    st = event_payload_read(r, &v, err);
    st = st == PT_OK && r->source != 0 ? add_day(s, r->source, &v, err) : st;
    return st != PT_OK || v.name.len == 0 ? st : add_name(s, r->source, v.name, &one, err);
}

static PtStatus pour_cell(PtSqlTx *tx, const Cell *c, const Sum *sum, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_STAT_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    const int64_t values[] = {c->source,  c->hour_ms,   c->type,       c->klass,    sum->events,
                              sum->bytes, sum->flagged, sum->first_ms, sum->last_ms};
    for (int i = 0; i < (int)(sizeof values / sizeof *values); i++) {
        pt_sql_bind_i64(tx, i + 1, values[i]);
    }
    return pt_sql_finish(tx, err);
}

static PtStatus pour_name(PtSqlTx *tx, PtStr key, const Sum *sum, PtError *err)
{
    uint32_t source;
    memcpy(&source, key.data, sizeof source);
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_EVENT_NAME_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, source);
    pt_sql_bind_text(tx, 2, (PtStr){key.data + sizeof source, key.len - sizeof source});
    pt_sql_bind_i64(tx, 3, sum->events);
    pt_sql_bind_i64(tx, 4, sum->first_ms);
    pt_sql_bind_i64(tx, 5, sum->last_ms);
    pt_sql_bind_i64(tx, 6, EVENT_STATS_NAMES);
    return pt_sql_finish(tx, err);
}

static PtStatus pour_day(PtSqlTx *tx, PtStr key, const Sum *sum, PtError *err)
{
    int64_t day;
    uint32_t source;
    memcpy(&day, key.data, sizeof day);
    memcpy(&source, key.data + sizeof day, sizeof source);
    PtStatus st = pt_sql_use(tx, SQL_EVENT_DAY_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, day);
    pt_sql_bind_i64(tx, 2, source);
    pt_sql_bind_text(tx, 3, pt_str_from(key, DAY_HEAD));
    pt_sql_bind_i64(tx, 4, sum->events);
    pt_sql_bind_i64(tx, 5, EVENT_STATS_NAMES);
    return pt_sql_finish(tx, err);
}

PtStatus event_stats_pour(const EventStats *s, PtSqlTx *tx, PtError *err)
{
    PtStatus st = PT_OK;
    PtStr key;
    void *value;
    for (size_t cursor = 0; st == PT_OK && pt_map_next(s->cells, &cursor, &key, &value);) {
        Cell cell;
        memcpy(&cell, key.data, sizeof cell);
        st = ((Sum *)value)->events > 0 ? pour_cell(tx, &cell, value, err) : PT_OK;
    }
    for (size_t cursor = 0; st == PT_OK && pt_map_next(s->names, &cursor, &key, &value);) {
        st = ((Sum *)value)->events > 0 ? pour_name(tx, key, value, err) : PT_OK;
    }
    for (size_t cursor = 0; st == PT_OK && pt_map_next(s->days, &cursor, &key, &value);) {
        st = ((Sum *)value)->events > 0 ? pour_day(tx, key, value, err) : PT_OK;
    }
    return st;
}

static PtStatus load_cells(EventStats *s, PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_STAT_SUMS, err);
    if (st != PT_OK) {
        return st;
    }
    bool row = true;
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        Cell cell;
        memset(&cell, 0, sizeof cell);
        cell.source = (uint32_t)pt_sql_i64(tx, 0);
        cell.type = (uint16_t)pt_sql_i64(tx, 1);
        cell.klass = (uint16_t)pt_sql_i64(tx, 2);
        const Sum sum = {pt_sql_i64(tx, 3), pt_sql_i64(tx, 4), pt_sql_i64(tx, 5), pt_sql_i64(tx, 6),
                         pt_sql_i64(tx, 7)};
        st = add_cell(s, &cell, &sum, err);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus load_names(EventStats *s, PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_SOURCE_EVENT_NAMES, err);
    if (st != PT_OK) {
        return st;
    }
    bool row = true;
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const Sum sum = {.events = pt_sql_i64(tx, 2),
                         .first_ms = pt_sql_i64(tx, 3),
                         .last_ms = pt_sql_i64(tx, 4)};
        st = add_name(s, (uint32_t)pt_sql_i64(tx, 0), pt_sql_text(tx, 1), &sum, err);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus event_stats_load(EventStats *s, PtSqlTx *tx, PtError *err)
{
    PtStatus st = load_cells(s, tx, err);
    return st == PT_OK ? load_names(s, tx, err) : st;
}

/* Adds the records in front of the reader, below `to` and at most `most`. */
static PtStatus add_fetched(EventStats *s, PtLogReader *reader, uint64_t to, uint64_t most,
                            PtError *err)
{
    const uint64_t from = pt_log_tell(reader);
    while (pt_log_tell(reader) < to && pt_log_tell(reader) - from < most) {
        const uint64_t left = to - pt_log_tell(reader);
        const PtRecord *records;
        size_t count;
        PtStatus st = pt_log_fetch(reader, left < FETCH_RECORDS ? (size_t)left : FETCH_RECORDS,
                                   true, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = event_stats_add(s, &records[i], err);
        }
        if (st != PT_OK || count == 0) {
            return st;
        }
        pt_background_offer();
    }
    return PT_OK;
}

PtStatus event_stats_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                          PtError *err)
{
    EventStats *s = ctx;
    event_stats_clear(s);
    PtStatus st = add_fetched(s, reader, UINT64_MAX, STEP_RECORDS, err);
    if (st == PT_OK) {
        st = event_stats_pour(s, tx, err);
    }
    if (st == PT_OK) {
        *ret_next = pt_log_tell(reader);
    }
    return st;
}

static void close_readerp(PtLogReader **reader)
{
    pt_log_reader_close(*reader);
}

PtStatus event_stats_replay(EventStats *s, PtLog *log, uint64_t from, uint64_t to, PtError *err)
{
    PT_CLEANUP(close_readerp) PtLogReader *reader = NULL;
    PtStatus st = pt_log_reader_open(log, NULL, 0, from, &reader, err);
    return st == PT_OK ? add_fetched(s, reader, to, UINT64_MAX, err) : st;
}

PtStatus event_stats_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_SOURCE_STAT_CLEAR, err);
    st = st == PT_OK ? pt_sql_run(tx, SQL_SOURCE_EVENT_NAME_CLEAR, err) : st;
    return st == PT_OK ? pt_sql_run(tx, SQL_EVENT_DAY_CLEAR, err) : st;
}

typedef struct NameCount {
    PtStr name;
    int64_t events;
} NameCount;

static int by_count(const void *a, const void *b)
{
    const NameCount *x = a, *y = b;
    if (x->events != y->events) {
        return x->events < y->events ? 1 : -1;
    }
    return pt_str_order(x->name, y->name);
}

static PtStatus names_json(const EventStats *s, uint32_t source, size_t most, PtJsonOut *out,
                           PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *memory = malloc(pt_map_count(s->names) * sizeof(NameCount) + 1);
    if (memory == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for event names");
    }
    NameCount *list = (NameCount *)(void *)memory;
    size_t count = 0;
    PtStr key;
    void *value;
    for (size_t cursor = 0; pt_map_next(s->names, &cursor, &key, &value);) {
        if (memcmp(key.data, &source, sizeof source) == 0 && ((Sum *)value)->events > 0) {
            list[count++] = (NameCount){{key.data + sizeof source, key.len - sizeof source},
                                        ((Sum *)value)->events};
        }
    }
    if (count > 1) {
        qsort(list, count, sizeof *list, by_count);
    }
    pt_json_out_key(out, PT_STR("names"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count && i < most; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "name", list[i].name);
        pt_json_put_i64(out, "events", list[i].events);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    return PT_OK;
}

static void time_json(PtJsonOut *out, PtStr key, bool known, int64_t ms)
{
    char text[PT_TIME_TEXT];
    pt_json_out_key(out, key);
    if (known) {
        pt_json_out_str(out, pt_time_format(ms, text));
    } else {
        pt_json_out_null(out);
    }
}

PtStatus event_stats_json(const EventStats *s, uint32_t source, size_t names, PtJsonOut *out,
                          PtError *err)
{
    Sum all = {0}, by_type[EVENT_TYPE_COUNT] = {{0}};
    int64_t quarantined = 0;
    PtStr key;
    void *value;
    for (size_t cursor = 0; pt_map_next(s->cells, &cursor, &key, &value);) {
        Cell cell;
        memcpy(&cell, key.data, sizeof cell);
        const Sum *sum = value;
        if (cell.source != source || sum->events == 0) {
            continue;
        }
        sum_add(&all, sum);
        if (cell.klass == PT_RECORD_QUARANTINE) {
            quarantined += sum->events;
        } else if (cell.type < EVENT_TYPE_COUNT) {
            sum_add(&by_type[cell.type], sum);
        }
    }
    const struct {
        PtStr key;
        int64_t value;
    } members[] = {{PT_STR("events"), all.events - quarantined},
                   {PT_STR("quarantined"), quarantined},
                   {PT_STR("bytes"), all.bytes},
                   {PT_STR("flagged"), all.flagged}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        pt_json_out_key(out, members[i].key);
        pt_json_out_i64(out, members[i].value);
    }
    time_json(out, PT_STR("first_at"), all.events > 0, all.first_ms);
    time_json(out, PT_STR("last_at"), all.events > 0, all.last_ms);
    pt_json_out_key(out, PT_STR("by_type"));
    pt_json_out_object(out);
    for (unsigned t = 0; t < EVENT_TYPE_COUNT; t++) {
        if (by_type[t].events > 0) {
            pt_json_out_key(out, event_type_name((EventType)t));
            pt_json_out_i64(out, by_type[t].events);
        }
    }
    pt_json_out_object_end(out);
    return names_json(s, source, names, out, err);
}
