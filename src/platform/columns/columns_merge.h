// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_internal.h"

/* A merge of runs into one, made in steps:
 *
 * List     (columns_merge_order.c) goes through the groups of each run and asks whose they are
 *          now. Most stand where they stood among the others of their run. Those that do not,
 *          since their node belongs to another person now, are `moved`: to come by their values
 *          without reading a block for each, every column is read through once before and their
 *          values are kept aside (24 bytes a moved row at most, and its texts).
 * Order    (columns_merge_order.c) takes the groups of all runs in their new order; where those
 *          of a node interleave, by time and offset. What comes out are groups, and segments: so
 *          many rows of that run from there on. 12 bytes each.
 * Copy     (columns_merge_copy.c) copies column after column along the segments, with one block
 *          of each run and the one being written in memory.
 */
enum { MERGE_ASIDE = UINT8_MAX }; /* an input that is none */

typedef struct MergeSegment {
    uint32_t first; /* row of the run; of what is aside: counted over all runs */
    uint32_t count;
    uint8_t input; /* or MERGE_ASIDE */
} MergeSegment;

typedef struct MergeInstant { /* a row's place in time */
    int64_t time_ms, offset;
} MergeInstant;

typedef struct MergeMoved { /* a group, in the order of inputs and their rows */
    uint32_t person, node;
    uint32_t first, count; /* rows of the input */
    uint32_t aside;        /* rows before it that are aside */
    uint8_t input;
} MergeMoved;

typedef struct MergeNobody { /* a row of node 0 */
    MergeInstant at;
    uint32_t row;
    uint8_t input; /* or MERGE_ASIDE */
} MergeNobody;

typedef struct MergeBlock { /* the block of an input that was read last */
    RunScratch scratch;
    const ColumnsBlock *block; /* NULL: none */
    uint32_t column, number;
} MergeBlock;

typedef struct MergeInput {
    ColumnsFile *file; /* a reference */
    const ColumnsGroup *groups;
    uint32_t group_count, at;
    size_t moved_at;          /* of the moved groups: its next one */
    MergeBlock block, offset; /* block: of TIME in the first two steps; offset: then only */
    uint32_t *local, *stamp;  /* by text of the block: its number in the one being written */
    uint32_t epoch;           /* where stamp says so */
} MergeInput;

/* Whose a node is, asked once: answers that change between two inputs would tear a node apart. */
typedef struct MergePersons {
    uint64_t *slots; /* node << 32 | person; 0: free */
    size_t slot_count, count;
} MergePersons;

typedef enum MergePhase { MERGE_LIST, MERGE_ORDER, MERGE_COPY, MERGE_FINISH } MergePhase;

typedef struct MergeOut {               /* the block being written */
    uint32_t rows, count, number, want; /* want: rows of it in the end */
    uint8_t *values;
    uint64_t present[COLUMNS_BLOCK_ROWS / 64];
    ColumnsTexts texts;
    PtStr *list;
} MergeOut;

typedef struct MergeAside { /* a column's values of the moved rows */
    uint64_t *values;
    uint64_t *present;
    ColumnsTexts texts;
    uint32_t *local, *stamp; /* by text: its number in the block being written */
    uint32_t epoch;
    size_t at; /* of the moved groups: next to be read */
} MergeAside;

struct ColumnsMerge {
    MergePhase phase;
    ColumnsNames *names;
    ColumnsPersons persons;
    MergePersons known;
    size_t count, input; /* input: that is listed */
    MergeInput inputs[COLUMNS_RUNS_MAX];
    bool apart; /* no two inputs overlap in time */
    bool ordering;

    MergeMoved *moved;
    size_t moved_count, moved_cap;
    uint32_t moved_rows;
    MergeInstant *instants; /* of the moved rows, until the order stands */
    size_t instants_cap;
    SortItem *moved_order; /* a: index into moved; by (person, node, input) */
    size_t moved_at;       /* in that order */
    MergeNobody *nobody;
    size_t nobody_count, nobody_cap;

    ColumnsGroup *groups;
    size_t group_count, group_cap;
    MergeSegment *segments;
    size_t segment_count, segment_cap;
    uint32_t rows;

    ColumnsWriter file;
    RunWriter *run;
    uint32_t column;
    bool begun; /* the column */
    size_t segment;
    uint32_t segment_row;
    MergeOut out;
    MergeAside aside;
};

/* Rows of which a piece of a group consists. */
static inline uint32_t columns_merge_group_rows(const ColumnsGroup *g)
{
    return g[1].first - g[0].first;
}

/* The block of a column that holds the row, of an input. */
PT_NODISCARD PtStatus columns_merge_block(MergeInput *in, MergeBlock *b, uint32_t column,
                                          uint32_t row, PtError *err);

/* Each does about *budget rows of work, takes them off, and goes to the next phase at its end. */
PT_NODISCARD PtStatus columns_merge_list(ColumnsMerge *m, uint64_t *budget, PtError *err);
PT_NODISCARD PtStatus columns_merge_order(ColumnsMerge *m, uint64_t *budget, PtError *err);
PT_NODISCARD PtStatus columns_merge_copy(ColumnsMerge *m, uint64_t *budget, PtError *err);
/* After the order: memory for copying. */
PT_NODISCARD PtStatus columns_merge_copy_begin(ColumnsMerge *m, PtError *err);
void columns_merge_copy_done(ColumnsMerge *m);

/* Which runs are merged next; for tests. */
typedef struct MergePick {
    uint32_t rows;
    bool side;
    int64_t time_min, time_max;
} MergePick;
/* Of runs by time_max; over `most` runs also the cheapest two neighbours. False: none. */
bool columns_merge_pick(const MergePick *runs, size_t count, size_t most, bool *ret_take);
