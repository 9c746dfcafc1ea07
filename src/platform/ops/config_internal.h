// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/config.h"

/* The text of a configuration file; `name` stands in messages and origins. For tests and the fuzz
 * target. */
PT_NODISCARD PtStatus pt_config_load_text(PtConfig *config, PtStr text, const char *name,
                                          PtError *err);
