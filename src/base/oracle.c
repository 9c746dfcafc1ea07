// SPDX-License-Identifier: Apache-2.0
/* Answers questions for oracle_test.py, which knows the answers from elsewhere.
 *
 *   oracle json   each line of stdin is a document in hex; answers "!" or the document written
 * anew, every number that is not an integer taken through a double oracle zone   each line is "ZONE
 * UTC_S": answers the offset, and the two instants that the local reading "UTC_S read as local" may
 * mean oracle dtoa   each line is the hex of a double's bits: answers its text
 */
#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 1 << 16, OUT_MAX = 1 << 20 };

static void write_text(PtJson *j, PtJsonOut *o, bool key)
{
    PtBuf text;
    pt_buf_init(&text, OUT_MAX);
    pt_json_decode(j->raw, &text);
    if (key) {
        pt_json_out_key(o, pt_buf_str(&text));
    } else {
        pt_json_out_str(o, pt_buf_str(&text));
    }
    pt_buf_done(&text);
}

static void write_number(PtJsonOut *o, PtStr raw)
{
    int64_t integer;
    if (pt_json_to_i64(raw, &integer)) {
        pt_json_out_i64(o, integer);
    } else {
        pt_json_out_double(o, pt_json_to_double(raw));
    }
}

/* False at the end or at an error. */
static bool write_token(PtJson *j, PtJsonOut *o, PtJsonToken token)
{
    static void (*const plain[])(PtJsonOut *) = {
        [PT_JSON_NULL] = pt_json_out_null,           [PT_JSON_OBJECT] = pt_json_out_object,
        [PT_JSON_ARRAY] = pt_json_out_array,         [PT_JSON_OBJECT_END] = pt_json_out_object_end,
        [PT_JSON_ARRAY_END] = pt_json_out_array_end,
    };
    if (plain[token] != NULL) {
        plain[token](o);
    } else if (token == PT_JSON_STRING || token == PT_JSON_KEY) {
        write_text(j, o, token == PT_JSON_KEY);
    } else if (token == PT_JSON_NUMBER) {
        write_number(o, j->raw);
    } else if (token == PT_JSON_TRUE || token == PT_JSON_FALSE) {
        pt_json_out_bool(o, token == PT_JSON_TRUE);
    } else {
        return false;
    }
    return true;
}

static void answer_json(const char *line)
{
    static char text[LINE_MAX_BYTES / 2];
    size_t len = 0;
    for (; pt_hex_digit(line[0]) >= 0; line += 2) {
        text[len++] = (char)(pt_hex_digit(line[0]) * 16 + pt_hex_digit(line[1]));
    }
    PtBuf out;
    PtJson j;
    pt_buf_init(&out, OUT_MAX);
    PtJsonOut o = pt_json_out(&out);
    pt_json_init(&j, (PtStr){text, len}, PT_JSON_MAX_DEPTH);
    PtJsonToken token = pt_json_next(&j);
    while (write_token(&j, &o, token)) {
        token = pt_json_next(&j);
    }
    bool ok = token == PT_JSON_END && pt_buf_status(&out) == PT_OK;
    (void)printf("%.*s\n", ok ? (int)out.len : 1, ok ? out.data : "!");
    pt_buf_done(&out);
}

static void free_zone(void *zone)
{
    pt_zone_free(zone);
}

static PtZone *zone_named(PtMap *zones, const char *name)
{
    PtZone *zone = pt_map_get(zones, pt_str(name));
    PtError err;
    if (zone == NULL) {
        if (pt_zone_load(name, NULL, &zone, &err) != PT_OK ||
            !pt_map_set(zones, pt_str(name), zone, NULL)) {
            (void)fprintf(stderr, "%s: %s\n", name, err.message);
            exit(1);
        }
    }
    return zone;
}

static void answer_zone(PtMap *zones, const char *line)
{
    char name[256];
    char *end = strchr(line, ' ');
    if (end == NULL || end - line >= (int)sizeof name) {
        exit(2);
    }
    memcpy(name, line, (size_t)(end - line));
    name[end - line] = 0;
    int64_t utc_ms = strtoll(end + 1, NULL, 10) * 1000, first = 0, later = 0;
    const PtZone *zone = zone_named(zones, name);
    PtCivil wall = pt_civil_of_ms(utc_ms);
    if (pt_zone_to_utc(zone, &wall, false, &first) != PT_OK ||
        pt_zone_to_utc(zone, &wall, true, &later) != PT_OK) {
        exit(1);
    }
    (void)printf("%d %lld %lld\n", pt_zone_offset_s(zone, utc_ms), (long long)(first / 1000),
                 (long long)(later / 1000));
}

static void answer_dtoa(const char *line)
{
    uint64_t bits = strtoull(line, NULL, 16);
    double value;
    memcpy(&value, &bits, sizeof value);
    PtBuf out;
    pt_buf_init(&out, OUT_MAX);
    PtJsonOut o = pt_json_out(&out);
    pt_json_out_double(&o, value);
    (void)printf("%.*s\n", (int)out.len, out.data);
    pt_buf_done(&out);
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];
    PtMap *zones = pt_map_new();
    const char *mode = argc == 2 ? argv[1] : "";
    if (zones == NULL || strlen(mode) != 4) {
        return 2;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (mode[0] == 'j') {
            answer_json(line);
        } else if (mode[0] == 'z') {
            answer_zone(zones, line);
        } else {
            answer_dtoa(line);
        }
    }
    pt_map_free(zones, free_zone);
    return 0;
}
