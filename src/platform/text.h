// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text index in memory for search as you type: short texts (names, mail addresses, numbers) by
 * whole words, beginnings of words, parts of words, and words with a typing error.
 *
 * Text is folded first: case, accents (Latin, Greek, Cyrillic), full-width forms; bytes that are no
 * UTF-8 are read as U+FFFD. Words are runs of letters and digits; runs with marks between them
 * ("o'brien", "A-1029", an address) and numbers beside numbers are also one word, without the
 * marks. Such a word of a query may match as one or by all of its runs. A query's words must all
 * match, each in the best of these ways: equal, beginning, part (where it has 3 letters), one error
 * (where it has 4) or two (where it has 8) of Damerau-Levenshtein. Errors are for words of letters:
 * with another digit a number is another number; nor are they for names run together before an "@"
 * (over 8 letters). A number is also asked for without its leading zeros ("07700"
 * finds "+447700..."). Ranking: the worst way in which a word matched, field weight, rarity; ties
 * by document number. Where thousands match a query of several very short words, those of the
 * lowest numbers are ranked.
 *
 * Threads  One writer at a time; reads from any thread beside it (a lock inside).
 */
typedef struct PtText PtText;

enum {
    PT_TEXT_FIELDS_MAX = 16,
    PT_TEXT_BYTES_MAX = 1024, /* of one field; the rest is not indexed */
    PT_TEXT_QUERY_MAX = 200,  /* bytes; a longer query is cut at a word */
    PT_TEXT_RESULTS_MAX = 200,
};

/* weights: of the fields 0..count-1, 1 is usual. */
PT_NODISCARD PtStatus pt_text_new(const float *weights, size_t count, PtText **ret_text,
                                  PtError *err);
void pt_text_free(PtText *t); /* accepts NULL */

typedef struct PtTextField {
    unsigned field;
    PtStr text;
} PtTextField;

/* Sets all that a document says (documents are numbers from 1); no fields: removes it. A field may
 * come more than once. PT_INVALID: document 0, or a field that is not. PT_NO_MEMORY: what it said
 * before stands. */
PT_NODISCARD PtStatus pt_text_put(PtText *t, uint32_t document, const PtTextField *fields,
                                  size_t count, PtError *err);
void pt_text_clear(PtText *t);

typedef struct PtTextHit {
    uint32_t document;
    float score; /* from 4 every word is equal, from 3 a beginning, from 2 a part; else errors */
} PtTextHit;

/* Whether a document may be among the best; asked under the lock of the index. */
typedef bool PtTextTakes(const void *ctx, uint32_t document);
typedef struct PtTextAsk {
    PtStr query;
    size_t max;
    PtTextTakes *takes; /* NULL: any may */
    const void *ctx;
} PtTextAsk;
/* The best `max` documents. PT_INVALID: max over PT_TEXT_RESULTS_MAX. An empty query finds none. */
PT_NODISCARD PtStatus pt_text_find(PtText *t, const PtTextAsk *ask, PtTextHit *ret_hits,
                                   size_t *ret_count, PtError *err);
/* Of all documents. */
PT_NODISCARD PtStatus pt_text_search(PtText *t, PtStr query, size_t max, PtTextHit *ret_hits,
                                     size_t *ret_count, PtError *err);

/* The text as it is compared: case and accents folded as above, marks and spaces kept, UTF-8. At
 * most `room` bytes, cut at a letter; returns how many. No NUL is added. */
size_t pt_text_fold(PtStr text, char *out, size_t room);

typedef struct PtTextStats {
    uint64_t documents, words, bytes;
} PtTextStats;
PtTextStats pt_text_stats(PtText *t);
