// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/test_rows.h"
#include "platform/columns/columns_oracle_rig.h"

/* Inside of the oracle: facts (columns_oracle_rig.c) and what is made of them
 * (columns_oracle_cells_rig.c); both of plans by period (columns_oracle_periods_rig.c); walks
 * (columns_oracle_walk_rig.c). */
#define ORACLE_ALL UINT32_MAX

/* One row of somebody's history, as it is now. */
typedef struct Seen {
    const OracleRow *row;
    uint32_t person;
    bool sets[PLAN_SETS];
} Seen;

typedef struct Fact {
    PtStr value;
    /* Series and period; step and 0; cohort and k, or ORACLE_ALL; depth and from << 16 | to;
       0 and k; stage and period; 0 and period. */
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

/* Until the next one. */
Fact *oracle_add_fact(Oracle *o, PtStr value, uint32_t a, uint32_t b, uint32_t person);
uint32_t oracle_period_of(const PlanPeriods *p, int64_t ms);

/* Values and cells of the facts that are there. */
void oracle_make_answer(Oracle *o);

void oracle_facts_of_stickiness(Oracle *o, const Seen *h, size_t count);
void oracle_facts_of_lifecycle(Oracle *o, const Seen *h, size_t count);
void oracle_facts_of_sessions(Oracle *o, const Seen *h, size_t count);
void oracle_answer_stickiness(Oracle *o);
void oracle_answer_lifecycle(Oracle *o);
void oracle_answer_sessions(Oracle *o);
void oracle_compare_stickiness(const Oracle *o, const PlanAnswer *got,
                               char words[static ORACLE_WORDS]);
void oracle_compare_lifecycle(const Oracle *o, const PlanAnswer *got,
                              char words[static ORACLE_WORDS]);
void oracle_compare_sessions(const Oracle *o, const PlanAnswer *got,
                             char words[static ORACLE_WORDS]);
void oracle_compare_walk(const Oracle *o, const PlanAnswer *got, char words[static ORACLE_WORDS]);
