// SPDX-License-Identifier: Apache-2.0
/* What a push service is given: a message that only the browser can read (RFC 8291, RFC 8188), and
 * a token that says who sends it (VAPID, RFC 8292). */
#include "notify/notify_internal.h"

#include "base/json.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <string.h>

enum {
    HASH = 32,
    KEY = 16,
    NONCE = 12,
    TAG = 16,
    RECORD = 4096,
    HALF = 32, /* of a signature */
    TOKEN_S = 12 * 3600,
    CLAIMS_BYTES = 2000,
    TEXT_BYTES = 4000,
    DER_MAX = 80,
};

static PtStatus failed(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to encrypt a push message");
}

/* ---- Keys -------------------------------------------------------------------------------------
 */

static bool find_public(NotifyPushKey *key)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    BIGNUM *secret = BN_bin2bn(key->secret, sizeof key->secret, NULL);
    const bool ok = point != NULL && secret != NULL && !BN_is_zero(secret) &&
                    BN_cmp(secret, EC_GROUP_get0_order(group)) < 0 &&
                    EC_POINT_mul(group, point, secret, NULL, NULL, NULL) == 1 &&
                    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, key->public,
                                       sizeof key->public, NULL) == sizeof key->public;
    BN_clear_free(secret);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return ok;
}

PtStatus notify_push_key_load(const uint8_t secret[static NOTIFY_P256_SECRET],
                              NotifyPushKey *ret_key, PtError *err)
{
    NotifyPushKey key;
    memcpy(key.secret, secret, sizeof key.secret);
    const bool ok = find_public(&key);
    if (ok) {
        *ret_key = key;
    }
    explicit_bzero(&key, sizeof key);
    return ok ? PT_OK : pt_fail(err, PT_INVALID, "the key of web push is no key of P-256");
}

PtStatus notify_push_key_make(NotifyPushKey *ret_key, PtError *err)
{
    uint8_t secret[NOTIFY_P256_SECRET];
    PtStatus st = PT_INVALID;
    for (int i = 0; st == PT_INVALID && i < 10; i++) { // nearly every number is a key
        randombytes_buf(secret, sizeof secret);
        st = notify_push_key_load(secret, ret_key, err);
    }
    explicit_bzero(secret, sizeof secret);
    return st;
}

/* secret NULL: the public part alone. NULL: it is no point of the curve, or no memory. */
static EVP_PKEY *to_pkey(const uint8_t *public, const uint8_t *secret)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *number = secret != NULL ? BN_bin2bn(secret, NOTIFY_P256_SECRET, NULL) : NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool ok =
        build != NULL && ctx != NULL && (secret == NULL || number != NULL) &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public,
                                         NOTIFY_P256_PUBLIC) == 1 &&
        (secret == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
    OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
    ok = params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
         EVP_PKEY_fromdata(ctx, &pkey, secret != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                           params) == 1;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_clear_free(number);
    EVP_PKEY_CTX_free(ctx);
    return ok ? pkey : NULL;
}

static PtStatus agree(const NotifyPushTo *to, const NotifyPushKey *own, uint8_t shared[static HASH],
                      PtError *err)
{
    size_t len = HASH;
    EVP_PKEY *mine = to_pkey(own->public, own->secret), *theirs = to_pkey(to->p256dh, NULL);
    EVP_PKEY_CTX *ctx = mine != NULL && theirs != NULL ? EVP_PKEY_CTX_new(mine, NULL) : NULL;
    const bool ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
                    EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
                    EVP_PKEY_derive(ctx, shared, &len) == 1 && len == HASH;
    const bool is_point = theirs != NULL;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(mine);
    EVP_PKEY_free(theirs);
    return ok         ? PT_OK
           : is_point ? failed(err)
                      : pt_fail(err, PT_INVALID, "p256dh: no point of the curve P-256");
}

/* ---- The message ------------------------------------------------------------------------------
 */

static void hmac(const uint8_t *key, size_t key_len, const uint8_t *text, size_t len,
                 uint8_t out[static HASH])
{
    crypto_auth_hmacsha256_state h;
    (void)crypto_auth_hmacsha256_init(&h, key, key_len);
    (void)crypto_auth_hmacsha256_update(&h, text, len);
    (void)crypto_auth_hmacsha256_final(&h, out);
}

/* One block of HKDF-Expand. */
static void expand(const uint8_t prk[static HASH], const uint8_t *info, size_t info_len,
                   uint8_t out[static HASH])
{
    static const uint8_t one = 1;
    crypto_auth_hmacsha256_state h;
    (void)crypto_auth_hmacsha256_init(&h, prk, HASH);
    (void)crypto_auth_hmacsha256_update(&h, info, info_len);
    (void)crypto_auth_hmacsha256_update(&h, &one, 1);
    (void)crypto_auth_hmacsha256_final(&h, out);
}

/* RFC 8291, 3.4: key and nonce of the one record. */
static void derive(const NotifyPushTo *to, const NotifyPushKey *own, const uint8_t *salt,
                   const uint8_t shared[static HASH], uint8_t key[static HASH],
                   uint8_t nonce[static HASH])
{
    static const uint8_t about_key[] = "Content-Encoding: aes128gcm",
                         about_nonce[] = "Content-Encoding: nonce";
    static const char about[] = "WebPush: info";
    uint8_t prk[HASH], secret[HASH], info[sizeof about + 2 * NOTIFY_P256_PUBLIC];
    memcpy(info, about, sizeof about); // the NUL belongs to it, as to the others
    memcpy(info + sizeof about, to->p256dh, NOTIFY_P256_PUBLIC);
    memcpy(info + sizeof about + NOTIFY_P256_PUBLIC, own->public, NOTIFY_P256_PUBLIC);
    hmac(to->auth, sizeof to->auth, shared, HASH, prk);
    expand(prk, info, sizeof info, secret);
    hmac(salt, NOTIFY_PUSH_SALT, secret, HASH, prk);
    expand(prk, about_key, sizeof about_key, key);
    expand(prk, about_nonce, sizeof about_nonce, nonce);
    explicit_bzero(prk, sizeof prk);
    explicit_bzero(secret, sizeof secret);
}

/* plain and a byte 2, which says that it is the last record. */
static bool encrypt(const uint8_t *key, const uint8_t *nonce, PtStr plain, uint8_t *out)
{
    static const uint8_t last = 2;
    int len = 0, end = 0, rest = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const bool ok =
        ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
        EVP_EncryptUpdate(ctx, out, &len, (const uint8_t *)plain.data, (int)plain.len) == 1 &&
        EVP_EncryptUpdate(ctx, out + len, &end, &last, 1) == 1 &&
        EVP_EncryptFinal_ex(ctx, out + len + end, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, out + plain.len + 1) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

PtStatus notify_push_seal(const NotifyPushTo *to, const NotifyPushKey *own,
                          const uint8_t salt[static NOTIFY_PUSH_SALT], PtStr text, PtBuf *out,
                          PtError *err)
{
    static const uint8_t record[4] = {0, 0, RECORD >> 8, RECORD & 0xff};
    uint8_t shared[HASH], key[HASH], nonce[HASH];
    if (text.len > NOTIFY_PUSH_TEXT) {
        return pt_fail(err, PT_TOO_LARGE, "a push message has over %d bytes", NOTIFY_PUSH_TEXT);
    }
    PtStatus st = agree(to, own, shared, err);
    if (st != PT_OK) {
        return st;
    }
    derive(to, own, salt, shared, key, nonce);
    pt_buf_add(out, salt, NOTIFY_PUSH_SALT);
    pt_buf_add(out, record, sizeof record);
    pt_buf_add_char(out, (char)NOTIFY_P256_PUBLIC);
    pt_buf_add(out, own->public, sizeof own->public);
    const size_t len = text.len + 1 + TAG;
    uint8_t *room = (uint8_t *)pt_buf_reserve(out, len);
    const bool ok = room != NULL && encrypt(key, nonce, text, room);
    out->len += ok ? len : 0;
    explicit_bzero(shared, sizeof shared);
    explicit_bzero(key, sizeof key);
    return ok ? PT_OK : failed(err);
}

/* ---- The token --------------------------------------------------------------------------------
 */

static void add_base64url(PtBuf *out, PtStr bytes)
{
    const size_t size =
        sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *room = pt_buf_reserve(out, size);
    if (room != NULL) {
        (void)sodium_bin2base64(room, size, (const uint8_t *)bytes.data, bytes.len,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        out->len += size - 1; // without the NUL
    }
}

/* JWS wants both numbers as they are, not DER. */
static bool split(const uint8_t *der, size_t len, uint8_t out[static 2 * HALF])
{
    const BIGNUM *r = NULL, *s = NULL;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    if (sig != NULL) {
        ECDSA_SIG_get0(sig, &r, &s);
    }
    const bool ok = sig != NULL && BN_bn2binpad(r, out, HALF) == HALF &&
                    BN_bn2binpad(s, out + HALF, HALF) == HALF;
    ECDSA_SIG_free(sig);
    return ok;
}

static bool sign(const NotifyPushKey *key, PtStr text, uint8_t out[static 2 * HALF])
{
    uint8_t der[DER_MAX];
    size_t len = sizeof der;
    EVP_PKEY *pkey = to_pkey(key->public, key->secret);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const bool ok = pkey != NULL && ctx != NULL &&
                    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
                    EVP_DigestSign(ctx, der, &len, (const uint8_t *)text.data, text.len) == 1 &&
                    split(der, len, out);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok;
}

static void put_claims(PtBuf *claims, PtStr origin, const char *contact, int64_t now_ms)
{
    PtJsonOut out = pt_json_out(claims);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "aud", origin);
    pt_json_put_i64(&out, "exp", now_ms / 1000 + TOKEN_S);
    pt_json_put_str(&out, "sub", pt_str(contact));
    pt_json_out_object_end(&out);
}

PtStatus notify_push_token(const NotifyPushKey *key, PtStr origin, const char *contact,
                           int64_t now_ms, PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf claims, text;
    uint8_t signature[2 * HALF];
    pt_buf_init(&claims, CLAIMS_BYTES);
    pt_buf_init(&text, TEXT_BYTES);
    put_claims(&claims, origin, contact, now_ms);
    add_base64url(&text, PT_STR("{\"typ\":\"JWT\",\"alg\":\"ES256\"}"));
    pt_buf_add_char(&text, '.');
    add_base64url(&text, pt_buf_str(&claims));
    if (pt_buf_status(&claims) != PT_OK || pt_buf_status(&text) != PT_OK ||
        !sign(key, pt_buf_str(&text), signature)) {
        return failed(err);
    }
    pt_buf_add_str(out, PT_STR("vapid t="));
    pt_buf_add_str(out, pt_buf_str(&text));
    pt_buf_add_char(out, '.');
    add_base64url(out, (PtStr){(const char *)signature, sizeof signature});
    pt_buf_add_str(out, PT_STR(", k="));
    add_base64url(out, (PtStr){(const char *)key->public, sizeof key->public});
    return pt_buf_status(out) == PT_OK ? PT_OK : failed(err);
}
