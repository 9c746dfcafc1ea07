// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/program.h"
#include "rules/rules.h"
#include "work/work.h"

/* What a compiled policy is, and the walk that both the fold and the explanation are. */

typedef enum WorkIn { WORK_IN_ALWAYS, WORK_IN_STORE, WORK_IN_QUEUE, WORK_IN_ID } WorkIn;

typedef struct WorkTarget {
    WorkIn in;
    PtStr id;        /* of WORK_IN_ID; the policy's arena */
    int64_t span_ms; /* 0 where it is in days, and where nothing is promised */
    uint32_t days;
} WorkTarget;

typedef enum WorkStepAt {
    WORK_STEP_AFTER,
    WORK_STEP_PERCENT,
    WORK_STEP_OVER,
    WORK_STEP_WHEN
} WorkStepAt;

typedef struct WorkStepRule {
    PtStr name;
    WorkStepAt at;
    int64_t value;       /* ms, percent, or times */
    RuleCondition *when; /* of WORK_STEP_WHEN; else "if", or NULL */
    uint32_t reads;      /* bits by WorkFact */
} WorkStepRule;

typedef enum WorkWhen {
    WORK_START,
    WORK_PAUSE,
    WORK_RESUME,
    WORK_STOP,
    WORK_RESET,
    WORK_CANCEL,
    WORK_WHENS
} WorkWhen;

typedef enum WorkAgain { WORK_AGAIN_NEVER, WORK_AGAIN_ON, WORK_AGAIN_ANEW } WorkAgain;

typedef struct WorkDefinition {
    bool there;
    bool retroactive, warn_wall;
    WorkAgain again;
    int64_t warn_ms;
    WorkTarget targets[WORK_PRIORITIES];
    RuleCondition *when[WORK_WHENS]; /* NULL: left out */
    WorkStepRule steps[WORK_STEPS];
    uint8_t step_count;
} WorkDefinition;

enum {
    WORK_SLOT_EVENT = WORK_FACTS,
    WORK_SLOTS = 2 * WORK_FACTS + 1, /* operands of one policy: each fact as it is and as a number,
                                        and the event */
};

struct WorkPolicy {
    PtArena *arena;
    PtStr json, name;
    RuleOperands *operands;
    uint8_t slots[WORK_SLOTS]; /* by operand: its fact, or WORK_SLOT_EVENT */
    uint32_t slot_count;
    RuleCondition *applies;
    WorkDefinition clocks[WORK_CLOCKS];
};

/* The operands of a policy as of these facts; the texts are borrowed. */
void work_policy_values(const WorkPolicy *p, const PtStr facts[static WORK_FACTS], PtStr event,
                        PtValue values[static WORK_SLOTS]);
/* 0..4, or -1: no priority. */
int work_priority_of(PtStr text);
/* Target + span, far enough from the ends of int64_t. */
static inline int64_t work_add_ms(int64_t a, int64_t b)
{
    return a == WORK_NEVER || b == WORK_NEVER ? WORK_NEVER : a + b;
}

/* ---- The walk over a history -----------------------------------------------------------------
 * From one instant at which something changes (a row, a version of a policy) to the next: what
 * holds is judged at the first, and the stretch between is accounted for.
 */
enum { WORK_MARKS = WORK_STEPS + 1, WORK_MARK_RISK = WORK_STEPS };

/* What a clock knows, besides the facts: enough to go on from. */
typedef struct WorkRun {
    bool begun, stopped, paused, cancelled;
    bool late; /* over its target, by instants */
    int64_t started_ms, stopped_ms;
    int64_t elapsed_ms, target_ms;
    int64_t due_ms;            /* where the target was reached, or was last expected */
    int64_t marks[WORK_MARKS]; /* at risk and steps, likewise */
    uint32_t round, met, breached;
    const WorkDefinition *stepped; /* whose steps `held` counts */
    uint8_t held[WORK_STEPS];      /* rows at which the condition of WORK_STEP_WHEN held */
} WorkRun;

typedef struct WorkWalk {
    const WorkRules *rules;
    const WorkRow *rows;
    size_t count;
    WorkClockKind kind;
    int64_t now_ms;
    PtStr facts[WORK_FACTS];
    PtStr event; /* of the row that is being judged; empty at a version's instant */
    size_t row;
    const WorkVersion *version; /* in force and applies, or NULL */
    const WorkDefinition *def;  /* of the version; NULL: no such clock */
    const WorkTarget *target;   /* NULL: nothing is promised */
    PtValue values[WORK_SLOTS]; /* of version's policy */
    WorkRun run;
    struct WorkStory *story; /* NULL: nobody asks why */
} WorkWalk;

/* Checks the rows and walks to now_ms. */
PT_NODISCARD PtStatus work_walk(WorkWalk *w, PtError *err);
/* What the walk came to, with the instants that are ahead. */
void work_walk_clock(WorkWalk *w, WorkClock *ret_clock);

/* The calendar of the walk's target at an instant; NULL: always open. *ret_until_ms over at_ms. */
const PtCalendar *work_walk_calendar(const WorkWalk *w, int64_t at_ms, int64_t *ret_until_ms);

/* ---- The story: what an explanation is made of ------------------------------------------------
 */
typedef struct WorkStory {
    PtArena *arena;
    WorkStretch *list;
    size_t count, cap;
    PtStatus status; /* sticky */
} WorkStory;

void work_story_add(WorkStory *s, const WorkWalk *w, int64_t from_ms, int64_t to_ms);
