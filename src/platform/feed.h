// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"
#include "platform/sql.h"

#include <stdint.h>

/* The feed: how a decision that was made in SQL reaches the log, so that every view sees it.
 *
 * A change and its feed row are one transaction: both are there after a crash or neither is. A
 * mover (events/feed.h) carries the rows into the log, each exactly once: the row's id is the
 * messageId of its event, and rows are forgotten only once their event is durable.
 *
 * Table feed of the core database. Order in the log is the order of ids, which is commit order.
 */
typedef struct PtFeedEvent {
    PtStr name;       /* event name in the log, title case: "Account Added"; 1..100 bytes */
    PtStr subject;    /* id of what it is about, the event's anonymousId; 1..200 bytes */
    PtStr properties; /* a JSON object, at most 24,000 bytes; empty: {} */
} PtFeedEvent;

enum {
    PT_FEED_NAME_MAX = 100, /* bytes */
    PT_FEED_SUBJECT_MAX = 200,
    PT_FEED_PROPERTIES_MAX = 24000,
    PT_FEED_DEPTH_MAX = 30,
};

/* time_ms: when it was decided, by the machine's clock. Adds a row in the caller's write
 * transaction. The mover is woken when that commits. PT_TOO_LARGE over a bound, PT_INVALID where a
 * text is empty or not UTF-8, or the properties are no JSON object of at most PT_FEED_DEPTH_MAX
 * levels (nothing is added then); else as pt_sql_step. */
PT_NODISCARD PtStatus pt_feed_put(PtSqlTx *tx, int64_t time_ms, const PtFeedEvent *event,
                                  PtError *err);
