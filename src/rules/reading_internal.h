// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/operands_internal.h"

#include <stdbool.h>

/* Reading the JSON of rules, inside of the module: objects with known members, and failures that
 * name their place. The text has been checked as JSON before (rule_reading_begin).
 */
enum { RULE_JSON_DEPTH = 64, RULE_POINTER = 160 };

typedef struct Reading {
    RuleOperands *o;
    PtArena *arena; /* of what is read */
    PtBuf scratch;
    PtError *err;
    unsigned comparisons;
    bool traits;                /* some condition reads one */
    const char *no_traits;      /* not NULL: why none may */
    char pointer[RULE_POINTER]; /* where we are; NUL-terminated */
    size_t pointer_len;
} Reading;

/* PT_INVALID: no JSON, over RULE_JSON bytes. done frees the scratch. */
PT_NODISCARD PtStatus rule_reading_begin(Reading *r, PtStr json, RuleOperands *o, PtArena *arena,
                                         PtError *err);
void rule_reading_done(Reading *r);

/* Goes to a member, or an item; back with what it returned. */
size_t rule_enter(Reading *r, const char *name);
size_t rule_enter_item(Reading *r, size_t index);
void rule_leave(Reading *r, size_t before);

/* PT_INVALID with the place in front. */
PT_NODISCARD PtStatus rule_bad(Reading *r, const char *fmt, ...) PT_PRINTF(2, 3);
/* The same of a failure that came from elsewhere: PT_NO_MEMORY stays what it is. */
PT_NODISCARD PtStatus rule_bad_from(Reading *r, const PtError *why);
PT_NODISCARD PtStatus rule_no_memory(Reading *r);

typedef struct RuleMember {
    const char *name;
    PtStr json; /* data NULL: not there */
} RuleMember;

/* Finds the members of an object; others, and one that stands twice, are PT_INVALID. */
PT_NODISCARD PtStatus rule_members(Reading *r, PtStr json, RuleMember *members, size_t count);

/* A text of 1..max bytes, in the arena. */
PT_NODISCARD PtStatus rule_text(Reading *r, PtStr json, size_t max, PtStr *ret_text);
/* A whole number of low..high. */
PT_NODISCARD PtStatus rule_whole(Reading *r, PtStr json, int64_t low, int64_t high,
                                 int64_t *ret_value);
PT_NODISCARD PtStatus rule_truth(Reading *r, PtStr json, bool *ret_truth);
/* A text, number or truth; a number's text is its one spelling. Texts are in the arena. */
PT_NODISCARD PtStatus rule_scalar(Reading *r, PtStr json, PtValue *ret_value);

/* Items of a list: PtJson from rule_list, then next until it says false. */
PT_NODISCARD PtStatus rule_list(Reading *r, PtStr json, size_t max, PtJson *ret_list,
                                size_t *ret_count);
bool rule_list_next(PtJson *list, PtStr *ret_item);
