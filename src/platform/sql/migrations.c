// SPDX-License-Identifier: Apache-2.0
#include "platform/migrations.h"

#include "platform/sql/migrations_core.h"
#include "platform/sql/migrations_views.h"

#include <stddef.h>

static const struct {
    const PtSqlMigration *list;
    size_t count;
} sets[] = {
    [PT_MIGRATIONS_CORE] = {migrations_core, sizeof migrations_core / sizeof *migrations_core},
    [PT_MIGRATIONS_VIEWS] = {migrations_views, sizeof migrations_views / sizeof *migrations_views},
};

PtStatus pt_migrations_apply(PtSql *sql, PtMigrationSet set, PtError *err)
{
    return pt_sql_migrate(sql, sets[set].list, sets[set].count, err);
}

int pt_migrations_last(PtMigrationSet set)
{
    return sets[set].list[sets[set].count - 1].number;
}

PtStatus pt_migrations_apply_to(PtSql *sql, PtMigrationSet set, int last, PtError *err)
{
    size_t count = sets[set].count;
    while (count > 0 && sets[set].list[count - 1].number > last) {
        count--;
    }
    return pt_sql_migrate(sql, sets[set].list, count, err);
}
