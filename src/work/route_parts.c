// SPDX-License-Identifier: Apache-2.0
/* What the router is made of and knows nothing of it: table, heap of instants, rows of bits. */
#include "work/route_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Table ----------------------------------------------------------------------------------- */

enum { FIRST_BUCKETS = 64 };

uint32_t route_hash(uint64_t value)
{
    value = (value ^ value >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ value >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(value >> 32);
}

bool route_table_reserve(RouteTable *t, uint32_t live)
{
    uint32_t count = t->count > 0 ? t->count : FIRST_BUCKETS;
    while (count < 2 * live) {
        count *= 2;
    }
    if (count == t->count) {
        return true;
    }
    RouteBucket *buckets = calloc(count, sizeof *buckets);
    if (buckets == NULL) {
        return false;
    }
    RouteTable grown = {.buckets = buckets, .count = count};
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->buckets[i].place != 0) {
            route_table_add(&grown, t->buckets[i].hash, t->buckets[i].place - 1);
        }
    }
    free(t->buckets);
    *t = grown;
    return true;
}

void route_table_add(RouteTable *t, uint32_t hash, uint32_t place)
{
    uint32_t b = hash & (t->count - 1);
    while (t->buckets[b].place != 0) {
        b = (b + 1) & (t->count - 1);
    }
    t->buckets[b] = (RouteBucket){.hash = hash, .place = place + 1};
    t->live++;
}

void route_table_remove(RouteTable *t, uint32_t hash, uint32_t place)
{
    const uint32_t mask = t->count - 1;
    uint32_t hole = hash & mask;
    while (t->buckets[hole].place != place + 1) {
        hole = (hole + 1) & mask;
    }
    /* Those behind it in its chain move up. */
    for (uint32_t b = (hole + 1) & mask; t->buckets[b].place != 0; b = (b + 1) & mask) {
        const uint32_t home = t->buckets[b].hash & mask;
        if (((b - home) & mask) >= ((b - hole) & mask)) {
            t->buckets[hole] = t->buckets[b];
            hole = b;
        }
    }
    t->buckets[hole] = (RouteBucket){0};
    t->live--;
}

/* ---- Instants --------------------------------------------------------------------------------
 */

static void put_at(RouteTimes *t, uint32_t at, uint32_t place)
{
    t->heap[at] = place;
    t->of[place].at = at;
}

static void move_up(RouteTimes *t, uint32_t at)
{
    const uint32_t place = t->heap[at];
    const int64_t when_ms = t->of[place].when_ms;
    while (at > 0 && t->of[t->heap[(at - 1) / 2]].when_ms > when_ms) {
        put_at(t, at, t->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_at(t, at, place);
}

static void move_down(RouteTimes *t, uint32_t at)
{
    const uint32_t place = t->heap[at];
    const int64_t when_ms = t->of[place].when_ms;
    for (uint32_t child = 2 * at + 1; child < t->count; child = 2 * at + 1) {
        if (child + 1 < t->count &&
            t->of[t->heap[child + 1]].when_ms < t->of[t->heap[child]].when_ms) {
            child++;
        }
        if (t->of[t->heap[child]].when_ms >= when_ms) {
            break;
        }
        put_at(t, at, t->heap[child]);
        at = child;
    }
    put_at(t, at, place);
}

void route_times_set(RouteTimes *t, uint32_t place, int64_t when_ms)
{
    RouteTime *time = &t->of[place];
    const uint32_t at = time->at;
    if (when_ms != ROUTE_NEVER) {
        time->when_ms = when_ms;
        if (at == ROUTE_NONE) {
            t->heap[t->count] = place;
            move_up(t, t->count++);
        } else {
            move_up(t, at);
            move_down(t, t->of[place].at);
        }
    } else if (at != ROUTE_NONE) {
        const uint32_t last = t->heap[--t->count];
        time->at = ROUTE_NONE;
        if (last != place) {
            put_at(t, at, last);
            move_up(t, at);
            move_down(t, t->of[last].at);
        }
    }
}

int64_t route_times_next(const RouteTimes *t)
{
    return t->count > 0 ? t->of[t->heap[0]].when_ms : ROUTE_NEVER;
}

/* ---- Bits ------------------------------------------------------------------------------------
 */

bool route_bits_reserve(RouteBits *b, uint32_t rows, uint32_t width)
{
    if (rows <= b->rows && width <= b->width) {
        return true;
    }
    rows = rows > b->rows ? rows : b->rows;
    rows = rows > 0 ? rows : 1;
    width = width > b->width ? width : b->width;
    RouteBits grown = {.rows = rows, .width = width};
    grown.words = calloc((size_t)rows * width, sizeof *grown.words);
    if (grown.words == NULL) {
        return false;
    }
    for (uint32_t row = 0; row < b->rows; row++) {
        memcpy(route_row(&grown, row), route_row(b, row), b->width * sizeof *b->words);
    }
    free(b->words);
    *b = grown;
    return true;
}

void route_bit_set(RouteBits *b, size_t row, uint32_t place, bool on)
{
    const uint64_t bit = UINT64_C(1) << (place % 64);
    uint64_t *word = &route_row(b, row)[place / 64];
    *word = on ? *word | bit : *word & ~bit;
}
