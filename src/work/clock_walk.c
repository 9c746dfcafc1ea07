// SPDX-License-Identifier: Apache-2.0
/* The fold over a history: states and time of one clock. docs/sla.md says it in words. */
#include "work/work_internal.h"

#include <string.h>

enum { CALENDARS_AHEAD = 1000 }; /* that a due instant is looked for in */

static const PtSpans no_pauses = {NULL, 0};

/* ---- Time of the clock ------------------------------------------------------------------------
 */

const PtCalendar *work_walk_calendar(const WorkWalk *w, int64_t at_ms, int64_t *ret_until_ms)
{
    static const struct {
        WorkFact fact;
        WorkCalendarOf of;
    } ways[][2] = {
        [WORK_IN_STORE] = {{WORK_STORE, WORK_CALENDAR_STORE},
                           {WORK_SERVICE, WORK_CALENDAR_SERVICE}},
        [WORK_IN_QUEUE] = {{WORK_QUEUE, WORK_CALENDAR_QUEUE}, {WORK_QUEUE, WORK_CALENDAR_QUEUE}},
    };
    const WorkCalendars *c = &w->rules->calendars;
    *ret_until_ms = WORK_NEVER;
    if (w->target->in == WORK_IN_ALWAYS || c->in_force == NULL) {
        return NULL;
    }
    if (w->target->in == WORK_IN_ID) {
        return c->in_force(c->ctx, WORK_CALENDAR_ID, w->target->id, at_ms, ret_until_ms);
    }
    for (unsigned i = 0; i < 2; i++) {
        const PtStr name = w->facts[ways[w->target->in][i].fact];
        if (name.len > 0) {
            return c->in_force(c->ctx, ways[w->target->in][i].of, name, at_ms, ret_until_ms);
        }
    }
    return NULL;
}

/* The clock's own time in [from, to). */
static int64_t count_ms(const WorkWalk *w, int64_t from_ms, int64_t to_ms)
{
    int64_t sum = 0, until = from_ms;
    for (int64_t at = from_ms; at < to_ms; at = until) {
        const PtCalendar *calendar = work_walk_calendar(w, at, &until);
        until = until < to_ms ? until : to_ms;
        sum += calendar == NULL ? until - at : pt_calendar_elapsed(calendar, at, until, no_pauses);
    }
    return sum;
}

/* The first instant at which span_ms (over 0) of its time have passed since from. */
static int64_t reach_ms(const WorkWalk *w, int64_t from_ms, int64_t span_ms)
{
    int64_t at = from_ms, left = span_ms;
    for (unsigned i = 0; left != WORK_NEVER && i < CALENDARS_AHEAD; i++) {
        int64_t until, due = WORK_NEVER;
        const PtCalendar *calendar = work_walk_calendar(w, at, &until);
        if (calendar == NULL) {
            due = at + left;
        } else if (pt_calendar_due(calendar, at, left, no_pauses, &due) != PT_OK) {
            due = WORK_NEVER; /* it does not open for that long */
        }
        if (due <= until) {
            return due;
        }
        left -= count_ms(w, at, until);
        at = until;
    }
    return WORK_NEVER;
}

/* Of a target in business days: where it ends when nothing was paused. */
static int64_t days_end_ms(const WorkWalk *w)
{
    int64_t until, end;
    const PtCalendar *calendar = work_walk_calendar(w, w->run.started_ms, &until);
    if (calendar == NULL) {
        return w->run.started_ms + (int64_t)w->target->days * 86400000;
    }
    return pt_calendar_days(calendar, w->run.started_ms, w->target->days, PT_DAYS_CLOSING, &end) ==
                   PT_OK
               ? end
               : WORK_NEVER;
}

/* How much of its own time is promised: business days are as long as they are from the start, so
 * that pauses move the end by what they took. */
static int64_t promised_ms(const WorkWalk *w)
{
    if (w->target->days == 0) {
        return w->target->span_ms;
    }
    const int64_t end = days_end_ms(w);
    return end == WORK_NEVER ? WORK_NEVER : count_ms(w, w->run.started_ms, end);
}

/* Where the target is reached, with left_ms >= 0 to go at from. Business days end at their wall
 * time also where that is an opening, which a span would not reach to. */
static int64_t due_ms(const WorkWalk *w, int64_t from_ms, int64_t left_ms)
{
    const int64_t due = left_ms > 0 ? reach_ms(w, from_ms, left_ms) : from_ms;
    if (w->target->days == 0 || due == WORK_NEVER) {
        return due;
    }
    const int64_t end = days_end_ms(w);
    return end != WORK_NEVER && end > due && count_ms(w, due, end) == 0 ? end : due;
}

/* ---- Marks: at risk, steps --------------------------------------------------------------------
 */

/* The share of the clock's time at which a mark lies. */
static int64_t mark_ms(const WorkWalk *w, unsigned mark)
{
    const WorkDefinition *d = w->def;
    const int64_t target = w->run.target_ms;
    if (mark == WORK_MARK_RISK) {
        return target == WORK_NEVER       ? WORK_NEVER
               : target <= 2 * d->warn_ms ? target / 2
                                          : target - d->warn_ms;
    }
    const WorkStepRule *s = &d->steps[mark];
    switch (s->at) {
    case WORK_STEP_PERCENT:
        return target == WORK_NEVER ? WORK_NEVER : target * s->value / 100;
    case WORK_STEP_OVER:
        return work_add_ms(target, s->value);
    default:
        return s->value;
    }
}

/* Of the clock's time: not what comes by a condition. */
static bool marked(const WorkWalk *w, unsigned mark)
{
    return mark == WORK_MARK_RISK ||
           (mark < w->def->step_count && w->def->steps[mark].at != WORK_STEP_WHEN);
}

static bool warns_by_wall(const WorkWalk *w)
{
    return w->def->warn_wall && w->run.target_ms > 2 * w->def->warn_ms;
}

/* What has been reached stays where it was; what a change of target put behind the clock is reached
 * at the change. What is ahead again is not reached. */
static void settle_instant(int64_t *instant, int64_t left_ms, int64_t at_ms)
{
    if (left_ms > 0) {
        *instant = WORK_NEVER;
    } else if (*instant > at_ms) {
        *instant = at_ms;
    }
}

static int64_t left_ms(const WorkWalk *w, int64_t goal_ms)
{
    return goal_ms == WORK_NEVER ? WORK_NEVER : goal_ms - w->run.elapsed_ms;
}

/* At an instant of judging: the target in force measures what has elapsed. */
static void measure(WorkWalk *w, int64_t at_ms)
{
    WorkRun *r = &w->run;
    r->target_ms = promised_ms(w);
    const int64_t left = left_ms(w, r->target_ms);
    if (left == 0 && r->due_ms > at_ms) {
        r->due_ms = due_ms(w, at_ms, 0);
    } else {
        settle_instant(&r->due_ms, left, at_ms);
    }
    r->late = left < 0 || (left == 0 && r->late);
    for (unsigned i = 0; i < WORK_MARKS; i++) {
        if (marked(w, i) && !(i == WORK_MARK_RISK && warns_by_wall(w))) {
            settle_instant(&r->marks[i], left_ms(w, mark_ms(w, i)), at_ms);
        }
    }
}

/* By wall time a warning hangs on the due instant as it is expected now: one that has come stays
 * as long as the clock is not more than the lead away again. */
static void warn_by_wall(WorkWalk *w, int64_t at_ms, int64_t end_ms)
{
    WorkRun *r = &w->run;
    const int64_t left = left_ms(w, r->target_ms);
    const int64_t due = left > 0 ? reach_ms(w, at_ms, left) : r->due_ms;
    const int64_t instant = due == WORK_NEVER ? WORK_NEVER : due - w->def->warn_ms;
    int64_t *mark = &r->marks[WORK_MARK_RISK];
    if (instant > at_ms) {
        *mark = instant <= end_ms ? instant : WORK_NEVER;
    } else if (*mark > at_ms) {
        *mark = at_ms;
    }
}

/* Time that counts. */
static void count(WorkWalk *w, int64_t from_ms, int64_t to_ms)
{
    WorkRun *r = &w->run;
    const int64_t spent = count_ms(w, from_ms, to_ms), left = left_ms(w, r->target_ms);
    if (left > 0 && left <= spent) {
        r->due_ms = due_ms(w, from_ms, left);
    }
    for (unsigned i = 0; i < WORK_MARKS; i++) {
        const int64_t ahead = marked(w, i) ? left_ms(w, mark_ms(w, i)) : 0;
        if (i == WORK_MARK_RISK && warns_by_wall(w)) {
            warn_by_wall(w, from_ms, to_ms);
        } else if (ahead > 0 && ahead <= spent) {
            r->marks[i] = reach_ms(w, from_ms, ahead);
        }
    }
    r->elapsed_ms += spent;
    r->late = r->late || (left <= spent && r->due_ms < to_ms);
}

/* ---- What holds -------------------------------------------------------------------------------
 */

static bool holds(const WorkWalk *w, WorkWhen when)
{
    const RuleCondition *c = w->def->when[when];
    return c != NULL && rule_condition_holds(c, w->values);
}

/* The version that the item is under, and what it says of this clock. */
static void find_policy(WorkWalk *w, int64_t at_ms)
{
    w->version = NULL;
    w->def = NULL;
    w->target = NULL;
    for (size_t i = 0; i < w->rules->count && w->version == NULL; i++) {
        const WorkVersion *v = &w->rules->versions[i];
        if (v->from_ms <= at_ms && at_ms < v->until_ms) {
            work_policy_values(v->policy, w->facts, w->event, w->values);
            const RuleCondition *applies = v->policy->applies;
            w->version = applies == NULL || rule_condition_holds(applies, w->values) ? v : NULL;
        }
    }
    if (w->version != NULL && w->version->policy->clocks[w->kind].there) {
        const int priority = work_priority_of(w->facts[WORK_PRIORITY]);
        w->def = &w->version->policy->clocks[w->kind];
        w->target = priority >= 0 ? &w->def->targets[priority] : NULL;
        if (w->target != NULL && w->target->span_ms == 0 && w->target->days == 0) {
            w->target = NULL;
        }
    }
}

static void begin_round(WorkWalk *w, int64_t at_ms)
{
    WorkRun *r = &w->run;
    const WorkRun before = *r;
    *r = (WorkRun){.begun = true,
                   .started_ms = at_ms,
                   .stopped_ms = WORK_NEVER,
                   .due_ms = WORK_NEVER,
                   .round = before.round + 1,
                   .met = before.met,
                   .breached = before.breached};
    for (unsigned i = 0; i < WORK_MARKS; i++) {
        r->marks[i] = WORK_NEVER;
    }
}

static void take_row(WorkWalk *w, size_t row)
{
    const WorkRow *r = &w->rows[row];
    w->row = row;
    w->event = r->event;
    for (size_t i = 0; i < r->change_count; i++) {
        w->facts[r->changes[i].fact] = r->changes[i].value;
    }
}

static void judge_pause(WorkWalk *w)
{
    const bool pause = holds(w, WORK_PAUSE);
    w->run.paused = w->def->when[WORK_RESUME] == NULL || !w->run.paused
                        ? pause
                        : pause || !holds(w, WORK_RESUME);
}

static void stretch(WorkWalk *w, int64_t from_ms, int64_t to_ms)
{
    const WorkRun *r = &w->run;
    if (from_ms >= to_ms) {
        return; /* rows of one instant: what held in between held at no time */
    }
    if (w->story != NULL) {
        work_story_add(w->story, w, from_ms, to_ms);
    }
    if (r->begun && !r->stopped && !r->cancelled && !r->paused) {
        count(w, from_ms, to_ms);
    }
}

/* The life before a retroactive start, by the definition and the target that start it. */
static void count_back(WorkWalk *w, int64_t at_ms)
{
    const size_t last = w->row;
    const PtStr event = w->event;
    memset(w->facts, 0, sizeof w->facts);
    if (w->story != NULL) {
        w->story->count = 0;
    }
    for (size_t i = 0; i <= last; i++) {
        take_row(w, i);
        work_policy_values(w->version->policy, w->facts, w->event, w->values);
        w->run.cancelled = holds(w, WORK_CANCEL);
        judge_pause(w);
        measure(w, w->rows[i].at_ms);
        stretch(w, w->rows[i].at_ms, i < last ? w->rows[i + 1].at_ms : at_ms);
    }
    w->event = event;
    work_policy_values(w->version->policy, w->facts, w->event, w->values);
    w->run.cancelled = false;
}

static bool starts(const WorkWalk *w)
{
    return w->def->when[WORK_START] == NULL || holds(w, WORK_START);
}

static void judge_start(WorkWalk *w, int64_t at_ms)
{
    const bool first = w->run.round == 0;
    if (!starts(w)) {
        return;
    }
    const int64_t opened = w->rows[0].at_ms;
    const bool back = first && w->def->retroactive && at_ms > opened;
    begin_round(w, back ? opened : at_ms);
    if (back) {
        count_back(w, at_ms);
    }
}

/* Whether a clock that was stopped runs on, or anew. */
static void judge_again(WorkWalk *w, int64_t at_ms)
{
    WorkRun *r = &w->run;
    if (w->def->again == WORK_AGAIN_NEVER || holds(w, WORK_STOP)) {
        return;
    }
    if (w->def->again == WORK_AGAIN_ON) {
        r->stopped = false;
        r->stopped_ms = WORK_NEVER;
    } else if (starts(w)) {
        *(r->late ? &r->breached : &r->met) += 1;
        begin_round(w, at_ms);
    }
}

/* Steps that come by a condition. Those of another definition are not counted on. */
static void judge_steps(WorkWalk *w, int64_t at_ms)
{
    WorkRun *r = &w->run;
    const bool anew = r->stepped != w->def;
    for (unsigned i = 0; i < w->def->step_count; i++) {
        const WorkStepRule *s = &w->def->steps[i];
        if (s->at == WORK_STEP_WHEN) {
            r->held[i] = anew ? 0 : r->held[i];
            r->marks[i] = anew ? WORK_NEVER : r->marks[i];
            const bool more = r->marks[i] == WORK_NEVER && rule_condition_holds(s->when, w->values);
            r->held[i] = (uint8_t)(r->held[i] + more);
            r->marks[i] = more && r->held[i] == s->value ? at_ms : r->marks[i];
        }
    }
    r->stepped = w->def;
}

static void judge(WorkWalk *w, int64_t at_ms)
{
    WorkRun *r = &w->run;
    find_policy(w, at_ms);
    const bool promised = w->target != NULL && !holds(w, WORK_CANCEL);
    r->cancelled = r->begun && !r->stopped && !promised;
    if (!promised) {
        return; /* a verdict stays */
    }
    if (r->begun && holds(w, WORK_RESET)) {
        r->begun = r->stopped = false;
    }
    if (!r->begun) {
        judge_start(w, at_ms);
    } else if (r->stopped) {
        judge_again(w, at_ms);
    }
    if (r->begun && !r->stopped) {
        measure(w, at_ms);
        judge_pause(w);
        r->stopped = holds(w, WORK_STOP);
        r->stopped_ms = r->stopped ? at_ms : WORK_NEVER;
    }
    if (r->begun && !r->stopped) {
        judge_steps(w, at_ms);
    }
}

/* ---- The walk ---------------------------------------------------------------------------------
 */

static PtStatus check_rows(const WorkWalk *w, PtError *err)
{
    if (w->count == 0 || w->count > WORK_ROWS) {
        return pt_fail(err, w->count == 0 ? PT_INVALID : PT_TOO_LARGE,
                       "%zu rows of history, not 1..%d", w->count, WORK_ROWS);
    }
    for (size_t i = 0; i < w->count; i++) {
        const WorkRow *r = &w->rows[i];
        if (i > 0 && r->at_ms < w->rows[i - 1].at_ms) {
            return pt_fail(err, PT_INVALID, "row %zu of history is before the one in front", i);
        }
        if (r->event.len > WORK_EVENT_BYTES) {
            return pt_fail(err, PT_TOO_LARGE, "row %zu: event has %zu bytes, not 0..%d", i,
                           r->event.len, WORK_EVENT_BYTES);
        }
        for (size_t k = 0; k < r->change_count; k++) {
            const WorkChange *c = &r->changes[k];
            if ((unsigned)c->fact >= WORK_FACTS || c->value.len > WORK_FACT_BYTES) {
                return pt_fail(err, (unsigned)c->fact >= WORK_FACTS ? PT_INVALID : PT_TOO_LARGE,
                               "row %zu: change %zu is of no fact, or over %d bytes", i, k,
                               WORK_FACT_BYTES);
            }
        }
    }
    return PT_OK;
}

/* The next instant over at_ms at which a version begins or ends. */
static int64_t next_version(const WorkRules *rules, int64_t at_ms)
{
    int64_t next = WORK_NEVER;
    for (size_t i = 0; i < rules->count; i++) {
        const int64_t ends[] = {rules->versions[i].from_ms, rules->versions[i].until_ms};
        for (unsigned k = 0; k < 2; k++) {
            next = ends[k] > at_ms && ends[k] < next ? ends[k] : next;
        }
    }
    return next;
}

PtStatus work_walk(WorkWalk *w, PtError *err)
{
    PtStatus st = check_rows(w, err);
    w->run.started_ms = w->run.stopped_ms = w->run.due_ms = WORK_NEVER;
    for (size_t i = 0; st == PT_OK && i < w->count && w->rows[i].at_ms <= w->now_ms; i++) {
        int64_t at = w->rows[i].at_ms;
        const bool more = i + 1 < w->count && w->rows[i + 1].at_ms <= w->now_ms;
        const int64_t end = more ? w->rows[i + 1].at_ms : w->now_ms;
        take_row(w, i);
        judge(w, at);
        for (int64_t next = next_version(w->rules, at); next < end || (next == end && !more);
             next = next_version(w->rules, at)) {
            stretch(w, at, next);
            at = next;
            w->event = (PtStr){NULL, 0};
            judge(w, at);
        }
        stretch(w, at, end);
    }
    return st;
}

static WorkClockState state_of(const WorkRun *r)
{
    return r->cancelled ? WORK_CLOCK_IS_CANCELLED
           : !r->begun  ? WORK_CLOCK_IS_NOT_STARTED
           : r->late    ? WORK_CLOCK_IS_BREACHED
           : r->stopped ? WORK_CLOCK_IS_MET
           : r->paused  ? WORK_CLOCK_IS_PAUSED
                        : WORK_CLOCK_IS_RUNNING;
}

/* What the clock comes to when nothing changes any more. */
static void look_ahead(WorkWalk *w)
{
    WorkRun *r = &w->run;
    const int64_t now = w->now_ms, left = left_ms(w, r->target_ms);
    if (left > 0) {
        r->due_ms = due_ms(w, now, left);
    }
    for (unsigned i = 0; i < WORK_MARKS; i++) {
        const int64_t ahead = marked(w, i) ? left_ms(w, mark_ms(w, i)) : 0;
        if (i == WORK_MARK_RISK && warns_by_wall(w)) {
            warn_by_wall(w, now, WORK_NEVER);
        } else if (ahead > 0) {
            r->marks[i] = reach_ms(w, now, ahead);
        }
    }
}

static void put_steps(const WorkWalk *w, WorkClock *c)
{
    c->step_count = w->def->step_count;
    for (unsigned i = 0; i < c->step_count; i++) {
        const WorkStepRule *s = &w->def->steps[i];
        const bool wanted =
            s->at == WORK_STEP_WHEN || s->when == NULL || rule_condition_holds(s->when, w->values);
        c->step_names[i] = s->name;
        c->step_reads[i] = s->reads;
        c->step_ms[i] = wanted ? w->run.marks[i] : WORK_NEVER;
    }
}

void work_walk_clock(WorkWalk *w, WorkClock *ret_clock)
{
    WorkRun *r = &w->run;
    const bool open = r->begun && !r->stopped && !r->cancelled;
    if (open && !r->paused) {
        look_ahead(w);
    }
    WorkClock c = {
        .kind = w->kind,
        .state = state_of(r),
        .open = open,
        .paused = open && r->paused,
        .started_ms = r->begun ? r->started_ms : WORK_NEVER,
        .due_ms = r->begun ? r->due_ms : WORK_NEVER,
        .at_risk_ms = r->begun ? r->marks[WORK_MARK_RISK] : WORK_NEVER,
        .stopped_ms = r->begun && r->stopped ? r->stopped_ms : WORK_NEVER,
        .target_ms = r->begun ? r->target_ms : 0,
        .elapsed_ms = r->begun ? r->elapsed_ms : 0,
        .round = r->begun ? r->round : 0,
        .met = r->met,
        .breached = r->breached,
        .policy = w->version != NULL ? w->version->id : 0,
    };
    c.remaining_ms = left_ms(w, c.target_ms);
    if (r->begun && r->stopped) {
        *(r->late ? &c.breached : &c.met) += 1;
    }
    if (r->begun && w->def != NULL) {
        put_steps(w, &c);
    }
    *ret_clock = c;
}

PtStatus work_clock_fold(const WorkRules *rules, const WorkHistory *history, WorkClockKind kind,
                         int64_t now_ms, WorkClock *ret_clock, PtError *err)
{
    WorkWalk w = {.rules = rules,
                  .rows = history->rows,
                  .count = history->count,
                  .kind = kind,
                  .now_ms = now_ms};
    const PtStatus st = work_walk(&w, err);
    if (st == PT_OK) {
        work_walk_clock(&w, ret_clock);
    }
    return st;
}
