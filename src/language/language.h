// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What people write, understood on the machine itself: categories with a calibrated confidence and
 * the words that speak for them, texts that are nearly the same, sentiment, numbers that name
 * things, the language. docs/language.md says what each means.
 *
 * Text     UTF-8; bytes that are none are read as U+FFFD.
 * Same     The same texts in the same order make the same model, byte for byte; a model that was
 *          written and read again gives the same scores.
 * Threads  Models, near-duplicate indexes (while nobody puts) and tables are immutable: any thread
 *          may ask. A LanguageReader belongs to one thread at a time.
 */
enum {
    LANGUAGE_TEXT_MAX = 8192,     /* letters of a text that are read; the rest is not */
    LANGUAGE_CORPUS_TEXT = 32768, /* bytes of a text in a corpus; the rest is cut off */
    LANGUAGE_LABEL_MAX = 120,     /* bytes */
    LANGUAGE_LABELS_MAX = 1000,   /* of a model */
    LANGUAGE_TEXTS_MAX = 1000000, /* of a corpus */
    LANGUAGE_CORPUS_MAX = 1 << 30 /* bytes of all its texts */
};

/* The label of a text that belongs to none of the others. */
#define LANGUAGE_OUT_OF_SCOPE "oos"

/* ---- Texts with labels ------------------------------------------------------------------------
 */
typedef struct LanguageCorpus LanguageCorpus;
typedef struct LanguageSample {
    PtStr text, label; /* borrowed from the corpus */
} LanguageSample;

PT_NODISCARD PtStatus language_corpus_new(LanguageCorpus **ret_corpus, PtError *err);
void language_corpus_free(LanguageCorpus *corpus); /* accepts NULL */
static inline void language_corpus_freep(LanguageCorpus **corpus)
{
    language_corpus_free(*corpus);
}
/* Copies both. PT_INVALID: an empty label, or one over its bound. PT_TOO_LARGE: the corpus is full.
 */
PT_NODISCARD PtStatus language_corpus_add(LanguageCorpus *corpus, PtStr text, PtStr label,
                                          PtError *err);
size_t language_corpus_count(const LanguageCorpus *corpus);
LanguageSample language_corpus_at(const LanguageCorpus *corpus, size_t index);

/* ---- Models -----------------------------------------------------------------------------------
 */
typedef struct LanguageModel LanguageModel;

typedef struct LanguageTraining {
    double precision; /* of what is accepted, wanted on validation data: over 0, under 1 */
    uint64_t seed;
    uint32_t version;         /* a number of the caller's; written with the model */
    const _Atomic bool *stop; /* set: training ends with PT_UNAVAILABLE; NULL: nobody stops it */
} LanguageTraining;

/* A model of `train`: hashed n-grams of words and letters, one linear machine a label. Confidence
 * and threshold come from `valid` only (its labels that train lacks are wrong whatever is said, and
 * out of scope texts always). Takes seconds for tens of thousands of texts. PT_INVALID: fewer than
 * two labels in scope, no text of valid. PT_TOO_LARGE: more labels than LANGUAGE_LABELS_MAX, or
 * texts that would take over 2 GiB.
 */
PT_NODISCARD PtStatus language_train(const LanguageCorpus *train, const LanguageCorpus *valid,
                                     const LanguageTraining *how, LanguageModel **ret_model,
                                     PtError *err);
void language_model_free(LanguageModel *model); /* accepts NULL */
static inline void language_model_freep(LanguageModel **model)
{
    language_model_free(*model);
}

/* The model as bytes, with version and checksum; the same bytes each time. read: PT_CORRUPT names
 * what does not hold; nothing of the bytes is borrowed. */
void language_model_write(const LanguageModel *model, PtBuf *out);
PT_NODISCARD PtStatus language_model_read(PtStr bytes, LanguageModel **ret_model, PtError *err);
enum { LANGUAGE_MODEL_BYTES = 1 << 30 }; /* a buffer's limit that every model fits */

typedef struct LanguageAbout {
    uint32_t version, labels, features;
    uint32_t train_count, valid_count;
    uint32_t train_out_of_scope, valid_out_of_scope;
    double precision_wanted;
    double threshold;        /* of confidence, from which on a label is accepted; over 1: never */
    double precision, share; /* on the validation texts: right among the accepted; accepted */
    size_t bytes;            /* of memory */
} LanguageAbout;
LanguageAbout language_model_about(const LanguageModel *model);
PtStr language_label(const LanguageModel *model, uint32_t label); /* borrowed from the model */

/* In which interval the accepted share of `count` more texts of the same kind lies with 95 %. */
void language_share_interval(const LanguageModel *model, uint64_t count, double *ret_low,
                             double *ret_high);

/* Room for a thread that asks: about 1.5 MiB. NULL when out of memory. */
typedef struct LanguageReader LanguageReader;
LanguageReader *language_reader_new(void);
void language_reader_free(LanguageReader *reader); /* accepts NULL */
static inline void language_reader_freep(LanguageReader **reader)
{
    language_reader_free(*reader);
}

typedef struct LanguageVerdict {
    uint32_t label, second; /* the best two in scope */
    bool accepted;          /* confidence reaches the threshold; else a person decides */
    double confidence;      /* 0..1: how likely the label is the right one */
    double in_scope;        /* 0..1: how likely any label is; as confidence where the validation
                               texts had none out of scope */
    float score, margin;    /* of the label, over the second */
} LanguageVerdict;

LanguageVerdict language_classify(const LanguageModel *model, LanguageReader *reader, PtStr text);

/* The words of the text that speak most for the label (against it: weight under 0), strongest
 * first. Words are slices of the text. Returns how many, at most max. */
enum { LANGUAGE_REASONS_MAX = 20 };
typedef struct LanguageReason {
    PtStr word;
    float weight; /* its part of the label's score */
} LanguageReason;
size_t language_explain(const LanguageModel *model, LanguageReader *reader, PtStr text,
                        uint32_t label, LanguageReason *ret_reasons, size_t max);

/* ---- How good a model is ----------------------------------------------------------------------
 */
typedef struct LanguageQuality {
    uint64_t texts, in_scope, right; /* right: of those in scope */
    uint64_t accepted, accepted_right;
    double calibration_error; /* over all texts, in 15 bins of equal width; out of scope is wrong */
    double separation;        /* area under ROC, in scope against not; NaN without both */
} LanguageQuality;
PT_NODISCARD PtStatus language_judge(const LanguageModel *model, const LanguageCorpus *texts,
                                     LanguageQuality *ret_quality, PtError *err);

/* ---- Learning from corrections ----------------------------------------------------------------
 */
/* By a text's own hash, so that it stays where it is while a corpus grows: */
typedef enum LanguagePart {
    LANGUAGE_TRAIN, /* eight of ten */
    LANGUAGE_VALID, /* confidence and threshold */
    LANGUAGE_HELD,  /* neither: models are compared on these */
    LANGUAGE_PARTS,
} LanguagePart;
LanguagePart language_part(PtStr text);

/* What a model is made of; NULL: nothing. */
typedef struct LanguageLessons {
    const LanguageCorpus *fixed[LANGUAGE_PARTS]; /* texts whose part is decided */
    const LanguageCorpus *known;                 /* parted by their hash */
    const LanguageCorpus *corrections;           /* likewise; a label of these stands in place of
                                                    that of an equal text */
} LanguageLessons;

typedef struct LanguageComparison {
    LanguageQuality before, after; /* on the texts held out; before is zero without an old model */
    uint64_t gained, lost;         /* texts that only the new one, only the old one has right */
    double luck; /* how likely luck alone loses that many of gained + lost; low: it is worse */
    bool better; /* luck is 0.05 or more, and calibration_error no more than 0.02 higher */
} LanguageComparison;

/* A new model. `old` (or NULL) stays as it is: whether the new one takes over is the caller's to
 * decide, and a roll-back is the old one again. ret_held (or NULL): the texts held out, the
 * caller's to free. */
PT_NODISCARD PtStatus language_retrain(const LanguageModel *old, const LanguageLessons *lessons,
                                       const LanguageTraining *how, LanguageModel **ret_model,
                                       LanguageComparison *ret_comparison,
                                       LanguageCorpus **ret_held, PtError *err);

/* For each label that a text has (row) how often which was said (column), model's labels ascending;
 * the row behind the last is that of texts whose label the model has not.
 * ret_counts[(labels + 1) * labels]. */
PT_NODISCARD PtStatus language_confusion(const LanguageModel *model, const LanguageCorpus *texts,
                                         uint32_t *ret_counts, PtError *err);

/* What is known on day one: sentences we wrote for the categories of the default policy
 * (docs/desk.md), in several languages, and others that belong to none. Returns a model. */
PT_NODISCARD PtStatus language_starter(LanguageModel **ret_model, PtError *err);
/* Its texts, added to those that train and those that validate. */
PT_NODISCARD PtStatus language_starter_texts(LanguageCorpus *train, LanguageCorpus *valid,
                                             PtError *err);

/* ---- Texts that are nearly the same -----------------------------------------------------------
 */
/* How alike texts are: shared runs of five letters over all of both (Jaccard), estimated by 128
 * minima. Texts that are 0.5 alike are found nine times of ten, from 0.7 on practically always. */
typedef struct LanguageNear LanguageNear;
typedef struct LanguageNearHit {
    uint64_t id;
    float alike; /* 0..1, the estimate */
} LanguageNearHit;
PT_NODISCARD PtStatus language_near_new(LanguageNear **ret_near, PtError *err);
void language_near_free(LanguageNear *near); /* accepts NULL */
/* Adds a text; an id that is there is replaced. PT_NO_MEMORY: as it was. About 700 bytes each. */
PT_NODISCARD PtStatus language_near_put(LanguageNear *near, LanguageReader *reader, uint64_t id,
                                        PtStr text, PtError *err);
void language_near_remove(LanguageNear *near, uint64_t id);
size_t language_near_count(const LanguageNear *near);
/* The most alike of at least `least`, best first (ties by id); returns how many, at most max. */
size_t language_near_find(const LanguageNear *near, LanguageReader *reader, PtStr text, float least,
                          LanguageNearHit *ret_hits, size_t max);
/* The exact share, for short texts and tests. PT_NO_MEMORY. */
PT_NODISCARD PtStatus language_alike(LanguageReader *reader, PtStr a, PtStr b, double *ret_alike,
                                     PtError *err);

/* ---- Sentiment --------------------------------------------------------------------------------
 */
/* As the rules and the lexicon of VADER 3.3.2 (Hutto and Gilbert, 2014) have it; English. */
enum { LANGUAGE_SENTIMENT_TEXT = 32768 }; /* bytes that are read */
typedef struct LanguageSentiment {
    double compound;                    /* -1..1, unrounded */
    double negative, neutral, positive; /* shares that add up to 1; all 0 of a text without words */
} LanguageSentiment;
/* PT_NO_MEMORY alone. */
PT_NODISCARD PtStatus language_sentiment(PtStr text, LanguageSentiment *ret_sentiment,
                                         PtError *err);

/* A word or phrase that makes a tone, in lower case, cut at its bound. */
typedef struct LanguageMoodWord {
    char word[48];
    double weight; /* its part of the sentiment; 0: it presses, or complains */
} LanguageMoodWord;
enum { LANGUAGE_MOOD_WORDS = 5 };
/* Likewise, with the words that pull to the side where the whole stands, strongest first. */
PT_NODISCARD PtStatus language_sentiment_words(
    PtStr text, LanguageSentiment *ret_sentiment,
    LanguageMoodWord ret_words[static LANGUAGE_MOOD_WORDS], size_t *ret_count, PtError *err);

/* ---- Numbers that name things, and the language -----------------------------------------------
 */
typedef enum LanguageThing {
    LANGUAGE_STORE,
    LANGUAGE_TILL,
    LANGUAGE_ORDER,
    LANGUAGE_DEVICE,
    LANGUAGE_ERROR,
    LANGUAGE_THINGS,
} LanguageThing;
extern const char *const language_things[LANGUAGE_THINGS]; /* names: "store" ... */

typedef struct LanguageEntity {
    LanguageThing thing;
    PtStr value; /* slice of the text */
} LanguageEntity;
/* In the order of the text, none twice; returns how many, at most max. */
size_t language_entities(PtStr text, LanguageEntity *ret_entities, size_t max);

/* ISO 639-1, as "de"; "" where the text does not tell. By the script, else by small words. */
const char *language_of(PtStr text);

/* ---- What somebody wants, and how soon ---------------------------------------------------------
 */
typedef enum LanguageIntent {
    LANGUAGE_UNCLEAR,
    LANGUAGE_FAULT,     /* something does not work */
    LANGUAGE_REQUEST,   /* something is wanted */
    LANGUAGE_QUESTION,  /* something is to be known */
    LANGUAGE_COMPLAINT, /* somebody is angry */
    LANGUAGE_THANKS,
    LANGUAGE_INTENTS
} LanguageIntent;
extern const char *const language_intents[]; /* "", "fault", "request", ..., NULL */

typedef struct LanguageTone {
    LanguageIntent intent;
    double urgency; /* 0..1: words that press, marks, capitals, and how negative it is */
} LanguageTone;
/* By words of six languages; compound as LanguageSentiment has it. */
LanguageTone language_tone(PtStr text, double compound);
/* Phrases of the text that complain or press; returns how many, at most max. */
size_t language_tone_phrases(PtStr text, LanguageMoodWord *ret_words, size_t max);

/* ---- All of it at once ------------------------------------------------------------------------
 */
/* What a report is about, for the desk. Any thread may ask; questions take turns. */
typedef struct LanguageTriage LanguageTriage;

/* What a model decides. */
typedef enum LanguageKind {
    LANGUAGE_CATEGORY, /* the starter model, made at the first question, where none is given */
    LANGUAGE_QUEUE,
    LANGUAGE_SENTIMENT, /* labels "positive", "neutral", "negative"; VADER where none is given */
    LANGUAGE_KINDS
} LanguageKind;
extern const char *const language_kinds[]; /* "category", "queue", "sentiment", NULL */

typedef struct LanguageFound {
    char label[LANGUAGE_LABEL_MAX + 1]; /* the best one, accepted or not; "": no model */
    LanguageVerdict verdict;
    LanguageAbout model;
} LanguageFound;

/* How a text sounds. */
typedef struct LanguageMood {
    LanguageSentiment sentiment; /* compound by the model of sentiment where there is one */
    LanguageTone tone;
    LanguageMoodWord words[LANGUAGE_MOOD_WORDS]; /* phrases, then what the sentiment is made of */
    size_t word_count;
} LanguageMood;

enum { LANGUAGE_FOUND_MAX = 20 };
typedef struct LanguageFindings {
    LanguageFound of[LANGUAGE_KINDS];
    LanguageReason reasons[LANGUAGE_FOUND_MAX]; /* for the category */
    size_t reason_count;
    LanguageEntity entities[LANGUAGE_FOUND_MAX];
    size_t entity_count;
    LanguageMood mood;
    const char *language; /* of language_of */
} LanguageFindings;

PT_NODISCARD PtStatus language_triage_new(LanguageTriage **ret_triage, PtError *err);
void language_triage_free(LanguageTriage *triage); /* accepts NULL */
/* From now on by this model, which becomes the triage's; NULL: as if none had been given. */
void language_triage_use(LanguageTriage *triage, LanguageKind kind, LanguageModel *model);
/* Words and entities are slices of the text. PT_NO_MEMORY alone. */
PT_NODISCARD PtStatus language_triage(LanguageTriage *triage, PtStr text,
                                      LanguageFindings *ret_findings, PtError *err);
/* How it sounds alone: a few microseconds. */
PT_NODISCARD PtStatus language_mood(LanguageTriage *triage, PtStr text, LanguageMood *ret_mood,
                                    PtError *err);
