// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For tests: databases of either engine, each in a folder or schema of its own. PostgreSQL's server
 * is named by PATRON_TEST_POSTGRES (tests/harness/postgres.py starts one); without it its tests are
 * skipped.
 */
typedef enum RigEngine { RIG_SQLITE, RIG_POSTGRES, RIG_ENGINES } RigEngine;

typedef struct SqlRig {
    RigEngine engine;
    char dir[64], path[96]; /* SQLite */
    char schema[48];        /* PostgreSQL */
    PtSql *sql;
} SqlRig;

const char *rig_engine_name(RigEngine engine);
bool rig_has(RigEngine engine);
const char *rig_postgres_url(void); /* NULL where there is no server */

/* A place for a database; none is opened. */
bool rig_init(SqlRig *rig, RigEngine engine);
/* Closes what is open and removes the place. */
void rig_done(SqlRig *rig);

PtSqlConfig rig_config(const SqlRig *rig);
/* Opens it (again) as config says, two readers where it is NULL; fails the test if that fails. */
void rig_open_sql(SqlRig *rig, const PtSqlConfig *config);

/* Each fails the test when it does not succeed. */
PtSqlTx *rig_begin(SqlRig *rig, bool write);
void rig_commit(PtSqlTx *tx);
void rig_run(PtSqlTx *tx, const char *statement);
int64_t rig_number(PtSqlTx *tx, const char *statement); /* of its one row's first column */
int64_t rig_number_now(SqlRig *rig, const char *statement);
