// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* What VADER knows of words: vader.c is made of the package vaderSentiment by embed_vader.py. */
typedef struct VaderEntry {
    const char *text;
    uint8_t len, flags;
    double valence, booster, special;
} VaderEntry;

typedef struct VaderSlot {
    uint16_t entry, tag; /* number + 1; upper bits of its hash */
} VaderSlot;

typedef struct VaderEmoji {
    uint32_t code;
    const char *text;
    uint8_t len;
} VaderEmoji;

enum { VADER_SLOTS = 1 << 15 };

extern const VaderEntry vader_entries[];         /* ascending by text */
extern const VaderSlot vader_slots[VADER_SLOTS]; /* open addressing by FNV-1a */
extern const VaderEmoji vader_emoji[];           /* ascending by code */
extern const uint32_t vader_emoji_count;
extern const double vader_capitals, vader_negated; /* what capitals add; what a negation times */
