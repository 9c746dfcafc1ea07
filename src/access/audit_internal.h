// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/audit.h"

/* How the chain is computed, shared by writing and checking. */

/* SHA-256(salt || each field's length and bytes). */
PT_NODISCARD PtStatus audit_commitment(PtStr salt, const PtStr fields[static AUDIT_FIELDS],
                                       uint8_t out[static AUDIT_HASH], PtError *err);

/* SHA-256(before || seq || time || commitment), numbers as 8 bytes big-endian. */
void audit_link(const uint8_t before[static AUDIT_HASH], int64_t seq, int64_t time_ms,
                const uint8_t commitment[static AUDIT_HASH], uint8_t out[static AUDIT_HASH]);
