// SPDX-License-Identifier: Apache-2.0
#include "events/quarantine.h"

#include "views.sql.h"

#include <stdlib.h>

enum { PARTITION = 0, FETCH_RECORDS = 4096, STEP_RECORDS = 65536, WAIT_MS = 10000 };

const char event_quarantine_view[] = "quarantine";

static void close_readerp(PtLogReader **reader)
{
    pt_log_reader_close(*reader);
}

/* -- the view
 * ------------------------------------------------------------------------------------------------------
 */

static PtStatus add_row(PtSqlTx *tx, const PtRecord *r, PtError *err)
{
    EventView v;
    PtStatus st = event_payload_read(r, &v, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_QUARANTINE_ADD, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PARTITION);
    pt_sql_bind_i64(tx, 2, (int64_t)r->position.offset);
    pt_sql_bind_i64(tx, 3, r->source);
    pt_sql_bind_text(tx, 4, event_reason_name(v.reason));
    pt_sql_bind_text(tx, 5, v.reason_detail);
    pt_sql_bind_i64(tx, 6, r->time_ms);
    pt_sql_bind_i64(tx, 7, (int64_t)v.raw.len);
    return pt_sql_finish(tx, err);
}

static PtStatus mark_redriven(PtSqlTx *tx, const PtRecord *r, PtError *err)
{
    EventView v;
    PtStatus st = event_payload_read(r, &v, err);
    if (st != PT_OK || v.redrive_of == 0 ||
        (st = pt_sql_use(tx, SQL_QUARANTINE_REDRIVEN, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PARTITION);
    pt_sql_bind_i64(tx, 2, (int64_t)(v.redrive_of - 1));
    pt_sql_bind_i64(tx, 3, (int64_t)r->position.offset);
    return pt_sql_finish(tx, err);
}

/* Reads the record at offset again, with its payload, and lets the view see it. */
static PtStatus take_record(PtLogReader *reader, PtSqlTx *tx, uint64_t offset, PtError *err)
{
    const PtRecord *r;
    size_t count;
    pt_log_seek(reader, offset);
    PtStatus st = pt_log_fetch(reader, 1, true, &r, &count, err);
    if (st != PT_OK || count == 0) {
        return st;
    }
    return r->klass == PT_RECORD_QUARANTINE ? add_row(tx, r, err) : mark_redriven(tx, r, err);
}

static bool concerns(const PtRecord *r)
{
    return r->klass == PT_RECORD_QUARANTINE ||
           (r->klass == PT_RECORD_EVENT && (r->flags & EVENT_REDRIVEN) != 0);
}

PtStatus event_quarantine_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                               PtError *err)
{
    (void)ctx;
    const uint64_t from = pt_log_tell(reader);
    uint64_t next = from;
    while (next - from < STEP_RECORDS) {
        const PtRecord *records;
        size_t count;
        PtStatus st = pt_log_fetch(reader, FETCH_RECORDS, false, &records, &count,
                                   err); // headers only: most do not concern us
        if (st != PT_OK) {
            return st;
        }
        if (count == 0) {
            break;
        }
        size_t i = 0;
        while (i < count && !concerns(&records[i])) {
            i++;
        }
        next += i;
        if (i < count) {
            st = take_record(reader, tx, next, err);
            if (st != PT_OK) {
                return st;
            }
            next++;
        }
    }
    *ret_next = next;
    return PT_OK;
}

PtStatus event_quarantine_reset(PtSqlTx *tx, PtError *err)
{
    return pt_sql_run(tx, SQL_QUARANTINE_CLEAR, err);
}

/* -- the list
 * ------------------------------------------------------------------------------------------------------
 */

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, EventQuarantined *row, PtError *err)
{
    *row = (EventQuarantined){
        .offset = (uint64_t)pt_sql_i64(tx, 0),
        .source = (uint32_t)pt_sql_i64(tx, 1),
        .reason = event_reason_of(pt_sql_text(tx, 2)),
        .detail = pt_arena_str(arena, pt_sql_text(tx, 3)),
        .time_ms = pt_sql_i64(tx, 4),
        .bytes = (uint64_t)pt_sql_i64(tx, 5),
        .redriven = !pt_sql_is_null(tx, 6),
        .redriven_as = (uint64_t)pt_sql_i64(tx, 6),
    };
    return row->detail.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for the quarantine list");
}

// NOLINTNEXTLINE(readability-function-size): a list takes its filter, page and results
PtStatus event_quarantine_page(PtSql *sql, const EventQuarantineFilter *filter, uint64_t before,
                               size_t limit, PtArena *arena, EventQuarantined **ret_rows,
                               size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    EventQuarantined *rows = pt_arena_alloc(arena, limit, sizeof *rows);
    if (rows == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the quarantine list");
    }
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_QUARANTINE_PAGE, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PARTITION);
    pt_sql_bind_i64(tx, 2, before > INT64_MAX ? INT64_MAX : (int64_t)before);
    pt_sql_bind_i64(tx, 3, filter->source);
    pt_sql_bind_text(tx, 4, event_reason_name(filter->reason));
    pt_sql_bind_i64(tx, 5, filter->state);
    pt_sql_bind_i64(tx, 6, (int64_t)limit);
    size_t count = 0;
    bool row = true;
    while (st == PT_OK && count < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_row(tx, arena, &rows[count++], err);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = count;
    }
    return st;
}

PtStatus event_quarantine_blank(PtSqlTx *tx, uint64_t offset, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_QUARANTINE_BLANK, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PARTITION);
    pt_sql_bind_i64(tx, 2, (int64_t)offset);
    return pt_sql_finish(tx, err);
}

/* -- redrive
 * -------------------------------------------------------------------------------------------------------
 */

static PtStatus check_open(PtSql *sql, uint64_t offset, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_QUARANTINE_GET, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PARTITION);
    pt_sql_bind_i64(tx, 2, (int64_t)offset);
    bool row = false;
    st = pt_sql_step(tx, &row, err);
    const bool redriven = st == PT_OK && row && !pt_sql_is_null(tx, 0);
    pt_sql_done(tx);
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_NOT_FOUND, "nothing is quarantined at position %llu",
                     (unsigned long long)offset);
    } else if (redriven) {
        st = pt_fail(err, PT_CONFLICT, "position %llu was redriven before",
                     (unsigned long long)offset);
    }
    return st;
}

/* A delivery of a shop is mapped anew; all else is judged as it came. */
static PtStatus append_record(const EventRedrive *r, const PtRecord *record, PtStr patch,
                              PtError *err)
{
    enum { ARENA = 16 << 20 };
    EventView v;
    uint64_t round;
    PtStatus st = event_payload_read(record, &v, err);
    if (st != PT_OK || patch.len > 0 || r->remap == NULL ||
        v.reason != EVENT_REASON_UNMAPPED_DELIVERY) {
        return st == PT_OK ? event_redrive(r->intake, record, patch, &round, err) : st;
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a redrive");
    }
    st = r->remap(r->ctx, record, arena, &patch, err);
    return st == PT_OK ? event_redrive(r->intake, record, patch, &round, err) : st;
}

static PtStatus append_again(const EventRedrive *r, uint64_t offset, PtStr patch, PtError *err)
{
    PT_CLEANUP(close_readerp) PtLogReader *reader = NULL;
    const PtRecord *record;
    size_t count;
    PtStatus st = pt_log_reader_open(r->log, NULL, PARTITION, offset, &reader, err);
    if (st == PT_OK) {
        st = pt_log_fetch(reader, 1, true, &record, &count, err);
    }
    if (st == PT_OK && (count == 0 || record->klass != PT_RECORD_QUARANTINE ||
                        record->position.offset != offset)) {
        st = pt_fail(err, PT_NOT_FOUND, "nothing is quarantined at position %llu",
                     (unsigned long long)offset);
    }
    return st == PT_OK ? append_record(r, record, patch, err) : st;
}

/* What the view does not know yet could be a redrive of the same position: wait until it knows all
 * there was. */
static PtStatus catch_up(const EventRedrive *r, PtError *err)
{
    return event_views_wait(r->views, pt_str(event_quarantine_view), pt_log_end(r->log, PARTITION),
                            WAIT_MS, err);
}

PtStatus event_quarantine_redrive(const EventRedrive *r, uint64_t offset, PtStr patch, PtError *err)
{
    PtStatus st =
        offset > INT64_MAX ? pt_fail(err, PT_NOT_FOUND, "no such position") : catch_up(r, err);
    if (st == PT_OK) {
        st = check_open(r->sql, offset, err);
    }
    if (st == PT_OK) {
        st = append_again(r, offset, patch, err);
    }
    return st == PT_OK ? pt_log_commit(r->log, err) : st;
}

// NOLINTNEXTLINE(readability-function-size): a list takes its filter, page and results
static PtStatus open_after(const EventRedrive *r, const EventQuarantineFilter *filter,
                           uint64_t from, uint64_t to, uint64_t *offsets, size_t most,
                           size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(r->sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_QUARANTINE_OPEN_AFTER, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, PARTITION);
    pt_sql_bind_i64(tx, 2, (int64_t)from);
    pt_sql_bind_i64(tx, 3, filter->source);
    pt_sql_bind_text(tx, 4, event_reason_name(filter->reason));
    pt_sql_bind_i64(tx, 5, (int64_t)to);
    pt_sql_bind_i64(tx, 6, (int64_t)most);
    size_t count = 0;
    bool row = true;
    while (count < most && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        offsets[count++] = (uint64_t)pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

PtStatus event_quarantine_redrive_some(const EventRedrive *r, const EventQuarantineFilter *filter,
                                       uint64_t from, uint64_t most, EventRedriveCount *ret_count,
                                       PtError *err)
{
    enum { PAGE = 256 };
    uint64_t offsets[PAGE];
    EventRedriveCount sum = {.next = from};
    PtStatus st = catch_up(r, err);
    const uint64_t end =
        pt_log_end(r->log, PARTITION); // what is quarantined from now on is not ours
    while (st == PT_OK && sum.next != UINT64_MAX && sum.redriven + sum.refused < most) {
        size_t count = 0;
        const uint64_t left = most - sum.redriven - sum.refused;
        st = open_after(r, filter, sum.next, end, offsets, left < PAGE ? (size_t)left : PAGE,
                        &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = append_again(r, offsets[i], (PtStr){NULL, 0}, err);
            sum.redriven += st == PT_OK;
            sum.refused += st == PT_INVALID || st == PT_CONFLICT;
            st = st == PT_INVALID || st == PT_CONFLICT ? PT_OK : st;
        }
        sum.next = count == 0 ? UINT64_MAX : offsets[count - 1] + 1;
    }
    PtStatus committed = pt_log_commit(r->log, st == PT_OK ? err : NULL);
    if (st == PT_OK && committed == PT_OK) {
        *ret_count = sum;
    }
    return st != PT_OK ? st : committed;
}
