// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/job.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Modular adoption: Patron runs beside the system that it is to take over from, part by part. What
 * both took is compared by day and event name, whom both take for one person by identifiers; whose
 * a part of the work is, is told by people. How to use it: docs/adoption.md.
 *
 * Ours     table event_day, counted by events/stats.h: events by the day of their own time, in UTC.
 * Theirs   table adopt_count, as a person uploads it.
 * Forwarded  table destination_day: what a destination, which feeds the incumbent, made of ours.
 * Persons  table adopt_identity: figures and examples by ids; the identifiers themselves stay in
 *          the import's file, which is deleted as any other is.
 * Threads  Any, but open, stop and free.
 */
enum {
    CONNECT_ADOPT_ID = 37,
    CONNECT_ADOPT_ROWS_MAX = 20000,                /* of one upload of counts */
    CONNECT_ADOPT_NAME_MAX = EVENT_STATS_DAY_NAME, /* bytes of an event's name */
    CONNECT_ADOPT_EVENTS_MAX = 2000,               /* names of a comparison */
    CONNECT_ADOPT_DAYS_MAX = 400,                  /* days of a comparison */
    CONNECT_ADOPT_PAIRS_MAX = 5000000,             /* identifiers of an upload */
    CONNECT_ADOPT_EXAMPLES = 20,                   /* of each kind */
    CONNECT_ADOPT_EXAMPLE_PERSONS = 10,            /* of one example */
    CONNECT_ADOPT_COMPARISONS_KEPT = 10,
};
#define CONNECT_ADOPT_COUNT_MAX INT64_C(1000000000000)
#define CONNECT_DAY_MS          INT64_C(86400000)

/* ---- Uploads of counts ------------------------------------------------------------------------
 */

typedef struct ConnectAdoptRow {
    int64_t day_ms, events;
    PtStr name;
} ConnectAdoptRow;

/* CSV with the columns day, event and count, in any order, or a JSON array of objects with these
 * members. day: 2026-01-31. Of two rows of equal day and name the sum counts. In the arena.
 * PT_INVALID names row and field; PT_TOO_LARGE: over CONNECT_ADOPT_ROWS_MAX rows. */
PT_NODISCARD PtStatus connect_adopt_read(PtStr text, bool csv, PtArena *arena,
                                         ConnectAdoptRow **ret_rows, size_t *ret_count,
                                         PtError *err);

/* ---- The comparison ----------------------------------------------------------------------------
 */

typedef struct ConnectAdopt ConnectAdopt;

/* The id of whose the identifier is; PT_NOT_FOUND: nobody's. */
typedef PtStatus ConnectPersonOf(void *ctx, PtStr type, PtStr value, char ret_id[static 37],
                                 PtError *err);

typedef struct ConnectAdoptConfig {
    PtSql *core, *views;
    const PtClock *clock;
    ConnectJobs *jobs; /* whose files hold the incumbent's identifiers */
    ConnectPersonOf *person_of;
    void *ctx;
} ConnectAdoptConfig;

/* Comparisons that a kill left are marked. */
PT_NODISCARD PtStatus connect_adopt_open(const ConnectAdoptConfig *config, ConnectAdopt **ret_adopt,
                                         PtError *err);
void connect_adopt_stop(ConnectAdopt *adopt); /* before the imports; accepts NULL */
void connect_adopt_free(ConnectAdopt *adopt); /* accepts NULL; stops first */

/* Somebody was erased: comparisons whose examples hold one of the texts that are looked for go,
 * and one that runs, which may have read them. */
PT_NODISCARD PtStatus connect_adopt_erase(PtSql *core, bool (*finds)(const void *ctx, PtStr text),
                                          const void *ctx, PtError *err);

/* What was known of the rows' days is replaced. Audited. */
PT_NODISCARD PtStatus connect_adopt_put_counts(ConnectAdopt *adopt, const ConnectAdoptRow *rows,
                                               size_t count, const AuditActor *by, PtError *err);

typedef struct ConnectAdoptQuery {
    int64_t from_ms, until_ms; /* starts of days */
    uint32_t source;           /* number; 0: all but the server's own */
    PtStr name;                /* of the series; empty: all together */
    PtStr destination;         /* id of the one that feeds the incumbent; empty: none */
} ConnectAdoptQuery;

/* Which way an event's name goes now, by the newest one that the destination settled. */
typedef enum ConnectForwarding {
    CONNECT_FORWARDING_UNKNOWN, /* none in the period */
    CONNECT_FORWARDING_ON,
    CONNECT_FORWARDING_OFF, /* left out by its filter or its choice of events: taken over */
} ConnectForwarding;
const char *connect_forwarding_name(ConnectForwarding forwarding); /* NULL when unknown */

typedef struct ConnectAdoptEvent {
    PtStr name;
    int64_t ours, theirs;
    /* At the destination. What is missing of ours waits, failed, or is older than it is. */
    int64_t delivered;    /* what is sent twice, as after a kill, counts twice */
    int64_t replayed;     /* by replays, perhaps once more */
    int64_t switched_off; /* by filter or choice of events */
    int64_t withheld;     /* consent, erasure, the past, what its kind cannot say */
    uint64_t delivered_end, switched_off_end; /* one past the newest offset */
} ConnectAdoptEvent;
ConnectForwarding connect_adopt_forwarding(const ConnectAdoptEvent *event);

typedef struct ConnectAdoptDay {
    int64_t at_ms, ours, theirs, delivered;
    bool told; /* the incumbent's figures of this day are known */
} ConnectAdoptDay;

typedef struct ConnectAdoptReport {
    ConnectAdoptEvent *events; /* most first */
    size_t event_count;
    ConnectAdoptDay *days; /* every day, oldest first */
    size_t day_count;
} ConnectAdoptReport;

/* All in the arena. Sums of `events` leave out days of which the incumbent told nothing. */
PT_NODISCARD PtStatus connect_adopt_report(ConnectAdopt *adopt, const ConnectAdoptQuery *query,
                                           PtArena *arena, ConnectAdoptReport *ret_report,
                                           PtError *err);

/* ---- Whose a part is ----------------------------------------------------------------------------
 */

typedef enum ConnectPartState {
    CONNECT_PART_INCUMBENT,
    CONNECT_PART_SIDE_BY_SIDE,
    CONNECT_PART_PATRON,
} ConnectPartState;
const char *connect_part_state_name(ConnectPartState state);

typedef struct ConnectPart {
    const char *name, *title;
    ConnectPartState state;
    PtStr note;
    int64_t changed_ms; /* 0: nobody has said anything */
    PtStr changed_by;
} ConnectPart;

enum { CONNECT_PARTS = 8 };
PT_NODISCARD PtStatus connect_parts_list(ConnectAdopt *adopt, PtArena *arena,
                                         ConnectPart ret_parts[static CONNECT_PARTS], PtError *err);
/* Audited. PT_NOT_FOUND: no such part. */
PT_NODISCARD PtStatus connect_part_set(ConnectAdopt *adopt, PtStr part, ConnectPartState state,
                                       PtStr note, const AuditActor *by, PtError *err);

/* ---- Who is one person --------------------------------------------------------------------------
 */

typedef enum ConnectIdentityState {
    CONNECT_IDENTITY_RUNNING,
    CONNECT_IDENTITY_DONE,
    CONNECT_IDENTITY_FAILED,
} ConnectIdentityState;
const char *connect_identity_state_name(ConnectIdentityState state);

typedef struct ConnectIdentityFigures {
    int64_t rows, refused;
    int64_t unknown; /* identifiers that Patron does not have */
    int64_t theirs, ours, alike;
    int64_t parted; /* persons of theirs that are several here */
    int64_t joined; /* persons of ours that are several there */
} ConnectIdentityFigures;

typedef struct ConnectIdentity {
    PtStr id, import, reason, started_by;
    ConnectIdentityState state;
    int64_t started_ms, finished_ms; /* 0: not yet */
    ConnectIdentityFigures figures;
    PtStr examples; /* JSON: [{"kind": "parted" or "joined", "theirs": [ids], "ours": [ids]}] */
} ConnectIdentity;

/* Compares the file of an import that was uploaded whole: CSV with a header that names the columns
 * person, type and value. In the background; one at a time (PT_CONFLICT). Audited. */
PT_NODISCARD PtStatus connect_identity_start(ConnectAdopt *adopt, PtStr import,
                                             const AuditActor *by,
                                             char ret_id[static CONNECT_ADOPT_ID], PtError *err);
/* Newest first; CONNECT_ADOPT_COMPARISONS_KEPT are kept. */
PT_NODISCARD PtStatus connect_identity_list(ConnectAdopt *adopt, PtArena *arena,
                                            ConnectIdentity **ret_list, size_t *ret_count,
                                            PtError *err);
