// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "language/language.h"

#include <math.h>

/* A text as features: n-grams of words and of letters, each hashed to one of 2^20 buckets. The
 * hash is part of the model file's version: change either and old models must not be read. */
enum {
    LANGUAGE_BITS = 20,
    LANGUAGE_BUCKETS = 1 << LANGUAGE_BITS,
    LANGUAGE_WORD_LETTERS = 40, /* of a word; the rest is not read */
    LANGUAGE_WORDS_MAX = LANGUAGE_TEXT_MAX / 2,
    LANGUAGE_GRAM_LEAST = 2, /* letters in a row; a word has a mark at each end */
    LANGUAGE_GRAM_MOST = 4,
    /* a word of n letters has 3 n + 2 grams, two of them of words, and the text one more */
    LANGUAGE_GRAMS_MAX = 3 * LANGUAGE_TEXT_MAX + 2 * LANGUAGE_WORDS_MAX + 1,
    LANGUAGE_SLOTS = 1 << 17, /* over twice as many */
    LANGUAGE_LANES = 16,      /* labels are padded to a multiple of these */
    LANGUAGE_SIGNS = 4,       /* what confidence is found from, see LanguageSigns */
};

typedef enum LanguageBlock {
    LANGUAGE_OF_WORDS,
    LANGUAGE_OF_PAIRS, /* of words */
    LANGUAGE_OF_LETTERS,
    LANGUAGE_BLOCKS,
} LanguageBlock;

typedef struct LanguageWord {
    uint32_t at, len;  /* letters */
    uint32_t from, to; /* bytes of the text */
} LanguageWord;

typedef struct LanguageFeature {
    uint32_t bucket;
    uint32_t count : 30;
    uint32_t block : 2; /* LanguageBlock */
} LanguageFeature;

#define LANGUAGE_NO_ROW UINT32_MAX

typedef struct LanguageEntry {
    uint32_t row;
    float value;
} LanguageEntry;

struct LanguageReader {
    size_t letter_count, word_count, feature_count;
    uint32_t mask;             /* of the slots in use */
    double known;              /* share of the distinct words that the model has */
    LanguageFeature *features; /* [LANGUAGE_GRAMS_MAX] */
    LanguageEntry *entries;    /* likewise; row LANGUAGE_NO_ROW where the model knows it not */
    uint32_t *slots;           /* [LANGUAGE_SLOTS] feature + 1 */
    uint32_t letters[LANGUAGE_TEXT_MAX]; /* folded */
    LanguageWord words[LANGUAGE_WORDS_MAX];
    float word_weights[LANGUAGE_WORDS_MAX]; /* of language_explain */
    float scores[LANGUAGE_LABELS_MAX + LANGUAGE_LANES];
};

/* The feature of a bucket, or NULL. */
LanguageFeature *language_feature(const LanguageReader *reader, uint32_t bucket);
static inline uint64_t language_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

/* Of a word's folded letters. */
uint64_t language_word_hash(const LanguageReader *reader, size_t word);

/* Cuts the text into words, and counts its n-grams: features, each once, in the text's order. */
void language_read(LanguageReader *reader, PtStr text);
/* Words only. */
void language_read_words(LanguageReader *reader, PtStr text);

/* Calls `each` for every n-gram of the text that was read, with the words that it spans. */
typedef struct LanguageGram {
    uint32_t bucket;
    LanguageBlock block;
    uint32_t first, last; /* words */
} LanguageGram;
void language_each_gram(const LanguageReader *reader,
                        void (*each)(void *ctx, const LanguageGram *gram), void *ctx);

/* What a verdict is judged by. */
typedef struct LanguageSigns {
    double of[LANGUAGE_SIGNS]; /* best score, its lead, share of words known, score of oos */
} LanguageSigns;

/* Logistic: 1 / (1 + exp(-(bias + sum of weight * sign))). */
typedef struct LanguageCurve {
    double bias, weight[LANGUAGE_SIGNS];
} LanguageCurve;

struct LanguageModel {
    LanguageAbout about;
    uint32_t lanes;        /* labels, padded */
    uint32_t out_of_scope; /* its label, or labels */
    uint32_t accepted;     /* of the validation texts */
    char *names;           /* labels, ascending, a NUL behind each */
    uint32_t *name_at;     /* [labels + 1], byte in names */
    uint32_t *row_of;      /* [LANGUAGE_BUCKETS] row + 1; 0: not known */
    uint32_t *buckets;     /* [rows], ascending */
    float *rarity;         /* [rows] idf */
    float *scale;          /* [rows] */
    int8_t *weights;       /* [rows][lanes], times scale */
    float *bias;           /* [lanes] */
    LanguageCurve confidence, in_scope;
};

/* PT_NO_MEMORY, or a model with room for labels and rows, all zero. */
PT_NODISCARD PtStatus language_model_new(uint32_t labels, uint32_t rows, size_t name_bytes,
                                         LanguageModel **ret_model, PtError *err);
/* Finds rows by bucket, once buckets are set. */
void language_model_index(LanguageModel *model);

/* Entries of what was read: each block of length language_block_length. */
void language_weigh(const LanguageModel *model, LanguageReader *reader);
extern const float language_block_length[LANGUAGE_BLOCKS];

/* Scores of what was weighed, and what confidence is found from. */
LanguageVerdict language_score(const LanguageModel *model, LanguageReader *reader,
                               LanguageSigns *ret_signs);

static inline double language_curve(const LanguageCurve *curve, const LanguageSigns *signs)
{
    double sum = curve->bias;
    for (int i = 0; i < LANGUAGE_SIGNS; i++) {
        sum += curve->weight[i] * signs->of[i];
    }
    return 1 / (1 + exp(-sum));
}

/* The label's number, or the count of labels. */
uint32_t language_label_find(const LanguageModel *model, PtStr label);

/* Confidence, threshold and what is said of them, from validation texts. */
PT_NODISCARD PtStatus language_calibrate(LanguageModel *model, const LanguageCorpus *valid,
                                         PtError *err);

/* One text as a model sees it, with what is true of it. */
typedef struct LanguageCase {
    LanguageSigns signs;
    LanguageVerdict verdict;
    bool in_scope, right;
} LanguageCase;
/* All texts; owned by the caller: free. */
PT_NODISCARD PtStatus language_cases(const LanguageModel *model, const LanguageCorpus *texts,
                                     LanguageCase **ret_cases, PtError *err);
