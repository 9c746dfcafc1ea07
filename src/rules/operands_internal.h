// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "rules/rules.h"

/* What rules read, inside of the module: paths into an event's properties and context as a tree of
 * names, so that one pass over the payload meets each name once.
 *
 * Bounds   PT_PROGRAM_SLOTS operands. Names of the tree are found by hash, so that many rules cost
 *          an event no more than a few.
 */
typedef enum RuleField {
    RULE_EVENT,
    RULE_TYPE,
    RULE_CHANNEL,
    RULE_SOURCE,
    RULE_TIMESTAMP,
    RULE_FIELDS,
} RuleField;

#define RULE_NONE UINT32_MAX

typedef struct OperandNode {
    uint32_t slots[RULE_AS_COUNT]; /* RULE_NONE: nobody asks */
    uint32_t child, next;          /* first child, next sibling; RULE_NONE */
    bool elements;                 /* a child's name is a number: lists are gone into */
} OperandNode;

typedef struct OperandName { /* of the hash table */
    uint64_t hash;
    uint32_t parent, node; /* node 0: free */
    uint32_t at, len;      /* the name, in text */
} OperandName;

typedef struct OperandSlot {
    uint8_t root, as; /* RuleRoot, RuleAs */
    uint8_t field;    /* FIELD */
    uint32_t at, len; /* others: the path or the name, in text */
} OperandSlot;

enum {
    OPERAND_PROPERTIES, /* the roots of the tree */
    OPERAND_CONTEXT,
    OPERAND_ROOTS,
    OPERANDS_TEXT = 4 << 20, /* bytes of all names */
};

struct RuleOperands {
    OperandNode *nodes;
    OperandName *names;
    OperandSlot *slots;
    PtBuf text;
    uint32_t node_count, node_cap, name_count, name_cap, slot_count, slot_cap;
    uint32_t fields[RULE_FIELDS][RULE_AS_COUNT];
};

/* The operand that reads the path so, added where it is new. path: names by dots for PROPERTY and
 * CONTEXT, a name for TRAIT, a field's for FIELD. PT_INVALID: no such path; over the bound. */
PT_NODISCARD PtStatus rule_operand_add(RuleOperands *o, RuleRoot root, PtStr path, RuleAs as,
                                       uint32_t *ret_slot, PtError *err);

bool rule_field_of(PtStr name, RuleField *ret_field);

/* The node of a name below `parent`; 0: there is none. */
uint32_t rule_operand_child(const RuleOperands *o, uint32_t parent, PtStr name);

/* ---- Numbers (number.c) ---------------------------------------------------------------------- */

/* Appends its one spelling: equal numbers have equal ones, exactly. False, and nothing is appended:
 * its exponent is beyond use, or it has more than RULE_TEXT digits. */
bool rule_number_write(PtStr digits, PtBuf *out);
