// SPDX-License-Identifier: Apache-2.0
/* The flow against a provider that is a function: what is asked, what is kept, what is refused. */
#include "access/oidc.h"

#include "access/oidc_internal.h"
#include "access/oidc_rig.h"
#include "base/hash.h"
#include "base/test_rows.h"

#include <fault/fault_alloc.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_MS INT64_C(1800000000000)
#define TIMES    "\"exp\":1800000300,\"iat\":1800000000"

static EVP_PKEY *first_key, *second_key;

/* The provider: what it answers, and what it was asked. */
static struct Provider {
    int discovery_status, keys_status, token_status, info_status;
    const char *methods; /* of client authentication, JSON; NULL: silent */
    EVP_PKEY *key;       /* in the JWK set */
    const char *kid;
    bool no_keys; /* another document in their place */
    EVP_PKEY *signer;
    const char *signer_kid;
    char nonce[OIDC_SECRET]; /* put into the token */
    const char *claims;      /* more of them, with a comma in front */
    const char *info;
    const char *refusal; /* body of a token answer that is not 200 */
    PtStatus down;       /* instead of any answer */
    unsigned discoveries, keys, tokens, infos;
    char form[4096], authorization[4096];
} idp;

static void put(PtBuf *out, const char *text)
{
    pt_buf_add_str(out, pt_str(text));
}

static int answer_discovery(PtBuf *out)
{
    idp.discoveries++;
    put(out, "{\"issuer\":\"https://idp\",\"authorization_endpoint\":\"https://idp/a?tenant=7\","
             "\"token_endpoint\":\"https://idp/token\",\"jwks_uri\":\"https://idp/keys\","
             "\"userinfo_endpoint\":\"https://idp/info\"");
    if (idp.methods != NULL) {
        pt_buf_printf(out, ",\"token_endpoint_auth_methods_supported\":%s", idp.methods);
    }
    put(out, "}");
    return idp.discovery_status;
}

static int answer_keys(PtBuf *out)
{
    char jwk[2000];
    idp.keys++;
    if (idp.no_keys) {
        put(out, "[]");
        return idp.keys_status;
    }
    oidc_rig_jwk(idp.key, jwk, sizeof jwk);
    pt_buf_printf(out, "{\"keys\":[{\"kid\":\"%s\",%s}]}", idp.kid, jwk);
    return idp.keys_status;
}

static int answer_token(const OidcRequest *request, PtBuf *out)
{
    char payload[1000], header[100];
    idp.tokens++;
    (void)snprintf(idp.form, sizeof idp.form, "%.*s", PT_STR_ARG(request->form));
    (void)snprintf(idp.authorization, sizeof idp.authorization, "%s",
                   request->authorization != NULL ? request->authorization : "");
    if (idp.token_status != 200) {
        put(out, idp.refusal);
        return idp.token_status;
    }
    (void)snprintf(header, sizeof header, "{\"alg\":\"ES256\",\"kid\":\"%s\"}", idp.signer_kid);
    (void)snprintf(payload, sizeof payload,
                   "{\"iss\":\"https://idp\",\"sub\":\"s1\",\"aud\":\"me\"," TIMES
                   ",\"nonce\":\"%s\"%s}",
                   idp.nonce, idp.claims);
    char *token = oidc_rig_sign("ES256", idp.signer, NULL, header, payload);
    pt_buf_printf(out, "{\"token_type\":\"Bearer\",\"access_token\":\"at-1\",\"id_token\":\"%s\"}",
                  token);
    free(token);
    return 200;
}

static int answer_info(const OidcRequest *request, PtBuf *out)
{
    idp.infos++;
    assert_string_equal(request->authorization, "Bearer at-1");
    put(out, idp.info);
    return idp.info_status;
}

/* The nth allocation from here on fails; those of the provider do not count. */
static uint64_t armed;

static void arm(uint64_t nth)
{
    armed = nth;
    fault_alloc_fail(nth, 0);
}

static PtStatus answer(const OidcRequest *request, int *ret_status, PtBuf *ret_body, PtError *err)
{
    if (idp.down != PT_OK) {
        return pt_fail(err, idp.down, "connection refused");
    }
    const char *path = request->url + strlen("https://idp");
    assert_true((request->form.data != NULL) == (strcmp(path, "/token") == 0));
    if (strcmp(path, "/token") == 0) {
        *ret_status = answer_token(request, ret_body);
    } else if (strcmp(path, "/keys") == 0) {
        *ret_status = answer_keys(ret_body);
    } else if (strcmp(path, "/info") == 0) {
        *ret_status = answer_info(request, ret_body);
    } else {
        assert_string_equal(path, "/.well-known/openid-configuration");
        *ret_status = answer_discovery(ret_body);
    }
    return pt_buf_status(ret_body);
}

static PtStatus fetch(void *ctx, const OidcRequest *request, int *ret_status, PtBuf *ret_body,
                      PtError *err)
{
    (void)ctx;
    const uint64_t seen = fault_alloc_count();
    const uint64_t left = armed > seen ? armed - seen : 0;
    arm(0);
    const PtStatus st = answer(request, ret_status, ret_body, err);
    arm(left);
    return st;
}

static const OidcNetwork network = {fetch, NULL};
static PtClock *test_clock;

static OidcConfig good_config(void)
{
    return (OidcConfig){.issuer = "https://idp",
                        .client_id = "me",
                        .client_secret = "s p+c",
                        .name = "Our people",
                        .public_url = "https://patron.example",
                        .ca_file = "",
                        .role = "analyst",
                        .domains = "shop.de",
                        .create = true,
                        .clock = test_clock,
                        .network = &network};
}

static int set_up(void **state)
{
    idp = (struct Provider){.discovery_status = 200,
                            .keys_status = 200,
                            .token_status = 200,
                            .info_status = 200,
                            .key = first_key,
                            .kid = "one",
                            .signer = first_key,
                            .signer_kid = "one",
                            .claims = ",\"email\":\"anna@shop.de\",\"email_verified\":true",
                            .info = "{}",
                            .refusal = "{\"error\":\"invalid_grant\"}"};
    test_clock = pt_clock_sim_new(START_MS, 0);
    const OidcConfig config = good_config();
    return oidc_open(&config, (Oidc **)state, NULL) == PT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    oidc_close(*state);
    pt_clock_free(test_clock);
    return 0;
}

/* -- a browser --------------------------------------------------------------------------------- */

typedef struct Browser {
    PtArena *arena;
    char cookie[OIDC_COOKIE], state[OIDC_SECRET], challenge[OIDC_SECRET];
    PtStr location;
    PtError err;
} Browser;

static void browser_done(Browser *b)
{
    pt_arena_free(b->arena);
}

static void parameter(PtStr url, const char *name, char out[static OIDC_SECRET])
{
    const char *at = strstr(url.data, name);
    assert_non_null(at);
    (void)snprintf(out, OIDC_SECRET, "%.43s", at + strlen(name));
    assert_int_equal(strcspn(out, "&"), OIDC_SECRET - 1);
}

static Browser begin(Oidc *o)
{
    Browser b = {.arena = pt_arena_new(8 << 20)};
    assert_int_equal(oidc_start(o, PT_STR("/quarantine"), b.arena, &b.location, b.cookie, NULL),
                     PT_OK);
    parameter(b.location, "&state=", b.state);
    parameter(b.location, "&nonce=", idp.nonce);
    parameter(b.location, "&code_challenge=", b.challenge);
    return b;
}

static OidcReturn answer_of(const Browser *b)
{
    return (OidcReturn){
        .state = pt_str(b->state), .code = PT_STR("c/1"), .cookie = pt_str(b->cookie)};
}

static PtStatus end(Oidc *o, Browser *b, OidcIdentity *ret_who)
{
    const OidcReturn back = answer_of(b);
    return oidc_finish(o, &back, b->arena, ret_who, &b->err);
}

static PtStatus whole(Oidc *o, OidcIdentity *ret_who, PtError *ret_err)
{
    PT_CLEANUP(browser_done) Browser b = begin(o);
    OidcIdentity who = {0};
    const PtStatus st = end(o, &b, &who);
    if (ret_err != NULL) {
        *ret_err = b.err;
    }
    if (ret_who != NULL) {
        *ret_who = (OidcIdentity){.verified = who.verified, .create = who.create};
    }
    return st;
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" does not hold \"%s\"", text, part);
    }
}

/* -- tests ------------------------------------------------------------------------------------- */

static void test_whole_flow(void **state)
{
    Oidc *o = *state;
    PT_CLEANUP(browser_done) Browser b = begin(o);
    OidcIdentity who;
    assert_holds(b.location.data,
                 "https://idp/a?tenant=7&response_type=code&client_id=me&redirect_uri="
                 "https%3A%2F%2Fpatron.example%2Fapi%2Fv1%2Fsession%2Foidc%2Fcallback"
                 "&scope=openid%20email%20profile&state=");
    assert_holds(b.location.data, "&code_challenge_method=S256");
    assert_int_equal(oidc_pending_count(o), 1);
    assert_int_equal(end(o, &b, &who), PT_OK);
    assert_int_equal(oidc_pending_count(o), 0);
    assert_true(pt_str_eq(who.issuer, PT_STR("https://idp")));
    assert_true(pt_str_eq(who.subject, PT_STR("s1")));
    assert_true(pt_str_eq(who.email, PT_STR("anna@shop.de")));
    assert_true(pt_str_eq(who.return_to, PT_STR("/quarantine")));
    assert_string_equal(who.role, "analyst");
    assert_true(who.verified && who.create);
    assert_int_equal(idp.infos, 0);
}

/* The verifier is the challenge's; the secret travels escaped in the header, not in the body. */
static void test_code_is_redeemed_with_proof(void **state)
{
    PT_CLEANUP(browser_done) Browser b = begin(*state);
    OidcIdentity who;
    uint8_t hash[PT_SHA256];
    char verifier[OIDC_SECRET], challenge[OIDC_SECRET];
    assert_int_equal(end(*state, &b, &who), PT_OK);
    assert_holds(idp.form,
                 "grant_type=authorization_code&code=c%2F1&redirect_uri=https%3A%2F%2Fpatron");
    assert_holds(idp.form, "&client_id=me");
    assert_null(strstr(idp.form, "client_secret"));
    parameter(pt_str(idp.form), "&code_verifier=", verifier);
    pt_sha256(pt_str(verifier), hash);
    oidc_base64url(hash, sizeof hash, challenge, sizeof challenge);
    assert_string_equal(challenge, b.challenge);
    assert_string_equal(idp.authorization, "Basic bWU6cyUyMHAlMkJj"); // me:s%20p%2Bc
}

static void test_secret_in_the_body_where_asked(void **state)
{
    idp.methods = "[\"client_secret_post\"]";
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    assert_holds(idp.form, "&client_secret=s%20p%2Bc");
    assert_string_equal(idp.authorization, "");
}

/* Both ways are offered: the header, unless escaping would make a difference. */
static void test_secret_that_needs_no_escaping(void **state)
{
    (void)state;
    OidcConfig config = good_config();
    Oidc *o = NULL;
    idp.methods = "[\"client_secret_post\",\"client_secret_basic\"]";
    for (int plain = 0; plain < 2; plain++) {
        config.client_secret = plain ? "aZ09-._~" : "a:b";
        assert_int_equal(oidc_open(&config, &o, NULL), PT_OK);
        assert_int_equal(whole(o, NULL, NULL), PT_OK);
        assert_int_equal(idp.authorization[0] != '\0', plain);
        assert_int_equal(strstr(idp.form, "client_secret=a%3Ab") != NULL, !plain);
        oidc_close(o);
    }
}

static void test_public_client(void **state)
{
    (void)state;
    OidcConfig config = good_config();
    Oidc *o = NULL;
    config.client_secret = "";
    assert_int_equal(oidc_open(&config, &o, NULL), PT_OK);
    assert_int_equal(whole(o, NULL, NULL), PT_OK);
    assert_string_equal(idp.authorization, "");
    assert_null(strstr(idp.form, "client_secret"));
    oidc_close(o);
}

static void test_used_once(void **state)
{
    PT_CLEANUP(browser_done) Browser b = begin(*state);
    OidcIdentity who;
    assert_int_equal(end(*state, &b, &who), PT_OK);
    assert_int_equal(end(*state, &b, &who), PT_NOT_FOUND);
    assert_int_equal(idp.tokens, 1);
}

static void test_another_browser(void **state)
{
    PT_CLEANUP(browser_done) Browser mine = begin(*state);
    PT_CLEANUP(browser_done) Browser theirs = begin(*state);
    OidcIdentity who;
    OidcReturn back = answer_of(&mine);
    back.cookie = pt_str(theirs.cookie);
    assert_int_equal(oidc_finish(*state, &back, mine.arena, &who, NULL), PT_NOT_FOUND);
    back.cookie = (PtStr){NULL, 0};
    assert_int_equal(oidc_finish(*state, &back, mine.arena, &who, NULL), PT_NOT_FOUND);
    assert_int_equal(idp.tokens, 0);
}

static struct ReturnCase {
    const char *name, *code, *error, *issuer;
    PtStatus want;
} return_cases[] = {
    {"code", "c", NULL, NULL, PT_OK},
    {"code and issuer", "c", NULL, "https://idp", PT_OK},
    {"another issuer", "c", NULL, "https://evil", PT_UNAUTHENTICATED},
    {"declined", NULL, "access_denied", NULL, PT_FORBIDDEN},
    {"declined with a code", "c", "access_denied", NULL, PT_FORBIDDEN},
    {"nothing", NULL, NULL, NULL, PT_UNAUTHENTICATED},
    {"empty code", "", NULL, NULL, PT_UNAUTHENTICATED},
};

static PtStr or_absent(const char *text)
{
    return text != NULL ? pt_str(text) : (PtStr){NULL, 0};
}

static void run_return(Oidc *o, const struct ReturnCase *c)
{
    PT_CLEANUP(browser_done) Browser b = begin(o);
    OidcIdentity who;
    OidcReturn back = answer_of(&b);
    back.code = or_absent(c->code);
    back.error = or_absent(c->error);
    back.issuer = or_absent(c->issuer);
    assert_int_equal(oidc_finish(o, &back, b.arena, &who, NULL), c->want);
    assert_int_equal(oidc_pending_count(o), 0); // gone, whatever came of it
    assert_int_equal(idp.tokens, c->want == PT_OK);
}

/* Rows are the state of cmocka's tests, so each makes its own Oidc. */
static void test_return(void **state)
{
    void *o = NULL;
    const struct ReturnCase *c = *state;
    assert_int_equal(set_up(&o), 0);
    run_return(o, c);
    (void)tear_down(&o);
}

static void test_longest_code(void **state)
{
    static char code[8193];
    memset(code, 'x', sizeof code);
    for (size_t over = 0; over < 2; over++) {
        PT_CLEANUP(browser_done) Browser b = begin(*state);
        OidcIdentity who;
        OidcReturn back = answer_of(&b);
        back.code = (PtStr){code, 8192 + over};
        assert_int_equal(oidc_finish(*state, &back, b.arena, &who, NULL),
                         over ? PT_UNAUTHENTICATED : PT_OK);
    }
}

static void test_provider_is_kept(void **state)
{
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    assert_int_equal(idp.discoveries, 1);
    assert_int_equal(idp.keys, 1);
    assert_int_equal(idp.tokens, 2);
}

static void test_new_key_is_fetched_once(void **state)
{
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    idp.key = idp.signer = second_key;
    idp.kid = idp.signer_kid = "two";
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    assert_int_equal(idp.keys, 2);
    idp.signer_kid = "three"; // which the provider does not publish
    assert_int_equal(whole(*state, NULL, NULL), PT_UNAUTHENTICATED);
    assert_int_equal(idp.keys, 3);
}

static void test_same_kid_another_key(void **state)
{
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    idp.signer = second_key;
    assert_int_equal(whole(*state, NULL, NULL), PT_UNAUTHENTICATED);
}

static void test_wrong_nonce(void **state)
{
    PT_CLEANUP(browser_done) Browser first = begin(*state);
    PT_CLEANUP(browser_done) Browser second = begin(*state); // its nonce is in the token
    OidcIdentity who;
    assert_int_equal(end(*state, &first, &who), PT_UNAUTHENTICATED);
    assert_holds(first.err.message, "nonce");
}

static void test_expired_by_the_clock(void **state)
{
    PtError err;
    pt_clock_sim_set(test_clock, START_MS + 359999);
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
    pt_clock_sim_set(test_clock, START_MS + 360000);
    assert_int_equal(whole(*state, NULL, &err), PT_UNAUTHENTICATED);
    assert_holds(err.message, "expired");
}

static void test_code_refused(void **state)
{
    PtError err;
    idp.token_status = 400;
    assert_int_equal(whole(*state, NULL, &err), PT_UNAUTHENTICATED);
    assert_holds(err.message, "400 invalid_grant");
    idp.refusal = "<html>";
    assert_int_equal(whole(*state, NULL, &err), PT_UNAUTHENTICATED);
    idp.token_status = 503;
    assert_int_equal(whole(*state, NULL, &err), PT_UNAVAILABLE);
}

static void test_keys_that_are_none_are_not_kept(void **state)
{
    idp.no_keys = true;
    assert_int_equal(whole(*state, NULL, NULL), PT_UNAUTHENTICATED);
    idp.no_keys = false;
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
}

static void test_keys_are_not_there(void **state)
{
    idp.keys_status = 500;
    assert_int_equal(whole(*state, NULL, NULL), PT_UNAVAILABLE);
    idp.keys_status = 200;
    assert_int_equal(whole(*state, NULL, NULL), PT_OK);
}

static PtStatus start_alone(Oidc *o, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char cookie[OIDC_COOKIE];
    PtStr location;
    return oidc_start(o, PT_STR("/"), arena, &location, cookie, err);
}

static void test_provider_down(void **state)
{
    PtError err;
    idp.down = PT_UNAVAILABLE;
    assert_int_equal(start_alone(*state, &err), PT_UNAVAILABLE);
    assert_holds(err.message, "connection refused");
    assert_int_equal(oidc_pending_count(*state), 0);
    idp.down = PT_OK;
    assert_int_equal(start_alone(*state, &err), PT_UNAVAILABLE); // not asked again at once
    assert_int_equal(idp.discoveries, 0);
    usleep(2100000);
    assert_int_equal(start_alone(*state, &err), PT_OK);
}

static void test_discovery_is_an_error_page(void **state)
{
    PtError err;
    idp.discovery_status = 404;
    assert_int_equal(start_alone(*state, &err), PT_UNAVAILABLE);
    assert_holds(err.message, "answers 404");
}

static void test_mail_from_userinfo(void **state)
{
    OidcIdentity who;
    idp.claims = "";
    idp.info = "{\"sub\":\"s1\",\"email\":\"anna@shop.de\",\"email_verified\":true}";
    assert_int_equal(whole(*state, &who, NULL), PT_OK);
    assert_int_equal(idp.infos, 1);
    assert_true(who.verified && who.create);
    idp.info = "{\"sub\":\"s2\",\"email\":\"anna@shop.de\",\"email_verified\":true}";
    assert_int_equal(whole(*state, &who, NULL), PT_UNAUTHENTICATED);
    idp.info_status = 401;
    assert_int_equal(whole(*state, &who, NULL), PT_UNAVAILABLE);
}

static struct CreateCase {
    const char *name, *claims;
    bool verified, create;
} create_cases[] = {
    {"our domain", ",\"email\":\"a@shop.de\",\"email_verified\":true", true, true},
    {"not verified", ",\"email\":\"a@shop.de\"", false, false},
    {"another domain", ",\"email\":\"a@evil.de\",\"email_verified\":true", true, false},
    {"no mail", "", false, false},
};

static void test_create(void **state)
{
    const struct CreateCase *c = *state;
    void *o = NULL;
    OidcIdentity who;
    assert_int_equal(set_up(&o), 0);
    idp.claims = c->claims;
    idp.info = "{\"sub\":\"s1\"}";
    assert_int_equal(whole(o, &who, NULL), PT_OK);
    assert_int_equal(who.verified, c->verified);
    assert_int_equal(who.create, c->create);
    (void)tear_down(&o);
}

/* Wherever memory ends nobody is signed in, and the next sign-in works. */
static void test_no_memory(void **state)
{
    Oidc *o = *state;
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t nth = 1; st != PT_OK; nth++) {
        PT_CLEANUP(browser_done) Browser b = {.arena = pt_arena_new(8 << 20)};
        arm(nth);
        st = oidc_start(o, PT_STR("/"), b.arena, &b.location, b.cookie, NULL);
        arm(0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        assert_true(nth < 200);
    }
    st = PT_NO_MEMORY;
    for (uint64_t nth = 1; st != PT_OK; nth++) {
        PT_CLEANUP(browser_done) Browser b = begin(o);
        OidcIdentity who;
        arm(nth);
        st = end(o, &b, &who);
        arm(0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY || st == PT_UNAUTHENTICATED);
        assert_true(nth < 200);
    }
    assert_int_equal(whole(o, NULL, NULL), PT_OK);
}

/* -- sign-ins in progress ---------------------------------------------------------------------- */

static void pendings_freep(OidcPendings **p)
{
    oidc_pendings_free(*p);
}

static void test_pending_ends_after_ten_minutes(void **state)
{
    (void)state;
    PT_CLEANUP(pendings_freep) OidcPendings *p = oidc_pendings_new();
    OidcPending a, b, out;
    assert_true(oidc_pendings_add(p, PT_STR("/a"), 0, &a));
    assert_true(oidc_pendings_add(p, PT_STR("/b"), 0, &b));
    assert_true(oidc_pendings_take(p, pt_str(a.state), pt_str(a.cookie), 599999, &out));
    assert_string_equal(out.return_to, "/a");
    assert_string_equal(out.verifier, a.verifier);
    assert_false(oidc_pendings_take(p, pt_str(b.state), pt_str(b.cookie), 600000, &out));
    assert_int_equal(oidc_pendings_count(p), 0);
}

static void test_pending_wrong_cookie_ends_it(void **state)
{
    (void)state;
    PT_CLEANUP(pendings_freep) OidcPendings *p = oidc_pendings_new();
    OidcPending a, out;
    assert_true(oidc_pendings_add(p, PT_STR("/"), 0, &a));
    assert_false(oidc_pendings_take(p, pt_str(a.cookie), pt_str(a.state), 1, &out));
    assert_int_equal(oidc_pendings_count(p), 1);
    assert_false(oidc_pendings_take(p, pt_str(a.state), pt_str(a.nonce), 1, &out));
    assert_false(oidc_pendings_take(p, pt_str(a.state), pt_str(a.cookie), 1, &out));
}

static void test_pending_oldest_goes(void **state)
{
    (void)state;
    PT_CLEANUP(pendings_freep) OidcPendings *p = oidc_pendings_new();
    OidcPending first, second, last, out;
    assert_true(oidc_pendings_add(p, PT_STR("/"), 0, &first));
    assert_true(oidc_pendings_add(p, PT_STR("/"), 0, &second));
    for (int i = 2; i < OIDC_PENDING_MAX; i++) {
        assert_true(oidc_pendings_add(p, PT_STR("/"), i, &last));
    }
    assert_int_equal(oidc_pendings_count(p), OIDC_PENDING_MAX);
    assert_true(oidc_pendings_add(p, PT_STR("/"), 2000, &last));
    assert_int_equal(oidc_pendings_count(p), OIDC_PENDING_MAX);
    assert_false(oidc_pendings_take(p, pt_str(first.state), pt_str(first.cookie), 2001, &out));
    assert_true(oidc_pendings_take(p, pt_str(second.state), pt_str(second.cookie), 2001, &out));
    assert_true(oidc_pendings_take(p, pt_str(last.state), pt_str(last.cookie), 2001, &out));
}

static void test_pending_expired_ones_are_dropped(void **state)
{
    (void)state;
    PT_CLEANUP(pendings_freep) OidcPendings *p = oidc_pendings_new();
    OidcPending a;
    for (int i = 0; i < 10; i++) {
        assert_true(oidc_pendings_add(p, PT_STR("/"), i, &a));
    }
    assert_true(oidc_pendings_add(p, PT_STR("/"), 600004, &a));
    assert_int_equal(oidc_pendings_count(p), 6); // of 0..4 the time is over
}

/* -- settings ---------------------------------------------------------------------------------- */

static struct ConfigCase {
    const char *name;
    OidcConfig change; /* what is not NULL replaces the good value */
    const char *problem;
} config_cases[] = {
    {"no issuer", {.issuer = ""}, "oidc.issuer has 0 bytes"},
    {"issuer by http",
     {.issuer = "http://idp.example"},
     "oidc.issuer: \"http://idp.example\" is not an https"},
    {"issuer with a query", {.issuer = "https://idp/?x"}, "oidc.issuer"},
    {"no client", {.client_id = ""}, "oidc.client_id has 0 bytes"},
    {"no name", {.name = ""}, "oidc.name has 0 bytes"},
    {"no public address", {.public_url = ""}, "oidc.public_url has 0 bytes"},
    {"public address by http", {.public_url = "http://patron.example"}, "oidc.public_url: "},
    {"public address with a path", {.public_url = "https://patron.example/x"}, "without a path"},
    {"public address with a slash", {.public_url = "https://patron.example/"}, "without a path"},
    {"accounts for anybody", {.domains = "", .create = true}, "oidc.create needs oidc.domains"},
};

static void test_config(void **state)
{
    const struct ConfigCase *c = *state;
    PtError err = {0};
    OidcConfig config = good_config();
    Oidc *o = NULL;
    const struct {
        const char **to, *from;
    } changes[] = {{&config.issuer, c->change.issuer},
                   {&config.client_id, c->change.client_id},
                   {&config.name, c->change.name},
                   {&config.public_url, c->change.public_url},
                   {&config.domains, c->change.domains}};
    for (size_t i = 0; i < PT_COUNT(changes); i++) {
        *changes[i].to = changes[i].from != NULL ? changes[i].from : *changes[i].to;
    }
    assert_int_equal(oidc_open(&config, &o, &err), PT_INVALID);
    assert_holds(err.message, c->problem);
}

static struct SecretCase {
    const char *name, *text;
    unsigned mode;
    PtStatus want;
    const char *secret;
} secret_cases[] = {
    {"with a line end", "hush\n", 0600, PT_OK, "hush"},
    {"with spaces around it", " hu sh \r\n", 0400, PT_OK, "hu sh"},
    {"open to the group", "hush", 0640, PT_FORBIDDEN, NULL},
    {"open to others", "hush", 0604, PT_FORBIDDEN, NULL},
    {"empty", "", 0600, PT_INVALID, NULL},
    {"white space alone", " \n", 0600, PT_INVALID, NULL},
};

static PtStatus read_secret(const char *bytes, size_t len, unsigned mode, PtArena *arena,
                            PtStr *ret)
{
    char path[] = "/tmp/oidc-secret-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    (void)close(fd);
    const PtStatus st = oidc_read_secret(path, arena, ret, NULL);
    (void)unlink(path);
    return st;
}

static void test_secret(void **state)
{
    const struct SecretCase *c = *state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtStr secret = {NULL, 0};
    assert_int_equal(read_secret(c->text, strlen(c->text), c->mode, arena, &secret), c->want);
    if (c->secret != NULL) {
        assert_true(pt_str_eq(secret, pt_str(c->secret)));
    }
}

static void test_secret_bounds(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    char text[1026];
    PtStr secret;
    memset(text, 'x', sizeof text);
    text[1024] = '\n';
    assert_int_equal(read_secret(text, 1025, 0600, arena, &secret), PT_OK);
    assert_int_equal(secret.len, 1024);
    text[1024] = 'x';
    assert_int_equal(read_secret(text, 1025, 0600, arena, &secret), PT_INVALID);
    assert_int_equal(oidc_read_secret("/nowhere/secret", arena, &secret, NULL), PT_NOT_FOUND);
}

static int make_keys(void **state)
{
    (void)state;
    first_key = oidc_rig_ec("P-256");
    second_key = oidc_rig_ec("P-256");
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    EVP_PKEY_free(first_key);
    EVP_PKEY_free(second_key);
    return 0;
}

#define FLOW(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest plain[] = {
        FLOW(test_whole_flow),
        FLOW(test_code_is_redeemed_with_proof),
        FLOW(test_secret_in_the_body_where_asked),
        FLOW(test_secret_that_needs_no_escaping),
        FLOW(test_public_client),
        FLOW(test_used_once),
        FLOW(test_another_browser),
        FLOW(test_longest_code),
        FLOW(test_provider_is_kept),
        FLOW(test_new_key_is_fetched_once),
        FLOW(test_same_kid_another_key),
        FLOW(test_wrong_nonce),
        FLOW(test_expired_by_the_clock),
        FLOW(test_code_refused),
        FLOW(test_keys_that_are_none_are_not_kept),
        FLOW(test_keys_are_not_there),
        FLOW(test_provider_down),
        FLOW(test_discovery_is_an_error_page),
        FLOW(test_mail_from_userinfo),
        FLOW(test_no_memory),
        cmocka_unit_test(test_pending_ends_after_ten_minutes),
        cmocka_unit_test(test_pending_wrong_cookie_ends_it),
        cmocka_unit_test(test_pending_oldest_goes),
        cmocka_unit_test(test_pending_expired_ones_are_dropped),
        cmocka_unit_test(test_secret_bounds),
    };
    static struct CMUnitTest tests[100];
    size_t n = 0;
    for (; n < PT_COUNT(plain); n++) {
        tests[n] = plain[n];
    }
    PT_TEST_ROWS(tests, n, return_cases, test_return);
    PT_TEST_ROWS(tests, n, create_cases, test_create);
    PT_TEST_ROWS(tests, n, config_cases, test_config);
    PT_TEST_ROWS(tests, n, secret_cases, test_secret);
    return _cmocka_run_group_tests("oidc", tests, n, make_keys, free_keys);
}
