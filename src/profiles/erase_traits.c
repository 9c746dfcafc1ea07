// SPDX-License-Identifier: Apache-2.0
/* Traits of others that hold an identifier of somebody: their event named both, and one was
 * dropped. */
#include "erase.sql.h"
#include "profiles/erase_internal.h"
#include "profiles/groups_internal.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 20000 };

/* Of the traits that make identifiers short ones count, too. */
static bool holds(const ErasePlan *plan, PtStr name, PtStr json)
{
    const bool typed = pt_str_eq(name, PT_STR("email")) || pt_str_eq(name, PT_STR("phone"));
    EraseHit hit;
    return erase_match_find(plan->match, json, 0, typed, &hit);
}

static PtStatus add_trait(ErasePlan *plan, const EraseTrait *trait, PtError *err)
{
    if (plan->said_count == ERASE_NAMED_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "over %d traits of others name them", ERASE_NAMED_MAX);
    }
    if (plan->said_count == plan->said_room) {
        const size_t room = plan->said_room == 0 ? 16 : 2 * plan->said_room;
        EraseTrait *said = realloc(plan->said, room * sizeof *said);
        if (said == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for traits that name somebody");
        }
        plan->said = said;
        plan->said_room = room;
    }
    EraseTrait *added = &plan->said[plan->said_count++];
    *added = *trait;
    added->name = pt_arena_str(plan->arena, trait->name);
    return added->name.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for traits that name somebody");
}

typedef struct Behind { /* the last row of a page */
    uint32_t node;
    GroupId group;
    char name[TRAIT_NAME_MAX];
    size_t len;
} Behind;

typedef PtStatus TakeRow(ErasePlan *plan, PtSqlTx *tx, Behind *behind, PtError *err);

static void note_name(Behind *behind, PtStr name)
{
    behind->len = name.len < sizeof behind->name ? name.len : sizeof behind->name;
    memcpy(behind->name, name.data, behind->len);
}

static PtStatus take_row(ErasePlan *plan, PtSqlTx *tx, Behind *behind, PtError *err)
{
    const EraseTrait trait = {.node = (uint32_t)pt_sql_i64(tx, 0),
                              .name = pt_sql_text(tx, 1),
                              .at_ms = pt_sql_i64(tx, 3),
                              .source = (uint32_t)pt_sql_i64(tx, 4),
                              .precedence = (uint32_t)pt_sql_i64(tx, 5)};
    behind->node = trait.node;
    note_name(behind, trait.name);
    return !erase_is_theirs(plan, trait.node) && holds(plan, trait.name, pt_sql_text(tx, 2))
               ? add_trait(plan, &trait, err)
               : PT_OK;
}

/* What was said of an account may be of somebody else in it. */
static PtStatus take_group_row(ErasePlan *plan, PtSqlTx *tx, Behind *behind, PtError *err)
{
    char hex[2 * GROUP_ID_BYTES + 1];
    const PtStr id = pt_sql_blob(tx, 0), name = pt_sql_text(tx, 1);
    note_name(behind, name);
    if (id.len != GROUP_ID_BYTES) {
        return pt_fail(err, PT_CORRUPT, "the id of an account has %zu bytes", id.len);
    }
    memcpy(behind->group.bytes, id.data, id.len);
    if (!holds(plan, name, pt_sql_text(tx, 2))) {
        return PT_OK;
    }
    pt_hex(behind->group.bytes, sizeof behind->group.bytes, hex);
    const EraseTrait trait = {.name = name, .group = pt_arena_str(plan->arena, pt_str(hex))};
    return trait.group.data != NULL
               ? add_trait(plan, &trait, err)
               : pt_fail(err, PT_NO_MEMORY, "no memory for traits that name somebody");
}

static PtStatus begin_page(PtSqlTx *tx, bool groups, const Behind *behind, PtError *err)
{
    PtStatus st = pt_sql_use(tx, groups ? SQL_ERASE_ALL_GROUP_TRAITS : SQL_ERASE_ALL_TRAITS, err);
    if (st != PT_OK) {
        return st;
    }
    if (groups) {
        pt_sql_bind_blob(tx, 1, group_id_blob(&behind->group));
    } else {
        pt_sql_bind_i64(tx, 1, behind->node);
    }
    pt_sql_bind_text(tx, 2, (PtStr){behind->name, behind->len});
    pt_sql_bind_i64(tx, 3, PAGE_ROWS);
    return PT_OK;
}

static PtStatus scan_page(ErasePlan *plan, bool groups, Behind *behind, size_t *ret_rows,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    size_t rows = 0;
    TakeRow *take = groups ? take_group_row : take_row;
    PtStatus st = pt_sql_begin(plan->p->views, false, &tx, err);
    st = st == PT_OK ? begin_page(tx, groups, behind, err) : st;
    if (st != PT_OK) {
        return st;
    }
    for (; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; rows++) {
        if ((st = take(plan, tx, behind, err)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    *ret_rows = rows;
    return st;
}

static PtStatus scan_table(ErasePlan *plan, bool groups, const ErasePlanOptions *options,
                           PtError *err)
{
    Behind behind = {.node = 0};
    PtStatus st = PT_OK;
    for (size_t rows = PAGE_ROWS; st == PT_OK && rows == PAGE_ROWS;) {
        st = options->stop != NULL && atomic_load(options->stop)
                 ? pt_fail(err, PT_UNAVAILABLE, "stopped while looking through traits")
                 : scan_page(plan, groups, &behind, &rows, err);
    }
    return st;
}

PtStatus erase_scan_traits(ErasePlan *plan, const ErasePlanOptions *options, PtError *err)
{
    PtStatus st = scan_table(plan, false, options, err);
    return st == PT_OK ? scan_table(plan, true, options, err) : st;
}
