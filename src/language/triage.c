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

/* What the trained model says stands in place of VADER's sum: sure of good or bad, or neither; and
 * its words in place of VADER's. */
static void take_mood(LanguageTriage *t, const LanguageFound *found, PtStr text, LanguageMood *mood)
{
    static const struct {
        const char *label;
        double sign;
    } moods[] = {{"positive", 1}, {"negative", -1}, {"neutral", 0}};
    LanguageReason reasons[LANGUAGE_MOOD_WORDS];
    if (t->models[LANGUAGE_SENTIMENT] == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++) {
        if (strcmp(found->label, moods[i].label) == 0) {
            mood->sentiment.compound = moods[i].sign * found->verdict.confidence;
        }
    }
    const size_t count = language_explain(t->models[LANGUAGE_SENTIMENT], t->reader, text,
                                          found->verdict.label, reasons, LANGUAGE_MOOD_WORDS);
    mood->word_count = 0;
    for (size_t i = 0; i < count && reasons[i].weight > 0; i++) {
        LanguageMoodWord *w = &mood->words[mood->word_count++];
        w->weight = (double)reasons[i].weight * (mood->sentiment.compound < 0 ? -1 : 1);
        (void)pt_str_copy(w->word, sizeof w->word, reasons[i].word);
    }
}

/* Phrases come first, and none is there twice. */
static void add_phrases(PtStr text, LanguageMood *mood)
{
    LanguageMoodWord words[LANGUAGE_MOOD_WORDS];
    size_t count = language_tone_phrases(text, words, LANGUAGE_MOOD_WORDS);
    const size_t phrases = count;
    for (size_t i = 0; i < mood->word_count && count < LANGUAGE_MOOD_WORDS; i++) {
        size_t same = 0;
        while (same < phrases && strcmp(words[same].word, mood->words[i].word) != 0) {
            same++;
        }
        if (same == phrases) {
            words[count++] = mood->words[i];
        }
    }
    memcpy(mood->words, words, count * sizeof *words);
    mood->word_count = count;
}

static PtStatus read_mood(PtStr text, LanguageMood *ret_mood, PtError *err)
{
    *ret_mood = (LanguageMood){.word_count = 0};
    return language_sentiment_words(text, &ret_mood->sentiment, ret_mood->words,
                                    &ret_mood->word_count, err);
}

static void end_mood(PtStr text, LanguageMood *mood)
{
    mood->tone = language_tone(text, mood->sentiment.compound);
    add_phrases(text, mood);
}

PtStatus language_triage(LanguageTriage *t, PtStr text, LanguageFindings *ret_findings,
                         PtError *err)
{
    LanguageFindings f = {.language = language_of(text)};
    f.entity_count = language_entities(text, f.entities, LANGUAGE_FOUND_MAX);
    PtStatus st = read_mood(text, &f.mood, err);
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
        take_mood(t, &f.of[LANGUAGE_SENTIMENT], text, &f.mood);
    }
    (void)pthread_mutex_unlock(&t->lock);
    if (st == PT_OK) {
        end_mood(text, &f.mood);
        *ret_findings = f;
    }
    return st;
}

PtStatus language_mood(LanguageTriage *t, PtStr text, LanguageMood *ret_mood, PtError *err)
{
    LanguageMood mood;
    PtStatus st = read_mood(text, &mood, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&t->lock);
    if (t->models[LANGUAGE_SENTIMENT] != NULL) {
        st = make_ready(t, err);
        if (st == PT_OK) {
            const LanguageFound found = ask(t, LANGUAGE_SENTIMENT, text);
            take_mood(t, &found, text, &mood);
        }
    }
    (void)pthread_mutex_unlock(&t->lock);
    if (st == PT_OK) {
        end_mood(text, &mood);
        *ret_mood = mood;
    }
    return st;
}
