// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 256 };

void pt_buf_done(PtBuf *b)
{
    free(b->data);
    *b = (PtBuf){.limit = b->limit};
}

void pt_buf_clear(PtBuf *b, size_t keep_bytes)
{
    if (b->cap > keep_bytes) {
        free(b->data);
        b->data = NULL;
        b->cap = 0;
    }
    b->len = 0;
    b->status = PT_OK;
}

char *pt_buf_reserve(PtBuf *b, size_t more)
{
    if (b->status != PT_OK) {
        return NULL;
    }
    if (more > b->limit - b->len) {
        b->status = PT_TOO_LARGE;
        return NULL;
    }
    size_t want = b->len + more;
    if (want > b->cap) {
        size_t cap = b->cap > 0 ? b->cap : b->limit < FIRST_BYTES ? b->limit : FIRST_BYTES;
        while (cap < want) {
            cap = cap > b->limit / 2 ? b->limit : cap * 2;
        }
        char *grown = realloc(b->data, cap);
        if (grown == NULL) {
            b->status = PT_NO_MEMORY;
            return NULL;
        }
        b->data = grown;
        b->cap = cap;
    }
    return b->data + b->len;
}

void pt_buf_add(PtBuf *b, const void *bytes, size_t len)
{
    char *room = len > 0 ? pt_buf_reserve(b, len) : NULL;
    if (room != NULL) {
        memcpy(room, bytes, len);
        b->len += len;
    }
}

void pt_buf_add_char(PtBuf *b, char c)
{
    char *room = pt_buf_reserve(b, 1);
    if (room != NULL) {
        *room = c;
        b->len++;
    }
}

void pt_buf_printf(PtBuf *b, const char *fmt, ...)
{
    char small[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(small, sizeof small, fmt, args);
    va_end(args);
    if (n < 0) {
        b->status = PT_NO_MEMORY;
        return;
    }
    if ((size_t)n < sizeof small) {
        pt_buf_add(b, small, (size_t)n);
        return;
    }
    char *room = pt_buf_reserve(b, (size_t)n + 1);
    if (room != NULL) {
        va_start(args, fmt);
        (void)vsnprintf(room, (size_t)n + 1, fmt, args);
        va_end(args);
        b->len += (size_t)n;
    }
}

void pt_buf_add_html(PtBuf *b, PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        const char *entity = c == '<'   ? "&lt;"
                             : c == '>' ? "&gt;"
                             : c == '&' ? "&amp;"
                             : c == '"' ? "&quot;"
                                        : NULL;
        if (entity != NULL) {
            pt_buf_add_str(b, pt_str(entity));
        } else {
            pt_buf_add_char(b, c);
        }
    }
}

static bool is_negative_number(PtStr text)
{
    size_t digits = 0, points = 0;
    for (size_t i = 1; i < text.len; i++) {
        const char c = text.data[i];
        digits += c >= '0' && c <= '9';
        points += c == '.';
    }
    return text.len > 0 && text.data[0] == '-' && digits > 0 && points <= 1 &&
           digits + points + 1 == text.len;
}

/* What a spreadsheet would run (owasp.org/www-community/attacks/CSV_Injection): also the full-width
 * forms of = + - @. */
static bool is_formula(PtStr text)
{
    static const PtStr wide[] = {PT_STR_INIT("\xef\xbc\x9d"), PT_STR_INIT("\xef\xbc\x8b"),
                                 PT_STR_INIT("\xef\xbc\x8d"), PT_STR_INIT("\xef\xbc\xa0")};
    bool found = text.len > 0 && text.data[0] != '\0' && strchr("=+-@\t\r\n", text.data[0]) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        found = found || pt_str_starts(text, wide[i]);
    }
    return found && !is_negative_number(text);
}

void pt_buf_add_csv(PtBuf *b, PtStr text)
{
    pt_buf_add_char(b, '"');
    if (is_formula(text)) {
        pt_buf_add_char(b, '\'');
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"') {
            pt_buf_add_char(b, '"');
        }
        pt_buf_add_char(b, text.data[i]);
    }
    pt_buf_add_char(b, '"');
}
