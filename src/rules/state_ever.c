// SPDX-License-Identifier: Apache-2.0
/* Folds without a window: what is kept does not grow with the events. */
#include "rules/fold_internal.h"

static PtStatus add_to_total(RuleState *s, const RuleEntry *entry, PtError *err)
{
    size_t at = 0;
    while (at < s->total_count && memcmp(s->totals[at].currency, entry->currency, 4) < 0) {
        at++;
    }
    if (at == s->total_count || memcmp(s->totals[at].currency, entry->currency, 4) != 0) {
        PtStatus st =
            rule_grow((void **)&s->totals, sizeof *s->totals, &s->total_cap, s->total_count, err);
        if (st != PT_OK) {
            return st;
        }
        RuleTotal *place = &s->totals[at];
        memmove(place + 1, place, (s->total_count++ - at) * sizeof *place);
        *place = (RuleTotal){0};
        memcpy(place->currency, entry->currency, sizeof place->currency);
    }
    s->totals[at].micros += entry->micros;
    s->totals[at].count++;
    return PT_OK;
}

static PtStatus add_hash(RuleState *s, PtHash128 hash, PtError *err)
{
    size_t low = 0, high = s->hash_count;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = rule_hash_order(hash, s->hashes[mid]);
        if (order == 0) {
            return PT_OK;
        }
        low = order > 0 ? mid + 1 : low;
        high = order > 0 ? high : mid;
    }
    if (s->hash_count == RULE_FOLD_ENTRIES) {
        s->cut = true;
        return PT_OK;
    }
    PtStatus st =
        rule_grow((void **)&s->hashes, sizeof *s->hashes, &s->hash_cap, s->hash_count, err);
    if (st == PT_OK) {
        PtHash128 *place = &s->hashes[low];
        memmove(place + 1, place, (s->hash_count++ - low) * sizeof *place);
        *place = hash;
    }
    return st;
}

/* Where the text stands or would. */
static size_t place_of(const RuleState *s, PtStr text, bool *ret_there)
{
    size_t low = 0, high = s->tally_count;
    *ret_there = false;
    while (low < high && !*ret_there) {
        const size_t mid = low + (high - low) / 2;
        const RuleTally *t = &s->tallies[mid];
        const int order = rule_text_order(text, rule_text_of(s, t->at, t->len));
        *ret_there = order == 0;
        low = order > 0 ? mid + 1 : order == 0 ? mid : low;
        high = order > 0 ? high : mid;
    }
    return low;
}

static PtStatus new_tally(RuleState *s, size_t at, PtStr text, PtError *err)
{
    PtStatus st =
        rule_grow((void **)&s->tallies, sizeof *s->tallies, &s->tally_cap, s->tally_count, err);
    RuleTally tally = {.len = (uint32_t)text.len, .last_ms = INT64_MIN};
    st = st == PT_OK ? rule_keep_text(s, text, &tally.at, err) : st;
    if (st == PT_OK) {
        RuleTally *place = &s->tallies[at];
        memmove(place + 1, place, (s->tally_count++ - at) * sizeof *place);
        *place = tally;
    }
    return st;
}

static PtStatus add_tally(RuleState *s, const RuleEntry *entry, PtStr text, PtError *err)
{
    bool there;
    const size_t at = place_of(s, text, &there);
    if (!there) {
        const size_t bytes = (s->tally_count + 1) * RULE_ENTRY_BYTES + s->text_live + text.len;
        if (s->tally_count == RULE_FOLD_ENTRIES || bytes > RULE_FOLD_BYTES) {
            s->cut = true;
            return PT_OK;
        }
        PtStatus st = new_tally(s, at, text, err);
        if (st != PT_OK) {
            return st;
        }
    }
    RuleTally *t = &s->tallies[at];
    if (t->count++ == 0 || rule_before(t->last_ms, t->last_position, entry->ms, entry->position)) {
        t->last_ms = entry->ms;
        t->last_position = entry->position;
    }
    return PT_OK;
}

/* first and last: one entry and its text. */
static PtStatus keep_one(RuleState *s, const RuleEntry *entry, PtStr text, PtError *err)
{
    const RuleEntry *kept = s->entries;
    if (s->entry_count == 1) {
        const bool earlier = rule_before(entry->ms, entry->position, kept->ms, kept->position);
        if (earlier != (s->fold->kind == RULE_FIRST)) {
            return PT_OK;
        }
    }
    PtStatus st = rule_grow((void **)&s->entries, sizeof *s->entries, &s->entry_cap, 0, err);
    if (st == PT_OK && pt_buf_reserve(&s->text, text.len) == NULL) {
        s->text.status = PT_OK;
        st = pt_fail(err, PT_NO_MEMORY, "no memory for the state of a fold");
    }
    if (st == PT_OK) {
        s->text.len = s->text_live = 0;
        s->entries[0] = *entry;
        s->entries[0].len = (uint32_t)text.len;
        s->entry_count = 1;
        st = rule_keep_text(s, text, &s->entries[0].at, err);
    }
    return st;
}

static PtStatus add_number(RuleState *s, const RuleEntry *entry, PtError *err)
{
    if (s->fold->currency) {
        return add_to_total(s, entry, err);
    }
    const RuleFoldKind kind = s->fold->kind;
    if (kind == RULE_SUM || kind == RULE_AVERAGE) {
        s->micros += entry->micros;
        return PT_OK;
    }
    const bool least = kind == RULE_LEAST;
    if (s->events == 0 || (least ? entry->micros < s->extreme : entry->micros > s->extreme)) {
        s->extreme = entry->micros;
    }
    return PT_OK;
}

PtStatus rule_ever_add(RuleState *s, const RuleEntry *entry, const RuleTaken *taken, PtError *err)
{
    PtStatus st = PT_OK;
    switch (s->fold->kind) {
    case RULE_SUM:
    case RULE_AVERAGE:
    case RULE_LEAST:
    case RULE_MOST:
        st = add_number(s, entry, err);
        break;
    case RULE_FIRST:
    case RULE_LAST:
        st = keep_one(s, entry, taken->text, err);
        break;
    case RULE_MOST_FREQUENT:
        st = add_tally(s, entry, taken->text, err);
        break;
    case RULE_DISTINCT:
        st = add_hash(s, entry->hash, err);
        break;
    default:
        break;
    }
    if (st == PT_OK) {
        s->events++;
        s->top = entry->position;
    }
    return st;
}
