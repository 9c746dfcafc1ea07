// SPDX-License-Identifier: Apache-2.0
/* What one due instant costs, and one calendar. Cases come on stdin, one JSON a line with "op":
 * "due", members of a calendar, "start" and "span" in seconds:
 *   zcat data/sla-due/due.jsonl.gz | calendar_bench
 * All calendars are built first, so that a look finds its own cold in the cache as a desk with
 * many stores does. Prints one JSON object.
 */
#include "base/calendar.h"
#include "base/json.h"
#include "base/memory.h"

#include <time.h>

enum { CASES_MAX = 20000, ROUNDS = 21, DEPTH = 16 };

typedef struct Case {
    PtCalendar *calendar;
    int64_t start_ms, span_ms;
} Case;

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The calendar's members go to *calendar as an object. False where the line is no due case. */
static bool read_case(PtStr line, Case *ret, PtBuf *calendar)
{
    static const char *const members[] = {"zone", "hours", "shifts", "holidays", "breaks"};
    PtJson j;
    bool due = false;
    PtJsonOut o = pt_json_out(calendar);
    pt_json_init(&j, line, DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    pt_json_out_object(&o);
    while (pt_json_next(&j) == PT_JSON_KEY) {
        PtStr key = j.raw, value = {0};
        int64_t number = 0;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            return false;
        }
        (void)pt_json_to_i64(value, &number);
        due = due || (pt_str_eq(key, PT_STR("op")) && pt_str_eq(value, PT_STR("\"due\"")));
        ret->start_ms = pt_str_eq(key, PT_STR("start")) ? number * 1000 : ret->start_ms;
        ret->span_ms = pt_str_eq(key, PT_STR("span")) ? number * 1000 : ret->span_ms;
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            if (pt_str_eq(key, pt_str(members[i]))) {
                pt_json_out_key(&o, key);
                pt_json_out_raw(&o, value);
            }
        }
    }
    pt_json_out_object_end(&o);
    return due && pt_buf_status(calendar) == PT_OK;
}

int main(void)
{
    static Case cases[CASES_MAX];
    static int64_t ns[CASES_MAX], best[CASES_MAX], built[CASES_MAX];
    char *line = NULL;
    size_t room = 0, count = 0, bytes = 0;
    PtBuf text;
    PtError err;
    PtZones *zones = pt_zones_new(NULL);
    pt_buf_init(&text, PT_CALENDAR_JSON_MAX);
    for (ssize_t len;
         zones != NULL && count < CASES_MAX && (len = getline(&line, &room, stdin)) > 0;) {
        pt_buf_clear(&text, PT_CALENDAR_JSON_MAX);
        if (!read_case((PtStr){line, (size_t)len}, &cases[count], &text)) {
            continue;
        }
        PtCalendarVersion version = {.json = pt_buf_str(&text)};
        int64_t from = now_ns();
        if (pt_calendar_new(&version, 1, zones, &cases[count].calendar, &err) != PT_OK) {
            (void)fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        built[count] = now_ns() - from;
        bytes += pt_calendar_bytes(cases[count].calendar);
        count++;
    }
    if (count == 0) {
        (void)fprintf(stderr, "no cases on stdin\n");
        return 2;
    }
    int64_t sum = 0, whole = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t round_from = now_ns();
        for (size_t i = 0; i < count; i++) {
            int64_t due = 0, from = now_ns();
            if (pt_calendar_due(cases[i].calendar, cases[i].start_ms, cases[i].span_ms,
                                (PtSpans){0}, &due) != PT_OK) {
                return 1;
            }
            ns[i] = now_ns() - from;
            sum += due;
            best[i] = round == 0 || ns[i] < best[i] ? ns[i] : best[i];
        }
        whole = now_ns() - round_from < whole ? now_ns() - round_from : whole;
    }
    qsort(ns, count, sizeof *ns, by_value);
    qsort(best, count, sizeof *best, by_value);
    qsort(built, count, sizeof *built, by_value);
    printf("{\"cases\":%zu,\"rounds\":%d,\"due_ns\":{\"median\":%lld,\"p99\":%lld,\"max\":%lld,"
           "\"median_of_best\":%lld,\"mean_of_best_round\":%.0f},\"build_ns\":{\"median\":%lld,"
           "\"p99\":%lld},\"bytes_per_calendar\":%zu,\"checksum\":%lld}\n",
           count, ROUNDS, (long long)ns[count / 2], (long long)ns[count * 99 / 100],
           (long long)ns[count - 1], (long long)best[count / 2], (double)whole / (double)count,
           (long long)built[count / 2], (long long)built[count * 99 / 100], bytes / count,
           (long long)sum);
    for (size_t i = 0; i < count; i++) {
        pt_calendar_free(cases[i].calendar);
    }
    pt_zones_free(zones);
    pt_buf_done(&text);
    free(line);
    return 0;
}
