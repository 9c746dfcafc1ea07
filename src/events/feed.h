// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/hash.h"
#include "base/status.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stdint.h>

/* The mover of the feed (platform/feed.h): carries its rows into the log, in the order of their
 * ids, each exactly once, and forgets a row once its event is durable.
 *
 * An event of the feed is a track event of source 0, EVENT_FEED_SOURCE: the row's name, its
 * subject as anonymousId, its properties, its id as messageId. Received is when it is moved, by
 * the daemon's clock, so that times in the log do not step back; timestamp is the row's time, but
 * never over 5 min ahead of that.
 *
 * Once     Before rows are appended SQL remembers durably which ones and where the log ended. What
 *          of them stands in the log from there on is found by reading it: after every commit, and
 *          after a crash at any instant. No window of remembered ids is involved.
 * Threads  One of its own, woken by the commit that put a row: nothing polls.
 */
#define EVENT_FEED_SOURCE "patron" /* what source 0, which is no row of source, is called */

typedef struct EventFeed EventFeed;

typedef struct EventFeedConfig {
    PtLog *log;
    PtSql *core;
    const PtClock *clock;
    uint8_t hash_key[PT_HASH_KEY]; /* from the data folder */
    bool start_thread;             /* false: the caller drives event_feed_step */
} EventFeedConfig;

PT_NODISCARD PtStatus event_feed_open(const EventFeedConfig *config, EventFeed **ret_feed,
                                      PtError *err);
/* Rows that have not been moved stay for the next open. Before the log and SQL are closed. Accepts
 * NULL. */
void event_feed_close(EventFeed *feed);

/* Moves the oldest rows. *ret_more: there may be further ones, so call again. On failure some may
 * have been moved; calling again later goes on. */
PT_NODISCARD PtStatus event_feed_step(EventFeed *feed, bool *ret_more, PtError *err);

typedef struct EventFeedState {
    uint64_t moved;    /* rows, since open */
    uint64_t pending;  /* rows when last looked at */
    int64_t oldest_ms; /* time of the oldest of them, UTC ms; 0 when there is none */
    char message[PT_ERROR_MESSAGE_MAX]; /* the trouble of the last try; "" when it went well */
} EventFeedState;
EventFeedState event_feed_state(EventFeed *feed); /* any thread */

/* A collector for pt_metric_collector; ctx is the EventFeed. */
void event_feed_metrics(void *ctx, PtBuf *out);
