// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/config.h"

#include <stddef.h>

/* Every setting of patrond: one table, from which flags, environment names, the file's keys,
 * `patron config show` and docs/settings.md follow. A new setting is a new row.
 */
extern const PtSetting patron_settings[];
extern const size_t patron_setting_count;
