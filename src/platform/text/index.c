// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Keys that are filed in one hold of the lock: some tens of microseconds. */
enum { BATCH = 128 };

static void lock(PtText *t)
{
    int rc = pthread_rwlock_wrlock(&t->lock);
    assert(rc == 0);
    (void)rc;
}

static void unlock(PtText *t)
{
    int rc = pthread_rwlock_unlock(&t->lock);
    assert(rc == 0);
    (void)rc;
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the text index");
}

/* ---- filing under keys -------------------------------------------------------------------------
 */

static bool grow_table(PtText *t, size_t more)
{
    if (!text_table_full(&t->index.table, more)) {
        return true;
    }
    TextTable grown;
    if (!text_table_grow(&t->index.memory, &t->index.table, more, &grown)) {
        return false;
    }
    TextSlot *old = t->index.table.slots;
    lock(t);
    t->index.table = grown;
    unlock(t);
    text_free(&t->index.memory, old);
    return true;
}

/* What a word's entry knows of its sets. */
static void note_field(PtText *t, uint64_t key, bool there)
{
    if (text_key_kind(key) == TEXT_OF_WORD) {
        TextEntry *e = text_entry(&t->index.lexicon, (uint32_t)key);
        unsigned bit = 1U << text_key_field(key);
        e->fields = (uint16_t)(there ? e->fields | bit : e->fields & ~bit);
    }
}

static void remove_keys(PtText *t, const uint64_t *keys, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count;) {
        size_t until = count - i < BATCH ? count : i + BATCH;
        lock(t);
        for (; i < until; i++) {
            bool empty = false;
            (void)text_table_remove(&t->index.memory, &t->index.table, keys[i], number, &empty);
            if (empty) {
                note_field(t, keys[i], false);
            }
        }
        unlock(t);
    }
}

/* The sets of a batch lie anywhere in memory: they are asked for together, not one after another.
 */
static void touch(const TextTable *table, const uint64_t *keys, size_t count)
{
    const TextSet *sets[BATCH];
    for (size_t i = 0; i < count; i++) {
        text_table_touch(table, keys[i]);
    }
    for (size_t i = 0; i < count; i++) {
        sets[i] = text_table_get(table, keys[i]);
        if (sets[i] != NULL) {
            text_set_touch(sets[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (sets[i] != NULL) {
            text_set_touch_chunk(sets[i]);
        }
    }
}

/* Adds until the end or the first that fails; returns how many were added. */
static size_t add_batch(PtText *t, const uint64_t *keys, size_t count, uint32_t number)
{
    size_t i = 0;
    touch(&t->index.table, keys, count);
    lock(t);
    while (i < count &&
           text_table_add(&t->index.memory, &t->index.table, keys[i], number) != TEXT_FAILED) {
        note_field(t, keys[i], true);
        i++;
    }
    unlock(t);
    return i;
}

/* All or none. The number is under none of the keys, which may hold doubles. */
static bool add_keys(PtText *t, const uint64_t *keys, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count;) {
        size_t batch = count - i < BATCH ? count - i : BATCH;
        size_t added = grow_table(t, batch) ? add_batch(t, keys + i, batch, number) : 0;
        i += added;
        if (added < batch) {
            remove_keys(t, keys, i, number);
            return false;
        }
    }
    return true;
}

/* ---- words -------------------------------------------------------------------------------------
 */

static bool grow_lexicon(PtText *t)
{
    TextLexicon *lexicon = &t->index.lexicon;
    if (!text_lexicon_full(lexicon)) {
        return true;
    }
    size_t cap = 0;
    uint64_t *grown = text_lexicon_grow(&t->index.memory, lexicon, &cap);
    if (grown == NULL) {
        return false;
    }
    uint64_t *old = lexicon->slots;
    lock(t);
    lexicon->slots = grown;
    lexicon->cap = cap;
    unlock(t);
    text_free(&t->index.memory, old);
    return true;
}

static void remove_word(PtText *t, uint32_t word)
{
    lock(t);
    text_lexicon_remove(&t->index.memory, &t->index.lexicon, word);
    unlock(t);
}

/* The word's number; a new one stands under the keys of its letters. 0 when out of memory. */
static uint32_t intern(PtText *t, PtStr text, size_t letters)
{
    uint32_t word = text_lexicon_find(&t->index.lexicon, text);
    if (word != 0 || !grow_lexicon(t)) {
        return word;
    }
    lock(t);
    word = text_lexicon_add(&t->index.memory, &t->index.lexicon, text, letters);
    unlock(t);
    TextKeysOfOne room;
    TextKeys *keys = text_keys_of_one(&room);
    text_word_keys(text, keys);
    if (word != 0 && !add_keys(t, keys->at, keys->count, word)) {
        remove_word(t, word);
        word = 0;
    }
    return word;
}

static void drop_word(PtText *t, uint32_t word)
{
    const TextEntry *e = text_entry(&t->index.lexicon, word);
    if (e->text == NULL || e->refs > 0) {
        return; // dropped before, or said by another document
    }
    TextKeysOfOne room;
    TextKeys *keys = text_keys_of_one(&room);
    text_word_keys((PtStr){e->text, e->bytes}, keys);
    remove_keys(t, keys->at, keys->count, word);
    remove_word(t, word);
}

/* ---- a document on its way in ------------------------------------------------------------------
 */

typedef struct Put {
    TextPack pack;
    TextKeys words;        /* numbers of the words said, once for each time */
    TextKeys fresh, stale; /* keys of the document as it will be, and was; then what differs */
    TextDocument *document;
    TextDocument *old;
    size_t added; /* of `fresh` */
} Put;

static void put_done(Put *p)
{
    free(p->pack.at);
    text_keys_done(&p->words);
    text_keys_done(&p->fresh);
    text_keys_done(&p->stale);
}

typedef enum Where { RUN_FIRST, RUN_NEXT, RUNS_JOINED } Where;

static bool pack_run(PtText *t, Put *p, unsigned field, Where where, const uint32_t *letters,
                     size_t count, bool plain)
{
    char bytes[TEXT_WORD_BYTES];
    PtStr text = {bytes, text_spell(letters, count, bytes)};
    if (!plain) {
        text_pack_code(&p->pack, field, where == RUN_FIRST, text);
        return !p->pack.failed;
    }
    text_keys_add(&p->words, 0); // room first: a word that nobody remembers would stay for ever
    if (p->words.failed || !text_pack_room(&p->pack)) {
        return false;
    }
    size_t known = count < TEXT_WORD_MAX ? count : TEXT_WORD_MAX;
    uint32_t word = intern(t, text, known);
    p->words.at[p->words.count - 1] = word;
    if (word != 0) {
        text_pack_word(&p->pack, field, where == RUN_FIRST, where == RUNS_JOINED, word);
    }
    return word != 0;
}

static bool pack_group(PtText *t, Put *p, unsigned field, const TextWords *w, const TextGroup *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const TextRun *run = &w->runs[g->first + i];
        if (!pack_run(t, p, field, i == 0 ? RUN_FIRST : RUN_NEXT, w->letters + run->at, run->len,
                      run->plain)) {
            return false;
        }
    }
    const TextRun *first = &w->runs[g->first];
    return g->count < 2 || !g->name ||
           pack_run(t, p, field, RUNS_JOINED, w->letters + first->at, g->joined, true);
}

static bool pack_fields(PtText *t, Put *p, const PtTextField *fields, size_t count)
{
    TextWords words;
    for (size_t i = 0; i < count; i++) {
        PtStr text = fields[i].text;
        text.len = text.len < PT_TEXT_BYTES_MAX ? text.len : PT_TEXT_BYTES_MAX;
        text_words(text, &words);
        for (size_t g = 0; g < words.group_count; g++) {
            if (!pack_group(t, p, fields[i].field, &words, &words.groups[g])) {
                return false;
            }
        }
    }
    return true;
}

/* Leaves in each what the other has not. Both are sorted. */
static void keep_differences(TextKeys *a, TextKeys *b)
{
    size_t i = 0, k = 0, a_count = 0, b_count = 0;
    while (i < a->count || k < b->count) {
        if (i < a->count && k < b->count && a->at[i] == b->at[k]) {
            i++;
            k++;
        } else if (k == b->count || (i < a->count && a->at[i] < b->at[k])) {
            a->at[a_count++] = a->at[i++];
        } else {
            b->at[b_count++] = b->at[k++];
        }
    }
    a->count = a_count;
    b->count = b_count;
}

static bool gather_keys(PtText *t, Put *p)
{
    if (p->document != NULL) {
        text_document_keys(&t->index.lexicon, p->document, &p->fresh);
    }
    if (p->old != NULL) {
        text_document_keys(&t->index.lexicon, p->old, &p->stale);
        text_keys_sort(&p->fresh);
        text_keys_sort(&p->stale);
        keep_differences(&p->fresh, &p->stale);
    }
    return !p->fresh.failed && !p->stale.failed;
}

/* The place of a document, or NULL when out of memory. */
static TextDocument **place_of(PtText *t, uint32_t number)
{
    TextIndex *index = &t->index;
    uint32_t page = number / TEXT_PAGE;
    if (page >= index->page_count) {
        uint32_t count = page + page / 8 + 8;
        TextDocument ***grown = text_alloc(&index->memory, count * sizeof(TextDocument **));
        if (grown == NULL) {
            return NULL;
        }
        memset(grown, 0, count * sizeof(TextDocument **));
        if (index->page_count > 0) {
            memcpy(grown, index->pages, index->page_count * sizeof(TextDocument **));
        }
        TextDocument ***old = index->pages;
        lock(t);
        index->pages = grown;
        index->page_count = count;
        unlock(t);
        text_free(&index->memory, old);
    }
    if (index->pages[page] == NULL) {
        TextDocument **fresh = text_alloc(&index->memory, TEXT_PAGE * sizeof(TextDocument *));
        if (fresh == NULL) {
            return NULL;
        }
        memset(fresh, 0, TEXT_PAGE * sizeof(TextDocument *));
        lock(t);
        index->pages[page] = fresh;
        unlock(t);
    }
    return &index->pages[page][number % TEXT_PAGE];
}

static void count_words_out(PtText *t, const TextDocument *document)
{
    TextWalk walk;
    TextSaid said;
    text_walk_start(&walk, &t->index.lexicon, document);
    while (text_walk_next(&walk, &said)) {
        if (said.word != 0) {
            text_entry(&t->index.lexicon, said.word)->refs--;
        }
    }
}

/* From here on readers see the new document. */
static void exchange(PtText *t, Put *p, TextDocument **place, uint32_t fields_used)
{
    lock(t);
    *place = p->document;
    t->index.documents += (p->document != NULL) - (p->old != NULL);
    t->index.fields_used |= fields_used;
    for (size_t i = 0; i < p->words.count; i++) {
        text_entry(&t->index.lexicon, (uint32_t)p->words.at[i])->refs++;
    }
    if (p->old != NULL) {
        count_words_out(t, p->old);
    }
    unlock(t);
}

static void drop_words_of_keys(PtText *t, const TextKeys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (text_key_kind(keys->at[i]) == TEXT_OF_WORD) {
            drop_word(t, (uint32_t)keys->at[i]);
        }
    }
}

static void take_back(PtText *t, Put *p)
{
    for (size_t i = 0; i < p->words.count; i++) {
        if (p->words.at[i] != 0) {
            drop_word(t, (uint32_t)p->words.at[i]);
        }
    }
    text_free(&t->index.memory, p->document);
}

static bool make_document(PtText *t, Put *p)
{
    if (p->pack.len == 0) {
        return true;
    }
    p->document = text_alloc(&t->index.memory, sizeof *p->document + p->pack.len);
    if (p->document != NULL) {
        p->document->len = (uint32_t)p->pack.len;
        memcpy(p->document->tokens, p->pack.at, p->pack.len);
    }
    return p->document != NULL;
}

static bool says_the_same(const Put *p)
{
    size_t old = p->old != NULL ? p->old->len : 0;
    return old == p->pack.len && (old == 0 || memcmp(p->old->tokens, p->pack.at, old) == 0);
}

static bool put_document(PtText *t, Put *p, uint32_t number, const PtTextField *fields,
                         size_t count)
{
    uint32_t used = 0;
    for (size_t i = 0; i < count; i++) {
        used |= UINT32_C(1) << fields[i].field;
    }
    if (!pack_fields(t, p, fields, count)) {
        return false;
    }
    if (says_the_same(p)) {
        return true;
    }
    TextDocument **place = make_document(t, p) && gather_keys(t, p) ? place_of(t, number) : NULL;
    if (place == NULL || !add_keys(t, p->fresh.at, p->fresh.count, number)) {
        return false;
    }
    exchange(t, p, place, used);
    remove_keys(t, p->stale.at, p->stale.count, number);
    drop_words_of_keys(t, &p->stale);
    text_free(&t->index.memory, p->old);
    return true;
}

PtStatus pt_text_put(PtText *t, uint32_t document, const PtTextField *fields, size_t count,
                     PtError *err)
{
    if (document == 0) {
        return pt_fail(err, PT_INVALID, "document 0: the numbers of documents begin at 1");
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].field >= t->fields) {
            return pt_fail(err, PT_INVALID, "field %u is not 0..%zu", fields[i].field,
                           t->fields - 1);
        }
    }
    TextDocument *old =
        document / TEXT_PAGE < t->index.page_count && t->index.pages[document / TEXT_PAGE] != NULL
            ? t->index.pages[document / TEXT_PAGE][document % TEXT_PAGE]
            : NULL;
    Put put = {.old = old};
    bool done = put_document(t, &put, document, fields, count);
    if (!done) {
        take_back(t, &put);
    }
    put_done(&put);
    return done ? PT_OK : no_memory(err);
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

PtStatus pt_text_new(const float *weights, size_t count, PtText **ret_text, PtError *err)
{
    if (count < 1 || count > PT_TEXT_FIELDS_MAX) {
        return pt_fail(err, PT_INVALID, "%zu fields, not 1..%d", count, PT_TEXT_FIELDS_MAX);
    }
    PtText *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return no_memory(err);
    }
    // a writer waits for the reads under way, not for those that come meanwhile
    pthread_rwlockattr_t attr;
    int rc = pthread_rwlockattr_init(&attr);
    assert(rc == 0);
    rc = pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    assert(rc == 0);
    rc = pthread_rwlock_init(&t->lock, &attr);
    assert(rc == 0);
    (void)rc;
    (void)pthread_rwlockattr_destroy(&attr);
    memcpy(t->weights, weights, count * sizeof *weights);
    t->fields = count;
    *ret_text = t;
    return PT_OK;
}

static void index_done(TextIndex *index)
{
    for (uint32_t i = 0; i < index->page_count; i++) {
        for (uint32_t k = 0; index->pages[i] != NULL && k < TEXT_PAGE; k++) {
            text_free(&index->memory, index->pages[i][k]);
        }
        text_free(&index->memory, index->pages[i]);
    }
    text_free(&index->memory, index->pages);
    text_table_done(&index->memory, &index->table);
    text_lexicon_done(&index->memory, &index->lexicon);
}

void pt_text_clear(PtText *t)
{
    lock(t);
    TextIndex old = t->index;
    t->index = (TextIndex){.documents = 0};
    unlock(t);
    index_done(&old);
}

void pt_text_free(PtText *t)
{
    if (t != NULL) {
        index_done(&t->index);
        (void)pthread_rwlock_destroy(&t->lock);
        free(t);
    }
}

PtTextStats pt_text_stats(PtText *t)
{
    int rc = pthread_rwlock_rdlock(&t->lock);
    assert(rc == 0);
    (void)rc;
    PtTextStats stats = {
        .documents = t->index.documents,
        .words = t->index.lexicon.count,
        .bytes = atomic_load_explicit(&t->index.memory.bytes, memory_order_relaxed),
    };
    unlock(t);
    return stats;
}
