// SPDX-License-Identifier: Apache-2.0
/* The incumbent's counts, as they are uploaded. */
#include "connect/adopt.h"

#include "base/json.h"
#include "base/time.h"
#include "connect/import.h"

#include <string.h>

enum { DEPTH = 4, FIRST_ROWS = 64, YEAR_MIN = 2000, YEAR_MAX = 2100 };

typedef struct Reading {
    PtArena *arena;
    ConnectAdoptRow *rows;
    size_t count, cap;
} Reading;

static bool read_day(PtStr text, int64_t *ret_ms)
{
    int64_t ms = 0;
    if (text.len != 10 || !pt_time_parse(text, &ms)) { // a date alone is its midnight
        return false;
    }
    const PtCivil civil = pt_civil_of_ms(ms);
    *ret_ms = ms;
    return civil.year >= YEAR_MIN && civil.year <= YEAR_MAX;
}

static bool read_count(PtStr text, int64_t *ret_count)
{
    return pt_json_to_i64(text, ret_count) && *ret_count >= 0 &&
           *ret_count <= CONNECT_ADOPT_COUNT_MAX;
}

static PtStatus grow(Reading *r, PtError *err)
{
    if (r->count < r->cap) {
        return PT_OK;
    }
    const size_t cap = r->cap > 0 ? 2 * r->cap : FIRST_ROWS;
    ConnectAdoptRow *rows = pt_arena_alloc(r->arena, cap, sizeof *rows);
    if (rows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for counts");
    }
    if (r->count > 0) {
        memcpy(rows, r->rows, r->count * sizeof *rows);
    }
    r->rows = rows;
    r->cap = cap;
    return PT_OK;
}

static PtStatus add_row(Reading *r, PtStr day, PtStr name, PtStr count, PtError *err)
{
    ConnectAdoptRow row = {.events = 0};
    const size_t number = r->count + 1;
    if (number > CONNECT_ADOPT_ROWS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "over %d rows: send fewer days at once",
                       CONNECT_ADOPT_ROWS_MAX);
    }
    if (!read_day(day, &row.day_ms)) {
        return pt_fail(err, PT_INVALID, "row %zu: day is not a date such as 2026-01-31", number);
    }
    if (name.len == 0 || name.len > CONNECT_ADOPT_NAME_MAX) {
        return pt_fail(err, PT_INVALID, "row %zu: event has %zu bytes, not 1..%d", number, name.len,
                       CONNECT_ADOPT_NAME_MAX);
    }
    if (!read_count(count, &row.events)) {
        return pt_fail(err, PT_INVALID, "row %zu: count is not a whole number in 0..%lld", number,
                       (long long)CONNECT_ADOPT_COUNT_MAX);
    }
    PtStatus st = grow(r, err);
    if (st == PT_OK) {
        row.name = pt_arena_str(r->arena, name);
        st = row.name.data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for counts");
    }
    if (st == PT_OK) {
        r->rows[r->count++] = row;
    }
    return st;
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

static PtStatus read_text(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    PtStr *rest = ctx;
    const size_t len = rest->len < cap ? rest->len : cap;
    (void)err;
    if (len > 0) {
        memcpy(bytes, rest->data, len);
    }
    *rest = pt_str_from(*rest, len);
    *ret_len = len;
    return PT_OK;
}

/* Where day, event and count stand. */
static PtStatus find_columns(const PtStr *header, size_t count, size_t at[static 3], PtError *err)
{
    static const char *const names[] = {"day", "event", "count"};
    for (size_t i = 0; i < 3; i++) {
        at[i] = 0;
        while (at[i] < count && !pt_str_eq(header[at[i]], pt_str(names[i]))) {
            at[i]++;
        }
        if (at[i] == count) {
            return pt_fail(err, PT_INVALID, "the file has no column \"%s\"", names[i]);
        }
    }
    return PT_OK;
}

static PtStatus csv_rows(Reading *r, ConnectReader *reader, PtError *err)
{
    size_t at[3] = {0}, columns = 0;
    ConnectRow row;
    bool has = false;
    for (;;) {
        PtStatus st = connect_reader_next(reader, &row, &has, err);
        if (st != PT_OK || !has) {
            return st;
        }
        if (row.problem != NULL) {
            return pt_fail(err, PT_INVALID, "line %llu: %s", (unsigned long long)row.line,
                           row.problem);
        }
        if (row.number == 1) {
            const PtStr *header = connect_reader_header(reader, &columns);
            st = find_columns(header, columns, at, err);
        }
        if (st == PT_OK) {
            st = add_row(r, row.fields[at[0]], row.fields[at[1]], row.fields[at[2]], err);
        }
        if (st != PT_OK) {
            return st;
        }
    }
}

static PtStatus read_csv(Reading *r, PtStr text, PtError *err)
{
    const ConnectShape shape = {CONNECT_CSV, ',', true, CONNECT_UTF8};
    ConnectReader *reader = NULL;
    PtStatus st = connect_reader_new((ConnectSource){read_text, &text}, &shape, &reader, err);
    if (st == PT_OK) {
        st = csv_rows(r, reader, err);
    }
    connect_reader_free(reader);
    return st;
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

/* The decoded text of a string, or a number's own. */
static PtStr value_text(const PtJson *j, PtJsonToken token, PtBuf *space)
{
    if (token != PT_JSON_STRING) {
        return token == PT_JSON_NUMBER ? j->raw : (PtStr){NULL, 0};
    }
    pt_buf_clear(space, 4 * (size_t)CONNECT_ADOPT_NAME_MAX);
    pt_json_decode(j->raw, space);
    return pt_buf_str(space);
}

/* The members of the object that was just opened. */
static PtStatus json_row(Reading *r, PtJson *j, PtBuf spaces[static 3], PtError *err)
{
    static const char *const names[] = {"day", "event", "count"};
    PtStr values[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    PtJsonToken token = pt_json_next(j);
    for (; token == PT_JSON_KEY; token = pt_json_next(j)) {
        size_t which = 0;
        while (which < 3 && !pt_json_raw_eq(j->raw, j->flags, pt_str(names[which]))) {
            which++;
        }
        if (which == 3) {
            return pt_fail(err, PT_INVALID, "row %zu: a member that is none of day, event, count",
                           r->count + 1);
        }
        const PtJsonToken value = pt_json_next(j);
        values[which] = value_text(j, value, &spaces[which]);
        if (pt_buf_status(&spaces[which]) != PT_OK || values[which].data == NULL) {
            return pt_fail(err, PT_INVALID, "row %zu: %s is not one", r->count + 1, names[which]);
        }
    }
    return token == PT_JSON_OBJECT_END ? add_row(r, values[0], values[1], values[2], err)
                                       : pt_json_error(j, err);
}

static PtStatus read_json(Reading *r, PtStr text, PtError *err)
{
    PtJson j;
    PtBuf spaces[3];
    PtStatus st = PT_OK;
    for (size_t i = 0; i < 3; i++) {
        pt_buf_init(&spaces[i], 64 << 10);
    }
    pt_json_init(&j, text, DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        st = pt_fail(err, PT_INVALID, "not a JSON array");
    }
    while (st == PT_OK) {
        const PtJsonToken token = pt_json_next(&j);
        if (token == PT_JSON_ARRAY_END) {
            st = pt_json_next(&j) == PT_JSON_END ? PT_OK : pt_json_error(&j, err);
            break;
        }
        st = token == PT_JSON_OBJECT ? json_row(r, &j, spaces, err)
             : token == PT_JSON_ERROR
                 ? pt_json_error(&j, err)
                 : pt_fail(err, PT_INVALID, "row %zu: not an object", r->count + 1);
    }
    for (size_t i = 0; i < 3; i++) {
        pt_buf_done(&spaces[i]);
    }
    return st;
}

PtStatus connect_adopt_read(PtStr text, bool csv, PtArena *arena, ConnectAdoptRow **ret_rows,
                            size_t *ret_count, PtError *err)
{
    Reading r = {.arena = arena};
    PtStatus st = csv ? read_csv(&r, text, err) : read_json(&r, text, err);
    if (st == PT_OK) {
        *ret_rows = r.rows;
        *ret_count = r.count;
    }
    return st;
}
