// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "surveys/surveys.h"

#include <stdatomic.h>

/* What the files of surveys share. */

struct Surveys {
    SurveysConfig c;
    _Atomic uint64_t answers;
};

/* The row that the statement stands at, or PT_NOT_FOUND. */
PT_NODISCARD PtStatus survey_load(PtSqlTx *tx, PtStr id, PtArena *arena, Survey *ret_survey,
                                  PtError *err);
/* All, by id. */
PT_NODISCARD PtStatus survey_load_all(PtSqlTx *tx, PtArena *arena, Survey **ret_list,
                                      size_t *ret_count, PtError *err);
/* min..max characters of UTF-8 without control characters; lines: line ends and tabs may be. */
PT_NODISCARD PtStatus survey_text_check(const char *name, PtStr text, size_t min, size_t max,
                                        bool lines, PtError *err);
PT_NODISCARD PtStatus survey_no_memory(PtError *err);
