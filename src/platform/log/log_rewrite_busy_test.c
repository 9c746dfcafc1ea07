// SPDX-License-Identifier: Apache-2.0
/* Rewriting beside everything else that goes on: readers, appends and backups in threads of their
 * own, on the real file system. */
#include "base/test_rows.h"
#include "platform/log.h"
#include "platform/log/log_internal.h"
#include "platform/log/log_rewrite_rig.h"

#include <fault/fault_fs.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char dir[] = "/log";

static PtLogConfig config_of(PtFs *disk)
{
    PtLogConfig c = pt_log_config_default();
    c.fs = disk;
    c.dir = dir;
    c.segment_bytes = SEGMENT;
    c.start_threads = false;
    return c;
}

typedef struct Search {
    char names[512][64];
    size_t count;
} Search;

static bool note_name(void *ctx, const char *name)
{
    Search *s = ctx;
    assert_true(s->count < PT_COUNT(s->names) && strlen(name) < sizeof s->names[0]);
    (void)strcpy(s->names[s->count++], name);
    return true;
}

static bool unlink_in(void *ctx, const char *name)
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s/%.200s", (const char *)ctx, name);
    return unlink(path) == 0;
}

static void remove_folder(char *folder)
{
    assert_int_equal(pt_fs_real()->ops->list(pt_fs_real(), folder, unlink_in, folder, NULL), PT_OK);
    assert_int_equal(rmdir(folder), 0);
}

typedef struct Busy {
    PtLog *log;
    PtFs *fs;
    const char *dir;
    atomic_bool stop;
    _Atomic uint64_t appended, read, copied;
} Busy;

static void *append_main(void *arg)
{
    Busy *b = arg;
    for (uint64_t n = 0; !b->stop; n++) {
        char text[200];
        int len = snprintf(text, sizeof text, "record %llu of somebody, and something behind it",
                           (unsigned long long)n);
        PtRecord r = {
            .time_ms = (int64_t)n, .klass = PT_RECORD_EVENT, .payload = {text, (size_t)len}};
        uint64_t round = 0, offset = 0;
        if (pt_log_append(b->log, &r, &round, &offset, NULL) != PT_OK) {
            abort();
        }
        if (n % 20 == 0 && pt_log_commit(b->log, NULL) != PT_OK) {
            abort();
        }
        atomic_fetch_add(&b->appended, 1);
    }
    return NULL;
}

/* A record is whole, whichever it is. */
static void must_be_whole(const PtRecord *r)
{
    char want[200];
    (void)snprintf(want, sizeof want, "record %llu of somebody, and something behind it",
                   (unsigned long long)r->position.offset);
    bool is_new = (r->flags & ERASED) != 0 && pt_str_eq(r->payload, pt_str(residue));
    if (!is_new && !pt_str_eq(r->payload, pt_str(want))) {
        abort();
    }
}

static uint64_t read_to_end(PtLog *log)
{
    PtLogReader *reader = NULL;
    uint64_t n = 0;
    if (pt_log_reader_open(log, NULL, 0, 0, &reader, NULL) != PT_OK) {
        abort();
    }
    for (size_t count = 1; count > 0;) {
        const PtRecord *got = NULL;
        if (pt_log_fetch(reader, 100, true, &got, &count, NULL) != PT_OK) {
            abort();
        }
        for (size_t i = 0; i < count; i++, n++) {
            if (got[i].position.offset != n) {
                abort();
            }
            must_be_whole(&got[i]);
        }
    }
    pt_log_reader_close(reader);
    return n;
}

static void *read_main(void *arg)
{
    Busy *b = arg;
    while (!b->stop) {
        atomic_fetch_add(&b->read, read_to_end(b->log));
    }
    return NULL;
}

static void copy_file(PtFs *from, const char *from_dir, PtFs *to, const char *name)
{
    char path[320], *bytes = NULL;
    size_t len = 0;
    PtFile *file = NULL;
    (void)snprintf(path, sizeof path, "%s/%s", from_dir, name);
    if (pt_fs_read(from, path, 64 << 20, &bytes, &len, NULL) != PT_OK) {
        abort();
    }
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (to->ops->open(to, path, PT_OPEN_CREATE, &file, NULL) != PT_OK ||
        to->ops->pwrite(to, file, bytes, len, 0, NULL) != PT_OK) {
        abort();
    }
    to->ops->close(to, file);
    free(bytes);
}

/* As a backup does: the files of a snapshot, one after the other, and then a log of them. */
static void back_up(Busy *b)
{
    PtLogSnapshot *s = NULL;
    PtFs *disk = fault_fs_new(3);
    PtLogConfig c = config_of(disk);
    PtLog *copy = NULL;
    if (disk == NULL || pt_log_snapshot(b->log, &s, NULL) != PT_OK ||
        disk->ops->mkdir(disk, dir, NULL) != PT_OK) {
        abort();
    }
    for (size_t i = 0; i < s->count; i++) {
        copy_file(b->fs, b->dir, disk, s->files[i].name);
    }
    if (pt_log_open(&c, &copy, NULL) != PT_OK || read_to_end(copy) != s->archived_end) {
        abort();
    }
    atomic_fetch_add(&b->copied, s->count);
    pt_log_close(copy);
    pt_log_snapshot_free(s);
    fault_fs_free(disk);
}

static void *backup_main(void *arg)
{
    Busy *b = arg;
    while (!b->stop) {
        back_up(b);
    }
    return NULL;
}

/* No segment holds what was replaced; they come and go meanwhile. */
static void check_hot(Busy *b, const uint64_t *offsets, size_t count)
{
    Search s = {.count = 0};
    assert_int_equal(b->fs->ops->list(b->fs, b->dir, note_name, &s, NULL), PT_OK);
    for (size_t i = 0; i < s.count; i++) {
        char path[320], *bytes = NULL;
        size_t len = 0;
        (void)snprintf(path, sizeof path, "%s/%s", b->dir, s.names[i]);
        if (strncmp(s.names[i], "hot-", 4) != 0 ||
            pt_fs_read(b->fs, path, 64 << 20, &bytes, &len, NULL) != PT_OK) {
            continue;
        }
        for (size_t k = 0; k < count; k++) {
            char text[64];
            int n = snprintf(text, sizeof text, "record %llu of ", (unsigned long long)offsets[k]);
            assert_null(memmem(bytes, len, text, (size_t)n));
        }
        free(bytes);
    }
}

static void rewrite_while_busy(Busy *b)
{
    uint64_t offsets[PICKS], end = pt_log_end(b->log, 0);
    size_t count = 0;
    PtLogRewritten done = {0};
    PtError err = {0};
    for (uint64_t k = 1; k <= PICKS && end > 100; k++) {
        offsets[count++] = end * k / (PICKS + 1);
    }
    if (pt_log_rewrite(b->log, offsets, count, erase, NULL, &done, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_true(done.records <= count);
    check_hot(b, offsets, count);
}

static void test_beside_readers_appends_and_backups(void **state)
{
    (void)state;
    static void *(*const mains[])(void *) = {append_main, read_main, read_main, backup_main};
    pthread_t threads[PT_COUNT(mains)];
    char folder[] = "/tmp/patron-rewrite-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    Busy b = {.fs = pt_fs_real(), .dir = folder};
    PtLogConfig c = config_of(b.fs);
    c.dir = folder;
    c.start_threads = true;
    c.gather_us = 0;
    assert_int_equal(pt_log_open(&c, &b.log, NULL), PT_OK);
    for (size_t i = 0; i < PT_COUNT(mains); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, mains[i], &b), 0);
    }
    const int64_t until = pt_mono_ms() + 100;
    while (pt_mono_ms() < until || atomic_load(&b.read) == 0 || atomic_load(&b.copied) == 0) {
        rewrite_while_busy(&b);
    }
    b.stop = true;
    for (size_t i = 0; i < PT_COUNT(mains); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(pt_log_commit(b.log, NULL), PT_OK);
    assert_int_equal(read_to_end(b.log), atomic_load(&b.appended));
    pt_log_close(b.log);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"beside readers, appends and backups", test_beside_readers_appends_and_backups, NULL, NULL,
         NULL},
    };
    return cmocka_run_group_tests_name("log_rewrite_busy", tests, NULL, NULL);
}
