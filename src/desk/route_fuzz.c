// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the documents of routing: any text, of each kind. What reads is written in full,
 * and that reads as the same. */
#include "desk/route_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 64 << 20, FULL = 8 << 20 };

static void check(DeskRouteKind kind, PtStr json, PtArena *arena)
{
    DeskRouteSet set;
    PtBuf first, second;
    if (desk_route_read(kind, json, arena, &set, NULL) != PT_OK) {
        return;
    }
    pt_buf_init(&first, FULL);
    pt_buf_init(&second, FULL);
    desk_route_write(kind, &set, &first);
    if (pt_buf_status(&first) != PT_OK) {
        abort();
    }
    const bool fits = first.len <= DESK_ROUTE_BYTES;
    if (fits && desk_route_read(kind, pt_buf_str(&first), arena, &set, NULL) != PT_OK) {
        abort();
    }
    desk_route_write(kind, &set, &second);
    if (pt_buf_status(&second) != PT_OK || !pt_str_eq(pt_buf_str(&first), pt_buf_str(&second))) {
        abort();
    }
    pt_buf_done(&first);
    pt_buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = pt_arena_new(ARENA);
    const PtStr json = {(const char *)data, size};
    check(DESK_ROUTE_SKILLS_DOC, json, arena);
    check(DESK_ROUTE_QUEUE, json, arena);
    check(DESK_ROUTE_AGENT, json, arena);
    pt_arena_free(arena);
    return 0;
}
