// SPDX-License-Identifier: Apache-2.0
#include "base/test_rows.h"
#include "work/work.h"

#include <fault/fault_alloc.h>
#include <stdio.h>
#include <string.h>

#define STOP      "\"stop\":{\"property\":\"state\",\"is\":\"equals\",\"value\":\"resolved\"}"
#define CLOCK(in) "{\"name\":\"x\",\"clocks\":{\"ola\":{" in "}}}"
#define P1(in)    CLOCK(STOP ",\"targets\":{\"P1\":{" in "}}")
#define PLUS(in)  CLOCK(STOP ",\"targets\":{}," in)
#define STEP(in)  PLUS("\"steps\":[{\"name\":\"a\"," in "}]")
#define LOW       "{\"property\":\"sentiment\",\"is\":\"less\",\"value\":-0.5}"
#define EVENT     "{\"field\":\"event\",\"is\":\"equals\",\"value\":\"a\"}"

static struct PolicyCase {
    const char *name, *json, *want; /* want: NULL, or what the failure says */
} cases[] = {
    {"default", NULL, NULL},
    {"no json", "{", "expected"},
    {"no object", "[]", "at \"\": not an object"},
    {"no name", "{\"clocks\":{}}", "at \"/name\": is missing"},
    {"no clocks", "{\"name\":\"x\"}", "at \"/clocks\": is missing"},
    {"no clock", "{\"name\":\"x\",\"clocks\":{}}", "at \"/clocks\": no clock"},
    {"unknown clock", "{\"name\":\"x\",\"clocks\":{\"y\":{}}}",
     "at \"/clocks\": \"y\" is not known here"},
    {"twice", "{\"name\":\"x\",\"name\":\"x\",\"clocks\":{}}", "at \"\": \"name\" stands twice"},
    {"no stop", CLOCK("\"targets\":{}"), "at \"/clocks/ola\": stop is missing"},
    {"no targets", CLOCK(STOP), "at \"/clocks/ola\": targets is missing"},
    {"1 s", P1("\"seconds\":1,\"in\":\"24x7\""), NULL},
    {"0 s", P1("\"seconds\":0,\"in\":\"24x7\""),
     "at \"/clocks/ola/targets/P1\": a span of 0 s, not 1..315360000"},
    {"3650 days", P1("\"hours\":87600,\"in\":\"24x7\""), NULL},
    {"a second more", P1("\"hours\":87600,\"seconds\":1,\"in\":\"24x7\""),
     "at \"/clocks/ola/targets/P1\": a span of 315360001 s"},
    {"an hour more", P1("\"hours\":87601,\"in\":\"24x7\""),
     "at \"/clocks/ola/targets/P1/hours\": not a whole number in 0..87600"},
    {"half an hour", P1("\"hours\":0.5,\"in\":\"24x7\""),
     "at \"/clocks/ola/targets/P1/hours\": not a whole number in 0..87600"},
    {"1000 days", P1("\"days\":1000,\"in\":\"queue\""), NULL},
    {"1001 days", P1("\"days\":1001,\"in\":\"queue\""),
     "at \"/clocks/ola/targets/P1/days\": not a whole number in 1..1000"},
    {"days and hours", P1("\"days\":1,\"hours\":1,\"in\":\"queue\""),
     "at \"/clocks/ola/targets/P1\": needs either hours, minutes and seconds, or days"},
    {"no calendar", P1("\"days\":1"), "at \"/clocks/ola/targets/P1/in\": is missing"},
    {"P6", CLOCK(STOP ",\"targets\":{\"P6\":{}}"),
     "at \"/clocks/ola/targets\": \"P6\" is not known here"},
    {"again", PLUS("\"again\":\"later\""),
     "at \"/clocks/ola/again\": not \"never\", \"on\" or \"anew\""},
    {"retroactive", PLUS("\"retroactive\":1"), "at \"/clocks/ola/retroactive\": not true or false"},
    {"warn", PLUS("\"warn\":{\"minutes\":0}"), "at \"/clocks/ola/warn\": a span of 0 s"},
    {"steps", PLUS("\"steps\":{}"), "at \"/clocks/ola/steps\": not a list"},
    {"step", PLUS("\"steps\":[{\"name\":\"a\"}]"),
     "at \"/clocks/ola/steps/0\": needs one of after, percent, over and when"},
    {"two ways", PLUS("\"steps\":[{\"name\":\"a\",\"percent\":5,\"after\":{\"hours\":1}}]"),
     "at \"/clocks/ola/steps/0\": needs one of after, percent, over and when"},
    {"percent", PLUS("\"steps\":[{\"name\":\"a\",\"percent\":1001}]"),
     "at \"/clocks/ola/steps/0/percent\": not a whole number in 1..1000"},
    {"two of a name",
     PLUS("\"steps\":[{\"name\":\"a\",\"percent\":5},{\"name\":\"a\",\"percent\":6}]"),
     "at \"/clocks/ola/steps/1\": has the name of another step"},
    {"empty span", PLUS("\"steps\":[{\"name\":\"a\",\"over\":{}}]"),
     "at \"/clocks/ola/steps/0/over\": no hours, minutes or seconds"},
    {"at once", PLUS("\"steps\":[{\"name\":\"a\",\"after\":{\"seconds\":0}}]"), NULL},
    {"a condition's own place", PLUS("\"start\":{\"all\":[{\"property\":\"state\",\"is\":\"x\"}]}"),
     "at \"/clocks/ola/start/all/0/is\": \"x\" is no operator"},
    {"no fact", PLUS("\"start\":{\"property\":\"colour\",\"is\":\"exists\"}"),
     "at \"/clocks/ola/start\": \"colour\" is no fact of a work item"},
    {"a trait", PLUS("\"start\":{\"trait\":\"plan\",\"is\":\"exists\"}"),
     "at \"/clocks/ola/start\": \"plan\" is no fact of a work item"},
    {"a number", PLUS("\"start\":{\"property\":\"state\",\"is\":\"more\",\"value\":1}"),
     "at \"/clocks/ola/start\": state is a text: numbers and times are not compared with it"},
    {"a number of tone",
     PLUS("\"start\":{\"all\":[" LOW ",{\"property\":\"sentiment\",\"is\":"
          "\"exists\"}]}"),
     NULL},
    {"a time of a number",
     PLUS("\"start\":{\"property\":\"sentiment\",\"is\":\"before\",\"value\":\"2026-01-01T00:00:"
          "00Z\"}"),
     "at \"/clocks/ola/start\": sentiment is a number: times are not compared with it"},
    {"when", STEP("\"when\":" LOW), NULL},
    {"when is bad", STEP("\"when\":{\"property\":\"x\",\"is\":\"exists\"}"),
     "at \"/clocks/ola/steps/0/when\": \"x\" is no fact"},
    {"when and if", STEP("\"when\":" LOW ",\"if\":" LOW),
     "at \"/clocks/ola/steps/0/if\": is not for steps with when"},
    {"when and after", STEP("\"when\":" LOW ",\"after\":{\"seconds\":0}"), "needs one of"},
    {"100 times", STEP("\"when\":" EVENT ",\"times\":100"), NULL},
    {"101 times", STEP("\"when\":" EVENT ",\"times\":101"),
     "at \"/clocks/ola/steps/0/times\": not a whole number in 1..100"},
    {"once", STEP("\"when\":" LOW ",\"times\":1"), NULL},
    {"twice of what lasts", STEP("\"when\":" LOW ",\"times\":2"),
     "at \"/clocks/ola/steps/0/times\": over 1 needs a when that reads the event"},
    {"times of a span", STEP("\"percent\":5,\"times\":1"),
     "at \"/clocks/ola/steps/0/times\": is of steps with when only"},
    {"reset by event", PLUS("\"reset\":" EVENT), NULL},
    {"pause by event", PLUS("\"pause\":" EVENT),
     "at \"/clocks/ola/pause\": may not read the event, which is said of one row only: or give "
     "resume"},
    {"pause and resume by event", PLUS("\"pause\":" EVENT ",\"resume\":" EVENT), NULL},
    {"cancel by event", PLUS("\"cancel\":" EVENT), "at \"/clocks/ola/cancel\": may not read"},
    {"stop by event", CLOCK("\"targets\":{},\"stop\":" EVENT), NULL},
    {"stop by event, and on", CLOCK("\"targets\":{},\"again\":\"on\",\"stop\":" EVENT),
     "at \"/clocks/ola/stop\": may not read"},
    {"applies by event", "{\"name\":\"x\",\"applies\":" EVENT ",\"clocks\":{}}",
     "at \"/applies\": may not read the event"},
};

static void test_case(void **state)
{
    const struct PolicyCase *c = *state;
    const PtStr json = c->json != NULL ? pt_str(c->json) : work_policy_default();
    PtError err = {0};
    WorkPolicy *p = NULL;
    const PtStatus st = work_policy_read(json, &p, &err);
    if (c->want == NULL) {
        assert_string_equal(err.message, "");
        assert_int_equal(st, PT_OK);
        assert_true(pt_str_eq(work_policy_json(p), json));
        assert_true(work_policy_name(p).len > 0);
    } else {
        assert_int_equal(st, PT_INVALID);
        if (strstr(err.message, c->want) == NULL) {
            assert_string_equal(err.message, c->want);
        }
        assert_null(p);
    }
    work_policy_free(p);
}

static void test_eight_steps(void **state)
{
    (void)state;
    char json[1024] = "{\"name\":\"x\",\"clocks\":{\"ola\":{" STOP ",\"targets\":{},\"steps\":[";
    for (unsigned i = 0; i < WORK_STEPS; i++) {
        const size_t len = strlen(json);
        (void)snprintf(json + len, sizeof json - len, "%s{\"name\":\"%u\",\"percent\":5}",
                       i > 0 ? "," : "", i);
    }
    char more[1024];
    (void)strcat(strcpy(more, json), ",{\"name\":\"a\",\"percent\":5}]}}}");
    (void)strcat(json, "]}}}");
    WorkPolicy *p = NULL;
    PtError err = {0};
    assert_int_equal(work_policy_read(pt_str(json), &p, &err), PT_OK);
    work_policy_free(p);
    assert_int_equal(work_policy_read(pt_str(more), &p, &err), PT_INVALID);
    assert_string_equal(err.message, "at \"/clocks/ola/steps\": over 8 steps");
}

static void test_size(void **state)
{
    (void)state;
    static char json[WORK_POLICY_JSON + 2];
    WorkPolicy *p = NULL;
    memset(json, ' ', sizeof json - 1);
    const PtStr plain = work_policy_default();
    memcpy(json, plain.data, plain.len);
    assert_int_equal(work_policy_read((PtStr){json, WORK_POLICY_JSON}, &p, NULL), PT_OK);
    assert_true(pt_str_eq(work_policy_json(p), plain));
    work_policy_free(p);
    assert_int_equal(work_policy_read((PtStr){json, WORK_POLICY_JSON + 1}, &p, NULL), PT_TOO_LARGE);
}

static void test_no_memory(void **state)
{
    (void)state;
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 1;
    for (; st != PT_OK && nth < 2000; nth++) {
        WorkPolicy *p = NULL;
        fault_alloc_fail(nth, 0);
        st = work_policy_read(work_policy_default(), &p, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        work_policy_free(p);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 10);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_eight_steps),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_no_memory),
    };
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(others)];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, test_case);
    for (size_t i = 0; i < PT_COUNT(others); i++) {
        tests[n++] = others[i];
    }
    return _cmocka_run_group_tests("work/policy", tests, n, NULL, NULL);
}
