// SPDX-License-Identifier: Apache-2.0
#include "retailer.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t START_MS = INT64_C(1763942400000); /* Monday, 24 November 2025, 00:00 UTC */

static Retailer *retailer(uint64_t seed, double rate)
{
    Retailer *r = retailer_new(seed, START_MS, rate);
    assert_non_null(r);
    return r;
}

static void test_events_are_json_of_two_kb(void **state)
{
    (void)state;
    Retailer *r = retailer(1, 0.2); // a week takes about 120,000 events
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    RetailerMeta meta;
    uint64_t bytes = 0, count = 60000, longest = 0;
    int64_t last = START_MS;
    for (uint64_t i = 0; i < count; i++) {
        pt_buf_clear(&out, 1 << 20);
        retailer_next(r, &out, &meta);
        assert_int_equal(pt_buf_status(&out), PT_OK);
        PtError err;
        if (pt_json_check(pt_buf_str(&out), 32, &err) != PT_OK) {
            fail_msg("%s in %.*s", err.message, (int)out.len, out.data);
        }
        assert_true(meta.time_ms >= last);
        last = meta.time_ms;
        assert_true(meta.uuid_at + RETAILER_ID_LEN < out.len);
        assert_int_equal(out.data[meta.uuid_at + 8], '-');
        assert_int_equal(out.data[meta.uuid_at + 14], '4');
        assert_int_equal(out.data[meta.uuid_at + RETAILER_ID_LEN], '"');
        assert_non_null(memmem(out.data, out.len, "\"demo\":true", 11));
        bytes += out.len;
        longest = out.len > longest ? out.len : longest;
    }
    print_message("mean %.0f bytes, longest %llu, %.1f days\n", (double)bytes / (double)count,
                  (unsigned long long)longest, (double)(last - START_MS) / 86400000.0);
    assert_in_range(bytes / count, 1800, 2200);
    assert_true(longest < 12000);
    // The rate holds over days, within the rhythm.
    assert_in_range((uint64_t)(last - START_MS) / 86400000, 2, 4);
    pt_buf_done(&out);
    retailer_free(r);
}

static void test_same_seed_same_bytes(void **state)
{
    (void)state;
    PtBuf a, b, c;
    pt_buf_init(&a, 64 << 20);
    pt_buf_init(&b, 64 << 20);
    pt_buf_init(&c, 64 << 20);
    Retailer *ra = retailer(7, 5), *rb = retailer(7, 5), *rc = retailer(8, 5);
    RetailerMeta meta;
    for (unsigned i = 0; i < 3000; i++) {
        retailer_next(ra, &a, &meta);
        retailer_next(rb, &b, &meta);
        retailer_next(rc, &c, &meta);
    }
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    assert_true(a.len != c.len || memcmp(a.data, c.data, a.len) != 0);
    pt_buf_done(&a);
    pt_buf_done(&b);
    pt_buf_done(&c);
    retailer_free(ra);
    retailer_free(rb);
    retailer_free(rc);
}

static void test_rhythm_and_mix(void **state)
{
    (void)state;
    Retailer *r = retailer(3, 0.2);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    uint32_t by_channel[RETAILER_CHANNEL_COUNT] = {0}, night = 0, evening = 0, closed = 0, n = 0;
    RetailerMeta meta = {0};
    while (meta.time_ms < START_MS + INT64_C(7) * 86400000) {
        pt_buf_clear(&out, 1 << 20);
        retailer_next(r, &out, &meta);
        int64_t hour = (meta.time_ms / 3600000) % 24;
        by_channel[meta.channel]++;
        night += hour >= 1 && hour < 4;
        evening += hour >= 18 && hour < 21;
        // 2 to 7 UTC: every store sleeps, those in New York too
        closed += meta.channel == RETAILER_TILL && hour >= 2 && hour < 7;
        n++;
    }
    assert_true(evening > 5 * night);
    assert_int_equal(closed, 0);
    assert_in_range(n, 90000, 150000);
    assert_true(by_channel[RETAILER_WEB] > by_channel[RETAILER_APP]);
    assert_in_range(by_channel[RETAILER_TILL] * 100 / n, 8, 25);
    print_message("web %u, app %u, till %u\n", by_channel[0], by_channel[1], by_channel[2]);
    pt_buf_done(&out);
    retailer_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_json_of_two_kb),
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_rhythm_and_mix),
    };
    return cmocka_run_group_tests_name("demo/retailer", tests, NULL, NULL);
}
