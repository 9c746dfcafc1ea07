// SPDX-License-Identifier: Apache-2.0
/* Surveys over real tables of both engines: who is asked, tokens, answers, erasure, memory that
 * runs out at every place. What clients see is tests/scenario/test_figures.py. */
#include "platform/migrations.h"
#include "platform/sql/sql_rig.h"
#include "surveys/surveys_internal.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <string.h>

#include "base/test_rows.h"

enum { START_MS = 1000000, DAY_MS = 86400000, TRIES_MAX = 500 };

static SqlRig rigs[RIG_ENGINES]; /* opened once: a database takes its time */
static SqlRig *rig;
static PtClock *clock_;
static Surveys *s;
static PtArena *arena;
static struct {
    int asked, scored;
    int64_t score;
} heard;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static PtStatus hear_asked(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err)
{
    (void)ctx;
    (void)tx;
    (void)ticket;
    (void)err;
    heard.asked++;
    return PT_OK;
}

static PtStatus hear_scored(void *ctx, PtSqlTx *tx, int64_t ticket, int64_t score, PtError *err)
{
    (void)ctx;
    (void)tx;
    (void)ticket;
    (void)err;
    heard.scored++;
    heard.score = score;
    return PT_OK;
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
    rig_run(tx, "DELETE FROM survey_invitation");
    rig_run(tx, "DELETE FROM survey WHERE id <> 'after_ticket'");
    rig_run(tx, "UPDATE survey SET version = 1, active = 1, channels = '', sample = 100, "
                "quiet_days = 7, expiry_days = 14, scale = 'csat'");
    rig_commit(tx);
    memset(&heard, 0, sizeof heard);
    clock_ = pt_clock_sim_new(START_MS, 0);
    arena = pt_arena_new(64 << 20);
    const SurveysConfig c = {.core = rig->sql,
                             .clock = clock_,
                             .listener = {NULL, hear_asked, hear_scored},
                             .key = {1, 2, 3}};
    return arena != NULL && clock_ != NULL && surveys_open(&c, &s, &err) == PT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    surveys_close(PT_TAKE(s));
    pt_arena_free(PT_TAKE(arena));
    if (clock_ != NULL) {
        pt_clock_free(PT_TAKE(clock_));
    }
    return 0;
}

static int close_rigs(void **state)
{
    (void)state;
    for (size_t i = 0; i < RIG_ENGINES; i++) {
        if (rigs[i].sql != NULL) {
            rig_done(&rigs[i]);
        }
    }
    return 0;
}

static void skip_without(void)
{
    if (rig->sql == NULL) {
        skip();
    }
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

static PtStatus try_close(int64_t number, const char *requester, const char *channel, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char key[32];
    (void)snprintf(key, sizeof key, "INC-%lld", (long long)number);
    const SurveyTicket ticket = {number, pt_str(key), pt_str(requester), pt_str(channel)};
    PtStatus st = pt_sql_begin(rig->sql, true, &tx, err);
    st = st == PT_OK ? surveys_closed(s, tx, &ticket, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static void closed(int64_t number, const char *requester, const char *channel)
{
    PtError err = {0};
    must(try_close(number, requester, channel, &err), &err);
}

static bool asked(int64_t number)
{
    SurveyInvitation invitation;
    char token[SURVEY_TOKEN];
    return surveys_of_ticket(s, number, arena, &invitation, token, NULL) == PT_OK;
}

static PtStr token_of(int64_t number)
{
    SurveyInvitation invitation;
    char token[SURVEY_TOKEN];
    PtError err = {0};
    must(surveys_of_ticket(s, number, arena, &invitation, token, &err), &err);
    const PtStr kept = pt_arena_str(arena, pt_str(token));
    assert_non_null(kept.data);
    return kept;
}

static void change_survey(const Survey *change)
{
    PtError err = {0};
    Survey now;
    must(surveys_put(s, &staff, change, arena, &now, &err), &err);
}

static Survey plain(int64_t version)
{
    return (Survey){.id = PT_STR("after_ticket"),
                    .name = PT_STR("After a ticket"),
                    .question = PT_STR("How was it?"),
                    .active = true,
                    .sample = 100,
                    .quiet_days = 7,
                    .expiry_days = 14,
                    .version = version};
}

/* ---- Who is asked ------------------------------------------------------------------------------
 */

static void nobody_is_asked_too_often(void **state)
{
    (void)state;
    skip_without();
    closed(1, "mia", "mail");
    closed(1, "mia", "mail"); // once more: one invitation a ticket
    pt_clock_sim_advance(clock_, 7LL * DAY_MS - 1);
    closed(2, "mia", "mail");
    closed(3, "ben", "mail");
    closed(4, "", "mail");
    pt_clock_sim_advance(clock_, 1);
    closed(5, "mia", "mail");
    assert_true(asked(1) && asked(3) && asked(5));
    assert_false(asked(2) || asked(4));
    assert_int_equal(heard.asked, 3);
}

static void a_sample_is_of_that_size_and_stays(void **state)
{
    (void)state;
    skip_without();
    Survey survey = plain(1);
    survey.sample = 30;
    change_survey(&survey);
    int count = 0;
    for (int64_t n = 1; n <= 300; n++) {
        char person[24];
        (void)snprintf(person, sizeof person, "p%lld", (long long)n);
        closed(n, person, "");
        count += asked(n);
    }
    assert_in_range(count, 55, 125); // 90 by 4.4 standard deviations
    for (int64_t n = 1; n <= 300; n += 18) {
        const bool before = asked(n);
        closed(n, "somebody else", "");
        assert_true(before || !asked(n));
    }
}

static void a_channel_has_its_survey(void **state)
{
    (void)state;
    skip_without();
    static const PtStr phone[] = {PT_STR_INIT("phone"), PT_STR_INIT("chat")};
    Survey survey = plain(1);
    survey.channels = phone;
    survey.channel_count = 2;
    change_survey(&survey);
    Survey effort = plain(0);
    effort.id = PT_STR("aaa");
    effort.scale = SURVEY_CES;
    effort.active = false;
    change_survey(&effort);
    closed(1, "mia", "mail");
    closed(2, "ben", "chat");
    effort.version = 1;
    effort.active = true;
    change_survey(&effort); // the first by id, of any channel
    closed(3, "eva", "phone");
    assert_false(asked(1));
    assert_true(asked(2) && asked(3));
    assert_int_equal(heard.asked, 1); // effort is no satisfaction
    SurveyInvitation i;
    PtError err = {0};
    const SurveyAnswer seven = {.score = 7};
    must(surveys_answer(s, token_of(3), &seven, arena, &i, &err), &err);
    assert_int_equal(heard.scored, 0);
}

/* ---- Surveys -----------------------------------------------------------------------------------
 */

static const struct {
    const char *what;
    Survey survey;
    PtStatus want;
} refused[] = {
    {"id", {.id = PT_STR_INIT("After"), .sample = 100, .expiry_days = 1}, PT_INVALID},
    {"name", {.name = PT_STR_INIT(""), .sample = 100, .expiry_days = 1}, PT_INVALID},
    {"question", {.question = PT_STR_INIT("a\nb"), .sample = 100, .expiry_days = 1}, PT_INVALID},
    {"sample", {.sample = 101, .expiry_days = 1}, PT_INVALID},
    {"quiet_days", {.sample = 1, .quiet_days = 366, .expiry_days = 1}, PT_INVALID},
    {"expiry_days", {.sample = 1, .expiry_days = 0}, PT_INVALID},
    {"version", {.sample = 1, .expiry_days = 1, .version = 7}, PT_CONFLICT},
};

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    skip_without();
    for (size_t i = 0; i < PT_COUNT(refused); i++) {
        PtError err = {0};
        Survey survey = refused[i].survey, now;
        survey.id = survey.id.data == NULL ? PT_STR("after_ticket") : survey.id;
        survey.name = survey.name.data == NULL ? PT_STR("Name") : survey.name;
        survey.question = survey.question.data == NULL ? PT_STR("Question?") : survey.question;
        assert_int_equal(surveys_put(s, &staff, &survey, arena, &now, &err), refused[i].want);
        assert_non_null(strstr(err.message, refused[i].what));
    }
}

static void there_are_not_too_many(void **state)
{
    (void)state;
    skip_without();
    PtError err = {0};
    Survey now;
    for (int i = 1; i < SURVEYS_MAX; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "s%d", i);
        Survey survey = plain(0);
        survey.id = pt_str(id);
        change_survey(&survey);
    }
    Survey one_more = plain(0);
    one_more.id = PT_STR("zzz");
    assert_int_equal(surveys_put(s, &staff, &one_more, arena, &now, &err), PT_TOO_LARGE);
}

/* ---- Answers -----------------------------------------------------------------------------------
 */

static void a_token_is_of_one_invitation(void **state)
{
    (void)state;
    skip_without();
    closed(1, "mia", "");
    closed(2, "ben", "");
    SurveyInvitation i;
    PtError err = {0};
    const PtStr one = token_of(1), two = token_of(2);
    must(surveys_of_token(s, one, arena, &i, &err), &err);
    assert_int_equal(i.ticket, 1);
    char swapped[SURVEY_TOKEN];
    (void)snprintf(swapped, sizeof swapped, "1%s", two.data + 1);
    const PtStr wrong[] = {
        pt_str(swapped), PT_STR("1."), PT_STR(""), PT_STR("x.y"), {one.data, one.len - 1}};
    for (size_t n = 0; n < PT_COUNT(wrong); n++) {
        assert_int_equal(surveys_of_token(s, wrong[n], arena, &i, NULL), PT_NOT_FOUND);
    }
    const SurveysConfig other = {.core = rig->sql, .clock = clock_, .key = {9}};
    Surveys *stranger = NULL;
    must(surveys_open(&other, &stranger, &err), &err);
    assert_int_equal(surveys_of_token(stranger, one, arena, &i, NULL), PT_NOT_FOUND);
    surveys_close(stranger);
    pt_clock_sim_advance(clock_, 14LL * DAY_MS - 1);
    must(surveys_of_token(s, one, arena, &i, &err), &err);
    pt_clock_sim_advance(clock_, 1);
    assert_int_equal(surveys_of_token(s, one, arena, &i, NULL), PT_NOT_FOUND);
}

static void an_answer_can_be_changed(void **state)
{
    (void)state;
    skip_without();
    closed(1, "mia", "");
    PtError err = {0};
    SurveyInvitation i;
    SurveyAnswer answer = {.score = 5};
    must(surveys_answer(s, token_of(1), &answer, arena, &i, &err), &err);
    must(surveys_answer(s, token_of(1), &answer, arena, &i, &err), &err);
    assert_int_equal(heard.scored, 1); // the same again is nothing new
    pt_clock_sim_advance(clock_, 5);
    answer = (SurveyAnswer){.score = 2, .comment = PT_STR("Slow")};
    must(surveys_answer(s, token_of(1), &answer, arena, &i, &err), &err);
    assert_int_equal(i.answered_ms, START_MS);
    assert_int_equal(i.changed_ms, START_MS + 5);
    assert_int_equal(heard.score, 2);
    answer = (SurveyAnswer){.score = 3};
    must(surveys_answer(s, token_of(1), &answer, arena, &i, &err), &err);
    assert_string_equal(i.comment.data, "Slow"); // left out: as it was
    for (int64_t wrong = 0; wrong <= 6; wrong += 6) {
        answer = (SurveyAnswer){.score = wrong};
        assert_int_equal(surveys_answer(s, token_of(1), &answer, arena, &i, NULL), PT_INVALID);
    }
    for (int n = 0; n < SURVEY_CHANGES_MAX - 3; n++) {
        answer = (SurveyAnswer){.score = 1 + n % 2};
        must(surveys_answer(s, token_of(1), &answer, arena, &i, &err), &err);
    }
    answer = (SurveyAnswer){.score = 4};
    assert_int_equal(surveys_answer(s, token_of(1), &answer, arena, &i, NULL), PT_CONFLICT);
    SurveyCounts counts;
    must(surveys_counts(s, PT_STR("after_ticket"), START_MS, &counts, &err), &err);
    assert_int_equal(counts.invited, 1);
    assert_int_equal(counts.answered, 1);
}

static void answers_come_in_pages(void **state)
{
    (void)state;
    skip_without();
    for (int64_t n = 1; n <= 7; n++) {
        char person[24];
        PtError err = {0};
        SurveyInvitation i;
        const SurveyAnswer answer = {.score = 1 + n % 5};
        (void)snprintf(person, sizeof person, "p%lld", (long long)n);
        closed(n, person, "");
        must(surveys_answer(s, token_of(n), &answer, arena, &i, &err), &err);
        pt_clock_sim_advance(clock_, n % 2); // some at one instant
    }
    closed(8, "silent", "");
    SurveyAnswers page = {.next = ""};
    int64_t want = 7;
    do {
        PtError err = {0};
        char cursor[SURVEY_CURSOR];
        memcpy(cursor, page.next, sizeof cursor);
        const SurveyAnswersAsk ask = {.cursor = pt_str(cursor), .max = 3};
        must(surveys_answers(s, &ask, arena, &page, &err), &err);
        for (size_t i = 0; i < page.count; i++) {
            assert_int_equal(page.list[i].ticket, want--);
        }
    } while (page.next[0] != '\0');
    assert_int_equal(want, 0);
    const SurveyAnswersAsk wrong = {.cursor = PT_STR("1"), .max = 3};
    assert_int_equal(surveys_answers(s, &wrong, arena, &page, NULL), PT_INVALID);
}

/* ---- Erasure -----------------------------------------------------------------------------------
 */

static bool is_mia(const void *ctx, PtStr text)
{
    (void)ctx;
    return pt_str_has(text, PT_STR("mia"));
}

static void an_erasure_leaves_the_score(void **state)
{
    (void)state;
    skip_without();
    PtError err = {0};
    SurveyInvitation i;
    uint64_t changed = 0;
    closed(1, "mia", "");
    closed(2, "ben", "");
    closed(3, "eva", "");
    const SurveyAnswer answers[] = {{.score = 1, .comment = PT_STR("I am cross")},
                                    {.score = 2, .comment = PT_STR("Ask mia")},
                                    {.score = 3, .comment = PT_STR("Fine")}};
    for (int64_t n = 1; n <= 3; n++) {
        must(surveys_answer(s, token_of(n), &answers[n - 1], arena, &i, &err), &err);
    }
    PtBuf told;
    pt_buf_init(&told, 1 << 20);
    must(surveys_export(s, is_mia, NULL, &told, &err), &err);
    assert_true(pt_str_has(pt_buf_str(&told), PT_STR("\"ticket\":\"INC-1\"")) &&
                pt_str_has(pt_buf_str(&told), PT_STR("Ask mia")) &&
                !pt_str_has(pt_buf_str(&told), PT_STR("Fine")));
    pt_buf_done(&told);
    must(surveys_erase(s, is_mia, NULL, &changed, &err), &err);
    assert_int_equal(changed, 2);
    SurveyAnswers page;
    must(surveys_answers(s, &(SurveyAnswersAsk){.max = 9}, arena, &page, &err), &err);
    static const char *const want[][2] = {{"eva", "Fine"}, {"ben", ""}, {"", ""}};
    for (size_t n = 0; n < 3; n++) {
        assert_string_equal(page.list[n].person.data, want[n][0]);
        assert_string_equal(page.list[n].comment.data, want[n][1]);
        assert_int_equal(page.list[n].score, 3 - n);
    }
    must(surveys_erase(s, is_mia, NULL, &changed, &err), &err);
    assert_int_equal(changed, 0);
}

/* ---- Memory ------------------------------------------------------------------------------------
 */

static PtStatus all_of_it(PtError *err)
{
    SurveyInvitation i;
    SurveyAnswers page;
    char token[SURVEY_TOKEN];
    const SurveyAnswer answer = {.score = 4, .comment = PT_STR("Good")};
    uint64_t changed = 0;
    PtStatus st = try_close(1, "mia", "", err);
    st = st == PT_OK ? surveys_of_ticket(s, 1, arena, &i, token, err) : st;
    st = st == PT_OK ? surveys_answer(s, pt_str(token), &answer, arena, &i, err) : st;
    st = st == PT_OK ? surveys_answers(s, &(SurveyAnswersAsk){.max = 9}, arena, &page, err) : st;
    return st == PT_OK ? surveys_erase(s, is_mia, NULL, &changed, err) : st;
}

static void memory_that_runs_out_halves_nothing(void **state)
{
    (void)state;
    skip_without();
    uint64_t tries = 0;
    for (PtStatus st = PT_NO_MEMORY; st != PT_OK; tries++) {
        PtError err = {0};
        assert_true(tries < TRIES_MAX);
        pt_arena_clear(arena);
        fault_alloc_fail(tries + 1, 0);
        st = all_of_it(&err);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    assert_true(tries > 3);
    assert_int_equal(rig_number_now(rig, "SELECT COUNT(*) FROM survey_invitation"), 1);
    assert_int_equal(rig_number_now(rig, "SELECT COUNT(*) FROM survey_invitation WHERE person = "
                                         "'' AND score = 4 AND comment = ''"),
                     1);
}

static RigEngine engines[RIG_ENGINES] = {RIG_SQLITE, RIG_POSTGRES};
static const struct {
    const char *name;
    void (*run)(void **state);
} cases[] = {
    {"nobody is asked too often", nobody_is_asked_too_often},
    {"a sample is of that size and stays", a_sample_is_of_that_size_and_stays},
    {"a channel has its survey", a_channel_has_its_survey},
    {"what is wrong is named", what_is_wrong_is_named},
    {"there are not too many", there_are_not_too_many},
    {"a token is of one invitation", a_token_is_of_one_invitation},
    {"an answer can be changed", an_answer_can_be_changed},
    {"answers come in pages", answers_come_in_pages},
    {"an erasure leaves the score", an_erasure_leaves_the_score},
    {"memory that runs out halves nothing", memory_that_runs_out_halves_nothing},
};

int main(void)
{
    struct CMUnitTest tests[PT_COUNT(cases) * RIG_ENGINES];
    static char names[PT_COUNT(cases) * RIG_ENGINES][80];
    size_t n = 0;
    for (size_t e = 0; e < RIG_ENGINES; e++) {
        for (size_t i = 0; i < PT_COUNT(cases); i++, n++) {
            (void)snprintf(names[n], sizeof names[n], "%s: %s", rig_engine_name(engines[e]),
                           cases[i].name);
            tests[n] = (struct CMUnitTest){names[n], cases[i].run, set_up, tear_down, &engines[e]};
        }
    }
    return cmocka_run_group_tests(tests, NULL, close_rigs);
}
