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

/* Rules: the door of the module. One typed tree, written as JSON, compiled to a program; and the
 * folds that make one value of a customer's history. Segments, queries, journeys, policies and
 * computed traits say what they mean with it.
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
typedef struct RuleOperands RuleOperands; /* grows while rules are compiled against it */
PT_NODISCARD PtStatus rule_operands_new(RuleOperands **ret_operands, PtError *err);
void rule_operands_free(RuleOperands *o); /* accepts NULL; after the rules that use it */
uint32_t rule_operands_count(const RuleOperands *o);
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
