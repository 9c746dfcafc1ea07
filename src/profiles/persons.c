// SPDX-License-Identifier: Apache-2.0
/* Persons by number and by id. An id is a keyed hash of the position that the person began with, so
 * it is worked out where it is shown; only a table from ids to numbers is kept. */
#include "base/uuid.h"
#include "profiles/profiles_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1024 }; /* a power of two */

struct Persons {
    ProfilePerson *rows; /* of person n at n - 1 */
    size_t count, room;
    uint32_t *slots; /* person numbers by id; 0: free */
    size_t slot_count;
};

PtStatus persons_new(Profiles *p, PtError *err)
{
    Persons *ps = calloc(1, sizeof *ps);
    if (ps != NULL) {
        ps->slots = calloc(SLOTS_FIRST, sizeof *ps->slots);
    }
    if (ps == NULL || ps->slots == NULL) {
        free(ps);
        return pt_fail(err, PT_NO_MEMORY, "no memory for persons");
    }
    ps->slot_count = SLOTS_FIRST;
    p->persons = ps;
    return PT_OK;
}

void persons_free(Profiles *p)
{
    if (p->persons != NULL) {
        free(p->persons->rows);
        free(p->persons->slots);
        free(p->persons);
        p->persons = NULL;
    }
}

void persons_clear(Profiles *p)
{
    p->persons->count = 0;
    memset(p->persons->slots, 0, p->persons->slot_count * sizeof *p->persons->slots);
}

size_t persons_bytes(const Profiles *p)
{
    return p->persons->room * sizeof *p->persons->rows +
           p->persons->slot_count * sizeof *p->persons->slots;
}

/* Version 8 of RFC 9562: the bits are our own. */
static PtUuid id_of(const Profiles *p, uint64_t created)
{
    PtUuid id;
    uint8_t position[8];
    for (int i = 0; i < 8; i++) {
        position[i] = (uint8_t)(created >> (8 * i));
    }
    const PtHash128 h = pt_hash128((PtStr){(const char *)position, sizeof position}, p->id_key);
    for (int i = 0; i < 8; i++) {
        id.bytes[i] = (uint8_t)(h.hi >> (56 - 8 * i));
        id.bytes[8 + i] = (uint8_t)(h.lo >> (56 - 8 * i));
    }
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x80);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

static size_t slot_of(PtUuid id, size_t slot_count)
{
    uint64_t bits;
    memcpy(&bits, id.bytes, sizeof bits); // a hash already
    return (size_t)bits & (slot_count - 1);
}

static void put_slot(const Profiles *p, uint32_t *slots, size_t slot_count, uint32_t number)
{
    size_t at = slot_of(id_of(p, p->persons->rows[number - 1].created), slot_count);
    while (slots[at] != 0) {
        at = (at + 1) & (slot_count - 1);
    }
    slots[at] = number;
}

/* What is larger is made beside what readers use, and put in its place under the lock. */
static PtStatus grow_rows(Profiles *p, size_t more, PtError *err)
{
    Persons *ps = p->persons;
    size_t room = ps->room == 0 ? SLOTS_FIRST / 2 : ps->room;
    while (room < ps->count + more) {
        room *= 2;
    }
    if (room == ps->room) {
        return PT_OK;
    }
    ProfilePerson *rows = malloc(room * sizeof *rows), *old = ps->rows;
    if (rows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu persons", room);
    }
    if (ps->count > 0) {
        memcpy(rows, old, ps->count * sizeof *rows);
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    ps->rows = rows;
    ps->room = room;
    (void)pthread_rwlock_unlock(&p->lock);
    free(old);
    return PT_OK;
}

static PtStatus grow_slots(Profiles *p, size_t more, PtError *err)
{
    Persons *ps = p->persons;
    size_t count = ps->slot_count;
    while (count < 2 * (ps->count + more)) {
        count *= 2;
    }
    if (count == ps->slot_count) {
        return PT_OK;
    }
    uint32_t *slots = calloc(count, sizeof *slots), *old = ps->slots;
    if (slots == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the ids of %zu persons", count / 2);
    }
    for (size_t i = 0; i < ps->count; i++) {
        put_slot(p, slots, count, (uint32_t)i + 1);
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    ps->slots = slots;
    ps->slot_count = count;
    (void)pthread_rwlock_unlock(&p->lock);
    free(old);
    return PT_OK;
}

PtStatus persons_reserve(Profiles *p, size_t more, PtError *err)
{
    PtStatus st = grow_rows(p, more, err);
    return st == PT_OK ? grow_slots(p, more, err) : st;
}

void persons_add(Profiles *p, const ProfilePerson *person)
{
    p->persons->rows[p->persons->count++] = *person;
    put_slot(p, p->persons->slots, p->persons->slot_count, (uint32_t)p->persons->count);
}

void persons_change(Profiles *p, uint32_t number, uint64_t offset)
{
    p->persons->rows[number - 1].changed = offset;
}

bool profile_person(const Profiles *p, uint32_t person, ProfilePerson *ret_person)
{
    if (person == 0 || person > p->persons->count) {
        return false;
    }
    *ret_person = p->persons->rows[person - 1];
    return true;
}

void profile_person_id(const Profiles *p, uint32_t person, char ret_id[static 37])
{
    ProfilePerson row;
    ret_id[0] = '\0';
    if (profile_person(p, person, &row) && identity_survivor(p->graph, person) != 0) {
        (void)pt_uuid_format(id_of(p, row.created), ret_id);
    }
}

uint32_t profile_person_find(const Profiles *p, PtStr id)
{
    const Persons *ps = p->persons;
    PtUuid want;
    if (!pt_uuid_parse(id, &want)) {
        return 0;
    }
    const size_t mask = ps->slot_count - 1;
    for (size_t at = slot_of(want, mask + 1); ps->slots[at] != 0; at = (at + 1) & mask) {
        const uint32_t number = ps->slots[at];
        const PtUuid id_there = id_of(p, ps->rows[number - 1].created);
        if (memcmp(id_there.bytes, want.bytes, sizeof want.bytes) == 0) {
            return identity_survivor(p->graph, number);
        }
    }
    return 0;
}
