// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the states of folds: any bytes. They are PT_CORRUPT, or are written as they were
 * read, and then take events and give a value that is JSON.
 * Input: a byte that chooses the fold, the state.
 */
#include "base/json.h"
#include "rules/rules.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOWS = 4, FOLDS = 11, NOW_MS = 1000000 };

static RuleOperands *operands;
static RuleFold *folds[FOLDS * WINDOWS];

static void make_folds(void)
{
    static const char *const kinds[FOLDS] = {
        "\"count\"",
        "\"exists\"",
        "\"sum\",\"property\":\"v\"",
        "\"sum\",\"property\":\"v\",\"currency\":true",
        "\"average\",\"property\":\"v\"",
        "\"least\",\"property\":\"v\"",
        "\"most\",\"property\":\"v\"",
        "\"first\",\"property\":\"v\"",
        "\"last\",\"property\":\"v\"",
        "\"most_frequent\",\"property\":\"v\"",
        "\"distinct\",\"property\":\"v\"",
    };
    static const char *const windows[WINDOWS] = {
        "",
        ",\"window\":{\"last\":{\"minutes\":10}}",
        ",\"window\":{\"calendar\":\"day\"}",
        ",\"window\":{\"calendar\":\"month\",\"back\":1}",
    };
    char json[200];
    if (rule_operands_new(&operands, NULL) != PT_OK) {
        abort();
    }
    for (size_t i = 0; i < FOLDS * WINDOWS; i++) {
        (void)snprintf(json, sizeof json, "{\"fold\":%s%s}", kinds[i / WINDOWS],
                       windows[i % WINDOWS]);
        if (rule_fold_read(pt_str(json), operands, &folds[i], NULL) != PT_OK) {
            abort();
        }
    }
}

static void add_event(RuleState *s, PtArena *arena, uint64_t position, int64_t ms)
{
    const EventView event = {
        .raw = PT_STR("{\"properties\":{\"v\":\"12.5\",\"currency\":\"EUR\"}}"),
        .timestamp_ms = ms,
    };
    PtValue values[8];
    if (rule_operands_count(operands) > 8 ||
        rule_operands_load(operands, &event, arena, values, NULL) != PT_OK ||
        rule_state_add(s, position, ms, values, NOW_MS, NULL) != PT_OK) {
        abort();
    }
}

static void ask(const RuleFold *f, const RuleState *s, PtArena *arena)
{
    const RuleState *states[] = {s, s};
    RuleResult result;
    const PtStatus st = rule_result(f, states, 2, NOW_MS, arena, &result, NULL);
    assert(st == PT_OK && pt_json_check(result.json, 2, NULL) == PT_OK);
    assert(result.changes_ms > NOW_MS);
    (void)st;
}

static void use(const RuleFold *f, RuleState *s, PtStr bytes)
{
    PtBuf again;
    PtArena *arena = pt_arena_new(16 << 20);
    if (arena == NULL) {
        abort();
    }
    pt_buf_init(&again, bytes.len);
    rule_state_write(s, &again);
    assert(pt_str_eq(pt_buf_str(&again), bytes));
    pt_buf_done(&again);
    ask(f, s, arena);
    for (uint64_t i = 0; i < 3; i++) {
        add_event(s, arena, 100 + i, NOW_MS - (int64_t)i);
        ask(f, s, arena);
    }
    pt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (operands == NULL) {
        make_folds();
    }
    if (size < 1) {
        return 0;
    }
    const RuleFold *f = folds[data[0] % (FOLDS * WINDOWS)];
    const PtStr bytes = {(const char *)data + 1, size - 1};
    RuleState *s = NULL;
    const PtStatus st = rule_state_read(f, bytes, &s, NULL);
    assert(st == PT_OK || (st == PT_CORRUPT && s == NULL));
    if (st == PT_OK) {
        use(f, s, bytes);
    }
    rule_state_free(s);
    return 0;
}
