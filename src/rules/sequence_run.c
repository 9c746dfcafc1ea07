// SPDX-License-Identifier: Apache-2.0
/* Runs of rules over a person.
 *
 * Of each step of a sequence the run keeps the latest event that ends a chain of events up to that
 * step. That is enough: whatever may follow an earlier one may follow the latest one, too, for its
 * `within` ends later and less lies behind it; and the latest one's chain is the one that began
 * latest (by induction over the steps), which is the one that stays longest inside of a sliding
 * window. An absent step is the other way around: of the events whose time runs, the earliest is
 * kept, for it ends first; one that comes and interrupts interrupts all later ones with it.
 */
#include "rules/sequence_internal.h"

#include <stdlib.h>

typedef struct StepState {
    int64_t ms;       /* of that event */
    int64_t start_ms; /* of the first event of its chain */
    int64_t ended_ms; /* absent, ended: the start of the chain that did last */
    bool there;       /* absent: the time runs */
    bool ended;       /* absent: some time ran out */
} StepState;

typedef struct PartState {
    RuleSpan span;
    int64_t leaves_ms; /* CALENDAR: when all that is inside of the window leaves it */
    int64_t ahead_ms;  /* of the first one behind the window; INT64_MAX: none */
    int64_t
        ripens_ms;    /* the first instant ahead of now at which a sequence ends; INT64_MAX: none */
    bool inside;      /* some event that counts is inside of the window */
    uint64_t count;   /* DID */
    uint32_t reached; /* SEQUENCE: states from here on are empty */
} PartState;

struct RuleRun {
    const RuleWho *who;
    StepState *states;
    int64_t *times;
    PartState parts[RULE_PARTS];
    int64_t now_ms, from_ms;
    bool begun; /* the spans are of now_ms */
    bool fed;
    int64_t last_ms;
    uint64_t last_position;
};

PtStatus rule_run_new(const RuleWho *w, RuleRun **ret_run, PtError *err)
{
    PT_CLEANUP(rule_run_freep) RuleRun *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->who = w;
        r->states = calloc(w->states + 1, sizeof *r->states);
        r->times = calloc(w->times + 1, sizeof *r->times);
    }
    if (r == NULL || r->states == NULL || r->times == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to run a rule");
    }
    *ret_run = PT_TAKE(r);
    return PT_OK;
}

void rule_run_free(RuleRun *r)
{
    if (r != NULL) {
        free(r->states);
        free(r->times);
        free(r);
    }
}

/* ---- Begin ----------------------------------------------------------------------------------- */

static void find_spans(RuleRun *r, int64_t now_ms)
{
    r->from_ms = INT64_MAX;
    for (size_t i = 0; i < r->who->part_count; i++) {
        const RuleWindow *window = &r->who->parts[i]->window;
        PartState *s = &r->parts[i];
        s->span = rule_window_span(window, now_ms);
        s->leaves_ms = window->kind == RULE_CALENDAR && s->span.from_ms < s->span.until_ms
                           ? rule_window_leaves(window, s->span.until_ms - 1)
                           : INT64_MAX;
        r->from_ms = s->span.from_ms < r->from_ms ? s->span.from_ms : r->from_ms;
    }
    r->now_ms = now_ms;
    r->begun = true;
}

void rule_run_begin(RuleRun *r, int64_t now_ms)
{
    if (!r->begun || now_ms != r->now_ms) {
        find_spans(r, now_ms);
    }
    for (size_t i = 0; i < r->who->part_count; i++) {
        PartState *s = &r->parts[i];
        if (s->reached > 0) {
            memset(&r->states[r->who->parts[i]->state_at], 0, s->reached * sizeof *r->states);
        }
        s->ahead_ms = s->ripens_ms = INT64_MAX;
        s->inside = false;
        s->count = 0;
        s->reached = 0;
    }
    r->fed = false;
}

int64_t rule_run_from(const RuleRun *r)
{
    return r->from_ms;
}

/* ---- Sequences ------------------------------------------------------------------------------- */

static int64_t end_of(const WhoStep *step, int64_t ms)
{
    int64_t end_ms;
    return __builtin_add_overflow(ms, step->within_ms, &end_ms) ? INT64_MAX : end_ms;
}

/* The time of an absent step has run out; the sequence has ended only once now is there, too. */
static void let_end(const RuleRun *r, const WhoPart *part, PartState *s, uint32_t i)
{
    StepState *state = &r->states[part->state_at + i];
    const int64_t end_ms = end_of(&part->steps[i], state->ms);
    state->there = false;
    if (end_ms <= r->now_ms) {
        state->ended = true;
        state->ended_ms = state->start_ms;
    } else {
        s->ripens_ms = end_ms < s->ripens_ms ? end_ms : s->ripens_ms;
    }
}

static void settle(const RuleRun *r, const WhoPart *part, PartState *s, uint32_t i, int64_t ms)
{
    const StepState *state = &r->states[part->state_at + i];
    if (state->there && end_of(&part->steps[i], state->ms) <= ms) {
        let_end(r, part, s, i);
    }
}

/* The event is one that step i had to do without: what has not ended by now never will. */
static void interrupt(const RuleRun *r, const WhoPart *part, PartState *s, uint32_t i, int64_t ms)
{
    settle(r, part, s, i, ms);
    r->states[part->state_at + i].there = false;
}

/* From the event that has just ended a chain up to the step before the absent step i, its time
 * runs. */
static void wait_from(const RuleRun *r, const WhoPart *part, PartState *s, uint32_t i,
                      const StepState *from)
{
    StepState *state = &r->states[part->state_at + i];
    settle(r, part, s, i, from->ms);
    if (!state->there) {
        state->ms = from->ms;
        state->start_ms = from->start_ms;
        state->there = true;
    }
}

/* Whether an event at ms may be step i, by what came before; and when that chain began. */
static bool may_follow(const RuleRun *r, const WhoPart *part, PartState *s, uint32_t i, int64_t ms,
                       int64_t *ret_start_ms)
{
    if (i == 0) {
        *ret_start_ms = ms;
        return true;
    }
    const WhoStep *step = &part->steps[i];
    const StepState *before = &r->states[part->state_at + i - 1];
    if (part->steps[i - 1].absent) {
        settle(r, part, s, i - 1, ms);
        *ret_start_ms = before->ended_ms;
        return before->ended;
    }
    *ret_start_ms = before->start_ms;
    return before->there && (step->within_ms == 0 ||
                             (uint64_t)ms - (uint64_t)before->ms < (uint64_t)step->within_ms);
}

static void take_step(const RuleRun *r, const WhoPart *part, PartState *s, uint32_t i, int64_t ms)
{
    StepState *state = &r->states[part->state_at + i];
    int64_t start_ms;
    uint32_t reached = i + 1;
    if (!may_follow(r, part, s, i, ms, &start_ms)) {
        return;
    }
    state->ms = ms;
    state->start_ms = start_ms;
    state->there = true;
    if (reached < part->total && part->steps[reached].absent) {
        wait_from(r, part, s, reached++, state);
    }
    s->reached = reached > s->reached ? reached : s->reached;
}

/* From the last step back, so that the event meets at each step what was there before it came: it
 * is one step only, and none of those that lie between. */
static void feed_sequence(const RuleRun *r, const WhoPart *part, PartState *s, uint64_t sets,
                          int64_t ms, bool inside)
{
    const uint32_t last = s->reached < part->total ? s->reached : part->total - 1;
    for (uint32_t i = last + 1; i-- > 0;) {
        const WhoStep *step = &part->steps[i];
        if ((sets & step->bit) != 0) {
            if (step->absent) {
                interrupt(r, part, s, i, ms);
            } else if (inside) {
                take_step(r, part, s, i, ms);
            }
        }
        if ((sets & step->without) != 0) {
            r->states[part->state_at + i - 1].there = false;
        }
    }
}

/* ---- Feed ------------------------------------------------------------------------------------ */

static void feed_part(const RuleRun *r, const WhoPart *part, PartState *s, uint64_t sets,
                      int64_t ms)
{
    const bool ever = part->window.kind == RULE_EVER;
    const bool inside = ever || (ms >= s->span.from_ms && ms < s->span.until_ms);
    if ((sets & part->counts) != 0) {
        if (inside) {
            s->inside = true;
        } else if (ms >= s->span.until_ms && ms < s->ahead_ms) {
            s->ahead_ms = ms;
        }
    }
    if (part->kind == WHO_SEQUENCE) {
        if (inside || ms >= s->span.until_ms) {
            feed_sequence(r, part, s, sets, ms, inside);
        }
    } else if (inside) {
        if (part->ring_size > 0) {
            r->times[part->state_at + s->count % part->ring_size] = ms;
        }
        s->count++;
    }
}

void rule_run_feed(RuleRun *r, uint64_t sets, int64_t time_ms, uint64_t position)
{
    const RuleWho *w = r->who;
    if (sets == 0 || (r->fed && time_ms == r->last_ms && position == r->last_position)) {
        return;
    }
    r->fed = true;
    r->last_ms = time_ms;
    r->last_position = position;
    for (size_t i = 0; i < w->part_count; i++) {
        if ((w->parts[i]->looks_at & sets) != 0) {
            feed_part(r, w->parts[i], &r->parts[i], sets, time_ms);
        }
    }
}

/* ---- End ------------------------------------------------------------------------------------- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The time of the newest, the second newest, ... event inside of a sliding window; n from 1. */
static int64_t newest_ms(const RuleRun *r, const WhoPart *part, const PartState *s, uint64_t n)
{
    return r->times[part->state_at + (s->count - n) % part->ring_size];
}

/* In a sliding window events leave one after another, those of the same time together. */
static int64_t did_leaves(const RuleRun *r, const WhoPart *part, const PartState *s, bool holds)
{
    int64_t ms;
    if (holds && part->low > 0) {
        ms = newest_ms(r, part, s, part->low);
    } else if (s->count > part->high) {
        ms = newest_ms(r, part, s, (uint64_t)part->high + 1);
        if (part->low > 0 && newest_ms(r, part, s, part->low) == ms) {
            return INT64_MAX; // from too many to too few at once
        }
    } else {
        return INT64_MAX;
    }
    return rule_window_leaves(&part->window, ms);
}

static RuleTruth did_truth(const RuleRun *r, const WhoPart *part, const PartState *s)
{
    const bool holds = s->count >= part->low && s->count <= part->high;
    RuleTruth truth = {holds, INT64_MAX};
    if (part->window.kind == RULE_LAST_MS) {
        truth.changes_ms = did_leaves(r, part, s, holds);
    } else if (part->window.kind == RULE_CALENDAR && s->inside && holds != (part->low == 0)) {
        truth.changes_ms = s->leaves_ms;
    }
    return truth;
}

static RuleTruth sequence_truth(const RuleRun *r, const WhoPart *part, const PartState *s)
{
    const uint32_t last = part->total - 1;
    const StepState *state = &r->states[part->state_at + last];
    bool holds = state->there;
    int64_t start_ms = state->start_ms, ripens_ms = s->ripens_ms;
    if (part->steps[last].absent) {
        const int64_t end_ms = state->there ? end_of(&part->steps[last], state->ms) : INT64_MAX;
        holds = state->ended || end_ms <= r->now_ms;
        start_ms = end_ms <= r->now_ms ? state->start_ms : state->ended_ms;
        ripens_ms = end_ms > r->now_ms ? sooner(end_ms, ripens_ms) : ripens_ms;
    }
    if (part->window.kind == RULE_EVER) {
        return (RuleTruth){holds, holds ? INT64_MAX : ripens_ms};
    }
    if (part->window.kind == RULE_LAST_MS) {
        return (RuleTruth){holds, holds ? rule_window_leaves(&part->window, start_ms) : ripens_ms};
    }
    ripens_ms = ripens_ms < s->leaves_ms ? ripens_ms : INT64_MAX;
    return (RuleTruth){holds, holds ? s->leaves_ms : ripens_ms};
}

static RuleTruth part_truth(const RuleRun *r, const WhoPart *part, const PtValue *traits)
{
    if (part->kind == WHO_TRAIT) {
        return (RuleTruth){pt_program_run(part->program, traits), INT64_MAX};
    }
    const PartState *s = &r->parts[part->index];
    RuleTruth truth = part->kind == WHO_DID ? did_truth(r, part, s) : sequence_truth(r, part, s);
    if (s->ahead_ms != INT64_MAX) {
        truth.changes_ms = sooner(truth.changes_ms, rule_window_enters(&part->window, s->ahead_ms));
    }
    return truth;
}

/* Of `all`: where it holds, the first one that changes ends that; where not, all of those that do
 * not hold have to change. Of `any` the other way around. */
static RuleTruth node_truth(const RuleRun *r, const WhoNode *node, const PtValue *traits)
{
    if (node->op == WHO_PART) {
        return part_truth(r, node->part, traits);
    }
    if (node->op == WHO_NOT) {
        const RuleTruth inner = node_truth(r, node->first, traits);
        return (RuleTruth){!inner.holds, inner.changes_ms};
    }
    const bool all = node->op == WHO_ALL;
    int64_t first_ms = INT64_MAX, last_ms = INT64_MIN;
    bool decided = false;
    for (const WhoNode *item = node->first; item != NULL; item = item->next) {
        const RuleTruth truth = node_truth(r, item, traits);
        first_ms = sooner(first_ms, truth.changes_ms);
        if (truth.holds != all) {
            decided = true;
            last_ms = truth.changes_ms > last_ms ? truth.changes_ms : last_ms;
        }
    }
    return (RuleTruth){decided ? !all : all, decided ? last_ms : first_ms};
}

RuleTruth rule_run_end(const RuleRun *r, const PtValue *traits)
{
    return node_truth(r, r->who->root, traits);
}
