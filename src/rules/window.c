// SPDX-License-Identifier: Apache-2.0
#include "rules/window_internal.h"

enum { DAY_MS = 86400000, ZONE_NAME_MAX = 64 };

static const struct Unit {
    const char *name;
    int64_t ms;
} units[] = {{"days", DAY_MS}, {"hours", 3600000}, {"minutes", 60000}, {"seconds", 1000}};
enum { UNITS = sizeof units / sizeof *units };

static const char *const period_names[] = {[RULE_DAY] = "day",
                                           [RULE_WEEK] = "week",
                                           [RULE_MONTH] = "month",
                                           [RULE_QUARTER] = "quarter",
                                           [RULE_YEAR] = "year"};
enum { PERIODS = sizeof period_names / sizeof *period_names };

/* ---- Reading and writing --------------------------------------------------------------------- */

PtStatus rule_duration_read(Reading *r, PtStr json, int64_t *ret_ms)
{
    int64_t ms = 0;
    const int64_t max_ms = (int64_t)RULE_LAST_DAYS * DAY_MS;
    RuleMember members[UNITS];
    for (unsigned i = 0; i < UNITS; i++) {
        members[i] = (RuleMember){units[i].name, {NULL, 0}};
    }
    PtStatus st = rule_members(r, json, members, UNITS);
    for (unsigned i = 0; st == PT_OK && i < UNITS; i++) {
        int64_t count = 0;
        if (members[i].json.data != NULL) {
            const size_t before = rule_enter(r, units[i].name);
            st = rule_whole(r, members[i].json, 1, max_ms / units[i].ms, &count);
            if (st == PT_OK) {
                rule_leave(r, before);
            }
        }
        ms += count * units[i].ms;
    }
    if (st == PT_OK && (ms == 0 || ms > max_ms)) {
        return rule_bad(r, "not 1 second to %d days", RULE_LAST_DAYS);
    }
    if (st == PT_OK) {
        *ret_ms = ms;
    }
    return st;
}

static PtStatus read_period(Reading *r, PtStr json, RuleWindow *w)
{
    const size_t before = rule_enter(r, "calendar");
    PtStr name;
    PtStatus st = rule_text(r, json, RULE_TEXT, &name);
    for (unsigned i = 0; st == PT_OK && i < PERIODS; i++) {
        if (pt_str_eq(name, pt_str(period_names[i]))) {
            w->period = (RulePeriod)i;
            rule_leave(r, before);
            return PT_OK;
        }
    }
    return st == PT_OK ? rule_bad(r, "not day, week, month, quarter or year") : st;
}

static PtStatus read_zone(Reading *r, PtStr json, RuleWindow *w)
{
    const size_t before = rule_enter(r, "zone");
    PtError why = {0};
    w->zone_name = PT_STR("UTC");
    PtStatus st = json.data != NULL ? rule_text(r, json, ZONE_NAME_MAX, &w->zone_name) : PT_OK;
    if (st == PT_OK && memchr(w->zone_name.data, 0, w->zone_name.len) != NULL) {
        return rule_bad(r, "not a time zone's name");
    }
    if (st == PT_OK && pt_zone_load(w->zone_name.data, NULL, &w->zone, &why) != PT_OK) {
        return rule_bad_from(r, &why);
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_calendar(Reading *r, const RuleMember *members, RuleWindow *w)
{
    PtStatus st = read_period(r, members[0].json, w);
    if (st == PT_OK && members[2].json.data != NULL) {
        const size_t before = rule_enter(r, "back");
        st = rule_whole(r, members[2].json, 0, RULE_BACK, &w->back);
        if (st == PT_OK) {
            rule_leave(r, before);
        }
    }
    st = st == PT_OK ? read_zone(r, members[1].json, w) : st;
    w->kind = RULE_CALENDAR;
    return st;
}

PtStatus rule_window_read(Reading *r, PtStr json, RuleWindow *ret_window)
{
    RuleMember members[] = {{"calendar", {0}}, {"zone", {0}}, {"back", {0}}, {"last", {0}}};
    const size_t before = rule_enter(r, "window");
    PtStatus st = rule_members(r, json, members, sizeof members / sizeof *members);
    if (st != PT_OK) {
        return st;
    }
    const bool last = members[3].json.data != NULL, calendar = members[0].json.data != NULL;
    if (last == calendar) {
        return rule_bad(r, "one of last and calendar");
    }
    if (last && (members[1].json.data != NULL || members[2].json.data != NULL)) {
        return rule_bad(r, "zone and back go with calendar");
    }
    if (calendar) {
        st = read_calendar(r, members, ret_window);
    } else {
        const size_t at = rule_enter(r, "last");
        st = rule_duration_read(r, members[3].json, &ret_window->last_ms);
        ret_window->kind = RULE_LAST_MS;
        if (st == PT_OK) {
            rule_leave(r, at);
        }
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

void rule_duration_write(const char *name, int64_t ms, PtJsonOut *out)
{
    unsigned unit = 0; // the largest that divides it
    while (ms % units[unit].ms != 0) {
        unit++;
    }
    pt_json_out_key(out, pt_str(name));
    pt_json_out_object(out);
    pt_json_put_i64(out, units[unit].name, ms / units[unit].ms);
    pt_json_out_object_end(out);
}

void rule_window_write(const RuleWindow *w, PtJsonOut *out)
{
    if (w->kind == RULE_EVER) {
        return;
    }
    pt_json_out_key(out, PT_STR("window"));
    pt_json_out_object(out);
    if (w->kind == RULE_LAST_MS) {
        rule_duration_write("last", w->last_ms, out);
    } else {
        pt_json_put_str(out, "calendar", pt_str(period_names[w->period]));
        pt_json_put_str(out, "zone", w->zone_name);
        pt_json_put_i64(out, "back", w->back);
    }
    pt_json_out_object_end(out);
}

/* ---- Periods: numbered, without gaps --------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t number_of(RulePeriod period, const PtCivil *c)
{
    switch (period) {
    case RULE_DAY:
        return pt_civil_days(c->year, c->month, c->day);
    case RULE_WEEK: // 1970-01-01 was a Thursday: week 0 began three days before
        return floor_div(pt_civil_days(c->year, c->month, c->day) + 3, 7);
    case RULE_MONTH:
        return (int64_t)c->year * 12 + c->month - 1;
    case RULE_QUARTER:
        return (int64_t)c->year * 4 + (c->month - 1) / 3;
    default:
        return c->year;
    }
}

static PtCivil first_day_of(RulePeriod period, int64_t number)
{
    switch (period) {
    case RULE_DAY:
        return pt_civil_of_ms(number * DAY_MS);
    case RULE_WEEK:
        return pt_civil_of_ms((number * 7 - 3) * DAY_MS);
    case RULE_MONTH:
        return (PtCivil){
            .year = (int32_t)floor_div(number, 12), .month = (uint8_t)(number % 12 + 1), .day = 1};
    case RULE_QUARTER:
        return (PtCivil){.year = (int32_t)floor_div(number, 4),
                         .month = (uint8_t)(number % 4 * 3 + 1),
                         .day = 1};
    default:
        return (PtCivil){.year = (int32_t)number, .month = 1, .day = 1};
    }
}

/* Its first instant: where midnight comes twice the first, where it does not come, the instant at
 * which the clock leapt over it. */
static int64_t start_of(const RuleWindow *w, int64_t number)
{
    static const PtCivil first = {.year = 1, .month = 1, .day = 1};
    static const PtCivil last = {.year = 9999, .month = 12, .day = 31};
    if (number <= number_of(w->period, &first)) {
        return INT64_MIN;
    }
    if (number > number_of(w->period, &last)) {
        return INT64_MAX;
    }
    const PtCivil day = first_day_of(w->period, number);
    int64_t ms;
    return pt_zone_to_utc(w->zone, &day, false, &ms) == PT_OK ? ms : INT64_MAX;
}

/* The period whose first instant is the last one that is not after `ms`. Not what the wall clock
 * reads: where it is set back over midnight, it reads yesterday's date again. */
static int64_t period_of(const RuleWindow *w, int64_t at_ms)
{
    const int64_t ms = at_ms < INT64_MAX ? at_ms : INT64_MAX - 1; // the start of what never comes
    const PtCivil civil = pt_zone_civil(w->zone, ms);
    int64_t number = number_of(w->period, &civil);
    while (start_of(w, number + 1) <= ms) {
        number++;
    }
    while (start_of(w, number) > ms) {
        number--;
    }
    return number;
}

/* ---- What counts ----------------------------------------------------------------------------- */

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

RuleSpan rule_window_span(const RuleWindow *w, int64_t now_ms)
{
    if (w->kind == RULE_EVER) {
        return (RuleSpan){INT64_MIN, INT64_MAX};
    }
    if (w->kind == RULE_LAST_MS) {
        return (RuleSpan){add(add(now_ms, -w->last_ms), 1), add(now_ms, 1)};
    }
    const int64_t number = period_of(w, now_ms) - w->back;
    return (RuleSpan){start_of(w, number), start_of(w, number + 1)};
}

int64_t rule_window_enters(const RuleWindow *w, int64_t timestamp_ms)
{
    return w->kind == RULE_LAST_MS ? timestamp_ms
                                   : start_of(w, period_of(w, timestamp_ms) + w->back);
}

int64_t rule_window_leaves(const RuleWindow *w, int64_t timestamp_ms)
{
    return w->kind == RULE_LAST_MS ? add(timestamp_ms, w->last_ms)
                                   : start_of(w, period_of(w, timestamp_ms) + w->back + 1);
}
