// SPDX-License-Identifier: Apache-2.0
/* Rows of history as bytes, in SQL and in memory. */
#include "work/live_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 32, INSTANT_BYTES = 8 };

void live_scratch_done(LiveScratch *s)
{
    free(s->rows);
    free(s->changes);
    *s = (LiveScratch){0};
}

static PtStatus check_row(const WorkRow *row, PtError *err)
{
    if (row->event.len > WORK_EVENT_BYTES) {
        return pt_fail(err, PT_TOO_LARGE, "event has %zu bytes, not 0..%d", row->event.len,
                       WORK_EVENT_BYTES);
    }
    if (row->change_count > WORK_FACTS) {
        return pt_fail(err, PT_TOO_LARGE, "%zu changes in one row, not 0..%d", row->change_count,
                       WORK_FACTS);
    }
    for (size_t i = 0; i < row->change_count; i++) {
        const WorkChange *c = &row->changes[i];
        if ((unsigned)c->fact >= WORK_FACTS) {
            return pt_fail(err, PT_INVALID, "change %zu is of no fact", i);
        }
        if (c->value.len > WORK_FACT_BYTES) {
            return pt_fail(err, PT_TOO_LARGE, "%s has %zu bytes, not 0..%d",
                           work_fact_name(c->fact), c->value.len, WORK_FACT_BYTES);
        }
    }
    return PT_OK;
}

static void put_text(PtBuf *out, PtStr text)
{
    pt_buf_add_char(out, (char)text.len);
    pt_buf_add_str(out, text);
}

PtStatus live_pack(PtBuf *out, const WorkRow *row, PtError *err)
{
    const PtStatus st = check_row(row, err);
    if (st != PT_OK) {
        return st;
    }
    char at[INSTANT_BYTES];
    for (unsigned i = 0; i < INSTANT_BYTES; i++) {
        at[i] = (char)(uint8_t)((uint64_t)row->at_ms >> 8 * i);
    }
    pt_buf_add(out, at, sizeof at);
    put_text(out, row->event);
    pt_buf_add_char(out, (char)row->change_count);
    for (size_t i = 0; i < row->change_count; i++) {
        pt_buf_add_char(out, (char)row->changes[i].fact);
        put_text(out, row->changes[i].value);
    }
    return pt_buf_status(out) == PT_OK ? PT_OK
           : pt_buf_status(out) == PT_TOO_LARGE
               ? pt_fail(err, PT_TOO_LARGE, "a history of over %d bytes", LIVE_HISTORY_BYTES)
               : pt_fail(err, PT_NO_MEMORY, "no memory for a history");
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static bool grow(void **array, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room) {
        return true;
    }
    const size_t more = 2 * *room > needed ? 2 * *room : needed + FIRST_ROOM;
    void *larger = realloc(*array, more * size);
    if (larger == NULL) {
        return false;
    }
    *array = larger;
    *room = more;
    return true;
}

static bool make_room(LiveScratch *s, size_t rows, size_t changes)
{
    void *r = s->rows, *c = s->changes;
    const bool grown = grow(&r, &s->row_room, rows, sizeof *s->rows);
    s->rows = r;
    const bool both = grown && grow(&c, &s->change_room, changes, sizeof *s->changes);
    s->changes = c;
    return both;
}

static bool take_byte(PtStr *rest, uint8_t *ret_byte)
{
    if (rest->len == 0) {
        return false;
    }
    *ret_byte = (uint8_t)rest->data[0];
    *rest = (PtStr){rest->data + 1, rest->len - 1};
    return true;
}

static bool take_text(PtStr *rest, size_t max, PtStr *ret_text)
{
    uint8_t len;
    if (!take_byte(rest, &len) || len > max || len > rest->len) {
        return false;
    }
    *ret_text = (PtStr){rest->data, len};
    *rest = (PtStr){rest->data + len, rest->len - len};
    return true;
}

static bool take_head(PtStr *rest, WorkRow *row, uint8_t *ret_changes)
{
    uint64_t at = 0;
    if (rest->len < INSTANT_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < INSTANT_BYTES; i++) {
        at |= (uint64_t)(uint8_t)rest->data[i] << 8 * i;
    }
    *rest = (PtStr){rest->data + INSTANT_BYTES, rest->len - INSTANT_BYTES};
    *row = (WorkRow){.at_ms = (int64_t)at};
    return take_text(rest, WORK_EVENT_BYTES, &row->event) && take_byte(rest, ret_changes) &&
           *ret_changes <= WORK_FACTS;
}

static bool take_change(PtStr *rest, WorkChange *change)
{
    uint8_t fact;
    if (!take_byte(rest, &fact) || fact >= WORK_FACTS) {
        return false;
    }
    change->fact = (WorkFact)fact;
    return take_text(rest, WORK_FACT_BYTES, &change->value);
}

PtStatus live_unpack(PtStr bytes, LiveScratch *s, WorkHistory *ret_history, PtError *err)
{
    size_t rows = 0, changes = 0;
    bool sound = bytes.len > 0;
    for (PtStr rest = bytes; sound && rest.len > 0; rows++) {
        uint8_t count = 0;
        if (!make_room(s, rows + 1, changes + WORK_FACTS)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a history");
        }
        WorkRow *row = &s->rows[rows];
        sound = rows < WORK_ROWS && take_head(&rest, row, &count) &&
                (rows == 0 || row->at_ms >= s->rows[rows - 1].at_ms);
        for (row->change_count = 0; sound && row->change_count < count; row->change_count++) {
            sound = take_change(&rest, &s->changes[changes++]);
        }
    }
    if (!sound) {
        return pt_fail(err, PT_CORRUPT, "row %zu of an item's history cannot be read", rows);
    }
    for (size_t i = 0, at = 0; i < rows; i++) { // the array stands still now
        s->rows[i].changes = s->changes + at;
        at += s->rows[i].change_count;
    }
    *ret_history = (WorkHistory){s->rows, rows};
    return PT_OK;
}
