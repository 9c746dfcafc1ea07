// SPDX-License-Identifier: Apache-2.0
#include "events/erased.h"

#include <fault/fault_alloc.h>
#include <fault/fault_fs.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { HEAD = 64, ENTRY = 44 };

static const char path[] = "d/register";
static const char request[] = "0199a1b2-0000-7000-8000-0123456789ab";

static ErasedRegister *open_ok(PtFs *fs)
{
    ErasedRegister *r = NULL;
    assert_int_equal(fs->ops->mkdir(fs, "d", NULL), PT_OK);
    assert_int_equal(erased_open(fs, path, true, &r, NULL), PT_OK);
    return r;
}

static PtStatus add(ErasedRegister *r, const char *type, const char *value, int64_t at_ms)
{
    const ErasedName name = {pt_str(type), pt_str(value)};
    return erased_add(r, &name, 1, at_ms, pt_str(request), NULL);
}

static bool holds(const ErasedRegister *r, const char *type, const char *value, int64_t at_ms)
{
    return erased_holds(r, pt_str(type), pt_str(value), at_ms);
}

static void test_both_sides_of_the_instant(void **state)
{
    (void)state;
    PtFs *fs = fault_fs_new(1);
    ErasedRegister *r = open_ok(fs);
    assert_true(erased_is_empty(r));
    assert_false(holds(r, "email", "a@b.c", 0));
    assert_int_equal(add(r, "email", "a@b.c", 1000), PT_OK);
    assert_false(erased_is_empty(r));
    assert_true(holds(r, "email", "a@b.c", 999));
    assert_false(holds(r, "email", "a@b.c", 1000));
    assert_true(holds(r, "email", "a@b.c", INT64_MIN));
    // type and value are told apart
    assert_false(holds(r, "phone", "a@b.c", 0));
    assert_false(holds(r, "emai", "la@b.c", 0));
    assert_false(holds(r, "email", "a@b.", 0));
    assert_false(erased_holds(NULL, PT_STR("email"), PT_STR("a@b.c"), 0));
    erased_close(r);
    fault_fs_free(fs);
}

static void test_a_running_erasure_holds_for_every_instant_until_it_ends(void **state)
{
    (void)state;
    PtFs *fs = fault_fs_new(1);
    ErasedRegister *r = open_ok(fs);
    int64_t at_ms = 0;
    assert_int_equal(add(r, "email", "a@b.c", ERASED_RUNNING), PT_OK);
    assert_int_equal(add(r, "email", "other", 5), PT_OK);
    assert_true(holds(r, "email", "a@b.c", INT64_MAX - 1));
    assert_int_equal(erased_stats(r).running, 1);
    assert_int_equal(erased_finish(r, PT_STR("0199a1b2-0000-7000-8000-000000000000"), 7, NULL),
                     PT_OK);
    assert_int_equal(erased_stats(r).running, 1); // it is another's
    assert_int_equal(erased_finish(r, pt_str(request), 2000, NULL), PT_OK);
    assert_false(holds(r, "email", "a@b.c", 2000));
    assert_true(holds(r, "email", "a@b.c", 1999));
    assert_true(erased_find(r, PT_STR("email"), PT_STR("other"), &at_ms));
    assert_int_equal(at_ms, 5);
    // the same after it is opened anew, and again later
    erased_close(r);
    r = open_ok(fs);
    assert_int_equal(erased_stats(r).entries, 3);
    assert_int_equal(erased_stats(r).identifiers, 2);
    assert_int_equal(erased_stats(r).last_ms, 2000);
    assert_true(holds(r, "email", "a@b.c", 1999));
    assert_int_equal(add(r, "email", "a@b.c", 9000), PT_OK);
    assert_true(holds(r, "email", "a@b.c", 8999));
    erased_close(r);
    fault_fs_free(fs);
}

static void test_no_text_stands_in_the_file(void **state)
{
    (void)state;
    PtFs *fs = fault_fs_new(1);
    ErasedRegister *r = open_ok(fs);
    char *bytes = NULL, one[ERASED_HASH + 1], two[ERASED_HASH + 1];
    size_t len = 0;
    assert_int_equal(add(r, "email", "zenobia@example.test", 1), PT_OK);
    assert_int_equal(pt_fs_read(fs, path, 1 << 16, &bytes, &len, NULL), PT_OK);
    assert_int_equal(len, HEAD + ENTRY);
    assert_null(memmem(bytes, len, "zenobia", 7));
    assert_null(memmem(bytes, len, "email", 5));
    free(bytes);
    erased_hash(r, PT_STR("email"), PT_STR("zenobia@example.test"), one);
    erased_hash(r, PT_STR("email"), PT_STR("zenobia@example.tesu"), two);
    assert_int_equal(strlen(one), ERASED_HASH);
    assert_string_not_equal(one, two);
    erased_close(r);
    fault_fs_free(fs);
}

/* What stands in the file: head, three entries. */
static struct Damage {
    const char *name;
    int64_t keep; /* bytes of it; -1: all */
    int64_t flip; /* a byte that rots; -1: none */
    PtStatus want;
    uint64_t entries, cut;
} damages[] = {
    {"whole", -1, -1, PT_OK, 3, 0},
    {"the last byte is missing", HEAD + 3 * ENTRY - 1, -1, PT_OK, 2, ENTRY - 1},
    {"one byte of the last", HEAD + 2 * ENTRY + 1, -1, PT_OK, 2, 1},
    {"the last is gone", HEAD + 2 * ENTRY, -1, PT_OK, 2, 0},
    {"nothing but the head", HEAD, -1, PT_OK, 0, 0},
    {"the last is torn", -1, HEAD + 3 * ENTRY - 10, PT_OK, 2, ENTRY},
    {"one in the middle", -1, HEAD + ENTRY + 3, PT_CORRUPT, 0, 0},
    {"the first", -1, HEAD, PT_CORRUPT, 0, 0},
    {"the head", -1, 30, PT_CORRUPT, 0, 0},
    {"the magic", -1, 0, PT_CORRUPT, 0, 0},
    {"a part of the head", HEAD - 1, -1, PT_CORRUPT, 0, 0},
    {"no byte", 0, -1, PT_CORRUPT, 0, 0},
};

static void test_damage(void **state)
{
    const struct Damage *d = *state;
    PtFs *fs = fault_fs_new(1);
    ErasedRegister *r = open_ok(fs);
    for (int i = 0; i < 3; i++) {
        char value[16];
        (void)snprintf(value, sizeof value, "user-%d", i);
        assert_int_equal(add(r, "user_id", value, 100 + i), PT_OK);
    }
    erased_close(r);
    if (d->keep >= 0) {
        PtFile *file = NULL;
        assert_int_equal(fs->ops->open(fs, path, PT_OPEN_WRITE, &file, NULL), PT_OK);
        assert_int_equal(fs->ops->truncate(fs, file, (uint64_t)d->keep, NULL), PT_OK);
        fs->ops->close(fs, file);
    }
    if (d->flip >= 0) {
        assert_true(fault_fs_flip(fs, path, (uint64_t)d->flip, 1));
    }
    PtStatus st = erased_open(fs, path, false, &r, NULL);
    assert_int_equal(st, d->want);
    if (st == PT_OK) {
        assert_int_equal(erased_stats(r).entries, d->entries);
        assert_int_equal(erased_stats(r).cut_bytes, d->cut);
        assert_int_equal(fault_fs_size(fs, path), (int64_t)(HEAD + d->entries * ENTRY));
        assert_int_equal(add(r, "user_id", "later", 200), PT_OK);
        assert_true(holds(r, "user_id", "later", 0));
        erased_close(r);
    }
    fault_fs_free(fs);
}

/* Each entry that was acknowledged is there after a crash at any operation. */
static void test_crash_at_any_operation(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth < 40; nth++) {
        PtFs *fs = fault_fs_new(nth);
        ErasedRegister *r = open_ok(fs);
        int done = 0;
        fault_fs_power_off_at(fs, nth);
        for (char value[2] = "a"; value[0] <= 'j' && add(r, "user_id", value, 9) == PT_OK;
             value[0]++) {
            done++;
        }
        erased_close(r);
        fault_fs_crash(fs, nth * 31);
        assert_int_equal(erased_open(fs, path, false, &r, NULL), PT_OK);
        for (int i = 0; i < done; i++) {
            const char value[2] = {(char)('a' + i), '\0'};
            assert_true(holds(r, "user_id", value, 8));
        }
        erased_close(r);
        fault_fs_free(fs);
    }
}

static void test_a_failed_write_is_written_again(void **state)
{
    (void)state;
    const FaultOp ops[] = {FAULT_PWRITE, FAULT_DATASYNC};
    for (size_t i = 0; i < 2; i++) {
        PtFs *fs = fault_fs_new(3);
        ErasedRegister *r = open_ok(fs);
        assert_int_equal(add(r, "user_id", "a", 9), PT_OK);
        fault_fs_fail(fs, ops[i], 1, EIO);
        assert_int_equal(add(r, "user_id", "b", 9), PT_IO);
        assert_false(holds(r, "user_id", "b", 8));
        assert_int_equal(add(r, "user_id", "c", 9), PT_OK);
        erased_close(r);
        r = open_ok(fs);
        assert_int_equal(erased_stats(r).entries, 2);
        assert_true(holds(r, "user_id", "a", 8) && holds(r, "user_id", "c", 8));
        erased_close(r);
        fault_fs_free(fs);
    }
}

static void test_many(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    PtFs *fs = fault_fs_new(1);
    ErasedRegister *r = open_ok(fs);
    ErasedName *names = calloc(MANY, sizeof *names);
    char (*texts)[16] = calloc(MANY, sizeof *texts);
    assert_non_null(names);
    assert_non_null(texts);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(texts[i], sizeof *texts, "%d", i);
        names[i] = (ErasedName){PT_STR("user_id"), pt_str(texts[i])};
    }
    assert_int_equal(erased_add(r, names, MANY, 50, PT_STR(""), NULL), PT_OK);
    assert_int_equal(erased_add(r, names, 0, 50, PT_STR(""), NULL), PT_OK);
    assert_int_equal(erased_add(r, names, (size_t)ERASED_ADD_MAX + 1, 50, PT_STR(""), NULL),
                     PT_TOO_LARGE);
    erased_close(r);
    r = open_ok(fs);
    assert_int_equal(erased_stats(r).identifiers, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_true(holds(r, "user_id", texts[i], 49));
    }
    assert_false(holds(r, "user_id", "3000", 49));
    erased_close(r);
    free(names);
    free(texts);
    fault_fs_free(fs);
}

static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth < 30; nth++) {
        PtFs *fs = fault_fs_new(1);
        ErasedRegister *r = open_ok(fs);
        erased_close(r);
        r = NULL;
        fault_alloc_fail(nth, 0);
        PtStatus st = erased_open(fs, path, false, &r, NULL);
        st = st == PT_OK ? add(r, "user_id", "a", 9) : st;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        erased_close(r);
        fault_fs_free(fs);
    }
}

static void test_one_process_at_a_time_and_closed_to_others(void **state)
{
    (void)state;
    char dir[] = "/tmp/patron-erased-XXXXXX", file[64];
    ErasedRegister *one = NULL, *two = NULL;
    struct stat st;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(file, sizeof file, "%s/r", dir);
    assert_int_equal(erased_open(pt_fs_real(), file, false, &one, NULL), PT_NOT_FOUND);
    assert_int_equal(erased_open(pt_fs_real(), file, true, &one, NULL), PT_OK);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_string_equal(erased_path(one), file);
    assert_int_equal(erased_open(pt_fs_real(), file, true, &two, NULL), PT_CONFLICT);
    erased_close(one);
    assert_int_equal(erased_open(pt_fs_real(), file, true, &two, NULL), PT_OK);
    erased_close(two);
    (void)unlink(file);
    (void)rmdir(dir);
}

int main(void)
{
    enum { DAMAGES = sizeof damages / sizeof *damages };
    struct CMUnitTest rows[DAMAGES];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides_of_the_instant),
        cmocka_unit_test(test_a_running_erasure_holds_for_every_instant_until_it_ends),
        cmocka_unit_test(test_no_text_stands_in_the_file),
        cmocka_unit_test(test_crash_at_any_operation),
        cmocka_unit_test(test_a_failed_write_is_written_again),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_one_process_at_a_time_and_closed_to_others),
    };
    for (size_t i = 0; i < DAMAGES; i++) {
        rows[i] = (struct CMUnitTest){damages[i].name, test_damage, NULL, NULL, &damages[i]};
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("damage", rows, NULL, NULL);
}
