// SPDX-License-Identifier: Apache-2.0
#pragma once

/* An event as GA4 wants it: its name and parameters. Private to the GA4 kind. */
#include "connect/kind_internal.h"

/* developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events, "Limitations",
 * and .../reference for items. */
enum {
    GA4_EVENTS_MAX = 25,
    GA4_PARAMS_MAX = 25,
    GA4_NAME_MAX = 40,   /* characters, of events and parameters; only ASCII is left in them */
    GA4_VALUE_MAX = 100, /* characters */
    GA4_ITEMS_MAX = 200,
    GA4_BODY_MAX = 130000 - 1, /* "must be smaller than 130kB" */
};

typedef struct Ga4Event {
    const KindNode *root, *mapped; /* mapped: NULL without a field mapping */
    PtArena *arena;
    PtStr currency; /* of the settings, where the event has none; may be empty */
    int64_t timestamp_ms;
    EventType type;
    PtStr name; /* as in EventView */
} Ga4Event;

/* Appends {"name", "timestamp_micros", "params"}. Returns NULL, or why GA4 would drop the event;
 * `out` is then not to be used. *ret_note tells what was left out. Want of memory is out's status,
 * which is to be looked at first. */
const char *ga4_put_event(const Ga4Event *e, PtBuf *out, PtStr *ret_note);
