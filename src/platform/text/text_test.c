// SPDX-License-Identifier: Apache-2.0
#include "platform/text.h"

#include "base/rng.h"
#include "base/test_rows.h"
#include "platform/text/text_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Allocation number fail_at (from 0) of this thread fails; -1: none. */
static _Thread_local int fail_at = -1;

static bool fails(void)
{
    bool now = fail_at == 0;
    fail_at -= fail_at >= 0;
    return now;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

enum { NAME, MAIL, PHONE, ORDERS, FIELDS };
static const float weights[FIELDS] = {2, 1.5F, 1.5F, 1};

static PtText *new_text(void)
{
    PtText *t = NULL;
    assert_int_equal(pt_text_new(weights, FIELDS, &t, NULL), PT_OK);
    return t;
}

static void put(PtText *t, uint32_t document, unsigned field, const char *text)
{
    const PtTextField said = {field, pt_str(text)};
    assert_int_equal(pt_text_put(t, document, &said, 1, NULL), PT_OK);
}

static size_t search(PtText *t, PtStr query, PtTextHit hits[static PT_TEXT_RESULTS_MAX])
{
    size_t count = SIZE_MAX;
    assert_int_equal(pt_text_search(t, query, PT_TEXT_RESULTS_MAX, hits, &count, NULL), PT_OK);
    return count;
}

/* ---- does a query find a text ------------------------------------------------------------------
 */

static struct FindCase {
    const char *name, *text, *query;
    int want; /* tier, or TEXT_TIERS: does not find it */
} find_cases[] = {
    {"equal", "Jon Smith", "jon", TEXT_EQUAL},
    {"case", "Jon Smith", "SMITH", TEXT_EQUAL},
    {"both words, in any order", "Jon Smith", "smith jon", TEXT_EQUAL},
    {"one letter", "Jon Smith", "s", TEXT_BEGIN},
    {"beginning", "Jon Smith", "smi", TEXT_BEGIN},
    {"all words must match", "Jon Smith", "jon brown", TEXT_TIERS},
    {"longer than the word", "Jon", "jonas", TEXT_TIERS},
    {"part of 3 letters", "Jonathan", "tha", TEXT_PART},
    {"part of 2 letters is none", "Jonathan", "th", TEXT_TIERS},
    {"the end is a part", "Jonathan", "than", TEXT_PART},
    {"one left out, 4 letters", "Jon Smith", "jon smth", TEXT_ERROR},
    {"3 letters take no error", "Joan", "jon", TEXT_TIERS},
    {"one too many", "Smith", "smmith", TEXT_ERROR},
    {"another letter", "Smith", "smyth", TEXT_ERROR},
    {"swapped", "Smith", "simth", TEXT_ERROR},
    {"swapped first", "Smith", "msith", TEXT_ERROR},
    {"swapped last", "Smith", "smiht", TEXT_ERROR},
    {"swapped in the middle of 4", "Ruth", "rtuh", TEXT_ERROR},
    {"two errors in 7 letters", "Larkins", "alrkinz", TEXT_TIERS},
    {"7 letters take one", "Larkins", "larkinz", TEXT_ERROR},
    {"two errors in 8 letters", "Larkings", "alrkingz", TEXT_ERROR},
    {"8 letters take two", "Lawrence", "laurenze", TEXT_ERROR},
    {"three errors in 8 letters", "Lawrence", "laurennz", TEXT_TIERS},
    {"swaps at both borders of 9", "Katherine", "kahtreine", TEXT_ERROR},
    {"accents", "José Müller", "jose muller", TEXT_EQUAL},
    {"accents asked for", "Jose Muller", "José Müller", TEXT_EQUAL},
    {"accents apart", "Jose\xCC\x81", "josé", TEXT_EQUAL},
    {"Polish", "Łukasz Żółć", "lukasz zolc", TEXT_EQUAL},
    {"Danish", "Søren Ærø", "soren aero", TEXT_EQUAL},
    {"German", "STRASSE", "straße", TEXT_EQUAL},
    {"Turkish", "İstanbul Işık", "istanbul isik", TEXT_EQUAL},
    {"Greek", "Γιώργος", "γιωργοσ", TEXT_EQUAL},
    {"Cyrillic", "Фёдор", "федор", TEXT_EQUAL},
    {"Cyrillic with an error", "Фёдоров", "фдоров", TEXT_ERROR},
    {"full-width", "Ｊｏｎ ４２", "jon 42", TEXT_EQUAL},
    {"Han, beginning", "山田太郎", "山田", TEXT_BEGIN},
    {"Devanagari keeps its vowels", "हिन्दी", "हनद", TEXT_TIERS},
    {"apostrophe left out", "Miles O'Brien", "obrien", TEXT_EQUAL},
    {"apostrophe of a phone",
     "O\xE2\x80\x99"
     "Brien",
     "o'brien", TEXT_EQUAL},
    {"behind the apostrophe", "O'Brien", "brien", TEXT_EQUAL},
    {"joined name with an error", "O'Brien", "obrein", TEXT_ERROR},
    {"hyphen", "Anne-Marie", "annemarie", TEXT_EQUAL},
    {"hyphen as typed", "Anne-Marie", "anne-mar", TEXT_BEGIN},
    {"hyphen for a space", "Anne Marie", "anne-marie", TEXT_EQUAL},
    {"mail", "jon.smith42@larkfield.example", "jon.smith42@larkfield.example", TEXT_EQUAL},
    {"mail, as it is typed", "jon.smith42@larkfield.example", "jon.smith42@lark", TEXT_BEGIN},
    {"mail, in its middle", "jon.smith42@larkfield.example", "th42@lark", TEXT_PART},
    {"mail, by its words", "jon.smith42@larkfield.example", "smith larkfield", TEXT_EQUAL},
    {"mail, misspelt", "jon.smith42@larkfield.example", "larkfeild.ex", TEXT_ERROR},
    {"mail, digits at the border", "jon.smith42@larkfield.example", "smith 42", TEXT_EQUAL},
    {"mail, short name with an error", "jon.smith@larkfield.example", "smtih", TEXT_ERROR},
    {"mail, names run together know none", "jonasmith@larkfield.example", "jonasmtih", TEXT_TIERS},
    {"mail, names run together", "jonasmith@larkfield.example", "jonasm", TEXT_BEGIN},
    {"phone", "+447700900123", "+447700900123", TEXT_EQUAL},
    {"phone as dialled", "+447700900123", "07700 900123", TEXT_PART},
    {"phone as dialled, in part", "+447700900123", "07700 900", TEXT_PART},
    {"phone with its country", "+447700900123", "+44 7700 900 123", TEXT_EQUAL},
    {"phone kept in parts", "+44 7700 900123", "447700900", TEXT_BEGIN},
    {"phone, last digits", "+447700900123", "0123", TEXT_PART},
    {"phone takes no error", "+447700900123", "+447700900124", TEXT_TIERS},
    {"order", "A-1029384", "A-1029384", TEXT_EQUAL},
    {"order, part", "A-1029384", "A-1029", TEXT_BEGIN},
    {"order without its mark", "A-1029384", "a1029384", TEXT_EQUAL},
    {"order without its letter", "A-1029384", "1029", TEXT_BEGIN},
    {"order, inside", "A-1029384", "2938", TEXT_PART},
    {"order takes no error", "A-1029384", "1029385", TEXT_TIERS},
    {"short code", "B2", "b2", TEXT_EQUAL},
    {"short code, one letter", "B2", "b", TEXT_BEGIN},
    {"code of 5", "ab123", "ab123", TEXT_EQUAL},
    {"code of 6", "ab1234", "ab1234", TEXT_EQUAL},
    {"code of 6 is longer", "ab1234", "ab123", TEXT_BEGIN},
    {"empty query", "Jon", "", TEXT_TIERS},
    {"marks alone", "Jon", " -.@ ", TEXT_TIERS},
    {"bytes that are no UTF-8 part words", "a\xFFz", "z", TEXT_EQUAL},
    {"as they do in a query", "a z", "\xC3\xFFz\xE2\x82", TEXT_EQUAL},
    {"soft hyphens go", "Jona\xC2\xADthan", "jonathan", TEXT_EQUAL},
};

static void find_case(void **state)
{
    const struct FindCase *c = *state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    put(t, 7, NAME, c->text);
    put(t, 8, NAME, "xqxqxq"); // another document: sets hold more than one
    size_t count = search(t, pt_str(c->query), hits);
    int tier = TEXT_TIERS;
    if (count > 0) {
        assert_int_equal(count, 1);
        assert_int_equal(hits[0].document, 7);
        tier = TEXT_TIERS - (int)hits[0].score;
    }
    assert_int_equal(tier, c->want);
    pt_text_free(t);
}

static void words_end_at_their_bounds(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    char text[PT_TEXT_BYTES_MAX + 8];
    memset(text, 'a', sizeof text);
    memcpy(text + PT_TEXT_BYTES_MAX - 2, " bc z", 6); // "b" is the last byte within
    put(t, 1, NAME, text);
    assert_int_equal(search(t, pt_str("b"), hits), 1);
    assert_int_equal(TEXT_TIERS - (int)hits[0].score, TEXT_EQUAL);
    assert_int_equal(search(t, pt_str("bc"), hits), 0);
    assert_int_equal(search(t, pt_str("z"), hits), 0);
    memset(text, 'a', 100);
    text[TEXT_WORD_MAX] = 'b';
    text[TEXT_WORD_MAX + 1] = '\0';
    put(t, 1, NAME, text);
    text[TEXT_WORD_MAX] = '\0'; // 60 letters are the word
    assert_int_equal(search(t, pt_str(text), hits), 1);
    assert_int_equal(TEXT_TIERS - (int)hits[0].score, TEXT_EQUAL);
    pt_text_free(t);
}

static void nul_parts_words(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    const PtTextField said = {NAME, PT_STR_INIT("jon\0smith")};
    assert_int_equal(pt_text_put(t, 1, &said, 1, NULL), PT_OK);
    assert_int_equal(search(t, PT_STR("smith\0jon"), hits), 1);
    assert_int_equal(search(t, PT_STR("jonsmith"), hits), 0);
    pt_text_free(t);
}

static void long_query_is_cut_at_a_word(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    char query[PT_TEXT_QUERY_MAX + 8];
    put(t, 1, NAME, "jon aaa");
    memset(query, ' ', sizeof query);
    memcpy(query, "jon", 3);
    memcpy(query + PT_TEXT_QUERY_MAX - 3, "aaa zzz", 7);
    assert_int_equal(search(t, (PtStr){query, PT_TEXT_QUERY_MAX + 4}, hits), 1);
    assert_int_equal(search(t, (PtStr){query, PT_TEXT_QUERY_MAX}, hits), 1);
    memcpy(query + PT_TEXT_QUERY_MAX - 3, " zzzz", 5); // the word that is cut goes whole
    assert_int_equal(search(t, (PtStr){query, PT_TEXT_QUERY_MAX + 2}, hits), 1);
    assert_int_equal(search(t, (PtStr){query, PT_TEXT_QUERY_MAX}, hits), 0);
    memset(query, 'j', sizeof query); // one word longer than that
    assert_int_equal(search(t, (PtStr){query, sizeof query}, hits), 0);
    pt_text_free(t);
}

/* ---- order -------------------------------------------------------------------------------------
 */

static struct RankCase {
    const char *name, *query;
    struct {
        unsigned field;
        const char *text;
    } documents[4];
    const char *want; /* digits: documents, best first */
} rank_cases[] = {
    {"equal, beginning, part, error",
     "smith",
     {{NAME, "Smyth"}, {NAME, "Asmith"}, {NAME, "Smithson"}, {NAME, "Smith"}},
     "4321"},
    {"ties by number", "jon", {{NAME, "Jon"}, {NAME, "Jon"}, {NAME, "Jon"}}, "123"},
    {"weight of the field", "jon", {{ORDERS, "Jon"}, {MAIL, "Jon"}, {NAME, "Jon"}}, "321"},
    {"the worst word counts first",
     "jon smith",
     {{ORDERS, "jon smith"}, {NAME, "Jon Smithson"}, {NAME, "Jonas Smithson"}},
     "123"},
    {"more of the word was typed", "jona", {{NAME, "Jonathan"}, {NAME, "Jonas"}}, "21"},
    {"one error before two", "lawrence", {{NAME, "Laurense"}, {NAME, "Lawrense"}}, "21"},
    {"rare words first", "jona", {{NAME, "Jonas Jonas"}, {NAME, "Jonah"}}, "21"},
    {"as one before in pieces",
     "07700 900",
     {{PHONE, "+447700123900"}, {PHONE, "+447700900123"}},
     "21"},
};

static void rank_case(void **state)
{
    const struct RankCase *c = *state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    char got[8] = "";
    for (uint32_t i = 0; i < 4 && c->documents[i].text != NULL; i++) {
        put(t, i + 1, c->documents[i].field, c->documents[i].text);
    }
    size_t count = search(t, pt_str(c->query), hits);
    for (size_t i = 0; i < count && i < 7; i++) {
        got[i] = (char)('0' + hits[i].document);
    }
    assert_string_equal(got, c->want);
    for (size_t max = 0; max < count; max++) { // fewer are the first of them
        PtTextHit fewer[4];
        size_t n = SIZE_MAX;
        assert_int_equal(pt_text_search(t, pt_str(c->query), max, fewer, &n, NULL), PT_OK);
        assert_int_equal(n, max);
        assert_memory_equal(fewer, hits, max * sizeof *hits);
    }
    pt_text_free(t);
}

/* ---- against the plainest way to do the same ---------------------------------------------------
 */

enum { ORACLE_DOCUMENTS = 60, ORACLE_TEXT = 100, ORACLE_TOKENS = 400 };

typedef struct Token {
    uint32_t letters[TEXT_WORD_MAX];
    size_t count;
    unsigned field;
    bool word;
} Token;

typedef struct OracleDocument {
    Token tokens[ORACLE_TOKENS];
    size_t count;
} OracleDocument;

static OracleDocument oracle[ORACLE_DOCUMENTS]; /* document i + 1 */

static void add_token(OracleDocument *d, const uint32_t *letters, size_t count, unsigned field,
                      bool word)
{
    assert_true(d->count < ORACLE_TOKENS);
    Token *token = &d->tokens[d->count++];
    *token = (Token){
        .count = count < TEXT_WORD_MAX ? count : TEXT_WORD_MAX, .field = field, .word = word};
    memcpy(token->letters, letters, token->count * sizeof *letters);
}

static void oracle_say(OracleDocument *d, unsigned field, PtStr text)
{
    static TextWords w;
    text_words(text, &w);
    for (size_t g = 0; g < w.group_count; g++) {
        const TextGroup *group = &w.groups[g];
        const uint32_t *first = w.letters + w.runs[group->first].at;
        for (size_t i = 0; i < group->count; i++) {
            const TextRun *run = &w.runs[group->first + i];
            add_token(d, w.letters + run->at, run->len, field, run->plain);
        }
        if (group->count > 1) {
            add_token(d, first, group->joined, field, group->name);
        }
    }
}

static bool same_letters(const uint32_t *a, const uint32_t *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

static uint32_t oracle_refs(const Token *word)
{
    uint32_t refs = 0;
    for (size_t d = 0; d < ORACLE_DOCUMENTS; d++) {
        for (size_t i = 0; i < oracle[d].count; i++) {
            const Token *t = &oracle[d].tokens[i];
            refs += t->word && t->count == word->count &&
                    same_letters(t->letters, word->letters, t->count);
        }
    }
    return refs;
}

/* Errors by the whole matrix of the textbook. */
static unsigned matrix_errors(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
    static unsigned m[TEXT_WORD_MAX + 1][TEXT_WORD_MAX + 1];
    for (size_t i = 0; i <= a_len; i++) {
        for (size_t j = 0; j <= b_len; j++) {
            if (i == 0 || j == 0) {
                m[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned d = m[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d = m[i - 1][j] + 1 < d ? m[i - 1][j] + 1 : d;
            d = m[i][j - 1] + 1 < d ? m[i][j - 1] + 1 : d;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                m[i - 2][j - 2] + 1 < d) {
                d = m[i - 2][j - 2] + 1;
            }
            m[i][j] = d;
        }
    }
    return m[a_len][b_len];
}

typedef struct Verdict {
    int tier;
    float score;
} Verdict;

static Verdict better(Verdict a, Verdict b)
{
    return b.tier < a.tier || (b.tier == a.tier && b.score > a.score) ? b : a;
}

static int plain_tier(const uint32_t *q, size_t n, const Token *t)
{
    for (size_t at = 0; at + n <= t->count; at++) {
        if (same_letters(q, t->letters + at, n)) {
            return at > 0 && n < 3 ? TEXT_TIERS
                   : at > 0        ? TEXT_PART
                   : n == t->count ? TEXT_EQUAL
                                   : TEXT_BEGIN;
        }
    }
    return TEXT_TIERS;
}

static Verdict word_verdict(const uint32_t *q, size_t n, const Token *t)
{
    for (size_t i = 0; i < n; i++) {
        if (text_class(q[i]) != TEXT_LETTER) {
            return (Verdict){TEXT_TIERS, 0};
        }
    }
    int tier = plain_tier(q, n, t);
    unsigned errors = matrix_errors(q, n, t->letters, t->count);
    unsigned most = n < 4 ? 0 : n < 8 ? 1 : 2;
    float quality = tier == TEXT_EQUAL ? 1.0F : 0.3F * ((float)n / (float)t->count);
    quality += tier == TEXT_BEGIN ? 0.6F : tier == TEXT_PART ? 0.3F : 0.0F;
    if (tier == TEXT_TIERS && errors <= most) {
        tier = TEXT_ERROR;
        quality = errors == 1 ? 0.5F : 0.3F;
    }
    unsigned bits = 0;
    for (uint32_t refs = oracle_refs(t); refs > 0; refs >>= 1) {
        bits++;
    }
    float rare = 1.0F + 0.25F * (1.0F / (float)bits);
    return (Verdict){tier, weights[t->field] * quality * rare};
}

static Verdict code_verdict(const uint32_t *q, size_t n, const Token *t)
{
    int tier = plain_tier(q, n, t);
    float quality = 0.3F * ((float)(n < 12 ? n : 12) / 12.0F);
    quality = tier == TEXT_EQUAL ? 1.0F : quality + (tier == TEXT_BEGIN ? 0.6F : 0.3F);
    return (Verdict){tier, weights[t->field] * quality * 1.25F};
}

/* A word of a query in a document. */
static Verdict said_verdict(const uint32_t *q, size_t n, const OracleDocument *d)
{
    Verdict best = {TEXT_TIERS, 0};
    n = n < TEXT_WORD_MAX ? n : TEXT_WORD_MAX;
    size_t zeros = 0, digits = 0;
    for (size_t i = 0; i < n; i++) {
        digits += q[i] >= '0' && q[i] <= '9';
        zeros += zeros == i && q[i] == '0';
    }
    for (size_t i = 0; i < d->count; i++) {
        const Token *t = &d->tokens[i];
        if (t->word) {
            best = better(best, word_verdict(q, n, t));
            continue;
        }
        Verdict code = code_verdict(q, n, t);
        if (digits == n && zeros > 0 && n - zeros >= 3) {
            Verdict bare = code_verdict(q + zeros, n - zeros, t);
            code = bare.tier < code.tier ? bare : code;
        }
        best = better(best, code);
    }
    return best;
}

static float document_score(const TextWords *w, const OracleDocument *d)
{
    Verdict all = {TEXT_EQUAL, 0};
    for (size_t g = 0; g < w->group_count; g++) {
        const TextGroup *group = &w->groups[g];
        Verdict whole = said_verdict(w->letters + w->runs[group->first].at, group->joined, d);
        if (group->count > 1) {
            Verdict runs = {TEXT_EQUAL, 0};
            for (size_t i = 0; i < group->count; i++) {
                const TextRun *run = &w->runs[group->first + i];
                Verdict v = said_verdict(w->letters + run->at, run->len, d);
                runs.tier = v.tier > runs.tier ? v.tier : runs.tier;
                runs.score += v.score / (float)group->count;
            }
            whole.score *= 1.2F;
            whole = better(whole, runs);
        }
        all.tier = whole.tier > all.tier ? whole.tier : all.tier;
        all.score += whole.score / (float)w->group_count;
    }
    return w->group_count == 0 || all.tier == TEXT_TIERS
               ? 0
               : (float)(TEXT_TIERS - all.tier) + all.score / (1.0F + all.score);
}

static size_t oracle_search(PtStr query, PtTextHit hits[static ORACLE_DOCUMENTS])
{
    static TextWords w;
    text_words(query, &w);
    size_t count = 0;
    for (uint32_t d = 0; d < ORACLE_DOCUMENTS; d++) {
        float score = document_score(&w, &oracle[d]);
        size_t at = count;
        count += score > 0;
        for (; score > 0 && at > 0 && hits[at - 1].score < score; at--) {
            hits[at] = hits[at - 1];
        }
        if (score > 0) {
            hits[at] = (PtTextHit){d + 1, score};
        }
    }
    return count;
}

/* Words of few letters, so that they meet; now and then one of the names again, with an error. */
static size_t random_text(PtRng *rng, char *out, size_t max)
{
    static const char *const parts[] = {
        "a",   "b",     "c",        "ab",        "ba",       "abc",      "0",    "07",
        "7",   "44",    "447",      "770",       " ",        " ",        " ",    ".",
        "@",   "-",     "'",        "\xC3\xA9",  "\xC3\x9F", "\xD0\x96", "\xFF", "bc",
        "cab", "smith", "lawrence", "katherine", "jo",       "90",       "900"};
    size_t len = 0;
    for (uint64_t n = 1 + pt_rng_below(rng, 9); n > 0 && len + 12 < max; n--) {
        const char *part = parts[pt_rng_below(rng, PT_COUNT(parts))];
        size_t from = len;
        len += (size_t)snprintf(out + len, max - len, "%s", part);
        if (len - from > 3 && pt_rng_below(rng, 2) == 0) {
            size_t at = from + pt_rng_below(rng, len - from - 1);
            char kept = out[at];
            out[at] = out[at + 1];
            out[at + 1] = pt_rng_below(rng, 3) == 0 ? 'x' : kept;
        }
    }
    return len;
}

static void put_random(PtText *t, PtRng *rng)
{
    uint32_t at = (uint32_t)pt_rng_below(rng, ORACLE_DOCUMENTS);
    char texts[4][ORACLE_TEXT];
    PtTextField fields[4];
    size_t count = pt_rng_below(rng, 5); // none: it is removed
    oracle[at].count = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned field = (unsigned)pt_rng_below(rng, FIELDS);
        fields[i] = (PtTextField){field, {texts[i], random_text(rng, texts[i], ORACLE_TEXT)}};
        oracle_say(&oracle[at], field, fields[i].text);
    }
    assert_int_equal(pt_text_put(t, at + 1, fields, count, NULL), PT_OK);
}

static void check_query(PtText *t, PtStr query)
{
    PtTextHit want[ORACLE_DOCUMENTS], got[PT_TEXT_RESULTS_MAX];
    size_t want_count = oracle_search(query, want), got_count = search(t, query, got);
    if (want_count != got_count) {
        fail_msg("\"%.*s\" finds %zu, not %zu", PT_STR_ARG(query), got_count, want_count);
    }
    for (size_t i = 0; i < want_count; i++) {
        if (got[i].document != want[i].document || got[i].score != want[i].score) {
            fail_msg("\"%.*s\", place %zu: %u %.6f, not %u %.6f", PT_STR_ARG(query), i,
                     got[i].document, (double)got[i].score, want[i].document,
                     (double)want[i].score);
        }
    }
}

static void same_as_the_plainest_way(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtRng rng;
    pt_rng_init(&rng, 20261122);
    memset(oracle, 0, sizeof oracle);
    for (unsigned round = 0; round < 200; round++) {
        for (unsigned i = 0; i < 20; i++) {
            put_random(t, &rng);
        }
        for (unsigned i = 0; i < 20; i++) {
            char query[ORACLE_TEXT];
            check_query(t, (PtStr){query, random_text(&rng, query, sizeof query)});
        }
    }
    pt_text_free(t);
}

static void errors_are_those_of_the_matrix(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 7);
    for (unsigned i = 0; i < 200000; i++) {
        uint32_t a[12], b[12];
        size_t a_len = pt_rng_below(&rng, 12), b_len = pt_rng_below(&rng, 12);
        for (size_t k = 0; k < 12; k++) {
            a[k] = 'a' + (uint32_t)pt_rng_below(&rng, 3);
            b[k] = pt_rng_below(&rng, 4) == 0 ? 'a' + (uint32_t)pt_rng_below(&rng, 3) : a[k];
        }
        unsigned most = 1 + (unsigned)pt_rng_below(&rng, 2);
        unsigned want = matrix_errors(a, a_len, b, b_len);
        assert_int_equal(text_errors(a, a_len, b, b_len, most), want > most ? most + 1 : want);
    }
}

/* ---- sets --------------------------------------------------------------------------------------
 */

enum { SET_RANGE = 3 * TEXT_SLICE };

static void check_set(const TextSet *set, const uint8_t *there, uint32_t count)
{
    assert_int_equal(set->count, count);
    for (uint32_t slice = 0; slice < 4; slice++) {
        uint64_t bits[TEXT_SLICE_WORDS] = {0}, both[TEXT_SLICE_WORDS];
        memset(both, 0xFF, sizeof both);
        text_set_or(set, slice, bits);
        text_set_and(set, slice, both);
        assert_memory_equal(bits, both, sizeof bits);
        bool any = false;
        for (uint32_t i = 0; i < TEXT_SLICE; i++) {
            bool has = (bits[i / 64] >> (i % 64) & 1) != 0;
            bool want = slice < 3 && there[slice * TEXT_SLICE + i] != 0;
            any = any || has;
            assert_int_equal(has, want);
        }
        assert_int_equal(text_set_slice_from(set, slice) == slice, any);
    }
    assert_int_equal(text_set_slice_from(set, TEXT_SLICE), UINT32_MAX);
}

/* Through all the forms of a set and back. */
static void sets_hold_what_was_added(void **state)
{
    (void)state;
    static uint8_t there[SET_RANGE];
    static const uint32_t sizes[] = {1,    2,    3,   5,   512, 1024, 1025, 4000, 9000, 30000, 9000,
                                     3000, 1024, 513, 512, 17,  3,    2,    1,    0,    700,   0};
    TextMemory memory = {0};
    TextSet set = {0};
    PtRng rng;
    pt_rng_init(&rng, 3);
    uint32_t count = 0;
    for (size_t i = 0; i < PT_COUNT(sizes); i++) {
        while (count != sizes[i]) {
            // two slices of three get most, so that arrays and bitmaps stand side by side
            uint32_t n =
                (uint32_t)pt_rng_below(&rng, pt_rng_below(&rng, 4) == 0 ? SET_RANGE : TEXT_SLICE);
            bool add = count < sizes[i];
            TextChange change =
                add ? text_set_add(&memory, &set, n) : text_set_remove(&memory, &set, n);
            assert_int_equal(change, there[n] == add ? TEXT_SAME : TEXT_CHANGED);
            there[n] = add;
            count = change == TEXT_CHANGED ? count + (add ? 1 : UINT32_MAX) : count;
        }
        check_set(&set, there, count);
    }
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(text_set_add(&memory, &set, UINT32_MAX), TEXT_CHANGED);
    assert_int_equal(text_set_slice_from(&set, 0), TEXT_SLICE - 1);
    text_set_done(&memory, &set);
}

/* ---- changes -----------------------------------------------------------------------------------
 */

static void changes_leave_nothing_behind(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    uint64_t bytes = 0;
    char text[64];
    for (unsigned round = 0; round < 6; round++) {
        for (uint32_t d = 1; d <= 3000; d++) {
            unsigned odd = round * 3000 + d; // other words every time
            (void)snprintf(text, sizeof text, "N%ca%c%cson n%u@x%u.example +4477%u", 'a' + odd % 26,
                           'a' + odd / 26 % 26, 'a' + odd / 676 % 26, odd, odd % 100, odd * 7919);
            put(t, d, odd % FIELDS, text);
        }
        PtTextStats s = pt_text_stats(t);
        assert_int_equal(s.documents, 3000);
        if (round == 2) {
            bytes = s.bytes;
        }
        assert_true(round < 3 || s.bytes < bytes + bytes / 10);
        assert_int_equal(search(t, pt_str("example"), hits), PT_TEXT_RESULTS_MAX);
    }
    for (uint32_t d = 1; d <= 3000; d++) {
        assert_int_equal(pt_text_put(t, d, NULL, 0, NULL), PT_OK);
        assert_int_equal(pt_text_put(t, d, NULL, 0, NULL), PT_OK); // there is none any more
    }
    PtTextStats s = pt_text_stats(t);
    assert_int_equal(s.documents, 0);
    assert_int_equal(s.words, 0);
    assert_int_equal(t->index.table.count, 0);
    assert_int_equal(search(t, pt_str("example"), hits), 0);
    put(t, 5, NAME, "Jon");
    pt_text_clear(t);
    assert_int_equal(pt_text_stats(t).bytes, 0);
    assert_int_equal(search(t, pt_str("jon"), hits), 0);
    put(t, UINT32_MAX, NAME, "Jon"); // the highest number, after a clear
    assert_int_equal(search(t, pt_str("jon"), hits), 1);
    assert_int_equal(hits[0].document, UINT32_MAX);
    assert_int_equal(search(t, pt_str("j o"), hits), 0);
    pt_text_free(t);
}

static void wrong_calls_are_refused(void **state)
{
    (void)state;
    PtText *t = NULL;
    PtError err = {0};
    PtTextHit hits[1];
    size_t count = 17;
    assert_int_equal(pt_text_new(weights, 0, &t, &err), PT_INVALID);
    assert_int_equal(pt_text_new(weights, PT_TEXT_FIELDS_MAX + 1, &t, &err), PT_INVALID);
    t = new_text();
    const PtTextField last = {FIELDS - 1, PT_STR_INIT("a")}, over = {FIELDS, PT_STR_INIT("a")};
    assert_int_equal(pt_text_put(t, 0, &last, 1, &err), PT_INVALID);
    assert_int_equal(pt_text_put(t, 1, &over, 1, &err), PT_INVALID);
    assert_string_equal(err.message, "field 4 is not 0..3");
    assert_int_equal(pt_text_put(t, 1, &last, 1, &err), PT_OK);
    assert_int_equal(pt_text_search(t, PT_STR("a"), PT_TEXT_RESULTS_MAX + 1, hits, &count, &err),
                     PT_INVALID);
    assert_int_equal(count, 17);
    assert_int_equal(pt_text_search(t, PT_STR("a"), 0, NULL, &count, &err), PT_OK);
    assert_int_equal(count, 0);
    pt_text_free(t);
    pt_text_free(NULL);
}

static void more_than_is_scored_still_answers(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    for (uint32_t d = 1; d <= 12000; d++) {
        put(t, d, NAME, "Jon Smith");
    }
    assert_int_equal(search(t, pt_str("j s"), hits), PT_TEXT_RESULTS_MAX);
    for (uint32_t i = 0; i < PT_TEXT_RESULTS_MAX; i++) {
        assert_int_equal(hits[i].document, i + 1);
    }
    pt_text_free(t);
}

/* ---- no memory ---------------------------------------------------------------------------------
 */

static const PtTextField full[] = {
    {NAME, PT_STR_INIT("Anne-Marie O'Brien of Larkfield")},
    {MAIL, PT_STR_INIT("anne.marie42@larkfield.example")},
    {PHONE, PT_STR_INIT("+44 7700 900123")},
    {ORDERS, PT_STR_INIT("A-1029384 A-1029385 ABCDEFGH123456789 qwertyuiop[asdfghjkl]zxcvbnm")},
};

/* What a put that fails leaves behind is what was there. */
static void put_without_memory_changes_nothing(void **state)
{
    (void)state;
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    put(t, 1, NAME, "Jon Smith of Marie");
    unsigned failures = 0;
    for (int i = 0;; i++) {
        PtError err = {0};
        size_t keys = t->index.table.count;
        fail_at = i;
        PtStatus st = pt_text_put(t, 1, full, PT_COUNT(full), &err);
        fail_at = -1;
        if (st == PT_OK) {
            break;
        }
        failures++;
        assert_int_equal(st, PT_NO_MEMORY);
        assert_string_equal(err.message, "no memory for the text index");
        assert_int_equal(search(t, pt_str("jon smith"), hits), 1);
        assert_int_equal(search(t, pt_str("larkfield"), hits), 0);
        assert_int_equal(pt_text_stats(t).words, 4);
        assert_int_equal(t->index.table.count, keys);
    }
    assert_true(failures > 20);
    assert_int_equal(search(t, pt_str("jon"), hits), 0);
    assert_int_equal(search(t, pt_str("obrien larkfield 9001"), hits), 1);
    assert_int_equal(pt_text_put(t, 1, NULL, 0, NULL), PT_OK);
    assert_int_equal(pt_text_stats(t).documents, 0);
    assert_int_equal(t->index.lexicon.count, 0);
    assert_int_equal(t->index.table.count, 0);
    pt_text_free(t);
}

static void search_without_memory_fails(void **state)
{
    (void)state;
    static const char *const queries[] = {"jon smth", "lawrense larkfeild", "smtih", "j 1",
                                          "jon.smith"};
    PtText *t = new_text();
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    put(t, 1, NAME, "Jon Smith Lawrence Larkfield 1 jon.smith");
    for (size_t q = 0; q < PT_COUNT(queries); q++) {
        int i = 0;
        for (;; i++) {
            size_t count = 17;
            PtError err = {0};
            fail_at = i;
            PtStatus st = pt_text_search(t, pt_str(queries[q]), 10, hits, &count, &err);
            fail_at = -1;
            if (st == PT_OK) {
                assert_int_equal(count, 1);
                break;
            }
            assert_int_equal(st, PT_NO_MEMORY);
            assert_int_equal(count, 17);
        }
        assert_true(i > 0);
    }
    pt_text_free(t);
    fail_at = 0;
    assert_int_equal(pt_text_new(weights, FIELDS, &t, NULL), PT_NO_MEMORY);
    fail_at = -1;
}

/* ---- threads -----------------------------------------------------------------------------------
 */

typedef struct Reader {
    PtText *text;
    atomic_bool stop;
    unsigned searches;
} Reader;

static void *read_on(void *arg)
{
    static const char *const queries[] = {"constant", "w", "wo 7", "constent", "word7", "077"};
    Reader *r = arg;
    PtTextHit hits[20];
    do {
        size_t count = 0;
        const char *query = queries[r->searches++ % PT_COUNT(queries)];
        if (pt_text_search(r->text, pt_str(query), 20, hits, &count, NULL) != PT_OK ||
            (query[0] == 'c' && count != 1)) {
            return arg; // "constant" and its misspelling are always there, once
        }
        (void)pt_text_stats(r->text);
    } while (!atomic_load(&r->stop));
    return NULL;
}

static void reads_go_on_beside_a_writer(void **state)
{
    (void)state;
    PtText *t = new_text();
    Reader readers[2] = {{.text = t}, {.text = t}};
    pthread_t threads[2];
    char text[64];
    put(t, 1, NAME, "constant");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
    }
    for (uint32_t i = 0; i < 6000; i++) {
        (void)snprintf(text, sizeof text, "word%c%c x%u@y +4477%07u", 'a' + i % 26,
                       'a' + i / 26 % 26, i, i);
        put(t, 2 + i % 2000, i % FIELDS, text);
        if (i % 3000 == 2999) {
            for (uint32_t d = 2; d < 2002; d++) {
                assert_int_equal(pt_text_put(t, d, NULL, 0, NULL), PT_OK);
            }
        }
    }
    for (size_t i = 0; i < 2; i++) {
        void *wrong = NULL;
        atomic_store(&readers[i].stop, true);
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
        assert_true(readers[i].searches > 0);
    }
    pt_text_free(t);
}

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(find_cases) + PT_COUNT(rank_cases) + 16];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, find_cases, find_case);
    PT_TEST_ROWS(tests, n, rank_cases, rank_case);
    const struct CMUnitTest singles[] = {
        cmocka_unit_test(words_end_at_their_bounds),
        cmocka_unit_test(nul_parts_words),
        cmocka_unit_test(long_query_is_cut_at_a_word),
        cmocka_unit_test(same_as_the_plainest_way),
        cmocka_unit_test(errors_are_those_of_the_matrix),
        cmocka_unit_test(sets_hold_what_was_added),
        cmocka_unit_test(changes_leave_nothing_behind),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(more_than_is_scored_still_answers),
        cmocka_unit_test(put_without_memory_changes_nothing),
        cmocka_unit_test(search_without_memory_fails),
        cmocka_unit_test(reads_go_on_beside_a_writer),
    };
    for (size_t i = 0; i < PT_COUNT(singles); i++) {
        tests[n++] = singles[i];
    }
    return _cmocka_run_group_tests("platform/text", tests, n, NULL, NULL);
}
