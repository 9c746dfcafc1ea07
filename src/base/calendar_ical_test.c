// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include "base/memory.h"
#include "base/test_rows.h"

#include <stdio.h>

enum { MAX = 400 };

#define FILE_OF(body) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" body "END:VCALENDAR\r\n"
#define EVENT(body)   FILE_OF("BEGIN:VEVENT\r\n" body "END:VEVENT\r\n")

/* 2024..2028 are asked for. */
static struct GoodCase {
    const char *name, *text, *want; /* "YYYYMMDD name; ..." */
    size_t skipped;
} good_cases[] = {
    {"one day", EVENT("DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\n"), "20261225 Christmas",
     0},
    {"without VALUE", EVENT("DTSTART:20261225\nSUMMARY:X\n"), "20261225 X", 0},
    {"before and behind the years",
     FILE_OF("BEGIN:VEVENT\nDTSTART:20231231\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20290101\n"
             "END:VEVENT\n"),
     "", 0},
    {"several days",
     EVENT("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:X\r\n"),
     "20261224 X; 20261225 X; 20261226 X", 0},
    {"DTEND at DTSTART is a day", EVENT("DTSTART:20261224\nDTEND:20261224\nSUMMARY:X\n"),
     "20261224 X", 0},
    {"two days into the years", EVENT("DTSTART:20231231\nDTEND:20240102\nSUMMARY:X\n"),
     "20240101 X", 0},
    {"DURATION", EVENT("DTSTART:20261224\nDURATION:P2D\nSUMMARY:X\n"), "20261224 X; 20261225 X", 0},
    {"folded, escaped, with parameters",
     EVENT("DTSTART;VALUE=\r\n DATE:20261225\r\nSUMMARY;LANGUAGE=\"a:b;c\":All\\, Sai\r\n "
           "nts\\; \\\\ \\n\xC3\r\n \x9F\r\n"),
     "20261225 All, Saints; \\  \xC3\x9F", 0},
    {"the first name wins",
     FILE_OF("BEGIN:VEVENT\nDTSTART:20261225\nSUMMARY:First\nEND:VEVENT\nBEGIN:VEVENT\n"
             "DTSTART:20261225\nSUMMARY:Second\nEND:VEVENT\n"),
     "20261225 First", 0},
    {"at a time of day: skipped, whatever its rule",
     FILE_OF("BEGIN:VEVENT\nDTSTART:20261225T090000Z\nRRULE:FREQ=WEEKLY\nDURATION:PT1H\n"
             "END:VEVENT\nBEGIN:VEVENT\nDTSTART:20261225\nEND:VEVENT\n"),
     "20261225 ", 1},
    {"other components and alarms",
     FILE_OF("BEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY\n"
             "END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART:20261225\nBEGIN:VALARM\n"
             "DURATION:PT15M\nSUMMARY:Alarm\nEND:VALARM\nSUMMARY:X\nEND:VEVENT\n"),
     "20261225 X", 0},
    {"every year", EVENT("DTSTART:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:X\n"),
     "20241225 X; 20251225 X; 20261225 X; 20271225 X; 20281225 X", 0},
    {"29 February", EVENT("DTSTART:20200229\nRRULE:FREQ=YEARLY\n"), "20240229 ; 20280229 ", 0},
    {"INTERVAL and UNTIL",
     EVENT("DTSTART:20200501\nRRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20260501T000000Z\n"),
     "20240501 ; 20260501 ", 0},
    {"UNTIL the day before",
     EVENT("DTSTART:20200501\nRRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20260430\n"), "20240501 ", 0},
    {"COUNT from the start", EVENT("DTSTART:20200501\nRRULE:FREQ=YEARLY;COUNT=6\n"),
     "20240501 ; 20250501 ", 0},
    {"the fourth Thursday", EVENT("DTSTART:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\n"),
     "20241128 ; 20251127 ; 20261126 ; 20271125 ; 20281123 ", 0},
    {"the last Monday", EVENT("DTSTART:20200525\nRRULE:FREQ=YEARLY;WKST=SU;BYDAY=-1MO;BYMONTH=5\n"),
     "20240527 ; 20250526 ; 20260525 ; 20270531 ; 20280529 ", 0},
    {"a Tuesday in a range",
     EVENT("DTSTART:20201103\nRRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6"
           ",7,8\n"),
     "20241105 ; 20281107 ", 0},
    {"the last day of two months",
     EVENT("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYMONTH=2,6;BYMONTHDAY=-1;COUNT=5\n"),
     "20260228 ; 20260630 ; 20270228 ; 20270630 ; 20280229 ", 0},
    {"RDATE and EXDATE",
     EVENT("DTSTART:20240501\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20250501,20270501\n"
           "EXDATE:20280501T000000\nRDATE;VALUE=DATE:20260601\n"),
     "20240501 ; 20260501 ; 20260601 ", 0},
    {"RECURRENCE-ID moves one",
     FILE_OF("BEGIN:VEVENT\nUID:a\nDTSTART:20260501\nRRULE:FREQ=YEARLY\nSUMMARY:X\nEND:VEVENT\n"
             "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20270501\nDTSTART:20270503\nSUMMARY:Moved\n"
             "END:VEVENT\n"),
     "20260501 X; 20270503 Moved; 20280501 X", 0},
    {"RECURRENCE-ID cancels one, of its own event only",
     FILE_OF("BEGIN:VEVENT\nUID:a\nDTSTART:20270501\nRRULE:FREQ=YEARLY\nSUMMARY:X\nEND:VEVENT\n"
             "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20270501\nDTSTART:20270501\nSTATUS:CANCELLED\n"
             "END:VEVENT\nBEGIN:VEVENT\nUID:b\nRECURRENCE-ID:20280501\nDTSTART:20280501\n"
             "STATUS:CANCELLED\nEND:VEVENT\n"),
     "20280501 X", 0},
    {"a cancelled event", EVENT("DTSTART:20260501\nSTATUS:CANCELLED\nRRULE:FREQ=YEARLY\n"), "", 0},
    {"two calendars, a byte-order mark and lower case",
     "\xEF\xBB\xBF" FILE_OF("begin:vevent\ndtstart:20260501\nend:vevent\n")
         EVENT("DTSTART:20260502\n"),
     "20260501 ; 20260502 ", 0},
    {"bytes that are not UTF-8", EVENT("DTSTART:20260501\nSUMMARY:a\xFFz\tb\n"), "20260501 a?z b",
     0},
};

static void good_case(void **state)
{
    const struct GoodCase *row = *state;
    static PtHoliday found[MAX];
    PtHolidays into = {found, MAX, 0, 0};
    PtError err = {0};
    PtBuf text;
    pt_buf_init(&text, 1 << 16);
    if (pt_icalendar_holidays(pt_str(row->text), 2024, 2028, &into, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    for (size_t i = 0; i < into.count; i++) {
        pt_buf_printf(&text, "%s%04d%02u%02u %s", i > 0 ? "; " : "", found[i].year, found[i].month,
                      found[i].day, found[i].name);
    }
    pt_buf_add_char(&text, 0);
    assert_string_equal(text.data, row->want);
    assert_int_equal(into.skipped, row->skipped);
    pt_buf_done(&text);
}

static struct WrongCase {
    const char *name, *text, *want;
} wrong_cases[] = {
    {"nothing", "", "no VCALENDAR"},
    {"something else", "<html>\n", "line 1: not NAME:VALUE"},
    {"an event alone", "BEGIN:VEVENT\nEND:VEVENT\n", "line 1: components do not nest"},
    {"a property alone", "SUMMARY:x\n", "line 1: not BEGIN:VCALENDAR"},
    {"no colon", EVENT("DTSTART:20260501\nSUMMARY\n"), "line 5: not NAME:VALUE"},
    {"a missing END", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260501\n",
     "line 3: an END is missing"},
    {"an END too many", FILE_OF("") "END:VEVENT\n", "line 4: an END without its BEGIN"},
    {"no DTSTART", EVENT("SUMMARY:x\n"), "line 3: an event without DTSTART"},
    {"31 April", EVENT("DTSTART:20260431\n"), "line 4: a date is not YYYYMMDD"},
    {"a date with dashes", EVENT("DTSTART:2026-04-30\n"), "line 4: a date is not YYYYMMDD"},
    {"the line behind a folded one", EVENT("SUMMARY:a\n b\n c\nDTSTART:x\n"),
     "line 7: a date is not YYYYMMDD"},
    {"DTEND before", EVENT("DTSTART:20260502\nDTEND:20260501\n"), "line 3: DTEND is not"},
    {"367 days", EVENT("DTSTART:20260101\nDTEND:20270103\n"), "line 3: DTEND is not"},
    {"DURATION of hours", EVENT("DTSTART:20260502\nDURATION:PT8H\n"), "line 3: DURATION is not"},
    {"DURATION of 53 weeks", EVENT("DTSTART:20260502\nDURATION:P53W\n"), "line 3: DURATION is not"},
    {"weekly", EVENT("DTSTART:20260502\nRRULE:FREQ=WEEKLY\n"),
     "line 5: of RRULE \"FREQ=WEEKLY\" is not understood"},
    {"a part that is not understood", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY;BYSETPOS=1\n"),
     "line 5: of RRULE \"BYSETPOS=1\" is not understood"},
    {"the sixth Monday", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=6MO\n"),
     "\"BYDAY=6MO\" is not understood"},
    {"the 32nd", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY;BYMONTHDAY=32\n"), "BYMONTHDAY=32"},
    {"BYDAY of the year", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY;BYDAY=20MO\n"), "BYDAY=20MO"},
    {"BYDAY without BYMONTH", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY;BYDAY=2MO\n"),
     "line 5: BYDAY without BYMONTH"},
    {"no FREQ", EVENT("DTSTART:20260502\nRRULE:INTERVAL=2\n"),
     "line 5: an RRULE without FREQ=YEARLY"},
    {"INTERVAL 0", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY;INTERVAL=0\n"), "INTERVAL=0"},
    {"two rules", EVENT("DTSTART:20260502\nRRULE:FREQ=YEARLY\nRRULE:FREQ=YEARLY\n"),
     "line 6: a second RRULE"},
    {"an EXDATE that is none", EVENT("DTSTART:20260502\nEXDATE:20260502,x\n"),
     "line 5: a date is not YYYYMMDD"},
};

static void wrong_case(void **state)
{
    const struct WrongCase *row = *state;
    static PtHoliday found[MAX];
    PtHolidays into = {found, MAX, 99, 99};
    PtError err = {0};
    PtStatus st = pt_icalendar_holidays(pt_str(row->text), 2024, 2028, &into, &err);
    assert_int_equal(st, PT_INVALID);
    assert_int_equal(into.count, 99);
    if (strstr(err.message, row->want) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->want);
    }
}

static void import_is_bounded(void **state)
{
    (void)state;
    static PtHoliday found[MAX];
    PtHolidays into = {found, 3, 0, 0};
    PtError err;
    PtStr yearly = PT_STR(EVENT("DTSTART:20260501\nRRULE:FREQ=YEARLY\n"));
    assert_int_equal(pt_icalendar_holidays(yearly, 2026, 2028, &into, &err), PT_OK);
    assert_int_equal(into.count, 3);
    assert_int_equal(pt_icalendar_holidays(yearly, 2026, 2029, &into, &err), PT_TOO_LARGE);
    assert_string_equal(err.message, "over 3 holidays");
    assert_int_equal(pt_icalendar_holidays(yearly, 2026, 2025, &into, &err), PT_INVALID);
    assert_int_equal(pt_icalendar_holidays(yearly, 1, 10000, &into, &err), PT_INVALID);
    char *large = calloc(1, PT_ICALENDAR_MAX + 1);
    assert_non_null(large);
    assert_int_equal(
        pt_icalendar_holidays((PtStr){large, PT_ICALENDAR_MAX + 1}, 2026, 2027, &into, &err),
        PT_TOO_LARGE);
    free(large);
}

/* Rules that look at every day of nine thousand years, in every event: it ends with an error. */
static void endless_rules_end(void **state)
{
    (void)state;
    static PtHoliday found[MAX];
    PtHolidays into = {found, MAX, 0, 0};
    PtError err;
    PtBuf text;
    pt_buf_init(&text, PT_ICALENDAR_MAX);
    pt_buf_add_str(&text, PT_STR("BEGIN:VCALENDAR\n"));
    for (int i = 0; i < 500; i++) {
        pt_buf_add_str(&text, PT_STR("BEGIN:VEVENT\nDTSTART:00010101\nRRULE:FREQ=YEARLY;"
                                     "BYMONTHDAY=31;BYMONTH=1,2,4\nEND:VEVENT\n"));
    }
    pt_buf_add_str(&text, PT_STR("END:VCALENDAR\n"));
    assert_int_equal(pt_icalendar_holidays(pt_buf_str(&text), 9999, 9999, &into, &err),
                     PT_TOO_LARGE);
    assert_non_null(strstr(err.message, "too many days"));
    pt_buf_done(&text);
}

int main(void)
{
    struct CMUnitTest tests[128] = {cmocka_unit_test(import_is_bounded),
                                    cmocka_unit_test(endless_rules_end)};
    size_t n = 2;
    PT_TEST_ROWS(tests, n, good_cases, good_case);
    PT_TEST_ROWS(tests, n, wrong_cases, wrong_case);
    return _cmocka_run_group_tests("base/icalendar", tests, n, NULL, NULL);
}
