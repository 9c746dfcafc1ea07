// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Events: the door of the module. What clients send comes in, is checked, stamped, deduplicated and
 * made durable; and goes out again to views, the debugger and exports. Other modules include this
 * file only.
 */
#include "events/ahead.h"
#include "events/erased.h"
#include "events/feed.h"
#include "events/intake.h"
#include "events/plans.h"
#include "events/quarantine.h"
#include "events/record.h"
#include "events/samples.h"
#include "events/sources.h"
#include "events/stats.h"
#include "events/views.h"
#include "events/violations.h"
