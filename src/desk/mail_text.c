// SPDX-License-Identifier: Apache-2.0
/* Texts of messages, as a ticket can hold them; templates. */
#include "desk/mail_internal.h"

#include "base/buf.h"

#include <string.h>

static PtStr kept(PtArena *arena, PtBuf *buf)
{
    const PtStr text = pt_buf_status(buf) != PT_OK ? (PtStr){NULL, 0}
                       : buf->len > 0              ? pt_arena_str(arena, pt_buf_str(buf))
                                                   : PT_STR("");
    pt_buf_done(buf);
    return text;
}

PtStr desk_mail_plain(PtArena *arena, PtStr text, size_t max, bool lines, bool *ret_cut)
{
    PtBuf buf;
    size_t count = 0, at = 0;
    pt_buf_init(&buf, max * 4 + 1);
    for (; at < text.len && count < max; count++) {
        const char *p = text.data + at;
        const size_t step = pt_utf8_step(p, text.data + text.len);
        const unsigned char c = (unsigned char)*p;
        const bool end = lines && (c == '\n' || c == '\t');
        if (step == 0 || (step == 2 && c == 0xC2 && (unsigned char)p[1] < 0xA0)) {
            pt_buf_add_str(&buf, PT_STR("\xEF\xBF\xBD")); // no text, or a control character of C1
        } else if (step == 1 && (c < ' ' || c == 0x7F) && !end) {
            pt_buf_add_char(&buf, ' ');
        } else {
            pt_buf_add(&buf, p, step);
        }
        at += step > 0 ? step : 1;
    }
    *ret_cut = at < text.len;
    const PtStr all = kept(arena, &buf);
    return all.data != NULL && all.len > 0 ? pt_str_trim_low(all) : all;
}

PtStr desk_mail_lower(PtArena *arena, PtStr text)
{
    char *copy = pt_arena_alloc(arena, text.len + 1, 1);
    for (size_t i = 0; copy != NULL && i < text.len; i++) {
        copy[i] = pt_ascii_lower(text.data[i]);
    }
    return (PtStr){copy, copy != NULL ? text.len : 0};
}

/* ---- HTML -------------------------------------------------------------------------------------
 */

static bool is_tag(PtStr tag, const char *name)
{
    const size_t len = strlen(name);
    return tag.len >= len && pt_str_eq_nocase((PtStr){tag.data, len}, pt_str(name)) &&
           (tag.len == len || strchr(" \t\r\n/>", tag.data[len]) != NULL);
}

static bool ends_line(PtStr tag)
{
    static const char *const names[] = {"br",  "p",   "/p",  "/div", "/tr",        "/li",
                                        "/h1", "/h2", "/h3", "hr",   "/blockquote"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_tag(tag, names[i])) {
            return true;
        }
    }
    return false;
}

/* Behind the element's end, where its content is no text. */
static size_t skip_content(PtStr html, size_t at, PtStr tag)
{
    static const char *const names[] = {"style", "script", "head", "title"};
    const char *name = NULL;
    for (size_t i = 0; name == NULL && i < sizeof names / sizeof *names; i++) {
        name = is_tag(tag, names[i]) ? names[i] : NULL;
    }
    for (size_t i = at; name != NULL && i + 2 < html.len; i++) {
        if (html.data[i] == '<' && html.data[i + 1] == '/' &&
            is_tag(pt_str_from(html, i + 2), name)) {
            return i;
        }
    }
    return name != NULL ? html.len : at;
}

static size_t add_entity(PtBuf *buf, PtStr rest)
{
    static const struct {
        const char *name, *text;
    } entities[] = {{"&amp;", "&"}, {"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""},
                    {"&#39;", "'"}, {"&apos;", "'"}, {"&nbsp;", " "}, {"&#160;", " "}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        const size_t len = strlen(entities[i].name);
        if (rest.len >= len &&
            pt_str_eq_nocase((PtStr){rest.data, len}, pt_str(entities[i].name))) {
            pt_buf_add_str(buf, pt_str(entities[i].text));
            return len;
        }
    }
    pt_buf_add_char(buf, '&');
    return 1;
}

PtStr desk_mail_text_of_html(PtArena *arena, PtStr html)
{
    PtBuf buf;
    pt_buf_init(&buf, html.len + 1);
    for (size_t at = 0; at < html.len;) {
        const char c = html.data[at];
        const PtStr rest = pt_str_from(html, at);
        if (c == '<') {
            const char *end = memchr(rest.data, '>', rest.len);
            const PtStr tag = pt_str_from(rest, 1);
            if (end == NULL) {
                break;
            }
            if (ends_line(tag)) {
                pt_buf_add_char(&buf, '\n');
            }
            at = skip_content(html, at + (size_t)(end - rest.data) + 1, tag);
        } else if (c == '&') {
            at += add_entity(&buf, rest);
        } else {
            const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
            const bool before =
                buf.len > 0 && buf.data[buf.len - 1] != ' ' && buf.data[buf.len - 1] != '\n';
            if (!space || before) {
                pt_buf_add_char(&buf, space ? ' ' : c);
            }
            at++;
        }
    }
    return kept(arena, &buf);
}

/* ---- Subjects ---------------------------------------------------------------------------------
 */

/* What stands before a subject that was answered or handed on; 0: nothing does. */
static size_t reply_mark(PtStr s)
{
    static const char *const marks[] = {
        "re:", "aw:", "antw:", "sv:", "vs:", "rv:", "fw:", "fwd:", "wg:", "tr:", "rif:", "odp:"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t len = strlen(marks[i]);
        if (s.len >= len && pt_str_eq_nocase((PtStr){s.data, len}, pt_str(marks[i]))) {
            return len;
        }
    }
    return 0;
}

/* "[INC-1001]", "[INC-1001 TOKEN]" */
static size_t key_mark(PtStr s)
{
    const char *end = s.len > 0 && s.data[0] == '[' ? memchr(s.data, ']', s.len) : NULL;
    if (end == NULL) {
        return 0;
    }
    PtStr rest = {s.data + 1, (size_t)(end - s.data) - 1}, key = {NULL, 0};
    int64_t number = 0;
    const bool is = pt_str_cut(&rest, ' ', &key) && key.len > 4 && key.data[3] == '-' &&
                    desk_key_parse(key, &number);
    return is ? (size_t)(end - s.data) + 1 : 0;
}

PtStr desk_mail_title(PtArena *arena, PtStr subject)
{
    enum { TITLE = 200 };
    bool cut = false;
    PtStr rest = pt_str_trim_low(subject);
    for (;;) {
        const size_t mark = reply_mark(rest), key = key_mark(rest);
        if (mark + key == 0) {
            break;
        }
        rest = pt_str_trim_low(pt_str_from(rest, mark + key));
    }
    return desk_mail_plain(arena, rest.data != NULL ? rest : PT_STR(""), TITLE, false, &cut);
}

/* ---- Templates --------------------------------------------------------------------------------
 */

static const DeskMailWord *word_at(PtStr rest, const DeskMailWord *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(words[i].name);
        if (rest.len >= len + 4 && memcmp(rest.data + 2, words[i].name, len) == 0 &&
            memcmp(rest.data + 2 + len, "}}", 2) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

PtStr desk_mail_fill(PtArena *arena, PtStr text, const DeskMailWord *words, size_t count)
{
    enum { FILLED = 256 << 10 };
    PtBuf buf;
    pt_buf_init(&buf, FILLED);
    for (size_t at = 0; at < text.len;) {
        const PtStr rest = pt_str_from(text, at);
        const DeskMailWord *word =
            pt_str_starts(rest, PT_STR("{{")) ? word_at(rest, words, count) : NULL;
        if (word != NULL) {
            pt_buf_add_str(&buf, word->value);
            at += strlen(word->name) + 4;
        } else {
            pt_buf_add_char(&buf, text.data[at]);
            at++;
        }
    }
    return kept(arena, &buf);
}
