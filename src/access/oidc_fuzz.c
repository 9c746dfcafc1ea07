// SPDX-License-Identifier: Apache-2.0
/* What a provider sends, any bytes: an ID token, a line end, a JWK set; the set is also read as the
 * other documents. Nothing that these bytes bring along is ever believed unless its signature is of
 * one of the three algorithms.
 */
#include "access/oidc_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void read_token(PtStr text, PtStr keys, PtArena *arena)
{
    PT_CLEANUP(oidc_key_freep) EVP_PKEY *key = NULL;
    OidcToken token;
    if (oidc_token_parse(text, arena, &token, NULL) != PT_OK) {
        return;
    }
    REQUIRE(token.alg < OIDC_ALGS && token.signed_text.len < text.len);
    const PtStatus st = oidc_key_find(keys, &token, arena, &key, NULL);
    REQUIRE((st == PT_OK) == (key != NULL));
    if (st == PT_OK) {
        REQUIRE(EVP_PKEY_get_base_id(key) ==
                (token.alg == OIDC_ES256 ? EVP_PKEY_EC : EVP_PKEY_RSA));
        REQUIRE(oidc_token_verify(&token, key, NULL) != PT_OK || token.signature.len >= 64);
    }
}

static void read_claims(PtStr json, PtArena *arena)
{
    const OidcExpect expect = {PT_STR("https://idp"), PT_STR("me"), PT_STR("n"), 1800000000000,
                               false};
    OidcIdentity who = {.subject = PT_STR("s1")};
    OidcProvider provider;
    if (oidc_claims_check(json, &expect, arena, &who, NULL) == PT_OK) {
        REQUIRE(pt_str_eq(who.issuer, expect.issuer) && who.subject.len > 0);
        REQUIRE(!who.verified || memchr(who.email.data, '@', who.email.len) != NULL);
        REQUIRE(who.name.len < 120 && pt_utf8_valid(who.name));
        (void)oidc_domain_listed(who.email, PT_STR("shop.de, *"));
    }
    REQUIRE(oidc_userinfo_take(json, true, arena, &who, NULL) != PT_OK || who.email.len <= 254);
    if (oidc_provider_parse(json, expect.issuer, arena, &provider, NULL) == PT_OK) {
        REQUIRE(oidc_url_valid(pt_str(provider.authorize)));
        REQUIRE(oidc_url_valid(pt_str(provider.token)) && oidc_url_valid(pt_str(provider.keys)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(8 << 20);
    const PtStr text = {(const char *)data, size};
    PtStr rest = text, token = {NULL, 0};
    if (size == 0 || size > OIDC_ANSWER_MAX || arena == NULL || !pt_str_cut(&rest, '\n', &token) ||
        rest.data == NULL) {
        return 0;
    }
    read_token(token, rest, arena);
    read_claims(rest, arena);
    if (oidc_return_to_valid(token)) {
        REQUIRE(token.data[0] == '/' && (token.len == 1 || token.data[1] != '/'));
    }
    return 0;
}
