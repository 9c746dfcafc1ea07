// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which priority a ticket has, and why: a pure function of the policy, the facts and the instant.
 *
 * The strongest reason wins; none ever lowers:
 *   category  the floor of the ticket's row in the category table
 *   matrix    touchpoint x scope x urgency, of several touchpoints the strongest; or, by the method
 *             "impact_urgency", impact x urgency, where the impact that nobody set follows from
 *             the scope (single: low, store: medium, else high)
 *   label     what somebody calls it
 * Then the peak calendar raises, to P1 at most: the largest raise of a peak that holds at the
 * instant for one of the touchpoints.
 */
enum {
    DESK_POLICY_BYTES = 128 << 10,
    DESK_POLICY_CATEGORIES = 200,
    DESK_POLICY_TOUCHPOINTS = 100,
    DESK_POLICY_PEAKS = 200,
    DESK_NAME_MAX = 64, /* bytes of an id */
    DESK_TITLE_MAX = 200,
    DESK_ESCALATE_MAX = 30 * 24 * 60, /* minutes */
    DESK_UPDATE_MAX = 24 * 60,        /* likewise */
    DESK_LINK_DAYS_MAX = 365,
    DESK_ZONE_MAX = 64, /* bytes */
};

typedef enum DeskScope {
    DESK_SINGLE,     /* one till, one customer */
    DESK_STORE,      /* a store */
    DESK_SEVERAL,    /* several of them */
    DESK_WIDESPREAD, /* a region, or the whole chain */
    DESK_SCOPES
} DeskScope;
typedef enum DeskLevel { DESK_HIGH, DESK_MEDIUM, DESK_LOW, DESK_LEVELS } DeskLevel;
enum { DESK_LEVEL_UNSET = DESK_LEVELS };
typedef enum DeskMethod { DESK_BY_TOUCHPOINT, DESK_BY_IMPACT, DESK_METHODS } DeskMethod;
typedef enum DeskAction { /* what follows when an incident is opened; bits by value */
                          DESK_ACT_MAJOR,   /* declare a major incident */
                          DESK_ACT_PROBLEM, /* a problem record beside it */
                          DESK_ACT_CHANGE,  /* a change record, to be reviewed */
                          DESK_ACT_VENDOR,  /* escalate to the service's vendor */
                          DESK_ACTIONS
} DeskAction;
extern const char *const desk_scopes[];  /* "single" ..., NULL */
extern const char *const desk_levels[];  /* "high", "medium", "low", NULL */
extern const char *const desk_methods[]; /* "touchpoint", "impact_urgency", NULL */
extern const char *const desk_actions[]; /* "major_incident", ..., NULL */

typedef struct DeskCategory {
    PtStr id, name, touchpoint, queue;
    uint8_t floor;        /* 1..5 */
    uint8_t actions;      /* bits by DeskAction */
    DeskLevel urgency;    /* where nobody says one */
    int64_t escalate_min; /* from opening, unless acknowledged; 0: at once; -1: never */
} DeskCategory;

typedef struct DeskTouchpoint {
    PtStr id;                                /* "*": of any other */
    uint8_t cells[DESK_SCOPES][DESK_LEVELS]; /* 1..5 */
} DeskTouchpoint;

/* A scope is reached where one of its numbers is; 0: that one never does. */
typedef struct DeskReach {
    int64_t stores, tills, customers;
} DeskReach;

typedef struct DeskPeak {
    PtStr name;
    int64_t from_ms, to_ms; /* to: outside */
    uint8_t raise;          /* 1..4 */
    const PtStr *touchpoints;
    size_t touchpoint_count; /* 0: all */
} DeskPeak;

/* Of major incidents: what their stakeholders are promised. */
typedef struct DeskMajor {
    int64_t update_min; /* an update is due every so many minutes; 0: none is */
    int64_t link_days;  /* that links are valid after the end */
    PtStr zone;         /* that they are told times in, by its IANA name */
} DeskMajor;

typedef struct DeskRules {
    DeskMethod method;
    DeskMajor major;
    DeskReach reach[DESK_SCOPES];             /* of DESK_SINGLE: not read */
    uint8_t impact[DESK_LEVELS][DESK_LEVELS]; /* [impact][urgency] */
    DeskTouchpoint *touchpoints;
    DeskCategory *categories;
    DeskPeak *peaks;
    size_t touchpoint_count, category_count, peak_count;
} DeskRules;

/* The document as it comes with Patron: the six rows of the issue, a till fault, and the 3x3 matrix
 * as a setting. */
extern const char desk_policy_default[];

/* Reads and checks the document; everything is in the arena, also texts. PT_INVALID names the place
 * as a JSON pointer. */
PT_NODISCARD PtStatus desk_rules_read(PtStr json, PtArena *arena, DeskRules *ret_rules,
                                      PtError *err);
/* 1..DESK_NAME_MAX of a-z, 0-9 and _, the first a letter. */
bool desk_id_valid(PtStr id);
/* NULL: the table has no such row. */
const DeskCategory *desk_rules_category(const DeskRules *rules, PtStr id);

typedef struct DeskFacts {
    PtStr category;
    const PtStr *touchpoints; /* none: that of the category */
    size_t touchpoint_count;
    int64_t stores, tills, customers;
    DeskLevel impact;  /* DESK_LEVEL_UNSET: by scope */
    DeskLevel urgency; /* DESK_LEVEL_UNSET: by the category, else medium */
    unsigned label;    /* 1..5; 0: none */
} DeskFacts;

DeskScope desk_scope(const DeskRules *rules, const DeskFacts *facts);

/* Appends the explanation to `why` (a failure is sticky there), NULL: none is wanted:
 * {"priority": 1, "because": "matrix", "reasons": [{"rule": "category", "row": "till_fault",
 * "priority": 3}, {"rule": "matrix", "touchpoint": ..., "scope": ..., "urgency": ..., "priority":
 * 1}, ...]}. Returns 1..5. */
unsigned desk_priority(const DeskRules *rules, const DeskFacts *facts, int64_t now_ms, PtBuf *why);
