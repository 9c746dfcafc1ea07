// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of rules over a person: any text. What reads is written in its normal form, which
 * reads back and is written as the same; both run on a history alike, and the truth stays until the
 * instant that was told.
 * Input: the rule, a NUL, the history: of each event how many seconds it is behind the one before,
 * and a byte of its sets.
 */
#include "rules/rules.h"

#include <assert.h>
#include <stdlib.h>

enum { EVENTS_MAX = 200 };
static const int64_t as_of_ms = 1792706400000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Rule {
    RuleOperands *operands;
    RuleWho *who;
    RuleRun *run;
    PtValue *values;
} Rule;

static bool read_rule(Rule *r, PtStr json)
{
    PtError err = {0};
    *r = (Rule){0};
    if (rule_operands_new(&r->operands, NULL) != PT_OK) {
        abort();
    }
    const PtStatus st = rule_who_read(json, r->operands, &r->who, &err);
    assert(st == PT_OK || (st == PT_INVALID && err.message[0] != 0));
    if (st == PT_OK) {
        r->values = calloc(rule_operands_count(r->operands) + 1, sizeof *r->values);
        if (r->values == NULL || rule_run_new(r->who, &r->run, NULL) != PT_OK) {
            abort();
        }
    }
    return st == PT_OK;
}

static void free_rule(Rule *r)
{
    rule_run_free(r->run);
    rule_who_free(r->who);
    rule_operands_free(r->operands);
    free(r->values);
}

static void write_rule(const Rule *r, PtBuf *out)
{
    pt_buf_init(out, 8 * RULE_JSON);
    rule_who_write(r->who, out);
    assert(pt_buf_status(out) == PT_OK);
}

/* The byte's bits are sets, and again eight further on. Half of the history is ahead of as_of_ms.
 */
static RuleTruth run_rule(const Rule *r, PtStr history, int64_t now_ms)
{
    const size_t count = history.len / 2 < EVENTS_MAX ? history.len / 2 : EVENTS_MAX;
    int64_t ms = as_of_ms;
    rule_run_begin(r->run, now_ms);
    for (size_t i = 0; i < count / 2; i++) {
        ms -= (uint8_t)history.data[2 * i] * 1000;
    }
    for (size_t i = 0; i < count; i++) {
        ms += (uint8_t)history.data[2 * i] * 1000;
        const uint64_t sets = (uint8_t)history.data[2 * i + 1] * UINT64_C(0x0101010101010101);
        rule_run_feed(r->run, sets, ms, i);
    }
    return rule_run_end(r->run, r->values);
}

static void check_run(const Rule *r, const Rule *again, PtStr history)
{
    const RuleTruth truth = run_rule(r, history, as_of_ms);
    const RuleTruth same = run_rule(again, history, as_of_ms);
    assert(truth.changes_ms > as_of_ms);
    assert(same.holds == truth.holds && same.changes_ms == truth.changes_ms);
    const RuleTruth later = run_rule(r, history, truth.changes_ms - 1);
    assert(later.holds == truth.holds);
    (void)same;
    (void)later;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr rest = {size > 0 ? (const char *)data : "", size};
    PtStr json = PT_STR("");
    Rule r, again;
    PtBuf normal, twice;
    (void)pt_str_cut(&rest, '\0', &json);
    if (read_rule(&r, json)) {
        write_rule(&r, &normal);
        const bool read = read_rule(&again, pt_buf_str(&normal));
        assert(read);
        write_rule(&again, &twice);
        assert(pt_str_eq(pt_buf_str(&normal), pt_buf_str(&twice)));
        check_run(&r, &again, rest.data != NULL ? rest : PT_STR(""));
        (void)read;
        pt_buf_done(&normal);
        pt_buf_done(&twice);
        free_rule(&again);
    }
    free_rule(&r);
    return 0;
}
