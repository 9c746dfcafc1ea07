// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of rows: any event that is JSON. What stands in a row is within its bounds, paths are
 * told once, and the channel is that of the profiles.
 * Input: a byte of flags, the event, a NUL, the batch's own members.
 */
#include "base/json.h"
#include "behaviour/rows.h"
#include "profiles/profiles.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_values(const ColumnsRow *row)
{
    assert(row->value_count <= COLUMNS_ROW_PROPERTIES_MAX);
    for (size_t i = 0; i < row->value_count; i++) {
        const ColumnsValue *v = &row->values[i];
        assert(v->path.len > 0 && v->path.len <= COLUMNS_NAME_MAX && v->kind < COLUMNS_KINDS);
        assert(pt_utf8_valid(v->path) && (v->kind != COLUMNS_NUMBER || isfinite(v->number)));
        assert(v->kind != COLUMNS_TEXT || v->text.len == 0 || pt_utf8_valid(v->text));
        for (size_t k = 0; k < i; k++) {
            assert(!pt_str_eq(v->path, row->values[k].path));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Rows *rows;
    if (size < 2 || size > EVENT_MAX_BYTES || (rows == NULL && rows_new(&rows, NULL) != PT_OK)) {
        return 0;
    }
    const char *raw = (const char *)data + 1;
    const size_t len = strnlen(raw, size - 1);
    const size_t behind = len < size - 1 ? len + 1 : len;
    const EventView v = {
        .type = EVENT_TRACK, .raw = {raw, len}, .common = {raw + behind, size - 1 - behind}};
    const bool erased = (data[0] & 1) != 0;
    // a flag that the intake sets where keys come twice; here they may always
    const PtRecord record = {.flags =
                                 (uint16_t)(EVENT_DUPLICATE_KEY | (erased ? EVENT_ERASED : 0))};
    ColumnsRow row;
    if (rows_read(rows, &record, &v, &row, NULL) != PT_OK) {
        return 0;
    }
    check_values(&row);
    assert(row.channel < ROWS_CHANNELS && (!erased || row.value_count == 0));
    assert(row.currency[0] == '\0' || strlen(row.currency) == 3);
    return 0;
}
