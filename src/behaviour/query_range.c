// SPDX-License-Identifier: Apache-2.0
/* From when to when. Days are found by their noon: the period of a day that holds it begins where
 * the day does, whatever the clocks do at midnight. */
#include "behaviour/query_internal.h"

enum { HOUR_MS = 3600000, DAY_MS = 86400000, WEEK_DAYS = 7, NOON = 12, DAY_TEXT = 10 };

static const struct LastUnit {
    const char *name;
    PlanUnit unit;
} last_units[] = {
    {"hours", PLAN_HOUR}, {"days", PLAN_DAY}, {"weeks", PLAN_WEEK}, {"months", PLAN_MONTH}};
enum { LAST_UNITS = sizeof last_units / sizeof *last_units };

/* ---- Reading and writing --------------------------------------------------------------------- */

static PtStatus read_last(QueryReading *r, PtStr json, QueryRange *range)
{
    QueryMember m[LAST_UNITS];
    unsigned found = 0, which = 0;
    for (unsigned i = 0; i < LAST_UNITS; i++) {
        m[i] = (QueryMember){last_units[i].name, {NULL, 0}};
    }
    PtStatus st = query_members(r, json, m, LAST_UNITS);
    for (unsigned i = 0; i < LAST_UNITS; i++) {
        which = m[i].json.data != NULL ? i : which;
        found += m[i].json.data != NULL;
    }
    if (st == PT_OK && found != 1) {
        return query_bad(r, "one of hours, days, weeks and months");
    }
    if (st != PT_OK) {
        return st;
    }
    int64_t count = 0;
    const size_t before = query_enter(r, last_units[which].name);
    st = query_whole(r, m[which].json, 1, QUERY_LAST, &count);
    if (st == PT_OK) {
        query_leave(r, before);
        *range = (QueryRange){.last = (uint32_t)count, .unit = last_units[which].unit};
    }
    return st;
}

static PtStatus read_moment(QueryReading *r, const QueryMember *m, QueryMoment *ret_moment)
{
    PtStr text = {NULL, 0};
    QueryMoment moment = {0};
    const size_t before = query_enter(r, m->name);
    PtStatus st = m->json.data != NULL ? query_text(r, m->json, QUERY_NAME, &text)
                                       : query_bad(r, "is missing");
    if (st != PT_OK) {
        return st;
    }
    if (!pt_time_parse(text, &moment.ms)) {
        return query_bad(r, "neither a day nor an RFC 3339 time");
    }
    moment.day = text.len == DAY_TEXT;
    query_leave(r, before);
    *ret_moment = moment;
    return PT_OK;
}

PtStatus query_read_range(QueryReading *r, PtStr json, QueryRange *ret_range)
{
    QueryMember m[] = {{"last", {0}}, {"from", {0}}, {"to", {0}}};
    QueryRange range = {0};
    PtStatus st = query_members(r, json, m, 3);
    const bool ends = m[1].json.data != NULL || m[2].json.data != NULL;
    if (st == PT_OK && (m[0].json.data != NULL) == ends) {
        return query_bad(r, "either last, or from and to");
    }
    if (st == PT_OK && ends) {
        st = read_moment(r, &m[1], &range.from);
        st = st == PT_OK ? read_moment(r, &m[2], &range.to) : st;
    } else if (st == PT_OK) {
        const size_t before = query_enter(r, "last");
        st = read_last(r, m[0].json, &range);
        if (st == PT_OK) {
            query_leave(r, before);
        }
    }
    if (st == PT_OK) {
        *ret_range = range;
    }
    return st;
}

static void write_moment(const char *name, QueryMoment moment, PtJsonOut *out)
{
    char text[PT_TIME_TEXT];
    const PtStr full = pt_time_format(moment.ms, text);
    pt_json_put_str(out, name, moment.day ? (PtStr){full.data, DAY_TEXT} : full);
}

void query_range_write(const char *name, const QueryRange *range, PtJsonOut *out)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
    if (range->last == 0) {
        write_moment("from", range->from, out);
        write_moment("to", range->to, out);
    } else {
        pt_json_out_key(out, PT_STR("last"));
        pt_json_out_object(out);
        for (unsigned i = 0; i < LAST_UNITS; i++) {
            if (last_units[i].unit == range->unit) {
                pt_json_put_i64(out, last_units[i].name, range->last);
            }
        }
        pt_json_out_object_end(out);
    }
    pt_json_out_object_end(out);
}

/* ---- Instants -------------------------------------------------------------------------------- */

/* The begin of the period that holds the instant. */
static PtStatus begin_of(PlanUnit unit, const PtZone *zone, int64_t ms, int64_t *ret_ms,
                         PtError *err)
{
    const int64_t back = unit == PLAN_HOUR ? 3 * (int64_t)HOUR_MS : 3 * (int64_t)DAY_MS;
    PlanPeriods periods;
    PtStatus st = plan_periods(&periods, unit, ms - back, ms + 1, zone, err);
    if (st == PT_OK) {
        *ret_ms = periods.edges[periods.count - 1];
    }
    return st;
}

/* Where the civil day begins that is `midnight`, read as UTC. */
static PtStatus day_begin(const PtZone *zone, int64_t midnight, int64_t *ret_ms, PtError *err)
{
    const PtCivil noon = pt_civil_of_ms(midnight + (int64_t)NOON * HOUR_MS);
    int64_t ms = 0;
    PtStatus st = pt_zone_to_utc(zone, &noon, false, &ms) == PT_OK
                      ? PT_OK
                      : pt_fail(err, PT_INVALID, "a day out of range");
    return st == PT_OK ? begin_of(PLAN_DAY, zone, ms, ret_ms, err) : st;
}

/* Midnight, read as UTC, of the first day of the period that is `back` before the one of now. */
static int64_t first_day(PlanUnit unit, const PtZone *zone, int64_t now_ms, uint32_t back)
{
    const PtCivil c = pt_zone_civil(zone, now_ms);
    const int64_t day = pt_civil_days(c.year, c.month, c.day);
    if (unit == PLAN_MONTH) {
        const int64_t month = (int64_t)c.year * 12 + c.month - 1 - (int64_t)back;
        return pt_civil_days(month / 12, (unsigned)(month % 12 + 1), 1) * DAY_MS;
    }
    const int64_t monday = day - (int64_t)pt_civil_weekday(c.year, c.month, c.day) + 1;
    return (unit == PLAN_WEEK ? monday - (int64_t)back * WEEK_DAYS : day - (int64_t)back) * DAY_MS;
}

static PtStatus span_of_last(const QueryRange *range, const PtZone *zone, int64_t now_ms,
                             int64_t *ret_from_ms, PtError *err)
{
    const uint32_t back = range->last - 1;
    if (range->unit == PLAN_HOUR) {
        int64_t begin = 0;
        PtStatus st = begin_of(PLAN_HOUR, zone, now_ms, &begin, err);
        *ret_from_ms = begin - (int64_t)back * HOUR_MS;
        return st;
    }
    return day_begin(zone, first_day(range->unit, zone, now_ms, back), ret_from_ms, err);
}

PtStatus query_range_span(const QueryRange *range, const PtZone *zone, int64_t now_ms,
                          int64_t *ret_from_ms, int64_t *ret_to_ms, PtError *err)
{
    int64_t from = range->from.ms, to = range->to.ms;
    PtStatus st = PT_OK;
    if (range->last > 0) {
        to = now_ms + 1;
        st = span_of_last(range, zone, now_ms, &from, err);
    }
    if (st == PT_OK && range->last == 0 && range->from.day) {
        st = day_begin(zone, range->from.ms, &from, err);
    }
    if (st == PT_OK && range->last == 0 && range->to.day) {
        st = day_begin(zone, range->to.ms + DAY_MS, &to, err);
    }
    if (st == PT_OK && from >= to) {
        return pt_fail(err, PT_INVALID, "at \"/range\": ends before it begins");
    }
    if (st == PT_OK) {
        *ret_from_ms = from;
        *ret_to_ms = to;
    }
    return st;
}
