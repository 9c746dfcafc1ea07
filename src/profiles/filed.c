// SPDX-License-Identifier: Apache-2.0
/* Numbers of identifiers and persons, told to views that file events under them. */
#include "profiles/filed.h"

#include "base/rng.h"
#include "filed.sql.h"
#include "profiles/identity_book.h"
#include "profiles/read_internal.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Numbering --------------------------------------------------------------------------------
 */

static PtStatus read_numbering(PtSqlTx *tx, char text[static PROFILES_NUMBERING], bool *ret_there,
                               PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NUMBERING_GET, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row && !pt_str_copy(text, PROFILES_NUMBERING, pt_sql_text(tx, 0))) {
        st = pt_fail(err, PT_CORRUPT, "the numbering of identifiers has over %d bytes",
                     PROFILES_NUMBERING - 1);
    }
    pt_sql_done(tx);
    *ret_there = st == PT_OK && row;
    return st;
}

static void new_numbering(char text[static PROFILES_NUMBERING])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[(PROFILES_NUMBERING - 1) / 2];
    pt_random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[PROFILES_NUMBERING - 1] = '\0';
}

PtStatus numbering_load(Profiles *p, PtSqlTx *tx, PtError *err)
{
    char text[PROFILES_NUMBERING];
    bool there = false;
    PtStatus st = read_numbering(tx, text, &there, err);
    if (st != PT_OK) {
        return st;
    }
    if (!there) {
        new_numbering(text);
    }
    atomic_store(&p->numbered, there);
    (void)pthread_rwlock_wrlock(&p->lock);
    memcpy(p->numbering, text, sizeof text);
    (void)pthread_rwlock_unlock(&p->lock);
    return PT_OK;
}

PtStatus numbering_store(Profiles *p, PtSqlTx *tx, PtError *err)
{
    if (atomic_load(&p->numbered)) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(tx, SQL_NUMBERING_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(p->numbering));
    return pt_sql_finish(tx, err);
}

PtStatus numbering_reset(PtSqlTx *tx, PtError *err)
{
    return pt_sql_run(tx, SQL_NUMBERING_CLEAR, err);
}

PtStatus profiles_numbering(PtSqlTx *views, char ret_text[static PROFILES_NUMBERING],
                            uint64_t *ret_next, PtError *err)
{
    char text[PROFILES_NUMBERING];
    uint64_t next = PROFILES_NOWHERE;
    bool there = false;
    PtStatus st = read_numbering(views, text, &there, err);
    st = st == PT_OK ? profiles_position(views, &next, err) : st;
    if (st == PT_OK) {
        there = there && next != PROFILES_NOWHERE;
        (void)pt_str_copy(ret_text, PROFILES_NUMBERING, there ? pt_str(text) : PT_STR(""));
        *ret_next = there ? next : 0;
    }
    return st;
}

void profiles_numbering_now(Profiles *p, char ret_text[static PROFILES_NUMBERING])
{
    ret_text[0] = '\0';
    if (profiles_lock_read(p, NULL) == PT_OK) {
        if (atomic_load(&p->numbered)) {
            memcpy(ret_text, p->numbering, sizeof p->numbering);
        }
        profiles_unlock(p);
    }
}

/* ---- Whose ------------------------------------------------------------------------------------
 */

PtStatus profiles_file(Profiles *p, const EventView *event, uint64_t offset, PtArena *arena,
                       uint32_t *ret_node, PtError *err)
{
    IdentityClaims claims;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    st = identity_claims(book_at(p, offset), p->graph, event, arena, &claims, err);
    if (st == PT_OK) {
        *ret_node = profile_node_of_event(p, &claims, event->message_id);
    }
    profiles_unlock(p);
    return st;
}

uint32_t profiles_person_of(Profiles *p, uint32_t node)
{
    uint32_t person = 0;
    if (profiles_lock_read(p, NULL) == PT_OK) {
        person = identity_person(p->graph, node);
        profiles_unlock(p);
    }
    return person;
}

uint64_t profiles_people_change(Profiles *p)
{
    return atomic_load(&p->people_change);
}

/* Some more than there are now: new identifiers may come before the copy. */
PtStatus profiles_people(Profiles *p, ProfilesPeople *ret_people, PtError *err)
{
    uint32_t room = 0, *person_of = NULL;
    PtStatus st = profiles_lock_read(p, err);
    while (st == PT_OK && (person_of == NULL || identity_counts(p->graph).nodes >= room)) {
        room = identity_counts(p->graph).nodes + 4096;
        profiles_unlock(p);
        free(person_of);
        person_of = malloc(room * sizeof *person_of);
        st = person_of != NULL ? profiles_lock_read(p, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    }
    if (st != PT_OK) {
        free(person_of);
        return st;
    }
    const IdentityCounts counts = identity_counts(p->graph);
    for (uint32_t node = 0; node <= counts.nodes; node++) {
        person_of[node] = identity_person(p->graph, node);
    }
    *ret_people = (ProfilesPeople){.person_of = person_of,
                                   .node_count = counts.nodes + 1,
                                   .person_count = counts.last_person + 1,
                                   .change = atomic_load(&p->people_change)};
    profiles_unlock(p);
    return PT_OK;
}

/* ---- Who that is ------------------------------------------------------------------------------
 */

static PtStatus first_node(Profiles *p, uint32_t person, uint32_t *ret_node, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st == PT_OK) {
        *ret_node = profile_first_node(p, identity_survivor(p->graph, person));
        profiles_unlock(p);
    }
    return st;
}

static PtStatus brief_of(Profiles *p, uint32_t person, PtArena *arena, ProfileBrief *brief,
                         PtError *err)
{
    Shot shot;
    ShotWho who = {.node = 0};
    *brief = (ProfileBrief){.name = PT_STR(""), .detail = PT_STR("")};
    PtStatus st = first_node(p, person, &who.node, err);
    if (st != PT_OK || who.node == 0) {
        return st;
    }
    st = shot_take(p, &who, arena, &shot, err);
    st = st == PT_OK ? shot_read_tables(p, &shot, arena, err) : st;
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? PT_OK : st; // erased since
    }
    memcpy(brief->id, shot.id, sizeof brief->id);
    brief->name = shot_name(&shot, arena);
    brief->detail = shot_detail(&shot);
    return brief->name.data != NULL ? PT_OK
                                    : pt_fail(err, PT_NO_MEMORY, "no memory for names of persons");
}

PtStatus profiles_briefs(Profiles *p, const uint32_t *persons, size_t count, PtArena *arena,
                         ProfileBrief *ret_briefs, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = brief_of(p, persons[i], arena, &ret_briefs[i], err);
    }
    return st;
}
