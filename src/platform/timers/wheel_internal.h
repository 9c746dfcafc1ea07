// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/timers.h"

/* The wheel itself: which timers there are and which are due, without thread, lock or clock.
 *
 * Eight levels of 256 slots, one for each byte of an instant: a timer stands at the level of the
 * highest byte in which its instant differs from the wheel's own, so level 0 is exact to the ms and
 * a slot of a higher one is dealt out over the lower ones when the wheel comes to it. What is due
 * goes into a list in the order of firing; so does what was due before the wheel's instant.
 */
enum { WHEEL_LEVELS = 8, WHEEL_SLOTS = 256 };

typedef enum WheelPlace { /* of a node: below these a slot of the wheel */
                          WHEEL_READY = WHEEL_LEVELS *
                              WHEEL_SLOTS, /* in `ready`, `late` or `again`, or being fired */
                          WHEEL_DEAD,      /* there, and cancelled since */
                          WHEEL_FREE,
} WheelPlace;

typedef struct WheelNode { /* 32 bytes */
    int64_t due_ms;
    uint64_t key;
    uint32_t next, prev; /* of its slot; 0: none */
    uint32_t chain;      /* of its bucket */
    uint16_t place;
    uint8_t kind;
} WheelNode;

typedef struct WheelDue {
    PtTimer timer;
    uint32_t node;
} WheelDue;

typedef struct WheelList {
    WheelDue *items;
    size_t head, count, room; /* head: those before it are gone */
} WheelList;

typedef struct Wheel {
    uint64_t at; /* instant up to which all were taken out, see tick() */
    uint32_t slots[WHEEL_LEVELS * WHEEL_SLOTS];
    uint64_t used[WHEEL_LEVELS][WHEEL_SLOTS / 64];
    WheelNode **pages;
    uint32_t page_count, page_room, node_count, free_list;
    uint32_t *buckets;
    uint32_t bucket_mask; /* count - 1 */
    uint64_t armed;       /* that will fire */
    WheelList ready;      /* in order */
    WheelList late;       /* to be put in order */
} Wheel;

enum { WHEEL_PAGE_BITS = 14, WHEEL_PAGE = 1 << WHEEL_PAGE_BITS };

static inline WheelNode *wheel_node(const Wheel *w, uint32_t number)
{
    return &w->pages[number >> WHEEL_PAGE_BITS][number & (WHEEL_PAGE - 1)];
}

/* Of those that wheel_take gave: it was neither cancelled nor set anew since. */
static inline bool wheel_is_live(const Wheel *w, uint32_t node)
{
    return wheel_node(w, node)->place == WHEEL_READY;
}

PT_NODISCARD PtStatus wheel_init(Wheel *w, int64_t now_ms, PtError *err);
void wheel_done(Wheel *w);
PT_NODISCARD PtStatus wheel_set(Wheel *w, const PtTimer *timer, PtError *err);
void wheel_cancel(Wheel *w, uint32_t kind, uint64_t key);
void wheel_cancel_kind(Wheel *w, uint32_t kind);
size_t wheel_bytes(const Wheel *w);

/* The clock shows less than the wheel: it begins anew there, with the same timers. */
void wheel_turn_back(Wheel *w, int64_t now_ms);
/* Brings what is due by now_ms into `ready`, a batch or a little more. PT_NO_MEMORY: as far as room
 * was found. */
PT_NODISCARD PtStatus wheel_collect(Wheel *w, int64_t now_ms, PtError *err);
/* The next batch that is due: its items in *ret_due are valid until wheel_collect. Cancelled ones
 * are among them: wheel_is_live. */
size_t wheel_take(Wheel *w, int64_t now_ms, const WheelDue **ret_due);
/* Fired: gone, unless it was set anew meanwhile. */
void wheel_release(Wheel *w, uint32_t node);
/* Fired in vain: due once more. */
PT_NODISCARD PtStatus wheel_bring_again(Wheel *w, const WheelDue *due, PtError *err);
/* When to look next: nothing is due before; INT64_MAX: never. */
int64_t wheel_next_ms(Wheel *w);
