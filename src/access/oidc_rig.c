// SPDX-License-Identifier: Apache-2.0
#include "access/oidc_rig.h"

#include "access/oidc_internal.h"
#include "base/test_rows.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 1100, P256_BYTES = 32 };

EVP_PKEY *oidc_rig_rsa(unsigned bits)
{
    EVP_PKEY *key = EVP_RSA_gen(bits);
    assert_non_null(key);
    return key;
}

EVP_PKEY *oidc_rig_ec(const char *curve)
{
    EVP_PKEY *key = EVP_EC_gen(curve);
    assert_non_null(key);
    return key;
}

static void number(EVP_PKEY *key, const char *param, int width, char *out, size_t size)
{
    unsigned char bytes[NUMBER_MAX];
    BIGNUM *n = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, param, &n), 1);
    const int len = width > 0 ? width : BN_num_bytes(n);
    assert_int_equal(BN_bn2binpad(n, bytes, len), len);
    BN_free(n);
    oidc_base64url(bytes, (size_t)len, out, size);
}

void oidc_rig_jwk(EVP_PKEY *key, char *out, size_t size)
{
    char a[2 * NUMBER_MAX], b[2 * NUMBER_MAX], curve[32] = "";
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        number(key, OSSL_PKEY_PARAM_RSA_N, 0, a, sizeof a);
        number(key, OSSL_PKEY_PARAM_RSA_E, 0, b, sizeof b);
        (void)snprintf(out, size, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", a, b);
        return;
    }
    assert_int_equal(EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL), 1);
    number(key, OSSL_PKEY_PARAM_EC_PUB_X, P256_BYTES, a, sizeof a);
    number(key, OSSL_PKEY_PARAM_EC_PUB_Y, P256_BYTES, b, sizeof b);
    (void)snprintf(out, size, "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"", a, b);
}

/* OpenSSL signs a DER sequence; JOSE wants r and s side by side. */
static size_t raw_ecdsa(unsigned char *sig, size_t len)
{
    const unsigned char *at = sig;
    ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &at, (long)len);
    assert_non_null(parts);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(parts), sig, P256_BYTES), P256_BYTES);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(parts), sig + P256_BYTES, P256_BYTES),
                     P256_BYTES);
    ECDSA_SIG_free(parts);
    return 2 * P256_BYTES;
}

static size_t sign_by_key(const char *alg, EVP_PKEY *key, const char *text, unsigned char *sig,
                          size_t size)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = NULL;
    size_t len = size;
    assert_int_equal(EVP_DigestSignInit(ctx, &options, EVP_sha256(), NULL, key), 1);
    if (alg[0] == 'P') {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    assert_int_equal(EVP_DigestSign(ctx, sig, &len, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(ctx);
    return alg[0] == 'E' ? raw_ecdsa(sig, len) : len;
}

/* Appends base64url to the text in out. */
static void add_part(char *out, size_t room, const char *separator, const void *bytes, size_t len)
{
    size_t at = strlen(out);
    at += (size_t)snprintf(out + at, room - at, "%s", separator);
    oidc_base64url(bytes, len, out + at, room - at);
}

char *oidc_rig_sign(const char *alg, EVP_PKEY *key, const char *secret, const char *header,
                    const char *payload)
{
    unsigned char sig[NUMBER_MAX];
    size_t len = 0;
    unsigned hmac_len = 0;
    char own[100];
    (void)snprintf(own, sizeof own, "{\"alg\":\"%s\",\"kid\":\"one\"}", alg);
    const char *head = header != NULL ? header : own;
    const size_t room = 2 * (strlen(head) + strlen(payload) + sizeof sig) + 16;
    char *out = calloc(1, room);
    assert_non_null(out);
    add_part(out, room, "", head, strlen(head));
    add_part(out, room, ".", payload, strlen(payload));
    if (alg[0] == 'H') {
        assert_non_null(HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)out,
                             strlen(out), sig, &hmac_len));
        len = hmac_len;
    } else if (alg[0] != 'n') {
        len = sign_by_key(alg, key, out, sig, sizeof sig);
    }
    add_part(out, room, ".", sig, len);
    return out;
}
