// SPDX-License-Identifier: Apache-2.0
/* The parts of a destination that need no thread: what is queued, what people write into a
 * definition, figures.
 */
#include "base/json.h"
#include "base/map.h"
#include "base/test_rows.h"
#include "connect/destination_internal.h"

#include <fault/fault_alloc.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA = 1 << 20 };

/* ---- What is queued -----------------------------------------------------------------------------
 */

static DeliverEvent *queue(DeliverWindow *w, uint64_t offset, const char *device, const char *user,
                           DeliverOrigin origin)
{
    const PtRecord r = {.position = {0, offset}, .payload = PT_STR("payload")};
    const EventView v = {.anonymous_id = pt_str(device), .user_id = pt_str(user)};
    DeliverEvent *e = deliver_window_add(w, &r, &v, origin, 0);
    assert_non_null(e);
    if (origin == DELIVER_LIVE) {
        w->read_next = offset + 1;
    }
    return e;
}

static void test_position_is_the_oldest_unsettled(void **state)
{
    DeliverWindow w;
    (void)state;
    deliver_window_init(&w, 4, 10);
    assert_int_equal(deliver_window_position(&w), 10);
    DeliverEvent *a = queue(&w, 10, "a", "", DELIVER_LIVE),
                 *b = queue(&w, 12, "b", "", DELIVER_LIVE),
                 *c = queue(&w, 15, "c", "", DELIVER_LIVE);
    assert_int_equal(w.queued, 3);
    assert_ptr_equal(deliver_window_take(&w, b->queue), b->queue == a->queue ? a : b);
    deliver_window_put_back(&w, b->queue == a->queue ? a : b);
    while (deliver_window_take(&w, &w.lanes[0]) != NULL || deliver_window_take(&w, &w.lanes[1]) ||
           deliver_window_take(&w, &w.lanes[2]) || deliver_window_take(&w, &w.lanes[3])) {
    }
    assert_int_equal(w.queued, 0);
    deliver_window_settle(&w, b);
    assert_int_equal(deliver_window_position(&w), 10);
    deliver_window_settle(&w, a);
    assert_int_equal(deliver_window_position(&w), 15);
    deliver_window_settle(&w, c);
    assert_int_equal(deliver_window_position(&w), 16);
    assert_int_equal(w.count, 0);
    assert_int_equal(w.bytes, 0);
    deliver_window_clear(&w);
}

static void test_lanes_keep_a_device_in_order(void **state)
{
    DeliverWindow w;
    (void)state;
    deliver_window_init(&w, 16, 0);
    DeliverEvent *before = queue(&w, 0, "phone", "", DELIVER_LIVE),
                 *after = queue(&w, 1, "phone", "ann", DELIVER_LIVE), // has signed in
                     *till = queue(&w, 2, "", "ann", DELIVER_LIVE),
                 *again = queue(&w, 3, "", "ann", DELIVER_LIVE),
                 *side = queue(&w, 0, "phone", "", DELIVER_RETRY);
    assert_ptr_equal(before->queue, after->queue);
    assert_ptr_equal(till->queue, again->queue);
    assert_ptr_equal(side->queue, &w.side);
    assert_int_equal(w.count, 4);
    DeliverQueue *q = before->queue;
    assert_ptr_equal(deliver_window_take(&w, q), before);
    deliver_window_put_back(&w, before);
    assert_ptr_equal(deliver_window_take(&w, q), before);
    deliver_window_append(&w, before);
    assert_ptr_equal(q->last, before);
    deliver_window_clear(&w);
    assert_int_equal(w.read_next, 4);
}

static void test_the_window_has_a_bound(void **state)
{
    DeliverWindow w;
    (void)state;
    deliver_window_init(&w, 1, 0);
    for (uint64_t i = 0; i < DELIVER_QUEUED_MAX; i++) {
        assert_false(deliver_window_full(&w));
        (void)queue(&w, i, "", "", DELIVER_LIVE);
    }
    assert_true(deliver_window_full(&w));
    deliver_window_settle(&w, deliver_window_take(&w, &w.lanes[0]));
    assert_false(deliver_window_full(&w));
    const PtRecord r = {.payload = PT_STR("x")};
    const EventView v = {.name = PT_STR("")};
    fault_alloc_fail(1, 1);
    assert_null(deliver_window_add(&w, &r, &v, DELIVER_LIVE, 0));
    fault_alloc_fail(0, 0);
    deliver_window_clear(&w);
}

/* ---- Definitions
 * --------------------------------------------------------------------------------- */

static struct TextCase {
    const char *name, *json, *want, *error; /* want: "name=value;" in order, null as "~" */
} text_cases[] = {
    {"texts and null", "{\"a\":\"x\",\"b\":null,\"c\":\"\\u00e4\"}", "a=x;b=~;c=\xc3\xa4;", NULL},
    {"none", "{}", "", NULL},
    {"three are the most", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}", "a=1;b=2;c=3;", NULL},
    {"four are too many", "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\"}", NULL,
     "s: over 3 members"},
    {"a number", "{\"a\":1}", NULL, "s.a: not a text"},
    {"a list", "[]", NULL, "s: not an object"},
    {"cut off", "{\"a\":\"1\"", NULL, "s: not an object"},
    {"more behind", "{} {}", NULL, "s: not an object"},
};

static void test_texts(void **state)
{
    const struct TextCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    DeliverText *texts;
    size_t count = 0;
    PtError err = {0};
    char got[200] = "";
    PtStatus st = deliver_texts(pt_str(c->json), "s", 3, arena, &texts, &count, &err);
    if (c->error != NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_string_equal(err.message, c->error);
        return;
    }
    assert_int_equal(st, PT_OK);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s=%s;", texts[i].name.data,
                       texts[i].null ? "~" : texts[i].value.data);
    }
    assert_string_equal(got, c->want);
}

#define ROW "{\"to\", \"from\"}, {\"to\", \"trait\"} or {\"to\", \"value\"}"

static struct MapCase {
    const char *name, *mapping, *want, *error;
} map_cases[] = {
    {"members, lists and constants",
     "[{\"to\":\"a\",\"from\":\"properties.total\"},{\"to\":\"b.c\",\"from\":\"properties.list.1."
     "x\"},"
     "{\"to\":\"d\",\"value\":{\"k\":[1,null]}},{\"to\":\"e\",\"value\":\"te\\\"xt\"},"
     "{\"to\":\"f\",\"value\":null}]",
     "{\"a\":12.50,\"b.c\":\"y\\\"z\",\"d\":{\"k\":[1,null]},\"e\":\"te\\\"xt\",\"f\":null}", NULL},
    {"what is not there is null",
     "[{\"to\":\"a\",\"from\":\"none\"},{\"to\":\"b\",\"from\":\"properties.list.2\"},"
     "{\"to\":\"c\",\"from\":\"event.deeper\"},{\"to\":\"d\",\"from\":\"properties.list.x\"}]",
     "{\"a\":null,\"b\":null,\"c\":null,\"d\":null}", NULL},
    {"whole objects", "[{\"to\":\"a\",\"from\":\"properties.list\"}]",
     "{\"a\":[{\"x\":1},{\"x\":\"y\\\"z\"}]}", NULL},
    {"traits of the person",
     "[{\"to\":\"a\",\"trait\":\"plan\"},{\"to\":\"b\",\"trait\":\"none\"},"
     "{\"to\":\"c\",\"trait\":\"home address\"}]",
     "{\"a\":\"gold\",\"b\":null,\"c\":{\"city\":\"York\"}}", NULL},
    {"no rows", "[]", "{}", NULL},
    {"no list", "{}", NULL, "mapping: not a list"},
    {"no JSON", "[", NULL, "mapping: not a list"},
    {"neither", "[{\"to\":\"a\"}]", NULL, "mapping: row 1 is not " ROW},
    {"both", "[{\"to\":\"a\",\"from\":\"b\",\"value\":1}]", NULL, "mapping: row 1 is not " ROW},
    {"a path and a trait", "[{\"to\":\"a\",\"from\":\"b\",\"trait\":\"c\"}]", NULL,
     "mapping: row 1 is not " ROW},
    {"a trait and a value", "[{\"to\":\"a\",\"trait\":\"c\",\"value\":null}]", NULL,
     "mapping: row 1 is not " ROW},
    {"a trait without a name", "[{\"to\":\"a\",\"trait\":\"\"}]", NULL,
     "mapping.trait: row 1 is not a text of 1..400 bytes"},
    {"another member", "[{\"to\":\"a\",\"from\":\"b\",\"as\":1}]", NULL,
     "mapping: row 1 is not " ROW},
    {"no name", "[{\"to\":\"\",\"from\":\"b\"}]", NULL,
     "mapping.to: row 1 is not a text of 1..100 bytes"},
    {"twice", "[{\"to\":\"a\",\"from\":\"b\"},{\"to\":\"a\",\"from\":\"c\"}]", NULL,
     "mapping: rows 1 and 2 write the same name"},
};

static const char event_json[] =
    "{\"messageId\":\"m\",\"event\":\"Bought\",\"properties\":{\"total\":12.50,"
    "\"list\":[{\"x\":1},{\"x\":\"y\\\"z\"}]}}";

static const PtStr somebody_names[] = {PT_STR_INIT("plan"), PT_STR_INIT("none"),
                                       PT_STR_INIT("home address")};
static PtStr somebody_values[] = {
    PT_STR_INIT("\"gold\""), {NULL, 0}, PT_STR_INIT("{\"city\":\"York\"}")};
static const DeliverSubject somebody = {
    .traits = somebody_names, .values = somebody_values, .trait_count = 3};

static void test_mapping(void **state)
{
    const struct MapCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    DeliverColumn *columns;
    size_t count = 0;
    PtStr mapped;
    PtError err = {0};
    PtStatus st = deliver_mapping_read(pt_str(c->mapping), arena, &columns, &count, &err);
    if (c->error != NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_string_equal(err.message, c->error);
        return;
    }
    assert_int_equal(st, PT_OK);
    assert_int_equal(
        deliver_mapping_apply(columns, count, pt_str(event_json), &somebody, arena, &mapped, &err),
        PT_OK);
    assert_string_equal(mapped.data, c->want);
}

static void test_a_mapping_has_at_most_100_rows(void **state)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    (void)state;
    for (int rows = 100; rows <= 101; rows++) {
        PtBuf text;
        DeliverColumn *columns;
        size_t count = 0;
        PtError err = {0};
        pt_buf_init(&text, ARENA);
        for (int i = 0; i < rows; i++) {
            pt_buf_printf(&text, "%s{\"to\":\"c%d\",\"value\":%d}", i == 0 ? "[" : ",", i, i);
        }
        pt_buf_add_char(&text, ']');
        PtStatus st = deliver_mapping_read(pt_buf_str(&text), arena, &columns, &count, &err);
        pt_buf_done(&text);
        assert_int_equal(st, rows == 100 ? PT_OK : PT_INVALID);
        assert_true(rows == 100 || strcmp(err.message, "mapping: over 100 rows") == 0);
    }
}

static struct EventsCase {
    const char *name, *json, *error;
} events_cases[] = {
    {"a name and another", "[{\"name\":\"A\"},{\"name\":\"B\",\"as\":\"b\"}]", NULL},
    {"null is no other name", "[{\"name\":\"A\",\"as\":null},{\"name\":\"B\",\"as\":\"b\"}]", NULL},
    {"an empty other name", "[{\"name\":\"A\",\"as\":\"\"}]",
     "events.as: row 1 is not a text of 1..400 bytes"},
    {"no name", "[{\"as\":\"b\"}]", "events.name: row 1 is not a text of 1..400 bytes"},
    {"twice", "[{\"name\":\"A\"},{\"name\":\"A\"}]", "events: row 2 names an event again"},
    {"another member", "[{\"name\":\"A\",\"to\":\"x\"}]",
     "events: row 1 is not {\"name\", \"as\"}"},
    {"no object", "[\"A\"]", "events: row 1 is not {\"name\", \"as\"}"},
    {"no list", "{}", "events: not a list"},
};

static void test_events(void **state)
{
    const struct EventsCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PtMap *events = NULL;
    PtError err = {0};
    PtStatus st = deliver_events_read(pt_str(c->json), arena, &events, &err);
    if (c->error != NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_string_equal(err.message, c->error);
        return;
    }
    assert_int_equal(st, PT_OK);
    const PtStr *a = pt_map_get(events, PT_STR("A")), *b = pt_map_get(events, PT_STR("B"));
    assert_int_equal(a->len, 0);
    assert_true(pt_str_eq(*b, PT_STR("b")));
    assert_null(pt_map_get(events, PT_STR("C")));
    pt_map_free(events, NULL);
}

static struct RenameCase {
    const char *name, *json, *want;
} rename_cases[] = {
    {"a track", "{\"type\":\"track\",\"event\":\"A\\\"\",\"properties\":{\"event\":\"A\"}}",
     "{\"type\":\"track\",\"event\":\"n\\\"w\",\"properties\":{\"event\":\"A\"}}"},
    {"a page", "{\"properties\":{\"name\":\"A\"},\"name\":\"Home\",\"x\":1}",
     "{\"properties\":{\"name\":\"A\"},\"name\":\"n\\\"w\",\"x\":1}"},
    {"null is none", "{\"event\":null,\"name\":\"A\"}", "{\"event\":null,\"name\":\"n\\\"w\"}"},
    {"no name", "{\"type\":\"identify\"}", "{\"type\":\"identify\"}"},
};

static void test_rename(void **state)
{
    const struct RenameCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PtStr got;
    assert_int_equal(deliver_rename(pt_str(c->json), PT_STR("n\"w"), arena, &got, NULL), PT_OK);
    assert_string_equal(got.data, c->want);
}

/* Reading and applying either works or says PT_NO_MEMORY. */
static PtStatus define_all(void)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    DeliverColumn *columns;
    DeliverText *texts;
    PtMap *events = NULL;
    PtStr *purposes, mapped;
    size_t count, more;
    if (arena == NULL) {
        return PT_NO_MEMORY;
    }
    PtStatus st = deliver_texts(PT_STR("{\"a\":\"b\"}"), "s", 3, arena, &texts, &count, NULL);
    if (st == PT_OK) {
        st = deliver_mapping_read(pt_str(map_cases[0].mapping), arena, &columns, &count, NULL);
    }
    if (st == PT_OK) {
        st = deliver_mapping_apply(columns, count, pt_str(event_json), &somebody, arena, &mapped,
                                   NULL);
    }
    if (st == PT_OK) {
        st = deliver_rename(pt_str(event_json), PT_STR("x"), arena, &mapped, NULL);
    }
    if (st == PT_OK) {
        st = deliver_purposes_read(PT_STR("[\"ads\",\"mail\"]"), arena, &purposes, &more, NULL);
    }
    if (st == PT_OK) {
        st = deliver_events_read(pt_str(events_cases[0].json), arena, &events, NULL);
    }
    pt_map_free(events, NULL);
    return st;
}

static void test_definitions_without_memory(void **state)
{
    uint64_t nth = 1;
    PtStatus st = PT_NO_MEMORY;
    (void)state;
    for (; st != PT_OK && nth < 500; nth++) {
        fault_alloc_fail(nth, 0);
        st = define_all();
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 5);
}

/* ---- Filters that ask for traits ---------------------------------------------------------------
 */

typedef struct TraitsCase {
    const char *name, *filter;
    int total;          /* of the event */
    const char *traits; /* what is known, "name json;" each; NULL: the event is nobody's */
    const char *read;   /* names that are read of the person */
    bool sieved, holds; /* asked when it is read; when a request is built */
} TraitsCase;

#define DEAR "{\"property\":\"total\",\"is\":\"at_least\",\"value\":10}"
#define GOLD "{\"trait\":\"plan\",\"is\":\"equals\",\"value\":\"gold\"}"

static TraitsCase traits_cases[] = {
    {"no trait: all is asked when it is read", DEAR, 10, NULL, "", true, true},
    {"no trait: too cheap", DEAR, 9, NULL, "", false, true},
    {"one that holds", GOLD, 1, "plan \"GOLD\";", "plan ", true, true},
    {"one that does not", GOLD, 1, "plan \"silver\";", "plan ", true, false},
    {"nobody has none", GOLD, 1, NULL, "plan ", true, false},
    {"nobody is not gold", "{\"not\":" GOLD "}", 1, NULL, "plan ", true, true},
    {"both: the event fails first", "{\"all\":[" GOLD "," DEAR "]}", 9, "plan \"gold\";", "plan ",
     false, false},
    {"both: the person fails", "{\"all\":[" DEAR "," GOLD "]}", 10, "plan \"x\";", "plan ", true,
     false},
    {"both hold", "{\"all\":[" DEAR "," GOLD "]}", 10, "plan \"gold\";", "plan ", true, true},
    {"either: the event alone does not tell", "{\"any\":[" DEAR "," GOLD "]}", 9, "plan \"gold\";",
     "plan ", true, true},
    {"inside of another", "{\"all\":[{\"any\":[" DEAR "," GOLD "]}," DEAR "]}", 9, NULL, "plan ",
     false, false},
    {"one trait in two ways",
     "{\"all\":[{\"trait\":\"n\",\"is\":\"more\",\"value\":5},"
     "{\"trait\":\"n\",\"is\":\"equals\",\"value\":\"7\"}]}",
     1, "n \"7\";", "n ", true, true},
    {"a time", "{\"trait\":\"since\",\"is\":\"before\",\"value\":\"2026-01-01\"}", 1,
     "since \"2025-12-31\";", "since ", true, true},
    {"null is none", "{\"trait\":\"a b\",\"is\":\"absent\"}", 1, "a b null;", "a b ", true, true},
};

static PtStatus known_traits(void *ctx, const EventView *view, uint64_t offset, const PtStr *names,
                             size_t count, PtArena *arena, PtStr *ret_values)
{
    const char *known = *(const char **)ctx;
    (void)view;
    (void)offset;
    for (size_t i = 0; i < count; i++) {
        char start[64];
        (void)snprintf(start, sizeof start, "%.*s ", PT_STR_ARG(names[i]));
        const char *at = known != NULL ? strstr(known, start) : NULL;
        const char *json = at != NULL ? at + strlen(start) : NULL;
        ret_values[i] = json != NULL
                            ? pt_arena_str(arena, (PtStr){json, (size_t)(strchr(json, ';') - json)})
                            : (PtStr){NULL, 0};
    }
    return PT_OK;
}

static DeliverPlan *plan_with(const ConnectDestinationsConfig *c, const char *filter,
                              const char *mapping)
{
    const DestinationRow row = {.id = PT_STR("d"),
                                .kind = PT_STR("files"),
                                .settings = PT_STR("{\"folder\":\"x\"}"),
                                .secrets = PT_STR("{}"),
                                .filter = pt_str(filter),
                                .mapping = pt_str(mapping),
                                .purposes = PT_STR("[]")};
    DeliverPlan *plan = NULL;
    PtError err = {0};
    if (deliver_plan_new(c, &row, &plan, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return plan;
}

static void assert_read(const DeliverPlan *plan, const char *want)
{
    char got[100] = "";
    for (size_t i = 0; i < plan->trait_count; i++) {
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s ",
                       PT_STR_ARG(plan->traits[i]));
    }
    assert_string_equal(got, want);
}

static void test_traits(void **state)
{
    const TraitsCase *t = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PtValue values[8];
    const char *known = t->traits;
    const ConnectDestinationsConfig c = {.hooks = {.ctx = &known, .traits = known_traits}};
    PT_CLEANUP(deliver_plan_freep) DeliverPlan *plan = plan_with(&c, t->filter, "");
    Deliver d = {.c = &c, .plan = plan, .arena = arena, .values = values};
    char raw[100];
    (void)snprintf(raw, sizeof raw, "{\"type\":\"track\",\"properties\":{\"total\":%d}}", t->total);
    const PtRecord record = {.klass = PT_RECORD_EVENT};
    const EventView view = {.type = EVENT_TRACK, .raw = pt_str(raw)};
    DeliverSubject subject = {.record = &record, .view = &view};
    bool sieved = true, holds = true;
    if (plan->sieve.condition != NULL) {
        assert_int_equal(deliver_filter_holds(&d, &plan->sieve, &subject, &sieved, NULL), PT_OK);
    }
    assert_int_equal(deliver_person_read(&c, plan, arena, &subject, NULL), PT_OK);
    if (plan->filter.condition != NULL) {
        assert_int_equal(deliver_filter_holds(&d, &plan->filter, &subject, &holds, NULL), PT_OK);
    }
    assert_int_equal(sieved, t->sieved);
    assert_int_equal(holds, t->holds);
    assert_read(plan, t->read);
}

static void test_traits_of_filter_and_mapping_are_read_once(void **state)
{
    const ConnectDestinationsConfig c = {.hooks = {.ctx = NULL}};
    PT_CLEANUP(deliver_plan_freep)
    DeliverPlan *plan = plan_with(&c, "{\"any\":[" GOLD ",{\"trait\":\"n\",\"is\":\"exists\"}]}",
                                  "[{\"to\":\"p\",\"trait\":\"plan\"},{\"to\":\"m\",\"trait\":"
                                  "\"email\"},{\"to\":\"e\",\"from\":\"event\"}]");
    (void)state;
    assert_read(plan, "plan n email ");
    PT_CLEANUP(deliver_plan_freep)
    DeliverPlan *none = plan_with(&c, DEAR, "[{\"to\":\"e\",\"from\":\"event\"}]");
    assert_read(none, "");
    assert_null(none->filter.condition);
}

static PtStatus no_traits(void *ctx, const EventView *view, uint64_t offset, const PtStr *names,
                          size_t count, PtArena *arena, PtStr *ret_values)
{
    (void)view;
    (void)offset;
    (void)names;
    (void)count;
    (void)ret_values;
    const int *megabytes = ctx;
    for (int i = 0; i < *megabytes; i++) {
        (void)pt_arena_alloc(arena, 1, 1 << 20);
    }
    return *megabytes > 0 ? PT_NO_MEMORY : PT_UNAVAILABLE;
}

/* Nothing is taken for known that is not: the request waits, or the event is too much. */
static void test_traits_that_cannot_be_read(void **state)
{
    static const struct {
        int megabytes;
        PtStatus want;
    } rows[] = {{0, PT_UNAVAILABLE}, {1, PT_NO_MEMORY}, {17, PT_TOO_LARGE}};
    (void)state;
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DELIVER_ARENA_MAX);
        int megabytes = rows[i].megabytes;
        const ConnectDestinationsConfig c = {.hooks = {.ctx = &megabytes, .traits = no_traits}};
        PT_CLEANUP(deliver_plan_freep) DeliverPlan *plan = plan_with(&c, GOLD, "");
        const PtRecord record = {.klass = PT_RECORD_EVENT};
        DeliverSubject subject = {.record = &record};
        assert_int_equal(deliver_person_read(&c, plan, arena, &subject, NULL), rows[i].want);
        assert_int_equal(subject.trait_count, 0);
    }
}

/* ---- Answers
 * ------------------------------------------------------------------------------------- */

#define NOW_MS INT64_C(1763776800000) /* Sat, 22 Nov 2025 02:00:00 GMT */

static struct AfterCase {
    const char *name, *value;
    int64_t want_ms;
} after_cases[] = {
    {"seconds", "120\r\n", 120000},
    {"blanks around", " \t 1 \r\n", 1000},
    {"zero", "0", 0},
    {"a day is the most", "86401", 86400000},
    {"a day", "86400", 86400000},
    {"a number too large", "99999999999", 0},
    {"a date", "Sat, 22 Nov 2025 02:01:30 GMT\r\n", 90000},
    {"a date that has passed", "Sat, 22 Nov 2025 01:00:00 GMT", 0},
    {"a date far away", "Sun, 22 Nov 2026 02:01:30 GMT", 86400000},
    {"a word", "soon", 0},
    {"a negative number", "-5", 0},
    {"nothing", "", 0},
    {"a long text", "Sat, 22 Nov 2025 02:01:30 GMT Sat, 22 Nov 2025 02:01:30 GMT 0123", 0},
};

static void test_retry_after(void **state)
{
    const struct AfterCase *c = *state;
    assert_int_equal(deliver_retry_after_ms(pt_str(c->value), NOW_MS), c->want_ms);
}

/* ---- Figures
 * -------------------------------------------------------------------------------------- */

static void test_figures_are_kept(void **state)
{
    DeliverFigures a, b;
    char text[PT_OUTBOX_FIGURES] = "", reason[DELIVER_REASON_MAX + 20];
    (void)state;
    assert_int_equal(deliver_figures_init(&a, NULL), PT_OK);
    assert_int_equal(deliver_figures_init(&b, NULL), PT_OK);
    deliver_figures_delivered(&a, 12, 1000);
    deliver_figures_error(&a, "why", 2000);
    a.retried = 3;
    a.requests = 4;
    for (int i = 0; i < CONNECT_SKIP_REASONS + 5; i++) {
        (void)snprintf(reason, sizeof reason, "reason %d with quite a long text \"behind\" it", i);
        deliver_figures_skip(&a, NULL, 7, pt_str(reason), PT_STR("detail"), 1000);
    }
    assert_int_equal(a.skip_count, CONNECT_SKIP_REASONS);
    assert_string_equal(a.skips[CONNECT_SKIP_REASONS - 1].reason, "other");
    assert_int_equal(a.skips[CONNECT_SKIP_REASONS - 1].count, 6);
    deliver_figures_write(&a, text);
    deliver_figures_read(&b, pt_str(text));
    assert_int_equal(b.delivered, 1);
    assert_int_equal(b.retried, 3);
    assert_int_equal(b.requests, 4);
    assert_int_equal(b.last_success_ms, 1000);
    assert_int_equal(b.last_error_ms, 2000);
    assert_int_equal(b.skip_count, CONNECT_SKIP_REASONS);
    for (size_t i = 0; i < b.skip_count; i++) {
        assert_string_equal(b.skips[i].reason, a.skips[i].reason);
        assert_int_equal(b.skips[i].count, a.skips[i].count);
    }
    deliver_figures_read(&b, PT_STR("nonsense"));
    assert_int_equal(b.delivered, 1);
    deliver_figures_done(&a);
    deliver_figures_done(&b);
}

static void test_samples_are_the_newest(void **state)
{
    DeliverFigures f;
    (void)state;
    assert_int_equal(deliver_figures_init(&f, NULL), PT_OK);
    for (uint64_t i = 0; i < CONNECT_SKIP_SAMPLES + 3; i++) {
        deliver_figures_skip(&f, NULL, i, PT_STR("r"), PT_STR(""), 0);
    }
    assert_int_equal(f.skips[0].samples[2].position, CONNECT_SKIP_SAMPLES + 2);
    assert_int_equal(f.skips[0].samples[3].position, 3);
    deliver_figures_done(&f);
}

static void test_latency_is_of_the_last_minutes(void **state)
{
    DeliverFigures f;
    (void)state;
    assert_int_equal(deliver_figures_init(&f, NULL), PT_OK);
    assert_int_equal(deliver_figures_latency(&f, 50), -1);
    for (int64_t ms = 1; ms <= 1000; ms++) {
        deliver_figures_delivered(&f, ms, 1);
    }
    assert_in_range(deliver_figures_latency(&f, 50), 500, 600);
    assert_in_range(deliver_figures_latency(&f, 99), 990, 1200);
    deliver_figures_delivered(&f, INT64_MAX, 2); // into the last bucket
    deliver_figures_delivered(&f, -1, 2);        // not counted
    deliver_figures_delivered(&f, 0, DELIVER_LATENCY_MS + 1);
    assert_in_range(deliver_figures_latency(&f, 50), 500, 600); // of the stretch before
    deliver_figures_delivered(&f, 0, INT64_C(3) * DELIVER_LATENCY_MS);
    assert_int_equal(deliver_figures_latency(&f, 99), 0);
    deliver_figures_done(&f);
}

int main(void)
{
    static struct CMUnitTest tests[100];
    size_t n = 0;
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(test_position_is_the_oldest_unsettled),
        cmocka_unit_test(test_lanes_keep_a_device_in_order),
        cmocka_unit_test(test_the_window_has_a_bound),
        cmocka_unit_test(test_a_mapping_has_at_most_100_rows),
        cmocka_unit_test(test_definitions_without_memory),
        cmocka_unit_test(test_traits_of_filter_and_mapping_are_read_once),
        cmocka_unit_test(test_traits_that_cannot_be_read),
        cmocka_unit_test(test_figures_are_kept),
        cmocka_unit_test(test_samples_are_the_newest),
        cmocka_unit_test(test_latency_is_of_the_last_minutes),
    };
    for (size_t i = 0; i < PT_COUNT(plain); i++) {
        tests[n++] = plain[i];
    }
    PT_TEST_ROWS(tests, n, text_cases, test_texts);
    PT_TEST_ROWS(tests, n, map_cases, test_mapping);
    PT_TEST_ROWS(tests, n, events_cases, test_events);
    PT_TEST_ROWS(tests, n, rename_cases, test_rename);
    PT_TEST_ROWS(tests, n, traits_cases, test_traits);
    PT_TEST_ROWS(tests, n, after_cases, test_retry_after);
    return _cmocka_run_group_tests("connect/deliver", tests, n, NULL, NULL);
}
