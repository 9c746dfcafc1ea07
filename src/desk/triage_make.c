// SPDX-License-Identifier: Apache-2.0
/* A new model from what there is, compared with the one in force before it may take over. */
#include "desk/triage_internal.h"

#include "base/json.h"
#include "triage.sql.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 1000, METRICS_BYTES = 4 << 20, CELLS_SHOWN = 2000 };
#define PRECISION 0.95

/* ---- What it is made of -----------------------------------------------------------------------
 */

typedef struct Making {
    Desk *desk;
    const DeskTrain *what;
    LanguageModel *old;
    int64_t old_version, version;
    LanguageCorpus *fixed[LANGUAGE_PARTS], *known, *corrections;
    int64_t decisions, files;
    LanguageModel *fresh;
    LanguageComparison compared;
    LanguageCorpus *held;
    PtBuf metrics;
} Making;

static void making_done(Making *m)
{
    for (int i = 0; i < LANGUAGE_PARTS; i++) {
        language_corpus_free(m->fixed[i]);
    }
    language_corpus_free(m->known);
    language_corpus_free(m->corrections);
    language_corpus_free(m->held);
    language_model_free(m->old);
    language_model_free(m->fresh);
    pt_buf_done(&m->metrics);
}

/* A page of examples behind *last. */
static PtStatus read_page(Making *m, PtSqlTx *tx, bool decisions, int64_t *last, size_t *ret_rows,
                          PtError *err)
{
    bool row = true;
    *ret_rows = 0;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[m->what->kind]));
    pt_sql_bind_text(tx, 2, decisions ? PT_STR("decision") : PT_STR("file"));
    pt_sql_bind_i64(tx, 3, *last);
    pt_sql_bind_i64(tx, 4, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const int part = desk_choice(triage_parts, pt_sql_text(tx, 1));
        const PtStr text = pt_sql_text(tx, 2), label = pt_sql_text(tx, 3);
        LanguageCorpus *into = decisions                            ? m->corrections
                               : part >= 0 && part < LANGUAGE_PARTS ? m->fixed[part]
                                                                    : m->known;
        *last = pt_sql_i64(tx, 0);
        (*ret_rows)++;
        if (text.len > 0 && label.len <= LANGUAGE_LABEL_MAX) { // else erased, or no model says it
            st = language_corpus_add(into, text, label, err);
            *(decisions ? &m->decisions : &m->files) += 1;
        }
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_all(Making *m, PtSqlTx *tx, bool decisions, PtError *err)
{
    int64_t last = 0;
    size_t rows = PAGE, all = 0;
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_EXAMPLE_FROM, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(language_kinds[m->what->kind]));
    pt_sql_bind_text(tx, 2, decisions ? PT_STR("decision") : PT_STR("file"));
    pt_sql_bind_i64(tx, 3, DESK_EXAMPLES_MAX);
    st = pt_sql_step(tx, &row, err);
    last = st == PT_OK && row ? pt_sql_i64(tx, 0) - 1 : 0;
    pt_sql_done(tx);
    while (st == PT_OK && rows == PAGE && all < DESK_EXAMPLES_MAX) {
        st = read_page(m, tx, decisions, &last, &rows, err);
        all += rows;
    }
    return st;
}

static PtStatus collect(Making *m, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const bool starter = m->what->kind == LANGUAGE_CATEGORY && !m->what->no_starter;
    int64_t made_ms;
    PtStatus st = language_corpus_new(&m->known, err);
    st = st == PT_OK ? language_corpus_new(&m->corrections, err) : st;
    for (int i = 0; st == PT_OK && i < LANGUAGE_PARTS; i++) {
        st = language_corpus_new(&m->fixed[i], err);
    }
    if (st == PT_OK && starter) {
        st = language_starter_texts(m->fixed[LANGUAGE_TRAIN], m->fixed[LANGUAGE_VALID], err);
    }
    st = st == PT_OK ? pt_sql_begin(m->desk->c.core, false, &tx, err) : st;
    st = st == PT_OK ? triage_model_copy(tx, m->what->kind, &m->old, &m->old_version, err) : st;
    st = st == PT_OK ? triage_model_last(tx, m->what->kind, &m->version, &made_ms, err) : st;
    m->version++;
    st = st == PT_OK ? read_all(m, tx, false, err) : st;
    return st == PT_OK ? read_all(m, tx, true, err) : st;
}

/* ---- What is said of it -----------------------------------------------------------------------
 */

static void put_number(PtJsonOut *out, const char *name, double value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_double(out, value);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void put_quality(PtJsonOut *out, const char *name, const LanguageQuality *q)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
    pt_json_put_u64(out, "texts", q->texts);
    pt_json_put_u64(out, "right", q->right);
    put_number(out, "accuracy", share(q->right, q->in_scope));
    put_number(out, "coverage", share(q->accepted, q->texts));
    put_number(out, "precision", share(q->accepted_right, q->accepted));
    put_number(out, "calibration_error", q->calibration_error);
    pt_json_out_object_end(out);
}

static void put_categories(PtJsonOut *out, const LanguageModel *m, const uint32_t *counts)
{
    const uint32_t labels = language_model_about(m).labels;
    pt_json_out_key(out, PT_STR("categories"));
    pt_json_out_array(out);
    for (uint32_t is = 0; is < labels; is++) {
        uint64_t texts = 0, said = 0;
        for (uint32_t k = 0; k <= labels; k++) {
            texts += k < labels ? counts[(size_t)is * labels + k] : 0;
            said += counts[(size_t)k * labels + is];
        }
        const uint64_t right = counts[(size_t)is * labels + is];
        pt_json_out_object(out);
        pt_json_put_str(out, "label", language_label(m, is));
        pt_json_put_u64(out, "texts", texts);
        pt_json_put_u64(out, "said", said);
        pt_json_put_u64(out, "right", right);
        put_number(out, "precision", share(right, said));
        put_number(out, "recall", share(right, texts));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_confusion(PtJsonOut *out, const LanguageModel *m, const uint32_t *counts)
{
    const uint32_t labels = language_model_about(m).labels;
    size_t shown = 0;
    pt_json_out_key(out, PT_STR("confusion"));
    pt_json_out_array(out);
    for (size_t i = 0; i < (size_t)(labels + 1) * labels && shown < CELLS_SHOWN; i++) {
        if (counts[i] > 0) {
            const uint32_t is = (uint32_t)(i / labels), said = (uint32_t)(i % labels);
            pt_json_out_object(out);
            pt_json_put_str(out, "is", is < labels ? language_label(m, is) : PT_STR(""));
            pt_json_put_str(out, "said", language_label(m, said));
            pt_json_put_u64(out, "count", counts[i]);
            pt_json_out_object_end(out);
            shown++;
        }
    }
    pt_json_out_array_end(out);
}

PtStatus triage_metrics(const LanguageModel *m, const LanguageComparison *c,
                        const LanguageCorpus *held, PtBuf *buf, PtError *err)
{
    const LanguageAbout about = language_model_about(m);
    uint32_t *counts = calloc((size_t)(about.labels + 1) * about.labels, sizeof *counts);
    PtStatus st = counts != NULL ? language_confusion(m, held, counts, err)
                                 : pt_fail(err, PT_NO_MEMORY, "no memory to judge a model");
    if (st == PT_OK) {
        PtJsonOut out = pt_json_out(buf);
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "trained_on", about.train_count);
        pt_json_put_u64(&out, "validated_on", about.valid_count);
        put_number(&out, "threshold", about.threshold);
        put_number(&out, "precision_wanted", about.precision_wanted);
        put_number(&out, "valid_precision", about.precision);
        put_number(&out, "valid_coverage", about.share);
        put_quality(&out, "held", &c->after);
        put_quality(&out, "before", &c->before);
        pt_json_put_u64(&out, "gained", c->gained);
        pt_json_put_u64(&out, "lost", c->lost);
        put_number(&out, "luck", c->luck);
        put_categories(&out, m, counts);
        put_confusion(&out, m, counts);
        pt_json_out_object_end(&out);
        st = pt_buf_status(buf) == PT_OK ? PT_OK
                                         : pt_fail(err, pt_buf_status(buf), "no room for metrics");
    }
    free(counts);
    return st;
}

/* Whether it takes over, and why. */
static bool takes_over(const Making *m, char reason[static PT_ERROR_MESSAGE_MAX])
{
    const LanguageComparison *c = &m->compared;
    const unsigned long long held = c->after.texts, lost = c->lost, gained = c->gained;
    if (held < DESK_HELD_LEAST && m->old != NULL) {
        (void)snprintf(reason, PT_ERROR_MESSAGE_MAX,
                       "only %llu examples are held out to compare by, %d are needed", held,
                       DESK_HELD_LEAST);
        return false;
    }
    (void)snprintf(
        reason, PT_ERROR_MESSAGE_MAX,
        "of %llu held out it loses %llu and gains %llu; calibration error %.3f, was %.3f", held,
        lost, gained, c->after.calibration_error, c->before.calibration_error);
    return c->better;
}

/* ---- Making it --------------------------------------------------------------------------------
 */

static PtStatus store(Making *m, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char reason[PT_ERROR_MESSAGE_MAX];
    bool in_force = takes_over(m, reason);
    int64_t now = m->old_version;
    PtStatus st = pt_sql_begin(m->desk->c.core, true, &tx, err);
    st = st == PT_OK ? triage_model_in_force(tx, m->what->kind, &now, err) : st;
    if (in_force && now != m->old_version) {
        in_force = false;
        (void)snprintf(reason, sizeof reason, "model %lld was put in force meanwhile",
                       (long long)now);
    }
    const TriageNew fresh = {.kind = m->what->kind,
                             .model = m->fresh,
                             .row = {.version = m->version,
                                     .before = m->old_version,
                                     .made_ms = pt_clock_now_ms(m->desk->c.clock),
                                     .decisions = m->decisions,
                                     .files = m->files,
                                     .origin = PT_STR("trained"),
                                     .state = pt_str(desk_model_states[in_force ? 0 : 1]),
                                     .reason = pt_str(reason),
                                     .made_by = audit_actor_name(by),
                                     .metrics = pt_buf_str(&m->metrics)}};
    st = st == PT_OK ? triage_model_add(tx, &fresh, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK && in_force) {
        language_triage_use(m->desk->learning->asks, m->what->kind, PT_TAKE(m->fresh));
    }
    return st;
}

PtStatus triage_make(Desk *d, const DeskTrain *what, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(making_done) Making m = {.desk = d, .what = what};
    pt_buf_init(&m.metrics, METRICS_BYTES);
    PtStatus st = what->kind == LANGUAGE_CATEGORY ? triage_starter_keep(d, err) : PT_OK;
    st = st == PT_OK ? collect(&m, err) : st;
    if (st != PT_OK) {
        return st;
    }
    const LanguageLessons lessons = {.fixed = {m.fixed[0], m.fixed[1], m.fixed[2]},
                                     .known = m.known,
                                     .corrections = m.corrections};
    const LanguageTraining how = {.precision = what->precision > 0 ? what->precision : PRECISION,
                                  .seed = 1,
                                  .version = (uint32_t)m.version,
                                  .stop = &d->learning->stop};
    st = language_retrain(m.old, &lessons, &how, &m.fresh, &m.compared, &m.held, err);
    st = st == PT_OK ? triage_metrics(m.fresh, &m.compared, m.held, &m.metrics, err) : st;
    return st == PT_OK ? store(&m, by, err) : st;
}
