// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "api/api.h"
#include "app/folder.h"
#include "connect/connect.h"
#include "events/events.h"
#include "platform/config.h"
#include "platform/loop.h"
#include "platform/timers.h"
#include "profiles/profiles.h"

/* What brings events in and takes them out, put together: imports, pulls, drop folders, shops'
 * hooks, destinations, and the comparison with another system. Who is opened before whom, and
 * stopped before whom, is told here and nowhere else. */
typedef struct ConnectionsConfig { /* all outlive it but config */
    const PtConfig *config;
    const Folder *folder;
    PtSql *core, *views;
    const PtClock *clock;
    PtLog *log;
    EventIntake *intake;
    EventSources *sources;
    Access *access;
    PtTimers *timers;
    Profiles *profiles;
} ConnectionsConfig;

typedef struct Connections {
    ConnectionsConfig c;
    Api *api;
    ConnectNet net; /* once it is open */
    ConnectJobs *imports;
    ConnectPulls *pulls;
    ConnectDrops *drops;
    ConnectAdopt *adopt;
    ConnectDestinations *destinations;
    Hooks *hooks;
    PtPool *hook_pool;
} Connections;

/* Before the timers start. What fails half-way is left for stop and close, which take a zeroed one,
 * too. */
PT_NODISCARD PtStatus connections_open(Connections *x, const ConnectionsConfig *config,
                                       PtError *err);
/* Once events can come, before the first client; the API is told of each part. */
PT_NODISCARD PtStatus connections_start(Connections *x, Api *api, PtError *err);
/* Shops' deliveries, behind whoever takes what they ask for a person. */
PT_NODISCARD PtStatus connections_listen(Connections *x, HookPrivacyFn *take, void *ctx,
                                         PtError *err);

void connections_drain(Connections *x); /* what deliveries wait on: before the loop goes */
void connections_stop(Connections *x);  /* its threads, behind those of erasures */
void connections_close(Connections *x); /* once nobody asks it any more */
