// SPDX-License-Identifier: Apache-2.0
/* Every allocation on the way from a mapping's text and a file's bytes to events fails once. */
#include "connect/test_bytes.h"

#include <fault/fault_alloc.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TRIES_MAX = 2000 };

static const char mapping_text[] =
    "{\"zone\":\"Europe/London\",\"event\":{\"name\":\"A\"},\"group_by\":[\"o\"],\"columns\":{"
    "\"userId\":{\"column\":\"u\",\"prefix\":\"x-\"},\"properties.total\":{\"sum\":[\"q\"]},"
    "\"properties.lines[].q\":\"q\"}}";
static const char jsonl_text[] = "{\"format\":\"jsonl\",\"event\":{\"name\":\"A\"},\"columns\":{"
                                 "\"userId\":\"u\"}}";
static const char events_text[] = "{\"format\":\"events\"}";

static bool see_event(void *ctx, PtStr json)
{
    (void)json;
    ++*(unsigned *)ctx;
    return true;
}

static bool see_reject(void *ctx, const ConnectReject *reject)
{
    (void)ctx;
    fail_msg("a row was rejected for want of memory: %s", reject->reason);
    return true;
}

static PtStatus all_of_it(const char *mapping, const char *file, unsigned *ret_events)
{
    ConnectMapping *m = NULL;
    ConnectInput *in = NULL;
    ConnectCounts counts = {0};
    TestBytes bytes = {pt_str(file), 0, 0, 0};
    *ret_events = 0;
    PtStatus st = connect_mapping_parse(pt_str(mapping), &m, NULL);
    if (st == PT_OK) {
        st = connect_input_over(test_bytes_source(&bytes), 0, &in, NULL);
    }
    if (st == PT_OK) {
        ConnectRun run = {.mapping = m,
                          .source = connect_input_source(in),
                          .digest = "00",
                          .sink = {see_event, see_reject, ret_events}};
        st = connect_run(&run, &counts, NULL);
    }
    connect_input_close(in);
    connect_mapping_free(m);
    return st;
}

static struct MemoryCase {
    const char *name, *mapping, *file;
    unsigned events;
} memory_cases[] = {
    {"groups", mapping_text, "o,u,q\n1,a,\"1\"\n1,a,2\n2,b,3\n", 2},
    {"JSON lines", jsonl_text, "{\"u\":\"\\u00e9\"}\n", 1},
    {"events", events_text, "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}\n", 1},
};

/* Either the failure is told, as what it is, or it did no harm; a lost event without a word is
 * neither. */
static void memory_case(void **state)
{
    const struct MemoryCase *c = *state;
    unsigned events = 0, failures = 0;
    for (uint64_t nth = 1;; nth++) {
        assert_true(nth < TRIES_MAX);
        fault_alloc_fail(nth, 0);
        PtStatus st = all_of_it(c->mapping, c->file, &events);
        bool reached = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        if (st == PT_OK) {
            assert_int_equal(events, c->events);
        } else {
            assert_int_equal(st, PT_NO_MEMORY);
            failures++;
        }
        if (!reached) {
            assert_int_equal(st, PT_OK);
            break;
        }
    }
    assert_true(failures > 5);
}

int main(void)
{
    enum { CASES = sizeof memory_cases / sizeof *memory_cases };
    struct CMUnitTest tests[CASES];
    for (size_t i = 0; i < CASES; i++) {
        tests[i] =
            (struct CMUnitTest){memory_cases[i].name, memory_case, NULL, NULL, &memory_cases[i]};
    }
    return cmocka_run_group_tests_name("connect/memory", tests, NULL, NULL);
}
