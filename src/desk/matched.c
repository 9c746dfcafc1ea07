// SPDX-License-Identifier: Apache-2.0
/* Where in a ticket's texts the words of a search stand. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "platform/text.h"

enum {
    ASKED_MAX = 16,   /* words of a query that are looked for */
    WORD_BYTES = 64,  /* of a word that are compared */
    FOLDED = 2048,    /* of a ticket's words */
    AROUND = 70,      /* bytes before and behind the word that are shown */
    NOTES_MAX = 50,   /* the newest */
    TEXT_MAX = 10000, /* bytes of a text that are looked through */
};

typedef struct Asked {
    PtStr words[ASKED_MAX]; /* folded, that the ticket's own words do not have */
    size_t count;
} Asked;

static bool is_word_byte(char c)
{
    const unsigned char b = (unsigned char)c;
    return b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
}

static PtStr fold(PtStr text, PtArena *arena, size_t room)
{
    char *out = pt_arena_alloc(arena, room, 1);
    return out != NULL ? (PtStr){out, pt_text_fold(text, out, room)} : (PtStr){NULL, 0};
}

/* The next run of letters and digits; false: there is none. */
static bool next_word(PtStr *rest, PtStr *ret_word)
{
    size_t begin = 0, end;
    while (begin < rest->len && !is_word_byte(rest->data[begin])) {
        begin++;
    }
    for (end = begin; end < rest->len && is_word_byte(rest->data[end]); end++) {
    }
    *ret_word = (PtStr){rest->data + begin, end - begin};
    *rest = pt_str_from(*rest, end);
    return end > begin;
}

static PtStatus read_asked(PtStr query, PtStr own, PtArena *arena, Asked *ret, PtError *err)
{
    PtStr rest = fold(query, arena, FOLDED), word;
    const PtStr words = fold(own, arena, FOLDED);
    ret->count = 0;
    if (rest.data == NULL || words.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for what a search found");
    }
    while (ret->count < ASKED_MAX && next_word(&rest, &word)) {
        if (!pt_str_has(words, word)) {
            ret->words[ret->count++] = word;
        }
    }
    return PT_OK;
}

/* A word of the text at `at` begins as one that is asked for. */
static bool begins(const Asked *asked, PtStr text, size_t at)
{
    char folded[WORD_BYTES];
    const char first = pt_ascii_lower(text.data[at]);
    bool may = false;
    for (size_t i = 0; i < asked->count; i++) {
        may |= (unsigned char)first >= 0x80 || first == asked->words[i].data[0];
    }
    if (!may) {
        return false;
    }
    PtStr rest = pt_str_from(text, at);
    rest.len = rest.len < WORD_BYTES ? rest.len : WORD_BYTES;
    const PtStr head = {folded, pt_text_fold(rest, folded, sizeof folded)};
    for (size_t i = 0; i < asked->count; i++) {
        if (pt_str_starts(head, asked->words[i])) {
            return true;
        }
    }
    return false;
}

/* Between letters, at a blank where one is near. */
static size_t cut(PtStr text, size_t at, int step)
{
    for (size_t i = at, n = 0; i > 0 && i < text.len && n < 20; i += (size_t)step, n++) {
        if (text.data[i] == ' ' || text.data[i] == '\n') {
            return i;
        }
    }
    while (at > 0 && at < text.len && ((unsigned char)text.data[at] & 0xc0U) == 0x80) {
        at += (size_t)step;
    }
    return at;
}

/* The text around the first word; empty: none stands there. */
static PtStr around(const Asked *asked, PtStr text)
{
    text.len = text.len < TEXT_MAX ? text.len : TEXT_MAX;
    for (size_t i = 0; i < text.len; i++) {
        const bool word = is_word_byte(text.data[i]) && (i == 0 || !is_word_byte(text.data[i - 1]));
        if (word && begins(asked, text, i)) {
            const size_t from = i > AROUND ? cut(text, i - AROUND, 1) : 0;
            const size_t to = i + AROUND < text.len ? cut(text, i + AROUND, -1) : text.len;
            return (PtStr){text.data + from, to - from};
        }
    }
    return PT_STR("");
}

static PtStatus in_notes(PtSqlTx *tx, int64_t number, const Asked *asked, PtArena *arena,
                         DeskMatched *ret, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_DESK_SEARCH_NOTES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, NOTES_MAX);
    while (ret->text.len == 0 && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr found = around(asked, pt_sql_text(tx, 3));
        if (found.len > 0) {
            *ret = (DeskMatched){.seq = pt_sql_i64(tx, 0),
                                 .is_public = pt_sql_i64(tx, 1) != 0,
                                 .text = pt_arena_str(arena, found)};
            if (ret->text.data == NULL) {
                st = pt_fail(err, PT_NO_MEMORY, "no memory for what a search found");
                break;
            }
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_matched(PtSqlTx *tx, const DeskTicket *t, PtStr query, PtArena *arena,
                      DeskMatched *ret, PtError *err)
{
    Asked asked;
    const PtStr own = desk_index_words(t, arena);
    *ret = (DeskMatched){.text = PT_STR("")};
    PtStatus st = own.data != NULL ? read_asked(query, own, arena, &asked, err)
                                   : pt_fail(err, PT_NO_MEMORY, "no memory for a search");
    if (st != PT_OK || asked.count == 0) {
        return st;
    }
    const PtStr found = around(&asked, t->f[DESK_F_DESCRIPTION]);
    if (found.len > 0) {
        ret->text = found;
        ret->is_public = true;
        return PT_OK;
    }
    return in_notes(tx, t->number, &asked, arena, ret, err);
}
