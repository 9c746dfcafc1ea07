// SPDX-License-Identifier: Apache-2.0
/* Any bytes as the body of any operation that takes JSON: decoded within the stated bounds, or
 * refused. The first byte chooses the operation. */
#include "api/api_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ApiFieldSpec *spec, const ApiValue *v)
{
    if (!v->given || v->null) {
        return;
    }
    const bool list = spec->kind == API_TEXT_LIST || spec->kind == API_INT_LIST;
    if ((spec->kind == API_INT && (v->number < spec->min || v->number > spec->max)) ||
        (list && (int64_t)v->count > spec->max) ||
        (spec->kind == API_TEXT && ((int64_t)v->text.len < spec->min || !pt_utf8_valid(v->text)))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { FIELDS = 64 };
    if (size < 1) {
        return 0;
    }
    const ApiOperation *op = &api_operations[data[0] % OP_COUNT];
    PtArena *arena = pt_arena_new(8 << 20);
    ApiValue values[FIELDS];
    memset(values, 0, sizeof values);
    if (arena != NULL && op->in_count <= FIELDS &&
        api_decode_object((PtStr){(const char *)data + 1, size - 1}, op->in, op->in_count, arena,
                          values, NULL) == PT_OK) {
        for (unsigned i = 0; i < op->in_count; i++) {
            check(&op->in[i], &values[i]);
        }
    }
    pt_arena_free(arena);
    return 0;
}
