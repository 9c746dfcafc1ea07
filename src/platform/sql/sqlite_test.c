// SPDX-License-Identifier: Apache-2.0
/* What is SQLite's own: its file, its settings, a full disk, the checkpoint. */
#include "platform/sql.h"

#include "base/rng.h"
#include "platform/clock.h"
#include "platform/sql/sql_rig.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

static SqlRig rig;

static const char CREATE_T[] = "CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT)";
static const char INSERT_T[] = "INSERT INTO t (a, b) VALUES (?1, ?2)";
static const char COUNT_T[] = "SELECT COUNT(*) FROM t";

static void nap_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static PtStatus insert(PtSqlTx *tx, int64_t a, PtStr b)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, INSERT_T, NULL);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, a);
        pt_sql_bind_text(tx, 2, b);
        st = pt_sql_step(tx, &row, NULL);
    }
    pt_sql_done(tx);
    return st;
}

static int set_up(void **state)
{
    (void)state;
    return rig_init(&rig, RIG_SQLITE) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    rig_done(&rig);
    return 0;
}

static void open_case_fails(const PtSqlConfig *c, PtStatus want, const char *want_message)
{
    PtSql *opened = NULL;
    PtError err = {0};
    assert_int_equal(pt_sql_open(c, &opened, &err), want);
    assert_null(opened);
    assert_non_null(strstr(err.message, want_message));
}

static void open_tells_what_is_wrong(void **state)
{
    (void)state;
    PtSqlConfig c = {.path = ":memory:", .readers = 1};
    open_case_fails(&c, PT_INVALID, "a database needs a file");
    c.path = "";
    open_case_fails(&c, PT_INVALID, "a database needs a file");
    c.path = "/nonexistent/x.db";
    open_case_fails(&c, PT_NOT_FOUND, "cannot open \"/nonexistent/x.db\"");
    c.path = rig.path;
    c.readers = 0;
    open_case_fails(&c, PT_INVALID, "readers 0 is not 1..16");
    c.readers = 17;
    open_case_fails(&c, PT_INVALID, "readers 17 is not 1..16");
    pt_sql_close(NULL);

    FILE *f = fopen(rig.path, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++) {
        (void)fputs("this is not a database ", f);
    }
    assert_int_equal(fclose(f), 0);
    c.readers = 1;
    open_case_fails(&c, PT_CORRUPT, "cannot open");
}

static void settings_are_in_force(void **state)
{
    (void)state;
    struct stat st;
    PtSqlConfig c = rig_config(&rig);
    c.readers = 16;
    rig_open_sql(&rig, &c);
    assert_int_equal(rig_number_now(&rig, "PRAGMA synchronous"), 2);
    assert_int_equal(rig_number_now(&rig, "PRAGMA foreign_keys"), 1);
    PtSqlTx *tx = rig_begin(&rig, true);
    assert_int_equal(rig_number(tx, "PRAGMA synchronous"), 2);
    rig_commit(tx);
    pt_sql_close(rig.sql);
    rig.sql = NULL;
    assert_int_equal(stat(rig.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    c.relaxed = true;
    rig_open_sql(&rig, &c);
    tx = rig_begin(&rig, true);
    assert_int_equal(rig_number(tx, "PRAGMA synchronous"), 1);
    rig_commit(tx);
}

/* The disk under SQLite is full while this is set. */
static atomic_bool disk_full;
static ssize_t (*real_pwrite)(int fd, const void *bytes, size_t len, off_t at);

static ssize_t pwrite_or_full(int fd, const void *bytes, size_t len, off_t at)
{
    if (disk_full) {
        errno = ENOSPC;
        return -1;
    }
    return real_pwrite(fd, bytes, len, at);
}

typedef ssize_t (*WriteFn)(int, const void *, size_t, off_t);

static void full_disk_is_unavailable_and_passes(void **state)
{
    (void)state;
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    real_pwrite = (WriteFn)vfs->xGetSystemCall(vfs, "pwrite64");
    assert_non_null(real_pwrite);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)pwrite_or_full),
                     SQLITE_OK);
    rig_open_sql(&rig, NULL);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    rig_commit(tx);
    tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    disk_full = true;
    PtError err = {0};
    assert_int_equal(pt_sql_commit(&tx, &err), PT_UNAVAILABLE);
    assert_non_null(strstr(err.message, "cannot commit: "));
    assert_int_equal(rig_number_now(&rig, COUNT_T), 0); // reading goes on
    disk_full = false;
    tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 2, PT_STR("x")), PT_OK);
    rig_commit(tx);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 1);
    (void)vfs->xSetSystemCall(vfs, "pwrite64", NULL);
}

static void checkpoint_runs_beside_the_writer(void **state)
{
    (void)state;
    struct stat st = {0};
    PtSqlConfig c = rig_config(&rig);
    c.checkpoint_pages = 8;
    rig_open_sql(&rig, &c);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    static char big[100000];
    memset(big, 'x', sizeof big);
    assert_int_equal(insert(tx, 1, (PtStr){big, sizeof big}), PT_OK);
    rig_commit(tx);
    for (int i = 0; i < 500 && st.st_size < (off_t)sizeof big; i++) {
        nap_ms(10);
        assert_int_equal(stat(rig.path, &st), 0);
    }
    assert_true(st.st_size >= (off_t)sizeof big);
}

/* ---- What is deleted is gone ---- */

static const char CREATE_PERSON[] =
    "CREATE TABLE person (id TEXT PRIMARY KEY, mail TEXT, note TEXT)";
static const char CREATE_INDEX[] = "CREATE INDEX person_mail ON person (mail)";
static const char INSERT_PERSON[] = "INSERT INTO person (id, mail, note) VALUES (?1, ?2, ?3)";
static const char UPDATE_NOTE[] = "UPDATE person SET note = ?3, mail = ?2 WHERE id = ?1";
static const char DELETE_PERSON[] = "DELETE FROM person WHERE id = ?1";

enum { PERSONS = 2500, PERSON_BATCH = 200, PERSON_NOTE = 9000 };

/* A third of them goes, a third gets new texts, a third stays. */
enum { GOES, CHANGES, STAYS, FATES };

static void person_text(char *out, char field, unsigned version, uint64_t n)
{
    PtRng rng;
    pt_rng_init(&rng, n * 16 + version * 3 + (unsigned char)field);
    const uint64_t a = pt_rng_u64(&rng);
    (void)sprintf(out, "%c%u%016llx", field, version, (unsigned long long)a);
}

static void write_person(PtSqlTx *tx, const char *statement, unsigned version, uint64_t n)
{
    static char note[PERSON_NOTE];
    char id[40], mail[40], text[40];
    PtRng rng;
    bool row = false;
    pt_rng_init(&rng, n + version * 77777);
    // from a few bytes to more than a page
    const size_t times = 1 + (size_t)pt_rng_below(&rng, pt_rng_below(&rng, 20) == 0 ? 400 : 20);
    size_t len = 0;
    person_text(id, 'i', 0, n);
    person_text(mail, 'm', version, n);
    person_text(text, 'n', version, n);
    for (size_t i = 0; i < times; i++) {
        memcpy(note + len, text, strlen(text));
        len += strlen(text);
    }
    assert_int_equal(pt_sql_use(tx, statement, NULL), PT_OK);
    pt_sql_bind_text(tx, 1, pt_str(id));
    if (statement != DELETE_PERSON) {
        pt_sql_bind_text(tx, 2, pt_str(mail));
        pt_sql_bind_text(tx, 3, (PtStr){note, len});
    }
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    pt_sql_done(tx);
}

/* In an order that splits and joins pages, in transactions of some. */
static void write_persons(const char *statement, unsigned version, unsigned fate)
{
    PtSqlTx *tx = rig_begin(&rig, true);
    for (uint64_t i = 0; i < PERSONS; i++) {
        const uint64_t n = i * 1237 % PERSONS;
        if (fate == FATES || n % FATES == fate) {
            write_person(tx, statement, version, n);
        }
        if (i % PERSON_BATCH == 0) {
            rig_commit(tx);
            tx = rig_begin(&rig, true);
        }
    }
    rig_commit(tx);
}

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, 18);
}

/* How many of the texts (18 bytes, in order) stand in the file; -1 where there is none. */
static long count_in_file(const char *suffix, char (*texts)[18], size_t count)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s%s", rig.path, suffix);
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return -1;
    }
    struct stat st;
    assert_int_equal(fstat(fileno(f), &st), 0);
    char *bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)st.st_size, f), (size_t)st.st_size);
    long found = 0;
    for (off_t at = 0; at + 18 <= st.st_size; at++) {
        bool may = bytes[at] == 'i' || bytes[at] == 'm' || bytes[at] == 'n';
        if (may && bsearch(bytes + at, texts, count, 18, by_text) != NULL) {
            found++;
        }
    }
    free(bytes);
    assert_int_equal(fclose(f), 0);
    return found;
}

static size_t gone_texts(char (*texts)[18])
{
    size_t count = 0;
    for (uint64_t n = 0; n < PERSONS; n++) {
        static const char fields[] = "imn";
        for (size_t f = n % FATES == GOES ? 0 : 1; f < 3 && n % FATES != STAYS; f++) {
            char text[40];
            person_text(text, fields[f], 0, n);
            memcpy(texts[count++], text, 18);
        }
    }
    qsort(texts, count, 18, by_text);
    return count;
}

static void what_is_deleted_is_in_no_file(void **state)
{
    (void)state;
    static const char *const files[] = {"", "-wal", "-shm"};
    static char texts[PERSONS * 3][18];
    const size_t count = gone_texts(texts);
    rig_open_sql(&rig, NULL);
    assert_int_equal(rig_number_now(&rig, "PRAGMA secure_delete"), 1);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_PERSON);
    rig_run(tx, CREATE_INDEX);
    rig_commit(tx);
    write_persons(INSERT_PERSON, 0, FATES);
    assert_int_equal(pt_sql_scrub(rig.sql, NULL), PT_OK);
    assert_true(count_in_file("", texts, count) > 3 * PERSONS / 2); // the search finds them
    write_persons(UPDATE_NOTE, 1, CHANGES);
    write_persons(DELETE_PERSON, 0, GOES);
    assert_int_equal(pt_sql_scrub(rig.sql, NULL), PT_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_true(count_in_file(files[i], texts, count) <= 0);
    }
    struct stat st;
    char wal[128];
    (void)snprintf(wal, sizeof wal, "%s-wal", rig.path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_size, 0);
    write_persons(UPDATE_NOTE, 1, STAYS); // on pages that were in memory all the time
    assert_true(count_in_file("", texts, count) <= 0 && count_in_file("-wal", texts, count) == 0);
    assert_int_equal(rig_number_now(&rig, "SELECT COUNT(*) FROM person"),
                     PERSONS - (PERSONS + FATES - 1) / FATES);
}

static atomic_bool scrubbed;

static void *scrub(void *arg)
{
    PtStatus *st = arg;
    *st = pt_sql_scrub(rig.sql, NULL);
    scrubbed = true;
    return NULL;
}

/* A reader of an earlier state holds it up; writers do not wait for that reader. */
static void scrub_waits_for_readers(void **state)
{
    (void)state;
    pthread_t thread;
    PtStatus st = PT_OK;
    rig_open_sql(&rig, NULL);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    rig_commit(tx);
    PtSqlTx *reader = rig_begin(&rig, false);
    assert_int_equal(rig_number(reader, COUNT_T), 0);
    tx = rig_begin(&rig, true);
    assert_int_equal(insert(tx, 1, PT_STR("x")), PT_OK);
    assert_int_equal(pt_sql_scrub(rig.sql, NULL), PT_INVALID);
    rig_commit(tx);
    scrubbed = false;
    assert_int_equal(pthread_create(&thread, NULL, scrub, &st), 0);
    for (int64_t a = 2; a < 7; a++) {
        nap_ms(20);
        tx = rig_begin(&rig, true);
        assert_int_equal(insert(tx, a, PT_STR("x")), PT_OK);
        rig_commit(tx);
    }
    assert_false(scrubbed);
    assert_int_equal(rig_number(reader, COUNT_T), 0);
    pt_sql_rollback(reader);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(st, PT_OK);
    assert_int_equal(rig_number_now(&rig, COUNT_T), 6);
}

#define ONE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE(open_tells_what_is_wrong),
        ONE(settings_are_in_force),
        ONE(full_disk_is_unavailable_and_passes),
        ONE(checkpoint_runs_beside_the_writer),
        ONE(what_is_deleted_is_in_no_file),
        ONE(scrub_waits_for_readers),
    };
    return cmocka_run_group_tests_name("platform/sqlite", tests, NULL, NULL);
}
