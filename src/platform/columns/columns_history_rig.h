// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/columns/columns_oracle_rig.h"

/* For tests: a store on a disk in memory, and beside it the same rows in a plain array, as the log
 * would have them. Every failure fails the test. */
enum { HISTORY_NODES = 4096 };

typedef struct History {
    PtFs *fs;
    PtArena *arena; /* of texts and values */
    Columns *columns;
    ColumnsConfig config;
    OracleRow *rows;
    size_t count, cap;
    uint32_t person_of[HISTORY_NODES]; /* when runs are written */
} History;

/* memory_bytes of 0: the default. */
History *history_new(uint64_t seed, size_t memory_bytes);
void history_free(History *h);

/* Rows in words, a node, an event of one letter, hours since Monday 2026-03-02 in UTC, and perhaps
 * a text for "properties.tier": "1a0 2b0.5=gold 1b24". */
#define HISTORY_BEGIN_MS 1772409600000
void history_tell(History *h, const char *rows);
/* Copied; at the next offset. */
void history_add(History *h, const ColumnsRow *row);
/* The last row once more, as a view that starts again gives it. */
void history_add_again(History *h);
void history_flush(History *h, bool now);
void history_step(History *h); /* to its end */
void history_compact(History *h);
/* Closed without a flush, opened, and given from the log what was lost. */
void history_reopen(History *h);
/* Texts that are exactly `find` are found. */
void history_erase(History *h, const uint32_t *nodes, size_t count, PtStr find);

/* What the store holds, and the same as plain rows with the codes of the snapshot. */
ColumnsSnapshot *history_snapshot(History *h, OracleRows *ret_rows);
/* Slot of a property: the columns of each kind that it has. */
PlanSlot history_slot(const ColumnsSnapshot *s, PtStr path);
/* Runs the plan with 1, 2 and 3 threads and compares each answer with the oracle's; what differs,
 * or why it failed, in words, "" where all is well. The last answer lives in the arena. */
void history_ask(const ColumnsPlan *plan, ColumnsSnapshot *s, Oracle *oracle, PtArena *arena,
                 PlanAnswer *ret_answer, char words[static ORACLE_WORDS]);
/* The persons told, compared with the oracle's, likewise. */
void history_drill(const ColumnsPlan *plan, ColumnsSnapshot *s, Oracle *oracle,
                   const PlanDrill *drill, PtArena *arena, char words[static ORACLE_WORDS]);
/* UINT16_MAX: none. */
uint16_t history_code(const ColumnsSnapshot *s, uint8_t type, PtStr name);
