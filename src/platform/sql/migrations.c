// SPDX-License-Identifier: Apache-2.0
#include "platform/migrations.h"

#include "platform/sql/migrations_core.h"
#include "platform/sql/migrations_views.h"

#include <stddef.h>

PtStatus pt_migrations_apply(PtSql *sql, PtMigrationSet set, PtError *err)
{
    static const struct {
        const PtSqlMigration *list;
        size_t count;
    } sets[] = {
        [PT_MIGRATIONS_CORE] = {migrations_core, sizeof migrations_core / sizeof *migrations_core},
        [PT_MIGRATIONS_VIEWS] = {migrations_views,
                                 sizeof migrations_views / sizeof *migrations_views},
    };
    return pt_sql_migrate(sql, sets[set].list, sets[set].count, err);
}
