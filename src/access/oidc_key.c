// SPDX-License-Identifier: Apache-2.0
/* JWS and JWK (RFC 7515, 7517, 7518), as far as an ID token needs them: verifying, three
 * algorithms.
 */
#include "access/oidc_internal.h"

#include "base/json.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <string.h>

enum {
    TOKEN_MAX = 64 << 10,
    KEYS_MAX = 100,
    RSA_BITS_MIN = 2048,
    RSA_BITS_MAX = 8192,
    RSA_EXPONENT_MAX = 8, /* bytes */
    P256_BYTES = 32,
    DER_MAX = 80, /* of a P-256 signature */
};

static const struct {
    const char *name, *kty;
    int padding; /* RSA; 0: none */
} algs[OIDC_ALGS] = {
    [OIDC_RS256] = {"RS256", "RSA", RSA_PKCS1_PADDING},
    [OIDC_PS256] = {"PS256", "RSA", RSA_PKCS1_PSS_PADDING},
    [OIDC_ES256] = {"ES256", "EC", 0},
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the ID token");
}

PtStr oidc_base64url_decode(PtStr text, PtArena *arena)
{
    const size_t room = text.len / 4 * 3 + 3;
    unsigned char *bytes = pt_arena_alloc(arena, room, 1);
    size_t len = 0;
    const char *end = NULL;
    if (bytes == NULL ||
        sodium_base642bin(bytes, room, text.data, text.len, NULL, &len, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text.data + text.len) {
        return (PtStr){NULL, 0};
    }
    return (PtStr){(const char *)bytes, len};
}

void oidc_base64url(const void *bytes, size_t len, char *out, size_t size)
{
    (void)sodium_bin2base64(out, size, bytes, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* -- token ------------------------------------------------------------------------------------- */

enum { H_ALG, H_KID, H_CRIT, H_ENC, H_MEMBERS };

static PtStatus take_header(PtStr header, PtArena *arena, OidcToken *token, PtError *err)
{
    OidcMember m[H_MEMBERS] = {
        [H_ALG] = {.name = "alg", .kind = OIDC_TEXT, .required = true},
        [H_KID] = {.name = "kid", .kind = OIDC_TEXT},
        [H_CRIT] = {.name = "crit", .kind = OIDC_RAW},
        [H_ENC] = {.name = "enc", .kind = OIDC_RAW},
    };
    PtError why;
    PtStatus st = oidc_members(header, arena, m, H_MEMBERS, &why);
    if (st != PT_OK) {
        return st == PT_NO_MEMORY
                   ? no_memory(err)
                   : pt_fail(err, PT_UNAUTHENTICATED, "the ID token's header: %s", why.message);
    }
    if (m[H_CRIT].given || m[H_ENC].given) {
        return pt_fail(err, PT_UNAUTHENTICATED,
                       "the ID token is encrypted or has an extension that is not known");
    }
    token->kid = m[H_KID].text;
    for (token->alg = 0; token->alg < OIDC_ALGS; token->alg++) {
        if (pt_str_eq(m[H_ALG].text, pt_str(algs[token->alg].name))) {
            return PT_OK;
        }
    }
    return pt_fail(err, PT_UNAUTHENTICATED, "the ID token is not signed RS256, PS256 or ES256");
}

PtStatus oidc_token_parse(PtStr text, PtArena *arena, OidcToken *ret_token, PtError *err)
{
    PtStr rest = text, part[3] = {{NULL, 0}};
    size_t parts = 0;
    OidcToken token = {0};
    while (text.len <= TOKEN_MAX && parts < 3 && pt_str_cut(&rest, '.', &part[parts])) {
        parts++;
    }
    if (parts != 3 || rest.data != NULL) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the ID token is not a signed token of %d bytes",
                       TOKEN_MAX);
    }
    const PtStr header = oidc_base64url_decode(part[0], arena);
    token.payload = oidc_base64url_decode(part[1], arena);
    token.signature = oidc_base64url_decode(part[2], arena);
    token.signed_text = (PtStr){text.data, part[0].len + 1 + part[1].len};
    if (header.data == NULL || token.payload.data == NULL || token.signature.data == NULL) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the ID token is not base64url");
    }
    PtStatus st = take_header(header, arena, &token, err);
    if (st == PT_OK) {
        *ret_token = token;
    }
    return st;
}

/* -- key --------------------------------------------------------------------------------------- */

static void param_bld_freep(OSSL_PARAM_BLD **b)
{
    OSSL_PARAM_BLD_free(*b);
}

static void param_freep(OSSL_PARAM **p)
{
    OSSL_PARAM_free(*p);
}

static void bn_freep(BIGNUM **n)
{
    BN_free(*n);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

/* NULL when the numbers are no public key of that type, or memory is short. */
static EVP_PKEY *key_of_params(const char *type, OSSL_PARAM_BLD *params)
{
    PT_CLEANUP(param_freep) OSSL_PARAM *list = OSSL_PARAM_BLD_to_param(params);
    PT_CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    PT_CLEANUP(oidc_key_freep) EVP_PKEY *key = NULL;
    if (list == NULL || make == NULL || EVP_PKEY_fromdata_init(make) <= 0 ||
        EVP_PKEY_fromdata(make, &key, EVP_PKEY_PUBLIC_KEY, list) <= 0) {
        return NULL;
    }
    PT_CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    return check != NULL && EVP_PKEY_public_check(check) > 0 ? PT_TAKE(key) : NULL;
}

static EVP_PKEY *rsa_key(PtStr n, PtStr e)
{
    PT_CLEANUP(param_bld_freep) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    PT_CLEANUP(bn_freep) BIGNUM *modulus = NULL;
    PT_CLEANUP(bn_freep) BIGNUM *exponent = NULL;
    if (n.len > RSA_BITS_MAX / 8 + 1 || e.len > RSA_EXPONENT_MAX) {
        return NULL;
    }
    modulus = BN_bin2bn((const unsigned char *)n.data, (int)n.len, NULL);
    exponent = BN_bin2bn((const unsigned char *)e.data, (int)e.len, NULL);
    if (b == NULL || modulus == NULL || exponent == NULL || BN_num_bits(modulus) < RSA_BITS_MIN ||
        BN_num_bits(modulus) > RSA_BITS_MAX || !BN_is_odd(exponent) || BN_is_one(exponent) ||
        !OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, modulus) ||
        !OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, exponent)) {
        return NULL;
    }
    return key_of_params("RSA", b);
}

static EVP_PKEY *ec_key(PtStr x, PtStr y)
{
    PT_CLEANUP(param_bld_freep) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    unsigned char point[1 + 2 * P256_BYTES] = {4}; // uncompressed
    if (x.len != P256_BYTES || y.len != P256_BYTES || b == NULL) {
        return NULL;
    }
    memcpy(point + 1, x.data, P256_BYTES);
    memcpy(point + 1 + P256_BYTES, y.data, P256_BYTES);
    if (!OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ||
        !OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point)) {
        return NULL;
    }
    return key_of_params("EC", b);
}

enum { K_KTY, K_KID, K_USE, K_ALG, K_CRV, K_N, K_E, K_X, K_Y, K_MEMBERS };

static bool absent_or(const OidcMember *m, PtStr want)
{
    return !m->given || pt_str_eq(m->text, want);
}

/* Reads a key that fits the token: kid, type, use and algorithm. A key that cannot be read is
 * passed over: a set may hold kinds that are not known here. */
static bool fits(PtStr object, const OidcToken *token, PtArena *arena,
                 OidcMember m[static K_MEMBERS])
{
    static const char *const names[K_MEMBERS] = {[K_KTY] = "kty", [K_KID] = "kid", [K_USE] = "use",
                                                 [K_ALG] = "alg", [K_CRV] = "crv", [K_N] = "n",
                                                 [K_E] = "e",     [K_X] = "x",     [K_Y] = "y"};
    for (size_t i = 0; i < K_MEMBERS; i++) {
        m[i] = (OidcMember){.name = names[i], .kind = OIDC_TEXT, .required = i == K_KTY};
    }
    return oidc_members(object, arena, m, K_MEMBERS, NULL) == PT_OK &&
           pt_str_eq(m[K_KTY].text, pt_str(algs[token->alg].kty)) &&
           absent_or(&m[K_USE], PT_STR("sig")) &&
           absent_or(&m[K_ALG], pt_str(algs[token->alg].name)) &&
           (token->alg != OIDC_ES256 || pt_str_eq(m[K_CRV].text, PT_STR("P-256"))) &&
           (token->kid.data == NULL || (m[K_KID].given && pt_str_eq(m[K_KID].text, token->kid)));
}

static PtStatus build_key(const OidcMember m[static K_MEMBERS], OidcAlg alg, PtArena *arena,
                          EVP_PKEY **ret_key, PtError *err)
{
    const bool ec = alg == OIDC_ES256;
    const OidcMember *first = &m[ec ? K_X : K_N], *second = &m[ec ? K_Y : K_E];
    const PtStr a = first->given ? oidc_base64url_decode(first->text, arena) : (PtStr){NULL, 0};
    const PtStr b = second->given ? oidc_base64url_decode(second->text, arena) : (PtStr){NULL, 0};
    EVP_PKEY *key = a.data == NULL || b.data == NULL ? NULL : ec ? ec_key(a, b) : rsa_key(a, b);
    ERR_clear_error();
    if (key == NULL) {
        return pt_fail(err, PT_UNAUTHENTICATED,
                       "the provider's key is not P-256 or RSA of %d..%d bits", RSA_BITS_MIN,
                       RSA_BITS_MAX);
    }
    *ret_key = key;
    return PT_OK;
}

/* The array's next item that is an object; false at its end. */
static bool next_object(PtJson *j, PtStr *ret_object)
{
    for (;;) {
        const PtJsonToken t = pt_json_next(j);
        if (t == PT_JSON_ARRAY_END || t == PT_JSON_END || t == PT_JSON_ERROR) {
            return false;
        }
        if ((t == PT_JSON_OBJECT || t == PT_JSON_ARRAY) &&
            !pt_json_skip_open(j, ret_object, NULL, NULL)) {
            return false;
        }
        if (t == PT_JSON_OBJECT) {
            return true;
        }
    }
}

PtStatus oidc_key_find(PtStr jwks, const OidcToken *token, PtArena *arena, EVP_PKEY **ret_key,
                       PtError *err)
{
    OidcMember keys = {.name = "keys", .kind = OIDC_RAW, .required = true};
    OidcMember m[K_MEMBERS], found[K_MEMBERS];
    PtStr object;
    size_t fitting = 0;
    PtJson j;
    PtError why;
    if (oidc_members(jwks, arena, &keys, 1, &why) != PT_OK) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the provider's keys: %s", why.message);
    }
    pt_json_init(&j, keys.text, OIDC_JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_ARRAY) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the provider's keys are not a list");
    }
    for (size_t i = 0; i < KEYS_MAX && next_object(&j, &object); i++) {
        if (fits(object, token, arena, m) && fitting++ == 0) {
            memcpy(found, m, sizeof found);
        }
    }
    if (fitting == 0) {
        return pt_fail(err, PT_NOT_FOUND, "the provider has no key that fits the ID token");
    }
    if (fitting > 1) {
        return pt_fail(err, PT_UNAUTHENTICATED, "%zu of the provider's keys fit the ID token",
                       fitting);
    }
    return build_key(found, token->alg, arena, ret_key, err);
}

/* -- signature --------------------------------------------------------------------------------- */

static void md_ctx_freep(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static void ecdsa_sig_freep(ECDSA_SIG **sig)
{
    ECDSA_SIG_free(*sig);
}

/* JOSE has r and s side by side, OpenSSL a DER sequence. Returns its length, 0 when it is none. */
static size_t ecdsa_der(PtStr signature, unsigned char der[static DER_MAX])
{
    PT_CLEANUP(ecdsa_sig_freep) ECDSA_SIG *sig = ECDSA_SIG_new();
    const unsigned char *bytes = (const unsigned char *)signature.data;
    if (sig == NULL || signature.len != 2 * P256_BYTES) {
        return 0;
    }
    PT_CLEANUP(bn_freep) BIGNUM *r = BN_bin2bn(bytes, P256_BYTES, NULL);
    PT_CLEANUP(bn_freep) BIGNUM *s = BN_bin2bn(bytes + P256_BYTES, P256_BYTES, NULL);
    if (r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
        return 0;
    }
    (void)PT_TAKE(r); // the signature's now
    (void)PT_TAKE(s);
    const int len = i2d_ECDSA_SIG(sig, NULL);
    if (len <= 0 || len > DER_MAX) {
        return 0;
    }
    unsigned char *at = der;
    return (size_t)i2d_ECDSA_SIG(sig, &at);
}

static bool verify(const OidcToken *token, EVP_PKEY *key, const unsigned char *signature,
                   size_t len)
{
    PT_CLEANUP(md_ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = NULL; // the digest context's
    if (ctx == NULL || EVP_DigestVerifyInit(ctx, &options, EVP_sha256(), NULL, key) != 1) {
        return false;
    }
    const int padding = algs[token->alg].padding;
    if (padding != 0 && EVP_PKEY_CTX_set_rsa_padding(options, padding) != 1) {
        return false;
    }
    if (padding == RSA_PKCS1_PSS_PADDING &&
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1) {
        return false;
    }
    return EVP_DigestVerify(ctx, signature, len, (const unsigned char *)token->signed_text.data,
                            token->signed_text.len) == 1;
}

PtStatus oidc_token_verify(const OidcToken *token, EVP_PKEY *key, PtError *err)
{
    unsigned char der[DER_MAX];
    const unsigned char *signature = (const unsigned char *)token->signature.data;
    size_t len = token->signature.len;
    if (token->alg == OIDC_ES256) {
        len = ecdsa_der(token->signature, der);
        signature = der;
    }
    const bool good = len > 0 && verify(token, key, signature, len);
    ERR_clear_error();
    return good ? PT_OK : pt_fail(err, PT_UNAUTHENTICATED, "the ID token's signature is not right");
}
