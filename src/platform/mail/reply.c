// SPDX-License-Identifier: Apache-2.0
/* The reply in a body: each line is of a kind, and where the reply ends follows from their order.
 */
#include "platform/mail/mail_internal.h"

#include <ctype.h>

enum {
    LINES_MAX = 20000, /* what lies behind is cut */
    JOINED_LINES = 6,  /* a marker may be broken over so many, some of them empty */
    JOINED_BYTES = 400,
    TAIL_LINES = 6, /* text behind all quotes: a signature up to so many lines */
    HEADERS = 3,    /* so many in a row are those of a mail */
};

typedef enum Kind {
    EMPTY,
    TEXT,
    QUOTE,     /* "> ..." */
    DELIMITER, /* "--", "_____" */
    MARKER,    /* "On ... wrote:", "--- Original Message ---" */
    HEADER,    /* "From: ..." */
    DEVICE,    /* "Sent from my phone" */
    DROPPED,
} Kind;

typedef struct Lines {
    PtStr *text;
    uint8_t *kinds;
    size_t count;
} Lines;

/* ---- Texts ----------------------------------------------------------------------------------- */

static bool ends_nocase(PtStr text, const char *end)
{
    const size_t len = strlen(end);
    return text.len >= len && mail_starts(pt_str_from(text, text.len - len), end);
}

static bool has_any(PtStr text, const char *const *list)
{
    while (*list != NULL && !mail_has(text, *list)) {
        list++;
    }
    return *list != NULL;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Without `set` at its ends. */
static PtStr strip(PtStr text, const char *set)
{
    while (text.len > 0 && is_one_of(text.data[0], set)) {
        text = (PtStr){text.data + 1, text.len - 1};
    }
    while (text.len > 0 && is_one_of(text.data[text.len - 1], set)) {
        text.len--;
    }
    return text;
}

/* White space as people see it: also what is not broken at, and of no width. */
static PtStr trim(PtStr text)
{
    static const char *const spaces[] = {"\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF", "\xE2\x80\x8E",
                                         NULL};
    for (bool more = true; more;) {
        more = false;
        text = pt_str_trim_low(text);
        for (const char *const *s = spaces; *s != NULL; s++) {
            const size_t len = strlen(*s);
            if (mail_starts(text, *s)) {
                text = (PtStr){text.data + len, text.len - len};
                more = true;
            } else if (ends_nocase(text, *s)) {
                text.len -= len;
                more = true;
            }
        }
    }
    return text;
}

/* ---- Markers --------------------------------------------------------------------------------- */

static const char *const wrote[] = {
    "wrote",   "writes",     "a écrit",   "schrieb", "geschrieben", "escribió", "ha scritto",
    "schreef", "geschreven", "escreveu",  "skrev",   "napisał",     "pisze",    "написал",
    "пише",    "写道",       "kirjoitti", "napsal",  "yazdı",       NULL};

/* Titles of what was sent before or is passed on. */
static const char *const titles[] = {
    "original message",         "original appointment",    "forwarded message",
    "begin forwarded message:", "message d'origine",       "message original",
    "message transféré",        "ursprüngliche nachricht", "weitergeleitete nachricht",
    "mensaje original",         "messaggio originale",     "messaggio inoltrato",
    "mensagem original",        "mensagem encaminhada",    "oorspronkelijk bericht",
    "oprindelig meddelelse",    "opprinnelig melding",     "ursprungligt meddelande",
    "wiadomość oryginalna",     "Исходное сообщение",      NULL};

/* How a line begins that may go on before it says who wrote. */
static const char *const openers[] = {"on ",   "le ", "am ",  "el ",  "il ",
                                      "op ",   "em ", "den ", "at ",  "w dniu ",
                                      "dnia ", "on ", "在 ",  "----", NULL};

static bool has_digit(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (isdigit((unsigned char)text.data[i])) {
            return true;
        }
    }
    return false;
}

static bool begins_with_date(PtStr text)
{
    size_t n = 0, marks = 0;
    while (n < text.len && n < 10 &&
           (isdigit((unsigned char)text.data[n]) || is_one_of(text.data[n], "-/."))) {
        marks += is_one_of(text.data[n], "-/.");
        n++;
    }
    return marks == 2 && n >= 8 && isdigit((unsigned char)text.data[0]);
}

static bool is_title(PtStr line)
{
    const PtStr inside = strip(line, "-*_ \t>");
    for (const char *const *t = titles; *t != NULL; t++) {
        if (pt_str_eq_nocase(inside, pt_str(*t)) &&
            (inside.len < line.len || ends_nocase(inside, ":"))) {
            return true;
        }
    }
    return false;
}

static bool says_who(PtStr line)
{
    const PtStr end = strip(line, "- \t*>_");
    const bool colon = ends_nocase(end, ":") || ends_nocase(end, "\xEF\xBC\x9A");
    const bool lined = line.len > 8 && mail_starts(line, "----") && ends_nocase(line, "----");
    const bool someone = has_digit(line) || memchr(line.data, '@', line.len) != NULL;
    return someone && (colon || lined) && line.len < JOINED_BYTES && has_any(line, wrote);
}

/* "2013/7/20 Some One <a@b.c>", "2016-03-03 17:21 GMT+01:00 Some One" */
static bool dated_sender(PtStr line)
{
    const PtStr end = strip(line, ": \t");
    return begins_with_date(line) && line.len < JOINED_BYTES &&
           ((memchr(line.data, '@', line.len) != NULL && ends_nocase(end, ">")) ||
            mail_has(line, " GMT+") || mail_has(line, " GMT-"));
}

static bool is_marker(PtStr line)
{
    return line.len > 0 && (is_title(line) || says_who(line) || dated_sender(line));
}

static bool may_open(PtStr line)
{
    for (const char *const *o = openers; *o != NULL; o++) {
        if (mail_starts(line, *o)) {
            return true;
        }
    }
    return (line.len > 0 && isdigit((unsigned char)line.data[0])) ||
           (memchr(line.data, '@', line.len) != NULL && has_any(line, wrote));
}

/* ---- Other kinds ----------------------------------------------------------------------------- */

static const char *const headers[] = {
    "from",     "to",         "cc",       "bcc",       "date",     "sent",      "subject",
    "reply-to", "de",         "envoyé",   "À",         "objet",    "von",       "gesendet",
    "an",       "betreff",    "datum",    "da",        "risposta", "data",      "a",
    "oggetto",  "inviato",    "van",      "verzonden", "aan",      "onderwerp", "från",
    "skickat",  "till",       "ämne",     "fra",       "sendt",    "til",       "emne",
    "enviado",  "para",       "asunto",   "assunto",   "od",       "wysłano",   "do",
    "temat",    "importance", "priority", "reply to",  "От",       "Кому",      NULL};

static bool is_header(PtStr line)
{
    const PtStr inside = strip(line, "*_ \t");
    const char *colon = inside.len > 0 ? memchr(inside.data, ':', inside.len) : NULL;
    if (colon == NULL || colon - inside.data > 20) {
        return false;
    }
    const PtStr name = strip((PtStr){inside.data, (size_t)(colon - inside.data)}, "* \t");
    for (const char *const *h = headers; *h != NULL; h++) {
        if (pt_str_eq_nocase(name, pt_str(*h))) {
            return true;
        }
    }
    return false;
}

static bool is_delimiter(PtStr line)
{
    static const char *const marks[] = {"\xE2\x80\x94", "\xE2\x80\x93", "\xE1\x90\xA7", NULL};
    for (const char *const *m = marks; *m != NULL; m++) {
        if (pt_str_eq(line, pt_str(*m))) {
            return true;
        }
    }
    for (size_t i = 0; i < line.len; i++) {
        if (!is_one_of(line.data[i], "-_*#~=+ ")) {
            return false;
        }
    }
    return line.len >= 2;
}

static const char *const devices[] = {"sent from ",
                                      "(sent from ",
                                      "<<sent ",
                                      "sent via mobile",
                                      "sent with airmail",
                                      "sent by galaxy",
                                      "from my iphone",
                                      "someone from mobile",
                                      "get outlook for",
                                      "get [outlook for",
                                      "envoyé depuis mon",
                                      "envoyé de mon",
                                      "von meinem ",
                                      "diese nachricht wurde von mein",
                                      "gesendet von ",
                                      "inviato da ",
                                      "enviado desde ",
                                      "enviado do meu",
                                      "verzonden met ",
                                      "verzonden vanaf ",
                                      "verstuurd vanaf ",
                                      "sendt fra min ",
                                      "skickat från min ",
                                      "從我的 ",
                                      "从我的 ",
                                      "отправлено с ",
                                      NULL};

static bool is_device(PtStr line)
{
    for (const char *const *d = devices; *d != NULL; d++) {
        if (mail_starts(line, *d)) {
            return line.len < 120;
        }
    }
    return false;
}

static Kind kind_of(PtStr line)
{
    const PtStr text = trim(line);
    if (text.len == 0) {
        return EMPTY;
    }
    if (text.data[0] == '>') {
        return QUOTE;
    }
    return is_marker(text)      ? MARKER
           : is_delimiter(text) ? DELIMITER
           : is_device(text)    ? DEVICE
           : is_header(text)    ? HEADER
                                : TEXT;
}

/* ---- Kinds of all lines ---------------------------------------------------------------------- */

/* A marker that is broken: its lines are all one. */
static void join_marker(Lines *l, size_t i)
{
    char room[JOINED_BYTES];
    PtStr joined = {room, 0};
    if (l->kinds[i] != TEXT || !may_open(trim(l->text[i]))) {
        return;
    }
    for (size_t n = 0; n < JOINED_LINES && i + n < l->count; n++) {
        const PtStr line = trim(l->text[i + n]);
        const bool quote = l->kinds[i + n] == QUOTE && !ends_nocase(line, ":"); // "> wrote:"
        if (quote || joined.len + line.len + 1 >= sizeof room) {
            return;
        }
        memcpy(room + joined.len, line.data != NULL ? line.data : "", line.len);
        room[joined.len + line.len] = ' ';
        joined.len += line.len + 1;
        if (n > 0 && is_marker(trim(joined))) {
            for (size_t k = i; k <= i + n; k++) {
                l->kinds[k] = MARKER;
            }
            return;
        }
    }
}

static void tell_kinds(Lines *l)
{
    bool code = false;
    for (size_t i = 0; i < l->count; i++) {
        const bool fence = mail_starts(trim(l->text[i]), "```");
        const Kind kind = kind_of(l->text[i]);
        l->kinds[i] = (uint8_t)(fence || (code && kind != EMPTY) ? TEXT : kind);
        code ^= fence;
    }
    for (size_t i = 0; i < l->count; i++) {
        join_marker(l, i);
    }
}

/* ---- Where the reply ends -------------------------------------------------------------------- */

static size_t find(const Lines *l, size_t from, Kind kind)
{
    while (from < l->count && l->kinds[from] != (uint8_t)kind) {
        from++;
    }
    return from;
}

static bool any_before(const Lines *l, size_t end, Kind kind)
{
    return find(l, 0, kind) < end;
}

static void drop(Lines *l, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        l->kinds[i] = DROPPED;
    }
}

static void drop_kind(Lines *l, Kind kind)
{
    for (size_t i = 0; i < l->count; i++) {
        l->kinds[i] = l->kinds[i] == (uint8_t)kind ? (uint8_t)DROPPED : l->kinds[i];
    }
}

/* Whether text stands between quotes behind `from`, or much of it behind the last one. */
static bool answered_within(const Lines *l, size_t from)
{
    bool quoted = false, text = false;
    size_t tail = 0;
    for (size_t i = from; i < l->count; i++) {
        const uint8_t kind = l->kinds[i];
        if (kind == QUOTE && text && quoted) {
            return true;
        }
        if (kind == QUOTE) {
            quoted = true;
            text = false;
            tail = 0;
        } else if (kind == TEXT) {
            text = true;
            tail++;
        }
    }
    return quoted && tail > TAIL_LINES;
}

/* A marker with nothing before it: the answer is behind what it quotes. */
static void cut_above(Lines *l)
{
    const size_t marker = find(l, 0, MARKER);
    const size_t text = find(l, marker, TEXT);
    if (marker < l->count && text < l->count && !any_before(l, marker, TEXT) &&
        find(l, marker, QUOTE) < text && !answered_within(l, marker)) {
        drop(l, 0, text);
    }
}

/* Nothing but what is passed on: its text is what there is, its head is not. */
static void cut_head_of_forward(Lines *l)
{
    const size_t marker = find(l, 0, MARKER);
    size_t at = marker + 1, run = 0;
    if (marker == l->count || any_before(l, marker, TEXT)) {
        return;
    }
    while (at < l->count && l->kinds[at] == EMPTY) {
        at++;
    }
    while (at < l->count && l->kinds[at] != EMPTY) {
        run += l->kinds[at++] == HEADER;
    }
    if (run >= HEADERS) {
        drop(l, 0, at);
    }
}

static void cut_below_marker(Lines *l)
{
    for (size_t m = find(l, 0, MARKER); m < l->count; m = find(l, m + 1, MARKER)) {
        if (any_before(l, m, TEXT) && !answered_within(l, m)) {
            drop(l, m, l->count);
            return;
        }
    }
}

/* So many headers in a row, with empty lines among them or the lines that they go on in. */
static void cut_below_headers(Lines *l)
{
    for (size_t i = find(l, 0, HEADER); i < l->count; i = find(l, i + 1, HEADER)) {
        size_t run = 0, at = i, other = 0;
        while (at < l->count && other < 2 &&
               (l->kinds[at] == HEADER || l->kinds[at] == TEXT || l->kinds[at] == EMPTY)) {
            run += l->kinds[at] == HEADER;
            other = l->kinds[at] == HEADER ? 0 : other + 1;
            at++;
        }
        if (run >= HEADERS && any_before(l, i, TEXT)) {
            drop(l, i, l->count);
            return;
        }
    }
}

static void cut_tail(Lines *l)
{
    size_t end = l->count;
    if (find(l, 0, TEXT) == l->count) {
        return; // nothing but quotes: they are what was sent
    }
    while (end > 0 && l->kinds[end - 1] != TEXT) {
        end--;
    }
    drop(l, end, l->count);
}

static void cut(Lines *l)
{
    const size_t delimiter = find(l, 0, DELIMITER);
    if (delimiter < l->count && any_before(l, delimiter, TEXT)) {
        drop(l, delimiter, l->count);
    }
    drop_kind(l, DEVICE);
    cut_above(l);
    cut_head_of_forward(l);
    cut_below_marker(l);
    drop_kind(l, MARKER);
    cut_below_headers(l);
    cut_tail(l);
}

/* ---- Texts of the result --------------------------------------------------------------------- */

static PtStatus gather(const Lines *l, bool dropped, PtArena *arena, PtStr *ret, PtError *err)
{
    PtBuf out;
    pt_buf_init(&out, 2 * MAIL_TEXT_BYTES);
    for (size_t i = 0; i < l->count; i++) {
        if ((l->kinds[i] == DROPPED) == dropped) {
            pt_buf_add_str(&out, l->text[i]);
            pt_buf_add_char(&out, '\n');
        }
    }
    PtStr text = pt_buf_str(&out);
    while (text.len > 0 && (unsigned char)text.data[text.len - 1] <= ' ') {
        text.len--;
    }
    for (PtStr line, rest = text; pt_str_cut(&rest, '\n', &line) && trim(line).len == 0;) {
        text = rest.data != NULL ? rest : PT_STR(""); // empty lines in front, but no indent
    }
    *ret = pt_arena_str(arena, text);
    const bool full = pt_buf_status(&out) != PT_OK || ret->data == NULL;
    pt_buf_done(&out);
    return full ? mail_no_memory(err) : PT_OK;
}

PtStatus mail_reply(PtStr text, PtArena *arena, MailReply *ret_reply, PtError *err)
{
    Lines l = {.text = pt_arena_alloc(arena, LINES_MAX, sizeof *l.text),
               .kinds = pt_arena_alloc(arena, LINES_MAX, sizeof *l.kinds)};
    MailReply reply;
    if (l.text == NULL || l.kinds == NULL) {
        return mail_no_memory(err);
    }
    while (l.count < LINES_MAX && pt_str_cut(&text, '\n', &l.text[l.count])) {
        PtStr *line = &l.text[l.count++];
        line->len -= line->len > 0 && line->data[line->len - 1] == '\r';
    }
    tell_kinds(&l);
    cut(&l);
    PtStatus st = gather(&l, false, arena, &reply.kept, err);
    st = st == PT_OK ? gather(&l, true, arena, &reply.cut, err) : st;
    if (st == PT_OK) {
        *ret_reply = reply;
    }
    return st;
}
