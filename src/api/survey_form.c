// SPDX-License-Identifier: Apache-2.0
#include "api/survey_form.h"

#include "base/json.h"
#include "platform/http.h"

enum { FORM_MAX = 32768 /* bytes: a comment, percent-encoded */, FIELDS_MAX = 10 };

/* A plus is a space, line ends come as CR LF. */
static PtStr decoded(PtStr text, PtArena *arena)
{
    char *plain = pt_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; plain != NULL && i < text.len; i++) {
        plain[i] = text.data[i];
        if (plain[i] == '+') {
            plain[i] = ' ';
        }
    }
    const PtStr value =
        plain != NULL ? http_percent_decode((PtStr){plain, text.len}, arena) : (PtStr){NULL, 0};
    char *out = value.data != NULL ? pt_arena_alloc(arena, value.len + 1, 1) : NULL;
    for (size_t i = 0; out != NULL && i < value.len; i++) {
        if (value.data[i] != '\r') {
            out[len++] = value.data[i];
        }
    }
    return (PtStr){out, len};
}

bool survey_form_read(PtStr body, PtArena *arena, SurveyAnswer *ret_answer)
{
    SurveyAnswer answer = {.comment = {NULL, 0}};
    PtStr rest = body, field, name;
    bool scored = false;
    if (body.len > FORM_MAX) {
        return false;
    }
    for (int i = 0; rest.len > 0 && pt_str_cut(&rest, '&', &field); i++) {
        (void)pt_str_cut(&field, '=', &name);
        const PtStr value = decoded(field, arena);
        if (i == FIELDS_MAX || value.data == NULL) {
            return false;
        }
        if (pt_str_eq(name, PT_STR("score"))) {
            scored = pt_json_to_i64(value, &answer.score);
        } else if (pt_str_eq(name, PT_STR("comment"))) {
            answer.comment = value;
        }
    }
    if (scored) {
        *ret_answer = answer;
    }
    return scored;
}
