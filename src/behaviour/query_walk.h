// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "behaviour/query_internal.h"
#include "behaviour/statistics.h"

/* Kinds that walk each person's rows themselves: correlation, friction, journey. */

/* ---- Walks (query_walk.c) -------------------------------------------------------------------- */

typedef struct QueryWalk QueryWalk;

/* What is counted of one range of persons, by one thread; begins the kind's own, all of it zeroed
 * at first. */
typedef struct QueryPart {
    QueryWalk *w;
    struct QueryPart *next;
    uint64_t people; /* with an event that the kind looks at */
} QueryPart;

/* Begins the kind's own. */
struct QueryWalk {
    const QueryAsking *a;
    size_t part_bytes;
    PtStatus (*row)(void *part, uint32_t person, uint64_t sets, int64_t time_ms, uint64_t offset,
                    PtError *err);
    PtStatus (*end)(void *part, uint32_t person, PtError *err);
    void (*part_done)(QueryPart *part); /* or NULL: what it holds */
    QueryPeople *found;  /* or NULL: persons are sought, not counted; has room for all */
    QueryPart *parts;    /* that were walked */
    uint64_t people;     /* of them */
    _Atomic size_t left; /* bytes that parts may still take */
};

/* Walks [from_ms, to_ms) of the asking's plan; then the parts are there until query_walk_done,
 * which is called whatever happened. */
PT_NODISCARD PtStatus query_walk(QueryWalk *w, int64_t from_ms, int64_t to_ms,
                                 PlanAnswer *ret_answer, PtError *err);
void query_walk_done(QueryWalk *w);
/* Any thread. PT_TOO_LARGE: over the bytes. */
PT_NODISCARD PtStatus query_walk_charge(QueryWalk *w, size_t bytes, PtError *err);
/* A person that was sought; any thread. */
void query_walk_found(QueryWalk *w, uint32_t person);

/* ---- Traits (query_traits.c): what goes with a conversion, of persons -------------------------
 */

/* Persons by bits: who is counted, and who of them converted. Set by any thread. */
typedef struct QueryConverts {
    uint64_t *counted, *converted; /* in an arena */
    uint32_t person_count;
} QueryConverts;
/* Without persons where the query names no trait. */
PT_NODISCARD PtStatus query_converts_open(const QueryAsking *a, QueryConverts *ret_converts,
                                          PtError *err);
void query_converts_add(QueryConverts *c, uint32_t person, bool converted);

typedef struct QueryTraitValue {
    PtStr text;
    uint64_t n, converted;
} QueryTraitValue;
/* The values of a trait among them, most frequent first, then by text; texts in the asking's arena.
 * PT_TOO_LARGE: over 10,000. */
PT_NODISCARD PtStatus query_trait_values(const QueryAsking *a, const QueryConverts *c, PtStr name,
                                         QueryTraitValue **ret_values, size_t *ret_count,
                                         PtError *err);
/* Those of them who have the value; want: of whom that is so, else all. */
PT_NODISCARD PtStatus query_trait_people(const QueryAsking *a, const QueryConverts *c, PtStr name,
                                         PtStr value, const QueryCell *cell, QueryWalk *w,
                                         PtError *err);

/* ---- Stays (query_stays.c): of a person at a step or a stage ----------------------------------
 */

typedef enum QueryMeasure {
    QUERY_DROP_OFF,
    QUERY_BACK_STEPS,
    QUERY_REPEATED,
    QUERY_FAILED, /* errors */
    QUERY_EMPTY,  /* searches */
    QUERY_HAND_OVER,
    QUERY_STEP_TIME,
    QUERY_MEASURES,
} QueryMeasure;
extern const char *const query_stay_names[QUERY_MEASURES];
#define QUERY_BIT(measure) (1u << (measure))

typedef struct QueryStay {
    bool came;
    uint8_t asked, holds; /* bits of measures: of what the person is counted, what is so */
    int64_t time_ms;      /* where STEP_TIME is asked */
} QueryStay;

typedef struct QueryTally { /* of one step or stage */
    uint64_t people, n[QUERY_MEASURES], count[QUERY_MEASURES];
    int64_t *times; /* owned */
    size_t time_cap;
} QueryTally;

PT_NODISCARD PtStatus query_tally_add(QueryTally *t, const QueryStay *stay, QueryWalk *w,
                                      PtError *err);
PT_NODISCARD PtStatus query_tally_merge(QueryTally *into, const QueryTally *from, QueryWalk *w,
                                        PtError *err);
void query_tally_done(QueryTally *t);
/* The percentile of its times; 0 where there is none. */
int64_t query_tally_time(QueryTally *t);
/* `measures`: of the bits; now beside then. */
void query_tally_write(QueryTally *now, QueryTally *then, unsigned bits, PtJsonOut *out);

/* Whether the stay is one that a cell asks for; time_ms: the percentile. */
bool query_stay_fits(const QueryStay *stay, const QueryCell *cell, int64_t time_ms);
/* `baseline`: its range. */
PT_NODISCARD PtStatus query_stay_baseline(const QueryAsking *a, int64_t *ret_from_ms,
                                          int64_t *ret_to_ms, PtError *err);
void query_stay_write_head(int64_t from_ms, int64_t to_ms, PtJsonOut *out);

/* What the bits of a row mean, beside steps and stages. */
typedef struct QuerySigns {
    uint64_t errors, empty;
    unsigned channel; /* the first of QUERY_CHANNELS bits */
} QuerySigns;
/* Adds the sets of channels to the plan: of the events of the query's own sets. */
PT_NODISCARD PtStatus query_signs_open(const QueryAsking *a, QuerySigns *ret_signs, PtError *err);
/* 1..QUERY_CHANNELS; 0: none. */
static inline unsigned query_channel_of(const QuerySigns *s, uint64_t sets)
{
    const uint64_t bits = sets >> s->channel & ((1u << QUERY_CHANNELS) - 1);
    return bits == 0 ? 0 : (unsigned)__builtin_ctzll(bits) + 1;
}
extern const char *const query_channel_names[QUERY_CHANNELS + 1];
