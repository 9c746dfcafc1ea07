// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/connect.h"

/* What the row readers share: a window over the source, and text repairs. */

typedef struct ReaderWindow {
    ConnectSource source;
    char *data; /* owned */
    size_t at, len, cap;
    bool end; /* the source has no more */
} ReaderWindow;

/* Bytes from `at` on: at least one more than before, or the end. PT_TOO_LARGE when over cap. */
PT_NODISCARD PtStatus reader_window_more(ReaderWindow *w, PtError *err);

struct ConnectReader {
    ConnectShape shape;
    ReaderWindow window;
    bool begun;
    bool utf8_seen; /* a record with letters beyond ASCII was UTF-8 */
    bool one_byte;  /* records are read as Windows-1252 or Latin-1 */
    uint64_t line;  /* of the next record, from 1 */
    uint64_t row;   /* rows handed out */
    PtStr *fields;  /* CONNECT_COLUMNS_MAX of them */
    size_t count;   /* fields of this record */
    char *scratch;  /* repaired text of this record's fields */
    size_t scratch_len, scratch_cap;
    PtStr *header;
    char *header_text;
    size_t header_count;
    size_t width; /* fields that every row must have; 0 until the first record */
    char note[160];
    char problem[160];
};

/* True when s is valid UTF-8; *ret_ascii tells whether it is plain ASCII. */
bool reader_utf8(PtStr s, bool *ret_ascii);

/* Writes s, read as Windows-1252 (or Latin-1), as UTF-8: at most 3 * s.len bytes. Returns the
 * count. */
size_t reader_one_byte(PtStr s, bool latin_1, char *out);
