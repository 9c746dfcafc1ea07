// SPDX-License-Identifier: Apache-2.0
/* For tests: makes the checksums of a run right, whatever it holds, so that what is behind them is
 * reached. */
#pragma once

#include "base/hash.h"
#include "platform/columns/columns_code_internal.h"

static inline void run_mend_column(uint8_t *bytes, size_t len, CodeCursor *foot,
                                   const RunTrailer *t)
{
    RunColumn c;
    const uint8_t *head = code_take(foot, sizeof c);
    if (head == NULL) {
        return;
    }
    memcpy(&c, head, sizeof c);
    const uint32_t blocks = run_blocks_of(run_is_of_groups(c.number) ? t->groups : t->rows);
    for (uint32_t b = 0; b < blocks; b++) {
        RunPlace p;
        const uint8_t *place = code_take(foot, sizeof p);
        if (place == NULL) {
            return;
        }
        memcpy(&p, place, sizeof p);
        if (p.at <= len && p.len <= len - p.at) {
            p.crc = run_block_crc(c.number, b, bytes + p.at, p.len);
            memcpy(bytes + (place - bytes), &p, sizeof p);
        }
    }
}

static inline void run_mend(uint8_t *bytes, size_t len)
{
    RunTrailer t;
    if (len < sizeof t) {
        return;
    }
    const size_t end = len - sizeof t;
    memcpy(&t, bytes + end, sizeof t);
    if (t.foot_len <= end) {
        CodeCursor foot = {bytes + end - t.foot_len, bytes + end};
        (void)code_take(&foot, run_blocks_of(t.rows) * sizeof(ColumnsBlockInfo));
        for (uint32_t i = 0; i < t.columns && i < RUN_NUMBERS; i++) {
            run_mend_column(bytes, len, &foot, &t);
        }
        t.foot_crc = pt_crc32c(0, bytes + end - t.foot_len, t.foot_len);
    }
    t.magic = RUN_MAGIC;
    t.crc = pt_crc32c(0, &t, offsetof(RunTrailer, crc));
    memcpy(bytes + end, &t, sizeof t);
}
