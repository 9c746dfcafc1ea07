// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a calendar's JSON, else as an iCalendar file. What is taken as a calendar must read
 * back from its canonical form with the same answers; stretches, elapsed time and due instants must
 * agree with each other.
 */
#include "base/calendar.h"

#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* The stretches of some weeks sum up to the elapsed time, and a due instant gives its span back. */
static void ask(const PtCalendar *c, int64_t from_ms)
{
    const int64_t to_ms = from_ms + INT64_C(40) * 86400000;
    PtCalendarWalk walk = pt_calendar_walk(c, from_ms, to_ms);
    PtSpan open;
    int64_t sum = 0, before = INT64_MIN, due;
    while (pt_calendar_walk_next(&walk, &open)) {
        must(open.from_ms >= from_ms && open.to_ms <= to_ms && open.from_ms < open.to_ms);
        must(open.from_ms > before && pt_calendar_is_open(c, open.from_ms) &&
             pt_calendar_is_open(c, open.to_ms - 1));
        before = open.to_ms;
        sum += open.to_ms - open.from_ms;
    }
    must(pt_calendar_elapsed(c, from_ms, to_ms, (PtSpans){0}) == sum);
    if (sum > 0) {
        must(pt_calendar_due(c, from_ms, sum, (PtSpans){0}, &due) == PT_OK && due <= to_ms);
        must(pt_calendar_elapsed(c, from_ms, due, (PtSpans){0}) == sum);
        must(pt_calendar_elapsed(c, from_ms, due - 1, (PtSpans){0}) == sum - 1);
    }
    for (uint32_t n = 0; n < 3; n++) {
        (void)(pt_calendar_days(c, from_ms, n, PT_DAYS_CLOSING, &due) == PT_OK);
        if (pt_calendar_days(c, from_ms, n, PT_DAYS_NEXT_OPEN, &due) == PT_OK) {
            must(pt_calendar_is_open(c, due));
        }
    }
    (void)pt_calendar_day(c, from_ms);
}

static PtCalendar *read(PtStr json, PtZones *zones)
{
    PtCalendarVersion version = {.json = json, .zone = PT_STR("Europe/Berlin")};
    PtCalendar *calendar = NULL;
    PtStatus st = pt_calendar_new(&version, 1, zones, &calendar, NULL);
    return st == PT_OK ? calendar : NULL;
}

static void try_calendar(PtStr json)
{
    PtZones *zones = pt_zones_new(NULL);
    PtBuf text;
    pt_buf_init(&text, 8 * PT_CALENDAR_JSON_MAX);
    PT_CLEANUP(pt_calendar_freep) PtCalendar *c = zones != NULL ? read(json, zones) : NULL;
    must((pt_calendar_canonical(json, &text, NULL) == PT_OK) == (c != NULL));
    if (c != NULL && text.len <= PT_CALENDAR_JSON_MAX) {
        static const int64_t at_ms[] = {-62135596800000, 1774000000000, 1792300000000,
                                        253400000000000};
        PT_CLEANUP(pt_calendar_freep) PtCalendar *again = read(pt_buf_str(&text), zones);
        must(again != NULL && pt_calendar_bytes(again) == pt_calendar_bytes(c));
        for (size_t i = 0; i < sizeof at_ms / sizeof *at_ms; i++) {
            int64_t to = at_ms[i] + INT64_C(9000000000);
            ask(c, at_ms[i]);
            must(pt_calendar_elapsed(c, at_ms[i], to, (PtSpans){0}) ==
                 pt_calendar_elapsed(again, at_ms[i], to, (PtSpans){0}));
        }
    }
    pt_buf_done(&text);
    pt_calendar_free(PT_TAKE(c));
    pt_zones_free(zones);
}

static void try_icalendar(PtStr text)
{
    enum { MAX = 100 };
    static PtHoliday found[MAX];
    PtHolidays into = {found, MAX, 0, 0};
    if (pt_icalendar_holidays(text, 2020, 2030, &into, NULL) != PT_OK) {
        return;
    }
    must(into.count <= MAX);
    for (size_t i = 0; i < into.count; i++) {
        must(found[i].year >= 2020 && found[i].year <= 2030);
        must(pt_utf8_valid(pt_str(found[i].name)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr text = {(const char *)data, size};
    try_calendar(text);
    try_icalendar(text);
    return 0;
}
