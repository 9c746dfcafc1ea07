// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commerce/commerce.h"
#include "platform/text.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of commerce/ share. */

enum { COMMERCE_ANY_VERSION = -1 }; /* for `expected`: whatever is there */

struct Commerce {
    CommerceConfig c;
    PtZones *zones;
    pthread_mutex_t loading; /* one snapshot is made at a time; `text` is filled by one */
    PtText *text;            /* stores by number */
    _Atomic bool text_stale; /* filled anew by the next search */
    pthread_mutex_t lock;    /* of what follows */
    CommerceHours *hours;
    _Atomic bool stale; /* a change is in SQL and not in memory: read at the next question */
    void (*changed)(void *ctx);
    void *changed_ctx;
};

/* Reads hours anew (commerce.c). */
PT_NODISCARD PtStatus commerce_load(Commerce *c, PtError *err);
/* After a commit that changed stores or calendars. */
void commerce_changed(Commerce *c);

/* Compiles all hours (hours_load.c). */
PT_NODISCARD PtStatus commerce_hours_load(Commerce *c, PtSqlTx *tx, CommerceHours **ret_hours,
                                          PtError *err);

typedef struct CommerceHoursFigures {
    size_t stores, calendars, bytes;
} CommerceHoursFigures;
CommerceHoursFigures commerce_hours_figures(const CommerceHours *hours);

/* One write transaction. */
typedef struct CommerceWriting {
    Commerce *c;
    PtSqlTx *tx;
    const AuditActor *by;
    int64_t now_ms;
    PtArena *arena;
    PtError *err;
} CommerceWriting;

PT_NODISCARD PtStatus commerce_write(CommerceWriting *w, Commerce *c, const AuditActor *by,
                                     PtArena *arena, PtError *err);
/* *ret_changed false: all stood there already. */
PT_NODISCARD PtStatus commerce_store_write(CommerceWriting *w, const CommerceStorePut *put,
                                           bool *ret_changed, bool *ret_added);
PT_NODISCARD PtStatus commerce_till_write(CommerceWriting *w, const CommerceTill *put,
                                          bool *ret_changed, bool *ret_added);

/* Within a transaction; PT_NOT_FOUND. */
PT_NODISCARD PtStatus commerce_store_load(PtSqlTx *tx, PtStr code, PtArena *arena,
                                          CommerceStore *ret_store, int64_t *ret_number,
                                          PtError *err);
/* One whole number that the statement says of the texts (data NULL: not bound). */
PT_NODISCARD PtStatus commerce_count(PtSqlTx *tx, const char *statement, PtStr a, PtStr b,
                                     int64_t *ret_count, PtError *err);

/* What held at at_ms; data NULL: nothing did. */
PtStr commerce_kept_at(const CommerceKept *kept, size_t count, int64_t at_ms);

/* ---- Texts (field.c) --------------------------------------------------------------------------
 */
typedef enum CommerceTextKind { COMMERCE_LINE, COMMERCE_LINES } CommerceTextKind;

PT_NODISCARD PtStatus commerce_text_check(const char *name, PtStr text, size_t min, size_t max,
                                          CommerceTextKind kind, PtError *err);
PT_NODISCARD PtStatus commerce_code_check(const char *name, PtStr code, PtError *err);
PT_NODISCARD PtStatus commerce_store_check(Commerce *c, const PtStr f[COMMERCE_STORE_FIELDS],
                                           PtError *err);
PT_NODISCARD PtStatus commerce_till_check(const PtStr f[COMMERCE_TILL_FIELDS], PtError *err);
/* "2026-01-31" and nothing else. */
bool commerce_date(PtStr text, PtCivil *ret_date);

/* What a change did, for the audit chain: {"name": ["before", "after"], ...}. */
PT_NODISCARD PtStatus commerce_audit(CommerceWriting *w, const char *action, PtStr subject,
                                     PtStr name, PtStr detail);
void commerce_detail(PtBuf *out, const char *const *names, const PtStr *before, const PtStr *after,
                     size_t count);

/* Copies of texts of a row into the arena: `texts` from column `first` on. */
PT_NODISCARD PtStatus commerce_copy(PtSqlTx *tx, int first, PtStr **texts, size_t count,
                                    PtArena *arena, PtError *err);

/* ---- Files (csv.c) ----------------------------------------------------------------------------
 */
enum { COMMERCE_CELLS_MAX = 32 };

typedef struct CommerceCsv {
    PtStr rest;
    char separator;
    uint64_t line; /* of what comes next, from 1 */
} CommerceCsv;

/* The separator is a semicolon where the first line has one and no comma; a byte order mark is
 * passed over. */
CommerceCsv commerce_csv(PtStr text);
/* Cells are borrowed from the text, or the arena's where quotes were doubled. An apostrophe that
 * keeps a spreadsheet from running a cell is taken off. Empty lines are passed over. *ret_row
 * false: the end. PT_INVALID: quotes that do not close, text behind them, too many cells. */
PT_NODISCARD PtStatus commerce_csv_next(CommerceCsv *csv, PtArena *arena,
                                        PtStr ret_cells[COMMERCE_CELLS_MAX], size_t *ret_count,
                                        uint64_t *ret_line, bool *ret_row, PtError *err);
