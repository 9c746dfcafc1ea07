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

/* Number of the set's last migration; and the same up to `last` only, so that a backup of an older
 * version meets the tables it was taken from. */
int pt_migrations_last(PtMigrationSet set);
PT_NODISCARD PtStatus pt_migrations_apply_to(PtSql *sql, PtMigrationSet set, int last,
                                             PtError *err);
