// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Consent: what a person allows, per purpose, and how that came to be. Part of the view "profiles",
 * included by profiles.h. What counts as a decision, for people: docs/consent.md.
 *
 * Purposes   Truth in SQL (core): made, changed and archived by staff, never deleted. A purpose has
 *            a slug for life. Which categories of a consent manager mean it is fed into the log and
 *            holds from its place there, so that a replay says the same.
 * Decisions  Events, in log order. A decision is noted of every node that the person has at that
 *            place; a person is, per purpose, the strictest over the newest decision of each node:
 *            refused before granted before nothing. So a merge never allows more than both did, a
 *            later decision covers all, and after a split each keeps its own.
 * Ambient    Preferences that an event merely carries along (context.consent) decide where they say
 *            something new: they may refuse, and they grant where nothing was decided. What was
 *            refused only a declared decision grants again (a consent event, staff, the page).
 * Default    Where nothing was decided: refused for the basis "consent", else granted.
 * Suppressed Addresses that nothing is to be sent to. Truth in SQL, kept as keyed hash and mask.
 * Threads    Any, but for the view's own step.
 */
typedef struct Profiles Profiles;

enum {
    CONSENT_PURPOSES_MAX = 32, /* ever made, archived ones with them */
    CONSENT_SLUG_MAX = 40,     /* bytes: a-z, 0-9 and _, beginning with a letter */
    CONSENT_NAME_MAX = 100,    /* bytes */
    CONSENT_DESCRIPTION_MAX = 1000,
    CONSENT_VERSION_MAX = 40,    /* of the text that people were shown */
    CONSENT_LIST_MAX = 16,       /* categories, channels, message purposes, retention rows */
    CONSENT_ITEM_MAX = 100,      /* bytes of one */
    CONSENT_EVIDENCE_MAX = 1000, /* bytes */
    CONSENT_HISTORY_MAX = 200,   /* decisions of a node; and the newest of each purpose */
    CONSENT_DAYS_MAX = 36500,
    CONSENT_TOKEN_MAX = 100, /* characters of a preference link's token */
    CONSENT_LINK_DAYS_MAX = 400,
};

typedef enum ConsentBasis {
    CONSENT_BASIS_CONSENT,
    CONSENT_BASIS_CONTRACT,
    CONSENT_BASIS_LEGAL_OBLIGATION,
    CONSENT_BASIS_VITAL_INTERESTS,
    CONSENT_BASIS_PUBLIC_TASK,
    CONSENT_BASIS_LEGITIMATE_INTERESTS,
    CONSENT_BASIS_COUNT,
} ConsentBasis;
PtStr consent_basis_name(ConsentBasis basis); /* "legal_obligation" */
bool consent_basis_of(PtStr name, ConsentBasis *ret_basis);

typedef enum ConsentState {
    CONSENT_DEFAULT_REFUSED,
    CONSENT_DEFAULT_GRANTED,
    CONSENT_REFUSED,
    CONSENT_GRANTED,
} ConsentState;
PtStr consent_state_name(ConsentState state); /* "default_refused" */

/* ---- Asking: memory only (consent.c) ----------------------------------------------------------
 */

/* Whether an event may be used for all of these purposes: of its person now, and by what the event
 * itself carries. count 0: allowed. A purpose that is unknown or archived forbids; of an event that
 * is nobody's the defaults hold. *ret_purpose: the first that forbids, one of `purposes`; left
 * alone when allowed. PT_UNAVAILABLE: the view "profiles" is loading or has not seen the offset
 * yet, or reading a change of purposes has failed and fails again. Does not wait; no SQL but then:
 * under 2 us for an event of the newest 65,536. */
PT_NODISCARD PtStatus consent_allows(Profiles *p, const EventView *v, uint64_t offset,
                                     const PtStr *purposes, size_t count, bool *ret_allowed,
                                     PtStr *ret_purpose);
/* The same of a person by id, for whoever has no event in hand. PT_NOT_FOUND. */
PT_NODISCARD PtStatus consent_allows_person(Profiles *p, PtStr id, const PtStr *purposes,
                                            size_t count, bool *ret_allowed, PtStr *ret_purpose);

/* ---- A person's consent (consent_read.c) ------------------------------------------------------
 */

typedef struct ConsentOfPurpose {
    PtStr purpose, name; /* slug and name of the purpose */
    ConsentBasis basis;
    ConsentState state;
    /* Of the decision that holds; of a default at_ms is 0 and the texts are empty. */
    int64_t at_ms;
    PtStr via;       /* "event", "page", "staff", "unsubscribe" */
    uint32_t source; /* number, of an event; else 0 */
    PtStr evidence, by;
    PtStr text_version;
} ConsentOfPurpose;

typedef struct ConsentDecision {
    PtStr purpose; /* slug */
    bool granted, declared;
    uint64_t offset; /* of the event */
    int64_t at_ms;   /* its timestamp */
    PtStr via, evidence, text_version, page, ip, by;
    uint32_t source;
} ConsentDecision;

/* Purposes that are not archived, by slug. All is in the arena; as of the tables: what the view has
 * not written yet is not in it. PT_NOT_FOUND: nobody has that id. */
PT_NODISCARD PtStatus consent_of(Profiles *p, PtStr id, PtArena *arena,
                                 ConsentOfPurpose **ret_states, size_t *ret_count, PtError *err);
typedef struct ConsentHistory {
    ConsentDecision *decisions;
    size_t count;
    bool more; /* older ones: go on below the last one's offset */
} ConsentHistory;

/* Newest first, below `before` (UINT64_MAX: the newest), of all purposes; the same decision noted
 * of several nodes once. At most max (100). Decisions of one event are never parted, so a page may
 * be longer by CONSENT_PURPOSES_MAX. */
PT_NODISCARD PtStatus consent_history(Profiles *p, PtStr id, uint64_t before, size_t max,
                                      PtArena *arena, ConsentHistory *ret_history, PtError *err);

/* ---- Deciding (consent_decide.c): fed into the log, seen by the view (profiles_settle) ---------
 */

typedef struct ConsentChoice {
    PtStr purpose;
    bool granted;
} ConsentChoice;

typedef enum ConsentVia { CONSENT_VIA_STAFF, CONSENT_VIA_PAGE, CONSENT_VIA_UNSUBSCRIBE } ConsentVia;

typedef struct ConsentSaid {
    const ConsentChoice *choices; /* 1..CONSENT_PURPOSES_MAX, no purpose twice */
    size_t count;
    ConsentVia via;
    PtStr evidence, text_version, page, ip; /* may be empty */
} ConsentSaid;

/* by: of staff (audited), or NULL for the page. PT_INVALID: a purpose that is unknown, archived or
 * named twice, or a text over its bound. */
PT_NODISCARD PtStatus consent_decide(Profiles *p, const AuditActor *by, PtStr id,
                                     const ConsentSaid *said, PtError *err);

/* ---- Purposes (consent_define.c) --------------------------------------------------------------
 */

typedef struct ConsentRetention {
    PtStr type; /* of event: "track", ...; "": any */
    PtStr name; /* of event; a * at its end stands for any rest; "": any */
    uint32_t days;
} ConsentRetention;

typedef struct ConsentPurposeEdit {
    PtStr name, description, text_version;
    ConsentBasis basis;
    const PtStr *messages, *channels, *categories;
    size_t message_count, channel_count, category_count;
    const ConsentRetention *retention; /* no two for the same type and name */
    size_t retention_count;
} ConsentPurposeEdit;

typedef struct ConsentPurpose {
    PtStr id; /* slug */
    PtStr name, description, text_version, changed_by;
    ConsentBasis basis;
    PtStr *messages, *channels, *categories; /* message purposes; categories of consent managers */
    size_t message_count, channel_count, category_count;
    ConsentRetention *retention;
    size_t retention_count;
    int64_t created_ms, changed_ms, archived_ms; /* archived_ms 0: it is in use */
    uint32_t version;                            /* rises with every change */
} ConsentPurpose;

/* By slug; archived ones too when wanted. All is in the arena. */
PT_NODISCARD PtStatus consent_purposes(Profiles *p, bool archived, PtArena *arena,
                                       ConsentPurpose **ret_purposes, size_t *ret_count,
                                       PtError *err);
PT_NODISCARD PtStatus consent_purpose(Profiles *p, PtStr id, PtArena *arena,
                                      ConsentPurpose *ret_purpose, PtError *err);
/* Audited and fed. PT_INVALID names the field and its bound; PT_CONFLICT: the slug is in use, a
 * category means another purpose already, or the version is not the newest; PT_TOO_LARGE: there are
 * CONSENT_PURPOSES_MAX. */
PT_NODISCARD PtStatus consent_purpose_add(Profiles *p, const AuditActor *by, PtStr id,
                                          const ConsentPurposeEdit *edit, PtError *err);
PT_NODISCARD PtStatus consent_purpose_save(Profiles *p, const AuditActor *by, PtStr id,
                                           uint32_t version, const ConsentPurposeEdit *edit,
                                           PtError *err);
/* Decisions about it stay; nothing is allowed for it any more. Or takes it into use again. */
PT_NODISCARD PtStatus consent_purpose_archive(Profiles *p, const AuditActor *by, PtStr id,
                                              bool archived, PtError *err);

/* ---- Suppression list (consent_suppress.c) ----------------------------------------------------
 */

typedef enum ConsentChannel { CONSENT_EMAIL = 1, CONSENT_PHONE = 2 } ConsentChannel;
PtStr consent_channel_name(ConsentChannel channel); /* "email", "phone" */
bool consent_channel_of(PtStr name, ConsentChannel *ret_channel);

typedef enum ConsentReason {                         /* rising: how grave it is */
                             CONSENT_ANY_REASON = 0, /* of a query: all of them */
                             CONSENT_UNSUBSCRIBED = 1,
                             CONSENT_BOUNCED,
                             CONSENT_COMPLAINT,
                             CONSENT_MANUAL,
                             CONSENT_ERASED,
} ConsentReason;
PtStr consent_reason_name(ConsentReason reason); /* "unsubscribed" */
bool consent_reason_of(PtStr name, ConsentReason *ret_reason);

enum { CONSENT_HASH_TEXT = 33, CONSENT_IMPORT_MAX = 10000 };

typedef struct ConsentSuppressed {
    char id[CONSENT_HASH_TEXT]; /* keyed hash of channel and normalised address, hex */
    ConsentChannel channel;
    ConsentReason reason;
    int64_t since_ms;
    PtStr masked; /* "a***@d***.com", "+49***67"; of an erased one "" */
    PtStr by;
} ConsentSuppressed;

typedef struct ConsentAddress {
    ConsentChannel channel;
    ConsentReason reason;
    PtStr address; /* as written; normalised here: a mail in lower case, a phone as + and digits */
    int64_t since_ms; /* 0: now */
} ConsentAddress;

/* Whether nothing is to be sent there. An address that cannot be one is suppressed. By the table:
 * one look-up by primary key. */
PT_NODISCARD PtStatus consent_suppressed(Profiles *p, ConsentChannel channel, PtStr address,
                                         bool *ret_suppressed, PtError *err);
/* All of them or none, audited as one change (by NULL: the server itself); one that is there
 * already keeps its day, and its reason unless the new one is graver (the order of ConsentReason).
 * At most CONSENT_IMPORT_MAX. *ret_added: how many are new. PT_INVALID names the place. */
PT_NODISCARD PtStatus consent_suppress(Profiles *p, const AuditActor *by,
                                       const ConsentAddress *addresses, size_t count,
                                       size_t *ret_added, PtError *err);
/* By id. PT_NOT_FOUND; PT_CONFLICT: an erased one stays. */
PT_NODISCARD PtStatus consent_unsuppress(Profiles *p, const AuditActor *by, PtStr id, PtError *err);
/* Of persons who are erased: identifiers by type and value, as erase_plan_nodes has them; those
 * that are no address are passed over. What of them is on the list stays there, with its day, as
 * CONSENT_ERASED without mask and adder; what is not on it does not get there. All of them or none;
 * audited by the caller. May be done twice. */
PT_NODISCARD PtStatus consent_erase_addresses(Profiles *p, const PtStr *types, const PtStr *values,
                                              size_t count, PtError *err);
typedef struct ConsentSuppressedQuery {
    ConsentReason reason;
    PtStr after; /* id; "": from the first */
    size_t max;  /* at most 100 */
} ConsentSuppressedQuery;

/* By id, behind `after`. */
PT_NODISCARD PtStatus consent_suppressions(Profiles *p, const ConsentSuppressedQuery *query,
                                           PtArena *arena, ConsentSuppressed **ret_rows,
                                           size_t *ret_count, PtError *err);
/* The row of an address; PT_NOT_FOUND: it is not suppressed; PT_INVALID: it is none. */
PT_NODISCARD PtStatus consent_suppression(Profiles *p, ConsentChannel channel, PtStr address,
                                          PtArena *arena, ConsentSuppressed *ret_row, PtError *err);

/* ---- Links to the preference page (consent_token.c) --------------------------------------------
 */

typedef struct ConsentLink {
    char person[37]; /* who the identifier that the link was made for belongs to now */
    char purpose[CONSENT_SLUG_MAX + 1]; /* that one click refuses; "": all that can be chosen */
} ConsentLink;

/* A token for the person, tied to their strongest identifier: after a split it follows that. It
 * ends at until_ms by the machine's clock. purpose: "" or the slug that one click is to refuse. */
PT_NODISCARD PtStatus consent_link_make(Profiles *p, PtStr id, PtStr purpose, int64_t until_ms,
                                        char ret_token[static CONSENT_TOKEN_MAX], PtError *err);
/* PT_NOT_FOUND: it is not ours, it has ended, or nobody is there any more; which of them is not
 * told, in words or by time. */
PT_NODISCARD PtStatus consent_link_read(Profiles *p, PtStr token, int64_t now_ms,
                                        ConsentLink *ret_link, PtError *err);
