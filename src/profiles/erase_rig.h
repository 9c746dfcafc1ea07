// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles/view_rig.h"

/* For tests: an erasure from the plan to the last record, as src/privacy orders it; and what the
 * view says of everybody who is left, whatever the numbers of nodes and persons. */

/* Plans (thorough), rewrites the log, erases and runs the view. ids: "" are left out. */
void erase_rig_erase(ViewRig *r, const char *const *ids, size_t count);
/* The parts of it, for tests that do something in between. */
ErasePlan *erase_rig_plan(ViewRig *r, const char *const *ids, size_t count);
void erase_rig_rewrite(ViewRig *r, const ErasePlan *plan, uint64_t from);
void erase_rig_order(ViewRig *r, const ErasePlan *plan); /* without waiting for the view */

/* Lines in order of their bytes. free() it. */
char *erase_rig_dump(ViewRig *r);
