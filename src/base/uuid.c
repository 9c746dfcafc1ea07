// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

#include "base/hash.h"

PtUuid pt_uuid7(int64_t now_ms, const uint8_t random[static 10])
{
    PtUuid id;
    for (int i = 0; i < 6; i++) {
        id.bytes[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    }
    memcpy(id.bytes + 6, random, 10);
    id.bytes[6] = (uint8_t)(0x70 | (random[0] & 0x0F));
    id.bytes[8] = (uint8_t)(0x80 | (random[2] & 0x3F));
    return id;
}

static bool dash_before_byte(int i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}

PtStr pt_uuid_format(PtUuid id, char out[static PT_UUID_TEXT])
{
    char *p = out;
    for (int i = 0; i < 16; i++) {
        if (dash_before_byte(i)) {
            *p++ = '-';
        }
        pt_hex(&id.bytes[i], 1, p);
        p += 2;
    }
    return (PtStr){out, PT_UUID_TEXT - 1};
}

bool pt_uuid_parse(PtStr text, PtUuid *ret_id)
{
    if (text.len != PT_UUID_TEXT - 1) {
        return false;
    }
    PtUuid id;
    const char *p = text.data;
    for (int i = 0; i < 16; i++) {
        if (dash_before_byte(i) && *p++ != '-') {
            return false;
        }
        int high = pt_hex_digit(p[0]), low = pt_hex_digit(p[1]);
        if (high < 0 || low < 0) {
            return false;
        }
        id.bytes[i] = (uint8_t)(high * 16 + low);
        p += 2;
    }
    *ret_id = id;
    return true;
}
