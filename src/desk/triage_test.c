// SPDX-License-Identifier: Apache-2.0
/* Triage and tone within the desk: what is kept is all or nothing where memory runs out, models and
 * settings are read again or it is said that they were not, moods by their edges. What clients see
 * is in tests/scenario/test_triage_tickets.py and test_tone.py. */
#include "desk/desk_rig.h"

#include <fault/fault_alloc.h>

#include "base/test_rows.h"

enum { FAILURES_MAX = 20000 };

static const PtStr angry = PT_STR_INIT("This is unacceptable, the third time, I am furious!");

/* ---- Pure -------------------------------------------------------------------------------------
 */

static void moods_have_edges(void **state)
{
    (void)state;
    static const struct {
        int64_t tones, sentiment;
        DeskMood want;
    } moods[] = {{0, -10000, DESK_MOOD_NONE},    {1, -10000, DESK_VERY_NEGATIVE},
                 {1, -5000, DESK_VERY_NEGATIVE}, {1, -4999, DESK_NEGATIVE},
                 {1, -500, DESK_NEGATIVE},       {1, -499, DESK_NEUTRAL},
                 {1, 499, DESK_NEUTRAL},         {1, 500, DESK_POSITIVE}};
    for (size_t i = 0; i < PT_COUNT(moods); i++) {
        assert_int_equal(desk_mood(moods[i].tones, moods[i].sentiment), moods[i].want);
    }
}

static void the_lowest_stays(void **state)
{
    (void)state;
    DeskTicket t = {.tones = 0};
    LanguageMood mood = {.sentiment = {.compound = -0.25}, .tone = {.urgency = 0.5}};
    desk_tone_take(&t, &mood, DESK_TONE_SAID);
    mood.sentiment.compound = -0.82345;
    mood.tone.urgency = 0.1;
    desk_tone_take(&t, &mood, DESK_TONE_JOINED); // another's: not of this conversation
    assert_int_equal(t.sentiment, -2500);
    assert_int_equal(t.tone_urgency, 5000);
    assert_int_equal(t.sentiment_lowest, -8235);
    mood.sentiment.compound = 1;
    desk_tone_take(&t, &mood, DESK_TONE_SAID);
    assert_int_equal(t.sentiment, 10000);
    assert_int_equal(t.tone_urgency, 1000);
    assert_int_equal(t.sentiment_lowest, -8235);
    assert_int_equal(t.tones, 3);
}

/* ---- Memory that runs out ---------------------------------------------------------------------
 */

static int64_t rows(const char *statement)
{
    PtSqlTx *tx = rig_begin(desk_rig, false);
    bool row = false;
    assert_int_equal(pt_sql_use(tx, statement, NULL), PT_OK);
    assert_int_equal(pt_sql_step(tx, &row, NULL), PT_OK);
    const int64_t count = pt_sql_i64(tx, 0);
    pt_sql_done(tx);
    pt_sql_rollback(tx);
    return count;
}

static int64_t findings(void)
{
    return rows("SELECT COUNT(*) FROM desk_finding");
}

typedef PtStatus Act(int64_t *number);

static PtStatus opens(int64_t *number)
{
    DeskReport r = {.type = DESK_INCIDENT};
    DeskReported done;
    r.f[DESK_F_TITLE] = PT_STR("The tills are down");
    r.f[DESK_F_DESCRIPTION] = angry;
    const PtStatus st = desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL);
    *number = st == PT_OK ? done.ticket.number : *number;
    return st;
}

static PtStatus answers(int64_t *number)
{
    const DeskChange change = {.note = angry, .from_requester = true};
    DeskTicket t;
    return desk_change(desk, &desk_staff, *number, &change, desk_arena, &t, NULL);
}

static PtStatus corrects(int64_t *number)
{
    const DeskDecision decision = {
        .category = PT_STR("door"), .queue = PT_STR("house"), .sentiment = PT_STR("negative")};
    DeskTicket t;
    return desk_triage_decide(desk, &desk_staff, *number, &decision, desk_arena, &t, NULL);
}

static PtStatus reads(int64_t *number)
{
    DeskTriage t;
    const PtStatus st = desk_triage(desk, *number, desk_arena, &t, NULL);
    if (st == PT_OK) {
        assert_int_equal(t.message_count, 2);
        assert_true(pt_str_has(t.messages[0].words, PT_STR("third time")));
    }
    return st;
}

static PtStatus adds_examples(int64_t *number)
{
    static const DeskExample list[] = {{PT_STR_INIT("fine"), PT_STR_INIT("positive")},
                                       {PT_STR_INIT("awful"), PT_STR_INIT("negative")}};
    const DeskExamples examples = {LANGUAGE_SENTIMENT, LANGUAGE_PARTS, list, PT_COUNT(list)};
    (void)number;
    return desk_examples_add(desk, &desk_staff, &examples, NULL);
}

static PtStatus puts_settings(int64_t *number)
{
    const DeskTriageSettings settings = {.sets = false, .retrain_after = 7, .retrain_hour = 3};
    DeskTriageSettings put;
    (void)number;
    return desk_triage_settings_put(desk, &desk_staff, &settings, &put, NULL);
}

/* Each fails at every place where it asks for memory, and leaves nothing behind until it succeeds.
 */
static void all_or_nothing(void **state)
{
    desk_rig_skip(state);
    static const struct {
        const char *name;
        Act *act;
        int64_t findings, examples; /* that it adds */
    } acts[] = {{"open", opens, 1, 0},        {"answer", answers, 1, 0},
                {"read", reads, 0, 0},        {"correct", corrects, 0, 3},
                {"add", adds_examples, 0, 2}, {"settings", puts_settings, 0, 0}};
    static const char examples[] = "SELECT COUNT(*) FROM triage_example";
    int64_t number = 0;
    assert_int_equal(opens(&number), PT_OK); // the starter model is made once
    for (size_t i = 0; i < PT_COUNT(acts); i++) {
        const int64_t found = findings(), taught = rows(examples);
        PtStatus st = PT_NO_MEMORY;
        for (uint64_t nth = 1; st != PT_OK; nth += 1 + nth / 16) {
            assert_true(nth < FAILURES_MAX);
            fault_alloc_fail(nth, 1);
            st = acts[i].act(&number);
            fault_alloc_fail(0, 0);
            if (st != PT_OK && (findings() != found || rows(examples) != taught)) {
                fail_msg("%s: failed and left something at %llu", acts[i].name,
                         (unsigned long long)nth);
            }
        }
        assert_int_equal(findings(), found + acts[i].findings);
        assert_int_equal(rows(examples), taught + acts[i].examples);
    }
    assert_int_equal(desk_get(number).tones, 2);
}

/* ---- Escalation by tone -----------------------------------------------------------------------
 */

static void what_was_said_is_a_fact_of_work(void **state)
{
    desk_rig_skip(state);
    int64_t number = 0;
    WorkClock clocks[WORK_CLOCKS];
    assert_int_equal(opens(&number), PT_OK);
    const WorkStoredPolicy policy = {
        .id = PT_STR("tone"),
        .rank = 1,
        .json = PT_STR("{\"name\":\"Tone\",\"clocks\":{\"ola\":{\"targets\":{\"P1\":{\"hours\":1,"
                       "\"in\":\"24x7\"},\"P2\":{\"hours\":1,\"in\":\"24x7\"},\"P3\":{\"hours\":1,"
                       "\"in\":\"24x7\"},\"P4\":{\"hours\":1,\"in\":\"24x7\"},\"P5\":{\"hours\":1,"
                       "\"in\":\"24x7\"}},\"stop\":{\"property\":\"state\",\"is\":\"equals\","
                       "\"value\":\"resolved\"},\"steps\":[{\"name\":\"low\",\"when\":{"
                       "\"property\":\"sentiment\",\"is\":\"less\",\"value\":-0.5}},{\"name\":"
                       "\"high\",\"when\":{\"property\":\"sentiment_lowest\",\"is\":\"more\","
                       "\"value\":0}}]}}}")};
    WorkStoredPolicy put;
    assert_int_equal(work_policy_put(desk_work, &desk_staff, &policy, 0, desk_arena, &put, NULL),
                     PT_OK);
    const WorkItem item = {WORK_TICKET, number};
    assert_int_equal(work_item_clocks(desk_work, item, clocks, desk_arena, NULL), PT_OK);
    const WorkClock *c = &clocks[WORK_CLOCK_OLA];
    assert_int_equal(c->step_count, 2);
    assert_int_equal(c->step_ms[0], START_MS);
    assert_int_equal(c->step_ms[1], WORK_NEVER);
    assert_int_equal(c->step_reads[1], 1U << WORK_SENTIMENT_LOWEST);
}

int main(void)
{
    static const DeskRigCase cases[] = {
        {"moods have edges", moods_have_edges},
        {"the lowest stays", the_lowest_stays},
        {"all or nothing", all_or_nothing},
        {"what was said is a fact of work", what_was_said_is_a_fact_of_work},
    };
    PtError err = {0};
    if (language_triage_new(&desk_rig_triage, &err) != PT_OK) {
        return 1;
    }
    const int failed = desk_rig_run(cases, PT_COUNT(cases));
    language_triage_free(desk_rig_triage);
    return failed;
}
