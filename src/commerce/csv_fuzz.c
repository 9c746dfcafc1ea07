// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of rows of CSV: any bytes; what was read, written again, is read as the same. */
#include "commerce/commerce_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 8 << 20, OUT = 8 << 20 };

static void check_row(PtArena *arena, const PtStr *cells, size_t count)
{
    PtStr again[COMMERCE_CELLS_MAX];
    PtBuf out;
    size_t n = 0;
    uint64_t line = 0;
    bool row = false;
    pt_buf_init(&out, OUT);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            pt_buf_add_char(&out, ',');
        }
        pt_buf_add_csv(&out, cells[i]);
    }
    CommerceCsv csv = commerce_csv(PT_STR("a,b"));
    csv.rest = pt_buf_str(&out);
    if (pt_buf_status(&out) == PT_OK &&
        (commerce_csv_next(&csv, arena, again, &n, &line, &row, NULL) != PT_OK || !row ||
         n != count)) {
        abort();
    }
    for (size_t i = 0; i < n; i++) {
        if (!pt_str_eq(again[i], cells[i])) {
            abort();
        }
    }
    pt_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = pt_arena_new(ARENA);
    PtStr cells[COMMERCE_CELLS_MAX];
    CommerceCsv csv = commerce_csv((PtStr){(const char *)data, size});
    size_t count = 0;
    uint64_t line = 0;
    bool row = true;
    while (arena != NULL && row &&
           commerce_csv_next(&csv, arena, cells, &count, &line, &row, NULL) == PT_OK) {
        if (row) {
            check_row(arena, cells, count);
            pt_arena_clear(arena);
        }
    }
    pt_arena_free(arena);
    return 0;
}
