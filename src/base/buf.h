// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte buffer with a bound and a sticky failure.
 *
 * Shapes   PtBuf is initialised in place and owns its bytes; pt_buf_done() frees them.
 * Errors   An append that would pass the limit, or finds no memory, sets `status` and leaves the
 *          bytes as they are; every later append is then ignored. So a writer appends freely and
 *          looks once at the end: pt_buf_status().
 * Threads  One owner at a time.
 */
typedef struct PtBuf {
    char *data;             /* owned; not NUL-terminated */
    size_t len, cap, limit; /* bytes */
    PtStatus status;        /* PT_OK, PT_TOO_LARGE or PT_NO_MEMORY */
} PtBuf;

/* limit: the most bytes it may hold, 1 or more. Allocates nothing yet. */
static inline void pt_buf_init(PtBuf *b, size_t limit)
{
    *b = (PtBuf){.limit = limit};
}

/* Frees the bytes; the buffer may be initialised again. Accepts a zeroed one. */
void pt_buf_done(PtBuf *b);

/* Forgets content and failure, keeps the memory (gives it back when over keep_bytes). */
void pt_buf_clear(PtBuf *b, size_t keep_bytes);

/* Room for `more` bytes behind len, to be filled by the caller, who then adds to len.
 * NULL on failure (status is set).
 */
char *pt_buf_reserve(PtBuf *b, size_t more);

void pt_buf_add(PtBuf *b, const void *bytes, size_t len);
void pt_buf_add_char(PtBuf *b, char c);
void pt_buf_printf(PtBuf *b, const char *fmt, ...) PT_PRINTF(2, 3);

/* The text as it may stand in HTML, between tags and in an attribute in double quotes. */
void pt_buf_add_html(PtBuf *b, PtStr text);

/* The text as a quoted cell of CSV (RFC 4180). One that a spreadsheet would run as a formula gets
 * an apostrophe in front; a negative number is none.
 */
void pt_buf_add_csv(PtBuf *b, PtStr text);

static inline void pt_buf_add_str(PtBuf *b, PtStr s)
{
    pt_buf_add(b, s.data, s.len);
}

static inline PtStr pt_buf_str(const PtBuf *b)
{
    return (PtStr){b->data, b->len};
}

static inline PtStatus pt_buf_status(const PtBuf *b)
{
    return b->status;
}
