// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Files in: the door of the module. Other modules include this file only.
 *
 * import.h   bytes -> rows -> events, and how far an import got
 * preview.h  the first rows of a file as events
 * job.h      imports as jobs of the server
 */
#include "connect/import.h"
#include "connect/job.h"
#include "connect/preview.h"
