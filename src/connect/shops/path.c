// SPDX-License-Identifier: Apache-2.0
/* Where a value stands in a payload, what it says as text or amount, and whether a condition holds.
 */
#include "base/json.h"
#include "base/money.h"
#include "connect/shops/shop.h"

#include <stdlib.h>

enum { INDEX_MAX = 9999 };

/* ---- One step -------------------------------------------------------------------------------- */

static bool member_of(PtStr object, PtStr name, PtStr *ret_raw)
{
    PtJson j;
    pt_json_init(&j, object, SHOP_DEPTH_MAX);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool hit = pt_json_raw_eq(j.raw, j.flags, name);
        PtStr raw = {NULL, 0};
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return false;
        }
        if (hit) {
            *ret_raw = raw;
            return true;
        }
    }
    return false;
}

static bool list_open(PtJson *j, PtStr raw)
{
    pt_json_init(j, raw, SHOP_DEPTH_MAX);
    return raw.len > 0 && pt_json_next(j) == PT_JSON_ARRAY;
}

bool shop_item(PtJson *list, PtStr *ret_raw)
{
    PtJson ahead = *list;
    if (pt_json_next(&ahead) == PT_JSON_ARRAY_END) {
        return false;
    }
    return pt_json_skip(list, ret_raw, NULL, NULL);
}

static bool item_of(PtStr array, uint32_t index, PtStr *ret_raw)
{
    PtJson j;
    PtStr raw = {NULL, 0};
    if (!list_open(&j, array)) {
        return false;
    }
    for (uint32_t i = 0; shop_item(&j, &raw); i++) {
        if (i == index) {
            *ret_raw = raw;
            return true;
        }
    }
    return false;
}

static bool step(const ShopScope *s, PtStr at, PtStr segment, PtStr *ret_raw)
{
    uint32_t index = 0;
    if (at.len > 0 && at.data[0] == '[') {
        return pt_str_to_u32(segment, INDEX_MAX, &index) && item_of(at, index, ret_raw);
    }
    if (memchr(segment.data, '%', segment.len) != NULL) {
        segment = http_percent_decode(segment, s->arena);
    }
    return segment.data != NULL && member_of(at, segment, ret_raw);
}

static bool says_something(PtStr raw)
{
    return raw.len > 0 && !pt_str_eq(raw, PT_STR("null")) && !pt_str_eq(raw, PT_STR("\"\""));
}

/* A text of the request's as JSON. */
static bool quoted(const ShopScope *s, PtStr text, PtStr *ret_raw)
{
    PtBuf buf;
    pt_buf_init(&buf, 4096);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_str(&out, text);
    const PtStr kept =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(s->arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    *ret_raw = kept;
    return text.len > 0 && kept.data != NULL;
}

static bool find_in_head(const ShopScope *s, PtStr name, PtStr *ret_raw)
{
    const struct {
        PtStr name, text;
    } rows[] = {{PT_STR("@topic"), s->head->topic},
                {PT_STR("@delivery"), s->head->delivery},
                {PT_STR("@currency"), s->head->currency}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pt_str_eq(name, rows[i].name)) {
            return quoted(s, rows[i].text, ret_raw);
        }
    }
    return false;
}

bool shop_find(const ShopScope *s, PtStr path, PtStr *ret_raw)
{
    PtStr at = s->at, rest = path, segment = {NULL, 0};
    if (path.len > 0 && path.data[0] == '@') {
        return find_in_head(s, path, ret_raw);
    }
    if (path.len > 0 && path.data[0] == '^') {
        at = s->top;
        rest = (PtStr){path.data + 1, path.len - 1};
    }
    while (rest.len > 0 && pt_str_cut(&rest, '.', &segment)) {
        if (!step(s, at, segment, &at)) {
            return false;
        }
    }
    if (!says_something(at)) {
        return false;
    }
    *ret_raw = at;
    return true;
}

bool shop_first(const ShopScope *s, PtStr paths, PtStr *ret_raw)
{
    PtStr one = {NULL, 0};
    while (pt_str_cut(&paths, '|', &one)) {
        if (shop_find(s, one, ret_raw)) {
            return true;
        }
    }
    return false;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static PtStr decoded(const ShopScope *s, PtStr inside)
{
    PtBuf buf;
    if (memchr(inside.data, '\\', inside.len) == NULL) {
        return inside;
    }
    pt_buf_init(&buf, HOOK_BODY_MAX);
    pt_json_decode(inside, &buf);
    const PtStr kept =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(s->arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return kept;
}

PtStr shop_text(const ShopScope *s, PtStr raw)
{
    PtStr text = {NULL, 0};
    if (raw.len >= 2 && raw.data[0] == '"') {
        text = decoded(s, (PtStr){raw.data + 1, raw.len - 2});
    } else if (raw.len > 0 && (raw.data[0] == '-' || (raw.data[0] >= '0' && raw.data[0] <= '9'))) {
        text = raw;
    }
    text = text.data != NULL ? pt_str_trim_low(text) : text;
    return text.len > 0 ? text : (PtStr){NULL, 0};
}

PtStr shop_joined(const ShopScope *s, PtStr paths)
{
    char joined[SHOP_PATH_MAX];
    size_t len = 0;
    PtStr one = {NULL, 0}, raw = {NULL, 0};
    while (pt_str_cut(&paths, ' ', &one)) {
        const PtStr text = shop_first(s, one, &raw) ? shop_text(s, raw) : (PtStr){NULL, 0};
        if (text.data == NULL || len + text.len + 1 > sizeof joined) {
            return (PtStr){NULL, 0};
        }
        if (len > 0) {
            joined[len++] = ':';
        }
        memcpy(joined + len, text.data, text.len);
        len += text.len;
    }
    return pt_arena_str(s->arena, (PtStr){joined, len});
}

/* ---- Sums ------------------------------------------------------------------------------------ */

typedef struct Sum {
    int64_t micros;
    bool any;
} Sum;

static PtStatus add_value(const ShopScope *s, PtStr raw, PtStr path, Sum *sum, PtError *err)
{
    int64_t micros = 0;
    const PtStr text = shop_text(s, raw);
    if (text.data == NULL || pt_money_parse(text, &micros, NULL) != PT_OK) {
        const PtStr shown = {raw.data, raw.len < 40 ? raw.len : 40};
        return pt_fail(err, PT_INVALID, "%.*s is no amount: %.*s", PT_STR_ARG(path),
                       PT_STR_ARG(shown));
    }
    sum->any = true;
    return pt_money_add(sum->micros, micros, &sum->micros)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%.*s is out of the range of money", PT_STR_ARG(path));
}

static bool all_hold(const ShopScope *s, PtStr conditions, char sep)
{
    PtStr one = {NULL, 0};
    while (pt_str_cut(&conditions, sep, &one)) {
        if (one.len > 0 && !shop_holds(s, one)) {
            return false;
        }
    }
    return true;
}

/* "list[conditions].amount" */
static PtStatus add_list(const ShopScope *s, PtStr term, const char *open, Sum *sum, PtError *err)
{
    const PtStr list = {term.data, (size_t)(open - term.data)};
    const char *end = term.data + term.len, *close = memchr(open, ']', (size_t)(end - open));
    if (close == NULL || close + 2 > end) {
        return pt_fail(err, PT_INVALID, "%.*s is no path", PT_STR_ARG(term));
    }
    const PtStr conditions = {open + 1, (size_t)(close - open - 1)};
    const PtStr inner = {close + 2, (size_t)(end - close - 2)};
    PtStr raw = {NULL, 0}, item = {NULL, 0};
    PtJson j;
    if (!shop_find(s, list, &raw) || !list_open(&j, raw)) {
        return PT_OK;
    }
    PtStatus st = PT_OK;
    while (st == PT_OK && shop_item(&j, &item)) {
        ShopScope one = *s;
        one.at = item;
        if (all_hold(&one, conditions, ',') && shop_find(&one, inner, &raw)) {
            st = add_value(&one, raw, term, sum, err);
        }
    }
    return st;
}

static PtStatus add_term(const ShopScope *s, PtStr term, Sum *sum, PtError *err)
{
    const char *open = memchr(term.data, '[', term.len);
    PtStr raw = {NULL, 0};
    if (open != NULL) {
        return add_list(s, term, open, sum, err);
    }
    return shop_find(s, term, &raw) ? add_value(s, raw, term, sum, err) : PT_OK;
}

PtStatus shop_sum(const ShopScope *s, PtStr paths, int64_t *ret_micros, bool *ret_any, PtError *err)
{
    PtStr alternative = {NULL, 0}, term = {NULL, 0};
    Sum sum = {0, false};
    PtStatus st = PT_OK;
    while (st == PT_OK && !sum.any && pt_str_cut(&paths, '|', &alternative)) {
        while (st == PT_OK && pt_str_cut(&alternative, '+', &term)) {
            st = add_term(s, term, &sum, err);
        }
    }
    *ret_micros = sum.micros;
    *ret_any = sum.any;
    return st;
}

/* ---- Conditions ------------------------------------------------------------------------------ */

static bool is_one_of(const ShopScope *s, PtStr text, PtStr values)
{
    PtStr one = {NULL, 0};
    while (pt_str_cut(&values, '|', &one)) {
        const bool escaped = memchr(one.data, '%', one.len) != NULL;
        const PtStr value = escaped ? http_percent_decode(one, s->arena) : one;
        if (value.data != NULL && pt_str_eq(text, value)) {
            return true;
        }
    }
    return false;
}

/* true, false, a number or a text, as text; "" where there is nothing. */
static PtStr plain(const ShopScope *s, PtStr path)
{
    PtStr raw = {NULL, 0};
    if (!shop_find(s, path, &raw)) {
        return PT_STR("");
    }
    const PtStr text = shop_text(s, raw);
    return text.data != NULL ? text : raw;
}

static bool compares(const ShopScope *s, PtStr path, char op, PtStr value)
{
    int64_t left = 0, right = 0;
    const PtStr text = plain(s, path);
    if (pt_money_parse(text, &left, NULL) != PT_OK ||
        pt_money_parse(value, &right, NULL) != PT_OK) {
        return false;
    }
    return op == '<' ? left < right : left >= right;
}

static bool is_operator(char c)
{
    return c == '=' || c == '<' || c == '>' || c == '!';
}

/* "path", "!path", "path=a|b", "path!=a|b", "path<0", "path>=0" */
bool shop_holds(const ShopScope *s, PtStr condition)
{
    size_t at = 0;
    while (at < condition.len && !is_operator(condition.data[at])) {
        at++;
    }
    const PtStr path = {condition.data, at}, rest = pt_str_from(condition, at);
    if (at == 0 && rest.len > 0 && rest.data[0] == '!') {
        return plain(s, pt_str_from(rest, 1)).len == 0;
    }
    if (rest.len == 0) {
        const PtStr text = plain(s, path);
        return text.len > 0 && !pt_str_eq(text, PT_STR("false"));
    }
    if (rest.data[0] == '=') {
        return is_one_of(s, plain(s, path), (PtStr){rest.data + 1, rest.len - 1});
    }
    if (rest.data[0] == '!') {
        return !is_one_of(s, plain(s, path), pt_str_from(rest, 2));
    }
    const size_t width = rest.data[0] == '<' ? 1 : 2;
    return compares(s, path, rest.data[0], pt_str_from(rest, width));
}
