// SPDX-License-Identifier: Apache-2.0
/* Sentiment by the rules of VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for
 * Sentiment Analysis of Social Media Text", 2014), as its package 3.3.2 computes them. Where that
 * is odd (a "but" that changes the first of several equal values) it is odd here too: people
 * compare with it. The words come from that package when Patron is built.
 */
#include "language/vader.h"

#include "language/language.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>
#include <utf8proc.h>

enum {
    LEXICON = 1,
    BOOSTER = 2,
    NEGATION = 4,
    SPECIAL = 8,
    BEGINS = 16, /* a phrase of the boosters or special cases */
    HAS_NT = 32, /* "n't" somewhere in it */
    CAPITALS = 64,
    PHRASE_MAX = 64, /* bytes; all phrases are shorter */
    NEAR = 3,        /* words before one that change it */
};

typedef struct Token {
    PtStr lower;
    const VaderEntry *entry; /* NULL: not one of VADER's */
    unsigned flags;          /* of the entry and its own */
    double value;
} Token;

typedef struct Sentence {
    PtBuf plain; /* the text with emoji as words, where it has any */
    PtStr text;
    Token *tokens;
    size_t count;
    char *lower;        /* where the next token in lower case goes; there is room for all */
    bool some_capitals; /* some words, not all, are in capitals */
} Sentence;

/* ---- Words of VADER ---------------------------------------------------------------------------
 */

#define HASH_START UINT64_C(0xCBF29CE484222325) /* FNV-1a */
#define HASH_TIMES UINT64_C(0x100000001B3)

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (uint8_t)bytes[i]) * HASH_TIMES;
    }
    return hash;
}

/* NULL: none of VADER's. */
static const VaderEntry *entry_of(PtStr text, uint64_t hash)
{
    for (size_t at = hash % VADER_SLOTS; vader_slots[at].entry > 0; at = (at + 1) % VADER_SLOTS) {
        const VaderEntry *e = &vader_entries[vader_slots[at].entry - 1];
        if (vader_slots[at].tag == hash >> 48 && e->len == text.len &&
            memcmp(e->text, text.data, text.len) == 0) {
            return e;
        }
    }
    return NULL;
}

/* The entry of words from..from+count-1 with single spaces between, or NULL. */
static const VaderEntry *phrase_of(const Sentence *s, size_t from, size_t count)
{
    char phrase[PHRASE_MAX];
    size_t len = 0;
    if ((s->tokens[from].flags & BEGINS) == 0) {
        return NULL;
    }
    for (size_t i = from; i < from + count; i++) {
        const PtStr word = s->tokens[i].lower;
        if (len + 1 + word.len > sizeof phrase) {
            return NULL;
        }
        phrase[len] = ' ';
        len += i > from;
        memcpy(phrase + len, word.data, word.len);
        len += word.len;
    }
    return entry_of((PtStr){phrase, len}, hash_bytes(HASH_START, phrase, len));
}

static bool has(const Token *t, unsigned flag)
{
    return (t->flags & flag) != 0;
}

static bool is(const Token *t, const char *word)
{
    return pt_str_eq(t->lower, pt_str(word));
}

/* ---- Tokens -----------------------------------------------------------------------------------
 */

/* What a byte of ASCII is. */
enum { SPACE = 1, MARK = 2, UPPER = 4, LOWER = 8, HIGH = 16 };

#define A4(kind)  kind, kind, kind, kind
#define A16(kind) A4(kind), A4(kind), A4(kind), A4(kind)
static const uint8_t kinds[256] = {
    0,         0,         0,         0,         0,         0,         0,         0,
    0,         SPACE,     SPACE,     SPACE,     SPACE,     SPACE,     0,         0,
    A4(0),     A4(0),     A4(0),     A4(SPACE), SPACE,     MARK,      MARK,      MARK,
    A4(MARK),  A4(MARK),  A4(MARK),  A4(0),     A4(0),     0,         0,         MARK,
    MARK,      A4(MARK),  MARK,      UPPER,     UPPER,     UPPER,     A4(UPPER), A4(UPPER),
    A4(UPPER), A4(UPPER), A4(UPPER), UPPER,     UPPER,     UPPER,     MARK,      A4(MARK),
    MARK,      LOWER,     LOWER,     LOWER,     A4(LOWER), A4(LOWER), A4(LOWER), A4(LOWER),
    A4(LOWER), LOWER,     LOWER,     LOWER,     MARK,      MARK,      MARK,      MARK,
    0,         A16(HIGH), A16(HIGH), A16(HIGH), A16(HIGH), A16(HIGH), A16(HIGH), A16(HIGH),
    A16(HIGH),
};

static uint8_t kind_of(char c)
{
    return kinds[(uint8_t)c];
}

/* The letter at p, and its bytes: a byte as it is where it is no UTF-8. */
static uint32_t letter_at(const char *p, const char *end, size_t *ret_step)
{
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, end - p, &code);
    *ret_step = n > 0 ? (size_t)n : 1;
    return n > 0 ? (uint32_t)code : 0xFFFD;
}

/* White space as Python's str.split has it. */
static bool is_wide_space(uint32_t c)
{
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Letters (not bytes), counted up to three. */
static size_t letters_of(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len && count < 3; i++) {
        count += ((uint8_t)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

/* Without punctuation around it, unless little is left: then it is likely an emoticon. */
static PtStr strip(PtStr word)
{
    PtStr left = word;
    while (left.len > 0 && kind_of(left.data[0]) == MARK) {
        left = (PtStr){left.data + 1, left.len - 1};
    }
    while (left.len > 0 && kind_of(left.data[left.len - 1]) == MARK) {
        left.len--;
    }
    return letters_of(left) > 2 ? left : word;
}

/* Writes the letter in lower case; returns its bytes there and what it is. */
static size_t put_wide(uint32_t letter, char out[static 4], unsigned *ret_kinds)
{
    const utf8proc_category_t kind = utf8proc_category((utf8proc_int32_t)letter);
    *ret_kinds |= kind == UTF8PROC_CATEGORY_LU ? UPPER : 0;
    *ret_kinds |= kind == UTF8PROC_CATEGORY_LL || kind == UTF8PROC_CATEGORY_LT ? LOWER : 0;
    return pt_utf8_put((uint32_t)utf8proc_tolower((utf8proc_int32_t)letter), out);
}

static void add_token(Sentence *s, PtStr all)
{
    const PtStr word = strip(all);
    const char *p = word.data, *end = word.data + word.len;
    char *out = s->lower;
    uint64_t hash = HASH_START;
    unsigned found = 0;
    bool tie = false;
    while (p < end) {
        const unsigned kind = kind_of(*p);
        if (kind == HIGH) {
            size_t step;
            const uint32_t letter = letter_at(p, end, &step);
            const size_t len = put_wide(letter, out, &found);
            hash = hash_bytes(hash, out, len);
            out += len;
            p += step;
            continue;
        }
        found |= kind;
        tie = tie || *p == '\'';
        *out = (char)(*p + (kind == UPPER ? 'a' - 'A' : 0));
        hash = (hash ^ (uint8_t)*out++) * HASH_TIMES;
        p++;
    }
    Token *t = &s->tokens[s->count++];
    t->lower = (PtStr){s->lower, (size_t)(out - s->lower)};
    t->entry = entry_of(t->lower, hash);
    t->flags = t->entry != NULL ? t->entry->flags : 0;
    t->flags |= (found & (UPPER | LOWER)) == UPPER ? CAPITALS : 0;
    t->flags |= tie && pt_str_has(t->lower, PT_STR("n't")) ? HAS_NT : 0;
    s->lower = out;
}

static void cut_words(Sentence *s)
{
    const char *p = s->text.data, *end = p + s->text.len, *from = NULL;
    size_t capitals = 0;
    s->count = 0;
    while (p < end) {
        size_t step = 1;
        const unsigned kind = kind_of(*p);
        const bool space =
            kind == SPACE || (kind == HIGH && is_wide_space(letter_at(p, end, &step)));
        if (!space) {
            from = from == NULL ? p : from;
        } else if (from != NULL) {
            add_token(s, (PtStr){from, (size_t)(p - from)});
            from = NULL;
        }
        p += step;
    }
    if (from != NULL) {
        add_token(s, (PtStr){from, (size_t)(end - from)});
    }
    for (size_t i = 0; i < s->count; i++) {
        capitals += has(&s->tokens[i], CAPITALS);
    }
    s->some_capitals = capitals > 0 && capitals < s->count;
}

/* ---- Emoji ------------------------------------------------------------------------------------
 */

static const VaderEmoji *emoji_of(uint32_t code)
{
    size_t low = 0, high = vader_emoji_count;
    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (vader_emoji[mid].code == code) {
            return &vader_emoji[mid];
        }
        low = vader_emoji[mid].code < code ? mid + 1 : low;
        high = vader_emoji[mid].code < code ? high : mid;
    }
    return NULL;
}

/* What an emoji is called takes its place, with a space before it but none behind. */
static void spell_emoji(Sentence *s, PtStr text)
{
    const char *p = text.data, *end = p + text.len;
    bool space = true;
    while (p < end) {
        size_t step = 1;
        const VaderEmoji *emoji = kind_of(*p) == HIGH ? emoji_of(letter_at(p, end, &step)) : NULL;
        if (emoji != NULL) {
            if (!space) {
                pt_buf_add_char(&s->plain, ' ');
            }
            pt_buf_add(&s->plain, emoji->text, emoji->len);
            space = false;
        } else {
            pt_buf_add(&s->plain, p, step);
            space = *p == ' ';
        }
        p += step;
    }
    s->text = pt_buf_str(&s->plain);
}

static bool is_ascii(PtStr text)
{
    uint64_t all = 0, eight;
    size_t i = 0;
    for (; i + sizeof eight <= text.len; i += sizeof eight) {
        memcpy(&eight, text.data + i, sizeof eight);
        all |= eight;
    }
    for (; i < text.len; i++) {
        all |= (uint8_t)text.data[i] & 0x80U;
    }
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

/* ---- A word's value ---------------------------------------------------------------------------
 */

/* What a word before one adds to its value. */
static double boost(const Sentence *s, const Token *t, double value)
{
    if (!has(t, BOOSTER)) {
        return 0;
    }
    double by = value < 0 ? -t->entry->booster : t->entry->booster;
    if (has(t, CAPITALS) && s->some_capitals) {
        by += value > 0 ? vader_capitals : -vader_capitals;
    }
    return by;
}

static bool so_or_this(const Token *t)
{
    return is(t, "so") || is(t, "this");
}

/* The word `before` words before word i may turn its value around. */
static double negate(const Sentence *s, size_t i, size_t before, double value)
{
    const Token *t = s->tokens;
    if (before == 2) {
        if (is(&t[i - 2], "never") && so_or_this(&t[i - 1])) {
            return value * 1.25;
        }
        if (is(&t[i - 2], "without") && is(&t[i - 1], "doubt")) {
            return value;
        }
    }
    if (before == 3) {
        if ((is(&t[i - 3], "never") && so_or_this(&t[i - 2])) || so_or_this(&t[i - 1])) {
            return value * 1.25;
        }
        if (is(&t[i - 3], "without") && (is(&t[i - 2], "doubt") || is(&t[i - 1], "doubt"))) {
            return value;
        }
    }
    return has(&t[i - before], NEGATION | HAS_NT) ? value * vader_negated : value;
}

static bool is_special(const VaderEntry *e)
{
    return e != NULL && (e->flags & SPECIAL) != 0;
}

/* Phrases around word i, which has three words before it. */
static double idioms(const Sentence *s, size_t i, double value)
{
    const struct {
        size_t from, count;
    } around[] = {{i - 1, 2}, {i - 2, 3}, {i - 2, 2}, {i - 3, 3}, {i - 3, 2}};
    for (size_t k = 0; k < sizeof around / sizeof *around; k++) {
        const VaderEntry *e = phrase_of(s, around[k].from, around[k].count);
        if (is_special(e)) {
            value = e->special;
            break;
        }
    }
    for (size_t count = 2; count <= 3 && i + count <= s->count; count++) {
        const VaderEntry *e = phrase_of(s, i, count);
        value = is_special(e) ? e->special : value;
    }
    for (size_t k = 0; k < 3; k++) {
        static const struct {
            uint8_t before, count;
        } phrases[] = {{3, 3}, {3, 2}, {2, 2}};
        const VaderEntry *e = phrase_of(s, i - phrases[k].before, phrases[k].count);
        value += e != NULL && (e->flags & BOOSTER) != 0 ? e->booster : 0;
    }
    return value;
}

/* "no" before a word of the lexicon negates it. */
static bool negated_by_no(const Token *t, size_t i)
{
    return (i > 0 && is(&t[i - 1], "no")) || (i > 1 && is(&t[i - 2], "no")) ||
           (i > 2 && is(&t[i - 3], "no") && (is(&t[i - 1], "or") || is(&t[i - 1], "nor")));
}

static double least(const Sentence *s, size_t i, double value)
{
    const Token *t = s->tokens;
    if (i == 0 || has(&t[i - 1], LEXICON) || !is(&t[i - 1], "least")) {
        return value;
    }
    return i > 1 && (is(&t[i - 2], "at") || is(&t[i - 2], "very")) ? value : value * vader_negated;
}

static double value_of(const Sentence *s, size_t i)
{
    static const double fading[NEAR] = {1, 0.95, 0.9};
    const Token *t = s->tokens;
    if (!has(&t[i], LEXICON) || has(&t[i], BOOSTER) ||
        (i + 1 < s->count && is(&t[i], "kind") && is(&t[i + 1], "of"))) {
        return 0;
    }
    double value = t[i].entry->valence;
    if (is(&t[i], "no") && i + 1 < s->count && has(&t[i + 1], LEXICON)) {
        value = 0;
    }
    if (negated_by_no(t, i)) {
        value = t[i].entry->valence * vader_negated;
    }
    if (has(&t[i], CAPITALS) && s->some_capitals) {
        value += value > 0 ? vader_capitals : -vader_capitals;
    }
    for (size_t before = 1; before <= NEAR && before <= i; before++) {
        if (has(&t[i - before], LEXICON)) {
            continue;
        }
        value += boost(s, &t[i - before], value) * fading[before - 1];
        value = negate(s, i, before, value);
        value = before == NEAR ? idioms(s, i, value) : value;
    }
    return least(s, i, value);
}

/* ---- The whole --------------------------------------------------------------------------------
 */

/* Before the first "but" half, behind it one and a half. A value is changed where one equal to it
 * stands first. */
static void weigh_but(Sentence *s)
{
    size_t but = 0;
    while (but < s->count && !is(&s->tokens[but], "but")) {
        but++;
    }
    for (size_t i = 0; but < s->count && i < s->count; i++) {
        size_t first = 0;
        while (s->tokens[first].value != s->tokens[i].value) {
            first++;
        }
        s->tokens[first].value *= first < but ? 0.5 : first > but ? 1.5 : 1;
    }
}

/* How often the character is in the text, up to four times. */
static size_t up_to_four(PtStr text, char c)
{
    size_t count = 0;
    const char *at = text.len > 0 ? memchr(text.data, c, text.len) : NULL;
    while (at != NULL && ++count < 4) {
        const size_t behind = (size_t)(at - text.data) + 1;
        at = memchr(at + 1, c, text.len - behind);
    }
    return count;
}

static double emphasis(PtStr text)
{
    const size_t asked = up_to_four(text, '?');
    return (double)up_to_four(text, '!') * 0.292 + (asked < 2   ? 0
                                                    : asked < 4 ? (double)asked * 0.18
                                                                : 0.96);
}

static LanguageSentiment sum_up(const Sentence *s)
{
    double sum = 0, positive = 0, negative = 0, neutral = 0;
    if (s->count == 0) {
        return (LanguageSentiment){0};
    }
    for (size_t i = 0; i < s->count; i++) {
        const double value = s->tokens[i].value;
        sum += value;
        positive += value > 0 ? value + 1 : 0;
        negative += value < 0 ? 1 - value : 0;
        neutral += value == 0;
    }
    const double loud = emphasis(s->text);
    sum += sum > 0 ? loud : sum < 0 ? -loud : 0;
    positive += positive > negative ? loud : 0;
    negative += positive < negative ? loud : 0;
    const double all = positive + negative + neutral;
    return (LanguageSentiment){sum / sqrt(sum * sum + 15), negative / all, neutral / all,
                               positive / all};
}

/* Each once, by how far they pull to that side. */
static size_t find_words(const Sentence *s, double side, LanguageMoodWord *words)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        LanguageMoodWord one;
        const double pull = s->tokens[i].value * side;
        size_t at = 0;
        if (pull <= 0) {
            continue;
        }
        one.weight = s->tokens[i].value;
        (void)pt_str_copy(one.word, sizeof one.word, s->tokens[i].lower);
        while (at < count && strcmp(words[at].word, one.word) != 0) {
            at++;
        }
        const bool more = at == count && count < LANGUAGE_MOOD_WORDS;
        at = at == LANGUAGE_MOOD_WORDS ? at - 1 : at; // in place of the weakest
        count += more;
        if (!more && words[at].weight * side >= pull) {
            continue;
        }
        for (; at > 0 && words[at - 1].weight * side < pull; at--) {
            words[at] = words[at - 1];
        }
        words[at] = one;
    }
    return count;
}

/* found NULL: nobody asks for words. */
static PtStatus read_sentiment(PtStr text, LanguageSentiment *ret_sentiment,
                               LanguageMoodWord *found, size_t *ret_count, PtError *err)
{
    Sentence s = {0};
    text.len = text.len < LANGUAGE_SENTIMENT_TEXT ? text.len : LANGUAGE_SENTIMENT_TEXT;
    s.text = text;
    pt_buf_init(&s.plain, (size_t)32 * LANGUAGE_SENTIMENT_TEXT); // no emoji has a longer name
    if (!is_ascii(text)) {
        spell_emoji(&s, text);
    }
    /* tokens, and behind them their letters: some take more bytes in lower case, what is no UTF-8
     * takes three */
    const size_t words = s.text.len / 2 + 1, bytes = 3 * s.text.len + 4;
    s.tokens = malloc(words * sizeof *s.tokens + bytes);
    const bool room = s.tokens != NULL && pt_buf_status(&s.plain) == PT_OK;
    if (room) {
        s.lower = (char *)(s.tokens + words);
        cut_words(&s);
        for (size_t i = 0; i < s.count; i++) {
            s.tokens[i].value = value_of(&s, i);
        }
        weigh_but(&s);
        *ret_sentiment = sum_up(&s);
        if (found != NULL) {
            *ret_count = find_words(&s, ret_sentiment->compound, found);
        }
    }
    free(s.tokens);
    pt_buf_done(&s.plain);
    return room ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to read a text");
}

PtStatus language_sentiment(PtStr text, LanguageSentiment *ret_sentiment, PtError *err)
{
    return read_sentiment(text, ret_sentiment, NULL, NULL, err);
}

PtStatus language_sentiment_words(PtStr text, LanguageSentiment *ret_sentiment,
                                  LanguageMoodWord ret_words[static LANGUAGE_MOOD_WORDS],
                                  size_t *ret_count, PtError *err)
{
    return read_sentiment(text, ret_sentiment, ret_words, ret_count, err);
}
