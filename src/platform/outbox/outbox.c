// SPDX-License-Identifier: Apache-2.0
#include "platform/outbox.h"

#include "outbox.sql.h"

#include <stdio.h>
#include <string.h>

enum { DROP_ROWS = 10000, BLANK_ROWS = 500, BLANK_QUEUES = 64 };

static const char *const state_names[PT_OUTBOX_STATES] = {[PT_OUTBOX_RUNNING] = "running",
                                                          [PT_OUTBOX_PAUSED] = "paused",
                                                          [PT_OUTBOX_BROKEN] = "broken",
                                                          [PT_OUTBOX_STOPPED] = "stopped"};
static const char *const job_names[PT_OUTBOX_JOBS] = {
    [PT_OUTBOX_NO_JOB] = "", [PT_OUTBOX_REDRIVE] = "redrive", [PT_OUTBOX_DISCARD] = "discard"};
static const char *const replay_names[PT_OUTBOX_REPLAY_STATES] = {[PT_OUTBOX_NO_REPLAY] = "",
                                                                  [PT_OUTBOX_REPLAYING] = "running",
                                                                  [PT_OUTBOX_REPLAYED] = "done",
                                                                  [PT_OUTBOX_REPLAY_CANCELLED] =
                                                                      "cancelled"};
static const char *const item_names[] = {[PT_OUTBOX_RETRY] = "retry", [PT_OUTBOX_DEAD] = "dead"};

const char *pt_outbox_state_name(PtOutboxState state)
{
    return state_names[state];
}

const char *pt_outbox_job_name(PtOutboxJobKind kind)
{
    return job_names[kind];
}

const char *pt_outbox_replay_name(PtOutboxReplayState state)
{
    return replay_names[state];
}

/* The place of a name in a table; the first where it is none, which the tables' CHECKs forbid. */
static int place(const char *const *names, int count, PtStr name)
{
    for (int i = 1; i < count; i++) {
        if (pt_str_eq(pt_str(names[i]), name)) {
            return i;
        }
    }
    return 0;
}

static PtStatus begin(PtSqlTx *tx, const char *statement, const char *name, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, pt_str(name));
    }
    return st;
}

static PtStatus run(PtSqlTx *tx, const char *statement, const char *name, PtError *err)
{
    PtStatus st = begin(tx, statement, name, err);
    return st == PT_OK ? pt_sql_finish(tx, err) : st;
}

/* pt_sql_finish, for a change of one row. */
static PtStatus finish_one(PtSqlTx *tx, PtStatus none, const char *why, PtError *err)
{
    PtStatus st = pt_sql_finish(tx, err);
    return st == PT_OK && pt_sql_changes(tx) == 0 ? pt_fail(err, none, "%s", why) : st;
}

/* ---- Queues -----------------------------------------------------------------------------------
 */

PtStatus pt_outbox_add(PtSqlTx *tx, const char *name, uint64_t position, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_ADD, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, (int64_t)position);
    return pt_sql_finish(tx, err);
}

PtStatus pt_outbox_drop(PtSqlTx *tx, const char *name, bool *ret_more, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_DROP_ITEMS, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, DROP_ROWS);
    st = pt_sql_finish(tx, err);
    const bool more = st == PT_OK && pt_sql_changes(tx) == DROP_ROWS;
    if (st == PT_OK && !more) {
        st = run(tx, SQL_OUTBOX_DROP_COUNTS, name, err);
        st = st == PT_OK ? run(tx, SQL_OUTBOX_DROP, name, err) : st;
    }
    if (st == PT_OK) {
        *ret_more = more;
    }
    return st;
}

static void read_queue(PtSqlTx *tx, PtOutboxQueue *q)
{
    *q = (PtOutboxQueue){
        .state = (PtOutboxState)place(state_names, PT_OUTBOX_STATES, pt_sql_text(tx, 1)),
        .position = (uint64_t)pt_sql_i64(tx, 3),
        .doubt_end = (uint64_t)pt_sql_i64(tx, 4),
        .trips = (uint32_t)pt_sql_i64(tx, 5),
        .hold_ms = pt_sql_i64(tx, 6)};
    (void)pt_str_copy(q->name, sizeof q->name, pt_sql_text(tx, 0));
    (void)pt_str_copy(q->reason, sizeof q->reason, pt_sql_text(tx, 2));
    (void)pt_str_copy(q->figures, sizeof q->figures, pt_sql_text(tx, 7));
    q->job =
        (PtOutboxJob){.kind = (PtOutboxJobKind)place(job_names, PT_OUTBOX_JOBS, pt_sql_text(tx, 8)),
                      .number = pt_sql_i64(tx, 9),
                      .before_ms = pt_sql_i64(tx, 11),
                      .after = pt_sql_i64(tx, 12),
                      .total = pt_sql_i64(tx, 13),
                      .done = pt_sql_i64(tx, 14)};
    (void)pt_str_copy(q->job.reason, sizeof q->job.reason, pt_sql_text(tx, 10));
    q->replay = (PtOutboxReplay){.number = pt_sql_i64(tx, 15),
                                 .state = (PtOutboxReplayState)place(
                                     replay_names, PT_OUTBOX_REPLAY_STATES, pt_sql_text(tx, 16)),
                                 .from = (uint64_t)pt_sql_i64(tx, 17),
                                 .until = (uint64_t)pt_sql_i64(tx, 18),
                                 .next = (uint64_t)pt_sql_i64(tx, 19),
                                 .sent = pt_sql_i64(tx, 20)};
}

PtStatus pt_outbox_get(PtSqlTx *tx, const char *name, PtOutboxQueue *ret_queue, PtError *err)
{
    bool row = false;
    PtStatus st = begin(tx, SQL_OUTBOX_GET, name, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        read_queue(tx, ret_queue);
    }
    pt_sql_done(tx);
    return st == PT_OK && !row ? pt_fail(err, PT_NOT_FOUND, "no queue has that name") : st;
}

PtStatus pt_outbox_save(PtSqlTx *tx, const PtOutboxQueue *q, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_SAVE, q->name, err);
    if (st != PT_OK) {
        return st;
    }
    const bool broken = q->state == PT_OUTBOX_BROKEN;
    pt_sql_bind_i64(tx, 2, (int64_t)q->position);
    pt_sql_bind_i64(tx, 3, (int64_t)(q->doubt_end > q->position ? q->doubt_end : q->position));
    pt_sql_bind_i64(tx, 4, q->trips);
    pt_sql_bind_i64(tx, 5, q->hold_ms);
    pt_sql_bind_text(tx, 6, pt_str(q->figures));
    pt_sql_bind_text(tx, 7, pt_str(state_names[broken ? PT_OUTBOX_BROKEN : PT_OUTBOX_RUNNING]));
    pt_sql_bind_text(tx, 8, pt_str(broken ? q->reason : ""));
    return finish_one(tx, PT_NOT_FOUND, "no queue has that name", err);
}

PtStatus pt_outbox_save_job(PtSqlTx *tx, const char *name, const PtOutboxJob *job, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_SAVE_JOB, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, job->number);
    pt_sql_bind_text(tx, 3, pt_str(job_names[job->kind]));
    pt_sql_bind_i64(tx, 4, job->after);
    pt_sql_bind_i64(tx, 5, job->done);
    return pt_sql_finish(tx, err);
}

PtStatus pt_outbox_save_replay(PtSqlTx *tx, const char *name, const PtOutboxReplay *replay,
                               PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_SAVE_REPLAY, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, replay->number);
    pt_sql_bind_text(tx, 3, pt_str(replay_names[replay->state]));
    pt_sql_bind_i64(tx, 4, (int64_t)replay->next);
    pt_sql_bind_i64(tx, 5, replay->sent);
    return pt_sql_finish(tx, err);
}

PtStatus pt_outbox_set_state(PtSqlTx *tx, const char *name, PtOutboxState state, const char *reason,
                             PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_SET_STATE, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 2, pt_str(state_names[state]));
    pt_sql_bind_text(tx, 3, pt_str(reason));
    return finish_one(tx, PT_NOT_FOUND, "no queue has that name", err);
}

PtStatus pt_outbox_set_position(PtSqlTx *tx, const char *name, uint64_t position, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_SET_POSITION, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, (int64_t)position);
    return finish_one(tx, PT_NOT_FOUND, "no queue has that name", err);
}

static PtStatus count_dead(PtSqlTx *tx, const char *name, PtStr reason, int64_t *ret_total,
                           PtError *err)
{
    PtOutboxCount counts[PT_OUTBOX_REASONS];
    size_t count = 0;
    int64_t total = 0;
    PtStatus st = pt_outbox_counts(tx, name, counts, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const bool of_it = reason.len == 0 || pt_str_eq(reason, pt_str(counts[i].reason));
        total += counts[i].state == PT_OUTBOX_DEAD && of_it ? counts[i].items : 0;
    }
    *ret_total = total;
    return st;
}

PtStatus pt_outbox_start_job(PtSqlTx *tx, const char *name, PtOutboxJobKind kind, PtStr reason,
                             int64_t now_ms, int64_t *ret_total, PtError *err)
{
    int64_t total = 0;
    PtStatus st = count_dead(tx, name, reason, &total, err);
    st = st == PT_OK ? begin(tx, SQL_OUTBOX_START_JOB, name, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 2, pt_str(job_names[kind]));
    pt_sql_bind_text(tx, 3, reason);
    pt_sql_bind_i64(tx, 4, now_ms);
    pt_sql_bind_i64(tx, 5, total);
    st = finish_one(tx, PT_CONFLICT, "another job on its dead letters runs", err);
    if (st == PT_OK) {
        *ret_total = total;
    }
    return st;
}

PtStatus pt_outbox_start_replay(PtSqlTx *tx, const char *name, uint64_t from, uint64_t until,
                                PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_START_REPLAY, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, (int64_t)from);
    pt_sql_bind_i64(tx, 3, (int64_t)until);
    return finish_one(tx, PT_CONFLICT, "another replay of it runs", err);
}

PtStatus pt_outbox_cancel_replay(PtSqlTx *tx, const char *name, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_CANCEL_REPLAY, name, err);
    return st == PT_OK ? finish_one(tx, PT_CONFLICT, "no replay of it runs", err) : st;
}

/* ---- Items ------------------------------------------------------------------------------------
 */

static void read_item(PtSqlTx *tx, PtOutboxItem *item)
{
    *item = (PtOutboxItem){.position = (uint64_t)pt_sql_i64(tx, 0),
                           .state = pt_str_eq(pt_sql_text(tx, 1), PT_STR("dead")) ? PT_OUTBOX_DEAD
                                                                                  : PT_OUTBOX_RETRY,
                           .attempts = (uint32_t)pt_sql_i64(tx, 2),
                           .due_ms = pt_sql_i64(tx, 3),
                           .failed_ms = pt_sql_i64(tx, 4)};
    (void)pt_str_copy(item->reason, sizeof item->reason, pt_sql_text(tx, 5));
    (void)pt_str_copy(item->error, sizeof item->error, pt_sql_text(tx, 6));
}

static PtStatus add_count(PtSqlTx *tx, const char *queue, const PtOutboxItem *item, int64_t by,
                          PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_COUNT_ADD, queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 2, pt_str(item_names[item->state]));
    pt_sql_bind_text(tx, 3, pt_str(item->reason));
    pt_sql_bind_i64(tx, 4, by);
    st = pt_sql_finish(tx, err);
    if (st != PT_OK || by > 0) {
        return st;
    }
    st = begin(tx, SQL_OUTBOX_COUNT_CLEAN, queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 2, pt_str(item_names[item->state]));
    pt_sql_bind_text(tx, 3, pt_str(item->reason));
    return pt_sql_finish(tx, err);
}

static PtStatus find(PtSqlTx *tx, const char *queue, uint64_t position, PtOutboxItem *item,
                     bool *ret_found, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_ITEM, queue, err);
    *ret_found = false;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, (int64_t)position);
    st = pt_sql_step(tx, ret_found, err);
    if (st == PT_OK && *ret_found) {
        read_item(tx, item);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus pt_outbox_item(PtSqlTx *tx, const char *queue, uint64_t position, PtOutboxItem *ret_item,
                        PtError *err)
{
    bool found;
    PtStatus st = find(tx, queue, position, ret_item, &found, err);
    return st == PT_OK && !found ? pt_fail(err, PT_NOT_FOUND, "nothing failed at that position")
                                 : st;
}

static PtStatus put(PtSqlTx *tx, const char *queue, const PtOutboxItem *item, PtError *err)
{
    PtStatus st = begin(tx, SQL_OUTBOX_PUT, queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, (int64_t)item->position);
    pt_sql_bind_text(tx, 3, pt_str(item_names[item->state]));
    pt_sql_bind_i64(tx, 4, item->attempts);
    pt_sql_bind_i64(tx, 5, item->state == PT_OUTBOX_RETRY ? item->due_ms : 0);
    pt_sql_bind_i64(tx, 6, item->failed_ms);
    pt_sql_bind_text(tx, 7, pt_str(item->reason));
    pt_sql_bind_text(tx, 8, pt_str(item->error));
    return pt_sql_finish(tx, err);
}

PtStatus pt_outbox_put(PtSqlTx *tx, const char *queue, const PtOutboxItem *item, PtError *err)
{
    PtOutboxItem before;
    bool was;
    PtStatus st = find(tx, queue, item->position, &before, &was, err);
    if (st == PT_OK && was) {
        st = add_count(tx, queue, &before, -1, err);
    }
    st = st == PT_OK ? put(tx, queue, item, err) : st;
    return st == PT_OK ? add_count(tx, queue, item, 1, err) : st;
}

PtStatus pt_outbox_settle(PtSqlTx *tx, const char *queue, uint64_t position, bool *ret_was,
                          PtError *err)
{
    PtOutboxItem before;
    bool was;
    PtStatus st = find(tx, queue, position, &before, &was, err);
    if (st == PT_OK && was) {
        st = add_count(tx, queue, &before, -1, err);
        st = st == PT_OK ? begin(tx, SQL_OUTBOX_SETTLE, queue, err) : st;
        if (st == PT_OK) {
            pt_sql_bind_i64(tx, 2, (int64_t)position);
            st = pt_sql_finish(tx, err);
        }
    }
    if (st == PT_OK && ret_was != NULL) {
        *ret_was = was;
    }
    return st;
}

PtStatus pt_outbox_due(PtSqlTx *tx, const PtOutboxDue *query, PtOutboxItem *items,
                       size_t *ret_count, int64_t *ret_next_ms, PtError *err)
{
    bool row = false;
    size_t count = 0;
    int64_t next_ms = INT64_MAX;
    PtStatus st = begin(tx, SQL_OUTBOX_DUE, query->queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, (int64_t)query->max + 1);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const int64_t due_ms = pt_sql_i64(tx, 3);
        if (count == query->max || due_ms > query->now_ms) {
            next_ms = due_ms > query->now_ms ? due_ms : query->now_ms;
            break;
        }
        read_item(tx, &items[count++]);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_count = count;
        *ret_next_ms = next_ms;
    }
    return st;
}

PtStatus pt_outbox_dead(PtSqlTx *tx, const PtOutboxDead *q, PtOutboxItem *items, size_t *ret_count,
                        PtError *err)
{
    bool row = false;
    size_t count = 0;
    PtStatus st =
        begin(tx, q->reason.len > 0 ? SQL_OUTBOX_DEAD_OF : SQL_OUTBOX_DEAD, q->queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, q->after);
    pt_sql_bind_i64(tx, 3, q->before_ms);
    pt_sql_bind_i64(tx, 4, (int64_t)q->max);
    if (q->reason.len > 0) {
        pt_sql_bind_text(tx, 5, q->reason);
    }
    while (count < q->max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        read_item(tx, &items[count++]);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_count = count;
    }
    return st;
}

PtStatus pt_outbox_counts(PtSqlTx *tx, const char *queue,
                          PtOutboxCount counts[static PT_OUTBOX_REASONS], size_t *ret_count,
                          PtError *err)
{
    bool row = false;
    size_t count = 0;
    PtStatus st = begin(tx, SQL_OUTBOX_COUNTS, queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, PT_OUTBOX_REASONS);
    while (count < PT_OUTBOX_REASONS && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const bool dead = pt_str_eq(pt_sql_text(tx, 0), PT_STR("dead"));
        counts[count].state = dead ? PT_OUTBOX_DEAD : PT_OUTBOX_RETRY;
        (void)pt_str_copy(counts[count].reason, sizeof counts[count].reason, pt_sql_text(tx, 1));
        counts[count++].items = pt_sql_i64(tx, 2);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_count = count;
    }
    return st;
}

/* ---- Erasure -----------------------------------------------------------------------------------
 */

/* Moves name on. */
static PtStatus blank_reasons(PtSqlTx *tx, bool (*finds)(const void *ctx, PtStr text),
                              const void *ctx, char name[static PT_OUTBOX_NAME], bool *ret_more,
                              PtError *err)
{
    char found[BLANK_QUEUES][PT_OUTBOX_NAME];
    size_t rows = 0, count = 0;
    bool row = true;
    PtStatus st = begin(tx, SQL_OUTBOX_REASONS, name, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, BLANK_QUEUES);
    while (rows < BLANK_QUEUES && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        (void)pt_str_copy(name, PT_OUTBOX_NAME, pt_sql_text(tx, 0));
        if (finds(ctx, pt_sql_text(tx, 1))) {
            memcpy(found[count++], name, PT_OUTBOX_NAME);
        }
        rows++;
    }
    pt_sql_done(tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = run(tx, SQL_OUTBOX_BLANK_REASON, found[i], err);
    }
    *ret_more = rows == BLANK_QUEUES;
    return st;
}

PtStatus pt_outbox_blank(PtSqlTx *tx, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                         PtOutboxPlace *place, bool *ret_more, PtError *err)
{
    PtOutboxPlace found[BLANK_ROWS];
    size_t rows = 0, count = 0;
    bool row = true;
    PtStatus st = begin(tx, SQL_OUTBOX_ERRORS, place->queue, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, place->position);
    pt_sql_bind_i64(tx, 3, BLANK_ROWS);
    while (rows < BLANK_ROWS && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        (void)pt_str_copy(place->queue, sizeof place->queue, pt_sql_text(tx, 0));
        place->position = pt_sql_i64(tx, 1);
        if (finds(ctx, pt_sql_text(tx, 2))) {
            found[count++] = *place;
        }
        rows++;
    }
    pt_sql_done(tx);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = begin(tx, SQL_OUTBOX_BLANK, found[i].queue, err);
        if (st == PT_OK) {
            pt_sql_bind_i64(tx, 2, found[i].position);
            st = pt_sql_finish(tx, err);
        }
    }
    *ret_more = rows == BLANK_ROWS;
    char name[PT_OUTBOX_NAME] = "";
    for (bool more = !*ret_more; st == PT_OK && more;) {
        st = blank_reasons(tx, finds, ctx, name, &more, err);
    }
    return st;
}
