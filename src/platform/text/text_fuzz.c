// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for the text index: documents and queries of any bytes. What was put is found by
 * itself where it has a word, and after all is removed nothing is left. */
#include "platform/text.h"
#include "platform/text/text_internal.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DOCUMENTS = 8, INPUT_MAX = 16384 };

static void check(bool holds)
{
    if (!holds) {
        abort(); // also where assert() is compiled out
    }
}

static bool finds(PtText *t, PtStr query, uint32_t document)
{
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    size_t count = 0;
    bool there = false;
    check(pt_text_search(t, query, PT_TEXT_RESULTS_MAX, hits, &count, NULL) == PT_OK);
    for (size_t i = 0; i < count; i++) {
        check(hits[i].score > 0 && (i == 0 || hits[i].score <= hits[i - 1].score));
        there = there || hits[i].document == document;
    }
    return there;
}

/* Lines: one byte that says which document and field, then its text; the text is a query too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const float weights[] = {1, 2};
    PtText *t = NULL;
    if (size > INPUT_MAX || pt_text_new(weights, 2, &t, NULL) != PT_OK) {
        return 0;
    }
    PtStr rest = {(const char *)data, size}, line;
    while (size > 0 && pt_str_cut(&rest, '\n', &line)) {
        if (line.len == 0) {
            continue;
        }
        uint32_t document = 1 + (uint8_t)line.data[0] % DOCUMENTS;
        PtStr text = pt_str_from(line, 1);
        const PtTextField field = {(uint8_t)line.data[0] / DOCUMENTS % 2, text};
        check(pt_text_put(t, document, &field, 1, NULL) == PT_OK);
        TextWords words;
        text_words(text, &words);
        bool found = finds(t, text, document);
        // a longer query is cut, which may make two words of one
        check(text.len > PT_TEXT_QUERY_MAX || found == (words.run_count > 0));
    }
    for (uint32_t d = 1; d <= DOCUMENTS; d++) {
        check(pt_text_put(t, d, NULL, 0, NULL) == PT_OK);
    }
    PtTextStats stats = pt_text_stats(t);
    check(stats.documents == 0 && stats.words == 0 && t->index.table.count == 0);
    pt_text_free(t);
    return 0;
}
