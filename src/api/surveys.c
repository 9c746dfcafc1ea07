// SPDX-License-Identifier: Apache-2.0
/* /api/v1/surveys: what is asked after tickets, and what was answered. */
#include "api/desk.h"

#include <stdio.h>

enum { PAGE_BYTES = 64 << 20, LINK_TEXT = SURVEY_TOKEN + 16 };
static const int64_t month_ms = 30 * 86400000LL;

void api_set_surveys(Api *api, Surveys *surveys)
{
    api->surveys = surveys;
}

/* -- surveys ------------------------------------------------------------------------------------
 */

static PtStatus put_survey(ApiCall *call, PtJsonOut *out, const Survey *survey)
{
    SurveyCounts counts;
    PtStatus st =
        surveys_counts(call->api->surveys, survey->id,
                       pt_clock_now_ms(call->api->c.clock) - month_ms, &counts, &call->error);
    if (st != PT_OK) {
        return st;
    }
    pt_json_out_object(out);
    pt_json_put_str(out, "id", survey->id);
    pt_json_put_str(out, "name", survey->name);
    pt_json_put_str(out, "question", survey->question);
    pt_json_put_str(out, "scale", pt_str(survey_scales[survey->scale]));
    pt_json_put_i64(out, "least", survey_scale_least(survey->scale));
    pt_json_put_i64(out, "most", survey_scale_most(survey->scale));
    pt_json_out_key(out, PT_STR("channels"));
    pt_json_out_array(out);
    for (size_t i = 0; i < survey->channel_count; i++) {
        pt_json_out_str(out, survey->channels[i]);
    }
    pt_json_out_array_end(out);
    pt_json_put_bool(out, "active", survey->active);
    pt_json_put_i64(out, "sample", survey->sample);
    pt_json_put_i64(out, "quiet_days", survey->quiet_days);
    pt_json_put_i64(out, "expiry_days", survey->expiry_days);
    pt_json_put_i64(out, "version", survey->version);
    api_put_time_or_null(out, "changed_at", survey->changed_ms);
    pt_json_put_str(out, "changed_by", survey->changed_by);
    pt_json_put_u64(out, "invited", counts.invited);
    pt_json_put_u64(out, "answered", counts.answered);
    pt_json_out_object_end(out);
    return PT_OK;
}

void api_surveys_list(ApiCall *call)
{
    Survey *list = NULL;
    size_t count = 0;
    PtStatus st = surveys_list(call->api->surveys, call->arena, &list, &count, &call->error);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = put_survey(call, &out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

void api_surveys_put(ApiCall *call)
{
    const ApiValue *in = call->in;
    const Survey survey = {.id = call->args[0],
                           .name = in[IN_SURVEYS_PUT_NAME].text,
                           .question = in[IN_SURVEYS_PUT_QUESTION].text,
                           .scale = (SurveyScale)in[IN_SURVEYS_PUT_SCALE].choice,
                           .channels = in[IN_SURVEYS_PUT_CHANNELS].texts,
                           .channel_count = in[IN_SURVEYS_PUT_CHANNELS].count,
                           .active = in[IN_SURVEYS_PUT_ACTIVE].truth,
                           .sample = in[IN_SURVEYS_PUT_SAMPLE].number,
                           .quiet_days = in[IN_SURVEYS_PUT_QUIET_DAYS].number,
                           .expiry_days = in[IN_SURVEYS_PUT_EXPIRY_DAYS].number,
                           .version = in[IN_SURVEYS_PUT_VERSION].number};
    Survey now;
    PtStatus st =
        surveys_put(call->api->surveys, &call->who.actor, &survey, call->arena, &now, &call->error);
    PtJsonOut out = pt_json_out(&call->body);
    st = st == PT_OK ? put_survey(call, &out, &now) : st;
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

/* -- invitations --------------------------------------------------------------------------------
 */

/* link "": none is told. */
static void put_invitation(PtJsonOut *out, const SurveyInvitation *i, const char *link)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "ticket", i->ticket_key);
    pt_json_put_str(out, "survey", i->survey);
    pt_json_put_str(out, "scale", pt_str(survey_scales[i->scale]));
    pt_json_put_str(out, "person", i->person);
    api_put_time(out, "invited_at", i->invited_ms);
    api_put_time(out, "expires_at", i->expires_ms);
    api_put_time_or_null(out, "answered_at", i->answered_ms);
    api_put_time_or_null(out, "changed_at", i->changed_ms);
    if (i->answered_ms != 0) {
        pt_json_put_i64(out, "score", i->score);
    } else {
        api_put_null(out, "score");
    }
    pt_json_put_str(out, "comment", i->comment);
    api_put_text_or_null(out, "link", pt_str(link));
    pt_json_out_object_end(out);
}

void api_surveys_answers(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_BYTES);
    const SurveyAnswersAsk ask = {.survey = call->query[Q_SURVEYS_ANSWERS_SURVEY].text,
                                  .cursor = call->query[Q_SURVEYS_ANSWERS_CURSOR].text,
                                  .max = (size_t)call->query[Q_SURVEYS_ANSWERS_LIMIT].number};
    SurveyAnswers page;
    PtStatus st = arena == NULL
                      ? pt_fail(&call->error, PT_NO_MEMORY, "no memory for a page of answers")
                      : surveys_answers(call->api->surveys, &ask, arena, &page, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < page.count; i++) {
        put_invitation(&out, &page.list[i], "");
    }
    api_page_end(&out, page.next[0] != '\0' ? page.next : NULL);
    api_answer(call, 200);
}

void api_surveys_of_ticket(ApiCall *call)
{
    char token[SURVEY_TOKEN], link[LINK_TEXT] = "";
    SurveyInvitation invitation;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? surveys_of_ticket(call->api->surveys, number, call->arena, &invitation,
                                         token, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    if ((call->who.permissions & PERMISSION_SURVEYS_WRITE) != 0) {
        (void)snprintf(link, sizeof link, "/survey/%s", token);
    }
    PtJsonOut out = pt_json_out(&call->body);
    put_invitation(&out, &invitation, link);
    api_answer(call, 200);
}
