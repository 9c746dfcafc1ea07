// SPDX-License-Identifier: Apache-2.0
#include "work/clock_rig.h"

#include "base/test_rows.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_MAX = 64 << 20, ROWS_MAX = 64 };

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
        abort();
    }
}

static void *kept(void *p)
{
    if (p == NULL) {
        abort();
    }
    return p;
}

void clock_rig_init(ClockRig *rig)
{
    *rig = (ClockRig){.arena = kept(pt_arena_new(ARENA_MAX)), .zones = kept(pt_zones_new(NULL))};
}

void clock_rig_done(ClockRig *rig)
{
    for (size_t i = 0; i < rig->calendar_count; i++) {
        pt_calendar_free(rig->calendars[i].calendar);
    }
    for (size_t i = 0; i < rig->version_count; i++) {
        work_policy_free(rig->policies[i]);
    }
    pt_zones_free(rig->zones);
    pt_arena_free(rig->arena);
}

void clock_rig_calendar(ClockRig *rig, WorkCalendarOf of, const char *name, int64_t from_ms,
                        const char *json)
{
    PtError err = {0};
    const PtCalendarVersion version = {.json = pt_str(json)};
    if (rig->calendar_count == RIG_CALENDARS) {
        abort();
    }
    struct RigCalendar *c = &rig->calendars[rig->calendar_count];
    *c = (struct RigCalendar){.of = of, .name = pt_str(name), .from_ms = from_ms};
    must(pt_calendar_new(&version, 1, rig->zones, &c->calendar, &err), &err);
    rig->calendar_count++;
}

void clock_rig_policy(ClockRig *rig, int64_t from_ms, int64_t until_ms, const char *json)
{
    PtError err = {0};
    if (rig->version_count == RIG_VERSIONS) {
        abort();
    }
    const size_t i = rig->version_count;
    must(work_policy_read(pt_str(json), &rig->policies[i], &err), &err);
    rig->versions[i] = (WorkVersion){rig->policies[i], from_ms, until_ms, (int64_t)i + 1};
    rig->version_count++;
}

static const PtCalendar *in_force(void *ctx, WorkCalendarOf of, PtStr name, int64_t at_ms,
                                  int64_t *ret_until_ms)
{
    const ClockRig *rig = ctx;
    const PtCalendar *found = NULL;
    *ret_until_ms = WORK_NEVER;
    for (size_t i = 0; i < rig->calendar_count; i++) {
        const struct RigCalendar *c = &rig->calendars[i];
        if (c->of != of || !pt_str_eq(c->name, name)) {
            continue;
        }
        if (c->from_ms > at_ms) {
            *ret_until_ms = c->from_ms;
            break;
        }
        found = c->calendar;
    }
    return found;
}

WorkRules clock_rig_rules(ClockRig *rig)
{
    return (WorkRules){rig->versions, rig->version_count, {rig, in_force}};
}

static int64_t minutes_ms(PtStr word)
{
    PtStr part;
    uint32_t minutes = 0, seconds = 0;
    if (!pt_str_cut(&word, ':', &part) || !pt_str_to_u32(part, UINT32_MAX, &minutes) ||
        (pt_str_cut(&word, ':', &part) && !pt_str_to_u32(part, UINT32_MAX, &seconds))) {
        abort();
    }
    return ((int64_t)minutes * 60 + seconds) * 1000;
}

WorkHistory clock_rig_history(ClockRig *rig, int64_t base_ms, const char *text)
{
    PtStr rest = pt_str(text), line, word, name;
    WorkRow *rows = kept(pt_arena_alloc(rig->arena, ROWS_MAX, sizeof *rows));
    size_t count = 0;
    while (pt_str_cut(&rest, ';', &line) && count < ROWS_MAX) {
        WorkChange *changes = kept(pt_arena_alloc(rig->arena, WORK_FACTS, sizeof *changes));
        WorkRow *row = &rows[count++];
        line = pt_str_trim(line);
        if (!pt_str_cut(&line, ' ', &word)) {
            abort();
        }
        *row = (WorkRow){.at_ms = base_ms + minutes_ms(word), .changes = changes};
        while (pt_str_cut(&line, ' ', &word)) {
            PtStr value = word;
            if (!pt_str_has(word, PT_STR("="))) {
                row->event = word;
                continue;
            }
            WorkChange *c = &changes[row->change_count++];
            if (!pt_str_cut(&value, '=', &name) || !work_fact_of(name, &c->fact)) {
                abort();
            }
            c->value = value;
        }
    }
    return (WorkHistory){rows, count};
}

void clock_rig_check_told(const WorkRules *rules, const WorkHistory *history, int64_t now_ms,
                          const WorkClock *clock, PtArena *arena)
{
    WorkExplained told;
    int64_t sum = 0, at = history->rows[0].at_ms;
    assert_int_equal(work_clock_explain(rules, history, clock->kind, now_ms, arena, &told, NULL),
                     PT_OK);
    for (size_t i = 0; i < told.count; i++) {
        assert_int_equal(told.list[i].from_ms, at);
        assert_true(told.list[i].to_ms > at);
        at = told.list[i].to_ms;
        sum += told.list[i].why == WORK_WHY_COUNTED && told.list[i].round == clock->round
                   ? told.list[i].to_ms - told.list[i].from_ms
                   : 0;
    }
    assert_int_equal(at, now_ms);
    assert_int_equal(sum, clock->elapsed_ms);
}
