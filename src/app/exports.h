// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "behaviour/behaviour.h"
#include "connect/connect.h"

/* Files of exports go to destinations, which are opened later, but before the exports' thread is
 * started. */
BehaviourTargets export_targets(ConnectDestinations **destinations);
