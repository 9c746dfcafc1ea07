// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"
#include "events/decode_internal.h"
#include "events/intake.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A call's body, checked as JSON to its last byte and cut into judged events in one pass.
 *
 * Bounds   EVENT_BODY_STAGED drafts are held at a time, so that memory does not grow with the count
 *          of events: of a longer batch the rest is only checked in the pass, and scanned again by
 *          event_body_more when the first drafts have been stored.
 * Shapes   In place, reused from call to call. Drafts borrow the body's text and the arena until
 *          the next cut or more.
 */
enum { EVENT_BODY_STAGED = 256 };

typedef struct EventBody {
    EventKeys keys, item_keys;
    EventText text;
    EventItem item, top; /* the item and the body at hand */
    EventDraft *drafts;  /* EVENT_BODY_STAGED */
    size_t count;        /* drafts that hold an event now */
    size_t items;        /* events in all */
    PtBuf common;        /* the batch's own members as an object; empty when it has none */
    uint32_t common_depth;
    uint16_t common_flags;
    int8_t direct; /* the batch's context.direct */
    bool has_sent; /* the batch's sentAt */
    int64_t sent_ms;
    PtStr write_key;        /* the body's; empty when it has none */
    const char *rest, *end; /* behind the last event that was staged; the body's end */
    bool batch;
    PtStatus status; /* of judging */
    PtError *err;
} EventBody;

PT_NODISCARD PtStatus event_body_init(EventBody *body, PtError *err);
void event_body_done(EventBody *body);

/* Cuts; the first drafts are ready. PT_INVALID, PT_NO_MEMORY. */
PT_NODISCARD PtStatus event_body_cut(EventBody *body, const EventCall *call, PtError *err);

/* The next drafts in place of the last ones; count 0 when there are no more. */
PT_NODISCARD PtStatus event_body_more(EventBody *body, PtError *err);

/* One event alone, as it stands in a quarantined record (common empty: it came without a batch), or
 * corrected. It is drafts[0]. PT_INVALID when the text is no JSON.
 */
PT_NODISCARD PtStatus event_body_again(EventBody *body, PtStr raw, PtStr common, EventType given,
                                       PtError *err);

/* Gives back memory that only a large call needed. */
void event_body_trim(EventBody *body);
