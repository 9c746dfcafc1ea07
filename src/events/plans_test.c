// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/test_rows.h"
#include "events/intake_rig.h"
#include "events/plans.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE(type, name, more, schema)                                                             \
    "{\"type\":\"" type "\",\"name\":" name more ",\"schema\":" schema "}"
#define PRICE "{\"properties\":{\"properties\":{\"properties\":{\"price\":{\"type\":\"number\"}}}}}"

static EventPlan *drafted(const char *json)
{
    EventPlan *plan = NULL;
    PtError err = {0};
    if (event_plan_draft(pt_str(json), &plan, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return plan;
}

/* -- what becomes of an event */

static struct JudgeCase {
    const char *name, *settings, *rules;
    EventType type;
    const char *event_name, *raw;
    EventPlanMode want;
    bool planned;
    const char *keyword; /* of the first violation; NULL: none */
} judge_cases[] = {
    {"fits", "", RULE("track", "\"A\"", "", PRICE), EVENT_TRACK, "A",
     "{\"properties\":{\"price\":1}}", EVENT_PLAN_ALLOW, true, NULL},
    {"the plan's mode", "\"mode\":\"quarantine\",", RULE("track", "\"A\"", "", PRICE), EVENT_TRACK,
     "A", "{\"properties\":{\"price\":\"1\"}}", EVENT_PLAN_QUARANTINE, true, "type"},
    {"the rule's mode comes first", "\"mode\":\"quarantine\",",
     RULE("track", "\"A\"", ",\"mode\":\"warn\"", PRICE), EVENT_TRACK, "A",
     "{\"properties\":{\"price\":\"1\"}}", EVENT_PLAN_WARN, true, "type"},
    {"allow does not look", "\"mode\":\"allow\",", RULE("track", "\"A\"", "", PRICE), EVENT_TRACK,
     "A", "{\"properties\":{\"price\":\"1\"}}", EVENT_PLAN_ALLOW, true, NULL},
    {"names are exact", "\"unplanned_events\":\"warn\",", RULE("track", "\"A\"", "", PRICE),
     EVENT_TRACK, "a", "{}", EVENT_PLAN_WARN, false, "unplanned_event"},
    {"track is unplanned without any rule", "\"unplanned_events\":\"quarantine\",", "", EVENT_TRACK,
     "A", "{}", EVENT_PLAN_QUARANTINE, false, "unplanned_event"},
    {"identify is not", "\"unplanned_events\":\"quarantine\",", "", EVENT_IDENTIFY, "", "{}",
     EVENT_PLAN_ALLOW, true, NULL},
    {"page of another name", "\"unplanned_events\":\"warn\",", RULE("page", "\"Home\"", "", "{}"),
     EVENT_PAGE, "Away", "{}", EVENT_PLAN_WARN, false, "unplanned_event"},
    {"page of any name", "\"unplanned_events\":\"warn\",", RULE("page", "null", "", "{}"),
     EVENT_PAGE, "Away", "{}", EVENT_PLAN_ALLOW, true, NULL},
    {"a page's own rule before any", "",
     RULE("page", "null", "", "{}") "," RULE("page", "\"Home\"", "", "{\"required\":[\"x\"]}"),
     EVENT_PAGE, "Home", "{}", EVENT_PLAN_WARN, true, "required"},
    {"alias is never unplanned", "\"unplanned_events\":\"quarantine\",", "", EVENT_ALIAS, "", "{}",
     EVENT_PLAN_ALLOW, true, NULL},
    {"unplanned property", "\"unplanned_properties\":\"warn\",\"mode\":\"quarantine\",",
     RULE("track", "\"A\"", "", PRICE), EVENT_TRACK, "A", "{\"properties\":{\"x\":1}}",
     EVENT_PLAN_WARN, true, "unplanned_property"},
    {"the worse of two", "\"unplanned_properties\":\"quarantine\",\"mode\":\"warn\",",
     RULE("track", "\"A\"", "", PRICE), EVENT_TRACK, "A",
     "{\"properties\":{\"price\":\"\",\"x\":1}}", EVENT_PLAN_QUARANTINE, true, "type"},
    {"traits of identify", "\"unplanned_properties\":\"warn\",",
     RULE("identify", "null", "", "{\"properties\":{\"traits\":{\"properties\":{\"a\":true}}}}"),
     EVENT_IDENTIFY, "", "{\"traits\":{\"b\":1}}", EVENT_PLAN_WARN, true, "unplanned_property"},
    {"formats off", "\"formats\":false,",
     RULE("identify", "null", "",
          "{\"properties\":{\"traits\":{\"properties\":{\"e\":{\"format\":\"email\"}}}}}"),
     EVENT_IDENTIFY, "", "{\"traits\":{\"e\":\"x\"}}", EVENT_PLAN_ALLOW, true, NULL},
};

static void test_judge(void **state)
{
    const struct JudgeCase *c = *state;
    char json[2000];
    (void)snprintf(json, sizeof json, "{\"name\":\"P\",%s\"rules\":[%s]}", c->settings, c->rules);
    EventPlan *plan = drafted(json);
    EventSchemaRun *run = event_schema_run_new();
    EventView v = {.type = c->type, .name = pt_str(c->event_name), .raw = pt_str(c->raw)};
    EventPlanVerdict verdict;
    assert_int_equal(event_plan_judge(plan, run, &v, false, &verdict, NULL), PT_OK);
    assert_int_equal(verdict.outcome, c->want);
    assert_int_equal(verdict.planned, c->planned);
    if (c->keyword == NULL) {
        assert_int_equal(verdict.count, 0);
    } else {
        assert_string_equal(verdict.faults[0]->keyword, c->keyword);
    }
    event_schema_run_free(run);
    event_plan_release(plan);
}

/* -- what is no plan */

static struct DraftCase {
    const char *name, *json, *want;
} draft_cases[] = {
    {"no object", "[]", "a plan is an object"},
    {"no name", "{\"rules\":[]}",
     "name: want 1 to 100 characters, none of them a control character"},
    {"unknown member", "{\"name\":\"P\",\"rule\":[]}", "unknown member \"rule\" of a plan"},
    {"mode", "{\"name\":\"P\",\"mode\":\"block\"}", "mode: want allow, warn or quarantine"},
    {"rules", "{\"name\":\"P\",\"rules\":{}}", "rules: want a list of at most 1000 rules"},
    {"rule", "{\"name\":\"P\",\"rules\":[1]}", "rules[0]: want an object"},
    {"unknown member of a rule", "{\"name\":\"P\",\"rules\":[{\"event\":\"A\"}]}",
     "rules[0]: unknown member \"event\""},
    {"type", "{\"name\":\"P\",\"rules\":[" RULE("alias", "null", "", "{}") "]}",
     "rules[0]: type: want track, identify, page, screen or group"},
    {"track without a name", "{\"name\":\"P\",\"rules\":[" RULE("track", "null", "", "{}") "]}",
     "rules[0]: name: a rule for track wants one"},
    {"identify with one", "{\"name\":\"P\",\"rules\":[" RULE("identify", "\"A\"", "", "{}") "]}",
     "rules[0]: name: identify and group have none"},
    {"two of a kind",
     "{\"name\":\"P\",\"rules\":[" RULE("track", "\"Completed Order\"", "", "{}") "," RULE(
         "track", "\"Order Completed\"", "", "{}") "]}",
     "rules[1]: there is a rule for track \"Order Completed\" already"},
    {"schema", "{\"name\":\"P\",\"rules\":[" RULE("group", "null", "", "{\"type\":1}") "]}",
     "rules[0].schema: /type: is none of the seven types"},
    {"no schema", "{\"name\":\"P\",\"rules\":[{\"type\":\"group\"}]}",
     "rules[0]: schema is missing"},
};

static void test_draft(void **state)
{
    const struct DraftCase *c = *state;
    EventPlan *plan = NULL;
    PtError err = {0};
    assert_int_equal(event_plan_draft(pt_str(c->json), &plan, &err), PT_INVALID);
    assert_string_equal(err.message, c->want);
    assert_null(plan);
}

static void test_rules_come_out_in_one_form(void **state)
{
    (void)state;
    EventPlan *plan =
        drafted("{\"rules\": [{\"schema\": {\"b\": 1.50, \"a\": \"\\u0041\"}, \"type\":\"group\"}],"
                " \"name\": \"P\"}");
    PtStr rules = event_plan_edit(plan)->rules;
    static const char want[] = "[{\"type\":\"group\",\"name\":null,\"description\":\"\",\"mode\":"
                               "null,\"schema\":{\"b\":1.50,\"a\":\"A\"}}]";
    assert_int_equal(rules.len, sizeof want - 1);
    assert_memory_equal(rules.data, want, rules.len);
    event_plan_release(plan);
}

static void test_no_memory(void **state)
{
    (void)state;
    static const char json[] = "{\"name\":\"P\",\"rules\":[" RULE("track", "\"A\"", "", PRICE) "]}";
    PtStatus st = PT_NO_MEMORY;
    for (unsigned at = 1; st != PT_OK; at++) {
        EventPlan *plan = NULL;
        fault_alloc_fail(at, 0);
        st = event_plan_draft(pt_str(json), &plan, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        assert_true(at < 1000);
        event_plan_release(plan);
    }
}

/* -- what is stored */

static RigBase base;
static const AuditActor actor = {.kind = AUDIT_SOCKET};

static EventPlanEdit edit_of(const char *name, const char *rules)
{
    return (EventPlanEdit){.name = pt_str(name),
                           .description = PT_STR(""),
                           .note = PT_STR(""),
                           .mode = EVENT_PLAN_QUARANTINE,
                           .rules = pt_str(rules)};
}

static void test_store(void **state)
{
    (void)state;
    EventPlans *plans = NULL;
    char id[37], other[37];
    PtArena *arena = pt_arena_new(8 << 20);
    const EventSource *source = &base.source[RIG_PLAIN];
    EventPlanEdit edit = edit_of("P", "[" RULE("track", "\"A\"", "", PRICE) "]");
    assert_int_equal(event_plans_open(base.sql, base.clock, &plans, NULL), PT_OK);
    assert_null(event_plans_of(plans, source->number));
    assert_int_equal(event_plans_add(plans, &edit, &actor, id, NULL), PT_OK);
    assert_int_equal(event_plans_add(plans, &edit, &actor, other, NULL), PT_CONFLICT);
    assert_int_equal(event_plans_assign(plans, source, PT_STR("nobody"), &actor, NULL),
                     PT_NOT_FOUND);
    assert_int_equal(event_plans_assign(plans, source, PT_STR("P"), &actor, NULL), PT_OK);
    EventPlan *first = event_plans_of(plans, source->number);
    assert_int_equal(event_plan_version(first), 1);
    assert_int_equal(event_plans_delete(plans, pt_str(id), &actor, NULL), PT_CONFLICT);
    EventPlanEdit changed = edit_of("Q", "[]");
    assert_int_equal(event_plans_save(plans, pt_str(id), 2, &changed, &actor, NULL), PT_CONFLICT);
    assert_int_equal(event_plans_save(plans, pt_str(id), 1, &changed, &actor, NULL), PT_OK);
    assert_int_equal(event_plans_save(plans, pt_str(id), 0, &changed, &actor, NULL), PT_OK);
    EventPlan *second = event_plans_of(plans, source->number);
    assert_int_equal(event_plan_version(second), 2);   // the equal one made none
    assert_int_equal(event_plan_rule_count(first), 1); // who holds the old one keeps it
    EventPlanRow row;
    assert_int_equal(event_plans_get(plans, pt_str(id), 1, arena, &row, NULL), PT_OK);
    assert_true(pt_str_eq(row.edit.name, PT_STR("P")) && row.source_count == 1);
    assert_int_equal(event_plans_get(plans, PT_STR("P"), 0, arena, &row, NULL), PT_NOT_FOUND);
    event_plan_release(first);
    event_plan_release(second);
    event_plans_close(plans);
    assert_int_equal(event_plans_open(base.sql, base.clock, &plans, NULL), PT_OK);
    second = event_plans_of(plans, source->number);
    assert_int_equal(event_plan_version(second), 2);
    event_plan_release(second);
    assert_int_equal(event_plans_assign(plans, source, (PtStr){NULL, 0}, &actor, NULL), PT_OK);
    assert_null(event_plans_of(plans, source->number));
    assert_int_equal(event_plans_delete(plans, PT_STR("Q"), &actor, NULL), PT_OK);
    assert_int_equal(event_plans_delete(plans, PT_STR("Q"), &actor, NULL), PT_NOT_FOUND);
    event_plans_close(plans);
    pt_arena_free(arena);
}

static int open_base(void **state)
{
    (void)state;
    return rig_base_open(&base) ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(judge_cases) + PT_COUNT(draft_cases) + 8];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, judge_cases, test_judge);
    PT_TEST_ROWS(tests, n, draft_cases, test_draft);
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_rules_come_out_in_one_form),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_store),
    };
    for (size_t i = 0; i < PT_COUNT(others); i++) {
        tests[n++] = others[i];
    }
    return _cmocka_run_group_tests("plans", tests, n, open_base, close_base);
}
