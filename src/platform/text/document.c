// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <stdlib.h>
#include <string.h>

/* A token is a byte of what it is, then a word's number (7 bits a byte, lowest first) or a code's
 * length and its UTF-8. */
enum {
    TOKEN_WORD = 1,   /* of the lexicon; else a code */
    TOKEN_FIRST = 2,  /* of its group */
    TOKEN_JOINED = 4, /* the group's runs as one word, behind them */
    TOKEN_FIELD = 4,  /* shift */
    WORD_BYTES = 6,   /* of a token, at most */
};

static uint8_t *pack_room(TextPack *pack, size_t len)
{
    if (pack->len + len > pack->cap) {
        size_t cap = pack->cap * 2 + len;
        uint8_t *grown = realloc(pack->at, cap);
        if (grown == NULL) {
            pack->failed = true;
            return NULL;
        }
        pack->at = grown;
        pack->cap = cap;
    }
    return pack->at + pack->len;
}

bool text_pack_room(TextPack *pack)
{
    return pack_room(pack, WORD_BYTES) != NULL;
}

static uint8_t head_of(unsigned field, bool first, int flags)
{
    return (uint8_t)(field << TOKEN_FIELD | (first ? TOKEN_FIRST : 0U) | (unsigned)flags);
}

void text_pack_word(TextPack *pack, unsigned field, bool first, bool joined, uint32_t word)
{
    uint8_t *out = pack_room(pack, WORD_BYTES);
    if (out == NULL) {
        return;
    }
    *out++ = head_of(field, first, TOKEN_WORD | (joined ? TOKEN_JOINED : 0));
    for (; word >= 0x80; word >>= 7) {
        *out++ = (uint8_t)(word | 0x80);
    }
    *out++ = (uint8_t)word;
    pack->len = (size_t)(out - pack->at);
}

void text_pack_code(TextPack *pack, unsigned field, bool first, PtStr code)
{
    uint8_t *out = pack_room(pack, code.len + 2);
    if (out == NULL) {
        return;
    }
    out[0] = head_of(field, first, 0);
    out[1] = (uint8_t)code.len;
    memcpy(out + 2, code.data, code.len);
    pack->len += code.len + 2;
}

void text_walk_start(TextWalk *walk, const TextLexicon *lexicon, const TextDocument *document)
{
    walk->lexicon = lexicon;
    walk->at = document->tokens;
    walk->end = document->tokens + document->len;
    walk->runs = 0;
    walk->group_has_name = false;
    walk->joined_len = walk->joined_letters = 0;
}

static uint32_t read_number(const uint8_t **at)
{
    uint32_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        number |= (uint32_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return number;
        }
    }
}

static size_t letters_in(PtStr s)
{
    size_t letters = 0;
    for (size_t i = 0; i < s.len; i++) {
        letters += ((uint8_t)s.data[i] & 0xC0) != 0x80;
    }
    return letters;
}

/* Adds a run to the joined word, as far as a word goes. */
static void join(TextWalk *walk, PtStr run)
{
    if (walk->joined_letters + run.len <= TEXT_WORD_MAX) { // a letter has at least one byte
        memcpy(walk->joined + walk->joined_len, run.data, run.len);
        walk->joined_len += run.len;
        walk->joined_letters += letters_in(run);
        return;
    }
    for (size_t i = 0; i < run.len; i++) {
        walk->joined_letters += ((uint8_t)run.data[i] & 0xC0) != 0x80;
        if (walk->joined_letters > TEXT_WORD_MAX) {
            walk->joined_letters = TEXT_WORD_MAX + 1; // full: whatever comes is left out
            return;
        }
        walk->joined[walk->joined_len++] = run.data[i];
    }
}

/* The group is over: it is one word too, unless a name says so itself. */
static bool end_group(TextWalk *walk, TextSaid *ret_said)
{
    bool joined = walk->runs > 1 && !walk->group_has_name;
    if (joined) {
        *ret_said = (TextSaid){.field = walk->field, .code = {walk->joined, walk->joined_len}};
    }
    walk->runs = 0;
    return joined;
}

bool text_walk_next(TextWalk *walk, TextSaid *ret_said)
{
    if (walk->at == walk->end) {
        return end_group(walk, ret_said);
    }
    uint8_t head = *walk->at;
    if ((head & TOKEN_FIRST) != 0) {
        if (end_group(walk, ret_said)) {
            return true; // comes here again with no runs
        }
        walk->group_has_name = false;
        walk->joined_len = walk->joined_letters = 0;
    }
    walk->at++;
    TextSaid said = {.field = head >> TOKEN_FIELD, .first = (head & TOKEN_FIRST) != 0};
    if ((head & TOKEN_WORD) != 0) {
        said.word = read_number(&walk->at);
        const TextEntry *e = text_entry(walk->lexicon, said.word);
        said.code = (PtStr){e->text, e->bytes};
    } else {
        said.code = (PtStr){(const char *)walk->at + 1, *walk->at};
        walk->at += 1 + said.code.len;
    }
    walk->group_has_name = walk->group_has_name || (head & TOKEN_JOINED) != 0;
    walk->field = said.field;
    walk->runs++;
    join(walk, said.code);
    *ret_said = said;
    return true;
}

void text_document_keys(const TextLexicon *lexicon, const TextDocument *document, TextKeys *keys)
{
    TextWalk walk;
    TextSaid said;
    text_walk_start(&walk, lexicon, document);
    while (text_walk_next(&walk, &said)) {
        if (said.word != 0) {
            text_keys_add(keys, text_key(TEXT_OF_WORD, said.field, said.word));
            text_say_keys(said.code, keys);
        } else {
            text_code_keys(said.code, said.field, keys);
        }
    }
}
