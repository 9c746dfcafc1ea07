// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/condition_internal.h"
#include "rules/window_internal.h"

/* Rules over a person, inside of the module: the compiled form that sequence.c reads and writes,
 * and sequence_run.c runs.
 */
typedef struct WhoSet {
    PtStr *names;
    size_t name_count;
    RuleNode *where;            /* NULL: none */
    PtProgram *named, *program; /* names and where; NULL: all */
    PtStr text;                 /* its normal form: two with the same are one */
} WhoSet;

/* A step of a sequence as often as it is wanted: with at_least 3 the steps stand three times. */
typedef struct WhoStep {
    unsigned set;
    uint64_t bit;      /* of set */
    uint64_t without;  /* sets */
    int64_t within_ms; /* 0: whenever */
    bool begins;       /* the first one */
    bool absent;       /* "not": the last one only */
} WhoStep;

typedef enum WhoPartKind { WHO_DID, WHO_SEQUENCE, WHO_TRAIT } WhoPartKind;

#define WHO_NO_LIMIT UINT32_MAX

typedef struct WhoPart {
    WhoPartKind kind;
    RuleWindow window;
    uint64_t looks_at; /* sets that matter in any way */
    uint64_t counts;   /* sets that may be counted or be a step, not an absent one */
    struct WhoPart *next;

    unsigned set;       /* DID */
    uint32_t low, high; /* holds for low <= count <= high */
    uint32_t ring_size; /* newest times that decide when the truth changes; 0: none do */

    WhoStep *steps;      /* SEQUENCE: step_count, at_least times */
    uint32_t step_count; /* of one */
    uint32_t total;      /* of all */
    uint32_t at_least;

    RuleNode *trait; /* TRAIT */
    PtProgram *program;

    size_t index;    /* of DID and SEQUENCE: in RuleWho.parts */
    size_t state_at; /* first of the run's step states, of its times */
} WhoPart;

typedef enum WhoOp { WHO_ALL, WHO_ANY, WHO_NOT, WHO_PART } WhoOp;

typedef struct WhoNode {
    WhoOp op;
    WhoPart *part;
    struct WhoNode *first, *next;
} WhoNode;

struct RuleWho {
    PtArena *arena;
    WhoNode *root;
    WhoSet sets[RULE_SETS];
    size_t set_count;
    WhoPart *parts[RULE_PARTS]; /* DID and SEQUENCE */
    size_t part_count;
    WhoPart *owned; /* all of them, for what they own */
    bool traits;
    size_t states, times; /* that a run needs */
};

/* The number of the event set that these members describe (data NULL: not there); a new one only
 * where none is equal. */
PT_NODISCARD PtStatus rule_set_read(Reading *r, RuleWho *w, PtStr event, PtStr where,
                                    unsigned *ret_set);
PT_NODISCARD PtStatus rule_set_read_object(Reading *r, RuleWho *w, PtStr json, unsigned *ret_set);
void rule_set_write_members(const WhoSet *set, PtJsonOut *out);
void rule_set_write(const WhoSet *set, PtJsonOut *out);
