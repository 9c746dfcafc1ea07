// SPDX-License-Identifier: Apache-2.0
/* What the tests of rewriting share: what becomes of a record. */
#pragma once

#include "platform/log.h"

enum { SEGMENT = 1 << 20, ERASED = 0x4000, PICKS = 8 };

static const char residue[] = "{\"anonymous\":true,\"amount\":12.5,\"currency\":\"GBP\"}";

/* What an erasure makes of a record. */
static inline PtStatus erase(void *ctx, const PtRecord *record, PtRecord *ret_record, PtError *err)
{
    (void)ctx;
    (void)err;
    if ((record->flags & ERASED) == 0) {
        ret_record->flags |= ERASED;
        ret_record->node = 0;
        ret_record->id_hash = (PtHash128){0, 0};
        ret_record->time_ms = record->time_ms / 1000 * 1000;
        ret_record->payload = pt_str(residue);
    }
    return PT_OK;
}
