// SPDX-License-Identifier: Apache-2.0
/* The file layer: the same cases on the real disk and on the one in memory, so that the one in
 * memory is not kinder than the world; and the whole-file helpers through crashes. */
#include "base/test_rows.h"
#include "platform/file.h"

#include <fault/fault_fs.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Rig {
    PtFs *fs;
    char dir[64];
    char path[96], other[96];
} Rig;

static Rig *rig_new(PtFs *fs)
{
    Rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->fs = fs;
    (void)snprintf(rig->dir, sizeof rig->dir, "/tmp/patron-file-test-XXXXXX");
    if (fs == pt_fs_real()) {
        assert_non_null(mkdtemp(rig->dir));
    }
    assert_int_equal(fs->ops->mkdir(fs, rig->dir, NULL), PT_OK);
    (void)snprintf(rig->path, sizeof rig->path, "%s/a", rig->dir);
    (void)snprintf(rig->other, sizeof rig->other, "%s/b", rig->dir);
    return rig;
}

static int setup_real(void **state)
{
    *state = rig_new(pt_fs_real());
    return 0;
}

static int setup_memory(void **state)
{
    PtFs *fs = fault_fs_new(1);
    assert_non_null(fs);
    *state = rig_new(fs);
    return 0;
}

static bool unlink_in(void *ctx, const char *name)
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s/%.200s", (const char *)ctx, name);
    return unlink(path) == 0;
}

static void remove_folder(char *dir)
{
    assert_int_equal(pt_fs_real()->ops->list(pt_fs_real(), dir, unlink_in, dir, NULL), PT_OK);
    assert_int_equal(rmdir(dir), 0);
}

static int teardown(void **state)
{
    Rig *rig = *state;
    if (rig->fs == pt_fs_real()) {
        remove_folder(rig->dir);
    } else {
        fault_fs_free(rig->fs);
    }
    free(rig);
    return 0;
}

static PtFile *open_file(Rig *rig, const char *path, PtOpenMode mode)
{
    PtFile *file = NULL;
    assert_int_equal(rig->fs->ops->open(rig->fs, path, mode, &file, NULL), PT_OK);
    return file;
}

static void test_open_modes(void **state)
{
    Rig *rig = *state;
    PtFile *file = NULL;
    PtError err = {0};
    assert_int_equal(rig->fs->ops->open(rig->fs, rig->path, PT_OPEN_READ, &file, &err),
                     PT_NOT_FOUND);
    assert_non_null(strstr(err.message, rig->path));
    assert_int_equal(rig->fs->ops->open(rig->fs, rig->path, PT_OPEN_WRITE, &file, NULL),
                     PT_NOT_FOUND);
    file = open_file(rig, rig->path, PT_OPEN_CREATE);
    rig->fs->ops->close(rig->fs, file);
    assert_int_equal(rig->fs->ops->open(rig->fs, rig->path, PT_OPEN_CREATE, &file, NULL), PT_IO);
    file = open_file(rig, rig->path, PT_OPEN_READ);
    assert_int_equal(rig->fs->ops->pwrite(rig->fs, file, "x", 1, 0, NULL), PT_IO);
    rig->fs->ops->close(rig->fs, file);
    rig->fs->ops->close(rig->fs, NULL);
}

static void test_bytes_and_sizes(void **state)
{
    Rig *rig = *state;
    PtFs *fs = rig->fs;
    char bytes[16];
    size_t len = 9;
    uint64_t size = 0;
    PtFile *file = open_file(rig, rig->path, PT_OPEN_CREATE);
    assert_int_equal(fs->ops->pread(fs, file, bytes, 5, 0, &len, NULL), PT_OK);
    assert_int_equal(len, 0);
    assert_int_equal(fs->ops->pwrite(fs, file, "hello", 5, 3, NULL), PT_OK);
    assert_int_equal(fs->ops->pread(fs, file, bytes, sizeof bytes, 0, &len, NULL), PT_OK);
    assert_int_equal(len, 8);
    assert_memory_equal(bytes, "\0\0\0hello", 8);
    assert_int_equal(fs->ops->allocate(fs, file, 12, NULL), PT_OK);
    assert_int_equal(fs->ops->allocate(fs, file, 4, NULL), PT_OK); // never shorter
    assert_int_equal(fs->ops->size(fs, file, &size, NULL), PT_OK);
    assert_int_equal(size, 12);
    assert_int_equal(fs->ops->truncate(fs, file, 4, NULL), PT_OK);
    assert_int_equal(fs->ops->truncate(fs, file, 6, NULL), PT_OK);
    assert_int_equal(fs->ops->datasync(fs, file, NULL), PT_OK);
    assert_int_equal(fs->ops->pread(fs, file, bytes, sizeof bytes, 2, &len, NULL), PT_OK);
    assert_int_equal(len, 4);
    assert_memory_equal(bytes, "\0h\0\0", 4);
    assert_int_equal(fs->ops->pread(fs, file, bytes, 5, 100, &len, NULL), PT_OK);
    assert_int_equal(len, 0);
    fs->ops->close(fs, file);
}

static bool count_name(void *ctx, const char *name)
{
    int *count = ctx;
    assert_true(strcmp(name, "a") == 0 || strcmp(name, "b") == 0);
    return ++*count < 2;
}

static void test_names(void **state)
{
    Rig *rig = *state;
    PtFs *fs = rig->fs;
    int count = 0;
    fs->ops->close(fs, open_file(rig, rig->path, PT_OPEN_CREATE));
    fs->ops->close(fs, open_file(rig, rig->other, PT_OPEN_CREATE));
    assert_int_equal(fs->ops->list(fs, rig->dir, count_name, &count, NULL), PT_OK);
    assert_int_equal(count, 2);
    assert_int_equal(fs->ops->rename(fs, rig->path, rig->other, NULL), PT_OK); // replaces
    count = 0;
    assert_int_equal(fs->ops->list(fs, rig->dir, count_name, &count, NULL), PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(fs->ops->rename(fs, rig->path, rig->other, NULL), PT_NOT_FOUND);
    assert_int_equal(fs->ops->unlink(fs, rig->other, NULL), PT_OK);
    assert_int_equal(fs->ops->unlink(fs, rig->other, NULL), PT_NOT_FOUND);
    assert_int_equal(fs->ops->sync_dir(fs, rig->dir, NULL), PT_OK);
    assert_int_equal(fs->ops->mkdir(fs, rig->dir, NULL), PT_OK); // there already
    assert_int_equal(fs->ops->list(fs, "/no/such/folder", count_name, &count, NULL), PT_NOT_FOUND);
    assert_int_equal(fs->ops->sync_dir(fs, "/no/such/folder", NULL), PT_NOT_FOUND);
}

static void expect_content(Rig *rig, PtStr want)
{
    char *bytes = NULL;
    size_t len = 0;
    assert_int_equal(pt_fs_read(rig->fs, rig->path, want.len, &bytes, &len, NULL), PT_OK);
    assert_int_equal(len, want.len);
    assert_int_equal(bytes[len], '\0');
    assert_true(pt_str_eq((PtStr){bytes, len}, want));
    free(bytes);
}

static void test_whole_files(void **state)
{
    Rig *rig = *state;
    char *bytes = NULL;
    size_t len = 0;
    PtError err = {0};
    assert_int_equal(pt_fs_read(rig->fs, rig->path, 10, &bytes, &len, NULL), PT_NOT_FOUND);
    assert_int_equal(pt_fs_replace(rig->fs, rig->path, PT_STR("first"), NULL), PT_OK);
    expect_content(rig, PT_STR("first"));
    assert_int_equal(pt_fs_replace(rig->fs, rig->path, PT_STR("2nd"), NULL), PT_OK);
    expect_content(rig, PT_STR("2nd"));
    assert_int_equal(pt_fs_read(rig->fs, rig->path, 2, &bytes, &len, &err), PT_TOO_LARGE);
    assert_int_equal(pt_fs_replace(rig->fs, rig->path, PT_STR(""), NULL), PT_OK);
    expect_content(rig, PT_STR(""));
}

/* Whatever fails or crashes on the way: the old content or the new, and the new once it said so. */
static void test_replace_is_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        PtFs *fs = fault_fs_new(seed);
        assert_non_null(fs);
        Rig *rig = rig_new(fs);
        assert_int_equal(pt_fs_replace(fs, rig->path, PT_STR("old"), NULL), PT_OK);
        fault_fs_fail(fs, FAULT_ANY, 1 + seed % 9, seed % 2 == 0 ? EIO : ENOSPC);
        PtStatus st = pt_fs_replace(fs, rig->path, PT_STR("the new one"), NULL);
        fault_fs_power_off(fs);
        fault_fs_crash(fs, seed);
        char *bytes = NULL;
        size_t len = 0;
        assert_int_equal(pt_fs_read(fs, rig->path, 100, &bytes, &len, NULL), PT_OK);
        bool fresh = strcmp(bytes, "the new one") == 0;
        assert_true(fresh || (strcmp(bytes, "old") == 0 && st != PT_OK));
        free(bytes);
        fault_fs_free(fs);
        free(rig);
    }
}

#define ROW(fn)                                                                                    \
    {#fn " (real)", fn, setup_real, teardown, NULL},                                               \
    {                                                                                              \
        #fn " (memory)", fn, setup_memory, teardown, NULL                                          \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_open_modes),
        ROW(test_bytes_and_sizes),
        ROW(test_names),
        ROW(test_whole_files),
        cmocka_unit_test(test_replace_is_whole),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
