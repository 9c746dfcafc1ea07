// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "platform/columns.h"

#include <fault/fault_layer.h>

/* A store of event columns beside a plain array of rows, for tests: over a disk in memory
 * (tests/fault). */
enum { CRIG_NODES = 60, CRIG_VALUES = 6, CRIG_TEXT = 40 };

typedef struct CRigRow { /* as the store was given it; texts "" where there is none */
    int64_t time_ms;
    uint32_t node, source;
    uint8_t type, channel, value_count;
    bool has_amount;
    int64_t amount;
    char currency[4], event[CRIG_TEXT], store[CRIG_TEXT];
    struct CRigValue {
        char path[CRIG_TEXT], text[CRIG_TEXT];
        ColumnsKind kind;
        double number;
        bool truth;
    } values[CRIG_VALUES];
} CRigRow;

typedef struct CRig {
    FaultLayer layer;
    PtFs *disk;
    ColumnsConfig config;
    Columns *c;
    PtRng rng;
    uint64_t given; /* the offset that is added next */
    uint32_t nodes[CRIG_NODES], persons[CRIG_NODES];
    CRigRow *log;  /* by offset / 2: offsets have gaps */
    uint64_t rows; /* of the log */
} CRig;

void crig_init(CRig *r, uint64_t seed, uint64_t rows);
void crig_done(CRig *r);
/* Opens the store; given goes on where it is durable. */
void crig_open(CRig *r);
/* Whose a node is now: some change. */
void crig_merge_persons(CRig *r, unsigned count);
/* The next rows of the log. */
PT_NODISCARD PtStatus crig_add(CRig *r, unsigned count, PtError *err);
PT_NODISCARD PtStatus crig_add_up_to(CRig *r, uint64_t offset, PtError *err);
/* A step of so little merging that others come between; or one as it is. */
PT_NODISCARD PtStatus crig_step(CRig *r, bool *ret_did, PtError *err);
/* What a row that is put in looks like. */
ColumnsRow crig_row(const CRig *r, uint64_t offset, ColumnsValue *values);
/* Erases nodes[i] for i in [from, from + count) in the store and in the log; other rows' texts that
 * hold `what`, too ("": none). */
PT_NODISCARD PtStatus crig_erase(CRig *r, unsigned from, unsigned count, const char *what,
                                 PtError *err);
void crig_erase_log(CRig *r, unsigned from, unsigned count, const char *what);
/* A snapshot says what the log does, up to `given`: rows, order, groups, bounds, names. */
void crig_check(CRig *r);
/* Of all that a snapshot says. */
uint64_t crig_digest(const ColumnsSnapshot *s);
/* How many files of the store's folder, of *ret_files, hold the text. */
unsigned crig_search(CRig *r, const char *what, unsigned *ret_files);
