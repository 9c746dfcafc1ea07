// SPDX-License-Identifier: Apache-2.0
/* A calendar's JSON, read strictly. Messages name the member, the date or the weekday. */
#include "base/calendar_internal.h"
#include "base/json.h"
#include "base/memory.h"

#include <limits.h>

enum {
    DEPTH = 8,
    PATH = 48,
};

const char *const calendar_members[] = {"zone", "hours", "shifts", "holidays", "breaks"};
const char *const calendar_weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

typedef struct Reader {
    PtJson json;
    PtArena *arena;
    CalendarSource *into;
    PtError *err;
    CalendarMember member; /* that is read */
    char path[PATH];       /* for messages: "shifts.2026-12-24" */
} Reader;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a calendar");
}

/* Bytes of a text that a message shows: what a stranger wrote may be long. */
static int shown(PtStr text)
{
    return text.len < 40 ? (int)text.len : 40;
}

static PtStatus expected(const Reader *r, const char *what)
{
    PtError bad;
    if (r->json.problem != NULL && pt_json_error(&r->json, &bad) != PT_OK) {
        return pt_fail(r->err, PT_INVALID, "not JSON: %s", bad.message);
    }
    return pt_fail(r->err, PT_INVALID, "%s is not %s", r->path, what);
}

static PtStatus too_many(const Reader *r, const char *what, int max)
{
    return pt_fail(r->err, PT_TOO_LARGE, "%s has more than %d %s", r->path, max, what);
}

/* ---- Dates and times of day --------------------------------------------------------------------
 */

static bool read_digits(PtStr *rest, size_t digits, uint32_t max, uint32_t *ret)
{
    PtStr field = {rest->data, digits};
    if (rest->len < digits || !pt_str_to_u32(field, max, ret)) {
        return false;
    }
    *rest = pt_str_from(*rest, digits);
    return true;
}

static bool take(PtStr *rest, char c)
{
    bool hit = rest->len > 0 && rest->data[0] == c;
    *rest = hit ? pt_str_from(*rest, 1) : *rest;
    return hit;
}

static bool parse_date(PtStr text, int32_t *ret_day)
{
    uint32_t year, month, day;
    if (!read_digits(&text, 4, 9999, &year) || !take(&text, '-') ||
        !read_digits(&text, 2, 12, &month) || !take(&text, '-') ||
        !read_digits(&text, 2, 31, &day) || text.len > 0) {
        return false;
    }
    PtCivil civil = {.year = (int32_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    int64_t ms;
    if (!pt_civil_to_ms(&civil, &ms)) {
        return false;
    }
    *ret_day = (int32_t)(ms / CALENDAR_DAY_MS); // a midnight: exact before 1970 too
    return true;
}

/* HH:MM, HH:MM:SS or HH:MM:SS.mmm, 00:00..24:00 */
static bool read_time(PtStr text, int32_t *ret_ms)
{
    uint32_t hour = 0, minute = 0, second = 0, ms = 0;
    bool ok =
        read_digits(&text, 2, 24, &hour) && take(&text, ':') && read_digits(&text, 2, 59, &minute);
    if (ok && take(&text, ':')) {
        ok = read_digits(&text, 2, 59, &second);
        if (ok && take(&text, '.')) {
            ok = read_digits(&text, 3, 999, &ms);
        }
    }
    uint32_t of_day = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
    if (!ok || text.len > 0 || of_day > CALENDAR_DAY_MS) {
        return false;
    }
    *ret_ms = (int32_t)of_day;
    return true;
}

static int by_window(const void *a, const void *b)
{
    const CalendarWindow *x = a, *y = b;
    return x->from_ms != y->from_ms ? (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms)
                                    : (x->to_ms > y->to_ms) - (x->to_ms < y->to_ms);
}

static int by_day(const void *a, const void *b)
{
    const CalendarEntry *x = a, *y = b;
    if (x->day != y->day) {
        return x->day > y->day ? 1 : -1;
    }
    return (x->name.len == 0) - (y->name.len == 0); // of two equal holidays the one with a name
}

static PtStatus read_edge(Reader *r, int32_t *ret_ms)
{
    if (pt_json_next(&r->json) != PT_JSON_STRING) {
        return expected(r, "a list of [from, to]");
    }
    if (!read_time(r->json.raw, ret_ms)) {
        return pt_fail(r->err, PT_INVALID,
                       "%s: \"%.*s\" is not a time HH:MM[:SS[.mmm]] in 00:00..24:00", r->path,
                       shown(r->json.raw), r->json.raw.data);
    }
    return PT_OK;
}

static PtStatus read_window(Reader *r, CalendarWindow *ret)
{
    PtStatus st = read_edge(r, &ret->from_ms);
    st = st == PT_OK ? read_edge(r, &ret->to_ms) : st;
    if (st == PT_OK && pt_json_next(&r->json) != PT_JSON_ARRAY_END) {
        return expected(r, "a list of [from, to]");
    }
    if (st == PT_OK && ret->from_ms >= ret->to_ms) {
        return pt_fail(r->err, PT_INVALID,
                       "%s has a window that does not end after it begins; what is open over "
                       "midnight ends at 24:00 and goes on at 00:00 of the next day",
                       r->path);
    }
    return st;
}

/* Sorted; what touches (or, of breaks, overlaps) becomes one. */
static PtStatus join_windows(const Reader *r, CalendarWindow *list, uint32_t *count)
{
    qsort(list, *count, sizeof *list, by_window);
    uint32_t kept = *count > 0;
    for (uint32_t i = 1; i < *count; i++) {
        CalendarWindow *last = &list[kept - 1];
        if (list[i].from_ms > last->to_ms) {
            list[kept++] = list[i];
        } else if (list[i].from_ms < last->to_ms && r->member != CALENDAR_IN_BREAKS) {
            return pt_fail(r->err, PT_INVALID, "%s has windows that overlap", r->path);
        } else if (list[i].to_ms > last->to_ms) {
            last->to_ms = list[i].to_ms;
        }
    }
    *count = kept;
    return PT_OK;
}

/* The value that comes next: [["09:00","17:00"], ...] */
static PtStatus read_windows(Reader *r, CalendarEntry *ret)
{
    CalendarWindow list[PT_CALENDAR_WINDOWS_MAX];
    uint32_t count = 0;
    if (pt_json_next(&r->json) != PT_JSON_ARRAY) {
        return expected(r, "a list of [from, to]");
    }
    for (PtJsonToken t = pt_json_next(&r->json); t != PT_JSON_ARRAY_END;
         t = pt_json_next(&r->json)) {
        if (t != PT_JSON_ARRAY) {
            return expected(r, "a list of [from, to]");
        }
        if (count == PT_CALENDAR_WINDOWS_MAX) {
            return too_many(r, "windows", PT_CALENDAR_WINDOWS_MAX);
        }
        PtStatus st = read_window(r, &list[count]);
        if (st != PT_OK) {
            return st;
        }
        count++;
    }
    PtStatus st = join_windows(r, list, &count);
    if (st != PT_OK || count == 0) {
        return st;
    }
    CalendarWindow *kept = pt_arena_alloc(r->arena, count, sizeof *kept);
    if (kept == NULL) {
        return no_memory(r->err);
    }
    memcpy(kept, list, count * sizeof *kept);
    ret->windows = kept;
    ret->count = count;
    return PT_OK;
}

/* ---- Members -----------------------------------------------------------------------------------
 */

static void set_path(Reader *r, PtStr part)
{
    (void)snprintf(r->path, sizeof r->path, "%s.%.*s", calendar_members[r->member], shown(part),
                   part.data);
}

static PtStatus read_zone(Reader *r)
{
    if (pt_json_next(&r->json) != PT_JSON_STRING || r->json.raw.len == 0 ||
        r->json.raw.len > PT_CALENDAR_ZONE_MAX || r->json.flags != 0) {
        return expected(r, "a time zone's name of 1 to 64 bytes");
    }
    r->into->zone = r->json.raw;
    return PT_OK;
}

static PtStatus read_hours(Reader *r)
{
    unsigned seen = 0;
    if (pt_json_next(&r->json) != PT_JSON_OBJECT) {
        return expected(r, "an object by weekday");
    }
    for (PtJsonToken t = pt_json_next(&r->json); t != PT_JSON_OBJECT_END;
         t = pt_json_next(&r->json)) {
        if (t != PT_JSON_KEY) {
            return expected(r, "an object by weekday");
        }
        unsigned day = 0;
        while (day < 7 &&
               !pt_json_raw_eq(r->json.raw, r->json.flags, pt_str(calendar_weekdays[day]))) {
            day++;
        }
        set_path(r, r->json.raw);
        if (day == 7 || (seen & 1U << day) != 0) {
            return expected(r, day == 7 ? "one of mon, tue, wed, thu, fri, sat, sun"
                                        : "there once: a weekday stands for all its windows");
        }
        seen |= 1U << day;
        PtStatus st = read_windows(r, &r->into->week[day]);
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus add_entry(const Reader *r, CalendarEntry entry)
{
    CalendarEntries *of = &r->into->dates[r->member];
    if (of->count == PT_CALENDAR_DATES_MAX) {
        return pt_fail(r->err, PT_TOO_LARGE, "%s has more than %d dates",
                       calendar_members[r->member], PT_CALENDAR_DATES_MAX);
    }
    if (of->count == of->room) {
        size_t room = of->room > 0 ? 2 * of->room : 16;
        CalendarEntry *list = pt_arena_alloc(r->arena, room, sizeof *list);
        if (list == NULL) {
            return no_memory(r->err);
        }
        if (of->count > 0) {
            memcpy(list, of->list, of->count * sizeof *list);
        }
        of->list = list;
        of->room = room;
    }
    of->list[of->count++] = entry;
    return PT_OK;
}

static PtStatus read_date(const Reader *r, PtStr text, int32_t *ret_day)
{
    if (!parse_date(text, ret_day)) {
        return pt_fail(r->err, PT_INVALID, "%s: \"%.*s\" is not a date YYYY-MM-DD",
                       calendar_members[r->member], shown(text), text.data);
    }
    return PT_OK;
}

/* {"2026-12-24": windows, ...} */
static PtStatus read_dated(Reader *r)
{
    if (pt_json_next(&r->json) != PT_JSON_OBJECT) {
        return expected(r, "an object by date");
    }
    for (PtJsonToken t = pt_json_next(&r->json); t != PT_JSON_OBJECT_END;
         t = pt_json_next(&r->json)) {
        CalendarEntry entry = {0};
        if (t != PT_JSON_KEY) {
            return expected(r, "an object by date");
        }
        PtStatus st = read_date(r, r->json.raw, &entry.day);
        set_path(r, r->json.raw);
        st = st == PT_OK ? read_windows(r, &entry) : st;
        st = st == PT_OK ? add_entry(r, entry) : st;
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

static PtStatus read_name(Reader *r, PtStr *ret_name)
{
    PtBuf text;
    if (pt_json_next(&r->json) != PT_JSON_STRING) {
        return expected(r, "an object with a date and a name");
    }
    pt_buf_init(&text, 6 * PT_CALENDAR_JSON_MAX);
    pt_json_decode(r->json.raw, &text);
    PtStatus st = pt_buf_status(&text) != PT_OK ? no_memory(r->err) : PT_OK;
    if (st == PT_OK && text.len > PT_CALENDAR_NAME_MAX) {
        st = pt_fail(r->err, PT_TOO_LARGE, "%s: a name is over %d bytes", r->path,
                     PT_CALENDAR_NAME_MAX);
    }
    for (size_t i = 0; st == PT_OK && i < text.len; i++) {
        if ((unsigned char)text.data[i] < ' ') {
            st = pt_fail(r->err, PT_INVALID, "%s: a name has a control character", r->path);
        }
    }
    if (st == PT_OK && text.len > 0) {
        *ret_name = pt_arena_str(r->arena, pt_buf_str(&text));
        st = ret_name->data == NULL ? no_memory(r->err) : PT_OK;
    }
    pt_buf_done(&text);
    return st;
}

/* {"date": "2026-12-26", "name": "Boxing Day"}, of which the brace was read */
static PtStatus read_holiday(Reader *r, CalendarEntry *ret)
{
    bool dated = false;
    for (PtJsonToken t = pt_json_next(&r->json); t != PT_JSON_OBJECT_END;
         t = pt_json_next(&r->json)) {
        bool key = t == PT_JSON_KEY;
        PtStatus st = PT_OK;
        if (key && pt_json_raw_eq(r->json.raw, r->json.flags, PT_STR("name"))) {
            st = read_name(r, &ret->name);
        } else if (key && pt_json_raw_eq(r->json.raw, r->json.flags, PT_STR("date")) &&
                   pt_json_next(&r->json) == PT_JSON_STRING) {
            st = read_date(r, r->json.raw, &ret->day);
            dated = true;
        } else {
            st = expected(r, "a list of dates, or of objects with a date and a name");
        }
        if (st != PT_OK) {
            return st;
        }
    }
    return dated ? PT_OK : expected(r, "a list in which every holiday has a date");
}

static PtStatus read_holidays(Reader *r)
{
    if (pt_json_next(&r->json) != PT_JSON_ARRAY) {
        return expected(r, "a list");
    }
    for (PtJsonToken t = pt_json_next(&r->json); t != PT_JSON_ARRAY_END;
         t = pt_json_next(&r->json)) {
        CalendarEntry entry = {0};
        PtStatus st;
        if (t == PT_JSON_STRING) {
            st = read_date(r, r->json.raw, &entry.day);
        } else if (t == PT_JSON_OBJECT) {
            st = read_holiday(r, &entry);
        } else {
            st = expected(r, "a list of dates, or of objects with a date and a name");
        }
        st = st == PT_OK ? add_entry(r, entry) : st;
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

/* Sorts by date. A holiday may be there twice, a date's own windows may not. */
static PtStatus order_entries(const Reader *r, CalendarMember member)
{
    CalendarEntries *of = &r->into->dates[member];
    size_t kept = of->count > 0;
    if (of->count > 0) {
        qsort(of->list, of->count, sizeof *of->list, by_day);
    }
    for (size_t i = 1; i < of->count; i++) {
        if (of->list[i].day != of->list[kept - 1].day) {
            of->list[kept++] = of->list[i];
        } else if (member != CALENDAR_IN_HOLIDAYS) {
            PtCivil date = pt_civil_of_ms(of->list[i].day * (int64_t)CALENDAR_DAY_MS);
            return pt_fail(r->err, PT_INVALID, "%s has %04d-%02u-%02u twice",
                           calendar_members[member], date.year, date.month, date.day);
        }
    }
    of->count = kept;
    return PT_OK;
}

static PtStatus read_member(Reader *r, unsigned *seen)
{
    static PtStatus (*const readers[])(Reader *) = {read_zone, read_hours, read_dated,
                                                    read_holidays, read_dated};
    PtStr key = r->json.raw;
    unsigned m = 0;
    while (m < CALENDAR_MEMBERS &&
           !pt_json_raw_eq(key, r->json.flags, pt_str(calendar_members[m]))) {
        m++;
    }
    if (m == CALENDAR_MEMBERS || (*seen & 1U << m) != 0) {
        return pt_fail(r->err, PT_INVALID,
                       m == CALENDAR_MEMBERS
                           ? "\"%.*s\" is not a member of a calendar: zone, hours, "
                             "shifts, holidays, breaks"
                           : "the calendar has \"%.*s\" twice",
                       shown(key), key.data);
    }
    *seen |= 1U << m;
    r->member = (CalendarMember)m;
    (void)snprintf(r->path, sizeof r->path, "%s", calendar_members[m]);
    return readers[m](r);
}

PtStatus calendar_read_source(PtStr json, PtArena *arena, CalendarSource *into, PtError *err)
{
    Reader r = {.arena = arena, .into = into, .err = err, .path = "a calendar"};
    unsigned seen = 0;
    if (json.len > PT_CALENDAR_JSON_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "the calendar is over %d bytes", PT_CALENDAR_JSON_MAX);
    }
    pt_json_init(&r.json, json, DEPTH);
    if (pt_json_next(&r.json) != PT_JSON_OBJECT) {
        return expected(&r, "an object");
    }
    PtStatus st = PT_OK;
    for (PtJsonToken t = pt_json_next(&r.json); st == PT_OK && t != PT_JSON_OBJECT_END;
         t = st == PT_OK ? pt_json_next(&r.json) : t) {
        st = t == PT_JSON_KEY ? read_member(&r, &seen) : expected(&r, "an object");
    }
    if (st == PT_OK && pt_json_next(&r.json) != PT_JSON_END) {
        st = expected(&r, "one object");
    }
    for (CalendarMember m = CALENDAR_IN_SHIFTS; st == PT_OK && m < CALENDAR_MEMBERS; m++) {
        st = order_entries(&r, m);
    }
    return st;
}
