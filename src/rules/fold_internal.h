// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "rules/condition_internal.h"
#include "rules/window_internal.h"

/* Folds and what they keep, inside of the module. */
__extension__ typedef __int128 RuleInt128;

struct RuleFold {
    PtArena *arena;
    RuleFoldKind kind;
    PtStr *events;
    size_t event_count;
    RuleNode *where;    /* NULL: none */
    PtProgram *program; /* events and where; NULL: all match */
    bool has_property, currency;
    RuleRoot root; /* PROPERTY or CONTEXT */
    PtStr path;
    uint32_t value_slot, currency_slot;
    RuleWindow window;
};

/* What a kind of fold keeps of an event. */
typedef enum RuleKeeps {
    RULE_KEEPS_NOTHING,
    RULE_KEEPS_MICROS,
    RULE_KEEPS_HASH,
    RULE_KEEPS_TEXT
} RuleKeeps;
RuleKeeps rule_keeps(RuleFoldKind kind);

/* An event as the fold keeps it. Values are kept as the JSON text of their one spelling. */
typedef struct RuleEntry {
    int64_t ms;
    uint64_t position;
    union {
        struct {
            int64_t micros;
            char currency[4];
        };
        PtHash128 hash;
        struct {
            uint32_t at, len; /* in the state's text */
        };
    };
} RuleEntry;

typedef struct RuleTotal { /* of a currency */
    char currency[4];
    uint64_t count;
    RuleInt128 micros;
} RuleTotal;

typedef struct RuleTally { /* of a value */
    uint32_t at, len;      /* in the state's text */
    uint64_t count;
    int64_t last_ms;
    uint64_t last_position;
} RuleTally;

/* Windowed: entries by (ms, position). Ever: one of the others, by kind; `entries` has the one that
 * is first or last. */
struct RuleState {
    const RuleFold *fold;
    PtBuf text;       /* of entries or tallies */
    size_t text_live; /* bytes of it that are still meant */
    RuleEntry *entries;
    size_t entry_first, entry_count, entry_cap;
    bool dropped; /* windowed: entries up to this one did not find room */
    int64_t dropped_ms;
    uint64_t dropped_position;

    uint64_t events, top; /* ever; top: the highest position, where there are events */
    bool cut;
    RuleInt128 micros;
    int64_t extreme;
    RuleTotal *totals;
    size_t total_count, total_cap;
    PtHash128 *hashes; /* in order */
    size_t hash_count, hash_cap;
    RuleTally *tallies; /* by text */
    size_t tally_count, tally_cap;
};

enum {
    RULE_ENTRY_BYTES = 32,               /* what an entry counts for, beside its text */
    RULE_VALUE_JSON = 6 * RULE_TEXT + 2, /* bytes of a value's text, escapes and all */
    RULE_STATE_TEXT = 8 << 20,
};

static inline bool rule_windowed(const RuleFold *f)
{
    return f->window.kind != RULE_EVER;
}

static inline bool rule_before(int64_t ms, uint64_t position, int64_t other_ms, uint64_t other)
{
    return ms != other_ms ? ms < other_ms : position < other;
}

static inline PtStr rule_text_of(const RuleState *s, uint32_t at, uint32_t len)
{
    return (PtStr){s->text.data + at, len};
}

static inline int rule_text_order(PtStr a, PtStr b)
{
    const int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static inline int rule_hash_order(PtHash128 a, PtHash128 b)
{
    return a.hi != b.hi ? (a.hi > b.hi) - (a.hi < b.hi) : (a.lo > b.lo) - (a.lo < b.lo);
}

/* What the fold takes of an event. text is borrowed from `scratch`. */
typedef struct RuleTaken {
    int64_t micros;
    char currency[4];
    PtHash128 hash;
    PtStr text;
} RuleTaken;

/* False: it counts for nothing. */
PT_NODISCARD PtStatus rule_take(const RuleFold *f, const PtValue *values, PtBuf *scratch,
                                bool *ret_counts, RuleTaken *ret_taken, PtError *err);

/* Room for one more item; PT_NO_MEMORY. */
PT_NODISCARD PtStatus rule_grow(void **items, size_t size, size_t *cap, size_t count, PtError *err);
/* Appends to the state's text. */
PT_NODISCARD PtStatus rule_keep_text(RuleState *s, PtStr text, uint32_t *ret_at, PtError *err);

/* state_ever.c */
PT_NODISCARD PtStatus rule_ever_add(RuleState *s, const RuleEntry *entry, const RuleTaken *taken,
                                    PtError *err);

/* Where an entry stands or would: the first one that is not before it. From the first entry. */
size_t rule_entry_place(const RuleState *s, int64_t ms, uint64_t position);
/* What the kept entries count for against RULE_FOLD_BYTES. */
size_t rule_entries_bytes(const RuleState *s);
