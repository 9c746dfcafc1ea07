// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"
#include "rules/rules_rig.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- What holds ------------------------------------------------------------------------------ */

#define ORDER                                                                                      \
    "{\"type\":\"track\",\"event\":\"Order Completed\",\"properties\":{\"total\":50,\"tax\":"      \
    "\"7.25\",\"plan\":\"Gold\",\"note\":\"\",\"gift\":true,\"none\":null,\"big\":1e300,"          \
    "\"when\":\"2026-11-22T10:00:00+01:00\",\"address\":{\"city\":\"K\\u00f6ln\",\"zip\":50667},"  \
    "\"products\":[{\"sku\":\"A-1\",\"price\":10.0},{\"sku\":\"B-2\"}],\"a\\\"b\":1},"             \
    "\"context\":{\"device\":{\"type\":\"till\"},\"locale\":\"de-DE\"},\"extra\":[[1],{\"x\":"     \
    "\"}]\"}]}"
#define COMMON                                                                                     \
    "{\"sentAt\":\"x\",\"context\":{\"locale\":\"en-GB\",\"device\":{\"name\":\"n\"},\"ip\":"      \
    "\"192.0.2.1\"},\"properties\":{\"total\":1}}"

#define P(path, rest) "{\"property\":\"" path "\",\"is\":" rest "}"

static struct HoldsCase {
    const char *name, *json;
    bool want;
} holds_cases[] = {
    {"all of none", "{\"all\":[]}", true},
    {"any of none", "{\"any\":[]}", false},
    {"not", "{\"not\":{\"any\":[]}}", true},
    {"equal number", P("total", "\"equals\",\"value\":50"), true},
    {"equal number, spelt otherwise", P("total", "\"equals\",\"value\":5.00e1"), true},
    {"a number is no text", P("total", "\"equals\",\"value\":\"50\""), false},
    {"a text is no number for equals", P("tax", "\"equals\",\"value\":7.25"), false},
    {"equal text, other case", P("plan", "\"equals\",\"value\":\"gOLD\""), true},
    {"exact, other case", P("plan", "\"equals\",\"value\":\"gOLD\",\"exact\":true"), false},
    {"exact", P("plan", "\"equals\",\"value\":\"Gold\",\"exact\":true"), true},
    {"not exact said so", P("plan", "\"equals\",\"value\":\"gOLD\",\"exact\":false"), true},
    {"not equals", P("plan", "\"not_equals\",\"value\":\"silver\""), true},
    {"not equals of another kind", P("plan", "\"not_equals\",\"value\":1"), true},
    {"not equals of what is missing", P("nothing", "\"not_equals\",\"value\":1"), true},
    {"not equals, exact", P("plan", "\"not_equals\",\"value\":\"GOLD\",\"exact\":true"), true},
    {"equal truth", P("gift", "\"equals\",\"value\":true"), true},
    {"empty text", P("note", "\"equals\",\"value\":\"\""), true},
    {"less: equal", P("total", "\"less\",\"value\":50"), false},
    {"less", P("total", "\"less\",\"value\":50.01"), true},
    {"at most: equal", P("total", "\"at_most\",\"value\":50"), true},
    {"at most: over", P("total", "\"at_most\",\"value\":49.99"), false},
    {"more: equal", P("total", "\"more\",\"value\":50"), false},
    {"more", P("total", "\"more\",\"value\":49.99"), true},
    {"at least: equal", P("total", "\"at_least\",\"value\":50"), true},
    {"a number in a text", P("tax", "\"more\",\"value\":7.2499"), true},
    {"a text without a number", P("plan", "\"less\",\"value\":1"), false},
    {"missing is not less", P("nothing", "\"less\",\"value\":1"), false},
    {"between, at the low end", P("total", "\"between\",\"value\":[50,60]"), true},
    {"between, at the high end", P("total", "\"between\",\"value\":[40,50]"), true},
    {"between, below", P("total", "\"between\",\"value\":[50.01,60]"), false},
    {"between, above", P("total", "\"between\",\"value\":[40,49.99]"), false},
    {"one of", P("plan", "\"one_of\",\"value\":[\"silver\",\"GOLD\"]"), true},
    {"one of, exact", P("plan", "\"one_of\",\"value\":[\"GOLD\"],\"exact\":true"), false},
    {"one of mixed", P("total", "\"one_of\",\"value\":[\"x\",50,true]"), true},
    {"one of nothing", P("total", "\"one_of\",\"value\":[]"), false},
    {"none of", P("plan", "\"none_of\",\"value\":[\"silver\"]"), true},
    {"none of, but it is", P("plan", "\"none_of\",\"value\":[\"gold\"]"), false},
    {"none of, missing", P("nothing", "\"none_of\",\"value\":[\"gold\"]"), true},
    {"contains", P("plan", "\"contains\",\"value\":\"OL\""), true},
    {"not contains", P("plan", "\"not_contains\",\"value\":\"OL\""), false},
    {"not contains, missing", P("nothing", "\"not_contains\",\"value\":\"OL\""), true},
    {"begins with", P("plan", "\"begins_with\",\"value\":\"go\""), true},
    {"ends with", P("plan", "\"ends_with\",\"value\":\"LD\""), true},
    {"exists", P("plan", "\"exists\""), true},
    {"an empty text exists", P("note", "\"exists\""), true},
    {"null does not", P("none", "\"exists\""), false},
    {"an object does", P("address", "\"exists\""), true},
    {"a list does", P("products", "\"exists\""), true},
    {"absent", P("nothing", "\"absent\""), true},
    {"not absent", P("gift", "\"absent\""), false},
    {"true", P("gift", "\"true\""), true},
    {"false", P("gift", "\"false\""), false},
    {"not false where missing", P("nothing", "\"false\""), false},
    {"before: equal", P("when", "\"before\",\"value\":\"2026-11-22T09:00:00Z\""), false},
    {"before", P("when", "\"before\",\"value\":\"2026-11-22T09:00:00.001Z\""), true},
    {"after: equal", P("when", "\"after\",\"value\":\"2026-11-22T09:00:00Z\""), false},
    {"after", P("when", "\"after\",\"value\":\"2026-11-22\""), true},
    {"a text that is no time", P("plan", "\"after\",\"value\":\"2026-11-22\""), false},
    {"within an object, escaped", P("address.city", "\"equals\",\"value\":\"Köln\""), true},
    {"a number within an object", P("address.zip", "\"at_least\",\"value\":50667"), true},
    {"within a list", P("products.1.sku", "\"equals\",\"value\":\"b-2\""), true},
    {"beyond a list", P("products.2.sku", "\"exists\""), false},
    {"into a text", P("plan.x", "\"exists\""), false},
    {"a list is asked for a name", P("products.sku", "\"exists\""), false},
    {"a key with an escape", P("a\\\"b", "\"equals\",\"value\":1"), true},
    {"a large number", P("big", "\"more\",\"value\":1e299"), true},
    {"context", "{\"context\":\"device.type\",\"is\":\"equals\",\"value\":\"Till\"}", true},
    {"context: the event's own wins",
     "{\"context\":\"locale\",\"is\":\"equals\",\"value\":\"de-DE\"}", true},
    {"context: whole members of it", "{\"context\":\"device.name\",\"is\":\"exists\"}", false},
    {"context of the batch", "{\"context\":\"ip\",\"is\":\"equals\",\"value\":\"192.0.2.1\"}",
     true},
    {"event", "{\"field\":\"event\",\"is\":\"equals\",\"value\":\"order completed\"}", true},
    {"event by its first name",
     "{\"field\":\"event\",\"is\":\"one_of\",\"value\":[\"Completed Order\"]}", true},
    {"type", "{\"field\":\"type\",\"is\":\"equals\",\"value\":\"track\"}", true},
    {"timestamp: equal", "{\"field\":\"timestamp\",\"is\":\"before\",\"value\":\"1970-01-02\"}",
     false},
    {"timestamp", "{\"field\":\"timestamp\",\"is\":\"after\",\"value\":\"1970-01-01\"}", true},
    {"timestamp exists", "{\"field\":\"timestamp\",\"is\":\"exists\"}", true},
    {"channel", "{\"field\":\"channel\",\"is\":\"equals\",\"value\":\"store\"}", true},
    {"source is not told", "{\"field\":\"source\",\"is\":\"exists\"}", false},
    {"trait", "{\"trait\":\"plan.b\",\"is\":\"equals\",\"value\":\"VIP\"}", true},
    {"trait as a number", "{\"trait\":\"age\",\"is\":\"less\",\"value\":19}", true},
    {"joined",
     "{\"all\":[" P("total", "\"more\",\"value\":1") ",{\"any\":[" P(
         "plan", "\"absent\"") ",{\"not\":" P("gift", "\"false\"") "}]}]}",
     true},
};

static void tell_traits(const RulesRig *rig, PtValue *values)
{
    PtStr name;
    for (uint32_t i = 0; i < rule_operands_count(rig->operands); i++) {
        if (rule_operand_trait(rig->operands, i, &name)) {
            const PtStr json =
                pt_str_eq(name, PT_STR("age")) ? PT_STR("\"18\"") : PT_STR("\"Vip\"");
            assert_int_equal(
                rule_operand_read(rig->operands, i, json, rig->arena, &values[i], NULL), PT_OK);
        }
    }
}

static void holds_case(void **state)
{
    const struct HoldsCase *c = *state;
    static RulesRig rig;
    rules_rig_init(&rig);
    RuleCondition *condition = rules_rig_condition(&rig, c->json);
    EventView event = rules_rig_event("Order Completed", ORDER, 86400000);
    event.common = PT_STR(COMMON);
    (void)rules_rig_load(&rig, &event);
    rule_operands_tell(rig.operands, RULE_TOLD_CHANNEL, PT_STR("store"), rig.values);
    rule_operands_tell(rig.operands, RULE_TOLD_SOURCE, PT_STR(""), rig.values);
    tell_traits(&rig, rig.values);
    assert_int_equal(rule_condition_holds(condition, rig.values), c->want);
    assert_int_equal(rule_condition_reads_traits(condition), strstr(c->json, "trait") != NULL);
    rule_condition_free(condition);
    rules_rig_done(&rig);
}

static void asks(void **state)
{
    static RulesRig rig;
    (void)state;
    rules_rig_init(&rig);
    assert_false(rule_operands_asks(rig.operands, RULE_TOLD_CHANNEL));
    RuleCondition *c =
        rules_rig_condition(&rig, "{\"field\":\"channel\",\"is\":\"begins_with\",\"value\":\"w\"}");
    assert_true(rule_operands_asks(rig.operands, RULE_TOLD_CHANNEL));
    assert_false(rule_operands_asks(rig.operands, RULE_TOLD_SOURCE));
    rule_condition_free(c);
    rules_rig_done(&rig);
}

/* ---- What is no condition -------------------------------------------------------------------- */

static struct BadCase {
    const char *name, *json, *want;
} bad_cases[] = {
    {"no JSON", "{\"all\":[}", "expected a value at byte 8"},
    {"a list", "[]", "at \"\": not an object"},
    {"empty", "{}", "at \"/is\": is missing"},
    {"no subject", "{\"is\":\"exists\"}",
     "at \"\": all, any, not, property, context, trait or field is missing"},
    {"two subjects", "{\"is\":\"exists\",\"trait\":\"a\",\"field\":\"type\"}",
     "at \"\": only one of property, context, trait and field"},
    {"unknown member", "{\"is\":\"exists\",\"prop\":\"a\"}", "at \"\": \"prop\" is not known here"},
    {"twice", "{\"is\":\"exists\",\"is\":\"absent\"}", "at \"\": \"is\" stands twice"},
    {"unknown operator", P("a", "\"like\""), "at \"/is\": \"like\" is no operator"},
    {"operator no text", P("a", "1"), "at \"/is\": not a text"},
    {"not alone", "{\"not\":{\"all\":[]},\"exact\":true}", "at \"\": \"not\" stands alone"},
    {"deep place", "{\"all\":[{\"all\":[]},{\"not\":" P("a", "\"less\",\"value\":\"x\"") "}]}",
     "at \"/all/1/not/value\": less takes a number"},
    {"in a list", P("a", "\"one_of\",\"value\":[1,null]"),
     "at \"/value/1\": not a text, a number, true or false"},
    {"value missing", P("a", "\"equals\""), "at \"\": equals needs a value"},
    {"value for nothing", P("a", "\"exists\",\"value\":1"), "at \"\": exists takes no value"},
    {"an object for a value", P("a", "\"equals\",\"value\":{}"),
     "at \"/value\": not a text, a number, true or false"},
    {"between one", P("a", "\"between\",\"value\":[1]"),
     "at \"/value\": between takes two numbers"},
    {"between three", P("a", "\"between\",\"value\":[1,2,3]"),
     "at \"/value\": a list of over 2 items"},
    {"between, turned", P("a", "\"between\",\"value\":[2,1]"),
     "at \"/value\": the first number is over the second"},
    {"no list", P("a", "\"none_of\",\"value\":\"x\""), "at \"/value\": not a list"},
    {"contains nothing", P("a", "\"contains\",\"value\":\"\""),
     "at \"/value\": contains takes a text"},
    {"no time", P("a", "\"after\",\"value\":\"soon\""),
     "at \"/value\": after takes an RFC 3339 time"},
    {"infinite", P("a", "\"less\",\"value\":1e999"), "at \"/value\": a number out of range"},
    {"exact less", P("a", "\"less\",\"value\":1,\"exact\":true"),
     "at \"/exact\": only equals, not_equals, one_of and none_of may be exact"},
    {"exact what", P("a", "\"equals\",\"value\":1,\"exact\":1"),
     "at \"/exact\": neither true nor false"},
    {"no such field", "{\"field\":\"name\",\"is\":\"exists\"}",
     "at \"/field\": the event has no field of that name"},
    {"empty path", P("", "\"exists\""), "at \"/property\": an empty text"},
    {"empty name", P("a..b", "\"exists\""), "at \"/property\": a name of the path is empty"},
    {"ends in a dot", P("a.", "\"exists\""), "at \"/property\": a name of the path is empty"},
    {"17 names", P("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", "\"exists\""),
     "at \"/property\": a path of over 16 names"},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    RuleOperands *o = NULL;
    RuleCondition *condition = NULL;
    PtError err = {0};
    assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
    assert_int_equal(rule_condition_read(pt_str(c->json), o, &condition, &err), PT_INVALID);
    assert_string_equal(err.message, c->want);
    assert_null(condition);
    rule_operands_free(o);
}

/* ---- The normal form ------------------------------------------------------------------------- */

static struct WriteCase {
    const char *name, *json, *want;
} write_cases[] = {
    {"order of members", " { \"value\" : 50.0 , \"is\":\"more\",\"property\":\"a.b\"} ",
     "{\"property\":\"a.b\",\"is\":\"more\",\"value\":50}"},
    {"numbers",
     P("a", "\"one_of\",\"value\":[1e2,-0.0,1.50,1e20,1e21,1e-7,1e-6,123456789012345678901]"),
     P("a", "\"one_of\",\"value\":[100,0,1.5,100000000000000000000,1e21,1e-7,0.000001,"
            "123456789012345678901]")},
    {"texts", P("a", "\"equals\",\"value\":\"\\u0041\\n\""),
     P("a", "\"equals\",\"value\":\"A\\n\"")},
    {"exact", P("a", "\"equals\",\"exact\":true,\"value\":true"),
     P("a", "\"equals\",\"value\":true,\"exact\":true")},
    {"exact false", P("a", "\"exists\",\"exact\":false"), P("a", "\"exists\"")},
    {"time", P("a", "\"before\",\"value\":\"2026-11-22 10:00:00+01\""),
     P("a", "\"before\",\"value\":\"2026-11-22T09:00:00.000Z\"")},
    {"between", P("a", "\"between\",\"value\":[1,1]"), P("a", "\"between\",\"value\":[1,1]")},
    {"first names of events",
     "{\"field\":\"event\",\"is\":\"equals\",\"value\":\"Viewed Product\"}",
     "{\"field\":\"event\",\"is\":\"equals\",\"value\":\"Product Viewed\"}"},
    {"tree", "{\"any\":[{\"not\":{\"all\":[]}},{\"trait\":\"t\",\"is\":\"true\"}]}",
     "{\"any\":[{\"not\":{\"all\":[]}},{\"trait\":\"t\",\"is\":\"true\"}]}"},
};

static void write_case(void **state)
{
    const struct WriteCase *c = *state;
    static RulesRig rig;
    PtBuf out;
    rules_rig_init(&rig);
    pt_buf_init(&out, RULE_JSON);
    RuleCondition *condition = rules_rig_condition(&rig, c->json);
    rule_condition_write(condition, &out);
    pt_buf_add_char(&out, 0);
    assert_string_equal(out.data, c->want);
    pt_buf_done(&out);
    rule_condition_free(condition);
    rules_rig_done(&rig);
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static PtStatus read_text(PtBuf *text, PtError *err)
{
    RuleOperands *o = NULL;
    RuleCondition *c = NULL;
    PtStatus st = rule_operands_new(&o, err);
    st = st == PT_OK ? rule_condition_read(pt_buf_str(text), o, &c, err) : st;
    rule_condition_free(c);
    rule_operands_free(o);
    return st;
}

static void add_times(PtBuf *out, const char *item, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pt_buf_add_str(out, pt_str(item));
    }
}

static void put_list(PtBuf *out, const char *item, size_t count)
{
    out->len = 0;
    pt_buf_add_str(out, PT_STR("{\"property\":\"a\",\"is\":\"one_of\",\"value\":["));
    for (size_t i = 0; i < count; i++) {
        pt_buf_printf(out, "%s%s", i > 0 ? "," : "", item);
    }
    pt_buf_add_str(out, PT_STR("]}"));
}

static void put_depth(PtBuf *out, size_t depth)
{
    out->len = 0;
    add_times(out, "{\"not\":", depth - 1);
    pt_buf_add_str(out, PT_STR("{\"property\":\"a\",\"is\":\"none_of\",\"value\":[]}"));
    add_times(out, "}", depth - 1);
}

static void put_conditions(PtBuf *out, size_t count)
{
    out->len = 0;
    pt_buf_add_str(out, PT_STR("{\"any\":[{\"all\":["));
    for (size_t i = 0; i < count; i++) {
        pt_buf_printf(out, "%s{\"property\":\"p%zu\",\"is\":\"exists\"}",
                      i == 0     ? ""
                      : i == 100 ? "]},{\"all\":["
                                 : ",",
                      i);
    }
    pt_buf_add_str(out, PT_STR("]}]}"));
}

static void put_text(PtBuf *out, size_t len)
{
    out->len = 0;
    pt_buf_add_str(out, PT_STR("{\"property\":\"a\",\"is\":\"equals\",\"value\":\""));
    add_times(out, "x", len);
    pt_buf_add_str(out, PT_STR("\"}"));
}

static void put_size(PtBuf *out, size_t len)
{
    out->len = 0;
    pt_buf_add_str(out, PT_STR("{\"all\":[]}"));
    add_times(out, " ", len - out->len);
}

static void bounds(void **state)
{
    static const struct {
        void (*put)(PtBuf *out, size_t n);
        size_t fits;
        const char *over;
    } rows[] = {
        {put_depth, RULE_DEPTH,
         "at \"/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not/not\": conditions nest "
         "over 16 levels"},
        {put_conditions, RULE_CONDITIONS, "at \"/any/1/all/100\": over 200 comparisons"},
        {put_text, RULE_TEXT, "at \"/value\": a text of over 1000 bytes"},
        {put_size, RULE_JSON, "a rule of over 262144 bytes"},
    };
    PtBuf text;
    PtError err = {0};
    (void)state;
    pt_buf_init(&text, 2 * RULE_JSON);
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        rows[i].put(&text, rows[i].fits);
        assert_int_equal(read_text(&text, &err), PT_OK);
        rows[i].put(&text, rows[i].fits + 1);
        assert_int_equal(read_text(&text, &err), PT_INVALID);
        assert_string_equal(err.message, rows[i].over);
    }
    put_list(&text, "1", RULE_LIST);
    assert_int_equal(read_text(&text, &err), PT_OK);
    put_list(&text, "1", RULE_LIST + 1);
    assert_int_equal(read_text(&text, &err), PT_INVALID);
    assert_string_equal(err.message, "at \"/value\": a list of over 1000 items");
    put_list(&text, "\"0123456789012345678901234567890123456789012345678901234567890123456789\"",
             1000);
    assert_int_equal(read_text(&text, &err), PT_INVALID);
    assert_string_equal(err.message, "at \"\": the texts to compare with are over 65536 bytes");
    pt_buf_done(&text);
}

static void operands_bound(void **state)
{
    char json[100];
    RuleOperands *o = NULL;
    (void)state;
    assert_int_equal(rule_operands_new(&o, NULL), PT_OK);
    for (unsigned i = 0; i <= PT_PROGRAM_SLOTS; i++) {
        RuleCondition *c = NULL;
        PtError err = {0};
        (void)snprintf(json, sizeof json, "{\"%s\":\"p%u\",\"is\":\"exists\"}",
                       i % 2 == 0 ? "property" : "trait", i);
        const PtStatus st = rule_condition_read(pt_str(json), o, &c, &err);
        assert_int_equal(st, i < PT_PROGRAM_SLOTS ? PT_OK : PT_INVALID);
        assert_string_equal(err.message, i < PT_PROGRAM_SLOTS
                                             ? ""
                                             : "at \"/property\": the rules of a set read over "
                                               "1024 values");
        rule_condition_free(c);
    }
    assert_int_equal(rule_operands_count(o), PT_PROGRAM_SLOTS);
    RuleCondition *again = NULL; // what is known already is no more
    assert_int_equal(
        rule_condition_read(pt_str("{\"trait\":\"p1\",\"is\":\"absent\"}"), o, &again, NULL),
        PT_OK);
    rule_condition_free(again);
    rule_operands_free(o);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void no_memory(void **state)
{
    static const char json[] =
        "{\"all\":[{\"property\":\"a.b\",\"is\":\"one_of\",\"value\":[\"x\",1,true]},{\"trait\":"
        "\"t\",\"is\":\"contains\",\"value\":\"y\"},{\"field\":\"type\",\"is\":\"exists\"}]}";
    PtStatus st = PT_NO_MEMORY;
    (void)state;
    for (uint64_t n = 1; st != PT_OK; n++) {
        RuleOperands *o = NULL;
        RuleCondition *c = NULL;
        PtError err = {0};
        assert_true(n < 1000);
        fault_alloc_fail(n, 0);
        st = rule_operands_new(&o, &err);
        st = st == PT_OK ? rule_condition_read(pt_str(json), o, &c, &err) : st;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || (st == PT_NO_MEMORY && c == NULL));
        assert_int_equal(err.message[0] != 0, st != PT_OK);
        rule_condition_free(c);
        rule_operands_free(o);
    }
}

static void no_memory_to_load(void **state)
{
    static RulesRig rig;
    (void)state;
    rules_rig_init(&rig);
    RuleCondition *c = rules_rig_condition(&rig, P("a", "\"exists\""));
    const EventView event = rules_rig_event("x", "{\"properties\":{\"a\":\"\\u0041\"}}", 0);
    PtError err = {0};
    fault_alloc_fail(1, 1);
    assert_int_equal(rule_operands_load(rig.operands, &event, rig.arena, rig.values, &err),
                     PT_NO_MEMORY);
    fault_alloc_fail(0, 0);
    assert_string_equal(err.message, "no memory for what an event says");
    rule_condition_free(c);
    rules_rig_done(&rig);
}

int main(void)
{
    struct CMUnitTest
        tests[PT_COUNT(holds_cases) + PT_COUNT(bad_cases) + PT_COUNT(write_cases) + 8];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, holds_cases, holds_case);
    PT_TEST_ROWS(tests, n, bad_cases, bad_case);
    PT_TEST_ROWS(tests, n, write_cases, write_case);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(asks);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(bounds);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(operands_bound);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_memory);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_memory_to_load);
    return _cmocka_run_group_tests("rules/condition", tests, n, NULL, NULL);
}
