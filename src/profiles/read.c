// SPDX-License-Identifier: Apache-2.0
/* A person, read: what memory holds at one instant, and of those nodes what the tables, the index
 * and the log say.
 *
 * Whatever is filed under a node reaches memory first. So the tables together with what is gathered
 * tell what holds at the instant at which the lock was held, unless an event of these nodes has
 * come since, which the index tells at the end: then the read begins again.
 */
#include "profiles/read_internal.h"

#include "profiles/computed_internal.h"
#include "profiles/identity_book.h"
#include "traits.sql.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 4, TIMELINE_MAX = 100, EVENT_ARENA = 1 << 20 };

static const PtStr event_type = PT_STR_INIT("event"); // of nodes of events without an identifier

/* ---- Memory ---------------------------------------------------------------------------------- */

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to read a profile");
}

static bool add_trait(Shot *shot, const FoldTrait *trait, PtArena *arena)
{
    if (shot->trait_count == shot->trait_room) {
        const size_t room = shot->trait_room == 0 ? 64 : 2 * shot->trait_room;
        FoldTrait *grown = pt_arena_alloc(arena, room, sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        if (shot->trait_count > 0) {
            memcpy(grown, shot->traits, shot->trait_count * sizeof *grown);
        }
        shot->traits = grown;
        shot->trait_room = room;
    }
    FoldTrait *added = &shot->traits[shot->trait_count];
    *added = *trait;
    added->trait.name = pt_arena_str(arena, trait->trait.name);
    added->trait.json = pt_arena_str(arena, trait->trait.json);
    shot->trait_count++;
    return added->trait.name.data != NULL && added->trait.json.data != NULL;
}

static bool copy_said_traits(Shot *shot, ShotNode *node, const SaidNode *said, PtArena *arena)
{
    node->gathered = shot->trait_count;
    for (const SaidTrait *t = said->traits; t != NULL; t = t->next) {
        const FoldTrait trait = {.trait = {.name = t->name,
                                           .json = t->value.json,
                                           .at_ms = t->value.at_ms,
                                           .source = t->value.source,
                                           .node = node->shown.number},
                                 .precedence = t->value.precedence,
                                 .rank = node->rank};
        if (!add_trait(shot, &trait, arena)) {
            return false;
        }
        node->gathered_count++;
    }
    return true;
}

static bool copy_said_orders(Shot *shot, ShotNode *node, const SaidNode *said, PtArena *arena)
{
    shot->has_orders = shot->has_orders || said->orders != NULL;
    SaidOrder **end = &node->orders;
    for (const SaidOrder *o = said->orders; o != NULL; o = o->next) {
        SaidOrder *copy = pt_arena_alloc(arena, 1, sizeof *copy);
        if (copy == NULL) {
            return false;
        }
        *copy = *o;
        copy->next = NULL;
        copy->number = pt_arena_str(arena, o->number);
        if (copy->number.data == NULL) {
            return false;
        }
        *end = copy;
        end = &copy->next;
    }
    return true;
}

static bool copy_node(const Profiles *p, const IdentityNode *from, Shot *shot, PtArena *arena)
{
    ShotNode *node = &shot->nodes[shot->node_count++];
    *node = (ShotNode){.shown = {.number = from->node,
                                 .type = pt_arena_str(arena, from->type),
                                 .value = pt_arena_str(arena, from->value)},
                       .rank = identity_rules_type(p->rules, from->type)->priority};
    shot->numbers[shot->node_count - 1] = from->node;
    if (node->shown.type.data == NULL || node->shown.value.data == NULL) {
        return false;
    }
    const SeenNode seen = traits_seen(p, from->node);
    node->has_first = seen.first_ms != NOT_SEEN;
    node->has_last = seen.last_ms != NOT_SEEN;
    node->shown.first_ms = node->has_first ? seen.first_ms : 0;
    node->shown.last_ms = node->has_last ? seen.last_ms : 0;
    const SaidNode *said = traits_said(p, from->node);
    return said == NULL ||
           (copy_said_traits(shot, node, said, arena) && copy_said_orders(shot, node, said, arena));
}

/* Under the lock for reading. */
static bool copy_person(const Profiles *p, uint32_t person, Shot *shot, PtArena *arena)
{
    IdentityNode node;
    size_t count = 0;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        count++;
    }
    *shot = (Shot){.person = person, .applied = p->traits->applied};
    shot->nodes = pt_arena_alloc(arena, count, sizeof *shot->nodes);
    shot->numbers = pt_arena_alloc(arena, count, sizeof *shot->numbers);
    profile_person_id(p, person, shot->id);
    if (shot->nodes == NULL || shot->numbers == NULL || !profile_person(p, person, &shot->about)) {
        return false;
    }
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        if (!copy_node(p, &node, shot, arena)) {
            return false;
        }
    }
    return true;
}

PtStatus shot_take(Profiles *p, const ShotWho *who, PtArena *arena, Shot *ret_shot, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t person =
        who->node != 0 ? identity_person(p->graph, who->node)
        : who->id.len > 0
            ? profile_person_find(p, who->id)
            : identity_person(p->graph, identity_find(p->graph, who->type, who->value));
    if (person == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no profile has that identifier");
    } else if (!copy_person(p, person, ret_shot, arena)) {
        st = no_memory(err);
    }
    profiles_unlock(p);
    return st;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static PtStatus read_traits(PtSqlTx *tx, Shot *shot, const ShotNode *node, PtArena *arena,
                            PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_TRAIT_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node->shown.number);
    pt_sql_bind_i64(tx, 2, TRAITS_NAMES_MAX);
    bool row = true;
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const FoldTrait trait = {.trait = {.name = pt_sql_text(tx, 0),
                                           .json = pt_sql_text(tx, 1),
                                           .at_ms = pt_sql_i64(tx, 2),
                                           .source = (uint32_t)pt_sql_i64(tx, 3),
                                           .node = node->shown.number},
                                 .precedence = (uint8_t)pt_sql_i64(tx, 4),
                                 .rank = node->rank,
                                 .stored = true};
        if (!add_trait(shot, &trait, arena)) {
            st = no_memory(err);
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static bool has_stored(const Shot *shot, size_t from, PtStr name)
{
    for (size_t i = from; i < shot->trait_count; i++) {
        if (pt_str_eq(shot->traits[i].trait.name, name)) {
            return true;
        }
    }
    return false;
}

/* Of names that are gathered those over the bound of a node will not be written. gathered: where
 * they stand, in order of appearance; behind them stands what is stored. */
static void limit_names(Shot *shot, const ShotNode *node, size_t stored_from)
{
    size_t names = shot->trait_count - stored_from;
    if (names + node->gathered_count <= TRAITS_NAMES_MAX) {
        return;
    }
    for (size_t i = node->gathered; i < node->gathered + node->gathered_count; i++) {
        FoldTrait *trait = &shot->traits[i];
        if (has_stored(shot, stored_from, trait->trait.name)) {
            continue;
        }
        if (names == TRAITS_NAMES_MAX) {
            trait->precedence = 0; // below all others: null, where there is no other
            trait->trait.json = PT_STR("null");
        } else {
            names++;
        }
    }
}

static PtStatus read_first(PtSqlTx *tx, ShotNode *node, PtError *err)
{
    PtStatus st = node->has_first ? PT_OK : pt_sql_use(tx, SQL_NODE_FIRST, err);
    if (st != PT_OK || node->has_first) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node->shown.number);
    bool row;
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        node->shown.first_ms = pt_sql_i64(tx, 0);
        node->has_first = true;
    }
    pt_sql_done(tx);
    return st;
}

/* The rows, and those orders that are gathered and not in them yet. */
static PtStatus read_orders(PtSqlTx *tx, Shot *shot, const ShotNode *node, uint64_t tables,
                            PtError *err)
{
    OrderBook book;
    PtStatus st = node->orders != NULL ? order_book_load(tx, node->shown.number, &book, err)
                                       : order_book_load_values(tx, node->shown.number, &book, err);
    if (st != PT_OK) {
        return st;
    }
    for (const SaidOrder *order = node->orders; order != NULL; order = order->next) {
        if (order->offset >= tables) {
            (void)order_book_take(&book, order);
        }
    }
    for (size_t i = 0; i < book.value_count; i++) {
        (void)fold_value(shot->values, &shot->value_count, SHOT_VALUES_MAX, &book.values[i]);
    }
    return PT_OK;
}

static PtStatus read_node_rows(PtSqlTx *tx, Shot *shot, ShotNode *node, uint64_t tables,
                               PtArena *arena, PtError *err)
{
    PtStatus st = read_first(tx, node, err);
    if (st != PT_OK || node->shown.events == 0) {
        return st; // nothing is filed under it, so nothing is said of it
    }
    const size_t stored_from = shot->trait_count;
    st = read_traits(tx, shot, node, arena, err);
    if (st != PT_OK) {
        return st;
    }
    limit_names(shot, node, stored_from);
    return read_orders(tx, shot, node, tables, err);
}

static PtStatus count_events(Profiles *p, Shot *shot, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < shot->node_count; i++) {
        ProfileNode *shown = &shot->nodes[i].shown;
        st = profile_index_count(p->index, &shown->number, 1, &shown->events, err);
    }
    return st;
}

PtStatus shot_read_tables(Profiles *p, Shot *shot, PtArena *arena, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t tables = PROFILES_NOWHERE;
    PtStatus st = count_events(p, shot, err);
    if (st == PT_OK) {
        st = pt_sql_begin(p->views, false, &tx, err);
    }
    if (st == PT_OK && shot->has_orders) {
        st = profiles_position(tx, &tables, err);
    }
    tables = tables != PROFILES_NOWHERE ? tables : 0;
    for (size_t i = 0; st == PT_OK && i < shot->node_count; i++) {
        st = read_node_rows(tx, shot, &shot->nodes[i], tables, arena, err);
    }
    shot->trait_count = st == PT_OK ? fold_traits(shot->traits, shot->trait_count) : 0;
    return st;
}

/* ---- Index and log --------------------------------------------------------------------------- */

static PtStatus newest_of(Profiles *p, const uint32_t *nodes, size_t count, uint64_t before,
                          uint64_t *ret_offset, bool *ret_found, PtError *err)
{
    size_t found = 0;
    PtStatus st = profile_index_before(p->index, nodes, count, before, 1, ret_offset, &found, err);
    *ret_found = st == PT_OK && found > 0;
    return st;
}

/* The newest event filed under it tells when it was seen. */
static PtStatus read_last_of_node(Profiles *p, ShotNode *node, PtError *err)
{
    uint64_t offset;
    bool found;
    ProfileTouch touch;
    PtStatus st = newest_of(p, &node->shown.number, 1, UINT64_MAX, &offset, &found, err);
    if (st == PT_OK && found) {
        st = touch_read(p, offset, &touch, err);
    }
    if (st == PT_OK && found) {
        node->shown.last_ms = touch.at_ms;
    }
    return st;
}

/* *ret_again: an event of these nodes has come since memory was read. */
static PtStatus read_index(Profiles *p, Shot *shot, bool *ret_again, PtError *err)
{
    PtStatus st = PT_OK;
    bool found = false;
    for (size_t i = 0; st == PT_OK && i < shot->node_count; i++) {
        ShotNode *node = &shot->nodes[i];
        if (node->shown.events == 0) {
            node->shown.last_ms = node->shown.first_ms;
        } else if (!node->has_last) {
            st = read_last_of_node(p, node, err);
        }
    }
    if (st == PT_OK) {
        st = newest_of(p, shot->numbers, shot->node_count, UINT64_MAX, &shot->newest, &found, err);
    }
    *ret_again = found && shot->newest >= shot->applied;
    shot->has_events = found;
    return st;
}

static PtStatus read_touches(Profiles *p, const Shot *shot, Profile *profile, PtError *err)
{
    uint64_t first = 0;
    if (!shot->has_events) {
        return PT_OK;
    }
    PtStatus st = profile_index_first(p->index, shot->numbers, shot->node_count, &first, err);
    if (st == PT_OK) {
        st = touch_read(p, first, &profile->first, err);
    }
    return st == PT_OK ? touch_read(p, shot->newest, &profile->last, err) : st;
}

PtStatus shot_last_seen(Profiles *p, const Shot *shot, int64_t *ret_last_ms, PtError *err)
{
    uint64_t offset;
    bool found;
    ProfileTouch touch;
    PtStatus st = newest_of(p, shot->numbers, shot->node_count, UINT64_MAX, &offset, &found, err);
    if (st == PT_OK && found) {
        st = touch_read(p, offset, &touch, err);
    }
    if (st == PT_OK) {
        *ret_last_ms = found ? touch.at_ms : shot->about.created_ms;
    }
    return st;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* Nodes, traits and values as the caller gets them. */
static bool copy_said(const Shot *shot, PtArena *arena, Profile *profile)
{
    profile->nodes = pt_arena_alloc(arena, shot->node_count, sizeof *profile->nodes);
    profile->traits = pt_arena_alloc(arena, shot->trait_count, sizeof *profile->traits);
    profile->values = pt_arena_alloc(arena, shot->value_count, sizeof *profile->values);
    if (profile->nodes == NULL || profile->traits == NULL || profile->values == NULL) {
        return false;
    }
    for (size_t i = 0; i < shot->node_count; i++) {
        profile->nodes[i] = shot->nodes[i].shown;
        profile->events += shot->nodes[i].shown.events;
    }
    for (size_t i = 0; i < shot->trait_count; i++) {
        profile->traits[i] = shot->traits[i].trait;
    }
    for (size_t i = 0; i < shot->value_count; i++) {
        profile->values[i] = shot->values[i];
    }
    profile->node_count = shot->node_count;
    profile->trait_count = shot->trait_count;
    profile->value_count = shot->value_count;
    return true;
}

PtStr shot_name(const Shot *shot, PtArena *arena)
{
    Profile profile = {0};
    return copy_said(shot, arena, &profile) ? fold_name(&profile, arena) : (PtStr){NULL, 0};
}

static PtStatus copy_out(const Shot *shot, PtArena *arena, Profile *profile, PtError *err)
{
    if (!copy_said(shot, arena, profile)) {
        return no_memory(err);
    }
    const uint64_t newest = shot->has_events ? shot->newest : 0;
    memcpy(profile->id, shot->id, sizeof profile->id);
    profile->created_ms = shot->about.created_ms;
    profile->version = 1 + (newest > shot->about.changed ? newest : shot->about.changed);
    profile->name = fold_name(profile, arena);
    return profile->name.data != NULL ? PT_OK : no_memory(err);
}

/* Who was erased meanwhile is not shown half. */
static PtStatus is_still_there(Profiles *p, const Shot *shot, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st == PT_OK) {
        const bool there = identity_person(p->graph, shot->numbers[0]) != 0;
        profiles_unlock(p);
        st = there ? PT_OK : pt_fail(err, PT_NOT_FOUND, "no profile has that identifier");
    }
    return st;
}

static PtStatus read_profile(Profiles *p, const ShotWho *who, PtArena *arena, Profile *ret_profile,
                             PtError *err)
{
    Shot shot;
    PtStatus st = PT_OK;
    bool again = true;
    for (int i = 0; st == PT_OK && again && i < TRIES; i++) {
        st = shot_take(p, who, arena, &shot, err);
        if (st == PT_OK) {
            st = shot_read_tables(p, &shot, arena, err);
        }
        if (st == PT_OK) {
            st = read_index(p, &shot, &again, err);
        }
    }
    Profile profile = {0};
    if (st == PT_OK) {
        st = is_still_there(p, &shot, err);
    }
    if (st == PT_OK) {
        st = read_touches(p, &shot, &profile, err);
    }
    if (st == PT_OK) {
        st = copy_out(&shot, arena, &profile, err);
    }
    if (st == PT_OK) {
        st = computed_fill(p, shot.numbers, shot.node_count, shot.has_events ? shot.newest + 1 : 0,
                           arena, &profile, err);
    }
    if (st == PT_OK) {
        *ret_profile = profile;
    }
    return st;
}

PtStatus profiles_get(Profiles *p, PtStr id, PtArena *arena, Profile *ret_profile, PtError *err)
{
    const ShotWho who = {.id = id};
    return id.len > 0 ? read_profile(p, &who, arena, ret_profile, err)
                      : pt_fail(err, PT_NOT_FOUND, "no profile has that id");
}

PtStatus profiles_find(Profiles *p, PtStr type, PtStr value, PtArena *arena, Profile *ret_profile,
                       PtError *err)
{
    IdentityClaim claim;
    if (!identity_claim(p->rules, type, value, arena, &claim)) {
        return pt_fail(err, PT_NOT_FOUND, "no profile has that identifier");
    }
    const ShotWho who = {.type = claim.type, .value = claim.value};
    return read_profile(p, &who, arena, ret_profile, err);
}

PtStatus profiles_of_node(Profiles *p, uint32_t node, PtArena *arena, Profile *ret_profile,
                          PtError *err)
{
    const ShotWho who = {.node = node};
    return node != 0 ? read_profile(p, &who, arena, ret_profile, err)
                     : pt_fail(err, PT_NOT_FOUND, "no profile has that identifier");
}

/* ---- Timeline, and the way from an event ----------------------------------------------------- */

PtStatus profiles_timeline(Profiles *p, PtStr id, uint64_t before, size_t max,
                           uint64_t *ret_offsets, size_t *ret_count, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t person = profile_person_find(p, id);
    IdentityNode node;
    size_t count = 0, room = 0;
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &node);) {
        room++;
    }
    uint32_t *nodes = room > 0 ? malloc(room * sizeof *nodes) : NULL;
    for (uint32_t cursor = 0;
         nodes != NULL && count < room && identity_next_node(p->graph, person, &cursor, &node);) {
        nodes[count++] = node.node;
    }
    profiles_unlock(p);
    if (person == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no profile has that id");
    } else if (nodes == NULL) {
        st = no_memory(err);
    } else {
        st = profile_index_before(p->index, nodes, count, before,
                                  max < TIMELINE_MAX ? max : TIMELINE_MAX, ret_offsets, ret_count,
                                  err);
    }
    free(nodes);
    return st;
}

/* Events are filed under the highest identifier they have, which the graph has never refused. */
uint32_t profile_node_of_event(const Profiles *p, const IdentityClaims *claims, PtStr message_id)
{
    for (size_t i = 0; i < claims->count; i++) {
        const IdentityClaim *claim = &claims->items[i];
        const uint32_t node = identity_find(p->graph, claim->type, claim->value);
        if (node != 0) {
            return node;
        }
    }
    return identity_find(p->graph, event_type, message_id);
}

void profiles_id_of_event(Profiles *p, const EventView *event, uint64_t offset, char ret_id[37])
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(EVENT_ARENA);
    IdentityClaims claims;
    ret_id[0] = '\0';
    if (arena == NULL || profiles_lock_read(p, NULL) != PT_OK) {
        return;
    }
    if (offset < p->traits->applied &&
        identity_claims(book_at(p, offset), p->graph, event, arena, &claims, NULL) == PT_OK) {
        const uint32_t person =
            identity_person(p->graph, profile_node_of_event(p, &claims, event->message_id));
        if (person != 0) {
            profile_person_id(p, person, ret_id);
        }
    }
    profiles_unlock(p);
}

/* ---- Traits for rules ------------------------------------------------------------------------ */

/* 0: nobody's. */
static PtStatus node_of_event(Profiles *p, const EventView *event, uint64_t offset, PtArena *arena,
                              uint32_t *ret_node)
{
    IdentityClaims claims;
    PtStatus st = profiles_lock_read(p, NULL);
    if (st != PT_OK) {
        return st;
    }
    st = offset < p->seen
             ? identity_claims(book_at(p, offset), p->graph, event, arena, &claims, NULL)
             : PT_UNAVAILABLE;
    if (st == PT_OK) {
        *ret_node = profile_node_of_event(p, &claims, event->message_id);
    }
    profiles_unlock(p);
    return st;
}

/* As shot_read_tables, of the traits alone. */
static PtStatus read_said(Profiles *p, Shot *shot, PtArena *arena)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->views, false, &tx, NULL);
    for (size_t i = 0; st == PT_OK && i < shot->node_count; i++) {
        const size_t stored_from = shot->trait_count;
        st = read_traits(tx, shot, &shot->nodes[i], arena, NULL);
        if (st == PT_OK) {
            limit_names(shot, &shot->nodes[i], stored_from);
        }
    }
    shot->trait_count = st == PT_OK ? fold_traits(shot->traits, shot->trait_count) : 0;
    return st;
}

static PtStr trait_named(const Shot *shot, const Profile *profile, PtStr name)
{
    for (size_t i = 0; i < profile->computed_count; i++) {
        if (pt_str_eq(profile->computed[i].name, name)) {
            return profile->computed[i].json;
        }
    }
    for (size_t i = 0; i < shot->trait_count; i++) {
        if (pt_str_eq(shot->traits[i].trait.name, name)) {
            return shot->traits[i].trait.json;
        }
    }
    return (PtStr){NULL, 0};
}

PtStatus profiles_traits_of_event(Profiles *p, const EventView *event, uint64_t offset,
                                  const PtStr *names, size_t count, PtArena *arena,
                                  PtStr *ret_values)
{
    Shot shot = {.node_count = 0};
    Profile profile = {.computed_count = 0};
    ShotWho who = {.node = 0};
    PtStatus st = node_of_event(p, event, offset, arena, &who.node);
    const bool filed = st == PT_OK && who.node != 0;
    st = filed ? shot_take(p, &who, arena, &shot, NULL) : st;
    if (filed && st == PT_OK) {
        st = read_said(p, &shot, arena);
    }
    if (filed && st == PT_OK && computed_has(p, names, count)) {
        st = computed_fill(p, shot.numbers, shot.node_count, shot.applied, arena, &profile, NULL);
    }
    if (filed && st == PT_OK) {
        st = is_still_there(p, &shot, NULL);
    }
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        ret_values[i] = st == PT_OK ? trait_named(&shot, &profile, names[i]) : (PtStr){NULL, 0};
    }
    return PT_OK;
}
