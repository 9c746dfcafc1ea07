// SPDX-License-Identifier: Apache-2.0
#include "rules/reading_internal.h"

#include <math.h>
#include <stdarg.h>

PtStatus rule_reading_begin(Reading *r, PtStr json, RuleOperands *o, PtArena *arena, PtError *err)
{
    *r = (Reading){.o = o, .arena = arena, .err = err};
    pt_buf_init(&r->scratch, RULE_JSON);
    if (json.len > RULE_JSON) {
        return pt_fail(err, PT_INVALID, "a rule of over %d bytes", RULE_JSON);
    }
    return pt_json_check(json, RULE_JSON_DEPTH, err);
}

void rule_reading_done(Reading *r)
{
    pt_buf_done(&r->scratch);
}

/* ---- Where we are ---------------------------------------------------------------------------- */

static size_t enter(Reading *r, int written)
{
    const size_t before = r->pointer_len, room = sizeof r->pointer - before;
    r->pointer_len += written < 0 ? 0 : (size_t)written < room ? (size_t)written : room - 1;
    r->pointer[r->pointer_len] = 0;
    return before;
}

size_t rule_enter(Reading *r, const char *name)
{
    const size_t room = sizeof r->pointer - r->pointer_len;
    return enter(r, snprintf(r->pointer + r->pointer_len, room, "/%s", name));
}

size_t rule_enter_item(Reading *r, size_t index)
{
    const size_t room = sizeof r->pointer - r->pointer_len;
    return enter(r, snprintf(r->pointer + r->pointer_len, room, "/%zu", index));
}

void rule_leave(Reading *r, size_t before)
{
    r->pointer_len = before;
    r->pointer[before] = 0;
}

PtStatus rule_bad(Reading *r, const char *fmt, ...)
{
    char why[PT_ERROR_MESSAGE_MAX] = "";
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    return pt_fail(r->err, PT_INVALID, "at \"%s\": %s", r->pointer, why);
}

PtStatus rule_bad_from(Reading *r, const PtError *why)
{
    if (why->status == PT_NO_MEMORY) {
        return pt_fail(r->err, PT_NO_MEMORY, "%s", why->message);
    }
    return rule_bad(r, "%s", why->message);
}

PtStatus rule_no_memory(Reading *r)
{
    return pt_fail(r->err, PT_NO_MEMORY, "no memory for a rule");
}

/* ---- Values ---------------------------------------------------------------------------------- */

static RuleMember *find_member(RuleMember *members, size_t count, const PtJson *j)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, pt_str(members[i].name))) {
            return &members[i];
        }
    }
    return NULL;
}

PtStatus rule_members(Reading *r, PtStr json, RuleMember *members, size_t count)
{
    PtJson j;
    pt_json_init(&j, json, RULE_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return rule_bad(r, "not an object");
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        RuleMember *m = find_member(members, count, &j);
        if (m == NULL) {
            const int len = j.raw.len < 40 ? (int)j.raw.len : 40;
            return rule_bad(r, "\"%.*s\" is not known here", len, j.raw.data);
        }
        if (m->json.data != NULL) {
            return rule_bad(r, "\"%s\" stands twice", m->name);
        }
        if (!pt_json_skip(&j, &m->json, NULL, NULL)) {
            return pt_json_error(&j, r->err);
        }
    }
    return PT_OK;
}

static PtStatus decode(Reading *r, PtStr raw, size_t max, PtStr *ret_text)
{
    pt_buf_clear(&r->scratch, RULE_JSON);
    pt_json_decode(raw, &r->scratch);
    if (pt_buf_status(&r->scratch) != PT_OK) {
        return rule_no_memory(r);
    }
    if (r->scratch.len > max) {
        return rule_bad(r, "a text of over %zu bytes", max);
    }
    const PtStr text = pt_arena_str(r->arena, pt_buf_str(&r->scratch));
    if (text.data == NULL) {
        return rule_no_memory(r);
    }
    *ret_text = text;
    return PT_OK;
}

PtStatus rule_text(Reading *r, PtStr json, size_t max, PtStr *ret_text)
{
    if (json.len < 3 || json.data[0] != '"') {
        return rule_bad(r, json.len == 2 && json.data[0] == '"' ? "an empty text" : "not a text");
    }
    return decode(r, (PtStr){json.data + 1, json.len - 2}, max, ret_text);
}

PtStatus rule_whole(Reading *r, PtStr json, int64_t low, int64_t high, int64_t *ret_value)
{
    int64_t value;
    if (!pt_json_to_i64(json, &value) || value < low || value > high) {
        return rule_bad(r, "not a whole number in %lld..%lld", (long long)low, (long long)high);
    }
    *ret_value = value;
    return PT_OK;
}

PtStatus rule_truth(Reading *r, PtStr json, bool *ret_truth)
{
    *ret_truth = pt_str_eq(json, PT_STR("true"));
    return *ret_truth || pt_str_eq(json, PT_STR("false")) ? PT_OK
                                                          : rule_bad(r, "neither true nor false");
}

static PtStatus read_number(Reading *r, PtStr json, PtValue *ret_value)
{
    const double number = pt_json_to_double(json);
    pt_buf_clear(&r->scratch, RULE_JSON);
    if (!isfinite(number) || !rule_number_write(json, &r->scratch)) {
        return rule_bad(r, "a number out of range");
    }
    if (pt_buf_status(&r->scratch) != PT_OK) {
        return rule_no_memory(r);
    }
    const PtStr text = pt_arena_str(r->arena, pt_buf_str(&r->scratch));
    *ret_value = (PtValue){.kind = PT_VALUE_NUMBER, .number = number, .text = text};
    return text.data != NULL ? PT_OK : rule_no_memory(r);
}

PtStatus rule_scalar(Reading *r, PtStr json, PtValue *ret_value)
{
    const char first = json.len > 0 ? json.data[0] : 0;
    if (first == '"') {
        *ret_value = (PtValue){.kind = PT_VALUE_TEXT};
        return decode(r, (PtStr){json.data + 1, json.len - 2}, RULE_TEXT, &ret_value->text);
    }
    if (first == 't' || first == 'f') {
        *ret_value = (PtValue){.kind = PT_VALUE_BOOL, .truth = first == 't'};
        return PT_OK;
    }
    if (first == '-' || (first >= '0' && first <= '9')) {
        return read_number(r, json, ret_value);
    }
    return rule_bad(r, "not a text, a number, true or false");
}

bool rule_list_next(PtJson *list, PtStr *ret_item)
{
    // the closing bracket is all that follows the last item
    return pt_json_skip(list, ret_item, NULL, NULL);
}

PtStatus rule_list(Reading *r, PtStr json, size_t max, PtJson *ret_list, size_t *ret_count)
{
    pt_json_init(ret_list, json, RULE_JSON_DEPTH);
    if (pt_json_next(ret_list) != PT_JSON_ARRAY) {
        return rule_bad(r, "not a list");
    }
    PtJson counting = *ret_list;
    PtStr item;
    size_t count = 0;
    while (count <= max && rule_list_next(&counting, &item)) {
        count++;
    }
    if (count > max) {
        return rule_bad(r, "a list of over %zu items", max);
    }
    *ret_count = count;
    return PT_OK;
}
