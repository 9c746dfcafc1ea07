// SPDX-License-Identifier: Apache-2.0
#include "platform/program/program_internal.h"

#include <string.h>

static int order_folded(const char *value, const char *lower, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const int d = (unsigned char)pt_ascii_lower(value[i]) - (unsigned char)lower[i];
        if (d != 0) {
            return d;
        }
    }
    return 0;
}

static bool equal_folded(PtStr value, PtStr lower)
{
    return value.len == lower.len && order_folded(value.data, lower.data, lower.len) == 0;
}

static inline PtStr text_of(const PtProgram *p, const Constant *constant)
{
    return (PtStr){p->text.data + constant->at, constant->len};
}

static int order_text(PtStr value, PtStr constant, bool folded)
{
    if (value.len != constant.len) {
        return value.len < constant.len ? -1 : 1;
    }
    if (value.len == 0) {
        return 0;
    }
    return folded ? order_folded(value.data, constant.data, value.len)
                  : memcmp(value.data, constant.data, value.len);
}

int program_order(const PtProgram *p, const PtValue *value, const Constant *constant, bool folded)
{
    if ((int)value->kind != constant->kind) {
        return (int)value->kind - constant->kind;
    }
    switch (value->kind) {
    case PT_VALUE_NUMBER:
        return (value->number > constant->number) - (value->number < constant->number);
    case PT_VALUE_TIME:
        return (value->time_ms > constant->time_ms) - (value->time_ms < constant->time_ms);
    case PT_VALUE_TEXT:
        return order_text(value->text, text_of(p, constant), folded);
    default:
        return (int)value->truth - (int)constant->truth;
    }
}

static bool among(const PtProgram *p, const Step *step, const PtValue *value)
{
    const bool folded = step->how == PT_COMPARE_EQ_FOLDED;
    uint32_t low = 0, high = step->count;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        const int order = program_order(p, value, &p->constants[step->at + mid], folded);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? mid + 1 : low;
        high = order > 0 ? high : mid;
    }
    return false;
}

/* In linear time: a piece at a time is brought to lower case; neighbours share what a match may
 * straddle. */
static bool contains_folded(PtStr value, PtStr lower)
{
    char piece[PROGRAM_CHUNK];
    if (lower.len == 0) {
        return true;
    }
    for (size_t at = 0; value.len - at >= lower.len;) {
        const size_t len = value.len - at < sizeof piece ? value.len - at : sizeof piece;
        for (size_t i = 0; i < len; i++) {
            piece[i] = pt_ascii_lower(value.data[at + i]);
        }
        if (memmem(piece, len, lower.data, lower.len) != NULL) {
            return true;
        }
        if (at + len == value.len) {
            return false;
        }
        at += len - lower.len + 1;
    }
    return false;
}

static bool text_holds(PtCompare how, PtStr value, PtStr constant)
{
    switch (how) {
    case PT_COMPARE_EQ:
        return pt_str_eq(value, constant);
    case PT_COMPARE_EQ_FOLDED:
        return equal_folded(value, constant);
    case PT_COMPARE_CONTAINS:
        return contains_folded(value, constant);
    case PT_COMPARE_BEGINS:
        return value.len >= constant.len &&
               order_folded(value.data, constant.data, constant.len) == 0;
    case PT_COMPARE_ENDS:
        return constant.len == 0 ||
               (value.len >= constant.len && order_folded(value.data + (value.len - constant.len),
                                                          constant.data, constant.len) == 0);
    default:
        return false;
    }
}

#define IN_ORDER(how, a, b)                                                                        \
    ((how) == PT_COMPARE_EQ   ? (a) == (b)                                                         \
     : (how) == PT_COMPARE_LT ? (a) < (b)                                                          \
     : (how) == PT_COMPARE_LE ? (a) <= (b)                                                         \
     : (how) == PT_COMPARE_GT ? (a) > (b)                                                          \
                              : (a) >= (b))

static bool holds(const PtProgram *p, const Step *step, const PtValue *value)
{
    if (step->how == PT_COMPARE_THERE) {
        return value->kind != PT_VALUE_NONE;
    }
    if (step->list) {
        return among(p, step, value);
    }
    const Constant *constant = &p->constants[step->at];
    if ((int)value->kind != constant->kind) {
        return false;
    }
    const PtCompare how = (PtCompare)step->how;
    switch (value->kind) {
    case PT_VALUE_BOOL:
        return value->truth == constant->truth;
    case PT_VALUE_NUMBER:
        return IN_ORDER(how, value->number, constant->number);
    case PT_VALUE_TIME:
        return IN_ORDER(how, value->time_ms, constant->time_ms);
    default:
        return text_holds(how, value->text, text_of(p, constant));
    }
}

bool pt_program_run(const PtProgram *p, const PtValue *values)
{
    uint32_t at = p->begin;
    while (at < PROGRAM_FALSE) {
        const Step *step = &p->steps[at];
        at = holds(p, step, &values[step->slot]) ? step->on_true : step->on_false;
    }
    return at == PROGRAM_TRUE;
}

/* ---- Many values ------------------------------------------------------------------------------
 */

static bool run_value(const PtProgram *p, const PtValue *value)
{
    uint32_t at = p->begin;
    while (at < PROGRAM_FALSE) {
        const Step *step = &p->steps[at];
        at = holds(p, step, value) ? step->on_true : step->on_false;
    }
    return at == PROGRAM_TRUE;
}

/* One comparison by order, with a number: a loop without a branch. */
static void compare_each(PtCompare how, const double *numbers, size_t count, double constant,
                         bool *ret_outcomes)
{
    for (size_t i = 0; i < count; i++) {
        ret_outcomes[i] = IN_ORDER(how, numbers[i], constant);
    }
}

static bool is_one_order(const PtProgram *p)
{
    const Step *step = p->begin < PROGRAM_FALSE ? &p->steps[p->begin] : NULL;
    return step != NULL && !step->list && step->how <= PT_COMPARE_GE &&
           step->on_true == PROGRAM_TRUE && step->on_false == PROGRAM_FALSE &&
           p->constants[step->at].kind == PT_VALUE_NUMBER;
}

void pt_program_run_numbers(const PtProgram *p, const double *numbers, size_t count,
                            bool *ret_outcomes)
{
    if (is_one_order(p)) {
        const Step *step = &p->steps[p->begin];
        compare_each((PtCompare)step->how, numbers, count, p->constants[step->at].number,
                     ret_outcomes);
        return;
    }
    PtValue value = {.kind = PT_VALUE_NUMBER};
    for (size_t i = 0; i < count; i++) {
        value.number = numbers[i];
        ret_outcomes[i] = run_value(p, &value);
    }
}
