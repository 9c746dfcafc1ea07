// SPDX-License-Identifier: Apache-2.0
/* Which household a node's traits make it one of. */
#include "profiles/groups_internal.h"
#include "profiles/standard.h"
#include "profiles/traits_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct SaidName {
    PtStr trait;
    size_t at;
} said_names[] = {
    {PT_STR_INIT("household_id"), offsetof(HouseholdSaid, household_id)},
    {PT_STR_INIT("householdId"), offsetof(HouseholdSaid, household_id)},
    {PT_STR_INIT("first_name"), offsetof(HouseholdSaid, first_name)},
    {PT_STR_INIT("firstName"), offsetof(HouseholdSaid, first_name)},
    {PT_STR_INIT("last_name"), offsetof(HouseholdSaid, last_name)},
    {PT_STR_INIT("lastName"), offsetof(HouseholdSaid, last_name)},
    {PT_STR_INIT("name"), offsetof(HouseholdSaid, name)},
    {PT_STR_INIT("address"), offsetof(HouseholdSaid, address)},
    {PT_STR_INIT("street"), offsetof(HouseholdSaid, street)},
    {PT_STR_INIT("postal_code"), offsetof(HouseholdSaid, postcode)},
    {PT_STR_INIT("postalCode"), offsetof(HouseholdSaid, postcode)},
    {PT_STR_INIT("city"), offsetof(HouseholdSaid, city)},
    {PT_STR_INIT("country"), offsetof(HouseholdSaid, country)},
};

PtStr *household_said_at(HouseholdSaid *said, PtStr trait)
{
    for (size_t i = 0; i < sizeof said_names / sizeof *said_names; i++) {
        if (pt_str_eq(trait, said_names[i].trait)) {
            return (PtStr *)(void *)((char *)said + said_names[i].at);
        }
    }
    return NULL;
}

bool groups_concern(PtStr trait)
{
    HouseholdSaid any;
    return household_said_at(&any, trait) != NULL;
}

bool groups_make(PtStr trait)
{
    HouseholdSaid any;
    const PtStr *at = household_said_at(&any, trait);
    return at == &any.household_id || at == &any.address || at == &any.street;
}

/* ---- Texts ----------------------------------------------------------------------------------- */

/* A copy, cut at a letter; "" of what is no text or number. */
static PtStr copy_text(PtStr json, PtBuf *text, char *out, size_t room)
{
    PtStr s = profile_json_text(json, text);
    while (s.len > 0 && s.data[0] == ' ') {
        s = pt_str_from(s, 1);
    }
    while (s.len > 0 && s.data[s.len - 1] == ' ') {
        s.len--;
    }
    s.len = s.len < room ? s.len : room;
    while (s.len > 0 && !pt_utf8_valid(s)) {
        s.len--;
    }
    if (s.len > 0) {
        memcpy(out, s.data, s.len);
    }
    return (PtStr){out, s.len};
}

static PtStr either(PtStr object, const char *a, const char *b, PtStr flat)
{
    const PtStr first = profile_member(object, pt_str(a));
    if (first.data != NULL) {
        return first;
    }
    const PtStr second = b != NULL ? profile_member(object, pt_str(b)) : (PtStr){NULL, 0};
    return second.data != NULL ? second : flat;
}

enum { PART = 128, SHOWN_NAME = 80, SHOWN_CITY = 70 };

typedef struct Parts {
    char street_room[PART], number_room[PART], postcode_room[PART], city_room[PART];
    char country_room[PART];
    PtStr street, number, postcode, city, country;
} Parts;

static void read_parts(const HouseholdSaid *said, PtBuf *text, Parts *p)
{
    const PtStr a = said->address, none = {NULL, 0};
    p->street = copy_text(either(a, "street", "line1", said->street), text, p->street_room, PART);
    p->number = copy_text(either(a, "number", "house_number", none), text, p->number_room, PART);
    p->postcode = copy_text(either(a, "postal_code", "postalCode", said->postcode), text,
                            p->postcode_room, PART);
    p->city = copy_text(either(a, "city", NULL, said->city), text, p->city_room, SHOWN_CITY);
    p->country = copy_text(either(a, "country", NULL, said->country), text, p->country_room, PART);
}

/* ---- Households ------------------------------------------------------------------------------ */

/* All of it, or nobody shares it: a house without its number is a whole street. */
static void derive(const StandardName *name, const Parts *parts, char out[static GROUP_NAMED_MAX])
{
    char country[STANDARD_COUNTRY];
    StandardAddress a;
    standard_country(parts->country, country);
    standard_address(parts->street, parts->number, parts->postcode, parts->city, country, &a);
    const char *place = a.postcode[0] != '\0' ? a.postcode : a.city;
    if (name->family[0] != '\0' && a.street[0] != '\0' && a.number[0] != '\0' && place[0] != '\0') {
        (void)snprintf(out, GROUP_NAMED_MAX, "%s, %s %s, %s", name->family, a.street, a.number,
                       place);
    }
}

void households_read(const HouseholdSaid *said, PtBuf *text, Households *ret_households)
{
    char id[GROUP_NAMED_MAX + 1], first[PART], last[SHOWN_NAME], whole[PART],
        label[GROUP_LABEL_MAX];
    Parts parts;
    StandardName name;
    Households h = {0};
    const PtStr declared = copy_text(said->household_id, text, id, sizeof id);
    const PtStr family = copy_text(said->last_name, text, last, sizeof last);
    if (declared.len > 0 && declared.len <= GROUP_NAMED_MAX) {
        memcpy(h.declared, declared.data, declared.len);
    }
    standard_name(copy_text(said->first_name, text, first, sizeof first), family,
                  copy_text(said->name, text, whole, sizeof whole), &name);
    read_parts(said, text, &parts);
    derive(&name, &parts, h.derived);
    const PtStr shown = family.len > 0 ? family : pt_str(name.family), city = parts.city;
    (void)snprintf(h.label, sizeof h.label, "%.*s%s%.*s", PT_STR_ARG(shown),
                   shown.len > 0 && city.len > 0 ? ", " : "", PT_STR_ARG(city));
    if (h.label[0] == '\0') { // nothing else is known of it
        const PtStr own = copy_text(said->household_id, text, label, sizeof label);
        memcpy(h.label, own.data, own.len);
    }
    *ret_households = h;
}
