// SPDX-License-Identifier: Apache-2.0
/* The view "behaviour": events of the log into rows of the columns, behind the profiles.
 *
 * Where it is, the columns say: b->next. What the tables say of it follows, and is behind or ahead
 * for a moment only: rows that a crash took are read again, in the steps that come first. Numbers
 * of identifiers are those of one making of the profiles' tables, which a file beside the columns
 * names: of another, the columns are made anew.
 */
#include "behaviour/behaviour_internal.h"
#include "behaviour/rows.h"
#include "platform/loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTITION = 0,
    BATCH_RECORDS = 128,
    STEP_RECORDS = 4096,
    NEAR = 2 * STEP_RECORDS,          /* so far behind the log's end there is time to merge */
    RUNS_MANY = COLUMNS_RUNS_MAX - 4, /* and with so many there is none to lose */
};

const char behaviour_view[] = "behaviour";

/* ---- The numbering's file ---------------------------------------------------------------------
 */

static void numbering_path(const Behaviour *b, char path[static BEHAVIOUR_PATH])
{
    (void)snprintf(path, BEHAVIOUR_PATH, "%.*s.numbering", BEHAVIOUR_DIR, b->c.dir);
}

static void set_numbering(Behaviour *b, PtStr text)
{
    (void)pthread_mutex_lock(&b->naming);
    (void)pt_str_copy(b->numbering, sizeof b->numbering, text);
    (void)pthread_mutex_unlock(&b->naming);
}

/* One that is missing or is none fits no columns. */
static PtStatus load_numbering(Behaviour *b, PtError *err)
{
    char path[BEHAVIOUR_PATH], *text = NULL;
    size_t len = 0;
    PtError why = {0};
    numbering_path(b, path);
    const PtStatus st = pt_fs_read(b->c.fs, path, PROFILES_NUMBERING - 1, &text, &len, &why);
    if (st == PT_OK) {
        set_numbering(b, (PtStr){text, len});
    }
    free(text);
    return st == PT_OK || st == PT_NOT_FOUND || st == PT_TOO_LARGE
               ? PT_OK
               : pt_fail(err, st, "%s", why.message);
}

/* Columns of other numbers go before the file says the new ones. */
static PtStatus renumber(Behaviour *b, const char *numbering, PtError *err)
{
    char path[BEHAVIOUR_PATH];
    numbering_path(b, path);
    PtStatus st = behaviour_forget_rows(b, pt_log_begin(b->c.log, PARTITION), err);
    st = st == PT_OK ? pt_fs_replace(b->c.fs, path, pt_str(numbering), err) : st;
    if (st == PT_OK) {
        set_numbering(b, pt_str(numbering));
    }
    return st;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

PtStatus behaviour_forget_rows(Behaviour *b, uint64_t next, PtError *err)
{
    PtStatus st = columns_reset(b->columns, err);
    if (st == PT_OK) {
        b->target = pt_log_end(b->c.log, PARTITION);
        atomic_store(&b->next, next);
        atomic_store(&b->loading, next < b->target);
    }
    return st;
}

void behaviour_keep_rows(Behaviour *b)
{
    const uint64_t next = atomic_load(&b->next);
    if (b->started && !b->unsaid && next == atomic_load(&b->said)) {
        (void)!columns_flush(b->columns, next, true, NULL); // else they are read again
    }
}

/* Events of customers, and what is left of erased ones. */
static bool concerns(const PtRecord *r)
{
    return r->klass == PT_RECORD_EVENT && r->key_id == 0 && r->source != 0;
}

static PtStatus add_record(Behaviour *b, const PtRecord *record, PtError *err)
{
    EventView v;
    ColumnsRow row;
    if (!concerns(record)) {
        return PT_OK;
    }
    PtStatus st = event_payload_read(record, &v, err);
    st = st == PT_OK ? rows_read(b->rows, record, &v, &row, err) : st;
    if (st == PT_OK && (record->flags & EVENT_ERASED) == 0) {
        pt_arena_clear(b->arena);
        st = profiles_file(b->c.profiles, &v, record->position.offset, b->arena, &row.node, err);
    }
    return st == PT_OK ? columns_add(b->columns, &row, err) : st;
}

static PtStatus add_records(Behaviour *b, PtLogReader *reader, uint64_t to, PtError *err)
{
    uint64_t next = atomic_load(&b->next);
    PtStatus st = PT_OK;
    size_t count = 1;
    pt_log_seek(reader, next);
    while (st == PT_OK && count > 0 && next < to && !atomic_load(&b->stopping)) {
        const PtRecord *records;
        const uint64_t left = to - next;
        st = pt_log_fetch(reader, left < BATCH_RECORDS ? (size_t)left : BATCH_RECORDS, true,
                          &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = add_record(b, &records[i], err);
            next = st == PT_OK ? records[i].position.offset + 1 : next;
        }
        atomic_store(&b->next, next);
        pt_background_offer();
    }
    return st;
}

/* Memory that is full of rows is written once the step is committed. */
static bool is_full(const Behaviour *b, PtStatus st)
{
    return st == PT_NO_MEMORY && columns_stats(b->columns).memory_bytes >= b->c.memory_bytes;
}

/* Rows that were read before a failure are kept; what failed is met again by the next step. */
static PtStatus take_records(Behaviour *b, PtLogReader *reader, uint64_t limit, PtError *err)
{
    const uint64_t begin = pt_log_begin(b->c.log, PARTITION);
    if (atomic_load(&b->next) < begin) {
        atomic_store(&b->next, begin);
    }
    const uint64_t from = atomic_load(&b->next);
    const uint64_t to = limit < from + STEP_RECORDS ? limit : from + STEP_RECORDS;
    const PtStatus st = from < to ? add_records(b, reader, to, err) : PT_OK;
    return atomic_load(&b->next) > from || is_full(b, st) ? PT_OK : st;
}

/* ---- The view ---------------------------------------------------------------------------------
 */

static PtStatus step(Behaviour *b, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                     PtError *err)
{
    char numbering[PROFILES_NUMBERING];
    uint64_t limit = 0;
    b->unsaid = true;
    PtStatus st = profiles_numbering(tx, numbering, &limit, err);
    if (st != PT_OK || numbering[0] == '\0') {
        *ret_next = st == PT_OK ? atomic_load(&b->said) : *ret_next;
        return st;
    }
    if (strcmp(numbering, b->numbering) != 0) {
        st = renumber(b, numbering, err);
    }
    st = st == PT_OK ? take_records(b, reader, limit, err) : st;
    if (st == PT_OK) {
        *ret_next = atomic_load(&b->next);
    }
    return st;
}

PtStatus behaviour_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                        PtError *err)
{
    Behaviour *b = ctx;
    (void)pthread_mutex_lock(&b->writing);
    const PtStatus st = step(b, reader, tx, ret_next, err);
    (void)pthread_mutex_unlock(&b->writing);
    return st;
}

/* While events wait, runs are merged only where there are too many. */
static PtStatus merge(Behaviour *b, uint64_t next, PtError *err)
{
    const bool idle = pt_log_end(b->c.log, PARTITION) < next + NEAR;
    bool more = idle;
    PtStatus st = PT_OK;
    if (idle || columns_stats(b->columns).runs >= RUNS_MANY) {
        st = columns_step(b->columns, &more, err);
    }
    atomic_store(&b->merging, st == PT_OK && more && idle);
    return st;
}

static PtStatus committed(Behaviour *b, uint64_t next, PtError *err)
{
    PtStatus st = PT_OK;
    atomic_store(&b->said, next);
    b->unsaid = false;
    if (next == atomic_load(&b->next)) { // else the rows were forgotten meanwhile
        st = columns_flush(b->columns, next, false, err);
        st = st == PT_OK ? merge(b, next, err) : st;
        if (next >= b->target) {
            atomic_store(&b->loading, false);
        }
    }
    return st;
}

PtStatus behaviour_committed(void *ctx, uint64_t next, PtError *err)
{
    Behaviour *b = ctx;
    (void)pthread_mutex_lock(&b->writing);
    const PtStatus st = committed(b, next, err);
    (void)pthread_mutex_unlock(&b->writing);
    return st;
}

static bool is_damaged(Behaviour *b)
{
    PT_CLEANUP(columns_snapshot_freep) ColumnsSnapshot *s = NULL;
    return columns_snapshot(b->columns, &s, NULL) == PT_CORRUPT;
}

/* Of columns that are ahead of the tables nobody knows what they are of. */
static PtStatus start(Behaviour *b, uint64_t next, PtError *err)
{
    const uint64_t durable = columns_next(b->columns);
    const bool again = b->started; // the view was reset
    PtStatus st = again ? PT_OK : load_numbering(b, err);
    if (st == PT_OK && (again || durable > next || is_damaged(b))) {
        st = behaviour_forget_rows(b, again ? next : pt_log_begin(b->c.log, PARTITION), err);
    } else if (st == PT_OK) {
        b->target = next;
        atomic_store(&b->next, durable);
        atomic_store(&b->loading, durable < next);
    }
    if (st == PT_OK) {
        atomic_store(&b->said, next);
        b->started = true;
        b->unsaid = false;
    }
    return st;
}

PtStatus behaviour_start(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                         PtError *err)
{
    Behaviour *b = ctx;
    (void)reader; // rows that a crash took are read by the steps that come first
    (void)stop;
    (void)pthread_mutex_lock(&b->writing);
    const PtStatus st = start(b, next, err);
    (void)pthread_mutex_unlock(&b->writing);
    return st;
}

PtStatus behaviour_reset(PtSqlTx *tx, PtError *err)
{
    (void)tx; // behaviour_start empties the columns
    (void)err;
    return PT_OK;
}

bool behaviour_more(void *ctx)
{
    Behaviour *b = ctx;
    char now[PROFILES_NUMBERING];
    profiles_numbering_now(b->c.profiles, now);
    (void)pthread_mutex_lock(&b->naming);
    const bool other = now[0] != '\0' && strcmp(now, b->numbering) != 0;
    (void)pthread_mutex_unlock(&b->naming);
    return other || atomic_load(&b->merging) || atomic_load(&b->next) != atomic_load(&b->said);
}
