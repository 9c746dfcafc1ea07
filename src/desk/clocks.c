// SPDX-License-Identifier: Apache-2.0
/* What the clocks of a ticket (src/work) are told of it: facts, in the transaction that changes
 * them. */
#include "desk/desk_internal.h"

PtStatus desk_clocks_follow(DeskWriting *w, const DeskRow *before, DeskRow *after,
                            const DeskSaid *said)
{
    (void)w;
    (void)before;
    (void)after;
    (void)said;
    return PT_OK;
}

void desk_clocks_settle(const DeskWriting *w)
{
    (void)w;
}
