// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "privacy/privacy.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of privacy share. */

enum {
    PRIVACY_PATH = 4300,
    PRIVACY_BATCH = 100, /* erasures in one pass */
    PRIVACY_STEPS = 8,
    PRIVACY_SUBJECTS_JSON = 1 << 19,
};

/* Steps of an erasure, noted once they are done. */
typedef enum ErasureStep {
    ERASURE_BEGUN = 0,
    ERASURE_REGISTERED,
    ERASURE_CAUGHT_UP,
    ERASURE_PLANNED,
    ERASURE_REWRITTEN,
    ERASURE_PLACES,
    ERASURE_PROFILES,
    ERASURE_CERTIFIED, /* then the scrub; done */
} ErasureStep;

/* A class of events in force, and how far its retention is. */
typedef struct RetentionRow {
    PtStr type, name; /* of consent_retention */
    uint32_t days;    /* the fewest of its rows */
    uint64_t purposes;
    uint64_t next, counted; /* offsets: treated, and counted, below them */
    int64_t treated_ms;
    uint64_t events, quarantined, files, audited;
    int64_t cut_ms; /* what was received before it is due, */
    uint64_t cut;   /* and lies below this offset; worked out by the run */
} RetentionRow;

typedef struct Retention {
    _Atomic bool due, running;
    _Atomic uint64_t events, quarantined, files, failed; /* since the start */
    _Atomic int64_t next_ms;                             /* by the daemon's clock */
    char problem[PT_ERROR_MESSAGE_MAX];                  /* under the lock; "" when all is well */
    PtClockWatch watch;
    /* The thread's own: the run in hand. */
    PtArena *arena;
    RetentionRow *rows;
    size_t count;
    int64_t begun_ms; /* by the daemon's clock, which may be set meanwhile */
    int64_t retry_mono_ms, backoff_ms;
} Retention;

struct Privacy {
    PrivacyConfig c;
    Retention retention;
    char *dir; /* of archives */
    uint8_t public_key[PRIVACY_KEY], secret_key[64];
    uint8_t link_key[PT_SECRET_KEY];
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on the monotonic clock */
    bool due;

    _Atomic bool stop, ready;
    bool restored; /* by the register: this database is older; only where it is not ready */
    _Atomic uint64_t done, failed; /* requests, since the start */
    pthread_t thread;
    bool thread_on;
};

static inline int64_t privacy_now(const Privacy *p)
{
    return pt_clock_now_ms(p->c.clock);
}
void privacy_stir(Privacy *p); /* the thread looks for work */

/* ---- store.c: within the caller's transaction ------------------------------------------------ */

typedef struct PrivacyRow {
    const PrivacyRequest
        *request; /* id, kind, channel, subjects, label, note, persons, bulk, received, due */
    PtStr origin; /* data NULL: none */
    const AuditActor *by;
} PrivacyRow;
PT_NODISCARD PtStatus store_add(PtSqlTx *tx, const PrivacyRow *row, PtError *err);
PT_NODISCARD PtStatus store_get(PtSqlTx *tx, PtStr id, PtArena *arena, PrivacyRequest *ret_request,
                                PtError *err);
PT_NODISCARD PtStatus store_list(PtSqlTx *tx, PrivacyState state, PtStr after, size_t limit,
                                 PtArena *arena, PrivacyRequest **ret_list, size_t *ret_count,
                                 PtError *err);
/* Approved and running ones of a kind, oldest first. */
PT_NODISCARD PtStatus store_due(PtSqlTx *tx, PrivacyKind kind, size_t limit, PtArena *arena,
                                PrivacyRequest **ret_list, size_t *ret_count, PtError *err);
/* Binds what `binds` says, in order, and runs to the end: 'i' int64_t, 't' PtStr, 'b' PtStr blob.
 */
PT_NODISCARD PtStatus store_run(PtSqlTx *tx, const char *statement, PtError *err, const char *binds,
                                ...);
/* The same in a transaction of its own on the core database. */
PT_NODISCARD PtStatus store_once(Privacy *p, const char *statement, PtError *err, const char *binds,
                                 ...);
/* One number of a statement without rows or with one; fallback where there is none. */
PT_NODISCARD PtStatus store_number(PtSqlTx *tx, const char *statement, int64_t bind, bool bound,
                                   int64_t *ret_number, PtError *err);
PT_NODISCARD PtStatus store_audit(PtSqlTx *tx, int64_t now_ms, const AuditActor *by,
                                  const char *action, PtStr id, PtStr detail, PtError *err);
PrivacyFigures store_figures(PtStr json);
PtStr store_figures_text(const PrivacyFigures *figures, PtBuf *space);

/* ---- subjects.c -------------------------------------------------------------------------------
 */

/* {"id"} or {"type", "value"}, as an array. */
void subjects_write(const PrivacySubject *subjects, size_t count, PtBuf *out);
/* Whose they are: ids of persons, each once, and the identifiers that are nobody's. */
typedef struct Resolved {
    PtStr *ids;
    size_t id_count;
    ErasedName *names; /* given as type and value, normalised; of somebody or nobody */
    size_t name_count;
    PtStr label; /* of the first */
} Resolved;
/* strict: an id that is nobody's is PT_NOT_FOUND; else it is passed over. */
PT_NODISCARD PtStatus subjects_resolve(Privacy *p, const PrivacySubject *subjects, size_t count,
                                       bool strict, PtArena *arena, Resolved *ret_resolved,
                                       PtError *err);

/* ---- erase.c, places.c, residue.c --------------------------------------------------------------
 */

/* Carries out what is due, together. */
PT_NODISCARD PtStatus erasures_run(Privacy *p, PrivacyRequest *requests, size_t count,
                                   PtArena *arena, PtError *err);

PrivacyFigures figures_of(const ErasePlan *plan);

/* Texts that are looked for in rows and files: those of a plan and identifiers that are nobody's.
 */
typedef struct Finder {
    const ErasePlan *plan; /* or NULL */
    const ErasedName *names;
    size_t name_count;
} Finder;
bool finder_finds(const Finder *f, PtStr text);
/* Imports, answers, audit content, other requests, rows of quarantine. Adds to figures. own: the
 * requests being carried out. */
PT_NODISCARD PtStatus places_erase(Privacy *p, const Finder *finder, const PrivacyRequest *own,
                                   size_t own_count, PtArena *arena, PrivacyFigures *figures,
                                   PtError *err);

/* What takes the place of an erased person's event, in out: type, name, hour, channel, store,
 * amount, currency; *ret_record as pt_log_rewrite wants it. Of a quarantined one its reason alone.
 * others: what erase_plan_others tells. finder: texts that are not taken over; NULL: none is looked
 * for. */
PT_NODISCARD PtStatus residue_write(const PtRecord *record, PtStr others, const Finder *finder,
                                    PtBuf *out, PtRecord *ret_record, PtError *err);

/* ---- certificate.c -----------------------------------------------------------------------------
 */

typedef struct CertificateFacts {
    const PrivacyRequest *request;
    const PrivacyFigures *own, *pass; /* of its persons; of the whole pass that carried it out */
    size_t together;                  /* requests in that pass */
    int64_t erased_ms;
    uint64_t records; /* in the log then */
    const char *engine_note;
    const ErasedRegister *erased;
    const ErasedName *names; /* of the request: told as keyed hashes */
    size_t name_count;
    const ErasedHash *registered; /* what the register has of the request: also what a pass that a
                                     kill ended has removed */
    size_t registered_count;
} CertificateFacts;
PT_NODISCARD PtStatus certificate_write(const CertificateFacts *facts,
                                        const uint8_t secret_key[static 64], PtBuf *out,
                                        PtError *err);

/* ---- export.c, archive.c -----------------------------------------------------------------------
 */

PT_NODISCARD PtStatus export_run(Privacy *p, const PrivacyRequest *request, PtArena *arena,
                                 PtError *err);
PT_NODISCARD PtStatus export_expire(Privacy *p, PtError *err);
/* When the next archive expires; 0: none is kept. */
int64_t export_next_ms(Privacy *p);
PT_NODISCARD PtStatus export_remove(Privacy *p, PtStr id, PtError *err);

/* ---- reapply.c ---------------------------------------------------------------------------------
 */

/* Whether this database has seen all of the register: false, and requests are to be made for who
 * stands in it and is known. */
PT_NODISCARD PtStatus register_check(Privacy *p, bool *ret_seen, PtError *err);
PT_NODISCARD PtStatus register_note(Privacy *p, PtError *err);
/* Behind each entry of one's own: a kill is then no restore. Nothing while older entries of the
 * register are not seen yet. */
PT_NODISCARD PtStatus register_note_own(Privacy *p, PtError *err);
/* Quarantined records that the finder finds; NULL: of whom the register names. Adds to *count. */
PT_NODISCARD PtStatus erase_quarantined(Privacy *p, const Finder *finder, uint64_t *count,
                                        PtError *err);
/* Makes a request for the persons found. *ret_any false: nobody is left. Waits for the view. */
PT_NODISCARD PtStatus register_reapply(Privacy *p, bool *ret_any, PtError *err);

/* ---- retention_class.c: pure -------------------------------------------------------------------
 */

enum { RETENTION_CLASSES_MAX = 512 };

/* What is to be due at `now_ms`: received before the UTC day that began `days` days before today's.
 */
int64_t retention_cut_ms(int64_t now_ms, uint32_t days);
/* Whether the class is for such a record. Any type is not identify, alias or group, by which
 * customers are known; of what was quarantined it is. */
bool retention_covers(PtStr type, PtStr name, const PtRecord *record, const EventView *view);

typedef struct RetentionSpan { /* of the log, for the classes whose place is `from` */
    uint64_t from, to;
} RetentionSpan;
/* The next to be read, at most `most` records; false: nothing is due. */
bool retention_span(const RetentionRow *rows, size_t count, uint64_t most, RetentionSpan *ret_span);

/* ---- retention_store.c -------------------------------------------------------------------------
 */

PT_NODISCARD PtStatus retention_load(Privacy *p, PtArena *arena, RetentionRow **ret_rows,
                                     size_t *ret_count, int64_t *ret_last_ms, PtError *err);

typedef struct RetentionDropped {
    uint64_t events, quarantined, files;
} RetentionDropped;
/* Before anything is rewritten: counted below `to`, so that a kill counts nothing twice. dropped: a
 * row's each. */
PT_NODISCARD PtStatus retention_count(Privacy *p, const RetentionSpan *span,
                                      const RetentionDropped *dropped, PtError *err);
/* All is done below `to`. */
PT_NODISCARD PtStatus retention_advance(Privacy *p, const RetentionSpan *span, PtError *err);
/* The end of a run: audited where something was dropped. */
PT_NODISCARD PtStatus retention_end(Privacy *p, PtError *err);

/* ---- retention.c -------------------------------------------------------------------------------
 */

void retention_begin(Privacy *p);
void retention_done(Privacy *p);
void retention_metrics(const Privacy *p, PtBuf *out);
/* A portion, where one is due; true: there is more. What fails is noted and tried again. */
bool retention_step(Privacy *p);
/* How long the thread may sleep, in ms of the machine's time. */
int64_t retention_wait_ms(Privacy *p);
