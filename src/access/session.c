// SPDX-License-Identifier: Apache-2.0
/* Sessions: beginning, ending, and who may try to begin one. */
#include "access/access_internal.h"

#include "access.sql.h"

#include <stdlib.h>

/* -- tries ------------------------------------------------------------------------------------- */

PtStatus try_begin(Access *a, AccessFrom *from, GuardKey own, Try *ret_try, PtError *err)
{
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    Try t = {.own = own, .has_peer = from->peer[0] != '\0'};
    int64_t wait_ms = 0;
    if (t.has_peer) {
        t.peer = guard_peer(from->peer);
        wait_ms = guard_try(&a->guard, t.peer, now_ms);
    }
    if (wait_ms == 0) {
        wait_ms = guard_try(&a->guard, t.own, now_ms);
        if (wait_ms > 0 && t.has_peer) {
            guard_take_back(&a->guard, t.peer);
        }
    }
    if (wait_ms > 0) {
        from->retry_after_s = (uint32_t)((wait_ms + 999) / 1000);
        return pt_fail(err, PT_BUSY, "too many failures: try again in %u s", from->retry_after_s);
    }
    *ret_try = t;
    return PT_OK;
}

void try_over(Access *a, const Try *t, TryEnd end)
{
    if (end == TRY_FAILED) {
        return;
    }
    if (t->has_peer) {
        guard_take_back(&a->guard, t->peer);
    }
    if (end == TRY_RIGHT) {
        guard_forget(&a->guard, t->own);
    } else {
        guard_take_back(&a->guard, t->own);
    }
}

/* -- beginning --------------------------------------------------------------------------------- */

/* Printable ASCII and valid UTF-8 only, at most `size - 1` bytes: it comes from strangers. */
static PtStr clean(PtStr text, char *out, size_t size)
{
    size_t len = 0;
    const char *p = text.data, *end = p + text.len;
    while (p < end && len + 4 < size) {
        size_t step = pt_utf8_step(p, end);
        const bool good = step > 1 || (step == 1 && *p >= 0x20 && *p < 0x7F);
        step = step > 0 ? step : 1;
        if (good) {
            memcpy(out + len, p, step);
            len += step;
        } else {
            out[len++] = '?';
        }
        p += step;
    }
    return (PtStr){out, len};
}

static PtStatus insert_session(Change *c, const AccessFrom *from, const Session *s, PtError *err)
{
    char agent[AGENT_BYTES];
    PtStatus st = pt_sql_use(c->tx, SQL_SESSION_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, pt_str(s->id));
    pt_sql_bind_blob(c->tx, 2, hash_str(s->hash));
    pt_sql_bind_text(c->tx, 3, pt_str(s->account->id));
    pt_sql_bind_i64(c->tx, 4, s->second_factor_due);
    pt_sql_bind_text(c->tx, 5, pt_str(from->peer));
    pt_sql_bind_text(c->tx, 6, clean(from->user_agent, agent, sizeof agent));
    pt_sql_bind_i64(c->tx, 7, c->now_ms);
    pt_sql_bind_i64(c->tx, 8, s->expires_ms);
    return change_run(c, NULL, err);
}

static PtStatus trim(Change *c, PtStr account, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_SESSION_TRIM, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, account);
    pt_sql_bind_i64(c->tx, 2, ACCESS_SESSIONS_MAX);
    return change_run(c, NULL, err);
}

static PtStatus end_callers(Change *c, const AccessFrom *from, PtError *err)
{
    const AccessPrincipal *who = from->caller;
    if (who == NULL || who->session[0] == '\0') {
        return PT_OK;
    }
    return change_texts(c, SQL_SESSION_END, pt_str(who->session), pt_str(who->actor.id), NULL, err);
}

static Session *session_new(Change *c, Account *account, bool second_factor_due,
                            AccessSession *ret_session)
{
    Session *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    const Access *a = c->a;
    new_id(c->now_ms, s->id);
    random_secret(ret_session->cookie);
    pt_secret_hash(pt_str(ret_session->cookie), a->c.token_key, s->hash);
    csrf_of(a, s->hash, s->csrf);
    s->account = account;
    s->second_factor_due = second_factor_due;
    s->expires_ms = c->now_ms + (second_factor_due ? ACCESS_SECOND_FACTOR_MS : a->c.life_ms);
    s->used_ms = s->written_ms = c->now_ms;
    return s;
}

PtStatus session_begin(Change *c, const AccessFrom *from, PtStr account, bool second_factor_due,
                       AccessSession *ret_session, PtError *err)
{
    Access *a = c->a;
    AccessSession out = {.second_factor_due = second_factor_due};
    (void)pthread_rwlock_wrlock(&a->lock);
    Account *owner = memory_account(a, account);
    Session *s = owner != NULL ? session_new(c, owner, second_factor_due, &out) : NULL;
    if (s != NULL && memory_add_session(a, s)) {
        c->session = s;
    } else {
        free(s);
    }
    (void)pthread_rwlock_unlock(&a->lock);
    if (c->session == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a session");
    }
    s = c->session;
    PtStatus st = end_callers(c, from, err);
    if (st == PT_OK) {
        st = insert_session(c, from, s, err);
    }
    if (st == PT_OK) {
        st = trim(c, account, err);
    }
    if (st == PT_OK) {
        memcpy(out.csrf, s->csrf, sizeof s->csrf);
        memcpy(out.account, s->account->id, sizeof s->account->id);
        out.expires_ms = s->expires_ms;
        *ret_session = out;
    }
    return st;
}

/* -- ending ------------------------------------------------------------------------------------ */

static void drop_one(Access *a, const AccessPrincipal *who, PtStr id)
{
    (void)pthread_rwlock_wrlock(&a->lock);
    Account *account = memory_account(a, pt_str(who->actor.id));
    for (Session *s = account != NULL ? account->sessions : NULL; s != NULL; s = s->next) {
        if (pt_str_eq(id, pt_str(s->id))) {
            memory_drop_session(a, s);
            break;
        }
    }
    (void)pthread_rwlock_unlock(&a->lock);
}

void session_replaced(Access *a, const AccessFrom *from)
{
    if (from->caller != NULL && from->caller->session[0] != '\0') {
        drop_one(a, from->caller, pt_str(from->caller->session));
    }
}

PtStatus sessions_end(Change *c, PtStr account, const char *keep, PtError *err)
{
    return change_texts(c, SQL_SESSION_END_ALL, account, pt_str(keep), NULL, err);
}

void sessions_ended(Access *a, PtStr account, const char *keep)
{
    (void)pthread_rwlock_wrlock(&a->lock);
    Account *found = memory_account(a, account);
    if (found != NULL) {
        memory_drop_sessions(a, found, keep);
        memory_trim_sessions(a, found);
    }
    (void)pthread_rwlock_unlock(&a->lock);
}

PtStatus access_sign_out(Access *a, const AccessPrincipal *who, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    if (who->session[0] == '\0') {
        return PT_OK;
    }
    const PtStr account = pt_str(who->actor.id), id = pt_str(who->session);
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = change_texts(&c, SQL_SESSION_END, id, account, NULL, err);
    }
    if (st == PT_OK) {
        st = change_audit(&c,
                          &(AuditEntry){&who->actor, "session.ended", "account", account,
                                        pt_str(who->actor.name), PT_STR("")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        drop_one(a, who, id);
    }
    return st;
}

static PtStatus need_account(const AccessPrincipal *who, PtError *err)
{
    return who->actor.kind == AUDIT_ACCOUNT && who->session[0] != '\0'
               ? PT_OK
               : pt_fail(err, PT_CONFLICT, "only for a person who is signed in");
}

PtStatus access_session_end(Access *a, const AccessPrincipal *who, PtStr id, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    int64_t ended = 0;
    const PtStr account = pt_str(who->actor.id);
    PtStatus st = need_account(who, err);
    if (st == PT_OK) {
        st = change_begin(a, &c, err);
    }
    if (st == PT_OK) {
        st = change_texts(&c, SQL_SESSION_END, id, account, &ended, err);
    }
    if (st == PT_OK && ended == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "no session of yours has this id");
    }
    if (st == PT_OK) {
        st = change_audit(&c,
                          &(AuditEntry){&who->actor, "session.ended", "account", account,
                                        pt_str(who->actor.name), PT_STR("{\"other\":true}")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        drop_one(a, who, id);
    }
    return st;
}

PtStatus access_sessions_end_others(Access *a, const AccessPrincipal *who, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    const PtStr account = pt_str(who->actor.id);
    PtStatus st = need_account(who, err);
    if (st == PT_OK) {
        st = change_begin(a, &c, err);
    }
    if (st == PT_OK) {
        st = sessions_end(&c, account, who->session, err);
    }
    if (st == PT_OK) {
        st = change_audit(&c,
                          &(AuditEntry){&who->actor, "session.ended_others", "account", account,
                                        pt_str(who->actor.name), PT_STR("")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        sessions_ended(a, account, who->session);
    }
    return st;
}

/* -- listing ----------------------------------------------------------------------------------- */

/* What was used within the last minute SQL may not know yet. */
static int64_t used_now(Access *a, const AccessPrincipal *who, const char *id, int64_t fallback)
{
    (void)pthread_rwlock_rdlock(&a->lock);
    const Account *account = memory_account(a, pt_str(who->actor.id));
    for (Session *s = account != NULL ? account->sessions : NULL; s != NULL; s = s->next) {
        if (strcmp(s->id, id) == 0) {
            fallback = s->used_ms;
        }
    }
    (void)pthread_rwlock_unlock(&a->lock);
    return fallback;
}

static void read_own(Access *a, const AccessPrincipal *who, PtSqlTx *tx, PtArena *arena,
                     AccessOwnSession *s)
{
    (void)pt_str_copy(s->id, sizeof s->id, pt_sql_text(tx, 0));
    s->peer = pt_arena_str(arena, pt_sql_text(tx, 1));
    s->user_agent = pt_arena_str(arena, pt_sql_text(tx, 2));
    s->created_ms = pt_sql_i64(tx, 3);
    s->last_used_ms = used_now(a, who, s->id, pt_sql_i64(tx, 4));
    s->expires_ms = pt_sql_i64(tx, 5);
}

PtStatus access_sessions(Access *a, const AccessPrincipal *who, PtArena *arena,
                         AccessOwnSession **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    AccessOwnSession *list = pt_arena_alloc(arena, ACCESS_SESSIONS_MAX, sizeof *list);
    size_t count = 0;
    PtStatus st = need_account(who, err);
    if (st == PT_OK && list == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for the sessions");
    }
    if (st == PT_OK) {
        st = pt_sql_begin(a->c.sql, false, &tx, err);
    }
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_SESSION_LIST, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(who->actor.id));
    pt_sql_bind_i64(tx, 2, now_ms);
    pt_sql_bind_i64(tx, 3, idle_since(a, now_ms));
    pt_sql_bind_i64(tx, 4, ACCESS_SESSIONS_MAX);
    for (bool row = true; (st = pt_sql_step(tx, &row, err)) == PT_OK && row;) {
        read_own(a, who, tx, arena, &list[count++]);
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    return st;
}
