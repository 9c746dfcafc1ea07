// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of conditions and folds: any text. What reads is written in its normal form, which
 * reads back and is written as the same; and it runs on an event, any text for its payload.
 * Input: the rule, a NUL, the event.
 */
#include "rules/rules.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Rule {
    RuleOperands *operands;
    RuleCondition *condition;
    RuleFold *fold;
} Rule;

static bool read_rule(Rule *r, PtStr json)
{
    *r = (Rule){0};
    if (rule_operands_new(&r->operands, NULL) != PT_OK) {
        abort();
    }
    PtError err = {0};
    PtStatus st = rule_condition_read(json, r->operands, &r->condition, &err);
    if (st != PT_OK) {
        assert(st == PT_INVALID && err.message[0] != 0);
        st = rule_fold_read(json, r->operands, &r->fold, &err);
        assert(st == PT_OK || (st == PT_INVALID && err.message[0] != 0));
    }
    return st == PT_OK;
}

static void free_rule(Rule *r)
{
    rule_condition_free(r->condition);
    rule_fold_free(r->fold);
    rule_operands_free(r->operands);
}

static void write_rule(const Rule *r, PtBuf *out)
{
    pt_buf_init(out, 4 * RULE_JSON);
    if (r->condition != NULL) {
        rule_condition_write(r->condition, out);
    } else {
        rule_fold_write(r->fold, out);
    }
    assert(pt_buf_status(out) == PT_OK);
}

static bool run_rule(const Rule *r, PtStr event, bool common)
{
    const EventView view = {.type = EVENT_PAGE,
                            .name = PT_STR("Home"),
                            .raw = common ? PT_STR("{}") : event,
                            .common = common ? event : PT_STR("{}")};
    PtArena *arena = pt_arena_new(64 << 20);
    PtValue *values = calloc(rule_operands_count(r->operands) + 1, sizeof *values);
    if (arena == NULL || values == NULL ||
        rule_operands_load(r->operands, &view, arena, values, NULL) != PT_OK) {
        abort();
    }
    const bool holds = r->condition != NULL ? rule_condition_holds(r->condition, values)
                                            : rule_fold_matches(r->fold, values);
    free(values);
    pt_arena_free(arena);
    return holds;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr rest = {size > 0 ? (const char *)data : "", size};
    PtStr json = PT_STR(""), event = PT_STR("{}");
    Rule r, again;
    PtBuf normal, twice;
    (void)pt_str_cut(&rest, '\0', &json);
    event = rest.data != NULL ? rest : event;
    if (read_rule(&r, json)) {
        write_rule(&r, &normal);
        const bool read = read_rule(&again, pt_buf_str(&normal));
        assert(read);
        write_rule(&again, &twice);
        assert(pt_str_eq(pt_buf_str(&normal), pt_buf_str(&twice)));
        for (int common = 0; common < 2; common++) {
            const bool same = run_rule(&r, event, common) == run_rule(&again, event, common);
            assert(same);
            (void)same;
        }
        (void)read;
        pt_buf_done(&normal);
        pt_buf_done(&twice);
        free_rule(&again);
    }
    free_rule(&r);
    return 0;
}
