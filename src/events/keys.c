// SPDX-License-Identifier: Apache-2.0
#include "events/keys_internal.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64, KEY_TEXT_MAX = 8 << 20, KEY_TEXT_KEEP = 64 << 10 };

__extension__ typedef unsigned __int128 Wide;

void event_keys_init(EventKeys *keys)
{
    *keys = (EventKeys){.generation = 1};
    pt_random_bytes(keys->seed, sizeof keys->seed); // strangers choose the keys
    pt_buf_init(&keys->text[0], KEY_TEXT_MAX);
    pt_buf_init(&keys->text[1], KEY_TEXT_MAX);
}

void event_keys_done(EventKeys *keys)
{
    free(keys->slots);
    pt_buf_done(&keys->text[0]);
    pt_buf_done(&keys->text[1]);
    *keys = (EventKeys){0};
}

void event_keys_clear(EventKeys *keys)
{
    keys->used = 0;
    keys->failed = false;
    pt_buf_clear(&keys->text[0], KEY_TEXT_KEEP);
    pt_buf_clear(&keys->text[1], KEY_TEXT_KEEP);
    if (++keys->generation == 0) {
        for (uint32_t i = 0; i < keys->cap; i++) {
            keys->slots[i].generation = 0;
        }
        keys->generation = 1;
    }
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    Wide product = (Wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *p, size_t len)
{
    uint64_t v = 0;
    memcpy(&v, p, len);
    return v;
}

/* Most keys are short: two overlapping words hold them whole. */
static uint64_t key_hash(const EventKeys *keys, uint32_t object, PtStr s)
{
    uint64_t a = 0, b = 0;
    if (s.len > 16) {
        a = pt_hash64(s);
    } else if (s.len >= 8) {
        a = load(s.data, 8);
        b = load(s.data + s.len - 8, 8);
    } else if (s.len >= 4) {
        a = load(s.data, 4);
        b = load(s.data + s.len - 4, 4);
    } else if (s.len > 0) {
        a = load(s.data, s.len);
    }
    return mix(a ^ keys->seed[0] ^ object, b ^ keys->seed[1] ^ (s.len << 32));
}

static bool grow(EventKeys *keys)
{
    uint32_t cap = keys->cap > 0 ? keys->cap * 2 : FIRST_SLOTS;
    EventKeySlot *slots = calloc(cap, sizeof *slots);
    if (slots == NULL) {
        keys->failed = true;
        return false;
    }
    for (uint32_t i = 0; i < keys->cap; i++) {
        const EventKeySlot *old = &keys->slots[i];
        uint32_t at = old->tag & (cap - 1);
        if (old->generation != keys->generation) {
            continue;
        }
        while (slots[at].generation == keys->generation) {
            at = (at + 1) & (cap - 1);
        }
        slots[at] = *old;
    }
    free(keys->slots);
    keys->slots = slots;
    keys->cap = cap;
    return true;
}

static PtStr decoded(EventKeys *keys, unsigned which, PtStr raw, unsigned flags)
{
    if ((flags & PT_JSON_ESCAPED) == 0) {
        return raw;
    }
    PtBuf *buf = &keys->text[which];
    buf->len = 0;
    pt_json_decode(raw, buf);
    keys->failed |= pt_buf_status(buf) != PT_OK;
    return pt_buf_str(buf);
}

static bool same_key(EventKeys *keys, const EventKeySlot *slot, PtStr text)
{
    PtStr other = decoded(keys, 1, (PtStr){slot->key, slot->len}, slot->flags);
    return pt_str_eq(other, text);
}

bool event_keys_put(EventKeys *keys, uint32_t object, PtStr raw, unsigned flags, uint32_t value,
                    uint32_t *ret_before)
{
    if (keys->used >= EVENT_KEYS_MAX || (keys->used >= keys->cap / 2 && !grow(keys))) {
        return false;
    }
    PtStr text = decoded(keys, 0, raw, flags);
    uint32_t tag = (uint32_t)key_hash(keys, object, text);
    uint32_t at = tag & (keys->cap - 1);
    for (; keys->slots[at].generation == keys->generation; at = (at + 1) & (keys->cap - 1)) {
        EventKeySlot *slot = &keys->slots[at];
        if (slot->tag == tag && slot->object == object && same_key(keys, slot, text)) {
            if (ret_before != NULL) {
                *ret_before = slot->value;
            }
            slot->value = value;
            return true;
        }
    }
    keys->slots[at] = (EventKeySlot){.key = raw.data,
                                     .len = (uint32_t)raw.len,
                                     .generation = keys->generation,
                                     .object = object,
                                     .tag = tag,
                                     .value = value,
                                     .flags = flags & PT_JSON_ESCAPED};
    keys->used++;
    return false;
}
