// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/map.h"
#include "events/decode_internal.h"
#include "events/plans.h"
#include "events/schema_internal.h"

#include <stdatomic.h>

typedef struct PlanRule {
    EventType type;
    EventPlanMode mode; /* the plan's where it has none */
    EventSchema *schema;
} PlanRule;

struct EventPlan {
    atomic_uint holders;
    EventPlanEdit edit; /* texts in `text` */
    PtBuf text, rules_text;
    char id[37]; /* "" of a draft */
    int64_t version;
    PtArena *arena; /* of the rules */
    PlanRule *rules;
    size_t rule_count;
    PtMap *by_event; /* type and name -> rule */
    unsigned types;  /* bits of the event types that have a rule */
};

enum { EVENT_PLAN_NOTE_MAX = 1000 }; /* bytes of violations in a record, about */

/* Judges a draft that the intake's own rules let pass: reason, detail, flags and view.plan. */
PT_NODISCARD PtStatus event_plan_apply(const EventPlan *plan, EventSchemaRun *run,
                                       EventDraft *draft, EventText *text, PtError *err);

/* Appends the value as JSON. */
void schema_doc_write(const SchemaDoc *doc, uint32_t value, PtJsonOut *out);
