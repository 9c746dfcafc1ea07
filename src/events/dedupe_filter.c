// SPDX-License-Identifier: Apache-2.0
#include "events/dedupe_filter.h"

#include "events/dedupe_memory.h"

bool dedupe_filter_init_exact(DedupeFilter *f, uint64_t lines, uint32_t probes)
{
    *f = (DedupeFilter){.lines = lines, .probes = probes};
    if (lines == 0) {
        return true;
    }
    if (lines > SIZE_MAX / DEDUPE_FILTER_LINE) {
        *f = (DedupeFilter){0};
        return false;
    }
    f->words = dedupe_block_new(lines * DEDUPE_FILTER_LINE);
    if (f->words == NULL) {
        *f = (DedupeFilter){0};
        return false;
    }
    return true;
}

/* Near the best number for that many bits an id. */
static uint32_t probes_for(uint64_t lines, uint64_t count)
{
    uint64_t bits = lines * DEDUPE_FILTER_LINE * 8 / (count > 0 ? count : 1);
    return bits >= 10 ? 6 : bits >= 7 ? 5 : bits >= 5 ? 4 : 3;
}

bool dedupe_filter_init(DedupeFilter *f, uint64_t count, uint64_t max_bytes)
{
    uint64_t line_bits = DEDUPE_FILTER_LINE * 8;
    uint64_t want = (count * DEDUPE_FILTER_BITS + line_bits - 1) / line_bits;
    want = (want + DEDUPE_FILTER_STEP - 1) / DEDUPE_FILTER_STEP * DEDUPE_FILTER_STEP;
    uint64_t most = max_bytes / DEDUPE_FILTER_LINE / DEDUPE_FILTER_STEP * DEDUPE_FILTER_STEP;
    uint64_t lines = want < most ? want : most;
    return dedupe_filter_init_exact(f, lines, probes_for(lines, count));
}

void dedupe_filter_done(DedupeFilter *f)
{
    dedupe_block_free(f->words, dedupe_filter_bytes(f));
    *f = (DedupeFilter){0};
}

bool dedupe_filter_fold(const DedupeFilter *f, DedupeFilter *ret_half)
{
    uint64_t lines = f->lines % 2 == 0 ? f->lines / 2 : 0;
    DedupeFilter half;
    if (!dedupe_filter_init_exact(&half, lines, f->probes)) {
        return false;
    }
    for (uint64_t i = 0; i < lines; i++) {
        for (unsigned w = 0; w < 8; w++) {
            half.words[i * 8 + w] = f->words[i * 16 + w] | f->words[i * 16 + 8 + w];
        }
    }
    *ret_half = half;
    return true;
}
