// SPDX-License-Identifier: Apache-2.0
/* One management request: its parameters in, its answer out. */
#include "api/api_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <string.h>

static void send_answer(void *ctx)
{
    ApiCall *call = ctx;
    if (call->problem == PT_OK && pt_buf_status(&call->body) != PT_OK) {
        call->problem = pt_fail(&call->error, pt_buf_status(&call->body),
                                "the answer does not fit into memory");
    }
    HttpExchange *x = call->x;
    PtBuf body = call->body; // the call itself lives in the exchange's arena: keep what must be
                             // freed after it
    if (call->problem != PT_OK) {
        http_reply_problem(x, call->problem, call->error.message);
    } else {
        HttpHeader headers[3] = {{PT_STR("Content-Type"), pt_str(call->content_type)},
                                 {PT_STR("Cache-Control"), PT_STR("no-store")}};
        size_t count = 2;
        if (call->extra.name.data != NULL) {
            headers[count++] = call->extra;
        }
        http_reply(x, call->status, headers, count, pt_buf_str(&body));
    }
    pt_buf_done(&body);
}

static void finish(ApiCall *call)
{
    if (!call->route->pooled) {
        send_answer(call);
    } else if (!pt_loop_post(call->api->c.loop, send_answer, call)) {
        pt_buf_done(&call->body); // no memory for a post: the client's own time-out ends it
    }
}

void api_answer(ApiCall *call, int status)
{
    call->status = status;
    finish(call);
}

void api_problem(ApiCall *call, PtStatus status, const PtError *err)
{
    call->problem = status;
    if (err != NULL && err != &call->error) {
        call->error = *err;
    }
    finish(call);
}

/* -- body
 * ----------------------------------------------------------------------------------------------------------
 */

static PtStatus read_text(ApiCall *call, PtJson *j, ApiField *f, PtError *err)
{
    PtBuf text;
    if ((j->flags & (PT_JSON_NUL | PT_JSON_LONE_SURROGATE)) != 0) {
        return pt_fail(err, PT_INVALID, "%s: holds NUL or half a surrogate pair", f->name);
    }
    pt_buf_init(&text, API_BODY_MAX);
    pt_json_decode(j->raw, &text);
    const bool fits =
        pt_buf_status(&text) == PT_OK && (int64_t)text.len >= f->min && (int64_t)text.len <= f->max;
    f->text = fits ? pt_arena_str(call->arena, pt_buf_str(&text)) : (PtStr){NULL, 0};
    pt_buf_done(&text);
    if (!fits) {
        return pt_fail(err, PT_INVALID, "%s: length is not %" PRId64 "..%" PRId64 " bytes", f->name,
                       f->min, f->max);
    }
    return f->text.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the request");
}

static PtStatus read_list(ApiCall *call, PtJson *j, ApiField *f, PtError *err)
{
    f->list = pt_arena_alloc(call->arena, (size_t)f->max, sizeof *f->list);
    if (f->list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the request");
    }
    for (PtJsonToken t = pt_json_next(j); t != PT_JSON_ARRAY_END; t = pt_json_next(j)) {
        if (t == PT_JSON_ERROR) {
            return pt_json_error(j, err);
        }
        if ((int64_t)f->list_count == f->max) {
            return pt_fail(err, PT_INVALID, "%s: more than %" PRId64 " items", f->name, f->max);
        }
        if (t != PT_JSON_NUMBER || !pt_json_to_i64(j->raw, &f->list[f->list_count]) ||
            f->list[f->list_count] < 0) {
            return pt_fail(err, PT_INVALID, "%s: item %zu is not a whole number from 0", f->name,
                           f->list_count);
        }
        f->list_count++;
    }
    return PT_OK;
}

static PtStatus read_field(ApiCall *call, PtJson *j, PtJsonToken t, ApiField *f, PtError *err)
{
    f->given = true;
    switch (f->kind) {
    case API_TEXT:
        return t == PT_JSON_STRING ? read_text(call, j, f, err)
                                   : pt_fail(err, PT_INVALID, "%s: not a text", f->name);
    case API_BOOL:
        f->truth = t == PT_JSON_TRUE;
        return t == PT_JSON_TRUE || t == PT_JSON_FALSE
                   ? PT_OK
                   : pt_fail(err, PT_INVALID, "%s: not true or false", f->name);
    case API_INT:
        if (t != PT_JSON_NUMBER || !pt_json_to_i64(j->raw, &f->number) || f->number < f->min ||
            f->number > f->max) {
            return pt_fail(err, PT_INVALID, "%s: not a whole number %" PRId64 "..%" PRId64, f->name,
                           f->min, f->max);
        }
        return PT_OK;
    case API_INT_LIST:
        return t == PT_JSON_ARRAY ? read_list(call, j, f, err)
                                  : pt_fail(err, PT_INVALID, "%s: not a list", f->name);
    }
    return pt_fail(err, PT_INVALID, "%s: unknown kind", f->name);
}

static ApiField *find_field(ApiField *fields, size_t count, const PtJson *j)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, pt_str(fields[i].name))) {
            return &fields[i];
        }
    }
    return NULL;
}

static PtStatus read_members(ApiCall *call, PtJson *j, ApiField *fields, size_t count, PtError *err)
{
    if (pt_json_next(j) != PT_JSON_OBJECT) {
        return j->problem != NULL ? pt_json_error(j, err)
                                  : pt_fail(err, PT_INVALID, "the body is not a JSON object");
    }
    for (PtJsonToken t = pt_json_next(j); t != PT_JSON_OBJECT_END; t = pt_json_next(j)) {
        if (t == PT_JSON_ERROR) {
            return pt_json_error(j, err);
        }
        ApiField *f = find_field(fields, count, j);
        if (f == NULL) {
            return pt_fail(err, PT_INVALID, "unknown member \"%.*s\"",
                           (int)(j->raw.len < 60 ? j->raw.len : 60), j->raw.data);
        }
        if (f->given) {
            return pt_fail(err, PT_INVALID, "%s: given twice", f->name);
        }
        PtStatus st = read_field(call, j, pt_json_next(j), f, err);
        if (st != PT_OK) {
            return j->problem != NULL ? pt_json_error(j, err) : st;
        }
    }
    return pt_json_next(j) == PT_JSON_END ? PT_OK : pt_json_error(j, err);
}

PtStatus api_fields(ApiCall *call, ApiField *fields, size_t count, PtError *err)
{
    PtStr body = call->request->body;
    if (body.len > API_BODY_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the body is over %d bytes", API_BODY_MAX);
    }
    PtJson j;
    pt_json_init(&j, body.len > 0 ? body : PT_STR("{}"), 8);
    PtStatus st = read_members(call, &j, fields, count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (fields[i].required && !fields[i].given) {
            st = pt_fail(err, PT_INVALID, "%s: missing", fields[i].name);
        }
    }
    return st;
}

/* -- query
 * ---------------------------------------------------------------------------------------------------------
 */

PtStatus api_query_u64(ApiCall *call, const char *name, uint64_t fallback, uint64_t max,
                       uint64_t *ret_value, PtError *err)
{
    PtStr text = http_query(call->request, call->arena, name);
    uint64_t value = text.data == NULL ? fallback : 0;
    for (size_t i = 0; text.data != NULL && i < text.len; i++) {
        const uint64_t digit = (uint64_t)(unsigned char)text.data[i] - '0';
        if (digit > 9 || value > (max - digit) / 10) {
            return pt_fail(err, PT_INVALID, "%s: not a whole number 0..%" PRIu64, name, max);
        }
        value = value * 10 + digit;
    }
    if (text.data != NULL && text.len == 0) {
        return pt_fail(err, PT_INVALID, "%s: empty", name);
    }
    *ret_value = value;
    return PT_OK;
}

PtStatus api_query_time(ApiCall *call, const char *name, bool *ret_given, int64_t *ret_ms,
                        PtError *err)
{
    PtStr text = http_query(call->request, call->arena, name);
    *ret_given = text.data != NULL;
    if (text.data != NULL && !pt_time_parse(text, ret_ms)) {
        return pt_fail(err, PT_INVALID, "%s: not an RFC 3339 time", name);
    }
    return PT_OK;
}

PtStatus api_query_source(ApiCall *call, uint32_t *ret_number, PtError *err)
{
    PtStr text = http_query(call->request, call->arena, "source");
    *ret_number = 0;
    if (text.data == NULL || text.len == 0) {
        return PT_OK;
    }
    EventSource source;
    uint32_t number;
    if (event_source_by_ref(call->api->c.sources, text, &source) ||
        (pt_str_to_u32(text, UINT32_MAX, &number) &&
         event_source_by_number(call->api->c.sources, number, &source))) {
        *ret_number = source.number;
        return PT_OK;
    }
    return pt_fail(err, PT_NOT_FOUND, "no source \"%.*s\"", (int)(text.len < 100 ? text.len : 100),
                   text.data);
}
