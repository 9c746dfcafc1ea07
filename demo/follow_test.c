// SPDX-License-Identifier: Apache-2.0
#include "follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Slack: a minute, and a quarter of a second at the faster pace. */
static const struct JumpCase {
    const char *what;
    double before, after; /* speeds */
    int64_t elapsed_ms, went_ms;
    bool jump;
} jumps[] = {
    {"as it should", 1, 1, 250, 250, false},
    {"behind by all slack", 1, 1, 250, 250 - 60250, false},
    {"behind by more", 1, 1, 250, 250 - 60251, true},
    {"ahead by all slack", 1, 1, 250, 250 + 60250, false},
    {"ahead by more", 1, 1, 250, 250 + 60251, true},
    {"fast, as it should", 10000, 10000, 250, 2500000, false},
    {"fast, behind by all slack", 10000, 10000, 250, 2500000 - 2560000, false},
    {"fast, behind by more", 10000, 10000, 250, 2500000 - 2560001, true},
    {"made faster at once", 1, 10000, 250, 2500000, false},
    {"made faster just now", 1, 10000, 250, 250, false},
    {"made slower just now", 10000, 1, 250, 2500000, false},
    {"stood", 0, 0, 5000, 0, false},
    {"stood, and was set", 0, 0, 5000, 60001, true},
    {"a day", 1, 1, 250, 86400000, true},
    {"a day back", 1, 1, 250, -86400000, true},
};

static void test_jumps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
        const struct JumpCase *c = &jumps[i];
        const FollowTime before = {.now_ms = 1700000000000, .speed = c->before};
        if (follow_is_jump(&before, c->elapsed_ms, before.now_ms + c->went_ms, c->after) !=
            c->jump) {
            fail_msg("%s", c->what);
        }
    }
}

static const struct AnswerCase {
    const char *json;
    bool good;
} answers[] = {
    {"{\"kind\":\"sim\",\"now\":\"2025-11-28T12:00:00.500Z\",\"speed\":60}", true},
    {"{\"other\":[1,{\"now\":2}],\"speed\":60,\"now\":\"2025-11-28T12:00:00.5Z\"}", true},
    {"{\"now\":\"2025-11-28T12:00:00.500Z\"}", false},
    {"{\"speed\":60}", false},
    {"{\"now\":\"noon\",\"speed\":60}", false},
    {"{\"now\":\"2025-11-28T12:00:00.500Z\",\"speed\":-1}", false},
    {"{\"now\":\"2025-11-28T12:00:00.500Z\",\"speed\":\"60\"}", false},
    {"[]", false},
    {"", false},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        int64_t now_ms = 7;
        double speed = 7;
        const bool good = follow_parse(answers[i].json, strlen(answers[i].json), &now_ms, &speed);
        if (good != answers[i].good) {
            fail_msg("%s", answers[i].json);
        }
        assert_int_equal(now_ms, good ? INT64_C(1764331200500) : 7);
        assert_int_equal((int)speed, good ? 60 : 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests_name("demo/follow", tests, NULL, NULL);
}
