// SPDX-License-Identifier: Apache-2.0
/* Rows that are JSON objects. */
#include "connect/mapping_internal.h"

/* The member `name` of an object; the last one of that name, as JSON readers agree on. */
static bool member_of(PtStr object, PtStr name, PtStr *ret_raw)
{
    PtJson j;
    bool found = false;
    pt_json_init(&j, object, MAP_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        bool hit = pt_json_raw_eq(j.raw, j.flags, name);
        PtStr raw = {NULL, 0};
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return false;
        }
        if (hit) {
            *ret_raw = raw;
            found = true;
        }
    }
    return found;
}

/* A member with dots in its own name is found before the path. */
bool map_json_path(PtStr object, PtStr path, PtStr *ret_raw)
{
    if (member_of(object, path, ret_raw)) {
        return true;
    }
    PtStr rest = path, segment = {NULL, 0}, at = object;
    while (pt_str_cut(&rest, '.', &segment)) {
        if (!member_of(at, segment, &at)) {
            return false;
        }
    }
    *ret_raw = at;
    return true;
}

PtStatus map_json_cells(const ConnectMapping *m, PtStr object, MapCell *cells, PtBuf *scratch,
                        PtError *err)
{
    PtStatus st = pt_json_check(object, MAP_JSON_DEPTH, err);
    if (st != PT_OK) {
        return st;
    }
    PtJson j;
    pt_json_init(&j, object, MAP_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_fail(err, PT_INVALID, "the line is not a JSON object");
    }
    pt_buf_clear(scratch, CONNECT_RECORD_MAX);
    /* Never moved while the cells point into it: decoding makes text shorter, not longer, except
     * for U+FFFD, which replaces six bytes. A path and a part of it may both be read. */
    if (pt_buf_reserve(scratch, object.len * 2) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a line");
    }
    for (size_t i = 0; i < m->column_count; i++) {
        PtStr raw = {NULL, 0};
        cells[i] = (MapCell){{"", 0}, {NULL, 0}};
        if (!map_json_path(object, m->columns[i], &raw) || pt_str_eq(raw, PT_STR("null"))) {
            continue;
        }
        cells[i] = (MapCell){raw, raw};
        if (raw.data[0] == '"') {
            size_t from = scratch->len;
            pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, scratch);
            cells[i].text = (PtStr){scratch->data + from, scratch->len - from};
        }
    }
    return pt_buf_status(scratch) == PT_OK ? PT_OK
                                           : pt_fail(err, PT_NO_MEMORY, "no memory for a line");
}

/* What a server added to an event on its first arrival, and a new arrival must not bring. */
static bool left_out(const PtJson *j)
{
    static const char *const names[] = {"_patron", "receivedAt", "sentAt", "writeKey"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, pt_str(names[i]))) {
            return true;
        }
    }
    return false;
}

PtStatus map_event_line(PtStr object, PtStr message_id, PtBuf *out, PtError *err)
{
    PtStr raw = {NULL, 0};
    PtJson j;
    PtStatus st = pt_json_check(object, MAP_JSON_DEPTH, err);
    if (st != PT_OK) {
        return st;
    }
    bool has_id = map_json_path(object, PT_STR("messageId"), &raw) && raw.len > 2;
    pt_json_init(&j, object, MAP_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return pt_fail(err, PT_INVALID, "the line is not a JSON object");
    }
    PtJsonOut o = pt_json_out(out);
    pt_json_out_object(&o);
    if (!has_id) {
        pt_json_put_str(&o, "messageId", message_id);
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        bool drop =
            left_out(&j) || (!has_id && pt_json_raw_eq(j.raw, j.flags, PT_STR("messageId")));
        PtStr key = j.raw;
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return pt_json_error(&j, err);
        }
        if (drop) {
            continue;
        }
        pt_buf_add_str(out, o.comma ? PT_STR(",\"") : PT_STR("\""));
        pt_buf_add_str(out, key);
        pt_buf_add_str(out, PT_STR("\":"));
        o.comma = false;
        pt_json_out_raw(&o, raw);
    }
    pt_json_out_object_end(&o);
    return pt_buf_status(out);
}
