// SPDX-License-Identifier: Apache-2.0
/* Members of an answer, one call each. */
#include "api/api_internal.h"

#include "base/time.h"

void api_put_text_or_null(PtJsonOut *out, const char *key, PtStr value)
{
    if (value.len > 0) {
        pt_json_put_str(out, key, value);
    } else {
        api_put_null(out, key);
    }
}

void api_put_double(PtJsonOut *out, const char *key, double value)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_double(out, value);
}

void api_put_null(PtJsonOut *out, const char *key)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_null(out);
}

void api_put_raw(PtJsonOut *out, const char *key, PtStr json)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_raw(out, json);
}

void api_put_time(PtJsonOut *out, const char *key, int64_t ms)
{
    char text[PT_TIME_TEXT];
    pt_json_put_str(out, key, pt_time_format(ms, text));
}

void api_put_time_or_null(PtJsonOut *out, const char *key, int64_t ms)
{
    if (ms != 0) {
        api_put_time(out, key, ms);
    } else {
        api_put_null(out, key);
    }
}

void api_page_begin(PtJsonOut *out)
{
    pt_json_out_object(out);
    pt_json_out_key(out, PT_STR("data"));
    pt_json_out_array(out);
}

void api_page_end(PtJsonOut *out, const char *next_cursor)
{
    pt_json_out_array_end(out);
    if (next_cursor != NULL) {
        pt_json_put_str(out, "next_cursor", pt_str(next_cursor));
    } else {
        api_put_null(out, "next_cursor");
    }
    pt_json_out_object_end(out);
}
