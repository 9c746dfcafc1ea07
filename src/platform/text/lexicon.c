// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(PtStr word)
{
    return (uint32_t)(pt_hash64(word) >> 32);
}

static PtStr text_of(const TextLexicon *lexicon, uint32_t word)
{
    const TextEntry *e = text_entry(lexicon, word);
    return (PtStr){e->text, e->bytes};
}

/* The word's slot, or the free one where it would stand. */
static size_t slot_of(const TextLexicon *lexicon, PtStr word, uint32_t hash)
{
    size_t at = hash & (lexicon->cap - 1);
    for (;; at = (at + 1) & (lexicon->cap - 1)) {
        uint64_t slot = lexicon->slots[at];
        if (slot == 0 ||
            (slot >> 32 == hash && pt_str_eq(text_of(lexicon, (uint32_t)slot), word))) {
            return at;
        }
    }
}

uint32_t text_lexicon_find(const TextLexicon *lexicon, PtStr word)
{
    if (lexicon->cap == 0) {
        return 0;
    }
    return (uint32_t)lexicon->slots[slot_of(lexicon, word, hash_of(word))];
}

bool text_lexicon_full(const TextLexicon *lexicon)
{
    return lexicon->cap == 0 || (lexicon->count + 1) * 4 > lexicon->cap * 3;
}

uint64_t *text_lexicon_grow(TextMemory *memory, const TextLexicon *lexicon, size_t *ret_cap)
{
    TextLexicon grown = {.cap = lexicon->cap > 0 ? lexicon->cap * 2 : 1024};
    grown.slots = text_alloc(memory, grown.cap * sizeof *grown.slots);
    if (grown.slots == NULL) {
        return NULL;
    }
    memset(grown.slots, 0, grown.cap * sizeof *grown.slots);
    for (size_t i = 0; i < lexicon->cap; i++) {
        uint64_t slot = lexicon->slots[i];
        size_t at = slot >> 32 & (grown.cap - 1);
        while (slot != 0 && grown.slots[at] != 0) {
            at = (at + 1) & (grown.cap - 1);
        }
        if (slot != 0) {
            grown.slots[at] = slot;
        }
    }
    *ret_cap = grown.cap;
    return grown.slots;
}

static bool add_page(TextMemory *memory, TextLexicon *lexicon)
{
    TextEntry **pages =
        text_realloc(memory, lexicon->pages, (lexicon->page_count + 1) * sizeof(TextEntry *));
    if (pages == NULL) {
        return false;
    }
    lexicon->pages = pages;
    TextEntry *page = text_alloc(memory, TEXT_PAGE * sizeof *page);
    if (page == NULL) {
        return false;
    }
    memset(page, 0, TEXT_PAGE * sizeof *page);
    pages[lexicon->page_count++] = page;
    return true;
}

/* A free number, and room to give every number back. 0 when out of memory. */
static uint32_t take_number(TextMemory *memory, TextLexicon *lexicon)
{
    if (lexicon->spare_count > 0) {
        return lexicon->spare[--lexicon->spare_count];
    }
    uint32_t number = lexicon->next > 0 ? lexicon->next : 1;
    if (number == UINT32_MAX ||
        (number / TEXT_PAGE >= lexicon->page_count && !add_page(memory, lexicon))) {
        return 0;
    }
    if (number > lexicon->spare_cap) {
        size_t cap = (size_t)number + number / 4 + 64;
        uint32_t *spare = text_realloc(memory, lexicon->spare, cap * sizeof *spare);
        if (spare == NULL) {
            return 0;
        }
        lexicon->spare = spare;
        lexicon->spare_cap = cap;
    }
    lexicon->next = number + 1;
    return number;
}

uint32_t text_lexicon_add(TextMemory *memory, TextLexicon *lexicon, PtStr word, size_t letters)
{
    char *text = text_alloc(memory, word.len);
    uint32_t number = text != NULL ? take_number(memory, lexicon) : 0;
    if (number == 0) {
        text_free(memory, text);
        return 0;
    }
    memcpy(text, word.data, word.len);
    *text_entry(lexicon, number) =
        (TextEntry){.text = text, .bytes = (uint8_t)word.len, .letters = (uint8_t)letters};
    uint32_t hash = hash_of(word);
    lexicon->slots[slot_of(lexicon, word, hash)] = (uint64_t)hash << 32 | number;
    lexicon->count++;
    return number;
}

void text_lexicon_remove(TextMemory *memory, TextLexicon *lexicon, uint32_t word)
{
    PtStr text = text_of(lexicon, word);
    size_t mask = lexicon->cap - 1, hole = slot_of(lexicon, text, hash_of(text));
    for (size_t i = (hole + 1) & mask; lexicon->slots[i] != 0; i = (i + 1) & mask) {
        size_t want = lexicon->slots[i] >> 32 & mask;
        if (((i - want) & mask) >= ((i - hole) & mask)) {
            lexicon->slots[hole] = lexicon->slots[i];
            hole = i;
        }
    }
    lexicon->slots[hole] = 0;
    lexicon->count--;
    text_free(memory, text_entry(lexicon, word)->text);
    *text_entry(lexicon, word) = (TextEntry){.text = NULL};
    lexicon->spare[lexicon->spare_count++] = word;
}

void text_lexicon_done(TextMemory *memory, TextLexicon *lexicon)
{
    for (uint32_t i = 1; i < lexicon->next; i++) {
        text_free(memory, text_entry(lexicon, i)->text);
    }
    for (uint32_t i = 0; i < lexicon->page_count; i++) {
        text_free(memory, lexicon->pages[i]);
    }
    text_free(memory, lexicon->pages);
    text_free(memory, lexicon->spare);
    text_free(memory, lexicon->slots);
    *lexicon = (TextLexicon){.slots = NULL};
}
