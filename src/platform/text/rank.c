// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <string.h>

/* ---- the best ----------------------------------------------------------------------------------
 */

static bool before(PtTextHit a, uint32_t document, float score)
{
    return a.score > score || (a.score == score && a.document < document);
}

bool text_top_takes(const TextTop *top, uint32_t document, float score)
{
    return top->count < top->max || !before(top->hits[top->count - 1], document, score);
}

void text_top_offer(TextTop *top, uint32_t document, float score)
{
    size_t low = 0, high = top->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (before(top->hits[mid], document, score)) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (low == top->max || (low < top->count && top->hits[low].document == document)) {
        return; // too late, or there: a document always has the same score
    }
    top->count += top->count < top->max;
    memmove(top->hits + low + 1, top->hits + low, (top->count - 1 - low) * sizeof *top->hits);
    top->hits[low] = (PtTextHit){document, score};
}

/* ---- scores ------------------------------------------------------------------------------------
 */

/* A tier each, and below it what weight, closeness and rarity say. */
float text_total(TextTier tier, float score)
{
    return (float)(TEXT_TIERS - tier) + score / (1.0F + score);
}

/* 1 for a word that is said once, 1/2 for twice or three times, 1/3 for up to 7 times, ... */
static float rarity(uint32_t refs)
{
    return 1.0F / (float)(32 - __builtin_clz(refs | 1));
}

float text_word_score(const TextQuery *query, const TextEntry *entry, unsigned field, float quality)
{
    return query->weights[field] * quality * (1.0F + 0.25F * rarity(entry->refs));
}

/* Codes are taken for rare. */
float text_code_score(const TextQuery *query, unsigned field, float quality)
{
    return query->weights[field] * quality * 1.25F;
}

typedef struct Found {
    TextTier tier;
    float score;
} Found;

static void keep_better(Found *best, Found found)
{
    if (found.tier < best->tier || (found.tier == best->tier && found.score > best->score)) {
        *best = found;
    }
}

static void look_at(const TextQuery *query, const TextSaid *said, TextTier most, Found *best)
{
    for (size_t i = 0; i < query->asked_count; i++) {
        const TextAsked *asked = &query->asked[i];
        TextMatch match = said->word != 0 ? text_match_word(query->index, asked, said->word, most)
                                          : text_match_code(asked, said->code, most);
        if (match.tier == TEXT_TIERS) {
            continue;
        }
        float score = said->word != 0
                          ? text_word_score(query, text_entry(&query->index->lexicon, said->word),
                                            said->field, match.quality)
                          : text_code_score(query, said->field, match.quality);
        keep_better(&best[i], (Found){match.tier, score});
    }
}

/* What was typed as one is worth more as one. */
static const float as_one = 1.2F;

static Found group_found(const TextQuery *query, const TextAskedGroup *group, const Found *best)
{
    Found whole = best[group->whole - query->asked];
    if (group->count == 0) {
        return whole;
    }
    whole.score *= as_one;
    Found runs = {.tier = TEXT_EQUAL};
    for (size_t i = 0; i < group->count; i++) {
        Found run = best[group->runs + i - query->asked];
        runs.tier = run.tier > runs.tier ? run.tier : runs.tier;
        runs.score += run.score / (float)group->count;
    }
    keep_better(&whole, runs);
    return whole;
}

float text_score(const TextQuery *query, uint32_t document, TextTier most)
{
    const TextDocument *d = text_document(query->index, document);
    if (d == NULL) {
        return 0;
    }
    Found best[2 * TEXT_ASKED_MAX];
    for (size_t i = 0; i < query->asked_count; i++) {
        best[i] = (Found){.tier = TEXT_TIERS};
    }
    TextWalk walk;
    TextSaid said;
    text_walk_start(&walk, &query->index->lexicon, d);
    while (text_walk_next(&walk, &said)) {
        look_at(query, &said, most, best);
    }
    Found all = {.tier = TEXT_EQUAL};
    for (size_t i = 0; i < query->group_count; i++) {
        Found found = group_found(query, &query->groups[i], best);
        all.tier = found.tier > all.tier ? found.tier : all.tier;
        all.score += found.score / (float)query->group_count;
    }
    return all.tier == TEXT_TIERS ? 0 : text_total(all.tier, all.score);
}
