// SPDX-License-Identifier: Apache-2.0
#include "access/access_internal.h"

#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>

PtStatus change_begin(Access *a, Change *c, PtError *err)
{
    *c = (Change){.a = a, .now_ms = pt_clock_now_ms(a->c.clock)};
    (void)pthread_mutex_lock(&a->writing);
    return pt_sql_begin(a->c.sql, true, &c->tx, err);
}

PtStatus change_commit(Change *c, PtError *err)
{
    PtStatus st = pt_sql_commit(&c->tx, err);
    if (st == PT_OK) {
        if (c->account != NULL) { // the first one ends set-up
            (void)pthread_rwlock_wrlock(&c->a->lock);
            explicit_bzero(c->a->setup_code, sizeof c->a->setup_code);
            (void)pthread_rwlock_unlock(&c->a->lock);
        }
        c->account = NULL;
        c->session = NULL;
        c->token = NULL;
    }
    return st;
}

static void forget_added(Change *c)
{
    (void)pthread_rwlock_wrlock(&c->a->lock);
    if (c->session != NULL) {
        memory_drop_session(c->a, c->session);
    }
    if (c->token != NULL) {
        (void)pt_map_remove(c->a->tokens, hash_str(c->token->hash));
        free(c->token);
    }
    if (c->account != NULL) {
        (void)pt_map_remove(c->a->accounts, pt_str(c->account->id));
        free(c->account);
    }
    (void)pthread_rwlock_unlock(&c->a->lock);
}

void change_end(Change *c)
{
    if (c->a == NULL) {
        return;
    }
    pt_sql_rollback(c->tx);
    forget_added(c);
    (void)pthread_mutex_unlock(&c->a->writing);
    c->a = NULL;
}

PtStatus change_run(Change *c, int64_t *ret_changed, PtError *err)
{
    bool row;
    PtStatus st = pt_sql_step(c->tx, &row, err);
    if (st == PT_OK && ret_changed != NULL) {
        *ret_changed = pt_sql_changes(c->tx);
    }
    pt_sql_done(c->tx);
    return st;
}

PtStatus change_texts(Change *c, const char *statement, PtStr first, PtStr second,
                      int64_t *ret_changed, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, first);
    if (second.data != NULL) {
        pt_sql_bind_text(c->tx, 2, second);
    }
    return change_run(c, ret_changed, err);
}

PtStatus change_audit(Change *c, const AuditEntry *entry, PtError *err)
{
    return audit_write(c->tx, c->now_ms, entry, err);
}

AuditActor actor_of(PtStr account, PtStr name, const char *peer)
{
    AuditActor actor = {.kind = AUDIT_ACCOUNT};
    (void)pt_str_copy(actor.id, sizeof actor.id, account);
    (void)pt_str_copy(actor.name, sizeof actor.name, name);
    (void)pt_str_copy(actor.peer, sizeof actor.peer, pt_str(peer));
    return actor;
}

void new_id(int64_t now_ms, char out[static PT_UUID_TEXT])
{
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(now_ms, random), out);
}
