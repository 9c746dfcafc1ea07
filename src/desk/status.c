// SPDX-License-Identifier: Apache-2.0
/* Links by which stakeholders follow a major incident, and what they see there. */
#include "desk/route_internal.h"
#include "desk/stakeholder_internal.h"
#include "stakeholder.sql.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"

#include <stdio.h>

enum {
    NONCE_BYTES = 12,
    NONCE_TEXT = 2 * NONCE_BYTES + 1,
    MAC_TEXT = 2 * PT_SECRET_HASH + 1,
    SAID_BYTES = 80,
    LINKS_MAX = 200, /* of a ticket, with those that were revoked */
    NAME_MAX_CHARS = 200,
    DETAIL_BYTES = 64,
    MERGES_MAX = 8,
};
static const int64_t day_ms = 86400000;

const char *const desk_status_states[] = {"investigating", "in_progress", "resolved",
                                          "ended",         "withdrawn",   NULL};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a status link");
}

/* ---- Tokens: NUMBER.HASH ----------------------------------------------------------------------
 */

static void hash_of(const Desk *d, int64_t number, PtStr nonce, char out[static MAC_TEXT])
{
    char said[SAID_BYTES];
    uint8_t hash[PT_SECRET_HASH];
    (void)snprintf(said, sizeof said, "desk status %lld %.*s", (long long)number,
                   PT_STR_ARG(nonce));
    pt_secret_hash(pt_str(said), d->c.mail.key, hash);
    pt_hex(hash, sizeof hash, out);
}

static void put_token(const Desk *d, DeskStatusLink *link, PtStr nonce)
{
    char mac[MAC_TEXT];
    hash_of(d, link->number, nonce, mac);
    (void)snprintf(link->token, sizeof link->token, "%lld.%s", (long long)link->number, mac);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus copy_link(const Desk *d, PtSqlTx *tx, PtArena *arena, DeskStatusLink *link,
                          PtError *err)
{
    *link = (DeskStatusLink){.number = pt_sql_i64(tx, 0),
                             .name = pt_arena_str(arena, pt_sql_text(tx, 3)),
                             .made_ms = pt_sql_i64(tx, 4),
                             .made_by = pt_arena_str(arena, pt_sql_text(tx, 5)),
                             .revoked_ms = pt_sql_i64(tx, 6),
                             .revoked_by = pt_arena_str(arena, pt_sql_text(tx, 7))};
    if (link->revoked_ms == 0) {
        put_token(d, link, pt_sql_text(tx, 2));
    }
    return link->name.data != NULL && link->made_by.data != NULL && link->revoked_by.data != NULL
               ? PT_OK
               : no_memory(err);
}

PtStatus desk_status_links(const Desk *d, PtSqlTx *tx, int64_t ticket, PtArena *arena,
                           DeskStatusLink **ret_list, size_t *ret_count, PtError *err)
{
    DeskStatusLink *list = pt_arena_alloc(arena, LINKS_MAX, sizeof *list);
    size_t count = 0;
    bool row = true;
    PtStatus st = list != NULL ? pt_sql_use(tx, SQL_STAKEHOLDER_LINK_LIST, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    pt_sql_bind_i64(tx, 2, LINKS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_link(d, tx, arena, &list[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    return st;
}

int64_t desk_status_expires(const DeskRules *rules, int64_t ended_ms)
{
    return ended_ms > 0 ? ended_ms + rules->major.link_days * day_ms : 0;
}

const char *desk_public_url(const Desk *d)
{
    return d->c.public_url != NULL ? d->c.public_url : "";
}

/* ---- Made and revoked -------------------------------------------------------------------------
 */

static PtStatus audit(DeskWriting *w, const char *action, const DeskTicket *t, int64_t link,
                      PtStr name)
{
    char key[DESK_KEY_MAX], detail[DETAIL_BYTES];
    (void)snprintf(detail, sizeof detail, "{\"link\":%lld}", (long long)link);
    const AuditEntry entry = {.by = w->by,
                              .action = action,
                              .subject_type = "ticket",
                              .subject = desk_key(t->type, t->number, key),
                              .subject_name = name,
                              .detail = pt_str(detail)};
    return audit_write(w->tx, w->now_ms, &entry, w->err);
}

static PtStatus add_link(DeskWriting *w, int64_t ticket, PtStr name, DeskStatusLink *link)
{
    uint8_t random[NONCE_BYTES];
    char nonce[NONCE_TEXT];
    int64_t last = 0;
    PtStatus st = desk_last_number(w, SQL_STAKEHOLDER_LINK_LAST, &last);
    st = st == PT_OK ? pt_sql_use(w->tx, SQL_STAKEHOLDER_LINK_ADD, w->err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_random_bytes(random, sizeof random);
    pt_hex(random, sizeof random, nonce);
    *link = (DeskStatusLink){.number = last + 1,
                             .name = name,
                             .made_ms = w->now_ms,
                             .made_by = audit_actor_name(w->by),
                             .revoked_by = PT_STR("")};
    put_token(w->desk, link, pt_str(nonce));
    pt_sql_bind_i64(w->tx, 1, link->number);
    pt_sql_bind_i64(w->tx, 2, ticket);
    pt_sql_bind_text(w->tx, 3, pt_str(nonce));
    pt_sql_bind_text(w->tx, 4, name);
    pt_sql_bind_i64(w->tx, 5, link->made_ms);
    pt_sql_bind_text(w->tx, 6, link->made_by);
    return pt_sql_finish(w->tx, w->err);
}

static PtStatus make_in(DeskWriting *w, int64_t number, PtStr name, DeskStatusLink *link)
{
    DeskRow row;
    DeskStatusLink *list = NULL;
    size_t count = 0, held = 0;
    PtStatus st = desk_text_check("name", name, 1, NAME_MAX_CHARS, false, w->err);
    st = st == PT_OK ? desk_load(w->tx, number, w->arena, &row, w->err) : st;
    if (st == PT_OK && !row.t.major) {
        st = pt_fail(w->err, PT_CONFLICT, "the ticket is no major incident");
    }
    st = st == PT_OK ? desk_status_links(w->desk, w->tx, number, w->arena, &list, &count, w->err)
                     : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        held += list[i].revoked_ms == 0;
    }
    if (st == PT_OK && count >= LINKS_MAX) {
        st = pt_fail(w->err, PT_TOO_LARGE, "the ticket has had %d links, the most that are kept",
                     LINKS_MAX);
    } else if (st == PT_OK && held >= DESK_STATUS_LINKS) {
        st =
            pt_fail(w->err, PT_TOO_LARGE, "the ticket has %d links: revoke one", DESK_STATUS_LINKS);
    }
    st = st == PT_OK ? add_link(w, number, name, link) : st;
    return st == PT_OK ? audit(w, "ticket.status_link_made", &row.t, link->number, name) : st;
}

PtStatus desk_status_link_make(Desk *d, const AuditActor *by, int64_t number, PtStr name,
                               PtArena *arena, DeskStatusLink *ret_link, PtError *err)
{
    DeskWriting w;
    DeskStatusLink link = {0};
    PtStatus st = desk_writing_begin(&w, d, by, arena, err);
    st = st == PT_OK ? desk_writing_end(&w, make_in(&w, number, name, &link)) : st;
    if (st == PT_OK) {
        *ret_link = link;
    }
    return st;
}

typedef struct LinkRow {
    int64_t ticket;
    char nonce[NONCE_TEXT];
    DeskStatusLink link;
} LinkRow;

static PtStatus load_link(const Desk *d, PtSqlTx *tx, int64_t number, PtArena *arena,
                          LinkRow *ret_row, PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_STAKEHOLDER_LINK_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    st = pt_sql_step(tx, &there, err);
    if (st == PT_OK && there) {
        ret_row->ticket = pt_sql_i64(tx, 1);
        (void)pt_str_copy(ret_row->nonce, sizeof ret_row->nonce, pt_sql_text(tx, 2));
        st = copy_link(d, tx, arena, &ret_row->link, err);
    } else if (st == PT_OK) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no such link");
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus revoke_in(DeskWriting *w, int64_t number, int64_t link)
{
    LinkRow row = {0};
    DeskRow ticket;
    PtStatus st = desk_load(w->tx, number, w->arena, &ticket, w->err);
    st = st == PT_OK ? load_link(w->desk, w->tx, link, w->arena, &row, w->err) : st;
    if (st == PT_OK && row.ticket != number) {
        st = pt_fail(w->err, PT_NOT_FOUND, "the ticket has no link %lld", (long long)link);
    }
    if (st != PT_OK || row.link.revoked_ms != 0) {
        return st;
    }
    st = pt_sql_use(w->tx, SQL_STAKEHOLDER_LINK_REVOKE, w->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(w->tx, 1, link);
    pt_sql_bind_i64(w->tx, 2, w->now_ms);
    pt_sql_bind_text(w->tx, 3, audit_actor_name(w->by));
    st = pt_sql_finish(w->tx, w->err);
    return st == PT_OK ? audit(w, "ticket.status_link_revoked", &ticket.t, link, row.link.name)
                       : st;
}

PtStatus desk_status_link_revoke(Desk *d, const AuditActor *by, int64_t number, int64_t link,
                                 PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DESK_ARENA);
    DeskWriting w;
    PtStatus st = arena != NULL ? desk_writing_begin(&w, d, by, arena, err) : no_memory(err);
    return st == PT_OK ? desk_writing_end(&w, revoke_in(&w, number, link)) : st;
}

/* ---- Seen -------------------------------------------------------------------------------------
 */

typedef struct Seeing {
    Desk *d;
    PtSqlTx *tx;
    PtArena *arena;
    const DeskRules *rules;
    PtError *err;
} Seeing;

/* The ticket that the token is of. */
static PtStatus of_token(const Seeing *s, PtStr token, int64_t *ret_ticket)
{
    char mac[MAC_TEXT];
    PtStr rest = token, first = {NULL, 0};
    int64_t number = 0;
    LinkRow row = {0};
    if (token.len >= DESK_STATUS_TOKEN || !pt_str_cut(&rest, '.', &first) ||
        !pt_json_to_i64(first, &number)) {
        return pt_fail(s->err, PT_NOT_FOUND, "there is no such link");
    }
    PtStatus st = load_link(s->d, s->tx, number, s->arena, &row, s->err);
    if (st != PT_OK) {
        return st;
    }
    hash_of(s->d, number, pt_str(row.nonce), mac);
    if (!pt_secret_eq(pt_str(mac), rest) || row.link.revoked_ms != 0) {
        return pt_fail(s->err, PT_NOT_FOUND, "there is no such link");
    }
    *ret_ticket = row.ticket;
    return PT_OK;
}

static DeskStatusState state_of(const DeskTicket *t)
{
    return !t->major || t->state == DESK_CANCELLED ? DESK_STATUS_WITHDRAWN
           : t->state == DESK_CLOSED               ? DESK_STATUS_ENDED
           : t->state == DESK_RESOLVED             ? DESK_STATUS_RESOLVED
           : t->state == DESK_NEW                  ? DESK_STATUS_LOOKED_INTO
                                                   : DESK_STATUS_WORKED_ON;
}

/* What it was merged into, where that is a major incident, too. */
static PtStatus load_lasting(const Seeing *s, int64_t number, DeskRow *row)
{
    PtStatus st = desk_load(s->tx, number, s->arena, row, s->err);
    for (int i = 0; st == PT_OK && row->t.merged_into != 0 && i < MERGES_MAX; i++) {
        DeskRow into;
        st = desk_load(s->tx, row->t.merged_into, s->arena, &into, s->err);
        if (st != PT_OK || !into.t.major) {
            return st;
        }
        *row = into;
    }
    return st;
}

/* Names as their records have them, else as the ticket does. */
static PtStatus read_touchpoints(const Seeing *s, const DeskTicket *t, DeskStatus *status)
{
    const DeskCategory *category = desk_rules_category(s->rules, t->f[DESK_F_CATEGORY]);
    PtStr *ids = NULL;
    size_t count = 0;
    PtStatus st = desk_field_items(t->f[DESK_F_TOUCHPOINTS], s->arena, &ids, &count, s->err);
    PtStr *names = st == PT_OK ? pt_arena_alloc(s->arena, count + 1, sizeof *names) : NULL;
    if (st == PT_OK && names == NULL) {
        return no_memory(s->err);
    }
    PtStr of_category = category != NULL ? category->touchpoint : PT_STR("");
    if (st == PT_OK && count == 0 && of_category.len > 0) {
        of_category = pt_arena_str(s->arena, of_category);
        if (of_category.data == NULL) {
            return no_memory(s->err);
        }
        ids = &of_category;
        count = 1;
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        DeskRecord record;
        PtError none = {0};
        st = desk_record_load(s->tx, DESK_TOUCHPOINT, ids[i], s->arena, &record, &none);
        names[i] = st == PT_OK ? record.name : ids[i];
        st = st == PT_OK || st == PT_NOT_FOUND ? PT_OK : pt_fail(s->err, st, "%s", none.message);
    }
    status->touchpoints = names;
    status->touchpoint_count = count;
    return st;
}

/* Those that an erasure took are left out. */
static PtStatus read_updates(const Seeing *s, int64_t ticket, DeskStatus *status)
{
    bool row = true;
    status->updates = pt_arena_alloc(s->arena, DESK_UPDATES_SHOWN, sizeof *status->updates);
    PtStatus st = status->updates != NULL ? pt_sql_use(s->tx, SQL_STAKEHOLDER_UPDATES, s->err)
                                          : no_memory(s->err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(s->tx, 1, ticket);
    pt_sql_bind_i64(s->tx, 2, DESK_UPDATES_SHOWN);
    while ((st = pt_sql_step(s->tx, &row, s->err)) == PT_OK && row) {
        const DeskStatusUpdate update = {pt_sql_i64(s->tx, 1),
                                         pt_arena_str(s->arena, pt_sql_text(s->tx, 2))};
        if (update.text.data == NULL) {
            st = no_memory(s->err);
            break;
        }
        if (!pt_str_eq(update.text, PT_STR("-"))) {
            status->updates[status->update_count++] = update;
        }
    }
    pt_sql_done(s->tx);
    return st;
}

/* Times are told in UTC where the machine does not know the policy's zone. */
static PtStatus find_zone(const Seeing *s, DeskStatus *status)
{
    PtZones *zones = s->d->router->zones;
    PtError none = {0};
    status->zone_name = pt_arena_str(s->arena, s->rules->major.zone);
    if (status->zone_name.data == NULL) {
        return no_memory(s->err);
    }
    PtStatus st = pt_zones_get(zones, status->zone_name, &status->zone, &none);
    if (st != PT_OK && st != PT_NO_MEMORY) {
        status->zone_name = PT_STR("UTC");
        st = pt_zones_get(zones, status->zone_name, &status->zone, &none);
    }
    return st == PT_OK ? PT_OK : pt_fail(s->err, st, "%s", none.message);
}

static PtStatus see(const Seeing *s, PtStr token, DeskStatus *status)
{
    char key[DESK_KEY_MAX];
    int64_t number = 0;
    DeskRow row;
    DeskRoomRow room = {0};
    bool there = false;
    PtStatus st = of_token(s, token, &number);
    st = st == PT_OK ? load_lasting(s, number, &row) : st;
    st = st == PT_OK ? desk_room_load(s->tx, row.t.number, &room, &there, s->err) : st;
    if (st != PT_OK) {
        return st;
    }
    const int64_t expires_ms = desk_status_expires(s->rules, room.ended_ms);
    if (expires_ms > 0 && pt_clock_now_ms(s->d->c.clock) >= expires_ms) {
        return pt_fail(s->err, PT_NOT_FOUND, "there is no such link");
    }
    const DeskTicket *t = &row.t;
    *status = (DeskStatus){.key = pt_arena_str(s->arena, desk_key(t->type, t->number, key)),
                           .title = t->f[DESK_F_TITLE],
                           .state = state_of(t),
                           .opened_ms = t->opened_ms,
                           .due_ms = room.due_ms < 0 ? -room.due_ms : room.due_ms,
                           .resolved_ms = t->resolved_ms,
                           .ended_ms = room.ended_ms,
                           .stores = t->stores,
                           .summary = t->resolved_ms > 0 ? t->f[DESK_F_RESOLUTION] : PT_STR("")};
    st = status->key.data != NULL ? find_zone(s, status) : no_memory(s->err);
    st = st == PT_OK ? read_touchpoints(s, t, status) : st;
    return st == PT_OK ? read_updates(s, t->number, status) : st;
}

PtStatus desk_status(Desk *d, PtStr token, PtArena *arena, DeskStatus *ret_status, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskHeldPolicy *policy = desk_policy_hold(d);
    DeskStatus status = {0};
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    const Seeing s = {d, tx, arena, &policy->rules, err};
    st = st == PT_OK ? see(&s, token, &status) : st;
    if (st == PT_OK) {
        *ret_status = status;
    }
    desk_policy_release(policy);
    return st;
}
