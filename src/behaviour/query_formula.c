// SPDX-License-Identifier: Apache-2.0
/* Formulae over series: read by descent, kept in the order in which a stack works them off. */
#include "behaviour/query_internal.h"

#include <math.h>

typedef enum FormulaOp {
    OP_NUMBER,
    OP_SERIES,
    OP_NEGATE,
    OP_ADD,
    OP_TAKE,
    OP_TIMES,
    OP_OVER
} FormulaOp;

typedef struct FormulaStep {
    FormulaOp op;
    uint32_t series;
    double number;
} FormulaStep;

struct QueryFormula {
    size_t count;
    FormulaStep steps[];
};

typedef struct Parse {
    PtStr text;
    size_t at, series_count;
    unsigned depth;
    QueryFormula *f;
    PtError *err;
} Parse;

static char peek(Parse *p)
{
    while (p->at < p->text.len && p->text.data[p->at] == ' ') {
        p->at++;
    }
    return p->at < p->text.len ? p->text.data[p->at] : 0;
}

static void push(Parse *p, FormulaOp op)
{
    p->f->steps[p->f->count++].op = op;
}

static PtStatus fail(const Parse *p, const char *why)
{
    return pt_fail(p->err, PT_INVALID, "%s at character %zu of the formula", why, p->at + 1);
}

static bool is_digit(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

static PtStatus parse_number(Parse *p)
{
    const size_t from = p->at;
    PtStr digits;
    while (p->at < p->text.len && is_digit(p->text.data[p->at])) {
        p->at++;
    }
    if (!pt_json_number_of((PtStr){p->text.data + from, p->at - from}, &digits)) {
        return fail(p, "not a number");
    }
    p->f->steps[p->f->count].number = pt_json_to_double(digits);
    push(p, OP_NUMBER);
    return PT_OK;
}

static PtStatus parse_series(Parse *p, char letter)
{
    const uint32_t series = (uint32_t)((letter | 0x20) - 'a');
    if (series >= p->series_count) {
        return pt_fail(p->err, PT_INVALID, "there is no series \"%c\"", letter);
    }
    p->at++;
    p->f->steps[p->f->count].series = series;
    push(p, OP_SERIES);
    return PT_OK;
}

static PtStatus parse_sum(Parse *p);

static PtStatus parse_value(Parse *p)
{
    const char c = peek(p);
    if (++p->depth > QUERY_FORMULA_DEPTH) {
        return pt_fail(p->err, PT_INVALID, "a formula of over %d levels", QUERY_FORMULA_DEPTH);
    }
    PtStatus st;
    if (c == '-') {
        p->at++;
        st = parse_value(p);
        push(p, OP_NEGATE);
    } else if (c == '(') {
        p->at++;
        st = parse_sum(p);
        if (st == PT_OK && peek(p) != ')') {
            return fail(p, "a closing bracket is missing");
        }
        p->at++;
    } else if (is_digit(c)) {
        st = parse_number(p);
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
        st = parse_series(p, c);
    } else {
        return fail(p, "a number, a series or a bracket is missing");
    }
    p->depth--;
    return st;
}

static PtStatus parse_product(Parse *p)
{
    PtStatus st = parse_value(p);
    for (char c = peek(p); st == PT_OK && (c == '*' || c == '/'); c = peek(p)) {
        p->at++;
        st = parse_value(p);
        push(p, c == '*' ? OP_TIMES : OP_OVER);
    }
    return st;
}

static PtStatus parse_sum(Parse *p)
{
    PtStatus st = parse_product(p);
    for (char c = peek(p); st == PT_OK && (c == '+' || c == '-'); c = peek(p)) {
        p->at++;
        st = parse_product(p);
        push(p, c == '+' ? OP_ADD : OP_TAKE);
    }
    return st;
}

PtStatus query_formula_read(PtStr text, size_t series_count, PtArena *arena,
                            QueryFormula **ret_formula, PtError *err)
{
    // each step takes a character at least; one is pushed behind a value that failed
    const size_t room = text.len + QUERY_FORMULA_DEPTH + 1;
    QueryFormula *f = pt_arena_alloc(arena, 1, sizeof *f + room * sizeof *f->steps);
    if (f == NULL) {
        return query_no_memory(err);
    }
    Parse p = {.text = text, .series_count = series_count, .f = f, .err = err};
    PtStatus st = parse_sum(&p);
    if (st == PT_OK && peek(&p) != 0) {
        return fail(&p, "an operator is missing");
    }
    if (st == PT_OK) {
        *ret_formula = f;
    }
    return st;
}

double query_formula_value(const QueryFormula *f, const double *values)
{
    double stack[QUERY_FORMULA + QUERY_FORMULA_DEPTH + 1] = {0};
    size_t top = 0;
    for (size_t i = 0; i < f->count; i++) {
        const FormulaStep *s = &f->steps[i];
        if (s->op == OP_NUMBER || s->op == OP_SERIES) {
            stack[top++] = s->op == OP_NUMBER ? s->number : values[s->series];
            continue;
        }
        if (s->op == OP_NEGATE) {
            stack[top - 1] = -stack[top - 1];
            continue;
        }
        const double b = stack[--top];
        double *a = &stack[top - 1];
        *a = s->op == OP_ADD     ? *a + b
             : s->op == OP_TAKE  ? *a - b
             : s->op == OP_TIMES ? *a * b
             : b == 0            ? NAN
                                 : *a / b;
    }
    return isfinite(stack[0]) ? stack[0] : NAN;
}
