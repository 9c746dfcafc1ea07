// SPDX-License-Identifier: Apache-2.0
/* A new model from what is known and what people corrected, compared before it may take over. */
#include "language/language_internal.h"

#include "base/map.h"
#include "base/memory.h"

#define WORSE_MAX  0.02 /* of the calibration error */
#define LUCK_LEAST 0.05

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

/* What is being parted. */
typedef struct Parting {
    PtMap *labels; /* by text, of the corrections */
    LanguageCorpus *parts[LANGUAGE_PARTS];
} Parting;

static void parting_done(Parting *p)
{
    pt_map_free(p->labels, NULL);
    for (int i = 0; i < LANGUAGE_PARTS; i++) {
        language_corpus_free(p->parts[i]);
    }
}

/* Adds each text to the part, or (LANGUAGE_PARTS) its own, once for each time it is known, with the
 * label that holds. */
static PtStatus add_all(Parting *p, const LanguageCorpus *from, LanguagePart part, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; from != NULL && st == PT_OK && i < language_corpus_count(from); i++) {
        const LanguageSample s = language_corpus_at(from, i);
        const char *label = pt_map_get(p->labels, s.text);
        st = language_corpus_add(p->parts[part < LANGUAGE_PARTS ? part : language_part(s.text)],
                                 s.text, label != NULL ? pt_str(label) : s.label, err);
    }
    return st;
}

static PtStatus part_lessons(Parting *p, const LanguageLessons *lessons, PtError *err)
{
    PtStatus st = PT_OK;
    p->labels = pt_map_new();
    if (p->labels == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for corrections");
    }
    if (lessons->corrections != NULL) {
        st = index_corrections(lessons->corrections, p->labels, err);
    }
    for (int i = 0; st == PT_OK && i < LANGUAGE_PARTS; i++) {
        st = language_corpus_new(&p->parts[i], err);
        st = st == PT_OK ? add_all(p, lessons->fixed[i], (LanguagePart)i, err) : st;
    }
    st = st == PT_OK ? add_all(p, lessons->known, LANGUAGE_PARTS, err) : st;
    return st == PT_OK ? add_all(p, lessons->corrections, LANGUAGE_PARTS, err) : st;
}

/* How likely a fair coin shows `lost` heads or more of all: the sign test. */
static double luck_of(uint64_t lost, uint64_t gained)
{
    const double n = (double)(lost + gained);
    double sum = 0;
    for (uint64_t k = lost; k <= lost + gained; k++) {
        const double heads = (double)k;
        sum += exp(lgamma(n + 1) - lgamma(heads + 1) - lgamma(n - heads + 1) - n * log(2));
    }
    return sum < 1 ? sum : 1;
}

static PtStatus count_changed(const LanguageModel *old, const LanguageModel *fresh,
                              const LanguageCorpus *held, LanguageComparison *c, PtError *err)
{
    LanguageCase *was = NULL, *is = NULL;
    PtStatus st = language_cases(old, held, &was, err);
    st = st == PT_OK ? language_cases(fresh, held, &is, err) : st;
    for (size_t i = 0; st == PT_OK && i < language_corpus_count(held); i++) {
        c->gained += is[i].right && !was[i].right;
        c->lost += was[i].right && !is[i].right;
    }
    free(was);
    free(is);
    return st;
}

static PtStatus compare(const LanguageModel *old, const LanguageModel *fresh,
                        const LanguageCorpus *held, LanguageComparison *ret, PtError *err)
{
    LanguageComparison c = {.better = old == NULL, .luck = 1};
    PtStatus st = language_judge(fresh, held, &c.after, err);
    if (st == PT_OK && old != NULL) {
        st = language_judge(old, held, &c.before, err);
        st = st == PT_OK ? count_changed(old, fresh, held, &c, err) : st;
        c.luck = luck_of(c.lost, c.gained);
        c.better = c.after.texts > 0 && c.luck >= LUCK_LEAST &&
                   c.after.calibration_error <= c.before.calibration_error + WORSE_MAX;
    }
    if (st == PT_OK) {
        *ret = c;
    }
    return st;
}

PtStatus language_retrain(const LanguageModel *old, const LanguageLessons *lessons,
                          const LanguageTraining *how, LanguageModel **ret_model,
                          LanguageComparison *ret_comparison, LanguageCorpus **ret_held,
                          PtError *err)
{
    PT_CLEANUP(parting_done) Parting p = {0};
    PT_CLEANUP(language_model_freep) LanguageModel *fresh = NULL;
    PtStatus st = part_lessons(&p, lessons, err);
    if (st == PT_OK) {
        st = language_train(p.parts[LANGUAGE_TRAIN], p.parts[LANGUAGE_VALID], how, &fresh, err);
    }
    st = st == PT_OK ? compare(old, fresh, p.parts[LANGUAGE_HELD], ret_comparison, err) : st;
    if (st == PT_OK) {
        *ret_model = PT_TAKE(fresh);
        if (ret_held != NULL) {
            *ret_held = PT_TAKE(p.parts[LANGUAGE_HELD]);
        }
    }
    return st;
}
