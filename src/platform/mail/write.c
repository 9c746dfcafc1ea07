// SPDX-License-Identifier: Apache-2.0
/* A message's parts and bodies; its headers are write_head.c's. */
#include "platform/mail/write.h"

enum { BASE64_LINE = 57, QUOTED_LINE = 75 };

/* ---- Encodings --------------------------------------------------------------------------------
 */

void mail_add_base64(PtBuf *out, PtStr bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        const unsigned char *p = (const unsigned char *)bytes.data + i;
        const size_t left = bytes.len - i;
        const uint32_t b =
            (uint32_t)p[0] << 16 | (left > 1 ? (uint32_t)p[1] << 8 : 0) | (left > 2 ? p[2] : 0U);
        const char four[4] = {digits[b >> 18], digits[b >> 12 & 63],
                              left > 1 ? digits[b >> 6 & 63] : '=',
                              left > 2 ? digits[b & 63] : '='};
        pt_buf_add(out, four, sizeof four);
    }
}

static void add_base64_lines(PtBuf *out, PtStr bytes)
{
    while (bytes.len > 0 && pt_buf_status(out) == PT_OK) {
        const size_t len = bytes.len < BASE64_LINE ? bytes.len : BASE64_LINE;
        mail_add_base64(out, (PtStr){bytes.data, len});
        pt_buf_add_str(out, PT_STR("\r\n"));
        bytes = pt_str_from(bytes, len);
    }
}

/* One line of text as quoted-printable (RFC 2045, 6.7). */
static void add_quoted_line(PtBuf *out, PtStr line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.len; i++) {
        const unsigned char c = (unsigned char)line.data[i];
        const bool last = i + 1 == line.len;
        // a dot, and the "F" of "From ", alone at a line's begin mean something to mail servers
        const bool first = column == 0 && (c == '.' || c == 'F');
        const bool plain =
            (c > ' ' && c <= '~' && c != '=' && !first) || ((c == ' ' || c == '\t') && !last);
        const size_t need = plain ? 1 : 3;
        if (column + need > QUOTED_LINE) {
            pt_buf_add_str(out, PT_STR("=\r\n"));
            column = 0;
            i--; // again, as the first of a line
            continue;
        }
        if (plain) {
            pt_buf_add_char(out, (char)c);
        } else {
            pt_buf_printf(out, "=%02X", c);
        }
        column += need;
    }
    pt_buf_add_str(out, PT_STR("\r\n"));
}

/* Line ends of any kind become CRLF. */
static void add_quoted(PtBuf *out, PtStr text)
{
    while (text.len > 0 && pt_buf_status(out) == PT_OK) {
        size_t len = 0;
        while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r') {
            len++;
        }
        add_quoted_line(out, (PtStr){text.data, len});
        const bool both =
            len + 1 < text.len && text.data[len] == '\r' && text.data[len + 1] == '\n';
        text = pt_str_from(text, len + (both ? 2 : 1));
    }
}

/* ---- Parts ------------------------------------------------------------------------------------
 * "=_" stands neither in quoted-printable nor in base64: no body can hold a boundary.
 */

static void begin_parts(PtBuf *out, const char *subtype, const char *name)
{
    pt_buf_printf(out, "Content-Type: multipart/%s; boundary=\"=_%s\"\r\n\r\n", subtype, name);
}

static void part(PtBuf *out, const char *name)
{
    pt_buf_printf(out, "--=_%s\r\n", name);
}

static void end_parts(PtBuf *out, const char *name)
{
    pt_buf_printf(out, "--=_%s--\r\n", name);
}

static void add_text(PtBuf *out, const char *subtype, PtStr text)
{
    pt_buf_printf(out,
                  "Content-Type: text/%s; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                  subtype);
    add_quoted(out, text);
}

static void add_bodies(PtBuf *out, const MailDraft *d)
{
    if (d->html.len == 0) {
        add_text(out, "plain", d->text);
        return;
    }
    begin_parts(out, "alternative", "text");
    part(out, "text");
    add_text(out, "plain", d->text);
    part(out, "text");
    add_text(out, "html", d->html);
    end_parts(out, "text");
}

static bool is_within(const MailDraft *d, const MailFile *f)
{
    return d->html.len > 0 && f->is_inline && f->content_id.len > 0;
}

static size_t count_within(const MailDraft *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->file_count; i++) {
        count += is_within(d, &d->files[i]);
    }
    return count;
}

static void add_files(PtBuf *out, const MailDraft *d, bool within, const char *name)
{
    for (size_t i = 0; i < d->file_count; i++) {
        const MailFile *f = &d->files[i];
        if (is_within(d, f) == within) {
            part(out, name);
            mail_write_file_head(out, f, within);
            add_base64_lines(out, f->bytes);
        }
    }
}

/* The text with the images that are within it. */
static void add_content(PtBuf *out, const MailDraft *d, size_t within)
{
    if (within == 0) {
        add_bodies(out, d);
        return;
    }
    begin_parts(out, "related", "images");
    part(out, "images");
    add_bodies(out, d);
    add_files(out, d, true, "images");
    end_parts(out, "images");
}

static void add_body(PtBuf *out, const MailDraft *d)
{
    const size_t within = count_within(d);
    if (within == d->file_count) {
        add_content(out, d, within);
        return;
    }
    begin_parts(out, "mixed", "files");
    part(out, "files");
    add_content(out, d, within);
    add_files(out, d, false, "files");
    end_parts(out, "files");
}

PtStatus mail_write(const MailDraft *draft, PtBuf *out, PtError *err)
{
    PtStatus st = mail_write_check(draft, err);
    if (st != PT_OK) {
        return st;
    }
    mail_write_head(out, draft);
    add_body(out, draft);
    st = pt_buf_status(out);
    return st == PT_OK          ? PT_OK
           : st == PT_NO_MEMORY ? pt_fail(err, st, "no memory to write a mail")
                                : pt_fail(err, st, "the mail has over %zu bytes", out->limit);
}
