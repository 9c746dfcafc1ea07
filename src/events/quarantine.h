// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/intake.h"
#include "events/record.h"
#include "events/views.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stdint.h>

/* The list of quarantined events, a view of the log, and their redrive.
 *
 * Redrive  judges a quarantined event again under today's rules and lands it; exactly once by the
 * quarantine's position: what the view knows, what the log holds beyond the view (waited for), and
 * what this process has in flight.
 */
typedef struct EventQuarantined {
    uint64_t offset;
    uint32_t source;
    EventReason reason;
    PtStr detail;
    int64_t time_ms; /* received, UTC ms */
    uint64_t bytes;  /* of the received text */
    bool redriven;
    uint64_t redriven_as; /* offset of the event */
} EventQuarantined;

typedef enum EventQuarantineState {
    EVENT_QUARANTINE_OPEN,
    EVENT_QUARANTINE_REDRIVEN,
    EVENT_QUARANTINE_ANY
} EventQuarantineState;

typedef struct EventQuarantineFilter {
    uint32_t source;    /* 0: any */
    EventReason reason; /* EVENT_REASON_NONE: any */
    EventQuarantineState state;
} EventQuarantineFilter;

enum { EVENT_QUARANTINE_PAGE_MAX = 500 };

/* Newest first, below offset `before` (UINT64_MAX: from the newest), at most limit (1..500) rows in
 * the arena. */
PT_NODISCARD PtStatus event_quarantine_page(PtSql *sql, const EventQuarantineFilter *filter,
                                            uint64_t before, size_t limit, PtArena *arena,
                                            EventQuarantined **ret_rows, size_t *ret_count,
                                            PtError *err);

/* Forgets what the list says of a record whose person was erased, in the caller's transaction. */
PT_NODISCARD PtStatus event_quarantine_blank(PtSqlTx *tx, uint64_t offset, PtError *err);

typedef struct EventRedrive {
    PtLog *log;
    PtSql *sql;
    EventViews *views;
    EventIntake *intake;
    /* What a quarantined UNMAPPED_DELIVERY is by today's rules: its first event, and the others
     * have landed. NULL: such are refused without a corrected text. */
    PtStatus (*remap)(void *ctx, const PtRecord *record, PtArena *arena, PtStr *ret_event,
                      PtError *err);
    void *ctx;
} EventRedrive;

/* One position, with an optional corrected text. PT_NOT_FOUND: nothing was quarantined there.
 * PT_CONFLICT: it was redriven. PT_INVALID: it would be quarantined again. The landed event is
 * durable on return.
 */
PT_NODISCARD PtStatus event_quarantine_redrive(const EventRedrive *r, uint64_t offset, PtStr patch,
                                               PtError *err);

typedef struct EventRedriveCount {
    uint64_t redriven, refused; /* refused: it would be quarantined again */
    uint64_t next;              /* continue from this offset; UINT64_MAX: done */
} EventRedriveCount;

/* All open ones that fit the filter, oldest first, from offset `from` and at most `most`; durable
 * on return. */
PT_NODISCARD PtStatus event_quarantine_redrive_some(const EventRedrive *r,
                                                    const EventQuarantineFilter *filter,
                                                    uint64_t from, uint64_t most,
                                                    EventRedriveCount *ret_count, PtError *err);

/* The view (events/views.h). */
extern const char event_quarantine_view[]; /* its name */
PT_NODISCARD PtStatus event_quarantine_step(void *ctx, PtLogReader *reader, PtSqlTx *tx,
                                            uint64_t *ret_next, PtError *err);
PT_NODISCARD PtStatus event_quarantine_reset(PtSqlTx *tx, PtError *err);
