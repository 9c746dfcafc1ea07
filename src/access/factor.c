// SPDX-License-Identifier: Apache-2.0
/* The second factor: authenticator and recovery codes. */
#include "access/access_internal.h"

#include "access.sql.h"
#include "base/rng.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

enum { SEALED_TEXT = 128, RECOVERY_GROUPS = 2 };
static_assert(sizeof(((AccessRecovery *)0)->codes[0]) == RECOVERY_GROUPS * 6, "recovery code");
static_assert(sizeof(((AccessTotp *)0)->secret) >= TOTP_BASE32, "secret");

typedef struct Factor {
    bool found, confirmed;
    uint8_t secret[TOTP_SECRET];
    int64_t last_step;
} Factor;

static PtStatus unseal(const Access *a, PtStr sealed, Factor *f, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(4096);
    PtStr plain;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the second factor");
    }
    PtStatus st = access_unseal(a, sealed, arena, &plain, err);
    if (st != PT_OK) {
        return st;
    }
    if (plain.len != TOTP_SECRET) {
        return pt_fail(err, PT_CORRUPT, "the second factor's secret has another length");
    }
    memcpy(f->secret, plain.data, TOTP_SECRET);
    return PT_OK;
}

static PtStatus read_factor(const Access *a, PtSqlTx *tx, PtStr account, Factor *ret_factor,
                            PtError *err)
{
    bool row = false;
    Factor f = {0};
    PtStatus st = pt_sql_use(tx, SQL_TOTP_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        f.found = true;
        f.confirmed = !pt_sql_is_null(tx, 1);
        f.last_step = pt_sql_i64(tx, 2);
        st = unseal(a, pt_sql_text(tx, 0), &f, err);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_factor = f;
    }
    return st;
}

PtStatus factor_drop(Change *c, PtStr account, PtError *err)
{
    const PtStr none = {NULL, 0};
    PtStatus st = change_texts(c, SQL_TOTP_DROP, account, none, NULL, err);
    return st == PT_OK ? change_texts(c, SQL_RECOVERY_DROP, account, none, NULL, err) : st;
}

static PtStr secret_str(const Factor *f)
{
    return (PtStr){(const char *)f->secret, TOTP_SECRET};
}

/* The try's key is the account's: a password alone does not buy more guesses. */
static PtStatus begin_try(Access *a, AccessFrom *from, Try *ret_try, PtError *err)
{
    return try_begin(a, from, guard_key(GUARD_CODE, pt_str(from->caller->actor.id)), ret_try, err);
}

static PtStatus need_account(const AccessPrincipal *who, PtError *err)
{
    return who != NULL && who->actor.kind == AUDIT_ACCOUNT && who->session[0] != '\0'
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "only for a person who is signed in");
}

/* A session in the place of the caller's, and the end of all others when `alone`. */
static PtStatus renew_session(Change *c, const AccessFrom *from, bool alone, const char *action,
                              const char *detail, AccessSession *ret_session, PtError *err)
{
    const AccessPrincipal *who = from->caller;
    const PtStr account = pt_str(who->actor.id);
    PtStatus st = alone ? sessions_end(c, account, "", err) : PT_OK;
    if (st == PT_OK) {
        st = session_begin(c, from, account, false, ret_session, err);
    }
    return st == PT_OK ? change_audit(c,
                                      &(AuditEntry){&who->actor, action, "account", account,
                                                    pt_str(who->actor.name), pt_str(detail)},
                                      err)
                       : st;
}

static PtStatus commit_renewed(Change *c, const AccessFrom *from, bool alone, PtError *err)
{
    Access *a = c->a;
    char session[PT_UUID_TEXT];
    memcpy(session, c->session->id, sizeof session);
    PtStatus st = change_commit(c, err);
    if (st == PT_OK && alone) {
        sessions_ended(a, pt_str(from->caller->actor.id), session);
    } else if (st == PT_OK) {
        session_replaced(a, from);
    }
    return st;
}

/* -- signing in -------------------------------------------------------------------------------- */

static PtStatus use_step(Change *c, PtStr account, int64_t step, bool *ret_used, PtError *err)
{
    int64_t changed = 0;
    PtStatus st = pt_sql_use(c->tx, SQL_TOTP_USE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, account);
    pt_sql_bind_i64(c->tx, 2, step);
    st = change_run(c, &changed, err);
    *ret_used = changed == 1;
    return st;
}

static PtStatus use_recovery(Change *c, PtStr account, PtStr code, bool *ret_used, PtError *err)
{
    char text[RECOVERY_GROUPS * 6];
    uint8_t hash[PT_SECRET_HASH];
    int64_t changed = 0;
    if (!code_read(code, RECOVERY_GROUPS, text)) {
        return PT_OK;
    }
    pt_secret_hash(pt_str(text), c->a->c.token_key, hash);
    PtStatus st = pt_sql_use(c->tx, SQL_RECOVERY_USE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, account);
    pt_sql_bind_blob(c->tx, 2, hash_str(hash));
    pt_sql_bind_i64(c->tx, 3, c->now_ms);
    st = change_run(c, &changed, err);
    *ret_used = changed == 1;
    return st;
}

/* Takes the code, which is then used up. */
static PtStatus use_code(Change *c, PtStr account, PtStr code, bool *ret_right, bool *ret_recovery,
                         PtError *err)
{
    Factor f;
    int64_t step;
    *ret_right = *ret_recovery = false;
    PtStatus st = read_factor(c->a, c->tx, account, &f, err);
    if (st != PT_OK || !f.confirmed) {
        return st;
    }
    if (totp_check(secret_str(&f), code, c->now_ms, f.last_step, &step)) {
        st = use_step(c, account, step, ret_right, err);
    } else {
        st = use_recovery(c, account, code, ret_right, err);
        *ret_recovery = *ret_right;
    }
    sodium_memzero(&f, sizeof f);
    return st;
}

static PtStatus judge_code(Access *a, AccessFrom *from, PtStr code, AccessSession *ret_session,
                           PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    const PtStr account = pt_str(from->caller->actor.id), name = pt_str(from->caller->actor.name);
    bool right = false, recovery = false;
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = use_code(&c, account, code, &right, &recovery, err);
    }
    if (st == PT_OK && right) {
        st = renew_session(&c, from, false, "session.second_factor",
                           recovery ? "{\"recovery_code\":true}" : "{}", ret_session, err);
        return st == PT_OK ? commit_renewed(&c, from, false, err) : st;
    }
    if (st == PT_OK) {
        st = change_audit(&c,
                          &(AuditEntry){&from->caller->actor, "session.failed", "account", account,
                                        name, PT_STR("{\"by\":\"code\"}")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    return st == PT_OK ? pt_fail(err, PT_UNAUTHENTICATED, "code: wrong, or used before") : st;
}

PtStatus access_second_factor(Access *a, AccessFrom *from, PtStr code, AccessSession *ret_session,
                              PtError *err)
{
    Try t;
    if (from->caller == NULL || !from->caller->second_factor_due) {
        return pt_fail(err, PT_CONFLICT, "no sign-in waits for a second factor");
    }
    PtStatus st = begin_try(a, from, &t, err);
    if (st != PT_OK) {
        return st;
    }
    st = judge_code(a, from, code, ret_session, err);
    try_over(a, &t, st == PT_OK ? TRY_RIGHT : st == PT_UNAUTHENTICATED ? TRY_FAILED : TRY_UNJUDGED);
    return st;
}

/* -- enrolling --------------------------------------------------------------------------------- */

static PtStatus store_secret(Change *c, PtStr account, const uint8_t secret[static TOTP_SECRET],
                             PtError *err)
{
    char sealed[SEALED_TEXT];
    Factor f;
    PtStatus st = read_factor(c->a, c->tx, account, &f, err);
    if (st == PT_OK && f.confirmed) {
        st = pt_fail(err, PT_CONFLICT, "a second factor is in force: give it up first");
    }
    if (st == PT_OK) {
        st = access_seal(c->a, (PtStr){(const char *)secret, TOTP_SECRET}, sealed, sizeof sealed,
                         err);
    }
    return st == PT_OK ? change_texts(c, SQL_TOTP_SET, account, pt_str(sealed), NULL, err) : st;
}

static PtStatus enrol(Access *a, const AccessFrom *from, AccessTotp *ret_totp, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    uint8_t secret[TOTP_SECRET];
    AccessAccount account;
    const PtStr id = pt_str(from->caller->actor.id);
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a second factor");
    }
    pt_random_bytes(secret, sizeof secret);
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = account_find(a, c.tx, id, arena, &account, err);
    }
    if (st == PT_OK) {
        st = store_secret(&c, id, secret, err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        totp_base32(secret, sizeof secret, ret_totp->secret);
        if (!totp_uri(ret_totp->secret, account.email, ret_totp->uri, sizeof ret_totp->uri)) {
            st = pt_fail(err, PT_TOO_LARGE, "the mail address is too long for an authenticator");
        }
    }
    sodium_memzero(secret, sizeof secret);
    return st;
}

PtStatus access_totp_begin(Access *a, AccessFrom *from, PtStr password, AccessTotp *ret_totp,
                           PtError *err)
{
    PtStatus st = own_password_check(a, from, password, true, err);
    return st == PT_OK ? enrol(a, from, ret_totp, err) : st;
}

static PtStatus make_recovery(Change *c, PtStr account, AccessRecovery *ret_recovery, PtError *err)
{
    PtStatus st = change_texts(c, SQL_RECOVERY_DROP, account, (PtStr){NULL, 0}, NULL, err);
    for (int i = 0; st == PT_OK && i < ACCESS_RECOVERY_CODES; i++) {
        uint8_t hash[PT_SECRET_HASH];
        code_make(RECOVERY_GROUPS, ret_recovery->codes[i]);
        pt_secret_hash(pt_str(ret_recovery->codes[i]), c->a->c.token_key, hash);
        st = pt_sql_use(c->tx, SQL_RECOVERY_ADD, err);
        if (st == PT_OK) {
            pt_sql_bind_text(c->tx, 1, account);
            pt_sql_bind_blob(c->tx, 2, hash_str(hash));
            st = change_run(c, NULL, err);
        }
    }
    return st;
}

static PtStatus put_in_force(Change *c, PtStr account, PtStr code, PtError *err)
{
    Factor f;
    int64_t step, changed = 0;
    PtStatus st = read_factor(c->a, c->tx, account, &f, err);
    if (st == PT_OK && (!f.found || f.confirmed)) {
        st = pt_fail(err, PT_CONFLICT, "no second factor waits for confirmation");
    }
    if (st == PT_OK && !totp_check(secret_str(&f), code, c->now_ms, 0, &step)) {
        st = pt_fail(err, PT_UNAUTHENTICATED, "code: wrong; is the clock of the device right?");
    }
    if (st != PT_OK || (st = pt_sql_use(c->tx, SQL_TOTP_CONFIRM, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, account);
    pt_sql_bind_i64(c->tx, 2, c->now_ms);
    pt_sql_bind_i64(c->tx, 3, step);
    return change_run(c, &changed, err);
}

static PtStatus confirm(Access *a, const AccessFrom *from, PtStr code, AccessRecovery *ret_recovery,
                        AccessSession *ret_session, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    const PtStr account = pt_str(from->caller->actor.id);
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = put_in_force(&c, account, code, err);
    }
    if (st == PT_OK) {
        st = make_recovery(&c, account, ret_recovery, err);
    }
    if (st == PT_OK) {
        st = renew_session(&c, from, true, "account.totp_on", "{}", ret_session, err);
    }
    return st == PT_OK ? commit_renewed(&c, from, true, err) : st;
}

PtStatus access_totp_confirm(Access *a, AccessFrom *from, PtStr code, AccessRecovery *ret_recovery,
                             AccessSession *ret_session, PtError *err)
{
    Try t;
    PtStatus st = need_account(from->caller, err);
    if (st == PT_OK) {
        st = begin_try(a, from, &t, err);
    }
    if (st != PT_OK) {
        return st;
    }
    st = confirm(a, from, code, ret_recovery, ret_session, err);
    try_over(a, &t, st == PT_OK ? TRY_RIGHT : st == PT_UNAUTHENTICATED ? TRY_FAILED : TRY_UNJUDGED);
    return st;
}

PtStatus access_totp_end(Access *a, AccessFrom *from, PtStr password, AccessSession *ret_session,
                         PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    PtStatus st = own_password_check(a, from, password, true, err);
    if (st == PT_OK) {
        st = change_begin(a, &c, err);
    }
    if (st == PT_OK) {
        st = factor_drop(&c, pt_str(from->caller->actor.id), err);
    }
    if (st == PT_OK) {
        st = renew_session(&c, from, true, "account.totp_off", "{}", ret_session, err);
    }
    return st == PT_OK ? commit_renewed(&c, from, true, err) : st;
}
