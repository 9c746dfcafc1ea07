// SPDX-License-Identifier: Apache-2.0
/* What an event says, as a row: each case is an event, and the row as text. */
#include "behaviour/rows.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/money.h"
#include "profiles/profiles.h"

#include <fault/fault_alloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT = 1 << 16, CASES_MAX = 64 };

static void put_value(PtBuf *out, const ColumnsValue *v)
{
    pt_buf_printf(out, " %.*s=", PT_STR_ARG(v->path));
    if (v->kind == COLUMNS_NUMBER) {
        pt_buf_printf(out, "%.17g", v->number);
    } else if (v->kind == COLUMNS_TRUTH) {
        pt_buf_printf(out, "%s", v->truth ? "true" : "false");
    } else {
        pt_buf_printf(out, "'%.*s'", PT_STR_ARG(v->text));
    }
}

static void put_row(PtBuf *out, const ColumnsRow *row)
{
    char amount[PT_MONEY_TEXT] = "";
    pt_buf_printf(out, "%.*s|%.*s|", PT_STR_ARG(rows_channels[row->channel]),
                  PT_STR_ARG(row->store));
    if (row->has_amount) {
        pt_buf_add_str(out, pt_money_format(row->amount, amount));
    }
    pt_buf_printf(out, "|%s|", row->currency);
    for (size_t i = 0; i < row->value_count; i++) {
        put_value(out, &row->values[i]);
    }
    pt_buf_add_char(out, '\0');
}

static struct Case {
    const char *name, *raw, *common;
    uint16_t flags;
    EventType type;
    const char *event, *want; /* channel|store|amount|currency| path=value ... */
} cases[] = {
    {"nothing", "{}", "", 0, EVENT_TRACK, "Seen", "||||"},
    {"numbers, texts, truths; null and other lists are left out",
     "{\"properties\":{\"n\":1.5,\"m\":-2e3,\"t\":\"a b\",\"yes\":true,\"no\":false,\"nil\":null,"
     "\"list\":[1,{\"a\":[]}],\"empty\":\"\"}}",
     "", 0, EVENT_TRACK, "Seen",
     "|||| properties.n=1.5 properties.m=-2000 properties.t='a b' properties.yes=true "
     "properties.no=false properties.empty=''"},
    {"a number over the range of doubles", "{\"properties\":{\"n\":1e999,\"m\":1}}", "", 0,
     EVENT_TRACK, "Seen", "|||| properties.m=1"},
    {"nested objects: four names, no more",
     "{\"properties\":{\"a\":{\"b\":{\"c\":{\"d\":1,\"e\":{\"f\":2}},\"g\":3}},\"h\":4}}", "", 0,
     EVENT_TRACK, "Seen", "|||| properties.a.b.c.d=1 properties.a.b.g=3 properties.h=4"},
    {"escapes in names and texts", "{\"properties\":{\"caf\\u00e9\":\"a\\\"b\\n\"}}", "", 0,
     EVENT_TRACK, "Seen", "|||| properties.caf\xc3\xa9='a\"b\n'"},
    {"products: how many", "{\"properties\":{\"products\":[{\"sku\":\"a\"},{\"sku\":[1,2]},3]}}",
     "", 0, EVENT_TRACK, "Seen", "|||| properties.products=3"},
    {"products deeper down are a list as any",
     "{\"properties\":{\"a\":{\"products\":[1]},\"products\":[]}}", "", 0, EVENT_TRACK, "Seen",
     "|||| properties.products=0"},
    {"a key that comes twice: the last",
     "{\"properties\":{\"a\":1,\"b\":2,\"a\":\"x\",\"b\":null}}", "", EVENT_DUPLICATE_KEY,
     EVENT_TRACK, "Seen", "|||| properties.a='x'"},
    {"an object and then a scalar of one name",
     "{\"properties\":{\"a\":{\"b\":1,\"c\":2},\"ab\":3,\"a\":5}}", "", EVENT_DUPLICATE_KEY,
     EVENT_TRACK, "Seen", "|||| properties.ab=3 properties.a=5"},
    {"a name with a dot in it meets a path", "{\"properties\":{\"a\":{\"b\":1},\"a.b\":2}}", "", 0,
     EVENT_TRACK, "Seen", "|||| properties.a.b=2"},
    {"properties that come twice",
     "{\"properties\":{\"a\":1,\"total\":3},\"properties\":{\"b\":2}}", "", EVENT_DUPLICATE_KEY,
     EVENT_TRACK, "Seen", "|||| properties.b=2"},
    {"properties that are none", "{\"properties\":[1]}", "", 0, EVENT_TRACK, "Seen", "||||"},
    {"context by its table, before the properties",
     "{\"properties\":{\"a\":1},\"context\":{\"locale\":\"de-AT\",\"device\":{\"type\":\"ios\","
     "\"id\":\"secret\",\"model\":\"X\"},\"ip\":\"::1\",\"campaign\":{\"source\":\"mail\"},"
     "\"page\":"
     "{\"path\":\"/a\",\"url\":\"http://x/a?b\",\"title\":\"A\"},\"traits\":{\"email\":\"a@b\"}}}",
     "", 0, EVENT_TRACK, "Seen",
     "app|||| context.campaign.source='mail' context.device.type='ios' context.device.model='X' "
     "context.locale='de-AT' context.page.path='/a' context.page.title='A' properties.a=1"},
    {"the batch's context under the event's own, member by member",
     "{\"context\":{\"device\":{\"model\":\"Y\"},\"locale\":null}}",
     "{\"sentAt\":\"x\",\"context\":{\"device\":{\"type\":\"ios\",\"model\":\"X\"},\"locale\":"
     "\"en\","
     "\"timezone\":\"UTC\"}}",
     0, EVENT_TRACK, "Seen",
     "|||| context.device.model='Y' context.locale='en' context.timezone='UTC'"},
    {"a context of the wrong kind", "{\"context\":{\"device\":\"x\",\"locale\":{\"a\":1}}}", "", 0,
     EVENT_TRACK, "Seen", "||||"},
    {"store_id before store before location_id",
     "{\"properties\":{\"location_id\":\"L\",\"store\":\"B\",\"store_id\":\" S7 \"}}", "", 0,
     EVENT_TRACK, "Seen",
     "store|S7||| properties.location_id='L' properties.store='B' properties.store_id=' S7 '"},
    {"a store by its number", "{\"properties\":{\"store_id\":12}}", "", 0, EVENT_TRACK, "Seen",
     "store|12||| properties.store_id=12"},
    {"a store that is an object", "{\"properties\":{\"store\":{\"id\":1},\"location_id\":\"L\"}}",
     "", 0, EVENT_TRACK, "Seen", "|L||| properties.store.id=1 properties.location_id='L'"},
    {"a store of the context", "{\"context\":{\"location\":{\"store_id\":\"S1\"}}}", "", 0,
     EVENT_TRACK, "Seen", "|S1|||"},
    {"total before revenue before value",
     "{\"properties\":{\"value\":1,\"revenue\":2,\"total\":3.25,\"currency\":\"eur\"}}", "", 0,
     EVENT_TRACK, "Order Completed",
     "||3.25|EUR| properties.value=1 properties.revenue=2 properties.total=3.25 "
     "properties.currency='eur'"},
    {"amounts as text, exact to the micro", "{\"properties\":{\"total\":\" 0.1000005 \"}}", "", 0,
     EVENT_TRACK, "Order Completed", "||0.1|| properties.total=' 0.1000005 '"},
    {"digits that a double would lose", "{\"properties\":{\"value\":9007199254.740993}}", "", 0,
     EVENT_TRACK, "Seen", "||9007199254.740993|| properties.value=9007199254.7409935"},
    {"a total that is none gives way", "{\"properties\":{\"total\":\"free\",\"value\":0}}", "", 0,
     EVENT_TRACK, "Seen", "||0|| properties.total='free' properties.value=0"},
    {"a refund told as a negative amount", "{\"properties\":{\"total\":-5}}", "", 0, EVENT_TRACK,
     "Order Refunded", "||5|| properties.total=-5"},
    {"a currency that is none", "{\"properties\":{\"value\":1,\"currency\":\"euro\"}}", "", 0,
     EVENT_TRACK, "Seen", "||1|| properties.value=1 properties.currency='euro'"},
    {"what is left of an erased event: its channel, no properties",
     "{\"properties\":{\"channel\":\"service\",\"store\":\"S\",\"total\":7,\"currency\":\"EUR\"}}",
     "", EVENT_ERASED, EVENT_TRACK, "Order Completed", "service|S|7|EUR|"},
    {"a channel in properties says nothing else", "{\"properties\":{\"channel\":\"service\"}}", "",
     0, EVENT_TRACK, "Seen", "|||| properties.channel='service'"},
    {"a page", "{\"name\":\"Home\",\"properties\":{\"path\":\"/\"}}", "", 0, EVENT_PAGE, "Home",
     "web|||| properties.path='/'"},
};

static EventView view_of(const struct Case *c)
{
    return (EventView){.type = c->type,
                       .name = pt_str(c->event),
                       .timestamp_ms = 7,
                       .raw = pt_str(c->raw),
                       .common = pt_str(c->common)};
}

static void reads(void **state)
{
    const struct Case *c = *state;
    PT_CLEANUP(pt_buf_done) PtBuf text;
    Rows *rows = NULL;
    ColumnsRow row;
    PtError err = {0};
    const PtRecord record = {.position = {0, 42}, .flags = c->flags, .source = 3};
    const EventView v = view_of(c);
    pt_buf_init(&text, TEXT);
    assert_int_equal(rows_new(&rows, &err), PT_OK);
    // what one event says is forgotten by the next
    const EventView other = {.raw =
                                 PT_STR("{\"channel\":\"browser\",\"context\":{\"locale\":\"x\"},"
                                        "\"properties\":{\"store_id\":1,\"total\":1,\"q\":2}}")};
    assert_int_equal(rows_read(rows, &record, &other, &row, &err), PT_OK);
    assert_int_equal(rows_read(rows, &record, &v, &row, &err), PT_OK);
    put_row(&text, &row);
    assert_string_equal(text.data, c->want);
    assert_int_equal(row.offset, 42);
    assert_int_equal(row.time_ms, 7);
    assert_int_equal(row.source, 3);
    assert_int_equal(row.node, 0);
    assert_int_equal(row.type, c->type);
    if ((c->flags & EVENT_ERASED) == 0) {
        assert_true(pt_str_eq(rows_channels[row.channel], profiles_channel(&v)));
    }
    rows_free(rows);
}

/* A channel is the same whoever works it out. */
static void channels_are_those_of_profiles(void **state)
{
    static const char *const events[] = {
        "{\"channel\":\"mobile\"}",
        "{\"context\":{\"channel\":\"POS\"}}",
        "{\"context\":{\"channel\":null},\"channel\":\"browser\"}",
        "{\"context\":{\"library\":{\"name\":\"analytics-next/npm\"}}}",
        "{\"context\":{\"library\":{\"name\":[1]},\"os\":{\"name\":\"iPadOS\"}}}",
        "{\"context\":{\"device\":{\"type\":\"kiosk\"}}}",
        "{\"context\":{\"userAgent\":\"Mozilla/5.0\"}}",
        "{\"context\":{\"userAgent\":\"Mozilla/5.0\"},\"properties\":{\"till_id\":1}}",
        "{\"context\":{\"page\":{}}}",
        "{\"context\":{\"page\":null}}",
        "{\"properties\":{\"storeId\":\"\"}}",
        "{\"properties\":{\"store_id\":null}}",
        "{\"properties\":{\"register\":{}}}",
        "{\"properties\":{\"register\":null,\"pos_id\":[]}}",
        "{\"context\":{\"channel\":\"\"},\"properties\":{\"store_id\":1}}",
    };
    Rows *rows = NULL;
    PtError err = {0};
    (void)state;
    assert_int_equal(rows_new(&rows, &err), PT_OK);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const EventView v = {.type = EVENT_TRACK, .raw = pt_str(events[i])};
        const PtRecord record = {.klass = PT_RECORD_EVENT};
        ColumnsRow row;
        assert_int_equal(rows_read(rows, &record, &v, &row, &err), PT_OK);
        if (!pt_str_eq(rows_channels[row.channel], profiles_channel(&v))) {
            fail_msg("%s: \"%s\"", events[i], rows_channels[row.channel].data);
        }
    }
    rows_free(rows);
}

static void what_is_over_a_bound_is_counted(void **state)
{
    PT_CLEANUP(pt_buf_done) PtBuf raw;
    Rows *rows = NULL;
    ColumnsRow row;
    PtError err = {0};
    const PtRecord record = {.klass = PT_RECORD_EVENT};
    (void)state;
    pt_buf_init(&raw, TEXT);
    pt_buf_printf(&raw, "{\"context\":{\"locale\":\"x\"},\"properties\":{");
    for (int i = 0; i < COLUMNS_ROW_PROPERTIES_MAX + 1; i++) {
        pt_buf_printf(&raw, "%s\"p%d\":%d", i > 0 ? "," : "", i, i);
    }
    pt_buf_printf(&raw, ",\"%0190d\":1,\"%0189d\":1}}", 0, 0); // 201 and 200 bytes with its front
    EventView v = {.raw = pt_buf_str(&raw)};
    assert_int_equal(rows_new(&rows, &err), PT_OK);
    assert_int_equal(rows_read(rows, &record, &v, &row, &err), PT_OK);
    assert_int_equal(row.value_count, COLUMNS_ROW_PROPERTIES_MAX);
    assert_true(pt_str_eq(row.values[0].path, PT_STR("context.locale")));
    assert_true(pt_str_eq(row.values[1].path, PT_STR("properties.p0")));
    assert_int_equal(rows_left_out(rows), 4);

    v.raw = PT_STR("{\"properties\":{\"a\":1}");
    assert_int_equal(rows_read(rows, &record, &v, &row, &err), PT_CORRUPT);
    v.raw = PT_STR("[]");
    assert_int_equal(rows_read(rows, &record, &v, &row, &err), PT_CORRUPT);
    rows_free(rows);
}

/* Paths of many properties that take the place of each other stay inside of their room. */
static void the_same_names_again_and_again(void **state)
{
    PT_CLEANUP(pt_buf_done) PtBuf raw;
    Rows *rows = NULL;
    ColumnsRow row;
    PtError err = {0};
    const PtRecord record = {.klass = PT_RECORD_EVENT, .flags = EVENT_DUPLICATE_KEY};
    (void)state;
    pt_buf_init(&raw, TEXT);
    pt_buf_printf(&raw, "{\"properties\":{\"first\":1");
    for (int i = 0; i < 150; i++) {
        pt_buf_printf(&raw, ",\"%0180d\":%d", i % 3, i);
    }
    pt_buf_printf(&raw, "}}");
    const EventView v = {.raw = pt_buf_str(&raw)};
    assert_int_equal(rows_new(&rows, &err), PT_OK);
    assert_int_equal(rows_read(rows, &record, &v, &row, &err), PT_OK);
    assert_true(row.value_count >= 1);
    assert_true(pt_str_eq(row.values[0].path, PT_STR("properties.first")));
    rows_free(rows);
}

static void no_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 2; n++) {
        Rows *rows = NULL;
        PtError err = {0};
        fault_alloc_fail(n, 0);
        assert_int_equal(rows_new(&rows, &err), PT_NO_MEMORY);
        fault_alloc_fail(0, 0);
    }
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tests[count++] = (struct CMUnitTest){
            .name = cases[i].name, .test_func = reads, .initial_state = &cases[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(channels_are_those_of_profiles);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(what_is_over_a_bound_is_counted);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(the_same_names_again_and_again);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(no_memory);
    return _cmocka_run_group_tests("behaviour/rows", tests, count, NULL, NULL);
}
