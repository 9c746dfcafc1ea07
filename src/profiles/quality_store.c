// SPDX-License-Identifier: Apache-2.0
/* What is counted becomes rows: added to those of its hour and its day, with a step's transaction.
 */
#include "base/time.h"
#include "profiles/quality_internal.h"
#include "quality.sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES_TEXT = QUALITY_SAMPLES * 21 + 1 };

static const PtStr other_fields = PT_STR_INIT("(other)");

/* Begin of what is kept, as the newest record has it. */
static int64_t horizon(const Quality *q, QualityStep step)
{
    const int64_t day_ms = quality_step_ms(QUALITY_DAY);
    const int64_t days = step == QUALITY_HOUR ? QUALITY_HOUR_DAYS : QUALITY_DAY_DAYS;
    return q->newest_ms == INT64_MIN ? INT64_MIN
                                     : pt_time_floor(q->newest_ms, day_ms) - days * day_ms;
}

/* ---- Counts ---------------------------------------------------------------------------------- */

static PtStatus write_cell(const Quality *q, PtSqlTx *tx, const QualityCell *cell, QualityStep step,
                           PtError *err)
{
    const int64_t step_ms = quality_step_ms(step), at_ms = pt_time_floor(cell->hour_ms, step_ms);
    PtStatus st = at_ms >= horizon(q, step) ? pt_sql_use(tx, SQL_QUALITY_COUNT_ADD, err) : PT_OK;
    if (st != PT_OK || at_ms < horizon(q, step)) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, cell->source);
    pt_sql_bind_i64(tx, 2, step_ms);
    pt_sql_bind_i64(tx, 3, at_ms);
    for (int i = 0; i < QUALITY_STORED; i++) {
        pt_sql_bind_i64(tx, 4 + i, cell->counts[i]);
    }
    return pt_sql_finish(tx, err);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

size_t quality_samples_read(PtStr text, uint64_t samples[static QUALITY_SAMPLES])
{
    size_t count = 0;
    PtStr word;
    while (count < QUALITY_SAMPLES && pt_str_cut(&text, ' ', &word)) {
        int64_t offset;
        if (pt_json_to_i64(word, &offset)) {
            samples[count++] = (uint64_t)offset;
        }
    }
    return count;
}

static PtStr write_samples(const uint64_t *samples, size_t count, char text[static SAMPLES_TEXT])
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(text + len, SAMPLES_TEXT - len, "%s%" PRIu64, i > 0 ? " " : "",
                                samples[i]);
    }
    return (PtStr){text, len};
}

static void bind_field(PtSqlTx *tx, const QualitySum *sum)
{
    pt_sql_bind_i64(tx, 1, sum->source);
    pt_sql_bind_i64(tx, 2, sum->day_ms);
    pt_sql_bind_text(tx, 3, sum->kind);
    pt_sql_bind_text(tx, 4, sum->field);
    pt_sql_bind_i64(tx, 5, sum->problem);
}

/* Adds what the row has, if there is one. */
static PtStatus add_row(PtSqlTx *tx, QualitySum *sum, bool *ret_there, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_FIELD_GET, err);
    if (st != PT_OK) {
        return st;
    }
    bind_field(tx, sum);
    *ret_there = false;
    st = pt_sql_step(tx, ret_there, err);
    if (st == PT_OK && *ret_there) {
        uint64_t samples[QUALITY_SAMPLES];
        const size_t count = quality_samples_read(pt_sql_text(tx, 1), samples);
        sum->events += pt_sql_i64(tx, 0);
        for (size_t i = 0; i < count; i++) {
            quality_sample(sum->samples, &sum->sample_count, samples[i]);
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus is_full(PtSqlTx *tx, const QualitySum *sum, bool *ret_full, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_FIELD_COUNT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, sum->source);
    pt_sql_bind_i64(tx, 2, sum->day_ms);
    pt_sql_bind_text(tx, 3, sum->kind);
    st = pt_sql_step(tx, &row, err);
    *ret_full = row && pt_sql_i64(tx, 0) >= QUALITY_FIELDS_MAX;
    pt_sql_done(tx);
    return st;
}

/* A copy: what is counted stays as it is, should the transaction fail. */
static PtStatus write_sum(const Quality *q, PtSqlTx *tx, QualitySum sum, PtError *err)
{
    bool there = false, full = false;
    char samples[SAMPLES_TEXT];
    if (sum.day_ms < horizon(q, QUALITY_HOUR)) {
        return PT_OK;
    }
    PtStatus st = add_row(tx, &sum, &there, err);
    st = st == PT_OK && !there ? is_full(tx, &sum, &full, err) : st;
    if (st == PT_OK && full) {
        sum.field = other_fields;
        st = add_row(tx, &sum, &there, err);
    }
    st = st == PT_OK ? pt_sql_use(tx, SQL_QUALITY_FIELD_SET, err) : st;
    if (st != PT_OK) {
        return st;
    }
    bind_field(tx, &sum);
    pt_sql_bind_i64(tx, 6, sum.events);
    pt_sql_bind_text(tx, 7, write_samples(sum.samples, sum.sample_count, samples));
    return pt_sql_finish(tx, err);
}

static PtStatus write_tally(const Quality *q, PtSqlTx *tx, const QualityTally *t, PtError *err)
{
    PtStatus st = PT_OK;
    for (const QualityCell *cell = t->cells; st == PT_OK && cell != NULL; cell = cell->next) {
        st = write_cell(q, tx, cell, QUALITY_HOUR, err);
        st = st == PT_OK ? write_cell(q, tx, cell, QUALITY_DAY, err) : st;
    }
    for (const QualitySum *sum = t->sums; st == PT_OK && sum != NULL; sum = sum->next) {
        st = write_sum(q, tx, *sum, err);
    }
    return st;
}

/* ---- Duplicates ------------------------------------------------------------------------------ */

static PtStatus add_dropped(PtSqlTx *tx, const QualityDropped *d, QualityStep step, PtError *err)
{
    const int64_t step_ms = quality_step_ms(step);
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_DUPLICATE_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, d->source);
    pt_sql_bind_i64(tx, 2, step_ms);
    pt_sql_bind_i64(tx, 3, pt_time_floor(d->hour_ms, step_ms));
    pt_sql_bind_i64(tx, 4, d->writing);
    return pt_sql_finish(tx, err);
}

/* The intake's thread is not kept waiting for SQL: one is taken at a time. */
static bool take_dropped(Quality *q, size_t i, QualityDropped *ret_dropped)
{
    (void)pthread_mutex_lock(&q->lock);
    const bool there = i < q->dropped_count;
    if (there) {
        q->dropped[i].writing = q->dropped[i].events;
        *ret_dropped = q->dropped[i];
    }
    (void)pthread_mutex_unlock(&q->lock);
    return there;
}

static PtStatus write_dropped(Quality *q, PtSqlTx *tx, PtError *err)
{
    QualityDropped d;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && take_dropped(q, i, &d); i++) {
        st = add_dropped(tx, &d, QUALITY_HOUR, err);
        st = st == PT_OK ? add_dropped(tx, &d, QUALITY_DAY, err) : st;
    }
    return st;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static PtStatus prune_steps(const Quality *q, PtSqlTx *tx, const char *statement, QualityStep step,
                            PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, quality_step_ms(step));
    pt_sql_bind_i64(tx, 2, horizon(q, step));
    return pt_sql_finish(tx, err);
}

static PtStatus prune_fields(const Quality *q, PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_FIELD_PRUNE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, horizon(q, QUALITY_HOUR));
    return pt_sql_finish(tx, err);
}

static bool day_has_passed(const Quality *q)
{
    const int64_t day_ms = quality_step_ms(QUALITY_DAY);
    return q->newest_ms != INT64_MIN &&
           (q->pruned_ms == INT64_MIN ||
            pt_time_floor(q->newest_ms, day_ms) > pt_time_floor(q->pruned_ms, day_ms));
}

static PtStatus prune(const Quality *q, PtSqlTx *tx, PtError *err)
{
    PtStatus st = prune_fields(q, tx, err);
    for (QualityStep step = QUALITY_HOUR; st == PT_OK && step <= QUALITY_DAY; step++) {
        st = prune_steps(q, tx, SQL_QUALITY_COUNT_PRUNE, step, err);
        st = st == PT_OK ? prune_steps(q, tx, SQL_QUALITY_DUPLICATE_PRUNE, step, err) : st;
    }
    return st;
}

PtStatus quality_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Quality *q = p->quality;
    PtStatus st = write_tally(q, tx, &q->events, err);
    st = st == PT_OK ? write_tally(q, tx, &q->conflicts, err) : st;
    st = st == PT_OK ? write_dropped(q, tx, err) : st;
    return st == PT_OK && day_has_passed(q) ? prune(q, tx, err) : st;
}

PtStatus quality_load(Profiles *p, PtSqlTx *tx, PtError *err)
{
    Quality *q = p->quality;
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_COUNT_NEWEST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        const bool known = row && !pt_sql_is_null(tx, 0);
        q->newest_ms = known ? pt_sql_i64(tx, 0) : INT64_MIN;
        q->pruned_ms = INT64_MIN;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus quality_reset(PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_run(tx, SQL_QUALITY_COUNT_CLEAR, err);
    return st == PT_OK ? pt_sql_run(tx, SQL_QUALITY_FIELD_CLEAR, err) : st;
}
