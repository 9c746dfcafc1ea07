// SPDX-License-Identifier: Apache-2.0
/* Signatures over raw bytes, compared in constant time. */
#include "base/hash.h"
#include "connect/shops/shop.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

enum {
    MAC = crypto_auth_hmacsha256_BYTES,
    BASE64 = sodium_base64_VARIANT_ORIGINAL,
    BASE64_MAC = 4 * ((MAC + 2) / 3),
    RSA_BYTES_MIN = 256,
    RSA_BYTES_MAX = 1024,
    DIGEST_ID = 16,
};

void shop_hmac(PtStr key, PtStr first, PtStr second, uint8_t out[static 32])
{
    crypto_auth_hmacsha256_state h;
    (void)crypto_auth_hmacsha256_init(&h, (const uint8_t *)key.data, key.len);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)first.data, first.len);
    (void)crypto_auth_hmacsha256_update(&h, (const uint8_t *)second.data, second.len);
    (void)crypto_auth_hmacsha256_final(&h, out);
    sodium_memzero(&h, sizeof h);
}

bool shop_is_base64_of(PtStr text, const uint8_t mac[static 32])
{
    char want[sodium_base64_ENCODED_LEN(MAC, BASE64)];
    (void)sodium_bin2base64(want, sizeof want, mac, MAC, BASE64);
    return pt_secret_eq(text, (PtStr){want, BASE64_MAC});
}

PtStr shop_base64_of(const uint8_t mac[static 32], PtArena *arena)
{
    char text[sodium_base64_ENCODED_LEN(MAC, BASE64)];
    (void)sodium_bin2base64(text, sizeof text, mac, MAC, BASE64);
    return pt_arena_str(arena, (PtStr){text, BASE64_MAC});
}

bool shop_is_hex_of(PtStr text, const uint8_t mac[static 32])
{
    char want[2 * MAC + 1], given[2 * MAC];
    pt_hex(mac, MAC, want);
    if (text.len != sizeof given) {
        return false;
    }
    for (size_t i = 0; i < sizeof given; i++) {
        given[i] = pt_ascii_lower(text.data[i]);
    }
    return pt_secret_eq((PtStr){given, sizeof given}, (PtStr){want, 2 * MAC});
}

/* ---- RSA ------------------------------------------------------------------------------------- */

static void bio_freep(BIO **bio)
{
    (void)BIO_free(*bio);
}

static void pkey_freep(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void context_freep(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static EVP_PKEY *read_key(PtStr pem)
{
    PT_CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    PT_CLEANUP(pkey_freep) EVP_PKEY *key = NULL;
    key = bio != NULL ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
        EVP_PKEY_get_size(key) < RSA_BYTES_MIN || EVP_PKEY_get_size(key) > RSA_BYTES_MAX) {
        return NULL;
    }
    return PT_TAKE(key);
}

PtStatus shop_rsa_check(PtStr pem, PtError *err)
{
    PT_CLEANUP(pkey_freep) EVP_PKEY *key = read_key(pem);
    return key != NULL ? PT_OK
                       : pt_fail(err, PT_INVALID,
                                 "the public key is no RSA key of 2,048 to 8,192 bits in PEM form");
}

bool shop_rsa_holds(PtStr pem, PtStr message, PtStr signature_base64)
{
    PT_CLEANUP(pkey_freep) EVP_PKEY *key = read_key(pem);
    PT_CLEANUP(context_freep) EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t signature[RSA_BYTES_MAX];
    size_t len = 0;
    if (key == NULL || context == NULL ||
        sodium_base642bin(signature, sizeof signature, signature_base64.data, signature_base64.len,
                          NULL, &len, NULL, BASE64) != 0) {
        return false;
    }
    return EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
           EVP_DigestVerifyUpdate(context, message.data, message.len) == 1 &&
           EVP_DigestVerifyFinal(context, signature, len) == 1;
}

PtStr shop_digest_id(PtStr body, PtArena *arena)
{
    uint8_t digest[PT_SHA256];
    char hex[2 * DIGEST_ID + 1];
    pt_sha256(body, digest);
    pt_hex(digest, DIGEST_ID, hex);
    return pt_arena_str(arena, (PtStr){hex, sizeof hex - 1});
}

/* ---- Made-up deliveries ---------------------------------------------------------------------- */

void shop_parcel_put(ShopParcel *p, const char *name, PtStr value)
{
    if (value.data == NULL || p->header_count == SHOP_HEADERS_MAX) {
        p->failed = true;
        return;
    }
    p->headers[p->header_count++] = (HttpHeader){pt_str(name), value};
}

HttpRequest shop_parcel_request(const ShopParcel *p)
{
    return (HttpRequest){.method = PT_STR("POST"),
                         .headers = p->headers,
                         .header_count = p->header_count,
                         .body = p->body};
}
