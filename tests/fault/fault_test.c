// SPDX-License-Identifier: Apache-2.0
/* The disk that forgets, itself: what it promises to keep it keeps, what it may lose it loses in
 * some crash and keeps in another. */
#include "base/test_rows.h"
#include "fault_alloc.h"
#include "fault_fs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 200, BYTES = 4096 };

static PtFs *new_disk(uint64_t seed)
{
    PtFs *fs = fault_fs_new(seed);
    assert_non_null(fs);
    assert_int_equal(fs->ops->mkdir(fs, "/d", NULL), PT_OK);
    return fs;
}

static PtFile *open_file(PtFs *fs, const char *path, PtOpenMode mode)
{
    PtFile *file = NULL;
    assert_int_equal(fs->ops->open(fs, path, mode, &file, NULL), PT_OK);
    return file;
}

static void put(PtFs *fs, PtFile *file, char fill)
{
    char bytes[BYTES];
    memset(bytes, fill, sizeof bytes);
    assert_int_equal(fs->ops->pwrite(fs, file, bytes, sizeof bytes, 0, NULL), PT_OK);
}

/* How many bytes of the file are `fill`; -1 when there is no file. */
static int count_of(PtFs *fs, const char *path, char fill)
{
    PtFile *file = NULL;
    char bytes[BYTES];
    size_t len = 0;
    if (fs->ops->open(fs, path, PT_OPEN_READ, &file, NULL) != PT_OK) {
        return -1;
    }
    assert_int_equal(fs->ops->pread(fs, file, bytes, sizeof bytes, 0, &len, NULL), PT_OK);
    fs->ops->close(fs, file);
    int count = 0;
    for (size_t i = 0; i < len; i++) {
        count += bytes[i] == fill;
    }
    return count;
}

static void crash(PtFs *fs, uint64_t seed)
{
    fault_fs_power_off(fs);
    fault_fs_crash(fs, seed);
}

static void test_what_was_synced_stays(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        PtFs *fs = new_disk(seed);
        PtFile *file = open_file(fs, "/d/a", PT_OPEN_CREATE);
        put(fs, file, 'a');
        assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
        assert_int_equal(fs->ops->sync_dir(fs, "/d", NULL), PT_OK);
        crash(fs, seed);
        char byte = 0;
        size_t len = 0;
        assert_int_equal(fs->ops->pread(fs, file, &byte, 1, 0, &len, NULL), PT_IO); // of before
        fs->ops->close(fs, file);
        assert_int_equal(count_of(fs, "/d/a", 'a'), BYTES);
        fault_fs_free(fs);
    }
}

static void test_unsynced_writes_are_kept_dropped_and_torn(void **state)
{
    (void)state;
    bool whole = false, none = false, some = false, torn = false;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        PtFs *fs = new_disk(seed);
        PtFile *file = open_file(fs, "/d/a", PT_OPEN_CREATE);
        put(fs, file, 'a');
        assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
        assert_int_equal(fs->ops->sync_dir(fs, "/d", NULL), PT_OK);
        put(fs, file, 'b');
        fs->ops->close(fs, file);
        crash(fs, seed);
        int b = count_of(fs, "/d/a", 'b');
        assert_int_equal(count_of(fs, "/d/a", 'a') + b, BYTES);
        whole |= b == BYTES;
        none |= b == 0;
        some |= b > 0 && b < BYTES && b % 512 == 0;
        torn |= b % 512 != 0;
        fault_fs_free(fs);
    }
    assert_true(whole && none && some && torn);
}

static void test_names_need_the_folder_synced(void **state)
{
    (void)state;
    int created[2] = {0}, renamed[2] = {0}, removed[2] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        PtFs *fs = new_disk(seed);
        for (const char *const *name = (const char *const[]){"/d/old", "/d/gone", NULL};
             *name != NULL; name++) {
            PtFile *file = open_file(fs, *name, PT_OPEN_CREATE);
            put(fs, file, 'o');
            assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
            fs->ops->close(fs, file);
        }
        assert_int_equal(fs->ops->sync_dir(fs, "/d", NULL), PT_OK);
        PtFile *file = open_file(fs, "/d/new", PT_OPEN_CREATE);
        assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
        fs->ops->close(fs, file);
        assert_int_equal(fs->ops->rename(fs, "/d/old", "/d/moved", NULL), PT_OK);
        assert_int_equal(fs->ops->unlink(fs, "/d/gone", NULL), PT_OK);
        crash(fs, seed);
        bool old = fault_fs_size(fs, "/d/old") >= 0, moved = fault_fs_size(fs, "/d/moved") >= 0;
        assert_true(old != moved); // a rename is whole
        created[fault_fs_size(fs, "/d/new") >= 0]++;
        renamed[moved]++;
        removed[fault_fs_size(fs, "/d/gone") < 0]++;
        fault_fs_free(fs);
    }
    for (int i = 0; i < 2; i++) {
        assert_true(created[i] > 0 && renamed[i] > 0 && removed[i] > 0);
    }
}

/* Linux: after the failure the data counts as clean, and the next sync succeeds without it. */
static void test_a_failed_sync_loses_what_was_dirty(void **state)
{
    (void)state;
    bool lost = false;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        PtFs *fs = new_disk(seed);
        PtFile *file = open_file(fs, "/d/a", PT_OPEN_CREATE);
        put(fs, file, 'a');
        assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
        assert_int_equal(fs->ops->sync_dir(fs, "/d", NULL), PT_OK);
        put(fs, file, 'b');
        fault_fs_fail(fs, FAULT_DATASYNC, 1, EIO);
        assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_IO);
        assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
        assert_int_equal(count_of(fs, "/d/a", 'b'), BYTES); // the process still reads it
        fs->ops->close(fs, file);
        crash(fs, seed);
        lost |= count_of(fs, "/d/a", 'b') == 0;
        fault_fs_free(fs);
    }
    assert_true(lost);
}

static void test_failures_on_command(void **state)
{
    (void)state;
    PtFs *fs = new_disk(1);
    PtFile *file = open_file(fs, "/d/a", PT_OPEN_CREATE), *none = NULL;
    PtError err = {0};
    fault_fs_fail(fs, FAULT_PWRITE, 2, ENOSPC);
    assert_int_equal(fs->ops->pwrite(fs, file, "x", 1, 0, &err), PT_OK);
    assert_int_equal(fs->ops->pwrite(fs, file, "x", 1, 0, &err), PT_UNAVAILABLE);
    assert_string_equal(err.message, "\"/d/a\": No space left on device");
    assert_int_equal(fs->ops->pwrite(fs, file, "x", 1, 0, &err), PT_OK);
    fault_fs_fail(fs, FAULT_ANY, 1, EIO);
    assert_int_equal(fs->ops->unlink(fs, "/d/a", &err), PT_IO);
    fault_fs_fail_rate(fs, FAULT_DATASYNC, 1000000, EIO);
    assert_int_equal(fs->ops->datasync(fs, file, &err), PT_IO);
    assert_int_equal(fs->ops->datasync(fs, file, &err), PT_IO);
    assert_int_equal(fs->ops->open(fs, "/d/b", PT_OPEN_READ, &none, &err), PT_NOT_FOUND);
    assert_int_equal(fs->ops->open(fs, "/d/a", PT_OPEN_CREATE, &none, &err), PT_IO);
    assert_int_equal(fs->ops->sync_dir(fs, "/nowhere", &err), PT_NOT_FOUND);
    fs->ops->close(fs, file);
    fault_fs_free(fs);
}

static void test_capacity(void **state)
{
    (void)state;
    PtFs *fs = new_disk(1);
    PtFile *a = open_file(fs, "/d/a", PT_OPEN_CREATE), *b = open_file(fs, "/d/b", PT_OPEN_CREATE);
    fault_fs_capacity(fs, 10000);
    assert_int_equal(fs->ops->allocate(fs, a, 10001, NULL), PT_UNAVAILABLE);
    assert_int_equal(fs->ops->allocate(fs, a, 6000, NULL), PT_OK);
    put(fs, a, 'x'); // in what is reserved
    assert_int_equal(fault_fs_used(fs), 6000);
    assert_int_equal(fs->ops->pwrite(fs, b, "x", 1, 4000, NULL), PT_UNAVAILABLE);
    fault_fs_capacity(fs, 6000 + BYTES);
    put(fs, b, 'x');
    assert_int_equal(fs->ops->pwrite(fs, b, "x", 1, BYTES, NULL), PT_UNAVAILABLE);
    assert_int_equal(fs->ops->unlink(fs, "/d/a", NULL), PT_OK);
    fs->ops->close(fs, a);
    fs->ops->close(fs, b);
    fault_fs_free(fs);
}

static void test_trace(void **state)
{
    (void)state;
    PtFs *fs = new_disk(1);
    PtFile *a = open_file(fs, "/d/a", PT_OPEN_CREATE), *b = open_file(fs, "/d/b", PT_OPEN_CREATE);
    fault_fs_trace_clear(fs);
    put(fs, a, 'a');
    put(fs, b, 'b');
    assert_int_equal(fs->ops->datasync(fs, a, NULL), PT_OK);
    fault_fs_mark(fs, 42);
    size_t count = 0;
    const FaultTrace *t = fault_fs_trace(fs, &count);
    assert_int_equal(count, 4);
    assert_int_equal(t[3].op, FAULT_MARK);
    assert_int_equal(t[3].at, 42);
    assert_true(fault_trace_synced(t, 3, "/a"));
    assert_false(fault_trace_synced(t, 2, "/a"));
    assert_false(fault_trace_synced(t, 3, "/b"));
    fault_fs_fail(fs, FAULT_DATASYNC, 1, EIO);
    assert_int_equal(fs->ops->datasync(fs, b, NULL), PT_IO);
    t = fault_fs_trace(fs, &count);
    assert_false(fault_trace_synced(t, count, "/b"));
    fs->ops->close(fs, a);
    fs->ops->close(fs, b);
    fault_fs_free(fs);
}

static void test_restart_loses_nothing(void **state)
{
    (void)state;
    PtFs *fs = new_disk(1);
    PtFile *file = open_file(fs, "/d/a", PT_OPEN_CREATE);
    put(fs, file, 'a');
    fault_fs_power_off(fs);
    assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_IO);
    fs->ops->close(fs, file);
    fault_fs_restart(fs);
    assert_int_equal(count_of(fs, "/d/a", 'a'), BYTES);
    fault_fs_free(fs);
}

static void test_alloc(void **state)
{
    (void)state;
    void *volatile p;
    fault_alloc_fail(2, 0);
    for (uint64_t i = 1; i <= 4; i++) {
        p = malloc(10);
        assert_int_equal(p == NULL, i == 2);
        free(p);
    }
    assert_int_equal(fault_alloc_count(), 4);
    fault_alloc_fail(1, 1);
    p = calloc(1, 10);
    assert_null(p);
    p = realloc(NULL, 10);
    assert_null(p);
    fault_alloc_fail(0, 0);
    p = malloc(10);
    assert_non_null(p);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_synced_stays),
        cmocka_unit_test(test_unsynced_writes_are_kept_dropped_and_torn),
        cmocka_unit_test(test_names_need_the_folder_synced),
        cmocka_unit_test(test_a_failed_sync_loses_what_was_dirty),
        cmocka_unit_test(test_failures_on_command),
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_restart_loses_nothing),
        cmocka_unit_test(test_alloc),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
