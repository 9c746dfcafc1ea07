// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "platform/log.h"

#include <stddef.h>
#include <stdint.h>

/* Reads a log ahead of whoever works through a long stretch of it: while the caller works on some
 * records, a thread reads and unpacks those behind them. For rebuilds, where unpacking costs as
 * much as half of the work; who is near the log's end reads it directly.
 *
 * Order    As the log's. Nothing is skipped: trouble with a record is met where the caller gets to.
 * Memory   Two batches of EVENT_AHEAD_RECORDS, as the log's readers hold them.
 * Life     Freed before the log is closed: its thread reads on by itself.
 * Threads  One caller at a time.
 */
enum { EVENT_AHEAD_RECORDS = 256 };

typedef struct EventAhead EventAhead;

/* Of partition 0, with payloads. Starts the thread. */
PT_NODISCARD PtStatus event_ahead_new(PtLog *log, EventAhead **ret_ahead, PtError *err);
void event_ahead_free(EventAhead *ahead); /* stops the thread; accepts NULL */

/* As pt_log_fetch at `offset`: records are borrowed until the next call. */
PT_NODISCARD PtStatus event_ahead_fetch(EventAhead *ahead, uint64_t offset,
                                        const PtRecord **ret_records, size_t *ret_count,
                                        PtError *err);
