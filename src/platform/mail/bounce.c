// SPDX-License-Identifier: Apache-2.0
/* Reports of what was not delivered: the fields of RFC 3464 where a report has them, else what the
 * programs that write them in words have in common: an address alone at the begin of a line, and
 * behind it why. */
#include "platform/mail/mail_internal.h"

#include <ctype.h>

enum { LINE_BYTES = 1000, SAID_BYTES = 1000, WORDS_BYTES = 64 << 10 };

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool next_line(PtStr *rest, PtStr *ret_line)
{
    const bool any = pt_str_cut(rest, '\n', ret_line);
    if (any && ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r') {
        ret_line->len--;
    }
    return any;
}

/* ---- Codes ----------------------------------------------------------------------------------- */

static size_t digits_at(PtStr text, size_t at)
{
    size_t n = 0;
    while (at + n < text.len && isdigit((unsigned char)text.data[at + n])) {
        n++;
    }
    return n;
}

static bool apart(PtStr text, size_t from, size_t to)
{
    const bool before = from == 0 || (!isalnum((unsigned char)text.data[from - 1]) &&
                                      text.data[from - 1] != '.' && text.data[from - 1] != '-');
    const bool behind = to >= text.len || (!isalnum((unsigned char)text.data[to]) &&
                                           !(text.data[to] == '.' && digits_at(text, to + 1) > 0));
    return before && behind;
}

/* RFC 3463: class.subject.detail; "" where there is none. The first that is not x.0.0, else that.
 */
static PtStr status_in(PtStr text)
{
    PtStr vague = PT_STR("");
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '2' && text.data[i] != '4' && text.data[i] != '5') {
            continue;
        }
        if (i + 1 >= text.len || text.data[i + 1] != '.') {
            continue;
        }
        const size_t subject = digits_at(text, i + 2), dot = i + 2 + subject;
        if (subject == 0 || subject > 3 || dot >= text.len || text.data[dot] != '.') {
            continue;
        }
        const size_t detail = digits_at(text, dot + 1), end = dot + 1 + detail;
        if (detail == 0 || detail > 3 || !apart(text, i, end)) {
            continue;
        }
        const PtStr found = {text.data + i, end - i};
        if (!pt_str_eq(pt_str_from(found, 1), PT_STR(".0.0"))) {
            return found;
        }
        vague = vague.len == 0 ? found : vague;
    }
    return vague;
}

/* RFC 5321: three digits that stand where replies do. */
static PtStr reply_in(PtStr text)
{
    for (size_t i = 0; i + 3 <= text.len; i++) {
        const char next = i + 3 < text.len ? text.data[i + 3] : ' ';
        if ((text.data[i] == '4' || text.data[i] == '5') && text.data[i + 1] <= '5' &&
            digits_at(text, i) == 3 && apart(text, i, i + 3) &&
            (next == ' ' || next == '-' || next == '\n' || next == '#' || next == ';')) {
            return (PtStr){text.data + i, 3};
        }
    }
    return PT_STR("");
}

/* ---- Hard or soft ---------------------------------------------------------------------------- */

/* What is said decides before codes, which many programs give loosely. */
static const struct {
    const char *said;
    bool hard;
} words[] = {
    {"quota", false},
    {"suspend", false},
    {"temporarily", false},
    {"too many", false},
    {"mailbox full", false},
    {"mailbox is full", false},
    {"mailbox size limit", false},
    {"over the maximum", false},
    {"account is disabled", false},
    {"mailbox disabled", false},
    {"is inactive", false},
    {"message size", false},
    {"too large", false},
    {"blocked", false},
    {"spam", false},
    {"virus", false},
    {"blacklist", false},
    {"relay", false},
    {"policy", false},
    {"reverse dns", false},
    {"authenticat", false},
    {"timed out", false},
    {"timeout", false},
    {"try again", false},
    {"connection refused", false},
    {"user unknown", true},
    {"unknown user", true},
    {"unknown recipient", true},
    {"recipient unknown", true},
    {"unknown address", true},
    {"no such user", true},
    {"no such mailbox", true},
    {"no such person", true},
    {"no such recipient", true},
    {"no mailbox here", true},
    {"no mailbox by that name", true},
    {"no recipient", true},
    {"does not exist", true},
    {"doesn't exist", true},
    {"do not exist", true},
    {"not found", true},
    {"not listed", true},
    {"is not recognized", true},
    {"invalid recipient", true},
    {"invalid address", true},
    {"invalid mailbox", true},
    {"unrouteable address", true},
    {"address rejected", true},
    {"mailbox unavailable", true},
    {"mailbox not available", true},
    {"recipient not exist", true},
    {"not a valid", true},
    {"not our customer", true},
    {"doesn't have a", true},
    {"unable to deliver to", true},
    {"user doesn't", true},
    {"host unknown", true},
    {"unknown host", true},
    {"no such host", true},
    {"no such domain", true},
    {"domain unknown", true},
    {"name or service not known", true},
    {"name service error", true},
    {"has moved", true},
    {"moved to", true},
    {"does not accept mail", true},
    {"doesn't accept mail", true},
    {"no longer", true},
    {"delivery userid", true},
    {"invalid user", true},
    {"存在しません", true},
    {"見つかりません", true},
    {"宛先不明", true},
    {"ユーザー不明", true},
};

/* RFC 3463, and RFC 7505 for 5.1.10: addresses and hosts that are not there. */
static bool hard_status(PtStr status)
{
    static const char *const hard[] = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        if (pt_str_eq(status, pt_str(hard[i]))) {
            return true;
        }
    }
    return false;
}

/* Of the sender, the mailbox's state, the connection, a policy: nothing is wrong with the address.
 */
static bool soft_status(PtStr status)
{
    static const char *const soft[] = {"4.",    "5.1.7", "5.1.8", "5.2.2",
                                       "5.2.3", "5.3.4", "5.6.",  "5.7."};
    for (size_t i = 0; i < sizeof soft / sizeof *soft; i++) {
        if (pt_str_starts(status, pt_str(soft[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_hard(PtStr said, PtStr status)
{
    if (soft_status(status)) {
        return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (mail_has(said, words[i].said)) {
            return words[i].hard;
        }
    }
    return hard_status(status);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

typedef struct Bounces {
    MailReader *r;
    MailBounce *list;
    size_t count;
} Bounces;

static PtStatus add(Bounces *b, PtStr recipient, PtStr status, PtStr said, PtError *err)
{
    if (b->count == MAIL_BOUNCES) {
        b->r->out->cut = true;
        return PT_OK;
    }
    PtStr found = status_in(said);
    said.len = said.len < SAID_BYTES ? said.len : SAID_BYTES;
    while (said.len > 0 && !pt_utf8_valid(said)) {
        said.len--;
    }
    const bool vague = found.len == 0 || pt_str_eq(pt_str_from(found, 1), PT_STR(".0.0"));
    status = status.len == 0 || !vague ? found : status; // who refused knows best
    PtArena *a = b->r->arena;
    MailBounce *one = &b->list[b->count++];
    *one = (MailBounce){
        .recipient = pt_arena_str(a, recipient),
        .status = pt_arena_str(a, status),
        .reply = pt_arena_str(a, reply_in(said)),
        .said = pt_arena_str(a, pt_str_trim_low(said)),
        .hard = is_hard(said, status),
    };
    return one->recipient.data != NULL && one->status.data != NULL && one->reply.data != NULL &&
                   one->said.data != NULL
               ? PT_OK
               : mail_no_memory(err);
}

/* What the words of the report say of the address: its line and those behind it. */
static PtStr said_of(PtStr words_only, PtStr address)
{
    enum { LINES_OF_ONE = 4 };
    PtStr rest = words_only, line;
    while (address.len > 0 && next_line(&rest, &line)) {
        for (size_t i = 0; i + address.len <= line.len; i++) {
            if (!pt_str_eq_nocase((PtStr){line.data + i, address.len}, address)) {
                continue;
            }
            const char *end = line.data + line.len;
            for (int n = 1; n < LINES_OF_ONE && next_line(&rest, &line); n++) {
                end = line.data + line.len;
            }
            return (PtStr){words_only.data, (size_t)(end - words_only.data)};
        }
        words_only = rest.data != NULL ? rest : PT_STR("");
    }
    return PT_STR("");
}

/* ---- Fields of a report ---------------------------------------------------------------------- */

typedef struct Fields {
    PtStr final, original, action, status;
    PtBuf said;
} Fields;

/* "rfc822; a@b" or an address. */
static PtStr address_of(PtStr value)
{
    const char *semicolon = value.len > 0 ? memchr(value.data, ';', value.len) : NULL;
    PtStr address =
        semicolon != NULL ? pt_str_from(value, (size_t)(semicolon - value.data) + 1) : value;
    address = pt_str_trim_low(address);
    if (address.len > 1 && address.data[0] == '<' && address.data[address.len - 1] == '>') {
        address = (PtStr){address.data + 1, address.len - 2};
    }
    return address;
}

static PtStatus end_fields(Bounces *b, Fields *f, PtError *err)
{
    PtStatus st = pt_buf_status(&f->said) == PT_NO_MEMORY ? mail_no_memory(err) : PT_OK;
    const PtStr to = f->final.len > 0 ? f->final : f->original;
    const bool fine = mail_starts(f->action, "delivered") || mail_starts(f->action, "relayed") ||
                      mail_starts(f->action, "expanded");
    if (st == PT_OK && to.len > 0 && !fine) {
        const PtStr words_only = b->r->out->text.data != NULL ? b->r->out->text : PT_STR("");
        const PtStr said =
            f->said.len > 0 ? pt_buf_str(&f->said) : said_of(words_only, address_of(to));
        st = add(b, address_of(to), status_in(f->status), said, err);
    }
    pt_buf_clear(&f->said, WORDS_BYTES);
    *f = (Fields){.said = f->said};
    return st;
}

static void read_field(Fields *f, PtStr line, bool *is_said)
{
    static const struct {
        const char *name;
        size_t offset;
    } names[] = {
        {"Final-Recipient:", offsetof(Fields, final)},
        {"Original-Recipient:", offsetof(Fields, original)},
        {"Action:", offsetof(Fields, action)},
        {"Status:", offsetof(Fields, status)},
    };
    *is_said = mail_starts(line, "Diagnostic-Code:");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (mail_starts(line, names[i].name)) {
            *(PtStr *)(void *)((char *)f + names[i].offset) =
                pt_str_trim_low(pt_str_from(line, strlen(names[i].name)));
        }
    }
    if (*is_said) {
        pt_buf_add_str(&f->said, pt_str_trim_low(pt_str_from(line, strlen("Diagnostic-Code:"))));
    }
}

static PtStatus read_report(Bounces *b, PtStr text, PtError *err)
{
    Fields f = {0};
    PtStatus st = PT_OK;
    PtStr line;
    bool is_said = false;
    pt_buf_init(&f.said, WORDS_BYTES);
    while (st == PT_OK && next_line(&text, &line)) {
        if (line.len == 0) {
            st = end_fields(b, &f, err);
            is_said = false;
        } else if (line.data[0] != ' ' && line.data[0] != '\t') {
            read_field(&f, line, &is_said);
        } else if (is_said) {
            pt_buf_add_char(&f.said, ' ');
            pt_buf_add_str(&f.said, pt_str_trim_low(line));
        }
    }
    st = st == PT_OK ? end_fields(b, &f, err) : st;
    pt_buf_done(&f.said);
    return st;
}

/* ---- Parts of a report ----------------------------------------------------------------------- */

/* Message-ID in the head of what came back. */
static PtStatus read_original(MailReader *r, PtStr head, PtError *err)
{
    PtStr line;
    while (r->out->original_id.len == 0 && next_line(&head, &line)) {
        if (mail_starts(line, "Message-ID:")) {
            PtStr id = pt_str_trim_low(pt_str_from(line, strlen("Message-ID:")));
            if (id.len > 1 && id.data[0] == '<' && id.data[id.len - 1] == '>') {
                id = (PtStr){id.data + 1, id.len - 2};
            }
            r->out->original_id = pt_arena_str(r->arena, id);
            if (r->out->original_id.data == NULL) {
                return mail_no_memory(err);
            }
        }
    }
    return PT_OK;
}

static PtStatus read_part(Bounces *b, GMimeObject *part, PtError *err)
{
    MailReader *r = b->r;
    PtStr bytes = PT_STR("");
    bool cut = false;
    if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        const char *id = inner != NULL ? g_mime_message_get_message_id(inner) : NULL;
        if (id != NULL && r->out->original_id.len == 0) {
            r->out->original_id = mail_line(r->arena, id);
        }
        return r->out->original_id.data != NULL ? PT_OK : mail_no_memory(err);
    }
    const bool status = mail_is_type(part, "message", "delivery-status") ||
                        mail_is_type(part, "message", "global-delivery-status");
    const bool head = mail_is_type(part, "text", "rfc822-headers");
    if (!GMIME_IS_PART(part) || (!status && !head)) {
        return PT_OK;
    }
    PtStatus st = mail_content(r->arena, GMIME_PART(part), &bytes, err);
    PtStr text =
        st == PT_OK ? mail_text(r->arena, bytes, (PtStr){NULL, 0}, MAIL_TEXT_BYTES, &cut) : bytes;
    if (st == PT_OK && text.data == NULL) {
        return mail_no_memory(err);
    }
    if (st == PT_OK && head) {
        st = read_original(r, text, err);
    }
    return st == PT_OK && status ? read_report(b, text, err) : st;
}

static PtStatus read_parts(Bounces *b, GMimeObject *part, unsigned depth, PtError *err)
{
    if (depth > MAIL_DEPTH || b->r->parts > 2 * (size_t)MAIL_PARTS) {
        return PT_OK; // parts.c has said so
    }
    if (!GMIME_IS_MULTIPART(part)) {
        return read_part(b, part, err);
    }
    PtStatus st = PT_OK;
    const int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
    for (int i = 0; st == PT_OK && i < count; i++) {
        b->r->parts++;
        st = read_parts(b, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1, err);
    }
    return st;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static bool address_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

/* An address where the text begins, with or without angle brackets; data NULL: none. */
static PtStr leading_address(PtStr line)
{
    const bool bracket = line.len > 0 && line.data[0] == '<';
    const size_t from = bracket ? 1 : 0;
    size_t at = from, end;
    while (at < line.len && address_char(line.data[at])) {
        at++;
    }
    if (at == from || at + 1 >= line.len || line.data[at] != '@') {
        return (PtStr){NULL, 0};
    }
    for (end = at + 1; end < line.len && (isalnum((unsigned char)line.data[end]) ||
                                          line.data[end] == '.' || line.data[end] == '-');
         end++) {
    }
    while (end > at + 1 && line.data[end - 1] == '.') {
        end--;
    }
    if (end < at + 3 || (bracket && (end >= line.len || line.data[end] != '>'))) {
        return (PtStr){NULL, 0};
    }
    return (PtStr){line.data + from, end - from};
}

/* Where the copy of what was sent begins. */
static bool begins_copy(PtStr line)
{
    static const char *const begins[] = {
        "Received: ",
        "Return-Path: ",
        "Message-Id: ",
        "--- Below this line",
        "------ This is a copy",
        "----- Original message",
        "----- Unsent message",
        "---- Original message",
        "------ Original message",
        "--- Original message",
        "Content-Type: message/rfc822",
        "--- The header of the original",
        "------------- Begin forwarded",
    };
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        if (mail_starts(line, begins[i])) {
            return true;
        }
    }
    return false;
}

/* A line of a transcript, "550 <a@b>... User unknown": its address. data NULL: it is none. */
static PtStr refused_in(PtStr line)
{
    const bool reply = line.len > 5 && (line.data[0] == '4' || line.data[0] == '5') &&
                       digits_at(line, 0) == 3 && line.data[3] == ' ' && line.data[4] == '<';
    return reply ? leading_address(pt_str_from(line, 4)) : (PtStr){NULL, 0};
}

/* An address that the line is about, rather than one that it mentions. */
static PtStr recipient_of(PtStr line)
{
    static const char *const before[] = {"To:",
                                         "Recipient:",
                                         "Recipient address:",
                                         "User:",
                                         "RCPT TO:",
                                         "Delivery to ",
                                         "Unable to deliver to ",
                                         "Could not be delivered to:",
                                         "宛先:",
                                         "宛先：",
                                         "Invalid final delivery userid:"};
    PtStr text = pt_str_trim_low(line);
    PtStr address = refused_in(text);
    address = address.data != NULL ? address : leading_address(text);
    for (size_t i = 0; address.data == NULL && i < sizeof before / sizeof *before; i++) {
        if (mail_starts(text, before[i])) {
            address = leading_address(pt_str_trim_low(pt_str_from(text, strlen(before[i]))));
        }
    }
    return address;
}

static bool known(const Bounces *b, PtStr address)
{
    for (size_t i = 0; i < b->count; i++) {
        if (pt_str_eq_nocase(b->list[i].recipient, address)) {
            return true;
        }
    }
    return false;
}

/* Who sent what came back: the report is to them, and says so. */
static bool is_reader(const MailReader *r, PtStr address)
{
    for (size_t i = 0; i < r->out->to.count; i++) {
        if (pt_str_eq_nocase(r->out->to.list[i].address, address)) {
            return true;
        }
    }
    return false;
}

static PtStatus read_words(Bounces *b, PtStr text, PtError *err)
{
    PtBuf said;
    PtStr line, recipient = {NULL, 0};
    PtStatus st = PT_OK;
    bool alone = false; // a line of a transcript says all of its recipient
    pt_buf_init(&said, WORDS_BYTES);
    for (bool more = true; st == PT_OK && more;) {
        more = next_line(&text, &line) && !begins_copy(pt_str_trim_low(line));
        const PtStr next = more ? recipient_of(line) : (PtStr){NULL, 0};
        const bool starts = next.data != NULL && !known(b, next) && !is_reader(b->r, next) &&
                            !pt_str_eq_nocase(next, recipient);
        if (pt_buf_status(&said) == PT_NO_MEMORY) {
            st = mail_no_memory(err);
        } else if (recipient.data != NULL && (starts || !more)) {
            st = add(b, recipient, PT_STR(""), pt_buf_str(&said), err);
            pt_buf_clear(&said, WORDS_BYTES);
        }
        recipient = starts ? next : recipient;
        alone = starts ? refused_in(pt_str_trim_low(line)).data != NULL : alone;
        if (more && (starts || !alone)) {
            PtStr rest = pt_str_trim_low(line);
            rest.len = rest.len < LINE_BYTES ? rest.len : LINE_BYTES;
            pt_buf_add_str(&said, rest);
            pt_buf_add_char(&said, '\n');
        }
    }
    pt_buf_done(&said);
    return st;
}

/* The first address in running text that is not the reader's; data NULL: none. */
static PtStr mentioned_in(const MailReader *r, PtStr text)
{
    PtStr line;
    while (next_line(&text, &line) && !begins_copy(pt_str_trim_low(line))) {
        for (size_t i = 0; i < line.len; i++) {
            const bool first = i == 0 || !address_char(line.data[i - 1]);
            const PtStr address = first ? leading_address(pt_str_from(line, i)) : (PtStr){NULL, 0};
            if (address.data != NULL && !is_reader(r, address)) {
                return address;
            }
        }
    }
    return (PtStr){NULL, 0};
}

/* Up to where the copy begins. */
static PtStr words_of(PtStr text)
{
    PtStr rest = text, line;
    while (next_line(&rest, &line)) {
        if (begins_copy(pt_str_trim_low(line))) {
            return (PtStr){text.data, (size_t)(line.data - text.data)};
        }
    }
    return text;
}

/* Exim names them in the head; others within a sentence only. */
static PtStatus read_failed(Bounces *b, PtError *err)
{
    const PtStr words_only = words_of(b->r->out->text);
    PtStr rest = mail_header(b->r, "X-Failed-Recipients"), one;
    PtStatus st = PT_OK;
    while (st == PT_OK && rest.len > 0 && pt_str_cut(&rest, ',', &one)) {
        const PtStr address = leading_address(pt_str_trim_low(one));
        if (address.data != NULL && !known(b, address)) {
            st = add(b, address, PT_STR(""), words_only, err);
        }
    }
    const PtStr mentioned = mentioned_in(b->r, words_only);
    return st == PT_OK && b->count == 0 && mentioned.data != NULL
               ? add(b, mentioned, PT_STR(""), words_only, err)
               : st;
}

PtStatus mail_read_bounces(MailReader *r, PtError *err)
{
    GMimeObject *top = g_mime_message_get_mime_part(r->message);
    Bounces b = {.r = r, .list = pt_arena_alloc(r->arena, MAIL_BOUNCES, sizeof *b.list)};
    if (b.list == NULL) {
        return mail_no_memory(err);
    }
    r->parts = 0;
    PtStatus st = top != NULL ? read_parts(&b, top, 0, err) : PT_OK;
    if (st == PT_OK && b.count == 0 && r->out->nature == MAIL_BOUNCE && r->out->text.len > 0) {
        st = read_words(&b, r->out->text, err);
        st = st == PT_OK && b.count == 0 ? read_failed(&b, err) : st;
        if (st == PT_OK && r->out->original_id.len == 0) {
            st = read_original(r, r->out->text, err);
        }
    }
    r->out->bounces = b.list;
    r->out->bounce_count = b.count;
    return st;
}
