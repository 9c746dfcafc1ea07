// SPDX-License-Identifier: Apache-2.0
/* Random histories, policies, edits, merges, reopenings and moves between zones: the fold says what
 * an oracle says that goes second by second, and the explanation tiles the life and sums to it.
 */
#include "base/rng.h"
#include "base/test_rows.h"
#include "work/clock_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS(zone, a, b)                                                                          \
    "{\"zone\":\"" zone "\",\"hours\":{\"sun\":[" a "],\"mon\":[" b "],\"tue\":[" a "]}}"
#define SECOND_MS INT64_C(1000)

enum {
    RUNS = 5000,
    LIFE_S = 4 * 3600,
    AHEAD_S = 12 * 3600,
    MAX_ROWS = 24,
    POLICY_MAX = 4096,
    STORES = 4,
    LAST = 1 << 30,
};

/* Around both clock changes of 2026 in Berlin and New York, and an ordinary day. */
static const int64_t bases_s[] = {1774740600, 1792886400, 1772953200, 1793505600, 1780300800};

static const char *const states[] = {"new", "waiting", "in_progress", "resolved", "cancelled"};
static const char *const events[] = {"", "asked", "answered", "reopened"};
static const char *const stores[STORES] = {"a", "b", "c", ""};

/* ---- What the policies are made of: as text for the fold, as numbers for the oracle ------------
 */

typedef enum Say { SAY_NONE, SAY_STATE, SAY_EVENT } Say;
typedef struct Condition {
    Say say;
    const char *word;
} Condition;

typedef struct Plan {
    Condition start, pause, resume, stop, reset, cancel;
    unsigned again; /* never, on, anew */
    bool retroactive;
    int64_t span_s[3];
    unsigned in[3]; /* of P1 .. P3: 24x7, store */
    int64_t warn_s;
    int64_t from_s, until_s;
    bool tills; /* applies only where the category is "till" */
} Plan;

typedef struct Step {
    int64_t at_s;
    const char *event, *state, *store, *category;
    unsigned priority; /* 0: unchanged; else 1..3, 4: none */
} Step;

typedef struct Case {
    Plan plans[3];
    size_t plan_count;
    Step steps[MAX_ROWS];
    size_t step_count;
    int64_t now_s;
} Case;

static const char *pick(PtRng *rng, const char *const *of, size_t count)
{
    return of[pt_rng_below(rng, count)];
}

static Condition some(PtRng *rng, bool by_event, const char *state)
{
    return by_event && pt_rng_below(rng, 2) == 0 ? (Condition){SAY_EVENT, pick(rng, events + 1, 3)}
                                                 : (Condition){SAY_STATE, state};
}

/* Of 1 s, or of 300: then edges meet. */
static int64_t some_s(PtRng *rng, int64_t most, int64_t unit)
{
    return unit * (1 + (int64_t)pt_rng_below(rng, (uint64_t)(most / unit)));
}

static Plan random_plan(PtRng *rng, int64_t unit)
{
    Plan p = {.stop = {SAY_STATE, "resolved"}, .until_s = LAST, .from_s = -LAST};
    p.again = (unsigned)pt_rng_below(rng, 3);
    p.stop = some(rng, p.again == 0, "resolved");
    if (pt_rng_below(rng, 3) == 0) {
        p.start = some(rng, true, "in_progress");
        p.retroactive = pt_rng_below(rng, 2) == 0;
    }
    if (pt_rng_below(rng, 4) > 0) {
        if (pt_rng_below(rng, 3) == 0) {
            p.resume = some(rng, true, "in_progress");
        }
        p.pause = some(rng, p.resume.say != SAY_NONE, "waiting");
    }
    if (pt_rng_below(rng, 4) == 0) {
        p.reset = (Condition){SAY_EVENT, "reopened"};
    }
    if (pt_rng_below(rng, 2) == 0) {
        p.cancel = (Condition){SAY_STATE, "cancelled"};
    }
    for (unsigned i = 0; i < 3; i++) {
        /* even, so that half of it is whole */
        p.span_s[i] = 2 * some_s(rng, pt_rng_below(rng, 2) ? 300 : 3600, unit);
        p.in[i] = (unsigned)pt_rng_below(rng, 3) > 0;
    }
    p.warn_s = some_s(rng, 900, unit);
    return p;
}

static void put_condition(PtBuf *out, const char *name, const Condition *c)
{
    if (c->say != SAY_NONE) {
        pt_buf_printf(out, ",\"%s\":{\"%s\":\"%s\",\"is\":\"equals\",\"value\":\"%s\"}", name,
                      c->say == SAY_STATE ? "property" : "field",
                      c->say == SAY_STATE ? "state" : "event", c->word);
    }
}

static void write_plan(const Plan *p, PtBuf *out)
{
    static const char *const agains[] = {"never", "on", "anew"};
    pt_buf_printf(out, "{\"name\":\"r\",%s\"clocks\":{\"resolution\":{\"targets\":{",
                  p->tills ? "\"applies\":{\"property\":\"category\",\"is\":\"equals\",\"value\":"
                             "\"till\"},"
                           : "");
    for (unsigned i = 0; i < 3; i++) {
        pt_buf_printf(out, "%s\"P%u\":{\"seconds\":%lld,\"in\":\"%s\"}", i > 0 ? "," : "", i + 1,
                      (long long)p->span_s[i], p->in[i] ? "store" : "24x7");
    }
    pt_buf_printf(out, "},\"again\":\"%s\",\"retroactive\":%s,\"warn\":{\"seconds\":%lld}",
                  agains[p->again], p->retroactive ? "true" : "false", (long long)p->warn_s);
    put_condition(out, "start", &p->start);
    put_condition(out, "pause", &p->pause);
    put_condition(out, "resume", &p->resume);
    put_condition(out, "stop", &p->stop);
    put_condition(out, "reset", &p->reset);
    put_condition(out, "cancel", &p->cancel);
    pt_buf_printf(out, "}}}%c", 0);
}

/* A part of a life; two of them merged by time make the history. */
static size_t random_steps(PtRng *rng, int64_t unit, Step *steps, size_t count)
{
    int64_t at = some_s(rng, 600, unit);
    for (size_t i = 0; i < count; i++) {
        steps[i] = (Step){.at_s = at, .event = pick(rng, events, 4)};
        if (i == 0 || pt_rng_below(rng, 3) > 0) {
            steps[i].state = i == 0 ? "new" : pick(rng, states, pt_rng_below(rng, 4) ? 4 : 5);
        }
        if (i == 0 || pt_rng_below(rng, 5) == 0) {
            steps[i].priority = 1 + (unsigned)pt_rng_below(rng, pt_rng_below(rng, 5) ? 3 : 4);
            steps[i].store = pick(rng, stores, STORES);
        }
        if (pt_rng_below(rng, 6) == 0) {
            steps[i].category = pt_rng_below(rng, 2) ? "till" : "sign";
        }
        at += pt_rng_below(rng, 6) == 0 ? 0 : some_s(rng, 2400, unit);
    }
    return count;
}

static int by_time(const void *a, const void *b)
{
    const Step *x = a, *y = b;
    return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

static Case random_case(PtRng *rng, int64_t unit)
{
    Case c = {.plan_count = 1 + pt_rng_below(rng, 3)};
    for (size_t i = 0; i < c.plan_count; i++) {
        c.plans[i] = random_plan(rng, unit);
    }
    if (c.plan_count > 1) { /* the first is edited, or gives way */
        c.plans[0].until_s = some_s(rng, LIFE_S, unit);
        c.plans[1].from_s = c.plans[0].until_s;
        c.plans[0].tills = pt_rng_below(rng, 3) == 0;
        c.plans[1].tills = c.plan_count > 2 && pt_rng_below(rng, 2) == 0;
    }
    c.step_count = random_steps(rng, unit, c.steps, 1 + pt_rng_below(rng, 12));
    if (pt_rng_below(rng, 4) == 0) { /* merged with another */
        c.step_count += random_steps(rng, unit, c.steps + c.step_count, 1 + pt_rng_below(rng, 10));
        Step sorted[MAX_ROWS];
        memcpy(sorted, c.steps, sizeof sorted);
        for (size_t i = 0; i < c.step_count; i++) { /* stable: ties by their order */
            size_t before = 0;
            for (size_t k = 0; k < c.step_count; k++) {
                const int order = by_time(&sorted[k], &sorted[i]);
                before += order < 0 || (order == 0 && k < i);
            }
            c.steps[before] = sorted[i];
        }
    }
    c.now_s = c.steps[0].at_s + some_s(rng, LIFE_S, unit);
    return c;
}

/* ---- The oracle: one second after the other ----------------------------------------------------
 */

typedef struct Oracle {
    const Case *c;
    const ClockRig *rig;
    int64_t base_s;
    const Plan *plan;
    const char *event, *state, *store, *category;
    unsigned priority;
    bool begun, stopped, paused, cancelled, promised, late;
    int64_t elapsed, target, due, risk;
    unsigned round, met, breached;
    int64_t started, stopped_at;
} Oracle;

static bool says(const Oracle *o, const Condition *c)
{
    return (c->say == SAY_STATE && strcmp(o->state, c->word) == 0) ||
           (c->say == SAY_EVENT && strcmp(o->event, c->word) == 0);
}

static bool is_open(const Oracle *o, int64_t at_s)
{
    const PtCalendar *calendar = NULL;
    if (o->plan->in[o->priority - 1]) {
        for (size_t i = 0; i < o->rig->calendar_count; i++) {
            const struct RigCalendar *c = &o->rig->calendars[i];
            if (pt_str_eq(c->name, pt_str(o->store)) &&
                c->from_ms <= (o->base_s + at_s) * SECOND_MS) {
                calendar = c->calendar;
            }
        }
    }
    return calendar == NULL || pt_calendar_is_open(calendar, (o->base_s + at_s) * SECOND_MS);
}

static void begin(Oracle *o, int64_t at_s)
{
    o->begun = true;
    o->stopped = o->paused = o->late = false;
    o->elapsed = 0;
    o->due = o->risk = LAST;
    o->started = at_s;
    o->round++;
}

static int64_t risk_at(const Oracle *o)
{
    return o->target <= 2 * o->plan->warn_s ? o->target / 2 : o->target - o->plan->warn_s;
}

/* An instant that has come stays; one that a new target puts behind comes now. */
static void come(int64_t *instant, bool reached, int64_t at_s)
{
    *instant = !reached ? LAST : *instant > at_s ? at_s : *instant;
}

static void measure(Oracle *o, int64_t at_s)
{
    o->target = o->plan->span_s[o->priority - 1];
    come(&o->due, o->elapsed >= o->target, at_s);
    come(&o->risk, o->elapsed >= risk_at(o), at_s);
    o->late = o->elapsed > o->target || (o->elapsed == o->target && o->late);
}

static void tick(Oracle *o, int64_t at_s)
{
    if (!o->begun || o->stopped || o->cancelled || o->paused) {
        return;
    }
    if (o->elapsed >= o->target) {
        o->late = true;
    }
    o->elapsed += is_open(o, at_s);
    if (o->elapsed == o->target && o->due == LAST) {
        o->due = at_s + 1;
    }
    if (o->elapsed == risk_at(o) && o->risk == LAST) {
        o->risk = at_s + 1;
    }
}

static void judge_pause(Oracle *o)
{
    const bool pause = says(o, &o->plan->pause);
    if (o->plan->resume.say == SAY_NONE || !o->paused) {
        o->paused = pause;
    } else if (says(o, &o->plan->resume) && !pause) {
        o->paused = false;
    }
}

static void take(Oracle *o, const Step *s)
{
    o->event = s->event;
    o->state = s->state != NULL ? s->state : o->state;
    o->store = s->store != NULL ? s->store : o->store;
    o->category = s->category != NULL ? s->category : o->category;
    o->priority = s->priority == 0 ? o->priority : s->priority % 4;
}

/* The life so far again, by the plan and priority that hold now. */
static void go_back(Oracle *o, size_t upto, int64_t at_s)
{
    const unsigned priority = o->priority;
    o->state = o->store = o->category = "";
    for (size_t i = 0; i <= upto; i++) {
        const int64_t end = i < upto ? o->c->steps[i + 1].at_s : at_s;
        take(o, &o->c->steps[i]);
        o->priority = priority;
        o->cancelled = says(o, &o->plan->cancel);
        judge_pause(o);
        measure(o, o->c->steps[i].at_s);
        for (int64_t s = o->c->steps[i].at_s; s < end; s++) {
            tick(o, s);
        }
    }
    o->cancelled = false;
}

static void judge(Oracle *o, size_t step, int64_t at_s)
{
    const char *event = o->event;
    o->plan = NULL;
    for (size_t i = 0; i < o->c->plan_count && o->plan == NULL; i++) {
        const Plan *p = &o->c->plans[i];
        if (p->from_s <= at_s && at_s < p->until_s &&
            (!p->tills || strcmp(o->category, "till") == 0)) {
            o->plan = p;
        }
    }
    o->promised = o->plan != NULL && o->priority > 0 && !says(o, &o->plan->cancel);
    o->cancelled = o->begun && !o->stopped && !o->promised;
    if (!o->promised) {
        return;
    }
    if (o->begun && says(o, &o->plan->reset)) {
        o->begun = o->stopped = false;
    }
    const bool start = o->plan->start.say == SAY_NONE || says(o, &o->plan->start);
    const bool stop = says(o, &o->plan->stop);
    if (!o->begun && start) {
        const int64_t opened = o->c->steps[0].at_s;
        const bool back = o->round == 0 && o->plan->retroactive && at_s > opened;
        begin(o, back ? opened : at_s);
        if (back) {
            go_back(o, step, at_s);
            o->event = event;
        }
    } else if (o->begun && o->stopped && o->plan->again == 1 && !stop) {
        o->stopped = false;
    } else if (o->begun && o->stopped && o->plan->again == 2 && !stop && start) {
        *(o->late ? &o->breached : &o->met) += 1;
        begin(o, at_s);
    }
    if (o->begun && !o->stopped) {
        measure(o, at_s);
        judge_pause(o);
        o->stopped = stop;
        o->stopped_at = at_s;
    }
}

static void live(Oracle *o)
{
    size_t next = 0;
    for (int64_t s = o->c->steps[0].at_s; s <= o->c->now_s; s++) {
        bool judged = false;
        for (; next < o->c->step_count && o->c->steps[next].at_s == s; next++) {
            take(o, &o->c->steps[next]);
            judge(o, next, s);
            judged = true;
        }
        for (size_t i = 0; i < o->c->plan_count && !judged; i++) {
            if (o->c->plans[i].from_s == s || o->c->plans[i].until_s == s) {
                o->event = "";
                judge(o, next - 1, s);
                judged = true;
            }
        }
        if (s < o->c->now_s) {
            tick(o, s);
        }
    }
}

static WorkClockState state_of(const Oracle *o)
{
    return o->cancelled ? WORK_CLOCK_IS_CANCELLED
           : !o->begun  ? WORK_CLOCK_IS_NOT_STARTED
           : o->late    ? WORK_CLOCK_IS_BREACHED
           : o->stopped ? WORK_CLOCK_IS_MET
           : o->paused  ? WORK_CLOCK_IS_PAUSED
                        : WORK_CLOCK_IS_RUNNING;
}

/* ---- One against the other ---------------------------------------------------------------------
 */

static WorkHistory history_of(ClockRig *rig, const Case *c, int64_t base_s)
{
    static const char *const priorities[] = {"", "P1", "P2", "P3"};
    WorkRow *rows = pt_arena_alloc(rig->arena, c->step_count, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < c->step_count; i++) {
        const Step *s = &c->steps[i];
        WorkChange *changes = pt_arena_alloc(rig->arena, 4, sizeof *changes);
        assert_non_null(changes);
        rows[i] = (WorkRow){(base_s + s->at_s) * SECOND_MS, pt_str(s->event), changes, 0};
        const struct {
            const char *value;
            WorkFact fact;
        } all[] = {{s->state, WORK_STATE},
                   {s->store, WORK_STORE},
                   {s->category, WORK_CATEGORY},
                   {s->priority > 0 ? priorities[s->priority % 4] : NULL, WORK_PRIORITY}};
        for (unsigned k = 0; k < sizeof all / sizeof *all; k++) {
            if (all[k].value != NULL) {
                changes[rows[i].change_count++] = (WorkChange){all[k].fact, pt_str(all[k].value)};
            }
        }
    }
    return (WorkHistory){rows, c->step_count};
}

/* In seconds from the base; what lies further ahead than the oracle went is as good as never. */
static int64_t seconds(int64_t ms, int64_t base_s, int64_t until_s)
{
    const int64_t s = ms == WORK_NEVER ? LAST : ms / SECOND_MS - base_s;
    return s > until_s ? LAST : s;
}

static void compare(ClockRig *rig, const Case *c, int64_t base_s)
{
    const WorkRules rules = clock_rig_rules(rig);
    const WorkHistory history = history_of(rig, c, base_s);
    const int64_t now_ms = (base_s + c->now_s) * SECOND_MS;
    WorkClock clock;
    assert_int_equal(work_clock_fold(&rules, &history, WORK_CLOCK_RESOLUTION, now_ms, &clock, NULL),
                     PT_OK);
    Oracle o = {.c = c,
                .rig = rig,
                .base_s = base_s,
                .event = "",
                .state = "",
                .store = "",
                .category = "",
                .due = LAST,
                .risk = LAST};
    live(&o);
    assert_string_equal(work_state_name(clock.state), work_state_name(state_of(&o)));
    assert_int_equal(clock.elapsed_ms, o.begun ? o.elapsed * SECOND_MS : 0);
    assert_int_equal(clock.round, o.begun ? o.round : 0);
    assert_int_equal(clock.met, o.met + (o.begun && o.stopped && !o.late));
    assert_int_equal(clock.breached, o.breached + (o.begun && o.stopped && o.late));
    clock_rig_check_told(&rules, &history, now_ms, &clock, rig->arena);
    if (!o.begun) {
        return;
    }
    assert_int_equal(clock.started_ms, (base_s + o.started) * SECOND_MS);
    assert_int_equal(clock.target_ms, o.target * SECOND_MS);
    assert_int_equal(seconds(clock.stopped_ms, base_s, LAST), o.stopped ? o.stopped_at : LAST);
    const int64_t until = c->now_s + AHEAD_S;
    for (int64_t s = c->now_s; s < until && (o.due == LAST || o.risk == LAST); s++) {
        tick(&o, s);
    }
    assert_int_equal(seconds(clock.due_ms, base_s, until), o.due);
    assert_int_equal(seconds(clock.at_risk_ms, base_s, until), o.risk);
}

static void add_stores(ClockRig *rig, int64_t base_s, int64_t unit, PtRng *rng)
{
    clock_rig_calendar(rig, WORK_CALENDAR_STORE, "a", INT64_MIN,
                       HOURS("Europe/Berlin",
                             "[\"00:10\",\"02:30\"],[\"02:45\",\"03:20\"],[\"03:30\",\"24:00\"]",
                             "[\"00:00\",\"02:00\"],[\"08:00\",\"17:10\"]"));
    clock_rig_calendar(rig, WORK_CALENDAR_STORE, "b", INT64_MIN,
                       HOURS("America/New_York", "[\"00:30\",\"01:30\"],[\"02:10\",\"03:00\"]",
                             "[\"09:00\",\"18:00\"]"));
    clock_rig_calendar(rig, WORK_CALENDAR_STORE, "c", INT64_MIN,
                       HOURS("Asia/Tokyo", "[\"00:00\",\"24:00\"]", "[\"12:00\",\"15:00\"]"));
    clock_rig_calendar(rig, WORK_CALENDAR_STORE, "c",
                       (base_s + some_s(rng, LIFE_S, unit)) * SECOND_MS,
                       HOURS("UTC", "[\"00:00\",\"01:00\"]", "[\"00:00\",\"24:00\"]"));
}

static void add_plan(ClockRig *rig, int64_t base_s, const Plan *p)
{
    PtBuf json;
    pt_buf_init(&json, POLICY_MAX);
    write_plan(p, &json);
    assert_int_equal(pt_buf_status(&json), PT_OK);
    clock_rig_policy(rig, p->from_s == -LAST ? INT64_MIN : (base_s + p->from_s) * SECOND_MS,
                     p->until_s == LAST ? WORK_NEVER : (base_s + p->until_s) * SECOND_MS,
                     json.data);
    pt_buf_done(&json);
}

static uint64_t seed; /* of the case that runs */

static void test_against_the_oracle(void **state)
{
    (void)state;
    const char *given = getenv("WORK_SEED");
    unsigned runs = given != NULL ? 1 : RUNS;
    pt_random_bytes(&seed, sizeof seed);
    seed = given != NULL ? strtoull(given, NULL, 10) : seed % 1000000007;
    for (; runs > 0; runs--, seed++) {
        PtRng rng;
        ClockRig rig;
        pt_rng_init(&rng, seed);
        clock_rig_init(&rig);
        const int64_t base_s = bases_s[pt_rng_below(&rng, PT_COUNT(bases_s))];
        const int64_t unit = pt_rng_below(&rng, 2) ? 300 : 1;
        add_stores(&rig, base_s, unit, &rng);
        const Case c = random_case(&rng, unit);
        for (size_t i = 0; i < c.plan_count; i++) {
            add_plan(&rig, base_s, &c.plans[i]);
        }
        compare(&rig, &c, base_s);
        clock_rig_done(&rig);
    }
}

static int say_seed(void **state)
{
    (void)state;
    print_message("ended at WORK_SEED=%llu\n", (unsigned long long)seed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_against_the_oracle, NULL, say_seed)};
    return cmocka_run_group_tests_name("work/clock_property", tests, NULL, NULL);
}
