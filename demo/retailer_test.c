// SPDX-License-Identifier: Apache-2.0
#include "retailer.h"

#include "base/json.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t START_MS = INT64_C(1759708800000); /* Monday, 6 October 2025, 00:00 UTC */

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
    uint64_t bytes = 0, count = 40000, longest = 0;
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

/* ---- what happens to people ------------------------------------------------------------------ */

static const PtStr NONE = {NULL, 0};

/* What stands behind "key":" in an event; NONE when it is not there. */
static PtStr after(PtStr event, const char *key)
{
    char tag[64];
    const int n = snprintf(tag, sizeof tag, "\"%s\":\"", key);
    const char *at = memmem(event.data, event.len, tag, (size_t)n);
    if (at == NULL) {
        return NONE;
    }
    at += n;
    return (PtStr){at, strcspn(at, "\"")};
}

static bool has(PtStr event, const char *text)
{
    return memmem(event.data, event.len, text, strlen(text)) != NULL;
}

static uint64_t number_after(PtStr event, const char *key, size_t skip)
{
    const PtStr text = after(event, key);
    return text.data != NULL ? strtoull(text.data + skip, NULL, 10) : 0;
}

enum { ORDERS = 20000, TABLETS = 200 };

typedef struct Seen {
    uint64_t orders[ORDERS], totals[ORDERS]; /* numbers, and hashes of their first product */
    size_t order_count;
    unsigned refunds, refunds_unknown, other_products, cards, cards_without_id, groups, chats;
    unsigned signed_in, signed_out, mistyped, national, guests, late;
    struct Tablet {
        char id[36];
        uint64_t users[4];
        unsigned count;
    } tablets[TABLETS];
    size_t tablet_count;
} Seen;

static size_t order_at(const Seen *seen, uint64_t number)
{
    size_t i = 0;
    while (i < seen->order_count && seen->orders[i] != number) {
        i++;
    }
    return i;
}

static void see_order(Seen *seen, PtStr event)
{
    const uint64_t number = number_after(event, "order_id", 3);
    const uint64_t product = number_after(event, "product_id", 1);
    if (has(event, "\"event\":\"Order Completed\"")) {
        assert_int_equal(order_at(seen, number), seen->order_count); // a number is used once
        assert_true(seen->order_count < ORDERS);
        seen->orders[seen->order_count] = number;
        seen->totals[seen->order_count++] = product;
        seen->guests += has(event, "\"traits\":{\"email\"");
    } else if (has(event, "\"event\":\"Order Refunded\"")) {
        const size_t i = order_at(seen, number);
        seen->refunds++;
        seen->refunds_unknown += i == seen->order_count;
        seen->other_products += i < seen->order_count && seen->totals[i] != product;
    }
}

static void see_tablet(Seen *seen, PtStr event)
{
    const PtStr id = after(event, "anonymousId");
    const uint64_t user = number_after(event, "userId", 5);
    if (!has(event, "Larkfield store\"") || user == 0) {
        return;
    }
    size_t i = 0;
    while (i < seen->tablet_count && memcmp(seen->tablets[i].id, id.data, 36) != 0) {
        i++;
    }
    assert_true(i < TABLETS);
    struct Tablet *t = &seen->tablets[i];
    if (i == seen->tablet_count) {
        memcpy(t->id, id.data, 36);
        seen->tablet_count++;
    }
    for (unsigned u = 0; u < t->count; u++) {
        if (t->users[u] == user) {
            return;
        }
    }
    if (t->count < 4) {
        t->users[t->count++] = user;
    }
}

static void see(Seen *seen, PtStr event, const RetailerMeta *meta)
{
    int64_t at = 0;
    see_order(seen, event);
    see_tablet(seen, event);
    seen->groups += has(event, "\"groupId\":\"ACC-");
    seen->chats += has(event, "Live Chat Conversation Started");
    seen->signed_in += has(event, "\"event\":\"Signed In\"");
    seen->signed_out += has(event, "\"event\":\"Signed Out\"");
    seen->mistyped += has(event, "@mail.exmaple");
    seen->national += has(event, "\"phone\":\"0");
    assert_true(pt_time_parse(after(event, "timestamp"), &at));
    seen->late += at < meta->time_ms;
    assert_true(at <= meta->time_ms);
    if (meta->channel == RETAILER_TILL && has(event, "\"loyalty_card\":\"2900")) {
        seen->cards++;
        seen->cards_without_id += !has(event, "\"externalIds\":[{\"id\":\"2900");
        assert_true(has(event, "\"anonymousId\":\"card-2900"));
    }
}

static void test_people_come_back_share_and_mistype(void **state)
{
    (void)state;
    Retailer *r = retailer(5, 0.1);
    Seen *seen = calloc(1, sizeof *seen);
    assert_non_null(seen);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    RetailerMeta meta = {0};
    while (meta.time_ms < START_MS + INT64_C(7) * 86400000) {
        pt_buf_clear(&out, 1 << 20);
        retailer_next(r, &out, &meta);
        see(seen, pt_buf_str(&out), &meta);
    }
    print_message("%zu orders, %u refunds, %u cards at tills, %u group calls, %u chats, %u in, %u "
                  "out, %zu tablets, %u guests, %u late\n",
                  seen->order_count, seen->refunds, seen->cards, seen->groups, seen->chats,
                  seen->signed_in, seen->signed_out, seen->tablet_count, seen->guests, seen->late);
    assert_true(seen->refunds > 30);
    assert_int_equal(seen->refunds_unknown, 0);
    assert_int_equal(seen->other_products, 0);
    assert_true(seen->cards > 1000 && seen->cards_without_id == 0);
    assert_true(seen->groups > 5 && seen->chats > 0 && seen->guests > 0 && seen->late > 0);
    assert_true(seen->signed_in > seen->signed_out && seen->signed_out > 0);
    assert_true(seen->mistyped > 0 && seen->national > 0);
    unsigned shared = 0;
    for (size_t i = 0; i < seen->tablet_count; i++) {
        shared += seen->tablets[i].count > 1;
    }
    print_message("%u tablets with several people\n", shared);
    assert_true(shared >= 3); // people after people on one tablet
    pt_buf_done(&out);
    retailer_free(r);
    free(seen);
}

static void test_time_can_be_set(void **state)
{
    (void)state;
    static const int64_t days[] = {0, 30, -400, 7};
    Retailer *r = retailer(2, 5);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        RetailerMeta meta;
        const int64_t at = START_MS + days[i] * 86400000;
        pt_buf_clear(&out, 1 << 20);
        retailer_set_time(r, at);
        retailer_next(r, &out, &meta);
        assert_in_range(meta.time_ms, at, at + 60000);
    }
    pt_buf_done(&out);
    retailer_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_json_of_two_kb),
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_rhythm_and_mix),
        cmocka_unit_test(test_people_come_back_share_and_mistype),
        cmocka_unit_test(test_time_can_be_set),
    };
    return cmocka_run_group_tests_name("demo/retailer", tests, NULL, NULL);
}
