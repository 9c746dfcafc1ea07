// SPDX-License-Identifier: Apache-2.0
/* The members of a JSON object that somebody asks for. */
#include "access/oidc_internal.h"

#include "base/json.h"

#include <math.h>

/* Years 1970..9999, in seconds. */
static const double TIME_MAX_S = 253402300799.0;

static OidcMember *find(OidcMember *members, size_t count, const PtJson *j)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, pt_str(members[i].name))) {
            return &members[i];
        }
    }
    return NULL;
}

static PtStatus take_text(PtStr raw, unsigned flags, PtArena *arena, PtStr *ret_text)
{
    if (raw.len < 2 || raw.data[0] != '"' ||
        (flags & (PT_JSON_NUL | PT_JSON_LONE_SURROGATE)) != 0) {
        return PT_INVALID;
    }
    const PtStr inside = {raw.data + 1, raw.len - 2};
    if ((flags & PT_JSON_ESCAPED) == 0) {
        *ret_text = inside;
        return PT_OK;
    }
    PtBuf decoded;
    pt_buf_init(&decoded, inside.len + 1);
    pt_json_decode(inside, &decoded);
    *ret_text = pt_buf_status(&decoded) == PT_OK ? pt_arena_str(arena, pt_buf_str(&decoded))
                                                 : (PtStr){NULL, 0};
    pt_buf_done(&decoded);
    return ret_text->data != NULL ? PT_OK : PT_NO_MEMORY;
}

static PtStatus take_time(PtStr raw, int64_t *ret_ms)
{
    const bool number = raw.len > 0 && raw.data[0] >= '0' && raw.data[0] <= '9';
    const double seconds = number ? pt_json_to_double(raw) : -1;
    if (!(seconds >= 0 && seconds <= TIME_MAX_S)) {
        return PT_INVALID;
    }
    *ret_ms = (int64_t)floor(seconds * 1000);
    return PT_OK;
}

static PtStatus take_truth(PtStr raw, bool *ret_truth)
{
    const bool yes = pt_str_eq(raw, PT_STR("true")) || pt_str_eq(raw, PT_STR("\"true\""));
    *ret_truth = yes;
    return yes || pt_str_eq(raw, PT_STR("false")) || pt_str_eq(raw, PT_STR("\"false\""))
               ? PT_OK
               : PT_INVALID;
}

static PtStatus take(OidcMember *m, PtStr raw, unsigned flags, PtArena *arena, PtError *err)
{
    PtStatus st = PT_OK;
    if (m->given) {
        return pt_fail(err, PT_INVALID, "\"%s\" stands twice", m->name);
    }
    m->given = true;
    switch (m->kind) {
    case OIDC_TEXT:
        st = take_text(raw, flags, arena, &m->text);
        break;
    case OIDC_TIME:
        st = take_time(raw, &m->ms);
        break;
    case OIDC_TRUTH:
        st = take_truth(raw, &m->truth);
        break;
    case OIDC_RAW:
        m->text = raw;
        break;
    }
    if (st == PT_NO_MEMORY) {
        return pt_fail(err, st, "no memory for the provider's answer");
    }
    return st == PT_OK ? st
                       : pt_fail(err, st, "\"%s\" has another type or is out of range", m->name);
}

PtStatus oidc_members(PtStr json, PtArena *arena, OidcMember *members, size_t count, PtError *err)
{
    PtJson j;
    PtJsonToken t;
    pt_json_init(&j, json, OIDC_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_fail(err, PT_INVALID, "not a JSON object");
    }
    while ((t = pt_json_next(&j)) == PT_JSON_KEY) {
        OidcMember *m = find(members, count, &j);
        PtStr raw;
        unsigned flags;
        if (!pt_json_skip(&j, &raw, &flags, NULL)) {
            return pt_json_error(&j, err);
        }
        PtStatus st = m != NULL ? take(m, raw, flags, arena, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
    }
    if (t != PT_JSON_OBJECT_END || pt_json_next(&j) != PT_JSON_END) {
        return pt_json_error(&j, err);
    }
    for (size_t i = 0; i < count; i++) {
        if (members[i].required && !members[i].given) {
            return pt_fail(err, PT_INVALID, "\"%s\" is missing", members[i].name);
        }
    }
    return PT_OK;
}

static bool is_value(PtJsonToken t)
{
    return t != PT_JSON_END && t != PT_JSON_ERROR && t != PT_JSON_ARRAY_END;
}

bool oidc_has_text(PtStr json, PtStr want, size_t *ret_count)
{
    PtJson j;
    bool found = false;
    size_t count = 0;
    pt_json_init(&j, json, OIDC_JSON_DEPTH);
    PtJsonToken t = pt_json_next(&j);
    const bool list = t == PT_JSON_ARRAY;
    for (t = list ? pt_json_next(&j) : t; is_value(t); t = list ? pt_json_next(&j) : PT_JSON_END) {
        count++;
        if (t == PT_JSON_STRING) {
            found |= (j.flags & (PT_JSON_NUL | PT_JSON_LONE_SURROGATE)) == 0 &&
                     pt_json_raw_eq(j.raw, j.flags, want);
        } else if ((t == PT_JSON_OBJECT || t == PT_JSON_ARRAY) &&
                   !pt_json_skip_open(&j, NULL, NULL, NULL)) {
            break;
        }
    }
    if (ret_count != NULL) {
        *ret_count = count;
    }
    return found;
}
