// SPDX-License-Identifier: Apache-2.0
/* Random histories through the live door, with edits of policies and restarts: what it shows is
 * what the pure fold says, and what was fired is what follows from the fold at each instant at
 * which it was looked at. A seed that fails is printed; PATRON_SEED runs it again. */
#include "work/live_rig.h"

#include "base/rng.h"
#include "base/test_rows.h"

#include <fault/seeds.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE_MS INT64_C(1780488000000)
#define MIN_MS  INT64_C(60000)
#define SAYS(property, value)                                                                      \
    "{\"property\":\"" property "\",\"is\":\"equals\",\"value\":\"" value "\"}"

enum {
    ITEMS = 5,
    STEPS = 60,
    ROWS = STEPS + 1,
    FIRED_MAX = 2048,
    ROW_FACTS = 3,
    TEXT = 65536,
    LINE = 96,
};

typedef struct Standing {
    char line[LINE]; /* as live_rig_fired has it */
    int64_t item;
    WorkClockKind clock;
    uint32_t round;
    WorkFiredKind kind;
    char step[16];
} Standing;

typedef struct Model {
    WorkRow rows[ITEMS][ROWS];
    WorkChange changes[ITEMS][ROWS][ROW_FACTS];
    size_t counts[ITEMS];
    bool over[ITEMS];
    Standing standing[FIRED_MAX];
    size_t standing_count;
    LiveRig *rig;
    PtRng rng;
} Model;

static SqlRig sql;

/* ---- What is expected -------------------------------------------------------------------------
 */

static bool is_of(const Standing *s, const Standing *of)
{
    return s->item == of->item && s->clock == of->clock && s->round == of->round &&
           s->kind == of->kind && strcmp(s->step, of->step) == 0;
}

/* *open: it may come yet. */
static void expect(Model *m, const Standing *one, int64_t due_ms, bool come, bool *open)
{
    const bool ahead = !come && due_ms != WORK_NEVER;
    size_t at = 0;
    while (at < m->standing_count && !is_of(&m->standing[at], one)) {
        at++;
    }
    if (at == m->standing_count && come) {
        assert_true(at < FIRED_MAX);
        Standing *s = &m->standing[m->standing_count++];
        static const char *const kinds[] = {"at_risk", "breached", "step"};
        *s = *one;
        (void)snprintf(s->line, LINE, "%" PRId64 " %s/%u %s%s%s @%" PRId64, s->item,
                       work_clock_name(s->clock), s->round, kinds[s->kind],
                       one->step[0] != '\0' ? " " : "", one->step, (due_ms - BASE_MS) / 1000);
    } else if (at < m->standing_count && !come && one->kind != WORK_STEP) {
        m->standing[at] = m->standing[--m->standing_count]; // corrected
        *open = *open || ahead;
    } else if (at == m->standing_count) {
        *open = *open || ahead;
    }
}

static void expect_clock(Model *m, int64_t item, const WorkClock *c, int64_t now_ms, bool *open)
{
    Standing one = {.item = item, .clock = c->kind, .round = c->round, .kind = WORK_AT_RISK};
    if (c->round == 0 || c->state == WORK_CLOCK_IS_CANCELLED) {
        return;
    }
    expect(m, &one, c->at_risk_ms, c->at_risk_ms <= now_ms, open);
    one.kind = WORK_BREACHED;
    const bool late = c->state == WORK_CLOCK_IS_BREACHED;
    expect(m, &one, late || c->open ? c->due_ms : WORK_NEVER, late, open);
    one.kind = WORK_STEP;
    for (unsigned i = 0; i < c->step_count; i++) {
        (void)snprintf(one.step, sizeof one.step, "%.*s", PT_STR_ARG(c->step_names[i]));
        expect(m, &one, c->step_ms[i], c->step_ms[i] <= now_ms, open);
    }
}

static PtStr state_of(const Model *m, size_t item)
{
    PtStr state = PT_STR("");
    for (size_t i = 0; i < m->counts[item]; i++) {
        for (size_t k = 0; k < m->rows[item][i].change_count; k++) {
            const WorkChange *c = &m->changes[item][i][k];
            state = c->fact == WORK_STATE ? c->value : state;
        }
    }
    return state;
}

/* Also that what the door shows of every item is what the fold says. */
static void look(Model *m)
{
    const int64_t now_ms = pt_clock_now_ms(m->rig->clock);
    LiveView view;
    LiveRules *rules = live_rules_hold(m->rig->work);
    assert_int_equal(live_view(m->rig->work, rules, &view, NULL), PT_OK);
    for (size_t i = 0; i < ITEMS; i++) {
        bool open = false;
        const WorkHistory history = {m->rows[i], m->counts[i]};
        for (unsigned k = 0; history.count > 0 && !m->over[i] && k < WORK_CLOCKS; k++) {
            WorkClock c;
            assert_int_equal(
                work_clock_fold(&view.work, &history, (WorkClockKind)k, now_ms, &c, NULL), PT_OK);
            expect_clock(m, (int64_t)i + 1, &c, now_ms, &open);
        }
        const PtStr state = state_of(m, i);
        m->over[i] = m->over[i] ||
                     (history.count > 0 && !open &&
                      (pt_str_eq(state, PT_STR("resolved")) || pt_str_eq(state, PT_STR("closed"))));
    }
    live_view_done(m->rig->work, &view);
    live_rules_release(rules);
}

static int order(const void *a, const void *b)
{
    return strcmp(((const Standing *)a)->line, ((const Standing *)b)->line);
}

static int order_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_fired(Model *m)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    static char copy[TEXT];
    static char *lines[FIRED_MAX];
    size_t count = 0;
    (void)snprintf(copy, sizeof copy, "%s", live_rig_fired(m->rig, BASE_MS, arena));
    for (char *at = copy; at != NULL && at[0] != '\0' && count < FIRED_MAX;) {
        char *next = strstr(at, "; ");
        lines[count++] = at;
        if (next != NULL) {
            next[0] = '\0';
            next += 2;
        }
        at = next;
    }
    qsort(lines, count, sizeof *lines, order_texts);
    qsort(m->standing, m->standing_count, sizeof *m->standing, order);
    for (size_t i = 0; i < count && i < m->standing_count; i++) {
        assert_string_equal(lines[i], m->standing[i].line);
    }
    assert_int_equal(count, m->standing_count);
}

static void check_clocks(Model *m)
{
    for (size_t i = 0; i < ITEMS; i++) {
        const WorkHistory history = {m->rows[i], m->counts[i]};
        LiveView view;
        LiveRules *rules = live_rules_hold(m->rig->work);
        assert_int_equal(live_view(m->rig->work, rules, &view, NULL), PT_OK);
        for (unsigned k = 0; history.count > 0 && k < WORK_CLOCKS; k++) {
            WorkClock want;
            const WorkClock got = live_rig_clock(m->rig, (int64_t)i + 1, (WorkClockKind)k);
            assert_int_equal(work_clock_fold(&view.work, &history, (WorkClockKind)k,
                                             pt_clock_now_ms(m->rig->clock), &want, NULL),
                             PT_OK);
            assert_int_equal(got.state, want.state);
            assert_int_equal(got.due_ms, want.due_ms);
            assert_int_equal(got.at_risk_ms, want.at_risk_ms);
            assert_int_equal(got.elapsed_ms, want.elapsed_ms);
            assert_int_equal(got.round, want.round);
            assert_int_equal(got.met, want.met);
            assert_int_equal(got.breached, want.breached);
            assert_int_equal(got.policy, want.policy);
        }
        live_view_done(m->rig->work, &view);
        live_rules_release(rules);
    }
}

/* ---- What happens -----------------------------------------------------------------------------
 */

static void edit_policy(Model *m)
{
    static const char form[] =
        "{\"name\":\"Random\",\"clocks\":{"
        "\"resolution\":{\"targets\":{\"P1\":{\"minutes\":%d,\"in\":\"24x7\"},"
        "\"P2\":{\"minutes\":%d,\"in\":\"store\"},\"P3\":{\"days\":1,\"in\":\"store\"}},"
        "\"pause\":" SAYS(
            "state",
            "waiting") ",\"stop\":{\"property\":\"state\",\"is\":\"one_of\","
                       "\"value\":[\"resolved\",\"closed\"]},\"again\":\"%s\",\"warn\":{"
                       "\"minutes\":%d%s},"
                       "\"steps\":[{\"name\":\"half\",\"percent\":50},{\"name\":\"over\",\"over\":{"
                       "\"minutes\":7},"
                       "\"if\":{\"not\":" SAYS(
                           "state",
                           "waiting") "}}]},"
                                      "\"ola\":{\"targets\":{\"P1\":{\"minutes\":30,\"in\":"
                                      "\"24x7\"}},"
                                      "\"cancel\":" SAYS("category", "none") ",\"stop\":" SAYS(
                                          "state", "closed") "}}}";
    static const char *const again[] = {"never", "on", "anew"};
    char json[2048];
    (void)snprintf(json, sizeof json, form, 5 + (int)pt_rng_below(&m->rng, 200),
                   5 + (int)pt_rng_below(&m->rng, 200), again[pt_rng_below(&m->rng, 3)],
                   1 + (int)pt_rng_below(&m->rng, 20),
                   pt_rng_below(&m->rng, 2) == 0 ? "" : ",\"wall\":true");
    live_rig_policy(m->rig, json);
}

static void write_row(Model *m)
{
    static const char *const states[] = {"new", "waiting", "in_progress", "resolved", "closed"};
    static const char *const priorities[] = {"P1", "P2", "P3", "P4"};
    static const char *const others[] = {"category=none", "category=till", "store=a", "store="};
    static const WorkChange made[] = {{WORK_CATEGORY, PT_STR_INIT("none")},
                                      {WORK_CATEGORY, PT_STR_INIT("till")},
                                      {WORK_STORE, PT_STR_INIT("a")},
                                      {WORK_STORE, PT_STR_INIT("")}};
    const size_t item = pt_rng_below(&m->rng, ITEMS), at = m->counts[item]++;
    const char *state = states[pt_rng_below(&m->rng, 5)];
    const char *priority = priorities[pt_rng_below(&m->rng, 4)];
    const size_t other = pt_rng_below(&m->rng, 4);
    const int64_t now_ms = pt_clock_now_ms(m->rig->clock);
    WorkChange *changes = m->changes[item][at];
    char text[128];
    changes[0] = (WorkChange){WORK_STATE, pt_str(state)};
    changes[1] = (WorkChange){WORK_PRIORITY, pt_str(priority)};
    changes[2] = made[other];
    m->rows[item][at] = (WorkRow){now_ms, PT_STR("said"), changes, ROW_FACTS};
    m->over[item] = false;
    (void)snprintf(text, sizeof text, "0 said state=%s priority=%s %s", state, priority,
                   others[other]);
    live_rig_write(m->rig, (int64_t)item + 1, now_ms, text);
}

/* The timers may be late for a row: what had come before it is fired all the same. */
static void step(Model *m)
{
    const uint64_t what = pt_rng_below(&m->rng, 10);
    if (what >= 5) {
        live_rig_fire(m->rig);
    }
    look(m);
    if (what < 7) {
        write_row(m);
    } else if (what < 9) {
        edit_policy(m);
    } else {
        live_rig_restart(m->rig);
    }
}

static void run(uint64_t seed)
{
    static Model m;
    static LiveRig rig;
    m = (Model){.rig = &rig};
    pt_rng_init(&m.rng, seed);
    live_rig_init(&rig, &sql, BASE_MS);
    clock_rig_calendar(&rig.calendars, WORK_CALENDAR_STORE, "a", 0,
                       "{\"zone\":\"UTC\",\"hours\":{\"wed\":[[\"09:00\",\"12:40\"],[\"13:00\","
                       "\"14:00\"],[\"15:00\",\"24:00\"]],\"thu\":[[\"06:00\",\"13:00\"]]}}");
    live_rig_open(&rig);
    edit_policy(&m);
    for (unsigned i = 0; i < STEPS; i++) {
        pt_clock_sim_advance(rig.clock, (int64_t)pt_rng_below(&m.rng, 1500) * 1000);
        step(&m);
        live_rig_fire(&rig);
        look(&m);
    }
    check_fired(&m);
    check_clocks(&m);
    live_rig_done(&rig);
}

static void what_is_fired_is_what_the_fold_says(void **state)
{
    const FaultSeeds seeds = fault_seeds(10, 1000);
    (void)state;
    for (uint64_t i = 0; i < seeds.count; i++) {
        print_message("seed %" PRIu64 "\n", seeds.first + i);
        run(seeds.first + i);
    }
}

static int set_up(void **state)
{
    (void)state;
    if (!rig_init(&sql, RIG_SQLITE)) {
        return -1;
    }
    PtSqlConfig c = rig_config(&sql);
    c.relaxed = true; // crashes are live_crash_test's
    c.readers = 2;
    rig_open_sql(&sql, &c);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_done(&sql);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_fired_is_what_the_fold_says),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
