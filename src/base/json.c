// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/json_scan.h"

#include <assert.h>

/* What may come next; PtJson.expect. */
enum {
    EXPECT_VALUE,       // the top-level value, or one behind a colon
    EXPECT_FIRST_VALUE, // behind [
    EXPECT_FIRST_KEY,   // behind {
    EXPECT_AFTER,       // behind a value
    EXPECT_NOTHING,     // it failed
};

void pt_json_init(PtJson *j, PtStr text, uint32_t max_depth)
{
    assert(max_depth >= 1 && max_depth <= PT_JSON_MAX_DEPTH);
    const char *start = text.len > 0 ? text.data : "";
    *j = (PtJson){.start = start,
                  .at = start,
                  .end = start + text.len,
                  .max_depth = max_depth,
                  .expect = EXPECT_VALUE};
}

/* Every scanner below returns where it stopped, or NULL after this. */
static __attribute__((cold, noinline)) const char *fail(PtJson *j, const char *at,
                                                        const char *problem)
{
    j->at = at;
    j->problem = problem;
    j->expect = EXPECT_NOTHING;
    return NULL;
}

PtStatus pt_json_error(const PtJson *j, PtError *err)
{
    return pt_fail(err, PT_INVALID, "%s at byte %zu", j->problem != NULL ? j->problem : "no error",
                   (size_t)(j->at - j->start));
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *skip_space(const char *p, const char *end)
{
    while (p < end && is_space(*p)) {
        p++;
    }
    return p;
}

static inline bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* From the first byte that is not plain, to the closing quote. */
static __attribute__((noinline)) const char *string_end_slow(PtJson *j, const char *p,
                                                             unsigned *flags)
{
    for (;; p = json_scan_plain(p, j->end)) {
        if (p == j->end) {
            return fail(j, p, "unfinished string");
        }
        if (*p == '"') {
            return p;
        }
        if (*p == '\\') {
            JsonEscape e = json_escape(p + 1, j->end);
            if (e.next == NULL) {
                return fail(j, p, "bad escape in a string");
            }
            *flags |= PT_JSON_ESCAPED | e.flags;
            p = e.next;
        } else if ((unsigned char)*p < 0x20) {
            return fail(j, p, "control character in a string");
        } else {
            do {
                size_t len = pt_utf8_step(p, j->end);
                if (len == 0) {
                    return fail(j, p, "not UTF-8");
                }
                p += len;
            } while (p < j->end && (signed char)*p < 0);
        }
    }
}

/* The closing quote of the string whose text begins at p. */
static inline const char *string_end(PtJson *j, const char *p, unsigned *flags)
{
    const char *q = json_scan_plain(p, j->end);
    return q < j->end && *q == '"' ? q : string_end_slow(j, q, flags);
}

static const char *number_end(PtJson *j, const char *p)
{
    const char *end = j->end;
    p += *p == '-';
    if (!is_digit(p, end)) {
        return fail(j, p, "expected a digit");
    }
    if (*p++ != '0') {
        while (is_digit(p, end)) {
            p++;
        }
    }
    if (p < end && *p == '.') {
        p++;
        if (!is_digit(p, end)) {
            return fail(j, p, "expected a digit");
        }
        while (is_digit(p, end)) {
            p++;
        }
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        if (!is_digit(p, end)) {
            return fail(j, p, "expected a digit");
        }
        while (is_digit(p, end)) {
            p++;
        }
    }
    return p;
}

static inline const char *word_end(PtJson *j, const char *p, const char *word, size_t len)
{
    if ((size_t)(j->end - p) < len || memcmp(p, word, len) != 0) {
        return fail(j, p, "expected a value");
    }
    return p + len;
}

/* Behind the scalar at p; *ret_token says which. */
static inline const char *scalar_end(PtJson *j, const char *p, unsigned *flags,
                                     PtJsonToken *ret_token)
{
    switch (*p) {
    case '"':
        *ret_token = PT_JSON_STRING;
        p = string_end(j, p + 1, flags);
        return p != NULL ? p + 1 : NULL;
    case 't':
        *ret_token = PT_JSON_TRUE;
        return word_end(j, p, "true", 4);
    case 'f':
        *ret_token = PT_JSON_FALSE;
        return word_end(j, p, "false", 5);
    case 'n':
        *ret_token = PT_JSON_NULL;
        return word_end(j, p, "null", 4);
    default:
        if (*p != '-' && (*p < '0' || *p > '9')) {
            return fail(j, p, "expected a value");
        }
        *ret_token = PT_JSON_NUMBER;
        return number_end(j, p);
    }
}

/* The key at p and its colon. Returns the first byte behind the colon. */
static inline const char *key_end(PtJson *j, const char *p, unsigned *flags, PtStr *ret_raw)
{
    if (p == j->end || *p != '"') {
        return fail(j, p, "expected a key");
    }
    const char *quote = string_end(j, p + 1, flags);
    if (quote == NULL) {
        return NULL;
    }
    *ret_raw = (PtStr){p + 1, (size_t)(quote - p - 1)};
    p = skip_space(quote + 1, j->end);
    if (p == j->end || *p != ':') {
        return fail(j, p, "expected a colon");
    }
    return p + 1;
}

/* True when the innermost open level is an object. */
static inline bool in_object(const PtJson *j)
{
    uint32_t level = j->depth - 1;
    return (j->kinds[level / 8] >> (level % 8) & 1) != 0;
}

static inline const char *open_level(PtJson *j, const char *p, bool object)
{
    if (j->depth == j->max_depth) {
        return fail(j, p, "nested too deep");
    }
    uint8_t *kind = &j->kinds[j->depth / 8];
    unsigned bit = 1U << (j->depth % 8);
    *kind = (uint8_t)(object ? *kind | bit : *kind & ~bit);
    j->depth++;
    return p + 1;
}

static const char *fail_after(PtJson *j, const char *p)
{
    return fail(j, p, in_object(j) ? "expected a comma or }" : "expected a comma or ]");
}

static PtJsonToken next_key(PtJson *j, const char *p)
{
    p = key_end(j, p, &j->flags, &j->raw);
    if (p == NULL) {
        return PT_JSON_ERROR;
    }
    j->at = p;
    j->expect = EXPECT_VALUE;
    return PT_JSON_KEY;
}

static PtJsonToken next_value(PtJson *j, const char *p)
{
    if (p == j->end) {
        (void)fail(j, p, "expected a value");
        return PT_JSON_ERROR;
    }
    const char *from = p;
    PtJsonToken token = PT_JSON_ERROR;
    uint8_t expect = EXPECT_AFTER;
    if (*p == '{') {
        token = PT_JSON_OBJECT;
        expect = EXPECT_FIRST_KEY;
        p = open_level(j, p, true);
    } else if (*p == '[') {
        token = PT_JSON_ARRAY;
        expect = EXPECT_FIRST_VALUE;
        p = open_level(j, p, false);
    } else {
        p = scalar_end(j, p, &j->flags, &token);
    }
    if (p == NULL) {
        return PT_JSON_ERROR;
    }
    size_t quote = token == PT_JSON_STRING;
    j->raw = (PtStr){from + quote, (size_t)(p - from) - 2 * quote};
    j->at = p;
    j->expect = expect;
    return token;
}

static PtJsonToken next_close(PtJson *j, const char *p)
{
    PtJsonToken token = in_object(j) ? PT_JSON_OBJECT_END : PT_JSON_ARRAY_END;
    j->raw = (PtStr){p, 1};
    j->at = p + 1;
    j->depth--;
    j->expect = EXPECT_AFTER;
    return token;
}

static PtJsonToken next_after(PtJson *j, const char *p)
{
    if (j->depth == 0) {
        if (p == j->end) {
            j->at = p;
            j->raw = (PtStr){p, 0};
            return PT_JSON_END;
        }
        (void)fail(j, p, "text behind the value");
        return PT_JSON_ERROR;
    }
    bool object = in_object(j);
    if (p < j->end && *p == ',') {
        p = skip_space(p + 1, j->end);
        return object ? next_key(j, p) : next_value(j, p);
    }
    if (p < j->end && *p == (object ? '}' : ']')) {
        return next_close(j, p);
    }
    (void)fail_after(j, p);
    return PT_JSON_ERROR;
}

PtJsonToken pt_json_next(PtJson *j)
{
    if (j->expect == EXPECT_NOTHING) {
        return PT_JSON_ERROR;
    }
    const char *p = skip_space(j->at, j->end);
    j->flags = 0;
    switch (j->expect) {
    case EXPECT_AFTER:
        return next_after(j, p);
    case EXPECT_FIRST_KEY:
        return p < j->end && *p == '}' ? next_close(j, p) : next_key(j, p);
    case EXPECT_FIRST_VALUE:
        return p < j->end && *p == ']' ? next_close(j, p) : next_value(j, p);
    default:
        return next_value(j, p);
    }
}

/* Skips from p until `base` levels are open. opened: p is right behind an opening bracket.
 * Otherwise a value (within an object: its value, the key being done) begins at p.
 */
static const char *skip_to(PtJson *j, const char *p, uint32_t base, bool opened, uint32_t *deepest)
{
    const char *end = j->end;
    unsigned flags = j->flags;
    bool want_key = false, object = j->depth > 0 && in_object(j);
    PtJsonToken token;
    PtStr key;
    for (;;) {
        if (!opened) {
            if (want_key) {
                p = key_end(j, p, &flags, &key);
                if (p == NULL) {
                    return NULL;
                }
                p = skip_space(p, end);
            }
            if (p == end) {
                return fail(j, p, "expected a value");
            }
            opened = *p == '{' || *p == '[';
            object = opened ? *p == '{' : object;
            p = opened ? open_level(j, p, object) : scalar_end(j, p, &flags, &token);
            if (p == NULL) {
                return NULL;
            }
        }
        if (opened) {
            opened = false;
            *deepest = j->depth > *deepest ? j->depth : *deepest;
            p = skip_space(p, end);
            if (p == end || *p != (object ? '}' : ']')) {
                want_key = object;
                continue;
            }
        }
        for (;; p++) { // behind a value: closing brackets, then a comma
            if (j->depth == base) {
                j->flags = flags;
                return p;
            }
            p = skip_space(p, end);
            if (p < end && *p == ',') {
                break;
            }
            if (p == end || *p != (object ? '}' : ']')) {
                return fail_after(j, p);
            }
            j->depth--;
            object = j->depth > 0 && in_object(j);
        }
        p = skip_space(p + 1, end);
        want_key = object;
    }
}

static bool skip_from(PtJson *j, const char *from, uint32_t base, bool opened, PtStr *ret_raw,
                      unsigned *ret_flags, uint32_t *ret_depth)
{
    uint32_t deepest = base;
    j->flags = 0;
    const char *p = skip_to(j, opened ? j->at : from, base, opened, &deepest);
    if (p == NULL) {
        return false;
    }
    j->raw = (PtStr){from, (size_t)(p - from)};
    j->at = p;
    j->expect = EXPECT_AFTER;
    if (ret_raw != NULL) {
        *ret_raw = j->raw;
    }
    if (ret_flags != NULL) {
        *ret_flags = j->flags;
    }
    if (ret_depth != NULL) {
        *ret_depth = deepest - base;
    }
    return true;
}

bool pt_json_skip(PtJson *j, PtStr *ret_raw, unsigned *ret_flags, uint32_t *ret_depth)
{
    if (j->expect == EXPECT_NOTHING) {
        return false;
    }
    const char *p = skip_space(j->at, j->end);
    bool comma =
        j->expect == EXPECT_AFTER && j->depth > 0 && !in_object(j) && p < j->end && *p == ',';
    if (comma) {
        p = skip_space(p + 1, j->end);
    } else if (j->expect != EXPECT_VALUE && j->expect != EXPECT_FIRST_VALUE) {
        (void)fail(j, p, "expected a value");
        return false;
    }
    return skip_from(j, p, j->depth, false, ret_raw, ret_flags, ret_depth);
}

bool pt_json_skip_open(PtJson *j, PtStr *ret_raw, unsigned *ret_flags, uint32_t *ret_depth)
{
    if (j->expect != EXPECT_FIRST_KEY && j->expect != EXPECT_FIRST_VALUE) {
        if (j->expect != EXPECT_NOTHING) {
            (void)fail(j, j->at, "expected an object or array just opened");
        }
        return false;
    }
    return skip_from(j, j->raw.data, j->depth - 1, true, ret_raw, ret_flags, ret_depth);
}

PtStatus pt_json_check(PtStr text, uint32_t max_depth, PtError *err)
{
    PtJson j;
    pt_json_init(&j, text, max_depth);
    if (!pt_json_skip(&j, NULL, NULL, NULL) || pt_json_next(&j) != PT_JSON_END) {
        return pt_json_error(&j, err);
    }
    return PT_OK;
}
