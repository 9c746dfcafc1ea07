// SPDX-License-Identifier: Apache-2.0
#include "events/dedupe_run.h"

static unsigned level_of(uint64_t count, uint64_t table_ids)
{
    unsigned level = 0;
    for (uint64_t most = table_ids; count > most && level < 32; most *= DEDUPE_FAN) {
        level++;
    }
    return level;
}

/* Runs first..last as one: within the bounds of a run? */
static bool fits(const DedupeRunInfo *runs, size_t first, size_t last,
                 const DedupeMergeRules *rules)
{
    uint64_t count = 0;
    int64_t min_ms = runs[first].min_ms, max_ms = runs[first].max_ms;
    for (size_t i = first; i <= last; i++) {
        count += runs[i].count;
        min_ms = runs[i].min_ms < min_ms ? runs[i].min_ms : min_ms;
        max_ms = runs[i].max_ms > max_ms ? runs[i].max_ms : max_ms;
    }
    return count <= rules->max_count && max_ms - min_ms <= rules->max_span_ms;
}

/* From `first`, which is of `level`: how many runs up to the last of at least DEDUPE_FAN of that
 * level, smaller ones between them included. 0 when there are not enough. */
static size_t group_at(const DedupeRunInfo *runs, size_t count, size_t first, unsigned level,
                       const DedupeMergeRules *rules)
{
    size_t same = 0, taken = 0;
    for (size_t i = first; i < count && i - first < DEDUPE_MERGE_MAX; i++) {
        unsigned l = level_of(runs[i].count, rules->table_ids);
        if (l > level || !fits(runs, first, i, rules)) {
            break;
        }
        if (l == level) {
            same++;
            taken = i - first + 1;
        }
    }
    return same >= DEDUPE_FAN ? taken : 0;
}

static bool pick_pair(const DedupeRunInfo *runs, size_t count, const DedupeMergeRules *rules,
                      size_t *ret_first)
{
    uint64_t best = UINT64_MAX;
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t sum = runs[i].count + runs[i + 1].count;
        if (sum < best && fits(runs, i, i + 1, rules)) {
            best = sum;
            *ret_first = i;
        }
    }
    return best != UINT64_MAX;
}

bool dedupe_merge_pick(const DedupeRunInfo *runs, size_t count, const DedupeMergeRules *rules,
                       size_t *ret_first, size_t *ret_count)
{
    for (size_t i = count; i-- > 0;) {
        unsigned level = level_of(runs[i].count, rules->table_ids);
        size_t n = group_at(runs, count, i, level, rules);
        if (n > 0) {
            *ret_first = i;
            *ret_count = n;
            return true;
        }
    }
    if (count > DEDUPE_RUNS_WANTED && pick_pair(runs, count, rules, ret_first)) {
        *ret_count = 2;
        return true;
    }
    return false;
}
