// SPDX-License-Identifier: Apache-2.0
/* Quality of sources: what one event lacks, and the counts over a real log and real tables. */
#include "profiles/quality_internal.h"
#include "profiles/view_rig.h"

#include <base/test_rows.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000, ARENA = 64 << 20 };

/* ---- One event ------------------------------------------------------------------------------- */

/* found: "kind: field problem; ..." as it is found, m missing, b malformed. */
static struct CheckCase {
    const char *name;
    EventType type;
    const char *event, *raw;
    unsigned flags;
    size_t identifiers;
    bool checked;
    const char *found;
} check_cases[] = {
    {"a whole order", EVENT_TRACK, "Order Completed",
     "{\"properties\":{\"order_id\":1,\"revenue\":\"12.50\",\"currency\":\"eur\",\"products\":[{"
     "\"price\":1}]}}",
     0, 1, true, ""},
    {"an empty order", EVENT_TRACK, "Order Completed", "{\"properties\":{}}", 0, 1, true,
     "Order Completed: properties.order_id m; Order Completed: properties.total or revenue m; "
     "Order Completed: properties.currency m; Order Completed: properties.products m; "},
    {"an order without properties", EVENT_TRACK, "Order Cancelled", "{}", 0, 1, true,
     "Order Cancelled: properties.order_id m; "},
    {"null, empty text, spaces and an empty list are missing", EVENT_TRACK, "Order Completed",
     "{\"properties\":{\"order_id\":null,\"total\":\"\",\"currency\":\" \",\"products\":[]}}", 0, 1,
     true,
     "Order Completed: properties.order_id m; Order Completed: properties.total or revenue m; "
     "Order Completed: properties.currency m; Order Completed: properties.products m; "},
    {"the last of equal names counts", EVENT_TRACK, "Order Cancelled",
     "{\"properties\":{\"order_id\":\"1\",\"order_id\":\"\"}}", 0, 1, true,
     "Order Cancelled: properties.order_id m; "},
    {"a currency that is none", EVENT_TRACK, "Order Refunded",
     "{\"properties\":{\"order_id\":\"1\",\"total\":1,\"currency\":\"EUX\"}}", 0, 1, true,
     "Order Refunded: properties.currency b; "},
    {"a currency by its sign", EVENT_TRACK, "Paid",
     "{\"properties\":{\"revenue\":1,\"currency\":\"\xe2\x82\xac\"}}", 0, 1, false,
     "track: properties.currency b; "},
    {"an amount that is no number", EVENT_TRACK, "Paid", "{\"properties\":{\"revenue\":\"1,50\"}}",
     0, 1, false, "track: properties.revenue b; "},
    {"a price that is no number", EVENT_TRACK, "Cart Viewed",
     "{\"properties\":{\"products\":[{\"price\":1},{\"price\":\"free\"}]}}", 0, 1, true,
     "Cart Viewed: properties.products.price b; "},
    {"an event of no known kind", EVENT_TRACK, "Clicked", "{\"properties\":{\"total\":\"x\"}}", 0,
     1, false, ""},
    {"identify with a name alone", EVENT_IDENTIFY, "", "{\"traits\":{\"firstName\":\"Ann\"}}", 0, 1,
     true, ""},
    {"identify with nothing that tells who", EVENT_IDENTIFY, "", "{\"traits\":{\"vip\":true}}", 0,
     1, true, "identify: traits.email, phone or name m; "},
    {"a mail address without a domain", EVENT_IDENTIFY, "", "{\"traits\":{\"email\":\"ann@shop\"}}",
     0, 1, true, "identify: traits.email b; "},
    {"a mail address with a space", EVENT_IDENTIFY, "", "{\"traits\":{\"email\":\"a b@c.at\"}}", 0,
     1, true, "identify: traits.email b; "},
    {"a good mail address with space around", EVENT_IDENTIFY, "",
     "{\"traits\":{\"email\":\" ann@shop.at \"}}", 0, 1, true, ""},
    {"a phone of four digits", EVENT_IDENTIFY, "", "{\"traits\":{\"phone\":\"12-34\"}}", 0, 1, true,
     "identify: traits.phone b; "},
    {"a phone of five digits", EVENT_IDENTIFY, "", "{\"traits\":{\"phone\":\"12-345\"}}", 0, 1,
     true, ""},
    {"a phone of sixteen digits", EVENT_IDENTIFY, "",
     "{\"traits\":{\"phone\":\"+1234567890123456\"}}", 0, 1, true, "identify: traits.phone b; "},
    {"a mail address with an empty part", EVENT_IDENTIFY, "",
     "{\"traits\":{\"email\":\"ann@shop..at\"}}", 0, 1, true, "identify: traits.email b; "},
    {"a price behind an escape in a list", EVENT_TRACK, "Cart Viewed",
     "{\"properties\":{\"products\":[{\"name\":\"\\u00e4\",\"price\":\"free\"}]}}", 0, 1, true,
     "Cart Viewed: properties.products.price b; "},
    {"context.traits of a track", EVENT_TRACK, "Seen",
     "{\"context\":{\"traits\":{\"email\":\"nobody\"}}}", 0, 1, false,
     "track: context.traits.email b; "},
    {"a page without its url", EVENT_PAGE, "Home", "{\"properties\":{}}", 0, 1, true,
     "page: properties.url or context.page.url m; "},
    {"a page whose context has it", EVENT_PAGE, "Home",
     "{\"context\":{\"page\":{\"url\":\"https://x\"}}}", 0, 1, true, ""},
    {"an account without a name", EVENT_GROUP, "", "{\"groupId\":\"g\"}", 0, 1, true,
     "group: traits.name m; "},
    {"no identifier", EVENT_TRACK, "Seen", "{}", 0, 0, true,
     "track: userId, anonymousId or another identifier m; "},
    {"flags of the record", EVENT_SCREEN, "", "{}",
     EVENT_REPLACED_TEXT | EVENT_DUPLICATE_KEY | EVENT_UNREADABLE_TIME | EVENT_CLAMPED, 1, false,
     "screen: text that is no Unicode b; screen: a key twice in one object b; screen: timestamp b; "
     "screen: timestamp in the future b; "},
    {"properties that are no object", EVENT_TRACK, "Order Updated", "{\"properties\":[1]}", 0, 1,
     true, "Order Updated: properties.order_id m; "},
};

static void check_finds(void **state)
{
    const struct CheckCase *c = *state;
    QualityFacts facts;
    char found[1024] = "";
    size_t len = 0;
    const EventView v = {.type = c->type, .name = pt_str(c->event), .raw = pt_str(c->raw)};
    quality_check(&v, c->flags, c->identifiers, "", &facts);
    for (size_t i = 0; i < facts.count; i++) {
        const QualityFact *f = &facts.found[i];
        len += (size_t)snprintf(found + len, sizeof found - len, "%s: %s %s; ", f->kind, f->field,
                                f->problem == QUALITY_IS_MISSING ? "m" : "b");
    }
    assert_string_equal(found, c->found);
    assert_int_equal(facts.checked, c->checked);
}

/* Of an identify with these traits: whether its phone is malformed. */
static struct PhoneCase {
    const char *name, *country, *traits; /* country: of the setting */
    bool bad;
} phone_cases[] = {
    {"it fits the default country", "AT", "\"phone\":\"0664 1234567\"", false},
    {"it is too short for the default country", "CH", "\"phone\":\"079 123 45 6\"", true},
    {"without a country it is not judged", "", "\"phone\":\"079 123 45 6\"", false},
    {"the country of the address goes first", "CH",
     "\"phone\":\"079 123 45 6\",\"address\":{\"city\":\"Wien\",\"country\":\"AT\"}", false},
    {"the country beside it goes before the address", "",
     "\"country\":\"Schweiz\",\"phone\":\"0664 12345678\",\"address\":{\"country\":\"AT\"}", true},
    {"an address that is a text says no country", "CH",
     "\"phone\":\"079 123 45 6\",\"address\":\"Wien\"", true},
    {"a country that nothing is known of", "CH",
     "\"country\":\"Atlantis\",\"phone\":\"079 123 45 6\"", false},
    {"a country that is null", "CH", "\"country\":null,\"phone\":\"079 123 45 6\"", true},
    {"it names its country and does not fit it", "", "\"phone\":\"+41 79 123 45 6\"", true},
    {"it is dialled abroad and does not fit", "", "\"phone\":\"0041 79 123 45 6\"", true},
    {"it names a country that nothing is known of", "CH", "\"phone\":\"+999 1234567\"", false},
    {"one with escapes is not judged", "CH", "\"phone\":\"07\\u0039 1\"", false},
    {"null is no phone", "CH", "\"name\":\"Ann\",\"phone\":null", false},
    {"a number without quotes", "CH", "\"phone\":41791234567", false},
    {"the last of equal names counts", "CH", "\"phone\":\"079 123\",\"phone\":\"079 123 45 67\"",
     false},
};

static void phone_of_a_country(void **state)
{
    const struct PhoneCase *c = *state;
    QualityFacts facts;
    char raw[256];
    (void)snprintf(raw, sizeof raw, "{\"traits\":{%s}}", c->traits);
    const EventView v = {.type = EVENT_IDENTIFY, .raw = pt_str(raw)};
    quality_check(&v, 0, 1, c->country, &facts);
    assert_int_equal(facts.count, c->bad);
    if (c->bad) {
        assert_string_equal(facts.found[0].field, "traits.phone");
    }
}

static void samples_are_the_highest(void **state)
{
    (void)state;
    static const uint64_t given[] = {5, 9, 9, 1, 7, 3, 8, 0, 5};
    static const uint64_t want[QUALITY_SAMPLES] = {9, 8, 7, 5, 3};
    uint64_t samples[QUALITY_SAMPLES];
    size_t count = 0;
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        quality_sample(samples, &count, given[i]);
    }
    assert_int_equal(count, QUALITY_SAMPLES);
    assert_memory_equal(samples, want, sizeof want);
}

static void quantiles_are_edges(void **state)
{
    (void)state;
    int64_t counts[QUALITY_COUNTS] = {0};
    assert_int_equal(quality_late_quantile_ms(counts, 50), -1);
    counts[QUALITY_LATE] = 10;
    counts[QUALITY_LATE_CLASS] = 5;
    counts[QUALITY_LATE_CLASS + QUALITY_LATE_CLASSES - 1] = 5;
    assert_int_equal(quality_late_quantile_ms(counts, 50), 2 * HOUR_MS);
    assert_int_equal(quality_late_quantile_ms(counts, 51), 90 * 24 * (int64_t)HOUR_MS);
}

/* ---- Over a log ------------------------------------------------------------------------------ */

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static PtArena *arena;

static void send(RigSource source, EventType type, const char *body)
{
    EventOutcome outcome = {0};
    PtError err = {0};
    if (rig_call(&rig.rig, EVENT_CALL_TYPED, type, source, body, &outcome, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
}

static QualityPoint point(RigSource source, QualityStep step)
{
    QualityPoint *points;
    size_t count;
    PtError err = {0};
    const PtStatus st = profiles_quality_series(
        rig.profiles, &(QualityRange){base.source[source].number, step, 0, INT64_C(4000000000000)},
        arena, &points, &count, &err);
    if (st != PT_OK || count > 1) {
        fail_msg("%zu points: %s", count, err.message);
    }
    return count == 1 ? points[0] : (QualityPoint){.at_ms = 0};
}

static size_t fields(RigSource source, QualityField **ret_fields)
{
    size_t count = 0;
    PtError err = {0};
    if (profiles_quality_fields(
            rig.profiles,
            &(QualityRange){base.source[source].number, QUALITY_DAY, 0, INT64_C(4000000000000)}, 20,
            arena, ret_fields, &count, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return count;
}

static void same_after_a_rebuild(void)
{
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static const char order[] = "{\"userId\":\"u\",\"event\":\"Order Completed\",\"properties\":{"
                            "\"order_id\":\"1\",\"total\":\"x\",\"products\":[1]}}";

/* 2025-11-22T02:00:00Z is now: an hour is not late, a millisecond more is. */
static void send_mixture(void)
{
    send(RIG_PLAIN, EVENT_TRACK, order);
    send(RIG_PLAIN, EVENT_PAGE,
         "{\"userId\":\"u\",\"timestamp\":\"2025-11-22T01:00:00.000Z\","
         "\"properties\":{\"url\":\"/\"}}");
    send(RIG_PLAIN, EVENT_PAGE,
         "{\"userId\":\"u\",\"timestamp\":\"2025-11-22T00:59:59.999Z\","
         "\"properties\":{\"url\":\"/\"}}");
    send(RIG_PLAIN, EVENT_TRACK, "{\"userId\":\"u\"}"); // no name: quarantined
    send(RIG_PLAIN, EVENT_IDENTIFY,
         "{\"userId\":\"u\",\"timestamp\":\"2025-11-22T02:00:00Z\","
         "\"traits\":{\"name\":\"Ann\",\"tier\":\"gold\",\"city\":\"Graz\"}}");
    send(RIG_HISTORICAL, EVENT_IDENTIFY,
         "{\"userId\":\"u\",\"timestamp\":\"2025-11-21T02:00:00.001Z\","
         "\"traits\":{\"name\":\"Ann\",\"tier\":\"blue\",\"city\":\"Wien\"}}");
    send(RIG_HISTORICAL, EVENT_IDENTIFY,
         "{\"userId\":\"u\",\"timestamp\":\"2025-11-21T02:00:00Z\","
         "\"traits\":{\"name\":\"Ann\",\"tier\":\"red\"}}");
}

static void counts_are_by_source_and_hour(void **state)
{
    (void)state;
    QualityField *list;
    send_mixture();
    view_rig_run(&rig);
    const QualityPoint p = point(RIG_PLAIN, QUALITY_HOUR), day = point(RIG_PLAIN, QUALITY_DAY);
    assert_int_equal(p.at_ms, RIG_NOW);
    assert_int_equal(day.at_ms, RIG_NOW - 2 * HOUR_MS);
    assert_memory_equal(p.counts, day.counts, sizeof p.counts);
    static const int64_t want[QUALITY_LATE_CLASS] = {
        [QUALITY_RECEIVED] = 5,
        [QUALITY_EVENTS] = 4,
        [QUALITY_CHECKED] = 4,
        [QUALITY_TIMED] = 4,
        [QUALITY_MISSING] = 1,
        [QUALITY_MALFORMED] = 1,
        [QUALITY_LATE] = 1,
        [QUALITY_QUARANTINED] = 1,
        // the identify of the other source differs in two traits: one event
        [QUALITY_CONFLICTING] = 1};
    assert_memory_equal(p.counts, want, sizeof want);
    assert_int_equal(p.counts[QUALITY_LATE_CLASS], 1);
    const QualityPoint other = point(RIG_HISTORICAL, QUALITY_HOUR);
    assert_int_equal(other.counts[QUALITY_EVENTS], 2);
    assert_int_equal(other.counts[QUALITY_TIMED], 0);
    assert_int_equal(other.counts[QUALITY_CONFLICTING], 1); // a day apart is not in conflict
    assert_int_equal(fields(RIG_PLAIN, &list), 4);
    assert_int_equal(fields(RIG_HISTORICAL, &list), 2);
    assert_true(pt_str_eq(list[0].kind, PT_STR("trait")));
    assert_true(pt_str_eq(list[0].field, PT_STR("city")));
    assert_int_equal(list[0].sample_count, 1);
    assert_int_equal(list[0].samples[0], 5);
    same_after_a_rebuild();
}

/* Step by step, all at once, and after failures: the same. */
static void steps_do_not_matter(void **state)
{
    (void)state;
    PtError err = {0};
    for (int i = 0; i < 3; i++) {
        send_mixture();
        rig.fail_steps = (unsigned)i;
        (void)!view_rig_step(&rig, &err);
    }
    view_rig_run(&rig);
    same_after_a_rebuild();
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    send(RIG_HISTORICAL, EVENT_IDENTIFY,
         "{\"userId\":\"u\",\"timestamp\":\"2025-11-22T01:00:00Z\",\"traits\":{\"tier\":\"red\"}}");
    view_rig_run(&rig);
    same_after_a_rebuild();
}

static void dropped_identifiers_are_in_conflict(void **state)
{
    (void)state;
    QualityField *list;
    send(RIG_PLAIN, EVENT_IDENTIFY,
         "{\"userId\":\"u1\",\"anonymousId\":\"a\",\"traits\":{\"name\":\"A\"}}");
    send(RIG_PLAIN, EVENT_IDENTIFY, // one user id a person: a stays u1's
         "{\"userId\":\"u2\",\"anonymousId\":\"a\",\"traits\":{\"name\":\"B\"}}");
    view_rig_run(&rig);
    assert_int_equal(point(RIG_PLAIN, QUALITY_HOUR).counts[QUALITY_CONFLICTING], 1);
    assert_int_equal(fields(RIG_PLAIN, &list), 1);
    assert_true(pt_str_eq(list[0].kind, PT_STR("identifier")));
    assert_int_equal(list[0].problem, QUALITY_IS_CONFLICTING);
}

static void duplicates_are_there_at_once_and_stay(void **state)
{
    (void)state;
    const uint32_t source = base.source[RIG_PLAIN].number;
    profiles_quality_duplicates(rig.profiles, source, 2);
    assert_int_equal(point(RIG_PLAIN, QUALITY_HOUR).counts[QUALITY_DUPLICATE], 2);
    send_mixture();
    view_rig_run(&rig);
    profiles_quality_duplicates(rig.profiles, source, 1);
    const QualityPoint p = point(RIG_PLAIN, QUALITY_DAY);
    assert_int_equal(p.counts[QUALITY_DUPLICATE], 3);
    assert_int_equal(quality_of(&quality_measures[4], p.counts), 8);
    same_after_a_rebuild();
    view_rig_close(&rig); // what no step has taken goes with the process
    view_rig_reopen(&rig);
    assert_int_equal(point(RIG_PLAIN, QUALITY_DAY).counts[QUALITY_DUPLICATE], 3);
}

static void old_hours_go(void **state)
{
    (void)state;
    QualityPoint *points;
    QualityField *list;
    size_t count;
    PtError err = {0};
    const int64_t day_ms = 24 * (int64_t)HOUR_MS;
    const uint32_t source = base.source[RIG_PLAIN].number;
    send(RIG_PLAIN, EVENT_TRACK, order);
    view_rig_run(&rig);
    for (int i = 0; i < 2; i++) { // 90 days back is kept, 91 are not
        pt_clock_sim_set(base.clock, RIG_NOW + (90 + i) * day_ms);
        send(RIG_PLAIN, EVENT_PAGE, "{\"userId\":\"u\",\"properties\":{\"url\":\"/\"}}");
        view_rig_run(&rig);
        assert_int_equal(profiles_quality_series(
                             rig.profiles, &(QualityRange){source, QUALITY_HOUR, 0, INT64_MAX},
                             arena, &points, &count, &err),
                         PT_OK);
        assert_int_equal(count, 2);
        assert_int_equal(points[0].at_ms, i == 0 ? RIG_NOW : RIG_NOW + 90 * day_ms);
        assert_int_equal(fields(RIG_PLAIN, &list) > 0, i == 0);
    }
    assert_int_equal(profiles_quality_series(rig.profiles,
                                             &(QualityRange){source, QUALITY_DAY, 0, INT64_MAX},
                                             arena, &points, &count, &err),
                     PT_OK);
    assert_int_equal(count, 3);
    same_after_a_rebuild();
}

static void fields_are_bounded(void **state)
{
    (void)state;
    QualityField *list;
    for (int i = 0; i < QUALITY_FIELDS_MAX + 3; i++) {
        for (int value = 1; value <= 2; value++) {
            char body[256];
            (void)snprintf(body, sizeof body,
                           "{\"userId\":\"u\",\"timestamp\":\"2025-11-22T01:00:00Z\","
                           "\"traits\":{\"name\":\"A\",\"t%d\":%d}}",
                           i, value);
            send(value == 1 ? RIG_PLAIN : RIG_HISTORICAL, EVENT_IDENTIFY, body);
        }
    }
    view_rig_run(&rig);
    assert_int_equal(fields(RIG_PLAIN, &list), 20);
    assert_true(pt_str_eq(list[0].field, PT_STR("(other)"))); // the three that are too many
    assert_int_equal(list[0].events, 3);
    assert_int_equal(list[1].events, 1);
}

/* Every allocation of a step fails once. */
static void no_memory_is_made_good(void **state)
{
    (void)state;
    PtError err = {0};
    uint64_t made = 1;
    for (uint64_t nth = 1; nth <= made + 1; nth++) {
        view_rig_close(&rig);
        view_rig_reopen(&rig);
        send_mixture();
        fault_alloc_fail(nth, 0);
        (void)!view_rig_step(&rig, &err);
        made = fault_alloc_count();
        fault_alloc_fail(0, 0);
        view_rig_run(&rig);
    }
    same_after_a_rebuild();
}

static int set_up(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    if (!rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK || // rows that making its sources has put
        pt_sql_commit(&tx, NULL) != PT_OK) {
        return -1;
    }
    fs = fault_fs_new(1);
    arena = pt_arena_new(ARENA);
    if (fs == NULL || arena == NULL) {
        return -1;
    }
    view_rig_open(&rig, &base, fs);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    view_rig_done(&rig);
    fault_fs_free(fs);
    pt_arena_free(arena);
    rig_base_close(&base);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    struct CMUnitTest checks[PT_COUNT(check_cases) + PT_COUNT(phone_cases)];
    size_t n = 0;
    PT_TEST_ROWS(checks, n, check_cases, check_finds);
    PT_TEST_ROWS(checks, n, phone_cases, phone_of_a_country);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_the_highest),
        cmocka_unit_test(quantiles_are_edges),
        TEST(counts_are_by_source_and_hour),
        TEST(steps_do_not_matter),
        TEST(dropped_identifiers_are_in_conflict),
        TEST(duplicates_are_there_at_once_and_stay),
        TEST(old_hours_go),
        TEST(fields_are_bounded),
        TEST(no_memory_is_made_good),
    };
    return cmocka_run_group_tests_name("profiles/quality_check", checks, NULL, NULL) +
           cmocka_run_group_tests_name("profiles/quality", tests, NULL, NULL);
}
