// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/memory.h"
#include "platform/sql/postgres_internal.h"

#include <ctype.h>
#include <string.h>

typedef enum TokenKind { END, SPACE, WORD, PARAM, SEMICOLON, OTHER } TokenKind;

typedef struct Token {
    TokenKind kind; /* SPACE: also comments; OTHER: also quoted */
    PtStr text;
} Token;

/* Behind the closing quote; a doubled one is none. The end where there is no closing one. */
static const char *skip_quoted(const char *p)
{
    const char quote = *p++;
    while (*p != '\0' && (*p != quote || p[1] == quote)) {
        p += *p == quote ? 2 : 1;
    }
    return *p == quote ? p + 1 : p;
}

static const char *skip_comment(const char *p)
{
    const char *end = p[0] == '-' ? strchr(p, '\n') : strstr(p + 2, "*/");
    return end == NULL ? p + strlen(p) : end + (p[0] == '-' ? 1 : 2);
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_' || (c & 0x80) != 0;
}

static Token next_token(const char **at)
{
    const char *from = *at, *p = from;
    TokenKind kind = OTHER;
    if (*p == '\0') {
        kind = END;
    } else if ((p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*')) {
        kind = SPACE;
        p = skip_comment(p);
    } else if (isspace((unsigned char)*p) != 0) {
        kind = SPACE;
        while (isspace((unsigned char)*p) != 0) {
            p++;
        }
    } else if (*p == '\'' || *p == '"') {
        p = skip_quoted(p);
    } else if (is_word(*p) || *p == '?') {
        kind = *p++ == '?' ? PARAM : WORD;
        while (is_word(*p)) {
            p++;
        }
    } else {
        kind = *p++ == ';' ? SEMICOLON : OTHER;
    }
    *at = p;
    return (Token){kind, {from, (size_t)(p - from)}};
}

static PtStatus take_text(PtBuf *b, char **ret_text, PtError *err)
{
    pt_buf_add_char(b, '\0');
    if (pt_buf_status(b) != PT_OK) {
        PtStatus st = pt_buf_status(b);
        pt_buf_done(b);
        return pt_fail(err, st, "an SQL text over %d bytes, or no memory for it", PG_TEXT_MAX);
    }
    *ret_text = PT_TAKE(b->data);
    return PT_OK;
}

PtStatus pt_pg_statement_text(const char *text, char **ret_text, int *ret_params, PtError *err)
{
    PtBuf b;
    uint32_t number, highest = 0;
    bool any = false, ended = false, good = true;
    const char *at = text;
    pt_buf_init(&b, PG_TEXT_MAX);
    for (Token t = next_token(&at); t.kind != END && good; t = next_token(&at)) {
        const bool counts = t.kind != SPACE;
        good = !(ended && counts);
        ended |= t.kind == SEMICOLON;
        any |= counts && !ended;
        if (t.kind == PARAM) {
            good &= pt_str_to_u32(pt_str_from(t.text, 1), PG_PARAMS_MAX, &number) && number > 0;
            highest = good && number > highest ? number : highest;
            pt_buf_add_char(&b, '$');
            t.text = pt_str_from(t.text, 1);
        }
        if (!ended) {
            pt_buf_add_str(&b, t.kind == WORD && pt_str_eq_nocase(t.text, PT_STR("BLOB"))
                                   ? PT_STR("BYTEA")
                                   : t.text);
        }
    }
    if (!good || !any) {
        pt_buf_done(&b);
        return pt_fail(err, PT_INVALID, "want one statement: \"%.80s\"", text);
    }
    *ret_params = (int)highest;
    return take_text(&b, ret_text, err);
}

PtStatus pt_pg_script_text(const char *text, char **ret_text, PtError *err)
{
    PtBuf b;
    PtStr before = {NULL, 0}; // the word before: CAST(x AS TEXT) names no column's type
    const char *at = text;
    pt_buf_init(&b, PG_TEXT_MAX);
    for (Token t = next_token(&at); t.kind != END; t = next_token(&at)) {
        const bool word = t.kind == WORD;
        if (word && pt_str_eq_nocase(t.text, PT_STR("BLOB"))) {
            pt_buf_add_str(&b, PT_STR("BYTEA"));
        } else if (word && pt_str_eq_nocase(t.text, PT_STR("TEXT")) &&
                   !pt_str_eq_nocase(before, PT_STR("AS"))) {
            pt_buf_add_str(&b, PT_STR("TEXT COLLATE \"C\""));
        } else {
            pt_buf_add_str(&b, t.text);
        }
        before = t.kind == SPACE ? before : t.text;
    }
    return take_text(&b, ret_text, err);
}
