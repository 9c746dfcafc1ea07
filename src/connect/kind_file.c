// SPDX-License-Identifier: Apache-2.0
/* What kinds that take whole files share. */
#include "connect/kind_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

PtStatus kind_file_read(const ConnectFile *file, int64_t from, int64_t len,
                        void (*take)(void *ctx, const uint8_t *bytes, size_t len), void *ctx,
                        PtError *err)
{
    uint8_t piece[PIECE];
    while (len > 0) {
        const ssize_t got = pread(file->fd, piece, len < PIECE ? (size_t)len : sizeof piece, from);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return pt_fail(err, PT_UNAVAILABLE, "the file cannot be read to its end: %s",
                           got == 0 ? "it has become shorter" : strerror(errno));
        }
        if (got > 0) {
            take(ctx, piece, (size_t)got);
            from += got;
            len -= got;
        }
    }
    return PT_OK;
}

void kind_file_judge(const ConnectKind *kind, const ConnectSettings *s, const ConnectFileAnswer *a,
                     ConnectFileEnd *end)
{
    if (a->status != 0) {
        end->why[0] = '\0';
        end->verdict = kind->judge(s, a->status, a->body, 1, false, end->why);
    } else {
        end->verdict = a->verdict;
        memcpy(end->why, a->why, sizeof end->why);
    }
}
