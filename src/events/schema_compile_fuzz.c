// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of schemas: a line with a schema, and behind it a value (one of a few where there is
 * none). What compiles judges twice alike and within its work; a plan's draft of the same bytes,
 * and what another tool's document would become, are taken or refused.
 */
#include "events/plans.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const EventSchema *schema, EventSchemaRun *run, PtStr value)
{
    EventSchemaResult a, b;
    if (event_schema_judge(schema, run, value, (PtStr){NULL, 0}, true, &a, NULL) != PT_OK) {
        return;
    }
    assert(a.valid || a.count > 0);
    for (size_t i = 0; i < a.count; i++) {
        assert(pt_utf8_valid(pt_str(a.faults[i].pointer)));
        assert(pt_utf8_valid(pt_str(a.faults[i].path)));
        assert(pt_utf8_valid(pt_str(a.faults[i].message)));
    }
    PtStatus st = event_schema_judge(schema, run, value, value, true, &b, NULL);
    assert(st == PT_OK || st == PT_TOO_LARGE);
    st = event_schema_judge(schema, run, value, (PtStr){NULL, 0}, true, &b, NULL);
    assert(st == PT_OK && a.valid == b.valid && a.count == b.count && a.work == b.work);
    (void)st;
}

static void judge_some(const EventSchema *schema, EventSchemaRun *run)
{
    static const char *const values[] = {
        "null",
        "true",
        "-1.5e3",
        "\"a\\u00e9b\"",
        "[1,1.0,[],{},\"x\"]",
        "{\"a\":{\"a\":{\"a\":1}},\"properties\":{\"price\":\"1\"},\"\":[]}"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        judge(schema, run, pt_str(values[i]));
    }
}

static void take_plan(PtStr text)
{
    EventPlan *plan = NULL;
    PtBuf draft, notes;
    const char *format;
    if (event_plan_draft(text, &plan, NULL) == PT_OK) {
        event_plan_release(plan);
    }
    pt_buf_init(&draft, EVENT_PLAN_TEXT_MAX * 2);
    pt_buf_init(&notes, 1 << 18);
    if (event_plan_convert(text, (PtStr){NULL, 0}, &draft, &notes, &format, NULL) == PT_OK) {
        PtStatus st = pt_json_check(pt_buf_str(&draft), 200, NULL);
        assert(st == PT_OK && pt_json_check(pt_buf_str(&notes), 2, NULL) == PT_OK);
        (void)st;
    }
    pt_buf_done(&draft);
    pt_buf_done(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr all = {(const char *)data, size};
    const char *end = size > 0 ? memchr(data, '\n', size) : NULL;
    PtStr text = {all.data, end != NULL ? (size_t)(end - all.data) : size};
    EventSchema *schema = NULL;
    EventSchemaOptions options = {.formats = true, .closed = PT_STR("properties")};
    if (size > 0 && event_schema_compile(text, &options, &schema, NULL) == PT_OK) {
        EventSchemaRun *run = event_schema_run_new();
        assert(run != NULL);
        if (end != NULL) {
            judge(schema, run, pt_str_from(all, text.len + 1));
        } else {
            judge_some(schema, run);
        }
        event_schema_run_free(run);
        event_schema_free(schema);
    }
    if (size > 0) {
        take_plan(text);
    }
    return 0;
}
