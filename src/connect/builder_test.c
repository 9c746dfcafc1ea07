// SPDX-License-Identifier: Apache-2.0
#include "connect/mapping_internal.h"
#include "connect/test_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
#define ID "0123456789abcdef0123456789abcdef-"

typedef struct Seen {
    PtBuf text; /* events, and rejects as "!line column: reason", one a line */
    size_t events, stop_after;
    size_t longest;
} Seen;

static bool see_event(void *ctx, PtStr json)
{
    Seen *s = ctx;
    assert_int_equal(pt_json_check(json, 64, NULL), PT_OK);
    pt_buf_add_str(&s->text, json);
    pt_buf_add_char(&s->text, '\n');
    s->longest = json.len > s->longest ? json.len : s->longest;
    return ++s->events != s->stop_after;
}

static bool see_reject(void *ctx, const ConnectReject *reject)
{
    Seen *s = ctx;
    pt_buf_printf(&s->text, "!%llu %.*s: %s\n", (unsigned long long)reject->line,
                  PT_STR_ARG(reject->column), reject->reason);
    return true;
}

static PtStatus run_text(const char *mapping, PtStr text, Seen *seen, ConnectCounts *counts,
                         PtError *err)
{
    ConnectMapping *m = NULL;
    TestBytes bytes = {text, 0, 0, 0};
    PtStatus st = connect_mapping_parse(pt_str(mapping), &m, err);
    if (st == PT_OK) {
        ConnectRun run = {.mapping = m,
                          .source = test_bytes_source(&bytes),
                          .digest = digest,
                          .sink = {see_event, see_reject, seen}};
        st = connect_run(&run, counts, err);
    }
    connect_mapping_free(m);
    return st;
}

static Seen seen_new(void)
{
    Seen s = {0};
    pt_buf_init(&s.text, 64 << 20);
    return s;
}

#define ORDERS                                                                                     \
    "{\"event\":{\"name\":\"Order\",\"rules\":[{\"name\":\"Refund\",\"any\":[{\"column\":\"q\","   \
    "\"less_than\":0}]},{\"skip\":true,\"all\":[{\"column\":\"o\",\"equals\":\"test\"}]}]},"       \
    "\"group_by\":[\"o\"],\"group_window\":2,\"columns\":{\"userId\":\"u\",\"properties.id\":"     \
    "\"o\",\"properties.total\":{\"sum\":[\"q\",\"p\"]},\"properties.lines[].q\":{\"column\":"     \
    "\"q\",\"type\":\"int\"}}}"
#define SINGLE                                                                                     \
    "{\"event\":{\"name\":\"E\"},\"columns\":{\"userId\":\"u\",\"properties.n\":{\"column\":"      \
    "\"n\",\"type\":\"int\"}}}"
#define JSONL                                                                                      \
    "{\"format\":\"jsonl\",\"event\":{\"type\":{\"column\":\"kind\"},\"name\":{\"column\":"        \
    "\"what\"}},\"message_id\":{\"column\":\"id\"},\"columns\":{\"userId\":\"who.id\","            \
    "\"traits.x\":{\"column\":\"who.x\",\"type\":\"json\"},\"properties.fixed\":{\"value\":true}}" \
    "}"

static struct RunCase {
    const char *name, *mapping, *text, *want;
    uint64_t rows, rejected, skipped;
} run_cases[] = {
    {"a row is an event", SINGLE, "u,n\na,1\n",
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"E\",\"userId\":\"a\","
     "\"properties\":{\"n\":1}}\n",
     1, 0, 0},
    {"an empty object is left out", SINGLE, "u,n\na,\n",
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"E\",\"userId\":\"a\"}\n", 1, 0, 0},
    {"columns in another order, one more", SINGLE, "x,n,u\n9,1,a\n",
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"E\",\"userId\":\"a\","
     "\"properties\":{\"n\":1}}\n",
     1, 0, 0},
    {"bad rows do not stop it", SINGLE, "u,n\na,x\n,1\nb\nc,2\n",
     "!2 n: n \"x\" is not a number\n!3 : neither userId nor anonymousId has a value\n"
     "!4 : 1 fields, want 2\n"
     "{\"messageId\":\"" ID "4\",\"type\":\"track\",\"event\":\"E\",\"userId\":\"c\","
     "\"properties\":{\"n\":2}}\n",
     4, 3, 0},
    {"rows of an order", ORDERS, "o,u,q,p\n1,a,2,1.10\n1,a,3,0.005\n2,b,-1,4\n",
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"a\","
     "\"properties\":{\"id\":\"1\",\"total\":2.215,\"lines\":[{\"q\":2},{\"q\":3}]}}\n"
     "{\"messageId\":\"" ID "3\",\"type\":\"track\",\"event\":\"Refund\",\"userId\":\"b\","
     "\"properties\":{\"id\":\"2\",\"total\":-4,\"lines\":[{\"q\":-1}]}}\n",
     3, 0, 0},
    {"rows apart by the window are one order", ORDERS, "o,u,q,p\n1,a,1,1\n2,b,1,1\n1,a,1,1\n",
     "{\"messageId\":\"" ID "2\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"b\","
     "\"properties\":{\"id\":\"2\",\"total\":1,\"lines\":[{\"q\":1}]}}\n"
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"a\","
     "\"properties\":{\"id\":\"1\",\"total\":2,\"lines\":[{\"q\":1},{\"q\":1}]}}\n",
     3, 0, 0},
    {"rows apart by more are two", ORDERS, "o,u,q,p\n1,a,1,1\n2,b,1,1\n2,b,1,1\n1,a,1,1\n",
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"a\","
     "\"properties\":{\"id\":\"1\",\"total\":1,\"lines\":[{\"q\":1}]}}\n"
     "{\"messageId\":\"" ID "2\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"b\","
     "\"properties\":{\"id\":\"2\",\"total\":2,\"lines\":[{\"q\":1},{\"q\":1}]}}\n"
     "{\"messageId\":\"" ID "4\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"a\","
     "\"properties\":{\"id\":\"1\",\"total\":1,\"lines\":[{\"q\":1}]}}\n",
     4, 0, 0},
    {"a bad line leaves its order whole", ORDERS,
     "o,u,q,p\n1,a,1,1\n1,a,x,1\n1,a,1,2\n1,a,1,y\n,a,1,1\n",
     "!3 q: q \"x\" is not a number\n!5 p: p \"y\" is not an amount\n"
     "!6 o: o is empty: the row belongs to no group\n"
     "{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"Order\",\"userId\":\"a\","
     "\"properties\":{\"id\":\"1\",\"total\":3,\"lines\":[{\"q\":1},{\"q\":1}]}}\n",
     5, 3, 0},
    {"an amount out of range", ORDERS, "o,u,q,p\n1,a,9000000,9000000\n",
     "!2 p: p \"9000000\" makes properties.total too large\n", 1, 1, 0},
    {"a rule leaves rows out", ORDERS, "o,u,q,p\ntest,a,1,1\n", "", 1, 0, 1},
    {"JSON lines", JSONL,
     "{\"kind\":\"track\",\"what\":\"Go\",\"id\":\"m1\",\"who\":{\"id\":7,\"x\":[1,{}]}}\n"
     "{\"kind\":\"identify\",\"id\":\"\",\"who\":{\"id\":\"\\u00e9\",\"x\":null}}\n"
     "{\"kind\":\"nod\",\"who\":{\"id\":1}}\n[1]\n{\n"
     "{\"kind\":\"track\",\"who\":{\"id\":1}}\n",
     "{\"messageId\":\"m1\",\"type\":\"track\",\"event\":\"Go\",\"userId\":\"7\",\"traits\":"
     "{\"x\":[1,{}]},\"properties\":{\"fixed\":true}}\n"
     "{\"messageId\":\"" ID "2\",\"type\":\"identify\",\"userId\":\"\xc3\xa9\",\"properties\":"
     "{\"fixed\":true}}\n"
     "!3 kind: type \"nod\" is none of the six\n!4 : the line is not a JSON object\n"
     "!5 : expected a key at byte 1\n!6 what: the event has no name\n",
     6, 4, 0},
    {"events as they are", "{\"format\":\"events\"}",
     "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\",\"messageId\":\"m\",\"sentAt\":1,"
     "\"receivedAt\":2,\"_patron\":{\"position\":3},\"x\": [1, 2]}\n"
     "{\"type\":\"page\",\"messageId\":\"\"}\n7\n",
     "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\",\"messageId\":\"m\",\"x\":[1, 2]}\n"
     "{\"messageId\":\"" ID "2\",\"type\":\"page\"}\n"
     "!3 : the line is not a JSON object\n",
     3, 1, 0},
};

static void run_case(void **state)
{
    const struct RunCase *c = *state;
    Seen seen = seen_new();
    ConnectCounts counts = {0};
    PtError err = {0};
    assert_int_equal(run_text(c->mapping, pt_str(c->text), &seen, &counts, &err), PT_OK);
    pt_buf_add_char(&seen.text, '\0');
    assert_string_equal(seen.text.data, c->want);
    assert_int_equal(counts.rows, c->rows);
    assert_int_equal(counts.rejected, c->rejected);
    assert_int_equal(counts.skipped, c->skipped);
    assert_int_equal(counts.events, seen.events);
    pt_buf_done(&seen.text);
}

static void a_missing_column_is_named(void **state)
{
    (void)state;
    Seen seen = seen_new();
    ConnectCounts counts = {0};
    PtError err = {0};
    assert_int_equal(run_text(SINGLE, PT_STR("u,m\na,1\n"), &seen, &counts, &err), PT_INVALID);
    assert_string_equal(err.message, "the file has no column \"n\"");
    pt_buf_done(&seen.text);
}

static void a_sink_can_stop_it(void **state)
{
    (void)state;
    Seen seen = seen_new();
    ConnectCounts counts = {0};
    seen.stop_after = 2;
    assert_int_equal(run_text(SINGLE, PT_STR("u,n\na,1\na,2\na,3\n"), &seen, &counts, NULL),
                     PT_UNAVAILABLE);
    assert_int_equal(seen.events, 2);
    pt_buf_done(&seen.text);
}

/* An order whose lines pass the bound of an event: every line once and in order, the total once. */
static void a_large_group_is_continued(void **state)
{
    (void)state;
    enum { LINES = 20000 };
    PtBuf text;
    Seen seen = seen_new();
    ConnectCounts counts = {0};
    pt_buf_init(&text, 8 << 20);
    pt_buf_add_str(&text, PT_STR("o,u,q,p\n"));
    for (int i = 0; i < LINES; i++) {
        pt_buf_printf(&text, "1,a,%d,0.01\n", i);
    }
    assert_int_equal(run_text(ORDERS, pt_buf_str(&text), &seen, &counts, NULL), PT_OK);
    assert_true(seen.events > 5);
    assert_true(seen.longest <= CONNECT_EVENT_MAX);
    assert_true(seen.longest > CONNECT_EVENT_MAX - 300); // no more parts than needed
    pt_buf_add_char(&seen.text, '\0');
    const char *at = seen.text.data;
    for (int i = 0; i < LINES; i++) {
        char line[32];
        (void)snprintf(line, sizeof line, "{\"q\":%d}", i);
        at = strstr(at, line);
        assert_non_null(at);
    }
    const char *total = strstr(seen.text.data, "\"total\":1999900");
    assert_non_null(total);
    assert_null(strstr(total + 1, "\"total\""));
    char last[64];
    (void)snprintf(last, sizeof last, ID "1-%zu\",", seen.events);
    assert_non_null(strstr(seen.text.data, last));
    (void)snprintf(last, sizeof last, "\"part\":%zu,\"parts\":%zu", seen.events, seen.events);
    assert_non_null(strstr(seen.text.data, last));
    pt_buf_done(&text);
    pt_buf_done(&seen.text);
}

/* Both sides of the bound of one event. */
static void event_bound(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        char *text = malloc(40000);
        Seen seen = seen_new();
        ConnectCounts counts = {0};
        assert_non_null(text);
        size_t around = strlen("{\"messageId\":\"" ID "1\",\"type\":\"track\",\"event\":\"E\","
                               "\"userId\":\"\"}");
        size_t len = CONNECT_EVENT_MAX - around + more;
        memcpy(text, "n,u\n,", 5);
        memset(text + 5, 'x', len);
        assert_int_equal(run_text(SINGLE, (PtStr){text, 5 + len}, &seen, &counts, NULL), PT_OK);
        assert_int_equal(counts.events, 1 - more);
        assert_int_equal(counts.rejected, more);
        assert_int_equal(seen.longest, more ? 0 : CONNECT_EVENT_MAX);
        pt_buf_done(&seen.text);
        free(text);
    }
}

int main(void)
{
    enum { RUNS = sizeof run_cases / sizeof *run_cases };
    struct CMUnitTest tests[RUNS + 4] = {
        cmocka_unit_test(a_missing_column_is_named), cmocka_unit_test(a_sink_can_stop_it),
        cmocka_unit_test(a_large_group_is_continued), cmocka_unit_test(event_bound)};
    for (size_t i = 0; i < RUNS; i++) {
        tests[i + 4] = (struct CMUnitTest){run_cases[i].name, run_case, NULL, NULL, &run_cases[i]};
    }
    return cmocka_run_group_tests_name("connect/builder", tests, NULL, NULL);
}
