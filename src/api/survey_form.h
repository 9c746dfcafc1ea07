// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "surveys/surveys.h"

/* What the form of /survey/{token} sends (application/x-www-form-urlencoded); others' fields are
 * passed over. False: over a bound, not percent-encoded, or without a whole number as its score. */
bool survey_form_read(PtStr body, PtArena *arena, SurveyAnswer *ret_answer);
