// SPDX-License-Identifier: Apache-2.0
/* Which ticket a message belongs to. */
#include "desk/mail_internal.h"

enum { MERGES_MAX = 10 };

static bool names_line(PtStr lines, PtStr wanted)
{
    PtStr rest = lines, line = {NULL, 0};
    while (rest.len > 0 && pt_str_cut(&rest, '\n', &line)) {
        if (line.len > 0 && pt_str_eq(line, wanted)) {
            return true;
        }
    }
    return false;
}

/* Whether the sender has a part in the ticket. */
static PtStatus takes_part(DeskMailTaking *t, DeskWriting *w, int64_t ticket, bool *ret_part)
{
    DeskMailThread *list = pt_arena_alloc(t->arena, DESK_MAIL_THREADS, sizeof *list);
    PtError none = {0};
    DeskRow row;
    size_t count = 0;
    PtStatus st = list != NULL ? desk_load(w->tx, ticket, t->arena, &row, &none) : PT_NO_MEMORY;
    *ret_part = false;
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    st = st == PT_OK ? desk_mail_threads(w->tx, ticket, t->arena, list, &count, t->err)
                     : pt_fail(t->err, st, "cannot read a ticket");
    *ret_part = st == PT_OK && pt_str_eq(row.t.f[DESK_F_REQUESTER], t->sender);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        *ret_part |= pt_str_eq(list[i].recipient, t->sender) || names_line(list[i].cc, t->sender);
    }
    return st;
}

/* A message of ours that it answers or reports on; 0: none. */
static PtStatus find_ours(DeskMailTaking *t, DeskWriting *w, int64_t *ret_ticket)
{
    const MailIds lists[] = {t->m.in_reply_to, t->m.references};
    int64_t number = 0;
    *ret_ticket = 0;
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = lists[l].count; i > 0; i--) {
            if (!desk_mail_is_ours(t->d, lists[l].list[i - 1], &number)) {
                continue;
            }
            PtStatus st = desk_mail_arrived(w, number, ret_ticket);
            if (st != PT_OK && st != PT_NOT_FOUND) {
                return st;
            }
            if (st == PT_OK) {
                return PT_OK;
            }
        }
    }
    return PT_OK;
}

static int64_t by_token(const DeskMailTaking *t)
{
    const MailAddresses lists[] = {t->m.to, t->m.cc, t->m.bcc};
    int64_t found = desk_mail_of_subject(t->d, t->m.subject);
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        for (size_t i = 0; found == 0 && i < lists[l].count; i++) {
            found = desk_mail_of_address(t->d, t->box->s.address, lists[l].list[i].address);
        }
    }
    return found;
}

/* What the ticket became, where it was merged. *ret_ticket 0: it is not there. */
static PtStatus follow(DeskMailTaking *t, DeskWriting *w, int64_t ticket, DeskRow *ret_row,
                       int64_t *ret_ticket)
{
    *ret_ticket = 0;
    for (int i = 0; ticket != 0 && i < MERGES_MAX; i++) {
        PtError none = {0};
        PtStatus st = desk_load(w->tx, ticket, t->arena, ret_row, &none);
        if (st == PT_NOT_FOUND) {
            return PT_OK;
        }
        if (st != PT_OK) {
            return pt_fail(t->err, st, "%s", none.message);
        }
        *ret_ticket = ticket;
        ticket = ret_row->t.merged_into;
    }
    return PT_OK;
}

/* The ticket that it belongs to: by a token, or by a message of ours that its requester answers. */
PtStatus desk_mail_whose(DeskMailTaking *t, DeskWriting *w, DeskRow *ret_row, int64_t *ret_ticket)
{
    int64_t answered = 0, became = 0, ticket = by_token(t);
    bool part = true;
    PtStatus st = find_ours(t, w, &answered);
    if (st == PT_OK && ticket == 0 && answered != 0) {
        st = takes_part(t, w, answered, &part);
        st = st == PT_OK && !part ? follow(t, w, answered, ret_row, &became) : st;
        st = st == PT_OK && !part && became != 0 ? takes_part(t, w, became, &part) : st;
        ticket = part ? answered : 0;
    }
    return st == PT_OK ? follow(t, w, ticket, ret_row, ret_ticket) : st;
}
