// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stdint.h>

/* The audit chain: who changed what, kept so that no entry can be changed, dropped or slipped in
 * unseen, and so that what is personal in it can still be erased (decision 11).
 *
 * Chain    entry n holds commitment = SHA-256(salt || content) and
 *          link = SHA-256(link of n-1 || n || time || commitment). Salt and content stand in a row
 *          of their own: deleting that row erases the content and leaves the chain verifiable.
 * Anchor   each entry goes through the feed into the log with its link, so that cutting the
 *          chain's tail, or writing it anew, is found by comparing with the log.
 * Truth    written in the same transaction as the change it tells of.
 */
typedef enum AuditActorKind {
    AUDIT_SYSTEM,  /* the server itself */
    AUDIT_SOCKET,  /* the data folder's socket: who may read the folder */
    AUDIT_ACCOUNT, /* a person signed in */
    AUDIT_TOKEN,   /* an API token */
} AuditActorKind;

typedef struct AuditActor {
    AuditActorKind kind;
    char id[40];    /* account or token id; "" for system and socket */
    char name[120]; /* as shown; "" when unknown */
    char peer[64];  /* address, "" when local */
} AuditActor;

/* For people: the name; without one the id; else "command line" (the socket) or "server". "" for
 * NULL: nobody of the staff. NUL-terminated, borrowed from the actor. */
PtStr audit_actor_name(const AuditActor *by);
/* "system", "socket", "account" or "token". */
PtStr audit_actor_kind(AuditActorKind kind);

typedef struct AuditEntry {
    const AuditActor *by;     /* NULL: the server itself */
    const char *action;       /* "source.added": what was done, subject type first */
    const char *subject_type; /* "source" */
    PtStr subject;            /* its id, up to 200 bytes */
    PtStr subject_name;       /* as shown, may be empty, up to 1,000 bytes */
    PtStr detail; /* JSON object of what changed, without secrets, up to 16 KiB; empty: {} */
} AuditEntry;

/* Appends to the chain and to the feed in the caller's write transaction on the core database.
 * PT_TOO_LARGE over a bound, PT_INVALID for text that is not UTF-8 or a detail that is no object.
 */
PT_NODISCARD PtStatus audit_write(PtSqlTx *tx, int64_t now_ms, const AuditEntry *entry,
                                  PtError *err);

/* -- reading ----------------------------------------------------------------------------------- */

enum { AUDIT_HASH = 32, AUDIT_SALT = 32, AUDIT_FIELDS = 9 };

/* What an entry's commitment covers, in this order, each as 4 bytes of length (big-endian) and its
 * bytes. */
typedef enum AuditField {
    AUDIT_ACTOR_KIND, /* "system", "socket", "account" or "token" */
    AUDIT_ACTOR,
    AUDIT_ACTOR_NAME,
    AUDIT_PEER,
    AUDIT_ACTION,
    AUDIT_SUBJECT_TYPE,
    AUDIT_SUBJECT,
    AUDIT_SUBJECT_NAME,
    AUDIT_DETAIL,
} AuditField;

/* Borrowed: valid during the call that shows it. */
typedef struct AuditRecord {
    int64_t seq, time_ms;
    PtStr commitment, link;
    bool erased; /* then all below is empty */
    PtStr salt;
    PtStr fields[AUDIT_FIELDS]; /* by AuditField */
} AuditRecord;

typedef struct AuditFilter {
    PtStr actor, action, subject; /* id; beginning of the action; id. Empty: any */
    int64_t since_ms, until_ms;   /* from, to before; 0 and INT64_MAX: any */
    int64_t from_seq;             /* not included; newest first: INT64_MAX to begin, else 0 */
    bool oldest_first;
    int64_t limit;
} AuditFilter;

/* Calls fn for each entry until it returns false. */
PT_NODISCARD PtStatus audit_read(PtSql *sql, const AuditFilter *filter,
                                 bool (*fn)(void *ctx, const AuditRecord *record), void *ctx,
                                 PtError *err);

/* Erases what is personal in an entry: its content and salt. The chain goes on verifying, and the
 * entry is shown as erased. */
PT_NODISCARD PtStatus audit_erase_content(PtSqlTx *tx, int64_t seq, PtError *err);

/* -- checking ---------------------------------------------------------------------------------- */

/* Name and properties of the feed event: {"seq": 7, "link": "hex"}. */
#define AUDIT_ANCHOR_EVENT "Audit Entry Added"

typedef struct AuditAnchor {
    int64_t seq;
    uint8_t link[AUDIT_HASH];
} AuditAnchor;

/* Reads an anchor from the feed event's properties. False when they are none. */
bool audit_anchor_parse(PtStr properties, AuditAnchor *ret_anchor);

/* Anchors in the order of the log. *ret_more false: there are no more. */
typedef struct AuditAnchors {
    PtStatus (*next)(void *ctx, AuditAnchor *ret_anchor, bool *ret_more, PtError *err);
    void *ctx;
} AuditAnchors;

typedef struct AuditVerdict {
    bool ok;
    int64_t entries, erased, anchors; /* checked; of these erased; of these compared with the log */
    int64_t bad_seq;                  /* the first bad entry */
    char problem[120];                /* what is wrong with it, "" when ok */
    uint8_t last_link[AUDIT_HASH];    /* of the last entry that holds, zeros without one */
} AuditVerdict;

/* Reads the whole chain, streaming. anchors (NULL: none) must not reach beyond what was in the log
 * before the call: the chain is read as of the call's begin. PT_OK also when the chain is bad. */
PT_NODISCARD PtStatus audit_verify(PtSql *sql, const AuditAnchors *anchors,
                                   AuditVerdict *ret_verdict, PtError *err);
