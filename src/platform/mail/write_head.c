// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/write.h"

#include "base/time.h"

enum {
    LINE = 76,        /* where a header is folded */
    WORD_BYTES = 39,  /* of text in an encoded word: with "Subject: " a line of 76 */
    PLAIN_WORD = 200, /* longer ones are encoded, so that lines have an end */
    ID_BYTES = 250,
    FILE_NAME_BYTES = 255,
    SUBJECT_BYTES = 2000,
    NAME_BYTES = 200,
    PARAMETER = 50, /* of a file's name on a line */
    TYPE_BYTES = 100,
};

/* ---- What may stand ---------------------------------------------------------------------------
 */

static bool is_line(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7F) {
            return false;
        }
    }
    return text.len == 0 || pt_utf8_valid(text);
}

static bool is_body(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (((unsigned char)c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F) {
            return false;
        }
    }
    return text.len == 0 || pt_utf8_valid(text);
}

static bool all_in(PtStr text, const char *set)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = pt_ascii_lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) &&
            (c == '\0' || strchr(set, c) == NULL)) {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_id(PtStr id)
{
    return id.len <= ID_BYTES && all_in(id, "!#$%&'*+-/=?^_`{|}~.@:[];,()$\"\\");
}

static PtStatus check_line(const char *name, PtStr text, size_t most, PtError *err)
{
    if (text.len > most) {
        return pt_fail(err, PT_TOO_LARGE, "%s has %zu bytes, over %zu", name, text.len, most);
    }
    return is_line(text)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%s has a control character or is no UTF-8", name);
}

static PtStatus check_address(const char *name, const MailAddress *a, PtError *err)
{
    if (!mail_address_is_valid(a->address)) {
        return pt_fail(err, PT_INVALID, "%s is not an address that mail can be written to", name);
    }
    return check_line(name, a->name, NAME_BYTES, err);
}

static PtStatus check_addresses(const char *name, const MailAddresses *list, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < list->count; i++) {
        st = check_address(name, &list->list[i], err);
    }
    return st;
}

static PtStatus check_people(const MailDraft *d, PtError *err)
{
    const size_t count = d->to.count + d->cc.count;
    if (count == 0 || count > MAIL_ADDRESSES) {
        return pt_fail(err, PT_INVALID, "the mail has %zu recipients, not 1..%d", count,
                       MAIL_ADDRESSES);
    }
    PtStatus st = check_address("from", &d->from, err);
    if (st == PT_OK && d->reply_to.address.len > 0) {
        st = check_address("reply_to", &d->reply_to, err);
    }
    st = st == PT_OK ? check_addresses("to", &d->to, err) : st;
    return st == PT_OK ? check_addresses("cc", &d->cc, err) : st;
}

/* Headers that are made of the draft's other members. */
static bool is_own(PtStr name)
{
    static const char *own[] = {"From",    "To",         "Cc",           "Bcc",
                                "Subject", "Date",       "Message-ID",   "In-Reply-To",
                                "Sender",  "References", "MIME-Version", "Reply-To"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (pt_str_eq_nocase(name, pt_str(own[i]))) {
            return true;
        }
    }
    return name.len >= 8 && pt_str_eq_nocase((PtStr){name.data, 8}, PT_STR("Content-"));
}

static PtStatus check_fields(const MailDraft *d, PtError *err)
{
    if (d->field_count > MAIL_FIELDS) {
        return pt_fail(err, PT_TOO_LARGE, "the mail has %zu fields, over %d", d->field_count,
                       MAIL_FIELDS);
    }
    for (size_t i = 0; i < d->field_count; i++) {
        const MailField *f = &d->fields[i];
        if (f->name.len > NAME_BYTES / 4 || !all_in(f->name, "-_") || is_own(f->name)) {
            return pt_fail(err, PT_INVALID, "field %zu has a name that is no further header",
                           i + 1);
        }
        const PtStatus st = check_line("a field", f->value, MAIL_FIELD_BYTES, err);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus check_files(const MailDraft *d, PtError *err)
{
    if (d->file_count > MAIL_PARTS) {
        return pt_fail(err, PT_TOO_LARGE, "the mail has %zu files, over %d", d->file_count,
                       MAIL_PARTS);
    }
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < d->file_count; i++) {
        const MailFile *f = &d->files[i];
        st = check_line("a file's name", f->name, FILE_NAME_BYTES, err);
        if (st == PT_OK && f->content_id.len > 0 && !is_id(f->content_id)) {
            st = pt_fail(err, PT_INVALID, "file %zu has a content id that is none", i + 1);
        }
    }
    return st;
}

PtStatus mail_write_check(const MailDraft *d, PtError *err)
{
    PtStatus st = check_people(d, err);
    st = st == PT_OK ? check_line("subject", d->subject, SUBJECT_BYTES, err) : st;
    st = st == PT_OK ? check_fields(d, err) : st;
    st = st == PT_OK ? check_files(d, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (!is_id(d->message_id)) {
        return pt_fail(err, PT_INVALID, "message_id is none");
    }
    if (!is_body(d->text) || !is_body(d->html)) {
        return pt_fail(err, PT_INVALID, "%s has a control character or is no UTF-8",
                       is_body(d->text) ? "html" : "text");
    }
    return PT_OK;
}

/* ---- Words and lines --------------------------------------------------------------------------
 */

typedef struct Header {
    PtBuf *out;
    size_t column;
} Header;

static Header begin_header(PtBuf *out, PtStr name)
{
    pt_buf_add_str(out, name);
    pt_buf_add_char(out, ':');
    return (Header){out, name.len + 1};
}

static void end_header(const Header *h)
{
    pt_buf_add_str(h->out, PT_STR("\r\n"));
}

/* A word with the space before it; on the next line where this one is full. `end`: "" or ",". */
static void add_word(Header *h, PtStr before, PtStr word, PtStr end)
{
    const size_t len = before.len + word.len + end.len;
    if (h->column + 1 + len > LINE && h->column > 1) {
        pt_buf_add_str(h->out, PT_STR("\r\n"));
        h->column = 0;
    }
    pt_buf_add_char(h->out, ' ');
    pt_buf_add_str(h->out, before);
    pt_buf_add_str(h->out, word);
    pt_buf_add_str(h->out, end);
    h->column += 1 + len;
}

static void add_encoded(Header *h, PtStr text)
{
    while (text.len > 0) {
        size_t len = 0;
        while (len < text.len) {
            const size_t step = pt_utf8_step(text.data + len, text.data + text.len);
            if (step == 0 || len + step > WORD_BYTES) {
                break;
            }
            len += step;
        }
        if (len == 0) {
            return; // not reached: texts were checked
        }
        char room[80];
        PtBuf word = {.data = room, .cap = sizeof room, .limit = sizeof room};
        mail_add_base64(&word, (PtStr){text.data, len});
        add_word(h, PT_STR("=?UTF-8?B?"), pt_buf_str(&word), PT_STR("?="));
        text = pt_str_from(text, len);
    }
}

/* Whether words, parted by single spaces, say it as it is. */
static bool is_plain(PtStr text)
{
    size_t word = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        const bool space = c == ' ';
        word = space ? 0 : word + 1;
        if ((unsigned char)c > '~' || word > PLAIN_WORD ||
            (space && (i == 0 || i + 1 == text.len || text.data[i + 1] == ' ')) ||
            (c == '=' && i + 1 < text.len && text.data[i + 1] == '?')) {
            return false;
        }
    }
    return true;
}

static void add_plain(Header *h, PtStr text)
{
    PtStr word;
    while (pt_str_cut(&text, ' ', &word)) {
        add_word(h, PT_STR(""), word, PT_STR(""));
    }
}

static void add_unstructured(PtBuf *out, PtStr name, PtStr value)
{
    Header h = begin_header(out, name);
    if (value.len > 0 && is_plain(value)) {
        add_plain(&h, value);
    } else {
        add_encoded(&h, value);
    }
    end_header(&h);
}

static bool is_ascii(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static void add_quoted_string(PtBuf *out, PtStr text)
{
    pt_buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\') {
            pt_buf_add_char(out, '\\');
        }
        pt_buf_add_char(out, text.data[i]);
    }
    pt_buf_add_char(out, '"');
}

static void add_address(Header *h, const MailAddress *a, bool last)
{
    const bool encoded = !is_ascii(a->name) || pt_str_has(a->name, PT_STR("=?"));
    if (a->name.len > 0 && encoded) {
        add_encoded(h, a->name);
    } else if (a->name.len > 0) {
        char room[2 * NAME_BYTES + 2];
        PtBuf word = {.data = room, .cap = sizeof room, .limit = sizeof room};
        add_quoted_string(&word, a->name);
        add_word(h, PT_STR(""), pt_buf_str(&word), PT_STR(""));
    }
    add_word(h, PT_STR("<"), a->address, last ? PT_STR(">") : PT_STR(">,"));
}

static void add_people(PtBuf *out, PtStr name, const MailAddress *list, size_t count)
{
    if (count > 0) {
        Header h = begin_header(out, name);
        for (size_t i = 0; i < count; i++) {
            add_address(&h, &list[i], i + 1 == count);
        }
        end_header(&h);
    }
}

/* Strangers' ids may be anything: those that cannot stand are left out. */
static void add_ids(PtBuf *out, PtStr name, const MailIds *ids)
{
    Header h = {0};
    for (size_t i = 0; i < ids->count && i < MAIL_IDS; i++) {
        if (is_id(ids->list[i])) {
            h = h.out == NULL ? begin_header(out, name) : h;
            add_word(&h, PT_STR("<"), ids->list[i], PT_STR(">"));
        }
    }
    if (h.out != NULL) {
        end_header(&h);
    }
}

static void add_date(PtBuf *out, int64_t at_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const PtCivil c = pt_civil_of_ms(at_ms);
    pt_buf_printf(out, "Date: %.3s, %02u %.3s %04d %02u:%02u:%02u +0000\r\n",
                  days + (size_t)pt_civil_weekday(c.year, c.month, c.day) % 7 * 3, c.day,
                  months + (size_t)(c.month - 1) * 3, c.year, c.hour, c.minute, c.second);
}

void mail_write_head(PtBuf *out, const MailDraft *d)
{
    const MailIds own = {&d->message_id, 1};
    add_date(out, d->date_ms);
    add_people(out, PT_STR("From"), &d->from, 1);
    add_people(out, PT_STR("Reply-To"), &d->reply_to, d->reply_to.address.len > 0);
    add_people(out, PT_STR("To"), d->to.list, d->to.count);
    add_people(out, PT_STR("Cc"), d->cc.list, d->cc.count);
    add_unstructured(out, PT_STR("Subject"), d->subject);
    add_ids(out, PT_STR("Message-ID"), &own);
    add_ids(out, PT_STR("In-Reply-To"), &d->in_reply_to);
    add_ids(out, PT_STR("References"), &d->references);
    for (size_t i = 0; i < d->field_count; i++) {
        add_unstructured(out, d->fields[i].name, d->fields[i].value);
    }
    pt_buf_add_str(out, PT_STR("MIME-Version: 1.0\r\n"));
}

/* ---- Files ------------------------------------------------------------------------------------
 */

/* What has parts or lines of its own would have to stand as it is, which nothing here does. */
static bool is_type(PtStr type)
{
    const char *slash =
        type.len > 0 && type.len <= TYPE_BYTES ? memchr(type.data, '/', type.len) : NULL;
    const size_t len = slash != NULL ? (size_t)(slash - type.data) : 0;
    const PtStr first = {type.data, len};
    return len > 0 && all_in(first, "-+.") && all_in(pt_str_from(type, len + 1), "-+.") &&
           !pt_str_eq_nocase(first, PT_STR("multipart")) &&
           !pt_str_eq_nocase(first, PT_STR("message"));
}

static bool is_name_char(char c)
{
    return all_in((PtStr){&c, 1}, "-._");
}

static size_t encoded_len(PtStr name)
{
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        len += is_name_char(name.data[i]) ? 1 : 3;
    }
    return len;
}

/* RFC 2231: percent-encoded, in numbered pieces where it is long. */
static void add_file_name(PtBuf *out, PtStr name)
{
    if (name.len == 0) {
        return;
    }
    if (is_ascii(name) && name.len <= PARAMETER && !pt_str_has(name, PT_STR("=?"))) {
        pt_buf_add_str(out, PT_STR(";\r\n filename="));
        add_quoted_string(out, name);
        return;
    }
    const bool whole = encoded_len(name) <= PARAMETER;
    size_t column = whole ? 0 : PARAMETER, piece = 0;
    if (whole) {
        pt_buf_add_str(out, PT_STR(";\r\n filename*=UTF-8''"));
    }
    for (size_t i = 0; i < name.len; i++) {
        const bool plain = is_name_char(name.data[i]);
        const size_t need = plain ? 1 : 3;
        if (column + need > PARAMETER) {
            pt_buf_printf(out, ";\r\n filename*%zu*=%s", piece, piece == 0 ? "UTF-8''" : "");
            piece++;
            column = 0;
        }
        if (plain) {
            pt_buf_add_char(out, name.data[i]);
        } else {
            pt_buf_printf(out, "%%%02X", (unsigned char)name.data[i]);
        }
        column += need;
    }
}

void mail_write_file_head(PtBuf *out, const MailFile *f, bool within)
{
    pt_buf_add_str(out, PT_STR("Content-Type: "));
    pt_buf_add_str(out, is_type(f->type) ? f->type : PT_STR("application/octet-stream"));
    pt_buf_printf(out, "\r\nContent-Disposition: %s", within ? "inline" : "attachment");
    add_file_name(out, f->name);
    pt_buf_add_str(out, PT_STR("\r\n"));
    if (f->content_id.len > 0) {
        const MailIds ids = {&f->content_id, 1};
        add_ids(out, PT_STR("Content-ID"), &ids);
    }
    pt_buf_add_str(out, PT_STR("Content-Transfer-Encoding: base64\r\n\r\n"));
}
