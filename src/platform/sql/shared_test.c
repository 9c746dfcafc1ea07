// SPDX-License-Identifier: Apache-2.0
/* Commits that are shared: each test runs on each engine. Threads queue up behind a plain
 * transaction, so that the groups that they come to are known. */
#include "platform/sql/sql_internal.h"
#include "platform/sql/sql_rig.h"

#include "base/memory.h"
#include "base/rng.h"
#include "base/test_rows.h"

#include <fault/seeds.h>

#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>

static SqlRig rig;

static const char CREATE_T[] = "CREATE TABLE t (a BIGINT PRIMARY KEY, b BIGINT)";
static const char INSERT_T[] = "INSERT INTO t (a, b) VALUES (?1, ?2)";
static const char COUNT_T[] = "SELECT COUNT(*) FROM t";
static const char NEXT_B[] = "SELECT COALESCE(MAX(b), 0) + 1 FROM t";

/* ---- The engine, counted and broken -----------------------------------------------------------
 */

static atomic_int commits;            /* that were tried */
static _Atomic unsigned commits_fail; /* bits: of the next ones, the lowest first */
static atomic_bool save_fails;        /* the next savepoint */

typedef enum Now { GOES_ON, COMMIT_FAILS, SAVE_FAILS } Now;

static Now look_at(const char *text)
{
    if (strcmp(text, "COMMIT") == 0) {
        const unsigned bits = atomic_load(&commits_fail);
        commits++;
        atomic_store(&commits_fail, bits >> 1);
        return (bits & 1) != 0 ? COMMIT_FAILS : GOES_ON;
    }
    const bool saves = strcmp(text, "SAVEPOINT part") == 0;
    return saves && atomic_exchange(&save_fails, false) ? SAVE_FAILS : GOES_ON;
}

typedef int (*ExecFn)(void *ctx, int columns, char **values, char **names);
int __real_sqlite3_exec(sqlite3 *db, const char *text, ExecFn fn, void *ctx, char **ret_err);
int __wrap_sqlite3_exec(sqlite3 *db, const char *text, ExecFn fn, void *ctx, char **ret_err);
PGresult *__real_PQexec(PGconn *conn, const char *query);
PGresult *__wrap_PQexec(PGconn *conn, const char *query);

int __wrap_sqlite3_exec(sqlite3 *db, const char *text, ExecFn fn, void *ctx, char **ret_err)
{
    static const int codes[] = {[COMMIT_FAILS] = SQLITE_FULL, [SAVE_FAILS] = SQLITE_NOMEM};
    const Now now = look_at(text);
    if (now == SAVE_FAILS) { // as SQLite does
        (void)__real_sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    return now == GOES_ON ? __real_sqlite3_exec(db, text, fn, ctx, ret_err) : codes[now];
}

PGresult *__wrap_PQexec(PGconn *conn, const char *query)
{
    const Now now = look_at(query);
    return __real_PQexec(conn, now == COMMIT_FAILS ? "ROLLBACK"
                               : now == SAVE_FAILS ? "SELECT no_such_thing"
                                                   : query);
}

/* ---- Players ----------------------------------------------------------------------------------
 */

typedef enum Ending {
    COMMITS,
    ROLLS_BACK,
    CLASHES,    /* its second row is there: the first goes too */
    IS_DROPPED, /* likewise, and the engine has undone the transaction */
} Ending;

typedef struct Player {
    int64_t a; /* its row; -a is that which clashes */
    bool plain, noted;
    Ending ending;
    atomic_bool *go_on; /* waits within its transaction until it is set; NULL: does not wait */
    /* What became of it: */
    atomic_bool inside, ended;
    PtStatus begun, st;
    PtError err;
    int64_t number; /* the order in which it was in a transaction */
    int64_t seen;   /* rows, by a reader, from within a plain one */
    pthread_t thread;
} Player;

static void wait_for(const atomic_bool *flag)
{
    while (!atomic_load(flag)) {
        (void)sched_yield();
    }
}

static PtStatus insert(PtSqlTx *tx, int64_t a, int64_t b)
{
    PtStatus st = pt_sql_use(tx, INSERT_T, NULL);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, a);
        pt_sql_bind_i64(tx, 2, b);
        st = pt_sql_finish(tx, NULL);
    }
    return st;
}

static PtStatus number_of(PtSqlTx *tx, const char *statement, int64_t *ret_number)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, statement, NULL);
    st = st == PT_OK ? pt_sql_step(tx, &row, NULL) : st;
    *ret_number = st == PT_OK && row ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st;
}

static PtStatus count_now(int64_t *ret_rows)
{
    PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(rig.sql, false, &tx, NULL);
    st = st == PT_OK ? number_of(tx, COUNT_T, ret_rows) : st;
    pt_sql_rollback(tx);
    return st;
}

static PtStatus end(Player *p, PtSqlTx *tx)
{
    if (p->ending == ROLLS_BACK) {
        pt_sql_rollback(tx);
        return PT_OK;
    }
    if (p->ending == IS_DROPPED) { // as at a full disk
        rig.sql->engine->rollback(&rig.sql->writer_connection);
    }
    if (p->ending != COMMITS) {
        (void)insert(tx, 0, 0);
    }
    return pt_sql_commit(&tx, &p->err);
}

static void *play(void *arg)
{
    Player *p = arg;
    PtSqlTx *tx = NULL;
    p->begun = p->plain ? pt_sql_begin(rig.sql, true, &tx, &p->err)
                        : pt_sql_begin_shared(rig.sql, &tx, &p->err);
    if (p->begun != PT_OK) {
        return NULL;
    }
    p->st = p->plain ? count_now(&p->seen) : PT_OK;
    p->st = p->st == PT_OK ? number_of(tx, NEXT_B, &p->number) : p->st;
    p->st = p->st == PT_OK ? insert(tx, p->a, p->number) : p->st;
    if (p->noted) {
        pt_sql_note(tx);
    }
    atomic_store(&p->inside, true);
    if (p->go_on != NULL) {
        wait_for(p->go_on);
    }
    const PtStatus ended = end(p, tx);
    p->st = p->st == PT_OK ? ended : p->st;
    atomic_store(&p->ended, true);
    return NULL;
}

static size_t waiting_now(void)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&rig.sql->lock);
    for (const SqlWaiter *w = rig.sql->writer.first; w != NULL; w = w->next) {
        count++;
    }
    (void)pthread_mutex_unlock(&rig.sql->lock);
    return count;
}

/* They stand in the queue in this order. Groups do not end for their age. */
static PtSqlTx *line_up(Player *players, size_t count)
{
    rig.sql->group.most_ns = INT64_MAX;
    PtSqlTx *tx = rig_begin(&rig, true);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_create(&players[i].thread, NULL, play, &players[i]), 0);
        while (waiting_now() < i + 1) {
            (void)sched_yield();
        }
    }
    commits = 0;
    return tx;
}

static void join_all(const Player *players, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_join(players[i].thread, NULL), 0);
    }
}

static void let_play(Player *players, size_t count)
{
    pt_sql_rollback(line_up(players, count));
    join_all(players, count);
}

/* Row 0 is there, and those of the players. */
static void assert_rows(int64_t players)
{
    assert_int_equal(rig_number_now(&rig, COUNT_T), 1 + players);
}

/* ---- Tests ------------------------------------------------------------------------------------
 */

static void count_call(void *ctx)
{
    ++*(atomic_int *)ctx;
}

static void parts_share_one_commit(void)
{
    enum { PARTS = SQL_GROUP_MAX + 2 };
    static Player players[PARTS];
    atomic_int calls = 0;
    memset(players, 0, sizeof players);
    for (int i = 0; i < PARTS; i++) {
        players[i].a = i + 1;
        players[i].noted = i == 3;
    }
    pt_sql_on_commit(rig.sql, count_call, &calls);
    let_play(players, PARTS);
    for (int i = 0; i < PARTS; i++) {
        assert_int_equal(players[i].st, PT_OK);
        assert_int_equal(players[i].number, i + 2); // each sees those before it
    }
    assert_int_equal(commits, 2); // as many as a group takes, and the rest
    assert_int_equal(calls, 1);
    assert_rows(PARTS);
    pt_sql_on_commit(rig.sql, NULL, NULL);
}

static void old_group_takes_no_more(void)
{
    Player players[] = {{.a = 1}, {.a = 2}, {.a = 3}};
    PtSqlTx *tx = line_up(players, PT_COUNT(players));
    rig.sql->group.most_ns = 0;
    pt_sql_rollback(tx);
    join_all(players, PT_COUNT(players));
    assert_int_equal(commits, 3);
    assert_rows(3);
}

static void alone_it_is_as_a_plain_one(void)
{
    PtSqlTx *tx = NULL, *second = NULL;
    assert_int_equal(pt_sql_begin_shared(rig.sql, &tx, NULL), PT_OK);
    assert_int_equal(insert(tx, 1, 1), PT_OK);
    assert_int_equal(pt_sql_begin_shared(rig.sql, &second, NULL), PT_INVALID);
    assert_int_equal(pt_sql_begin(rig.sql, true, &second, NULL), PT_INVALID);
    assert_int_equal(pt_sql_scrub(rig.sql, NULL), PT_INVALID);
    pt_sql_rollback(tx);
    assert_rows(0);
    assert_int_equal(pt_sql_begin_shared(rig.sql, &tx, NULL), PT_OK);
    assert_int_equal(insert(tx, 1, 1), PT_OK);
    rig_commit(tx);
    assert_int_equal(pt_sql_begin_shared(rig.sql, &tx, NULL), PT_OK);
    assert_int_equal(insert(tx, 1, 1), PT_CONFLICT);
    assert_int_equal(pt_sql_commit(&tx, NULL), PT_CONFLICT);
    assert_rows(1);
}

static void part_that_fails_leaves_the_others(void)
{
    Player players[] = {
        {.a = 1, .ending = CLASHES}, {.a = 2}, {.a = 3, .ending = ROLLS_BACK},
        {.a = 4, .ending = CLASHES}, {.a = 5}, {.a = 6, .ending = ROLLS_BACK, .noted = true}};
    atomic_int calls = 0;
    pt_sql_on_commit(rig.sql, count_call, &calls);
    let_play(players, PT_COUNT(players));
    pt_sql_on_commit(rig.sql, NULL, NULL);
    for (size_t i = 0; i < PT_COUNT(players); i++) {
        assert_int_equal(players[i].st, players[i].ending == CLASHES ? PT_CONFLICT : PT_OK);
    }
    assert_int_equal(commits, 1); // by the last, which leaves nothing itself
    assert_int_equal(calls, 0);
    assert_rows(2);
}

static void commit_that_fails_fails_all(void)
{
    static const PtStatus want[RIG_ENGINES] = {PT_UNAVAILABLE, PT_IO};
    for (int last = COMMITS; last <= ROLLS_BACK; last++) {
        Player players[] = {{.a = 1, .noted = true}, {.a = 2}, {.a = 3, .ending = (Ending)last}};
        atomic_int calls = 0;
        pt_sql_on_commit(rig.sql, count_call, &calls);
        commits_fail = 1;
        let_play(players, PT_COUNT(players));
        pt_sql_on_commit(rig.sql, NULL, NULL);
        for (size_t i = 0; i < PT_COUNT(players) && players[i].ending == COMMITS; i++) {
            assert_int_equal(players[i].st, want[rig.engine]);
            assert_non_null(strstr(players[i].err.message, "cannot commit"));
        }
        assert_int_equal(calls, 0);
        assert_rows(0);
    }
    Player after[] = {{.a = 1}, {.a = 2}};
    let_play(after, PT_COUNT(after));
    assert_rows(2);
}

static void engine_that_undoes_all_fails_all(void)
{
    Player players[] = {{.a = 1}, {.a = 2}, {.a = 3, .ending = IS_DROPPED}, {.a = 4}};
    let_play(players, PT_COUNT(players));
    assert_int_equal(players[2].st, PT_CONFLICT);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(players[i].st, PT_UNAVAILABLE);
        assert_string_equal(
            players[i].err.message,
            "cannot commit: the database undid it at a change beside it (conflict)");
    }
    assert_int_equal(players[3].st, PT_OK); // began anew
    assert_rows(1);
}

static void savepoint_that_fails_ends_its_group(void)
{
    static const PtStatus want[RIG_ENGINES] = {PT_NO_MEMORY, PT_IO};
    Player players[] = {{.a = 1}, {.a = 2}, {.a = 3}};
    save_fails = true;
    let_play(players, PT_COUNT(players));
    assert_int_equal(players[1].begun, want[rig.engine]);
    assert_int_equal(players[0].st, PT_IO); // both have given the transaction up
    assert_int_equal(players[2].st, PT_OK); // began anew
    assert_rows(1);
}

static void nothing_is_seen_before_the_commit(void)
{
    atomic_bool go_on = false;
    atomic_int calls = 0;
    Player players[] = {{.a = 1, .noted = true}, {.a = 2, .go_on = &go_on}};
    PtSqlTx *tx = line_up(players, PT_COUNT(players));
    pt_sql_on_commit(rig.sql, count_call, &calls);
    pt_sql_rollback(tx);
    wait_for(&players[1].inside); // so the first one waits
    assert_rows(0);
    assert_false(atomic_load(&players[0].ended));
    assert_int_equal(calls, 0);
    atomic_store(&go_on, true);
    join_all(players, PT_COUNT(players));
    pt_sql_on_commit(rig.sql, NULL, NULL);
    assert_int_equal(calls, 1);
    assert_rows(2);
}

static void plain_one_keeps_its_turn(void)
{
    Player players[] = {{.a = 1}, {.a = 2}, {.a = 3, .plain = true}, {.a = 4}, {.a = 5}};
    let_play(players, PT_COUNT(players));
    for (size_t i = 0; i < PT_COUNT(players); i++) {
        assert_int_equal(players[i].st, PT_OK);
        assert_int_equal(players[i].number, i + 2);
    }
    assert_int_equal(players[2].seen, 3); // what came before was committed
    assert_int_equal(commits, 3);
    assert_rows(5);
}

/* ---- Against a model --------------------------------------------------------------------------
 */

enum { ACTORS = 6, TURNS = 40, ROWS = ACTORS * TURNS };

typedef struct Actor {
    uint64_t seed;
    int64_t first;
    bool stands[TURNS]; /* as it was told */
    pthread_t thread;
} Actor;

static void *act(void *arg)
{
    Actor *actor = arg;
    PtRng rng;
    pt_rng_init(&rng, actor->seed);
    for (int i = 0; i < TURNS; i++) {
        const uint64_t dice = pt_rng_below(&rng, 10);
        Player p = {.a = actor->first + i,
                    .plain = pt_rng_below(&rng, 8) == 0,
                    .ending = dice < 6   ? COMMITS
                              : dice < 8 ? ROLLS_BACK
                                         : CLASHES};
        if (pt_rng_below(&rng, 20) == 0) {
            atomic_fetch_or(&commits_fail, 1U << pt_rng_below(&rng, 3));
        }
        (void)play(&p);
        actor->stands[i] = p.begun == PT_OK && p.st == PT_OK && p.ending == COMMITS;
    }
    return NULL;
}

static void check_model(const Actor *actors)
{
    bool row = true, stored[ROWS] = {false};
    PtSqlTx *tx = rig_begin(&rig, false);
    assert_int_equal(pt_sql_use(tx, "SELECT a FROM t WHERE a > 0", NULL), PT_OK);
    while (pt_sql_step(tx, &row, NULL) == PT_OK && row) {
        stored[pt_sql_i64(tx, 0) - 1] = true;
    }
    // no two were given the same number: each saw all that stood before it
    pt_sql_done(tx);
    assert_int_equal(rig_number(tx, "SELECT COUNT(*) - COUNT(DISTINCT b) FROM t"), 0);
    pt_sql_rollback(tx);
    for (int i = 0; i < ROWS; i++) {
        if (stored[i] != actors[i / TURNS].stands[i % TURNS]) {
            fail_msg("row %d %s", i + 1, stored[i] ? "stands and was refused" : "is lost");
        }
    }
}

static void what_was_told_is_what_stands(void)
{
    const FaultSeeds seeds = fault_seeds(3, 200);
    for (uint64_t i = 0; i < seeds.count; i++) {
        Actor actors[ACTORS] = {{0}};
        PtSqlTx *tx = rig_begin(&rig, true);
        rig_run(tx, "DELETE FROM t WHERE a > 0");
        rig_commit(tx);
        print_message("seed %" PRIu64 "\n", seeds.first + i);
        for (int k = 0; k < ACTORS; k++) {
            actors[k].seed = (seeds.first + i) * ACTORS + (uint64_t)k;
            actors[k].first = 1 + (int64_t)k * TURNS;
            assert_int_equal(pthread_create(&actors[k].thread, NULL, act, &actors[k]), 0);
        }
        for (int k = 0; k < ACTORS; k++) {
            assert_int_equal(pthread_join(actors[k].thread, NULL), 0);
        }
        commits_fail = 0;
        check_model(actors);
    }
}

/* ---- Every test on every engine ---------------------------------------------------------------
 */

typedef struct Case {
    RigEngine engine;
    void (*fn)(void);
} Case;

static int set_up(void **state)
{
    const Case *c = *state;
    if (!rig_has(c->engine)) {
        return 0;
    }
    if (!rig_init(&rig, c->engine)) {
        return -1;
    }
    rig_open_sql(&rig, NULL);
    PtSqlTx *tx = rig_begin(&rig, true);
    rig_run(tx, CREATE_T);
    assert_int_equal(insert(tx, 0, 1), PT_OK);
    rig_commit(tx);
    commits_fail = 0;
    save_fails = false;
    return 0;
}

static void run_case(void **state)
{
    const Case *c = *state;
    if (!rig_has(c->engine)) {
        skip();
    }
    c->fn();
}

static int tear_down(void **state)
{
    const Case *c = *state;
    if (rig_has(c->engine)) {
        rig_done(&rig);
    }
    return 0;
}

#define ROW(fn) {#fn, fn}

int main(void)
{
    static const struct {
        const char *name;
        void (*fn)(void);
    } rows[] = {ROW(parts_share_one_commit),
                ROW(old_group_takes_no_more),
                ROW(alone_it_is_as_a_plain_one),
                ROW(part_that_fails_leaves_the_others),
                ROW(commit_that_fails_fails_all),
                ROW(engine_that_undoes_all_fails_all),
                ROW(savepoint_that_fails_ends_its_group),
                ROW(nothing_is_seen_before_the_commit),
                ROW(plain_one_keeps_its_turn),
                ROW(what_was_told_is_what_stands)};
    enum { COUNT = PT_COUNT(rows) * RIG_ENGINES };
    static Case cases[COUNT];
    static char names[COUNT][96];
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        cases[i] = (Case){(RigEngine)(i % RIG_ENGINES), rows[i / RIG_ENGINES].fn};
        (void)snprintf(names[i], sizeof names[i], "%s: %s", rig_engine_name(cases[i].engine),
                       rows[i / RIG_ENGINES].name);
        tests[i] = (struct CMUnitTest){names[i], run_case, set_up, tear_down, &cases[i]};
    }
    return _cmocka_run_group_tests("platform/sql_shared", tests, COUNT, NULL, NULL);
}
