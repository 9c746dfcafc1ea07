// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/memory.h"
#include "events/keys_internal.h"
#include "events/record.h"
#include "events/sources.h"

#include <stdbool.h>
#include <stdint.h>

/* From text to a judged event, in two steps without I/O: event_scan_* pulls a body or an item apart
 * in one pass, event_judge reads the fields and finds the reason for quarantine if there is one,
 * event_stamp sets the times once the whole call is known.
 */

/* Members that Patron reads. SENT_AT of any JSON type is fine: unreadable counts as absent. */
#define EVENT_FIELD_MAP(X)                                                                         \
    X(TYPE, "type")                                                                                \
    X(MESSAGE_ID, "messageId")                                                                     \
    X(EVENT, "event")                                                                              \
    X(NAME, "name")                                                                                \
    X(USER_ID, "userId")                                                                           \
    X(ANONYMOUS_ID, "anonymousId")                                                                 \
    X(GROUP_ID, "groupId")                                                                         \
    X(PREVIOUS_ID, "previousId")                                                                   \
    X(TIMESTAMP, "timestamp")                                                                      \
    X(ORIGINAL_TIMESTAMP, "originalTimestamp")                                                     \
    X(SENT_AT, "sentAt")                                                                           \
    X(PROPERTIES, "properties")                                                                    \
    X(TRAITS, "traits")                                                                            \
    X(CONTEXT, "context")                                                                          \
    X(INTEGRATIONS, "integrations")                                                                \
    X(WRITE_KEY, "writeKey")                                                                       \
    X(BATCH, "batch")                                                                              \
    X(RECEIVED_AT, "receivedAt")                                                                   \
    X(PROFILE_ID, "profile_id")                                                                    \
    X(PATRON, "_patron")

#define EVENT_FIELD_ENUM(id, name) EVENT_FIELD_##id,
typedef enum EventField {
    EVENT_FIELD_MAP(EVENT_FIELD_ENUM) EVENT_FIELD_COUNT,
    EVENT_FIELD_NONE = EVENT_FIELD_COUNT
} EventField;
#undef EVENT_FIELD_ENUM

PtStr event_field_name(EventField field);
/* Of a key's raw text and flags; EVENT_FIELD_NONE when it is another one. */
EventField event_field_of(PtStr raw, unsigned flags);

typedef struct EventValue {
    PtStr raw;         /* of a string: between the quotes; of an object or array: its whole text */
    PtJsonToken token; /* PT_JSON_END: absent. The opening token of an object or array */
    unsigned flags;    /* of a string */
} EventValue;

typedef struct EventItem {
    PtStr raw;
    EventValue field[EVENT_FIELD_COUNT]; /* the last of equal keys */
    uint32_t depth;                      /* the item itself is level 1 */
    unsigned text_flags;                 /* of all strings and keys, or-ed */
    bool is_object, duplicate_key;
    int8_t direct; /* context.direct: 1, 0, or -1 when it says nothing */
} EventItem;

/* What a body tells while it is scanned; both may be NULL. */
typedef struct EventScanHooks {
    void *ctx;
    /* The member "batch" is an array, just opened: pulls it up to its end. False on error. */
    bool (*batch)(void *ctx, PtJson *j);
    /* Another member: its text from the key's quote to the end of the value. */
    void (*member)(void *ctx, EventField field, PtStr text);
} EventScanHooks;

/* Scans the value whose first token was just pulled. False when the text is no JSON: see
 * pt_json_error. keys is cleared first; hooks may be NULL.
 */
bool event_scan(PtJson *j, PtJsonToken first, EventKeys *keys, const EventScanHooks *hooks,
                EventItem *ret_item);

/* A judged event that waits for what only the whole call tells. */
typedef struct EventDraft {
    EventView view;   /* original_ms set; sent_ms is the item's own */
    int64_t given_ms; /* the member `timestamp` */
    bool has_given;
    int8_t direct;  /* as in EventItem */
    uint16_t flags; /* EventFlag */
} EventDraft;

typedef struct EventText {
    PtArena *arena; /* what had to be decoded */
    PtBuf scratch;
} EventText;

/* given: the type that the route told, EVENT_UNKNOWN when the item's own counts. Slices borrow the
 * item's text or the arena. PT_NO_MEMORY only.
 */
PT_NODISCARD PtStatus event_judge(const EventItem *item, EventType given, EventText *text,
                                  EventDraft *ret_draft, PtError *err);

/* Marks for quarantine. detail is formatted into the arena. */
PT_NODISCARD PtStatus event_refuse(EventDraft *draft, EventText *text, EventReason reason,
                                   PtError *err, const char *fmt, ...) PT_PRINTF(5, 6);

/* The decoded text of a string, or a number's own; empty for all else, and for one with escapes
 * over EVENT_MAX_BYTES. data NULL when there is no memory. */
PtStr event_value_text(const EventValue *value, EventText *text);

/* The instant of a string; false when it is none. */
bool event_value_time(const EventValue *value, EventText *text, int64_t *ret_ms);

typedef struct EventStampRules {
    int64_t received_ms;
    bool historical;
    EventSkewPolicy skew;
    bool has_sent;   /* the batch's own sentAt */
    int64_t sent_ms; /* ... which beats an item's */
} EventStampRules;

enum { EVENT_CLAMP_MS = 300000 };

/* The four stamps of decision 6, and their flags. */
void event_stamp(EventDraft *draft, const EventStampRules *rules);

/* The members of an object but `sentAt`, joined: what stays equal when a client sends it again.
 * Appended to out.
 */
void event_lasting_text(PtStr raw, PtBuf *out);
