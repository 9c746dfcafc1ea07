// SPDX-License-Identifier: Apache-2.0
/* What the tests of runs share: tables of rows with anything in their columns, written as runs and
 * compared with what is read. Whatever goes wrong fails the test. */
#pragma once

#include "base/rng.h"
#include "platform/columns/columns_code_internal.h"

/* One 64-bit value a row and column; of texts the index in a list of all. */
enum { TEXTS = 3000, COLUMNS = COLUMNS_COLUMN_PROPERTIES + 12, IMAGE_MAX = 64 << 20 };

typedef struct Column {
    ColumnsKind kind;
    bool used;
    bool *has;
    uint64_t *value;
} Column;

typedef struct Table {
    uint32_t rows, group_count;
    ColumnsGroup *groups;
    Column columns[COLUMNS];
    PtStr texts[TEXTS];
    char *bytes; /* of the texts */
} Table;

void rig_done(Table *t);
Table *rig_table_new(uint32_t rows, uint32_t group_rows, PtRng *rng); /* no columns yet */

typedef enum Fill { ALL, NONE, SOME, FEW, HALF, PIECES } Fill;
typedef enum Style { ZERO, BIT, SMALL, BYTE, WIDE, SESSIONS, HOURS, EXTREME, PRICES, MINUS } Style;

void rig_fill(Table *t, uint32_t column, ColumnsKind kind, Fill fill, Style style, PtRng *rng);
/* All columns that every run has, and one property of each kind. */
Table *rig_table(uint32_t rows, Fill fill, Style style, uint64_t seed);

typedef struct Gathered { /* a block of a column as run_write_block takes it */
    ColumnsBlock block;
    uint64_t present[CODE_WORDS];
    union {
        uint8_t u8[COLUMNS_BLOCK_ROWS];
        uint16_t u16[COLUMNS_BLOCK_ROWS];
        uint32_t u32[COLUMNS_BLOCK_ROWS];
        uint64_t u64[COLUMNS_BLOCK_ROWS];
    };
    PtStr texts[TEXTS];
    uint32_t place[TEXTS];
} Gathered;

void rig_gather(Gathered *g, const Table *t, uint32_t column, uint32_t block);

RunWriterConfig rig_config(const Table *t, bool cold, PtBuf *image);
/* The columns last to first, to show that their order does not matter; but codes before times, so
 * that rare events are listed. */
PtStatus rig_write_columns(RunWriter *w, const Table *t, PtError *err);
PtStatus rig_write(const Table *t, bool cold, PtBuf *image, PtError *err);
void rig_write_well(const Table *t, bool cold, PtBuf *image); /* into an image that it begins */
Run *rig_open(PtStr image);
void rig_assert_run(const Table *t, Run *run);
