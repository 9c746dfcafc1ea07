// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/test_rows.h"
#include "platform/columns/columns_oracle_rig.h"

/* Inside of the oracle: facts (columns_oracle_rig.c) and what is made of them
 * (columns_oracle_cells_rig.c). */
#define ORACLE_ALL UINT32_MAX

/* One row of somebody's history, as it is now. */
typedef struct Seen {
    const OracleRow *row;
    uint32_t person;
    bool sets[PLAN_SETS];
} Seen;

typedef struct Fact {
    PtStr value;
    /* Series and period; step and 0; cohort and k, or ORACLE_ALL; depth and from << 16 | to. */
    uint32_t a, b;
    uint32_t person;
    uint64_t order; /* of the person's facts */
    bool counts;    /* false: for the weight only */
    double number;
    int64_t micros;
} Fact;

typedef struct Value {
    PtStr text;
    uint64_t weight;
} Value;

struct Oracle {
    const ColumnsPlan *plan;
    const OracleRows *in;
    PtArena *arena;
    Seen *seen; /* by (person, time, offset) */
    size_t seen_count;
    Fact *facts;
    size_t fact_count, fact_cap;
    Value *values;
    size_t value_count;
    uint64_t paths;
    PlanAnswer answer;
    uint32_t *persons;
};

static inline void *oracle_must(void *memory)
{
    assert_non_null(memory);
    return memory;
}

/* Values and cells of the facts that are there. */
void oracle_make_answer(Oracle *o);
