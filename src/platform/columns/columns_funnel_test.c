// SPDX-License-Identifier: Apache-2.0
/* Funnels, worked by hand: what the engine says, and the oracle too. */
#include "base/test_rows.h"
#include "platform/columns/columns_history_rig.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    HOUR_MS = 3600000,
    RANGE_HOURS = 1000,
    WINDOW_HOURS = 24,
    ANSWER = 512,
    SETS = 8,
    EXCLUSIONS = 2
};

/* Steps and exclusions are events. Answers: "value reached,reached… (median of step 1 in hours,
 * …)", where nobody came to a step no median. */
static struct FunnelCase {
    const char *name, *rows, *steps, *want;
    PlanOrder order;
    const char *excluded; /* "x" between any two, "x0" between steps 0 and 1 */
    bool same, broken_down;
} cases[] = {
    {"nobody begins", "1b0 1c1", "abc", .want = ""},
    {"only begun", "1a0 2a5", "abc", .want = "2,0,0"},
    {"all the way", "1a0 1b1 1c3", "abc", .want = "1,1,1 (1,2)"},
    {"other rows between", "1a0 1x0.5 1b1 1c1.5 1x2 1c3", "abc", .want = "1,1,1 (1,0.5)"},
    {"not in this order", "1a0 1c1 1b2", "abc", .want = "1,1,0 (2)"},
    {"later steps before the first", "1b0 1c1 1a2", "abc", .want = "1,0,0"},
    {"at the window's last instant", "1a0 1b23.999", "ab", .want = "1,1 (23.999)"},
    {"at the window's end", "1a0 1b24", "ab", .want = "1,0"},
    {"the window is of the first step", "1a0 1b13 1c26", "abc", .want = "1,1,0 (13)"},
    {"a later attempt goes further", "1a0 1b1 1a20 1b21 1c40", "abc", .want = "1,1,1 (1,19)"},
    {"of equal ones the one that began first", "1a0 1a1 1b2", "ab", .want = "1,1 (2)"},
    {"of equal ones, cut by the window", "1a0 1a5 1b6 1c26", "abc", .want = "1,1,1 (1,20)"},
    {"the earliest row for each step", "1a0 1b1 1b2 1c3", "abc", .want = "1,1,1 (1,2)"},
    {"a row is one step only", "1a0", "aa", .want = "1,0"},
    {"the same event twice", "1a0 1a4", "aa", .want = "1,1 (4)"},
    {"at one instant, by their places", "1a0 1b0", "ab", .want = "1,1 (0)"},
    {"at one instant, the other way", "1b0 1a0", "ab", .want = "1,0"},
    {"late rows", "1c3 1a0 1b1", "abc", .want = "1,1,1 (1,2)"},
    {"nobody's rows are no person", "0a0 0b1 1a0", "ab", .want = "1,0"},
    {"rows outside of the range", "1a-1 1b1 2a999 2b1000", "ab", .want = "1,0"},
    {"medians are of the lower middle", "1a0 1b1 2a0 2b2 3a0 3b3 4a0 4b9", "ab", .want = "4,4 (2)"},
    {"medians of three", "1a0 1b7 2a0 2b2 3a0 3b3", "ab", .want = "3,3 (3)"},

    {"strict: one behind the other", "1a0 1b1 1c2", "abc", .want = "1,1,1 (1,1)",
     .order = PLAN_STRICT},
    {"strict: rows of no step may lie between", "1a0 1x1 1b2", "ab", .want = "1,1 (2)",
     .order = PLAN_STRICT},
    {"strict: another step ends it", "1a0 1c1 1b2 1c3", "abc", .want = "1,0,0",
     .order = PLAN_STRICT},
    {"strict: the first step again begins anew", "1a0 1a1 1b2", "ab", .want = "1,1 (1)",
     .order = PLAN_STRICT},
    {"strict: the window", "1a0 1b24", "ab", .want = "1,0", .order = PLAN_STRICT},

    {"any order: as they came", "1c0 1a1 1b3", "abc", .want = "1,1,1 (1,2)", .order = PLAN_ANY},
    {"any order: a part of them", "1c0 1c1 2b0 2a2", "abc", .want = "2,1,0 (2)", .order = PLAN_ANY},
    {"any order: the window is of the one that came first", "1c0 1b13 1a26", "abc",
     .want = "1,1,0 (13)", .order = PLAN_ANY},
    {"any order: a later attempt goes further", "1c0 1b20 1a30 1c31", "abc", .want = "1,1,1 (10,1)",
     .order = PLAN_ANY},
    {"any order: one step for each row", "1a0 1a1", "aab", .want = "1,1,0 (1)", .order = PLAN_ANY},

    {"exclusion: between any two", "1a0 1b1 1x2 1c3", "abc", .want = "1,1,0 (1)", .excluded = "x"},
    {"exclusion: not before and not behind", "1x0 1a1 1b2 1x3", "ab", .want = "1,1 (1)",
     .excluded = "x"},
    {"exclusion: after one step only", "1a0 1x1 1b2 2a0 2b1 2x2 2c3", "abc", .want = "2,1,1 (1,2)",
     .excluded = "x0"},
    {"exclusion: a later attempt goes on", "1a0 1x1 1a2 1b3", "ab", .want = "1,1 (1)",
     .excluded = "x"},
    {"exclusion: two of them", "1a0 1y1 1b2 2a0 2x1 2b2 3a0 3b1", "ab", .want = "3,1 (1)",
     .excluded = "xy"},
    {"exclusion: of a step's own event", "1a0 1a1 1b2", "ab", .want = "1,1 (1)", .excluded = "a"},
    {"exclusion and strict", "1a0 1x1 1b2", "ab", .want = "1,0", .order = PLAN_STRICT,
     .excluded = "x"},

    {"same: one value at each step", "1a0=k 1b1=m 1b2=k", "ab", .want = "1,1 (2)", .same = true},
    {"same: no value is no step", "1a0 1b1", "ab", .want = "", .same = true},
    {"same: nor is it the same as none", "1a0=k 1b1", "ab", .want = "1,0", .same = true},
    {"same: of two values the one that goes further", "1a0=k 1a1=m 1b2=m", "ab", .want = "1,1 (1)",
     .same = true},
    {"same: of two that do the one that began first", "1a0=m 1a1=k 1b2=k 1b4=m", "ab",
     .want = "1,1 (4)", .same = true},
    {"same and strict: another value ends it", "1a0=k 1b1=m 1b2=k", "ab", .want = "1,0",
     .order = PLAN_STRICT, .same = true},
    {"same and any order", "1b0=k 1a1=m 1a2=k", "ab", .want = "1,1 (2)", .order = PLAN_ANY,
     .same = true},
    {"same and exclusion, whatever its value", "1a0=k 1x1=m 1b2=k", "ab", .want = "1,0",
     .excluded = "x", .same = true},

    {"by the value at the first step", "1a0=gold 1b1=new 2a0=new 3a0", "ab",
     .want = " 1,0; gold 1,1 (1); new 1,0", .broken_down = true},
    {"by value, the heaviest first", "1a0=x 2a0=y 3a0=y", "ab", .want = "y 2,0; x 1,0",
     .broken_down = true},
    {"by the value of the attempt that counts", "1a0=x 1a30=y 1b31", "ab", .want = "y 1,1 (1)",
     .broken_down = true},
    {"any order, by the value of what came first", "1b0=x 1a1=y", "ab", .want = "x 1,1 (1)",
     .order = PLAN_ANY, .broken_down = true},
};

/* ---- Answers in words ------------------------------------------------------------------------ */

static size_t say_row(const PlanFunnelRow *row, size_t steps, char *out, size_t room)
{
    size_t len = 0;
    for (size_t k = 0; k < steps; k++) {
        len +=
            (size_t)snprintf(out + len, room - len, "%s%d", k > 0 ? "," : "", (int)row->reached[k]);
    }
    for (size_t k = 1; k < steps && row->reached[k] > 0; k++) {
        len += (size_t)snprintf(out + len, room - len, "%s%.5g", k > 1 ? "," : " (",
                                (double)row->time_median_ms[k] / (double)HOUR_MS);
    }
    len += (size_t)snprintf(out + len, room - len, "%s", row->reached[1] > 0 ? ")" : "");
    return len;
}

static void say(const PlanAnswer *answer, const struct FunnelCase *c, char out[static ANSWER])
{
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < answer->value_count; i++) {
        if (answer->funnel[i].reached[0] == 0) {
            continue;
        }
        len += (size_t)snprintf(out + len, ANSWER - len, "%s%.*s%s", len > 0 ? "; " : "",
                                PT_STR_ARG(answer->values[i]), c->broken_down ? " " : "");
        len += say_row(&answer->funnel[i], strlen(c->steps), out + len, ANSWER - len);
    }
}

/* ---- Plans ----------------------------------------------------------------------------------- */

typedef struct Sets {
    uint64_t codes[SETS][COLUMNS_EVENTS_MAX / 64];
    PlanSet sets[SETS];
    char events[SETS];
    size_t count;
} Sets;

/* The number of the set that is this event. */
static uint32_t set_of(Sets *sets, const ColumnsSnapshot *s, char event)
{
    uint32_t i = 0;
    while (i < sets->count && sets->events[i] != event) {
        i++;
    }
    if (i == sets->count) {
        const uint16_t code = history_code(s, 1, (PtStr){&event, 1});
        if (code != UINT16_MAX) {
            sets->codes[i][code / 64] |= 1ull << (code % 64);
        }
        sets->events[i] = event;
        sets->sets[i].codes = sets->codes[i];
        sets->count++;
    }
    return i;
}

static size_t read_exclusions(const char *text, Sets *sets, const ColumnsSnapshot *s,
                              PlanExclusion *out)
{
    size_t count = 0;
    for (; text != NULL && *text != 0; text++) {
        if (*text >= '0' && *text <= '9') {
            out[count - 1].after = (uint8_t)(*text - '0');
        } else {
            out[count++] = (PlanExclusion){.set = set_of(sets, s, *text), .after = UINT8_MAX};
        }
    }
    return count;
}

static ColumnsPlan plan_of(const struct FunnelCase *c, Sets *sets, PlanExclusion *exclusions,
                           const ColumnsSnapshot *s, const PlanSlot *tier)
{
    ColumnsPlan plan = {
        .kind = PLAN_FUNNEL,
        .from_ms = HISTORY_BEGIN_MS,
        .to_ms = HISTORY_BEGIN_MS + RANGE_HOURS * (int64_t)HOUR_MS,
        .slots = tier,
        .slot_count = 1,
        .funnel = {.step_count = strlen(c->steps),
                   .window_ms = WINDOW_HOURS * (int64_t)HOUR_MS,
                   .order = c->order,
                   .exclusions = exclusions,
                   .same = c->same ? 0 : UINT32_MAX,
                   .breakdown.slot = c->broken_down ? 0 : UINT32_MAX},
    };
    for (size_t i = 0; i < plan.funnel.step_count; i++) {
        plan.funnel.steps[i] = set_of(sets, s, c->steps[i]);
    }
    plan.funnel.exclusion_count = read_exclusions(c->excluded, sets, s, exclusions);
    plan.sets = sets->sets;
    plan.set_count = sets->count;
    return plan;
}

static void funnel_case(void **state)
{
    const struct FunnelCase *c = *state;
    History *h = history_new(1, 0);
    history_tell(h, c->rows);
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    const PlanSlot tier = history_slot(s, PT_STR("properties.tier"));
    Sets sets = {.count = 0};
    PlanExclusion exclusions[EXCLUSIONS];
    const ColumnsPlan plan = plan_of(c, &sets, exclusions, s, &tier);
    PtArena *arena = pt_arena_new(SIZE_MAX);
    Oracle *oracle = oracle_new(&plan, &rows);
    PlanAnswer answer;
    char words[ORACLE_WORDS], said[ANSWER];
    history_ask(&plan, s, oracle, arena, &answer, words);
    assert_string_equal(words, "");
    say(&answer, c, said);
    assert_string_equal(said, c->want);
    oracle_free(oracle);
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
}

/* ---- Drilling, plans that make no sense ------------------------------------------------------ */

typedef struct Told {
    char text[ANSWER];
    size_t len;
} Told;

static PtStatus tell(void *ctx, uint32_t person, PtError *err)
{
    Told *t = ctx;
    (void)err;
    t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%u ", person);
    return PT_OK;
}

static void drilled(void **state)
{
    static const struct {
        uint32_t value, step;
        bool dropped;
        const char *want;
    } drills[] = {
        {0, 0, false, "1 2 3 "}, {0, 1, false, "1 2 "}, {0, 2, false, "1 "}, {0, 1, true, "3 "},
        {0, 2, true, "2 "},      {1, 0, false, "4 "},   {1, 1, true, "4 "},  {1, 2, true, ""},
    };
    static const struct FunnelCase c = {.steps = "abc", .broken_down = true};
    (void)state;
    History *h = history_new(1, 0);
    history_tell(h, "1a0=k 1b1 1c2 2a0=k 2b1 3a0=k 4a0=m 5b0");
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    const PlanSlot tier = history_slot(s, PT_STR("properties.tier"));
    Sets sets = {.count = 0};
    const ColumnsPlan plan = plan_of(&c, &sets, NULL, s, &tier);
    PtArena *arena = pt_arena_new(SIZE_MAX);
    for (size_t i = 0; i < PT_COUNT(drills); i++) {
        Told told = {.len = 0};
        const PlanDrill drill = {.value = drills[i].value,
                                 .series = drills[i].step,
                                 .dropped = drills[i].dropped,
                                 .tell = tell,
                                 .ctx = &told};
        const PlanRun run = {.threads = 1, .memory_bytes = 1 << 26, .drill = &drill};
        PlanAnswer answer;
        assert_int_equal(columns_run_plan(&plan, s, &run, arena, &answer, NULL), PT_OK);
        assert_string_equal(told.text, drills[i].want);
    }
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
}

static void refused(void **state)
{
    static const PlanExclusion no_step = {.set = 0, .after = 1}, no_set = {.set = 9, .after = 0};
    const PlanFunnel good = {.steps = {0, 0},
                             .step_count = 2,
                             .window_ms = 1,
                             .same = UINT32_MAX,
                             .breakdown.slot = UINT32_MAX};
    PlanFunnel bad[8];
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        bad[i] = good;
    }
    bad[0].step_count = 1;
    bad[1].step_count = PLAN_STEPS + 1;
    bad[2].steps[1] = 1;
    bad[3].window_ms = 0;
    bad[4].same = 0;
    bad[5].exclusions = &no_step;
    bad[6].exclusions = &no_set;
    bad[5].exclusion_count = bad[6].exclusion_count = 1;
    bad[7].order = PLAN_ANY + 1;
    (void)state;
    History *h = history_new(1, 0);
    history_tell(h, "1a0");
    OracleRows rows;
    ColumnsSnapshot *s = history_snapshot(h, &rows);
    const PlanSet all = {0};
    PtArena *arena = pt_arena_new(SIZE_MAX);
    const PlanRun run = {.threads = 1, .memory_bytes = 1 << 26};
    PlanAnswer answer;
    ColumnsPlan plan = {
        .kind = PLAN_FUNNEL, .to_ms = 1, .sets = &all, .set_count = 1, .funnel = good};
    assert_int_equal(columns_run_plan(&plan, s, &run, arena, &answer, NULL), PT_OK);
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        plan.funnel = bad[i];
        assert_int_equal(columns_run_plan(&plan, s, &run, arena, &answer, NULL), PT_INVALID);
    }
    pt_arena_free(arena);
    columns_snapshot_free(s);
    history_free(h);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) + 2];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, funnel_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(drilled);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(refused);
    return _cmocka_run_group_tests("platform/columns_funnel", tests, n, NULL, NULL);
}
