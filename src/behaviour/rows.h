// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "events/events.h"
#include "platform/columns.h"

#include <stdint.h>

/* Events into rows of the columns: what docs/analytics.md says an event says. Pure: whose it is is
 * the caller's to say.
 *
 * Threads  One at a time.
 */
typedef struct Rows Rows;

enum {
    ROWS_DEPTH = 4,   /* names in a path behind "properties." */
    ROWS_CHANNELS = 5 /* with "" */
};

PT_NODISCARD PtStatus rows_new(Rows **ret_rows, PtError *err);
void rows_free(Rows *r); /* accepts NULL */

/* The row of an event or, of one that is erased, of what is left of it; node 0. Its texts live in
 * the record, or until the next call. PT_CORRUPT: the payload is none. */
PT_NODISCARD PtStatus rows_read(Rows *r, const PtRecord *record, const EventView *v,
                                ColumnsRow *ret_row, PtError *err);
uint64_t rows_left_out(const Rows *r); /* values over a bound, since rows_new; any thread */

/* By the number that a row has: "", "web", "app", "store", "service". */
extern const PtStr rows_channels[ROWS_CHANNELS];
