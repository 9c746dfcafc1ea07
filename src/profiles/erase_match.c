// SPDX-License-Identifier: Apache-2.0
/* Many texts looked for in one pass: each has a window of three bytes by which it is found, the one
 * that the fewest others share. */
#include "profiles/erase_internal.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW = 3, BUCKETS = 1 << 16 };

typedef struct Pattern {
    char *text; /* ASCII letters in lower case */
    size_t len;
    uint32_t next;   /* in its bucket, from 1 */
    uint32_t window; /* where it begins in the text */
    bool token;      /* between quotes, which are part of it */
} Pattern;

struct EraseMatch {
    Pattern *items; /* from 1 */
    uint32_t count, room;
    uint32_t *buckets, *sizes;
};

EraseMatch *erase_match_new(void)
{
    EraseMatch *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->buckets = calloc(BUCKETS, sizeof *m->buckets);
        m->sizes = calloc(BUCKETS, sizeof *m->sizes);
    }
    if (m != NULL && (m->buckets == NULL || m->sizes == NULL)) {
        erase_match_free(m);
        m = NULL;
    }
    return m;
}

void erase_match_free(EraseMatch *m)
{
    if (m == NULL) {
        return;
    }
    for (uint32_t i = 1; i <= m->count; i++) {
        explicit_bzero(m->items[i].text, m->items[i].len);
        free(m->items[i].text);
    }
    free(m->items);
    free(m->buckets);
    free(m->sizes);
    free(m);
}

static inline unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline uint32_t bucket_of(uint32_t window)
{
    return (window & 0xFFFFFF) * UINT32_C(2654435769) >> 16;
}

static uint32_t window_at(const char *text)
{
    return (uint32_t)lower(text[0]) << 16 | (uint32_t)lower(text[1]) << 8 | lower(text[2]);
}

/* ---- Making ------------------------------------------------------------------------------------
 */

static bool is_known(const EraseMatch *m, const char *text, size_t len, uint32_t bucket)
{
    for (uint32_t i = m->buckets[bucket]; i != 0; i = m->items[i].next) {
        if (m->items[i].len == len && memcmp(m->items[i].text, text, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool grow(EraseMatch *m)
{
    if (m->count + 1 < m->room) {
        return true;
    }
    const uint32_t room = m->room == 0 ? 64 : 2 * m->room;
    Pattern *items = realloc(m->items, room * sizeof *items);
    if (items == NULL) {
        return false;
    }
    m->items = items;
    m->room = room;
    return true;
}

/* Bytes of a text in lower case, at least WINDOW of them. */
static bool add_pattern(EraseMatch *m, const char *text, size_t len, bool token)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i + WINDOW <= len; i++) {
        const uint32_t bucket = bucket_of(window_at(text + i));
        if (is_known(m, text, len, bucket)) {
            return true;
        }
        best = m->sizes[bucket] < m->sizes[bucket_of(window_at(text + best))] ? i : best;
    }
    char *copy = malloc(len);
    if (copy == NULL || !grow(m)) {
        free(copy);
        return false;
    }
    memcpy(copy, text, len);
    const uint32_t bucket = bucket_of(window_at(text + best));
    m->items[++m->count] = (Pattern){copy, len, m->buckets[bucket], best, token};
    m->buckets[bucket] = m->count;
    m->sizes[bucket]++;
    return true;
}

typedef enum Way { WAY_PLAIN, WAY_ESCAPED, WAY_SLASHED, WAY_PERCENT, WAYS } Way;

static size_t put_escaped(PtStr text, size_t *at, char *out)
{
    const unsigned char c = (unsigned char)text.data[*at];
    uint32_t code = c;
    const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    if (c < 0x80 && c != '"' && c != '\\') {
        out[0] = (char)lower((char)c);
        return 1;
    }
    if (c < 0x80) {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    code &= more == 3 ? 0x07U : more == 2 ? 0x0FU : 0x1FU;
    for (int i = 0; i < more && *at + 1 < text.len; i++) {
        code = code << 6 | ((unsigned char)text.data[++*at] & 0x3FU);
    }
    if (code > 0xFFFF) {
        code -= 0x10000;
        return (size_t)snprintf(out, 13, "\\u%04x\\u%04x", 0xD800 + (code >> 10),
                                0xDC00 + (code & 0x3FF));
    }
    return (size_t)snprintf(out, 7, "\\u%04x", code);
}

static size_t put_way(Way way, PtStr text, size_t *at, char *out)
{
    const unsigned char c = (unsigned char)text.data[*at];
    const bool plain = (c >= '0' && c <= '9') || (lower((char)c) >= 'a' && lower((char)c) <= 'z');
    if (way == WAY_ESCAPED) {
        return put_escaped(text, at, out);
    }
    if (way == WAY_SLASHED && c == '/') {
        out[0] = '\\';
        out[1] = '/';
        return 2;
    }
    if (way == WAY_PERCENT && !plain && strchr("-_.!~*'()", c) == NULL) {
        return (size_t)snprintf(out, 4, "%%%02x", c);
    }
    out[0] = (char)lower((char)c);
    return 1;
}

bool erase_match_add(EraseMatch *m, PtStr text)
{
    char out[2 + ERASE_PATTERN_MAX + 16];
    bool ok = true;
    if (text.len == 0) {
        return true;
    }
    const bool token = text.len < ERASE_FREE_MIN;
    for (Way way = WAY_PLAIN; ok && way < WAYS; way++) {
        size_t len = token;
        out[0] = '"';
        for (size_t i = 0; i < text.len && len < ERASE_PATTERN_MAX; i++) {
            len += put_way(way, text, &i, out + len);
        }
        out[len] = '"';
        ok = add_pattern(m, out, len + token, token);
    }
    return ok;
}

/* ---- Finding -----------------------------------------------------------------------------------
 */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_joint(char c)
{
    return c == '.' || c == '-' || c == '+' || c == '@';
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* An escape of JSON or of an address ends in front of `at`. */
static bool behind_escape(PtStr t, size_t at)
{
    return (at >= 2 && t.data[at - 2] == '\\' && strchr("nrtbf", t.data[at - 1]) != NULL) ||
           (at >= 3 && t.data[at - 3] == '%' && is_hex(t.data[at - 2]) && is_hex(t.data[at - 1])) ||
           (at >= 6 && t.data[at - 6] == '\\' && t.data[at - 5] == 'u');
}

static bool begins_at(PtStr t, size_t at)
{
    if (at == 0 || behind_escape(t, at)) {
        return true;
    }
    const char c = t.data[at - 1];
    return !is_word(c) && !(is_joint(c) && at >= 2 && is_word(t.data[at - 2]));
}

static bool ends_at(PtStr t, size_t end)
{
    if (end == t.len) {
        return true;
    }
    const char c = t.data[end];
    return !is_word(c) && !(is_joint(c) && end + 1 < t.len && is_word(t.data[end + 1]));
}

static bool is_there(const Pattern *p, PtStr t, size_t at)
{
    if (at + p->len > t.len) {
        return false;
    }
    for (size_t i = 0; i < p->len; i++) {
        if (lower(t.data[at + i]) != (unsigned char)p->text[i]) {
            return false;
        }
    }
    return p->token || (begins_at(t, at) && ends_at(t, at + p->len));
}

bool erase_match_find(const EraseMatch *m, PtStr t, size_t from, bool tokens, EraseHit *ret_hit)
{
    uint32_t window = 0;
    for (size_t i = from; i < t.len; i++) {
        window = window << 8 | lower(t.data[i]);
        if (i + 1 < from + WINDOW) {
            continue;
        }
        for (uint32_t n = m->buckets[bucket_of(window)]; n != 0; n = m->items[n].next) {
            const Pattern *p = &m->items[n];
            const size_t end = i + 1 - WINDOW; // where the window begins
            if (end >= from + p->window && (tokens || !p->token) &&
                is_there(p, t, end - p->window)) {
                *ret_hit = (EraseHit){.at = end - p->window + p->token,
                                      .len = p->len - 2 * (size_t)p->token,
                                      .token = p->token};
                return true;
            }
        }
    }
    return false;
}

static bool is_number(PtStr s)
{
    bool number = true;
    for (size_t i = 0; i < s.len; i++) {
        number = number && s.data[i] != '\0' && strchr("0123456789.eE+-", s.data[i]) != NULL;
    }
    return number;
}

/* What stands there may be a number of JSON: 0 is one, too. */
bool erase_match_cut(const EraseMatch *m, PtStr t, bool tokens, PtBuf *out)
{
    EraseHit hit;
    size_t from = 0;
    while (erase_match_find(m, t, from, tokens, &hit)) {
        const PtStr found = {t.data + hit.at, hit.len};
        pt_buf_add(out, t.data + from, hit.at - from);
        pt_buf_add_char(out, is_number(found) ? '0' : '-');
        from = hit.at + hit.len;
    }
    pt_buf_add(out, t.data + from, t.len - from);
    return from > 0;
}
