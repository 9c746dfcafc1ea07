// SPDX-License-Identifier: Apache-2.0
/* What a report is about, in one answer. */
#include "language/language.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

const char *const language_kinds[] = {"category", "queue", "sentiment", NULL};

struct LanguageTriage {
    pthread_mutex_t lock;                  /* of what follows */
    LanguageModel *models[LANGUAGE_KINDS]; /* NULL: none is given */
    LanguageReader *reader;
};

PtStatus language_triage_new(LanguageTriage **ret_triage, PtError *err)
{
    LanguageTriage *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for triage");
    }
    (void)pthread_mutex_init(&t->lock, NULL);
    *ret_triage = t;
    return PT_OK;
}

void language_triage_free(LanguageTriage *t)
{
    if (t != NULL) {
        for (int i = 0; i < LANGUAGE_KINDS; i++) {
            language_model_free(t->models[i]);
        }
        language_reader_free(t->reader);
        (void)pthread_mutex_destroy(&t->lock);
        free(t);
    }
}

void language_triage_use(LanguageTriage *t, LanguageKind kind, LanguageModel *model)
{
    (void)pthread_mutex_lock(&t->lock);
    LanguageModel *before = t->models[kind];
    t->models[kind] = model;
    (void)pthread_mutex_unlock(&t->lock);
    language_model_free(before);
}

static PtStatus make_ready(LanguageTriage *t, PtError *err)
{
    if (t->reader == NULL) {
        t->reader = language_reader_new();
    }
    if (t->reader == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read texts");
    }
    return t->models[LANGUAGE_CATEGORY] != NULL
               ? PT_OK
               : language_starter(&t->models[LANGUAGE_CATEGORY], err);
}

static LanguageFound ask(LanguageTriage *t, LanguageKind kind, PtStr text)
{
    LanguageFound found = {.label = ""};
    const LanguageModel *m = t->models[kind];
    if (m != NULL) {
        found.verdict = language_classify(m, t->reader, text);
        found.model = language_model_about(m);
        (void)pt_str_copy(found.label, sizeof found.label, language_label(m, found.verdict.label));
    }
    return found;
}

/* What the trained model says stands in place of VADER's sum: sure of good or bad, or neither. */
static void take_mood(const LanguageFound *mood, LanguageSentiment *s)
{
    static const struct {
        const char *label;
        double sign;
    } moods[] = {{"positive", 1}, {"negative", -1}, {"neutral", 0}};
    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++) {
        if (strcmp(mood->label, moods[i].label) == 0) {
            s->compound = moods[i].sign * mood->verdict.confidence;
        }
    }
}

PtStatus language_triage(LanguageTriage *t, PtStr text, LanguageFindings *ret_findings,
                         PtError *err)
{
    LanguageFindings f = {.language = language_of(text)};
    f.entity_count = language_entities(text, f.entities, LANGUAGE_FOUND_MAX);
    PtStatus st = language_sentiment(text, &f.sentiment, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&t->lock);
    st = make_ready(t, err);
    for (LanguageKind i = 0; st == PT_OK && i < LANGUAGE_KINDS; i++) {
        f.of[i] = ask(t, i, text);
    }
    if (st == PT_OK) {
        f.reason_count =
            language_explain(t->models[LANGUAGE_CATEGORY], t->reader, text,
                             f.of[LANGUAGE_CATEGORY].verdict.label, f.reasons, LANGUAGE_FOUND_MAX);
    }
    (void)pthread_mutex_unlock(&t->lock);
    if (st == PT_OK) {
        take_mood(&f.of[LANGUAGE_SENTIMENT], &f.sentiment);
        f.tone = language_tone(text, f.sentiment.compound);
        *ret_findings = f;
    }
    return st;
}
