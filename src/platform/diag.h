// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The daemon's own log for operators: structured lines on stderr or in a file. Only the edge (api,
 * app) and threads that have nobody to return an error to write here.
 *
 * Text form: 2026-11-22T03:10:21.042Z info  log  segment archived file=hot-7 records=31201
 * JSON form (diag.json = true):
 *   {"time":"…","level":"info","area":"log","message":"segment archived","file":"hot-7",…}
 *
 * Values are escaped (bytes that are not UTF-8 become U+FFFD) and cut at 1,024 bytes; a field that
 * does not fit into a line of 8 KiB is left out and cut=true says so. Secrets and personal data are
 * the caller's duty to leave out. The same message (level, area and text; its fields may differ)
 * more than 10 times in a second is counted, and the sum is written as repeated=N with the first
 * message after that second.
 * Threads  Any; never blocks on anything but the write.
 */
typedef enum PtDiagLevel { PT_DIAG_DEBUG, PT_DIAG_INFO, PT_DIAG_WARN, PT_DIAG_ERROR } PtDiagLevel;

void pt_diag_init(PtDiagLevel least, bool json, int fd);

/* From now on lines go behind the end of a file, which is made with mode 0640 when missing. On
 * failure they go where they went. */
PT_NODISCARD PtStatus pt_diag_open(const char *path, PtError *err);

/* Opens the file of pt_diag_open anew, for one that was renamed away: a line is in the one or in
 * the other, none is lost. On failure the file in use stays; PT_OK without a file. Any thread. */
PT_NODISCARD PtStatus pt_diag_reopen(PtError *err);

/* Writes the sums still owed: before the process ends. */
void pt_diag_flush(void);

typedef struct PtDiagField {
    const char *key;
    PtStr text; /* data NULL: the number is used */
    int64_t number;
} PtDiagField;

#define PT_F_STR(key, value) ((PtDiagField){(key), (value), 0})
#define PT_F_INT(key, value) ((PtDiagField){(key), {NULL, 0}, (int64_t)(value)})

/* fields end with a key of NULL. Use the macro. area: up to 15 letters. */
void pt_diag_write(PtDiagLevel level, const char *area, const char *message,
                   const PtDiagField *fields);
#define pt_diag(level, area, message, ...)                                                         \
    pt_diag_write((level), (area), (message),                                                      \
                  (const PtDiagField[]){__VA_ARGS__ __VA_OPT__(, ){NULL, {NULL, 0}, 0}})
