// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk.h"

/* Checks a record's document by its kind; PT_INVALID names the place. */
PT_NODISCARD PtStatus desk_record_check(DeskRecordKind kind, PtStr json, PtArena *arena,
                                        PtError *err);
