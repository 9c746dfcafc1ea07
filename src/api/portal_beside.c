// SPDX-License-Identifier: Apache-2.0
/* What stands beside a report in the portal: its photos, and how it was. */
#include "api/desk.h"
#include "api/portal.h"

/* -- photos -------------------------------------------------------------------------------------
 */

static bool is_of(const DeskMine *mine, size_t count, int64_t report)
{
    for (size_t i = 0; i < count; i++) {
        if (mine[i].report.number == report) {
            return true;
        }
    }
    return false;
}

PtStatus api_portal_put_photos(ApiCall *call, PtJsonOut *out, const DeskMine *mine, size_t count)
{
    DeskFile *files = NULL;
    size_t file_count = 0;
    PtStatus st = desk_files(call->api->desk, mine[0].ticket.number, call->arena, &files,
                             &file_count, &call->error);
    pt_json_out_key(out, PT_STR("photos"));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < file_count; i++) {
        if (files[i].is_public && is_of(mine, count, files[i].report)) {
            pt_json_out_object(out);
            api_put_time(out, "at", files[i].at_ms);
            pt_json_put_str(out, "name", files[i].name);
            pt_json_out_object_end(out);
        }
    }
    pt_json_out_array_end(out);
    return st;
}

void api_portal_photo(ApiCall *call)
{
    DeskFile file = {.name = call->query[Q_PORTAL_PHOTO_NAME].text,
                     .type = http_header(call->request, "content-type"),
                     .is_public = true,
                     .content = call->request->body};
    DeskParty party;
    DeskFile kept;
    DeskMine *mine = NULL;
    size_t count = 0;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? api_portal_party(call, &party) : st;
    st = st == PT_OK ? desk_mine_ticket(call->api->desk, &party, number, call->arena, &mine, &count,
                                        &call->error)
                     : st;
    if (st == PT_OK && !pt_str_starts(file.type, PT_STR("image/"))) {
        st = pt_fail(&call->error, PT_UNSUPPORTED_MEDIA, "Content-Type: not that of a photo");
    }
    if (st == PT_OK) {
        file.report = mine[count - 1].report.number;
        st = desk_attach(call->api->desk, &call->who.actor, mine[0].ticket.number, &file,
                         call->arena, &kept, &call->error);
    }
    if (!api_failed(call, st)) {
        api_portal_show(call, &party, number);
    }
}

/* -- how it was ---------------------------------------------------------------------------------
 */

/* The invitation that is theirs and not over; PT_NOT_FOUND. */
static PtStatus find_invitation(ApiCall *call, const DeskParty *party, int64_t number,
                                SurveyInvitation *ret, char token[static SURVEY_TOKEN],
                                PtError *err)
{
    PtStatus st = surveys_of_ticket(call->api->surveys, number, call->arena, ret, token, err);
    const bool theirs = st == PT_OK && party->requester.len > 0 &&
                        pt_str_eq(ret->person, party->requester) &&
                        ret->expires_ms > pt_clock_now_ms(call->api->c.clock);
    return st != PT_OK || theirs ? st : pt_fail(err, PT_NOT_FOUND, "nobody asks how it was");
}

PtStatus api_portal_put_rating(ApiCall *call, PtJsonOut *out, const DeskParty *party,
                               int64_t number)
{
    SurveyInvitation invitation;
    char token[SURVEY_TOKEN];
    PtError why = {0};
    PtStatus st = find_invitation(call, party, number, &invitation, token, &why);
    if (st == PT_NOT_FOUND) {
        api_put_null(out, "rating");
        return PT_OK;
    }
    if (st != PT_OK) {
        return pt_fail(&call->error, st, "%s", why.message);
    }
    pt_json_out_key(out, PT_STR("rating"));
    pt_json_out_object(out);
    pt_json_put_str(out, "question", invitation.question);
    pt_json_put_i64(out, "least", survey_scale_least(invitation.scale));
    pt_json_put_i64(out, "most", survey_scale_most(invitation.scale));
    if (invitation.answered_ms != 0) {
        pt_json_put_i64(out, "score", invitation.score);
    } else {
        api_put_null(out, "score");
    }
    pt_json_out_object_end(out);
    return PT_OK;
}

void api_portal_rate(ApiCall *call)
{
    const SurveyAnswer answer = {.score = call->in[IN_PORTAL_RATE_SCORE].number,
                                 .comment = call->in[IN_PORTAL_RATE_COMMENT].text};
    SurveyInvitation invitation;
    DeskParty party;
    DeskMine *mine = NULL;
    char token[SURVEY_TOKEN];
    size_t count = 0;
    int64_t number = 0;
    PtStatus st = api_ticket_number(call, call->args[0], &number);
    st = st == PT_OK ? api_portal_party(call, &party) : st;
    st = st == PT_OK ? desk_mine_ticket(call->api->desk, &party, number, call->arena, &mine, &count,
                                        &call->error)
                     : st;
    st = st == PT_OK ? find_invitation(call, &party, mine[0].ticket.number, &invitation, token,
                                       &call->error)
                     : st;
    st = st == PT_OK ? surveys_answer(call->api->surveys, pt_str(token), &answer, call->arena,
                                      &invitation, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_portal_show(call, &party, number);
    }
}
