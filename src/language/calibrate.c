// SPDX-License-Identifier: Apache-2.0
/* How sure a model may be, found on texts it was not trained on; and how good it is on others. */
#include "language/language_internal.h"

#include "base/memory.h"

#include <string.h>

enum {
    STEPS = 50, /* of Newton, at most */
    UNKNOWNS = LANGUAGE_SIGNS + 1,
    BINS = 15,
};
#define RIDGE 1e-3 /* keeps weights finite where texts can be told apart without fault */

PtStatus language_cases(const LanguageModel *m, const LanguageCorpus *texts,
                        LanguageCase **ret_cases, PtError *err)
{
    const size_t count = language_corpus_count(texts);
    PT_CLEANUP(language_reader_freep) LanguageReader *r = language_reader_new();
    LanguageCase *cases = calloc(count + 1, sizeof *cases);
    if (r == NULL || cases == NULL) {
        free(cases);
        return pt_fail(err, PT_NO_MEMORY, "no memory to judge %zu texts", count);
    }
    for (size_t i = 0; i < count; i++) {
        const LanguageSample sample = language_corpus_at(texts, i);
        LanguageCase *c = &cases[i];
        language_read(r, sample.text);
        language_weigh(m, r);
        c->verdict = language_score(m, r, &c->signs);
        c->verdict.confidence = language_curve(&m->confidence, &c->signs);
        c->verdict.in_scope = language_curve(&m->in_scope, &c->signs);
        c->verdict.accepted = c->verdict.confidence >= m->about.threshold;
        c->in_scope = !pt_str_eq(sample.label, PT_STR(LANGUAGE_OUT_OF_SCOPE));
        c->right = pt_str_eq(language_label(m, c->verdict.label), sample.label);
    }
    *ret_cases = cases;
    return PT_OK;
}

/* ---- The curve --------------------------------------------------------------------------------
 */

/* Mean and spread of each sign, so that one ridge suits all. */
typedef struct Standard {
    double mean[LANGUAGE_SIGNS], spread[LANGUAGE_SIGNS];
} Standard;

static Standard standard_of(const LanguageCase *cases, size_t count)
{
    Standard s = {0};
    for (int k = 0; k < LANGUAGE_SIGNS; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < count; i++) {
            sum += cases[i].signs.of[k];
            squares += cases[i].signs.of[k] * cases[i].signs.of[k];
        }
        s.mean[k] = sum / (double)count;
        const double variance = squares / (double)count - s.mean[k] * s.mean[k];
        s.spread[k] = variance > 1e-12 ? sqrt(variance) : 1;
    }
    return s;
}

/* a x = b by Gauss with pivots; x stands in b. a is positive definite for its ridge. */
static void solve_linear(double a[UNKNOWNS][UNKNOWNS], double b[UNKNOWNS])
{
    for (int k = 0; k < UNKNOWNS; k++) {
        int pivot = k;
        for (int i = k + 1; i < UNKNOWNS; i++) {
            pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        }
        for (int j = 0; j < UNKNOWNS; j++) {
            const double kept = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = kept;
        }
        const double kept = b[k];
        b[k] = b[pivot];
        b[pivot] = kept;
        for (int i = k + 1; i < UNKNOWNS; i++) {
            const double f = a[i][k] / a[k][k];
            for (int j = k; j < UNKNOWNS; j++) {
                a[i][j] -= f * a[k][j];
            }
            b[i] -= f * b[k];
        }
    }
    for (int k = UNKNOWNS - 1; k >= 0; k--) {
        for (int j = k + 1; j < UNKNOWNS; j++) {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
}

/* What a curve is fitted to. */
typedef struct Fit {
    const LanguageCase *cases;
    const bool *yes;
    size_t count;
    Standard standard;
    bool used[LANGUAGE_SIGNS];
    double at[UNKNOWNS]; /* bias and weights of the standardised signs */
} Fit;

/* One step of Newton on the log loss; returns how far it went. */
static double newton_step(Fit *f)
{
    double hessian[UNKNOWNS][UNKNOWNS] = {0}, gradient[UNKNOWNS] = {0}, far = 0;
    const Standard *s = &f->standard;
    for (size_t i = 0; i < f->count; i++) {
        double x[UNKNOWNS] = {1}, sum = f->at[0];
        for (int k = 0; k < LANGUAGE_SIGNS; k++) {
            const double sign = (f->cases[i].signs.of[k] - s->mean[k]) / s->spread[k];
            x[k + 1] = f->used[k] ? sign : 0;
            sum += f->at[k + 1] * x[k + 1];
        }
        const double p = 1 / (1 + exp(-sum)), weight = p * (1 - p);
        for (int k = 0; k < UNKNOWNS; k++) {
            gradient[k] += ((f->yes[i] ? 1 : 0) - p) * x[k];
            for (int j = 0; j < UNKNOWNS; j++) {
                hessian[k][j] += weight * x[k] * x[j];
            }
        }
    }
    for (int k = 0; k < UNKNOWNS; k++) {
        hessian[k][k] += RIDGE * (double)f->count;
        gradient[k] -= RIDGE * (double)f->count * f->at[k] * (k > 0);
    }
    solve_linear(hessian, gradient);
    for (int k = 0; k < UNKNOWNS; k++) {
        f->at[k] += gradient[k];
        far = fmax(far, fabs(gradient[k]));
    }
    return far;
}

/* Leaves out what speaks the wrong way: a lead must not make a label less sure. */
static bool drop_wrong_signs(Fit *f)
{
    static const double direction[LANGUAGE_SIGNS] = {1, 1, 1, -1};
    bool dropped = false;
    for (int k = 0; k < LANGUAGE_SIGNS; k++) {
        if (f->used[k] && f->at[k + 1] * direction[k] < 0) {
            f->used[k] = false;
            dropped = true;
        }
    }
    return dropped;
}

static LanguageCurve fit(const LanguageCase *cases, const bool *yes, size_t count)
{
    Fit f = {cases, yes, count, standard_of(cases, count), {true, true, true, true}, {0}};
    do {
        memset(f.at, 0, sizeof f.at);
        for (int i = 0; i < STEPS && newton_step(&f) > 1e-9; i++) {
        }
    } while (drop_wrong_signs(&f));
    LanguageCurve curve = {.bias = f.at[0]};
    for (int k = 0; k < LANGUAGE_SIGNS; k++) {
        curve.weight[k] = f.at[k + 1] / f.standard.spread[k];
        curve.bias -= curve.weight[k] * f.standard.mean[k];
    }
    return curve;
}

/* ---- The threshold ----------------------------------------------------------------------------
 */

static int by_confidence_down(const void *a, const void *b)
{
    const double x = ((const LanguageCase *)a)->verdict.confidence;
    const double y = ((const LanguageCase *)b)->verdict.confidence;
    return (x < y) - (x > y);
}

/* The lowest from which on the wanted share is right. */
static void choose_threshold(LanguageModel *m, LanguageCase *cases, size_t count)
{
    LanguageAbout *about = &m->about;
    size_t right = 0;
    about->threshold = 2; // never
    about->precision = about->share = 0;
    m->accepted = 0;
    qsort(cases, count, sizeof *cases, by_confidence_down);
    for (size_t i = 0; i < count; i++) {
        const double confidence = cases[i].verdict.confidence;
        right += cases[i].right;
        const bool ends = i + 1 == count || cases[i + 1].verdict.confidence < confidence;
        const double precision = (double)right / (double)(i + 1);
        if (ends && precision >= about->precision_wanted) {
            about->threshold = confidence;
            about->precision = precision;
            about->share = (double)(i + 1) / (double)count;
            m->accepted = (uint32_t)(i + 1);
        }
    }
}

PtStatus language_calibrate(LanguageModel *m, const LanguageCorpus *valid, PtError *err)
{
    const size_t count = language_corpus_count(valid);
    LanguageCase *cases = NULL;
    bool *yes = calloc(count + 1, sizeof *yes);
    if (yes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to judge %zu texts", count);
    }
    const PtStatus st = language_cases(m, valid, &cases, err);
    if (st == PT_OK) {
        for (size_t i = 0; i < count; i++) {
            yes[i] = cases[i].right;
        }
        m->in_scope = m->confidence = fit(cases, yes, count);
        if (m->about.valid_out_of_scope > 0) {
            for (size_t i = 0; i < count; i++) {
                yes[i] = cases[i].in_scope;
            }
            m->in_scope = fit(cases, yes, count);
        }
        for (size_t i = 0; i < count; i++) {
            cases[i].verdict.confidence = language_curve(&m->confidence, &cases[i].signs);
        }
        choose_threshold(m, cases, count);
    }
    free(cases);
    free(yes);
    return st;
}

/* ---- Quality ----------------------------------------------------------------------------------
 */

static double calibration_error(const LanguageCase *cases, size_t count)
{
    double sure[BINS] = {0}, right[BINS] = {0}, error = 0;
    for (size_t i = 0; i < count; i++) {
        const double confidence = cases[i].verdict.confidence;
        const int bin = confidence < 1 ? (int)(confidence * BINS) : BINS - 1;
        sure[bin] += confidence;
        right[bin] += cases[i].right;
    }
    for (int bin = 0; bin < BINS; bin++) {
        error += fabs(sure[bin] - right[bin]);
    }
    return count > 0 ? error / (double)count : 0;
}

static int by_scope(const void *a, const void *b)
{
    const double x = ((const LanguageCase *)a)->verdict.in_scope;
    const double y = ((const LanguageCase *)b)->verdict.in_scope;
    return (x > y) - (x < y);
}

/* Of all pairs of a text in scope and one that is not, how many are in order; ties are half. */
static double separation(LanguageCase *cases, size_t count)
{
    double outside = 0, inside = 0, sum = 0;
    qsort(cases, count, sizeof *cases, by_scope);
    for (size_t i = 0; i < count;) {
        double in_tie = 0, out_tie = 0;
        const double at = cases[i].verdict.in_scope;
        for (; i < count && cases[i].verdict.in_scope == at; i++) {
            in_tie += cases[i].in_scope;
            out_tie += !cases[i].in_scope;
        }
        sum += in_tie * (outside + out_tie / 2);
        outside += out_tie;
        inside += in_tie;
    }
    return inside * outside > 0 ? sum / (inside * outside) : NAN;
}

PtStatus language_judge(const LanguageModel *m, const LanguageCorpus *texts,
                        LanguageQuality *ret_quality, PtError *err)
{
    const size_t count = language_corpus_count(texts);
    LanguageCase *cases = NULL;
    const PtStatus st = language_cases(m, texts, &cases, err);
    if (st != PT_OK) {
        return st;
    }
    LanguageQuality q = {.texts = count, .calibration_error = calibration_error(cases, count)};
    for (size_t i = 0; i < count; i++) {
        q.in_scope += cases[i].in_scope;
        q.right += cases[i].right;
        q.accepted += cases[i].verdict.accepted;
        q.accepted_right += cases[i].verdict.accepted && cases[i].right;
    }
    q.separation = separation(cases, count);
    free(cases);
    *ret_quality = q;
    return PT_OK;
}

PtStatus language_confusion(const LanguageModel *m, const LanguageCorpus *texts,
                            uint32_t *ret_counts, PtError *err)
{
    const uint32_t labels = m->about.labels;
    LanguageCase *cases = NULL;
    const PtStatus st = language_cases(m, texts, &cases, err);
    if (st == PT_OK) {
        memset(ret_counts, 0, (size_t)(labels + 1) * labels * sizeof *ret_counts);
        for (size_t i = 0; i < language_corpus_count(texts); i++) {
            const uint32_t is = language_label_find(m, language_corpus_at(texts, i).label);
            ret_counts[(size_t)is * labels + cases[i].verdict.label]++;
        }
    }
    free(cases);
    return st;
}
