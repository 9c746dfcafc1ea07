// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Which keys the objects of a text have: finds a key that stands twice in one object, at the price
 * of a few nanoseconds a key. Emptied in constant time, so that one set serves event after event.
 *
 * Shapes   In place; event_keys_done() frees. Keys are borrowed raw JSON text until the next clear.
 * Bounds   EVENT_KEYS_MAX keys; what comes later is not remembered. An event within its byte limit
 *          and what its batch adds cannot have more together.
 * Errors   `failed` is sticky until the next clear: there was no memory to grow.
 */
enum { EVENT_KEYS_MAX = 16384 };

typedef struct EventKeySlot {
    const char *key;
    uint32_t len;
    uint32_t generation; /* of another one: the slot is free */
    uint32_t object;
    uint32_t tag; /* part of the hash */
    uint32_t value;
    uint32_t flags; /* of the key's text */
} EventKeySlot;

typedef struct EventKeys {
    EventKeySlot *slots;
    uint32_t cap, used, generation;
    uint64_t seed[2];
    PtBuf text[2]; /* two keys with escapes, decoded */
    bool failed;
} EventKeys;

void event_keys_init(EventKeys *keys); /* allocates nothing yet */
void event_keys_done(EventKeys *keys);
void event_keys_clear(EventKeys *keys);

/* Notes that `object` (any number that the caller chose for it) has the key whose raw text and
 * flags (base/json.h) are given. True when it had it before; *ret_before (may be NULL) is then the
 * value noted last.
 */
bool event_keys_put(EventKeys *keys, uint32_t object, PtStr raw, unsigned flags, uint32_t value,
                    uint32_t *ret_before);
