// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api.h"
#include "app/figures.h"
#include "app/mail.h"
#include "app/notify.h"
#include "privacy/privacy.h"

/* The service desk, put together: the desk with its clocks, triage and mail, the figures and
 * surveys that follow its tickets, and the notices that its people are told of. Who is opened
 * before whom, and stopped before whom, is told here and nowhere else. */
typedef struct ServiceDesk {
    Notices notices;
    Figures figures;
    Mail *mail;
    LanguageTriage *triage;
    Desk *desk;
    Work *work;
} ServiceDesk;

typedef struct ServiceDeskConfig { /* all outlive it but config and token_key */
    const PtConfig *config;
    PtSql *core;
    Access *access;
    const PtClock *clock;
    PtTimers *timers;
    const ConnectNet *net;
    Commerce *commerce;
    const char *data_dir;
    const uint8_t *token_key; /* PT_SECRET_KEY bytes */
    Api *api;                 /* is told of each part */
} ServiceDeskConfig;

/* What fails half-way is left for stop and close, which take a zeroed one, too. */
PT_NODISCARD PtStatus service_desk_open(ServiceDesk *x, const ServiceDeskConfig *config,
                                        PtError *err);
/* Once erasures that a restore asks for are done: people are told of what happens. */
PT_NODISCARD PtStatus service_desk_start(ServiceDesk *x, PtError *err);
/* For PrivacyConfig; asked of it once it is open. */
PrivacyTexts service_desk_texts(ServiceDesk *x);

void service_desk_stop(ServiceDesk *x);  /* its threads, while SQL works; behind the timers' */
void service_desk_close(ServiceDesk *x); /* once nobody asks it any more; before the timers go */
