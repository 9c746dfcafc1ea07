// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stdint.h>

/* Sources: who may write events. A source has one write key, which is public by nature (it stands
 * in web pages and apps) and gives the right to write and nothing else; so it is kept readable, for
 * snippets.
 *
 * Truth    table source in SQL. Memory holds a snapshot for the hot path, replaced whole on change.
 * Threads  events_sources_find: the intake's thread without a lock taken long (a rwlock read); the
 * rest: any thread.
 */
enum { EVENT_SOURCE_NAME_MAX = 100, EVENT_WRITE_KEY_TEXT = 33, EVENT_SOURCES_MAX = 10000 };

/* How a given timestamp is treated (wire facts): Segment corrects it by sentAt, Rudder keeps it as
 * given. */
typedef enum EventSkewPolicy { EVENT_SKEW_CORRECT, EVENT_SKEW_KEEP } EventSkewPolicy;

typedef struct EventSource {
    uint32_t number; /* in records; 1.. */
    char id[37];     /* UUIDv7 text */
    char name[EVENT_SOURCE_NAME_MAX * 4 + 1];
    char write_key[EVENT_WRITE_KEY_TEXT]; /* 32 letters and digits */
    bool enabled;
    bool historical; /* exempt from skew correction and clamp (imports, migrations) */
    EventSkewPolicy skew;
    int64_t created_ms;
} EventSource;

typedef struct EventSources EventSources;

/* Loads the snapshot. sql and clock must outlive it. */
PT_NODISCARD PtStatus event_sources_open(PtSql *sql, const PtClock *clock,
                                         EventSources **ret_sources, PtError *err);
void event_sources_close(EventSources *sources); /* accepts NULL */

/* Copies the source with that key / number / id or (exact) name. False when there is none. Key
 * lookup is by hash: its time tells nothing about near misses. */
bool event_source_by_key(EventSources *sources, PtStr write_key, EventSource *ret_source);
bool event_source_by_number(EventSources *sources, uint32_t number, EventSource *ret_source);
bool event_source_by_ref(EventSources *sources, PtStr id_or_name, EventSource *ret_source);

typedef struct EventSourceEdit {
    PtStr name; /* 1..100 characters of valid UTF-8 without control characters; unique */
    bool enabled, historical;
    EventSkewPolicy skew;
} EventSourceEdit;

/* PT_INVALID (name), PT_CONFLICT (name taken), PT_TOO_LARGE (10,000 sources). Committed before
 * return, with an entry of the audit chain; by NULL: the server itself. */
PT_NODISCARD PtStatus event_source_add(EventSources *sources, const EventSourceEdit *edit,
                                       const AuditActor *by, EventSource *ret_source, PtError *err);
/* The source that edit->name is the id or the name of; where there is none, one is added as edit
 * says. */
PT_NODISCARD PtStatus event_source_find_or_add(EventSources *sources, const EventSourceEdit *edit,
                                               const AuditActor *by, EventSource *ret_source,
                                               PtError *err);
PT_NODISCARD PtStatus event_source_change(EventSources *sources, PtStr id,
                                          const EventSourceEdit *edit, const AuditActor *by,
                                          EventSource *ret_source, PtError *err);
/* A new write key; the old one stops at once. */
PT_NODISCARD PtStatus event_source_rotate(EventSources *sources, PtStr id, const AuditActor *by,
                                          EventSource *ret_source, PtError *err);

/* All sources by number in the arena. */
PT_NODISCARD PtStatus event_sources_list(EventSources *sources, PtArena *arena,
                                         EventSource **ret_list, size_t *ret_count, PtError *err);
