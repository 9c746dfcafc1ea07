// SPDX-License-Identifier: Apache-2.0
/* How good the events of a source were, read from the tables. */
#include "base/time.h"
#include "profiles/quality_internal.h"
#include "quality.sql.h"

#include <string.h>

static PtStatus begin_series(PtSqlTx *tx, const char *statement, const QualityRange *range,
                             PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, range->source);
        pt_sql_bind_i64(tx, 2, quality_step_ms(range->step));
        pt_sql_bind_i64(tx, 3, range->from_ms);
        pt_sql_bind_i64(tx, 4, range->until_ms);
        pt_sql_bind_i64(tx, 5, QUALITY_POINTS_MAX);
    }
    return st;
}

static PtStatus read_counts(PtSqlTx *tx, const QualityRange *range, QualityPoint *points,
                            size_t *count, PtError *err)
{
    bool row = true;
    PtStatus st = begin_series(tx, SQL_QUALITY_COUNT_SERIES, range, err);
    while (st == PT_OK && *count < QUALITY_POINTS_MAX &&
           (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        QualityPoint *point = &points[(*count)++];
        *point = (QualityPoint){.at_ms = pt_sql_i64(tx, 0)};
        for (int i = 0; i < QUALITY_STORED; i++) {
            point->counts[i] = pt_sql_i64(tx, 1 + i);
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_duplicates(PtSqlTx *tx, const QualityRange *range, QualityPoint *points,
                                size_t *count, PtError *err)
{
    bool row = true;
    PtStatus st = begin_series(tx, SQL_QUALITY_DUPLICATE_SERIES, range, err);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        QualityPoint *point = quality_point_at(points, count, pt_sql_i64(tx, 0));
        if (point != NULL) {
            point->counts[QUALITY_DUPLICATE] += pt_sql_i64(tx, 1);
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus profiles_quality_series(Profiles *p, const QualityRange *range, PtArena *arena,
                                 QualityPoint **ret_points, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    QualityPoint *points = pt_arena_alloc(arena, QUALITY_POINTS_MAX, sizeof *points);
    size_t count = 0;
    if (points == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the quality of a source");
    }
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? read_counts(tx, range, points, &count, err) : st;
    st = st == PT_OK ? read_duplicates(tx, range, points, &count, err) : st;
    if (st == PT_OK) {
        quality_add_dropped(p, range, points, &count);
        *ret_points = points;
        *ret_count = count;
    }
    return st;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static void bind_days(PtSqlTx *tx, const QualityRange *range)
{
    const int64_t day_ms = quality_step_ms(QUALITY_DAY);
    pt_sql_bind_i64(tx, 1, range->source);
    pt_sql_bind_i64(tx, 2, pt_time_floor(range->from_ms, day_ms));
    pt_sql_bind_i64(tx, 3, range->until_ms);
}

static PtStatus read_top(PtSqlTx *tx, const QualityRange *range, size_t max, PtArena *arena,
                         QualityField *fields, size_t *ret_count, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_FIELD_TOP, err);
    if (st != PT_OK) {
        return st;
    }
    bind_days(tx, range);
    pt_sql_bind_i64(tx, 4, (int64_t)max);
    while (*ret_count < max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const int64_t problem = pt_sql_i64(tx, 2);
        QualityField *f = &fields[(*ret_count)++];
        *f = (QualityField){.kind = pt_arena_str(arena, pt_sql_text(tx, 0)),
                            .field = pt_arena_str(arena, pt_sql_text(tx, 1)),
                            .problem = problem > 0 && problem < QUALITY_PROBLEMS
                                           ? (QualityProblem)problem
                                           : QUALITY_IS_MISSING,
                            .events = pt_sql_i64(tx, 3)};
        if (f->kind.data == NULL || f->field.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for the fields of a source");
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus read_samples(PtSqlTx *tx, const QualityRange *range, QualityField *field,
                             PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_QUALITY_FIELD_SAMPLES, err);
    if (st != PT_OK) {
        return st;
    }
    bind_days(tx, range);
    pt_sql_bind_text(tx, 4, field->kind);
    pt_sql_bind_text(tx, 5, field->field);
    pt_sql_bind_i64(tx, 6, field->problem);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        uint64_t samples[QUALITY_SAMPLES];
        const size_t count = quality_samples_read(pt_sql_text(tx, 0), samples);
        for (size_t i = 0; i < count; i++) {
            quality_sample(field->samples, &field->sample_count, samples[i]);
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus profiles_quality_fields(Profiles *p, const QualityRange *range, size_t max, PtArena *arena,
                                 QualityField **ret_fields, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    QualityField *fields = pt_arena_alloc(arena, max, sizeof *fields);
    size_t count = 0;
    if (fields == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the fields of a source");
    }
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? read_top(tx, range, max, arena, fields, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = read_samples(tx, range, &fields[i], err);
    }
    if (st == PT_OK) {
        *ret_fields = fields;
        *ret_count = count;
    }
    return st;
}
