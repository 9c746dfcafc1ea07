// SPDX-License-Identifier: Apache-2.0
#include "letters.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

const char *const letter_languages[LETTER_LANGUAGES] = {"en", "de", "fr", "es", "ar"};

/* ---- Texts ------------------------------------------------------------------------------------
 */

static const Letter *draw(const char *language, const char *kind, uint64_t at)
{
    const Letter *found[16];
    size_t count = 0;
    for (size_t i = 0; i < letter_count && count < sizeof found / sizeof *found; i++) {
        if (strcmp(letters[i].language, language) == 0 && strcmp(letters[i].kind, kind) == 0) {
            found[count++] = &letters[i];
        }
    }
    return count > 0 ? found[at % count] : NULL;
}

const Letter *letter_draw(const char *language, const char *kind, PtRng *rng)
{
    const uint64_t at = pt_rng_u64(rng);
    const Letter *letter = draw(language, kind, at);
    return letter != NULL ? letter : draw("en", kind, at);
}

void letter_fill(const char *text, const LetterWords *w, PtBuf *out)
{
    const struct {
        const char *name, *value;
    } words[] = {{"{store}", w->store}, {"{code}", w->code}, {"{till}", w->till},
                 {"{order}", w->order}, {"{name}", w->name}, {"{date}", w->date},
                 {"{who}", w->who}};
    while (*text != '\0') {
        const size_t plain = strcspn(text, "{");
        pt_buf_add(out, text, plain);
        text += plain;
        size_t i = 0;
        while (i < sizeof words / sizeof *words &&
               strncmp(text, words[i].name, strlen(words[i].name)) != 0) {
            i++;
        }
        if (i < sizeof words / sizeof *words) {
            pt_buf_add_str(out, pt_str(words[i].value));
            text += strlen(words[i].name);
        } else if (*text != '\0') {
            pt_buf_add_char(out, *text++);
        }
    }
}

/* ---- Mails ------------------------------------------------------------------------------------
 */

void letter_date(int64_t at_ms, char out[static 40])
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const PtCivil c = pt_civil_of_ms(at_ms);
    (void)snprintf(out, 40, "%s, %u %s %04d %02u:%02u:%02u +0000",
                   days[pt_civil_weekday(c.year, c.month, c.day) - 1], c.day, months[c.month - 1],
                   c.year, c.hour, c.minute, c.second);
}

static void put_base64(PtBuf *out, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        const size_t n = len - i < 3 ? len - i : 3;
        const uint32_t v = (uint32_t)bytes[i] << 16 | (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                           (n > 2 ? bytes[i + 2] : 0);
        const char four[] = {digits[v >> 18], digits[v >> 12 & 63],
                             n > 1 ? digits[v >> 6 & 63] : '=', n > 2 ? digits[v & 63] : '='};
        pt_buf_add(out, four, sizeof four);
        if (i % 57 == 54) {
            pt_buf_add(out, "\r\n", 2);
        }
    }
}

static bool is_ascii(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* As RFC 2047 has it: words of up to 42 bytes, none within a character. */
static void put_words(PtBuf *out, PtStr text)
{
    if (is_ascii(text)) {
        pt_buf_add_str(out, text);
        return;
    }
    for (size_t from = 0; from < text.len;) {
        size_t len = text.len - from < 42 ? text.len - from : 42;
        while (from + len < text.len && ((unsigned char)text.data[from + len] & 0xc0) == 0x80) {
            len--;
        }
        pt_buf_printf(out, "%s=?utf-8?B?", from > 0 ? "\r\n " : "");
        put_base64(out, (const unsigned char *)text.data + from, len);
        pt_buf_add_str(out, PT_STR("?="));
        from += len;
    }
}

static void put_lines(PtBuf *out, PtStr text)
{
    PtStr line;
    while (pt_str_cut(&text, '\n', &line)) {
        pt_buf_add_str(out, line);
        pt_buf_add_str(out, PT_STR("\r\n"));
    }
}

static void put_plain(PtBuf *out, PtStr text)
{
    pt_buf_add_str(out, PT_STR("Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: 8bit\r\n\r\n"));
    put_lines(out, text);
}

static void put_html(PtBuf *out, PtStr text)
{
    PtStr line;
    pt_buf_add_str(out, PT_STR("--lark\r\nContent-Type: text/html; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: 8bit\r\n\r\n<html><body dir=\"auto\">"));
    while (pt_str_cut(&text, '\n', &line)) {
        pt_buf_add_str(out, PT_STR("<p>"));
        pt_buf_add_html(out, line);
        pt_buf_add_str(out, PT_STR("</p>\r\n"));
    }
    pt_buf_add_str(out, PT_STR("<img src=\"https://pixel.example/open.gif\" width=\"1\" "
                               "height=\"1\"></body></html>\r\n"));
}

/* A till's display that says an error, as a picture of 24 by 24: grey, with a red bar. */
static void put_photo(PtBuf *out)
{
    static const char png[] =
        "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYAgMAAACdGdVrAAAACVBMVEVVVVWqqqrMIiKdLPJ1AAAA"
        "HElEQVR42mNgwAZYQ4EggCgqa9Wqlbgook0hDADsQB7dS1pNqgAAAABJRU5ErkJggg==";
    pt_buf_printf(out,
                  "--lark\r\nContent-Type: image/png; name=\"IMG_2041.png\"\r\n"
                  "Content-Disposition: attachment; filename=\"IMG_2041.png\"\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
                  png);
}

void letter_write(const LetterMail *m, PtBuf *out)
{
    static const char *const kinds[LETTER_FORM_COUNT] = {[LETTER_HTML] = "alternative",
                                                         [LETTER_PHOTO] = "mixed"};
    char date[40];
    letter_date(m->at_ms, date);
    pt_buf_add_str(out, PT_STR("From: "));
    put_words(out, pt_str(m->from_name));
    pt_buf_printf(out, " <%s>\r\nTo: <%s>\r\nSubject: ", m->from, m->to);
    put_words(out, m->subject);
    pt_buf_printf(out, "\r\nDate: %s\r\nMessage-ID: <%s>\r\n", date, m->id);
    if (m->answers[0] != '\0') {
        pt_buf_printf(out, "In-Reply-To: %s\r\nReferences: %s\r\n", m->answers, m->answers);
    }
    pt_buf_printf(out, "%sMIME-Version: 1.0\r\n", m->head);
    if (m->form == LETTER_TEXT) {
        put_plain(out, m->text);
        return;
    }
    pt_buf_printf(out, "Content-Type: multipart/%s; boundary=lark\r\n\r\n--lark\r\n",
                  kinds[m->form]);
    put_plain(out, m->text);
    if (m->form == LETTER_HTML) {
        put_html(out, m->text);
    } else {
        put_photo(out);
    }
    pt_buf_add_str(out, PT_STR("--lark--\r\n"));
}
