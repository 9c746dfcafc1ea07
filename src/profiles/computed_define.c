// SPDX-License-Identifier: Apache-2.0
/* Definitions of computed traits: staff's, in the core database, audited, told to the log. */
#include "base/json.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "computed.sql.h"
#include "platform/feed.h"
#include "profiles/computed_internal.h"

#include <string.h>

enum { DETAIL_MAX = 16 << 10, DETAIL_FOLD_MAX = 8 << 10 };

/* ---- Rows -------------------------------------------------------------------------------------
 */

/* id, number, name, description, fold, created_ms, changed_ms, changed_by */
static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, ComputedTrait *trait, uint32_t *number,
                         PtError *err)
{
    const struct {
        int column;
        PtStr *to;
    } texts[] = {{0, &trait->id},
                 {2, &trait->name},
                 {3, &trait->description},
                 {4, &trait->fold},
                 {7, &trait->changed_by}};
    *trait = (ComputedTrait){.created_ms = pt_sql_i64(tx, 5), .changed_ms = pt_sql_i64(tx, 6)};
    *number = (uint32_t)pt_sql_i64(tx, 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].to->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
        }
    }
    return PT_OK;
}

static PtStatus get_row(PtSqlTx *tx, PtStr id, PtArena *arena, ComputedTrait *trait,
                        uint32_t *number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_row(tx, arena, trait, number, err)
                 : pt_fail(err, PT_NOT_FOUND, "no computed trait has that id");
    }
    pt_sql_done(tx);
    return st;
}

typedef struct Progress { /* rows of computed_position */
    struct {
        int64_t number, next, since;
    } rows[COMPUTED_POSITIONS];
    size_t count;
} Progress;

static PtStatus read_progress(PtSql *views, Progress *progress, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    progress->count = 0;
    PtStatus st = pt_sql_begin(views, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_COMPUTED_POSITIONS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, COMPUTED_POSITIONS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        progress->rows[progress->count].number = pt_sql_i64(tx, 0);
        progress->rows[progress->count].next = pt_sql_i64(tx, 1);
        progress->rows[progress->count++].since = pt_sql_i64(tx, 2);
    }
    pt_sql_done(tx);
    return st;
}

static void tell_progress(const Profiles *p, const Progress *progress, uint32_t number,
                          ComputedTrait *trait)
{
    const int64_t begin = (int64_t)pt_log_begin(p->log, 0), end = (int64_t)pt_log_end(p->log, 0);
    for (size_t i = 0; i < progress->count; i++) {
        if (progress->rows[i].number == number) {
            trait->live = progress->rows[i].since >= 0;
            const int64_t done = progress->rows[i].next - begin;
            trait->progress = trait->live               ? 1
                              : done > 0 && end > begin ? (double)done / (double)(end - begin)
                                                        : 0;
        }
    }
}

PtStatus computed_get(Profiles *p, PtStr id, PtArena *arena, ComputedTrait *ret_trait, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Progress progress;
    uint32_t number = 0;
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? get_row(tx, id, arena, ret_trait, &number, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    st = st == PT_OK ? read_progress(p->views, &progress, err) : st;
    if (st == PT_OK) {
        tell_progress(p, &progress, number, ret_trait);
    }
    return st;
}

static PtStatus list_rows(PtSqlTx *tx, PtArena *arena, ComputedTrait *traits, uint32_t *numbers,
                          size_t *count, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_COMPUTED_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, COMPUTED_TRAITS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_row(tx, arena, &traits[*count], &numbers[*count], err);
        if (st != PT_OK) {
            break;
        }
        (*count)++;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus computed_list(Profiles *p, PtArena *arena, ComputedTrait **ret_traits, size_t *ret_count,
                       PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Progress progress;
    uint32_t numbers[COMPUTED_TRAITS_MAX];
    size_t count = 0;
    ComputedTrait *traits = pt_arena_alloc(arena, COMPUTED_TRAITS_MAX, sizeof *traits);
    PtStatus st = traits != NULL ? pt_sql_begin(p->core, false, &tx, err)
                                 : pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
    st = st == PT_OK ? list_rows(tx, arena, traits, numbers, &count, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    st = st == PT_OK ? read_progress(p->views, &progress, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        tell_progress(p, &progress, numbers[i], &traits[i]);
    }
    if (st == PT_OK) {
        *ret_traits = traits;
        *ret_count = count;
    }
    return st;
}

/* ---- Changes -----------------------------------------------------------------------------------
 */

typedef struct Change {
    PtSqlTx *tx;
    const AuditActor *by;
    int64_t now_ms, number; /* number: of this change */
    PtStr id, name, description;
    PtBuf fold; /* normalised */
} Change;

static PtStatus check_name(PtStr name, PtError *err)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.data[i] < ' ') {
            return pt_fail(err, PT_INVALID, "name: holds control characters");
        }
    }
    return name.len > 0 && pt_utf8_valid(name)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "name: is empty or not UTF-8");
}

/* As it will be stored: read alone, so that it does not depend on others. */
static PtStatus normalise(PtStr json, PtBuf *out, PtError *err)
{
    RuleOperands *operands = NULL;
    RuleFold *fold = NULL;
    PtStatus st = rule_operands_new(&operands, err);
    st = st == PT_OK ? rule_fold_read(json, operands, &fold, err) : st;
    if (st == PT_OK) {
        rule_fold_write(fold, out);
        st = pt_buf_status(out) == PT_OK ? PT_OK
                                         : pt_fail(err, pt_buf_status(out),
                                                   "the fold has over %d bytes", COMPUTED_FOLD_MAX);
    }
    rule_fold_free(fold);
    rule_operands_free(operands);
    return st;
}

static PtStatus one_number(PtSqlTx *tx, const char *statement, int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, statement, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_number = row ? pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus begin_change(Profiles *p, const AuditActor *by, Change *c, PtError *err)
{
    c->by = by;
    c->now_ms = pt_clock_now_ms(pt_clock_real());
    PtStatus st = pt_sql_begin(p->core, true, &c->tx, err);
    st = st == PT_OK ? pt_sql_run(c->tx, SQL_COMPUTED_CHANGE_BUMP, err) : st;
    return st == PT_OK ? one_number(c->tx, SQL_COMPUTED_CHANGE_GET, &c->number, err) : st;
}

static PtStatus name_is_free(const Change *c, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(c->tx, SQL_COMPUTED_NAMED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->name);
    pt_sql_bind_text(c->tx, 2, c->id);
    st = pt_sql_step(c->tx, &row, err);
    pt_sql_done(c->tx);
    return st == PT_OK && row
               ? pt_fail(err, PT_CONFLICT, "a computed trait has the name \"%.*s\" already",
                         PT_STR_ARG(c->name))
               : st;
}

static void put_detail(const Change *c, PtBuf *detail)
{
    PtJsonOut out = pt_json_out(detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "name", c->name);
    if (c->fold.len > 0 && c->fold.len <= DETAIL_FOLD_MAX) {
        pt_json_out_key(&out, PT_STR("fold"));
        pt_json_out_raw(&out, pt_buf_str(&c->fold));
    }
    pt_json_out_object_end(&out);
}

/* What wakes the view, and shows in the log from when on a value is another. */
static PtStatus tell_log(const Change *c, const char *event, PtError *err)
{
    PtBuf properties;
    pt_buf_init(&properties, DETAIL_MAX);
    PtJsonOut out = pt_json_out(&properties);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "name", c->name);
    pt_json_put_str(&out, "by", audit_actor_name(c->by));
    pt_json_out_object_end(&out);
    const PtFeedEvent told = {pt_str(event), c->id, pt_buf_str(&properties)};
    PtStatus st = pt_buf_status(&properties) == PT_OK
                      ? pt_feed_put(c->tx, c->now_ms, &told, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
    pt_buf_done(&properties);
    return st;
}

static PtStatus end_change(Change *c, const char *event, const char *action, PtError *err)
{
    PtBuf detail;
    pt_buf_init(&detail, DETAIL_MAX);
    put_detail(c, &detail);
    const AuditEntry entry = {.by = c->by,
                              .action = action,
                              .subject_type = "computed_trait",
                              .subject = c->id,
                              .subject_name = c->name,
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? audit_write(c->tx, c->now_ms, &entry, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for computed traits");
    pt_buf_done(&detail);
    st = st == PT_OK ? tell_log(c, event, err) : st;
    return st == PT_OK ? pt_sql_commit(&c->tx, err) : st;
}

static void done_change(Change *c)
{
    pt_sql_rollback(PT_TAKE(c->tx));
    pt_buf_done(&c->fold);
}

static PtStatus read_edit(Change *c, const ComputedTraitEdit *edit, PtError *err)
{
    pt_buf_init(&c->fold, COMPUTED_FOLD_MAX);
    c->name = edit->name;
    c->description = edit->description.data != NULL ? edit->description : PT_STR("");
    PtStatus st = check_name(edit->name, err);
    return st == PT_OK ? normalise(edit->fold, &c->fold, err) : st;
}

static PtStatus insert(const Change *c, PtError *err)
{
    int64_t count = 0;
    PtStatus st = one_number(c->tx, SQL_COMPUTED_COUNT, &count, err);
    if (st == PT_OK && count >= COMPUTED_TRAITS_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "there are %d computed traits, and no room for more",
                     COMPUTED_TRAITS_MAX);
    }
    st = st == PT_OK ? name_is_free(c, err) : st;
    st = st == PT_OK ? pt_sql_use(c->tx, SQL_COMPUTED_ADD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    pt_sql_bind_i64(c->tx, 2, c->number);
    pt_sql_bind_text(c->tx, 3, c->name);
    pt_sql_bind_text(c->tx, 4, c->description);
    pt_sql_bind_text(c->tx, 5, pt_buf_str(&c->fold));
    pt_sql_bind_i64(c->tx, 6, c->now_ms);
    pt_sql_bind_text(c->tx, 7, audit_actor_name(c->by));
    return pt_sql_finish(c->tx, err);
}

PtStatus computed_add(Profiles *p, const AuditActor *by, const ComputedTraitEdit *edit,
                      char ret_id[static 37], PtError *err)
{
    uint8_t random[10];
    char id[PT_UUID_TEXT];
    Change c = {0};
    pt_random_bytes(random, sizeof random);
    c.id = pt_uuid_format(pt_uuid7(pt_clock_now_ms(pt_clock_real()), random), id);
    PtStatus st = read_edit(&c, edit, err);
    st = st == PT_OK ? begin_change(p, by, &c, err) : st;
    st = st == PT_OK ? insert(&c, err) : st;
    st = st == PT_OK ? end_change(&c, "Computed Trait Added", "computed_trait.added", err) : st;
    done_change(&c);
    if (st == PT_OK) {
        memcpy(ret_id, id, sizeof id);
    }
    return st;
}

static PtStatus update(const Change *c, uint32_t number, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_COMPUTED_SAVE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    pt_sql_bind_i64(c->tx, 2, number);
    pt_sql_bind_text(c->tx, 3, c->name);
    pt_sql_bind_text(c->tx, 4, c->description);
    pt_sql_bind_text(c->tx, 5, pt_buf_str(&c->fold));
    pt_sql_bind_i64(c->tx, 6, c->now_ms);
    pt_sql_bind_text(c->tx, 7, audit_actor_name(c->by));
    return pt_sql_finish(c->tx, err);
}

/* The same fold keeps its number, and so its values. */
PtStatus computed_save(Profiles *p, const AuditActor *by, PtStr id, const ComputedTraitEdit *edit,
                       PtArena *arena, PtError *err)
{
    Change c = {.id = id};
    ComputedTrait before;
    uint32_t number = 0;
    PtStatus st = read_edit(&c, edit, err);
    st = st == PT_OK ? begin_change(p, by, &c, err) : st;
    st = st == PT_OK ? get_row(c.tx, id, arena, &before, &number, err) : st;
    st = st == PT_OK ? name_is_free(&c, err) : st;
    if (st == PT_OK) {
        const bool same = pt_str_eq(before.fold, pt_buf_str(&c.fold));
        st = update(&c, same ? number : (uint32_t)c.number, err);
    }
    st = st == PT_OK ? end_change(&c, "Computed Trait Changed", "computed_trait.changed", err) : st;
    done_change(&c);
    return st;
}

PtStatus computed_delete(Profiles *p, const AuditActor *by, PtStr id, PtArena *arena, PtError *err)
{
    Change c = {.id = id};
    ComputedTrait before;
    uint32_t number;
    PtStatus st = begin_change(p, by, &c, err);
    st = st == PT_OK ? get_row(c.tx, id, arena, &before, &number, err) : st;
    st = st == PT_OK ? pt_sql_use(c.tx, SQL_COMPUTED_DELETE, err) : st;
    if (st == PT_OK) {
        c.name = before.name;
        pt_sql_bind_text(c.tx, 1, id);
        st = pt_sql_finish(c.tx, err);
    }
    st = st == PT_OK ? end_change(&c, "Computed Trait Removed", "computed_trait.removed", err) : st;
    done_change(&c);
    return st;
}
