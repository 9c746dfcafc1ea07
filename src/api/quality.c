// SPDX-License-Identifier: Apache-2.0
/* /api/v1/quality: how good the events of each source are, over time. */
#include "api/api_internal.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS_SHOWN = 20, HOURLY_DAYS = 3 };

/* ---- The period ------------------------------------------------------------------------------ */

static PtStatus read_period(ApiCall *call, const ApiValue *from, const ApiValue *until,
                            const QualityStep *step, QualityRange *ret_period)
{
    const int64_t day_ms = quality_step_ms(QUALITY_DAY);
    int64_t end = until->given ? until->number : pt_clock_now_ms(call->api->c.clock);
    int64_t begin = from->given ? from->number : end - 7 * day_ms;
    const bool brief = end - begin <= HOURLY_DAYS * day_ms;
    const QualityStep own = step != NULL ? *step : brief ? QUALITY_HOUR : QUALITY_DAY;
    const int64_t step_ms = quality_step_ms(own);
    if (begin >= end) {
        return pt_fail(&call->error, PT_INVALID, "from is not before until");
    }
    begin = pt_time_floor(begin, step_ms);
    end = pt_time_floor(end + step_ms - 1, step_ms);
    const int days = own == QUALITY_HOUR ? QUALITY_HOUR_DAYS : QUALITY_DAY_DAYS;
    if (end - begin > days * day_ms) {
        return pt_fail(&call->error, PT_INVALID, "from and until are over %d days apart", days);
    }
    *ret_period = (QualityRange){.step = own, .from_ms = begin, .until_ms = end};
    return PT_OK;
}

static QualityRange period_before(const QualityRange *p)
{
    return (QualityRange){.source = p->source,
                          .step = p->step,
                          .from_ms = p->from_ms - (p->until_ms - p->from_ms),
                          .until_ms = p->from_ms};
}

/* ---- Members --------------------------------------------------------------------------------- */

static void put_share(PtJsonOut *out, const char *key, int64_t count, int64_t of)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_i64(out, "count", count);
    pt_json_put_i64(out, "of", of);
    if (of > 0) {
        api_put_double(out, "share", (double)count / (double)of);
    } else {
        api_put_null(out, "share");
    }
    pt_json_out_object_end(out);
}

static void put_late(PtJsonOut *out, const char *key, const int64_t *counts, unsigned percent)
{
    const int64_t late_ms = quality_late_quantile_ms(counts, percent);
    if (late_ms >= 0) {
        pt_json_put_i64(out, key, late_ms);
    } else {
        api_put_null(out, key);
    }
}

static void put_counts(PtJsonOut *out, const char *key, const int64_t *counts)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_i64(out, "received", counts[QUALITY_RECEIVED]);
    for (size_t i = 0; i < QUALITY_MEASURES; i++) {
        const QualityMeasure *m = &quality_measures[i];
        put_share(out, m->name, counts[m->count], quality_of(m, counts));
    }
    put_late(out, "late_p50_ms", counts, 50);
    put_late(out, "late_p90_ms", counts, 90);
    pt_json_out_object_end(out);
}

static void put_point(PtJsonOut *out, const QualityPoint *point)
{
    pt_json_out_object(out);
    api_put_time(out, "at", point->at_ms);
    pt_json_put_i64(out, "received", point->counts[QUALITY_RECEIVED]);
    pt_json_put_i64(out, "events", point->counts[QUALITY_EVENTS]);
    pt_json_put_i64(out, "checked", point->counts[QUALITY_CHECKED]);
    pt_json_put_i64(out, "timed", point->counts[QUALITY_TIMED]);
    for (size_t i = 0; i < QUALITY_MEASURES; i++) {
        pt_json_put_i64(out, quality_measures[i].name, point->counts[quality_measures[i].count]);
    }
    pt_json_out_object_end(out);
}

static void put_source(PtJsonOut *out, const EventSource *source)
{
    pt_json_out_key(out, PT_STR("source"));
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(source->id));
    pt_json_put_i64(out, "number", source->number);
    pt_json_put_str(out, "name", pt_str(source->name));
    pt_json_put_bool(out, "enabled", source->enabled);
    pt_json_out_object_end(out);
}

static void put_period(PtJsonOut *out, const QualityRange *period)
{
    api_put_time(out, "from", period->from_ms);
    api_put_time(out, "until", period->until_ms);
    pt_json_put_str(out, "step", period->step == QUALITY_HOUR ? PT_STR("hour") : PT_STR("day"));
    pt_json_out_key(out, PT_STR("definitions"));
    pt_json_out_array(out);
    for (size_t i = 0; i < QUALITY_MEASURES; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "measure", pt_str(quality_measures[i].name));
        pt_json_put_str(out, "of", pt_str(quality_measures[i].of_text));
        pt_json_put_str(out, "text", pt_str(quality_measures[i].text));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

/* ---- A source in a period -------------------------------------------------------------------- */

typedef struct SourceQuality {
    QualityPoint *points;
    size_t count;
    int64_t now[QUALITY_COUNTS], before[QUALITY_COUNTS];
} SourceQuality;

static void sum_up(const QualityPoint *points, size_t count, int64_t *ret_counts)
{
    memset(ret_counts, 0, QUALITY_COUNTS * sizeof *ret_counts);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < QUALITY_COUNTS; k++) {
            ret_counts[k] += points[i].counts[k];
        }
    }
}

static PtStatus read_source(ApiCall *call, const QualityRange *period, PtArena *arena,
                            SourceQuality *ret_quality)
{
    Profiles *profiles = call->api->c.profiles;
    const QualityRange before = period_before(period);
    QualityPoint *points;
    size_t count;
    PtStatus st = profiles_quality_series(profiles, &before, arena, &points, &count, &call->error);
    if (st == PT_OK) {
        sum_up(points, count, ret_quality->before);
        st = profiles_quality_series(profiles, period, arena, &ret_quality->points,
                                     &ret_quality->count, &call->error);
    }
    if (st == PT_OK) {
        sum_up(ret_quality->points, ret_quality->count, ret_quality->now);
    }
    return st;
}

static void put_quality(PtJsonOut *out, const EventSource *source, const SourceQuality *quality)
{
    put_source(out, source);
    put_counts(out, "now", quality->now);
    put_counts(out, "before", quality->before);
    pt_json_out_key(out, PT_STR("series"));
    pt_json_out_array(out);
    for (size_t i = 0; i < quality->count; i++) {
        put_point(out, &quality->points[i]);
    }
    pt_json_out_array_end(out);
}

/* ---- All sources ----------------------------------------------------------------------------- */

enum { SOURCE_ARENA = 4 << 20 };

static PtStatus put_row(ApiCall *call, PtJsonOut *out, const EventSource *source,
                        const QualityRange *period, PtArena *arena)
{
    SourceQuality quality;
    QualityRange range = *period;
    range.source = source->number;
    pt_arena_clear(arena);
    PtStatus st = read_source(call, &range, arena, &quality);
    if (st == PT_OK) {
        pt_json_out_object(out);
        put_quality(out, source, &quality);
        pt_json_out_object_end(out);
    }
    return st;
}

static PtStatus put_rows(ApiCall *call, PtJsonOut *out, const QualityRange *period, uint64_t after)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(SOURCE_ARENA);
    EventSource *list = NULL;
    size_t count = 0, at = 0;
    char cursor[24] = "";
    PtStatus st =
        arena != NULL
            ? event_sources_list(call->api->c.sources, call->arena, &list, &count, &call->error)
            : pt_fail(&call->error, PT_NO_MEMORY, "no memory for the quality of sources");
    while (st == PT_OK && at < count && list[at].number <= after) {
        at++;
    }
    const int64_t limit = call->query[Q_QUALITY_LIST_LIMIT].number;
    for (int64_t i = 0; st == PT_OK && i < limit && at < count; i++, at++) {
        st = put_row(call, out, &list[at], period, arena);
    }
    if (st == PT_OK && at > 0 && at < count) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu32, list[at - 1].number);
    }
    api_page_end(out, cursor[0] != '\0' ? cursor : NULL);
    return st;
}

void api_quality_list(ApiCall *call)
{
    QualityRange period;
    uint64_t after = 0;
    const ApiValue *q = call->query;
    PtStatus st = api_cursor_u64(&q[Q_QUALITY_LIST_CURSOR], 0, &after, &call->error);
    st = st == PT_OK
             ? read_period(call, &q[Q_QUALITY_LIST_FROM], &q[Q_QUALITY_LIST_UNTIL], NULL, &period)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    put_period(&out, &period);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    if (!api_failed(call, put_rows(call, &out, &period, after))) {
        api_answer(call, 200);
    }
}

/* ---- One source ------------------------------------------------------------------------------ */

static void put_late_classes(PtJsonOut *out, const int64_t *counts)
{
    pt_json_out_key(out, PT_STR("late_classes"));
    pt_json_out_array(out);
    for (size_t i = 0; i < QUALITY_LATE_CLASSES; i++) {
        pt_json_out_object(out);
        if (quality_late_edge_ms(i) < INT64_MAX) {
            pt_json_put_i64(out, "up_to_ms", quality_late_edge_ms(i));
        } else {
            api_put_null(out, "up_to_ms");
        }
        pt_json_put_i64(out, "events", counts[QUALITY_LATE_CLASS + i]);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static void put_fields(PtJsonOut *out, const QualityField *fields, size_t count)
{
    static const char *const problems[QUALITY_PROBLEMS] = {[QUALITY_IS_MISSING] = "missing",
                                                           [QUALITY_IS_MALFORMED] = "malformed",
                                                           [QUALITY_IS_CONFLICTING] =
                                                               "conflicting"};
    pt_json_out_key(out, PT_STR("fields"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "kind", fields[i].kind);
        pt_json_put_str(out, "field", fields[i].field);
        pt_json_put_str(out, "problem", pt_str(problems[fields[i].problem]));
        pt_json_put_i64(out, "events", fields[i].events);
        pt_json_out_key(out, PT_STR("samples"));
        pt_json_out_array(out);
        for (size_t k = 0; k < fields[i].sample_count; k++) {
            pt_json_out_u64(out, fields[i].samples[k]);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static PtStatus find_source(ApiCall *call, EventSource *ret_source)
{
    EventSources *sources = call->api->c.sources;
    uint32_t number;
    return event_source_by_ref(sources, call->args[0], ret_source) ||
                   (pt_str_to_u32(call->args[0], UINT32_MAX, &number) && number > 0 &&
                    event_source_by_number(sources, number, ret_source))
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND, "no source with this id, name or number");
}

void api_quality_get(ApiCall *call)
{
    QualityRange period = {0};
    EventSource source;
    SourceQuality quality;
    QualityField *fields = NULL;
    size_t field_count = 0;
    const ApiValue *q = call->query;
    const QualityStep step =
        q[Q_QUALITY_GET_STEP].choice == 0 ? QUALITY_HOUR : QUALITY_DAY; // in the enum's order
    PtStatus st = find_source(call, &source);
    st = st == PT_OK
             ? read_period(call, &q[Q_QUALITY_GET_FROM], &q[Q_QUALITY_GET_UNTIL], &step, &period)
             : st;
    period.source = st == PT_OK ? source.number : 0;
    st = st == PT_OK ? read_source(call, &period, call->arena, &quality) : st;
    st = st == PT_OK ? profiles_quality_fields(call->api->c.profiles, &period, FIELDS_SHOWN,
                                               call->arena, &fields, &field_count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    put_period(&out, &period);
    put_quality(&out, &source, &quality);
    put_late_classes(&out, quality.now);
    put_fields(&out, fields, field_count);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
