// SPDX-License-Identifier: Apache-2.0
/* Why a clock shows what it shows: each stretch of the item's life, and what it was. */
#include "work/work_internal.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_STRETCHES = 64, IN_BYTES = WORK_FACT_BYTES + 16 };

static WorkWhy why_of(const WorkWalk *w)
{
    const WorkRun *r = &w->run;
    return r->begun && r->stopped ? WORK_WHY_AFTER_STOP
           : w->target == NULL    ? WORK_WHY_NO_PROMISE
           : r->cancelled         ? WORK_WHY_CANCELLED
           : !r->begun            ? WORK_WHY_BEFORE_START
           : r->paused            ? WORK_WHY_PAUSED
                                  : WORK_WHY_COUNTED;
}

static bool same(const WorkStretch *a, const WorkStretch *b)
{
    return a->to_ms == b->from_ms && a->why == b->why && a->round == b->round &&
           a->target_ms == b->target_ms && a->policy == b->policy && pt_str_eq(a->in, b->in) &&
           pt_str_eq(a->state, b->state) && pt_str_eq(a->waiting_for, b->waiting_for);
}

static void put(WorkStory *s, const WorkStretch *one)
{
    if (s->status != PT_OK || one->from_ms >= one->to_ms) {
        return;
    }
    if (s->count > 0 && same(&s->list[s->count - 1], one)) {
        s->list[s->count - 1].to_ms = one->to_ms;
        return;
    }
    if (s->count == WORK_STRETCHES) {
        s->status = PT_TOO_LARGE;
        return;
    }
    if (s->count == s->cap) {
        const size_t cap = s->cap > 0 ? 2 * s->cap : FIRST_STRETCHES;
        WorkStretch *list = pt_arena_alloc(s->arena, cap, sizeof *list);
        if (list == NULL) {
            s->status = PT_NO_MEMORY;
            return;
        }
        if (s->count > 0) {
            memcpy(list, s->list, s->count * sizeof *list);
        }
        s->list = list;
        s->cap = cap;
    }
    s->list[s->count++] = *one;
}

/* "24x7", "store 0412", "service till", "queue tills", or a calendar's id. */
static PtStr calendar_name(WorkStory *s, const WorkWalk *w, const PtCalendar *calendar)
{
    static const char *const words[] = {[WORK_IN_STORE] = "store", [WORK_IN_QUEUE] = "queue"};
    char text[IN_BYTES];
    if (w->target == NULL) {
        return PT_STR("");
    }
    if (calendar == NULL) {
        return PT_STR("24x7");
    }
    if (w->target->in == WORK_IN_ID) {
        return w->target->id;
    }
    const bool service = w->target->in == WORK_IN_STORE && w->facts[WORK_STORE].len == 0;
    const PtStr name = w->facts[service                          ? WORK_SERVICE
                                : w->target->in == WORK_IN_STORE ? WORK_STORE
                                                                 : WORK_QUEUE];
    (void)snprintf(text, sizeof text, "%s %.*s", service ? "service" : words[w->target->in],
                   PT_STR_ARG(name));
    const PtStr last = s->count > 0 ? s->list[s->count - 1].in : PT_STR("");
    if (pt_str_eq(last, pt_str(text))) {
        return last;
    }
    const PtStr kept = pt_arena_str(s->arena, pt_str(text));
    s->status = kept.data == NULL && s->status == PT_OK ? PT_NO_MEMORY : s->status;
    return kept;
}

/* What is open of [one->from, one->to) counts, the rest is closed. */
static void put_counted(WorkStory *s, const PtCalendar *calendar, WorkStretch one)
{
    const int64_t to = one.to_ms;
    PtCalendarWalk walk = pt_calendar_walk(calendar, one.from_ms, to);
    PtSpan open;
    while (s->status == PT_OK && pt_calendar_walk_next(&walk, &open)) {
        one.why = WORK_WHY_CLOSED;
        one.to_ms = open.from_ms;
        put(s, &one);
        one.why = WORK_WHY_COUNTED;
        one.from_ms = open.from_ms;
        one.to_ms = open.to_ms;
        put(s, &one);
        one.from_ms = open.to_ms;
    }
    one.why = WORK_WHY_CLOSED;
    one.to_ms = to;
    put(s, &one);
}

void work_story_add(WorkStory *s, const WorkWalk *w, int64_t from_ms, int64_t to_ms)
{
    WorkStretch one = {
        .why = why_of(w),
        .round = w->run.round,
        .target_ms = w->run.begun ? w->run.target_ms : 0,
        .policy = w->version != NULL ? w->version->id : 0,
        .row = w->row,
        .in = PT_STR(""),
        .state = w->facts[WORK_STATE],
        .waiting_for = w->facts[WORK_WAITING_FOR],
    };
    int64_t until = from_ms;
    for (int64_t at = from_ms; at < to_ms && s->status == PT_OK; at = until) {
        const PtCalendar *calendar = NULL;
        until = to_ms;
        if (one.why == WORK_WHY_COUNTED) {
            calendar = work_walk_calendar(w, at, &until);
            until = until < to_ms ? until : to_ms;
            one.in = calendar_name(s, w, calendar);
        }
        one.from_ms = at;
        one.to_ms = until;
        if (calendar != NULL) {
            put_counted(s, calendar, one);
        } else {
            put(s, &one);
        }
    }
}

PtStatus work_clock_explain(const WorkRules *rules, const WorkHistory *history, WorkClockKind kind,
                            int64_t now_ms, PtArena *arena, WorkExplained *ret_explained,
                            PtError *err)
{
    WorkStory story = {.arena = arena};
    WorkWalk w = {.rules = rules,
                  .rows = history->rows,
                  .count = history->count,
                  .kind = kind,
                  .now_ms = now_ms,
                  .story = &story};
    const PtStatus st = work_walk(&w, err);
    if (st != PT_OK) {
        return st;
    }
    if (story.status != PT_OK) {
        return pt_fail(err, story.status,
                       story.status == PT_TOO_LARGE ? "an explanation of over %d stretches"
                                                    : "no memory for an explanation",
                       WORK_STRETCHES);
    }
    *ret_explained = (WorkExplained){story.list, story.count};
    return PT_OK;
}
