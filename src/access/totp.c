// SPDX-License-Identifier: Apache-2.0
#include "access/totp.h"

#include "base/buf.h"
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

enum { SHA1_BYTES = 20, CODE_TEXT = 12 };

uint32_t totp_code(PtStr secret, int64_t step, unsigned digits)
{
    uint8_t message[8], mac[EVP_MAX_MD_SIZE] = {0};
    unsigned len = 0;
    uint32_t modulus = 1;
    for (int i = 0; i < 8; i++) {
        message[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    }
    if (HMAC(EVP_sha1(), secret.data, (int)secret.len, message, sizeof message, mac, &len) ==
            NULL ||
        len != SHA1_BYTES) {
        return UINT32_MAX; // no code: over what any number of digits can say
    }
    const unsigned at = mac[SHA1_BYTES - 1] & 15U;
    const uint32_t number = ((uint32_t)mac[at] & 0x7F) << 24 | (uint32_t)mac[at + 1] << 16 |
                            (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    for (unsigned i = 0; i < digits; i++) {
        modulus *= 10;
    }
    return number % modulus;
}

bool totp_check(PtStr secret, PtStr digits, int64_t now_ms, int64_t last_step, int64_t *ret_step)
{
    const int64_t now = now_ms / TOTP_STEP_MS;
    bool found = false;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        char want[CODE_TEXT];
        (void)snprintf(want, sizeof want, "%06u", totp_code(secret, step, TOTP_DIGITS));
        if (pt_secret_eq(pt_str(want), digits) && step > last_step && !found) {
            *ret_step = step;
            found = true;
        }
    }
    return found;
}

void totp_base32(const uint8_t *bytes, size_t len, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t window = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < len; i++) {
        window = window << 8 | bytes[i];
        for (bits += 8; bits >= 5; bits -= 5) {
            *out++ = letters[(window >> (bits - 5)) & 31U];
        }
    }
    if (bits > 0) {
        *out++ = letters[(window << (5 - bits)) & 31U];
    }
    *out = '\0';
}

bool totp_uri(const char *secret_base32, PtStr email, char *out, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    PtBuf b;
    pt_buf_init(&b, size > 1 ? size - 1 : 1);
    pt_buf_add_str(&b, PT_STR("otpauth://totp/Patron:"));
    for (size_t i = 0; i < email.len; i++) {
        const unsigned char c = (unsigned char)email.data[i];
        const char lower = pt_ascii_lower((char)c);
        if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
            strchr("-._~@", c) != NULL) {
            pt_buf_add_char(&b, (char)c);
        } else {
            const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
            pt_buf_add(&b, escape, sizeof escape);
        }
    }
    pt_buf_printf(&b, "?secret=%s&issuer=Patron&algorithm=SHA1&digits=6&period=30", secret_base32);
    const bool fits = pt_buf_status(&b) == PT_OK;
    if (fits) {
        memcpy(out, b.data, b.len);
        out[b.len] = '\0';
    }
    pt_buf_done(&b);
    return fits;
}
