// SPDX-License-Identifier: Apache-2.0
/* The worked examples of queue priority and delay (data/desk-facts): which queue an agent who
 * becomes free serves. A delay is a need that nobody has and that is dropped after it. */
#include "base/json.h"
#include "base/test_rows.h"
#include "work/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1 << 17, QUEUES = 8, NAME = 32, NOW = 100000000, NOBODY_HAS = 7 };

typedef struct Profile {
    int64_t id;
    char names[QUEUES][NAME];
    int64_t priority[QUEUES], delay_s[QUEUES];
    size_t count;
} Profile;

static int64_t number(PtJson *j)
{
    int64_t value = 0;
    assert_int_equal(pt_json_next(j), PT_JSON_NUMBER);
    assert_true(pt_json_to_i64(j->raw, &value));
    return value;
}

static bool at_key(const PtJson *j, const char *key)
{
    return pt_str_eq(j->raw, pt_str(key));
}

static void copy_name(char *to, PtStr from)
{
    assert_true(from.len < NAME);
    memcpy(to, from.data, from.len);
    to[from.len] = '\0';
}

static size_t queue_named(const Profile *p, PtStr name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (pt_str_eq(name, pt_str(p->names[i]))) {
            return i;
        }
    }
    fail_msg("a queue that the profile does not have");
    return 0;
}

static void read_queues(PtJson *j, Profile *p)
{
    p->count = 0;
    assert_int_equal(pt_json_next(j), PT_JSON_ARRAY);
    while (pt_json_next(j) == PT_JSON_OBJECT) {
        assert_true(p->count < QUEUES);
        while (pt_json_next(j) == PT_JSON_KEY) {
            if (at_key(j, "queue")) {
                assert_int_equal(pt_json_next(j), PT_JSON_STRING);
                copy_name(p->names[p->count], j->raw);
            } else if (at_key(j, "priority")) {
                p->priority[p->count] = number(j);
            } else if (at_key(j, "delay_s")) {
                p->delay_s[p->count] = number(j);
            } else {
                assert_true(pt_json_skip(j, NULL, NULL, NULL));
            }
        }
        p->count++;
    }
}

/* ---- A case ---------------------------------------------------------------------------------- */

static void picked(void *ctx, const RouteDecision *decision)
{
    int64_t *queue = ctx;
    *queue = decision->queue;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

/* waiting_s: -1 where nothing waits. Returns the queue's place, or -1. */
static int64_t pick(const Profile *p, const int64_t *waiting_s)
{
    PtError err;
    Route *router = NULL;
    int64_t queue = 0, serves[QUEUES];
    must(route_new(&(RouteSink){&queue, picked}, &router, &err), &err);
    for (size_t i = 0; i < p->count; i++) {
        const RouteStep step = {.after_ms = p->delay_s[i] * 1000, .skill = NOBODY_HAS};
        serves[i] = (int64_t)i + 1;
        must(route_queue_put(
                 router,
                 &(RouteQueue){
                     .id = serves[i], .on = true, .steps = &step, .step_count = p->delay_s[i] > 0},
                 NOW, &err),
             &err);
        if (waiting_s[i] >= 0) {
            const RouteItem item = {.id = serves[i],
                                    .queue = serves[i],
                                    .weight = 1,
                                    .priority = (uint8_t)p->priority[i],
                                    .since_ms = NOW - waiting_s[i] * 1000,
                                    .needs = {{NOBODY_HAS, 1}},
                                    .need_count = p->delay_s[i] > 0};
            must(route_item_put(router, &item, NOW, &err), &err);
        }
    }
    const RouteAgent agent = {.id = 1,
                              .presence = ROUTE_ONLINE,
                              .capacity = {1},
                              .total = 1,
                              .queues = serves,
                              .queue_count = p->count};
    must(route_agent_put(router, &agent, NOW, &err), &err);
    must(route_check(router, &err), &err);
    route_free(router);
    return queue - 1;
}

static void run_case(PtJson *j, const Profile *p)
{
    int64_t waiting_s[QUEUES], want = -1;
    for (size_t i = 0; i < QUEUES; i++) {
        waiting_s[i] = -1;
    }
    while (pt_json_next(j) == PT_JSON_KEY) {
        if (at_key(j, "waiting_s")) {
            assert_int_equal(pt_json_next(j), PT_JSON_OBJECT);
            while (pt_json_next(j) == PT_JSON_KEY) {
                const size_t queue = queue_named(p, j->raw);
                waiting_s[queue] = number(j);
            }
        } else if (at_key(j, "pick")) {
            want = pt_json_next(j) == PT_JSON_STRING ? (int64_t)queue_named(p, j->raw) : -1;
        } else {
            assert_true(pt_json_skip(j, NULL, NULL, NULL));
        }
    }
    const int64_t got = pick(p, waiting_s);
    if (got != want) {
        fail_msg("profile %lld: queue %lld, not %lld", (long long)p->id, (long long)got,
                 (long long)want);
    }
}

static unsigned run_profile(PtJson *j)
{
    Profile p = {0};
    unsigned cases = 0;
    while (pt_json_next(j) == PT_JSON_KEY) {
        if (at_key(j, "id")) {
            p.id = number(j);
        } else if (at_key(j, "queues")) {
            read_queues(j, &p);
        } else if (at_key(j, "cases")) {
            assert_int_equal(pt_json_next(j), PT_JSON_ARRAY);
            for (; pt_json_next(j) == PT_JSON_OBJECT; cases++) {
                run_case(j, &p);
            }
        } else {
            assert_true(pt_json_skip(j, NULL, NULL, NULL));
        }
    }
    return cases;
}

static void queue_priority_and_delay(void **state)
{
    (void)state;
    const char *shared = getenv("PATRON_SHARED");
    if (shared == NULL) {
        print_message("set PATRON_SHARED to the folder that holds data/\n");
        skip();
    }
    static char path[4096], text[TEXT];
    (void)snprintf(path, sizeof path, "%s/data/desk-facts/queue-priority-delay.json", shared);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    const size_t len = fread(text, 1, sizeof text, f);
    (void)fclose(f);
    static PtJson j;
    unsigned cases = 0;
    pt_json_init(&j, (PtStr){text, len}, 16);
    assert_int_equal(pt_json_next(&j), PT_JSON_OBJECT);
    while (pt_json_next(&j) == PT_JSON_KEY) {
        if (at_key(&j, "profiles")) {
            assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY);
            while (pt_json_next(&j) == PT_JSON_OBJECT) {
                cases += run_profile(&j);
            }
        } else {
            assert_true(pt_json_skip(&j, NULL, NULL, NULL));
        }
    }
    assert_int_equal(cases, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_priority_and_delay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
