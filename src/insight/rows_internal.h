// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "insight/insight_internal.h"

/* Rows of facts as questions read them. Texts are borrowed until the next step. */

/* Of insight_resolved and insight_behind. */
InsightTicket insight_row(const Insight *n, PtSqlTx *tx, int64_t now_ms, bool *ret_invited);
/* Of insight_open: what it was about, and since when it is open. */
InsightTicket insight_row_open(PtSqlTx *tx);
/* Whether the question is about it. */
bool insight_fits(const InsightAsk *ask, const InsightTicket *ticket);
