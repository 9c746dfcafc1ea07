// SPDX-License-Identifier: Apache-2.0
#include "platform/program/program_internal.h"

#include <stdlib.h>

typedef struct Speaker {
    const PtProgram *program;
    PtBuf *out;
    void (*say)(void *ctx, const PtProgramTerm *term, PtBuf *out);
    void *ctx;
    const PtValue *constants;
} Speaker;

static PtValue value_of(const PtProgram *p, const Constant *constant)
{
    PtValue value = {.kind = (PtValueKind)constant->kind};
    switch (value.kind) {
    case PT_VALUE_TEXT:
        value.text = (PtStr){p->text.data + constant->at, constant->len};
        break;
    case PT_VALUE_NUMBER:
        value.number = constant->number;
        break;
    case PT_VALUE_TIME:
        value.time_ms = constant->time_ms;
        break;
    default:
        value.truth = constant->truth;
    }
    return value;
}

static void say_step(const Speaker *s, const Step *step)
{
    const bool none = step->how == PT_COMPARE_THERE;
    const PtProgramTerm term = {
        .slot = step->slot,
        .how = (PtCompare)step->how,
        .among = step->list,
        .values = s->constants + step->at,
        .count = none ? 0 : step->count,
    };
    s->say(s->ctx, &term, s->out);
}

/* Recursion is bounded by PT_PROGRAM_DEPTH. */
static void say_node(const Speaker *s, uint32_t i)
{
    const Node *node = &s->program->nodes[i];
    const bool all = node->kind == NODE_ALL;
    if (node->kind == NODE_STEP) {
        say_step(s, &s->program->steps[node->step]);
    } else if (node->kind == NODE_CONSTANT || (node->kind != NODE_NOT && node->count == 0)) {
        pt_buf_add_char(s->out, (node->kind == NODE_CONSTANT ? node->truth : all) ? '1' : '0');
    } else {
        pt_buf_add_str(s->out, node->kind == NODE_NOT ? PT_STR("(NOT ") : PT_STR("("));
        for (uint32_t n = 0, child = i - 1; n < node->count;
             n++, child = s->program->nodes[child].start - 1) {
            pt_buf_add_str(s->out, n == 0 ? PT_STR("") : all ? PT_STR(" AND ") : PT_STR(" OR "));
            say_node(s, child);
        }
        pt_buf_add_char(s->out, ')');
    }
}

PtStatus pt_program_say(const PtProgram *p, PtBuf *out,
                        void (*say)(void *ctx, const PtProgramTerm *term, PtBuf *out), void *ctx,
                        PtError *err)
{
    PtValue *constants = calloc(p->constant_count + 1, sizeof *constants);
    if (constants == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to say a program");
    }
    for (uint32_t i = 0; i < p->constant_count; i++) {
        constants[i] = value_of(p, &p->constants[i]);
    }
    const Speaker speaker = {p, out, say, ctx, constants};
    say_node(&speaker, p->node_count - 1);
    free(constants);
    return PT_OK;
}
