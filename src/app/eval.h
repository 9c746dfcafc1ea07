// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What every `patron eval` shares: files of labelled cases, one JSON a line. */
typedef struct EvalLine {
    const char *file;
    uint64_t number; /* from 1 */
    PtStr raw;       /* up to 1 MiB of JSON; not checked */
} EvalLine;

/* PT_INVALID with what is wrong, naming file and line. */
static inline PtStatus eval_wrong(const EvalLine *line, PtError *err, const char *what)
{
    return pt_fail(err, PT_INVALID, "file %s:%llu: %s", line->file,
                   (unsigned long long)line->number, what);
}

/* Calls each_line for every line of the file (plain, gzip or zstd) until it fails. */
PT_NODISCARD PtStatus eval_file(const char *path,
                                PtStatus (*each_line)(void *ctx, const EvalLine *line,
                                                      PtError *err),
                                void *ctx, PtError *err);
