// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "rules/reading_internal.h"

/* Windows of folds, inside of the module: which timestamps count as of an instant, and when one
 * begins and ceases to.
 */
typedef enum RuleWindowKind { RULE_EVER, RULE_LAST_MS, RULE_CALENDAR } RuleWindowKind;

typedef enum RulePeriod { RULE_DAY, RULE_WEEK, RULE_MONTH, RULE_QUARTER, RULE_YEAR } RulePeriod;

typedef struct RuleWindow {
    RuleWindowKind kind;
    RulePeriod period;
    int64_t last_ms;
    int64_t back;
    PtStr zone_name; /* in the reading's arena */
    PtZone *zone;    /* owned: pt_zone_free */
} RuleWindow;

typedef struct RuleSpan {
    int64_t from_ms, until_ms; /* from <= timestamp < until */
} RuleSpan;

/* {"days": 2, "hours": 12}: added; a second to RULE_LAST_DAYS. */
PT_NODISCARD PtStatus rule_duration_read(Reading *r, PtStr json, int64_t *ret_ms);
void rule_duration_write(const char *name, int64_t ms, PtJsonOut *out); /* in its largest unit */

PT_NODISCARD PtStatus rule_window_read(Reading *r, PtStr json, RuleWindow *ret_window);
void rule_window_write(const RuleWindow *w, PtJsonOut *out); /* nothing for ever */

RuleSpan rule_window_span(const RuleWindow *w, int64_t now_ms);
/* The first instant as of which a timestamp is inside, and the first after that as of which it is
 * not; INT64_MAX: never. Not for ever. */
int64_t rule_window_enters(const RuleWindow *w, int64_t timestamp_ms);
int64_t rule_window_leaves(const RuleWindow *w, int64_t timestamp_ms);
