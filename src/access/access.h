// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Access: the door of the module. Who may do what: accounts, sessions, API tokens, roles, sign-in
 * by password, TOTP and OpenID Connect, and the audit chain. Other modules include this file only.
 *
 * Roles and permissions come from openapi/ through the caller; here they are names and bits.
 */
#include "access/audit.h"
#include "access/oidc.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Access Access;

typedef struct AccessRole {
    const char *name; /* "owner" */
    uint64_t permissions;
} AccessRole;

enum {
    ACCESS_ACCOUNTS_MAX = 20000,
    ACCESS_TOKENS_MAX = 10000,     /* valid ones */
    ACCESS_SESSIONS_MAX = 50,      /* of an account; over it the oldest ends */
    ACCESS_CODE_TEXT = 24,         /* of first-run set-up, with the NUL */
    ACCESS_EMAIL_MAX = 254,        /* bytes */
    ACCESS_NAME_MAX = 100,         /* characters */
    ACCESS_PREFERENCES_MAX = 4096, /* bytes */
    ACCESS_STORES_MAX = 50,        /* of an account */
    ACCESS_STORE_MAX = 100,        /* bytes of a code */
    ACCESS_RECOVERY_CODES = 10,
    ACCESS_LINK_MS = 72 * 3600000,   /* life of a link to set a password */
    ACCESS_SECOND_FACTOR_MS = 600000 /* time for the second factor */
};

typedef struct AccessConfig {
    PtSql *sql; /* core database */
    const PtClock
        *clock; /* the machine's: sessions, tokens and TOTP never follow a simulated one */
    uint8_t token_key[PT_SECRET_KEY]; /* keyed hash of tokens and session ids */
    uint8_t seal_key[32];             /* seals TOTP secrets and client secrets at rest */
    const AccessRole *roles;          /* borrowed for the life of the Access; [0] is the owner */
    size_t role_count;                /* 1..64 */
    const char *(*permission_name)(unsigned bit); /* NULL: there is no such bit */
    int64_t idle_ms, life_ms; /* a session ends unused for the one, at the latest after the other */
} AccessConfig;

/* Threads  Any, except where a function says otherwise. Those that take a PtError and are not
 * "memory only" write SQL and may hash a password: not on the loop.
 *
 * Loads what the hot checks need into memory. */
PT_NODISCARD PtStatus access_open(const AccessConfig *config, Access **ret_access, PtError *err);
void access_close(Access *access); /* accepts NULL */

/* Whoever makes a request. */
typedef struct AccessPrincipal {
    AuditActor actor;
    uint64_t permissions; /* role's, for a token cut down to its scopes */
    char role[32];        /* "" for the socket */
    char session[40];     /* id of the session row, "" when there is none */
    char csrf[48];        /* what X-CSRF-Token must hold on unsafe methods; "" without a session */
    bool second_factor_due;      /* password given, TOTP not yet: only sign-in routes are open */
    int64_t expires_ms;          /* of the session, at the latest; 0 without one */
    uint8_t key[PT_SECRET_HASH]; /* keyed hash of the token or session; zeros for the socket */
} AccessPrincipal;

/* Memory only, so that the loop may call them; any thread. PT_UNAUTHENTICATED: unknown, revoked,
 * expired, account disabled. A token's or session's last use is noted at most once a minute, by
 * another thread. */
PT_NODISCARD PtStatus access_by_token(Access *access, PtStr token, const char *peer,
                                      AccessPrincipal *ret_who, PtError *err);
PT_NODISCARD PtStatus access_by_session(Access *access, PtStr cookie, const char *peer,
                                        AccessPrincipal *ret_who, PtError *err);

/* Memory only; any thread. Whether who may still do all that they might when the request came:
 * false once the token or session has ended or been cut down, or its account is disabled. Counts as
 * no use, so that a page left open does not keep its session alive. */
bool access_holds(Access *access, const AccessPrincipal *who);

/* -- signing in -------------------------------------------------------------------------------- */

/* Where a sign-in comes from. After five failures of an account or an address each further one
 * doubles the wait, up to a minute (codes: 15 minutes); nobody is locked out for good. */
typedef struct AccessFrom {
    const char *peer;              /* "" when local: not counted */
    PtStr user_agent;              /* cut to 200 bytes */
    const AccessPrincipal *caller; /* whose session ends when a new one begins; NULL: none */
    uint32_t retry_after_s;        /* result with PT_BUSY: 1.. */
} AccessFrom;

/* Session id for the cookie, shown once. */
typedef struct AccessSession {
    char cookie[64];
    char csrf[48];
    char account[40];
    bool second_factor_due;
    int64_t expires_ms;
} AccessSession;

/* A mail address, name and password as given. Addresses are compared and kept in lower case
 * (ASCII); a password has 10..200 characters, is none of the most common ones and not the address.
 */
typedef struct AccessPerson {
    PtStr email, name;
    PtStr password; /* data NULL: none yet */
    PtStr role;
} AccessPerson;

/* PT_UNAUTHENTICATED for an unknown address, a wrong password and a disabled account alike, after
 * the same work. PT_BUSY: too many failures, or two passwords are being hashed and eight wait. */
PT_NODISCARD PtStatus access_sign_in(Access *access, AccessFrom *from, PtStr email, PtStr password,
                                     AccessSession *ret_session, PtError *err);

/* The caller's session must be due for it (PT_CONFLICT). code: six digits of the authenticator or a
 * recovery code. */
PT_NODISCARD PtStatus access_second_factor(Access *access, AccessFrom *from, PtStr code,
                                           AccessSession *ret_session, PtError *err);
PT_NODISCARD PtStatus access_sign_out(Access *access, const AccessPrincipal *who, PtError *err);

/* A person whom an OpenID Connect provider vouches for; verified: by the provider's word the mail
 * address is theirs. Links by (issuer, subject); a first visit links to the account with that
 * verified address, or makes one with `role` when `create`. PT_FORBIDDEN: no account, or it is
 * disabled. */
typedef struct AccessExternal {
    PtStr issuer, subject, email, name;
    bool verified, create;
    const char *role;
    const char *peer;
    PtStr user_agent;
} AccessExternal;

PT_NODISCARD PtStatus access_sign_in_external(Access *access, const AccessExternal *who,
                                              AccessSession *ret_session, PtError *err);

/* -- first-run set-up -------------------------------------------------------------------------- */

/* Memory only. The code is made at open, kept in memory, and gone with the first account: then
 * false. */
bool access_setup_required(Access *access);
bool access_setup_code(Access *access, char ret_code[static ACCESS_CODE_TEXT]);
/* Makes the first owner and signs them in. PT_CONFLICT: there is an account; PT_UNAUTHENTICATED:
 * another code. */
PT_NODISCARD PtStatus access_setup(Access *access, AccessFrom *from, PtStr code,
                                   const AccessPerson *person, AccessSession *ret_session,
                                   PtError *err);

/* -- people ------------------------------------------------------------------------------------ */

typedef enum AccessState { ACCESS_ACTIVE, ACCESS_INVITED, ACCESS_DISABLED } AccessState;
extern const char *const access_state_names[]; /* by AccessState */

/* Texts in the caller's arena. Times are 0 where there is none. */
typedef struct AccessAccount {
    PtStr id, email, name, role, preferences;
    PtStr stores; /* JSON list of codes, sorted, each once: whose staff they are */
    AccessState state;
    bool has_password, external; /* external: a provider vouches for them */
    int64_t totp_ms;             /* second factor in force since */
    int64_t sessions, recovery_codes;
    int64_t created_ms, last_seen_ms, password_changed_ms;
} AccessAccount;

typedef struct AccessPeopleFilter {
    PtStr search, role; /* part of name or address, any case; role. Empty: any */
    int state;          /* an AccessState, or -1: any */
    PtStr after;        /* address of the last one before; empty: from the begin */
    size_t limit;
} AccessPeopleFilter;

/* By address. *ret_more: there are others behind. */
PT_NODISCARD PtStatus access_people(Access *access, const AccessPeopleFilter *filter,
                                    PtArena *arena, AccessAccount **ret_list, size_t *ret_count,
                                    bool *ret_more, PtError *err);
PT_NODISCARD PtStatus access_account(Access *access, PtStr id_or_email, PtArena *arena,
                                     AccessAccount *ret_account, PtError *err);

/* A link to set a password, good once. */
typedef struct AccessLink {
    char token[48];
    int64_t expires_ms;
} AccessLink;

/* Who may change whom: whoever holds every right of the other's role; only owners change and make
 * owners: else PT_FORBIDDEN. The last owner who can sign in stays one, enabled: PT_CONFLICT. What
 * cuts rights down ends the account's sessions.
 * access_invite: with a password the account is ready and ret_link->token is "". PT_CONFLICT: the
 * address is taken. */
PT_NODISCARD PtStatus access_invite(Access *access, const AccessPrincipal *by,
                                    const AccessPerson *person, PtArena *arena,
                                    AccessAccount *ret_account, AccessLink *ret_link, PtError *err);

typedef struct AccessEdit {
    PtStr name, role; /* data NULL: as it is */
    bool set_disabled, disabled, remove_totp;
    bool set_stores;
    const PtStr *stores; /* ..ACCESS_STORES_MAX codes of 1..ACCESS_STORE_MAX bytes */
    size_t store_count;
    /* Asked within the transaction, of the account as it becomes: what it fails with undoes the
     * change. NULL: nobody. */
    PtStatus (*within)(void *ctx, PtSqlTx *tx, const AccessAccount *account, PtError *err);
    void *within_ctx;
} AccessEdit;
PT_NODISCARD PtStatus access_account_change(Access *access, const AccessPrincipal *by, PtStr ref,
                                            const AccessEdit *edit, PtArena *arena,
                                            AccessAccount *ret_account, PtError *err);
PT_NODISCARD PtStatus access_reset(Access *access, const AccessPrincipal *by, PtStr ref,
                                   PtArena *arena, AccessAccount *ret_account, AccessLink *ret_link,
                                   PtError *err);
/* By the link's token; name with data NULL: as invited. */
PT_NODISCARD PtStatus access_accept(Access *access, AccessFrom *from, PtStr token, PtStr name,
                                    PtStr password, AccessSession *ret_session, PtError *err);

/* Enabled accounts of a role. Memory only. */
size_t access_role_accounts(Access *access, const char *role);

/* -- one's own account: PT_CONFLICT for who is no account ---------------------------------------
 */

PT_NODISCARD PtStatus access_me_change(Access *access, const AccessPrincipal *who, PtStr name,
                                       PtStr preferences, PtError *err); /* data NULL: as it is */
/* Ends all sessions and begins one. PT_UNAUTHENTICATED: `current` is wrong. */
PT_NODISCARD PtStatus access_password_change(Access *access, AccessFrom *from, PtStr current,
                                             PtStr password, AccessSession *ret_session,
                                             PtError *err);

typedef struct AccessOwnSession {
    char id[40];
    PtStr peer, user_agent;
    int64_t created_ms, last_used_ms, expires_ms;
} AccessOwnSession;
PT_NODISCARD PtStatus access_sessions(Access *access, const AccessPrincipal *who, PtArena *arena,
                                      AccessOwnSession **ret_list, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus access_session_end(Access *access, const AccessPrincipal *who, PtStr id,
                                         PtError *err);
PT_NODISCARD PtStatus access_sessions_end_others(Access *access, const AccessPrincipal *who,
                                                 PtError *err);

typedef struct AccessTotp {
    char secret[36]; /* base32 */
    char uri[700];   /* otpauth://totp/... */
} AccessTotp;
typedef struct AccessRecovery {
    char codes[ACCESS_RECOVERY_CODES][12];
} AccessRecovery;

/* The password is needed unless the account has none. begin: PT_CONFLICT when one is in force. */
PT_NODISCARD PtStatus access_totp_begin(Access *access, AccessFrom *from, PtStr password,
                                        AccessTotp *ret_totp, PtError *err);
PT_NODISCARD PtStatus access_totp_confirm(Access *access, AccessFrom *from, PtStr code,
                                          AccessRecovery *ret_recovery, AccessSession *ret_session,
                                          PtError *err);
PT_NODISCARD PtStatus access_totp_end(Access *access, AccessFrom *from, PtStr password,
                                      AccessSession *ret_session, PtError *err);

/* -- API tokens -------------------------------------------------------------------------------- */

typedef struct AccessTokenSpec {
    PtStr role, name;
    const PtStr *scopes; /* permissions by name; NULL: all of the role */
    size_t scope_count;
    int64_t expires_ms; /* 0: never */
} AccessTokenSpec;

typedef struct AccessToken {
    PtStr id, name, role;
    PtStr scopes;                      /* names by comma; data NULL: all of the role */
    PtStr created_by, created_by_name; /* empty: over the socket */
    int64_t created_ms, last_used_ms, expires_ms, revoked_ms; /* 0: none */
} AccessToken;

enum { ACCESS_TOKEN_TEXT = 40 };

/* PT_FORBIDDEN: a right that `by` does not hold; PT_INVALID: unknown role or scope, a scope outside
 * the role, past expiry; PT_TOO_LARGE: too many. */
PT_NODISCARD PtStatus access_token_add(Access *access, const AccessPrincipal *by,
                                       const AccessTokenSpec *spec, PtArena *arena,
                                       char ret_secret[static ACCESS_TOKEN_TEXT],
                                       AccessToken *ret_token, PtError *err);
typedef struct AccessTokenFilter {
    int state;   /* 0 any, 1 valid, 2 ended */
    PtStr after; /* id of the last one before; empty: from the newest */
    size_t limit;
} AccessTokenFilter;

/* Newest first. *ret_more: there are others behind. */
PT_NODISCARD PtStatus access_tokens(Access *access, const AccessTokenFilter *filter, PtArena *arena,
                                    AccessToken **ret_list, size_t *ret_count, bool *ret_more,
                                    PtError *err);
PT_NODISCARD PtStatus access_token_revoke(Access *access, const AccessPrincipal *by, PtStr id,
                                          PtError *err);

/* -- secrets at rest --------------------------------------------------------------------------- */

/* Seals and opens small secrets at rest; text is base64. */
PT_NODISCARD PtStatus access_seal(const Access *access, PtStr plain, char *text, size_t size,
                                  PtError *err);
PT_NODISCARD PtStatus access_unseal(const Access *access, PtStr text, PtArena *arena,
                                    PtStr *ret_plain, PtError *err);
