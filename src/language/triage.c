// SPDX-License-Identifier: Apache-2.0
/* What a report is about, in one answer. */
#include "language/language.h"

#include "base/memory.h"

#include <pthread.h>

struct LanguageTriage {
    pthread_mutex_t lock; /* of what follows */
    LanguageModel *model; /* NULL until somebody asks */
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
        language_model_free(t->model);
        language_reader_free(t->reader);
        (void)pthread_mutex_destroy(&t->lock);
        free(t);
    }
}

static PtStatus make_ready(LanguageTriage *t, PtError *err)
{
    if (t->reader == NULL) {
        t->reader = language_reader_new();
    }
    if (t->reader == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read texts");
    }
    return t->model != NULL ? PT_OK : language_starter(&t->model, err);
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
    if (st == PT_OK) {
        f.verdict = language_classify(t->model, t->reader, text);
        f.model = language_model_about(t->model);
        f.label = language_label(t->model, f.verdict.label);
        f.reason_count = language_explain(t->model, t->reader, text, f.verdict.label, f.reasons,
                                          LANGUAGE_FOUND_MAX);
        *ret_findings = f;
    }
    (void)pthread_mutex_unlock(&t->lock);
    return st;
}
