// SPDX-License-Identifier: Apache-2.0
/* A model in memory: what a text scores by it, and why. */
#include "language/language_internal.h"

#include "base/memory.h"

#include <string.h>

/* Chosen on validation texts (docs/language.md). */
const float language_block_length[LANGUAGE_BLOCKS] = {1.0F, 1.2F, 1.7F};

PtStatus language_model_new(uint32_t labels, uint32_t rows, size_t name_bytes,
                            LanguageModel **ret_model, PtError *err)
{
    PT_CLEANUP(language_model_freep) LanguageModel *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a model");
    }
    m->about.labels = labels;
    m->about.features = rows;
    m->lanes = (labels + LANGUAGE_LANES - 1) / LANGUAGE_LANES * LANGUAGE_LANES;
    m->out_of_scope = labels;
    m->names = calloc(name_bytes + 1, 1);
    m->name_at = calloc(labels + 1, sizeof *m->name_at);
    m->row_of = calloc(LANGUAGE_BUCKETS, sizeof *m->row_of);
    m->buckets = calloc((size_t)rows + 1, sizeof *m->buckets);
    m->rarity = calloc((size_t)rows + 1, sizeof *m->rarity);
    m->scale = calloc((size_t)rows + 1, sizeof *m->scale);
    m->weights = calloc((size_t)rows + 1, m->lanes);
    m->bias = calloc(m->lanes, sizeof *m->bias);
    if (m->names == NULL || m->name_at == NULL || m->row_of == NULL || m->buckets == NULL ||
        m->rarity == NULL || m->scale == NULL || m->weights == NULL || m->bias == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a model of %u labels and %u features",
                       labels, rows);
    }
    m->about.bytes = sizeof *m + name_bytes + LANGUAGE_BUCKETS * sizeof *m->row_of +
                     (size_t)rows * (3 * sizeof(float) + m->lanes) + m->lanes * sizeof *m->bias;
    *ret_model = PT_TAKE(m);
    return PT_OK;
}

void language_model_free(LanguageModel *m)
{
    if (m != NULL) {
        free(m->names);
        free(m->name_at);
        free(m->row_of);
        free(m->buckets);
        free(m->rarity);
        free(m->scale);
        free(m->weights);
        free(m->bias);
        free(m);
    }
}

void language_model_index(LanguageModel *m)
{
    for (uint32_t row = 0; row < m->about.features; row++) {
        m->row_of[m->buckets[row]] = row + 1;
    }
}

LanguageAbout language_model_about(const LanguageModel *m)
{
    return m->about;
}

PtStr language_label(const LanguageModel *m, uint32_t label)
{
    return (PtStr){m->names + m->name_at[label], m->name_at[label + 1] - m->name_at[label] - 1};
}

uint32_t language_label_find(const LanguageModel *m, PtStr label)
{
    uint32_t low = 0, high = m->about.labels;
    while (low < high) {
        const uint32_t mid = (low + high) / 2;
        const int order = pt_str_order(language_label(m, mid), label);
        if (order == 0) {
            return mid;
        }
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return m->about.labels;
}

void language_share_interval(const LanguageModel *m, uint64_t count, double *ret_low,
                             double *ret_high)
{
    /* Two samples of one share: what varies is the difference. Agresti and Caffo's two more of
     * either kind keep it sound at the edges. */
    const double n = m->about.valid_count + 4.0, p = (m->accepted + 2.0) / n;
    const double half =
        1.959964 * sqrt(p * (1 - p) * (1 / n + (count > 0 ? 1 / (double)count : 0)));
    *ret_low = p - half > 0 ? p - half : 0;
    *ret_high = p + half < 1 ? p + half : 1;
}

/* ---- Scores -----------------------------------------------------------------------------------
 */

void language_weigh(const LanguageModel *m, LanguageReader *r)
{
    float square[LANGUAGE_BLOCKS] = {0}, length[LANGUAGE_BLOCKS];
    size_t words = 0, known = 0;
    for (size_t i = 0; i < r->feature_count; i++) {
        const LanguageFeature *f = &r->features[i];
        const uint32_t row = m->row_of[f->bucket];
        float value = 0;
        if (row > 0) {
            value = (f->count == 1 ? 1 : 1 + logf((float)f->count)) * m->rarity[row - 1];
        }
        words += f->block == LANGUAGE_OF_WORDS;
        known += f->block == LANGUAGE_OF_WORDS && row > 0;
        square[f->block] += value * value;
        r->entries[i] = (LanguageEntry){row - 1, value}; // 0 becomes LANGUAGE_NO_ROW
    }
    for (int b = 0; b < LANGUAGE_BLOCKS; b++) {
        length[b] = square[b] > 0 ? language_block_length[b] / sqrtf(square[b]) : 0;
    }
    for (size_t i = 0; i < r->feature_count; i++) {
        r->entries[i].value *= length[r->features[i].block];
    }
    r->known = words > 0 ? (double)known / (double)words : 0;
}

/* scores += x * weights, LANGUAGE_LANES at a time: a count the compiler knows. */
static void add_row(float *restrict scores, const int8_t *restrict weights, float x, uint32_t lanes)
{
    for (uint32_t from = 0; from < lanes; from += LANGUAGE_LANES) {
        for (uint32_t i = 0; i < LANGUAGE_LANES; i++) {
            scores[from + i] += x * (float)weights[from + i];
        }
    }
}

LanguageVerdict language_score(const LanguageModel *m, LanguageReader *r, LanguageSigns *ret_signs)
{
    LanguageVerdict v = {0};
    memcpy(r->scores, m->bias, m->lanes * sizeof *r->scores);
    for (size_t i = 0; i < r->feature_count; i++) {
        const uint32_t row = r->entries[i].row;
        if (row != LANGUAGE_NO_ROW) {
            add_row(r->scores, m->weights + (size_t)row * m->lanes,
                    r->entries[i].value * m->scale[row], m->lanes);
        }
    }
    float best = -INFINITY, next = -INFINITY;
    for (uint32_t label = 0; label < m->about.labels; label++) {
        const float score = r->scores[label];
        if (label == m->out_of_scope) {
            continue;
        }
        if (score > best) {
            next = best;
            v.second = v.label;
            best = score;
            v.label = label;
        } else if (score > next) {
            next = score;
            v.second = label;
        }
    }
    v.score = best;
    v.margin = best - next;
    *ret_signs =
        (LanguageSigns){{best, v.margin, r->known,
                         m->out_of_scope < m->about.labels ? r->scores[m->out_of_scope] : 0}};
    return v;
}

LanguageVerdict language_classify(const LanguageModel *m, LanguageReader *r, PtStr text)
{
    LanguageSigns signs;
    language_read(r, text);
    language_weigh(m, r);
    LanguageVerdict v = language_score(m, r, &signs);
    v.confidence = language_curve(&m->confidence, &signs);
    v.in_scope = language_curve(&m->in_scope, &signs);
    v.accepted = v.confidence >= m->about.threshold;
    return v;
}

/* ---- Reasons ----------------------------------------------------------------------------------
 */

typedef struct Explainer {
    const LanguageModel *model;
    LanguageReader *reader;
    uint32_t label;
} Explainer;

/* A feature's part of the score is shared out among its places, and a pair's among both words. */
static void explain_gram(void *ctx, const LanguageGram *gram)
{
    const Explainer *e = ctx;
    const LanguageModel *m = e->model;
    LanguageReader *r = e->reader;
    const LanguageFeature *f = language_feature(r, gram->bucket);
    const LanguageEntry *entry = f != NULL ? &r->entries[f - r->features] : NULL;
    if (entry == NULL || entry->row == LANGUAGE_NO_ROW) {
        return;
    }
    const float weight =
        m->scale[entry->row] * (float)m->weights[(size_t)entry->row * m->lanes + e->label];
    const float half = entry->value * weight / (float)f->count / 2;
    r->word_weights[gram->first] += half;
    r->word_weights[gram->last] += half;
}

/* What equal words weigh goes to the first of them. */
static void add_up_words(LanguageReader *r)
{
    uint32_t mask = 63;
    while (mask < 2 * r->word_count) {
        mask = 2 * mask + 1;
    }
    memset(r->slots, 0, (mask + 1) * sizeof *r->slots);
    for (size_t i = 0; i < r->word_count; i++) {
        const uint64_t hash = language_word_hash(r, i);
        uint32_t slot = (uint32_t)hash & mask;
        while (r->slots[slot] > 0 && language_word_hash(r, r->slots[slot] - 1) != hash) {
            slot = (slot + 1) & mask;
        }
        if (r->slots[slot] == 0) {
            r->slots[slot] = (uint32_t)i + 1;
        } else {
            r->word_weights[r->slots[slot] - 1] += r->word_weights[i];
            r->word_weights[i] = 0;
        }
    }
}

size_t language_explain(const LanguageModel *m, LanguageReader *r, PtStr text, uint32_t label,
                        LanguageReason *ret_reasons, size_t max)
{
    size_t count = 0;
    if (label >= m->about.labels) {
        return 0;
    }
    language_read(r, text);
    language_weigh(m, r);
    memset(r->word_weights, 0, r->word_count * sizeof *r->word_weights);
    language_each_gram(r, explain_gram, &(Explainer){m, r, label});
    add_up_words(r);
    while (count < max) {
        size_t most = 0;
        for (size_t i = 1; i < r->word_count; i++) {
            most = fabsf(r->word_weights[i]) > fabsf(r->word_weights[most]) ? i : most;
        }
        if (r->word_count == 0 || r->word_weights[most] == 0) {
            break;
        }
        const LanguageWord *w = &r->words[most];
        ret_reasons[count++] =
            (LanguageReason){{text.data + w->from, w->to - w->from}, r->word_weights[most]};
        r->word_weights[most] = 0;
    }
    return count;
}
