// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of texts: whatever somebody writes is read by all that reads text. */
#include "language/language.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static LanguageReader *reader;
static LanguageModel *model;

static bool within(PtStr part, PtStr text)
{
    return part.len > 0 && part.data >= text.data && part.data + part.len <= text.data + text.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PtStr text = {(const char *)data, size};
    LanguageReason reasons[LANGUAGE_REASONS_MAX];
    LanguageEntity entities[20];
    LanguageSentiment s;
    double alike;
    if (model == NULL) {
        reader = language_reader_new();
        if (reader == NULL || language_starter(&model, NULL) != PT_OK) {
            abort();
        }
    }
    const LanguageVerdict v = language_classify(model, reader, text);
    assert(v.confidence >= 0 && v.confidence <= 1 && v.in_scope >= 0 && v.in_scope <= 1);
    const size_t told =
        language_explain(model, reader, text, v.label, reasons, LANGUAGE_REASONS_MAX);
    for (size_t i = 0; i < told; i++) {
        assert(within(reasons[i].word, text));
    }
    const size_t count = language_entities(text, entities, 20);
    for (size_t i = 0; i < count; i++) {
        assert(within(entities[i].value, text));
    }
    if (language_sentiment(text, &s, NULL) != PT_OK ||
        language_alike(reader, text, text, &alike, NULL) != PT_OK) {
        abort();
    }
    assert(s.compound >= -1 && s.compound <= 1 && alike == 1);
    const LanguageTone tone = language_tone(text, s.compound);
    assert(tone.urgency >= 0 && tone.urgency <= 1 && tone.intent < LANGUAGE_INTENTS);
    (void)language_of(text);
    return 0;
}
