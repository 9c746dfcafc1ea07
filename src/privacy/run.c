// SPDX-License-Identifier: Apache-2.0
/* Open and close, and the thread that carries out what was approved. */
#include "privacy/privacy_internal.h"

#include "operate/operate.h"
#include "platform/diag.h"
#include "platform/loop.h"
#include "platform/metrics.h"
#include "privacy.sql.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ARENA = 256 << 20, RETRY_MS = 3000, RETRY_MAX_MS = 30000, LOOK_MS = 3600000 };

void privacy_register_path(const char *setting, const char *data_dir, char *out, size_t size)
{
    size_t len = strlen(data_dir);
    while (len > 1 && data_dir[len - 1] == '/') {
        len--;
    }
    if (setting[0] != '\0') {
        (void)snprintf(out, size, "%s", setting);
        return;
    }
    char inside[PRIVACY_PATH], parent[PRIVACY_PATH];
    (void)snprintf(out, size, "%.*s.erasures", (int)len, data_dir);
    (void)snprintf(inside, sizeof inside, "%.*s/" RESTORE_REGISTER, (int)len, data_dir);
    (void)snprintf(parent, sizeof parent, "%.*s/..", (int)len, data_dir);
    const bool beside = access(out, F_OK) == 0;
    const bool can_be = access(inside, F_OK) != 0 && access(parent, W_OK) == 0;
    if (!beside && !can_be) {
        (void)snprintf(out, size, "%s", inside);
    }
}

void privacy_stir(Privacy *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->due = true;
    (void)pthread_cond_broadcast(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
}

/* Until there is something to do, an archive expires, or the time is over. */
static void wait_due(Privacy *p, int64_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&p->lock);
    while (!atomic_load(&p->stop) && !p->due &&
           pthread_cond_timedwait(&p->wake, &p->lock, &until) == 0) {
    }
    p->due = false;
    (void)pthread_mutex_unlock(&p->lock);
}

static int64_t until_next(Privacy *p)
{
    const int64_t next = export_next_ms(p), retention = retention_wait_ms(p);
    int64_t ms = next > 0 ? next - privacy_now(p) : LOOK_MS;
    ms = ms < retention ? ms : retention;
    return ms < 0 ? 0 : ms > LOOK_MS ? LOOK_MS : ms;
}

/* ---- Work -------------------------------------------------------------------------------------
 */

static bool passes(PtStatus st)
{
    return st == PT_UNAVAILABLE || st == PT_BUSY || st == PT_NO_MEMORY || st == PT_NOT_FOUND ||
           st == PT_CONFLICT;
}

static PtStatus read_due(Privacy *p, PrivacyKind kind, size_t limit, PtArena *arena,
                         PrivacyRequest **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    return st == PT_OK ? store_due(tx, kind, limit, arena, ret_list, ret_count, err) : st;
}

/* What passes is tried again; anything else is for somebody to look at. */
static void note_trouble(Privacy *p, const PrivacyRequest *list, size_t count, bool again,
                         const PtError *why)
{
    for (size_t i = 0; i < count; i++) {
        const PrivacyState state = again ? PRIVACY_RUNNING : PRIVACY_FAILED;
        if (store_once(p, SQL_PRIVACY_PROBLEM, NULL, "ttti", pt_str(list[i].id),
                       pt_str(privacy_state_name(state)), pt_str(why->message),
                       privacy_now(p)) != PT_OK) {
            break; // SQL is the trouble: it is told below
        }
    }
    atomic_fetch_add(&p->failed, again ? 0 : count);
    pt_diag(again ? PT_DIAG_WARN : PT_DIAG_ERROR, "privacy", "a request was not carried out",
            PT_F_STR("problem", pt_str(why->message)));
}

/* Leaves those that were not cancelled since they were read: from here on they cannot be. */
static PtStatus claim(Privacy *p, PrivacyRequest *list, size_t *count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t kept = 0;
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < *count; i++) {
        st = store_run(tx, SQL_PRIVACY_CLAIM, err, "ti", pt_str(list[i].id), privacy_now(p));
        if (st == PT_OK && pt_sql_changes(tx) == 1) {
            list[kept++] = list[i];
        }
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    *count = st == PT_OK ? kept : *count;
    return st;
}

/* As many as one plan takes, at least one. */
static size_t that_fit(const PrivacyRequest *list, size_t count)
{
    size_t fit = 0;
    uint64_t persons = 0;
    while (fit < count && (fit == 0 || persons + list[fit].persons <= ERASE_PERSONS_MAX)) {
        persons += list[fit++].persons;
    }
    return fit;
}

/* While older entries of the register wait to be carried out again, nothing fails for good. */
static PtStatus settle(Privacy *p, const PrivacyRequest *list, size_t count, PtStatus st,
                       const PtError *why)
{
    const bool again = passes(st) || !atomic_load(&p->ready);
    if (st == PT_OK || atomic_load(&p->stop)) {
        return st;
    }
    note_trouble(p, list, count, again, why);
    return again ? st : PT_OK;
}

/* One that fails for good keeps none of the others back. */
static PtStatus run_each(Privacy *p, const PrivacyRequest *list, size_t count, PtError *err)
{
    PtStatus all = PT_OK;
    for (size_t i = 0; i < count && !atomic_load(&p->stop); i++) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
        PtError why = {0};
        PrivacyRequest r; // what the pass has done stands in its row
        PtStatus st = arena != NULL ? privacy_get(p, pt_str(list[i].id), arena, &r, &why)
                                    : pt_fail(&why, PT_NO_MEMORY, "no memory for an erasure");
        if (st == PT_OK && r.state == PRIVACY_RUNNING) {
            st = erasures_run(p, &r, 1, arena, &why);
        }
        st = settle(p, &list[i], 1, st, &why);
        all = st != PT_OK ? pt_fail(err, st, "%s", why.message) : all;
    }
    return all;
}

/* *ret_any: there was work, and there may be more. */
static PtStatus work_erasures(Privacy *p, bool *ret_any, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PrivacyRequest *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL
                      ? read_due(p, PRIVACY_ERASURE, PRIVACY_BATCH, arena, &list, &count, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
    *ret_any = st == PT_OK && count > 0;
    if (!*ret_any) {
        return st;
    }
    count = that_fit(list, count);
    st = claim(p, list, &count, err);
    if (st != PT_OK || count == 0) {
        return st;
    }
    st = erasures_run(p, list, count, arena, err);
    return st != PT_OK && !passes(st) && count > 1 && !atomic_load(&p->stop)
               ? run_each(p, list, count, err)
               : settle(p, list, count, st, err);
}

static PtStatus work_exports(Privacy *p, bool *ret_any, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PrivacyRequest *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL ? read_due(p, PRIVACY_EXPORT, 1, arena, &list, &count, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
    *ret_any = st == PT_OK && count > 0;
    if (!*ret_any) {
        return st;
    }
    st = claim(p, list, &count, err);
    if (st != PT_OK || count == 0) {
        return st;
    }
    st = export_run(p, &list[0], arena, err);
    if (st != PT_OK && !atomic_load(&p->stop)) {
        const bool again = st == PT_UNAVAILABLE || st == PT_NO_MEMORY;
        note_trouble(p, list, 1, again, err);
        st = again ? st : PT_OK;
    }
    return st;
}

/* After a restore: who stands in the register goes before anything else is done. */
static PtStatus work_register(Privacy *p, PtError *err)
{
    bool any = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && any && !atomic_load(&p->stop)) {
        bool more = true;
        while (st == PT_OK && more && !atomic_load(&p->stop)) {
            st = work_erasures(p, &more, err);
        }
        st = st == PT_OK ? register_reapply(p, &any, err) : st;
    }
    st = st == PT_OK && !atomic_load(&p->stop) ? register_note(p, err) : st;
    if (st == PT_OK && !atomic_load(&p->stop)) {
        atomic_store(&p->ready, true);
    }
    return st;
}

static PtStatus work(Privacy *p, PtError *err)
{
    PtStatus st = atomic_load(&p->ready) ? PT_OK : work_register(p, err);
    bool any = true;
    while (st == PT_OK && any && !atomic_load(&p->stop)) {
        bool exports = false;
        st = work_erasures(p, &any, err);
        st = st == PT_OK ? work_exports(p, &exports, err) : st;
        st = st == PT_OK && !atomic_load(&p->stop) ? export_expire(p, err) : st;
        any |= exports;
        if (st == PT_OK && !any) { // requests come before the next portion
            any = retention_step(p);
        }
    }
    return st;
}

static void *thread_main(void *ctx)
{
    Privacy *p = ctx;
    int64_t retry_ms = RETRY_MS;
    pt_background();
    while (!atomic_load(&p->stop)) {
        PtError err = {0};
        PtStatus st = work(p, &err);
        if (st != PT_OK && !atomic_load(&p->stop)) {
            pt_diag(PT_DIAG_WARN, "privacy", "requests wait",
                    PT_F_STR("problem", pt_str(err.message)));
        }
        wait_due(p, st == PT_OK ? until_next(p) : retry_ms);
        // what runs for long, as an import does, is not asked all the time
        retry_ms = st != PT_BUSY                 ? RETRY_MS
                   : 2 * retry_ms < RETRY_MAX_MS ? 2 * retry_ms
                                                 : RETRY_MAX_MS;
    }
    return NULL;
}

/* ---- Life -------------------------------------------------------------------------------------
 */

/* A PtFs list's: halves of archives that a kill left go; they are made anew in any case. */
static bool drop_half(void *ctx, const char *name)
{
    const Privacy *p = ctx;
    char path[PRIVACY_PATH];
    const size_t len = strlen(name);
    if (len > 5 && strcmp(name + len - 5, ".part") == 0) {
        (void)snprintf(path, sizeof path, "%.4000s/%.200s", p->dir, name);
        (void)unlink(path);
    }
    return true;
}

/* The folder of archives. */
static PtStatus open_dir(Privacy *p, PtError *err)
{
    char path[PRIVACY_PATH];
    (void)snprintf(path, sizeof path, "%.4200s/privacy", p->c.data_dir);
    p->dir = strdup(path);
    if (p->dir == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot make \"%s\": %s", path,
                       strerror(errno));
    }
    return p->c.fs->ops->list(p->c.fs, p->dir, drop_half, p, err);
}

static PtStatus make_keys(Privacy *p, PtError *err)
{
    if (sodium_init() < 0) {
        return pt_fail(err, PT_UNAVAILABLE, "libsodium cannot be used");
    }
    (void)crypto_sign_seed_keypair(p->public_key, p->secret_key, p->c.seed);
    pt_secret_hash(PT_STR("patron: links of exports"), p->c.seed, p->link_key);
    return PT_OK;
}

static PtStatus start_thread(Privacy *p, PtError *err)
{
    p->thread_on = pthread_create(&p->thread, NULL, thread_main, p) == 0;
    return p->thread_on ? PT_OK : pt_fail(err, PT_NO_MEMORY, "cannot start a thread");
}

PtStatus privacy_open(const PrivacyConfig *config, Privacy **ret_privacy, PtError *err)
{
    pthread_condattr_t monotonic;
    bool seen = false;
    Privacy *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for privacy requests");
    }
    p->c = *config;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    PtStatus st = open_dir(p, err);
    st = st == PT_OK ? make_keys(p, err) : st;
    st = st == PT_OK ? register_check(p, &seen, err) : st;
    atomic_store(&p->ready, seen);
    retention_begin(p);
    st = st == PT_OK ? start_thread(p, err) : st;
    if (st != PT_OK) {
        privacy_free(p);
        return st;
    }
    *ret_privacy = p;
    return PT_OK;
}

void privacy_stop(Privacy *p)
{
    if (p == NULL) {
        return;
    }
    atomic_store(&p->stop, true);
    privacy_stir(p);
    if (p->thread_on) {
        (void)pthread_join(p->thread, NULL);
        p->thread_on = false;
    }
}

void privacy_free(Privacy *p)
{
    if (p == NULL) {
        return;
    }
    privacy_stop(p);
    retention_done(p);
    (void)pthread_cond_destroy(&p->wake);
    (void)pthread_mutex_destroy(&p->lock);
    free(p->dir);
    explicit_bzero(p, sizeof *p);
    free(p);
}

bool privacy_ready(const Privacy *p)
{
    return p == NULL || atomic_load(&p->ready);
}

PtStatus privacy_certificate(Privacy *p, PtStr id, PtArena *arena, PtStr *ret_json, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_PRIVACY_CERTIFICATE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    const PtStr text = st == PT_OK && row ? pt_sql_text(tx, 0) : PT_STR("");
    if (st == PT_OK && text.len == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no certificate");
    } else if (st == PT_OK) {
        *ret_json = pt_arena_str(arena, text);
        st = ret_json->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory");
    }
    pt_sql_done(tx);
    return st;
}

void privacy_public_key(const Privacy *p, uint8_t out[static PRIVACY_KEY])
{
    memcpy(out, p->public_key, PRIVACY_KEY);
}

void privacy_metrics(void *ctx, PtBuf *out)
{
    Privacy *p = ctx;
    const ErasedStats s = erased_stats(p->c.erased);
    pt_metric_line(out, "patron_erasure_register_identifiers", "gauge",
                   "Identifiers in the register of erasures", true, NULL, (double)s.identifiers);
    pt_metric_line(out, "patron_privacy_done_total", "counter",
                   "Privacy requests carried out since the start", true, NULL,
                   (double)atomic_load(&p->done));
    pt_metric_line(out, "patron_privacy_failed_total", "counter",
                   "Privacy requests that failed since the start", true, NULL,
                   (double)atomic_load(&p->failed));
    retention_metrics(p, out);
}
