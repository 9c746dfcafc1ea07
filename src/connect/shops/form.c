// SPDX-License-Identifier: Apache-2.0
/* application/x-www-form-urlencoded, as tills send it. */
#include "connect/shops/shop.h"

static bool decode_one(PtStr text, size_t *at, char *ret_byte)
{
    const char c = text.data[*at];
    if (c != '%') {
        *ret_byte = c == '+' ? ' ' : c;
        *at += 1;
        return true;
    }
    const int high = *at + 2 < text.len ? pt_hex_digit(text.data[*at + 1]) : -1;
    const int low = high >= 0 ? pt_hex_digit(text.data[*at + 2]) : -1;
    if (low < 0) {
        return false;
    }
    *ret_byte = (char)(high * 16 + low);
    *at += 3;
    return true;
}

/* data NULL: broken escapes, or no memory. */
static PtStr decode(PtStr text, PtArena *arena)
{
    char *out = pt_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t at = 0; out != NULL && at < text.len; len++) {
        if (!decode_one(text, &at, &out[len])) {
            return (PtStr){NULL, 0};
        }
    }
    return (PtStr){out, len};
}

PtStatus shop_form_field(PtStr body, PtStr name, PtArena *arena, PtStr *ret_value, PtError *err)
{
    PtStr pair = {NULL, 0};
    while (pt_str_cut(&body, '&', &pair)) {
        PtStr key = {NULL, 0}, value = pair;
        (void)pt_str_cut(&value, '=', &key);
        if (!pt_str_eq(key, name)) {
            continue;
        }
        const PtStr decoded = value.data != NULL ? decode(value, arena) : PT_STR("");
        if (decoded.data == NULL) {
            return pt_fail(err, PT_INVALID, "the form field %.*s does not decode",
                           PT_STR_ARG(name));
        }
        *ret_value = decoded;
        return PT_OK;
    }
    return pt_fail(err, PT_INVALID, "the form has no field %.*s", PT_STR_ARG(name));
}

static void encode(PtBuf *out, PtStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const char letter = pt_ascii_lower((char)c);
        if ((letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_') {
            pt_buf_add_char(out, (char)c);
        } else if (c == ' ') {
            pt_buf_add_char(out, '+');
        } else {
            pt_buf_printf(out, "%%%02X", c);
        }
    }
}

PtStr shop_form_of(PtStr topic, PtStr payload, PtArena *arena)
{
    PtBuf out;
    pt_buf_init(&out, 4 * (size_t)HOOK_BODY_MAX);
    if (topic.len > 0) {
        pt_buf_add_str(&out, PT_STR("type="));
        encode(&out, topic);
        pt_buf_add_char(&out, '&');
    }
    pt_buf_add_str(&out, PT_STR("payload="));
    encode(&out, payload);
    const PtStr form =
        pt_buf_status(&out) == PT_OK ? pt_arena_str(arena, pt_buf_str(&out)) : (PtStr){NULL, 0};
    pt_buf_done(&out);
    return form;
}
