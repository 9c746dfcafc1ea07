// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of queries: any text. What reads is written in its normal form, which reads back and
 * is written as the same; and can be planned or not, at an instant.
 */
#include "behaviour/query_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { ARENA = 64 << 20, TEXT = 32 << 20 };
static const int64_t now_ms = 1792706400000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Query *read_query(PtStr json, PtArena *arena)
{
    Query *q = NULL;
    PtError err = {0};
    const PtStatus st = query_read(json, arena, &q, &err);
    assert(st == PT_OK || (st == PT_INVALID && err.message[0] != 0));
    (void)st;
    return q;
}

static void write_normal(const Query *q, PtBuf *out)
{
    pt_buf_init(out, TEXT);
    PtJsonOut json = pt_json_out(out);
    query_write(q, &json);
    assert(pt_buf_status(out) == PT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = pt_arena_new(ARENA);
    if (arena == NULL) {
        abort();
    }
    Query *q = read_query((PtStr){size > 0 ? (const char *)data : "", size}, arena);
    if (q != NULL) {
        PtBuf once, twice;
        PtError err = {0};
        write_normal(q, &once);
        Query *again = read_query(pt_buf_str(&once), arena);
        assert(again != NULL);
        write_normal(again, &twice);
        assert(pt_str_eq(pt_buf_str(&once), pt_buf_str(&twice)));
        const PtStatus st = query_plan_check(q, now_ms, &err);
        assert(st == query_plan_check(again, now_ms, NULL));
        assert(st == PT_OK || err.message[0] != 0);
        (void)st;
        pt_buf_done(&once);
        pt_buf_done(&twice);
        query_free(again);
    }
    query_free(q);
    pt_arena_free(arena);
    return 0;
}
