// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/kind.h"
#include "connect/net.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/log.h"
#include "platform/outbox.h"
#include "platform/sql.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Destinations: what goes out to others, and how far it got. For people: docs/destinations.md.
 *
 * A destination is a reader of the log with a position of its own and a thread of its own, so that
 * one that is slow or dead holds up nobody else. Rows are written for what failed only
 * (platform/outbox.h).
 *
 * Way      read -> filter -> (a place in the queue) -> consent -> traits -> render -> encode ->
 *          send -> judge. Consent, and what a filter or mapping says of the person's traits, is
 *          asked right before a request is built, also when it is built again.
 * Once     Everything reaches the destination at least once; what is sent again (after a crash, a
 *          lost answer, a redrive, a replay) has the same id. Of kinds that are not repeatable what
 *          was on its way at a crash becomes a dead letter "in_doubt" for a person to judge.
 * Order    Requests leave in the order of the log, and of one person (the device's id, else the
 *          user's) never two at once; what is retried comes later.
 * Truth    Tables destination and outbox_* of the core database.
 * Threads  Any, but open, stop and free.
 */
enum {
    CONNECT_DESTINATIONS_MAX = 50,
    CONNECT_DESTINATION_NAME_MAX = 100, /* characters */
    CONNECT_DESTINATION_JSON = 32768,   /* bytes of settings, filter, mapping, events, each */
    CONNECT_DESTINATION_EVENTS = 500,
    CONNECT_DESTINATION_COLUMNS = 100, /* rows of a mapping */
    CONNECT_DESTINATION_COLUMN_MAX = 100,
    CONNECT_DESTINATION_PURPOSES = 16,
    CONNECT_DEAD_MAX = 5000000, /* dead letters of one; then it stops */
    CONNECT_SKIP_REASONS = 24,  /* told apart; others are counted as "other" */
    CONNECT_SKIP_SAMPLES = 20,  /* kept of each reason */
};

/* What this module asks of those that it must not know. ctx is given to each. Any may be NULL. */
typedef struct ConnectHooks {
    void *ctx;
    /* As consent_allows of profiles. NULL: a destination with purposes is not served. */
    PtStatus (*consent)(void *ctx, const EventView *view, uint64_t offset, const PtStr *purposes,
                        size_t count, bool *ret_allowed, PtStr *ret_purpose);
    /* "" before it is known. */
    void (*profile_id)(void *ctx, const EventView *view, uint64_t offset, char ret_id[37]);
    PtStr (*channel)(const EventView *view);
    /* As profiles_traits_of_event. NULL: nobody has traits. */
    PtStatus (*traits)(void *ctx, const EventView *view, uint64_t offset, const PtStr *names,
                       size_t count, PtArena *arena, PtStr *ret_values);
} ConnectHooks;

typedef struct ConnectDestinationsConfig {
    PtFs *fs;
    const char *dir; /* where kinds that write files may write; made when missing */
    PtSql *sql;      /* core database */
    const PtClock *clock;
    PtLog *log;
    EventSources *sources;
    const Access *access;  /* seals secrets */
    const ConnectNet *net; /* where may be connected to; outlives it */
    ConnectHooks hooks;
    uint64_t seed; /* of jitter */
} ConnectDestinationsConfig;

typedef struct ConnectDestinations ConnectDestinations;

/* Reads the definitions and starts a thread for each. */
PT_NODISCARD PtStatus connect_destinations_open(const ConnectDestinationsConfig *config,
                                                ConnectDestinations **ret_destinations,
                                                PtError *err);
/* Ends the threads, with a few seconds for what is on its way: while log and profiles still work.
 * Accepts NULL. */
void connect_destinations_stop(ConnectDestinations *ds);
void connect_destinations_free(ConnectDestinations *ds);  /* accepts NULL; stops first */
void connect_destinations_metrics(void *ctx, PtBuf *out); /* a collector */
/* Somebody was erased from the log: what waits in memory is read from it again, so that nothing old
 * leaves any more when this returns; and what receivers answered goes where it holds one of the
 * texts that are looked for. PT_UNAVAILABLE after timeout_ms; call it again. */
PT_NODISCARD PtStatus connect_destinations_erase(ConnectDestinations *ds,
                                                 bool (*finds)(const void *ctx, PtStr text),
                                                 const void *ctx, int64_t timeout_ms, PtError *err);

/* ---- Definitions -------------------------------------------------------------------------------
 */

/* data NULL, or -1: stays as it is; for a new one the default. */
typedef struct ConnectDestinationEdit {
    PtStr name;
    PtStr kind;     /* of a new one only */
    PtStr settings; /* JSON object of texts by the kind's fields; null: back to its default. Those
                       that are not named stay */
    PtStr filter;   /* JSON condition of rules.h; null: none */
    PtStr mapping;  /* JSON list of {"to": name, "from": path}, {"to": name, "trait": name} and
                       {"to": name, "value": any} */
    PtStr events;   /* JSON list of {"name": event, "as": what it is called there}; none: all */
    PtStr purposes; /* JSON list of slugs: all must be allowed */
    int enabled, in_order, historical;
    int64_t redrive_per_s; /* 1..10000 */
} ConnectDestinationEdit;

typedef struct ConnectSkip {
    PtStr reason; /* "filter", "event", "consent: marketing", "historical", a kind's own */
    uint64_t count;
} ConnectSkip;

typedef struct ConnectDestination {
    PtStr id, name, kind, settings, filter, mapping, events, purposes, changed_by;
    PtStr secrets_set; /* JSON list: names of secret fields that have a value */
    bool enabled, in_order, historical;
    int64_t redrive_per_s, version, created_ms, changed_ms;
    PtOutboxState state; /* of a disabled one PAUSED */
    PtStr state_reason;
    int64_t waits_ms; /* nothing is sent before, machine's clock; 0: now */
    uint64_t position, log_end, lag;
    int64_t lag_ms; /* age of the oldest event that is not settled; 0 without one */
    uint64_t delivered, retried, requests; /* since it was made; retried: events put off */
    uint64_t waiting;                      /* retries and what is being sent again */
    uint64_t dead;
    int64_t last_success_ms, last_error_ms; /* 0: never; machine's clock */
    PtStr last_error;
    int64_t latency_p50_ms, latency_p99_ms; /* receivedAt to answer, last minutes; -1: none */
    ConnectSkip *skips;
    size_t skip_count;
    PtOutboxCount *counts; /* failed, by state and reason */
    size_t failed_count;
    PtOutboxJob job;
    PtOutboxReplay replay;
} ConnectDestination;

/* By name; at most CONNECT_DESTINATIONS_MAX. All is in the arena. */
PT_NODISCARD PtStatus connect_destinations_list(ConnectDestinations *ds, PtArena *arena,
                                                ConnectDestination **ret_list, size_t *ret_count,
                                                PtError *err);
PT_NODISCARD PtStatus connect_destination_get(ConnectDestinations *ds, PtStr id, PtArena *arena,
                                              ConnectDestination *ret_destination, PtError *err);
/* Audited. PT_INVALID names the field, PT_CONFLICT a name in use, PT_TOO_LARGE that there are
 * CONNECT_DESTINATIONS_MAX. A new one, and one that is enabled again, begins at the log's end. */
PT_NODISCARD PtStatus connect_destination_add(ConnectDestinations *ds,
                                              const ConnectDestinationEdit *edit,
                                              const AuditActor *by, char ret_id[static 37],
                                              PtError *err);
/* A stopped destination whose settings change goes on. */
PT_NODISCARD PtStatus connect_destination_change(ConnectDestinations *ds, PtStr id,
                                                 const ConnectDestinationEdit *edit,
                                                 const AuditActor *by, PtError *err);
PT_NODISCARD PtStatus connect_destination_delete(ConnectDestinations *ds, PtStr id,
                                                 const AuditActor *by, PtError *err);

/* ---- What people do with them: audited ---------------------------------------------------------
 */

/* Keeps its place in the log. resume also lets a stopped or broken one try at once. */
PT_NODISCARD PtStatus connect_destination_pause(ConnectDestinations *ds, PtStr id,
                                                const AuditActor *by, PtError *err);
PT_NODISCARD PtStatus connect_destination_resume(ConnectDestinations *ds, PtStr id,
                                                 const AuditActor *by, PtError *err);

/* Sends all dead letters again, or those of a reason, behind what is live and at most
 * redrive_per_s; or forgets them. *ret_count: how many there are. PT_CONFLICT: such a job runs. */
PT_NODISCARD PtStatus connect_destination_redrive(ConnectDestinations *ds, PtStr id, PtStr reason,
                                                  const AuditActor *by, int64_t *ret_count,
                                                  PtError *err);
PT_NODISCARD PtStatus connect_destination_discard(ConnectDestinations *ds, PtStr id, PtStr reason,
                                                  const AuditActor *by, int64_t *ret_count,
                                                  PtError *err);
/* One of them, by its position in the log. */
PT_NODISCARD PtStatus connect_destination_redrive_one(ConnectDestinations *ds, PtStr id,
                                                      uint64_t position, const AuditActor *by,
                                                      PtError *err);
PT_NODISCARD PtStatus connect_destination_discard_one(ConnectDestinations *ds, PtStr id,
                                                      uint64_t position, const AuditActor *by,
                                                      PtError *err);

/* Sends what lies in [from, until) of the log again, likewise. until: at most what it has read
 * itself; the caller turns times into positions. */
PT_NODISCARD PtStatus connect_destination_replay(ConnectDestinations *ds, PtStr id, uint64_t from,
                                                 uint64_t until, const AuditActor *by,
                                                 PtError *err);
PT_NODISCARD PtStatus connect_destination_replay_cancel(ConnectDestinations *ds, PtStr id,
                                                        const AuditActor *by, PtError *err);

/* ---- Looking closer ----------------------------------------------------------------------------
 */

typedef struct ConnectDeadLetter {
    PtOutboxItem item;
    bool found; /* the log still holds the event */
    PtStr event, message_id, type;
    int64_t received_ms;
} ConnectDeadLetter;
typedef struct ConnectDeadQuery {
    PtStr id;      /* of the destination */
    PtStr reason;  /* empty: any */
    int64_t after; /* behind this position; -1: from the first */
    size_t max;    /* 200 */
} ConnectDeadQuery;
/* By position. */
PT_NODISCARD PtStatus connect_destination_dead(ConnectDestinations *ds,
                                               const ConnectDeadQuery *query, PtArena *arena,
                                               ConnectDeadLetter **ret_list, size_t *ret_count,
                                               PtError *err);

typedef struct ConnectSkipped {
    uint64_t position;
    PtStr reason, detail, event;
    int64_t at_ms;
} ConnectSkipped;
/* The newest of each reason, since the start of the server. */
PT_NODISCARD PtStatus connect_destination_skipped(ConnectDestinations *ds, PtStr id, PtArena *arena,
                                                  ConnectSkipped **ret_list, size_t *ret_count,
                                                  PtError *err);

typedef struct ConnectTry {
    bool sent;
    PtStr skipped; /* why it was not; or empty */
    PtStr request; /* for people, secrets as "***" */
    int status;    /* HTTP; 0: no answer, or a file */
    PtStr answer;  /* its start */
    PtStr verdict, why, note;
    int64_t took_ms;
} ConnectTry;
/* One request now, of an event of the log (position; UINT64_MAX: a made-up one), past queue and
 * breaker, marked as a test where the kind can. Consent is asked, the filter is not. Blocks for the
 * length of the request, at most 15 s. */
PT_NODISCARD PtStatus connect_destination_try(ConnectDestinations *ds, PtStr id, uint64_t position,
                                              const AuditActor *by, PtArena *arena,
                                              ConnectTry *ret_try, PtError *err);

/* ---- Whole files -------------------------------------------------------------------------------
 */

/* Whether it may get files; of people: with what is of persons. PT_INVALID: none has that id, its
 * kind takes none, or it asks for consent, which nobody can ask of a file. A paused one may. */
PT_NODISCARD PtStatus connect_destination_takes(ConnectDestinations *ds, PtStr id, bool people,
                                                PtError *err);
/* Sends it now, whether the destination is enabled or not, as long as bytes flow. PT_INVALID as
 * above; PT_UNAVAILABLE: *stop, or the file cannot be read. */
PT_NODISCARD PtStatus connect_destination_put(ConnectDestinations *ds, PtStr id, bool people,
                                              const ConnectFile *file, const _Atomic bool *stop,
                                              ConnectFileEnd *ret_end, PtError *err);
