// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the survey page's form: any bytes. */
#include "api/survey_form.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtArena *arena = pt_arena_new(ARENA);
    SurveyAnswer answer;
    if (arena != NULL && survey_form_read((PtStr){(const char *)data, size}, arena, &answer) &&
        answer.comment.len > size) {
        abort();
    }
    pt_arena_free(arena);
    return 0;
}
