// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stakeholders of a major incident, a part of the door of desk (desk/desk.h): updates that are
 * published, a clock that says when the next one is due, people who are told of each, and links by
 * which whoever has one follows the incident without an account. docs/desk.md.
 *
 * Clock   The next update is due the policy's update_min behind the declaration or the last update,
 *         while the incident is open. One that does not come is a row of history,
 *         "update_overdue", which names the commander: once, until there is an update.
 * Links   A token is made of a link's number and nonce by the server's key and is kept nowhere. It
 *         is valid until it is revoked, or the policy's link_days have gone by since the incident
 *         was closed, cancelled or stood down.
 * Threads Any.
 */
typedef struct Desk Desk;
typedef struct DeskTicket DeskTicket;
typedef struct PtZone PtZone;

enum {
    DESK_STATUS_LINKS = 20,  /* of a ticket that are not revoked */
    DESK_STAKEHOLDERS = 100, /* of a ticket */
    DESK_UPDATES_SHOWN = 50, /* on the page, the newest */
    DESK_STATUS_TOKEN = 96,  /* with its NUL */
    DESK_UPDATE_TIMERS = 14, /* kind of timer */
};

/* Publishes an update: a public note, which stakeholders are told. PT_CONFLICT: the ticket is no
 * major incident now, or is closed. */
PT_NODISCARD PtStatus desk_publish(Desk *d, const AuditActor *by, int64_t number, PtStr text,
                                   PtArena *arena, DeskTicket *ret_ticket, PtError *err);

typedef struct DeskStatusLink {
    int64_t number, made_ms, revoked_ms; /* revoked_ms 0: not */
    PtStr name;                          /* for whom: 1..200 characters */
    PtStr made_by, revoked_by;
    char token[DESK_STATUS_TOKEN]; /* "": it is revoked */
} DeskStatusLink;

typedef struct DeskStakeholder {
    bool mail;     /* else an account */
    PtStr address; /* its id, or a mail address */
    PtStr added_by;
    int64_t added_ms;
} DeskStakeholder;

typedef struct DeskRoom {
    int64_t every_min;  /* an update is promised; 0: none is */
    int64_t due_ms;     /* the next one; 0: none is promised now */
    int64_t ended_ms;   /* 0: it goes on */
    int64_t expires_ms; /* its links; 0: it goes on */
    bool mails_leave;   /* a mailbox can send */
    DeskStatusLink *links;
    DeskStakeholder *people;
    int64_t *updates; /* seq of their rows of history */
    size_t link_count, people_count, update_count;
} DeskRoom;
PT_NODISCARD PtStatus desk_room(Desk *d, int64_t number, PtArena *arena, DeskRoom *ret_room,
                                PtError *err);

/* Where browsers reach this server; "": it was not told. */
const char *desk_public_url(const Desk *d);

/* PT_CONFLICT: the ticket is no major incident. PT_TOO_LARGE: it has DESK_STATUS_LINKS. Audited. */
PT_NODISCARD PtStatus desk_status_link_make(Desk *d, const AuditActor *by, int64_t number,
                                            PtStr name, PtArena *arena, DeskStatusLink *ret_link,
                                            PtError *err);
/* One that is revoked already stays so. Audited. */
PT_NODISCARD PtStatus desk_status_link_revoke(Desk *d, const AuditActor *by, int64_t number,
                                              int64_t link, PtError *err);
/* In the place of those there are; those who were there keep when they were added. Audited. */
PT_NODISCARD PtStatus desk_stakeholders_put(Desk *d, const AuditActor *by, int64_t number,
                                            const DeskStakeholder *list, size_t count,
                                            PtArena *arena, PtError *err);

/* ---- What whoever has a link sees -------------------------------------------------------------
 */
typedef enum DeskStatusState {
    DESK_STATUS_LOOKED_INTO, /* nobody works on it yet */
    DESK_STATUS_WORKED_ON,
    DESK_STATUS_RESOLVED,
    DESK_STATUS_ENDED,     /* closed */
    DESK_STATUS_WITHDRAWN, /* cancelled, or no major incident any more */
    DESK_STATUS_STATES
} DeskStatusState;
extern const char *const desk_status_states[]; /* "investigating", "in_progress", ..., NULL */

typedef struct DeskStatusUpdate {
    int64_t at_ms;
    PtStr text;
} DeskStatusUpdate;

typedef struct DeskStatus {
    PtStr key, title;
    DeskStatusState state;
    int64_t opened_ms, due_ms, resolved_ms, ended_ms; /* 0: none, not yet */
    int64_t stores;
    PtStr *touchpoints; /* names */
    size_t touchpoint_count;
    PtStr summary;             /* how it was solved, once it is; "" else */
    DeskStatusUpdate *updates; /* newest first */
    size_t update_count;
    const PtZone *zone; /* that times are told in; the desk's own */
    PtStr zone_name;
} DeskStatus;
/* Of a merged incident what it became. PT_NOT_FOUND: whatever is wrong with the token. */
PT_NODISCARD PtStatus desk_status(Desk *d, PtStr token, PtArena *arena, DeskStatus *ret_status,
                                  PtError *err);
