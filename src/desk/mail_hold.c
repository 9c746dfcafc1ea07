// SPDX-License-Identifier: Apache-2.0
/* Quarantine: what could not be taken is kept with a reason, until a person takes it again or lets
 * it go. */
#include "desk/mail_internal.h"
#include "mail.sql.h"

#include <stdio.h>

enum { MAILBOX = 80 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

/* The message of one in quarantine; bytes may be NULL, to see only whether it is there. */
static PtStatus read_kept(PtSqlTx *tx, int64_t mail, char mailbox[static MAILBOX], PtBuf *bytes,
                          PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_MAIL_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, mail);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_NOT_FOUND, "no message has the number %lld", (long long)mail);
    } else if (st == PT_OK && !pt_str_eq(pt_sql_text(tx, 1), PT_STR("quarantined"))) {
        st = pt_fail(err, PT_CONFLICT, "the message is not in quarantine");
    } else if (st == PT_OK && bytes != NULL && pt_sql_is_null(tx, 2)) {
        st = pt_fail(err, PT_CONFLICT, "the message was not read whole: it is on the mail server");
    } else if (st == PT_OK) {
        (void)pt_str_copy(mailbox, MAILBOX, pt_sql_text(tx, 0));
        if (bytes != NULL) {
            pt_buf_add_str(bytes, pt_sql_blob(tx, 2));
            st = pt_buf_status(bytes) == PT_OK ? PT_OK : no_memory(err);
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus audited(Desk *d, PtSqlTx *tx, const AuditActor *by, const char *action,
                        int64_t mail, PtError *err)
{
    char subject[24];
    (void)snprintf(subject, sizeof subject, "%lld", (long long)mail);
    const AuditEntry entry = {
        .by = by, .action = action, .subject_type = "mail", .subject = pt_str(subject)};
    return audit_write(tx, pt_clock_now_ms(d->c.clock), &entry, err);
}

PtStatus desk_mail_redrive(Desk *d, const AuditActor *by, int64_t mail, PtArena *arena,
                           DeskMailTaken *ret_taken, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf bytes = {0};
    char mailbox[MAILBOX];
    DeskMailbox box;
    pt_buf_init(&bytes, MAIL_BYTES);
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? read_kept(tx, mail, mailbox, &bytes, err) : st;
    st = st == PT_OK ? audited(d, tx, by, "mail.redriven", mail, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    st = st == PT_OK ? desk_mailbox(d, pt_str(mailbox), arena, &box, err) : st;
    DeskMailTaking t = {
        .d = d, .arena = arena, .box = &box, .again = true, .redriven = mail, .err = err};
    return st == PT_OK ? desk_mail_taken(&t, pt_buf_str(&bytes), ret_taken) : st;
}

PtStatus desk_mail_discard(Desk *d, const AuditActor *by, int64_t mail, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char mailbox[MAILBOX];
    PtStatus st = pt_sql_begin(d->c.core, true, &tx, err);
    st = st == PT_OK ? read_kept(tx, mail, mailbox, NULL, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_MAIL_DISCARD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, mail);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? audited(d, tx, by, "mail.discarded", mail, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
