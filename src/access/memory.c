// SPDX-License-Identifier: Apache-2.0
/* What memory holds of accounts, sessions and tokens, so that a request is authorised without SQL.
 */
#include "access/access_internal.h"

#include "access.sql.h"
#include "base/rng.h"

#include <sodium.h>
#include <stdlib.h>

int role_index(const Access *a, PtStr name)
{
    for (size_t i = 0; i < a->c.role_count; i++) {
        if (pt_str_eq(name, pt_str(a->c.roles[i].name))) {
            return (int)i;
        }
    }
    return ROLE_NONE;
}

uint64_t role_permissions(const Access *a, int role)
{
    return role >= 0 ? a->c.roles[role].permissions : 0;
}

uint64_t permission_bit(const Access *a, PtStr name)
{
    const char *known;
    for (unsigned bit = 0; bit < 64 && (known = a->c.permission_name(bit)) != NULL; bit++) {
        if (pt_str_eq(name, pt_str(known))) {
            return UINT64_C(1) << bit;
        }
    }
    return 0;
}

uint64_t scope_bits(const Access *a, PtStr names)
{
    uint64_t bits = 0;
    PtStr rest = names, name;
    while (pt_str_cut(&rest, ',', &name)) {
        bits |= permission_bit(a, name);
    }
    return bits;
}

static void base64url(const uint8_t bytes[static COOKIE_BYTES], char out[static COOKIE_TEXT])
{
    (void)sodium_bin2base64(out, COOKIE_TEXT, bytes, COOKIE_BYTES,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void csrf_of(const Access *a, const uint8_t hash[static PT_SECRET_HASH],
             char out[static COOKIE_TEXT])
{
    char text[5 + PT_SECRET_HASH] = "csrf:";
    uint8_t bytes[PT_SECRET_HASH];
    memcpy(text + 5, hash, PT_SECRET_HASH);
    pt_secret_hash((PtStr){text, sizeof text}, a->c.token_key, bytes);
    base64url(bytes, out);
}

void random_secret(char out[static COOKIE_TEXT])
{
    uint8_t bytes[COOKIE_BYTES];
    pt_random_bytes(bytes, sizeof bytes);
    base64url(bytes, out);
    sodium_memzero(bytes, sizeof bytes);
}

Account *memory_account(const Access *a, PtStr id)
{
    return pt_map_get(a->accounts, id);
}

bool memory_add_account(Access *a, Account *account)
{
    return pt_map_set(a->accounts, pt_str(account->id), account, NULL);
}

bool memory_add_session(Access *a, Session *s)
{
    if (!pt_map_set(a->sessions, hash_str(s->hash), s, NULL)) {
        return false;
    }
    s->next = s->account->sessions;
    s->account->sessions = s;
    return true;
}

void memory_drop_session(Access *a, Session *session)
{
    for (Session **at = &session->account->sessions; *at != NULL; at = &(*at)->next) {
        if (*at == session) {
            *at = session->next;
            break;
        }
    }
    (void)pt_map_remove(a->sessions, hash_str(session->hash));
    free(session);
}

void memory_drop_sessions(Access *a, Account *account, const char *keep)
{
    Session *next;
    for (Session *s = account->sessions; s != NULL; s = next) {
        next = s->next;
        if (strcmp(s->id, keep) != 0) {
            memory_drop_session(a, s);
        }
    }
}

void memory_trim_sessions(Access *a, Account *account)
{
    int count = 0;
    Session *next;
    for (Session *s = account->sessions; s != NULL; s = next) {
        next = s->next;
        if (++count > ACCESS_SESSIONS_MAX) {
            memory_drop_session(a, s);
        }
    }
}

void memory_drop_token(Access *a, PtStr id)
{
    size_t cursor = 0;
    PtStr key;
    void *value;
    while (pt_map_next(a->tokens, &cursor, &key, &value)) {
        Token *token = value;
        if (pt_str_eq(id, pt_str(token->id))) {
            (void)pt_map_remove(a->tokens, hash_str(token->hash));
            free(token);
            return;
        }
    }
}

/* -- loading ----------------------------------------------------------------------------------- */

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for accounts and sessions");
}

static PtStatus load_account(Access *a, PtSqlTx *tx, PtError *err)
{
    Account *account = calloc(1, sizeof *account);
    if (account == NULL) {
        return no_memory(err);
    }
    (void)pt_str_copy(account->id, sizeof account->id, pt_sql_text(tx, 0));
    (void)pt_str_copy(account->name, sizeof account->name, pt_sql_text(tx, 1));
    account->role = role_index(a, pt_sql_text(tx, 2));
    account->disabled = pt_sql_i64(tx, 3) != 0;
    const int64_t failures = pt_sql_i64(tx, 5);
    if (failures >= GUARD_FREE) {
        guard_restore(&a->guard, guard_key(GUARD_ACCOUNT, pt_sql_text(tx, 4)),
                      failures < UINT32_MAX ? (uint32_t)failures : UINT32_MAX, pt_sql_i64(tx, 6));
    }
    if (!memory_add_account(a, account)) {
        free(account);
        return no_memory(err);
    }
    return PT_OK;
}

static PtStatus load_session(Access *a, PtSqlTx *tx, PtError *err)
{
    Account *account = memory_account(a, pt_sql_text(tx, 2));
    const PtStr hash = pt_sql_blob(tx, 1);
    if (account == NULL || hash.len != PT_SECRET_HASH) {
        return PT_OK; // nobody's: the sweep takes it in time
    }
    Session *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return no_memory(err);
    }
    (void)pt_str_copy(s->id, sizeof s->id, pt_sql_text(tx, 0));
    memcpy(s->hash, hash.data, sizeof s->hash);
    s->account = account;
    s->second_factor_due = pt_sql_i64(tx, 3) != 0;
    s->used_ms = s->written_ms = pt_sql_i64(tx, 5);
    s->expires_ms = pt_sql_i64(tx, 6);
    csrf_of(a, s->hash, s->csrf);
    if (!memory_add_session(a, s)) {
        free(s);
        return no_memory(err);
    }
    return PT_OK;
}

static PtStatus load_token(Access *a, PtSqlTx *tx, PtError *err)
{
    const PtStr hash = pt_sql_blob(tx, 1), maker = pt_sql_text(tx, 6);
    Account *account = maker.data != NULL ? memory_account(a, maker) : NULL;
    if (hash.len != PT_SECRET_HASH || (maker.data != NULL && account == NULL)) {
        return PT_OK; // made by nobody whom we know: no right
    }
    Token *token = calloc(1, sizeof *token);
    if (token == NULL) {
        return no_memory(err);
    }
    (void)pt_str_copy(token->id, sizeof token->id, pt_sql_text(tx, 0));
    memcpy(token->hash, hash.data, sizeof token->hash);
    (void)pt_str_copy(token->name, sizeof token->name, pt_sql_text(tx, 2));
    token->role = role_index(a, pt_sql_text(tx, 3));
    token->scopes = pt_sql_is_null(tx, 4) ? UINT64_MAX : scope_bits(a, pt_sql_text(tx, 4));
    token->expires_ms = pt_sql_i64(tx, 5);
    token->maker = account;
    token->used_ms = token->written_ms = pt_sql_i64(tx, 7);
    if (!pt_map_set(a->tokens, hash_str(token->hash), token, NULL)) {
        free(token);
        return no_memory(err);
    }
    return PT_OK;
}

static PtStatus each_row(Access *a, PtSqlTx *tx, PtStatus (*load)(Access *, PtSqlTx *, PtError *),
                         PtError *err)
{
    PtStatus st = PT_OK;
    for (bool row = true; st == PT_OK && row;) {
        st = pt_sql_step(tx, &row, err);
        if (st == PT_OK && row) {
            st = load(a, tx, err);
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus memory_load(Access *a, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    if (st == PT_OK && (st = pt_sql_use(tx, SQL_ACCESS_LOAD_ACCOUNTS, err)) == PT_OK) {
        pt_sql_bind_i64(tx, 1, ACCESS_ACCOUNTS_MAX);
        st = each_row(a, tx, load_account, err);
    }
    if (st == PT_OK && (st = pt_sql_use(tx, SQL_ACCESS_LOAD_SESSIONS, err)) == PT_OK) {
        pt_sql_bind_i64(tx, 1, now_ms);
        pt_sql_bind_i64(tx, 2, idle_since(a, now_ms));
        st = each_row(a, tx, load_session, err);
    }
    if (st == PT_OK && (st = pt_sql_use(tx, SQL_ACCESS_LOAD_TOKENS, err)) == PT_OK) {
        pt_sql_bind_i64(tx, 1, now_ms);
        st = each_row(a, tx, load_token, err);
    }
    return st;
}

void memory_free(Access *a)
{
    pt_map_free(a->sessions, free);
    pt_map_free(a->tokens, free);
    pt_map_free(a->accounts, free);
}
