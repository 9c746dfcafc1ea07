// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/html.h"

#include "base/memory.h"

enum {
    VALUE_BYTES = 2000, /* of an attribute, but for an image's data */
    ATTRIBUTES = 100,   /* of an element; more are left out */
    REFERENCE_BYTES = 12,
};

/* What a value may be. */
typedef enum HtmlValue {
    VALUE_TEXT,
    VALUE_WORD,   /* letters, digits and "-_" */
    VALUE_NUMBER, /* digits, "%", "px", "*" */
    VALUE_COLOR,
    VALUE_STYLE,
    VALUE_LINK,
    VALUE_IMAGE,
    VALUE_ELSEWHERE, /* is never kept, and counted */
} HtmlValue;

static const struct HtmlAttribute {
    const char *name;
    unsigned groups; /* 0: any element's */
    HtmlValue value;
} attributes_known[] = {
    {"align", 0, VALUE_WORD},
    {"alt", HTML_IMAGE, VALUE_TEXT},
    {"background", 0, VALUE_ELSEWHERE},
    {"bgcolor", 0, VALUE_COLOR},
    {"border", HTML_TABLE | HTML_IMAGE, VALUE_NUMBER},
    {"cellpadding", HTML_TABLE, VALUE_NUMBER},
    {"cellspacing", HTML_TABLE, VALUE_NUMBER},
    {"color", HTML_FONT, VALUE_COLOR},
    {"colspan", HTML_CELL, VALUE_NUMBER},
    {"dir", 0, VALUE_WORD},
    {"face", HTML_FONT, VALUE_TEXT},
    {"height", 0, VALUE_NUMBER},
    {"href", HTML_LINK, VALUE_LINK},
    {"lang", 0, VALUE_WORD},
    {"nowrap", HTML_CELL, VALUE_WORD},
    {"rowspan", HTML_CELL, VALUE_NUMBER},
    {"size", HTML_FONT, VALUE_NUMBER},
    {"span", HTML_SPAN, VALUE_NUMBER},
    {"src", HTML_IMAGE, VALUE_IMAGE},
    {"start", HTML_LIST, VALUE_NUMBER},
    {"style", 0, VALUE_STYLE},
    {"title", 0, VALUE_TEXT},
    {"type", HTML_LIST, VALUE_WORD},
    {"valign", 0, VALUE_WORD},
    {"width", 0, VALUE_NUMBER},
};

/* ---- One attribute's text ---------------------------------------------------------------------
 */

static PtStr take(PtStr *rest, size_t len)
{
    const PtStr taken = {rest->data, len};
    *rest = pt_str_from(*rest, len);
    return taken;
}

static void skip_between(PtStr *rest)
{
    while (rest->len > 0 && (html_is_space(rest->data[0]) || rest->data[0] == '/')) {
        *rest = pt_str_from(*rest, 1);
    }
}

/* The next name and what stands for its value. False: there is none. */
static bool next_attribute(PtStr *rest, PtStr *ret_name, PtStr *ret_value)
{
    skip_between(rest);
    if (rest->len == 0) {
        return false;
    }
    size_t len = 1; // a name may begin with '=' itself
    while (len < rest->len && !html_is_space(rest->data[len]) && rest->data[len] != '=' &&
           rest->data[len] != '/') {
        len++;
    }
    *ret_name = take(rest, len);
    *ret_value = (PtStr){"", 0};
    const PtStr after = pt_str_trim_low(*rest);
    if (after.len == 0 || after.data[0] != '=') {
        return true;
    }
    *rest = pt_str_trim_low(pt_str_from(after, 1));
    if (rest->len == 0) {
        return true;
    }
    const char quote = rest->data[0];
    if (quote == '"' || quote == '\'') {
        *rest = pt_str_from(*rest, 1);
        const char *end = rest->len > 0 ? memchr(rest->data, quote, rest->len) : NULL;
        *ret_value = take(rest, end != NULL ? (size_t)(end - rest->data) : rest->len);
        *rest = pt_str_from(*rest, 1);
        return true;
    }
    len = 0;
    while (len < rest->len && !html_is_space(rest->data[len])) {
        len++;
    }
    *ret_value = take(rest, len);
    return true;
}

/* The character that a reference at the begin of the text stands for, and its length; 0: none that
 * is known, which then stays as it is. */
static size_t read_reference(PtStr text, uint32_t *ret_code)
{
    static const struct {
        const char *name;
        uint32_t code;
    } named[] = {{"amp", '&'},   {"lt", '<'},   {"gt", '>'},       {"quot", '"'}, {"apos", '\''},
                 {"nbsp", 0xA0}, {"Tab", '\t'}, {"NewLine", '\n'}, {"colon", ':'}};
    const size_t most = text.len < REFERENCE_BYTES ? text.len : REFERENCE_BYTES;
    const char *end = memchr(text.data, ';', most);
    if (end == NULL) {
        return 0;
    }
    const PtStr name = {text.data + 1, (size_t)(end - text.data) - 1};
    if (name.len > 1 && name.data[0] == '#') {
        const bool hex = pt_ascii_lower(name.data[1]) == 'x';
        uint32_t code = 0;
        for (size_t i = hex ? 2 : 1; i < name.len; i++) {
            const int digit = pt_hex_digit(name.data[i]);
            if (digit < 0 || (!hex && digit > 9) || code > 0x10FFFF) {
                return 0;
            }
            code = code * (hex ? 16 : 10) + (uint32_t)digit;
        }
        *ret_code = code;
        return code > 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? name.len + 2 : 0;
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (pt_str_eq(name, pt_str(named[i].name))) {
            *ret_code = named[i].code;
            return name.len + 2;
        }
    }
    return 0;
}

/* The value as a browser sees it. */
static void decode(PtStr value, PtBuf *out)
{
    while (value.len > 0) {
        uint32_t code;
        char bytes[4];
        const size_t len = value.data[0] == '&' ? read_reference(value, &code) : 0;
        if (len > 0) {
            pt_buf_add(out, bytes, pt_utf8_put(code, bytes));
            value = pt_str_from(value, len);
            continue;
        }
        const char *next = value.len > 1 ? memchr(value.data + 1, '&', value.len - 1) : NULL;
        const size_t run = next != NULL ? (size_t)(next - value.data) : value.len;
        pt_buf_add_str(out, take(&value, run));
    }
}

/* ---- Links and images -------------------------------------------------------------------------
 */

static bool starts_nocase(PtStr text, const char *start)
{
    const size_t len = strlen(start);
    return text.len >= len && pt_str_eq_nocase((PtStr){text.data, len}, (PtStr){start, len});
}

static bool has_control(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7F) {
            return true;
        }
    }
    return false;
}

/* By the schemes that may be, as they are written when nobody hides them. */
static bool is_link(PtStr url)
{
    static const char *schemes[] = {"https://", "http://", "mailto:", "tel:"};
    bool ok = false;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        ok = ok || starts_nocase(url, schemes[i]);
    }
    return ok && url.len <= VALUE_BYTES && !has_control(url);
}

static bool is_base64(PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (!html_is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '/' && c != '=' &&
            !html_is_space(c)) {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_image(PtStr url)
{
    static const char *types[] = {"data:image/png;base64,", "data:image/jpeg;base64,",
                                  "data:image/jpg;base64,", "data:image/gif;base64,",
                                  "data:image/webp;base64,"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (starts_nocase(url, types[i])) {
            return is_base64(pt_str_from(url, strlen(types[i])));
        }
    }
    return starts_nocase(url, "cid:") && url.len > 4 && url.len <= VALUE_BYTES && !has_control(url);
}

/* ---- Style ------------------------------------------------------------------------------------
 */

static int by_text(const void *key, const void *text)
{
    return strcmp(key, *(const char *const *)text);
}

/* Nothing that places a box elsewhere, above others or without end. */
static bool is_property(PtStr name)
{
    static const char *const known[] = {"background",
                                        "background-color",
                                        "border",
                                        "border-bottom",
                                        "border-bottom-color",
                                        "border-bottom-style",
                                        "border-bottom-width",
                                        "border-collapse",
                                        "border-color",
                                        "border-left",
                                        "border-left-color",
                                        "border-left-style",
                                        "border-left-width",
                                        "border-radius",
                                        "border-right",
                                        "border-right-color",
                                        "border-right-style",
                                        "border-right-width",
                                        "border-spacing",
                                        "border-style",
                                        "border-top",
                                        "border-top-color",
                                        "border-top-style",
                                        "border-top-width",
                                        "border-width",
                                        "clear",
                                        "color",
                                        "direction",
                                        "display",
                                        "float",
                                        "font",
                                        "font-family",
                                        "font-size",
                                        "font-style",
                                        "font-weight",
                                        "height",
                                        "letter-spacing",
                                        "line-height",
                                        "list-style",
                                        "list-style-type",
                                        "margin",
                                        "margin-bottom",
                                        "margin-left",
                                        "margin-right",
                                        "margin-top",
                                        "max-width",
                                        "min-width",
                                        "overflow-wrap",
                                        "padding",
                                        "padding-bottom",
                                        "padding-left",
                                        "padding-right",
                                        "padding-top",
                                        "table-layout",
                                        "text-align",
                                        "text-decoration",
                                        "text-transform",
                                        "vertical-align",
                                        "white-space",
                                        "width",
                                        "word-break",
                                        "word-wrap"};
    char low[32];
    if (name.len >= sizeof low) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        low[i] = pt_ascii_lower(name.data[i]);
    }
    low[name.len] = '\0';
    return bsearch(low, known, sizeof known / sizeof *known, sizeof *known, by_text) != NULL;
}

/* Colours are the only functions. */
static bool is_color_function(PtStr before)
{
    static const char *names[] = {"rgb", "rgba", "hsl", "hsla"};
    size_t len = 0;
    while (len < before.len && (html_is_letter(before.data[before.len - 1 - len]) ||
                                before.data[before.len - 1 - len] == '-')) {
        len++;
    }
    const PtStr name = {before.data + before.len - len, len};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq_nocase(name, pt_str(names[i]))) {
            return true;
        }
    }
    return false;
}

/* No escape, comment, address or rule can be made of these, and no length is negative. */
static bool is_style_value(PtStr value)
{
    size_t single = 0, twice = 0, open = 0;
    for (size_t i = 0; i < value.len; i++) {
        const char c = value.data[i];
        single += c == '\'';
        twice += c == '"';
        open += c == '(';
        open -= c == ')' && open > 0;
        const bool negative =
            c == '-' && i + 1 < value.len &&
            (value.data[i + 1] == '.' || (value.data[i + 1] >= '0' && value.data[i + 1] <= '9')) &&
            (i == 0 || (!html_is_letter(value.data[i - 1]) && value.data[i - 1] != '-' &&
                        value.data[i - 1] != '_'));
        const bool known = html_is_letter(c) || (c >= '0' && c <= '9') ||
                           (c != '\0' && strchr(" #%.,()+-/'\"!_", c) != NULL);
        if (!known || negative || (c == '(' && !is_color_function((PtStr){value.data, i}))) {
            return false;
        }
    }
    return value.len > 0 && single % 2 == 0 && twice % 2 == 0 && open == 0;
}

/* Declarations that may stay, appended to out; whether something is loaded from elsewhere. */
static bool clean_style(PtStr style, PtBuf *out)
{
    PtStr declaration;
    bool remote = false;
    while (pt_str_cut(&style, ';', &declaration)) {
        PtStr value = declaration, name = {"", 0};
        (void)pt_str_cut(&value, ':', &name);
        name = pt_str_trim_low(name);
        value = value.data != NULL ? pt_str_trim_low(value) : value;
        remote |= pt_str_has(value, PT_STR("//"));
        if (name.len > 0 && is_property(name) && is_style_value(value)) {
            pt_buf_add_str(out, name);
            pt_buf_add_char(out, ':');
            pt_buf_add_str(out, value);
            pt_buf_add_char(out, ';');
        }
    }
    return remote;
}

/* ---- Attributes -------------------------------------------------------------------------------
 */

static bool all_in(PtStr text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (!html_is_letter(c) && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr(more, c) == NULL)) {
            return false;
        }
    }
    return text.len <= 100;
}

static void write_attribute(PtBuf *out, const char *name, PtStr value)
{
    pt_buf_printf(out, " %s=\"", name);
    pt_buf_add_html(out, value);
    pt_buf_add_char(out, '"');
}

/* value: as a browser sees it, without white space at its ends. room: for what is made of it. */
static void add_attribute(const struct HtmlAttribute *a, PtStr value, PtBuf *out, PtBuf *room,
                          HtmlAttributes *made)
{
    bool ok = false;
    switch (a->value) {
    case VALUE_TEXT:
        ok = value.len <= VALUE_BYTES && !has_control(value);
        made->has_alt |= ok && value.len > 0 && a->groups == HTML_IMAGE;
        break;
    case VALUE_WORD:
        ok = all_in(value, "-_");
        break;
    case VALUE_NUMBER:
        ok = value.len <= 8 && all_in(value, "%*.");
        break;
    case VALUE_COLOR:
        ok = value.len > 0 && all_in(value, "#(), .%");
        break;
    case VALUE_STYLE:
        if (value.len <= 2 * VALUE_BYTES) {
            made->remote |= clean_style(value, room);
        }
        value = pt_buf_str(room);
        ok = value.len > 0;
        break;
    case VALUE_LINK:
        ok = made->has_link = is_link(value);
        break;
    case VALUE_IMAGE:
        ok = made->has_image = is_image(value);
        made->remote |= !ok;
        break;
    case VALUE_ELSEWHERE:
        made->remote |= value.len > 0;
        break;
    }
    if (ok) {
        write_attribute(out, a->name, value);
    }
}

static int by_name(const void *key, const void *attribute)
{
    return strcmp(key, ((const struct HtmlAttribute *)attribute)->name);
}

static const struct HtmlAttribute *find_attribute(PtStr name, unsigned groups)
{
    char low[16];
    if (name.len >= sizeof low) {
        return NULL;
    }
    for (size_t i = 0; i < name.len; i++) {
        low[i] = pt_ascii_lower(name.data[i]);
    }
    low[name.len] = '\0';
    const struct HtmlAttribute *a =
        bsearch(low, attributes_known, sizeof attributes_known / sizeof *attributes_known,
                sizeof *attributes_known, by_name);
    return a != NULL && (a->groups == 0 || (a->groups & groups) != 0) ? a : NULL;
}

void html_add_attributes(PtStr attributes, unsigned groups, PtBuf *out, HtmlAttributes *ret_made)
{
    PT_CLEANUP(pt_buf_done) PtBuf value = {0};
    PT_CLEANUP(pt_buf_done) PtBuf room = {0};
    HtmlAttributes made = {0};
    uint32_t seen = 0; // of a name that comes twice the first counts
    PtStr name, raw;
    pt_buf_init(&value, out->limit);
    pt_buf_init(&room, out->limit);
    for (size_t i = 0; i < ATTRIBUTES && next_attribute(&attributes, &name, &raw); i++) {
        const struct HtmlAttribute *a = find_attribute(name, groups);
        const uint32_t bit = a != NULL ? 1U << (a - attributes_known) : 0;
        if (a == NULL || (seen & bit) != 0) {
            continue;
        }
        seen |= bit;
        pt_buf_clear(&value, SIZE_MAX);
        pt_buf_clear(&room, SIZE_MAX);
        decode(raw, &value);
        add_attribute(a, pt_str_trim_low(pt_buf_str(&value)), out, &room, &made);
    }
    if (made.has_link) {
        pt_buf_add_str(out, PT_STR(" rel=\"noopener noreferrer nofollow\" target=\"_blank\""));
    }
    if (pt_buf_status(&value) != PT_OK || pt_buf_status(&room) != PT_OK) {
        out->status = pt_buf_status(&value) != PT_OK ? pt_buf_status(&value) : room.status;
    }
    *ret_made = made;
}
