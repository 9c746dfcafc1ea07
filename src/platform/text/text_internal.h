// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Inside of the text index. README.md tells how the parts play together. */

/* ---- fold.c: one spelling for what people see as the same --------------------------------------
 */

enum { TEXT_FOLD_MAX = 2048 }; /* letters of one field after folding; the rest is dropped */

typedef enum TextClass {
    TEXT_SPACE, /* white space, control characters */
    TEXT_MARK,  /* all else: what stands inside addresses and numbers */
    TEXT_TIE,   /* the marks inside names: apostrophe, hyphen */
    TEXT_DIGIT,
    TEXT_LETTER,
} TextClass;

/* Lower case, without accents, in code points. Bytes that are no UTF-8 are read as U+FFFD. */
size_t text_fold(PtStr s, uint32_t out[static TEXT_FOLD_MAX]);
TextClass text_class(uint32_t letter);

/* ---- words.c -----------------------------------------------------------------------------------
 */

enum {
    TEXT_WORD_MAX = 60, /* letters of a word; the rest is dropped */
    TEXT_WORD_BYTES = TEXT_WORD_MAX * 4,
    TEXT_RUNS_MAX = TEXT_FOLD_MAX / 2 + 1,
    TEXT_LOCAL_MAX = 8, /* letters of a run before an "@" that is a word */
};

typedef struct TextRun {
    uint16_t at, len; /* in TextWords.letters */
    bool plain;       /* a word: letters only; else a code */
} TextRun;

/* Runs with nothing but marks between them, and numbers beside numbers: they are also one word. */
typedef struct TextGroup {
    uint16_t first, count; /* runs */
    uint16_t joined;       /* letters of all runs together */
    bool name;             /* of letters, with nothing but ties: "o'brien" */
} TextGroup;

typedef struct TextWords {
    uint32_t letters[TEXT_FOLD_MAX];
    TextRun runs[TEXT_RUNS_MAX];
    TextGroup groups[TEXT_RUNS_MAX];
    size_t run_count, group_count;
} TextWords;

void text_words(PtStr text, TextWords *ret_words);
/* UTF-8 of letters (at most TEXT_WORD_MAX of them); returns its length. */
size_t text_spell(const uint32_t *letters, size_t count, char out[static TEXT_WORD_BYTES]);

/* ---- set.c: sets of numbers --------------------------------------------------------------------
 */

enum {
    TEXT_SLICE = 65536, /* numbers with the same upper half */
    TEXT_SLICE_WORDS = TEXT_SLICE / 64,
};

typedef struct TextMemory {
    _Atomic uint64_t bytes; /* held, with what the allocator adds; changed by the writer only */
} TextMemory;

void *text_alloc(TextMemory *memory, size_t size); /* NULL when out of memory */
void *text_realloc(TextMemory *memory, void *p, size_t size);
void text_free(TextMemory *memory, void *p); /* accepts NULL */

typedef struct TextChunk {
    uint16_t key; /* upper half of its numbers */
    uint16_t cap; /* 0: a bitmap */
    uint32_t count;
    union {
        uint16_t *low; /* sorted */
        uint64_t *bits;
    };
} TextChunk;

/* Up to two numbers in place, then a sorted array, then chunks by upper half. All zero is empty. */
typedef struct TextSet {
    uint32_t count;
    uint32_t size; /* chunks there are; numbers that fit the array */
    union {
        uint32_t few[2];
        uint32_t *some;
        TextChunk *chunks;
    };
} TextSet;

typedef enum TextChange { TEXT_SAME, TEXT_CHANGED, TEXT_FAILED } TextChange;

TextChange text_set_add(TextMemory *memory, TextSet *set, uint32_t number);
TextChange text_set_remove(TextMemory *memory, TextSet *set, uint32_t number); /* never fails */
void text_set_done(TextMemory *memory, TextSet *set);
/* Asks for the memory that an addition of the highest number will need, in two steps: the second
 * reads what the first has asked for. */
void text_set_touch(const TextSet *set);
void text_set_touch_chunk(const TextSet *set);

/* The first slice from `from` on that has members; UINT32_MAX when there is none. */
uint32_t text_set_slice_from(const TextSet *set, uint32_t from);
/* Adds the slice's members to bits, or keeps only them. */
void text_set_or(const TextSet *set, uint32_t slice, uint64_t bits[static TEXT_SLICE_WORDS]);
void text_set_and(const TextSet *set, uint32_t slice, uint64_t bits[static TEXT_SLICE_WORDS]);
/* The slice, made by calloc where it is missing; NULL when out of memory. slice < count. */
uint64_t *text_slice_made(uint64_t **slices, uint32_t count, uint32_t slice);
/* Adds all members to slices; all of the set's are below `count`. False when out of memory. */
bool text_set_or_all(const TextSet *set, uint64_t **slices, uint32_t count);

/* ---- table.c: sets by key ----------------------------------------------------------------------
 */

/* What a set holds: documents, by field, or words. */
typedef enum TextKind {
    TEXT_OF_WORD, /* documents that say a word */
    TEXT_BEGIN_1, /* documents with a code (word with a digit, address) that begins so */
    TEXT_BEGIN_2,
    TEXT_THREE, /* that has these three letters in a row */
    TEXT_END_3,
    TEXT_SHORT, /* that is this, whole */
    TEXT_SAY_1, /* that say a word which begins so, in any field */
    TEXT_SAY_2,
    TEXT_WORD_BEGIN_1, /* words that begin so */
    TEXT_WORD_BEGIN_2,
    TEXT_WORD_THREE,
    TEXT_WORD_END_2,
} TextKind;

enum { TEXT_SHORT_MAX = 5 }; /* letters of the codes that have a set of their own */

uint64_t text_key(TextKind kind, unsigned field, uint64_t what); /* what: 48 bits */
static inline TextKind text_key_kind(uint64_t key)
{
    return (TextKind)(key >> 60);
}
static inline unsigned text_key_field(uint64_t key)
{
    return (unsigned)(key >> 56) & 15;
}

/* Keys that somebody gathers; a key that found no room sets `failed`. */
typedef struct TextKeys {
    uint64_t *at;
    size_t count, cap;
    bool failed;
} TextKeys;
void text_keys_add(TextKeys *keys, uint64_t key);
void text_keys_sort(TextKeys *keys); /* and drops doubles */
void text_keys_done(TextKeys *keys);

/* Room for the keys of one word or code, without a call of the allocator; never `failed`, and not
 * given to text_keys_done. */
typedef struct TextKeysOfOne {
    uint64_t room[TEXT_WORD_MAX + 4];
    TextKeys keys;
} TextKeysOfOne;
static inline TextKeys *text_keys_of_one(TextKeysOfOne *k)
{
    k->keys = (TextKeys){.at = k->room, .cap = TEXT_WORD_MAX + 4};
    return &k->keys;
}

/* The keys that a code or a word is filed under. */
void text_code_keys(PtStr code, unsigned field, TextKeys *keys);
void text_word_keys(PtStr word, TextKeys *keys);
/* TEXT_SAY_1 and TEXT_SAY_2 of a word. */
void text_say_keys(PtStr word, TextKeys *keys);

typedef struct TextSlot {
    uint64_t key; /* 0: free */
    TextSet set;
} TextSlot;

typedef struct TextTable {
    TextSlot *slots;
    size_t cap, count; /* cap is a power of two */
} TextTable;

const TextSet *text_table_get(const TextTable *table, uint64_t key); /* NULL: empty */
void text_table_touch(const TextTable *table, uint64_t key);         /* soon wanted: to the cache */
TextChange text_table_add(TextMemory *memory, TextTable *table, uint64_t key, uint32_t number);
/* *ret_empty: nobody is left under the key. */
TextChange text_table_remove(TextMemory *memory, TextTable *table, uint64_t key, uint32_t number,
                             bool *ret_empty);
void text_table_done(TextMemory *memory, TextTable *table);
/* Growth in three steps, so that readers are kept out of the second only: *ret_grown is filled
 * from the table; swapped in by assignment; the old slots are freed. */
bool text_table_full(const TextTable *table, size_t more);
bool text_table_grow(TextMemory *memory, const TextTable *table, size_t more, TextTable *ret_grown);

/* ---- lexicon.c: the distinct words of letters --------------------------------------------------
 */

enum { TEXT_PAGE = 4096 };

typedef struct TextEntry {
    char *text;      /* UTF-8, not terminated */
    uint32_t refs;   /* times that documents say it */
    uint16_t fields; /* bit by field: has a set */
    uint8_t bytes, letters;
} TextEntry;

typedef struct TextLexicon {
    uint64_t *slots; /* hash << 32 | number; 0: free */
    size_t cap, count;
    TextEntry **pages;
    uint32_t page_count, next; /* numbers from 1 */
    uint32_t *spare;           /* numbers to be used again */
    size_t spare_count, spare_cap;
} TextLexicon;

static inline TextEntry *text_entry(const TextLexicon *lexicon, uint32_t word)
{
    return &lexicon->pages[word / TEXT_PAGE][word % TEXT_PAGE];
}
uint32_t text_lexicon_find(const TextLexicon *lexicon, PtStr word); /* 0: not there */
/* A word that is not there yet, with no refs, in slots that are not full. 0 when out of memory. */
uint32_t text_lexicon_add(TextMemory *memory, TextLexicon *lexicon, PtStr word, size_t letters);
void text_lexicon_remove(TextMemory *memory, TextLexicon *lexicon, uint32_t word);
void text_lexicon_done(TextMemory *memory, TextLexicon *lexicon);
/* As with the table: readers are kept out only while the slots are exchanged. */
bool text_lexicon_full(const TextLexicon *lexicon);
uint64_t *text_lexicon_grow(TextMemory *memory, const TextLexicon *lexicon, size_t *ret_cap);

/* ---- document.c: what a document says, packed --------------------------------------------------
 */

typedef struct TextDocument {
    uint32_t len; /* bytes of `tokens` */
    uint8_t tokens[];
} TextDocument;

typedef struct TextSaid {
    unsigned field;
    uint32_t word; /* in the lexicon; 0: a code */
    PtStr code;    /* until the next step */
    bool first;    /* of a group */
} TextSaid;

/* Walks all that a document says: words, codes, and groups joined. */
typedef struct TextWalk {
    const TextLexicon *lexicon;
    const uint8_t *at, *end;
    unsigned runs, field; /* of the group so far */
    bool group_has_name;
    char joined[TEXT_WORD_BYTES];
    size_t joined_len, joined_letters;
} TextWalk;

void text_walk_start(TextWalk *walk, const TextLexicon *lexicon, const TextDocument *document);
bool text_walk_next(TextWalk *walk, TextSaid *ret_said);

/* Bytes that grow while a document is packed. */
typedef struct TextPack {
    uint8_t *at;
    size_t len, cap;
    bool failed;
} TextPack;
/* Room for a word, so that the next text_pack_word does not fail; false when out of memory. */
bool text_pack_room(TextPack *pack);
void text_pack_word(TextPack *pack, unsigned field, bool first, bool joined, uint32_t word);
void text_pack_code(TextPack *pack, unsigned field, bool first, PtStr code);
void text_document_keys(const TextLexicon *lexicon, const TextDocument *document, TextKeys *keys);

/* ---- index.c -----------------------------------------------------------------------------------
 */

typedef struct TextIndex {
    TextMemory memory;
    TextTable table;
    TextLexicon lexicon;
    TextDocument ***pages; /* of documents, by number */
    uint32_t page_count;
    uint64_t documents;
    uint32_t fields_used; /* bit by field */
} TextIndex;

struct PtText {
    pthread_rwlock_t lock;
    TextIndex index;
    float weights[PT_TEXT_FIELDS_MAX];
    size_t fields;
};

static inline const TextDocument *text_document(const TextIndex *index, uint32_t number)
{
    uint32_t page = number / TEXT_PAGE;
    return page < index->page_count && index->pages[page] != NULL
               ? index->pages[page][number % TEXT_PAGE]
               : NULL;
}

/* ---- match.c: how a word of a query matches ----------------------------------------------------
 */

/* A match of a lower tier ranks before one of a higher, whatever else it has. */
typedef enum TextTier { TEXT_EQUAL, TEXT_BEGIN, TEXT_PART, TEXT_ERROR, TEXT_TIERS } TextTier;

enum { TEXT_PART_MIN = 3, TEXT_ERROR_MIN = 4, TEXT_ERRORS_MIN = 8 }; /* letters of a query's word */

typedef struct TextNear {
    uint32_t word;
    uint32_t errors;
} TextNear;

typedef struct TextAsked {
    uint32_t letters[TEXT_WORD_MAX];
    size_t count;
    bool plain;
    struct TextSpelling {
        char bytes[TEXT_WORD_BYTES];
        size_t len, letters;
    } spelling[2]; /* the second: a number without its leading zeros */
    size_t spellings;
    TextNear *near; /* words with errors, by number; filled by text_asked_near */
    size_t near_count, near_cap;
} TextAsked;

void text_asked_init(TextAsked *asked, const uint32_t *letters, size_t count);
void text_asked_done(TextAsked *asked);

/* Errors between two words: Damerau-Levenshtein (no letter is touched twice), `most` + 1 when there
 * are more than `most`. most <= 2. */
unsigned text_errors(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len,
                     unsigned most);

/* Finds the words of the lexicon that lie within the errors allowed. */
PT_NODISCARD PtStatus text_asked_near(const TextIndex *index, TextAsked *asked, PtError *err);

typedef struct TextMatch {
    TextTier tier; /* TEXT_TIERS: none */
    float quality;
} TextMatch;

/* The best match up to a tier. */
TextMatch text_match_word(const TextIndex *index, const TextAsked *asked, uint32_t word,
                          TextTier most);
TextMatch text_match_code(const TextAsked *asked, PtStr code, TextTier most);
/* What text_match_code gives for a match of this tier. */
float text_code_quality(const struct TextSpelling *spelling, TextTier tier);

/* Calls fn with the words that match in a tier (and perhaps others). */
typedef PtStatus (*TextWordFn)(void *ctx, uint32_t word, PtError *err);
PT_NODISCARD PtStatus text_words_of_tier(const TextIndex *index, const TextAsked *asked,
                                         TextTier tier, TextWordFn fn, void *ctx, PtError *err);

/* The documents that may have a code which matches in a tier: members of all of these sets. */
enum { TEXT_FILTER_MAX = TEXT_WORD_MAX + 2 };
typedef struct TextFilter {
    const TextSet *sets[TEXT_FILTER_MAX]; /* the smallest first */
    size_t count;                         /* 0: none matches */
} TextFilter;
void text_filter_code(const TextIndex *index, const struct TextSpelling *spelling, unsigned field,
                      TextTier tier, TextFilter *ret_filter);
/* The first slice from `from` on that may have members; UINT32_MAX when there is none. */
uint32_t text_filter_slice_from(const TextFilter *filter, uint32_t from);
/* Puts the slice's members into bits; false when there are none. */
bool text_filter_slice(const TextFilter *filter, uint32_t slice,
                       uint64_t bits[static TEXT_SLICE_WORDS]);

/* ---- rank.c ------------------------------------------------------------------------------------
 */

enum { TEXT_ASKED_MAX = 32 }; /* runs of a query; more are left out */

typedef struct TextAskedGroup {
    TextAsked *whole; /* joined, or the only run */
    TextAsked *runs;  /* all of them match, where the whole does not; count 0: none */
    size_t count;
} TextAskedGroup;

typedef struct TextQuery {
    const TextIndex *index;
    const float *weights;
    TextAsked asked[2 * TEXT_ASKED_MAX];
    size_t asked_count;
    TextAskedGroup groups[TEXT_ASKED_MAX];
    size_t group_count;
    size_t order[TEXT_ASKED_MAX]; /* in which groups are looked up */
} TextQuery;

/* The best so far, best first; each document once. */
typedef struct TextTop {
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    size_t count, max;
    PtTextTakes *takes; /* NULL: any document may be there */
    const void *ctx;
} TextTop;
static inline bool text_top_may(const TextTop *top, uint32_t document)
{
    return top->takes == NULL || top->takes(top->ctx, document);
}
bool text_top_takes(const TextTop *top, uint32_t document, float score);
void text_top_offer(TextTop *top, uint32_t document, float score);

/* By matches up to a tier. 0: the document does not match so (or is not there). */
float text_score(const TextQuery *query, uint32_t document, TextTier most);
float text_total(TextTier tier, float score);
float text_word_score(const TextQuery *query, const TextEntry *entry, unsigned field,
                      float quality);
float text_code_score(const TextQuery *query, unsigned field, float quality);

/* ---- lists.c, slices.c: finding candidates, tier by tier ---------------------------------------
 */

PT_NODISCARD PtStatus text_find_one(const TextQuery *query, TextTier tier, TextTop *top,
                                    PtError *err);
PT_NODISCARD PtStatus text_find_all(const TextQuery *query, TextTier tier, TextTop *top,
                                    PtError *err);
