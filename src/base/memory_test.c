// SPDX-License-Identifier: Apache-2.0
/* What holds memory (arena, buffer, map, zone, calendar) with allocations that fail on command, and
 * the plain values beside it (slices, status codes).
 */
#include "base/memory.h"

#include "base/buf.h"
#include "base/calendar.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/test_rows.h"
#include "base/time.h"

#include <errno.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

static int allocations_left = -1; // -1: any number

static bool may_allocate(void)
{
    if (allocations_left == 0) {
        return false;
    }
    allocations_left -= allocations_left > 0;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *p, size_t size)
{
    return may_allocate() ? __real_realloc(p, size) : NULL;
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtRng rng;
    pt_rng_init(&rng, 4);
    unsigned char *seen[400];
    size_t sizes[400], total = 0;
    for (size_t round = 0; round < 3; round++) {
        total = 0;
        for (size_t i = 0; i < PT_COUNT(seen); i++) {
            sizes[i] = 1 + pt_rng_below(&rng, i % 50 == 0 ? 20000 : 200);
            seen[i] = pt_arena_alloc(arena, sizes[i], 1);
            assert_non_null(seen[i]);
            assert_int_equal((uintptr_t)seen[i] % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++) {
                assert_int_equal(seen[i][k], 0);
            }
            memset(seen[i], (int)i, sizes[i]);
            total += sizes[i];
        }
        for (size_t i = 0; i < PT_COUNT(seen); i++) { // none overlaps another
            for (size_t k = 0; k < sizes[i]; k++) {
                assert_int_equal(seen[i][k], (unsigned char)i);
            }
        }
        assert_int_equal(pt_arena_used(arena), total);
        pt_arena_clear(arena);
        assert_int_equal(pt_arena_used(arena), 0);
    }
}

static void arena_keeps_its_limit(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(100);
    assert_non_null(pt_arena_alloc(arena, 10, 10));
    assert_null(pt_arena_alloc(arena, 1, 1));
    assert_int_equal(pt_arena_used(arena), 100);
    pt_arena_clear(arena);
    assert_null(pt_arena_alloc(arena, 101, 1));
    assert_null(pt_arena_alloc(arena, SIZE_MAX / 2, 3)); // the product wraps around
    assert_non_null(pt_arena_alloc(arena, 100, 1));
    pt_arena_free(NULL);
}

static void arena_without_memory(void **state)
{
    (void)state;
    allocations_left = 0;
    assert_null(pt_arena_new(100));
    allocations_left = 1;
    PtArena *arena = pt_arena_new(SIZE_MAX);
    assert_non_null(arena);
    assert_null(pt_arena_alloc(arena, 8, 1));
    assert_null(pt_arena_str(arena, PT_STR("x")).data);
    assert_int_equal(pt_arena_used(arena), 0);
    allocations_left = -1;
    assert_null(pt_arena_alloc(arena, SIZE_MAX, 1));
    assert_null(pt_arena_str(arena, (PtStr){"", SIZE_MAX}).data);
    assert_non_null(pt_arena_alloc(arena, 8, 1));
    pt_arena_free(arena);
}

static void arena_copies_text(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(100);
    PtStr copy = pt_arena_str(arena, PT_STR("a\0b"));
    assert_int_equal(copy.len, 3);
    assert_memory_equal(copy.data, "a\0b", 4);
    PtStr empty = pt_arena_str(arena, (PtStr){NULL, 0});
    assert_non_null(empty.data);
    assert_int_equal(empty.len, 0);
    assert_int_equal(empty.data[0], 0);
}

static void buffer_grows_to_its_limit(void **state)
{
    (void)state;
    PtBuf b;
    pt_buf_init(&b, 1000);
    for (int i = 0; i < 100; i++) {
        pt_buf_add_str(&b, PT_STR("0123456789"));
    }
    assert_int_equal(pt_buf_status(&b), PT_OK);
    assert_int_equal(b.len, 1000);
    assert_true(b.cap <= 1000);
    pt_buf_add(&b, NULL, 0);
    assert_int_equal(pt_buf_status(&b), PT_OK);
    pt_buf_add_char(&b, 'x');
    assert_int_equal(pt_buf_status(&b), PT_TOO_LARGE);
    assert_int_equal(b.len, 1000);
    pt_buf_clear(&b, 1000);
    assert_non_null(b.data);
    assert_int_equal(pt_buf_status(&b), PT_OK);
    pt_buf_printf(&b, "%s-%d", "a", 7);
    assert_true(pt_str_eq(pt_buf_str(&b), PT_STR("a-7")));
    pt_buf_clear(&b, 2);
    assert_null(b.data);
    pt_buf_done(&b);
    pt_buf_done(&b);
}

static void failure_of_a_buffer_is_sticky(void **state)
{
    (void)state;
    PtBuf b;
    pt_buf_init(&b, 10);
    pt_buf_add_str(&b, PT_STR("12345"));
    pt_buf_add_str(&b, PT_STR("678901"));
    assert_int_equal(pt_buf_status(&b), PT_TOO_LARGE);
    pt_buf_add_char(&b, 'x'); // would fit, but comes behind a hole
    assert_null(pt_buf_reserve(&b, 1));
    pt_buf_printf(&b, "x");
    assert_true(pt_str_eq(pt_buf_str(&b), PT_STR("12345")));
    pt_buf_done(&b);
}

static void buffer_without_memory(void **state)
{
    (void)state;
    PtBuf b;
    pt_buf_init(&b, 10000);
    pt_buf_add_str(&b, PT_STR("kept"));
    allocations_left = 0;
    assert_null(pt_buf_reserve(&b, 5000));
    assert_int_equal(pt_buf_status(&b), PT_NO_MEMORY);
    allocations_left = -1;
    pt_buf_add_char(&b, 'x');
    assert_true(pt_str_eq(pt_buf_str(&b), PT_STR("kept")));
    pt_buf_done(&b);
}

static void long_printf(void **state)
{
    (void)state;
    PtBuf b;
    pt_buf_init(&b, 2000);
    for (int len = 254; len <= 258; len++) { // around the size it tries first
        pt_buf_clear(&b, 2000);
        pt_buf_printf(&b, "%0*d", len, 7);
        assert_int_equal(pt_buf_status(&b), PT_OK);
        assert_int_equal(b.len, len);
        assert_int_equal(b.data[len - 1], '7');
    }
    pt_buf_printf(&b, "%02000d", 1);
    assert_int_equal(pt_buf_status(&b), PT_TOO_LARGE);
    pt_buf_done(&b);
}

static PtStr numbered(char text[static 24], uint64_t i)
{
    return (PtStr){text, (size_t)snprintf(text, 24, "k%llu", (unsigned long long)i)};
}

/* Against an array of what should be there; small keys, so that slots are taken and freed often. */
static void map_does_as_an_array_does(void **state)
{
    (void)state;
    enum { KEYS = 500 };
    static void *want[KEYS];
    static int values[100000];
    PtMap *map = pt_map_new();
    PtRng rng;
    size_t count = 0;
    pt_rng_init(&rng, 6);
    for (size_t i = 0; i < PT_COUNT(values); i++) {
        char text[24];
        uint64_t k = pt_rng_below(&rng, i % 20000 < 10000 ? KEYS : 20);
        PtStr key = numbered(text, k);
        assert_ptr_equal(pt_map_get(map, key), want[k]);
        if (pt_rng_below(&rng, 2) != 0) {
            void *old = &old;
            assert_true(pt_map_set(map, key, &values[i], &old));
            assert_ptr_equal(old, want[k]);
            count += want[k] == NULL;
            want[k] = &values[i];
        } else {
            assert_ptr_equal(pt_map_remove(map, key), want[k]);
            count -= want[k] != NULL;
            want[k] = NULL;
        }
        assert_int_equal(pt_map_count(map), count);
    }
    size_t cursor = 0, walked = 0;
    PtStr key;
    void *value;
    while (pt_map_next(map, &cursor, &key, &value)) {
        uint32_t k = KEYS;
        assert_true(pt_str_to_u32(pt_str_from(key, 1), KEYS - 1, &k));
        assert_ptr_equal(value, want[k]);
        walked++;
    }
    assert_int_equal(walked, count);
    assert_false(pt_map_next(map, &cursor, &key, &value));
    pt_map_free(map, NULL);
    memset(want, 0, sizeof want);
}

static int freed;

static void count_free(void *value)
{
    freed += *(int *)value;
}

static void map_owns_keys_and_frees_values(void **state)
{
    (void)state;
    PtMap *map = pt_map_new();
    char key[] = "changes";
    int one = 1, ten = 10;
    assert_true(pt_map_set(map, pt_str(key), &one, NULL));
    key[0] = 'X';
    assert_ptr_equal(pt_map_get(map, PT_STR("changes")), &one);
    assert_true(pt_map_set(map, (PtStr){NULL, 0}, &ten, NULL));
    assert_ptr_equal(pt_map_get(map, PT_STR("")), &ten);
    assert_true(pt_map_set(map, PT_STR("null"), NULL, NULL));
    assert_int_equal(pt_map_count(map), 3);
    freed = 0;
    pt_map_free(map, count_free);
    assert_int_equal(freed, 11);
    pt_map_free(NULL, count_free);
}

static void map_without_memory_is_unchanged(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        allocations_left = i;
        assert_null(pt_map_new());
    }
    allocations_left = -1;
    PtMap *map = pt_map_new();
    char text[24];
    int value = 0;
    uint64_t count = 0;
    for (;; count++) { // allows each key's copy but no growth, until one fails
        allocations_left = 1;
        if (!pt_map_set(map, numbered(text, count), &value, NULL)) {
            break;
        }
    }
    allocations_left = 0;
    assert_false(pt_map_set(map, PT_STR("new"), &value, NULL));
    assert_true(pt_map_set(map, PT_STR("k0"), &count, NULL)); // replacing takes no memory
    allocations_left = -1;
    assert_true(count >= 8);
    assert_int_equal(pt_map_count(map), count);
    assert_ptr_equal(pt_map_get(map, PT_STR("k0")), &count);
    for (uint64_t i = 1; i < count; i++) {
        assert_ptr_equal(pt_map_get(map, numbered(text, i)), &value);
    }
    assert_null(pt_map_get(map, numbered(text, count)));
    pt_map_free(map, NULL);
}

static void zone_without_memory(void **state)
{
    (void)state;
    PtZone *zone = NULL;
    PtStatus st = PT_NO_MEMORY;
    int allowed = 0;
    for (; st == PT_NO_MEMORY && allowed < 10; allowed++) {
        PtError err = {0};
        allocations_left = allowed;
        st = pt_zone_load("Europe/Berlin", NULL, &zone, &err);
        allocations_left = -1;
        assert_int_equal(zone == NULL, st == PT_NO_MEMORY);
        assert_int_equal(err.message[0] != 0, st == PT_NO_MEMORY);
    }
    assert_int_equal(st, PT_OK);
    assert_int_equal(allowed, 4); // the file, the zone, its table; then all of them
    pt_zone_free(zone);
}

/* Everything a calendar allocates: zones, JSON, canonical text, holidays. PT_OK or PT_NO_MEMORY. */
static PtStatus use_calendar(void)
{
    static const char json[] =
        "{\"zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]]},"
        "\"holidays\":[{\"date\":\"2026-12-25\",\"name\":\"Christmas\"}],"
        "\"breaks\":{\"2026-12-24\":[[\"09:00\",\"10:00\"]]}}";
    static const char ical[] = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20261225\nSUMMARY:X\n"
                               "RRULE:FREQ=YEARLY\nEXDATE:20271225\nEND:VEVENT\nEND:VCALENDAR\n";
    PtHoliday list[4];
    PtHolidays holidays = {list, PT_COUNT(list), 0, 0};
    PtCalendarVersion version = {.json = pt_str(json)};
    PtCalendar *calendar = NULL;
    PtZones *zones = pt_zones_new(NULL);
    PtBuf text;
    pt_buf_init(&text, 1 << 16);
    PtStatus st = zones != NULL ? PT_OK : PT_NO_MEMORY;
    st = st == PT_OK ? pt_calendar_new(&version, 1, zones, &calendar, NULL) : st;
    st = st == PT_OK ? pt_calendar_canonical(pt_str(json), &text, NULL) : st;
    st = st == PT_OK ? pt_icalendar_holidays(pt_str(ical), 2026, 2028, &holidays, NULL) : st;
    assert_int_equal(holidays.count, st == PT_OK ? 2 : 0);
    pt_buf_done(&text);
    pt_calendar_free(calendar);
    pt_zones_free(zones);
    return st;
}

static void calendar_without_memory(void **state)
{
    (void)state;
    int failures = 0;
    for (PtStatus st = PT_NO_MEMORY; st != PT_OK; failures++) {
        allocations_left = failures;
        st = use_calendar();
        allocations_left = -1;
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        assert_in_range(failures, 0, 200);
    }
    assert_true(failures > 10);
}

static void fields_are_cut(void **state)
{
    (void)state;
    PtStr rest = PT_STR("a,,bc"), field;
    assert_true(pt_str_cut(&rest, ',', &field) && pt_str_eq(field, PT_STR("a")));
    assert_true(pt_str_cut(&rest, ',', &field) && field.len == 0);
    assert_true(pt_str_cut(&rest, ',', &field) && pt_str_eq(field, PT_STR("bc")));
    assert_false(pt_str_cut(&rest, ',', &field));
    rest = PT_STR("a,");
    assert_true(pt_str_cut(&rest, ',', &field) && pt_str_eq(field, PT_STR("a")));
    assert_true(pt_str_cut(&rest, ',', &field) && field.len == 0);
    assert_false(pt_str_cut(&rest, ',', &field));
    rest = PT_STR("");
    assert_true(pt_str_cut(&rest, ',', &field) && field.len == 0);
    assert_false(pt_str_cut(&rest, ',', &field));
}

static struct NumberCase {
    const char *name, *text;
    uint32_t max;
    bool ok;
    uint32_t want;
} number_cases[] = {
    {"zero", "0", 0, true, 0},
    {"at the bound", "44640", 44640, true, 44640},
    {"over the bound", "44641", 44640, false, 0},
    {"largest", "4294967295", UINT32_MAX, true, UINT32_MAX},
    {"over 32 bits", "4294967296", UINT32_MAX, false, 0},
    {"over 64 bits", "18446744073709551617", UINT32_MAX, false, 0},
    {"zeros in front", "007", 7, true, 7},
    {"empty", "", 9, false, 0},
    {"sign", "+1", 9, false, 0},
    {"space", "1 ", 9, false, 0},
};

static void number_case(void **state)
{
    const struct NumberCase *c = *state;
    uint32_t got = 0;
    assert_int_equal(pt_str_to_u32(pt_str(c->text), c->max, &got), c->ok);
    assert_int_equal(got, c->want);
}

static void slices_compared(void **state)
{
    (void)state;
    PtStr none = {NULL, 0};
    assert_true(pt_str_eq(none, PT_STR("")));
    assert_false(pt_str_eq(PT_STR("a"), PT_STR("b")));
    assert_true(pt_str_starts(PT_STR("abc"), PT_STR("ab")) && pt_str_starts(none, none));
    assert_false(pt_str_starts(PT_STR("ab"), PT_STR("abc")));
    assert_false(pt_str_starts(PT_STR("xbc"), PT_STR("ab")));
    assert_true(pt_str_eq(pt_str_from(PT_STR("abc"), 2), PT_STR("c")));
    assert_int_equal(pt_str_from(PT_STR("abc"), 3).len, 0);
    assert_int_equal(pt_str_from(PT_STR("abc"), 9).len, 0);
    assert_true(pt_str_eq_nocase(PT_STR("Content-TYPE"), PT_STR("content-type")));
    assert_false(pt_str_eq_nocase(PT_STR("["), PT_STR("{"))); // differ in the same bit as letters
    assert_false(pt_str_eq_nocase(PT_STR("a"), PT_STR("ab")));
}

static void codepoints_read_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char utf8[4] = {0};
        size_t len = pt_utf8_put(c, utf8);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        assert_int_equal(pt_utf8_step(utf8, utf8 + len), surrogate ? 0 : len);
        assert_int_equal(pt_utf8_valid((PtStr){utf8, len}), !surrogate);
        for (size_t cut = 1; cut < len; cut++) {
            assert_int_equal(pt_utf8_step(utf8, utf8 + cut), 0);
        }
    }
    assert_true(pt_utf8_valid((PtStr){NULL, 0}));
    assert_int_equal(pt_hex_digit('9'), 9);
    assert_int_equal(pt_hex_digit('F'), 15);
    assert_int_equal(pt_hex_digit('g'), -1);
    assert_int_equal(pt_hex_digit('\x16'), -1); // '6' without one bit
}

static void every_status_has_its_words(void **state)
{
    (void)state;
    for (PtStatus a = PT_OK; a < PT_STATUS_COUNT; a++) {
        assert_true(pt_status_name(a)[0] != 0 && pt_status_title(a)[0] != 0);
        assert_in_range(pt_status_http(a), a == PT_OK ? 200 : 400, a == PT_OK ? 200 : 599);
        for (PtStatus b = PT_OK; b < a; b++) {
            assert_string_not_equal(pt_status_name(a), pt_status_name(b));
        }
    }
    assert_string_equal(pt_status_name(PT_TOO_LARGE), "too_large");
    assert_int_equal(pt_status_http(PT_TOO_LARGE), 413);
}

static void errors_are_kept_and_cut(void **state)
{
    (void)state;
    PtError err;
    assert_int_equal(pt_fail(&err, PT_INVALID, "line %d: %s", 7, "no"), PT_INVALID);
    assert_int_equal(err.status, PT_INVALID);
    assert_string_equal(err.message, "line 7: no");
    assert_int_equal(pt_fail(NULL, PT_IO, "x"), PT_IO);
    (void)pt_fail(&err, PT_IO, "%0300d", 1);
    assert_int_equal(strlen(err.message), PT_ERROR_MESSAGE_MAX - 1);
    assert_int_equal(pt_status_of_errno(ENOENT), PT_NOT_FOUND);
    assert_int_equal(pt_status_of_errno(ENOMEM), PT_NO_MEMORY);
    assert_int_equal(pt_status_of_errno(ENOSPC), PT_UNAVAILABLE);
    assert_int_equal(pt_status_of_errno(EIO), PT_IO);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_keeps_its_limit),
        cmocka_unit_test(arena_without_memory),
        cmocka_unit_test(arena_copies_text),
        cmocka_unit_test(buffer_grows_to_its_limit),
        cmocka_unit_test(failure_of_a_buffer_is_sticky),
        cmocka_unit_test(buffer_without_memory),
        cmocka_unit_test(long_printf),
        cmocka_unit_test(map_does_as_an_array_does),
        cmocka_unit_test(map_owns_keys_and_frees_values),
        cmocka_unit_test(map_without_memory_is_unchanged),
        cmocka_unit_test(zone_without_memory),
        cmocka_unit_test(calendar_without_memory),
        cmocka_unit_test(fields_are_cut),
        cmocka_unit_test(slices_compared),
        cmocka_unit_test(codepoints_read_back),
        cmocka_unit_test(every_status_has_its_words),
        cmocka_unit_test(errors_are_kept_and_cut),
    };
    size_t n = 17;
    PT_TEST_ROWS(tests, n, number_cases, number_case);
    return _cmocka_run_group_tests("base/memory", tests, n, NULL, NULL);
}
