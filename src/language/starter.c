// SPDX-License-Identifier: Apache-2.0
/* The model of day one, from texts we wrote. */
#include "language/language_internal.h"

#include "base/memory.h"

#include <starter.h> // made from starter.txt

PtStatus language_starter_texts(LanguageCorpus *train, LanguageCorpus *valid, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof starter_texts / sizeof *starter_texts; i++) {
        st =
            language_corpus_add(starter_texts[i].valid ? valid : train,
                                pt_str(starter_texts[i].text), pt_str(starter_texts[i].label), err);
    }
    return st;
}

PtStatus language_starter(LanguageModel **ret_model, PtError *err)
{
    static const LanguageTraining how = {.precision = 0.95, .seed = 1, .version = 1};
    PT_CLEANUP(language_corpus_freep) LanguageCorpus *train = NULL;
    PT_CLEANUP(language_corpus_freep) LanguageCorpus *valid = NULL;
    PtStatus st = language_corpus_new(&train, err);
    st = st == PT_OK ? language_corpus_new(&valid, err) : st;
    st = st == PT_OK ? language_starter_texts(train, valid, err) : st;
    return st == PT_OK ? language_train(train, valid, &how, ret_model, err) : st;
}
