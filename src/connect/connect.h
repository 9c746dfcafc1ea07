// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Files in: the door of the module. Other modules include this file only.
 *
 * hook.h     shops in, by webhook
 * import.h   bytes -> rows -> events, and how far an import got
 * preview.h  the first rows of a file as events
 * job.h      imports as jobs of the server
 * net.h      which addresses may be called
 * destination.h  events out, to others
 * pull.h     systems that are asked for what is new
 * drop.h     files that are left in a folder
 * adopt.h    Patron beside the system that it is to take over from
 */
#include "connect/adopt.h"
#include "connect/destination.h"
#include "connect/drop.h"
#include "connect/hook.h"
#include "connect/import.h"
#include "connect/job.h"
#include "connect/net.h"
#include "connect/preview.h"
#include "connect/pull.h"
