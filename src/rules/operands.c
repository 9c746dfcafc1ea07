// SPDX-License-Identifier: Apache-2.0
#include "rules/operands_internal.h"

#include <stdlib.h>

enum { FIRST_NAMES = 32 };

static const PtStr field_names[RULE_FIELDS] = {
    [RULE_EVENT] = PT_STR_INIT("event"),         [RULE_TYPE] = PT_STR_INIT("type"),
    [RULE_CHANNEL] = PT_STR_INIT("channel"),     [RULE_SOURCE] = PT_STR_INIT("source"),
    [RULE_TIMESTAMP] = PT_STR_INIT("timestamp"),
};

bool rule_field_of(PtStr name, RuleField *ret_field)
{
    for (unsigned i = 0; i < RULE_FIELDS; i++) {
        if (pt_str_eq(field_names[i], name)) {
            *ret_field = (RuleField)i;
            return true;
        }
    }
    return false;
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for what rules read");
}

static const OperandNode empty_node = {
    {RULE_NONE, RULE_NONE, RULE_NONE}, RULE_NONE, RULE_NONE, false};

PtStatus rule_operands_new(RuleOperands **ret_operands, PtError *err)
{
    PT_CLEANUP(rule_operands_freep) RuleOperands *o = calloc(1, sizeof *o);
    if (o == NULL) {
        return no_memory(err);
    }
    pt_buf_init(&o->text, OPERANDS_TEXT);
    o->nodes = calloc(FIRST_NAMES, sizeof *o->nodes);
    o->names = calloc(FIRST_NAMES, sizeof *o->names);
    if (o->nodes == NULL || o->names == NULL) {
        return no_memory(err);
    }
    o->node_cap = o->name_cap = FIRST_NAMES;
    for (; o->node_count < OPERAND_ROOTS; o->node_count++) {
        o->nodes[o->node_count] = empty_node;
    }
    memset(o->fields, 0xFF, sizeof o->fields);
    *ret_operands = PT_TAKE(o);
    return PT_OK;
}

void rule_operands_free(RuleOperands *o)
{
    if (o != NULL) {
        free(o->nodes);
        free(o->names);
        free(o->slots);
        pt_buf_done(&o->text);
        free(o);
    }
}

uint32_t rule_operands_count(const RuleOperands *o)
{
    return o->slot_count;
}

/* ---- The tree of names ----------------------------------------------------------------------- */

static uint64_t word_of(const char *p, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, p, len);
    return word;
}

/* Staff choose the names that stand in the table, so this need not withstand strangers. */
static uint64_t hash_of(uint32_t parent, PtStr name)
{
    uint64_t h = ((uint64_t)parent + 1) * 0x9E3779B97F4A7C15u ^ name.len;
    const char *p = name.data;
    size_t left = name.len;
    for (; left >= 8; left -= 8, p += 8) {
        h = (h ^ word_of(p, 8)) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
    }
    if (left > 0) {
        h = (h ^ word_of(p, left)) * 0xD6E8FEB86659FD93u;
    }
    return h ^ h >> 29;
}

uint32_t rule_operand_child(const RuleOperands *o, uint32_t parent, PtStr name)
{
    const uint64_t hash = hash_of(parent, name);
    for (uint32_t at = (uint32_t)hash & (o->name_cap - 1); o->names[at].node != 0;
         at = (at + 1) & (o->name_cap - 1)) {
        const OperandName *n = &o->names[at];
        if (n->hash == hash && n->parent == parent &&
            pt_str_eq((PtStr){o->text.data + n->at, n->len}, name)) {
            return n->node;
        }
    }
    return 0;
}

static void place_name(OperandName *names, uint32_t cap, const OperandName *name)
{
    uint32_t at = (uint32_t)name->hash & (cap - 1);
    while (names[at].node != 0) {
        at = (at + 1) & (cap - 1);
    }
    names[at] = *name;
}

/* Twice the room for nodes and names; both have the same count but for the roots. */
static PtStatus grow(RuleOperands *o, PtError *err)
{
    if (o->node_count < o->node_cap && o->name_count < o->name_cap / 2) {
        return PT_OK;
    }
    OperandNode *nodes = realloc(o->nodes, 2 * (size_t)o->node_cap * sizeof *nodes);
    if (nodes == NULL) {
        return no_memory(err);
    }
    o->nodes = nodes;
    o->node_cap *= 2;
    OperandName *names = calloc(2 * (size_t)o->name_cap, sizeof *names);
    if (names == NULL) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < o->name_cap; i++) {
        if (o->names[i].node != 0) {
            place_name(names, 2 * o->name_cap, &o->names[i]);
        }
    }
    free(o->names);
    o->names = names;
    o->name_cap *= 2;
    return PT_OK;
}

static PtStatus keep_text(RuleOperands *o, PtStr text, uint32_t *ret_at, PtError *err)
{
    const size_t at = o->text.len;
    pt_buf_add_str(&o->text, text);
    if (pt_buf_status(&o->text) != PT_OK) {
        const bool full = pt_buf_status(&o->text) == PT_TOO_LARGE;
        o->text.status = PT_OK; // the next one may fit
        return full ? pt_fail(err, PT_INVALID, "the names that rules read are over %d bytes",
                              OPERANDS_TEXT)
                    : no_memory(err);
    }
    *ret_at = (uint32_t)at;
    return PT_OK;
}

static bool is_index(PtStr name)
{
    bool digits = name.len > 0 && (name.len == 1 || name.data[0] != '0');
    for (size_t i = 0; digits && i < name.len; i++) {
        digits = name.data[i] >= '0' && name.data[i] <= '9';
    }
    return digits;
}

static PtStatus add_child(RuleOperands *o, uint32_t parent, PtStr name, uint32_t *ret_node,
                          PtError *err)
{
    OperandName entry = {
        .hash = hash_of(parent, name), .parent = parent, .len = (uint32_t)name.len};
    PtStatus st = grow(o, err);
    st = st == PT_OK ? keep_text(o, name, &entry.at, err) : st;
    if (st != PT_OK) {
        return st;
    }
    entry.node = o->node_count++;
    place_name(o->names, o->name_cap, &entry);
    o->name_count++;
    o->nodes[entry.node] = empty_node;
    o->nodes[entry.node].next = o->nodes[parent].child;
    o->nodes[parent].child = entry.node;
    o->nodes[parent].elements = o->nodes[parent].elements || is_index(name);
    *ret_node = entry.node;
    return PT_OK;
}

static PtStatus find_path(RuleOperands *o, uint32_t node, PtStr path, uint32_t *ret_node,
                          PtError *err)
{
    PtStr name;
    PtStatus st = PT_OK;
    unsigned depth = 0;
    const bool ends_in_dot = path.len > 0 && path.data[path.len - 1] == '.';
    while (st == PT_OK && pt_str_cut(&path, '.', &name)) {
        if (name.len == 0 || ends_in_dot) {
            return pt_fail(err, PT_INVALID, "a name of the path is empty");
        }
        if (++depth > RULE_PATH_DEPTH) {
            return pt_fail(err, PT_INVALID, "a path of over %d names", RULE_PATH_DEPTH);
        }
        const uint32_t child = rule_operand_child(o, node, name);
        st = child == 0 ? add_child(o, node, name, &node, err) : PT_OK;
        node = child == 0 ? node : child;
    }
    if (st == PT_OK) {
        *ret_node = node;
    }
    return st;
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static PtStatus add_slot(RuleOperands *o, OperandSlot slot, uint32_t *ret_slot, PtError *err)
{
    if (o->slot_count == PT_PROGRAM_SLOTS) {
        return pt_fail(err, PT_INVALID, "the rules of a set read over %d values", PT_PROGRAM_SLOTS);
    }
    if (o->slot_count == o->slot_cap) {
        const uint32_t cap = o->slot_cap > 0 ? 2 * o->slot_cap : 16;
        OperandSlot *slots = realloc(o->slots, cap * sizeof *slots);
        if (slots == NULL) {
            return no_memory(err);
        }
        o->slots = slots;
        o->slot_cap = cap;
    }
    o->slots[o->slot_count] = slot;
    *ret_slot = o->slot_count++;
    return PT_OK;
}

static PtStatus add_trait(RuleOperands *o, PtStr name, RuleAs as, uint32_t *ret_slot, PtError *err)
{
    OperandSlot slot = {.root = RULE_TRAIT, .as = (uint8_t)as, .len = (uint32_t)name.len};
    PtStr known;
    for (uint32_t i = 0; i < o->slot_count; i++) {
        if (rule_operand_trait(o, i, &known) && o->slots[i].as == as && pt_str_eq(known, name)) {
            *ret_slot = i;
            return PT_OK;
        }
    }
    PtStatus st = keep_text(o, name, &slot.at, err);
    return st == PT_OK ? add_slot(o, slot, ret_slot, err) : st;
}

PtStatus rule_operand_add(RuleOperands *o, RuleRoot root, PtStr path, RuleAs as, uint32_t *ret_slot,
                          PtError *err)
{
    OperandSlot slot = {.root = (uint8_t)root, .as = (uint8_t)as};
    uint32_t *known;
    if (root == RULE_TRAIT) {
        return add_trait(o, path, as, ret_slot, err);
    }
    if (root == RULE_FIELD) {
        RuleField field;
        if (!rule_field_of(path, &field)) {
            return pt_fail(err, PT_INVALID, "the event has no field of that name");
        }
        slot.field = (uint8_t)field;
        known = &o->fields[field][as];
    } else {
        uint32_t node;
        PtStatus st = find_path(o, root == RULE_CONTEXT ? OPERAND_CONTEXT : OPERAND_PROPERTIES,
                                path, &node, err);
        if (st != PT_OK) {
            return st;
        }
        known = &o->nodes[node].slots[as];
        slot.len = (uint32_t)path.len;
    }
    if (*known != RULE_NONE) {
        *ret_slot = *known;
        return PT_OK;
    }
    PtStatus st = root == RULE_FIELD ? PT_OK : keep_text(o, path, &slot.at, err);
    st = st == PT_OK ? add_slot(o, slot, ret_slot, err) : st;
    if (st == PT_OK) {
        *known = *ret_slot;
    }
    return st;
}

RuleOperand rule_operand_at(const RuleOperands *o, uint32_t slot)
{
    const OperandSlot *s = &o->slots[slot];
    return (RuleOperand){.root = (RuleRoot)s->root,
                         .as = (RuleAs)s->as,
                         .path = s->root == RULE_FIELD ? field_names[s->field]
                                                       : (PtStr){o->text.data + s->at, s->len}};
}

bool rule_operand_trait(const RuleOperands *o, uint32_t slot, PtStr *ret_name)
{
    if (slot >= o->slot_count || o->slots[slot].root != RULE_TRAIT) {
        return false;
    }
    *ret_name = (PtStr){o->text.data + o->slots[slot].at, o->slots[slot].len};
    return true;
}
