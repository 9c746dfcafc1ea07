// SPDX-License-Identifier: Apache-2.0
#include "rules/fold_internal.h"

#include <stdlib.h>

enum { ARENA_MAX = 4 << 20 };

static const struct FoldRow {
    const char *name;
    uint8_t keeps; /* RuleKeeps */
} folds[RULE_FOLD_KINDS] = {
    [RULE_COUNT] = {"count", RULE_KEEPS_NOTHING},
    [RULE_SUM] = {"sum", RULE_KEEPS_MICROS},
    [RULE_AVERAGE] = {"average", RULE_KEEPS_MICROS},
    [RULE_LEAST] = {"least", RULE_KEEPS_MICROS},
    [RULE_MOST] = {"most", RULE_KEEPS_MICROS},
    [RULE_FIRST] = {"first", RULE_KEEPS_TEXT},
    [RULE_LAST] = {"last", RULE_KEEPS_TEXT},
    [RULE_MOST_FREQUENT] = {"most_frequent", RULE_KEEPS_TEXT},
    [RULE_DISTINCT] = {"distinct", RULE_KEEPS_HASH},
    [RULE_EXISTS] = {"exists", RULE_KEEPS_NOTHING},
};

RuleKeeps rule_keeps(RuleFoldKind kind)
{
    return (RuleKeeps)folds[kind].keeps;
}

/* ---- Reading --------------------------------------------------------------------------------- */

enum {
    MEMBER_FOLD,
    MEMBER_EVENTS,
    MEMBER_WHERE,
    MEMBER_PROPERTY,
    MEMBER_CONTEXT,
    MEMBER_CURRENCY,
    MEMBER_WINDOW,
    MEMBERS,
};

static PtStatus read_kind(Reading *r, PtStr json, RuleFold *f)
{
    const size_t before = rule_enter(r, "fold");
    PtStr name = {NULL, 0};
    PtStatus st =
        json.data != NULL ? rule_text(r, json, RULE_TEXT, &name) : rule_bad(r, "is missing");
    for (unsigned i = 0; st == PT_OK && i < RULE_FOLD_KINDS; i++) {
        if (pt_str_eq(name, pt_str(folds[i].name))) {
            f->kind = (RuleFoldKind)i;
            rule_leave(r, before);
            return PT_OK;
        }
    }
    return st == PT_OK ? rule_bad(r, "\"%.40s\" is no fold", name.data) : st;
}

static PtStatus read_events(Reading *r, PtStr json, RuleFold *f)
{
    const size_t before = rule_enter(r, "events");
    PtJson list;
    PtStr item;
    PtStatus st = rule_list(r, json, RULE_EVENTS, &list, &f->event_count);
    f->events =
        st == PT_OK ? pt_arena_alloc(r->arena, f->event_count + 1, sizeof *f->events) : NULL;
    if (st == PT_OK && f->events == NULL) {
        return rule_no_memory(r);
    }
    for (size_t i = 0; st == PT_OK && i < f->event_count && rule_list_next(&list, &item); i++) {
        const size_t at = rule_enter_item(r, i);
        st = rule_text(r, item, RULE_TEXT, &f->events[i]);
        if (st == PT_OK) {
            f->events[i] = event_canonical_name(f->events[i]);
            rule_leave(r, at);
        }
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_where(Reading *r, PtStr json, RuleFold *f)
{
    const size_t before = rule_enter(r, "where");
    r->no_traits = "a fold looks at events, not at traits";
    PtStatus st = rule_node_read(r, json, 1, &f->where);
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus add_operand(Reading *r, RuleRoot root, PtStr path, RuleAs as, uint32_t *ret_slot)
{
    PtError why = {0};
    return rule_operand_add(r->o, root, path, as, ret_slot, &why) == PT_OK ? PT_OK
                                                                           : rule_bad_from(r, &why);
}

static PtStatus read_property(Reading *r, const RuleMember *members, RuleFold *f)
{
    const bool property = members[MEMBER_PROPERTY].json.data != NULL;
    const bool context = members[MEMBER_CONTEXT].json.data != NULL;
    const bool wanted = rule_keeps(f->kind) != RULE_KEEPS_NOTHING;
    if (!wanted && (property || context)) {
        return rule_bad(r, "%s takes no property", folds[f->kind].name);
    }
    if (wanted && property == context) {
        return rule_bad(r, "%s takes one of property and context", folds[f->kind].name);
    }
    if (!wanted) {
        return PT_OK;
    }
    f->has_property = true;
    f->root = property ? RULE_PROPERTY : RULE_CONTEXT;
    const RuleMember *m = &members[property ? MEMBER_PROPERTY : MEMBER_CONTEXT];
    const RuleAs as = rule_keeps(f->kind) == RULE_KEEPS_MICROS ? RULE_AS_NUMBER : RULE_AS_IS;
    const size_t before = rule_enter(r, m->name);
    PtStatus st = rule_text(r, m->json, RULE_TEXT, &f->path);
    st = st == PT_OK ? add_operand(r, f->root, f->path, as, &f->value_slot) : st;
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_currency(Reading *r, PtStr json, RuleFold *f)
{
    const size_t before = rule_enter(r, "currency");
    PtStatus st = rule_truth(r, json, &f->currency);
    if (st == PT_OK && f->currency && f->kind != RULE_SUM) {
        return rule_bad(r, "only sum is kept by currency");
    }
    if (st == PT_OK && f->currency) {
        st = add_operand(r, RULE_PROPERTY, PT_STR("currency"), RULE_AS_IS, &f->currency_slot);
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_fold(Reading *r, PtStr json, RuleFold *f)
{
    RuleMember members[MEMBERS] = {
        [MEMBER_FOLD] = {"fold", {0}},       [MEMBER_EVENTS] = {"events", {0}},
        [MEMBER_WHERE] = {"where", {0}},     [MEMBER_PROPERTY] = {"property", {0}},
        [MEMBER_CONTEXT] = {"context", {0}}, [MEMBER_CURRENCY] = {"currency", {0}},
        [MEMBER_WINDOW] = {"window", {0}},
    };
    PtStatus st = rule_members(r, json, members, MEMBERS);
    st = st == PT_OK ? read_kind(r, members[MEMBER_FOLD].json, f) : st;
    if (st == PT_OK && members[MEMBER_EVENTS].json.data != NULL) {
        st = read_events(r, members[MEMBER_EVENTS].json, f);
    }
    if (st == PT_OK && members[MEMBER_WHERE].json.data != NULL) {
        st = read_where(r, members[MEMBER_WHERE].json, f);
    }
    st = st == PT_OK ? read_property(r, members, f) : st;
    if (st == PT_OK && members[MEMBER_CURRENCY].json.data != NULL) {
        st = read_currency(r, members[MEMBER_CURRENCY].json, f);
    }
    if (st == PT_OK && members[MEMBER_WINDOW].json.data != NULL) {
        st = rule_window_read(r, members[MEMBER_WINDOW].json, &f->window);
    }
    return st;
}

/* ---- Compiling ------------------------------------------------------------------------------- */

static PtStatus push_events(const RuleFold *f, RuleOperands *o, PtProgram *p, PtError *err)
{
    PtValue names[RULE_EVENTS];
    uint32_t slot;
    for (size_t i = 0; i < f->event_count; i++) {
        names[i] = (PtValue){.kind = PT_VALUE_TEXT, .text = f->events[i]};
    }
    PtStatus st = rule_operand_add(o, RULE_FIELD, PT_STR("event"), RULE_AS_IS, &slot, err);
    return st == PT_OK ? pt_program_among(p, slot, PT_COMPARE_EQ, names, f->event_count, err) : st;
}

static PtStatus compile(RuleFold *f, Reading *r)
{
    PtError why = {0};
    const size_t parts = (size_t)(f->event_count > 0) + (f->where != NULL);
    if (parts == 0) {
        return PT_OK;
    }
    PtStatus st = pt_program_new(&f->program, &why);
    st = st == PT_OK && f->event_count > 0 ? push_events(f, r->o, f->program, &why) : st;
    st = st == PT_OK && f->where != NULL ? rule_node_compile(f->where, r->o, f->program, &why) : st;
    st = st == PT_OK ? pt_program_all(f->program, parts, &why) : st;
    st = st == PT_OK ? pt_program_end(f->program, &why) : st;
    return st == PT_OK ? st : rule_bad_from(r, &why);
}

PtStatus rule_fold_read(PtStr json, RuleOperands *o, RuleFold **ret_fold, PtError *err)
{
    PT_CLEANUP(rule_fold_freep) RuleFold *f = calloc(1, sizeof *f);
    if (f == NULL || (f->arena = pt_arena_new(ARENA_MAX)) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a rule");
    }
    Reading r;
    PtStatus st = rule_reading_begin(&r, json, o, f->arena, err);
    st = st == PT_OK ? read_fold(&r, json, f) : st;
    st = st == PT_OK ? compile(f, &r) : st;
    rule_reading_done(&r);
    if (st == PT_OK) {
        *ret_fold = PT_TAKE(f);
    }
    return st;
}

void rule_fold_free(RuleFold *f)
{
    if (f != NULL) {
        pt_program_free(f->program);
        pt_zone_free(f->window.zone);
        pt_arena_free(f->arena);
        free(f);
    }
}

/* ---- The door -------------------------------------------------------------------------------- */

void rule_fold_write(const RuleFold *f, PtBuf *out)
{
    PtJsonOut o = pt_json_out(out);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "fold", pt_str(folds[f->kind].name));
    if (f->event_count > 0) {
        pt_json_out_key(&o, PT_STR("events"));
        pt_json_out_array(&o);
        for (size_t i = 0; i < f->event_count; i++) {
            pt_json_out_str(&o, f->events[i]);
        }
        pt_json_out_array_end(&o);
    }
    if (f->where != NULL) {
        pt_json_out_key(&o, PT_STR("where"));
        rule_node_write(f->where, &o);
    }
    if (f->has_property) {
        pt_json_out_key(&o, f->root == RULE_PROPERTY ? PT_STR("property") : PT_STR("context"));
        pt_json_out_str(&o, f->path);
    }
    if (f->currency) {
        pt_json_put_bool(&o, "currency", true);
    }
    rule_window_write(&f->window, &o);
    pt_json_out_object_end(&o);
}

RuleFoldKind rule_fold_kind(const RuleFold *f)
{
    return f->kind;
}

size_t rule_fold_events(const RuleFold *f, const PtStr **ret_names)
{
    *ret_names = f->events;
    return f->event_count;
}

bool rule_fold_matches(const RuleFold *f, const PtValue *values)
{
    return f->program == NULL || pt_program_run(f->program, values);
}
