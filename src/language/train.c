// SPDX-License-Identifier: Apache-2.0
/* Texts into a model: which n-grams it knows, and one linear machine a label against the rest. The
 * machines are support vector machines with squared hinge loss, solved in the dual a coordinate at
 * a time (Hsieh et al., "A dual coordinate descent method for large-scale linear SVM", 2008).
 */
#include "language/language_internal.h"

#include "base/memory.h"
#include "base/rng.h"

#include <string.h>

enum {
    ROUNDS_MAX = 60,
    RARE_FROM = 1000, /* texts, from which on an n-gram must be in two of them */
};
#define COST        0.2 /* of a text on the wrong side; chosen on validation texts */
#define PRECISE     0.1 /* the solver stops where no gradient is further off */
#define CELLS_MAX   ((size_t)128 << 20) /* features times labels */
#define ENTRIES_MAX ((size_t)160 << 20) /* of all texts together */

typedef struct Trainer {
    const LanguageCorpus *texts;
    LanguageReader *reader;
    LanguageModel *model;
    size_t count;
    uint32_t *label_of; /* [count] */
    size_t *from;       /* [count + 1] in entries */
    LanguageEntry *entries;
    float *weights; /* [rows][lanes] */
    /* of the solver, for one label */
    float *w;        /* [rows + 1], the last is the bias */
    double *alpha;   /* [count] */
    uint32_t *order; /* [count] */
    PtRng rng;
} Trainer;

static void trainer_done(Trainer *t)
{
    language_reader_free(t->reader);
    language_model_free(t->model);
    free(t->label_of);
    free(t->from);
    free(t->entries);
    free(t->weights);
    free(t->w);
    free(t->alpha);
    free(t->order);
}

static PtStatus no_memory(const Trainer *t, PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to train a model of %zu texts", t->count);
}

/* ---- Labels and features ----------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return pt_str_order(*(const PtStr *)a, *(const PtStr *)b);
}

/* The labels of the texts, sorted, each once; *ret_count of them. */
static PtStatus find_labels(const Trainer *t, PtStr *labels, uint32_t *ret_count, PtError *err)
{
    size_t count = 0, in_scope = 0;
    for (size_t i = 0; i < t->count; i++) {
        labels[i] = language_corpus_at(t->texts, i).label;
    }
    qsort(labels, t->count, sizeof *labels, by_text);
    for (size_t i = 0; i < t->count; i++) {
        if (count == 0 || !pt_str_eq(labels[i], labels[count - 1])) {
            labels[count++] = labels[i];
            in_scope += !pt_str_eq(labels[i], PT_STR(LANGUAGE_OUT_OF_SCOPE));
        }
    }
    if (in_scope < 2 || count > LANGUAGE_LABELS_MAX) {
        return pt_fail(err, in_scope < 2 ? PT_INVALID : PT_TOO_LARGE,
                       "the texts have %zu labels in scope, not 2..%d", in_scope,
                       LANGUAGE_LABELS_MAX);
    }
    *ret_count = (uint32_t)count;
    return PT_OK;
}

/* In how many texts each bucket is. */
static void count_texts(Trainer *t, uint32_t *texts_of)
{
    for (size_t i = 0; i < t->count; i++) {
        language_read(t->reader, language_corpus_at(t->texts, i).text);
        for (size_t f = 0; f < t->reader->feature_count; f++) {
            texts_of[t->reader->features[f].bucket]++;
        }
    }
}

/* In how many texts an n-gram must be, so that the model keeps within its bounds. */
static uint32_t least_texts(const uint32_t *texts_of, size_t texts, uint32_t labels,
                            uint32_t *ret_rows)
{
    for (uint32_t least = texts < RARE_FROM ? 1 : 2;; least++) {
        uint32_t rows = 0;
        for (uint32_t b = 0; b < LANGUAGE_BUCKETS; b++) {
            rows += texts_of[b] >= least;
        }
        if ((size_t)rows * (labels + LANGUAGE_LANES) <= CELLS_MAX) {
            *ret_rows = rows;
            return least;
        }
    }
}

static PtStatus make_model(Trainer *t, PtStr *labels, uint32_t *texts_of, PtError *err)
{
    uint32_t count = 0, rows = 0;
    size_t bytes = 0;
    PtStatus st = find_labels(t, labels, &count, err);
    if (st != PT_OK) {
        return st;
    }
    count_texts(t, texts_of);
    const uint32_t least = least_texts(texts_of, t->count, count, &rows);
    for (uint32_t i = 0; i < count; i++) {
        bytes += labels[i].len + 1;
    }
    st = language_model_new(count, rows, bytes, &t->model, err);
    if (st != PT_OK) {
        return st;
    }
    LanguageModel *m = t->model;
    for (uint32_t i = 0, at = 0; i < count; i++) {
        memcpy(m->names + at, labels[i].data, labels[i].len);
        at += (uint32_t)labels[i].len + 1;
        m->name_at[i + 1] = at;
    }
    m->out_of_scope = language_label_find(m, PT_STR(LANGUAGE_OUT_OF_SCOPE));
    for (uint32_t b = 0, row = 0; b < LANGUAGE_BUCKETS; b++) {
        if (texts_of[b] >= least) {
            m->buckets[row] = b;
            m->rarity[row++] = 1 + logf((1 + (float)t->count) / (1 + (float)texts_of[b]));
        }
    }
    language_model_index(m);
    return PT_OK;
}

static PtStatus choose_features(Trainer *t, PtError *err)
{
    PtStr *labels = malloc((t->count + 1) * sizeof *labels);
    uint32_t *texts_of = calloc(LANGUAGE_BUCKETS, sizeof *texts_of);
    const PtStatus st = labels != NULL && texts_of != NULL ? make_model(t, labels, texts_of, err)
                                                           : no_memory(t, err);
    free(labels);
    free(texts_of);
    return st;
}

/* ---- Texts as vectors -------------------------------------------------------------------------
 */

static PtStatus add_vector(Trainer *t, size_t text, size_t *used, size_t *room, PtError *err)
{
    LanguageReader *r = t->reader;
    language_read(r, language_corpus_at(t->texts, text).text);
    language_weigh(t->model, r);
    if (*used + r->feature_count > *room) {
        const size_t more = 2 * *room + LANGUAGE_GRAMS_MAX;
        LanguageEntry *entries = realloc(t->entries, more * sizeof *entries);
        if (entries == NULL) {
            return no_memory(t, err);
        }
        t->entries = entries;
        *room = more;
    }
    for (size_t i = 0; i < r->feature_count; i++) {
        if (r->entries[i].row != LANGUAGE_NO_ROW) {
            t->entries[(*used)++] = r->entries[i];
        }
    }
    return *used <= ENTRIES_MAX
               ? PT_OK
               : pt_fail(err, PT_TOO_LARGE, "the texts have over %zu n-grams", ENTRIES_MAX);
}

static PtStatus make_vectors(Trainer *t, PtError *err)
{
    const LanguageModel *m = t->model;
    size_t used = 0, room = 0;
    t->label_of = calloc(t->count, sizeof *t->label_of);
    t->from = calloc(t->count + 1, sizeof *t->from);
    t->weights = calloc((size_t)m->about.features + 1, m->lanes * sizeof *t->weights);
    t->w = calloc((size_t)m->about.features + 1, sizeof *t->w);
    t->alpha = calloc(t->count, sizeof *t->alpha);
    t->order = calloc(t->count, sizeof *t->order);
    if (t->label_of == NULL || t->from == NULL || t->weights == NULL || t->w == NULL ||
        t->alpha == NULL || t->order == NULL) {
        return no_memory(t, err);
    }
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < t->count; i++) {
        st = add_vector(t, i, &used, &room, err);
        t->from[i + 1] = used;
        t->label_of[i] = language_label_find(m, language_corpus_at(t->texts, i).label);
    }
    return st;
}

/* ---- The solver -------------------------------------------------------------------------------
 */

static double dot(const Trainer *t, uint32_t text)
{
    const LanguageEntry *e = t->entries + t->from[text], *end = t->entries + t->from[text + 1];
    double sum = t->w[t->model->about.features];
    for (; e < end; e++) {
        sum += (double)(t->w[e->row] * e->value);
    }
    return sum;
}

static void add_vector_to_w(Trainer *t, uint32_t text, double factor)
{
    const LanguageEntry *e = t->entries + t->from[text], *end = t->entries + t->from[text + 1];
    for (; e < end; e++) {
        t->w[e->row] += (float)factor * e->value;
    }
    t->w[t->model->about.features] += (float)factor;
}

static double square_of(const Trainer *t, uint32_t text)
{
    const LanguageEntry *e = t->entries + t->from[text], *end = t->entries + t->from[text + 1];
    double sum = 1; // of the bias
    for (; e < end; e++) {
        sum += (double)(e->value * e->value);
    }
    return sum;
}

static void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

/* What a round has seen of the gradients. */
typedef struct Round {
    double most, least;
    double bar; /* of the round before: over it, a text that is right leaves the rounds */
} Round;

/* One coordinate. False: the text leaves. */
static bool step(Trainer *t, uint32_t text, uint32_t label, Round *round)
{
    const double y = t->label_of[text] == label ? 1 : -1, soft = 0.5 / COST;
    const double gradient = y * dot(t, text) - 1 + t->alpha[text] * soft;
    if (t->alpha[text] == 0 && gradient > round->bar) {
        return false;
    }
    const double projected = t->alpha[text] == 0 && gradient > 0 ? 0 : gradient;
    round->most = projected > round->most ? projected : round->most;
    round->least = projected < round->least ? projected : round->least;
    if (fabs(projected) > 1e-12) {
        const double before = t->alpha[text];
        const double after = before - gradient / (square_of(t, text) + soft);
        t->alpha[text] = after > 0 ? after : 0;
        add_vector_to_w(t, text, (t->alpha[text] - before) * y);
    }
    return true;
}

/* Leaves the machine of the label in t->w. */
static void solve(Trainer *t, uint32_t label)
{
    size_t active = t->count;
    Round round = {.bar = INFINITY};
    memset(t->w, 0, ((size_t)t->model->about.features + 1) * sizeof *t->w);
    for (size_t i = 0; i < t->count; i++) {
        t->alpha[i] = 0;
        t->order[i] = (uint32_t)i;
    }
    for (int n = 0; n < ROUNDS_MAX; n++) {
        round.most = -INFINITY;
        round.least = INFINITY;
        for (size_t i = 0; i < active; i++) {
            swap(&t->order[i], &t->order[i + pt_rng_below(&t->rng, active - i)]);
        }
        for (size_t i = 0; i < active;) {
            if (step(t, t->order[i], label, &round)) {
                i++;
            } else {
                swap(&t->order[i], &t->order[--active]);
            }
        }
        if (round.most - round.least <= PRECISE) {
            if (active == t->count) {
                return;
            }
            active = t->count; // once more over all of them
            round.bar = INFINITY;
        } else {
            round.bar = round.most > 0 ? round.most : INFINITY;
        }
    }
}

static PtStatus solve_all(Trainer *t, const _Atomic bool *stop, PtError *err)
{
    LanguageModel *m = t->model;
    for (uint32_t label = 0; label < m->about.labels; label++) {
        if (stop != NULL && *stop) {
            return pt_fail(err, PT_UNAVAILABLE, "training was stopped");
        }
        solve(t, label);
        for (uint32_t row = 0; row < m->about.features; row++) {
            t->weights[(size_t)row * m->lanes + label] = t->w[row];
        }
        m->bias[label] = t->w[m->about.features];
    }
    return PT_OK;
}

/* Weights as whole numbers -127..127 times a scale of their row. */
static void pack_weights(Trainer *t)
{
    LanguageModel *m = t->model;
    for (uint32_t row = 0; row < m->about.features; row++) {
        const float *from = t->weights + (size_t)row * m->lanes;
        int8_t *to = m->weights + (size_t)row * m->lanes;
        float most = 0;
        for (uint32_t i = 0; i < m->about.labels; i++) {
            most = fmaxf(most, fabsf(from[i]));
        }
        m->scale[row] = most / 127;
        for (uint32_t i = 0; most > 0 && i < m->about.labels; i++) {
            to[i] = (int8_t)lrintf(from[i] / most * 127);
        }
    }
}

static uint32_t count_out_of_scope(const LanguageCorpus *texts)
{
    uint32_t count = 0;
    for (size_t i = 0; i < language_corpus_count(texts); i++) {
        count += pt_str_eq(language_corpus_at(texts, i).label, PT_STR(LANGUAGE_OUT_OF_SCOPE));
    }
    return count;
}

static PtStatus train(Trainer *t, const LanguageCorpus *valid, const LanguageTraining *how,
                      LanguageModel **ret_model, PtError *err)
{
    pt_rng_init(&t->rng, how->seed);
    t->reader = language_reader_new();
    PtStatus st = t->reader != NULL ? choose_features(t, err) : no_memory(t, err);
    st = st == PT_OK ? make_vectors(t, err) : st;
    st = st == PT_OK ? solve_all(t, how->stop, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pack_weights(t);
    LanguageAbout *about = &t->model->about;
    about->version = how->version;
    about->precision_wanted = how->precision;
    about->train_count = (uint32_t)t->count;
    about->train_out_of_scope = count_out_of_scope(t->texts);
    about->valid_count = (uint32_t)language_corpus_count(valid);
    about->valid_out_of_scope = count_out_of_scope(valid);
    st = language_calibrate(t->model, valid, err);
    if (st == PT_OK) {
        *ret_model = PT_TAKE(t->model);
    }
    return st;
}

PtStatus language_train(const LanguageCorpus *texts, const LanguageCorpus *valid,
                        const LanguageTraining *how, LanguageModel **ret_model, PtError *err)
{
    if (language_corpus_count(valid) == 0) {
        return pt_fail(err, PT_INVALID, "no texts to validate with");
    }
    Trainer t = {.texts = texts, .count = language_corpus_count(texts)};
    const PtStatus st = train(&t, valid, how, ret_model, err);
    trainer_done(&t);
    return st;
}
