// SPDX-License-Identifier: Apache-2.0
/* What the provider says of itself and of a person, and whether it is believed. */
#include "access/oidc_internal.h"

#include "base/hash.h"

#include <string.h>

enum { LEEWAY_MS = 60000, SUBJECT_MAX = 255, EMAIL_MAX = 254, NAME_MAX_BYTES = 119 };

/* -- addresses --------------------------------------------------------------------------------- */

static bool printable(PtStr s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] <= ' ' || s.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool is_loopback(PtStr host)
{
    return pt_str_eq(host, PT_STR("localhost")) || pt_str_eq(host, PT_STR("127.0.0.1")) ||
           pt_str_eq(host, PT_STR("[::1]"));
}

/* The host of what follows "://", with brackets and without port; empty when there is a user. */
static PtStr host_of(PtStr rest)
{
    size_t end = 0;
    while (end < rest.len && strchr("/?#", rest.data[end]) == NULL) {
        end++;
    }
    const PtStr authority = {rest.data, end};
    if (end == 0 || memchr(authority.data, '@', end) != NULL ||
        memchr(authority.data, '\\', end) != NULL) {
        return (PtStr){NULL, 0};
    }
    const char *bracket = authority.data[0] == '[' ? memchr(authority.data, ']', end) : NULL;
    if (bracket != NULL) {
        return (PtStr){authority.data, (size_t)(bracket - authority.data) + 1};
    }
    const char *colon = memchr(authority.data, ':', end);
    return (PtStr){authority.data, colon != NULL ? (size_t)(colon - authority.data) : end};
}

bool oidc_url_valid(PtStr url)
{
    static const PtStr https = PT_STR_INIT("https://"), http = PT_STR_INIT("http://");
    if (url.len == 0 || url.len > OIDC_URL_MAX || !printable(url) ||
        memchr(url.data, '#', url.len) != NULL) {
        return false;
    }
    if (pt_str_starts(url, https)) {
        return host_of(pt_str_from(url, https.len)).len > 0;
    }
    return pt_str_starts(url, http) && is_loopback(host_of(pt_str_from(url, http.len)));
}

/* -- discovery --------------------------------------------------------------------------------- */

enum { D_ISSUER, D_AUTHORIZE, D_TOKEN, D_KEYS, D_USERINFO, D_METHODS, D_MEMBERS };

static bool take_url(const OidcMember *m, char out[static OIDC_URL_MAX + 1])
{
    if (!oidc_url_valid(m->text)) {
        return false;
    }
    (void)pt_str_copy(out, OIDC_URL_MAX + 1, m->text);
    return true;
}

PtStatus oidc_provider_parse(PtStr json, PtStr issuer, PtArena *arena, OidcProvider *ret_provider,
                             PtError *err)
{
    OidcMember m[D_MEMBERS] = {
        [D_ISSUER] = {.name = "issuer", .kind = OIDC_TEXT, .required = true},
        [D_AUTHORIZE] = {.name = "authorization_endpoint", .kind = OIDC_TEXT, .required = true},
        [D_TOKEN] = {.name = "token_endpoint", .kind = OIDC_TEXT, .required = true},
        [D_KEYS] = {.name = "jwks_uri", .kind = OIDC_TEXT, .required = true},
        [D_USERINFO] = {.name = "userinfo_endpoint", .kind = OIDC_TEXT},
        [D_METHODS] = {.name = "token_endpoint_auth_methods_supported", .kind = OIDC_RAW},
    };
    OidcProvider p = {.basic = false};
    PtError why;
    PtStatus st = oidc_members(json, arena, m, D_MEMBERS, &why);
    if (st != PT_OK) {
        return pt_fail(err, st == PT_NO_MEMORY ? st : PT_UNAVAILABLE,
                       "the provider's discovery document: %s", why.message);
    }
    if (!pt_str_eq(m[D_ISSUER].text, issuer)) {
        return pt_fail(err, PT_UNAVAILABLE,
                       "the provider names itself \"%.*s\": oidc.issuer must be the same text",
                       PT_STR_ARG(m[D_ISSUER].text));
    }
    if (!take_url(&m[D_AUTHORIZE], p.authorize) || !take_url(&m[D_TOKEN], p.token) ||
        !take_url(&m[D_KEYS], p.keys) ||
        (m[D_USERINFO].given && !take_url(&m[D_USERINFO], p.userinfo))) {
        return pt_fail(err, PT_UNAVAILABLE,
                       "an address in the provider's discovery document is not https");
    }
    const bool silent = !m[D_METHODS].given; // then it is the header, by the standard
    p.basic = silent || oidc_has_text(m[D_METHODS].text, PT_STR("client_secret_basic"), NULL);
    p.post = !silent && oidc_has_text(m[D_METHODS].text, PT_STR("client_secret_post"), NULL);
    *ret_provider = p;
    return PT_OK;
}

/* -- mail addresses ---------------------------------------------------------------------------- */

/* Empty unless it is one plain address. */
static PtStr plain_email(PtStr text)
{
    const char *at = text.len > 0 ? memchr(text.data, '@', text.len) : NULL;
    const bool good = at != NULL && at > text.data && at < text.data + text.len - 1 &&
                      text.len <= EMAIL_MAX && printable(text) &&
                      memchr(at + 1, '@', (size_t)(text.data + text.len - at - 1)) == NULL;
    return good ? text : PT_STR("");
}

/* As long as an account's name may be, whole characters. */
static PtStr plain_name(PtStr text)
{
    size_t len = text.len;
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f) {
            return PT_STR("");
        }
    }
    if (len > NAME_MAX_BYTES) {
        len = NAME_MAX_BYTES;
        while (len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    return len > 0 ? (PtStr){text.data, len} : PT_STR("");
}

bool oidc_domain_listed(PtStr email, PtStr domains)
{
    const char *at = email.len > 0 ? memchr(email.data, '@', email.len) : NULL;
    PtStr rest = domains, domain;
    if (at == NULL) {
        return false;
    }
    const PtStr own = pt_str_from(email, (size_t)(at - email.data) + 1);
    while (pt_str_cut(&rest, ',', &domain)) {
        while (domain.len > 0 && domain.data[0] == ' ') {
            domain = pt_str_from(domain, 1);
        }
        while (domain.len > 0 && domain.data[domain.len - 1] == ' ') {
            domain.len--;
        }
        if (pt_str_eq(domain, PT_STR("*")) || (domain.len > 0 && pt_str_eq_nocase(domain, own))) {
            return true;
        }
    }
    return false;
}

/* -- ID token ---------------------------------------------------------------------------------- */

enum {
    C_ISS,
    C_SUB,
    C_AUD,
    C_AZP,
    C_EXP,
    C_IAT,
    C_NBF,
    C_NONCE,
    C_EMAIL,
    C_VERIFIED,
    C_NAME,
    C_LOGIN,
    C_MEMBERS
};

static PtStatus refuse(PtError *err, const char *what)
{
    return pt_fail(err, PT_UNAUTHENTICATED, "the ID token %s", what);
}

static PtStatus check_audience(const OidcMember *m, const OidcExpect *expect, PtError *err)
{
    size_t audiences = 0;
    if (!oidc_has_text(m[C_AUD].text, expect->client_id, &audiences)) {
        return refuse(err, "is for another client: its aud is not oidc.client_id");
    }
    if (m[C_AZP].given && !pt_str_eq(m[C_AZP].text, expect->client_id)) {
        return refuse(err, "was given to another client: its azp is not oidc.client_id");
    }
    if (audiences > 1 && !m[C_AZP].given) {
        return refuse(err, "is for several clients and names no azp");
    }
    return PT_OK;
}

static PtStatus check_times(const OidcMember *m, int64_t now_ms, PtError *err)
{
    if (m[C_EXP].ms + LEEWAY_MS <= now_ms) {
        return refuse(err, "has expired: do both machines have the right time?");
    }
    if (m[C_IAT].ms - LEEWAY_MS > now_ms || (m[C_NBF].given && m[C_NBF].ms - LEEWAY_MS > now_ms)) {
        return refuse(err, "is from the future: do both machines have the right time?");
    }
    return PT_OK;
}

static PtStatus check(const OidcMember *m, const OidcExpect *expect, PtError *err)
{
    if (!pt_str_eq(m[C_ISS].text, expect->issuer)) {
        return refuse(err, "is of another issuer");
    }
    PtStatus st = check_audience(m, expect, err);
    if (st == PT_OK) {
        st = check_times(m, expect->now_ms, err);
    }
    if (st == PT_OK && !pt_secret_eq(m[C_NONCE].text, expect->nonce)) {
        st = refuse(err, "answers another sign-in: its nonce is not right");
    }
    if (st == PT_OK && (m[C_SUB].text.len == 0 || m[C_SUB].text.len > SUBJECT_MAX)) {
        st = refuse(err, "has a sub that is empty or over 255 bytes");
    }
    return st;
}

PtStatus oidc_claims_check(PtStr payload, const OidcExpect *expect, PtArena *arena,
                           OidcIdentity *ret_who, PtError *err)
{
    OidcMember m[C_MEMBERS] = {
        [C_ISS] = {.name = "iss", .kind = OIDC_TEXT, .required = true},
        [C_SUB] = {.name = "sub", .kind = OIDC_TEXT, .required = true},
        [C_AUD] = {.name = "aud", .kind = OIDC_RAW, .required = true},
        [C_AZP] = {.name = "azp", .kind = OIDC_TEXT},
        [C_EXP] = {.name = "exp", .kind = OIDC_TIME, .required = true},
        [C_IAT] = {.name = "iat", .kind = OIDC_TIME, .required = true},
        [C_NBF] = {.name = "nbf", .kind = OIDC_TIME},
        [C_NONCE] = {.name = "nonce", .kind = OIDC_TEXT, .required = true},
        [C_EMAIL] = {.name = "email", .kind = OIDC_TEXT},
        [C_VERIFIED] = {.name = "email_verified", .kind = OIDC_TRUTH},
        [C_NAME] = {.name = "name", .kind = OIDC_TEXT},
        [C_LOGIN] = {.name = "preferred_username", .kind = OIDC_TEXT},
    };
    PtError why;
    PtStatus st = oidc_members(payload, arena, m, C_MEMBERS, &why);
    if (st == PT_NO_MEMORY) {
        return pt_fail(err, st, "no memory for the ID token");
    }
    if (st != PT_OK) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the ID token's claims: %s", why.message);
    }
    st = check(m, expect, err);
    if (st == PT_OK) {
        const PtStr email = plain_email(m[C_EMAIL].text);
        const PtStr name = plain_name(m[C_NAME].text);
        *ret_who = (OidcIdentity){
            .issuer = m[C_ISS].text,
            .subject = m[C_SUB].text,
            .email = email,
            .name = name.len > 0 ? name : plain_name(m[C_LOGIN].text),
            .verified =
                email.len > 0 && (m[C_VERIFIED].given ? m[C_VERIFIED].truth : expect->trust_email)};
    }
    return st;
}

/* -- userinfo ---------------------------------------------------------------------------------- */

enum { U_SUB, U_EMAIL, U_VERIFIED, U_NAME, U_MEMBERS };

PtStatus oidc_userinfo_take(PtStr json, bool trust_email, PtArena *arena, OidcIdentity *who,
                            PtError *err)
{
    OidcMember m[U_MEMBERS] = {
        [U_SUB] = {.name = "sub", .kind = OIDC_TEXT, .required = true},
        [U_EMAIL] = {.name = "email", .kind = OIDC_TEXT},
        [U_VERIFIED] = {.name = "email_verified", .kind = OIDC_TRUTH},
        [U_NAME] = {.name = "name", .kind = OIDC_TEXT},
    };
    PtError why;
    PtStatus st = oidc_members(json, arena, m, U_MEMBERS, &why);
    if (st != PT_OK) {
        return pt_fail(err, st == PT_NO_MEMORY ? st : PT_UNAUTHENTICATED,
                       "the provider's userinfo: %s", why.message);
    }
    if (!pt_str_eq(m[U_SUB].text, who->subject)) {
        return pt_fail(err, PT_UNAUTHENTICATED,
                       "the provider's userinfo is of another person than the ID token");
    }
    who->email = plain_email(m[U_EMAIL].text);
    who->verified = who->email.len > 0 && (m[U_VERIFIED].given ? m[U_VERIFIED].truth : trust_email);
    if (who->name.len == 0) {
        who->name = plain_name(m[U_NAME].text);
    }
    return PT_OK;
}
