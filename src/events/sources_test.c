// SPDX-License-Identifier: Apache-2.0
#include "events/intake_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static RigBase base;

static PtStatus add(const char *name, EventSource *ret_source, PtError *err)
{
    EventSourceEdit edit = {pt_str(name), true, false, EVENT_SKEW_CORRECT};
    return event_source_add(base.sources, &edit, NULL, ret_source, err);
}

static void a_source_is_found_by_all_its_names(void **state)
{
    (void)state;
    EventSource s, got;
    assert_int_equal(add("Web shop", &s, NULL), PT_OK);
    assert_int_equal(s.number, RIG_SOURCES + 1);
    assert_int_equal(s.created_ms, RIG_NOW);
    assert_int_equal(strlen(s.write_key), 32);
    assert_int_equal(strspn(s.write_key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789"),
                     32);
    assert_true(event_source_by_key(base.sources, pt_str(s.write_key), &got));
    assert_int_equal(got.number, s.number);
    assert_true(event_source_by_number(base.sources, s.number, &got));
    assert_string_equal(got.id, s.id);
    assert_true(event_source_by_ref(base.sources, pt_str(s.id), &got));
    assert_true(event_source_by_ref(base.sources, PT_STR("Web shop"), &got));
    assert_false(event_source_by_ref(base.sources, PT_STR("web shop"), &got));
    assert_false(event_source_by_number(base.sources, 0, &got));
    assert_false(event_source_by_number(base.sources, s.number + 1, &got));
    assert_false(event_source_by_key(base.sources, PT_STR(""), &got));
    s.write_key[31] ^= 1;
    assert_false(event_source_by_key(base.sources, pt_str(s.write_key), &got));
}

static struct NameCase {
    const char *name, *text;
    size_t times;
    PtStatus want;
} name_cases[] = {
    {"an empty name", "x", 0, PT_INVALID},
    {"100 characters", "a", 100, PT_OK},
    {"101 characters", "a", 101, PT_INVALID},
    {"100 characters of 4 bytes", "\xF0\x9F\x98\x80", 100, PT_OK},
    {"101 characters of 4 bytes", "\xF0\x9F\x98\x80", 101, PT_INVALID},
    {"a tab", "a\tb", 1, PT_INVALID},
    {"delete", "\x7F", 1, PT_INVALID},
    {"a control character over 127", "\xC2\x9F", 1, PT_INVALID},
    {"no break space is none", "\xC2\xA0", 1, PT_OK},
    {"not UTF-8", "\xFF", 1, PT_INVALID},
};

static void name_case(void **state)
{
    const struct NameCase *c = *state;
    PtBuf name;
    pt_buf_init(&name, 1 << 16);
    for (size_t i = 0; i < c->times; i++) {
        pt_buf_add_str(&name, pt_str(c->text));
    }
    EventSourceEdit edit = {
        {name.data != NULL ? name.data : "", name.len}, true, false, EVENT_SKEW_KEEP};
    EventSource s, got;
    assert_int_equal(event_source_add(base.sources, &edit, NULL, &s, NULL), c->want);
    if (c->want == PT_OK) {
        assert_true(event_source_by_ref(base.sources, pt_buf_str(&name), &got));
        assert_int_equal(got.skew, EVENT_SKEW_KEEP);
    }
    pt_buf_done(&name);
}

static void a_name_is_taken_once(void **state)
{
    (void)state;
    EventSource a, b;
    PtError err;
    assert_int_equal(add("till", &a, NULL), PT_OK);
    assert_int_equal(add("till", &b, &err), PT_CONFLICT);
    assert_string_equal(err.message, "a source is named \"till\" already");
    assert_int_equal(add("till 2", &b, NULL), PT_OK);
    EventSourceEdit edit = {PT_STR("till"), true, false, EVENT_SKEW_CORRECT};
    assert_int_equal(event_source_change(base.sources, pt_str(b.id), &edit, NULL, &b, NULL),
                     PT_CONFLICT);
    assert_true(event_source_by_ref(base.sources, PT_STR("till 2"), &b));
}

static void a_source_is_added_once(void **state)
{
    (void)state;
    EventSource first, again;
    const EventSourceEdit edit = {PT_STR("shop floor"), true, true, EVENT_SKEW_CORRECT};
    assert_int_equal(event_source_find_or_add(base.sources, &edit, NULL, &first, NULL), PT_OK);
    assert_true(first.historical);
    const EventSourceEdit by_id = {pt_str(first.id), true, false, EVENT_SKEW_KEEP};
    assert_int_equal(event_source_find_or_add(base.sources, &by_id, NULL, &again, NULL), PT_OK);
    assert_int_equal(again.number, first.number);
    assert_true(again.historical); // found, not changed
    const EventSourceEdit none = {PT_STR(""), true, true, EVENT_SKEW_CORRECT};
    assert_int_equal(event_source_find_or_add(base.sources, &none, NULL, &again, NULL), PT_INVALID);
}

static void a_change_is_seen_at_once_and_kept(void **state)
{
    (void)state;
    EventSource s, got;
    assert_int_equal(add("before", &s, NULL), PT_OK);
    EventSourceEdit edit = {PT_STR("after"), false, true, EVENT_SKEW_KEEP};
    assert_int_equal(event_source_change(base.sources, pt_str(s.id), &edit, NULL, &got, NULL),
                     PT_OK);
    assert_string_equal(got.name, "after");
    assert_string_equal(got.write_key, s.write_key);
    assert_true(!got.enabled && got.historical && got.skew == EVENT_SKEW_KEEP);
    assert_false(event_source_by_ref(base.sources, PT_STR("before"), &got));
    assert_int_equal(event_source_change(base.sources, PT_STR("x"), &edit, NULL, &got, NULL),
                     PT_NOT_FOUND);

    EventSources *again = NULL;
    assert_int_equal(event_sources_open(base.sql, base.clock, &again, NULL), PT_OK);
    assert_true(event_source_by_ref(again, PT_STR("after"), &got));
    assert_true(!got.enabled && got.historical && got.skew == EVENT_SKEW_KEEP);
    assert_int_equal(got.number, s.number);
    event_sources_close(again);
}

static void a_rotated_key_stops_at_once(void **state)
{
    (void)state;
    EventSource s, got;
    assert_int_equal(add("rotating", &s, NULL), PT_OK);
    assert_int_equal(event_source_rotate(base.sources, pt_str(s.id), NULL, &got, NULL), PT_OK);
    assert_int_equal(got.number, s.number);
    assert_string_not_equal(got.write_key, s.write_key);
    assert_true(event_source_by_key(base.sources, pt_str(got.write_key), &got));
    assert_false(event_source_by_key(base.sources, pt_str(s.write_key), &got));
    assert_int_equal(event_source_rotate(base.sources, PT_STR("x"), NULL, &got, NULL),
                     PT_NOT_FOUND);
}

static void the_list_is_by_number(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(16 << 20);
    EventSource *list = NULL;
    size_t count = 0;
    assert_int_equal(event_sources_list(base.sources, arena, &list, &count, NULL), PT_OK);
    assert_true(count > RIG_SOURCES);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].number, i + 1);
    }
}

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

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(a_source_is_found_by_all_its_names),
        cmocka_unit_test(a_source_is_added_once),
        cmocka_unit_test(a_name_is_taken_once),
        cmocka_unit_test(a_change_is_seen_at_once_and_kept),
        cmocka_unit_test(a_rotated_key_stops_at_once),
        cmocka_unit_test(the_list_is_by_number),
    };
    enum { FIXED = sizeof fixed / sizeof *fixed, NAMES = sizeof name_cases / sizeof *name_cases };
    struct CMUnitTest tests[FIXED + NAMES];
    memcpy(tests, fixed, sizeof fixed);
    for (size_t i = 0; i < NAMES; i++) {
        tests[FIXED + i] =
            (struct CMUnitTest){name_cases[i].name, name_case, NULL, NULL, &name_cases[i]};
    }
    return cmocka_run_group_tests_name("events/sources", tests, open_base, close_base);
}
