// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_history_rig.h"

#include "base/test_rows.h"

#include <fault/fault_fs.h>

#include <stdio.h>
#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)

#define MUST(call) assert_int_equal(call, PT_OK)

static uint32_t person_when_written(void *ctx, uint32_t node)
{
    const History *h = ctx;
    return node < HISTORY_NODES ? h->person_of[node] : node;
}

static void open_columns(History *h)
{
    PtError err = {0};
    if (columns_open(&h->config, &h->columns, &err) != PT_OK) {
        fail_msg("columns_open: %s", err.message);
    }
}

History *history_new(uint64_t seed, size_t memory_bytes)
{
    History *h = calloc(1, sizeof *h);
    assert_non_null(h);
    h->fs = fault_fs_new(seed);
    h->arena = pt_arena_new(SIZE_MAX);
    assert_true(h->fs != NULL && h->arena != NULL);
    h->config = (ColumnsConfig){
        .fs = h->fs,
        .dir = "/columns",
        .memory_bytes = memory_bytes > 0 ? memory_bytes : (size_t)64 << 20,
        .zstd_level = 1,
        .cold_rows = 2000, // so that tests see both forms
        .person_of = person_when_written,
        .person_ctx = h,
    };
    for (uint32_t i = 0; i < HISTORY_NODES; i++) {
        h->person_of[i] = i;
    }
    open_columns(h);
    return h;
}

void history_free(History *h)
{
    columns_close(h->columns);
    fault_fs_free(h->fs);
    pt_arena_free(h->arena);
    free(h->rows);
    free(h);
}

static PtStr keep(History *h, PtStr text)
{
    const PtStr kept = pt_arena_str(h->arena, text);
    assert_non_null(kept.data);
    return kept;
}

static ColumnsValue *keep_values(History *h, const ColumnsRow *row)
{
    ColumnsValue *values = pt_arena_alloc(h->arena, row->value_count + 1, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < row->value_count; i++) {
        values[i] = row->values[i];
        values[i].path = keep(h, row->values[i].path);
        values[i].text = keep(h, row->values[i].text);
    }
    return values;
}

static void give(History *h, const ColumnsRow *row)
{
    PtError err = {0};
    if (columns_add(h->columns, row, &err) != PT_OK) {
        fail_msg("columns_add: %s", err.message);
    }
}

void history_add(History *h, const ColumnsRow *row)
{
    if (h->count == h->cap) {
        h->cap = h->cap * 2 + 64;
        OracleRow *rows = realloc(h->rows, h->cap * sizeof *rows);
        assert_non_null(rows);
        h->rows = rows;
    }
    ColumnsRow *kept = &h->rows[h->count].row;
    *kept = *row;
    kept->offset = h->count > 0 ? h->rows[h->count - 1].row.offset + 1 + h->count % 3 : 5;
    kept->event = keep(h, row->event);
    kept->store = keep(h, row->store);
    kept->values = keep_values(h, row);
    h->count++;
    give(h, kept);
}

void history_add_again(History *h)
{
    for (size_t i = h->count > 3 ? h->count - 3 : 0; i < h->count; i++) {
        give(h, &h->rows[i].row);
    }
}

void history_tell(History *h, const char *rows)
{
    PtStr rest = pt_str(rows), word;
    while (pt_str_cut(&rest, ' ', &word)) {
        char *end;
        const unsigned long node = strtoul(word.data, &end, 10);
        const char *event = end;
        const double hours = strtod(event + 1, &end);
        const ColumnsValue tier = {
            .path = PT_STR("properties.tier"),
            .kind = COLUMNS_TEXT,
            .text = pt_str_from(word, (size_t)(end - word.data) + 1),
        };
        history_add(h,
                    &(ColumnsRow){.time_ms = HISTORY_BEGIN_MS + (int64_t)(hours * (double)HOUR_MS),
                                  .node = (uint32_t)node,
                                  .type = 1,
                                  .event = {event, 1},
                                  .values = &tier,
                                  .value_count = end < word.data + word.len});
    }
}

static uint64_t next_of(const History *h)
{
    return h->count > 0 ? h->rows[h->count - 1].row.offset + 1 : 0;
}

void history_flush(History *h, bool now)
{
    PtError err = {0};
    if (columns_flush(h->columns, next_of(h), now, &err) != PT_OK) {
        fail_msg("columns_flush: %s", err.message);
    }
}

void history_step(History *h)
{
    for (bool did = true; did;) {
        MUST(columns_step(h->columns, &did, NULL));
    }
}

void history_compact(History *h)
{
    PtError err = {0};
    if (columns_compact(h->columns, 1, &err) != PT_OK) {
        fail_msg("columns_compact: %s", err.message);
    }
}

void history_reopen(History *h)
{
    columns_close(h->columns);
    h->columns = NULL;
    open_columns(h);
    const uint64_t next = columns_next(h->columns);
    for (size_t i = 0; i < h->count; i++) {
        if (h->rows[i].row.offset >= next) {
            give(h, &h->rows[i].row);
        }
    }
}

/* ---- Erasure --------------------------------------------------------------------------------- */

static bool is_it(void *ctx, PtStr text)
{
    return pt_str_eq(text, *(const PtStr *)ctx);
}

static void erase_row(History *h, ColumnsRow *row, const uint32_t *nodes, size_t count, PtStr find)
{
    for (size_t i = 0; i < count; i++) {
        if (row->node == nodes[i]) {
            row->node = 0;
            row->time_ms = pt_time_floor(row->time_ms, HOUR_MS);
            row->value_count = 0;
            return;
        }
    }
    ColumnsValue *values = keep_values(h, row);
    for (size_t i = 0; i < row->value_count; i++) {
        if (values[i].kind == COLUMNS_TEXT && pt_str_eq(values[i].text, find)) {
            values[i].text = PT_STR("-");
        }
    }
    row->values = values;
}

void history_erase(History *h, const uint32_t *nodes, size_t count, PtStr find)
{
    PtError err = {0};
    if (columns_erase(h->columns, nodes, count, is_it, &find, &err) != PT_OK) {
        fail_msg("columns_erase: %s", err.message);
    }
    for (size_t i = 0; i < h->count; i++) {
        erase_row(h, &h->rows[i].row, nodes, count, find);
    }
}

/* ---- What a plan needs to know --------------------------------------------------------------- */

uint16_t history_code(const ColumnsSnapshot *s, uint8_t type, PtStr name)
{
    const ColumnsEvent *events;
    const size_t count = columns_snapshot_events(s, &events);
    for (size_t i = 1; i < count; i++) {
        if (events[i].type == type && pt_str_eq(events[i].name, name)) {
            return (uint16_t)i;
        }
    }
    return UINT16_MAX;
}

PlanSlot history_slot(const ColumnsSnapshot *s, PtStr path)
{
    const ColumnsProperty *properties;
    const size_t count = columns_snapshot_properties(s, &properties);
    PlanSlot slot = {.number = UINT32_MAX, .text = UINT32_MAX, .truth = UINT32_MAX};
    uint32_t *const columns[COLUMNS_KINDS] = {&slot.number, &slot.text, &slot.truth};
    for (uint32_t i = 0; i < count; i++) {
        if (pt_str_eq(properties[i].path, path)) {
            *columns[properties[i].kind] = COLUMNS_COLUMN_PROPERTIES + i;
        }
    }
    return slot;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

enum { THREADS = 3, MEMORY = 1 << 30 };

void history_ask(const ColumnsPlan *plan, ColumnsSnapshot *s, Oracle *oracle, PtArena *arena,
                 PlanAnswer *ret_answer, char words[static ORACLE_WORDS])
{
    words[0] = 0;
    for (size_t threads = 1; threads <= THREADS && words[0] == 0; threads++) {
        const PlanRun run = {.threads = threads, .memory_bytes = MEMORY};
        PtError err = {0};
        *ret_answer = (PlanAnswer){0};
        if (columns_run_plan(plan, s, &run, arena, ret_answer, &err) != PT_OK) {
            (void)snprintf(words, ORACLE_WORDS, "%zu threads: %.200s", threads, err.message);
            return;
        }
        oracle_compare(oracle, ret_answer, words);
    }
}

typedef struct Told {
    uint32_t *persons;
    size_t count, cap;
} Told;

static PtStatus tell(void *ctx, uint32_t person, PtError *err)
{
    Told *told = ctx;
    (void)err;
    if (told->count == told->cap) {
        told->cap = told->cap * 2 + 64;
        uint32_t *persons = realloc(told->persons, told->cap * sizeof *persons);
        assert_non_null(persons);
        told->persons = persons;
    }
    told->persons[told->count++] = person;
    return PT_OK;
}

static int by_person(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void history_drill(const ColumnsPlan *plan, ColumnsSnapshot *s, Oracle *oracle,
                   const PlanDrill *drill, PtArena *arena, char words[static ORACLE_WORDS])
{
    Told told = {0};
    PlanDrill cell = *drill;
    PlanAnswer answer = {0};
    PtError err = {0};
    cell.tell = tell;
    cell.ctx = &told;
    const PlanRun run = {.threads = 2, .memory_bytes = MEMORY, .drill = &cell};
    const PtStatus st = columns_run_plan(plan, s, &run, arena, &answer, &err);
    const uint32_t *want;
    const size_t count = oracle_persons(oracle, drill, &want);
    words[0] = 0;
    if (told.count > 0) {
        qsort(told.persons, told.count, sizeof *told.persons, by_person);
    }
    if (st != PT_OK) {
        (void)snprintf(words, ORACLE_WORDS, "drilling: %.200s", err.message);
    } else if (told.count != count ||
               (count > 0 && memcmp(told.persons, want, count * sizeof *want) != 0)) {
        size_t i = 0;
        while (i < count && i < told.count && told.persons[i] == want[i]) {
            i++;
        }
        (void)snprintf(
            words, ORACLE_WORDS,
            "drill into value %u series %u period %u%s: %zu persons, not %zu; at %zu %u, "
            "not %u",
            drill->value, drill->series, drill->period, drill->dropped ? " dropped" : "",
            told.count, count, i, i < told.count ? told.persons[i] : 0, i < count ? want[i] : 0);
    }
    free(told.persons);
}

ColumnsSnapshot *history_snapshot(History *h, OracleRows *ret_rows)
{
    ColumnsSnapshot *s = NULL;
    MUST(columns_snapshot(h->columns, &s, NULL));
    for (size_t i = 0; i < h->count; i++) {
        h->rows[i].code = history_code(s, h->rows[i].row.type, h->rows[i].row.event);
        assert_int_not_equal(h->rows[i].code, UINT16_MAX);
    }
    *ret_rows = (OracleRows){.rows = h->rows, .count = h->count};
    ret_rows->property_count = columns_snapshot_properties(s, &ret_rows->properties);
    return s;
}
