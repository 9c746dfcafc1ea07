// SPDX-License-Identifier: Apache-2.0
/* Opening, and the checks that every request goes through. */
#include "access/access_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static_assert(ACCESS_CODE_TEXT == 4 * 5 + 3 + 1, "four groups of five");

static bool make_maps(Access *a)
{
    a->accounts = pt_map_new();
    a->sessions = pt_map_new();
    a->tokens = pt_map_new();
    return a->accounts != NULL && a->sessions != NULL && a->tokens != NULL;
}

PtStatus access_open(const AccessConfig *config, Access **ret_access, PtError *err)
{
    if (sodium_init() < 0) {
        return pt_fail(err, PT_UNAVAILABLE, "libsodium does not start");
    }
    Access *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for accounts");
    }
    a->c = *config;
    (void)pthread_rwlock_init(&a->lock, NULL);
    (void)pthread_mutex_init(&a->writing, NULL);
    guard_init(&a->guard);
    password_gate_init(&a->passwords);
    PtStatus st =
        make_maps(a) ? notes_start(a, err) : pt_fail(err, PT_NO_MEMORY, "no memory for accounts");
    if (st == PT_OK) {
        st = memory_load(a, err);
    }
    if (st != PT_OK) {
        access_close(a);
        return st;
    }
    if (pt_map_count(a->accounts) == 0) {
        code_make(4, a->setup_code);
    }
    *ret_access = a;
    return PT_OK;
}

void access_close(Access *a)
{
    if (a == NULL) {
        return;
    }
    notes_stop(a);
    memory_free(a);
    password_gate_done(&a->passwords);
    guard_done(&a->guard);
    (void)pthread_mutex_destroy(&a->writing);
    (void)pthread_rwlock_destroy(&a->lock);
    sodium_memzero(a, sizeof *a);
    free(a);
}

bool access_setup_code(Access *a, char ret_code[static ACCESS_CODE_TEXT])
{
    (void)pthread_rwlock_rdlock(&a->lock);
    const bool required = a->setup_code[0] != '\0';
    if (required) {
        memcpy(ret_code, a->setup_code, ACCESS_CODE_TEXT);
    }
    (void)pthread_rwlock_unlock(&a->lock);
    return required;
}

bool access_setup_required(Access *a)
{
    char code[ACCESS_CODE_TEXT];
    return access_setup_code(a, code);
}

int64_t idle_since(const Access *a, int64_t now_ms)
{
    return now_ms - a->c.idle_ms;
}

static void set_role(const Access *a, int role, AccessPrincipal *who)
{
    (void)snprintf(who->role, sizeof who->role, "%s", role >= 0 ? a->c.roles[role].name : "");
}

static void note_use(Access *a, _Atomic int64_t *used_ms, int64_t now_ms)
{
    if (atomic_load_explicit(used_ms, memory_order_relaxed) != now_ms) {
        atomic_store_explicit(used_ms, now_ms, memory_order_relaxed);
        notes_mark(a);
    }
}

/* Under the lock, as the next three. False: expired, or made by somebody who is disabled. */
static bool token_lives(const Token *t, int64_t now_ms)
{
    return (t->expires_ms == 0 || t->expires_ms > now_ms) &&
           (t->maker == NULL || !t->maker->disabled);
}

static uint64_t token_permissions(const Access *a, const Token *t)
{
    const uint64_t own = role_permissions(a, t->role) & t->scopes;
    return t->maker != NULL ? own & role_permissions(a, t->maker->role) : own;
}

static bool session_lives(const Access *a, const Session *s, int64_t now_ms)
{
    const int64_t used_ms = atomic_load_explicit(&s->used_ms, memory_order_relaxed);
    return s->expires_ms > now_ms && used_ms > idle_since(a, now_ms) && !s->account->disabled;
}

static uint64_t session_permissions(const Access *a, const Session *s)
{
    return s->second_factor_due ? 0 : role_permissions(a, s->account->role);
}

/* Under the lock. False: it has ended. */
static bool take_token(Access *a, Token *t, const char *peer, int64_t now_ms, AccessPrincipal *who)
{
    if (!token_lives(t, now_ms)) {
        return false;
    }
    *who = (AccessPrincipal){.permissions = token_permissions(a, t)};
    memcpy(who->key, t->hash, sizeof who->key);
    who->actor = actor_of(pt_str(t->id), pt_str(t->name), peer);
    who->actor.kind = AUDIT_TOKEN;
    // of an owner's token no more is left than its maker is now
    set_role(a, t->role == 0 && t->maker != NULL ? t->maker->role : t->role, who);
    note_use(a, &t->used_ms, now_ms);
    return true;
}

PtStatus access_by_token(Access *a, PtStr token, const char *peer, AccessPrincipal *ret_who,
                         PtError *err)
{
    uint8_t hash[PT_SECRET_HASH];
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    pt_secret_hash(token, a->c.token_key, hash);
    (void)pthread_rwlock_rdlock(&a->lock);
    Token *t = pt_map_get(a->tokens, hash_str(hash));
    const bool known = t != NULL && take_token(a, t, peer, now_ms, ret_who);
    (void)pthread_rwlock_unlock(&a->lock);
    return known ? PT_OK : pt_fail(err, PT_UNAUTHENTICATED, "the token is unknown or has ended");
}

static bool take_session(Access *a, Session *s, const char *peer, int64_t now_ms,
                         AccessPrincipal *who)
{
    if (!session_lives(a, s, now_ms)) {
        return false;
    }
    *who = (AccessPrincipal){.permissions = session_permissions(a, s),
                             .second_factor_due = s->second_factor_due,
                             .expires_ms = s->expires_ms};
    memcpy(who->key, s->hash, sizeof who->key);
    who->actor = actor_of(pt_str(s->account->id), pt_str(s->account->name), peer);
    memcpy(who->session, s->id, sizeof s->id);
    memcpy(who->csrf, s->csrf, sizeof s->csrf);
    set_role(a, s->account->role, who);
    note_use(a, &s->used_ms, now_ms);
    return true;
}

PtStatus access_by_session(Access *a, PtStr cookie, const char *peer, AccessPrincipal *ret_who,
                           PtError *err)
{
    uint8_t hash[PT_SECRET_HASH];
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    pt_secret_hash(cookie, a->c.token_key, hash);
    (void)pthread_rwlock_rdlock(&a->lock);
    Session *s = pt_map_get(a->sessions, hash_str(hash));
    const bool known = s != NULL && take_session(a, s, peer, now_ms, ret_who);
    (void)pthread_rwlock_unlock(&a->lock);
    return known ? PT_OK : pt_fail(err, PT_UNAUTHENTICATED, "the session is unknown or has ended");
}

bool access_holds(Access *a, const AccessPrincipal *who)
{
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    uint64_t left = 0;
    bool lives = who->actor.kind == AUDIT_SOCKET;
    (void)pthread_rwlock_rdlock(&a->lock);
    if (who->actor.kind == AUDIT_TOKEN) {
        const Token *t = pt_map_get(a->tokens, hash_str(who->key));
        lives = t != NULL && token_lives(t, now_ms);
        left = lives ? token_permissions(a, t) : 0;
    } else if (who->actor.kind == AUDIT_ACCOUNT) {
        const Session *s = pt_map_get(a->sessions, hash_str(who->key));
        lives = s != NULL && session_lives(a, s, now_ms);
        left = lives ? session_permissions(a, s) : 0;
    } else {
        left = who->permissions;
    }
    (void)pthread_rwlock_unlock(&a->lock);
    return lives && (who->permissions & ~left) == 0;
}

size_t access_role_accounts(Access *a, const char *role)
{
    size_t count = 0, cursor = 0;
    PtStr key;
    void *value;
    const int index = role_index(a, pt_str(role));
    (void)pthread_rwlock_rdlock(&a->lock);
    while (index >= 0 && pt_map_next(a->accounts, &cursor, &key, &value)) {
        const Account *account = value;
        count += account->role == index && !account->disabled;
    }
    (void)pthread_rwlock_unlock(&a->lock);
    return count;
}
