// SPDX-License-Identifier: Apache-2.0
/* What a pull asks for and what an answer says. */
#include "connect/pull_page.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "connect/mapping_internal.h"
#include "connect/net.h"

#include <stdio.h>
#include <string.h>

enum { PAGE_DEPTH = 64, ITEMS_FIRST = 64 };

/* ---- Templates --------------------------------------------------------------------------------
 */

static void escape(PtStr text, PtBuf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            pt_buf_add_char(out, (char)c);
        } else {
            const char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
            pt_buf_add(out, escaped, sizeof escaped);
        }
    }
}

typedef enum Hole { HOLE_NONE, HOLE_CURSOR, HOLE_SINCE } Hole;

/* The next hole of the template and what stands in front of it; HOLE_NONE: the rest. */
static PtStatus next_hole(PtStr *rest, PtStr *ret_text, Hole *ret_hole, PtError *err)
{
    PtStr name = {NULL, 0};
    *ret_hole = HOLE_NONE;
    (void)pt_str_cut(rest, '{', ret_text);
    if (rest->data == NULL) {
        return PT_OK;
    }
    if (memchr(rest->data, '}', rest->len) == NULL || !pt_str_cut(rest, '}', &name)) {
        return pt_fail(err, PT_INVALID, "url: a { without a }");
    }
    *ret_hole = pt_str_eq(name, PT_STR("cursor"))  ? HOLE_CURSOR
                : pt_str_eq(name, PT_STR("since")) ? HOLE_SINCE
                                                   : HOLE_NONE;
    return *ret_hole != HOLE_NONE
               ? PT_OK
               : pt_fail(err, PT_INVALID, "url: {%.*s} is neither {cursor} nor {since}",
                         (int)(name.len < 40 ? name.len : 40), name.data);
}

PtStatus pull_url(PtStr template, PtStr cursor, PtStr since, PtBuf *out, PtError *err)
{
    const size_t before = out->len;
    PtStr rest = template, text = {NULL, 0};
    PtStatus st = PT_OK;
    while (st == PT_OK && rest.data != NULL) {
        Hole hole = HOLE_NONE;
        st = next_hole(&rest, &text, &hole, err);
        if (st == PT_OK) {
            pt_buf_add_str(out, text);
            escape(hole == HOLE_CURSOR  ? cursor
                   : hole == HOLE_SINCE ? since
                                        : (PtStr){NULL, 0},
                   out);
        }
    }
    if (st == PT_OK && pt_buf_status(out) != PT_OK) {
        st = pt_fail(err, pt_buf_status(out), "url: over %zu bytes with cursor and since in it",
                     out->limit);
    }
    out->len = st == PT_OK ? out->len : before;
    return st;
}

PtStatus pull_holes(PtStr template, PullHoles *ret_holes, PtError *err)
{
    PullHoles holes = {false, false};
    const PtStr origin = connect_net_origin(template);
    PtStr rest = template, text = {NULL, 0};
    if (origin.len > 0 && memchr(origin.data, '{', origin.len) != NULL) {
        return pt_fail(err, PT_INVALID, "url: { in front of the path");
    }
    while (rest.data != NULL) {
        Hole hole = HOLE_NONE;
        PtStatus st = next_hole(&rest, &text, &hole, err);
        if (st != PT_OK) {
            return st;
        }
        holes.cursor |= hole == HOLE_CURSOR;
        holes.since |= hole == HOLE_SINCE;
    }
    *ret_holes = holes;
    return PT_OK;
}

/* ---- Links ------------------------------------------------------------------------------------
 */

PtStatus pull_link(PtStr base, PtStr link, PtArena *arena, PtStr *ret_url, PtError *err)
{
    const PtStr origin = connect_net_origin(base);
    PtStr front = {NULL, 0};
    if (pt_str_starts(link, PT_STR("//"))) {
        return pt_fail(err, PT_INVALID, "the next link goes to another server");
    }
    if (pt_str_starts(link, PT_STR("/"))) {
        front = origin;
    } else if (pt_str_starts(link, PT_STR("?"))) {
        PtStr rest = base;
        (void)pt_str_cut(&rest, '?', &front);
    } else if (!pt_str_eq_nocase(connect_net_origin(link), origin)) {
        return pt_fail(err, PT_INVALID,
                       connect_net_origin(link).len > 0 ? "the next link goes to another server"
                                                        : "the next link is no address");
    }
    char *text = pt_arena_alloc(arena, front.len + link.len + 1, 1);
    if (text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a link");
    }
    if (front.len > 0) {
        memcpy(text, front.data, front.len);
    }
    if (link.len > 0) {
        memcpy(text + front.len, link.data, link.len);
    }
    const PtStr url = {text, front.len + link.len};
    PtStatus st = connect_net_url("the next link", url, err);
    if (st == PT_OK) {
        *ret_url = url;
    }
    return st;
}

/* rel=next, rel="next" or rel="prev next". */
static bool says_next(PtStr parameter)
{
    PtStr name = {NULL, 0}, word = {NULL, 0};
    if (!pt_str_cut(&parameter, '=', &name) || parameter.data == NULL ||
        !pt_str_eq_nocase(pt_str_trim(name), PT_STR("rel"))) {
        return false;
    }
    PtStr value = pt_str_trim(parameter);
    if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"') {
        value = (PtStr){value.data + 1, value.len - 2};
    }
    while (pt_str_cut(&value, ' ', &word)) {
        if (pt_str_eq_nocase(word, PT_STR("next"))) {
            return true;
        }
    }
    return false;
}

/* Up to the comma that ends this link: not one in quotes. */
static PtStr link_parameters(PtStr *rest)
{
    bool quoted = false;
    size_t len = 0;
    while (len < rest->len && (quoted || rest->data[len] != ',')) {
        quoted ^= rest->data[len] == '"';
        len++;
    }
    const PtStr parameters = {rest->data, len};
    *rest = pt_str_from(*rest, len + 1);
    return parameters;
}

PtStr pull_link_header(PtStr value)
{
    while (value.len > 0) {
        const char *open = memchr(value.data, '<', value.len);
        if (open == NULL) {
            break;
        }
        PtStr rest = pt_str_from(value, (size_t)(open - value.data) + 1), target = {NULL, 0};
        if (rest.data == NULL || memchr(rest.data, '>', rest.len) == NULL) {
            break;
        }
        (void)pt_str_cut(&rest, '>', &target);
        PtStr parameters = link_parameters(&rest), one = {NULL, 0};
        while (pt_str_cut(&parameters, ';', &one)) {
            if (says_next(one)) {
                return target;
            }
        }
        value = rest;
    }
    return (PtStr){NULL, 0};
}

/* ---- Items ------------------------------------------------------------------------------------
 */

/* The value's text, decoded; false when it is neither text nor number. null is empty. */
static bool scalar_text(PtStr raw, PtArena *arena, PtStr *ret_text, bool *ret_memory)
{
    *ret_memory = true;
    if (pt_str_eq(raw, PT_STR("null"))) {
        *ret_text = (PtStr){NULL, 0};
        return true;
    }
    if (raw.len > 0 && (raw.data[0] == '-' || (raw.data[0] >= '0' && raw.data[0] <= '9'))) {
        *ret_text = raw;
        return true;
    }
    if (raw.len < 2 || raw.data[0] != '"') {
        return false;
    }
    const PtStr inner = {raw.data + 1, raw.len - 2};
    if (inner.len == 0 || memchr(inner.data, '\\', inner.len) == NULL) {
        *ret_text = inner;
        return true;
    }
    PtBuf decoded;
    pt_buf_init(&decoded, inner.len * 2);
    pt_json_decode(inner, &decoded);
    *ret_text = pt_buf_status(&decoded) == PT_OK ? pt_arena_str(arena, pt_buf_str(&decoded))
                                                 : (PtStr){NULL, 0};
    pt_buf_done(&decoded);
    *ret_memory = ret_text->data != NULL;
    return true;
}

PtStatus pull_item_text(PtStr item, PtStr path, PtArena *arena, PtStr *ret_text, PtError *err)
{
    PtStr raw = {NULL, 0}, text = {NULL, 0};
    bool memory = true;
    if (path.len > 0 && item.len > 0 && item.data[0] == '{' && map_json_path(item, path, &raw) &&
        !scalar_text(raw, arena, &text, &memory)) {
        text = (PtStr){NULL, 0};
    }
    if (!memory) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an item");
    }
    *ret_text = text;
    return PT_OK;
}

void pull_message_id(PtStr pull, PtStr id, PtStr version, PtStr item,
                     char out[static PULL_MESSAGE_ID])
{
    uint8_t parts[4 * PT_SHA256], digest[PT_SHA256];
    char hex[2 * PT_SHA256 + 1];
    pt_sha256(pull, parts); // each part by its digest, so that no two triples run into one text
    pt_sha256(id, parts + PT_SHA256);
    pt_sha256(version, parts + (size_t)2 * PT_SHA256);
    pt_sha256(id.len == 0 || version.len == 0 ? item : (PtStr){"", 0},
              parts + (size_t)3 * PT_SHA256);
    pt_sha256((PtStr){(const char *)parts, sizeof parts}, digest);
    pt_hex(digest, sizeof digest, hex);
    (void)snprintf(out, PULL_MESSAGE_ID, "pull-%.32s", hex);
}

bool pull_is_newer(PtStr a, PtStr b)
{
    int64_t x = 0, y = 0;
    if (b.len == 0) {
        return false;
    }
    if (a.len == 0) {
        return true;
    }
    if ((pt_json_to_i64(a, &x) && pt_json_to_i64(b, &y)) ||
        (pt_time_parse(a, &x) && pt_time_parse(b, &y))) {
        return y > x;
    }
    return pt_str_order(a, b) < 0;
}

/* ---- Pages ------------------------------------------------------------------------------------
 */

static PtStatus find_list(PtStr body, PtStr path, PtStr *ret_list, PtError *err)
{
    PtStr list = pt_str_trim(body);
    if (path.len > 0 &&
        !(list.len > 0 && list.data[0] == '{' && map_json_path(body, path, &list))) {
        return pt_fail(err, PT_INVALID, "items: the answer has no \"%.*s\"", PT_STR_ARG(path));
    }
    while (list.len > 0 && (unsigned char)list.data[0] <= ' ') {
        list = (PtStr){list.data + 1, list.len - 1};
    }
    if (list.len > 0 && list.data[0] != '[' && list.data[0] != 'n') {
        return pt_fail(err, PT_INVALID, "items: %s%.*s%s is not a list",
                       path.len > 0 ? "\"" : "the answer", PT_STR_ARG(path),
                       path.len > 0 ? "\"" : "");
    }
    *ret_list = list;
    return PT_OK;
}

static PtStatus grow_items(PullPage *page, size_t *cap, PtArena *arena, PtError *err)
{
    const size_t more = *cap > 0 ? 2 * *cap : ITEMS_FIRST;
    PtStr *items = pt_arena_alloc(arena, more, sizeof *items);
    if (items == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the items of a page");
    }
    if (page->count > 0) {
        memcpy(items, page->items, page->count * sizeof *items);
    }
    page->items = items;
    *cap = more;
    return PT_OK;
}

static PtStatus read_items(const ConnectPullEdit *edit, PtStr body, PtArena *arena, PullPage *page,
                           PtError *err)
{
    PtJson j;
    PtStr list = {NULL, 0}, item = {NULL, 0};
    size_t cap = 0;
    PtStatus st = find_list(body, edit->items, &list, err);
    if (st != PT_OK || list.data == NULL || list.data[0] != '[') {
        return st;
    }
    pt_json_init(&j, list, PAGE_DEPTH);
    (void)pt_json_next(&j);
    for (;;) {
        PtJson before = j; // a list's end is seen by looking, an item is skipped as a whole
        if (pt_json_next(&j) == PT_JSON_ARRAY_END) {
            return PT_OK;
        }
        j = before;
        if (!pt_json_skip(&j, &item, NULL, NULL)) {
            return pt_json_error(&j, err);
        }
        if (page->count == CONNECT_PULL_ITEMS_MAX) {
            return pt_fail(err, PT_TOO_LARGE, "items: over %d on a page", CONNECT_PULL_ITEMS_MAX);
        }
        if (page->count == cap && (st = grow_items(page, &cap, arena, err)) != PT_OK) {
            return st;
        }
        page->items[page->count++] = item;
    }
}

static PtStatus read_next(const ConnectPullEdit *edit, PtStr body, PtArena *arena, PullPage *page,
                          PtError *err)
{
    PtStr raw = {NULL, 0};
    bool memory = true;
    const bool wanted =
        (edit->paging == CONNECT_PAGE_LINK || edit->paging == CONNECT_PAGE_CURSOR) &&
        edit->next.len > 0;
    if (!wanted || body.data[0] != '{' || !map_json_path(body, edit->next, &raw) ||
        pt_str_eq(raw, PT_STR("false"))) {
        return PT_OK;
    }
    if (!scalar_text(raw, arena, &page->next, &memory)) {
        return pt_fail(err, PT_INVALID, "next: \"%.*s\" is neither text nor number",
                       PT_STR_ARG(edit->next));
    }
    if (!memory) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the next page");
    }
    return page->next.len <= CONNECT_PULL_POSITION_MAX
               ? PT_OK
               : pt_fail(err, PT_TOO_LARGE, "next: over %d bytes", CONNECT_PULL_POSITION_MAX);
}

static PtStatus read_newest(const ConnectPullEdit *edit, PtArena *arena, PullPage *page,
                            PtError *err)
{
    for (size_t i = 0; edit->since.len > 0 && i < page->count; i++) {
        PtStr at = {NULL, 0};
        PtStatus st = pull_item_text(page->items[i], edit->since, arena, &at, err);
        if (st != PT_OK) {
            return st;
        }
        if (at.len > CONNECT_PULL_POSITION_MAX) {
            return pt_fail(err, PT_TOO_LARGE, "since: over %d bytes", CONNECT_PULL_POSITION_MAX);
        }
        page->newest = pull_is_newer(page->newest, at) ? at : page->newest;
    }
    return PT_OK;
}

PtStatus pull_page_read(const ConnectPullEdit *edit, PtStr body, PtArena *arena, PullPage *ret_page,
                        PtError *err)
{
    PullPage page = {NULL, 0, {NULL, 0}, {NULL, 0}};
    PtError why = {0};
    while (body.len > 0 && (unsigned char)body.data[0] <= ' ') {
        body = (PtStr){body.data + 1, body.len - 1};
    }
    if (pt_json_check(body, PAGE_DEPTH, &why) != PT_OK) {
        return pt_fail(err, PT_INVALID, "the answer is not JSON: %s", why.message);
    }
    PtStatus st = read_items(edit, body, arena, &page, err);
    if (st == PT_OK) {
        st = read_next(edit, body, arena, &page, err);
    }
    if (st == PT_OK) {
        st = read_newest(edit, arena, &page, err);
    }
    if (st == PT_OK) {
        *ret_page = page;
    }
    return st;
}

/* ---- The position -----------------------------------------------------------------------------
 */

static PtStatus move_number(const ConnectPullEdit *edit, const PullPage *page, PtArena *arena,
                            PtStr *cursor, bool *ret_end, PtError *err)
{
    char text[24];
    int64_t number = edit->first_page;
    if (cursor->len > 0 && !pt_json_to_i64(*cursor, &number)) {
        return pt_fail(err, PT_INVALID, "the page number that was saved is none");
    }
    *ret_end = page->count == 0;
    const bool back = *ret_end && number >= edit->first_page + edit->page_step;
    if (!*ret_end && number > INT64_MAX - edit->page_step) {
        return pt_fail(err, PT_TOO_LARGE, "the page number is too large");
    }
    number += !*ret_end ? edit->page_step : back ? -edit->page_step : 0;
    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    *cursor = pt_arena_str(arena, pt_str(text));
    return cursor->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a position");
}

PtStatus pull_advance(const ConnectPullEdit *edit, const PullPage *page, PtArena *arena,
                      ConnectPullPosition *at, bool *ret_end, PtError *err)
{
    ConnectPullPosition to = *at;
    bool end = true;
    PtStatus st = PT_OK;
    to.newest = pull_is_newer(at->newest, page->newest) ? page->newest : at->newest;
    if (edit->paging == CONNECT_PAGE_NUMBER) {
        st = move_number(edit, page, arena, &to.cursor, &end, err);
    } else if (edit->paging == CONNECT_PAGE_SINCE) {
        end = !pull_is_newer(at->since, page->newest);
        to.since = end ? at->since : page->newest;
    } else if (edit->paging != CONNECT_PAGE_NONE) {
        end = page->next.len == 0 || pt_str_eq(page->next, at->cursor);
        to.cursor = end ? at->cursor : page->next;
    }
    if (st != PT_OK) {
        return st;
    }
    if (end) { // the instant moves at the end of a pass, since pages may come in any order
        to.since = pull_is_newer(to.since, to.newest) ? to.newest : to.since;
        to.newest = (PtStr){NULL, 0};
        to.cursor = edit->at_end == CONNECT_END_STAY ? to.cursor : (PtStr){NULL, 0};
    }
    to.in_pass = !end;
    *at = to;
    *ret_end = end;
    return PT_OK;
}

void pull_redact(const char *reason, char *out, size_t size)
{
    const char *first = strchr(reason, '"'), *last = strrchr(reason, '"');
    if (first == NULL) {
        (void)snprintf(out, size, "%s", reason);
    } else { // a value may hold quotes itself
        (void)snprintf(out, size, "%.*s\"...%s", (int)(first - reason), reason,
                       last > first ? last : "");
    }
}

/* ---- A page and its items, as runs and previews take them --------------------------------------
 */

PtStatus pull_url_at(const ConnectPullEdit *edit, const ConnectPullPosition *at, PtBuf *out,
                     PtError *err)
{
    char first[24];
    PtStr cursor = at->cursor;
    if (edit->paging == CONNECT_PAGE_LINK && cursor.len > 0) {
        pt_buf_add_str(out, cursor);
        return pt_buf_status(out);
    }
    if (edit->paging == CONNECT_PAGE_NUMBER && cursor.len == 0) {
        (void)snprintf(first, sizeof first, "%lld", (long long)edit->first_page);
        cursor = pt_str(first);
    }
    return pull_url(edit->url, cursor, at->since, out, err);
}

PtStatus pull_page_of(const ConnectPullEdit *edit, PtStr url, PtStr link, PtStr body,
                      PtArena *arena, PullPage *ret_page, PtError *err)
{
    PtStatus st = pull_page_read(edit, body, arena, ret_page, err);
    if (st != PT_OK || edit->paging != CONNECT_PAGE_LINK) {
        return st;
    }
    const PtStr next = edit->next.len > 0 ? ret_page->next : link;
    ret_page->next = (PtStr){NULL, 0};
    return next.len > 0 ? pull_link(url, next, arena, &ret_page->next, err) : PT_OK;
}

PtStatus pull_item_read(const ConnectPull *pull, PtStr item, uint64_t number, PtArena *arena,
                        PullItem *ret_item, PtError *err)
{
    const ConnectPullEdit *e = &pull->edit;
    PtStr id = {NULL, 0}, version = {NULL, 0};
    ConnectRow row = {.number = number, .line = number, .raw = item};
    PtStatus st = pull_item_text(item, e->item_id, arena, &id, err);
    if (st == PT_OK) {
        st = pull_item_text(item, e->item_version, arena, &version, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (e->item_id.len > 0 && id.len == 0) {
        row.problem = "the item has no id";
    } else if (item.len > CONNECT_RECORD_MAX) {
        row.problem = "the item is over 1048576 bytes";
        row.raw = (PtStr){NULL, 0};
    }
    pull_message_id(pull->id, id, version, item, ret_item->message_id);
    row.id = pt_str(ret_item->message_id);
    ret_item->row = row;
    ret_item->id = id;
    return PT_OK;
}
