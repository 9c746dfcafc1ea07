// SPDX-License-Identifier: Apache-2.0
/* What came and what left, listed. */
#include "desk/mail_internal.h"
#include "mail.sql.h"

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for messages");
}

typedef struct Listing {
    const char *all, *of_outcome, *of_ticket;
    size_t bytes; /* of a row */
    PtStatus (*copy)(PtSqlTx *tx, PtArena *arena, void *row, PtError *err);
} Listing;

static PtStatus use(PtSqlTx *tx, const Listing *l, const DeskMailAsk *ask, PtError *err)
{
    const int64_t before = ask->before > 0 ? ask->before : INT64_MAX;
    PtStatus st = pt_sql_use(tx,
                             ask->ticket != 0       ? l->of_ticket
                             : ask->outcome.len > 0 ? l->of_outcome
                                                    : l->all,
                             err);
    if (st != PT_OK) {
        return st;
    }
    if (ask->ticket != 0) {
        pt_sql_bind_i64(tx, 1, ask->ticket);
        pt_sql_bind_i64(tx, 2, before);
        pt_sql_bind_i64(tx, 3, (int64_t)ask->max);
    } else {
        pt_sql_bind_i64(tx, 1, before);
        pt_sql_bind_text(tx, 2, ask->mailbox.data != NULL ? ask->mailbox : PT_STR(""));
        pt_sql_bind_text(tx, 3, ask->outcome.data != NULL ? ask->outcome : PT_STR(""));
        pt_sql_bind_i64(tx, 4, (int64_t)ask->max);
    }
    return PT_OK;
}

static PtStatus copy_texts(PtSqlTx *tx, PtArena *arena, PtStr *const *texts, int count, int first,
                           PtError *err)
{
    for (int i = 0; i < count; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, first + i));
        if (texts[i]->data == NULL) {
            return no_memory(err);
        }
    }
    return PT_OK;
}

static PtStatus copy_in(PtSqlTx *tx, PtArena *arena, void *row, PtError *err)
{
    DeskMailRow *r = row;
    PtStr *const texts[] = {&r->mailbox, &r->sender, &r->message_id, &r->nature,
                            &r->outcome, &r->reason, &r->name,       &r->subject,
                            &r->cc,      &r->files,  &r->html,       &r->quoted};
    *r = (DeskMailRow){.number = pt_sql_i64(tx, 0),
                       .at_ms = pt_sql_i64(tx, 1),
                       .ticket = pt_sql_i64(tx, 2),
                       .seq = pt_sql_i64(tx, 3),
                       .size = pt_sql_i64(tx, 4),
                       .kept = pt_sql_i64(tx, 5) != 0,
                       .left_out = pt_sql_i64(tx, 6)};
    return copy_texts(tx, arena, texts, sizeof texts / sizeof *texts, 7, err);
}

static PtStatus copy_out(PtSqlTx *tx, PtArena *arena, void *row, PtError *err)
{
    DeskMailOut *r = row;
    PtStr *const texts[] = {&r->mailbox, &r->kind,  &r->recipient, &r->cc,
                            &r->subject, &r->state, &r->error};
    *r = (DeskMailOut){.number = pt_sql_i64(tx, 0),
                       .ticket = pt_sql_i64(tx, 1),
                       .seq = pt_sql_i64(tx, 2),
                       .created_ms = pt_sql_i64(tx, 3),
                       .settled_ms = pt_sql_i64(tx, 4),
                       .attempts = pt_sql_i64(tx, 5)};
    return copy_texts(tx, arena, texts, sizeof texts / sizeof *texts, 6, err);
}

static PtStatus list(Desk *d, const Listing *l, const DeskMailAsk *ask, PtArena *arena,
                     void **ret_rows, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char *rows = pt_arena_alloc(arena, ask->max + 1, l->bytes);
    size_t count = 0;
    bool row = true;
    PtStatus st = rows != NULL ? pt_sql_begin(d->c.core, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? use(tx, l, ask, err) : st;
    if (st != PT_OK) {
        return st;
    }
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = l->copy(tx, arena, rows + count * l->bytes, err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = count;
    }
    return st;
}

PtStatus desk_mails(Desk *d, const DeskMailAsk *ask, PtArena *arena, DeskMailRow **ret_rows,
                    size_t *ret_count, PtError *err)
{
    static const Listing in = {SQL_MAIL_LIST, SQL_MAIL_LIST_OUTCOME, SQL_MAIL_OF_TICKET,
                               sizeof(DeskMailRow), copy_in};
    void *rows = NULL;
    PtStatus st = list(d, &in, ask, arena, &rows, ret_count, err);
    *ret_rows = st == PT_OK ? rows : *ret_rows;
    return st;
}

PtStatus desk_mails_out(Desk *d, const DeskMailAsk *ask, PtArena *arena, DeskMailOut **ret_rows,
                        size_t *ret_count, PtError *err)
{
    static const Listing out = {SQL_MAIL_OUT_LIST, SQL_MAIL_OUT_LIST_STATE, SQL_MAIL_OUT_OF_TICKET,
                                sizeof(DeskMailOut), copy_out};
    void *rows = NULL;
    PtStatus st = list(d, &out, ask, arena, &rows, ret_count, err);
    *ret_rows = st == PT_OK ? rows : *ret_rows;
    return st;
}
