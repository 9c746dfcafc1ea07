// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/reading_internal.h"

/* Conditions, inside of the module: the typed tree between JSON and program. */
typedef enum RuleOp { RULE_ALL, RULE_ANY, RULE_NOT, RULE_IS } RuleOp;

typedef struct RuleNode {
    uint8_t op;   /* RuleOp */
    uint8_t root; /* IS: RuleRoot */
    uint8_t is;   /* IS: row of the table of operators */
    bool exact;
    PtStr path;
    PtValue *values; /* IS: what it is compared with, in the order given */
    size_t count;    /* of values, or of items below */
    struct RuleNode *first, *next;
} RuleNode;

/* Reads a condition where the reading stands. */
PT_NODISCARD PtStatus rule_node_read(Reading *r, PtStr json, unsigned depth, RuleNode **ret_node);
void rule_node_write(const RuleNode *node, PtJsonOut *out);
/* Pushes it. */
PT_NODISCARD PtStatus rule_node_compile(const RuleNode *node, RuleOperands *o, PtProgram *p,
                                        PtError *err);
