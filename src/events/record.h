// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/log.h"

#include <stdbool.h>
#include <stdint.h>

/* The event record: what stands in the payload of a PtRecord of class EVENT or QUARANTINE, and how
 * it is read back.
 *
 * Kept verbatim: the text of the event as received (`raw`) and, for an item of a batch, the text of
 * the batch's own members but the events and the key (`common`, an object: context, integrations,
 * sentAt, ...). Beside it stands a short binary prefix with what Patron worked out: stamps, the
 * event's name, ids. Nothing is lost and nothing needs a second JSON parse to be filtered.
 *
 * Units    Instants are UTC ms (decision 4).
 * Errors   PT_CORRUPT when a payload does not parse: the record's CRC was right, so that is a bug
 * or another version.
 */
typedef enum EventType {
    EVENT_UNKNOWN = 0,
    EVENT_TRACK,
    EVENT_IDENTIFY,
    EVENT_PAGE,
    EVENT_SCREEN,
    EVENT_GROUP,
    EVENT_ALIAS,
    EVENT_TYPE_COUNT,
} EventType;

PtStr event_type_name(EventType type); /* "track"; "unknown" */
EventType event_type_of(PtStr name);   /* EVENT_UNKNOWN when none; exact lower case */

/* PtRecord.flags of both classes. Names (event_flag_name) are public API. */
#define EVENT_FLAG_MAP(X)                                                                          \
    X(DERIVED_ID, 0, "derived_message_id") /* it came without a messageId */                       \
    X(REPLACED_TEXT, 1, "replaced_text")   /* lone surrogates or NUL read as U+FFFD */             \
    X(DUPLICATE_KEY, 2, "duplicate_key")   /* a key twice in one object: the last wins */          \
    X(NO_SENT_AT, 3, "no_sent_at")         /* no readable sentAt: no skew correction */            \
    X(CLAMPED, 4, "clamped_timestamp")     /* the result lay over 5 min in the future */           \
    X(HISTORICAL, 5, "historical")         /* by a source that may write the past */               \
    X(REDRIVEN, 6, "redriven")             /* from quarantine */                                   \
    X(ALIASED_NAME, 7, "aliased_name")     /* a v1 e-commerce name: `name` holds the v2 one */     \
    X(UNREADABLE_TIME, 8, "unreadable_timestamp") /* a timestamp that is no time: as if absent */  \
    X(PLAN_VIOLATION, 9, "plan_violation")        /* not as its tracking plan says: view.plan */   \
    X(UNPLANNED, 10, "unplanned")                 /* its tracking plan does not know it */         \
    X(ERASED, 11, "erased") /* its person was erased, or its time is over: nobody's */

#define EVENT_FLAG_ENUM(id, bit, name) EVENT_##id = 1 << (bit),
typedef enum EventFlag { EVENT_FLAG_MAP(EVENT_FLAG_ENUM) EVENT_FLAG_NONE = 0 } EventFlag;
#undef EVENT_FLAG_ENUM

/* Why an event was quarantined. Names are public API. */
#define EVENT_REASON_MAP(X)                                                                        \
    X(NOT_AN_OBJECT, "not_an_object", "the event is not a JSON object")                            \
    X(TOO_LARGE, "too_large", "the event, or what its batch adds to each, is over 32,768 bytes")   \
    X(TOO_DEEP, "too_deep", "the event, or what its batch adds to each, nests over 32 levels")     \
    X(NO_TYPE, "no_type", "the event has no type, or none that is known")                          \
    X(NO_ID, "no_id",                                                                              \
      "neither userId nor anonymousId; alias also needs userId and previousId, group a groupId")   \
    X(NO_EVENT_NAME, "no_event_name", "a track event without a name")                              \
    X(MESSAGE_ID_TOO_LONG, "message_id_too_long", "messageId is over 255 bytes")                   \
    X(WRONG_TYPE, "wrong_type", "a field has the wrong JSON type")                                 \
    X(PLAN_VIOLATION, "plan_violation", "the event is not as the source's tracking plan says")     \
    X(UNPLANNED_EVENT, "unplanned_event", "the source's tracking plan has no rule for the event")  \
    X(UNMAPPED_DELIVERY, "unmapped_delivery", "what a shop sent could not be made an event")

#define EVENT_REASON_ENUM(id, name, help) EVENT_REASON_##id,
typedef enum EventReason {
    EVENT_REASON_NONE,
    EVENT_REASON_MAP(EVENT_REASON_ENUM) EVENT_REASON_COUNT
} EventReason;
#undef EVENT_REASON_ENUM
PtStr event_reason_name(EventReason reason); /* "too_large"; "" for NONE */
PtStr event_reason_help(EventReason reason);
EventReason event_reason_of(PtStr name); /* EVENT_REASON_NONE when unknown */
PtStr event_flag_name(unsigned bit);     /* data NULL when there is none */

enum {
    EVENT_MAX_BYTES = 32768,
    EVENT_MAX_DEPTH = 32,
    EVENT_MESSAGE_ID_MAX = 255,
    EVENT_BODY_MAX = 4 << 20,
    EVENT_NO_STAMP = 0, /* has_* bits tell; the value is then 0 */
};

/* What is worked out of one event. Slices are decoded text borrowed from the payload or an arena;
 * empty when absent. */
typedef struct EventView {
    EventType type;
    EventReason reason;          /* quarantine class only */
    PtStr reason_detail;         /* the field and the bound, for people: "properties is a string" */
    PtStr message_id;            /* as given, or derived */
    PtStr name;                  /* event name (v2), page or screen name */
    PtStr user_id, anonymous_id; /* numbers as text */
    int64_t original_ms, sent_ms, received_ms, timestamp_ms; /* the four stamps */
    bool has_original, has_sent;
    uint64_t redrive_of; /* offset of the quarantined record + 1; 0 = not a redrive */
    PtStr ip;  /* of the connection; only where the event asked for it (context.direct) or came by
                  beacon/pixel */
    PtStr raw; /* the event as received */
    PtStr common; /* the batch's own members, or empty */
    PtStr plan;   /* what the source's tracking plan said, where it said something: a JSON object
                     {"id", "version", "rule", "violations"} (events/plans.h); else empty */
} EventView;

/* Appends the payload for a record whose type and time_ms are the view's type and received_ms.
 * Texts that are slices of `raw` are stored as references into it. Failure is the buffer's.
 */
void event_payload_write(PtBuf *out, const EventView *v);

/* Reads a payload; slices point into it. received_ms comes from the record. */
PT_NODISCARD PtStatus event_payload_read(const PtRecord *record, EventView *ret_view, PtError *err);

/* Writes the event in Segment's shape as one JSON object, all fields (export, debugger, views):
 * messageId, type, event (track) or name (page, screen), userId, anonymousId, the four stamps
 * (timestamp, originalTimestamp, sentAt, receivedAt, as RFC 3339 with ms), each null when absent;
 * then properties, traits, context and integrations (of the last two the batch's members under the
 * item's, member by member) and every other member as received (writeKey is left out; a groupId or
 * previousId that is a number as text); profile_id (the person it belongs to, as the caller knows;
 * null when empty); then "_patron": {partition, position (the offset), class, source, source_id,
 * flags[], received_name? (of an aliased name), redrive_of?, reason?, detail?, plan?}. Duplicate
 * keys are resolved to the last, lone surrogates and NUL become U+FFFD, at every level. What was
 * quarantined as not_an_object, too_large or too_deep has its text in "raw" instead of members. On
 * failure `out` is as it was.
 */
typedef struct EventSourceName {
    PtStr id, name; /* of the source; empty when it is gone */
} EventSourceName;
PT_NODISCARD PtStatus event_to_json(const PtRecord *record, const EventSourceName *source,
                                    PtStr profile_id, PtArena *arena, PtBuf *out, PtError *err);
