// SPDX-License-Identifier: Apache-2.0
/* Deliveries over a real log and intake on a disk that fails on command. */
#include "connect/hook_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Cases ----------------------------------------------------------------------------------- */

static void test_once_and_in_order(void **state)
{
    static const struct {
        const char *topic, *id, *body;
        HookResult result;
        size_t events; /* in the log by then */
    } steps[] = {
        {"orders/updated", "u2", ORDER("1", "2026-05-02T00:00:00Z"), HOOK_LANDED, 1},
        {"orders/updated", "u1", ORDER("1", "2026-05-01T00:00:00Z"), HOOK_STALE, 1},
        {"orders/create", "c1", ORDER("1", "2026-05-01T00:00:00Z"), HOOK_LANDED, 2},
        {"orders/create", "c2", ORDER("1", "2026-05-03T00:00:00Z"), HOOK_STALE, 2},
        {"orders/updated", "u2", ORDER("1", "2026-05-02T00:00:00Z"), HOOK_LANDED, 2}, // a replay
        {"orders/updated", "u3", ORDER("1", "2026-05-02T00:00:00Z"), HOOK_LANDED, 3}, // as new
        {"refunds/create", "r1", REFUND, HOOK_LANDED, 4},
        {"refunds/create", "r2", REFUND, HOOK_STALE, 4},
        {"orders/delete", "x", "{\"id\":1}", HOOK_IGNORED, 4},
    };
    Shops *s = *state;
    EventView views[8];
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(shops_send_as(s, steps[i].topic, steps[i].id, steps[i].body), PT_OK);
        if (shops_last(s).result != steps[i].result ||
            shops_read(s, PT_RECORD_EVENT, views, 8) != steps[i].events) {
            fail_msg("step %zu: %s", i, hook_result_name(shops_last(s).result));
        }
    }
    HookHealth h;
    assert_int_equal(hooks_health(s->hooks, pt_str(s->shop.id), &h, NULL), PT_OK);
    assert_int_equal(h.deliveries, 9);
    assert_int_equal(h.duplicates, 1);
    assert_int_equal(h.minutes[HOOK_MINUTES - 1], 9);
}

/* Whichever comes first says under whom both are filed. */
static void test_whose_a_refund_is(void **state)
{
    Shops *s = *state;
    EventView v[4];
    assert_int_equal(shops_send(s, "refunds/create", REFUND), PT_OK);
    assert_int_equal(shops_send(s, "orders/create", ORDER("1", "2026-05-01T00:00:00Z")), PT_OK);
    assert_int_equal(shops_send(s, "orders/create", ORDER("2", "2026-05-01T00:00:00Z")), PT_OK);
    assert_int_equal(
        shops_send(s, "refunds/create",
                   "{\"id\":6,\"order_id\":2,\"refund_line_items\":[{\"subtotal\":1}]}"),
        PT_OK);
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, v, 4), 4);
    const char *const want[] = {"shopify:order:1", "shopify:order:1", "shopify:customer:7",
                                "shopify:customer:7"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(pt_str_eq(v[i].anonymous_id, pt_str(want[i])));
    }
    const PtStr gone = PT_STR("shopify:customer:7");
    assert_int_equal(hooks_erase(s->base.sql, &gone, 1, NULL), PT_OK);
    assert_int_equal(
        shops_send(s, "refunds/create",
                   "{\"id\":8,\"order_id\":2,\"refund_line_items\":[{\"subtotal\":1}]}"),
        PT_OK);
    EventView after[5];
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, after, 5), 5);
    assert_true(pt_str_eq(after[4].anonymous_id, PT_STR("shopify:order:2")));
}

/* Nothing is known from a delivery that is not in the log, and the vendor has to send it again. */
static void test_a_log_that_fails(void **state)
{
    Shops *s = *state;
    EventView v[4];
    fault_fs_fail_rate(s->fs, FAULT_ANY, 1000000, EIO);
    assert_int_equal(shops_send_as(s, "orders/create", "c", ORDER("1", "2026-05-01T00:00:00Z")),
                     PT_UNAVAILABLE);
    fault_fs_fail_rate(s->fs, FAULT_ANY, 0, 0);
    HookHealth h;
    assert_int_equal(hooks_health(s->hooks, pt_str(s->shop.id), &h, NULL), PT_OK);
    assert_int_equal(h.failed, 1);
    assert_int_equal(h.deliveries, 0);
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, v, 4), 0);
}

static void test_privacy(void **state)
{
    static const char person[] = "{\"customer\":{\"id\":7,\"email\":\"a@b.example\"}}";
    Shops *s = *state;
    EventView v[4];
    assert_int_equal(shops_send(s, "customers/redact", person), PT_OK);
    assert_int_equal(shops_last(s).result, HOOK_QUARANTINED); // there is nobody to take it
    hooks_on_privacy(s->hooks, shops_desk, s);
    assert_int_equal(shops_send(s, "customers/redact", person), PT_OK);
    assert_int_equal(shops_last(s).result, HOOK_PRIVACY);
    assert_int_equal(s->asked, HOOK_PRIVACY_ERASE);
    assert_int_equal(s->identifiers, 2);
    assert_int_equal(shops_send(s, "shop/redact", "{\"shop_id\":1}"), PT_OK);
    assert_int_equal(s->asked, HOOK_PRIVACY_ERASE_SHOP);
    s->desk = PT_INVALID; // whatever the desk says, the vendor comes again
    assert_int_equal(shops_send(s, "customers/data_request", person), PT_UNAVAILABLE);
    assert_int_equal(s->asks, 3);
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, v, 4), 0);
    assert_int_equal(shops_read(s, PT_RECORD_QUARANTINE, v, 4), 1);
}

static const PtRecord *first_quarantined(Shops *s, PtLogReader **reader)
{
    const PtRecord *record = NULL;
    size_t count = 1;
    assert_int_equal(pt_log_reader_open(s->rig.log, NULL, 0, 0, reader, NULL), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(*reader, 1, true, &record, &count, NULL), PT_OK);
        if (count > 0 && record->klass == PT_RECORD_QUARANTINE) {
            return record;
        }
    }
    return NULL;
}

static void test_remap(void **state)
{
    Shops *s = *state;
    PtLogReader *reader = NULL;
    PtStr event = {NULL, 0};
    PtError err = {0};
    assert_int_equal(shops_send(s, "customers/redact", "{\"customer\":{\"id\":7}}"), PT_OK);
    const PtRecord *record = first_quarantined(s, &reader);
    assert_non_null(record);
    assert_int_equal(hooks_remap(s->hooks, record, s->arena, &event, &err), PT_INVALID);
    EventView v;
    assert_int_equal(event_payload_read(record, &v, NULL), PT_OK);
    assert_int_equal(v.reason, EVENT_REASON_UNMAPPED_DELIVERY);
    assert_true(pt_str_has(v.raw, PT_STR("\"body\":\"{\\\"customer\\\"")));
    assert_int_equal(hooks_remove(s->hooks, pt_str(s->shop.id), &shops_someone, NULL), PT_OK);
    assert_int_equal(hooks_remap(s->hooks, record, s->arena, &event, &err), PT_NOT_FOUND);
    pt_log_reader_close(reader);
    assert_int_equal(shops_send(s, "orders/create", "{}"), PT_NOT_FOUND);
}

/* Bytes that are no text are kept as they are, in base64. */
static void test_bytes_are_kept(void **state)
{
    Shops *s = *state;
    EventView v[1];
    assert_int_equal(shops_send(s, "orders/create", "\xff\xfe"), PT_OK);
    assert_int_equal(shops_read(s, PT_RECORD_QUARANTINE, v, 1), 1);
    assert_true(pt_str_has(v[0].raw, PT_STR("\"body_base64\":\"//4=\"")));
}

/* Text that is too long with its escapes is kept in base64, not sent back for ever. */
static void test_escapes_are_bounded(void **state)
{
    enum { LEN = HOOK_BODY_MAX - 1 };
    Shops *s = *state;
    EventView v[1];
    char *body = malloc(LEN + 1);
    assert_non_null(body);
    memset(body, 1, LEN);
    body[LEN] = '\0';
    assert_int_equal(shops_send(s, "orders/create", body), PT_OK);
    free(body);
    assert_int_equal(shops_last(s).result, HOOK_QUARANTINED);
    assert_int_equal(shops_read(s, PT_RECORD_QUARANTINE, v, 1), 1);
    assert_true(pt_str_has(v[0].raw, PT_STR("\"body_base64\":\"AQEB")));
}

static void remove_shop(Shops *s)
{
    assert_int_equal(hooks_remove(s->hooks, pt_str(s->shop.id), &shops_someone, NULL), PT_OK);
}

/* A connector that goes while a delivery is under way leaves no rows behind. */
static void test_removed_meanwhile(void **state)
{
    Shops *s = *state;
    PtSqlTx *tx = NULL;
    HookKnown known;
    HookTrack *t = hook_track_new();
    assert_int_equal(
        shops_send_while(s, "orders/create", "d", ORDER("1", "2026-05-01T00:00:00Z"), remove_shop),
        PT_UNAVAILABLE);
    assert_int_equal(pt_sql_begin(s->base.sql, false, &tx, NULL), PT_OK);
    assert_int_equal(hook_object_get(s->hooks, tx, pt_str(s->shop.id), PT_STR("order:1/completed"),
                                     s->arena, &known, NULL),
                     PT_OK);
    assert_false(known.found);
    assert_int_equal(hook_read_ring(tx, pt_str(s->shop.id), t, NULL), PT_OK);
    assert_int_equal(t->ring[1].number, 0);
    pt_sql_rollback(tx);
    hook_track_unref(t);
}

/* A quarantined delivery of an order that makes several events. */
static void quarantine_order(Shops *s)
{
    char body[1000];
    EventSource source;
    EventOutcome outcome = {0};
    assert_true(event_source_by_ref(s->base.sources, PT_STR("keep"), &source));
    (void)snprintf(body, sizeof body,
                   "{\"batch\":[{\"messageId\":\"q\",\"connector\":\"%s\",\"topic\":"
                   "\"order.updated\",\"delivery\":\"d\",\"body\":\"{\\\"id\\\":4,\\\"status\\\":"
                   "\\\"refunded\\\",\\\"total\\\":\\\"5\\\",\\\"currency\\\":\\\"EUR\\\","
                   "\\\"refunds\\\":[{\\\"id\\\":8,\\\"total\\\":\\\"-2\\\"}]}\"}]}",
                   s->shop.id);
    const EventCall call = {.kind = EVENT_CALL_BATCH,
                            .body = pt_str(body),
                            .key = pt_str(source.write_key),
                            .peer = PT_STR(""),
                            .refused = PT_STR("no mapping")};
    assert_int_equal(events_intake(s->rig.intake, &call, &outcome, NULL), PT_OK);
    pt_log_flush(s->rig.log);
    assert_int_equal(event_intake_wait(s->rig.intake, outcome.round, NULL), PT_OK);
}

/* A redrive whose events were dropped is none: nothing is known from it. */
static void test_remap_of_disabled(void **state)
{
    Shops *s = *state;
    PtLogReader *reader = NULL;
    PtStr event = {NULL, 0};
    PtError err = {0};
    HookMadeSecret made;
    const HookEdit add = {
        .name = PT_STR("woo"), .source = PT_STR("keep"), .secret = PT_STR(SECRET)};
    assert_int_equal(hooks_add(s->hooks, PT_STR("woocommerce"), &add, &shops_someone, s->arena,
                               &s->shop, &made, NULL),
                     PT_OK);
    quarantine_order(s);
    const PtRecord *record = first_quarantined(s, &reader);
    assert_non_null(record);
    shops_change_source(s, false);
    assert_int_equal(hooks_remap(s->hooks, record, s->arena, &event, &err), PT_CONFLICT);
    assert_null(event.data);
    shops_change_source(s, true);
    assert_int_equal(hooks_remap(s->hooks, record, s->arena, &event, &err), PT_OK);
    pt_log_reader_close(reader);
}

/* The sample lives for its hour, though nobody asks for it; events that were quarantined are the
 * last failure. */
static void test_track(void **state)
{
    HookTrack *t = hook_track_new();
    const HookDelivery d = {.number = 1, .time_ms = 5, .result = HOOK_LANDED, .reason = "bad"};
    (void)state;
    hook_track_sample(t, PT_STR("{}"), 7);
    hook_track_good(t, &d, 0, 7 + HOOK_SAMPLE_MS);
    assert_non_null(t->sample);
    assert_string_equal(t->health.last_error, "");
    hook_track_good(t, &d, 1, 7 + HOOK_SAMPLE_MS + 1);
    assert_null(t->sample);
    assert_string_equal(t->health.last_error, "bad");
    hook_track_unref(t);
}

static void test_reopened(void **state)
{
    Shops *s = *state;
    HookConnector *list = NULL;
    size_t count = 0;
    EventView v[4];
    assert_int_equal(shops_send(s, "orders/create", ORDER("1", "2026-05-01T00:00:00Z")), PT_OK);
    hooks_close(s->hooks);
    shops_open(s);
    assert_int_equal(shops_last(s).number, 1);
    assert_int_equal(shops_send(s, "orders/create", ORDER("1", "2026-05-01T00:00:00Z")), PT_OK);
    assert_int_equal(shops_last(s).number, 2);
    assert_int_equal(shops_read(s, PT_RECORD_EVENT, v, 4), 1);
    assert_int_equal(hooks_list(s->hooks, s->arena, &list, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_true(pt_str_eq(list[0].name, PT_STR("shop")) && list[0].has_secret);
}

static void test_rotated(void **state)
{
    static const struct {
        int64_t keep_hours, after_ms;
        PtStatus want; /* of a delivery under the secret before */
    } cases[] = {
        {0, 0, PT_UNAUTHENTICATED}, {1, 3600000 - 1, PT_OK}, {1, 3600000, PT_UNAUTHENTICATED}};
    Shops *s = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HookConnector c;
        HookMadeSecret made;
        assert_int_equal(hooks_rotate(s->hooks, pt_str(s->shop.id), PT_STR(SECRET), 0,
                                      &shops_someone, s->arena, &c, &made, NULL),
                         PT_OK);
        assert_int_equal(hooks_rotate(s->hooks, pt_str(s->shop.id), PT_STR("another"),
                                      cases[i].keep_hours, &shops_someone, s->arena, &c, &made,
                                      NULL),
                         PT_OK);
        assert_int_equal(made.text[0], '\0');
        pt_clock_sim_advance(s->base.clock, cases[i].after_ms);
        assert_int_equal(shops_send(s, "products/update", "{}"), cases[i].want);
    }
}

static void test_changed_meanwhile(void **state)
{
    static const struct {
        int64_t off_ms;
        PtStatus want;
        const char *name; /* afterwards */
    } cases[] = {{-1, PT_CONFLICT, "shop"}, {1, PT_CONFLICT, "shop"}, {0, PT_OK, "renamed"}};
    Shops *s = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HookConnector c;
        const HookEdit edit = {.name = PT_STR("renamed"),
                               .if_changed_ms = s->shop.changed_ms + cases[i].off_ms};
        assert_int_equal(
            hooks_change(s->hooks, pt_str(s->shop.id), &edit, &shops_someone, s->arena, &c, NULL),
            cases[i].want);
        assert_int_equal(hooks_get(s->hooks, pt_str(s->shop.id), s->arena, &c, NULL), PT_OK);
        assert_true(pt_str_eq(c.name, pt_str(cases[i].name)));
    }
}

static void test_most_connectors(void **state)
{
    Shops *s = *state;
    PtStatus st = PT_OK;
    for (int i = 1; i <= HOOK_CONNECTORS_MAX; i++) {
        char name[20];
        HookConnector c;
        HookMadeSecret made;
        (void)snprintf(name, sizeof name, "shop %d", i);
        const HookEdit edit = {.name = pt_str(name), .source = PT_STR("keep")};
        pt_arena_clear(s->arena);
        st = hooks_add(s->hooks, PT_STR("webhook"), &edit, &shops_someone, s->arena, &c, &made,
                       NULL);
        assert_int_equal(st, i < HOOK_CONNECTORS_MAX ? PT_OK : PT_TOO_LARGE);
        assert_true(st != PT_OK || pt_str_starts(pt_str(made.text), PT_STR("whsec_")));
    }
}

#define SHOP_TEST(fn) cmocka_unit_test_setup_teardown(fn, shops_set_up, shops_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(test_once_and_in_order),
        SHOP_TEST(test_whose_a_refund_is),
        SHOP_TEST(test_a_log_that_fails),
        SHOP_TEST(test_privacy),
        SHOP_TEST(test_remap),
        SHOP_TEST(test_bytes_are_kept),
        SHOP_TEST(test_escapes_are_bounded),
        SHOP_TEST(test_removed_meanwhile),
        SHOP_TEST(test_remap_of_disabled),
        cmocka_unit_test(test_track),
        SHOP_TEST(test_reopened),
        SHOP_TEST(test_rotated),
        SHOP_TEST(test_changed_meanwhile),
        SHOP_TEST(test_most_connectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
