// SPDX-License-Identifier: Apache-2.0
/* From a request's bytes to values within the bounds that openapi/ states. */
#include "api/api_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static size_t characters(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

static PtStatus check_length(const ApiFieldSpec *spec, PtStr text, int64_t min, int64_t max,
                             PtError *err)
{
    const int64_t count = (int64_t)characters(text);
    return count >= min && count <= max
               ? PT_OK
               : pt_fail(err, PT_INVALID,
                         "%s: length is %" PRId64 ", not %" PRId64 "..%" PRId64 " characters",
                         spec->name, count, min, max);
}

/* The whole number that text is, within min..max. */
static PtStatus to_number(const ApiFieldSpec *spec, PtStr text, int64_t min, int64_t max,
                          int64_t *ret_number, PtError *err)
{
    int64_t number = 0;
    if (!pt_json_to_i64(text, &number) || number < min || number > max) {
        return pt_fail(err, PT_INVALID, "%s: not a whole number %" PRId64 "..%" PRId64, spec->name,
                       min, max);
    }
    *ret_number = number;
    return PT_OK;
}

static int choice_of(const ApiFieldSpec *spec, PtStr text)
{
    for (int i = 0; spec->choices[i] != NULL; i++) {
        if (pt_str_eq(text, pt_str(spec->choices[i]))) {
            return i;
        }
    }
    return -1;
}

static PtStatus fail_choice(const ApiFieldSpec *spec, PtError *err)
{
    char list[160];
    size_t len = 0;
    for (int i = 0; spec->choices[i] != NULL && len < sizeof list - 1; i++) {
        const int wrote = snprintf(list + len, sizeof list - len, "%s\"%s\"", i > 0 ? ", " : "",
                                   spec->choices[i]);
        len += wrote > 0 ? (size_t)wrote : 0;
    }
    return pt_fail(err, PT_INVALID, "%s: not one of %s", spec->name, list);
}

/* A value given as text: a query parameter, or a default. */
static PtStatus from_text(const ApiFieldSpec *spec, PtStr text, ApiValue *v, PtError *err)
{
    v->text = text;
    switch (spec->kind) {
    case API_TEXT:
        return check_length(spec, text, spec->min, spec->max, err);
    case API_ENUM:
        v->choice = choice_of(spec, text);
        return v->choice >= 0 ? PT_OK : fail_choice(spec, err);
    case API_BOOL:
        v->truth = pt_str_eq(text, PT_STR("true"));
        return v->truth || pt_str_eq(text, PT_STR("false"))
                   ? PT_OK
                   : pt_fail(err, PT_INVALID, "%s: not true or false", spec->name);
    case API_INT:
        return to_number(spec, text, spec->min, spec->max, &v->number, err);
    case API_TIME:
        return pt_time_parse(text, &v->number)
                   ? PT_OK
                   : pt_fail(err, PT_INVALID, "%s: not an RFC 3339 time", spec->name);
    case API_DOUBLE:
    case API_TEXT_LIST:
    case API_INT_LIST:
    case API_RAW:
        break;
    }
    return pt_fail(err, PT_INVALID, "%s: this kind has no text form", spec->name);
}

/* -- JSON
 * ----------------------------------------------------------------------------------------------------
 */

typedef struct Decoder {
    PtJson json;
    PtArena *arena;
    PtError *err;
} Decoder;

static PtStatus no_memory(Decoder *d)
{
    return pt_fail(d->err, PT_NO_MEMORY, "no memory for the request");
}

static PtStatus decode_text(Decoder *d, const ApiFieldSpec *spec, PtStr *ret_text)
{
    PtBuf text;
    if ((d->json.flags & (PT_JSON_NUL | PT_JSON_LONE_SURROGATE)) != 0) {
        return pt_fail(d->err, PT_INVALID, "%s: holds NUL or half a surrogate pair", spec->name);
    }
    pt_buf_init(&text, API_BODY_MAX);
    pt_json_decode(d->json.raw, &text);
    const bool whole = pt_buf_status(&text) == PT_OK;
    *ret_text = whole ? pt_arena_str(d->arena, pt_buf_str(&text)) : (PtStr){NULL, 0};
    pt_buf_done(&text);
    return ret_text->data != NULL ? PT_OK : no_memory(d);
}

static PtStatus wrong_item(Decoder *d, const ApiFieldSpec *spec, size_t index)
{
    return pt_fail(d->err, PT_INVALID, "%s: item %zu is not a %s", spec->name, index,
                   spec->kind == API_INT_LIST ? "whole number" : "text");
}

static PtStatus decode_item(Decoder *d, PtJsonToken t, const ApiFieldSpec *spec, ApiValue *v)
{
    if (spec->kind == API_INT_LIST) {
        return t == PT_JSON_NUMBER ? to_number(spec, d->json.raw, spec->item_min, spec->item_max,
                                               &v->numbers[v->count], d->err)
                                   : wrong_item(d, spec, v->count);
    }
    if (t != PT_JSON_STRING) {
        return wrong_item(d, spec, v->count);
    }
    PtStr *text = &v->texts[v->count];
    PtStatus st = decode_text(d, spec, text);
    if (st == PT_OK && spec->choices != NULL) {
        return choice_of(spec, *text) >= 0 ? PT_OK : fail_choice(spec, d->err);
    }
    return st == PT_OK ? check_length(spec, *text, spec->item_min, spec->item_max, d->err) : st;
}

static PtStatus decode_list(Decoder *d, const ApiFieldSpec *spec, ApiValue *v)
{
    const size_t room = spec->max > 0 ? (size_t)spec->max : 1;
    const bool numbers = spec->kind == API_INT_LIST;
    if (numbers) {
        v->numbers = pt_arena_alloc(d->arena, room, sizeof *v->numbers);
    } else {
        v->texts = pt_arena_alloc(d->arena, room, sizeof *v->texts);
    }
    if (numbers ? v->numbers == NULL : v->texts == NULL) {
        return no_memory(d);
    }
    for (PtJsonToken t = pt_json_next(&d->json); t != PT_JSON_ARRAY_END;
         t = pt_json_next(&d->json)) {
        if (t == PT_JSON_ERROR) {
            return pt_json_error(&d->json, d->err);
        }
        if ((int64_t)v->count == spec->max) {
            return pt_fail(d->err, PT_INVALID, "%s: more than %" PRId64 " items", spec->name,
                           spec->max);
        }
        PtStatus st = decode_item(d, t, spec, v);
        if (st != PT_OK) {
            return st;
        }
        v->count++;
    }
    return (int64_t)v->count >= spec->min
               ? PT_OK
               : pt_fail(d->err, PT_INVALID, "%s: fewer than %" PRId64 " items", spec->name,
                         spec->min);
}

/* The text of the value that begins with token t. */
static PtStatus decode_raw(Decoder *d, PtJsonToken t, const ApiFieldSpec *spec, ApiValue *v)
{
    v->text = t == PT_JSON_NULL    ? PT_STR("null")
              : t == PT_JSON_TRUE  ? PT_STR("true")
              : t == PT_JSON_FALSE ? PT_STR("false")
                                   : d->json.raw;
    if (t == PT_JSON_STRING) {
        v->text = (PtStr){d->json.raw.data - 1, d->json.raw.len + 2}; // with its quotes
    } else if ((t == PT_JSON_OBJECT || t == PT_JSON_ARRAY) &&
               !pt_json_skip_open(&d->json, &v->text, NULL, NULL)) {
        return pt_json_error(&d->json, d->err);
    }
    return (int64_t)v->text.len <= spec->max
               ? PT_OK
               : pt_fail(d->err, PT_INVALID, "%s: over %" PRId64 " bytes", spec->name, spec->max);
}

static PtStatus decode_double(Decoder *d, PtJsonToken t, const ApiFieldSpec *spec, ApiValue *v)
{
    v->real = t == PT_JSON_NUMBER ? pt_json_to_double(d->json.raw) : NAN;
    return v->real >= spec->real_min && v->real <= spec->real_max
               ? PT_OK
               : pt_fail(d->err, PT_INVALID, "%s: not a number %g..%g", spec->name, spec->real_min,
                         spec->real_max);
}

static PtStatus decode_value(Decoder *d, PtJsonToken t, const ApiFieldSpec *spec, ApiValue *v)
{
    v->given = true;
    if (t == PT_JSON_NULL && spec->kind != API_RAW) {
        v->null = true;
        return spec->nullable ? PT_OK : pt_fail(d->err, PT_INVALID, "%s: is null", spec->name);
    }
    switch (spec->kind) {
    case API_TEXT:
    case API_ENUM:
    case API_TIME: {
        if (t != PT_JSON_STRING) {
            return pt_fail(d->err, PT_INVALID, "%s: not a text", spec->name);
        }
        PtStatus st = decode_text(d, spec, &v->text);
        return st == PT_OK ? from_text(spec, v->text, v, d->err) : st;
    }
    case API_BOOL:
        v->truth = t == PT_JSON_TRUE;
        return t == PT_JSON_TRUE || t == PT_JSON_FALSE
                   ? PT_OK
                   : pt_fail(d->err, PT_INVALID, "%s: not true or false", spec->name);
    case API_INT:
        return to_number(spec, t == PT_JSON_NUMBER ? d->json.raw : PT_STR(""), spec->min, spec->max,
                         &v->number, d->err);
    case API_DOUBLE:
        return decode_double(d, t, spec, v);
    case API_TEXT_LIST:
    case API_INT_LIST:
        return t == PT_JSON_ARRAY ? decode_list(d, spec, v)
                                  : pt_fail(d->err, PT_INVALID, "%s: not a list", spec->name);
    case API_RAW:
        return decode_raw(d, t, spec, v);
    }
    return pt_fail(d->err, PT_INVALID, "%s: unknown kind", spec->name);
}

static unsigned find_member(const ApiFieldSpec *specs, unsigned count, const PtJson *j)
{
    unsigned i = 0;
    while (i < count && !pt_json_raw_eq(j->raw, j->flags, pt_str(specs[i].name))) {
        i++;
    }
    return i;
}

static PtStatus decode_members(Decoder *d, const ApiFieldSpec *specs, unsigned count,
                               ApiValue *values)
{
    PtJson *j = &d->json;
    if (pt_json_next(j) != PT_JSON_OBJECT) {
        return j->problem != NULL ? pt_json_error(j, d->err)
                                  : pt_fail(d->err, PT_INVALID, "the body is not a JSON object");
    }
    for (PtJsonToken t = pt_json_next(j); t != PT_JSON_OBJECT_END; t = pt_json_next(j)) {
        if (t == PT_JSON_ERROR) {
            return pt_json_error(j, d->err);
        }
        const unsigned i = find_member(specs, count, j);
        if (i == count) {
            return pt_fail(d->err, PT_INVALID, "unknown member \"%.*s\"",
                           (int)(j->raw.len < 60 ? j->raw.len : 60), j->raw.data);
        }
        if (values[i].given) {
            return pt_fail(d->err, PT_INVALID, "%s: given twice", specs[i].name);
        }
        PtStatus st = decode_value(d, pt_json_next(j), &specs[i], &values[i]);
        if (st != PT_OK) {
            return j->problem != NULL ? pt_json_error(j, d->err) : st;
        }
    }
    return pt_json_next(j) == PT_JSON_END ? PT_OK : pt_json_error(j, d->err);
}

/* Defaults for what was not given; what is required must be. */
static PtStatus complete(const ApiFieldSpec *specs, unsigned count, ApiValue *values, PtError *err)
{
    for (unsigned i = 0; i < count; i++) {
        if (values[i].given) {
            continue;
        }
        values[i].choice = -1;
        if (specs[i].required) {
            return pt_fail(err, PT_INVALID, "%s: missing", specs[i].name);
        }
        if (specs[i].fallback != NULL) {
            PtStatus st = from_text(&specs[i], pt_str(specs[i].fallback), &values[i], err);
            if (st != PT_OK) {
                return st;
            }
        }
    }
    return PT_OK;
}

PtStatus api_decode_object(PtStr json, const ApiFieldSpec *specs, unsigned count, PtArena *arena,
                           ApiValue *values, PtError *err)
{
    enum { DEPTH = 64 };
    Decoder d = {.arena = arena, .err = err};
    pt_json_init(&d.json, json, DEPTH);
    PtStatus st = decode_members(&d, specs, count, values);
    return st == PT_OK ? complete(specs, count, values, err) : st;
}

/* -- query
 * ----------------------------------------------------------------------------------------------------
 */

static PtStatus decode_parameter(ApiCall *call, PtStr pair, PtError *err)
{
    PtStr name = pair, rest = pair;
    (void)pt_str_cut(&rest, '=', &name);
    for (unsigned i = 0; i < call->op->query_count; i++) {
        const ApiFieldSpec *spec = &call->op->query[i];
        if (!pt_str_eq(name, pt_str(spec->name))) {
            continue;
        }
        ApiValue *v = &call->query[i];
        if (v->given) {
            return pt_fail(err, PT_INVALID, "%s: given twice", spec->name);
        }
        const PtStr text = http_query(call->request, call->arena, spec->name);
        if (text.data == NULL) {
            return pt_fail(err, PT_INVALID, "%s: not percent-encoded UTF-8", spec->name);
        }
        v->given = true;
        return from_text(spec, text, v, err);
    }
    if (call->op->open_query) {
        return PT_OK;
    }
    return pt_fail(err, PT_INVALID, "unknown parameter \"%.*s\"",
                   (int)(name.len < 60 ? name.len : 60), name.data);
}

static PtStatus decode_query(ApiCall *call, PtError *err)
{
    PtStr rest = call->request->query, pair;
    PtStatus st = PT_OK;
    while (st == PT_OK && pt_str_cut(&rest, '&', &pair)) {
        st = pair.len > 0 ? decode_parameter(call, pair, err) : PT_OK;
    }
    return st == PT_OK ? complete(call->op->query, call->op->query_count, call->query, err) : st;
}

/* -- the call
 * ----------------------------------------------------------------------------------------------------
 */

static PtStatus decode_body(ApiCall *call, PtError *err)
{
    const PtStr body = call->request->body;
    if (call->op->body == API_BODY_RAW) {
        return PT_OK; // the handler's own bound
    }
    if (call->op->body == API_BODY_NONE && body.len > 0 && !pt_str_eq(body, PT_STR("{}"))) {
        return pt_fail(err, PT_INVALID, "this operation takes no body");
    }
    if (body.len > API_BODY_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the body is over %d bytes", API_BODY_MAX);
    }
    return call->op->body == API_BODY_JSON
               ? api_decode_object(body.len > 0 ? body : PT_STR("{}"), call->op->in,
                                   call->op->in_count, call->arena, call->in, err)
               : PT_OK;
}

PtStatus api_decode(ApiCall *call, PtError *err)
{
    const size_t count = (size_t)call->op->in_count + call->op->query_count;
    ApiValue *values = pt_arena_alloc(call->arena, count + 1, sizeof *values);
    if (values == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the request");
    }
    memset(values, 0, (count + 1) * sizeof *values);
    call->in = values;
    call->query = values + call->op->in_count;
    PtStatus st = decode_query(call, err);
    return st == PT_OK ? decode_body(call, err) : st;
}

PtStatus api_cursor_u64(const ApiValue *cursor, uint64_t fallback, uint64_t *ret_value,
                        PtError *err)
{
    int64_t number = 0;
    if (!cursor->given) {
        *ret_value = fallback;
        return PT_OK;
    }
    if (!pt_json_to_i64(cursor->text, &number) || number < 0) {
        return pt_fail(err, PT_INVALID, "cursor: not one that this list gave");
    }
    *ret_value = (uint64_t)number;
    return PT_OK;
}

PtStatus api_find_source(ApiCall *call, const ApiValue *ref, uint32_t *ret_number, PtError *err)
{
    EventSource source;
    uint32_t number;
    *ret_number = 0;
    if (!ref->given || ref->text.len == 0) {
        return PT_OK;
    }
    if (pt_str_eq(ref->text, PT_STR(EVENT_FEED_SOURCE))) {
        *ret_number = API_SOURCE_OWN;
        return PT_OK;
    }
    if (event_source_by_ref(call->api->c.sources, ref->text, &source) ||
        (pt_str_to_u32(ref->text, UINT32_MAX, &number) &&
         event_source_by_number(call->api->c.sources, number, &source))) {
        *ret_number = source.number;
        return PT_OK;
    }
    return pt_fail(err, PT_NOT_FOUND, "no source \"%.*s\"",
                   (int)(ref->text.len < 100 ? ref->text.len : 100), ref->text.data);
}
