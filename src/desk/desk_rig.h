// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk_internal.h"
#include "platform/sql/sql_rig.h"

#include "base/test_rows.h"

/* For tests of the desk: one on a database of either engine with its clocks, on a simulated clock
 * that stands at START_MS. Nothing fires before work_start(desk_work). */
enum { START_MS = 1000000 };

extern SqlRig *desk_rig;
extern PtClock *desk_clock;
extern Desk *desk;
extern Work *desk_work;
extern PtArena *desk_arena;
extern LanguageTriage *desk_rig_triage; /* NULL, as it comes: nobody reads */
extern char desk_dir[];                 /* its data folder */
extern const AuditActor desk_staff;

void desk_rig_restart(void);
void desk_rig_skip(void **state); /* where there is no such engine */

DeskReport desk_report_from(const char *category, const char *services, const char *store);
/* Each fails the test when it does not succeed. */
DeskReported desk_reported(const char *category, const char *services, const char *store);
DeskTicket desk_get(int64_t number);

typedef struct DeskRigCase {
    const char *name;
    void (*run)(void **state);
} DeskRigCase;
enum { DESK_RIG_CASES = 20 };
/* All cases on each engine. */
int desk_rig_run(const DeskRigCase *cases, size_t count);
