// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_scan.h"

#include <pthread.h>
#include <stdatomic.h>

/* Inside of the pass (columns_scan.h), by file:
 *
 * columns_plan.c   checks a plan, runs it, drills into it
 * columns_pass.c   what all threads share: which rows could matter, who has moved, ranges of
 *                  persons, the order of merging, memory
 * columns_match.c  the rows of a block that matter, as a list
 * columns_slots.c  values of rows, by columns
 * columns_order.c  a person's rows from several groups in one order
 * columns_scan.c   one thread: cursors over the runs, person by person
 * columns_times.c  times to periods, of plans that ask for nothing else
 * columns_later.c  rows of persons with moved groups: kept, sorted, folded last
 */
enum {
    PASS_FEW_CODES = 8, /* compared one by one, 16 rows at a time */
    PASS_PARTS = 3,     /* columns of a slot */
};

#define PASS_NONE   UINT32_MAX /* no block, no row kept */
#define PASS_NOBODY UINT64_MAX /* no person */

typedef enum PartKind {
    PART_NUMBER,
    PART_TEXT,
    PART_TRUTH,
    PART_AMOUNT,
    PART_CHANNEL,
    PART_SOURCE,
    PART_TIME,
    PART_CODE,
} PartKind;

typedef struct PassColumn {
    uint32_t column;
    PartKind kind;
} PassColumn;

typedef struct PassSlot {
    uint8_t parts[PASS_PARTS]; /* index into columns */
    uint8_t part_count;
    bool as_time, as_number, kept;
    uint8_t kept_at;    /* index into a kept row's values */
    const PtStr *codes; /* texts of CODE */
} PassSlot;

typedef struct PassTest { /* a program, and the sets that have it */
    const PtProgram *program;
    uint64_t sets;
    uint8_t slot_count;
    uint8_t slots[PLAN_SLOTS]; /* that it reads */
} PassTest;

/* A value of a row that is folded later. */
typedef struct Kept {
    uint8_t kind; /* PtValueKind, or KEPT_AMOUNT */
    uint32_t len;
    union {
        double number;
        int64_t integer; /* time; micros */
        bool truth;
        const char *text;
    };
} Kept;
enum { KEPT_AMOUNT = 255 };

/* Rows next to each other, of one person and period. */
typedef struct Stretch {
    uint32_t period, rows;
} Stretch;

/* Rows next to each other of one person's, or stretches. */
typedef struct LaterPiece {
    uint32_t person, first, count; /* first: counted through the threads, once all are there */
} LaterPiece;

typedef struct Later { /* of one thread */
    ScanRow *rows;
    Stretch *stretches; /* of a plan that asks for nothing else: instead of rows */
    Kept *values;       /* kept_count of each row */
    size_t count, cap;
    LaterPiece *pieces;
    size_t piece_count, piece_cap;
    PtArena *texts;
    size_t text_bytes; /* charged */
} Later;

typedef struct Pass {
    const ColumnsPlan *plan;
    ColumnsSnapshot *snapshot;
    const PlanRun *run;
    const FoldKind *kind;
    const PlanDrill *drill; /* in a run that drills */
    PtStr drill_value;

    size_t runs;
    ColumnsRunInfo *info;
    const ColumnsGroup **groups;
    uint32_t *by_time; /* runs by their first instant */

    /* What could matter, by code. */
    uint64_t sets_of[COLUMNS_EVENTS_MAX];
    uint64_t codes[COLUMNS_EVENTS_MAX / 64];
    uint64_t events[COLUMNS_EVENT_WORDS];
    uint16_t few[PASS_FEW_CODES];
    size_t few_count; /* 0: more than a few */
    bool all_codes;
    const PlanPeriods *times_of; /* FoldKind.times_of, in a run that does not drill */
    bool any_order;              /* FoldKind.any_order, where times_of is NULL */
    PassTest tests[PLAN_SETS];
    size_t test_count;
    PassSlot slots[PLAN_SLOTS];
    PassColumn columns[PLAN_SLOTS * PASS_PARTS];
    size_t column_count, kept_count;
    uint8_t kept_slots[PLAN_SLOTS];
    bool offset_kept; /* as a row's first value */

    /* Groups whose person today is not the one of the run, by run; and who has such groups. */
    uint64_t **moved;
    _Atomic uint64_t *affected;
    uint64_t affected_bits;
    _Atomic bool any_moved;
    _Atomic uint64_t next_chunk;

    /* Ranges: persons [cuts[i], cuts[i + 1]), then of the rows kept for later. */
    uint64_t cuts[SCAN_RANGES + 1];
    uint32_t range_count, later_count;
    LaterPiece *later;
    size_t later_pieces, later_cuts[SCAN_RANGES_MOVED + 1];
    _Atomic uint32_t next_range;

    /* States on their way to one, in order. */
    pthread_mutex_t lock; /* of these, failure and tell */
    void *states[SCAN_RANGES + SCAN_RANGES_MOVED];
    int64_t state_bytes[SCAN_RANGES + SCAN_RANGES_MOVED];
    bool ended[SCAN_RANGES + SCAN_RANGES_MOVED];
    uint32_t merged; /* all below are in states[0] */
    uint64_t rows, persons;

    _Atomic int64_t memory;
    _Atomic bool failed;
    PtStatus status;
    PtError error;

    struct Scan *scans; /* of each thread */
    size_t scan_count;
} Pass;

/* A column's block that a cursor's reader has. */
typedef struct SeenBlock {
    uint32_t block;
    const ColumnsBlock *data;
} SeenBlock;

/* Numbers that texts of a block have in the table of the range's state. */
typedef struct SlotNumbers {
    uint32_t *numbers;
    uint32_t cap, block;
    uint64_t epoch;
} SlotNumbers;

typedef struct TimesBlock TimesBlock; /* periods of the listed rows */

/* Instead of a block's own codes and times, where its rows that matter are known from before: only
 * those of listed rows are there. */
typedef struct KnownRows {
    uint16_t codes[COLUMNS_BLOCK_ROWS];
    int64_t times[COLUMNS_BLOCK_ROWS];
} KnownRows;

/* Reads one run, group by group. */
typedef struct Cursor {
    ColumnsReader *reader;
    const ColumnsGroup *groups;
    uint32_t run, place;       /* place: in by_time */
    uint32_t group, group_end; /* of the range */
    uint32_t row, row_end;     /* rows not looked at yet */
    uint32_t base;             /* first row of the block that the list is of */
    uint32_t at, count;        /* in list */
    uint32_t first;            /* row that is first in it */
    bool dense;                /* the list is not filled in: all rows from the first on */
    bool common;               /* so many rows mattered that they are not looked for as rare ones */
    uint32_t taken;            /* group of the row that was taken last */
    const uint16_t *codes;     /* of the block; NULL: not read yet */
    const int64_t *times;
    uint64_t *sets;        /* by place in list; NULL: the plan has no programs */
    TimesBlock *stretches; /* NULL: the plan asks for rows */
    KnownRows *known;      /* NULL: the plan has more than a few codes */
    uint32_t *cells;       /* by place in list; NULL: rows are needed in order */
    SeenBlock *seen;       /* by column of the pass */
    SlotNumbers *numbers;  /* by slot */
    uint16_t list[COLUMNS_BLOCK_ROWS];
} Cursor;

typedef struct Slice { /* of s->rows, in order: of one group, or merged */
    uint32_t first, count;
} Slice;

struct Scan {
    Pass *pass;
    size_t number; /* of the thread */
    Cursor *cursors;
    /* By place of a run in by_time: whose the group is at which its cursor is; PASS_NOBODY: it is
     * at the end. */
    uint64_t persons_at[COLUMNS_RUNS_MAX + 1];
    ScanRow *rows, *spare;
    size_t count, cap, spare_cap;
    size_t group_count; /* that rows are of */
    Stretch *stretches; /* room for a block's */
    Slice *slices;
    size_t slice_cap;
    uint8_t *memo; /* of a block's texts */
    size_t memo_cap;
    PtArena *texts; /* of this person */
    uint64_t epoch; /* of the range */
    Later later;
    void *state;
    int64_t state_bytes;
    uint64_t rows_read, persons;
    PtStatus status;
    PtError error;
};

/* ---- Pass -------------------------------------------------------------------------------------
 */

PT_NODISCARD PtStatus pass_open(const ColumnsPlan *plan, ColumnsSnapshot *snapshot,
                                const PlanRun *run, const FoldKind *kind, Pass **ret_pass,
                                PtError *err);
void pass_close(Pass *p); /* accepts NULL */
/* Runs `work` on all threads; the first failure. */
PT_NODISCARD PtStatus pass_parallel(Pass *p, PtStatus (*work)(Scan *s, PtError *err), PtError *err);
PT_NODISCARD PtStatus pass_charge(Pass *p, int64_t bytes, PtError *err);
/* PT_UNAVAILABLE when the run was told to stop, or has failed on another thread. */
PT_NODISCARD PtStatus pass_goes_on(Pass *p, PtError *err);
/* The state of a range that is done: merged as soon as all before it are. Takes s->state. */
PT_NODISCARD PtStatus pass_hand_in(Scan *s, uint32_t range, PtError *err);
/* Work: marks what has moved, chunk by chunk. */
PT_NODISCARD PtStatus pass_mark_moved(Scan *s, PtError *err);
/* Whether a person's rows count. */
static inline bool pass_who(const Pass *p, uint32_t person)
{
    const ColumnsPlan *plan = p->plan;
    return plan->who == NULL ||
           (person < plan->who_count && (plan->who[person >> 6] >> (person & 63) & 1) != 0);
}

static inline uint32_t pass_person_of(const ColumnsPlan *plan, uint32_t node)
{
    return node == 0 || node >= plan->node_count ? node : plan->person_of[node];
}

/* Room for `count` items; grows by halves at least. */
PT_NODISCARD PtStatus pass_reserve(Pass *p, void **items, size_t size, size_t *cap, size_t count,
                                   PtError *err);

/* ---- Match ------------------------------------------------------------------------------------
 */

/* Rows [first, end) of a block that matter, into list, codes, times and sets; at = 0. Of a plan
 * that asks for periods of any event neither codes nor times are there. */
PT_NODISCARD PtStatus match_block(Scan *s, Cursor *c, uint32_t block, uint32_t first, uint32_t end,
                                  PtError *err);
/* Of each row the place of its value in the block, or MATCH_NOWHERE. */
enum { MATCH_NOWHERE = UINT16_MAX };
void match_places(const ColumnsBlock *b, const uint16_t *rows, uint32_t count,
                  uint16_t *ret_places);
PT_NODISCARD PtStatus match_rows(Cursor *c, PtError *err); /* codes and times, all the same */
/* Place i of the list, as a row of the block. */
static inline uint32_t match_row(const Cursor *c, uint32_t i)
{
    return c->dense ? c->first + i : c->list[i];
}
/* The first place behind `at` whose row is not below `end`; there is one at `at` that is. */
static inline uint32_t match_end(const Cursor *c, uint32_t end)
{
    if (c->dense) {
        const uint32_t places = end - c->first;
        return places < c->count ? places : c->count;
    }
    uint32_t at = c->at + 1;
    while (at < c->count && c->list[at] < end) {
        at++;
    }
    return at;
}

/* ---- Slots ------------------------------------------------------------------------------------
 */

/* Columns of the plan's slots; which of them are kept with rows folded later. */
PT_NODISCARD PtStatus slots_prepare(Pass *p, PtError *err);
PT_NODISCARD PtStatus slots_block(Cursor *c, const Pass *p, uint8_t part, uint32_t block,
                                  const ColumnsBlock **ret_block, PtError *err);
/* Texts are the block's. */
PT_NODISCARD PtStatus slots_value(Cursor *c, const Pass *p, uint32_t slot, uint32_t row,
                                  PtValue *ret_value, PtError *err);
/* The values that are kept, kept_count of them; texts are copied. */
PT_NODISCARD PtStatus slots_keep(Scan *s, Cursor *c, const ScanRow *row, Kept *values,
                                 PtError *err);

/* ---- Order, later, scan ------------------------------------------------------------------------
 */

/* s->rows, of whole groups, by (time, offset). */
PT_NODISCARD PtStatus order_rows(Scan *s, PtError *err);

/* ---- Times ------------------------------------------------------------------------------------
 */

/* NULL when out of memory. */
TimesBlock *times_block_new(const PlanPeriods *periods);
void times_block_free(TimesBlock *b); /* accepts NULL */
size_t times_block_bytes(void);
/* rows: where the list's times lie; NULL: next to each other. The times are borrowed. */
void times_block_fill(TimesBlock *b, const int64_t *times, const uint16_t *rows, uint32_t count);
/* The list are these rows of a block, of which the reader gave the chains: most times of a chain
 * need not be known. */
typedef struct TimesRows {
    uint32_t first, end;
} TimesRows;
PT_NODISCARD PtStatus times_block_fill_chains(TimesBlock *b, ColumnsReader *r,
                                              const ColumnsChains *chains, TimesRows rows,
                                              PtError *err);
/* Places [from, to) of the list, of one group; places rise from call to call. Returns how many
 * stretches they are, up to one for each. */
size_t times_take(TimesBlock *b, uint32_t from, uint32_t to, Stretch *out);
/* The same, seen at once. */
void times_see_rows(TimesSeen *seen, TimesBlock *b, uint32_t from, uint32_t to);
void times_see(TimesSeen *seen, const Stretch *stretches, size_t count);

/* Keeps rows [from, s->count) of s->rows for later; or these stretches. */
PT_NODISCARD PtStatus later_keep(Scan *s, Cursor *c, uint32_t person, size_t from, PtError *err);
PT_NODISCARD PtStatus later_keep_stretches(Scan *s, uint32_t person, size_t count, PtError *err);
/* All that was kept, by person, in ranges. */
PT_NODISCARD PtStatus later_sort(Pass *p, PtError *err);
const Kept *later_values(const Pass *p, uint32_t kept);
void later_done(Later *l);
PT_NODISCARD PtStatus later_work(Scan *s, PtError *err);

PT_NODISCARD PtStatus scan_open(Scan *s, PtError *err);
void scan_close(Scan *s);
PT_NODISCARD PtStatus scan_work(Scan *s, PtError *err);
PT_NODISCARD PtStatus scan_reserve_rows(Scan *s, size_t count, PtError *err);
/* The next row of s->rows is the first of another group. */
PT_NODISCARD PtStatus scan_begin_group(Scan *s, PtError *err);
PT_NODISCARD PtStatus scan_begin_range(Scan *s, PtError *err);
/* s->rows in order, to the fold. */
PT_NODISCARD PtStatus scan_fold_person(Scan *s, uint32_t person, PtError *err);
