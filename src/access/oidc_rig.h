// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <stddef.h>

/* For tests: a provider's keys and what it signs. Everything ends the test when it fails. */

EVP_PKEY *oidc_rig_rsa(unsigned bits);
EVP_PKEY *oidc_rig_ec(const char *curve); /* "P-256" */

/* Members of a JWK without braces: "\"kty\":\"RSA\",\"n\":...". */
void oidc_rig_jwk(EVP_PKEY *key, char *out, size_t size);

/* A compact JWS, to be freed. alg "RS256", "PS256" or "ES256" sign by key; "HS256" by secret;
 * "none" leaves the signature empty. header NULL: {"alg": alg, "kid": "one"}. */
char *oidc_rig_sign(const char *alg, EVP_PKEY *key, const char *secret, const char *header,
                    const char *payload);
