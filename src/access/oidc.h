// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sign-in of staff by OpenID Connect: authorization code flow with PKCE (S256), state and nonce,
 * with one provider. This part ends with a checked identity; accounts and sessions are
 * access_sign_in_external's business (access/access.h).
 *
 * Trust    What counts comes from the provider itself over a checked connection: discovery document
 *          and keys (kept for an hour; keys are fetched once more for an unknown key id), and the
 *          ID token, signed RS256, PS256 or ES256 with one of these keys, of this issuer, for this
 *          client, within its time (60 s leeway) and with this sign-in's nonce.
 * Network  https, plain http on loopback only. No redirects, no proxy, at most 10 s a request,
 *          answers up to 256 KiB. A provider that could not be reached is not asked again for 2 s.
 * Browser  A sign-in in progress lives in memory for 10 minutes, is bound to the browser by a
 * cookie and can be used once. At most 1,000 at a time: over it the oldest goes. Threads  Any.
 * oidc_start and oidc_finish wait for the network: run them by oidc_submit.
 */
typedef struct Oidc Oidc;

enum {
    OIDC_COOKIE = 44,         /* bytes of its value, with the NUL */
    OIDC_LIFE_S = 600,        /* of a sign-in in progress */
    OIDC_RETURN_TO_MAX = 1024 /* bytes */
};

/* A request to the provider, so that tests can be the network. */
typedef struct OidcRequest {
    const char *url;
    PtStr form;                /* POST when data is not NULL, else GET */
    const char *authorization; /* header's value; NULL: none */
} OidcRequest;

typedef struct OidcNetwork {
    /* PT_OK whatever the HTTP status; PT_UNAVAILABLE, PT_TOO_LARGE, PT_NO_MEMORY. */
    PtStatus (*fetch)(void *ctx, const OidcRequest *request, int *ret_status, PtBuf *ret_body,
                      PtError *err);
    void *ctx;
} OidcNetwork;

typedef struct OidcConfig {
    const char *issuer;         /* exactly as the provider names itself */
    const char *client_id;      /* ours at the provider */
    const char *client_secret;  /* "": a public client, PKCE alone */
    const char *name;           /* of the provider, for the button */
    const char *public_url;     /* where browsers reach this server: "https://patron.example.com" */
    const char *ca_file;        /* PEM of who signs the provider's certificate; "": the system's */
    const char *role;           /* of accounts that are made */
    const char *domains;        /* mail domains, by comma, whose people get an account; "*": any */
    bool create;                /* makes accounts at the first visit */
    bool trust_email;           /* takes mail addresses as verified though the provider is silent */
    const PtClock *clock;       /* the machine's */
    const OidcNetwork *network; /* NULL: libcurl; borrowed */
} OidcConfig;

/* Texts are copied; asks nobody yet. PT_INVALID: names the setting that is wrong. */
PT_NODISCARD PtStatus oidc_open(const OidcConfig *config, Oidc **ret_oidc, PtError *err);
/* What was submitted has run when it returns. Accepts NULL. */
void oidc_close(Oidc *oidc);
/* Requests under way end within a second or so, later ones at once: the server stops. */
void oidc_stop(Oidc *oidc); /* accepts NULL */

const char *oidc_name(const Oidc *oidc); /* borrowed */
bool oidc_is_secure(const Oidc *oidc);   /* browsers come by https: cookies are marked Secure */

/* Reads a secret's file: its text without white space around it, 1..1,024 bytes. PT_FORBIDDEN when
 * group or others may read it. */
PT_NODISCARD PtStatus oidc_read_secret(const char *path, PtArena *arena, PtStr *ret_secret,
                                       PtError *err);

/* Runs fn(ctx) on one of two threads that may wait. PT_BUSY: 32 wait already. */
PT_NODISCARD PtStatus oidc_submit(Oidc *oidc, void (*fn)(void *ctx), void *ctx);

/* Whether a browser may be sent there after signing in: a path on this server, printable ASCII,
 * that begins with a single '/' and holds neither "//" nor a backslash, 1..OIDC_RETURN_TO_MAX
 * bytes.
 */
bool oidc_return_to_valid(PtStr path);

/* Begins a sign-in. *ret_location is where the browser goes (in the arena), ret_cookie what it must
 * show when it comes back. return_to must be valid. PT_UNAVAILABLE: the provider does not answer,
 * or says what cannot be right. */
PT_NODISCARD PtStatus oidc_start(Oidc *oidc, PtStr return_to, PtArena *arena, PtStr *ret_location,
                                 char ret_cookie[static OIDC_COOKIE], PtError *err);

/* What the browser brings back; absent ones have data NULL. */
typedef struct OidcReturn {
    PtStr state, code, error, issuer, cookie;
} OidcReturn;

/* Who signed in; texts live in the arena. */
typedef struct OidcIdentity {
    PtStr issuer, subject;
    PtStr email, name; /* may be empty */
    bool verified;     /* the address is theirs, by the provider's word */
    bool create;       /* an account may be made: by the settings and the address's domain */
    const char *role;  /* borrowed from the Oidc */
    PtStr return_to;
} OidcIdentity;

/* Ends a sign-in, whatever comes of it.
 * PT_NOT_FOUND        no such sign-in: unknown, expired, used, or of another browser
 * PT_FORBIDDEN        the person or the provider declined
 * PT_UNAVAILABLE      the provider does not answer
 * PT_UNAUTHENTICATED  the provider answered what is not believed: code, token, signature, claims */
PT_NODISCARD PtStatus oidc_finish(Oidc *oidc, const OidcReturn *back, PtArena *arena,
                                  OidcIdentity *ret_who, PtError *err);

/* Sign-ins in progress, expired ones included. */
size_t oidc_pending_count(Oidc *oidc);
