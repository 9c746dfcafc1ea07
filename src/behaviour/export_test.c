// SPDX-License-Identifier: Apache-2.0
/* Answers as tables; answers, people and events written out; live questions; and no memory. */
#include "base/test_rows.h"
#include "behaviour/behaviour_rig.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA = 64 << 20, TEXT = 1 << 20, BODY = 512, EVERY_MS = 1 };

#define RANGE "\"range\":{\"from\":\"2025-11-01\",\"to\":\"2025-11-03\"}"
#define ORDERS                                                                                     \
    "{\"kind\":\"segmentation\"," RANGE                                                            \
    ",\"unit\":\"whole\",\"series\":[{\"event\":\"Order Completed\",\"measure\":\"uniques\"}]}"

static RigBase base;
static PtFs *fs;
static BehaviourRig rig;
static PtBuf said;

static int open_base(void **state)
{
    (void)state;
    return rig_base_open(&base) ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

static void order(const char *user)
{
    char body[BODY];
    (void)snprintf(body, sizeof body,
                   "{\"userId\":\"%s\",\"event\":\"Order Completed\",\"timestamp\":"
                   "\"2025-11-02T03:04:05Z\",\"properties\":{\"total\":\"12.50\"}}",
                   user);
    view_rig_send(&rig.view, EVENT_TRACK, body);
}

static int open_rig(void **state)
{
    (void)state;
    fs = fault_fs_new(7);
    pt_buf_init(&said, TEXT);
    assert_non_null(fs);
    behaviour_rig_open(&rig, &base, fs, 0);
    order("u1");
    order("u2");
    behaviour_rig_run(&rig);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    behaviour_rig_done(&rig);
    fault_fs_free(fs);
    pt_buf_done(&said);
    return 0;
}

/* ---- Tables -----------------------------------------------------------------------------------
 */

#define MEASURE "\"measure\":\"drop_off\",\"n\":4,\"count\":1,\"value\":0.25,\"worse\":true"

static struct TableCase {
    const char *name, *answer, *want_names, *want_rows; /* want_rows: their begin */
} table_cases[] = {
    {"without a breakdown there is no value",
     "{\"kind\":\"segmentation\",\"query\":{},\"periods\":[\"d\"],\"series\":[{\"name\":\"A\"},"
     "{\"name\":\"F\"}],\"data\":[{\"value\":null,\"series\":[{\"values\":[2],\"n\":[2]},"
     "{\"values\":[null]}]}]}",
     "series period result n",
     "[{\"series\":\"A\",\"period\":\"d\",\"result\":2,\"n\":2},"
     "{\"series\":\"F\",\"period\":\"d\",\"result\":null,\"n\":null}]"},
    {"shares of nobody are none",
     "{\"kind\":\"funnel\",\"query\":{\"breakdown\":{}},\"data\":[{\"value\":\"x\",\"steps\":["
     "{\"name\":\"A\",\"people\":0}]}]}",
     "value step name people percent_of_first percent_of_before mean_s median_s",
     "[{\"value\":\"x\",\"step\":1,\"name\":\"A\",\"people\":0,\"percent_of_first\":null"},
    {"brackets",
     "{\"kind\":\"retention\",\"query\":{},\"periods\":[\"d\"],\"brackets\":[0,1,4],\"data\":["
     "{\"cohorts\":[{\"period\":0,\"people\":3,\"back\":[3,1]}]}]}",
     "cohort people periods_on back percent_back",
     "[{\"cohort\":\"d\",\"people\":3,\"periods_on\":\"0\",\"back\":3,\"percent_back\":100},"
     "{\"cohort\":\"d\",\"people\":3,\"periods_on\":\"1-3\",\"back\":1,\"percent_back\":33.3333}]"},
    {"the end of a path has no name",
     "{\"kind\":\"paths\",\"edges\":[{\"depth\":1,\"from\":{\"type\":\"page\",\"name\":\"H\"},"
     "\"to\":null,\"count\":2}]}",
     "depth from_type from to_type to count",
     "[{\"depth\":1,\"from_type\":\"page\",\"from\":\"H\",\"to_type\":null,\"to\":null,\"count\":2"
     "}]"},
    {"friction: a row a measure, and one of a step without",
     "{\"kind\":\"friction\",\"data\":[{\"name\":\"A\",\"people\":4,\"people_then\":5,"
     "\"measures\":[{" MEASURE "}]},{\"name\":\"B\",\"people\":3,\"people_then\":2,"
     "\"measures\":[]}]}",
     "name people people_then measure n count value n_then count_then value_then difference low "
     "high worse better",
     "[{\"name\":\"A\",\"people\":4,\"people_then\":5,\"measure\":\"drop_off\",\"n\":4,\"count\":1,"
     "\"value\":0.25,\"n_then\":null,\"count_then\":null,\"value_then\":null,\"difference\":null,"
     "\"low\":null,\"high\":null,\"worse\":true,\"better\":null},{\"name\":\"B\",\"people\":3,"
     "\"people_then\":2,\"measure\":null"},
    {"cohorts below each other",
     "{\"kind\":\"compare\",\"of\":\"stickiness\",\"cohorts\":[{\"name\":\"All\",\"data\":["
     "{\"periods\":1,\"people\":9}]},{\"name\":\"Gold\",\"data\":[{\"periods\":1,\"people\":4}]}]}",
     "among periods people",
     "[{\"among\":\"All\",\"periods\":1,\"people\":9},{\"among\":\"Gold\",\"periods\":1,"
     "\"people\":4}]"},
    {"an unknown kind", "{\"kind\":\"guess\"}", NULL, "answers of this kind are no tables"},
};

static void test_table(void **state)
{
    const struct TableCase *c = *state;
    const char *names[BEHAVIOUR_TABLE_COLUMNS] = {NULL};
    char listed[BODY] = "";
    PtError err = {0};
    PtBuf rows;
    pt_buf_init(&rows, TEXT);
    PtStatus st = behaviour_answer_table(pt_str(c->answer), names, &rows, &err);
    if (c->want_names == NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_string_equal(err.message, c->want_rows);
    } else {
        assert_int_equal(st, PT_OK);
        for (size_t i = 0, len = 0; names[i] != NULL; i++) {
            len += (size_t)snprintf(listed + len, sizeof listed - len, "%s%s", i > 0 ? " " : "",
                                    names[i]);
        }
        pt_buf_add_char(&rows, 0);
        assert_string_equal(listed, c->want_names);
        if (strncmp(rows.data, c->want_rows, strlen(c->want_rows)) != 0) {
            fail_msg("%s is not %s", rows.data, c->want_rows);
        }
    }
    pt_buf_done(&rows);
}

/* ---- Exports ----------------------------------------------------------------------------------
 */

static PtStatus write_all(BehaviourExportWhat what, BehaviourFormat format, PtError *err)
{
    const BehaviourExportAsk ask = {
        .ask = {.query = PT_STR(ORDERS)}, .what = what, .format = format, .cell = PT_STR("{}")};
    BehaviourExport *e = NULL;
    bool more = true;
    pt_buf_clear(&said, TEXT);
    PtStatus st = behaviour_export_open(rig.b, &ask, &e, err);
    while (st == PT_OK && more) {
        st = behaviour_export_next(e, NULL, &said, &more, err);
    }
    if (st == PT_OK) {
        assert_int_equal(behaviour_export_done(e), behaviour_export_rows(e));
    }
    behaviour_export_close(e);
    return st;
}

static size_t count_lines(void)
{
    size_t count = 0;
    for (size_t i = 0; i < said.len; i++) {
        count += said.data[i] == '\n';
    }
    return count;
}

/* The answer has one row; there are two people with an event each, and CSV has a head. */
static void test_export(void **state)
{
    PtError err = {0};
    (void)state;
    for (int what = 0; what < BEHAVIOUR_EXPORTS; what++) {
        for (int format = 0; format < BEHAVIOUR_PARQUET; format++) {
            const size_t rows = what == BEHAVIOUR_EXPORT_ANSWER ? 1 : 2;
            if (write_all((BehaviourExportWhat)what, (BehaviourFormat)format, &err) != PT_OK) {
                fail_msg("%s", err.message);
            }
            assert_int_equal(count_lines(), rows + (format == BEHAVIOUR_CSV));
        }
    }
}

/* What stands in it is held in export_parquet_test.c. */
static void test_parquet(void **state)
{
    enum { MAGIC = 4 };
    const bool there = getenv("DUCKDB_LIBRARY") != NULL;
    PtError err = {0};
    (void)state;
    for (int what = 0; what < BEHAVIOUR_EXPORTS; what++) {
        PtStatus st = write_all((BehaviourExportWhat)what, BEHAVIOUR_PARQUET, &err);
        assert_int_equal(st, there ? PT_OK : PT_CONFLICT);
        if (there) {
            assert_true(said.len > (size_t)2 * MAGIC);
            assert_memory_equal(said.data, "PAR1", MAGIC);
            assert_memory_equal(said.data + said.len - MAGIC, "PAR1", MAGIC);
        } else {
            assert_non_null(strstr(err.message, "export.duckdb"));
        }
    }
}

/* From a place in the log on. */
static void test_events_from(void **state)
{
    BehaviourExportAsk ask = {.ask = {.query = PT_STR(ORDERS)}, .what = BEHAVIOUR_EXPORT_EVENTS};
    PtError err = {0};
    (void)state;
    for (uint64_t from = 0; from <= 3; from++) {
        BehaviourExport *e = NULL;
        ask.from = from;
        assert_int_equal(behaviour_export_open(rig.b, &ask, &e, &err), PT_OK);
        assert_int_equal(behaviour_export_rows(e), from < 2 ? 2 - from : 0);
        assert_int_equal(behaviour_export_end(e), from < 2 ? 2 : from);
        behaviour_export_close(e);
    }
}

static void test_stops(void **state)
{
    static const _Atomic bool stop = true;
    const BehaviourExportAsk ask = {.ask = {.query = PT_STR(ORDERS)},
                                    .what = BEHAVIOUR_EXPORT_EVENTS};
    BehaviourExport *e = NULL;
    PtError err = {0};
    bool more;
    (void)state;
    assert_int_equal(behaviour_export_open(rig.b, &ask, &e, &err), PT_OK);
    assert_int_equal(behaviour_export_next(e, &stop, &said, &more, &err), PT_UNAVAILABLE);
    behaviour_export_close(e);
}

static bool is_memory(PtStatus st, const PtError *err)
{
    return st == PT_NO_MEMORY || strstr(err->message, "bound of memory") != NULL;
}

static void test_no_memory(void **state)
{
    (void)state;
    for (int what = 0; what < BEHAVIOUR_EXPORTS; what++) {
        bool failed = true;
        PtStatus st = PT_NO_MEMORY;
        for (uint64_t nth = 1; failed; nth++) {
            PtError err = {0};
            fault_alloc_fail(nth, 0);
            st = write_all((BehaviourExportWhat)what, BEHAVIOUR_CSV, &err);
            failed = fault_alloc_count() >= nth;
            fault_alloc_fail(0, 0);
            if (st != PT_OK && !is_memory(st, &err)) {
                fail_msg("%s, allocation %u: %s", behaviour_export_names[what], (unsigned)nth,
                         err.message);
            }
        }
        assert_int_equal(st, PT_OK);
    }
}

/* ---- Live -------------------------------------------------------------------------------------
 */

static BehaviourLive *listen(const char *query)
{
    const BehaviourAsk ask = {.query = pt_str(query)};
    BehaviourLive *l = NULL;
    PtError err = {0};
    if (behaviour_live_open(rig.b, &ask, EVERY_MS, &l, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    return l;
}

/* Whether there is a new answer within so long, in `said`. */
static bool hears(BehaviourLive *l, int64_t ms, uint64_t *ret_position)
{
    bool is_new = false;
    PtError err = {0};
    pt_buf_clear(&said, TEXT);
    assert_int_equal(
        behaviour_live_next(l, pt_mono_ms() + ms, NULL, &said, ret_position, &is_new, &err), PT_OK);
    return is_new;
}

static void test_live_is_shared(void **state)
{
    enum { LONG_MS = 20000, SHORT_MS = 50 };
    uint64_t position = 0, other = 0;
    (void)state;
    const uint64_t asked = behaviour_state(rig.b).asked;
    BehaviourLive *one = listen(ORDERS), *two = listen(" " ORDERS);
    assert_true(hears(one, 0, &position) && hears(two, 0, &other));
    assert_true(position == 2 && other == 2);
    assert_false(hears(one, SHORT_MS, &position));
    assert_int_equal(behaviour_state(rig.b).asked, asked + 1);
    order("u3");
    behaviour_rig_run(&rig);
    assert_true(hears(one, LONG_MS, &position));
    pt_buf_add_char(&said, 0);
    assert_non_null(strstr(said.data, "\"values\":[3]"));
    assert_true(hears(two, 0, &other));
    assert_true(position == 3 && other == 3);
    assert_int_equal(behaviour_state(rig.b).asked, asked + 2);
    behaviour_live_close(one);
    behaviour_live_close(two);
}

static void test_live_stops(void **state)
{
    static const _Atomic bool stop = true;
    uint64_t position;
    bool is_new;
    PtError err = {0};
    (void)state;
    BehaviourLive *l = listen(ORDERS);
    assert_int_equal(behaviour_live_next(l, INT64_MAX, &stop, &said, &position, &is_new, &err),
                     PT_UNAVAILABLE);
    assert_false(is_new);
    behaviour_live_close(l);
}

static void test_live_refuses(void **state)
{
    const BehaviourAsk bad = {.query = PT_STR("{\"kind\":\"guess\"}")};
    const BehaviourAsk secret = {.query = PT_STR("{\"kind\":\"segmentation\",\"series\":[{}],"
                                                 "\"breakdown\":{\"property\":\"sku\"}}"),
                                 .impersonal = true};
    BehaviourLive *l = NULL;
    PtError err = {0};
    (void)state;
    assert_int_equal(behaviour_live_open(rig.b, &bad, EVERY_MS, &l, &err), PT_INVALID);
    assert_int_equal(behaviour_live_open(rig.b, &secret, EVERY_MS, &l, &err), PT_FORBIDDEN);
    assert_null(l);
}

static void test_live_no_memory(void **state)
{
    const BehaviourAsk ask = {.query = PT_STR(ORDERS)};
    bool failed = true;
    (void)state;
    for (uint64_t nth = 1; failed; nth++) {
        BehaviourLive *l = NULL;
        PtError err = {0};
        fault_alloc_fail(nth, 0);
        PtStatus st = behaviour_live_open(rig.b, &ask, EVERY_MS, &l, &err);
        failed = fault_alloc_count() >= nth;
        fault_alloc_fail(0, 0);
        if (st != PT_OK && !is_memory(st, &err)) {
            fail_msg("allocation %u: %s", (unsigned)nth, err.message);
        }
        assert_true((st == PT_OK) == (l != NULL));
        behaviour_live_close(l);
    }
}

int main(void)
{
    enum { TABLES = sizeof table_cases / sizeof *table_cases, OTHERS = 9 };
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_rig, close_rig)
    const struct CMUnitTest others[OTHERS] = {
        TEST(test_export),     TEST(test_parquet),      TEST(test_events_from),
        TEST(test_stops),      TEST(test_no_memory),    TEST(test_live_is_shared),
        TEST(test_live_stops), TEST(test_live_refuses), TEST(test_live_no_memory),
    };
    struct CMUnitTest tests[TABLES + OTHERS];
    for (size_t i = 0; i < TABLES; i++) {
        tests[i] =
            (struct CMUnitTest){table_cases[i].name, test_table, NULL, NULL, &table_cases[i]};
    }
    memcpy(tests + TABLES, others, sizeof others);
    return cmocka_run_group_tests_name("behaviour/export", tests, open_base, close_base);
}
