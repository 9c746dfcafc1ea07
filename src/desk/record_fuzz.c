// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of records: any document as any kind of record; any text as any field of a ticket,
 * whose normal form is taken again and stays as it is. Input: a byte for the kind, the text. */
#include "desk/desk_internal.h"
#include "desk/record_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 8 << 20 };

static void check_field(DeskField field, PtStr text, PtArena *arena)
{
    PtStr once, twice;
    if (desk_field_check(field, text, arena, &once, NULL) == PT_OK &&
        (desk_field_check(field, once, arena, &twice, NULL) != PT_OK || !pt_str_eq(once, twice))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = size > 0 ? pt_arena_new(ARENA) : NULL;
    if (arena != NULL) {
        const PtStr text = {(const char *)data + 1, size - 1};
        const unsigned kind = data[0];
        if (kind < DESK_RECORD_KINDS) {
            (void)!desk_record_check((DeskRecordKind)kind, text, arena, NULL);
        } else {
            check_field((DeskField)(kind % DESK_FIELDS), text, arena);
        }
    }
    pt_arena_free(arena);
    return 0;
}
