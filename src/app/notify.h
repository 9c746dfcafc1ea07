// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk.h"
#include "notify/notify.h"
#include "platform/config.h"
#include "surveys/surveys.h"

/* What people are told of: changes of tickets, their clocks, answers to surveys, alerts of the
 * server. Opened before the desk, started once it is there. */
typedef struct Notices {
    Notify *notify;
    Desk *desk; /* from the start on */
    MailServer mail;
    PtArena *arena;                                            /* of the secret */
    uint64_t desk_read, desk_write, system_read, system_write; /* permissions */
    WorkListener told;                                         /* who hears of clocks besides */
} Notices;

typedef struct NoticesConfig {
    const PtConfig *config; /* smtp.*, oidc.public_url */
    PtSql *core;
    Access *access;
    const PtClock *clock;
    PtTimers *timers;
    const ConnectNet *net;
} NoticesConfig;
PT_NODISCARD PtStatus notices_open(Notices *x, const NoticesConfig *config, PtError *err);

/* For DeskConfig. */
DeskListener notices_listener(Notices *x);
PT_NODISCARD PtStatus notices_offered(void *ctx, PtSqlTx *tx, int64_t ticket, PtStr account,
                                      PtError *err);
PT_NODISCARD PtStatus notices_updated(void *ctx, PtSqlTx *tx, int64_t ticket, PtStr account,
                                      PtError *err);
/* For WorkConfig: `also` hears first. */
WorkListener notices_work_listener(Notices *x, WorkListener also);
/* For Figures. */
SurveyListener notices_survey_listener(Notices *x);
/* For OperateConfig; nothing before notices_open. */
PT_NODISCARD PtStatus notices_alert(Notices *x, PtSqlTx *tx, PtStr name, PtStr message,
                                    PtError *err);

PT_NODISCARD PtStatus notices_start(Notices *x, Desk *desk, PtError *err);
void notices_stop(Notices *x);  /* before the desk is closed */
void notices_close(Notices *x); /* after it, and after the timers */
