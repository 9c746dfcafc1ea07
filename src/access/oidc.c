// SPDX-License-Identifier: Apache-2.0
/* The flow: what is kept of the provider, begin, end. */
#include "access/oidc.h"

#include "access/oidc_internal.h"
#include "base/hash.h"
#include "platform/client.h"
#include "platform/loop.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 2,
    WAITING_MAX = 32,
    FRESH_MS = 3600000, /* discovery document and keys */
    DOWN_MS = 2000,     /* not asked again after a failure */
    CODE_MAX = 8192,    /* of an authorization code; Entra's are over 1,000 */
};

#define CALLBACK_PATH "/api/v1/session/oidc/callback"

struct Oidc {
    char *issuer, *client_id, *client_secret, *name, *public_url, *ca_file, *role, *domains;
    bool create, trust_email;
    const PtClock *clock;
    OidcCurl curl;
    OidcNetwork network;
    OidcPendings *pendings;
    PtPool *pool;
    pthread_mutex_t lock; /* for what follows */
    OidcProvider provider;
    int64_t provider_until_ms; /* pt_mono_ms() */
    PtBuf keys;
    int64_t keys_until_ms;
    int64_t down_until_ms;
    PtError down;
};

/* -- open and close ------------------------------------------------------------------------------
 */

static bool copy_texts(Oidc *o, const OidcConfig *c)
{
    const struct {
        char **to;
        const char *from;
    } texts[] = {{&o->issuer, c->issuer},
                 {&o->client_id, c->client_id},
                 {&o->client_secret, c->client_secret},
                 {&o->name, c->name},
                 {&o->public_url, c->public_url},
                 {&o->ca_file, c->ca_file},
                 {&o->role, c->role},
                 {&o->domains, c->domains}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = strdup(texts[i].from);
        if (*texts[i].to == NULL) {
            return false;
        }
    }
    return true;
}

PtStatus oidc_open(const OidcConfig *config, Oidc **ret_oidc, PtError *err)
{
    PtStatus st = oidc_config_check(config, err);
    if (st != PT_OK) {
        return st;
    }
    Oidc *o = calloc(1, sizeof *o);
    if (o == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for OpenID Connect");
    }
    (void)pthread_mutex_init(&o->lock, NULL);
    pt_buf_init(&o->keys, OIDC_ANSWER_MAX);
    o->create = config->create;
    o->trust_email = config->trust_email;
    o->clock = config->clock;
    o->pendings = oidc_pendings_new();
    if (o->pendings == NULL || !copy_texts(o, config)) {
        oidc_close(o);
        return pt_fail(err, PT_NO_MEMORY, "no memory for OpenID Connect");
    }
    o->curl.ca_file = o->ca_file[0] != '\0' ? o->ca_file : NULL;
    o->network =
        config->network != NULL ? *config->network : (OidcNetwork){oidc_curl_fetch, &o->curl};
    st = pt_pool_new(THREADS, WAITING_MAX, &o->pool, err);
    if (st != PT_OK) {
        oidc_close(o);
        return st;
    }
    *ret_oidc = o;
    return PT_OK;
}

void oidc_close(Oidc *o)
{
    if (o == NULL) {
        return;
    }
    oidc_stop(o);
    pt_pool_free(o->pool);
    oidc_pendings_free(o->pendings);
    pt_buf_done(&o->keys);
    (void)pthread_mutex_destroy(&o->lock);
    if (o->client_secret != NULL) {
        explicit_bzero(o->client_secret, strlen(o->client_secret));
    }
    char *const texts[] = {o->issuer,     o->client_id, o->client_secret, o->name,
                           o->public_url, o->ca_file,   o->role,          o->domains};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(texts[i]);
    }
    free(o);
}

void oidc_stop(Oidc *o)
{
    if (o != NULL) {
        atomic_store(&o->curl.stopping, true);
    }
}

const char *oidc_name(const Oidc *o)
{
    return o->name;
}

bool oidc_is_secure(const Oidc *o)
{
    return pt_str_starts(pt_str(o->public_url), PT_STR("https://"));
}

PtStatus oidc_submit(Oidc *o, void (*fn)(void *ctx), void *ctx)
{
    return pt_pool_submit(o->pool, fn, ctx);
}

size_t oidc_pending_count(Oidc *o)
{
    return oidc_pendings_count(o->pendings);
}

/* -- what is kept of the provider -------------------------------------------------------------- */

static void body_done(PtBuf *body)
{
    if (body->data != NULL) {
        explicit_bzero(body->data, body->len); // tokens
    }
    pt_buf_done(body);
}

/* GET that must answer 200; a failure is remembered for a moment. */
static PtStatus get(Oidc *o, const char *what, const OidcRequest *request, PtBuf *ret_body,
                    PtError *err)
{
    int status = 0;
    PtError why = {0};
    PtStatus st = o->network.fetch(o->network.ctx, request, &status, ret_body, &why);
    if (st == PT_NO_MEMORY) {
        return pt_fail(err, st, "%s", why.message);
    }
    if (st == PT_OK && status == 200) {
        return PT_OK;
    }
    if (st == PT_OK) {
        return pt_fail(err, PT_UNAVAILABLE, "the provider answers %d for its %s", status, what);
    }
    return pt_fail(err, PT_UNAVAILABLE, "no %s from the provider: %s", what, why.message);
}

/* The failure of a moment ago, if there was one. */
static PtStatus is_down(Oidc *o, PtError *err)
{
    (void)pthread_mutex_lock(&o->lock);
    const bool down = pt_mono_ms() < o->down_until_ms;
    const PtError why = o->down;
    (void)pthread_mutex_unlock(&o->lock);
    return down ? pt_fail(err, PT_UNAVAILABLE, "%s", why.message) : PT_OK;
}

static PtStatus note_down(Oidc *o, PtStatus st, const PtError *why, PtError *err)
{
    (void)pthread_mutex_lock(&o->lock);
    o->down = *why;
    o->down_until_ms = pt_mono_ms() + DOWN_MS;
    (void)pthread_mutex_unlock(&o->lock);
    return pt_fail(err, st, "%s", why->message);
}

static PtStatus fetch_provider(Oidc *o, PtArena *arena, OidcProvider *ret_provider, PtError *err)
{
    static const char tail[] = "/.well-known/openid-configuration";
    char url[OIDC_TEXT_MAX + sizeof tail];
    PT_CLEANUP(body_done) PtBuf body;
    PtError why = {0};
    PtStr issuer = pt_str(o->issuer);
    pt_buf_init(&body, OIDC_ANSWER_MAX);
    if (issuer.data[issuer.len - 1] == '/') {
        issuer.len--;
    }
    (void)snprintf(url, sizeof url, "%.*s%s", PT_STR_ARG(issuer), tail);
    const OidcRequest request = {.url = url};
    PtStatus st = get(o, "discovery document", &request, &body, &why);
    if (st == PT_OK) {
        st = oidc_provider_parse(pt_buf_str(&body), pt_str(o->issuer), arena, ret_provider, &why);
    }
    if (st == PT_NO_MEMORY) {
        return pt_fail(err, st, "%s", why.message);
    }
    return st == PT_OK ? st : note_down(o, st, &why, err);
}

static PtStatus provider(Oidc *o, PtArena *arena, OidcProvider *ret_provider, PtError *err)
{
    (void)pthread_mutex_lock(&o->lock);
    const bool fresh = pt_mono_ms() < o->provider_until_ms;
    *ret_provider = o->provider;
    (void)pthread_mutex_unlock(&o->lock);
    PtStatus st = fresh ? PT_OK : is_down(o, err);
    if (fresh || st != PT_OK || (st = fetch_provider(o, arena, ret_provider, err)) != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&o->lock);
    o->provider = *ret_provider;
    o->provider_until_ms = pt_mono_ms() + FRESH_MS;
    (void)pthread_mutex_unlock(&o->lock);
    return PT_OK;
}

/* The kept keys; data NULL when they are old. */
static PtStr kept_keys(Oidc *o, PtArena *arena)
{
    (void)pthread_mutex_lock(&o->lock);
    const bool fresh = pt_mono_ms() < o->keys_until_ms;
    const PtStr keys = fresh ? pt_arena_str(arena, pt_buf_str(&o->keys)) : (PtStr){NULL, 0};
    (void)pthread_mutex_unlock(&o->lock);
    return keys;
}

static PtStatus fetch_keys(Oidc *o, const OidcProvider *p, PtBuf *ret_keys, PtArena *arena,
                           PtStr *ret_text, PtError *err)
{
    const OidcRequest request = {.url = p->keys};
    PtStatus st = get(o, "keys", &request, ret_keys, err);
    if (st == PT_OK) {
        *ret_text = pt_arena_str(arena, pt_buf_str(ret_keys));
        st = ret_text->data != NULL
                 ? PT_OK
                 : pt_fail(err, PT_NO_MEMORY, "no memory for the provider's keys");
    }
    return st;
}

/* *keys becomes the old ones. */
static void keep_keys(Oidc *o, PtBuf *keys)
{
    (void)pthread_mutex_lock(&o->lock);
    const PtBuf old = o->keys;
    o->keys = *keys;
    *keys = old;
    o->keys_until_ms = pt_mono_ms() + FRESH_MS;
    (void)pthread_mutex_unlock(&o->lock);
}

/* The key that signed the token; keys are fetched anew when the kept ones do not know it, and kept
 * when they do. */
static PtStatus signing_key(Oidc *o, const OidcProvider *p, const OidcToken *token, PtArena *arena,
                            EVP_PKEY **ret_key, PtError *err)
{
    PT_CLEANUP(body_done) PtBuf fetched;
    PtStr keys = kept_keys(o, arena);
    PtStatus st = PT_NOT_FOUND;
    pt_buf_init(&fetched, OIDC_ANSWER_MAX);
    if (keys.data != NULL) {
        st = oidc_key_find(keys, token, arena, ret_key, err);
    }
    if (st != PT_NOT_FOUND) {
        return st;
    }
    st = fetch_keys(o, p, &fetched, arena, &keys, err);
    if (st == PT_OK) {
        st = oidc_key_find(keys, token, arena, ret_key, err);
    }
    if (st == PT_OK) {
        keep_keys(o, &fetched);
    }
    return st == PT_NOT_FOUND ? PT_UNAUTHENTICATED : st;
}

/* -- begin ------------------------------------------------------------------------------------- */

static void add_parameter(PtBuf *out, char separator, const char *name, PtStr value)
{
    if (separator != '\0') {
        pt_buf_add_char(out, separator);
    }
    pt_buf_add_str(out, pt_str(name));
    pt_buf_add_char(out, '=');
    pt_client_escape(value, out);
}

static void add_redirect(PtBuf *out, const Oidc *o)
{
    pt_buf_add_str(out, PT_STR("&redirect_uri="));
    pt_client_escape(pt_str(o->public_url), out);
    pt_client_escape(PT_STR(CALLBACK_PATH), out);
}

static void add_challenge(PtBuf *out, const char *verifier)
{
    uint8_t hash[PT_SHA256];
    char text[OIDC_SECRET];
    pt_sha256(pt_str(verifier), hash);
    oidc_base64url(hash, sizeof hash, text, sizeof text);
    add_parameter(out, '&', "code_challenge", pt_str(text));
    add_parameter(out, '&', "code_challenge_method", PT_STR("S256"));
}

PtStatus oidc_start(Oidc *o, PtStr return_to, PtArena *arena, PtStr *ret_location,
                    char ret_cookie[static OIDC_COOKIE], PtError *err)
{
    OidcProvider p;
    OidcPending pending;
    PtBuf url;
    PtStatus st = provider(o, arena, &p, err);
    if (st != PT_OK) {
        return st;
    }
    if (!oidc_pendings_add(o->pendings, return_to, pt_mono_ms(), &pending)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
    }
    pt_buf_init(&url, 4 * OIDC_URL_MAX);
    pt_buf_add_str(&url, pt_str(p.authorize));
    add_parameter(&url, strchr(p.authorize, '?') != NULL ? '&' : '?', "response_type",
                  PT_STR("code"));
    add_parameter(&url, '&', "client_id", pt_str(o->client_id));
    add_redirect(&url, o);
    add_parameter(&url, '&', "scope", PT_STR("openid email profile"));
    add_parameter(&url, '&', "state", pt_str(pending.state));
    add_parameter(&url, '&', "nonce", pt_str(pending.nonce));
    add_challenge(&url, pending.verifier);
    *ret_location =
        pt_buf_status(&url) == PT_OK ? pt_arena_str(arena, pt_buf_str(&url)) : (PtStr){NULL, 0};
    pt_buf_done(&url);
    memcpy(ret_cookie, pending.cookie, OIDC_COOKIE);
    explicit_bzero(&pending, sizeof pending);
    return ret_location->data != NULL ? PT_OK
                                      : pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
}

/* -- end --------------------------------------------------------------------------------------- */

static bool is_plain(const char *text)
{
    return text[strspn(
               text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")] == '\0';
}

/* The header is the standard's first choice. Its texts must be escaped, which some providers
 * (Glewlwyd) do not undo: where that makes a difference the body is used, if it may be. */
static bool secret_in_body(const Oidc *o, const OidcProvider *p)
{
    return p->post && (!p->basic || !is_plain(o->client_id) || !is_plain(o->client_secret));
}

/* "Basic " and base64 of the escaped id, ':' and the escaped secret (RFC 6749, 2.3.1). Data NULL:
 * no memory. */
static PtStr basic(const Oidc *o, PtArena *arena)
{
    PtBuf pair;
    pt_buf_init(&pair, 8 * (OIDC_TEXT_MAX + OIDC_CLIENT_SECRET_MAX));
    pt_client_escape(pt_str(o->client_id), &pair);
    pt_buf_add_char(&pair, ':');
    pt_client_escape(pt_str(o->client_secret), &pair);
    const size_t room = sizeof "Basic " + (pair.len + 2) / 3 * 4;
    char *text = pt_buf_status(&pair) == PT_OK ? pt_arena_alloc(arena, room, 1) : NULL;
    if (text != NULL) {
        memcpy(text, "Basic ", sizeof "Basic " - 1);
        (void)sodium_bin2base64(text + sizeof "Basic " - 1, room - (sizeof "Basic " - 1),
                                (const unsigned char *)pair.data, pair.len,
                                sodium_base64_VARIANT_ORIGINAL);
    }
    body_done(&pair);
    return text != NULL ? pt_str(text) : (PtStr){NULL, 0};
}

enum { T_ID, T_ACCESS, T_MEMBERS };

typedef struct Tokens {
    PtStr id, access; /* access: data NULL when there is none */
} Tokens;

static PtStatus take_tokens(int status, PtStr body, PtArena *arena, Tokens *ret_tokens,
                            PtError *err)
{
    OidcMember m[T_MEMBERS] = {
        [T_ID] = {.name = "id_token", .kind = OIDC_TEXT, .required = true},
        [T_ACCESS] = {.name = "access_token", .kind = OIDC_TEXT},
    };
    OidcMember refusal = {.name = "error", .kind = OIDC_TEXT};
    PtError why;
    if (status != 200) {
        const bool told = oidc_members(body, arena, &refusal, 1, NULL) == PT_OK && refusal.given;
        return pt_fail(err, status >= 500 ? PT_UNAVAILABLE : PT_UNAUTHENTICATED,
                       "the provider refuses the code: %d %.*s", status,
                       told ? (int)refusal.text.len : 0, told ? refusal.text.data : "");
    }
    PtStatus st = oidc_members(body, arena, m, T_MEMBERS, &why);
    if (st != PT_OK) {
        return pt_fail(err, st == PT_NO_MEMORY ? st : PT_UNAUTHENTICATED,
                       "the provider's answer to the code: %s", why.message);
    }
    /* the body is freed before they are used */
    ret_tokens->id = pt_arena_str(arena, m[T_ID].text);
    ret_tokens->access =
        m[T_ACCESS].given ? pt_arena_str(arena, m[T_ACCESS].text) : (PtStr){NULL, 0};
    return ret_tokens->id.data != NULL && (ret_tokens->access.data != NULL || !m[T_ACCESS].given)
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for the provider's tokens");
}

static void write_form(PtBuf *form, const Oidc *o, const OidcProvider *p, PtStr code,
                       const char *verifier)
{
    add_parameter(form, '\0', "grant_type", PT_STR("authorization_code"));
    add_parameter(form, '&', "code", code);
    add_redirect(form, o);
    add_parameter(form, '&', "code_verifier", pt_str(verifier));
    add_parameter(form, '&', "client_id", pt_str(o->client_id));
    if (secret_in_body(o, p) && o->client_secret[0] != '\0') {
        add_parameter(form, '&', "client_secret", pt_str(o->client_secret));
    }
}

static PtStatus redeem(Oidc *o, const OidcProvider *p, PtStr code, const char *verifier,
                       PtArena *arena, Tokens *ret_tokens, PtError *err)
{
    PT_CLEANUP(body_done) PtBuf form;
    PT_CLEANUP(body_done) PtBuf body;
    int status = 0;
    PtError why = {0};
    pt_buf_init(&form, 8 * CODE_MAX);
    pt_buf_init(&body, OIDC_ANSWER_MAX);
    write_form(&form, o, p, code, verifier);
    OidcRequest request = {.url = p->token, .form = pt_buf_str(&form)};
    if (!secret_in_body(o, p) && o->client_secret[0] != '\0') {
        request.authorization = basic(o, arena).data;
        if (request.authorization == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
        }
    }
    if (pt_buf_status(&form) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
    }
    PtStatus st = o->network.fetch(o->network.ctx, &request, &status, &body, &why);
    if (st != PT_OK) {
        return pt_fail(err, st, "no answer to the code: %s", why.message);
    }
    return take_tokens(status, pt_buf_str(&body), arena, ret_tokens, err);
}

static PtStatus believe(Oidc *o, const OidcProvider *p, PtStr id_token, const char *nonce,
                        PtArena *arena, OidcIdentity *ret_who, PtError *err)
{
    PT_CLEANUP(oidc_key_freep) EVP_PKEY *key = NULL;
    OidcToken token;
    PtStatus st = oidc_token_parse(id_token, arena, &token, err);
    if (st == PT_OK) {
        st = signing_key(o, p, &token, arena, &key, err);
    }
    if (st == PT_OK) {
        st = oidc_token_verify(&token, key, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const OidcExpect expect = {.issuer = pt_str(o->issuer),
                               .client_id = pt_str(o->client_id),
                               .nonce = pt_str(nonce),
                               .now_ms = pt_clock_now_ms(o->clock),
                               .trust_email = o->trust_email};
    return oidc_claims_check(token.payload, &expect, arena, ret_who, err);
}

/* Asks for what the ID token leaves out. */
static PtStatus ask_userinfo(Oidc *o, const OidcProvider *p, PtStr access, PtArena *arena,
                             OidcIdentity *who, PtError *err)
{
    PT_CLEANUP(body_done) PtBuf body;
    PT_CLEANUP(body_done) PtBuf authorization;
    pt_buf_init(&body, OIDC_ANSWER_MAX);
    pt_buf_init(&authorization, OIDC_ANSWER_MAX);
    if (who->email.len > 0 || p->userinfo[0] == '\0' || access.data == NULL) {
        return PT_OK;
    }
    pt_buf_add_str(&authorization, PT_STR("Bearer "));
    pt_buf_add_str(&authorization, access);
    pt_buf_add_char(&authorization, '\0');
    if (pt_buf_status(&authorization) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
    }
    for (size_t i = 0; i < access.len; i++) {
        if (access.data[i] <= ' ' || access.data[i] > '~') {
            return pt_fail(err, PT_UNAUTHENTICATED, "the provider's access token is not text");
        }
    }
    const OidcRequest request = {.url = p->userinfo, .authorization = authorization.data};
    PtStatus st = get(o, "userinfo", &request, &body, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr json = pt_arena_str(arena, pt_buf_str(&body)); // who's texts stay in it
    return json.data != NULL ? oidc_userinfo_take(json, o->trust_email, arena, who, err)
                             : pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
}

/* What the browser says before anybody is asked. */
static PtStatus check_return(const Oidc *o, const OidcReturn *back, PtError *err)
{
    if (back->issuer.data != NULL && !pt_str_eq(back->issuer, pt_str(o->issuer))) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the answer comes from another issuer");
    }
    if (back->error.data != NULL) {
        return pt_fail(err, PT_FORBIDDEN, "the provider declined: %.*s",
                       back->error.len < 100 ? (int)back->error.len : 100, back->error.data);
    }
    if (back->code.len == 0 || back->code.len > CODE_MAX) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the provider sent no code of 1..%d bytes",
                       CODE_MAX);
    }
    return PT_OK;
}

PtStatus oidc_finish(Oidc *o, const OidcReturn *back, PtArena *arena, OidcIdentity *ret_who,
                     PtError *err)
{
    OidcPending pending;
    OidcProvider p;
    Tokens tokens = {{NULL, 0}, {NULL, 0}};
    OidcIdentity who = {.create = false};
    if (!oidc_pendings_take(o->pendings, back->state, back->cookie, pt_mono_ms(), &pending)) {
        return pt_fail(err, PT_NOT_FOUND,
                       "no such sign-in: used, over %d minutes old, or of another browser",
                       OIDC_LIFE_S / 60);
    }
    PtStatus st = check_return(o, back, err);
    if (st == PT_OK) {
        st = provider(o, arena, &p, err);
    }
    if (st == PT_OK) {
        st = redeem(o, &p, back->code, pending.verifier, arena, &tokens, err);
    }
    if (st == PT_OK) {
        st = believe(o, &p, tokens.id, pending.nonce, arena, &who, err);
    }
    if (st == PT_OK) {
        st = ask_userinfo(o, &p, tokens.access, arena, &who, err);
    }
    if (st == PT_OK) {
        who.create = o->create && who.verified && oidc_domain_listed(who.email, pt_str(o->domains));
        who.role = o->role;
        who.return_to = pt_arena_str(arena, pt_str(pending.return_to));
        st = who.return_to.data != NULL ? PT_OK
                                        : pt_fail(err, PT_NO_MEMORY, "no memory for a sign-in");
    }
    explicit_bzero(&pending, sizeof pending);
    if (st == PT_OK) {
        *ret_who = who;
    }
    return st;
}
