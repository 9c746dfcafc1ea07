// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/test_rows.h"
#include "events/schema.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define D7 "\"$schema\":\"http://json-schema.org/draft-07/schema#\","

/* -- what is told of a value that does not fit */

static struct FaultCase {
    const char *name, *schema, *value;
    const char *want; /* "keyword pointer: message" of the first, "" when it fits */
} fault_cases[] = {
    {"fits", "{\"type\":\"object\"}", "{}", ""},
    {"type", "{\"properties\":{\"price\":{\"type\":\"number\"}}}", "{\"price\":\"10\"}",
     "type /price: is a text, want number"},
    {"types", "{\"type\":[\"string\",\"null\"]}", "[]", "type : is a list, want null or string"},
    {"integer takes 1.0", "{\"type\":\"integer\"}", "1.0", ""},
    {"integer takes 1e2", "{\"type\":\"integer\"}", "1e2", ""},
    {"integer takes no 1.5", "{\"type\":\"integer\"}", "1.5", "type : is a number, want integer"},
    {"integer past int64", "{\"type\":\"integer\"}", "123456789012345678901234567890", ""},
    {"required", "{\"required\":[\"a\",\"b\"]}", "{\"a\":1}", "required /b: is missing"},
    {"required of a name with a slash", "{\"required\":[\"a/b~\"]}", "{}",
     "required /a~1b~0: is missing"},
    {"duplicate names in required count once", "{\"required\":[\"a\",\"a\"]}", "{\"a\":1}", ""},
    {"the last of equal keys counts", "{\"properties\":{\"a\":{\"type\":\"number\"}}}",
     "{\"a\":\"x\",\"a\":1}", ""},
    {"the first of equal keys does not", "{\"properties\":{\"a\":{\"type\":\"number\"}}}",
     "{\"a\":1,\"\\u0061\":\"x\"}", "type /a: is a text, want number"},
    {"additional", "{\"properties\":{\"a\":true},\"additionalProperties\":false}",
     "{\"a\":1,\"b\":2}", "additionalProperties /b: is not in the schema"},
    {"place in a list", "{\"items\":{\"properties\":{\"sku\":{\"type\":\"string\"}}}}",
     "[{\"sku\":\"1\"},{\"sku\":2}]", "type /1/sku: is a number, want string"},
    {"minLength at", "{\"minLength\":2}", "\"\\u00e9\\ud83d\\ude00\"", ""},
    {"minLength under", "{\"minLength\":3}", "\"\\u00e9\\ud83d\\ude00\"",
     "minLength : has 2 characters, want at least 3"},
    {"maxLength at", "{\"maxLength\":2}", "\"ab\"", ""},
    {"maxLength over", "{\"maxLength\":2}", "\"abc\"",
     "maxLength : has 3 characters, want at most 2"},
    {"minimum at", "{\"minimum\":0.1}", "0.1", ""},
    {"minimum under", "{\"minimum\":0.1}", "0.09", "minimum : is 0.09, want at least 0.1"},
    {"exclusiveMaximum at", "{\"exclusiveMaximum\":3}", "3.0",
     "exclusiveMaximum : is 3.0, want under 3"},
    {"2^53 + 1 is not 2^53", "{\"maximum\":9007199254740992}", "9007199254740993",
     "maximum : is 9007199254740993, want at most 9007199254740992"},
    {"a price in cents", "{\"multipleOf\":0.01}", "19.99", ""},
    {"a tenth of a cent", "{\"multipleOf\":0.01}", "19.991",
     "multipleOf : is 19.991, want a multiple of 0.01"},
    {"a large multiple", "{\"multipleOf\":0.123456789}", "1e308",
     "multipleOf : is 1e308, want a multiple of 0.123456789"},
    {"a small value of a large one", "{\"multipleOf\":1e30}", "1e5",
     "multipleOf : is 1e5, want a multiple of 1e30"},
    {"nothing is a multiple", "{\"multipleOf\":7}", "0.0", ""},
    {"pattern", "{\"pattern\":\"^[A-Z]{3}$\"}", "\"EU\"",
     "pattern : \"EU\" does not match ^[A-Z]{3}$"},
    {"$ is the very end", "{\"pattern\":\"^a$\"}", "\"a\\n\"",
     "pattern : \"a?\" does not match ^a$"},
    {"\\d is ASCII", "{\"pattern\":\"^\\\\d$\"}", "\"\\u0663\"",
     "pattern : \"\xD9\xA3\" does not match ^\\d$"},
    {"format", "{\"format\":\"email\"}", "\"nobody\"", "format : \"nobody\" is no email"},
    {"another format says nothing", "{\"format\":\"color\"}", "\"nobody\"", ""},
    {"enum", "{\"enum\":[\"EUR\",1]}", "\"USD\"", "enum : \"USD\" is none of the 2 values"},
    {"enum of numbers by value", "{\"enum\":[1]}", "1.0", ""},
    {"const in another order", "{\"const\":{\"a\":1,\"b\":[2]}}", "{\"b\":[2.0],\"a\":1}", ""},
    {"uniqueItems", "{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},3,{\"b\":2.0,\"a\":1}]",
     "uniqueItems /2: is there twice"},
    {"true is not 1", "{\"uniqueItems\":true}", "[1,true,0,false,\"1\",null]", ""},
    {"anyOf", "{\"anyOf\":[{\"type\":\"null\"},{\"minimum\":2}]}", "1",
     "anyOf : fits none of 2 schemas"},
    {"oneOf", "{\"oneOf\":[{\"minimum\":0},{\"minimum\":1}]}", "1",
     "oneOf : fits more than one of 2 schemas, want one"},
    {"not", "{\"not\":{\"type\":\"null\"}}", "null", "not : fits what it must not fit"},
    {"then", "{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},\"else\":false}", "7",
     "multipleOf : is 7, want a multiple of 5"},
    {"else", "{\"if\":{\"minimum\":5},\"then\":{},\"else\":false}", "1",
     "false : may not be there"},
    {"contains", "{\"contains\":{\"const\":1}}", "[2]",
     "contains : has 0 items that fit, want at least 1"},
    {"dependentRequired", "{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}",
     "dependentRequired /b: is missing"},
    {"propertyNames", "{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}",
     "propertyNames /ab: has a name that does not fit"},
    {"recursion", "{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"id\"]}",
     "{\"id\":1,\"next\":{\"id\":2,\"next\":{}}}", "required /next/next/id: is missing"},
    {"definitions of draft-07",
     "{" D7 "\"$ref\":\"#/definitions/a%25b\",\"definitions\":{\"a%b\":"
     "{\"type\":\"null\"}}}",
     "1", "type : is a number, want null"},
    {"tuples of draft-07", "{" D7 "\"items\":[{}],\"additionalItems\":false}", "[1,2]",
     "items /1: is one item more than there may be"},
    {"an expression that runs away", "{\"pattern\":\"^(a|a)*$\"}",
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     "work : takes more than 100000 units of work to check"},
    {"not does not turn the bound around", "{\"not\":{\"pattern\":\"^(a|a)*$\"}}",
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     "work : takes more than 100000 units of work to check"},
};

static EventSchema *compiled(const char *text, PtStr closed)
{
    EventSchema *schema = NULL;
    PtError err = {0};
    EventSchemaOptions options = {.formats = true, .closed = closed};
    if (event_schema_compile(pt_str(text), &options, &schema, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return schema;
}

static void test_fault(void **state)
{
    const struct FaultCase *c = *state;
    EventSchema *schema = compiled(c->schema, (PtStr){NULL, 0});
    EventSchemaRun *run = event_schema_run_new();
    EventSchemaResult result;
    char said[EVENT_SCHEMA_POINTER_MAX * 2 + EVENT_SCHEMA_MESSAGE_MAX] = "";
    assert_int_equal(
        event_schema_judge(schema, run, pt_str(c->value), (PtStr){NULL, 0}, true, &result, NULL),
        PT_OK);
    if (!result.valid) {
        assert_true(result.count > 0);
        (void)snprintf(said, sizeof said, "%s %s: %s", result.faults[0].keyword,
                       result.faults[0].pointer, result.faults[0].message);
    }
    assert_string_equal(said, c->want);
    event_schema_run_free(run);
    event_schema_free(schema);
}

/* -- what is refused */

static struct RefusedCase {
    const char *name, *schema, *want;
} refused_cases[] = {
    {"no JSON", "{", "expected a key at byte 1"},
    {"not a schema", "3", "the schema: is no schema: want an object, true or false"},
    {"type", "{\"type\":\"money\"}", "/type: is none of the seven types"},
    {"a list of types", "{\"type\":[\"string\",7]}", "/type/1: is none of the seven types"},
    {"subschema", "{\"properties\":{\"a\":1}}",
     "/properties/a: is no schema: want an object, true or false"},
    {"required", "{\"required\":\"a\"}", "/required: want a list of texts"},
    {"minimum of draft-04", "{\"exclusiveMinimum\":true}", "/exclusiveMinimum: want a number"},
    {"minLength", "{\"minLength\":-1}", "/minLength: want a whole number from 0"},
    {"multipleOf", "{\"multipleOf\":0}", "/multipleOf: want a number over 0"},
    {"uniqueItems", "{\"uniqueItems\":1}", "/uniqueItems: want true or false"},
    {"empty allOf", "{\"allOf\":[]}", "/allOf: want a list of schemas"},
    {"remote", "{\"$ref\":\"other.json#/a\"}", "/$ref: refers to another document: not taken"},
    {"nowhere", "{\"$ref\":\"#/$defs/a\"}", "/$ref: refers to what is not there"},
    {"nested $id", "{\"$defs\":{\"a\":{\"$id\":\"x\"}}}",
     "/$defs/a/$id: names a document inside the document: not taken"},
    {"$dynamicRef", "{\"$dynamicRef\":\"#a\"}", "/$dynamicRef: is a keyword that is not taken"},
    {"unevaluatedProperties", "{\"unevaluatedProperties\":false}",
     "/unevaluatedProperties: is a keyword that is not taken"},
    {"unevaluatedItems", "{\"unevaluatedItems\":false}",
     "/unevaluatedItems: is a keyword that is not taken"},
    {"loop", "{\"$ref\":\"#\"}", "the schema: refers to itself without going down"},
    {"loop over two", "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#\"}}}}",
     "the schema: refers to itself without going down"},
    {"anchor twice", "{\"$anchor\":\"a\",\"$defs\":{\"b\":{\"$anchor\":\"a\"}}}",
     "/$defs/b/$anchor: is there twice"},
    {"draft", "{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}",
     "/$schema: is no draft that is taken: 2020-12, 2019-09, 07, 06"},
    {"list of items", "{\"items\":[{}]}",
     "/items: is a list: that is prefixItems since draft 2020-12 (or give $schema)"},
};

static void test_refused(void **state)
{
    const struct RefusedCase *c = *state;
    EventSchema *schema = NULL;
    PtError err = {0};
    EventSchemaOptions options = {0};
    assert_int_equal(event_schema_compile(pt_str(c->schema), &options, &schema, &err), PT_INVALID);
    assert_string_equal(err.message, c->want);
    assert_null(schema);
}

/* -- bounds, each from both sides */

static PtStatus compile_buf(PtBuf *text)
{
    EventSchema *schema = NULL;
    EventSchemaOptions options = {0};
    assert_int_equal(pt_buf_status(text), PT_OK);
    PtStatus st = event_schema_compile(pt_buf_str(text), &options, &schema, NULL);
    event_schema_free(schema);
    pt_buf_done(text);
    return st;
}

static PtStatus nested(unsigned levels) /* of {"not":...}: one of JSON each */
{
    PtBuf b;
    pt_buf_init(&b, 1 << 20);
    for (unsigned i = 1; i < levels; i++) {
        pt_buf_printf(&b, "{\"items\":");
    }
    pt_buf_printf(&b, "{}");
    for (unsigned i = 1; i < levels; i++) {
        pt_buf_add_char(&b, '}');
    }
    return compile_buf(&b);
}

static PtStatus many_nodes(unsigned nodes)
{
    PtBuf b;
    pt_buf_init(&b, 1 << 20);
    pt_buf_printf(&b, "{\"anyOf\":[true");
    for (unsigned i = 2; i < nodes; i++) {
        pt_buf_printf(&b, ",true");
    }
    pt_buf_printf(&b, "]}");
    return compile_buf(&b);
}

static PtStatus long_text(size_t bytes)
{
    PtBuf b;
    pt_buf_init(&b, 1 << 20);
    pt_buf_printf(&b, "{}");
    while (b.len < bytes) {
        pt_buf_add_char(&b, ' ');
    }
    return compile_buf(&b);
}

static PtStatus long_pattern(unsigned bytes)
{
    PtBuf b;
    pt_buf_init(&b, 1 << 20);
    pt_buf_printf(&b, "{\"pattern\":\"%0*d\"}", (int)bytes, 0);
    return compile_buf(&b);
}

static PtStatus chain(unsigned links)
{
    PtBuf b;
    pt_buf_init(&b, 1 << 20);
    pt_buf_printf(&b, "{\"$ref\":\"#/$defs/d1\",\"$defs\":{");
    for (unsigned i = 1; i < links; i++) {
        pt_buf_printf(&b, "\"d%u\":{\"$ref\":\"#/$defs/d%u\"},", i, i + 1);
    }
    pt_buf_printf(&b, "\"d%u\":{}}}", links);
    return compile_buf(&b);
}

static void test_bounds(void **state)
{
    (void)state;
    assert_int_equal(nested(EVENT_SCHEMA_DEPTH_MAX), PT_OK);
    assert_int_equal(nested(EVENT_SCHEMA_DEPTH_MAX + 1), PT_INVALID);
    assert_int_equal(many_nodes(EVENT_SCHEMA_NODES_MAX), PT_OK);
    assert_int_equal(many_nodes(EVENT_SCHEMA_NODES_MAX + 1), PT_TOO_LARGE);
    assert_int_equal(long_text(EVENT_SCHEMA_TEXT_MAX), PT_OK);
    assert_int_equal(long_text(EVENT_SCHEMA_TEXT_MAX + 1), PT_TOO_LARGE);
    assert_int_equal(long_pattern(EVENT_SCHEMA_PATTERN_MAX), PT_OK);
    assert_int_equal(long_pattern(EVENT_SCHEMA_PATTERN_MAX + 1), PT_TOO_LARGE);
    assert_int_equal(chain(255), PT_OK);
    assert_int_equal(chain(256), PT_TOO_LARGE);
}

static void test_work_is_the_same_each_time(void **state)
{
    (void)state;
    EventSchema *schema =
        compiled("{\"uniqueItems\":true,\"items\":{\"pattern\":\"a.*b$\"}}", (PtStr){NULL, 0});
    EventSchemaRun *run = event_schema_run_new();
    EventSchemaResult first, again;
    PtBuf b;
    pt_buf_init(&b, 1 << 20);
    pt_buf_printf(&b, "[\"ab\"");
    for (unsigned i = 0; i < 300; i++) {
        pt_buf_printf(&b, ",\"a%ub\"", i);
    }
    pt_buf_add_char(&b, ']');
    PtStr text = pt_buf_str(&b), none = {NULL, 0};
    assert_int_equal(event_schema_judge(schema, run, text, none, false, &first, NULL), PT_OK);
    assert_int_equal(event_schema_judge(schema, run, text, none, false, &again, NULL), PT_OK);
    assert_true(first.valid && again.valid && first.work == again.work && first.work > 300 * 50);
    pt_buf_done(&b);
    event_schema_run_free(run);
    event_schema_free(schema);
}

static void test_faults_are_bounded(void **state)
{
    (void)state;
    EventSchema *schema = compiled("{\"items\":{\"type\":\"null\"}}", (PtStr){NULL, 0});
    EventSchemaRun *run = event_schema_run_new();
    EventSchemaResult result;
    assert_int_equal(event_schema_judge(schema, run, PT_STR("[1,2,3,4,5,6,7,8,9,10]"),
                                        (PtStr){NULL, 0}, false, &result, NULL),
                     PT_OK);
    assert_false(result.valid);
    assert_int_equal(result.count, EVENT_SCHEMA_FAULTS_MAX);
    assert_string_equal(result.faults[7].pointer, "/7");
    assert_string_equal(result.faults[7].path, "/*");
    event_schema_run_free(run);
    event_schema_free(schema);
}

static void test_a_long_pointer_is_cut_between_characters(void **state)
{
    (void)state;
    EventSchema *schema =
        compiled("{\"additionalProperties\":{\"type\":\"null\"}}", (PtStr){NULL, 0});
    EventSchemaRun *run = event_schema_run_new();
    EventSchemaResult result;
    PtBuf b;
    pt_buf_init(&b, 1 << 16);
    pt_buf_printf(&b, "{\"");
    for (unsigned i = 0; i < 200; i++) {
        pt_buf_printf(&b, "\xE2\x82\xAC");
    }
    pt_buf_printf(&b, "\":1}");
    assert_int_equal(
        event_schema_judge(schema, run, pt_buf_str(&b), (PtStr){NULL, 0}, false, &result, NULL),
        PT_OK);
    PtStr pointer = pt_str(result.faults[0].pointer);
    assert_true(pt_utf8_valid(pointer) && pointer.len > 200);
    assert_memory_equal(pointer.data + pointer.len - 3, "\xE2\x80\xA6", 3);
    pt_buf_done(&b);
    event_schema_run_free(run);
    event_schema_free(schema);
}

static void test_closed(void **state)
{
    (void)state;
    EventSchema *schema =
        compiled("{\"properties\":{\"properties\":{\"properties\":{\"a\":{\"type\":\"number\"}},"
                 "\"patternProperties\":{\"^x_\":true}}}}",
                 PT_STR("properties"));
    EventSchemaRun *run = event_schema_run_new();
    EventSchemaResult r;
    PtStr none = {NULL, 0};
    assert_int_equal(event_schema_judge(schema, run, PT_STR("{\"properties\":{\"a\":1,\"x_b\":2}}"),
                                        none, false, &r, NULL),
                     PT_OK);
    assert_true(r.valid && !r.unplanned);
    assert_int_equal(event_schema_judge(schema, run, PT_STR("{\"properties\":{\"a\":1,\"b\":2}}"),
                                        none, false, &r, NULL),
                     PT_OK);
    assert_true(r.valid && r.unplanned && r.count == 1);
    assert_string_equal(r.faults[0].pointer, "/properties/b");
    assert_string_equal(r.faults[0].keyword, "unplanned_property");
    assert_int_equal(event_schema_judge(schema, run,
                                        PT_STR("{\"properties\":{\"a\":\"\",\"b\":2}}"), none,
                                        false, &r, NULL),
                     PT_OK);
    assert_true(!r.valid && r.unplanned && r.count == 2);
    event_schema_run_free(run);
    event_schema_free(schema);
}

static void test_what_the_batch_says_is_merged(void **state)
{
    (void)state;
    EventSchema *schema = compiled(
        "{\"required\":[\"context\"],\"properties\":{\"context\":{\"required\":[\"ip\",\"os\"],"
        "\"properties\":{\"os\":{\"type\":\"string\"}},\"maxProperties\":2}}}",
        (PtStr){NULL, 0});
    EventSchemaRun *run = event_schema_run_new();
    EventSchemaResult r;
    PtStr common = PT_STR("{\"sentAt\":\"x\",\"context\":{\"ip\":\"1\",\"os\":7}}");
    assert_int_equal(event_schema_judge(schema, run, PT_STR("{\"context\":{\"os\":\"a\"}}"), common,
                                        false, &r, NULL),
                     PT_OK);
    assert_true(r.valid); // the event's own os counts
    assert_int_equal(event_schema_judge(schema, run, PT_STR("{}"), common, false, &r, NULL), PT_OK);
    assert_false(r.valid);
    assert_string_equal(r.faults[0].pointer, "/context/os");
    event_schema_run_free(run);
    event_schema_free(schema);
}

/* Each allocation fails once; what is left is freed. */
static void test_no_memory(void **state)
{
    (void)state;
    static const char text[] =
        "{\"$defs\":{\"a\":{\"$anchor\":\"x\",\"pattern\":\"^a+$\"}},\"properties\":{\"p\":"
        "{\"$ref\":\"#x\"}},\"required\":[\"p\"],\"patternProperties\":{\"^b\":{\"enum\":[1]}}}";
    EventSchemaOptions options = {.formats = true};
    PtStatus st = PT_NO_MEMORY;
    for (unsigned at = 1; st != PT_OK; at++) {
        EventSchema *schema = NULL;
        fault_alloc_fail(at, 0);
        st = event_schema_compile(pt_str(text), &options, &schema, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        assert_true(at < 500);
        event_schema_free(schema);
    }
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(fault_cases) + PT_COUNT(refused_cases) + 16];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, fault_cases, test_fault);
    PT_TEST_ROWS(tests, n, refused_cases, test_refused);
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_work_is_the_same_each_time),
        cmocka_unit_test(test_faults_are_bounded),
        cmocka_unit_test(test_a_long_pointer_is_cut_between_characters),
        cmocka_unit_test(test_closed),
        cmocka_unit_test(test_what_the_batch_says_is_merged),
        cmocka_unit_test(test_no_memory),
    };
    for (size_t i = 0; i < PT_COUNT(others); i++) {
        tests[n++] = others[i];
    }
    return _cmocka_run_group_tests("schema", tests, n, NULL, NULL);
}
