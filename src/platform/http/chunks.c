// SPDX-License-Identifier: Apache-2.0
#include "platform/http_parse.h"

#include "platform/http/http_internal.h"

#include <string.h>

enum { SIZE_DIGITS_MAX = 16, EXTENSION_MAX = 256 };

typedef enum State {
    SIZE_FIRST, /* the first digit of a chunk size */
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START, /* a trailer field, or the CR of the last line */
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
} State;

typedef struct Step {
    const HttpLimits *limits;
    int status;
    const char *reason;
} Step;

static bool fail(Step *step, int status, const char *reason)
{
    step->status = status;
    step->reason = reason;
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool size_byte(HttpChunks *c, char b, Step *step)
{
    int digit = hex_digit(b);
    if (digit >= 0) {
        if (++c->line_bytes > SIZE_DIGITS_MAX) {
            return fail(step, 400, "a chunk size has too many digits");
        }
        c->left = c->left * 16 + (unsigned)digit;
        c->state = SIZE;
        return c->left <= step->limits->body_bytes - c->body_bytes ||
               fail(step, 413, "the body is too large");
    }
    if (c->state == SIZE_FIRST || (b != ';' && b != '\r')) {
        return fail(step, 400, "a chunk size is not a hexadecimal number");
    }
    c->line_bytes = 1;
    c->state = b == ';' ? EXTENSION : SIZE_LF;
    return true;
}

static bool extension_byte(HttpChunks *c, char b, Step *step)
{
    if (b == '\r') {
        c->state = SIZE_LF;
        return true;
    }
    if ((http_byte_class[(uint8_t)b] & HTTP_BYTE_VALUE) == 0) {
        return fail(step, 400, "a chunk extension holds a control character");
    }
    return ++c->line_bytes <= EXTENSION_MAX || fail(step, 400, "a chunk extension is too long");
}

static bool line_feed(HttpChunks *c, char b, State next, Step *step)
{
    c->state = (uint8_t)next;
    return b == '\n' || fail(step, 400, "a chunk line does not end in CR LF");
}

static bool trailer_byte(HttpChunks *c, char b, Step *step)
{
    uint8_t class = http_byte_class[(uint8_t)b];
    if (++c->line_bytes > step->limits->header_bytes) {
        return fail(step, 431, "the trailer is too large");
    }
    if (c->state == TRAILER_VALUE) {
        c->state = b == '\r' ? TRAILER_LF : TRAILER_VALUE;
        return b == '\r' || (class & HTTP_BYTE_VALUE) != 0 ||
               fail(step, 400, "a trailer value holds a control character");
    }
    if (c->state == TRAILER_START && b == '\r') {
        c->state = END_LF;
        return true;
    }
    if (c->state == TRAILER_NAME && b == ':') {
        c->state = TRAILER_VALUE;
        return true;
    }
    c->state = TRAILER_NAME;
    return (class & HTTP_BYTE_TOKEN) != 0 ||
           fail(step, 400, "a trailer line is not name, colon and value");
}

/* One byte outside of chunk data. */
static bool control_byte(HttpChunks *c, char b, Step *step)
{
    switch ((State)c->state) {
    case SIZE_FIRST:
    case SIZE:
        return size_byte(c, b, step);
    case EXTENSION:
        return extension_byte(c, b, step);
    case SIZE_LF:
        c->line_bytes = 0;
        return line_feed(c, b, c->left > 0 ? DATA : TRAILER_START, step);
    case DATA_CR:
        c->state = DATA_LF;
        return b == '\r' || fail(step, 400, "chunk data is longer than its size");
    case DATA_LF:
        return line_feed(c, b, SIZE_FIRST, step);
    case TRAILER_LF:
        return line_feed(c, b, TRAILER_START, step);
    case END_LF:
        return line_feed(c, b, END_LF, step);
    default:
        return trailer_byte(c, b, step);
    }
}

// NOLINTNEXTLINE(readability-function-size): the parameters are the two buffers and the verdict
HttpParseResult http_parse_chunks(HttpChunks *c, const HttpLimits *limits, const char *in,
                                  size_t in_len, size_t *ret_used, char *out, size_t *ret_out_len,
                                  int *ret_status, const char **ret_reason)
{
    Step step = {.limits = limits};
    size_t used = 0, out_len = 0;
    HttpParseResult result = HTTP_PARSE_MORE;
    while (used < in_len && result == HTTP_PARSE_MORE) {
        if (c->state == DATA) {
            size_t n = in_len - used < c->left ? in_len - used : (size_t)c->left;
            memmove(out + out_len, in + used, n);
            used += n;
            out_len += n;
            c->left -= n;
            c->body_bytes += n;
            c->state = c->left > 0 ? DATA : DATA_CR;
            continue;
        }
        bool was_last = c->state == END_LF;
        if (!control_byte(c, in[used++], &step)) {
            *ret_status = step.status;
            *ret_reason = step.reason;
            result = HTTP_PARSE_ERROR;
        } else if (was_last) {
            result = HTTP_PARSE_DONE;
        }
    }
    *ret_used = used;
    *ret_out_len = out_len;
    return result;
}
