// SPDX-License-Identifier: Apache-2.0
#include "base/money.h"
#include "rules/fold_internal.h"

#include <stdlib.h>

enum { TEXT_GARBAGE = 64 << 10 };

/* Of all installations, so that states can be compared; who chooses values to collide harms the
 * count of their own values only. */
static const uint8_t value_key[PT_HASH_KEY] = "patron rule vals";

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the state of a fold");
}

PtStatus rule_grow(void **items, size_t size, size_t *cap, size_t count, PtError *err)
{
    if (count < *cap) {
        return PT_OK;
    }
    const size_t grown = *cap > 0 ? 2 * *cap : 4;
    void *moved = realloc(*items, grown * size);
    if (moved == NULL) {
        return no_memory(err);
    }
    *items = moved;
    *cap = grown;
    return PT_OK;
}

PtStatus rule_state_new(const RuleFold *f, RuleState **ret_state, PtError *err)
{
    RuleState *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return no_memory(err);
    }
    s->fold = f;
    pt_buf_init(&s->text, RULE_STATE_TEXT);
    *ret_state = s;
    return PT_OK;
}

void rule_state_free(RuleState *s)
{
    if (s != NULL) {
        free(s->entries);
        free(s->totals);
        free(s->hashes);
        free(s->tallies);
        pt_buf_done(&s->text);
        free(s);
    }
}

/* ---- What an event brings -------------------------------------------------------------------- */

static bool take_micros(const RuleFold *f, const PtValue *values, RuleTaken *ret)
{
    const PtValue *value = &values[f->value_slot];
    if (value->kind != PT_VALUE_NUMBER ||
        pt_money_parse(value->text, &ret->micros, NULL) != PT_OK) {
        return false;
    }
    const PtValue *currency = f->currency ? &values[f->currency_slot] : NULL;
    if (currency == NULL || currency->kind != PT_VALUE_TEXT ||
        !pt_currency_parse(currency->text, ret->currency)) {
        memcpy(ret->currency, "XXX", sizeof ret->currency);
    }
    return true;
}

/* The value's one spelling, as JSON. False: there is none, or it is over its bound. */
static bool spell(const PtValue *value, PtBuf *out)
{
    PtJsonOut o = pt_json_out(out);
    switch (value->kind) {
    case PT_VALUE_BOOL:
        pt_json_out_bool(&o, value->truth);
        return true;
    case PT_VALUE_NUMBER:
        return rule_number_write(value->text, out);
    case PT_VALUE_TEXT:
        if (value->text.len <= RULE_TEXT) {
            pt_json_out_str(&o, value->text);
        }
        return value->text.len <= RULE_TEXT;
    default:
        return false;
    }
}

PtStatus rule_take(const RuleFold *f, const PtValue *values, PtBuf *scratch, bool *ret_counts,
                   RuleTaken *ret_taken, PtError *err)
{
    RuleTaken taken = {0};
    const RuleKeeps keeps = rule_keeps(f->kind);
    if (keeps == RULE_KEEPS_NOTHING) {
        *ret_counts = true;
    } else if (keeps == RULE_KEEPS_MICROS) {
        *ret_counts = take_micros(f, values, &taken);
    } else {
        *ret_counts = spell(&values[f->value_slot], scratch);
        if (pt_buf_status(scratch) != PT_OK) {
            return no_memory(err);
        }
        taken.text = pt_buf_str(scratch);
        taken.hash = *ret_counts && keeps == RULE_KEEPS_HASH ? pt_hash128(taken.text, value_key)
                                                             : taken.hash;
    }
    *ret_taken = taken;
    return PT_OK;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

/* The text anew, without what nothing refers to any more. */
static PtStatus collect(RuleState *s, PtError *err)
{
    PtBuf fresh;
    pt_buf_init(&fresh, RULE_STATE_TEXT);
    if (s->text_live > 0 && pt_buf_reserve(&fresh, s->text_live) == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < s->entry_count; i++) {
        RuleEntry *e = &s->entries[s->entry_first + i];
        const uint32_t at = (uint32_t)fresh.len;
        pt_buf_add_str(&fresh, rule_text_of(s, e->at, e->len));
        e->at = at;
    }
    pt_buf_done(&s->text);
    s->text = fresh;
    return PT_OK;
}

PtStatus rule_keep_text(RuleState *s, PtStr text, uint32_t *ret_at, PtError *err)
{
    if (s->text.len > 2 * s->text_live + TEXT_GARBAGE && rule_windowed(s->fold)) {
        PtStatus st = collect(s, err);
        if (st != PT_OK) {
            return st;
        }
    }
    const size_t at = s->text.len;
    pt_buf_add_str(&s->text, text);
    if (pt_buf_status(&s->text) != PT_OK) {
        s->text.status = PT_OK;
        return no_memory(err);
    }
    s->text_live += text.len;
    *ret_at = (uint32_t)at;
    return PT_OK;
}

/* ---- Entries of a window --------------------------------------------------------------------- */

static bool keeps_text(const RuleState *s)
{
    return rule_keeps(s->fold->kind) == RULE_KEEPS_TEXT;
}

size_t rule_entries_bytes(const RuleState *s)
{
    return s->entry_count * RULE_ENTRY_BYTES + s->text_live;
}

size_t rule_entry_place(const RuleState *s, int64_t ms, uint64_t position)
{
    size_t low = 0, high = s->entry_count;
    if (high == 0) {
        return 0;
    }
    const RuleEntry *entries = s->entries + s->entry_first;
    if (rule_before(entries[high - 1].ms, entries[high - 1].position, ms, position)) {
        return high; // as a rule it is the newest
    }
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (rule_before(entries[mid].ms, entries[mid].position, ms, position)) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static void drop_first(RuleState *s, size_t count)
{
    for (size_t i = 0; i < count && keeps_text(s); i++) {
        s->text_live -= s->entries[s->entry_first + i].len;
    }
    s->entry_first += count;
    s->entry_count -= count;
    if (s->entry_count == 0) {
        s->entry_first = 0;
        s->text.len = 0;
    }
}

/* Forgets what no later instant can see. */
static void drop_behind(RuleState *s, int64_t from_ms)
{
    if (s->entry_count > 0 && s->entries[s->entry_first].ms < from_ms) {
        drop_first(s, rule_entry_place(s, from_ms, 0));
    }
    s->dropped = s->dropped && s->dropped_ms >= from_ms;
}

/* Only the newest find room. */
static void drop_over(RuleState *s)
{
    while (s->entry_count > RULE_FOLD_ENTRIES || rule_entries_bytes(s) > RULE_FOLD_BYTES) {
        const RuleEntry *oldest = &s->entries[s->entry_first];
        s->dropped = true;
        s->dropped_ms = oldest->ms;
        s->dropped_position = oldest->position;
        drop_first(s, 1);
    }
}

static PtStatus insert(RuleState *s, size_t at, RuleEntry entry, const RuleTaken *taken,
                       PtError *err)
{
    const size_t behind = s->entry_first + s->entry_count;
    if (behind == s->entry_cap && s->entry_first > s->entry_cap / 4) {
        memmove(s->entries, s->entries + s->entry_first, s->entry_count * sizeof *s->entries);
        s->entry_first = 0;
    }
    PtStatus st = rule_grow((void **)&s->entries, sizeof *s->entries, &s->entry_cap,
                            s->entry_first + s->entry_count, err);
    if (st == PT_OK && keeps_text(s)) {
        entry.len = (uint32_t)taken->text.len;
        st = rule_keep_text(s, taken->text, &entry.at, err);
    }
    if (st != PT_OK) {
        return st;
    }
    RuleEntry *place = s->entries + s->entry_first + at;
    memmove(place + 1, place, (s->entry_count - at) * sizeof *place);
    *place = entry;
    s->entry_count++;
    return PT_OK;
}

static PtStatus add_to_window(RuleState *s, const RuleEntry *entry, const RuleTaken *taken,
                              PtError *err)
{
    const size_t at = rule_entry_place(s, entry->ms, entry->position);
    if (at < s->entry_count) {
        const RuleEntry *there = &s->entries[s->entry_first + at];
        if (there->ms == entry->ms && there->position == entry->position) {
            return PT_OK;
        }
    }
    if (s->dropped &&
        !rule_before(s->dropped_ms, s->dropped_position, entry->ms, entry->position)) {
        return PT_OK; // among those that found no room
    }
    PtStatus st = insert(s, at, *entry, taken, err);
    if (st == PT_OK) {
        drop_over(s);
    }
    return st;
}

static RuleEntry entry_of(RuleKeeps keeps, int64_t ms, uint64_t position, const RuleTaken *taken)
{
    RuleEntry entry = {.ms = ms, .position = position};
    if (keeps == RULE_KEEPS_MICROS) {
        entry.micros = taken->micros;
        memcpy(entry.currency, taken->currency, sizeof entry.currency);
    } else if (keeps == RULE_KEEPS_HASH) {
        entry.hash = taken->hash;
    }
    return entry;
}

PtStatus rule_state_add(RuleState *s, uint64_t position, int64_t timestamp_ms,
                        const PtValue *values, int64_t now_ms, PtError *err)
{
    const bool windowed = rule_windowed(s->fold);
    if (windowed) {
        const int64_t from_ms = rule_window_span(&s->fold->window, now_ms).from_ms;
        drop_behind(s, from_ms);
        if (timestamp_ms < from_ms) {
            return PT_OK;
        }
    } else if (s->events > 0 && position <= s->top) {
        return PT_OK;
    }
    PtBuf scratch;
    RuleTaken taken;
    bool counts;
    pt_buf_init(&scratch, RULE_VALUE_JSON);
    PtStatus st = rule_take(s->fold, values, &scratch, &counts, &taken, err);
    if (st == PT_OK && counts) {
        const RuleEntry entry = entry_of(rule_keeps(s->fold->kind), timestamp_ms, position, &taken);
        st = windowed ? add_to_window(s, &entry, &taken, err)
                      : rule_ever_add(s, &entry, &taken, err);
    }
    pt_buf_done(&scratch);
    return st;
}
