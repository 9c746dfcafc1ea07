// SPDX-License-Identifier: Apache-2.0
/* Retention, worked by hand: what the engine says, and the oracle too. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 5, DAY_MS = 86400000, ANSWER = 512 };

/* a begins, b and c come again. Answers: "value@cohort persons:back[0],back[1],…" */
static struct RetentionCase {
    const char *name, *rows;
    const char *want;
    PlanRetentionWay way;
    bool recurring, broken_down;
    const char *again;
    const uint32_t *brackets;
    size_t bracket_count;
} cases[] = {
    {"nobody begins", "1b0 2b30", "", .again = "b"},
    {"never back", "1a0", "@0 1:0,0,0,0,0", .again = "b"},
    {"back on days 0, 1 and 3", "1a0 1b1 1b25 1b26 1b95.99", "@0 1:1,1,0,1,0", .again = "b"},
    {"on the edge of a day", "1a0 1b23.999 1b24", "@0 1:1,1,0,0,0", .again = "b"},
    {"before the first is not back", "1b0 1a1 1b49", "@0 1:0,0,1,0,0", .again = "b"},
    {"at its very time, but behind it", "1a0 1b0", "@0 1:1,0,0,0,0", .again = "b"},
    {"at its very time, but before it", "1b0 1a0", "@0 1:0,0,0,0,0", .again = "b"},
    {"the beginning itself is no return", "1a0", "@0 1:0,0,0,0,0", .again = "a"},
    {"beginning again is one", "1a0 1a24", "@0 1:0,1,0,0,0", .again = "a"},
    {"the first beginning is the cohort", "1a30 1a60 1b61", "@1 1:0,1,0,0", .again = "b"},
    {"a late cohort has few periods", "1a96 1b119", "@4 1:1", .again = "b"},
    {"three persons, two cohorts", "1a0 2a1 3a26 1b25 2b26 3b27 1b50 3b50",
     "@0 2:0,2,1,0,0 @1 1:1,1,0,0", .again = "b"},
    {"late rows, out of order", "1b25 1a0 1b3", "@0 1:1,1,0,0,0", .again = "b"},
    {"beyond: back on day 2 counts for 0 to 2", "1a0 1b49", "@0 1:1,1,1,0,0",
     .way = PLAN_RETENTION_BEYOND, .again = "b"},
    {"beyond: the last day counts", "1a0 1b1 1b97 2a0 2b1", "@0 2:2,1,1,1,1",
     .way = PLAN_RETENTION_BEYOND, .again = "b"},
    {"recurring: of each day with a beginning", "1a0 1b1 1a24 1b49", "@0 1:1,0,1,0,0 @1 1:0,1,0,0",
     .recurring = true, .again = "b"},
    {"recurring: a day counts once", "1a0 1a1 1a2 1b3", "@0 1:1,0,0,0,0", .recurring = true,
     .again = "b"},
    {"recurring: behind the first of the day", "1a0 1b1 1a2", "@0 1:1,0,0,0,0", .recurring = true,
     .again = "b"},
    {"recurring: not before the first of the day", "1a0 1b24 1a25 1a48",
     "@0 1:0,1,0,0,0 "
     "@1 1:0,0,0,0 @2 1:0,0,0",
     .recurring = true, .again = "b"},
    {"recurring and beyond", "1a0 1a24 1b49", "@0 1:1,1,1,0,0 @1 1:1,1,0,0",
     .way = PLAN_RETENTION_BEYOND, .recurring = true, .again = "b"},
    {"brackets: day 0, days 1 and 2, day 4", "1a0 1b1 1b25 1b49 1b97 2a0 2b73", "@0 2:1,1,1,1",
     .again = "b", .brackets = (const uint32_t[]){0, 1, 3, 4, 5}, .bracket_count = 4},
    {"brackets: what is before and behind them", "1a0 1b1 1b97 2a0 2b49", "@0 2:1", .again = "b",
     .brackets = (const uint32_t[]){1, 4}, .bracket_count = 1},
    {"brackets: past the end of the range", "1a72 1b73 1b97", "@3 1:1,1,0", .again = "b",
     .brackets = (const uint32_t[]){0, 1, 3, 9}, .bracket_count = 3},
    {"brackets and beyond", "1a0 1b97 2a0 2b1 3a0 3b25", "@0 3:2,1", .way = PLAN_RETENTION_BEYOND,
     .again = "b", .brackets = (const uint32_t[]){1, 2, 3}, .bracket_count = 2},
    {"by the value at the first row", "1a0=gold 1b25=new 2a1=new 2a30=gold 2b31",
     "gold@0 1:0,1,0,0,0 new@0 1:0,1,0,0,0", .broken_down = true, .again = "b"},
    {"by the value, heaviest first", "1a0=x 2a0=y 3a24=y 4a0",
     "y@0 1:0,0,0,0,0 y@1 1:0,0,0,0 "
     "@0 1:0,0,0,0,0 x@0 1:0,0,0,0,0",
     .broken_down = true, .again = "b"},
    {"recurring by the value of each day", "1a0=x 1a24=y 1b25", "x@0 1:0,1,0,0,0 y@1 1:1,0,0,0",
     .recurring = true, .broken_down = true, .again = "b"},
    {"nobody's rows are no person", "0a0 0b1 1a0", "@0 1:0,0,0,0,0", .again = "b"},
    {"outside of the range", "1a0 1b120 2b119 3a120", "@0 1:0,0,0,0,0", .again = "b"},
};

static void say(const PlanAnswer *answer, const PlanRetention *r, char out[static ANSWER])
{
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < answer->value_count * r->periods.count; i++) {
        const PlanRetentionRow *row = answer->retention[i];
        const size_t cohort = i % r->periods.count;
        const size_t wide = r->brackets != NULL ? r->bracket_count : r->periods.count - cohort;
        if (row == NULL) {
            continue;
        }
        len += (size_t)snprintf(out + len, ANSWER - len, "%s%.*s@%zu %d", len > 0 ? " " : "",
                                PT_STR_ARG(answer->values[i / r->periods.count]), cohort,
                                (int)row->persons);
        for (size_t k = 0; k < wide; k++) {
            len += (size_t)snprintf(out + len, ANSWER - len, "%c%d", k > 0 ? ',' : ':',
                                    (int)row->back[k]);
        }
    }
}

static void set_code(uint64_t codes[static COLUMNS_EVENTS_MAX / 64], const ColumnsSnapshot *s,
                     const char *event)
{
    const uint16_t code = history_code(s, 1, pt_str(event));
    if (code != UINT16_MAX) {
        codes[code / 64] |= 1ull << (code % 64);
    }
}

static ColumnsPlan plan_of(const struct RetentionCase *c, const PlanSet sets[static 2],
                           const PlanSlot *tier)
{
    ColumnsPlan plan = {
        .kind = PLAN_RETENTION,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + DAYS * (int64_t)DAY_MS,
        .slots = tier,
        .slot_count = 1,
        .sets = sets,
        .set_count = 2,
        .retention = {.begin = 0,
                      .again = 1,
                      .way = c->way,
                      .recurring = c->recurring,
                      .brackets = c->brackets,
                      .bracket_count = c->bracket_count,
                      .breakdown.slot = c->broken_down ? 0 : UINT32_MAX},
    };
    assert_int_equal(
        plan_periods(&plan.retention.periods, PLAN_DAY, plan.from_ms, plan.to_ms, NULL, NULL),
        PT_OK);
    return plan;
}

static void retention_case(void **state)
{
    const struct RetentionCase *c = *state;
    History *h = history_new(1, 0);
    history_tell(h, c->rows);
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    uint64_t codes[2][COLUMNS_EVENTS_MAX / 64] = {{0}};
    set_code(codes[0], s, "a");
    set_code(codes[1], s, c->again);
    const PlanSet sets[2] = {{.codes = codes[0]}, {.codes = codes[1]}};
    const PlanSlot tier = history_slot(s, PT_STR("properties.tier"));
    const ColumnsPlan plan = plan_of(c, sets, &tier);
    PtArena *arena = pt_arena_new(SIZE_MAX);
    Oracle *oracle = oracle_new(&plan, &rows);
    PlanAnswer answer;
    char words[ORACLE_WORDS], said[ANSWER];
    say(oracle_answer(oracle), &plan.retention, said);
    assert_string_equal(said, c->want);
    history_ask(&plan, s, oracle, arena, &answer, words);
    assert_string_equal(words, "");
    say(&answer, &plan.retention, said);
    assert_string_equal(said, c->want);
    oracle_free(oracle);
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
}

/* ---- Plans that are not well formed -----------------------------------------------------------
 */

static const uint32_t falling[] = {3, 2}, standing[] = {1, 1}, rising[] = {0, 1};

static struct BadCase {
    const char *name;
    uint32_t begin, again, slot;
    const uint32_t *brackets;
    size_t bracket_count;
    int64_t first_edge_ms, last_edge_ms; /* moved by */
    PtStatus want;
} bad_cases[] = {
    {"a good one", 0, 1, UINT32_MAX, rising, 1, 0, 0, PT_OK},
    {"begin is no set", 2, 1, UINT32_MAX, NULL, 0, 0, 0, PT_INVALID},
    {"again is no set", 0, 2, UINT32_MAX, NULL, 0, 0, 0, PT_INVALID},
    {"by no slot", 0, 1, 1, NULL, 0, 0, 0, PT_INVALID},
    {"brackets that fall", 0, 1, UINT32_MAX, falling, 1, 0, 0, PT_INVALID},
    {"an empty bracket", 0, 1, UINT32_MAX, standing, 1, 0, 0, PT_INVALID},
    {"no bracket", 0, 1, UINT32_MAX, rising, 0, 0, 0, PT_INVALID},
    {"too many brackets", 0, 1, UINT32_MAX, rising, PLAN_PERIODS + 1, 0, 0, PT_INVALID},
    {"periods that begin late", 0, 1, UINT32_MAX, NULL, 0, 1, 0, PT_INVALID},
    {"periods that end early", 0, 1, UINT32_MAX, NULL, 0, 0, -1, PT_INVALID},
    {"periods that are wider", 0, 1, UINT32_MAX, NULL, 0, -1, 1, PT_OK},
    {"an empty period", 0, 1, UINT32_MAX, NULL, 0, DAY_MS, 0, PT_INVALID},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    const struct RetentionCase base = {
        .again = "b", .brackets = c->brackets, .bracket_count = c->bracket_count};
    const PlanSet sets[2] = {{0}};
    const PlanSlot tier = {.number = UINT32_MAX, .text = UINT32_MAX, .truth = UINT32_MAX};
    ColumnsPlan plan = plan_of(&base, sets, &tier);
    plan.retention.begin = c->begin;
    plan.retention.again = c->again;
    plan.retention.breakdown.slot = c->slot;
    plan.retention.periods.edges[0] += c->first_edge_ms;
    plan.retention.periods.edges[DAYS] += c->last_edge_ms;
    History *h = history_new(1, 0);
    history_tell(h, "1a0");
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    PtArena *arena = pt_arena_new(SIZE_MAX);
    const PlanRun run = {.threads = 1, .memory_bytes = 1 << 20};
    PlanAnswer answer = {0};
    assert_int_equal(columns_run_plan(&plan, s, &run, arena, &answer, NULL), c->want);
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(bad_cases)];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, retention_case);
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    return _cmocka_run_group_tests("platform/columns_retention", tests, n, NULL, NULL);
}
