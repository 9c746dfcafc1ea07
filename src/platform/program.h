// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Predicate programs: a boolean expression over values, compiled to a flat list of instructions
 * (decision 19). Who compiles them owns the meaning of the slots (src/rules); an engine that scans
 * columns fills the same slots from its blocks.
 *
 * Truth    Two-valued: a comparison with a value that is not there, or of another kind, is false;
 *          so `not (x = 1)` holds where x is missing.
 * Threads  A program is immutable: any.
 */
typedef enum PtValueKind {
    PT_VALUE_NONE, /* not there, or JSON null */
    PT_VALUE_BOOL,
    PT_VALUE_NUMBER,
    PT_VALUE_TEXT,
    PT_VALUE_TIME,  /* UTC ms */
    PT_VALUE_WHOLE, /* an object or a list: there, and equal to nothing */
} PtValueKind;

typedef struct PtValue {
    PtValueKind kind;
    union {
        bool truth;
        double number;
        int64_t time_ms;
    };
    PtStr text; /* TEXT: the characters; NUMBER: the digits as received, else empty. Borrowed */
} PtValue;

typedef enum PtCompare {
    PT_COMPARE_EQ, /* text: exactly; numbers: as doubles */
    PT_COMPARE_LT, /* this and the next three: numbers and times; LT: the slot's is less */
    PT_COMPARE_LE,
    PT_COMPARE_GT,
    PT_COMPARE_GE,
    PT_COMPARE_EQ_FOLDED, /* text, without regard to ASCII case */
    PT_COMPARE_CONTAINS,  /* likewise, and the next two; every text contains the empty one */
    PT_COMPARE_BEGINS,
    PT_COMPARE_ENDS,
    PT_COMPARE_THERE, /* any value; no operand */
    PT_COMPARE_COUNT,
} PtCompare;

enum {
    PT_PROGRAM_SLOTS = 1024,
    PT_PROGRAM_STEPS = 4096,      /* pushes in all */
    PT_PROGRAM_DEPTH = 24,        /* all, any and not inside of each other */
    PT_PROGRAM_CONSTANTS = 32768, /* values that are compared with */
    PT_PROGRAM_TEXT = 65536,      /* bytes of constants */
};

/* Building: comparisons are pushed, and / or / not take from the stack. One value must be left.
 * Texts are copied. PT_TOO_LARGE names the bound; PT_INVALID: a constant that `how` does not take,
 * more taken from the stack than is there. After a failure the program is only to be freed. */
typedef struct PtProgram PtProgram;
PT_NODISCARD PtStatus pt_program_new(PtProgram **ret_program, PtError *err);
void pt_program_free(PtProgram *p); /* accepts NULL */
PT_NODISCARD PtStatus pt_program_compare(PtProgram *p, uint32_t slot, PtCompare how,
                                         const PtValue *constant, PtError *err);
/* The slot's value is one of these, by EQ or EQ_FOLDED (what is no text: by EQ in both). Of none:
 * false. Found by halving: the count costs little. */
PT_NODISCARD PtStatus pt_program_among(PtProgram *p, uint32_t slot, PtCompare how,
                                       const PtValue *constants, size_t count, PtError *err);
PT_NODISCARD PtStatus pt_program_constant(PtProgram *p, bool truth, PtError *err);
/* Of the last `count`: all of none is true, any of none false. */
PT_NODISCARD PtStatus pt_program_all(PtProgram *p, size_t count, PtError *err);
PT_NODISCARD PtStatus pt_program_any(PtProgram *p, size_t count, PtError *err);
PT_NODISCARD PtStatus pt_program_not(PtProgram *p, PtError *err);
PT_NODISCARD PtStatus pt_program_end(PtProgram *p, PtError *err); /* ready to run; no more pushes */

/* values: one for each slot that the program names, by number. Stops at the first operand that
 * decides. No allocation. */
bool pt_program_run(const PtProgram *p, const PtValue *values);
/* Of a program that names no slot but one: its outcome for each of these numbers as that value. */
void pt_program_run_numbers(const PtProgram *p, const double *numbers, size_t count,
                            bool *ret_outcomes);
uint32_t pt_program_slots(const PtProgram *p);            /* highest slot + 1 */
bool pt_program_reads(const PtProgram *p, uint32_t slot); /* whether it looks at the slot */

/* A comparison of a program, for who says it in another language. */
typedef struct PtProgramTerm {
    uint32_t slot;
    PtCompare how;
    bool among;            /* of the values: any */
    const PtValue *values; /* one; of THERE none; texts in lower case but for EQ. Borrowed */
    size_t count;
} PtProgramTerm;
/* The program, which has ended, as an expression of AND, OR, NOT, 1 and 0, in brackets; each
 * comparison is written by `say`. Operands may stand in another order than they were pushed in.
 * PT_NO_MEMORY; the buffer keeps its own failure. */
PT_NODISCARD PtStatus pt_program_say(const PtProgram *p, PtBuf *out,
                                     void (*say)(void *ctx, const PtProgramTerm *term, PtBuf *out),
                                     void *ctx, PtError *err);

static inline void pt_program_freep(PtProgram **p)
{
    pt_program_free(*p);
}
