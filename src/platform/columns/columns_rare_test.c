// SPDX-License-Identifier: Apache-2.0
/* What is known of rare events: what files list, what questions keep and what neither does; that
 * questions are answered the same from it, whatever range of time and persons they ask for, and
 * what an erasure leaves of it. */
#include "base/memory.h"
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ROWS = 2 * COLUMNS_BLOCK_ROWS + 2000,
    NODES = 300,
    MINUTE_MS = 60000,
    MEMORY = 1 << 30,
    SPAN_MS = 7 * 86400000,
};

/* By row: "r" is rare enough for a list in the file, "q" to be kept, "s" not quite, the others are
 * common. */
static PtStr event_of(uint32_t row)
{
    return row % 499 == 7  ? PT_STR("r")
           : row % 97 == 3 ? PT_STR("q")
           : row % 47 == 1 ? PT_STR("s")
                           : PT_STR("c");
}

static History *tell(void)
{
    History *h = history_new(1, 0);
    for (uint32_t i = 0; i < ROWS; i++) {
        const ColumnsRow row = {
            .time_ms = HISTORY_BEGIN_MS + (int64_t)(i * 7919u % (SPAN_MS / MINUTE_MS)) * MINUTE_MS,
            .node = 1 + i * 31 % NODES,
            .type = 1,
            .event = event_of(i),
        };
        history_add(h, &row);
    }
    history_flush(h, true);
    history_compact(h);
    return h;
}

typedef struct Asked {
    uint64_t codes[COLUMNS_EVENTS_MAX / 64], who[NODES / 64 + 1];
    PlanSet set;
    PlanSeries series;
    ColumnsPlan plan;
} Asked;

/* Daily uniques of the events, a letter each, in days [from, to). */
static void make_plan(Asked *a, const ColumnsSnapshot *s, const char *events, int from, int to)
{
    const int64_t day_ms = 86400000;
    *a = (Asked){.series = {.measure = PLAN_UNIQUES, .slot = UINT32_MAX}};
    for (const char *event = events; *event != 0; event++) {
        const uint16_t code = history_code(s, 1, (PtStr){event, 1});
        a->codes[code / 64] |= 1ull << (code % 64);
    }
    a->set.codes = a->codes;
    a->plan = (ColumnsPlan){
        .kind = PLAN_SEGMENTATION,
        .from_ms = HISTORY_BEGIN_MS + from * day_ms,
        .to_ms = HISTORY_BEGIN_MS + to * day_ms,
        .sets = &a->set,
        .set_count = 1,
        .segmentation = {.series = &a->series, .series_count = 1, .breakdown = {UINT32_MAX}},
    };
    assert_int_equal(plan_periods(&a->plan.segmentation.periods, PLAN_DAY, a->plan.from_ms,
                                  a->plan.to_ms, NULL, NULL),
                     PT_OK);
}

static void must_agree(const ColumnsPlan *plan, ColumnsSnapshot *s, const OracleRows *rows)
{
    char words[ORACLE_WORDS];
    PlanAnswer answer;
    PtArena *arena = pt_arena_new(SIZE_MAX);
    Oracle *oracle = oracle_new(plan, rows);
    history_ask(plan, s, oracle, arena, &answer, words); // three times
    assert_string_equal(words, "");
    oracle_free(oracle);
    pt_arena_free(arena);
}

static void must_ask(ColumnsSnapshot *s, const OracleRows *rows, const char *events, int from,
                     int to)
{
    Asked a;
    make_plan(&a, s, events, from, to);
    must_agree(&a.plan, s, rows);
}

/* How many blocks of the first run know of the event; what they know is what stands there. */
static uint32_t known(ColumnsSnapshot *s, const char *event)
{
    ColumnsReader *r = NULL;
    const uint16_t code = history_code(s, 1, pt_str(event));
    uint32_t count = 0;
    assert_int_equal(columns_reader_open(s, 0, &r, NULL), PT_OK);
    for (uint32_t block = 0; block < columns_run_info(s, 0).blocks; block++) {
        ColumnsRare rare;
        bool is_known = false;
        const ColumnsBlock *codes, *times;
        assert_int_equal(columns_rare_find(r, block, code, &is_known, &rare, NULL), PT_OK);
        if (!is_known) {
            continue;
        }
        count++;
        assert_int_equal(columns_read(r, COLUMNS_COLUMN_CODE, block, &codes, NULL), PT_OK);
        assert_int_equal(columns_read(r, COLUMNS_COLUMN_TIME, block, &times, NULL), PT_OK);
        uint32_t at = 0;
        for (uint32_t row = 0; row < codes->rows; row++) {
            if (codes->u16[row] == code) {
                assert_true(at < rare.count);
                assert_int_equal(rare.rows[at], row);
                assert_int_equal(rare.times[at], times->i64[row]);
                at++;
            }
        }
        assert_int_equal(at, rare.count);
    }
    columns_reader_close(r);
    return count;
}

static void rare_events_are_kept(void **state)
{
    (void)state;
    OracleRows rows;
    History *h = tell();
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    assert_int_equal(known(s, "q"), 0);
    must_ask(s, &rows, "q", 2, 3); // a part of the time; all of it is kept
    assert_int_equal(known(s, "q"), columns_run_info(s, 0).blocks);
    must_ask(s, &rows, "q", 0, 7);
    must_ask(s, &rows, "q", 6, 7);
    must_ask(s, &rows, "rq", 0, 7);
    must_ask(s, &rows, "qs", 0, 7); // together they are too many
    must_ask(s, &rows, "s", 1, 4);
    must_ask(s, &rows, "c", 1, 4);
    must_ask(s, &rows, "cr", 1, 4);
    assert_int_equal(known(s, "s"), 0);
    assert_int_equal(known(s, "c"), 0);
    must_ask(s, &rows, "q", 0, 7);
    columns_snapshot_free(s);
    history_free(h);
}

/* Before anybody asked, and as well for the rows in memory. */
static void rare_events_are_listed(void **state)
{
    (void)state;
    OracleRows rows;
    History *h = tell();
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    must_ask(s, &rows, "r", 2, 3);
    assert_int_equal(known(s, "r"), columns_run_info(s, 0).blocks);
    must_ask(s, &rows, "r", 0, 7);
    columns_snapshot_free(s);
    history_free(h);
}

static void of_some_persons(void **state)
{
    (void)state;
    Asked a;
    OracleRows rows;
    History *h = tell();
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    for (int i = 0; i < 2; i++) { // then from what is known
        make_plan(&a, s, "rq", 0, 7);
        a.who[1] = 0xF0F0;
        a.plan.who = a.who;
        a.plan.who_count = NODES;
        must_agree(&a.plan, s, &rows);
    }
    columns_snapshot_free(s);
    history_free(h);
}

/* Another snapshot of the same run knows; the run that an erasure writes lists what is left, and no
 * more: the times of who was erased are full hours. */
static void an_erasure_forgets(void **state)
{
    (void)state;
    OracleRows rows;
    History *h = tell();
    ColumnsSnapshot *s = history_snapshot(h, &rows), *next;
    must_ask(s, &rows, "q", 0, 7);
    columns_snapshot_free(s);
    s = history_snapshot(h, &rows);
    assert_true(known(s, "q") > 0);
    const uint32_t node = 1 + 7 * 31 % NODES; // of the first rare row
    history_erase(h, &node, 1, PT_STR("nowhere"));
    next = history_snapshot(h, &rows);
    assert_int_equal(known(next, "q"), 0);
    assert_int_equal(known(next, "r"), columns_run_info(s, 0).blocks);
    must_ask(next, &rows, "r", 0, 7);
    must_ask(next, &rows, "q", 0, 7);
    columns_snapshot_free(next);
    columns_snapshot_free(s);
    history_free(h);
}

/* Half a byte for each row, then no more; what was kept before stays. */
static void room_ends(void **state)
{
    (void)state;
    uint16_t row_numbers[COLUMNS_RARE_MOST + 1];
    int64_t times[COLUMNS_RARE_MOST + 1] = {0};
    for (uint32_t i = 0; i <= COLUMNS_RARE_MOST; i++) {
        row_numbers[i] = (uint16_t)i;
    }
    ColumnsRare rare = {COLUMNS_RARE_MOST + 1, row_numbers, times}, found;
    OracleRows rows;
    ColumnsReader *r = NULL;
    History *h = tell();
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    assert_int_equal(columns_reader_open(s, 0, &r, NULL), PT_OK);
    assert_false(columns_rare_keep(r, 0, 100, &rare)); // too many
    rare.count = COLUMNS_RARE_MOST;
    assert_false(columns_rare_keep(r, columns_run_info(s, 0).blocks, 100, &rare));
    uint16_t kept = 0;
    while (columns_rare_keep(r, 0, (uint16_t)(100 + kept), &rare)) {
        kept++;
    }
    const size_t each = COLUMNS_RARE_MOST * (sizeof(int64_t) + sizeof(uint16_t));
    assert_true(kept > 0 && kept <= columns_run_info(s, 0).rows / 2 / each);
    bool is_known = false;
    assert_int_equal(columns_rare_find(r, 0, 100, &is_known, &found, NULL), PT_OK);
    assert_true(is_known);
    assert_int_equal(found.count, COLUMNS_RARE_MOST);
    columns_reader_close(r);
    must_ask(s, &rows, "q", 0, 7); // perhaps without a place for all
    must_ask(s, &rows, "rq", 3, 5);
    columns_snapshot_free(s);
    history_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rare_events_are_kept),
        cmocka_unit_test(rare_events_are_listed),
        cmocka_unit_test(of_some_persons),
        cmocka_unit_test(an_erasure_forgets),
        cmocka_unit_test(room_ends),
    };
    return cmocka_run_group_tests_name("platform/columns_rare", tests, NULL, NULL);
}
