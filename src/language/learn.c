// SPDX-License-Identifier: Apache-2.0
/* A new model from what is known and what people corrected, compared before it may take over. */
#include "language/language_internal.h"

#include "base/map.h"
#include "base/memory.h"

enum { PARTS = 3 };
#define WORSE_MAX 0.02 /* of the calibration error */

/* FNV-1a of the bytes: the same in every process. */
LanguagePart language_part(PtStr text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001B3);
    }
    const unsigned tenth = (unsigned)((hash ^ hash >> 32) % 10);
    return tenth < 8 ? LANGUAGE_TRAIN : tenth == 8 ? LANGUAGE_VALID : LANGUAGE_HELD;
}

static void map_freep(PtMap **map)
{
    pt_map_free(*map, NULL);
}

/* The last label that a correction gives each text. */
static PtStatus index_corrections(const LanguageCorpus *corrections, PtMap *labels, PtError *err)
{
    for (size_t i = 0; i < language_corpus_count(corrections); i++) {
        const LanguageSample s = language_corpus_at(corrections, i);
        if (!pt_map_set(labels, s.text, (void *)(uintptr_t)s.label.data, NULL)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for %zu corrections",
                           language_corpus_count(corrections));
        }
    }
    return PT_OK;
}

/* Adds each text to its part, once for each time it is known, with the label that holds. */
static PtStatus part(const LanguageCorpus *from, const PtMap *labels, LanguageCorpus *parts[PARTS],
                     PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < language_corpus_count(from); i++) {
        const LanguageSample s = language_corpus_at(from, i);
        const char *label = pt_map_get(labels, s.text);
        st = language_corpus_add(parts[language_part(s.text)], s.text,
                                 label != NULL ? pt_str(label) : s.label, err);
    }
    return st;
}

static PtStatus compare(const LanguageModel *old, const LanguageModel *fresh,
                        const LanguageCorpus *held, LanguageComparison *ret, PtError *err)
{
    LanguageComparison c = {.better = old == NULL};
    PtStatus st = language_judge(fresh, held, &c.after, err);
    if (st == PT_OK && old != NULL) {
        st = language_judge(old, held, &c.before, err);
        c.better = c.after.texts > 0 && c.after.right >= c.before.right &&
                   c.after.calibration_error <= c.before.calibration_error + WORSE_MAX;
    }
    if (st == PT_OK) {
        *ret = c;
    }
    return st;
}

static PtStatus retrain(const LanguageModel *old, LanguageCorpus *parts[PARTS],
                        const LanguageTraining *how, LanguageModel **ret_model,
                        LanguageComparison *ret_comparison, PtError *err)
{
    PT_CLEANUP(language_model_freep) LanguageModel *fresh = NULL;
    PtStatus st = language_train(parts[LANGUAGE_TRAIN], parts[LANGUAGE_VALID], how, &fresh, err);
    st = st == PT_OK ? compare(old, fresh, parts[LANGUAGE_HELD], ret_comparison, err) : st;
    if (st == PT_OK) {
        *ret_model = PT_TAKE(fresh);
    }
    return st;
}

PtStatus language_retrain(const LanguageModel *old, const LanguageCorpus *known,
                          const LanguageCorpus *corrections, const LanguageTraining *how,
                          LanguageModel **ret_model, LanguageComparison *ret_comparison,
                          PtError *err)
{
    PT_CLEANUP(map_freep) PtMap *labels = pt_map_new();
    LanguageCorpus *parts[PARTS] = {NULL};
    PtStatus st = labels != NULL ? index_corrections(corrections, labels, err)
                                 : pt_fail(err, PT_NO_MEMORY, "no memory for corrections");
    for (int i = 0; st == PT_OK && i < PARTS; i++) {
        st = language_corpus_new(&parts[i], err);
    }
    st = st == PT_OK ? part(known, labels, parts, err) : st;
    st = st == PT_OK ? part(corrections, labels, parts, err) : st;
    st = st == PT_OK ? retrain(old, parts, how, ret_model, ret_comparison, err) : st;
    for (int i = 0; i < PARTS; i++) {
        language_corpus_free(parts[i]);
    }
    return st;
}
