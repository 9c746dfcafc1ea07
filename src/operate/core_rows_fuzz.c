// SPDX-License-Identifier: Apache-2.0
/* The rows of a backup come from outside. Whatever bytes they are: rows that are refused change
 * nothing, and what was taken can be written and reads back as the same. */
#include "operate/core_rows.h"

#include "base/buf.h"
#include "platform/migrations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_MAX = 16 << 20 };

static char dir[64], path[96];
static const char *const endings[] = {"", "-wal", "-shm"};

static void remove_database(void)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)unlink(name);
    }
}

static void remove_folder(void)
{
    remove_database();
    (void)rmdir(dir);
}

static void make_folder(void)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(dir, sizeof dir, "%s/patron-rows-XXXXXX", base);
    if (mkdtemp(dir) == NULL || atexit(remove_folder) != 0) {
        abort();
    }
    (void)snprintf(path, sizeof path, "%s/core.db", dir);
}

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* A new connection each time: statements of rows are kept by addresses that do not last. */
static PtSql *open_database(void)
{
    const PtSqlConfig c = {.path = path, .relaxed = true, .readers = 1};
    PtSql *sql = NULL;
    must(pt_sql_open(&c, &sql, NULL) == PT_OK);
    return sql;
}

/* What migrations make, kept in memory. */
static const PtBuf *fresh_database(void)
{
    static PtBuf image;
    if (image.len == 0) {
        make_folder();
        PtSql *sql = open_database();
        must(pt_migrations_apply(sql, PT_MIGRATIONS_CORE, NULL) == PT_OK);
        pt_sql_close(sql);
        pt_buf_init(&image, OUT_MAX);
        FILE *f = fopen(path, "re");
        must(f != NULL);
        for (char piece[4096];;) {
            const size_t n = fread(piece, 1, sizeof piece, f);
            if (n == 0) {
                break;
            }
            pt_buf_add(&image, piece, n);
        }
        (void)fclose(f);
        must(pt_buf_status(&image) == PT_OK);
    }
    return &image;
}

static void put_fresh_database(void)
{
    const PtBuf *image = fresh_database();
    remove_database();
    FILE *f = fopen(path, "we");
    must(f != NULL && fwrite(image->data, 1, image->len, f) == image->len);
    must(fclose(f) == 0);
}

static PtStatus give(void *ctx, void *bytes, size_t len, size_t *ret_len, PtError *err)
{
    PtStr *rest = ctx;
    (void)err;
    *ret_len = len < rest->len ? len : rest->len;
    memcpy(bytes, rest->data, *ret_len);
    *rest = (PtStr){rest->data + *ret_len, rest->len - *ret_len};
    return PT_OK;
}

static PtStatus keep(void *ctx, const void *bytes, size_t len, PtError *err)
{
    pt_buf_add(ctx, bytes, len);
    (void)err;
    return PT_OK;
}

static PtStatus read_rows(PtStr bytes, PtError *err)
{
    PtSql *sql = open_database();
    const PackSource source = {give, &bytes};
    PtStatus st = core_rows_read(sql, &source, err);
    pt_sql_close(sql);
    return st;
}

/* rows: NULL or where they are written to. */
static void sum_up(PtBuf *rows, uint8_t ret_sum[static CORE_SUM])
{
    PtSql *sql = open_database();
    PtSqlTx *tx = NULL;
    PtError err = {0};
    uint64_t count = 0;
    const PackSink sink = {keep, rows};
    must(pt_sql_begin(sql, false, &tx, &err) == PT_OK);
    must(core_rows_write(tx, rows != NULL ? &sink : NULL, ret_sum, &count, &err) == PT_OK);
    pt_sql_rollback(tx);
    pt_sql_close(sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t before[CORE_SUM], after[CORE_SUM];
    PtError err = {0};
    PtBuf rows;
    put_fresh_database();
    sum_up(NULL, before);
    if (read_rows((PtStr){(const char *)data, size}, &err) != PT_OK) {
        sum_up(NULL, after);
        must(err.message[0] != '\0');
        must(memcmp(before, after, sizeof before) == 0);
        return 0;
    }
    pt_buf_init(&rows, OUT_MAX);
    sum_up(&rows, before);
    put_fresh_database();
    must(pt_buf_status(&rows) != PT_OK || read_rows(pt_buf_str(&rows), &err) == PT_OK);
    sum_up(NULL, after);
    must(pt_buf_status(&rows) != PT_OK || memcmp(before, after, sizeof before) == 0);
    pt_buf_done(&rows);
    return 0;
}
