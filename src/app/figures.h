// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk.h"
#include "insight/insight.h"
#include "surveys/surveys.h"

/* What follows the desk's tickets: surveys that are asked after them, and the figures. Opened
 * before the desk, which tells both of each change; started once desk and clocks are there. */
typedef struct Figures {
    Insight *insight;
    Surveys *surveys;
    WorkCalendarSource hours; /* from the start on */
    Work *work;
    WorkListener told;    /* the desk's */
    SurveyListener heard; /* hears of answers too; set before figures_open */
} Figures;

PT_NODISCARD PtStatus figures_open(Figures *f, PtSql *core, const PtClock *clock,
                                   const uint8_t key[static PT_SECRET_KEY], PtError *err);
/* For DeskConfig: figures first, then surveys, which mark the figures' rows. */
void figures_listeners(Figures *f, DeskListener ret_listeners[static DESK_LISTENERS]);
/* For WorkConfig: the desk's, and the figures hear of what was breached. */
WorkListener figures_work_listener(Figures *f, WorkListener desk);
PT_NODISCARD PtStatus figures_start(Figures *f, Desk *desk, Work *work, PtError *err);
void figures_stop(Figures *f);  /* before the clocks are closed */
void figures_close(Figures *f); /* after the desk */
