// SPDX-License-Identifier: Apache-2.0
#include "behaviour/query_internal.h"

#include <stdarg.h>

PtStatus query_reading_begin(QueryReading *r, PtStr json, PtArena *arena, PtError *err)
{
    *r = (QueryReading){.arena = arena, .err = err};
    pt_buf_init(&r->scratch, QUERY_JSON);
    if (json.len > QUERY_JSON) {
        return pt_fail(err, PT_INVALID, "a query of over %d bytes", QUERY_JSON);
    }
    return pt_json_check(json, QUERY_DEPTH, err);
}

void query_reading_done(QueryReading *r)
{
    pt_buf_done(&r->scratch);
}

/* ---- Where we are ---------------------------------------------------------------------------- */

static size_t enter(QueryReading *r, int written)
{
    const size_t before = r->pointer_len, room = sizeof r->pointer - before;
    r->pointer_len += written < 0 ? 0 : (size_t)written < room ? (size_t)written : room - 1;
    r->pointer[r->pointer_len] = 0;
    return before;
}

size_t query_enter(QueryReading *r, const char *name)
{
    const size_t room = sizeof r->pointer - r->pointer_len;
    return enter(r, snprintf(r->pointer + r->pointer_len, room, "/%s", name));
}

size_t query_enter_item(QueryReading *r, size_t index)
{
    const size_t room = sizeof r->pointer - r->pointer_len;
    return enter(r, snprintf(r->pointer + r->pointer_len, room, "/%zu", index));
}

void query_leave(QueryReading *r, size_t before)
{
    r->pointer_len = before;
    r->pointer[before] = 0;
}

PtStatus query_bad(QueryReading *r, const char *fmt, ...)
{
    char why[PT_ERROR_MESSAGE_MAX] = "";
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    return pt_fail(r->err, PT_INVALID, "at \"%s\": %s", r->pointer, why);
}

PtStatus query_bad_below(QueryReading *r, const PtError *why)
{
    const PtStr message = pt_str(why->message), at = PT_STR("at \"");
    if (why->status != PT_INVALID && why->status != PT_NOT_FOUND) {
        return pt_fail(r->err, why->status == PT_OK ? PT_INVALID : why->status, "%s", why->message);
    }
    if (pt_str_starts(message, at)) { // a place below this one
        return pt_fail(r->err, PT_INVALID, "at \"%s%s", r->pointer, why->message + at.len);
    }
    return query_bad(r, "%s", why->message);
}

/* ---- Objects and lists ----------------------------------------------------------------------- */

static QueryMember *find_member(QueryMember *members, size_t count, const PtJson *j)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, pt_str(members[i].name))) {
            return &members[i];
        }
    }
    return NULL;
}

PtStatus query_members(QueryReading *r, PtStr json, QueryMember *members, size_t count)
{
    PtJson j;
    pt_json_init(&j, json, QUERY_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return query_bad(r, "not an object");
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        QueryMember *m = find_member(members, count, &j);
        if (m == NULL) {
            const int len = j.raw.len < 40 ? (int)j.raw.len : 40;
            return query_bad(r, "\"%.*s\" is not known here", len, j.raw.data);
        }
        if (m->json.data != NULL) {
            return query_bad(r, "\"%s\" stands twice", m->name);
        }
        if (!pt_json_skip(&j, &m->json, NULL, NULL)) {
            return pt_json_error(&j, r->err);
        }
    }
    return PT_OK;
}

PtStatus query_items(QueryReading *r, PtStr json, size_t low, size_t high, QueryItem read,
                     void *ctx)
{
    PtJson j;
    PtStr item;
    PtStatus st = PT_OK;
    size_t count = 0;
    pt_json_init(&j, json, QUERY_DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return query_bad(r, "not a list");
    }
    for (; st == PT_OK && pt_json_skip(&j, &item, NULL, NULL); count++) {
        if (count == high) {
            return query_bad(r, "a list of over %zu items", high);
        }
        const size_t before = query_enter_item(r, count);
        st = read(r, item, count, ctx);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    }
    return st == PT_OK && count < low ? query_bad(r, "not %zu to %zu items", low, high) : st;
}

/* ---- Values ---------------------------------------------------------------------------------- */

PtStatus query_text(QueryReading *r, PtStr json, size_t max_bytes, PtStr *ret_text)
{
    if (json.len < 3 || json.data[0] != '"') {
        return query_bad(r, json.len == 2 && json.data[0] == '"' ? "an empty text" : "not a text");
    }
    pt_buf_clear(&r->scratch, QUERY_JSON);
    pt_json_decode((PtStr){json.data + 1, json.len - 2}, &r->scratch);
    if (pt_buf_status(&r->scratch) != PT_OK) {
        return query_no_memory(r->err);
    }
    if (r->scratch.len > max_bytes) {
        return query_bad(r, "a text of over %zu bytes", max_bytes);
    }
    const PtStr text = pt_arena_str(r->arena, pt_buf_str(&r->scratch));
    if (text.data == NULL) {
        return query_no_memory(r->err);
    }
    *ret_text = text;
    return PT_OK;
}

PtStatus query_name(QueryReading *r, PtStr json, PtStr *ret_text)
{
    PtStr text = {NULL, 0};
    PtStatus st = query_text(r, json, 4 * QUERY_NAME, &text);
    size_t count = 0;
    for (size_t i = 0; st == PT_OK && i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    if (st == PT_OK && count > QUERY_NAME) {
        return query_bad(r, "a name of over %d characters", QUERY_NAME);
    }
    if (st == PT_OK) {
        *ret_text = text;
    }
    return st;
}

PtStatus query_whole(QueryReading *r, PtStr json, int64_t low, int64_t high, int64_t *ret_value)
{
    int64_t value;
    if (!pt_json_to_i64(json, &value) || value < low || value > high) {
        return query_bad(r, "not a whole number in %lld..%lld", (long long)low, (long long)high);
    }
    *ret_value = value;
    return PT_OK;
}

PtStatus query_truth(QueryReading *r, PtStr json, bool *ret_truth)
{
    *ret_truth = pt_str_eq(json, PT_STR("true"));
    return *ret_truth || pt_str_eq(json, PT_STR("false")) ? PT_OK
                                                          : query_bad(r, "neither true nor false");
}

PtStatus query_choice(QueryReading *r, PtStr json, const char *const *names, size_t count,
                      unsigned bits, unsigned *ret_choice)
{
    char list[PT_ERROR_MESSAGE_MAX / 2] = "";
    PtStr text = {NULL, 0};
    PtStatus st = query_text(r, json, QUERY_NAME, &text);
    size_t len = 0;
    for (unsigned i = 0; st == PT_OK && i < count; i++) {
        if ((bits >> i & 1) == 0) {
            continue;
        }
        if (pt_str_eq(text, pt_str(names[i]))) {
            *ret_choice = i;
            return PT_OK;
        }
        const int more =
            snprintf(list + len, sizeof list - len, "%s%s", len > 0 ? ", " : "", names[i]);
        len += more > 0 && (size_t)more < sizeof list - len ? (size_t)more : 0;
    }
    return st == PT_OK ? query_bad(r, "not one of %s", list) : st;
}

/* ---- Durations ------------------------------------------------------------------------------- */

enum { DAY_MS = 86400000, DAYS_MAX = 10000 };

static const struct Unit {
    const char *name;
    int64_t ms;
} units[] = {{"days", DAY_MS}, {"hours", 3600000}, {"minutes", 60000}, {"seconds", 1000}};
enum { UNITS = sizeof units / sizeof *units };

PtStatus query_duration(QueryReading *r, PtStr json, int64_t *ret_ms)
{
    const int64_t max_ms = (int64_t)DAYS_MAX * DAY_MS;
    int64_t ms = 0;
    QueryMember m[UNITS];
    for (unsigned i = 0; i < UNITS; i++) {
        m[i] = (QueryMember){units[i].name, {NULL, 0}};
    }
    PtStatus st = query_members(r, json, m, UNITS);
    for (unsigned i = 0; st == PT_OK && i < UNITS; i++) {
        int64_t count = 0;
        if (m[i].json.data != NULL) {
            const size_t before = query_enter(r, units[i].name);
            st = query_whole(r, m[i].json, 1, max_ms / units[i].ms, &count);
            if (st == PT_OK) {
                query_leave(r, before);
            }
        }
        ms += count * units[i].ms;
    }
    if (st == PT_OK && (ms == 0 || ms > max_ms)) {
        return query_bad(r, "not 1 second to %d days", DAYS_MAX);
    }
    if (st == PT_OK) {
        *ret_ms = ms;
    }
    return st;
}

void query_duration_write(const char *name, int64_t ms, PtJsonOut *out)
{
    unsigned unit = 0; // the largest that divides it
    while (ms % units[unit].ms != 0) {
        unit++;
    }
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
    pt_json_put_i64(out, units[unit].name, ms / units[unit].ms);
    pt_json_out_object_end(out);
}
