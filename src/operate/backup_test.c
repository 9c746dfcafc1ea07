// SPDX-License-Identifier: Apache-2.0
#include "operate/backup.h"
#include "operate/core_rows.h"

#include "base/buf.h"
#include "base/memory.h"
#include "platform/migrations.h"

#include <errno.h>
#include <fault/fault_alloc.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH = 512 };

/* A data folder with sources in SQL and records in the log, and a place beside it. */
typedef struct Rig {
    char dir[64], data[PATH], other[PATH], file[PATH];
    PtSql *core;
    PtLog *log;
} Rig;

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

static void open_log(Rig *r)
{
    char dir[PATH + 8];
    PtError err = {0};
    (void)snprintf(dir, sizeof dir, "%s/log", r->data);
    PtLogConfig c = pt_log_config_default();
    c.fs = pt_fs_real();
    c.clock = pt_clock_real();
    c.dir = dir;
    c.segment_bytes = 1 << 20;
    c.spare_segments = 0;
    must(pt_log_open(&c, &r->log, &err), &err);
}

static void open_core(Rig *r)
{
    char path[PATH + 16];
    PtError err = {0};
    (void)snprintf(path, sizeof path, "%s/core.db", r->data);
    const PtSqlConfig c = {.path = path, .readers = 2};
    must(pt_sql_open(&c, &r->core, &err), &err);
    must(pt_migrations_apply(r->core, PT_MIGRATIONS_CORE, &err), &err);
}

static void add_source(Rig *r, int64_t number, const char *name)
{
    static const char insert[] = "INSERT INTO source (number, id, name, write_key, enabled,"
                                 " historical, skew, created_ms)"
                                 " VALUES (?1, ?2, ?3, ?4, 1, 0, 'correct', ?5)";
    PtSqlTx *tx = NULL;
    PtError err = {0};
    bool row;
    char id[32];
    (void)snprintf(id, sizeof id, "id-%lld", (long long)number);
    must(pt_sql_begin(r->core, true, &tx, &err), &err);
    must(pt_sql_use(tx, insert, &err), &err);
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_text(tx, 2, pt_str(id));
    pt_sql_bind_text(tx, 3, pt_str(name));
    pt_sql_bind_text(tx, 4, pt_str(id));
    pt_sql_bind_i64(tx, 5, INT64_MIN + number);
    must(pt_sql_step(tx, &row, &err), &err);
    must(pt_sql_commit(&tx, &err), &err);
}

static void append(Rig *r, uint64_t count)
{
    char payload[700];
    PtError err = {0};
    for (uint64_t i = 0; i < count; i++) {
        uint64_t round, offset;
        memset(payload, 'a' + (int)(i % 26), sizeof payload);
        PtRecord rec = {.time_ms = 1700000000000 + (int64_t)i,
                        .klass = PT_RECORD_EVENT,
                        .type = (uint8_t)(i % 6),
                        .flags = (uint16_t)i,
                        .source = (uint32_t)i,
                        .node = i * 7,
                        .id_hash = {i, ~i},
                        .payload = {payload, i % sizeof payload}};
        must(pt_log_append(r->log, &rec, &round, &offset, &err), &err);
    }
    must(pt_log_commit(r->log, &err), &err);
}

static void write_text(const char *dir, const char *name, const char *text)
{
    char path[PATH + 64];
    PtError err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    must(pt_fs_replace(pt_fs_real(), path, pt_str(text), &err), &err);
}

static Rig *rig_new(uint64_t archived, uint64_t hot)
{
    Rig *r = calloc(1, sizeof *r);
    PtError err = {0};
    assert_non_null(r);
    (void)snprintf(r->dir, sizeof r->dir, "/tmp/patron-backup-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    (void)snprintf(r->data, PATH, "%s/data", r->dir);
    (void)snprintf(r->other, PATH, "%s/other", r->dir);
    (void)snprintf(r->file, PATH, "%s/one.ptb", r->dir);
    assert_int_equal(mkdir(r->data, 0700), 0);
    write_text(r->data, "secret.key", "0123456789abcdef0123456789abcdef0123456789abcdef");
    open_core(r);
    open_log(r);
    add_source(r, 1, "shop");
    add_source(r, 2, "till \xe2\x82\xac");
    append(r, archived);
    if (archived > 0) {
        must(pt_log_archive_all(r->log, &err), &err);
    }
    append(r, hot);
    return r;
}

static void rig_free(Rig *r)
{
    char command[PATH];
    pt_log_close(r->log);
    pt_sql_close(r->core);
    (void)snprintf(command, sizeof command, "rm -rf %s", r->dir);
    assert_int_equal(system(command), 0);
    free(r);
}

static BackupSource source_of(const Rig *r)
{
    return (BackupSource){.core = r->core,
                          .log = r->log,
                          .fs = pt_fs_real(),
                          .clock = pt_clock_real(),
                          .data_dir = r->data,
                          .engine = "sqlite",
                          .settings = PT_STR("# none\n"),
                          .secrets = true};
}

static BackupResult back_up(const Rig *r)
{
    BackupSource s = source_of(r);
    BackupProgress p = {0};
    BackupResult result = {0};
    PtError err = {0};
    must(backup_make_file(&s, r->file, &p, &result, &err), &err);
    assert_int_equal(atomic_load(&p.bytes), result.bytes);
    return result;
}

static RestoreTarget target_of(const Rig *r)
{
    return (RestoreTarget){.fs = pt_fs_real(), .data_dir = r->other};
}

static void same_records(Rig *a, Rig *b, uint64_t end)
{
    PtLogReader *ra = NULL, *rb = NULL;
    PtError err = {0};
    assert_int_equal(end, pt_log_end(b->log, 0));
    must(pt_log_reader_open(a->log, NULL, 0, 0, &ra, &err), &err);
    must(pt_log_reader_open(b->log, NULL, 0, 0, &rb, &err), &err);
    for (uint64_t at = 0; at < end; at++) {
        const PtRecord *x = NULL, *y = NULL;
        size_t nx = 0, ny = 0;
        must(pt_log_fetch(ra, 1, true, &x, &nx, &err), &err);
        must(pt_log_fetch(rb, 1, true, &y, &ny, &err), &err);
        assert_int_equal(nx, 1);
        assert_int_equal(ny, 1);
        assert_int_equal(x->time_ms, y->time_ms);
        assert_int_equal(x->klass, y->klass);
        assert_int_equal(x->flags, y->flags);
        assert_int_equal(x->node, y->node);
        assert_true(pt_hash128_eq(x->id_hash, y->id_hash));
        assert_int_equal(x->payload.len, y->payload.len);
        assert_memory_equal(x->payload.data, y->payload.data, x->payload.len);
    }
    pt_log_reader_close(ra);
    pt_log_reader_close(rb);
}

static void sum_of(PtSql *sql, uint8_t sum[static CORE_SUM], uint64_t *rows)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(sql, false, &tx, &err), &err);
    must(core_rows_write(tx, NULL, sum, rows, &err), &err);
    pt_sql_rollback(tx);
}

/* The restored folder, opened as a server would. */
static void compare_restored(Rig *r)
{
    Rig copy = {0};
    uint8_t a[CORE_SUM], b[CORE_SUM];
    uint64_t rows_a = 0, rows_b = 0;
    (void)snprintf(copy.data, PATH, "%s", r->other);
    open_core(&copy);
    open_log(&copy);
    same_records(r, &copy, pt_log_end(r->log, 0));
    sum_of(r->core, a, &rows_a);
    sum_of(copy.core, b, &rows_b);
    assert_int_equal(rows_a, rows_b);
    assert_memory_equal(a, b, sizeof a);
    pt_log_close(copy.log);
    pt_sql_close(copy.core);
}

typedef struct Size {
    const char *name;
    uint64_t archived, hot;
} Size;

static void round_trip(void **state)
{
    const Size *size = *state;
    Rig *r = rig_new(size->archived, size->hot);
    RestoreResult v, done;
    PtError err = {0};
    const BackupResult made = back_up(r);
    assert_int_equal(made.end_offset, size->archived + size->hot);
    must(backup_verify(pt_fs_real(), r->file, NULL, NULL, &v, &err), &err);
    assert_int_equal(v.bytes, made.bytes);
    assert_memory_equal(v.digest, made.digest, PACK_DIGEST);
    const RestoreTarget t = target_of(r);
    must(backup_restore(&t, r->file, NULL, NULL, &done, &err), &err);
    assert_memory_equal(done.content, made.content, PACK_DIGEST);
    must(restore_check_finished(r->other, &err), &err);
    compare_restored(r);
    rig_free(r);
}

static PtStatus anonymous(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)ctx, (void)record, (void)err;
    ret_record->payload = PT_STR("somebody");
    return PT_OK;
}

/* Somebody is erased, of whom the backup's files and the records behind them hold something. */
static void erase_somebody(Rig *r, PtError *err)
{
    const uint64_t offsets[] = {5, 1999, 2500};
    PtLogRewritten done = {0};
    must(pt_log_rewrite(r->log, offsets, 3, anonymous, NULL, &done, err), err);
    assert_int_equal(done.records, 3);
}

/* What is committed and appended after the instant is in neither half. */
static PtStatus grow(void *ctx, const void *bytes, size_t len, PtError *err)
{
    Rig *r = ctx;
    static bool grown;
    PtFs *fs = pt_fs_real();
    static PtFile *file;
    static uint64_t at;
    if (!grown) {
        grown = true;
        add_source(r, 3, "later");
        append(r, 4000);
        must(pt_log_archive_all(r->log, err), err);
        erase_somebody(r, err);
        must(fs->ops->open(fs, r->file, PT_OPEN_CREATE, &file, err), err);
    }
    must(fs->ops->pwrite(fs, file, bytes, len, at, err), err);
    at += len;
    return PT_OK;
}

static void archiving_and_erasing_beside_do_not_disturb(void **state)
{
    (void)state;
    Rig *r = rig_new(2000, 1500);
    BackupSource s = source_of(r);
    BackupProgress p = {0};
    BackupResult made;
    RestoreResult done;
    PtError err = {0};
    const PackSink sink = {grow, r};
    uint8_t sum[CORE_SUM];
    uint64_t rows = 0;
    sum_of(r->core, sum, &rows);
    must(backup_make(&s, &sink, &p, &made, &err), &err);
    assert_int_equal(made.end_offset, 3500);
    assert_int_equal(made.rows, rows);
    const RestoreTarget t = target_of(r);
    must(backup_restore(&t, r->file, NULL, NULL, &done, &err), &err);
    assert_int_equal(done.end_offset, 3500);
    assert_memory_equal(done.content, made.content, PACK_DIGEST);
    Rig copy = {0};
    (void)snprintf(copy.data, PATH, "%s", r->other);
    open_log(&copy);
    same_records(r, &copy, 3500);
    pt_log_close(copy.log);
    rig_free(r);
}

static void no_secrets(void **state)
{
    (void)state;
    Rig *r = rig_new(0, 10);
    BackupSource s = source_of(r);
    BackupProgress p = {0};
    BackupResult made;
    RestoreResult done;
    PtError err = {0};
    char path[PATH + 16];
    s.secrets = false;
    must(backup_make_file(&s, r->file, &p, &made, &err), &err);
    const RestoreTarget t = target_of(r);
    must(backup_restore(&t, r->file, NULL, NULL, &done, &err), &err);
    assert_false(done.secrets);
    (void)snprintf(path, sizeof path, "%s/secret.key", r->other);
    assert_int_equal(access(path, F_OK), -1);
    rig_free(r);
}

static void refuses_what_is_not_empty(void **state)
{
    (void)state;
    Rig *r = rig_new(100, 10);
    RestoreResult done;
    PtError err = {0};
    back_up(r);
    RestoreTarget t = target_of(r);
    assert_int_equal(mkdir(r->other, 0700), 0);
    write_text(r->other, "views.db", "x");
    assert_int_equal(backup_restore(&t, r->file, NULL, NULL, &done, &err), PT_CONFLICT);
    t.force = true;
    must(backup_restore(&t, r->file, NULL, NULL, &done, &err), &err);
    compare_restored(r);
    must(backup_restore(&t, r->file, NULL, NULL, &done, &err), &err);
    write_text(r->other, "letter.txt", "mine");
    assert_int_equal(backup_restore(&t, r->file, NULL, NULL, &done, &err), PT_CONFLICT);
    assert_non_null(strstr(err.message, "letter.txt"));
    rig_free(r);
}

static bool stop_late(void *ctx, uint64_t bytes, uint64_t total)
{
    bool *second = ctx;
    *second |= bytes == total;
    return !(*second && bytes > total / 2 && bytes < total);
}

static void unfinished_is_said(void **state)
{
    (void)state;
    Rig *r = rig_new(3000, 1000);
    RestoreResult done;
    PtError err = {0};
    bool second = false;
    back_up(r);
    RestoreTarget t = target_of(r);
    assert_int_equal(backup_restore(&t, r->file, stop_late, &second, &done, &err), PT_GONE);
    assert_int_equal(restore_check_finished(r->other, &err), PT_CONFLICT);
    assert_non_null(strstr(err.message, "restore unfinished"));
    assert_int_equal(backup_restore(&t, r->file, NULL, NULL, &done, &err), PT_CONFLICT);
    t.force = true;
    must(backup_restore(&t, r->file, NULL, NULL, &done, &err), &err);
    must(restore_check_finished(r->other, &err), &err);
    rig_free(r);
}

static void cancelled_leaves_nothing(void **state)
{
    (void)state;
    Rig *r = rig_new(100, 10);
    BackupSource s = source_of(r);
    BackupProgress p = {.cancel = true};
    BackupResult made;
    PtError err = {0};
    char part[PATH + 8];
    assert_int_equal(backup_make_file(&s, r->file, &p, &made, &err), PT_GONE);
    (void)snprintf(part, sizeof part, "%s.part", r->file);
    assert_int_equal(access(r->file, F_OK), -1);
    assert_int_equal(access(part, F_OK), -1);
    back_up(r);
    atomic_store(&p.cancel, false);
    assert_int_equal(backup_make_file(&s, r->file, &p, &made, &err), PT_CONFLICT);
    rig_free(r);
}

/* ---- Damage --------------------------------------------------------------------------------- */

static char *read_all(const char *path, size_t *ret_len)
{
    char *bytes = NULL;
    PtError err = {0};
    must(pt_fs_read(pt_fs_real(), path, 64 << 20, &bytes, ret_len, &err), &err);
    return bytes;
}

static PtStatus verify_bytes(const char *path, const char *bytes, size_t len, PtError *err)
{
    RestoreResult v;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(close(fd), 0);
    return backup_verify(pt_fs_real(), path, NULL, NULL, &v, err);
}

/* Where a member stands in the file, for what the message must name. */
static bool names_member(const char *message)
{
    return strstr(message, "member \"") != NULL || strstr(message, "head") != NULL ||
           strstr(message, "no backup") != NULL;
}

static void every_flip_is_found(void **state)
{
    (void)state;
    Rig *r = rig_new(40, 10);
    char path[PATH + 8];
    size_t len = 0;
    back_up(r);
    char *bytes = read_all(r->file, &len);
    (void)snprintf(path, sizeof path, "%s.bad", r->file);
    for (size_t at = 0; at < len; at++) {
        PtError err = {0};
        bytes[at] = (char)(bytes[at] ^ (1 << (at % 8)));
        PtStatus st = verify_bytes(path, bytes, len, &err);
        if ((st != PT_CORRUPT && st != PT_UNSUPPORTED_MEDIA) || !names_member(err.message)) {
            fail_msg("byte %zu of %zu: %s: %s", at, len, pt_status_name(st), err.message);
        }
        bytes[at] = (char)(bytes[at] ^ (1 << (at % 8)));
    }
    PtError err = {0};
    must(verify_bytes(path, bytes, len, &err), &err);
    free(bytes);
    rig_free(r);
}

static void every_cut_is_found(void **state)
{
    (void)state;
    Rig *r = rig_new(40, 10);
    char path[PATH + 8];
    size_t len = 0;
    back_up(r);
    char *bytes = read_all(r->file, &len);
    (void)snprintf(path, sizeof path, "%s.bad", r->file);
    for (size_t cut = 0; cut < len; cut += 1 + cut / 40) {
        PtError err = {0};
        assert_int_equal(verify_bytes(path, bytes, cut, &err), PT_CORRUPT);
    }
    char *longer = malloc(len + 1);
    PtError err = {0};
    memcpy(longer, bytes, len);
    longer[len] = 0;
    assert_int_equal(verify_bytes(path, longer, len + 1, &err), PT_CORRUPT);
    free(longer);
    free(bytes);
    rig_free(r);
}

static void memory_may_fail(void **state)
{
    (void)state;
    Rig *r = rig_new(40, 10);
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t nth = 1; st != PT_OK; nth++) {
        BackupSource s = source_of(r);
        BackupProgress p = {0};
        BackupResult made;
        RestoreResult done;
        PtError err = {0};
        assert_true(nth < 5000);
        (void)unlink(r->file);
        fault_alloc_fail(nth, 0);
        st = backup_make_file(&s, r->file, &p, &made, &err);
        if (st == PT_OK) {
            RestoreTarget t = target_of(r);
            t.force = true;
            st = backup_restore(&t, r->file, NULL, NULL, &done, &err);
        }
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || err.message[0] != '\0');
    }
    compare_restored(r);
    rig_free(r);
}

int main(void)
{
    static Size sizes[] = {
        {"an empty log", 0, 0},
        {"records in hot segments alone", 0, 500},
        {"records in the archive alone", 500, 0},
        {"both, with a dictionary", 6000, 3000},
    };
    struct CMUnitTest tests[32] = {0};
    size_t n = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        tests[n++] = (struct CMUnitTest){sizes[i].name, round_trip, NULL, NULL, &sizes[i]};
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(archiving_and_erasing_beside_do_not_disturb),
        cmocka_unit_test(no_secrets),
        cmocka_unit_test(refuses_what_is_not_empty),
        cmocka_unit_test(unfinished_is_said),
        cmocka_unit_test(cancelled_leaves_nothing),
        cmocka_unit_test(every_flip_is_found),
        cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(memory_may_fail),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        tests[n++] = others[i];
    }
    return _cmocka_run_group_tests("backup", tests, n, NULL, NULL);
}
