// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk_internal.h"

/* What the files of stakeholders share. */

/* What stands of a ticket's room; none does before it was major: *ret_there false, both 0. */
typedef struct DeskRoomRow {
    int64_t due_ms, ended_ms;
} DeskRoomRow;
PT_NODISCARD PtStatus desk_room_load(PtSqlTx *tx, int64_t ticket, DeskRoomRow *ret_row,
                                     bool *ret_there, PtError *err);
PT_NODISCARD PtStatus desk_room_put(DeskWriting *w, int64_t ticket, const DeskRoomRow *row);
/* No major incident any more, or it is closed. */
bool desk_room_over(const DeskTicket *t);
PT_NODISCARD PtStatus desk_stakeholders(PtSqlTx *tx, int64_t ticket, PtArena *arena,
                                        DeskStakeholder **ret_list, size_t *ret_count,
                                        PtError *err);

/* Links (status.c): all of a ticket, newest first, with the tokens of those that hold. */
PT_NODISCARD PtStatus desk_status_links(const Desk *d, PtSqlTx *tx, int64_t ticket, PtArena *arena,
                                        DeskStatusLink **ret_list, size_t *ret_count, PtError *err);
/* When the links of an incident that ended then are valid no more; 0: it goes on. */
int64_t desk_status_expires(const DeskRules *rules, int64_t ended_ms);

/* Telling (stakeholder_tell.c): the update to all stakeholders of the ticket. mailbox: that mails
 * leave by; empty: none do. */
PT_NODISCARD PtStatus desk_stakeholders_tell(DeskWriting *w, const DeskTicket *t, PtStr text,
                                             int64_t due_ms, PtStr mailbox);
/* The first mailbox that can send; "": there is none. Before a transaction. */
PT_NODISCARD PtStatus desk_stakeholder_mailbox(Desk *d, PtArena *arena, PtStr *ret_id,
                                               PtError *err);
