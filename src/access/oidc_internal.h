// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/oidc.h"

#include <openssl/evp.h>

/* What the files of OpenID Connect share. */

/* -- settings (oidc_config.c) ------------------------------------------------------------------ */

enum { OIDC_TEXT_MAX = 500, OIDC_CLIENT_SECRET_MAX = 1024 }; /* bytes of a setting */

/* PT_INVALID: names the setting that is wrong. */
PT_NODISCARD PtStatus oidc_config_check(const OidcConfig *config, PtError *err);

/* -- JSON objects (oidc_json.c) ---------------------------------------------------------------- */

enum { OIDC_ANSWER_MAX = 256 << 10, OIDC_JSON_DEPTH = 16 };

typedef struct OidcMember {
    const char *name;
    enum {
        OIDC_TEXT,  /* a string without NUL or half surrogate pairs; text: decoded */
        OIDC_TIME,  /* seconds since 1970, whole or not; ms */
        OIDC_TRUTH, /* true, false, or one of them as a string, as some providers have it */
        OIDC_RAW,   /* anything; text: its JSON */
    } kind;
    bool required;
    /* results */
    bool given;
    PtStr text; /* in the arena or the JSON; data NULL when absent */
    int64_t ms;
    bool truth;
} OidcMember;

/* Reads the members that are asked for from an object, passing over others. A member that stands
 * twice, is required and absent, or has another kind is PT_INVALID. */
PT_NODISCARD PtStatus oidc_members(PtStr json, PtArena *arena, OidcMember *members, size_t count,
                                   PtError *err);

/* Whether `want` is the string `json`, or one of its array's strings; *ret_count (may be NULL) is
 * how many values there are. */
bool oidc_has_text(PtStr json, PtStr want, size_t *ret_count);

/* -- keys and signatures (oidc_key.c) ---------------------------------------------------------- */

/* base64url without padding, strictly. Data NULL when it is not, or no memory. */
PtStr oidc_base64url_decode(PtStr text, PtArena *arena);
/* With a NUL behind it. out holds at least 4 * (len + 2) / 3 + 1 bytes. */
void oidc_base64url(const void *bytes, size_t len, char *out, size_t size);

typedef enum OidcAlg { OIDC_RS256, OIDC_PS256, OIDC_ES256, OIDC_ALGS } OidcAlg;

typedef struct OidcToken {
    OidcAlg alg;
    PtStr kid;         /* data NULL: none */
    PtStr signed_text; /* "header.payload" */
    PtStr payload;     /* decoded: JSON, not believed yet */
    PtStr signature;   /* decoded */
} OidcToken;

/* Takes a compact JWS apart. PT_UNAUTHENTICATED: not one, or of an algorithm that is not taken. */
PT_NODISCARD PtStatus oidc_token_parse(PtStr text, PtArena *arena, OidcToken *ret_token,
                                       PtError *err);

/* The key of a JWK set that a token names: by kid, or the only fitting one for a token without.
 * PT_NOT_FOUND: none; PT_UNAUTHENTICATED: it is there and cannot serve. Free with EVP_PKEY_free. */
PT_NODISCARD PtStatus oidc_key_find(PtStr jwks, const OidcToken *token, PtArena *arena,
                                    EVP_PKEY **ret_key, PtError *err);

/* PT_UNAUTHENTICATED unless the token was signed by the key. */
PT_NODISCARD PtStatus oidc_token_verify(const OidcToken *token, EVP_PKEY *key, PtError *err);

static inline void oidc_key_freep(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

/* -- what the provider says (oidc_claims.c) ---------------------------------------------------- */

enum { OIDC_URL_MAX = 2000 };

typedef struct OidcProvider {
    char authorize[OIDC_URL_MAX + 1], token[OIDC_URL_MAX + 1], keys[OIDC_URL_MAX + 1],
        userinfo[OIDC_URL_MAX + 1]; /* "": none */
    bool basic, post;               /* how it takes the client's secret: header, body */
} OidcProvider;

/* https, or http to a loopback address; printable, 1..OIDC_URL_MAX bytes, no user, no fragment. */
bool oidc_url_valid(PtStr url);

PT_NODISCARD PtStatus oidc_provider_parse(PtStr json, PtStr issuer, PtArena *arena,
                                          OidcProvider *ret_provider, PtError *err);

typedef struct OidcExpect {
    PtStr issuer, client_id, nonce;
    int64_t now_ms;
    bool trust_email;
} OidcExpect;

/* Checks an ID token's claims and takes the person from them (subject, email, name, verified).
 * PT_UNAUTHENTICATED says which claim is wrong. */
PT_NODISCARD PtStatus oidc_claims_check(PtStr payload, const OidcExpect *expect, PtArena *arena,
                                        OidcIdentity *ret_who, PtError *err);

/* Fills in what userinfo knows; its sub must be the person's. */
PT_NODISCARD PtStatus oidc_userinfo_take(PtStr json, bool trust_email, PtArena *arena,
                                         OidcIdentity *who, PtError *err);

/* Whether the address's domain is in a list by comma; "*" is any. */
bool oidc_domain_listed(PtStr email, PtStr domains);

/* -- sign-ins in progress (oidc_pending.c) ----------------------------------------------------- */

enum { OIDC_SECRET = 44, OIDC_PENDING_MAX = 1000 };

typedef struct OidcPending {
    char state[OIDC_SECRET], cookie[OIDC_SECRET], nonce[OIDC_SECRET], verifier[OIDC_SECRET];
    char return_to[OIDC_RETURN_TO_MAX + 1];
    int64_t due_ms; /* pt_mono_ms() */
} OidcPending;

typedef struct OidcPendings OidcPendings;

OidcPendings *oidc_pendings_new(void); /* NULL when out of memory */
void oidc_pendings_free(OidcPendings *pendings);
/* Makes its secrets and keeps a copy for OIDC_LIFE_S. False when out of memory. */
bool oidc_pendings_add(OidcPendings *pendings, PtStr return_to, int64_t now_ms,
                       OidcPending *ret_pending);
/* Takes out the one with that state. False when there is none, its time is over, or the cookie is
 * not its own: also then it is gone. */
bool oidc_pendings_take(OidcPendings *pendings, PtStr state, PtStr cookie, int64_t now_ms,
                        OidcPending *ret_pending);
size_t oidc_pendings_count(OidcPendings *pendings);

/* -- network (oidc_network.c) ------------------------------------------------------------------ */

typedef struct OidcCurl {
    const char *ca_file; /* NULL: the system's */
    _Atomic bool stopping;
} OidcCurl;

/* OidcNetwork.fetch over libcurl; ctx is an OidcCurl. */
PtStatus oidc_curl_fetch(void *ctx, const OidcRequest *request, int *ret_status, PtBuf *ret_body,
                         PtError *err);
