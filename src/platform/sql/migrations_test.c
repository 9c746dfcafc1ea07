// SPDX-License-Identifier: Apache-2.0
/* From every released schema, with rows, to today's: what was there is there still, on every
 * engine. A release adds a block here and a line to db/migrations/landed.sha256.
 */
#include "base/memory.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STATEMENTS_MAX = 8 };

static struct Released {
    const char *name;
    PtMigrationSet set;
    int last; /* migration of that release */
    const char *rows[STATEMENTS_MAX];
    struct {
        const char *statement; /* gives one text */
        const char *want;
    } checks[STATEMENTS_MAX];
} released[] = {
    {"core 0001",
     PT_MIGRATIONS_CORE,
     1,
     {"INSERT INTO source (number, id, name, write_key, enabled, historical, skew, created_ms)"
      " VALUES (1, 'id-1', 'gr\xc3\xbc\xc3\x9f', 'key-1', 1, 0, 'correct', 1763776800000)",
      "INSERT INTO source (number, id, name, write_key, enabled, historical, skew, created_ms)"
      " VALUES (7, 'id-7', 'b', 'key-7', 0, 1, 'keep', -1)",
      "INSERT INTO api_token (id, name, role, hash, created_ms, last_used_ms, revoked_ms)"
      " SELECT 't-1', 'ops', 'admin', CAST('h1' AS BLOB), 5, NULL, NULL",
      "INSERT INTO api_token (id, name, role, hash, created_ms, last_used_ms, revoked_ms)"
      " SELECT 't-2', '', 'analyst', CAST('h2' AS BLOB), 6, 7, 8"},
     {{"SELECT number || '|' || id || '|' || name || '|' || write_key || '|' || enabled || '|' ||"
       " historical || '|' || skew || '|' || created_ms FROM source WHERE number = 1",
       "1|id-1|gr\xc3\xbc\xc3\x9f|key-1|1|0|correct|1763776800000"},
      {"SELECT number || '|' || id || '|' || name || '|' || write_key || '|' || enabled || '|' ||"
       " historical || '|' || skew || '|' || created_ms FROM source WHERE number = 7",
       "7|id-7|b|key-7|0|1|keep|-1"},
      {"SELECT id || '|' || name || '|' || role || '|' || created_ms || '|' ||"
       " COALESCE(last_used_ms, -1) || '|' || COALESCE(revoked_ms, -1) FROM api_token"
       " WHERE hash = CAST('h1' AS BLOB)",
       "t-1|ops|admin|5|-1|-1"},
      {"SELECT id || '|' || name || '|' || role || '|' || created_ms || '|' ||"
       " COALESCE(last_used_ms, -1) || '|' || COALESCE(revoked_ms, -1) FROM api_token"
       " WHERE hash = CAST('h2' AS BLOB)",
       "t-2||analyst|6|7|8"},
      {"SELECT COUNT(*) || ' ' || (SELECT COUNT(*) FROM api_token) FROM source", "2 2"}}},
    {"views 0001",
     PT_MIGRATIONS_VIEWS,
     1,
     {"INSERT INTO view_position (view, partition, next_offset)"
      " VALUES ('stats', 0, 9007199254740993)",
      "INSERT INTO source_stat (source, hour_ms, type, class, events, bytes, flagged, first_ms,"
      " last_ms) VALUES (1, 3600000, 2, 1, 10, 2000, 3, 3600001, 7199999)",
      "INSERT INTO source_event_name (source, name, events, first_ms, last_ms)"
      " VALUES (1, 'Order Completed', 4, 1, 2)",
      "INSERT INTO quarantine (partition, record_offset, source, reason, detail, time_ms, bytes,"
      " redriven_as) VALUES (0, 12, 1, 'no_id', 'neither', 99, 50, NULL)"},
     {{"SELECT view || '|' || partition || '|' || next_offset FROM view_position",
       "stats|0|9007199254740993"},
      {"SELECT source || '|' || hour_ms || '|' || type || '|' || class || '|' || events || '|' ||"
       " bytes || '|' || flagged || '|' || first_ms || '|' || last_ms FROM source_stat",
       "1|3600000|2|1|10|2000|3|3600001|7199999"},
      {"SELECT source || '|' || name || '|' || events || '|' || first_ms || '|' || last_ms"
       " FROM source_event_name",
       "1|Order Completed|4|1|2"},
      {"SELECT partition || '|' || record_offset || '|' || source || '|' || reason || '|' ||"
       " detail || '|' || time_ms || '|' || bytes || '|' || COALESCE(redriven_as, -1)"
       " FROM quarantine",
       "0|12|1|no_id|neither|99|50|-1"}}},
};

typedef struct Case {
    char name[64];
    RigEngine engine;
    const struct Released *from;
} Case;

static SqlRig rig;

static int set_up(void **state)
{
    const Case *c = *state;
    return !rig_has(c->engine) || rig_init(&rig, c->engine) ? 0 : -1;
}

static int tear_down(void **state)
{
    const Case *c = *state;
    if (rig_has(c->engine)) {
        rig_done(&rig);
    }
    return 0;
}

static void fill(const struct Released *from)
{
    PtSqlTx *tx = rig_begin(&rig, true);
    for (size_t i = 0; i < STATEMENTS_MAX && from->rows[i] != NULL; i++) {
        rig_run(tx, from->rows[i]);
    }
    rig_commit(tx);
}

static void check(const struct Released *from)
{
    PtSqlTx *tx = rig_begin(&rig, false);
    for (size_t i = 0; i < STATEMENTS_MAX && from->checks[i].statement != NULL; i++) {
        bool row = false;
        PtError err = {0};
        if (pt_sql_use(tx, from->checks[i].statement, &err) != PT_OK ||
            pt_sql_step(tx, &row, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        assert_true(row);
        PtStr got = pt_sql_text(tx, 0);
        if (!pt_str_eq(got, pt_str(from->checks[i].want))) {
            fail_msg("\"%.*s\" is not \"%s\"", PT_STR_ARG(got), from->checks[i].want);
        }
        assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
        assert_false(row);
    }
    rig_commit(tx);
}

static void rows_survive(void **state)
{
    const Case *c = *state;
    PtError err = {0};
    if (!rig_has(c->engine)) {
        skip();
    }
    rig_open_sql(&rig, NULL);
    if (pt_migrations_apply_to(rig.sql, c->from->set, c->from->last, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    fill(c->from);
    check(c->from); // the check itself holds before
    rig_open_sql(&rig, NULL);
    if (pt_migrations_apply(rig.sql, c->from->set, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    check(c->from);
    assert_int_equal(rig_number_now(&rig, "SELECT MAX(number) FROM schema_migration"),
                     pt_migrations_last(c->from->set));
}

int main(void)
{
    enum { RELEASED = sizeof released / sizeof *released };
    static Case cases[RELEASED * RIG_ENGINES];
    static struct CMUnitTest tests[RELEASED * RIG_ENGINES];
    size_t n = 0;
    for (size_t i = 0; i < RELEASED; i++) {
        for (RigEngine engine = 0; engine < RIG_ENGINES; engine++) {
            Case *c = &cases[n];
            *c = (Case){.engine = engine, .from = &released[i]};
            (void)snprintf(c->name, sizeof c->name, "%s: from %s", rig_engine_name(engine),
                           released[i].name);
            tests[n++] = (struct CMUnitTest){c->name, rows_survive, set_up, tear_down, c};
        }
    }
    return _cmocka_run_group_tests("platform/migrations", tests, n, NULL, NULL);
}
