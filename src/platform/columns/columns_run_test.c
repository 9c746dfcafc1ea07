// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_run.h"

#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/columns/columns_run_rig.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Allocation number fail_at (from 0) of this thread fails; -1: none. */
static _Thread_local int fail_at = -1;

static bool fails(void)
{
    bool now = fail_at == 0;
    fail_at -= fail_at >= 0;
    return now;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

/* ---- Round trips ----------------------------------------------------------------------------- */

static struct Trip {
    const char *name;
    uint32_t rows;
    Fill fill;
    Style style;
} trips[] = {
    {"one row", 1, ALL, SMALL},
    {"one row with nothing", 1, NONE, EXTREME},
    {"63 rows", 63, HALF, BYTE},
    {"64 rows", 64, HALF, WIDE},
    {"65 rows", 65, ALL, EXTREME},
    {"all the same", 20000, ALL, ZERO},
    {"two values", 20000, HALF, BIT},
    {"few values", 20000, SOME, SMALL},
    {"bytes", 20000, ALL, BYTE},
    {"a full block of sessions", COLUMNS_BLOCK_ROWS, ALL, SESSIONS},
    {"one row over a block", COLUMNS_BLOCK_ROWS + 1, SOME, SESSIONS},
    {"full hours", 20000, SOME, HOURS},
    {"anything", 20000, ALL, WIDE},
    {"extremes", 20000, HALF, EXTREME},
    {"prices", 20000, SOME, PRICES},
    {"minus zero", 300, HALF, MINUS},
    {"few rows", 40000, FEW, WIDE},
    {"every other block", 3 * COLUMNS_BLOCK_ROWS + 5, PIECES, SMALL},
    {"nothing but what is needed", 20000, NONE, SESSIONS},
};

static void round_trip(void **state)
{
    const struct Trip *trip = *state;
    Table *t = rig_table(trip->rows, trip->fill, trip->style, trip->rows);
    for (int cold = 0; cold < 2; cold++) {
        PtBuf image;
        rig_write_well(t, cold, &image);
        Run *run = rig_open(pt_buf_str(&image));
        assert_int_equal(run_cold(run), cold);
        rig_assert_run(t, run);
        run_close(run);
        pt_buf_done(&image);
    }
    rig_done(t);
}

static void random_trips(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        PtRng rng;
        pt_rng_init(&rng, seed);
        Table *t = rig_table_new(1 + (uint32_t)pt_rng_below(&rng, seed % 5 == 0 ? 40000 : 700),
                                 1 + (uint32_t)pt_rng_below(&rng, 40), &rng);
        for (uint32_t c = 0; c < COLUMNS; c++) {
            if (c <= COLUMNS_COLUMN_TIME || pt_rng_below(&rng, 4) != 0) {
                rig_fill(t, c, (ColumnsKind)pt_rng_below(&rng, COLUMNS_KINDS),
                         (Fill)pt_rng_below(&rng, PIECES + 1), (Style)pt_rng_below(&rng, MINUS + 1),
                         &rng);
            }
        }
        PtBuf image;
        rig_write_well(t, seed % 2 == 0, &image);
        Run *run = rig_open(pt_buf_str(&image));
        rig_assert_run(t, run);
        run_close(run);
        pt_buf_done(&image);
        rig_done(t);
    }
}

/* A copy of some columns block by block, the rest written anew, is the same run. */
static void blocks_are_copied(void **state)
{
    (void)state;
    static Gathered g;
    Table *t = rig_table(20000, SOME, SMALL, 5);
    PtBuf image, copy;
    rig_write_well(t, false, &image);
    pt_buf_init(&copy, IMAGE_MAX);
    Run *run = rig_open(pt_buf_str(&image));
    RunWriter *w = NULL;
    uint64_t bytes = 0;
    const RunWriterConfig config = rig_config(t, true, &copy);
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        for (uint32_t b = 0; t->columns[c].used && b < run_blocks_of(t->rows); b++) {
            rig_gather(&g, t, c, b);
            assert_int_equal((c + b) % 3 == 0
                                 ? run_write_block(w, c, t->columns[c].kind, b, &g.block, NULL)
                                 : run_copy_block(w, run, c, b, NULL),
                             PT_OK);
        }
    }
    assert_int_equal(run_writer_finish(w, &bytes, NULL), PT_OK);
    run_writer_close(w);
    Run *second = rig_open(pt_buf_str(&copy));
    rig_assert_run(t, second);
    run_close(second);
    run_close(run);
    pt_buf_done(&image);
    pt_buf_done(&copy);
    rig_done(t);
}

/* Codes and times as they lie in another run, and what it lists of rare events. */
static void rare_events_are_copied(void **state)
{
    (void)state;
    PtBuf image, copy;
    Table *t = rig_table(20000, SOME, BYTE, 21);
    rig_write_well(t, false, &image);
    pt_buf_init(&copy, IMAGE_MAX);
    Run *run = rig_open(pt_buf_str(&image));
    assert_true(run_rare_bytes(run) > 0);
    RunWriter *w = NULL;
    uint64_t bytes = 0;
    const RunWriterConfig config = rig_config(t, false, &copy);
    assert_int_equal(run_writer_open(&config, &w, NULL), PT_OK);
    for (uint32_t b = 0; b < run_blocks_of(t->rows); b++) {
        for (uint32_t c = 0; c < COLUMNS; c++) {
            assert_int_equal(run_copy_block(w, run, c, b, NULL), PT_OK);
        }
        assert_int_equal(run_copy_rare(w, run, b, NULL), PT_OK);
    }
    assert_int_equal(run_writer_finish(w, &bytes, NULL), PT_OK);
    run_writer_close(w);
    Run *second = rig_open(pt_buf_str(&copy));
    rig_assert_run(t, second);
    run_close(second);
    run_close(run);
    pt_buf_done(&image);
    pt_buf_done(&copy);
    rig_done(t);
}

/* ---- Memory, files --------------------------------------------------------------------------- */

static PtStatus read_all(PtStr image)
{
    Run *run = NULL;
    uint64_t blocks = 0;
    PtStatus st = run_open(&(RunSource){.bytes = image, .name = "image"}, &run, NULL);
    if (st == PT_OK) {
        st = run_check(run, &blocks, NULL);
        run_close(run);
    }
    return st;
}

static void without_memory_it_fails(void **state)
{
    (void)state;
    Table *t = rig_table(200, HALF, SMALL, 12);
    PtBuf whole;
    t->columns[COLUMNS_COLUMN_CODE].value[7] = 200;
    rig_write_well(t, true, &whole);
    Run *run = rig_open(pt_buf_str(&whole));
    assert_true(run_rare_bytes(run) > 0);
    run_close(run);
    int writes = 0, reads = 0;
    for (PtStatus st = PT_NO_MEMORY; st != PT_OK; writes++) {
        PtBuf image;
        pt_buf_init(&image, IMAGE_MAX);
        fail_at = writes;
        st = rig_write(t, true, &image, NULL);
        fail_at = -1;
        assert_true(st == PT_NO_MEMORY || (st == PT_OK && image.len == whole.len));
        pt_buf_done(&image);
    }
    for (PtStatus st = PT_NO_MEMORY; st != PT_OK; reads++) {
        fail_at = reads;
        st = read_all(pt_buf_str(&whole));
        fail_at = -1;
        assert_true(st == PT_NO_MEMORY || st == PT_OK);
    }
    assert_true(writes > 15 && reads > 5);
    pt_buf_done(&whole);
    rig_done(t);
}

/* A file layer over one image. */
typedef struct Disk {
    PtFs fs;
    PtStr image;
    size_t short_by;
    PtStatus fails;
    int closed;
} Disk;

static PtStatus disk_pread(PtFs *fs, PtFile *file, void *bytes, size_t len, uint64_t at,
                           size_t *ret_len, PtError *err)
{
    Disk *d = (Disk *)fs;
    (void)file;
    if (d->fails != PT_OK) {
        return pt_fail(err, d->fails, "cannot read");
    }
    assert_true(at <= d->image.len);
    len = len < d->image.len - at ? len : d->image.len - at;
    *ret_len = len < d->short_by ? 0 : len - d->short_by;
    memcpy(bytes, d->image.data + at, *ret_len);
    return PT_OK;
}

static PtStatus disk_size(PtFs *fs, PtFile *file, uint64_t *ret_size, PtError *err)
{
    (void)file;
    (void)err;
    *ret_size = ((Disk *)fs)->image.len;
    return PT_OK;
}

static void disk_close(PtFs *fs, PtFile *file)
{
    (void)file;
    ((Disk *)fs)->closed++;
}

static void files_are_read(void **state)
{
    (void)state;
    static const PtFsOps ops = {.pread = disk_pread, .size = disk_size, .close = disk_close};
    Table *t = rig_table(20000, SOME, SESSIONS, 13);
    for (int cold = 0; cold < 2; cold++) {
        PtBuf image;
        RunScratch scratch = {.bytes = NULL};
        const ColumnsBlock *block = NULL;
        Run *run = NULL;
        PtError err = {0};
        rig_write_well(t, cold, &image);
        Disk disk = {.fs = {&ops}, .image = pt_buf_str(&image)};
        const RunSource source = {.fs = &disk.fs, .file = (PtFile *)&disk, .name = "a/b.run"};
        disk.fails = PT_IO;
        assert_int_equal(run_open(&source, &run, &err), PT_IO);
        disk.fails = PT_OK;
        assert_int_equal(disk.closed, 0);
        assert_int_equal(run_open(&source, &run, &err), PT_OK);
        rig_assert_run(t, run);
        disk.short_by = 1;
        assert_int_equal(run_read(run, 0, 0, &scratch, &block, &err), PT_CORRUPT);
        assert_non_null(strstr(err.message, "a/b.run"));
        disk.fails = PT_IO;
        assert_int_equal(run_read(run, 0, 0, &scratch, &block, &err), PT_IO);
        run_scratch_done(&scratch);
        run_close(run);
        assert_int_equal(disk.closed, 1);
        pt_buf_done(&image);
    }
    rig_done(t);
}

static PtStatus full_sink(void *ctx, const void *bytes, size_t len, PtError *err)
{
    (void)bytes;
    uint64_t *left = ctx;
    if (len > *left) {
        return pt_fail(err, PT_UNAVAILABLE, "disk is full");
    }
    *left -= len;
    return PT_OK;
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    Table *t = rig_table(300, HALF, SMALL, 14);
    PtBuf image;
    rig_write_well(t, false, &image);
    for (uint64_t room = 0; room < image.len; room += 7) {
        uint64_t left = room, bytes = 0;
        RunWriter *w = NULL;
        RunWriterConfig config = rig_config(t, false, NULL);
        config.sink = (RunSink){full_sink, &left};
        assert_int_equal(run_writer_open(&config, &w, NULL), PT_OK);
        PtStatus st = rig_write_columns(w, t, NULL);
        assert_int_equal(st == PT_OK ? run_writer_finish(w, &bytes, NULL) : st, PT_UNAVAILABLE);
        run_writer_close(w);
    }
    pt_buf_done(&image);
    rig_done(t);
}

typedef struct Together {
    const Table *t;
    Run *run;
    pthread_t thread;
} Together;

static void *read_beside(void *arg)
{
    const Together *all = arg;
    RunScratch scratch = {.bytes = NULL};
    size_t bad = 0;
    for (uint32_t i = 0; i < 200; i++) {
        const ColumnsBlock *block = NULL;
        const uint32_t b = i % run_blocks_of(all->t->rows);
        bad += run_read(all->run, COLUMNS_COLUMN_CODE, b, &scratch, &block, NULL) != PT_OK ||
               block->u16[7] != all->t->columns[0].value[b * COLUMNS_BLOCK_ROWS + 7];
    }
    run_scratch_done(&scratch);
    return bad == 0 ? arg : NULL;
}

static void many_read_at_once(void **state)
{
    (void)state;
    enum { THREADS = 10 }; /* more than decompressors are kept */
    Together all[THREADS];
    Table *t = rig_table(40000, SOME, SMALL, 15);
    PtBuf image;
    rig_write_well(t, true, &image);
    Run *run = rig_open(pt_buf_str(&image));
    for (int i = 0; i < THREADS; i++) {
        all[i] = (Together){.t = t, .run = run};
        assert_int_equal(pthread_create(&all[i].thread, NULL, read_beside, &all[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *good = NULL;
        (void)pthread_join(all[i].thread, &good);
        assert_non_null(good);
    }
    run_close(run);
    pt_buf_done(&image);
    rig_done(t);
}

/* ---- Size ------------------------------------------------------------------------------------ */

/* Sessions of about six rows a few days apart, rows in them a minute or so; 20 names, some often.
 */
static Table *shop(uint32_t rows)
{
    PtRng rng;
    pt_rng_init(&rng, 16);
    Table *t = rig_table_new(rows, 25, &rng);
    static const uint32_t columns[] = {COLUMNS_COLUMN_CODE,     COLUMNS_COLUMN_TIME,
                                       COLUMNS_COLUMN_CHANNEL,  COLUMNS_COLUMN_AMOUNT,
                                       COLUMNS_COLUMN_CURRENCY, COLUMNS_COLUMN_STORE};
    for (size_t i = 0; i < PT_COUNT(columns); i++) {
        rig_fill(t, columns[i], COLUMNS_NUMBER, ALL, ZERO, &rng);
    }
    uint64_t time = 0, channel = 0, store = 0;
    for (uint32_t row = 0, group = 0; row < rows; row++) {
        const bool first = t->groups[group].first == row;
        const bool session = first || pt_rng_below(&rng, 6) == 0;
        group += first;
        time = first ? 1700000000000 + pt_rng_below(&rng, 300ull * 86400000) : time;
        time += session ? pt_rng_below(&rng, 8ull * 86400000) : 1000 + pt_rng_below(&rng, 90000);
        channel = session ? pt_rng_below(&rng, 1 + pt_rng_below(&rng, 4)) : channel;
        store = !session ? store : pt_rng_below(&rng, 5) == 0 ? 1 + pt_rng_below(&rng, 200) : 0;
        t->columns[COLUMNS_COLUMN_CODE].value[row] =
            pt_rng_below(&rng, 1 + pt_rng_below(&rng, 1 + pt_rng_below(&rng, 20)));
        t->columns[COLUMNS_COLUMN_TIME].value[row] = time;
        t->columns[COLUMNS_COLUMN_CHANNEL].value[row] = channel;
        t->columns[COLUMNS_COLUMN_STORE].has[row] = store != 0;
        t->columns[COLUMNS_COLUMN_STORE].value[row] = store;
        const bool bought = pt_rng_below(&rng, 100) < 3;
        t->columns[COLUMNS_COLUMN_AMOUNT].has[row] = bought;
        t->columns[COLUMNS_COLUMN_AMOUNT].value[row] = pt_rng_below(&rng, 30000) * 10000;
        t->columns[COLUMNS_COLUMN_CURRENCY].has[row] = bought;
        t->columns[COLUMNS_COLUMN_CURRENCY].value[row] = 1;
    }
    return t;
}

static void rows_are_small(void **state)
{
    (void)state;
    static const double most[] = {4.85, 3.85}; /* bytes a row: 4.76 and 3.74, and some room */
    Table *t = shop(60000);
    for (uint32_t i = 0; i < t->group_count; i++) {
        t->groups[i].person = t->groups[i].node = i * 60000 + i * 2654435761u % 50000;
    }
    for (int cold = 0; cold < 2; cold++) {
        PtBuf image;
        rig_write_well(t, cold, &image);
        Run *run = rig_open(pt_buf_str(&image));
        rig_assert_run(t, run);
        print_message("%s: %.2f bytes a row\n", cold ? "cold" : "hot", (double)image.len / t->rows);
        assert_true((double)image.len / t->rows < most[cold]);
        assert_true(run_group_bytes(run) < 4ull * t->group_count); /* nodes cost nothing */
        run_close(run);
        pt_buf_done(&image);
    }
    rig_done(t);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(trips) + 10];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, trips, round_trip);
    const struct CMUnitTest singles[] = {
        cmocka_unit_test(random_trips),           cmocka_unit_test(blocks_are_copied),
        cmocka_unit_test(rare_events_are_copied), cmocka_unit_test(without_memory_it_fails),
        cmocka_unit_test(files_are_read),         cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(many_read_at_once),      cmocka_unit_test(rows_are_small),
    };
    for (size_t i = 0; i < PT_COUNT(singles); i++) {
        tests[n++] = singles[i];
    }
    return _cmocka_run_group_tests("platform/columns_run", tests, n, NULL, NULL);
}
