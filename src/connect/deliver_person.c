// SPDX-License-Identifier: Apache-2.0
/* What a definition asks of an event, and of its person: conditions with what they read; traits. */
#include "connect/destination_internal.h"

#include <string.h>

PtStr deliver_trait(const DeliverSubject *subject, PtStr name)
{
    for (size_t i = 0; i < subject->trait_count; i++) {
        if (pt_str_eq(subject->traits[i], name)) {
            return subject->values[i];
        }
    }
    return (PtStr){NULL, 0};
}

static PtStatus load_traits(Deliver *d, const RuleOperands *o, const DeliverSubject *subject,
                            PtError *err)
{
    PtStatus st = PT_OK;
    PtStr name;
    const uint32_t slots = subject->trait_count > 0 ? rule_operands_count(o) : 0;
    for (uint32_t i = 0; st == PT_OK && i < slots; i++) {
        if (rule_operand_trait(o, i, &name)) {
            st =
                rule_operand_read(o, i, deliver_trait(subject, name), d->arena, &d->values[i], err);
        }
    }
    return st;
}

PtStatus deliver_filter_holds(Deliver *d, const DeliverFilter *filter,
                              const DeliverSubject *subject, bool *ret_holds, PtError *err)
{
    const RuleOperands *o = filter->operands;
    EventSource source;
    PtStatus st = rule_operands_load(o, subject->view, d->arena, d->values, err);
    if (st != PT_OK) {
        return st;
    }
    if (rule_operands_asks(o, RULE_TOLD_CHANNEL) && d->c->hooks.channel != NULL) {
        rule_operands_tell(o, RULE_TOLD_CHANNEL, d->c->hooks.channel(subject->view), d->values);
    }
    if (rule_operands_asks(o, RULE_TOLD_SOURCE) &&
        event_source_by_number(d->c->sources, subject->record->source, &source)) {
        const PtStr id = pt_arena_str(d->arena, pt_str(source.id));
        if (id.data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a filter");
        }
        rule_operands_tell(o, RULE_TOLD_SOURCE, id, d->values);
    }
    st = load_traits(d, o, subject, err);
    if (st == PT_OK) {
        *ret_holds = rule_condition_holds(filter->condition, d->values);
    }
    return st;
}

PtStatus deliver_person_read(const ConnectDestinationsConfig *c, const DeliverPlan *p,
                             PtArena *arena, DeliverSubject *subject, PtError *err)
{
    const ConnectHooks *h = &c->hooks;
    PtStr *values = pt_arena_alloc(arena, p->trait_count + 1, sizeof *values);
    if (values == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a person's traits");
    }
    PtStatus st = p->trait_count > 0 && h->traits != NULL
                      ? h->traits(h->ctx, subject->view, subject->record->position.offset,
                                  p->traits, p->trait_count, arena, values)
                      : PT_OK;
    if (st == PT_NO_MEMORY && pt_arena_used(arena) > DELIVER_PERSON_FULL) {
        return pt_fail(err, PT_TOO_LARGE, "what is known of the person is too much");
    }
    if (st != PT_OK) {
        return pt_fail(err, st, "cannot read the person's traits: %s", pt_status_name(st));
    }
    subject->traits = p->traits;
    subject->values = values;
    subject->trait_count = p->trait_count;
    return PT_OK;
}
