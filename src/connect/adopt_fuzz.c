// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for uploads of counts: byte 0 picks CSV or JSON, the rest is the upload. What is read
 * is within its bounds.
 */
#include "connect/adopt.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ConnectAdoptRow *rows = NULL;
    size_t count = 0;
    PtError err = {0};
    if (size == 0) {
        return 0;
    }
    PtArena *arena = pt_arena_new(16 << 20);
    const PtStr text = {(const char *)data + 1, size - 1};
    PtStatus st = connect_adopt_read(text, (data[0] & 1) != 0, arena, &rows, &count, &err);
    assert(st == PT_OK || err.message[0] != '\0');
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        assert(rows[i].day_ms % CONNECT_DAY_MS == 0);
        assert(rows[i].events >= 0 && rows[i].events <= CONNECT_ADOPT_COUNT_MAX);
        assert(rows[i].name.len >= 1 && rows[i].name.len <= CONNECT_ADOPT_NAME_MAX);
        assert(pt_utf8_valid(rows[i].name));
    }
    assert(st != PT_OK || count <= CONNECT_ADOPT_ROWS_MAX);
    pt_arena_free(arena);
    return 0;
}
