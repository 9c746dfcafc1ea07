// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "events/events.h"
#include "platform/program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rules: the door of the module. One typed tree, written as JSON, compiled to a program; the folds
 * that make one value of a customer's history; and sequences, which say who somebody is by what
 * they did. Segments, queries, journeys, policies and computed traits say what they mean with it.
 *
 * A condition (JSON)
 *   {"all": [C, ...]}  {"any": [C, ...]}  {"not": C}   all of none holds, any of none does not
 *   {"property": "total", "is": "at_least", "value": 50}       of the event's properties; "a.b" and
 *                                          "products.0.sku" go into objects and lists
 *   {"context": "device.type", ...}        of the event's context, the batch's under its own
 *   {"trait": "plan", ...}                 of the person; the name is taken whole
 *   {"field": "event|type|channel|source|timestamp", ...}      of the event itself; event: the name
 *                                          of a track, page or screen; source: its id
 *   is: equals, not_equals, less, at_most, more, at_least, between (value: [low, high], both
 *       inside), one_of and none_of (value: list), contains, not_contains, begins_with, ends_with,
 *       exists, absent, true, false, before, after (value: an RFC 3339 time). Text is compared
 *       without regard to ASCII case, but for equals, not_equals, one_of and none_of with
 *       "exact": true.
 *   Typed: an operator says what kind it compares; a number in text ("12.50") is a number for
 *       less ... between, a text that is a time is one for before and after; else the kinds must
 *       agree. What is missing, null or of another kind compares false, so that its negation
 *       (not_equals, none_of, not_contains) holds. Numbers are compared as doubles. Objects and
 *       lists exist and equal nothing.
 * Bounds   RULE_DEPTH levels, RULE_CONDITIONS comparisons, RULE_LIST values of a list, RULE_TEXT
 *          bytes of a text, RULE_JSON bytes in all; 64 KiB of texts to compare with. PT_INVALID
 *          names the place as a JSON pointer and the bound.
 * Threads  Compiled things are immutable.
 */
enum {
    RULE_DEPTH = 16,
    RULE_CONDITIONS = 200,
    RULE_LIST = 1000,
    RULE_TEXT = 1000,
    RULE_JSON = 262144,
    RULE_PATH_DEPTH = 16, /* names in a path */
    RULE_LAST_DAYS = 10000,
    RULE_BACK = 1000,
    RULE_EVENTS = 100, /* names in a fold's `events` */
};

/* ---- Operands: what the rules of one set read, each once ------------------------------------- */
typedef enum RuleRoot { RULE_PROPERTY, RULE_CONTEXT, RULE_TRAIT, RULE_FIELD } RuleRoot;
/* How a value is read: one operand each. */
typedef enum RuleAs { RULE_AS_IS, RULE_AS_NUMBER, RULE_AS_TIME, RULE_AS_COUNT } RuleAs;

typedef struct RuleOperands RuleOperands; /* grows while rules are compiled against it */
PT_NODISCARD PtStatus rule_operands_new(RuleOperands **ret_operands, PtError *err);
void rule_operands_free(RuleOperands *o); /* accepts NULL; after the rules that use it */
uint32_t rule_operands_count(const RuleOperands *o);
/* What slot < count reads, for whoever fills slots from elsewhere than events (a scan of columns).
 * path: names by dots, a trait's name, a field's; borrowed until the next rule is compiled. */
typedef struct RuleOperand {
    RuleRoot root;
    RuleAs as;
    PtStr path;
} RuleOperand;
RuleOperand rule_operand_at(const RuleOperands *o, uint32_t slot);
/* Fills values[rule_operands_count] with what the event says, in one pass over its payload; traits,
 * channel and source are left NONE. The texts are of the event or the arena. PT_NO_MEMORY only. */
PT_NODISCARD PtStatus rule_operands_load(const RuleOperands *o, const EventView *event,
                                         PtArena *arena, PtValue *values, PtError *err);

/* What the payload does not tell, and who loads may: asks says whether any rule reads it, tell sets
 * it in loaded values. */
typedef enum RuleTold {
    RULE_TOLD_CHANNEL, /* as profiles_channel: "web", "app", "store", "service" */
    RULE_TOLD_SOURCE,  /* the id of the event's source */
} RuleTold;
bool rule_operands_asks(const RuleOperands *o, RuleTold what);
void rule_operands_tell(const RuleOperands *o, RuleTold what, PtStr text, PtValue *values);

/* The name of a trait operand; false: the operand is none. For whoever fills those in, with
 * rule_operand_read: one trait may be several operands, each of which reads it in its own way (as
 * it is, as a number, as a time). `json` is checked JSON, or empty: NONE. */
bool rule_operand_trait(const RuleOperands *o, uint32_t slot, PtStr *ret_name);
PT_NODISCARD PtStatus rule_operand_read(const RuleOperands *o, uint32_t slot, PtStr json,
                                        PtArena *arena, PtValue *ret_value, PtError *err);

/* ---- Conditions ------------------------------------------------------------------------------ */
typedef struct RuleCondition RuleCondition;
PT_NODISCARD PtStatus rule_condition_read(PtStr json, RuleOperands *o,
                                          RuleCondition **ret_condition, PtError *err);
void rule_condition_free(RuleCondition *c);                    /* accepts NULL */
void rule_condition_write(const RuleCondition *c, PtBuf *out); /* the same form, normalised */
bool rule_condition_holds(const RuleCondition *c, const PtValue *values);
bool rule_condition_reads_traits(const RuleCondition *c);
/* One program that holds where all of these conditions do, over the operands that they were read
 * with; the caller's. */
PT_NODISCARD PtStatus rule_conditions_program(const RuleCondition *const *conditions, size_t count,
                                              RuleOperands *o, PtProgram **ret_program,
                                              PtError *err);

/* ---- Folds: one value of a history -------------------------------------------------------------
 * {"fold": "count|sum|average|least|most|first|last|most_frequent|distinct|exists",
 *  "events": ["Order Completed", ...]      names; none: all of them; v1 aliases are their v2 names
 *  "where": C                              conditions on the event (no traits); may be left out
 *  "property": "total"                     or "context"; not for count and exists; "currency": true
 *                                          (sum only) keeps a sum for each currency of the event
 *  "window": {"last": {"days": 30}}        (now - 30 d, now]; seconds, minutes, hours, days, added
 *            {"calendar": "day|week|month|quarter|year", "zone": "Europe/Berlin", "back": 0}
 *                                          the whole period that holds now, or `back` before it;
 *                                          weeks begin on Monday; without a zone: UTC
 *            left out: ever, whatever the timestamp}
 * Meaning  Of the events that match with a timestamp inside of the window as of `now`; none is
 *          counted twice; order, for first and last, by (timestamp, position).
 * Numbers  sum, average, least and most take numbers, and numbers in text, as micros: rounded
 *          half-even past the sixth place, out of +-9,223,372,036,854.775807 left out. Sums are
 *          exact; average is sum / count, half-even to micros.
 * Values   first, last, most_frequent and distinct take texts, numbers and truths as received; two
 *          numbers are the same by their value (1.50 and 1.5), a number and a text never. Texts
 *          over RULE_TEXT bytes are left out. Of equally frequent ones the one said last.
 * Left out Events without the property, with null, an object or a list, or with what the fold does
 *          not take, count for nothing, also not in `events`.
 * Currency three letters in properties.currency, else "XXX"; the result is an object by code.
 */
typedef enum RuleFoldKind {
    RULE_COUNT,
    RULE_SUM,
    RULE_AVERAGE,
    RULE_LEAST,
    RULE_MOST,
    RULE_FIRST,
    RULE_LAST,
    RULE_MOST_FREQUENT,
    RULE_DISTINCT,
    RULE_EXISTS,
    RULE_FOLD_KINDS,
} RuleFoldKind;

typedef struct RuleFold RuleFold;
PT_NODISCARD PtStatus rule_fold_read(PtStr json, RuleOperands *o, RuleFold **ret_fold,
                                     PtError *err);
void rule_fold_free(RuleFold *f); /* accepts NULL */
void rule_fold_write(const RuleFold *f, PtBuf *out);
RuleFoldKind rule_fold_kind(const RuleFold *f);
/* For an index by event name: names[count], none: every event is asked. */
size_t rule_fold_events(const RuleFold *f, const PtStr **ret_names);
bool rule_fold_matches(const RuleFold *f, const PtValue *values);

/* What a fold keeps of one identifier's events: bytes that only these functions read. It holds what
 * is inside of the window, or will be.
 *
 * Window   The order of adding does not matter; adding the same position again changes nothing. Of
 *          more than RULE_FOLD_ENTRIES entries, or RULE_FOLD_BYTES of them, the newest are kept,
 *          and the result is `cut` while one that was dropped may lie inside of the window.
 * Ever     Compact, so positions must rise: one at or below the highest that was counted before is
 *          taken as added already. (History that comes in behind newer events goes into a state of
 *          its own: rule_result takes several.) Of distinct and most_frequent those values
 *          that were said first are kept, up to the same bounds, then the result is `cut`.
 */
enum { RULE_FOLD_ENTRIES = 10000, RULE_FOLD_BYTES = 1 << 20 };
typedef struct RuleState RuleState;
PT_NODISCARD PtStatus rule_state_new(const RuleFold *f, RuleState **ret_state, PtError *err);
void rule_state_free(RuleState *s); /* accepts NULL */
PT_NODISCARD PtStatus rule_state_read(const RuleFold *f, PtStr bytes, RuleState **ret_state,
                                      PtError *err); /* PT_CORRUPT */
void rule_state_write(const RuleState *s, PtBuf *out);
/* An event that matched. now_ms: what lies behind the window as of then may be dropped. */
PT_NODISCARD PtStatus rule_state_add(RuleState *s, uint64_t position, int64_t timestamp_ms,
                                     const PtValue *values, int64_t now_ms, PtError *err);

typedef struct RuleResult {
    bool known;      /* false: no event in the window; JSON null (count 0, exists false, distinct
                        0 are known) */
    bool cut;        /* more entries than are kept: a lower bound */
    PtStr json;      /* the value, in the arena; of equal histories the same bytes */
    uint64_t events; /* of the window */
    int64_t
        changes_ms; /* the next instant at which it may change without an event; INT64_MAX: none */
} RuleResult;
/* The states of a person's identifiers together, in any order, as of now; no position is in two of
 * them. NULL states are taken as empty. */
PT_NODISCARD PtStatus rule_result(const RuleFold *f, const RuleState *const *states, size_t count,
                                  int64_t now_ms, PtArena *arena, RuleResult *ret_result,
                                  PtError *err);

/* ---- Sequences: who somebody is by what they did, in which order, and what they did not ---------
 * A rule over a person ("who"), as of an instant:
 *   {"all": [W, ...]}  {"any": [W, ...]}  {"not": W}
 *   {"trait": "plan", "is": ...}           as in a condition; no property, context or field here
 *   {"did": E, "times": {"at_least": 3}, "window": ...}
 *                                          times: at_least (1..), at_most (0..), both, or exactly
 *                                          (0..), up to RULE_TIMES; left out: at least once
 *   {"absent": E, "window": ...}           did at most 0 times
 *   {"sequence": [S, S, ...], "at_least": 1, "window": ...}
 *                                          2..RULE_STEPS steps, at_least 1..RULE_AGAIN times
 * An event set E
 *   {"event": "Cart Viewed", "where": C}   event: a name or a list of them (RULE_EVENTS), as a
 *                                          fold's `events`; left out: all. where: conditions on the
 *                                          event (no traits); may be left out
 * A step S: an event set and
 *   "within": {"hours": 2}                 not on the first step; seconds, minutes, hours, days
 *   "without": [E, ...]                    not on the first step; up to RULE_WITHOUTS
 *   "not": true                            the last step only, with within and no without: it did
 *                                          not come
 * Bounds   RULE_SETS event sets that differ, RULE_PARTS did, absent and sequence; those of
 *          conditions over the whole rule.
 *
 * Meaning
 *   Order     Events stand by (time, position). The same pair again is the same event. "Behind" is
 *             behind in this order, also at the same time.
 *   Window    As of folds: (now - t, now]; a calendar period by its zone; left out: ever, whatever
 *             the timestamp, also ahead of now. did and absent count the events inside. The steps
 *             of a sequence lie inside, all of them.
 *   Steps     There are events e1, e2, ... one for each step, each behind the one before; other
 *             events may lie between. An event is one step only.
 *   within    time(e) < time(the step before) + within.
 *   without   No event of these sets lies strictly between the step before and e, by order. The two
 *             themselves may be of them.
 *   not       No event of the set is behind the step before with a time < time(the step before) +
 *             within, inside of the window or behind it; and now has come to that instant, at which
 *             the sequence ends.
 *   Any way   A sequence holds when events can be chosen so in any way: it does not matter that a
 *             first attempt went wrong.
 *   at_least  So many that follow each other: each begins behind the last event of the one before;
 *             where that ends with `not`, at or behind the instant at which it ended. The one that
 *             ends earliest is taken first, which gives the most there can be.
 */
enum {
    RULE_SETS = 64,
    RULE_PARTS = 32,
    RULE_STEPS = 20,
    RULE_AGAIN = 20,
    RULE_TIMES = 1000,
    RULE_WITHOUTS = 10, /* event sets in a step's `without` */
};

typedef struct RuleWho RuleWho;
PT_NODISCARD PtStatus rule_who_read(PtStr json, RuleOperands *o, RuleWho **ret_who, PtError *err);
void rule_who_free(RuleWho *w); /* accepts NULL; after its runs */
void rule_who_write(const RuleWho *w, PtBuf *out);
bool rule_who_reads_traits(const RuleWho *w);

/* The event sets, equal ones once: bit i of a mask says that an event is of set i. Of a scan of
 * columns: names tell the event's code, `where` runs on its slots. Borrowed from the rule. */
typedef struct RuleSet {
    const PtStr *names;
    size_t name_count;      /* 0: events of all names, and without one */
    const PtProgram *where; /* over the operands; NULL: all */
} RuleSet;
size_t rule_who_sets(const RuleWho *w);
RuleSet rule_who_set(const RuleWho *w, size_t index);
/* The mask of an event that was loaded. */
uint64_t rule_who_mask(const RuleWho *w, const PtValue *values);

/* A run looks at one person after another: begin, feed each event, end. It takes all of its memory
 * when it is made, so that these three do not fail.
 *
 * begin    As of now_ms; forgets the person before.
 * from     After begin: events before it need not be fed.
 * feed     By (time, position), rising; the same pair again is passed over; out of order: the truth
 *          is anything. Events whose mask is 0 need not be fed; those behind now_ms should be.
 * Cost: the parts that look at these sets; of a sequence the steps that were reached. end traits:
 * values of the operands; only trait operands are read, and none (NULL) where the rule reads no
 * traits. Threads  One at a time.
 */
typedef struct RuleRun RuleRun;
typedef struct RuleTruth {
    bool holds;
    int64_t changes_ms; /* over now: until then it stays without an event, at it it may change;
                           INT64_MAX: never */
} RuleTruth;
PT_NODISCARD PtStatus rule_run_new(const RuleWho *w, RuleRun **ret_run, PtError *err);
void rule_run_free(RuleRun *r); /* accepts NULL */
void rule_run_begin(RuleRun *r, int64_t now_ms);
int64_t rule_run_from(const RuleRun *r);
void rule_run_feed(RuleRun *r, uint64_t sets, int64_t time_ms, uint64_t position);
RuleTruth rule_run_end(const RuleRun *r, const PtValue *traits);

static inline void rule_operands_freep(RuleOperands **o)
{
    rule_operands_free(*o);
}

static inline void rule_condition_freep(RuleCondition **c)
{
    rule_condition_free(*c);
}

static inline void rule_fold_freep(RuleFold **f)
{
    rule_fold_free(*f);
}

static inline void rule_state_freep(RuleState **s)
{
    rule_state_free(*s);
}

static inline void rule_who_freep(RuleWho **w)
{
    rule_who_free(*w);
}

static inline void rule_run_freep(RuleRun **r)
{
    rule_run_free(*r);
}
