// SPDX-License-Identifier: Apache-2.0
/* By which names traits say what has a standard form. */
#include "profiles/standard_facts.h"

#include "base/json.h"
#include "profiles/traits_internal.h"

enum { FLAT_RANK = 32 }; /* above all of an address */

typedef struct FactName {
    const char *name;
    StandardFact fact;
} FactName;

/* Of two names of one fact the later in these tables wins, and of both tables this one. */
static const FactName trait_facts[] = {
    {"birthDate", FACT_BIRTHDAY},
    {"birth_date", FACT_BIRTHDAY},
    {"birthdate", FACT_BIRTHDAY},
    {"birthday", FACT_BIRTHDAY},
    {"city", FACT_CITY},
    {"country", FACT_COUNTRY},
    {"dateOfBirth", FACT_BIRTHDAY},
    {"email", FACT_EMAIL},
    {"firstName", FACT_FIRST},
    {"first_name", FACT_FIRST},
    {"lastName", FACT_LAST},
    {"last_name", FACT_LAST},
    {"name", FACT_NAME},
    {"phone", FACT_PHONE},
    {"postalCode", FACT_POSTCODE},
    {"postal_code", FACT_POSTCODE},
    {"street", FACT_STREET},
    {"zip", FACT_POSTCODE},
};

/* Of the object `address`. */
static const FactName address_facts[] = {
    {"street", FACT_STREET},        {"line1", FACT_STREET},
    {"houseNumber", FACT_NUMBER},   {"house_number", FACT_NUMBER},
    {"number", FACT_NUMBER},        {"postalCode", FACT_POSTCODE},
    {"postal_code", FACT_POSTCODE}, {"postcode", FACT_POSTCODE},
    {"zip", FACT_POSTCODE},         {"city", FACT_CITY},
    {"country", FACT_COUNTRY},
};

static const PtStr address_trait = PT_STR_INIT("address");

static const FactName *find_name(const FactName *rows, size_t count, PtStr name)
{
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(name, pt_str(rows[i].name))) {
            return &rows[i];
        }
    }
    return NULL;
}

static const FactName *trait_fact(PtStr trait)
{
    return find_name(trait_facts, sizeof trait_facts / sizeof *trait_facts, trait);
}

bool standard_facts_want(PtStr trait)
{
    return pt_str_eq(trait, address_trait) || trait_fact(trait) != NULL;
}

/* rank: of what says it; a lower one does not take the place of a higher. */
static void set_text(StandardFacts *facts, StandardFact fact, size_t rank, PtStr trait, PtStr json)
{
    PtBuf text;
    if (rank < facts->rank[fact]) {
        return;
    }
    pt_buf_init(&text, EVENT_MAX_BYTES);
    PtStr decoded = profile_json_text(json, &text);
    if (decoded.len > 0) {
        decoded.len = decoded.len < STANDARD_INPUT_MAX ? decoded.len : STANDARD_INPUT_MAX;
        const PtStr copy = pt_arena_str(facts->arena, decoded);
        facts->failed = facts->failed || copy.data == NULL;
        facts->text[fact] = copy;
        facts->trait[fact] = trait;
        facts->rank[fact] = (uint8_t)rank;
    }
    facts->failed = facts->failed || pt_buf_status(&text) == PT_NO_MEMORY;
    pt_buf_done(&text);
}

static void read_address(StandardFacts *facts, PtStr object)
{
    PtJson j;
    pt_json_init(&j, object, EVENT_MAX_DEPTH);
    if (object.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const FactName *row =
            find_name(address_facts, sizeof address_facts / sizeof *address_facts, j.raw);
        PtStr value;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        if (row != NULL) {
            set_text(facts, row->fact, 1 + (size_t)(row - address_facts), address_trait, value);
        }
    }
}

void standard_facts_add(StandardFacts *facts, PtStr trait, PtStr json)
{
    if (pt_str_eq(trait, address_trait)) {
        read_address(facts, json);
        return;
    }
    const FactName *row = trait_fact(trait);
    if (row != NULL) {
        set_text(facts, row->fact, FLAT_RANK + (size_t)(row - trait_facts), pt_str(row->name),
                 json);
    }
}
