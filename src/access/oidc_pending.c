// SPDX-License-Identifier: Apache-2.0
/* Sign-ins in progress: a table in memory, oldest first. */
#include "access/oidc_internal.h"

#include "base/hash.h"
#include "base/rng.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_BYTES = 32 };

/* A thousand rows are few enough to look through one by one; rows[0] is the oldest. */
struct OidcPendings {
    pthread_mutex_t lock;
    size_t count;
    OidcPending *rows[OIDC_PENDING_MAX];
};

OidcPendings *oidc_pendings_new(void)
{
    OidcPendings *p = calloc(1, sizeof *p);
    if (p != NULL) {
        (void)pthread_mutex_init(&p->lock, NULL);
    }
    return p;
}

static void free_row(OidcPending *row)
{
    if (row != NULL) {
        explicit_bzero(row, sizeof *row);
        free(row);
    }
}

void oidc_pendings_free(OidcPendings *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->count; i++) {
        free_row(p->rows[i]);
    }
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

/* The lock is held. */
static OidcPending *remove_at(OidcPendings *p, size_t index)
{
    OidcPending *row = p->rows[index];
    p->count--;
    memmove(&p->rows[index], &p->rows[index + 1], (p->count - index) * sizeof *p->rows);
    return row;
}

static void make_secret(char out[static OIDC_SECRET])
{
    unsigned char bytes[RANDOM_BYTES];
    pt_random_bytes(bytes, sizeof bytes);
    oidc_base64url(bytes, sizeof bytes, out, OIDC_SECRET);
}

bool oidc_pendings_add(OidcPendings *p, PtStr return_to, int64_t now_ms, OidcPending *ret_pending)
{
    OidcPending *row = calloc(1, sizeof *row);
    if (row == NULL) {
        return false;
    }
    make_secret(row->state);
    make_secret(row->cookie);
    make_secret(row->nonce);
    make_secret(row->verifier);
    (void)pt_str_copy(row->return_to, sizeof row->return_to, return_to);
    row->due_ms = now_ms + (int64_t)OIDC_LIFE_S * 1000;
    *ret_pending = *row;
    (void)pthread_mutex_lock(&p->lock);
    while (p->count > 0 && (p->count == OIDC_PENDING_MAX || p->rows[0]->due_ms <= now_ms)) {
        free_row(remove_at(p, 0));
    }
    p->rows[p->count++] = row;
    (void)pthread_mutex_unlock(&p->lock);
    return true;
}

bool oidc_pendings_take(OidcPendings *p, PtStr state, PtStr cookie, int64_t now_ms,
                        OidcPending *ret_pending)
{
    OidcPending *row = NULL;
    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->count && row == NULL; i++) {
        if (pt_secret_eq(pt_str(p->rows[i]->state), state)) {
            row = remove_at(p, i);
        }
    }
    (void)pthread_mutex_unlock(&p->lock);
    const bool good =
        row != NULL && row->due_ms > now_ms && pt_secret_eq(pt_str(row->cookie), cookie);
    if (good) {
        *ret_pending = *row;
    }
    free_row(row);
    return good;
}

size_t oidc_pendings_count(OidcPendings *p)
{
    (void)pthread_mutex_lock(&p->lock);
    const size_t count = p->count;
    (void)pthread_mutex_unlock(&p->lock);
    return count;
}
