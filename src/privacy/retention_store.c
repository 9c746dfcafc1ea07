// SPDX-License-Identifier: Apache-2.0
/* How far retention is, in SQL; what an audit entry says of a run. */
#include "privacy/privacy_internal.h"

#include "privacy.sql.h"

enum { AUDITED_CLASSES = 50, DETAIL_MAX = 16 << 10 };

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for retention");
}

/* ---- Reading -----------------------------------------------------------------------------------
 */

static RetentionRow read_row(PtSqlTx *tx, PtArena *arena)
{
    return (RetentionRow){.type = pt_arena_str(arena, pt_sql_text(tx, 0)),
                          .name = pt_arena_str(arena, pt_sql_text(tx, 1)),
                          .days = (uint32_t)pt_sql_i64(tx, 2),
                          .purposes = (uint64_t)pt_sql_i64(tx, 3),
                          .next = (uint64_t)pt_sql_i64(tx, 4),
                          .counted = (uint64_t)pt_sql_i64(tx, 5),
                          .treated_ms = pt_sql_i64(tx, 6),
                          .events = (uint64_t)pt_sql_i64(tx, 7),
                          .quarantined = (uint64_t)pt_sql_i64(tx, 8),
                          .files = (uint64_t)pt_sql_i64(tx, 9),
                          .audited = (uint64_t)pt_sql_i64(tx, 10)};
}

PtStatus retention_load(Privacy *p, PtArena *arena, RetentionRow **ret_rows, size_t *ret_count,
                        int64_t *ret_last_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    RetentionRow *rows = pt_arena_alloc(arena, RETENTION_CLASSES_MAX, sizeof *rows);
    size_t count = 0;
    bool row = true;
    PtStatus st = rows != NULL ? pt_sql_begin(p->c.core, false, &tx, err) : no_memory(err);
    st = st == PT_OK ? store_number(tx, SQL_RETENTION_RUN_GET, 0, false, ret_last_ms, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_RETENTION_CLASSES, err) : st;
    if (st != PT_OK) {
        return st;
    }
    while (count < RETENTION_CLASSES_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        rows[count] = read_row(tx, arena);
        if (rows[count].type.data == NULL || rows[count].name.data == NULL) {
            st = no_memory(err);
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = count;
    }
    return st;
}

/* ---- Noting ------------------------------------------------------------------------------------
 */

PtStatus retention_count(Privacy *p, const RetentionSpan *span, const RetentionDropped *dropped,
                         PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Retention *r = &p->retention;
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        const RetentionRow *row = &r->rows[i];
        if (row->next == span->from && row->next < row->cut) {
            st = store_run(tx, SQL_RETENTION_COUNT, err, "ttiiiii", row->type, row->name,
                           (int64_t)row->next, (int64_t)span->to, (int64_t)dropped[i].events,
                           (int64_t)dropped[i].quarantined, (int64_t)dropped[i].files);
        }
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        RetentionRow *row = &r->rows[i];
        row->events += dropped[i].events;
        row->quarantined += dropped[i].quarantined;
        atomic_fetch_add(&r->events, dropped[i].events);
        atomic_fetch_add(&r->quarantined, dropped[i].quarantined);
        if (row->next == span->from && row->counted < span->to) {
            row->counted = span->to;
        }
    }
    return st;
}

PtStatus retention_advance(Privacy *p, const RetentionSpan *span, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Retention *r = &p->retention;
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        const RetentionRow *row = &r->rows[i];
        if (row->next == span->from && row->next < row->cut) {
            const int64_t treated_ms = span->to == row->cut ? row->cut_ms : row->treated_ms;
            st = store_run(tx, SQL_RETENTION_ADVANCE, err, "ttii", row->type, row->name,
                           (int64_t)span->to, treated_ms);
        }
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        RetentionRow *row = &r->rows[i];
        if (row->next == span->from && row->next < row->cut) {
            row->next = span->to;
            row->treated_ms = span->to == row->cut ? row->cut_ms : row->treated_ms;
        }
    }
    return st;
}

/* ---- The end of a run --------------------------------------------------------------------------
 */

static uint64_t all_of(const RetentionRow *row)
{
    return row->events + row->quarantined + row->files;
}

static uint64_t put_detail(const Retention *r, PtBuf *text)
{
    PtJsonOut out = pt_json_out(text);
    uint64_t sum = 0;
    size_t listed = 0;
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("classes"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < r->count; i++) {
        const RetentionRow *row = &r->rows[i];
        const uint64_t dropped = all_of(row) - row->audited;
        sum += dropped;
        if (dropped > 0 && listed++ < AUDITED_CLASSES) {
            pt_json_out_object(&out);
            pt_json_out_key(&out, PT_STR("type"));
            pt_json_out_str(&out, row->type);
            pt_json_out_key(&out, PT_STR("name"));
            pt_json_out_str(&out, row->name);
            pt_json_out_key(&out, PT_STR("days"));
            pt_json_out_u64(&out, row->days);
            pt_json_out_key(&out, PT_STR("dropped"));
            pt_json_out_u64(&out, dropped);
            pt_json_out_object_end(&out);
        }
    }
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("dropped"));
    pt_json_out_u64(&out, sum);
    pt_json_out_object_end(&out);
    return sum;
}

static PtStatus audit_run(Privacy *p, PtSqlTx *tx, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    Retention *r = &p->retention;
    pt_buf_init(&text, DETAIL_MAX);
    if (put_detail(r, &text) == 0) {
        return PT_OK;
    }
    const AuditEntry entry = {.action = "retention.dropped",
                              .subject_type = "retention",
                              .subject = PT_STR("log"),
                              .detail = pt_buf_str(&text)};
    PtStatus st = pt_buf_status(&text) == PT_OK ? audit_write(tx, privacy_now(p), &entry, err)
                                                : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < r->count; i++) {
        st = store_run(tx, SQL_RETENTION_AUDITED, err, "tti", r->rows[i].type, r->rows[i].name,
                       (int64_t)all_of(&r->rows[i]));
    }
    return st;
}

/* Of classes that had nothing due as well: until the next day nobody asks the log about them. */
static PtStatus settle_row(PtSqlTx *tx, const RetentionRow *row, PtError *err)
{
    const int64_t nothing = 0, next = (int64_t)row->next;
    if (row->cut_ms <= row->treated_ms) {
        return PT_OK;
    }
    PtStatus st = store_run(tx, SQL_RETENTION_COUNT, err, "ttiiiii", row->type, row->name, next,
                            next, nothing, nothing, nothing);
    return st == PT_OK ? store_run(tx, SQL_RETENTION_ADVANCE, err, "ttii", row->type, row->name,
                                   next, row->cut_ms)
                       : st;
}

PtStatus retention_end(Privacy *p, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < p->retention.count; i++) {
        st = settle_row(tx, &p->retention.rows[i], err);
    }
    st = st == PT_OK ? audit_run(p, tx, err) : st;
    st = st == PT_OK ? store_run(tx, SQL_RETENTION_RUN_SET, err, "i", p->retention.begun_ms) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- What it looks like ------------------------------------------------------------------------
 */

PtStatus privacy_retention(Privacy *p, PtArena *arena, RetentionState *ret_state, PtError *err)
{
    RetentionState state = {.count = 0};
    RetentionRow *rows;
    PtStatus st = retention_load(p, arena, &rows, &state.count, &state.last_ms, err);
    if (st != PT_OK) {
        return st;
    }
    state.classes = pt_arena_alloc(arena, state.count + 1, sizeof *state.classes);
    if (state.classes == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < state.count; i++) {
        state.classes[i] =
            (RetentionClass){.type = rows[i].type,
                             .name = rows[i].name,
                             .days = rows[i].days,
                             .purposes = rows[i].purposes,
                             .before_ms = rows[i].treated_ms,
                             .cut_ms = retention_cut_ms(privacy_now(p), rows[i].days),
                             .events = rows[i].events,
                             .quarantined = rows[i].quarantined,
                             .files = rows[i].files};
    }
    state.next_ms = atomic_load(&p->retention.next_ms);
    state.running = atomic_load(&p->retention.running);
    (void)pthread_mutex_lock(&p->lock);
    state.problem = pt_arena_str(arena, pt_str(p->retention.problem));
    (void)pthread_mutex_unlock(&p->lock);
    if (state.problem.data == NULL) {
        return no_memory(err);
    }
    *ret_state = state;
    return PT_OK;
}
