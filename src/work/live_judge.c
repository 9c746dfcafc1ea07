// SPDX-License-Identifier: Apache-2.0
/* What an item's clocks come to: what is due and was not fired, what was fired and is not due any
 * more, and when to look again. */
#include "base/hash.h"
#include "work/live_internal.h"

uint64_t live_step_hash(PtStr name)
{
    return name.len > 0 ? pt_hash64(name) | 1U : 0;
}

typedef struct Judging {
    const LiveFired *fired;
    size_t fired_count;
    int64_t now_ms;
    LiveVerdict *v;
} Judging;

static void look_by(Judging *j, int64_t at_ms)
{
    j->v->next_ms = at_ms < j->v->next_ms ? at_ms : j->v->next_ms;
}

/* In order of instants; of equal ones as they came: warning, breach, steps. */
static void put_due(LiveVerdict *v, WorkFired one)
{
    size_t at = v->due_count++;
    for (; at > 0 && v->due[at - 1].due_ms > one.due_ms; at--) {
        v->due[at] = v->due[at - 1];
    }
    v->due[at] = one;
}

static size_t find_fired(const Judging *j, const WorkFired *one)
{
    const uint64_t step = live_step_hash(one->name);
    for (size_t i = 0; i < j->fired_count; i++) {
        const LiveFired *f = &j->fired[i];
        if (f->clock == one->clock && f->round == one->round && f->kind == one->kind &&
            f->step == step) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* fires_ms: the first instant at which it has come. */
static void judge_one(Judging *j, const WorkFired *one, int64_t fires_ms)
{
    LiveVerdict *v = j->v;
    const size_t known = find_fired(j, one);
    const bool come = fires_ms <= j->now_ms;
    if (known == SIZE_MAX && come) {
        put_due(v, *one);
        look_by(j, fires_ms);
    } else if (known == SIZE_MAX) {
        look_by(j, fires_ms);
    } else if (!come && one->kind != WORK_STEP) {
        v->corrected[v->corrected_count++] = known; // a step is taken once
        look_by(j, j->now_ms);
    }
}

static void note_due(WorkDue *told, const WorkClock *c)
{
    const bool nearer = c->due_ms < told->due_ms;
    if (c->open && (nearer || (c->paused && told->due_ms == WORK_NEVER && !told->paused))) {
        *told = (WorkDue){.due_ms = c->due_ms,
                          .at_risk_ms = c->at_risk_ms,
                          .clock = c->kind,
                          .paused = c->due_ms == WORK_NEVER};
    }
}

static void judge_clock(Judging *j, const WorkClock *c)
{
    WorkFired one = {.clock = c->kind, .round = c->round, .name = {NULL, 0}};
    note_due(&j->v->told, c);
    if (c->round == 0 || c->state == WORK_CLOCK_IS_CANCELLED) {
        return;
    }
    one.kind = WORK_AT_RISK;
    one.due_ms = c->at_risk_ms;
    judge_one(j, &one, one.due_ms);
    one.kind = WORK_BREACHED;
    one.due_ms = c->due_ms;
    judge_one(j, &one,
              c->state == WORK_CLOCK_IS_BREACHED ? j->now_ms
              : c->open                          ? work_add_ms(c->due_ms, 1)
                                                 : WORK_NEVER);
    one.kind = WORK_STEP;
    for (uint8_t i = 0; i < c->step_count; i++) {
        one.step = i;
        one.name = c->step_names[i];
        one.reads = c->step_reads[i];
        one.due_ms = c->step_ms[i];
        judge_one(j, &one, one.due_ms);
    }
}

static bool state_is_final(const WorkHistory *history)
{
    static const PtStr final[] = {PT_STR_INIT("resolved"), PT_STR_INIT("closed"),
                                  PT_STR_INIT("cancelled")};
    PtStr state = {NULL, 0};
    for (size_t i = 0; i < history->count; i++) {
        for (size_t k = 0; k < history->rows[i].change_count; k++) {
            const WorkChange *c = &history->rows[i].changes[k];
            state = c->fact == WORK_STATE ? c->value : state;
        }
    }
    bool is = false;
    for (size_t i = 0; !is && i < sizeof final / sizeof *final; i++) {
        is = pt_str_eq(state, final[i]);
    }
    return is;
}

PtStatus live_judge(const LiveView *view, const WorkHistory *history, const LiveFired *fired,
                    size_t fired_count, int64_t now_ms, LiveVerdict *ret_verdict, PtError *err)
{
    LiveVerdict *v = ret_verdict;
    Judging j = {.fired = fired, .fired_count = fired_count, .now_ms = now_ms, .v = v};
    v->next_ms = WORK_NEVER;
    v->told = (WorkDue){.due_ms = WORK_NEVER, .at_risk_ms = WORK_NEVER};
    v->due_count = v->corrected_count = 0;
    PtStatus st = PT_OK;
    for (unsigned kind = 0; st == PT_OK && kind < WORK_CLOCKS; kind++) {
        if ((view->rules->kinds >> kind & 1U) != 0) {
            WorkClock *c = &v->clocks[kind];
            st = work_clock_fold(&view->work, history, (WorkClockKind)kind, now_ms, c, err);
            if (st == PT_OK) {
                judge_clock(&j, c);
            }
        }
    }
    v->over = v->next_ms == WORK_NEVER && state_is_final(history);
    return st;
}
