// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/imap_read.h"

#include "base/memory.h"

enum {
    LITERAL_DROPPED_MAX = 256 << 20, /* read on, rather than the connection given up */
    LITERAL_DIGITS = 12,
};

static PtStatus no_imap(PtError *err, const char *what)
{
    return pt_fail(err, PT_UNAVAILABLE, "the mail server's answer is no IMAP: %s", what);
}

void imap_reader_init(ImapReader *r, ImapRead read, void *ctx)
{
    *r = (ImapReader){.read = read, .ctx = ctx};
    pt_buf_init(&r->line, MAIL_LINE_BYTES);
}

void imap_reader_done(ImapReader *r)
{
    pt_buf_done(&r->line);
}

PtStatus imap_reader_fill(ImapReader *r, PtError *err)
{
    if (r->at < r->len) {
        return PT_OK;
    }
    r->at = r->len = 0;
    return r->read(r->ctx, r->bytes, sizeof r->bytes, &r->len, err);
}

static PtStatus line_status(const ImapReader *r, PtError *err)
{
    switch (pt_buf_status(&r->line)) {
    case PT_OK:
        return PT_OK;
    case PT_NO_MEMORY:
        return pt_fail(err, PT_NO_MEMORY, "no memory for an answer of the mail server");
    default:
        return pt_fail(err, PT_UNAVAILABLE, "the mail server's answer has a line over %d bytes",
                       MAIL_LINE_BYTES);
    }
}

/* Appends up to the line's end, without it. */
static PtStatus read_line(ImapReader *r, PtError *err)
{
    const size_t begin = r->line.len;
    for (;;) {
        PtStatus st = imap_reader_fill(r, err);
        if (st != PT_OK) {
            return st;
        }
        const char *from = r->bytes + r->at, *end = memchr(from, '\n', r->len - r->at);
        const size_t len = end != NULL ? (size_t)(end - from) : r->len - r->at;
        pt_buf_add(&r->line, from, len);
        r->at += len + (end != NULL);
        st = line_status(r, err);
        if (st != PT_OK || end != NULL) {
            r->line.len -= r->line.len > begin && r->line.data[r->line.len - 1] == '\r';
            return st;
        }
    }
}

/* The count of a literal that the line ends with, "{123}", and where its brace is. What lies before
 * `begin` has been looked at. */
static bool ends_in_literal(PtStr line, size_t begin, uint64_t *ret_count, size_t *ret_brace)
{
    if (line.len <= begin || line.data[line.len - 1] != '}') {
        return false;
    }
    const size_t end = line.len - 1;
    size_t i = end;
    uint64_t count = 0, unit = 1;
    while (i > begin && line.data[i - 1] >= '0' && line.data[i - 1] <= '9' &&
           end - i < LITERAL_DIGITS) {
        count += (uint64_t)(line.data[--i] - '0') * unit;
        unit *= 10;
    }
    if (i == end || i == begin || line.data[i - 1] != '{') {
        return false;
    }
    *ret_count = count;
    *ret_brace = i - 1;
    return true;
}

static bool ends_nocase(PtStr text, const char *end)
{
    const size_t len = strlen(end);
    return text.len >= len &&
           pt_str_eq_nocase((PtStr){text.data + text.len - len, len}, (PtStr){end, len});
}

/* Takes count bytes: into `out` as far as it has room (NULL: nowhere). */
static PtStatus read_literal(ImapReader *r, uint64_t count, PtBuf *out, PtError *err)
{
    for (uint64_t left = count; left > 0;) {
        const PtStatus st = imap_reader_fill(r, err);
        if (st != PT_OK) {
            return st;
        }
        const size_t here = r->len - r->at < left ? r->len - r->at : (size_t)left;
        if (out != NULL) {
            const size_t room = out->limit - out->len;
            pt_buf_add(out, r->bytes + r->at, here < room ? here : room);
        }
        r->at += here;
        left -= here;
    }
    return PT_OK;
}

static PtStatus read_message(ImapReader *r, uint64_t count, PtError *err)
{
    if (count > LITERAL_DROPPED_MAX) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail server sends %llu bytes at once",
                       (unsigned long long)count);
    }
    if (r->message != NULL) {
        pt_buf_clear(r->message, SIZE_MAX);
        r->has_message = true;
        r->message_over = count > r->message->limit;
    }
    const PtStatus st = read_literal(r, count, r->message, err);
    if (st == PT_OK && r->message != NULL && pt_buf_status(r->message) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a mail of %llu bytes",
                       (unsigned long long)count);
    }
    return st;
}

/* A literal of something that nobody asked for stays in the line, behind its "{n}". That of the
 * message is "{0}" there. */
static PtStatus take_literal(ImapReader *r, uint64_t count, size_t brace, PtError *err)
{
    const PtStr before = pt_str_trim((PtStr){r->line.data, brace});
    if (ends_nocase(before, "BODY[]") || ends_nocase(before, "BODY[]<0>")) {
        r->line.len = brace;
        pt_buf_add_str(&r->line, PT_STR("{0}"));
        return read_message(r, count, err);
    }
    if (count > MAIL_LINE_BYTES) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail server's answer has a literal over %d bytes",
                       MAIL_LINE_BYTES);
    }
    pt_buf_add_str(&r->line, PT_STR("\n")); // the parser's sign: what follows is the literal
    const PtStatus st = read_literal(r, count, &r->line, err);
    return st == PT_OK ? line_status(r, err) : st;
}

static PtStr cut_word(PtStr *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->data[len] != ' ') {
        len++;
    }
    const PtStr word = {rest->data, len};
    *rest = pt_str_from(*rest, len < rest->len ? len + 1 : len);
    return word;
}

/* Text for people may end in what looks like a literal. */
static bool is_status(PtStr word)
{
    static const char *words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (pt_str_eq_nocase(word, pt_str(words[i]))) {
            return true;
        }
    }
    return false;
}

static PtStatus read_parts(ImapReader *r, PtError *err)
{
    uint64_t count;
    size_t brace, begin = 0;
    while (ends_in_literal(pt_buf_str(&r->line), begin, &count, &brace)) {
        PtStatus st = take_literal(r, count, brace, err);
        begin = r->line.len;
        st = st == PT_OK ? read_line(r, err) : st;
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

/* "* " and what follows, whose literals may move the line. */
static PtStatus read_data(ImapReader *r, ImapResponse *out, PtError *err)
{
    PtStr rest = pt_str_from(pt_buf_str(&r->line), 2);
    if (!is_status(cut_word(&rest))) {
        const PtStatus st = read_parts(r, err);
        if (st != PT_OK) {
            return st;
        }
    }
    rest = pt_str_from(pt_buf_str(&r->line), 2);
    out->word = cut_word(&rest);
    if (pt_str_to_u32(out->word, UINT32_MAX, &out->number)) {
        out->word = cut_word(&rest);
    }
    out->rest = rest;
    return PT_OK;
}

PtStatus imap_reader_next(ImapReader *r, ImapResponse *ret_response, PtError *err)
{
    pt_buf_clear(&r->line, MAIL_LINE_BYTES);
    PtStatus st = read_line(r, err);
    const PtStr line = pt_buf_str(&r->line);
    ImapResponse out = {.kind = IMAP_DATA};
    if (st != PT_OK) {
        return st;
    }
    if (pt_str_starts(line, PT_STR("* "))) {
        st = read_data(r, &out, err);
    } else if (pt_str_starts(line, PT_STR("+"))) {
        out.kind = IMAP_CONTINUE;
    } else {
        out.kind = IMAP_DONE;
        out.rest = line;
        out.tag = cut_word(&out.rest);
        out.word = cut_word(&out.rest);
        st = out.tag.len > 0 && is_status(out.word) ? PT_OK : no_imap(err, "a line of no kind");
    }
    if (st == PT_OK) {
        *ret_response = out;
    }
    return st;
}

/* ---- Items of FETCH ---------------------------------------------------------------------------
 */

typedef struct Cursor {
    const char *p, *end;
} Cursor;

static void skip_spaces(Cursor *c)
{
    while (c->p < c->end && *c->p == ' ') {
        c->p++;
    }
}

/* Behind the quote that ends; unescaped content goes to `out` where it is not NULL. */
static bool take_quoted(Cursor *c, PtBuf *out)
{
    for (c->p++; c->p < c->end && *c->p != '"'; c->p++) {
        c->p += *c->p == '\\' && c->p + 1 < c->end;
        if (out != NULL) {
            pt_buf_add_char(out, *c->p);
        }
    }
    return c->p++ < c->end;
}

/* "{n}" and, where take_literal left it in the line, "\n" and n bytes. */
static bool skip_literal(Cursor *c)
{
    const char *brace = memchr(c->p, '}', (size_t)(c->end - c->p));
    uint32_t count;
    if (brace == NULL ||
        !pt_str_to_u32((PtStr){c->p + 1, (size_t)(brace - c->p) - 1}, MAIL_LINE_BYTES, &count)) {
        return false;
    }
    c->p = brace + 1;
    const size_t skip = c->p < c->end && *c->p == '\n' ? (size_t)count + 1 : 0;
    if ((size_t)(c->end - c->p) < skip) {
        return false;
    }
    c->p += skip;
    return true;
}

/* A word up to a space or a parenthesis; those within brackets belong to it: BODY[HEADER (TO)]. */
static PtStr take_atom(Cursor *c)
{
    const char *from = c->p;
    int brackets = 0;
    for (; c->p < c->end; c->p++) {
        brackets += (*c->p == '[') - (*c->p == ']');
        if (brackets <= 0 && (*c->p == ' ' || *c->p == '(' || *c->p == ')')) {
            break;
        }
    }
    return (PtStr){from, (size_t)(c->p - from)};
}

static bool skip_value(Cursor *c)
{
    int depth = 0;
    do {
        skip_spaces(c);
        if (c->p >= c->end) {
            return false;
        }
        switch (*c->p) {
        case '(':
            c->p++;
            depth++;
            break;
        case ')':
            c->p++;
            depth--;
            break;
        case '"':
            if (!take_quoted(c, NULL)) {
                return false;
            }
            break;
        case '{':
            if (!skip_literal(c)) {
                return false;
            }
            break;
        default:
            if (take_atom(c).len == 0) {
                return false;
            }
        }
    } while (depth > 0 && depth <= IMAP_NESTING);
    return depth == 0;
}

static bool take_flags(Cursor *c, MailItem *item)
{
    const char *from = c->p;
    if (from >= c->end || *from != '(' || !skip_value(c)) {
        return false;
    }
    const PtStr flags = {from + 1, (size_t)(c->p - from) - 2};
    item->seen = imap_has_word(flags, "\\Seen");
    item->deleted = imap_has_word(flags, "\\Deleted");
    return true;
}

static bool take_number(Cursor *c, uint64_t *ret_number)
{
    const PtStr digits = take_atom(c);
    uint64_t number = 0;
    bool ok = digits.len > 0 && digits.len <= 18;
    for (size_t i = 0; ok && i < digits.len; i++) {
        ok = digits.data[i] >= '0' && digits.data[i] <= '9';
        number = number * 10 + (uint64_t)(digits.data[i] - '0');
    }
    *ret_number = ok ? number : 0;
    return ok;
}

/* The message itself, where it is no literal: in quotes, or NIL. */
static bool take_body(ImapReader *r, Cursor *c, ImapFetched *out)
{
    if (c->p < c->end && *c->p == '"') {
        if (r->message != NULL) {
            pt_buf_clear(r->message, SIZE_MAX);
        }
        out->has_message = take_quoted(c, r->message);
        return out->has_message && (r->message == NULL || pt_buf_status(r->message) == PT_OK);
    }
    out->has_message = r->has_message && c->p < c->end && *c->p == '{';
    return skip_value(c);
}

static bool take_item(ImapReader *r, Cursor *c, ImapFetched *out)
{
    const PtStr name = take_atom(c);
    uint64_t number;
    skip_spaces(c);
    if (pt_str_eq_nocase(name, PT_STR("UID"))) {
        const bool ok = take_number(c, &number) && number > 0 && number <= UINT32_MAX;
        out->item.uid = ok ? (uint32_t)number : 0;
        return ok;
    }
    if (pt_str_eq_nocase(name, PT_STR("RFC822.SIZE"))) {
        out->has_bytes = take_number(c, &out->item.bytes);
        return out->has_bytes;
    }
    if (pt_str_eq_nocase(name, PT_STR("FLAGS"))) {
        return take_flags(c, &out->item);
    }
    if (pt_str_eq_nocase(name, PT_STR("BODY[]")) || pt_str_eq_nocase(name, PT_STR("BODY[]<0>"))) {
        return take_body(r, c, out);
    }
    return name.len > 0 && skip_value(c);
}

bool imap_read_fetched(ImapReader *r, PtStr rest, ImapFetched *ret_fetched)
{
    Cursor c = {rest.data, rest.data + rest.len};
    ImapFetched out = {0};
    if (rest.len == 0 || *c.p++ != '(') {
        return false;
    }
    for (skip_spaces(&c); c.p < c.end && *c.p != ')'; skip_spaces(&c)) {
        if (!take_item(r, &c, &out)) {
            return false;
        }
    }
    *ret_fetched = out;
    return c.p < c.end;
}

/* ---- Words ------------------------------------------------------------------------------------
 */

bool imap_has_word(PtStr words, const char *word)
{
    while (words.len > 0) {
        if (pt_str_eq_nocase(cut_word(&words), pt_str(word))) {
            return true;
        }
    }
    return false;
}

/* What stands in the brackets. */
static PtStr code_of(PtStr rest)
{
    const char *end = rest.len > 0 && rest.data[0] == '[' ? memchr(rest.data, ']', rest.len) : NULL;
    return end != NULL ? (PtStr){rest.data + 1, (size_t)(end - rest.data) - 1} : (PtStr){"", 0};
}

bool imap_has_code(PtStr rest, const char *code)
{
    PtStr in = code_of(rest);
    return pt_str_eq_nocase(cut_word(&in), pt_str(code));
}

bool imap_code_number(PtStr rest, const char *code, uint32_t *ret_number)
{
    PtStr in = code_of(rest);
    return pt_str_eq_nocase(cut_word(&in), pt_str(code)) &&
           pt_str_to_u32(cut_word(&in), UINT32_MAX, ret_number);
}

/* ---- Names of folders -------------------------------------------------------------------------
 */

/* A run of other than printable ASCII as UTF-16 in base64 with "," for "/", between "&" and "-". */
static size_t add_utf7(PtBuf *out, const char *p, const char *end)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    const char *from = p;
    uint32_t bits = 0;
    unsigned have = 0;
    pt_buf_add_char(out, '&');
    while (p < end && (unsigned char)*p >= 0x80) {
        const size_t len = pt_utf8_step(p, end);
        uint32_t code = (unsigned char)*p & (0xFFU >> (len + 1));
        for (size_t i = 1; i < len; i++) {
            code = code << 6 | ((unsigned char)p[i] & 0x3FU);
        }
        p += len;
        const uint32_t over = code - 0x10000;
        const uint16_t units[2] = {(uint16_t)(code < 0x10000 ? code : 0xD800 | over >> 10),
                                   (uint16_t)(0xDC00 | (over & 0x3FF))};
        for (size_t i = 0; i < (code < 0x10000 ? 1 : 2); i++) {
            bits = bits << 16 | units[i];
            for (have += 16; have >= 6; have -= 6) {
                pt_buf_add_char(out, digits[bits >> (have - 6) & 63]);
            }
        }
    }
    if (have > 0) {
        pt_buf_add_char(out, digits[bits << (6 - have) & 63]);
    }
    pt_buf_add_char(out, '-');
    return (size_t)(p - from);
}

PtStatus imap_add_folder(PtBuf *out, PtStr name, PtError *err)
{
    if (name.len == 0 || name.len > MAIL_FOLDER_BYTES || !pt_utf8_valid(name)) {
        return pt_fail(err, PT_INVALID, "the folder's name has not 1..%d bytes of UTF-8",
                       MAIL_FOLDER_BYTES);
    }
    pt_buf_add_char(out, '"');
    for (const char *p = name.data, *end = p + name.len; p < end;) {
        if ((unsigned char)*p < ' ' || *p == 0x7F) {
            return pt_fail(err, PT_INVALID, "the folder's name has a control character");
        }
        if ((unsigned char)*p >= 0x80) {
            p += add_utf7(out, p, end);
            continue;
        }
        if (*p == '"' || *p == '\\') {
            pt_buf_add_char(out, '\\');
        }
        pt_buf_add_char(out, *p);
        if (*p++ == '&') {
            pt_buf_add_char(out, '-');
        }
    }
    pt_buf_add_char(out, '"');
    return PT_OK;
}
