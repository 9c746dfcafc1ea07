// SPDX-License-Identifier: Apache-2.0
#include "rules/condition_internal.h"

#include "base/time.h"

#include <stdlib.h>

enum { ARENA_MAX = 4 << 20 };

struct RuleCondition {
    PtArena *arena;
    RuleNode *root;
    PtProgram *program;
    bool traits;
};

/* ---- Operators ------------------------------------------------------------------------------- */

typedef enum Takes {
    TAKES_NOTHING,
    TAKES_ANY,
    TAKES_NUMBER,
    TAKES_PAIR,
    TAKES_TEXT,
    TAKES_TIME,
    TAKES_LIST
} Takes;

static const struct Operator {
    const char *name;
    uint8_t takes; /* Takes */
    uint8_t how;   /* PtCompare; EQ may become EQ_FOLDED */
    uint8_t as;    /* RuleAs */
    bool negated;
    bool may_be_exact;
    int8_t truth; /* "true", "false": which, else -1 */
} operators[] = {
    {"equals", TAKES_ANY, PT_COMPARE_EQ, RULE_AS_IS, false, true, -1},
    {"not_equals", TAKES_ANY, PT_COMPARE_EQ, RULE_AS_IS, true, true, -1},
    {"less", TAKES_NUMBER, PT_COMPARE_LT, RULE_AS_NUMBER, false, false, -1},
    {"at_most", TAKES_NUMBER, PT_COMPARE_LE, RULE_AS_NUMBER, false, false, -1},
    {"more", TAKES_NUMBER, PT_COMPARE_GT, RULE_AS_NUMBER, false, false, -1},
    {"at_least", TAKES_NUMBER, PT_COMPARE_GE, RULE_AS_NUMBER, false, false, -1},
    {"between", TAKES_PAIR, PT_COMPARE_GE, RULE_AS_NUMBER, false, false, -1},
    {"one_of", TAKES_LIST, PT_COMPARE_EQ, RULE_AS_IS, false, true, -1},
    {"none_of", TAKES_LIST, PT_COMPARE_EQ, RULE_AS_IS, true, true, -1},
    {"contains", TAKES_TEXT, PT_COMPARE_CONTAINS, RULE_AS_IS, false, false, -1},
    {"not_contains", TAKES_TEXT, PT_COMPARE_CONTAINS, RULE_AS_IS, true, false, -1},
    {"begins_with", TAKES_TEXT, PT_COMPARE_BEGINS, RULE_AS_IS, false, false, -1},
    {"ends_with", TAKES_TEXT, PT_COMPARE_ENDS, RULE_AS_IS, false, false, -1},
    {"exists", TAKES_NOTHING, PT_COMPARE_THERE, RULE_AS_IS, false, false, -1},
    {"absent", TAKES_NOTHING, PT_COMPARE_THERE, RULE_AS_IS, true, false, -1},
    {"true", TAKES_NOTHING, PT_COMPARE_EQ, RULE_AS_IS, false, false, 1},
    {"false", TAKES_NOTHING, PT_COMPARE_EQ, RULE_AS_IS, false, false, 0},
    {"before", TAKES_TIME, PT_COMPARE_LT, RULE_AS_TIME, false, false, -1},
    {"after", TAKES_TIME, PT_COMPARE_GT, RULE_AS_TIME, false, false, -1},
};
enum { OPERATORS = sizeof operators / sizeof *operators };

static const char *const root_names[] = {
    [RULE_PROPERTY] = "property",
    [RULE_CONTEXT] = "context",
    [RULE_TRAIT] = "trait",
    [RULE_FIELD] = "field",
};
enum { ROOTS = sizeof root_names / sizeof *root_names };

/* ---- Reading a comparison -------------------------------------------------------------------- */

enum { MEMBER_IS = ROOTS, MEMBER_VALUE, MEMBER_EXACT, LEAF_MEMBERS };

static PtStatus read_operator(Reading *r, PtStr json, RuleNode *node)
{
    const size_t before = rule_enter(r, "is");
    PtStr name = {NULL, 0};
    PtStatus st =
        json.data == NULL ? rule_bad(r, "is missing") : rule_text(r, json, RULE_TEXT, &name);
    if (st != PT_OK) {
        return st;
    }
    for (unsigned i = 0; i < OPERATORS; i++) {
        if (pt_str_eq(name, pt_str(operators[i].name))) {
            node->is = (uint8_t)i;
            rule_leave(r, before);
            return PT_OK;
        }
    }
    return rule_bad(r, "\"%.40s\" is no operator", name.data);
}

/* Which of property, context, trait, field it looks at; and that the path can be followed, so that
 * the failure names the place. */
static PtStatus read_subject(Reading *r, const RuleMember *members, RuleNode *node)
{
    unsigned found = 0;
    for (unsigned i = 0; i < ROOTS; i++) {
        if (members[i].json.data != NULL) {
            node->root = (uint8_t)i;
            found++;
        }
    }
    if (found != 1) {
        return rule_bad(r, found == 0
                               ? "all, any, not, property, context, trait or field is missing"
                               : "only one of property, context, trait and field");
    }
    const size_t before = rule_enter(r, root_names[node->root]);
    PtStatus st = rule_text(r, members[node->root].json, RULE_TEXT, &node->path);
    if (st == PT_OK && node->root == RULE_TRAIT) {
        r->traits = true;
        st = r->no_traits != NULL ? rule_bad(r, "%s", r->no_traits) : PT_OK;
    }
    if (st == PT_OK) {
        PtError why = {0};
        uint32_t slot;
        const RuleAs as = (RuleAs)operators[node->is].as;
        if (rule_operand_add(r->o, (RuleRoot)node->root, node->path, as, &slot, &why) != PT_OK) {
            return rule_bad_from(r, &why);
        }
        rule_leave(r, before);
    }
    return st;
}

static bool is_event_name(const RuleNode *node)
{
    return node->root == RULE_FIELD && pt_str_eq(node->path, PT_STR("event"));
}

static PtStatus read_value(Reading *r, PtStr json, RuleNode *node, PtValue *ret_value)
{
    PtStatus st = rule_scalar(r, json, ret_value);
    if (st != PT_OK) {
        return st;
    }
    const Takes takes = (Takes)operators[node->is].takes;
    const bool number = ret_value->kind == PT_VALUE_NUMBER, text = ret_value->kind == PT_VALUE_TEXT;
    if ((takes == TAKES_NUMBER || takes == TAKES_PAIR) && !number) {
        return rule_bad(r, "%s takes a number", operators[node->is].name);
    }
    if (takes == TAKES_TEXT && (!text || ret_value->text.len == 0)) {
        return rule_bad(r, "%s takes a text", operators[node->is].name);
    }
    if (takes == TAKES_TIME) {
        int64_t ms;
        if (!text || !pt_time_parse(ret_value->text, &ms)) {
            return rule_bad(r, "%s takes an RFC 3339 time", operators[node->is].name);
        }
        *ret_value = (PtValue){.kind = PT_VALUE_TIME, .time_ms = ms};
    }
    if (is_event_name(node) && text && (takes == TAKES_ANY || takes == TAKES_LIST)) {
        ret_value->text = event_canonical_name(ret_value->text);
    }
    return PT_OK;
}

static PtStatus read_values(Reading *r, PtStr json, RuleNode *node)
{
    const bool pair = operators[node->is].takes == TAKES_PAIR;
    PtJson list;
    PtStr item;
    PtStatus st = rule_list(r, json, pair ? 2 : RULE_LIST, &list, &node->count);
    if (st != PT_OK) {
        return st;
    }
    if (pair && node->count != 2) {
        return rule_bad(r, "between takes two numbers");
    }
    node->values = pt_arena_alloc(r->arena, node->count > 0 ? node->count : 1, sizeof(PtValue));
    if (node->values == NULL) {
        return rule_no_memory(r);
    }
    for (size_t i = 0; st == PT_OK && i < node->count && rule_list_next(&list, &item); i++) {
        const size_t before = rule_enter_item(r, i);
        st = read_value(r, item, node, &node->values[i]);
        if (st == PT_OK) {
            rule_leave(r, before);
        }
    }
    if (st == PT_OK && pair && node->values[0].number > node->values[1].number) {
        return rule_bad(r, "the first number is over the second");
    }
    return st;
}

static PtStatus read_operand(Reading *r, PtStr json, RuleNode *node)
{
    const struct Operator *op = &operators[node->is];
    if ((json.data != NULL) != (op->takes != TAKES_NOTHING)) {
        return rule_bad(r, op->takes == TAKES_NOTHING ? "%s takes no value" : "%s needs a value",
                        op->name);
    }
    if (op->takes == TAKES_NOTHING) {
        return PT_OK;
    }
    const size_t before = rule_enter(r, "value");
    PtStatus st;
    if (op->takes == TAKES_LIST || op->takes == TAKES_PAIR) {
        st = read_values(r, json, node);
    } else {
        node->count = 1;
        node->values = pt_arena_alloc(r->arena, 1, sizeof(PtValue));
        st = node->values != NULL ? read_value(r, json, node, node->values) : rule_no_memory(r);
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_exact(Reading *r, PtStr json, RuleNode *node)
{
    const size_t before = rule_enter(r, "exact");
    PtStatus st = json.data != NULL ? rule_truth(r, json, &node->exact) : PT_OK;
    if (st == PT_OK && node->exact && !operators[node->is].may_be_exact) {
        st = rule_bad(r, "only equals, not_equals, one_of and none_of may be exact");
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_leaf(Reading *r, const RuleMember *members, RuleNode *node)
{
    if (++r->comparisons > RULE_CONDITIONS) {
        return rule_bad(r, "over %d comparisons", RULE_CONDITIONS);
    }
    node->op = RULE_IS;
    PtStatus st = read_operator(r, members[MEMBER_IS].json, node);
    st = st == PT_OK ? read_subject(r, members, node) : st;
    st = st == PT_OK ? read_operand(r, members[MEMBER_VALUE].json, node) : st;
    return st == PT_OK ? read_exact(r, members[MEMBER_EXACT].json, node) : st;
}

/* ---- Reading the tree ------------------------------------------------------------------------ */

static PtStatus read_group(Reading *r, PtStr json, unsigned depth, RuleNode *node)
{
    PtJson list;
    PtStr item;
    PtStatus st = rule_list(r, json, RULE_CONDITIONS, &list, &node->count);
    RuleNode **end = &node->first;
    for (size_t i = 0; st == PT_OK && i < node->count && rule_list_next(&list, &item); i++) {
        const size_t before = rule_enter_item(r, i);
        st = rule_node_read(r, item, depth + 1, end);
        if (st == PT_OK) {
            end = &(*end)->next;
            rule_leave(r, before);
        }
    }
    return st;
}

enum { MEMBER_ALL = LEAF_MEMBERS, MEMBER_ANY, MEMBER_NOT, MEMBERS };

static PtStatus read_members(Reading *r, RuleMember *members, unsigned depth, RuleNode *node)
{
    unsigned found = 0;
    for (unsigned i = 0; i < MEMBERS; i++) {
        found += members[i].json.data != NULL;
    }
    for (unsigned i = MEMBER_ALL; i < MEMBERS; i++) {
        if (members[i].json.data == NULL) {
            continue;
        }
        if (found != 1) {
            return rule_bad(r, "\"%s\" stands alone", members[i].name);
        }
        const size_t before = rule_enter(r, members[i].name);
        node->op = (uint8_t)(i - MEMBER_ALL);
        node->count = 1;
        PtStatus st = node->op == RULE_NOT
                          ? rule_node_read(r, members[i].json, depth + 1, &node->first)
                          : read_group(r, members[i].json, depth, node);
        if (st == PT_OK) {
            rule_leave(r, before);
        }
        return st;
    }
    return read_leaf(r, members, node);
}

PtStatus rule_node_read(Reading *r, PtStr json, unsigned depth, RuleNode **ret_node)
{
    RuleMember members[MEMBERS] = {
        [RULE_PROPERTY] = {"property", {0}}, [RULE_CONTEXT] = {"context", {0}},
        [RULE_TRAIT] = {"trait", {0}},       [RULE_FIELD] = {"field", {0}},
        [MEMBER_IS] = {"is", {0}},           [MEMBER_VALUE] = {"value", {0}},
        [MEMBER_EXACT] = {"exact", {0}},     [MEMBER_ALL] = {"all", {0}},
        [MEMBER_ANY] = {"any", {0}},         [MEMBER_NOT] = {"not", {0}},
    };
    if (depth > RULE_DEPTH) {
        return rule_bad(r, "conditions nest over %d levels", RULE_DEPTH);
    }
    PtStatus st = rule_members(r, json, members, MEMBERS);
    if (st != PT_OK) {
        return st;
    }
    RuleNode *node = pt_arena_alloc(r->arena, 1, sizeof *node);
    if (node == NULL) {
        return rule_no_memory(r);
    }
    st = read_members(r, members, depth, node);
    if (st == PT_OK) {
        *ret_node = node;
    }
    return st;
}

/* ---- Compiling ------------------------------------------------------------------------------- */

static PtStatus compile_leaf(const RuleNode *node, RuleOperands *o, PtProgram *p, PtError *err)
{
    const struct Operator *op = &operators[node->is];
    const PtValue truth = {.kind = PT_VALUE_BOOL, .truth = op->truth == 1};
    PtCompare how = (PtCompare)op->how;
    uint32_t slot;
    PtStatus st = rule_operand_add(o, (RuleRoot)node->root, node->path, (RuleAs)op->as, &slot, err);
    if (st != PT_OK) {
        return st;
    }
    if (how == PT_COMPARE_EQ && !node->exact) {
        how = op->takes == TAKES_LIST || (node->count == 1 && node->values[0].kind == PT_VALUE_TEXT)
                  ? PT_COMPARE_EQ_FOLDED
                  : how;
    }
    if (op->takes == TAKES_LIST) {
        st = pt_program_among(p, slot, how, node->values, node->count, err);
    } else if (op->takes == TAKES_PAIR) {
        st = pt_program_compare(p, slot, PT_COMPARE_GE, &node->values[0], err);
        st = st == PT_OK ? pt_program_compare(p, slot, PT_COMPARE_LE, &node->values[1], err) : st;
        st = st == PT_OK ? pt_program_all(p, 2, err) : st;
    } else {
        st = pt_program_compare(p, slot, how,
                                op->truth >= 0     ? &truth
                                : node->count == 1 ? &node->values[0]
                                                   : NULL,
                                err);
    }
    return st == PT_OK && op->negated ? pt_program_not(p, err) : st;
}

PtStatus rule_node_compile(const RuleNode *node, RuleOperands *o, PtProgram *p, PtError *err)
{
    PtStatus st = PT_OK;
    if (node->op == RULE_IS) {
        return compile_leaf(node, o, p, err);
    }
    for (const RuleNode *item = node->first; st == PT_OK && item != NULL; item = item->next) {
        st = rule_node_compile(item, o, p, err);
    }
    if (st != PT_OK) {
        return st;
    }
    return node->op == RULE_ALL   ? pt_program_all(p, node->count, err)
           : node->op == RULE_ANY ? pt_program_any(p, node->count, err)
                                  : pt_program_not(p, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_value(PtJsonOut *out, const PtValue *value)
{
    char text[PT_TIME_TEXT];
    switch (value->kind) {
    case PT_VALUE_BOOL:
        pt_json_out_bool(out, value->truth);
        break;
    case PT_VALUE_NUMBER:
        pt_json_out_raw(out, value->text);
        break;
    case PT_VALUE_TIME:
        pt_json_out_str(out, pt_time_format(value->time_ms, text));
        break;
    default:
        pt_json_out_str(out, value->text);
    }
}

static void write_leaf(const RuleNode *node, PtJsonOut *out)
{
    const struct Operator *op = &operators[node->is];
    const bool list = op->takes == TAKES_LIST || op->takes == TAKES_PAIR;
    pt_json_out_key(out, pt_str(root_names[node->root]));
    pt_json_out_str(out, node->path);
    pt_json_put_str(out, "is", pt_str(op->name));
    if (op->takes != TAKES_NOTHING) {
        pt_json_out_key(out, PT_STR("value"));
        if (list) {
            pt_json_out_array(out);
        }
        for (size_t i = 0; i < node->count; i++) {
            write_value(out, &node->values[i]);
        }
        if (list) {
            pt_json_out_array_end(out);
        }
    }
    if (node->exact) {
        pt_json_put_bool(out, "exact", true);
    }
}

void rule_node_write(const RuleNode *node, PtJsonOut *out)
{
    static const char *const names[] = {[RULE_ALL] = "all", [RULE_ANY] = "any", [RULE_NOT] = "not"};
    pt_json_out_object(out);
    if (node->op == RULE_IS) {
        write_leaf(node, out);
    } else {
        pt_json_out_key(out, pt_str(names[node->op]));
        if (node->op != RULE_NOT) {
            pt_json_out_array(out);
        }
        for (const RuleNode *item = node->first; item != NULL; item = item->next) {
            rule_node_write(item, out);
        }
        if (node->op != RULE_NOT) {
            pt_json_out_array_end(out);
        }
    }
    pt_json_out_object_end(out);
}

/* ---- The door -------------------------------------------------------------------------------- */

static PtStatus compile(RuleCondition *c, Reading *r)
{
    PtError why = {0};
    PtStatus st = pt_program_new(&c->program, &why);
    st = st == PT_OK ? rule_node_compile(c->root, r->o, c->program, &why) : st;
    st = st == PT_OK ? pt_program_end(c->program, &why) : st;
    return st == PT_OK ? st : rule_bad_from(r, &why);
}

PtStatus rule_condition_read(PtStr json, RuleOperands *o, RuleCondition **ret_condition,
                             PtError *err)
{
    PT_CLEANUP(rule_condition_freep) RuleCondition *c = calloc(1, sizeof *c);
    if (c == NULL || (c->arena = pt_arena_new(ARENA_MAX)) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a rule");
    }
    Reading r;
    PtStatus st = rule_reading_begin(&r, json, o, c->arena, err);
    st = st == PT_OK ? rule_node_read(&r, json, 1, &c->root) : st;
    st = st == PT_OK ? compile(c, &r) : st;
    rule_reading_done(&r);
    if (st == PT_OK) {
        c->traits = r.traits;
        *ret_condition = PT_TAKE(c);
    }
    return st;
}

void rule_condition_free(RuleCondition *c)
{
    if (c != NULL) {
        pt_program_free(c->program);
        pt_arena_free(c->arena);
        free(c);
    }
}

void rule_condition_write(const RuleCondition *c, PtBuf *out)
{
    PtJsonOut o = pt_json_out(out);
    rule_node_write(c->root, &o);
}

bool rule_condition_holds(const RuleCondition *c, const PtValue *values)
{
    return pt_program_run(c->program, values);
}

bool rule_condition_reads_traits(const RuleCondition *c)
{
    return c->traits;
}

PtStatus rule_conditions_program(const RuleCondition *const *conditions, size_t count,
                                 RuleOperands *o, PtProgram **ret_program, PtError *err)
{
    PT_CLEANUP(pt_program_freep) PtProgram *p = NULL;
    PtStatus st = pt_program_new(&p, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = rule_node_compile(conditions[i]->root, o, p, err);
    }
    st = st == PT_OK ? pt_program_all(p, count, err) : st;
    st = st == PT_OK ? pt_program_end(p, err) : st;
    if (st == PT_OK) {
        *ret_program = PT_TAKE(p);
    }
    return st;
}
