// SPDX-License-Identifier: Apache-2.0
/* One's own account: setting a password by link or by the old one, name and preferences. */
#include "access/access_internal.h"

#include "access.sql.h"
#include "base/json.h"

#include <sodium.h>

enum { PREFERENCES_DEPTH = 8 };

static void rename_in_memory(Access *a, PtStr account, PtStr name)
{
    (void)pthread_rwlock_wrlock(&a->lock);
    Account *found = memory_account(a, account);
    if (found != NULL) {
        (void)pt_str_copy(found->name, sizeof found->name, name);
    }
    (void)pthread_rwlock_unlock(&a->lock);
}

static PtStatus need_account(const AccessPrincipal *who, PtError *err)
{
    return who != NULL && who->actor.kind == AUDIT_ACCOUNT && who->session[0] != '\0'
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "only for a person who is signed in");
}

/* -- name and preferences -----------------------------------------------------------------------
 */

static PtStatus check_preferences(PtStr preferences, PtError *err)
{
    if (preferences.len > ACCESS_PREFERENCES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "preferences: over %d bytes", ACCESS_PREFERENCES_MAX);
    }
    if (preferences.len == 0 || preferences.data[0] != '{') {
        return pt_fail(err, PT_INVALID, "preferences: not an object");
    }
    return pt_json_check(preferences, PREFERENCES_DEPTH, err);
}

static PtStatus write_me(Change *c, const AccessAccount *account, PtStr name, PtStr preferences,
                         PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_ME_CHANGE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, account->id);
    pt_sql_bind_text(c->tx, 2, name);
    pt_sql_bind_text(c->tx, 3, preferences);
    return change_run(c, NULL, err);
}

static PtStatus change_me(Access *a, const AccessPrincipal *who, PtStr name, PtStr preferences,
                          PtArena *arena, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    AccessAccount account = {0};
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = account_find(a, c.tx, pt_str(who->actor.id), arena, &account, err);
    }
    name = name.data != NULL ? name : account.name;
    preferences = preferences.data != NULL ? preferences : account.preferences;
    if (st == PT_OK) {
        st = write_me(&c, &account, name, preferences, err);
    }
    if (st == PT_OK && !pt_str_eq(name, account.name)) { // how one's own screen looks is no news
        st = change_audit(&c,
                          &(AuditEntry){&who->actor, "account.changed", "account", account.id, name,
                                        PT_STR("{\"own\":true}")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        rename_in_memory(a, account.id, name);
    }
    return st;
}

PtStatus access_me_change(Access *a, const AccessPrincipal *who, PtStr name, PtStr preferences,
                          PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 16);
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an account");
    }
    PtStatus st = need_account(who, err);
    if (st == PT_OK && name.data != NULL) {
        st = name_check(name, err);
    }
    if (st == PT_OK && preferences.data != NULL) {
        st = check_preferences(preferences, err);
    }
    return st == PT_OK ? change_me(a, who, name, preferences, arena, err) : st;
}

/* -- setting a password -------------------------------------------------------------------------
 */

typedef struct Holder {
    char id[PT_UUID_TEXT];
    char email[ACCESS_EMAIL_MAX + 1];
    char name[ACCESS_NAME_MAX * 4 + 1];
    char password[PASSWORD_TEXT]; /* stored; "" for none */
    bool totp;
} Holder;

static PtStatus set_password(Change *c, const Holder *h, const char *stored, PtError *err)
{
    int64_t changed = 0;
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_SET_PASSWORD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, pt_str(h->id));
    pt_sql_bind_text(c->tx, 2, pt_str(stored));
    pt_sql_bind_i64(c->tx, 3, c->now_ms);
    pt_sql_bind_text(c->tx, 4, pt_str(h->name));
    st = change_run(c, &changed, err);
    return st == PT_OK && changed == 0
               ? pt_fail(err, PT_UNAUTHENTICATED, "the account was disabled meanwhile")
               : st;
}

/* Sets it, ends all sessions and begins one; whoever came by link may owe the second factor. */
static PtStatus renew(Change *c, const AccessFrom *from, const Holder *h, const char *stored,
                      bool by_link, AccessSession *ret_session, PtError *err)
{
    const AuditActor by = actor_of(pt_str(h->id), pt_str(h->name), from->peer);
    const char *detail = by_link ? "{\"by\":\"link\"}" : "{\"by\":\"password\"}";
    PtStatus st = set_password(c, h, stored, err);
    if (st == PT_OK) {
        st = sessions_end(c, pt_str(h->id), "", err);
    }
    if (st == PT_OK) {
        st = session_begin(c, from, pt_str(h->id), by_link && h->totp, ret_session, err);
    }
    return st == PT_OK ? change_audit(c,
                                      &(AuditEntry){&by, "account.password_set", "account",
                                                    pt_str(h->id), pt_str(h->name), pt_str(detail)},
                                      err)
                       : st;
}

static void renewed(Access *a, const AccessFrom *from, const Holder *h, const char *session)
{
    sessions_ended(a, pt_str(h->id), session);
    session_replaced(a, from);
    rename_in_memory(a, pt_str(h->id), pt_str(h->name));
    guard_forget(&a->guard, guard_key(GUARD_ACCOUNT, pt_str(h->email)));
}

/* -- by link ----------------------------------------------------------------------------------- */

static PtStatus find_link(PtSqlTx *tx, const uint8_t hash[static PT_SECRET_HASH], int64_t now_ms,
                          Holder *h, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_LINK_FIND, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_blob(tx, 1, hash_str(hash));
    pt_sql_bind_i64(tx, 2, now_ms);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        *h = (Holder){.totp = pt_sql_i64(tx, 3) != 0};
        (void)pt_str_copy(h->id, sizeof h->id, pt_sql_text(tx, 0));
        (void)pt_str_copy(h->email, sizeof h->email, pt_sql_text(tx, 1));
        (void)pt_str_copy(h->name, sizeof h->name, pt_sql_text(tx, 2));
    }
    pt_sql_done(tx);
    return st == PT_OK && !row
               ? pt_fail(err, PT_UNAUTHENTICATED, "the link is unknown, used or too old")
               : st;
}

static PtStatus read_link(Access *a, const uint8_t hash[static PT_SECRET_HASH], Holder *h,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    return st == PT_OK ? find_link(tx, hash, pt_clock_now_ms(a->c.clock), h, err) : st;
}

static PtStatus use_link(Access *a, const AccessFrom *from,
                         const uint8_t hash[static PT_SECRET_HASH], const Holder *h,
                         const char *stored, AccessSession *ret_session, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    int64_t used = 0;
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK && (st = pt_sql_use(c.tx, SQL_LINK_USE, err)) == PT_OK) {
        pt_sql_bind_blob(c.tx, 1, hash_str(hash));
        st = change_run(&c, &used, err);
    }
    if (st == PT_OK && used == 0) {
        st = pt_fail(err, PT_UNAUTHENTICATED, "the link is unknown, used or too old");
    }
    if (st == PT_OK) {
        st = renew(&c, from, h, stored, true, ret_session, err);
    }
    char session[PT_UUID_TEXT] = "";
    if (st == PT_OK) {
        memcpy(session, c.session->id, sizeof session);
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        renewed(a, from, h, session);
    }
    return st;
}

static PtStatus check_link(Access *a, AccessFrom *from, PtStr token,
                           uint8_t hash[static PT_SECRET_HASH], Holder *h, PtError *err)
{
    Try t;
    pt_secret_hash(token, a->c.token_key, hash);
    PtStatus st = try_begin(a, from, guard_key(GUARD_CODE, hash_str(hash)), &t, err);
    if (st != PT_OK) {
        return st;
    }
    st = read_link(a, hash, h, err);
    try_over(a, &t, st == PT_OK ? TRY_RIGHT : st == PT_UNAUTHENTICATED ? TRY_FAILED : TRY_UNJUDGED);
    return st;
}

PtStatus access_accept(Access *a, AccessFrom *from, PtStr token, PtStr name, PtStr password,
                       AccessSession *ret_session, PtError *err)
{
    uint8_t hash[PT_SECRET_HASH];
    char stored[PASSWORD_TEXT];
    Holder h;
    PtStatus st = check_link(a, from, token, hash, &h, err);
    if (st == PT_OK && name.data != NULL) {
        st = name_check(name, err);
    }
    if (st == PT_OK && name.data != NULL) {
        (void)pt_str_copy(h.name, sizeof h.name, name);
    }
    if (st == PT_OK) {
        st = password_check_new(password, pt_str(h.email), err);
    }
    if (st == PT_OK) {
        st = password_hash(&a->passwords, password, stored, err);
    }
    return st == PT_OK ? use_link(a, from, hash, &h, stored, ret_session, err) : st;
}

/* -- by the old one -----------------------------------------------------------------------------
 */

static PtStatus read_holder(Access *a, const AccessPrincipal *who, Holder *h, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    *h = (Holder){0};
    (void)pt_str_copy(h->id, sizeof h->id, pt_str(who->actor.id));
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_ACCOUNT_PASSWORD, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(h->id));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row) {
        (void)pt_str_copy(h->password, sizeof h->password, pt_sql_text(tx, 0));
        (void)pt_str_copy(h->email, sizeof h->email, pt_sql_text(tx, 1));
        (void)pt_str_copy(h->name, sizeof h->name, pt_sql_text(tx, 2));
    }
    pt_sql_done(tx);
    return st == PT_OK && !row ? pt_fail(err, PT_NOT_FOUND, "the account is gone") : st;
}

PtStatus own_password_check(Access *a, AccessFrom *from, PtStr password, bool may_lack,
                            PtError *err)
{
    Holder h;
    Try t;
    bool right = false;
    PtStatus st = need_account(from->caller, err);
    if (st == PT_OK) {
        st = read_holder(a, from->caller, &h, err);
    }
    if (st != PT_OK || (h.password[0] == '\0' && may_lack)) {
        return st;
    }
    st = try_begin(a, from, guard_key(GUARD_ACCOUNT, pt_str(h.email)), &t, err);
    if (st != PT_OK) {
        return st;
    }
    st = password_verify(&a->passwords, h.password[0] != '\0' ? h.password : NULL,
                         password.data != NULL ? password : PT_STR(""), &right, err);
    try_over(a, &t, st != PT_OK ? TRY_UNJUDGED : right ? TRY_RIGHT : TRY_FAILED);
    sodium_memzero(h.password, sizeof h.password);
    return st == PT_OK && !right ? pt_fail(err, PT_UNAUTHENTICATED, "the password is wrong") : st;
}

static PtStatus write_password(Access *a, AccessFrom *from, const Holder *h, const char *stored,
                               AccessSession *ret_session, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    char session[PT_UUID_TEXT] = "";
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = renew(&c, from, h, stored, false, ret_session, err);
    }
    if (st == PT_OK) {
        st = change_texts(&c, SQL_LINK_DROP, pt_str(h->id), (PtStr){NULL, 0}, NULL, err);
    }
    if (st == PT_OK) {
        memcpy(session, c.session->id, sizeof session);
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        renewed(a, from, h, session);
    }
    return st;
}

PtStatus access_password_change(Access *a, AccessFrom *from, PtStr current, PtStr password,
                                AccessSession *ret_session, PtError *err)
{
    Holder h;
    char stored[PASSWORD_TEXT];
    PtStatus st = own_password_check(a, from, current, false, err);
    if (st == PT_OK) {
        st = read_holder(a, from->caller, &h, err);
    }
    if (st == PT_OK) {
        st = password_check_new(password, pt_str(h.email), err);
    }
    if (st == PT_OK) {
        st = password_hash(&a->passwords, password, stored, err);
    }
    return st == PT_OK ? write_password(a, from, &h, stored, ret_session, err) : st;
}
