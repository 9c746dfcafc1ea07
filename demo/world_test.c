// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t ms_of(const char *text)
{
    int64_t ms = 0;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static const struct ZoneCase {
    unsigned country;
    const char *at;
    int32_t offset_min;
} zones[] = {
    {0, "2025-01-15T12:00:00Z", 60},   {0, "2025-03-30T00:59:59.999Z", 60},
    {0, "2025-03-30T01:00:00Z", 120},  {0, "2025-10-26T00:59:59.999Z", 120},
    {0, "2025-10-26T01:00:00Z", 60},   {1, "2025-07-01T00:00:00Z", 60},
    {1, "2025-12-01T00:00:00Z", 0},    {3, "2025-03-09T06:59:59.999Z", -300},
    {3, "2025-03-09T07:00:00Z", -240}, {3, "2025-11-02T05:59:59.999Z", -240},
    {3, "2025-11-02T06:00:00Z", -300}, {3, "2026-03-08T07:00:00Z", -240},
};

static void test_summer_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        const int32_t got = world_offset_min(zones[i].country, ms_of(zones[i].at));
        if (got != zones[i].offset_min) {
            fail_msg("%s: %d minutes, not %d", zones[i].at, got, zones[i].offset_min);
        }
    }
}

static const struct OpenCase {
    unsigned store, hour, weekday;
    bool open;
} opens[] = {
    {0, 9, 1, false},  {0, 10, 1, true},  {0, 20, 1, true},  {0, 21, 1, false},
    {0, 14, 7, false}, {8, 11, 7, false}, {8, 12, 7, true},  {8, 17, 7, true},
    {8, 18, 7, false}, {22, 9, 3, false}, {22, 10, 3, true}, {22, 3, 3, false},
};

static void test_opening_hours(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        const struct OpenCase *c = &opens[i];
        if ((world_store_permil(c->store, c->hour, c->weekday) > 0) != c->open) {
            fail_msg("store %u at %u on day %u", c->store, c->hour, c->weekday);
        }
    }
}

static const struct SeasonCase {
    const char *day, *coupon;
    uint32_t online_min, store_max;
} seasons[] = {
    {"2025-11-27", "BLACK25", 1400, 1300},  {"2025-11-28", "BLACK25", 3000, 2500},
    {"2025-11-29", "BLACK25", 1900, 1700},  {"2025-12-01", "BLACK25", 2500, 1700},
    {"2025-12-02", "GIFT10", 1400, 1700},   {"2024-11-28", "BLACK25", 1400, 1300},
    {"2024-11-29", "BLACK25", 3000, 2500},  {"2024-12-02", "GIFT10", 1400, 1700},
    {"2025-11-23", "AUTUMN15", 1000, 1100}, {"2025-12-25", "SALE20", 700, 0},
    {"2026-01-01", "SALE30", 800, 0},       {"2026-01-20", "SALE30", 1300, 1500},
    {"2026-01-21", "SALE40", 800, 900},     {"2025-10-06", "AUTUMN15", 1000, 1000},
};

static void test_seasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof seasons / sizeof *seasons; i++) {
        const struct SeasonCase *c = &seasons[i];
        const Season s = world_season(ms_of(c->day) / 86400000);
        if (strcmp(s.coupon, c->coupon) != 0 || s.online_permil < c->online_min ||
            s.store_permil > c->store_max) {
            fail_msg("%s: %s, %u, %u", c->day, s.coupon, s.online_permil, s.store_permil);
        }
    }
}

static void test_a_household_has_one_name_and_one_address(void **state)
{
    (void)state;
    World *w = world_new(WORLD_SEED);
    assert_non_null(w);
    unsigned shared = 0, accounts = 0;
    Customer before = world_customer(w, 0);
    for (uint32_t i = 1; i < 20000; i++) {
        const Customer c = world_customer(w, i);
        accounts += c.account > 0;
        assert_true(c.account <= WORLD_ACCOUNTS);
        if (c.household == before.household) {
            shared++;
            assert_string_equal(c.last, before.last);
            assert_string_not_equal(c.first, before.first);
            assert_string_equal(c.postcode, before.postcode);
            assert_ptr_equal(c.street, before.street);
            assert_int_equal(c.house, before.house);
        } else {
            assert_int_equal(c.household, before.household + 1);
        }
        before = c;
    }
    assert_int_equal(shared, 10000); // five of ten live with one before them
    assert_in_range(accounts, 300, 800);
    world_free(w);
}

static void test_how_to_reach_somebody(void **state)
{
    (void)state;
    static const struct {
        const char *dial, *trunk;
        size_t digits;
    } phones[WORLD_COUNTRIES] = {{"+49151", "0151 ", 12}, {"+4474", "074 ", 11},
                                 {"+336", "06 ", 11},     {"+1555", "555 ", 11},
                                 {"+4851", "51 ", 10},    {"+4670", "070 ", 11},
                                 {"+4179", "079 ", 11},   {"+316", "06 ", 11}};
    World *w = world_new(WORLD_SEED);
    assert_non_null(w);
    for (uint32_t i = 0; i < RETAILER_CUSTOMERS; i += 7) {
        char email[WORLD_EMAIL], phone[WORLD_PHONE], home[WORLD_PHONE], street[80];
        const Customer c = world_customer(w, i);
        world_email(&c, email);
        world_phone(&c, false, phone);
        world_phone(&c, true, home);
        world_street(&c, street, sizeof street);
        for (const char *at = email; *at != 0; at++) {
            assert_true(*at > ' ' && *at < 127 && !(*at >= 'A' && *at <= 'Z'));
        }
        assert_non_null(strstr(email, "@mail.example"));
        assert_memory_equal(phone, phones[c.country].dial, strlen(phones[c.country].dial));
        assert_memory_equal(home, phones[c.country].trunk, strlen(phones[c.country].trunk));
        assert_in_range(strlen(phone) - 1, phones[c.country].digits - 1,
                        phones[c.country].digits + 1);
        assert_int_equal(strlen(c.postcode), strlen(world_countries[c.country].postcode));
        assert_non_null(strstr(street, c.street));
        assert_int_equal(world_card(&c), UINT64_C(290010000000) + i);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summer_time),
        cmocka_unit_test(test_opening_hours),
        cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_a_household_has_one_name_and_one_address),
        cmocka_unit_test(test_how_to_reach_somebody),
    };
    return cmocka_run_group_tests_name("demo/world", tests, NULL, NULL);
}
