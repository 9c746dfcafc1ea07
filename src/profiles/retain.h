// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdbool.h>

/* What of an event outlives its retention, so that a rebuild of the view says the same of who
 * somebody is and of what they allow. Part of profiles.h, which includes it. Who asks:
 * src/privacy/retention.c.
 */
typedef struct Profiles Profiles;

/* Of a record of class EVENT that the view has seen and that is in the tables. *ret_evidence: it
 * decided something about consent; it stays as it is. Else, where an identifier began with it or
 * persons became one by it, its identifiers are appended to out as a JSON array for
 * `context.externalIds` of the residue: [{"type", "id"}], as erase_plan_others does; nothing where
 * the graph owes it nothing. views: a read transaction on the database of views, held for many
 * records. PT_UNAVAILABLE: the view is loading;
 * PT_BUSY: its tables are being made anew. */
PT_NODISCARD PtStatus profiles_retain(Profiles *p, PtSqlTx *views, const PtRecord *record,
                                      PtArena *arena, PtBuf *out, bool *ret_evidence, PtError *err);
