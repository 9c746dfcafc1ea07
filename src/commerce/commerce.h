// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "base/calendar.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Commerce: the door of the module. Stores, their tills, and when they are open: docs/commerce.md.
 *
 * Truth    SQL; every change is audited in its transaction. Hours of all stores stand compiled in
 *          memory as well, in a snapshot that is replaced after a change.
 * From     Calendars, and which one a store keeps, are versions: each holds from an instant until
 *          the next one's, the first also before it. A change "from F on" replaces what was to hold
 *          from F or later; what held before F stays.
 * Errors   PT_INVALID names field and bound; PT_CONFLICT: somebody else changed it since, or it is
 *          in use; PT_NOT_FOUND; PT_TOO_LARGE: a bound is full.
 * Threads  Any.
 */
typedef struct Commerce Commerce;

typedef struct CommerceConfig {
    PtSql *core;
    const PtClock *clock;
} CommerceConfig;

enum {
    COMMERCE_STORES_MAX = 20000,
    COMMERCE_TILLS_MAX = 1000, /* of a store */
    COMMERCE_CALENDARS_MAX = 2000,
    COMMERCE_DOCUMENT_BYTES = 64 << 20, /* of all calendars' versions together */
    COMMERCE_VERSIONS_MAX = 200,        /* of a calendar; and of which one a store keeps */
    COMMERCE_CODE_MAX = 64,             /* bytes: A-Z a-z 0-9 . _ - */
    COMMERCE_NAME_MAX = 200,            /* characters */
    COMMERCE_ADDRESS_MAX = 500,         /* characters */
    COMMERCE_WORD_MAX = 100,            /* characters of region and format */
    COMMERCE_DAYS_MAX = 400,
    COMMERCE_DAY_WINDOWS = 64,
    COMMERCE_CSV_BYTES = 1 << 20,
    COMMERCE_CSV_ROWS_MAX = 20000,
    COMMERCE_FAULTS_MAX = 200, /* rows of an import that are named */
    COMMERCE_SEARCH_MAX = 200, /* stores that a search finds */
};

PT_NODISCARD PtStatus commerce_open(const CommerceConfig *config, Commerce **ret_commerce,
                                    PtError *err);
void commerce_close(Commerce *c); /* accepts NULL; no snapshot may be held */
/* A collector for pt_metric_collector; ctx is the Commerce. */
void commerce_metrics(void *ctx, PtBuf *out);

/* ---- Hours ------------------------------------------------------------------------------------
 */

/* All hours as they are known now: immutable, counted, valid until it is released. */
typedef struct CommerceHours CommerceHours;

/* NULL: no memory. */
const CommerceHours *commerce_hours_hold(Commerce *c);
void commerce_hours_release(const CommerceHours *hours); /* accepts NULL */

static inline void commerce_hours_releasep(const CommerceHours **hours)
{
    commerce_hours_release(*hours);
}

/* The calendar that the store keeps at at_ms, and until when (over at_ms; INT64_MAX: no end is
 * known). NULL: an unknown store, one without a calendar, or a day before it opened or after it
 * closed for good. */
const PtCalendar *commerce_hours_of_store(const CommerceHours *hours, PtStr store, int64_t at_ms,
                                          int64_t *ret_until_ms);
/* A calendar by its id, versions inside; one without a zone is read in UTC. NULL: there is none. */
const PtCalendar *commerce_hours_of_calendar(const CommerceHours *hours, PtStr id, int64_t at_ms,
                                             int64_t *ret_until_ms);

/* Runs after each change of hours, once the new snapshot is what hold gives, on the thread that
 * changed them. One listener; before the first change. */
void commerce_on_hours_changed(Commerce *c, void (*fn)(void *ctx), void *ctx);

typedef enum CommerceNow {
    COMMERCE_OPEN,
    COMMERCE_CLOSED,
    COMMERCE_NO_HOURS, /* no calendar holds */
    COMMERCE_NOWS
} CommerceNow;
extern const char *const commerce_nows[]; /* "open", "closed", "no_hours", NULL */

/* Whether the store is open, and when that changes; *ret_next_ms INT64_MAX: never, as far as is
 * known. */
CommerceNow commerce_store_now(const CommerceHours *hours, PtStr store, int64_t at_ms,
                               int64_t *ret_next_ms);

/* A local day. Windows are UTC ms with their wall clock. */
typedef struct CommerceWindow {
    int64_t from_ms, to_ms;
    char from[6], to[6]; /* "09:00", "24:00" */
} CommerceWindow;

typedef struct CommerceDay {
    char date[11]; /* "2026-11-23" */
    CommerceWindow windows[COMMERCE_DAY_WINDOWS];
    size_t count;
    bool hours;            /* a calendar holds on it */
    bool holiday, special; /* special: other hours than its weekday's, or breaks */
    PtStr name;            /* of the holiday; borrowed from the calendar */
} CommerceDay;

/* The `count` days from the store's local date at from_ms on. PT_NOT_FOUND: no such store;
 * PT_TOO_LARGE: over COMMERCE_DAYS_MAX. */
PT_NODISCARD PtStatus commerce_store_days(const CommerceHours *hours, PtStr store, int64_t from_ms,
                                          size_t count, CommerceDay *ret_days, PtError *err);
/* The same for a calendar's document that need not be stored. */
typedef struct CommercePreview {
    PtStr json, zone; /* zone: where the document says none */
    int64_t from_ms;
    size_t count;
} CommercePreview;
PT_NODISCARD PtStatus commerce_preview(Commerce *c, const CommercePreview *preview, PtArena *arena,
                                       CommerceDay *ret_days, PtError *err);

/* ---- Calendars --------------------------------------------------------------------------------
 */

typedef struct CommerceCalendarVersion {
    int64_t from_ms, changed_ms;
    PtStr zone; /* "": the store's */
    PtStr json, changed_by;
} CommerceCalendarVersion;

/* Texts and lists are the arena's. */
typedef struct CommerceCalendar {
    PtStr id;   /* 1..64 of a-z, 0-9 and _, the first a letter */
    PtStr name; /* 1..COMMERCE_NAME_MAX characters */
    int64_t version, changed_ms;
    PtStr changed_by;
    int64_t stores;                          /* that keep it, did, or are to */
    const CommerceCalendarVersion *versions; /* ascending */
    size_t version_count;
} CommerceCalendar;

/* By id. Without documents: of `versions` only the newest, its json empty. */
PT_NODISCARD PtStatus commerce_calendars(Commerce *c, PtArena *arena, CommerceCalendar **ret_list,
                                         size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus commerce_calendar(Commerce *c, PtStr id, PtArena *arena,
                                        CommerceCalendar *ret_calendar, PtError *err);

typedef struct CommerceCalendarPut {
    PtStr id, name;
    PtStr json;       /* data NULL: hours stay as they are; needed for a new one */
    int64_t from_ms;  /* they hold from; a new one's hold always */
    int64_t expected; /* version it was read at; 0: there must be none */
} CommerceCalendarPut;
PT_NODISCARD PtStatus commerce_calendar_put(Commerce *c, const AuditActor *by,
                                            const CommerceCalendarPut *put, PtArena *arena,
                                            CommerceCalendar *ret_calendar, PtError *err);
/* PT_CONFLICT: a store keeps it, did, or is to. */
PT_NODISCARD PtStatus commerce_calendar_delete(Commerce *c, const AuditActor *by, PtStr id,
                                               PtError *err);

/* ---- Stores -----------------------------------------------------------------------------------
 */

/* What is said of a store; texts, "" is none. The order is that of the columns. */
typedef enum CommerceStoreField {
    COMMERCE_S_NAME,    /* 1..COMMERCE_NAME_MAX characters */
    COMMERCE_S_ZONE,    /* IANA, known to this machine */
    COMMERCE_S_COUNTRY, /* two capitals */
    COMMERCE_S_REGION,
    COMMERCE_S_FORMAT,
    COMMERCE_S_ADDRESS,   /* lines */
    COMMERCE_S_OPENED_ON, /* 2026-01-31, local */
    COMMERCE_S_CLOSED_ON, /* the last day, not before opened_on */
    COMMERCE_STORE_FIELDS
} CommerceStoreField;
extern const char *const commerce_store_fields[]; /* names, NULL behind */

typedef struct CommerceKept {
    int64_t from_ms;
    PtStr calendar; /* "": none */
} CommerceKept;

typedef struct CommerceStore {
    PtStr code;
    PtStr f[COMMERCE_STORE_FIELDS];
    int64_t version, changed_ms;
    PtStr changed_by;
    int64_t tills;            /* that are not retired */
    const CommerceKept *kept; /* calendars, ascending */
    size_t kept_count;
} CommerceStore;

typedef enum CommerceStoreState {
    COMMERCE_TRADING,
    COMMERCE_PLANNED, /* opened_on is to come */
    COMMERCE_GONE,    /* closed_on is past */
    COMMERCE_STORE_STATES
} CommerceStoreState;
extern const char *const commerce_store_states[]; /* "trading", "planned", "closed", NULL */

typedef struct CommerceStoreQuery {
    PtStr country, region, format, calendar; /* empty: any */
    int state;                               /* CommerceStoreState today (UTC); -1: any */
    PtStr search;                            /* words of code, name, region, address; best first */
    PtStr after;                             /* code; not with search */
    size_t max;
} CommerceStoreQuery;

/* By code. *ret_more: others are behind. */
PT_NODISCARD PtStatus commerce_stores(Commerce *c, const CommerceStoreQuery *query, PtArena *arena,
                                      CommerceStore **ret_list, size_t *ret_count, bool *ret_more,
                                      PtError *err);
PT_NODISCARD PtStatus commerce_store(Commerce *c, PtStr code, PtArena *arena,
                                     CommerceStore *ret_store, PtError *err);

/* Whether there is such a store or, where till is not empty, such a till of it: in the caller's
 * transaction. */
PT_NODISCARD PtStatus commerce_known(PtSqlTx *tx, PtStr store, PtStr till, bool *ret_known,
                                     PtError *err);

typedef struct CommerceStorePut {
    PtStr code;
    PtStr f[COMMERCE_STORE_FIELDS]; /* data NULL: as it was; "" of a new one */
    PtStr calendar;                 /* kept from from_ms on; data NULL: as it was; "": none */
    int64_t from_ms;                /* of a new store: always */
    int64_t expected;               /* version it was read at; 0: there must be none */
} CommerceStorePut;
PT_NODISCARD PtStatus commerce_store_put(Commerce *c, const AuditActor *by,
                                         const CommerceStorePut *put, PtArena *arena,
                                         CommerceStore *ret_store, PtError *err);
/* With its tills: for one that was a mistake. A store that closes gets its closed_on. */
PT_NODISCARD PtStatus commerce_store_delete(Commerce *c, const AuditActor *by, PtStr code,
                                            PtError *err);

/* ---- Tills ------------------------------------------------------------------------------------
 */

typedef enum CommerceTillField {
    COMMERCE_T_NAME,  /* ..COMMERCE_NAME_MAX characters */
    COMMERCE_T_KIND,  /* "staffed", "self_checkout", "mobile" */
    COMMERCE_T_STATE, /* "in_service", "out_of_service", "retired" */
    COMMERCE_TILL_FIELDS
} CommerceTillField;
extern const char *const commerce_till_fields[];
extern const char *const commerce_till_kinds[];
extern const char *const commerce_till_states[];

typedef struct CommerceTill {
    PtStr store, code;
    PtStr f[COMMERCE_TILL_FIELDS];
    int64_t version, changed_ms; /* of a put: the version it was read at; 0: there must be none */
    PtStr changed_by;
} CommerceTill;

/* Of a store, by code. PT_NOT_FOUND: no such store. */
PT_NODISCARD PtStatus commerce_tills(Commerce *c, PtStr store, PtArena *arena,
                                     CommerceTill **ret_list, size_t *ret_count, PtError *err);
/* Fields with data NULL stay as they were; of a new one: "", staffed, in_service. */
PT_NODISCARD PtStatus commerce_till_put(Commerce *c, const AuditActor *by, const CommerceTill *put,
                                        PtArena *arena, CommerceTill *ret_till, PtError *err);
PT_NODISCARD PtStatus commerce_till_delete(Commerce *c, const AuditActor *by, PtStr store,
                                           PtStr code, PtError *err);

/* ---- Files ------------------------------------------------------------------------------------
 * CSV (RFC 4180, UTF-8, a header line; columns in any order). Stores: code and the fields, and
 * `calendar`. Tills: store, code and the fields. A column that is missing leaves what was.
 */
typedef enum CommerceFile {
    COMMERCE_FILE_STORES,
    COMMERCE_FILE_TILLS,
    COMMERCE_FILES
} CommerceFile;

typedef struct CommerceFault {
    uint64_t line; /* of the file, from 1 */
    PtStr what;
} CommerceFault;

typedef struct CommerceImport {
    uint64_t added, changed, same, failed;
    CommerceFault *faults; /* the first COMMERCE_FAULTS_MAX */
    size_t fault_count;
} CommerceImport;

typedef struct CommerceImportFile {
    CommerceFile kind;
    PtStr csv;
    bool trial; /* nothing is written */
} CommerceImportFile;

/* Adds and changes row by row in one transaction; rows that fail are left out and named. A store's
 * other calendar holds from now on. PT_INVALID: the header;
 * PT_TOO_LARGE: bytes or rows. */
PT_NODISCARD PtStatus commerce_import(Commerce *c, const AuditActor *by,
                                      const CommerceImportFile *file, PtArena *arena,
                                      CommerceImport *ret_import, PtError *err);
/* All of them, as they are imported. */
PT_NODISCARD PtStatus commerce_export(Commerce *c, CommerceFile file, PtBuf *out, PtError *err);
