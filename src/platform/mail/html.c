// SPDX-License-Identifier: Apache-2.0
/* HTML of strangers made anew: tags and text are told apart as browsers do (WHATWG's tokenizer),
 * and written again from the table below. What is written has only these elements, no raw text and
 * no foreign content, so no browser can read it as something else. One pass, no tree. */
#include "platform/mail/html.h"

enum { RUN_BYTES = 1024, REFERENCE_BYTES = 33, NAME_BYTES = 16 };

/* What is done with an element. */
typedef enum HtmlKind {
    HTML_KEPT,
    HTML_VOID,    /* kept, and has no content */
    HTML_LEFT,    /* its tags go, its content stays; so it is with those that are not known */
    HTML_RAW,     /* goes with its content, which is no HTML */
    HTML_DROPPED, /* goes with its content */
} HtmlKind;

/* Elements that end others, or that others end. */
enum {
    BIT_A = 1,
    BIT_P = 2,
    BIT_BLOCK = 4,
    BIT_LI = 8,
    BIT_LIST = 16,
    BIT_TERM = 32,
    BIT_TERMS = 64,
    BIT_TABLE = 128,
    BIT_CAPTION = 256,
    BIT_ROWS = 512,
    BIT_ROW = 1024,
    BIT_CELL = 2048,
};

typedef struct HtmlElement {
    const char *name;
    HtmlKind kind;
    unsigned groups; /* of attributes */
    unsigned bit;
    unsigned closes; /* an open one of these ends where this begins ... */
    unsigned within; /* ... unless one of these was opened in between */
} HtmlElement;

static const HtmlElement elements[] = {
    {"a", HTML_KEPT, HTML_LINK, BIT_A, BIT_A, BIT_CELL | BIT_TABLE},
    {"abbr", HTML_KEPT, 0, 0, 0, 0},
    {"address", HTML_KEPT, 0, 0, 0, 0},
    {"applet", HTML_DROPPED, 0, 0, 0, 0},
    {"audio", HTML_DROPPED, 0, 0, 0, 0},
    {"b", HTML_KEPT, 0, 0, 0, 0},
    {"bdi", HTML_KEPT, 0, 0, 0, 0},
    {"bdo", HTML_KEPT, 0, 0, 0, 0},
    {"big", HTML_KEPT, 0, 0, 0, 0},
    {"blockquote", HTML_KEPT, 0, BIT_BLOCK, 0, 0},
    {"br", HTML_VOID, 0, 0, 0, 0},
    {"canvas", HTML_DROPPED, 0, 0, 0, 0},
    {"caption", HTML_KEPT, 0, BIT_CAPTION, 0, 0},
    {"center", HTML_KEPT, 0, 0, 0, 0},
    {"cite", HTML_KEPT, 0, 0, 0, 0},
    {"code", HTML_KEPT, 0, 0, 0, 0},
    {"col", HTML_VOID, HTML_SPAN, 0, 0, 0},
    {"colgroup", HTML_KEPT, HTML_SPAN, 0, 0, 0},
    {"dd", HTML_KEPT, 0, BIT_TERM, BIT_TERM, BIT_TERMS},
    {"del", HTML_KEPT, 0, 0, 0, 0},
    {"dfn", HTML_KEPT, 0, 0, 0, 0},
    {"div", HTML_KEPT, 0, BIT_BLOCK, 0, 0},
    {"dl", HTML_KEPT, 0, BIT_TERMS, 0, 0},
    {"dt", HTML_KEPT, 0, BIT_TERM, BIT_TERM, BIT_TERMS},
    {"em", HTML_KEPT, 0, 0, 0, 0},
    {"font", HTML_KEPT, HTML_FONT, 0, 0, 0},
    {"frameset", HTML_DROPPED, 0, 0, 0, 0},
    {"h1", HTML_KEPT, 0, 0, 0, 0},
    {"h2", HTML_KEPT, 0, 0, 0, 0},
    {"h3", HTML_KEPT, 0, 0, 0, 0},
    {"h4", HTML_KEPT, 0, 0, 0, 0},
    {"h5", HTML_KEPT, 0, 0, 0, 0},
    {"h6", HTML_KEPT, 0, 0, 0, 0},
    {"hr", HTML_VOID, 0, 0, 0, 0},
    {"i", HTML_KEPT, 0, 0, 0, 0},
    {"iframe", HTML_RAW, 0, 0, 0, 0},
    {"img", HTML_VOID, HTML_IMAGE, 0, 0, 0},
    {"ins", HTML_KEPT, 0, 0, 0, 0},
    {"kbd", HTML_KEPT, 0, 0, 0, 0},
    {"li", HTML_KEPT, HTML_LIST, BIT_LI, BIT_LI, BIT_LIST},
    {"mark", HTML_KEPT, 0, 0, 0, 0},
    {"math", HTML_DROPPED, 0, 0, 0, 0},
    {"noembed", HTML_RAW, 0, 0, 0, 0},
    {"noframes", HTML_RAW, 0, 0, 0, 0},
    {"noscript", HTML_RAW, 0, 0, 0, 0},
    {"object", HTML_DROPPED, 0, 0, 0, 0},
    {"ol", HTML_KEPT, HTML_LIST, BIT_LIST, 0, 0},
    {"p", HTML_KEPT, 0, BIT_P, BIT_P, BIT_CELL | BIT_LI | BIT_BLOCK | BIT_TABLE},
    {"plaintext", HTML_RAW, 0, 0, 0, 0},
    {"pre", HTML_KEPT, 0, 0, 0, 0},
    {"q", HTML_KEPT, 0, 0, 0, 0},
    {"s", HTML_KEPT, 0, 0, 0, 0},
    {"samp", HTML_KEPT, 0, 0, 0, 0},
    {"script", HTML_RAW, 0, 0, 0, 0},
    {"select", HTML_DROPPED, 0, 0, 0, 0},
    {"small", HTML_KEPT, 0, 0, 0, 0},
    {"span", HTML_KEPT, 0, 0, 0, 0},
    {"strike", HTML_KEPT, 0, 0, 0, 0},
    {"strong", HTML_KEPT, 0, 0, 0, 0},
    {"style", HTML_RAW, 0, 0, 0, 0},
    {"sub", HTML_KEPT, 0, 0, 0, 0},
    {"sup", HTML_KEPT, 0, 0, 0, 0},
    {"svg", HTML_DROPPED, 0, 0, 0, 0},
    {"table", HTML_KEPT, HTML_TABLE, BIT_TABLE, 0, 0},
    {"tbody", HTML_KEPT, 0, BIT_ROWS, BIT_ROWS | BIT_ROW, BIT_TABLE},
    {"td", HTML_KEPT, HTML_CELL, BIT_CELL, BIT_CELL, BIT_ROW | BIT_TABLE},
    {"template", HTML_DROPPED, 0, 0, 0, 0},
    {"textarea", HTML_RAW, 0, 0, 0, 0},
    {"tfoot", HTML_KEPT, 0, BIT_ROWS, BIT_ROWS | BIT_ROW, BIT_TABLE},
    {"th", HTML_KEPT, HTML_CELL, BIT_CELL, BIT_CELL, BIT_ROW | BIT_TABLE},
    {"thead", HTML_KEPT, 0, BIT_ROWS, BIT_ROWS | BIT_ROW, BIT_TABLE},
    {"time", HTML_KEPT, 0, 0, 0, 0},
    {"title", HTML_RAW, 0, 0, 0, 0},
    {"tr", HTML_KEPT, 0, BIT_ROW, BIT_ROW, BIT_TABLE},
    {"tt", HTML_KEPT, 0, 0, 0, 0},
    {"u", HTML_KEPT, 0, 0, 0, 0},
    {"ul", HTML_KEPT, HTML_LIST, BIT_LIST, 0, 0},
    {"var", HTML_KEPT, 0, 0, 0, 0},
    {"video", HTML_DROPPED, 0, 0, 0, 0},
    {"wbr", HTML_VOID, 0, 0, 0, 0},
    {"xmp", HTML_RAW, 0, 0, 0, 0},
};

typedef struct Cleaner {
    const char *p, *end;
    PtBuf *out, tag; /* tag: the one at hand */
    MailHtmlSeen seen;
    const HtmlElement *open[MAIL_HTML_DEPTH];
    size_t depth, elements;
    size_t closing;              /* bytes that closing all of them takes */
    const HtmlElement *dropping; /* within one of these nothing is written */
    size_t dropping_depth;
} Cleaner;

static int by_name(const void *key, const void *element)
{
    return strcmp(key, ((const HtmlElement *)element)->name);
}

/* NULL: not in the table. */
static const HtmlElement *find_element(PtStr name)
{
    char low[NAME_BYTES];
    if (name.len >= sizeof low) {
        return NULL;
    }
    for (size_t i = 0; i < name.len; i++) {
        low[i] = pt_ascii_lower(name.data[i]);
    }
    low[name.len] = '\0';
    return bsearch(low, elements, sizeof elements / sizeof *elements, sizeof *elements, by_name);
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static size_t closing_len(const HtmlElement *e)
{
    return e->kind == HTML_KEPT ? strlen(e->name) + 3 : 0;
}

/* Whether it still fits with all that has to be closed behind it; if not, this is the end. */
static bool has_room(Cleaner *c, size_t len)
{
    c->seen.cut |= c->out->len + len + c->closing > c->out->limit;
    return !c->seen.cut;
}

static void write_out(Cleaner *c, PtStr text)
{
    if (c->dropping == NULL && has_room(c, text.len)) {
        pt_buf_add_str(c->out, text);
    }
}

static void close_top(Cleaner *c)
{
    const HtmlElement *e = c->open[--c->depth];
    c->closing -= closing_len(e);
    pt_buf_printf(c->out, "</%s>", e->name);
}

/* Closes the innermost open element that is `wanted` or has one of the bits, and all within it,
 * unless one of `within` is further in. */
static void close_element(Cleaner *c, const HtmlElement *wanted, unsigned bits, unsigned within)
{
    for (size_t i = c->depth; i > 0; i--) {
        const HtmlElement *e = c->open[i - 1];
        if (e == wanted || (e->bit & bits) != 0) {
            while (c->depth >= i) {
                close_top(c);
            }
            return;
        }
        if ((e->bit & within) != 0) {
            return;
        }
    }
}

static void open_element(Cleaner *c, const HtmlElement *e, PtStr attributes)
{
    HtmlAttributes made = {0};
    if (e->closes != 0) {
        close_element(c, NULL, e->closes, e->within);
    }
    pt_buf_clear(&c->tag, RUN_BYTES);
    pt_buf_printf(&c->tag, "<%s", e->name);
    html_add_attributes(attributes, e->groups, &c->tag, &made);
    pt_buf_add_char(&c->tag, '>');
    c->seen.remote += made.remote;
    const bool image = (e->groups & HTML_IMAGE) != 0;
    if (image && !made.has_image && !made.has_alt) {
        return; // a pixel that counts readers
    }
    if (e->kind == HTML_KEPT && c->depth == MAIL_HTML_DEPTH) {
        c->seen.cut = true;
    }
    if (pt_buf_status(&c->tag) != PT_OK || !has_room(c, c->tag.len + closing_len(e))) {
        c->seen.cut = true;
        return;
    }
    pt_buf_add_str(c->out, pt_buf_str(&c->tag));
    if (e->kind == HTML_KEPT) {
        c->open[c->depth++] = e;
        c->closing += closing_len(e);
    }
}

/* ---- Text -------------------------------------------------------------------------------------
 */

/* Bytes of a character reference at p, "&amp;", "&#39;"; 0: none. */
static size_t reference_len(const char *p, const char *end)
{
    const size_t most = (size_t)(end - p) < REFERENCE_BYTES ? (size_t)(end - p) : REFERENCE_BYTES;
    size_t i = 1;
    i += i < most && p[i] == '#';
    const size_t begin = i;
    while (i < most && (html_is_letter(p[i]) || (p[i] >= '0' && p[i] <= '9'))) {
        i++;
    }
    return i > begin && i < most && p[i] == ';' ? i + 1 : 0;
}

static bool is_plain(char c)
{
    return ((unsigned char)c >= ' ' || c == '\n' || c == '\t') && c != '<' && c != '>' &&
           c != '&' && c != 0x7F;
}

/* The text up to `to`, escaped; references stay as they are. */
static void add_text(Cleaner *c, const char *to)
{
    while (c->p < to && !c->seen.cut) {
        const char *from = c->p;
        while (c->p < to && is_plain(*c->p) &&
               ((size_t)(c->p - from) < RUN_BYTES || ((unsigned char)*c->p & 0xC0) == 0x80)) {
            c->p++;
        }
        if (c->p > from) {
            write_out(c, (PtStr){from, (size_t)(c->p - from)});
            continue;
        }
        const size_t len = *from == '&' ? reference_len(from, to) : 0;
        if (len > 0) {
            write_out(c, (PtStr){from, len});
            c->p += len;
            continue;
        }
        write_out(c, *from == '&'   ? PT_STR("&amp;")
                     : *from == '<' ? PT_STR("&lt;")
                     : *from == '>' ? PT_STR("&gt;")
                                    : PT_STR(""));
        c->p++;
    }
}

/* ---- Tags -------------------------------------------------------------------------------------
 */

static const char *find(const char *p, const char *end, PtStr what)
{
    const char *hit = p < end ? memmem(p, (size_t)(end - p), what.data, what.len) : NULL;
    return hit != NULL ? hit : end;
}

static PtStr take_name(Cleaner *c)
{
    const char *from = c->p;
    while (c->p < c->end && !html_is_space(*c->p) && *c->p != '/' && *c->p != '>') {
        c->p++;
    }
    return (PtStr){from, (size_t)(c->p - from)};
}

/* Behind the '>' that ends the tag: one in quotes, behind '=', does not. */
static PtStr take_attributes(Cleaner *c)
{
    const char *from = c->p;
    bool value = false; // an '=' came, and no value yet
    while (c->p < c->end && *c->p != '>') {
        const char at = *c->p++;
        if (value && (at == '"' || at == '\'')) {
            const char *quote = memchr(c->p, at, (size_t)(c->end - c->p));
            c->p = quote != NULL ? quote + 1 : c->end;
            value = false;
        } else if (value && !html_is_space(at)) {
            while (c->p < c->end && !html_is_space(*c->p) && *c->p != '>') {
                c->p++;
            }
            value = false;
        } else if (at == '=') {
            value = true;
        }
    }
    const PtStr attributes = {from, (size_t)(c->p - from)};
    c->p += c->p < c->end;
    return attributes;
}

/* To the end tag of what is no HTML. */
static void skip_raw(Cleaner *c, const HtmlElement *e)
{
    const size_t len = strlen(e->name);
    while (c->p < c->end) {
        c->p = find(c->p, c->end, PT_STR("</"));
        const size_t left = (size_t)(c->end - c->p);
        if (left >= len + 2 && pt_str_eq_nocase((PtStr){c->p + 2, len}, (PtStr){e->name, len})) {
            c->p += len + 2;
            (void)take_attributes(c);
            return;
        }
        c->p += left > 0;
    }
}

static void start_tag(Cleaner *c)
{
    const PtStr name = take_name(c);
    const HtmlElement *e = find_element(name);
    const PtStr attributes = take_attributes(c);
    if (e == NULL || ++c->elements > MAIL_HTML_ELEMENTS) {
        c->seen.cut |= e != NULL;
    } else if (e->kind == HTML_RAW) {
        skip_raw(c, e);
    } else if (c->dropping != NULL) {
        c->dropping_depth += e == c->dropping;
    } else if (e->kind == HTML_DROPPED) {
        c->dropping = e;
        c->dropping_depth = 1;
    } else {
        open_element(c, e, attributes);
    }
}

static void end_tag(Cleaner *c)
{
    const unsigned of_table = BIT_TABLE | BIT_CAPTION | BIT_ROWS | BIT_ROW | BIT_CELL;
    const HtmlElement *e = find_element(take_name(c));
    (void)take_attributes(c);
    if (e == NULL) {
        return;
    }
    if (c->dropping != NULL) {
        c->dropping_depth -= e == c->dropping;
        c->dropping = c->dropping_depth > 0 ? c->dropping : NULL;
        return;
    }
    // an end tag reaches out of a cell, or a table, only where it ends a part of a table
    const unsigned within = (e->bit & of_table) == 0 ? BIT_CELL | BIT_CAPTION | BIT_TABLE
                            : e->bit == BIT_TABLE    ? 0
                                                     : BIT_TABLE;
    close_element(c, e, 0, within);
}

/* Something that begins with "<!" or "<?", or "</" and no letter. */
static void skip_comment(Cleaner *c)
{
    const size_t left = (size_t)(c->end - c->p);
    const PtStr here = {c->p, left};
    if (!pt_str_starts(here, PT_STR("<!--"))) {
        c->p = find(c->p, c->end, PT_STR(">"));
        c->p += c->p < c->end;
        return;
    }
    if (pt_str_starts(here, PT_STR("<!-->")) || pt_str_starts(here, PT_STR("<!--->"))) {
        c->p = find(c->p, c->end, PT_STR(">")) + 1;
        return;
    }
    const char *at = find(c->p + 4, c->end, PT_STR("--"));
    while (at < c->end) {
        const PtStr rest = {at, (size_t)(c->end - at)};
        const size_t len = pt_str_starts(rest, PT_STR("-->"))    ? 3
                           : pt_str_starts(rest, PT_STR("--!>")) ? 4
                                                                 : 0;
        if (len > 0) {
            at += len;
            break;
        }
        at = find(at + 1, c->end, PT_STR("--"));
    }
    c->p = at;
}

static void step(Cleaner *c)
{
    const char *less = memchr(c->p, '<', (size_t)(c->end - c->p));
    const char *to = less != NULL ? less : c->end;
    if (c->p < to) {
        add_text(c, to);
        return;
    }
    const char next = c->p + 1 < c->end ? c->p[1] : '\0';
    const char after = c->p + 2 < c->end ? c->p[2] : '\0';
    if (html_is_letter(next)) {
        c->p++;
        start_tag(c);
    } else if (next == '/' && html_is_letter(after)) {
        c->p += 2;
        end_tag(c);
    } else if (next == '!' || next == '?' || (next == '/' && after != '\0')) {
        skip_comment(c);
    } else {
        add_text(c, c->p + 1);
    }
}

PtStatus mail_html_clean(PtStr html, PtBuf *out, MailHtmlSeen *ret_seen, PtError *err)
{
    if (html.len > MAIL_TEXT_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "the HTML has %zu bytes, over %d", html.len,
                       MAIL_TEXT_BYTES);
    }
    if (html.len > 0 && !pt_utf8_valid(html)) {
        return pt_fail(err, PT_INVALID, "the HTML is no UTF-8");
    }
    Cleaner c = {.p = html.data, .end = html.data + html.len, .out = out};
    pt_buf_init(&c.tag, out->limit);
    while (c.p < c.end && !c.seen.cut && pt_buf_status(out) == PT_OK) {
        step(&c);
    }
    while (c.depth > 0) {
        close_top(&c);
    }
    const bool no_memory =
        pt_buf_status(&c.tag) == PT_NO_MEMORY || pt_buf_status(out) == PT_NO_MEMORY;
    pt_buf_done(&c.tag);
    if (no_memory) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to clean HTML");
    }
    *ret_seen = c.seen;
    return PT_OK;
}
