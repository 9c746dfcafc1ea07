// SPDX-License-Identifier: Apache-2.0
#include "platform/program/program_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

PtStatus pt_program_new(PtProgram **ret_program, PtError *err)
{
    PtProgram *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a program");
    }
    pt_buf_init(&p->text, PT_PROGRAM_TEXT);
    *ret_program = p;
    return PT_OK;
}

void pt_program_free(PtProgram *p)
{
    if (p != NULL) {
        free(p->nodes);
        free(p->steps);
        free(p->constants);
        pt_buf_done(&p->text);
        free(p);
    }
}

uint32_t pt_program_slots(const PtProgram *p)
{
    return p->slots;
}

bool pt_program_reads(const PtProgram *p, uint32_t slot)
{
    bool reads = false;
    for (uint32_t i = 0; i < p->step_count; i++) {
        reads |= p->steps[i].slot == slot;
    }
    return reads;
}

/* Room for `more` items in an array of *cap; bounded by the callers. */
static PtStatus reserve(void **items, size_t size, uint32_t *cap, uint32_t count, size_t more,
                        PtError *err)
{
    size_t need = count + more, grown = *cap > 0 ? *cap : 8;
    if (need <= *cap) {
        return PT_OK;
    }
    while (grown < need) {
        grown *= 2;
    }
    void *moved = realloc(*items, grown * size);
    if (moved == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a program");
    }
    *items = moved;
    *cap = (uint32_t)grown;
    return PT_OK;
}

/* ---- Constants ------------------------------------------------------------------------------- */

/* What each way of comparing takes: a bit per kind. */
static const uint8_t takes[PT_COMPARE_COUNT] = {
    [PT_COMPARE_EQ] =
        1 << PT_VALUE_BOOL | 1 << PT_VALUE_NUMBER | 1 << PT_VALUE_TEXT | 1 << PT_VALUE_TIME,
    [PT_COMPARE_LT] = 1 << PT_VALUE_NUMBER | 1 << PT_VALUE_TIME,
    [PT_COMPARE_LE] = 1 << PT_VALUE_NUMBER | 1 << PT_VALUE_TIME,
    [PT_COMPARE_GT] = 1 << PT_VALUE_NUMBER | 1 << PT_VALUE_TIME,
    [PT_COMPARE_GE] = 1 << PT_VALUE_NUMBER | 1 << PT_VALUE_TIME,
    [PT_COMPARE_EQ_FOLDED] = 1 << PT_VALUE_TEXT,
    [PT_COMPARE_CONTAINS] = 1 << PT_VALUE_TEXT,
    [PT_COMPARE_BEGINS] = 1 << PT_VALUE_TEXT,
    [PT_COMPARE_ENDS] = 1 << PT_VALUE_TEXT,
};

static PtStatus add_text(PtProgram *p, PtStr text, bool folded, Constant *constant, PtError *err)
{
    if (folded && text.len > PROGRAM_NEEDLE_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "a text to compare with is over %d bytes",
                       PROGRAM_NEEDLE_MAX);
    }
    constant->at = (uint32_t)p->text.len;
    constant->len = (uint32_t)text.len;
    for (size_t i = 0; i < text.len; i++) {
        pt_buf_add_char(&p->text, folded ? pt_ascii_lower(text.data[i]) : text.data[i]);
    }
    PtStatus st = pt_buf_status(&p->text);
    if (st == PT_TOO_LARGE) {
        return pt_fail(err, st, "the texts to compare with are over %d bytes", PT_PROGRAM_TEXT);
    }
    return st == PT_OK ? st : pt_fail(err, st, "no memory for a program");
}

static PtStatus add_constant(PtProgram *p, PtCompare how, const PtValue *value, PtError *err)
{
    const bool is_number = value->kind == PT_VALUE_NUMBER;
    if ((takes[how] >> value->kind & 1) == 0 || (is_number && isnan(value->number))) {
        return pt_fail(err, PT_INVALID, "a value of this kind cannot be compared so");
    }
    if (p->constant_count == PT_PROGRAM_CONSTANTS) {
        return pt_fail(err, PT_TOO_LARGE, "over %d values to compare with", PT_PROGRAM_CONSTANTS);
    }
    PtStatus st = reserve((void **)&p->constants, sizeof *p->constants, &p->constant_cap,
                          p->constant_count, 1, err);
    Constant constant = {.kind = (uint8_t)value->kind};
    if (value->kind == PT_VALUE_TEXT) {
        st = st == PT_OK ? add_text(p, value->text, how != PT_COMPARE_EQ, &constant, err) : st;
    } else if (is_number) {
        constant.number = value->number;
    } else if (value->kind == PT_VALUE_TIME) {
        constant.time_ms = value->time_ms;
    } else {
        constant.truth = value->truth;
    }
    if (st == PT_OK) {
        p->constants[p->constant_count++] = constant;
    }
    return st;
}

static int order_constants(const void *a, const void *b, void *ctx)
{
    const PtProgram *p = ctx;
    const Constant *x = a, *y = b;
    PtValue left = {.kind = (PtValueKind)x->kind};
    if (left.kind == PT_VALUE_TEXT) {
        left.text = (PtStr){p->text.data + x->at, x->len};
    } else if (left.kind == PT_VALUE_NUMBER) {
        left.number = x->number;
    } else if (left.kind == PT_VALUE_TIME) {
        left.time_ms = x->time_ms;
    } else {
        left.truth = x->truth;
    }
    return program_order(p, &left, y, false); // folded texts are folded already
}

/* ---- Pushing --------------------------------------------------------------------------------- */

static PtStatus push(PtProgram *p, Node node, PtError *err)
{
    if (p->ended) {
        return pt_fail(err, PT_INVALID, "the program has ended");
    }
    if (p->node_count == PT_PROGRAM_STEPS) {
        return pt_fail(err, PT_TOO_LARGE, "a program of over %d steps", PT_PROGRAM_STEPS);
    }
    PtStatus st =
        reserve((void **)&p->nodes, sizeof *p->nodes, &p->node_cap, p->node_count, 1, err);
    if (st == PT_OK) {
        p->nodes[p->node_count++] = node;
    }
    return st;
}

static PtStatus push_step(PtProgram *p, Step step, PtError *err)
{
    if (step.slot >= PT_PROGRAM_SLOTS) {
        return pt_fail(err, PT_TOO_LARGE, "over %d values are looked at", PT_PROGRAM_SLOTS);
    }
    PtStatus st =
        reserve((void **)&p->steps, sizeof *p->steps, &p->step_cap, p->step_count, 1, err);
    const Node node = {.kind = NODE_STEP, .start = p->node_count, .step = p->step_count};
    st = st == PT_OK ? push(p, node, err) : st;
    if (st == PT_OK) {
        p->steps[p->step_count++] = step;
        p->stacked++;
        p->slots = step.slot >= p->slots ? step.slot + 1 : p->slots;
    }
    return st;
}

PtStatus pt_program_compare(PtProgram *p, uint32_t slot, PtCompare how, const PtValue *constant,
                            PtError *err)
{
    if ((unsigned)how >= PT_COMPARE_COUNT || (constant == NULL) != (how == PT_COMPARE_THERE)) {
        return pt_fail(err, PT_INVALID, "a comparison without its value");
    }
    const Step step = {.slot = slot, .how = (uint8_t)how, .at = p->constant_count, .count = 1};
    PtStatus st = constant != NULL ? add_constant(p, how, constant, err) : PT_OK;
    return st == PT_OK ? push_step(p, step, err) : st;
}

PtStatus pt_program_among(PtProgram *p, uint32_t slot, PtCompare how, const PtValue *constants,
                          size_t count, PtError *err)
{
    if (how != PT_COMPARE_EQ && how != PT_COMPARE_EQ_FOLDED) {
        return pt_fail(err, PT_INVALID, "a list is compared for equality only");
    }
    const Step step = {.slot = slot,
                       .how = (uint8_t)how,
                       .list = true,
                       .at = p->constant_count,
                       .count = (uint32_t)count};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const bool text = constants[i].kind == PT_VALUE_TEXT;
        st = add_constant(p, text ? how : PT_COMPARE_EQ, &constants[i], err);
    }
    if (st == PT_OK && count > 1) {
        qsort_r(p->constants + step.at, count, sizeof *p->constants, order_constants, p);
    }
    return st == PT_OK ? push_step(p, step, err) : st;
}

PtStatus pt_program_constant(PtProgram *p, bool truth, PtError *err)
{
    const Node node = {.kind = NODE_CONSTANT, .truth = truth, .start = p->node_count};
    PtStatus st = push(p, node, err);
    p->stacked += st == PT_OK;
    return st;
}

/* Takes `count` values from the stack: the last of them ends at the node pushed last, each one
 * before it where the next one starts. */
static PtStatus join(PtProgram *p, NodeKind kind, size_t count, PtError *err)
{
    if (count > p->stacked) {
        return pt_fail(err, PT_INVALID, "%zu values are joined where there are %u", count,
                       p->stacked);
    }
    Node node = {.kind = (uint8_t)kind, .count = (uint32_t)count, .start = p->node_count};
    unsigned deepest = 0;
    for (size_t i = 0; i < count; i++) {
        const Node *child = &p->nodes[node.start - 1];
        deepest = child->depth > deepest ? child->depth : deepest;
        node.start = child->start;
    }
    if (deepest == PT_PROGRAM_DEPTH) {
        return pt_fail(err, PT_TOO_LARGE, "conditions nest over %d levels", PT_PROGRAM_DEPTH);
    }
    node.depth = (uint8_t)(deepest + 1);
    PtStatus st = push(p, node, err);
    if (st == PT_OK) {
        p->stacked = p->stacked - (uint32_t)count + 1;
    }
    return st;
}

PtStatus pt_program_all(PtProgram *p, size_t count, PtError *err)
{
    return join(p, NODE_ALL, count, err);
}

PtStatus pt_program_any(PtProgram *p, size_t count, PtError *err)
{
    return join(p, NODE_ANY, count, err);
}

PtStatus pt_program_not(PtProgram *p, PtError *err)
{
    return join(p, NODE_NOT, 1, err);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Tells every step below node i where it goes, given where its outcome goes; returns where the node
 * begins. Recursion is bounded by PT_PROGRAM_DEPTH. */
static uint32_t aim(PtProgram *p, uint32_t i, uint32_t on_true, uint32_t on_false)
{
    const Node *node = &p->nodes[i];
    if (node->kind == NODE_CONSTANT) {
        return node->truth ? on_true : on_false;
    }
    if (node->kind == NODE_STEP) {
        p->steps[node->step].on_true = on_true;
        p->steps[node->step].on_false = on_false;
        return node->step;
    }
    if (node->kind == NODE_NOT) {
        return aim(p, i - 1, on_false, on_true);
    }
    const bool all = node->kind == NODE_ALL;
    uint32_t begin = all ? on_true : on_false, child = i;
    for (uint32_t n = 0; n < node->count; n++) {
        child = n == 0 ? i - 1 : p->nodes[child].start - 1;
        begin = all ? aim(p, child, begin, on_false) : aim(p, child, on_true, begin);
    }
    return begin;
}

PtStatus pt_program_end(PtProgram *p, PtError *err)
{
    if (p->ended || p->stacked != 1) {
        return pt_fail(err, PT_INVALID, "a program leaves %u values, not 1", p->stacked);
    }
    p->begin = aim(p, p->node_count - 1, PROGRAM_TRUE, PROGRAM_FALSE);
    p->ended = true;
    return PT_OK;
}
