// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/log/pack_internal.h"

/* A call of pt_log_rewrite. */
typedef struct LogRewrite {
    PtLog *log;
    LogPacker *packer;
    PtLogRewriteFn *fn;
    void *ctx;
    PtLogRewritten done;
} LogRewrite;

/* rewrite_file.c: the archive file that begins at base, which holds all of offsets (at least one).
 * Nothing is written where fn changes nothing. */
PT_NODISCARD PtStatus log_rewrite_file(LogRewrite *w, uint64_t base, const uint64_t *offsets,
                                       size_t count, PtError *err);
