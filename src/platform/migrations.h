// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "platform/sql.h"

/* The migrations of db/migrations/, embedded at build.
 *
 * core   what people and machines decide: the truth, kept durably
 * views  what the log rebuilds: a file of its own, opened relaxed, that may be deleted
 */
typedef enum PtMigrationSet { PT_MIGRATIONS_CORE, PT_MIGRATIONS_VIEWS } PtMigrationSet;

/* Brings the database up to date with its set; errors as pt_sql_migrate. */
PT_NODISCARD PtStatus pt_migrations_apply(PtSql *sql, PtMigrationSet set, PtError *err);
