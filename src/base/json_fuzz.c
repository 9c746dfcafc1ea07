// SPDX-License-Identifier: Apache-2.0
/* Any bytes: pulling tokens, skipping and checking give one verdict with one reason, and what was
 * pulled, decoded and written again reads as the same document.
 */
#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 64, OUT_MAX = 1 << 26 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static PtStr decoded(PtStr raw, PtBuf *buf)
{
    pt_buf_clear(buf, OUT_MAX);
    pt_json_decode(raw, buf);
    return pt_buf_str(buf);
}

static void copy_text(PtJson *j, PtJsonOut *o, PtBuf *text, bool key)
{
    PtStr s = decoded(j->raw, text);
    REQUIRE(pt_utf8_valid(s));
    REQUIRE(pt_json_raw_eq(j->raw, j->flags, s));
    REQUIRE((j->flags & PT_JSON_ESCAPED) != 0 || pt_str_eq(s, j->raw));
    if (key) {
        pt_json_out_key(o, s);
    } else {
        pt_json_out_str(o, s);
    }
}

/* A number keeps its value through the writer of doubles. */
static void check_number(PtStr raw)
{
    double value = pt_json_to_double(raw);
    PtBuf buf;
    pt_buf_init(&buf, 64);
    PtJsonOut o = pt_json_out(&buf);
    pt_json_out_double(&o, value);
    double back = pt_json_to_double(pt_buf_str(&buf));
    bool finite = buf.data[0] != 'n';
    REQUIRE(!finite || back == value);
    int64_t integer;
    REQUIRE(!pt_json_to_i64(raw, &integer) || (double)integer == value);
    pt_buf_done(&buf);
}

static bool copy_token(PtJson *j, PtJsonToken token, PtJsonOut *o, PtBuf *text)
{
    switch (token) {
    case PT_JSON_NULL:
        pt_json_out_null(o);
        return true;
    case PT_JSON_FALSE:
    case PT_JSON_TRUE:
        pt_json_out_bool(o, token == PT_JSON_TRUE);
        return true;
    case PT_JSON_NUMBER:
        check_number(j->raw);
        pt_json_out_raw(o, j->raw);
        return true;
    case PT_JSON_STRING:
    case PT_JSON_KEY:
        copy_text(j, o, text, token == PT_JSON_KEY);
        return true;
    case PT_JSON_OBJECT:
        pt_json_out_object(o);
        return true;
    case PT_JSON_OBJECT_END:
        pt_json_out_object_end(o);
        return true;
    case PT_JSON_ARRAY:
        pt_json_out_array(o);
        return true;
    case PT_JSON_ARRAY_END:
        pt_json_out_array_end(o);
        return true;
    default:
        return false;
    }
}

static PtJsonToken copy(PtJson *j, PtStr text, PtBuf *out)
{
    PtBuf string;
    pt_buf_init(&string, OUT_MAX);
    PtJsonOut o = pt_json_out(out);
    pt_json_init(j, text, DEPTH);
    PtJsonToken token = pt_json_next(j);
    while (copy_token(j, token, &o, &string)) {
        token = pt_json_next(j);
    }
    pt_buf_done(&string);
    return token;
}

/* From each opening on, skip_open must end where the tokens of that value end. */
static void skip_levels(PtStr text)
{
    PtJson j;
    pt_json_init(&j, text, DEPTH);
    for (int i = 0; i < 16; i++) {
        PtJsonToken token = pt_json_next(&j);
        if (token != PT_JSON_OBJECT && token != PT_JSON_ARRAY) {
            continue;
        }
        PtJson skipped = j;
        PtStr raw;
        uint32_t depth;
        if (pt_json_skip_open(&skipped, &raw, NULL, &depth)) {
            REQUIRE(depth >= 1 && depth <= DEPTH && skipped.depth == j.depth - 1);
            REQUIRE(pt_json_check(raw, depth, NULL) == PT_OK);
            REQUIRE(depth == 1 || pt_json_check(raw, depth - 1, NULL) != PT_OK);
        }
    }
}

static void check_scanners(PtStr text)
{
    const char *end = text.data + text.len;
    for (const char *p = text.data; p < end; p++) {
        const char *stop = pt_json_scan_scalar(p, end);
        REQUIRE(pt_json_scan(p, end) == stop);
        p = stop;
        if (p == end) {
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr text = {(const char *)data, size};
    PtBuf once, twice;
    pt_buf_init(&once, OUT_MAX);
    pt_buf_init(&twice, OUT_MAX);
    PtJson j, again;
    PtError by_next = {0}, by_check = {0};
    PtJsonToken last = copy(&j, text, &once);
    PtStatus checked = pt_json_check(text, DEPTH, &by_check);
    REQUIRE((checked == PT_OK) == (last == PT_JSON_END));
    if (last == PT_JSON_ERROR) {
        (void)pt_json_error(&j, &by_next);
        REQUIRE(strcmp(by_next.message, by_check.message) == 0);
    } else {
        REQUIRE(pt_utf8_valid(text));
        REQUIRE(copy(&again, pt_buf_str(&once), &twice) == PT_JSON_END);
        REQUIRE(pt_str_eq(pt_buf_str(&once), pt_buf_str(&twice)));
    }
    skip_levels(text);
    check_scanners(text);
    pt_buf_done(&once);
    pt_buf_done(&twice);
    return 0;
}
