// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "platform/program.h"

/* Inside of platform/program: what is pushed is kept as nodes in the order of pushing; at the end
 * every comparison (a step) is told which step follows when it holds and when it does not. So
 * running is a walk from step to step, without a stack; the nodes are for saying it in other words.
 */
typedef enum NodeKind { NODE_STEP, NODE_CONSTANT, NODE_ALL, NODE_ANY, NODE_NOT } NodeKind;

typedef struct Node {
    uint8_t kind; /* NodeKind */
    uint8_t depth;
    bool truth;     /* CONSTANT */
    uint32_t start; /* the first node that belongs to it */
    uint32_t count; /* ALL, ANY: of what */
    uint32_t step;  /* STEP */
} Node;

typedef struct Constant {
    uint8_t kind; /* PtValueKind */
    union {
        bool truth;
        double number;
        int64_t time_ms;
        struct {
            uint32_t at, len; /* in the program's text; lower case where it is compared folded */
        };
    };
} Constant;

typedef struct Step {
    uint32_t slot;
    uint8_t how; /* PtCompare */
    bool list;   /* among: constants are in the order of program_order */
    uint32_t at, count;
    uint32_t on_true, on_false; /* a step, or the outcome */
} Step;

enum {
    PROGRAM_NEEDLE_MAX = 4096, /* bytes of a text that is searched for */
    PROGRAM_CHUNK = 2 * PROGRAM_NEEDLE_MAX,
};
#define PROGRAM_TRUE  UINT32_MAX
#define PROGRAM_FALSE (UINT32_MAX - 1)

struct PtProgram {
    Node *nodes;
    Step *steps;
    Constant *constants;
    PtBuf text;
    uint32_t node_count, node_cap, step_count, step_cap, constant_count, constant_cap;
    uint32_t stacked, slots, begin;
    bool ended;
};

/* The order of a list's constants: by kind, then by value, texts by length first. folded: the
 * value's text is read in lower case. */
int program_order(const PtProgram *p, const PtValue *value, const Constant *constant, bool folded);
