// SPDX-License-Identifier: Apache-2.0
/* What a JSON says, written back in its canonical form or compiled into the rows that calendar.c
 * walks.
 */
#include "base/calendar_internal.h"
#include "base/json.h"
#include "base/memory.h"

enum { ARENA_MAX = 16 << 20 }; // bytes: what the largest JSON takes, many times over

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a calendar");
}

/* ---- Canonical form ----------------------------------------------------------------------------
 */

static void put_time(PtJsonOut *o, int32_t of_day_ms)
{
    char text[16];
    int minutes = of_day_ms / 60000, second = of_day_ms / 1000 % 60, ms = of_day_ms % 1000;
    int n = snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
    if (second > 0 || ms > 0) {
        n += snprintf(text + n, sizeof text - (size_t)n, ":%02d", second);
    }
    if (ms > 0) {
        (void)snprintf(text + n, sizeof text - (size_t)n, ".%03d", ms);
    }
    pt_json_out_str(o, pt_str(text));
}

static void put_windows(PtJsonOut *o, const CalendarEntry *e)
{
    pt_json_out_array(o);
    for (uint32_t i = 0; i < e->count; i++) {
        pt_json_out_array(o);
        put_time(o, e->windows[i].from_ms);
        put_time(o, e->windows[i].to_ms);
        pt_json_out_array_end(o);
    }
    pt_json_out_array_end(o);
}

static PtStr date_text(int32_t day, char out[static PT_TIME_TEXT])
{
    PtStr text = pt_time_format(day * (int64_t)CALENDAR_DAY_MS, out);
    return (PtStr){text.data, 10};
}

static void put_hours(PtJsonOut *o, const CalendarSource *s)
{
    pt_json_out_key(o, PT_STR("hours"));
    pt_json_out_object(o);
    for (unsigned day = 0; day < 7; day++) {
        if (s->week[day].count > 0) {
            pt_json_out_key(o, pt_str(calendar_weekdays[day]));
            put_windows(o, &s->week[day]);
        }
    }
    pt_json_out_object_end(o);
}

static void put_dated(PtJsonOut *o, const CalendarSource *s, CalendarMember member)
{
    char text[PT_TIME_TEXT];
    const CalendarEntries *of = &s->dates[member];
    if (of->count == 0) {
        return;
    }
    pt_json_out_key(o, pt_str(calendar_members[member]));
    pt_json_out_object(o);
    for (size_t i = 0; i < of->count; i++) {
        if (of->list[i].count > 0 || member == CALENDAR_IN_SHIFTS) {
            pt_json_out_key(o, date_text(of->list[i].day, text));
            put_windows(o, &of->list[i]);
        }
    }
    pt_json_out_object_end(o);
}

static void put_holidays(PtJsonOut *o, const CalendarEntries *holidays)
{
    char text[PT_TIME_TEXT];
    if (holidays->count == 0) {
        return;
    }
    pt_json_out_key(o, PT_STR("holidays"));
    pt_json_out_array(o);
    for (size_t i = 0; i < holidays->count; i++) {
        pt_json_out_object(o);
        pt_json_put_str(o, "date", date_text(holidays->list[i].day, text));
        if (holidays->list[i].name.len > 0) {
            pt_json_put_str(o, "name", holidays->list[i].name);
        }
        pt_json_out_object_end(o);
    }
    pt_json_out_array_end(o);
}

PtStatus pt_calendar_canonical(PtStr json, PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_MAX);
    CalendarSource source = {0};
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = calendar_read_source(json, arena, &source, err);
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut o = pt_json_out(out);
    pt_json_out_object(&o);
    if (source.zone.data != NULL) {
        pt_json_put_str(&o, "zone", source.zone);
    }
    put_hours(&o, &source);
    put_dated(&o, &source, CALENDAR_IN_SHIFTS);
    put_holidays(&o, &source.dates[CALENDAR_IN_HOLIDAYS]);
    put_dated(&o, &source, CALENDAR_IN_BREAKS);
    pt_json_out_object_end(&o);
    return pt_buf_status(out) == PT_OK ? PT_OK
                                       : pt_fail(err, pt_buf_status(out), "no room for a calendar");
}

/* ---- Compiled ----------------------------------------------------------------------------------
 */

typedef struct Compiler {
    const CalendarSource *source;
    CalendarWindow *windows;
    CalendarRow *rows;
    char *names; /* of the holidays, each with its NUL; byte 0 is the empty one */
    uint32_t window_count, row_count, name_bytes;
} Compiler;

/* The windows without the breaks, appended. */
static CalendarHours put_cut(Compiler *c, const CalendarEntry *open, const CalendarEntry *breaks)
{
    CalendarHours hours = {.first = c->window_count};
    uint32_t b = 0, cuts = breaks != NULL ? breaks->count : 0;
    for (uint32_t i = 0; i < open->count; i++) {
        CalendarWindow w = open->windows[i];
        while (b < cuts && breaks->windows[b].to_ms <= w.from_ms) {
            b++;
        }
        for (uint32_t at = b; at < cuts && breaks->windows[at].from_ms < w.to_ms; at++) {
            if (breaks->windows[at].from_ms > w.from_ms) {
                c->windows[c->window_count++] =
                    (CalendarWindow){w.from_ms, breaks->windows[at].from_ms};
            }
            w.from_ms = breaks->windows[at].to_ms;
        }
        if (w.from_ms < w.to_ms) {
            c->windows[c->window_count++] = w;
        }
    }
    hours.count = (uint16_t)(c->window_count - hours.first);
    return hours;
}

static uint32_t put_name(Compiler *c, PtStr name)
{
    uint32_t at = c->name_bytes;
    if (name.len == 0) {
        return 0;
    }
    memcpy(c->names + at, name.data, name.len); // calloced: the NUL is there
    c->name_bytes += (uint32_t)name.len + 1;
    return at;
}

/* The entry of the day, of a list that is walked by ascending days. */
static const CalendarEntry *entry_at(const CalendarEntries *of, size_t *at, int32_t day)
{
    return *at < of->count && of->list[*at].day == day ? &of->list[(*at)++] : NULL;
}

static void compile_rows(Compiler *c)
{
    static const CalendarEntry closed;
    const CalendarEntries *of = c->source->dates;
    size_t at[CALENDAR_MEMBERS] = {0};
    for (;;) {
        int32_t day = INT32_MAX;
        for (CalendarMember m = CALENDAR_IN_SHIFTS; m < CALENDAR_MEMBERS; m++) {
            if (at[m] < of[m].count && of[m].list[at[m]].day < day) {
                day = of[m].list[at[m]].day;
            }
        }
        if (day == INT32_MAX) {
            return;
        }
        const CalendarEntry *shift =
            entry_at(&of[CALENDAR_IN_SHIFTS], &at[CALENDAR_IN_SHIFTS], day);
        const CalendarEntry *holiday =
            entry_at(&of[CALENDAR_IN_HOLIDAYS], &at[CALENDAR_IN_HOLIDAYS], day);
        const CalendarEntry *breaks =
            entry_at(&of[CALENDAR_IN_BREAKS], &at[CALENDAR_IN_BREAKS], day);
        const CalendarEntry *base = shift != NULL ? shift : &c->source->week[calendar_weekday(day)];
        c->rows[c->row_count++] = (CalendarRow){
            .day = day,
            .name = holiday != NULL ? put_name(c, holiday->name) : 0,
            .hours = put_cut(c, holiday != NULL ? &closed : base, breaks),
            .flags = (uint16_t)((holiday != NULL ? CALENDAR_HOLIDAY : 0) |
                                (shift != NULL ? CALENDAR_SHIFT : 0) |
                                (breaks != NULL ? CALENDAR_BREAKS : 0)),
        };
    }
}

/* Room for what can come out at the most: each break adds a window to those it cuts. */
static bool make_room(Compiler *c, PtArena *arena)
{
    const CalendarSource *s = c->source;
    size_t windows = 0, rows = 0, names = 1, week_max = 0;
    for (unsigned day = 0; day < 7; day++) {
        windows += s->week[day].count;
        week_max = s->week[day].count > week_max ? s->week[day].count : week_max;
    }
    for (CalendarMember m = CALENDAR_IN_SHIFTS; m < CALENDAR_MEMBERS; m++) {
        rows += s->dates[m].count;
        for (size_t i = 0; i < s->dates[m].count; i++) {
            windows += s->dates[m].list[i].count + (m == CALENDAR_IN_BREAKS ? week_max : 0);
            names += s->dates[m].list[i].name.len + 1;
        }
    }
    c->windows = pt_arena_alloc(arena, windows + 1, sizeof *c->windows);
    c->rows = pt_arena_alloc(arena, rows + 1, sizeof *c->rows);
    c->names = pt_arena_alloc(arena, names, 1);
    c->name_bytes = 1;
    return c->windows != NULL && c->rows != NULL && c->names != NULL;
}

static int64_t open_ms(const CalendarWindow *windows, CalendarHours hours)
{
    int64_t ms = 0;
    for (uint32_t i = 0; i < hours.count; i++) {
        ms += windows[hours.first + i].to_ms - windows[hours.first + i].from_ms;
    }
    return ms;
}

/* One block: windows, rows, names of holidays, name of the zone. */
static PtStatus pack(const Compiler *c, PtStr zone_name, CalendarVersion *v, PtError *err)
{
    size_t windows = c->window_count * sizeof *c->windows, rows = c->row_count * sizeof *c->rows;
    v->block_bytes = windows + rows + c->name_bytes + zone_name.len + 1;
    char *block = malloc(v->block_bytes);
    if (block == NULL) {
        return no_memory(err);
    }
    memcpy(block, c->windows, windows);
    memcpy(block + windows, c->rows, rows);
    char *names = memcpy(block + windows + rows, c->names, c->name_bytes);
    char *name = memcpy(names + c->name_bytes, zone_name.data, zone_name.len);
    name[zone_name.len] = 0;
    v->block = block;
    v->windows = (const CalendarWindow *)(const void *)block;
    v->rows = (const CalendarRow *)(const void *)(block + windows);
    v->names = names;
    v->zone_name = name;
    v->row_count = c->row_count;
    return PT_OK;
}

static PtStatus compile_version(const PtCalendarVersion *version, PtZones *zones,
                                CalendarVersion *ret_version, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_MAX);
    CalendarSource source = {0};
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = calendar_read_source(version->json, arena, &source, err);
    if (st != PT_OK) {
        return st;
    }
    CalendarVersion v = {.from_ms = version->from_ms};
    PtStr zone = version->zone.data != NULL ? version->zone : source.zone;
    if (zone.data == NULL) {
        return pt_fail(err, PT_INVALID, "the calendar has no zone");
    }
    st = pt_zones_get(zones, zone, &v.zone, err);
    if (st != PT_OK) {
        return st;
    }
    Compiler c = {.source = &source};
    if (!make_room(&c, arena)) {
        return no_memory(err);
    }
    for (unsigned day = 0; day < 7; day++) {
        v.week[day] = put_cut(&c, &source.week[day], NULL);
        v.week_ms += open_ms(c.windows, v.week[day]);
    }
    compile_rows(&c);
    st = pack(&c, zone, &v, err);
    if (st == PT_OK) {
        *ret_version = v;
    }
    return st;
}

/* ---- Of versions -------------------------------------------------------------------------------
 */

PtStatus pt_calendar_new(const PtCalendarVersion *versions, size_t count, PtZones *zones,
                         PtCalendar **ret_calendar, PtError *err)
{
    if (count < 1 || count > PT_CALENDAR_VERSIONS_MAX) {
        return pt_fail(err, count < 1 ? PT_INVALID : PT_TOO_LARGE,
                       "a calendar has 1 to %d versions, not %zu", PT_CALENDAR_VERSIONS_MAX, count);
    }
    PT_CLEANUP(pt_calendar_freep)
    PtCalendar *calendar = calloc(1, sizeof *calendar + count * sizeof *calendar->versions);
    if (calendar == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && versions[i].from_ms <= versions[i - 1].from_ms) {
            return pt_fail(err, PT_INVALID, "version %zu does not begin after the one before it",
                           i + 1);
        }
        PtStatus st = compile_version(&versions[i], zones, &calendar->versions[i], err);
        if (st != PT_OK) {
            return st;
        }
        calendar->count++;
    }
    *ret_calendar = PT_TAKE(calendar);
    return PT_OK;
}

void pt_calendar_free(PtCalendar *calendar)
{
    for (size_t i = 0; calendar != NULL && i < calendar->count; i++) {
        free(calendar->versions[i].block);
    }
    free(calendar);
}

size_t pt_calendar_bytes(const PtCalendar *calendar)
{
    size_t bytes = sizeof *calendar + calendar->count * sizeof *calendar->versions;
    for (size_t i = 0; i < calendar->count; i++) {
        bytes += calendar->versions[i].block_bytes;
    }
    return bytes;
}
