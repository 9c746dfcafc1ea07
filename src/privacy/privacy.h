// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/connect.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/log.h"
#include "platform/sql.h"
#include "profiles/profiles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Privacy: the door of the module. Requests of persons about their data: export and erasure, from
 * the request to the signed certificate; the register of erasures after a restore. Other modules
 * include this file only.
 *
 * States   received -> approved -> running -> done; refused, cancelled (before it runs), failed
 *          (may be approved again). An erasure of many persons takes two of the staff.
 * Once     Approved requests are carried out by one thread, erasures that wait together in one pass
 *          of the log. Each step may be done twice: after a kill all begin again. While one runs,
 *          events of its persons are suppressed whatever their time, so nothing slips in between.
 * After    A request that is over says whom it was about only by keyed hashes in its certificate.
 * Clock    Instants of requests and of the register follow the daemon's clock.
 * Threads  Any, but open, stop and free.
 */
typedef struct Privacy Privacy;

enum {
    PRIVACY_ID = 37,
    PRIVACY_SUBJECTS_MAX = 1000, /* of one request */
    PRIVACY_TEXT_MAX = 500,      /* characters of a note */
    PRIVACY_KEY = 32,            /* bytes of the public key */
    PRIVACY_LINK = 44,           /* text of a link's secret with its NUL */
    PRIVACY_CERTIFICATE_MAX = 8 << 20,
};

/* Rows of events that somebody above keeps by number of identifier, beside the log. Each may be
 * NULL, and may be called again after a kill. */
typedef struct PrivacyRows {
    void *ctx;
    /* When it returns PT_OK no file holds what these identifiers did as theirs, or a text that
     * `finds` says yes to. The log has been rewritten; the numbers still mean what they did. */
    PtStatus (*erase)(void *ctx, const uint32_t *nodes, size_t count,
                      bool (*finds)(void *ctx, PtStr text), void *finds_ctx, PtError *err);
    /* Events anywhere in the log are nobody's since: all rows are made anew. */
    PtStatus (*renew)(void *ctx, PtError *err);
} PrivacyRows;

/* Texts that somebody above keeps in tables of their own. Each may be NULL. */
typedef struct PrivacyTexts {
    void *ctx;
    /* When it returns PT_OK none that `finds` says yes to is left; called again after a kill. */
    PtStatus (*erase)(void *ctx, bool (*finds)(const void *ctx, PtStr text), const void *finds_ctx,
                      uint64_t *ret_changed, PtError *err);
    /* What is theirs who has these names, for their export: objects of JSON, part by part. */
    PtStatus (*tell)(void *ctx, const PtStr *names, size_t count,
                     PtStatus (*put)(void *ctx, const char *part, PtStr json, PtError *err),
                     void *put_ctx, PtError *err);
} PrivacyTexts;

typedef struct PrivacyConfig {
    PtFs *fs;
    const char *data_dir;
    PtSql *core, *views_sql;
    PtLog *log;
    EventIntake *intake;
    EventViews *views;
    ErasedRegister *erased;
    Profiles *profiles;
    ConnectJobs *imports;
    ConnectDestinations *destinations;
    PrivacyRows rows;
    PrivacyTexts tickets;
    PrivacyTexts files; /* of exports; tells nothing */
    const PtClock *clock;
    uint32_t bulk;          /* persons a day that one of the staff may erase alone */
    uint32_t deadline_days; /* for an answer, from receipt */
    uint32_t export_hours;  /* that an archive is kept */
    uint8_t seed[32];       /* of the key that signs certificates */
} PrivacyConfig;

/* Holds the register against what the database last saw of it: PT_CONFLICT where it is another one,
 * or lacks entries, unless the folder holds RESTORE_WITHOUT_REGISTER (operate/backup.h), which is
 * then audited and removed. Starts the thread; what was running goes on. */
PT_NODISCARD PtStatus privacy_open(const PrivacyConfig *config, Privacy **ret_privacy,
                                   PtError *err);
/* Ends the thread, while views, log and intake still work; what runs goes on with the next open.
 * Accepts NULL. */
void privacy_stop(Privacy *privacy);
void privacy_free(Privacy *privacy); /* stops first; once no archive is open. Accepts NULL */

/* False while persons who stand in the register may still be read: after a restore, until they are
 * erased again. */
bool privacy_ready(const Privacy *privacy);

/* ---- Requests -------------------------------------------------------------------------------- */

typedef enum PrivacyKind { PRIVACY_ERASURE, PRIVACY_EXPORT, PRIVACY_KINDS } PrivacyKind;

typedef enum PrivacyState {
    PRIVACY_RECEIVED,
    PRIVACY_APPROVED,
    PRIVACY_RUNNING,
    PRIVACY_DONE,
    PRIVACY_REFUSED,
    PRIVACY_CANCELLED,
    PRIVACY_FAILED,
    PRIVACY_STATES
} PrivacyState;

typedef enum PrivacyChannel {
    PRIVACY_STAFF,
    PRIVACY_SHOP,
    PRIVACY_REGISTER, /* after a restore */
    PRIVACY_CHANNELS
} PrivacyChannel;

const char *privacy_kind_name(PrivacyKind kind);
const char *privacy_state_name(PrivacyState state);
const char *privacy_channel_name(PrivacyChannel channel);

/* Counts of what a request found or removed; names are members of figures in JSON. */
#define PRIVACY_FIGURE_MAP(X)                                                                      \
    X(EVENTS, "events")           /* of theirs: an anonymous residue stands in their place */      \
    X(IDENTIFIERS, "identifiers") /* nodes */                                                      \
    X(TRAITS, "traits")           /* rows */                                                       \
    X(ORDERS, "orders")                                                                            \
    X(COMPUTED, "computed")                                                                        \
    X(GROUPS, "groups")                                                                            \
    X(DUPLICATES, "duplicates")                                                                    \
    X(NAMED, "named")             /* events of others that named them: without them now */         \
    X(DECISIONS, "decisions")     /* of staff, in the log: without them now */                     \
    X(QUARANTINED, "quarantined") /* records */                                                    \
    X(IMPORT_FILES, "import_files")                                                                \
    X(REFUSED_ROWS, "refused_rows")   /* of imports */                                             \
    X(ANSWERS, "answers")             /* kept for Idempotency-Key */                               \
    X(AUDIT_ENTRIES, "audit_entries") /* whose content was erased; the chain stays */              \
    X(REQUESTS, "requests")           /* others of the same persons */                             \
    X(TICKETS, "tickets")             /* rows of the desk: what they wrote or were named in */     \
    X(EXPORT_FILES, "export_files")   /* of scheduled exports: removed */                          \
    X(LOG_FILES, "log_files")         /* written anew */

#define PRIVACY_FIGURE_ENUM(id, name) PRIVACY_FIGURE_##id,
typedef enum PrivacyFigure {
    PRIVACY_FIGURE_MAP(PRIVACY_FIGURE_ENUM) PRIVACY_FIGURES
} PrivacyFigure;
#undef PRIVACY_FIGURE_ENUM

typedef struct PrivacyFigures {
    uint64_t n[PRIVACY_FIGURES];
} PrivacyFigures;
void privacy_figures_json(const PrivacyFigures *figures, PtJsonOut *out); /* an object */

typedef struct PrivacyRequest { /* texts in the caller's arena, empty where there is none */
    char id[PRIVACY_ID];
    PrivacyKind kind;
    PrivacyState state;
    PrivacyChannel channel;
    PtStr subjects; /* JSON array of {"id"} or {"type", "value"}; empty once it is over */
    PtStr label, note;
    uint64_t persons;
    bool bulk;
    PtStr requested_kind, requested_by, requested_name;
    PtStr decided_by, decided_name;
    int64_t received_ms, due_ms, decided_ms, started_ms, finished_ms, erased_ms; /* 0: not yet */
    unsigned step, steps; /* of a running erasure: done, of how many */
    PtStr problem;
    PrivacyFigures figures;
    bool certified;
    uint64_t file_bytes;
    int64_t expires_ms, fetched_ms;
} PrivacyRequest;

typedef struct PrivacySubject {
    PtStr id;          /* of a person; or: */
    PtStr type, value; /* an identifier */
} PrivacySubject;

typedef struct PrivacyNew {
    PrivacyKind kind;
    const PrivacySubject *subjects; /* 1..PRIVACY_SUBJECTS_MAX; of an export one */
    size_t count;
    PtStr note;
} PrivacyNew;

/* PT_NOT_FOUND: an id, or the identifier of an export, is nobody's. Audited, without whom. */
PT_NODISCARD PtStatus privacy_add(Privacy *privacy, const PrivacyNew *request, const AuditActor *by,
                                  PtArena *arena, PrivacyRequest *ret_request, PtError *err);
PT_NODISCARD PtStatus privacy_get(Privacy *privacy, PtStr id, PtArena *arena,
                                  PrivacyRequest *ret_request, PtError *err);
/* Newest first, behind the id `after` (empty: from the newest). state PRIVACY_STATES: any. */
PT_NODISCARD PtStatus privacy_list(Privacy *privacy, PrivacyState state, PtStr after, size_t limit,
                                   PtArena *arena, PrivacyRequest **ret_list, size_t *ret_count,
                                   PtError *err);

typedef enum PrivacyStep { PRIVACY_APPROVE, PRIVACY_REFUSE, PRIVACY_CANCEL } PrivacyStep;

typedef struct PrivacyDecision {
    PrivacyStep step;
    const AuditActor *by;
    bool may_approve; /* what others asked for: has the permission privacy.approve */
    PtStr note;       /* of a refusal: why */
} PrivacyDecision;

/* PT_CONFLICT: not in this state. PT_FORBIDDEN: it takes a second person, who may approve and is
 * signed in. Audited. */
PT_NODISCARD PtStatus privacy_decide(Privacy *privacy, PtStr id, const PrivacyDecision *decision,
                                     PtArena *arena, PrivacyRequest *ret_request, PtError *err);

/* What an erasure of these persons would remove now, read from the index: what stands in free text,
 * in quarantine and in files is counted only when it is carried out. */
PT_NODISCARD PtStatus privacy_preview(Privacy *privacy, const PrivacySubject *subjects,
                                      size_t count, PrivacyFigures *ret_figures,
                                      uint64_t *ret_persons, PtError *err);
PT_NODISCARD PtStatus privacy_subjects_read(PtStr json, PtArena *arena,
                                            PrivacySubject **ret_subjects, size_t *ret_count,
                                            PtError *err);

/* ---- What comes of them ---------------------------------------------------------------------- */

/* The signed certificate of an erasure that is done. PT_NOT_FOUND: none. */
PT_NODISCARD PtStatus privacy_certificate(Privacy *privacy, PtStr id, PtArena *arena,
                                          PtStr *ret_json, PtError *err);
void privacy_public_key(const Privacy *privacy, uint8_t out[static PRIVACY_KEY]);

typedef struct PrivacyVerdict {
    uint8_t key[PRIVACY_KEY]; /* that signed it, as it says */
    char request[PRIVACY_ID];
    PtStr certificate; /* the text that is signed; a slice of what was given */
} PrivacyVerdict;
/* Pure. PT_INVALID: it is no certificate; PT_CORRUPT: the signature is not of this text, or not by
 * `key` (NULL: by whom it says). */
PT_NODISCARD PtStatus privacy_verify(PtStr json, const uint8_t *key, PrivacyVerdict *ret_verdict,
                                     PtError *err);

/* A secret for the archive's link, in place of the last one. PT_NOT_FOUND: there is no archive.
 * Audited. */
PT_NODISCARD PtStatus privacy_link(Privacy *privacy, PtStr id, const AuditActor *by,
                                   char ret_secret[static PRIVACY_LINK], PtError *err);
/* Opens the archive for whoever has the link. PT_NOT_FOUND: no such archive, or another secret. */
typedef struct PrivacyArchive PrivacyArchive;
PT_NODISCARD PtStatus privacy_archive_open(Privacy *privacy, PtStr id, PtStr secret,
                                           PrivacyArchive **ret_archive, uint64_t *ret_bytes,
                                           PtError *err);
PT_NODISCARD PtStatus privacy_archive_read(PrivacyArchive *archive, void *bytes, size_t cap,
                                           size_t *ret_len, PtError *err);
/* whole: it was handed over to its last byte, and is removed. Accepts NULL. */
void privacy_archive_close(PrivacyArchive *archive, bool whole);

/* ---- Retention: events lose what is personal once they are old (docs/consent.md) ---------------
 */

typedef struct RetentionClass {
    PtStr type, name;  /* of consent_retention */
    uint32_t days;     /* the fewest of the purposes that have the class */
    uint64_t purposes; /* that have it */
    int64_t before_ms; /* what was received before it has been dropped; 0: nothing yet */
    int64_t cut_ms;    /* what was received before it is due now */
    uint64_t events, quarantined, files; /* dropped so far */
} RetentionClass;

typedef struct RetentionState {
    RetentionClass *classes; /* by type and name */
    size_t count;
    int64_t last_ms, next_ms; /* runs, by the daemon's clock; 0: never, not known yet */
    bool running;
    PtStr problem; /* why the last attempt failed; it is made again. "": it did not */
} RetentionState;

/* All is in the arena. */
PT_NODISCARD PtStatus privacy_retention(Privacy *privacy, PtArena *arena, RetentionState *ret_state,
                                        PtError *err);
/* Rows of consent_retention were changed: a run begins. Accepts NULL. */
void privacy_retention_changed(Privacy *privacy);

typedef struct RetentionPreview {
    uint64_t records; /* events and quarantined ones */
    bool at_least;    /* the time was over before all was counted */
} RetentionPreview;
/* How many records these rows would drop now that no row has dropped yet, evidence of consent among
 * them. Reads the log for budget_ms at most. */
PT_NODISCARD PtStatus privacy_retention_preview(Privacy *privacy, const ConsentRetention *rows,
                                                size_t count, int64_t budget_ms,
                                                RetentionPreview *ret_preview, PtError *err);

/* A HookPrivacyFn of connect; ctx is the Privacy. What a shop asks for waits for the staff. */
PtStatus privacy_take_hook(void *ctx, const HookPrivacy *request, PtError *err);

/* Where the register lies: the setting; else beside the data folder, DIR.erasures; else, where
 * nothing can be made there, in it: DIR/erasures. */
void privacy_register_path(const char *setting, const char *data_dir, char *out, size_t size);

/* A collector for pt_metric_collector; ctx is the Privacy. */
void privacy_metrics(void *ctx, PtBuf *out);
