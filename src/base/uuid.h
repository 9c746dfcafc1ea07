// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* 128-bit ids, version 7 of RFC 9562: time-ordered. Text: 36 bytes, lower case. */
typedef struct PtUuid {
    uint8_t bytes[16];
} PtUuid;

enum { PT_UUID_TEXT = 37 }; /* with the NUL */

/* now_ms: UTC ms, 0..2^48-1. random: 10 bytes of which 74 bits are used. */
PtUuid pt_uuid7(int64_t now_ms, const uint8_t random[static 10]);
PtStr pt_uuid_format(PtUuid id, char out[static PT_UUID_TEXT]);
bool pt_uuid_parse(PtStr text, PtUuid *ret_id); /* either case; any version */
