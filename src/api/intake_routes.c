// SPDX-License-Identifier: Apache-2.0
#include "api/intake_routes.h"

#include "base/buf.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TYPED(path, type) {path, INTAKE_JSON, EVENT_CALL_TYPED, type, false}
#define BATCH(path)       {path, INTAKE_JSON, EVENT_CALL_BATCH, EVENT_UNKNOWN, false}

static const IntakeRoute table[] = {
    BATCH("/v1/batch"),
    TYPED("/v1/track", EVENT_TRACK),
    TYPED("/v1/identify", EVENT_IDENTIFY),
    TYPED("/v1/page", EVENT_PAGE),
    TYPED("/v1/screen", EVENT_SCREEN),
    TYPED("/v1/group", EVENT_GROUP),
    TYPED("/v1/alias", EVENT_ALIAS),
    TYPED("/v1/t", EVENT_TRACK),
    TYPED("/v1/i", EVENT_IDENTIFY),
    TYPED("/v1/p", EVENT_PAGE),
    TYPED("/v1/s", EVENT_SCREEN),
    TYPED("/v1/g", EVENT_GROUP),
    TYPED("/v1/a", EVENT_ALIAS),
    BATCH("/v1/b"),
    BATCH("/v1/import"),
    BATCH("/v1/batch/b"),
    BATCH("/batch"),
    BATCH("/b"),
    {"/beacon/v1/batch", INTAKE_JSON, EVENT_CALL_BATCH, EVENT_UNKNOWN, true},
    {"/pixel/v1/track", INTAKE_PIXEL, EVENT_CALL_TYPED, EVENT_TRACK, true},
    {"/pixel/v1/page", INTAKE_PIXEL, EVENT_CALL_TYPED, EVENT_PAGE, true},
    {"/v1/m", INTAKE_IGNORE, EVENT_CALL_BATCH, EVENT_UNKNOWN, false},
    {"/m", INTAKE_IGNORE, EVENT_CALL_BATCH, EVENT_UNKNOWN, false},
};

const IntakeRoute *intake_route(PtStr path)
{
    if (path.len > 1 && path.data[path.len - 1] == '/') {
        path.len--;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (pt_str_eq(path, pt_str(table[i].path))) {
            return &table[i];
        }
    }
    return NULL;
}

PtStr intake_settings_key(PtStr path)
{
    static const PtStr starts[] = {PT_STR_INIT("/v1/projects/"), PT_STR_INIT("/projects/")};
    const PtStr end = PT_STR("/settings");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (path.len > starts[i].len + end.len &&
            memcmp(path.data, starts[i].data, starts[i].len) == 0 &&
            memcmp(path.data + path.len - end.len, end.data, end.len) == 0) {
            return (PtStr){path.data + starts[i].len, path.len - starts[i].len - end.len};
        }
    }
    return (PtStr){NULL, 0};
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

PtStr intake_base64(PtStr text, PtArena *arena)
{
    for (int i = 0; i < 2 && text.len > 0 && text.data[text.len - 1] == '='; i++) {
        text.len--;
    }
    char *out = text.len % 4 != 1 ? pt_arena_alloc(arena, text.len / 4 * 3 + 4, 1) : NULL;
    if (out == NULL) {
        return (PtStr){NULL, 0};
    }
    size_t len = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        const int v = base64_value(text.data[i]);
        if (v < 0) {
            return (PtStr){NULL, 0};
        }
        bits = bits << 6 | (uint32_t)v;
        if (i % 4 > 0) {
            const unsigned left = i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0;
            out[len++] = (char)(bits >> left & 0xff);
        }
    }
    return (PtStr){out, len};
}

PtStatus intake_key(const HttpRequest *r, PtArena *arena, PtStr *ret_key, PtError *err)
{
    PtStr h = http_header(r, "authorization");
    if (h.len > 6 && strncasecmp(h.data, "basic ", 6) == 0) {
        PtStr pair = intake_base64((PtStr){h.data + 6, h.len - 6}, arena), user = {NULL, 0};
        if (pair.data == NULL) {
            return pt_fail(err, PT_INVALID, "authorization: not base64");
        }
        (void)pt_str_cut(&pair, ':', &user);
        *ret_key = user;
        return PT_OK;
    }
    PtStr key = r->query.len > 0 ? http_query(r, arena, "writeKey") : (PtStr){NULL, 0};
    *ret_key = key;
    return PT_OK;
}

/* -- pixel
 * ---------------------------------------------------------------------------------------------------------
 */

enum { PIXEL_PARAMS = 200, PIXEL_LEVELS = 8 };

typedef struct Param {
    PtStr name, value;
} Param;

/* '.' sorts before every other byte, so that "a", "a.b" and "a.c" stand together although "a-b"
 * exists. */
static int name_rank(char c)
{
    return c == '.' ? 0 : (unsigned char)c + 1;
}

static int by_name(const void *a, const void *b)
{
    const Param *x = a, *y = b;
    for (size_t i = 0; i < x->name.len && i < y->name.len; i++) {
        if (x->name.data[i] != y->name.data[i]) {
            return name_rank(x->name.data[i]) - name_rank(y->name.data[i]);
        }
    }
    return (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

static PtStr decode_plus(PtStr text, PtArena *arena)
{
    PtStr copy = pt_arena_str(arena, text);
    for (size_t i = 0; i < copy.len; i++) {
        char *c = (char *)(uintptr_t)(copy.data + i); // our own copy
        *c = *c == '+' ? ' ' : *c;
    }
    return copy.data != NULL ? http_percent_decode(copy, arena) : copy;
}

static PtStatus read_params(const HttpRequest *r, PtArena *arena, Param *params, size_t *ret_count,
                            PtError *err)
{
    PtStr rest = r->query, part, name;
    size_t count = 0;
    while (rest.len > 0 && pt_str_cut(&rest, '&', &part)) {
        if (part.len == 0) {
            continue;
        }
        if (count == PIXEL_PARAMS) {
            return pt_fail(err, PT_TOO_LARGE, "more than %d parameters", PIXEL_PARAMS);
        }
        (void)pt_str_cut(&part, '=', &name);
        Param *p = &params[count++];
        p->name = decode_plus(name, arena);
        p->value = decode_plus(part.data != NULL ? part : PT_STR(""), arena);
        if (p->name.data == NULL || p->value.data == NULL) {
            return pt_fail(err, PT_INVALID, "a parameter is not percent-encoded text");
        }
    }
    *ret_count = count;
    return PT_OK;
}

/* The segment of a dotted name that starts at `from`. */
static PtStr segment_at(PtStr name, size_t from)
{
    PtStr rest = {name.data + from, name.len - from}, segment = {NULL, 0};
    (void)pt_str_cut(&rest, '.', &segment);
    return segment;
}

/* params[first, last) share their first `from` bytes: writes them as one object. Sorted, so that
 * equal prefixes stand together. */
static PtStatus write_level(const Param *params, size_t first, size_t last, size_t from,
                            unsigned level, PtJsonOut *out, PtError *err)
{
    if (level > PIXEL_LEVELS) {
        return pt_fail(err, PT_TOO_LARGE, "a parameter's name has more than %d parts",
                       PIXEL_LEVELS);
    }
    pt_json_out_object(out);
    for (size_t i = first; i < last;) {
        const PtStr segment = segment_at(params[i].name, from);
        size_t end = i + 1;
        while (end < last && pt_str_eq(segment_at(params[end].name, from), segment)) {
            end++;
        }
        pt_json_out_key(out, segment);
        size_t deep = i;
        while (deep < end && params[deep].name.len == from + segment.len) {
            deep++; // a leaf; a name given twice keeps its last value
        }
        if (deep < end) {
            PtStatus st =
                write_level(params, deep, end, from + segment.len + 1, level + 1, out, err);
            if (st != PT_OK) {
                return st;
            }
        } else {
            pt_json_out_str(out, params[end - 1].value);
        }
        i = end;
    }
    pt_json_out_object_end(out);
    return PT_OK;
}

static PtStatus params_json(Param *params, size_t count, PtArena *arena, PtStr *ret_json,
                            PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, 256 << 10);
    PtJsonOut out = pt_json_out(&buf);
    if (count > 1) {
        qsort(params, count, sizeof *params, by_name);
    }
    PtStatus st = write_level(params, 0, count, 0, 1, &out, err);
    if (st == PT_OK) {
        *ret_json = pt_arena_str(arena, pt_buf_str(&buf));
        if (pt_buf_status(&buf) != PT_OK || ret_json->data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for the pixel's event");
        }
    }
    pt_buf_done(&buf);
    return st;
}

PtStatus intake_pixel_json(const HttpRequest *r, PtArena *arena, PtStr *ret_json, PtError *err)
{
    PtStr data = http_query(r, arena, "data");
    if (data.data != NULL) {
        *ret_json = intake_base64(data, arena);
        return ret_json->data != NULL ? PT_OK : pt_fail(err, PT_INVALID, "data: not base64");
    }
    Param *params = pt_arena_alloc(arena, PIXEL_PARAMS, sizeof *params);
    if (params == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the pixel's event");
    }
    size_t count = 0;
    PtStatus st = read_params(r, arena, params, &count, err);
    return st == PT_OK ? params_json(params, count, arena, ret_json, err) : st;
}
