// SPDX-License-Identifier: Apache-2.0
#include "connect/connect.h"

#include <errno.h>
#include <fault/fault_fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char path[] = "data/imports/x.json";

static ConnectCheckpoint sample(uint64_t acked)
{
    ConnectCheckpoint c = {.events_acked = acked, .counts = {1, 2, 3, 4}};
    memset(c.digest, 'a', 64);
    memset(c.mapping_digest, 'b', 64);
    strcpy(c.source, "tills \"north\" \xc3\xa9");
    return c;
}

static PtFs *disk(uint64_t seed)
{
    PtFs *fs = fault_fs_new(seed);
    assert_non_null(fs);
    assert_int_equal(fs->ops->mkdir(fs, "data", NULL), PT_OK);
    assert_int_equal(fs->ops->mkdir(fs, "data/imports", NULL), PT_OK);
    return fs;
}

static void what_was_saved_is_loaded(void **state)
{
    (void)state;
    PtFs *fs = disk(1);
    ConnectCheckpoint in = sample(17), out;
    memset(&out, 0xff, sizeof out);
    in.done = true;
    assert_int_equal(connect_checkpoint_load(fs, path, &out, NULL), PT_NOT_FOUND);
    assert_int_equal(connect_checkpoint_save(fs, path, &in, NULL), PT_OK);
    assert_int_equal(connect_checkpoint_load(fs, path, &out, NULL), PT_OK);
    assert_memory_equal(&in.counts, &out.counts, sizeof in.counts);
    assert_string_equal(in.digest, out.digest);
    assert_string_equal(in.mapping_digest, out.mapping_digest);
    assert_string_equal(in.source, out.source);
    assert_int_equal(out.events_acked, 17);
    assert_true(out.done);
    fault_fs_free(fs);
}

/* Whatever operation fails, and whatever the disk forgets then: the old or the new one is there. */
static void a_failure_leaves_the_old_or_the_new_one(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (uint64_t nth = 1; nth < 12; nth++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            PtFs *fs = disk(seed);
            ConnectCheckpoint before = sample(100), after = sample(200), out = {0};
            assert_int_equal(connect_checkpoint_save(fs, path, &before, NULL), PT_OK);
            fault_fs_fail(fs, FAULT_ANY, nth, EIO);
            PtStatus st = connect_checkpoint_save(fs, path, &after, NULL);
            failures += st != PT_OK;
            fault_fs_crash(fs, seed * 31 + nth);
            assert_int_equal(connect_checkpoint_load(fs, path, &out, NULL), PT_OK);
            assert_true(out.events_acked == 200 || (st != PT_OK && out.events_acked == 100));
            fault_fs_free(fs);
        }
    }
    assert_true(failures >= 60); // open, write, sync and rename were all hit
}

static struct BadCase {
    const char *name, *text;
} bad_cases[] = {
    {"empty", ""},
    {"not JSON", "{"},
    {"another shape", "[]"},
    {"members missing", "{\"version\":1,\"events_acked\":5}"},
    {"a negative count",
     "{\"version\":1,\"digest\":\"\",\"mapping_digest\":\"\",\"source\":\"\",\"events_acked\":-1,"
     "\"done\":false,\"rows\":0,\"rejected\":0,\"skipped\":0,\"events\":0}"},
    {"another version",
     "{\"version\":2,\"digest\":\"\",\"mapping_digest\":\"\",\"source\":\"\",\"events_acked\":1,"
     "\"done\":false,\"rows\":0,\"rejected\":0,\"skipped\":0,\"events\":0}"},
    {"a text that is too long",
     "{\"version\":1,\"digest\":"
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
     "\"mapping_digest\":\"\",\"source\":\"\",\"events_acked\":1,"
     "\"done\":false,\"rows\":0,\"rejected\":0,\"skipped\":0,\"events\":0}"},
};

static void bad_case(void **state)
{
    const struct BadCase *c = *state;
    PtFs *fs = disk(3);
    ConnectCheckpoint out = {.events_acked = 42};
    PtError err = {0};
    assert_int_equal(pt_fs_replace(fs, path, pt_str(c->text), NULL), PT_OK);
    assert_int_equal(connect_checkpoint_load(fs, path, &out, &err), PT_CORRUPT);
    assert_non_null(strstr(err.message, "is not a checkpoint"));
    assert_int_equal(out.events_acked, 42); // contract: untouched on failure
    fault_fs_free(fs);
}

int main(void)
{
    enum { BAD = sizeof bad_cases / sizeof *bad_cases };
    struct CMUnitTest tests[BAD + 2] = {cmocka_unit_test(what_was_saved_is_loaded),
                                        cmocka_unit_test(a_failure_leaves_the_old_or_the_new_one)};
    for (size_t i = 0; i < BAD; i++) {
        tests[i + 2] = (struct CMUnitTest){bad_cases[i].name, bad_case, NULL, NULL, &bad_cases[i]};
    }
    return cmocka_run_group_tests_name("connect/checkpoint", tests, NULL, NULL);
}
