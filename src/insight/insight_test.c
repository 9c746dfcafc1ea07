// SPDX-License-Identifier: Apache-2.0
/* The desk's figures over real tables of both engines. What clients see, against a plain oracle, is
 * tests/scenario/test_figures.py. */
#include "insight/insight_internal.h"
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"
#include "surveys/surveys.h"

#include <fault/fault_alloc.h>

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test_rows.h"

enum { MINUTE = 60000, DAY = 86400000 };
/* Monday, 2026-03-02, noon. */
static const int64_t start_ms = 1772452800000;

static SqlRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */
static SqlRig *rig;
static PtClock *clock_;
static Desk *desk;
static Surveys *surveys;
static Insight *insight;
static PtArena *arena;
static char dir[] = "/tmp/pt-insight-XXXXXX";
static InsightVerdict verdict;
static int close_rigs(void **state)
{
    (void)state;
    for (size_t i = 0; i < RIG_ENGINES; i++) {
        if (rigs[i].sql != NULL) {
            rig_done(&rigs[i]);
        }
    }
    char inside[sizeof dir + 20];
    (void)snprintf(inside, sizeof inside, "%s/attachments", dir);
    (void)rmdir(inside);
    return rmdir(dir);
}

static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static const char *const tables[] = {"DELETE FROM desk_ticket",       "DELETE FROM desk_report",
                                     "DELETE FROM desk_history",      "DELETE FROM desk_link",
                                     "DELETE FROM survey_invitation", "DELETE FROM insight_ticket"};

static PtStatus closed(void *ctx, PtSqlTx *tx, const DeskTold *told, PtError *err)
{
    char key[DESK_KEY_MAX];
    (void)ctx;
    if (told->after->state != DESK_CLOSED || told->before == NULL ||
        told->before->state == DESK_CLOSED) {
        return PT_OK;
    }
    const SurveyTicket ticket = {told->after->number,
                                 desk_key(told->after->type, told->after->number, key),
                                 told->after->f[DESK_F_REQUESTER], told->after->f[DESK_F_CHANNEL]};
    return surveys_closed(surveys, tx, &ticket, err);
}

/* Half of all time is open. */
static int64_t half(void *ctx, PtStr store, PtStr queue, int64_t from_ms, int64_t to_ms)
{
    (void)ctx;
    (void)store;
    (void)queue;
    return (to_ms - from_ms) / 2;
}

static PtStatus say_verdict(void *ctx, int64_t ticket, InsightVerdict *ret_verdict, PtError *err)
{
    (void)ctx;
    if (ticket % 2 == 0) {
        return pt_fail(err, PT_NOT_FOUND, "none");
    }
    *ret_verdict = verdict;
    return PT_OK;
}

static bool open_all(void)
{
    PtError err = {0};
    const InsightConfig ic = {
        .core = rig->sql, .clock = clock_, .business_ms = half, .verdict = say_verdict};
    if (insight_open(&ic, &insight, &err) != PT_OK) {
        return false;
    }
    const SurveysConfig sc = {.core = rig->sql,
                              .clock = clock_,
                              .listener = {insight, insight_asked, insight_scored},
                              .key = {7}};
    const DeskConfig dc = {.core = rig->sql,
                           .clock = clock_,
                           .fs = pt_fs_real(),
                           .data_dir = dir,
                           .listeners = {{insight, insight_changed}, {NULL, closed}}};
    return surveys_open(&sc, &surveys, &err) == PT_OK && desk_open(&dc, &desk, &err) == PT_OK;
}

static int set_up(void **state)
{
    const RigEngine engine = *(RigEngine *)*state;
    PtError err = {0};
    rig = &rigs[engine];
    if (!rig_has(engine)) {
        return 0;
    }
    if (rig->sql == NULL) {
        if (!rig_init(rig, engine)) {
            return -1;
        }
        rig_open_sql(rig, NULL);
        if (pt_migrations_apply(rig->sql, PT_MIGRATIONS_CORE, &err) != PT_OK) {
            return -1;
        }
    }
    PtSqlTx *tx = rig_begin(rig, true);
    for (size_t i = 0; i < PT_COUNT(tables); i++) {
        rig_run(tx, tables[i]);
    }
    rig_commit(tx);
    clock_ = pt_clock_sim_new(start_ms, 0);
    arena = pt_arena_new(64 << 20);
    return arena != NULL && clock_ != NULL && open_all() ? 0 : -1;
}

static void close_all(void)
{
    desk_close(PT_TAKE(desk));
    surveys_close(PT_TAKE(surveys));
    insight_close(PT_TAKE(insight));
}

static int tear_down(void **state)
{
    (void)state;
    close_all();
    pt_arena_free(PT_TAKE(arena));
    if (clock_ != NULL) {
        pt_clock_free(PT_TAKE(clock_));
    }
    return 0;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

static bool skipped(void)
{
    if (rig->sql == NULL) {
        skip();
    }
    return rig->sql == NULL;
}

/* ---- Doing things ------------------------------------------------------------------------------
 */

static void pass(int64_t minutes)
{
    pt_clock_sim_advance(clock_, minutes * MINUTE);
}

static int64_t report(const char *requester, const char *category, const char *store)
{
    PtError err = {0};
    DeskReported reported;
    DeskReport r = {.type = DESK_INCIDENT, .alone = true};
    r.f[DESK_F_TITLE] = PT_STR("Something");
    r.f[DESK_F_REQUESTER] = pt_str(requester);
    r.f[DESK_F_CATEGORY] = pt_str(category);
    r.f[DESK_F_STORE] = pt_str(store);
    r.f[DESK_F_QUEUE] = PT_STR("first");
    must(desk_report(desk, &staff, &r, arena, &reported, &err), &err);
    return reported.ticket.number;
}

static void change(int64_t number, DeskField field, const char *value)
{
    PtError err = {0};
    DeskTicket ticket;
    const DeskEdit edit = {field, pt_str(value)};
    const DeskChange c = {.edits = &edit, .edit_count = 1};
    must(desk_change(desk, &staff, number, &c, arena, &ticket, &err), &err);
}

static void wait_for_requester(int64_t number)
{
    PtError err = {0};
    DeskTicket ticket;
    const DeskEdit edits[] = {{DESK_F_STATE, PT_STR("waiting")},
                              {DESK_F_WAITING_FOR, PT_STR("requester")}};
    const DeskChange c = {.edits = edits, .edit_count = 2};
    must(desk_change(desk, &staff, number, &c, arena, &ticket, &err), &err);
}

static void answer_of_requester(int64_t number)
{
    PtError err = {0};
    DeskTicket ticket;
    const DeskChange c = {.note = PT_STR("Here it is"), .from_requester = true};
    must(desk_change(desk, &staff, number, &c, arena, &ticket, &err), &err);
}

static InsightAnswer ask_by(InsightBy by)
{
    PtError err = {0};
    InsightAnswer answer;
    const InsightAsk ask = {.from_ms = start_ms - DAY / 2,
                            .to_ms = start_ms + 14 * (int64_t)DAY,
                            .zone = "Europe/Berlin",
                            .by = by};
    must(insight_figures(insight, &ask, arena, &answer, &err), &err);
    return answer;
}

static InsightTicket facts_of(int64_t number)
{
    PtError err = {0};
    InsightTicket *list;
    size_t count;
    const InsightDrill drill = {
        .ask = {.from_ms = 0, .to_ms = INT64_MAX / 2}, .after = number - 1, .max = 1};
    must(insight_tickets(insight, &drill, arena, &list, &count, &err), &err);
    assert_int_equal(count, 1);
    assert_int_equal(list->number, number);
    return *list;
}

/* ---- Tests -------------------------------------------------------------------------------------
 */

static void test_wilson(void **state)
{
    (void)state;
    const InsightInterval i = insight_wilson(81, 100);
    assert_true(fabs(i.low - .72221) < .00001 && fabs(i.high - .87485) < .00001);
    const InsightInterval none = insight_wilson(0, 0), all = insight_wilson(5, 5);
    assert_true(none.low == 0 && none.high == 1);
    assert_true(all.low > .5 && all.high == 1);
}

static void test_time_to_resolve(void **state)
{
    (void)state;
    if (skipped()) {
        return;
    }
    const int64_t number = report("mia", "till_fault", "0412");
    pass(10);
    change(number, DESK_F_STATE, "in_progress");
    pass(20);
    wait_for_requester(number);
    pass(100);
    answer_of_requester(number);
    pass(30);
    change(number, DESK_F_STATE, "resolved");
    InsightTicket t = facts_of(number);
    assert_int_equal(t.took_ms, 60 * MINUTE);
    assert_int_equal(t.wait_ms, 100 * MINUTE);
    assert_int_equal(t.business_ms, 30 * MINUTE);
    assert_false(t.first); // a second contact
    pass(40);
    change(number, DESK_F_STATE, "in_progress"); // opened again: the time goes on
    pass(5);
    change(number, DESK_F_STATE, "resolved");
    pass(99);
    change(number, DESK_F_STATE, "closed");
    t = facts_of(number);
    assert_int_equal(t.took_ms, 105 * MINUTE);
    assert_int_equal(t.business_ms, 105 * MINUTE / 2);
    assert_int_equal(t.reopened, 1);
}

static int64_t solved(const char *requester, const char *category, int64_t minutes)
{
    const int64_t number = report(requester, category, "0412");
    pass(minutes);
    change(number, DESK_F_STATE, "resolved");
    return number;
}

static void test_first_contact(void **state)
{
    (void)state;
    if (skipped()) {
        return;
    }
    const int64_t plain = solved("mia", "till_fault", 10);
    const int64_t other = solved("mia", "payment_timeout", 10); // something else
    const int64_t moved = report("ben", "till_fault", "0412");
    change(moved, DESK_F_QUEUE, "second");
    change(moved, DESK_F_STATE, "resolved");
    assert_true(facts_of(plain).first && facts_of(plain).provisional);
    assert_true(facts_of(other).first);
    assert_false(facts_of(moved).first);
    assert_int_equal(facts_of(moved).transferred, 1);
    pass(7 * 24 * 60 - 21);
    (void)solved("mia", "till_fault", 10); // within seven days
    assert_false(facts_of(plain).first);
    assert_false(facts_of(plain).provisional);
    pass(30);
    (void)solved("mia", "payment_timeout", 10); // behind them
    assert_true(facts_of(other).first);
    assert_false(facts_of(other).provisional);
    const InsightAnswer a = ask_by(INSIGHT_CATEGORY);
    assert_int_equal(a.total.resolved, 5);
    assert_int_equal(a.total.first, 3);
    assert_int_equal(a.total.provisional, 2);
    assert_int_equal(a.group_count, 2);
    assert_int_equal(a.groups[0].cell.resolved, 3);
    assert_int_equal(a.period_count, 15); // noon to noon, in Berlin's days
    assert_int_equal(a.periods[0].cell.resolved, 3);
}

static void test_merged_and_children_count_once(void **state)
{
    (void)state;
    PtError err = {0};
    DeskTicket ticket;
    if (skipped()) {
        return;
    }
    const int64_t a = report("mia", "till_fault", "0412"), b = report("ben", "till_fault", "0413"),
                  c = report("eva", "till_fault", "0414");
    must(desk_merge(desk, &staff, b, a, arena, &ticket, &err), &err);
    must(desk_link(desk, &staff, c, PT_STR("child_of"), a, &err), &err);
    pass(10);
    change(a, DESK_F_STATE, "resolved");
    change(c, DESK_F_STATE, "resolved");
    assert_int_equal(ask_by(INSIGHT_NONE).total.resolved, 1);
    must(desk_unlink(desk, &staff, c, PT_STR("child_of"), a, &err), &err);
    assert_int_equal(ask_by(INSIGHT_NONE).total.resolved, 2);
}

static void test_satisfaction(void **state)
{
    (void)state;
    PtError err = {0};
    SurveyInvitation invitation;
    char token[SURVEY_TOKEN];
    if (skipped()) {
        return;
    }
    const int64_t number = solved("mia", "till_fault", 10);
    change(number, DESK_F_STATE, "closed");
    const int64_t again = solved("mia", "till_fault", 10); // asked within the quiet period
    change(again, DESK_F_STATE, "closed");
    const int64_t silent = solved("", "till_fault", 10); // nobody to ask
    change(silent, DESK_F_STATE, "closed");
    assert_int_equal(ask_by(INSIGHT_NONE).total.invited, 1);
    must(surveys_of_ticket(surveys, number, arena, &invitation, token, &err), &err);
    const SurveyAnswer good = {.score = 5, .comment = PT_STR("Quick")}, bad = {.score = 2},
                       none = {.score = 6};
    must(surveys_answer(surveys, pt_str(token), &good, arena, &invitation, &err), &err);
    InsightCell total = ask_by(INSIGHT_NONE).total;
    assert_int_equal(total.answered, 1);
    assert_int_equal(total.satisfied, 1);
    must(surveys_answer(surveys, pt_str(token), &bad, arena, &invitation, &err), &err);
    total = ask_by(INSIGHT_NONE).total;
    assert_int_equal(total.answered, 1);
    assert_int_equal(total.satisfied, 0);
    assert_int_equal(total.scores[1], 1);
    assert_int_equal(surveys_answer(surveys, pt_str(token), &none, arena, &invitation, &err),
                     PT_INVALID);
}

static void test_verdicts(void **state)
{
    (void)state;
    PtError err = {0};
    if (skipped()) {
        return;
    }
    verdict = (InsightVerdict){.met = {[WORK_CLOCK_RESPONSE] = 1, [WORK_CLOCK_RESOLUTION] = 2},
                               .breached = {[WORK_CLOCK_VENDOR] = 4095}};
    for (int i = 0; i < 3; i++) {
        (void)solved("mia", "till_fault", 1);
    }
    assert_int_equal(ask_by(INSIGHT_NONE).total.unjudged, 3);
    must(insight_start(insight, desk, &err), &err);
    InsightCell total = {.unjudged = 3};
    for (int i = 0; total.unjudged > 0 && i < 500; i++) {
        (void)poll(NULL, 0, 10);
        total = ask_by(INSIGHT_NONE).total;
    }
    const uint64_t odd = total.met[WORK_CLOCK_RESPONSE];
    assert_int_equal(total.unjudged, 0);
    assert_in_range(odd, 1, 2);
    assert_int_equal(total.met[WORK_CLOCK_RESOLUTION], 2 * odd);
    assert_int_equal(total.breached[WORK_CLOCK_VENDOR], 4095 * odd);
    assert_int_equal(total.breached[WORK_CLOCK_RESPONSE], 0);
}

static void test_an_untouched_ticket_is_judged_again(void **state)
{
    (void)state;
    PtError err = {0};
    if (skipped()) {
        return;
    }
    verdict = (InsightVerdict){.met = {[WORK_CLOCK_RESPONSE] = 1}};
    const int64_t number = solved("mia", "till_fault", 1);
    const bool promised = number % 2 != 0;
    must(insight_start(insight, desk, &err), &err);
    for (int i = 0; ask_by(INSIGHT_NONE).total.unjudged > 0 && i < 500; i++) {
        (void)poll(NULL, 0, 10);
    }
    insight_stop(insight);
    assert_int_equal(ask_by(INSIGHT_NONE).total.met[WORK_CLOCK_RESPONSE], promised);
    PtSqlTx *tx = rig_begin(rig, true);
    must(insight_late(insight, tx, number, &err), &err);
    rig_commit(tx);
    assert_int_equal(ask_by(INSIGHT_NONE).total.unjudged, 1);
}

static const char every_fact[] =
    "SELECT CAST(COALESCE(SUM(number * 3 + version * 5 + priority * 7 + major * 11 + merged * 13 + "
    "child * 17 + opened_ms % 1000003 + resolved_ms % 1000033 + wait_ms * 19 + business_ms * 23 + "
    "contacts * 29 + reopened * 31 + transferred * 37 + switched * 41), 0) AS BIGINT) "
    "FROM insight_ticket";

static void random_life(unsigned *seed, int64_t number)
{
    static const struct {
        DeskField field;
        const char *value;
    } edits[] = {{DESK_F_STATE, "in_progress"}, {DESK_F_STATE, "resolved"},
                 {DESK_F_STATE, "closed"},      {DESK_F_QUEUE, "second"},
                 {DESK_F_QUEUE, "first"},       {DESK_F_CHANNEL, "mail"},
                 {DESK_F_CHANNEL, "store"},     {DESK_F_ASSIGNEE, "acc-2"},
                 {DESK_F_ASSIGNEE, "acc-3"},    {DESK_F_CATEGORY, "ecommerce_slow"}};
    for (int i = 0; i < 12; i++) {
        PtError err = {0};
        DeskTicket ticket;
        const size_t n = (size_t)rand_r(seed) % (PT_COUNT(edits) + 2);
        const DeskEdit edit = {edits[n % PT_COUNT(edits)].field,
                               pt_str(edits[n % PT_COUNT(edits)].value)};
        const DeskEdit waits[] = {{DESK_F_STATE, PT_STR("waiting")},
                                  {DESK_F_WAITING_FOR, PT_STR("requester")}};
        const DeskChange changes[] = {
            {.edits = &edit, .edit_count = 1},
            {.edits = waits, .edit_count = 2},
            {.note = PT_STR("And now?"), .from_requester = true},
        };
        const size_t which = n < PT_COUNT(edits) ? 0 : n - PT_COUNT(edits) + 1;
        const PtStatus st =
            desk_change(desk, &staff, number, &changes[which], arena, &ticket, &err);
        assert_true(st == PT_OK || st == PT_CONFLICT || st == PT_INVALID);
        pass(rand_r(seed) % 500);
    }
}

static void test_folded_from_history_is_the_same(void **state)
{
    (void)state;
    PtError err = {0};
    unsigned seed = 20261123;
    if (skipped()) {
        return;
    }
    for (int i = 0; i < 20; i++) {
        random_life(&seed, report("mia", "till_fault", "0412"));
        pt_arena_clear(arena);
    }
    const int64_t want = rig_number_now(rig, every_fact);
    PtSqlTx *tx = rig_begin(rig, true);
    rig_run(tx, "DELETE FROM insight_ticket WHERE number % 3 <> 0");
    rig_commit(tx);
    must(insight_start(insight, desk, &err), &err);
    assert_int_equal(rig_number_now(rig, every_fact), want);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    if (skipped()) {
        return;
    }
    const int64_t number = report("mia", "till_fault", "0412");
    const int64_t before = rig_number_now(rig, every_fact);
    const DeskEdit edit = {DESK_F_STATE, PT_STR("resolved")};
    const DeskChange c = {.edits = &edit, .edit_count = 1};
    PtStatus st = PT_NO_MEMORY;
    for (int n = 1; st == PT_NO_MEMORY && n < 500; n++) {
        PtError err = {0};
        DeskTicket ticket;
        fault_alloc_fail((uint64_t)n, 0);
        st = desk_change(desk, &staff, number, &c, arena, &ticket, &err);
        fault_alloc_fail(0, 0);
        if (st == PT_NO_MEMORY) {
            assert_int_equal(rig_number_now(rig, every_fact), before);
        }
    }
    assert_int_equal(st, PT_OK);
    st = PT_NO_MEMORY;
    for (int n = 1; st == PT_NO_MEMORY && n < 500; n++) {
        PtError err = {0};
        InsightAnswer answer;
        const InsightAsk ask = {
            .from_ms = start_ms, .to_ms = start_ms + DAY, .zone = "UTC", .by = INSIGHT_STORE};
        fault_alloc_fail((uint64_t)n, 0);
        st = insight_figures(insight, &ask, arena, &answer, &err);
        fault_alloc_fail(0, 0);
    }
    assert_int_equal(st, PT_OK);
}

static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};
static const struct {
    const char *name;
    void (*run)(void **state);
} cases[] = {
    {"time to resolve", test_time_to_resolve},
    {"first contact", test_first_contact},
    {"merged ones and children count once", test_merged_and_children_count_once},
    {"satisfaction", test_satisfaction},
    {"verdicts", test_verdicts},
    {"an untouched ticket is judged again", test_an_untouched_ticket_is_judged_again},
    {"folded from history is the same", test_folded_from_history_is_the_same},
    {"memory runs out", test_memory_runs_out},
};

int main(void)
{
    if (mkdtemp(dir) == NULL) {
        return 1;
    }
    struct CMUnitTest tests[PT_COUNT(cases) * RIG_ENGINES + 1];
    static char names[PT_COUNT(cases) * RIG_ENGINES][80];
    size_t n = 0;
    for (size_t e = 0; e < RIG_ENGINES; e++) {
        for (size_t i = 0; i < PT_COUNT(cases); i++, n++) {
            (void)snprintf(names[n], sizeof names[n], "%s: %s", rig_engine_name(engines[e]),
                           cases[i].name);
            tests[n] = (struct CMUnitTest){names[n], cases[i].run, set_up, tear_down, &engines[e]};
        }
    }
    tests[n] = (struct CMUnitTest)cmocka_unit_test(test_wilson);
    return cmocka_run_group_tests(tests, NULL, close_rigs);
}
