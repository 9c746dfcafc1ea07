// SPDX-License-Identifier: Apache-2.0
/* API tokens: 190 bits of randomness, shown once, kept as a keyed hash. */
#include "access/access_internal.h"

#include "access.sql.h"
#include "base/buf.h"
#include "base/rng.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOKEN_LETTERS = 32, SCOPES_MAX = 4096 };
static_assert(ACCESS_TOKEN_TEXT > 3 + TOKEN_LETTERS, "pt_ and letters");

/* "pt_" and 32 letters and digits. */
static void make_token(char out[static ACCESS_TOKEN_TEXT])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    memcpy(out, "pt_", 3);
    for (int i = 3; i < TOKEN_LETTERS + 3;) {
        uint8_t byte;
        pt_random_bytes(&byte, 1);
        if (byte < 248) { // 4 * 62: no letter likelier than another
            out[i++] = alphabet[byte % 62];
        }
    }
    out[TOKEN_LETTERS + 3] = '\0';
}

/* Scopes as they are kept, by comma; each must be a right of the role. */
static PtStatus join_scopes(const Access *a, const AccessTokenSpec *spec, int role, PtBuf *out,
                            PtError *err)
{
    for (size_t i = 0; i < spec->scope_count; i++) {
        const PtStr name = spec->scopes[i];
        const uint64_t bit = permission_bit(a, name);
        const int shown = (int)(name.len < 64 ? name.len : 64);
        if (bit == 0) {
            return pt_fail(err, PT_INVALID, "scopes: there is no permission \"%.*s\"", shown,
                           name.data);
        }
        if ((bit & role_permissions(a, role)) == 0) {
            return pt_fail(err, PT_INVALID, "scopes: \"%.*s\" is no right of the role", shown,
                           name.data);
        }
        pt_buf_add_str(out, i > 0 ? PT_STR(",") : PT_STR(""));
        pt_buf_add_str(out, name);
    }
    return pt_buf_status(out) == PT_OK
               ? PT_OK
               : pt_fail(err, PT_TOO_LARGE, "scopes: over %d bytes", SCOPES_MAX);
}

static PtStatus may_give(const Access *a, const AccessPrincipal *by, int role, uint64_t rights,
                         PtError *err)
{
    if (role == 0 && !is_owner(a, by)) {
        return pt_fail(err, PT_FORBIDDEN, "only an owner makes or ends tokens of owners");
    }
    return (rights & ~by->permissions) == 0
               ? PT_OK
               : pt_fail(err, PT_FORBIDDEN, "the token has rights that you do not hold");
}

/* The token with that id; under the lock. */
static Token *find_token(const Access *a, PtStr id)
{
    size_t cursor = 0;
    PtStr key;
    void *value;
    while (pt_map_next(a->tokens, &cursor, &key, &value)) {
        Token *t = value;
        if (pt_str_eq(id, pt_str(t->id))) {
            return t;
        }
    }
    return NULL;
}

/* The person behind a caller, for a token whoever made it; NULL: the socket. Under the lock. */
static Account *person_of(const Access *a, const AccessPrincipal *by)
{
    if (by->actor.kind == AUDIT_TOKEN) {
        const Token *t = find_token(a, pt_str(by->actor.id));
        return t != NULL ? t->maker : NULL;
    }
    return by->actor.kind == AUDIT_ACCOUNT ? memory_account(a, pt_str(by->actor.id)) : NULL;
}

static PtStatus remember(Change *c, const AccessToken *row, int role, uint64_t scopes,
                         const char *secret, PtError *err)
{
    Access *a = c->a;
    Token *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a token");
    }
    (void)pt_str_copy(t->id, sizeof t->id, row->id);
    (void)pt_str_copy(t->name, sizeof t->name, row->name);
    pt_secret_hash(pt_str(secret), a->c.token_key, t->hash);
    t->role = role;
    t->scopes = scopes;
    t->expires_ms = row->expires_ms;
    (void)pthread_rwlock_wrlock(&a->lock);
    t->maker = row->created_by.len > 0 ? memory_account(a, row->created_by) : NULL;
    const bool room = pt_map_count(a->tokens) < ACCESS_TOKENS_MAX;
    const bool added = room && pt_map_set(a->tokens, hash_str(t->hash), t, NULL);
    (void)pthread_rwlock_unlock(&a->lock);
    if (!added) {
        free(t);
        return room ? pt_fail(err, PT_NO_MEMORY, "no memory for a token")
                    : pt_fail(err, PT_TOO_LARGE, "there are %d tokens: no more can be added",
                              ACCESS_TOKENS_MAX);
    }
    c->token = t;
    return PT_OK;
}

static PtStatus insert(Change *c, const AccessToken *row, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_TOKEN_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, row->id);
    pt_sql_bind_text(c->tx, 2, row->name);
    pt_sql_bind_text(c->tx, 3, row->role);
    pt_sql_bind_blob(c->tx, 4, hash_str(c->token->hash));
    pt_sql_bind_i64(c->tx, 5, row->created_ms);
    pt_sql_bind_text(c->tx, 6, row->scopes);
    if (row->expires_ms != 0) {
        pt_sql_bind_i64(c->tx, 7, row->expires_ms);
    } else {
        pt_sql_bind_null(c->tx, 7);
    }
    pt_sql_bind_text(c->tx, 8, row->created_by.len > 0 ? row->created_by : (PtStr){NULL, 0});
    return change_run(c, NULL, err);
}

static PtStatus audit_token(Change *c, const AccessPrincipal *by, const AccessToken *row,
                            PtError *err)
{
    char detail[SCOPES_MAX + 128]; // role and scopes are names: nothing to escape
    (void)snprintf(
        detail, sizeof detail, "{\"role\":\"%.*s\",\"scopes\":%s%.*s%s}", PT_STR_ARG(row->role),
        row->scopes.data != NULL ? "\"" : "", row->scopes.data != NULL ? (int)row->scopes.len : 4,
        row->scopes.data != NULL ? row->scopes.data : "null", row->scopes.data != NULL ? "\"" : "");
    return change_audit(
        c, &(AuditEntry){&by->actor, "token.added", "token", row->id, row->name, pt_str(detail)},
        err);
}

/* The row to be, in the arena. */
static PtStatus describe(Access *a, const AccessPrincipal *by, const AccessTokenSpec *spec,
                         PtStr scopes, PtArena *arena, AccessToken *row, PtError *err)
{
    char id[PT_UUID_TEXT], person[PT_UUID_TEXT] = "", name[ACCESS_NAME_MAX * 4 + 1] = "";
    (void)pthread_rwlock_rdlock(&a->lock);
    const Account *account = person_of(a, by);
    if (account != NULL) {
        memcpy(person, account->id, sizeof person);
        memcpy(name, account->name, sizeof name);
    }
    (void)pthread_rwlock_unlock(&a->lock);
    *row = (AccessToken){.created_ms = pt_clock_now_ms(a->c.clock), .expires_ms = spec->expires_ms};
    new_id(row->created_ms, id);
    row->id = pt_arena_str(arena, pt_str(id));
    row->name = pt_arena_str(arena, spec->name.data != NULL ? spec->name : PT_STR(""));
    row->role = pt_str(a->c.roles[role_index(a, spec->role)].name);
    row->created_by = pt_arena_str(arena, pt_str(person));
    row->created_by_name = pt_arena_str(arena, pt_str(name));
    row->scopes = spec->scopes != NULL ? pt_arena_str(arena, scopes) : (PtStr){NULL, 0};
    return row->id.data != NULL && row->name.data != NULL && row->created_by.data != NULL &&
                   (spec->scopes == NULL || row->scopes.data != NULL)
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for a token");
}

static PtStatus add(Access *a, const AccessPrincipal *by, const AccessToken *row, int role,
                    uint64_t scopes, const char *secret, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = remember(&c, row, role, scopes, secret, err);
    }
    if (st == PT_OK) {
        st = insert(&c, row, err);
    }
    if (st == PT_OK) {
        st = audit_token(&c, by, row, err);
    }
    return st == PT_OK ? change_commit(&c, err) : st;
}

static PtStatus check_spec(const Access *a, const AccessTokenSpec *spec, int *ret_role,
                           PtError *err)
{
    *ret_role = role_index(a, spec->role);
    if (*ret_role == ROLE_NONE) {
        return pt_fail(err, PT_INVALID, "role: there is no role \"%.*s\"",
                       (int)(spec->role.len < 32 ? spec->role.len : 32), spec->role.data);
    }
    if (spec->expires_ms != 0 && spec->expires_ms <= pt_clock_now_ms(a->c.clock)) {
        return pt_fail(err, PT_INVALID, "expires_at: not after now");
    }
    return spec->name.len > 0 ? name_check(spec->name, err) : PT_OK;
}

PtStatus access_token_add(Access *a, const AccessPrincipal *by, const AccessTokenSpec *spec,
                          PtArena *arena, char ret_secret[static ACCESS_TOKEN_TEXT],
                          AccessToken *ret_token, PtError *err)
{
    PtBuf scopes;
    int role = ROLE_NONE;
    uint64_t bits = UINT64_MAX;
    pt_buf_init(&scopes, SCOPES_MAX);
    PtStatus st = check_spec(a, spec, &role, err);
    if (st == PT_OK && spec->scopes != NULL) {
        st = join_scopes(a, spec, role, &scopes, err);
        bits = scope_bits(a, pt_buf_str(&scopes));
    }
    if (st == PT_OK) {
        st = may_give(a, by, role, role_permissions(a, role) & bits, err);
    }
    if (st == PT_OK) {
        st = describe(a, by, spec, pt_buf_str(&scopes), arena, ret_token, err);
    }
    if (st == PT_OK) {
        make_token(ret_secret);
        st = add(a, by, ret_token, role, bits, ret_secret, err);
    }
    pt_buf_done(&scopes);
    return st;
}

/* -- listing ----------------------------------------------------------------------------------- */

static PtStr arena_text(PtArena *arena, PtStr text)
{
    return text.data != NULL ? pt_arena_str(arena, text) : (PtStr){NULL, 0};
}

static void read_token(PtSqlTx *tx, PtArena *arena, AccessToken *t)
{
    *t = (AccessToken){.id = pt_arena_str(arena, pt_sql_text(tx, 0)),
                       .name = pt_arena_str(arena, pt_sql_text(tx, 1)),
                       .role = pt_arena_str(arena, pt_sql_text(tx, 2)),
                       .scopes = arena_text(arena, pt_sql_text(tx, 3)),
                       .created_by = arena_text(arena, pt_sql_text(tx, 4)),
                       .created_by_name = arena_text(arena, pt_sql_text(tx, 5)),
                       .created_ms = pt_sql_i64(tx, 6),
                       .last_used_ms = pt_sql_i64(tx, 7),
                       .expires_ms = pt_sql_i64(tx, 8),
                       .revoked_ms = pt_sql_i64(tx, 9)};
}

PtStatus access_tokens(Access *a, const AccessTokenFilter *f, PtArena *arena,
                       AccessToken **ret_list, size_t *ret_count, bool *ret_more, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t count = 0;
    bool row = true;
    AccessToken *list = pt_arena_alloc(arena, f->limit, sizeof *list);
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu tokens", f->limit);
    }
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_TOKEN_LIST, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1,
                     f->after.len > 0 ? f->after
                                      : PT_STR("g")); // behind every id, in any collation
    pt_sql_bind_i64(tx, 2, f->state);
    pt_sql_bind_i64(tx, 3, pt_clock_now_ms(a->c.clock));
    pt_sql_bind_i64(tx, 4, (int64_t)f->limit + 1);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && count < f->limit) {
        read_token(tx, arena, &list[count++]);
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    *ret_more = row;
    return st;
}

/* -- revoking ---------------------------------------------------------------------------------- */

/* Whether `by` may end the token; memory holds all that are valid. */
static PtStatus may_revoke(Access *a, const AccessPrincipal *by, PtStr id,
                           char name[static ACCESS_NAME_MAX * 4 + 1], PtError *err)
{
    PtStatus st = PT_NOT_FOUND;
    (void)pthread_rwlock_rdlock(&a->lock);
    const Token *t = find_token(a, id);
    if (t != NULL) {
        memcpy(name, t->name, sizeof t->name);
        st = may_give(a, by, t->role, role_permissions(a, t->role) & t->scopes, err);
    } else {
        st = pt_fail(err, PT_NOT_FOUND, "there is no valid token with this id");
    }
    (void)pthread_rwlock_unlock(&a->lock);
    return st;
}

PtStatus access_token_revoke(Access *a, const AccessPrincipal *by, PtStr id, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    char name[ACCESS_NAME_MAX * 4 + 1] = "";
    int64_t changed = 0;
    PtStatus st = may_revoke(a, by, id, name, err);
    if (st == PT_OK) {
        st = change_begin(a, &c, err);
    }
    if (st == PT_OK && (st = pt_sql_use(c.tx, SQL_TOKEN_REVOKE, err)) == PT_OK) {
        pt_sql_bind_text(c.tx, 1, id);
        pt_sql_bind_i64(c.tx, 2, c.now_ms);
        st = change_run(&c, &changed, err);
    }
    if (st == PT_OK && changed == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no valid token with this id");
    }
    if (st == PT_OK) {
        st = change_audit(
            &c, &(AuditEntry){&by->actor, "token.revoked", "token", id, pt_str(name), PT_STR("")},
            err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        (void)pthread_rwlock_wrlock(&a->lock);
        memory_drop_token(a, id);
        (void)pthread_rwlock_unlock(&a->lock);
    }
    return st;
}
