// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/str.h"
#include "profiles/standard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What traits say that has a standard form, under whatever name they say it. */
typedef enum StandardFact {
    FACT_NAME,
    FACT_FIRST,
    FACT_LAST,
    FACT_EMAIL,
    FACT_PHONE,
    FACT_BIRTHDAY,
    FACT_STREET,
    FACT_NUMBER,
    FACT_POSTCODE,
    FACT_CITY,
    FACT_COUNTRY,
    STANDARD_FACTS,
} StandardFact;

/* Zero but for the arena before the first trait. Of several traits that say one fact the same one
 * counts in whatever order they come. */
typedef struct StandardFacts {
    PtArena *arena;              /* of the texts; may be NULL where no trait is added */
    PtStr text[STANDARD_FACTS];  /* decoded, at most STANDARD_INPUT_MAX bytes; "": not said */
    PtStr trait[STANDARD_FACTS]; /* the trait that says it: "firstName", "address"; constant */
    uint8_t rank[STANDARD_FACTS];
    bool failed; /* no memory */
} StandardFacts;

bool standard_facts_want(PtStr trait); /* a trait of that name says one of them */
/* json: its value; other traits and values that are no texts, numbers or objects say nothing. */
void standard_facts_add(StandardFacts *facts, PtStr trait, PtStr json);
