// SPDX-License-Identifier: Apache-2.0
/* Invitations: made where a ticket is closed, found by the token of their link, answered. */
#include "surveys.sql.h"
#include "surveys/surveys_internal.h"

#include "base/json.h"
#include "base/rng.h"
#include "platform/feed.h"

#include <stdio.h>
#include <string.h>

enum {
    NONCE_BYTES = 12,
    NONCE_TEXT = 2 * NONCE_BYTES + 1,
    MAC_TEXT = 2 * PT_SECRET_HASH + 1,
    SAID_BYTES = 64, /* what a keyed hash is made of */
    FEED_BYTES = 1024,
    ARENA = 1 << 20,
};
static const int64_t day_ms = 86400000;

/* ---- Tokens: NUMBER.HASH ----------------------------------------------------------------------
 */

static void hash_of(const Surveys *s, int64_t number, PtStr nonce, char out[static MAC_TEXT])
{
    char said[SAID_BYTES];
    uint8_t hash[PT_SECRET_HASH];
    const int len =
        snprintf(said, sizeof said, "survey %lld %.*s", (long long)number, PT_STR_ARG(nonce));
    pt_secret_hash((PtStr){said, (size_t)len}, s->c.key, hash);
    pt_hex(hash, sizeof hash, out);
}

/* Whether this ticket is of the sample: always the same answer. */
static bool sampled(const Surveys *s, int64_t ticket, int64_t sample)
{
    char said[SAID_BYTES];
    uint8_t hash[PT_SECRET_HASH];
    const int len = snprintf(said, sizeof said, "sample %lld", (long long)ticket);
    pt_secret_hash((PtStr){said, (size_t)len}, s->c.key, hash);
    return ((int64_t)hash[0] << 16 | (int64_t)hash[1] << 8 | hash[2]) * 100 < sample << 24;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, SurveyInvitation *i, PtStr *nonce,
                         PtError *err)
{
    PtStr scale = {NULL, 0};
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{nonce, 1},          {&i->survey, 2}, {&scale, 3},
                 {&i->ticket_key, 5}, {&i->person, 6}, {&i->comment, 12}};
    *i = (SurveyInvitation){.number = pt_sql_i64(tx, 0),
                            .scale = SURVEY_SCALES,
                            .ticket = pt_sql_i64(tx, 4),
                            .question = PT_STR(""),
                            .invited_ms = pt_sql_i64(tx, 7),
                            .expires_ms = pt_sql_i64(tx, 8),
                            .answered_ms = pt_sql_i64(tx, 9),
                            .changed_ms = pt_sql_i64(tx, 10),
                            .score = pt_sql_i64(tx, 11),
                            .changes = pt_sql_i64(tx, 13)};
    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++) {
        *texts[n].text = pt_arena_str(arena, pt_sql_text(tx, texts[n].column));
        if (texts[n].text->data == NULL) {
            return survey_no_memory(err);
        }
    }
    for (int n = 0; n < SURVEY_SCALES; n++) {
        i->scale = pt_str_eq(scale, pt_str(survey_scales[n])) ? (SurveyScale)n : i->scale;
    }
    return i->scale < SURVEY_SCALES ? PT_OK
                                    : pt_fail(err, PT_CORRUPT, "invitation %lld has no known scale",
                                              (long long)i->number);
}

/* By the statement, which takes one number. */
static PtStatus load(PtSqlTx *tx, const char *statement, int64_t key, PtArena *arena,
                     SurveyInvitation *ret_invitation, PtStr *ret_nonce, PtError *err)
{
    bool row = false;
    Survey survey;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, key);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_row(tx, arena, ret_invitation, ret_nonce, err)
                 : pt_fail(err, PT_NOT_FOUND, "there is no such invitation");
    }
    pt_sql_done(tx);
    st = st == PT_OK ? survey_load(tx, ret_invitation->survey, arena, &survey, err) : st;
    if (st == PT_OK) {
        ret_invitation->question = survey.question;
    }
    return st;
}

static PtStatus number_of(PtSqlTx *tx, int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_number = row ? pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Inviting ---------------------------------------------------------------------------------
 */

/* The first active one of the channel; id.data NULL: there is none. */
static PtStatus survey_of(PtSqlTx *tx, PtStr channel, PtArena *arena, Survey *ret_survey,
                          PtError *err)
{
    Survey *list;
    size_t count;
    PtStatus st = survey_load_all(tx, arena, &list, &count, err);
    for (size_t i = 0; st == PT_OK && ret_survey->id.data == NULL && i < count; i++) {
        bool fits = list[i].channel_count == 0;
        for (size_t c = 0; c < list[i].channel_count; c++) {
            fits |= pt_str_eq(list[i].channels[c], channel);
        }
        if (fits && list[i].active) {
            *ret_survey = list[i];
        }
    }
    return st;
}

/* Whether they have an invitation after after_ms, or the ticket has one already. */
static PtStatus was_asked(PtSqlTx *tx, const SurveyTicket *ticket, int64_t after_ms,
                          bool *ret_asked, PtError *err)
{
    int64_t of_person = 0, of_ticket = 0;
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_INVITATION_SINCE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, ticket->requester);
    pt_sql_bind_i64(tx, 2, after_ms);
    st = number_of(tx, &of_person, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_SURVEY_INVITATION_OF, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket->number);
    st = number_of(tx, &of_ticket, err);
    if (st == PT_OK) {
        *ret_asked = of_person > 0 || of_ticket > 0;
    }
    return st;
}

/* What views may know: neither who, nor what they wrote, nor the link. */
static PtStatus feed(PtSqlTx *tx, const char *name, const SurveyInvitation *i, bool first,
                     int64_t now_ms, PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, FEED_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "invitation", i->number);
    pt_json_put_i64(&out, "ticket", i->ticket);
    pt_json_put_str(&out, "survey", i->survey);
    pt_json_put_str(&out, "scale", pt_str(survey_scales[i->scale]));
    if (i->answered_ms != 0) {
        pt_json_put_i64(&out, "score", i->score);
        pt_json_put_bool(&out, "commented", i->comment.len > 0);
        pt_json_put_bool(&out, "first", first);
    }
    pt_json_out_object_end(&out);
    const PtFeedEvent event = {
        .name = pt_str(name), .subject = i->ticket_key, .properties = pt_buf_str(&buf)};
    PtStatus st =
        pt_buf_status(&buf) == PT_OK ? pt_feed_put(tx, now_ms, &event, err) : survey_no_memory(err);
    pt_buf_done(&buf);
    return st;
}

static PtStatus invite(Surveys *s, PtSqlTx *tx, const SurveyTicket *ticket, const Survey *survey,
                       PtError *err)
{
    uint8_t random[NONCE_BYTES];
    char nonce[NONCE_TEXT];
    SurveyInvitation i = {.survey = survey->id,
                          .scale = survey->scale,
                          .ticket = ticket->number,
                          .ticket_key = ticket->key,
                          .invited_ms = pt_clock_now_ms(s->c.clock)};
    i.expires_ms = i.invited_ms + survey->expiry_days * day_ms;
    pt_random_bytes(random, sizeof random);
    pt_hex(random, sizeof random, nonce);
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_INVITATION_LAST, err);
    st = st == PT_OK ? number_of(tx, &i.number, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_SURVEY_INVITATION_ADD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    i.number++;
    pt_sql_bind_i64(tx, 1, i.number);
    pt_sql_bind_text(tx, 2, pt_str(nonce));
    pt_sql_bind_text(tx, 3, survey->id);
    pt_sql_bind_text(tx, 4, pt_str(survey_scales[survey->scale]));
    pt_sql_bind_i64(tx, 5, ticket->number);
    pt_sql_bind_text(tx, 6, ticket->key);
    pt_sql_bind_text(tx, 7, ticket->requester);
    pt_sql_bind_i64(tx, 8, i.invited_ms);
    pt_sql_bind_i64(tx, 9, i.expires_ms);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? feed(tx, "Survey Invited", &i, true, i.invited_ms, err) : st;
    const SurveyListener *l = &s->c.listener;
    return st == PT_OK && survey->scale == SURVEY_CSAT && l->asked != NULL
               ? l->asked(l->ctx, tx, ticket->number, err)
               : st;
}

PtStatus surveys_closed(Surveys *s, PtSqlTx *tx, const SurveyTicket *ticket, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    Survey survey = {.id = {NULL, 0}};
    bool asked = true;
    if (ticket->requester.len == 0) {
        return PT_OK;
    }
    PtStatus st =
        arena != NULL ? survey_of(tx, ticket->channel, arena, &survey, err) : survey_no_memory(err);
    if (st != PT_OK || survey.id.data == NULL || !sampled(s, ticket->number, survey.sample)) {
        return st;
    }
    st = was_asked(tx, ticket, pt_clock_now_ms(s->c.clock) - survey.quiet_days * day_ms, &asked,
                   err);
    return st == PT_OK && !asked ? invite(s, tx, ticket, &survey, err) : st;
}

/* ---- Links ------------------------------------------------------------------------------------
 */

static PtStatus of_token(Surveys *s, PtSqlTx *tx, PtStr token, PtArena *arena,
                         SurveyInvitation *ret_invitation, PtError *err)
{
    char want[MAC_TEXT];
    PtStr rest = token, number, nonce = {NULL, 0};
    int64_t n = 0;
    if (!pt_str_cut(&rest, '.', &number) || rest.len != MAC_TEXT - 1 ||
        !pt_json_to_i64(number, &n)) {
        return pt_fail(err, PT_NOT_FOUND, "there is no such invitation");
    }
    PtStatus st = load(tx, SQL_SURVEY_INVITATION_GET, n, arena, ret_invitation, &nonce, err);
    if (st != PT_OK) {
        return st;
    }
    hash_of(s, n, nonce, want);
    return pt_secret_eq(rest, pt_str(want)) &&
                   pt_clock_now_ms(s->c.clock) < ret_invitation->expires_ms
               ? PT_OK
               : pt_fail(err, PT_NOT_FOUND, "there is no such invitation");
}

PtStatus surveys_of_token(Surveys *s, PtStr token, PtArena *arena, SurveyInvitation *ret_invitation,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    SurveyInvitation i;
    PtStatus st = pt_sql_begin(s->c.core, false, &tx, err);
    st = st == PT_OK ? of_token(s, tx, token, arena, &i, err) : st;
    if (st == PT_OK) {
        *ret_invitation = i;
    }
    return st;
}

PtStatus surveys_of_ticket(Surveys *s, int64_t ticket, PtArena *arena,
                           SurveyInvitation *ret_invitation, char ret_token[static SURVEY_TOKEN],
                           PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char mac[MAC_TEXT];
    PtStr nonce = {NULL, 0};
    SurveyInvitation i;
    PtStatus st = pt_sql_begin(s->c.core, false, &tx, err);
    st = st == PT_OK ? load(tx, SQL_SURVEY_INVITATION_OF, ticket, arena, &i, &nonce, err) : st;
    if (st == PT_OK) {
        hash_of(s, i.number, nonce, mac);
        (void)snprintf(ret_token, SURVEY_TOKEN, "%lld.%s", (long long)i.number, mac);
        *ret_invitation = i;
    }
    return st;
}

/* ---- Answers ----------------------------------------------------------------------------------
 */

static PtStatus keep(Surveys *s, PtSqlTx *tx, const SurveyInvitation *i, bool first, PtError *err)
{
    const SurveyListener *l = &s->c.listener;
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_ANSWER_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, i->number);
    pt_sql_bind_i64(tx, 2, i->answered_ms);
    pt_sql_bind_i64(tx, 3, i->changed_ms);
    pt_sql_bind_i64(tx, 4, i->score);
    pt_sql_bind_text(tx, 5, i->comment);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? feed(tx, "Survey Answered", i, first, i->changed_ms, err) : st;
    return st == PT_OK && i->scale == SURVEY_CSAT && l->scored != NULL
               ? l->scored(l->ctx, tx, i->ticket, i->score, err)
               : st;
}

/* `i` as it is with the answer; false: nothing differs. */
static bool take(SurveyInvitation *i, const SurveyAnswer *answer, int64_t now_ms)
{
    const PtStr comment = answer->comment.data != NULL ? answer->comment : i->comment;
    if (i->answered_ms != 0 && i->score == answer->score && pt_str_eq(i->comment, comment)) {
        return false;
    }
    i->answered_ms = i->answered_ms == 0 ? now_ms : i->answered_ms;
    i->changed_ms = now_ms;
    i->score = answer->score;
    i->comment = comment;
    return true;
}

PtStatus surveys_answer(Surveys *s, PtStr token, const SurveyAnswer *answer, PtArena *arena,
                        SurveyInvitation *ret_invitation, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    SurveyInvitation i;
    PtStatus st = answer->comment.data != NULL ? survey_text_check("comment", answer->comment, 0,
                                                                   SURVEY_COMMENT_MAX, true, err)
                                               : PT_OK;
    st = st == PT_OK ? pt_sql_begin(s->c.core, true, &tx, err) : st;
    st = st == PT_OK ? of_token(s, tx, token, arena, &i, err) : st;
    if (st == PT_OK && (answer->score < survey_scale_least(i.scale) ||
                        answer->score > survey_scale_most(i.scale))) {
        st = pt_fail(err, PT_INVALID, "score: not %lld..%lld",
                     (long long)survey_scale_least(i.scale), (long long)survey_scale_most(i.scale));
    }
    const bool first = st == PT_OK && i.answered_ms == 0;
    if (st == PT_OK && take(&i, answer, pt_clock_now_ms(s->c.clock))) {
        st = i.changes < SURVEY_CHANGES_MAX
                 ? keep(s, tx, &i, first, err)
                 : pt_fail(err, PT_CONFLICT, "answered anew over %d times", SURVEY_CHANGES_MAX);
        st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
        atomic_fetch_add(&s->answers, st == PT_OK);
    }
    if (st == PT_OK) {
        *ret_invitation = i;
    }
    return st;
}

/* "ms.number"; none: both stay as they are. */
static PtStatus read_cursor(PtStr cursor, int64_t *at_ms, int64_t *number, PtError *err)
{
    PtStr rest = cursor, first;
    return cursor.len == 0 || (pt_str_cut(&rest, '.', &first) && pt_json_to_i64(first, at_ms) &&
                               pt_json_to_i64(rest, number))
               ? PT_OK
               : pt_fail(err, PT_INVALID, "cursor: none that was given");
}

PtStatus surveys_answers(Surveys *s, const SurveyAnswersAsk *ask, PtArena *arena,
                         SurveyAnswers *ret_answers, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    SurveyAnswers page = {.list = pt_arena_alloc(arena, ask->max, sizeof *page.list)};
    int64_t at_ms = INT64_MAX, number = INT64_MAX;
    bool row = true;
    PtStr nonce;
    if (page.list == NULL) {
        return survey_no_memory(err);
    }
    PtStatus st = read_cursor(ask->cursor, &at_ms, &number, err);
    st = st == PT_OK ? pt_sql_begin(s->c.core, false, &tx, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_SURVEY_ANSWERS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, at_ms);
    pt_sql_bind_i64(tx, 2, number);
    pt_sql_bind_text(tx, 3, ask->survey.data != NULL ? ask->survey : PT_STR(""));
    pt_sql_bind_i64(tx, 4, (int64_t)ask->max + 1);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && page.count < ask->max &&
           (st = copy_row(tx, arena, &page.list[page.count], &nonce, err)) == PT_OK) {
        page.count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        if (row && page.count == ask->max) {
            const SurveyInvitation *last = &page.list[page.count - 1];
            (void)snprintf(page.next, sizeof page.next, "%lld.%lld", (long long)last->answered_ms,
                           (long long)last->number);
        }
        *ret_answers = page;
    }
    return st;
}

/* ---- Persons' rights --------------------------------------------------------------------------
 */

enum { PAGE = 500, PAGE_ARENA = 16 << 20 };

typedef struct Finds {
    bool (*fn)(const void *ctx, PtStr text);
    const void *ctx;
} Finds;

static bool theirs(Finds f, PtStr text)
{
    return text.len > 0 && f.fn(f.ctx, text);
}

static PtStatus forget(PtSqlTx *tx, const SurveyInvitation *i, Finds f, PtError *err)
{
    const bool person = theirs(f, i->person);
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_FORGET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, i->number);
    pt_sql_bind_text(tx, 2, person ? PT_STR("") : i->person);
    pt_sql_bind_text(tx, 3, person || theirs(f, i->comment) ? PT_STR("") : i->comment);
    return pt_sql_finish(tx, err);
}

typedef struct Page {
    int64_t after; /* number of the last row that was read */
    bool more;     /* false: that was the last page */
    size_t count;
    SurveyInvitation list[PAGE];
} Page;

/* Of the next rows that have a person or a comment those that `f` finds. */
static PtStatus read_page(PtSqlTx *tx, Finds f, PtArena *arena, Page *page, PtError *err)
{
    size_t rows = 0;
    bool row = true;
    PtStr nonce;
    PtStatus st = pt_sql_use(tx, SQL_SURVEY_PEOPLE, err);
    if (st != PT_OK) {
        return st;
    }
    page->count = 0;
    pt_arena_clear(arena);
    pt_sql_bind_i64(tx, 1, page->after);
    pt_sql_bind_i64(tx, 2, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row &&
           (st = copy_row(tx, arena, &page->list[page->count], &nonce, err)) == PT_OK) {
        const SurveyInvitation *i = &page->list[page->count];
        page->after = i->number;
        page->count += theirs(f, i->person) || theirs(f, i->comment);
        rows++;
    }
    pt_sql_done(tx);
    page->more = rows == PAGE;
    return st;
}

PtStatus surveys_erase(Surveys *s, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                       uint64_t *ret_changed, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    Page page = {.more = true};
    const Finds f = {finds, ctx};
    uint64_t changed = 0;
    PtStatus st = arena != NULL ? PT_OK : survey_no_memory(err);
    while (st == PT_OK && page.more) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        st = pt_sql_begin(s->c.core, true, &tx, err);
        st = st == PT_OK ? read_page(tx, f, arena, &page, err) : st;
        for (size_t i = 0; st == PT_OK && i < page.count; i++) {
            st = forget(tx, &page.list[i], f, err);
        }
        st = st == PT_OK && page.count > 0 ? pt_sql_commit(&tx, err) : st;
        changed += page.count;
    }
    if (st == PT_OK) {
        *ret_changed = changed;
    }
    return st;
}

static void put_line(PtBuf *buf, const SurveyInvitation *i)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "survey", i->survey);
    pt_json_put_str(&out, "ticket", i->ticket_key);
    pt_json_put_i64(&out, "invited_ms", i->invited_ms);
    if (i->answered_ms != 0) {
        pt_json_put_i64(&out, "answered_ms", i->answered_ms);
        pt_json_put_i64(&out, "score", i->score);
        pt_json_put_str(&out, "comment", i->comment);
    }
    pt_json_out_object_end(&out);
    pt_buf_add_char(buf, '\n');
}

PtStatus surveys_export(Surveys *s, bool (*finds)(const void *ctx, PtStr text), const void *ctx,
                        PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Page page = {.more = true};
    const Finds f = {finds, ctx};
    PtStatus st = arena != NULL ? pt_sql_begin(s->c.core, false, &tx, err) : survey_no_memory(err);
    while (st == PT_OK && page.more) {
        st = read_page(tx, f, arena, &page, err);
        for (size_t i = 0; st == PT_OK && i < page.count; i++) {
            put_line(out, &page.list[i]);
        }
    }
    return st == PT_OK && pt_buf_status(out) != PT_OK ? survey_no_memory(err) : st;
}
