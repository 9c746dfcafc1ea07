// SPDX-License-Identifier: Apache-2.0
/* Texts with their labels, in the order in which they came. */
#include "language/language_internal.h"

#include "base/map.h"
#include "base/memory.h"

#include <string.h>

struct LanguageCorpus {
    PtArena *arena; /* of the texts */
    PtMap *labels;  /* label to its one copy */
    LanguageSample *samples;
    size_t count, room;
};

PtStatus language_corpus_new(LanguageCorpus **ret_corpus, PtError *err)
{
    PT_CLEANUP(language_corpus_freep) LanguageCorpus *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->arena = pt_arena_new(LANGUAGE_CORPUS_MAX);
        c->labels = pt_map_new();
    }
    if (c == NULL || c->arena == NULL || c->labels == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for texts");
    }
    *ret_corpus = PT_TAKE(c);
    return PT_OK;
}

void language_corpus_free(LanguageCorpus *c)
{
    if (c != NULL) {
        pt_map_free(c->labels, NULL);
        pt_arena_free(c->arena);
        free(c->samples);
        free(c);
    }
}

static PtStatus make_room(LanguageCorpus *c, PtError *err)
{
    if (c->count == LANGUAGE_TEXTS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "more than %d texts", LANGUAGE_TEXTS_MAX);
    }
    if (c->count < c->room) {
        return PT_OK;
    }
    const size_t room = c->room > 0 ? 2 * c->room : 1024;
    LanguageSample *samples = realloc(c->samples, room * sizeof *samples);
    if (samples == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu texts", room);
    }
    c->samples = samples;
    c->room = room;
    return PT_OK;
}

/* The label's copy in the arena; data NULL when out of memory. */
static PtStr keep_label(LanguageCorpus *c, PtStr label)
{
    const char *known = pt_map_get(c->labels, label);
    if (known != NULL) {
        return pt_str(known);
    }
    PtStr copy = pt_arena_str(c->arena, label);
    if (copy.data != NULL && !pt_map_set(c->labels, copy, (void *)(uintptr_t)copy.data, NULL)) {
        return (PtStr){NULL, 0};
    }
    return copy;
}

PtStatus language_corpus_add(LanguageCorpus *c, PtStr text, PtStr label, PtError *err)
{
    if (label.len == 0 || label.len > LANGUAGE_LABEL_MAX || memchr(label.data, 0, label.len)) {
        return pt_fail(err, PT_INVALID, "label has %zu bytes, not 1..%d without a NUL", label.len,
                       LANGUAGE_LABEL_MAX);
    }
    PtStatus st = make_room(c, err);
    if (st != PT_OK) {
        return st;
    }
    text.len = text.len < LANGUAGE_CORPUS_TEXT ? text.len : LANGUAGE_CORPUS_TEXT;
    const LanguageSample sample = {pt_arena_str(c->arena, text), keep_label(c, label)};
    if (sample.text.data == NULL || sample.label.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a text of %zu bytes", text.len);
    }
    c->samples[c->count++] = sample;
    return PT_OK;
}

size_t language_corpus_count(const LanguageCorpus *c)
{
    return c->count;
}

LanguageSample language_corpus_at(const LanguageCorpus *c, size_t index)
{
    return c->samples[index];
}
