// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JSON (RFC 8259): a pull parser over a text in memory, and a writer into a PtBuf.
 *
 * The parser never recurses and never allocates: nesting is a bit per level. It accepts exactly
 * RFC 8259 in valid UTF-8 (no comments, no trailing commas, no BOM, no lone control characters).
 * Escaped lone surrogates (\ud800) and \u0000 are *accepted* and flagged, since real clients send
 * them: decoding turns each into U+FFFD. Duplicate keys are the caller's to judge.
 *
 * Shapes   PtJson is a value that borrows the text. Token slices point into the text.
 * Errors   PT_JSON_ERROR is sticky; pt_json_error() tells what and at which byte.
 * Threads  No shared state.
 */
enum { PT_JSON_MAX_DEPTH = 4096 };

typedef enum PtJsonToken {
    PT_JSON_END, /* the one top-level value is complete and only white space follows */
    PT_JSON_ERROR,
    PT_JSON_NULL,
    PT_JSON_FALSE,
    PT_JSON_TRUE,
    PT_JSON_NUMBER, /* raw: the number's text */
    PT_JSON_STRING, /* raw: between the quotes, escapes as received */
    PT_JSON_KEY,    /* raw: likewise; the value follows as the next token */
    PT_JSON_OBJECT, /* opened */
    PT_JSON_OBJECT_END,
    PT_JSON_ARRAY, /* opened */
    PT_JSON_ARRAY_END,
} PtJsonToken;

/* Flags of the last string or key, and (or-ed) of a skipped value. */
enum {
    PT_JSON_ESCAPED = 1,        /* has a backslash: decode before comparing */
    PT_JSON_LONE_SURROGATE = 2, /* decoded to U+FFFD */
    PT_JSON_NUL = 4,            /* \u0000, decoded to U+FFFD */
};

typedef struct PtJson {
    const char *start, *at, *end;
    PtStr raw;                            /* of the last token */
    unsigned flags;                       /* of the last token */
    uint32_t depth;                       /* open objects and arrays */
    uint32_t max_depth;                   /* over it: error */
    uint8_t expect;                       /* internal state */
    const char *problem;                  /* NULL, or what is wrong */
    uint8_t kinds[PT_JSON_MAX_DEPTH / 8]; /* internal: a bit per level, 1 = object */
} PtJson;

/* max_depth: 1..PT_JSON_MAX_DEPTH levels of nesting. The text must outlive the parser. */
void pt_json_init(PtJson *j, PtStr text, uint32_t max_depth);

PtJsonToken pt_json_next(PtJson *j);

/* Skips the value that comes next (or, right after PT_JSON_OBJECT or PT_JSON_ARRAY was returned by
 * pt_json_next, use pt_json_skip_open). Checks it fully. *ret_raw is its text without white space
 * around it; *ret_flags the flags of all strings in it, *ret_depth how deep it nests (0 for a
 * scalar). Any out-pointer may be NULL. False on error; it is one when no value comes next, but a
 * key, a closing bracket or the end. Within an array the comma before the value is taken too.
 */
bool pt_json_skip(PtJson *j, PtStr *ret_raw, unsigned *ret_flags, uint32_t *ret_depth);

/* Skips the rest of the object or array whose opening was just returned. Same results; raw spans
 * from the opening bracket to its closing one.
 */
bool pt_json_skip_open(PtJson *j, PtStr *ret_raw, unsigned *ret_flags, uint32_t *ret_depth);

/* What is wrong and the byte offset, after PT_JSON_ERROR: "expected a comma or ] at byte 17". */
PtStatus pt_json_error(const PtJson *j, PtError *err);

/* Checks a whole text; the same verdict as pulling every token. PT_INVALID with reason if not JSON.
 */
PtStatus pt_json_check(PtStr text, uint32_t max_depth, PtError *err);

/* Appends the decoded UTF-8 of a string's raw text. Lone surrogates and \u0000 become U+FFFD. */
void pt_json_decode(PtStr raw, PtBuf *out);

/* True when the raw text of a string or key decodes to exactly `want`. */
bool pt_json_raw_eq(PtStr raw, unsigned flags, PtStr want);

/* The number's value. to_double is correctly rounded (as strtod); infinite when it overflows.
 * to_i64 is false unless the text is an integer (no '.', no exponent) that fits.
 */
double pt_json_to_double(PtStr raw);
bool pt_json_to_i64(PtStr raw, int64_t *ret_value);

/* A decimal number in text, which need not be as JSON has it: sign, digits with a point among them,
 * exponent; at least one digit. *ret_digits is it without a plus in front, for to_double.
 */
bool pt_json_number_of(PtStr text, PtStr *ret_digits);

/* Writer. Commas and colons are its own business; nesting must be closed by the caller in order.
 * Failures are the buffer's sticky status. Text that is not UTF-8 is written with each bad byte as
 * U+FFFD.
 */
typedef struct PtJsonOut {
    PtBuf *buf;
    bool comma; /* internal: a value was written at this level */
} PtJsonOut;

static inline PtJsonOut pt_json_out(PtBuf *buf)
{
    return (PtJsonOut){buf, false};
}

void pt_json_out_object(PtJsonOut *o);
void pt_json_out_object_end(PtJsonOut *o);
void pt_json_out_array(PtJsonOut *o);
void pt_json_out_array_end(PtJsonOut *o);
void pt_json_out_key(PtJsonOut *o, PtStr key);
void pt_json_out_str(PtJsonOut *o, PtStr value);
void pt_json_out_i64(PtJsonOut *o, int64_t value);
void pt_json_out_u64(PtJsonOut *o, uint64_t value);
void pt_json_out_double(
    PtJsonOut *o, double value); /* shortest text that reads back equal; null when not finite */
void pt_json_out_bool(PtJsonOut *o, bool value);
void pt_json_out_null(PtJsonOut *o);
void pt_json_out_raw(PtJsonOut *o, PtStr json); /* checked JSON text, verbatim */

/* A member: key and value. */
void pt_json_put_str(PtJsonOut *o, const char *key, PtStr value);
void pt_json_put_i64(PtJsonOut *o, const char *key, int64_t value);
void pt_json_put_u64(PtJsonOut *o, const char *key, uint64_t value);
void pt_json_put_bool(PtJsonOut *o, const char *key, bool value);

/* The scanner behind strings, in its SIMD and its plain form: the first byte of [p, end) that ends
 * a run of plain ASCII text (a quote, a backslash, a control character or a byte over 0x7f), or
 * end. Public for the test that holds them equal.
 */
const char *pt_json_scan_scalar(const char *p, const char *end);
const char *pt_json_scan(const char *p, const char *end);
