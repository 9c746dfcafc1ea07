// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rules.h"

/* For tests and benches: rules compiled and events loaded; what fails ends the process. */
typedef struct RulesRig {
    RuleOperands *operands;
    PtArena *arena; /* of loaded values; grows until rules_rig_done */
    PtValue values[PT_PROGRAM_SLOTS];
} RulesRig;

void rules_rig_init(RulesRig *rig);
void rules_rig_done(RulesRig *rig);
RuleCondition *rules_rig_condition(RulesRig *rig, const char *json);
RuleFold *rules_rig_fold(RulesRig *rig, const char *json);
RuleWho *rules_rig_who(RulesRig *rig, const char *json);
/* The text with ' for ", so that JSON can be read in a table; into out, NUL-terminated. */
const char *rules_rig_quoted(const char *text, char *out, size_t size);
/* A track event with these members besides. */
EventView rules_rig_event(const char *name, const char *raw, int64_t timestamp_ms);
const PtValue *rules_rig_load(RulesRig *rig, const EventView *event);
