// SPDX-License-Identifier: Apache-2.0
#include "rules/rules_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
        abort();
    }
}

void rules_rig_init(RulesRig *rig)
{
    PtError err = {0};
    must(rule_operands_new(&rig->operands, &err), &err);
    rig->arena = pt_arena_new(64 << 20);
    if (rig->arena == NULL) {
        abort();
    }
}

void rules_rig_done(RulesRig *rig)
{
    rule_operands_free(rig->operands);
    pt_arena_free(rig->arena);
}

RuleCondition *rules_rig_condition(RulesRig *rig, const char *json)
{
    PtError err = {0};
    RuleCondition *c = NULL;
    must(rule_condition_read(pt_str(json), rig->operands, &c, &err), &err);
    return c;
}

RuleFold *rules_rig_fold(RulesRig *rig, const char *json)
{
    PtError err = {0};
    RuleFold *f = NULL;
    must(rule_fold_read(pt_str(json), rig->operands, &f, &err), &err);
    return f;
}

RuleWho *rules_rig_who(RulesRig *rig, const char *json)
{
    PtError err = {0};
    RuleWho *w = NULL;
    must(rule_who_read(pt_str(json), rig->operands, &w, &err), &err);
    return w;
}

const char *rules_rig_quoted(const char *text, char *out, size_t size)
{
    const size_t len = strlen(text);
    if (len >= size) {
        abort();
    }
    for (size_t i = 0; i <= len; i++) {
        out[i] = text[i] == '\'' ? '"' : text[i];
    }
    return out;
}

EventView rules_rig_event(const char *name, const char *raw, int64_t timestamp_ms)
{
    return (EventView){.type = EVENT_TRACK,
                       .name = pt_str(name),
                       .raw = pt_str(raw),
                       .timestamp_ms = timestamp_ms};
}

const PtValue *rules_rig_load(RulesRig *rig, const EventView *event)
{
    PtError err = {0};
    must(rule_operands_load(rig->operands, event, rig->arena, rig->values, &err), &err);
    return rig->values;
}
