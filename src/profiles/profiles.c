// SPDX-License-Identifier: Apache-2.0
#include "profiles/profiles.h"

#include "profiles.sql.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    INDEX_BYTES = 32 << 20, /* of additions: what a start after a crash may have to read again */
    RULES_MAX = 256 << 10,
};

/* ---- Rules -------------------------------------------------------------------------------------
 */

static PtStatus add_rules(Profiles *p, PtSqlTx *tx, int64_t version, PtError *err)
{
    PtBuf json;
    bool row;
    pt_buf_init(&json, RULES_MAX);
    identity_rules_write(p->rules, &json);
    PtStatus st = pt_buf_status(&json);
    st = st == PT_OK ? pt_sql_use(tx, SQL_IDENTITY_RULES_ADD, err)
                     : pt_fail(err, st, "the rules of identity do not fit");
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, version);
        pt_sql_bind_text(tx, 2, pt_buf_str(&json));
        pt_sql_bind_i64(tx, 3, pt_clock_now_ms(pt_clock_real()));
        pt_sql_bind_text(tx, 4, PT_STR(""));
        st = pt_sql_step(tx, &row, err);
        pt_sql_done(tx);
    }
    pt_buf_done(&json);
    return st;
}

/* The defaults are stored when they are first used: a later version's own do not change what the
 * log says of who is who. */
static PtStatus load_rules(Profiles *p, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_IDENTITY_RULES_GET, err) : st;
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = row ? identity_rules_read(pt_sql_text(tx, 0), &p->rules, err)
             : identity_rules_default(&p->rules, err);
    pt_sql_done(tx);
    st = st == PT_OK && !row ? add_rules(p, tx, 1, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

void profiles_rules(Profiles *p, PtBuf *out)
{
    identity_rules_write(p->rules, out);
}

/* The view must get its turn however many read: a waiting writer holds up new readers. So nobody
 * takes the lock twice. */
static void init_lock(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attr;
    (void)pthread_rwlockattr_init(&attr);
    (void)pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    (void)pthread_rwlock_init(lock, &attr);
    (void)pthread_rwlockattr_destroy(&attr);
}

/* ---- Open and close ----------------------------------------------------------------------------
 */

static PtStatus open_parts(Profiles *p, const char *dir, PtError *err)
{
    const ProfileIndexConfig index = {.fs = p->fs, .dir = dir, .memory_bytes = INDEX_BYTES};
    PtStatus st = load_rules(p, err);
    st = st == PT_OK ? identity_new(p->rules, &p->graph, err) : st;
    st = st == PT_OK ? persons_new(p, err) : st;
    st = st == PT_OK ? gathered_new(p, err) : st;
    st = st == PT_OK ? batch_new(p, err) : st;
    st = st == PT_OK ? traits_new(p, err) : st;
    st = st == PT_OK ? search_new(p, err) : st;
    st = st == PT_OK ? profile_index_open(&index, &p->index, err) : st;
    if (st == PT_OK) {
        identity_listen(p->graph, gathered_hear, p);
    }
    return st;
}

PtStatus profiles_open(const ProfilesConfig *config, Profiles **ret_profiles, PtError *err)
{
    Profiles *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for profiles");
    }
    p->fs = config->fs;
    p->clock = config->clock;
    p->log = config->log;
    p->core = config->core;
    p->views = config->views;
    p->tables = p->tried = PROFILES_NOWHERE;
    p->stale = true;
    atomic_store(&p->loading, true);
    memcpy(p->id_key, config->key, sizeof p->id_key);
    init_lock(&p->lock);
    PtStatus st = open_parts(p, config->dir, err);
    if (st != PT_OK) {
        profiles_close(p);
        return st;
    }
    *ret_profiles = p;
    return PT_OK;
}

/* What is in memory of the index is kept, as far as the tables are: the next start finds it. */
static void keep_index(Profiles *p)
{
    if (p->index != NULL && !p->stale && p->tables != PROFILES_NOWHERE) {
        (void)!profile_index_flush(p->index, p->committed, true, NULL);
    }
}

void profiles_close(Profiles *p)
{
    if (p == NULL) {
        return;
    }
    keep_index(p);
    profile_index_close(p->index);
    search_free(p);
    traits_free(p);
    batch_free(p);
    gathered_free(p);
    persons_free(p);
    identity_free(p->graph);
    identity_rules_free(p->rules);
    (void)pthread_rwlock_destroy(&p->lock);
    explicit_bzero(p->id_key, sizeof p->id_key);
    free(p);
}

/* ---- Reading -----------------------------------------------------------------------------------
 */

PtStatus profiles_lock_read(Profiles *p, PtError *err)
{
    if (!atomic_load(&p->loading)) {
        (void)pthread_rwlock_rdlock(&p->lock);
        if (!atomic_load(&p->loading)) {
            return PT_OK;
        }
        (void)pthread_rwlock_unlock(&p->lock);
    }
    return pt_fail(err, PT_UNAVAILABLE, "profiles are being loaded");
}

void profiles_unlock(Profiles *p)
{
    (void)pthread_rwlock_unlock(&p->lock);
}

ProfilesState profiles_state(Profiles *p)
{
    const ProfileIndexStats index = profile_index_stats(p->index);
    ProfilesState s = {.loading = true,
                       .indexed = index.records,
                       .index_bytes = index.bytes,
                       .memory_bytes = index.memory_bytes};
    if (profiles_lock_read(p, NULL) == PT_OK) {
        const IdentityCounts c = identity_counts(p->graph);
        s.loading = false;
        s.persons = c.persons;
        s.nodes = c.nodes;
        s.barriers = c.last_barrier;
        s.left_out = traits_left_out(p);
        s.memory_bytes += c.bytes + persons_bytes(p) + traits_bytes(p) + search_bytes(p);
        profiles_unlock(p);
    }
    return s;
}
