// SPDX-License-Identifier: Apache-2.0
#include "rules/sequence_internal.h"

void rule_set_write_members(const WhoSet *set, PtJsonOut *out)
{
    if (set->name_count > 0) {
        pt_json_out_key(out, PT_STR("event"));
    }
    if (set->name_count > 1) {
        pt_json_out_array(out);
    }
    for (size_t i = 0; i < set->name_count; i++) {
        pt_json_out_str(out, set->names[i]);
    }
    if (set->name_count > 1) {
        pt_json_out_array_end(out);
    }
    if (set->where != NULL) {
        pt_json_out_key(out, PT_STR("where"));
        rule_node_write(set->where, out);
    }
}

static PtStatus read_name_list(Reading *r, PtStr json, WhoSet *set)
{
    PtJson list;
    PtStr item;
    PtStatus st = rule_list(r, json, RULE_EVENTS, &list, &set->name_count);
    if (st == PT_OK) {
        set->names = pt_arena_alloc(r->arena, set->name_count + 1, sizeof *set->names);
        st = set->names != NULL ? st : rule_no_memory(r);
    }
    for (size_t i = 0; st == PT_OK && i < set->name_count && rule_list_next(&list, &item); i++) {
        const size_t at = rule_enter_item(r, i);
        st = rule_text(r, item, RULE_TEXT, &set->names[i]);
        if (st == PT_OK) {
            rule_leave(r, at);
        }
    }
    return st;
}

static PtStatus read_one_name(Reading *r, PtStr json, WhoSet *set)
{
    set->name_count = 1;
    set->names = pt_arena_alloc(r->arena, 1, sizeof *set->names);
    return set->names != NULL ? rule_text(r, json, RULE_TEXT, set->names) : rule_no_memory(r);
}

static PtStatus read_names(Reading *r, PtStr json, WhoSet *set)
{
    const size_t before = rule_enter(r, "event");
    PtStatus st = json.data[0] == '[' ? read_name_list(r, json, set) : read_one_name(r, json, set);
    for (size_t i = 0; st == PT_OK && i < set->name_count; i++) {
        set->names[i] = event_canonical_name(set->names[i]);
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_where(Reading *r, PtStr json, WhoSet *set)
{
    const size_t before = rule_enter(r, "where");
    const char *kept = r->no_traits;
    r->no_traits = "an event set looks at events, not at traits";
    PtStatus st = rule_node_read(r, json, 1, &set->where);
    r->no_traits = kept;
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus compile_names(const WhoSet *set, RuleOperands *o, PtProgram *p, PtError *err)
{
    PtValue names[RULE_EVENTS];
    uint32_t slot;
    for (size_t i = 0; i < set->name_count; i++) {
        names[i] = (PtValue){.kind = PT_VALUE_TEXT, .text = set->names[i]};
    }
    PtStatus st = rule_operand_add(o, RULE_FIELD, PT_STR("event"), RULE_AS_IS, &slot, err);
    return st == PT_OK ? pt_program_among(p, slot, PT_COMPARE_EQ, names, set->name_count, err) : st;
}

static PtStatus compile_set(Reading *r, WhoSet *set)
{
    PtError why = {0};
    PtStatus st = PT_OK;
    if (set->name_count > 0) {
        st = pt_program_new(&set->named, &why);
        st = st == PT_OK ? compile_names(set, r->o, set->named, &why) : st;
        st = st == PT_OK ? pt_program_end(set->named, &why) : st;
    }
    if (st == PT_OK && set->where != NULL) {
        st = pt_program_new(&set->program, &why);
        st = st == PT_OK ? rule_node_compile(set->where, r->o, set->program, &why) : st;
        st = st == PT_OK ? pt_program_end(set->program, &why) : st;
    }
    return st == PT_OK ? st : rule_bad_from(r, &why);
}

static PtStatus text_of_set(Reading *r, WhoSet *set)
{
    PtBuf text;
    pt_buf_init(&text, (size_t)8 * RULE_JSON);
    PtJsonOut out = pt_json_out(&text);
    pt_json_out_object(&out);
    rule_set_write_members(set, &out);
    pt_json_out_object_end(&out);
    if (pt_buf_status(&text) == PT_OK) {
        set->text = pt_arena_str(r->arena, pt_buf_str(&text));
    }
    pt_buf_done(&text);
    return set->text.data != NULL ? PT_OK : rule_no_memory(r);
}

PtStatus rule_set_read(Reading *r, RuleWho *w, PtStr event, PtStr where, unsigned *ret_set)
{
    WhoSet set = {0};
    PtStatus st = event.data != NULL ? read_names(r, event, &set) : PT_OK;
    st = st == PT_OK && where.data != NULL ? read_where(r, where, &set) : st;
    st = st == PT_OK ? text_of_set(r, &set) : st;
    if (st != PT_OK) {
        return st;
    }
    for (unsigned i = 0; i < w->set_count; i++) {
        if (pt_str_eq(w->sets[i].text, set.text)) {
            *ret_set = i;
            return PT_OK;
        }
    }
    if (w->set_count == RULE_SETS) {
        return rule_bad(r, "over %d event sets that differ", RULE_SETS);
    }
    *ret_set = (unsigned)w->set_count;
    w->sets[w->set_count] = set;
    return compile_set(r, &w->sets[w->set_count++]);
}

PtStatus rule_set_read_object(Reading *r, RuleWho *w, PtStr json, unsigned *ret_set)
{
    RuleMember members[] = {{"event", {0}}, {"where", {0}}};
    PtStatus st = rule_members(r, json, members, 2);
    return st == PT_OK ? rule_set_read(r, w, members[0].json, members[1].json, ret_set) : st;
}

void rule_set_write(const WhoSet *set, PtJsonOut *out)
{
    pt_json_out_object(out);
    rule_set_write_members(set, out);
    pt_json_out_object_end(out);
}

/* ---- The door -------------------------------------------------------------------------------- */

size_t rule_who_sets(const RuleWho *w)
{
    return w->set_count;
}

RuleSet rule_who_set(const RuleWho *w, size_t index)
{
    const WhoSet *set = &w->sets[index];
    return (RuleSet){set->names, set->name_count, set->program};
}

uint64_t rule_who_mask(const RuleWho *w, const PtValue *values)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < w->set_count; i++) {
        const WhoSet *set = &w->sets[i];
        const bool in = (set->named == NULL || pt_program_run(set->named, values)) &&
                        (set->program == NULL || pt_program_run(set->program, values));
        mask |= (uint64_t)in << i;
    }
    return mask;
}
