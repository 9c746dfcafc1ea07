// SPDX-License-Identifier: Apache-2.0
/* Tokens, keys, claims and what the provider says of itself, case by case. */
#include "access/oidc_internal.h"
#include "access/oidc_rig.h"
#include "base/test_rows.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_S  1800000000
#define NOW_MS (INT64_C(1000) * NOW_S)

static EVP_PKEY *rsa, *rsa_small, *rsa_other, *ec, *ec_other;
static char rsa_jwk[1200], rsa_small_jwk[1200], ec_jwk[400];
static char rsa_pem[2000];

static int make_keys(void **state)
{
    (void)state;
    rsa = oidc_rig_rsa(2048);
    rsa_other = oidc_rig_rsa(2048);
    rsa_small = oidc_rig_rsa(1024);
    ec = oidc_rig_ec("P-256");
    ec_other = oidc_rig_ec("P-256");
    oidc_rig_jwk(rsa, rsa_jwk, sizeof rsa_jwk);
    oidc_rig_jwk(rsa_small, rsa_small_jwk, sizeof rsa_small_jwk);
    oidc_rig_jwk(ec, ec_jwk, sizeof ec_jwk);
    unsigned char *der = NULL;
    const int len = i2d_PUBKEY(rsa, &der);
    oidc_base64url(der, (size_t)len, rsa_pem, sizeof rsa_pem);
    OPENSSL_free(der);
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    EVP_PKEY *const keys[] = {rsa, rsa_other, rsa_small, ec, ec_other};
    for (size_t i = 0; i < PT_COUNT(keys); i++) {
        EVP_PKEY_free(keys[i]);
    }
    return 0;
}

/* -- signatures -------------------------------------------------------------------------------- */

static struct SignCase {
    const char *name, *alg;
    EVP_PKEY **by;      /* signs */
    const char *header; /* NULL: alg and kid "one" */
    const char *jwks;   /* %R, %E, %S: members of the RSA, EC and small RSA key */
    PtStatus want;
    const char *problem; /* part of it, or NULL */
} sign_cases[] = {
    {"RS256", "RS256", &rsa, NULL, "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_OK, NULL},
    {"PS256", "PS256", &rsa, NULL, "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_OK, NULL},
    {"ES256", "ES256", &ec, NULL, "{\"keys\":[{\"kid\":\"one\",%E}]}", PT_OK, NULL},
    {"key with its algorithm and use", "RS256", &rsa, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"use\":\"sig\",\"alg\":\"RS256\",%R}]}", PT_OK, NULL},
    {"by kid among others", "ES256", &ec, NULL,
     "{\"keys\":[{\"kid\":\"two\",%E},7,[],{\"kty\":\"oct\",\"k\":\"AA\"},{\"kid\":\"one\",%E}]}",
     PT_OK, NULL},
    {"no kid, one key fits", "ES256", &ec, "{\"alg\":\"ES256\"}",
     "{\"keys\":[{\"kid\":\"r\",%R},{\"kid\":\"e\",%E}]}", PT_OK, NULL},
    {"no kid, two keys fit", "ES256", &ec, "{\"alg\":\"ES256\"}",
     "{\"keys\":[{\"kid\":\"a\",%E},{%E}]}", PT_UNAUTHENTICATED, "2 of the provider's keys"},
    {"unknown kid", "RS256", &rsa, NULL, "{\"keys\":[{\"kid\":\"two\",%R}]}", PT_NOT_FOUND,
     "no key"},
    {"kid twice", "RS256", &rsa, NULL, "{\"keys\":[{\"kid\":\"one\",%R},{\"kid\":\"one\",%R}]}",
     PT_UNAUTHENTICATED, "2 of the provider's keys"},
    {"key of another algorithm", "RS256", &rsa, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"alg\":\"PS256\",%R}]}", PT_NOT_FOUND, "no key"},
    {"key for encryption", "RS256", &rsa, NULL, "{\"keys\":[{\"kid\":\"one\",\"use\":\"enc\",%R}]}",
     PT_NOT_FOUND, "no key"},
    {"EC token, RSA key", "ES256", &ec, NULL, "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_NOT_FOUND,
     "no key"},
    {"another's RSA key", "RS256", &rsa_other, NULL, "{\"keys\":[{\"kid\":\"one\",%R}]}",
     PT_UNAUTHENTICATED, "signature"},
    {"another's EC key", "ES256", &ec_other, NULL, "{\"keys\":[{\"kid\":\"one\",%E}]}",
     PT_UNAUTHENTICATED, "signature"},
    {"PKCS 1 said to be PSS", "RS256", &rsa, "{\"alg\":\"PS256\",\"kid\":\"one\"}",
     "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED, "signature"},
    {"RSA of 1024 bits", "RS256", &rsa_small, NULL, "{\"keys\":[{\"kid\":\"one\",%S}]}",
     PT_UNAUTHENTICATED, "2048..8192"},
    {"alg none", "none", NULL, NULL, "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED,
     "not signed RS256"},
    {"alg None", "none", NULL, "{\"alg\":\"None\"}", "{\"keys\":[{%R}]}", PT_UNAUTHENTICATED,
     "not signed RS256"},
    {"HS256 by the public key", "HS256", NULL, NULL, "{\"keys\":[{\"kid\":\"one\",%R}]}",
     PT_UNAUTHENTICATED, "not signed RS256"},
    {"RS256 said, HMAC given", "HS256", NULL, "{\"alg\":\"RS256\",\"kid\":\"one\"}",
     "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED, "signature"},
    {"RS256 said, nothing given", "none", NULL, "{\"alg\":\"RS256\",\"kid\":\"one\"}",
     "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED, "signature"},
    {"own key in the header", "RS256", &rsa_other,
     "{\"alg\":\"RS256\",\"kid\":\"one\",\"jwk\":{\"kty\":\"RSA\"}}",
     "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED, "signature"},
    {"critical extension", "RS256", &rsa, "{\"alg\":\"RS256\",\"kid\":\"one\",\"crit\":[\"b64\"]}",
     "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED, "extension"},
    {"no alg", "RS256", &rsa, "{\"kid\":\"one\"}", "{\"keys\":[{\"kid\":\"one\",%R}]}",
     PT_UNAUTHENTICATED, "\"alg\" is missing"},
    {"alg twice", "RS256", &rsa, "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"one\"}",
     "{\"keys\":[{\"kid\":\"one\",%R}]}", PT_UNAUTHENTICATED, "twice"},
    {"header is no object", "RS256", &rsa, "[]", "{\"keys\":[]}", PT_UNAUTHENTICATED, "header"},
    {"no keys", "RS256", &rsa, NULL, "{\"keys\":[]}", PT_NOT_FOUND, "no key"},
    {"keys are no list", "RS256", &rsa, NULL, "{\"keys\":{}}", PT_UNAUTHENTICATED, "not a list"},
    {"no JWK set", "RS256", &rsa, NULL, "<html>", PT_UNAUTHENTICATED, "keys: not a JSON object"},
    {"EC point off the curve", "ES256", &ec, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\",\"y\":"
     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}]}",
     PT_UNAUTHENTICATED, "not P-256"},
    {"EC coordinate short", "ES256", &ec, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]"
     "}",
     PT_UNAUTHENTICATED, "not P-256"},
    {"other curve", "ES256", &ec, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"kty\":\"EC\",\"crv\":\"P-384\"}]}", PT_NOT_FOUND, "no key"},
    {"RSA key without numbers", "RS256", &rsa, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"kty\":\"RSA\"}]}", PT_UNAUTHENTICATED, "not P-256"},
    {"RSA key that is not base64url", "RS256", &rsa, NULL,
     "{\"keys\":[{\"kid\":\"one\",\"kty\":\"RSA\",\"n\":\"+/\",\"e\":\"AQAB\"}]}",
     PT_UNAUTHENTICATED, "not P-256"},
};

static char *expand(const char *jwks)
{
    static char out[16384];
    size_t at = 0;
    for (; *jwks != '\0'; jwks++) {
        const char *part = NULL;
        if (jwks[0] == '%') {
            part = jwks[1] == 'R' ? rsa_jwk : jwks[1] == 'E' ? ec_jwk : rsa_small_jwk;
            jwks++;
        }
        at += (size_t)snprintf(out + at, sizeof out - at, "%.*s",
                               part != NULL ? (int)strlen(part) : 1, part != NULL ? part : jwks);
    }
    return out;
}

static PtStatus judge(PtStr token, PtStr jwks, PtArena *arena, PtError *err)
{
    PT_CLEANUP(oidc_key_freep) EVP_PKEY *key = NULL;
    OidcToken parsed;
    PtStatus st = oidc_token_parse(token, arena, &parsed, err);
    if (st == PT_OK) {
        st = oidc_key_find(jwks, &parsed, arena, &key, err);
    }
    return st == PT_OK ? oidc_token_verify(&parsed, key, err) : st;
}

static void test_signature(void **state)
{
    const struct SignCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtError err = {0};
    char *token =
        oidc_rig_sign(c->alg, c->by != NULL ? *c->by : NULL, rsa_pem, c->header, "{\"sub\":\"1\"}");
    const PtStatus st = judge(pt_str(token), pt_str(expand(c->jwks)), arena, &err);
    free(token);
    assert_int_equal(st, c->want);
    if (c->problem != NULL && strstr(err.message, c->problem) == NULL) {
        fail_msg("\"%s\" does not hold \"%s\"", err.message, c->problem);
    }
}

/* Each byte of a token counts: with one changed it is refused. */
static void test_every_byte_is_signed(void **state)
{
    (void)state;
    static const char *const names[] = {"RS256", "PS256", "ES256"};
    for (size_t a = 0; a < PT_COUNT(names); a++) {
        EVP_PKEY *key = a == 2 ? ec : rsa;
        char *token = oidc_rig_sign(names[a], key, NULL, NULL, "{\"sub\":\"anna\",\"x\":1}");
        char *jwks = strdup(expand(a == 2 ? "{\"keys\":[{\"kid\":\"one\",%E}]}"
                                          : "{\"keys\":[{\"kid\":\"one\",%R}]}"));
        for (size_t i = 0; token[i] != '\0'; i += 3) {
            PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
            const char was = token[i];
            token[i] = was == 'A' ? 'B' : 'A';
            assert_int_not_equal(judge(pt_str(token), pt_str(jwks), arena, NULL), PT_OK);
            token[i] = was;
        }
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
        assert_int_equal(judge(pt_str(token), pt_str(jwks), arena, NULL), PT_OK);
        free(jwks);
        free(token);
    }
}

static struct ShapeCase {
    const char *name, *text, *problem;
} shape_cases[] = {
    {"empty", "", "not a signed token"},
    {"two parts", "e30.e30", "not a signed token"},
    {"four parts", "e30.e30.e30.e30", "not a signed token"},
    {"five parts, encrypted", "e30.e30.e30.e30.e30", "not a signed token"},
    {"padding", "e30=.e30.e30", "not base64url"},
    {"other alphabet", "e3+.e30.e30", "not base64url"},
    {"white space", "e30 .e30.e30", "not base64url"},
    {"bits behind the end", "e31.e30.e30", "not base64url"},
    {"a lone digit", "e.e30.e30", "not base64url"},
    {"encrypted header", "eyJhbGciOiJSUzI1NiIsImVuYyI6IngifQ.e30.e30", "encrypted"},
};

static void test_shape(void **state)
{
    const struct ShapeCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    OidcToken token;
    PtError err = {0};
    assert_int_equal(oidc_token_parse(pt_str(c->text), arena, &token, &err), PT_UNAUTHENTICATED);
    assert_non_null(strstr(err.message, c->problem));
}

static void test_longest_token(void **state)
{
    (void)state;
    enum { MAX = 64 << 10 };
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    static char text[MAX + 1];
    static const char head[] = "eyJhbGciOiJSUzI1NiJ9.e30.";
    OidcToken token;
    memset(text, 'A', sizeof text);
    memcpy(text, head, sizeof head - 1);
    /* the signature's length is a multiple of four less or more one: only whole groups decode */
    const size_t fits = MAX - (MAX - (sizeof head - 1)) % 4;
    assert_int_equal(oidc_token_parse((PtStr){text, fits}, arena, &token, NULL), PT_OK);
    assert_int_equal(oidc_token_parse((PtStr){text, MAX + 1}, arena, &token, NULL),
                     PT_UNAUTHENTICATED);
}

/* -- claims ------------------------------------------------------------------------------------ */

#define CLAIMS(iss, aud, exp, iat, nonce, more)                                                    \
    "{\"iss\":\"" iss "\",\"sub\":\"s1\",\"aud\":" aud ",\"exp\":" exp ",\"iat\":" iat             \
    ",\"nonce\":\"" nonce "\"" more "}"
#define GOOD_EXP   "1800000300"
#define GOOD_IAT   "1800000000"
#define WITH(more) CLAIMS("https://idp", "\"me\"", GOOD_EXP, GOOD_IAT, "n", more)

static struct ClaimCase {
    const char *name, *payload;
    const char *problem; /* NULL: believed */
    const char *email, *person;
    bool verified, trust;
} claim_cases[] = {
    {"plain", WITH(""), NULL, "", "", false, false},
    {"mail, verified", WITH(",\"email\":\"a@x.de\",\"email_verified\":true"), NULL, "a@x.de", "",
     true, false},
    {"verified as text", WITH(",\"email\":\"a@x.de\",\"email_verified\":\"true\""), NULL, "a@x.de",
     "", true, false},
    {"mail, not verified", WITH(",\"email\":\"a@x.de\",\"email_verified\":false"), NULL, "a@x.de",
     "", false, true},
    {"mail, silent", WITH(",\"email\":\"a@x.de\""), NULL, "a@x.de", "", false, false},
    {"mail, silent, trusted", WITH(",\"email\":\"a@x.de\""), NULL, "a@x.de", "", true, true},
    {"verified without mail", WITH(",\"email_verified\":true"), NULL, "", "", false, true},
    {"two mail addresses", WITH(",\"email\":\"a@x.de@y.de\",\"email_verified\":true"), NULL, "", "",
     false, false},
    {"mail with a space", WITH(",\"email\":\"a@x.de \",\"email_verified\":true"), NULL, "", "",
     false, false},
    {"mail without a name", WITH(",\"email\":\"@x.de\",\"email_verified\":true"), NULL, "", "",
     false, false},
    {"mail without a domain", WITH(",\"email\":\"a@\",\"email_verified\":true"), NULL, "", "",
     false, false},
    {"name", WITH(",\"name\":\"\\u00c4nne \\\"X\\\"\""), NULL, "", "\xc3\x84nne \"X\"", false,
     false},
    {"login for want of a name", WITH(",\"preferred_username\":\"anne\""), NULL, "", "anne", false,
     false},
    {"name with a line end", WITH(",\"name\":\"a\\nb\""), NULL, "", "", false, false},
    {"one of two audiences",
     CLAIMS("https://idp", "[\"you\",\"me\"]", GOOD_EXP, GOOD_IAT, "n", ",\"azp\":\"me\""), NULL,
     "", "", false, false},
    {"list of one audience", CLAIMS("https://idp", "[\"me\"]", GOOD_EXP, GOOD_IAT, "n", ""), NULL,
     "", "", false, false},
    {"two audiences, no azp",
     CLAIMS("https://idp", "[\"you\",\"me\"]", GOOD_EXP, GOOD_IAT, "n", ""), "names no azp", "", "",
     false, false},
    {"another azp", CLAIMS("https://idp", "\"me\"", GOOD_EXP, GOOD_IAT, "n", ",\"azp\":\"you\""),
     "azp is not", "", "", false, false},
    {"another audience", CLAIMS("https://idp", "\"you\"", GOOD_EXP, GOOD_IAT, "n", ""),
     "aud is not", "", "", false, false},
    {"no audience", CLAIMS("https://idp", "[]", GOOD_EXP, GOOD_IAT, "n", ""), "aud is not", "", "",
     false, false},
    {"audience within a list", CLAIMS("https://idp", "[[\"me\"]]", GOOD_EXP, GOOD_IAT, "n", ""),
     "aud is not", "", "", false, false},
    {"audience is a number", CLAIMS("https://idp", "7", GOOD_EXP, GOOD_IAT, "n", ""), "aud is not",
     "", "", false, false},
    {"another issuer", CLAIMS("https://idp2", "\"me\"", GOOD_EXP, GOOD_IAT, "n", ""),
     "another issuer", "", "", false, false},
    {"issuer with a slash", CLAIMS("https://idp/", "\"me\"", GOOD_EXP, GOOD_IAT, "n", ""),
     "another issuer", "", "", false, false},
    {"another nonce", CLAIMS("https://idp", "\"me\"", GOOD_EXP, GOOD_IAT, "m", ""), "nonce", "", "",
     false, false},
    {"longer nonce", CLAIMS("https://idp", "\"me\"", GOOD_EXP, GOOD_IAT, "nn", ""), "nonce", "", "",
     false, false},
    {"expired 60 s ago", CLAIMS("https://idp", "\"me\"", "1799999940", "1799999900", "n", ""),
     "expired", "", "", false, false},
    {"expired 59 s ago", CLAIMS("https://idp", "\"me\"", "1799999941", "1799999900", "n", ""), NULL,
     "", "", false, false},
    {"expired 59.999 s ago",
     CLAIMS("https://idp", "\"me\"", "1799999940.001", "1799999900", "n", ""), NULL, "", "", false,
     false},
    {"issued in 60 s", CLAIMS("https://idp", "\"me\"", GOOD_EXP, "1800000060", "n", ""), NULL, "",
     "", false, false},
    {"issued in 61 s", CLAIMS("https://idp", "\"me\"", GOOD_EXP, "1800000061", "n", ""), "future",
     "", "", false, false},
    {"not before 61 s from now", WITH(",\"nbf\":1800000061"), "future", "", "", false, false},
    {"time is text", CLAIMS("https://idp", "\"me\"", "\"1800000300\"", GOOD_IAT, "n", ""),
     "\"exp\"", "", "", false, false},
    {"time is negative", CLAIMS("https://idp", "\"me\"", "-1", GOOD_IAT, "n", ""), "\"exp\"", "",
     "", false, false},
    {"time is huge", CLAIMS("https://idp", "\"me\"", "1e300", GOOD_IAT, "n", ""), "\"exp\"", "", "",
     false, false},
    {"no nonce",
     "{\"iss\":\"https://idp\",\"sub\":\"s\",\"aud\":\"me\",\"exp\":1800000300,\"iat\":1800000000}",
     "\"nonce\" is missing", "", "", false, false},
    {"no exp",
     "{\"iss\":\"https://idp\",\"sub\":\"s\",\"aud\":\"me\",\"iat\":1800000000,\"nonce\":\"n\"}",
     "\"exp\" is missing", "", "", false, false},
    {"subject twice", WITH(",\"sub\":\"s2\""), "\"sub\" stands twice", "", "", false, false},
    {"NUL in a claim", WITH(",\"email\":\"a@x.de\\u0000\""), "\"email\"", "", "", false, false},
    {"half a pair in a claim", WITH(",\"email\":\"\\ud800@x.de\""), "\"email\"", "", "", false,
     false},
    {"not JSON", "sub=1", "not a JSON object", "", "", false, false},
    {"more behind it", WITH("") "{}", "claims:", "", "", false, false},
};

static void test_claims(void **state)
{
    const struct ClaimCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    const OidcExpect expect = {PT_STR("https://idp"), PT_STR("me"), PT_STR("n"), NOW_MS, c->trust};
    OidcIdentity who;
    PtError err = {0};
    const PtStatus st = oidc_claims_check(pt_str(c->payload), &expect, arena, &who, &err);
    if (c->problem != NULL) {
        assert_int_equal(st, PT_UNAUTHENTICATED);
        if (strstr(err.message, c->problem) == NULL) {
            fail_msg("\"%s\" does not hold \"%s\"", err.message, c->problem);
        }
        return;
    }
    assert_int_equal(st, PT_OK);
    assert_true(pt_str_eq(who.subject, PT_STR("s1")));
    assert_true(pt_str_eq(who.email, pt_str(c->email)));
    assert_true(pt_str_eq(who.name, pt_str(c->person)));
    assert_int_equal(who.verified, c->verified);
}

static PtStatus with_subject(size_t len)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char subject[300], payload[600];
    const OidcExpect expect = {PT_STR("https://idp"), PT_STR("me"), PT_STR("n"), NOW_MS, false};
    OidcIdentity who;
    memset(subject, 'x', len);
    subject[len] = '\0';
    (void)snprintf(payload, sizeof payload,
                   "{\"iss\":\"https://idp\",\"sub\":\"%s\",\"aud\":\"me\",\"exp\":" GOOD_EXP
                   ",\"iat\":" GOOD_IAT ",\"nonce\":\"n\"}",
                   subject);
    return oidc_claims_check(pt_str(payload), &expect, arena, &who, NULL);
}

static void test_subject_bounds(void **state)
{
    (void)state;
    assert_int_equal(with_subject(0), PT_UNAUTHENTICATED);
    assert_int_equal(with_subject(1), PT_OK);
    assert_int_equal(with_subject(255), PT_OK);
    assert_int_equal(with_subject(256), PT_UNAUTHENTICATED);
}

/* A name is cut at 119 bytes, between characters. */
static void test_long_name_is_cut(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char name[200] = "", payload[600];
    const OidcExpect expect = {PT_STR("https://idp"), PT_STR("me"), PT_STR("n"), NOW_MS, false};
    OidcIdentity who;
    for (int i = 0; i < 80; i++) {
        strcat(name, "\xc3\xa4");
    }
    (void)snprintf(payload, sizeof payload,
                   "{\"iss\":\"https://idp\",\"sub\":\"s\",\"aud\":\"me\",\"exp\":" GOOD_EXP
                   ",\"iat\":" GOOD_IAT ",\"nonce\":\"n\",\"name\":\"%s\"}",
                   name);
    assert_int_equal(oidc_claims_check(pt_str(payload), &expect, arena, &who, NULL), PT_OK);
    assert_int_equal(who.name.len, 118);
    assert_true(pt_utf8_valid(who.name));
}

static struct InfoCase {
    const char *name, *json, *problem, *email;
    bool verified;
} info_cases[] = {
    {"mail", "{\"sub\":\"s1\",\"email\":\"a@x.de\",\"email_verified\":true}", NULL, "a@x.de", true},
    {"mail not verified", "{\"sub\":\"s1\",\"email\":\"a@x.de\"}", NULL, "a@x.de", false},
    {"no mail", "{\"sub\":\"s1\"}", NULL, "", false},
    {"another person", "{\"sub\":\"s2\",\"email\":\"a@x.de\"}", "another person", NULL, false},
    {"nobody", "{\"email\":\"a@x.de\"}", "\"sub\" is missing", NULL, false},
    {"signed userinfo", "eyJhbGciOiJSUzI1NiJ9.e30.e30", "not a JSON object", NULL, false},
};

static void test_userinfo(void **state)
{
    const struct InfoCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    OidcIdentity who = {.subject = PT_STR("s1")};
    PtError err = {0};
    const PtStatus st = oidc_userinfo_take(pt_str(c->json), false, arena, &who, &err);
    assert_int_equal(st, c->problem == NULL ? PT_OK : PT_UNAUTHENTICATED);
    if (c->problem != NULL) {
        assert_non_null(strstr(err.message, c->problem));
        return;
    }
    assert_true(pt_str_eq(who.email, pt_str(c->email)));
    assert_int_equal(who.verified, c->verified);
}

/* -- addresses --------------------------------------------------------------------------------- */

static struct TextCase {
    const char *name, *text;
    bool good;
} url_cases[] = {
    {"https", "https://idp.example.com/x?y=z", true},
    {"https with a port", "https://idp.example.com:8443/x", true},
    {"http to another machine", "http://idp.example.com/x", false},
    {"http to localhost", "http://localhost:4593/x", true},
    {"http to 127.0.0.1", "http://127.0.0.1:4593", true},
    {"http to ::1", "http://[::1]:4593/x", true},
    {"http to a name that begins so", "http://localhost.example.com/", false},
    {"http with a user", "http://localhost@example.com/", false},
    {"https with a user", "https://a:b@example.com/", false},
    {"backslash for a slash", "http://localhost\\.example.com/", false},
    {"file", "file:///etc/passwd", false},
    {"ftp", "ftp://localhost/", false},
    {"no host", "https:///x", false},
    {"fragment", "https://idp/#x", false},
    {"space", "https://idp/ x", false},
    {"line end", "https://idp/\r\nx", false},
    {"beyond ASCII", "https://idp/\xc3\xa4", false},
    {"empty", "", false},
};

static void test_url(void **state)
{
    const struct TextCase *c = *state;
    assert_int_equal(oidc_url_valid(pt_str(c->text)), c->good);
}

static void test_url_bounds(void **state)
{
    (void)state;
    char url[OIDC_URL_MAX + 2];
    memset(url, 'x', sizeof url);
    memcpy(url, "https://idp/", 12);
    assert_true(oidc_url_valid((PtStr){url, OIDC_URL_MAX}));
    assert_false(oidc_url_valid((PtStr){url, OIDC_URL_MAX + 1}));
}

static struct TextCase return_cases[] = {
    {"root", "/", true},
    {"page", "/quarantine?source=web&x=%2F%2Fevil", true},
    {"fragment", "/debugger#live", true},
    {"empty", "", false},
    {"no slash", "evil.example", false},
    {"two slashes", "//evil.example", false},
    {"two slashes later", "/a//evil.example", false},
    {"slash and backslash", "/\\evil.example", false},
    {"backslash first", "\\/evil.example", false},
    {"backslash later", "/a\\b", false},
    {"scheme", "https://evil.example", false},
    {"script", "javascript:alert(1)", false},
    {"tab that browsers drop", "/\t/evil.example", false},
    {"line end", "/a\r\nSet-Cookie: x=y", false},
    {"space", "/ /evil.example", false},
    {"beyond ASCII",
     "/\xef\xbc\x8f"
     "evil.example",
     false},
    {"delete", "/\x7f", false},
};

static void test_return_to(void **state)
{
    const struct TextCase *c = *state;
    assert_int_equal(oidc_return_to_valid(pt_str(c->text)), c->good);
}

static void test_return_to_bounds(void **state)
{
    (void)state;
    char path[OIDC_RETURN_TO_MAX + 1];
    memset(path, 'x', sizeof path);
    path[0] = '/';
    assert_true(oidc_return_to_valid((PtStr){path, OIDC_RETURN_TO_MAX}));
    assert_false(oidc_return_to_valid((PtStr){path, OIDC_RETURN_TO_MAX + 1}));
}

static struct DomainCase {
    const char *name, *email, *domains;
    bool listed;
} domain_cases[] = {
    {"listed", "a@shop.de", "shop.de", true},
    {"any case", "a@Shop.DE", "shop.de", true},
    {"second, spaces", "a@shop.de", "other.de , shop.de", true},
    {"any", "a@shop.de", "*", true},
    {"below it", "a@evil.shop.de", "shop.de", false},
    {"ends like it", "a@evilshop.de", "shop.de", false},
    {"list is empty", "a@shop.de", "", false},
    {"between commas", "a@", ",,", false},
    {"no address", "", "*", false},
};

static void test_domain(void **state)
{
    const struct DomainCase *c = *state;
    assert_int_equal(oidc_domain_listed(pt_str(c->email), pt_str(c->domains)), c->listed);
}

#define DISCOVERY(issuer, authorize, more)                                                         \
    "{\"issuer\":\"" issuer "\",\"authorization_endpoint\":\"" authorize                           \
    "\",\"token_endpoint\":\"https://idp/t\",\"jwks_uri\":\"https://idp/k\"" more "}"

static struct DiscoveryCase {
    const char *name, *json, *problem;
    bool basic, post;
} discovery_cases[] = {
    {"plain", DISCOVERY("https://idp", "https://idp/a", ""), NULL, true, false},
    {"basic and post",
     DISCOVERY("https://idp", "https://idp/a",
               ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\",\"client_secret_"
               "basic\"]"),
     NULL, true, true},
    {"post alone",
     DISCOVERY(
         "https://idp", "https://idp/a",
         ",\"token_endpoint_auth_methods_supported\":[\"private_key_jwt\",\"client_secret_post\"]"),
     NULL, false, true},
    {"another issuer", DISCOVERY("https://evil", "https://idp/a", ""),
     "names itself \"https://evil\"", false, false},
    {"plain http", DISCOVERY("https://idp", "http://idp/a", ""), "not https", false, false},
    {"script", DISCOVERY("https://idp", "javascript:1", ""), "not https", false, false},
    {"userinfo by http",
     DISCOVERY("https://idp", "https://idp/a", ",\"userinfo_endpoint\":\"http://idp/u\""),
     "not https", false, false},
    {"no keys",
     "{\"issuer\":\"https://idp\",\"authorization_endpoint\":\"https://idp/"
     "a\",\"token_endpoint\":\"https://idp/t\"}",
     "\"jwks_uri\" is missing", false, false},
    {"a page", "<!doctype html>", "not a JSON object", false, false},
};

static void test_discovery(void **state)
{
    const struct DiscoveryCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    OidcProvider p;
    PtError err = {0};
    const PtStatus st =
        oidc_provider_parse(pt_str(c->json), PT_STR("https://idp"), arena, &p, &err);
    if (c->problem != NULL) {
        assert_int_equal(st, PT_UNAVAILABLE);
        assert_non_null(strstr(err.message, c->problem));
        return;
    }
    assert_int_equal(st, PT_OK);
    assert_string_equal(p.token, "https://idp/t");
    assert_int_equal(p.basic, c->basic);
    assert_int_equal(p.post, c->post);
}

/* Whatever finds no memory says so, and nothing is believed. */
static void test_small_arena(void **state)
{
    (void)state;
    char *token = oidc_rig_sign("RS256", rsa, NULL, NULL, "{\"sub\":\"\\u0041\"}");
    bool believed = false;
    for (size_t limit = 16; limit < 16384 && !believed; limit += 64) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(limit);
        believed = judge(pt_str(token), pt_str(expand("{\"keys\":[{\"kid\":\"one\",%R}]}")), arena,
                         NULL) == PT_OK;
    }
    assert_true(believed);
    free(token);
}

int main(void)
{
    static struct CMUnitTest tests[250];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, sign_cases, test_signature);
    PT_TEST_ROWS(tests, n, shape_cases, test_shape);
    PT_TEST_ROWS(tests, n, claim_cases, test_claims);
    PT_TEST_ROWS(tests, n, info_cases, test_userinfo);
    PT_TEST_ROWS(tests, n, url_cases, test_url);
    PT_TEST_ROWS(tests, n, return_cases, test_return_to);
    PT_TEST_ROWS(tests, n, domain_cases, test_domain);
    PT_TEST_ROWS(tests, n, discovery_cases, test_discovery);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_every_byte_is_signed);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_longest_token);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_subject_bounds);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_long_name_is_cut);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_url_bounds);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_return_to_bounds);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_small_arena);
    return _cmocka_run_group_tests("oidc_token", tests, n, make_keys, free_keys);
}
