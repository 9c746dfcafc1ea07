// SPDX-License-Identifier: Apache-2.0
/* Whole-day events of an iCalendar file. Lines are unfolded one at a time; of an event only what a
 * holiday needs is kept, and only then are its rules read, so that a meeting with a rule of its
 * own does not stop the import.
 */
#include "base/calendar_internal.h"

#include <stdio.h>

enum {
    ARENA_MAX = 64 << 20, // bytes
    EVENTS_MAX = 5000,
    EVENT_DATES_MAX = 1000,     // RDATE and EXDATE of one event
    LENGTH_MAX = 366,           // days of one event
    STEPS_MAX = 20000000,       // days looked at for all rules of a file
    FOUND_MAX = 4 * EVENTS_MAX, // dates before those that are there twice go
    DEPTH_MAX = 16,
};

typedef struct Day {
    int32_t day; /* since 1970 */
    bool timed;  /* it came with a time of day */
} Day;

typedef struct Event {
    uint32_t line; /* of its BEGIN */
    PtStr uid, name, rule;
    uint32_t rule_line;
    bool has_start, has_end, has_id, cancelled;
    Day start, end, id; /* id: RECURRENCE-ID */
    int32_t length;     /* days, from DURATION; 0: none */
    int32_t *more, *without;
    uint32_t more_count, without_count;
} Event;

typedef struct Rule {
    uint32_t interval, count;       /* count 0: for ever */
    int32_t until;                  /* day, INT32_MAX: for ever */
    uint32_t months;                /* bit by month; 0: not given */
    uint32_t from_first, from_last; /* BYMONTHDAY: bits 1..31 from either end of the month */
    bool by_weekday;
    uint64_t weekdays[7]; /* bit 0: every; 1..5 and 33..37: the n-th from either end */
} Rule;

typedef struct Found {
    int32_t day;
    uint32_t order; /* in the file */
    PtStr name;
} Found;

typedef struct Import {
    PtStr rest;
    uint32_t next_line, line; /* line: of the content line that is read */
    PtBuf text;               /* it, unfolded */
    PtArena *arena;
    PtError *err;
    Event *events;
    size_t event_count, skipped;
    Found *found;
    size_t found_count;
    int64_t steps;
    int32_t from_day, to_day; /* both inclusive */
} Import;

static PtStatus wrong(const Import *im, uint32_t line, const char *what)
{
    return pt_fail(im->err, PT_INVALID, "iCalendar line %u: %s", line, what);
}

static PtStatus no_memory(const Import *im)
{
    return pt_fail(im->err, PT_NO_MEMORY, "no memory for an iCalendar file");
}

/* ---- Lines -------------------------------------------------------------------------------------
 */

/* One line of the file without its end. */
static bool raw_line(Import *im, PtStr *ret_line)
{
    if (im->rest.len == 0 || !pt_str_cut(&im->rest, '\n', ret_line)) {
        return false;
    }
    if (ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r') {
        ret_line->len--;
    }
    im->next_line++;
    return true;
}

/* The next content line with those folded behind it; empty ones are passed over. *ret_has is false
 * at the end.
 */
static PtStatus content_line(Import *im, bool *ret_has)
{
    PtStr line = {0};
    do {
        *ret_has = raw_line(im, &line);
    } while (*ret_has && line.len == 0);
    im->line = im->next_line;
    pt_buf_clear(&im->text, 1 << 16);
    if (!*ret_has) {
        return PT_OK;
    }
    pt_buf_add_str(&im->text, line);
    while (im->rest.len > 0 && (im->rest.data[0] == ' ' || im->rest.data[0] == '\t') &&
           raw_line(im, &line)) {
        pt_buf_add_str(&im->text, pt_str_from(line, 1));
    }
    return pt_buf_status(&im->text) == PT_OK ? PT_OK : no_memory(im);
}

/* NAME;PARAM=VALUE;PARAM="a:b":VALUE. False where there is no colon. */
static bool split_line(PtStr line, PtStr *ret_name, PtStr *ret_value)
{
    bool quoted = false;
    size_t name = line.len;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.data[i];
        quoted = c == '"' ? !quoted : quoted;
        name = (c == ';' || c == ':') && i < name ? i : name;
        if (c == ':' && !quoted) {
            *ret_name = (PtStr){line.data, name};
            *ret_value = pt_str_from(line, i + 1);
            return name > 0;
        }
    }
    return false;
}

/* ---- Values ------------------------------------------------------------------------------------
 */

/* YYYYMMDD, or that with a time of day behind it: THHMMSS and perhaps a Z. */
static bool read_day(PtStr text, Day *ret)
{
    uint32_t year, month, day, time;
    bool dated = text.len >= 8 && pt_str_to_u32((PtStr){text.data, 4}, 9999, &year) &&
                 pt_str_to_u32((PtStr){text.data + 4, 2}, 12, &month) &&
                 pt_str_to_u32((PtStr){text.data + 6, 2}, 31, &day);
    if (!dated) {
        return false;
    }
    PtCivil civil = {.year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    int64_t ms;
    PtStr rest = pt_str_from(text, 8);
    ret->timed = rest.len > 0;
    if (ret->timed && (rest.len < 7 || rest.len > 8 || rest.data[0] != 'T' ||
                       !pt_str_to_u32((PtStr){rest.data + 1, 6}, 235960, &time) ||
                       (rest.len == 8 && rest.data[7] != 'Z'))) {
        return false;
    }
    if (!pt_civil_to_ms(&civil, &ms)) {
        return false;
    }
    ret->day = (int32_t)(ms / CALENDAR_DAY_MS);
    return true;
}

/* P3D, P2W; hours and shorter are no days. */
static bool read_length(PtStr text, int32_t *ret_days)
{
    uint32_t n;
    if (text.len < 3 || text.data[0] != 'P') {
        return false;
    }
    char unit = text.data[text.len - 1];
    if ((unit != 'D' && unit != 'W') ||
        !pt_str_to_u32((PtStr){text.data + 1, text.len - 2}, LENGTH_MAX, &n) || n == 0) {
        return false;
    }
    n *= unit == 'W' ? 7 : 1;
    *ret_days = (int32_t)n;
    return n <= LENGTH_MAX;
}

/* The name of a holiday: backslashes undone, control characters as spaces, cut between characters
 * at its bound. Bytes that are not UTF-8 become question marks.
 */
static PtStatus read_summary(Import *im, PtStr text, PtStr *ret_name)
{
    char out[PT_CALENDAR_NAME_MAX];
    size_t len = 0;
    const char *p = text.data, *end = text.len > 0 ? p + text.len : p;
    while (p < end) {
        size_t step = pt_utf8_step(p, end);
        char plain = *p;
        if (plain == '\\' && p + 1 < end) {
            p++;
            plain = *p == 'n' || *p == 'N' ? ' ' : *p;
            step = pt_utf8_step(p, end);
        }
        plain = (unsigned char)plain < ' ' ? ' ' : plain;
        plain = step == 0 ? '?' : plain;
        step = step == 0 ? 1 : step;
        if (len + step > sizeof out) {
            break;
        }
        memcpy(out + len, p, step);
        out[len] = step == 1 ? plain : out[len];
        len += step;
        p += step;
    }
    *ret_name = pt_arena_str(im->arena, (PtStr){out, len});
    return ret_name->data != NULL ? PT_OK : no_memory(im);
}

/* 20261225,20261226 appended to *list. */
static PtStatus read_dates(Import *im, PtStr text, int32_t **list, uint32_t *count)
{
    PtStr field;
    if (*list == NULL) {
        *list = pt_arena_alloc(im->arena, EVENT_DATES_MAX, sizeof **list);
        if (*list == NULL) {
            return no_memory(im);
        }
    }
    while (pt_str_cut(&text, ',', &field)) {
        Day day;
        if (!read_day(field, &day)) {
            return wrong(im, im->line, "a date is not YYYYMMDD");
        }
        if (*count == EVENT_DATES_MAX) {
            return pt_fail(im->err, PT_TOO_LARGE, "iCalendar line %u: over %d dates in one event",
                           im->line, EVENT_DATES_MAX);
        }
        (*list)[(*count)++] = day.day;
    }
    return PT_OK;
}

/* ---- Events ------------------------------------------------------------------------------------
 */

static PtStatus keep_text(const Import *im, PtStr value, PtStr *ret)
{
    *ret = pt_arena_str(im->arena, value);
    return ret->data != NULL ? PT_OK : no_memory(im);
}

static PtStatus read_property(Import *im, Event *e, PtStr name, PtStr value)
{
    static const struct {
        const char *name;
        size_t day, has; /* offsets in Event */
    } days[] = {{"DTSTART", offsetof(Event, start), offsetof(Event, has_start)},
                {"DTEND", offsetof(Event, end), offsetof(Event, has_end)},
                {"RECURRENCE-ID", offsetof(Event, id), offsetof(Event, has_id)}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        if (pt_str_eq_nocase(name, pt_str(days[i].name))) {
            Day *day = (Day *)(void *)((char *)e + days[i].day);
            *(bool *)((char *)e + days[i].has) = true;
            return read_day(value, day) ? PT_OK : wrong(im, im->line, "a date is not YYYYMMDD");
        }
    }
    if (pt_str_eq_nocase(name, PT_STR("SUMMARY"))) {
        return read_summary(im, value, &e->name);
    }
    if (pt_str_eq_nocase(name, PT_STR("UID"))) {
        return keep_text(im, value, &e->uid);
    }
    if (pt_str_eq_nocase(name, PT_STR("RRULE"))) {
        if (e->rule.data != NULL) {
            return wrong(im, im->line, "a second RRULE in one event");
        }
        e->rule_line = im->line;
        return keep_text(im, value, &e->rule);
    }
    if (pt_str_eq_nocase(name, PT_STR("STATUS"))) {
        e->cancelled = pt_str_eq_nocase(value, PT_STR("CANCELLED"));
    } else if (pt_str_eq_nocase(name, PT_STR("DURATION"))) {
        bool ok = read_length(value, &e->length);
        e->length = ok ? e->length : -1; // judged once the start is known to be a date
    } else if (pt_str_eq_nocase(name, PT_STR("EXDATE"))) {
        return read_dates(im, value, &e->without, &e->without_count);
    } else if (pt_str_eq_nocase(name, PT_STR("RDATE"))) {
        return read_dates(im, value, &e->more, &e->more_count);
    }
    return PT_OK;
}

static PtStatus end_event(Import *im, Event *e)
{
    if (!e->has_start) {
        return wrong(im, e->line, "an event without DTSTART");
    }
    if (e->start.timed) {
        im->skipped++;
        return PT_OK;
    }
    if (e->has_end &&
        (e->end.timed || e->end.day < e->start.day || e->end.day - e->start.day > LENGTH_MAX)) {
        return wrong(im, e->line, "DTEND is not a date 0 to 366 days behind DTSTART");
    }
    if (e->length < 0) {
        return wrong(im, e->line,
                     "DURATION is not a number of days (P1D) or weeks, up to 366 days");
    }
    e->length = e->has_end ? e->end.day - e->start.day : e->length;
    e->length = e->length > 0 ? e->length : 1;
    if (im->event_count == EVENTS_MAX) {
        return pt_fail(im->err, PT_TOO_LARGE, "over %d whole-day events", EVENTS_MAX);
    }
    im->events[im->event_count++] = *e;
    return PT_OK;
}

/* BEGIN:VCALENDAR ... END:VCALENDAR, once or more. Other components and what lies in them are
 * passed over. */
static PtStatus read_events(Import *im)
{
    Event e = {0};
    unsigned depth = 0, event_depth = 0;
    bool has, any = false;
    PtStatus st = content_line(im, &has);
    for (; st == PT_OK && has; st = st == PT_OK ? content_line(im, &has) : st) {
        PtStr name, value;
        if (!split_line(pt_buf_str(&im->text), &name, &value)) {
            return wrong(im, im->line, "not NAME:VALUE");
        }
        if (pt_str_eq_nocase(name, PT_STR("BEGIN"))) {
            if (depth == DEPTH_MAX ||
                (depth == 0) != pt_str_eq_nocase(value, PT_STR("VCALENDAR"))) {
                return wrong(im, im->line, "components do not nest as VCALENDAR and what is in it");
            }
            any = true;
            depth++;
            if (depth == 2 && pt_str_eq_nocase(value, PT_STR("VEVENT"))) {
                e = (Event){.line = im->line};
                event_depth = depth;
            }
        } else if (pt_str_eq_nocase(name, PT_STR("END"))) {
            if (depth == 0) {
                return wrong(im, im->line, "an END without its BEGIN");
            }
            st = depth == event_depth ? end_event(im, &e) : PT_OK;
            event_depth = depth == event_depth ? 0 : event_depth;
            depth--;
        } else if (depth == 0) {
            return wrong(im, im->line, "not BEGIN:VCALENDAR");
        } else if (depth == event_depth) {
            st = read_property(im, &e, name, value);
        }
    }
    if (st == PT_OK && (depth > 0 || !any)) {
        return wrong(im, im->next_line, any ? "an END is missing" : "no VCALENDAR");
    }
    return st;
}

/* ---- Rules -------------------------------------------------------------------------------------
 */

static bool read_months(PtStr text, Rule *rule)
{
    PtStr field;
    uint32_t month;
    while (pt_str_cut(&text, ',', &field)) {
        if (!pt_str_to_u32(field, 12, &month) || month == 0) {
            return false;
        }
        rule->months |= 1U << month;
    }
    return true;
}

/* A sign in front, which is cut off. */
static bool is_negative(PtStr *text)
{
    bool sign = text->len > 0 && (text->data[0] == '-' || text->data[0] == '+');
    bool negative = sign && text->data[0] == '-';
    *text = sign ? pt_str_from(*text, 1) : *text;
    return negative;
}

static bool read_month_days(PtStr text, Rule *rule)
{
    PtStr field;
    uint32_t day;
    while (pt_str_cut(&text, ',', &field)) {
        bool negative = is_negative(&field);
        if (!pt_str_to_u32(field, 31, &day) || day == 0) {
            return false;
        }
        *(negative ? &rule->from_last : &rule->from_first) |= 1U << day;
    }
    return true;
}

/* MO, 4TH, -1MO: within the month */
static bool read_weekdays(PtStr text, Rule *rule)
{
    static const char names[] = "MOTUWETHFRSASU";
    PtStr field;
    rule->by_weekday = true;
    while (pt_str_cut(&text, ',', &field)) {
        bool negative = is_negative(&field);
        uint32_t n = 0, weekday = 0;
        if (field.len < 2 ||
            (field.len > 2 &&
             (!pt_str_to_u32((PtStr){field.data, field.len - 2}, 5, &n) || n == 0))) {
            return false;
        }
        while (weekday < 7 && !pt_str_eq_nocase((PtStr){field.data + field.len - 2, 2},
                                                (PtStr){names + 2 * weekday, 2})) {
            weekday++;
        }
        if (weekday == 7) {
            return false;
        }
        rule->weekdays[weekday] |= UINT64_C(1) << (negative ? 32 + n : n);
    }
    return true;
}

static bool read_part(PtStr name, PtStr value, Rule *rule)
{
    Day until;
    if (pt_str_eq_nocase(name, PT_STR("FREQ"))) {
        return pt_str_eq_nocase(value, PT_STR("YEARLY"));
    }
    if (pt_str_eq_nocase(name, PT_STR("INTERVAL"))) {
        return pt_str_to_u32(value, 9999, &rule->interval) && rule->interval > 0;
    }
    if (pt_str_eq_nocase(name, PT_STR("COUNT"))) {
        return pt_str_to_u32(value, 100000, &rule->count) && rule->count > 0;
    }
    if (pt_str_eq_nocase(name, PT_STR("UNTIL"))) {
        bool ok = read_day(value, &until);
        rule->until = ok ? until.day : 0;
        return ok;
    }
    if (pt_str_eq_nocase(name, PT_STR("BYMONTH"))) {
        return read_months(value, rule);
    }
    if (pt_str_eq_nocase(name, PT_STR("BYMONTHDAY"))) {
        return read_month_days(value, rule);
    }
    if (pt_str_eq_nocase(name, PT_STR("BYDAY"))) {
        return read_weekdays(value, rule);
    }
    return pt_str_eq_nocase(name, PT_STR("WKST")); // of no matter to years and months
}

static PtStatus read_rule(const Import *im, const Event *e, Rule *ret)
{
    PtStr rest = e->rule, part, name;
    Rule rule = {.interval = 1, .until = INT32_MAX};
    bool yearly = false;
    while (pt_str_cut(&rest, ';', &part)) {
        PtStr value = part;
        if (!pt_str_cut(&value, '=', &name) || !read_part(name, value, &rule)) {
            return pt_fail(im->err, PT_INVALID,
                           "iCalendar line %u: of RRULE \"%.*s\" is not understood", e->rule_line,
                           (int)(part.len < 60 ? part.len : 60), part.data);
        }
        yearly = yearly || pt_str_eq_nocase(name, PT_STR("FREQ"));
    }
    if (!yearly || (rule.by_weekday && rule.months == 0)) {
        return wrong(im, e->rule_line,
                     yearly ? "BYDAY without BYMONTH" : "an RRULE without FREQ=YEARLY");
    }
    *ret = rule;
    return PT_OK;
}

static uint32_t days_in(int32_t year, unsigned month)
{
    int64_t next = month < 12 ? pt_civil_days(year, month + 1, 1) : pt_civil_days(year + 1, 1, 1);
    return (uint32_t)(next - pt_civil_days(year, month, 1));
}

/* Whether the rule has that day of a month of `last` days. */
static bool has_day(const Rule *rule, int64_t day, unsigned of_month, unsigned last)
{
    if (rule->from_first != 0 || rule->from_last != 0) {
        bool hit = (rule->from_first & 1U << of_month) != 0 ||
                   (rule->from_last & 1U << (last - of_month + 1)) != 0;
        if (!hit) {
            return false;
        }
    }
    if (rule->by_weekday) {
        unsigned n = (of_month - 1) / 7 + 1, back = (last - of_month) / 7 + 1;
        uint64_t hits = UINT64_C(1) | UINT64_C(1) << n | UINT64_C(1) << (32 + back);
        return (rule->weekdays[calendar_weekday(day)] & hits) != 0;
    }
    return true;
}

/* ---- Occurrences -------------------------------------------------------------------------------
 */

static PtStatus put_days(Import *im, const Event *e, int32_t day)
{
    for (int32_t d = day; d < day + e->length; d++) {
        if (d < im->from_day || d > im->to_day) {
            continue;
        }
        if (im->found_count == FOUND_MAX) {
            return pt_fail(im->err, PT_TOO_LARGE, "over %d holidays", FOUND_MAX);
        }
        im->found[im->found_count] =
            (Found){.day = d, .order = (uint32_t)im->found_count, .name = e->name};
        im->found_count++;
    }
    return PT_OK;
}

/* An occurrence that neither EXDATE nor an event with its RECURRENCE-ID takes away. */
static PtStatus put_occurrence(Import *im, const Event *e, int32_t day)
{
    for (uint32_t i = 0; i < e->without_count; i++) {
        if (e->without[i] == day) {
            return PT_OK;
        }
    }
    if (day + e->length <= im->from_day || day > im->to_day) {
        return PT_OK;
    }
    for (size_t i = 0; i < im->event_count && e->uid.len > 0; i++) {
        const Event *other = &im->events[i];
        if (other->has_id && other->id.day == day && pt_str_eq(other->uid, e->uid)) {
            return PT_OK;
        }
    }
    return put_days(im, e, day);
}

/* The rule's days of one month, in order; *left counts down. */
static PtStatus expand_month(Import *im, const Event *e, const Rule *rule, int32_t year,
                             unsigned month, PtCivil start, uint32_t *left)
{
    uint32_t last = days_in(year, month);
    bool own_day = !rule->by_weekday && rule->from_first == 0 && rule->from_last == 0;
    int64_t first = pt_civil_days(year, month, 1);
    im->steps += own_day ? 1 : last;
    for (uint32_t d = own_day ? start.day : 1; d <= (own_day ? start.day : last); d++) {
        int64_t day = first + d - 1;
        bool hit = d <= last && day >= e->start.day && day <= rule->until && *left > 0 &&
                   has_day(rule, day, d, last);
        if (hit) {
            (*left)--;
            PtStatus st = put_occurrence(im, e, (int32_t)day);
            if (st != PT_OK) {
                return st;
            }
        }
    }
    return PT_OK;
}

static PtStatus expand_rule(Import *im, const Event *e)
{
    Rule rule;
    PtStatus st = read_rule(im, e, &rule);
    if (st != PT_OK) {
        return st;
    }
    PtCivil start = pt_civil_of_ms(e->start.day * (int64_t)CALENDAR_DAY_MS);
    int32_t end = rule.until < im->to_day ? rule.until : im->to_day;
    int32_t last_year = pt_civil_of_ms(end * (int64_t)CALENDAR_DAY_MS).year;
    uint32_t left = rule.count > 0 ? rule.count : UINT32_MAX;
    bool days_named = rule.from_first != 0 || rule.from_last != 0;
    uint32_t months = rule.months != 0 ? rule.months : days_named ? 0x1FFEU : 1U << start.month;
    for (int32_t year = start.year; year <= last_year && left > 0; year += (int32_t)rule.interval) {
        for (unsigned month = 1; month <= 12; month++) {
            st = (months & 1U << month) != 0 ? expand_month(im, e, &rule, year, month, start, &left)
                                             : PT_OK;
            if (st != PT_OK) {
                return st;
            }
        }
        if (im->steps > STEPS_MAX) {
            return pt_fail(im->err, PT_TOO_LARGE,
                           "iCalendar line %u: the rules of the file have too many days",
                           e->rule_line);
        }
    }
    return PT_OK;
}

static PtStatus expand(Import *im, const Event *e)
{
    if (e->cancelled) {
        return PT_OK;
    }
    if (e->has_id) { // stands for one occurrence of its event, at its own date
        return put_days(im, e, e->start.day);
    }
    PtStatus st = e->rule.data != NULL ? expand_rule(im, e) : put_occurrence(im, e, e->start.day);
    for (uint32_t i = 0; st == PT_OK && i < e->more_count; i++) {
        st = put_occurrence(im, e, e->more[i]);
    }
    return st;
}

static int by_day(const void *a, const void *b)
{
    const Found *x = a, *y = b;
    return x->day != y->day ? (x->day > y->day) - (x->day < y->day)
                            : (x->order > y->order) - (x->order < y->order);
}

static PtStatus find_holidays(Import *im)
{
    im->events = pt_arena_alloc(im->arena, EVENTS_MAX, sizeof *im->events);
    im->found = pt_arena_alloc(im->arena, FOUND_MAX, sizeof *im->found);
    if (im->events == NULL || im->found == NULL) {
        return no_memory(im);
    }
    pt_buf_init(&im->text, PT_ICALENDAR_MAX);
    PtStatus st = read_events(im);
    for (size_t i = 0; st == PT_OK && i < im->event_count; i++) {
        st = expand(im, &im->events[i]);
    }
    pt_buf_done(&im->text);
    return st;
}

static PtStatus write_holidays(const Import *im, PtHolidays *into)
{
    size_t count = 0;
    if (im->found_count > 0) {
        qsort(im->found, im->found_count, sizeof *im->found, by_day);
    }
    for (size_t i = 0; i < im->found_count; i++) {
        if (i > 0 && im->found[i].day == im->found[i - 1].day) {
            continue;
        }
        if (count == into->room) {
            return pt_fail(im->err, PT_TOO_LARGE, "over %zu holidays", into->room);
        }
        PtCivil civil = pt_civil_of_ms(im->found[i].day * (int64_t)CALENDAR_DAY_MS);
        PtHoliday *h = &into->list[count++];
        *h = (PtHoliday){.year = civil.year, .month = civil.month, .day = civil.day};
        (void)pt_str_copy(h->name, sizeof h->name, im->found[i].name);
    }
    into->count = count;
    into->skipped = im->skipped;
    return PT_OK;
}

PtStatus pt_icalendar_holidays(PtStr text, int32_t from_year, int32_t to_year, PtHolidays *into,
                               PtError *err)
{
    if (text.len > PT_ICALENDAR_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the iCalendar file is over %d bytes", PT_ICALENDAR_MAX);
    }
    if (from_year < 1 || to_year > 9999 || from_year > to_year) {
        return pt_fail(err, PT_INVALID, "the years %d to %d are not within 1 to 9999", from_year,
                       to_year);
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_MAX);
    Import im = {.rest = text, .arena = arena, .err = err};
    if (arena == NULL) {
        return no_memory(&im);
    }
    if (pt_str_starts(text, PT_STR("\xEF\xBB\xBF"))) {
        im.rest = pt_str_from(text, 3);
    }
    im.from_day = (int32_t)pt_civil_days(from_year, 1, 1);
    im.to_day = (int32_t)pt_civil_days(to_year, 12, 31);
    PtStatus st = find_holidays(&im);
    return st == PT_OK ? write_holidays(&im, into) : st;
}
