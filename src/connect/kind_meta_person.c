// SPDX-License-Identifier: Apache-2.0
/* user_data of the Conversions API: developers.facebook.com/docs/marketing-api/conversions-api/
 * parameters/customer-information-parameters. What tells who somebody is goes out as SHA-256 of its
 * normal form; browser and click ids, address and user agent as they are.
 */
#include "base/hash.h"
#include "connect/kind_meta_internal.h"

#include <string.h>
#include <utf8proc.h>

enum { TEXT_MAX = 512, HASH_HEX = 2 * PT_SHA256 };

static const struct HashedRow {
    const char *name;
    MetaForm form;
    const char *paths[6];
} hashed_rows[] = {
    {"em",
     META_EMAIL,
     {"context.traits.email", "traits.email", "properties.email", "properties.customer.email"}},
    {"ph",
     META_PHONE,
     {"context.traits.phone", "traits.phone", "properties.phone", "properties.customer.phone"}},
    {"fn",
     META_NAME,
     {"context.traits.firstName", "context.traits.first_name", "traits.firstName",
      "properties.first_name", "properties.firstName"}},
    {"ln",
     META_NAME,
     {"context.traits.lastName", "context.traits.last_name", "traits.lastName",
      "properties.last_name", "properties.lastName"}},
    {"ct", META_PLACE, {"context.traits.address.city", "traits.address.city", "properties.city"}},
    {"st",
     META_PLACE,
     {"context.traits.address.state", "traits.address.state", "properties.state"}},
    {"zp",
     META_ZIP,
     {"context.traits.address.postalCode", "context.traits.address.postal_code",
      "traits.address.postalCode", "properties.postal_code", "properties.zip"}},
    {"country",
     META_COUNTRY,
     {"context.traits.address.country", "traits.address.country", "properties.country"}},
    {"external_id", META_ID, {NULL}},
};

static const struct PlainRow {
    const char *name;
    const char *paths[5];
} plain_rows[] = {
    {"client_ip_address", {"context.ip"}},
    {"client_user_agent", {"context.userAgent"}},
    {"fbp", {"context.fbp", "properties.fbp", "integrations.Facebook Conversions API.fbp"}},
    {"fbc", {"context.fbc", "properties.fbc", "integrations.Facebook Conversions API.fbc"}},
};

enum {
    HASHED_COUNT = sizeof hashed_rows / sizeof *hashed_rows,
    PLAIN_COUNT = sizeof plain_rows / sizeof *plain_rows,
};

/* -- normal forms ------------------------------------------------------------------------------ */

/* "+49 (0) 176 ..." and "0049..." name their country; "0176 ..." only with a calling code. */
static void put_phone(PtStr text, PtStr calling_code, PtBuf *out)
{
    const bool plus = text.len > 0 && text.data[0] == '+';
    size_t from = out->len, zeros = 0;
    bool leading = true;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (c < '0' || c > '9') {
            continue;
        }
        leading = leading && c == '0';
        zeros += leading;
        if (!leading) {
            pt_buf_add_char(out, c);
        }
    }
    if (!plus && zeros == 1 && calling_code.len > 0 && out->len > from) {
        PtBuf national = *out;
        pt_buf_init(out, national.limit);
        pt_buf_add(out, national.data, from);
        pt_buf_add_str(out, calling_code);
        pt_buf_add(out, national.data + from, national.len - from);
        pt_buf_done(&national);
    }
}

/* Letters and digits of every script; with blanks: single ones within. Bytes that are no UTF-8 are
 * left out. */
static void put_letters(PtStr text, bool blanks, PtBuf *out)
{
    const char *p = text.data, *end = p + text.len;
    size_t from = out->len;
    bool blank = false;
    while (p < end) {
        utf8proc_int32_t codepoint = -1;
        size_t len = pt_utf8_step(p, end);
        if (len > 0) {
            (void)utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)len, &codepoint);
        }
        utf8proc_category_t category = utf8proc_category(codepoint);
        const bool letter =
            len > 0 && ((category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME) ||
                        category == UTF8PROC_CATEGORY_ND);
        if (letter) {
            if (blank && blanks && out->len > from) {
                pt_buf_add_char(out, ' ');
            }
            kind_lower((PtStr){p, len}, out);
        }
        blank = !letter && (blank || *p == ' ');
        p += len > 0 ? len : 1;
    }
}

/* Postal codes keep what is no blank and no dash; of a US one the first five digits count. */
static void put_zip(PtStr text, PtBuf *out)
{
    size_t digits = 0;
    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9') {
        digits++;
    }
    if (digits == 5 && text.len == 10 && text.data[5] == '-') {
        text.len = 5;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != ' ' && text.data[i] != '-') {
            kind_lower((PtStr){text.data + i, 1}, out);
        }
    }
}

void meta_normalise(MetaForm form, PtStr text, PtStr calling_code, PtBuf *out)
{
    text = pt_str_trim_low(text);
    switch (form) {
    case META_EMAIL:
        kind_lower(text, out);
        break;
    case META_PHONE:
        put_phone(text, calling_code, out);
        break;
    case META_NAME:
        put_letters(text, true, out);
        break;
    case META_PLACE:
        put_letters(text, false, out);
        break;
    case META_ZIP:
        put_zip(text, out);
        break;
    case META_COUNTRY:
        if (text.len == 2) {
            kind_lower(text, out);
        }
        break;
    case META_ID:
        pt_buf_add_str(out, text);
        break;
    }
}

static bool is_hash(PtStr text)
{
    bool hex = text.len == HASH_HEX;
    for (size_t i = 0; hex && i < text.len; i++) {
        hex = pt_hex_digit(text.data[i]) >= 0 && pt_ascii_lower(text.data[i]) == text.data[i];
    }
    return hex;
}

PtStr meta_hashed(MetaForm form, PtStr text, PtStr calling_code, PtArena *arena, bool *ret_failed)
{
    uint8_t digest[PT_SHA256];
    char hex[HASH_HEX + 1];
    PtStr none = {NULL, 0};
    PtBuf buf;
    if (text.len == 0 || text.len > TEXT_MAX) {
        return none;
    }
    if (is_hash(text)) {
        return text;
    }
    pt_buf_init(&buf, 4 * TEXT_MAX);
    meta_normalise(form, text, calling_code, &buf);
    const bool failed = pt_buf_status(&buf) != PT_OK, any = !failed && buf.len > 0;
    if (any) {
        pt_sha256(pt_buf_str(&buf), digest);
        pt_hex(digest, sizeof digest, hex);
    }
    pt_buf_done(&buf);
    PtStr hash = any ? pt_arena_str(arena, (PtStr){hex, HASH_HEX}) : none;
    *ret_failed = failed || (any && hash.data == NULL);
    return *ret_failed ? none : hash;
}

/* -- user_data --------------------------------------------------------------------------------- */

bool meta_is_person_field(PtStr name)
{
    for (size_t i = 0; i < HASHED_COUNT; i++) {
        if (pt_str_eq(name, pt_str(hashed_rows[i].name))) {
            return true;
        }
    }
    for (size_t i = 0; i < PLAIN_COUNT; i++) {
        if (pt_str_eq(name, pt_str(plain_rows[i].name))) {
            return true;
        }
    }
    return false;
}

static PtStr said(const MetaPerson *p, const char *name, const char *const *paths)
{
    PtStr text = kind_text(kind_member(p->mapped, pt_str(name)));
    return text.len > 0 ? text : kind_first(p->root, paths);
}

/* The click id in an address's query; empty: none. */
static PtStr click_id(PtStr url)
{
    static const char mark[] = "fbclid=";
    const char *at = url.len > 0 ? memmem(url.data, url.len, mark, sizeof mark - 1) : NULL;
    if (at == NULL || at == url.data || (at[-1] != '?' && at[-1] != '&')) {
        return (PtStr){NULL, 0};
    }
    PtStr rest = {at + sizeof mark - 1, (size_t)(url.data + url.len - (at + sizeof mark - 1))};
    PtStr id = {rest.data, 0};
    while (id.len < rest.len && strchr("&#", rest.data[id.len]) == NULL) {
        id.len++;
    }
    return id;
}

/* "fb.1.<ms>.<fbclid>", as .../conversions-api/parameters/fbp-and-fbc builds it where there is no
 * cookie. */
static PtStr fbc_of(const MetaPerson *p, PtStr given, PtBuf *out)
{
    static const char *const paths[] = {"context.page.url", "properties.url", "context.page.search",
                                        NULL};
    PtStr id = given.len == 0 ? click_id(kind_first(p->root, paths)) : given;
    if (given.len > 0 || id.len == 0 || id.len > TEXT_MAX) {
        return given;
    }
    PtStr fbc =
        kind_printf(p->arena, "fb.1.%lld.%.*s", (long long)p->view->timestamp_ms, PT_STR_ARG(id));
    out->status = fbc.data == NULL ? PT_NO_MEMORY : out->status;
    return fbc.data != NULL ? fbc : given;
}

static void put_hash(PtJsonOut *out, const char *name, PtStr hash)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_array(out);
    pt_json_out_str(out, hash);
    pt_json_out_array_end(out);
}

bool meta_put_person(const MetaPerson *p, PtBuf *buf)
{
    PtJsonOut out = pt_json_out(buf);
    PtStr hash[HASHED_COUNT], plain[PLAIN_COUNT];
    pt_json_out_object(&out);
    for (size_t i = 0; i < HASHED_COUNT; i++) {
        const struct HashedRow *row = &hashed_rows[i];
        PtStr text = said(p, row->name, row->paths);
        if (text.len == 0 && row->form == META_ID) {
            text = p->view->user_id.len > 0 ? p->view->user_id : p->view->anonymous_id;
        }
        bool failed = false;
        hash[i] = meta_hashed(row->form, text, p->calling_code, p->arena, &failed);
        buf->status = failed ? PT_NO_MEMORY : buf->status;
        if (hash[i].len > 0) {
            put_hash(&out, row->name, hash[i]);
        }
    }
    for (size_t i = 0; i < PLAIN_COUNT; i++) {
        plain[i] = said(p, plain_rows[i].name, plain_rows[i].paths);
        plain[i] = strcmp(plain_rows[i].name, "fbc") == 0 ? fbc_of(p, plain[i], buf) : plain[i];
        kind_put_text(&out, plain_rows[i].name, plain[i]);
    }
    pt_json_out_object_end(&out);
    // .../conversions-api/best-practices: names, places or a user agent alone are refused
    const bool em = hash[0].len > 0, ph = hash[1].len > 0, id = hash[HASHED_COUNT - 1].len > 0;
    const bool name_and_place = hash[2].len > 0 && hash[3].len > 0 && hash[4].len + hash[6].len > 0;
    const bool browser = plain[2].len + plain[3].len > 0;
    return em || ph || id || browser || name_and_place || (plain[0].len > 0 && plain[1].len > 0);
}
