// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/mail_internal.h"

#include <errno.h>
#include <iconv.h>

enum { CHARSET_BYTES = 40, TEXT_OUT = 2 * MAIL_TEXT_BYTES };

static void close_iconv(iconv_t *cd)
{
    if (*cd != (iconv_t)-1) {
        (void)iconv_close(*cd);
    }
}

/* Names that are written for what they are not: browsers and mail programs read them so, too. */
static const char *name_of(PtStr charset, char room[static CHARSET_BYTES])
{
    static const struct {
        const char *written, *meant;
    } names[] = {
        {"iso-8859-1", "windows-1252"},
        {"us-ascii", "windows-1252"},
        {"ascii", "windows-1252"},
        {"latin1", "windows-1252"},
        {"iso-8859-9", "windows-1254"},
        {"ks_c_5601-1987", "cp949"},
        {"gb2312", "gb18030"},
        {"gbk", "gb18030"},
        {"shift_jis", "cp932"},
        {"iso-8859-8-i", "iso-8859-8"},
        {"cp-850", "cp850"},
        {"utf8", "utf-8"},
        {"unicode-1-1-utf-7", "utf-7"},
        {"x-sjis", "cp932"},
        {"macintosh", "macintosh"},
        {"x-mac-roman", "macintosh"},
        {"iso-8859-6-i", "iso-8859-6"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq_nocase(charset, pt_str(names[i].written))) {
            return names[i].meant;
        }
    }
    return charset.len > 0 && pt_str_copy(room, CHARSET_BYTES, charset) ? room : NULL;
}

/* False: the charset is not known, or nothing but faults came of it. Bytes that are none of the
 * charset become U+FFFD. */
static bool convert(PtBuf *out, const char *from, PtStr bytes)
{
    PT_CLEANUP(close_iconv) iconv_t cd = iconv_open("UTF-8", from);
    char *in = (char *)(uintptr_t)bytes.data; // iconv does not write there
    size_t left = bytes.len, faults = 0;
    if (cd == (iconv_t)-1) {
        return false;
    }
    while (left > 0 && pt_buf_status(out) == PT_OK) {
        char piece[4096], *to = piece;
        size_t room = sizeof piece;
        const size_t done = iconv(cd, &in, &left, &to, &room);
        pt_buf_add(out, piece, sizeof piece - room);
        if (done == (size_t)-1 && errno != E2BIG) { // EILSEQ, or EINVAL at the end
            pt_buf_add_str(out, PT_STR("\xEF\xBF\xBD"));
            in++;
            left--;
            faults++;
        }
    }
    return faults <= bytes.len / 10 + 1;
}

/* Valid UTF-8 of what may not be; what is not becomes U+FFFD. */
static void mend(PtBuf *out, PtStr bytes)
{
    const char *end = bytes.data + bytes.len;
    for (const char *p = bytes.data; p < end;) {
        const size_t step = pt_utf8_step(p, end);
        pt_buf_add_str(out, step > 0 ? (PtStr){p, step} : PT_STR("\xEF\xBF\xBD"));
        p += step > 0 ? step : 1;
    }
}

static void decode(PtBuf *out, PtStr bytes, PtStr charset)
{
    char room[CHARSET_BYTES];
    const char *name = name_of(charset, room);
    const bool says_unicode = name != NULL && pt_str_eq_nocase(pt_str(name), PT_STR("utf-8"));
    const bool escapes = name != NULL && strncmp(name, "iso-2022", 8) == 0;
    const bool plain = name == NULL || strcmp(name, "windows-1252") == 0 || says_unicode;
    if (plain && !escapes && pt_utf8_valid(bytes)) {
        pt_buf_add_str(out, bytes);
    } else if (says_unicode) {
        mend(out, bytes);
    } else if (name == NULL || !convert(out, name, bytes)) {
        pt_buf_clear(out, TEXT_OUT);
        if (pt_utf8_valid(bytes)) {
            pt_buf_add_str(out, bytes);
        } else {
            (void)convert(out, "windows-1252", bytes);
        }
    }
}

/* Without NUL and CR, in place. */
static size_t tidy(char *text, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        const bool alone = text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n');
        if (alone) {
            text[to++] = '\n';
        } else if (text[i] != '\0' && text[i] != '\r') {
            text[to++] = text[i];
        }
    }
    return to;
}

PtStr mail_text(PtArena *arena, PtStr bytes, PtStr charset, size_t most, bool *ret_cut)
{
    PtBuf out;
    PtStr text = {NULL, 0};
    if (bytes.len > most) {
        bytes.len = most;
        *ret_cut = true;
    }
    pt_buf_init(&out, TEXT_OUT);
    decode(&out, bytes, charset);
    *ret_cut |= pt_buf_status(&out) == PT_TOO_LARGE;
    if (pt_buf_status(&out) != PT_NO_MEMORY) {
        const size_t len = out.data != NULL ? tidy(out.data, out.len) : 0;
        PtStr tidied = {out.data, len};
        while (tidied.len > most || (tidied.len > 0 && !pt_utf8_valid(tidied))) {
            tidied.len--; // behind a bound, in the middle of a character
            *ret_cut = true;
        }
        text = pt_arena_str(arena, tidied);
    }
    pt_buf_done(&out);
    return text;
}

PtStr mail_line(PtArena *arena, const char *value)
{
    bool cut = false;
    if (value == NULL) {
        return PT_STR("");
    }
    PtStr text = mail_text(arena, pt_str(value), (PtStr){NULL, 0}, MAIL_TEXT_BYTES, &cut);
    char *line = (char *)(uintptr_t)text.data; // it was made here
    for (size_t i = 0; i < text.len; i++) {
        line[i] = line[i] == '\n' || line[i] == '\t' ? ' ' : line[i];
    }
    return text.data != NULL ? pt_str_trim_low(text) : text;
}
