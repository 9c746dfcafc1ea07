// SPDX-License-Identifier: Apache-2.0
/* People: reading, inviting and changing accounts. */
#include "access/access_internal.h"

#include "access.sql.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { DETAIL_BYTES = 16000, STORES_BYTES = 6000, PATTERN_MAX = 1024 };

const char *const access_state_names[] = {"active", "invited", "disabled"};

/* -- what is taken as an address or a name -------------------------------------------------------
 */

bool email_fold(PtStr email, char out[static ACCESS_EMAIL_MAX + 1])
{
    size_t at = 0;
    if (email.len < 3 || email.len > ACCESS_EMAIL_MAX || !pt_utf8_valid(email)) {
        return false;
    }
    for (size_t i = 0; i < email.len; i++) {
        const unsigned char c = (unsigned char)email.data[i];
        if (c <= 0x20 || c == 0x7F || strchr("\"(),:;<>[\\]", c) != NULL) {
            return false;
        }
        at += c == '@';
        out[i] = pt_ascii_lower((char)c);
    }
    out[email.len] = '\0';
    return at == 1 && out[0] != '@' && out[email.len - 1] != '@';
}

PtStatus name_check(PtStr name, PtError *err)
{
    size_t count = 0;
    const char *p = name.data, *end = p + name.len;
    while (p < end) {
        const size_t len = pt_utf8_step(p, end);
        if (len == 0 || (unsigned char)*p < 0x20 || *p == 0x7F) {
            return pt_fail(err, PT_INVALID, "name: not text without control characters");
        }
        p += len;
        count++;
    }
    return count >= 1 && count <= ACCESS_NAME_MAX
               ? PT_OK
               : pt_fail(err, PT_INVALID, "name: %zu characters, not 1 to %d", count,
                         ACCESS_NAME_MAX);
}

/* -- reading ----------------------------------------------------------------------------------- */

PtStatus account_read(PtSqlTx *tx, PtArena *arena, AccessAccount *ret_account, PtError *err)
{
    const bool disabled = !pt_sql_is_null(tx, 13);
    AccessAccount x = {.id = pt_arena_str(arena, pt_sql_text(tx, 0)),
                       .email = pt_arena_str(arena, pt_sql_text(tx, 1)),
                       .name = pt_arena_str(arena, pt_sql_text(tx, 2)),
                       .role = pt_arena_str(arena, pt_sql_text(tx, 3)),
                       .preferences = pt_arena_str(arena, pt_sql_text(tx, 4)),
                       .stores = pt_arena_str(arena, pt_sql_text(tx, 14)),
                       .has_password = pt_sql_i64(tx, 5) != 0,
                       .external = pt_sql_i64(tx, 6) != 0,
                       .totp_ms = pt_sql_i64(tx, 7),
                       .recovery_codes = pt_sql_i64(tx, 8),
                       .sessions = pt_sql_i64(tx, 9),
                       .created_ms = pt_sql_i64(tx, 10),
                       .last_seen_ms = pt_sql_i64(tx, 11),
                       .password_changed_ms = pt_sql_i64(tx, 12)};
    x.state = disabled                       ? ACCESS_DISABLED
              : x.has_password || x.external ? ACCESS_ACTIVE
                                             : ACCESS_INVITED;
    if (x.id.data == NULL || x.email.data == NULL || x.name.data == NULL || x.role.data == NULL ||
        x.preferences.data == NULL || x.stores.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an account");
    }
    *ret_account = x;
    return PT_OK;
}

PtStatus account_find(const Access *a, PtSqlTx *tx, PtStr ref, PtArena *arena,
                      AccessAccount *ret_account, PtError *err)
{
    char folded[ACCESS_EMAIL_MAX + 1];
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_ACCOUNT_ONE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, email_fold(ref, folded) ? pt_str(folded) : ref);
    pt_sql_bind_i64(tx, 2, now_ms);
    pt_sql_bind_i64(tx, 3, idle_since(a, now_ms));
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? account_read(tx, arena, ret_account, err)
                 : pt_fail(err, PT_NOT_FOUND, "there is no account with this id or mail address");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus access_account(Access *a, PtStr ref, PtArena *arena, AccessAccount *ret_account,
                        PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    return st == PT_OK ? account_find(a, tx, ref, arena, ret_account, err) : st;
}

/* "%text%" in lower case, with LIKE's own signs escaped by '!'; empty for an empty search. */
static PtStr like_pattern(PtStr search, char out[static PATTERN_MAX])
{
    size_t len = 0;
    if (search.len == 0) {
        return PT_STR("");
    }
    out[len++] = '%';
    for (size_t i = 0; i < search.len && len < PATTERN_MAX - 3; i++) {
        const char c = pt_ascii_lower(search.data[i]);
        if (c == '%' || c == '_' || c == '!') {
            out[len++] = '!';
        }
        out[len++] = c;
    }
    out[len++] = '%';
    return (PtStr){out, len};
}

static PtStr or_empty(PtStr text)
{
    return text.data != NULL ? text : PT_STR("");
}

PtStatus access_people(Access *a, const AccessPeopleFilter *f, PtArena *arena,
                       AccessAccount **ret_list, size_t *ret_count, bool *ret_more, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char pattern[PATTERN_MAX];
    const int64_t now_ms = pt_clock_now_ms(a->c.clock);
    size_t count = 0;
    bool row = true;
    AccessAccount *list = pt_arena_alloc(arena, f->limit, sizeof *list);
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu accounts", f->limit);
    }
    PtStatus st = pt_sql_begin(a->c.sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_ACCOUNT_LIST, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, now_ms);
    pt_sql_bind_i64(tx, 2, idle_since(a, now_ms));
    pt_sql_bind_text(tx, 3, or_empty(f->after));
    pt_sql_bind_text(tx, 4, like_pattern(f->search, pattern));
    pt_sql_bind_text(tx, 5, or_empty(f->role));
    pt_sql_bind_i64(tx, 6, f->state);
    pt_sql_bind_i64(tx, 7, (int64_t)f->limit + 1);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && count < f->limit) {
        st = account_read(tx, arena, &list[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    *ret_list = list;
    *ret_count = count;
    *ret_more = row;
    return st;
}

/* -- who may change whom ------------------------------------------------------------------------
 */

bool is_owner(const Access *a, const AccessPrincipal *who)
{
    return who->actor.kind == AUDIT_SOCKET || strcmp(who->role, a->c.roles[0].name) == 0;
}

/* Whoever holds every right of a role may give it, and change those who have it. */
static PtStatus check_role(const Access *a, const AccessPrincipal *by, int role, PtError *err)
{
    if (role == 0 && !is_owner(a, by)) {
        return pt_fail(err, PT_FORBIDDEN, "only an owner makes or changes owners");
    }
    if ((role_permissions(a, role) & ~by->permissions) != 0) {
        return pt_fail(err, PT_FORBIDDEN, "the role \"%s\" has rights that you do not hold",
                       role >= 0 ? a->c.roles[role].name : "?");
    }
    return PT_OK;
}

static PtStatus read_role(const Access *a, const AccessPrincipal *by, PtStr name, int *ret_role,
                          PtError *err)
{
    *ret_role = role_index(a, name);
    if (*ret_role == ROLE_NONE) {
        return pt_fail(err, PT_INVALID, "role: there is no role \"%.*s\"",
                       (int)(name.len < 32 ? name.len : 32), name.data);
    }
    return check_role(a, by, *ret_role, err);
}

static PtStatus keep_an_owner(Change *c, PtStr but, PtError *err)
{
    int64_t others = 0;
    bool row = false;
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_OTHERS_LIKE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, pt_str(c->a->c.roles[0].name));
    pt_sql_bind_text(c->tx, 2, but);
    st = pt_sql_step(c->tx, &row, err);
    others = st == PT_OK && row ? pt_sql_i64(c->tx, 0) : 0;
    pt_sql_done(c->tx);
    return st == PT_OK && others == 0
               ? pt_fail(err, PT_CONFLICT, "the last owner stays an owner, and enabled")
               : st;
}

/* -- inviting ---------------------------------------------------------------------------------- */

static PtStatus remember_account(Change *c, PtStr name, int role, PtError *err)
{
    Account *account = calloc(1, sizeof *account);
    if (account == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an account");
    }
    new_id(c->now_ms, account->id);
    (void)pt_str_copy(account->name, sizeof account->name, name);
    account->role = role;
    (void)pthread_rwlock_wrlock(&c->a->lock);
    const bool room = pt_map_count(c->a->accounts) < ACCESS_ACCOUNTS_MAX;
    const bool added = room && memory_add_account(c->a, account);
    (void)pthread_rwlock_unlock(&c->a->lock);
    if (!added) {
        free(account);
        return room ? pt_fail(err, PT_NO_MEMORY, "no memory for an account")
                    : pt_fail(err, PT_TOO_LARGE, "there are %d accounts: no more can be added",
                              ACCESS_ACCOUNTS_MAX);
    }
    c->account = account;
    return PT_OK;
}

PtStatus account_insert(Change *c, PtStr email, PtStr name, int role, const char *stored_password,
                        PtError *err)
{
    const PtStr stored = stored_password != NULL ? pt_str(stored_password) : (PtStr){NULL, 0};
    PtStatus st = remember_account(c, name, role, err);
    if (st == PT_OK) {
        st = pt_sql_use(c->tx, SQL_ACCOUNT_ADD, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, pt_str(c->account->id));
    pt_sql_bind_text(c->tx, 2, email);
    pt_sql_bind_text(c->tx, 3, name);
    pt_sql_bind_text(c->tx, 4, pt_str(c->a->c.roles[role].name));
    pt_sql_bind_text(c->tx, 5, stored);
    pt_sql_bind_i64(c->tx, 6, c->now_ms);
    if (stored_password != NULL) {
        pt_sql_bind_i64(c->tx, 7, c->now_ms);
    } else {
        pt_sql_bind_null(c->tx, 7);
    }
    st = change_run(c, NULL, err);
    return st == PT_CONFLICT ? pt_fail(err, PT_CONFLICT, "this mail address has an account already")
                             : st;
}

static PtStatus set_link(Change *c, PtStr account, AccessLink *ret_link, PtError *err)
{
    uint8_t hash[PT_SECRET_HASH];
    AccessLink link = {.expires_ms = c->now_ms + ACCESS_LINK_MS};
    random_secret(link.token);
    pt_secret_hash(pt_str(link.token), c->a->c.token_key, hash);
    PtStatus st = pt_sql_use(c->tx, SQL_LINK_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, account);
    pt_sql_bind_blob(c->tx, 2, hash_str(hash));
    pt_sql_bind_i64(c->tx, 3, c->now_ms);
    pt_sql_bind_i64(c->tx, 4, link.expires_ms);
    st = change_run(c, NULL, err);
    if (st == PT_OK) {
        *ret_link = link;
    }
    return st;
}

/* An invitation that was checked. */
typedef struct Invitation {
    const AccessPrincipal *by;
    PtStr email, name;
    int role;
    const char *password; /* stored form; NULL: a link instead */
    PtArena *arena;
} Invitation;

static PtStatus invite(Access *a, const Invitation *i, AccessAccount *ret_account,
                       AccessLink *ret_link, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    char detail[128];
    *ret_link = (AccessLink){0};
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = account_insert(&c, i->email, i->name, i->role, i->password, err);
    }
    if (st == PT_OK && i->password == NULL) {
        st = set_link(&c, pt_str(c.account->id), ret_link, err);
    }
    if (st == PT_OK) {
        (void)snprintf(detail, sizeof detail, "{\"role\":\"%s\"}", a->c.roles[i->role].name);
        const AuditEntry entry = {.by = &i->by->actor,
                                  .action =
                                      i->password != NULL ? "account.added" : "account.invited",
                                  .subject_type = "account",
                                  .subject = pt_str(c.account->id),
                                  .subject_name = i->name,
                                  .detail = pt_str(detail)};
        st = change_audit(&c, &entry, err);
    }
    if (st == PT_OK) {
        st = account_find(a, c.tx, i->email, i->arena, ret_account, err);
    }
    return st == PT_OK ? change_commit(&c, err) : st;
}

PtStatus access_invite(Access *a, const AccessPrincipal *by, const AccessPerson *person,
                       PtArena *arena, AccessAccount *ret_account, AccessLink *ret_link,
                       PtError *err)
{
    char email[ACCESS_EMAIL_MAX + 1], stored[PASSWORD_TEXT];
    Invitation i = {.by = by, .name = person->name, .role = ROLE_NONE, .arena = arena};
    if (!email_fold(person->email, email)) {
        return pt_fail(err, PT_INVALID, "email: not a mail address");
    }
    i.email = pt_str(email);
    PtStatus st = name_check(person->name, err);
    if (st == PT_OK) {
        st = read_role(a, by, person->role, &i.role, err);
    }
    if (st == PT_OK && person->password.data != NULL) {
        i.password = stored;
        st = password_check_new(person->password, i.email, err);
        st = st == PT_OK ? password_hash(&a->passwords, person->password, stored, err) : st;
    }
    return st == PT_OK ? invite(a, &i, ret_account, ret_link, err) : st;
}

/* -- changing ---------------------------------------------------------------------------------- */

/* What an edit comes to. */
typedef struct Changed {
    const AccessAccount *old;
    PtStr name, stores;
    int role;
    bool disabled, role_changed, disabled_changed, totp_removed;
} Changed;

static int by_text(const void *a, const void *b)
{
    return pt_str_order(*(const PtStr *)a, *(const PtStr *)b);
}

/* As they are kept: a sorted list of JSON, each once. */
static PtStatus read_stores(const AccessEdit *edit, PtArena *arena, PtStr *ret_json, PtError *err)
{
    PtStr sorted[ACCESS_STORES_MAX];
    PtBuf text;
    if (edit->store_count > ACCESS_STORES_MAX) {
        return pt_fail(err, PT_INVALID, "stores: %zu, not 0 to %d", edit->store_count,
                       ACCESS_STORES_MAX);
    }
    for (size_t i = 0; i < edit->store_count; i++) {
        sorted[i] = edit->stores[i];
        if (sorted[i].len < 1 || sorted[i].len > ACCESS_STORE_MAX || !pt_utf8_valid(sorted[i])) {
            return pt_fail(err, PT_INVALID, "stores: item %zu has not 1 to %d bytes of text", i,
                           ACCESS_STORE_MAX);
        }
    }
    qsort(sorted, edit->store_count, sizeof *sorted, by_text);
    pt_buf_init(&text, STORES_BYTES);
    PtJsonOut out = pt_json_out(&text);
    pt_json_out_array(&out);
    for (size_t i = 0; i < edit->store_count; i++) {
        if (i == 0 || !pt_str_eq(sorted[i], sorted[i - 1])) {
            pt_json_out_str(&out, sorted[i]);
        }
    }
    pt_json_out_array_end(&out);
    PtStatus st = pt_buf_status(&text) == PT_TOO_LARGE
                      ? pt_fail(err, PT_INVALID, "stores: over %d bytes together", STORES_BYTES)
                      : PT_OK;
    const PtStr json =
        pt_buf_status(&text) == PT_OK ? pt_arena_str(arena, pt_buf_str(&text)) : (PtStr){NULL, 0};
    pt_buf_done(&text);
    if (st == PT_OK && json.data == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for stores");
    }
    *ret_json = st == PT_OK ? json : *ret_json;
    return st;
}

static PtStatus resolve(Change *c, const AccessPrincipal *by, const AccessEdit *edit,
                        const AccessAccount *old, PtArena *arena, Changed *x, PtError *err)
{
    const Access *a = c->a;
    const bool was_disabled = old->state == ACCESS_DISABLED;
    const int old_role = role_index(a, old->role);
    *x = (Changed){.old = old,
                   .name = old->name,
                   .stores = old->stores,
                   .role = old_role,
                   .disabled = was_disabled};
    PtStatus st = check_role(a, by, old_role, err);
    if (st == PT_OK && edit->name.data != NULL) {
        x->name = edit->name;
        st = name_check(edit->name, err);
    }
    if (st == PT_OK && edit->role.data != NULL) {
        st = read_role(a, by, edit->role, &x->role, err);
    }
    if (st == PT_OK && edit->set_stores) {
        st = read_stores(edit, arena, &x->stores, err);
    }
    x->disabled = edit->set_disabled ? edit->disabled : was_disabled;
    x->role_changed = x->role != old_role;
    x->disabled_changed = x->disabled != was_disabled;
    x->totp_removed = edit->remove_totp && old->totp_ms != 0;
    if (st == PT_OK && old_role == 0 && old->state == ACCESS_ACTIVE &&
        (x->role != 0 || x->disabled)) {
        st = keep_an_owner(c, old->id, err);
    }
    return st;
}

static PtStatus update(Change *c, const Changed *x, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_ACCOUNT_CHANGE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, x->old->id);
    pt_sql_bind_text(c->tx, 2, x->name);
    pt_sql_bind_text(c->tx, 3, x->role >= 0 ? pt_str(c->a->c.roles[x->role].name) : x->old->role);
    if (x->disabled) {
        pt_sql_bind_i64(c->tx, 4, c->now_ms);
    } else {
        pt_sql_bind_null(c->tx, 4);
    }
    pt_sql_bind_text(c->tx, 5, x->stores);
    return change_run(c, NULL, err);
}

static void put_change(PtJsonOut *out, const char *key, PtStr from, PtStr to)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    pt_json_out_str(out, from);
    pt_json_out_str(out, to);
    pt_json_out_array_end(out);
}

static PtStatus audit_change(Change *c, const AccessPrincipal *by, const Changed *x, PtError *err)
{
    PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    if (!pt_str_eq(x->name, x->old->name)) {
        put_change(&out, "name", x->old->name, x->name);
    }
    if (x->role_changed) {
        put_change(&out, "role", x->old->role, pt_str(c->a->c.roles[x->role].name));
    }
    if (!pt_str_eq(x->stores, x->old->stores)) {
        pt_json_out_key(&out, PT_STR("stores"));
        pt_json_out_array(&out);
        pt_json_out_raw(&out, x->old->stores);
        pt_json_out_raw(&out, x->stores);
        pt_json_out_array_end(&out);
    }
    if (x->disabled_changed) {
        pt_json_put_bool(&out, "disabled", x->disabled);
    }
    if (x->totp_removed) {
        pt_json_put_bool(&out, "totp", false);
    }
    pt_json_out_object_end(&out);
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? change_audit(c,
                                     &(AuditEntry){&by->actor, "account.changed", "account",
                                                   x->old->id, x->name, pt_buf_str(&detail)},
                                     err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory to tell of a change");
    pt_buf_done(&detail);
    return st;
}

static void apply_to_memory(Access *a, const Changed *x, bool end_sessions)
{
    (void)pthread_rwlock_wrlock(&a->lock);
    Account *account = memory_account(a, x->old->id);
    if (account != NULL) {
        (void)pt_str_copy(account->name, sizeof account->name, x->name);
        account->role = x->role;
        account->disabled = x->disabled;
        if (end_sessions) {
            memory_drop_sessions(a, account, "");
        }
    }
    (void)pthread_rwlock_unlock(&a->lock);
}

static PtStatus write_change(Change *c, const AccessPrincipal *by, const Changed *x,
                             bool end_sessions, PtError *err)
{
    PtStatus st = update(c, x, err);
    if (st == PT_OK && x->totp_removed) {
        st = factor_drop(c, x->old->id, err);
    }
    if (st == PT_OK && end_sessions) {
        st = sessions_end(c, x->old->id, "", err);
    }
    if (st == PT_OK && x->disabled) {
        st = change_texts(c, SQL_LINK_DROP, x->old->id, (PtStr){NULL, 0}, NULL, err);
    }
    return st == PT_OK ? audit_change(c, by, x, err) : st;
}

PtStatus access_account_change(Access *a, const AccessPrincipal *by, PtStr ref,
                               const AccessEdit *edit, PtArena *arena, AccessAccount *ret_account,
                               PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    AccessAccount old;
    Changed x;
    bool end_sessions = false;
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = account_find(a, c.tx, ref, arena, &old, err);
    }
    if (st == PT_OK) {
        st = resolve(&c, by, edit, &old, arena, &x, err);
    }
    if (st == PT_OK) {
        end_sessions = x.role_changed || x.totp_removed || (x.disabled_changed && x.disabled);
        st = write_change(&c, by, &x, end_sessions, err);
    }
    if (st == PT_OK) {
        st = account_find(a, c.tx, old.id, arena, ret_account, err);
    }
    if (st == PT_OK && edit->within != NULL) {
        st = edit->within(edit->within_ctx, c.tx, ret_account, err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        apply_to_memory(a, &x, end_sessions);
    }
    return st;
}

PtStatus access_reset(Access *a, const AccessPrincipal *by, PtStr ref, PtArena *arena,
                      AccessAccount *ret_account, AccessLink *ret_link, PtError *err)
{
    PT_CLEANUP(change_end) Change c = {0};
    AccessAccount account;
    PtStatus st = change_begin(a, &c, err);
    if (st == PT_OK) {
        st = account_find(a, c.tx, ref, arena, &account, err);
    }
    if (st == PT_OK) {
        st = check_role(a, by, role_index(a, account.role), err);
    }
    if (st == PT_OK && account.state == ACCESS_DISABLED) {
        st = pt_fail(err, PT_CONFLICT, "the account is disabled: enable it first");
    }
    if (st == PT_OK) {
        st = set_link(&c, account.id, ret_link, err);
    }
    if (st == PT_OK) {
        st = change_audit(&c,
                          &(AuditEntry){&by->actor, "account.link_made", "account", account.id,
                                        account.name, PT_STR("")},
                          err);
    }
    if (st == PT_OK) {
        st = change_commit(&c, err);
    }
    if (st == PT_OK) {
        *ret_account = account;
    }
    return st;
}
