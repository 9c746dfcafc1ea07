// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/status.h"
#include "base/str.h"
#include "events/record.h"
#include "platform/log.h"
#include "platform/sql.h"

#include <stdint.h>

/* Statistics per source: how many events of which type and name, how many quarantined, how many
 * bytes, since when; and by the day of the events' own time, what another system's figures are
 * compared with.
 *
 * Shapes   EventStats is an owned in-memory sum. It is filled from records (a live view's batch, or
 * a replay of any range) or from SQL, and poured into SQL or into JSON; so a replayed range and the
 * live view answer in the same form. Units    bytes = payload bytes as stored before compression;
 * instants UTC ms of receipt; hours are UTC. Bounds   At most EVENT_STATS_NAMES names a source are
 * told apart; further ones count under "(other)". Threads  One owner at a time.
 */
enum {
    EVENT_STATS_NAMES = 1000,      /* of a source, and of a source and day */
    EVENT_STATS_DAY_NAME = 400,    /* bytes of a name in table event_day; longer ones are cut */
    EVENT_STATS_DAY_MS = 86400000, /* days are UTC's */
    EVENT_STATS_SPACE = 32
};

/* Start of the day of an instant, also before 1970. */
int64_t event_stats_day_ms(int64_t ms);
/* What a call counts under in table event_day: its name, cut between characters, or "$" and its
 * type. A slice of the view, or of space. */
PtStr event_stats_day_name(const EventView *view, char space[static EVENT_STATS_SPACE]);

typedef struct EventStats EventStats;

EventStats *event_stats_new(void); /* NULL when out of memory */
void event_stats_free(EventStats *stats);
void event_stats_clear(EventStats *stats);

/* Adds a record with its payload. Control records do not count. On failure the sum is as before or
 * partly added: clear it. */
PT_NODISCARD PtStatus event_stats_add(EventStats *stats, const PtRecord *record, PtError *err);

/* Adds the sum to the tables source_stat, source_event_name and event_day. In the last a call
 * without a name counts as "$identify", "$page" and so on, and the server's own do not. */
PT_NODISCARD PtStatus event_stats_pour(const EventStats *stats, PtSqlTx *tx, PtError *err);

/* Reads the tables, summed over all hours. */
PT_NODISCARD PtStatus event_stats_load(EventStats *stats, PtSqlTx *tx, PtError *err);

/* One JSON object for the source: "events", "quarantined", "bytes", "flagged", "first_at",
 * "last_at", "by_type", "names" as members of the object that the caller has opened. Names by
 * count, at most `names`.
 */
PT_NODISCARD PtStatus event_stats_json(const EventStats *stats, uint32_t source, size_t names,
                                       PtJsonOut *out, PtError *err);

/* Empties the tables: a rebuild begins. */
PT_NODISCARD PtStatus event_stats_reset(PtSqlTx *tx, PtError *err);

/* The step of the live view (events/views.h); ctx is an EventStats of its own. */
PT_NODISCARD PtStatus event_stats_step(void *ctx, PtLogReader *reader, PtSqlTx *tx,
                                       uint64_t *ret_next, PtError *err);

/* Adds all of [from, to) by replay, from hot segments or archive. */
PT_NODISCARD PtStatus event_stats_replay(EventStats *stats, PtLog *log, uint64_t from, uint64_t to,
                                         PtError *err);

static inline void event_stats_freep(EventStats **stats)
{
    event_stats_free(*stats);
}
