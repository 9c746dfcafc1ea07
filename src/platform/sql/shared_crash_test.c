// SPDX-License-Identifier: Apache-2.0
/* Commits that are shared, by threads whose power is cut below SQLite: what was acknowledged
 * stands, each part is there whole or not at all, and nothing of what was rolled back. A seed that
 * fails is printed; PATRON_SEED runs it again. */
#include "platform/sql/sql_rig.h"

#include "base/rng.h"

#include <fault/fault_sqlite.h>
#include <fault/seeds.h>

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    WRITERS = 5,
    PIECES = 3,       /* rows of a part */
    CUT_WITHIN = 400, /* writes and syncs of SQLite */
    LIFE_MOST_S = 120,
    PARTS_MAX = 100000,
};

static const char CREATE_T[] =
    "CREATE TABLE t (part BIGINT, piece BIGINT, stands BIGINT, PRIMARY KEY (part, piece))";
static const char INSERT_T[] = "INSERT INTO t (part, piece, stands) VALUES (?1, ?2, ?3)";

static SqlRig rig;

static void must(PtStatus st)
{
    if (st != PT_OK) {
        _exit(1);
    }
}

/* ---- What loses its power ---------------------------------------------------------------------
 */

typedef struct Writer {
    int64_t number;
    uint64_t seed;
    int acknowledged; /* a pipe: the part's number, 8 bytes at once */
} Writer;

static void write_part(PtRng *rng, int64_t part, int acknowledged)
{
    PtSqlTx *tx = NULL;
    const bool stands = pt_rng_below(rng, 4) != 0;
    must(pt_sql_begin_shared(rig.sql, &tx, NULL));
    for (int64_t piece = 0; piece < PIECES; piece++) {
        must(pt_sql_use(tx, INSERT_T, NULL));
        pt_sql_bind_i64(tx, 1, part);
        pt_sql_bind_i64(tx, 2, piece);
        pt_sql_bind_i64(tx, 3, stands);
        must(pt_sql_finish(tx, NULL));
    }
    if (!stands) {
        pt_sql_rollback(tx);
        return;
    }
    must(pt_sql_commit(&tx, NULL));
    must(write(acknowledged, &part, sizeof part) == sizeof part ? PT_OK : PT_IO);
}

static void *write_parts(void *arg)
{
    const Writer *w = arg;
    PtRng rng;
    pt_rng_init(&rng, w->seed);
    for (int64_t part = w->number; part < PARTS_MAX; part += WRITERS) {
        write_part(&rng, part, w->acknowledged);
    }
    return NULL;
}

_Noreturn static void live(uint64_t seed, int acknowledged)
{
    Writer writers[WRITERS];
    pthread_t threads[WRITERS];
    PtRng rng;
    pt_rng_init(&rng, seed);
    fault_sqlite_cut(seed, 1 + pt_rng_below(&rng, CUT_WITHIN));
    const PtSqlConfig c = rig_config(&rig);
    must(pt_sql_open(&c, &rig.sql, NULL));
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (Writer){i, pt_rng_u64(&rng), acknowledged};
        must(pthread_create(&threads[i], NULL, write_parts, &writers[i]) == 0 ? PT_OK : PT_IO);
    }
    for (int i = 0; i < WRITERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    _exit(2); // the cut did not come
}

/* ---- What is left -----------------------------------------------------------------------------
 */

static void die(uint64_t seed, bool *acknowledged)
{
    int ends[2], status = 0;
    int64_t part;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(LIFE_MOST_S);
        live(seed, ends[1]);
    }
    (void)close(ends[1]);
    while (read(ends[0], &part, sizeof part) == sizeof part) {
        acknowledged[part] = true;
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), FAULT_SQLITE_CUT);
}

/* Answers how many were acknowledged. */
static int check(const bool *acknowledged)
{
    static bool stored[PARTS_MAX];
    bool row = true;
    int count = 0;
    memset(stored, 0, sizeof stored);
    PtSqlTx *tx = rig_begin(&rig, false);
    assert_int_equal(rig_number(tx, "SELECT COUNT(*) FROM t WHERE stands = 0"), 0);
    assert_int_equal(
        pt_sql_use(tx, "SELECT part, COUNT(*) FROM t GROUP BY part ORDER BY part", NULL), PT_OK);
    while (pt_sql_step(tx, &row, NULL) == PT_OK && row) {
        assert_int_equal(pt_sql_i64(tx, 1), PIECES);
        stored[pt_sql_i64(tx, 0)] = true;
    }
    pt_sql_rollback(tx);
    for (int i = 0; i < PARTS_MAX; i++) {
        assert_true(stored[i] || !acknowledged[i]);
        count += acknowledged[i];
    }
    return count;
}

static void what_was_acknowledged_stands_after_a_cut(void **state)
{
    (void)state;
    static bool acknowledged[PARTS_MAX];
    const FaultSeeds seeds = fault_seeds(30, 400);
    int count = 0;
    fault_sqlite_install();
    for (uint64_t i = 0; i < seeds.count; i++) {
        print_message("seed %" PRIu64 "\n", seeds.first + i);
        assert_true(rig_init(&rig, RIG_SQLITE));
        rig_open_sql(&rig, NULL);
        PtSqlTx *tx = rig_begin(&rig, true);
        rig_run(tx, CREATE_T);
        rig_commit(tx);
        pt_sql_close(rig.sql);
        rig.sql = NULL;
        memset(acknowledged, 0, sizeof acknowledged);
        die(seeds.first + i, acknowledged);
        rig_open_sql(&rig, NULL);
        count += check(acknowledged);
        rig_done(&rig);
    }
    print_message("%d parts acknowledged\n", count);
    assert_true(seeds.count < 10 || count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_acknowledged_stands_after_a_cut)};
    return cmocka_run_group_tests_name("platform/sql_shared_crash", tests, NULL, NULL);
}
