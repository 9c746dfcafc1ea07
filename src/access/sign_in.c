// SPDX-License-Identifier: Apache-2.0
/* Signing in by password, first-run set-up, and by an OpenID Connect provider's word. */
#include "access/access_internal.h"

#include "access.sql.h"

#include <sodium.h>
#include <stdio.h>

/* What a sign-in needs to know of an address; all of it is there for one that nobody has. */
typedef struct Login {
    bool found, disabled, totp, has_password;
    char id[PT_UUID_TEXT];
    char name[ACCESS_NAME_MAX * 4 + 1];
    char password[PASSWORD_TEXT];
} Login;

static void login_of_row(PtSqlTx *tx, Login *login)
{
    login->found = true;
    (void)pt_str_copy(login->id, sizeof login->id, pt_sql_text(tx, 0));
    (void)pt_str_copy(login->name, sizeof login->name, pt_sql_text(tx, 1));
    login->has_password = !pt_sql_is_null(tx, 2);
    if (login->has_password) {
        (void)pt_str_copy(login->password, sizeof login->password, pt_sql_text(tx, 2));
    }
    login->disabled = pt_sql_i64(tx, 3) != 0;
    login->totp = pt_sql_i64(tx, 4) != 0;
}

static PtStatus login_in(PtSqlTx *tx, const char *email, Login *login, PtError *err)
{
    bool row = false;
    *login = (Login){0};
    PtStatus st = pt_sql_use(tx, SQL_ACCOUNT_LOGIN, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(email));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        login_of_row(tx, login);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus login_read(Access *a, const char *email, Login *login, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    return st == PT_OK ? login_in(tx, email, login, err) : st;
}

/* -- by password ------------------------------------------------------------------------------- */

/* Counts the failure and tells of it: the same statements whoever it was. */
static PtStatus refuse(Access *a, const AccessFrom *from, const char *email, const Login *login,
                       PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    AuditActor nobody = {.kind = AUDIT_SYSTEM};
    (void)pt_str_copy(nobody.peer, sizeof nobody.peer, pt_str(from->peer));
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK && (st = pt_sql_use(c.tx, SQL_ACCOUNT_FAILED, err)) == PT_OK) {
        pt_sql_bind_text(c.tx, 1, pt_str(email));
        pt_sql_bind_i64(c.tx, 2, c.now_ms);
        st = change_run(&c, NULL, err);
    }
    if (st == PT_OK) {
        // what was typed as an address may be a password: only known ones are told
        st = change_audit(&c,
                          &(AuditEntry){&nobody, "session.failed", "account", pt_str(login->id),
                                        pt_str(login->name), PT_STR("{\"by\":\"password\"}")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    return st == PT_OK ? pt_fail(err, PT_UNAUTHENTICATED, "mail address or password is wrong") : st;
}

static PtStatus mark_signed_in(Change *c, const Login *login, PtError *err)
{
    int64_t changed = 0;
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_SIGNED_IN, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, pt_str(login->id));
    pt_sql_bind_i64(c->tx, 2, c->now_ms);
    pt_sql_bind_text(c->tx, 3, pt_str(login->password));
    st = change_run(c, &changed, err);
    return st == PT_OK && changed == 0
               ? pt_fail(err, PT_UNAUTHENTICATED, "mail address or password is wrong")
               : st;
}

static PtStatus begin(Change *c, const AccessFrom *from, const Login *login, const char *detail,
                      AccessSession *ret_session, PtError *err)
{
    const AuditActor by = actor_of(pt_str(login->id), pt_str(login->name), from->peer);
    PtStatus st = session_begin(c, from, pt_str(login->id), login->totp, ret_session, err);
    return st == PT_OK
               ? change_audit(c,
                              &(AuditEntry){&by, "session.began", "account", pt_str(login->id),
                                            pt_str(login->name), pt_str(detail)},
                              err)
               : st;
}

/* Ends what the new session replaced, and what was over the bound. */
static void began(Access *a, const AccessFrom *from, const char *account)
{
    session_replaced(a, from);
    (void)pthread_rwlock_wrlock(&a->lock);
    Account *found = memory_account(a, pt_str(account));
    if (found != NULL) {
        memory_trim_sessions(a, found);
    }
    (void)pthread_rwlock_unlock(&a->lock);
}

static PtStatus accept(Access *a, const AccessFrom *from, const Login *login,
                       AccessSession *ret_session, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = mark_signed_in(&c, login, err);
    }
    if (st == PT_OK) {
        st = begin(&c, from, login, "{\"by\":\"password\"}", ret_session, err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        began(a, from, login->id);
    }
    return st;
}

PtStatus access_sign_in(Access *a, AccessFrom *from, PtStr email, PtStr password,
                        AccessSession *ret_session, PtError *err)
{
    char folded[ACCESS_EMAIL_MAX + 1];
    Login login;
    Try t;
    bool right = false;
    if (!email_fold(email, folded)) {
        return pt_fail(err, PT_INVALID, "email: not a mail address");
    }
    PtStatus st = try_begin(a, from, guard_key(GUARD_ACCOUNT, pt_str(folded)), &t, err);
    if (st != PT_OK) {
        return st;
    }
    st = login_read(a, folded, &login, err);
    if (st == PT_OK) {
        st = password_verify(&a->passwords, login.has_password ? login.password : NULL, password,
                             &right, err);
    }
    if (st == PT_OK) {
        st = right && !login.disabled ? accept(a, from, &login, ret_session, err)
                                      : refuse(a, from, folded, &login, err);
    }
    try_over(a, &t, st == PT_OK ? TRY_RIGHT : st == PT_UNAUTHENTICATED ? TRY_FAILED : TRY_UNJUDGED);
    sodium_memzero(&login, sizeof login);
    return st;
}

/* -- first-run set-up -------------------------------------------------------------------------- */

static PtStatus check_setup_code(Access *a, AccessFrom *from, PtStr code, PtError *err)
{
    char want[ACCESS_CODE_TEXT], given[ACCESS_CODE_TEXT] = "", key[PEER_BYTES + 8];
    Try t;
    if (!access_setup_code(a, want)) {
        return pt_fail(err, PT_CONFLICT, "set-up is done: there is an account");
    }
    // by peer only: with one key for all a stranger could keep the owner out
    (void)snprintf(key, sizeof key, "setup:%.*s", PEER_BYTES, from->peer);
    PtStatus st = try_begin(a, from, guard_key(GUARD_CODE, pt_str(key)), &t, err);
    if (st != PT_OK) {
        return st;
    }
    const bool right = code_read(code, 4, given) && pt_secret_eq(pt_str(given), pt_str(want));
    try_over(a, &t, right ? TRY_RIGHT : TRY_FAILED);
    return right ? PT_OK : pt_fail(err, PT_UNAUTHENTICATED, "code: it is another one");
}

static PtStatus no_account_yet(Change *c, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_ANY, err);
    if (st == PT_OK) {
        st = pt_sql_step(c->tx, &row, err);
    }
    pt_sql_done(c->tx);
    return st == PT_OK && row ? pt_fail(err, PT_CONFLICT, "set-up is done: there is an account")
                              : st;
}

static PtStatus make_owner(Access *a, const AccessFrom *from, PtStr email, PtStr name,
                           const char *stored, AccessSession *ret_session, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    Login login = {0};
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = no_account_yet(&c, err);
    }
    if (st == PT_OK) {
        st = account_insert(&c, email, name, 0, stored, err);
    }
    if (st == PT_OK) {
        memcpy(login.id, c.account->id, sizeof login.id);
        (void)pt_str_copy(login.name, sizeof login.name, name);
        const AuditActor by = actor_of(pt_str(login.id), name, from->peer);
        st = change_audit(&c,
                          &(AuditEntry){&by, "account.added", "account", pt_str(login.id), name,
                                        PT_STR("{\"role\":\"owner\",\"by\":\"setup\"}")},
                          err);
    }
    if (st == PT_OK) {
        st = begin(&c, from, &login, "{\"by\":\"setup\"}", ret_session, err);
    }
    return st == PT_OK ? change_commit(&c, err) : st;
}

PtStatus access_setup(Access *a, AccessFrom *from, PtStr code, const AccessPerson *person,
                      AccessSession *ret_session, PtError *err)
{
    char email[ACCESS_EMAIL_MAX + 1], stored[PASSWORD_TEXT];
    PtStatus st = check_setup_code(a, from, code, err);
    if (st == PT_OK && !email_fold(person->email, email)) {
        st = pt_fail(err, PT_INVALID, "email: not a mail address");
    }
    if (st == PT_OK) {
        st = name_check(person->name, err);
    }
    if (st == PT_OK) {
        st = password_check_new(person->password, pt_str(email), err);
    }
    if (st == PT_OK) {
        st = password_hash(&a->passwords, person->password, stored, err);
    }
    return st == PT_OK ? make_owner(a, from, pt_str(email), person->name, stored, ret_session, err)
                       : st;
}

/* -- by a provider's word ---------------------------------------------------------------------- */

static PtStatus find_identity(Change *c, const AccessExternal *who, char id[static PT_UUID_TEXT],
                              PtError *err)
{
    bool row = false;
    id[0] = '\0';
    PtStatus st = pt_sql_use(c->tx, SQL_IDENTITY_FIND, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, who->issuer);
    pt_sql_bind_text(c->tx, 2, who->subject);
    st = pt_sql_step(c->tx, &row, err);
    if (st == PT_OK && row) {
        (void)pt_str_copy(id, PT_UUID_TEXT, pt_sql_text(c->tx, 0));
    }
    pt_sql_done(c->tx);
    return st;
}

static PtStatus add_identity(Change *c, const AccessExternal *who, const Login *login, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_IDENTITY_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, who->issuer);
    pt_sql_bind_text(c->tx, 2, who->subject);
    pt_sql_bind_text(c->tx, 3, pt_str(login->id));
    pt_sql_bind_i64(c->tx, 4, c->now_ms);
    st = change_run(c, NULL, err);
    if (st != PT_OK) {
        return st;
    }
    const AuditActor by = actor_of(pt_str(login->id), pt_str(login->name), who->peer);
    return change_audit(c,
                        &(AuditEntry){&by, "account.linked", "account", pt_str(login->id),
                                      pt_str(login->name), PT_STR("{\"by\":\"oidc\"}")},
                        err);
}

/* The account of a verified address, made when there is none and it may be. */
static PtStatus first_visit(Change *c, const AccessExternal *who, Login *login, PtError *err)
{
    char email[ACCESS_EMAIL_MAX + 1];
    const PtStr none = PT_STR("there is no account for this person: ask for an invitation");
    if (!who->verified || !email_fold(who->email, email)) {
        return pt_fail(err, PT_FORBIDDEN, "the provider does not vouch for a mail address");
    }
    PtStatus st = login_in(c->tx, email, login, err);
    if (st != PT_OK || login->found) {
        return st == PT_OK ? add_identity(c, who, login, err) : st;
    }
    const int role = who->create ? role_index(c->a, pt_str(who->role)) : ROLE_NONE;
    if (role == ROLE_NONE) {
        return pt_fail(err, PT_FORBIDDEN, "%.*s", PT_STR_ARG(none));
    }
    const PtStr name = name_check(who->name, NULL) == PT_OK ? who->name : pt_str(email);
    st = account_insert(c, pt_str(email), name, role, NULL, err);
    if (st != PT_OK) {
        return st;
    }
    login->found = true;
    memcpy(login->id, c->account->id, sizeof login->id);
    memcpy(login->name, c->account->name, sizeof login->name);
    const AuditActor by = actor_of(pt_str(login->id), name, who->peer);
    st = change_audit(c,
                      &(AuditEntry){&by, "account.added", "account", pt_str(login->id), name,
                                    PT_STR("{\"by\":\"oidc\"}")},
                      err);
    return st == PT_OK ? add_identity(c, who, login, err) : st;
}

static PtStatus known_visitor(Change *c, const char *id, Login *login, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    AccessAccount account;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to sign in");
    }
    PtStatus st = account_find(c->a, c->tx, pt_str(id), arena, &account, err);
    if (st != PT_OK) {
        return st;
    }
    *login = (Login){
        .found = true, .disabled = account.state == ACCESS_DISABLED, .totp = account.totp_ms != 0};
    (void)pt_str_copy(login->id, sizeof login->id, account.id);
    (void)pt_str_copy(login->name, sizeof login->name, account.name);
    return PT_OK;
}

static PtStatus mark_seen(Change *c, const Login *login, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_SEEN, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, pt_str(login->id));
    pt_sql_bind_i64(c->tx, 2, c->now_ms);
    return change_run(c, NULL, err);
}

PtStatus access_sign_in_external(Access *a, const AccessExternal *who, AccessSession *ret_session,
                                 PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    char id[PT_UUID_TEXT];
    Login login;
    const AccessFrom from = {.peer = who->peer, .user_agent = who->user_agent};
    if (access_setup_required(a)) {
        return pt_fail(err, PT_FORBIDDEN, "the server is not set up yet: its owner comes first");
    }
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = find_identity(&c, who, id, err);
    }
    if (st == PT_OK) {
        st = id[0] != '\0' ? known_visitor(&c, id, &login, err) : first_visit(&c, who, &login, err);
    }
    if (st == PT_OK && login.disabled) {
        st = pt_fail(err, PT_FORBIDDEN, "the account is disabled");
    }
    if (st == PT_OK) {
        st = mark_seen(&c, &login, err);
    }
    if (st == PT_OK) {
        st = begin(&c, &from, &login, "{\"by\":\"oidc\"}", ret_session, err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        began(a, &from, login.id);
    }
    return st;
}
