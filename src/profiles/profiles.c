// SPDX-License-Identifier: Apache-2.0
#include "profiles/profiles.h"

#include "profiles/computed_internal.h"
#include "profiles/consent_internal.h"
#include "profiles/identity_book.h"
#include "profiles/preview.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    INDEX_BYTES = 32 << 20, /* of additions: what a start after a crash may have to read again */
};

/* ---- Open and close ----------------------------------------------------------------------------
 */

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

static PtStatus set_country(Profiles *p, const char *country, PtError *err)
{
    standard_country(pt_str(country), p->country);
    return country[0] == '\0' || (strlen(country) + 1 == STANDARD_COUNTRY && p->country[0] != '\0')
               ? PT_OK
               : pt_fail(err, PT_INVALID,
                         "profiles.country is \"%s\", not a country whose phone "
                         "numbers are known, such as AT",
                         country);
}

static PtStatus open_parts(Profiles *p, const ProfilesConfig *config, PtError *err)
{
    const ProfileIndexConfig index = {.fs = p->fs, .dir = config->dir, .memory_bytes = INDEX_BYTES};
    PtStatus st = book_new(p, err);
    st = st == PT_OK ? preview_new(p, err) : st;
    st = st == PT_OK ? computed_new(p, config->timers, err) : st;
    st = st == PT_OK ? identity_new(p->rules, &p->graph, err) : st;
    st = st == PT_OK ? persons_new(p, err) : st;
    st = st == PT_OK ? gathered_new(p, err) : st;
    st = st == PT_OK ? batch_new(p, err) : st;
    st = st == PT_OK ? traits_new(p, err) : st;
    st = st == PT_OK ? search_new(p, err) : st;
    st = st == PT_OK ? duplicates_new(p, err) : st;
    st = st == PT_OK ? quality_new(p, err) : st;
    st = st == PT_OK ? groups_new(p, err) : st;
    st = st == PT_OK ? consent_new(p, config->key, err) : st;
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
    p->sources = config->sources;
    p->tables = p->tried = PROFILES_NOWHERE;
    p->stale = true;
    atomic_store(&p->loading, true);
    memcpy(p->id_key, config->key, sizeof p->id_key);
    init_lock(&p->lock);
    PtStatus st = set_country(p, config->country != NULL ? config->country : "", err);
    st = st == PT_OK ? open_parts(p, config, err) : st;
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
    preview_free(p);
    computed_free(p);
    keep_index(p);
    profile_index_close(p->index);
    consent_free(p);
    groups_free(p);
    quality_free(p);
    search_free(p);
    duplicates_free(p);
    traits_free(p);
    batch_free(p);
    gathered_free(p);
    persons_free(p);
    identity_free(p->graph);
    book_free(p);
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
        s.memory_bytes += c.bytes + persons_bytes(p) + traits_bytes(p) + search_bytes(p) +
                          duplicates_bytes(p) + consent_bytes(p);
        profiles_unlock(p);
    }
    return s;
}
