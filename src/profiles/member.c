// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"
#include "profiles/traits_internal.h"

static const PtStr null_text = PT_STR_INIT("null");

PtStr profile_member(PtStr object, PtStr key)
{
    PtStr found = {NULL, 0};
    PtJson j;
    pt_json_init(&j, object, EVENT_MAX_DEPTH);
    if (object.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return found;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool wanted = pt_json_raw_eq(j.raw, j.flags, key);
        PtStr value;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        if (wanted) {
            found = pt_str_eq(value, null_text) ? (PtStr){NULL, 0} : value;
        }
    }
    return found;
}

PtStr profile_event_member(const EventView *v, PtStr key)
{
    return profile_member(v->raw, key);
}

PtStr profile_context_member(const EventView *v, PtStr key)
{
    const PtStr context = PT_STR("context");
    const PtStr own = profile_member(profile_member(v->raw, context), key);
    return own.data != NULL ? own : profile_member(profile_member(v->common, context), key);
}

PtStr profile_json_text(PtStr json, PtBuf *text)
{
    PtJson j;
    pt_json_init(&j, json, EVENT_MAX_DEPTH);
    const PtJsonToken token = json.len > 0 ? pt_json_next(&j) : PT_JSON_NULL;
    if (token == PT_JSON_NUMBER || (token == PT_JSON_STRING && (j.flags & PT_JSON_ESCAPED) == 0)) {
        return j.raw;
    }
    if (pt_buf_status(text) == PT_NO_MEMORY) {
        return (PtStr){NULL, 0};
    }
    pt_buf_clear(text, TRAIT_JSON_MAX);
    if (token == PT_JSON_STRING) {
        pt_json_decode(j.raw, text);
    }
    return pt_buf_str(text);
}
