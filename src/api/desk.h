// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api_internal.h"
#include "desk/desk.h"

/* What the files of tickets share. */

void api_put_ticket(ApiCall *call, PtJsonOut *out, const DeskTicket *ticket);
/* {"ticket": ..., "links": ...} */
void api_answer_ticket(ApiCall *call, int status, const DeskTicket *ticket);
/* Of a key in a path or body; PT_NOT_FOUND where it is none. */
PT_NODISCARD PtStatus api_ticket_number(ApiCall *call, PtStr key, int64_t *ret_number);
