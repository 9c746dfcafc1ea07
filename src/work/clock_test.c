// SPDX-License-Identifier: Apache-2.0
/* One history after another by a table: what the clock shows, and the explanation that sums to it.
 */
#include "base/test_rows.h"
#include "base/time.h"
#include "work/clock_rig.h"

#define MINUTE INT64_C(60000)

static const char store_hours[] =
    "{\"zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"12:30\"],[\"14:00\",\"18:00\"]],"
    "\"tue\":[[\"09:00\",\"18:00\"]],\"wed\":[[\"09:00\",\"18:00\"]],\"thu\":[[\"09:00\",\"18:00\"]"
    "],"
    "\"fri\":[[\"09:00\",\"18:00\"]],\"sun\":[[\"00:00\",\"24:00\"]]}}";
static const char far_hours[] =
    "{\"zone\":\"America/New_York\",\"hours\":{\"mon\":[[\"09:00\",\"18:00\"]]}}";

#define STATE(s) "{\"property\":\"state\",\"is\":\"equals\",\"value\":\"" s "\"}"
#define EVENT(e) "{\"field\":\"event\",\"is\":\"equals\",\"value\":\"" e "\"}"
/* P1: 60 minutes round the clock, P2: 60 of the store's, P3: two business days of it. */
#define TARGETS                                                                                    \
    "\"targets\":{\"P1\":{\"minutes\":60,\"in\":\"24x7\"},\"P2\":{\"hours\":1,\"in\":\"store\"},"  \
    "\"P3\":{\"days\":2,\"in\":\"store\"}}"
#define CLOCK(more)                                                                                \
    "{\"name\":\"test\",\"clocks\":{\"resolution\":{" TARGETS ",\"stop\":" STATE("resolved") more  \
        "}}}"
#define PLAIN CLOCK(",\"pause\":" STATE("waiting"))

/* Minutes since the base, a Monday (or another date) at 10:00 in Berlin. */
enum { NEVER = -1 };
static struct ClockCase {
    const char *name, *policy, *rows;
    int64_t now, elapsed, due, at_risk;
    WorkClockState state;
    uint32_t round;
    const char *base; /* NULL: 2026-03-02T09:00:00Z */
} cases[] = {
    {"runs", PLAIN, "0 opened state=new priority=P1", 10, 10, 60, 45, WORK_CLOCK_IS_RUNNING, 1,
     NULL},
    {"in time at the due instant", PLAIN, "0 x priority=P1; 60 x state=resolved", 70, 60, 60, 45,
     WORK_CLOCK_IS_MET, 1, NULL},
    {"late a moment later", PLAIN, "0 x priority=P1; 60:01 x state=resolved", 70, 60, 60, 45,
     WORK_CLOCK_IS_BREACHED, 1, NULL},
    {"not yet late at the due instant", PLAIN, "0 x priority=P1", 60, 60, 60, 45,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"late and running", PLAIN, "0 x priority=P1", 61, 61, 60, 45, WORK_CLOCK_IS_BREACHED, 1, NULL},
    {"a pause is not counted", PLAIN, "0 x priority=P1; 10 x state=waiting; 30 x state=in_progress",
     40, 20, 80, 65, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"two pauses in one minute", PLAIN,
     "0 x priority=P1; 10:10 x state=waiting; 10:20 x state=new; 10:30 x state=waiting; "
     "11:20 x state=new",
     12, 11, 61, 46, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"no due instant while paused", PLAIN, "0 x priority=P1; 10 x state=waiting", 400, 10, NEVER,
     NEVER, WORK_CLOCK_IS_PAUSED, 1, NULL},
    {"not late while waiting", PLAIN, "0 x priority=P1; 59 x state=waiting; 500 x state=new", 501,
     60, 501, 45, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"paused when due, and resolved as the pause ends", PLAIN,
     "0 x priority=P1; 60 x state=waiting; 90 x state=new; 90 x state=resolved", 95, 60, 60, 45,
     WORK_CLOCK_IS_MET, 1, NULL},
    {"closed at noon", PLAIN, "0 x priority=P2 store=a", 200, 150, 60, 45, WORK_CLOCK_IS_BREACHED,
     1, NULL},
    {"over noon", PLAIN, "0 x store=a; 120 x priority=P2", 200, 30, 270, 255, WORK_CLOCK_IS_RUNNING,
     1, NULL},
    {"the end of the span is the closing instant", PLAIN, "0 x store=a; 90 x priority=P2", 100, 10,
     150, 135, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"at risk before closing, due after it", PLAIN, "0 x store=a; 95 x priority=P2", 100, 5, 245,
     140, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"pauses in closed time cost nothing", PLAIN,
     "0 x store=a; 120 x priority=P2; 160 x state=waiting; 200 x state=new", 250, 40, 270, 255,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"no store: the service's hours", PLAIN, "0 x priority=P2 service=till", 10, 0, 360, 345,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"no store, no service: round the clock", PLAIN, "0 x priority=P2", 10, 10, 60, 45,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"two business days end at the same wall time", PLAIN, "0 x priority=P3 store=a", 10, 10, 2880,
     2865, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"from an opening two days later it is the opening", PLAIN, "0 x priority=P3 store=a", 10, 10,
     2880, 1965, WORK_CLOCK_IS_RUNNING, 1, "2026-03-03T08:00:00Z"},
    {"days move by the time paused", PLAIN,
     "0 x priority=P3 store=a; 30 x state=waiting; 60 x state=new", 60, 30, 2910, 2895,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"a higher priority keeps what elapsed", PLAIN, "0 x priority=P3 store=a; 30 x priority=P1", 40,
     40, 60, 45, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"and is late at once where too much had", PLAIN, "0 x priority=P3 store=a; 90 x priority=P1",
     90, 90, 90, 90, WORK_CLOCK_IS_BREACHED, 1, NULL},
    {"a lower one is in time again", PLAIN, "0 x priority=P1 store=a; 90 x priority=P3", 91, 91,
     2880, 2865, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"no priority, no promise", PLAIN, "0 x state=new", 10, 0, NEVER, NEVER,
     WORK_CLOCK_IS_NOT_STARTED, 0, NULL},
    {"stopped for good", PLAIN, "0 x priority=P1; 10 x state=resolved; 20 x state=new", 500, 10,
     NEVER, NEVER, WORK_CLOCK_IS_MET, 1, NULL},
    {"runs on when reopened", CLOCK(",\"again\":\"on\""),
     "0 x priority=P1; 10 x state=resolved; 5000 reopened state=new", 5010, 20, 5050, 5035,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"anew", CLOCK(",\"again\":\"anew\""), "0 x priority=P1; 10 x state=resolved; 50 x state=new",
     60, 10, 110, 95, WORK_CLOCK_IS_RUNNING, 2, NULL},
    {"reset by an event", CLOCK(",\"reset\":" EVENT("reopened")),
     "0 x priority=P1; 10 x state=resolved; 50 reopened state=new; 55 x", 60, 10, 110, 95,
     WORK_CLOCK_IS_RUNNING, 2, NULL},
    {"cancelled, and taken back", CLOCK(",\"cancel\":" STATE("cancelled")),
     "0 x priority=P1; 10 x state=cancelled; 50 x state=new", 60, 20, 100, 85,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"cancelled", CLOCK(",\"cancel\":" STATE("cancelled")), "0 x priority=P1; 10 x state=cancelled",
     60, 10, NEVER, NEVER, WORK_CLOCK_IS_CANCELLED, 1, NULL},
    {"starts by a condition", CLOCK(",\"start\":" STATE("in_progress")),
     "0 x priority=P1; 20 x state=in_progress; 25 x state=new", 30, 10, 80, 65,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"retroactive", CLOCK(",\"retroactive\":true,\"start\":" STATE("in_progress")),
     "0 x priority=P1; 20 x state=in_progress", 30, 30, 60, 45, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"retroactive, without what was paused",
     CLOCK(",\"retroactive\":true,\"start\":" STATE("in_progress") ",\"pause\":" STATE("waiting")),
     "0 x priority=P3 store=a state=waiting; 15 x state=new; 20 x state=in_progress priority=P1",
     30, 15, 75, 60, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"paused by an event until another",
     CLOCK(",\"pause\":" EVENT("asked") ",\"resume\":" EVENT("answered")),
     "0 x priority=P1; 10 asked; 15 note; 20 answered", 30, 20, 70, 55, WORK_CLOCK_IS_RUNNING, 1,
     NULL},
    {"a short target warns at half", CLOCK(",\"warn\":{\"minutes\":31}"), "0 x priority=P1", 10, 10,
     60, 30, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"twice the lead is short", CLOCK(",\"warn\":{\"minutes\":30}"), "0 x priority=P1", 10, 10, 60,
     30, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"longer is not", CLOCK(",\"warn\":{\"minutes\":29}"), "0 x priority=P1", 10, 10, 60, 31,
     WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"a warning by wall time", CLOCK(",\"warn\":{\"minutes\":15,\"wall\":true}"),
     "0 x store=a; 95 x priority=P2", 100, 5, 245, 230, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"a moved store counts by both calendars", PLAIN, "0 x priority=P2 store=a; 30 x store=far", 60,
     30, 330, 315, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"a store's new calendar holds from its instant", PLAIN, "0 x priority=P2 store=moved", 45, 30,
     330, 315, WORK_CLOCK_IS_RUNNING, 1, NULL},
    {"spring forward: 02:00 to 03:00 is not there", PLAIN, "0 x priority=P2 store=a", 30, 30, 60,
     45, WORK_CLOCK_IS_RUNNING, 1, "2026-03-29T00:30:00Z"},
    {"autumn: the hour counts twice", PLAIN, "0 x priority=P2 store=a", 120, 120, 60, 45,
     WORK_CLOCK_IS_BREACHED, 1, "2026-10-25T00:00:00Z"},
};

static int64_t minutes_of(int64_t ms, int64_t base)
{
    return ms == WORK_NEVER ? NEVER : (ms - base) / MINUTE;
}

static void test_case(void **state)
{
    const struct ClockCase *c = *state;
    ClockRig rig;
    PtError err = {0};
    int64_t base;
    WorkClock clock;
    clock_rig_init(&rig);
    assert_true(pt_time_parse(pt_str(c->base != NULL ? c->base : "2026-03-02T09:00:00Z"), &base));
    clock_rig_calendar(&rig, WORK_CALENDAR_STORE, "a", INT64_MIN, store_hours);
    clock_rig_calendar(&rig, WORK_CALENDAR_STORE, "far", INT64_MIN, far_hours);
    clock_rig_calendar(&rig, WORK_CALENDAR_STORE, "moved", INT64_MIN, store_hours);
    clock_rig_calendar(&rig, WORK_CALENDAR_STORE, "moved", base + 30 * MINUTE, far_hours);
    clock_rig_calendar(&rig, WORK_CALENDAR_SERVICE, "till", INT64_MIN, far_hours);
    clock_rig_policy(&rig, INT64_MIN, WORK_NEVER, c->policy);
    const WorkRules rules = clock_rig_rules(&rig);
    const WorkHistory history = clock_rig_history(&rig, base, c->rows);
    const int64_t now = base + c->now * MINUTE;
    assert_int_equal(work_clock_fold(&rules, &history, WORK_CLOCK_RESOLUTION, now, &clock, &err),
                     PT_OK);
    assert_string_equal(work_state_name(clock.state), work_state_name(c->state));
    assert_int_equal(clock.elapsed_ms / MINUTE, c->elapsed);
    assert_int_equal(minutes_of(clock.due_ms, base), c->due);
    assert_int_equal(minutes_of(clock.at_risk_ms, base), c->at_risk);
    assert_int_equal(clock.round, c->round);
    clock_rig_check_told(&rules, &history, now, &clock, rig.arena);
    clock_rig_done(&rig);
}

/* ---- Versions, steps, verdicts ----------------------------------------------------------------
 */

#define TARGET_OF(minutes)                                                                         \
    "{\"name\":\"t\",\"clocks\":{\"resolution\":{\"targets\":{\"P1\":{\"minutes\":" minutes        \
    ",\"in\":\"24x7\"}},\"stop\":" STATE("resolved") "}}}"

static WorkClock clock_at(ClockRig *rig, const char *text, int64_t now)
{
    WorkClock clock;
    const WorkRules rules = clock_rig_rules(rig);
    const WorkHistory history = clock_rig_history(rig, 0, text);
    assert_int_equal(
        work_clock_fold(&rules, &history, WORK_CLOCK_RESOLUTION, now * MINUTE, &clock, NULL),
        PT_OK);
    clock_rig_check_told(&rules, &history, now * MINUTE, &clock, rig->arena);
    return clock;
}

static void test_versions(void **state)
{
    (void)state;
    ClockRig rig;
    clock_rig_init(&rig);
    clock_rig_policy(&rig, INT64_MIN, 30 * MINUTE, TARGET_OF("60"));
    clock_rig_policy(&rig, 30 * MINUTE, WORK_NEVER, TARGET_OF("20"));
    WorkClock c = clock_at(&rig, "0 x priority=P1", 29);
    assert_int_equal(c.due_ms, 60 * MINUTE); /* as is known then */
    assert_int_equal(c.policy, 1);
    c = clock_at(&rig, "0 x priority=P1", 30);
    assert_int_equal(c.state, WORK_CLOCK_IS_BREACHED);
    assert_int_equal(c.due_ms, 30 * MINUTE); /* the edit put it behind */
    assert_int_equal(c.elapsed_ms, 30 * MINUTE);
    assert_int_equal(c.policy, 2);
    c = clock_at(&rig, "0 x priority=P1; 25 x state=resolved", 90);
    assert_int_equal(c.state, WORK_CLOCK_IS_MET); /* a verdict stays */
    assert_int_equal(c.target_ms, 60 * MINUTE);
    clock_rig_done(&rig);
}

static void test_first_that_applies(void **state)
{
    (void)state;
    ClockRig rig;
    clock_rig_init(&rig);
    clock_rig_policy(&rig, 0, WORK_NEVER,
                     "{\"name\":\"tills\",\"applies\":{\"property\":\"category\",\"is\":\"equals\","
                     "\"value\":\"till\"},\"clocks\":{\"resolution\":{\"targets\":{\"P1\":{"
                     "\"minutes\":10,\"in\":\"24x7\"}},\"stop\":" STATE("resolved") "}}}");
    clock_rig_policy(&rig, 0, WORK_NEVER, TARGET_OF("60"));
    assert_int_equal(clock_at(&rig, "0 x priority=P1 category=till", 5).due_ms, 10 * MINUTE);
    assert_int_equal(clock_at(&rig, "0 x priority=P1 category=sign", 5).due_ms, 60 * MINUTE);
    assert_int_equal(clock_at(&rig, "0 x priority=P1; 4 x category=till", 5).due_ms, 10 * MINUTE);
    clock_rig_done(&rig);
}

static void test_steps(void **state)
{
    (void)state;
    ClockRig rig;
    clock_rig_init(&rig);
    clock_rig_policy(
        &rig, 0, WORK_NEVER,
        "{\"name\":\"s\",\"clocks\":{\"resolution\":{\"targets\":{\"P1\":{\"hours\":1,\"in\":"
        "\"24x7\"}},\"stop\":" STATE("resolved") ",\"pause\":" STATE(
            "waiting") ",\"steps\":[{\"name\":\"now\",\"after\":{\"seconds\":0}},{\"name\":"
                       "\"half\","
                       "\"percent\":50},{\"name\":\"late\",\"over\":{\"minutes\":10}},{\"name\":"
                       "\"till\",\"after\":{\"minutes\":1},\"if\":{\"property\":\"category\","
                       "\"is\":"
                       "\"equals\",\"value\":\"till\"}}]}}}");
    WorkClock c = clock_at(&rig, "0 x priority=P1; 10 x state=waiting; 20 x state=new", 25);
    const int64_t want[] = {0, 40 * MINUTE, 80 * MINUTE, WORK_NEVER};
    assert_int_equal(c.step_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(c.step_ms[i], want[i]);
    }
    assert_true(pt_str_eq(c.step_names[1], PT_STR("half")));
    c = clock_at(&rig, "0 x priority=P1 category=till; 10 x state=waiting", 25);
    assert_int_equal(c.step_ms[0], 0); /* has come; */
    assert_int_equal(c.step_ms[3], 1 * MINUTE);
    assert_int_equal(c.step_ms[1], WORK_NEVER); /* not known as long as it waits */
    clock_rig_done(&rig);
}

/* Steps that come by a condition: at the row at which it holds, once a round, also when it ends. */
static void test_steps_by_condition(void **state)
{
    (void)state;
    ClockRig rig;
    clock_rig_init(&rig);
    clock_rig_policy(
        &rig, 0, WORK_NEVER,
        "{\"name\":\"s\",\"clocks\":{\"resolution\":{\"targets\":{\"P1\":{\"hours\":1,\"in\":"
        "\"24x7\"}},\"again\":\"anew\",\"stop\":" STATE(
            "resolved") ",\"steps\":[{\"name\":\"low\","
                        "\"when\":{\"property\":\"sentiment\",\"is\":\"less\",\"value\":-0.5}},{"
                        "\"name\":"
                        "\"twice\",\"times\":2,\"when\":{\"all\":[{\"property\":\"sentiment\","
                        "\"is\":\"less\","
                        "\"value\":-0.5},{\"field\":\"event\",\"is\":\"one_of\",\"value\":[\"x\","
                        "\"said\"]}]}}]}}}");
    static const struct {
        const char *name, *rows;
        int64_t low, twice; /* minutes, or -1 */
    } comes[] = {
        {"never", "0 x priority=P1 sentiment=-0.5; 5 said sentiment=0.5", -1, -1},
        {"at the first row", "0 x priority=P1 sentiment=-0.51; 5 seen", 0, -1},
        {"stays come", "0 x priority=P1; 3 said sentiment=-0.9; 5 said sentiment=0.9", 3, -1},
        {"twice of equal ones", "0 x priority=P1 sentiment=-0.9; 5 said; 9 said", 0, 5},
        {"not of other rows", "0 x priority=P1 sentiment=-0.9; 5 seen category=a; 9 said", 0, 9},
        {"not once stopped", "0 x priority=P1; 4 seen state=resolved; 5 said sentiment=-0.9", -1,
         -1},
        {"anew in a round",
         "0 x priority=P1 sentiment=-0.9; 4 seen state=resolved; 6 seen sentiment=0 state=new; 7 "
         "said sentiment=-0.9",
         7, -1},
    };
    for (size_t i = 0; i < PT_COUNT(comes); i++) {
        const WorkClock c = clock_at(&rig, comes[i].rows, 20);
        const int64_t want[] = {comes[i].low, comes[i].twice};
        for (size_t k = 0; k < 2; k++) {
            if (c.step_ms[k] != (want[k] < 0 ? WORK_NEVER : want[k] * MINUTE)) {
                fail_msg("%s: step %zu at %lld", comes[i].name, k, (long long)c.step_ms[k]);
            }
        }
        assert_int_equal(c.step_reads[0], 1U << WORK_SENTIMENT);
    }
    clock_rig_done(&rig);
}

/* Another definition begins to count anew, by what holds then. */
static void test_steps_of_another_policy(void **state)
{
    (void)state;
    ClockRig rig;
    clock_rig_init(&rig);
    clock_rig_policy(&rig, 0, 10 * MINUTE, CLOCK(",\"steps\":[{\"name\":\"a\",\"percent\":1}]"));
    clock_rig_policy(&rig, 10 * MINUTE, WORK_NEVER,
                     CLOCK(",\"steps\":[{\"name\":\"b\",\"when\":{\"property\":\"sentiment\","
                           "\"is\":\"less\",\"value\":0}}]"));
    assert_int_equal(clock_at(&rig, "0 x priority=P1", 20).step_ms[0], WORK_NEVER);
    assert_int_equal(clock_at(&rig, "0 x priority=P1; 5 x sentiment=-1", 20).step_ms[0],
                     10 * MINUTE);
    assert_int_equal(clock_at(&rig, "0 x priority=P1; 15 x sentiment=-1", 20).step_ms[0],
                     15 * MINUTE);
    clock_rig_done(&rig);
}

static void test_verdicts_of_rounds(void **state)
{
    (void)state;
    ClockRig rig;
    clock_rig_init(&rig);
    clock_rig_policy(&rig, 0, WORK_NEVER, CLOCK(",\"again\":\"anew\""));
    const WorkClock c = clock_at(&rig,
                                 "0 x priority=P1; 10 x state=resolved; 20 x state=new; 100 x "
                                 "state=resolved; 110 x state=new; 111 x state=resolved",
                                 200);
    assert_int_equal(c.round, 3);
    assert_int_equal(c.met, 2);
    assert_int_equal(c.breached, 1);
    clock_rig_done(&rig);
}

static void test_default_policy(void **state)
{
    (void)state;
    ClockRig rig;
    WorkClock c;
    clock_rig_init(&rig);
    clock_rig_policy(&rig, 0, WORK_NEVER, work_policy_default().data);
    const WorkRules rules = clock_rig_rules(&rig);
    const WorkHistory history = clock_rig_history(
        &rig, 0,
        "0 opened state=new priority=P1; 3 replied replied=true; 20 asked state=waiting "
        "waiting_for=requester; 50 answered awaits_reply=true state=in_progress waiting_for=");
    const struct {
        WorkClockKind kind;
        WorkClockState state;
        int64_t due;
    } want[] = {{WORK_CLOCK_RESPONSE, WORK_CLOCK_IS_MET, WORK_NEVER},
                {WORK_CLOCK_NEXT_RESPONSE, WORK_CLOCK_IS_RUNNING, 55 * MINUTE},
                {WORK_CLOCK_RESOLUTION, WORK_CLOCK_IS_RUNNING, 90 * MINUTE},
                {WORK_CLOCK_OLA, WORK_CLOCK_IS_NOT_STARTED, WORK_NEVER}};
    for (unsigned i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(work_clock_fold(&rules, &history, want[i].kind, 52 * MINUTE, &c, NULL),
                         PT_OK);
        assert_int_equal(c.state, want[i].state);
        assert_int_equal(c.due_ms, want[i].due);
    }
    clock_rig_done(&rig);
}

static void test_bad_rows(void **state)
{
    (void)state;
    static const char long_text[WORK_FACT_BYTES + 2] = {0};
    const WorkRules none = {0};
    const WorkRow backwards[] = {{.at_ms = 2}, {.at_ms = 1}};
    const WorkChange over = {WORK_STATE, {long_text, WORK_FACT_BYTES + 1}};
    const WorkRow too_long = {.changes = &over, .change_count = 1};
    const WorkRow event = {.event = {long_text, WORK_EVENT_BYTES + 1}};
    const struct {
        WorkHistory history;
        PtStatus want;
    } bad[] = {{{backwards, 2}, PT_INVALID},
               {{backwards, 0}, PT_INVALID},
               {{&too_long, 1}, PT_TOO_LARGE},
               {{&event, 1}, PT_TOO_LARGE}};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        WorkClock c;
        PtError err = {0};
        assert_int_equal(work_clock_fold(&none, &bad[i].history, WORK_CLOCK_OLA, 5, &c, &err),
                         bad[i].want);
        assert_true(err.message[0] != 0);
    }
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_first_that_applies),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_verdicts_of_rounds),
        cmocka_unit_test(test_steps_by_condition),
        cmocka_unit_test(test_steps_of_another_policy),
        cmocka_unit_test(test_default_policy),
        cmocka_unit_test(test_bad_rows),
    };
    struct CMUnitTest tests[PT_COUNT(cases) + PT_COUNT(others)];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, cases, test_case);
    for (size_t i = 0; i < PT_COUNT(others); i++) {
        tests[n++] = others[i];
    }
    return _cmocka_run_group_tests("work/clock", tests, n, NULL, NULL);
}
