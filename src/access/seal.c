// SPDX-License-Identifier: Apache-2.0
/* Small secrets at rest: XSalsa20-Poly1305 under the data folder's key, a fresh nonce each. */
#include "access/access_internal.h"

#include <assert.h>
#include <sodium.h>

enum {
    NONCE = crypto_secretbox_NONCEBYTES,
    OVERHEAD = NONCE + crypto_secretbox_MACBYTES,
    BASE64 = sodium_base64_VARIANT_ORIGINAL
};
static_assert(sizeof(((AccessConfig *)0)->seal_key) == crypto_secretbox_KEYBYTES, "key");

PtStatus access_seal(const Access *a, PtStr plain, char *text, size_t size, PtError *err)
{
    uint8_t box[OVERHEAD + ACCESS_SEAL_MAX];
    if (plain.len > ACCESS_SEAL_MAX ||
        size < sodium_base64_ENCODED_LEN(OVERHEAD + plain.len, BASE64)) {
        return pt_fail(err, PT_TOO_LARGE, "a secret of %zu bytes is too long to seal", plain.len);
    }
    randombytes_buf(box, NONCE);
    (void)crypto_secretbox_easy(box + NONCE, (const uint8_t *)plain.data, plain.len, box,
                                a->c.seal_key);
    (void)sodium_bin2base64(text, size, box, OVERHEAD + plain.len, BASE64);
    sodium_memzero(box, sizeof box);
    return PT_OK;
}

PtStatus access_unseal(const Access *a, PtStr text, PtArena *arena, PtStr *ret_plain, PtError *err)
{
    uint8_t box[OVERHEAD + ACCESS_SEAL_MAX];
    size_t len = 0;
    if (sodium_base642bin(box, sizeof box, text.data, text.len, NULL, &len, NULL, BASE64) != 0 ||
        len < OVERHEAD) {
        return pt_fail(err, PT_CORRUPT, "a sealed secret does not read");
    }
    uint8_t *plain = pt_arena_alloc(arena, len - OVERHEAD + 1, 1);
    if (plain == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to unseal a secret");
    }
    if (crypto_secretbox_open_easy(plain, box + NONCE, len - NONCE, box, a->c.seal_key) != 0) {
        return pt_fail(err, PT_CORRUPT, "a sealed secret was made under another key");
    }
    *ret_plain = (PtStr){(const char *)plain, len - OVERHEAD};
    return PT_OK;
}
