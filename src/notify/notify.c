// SPDX-License-Identifier: Apache-2.0
/* The object and its threads; what happened, written down with the change that it is of. */
#include "notify.sql.h"
#include "notify/notify_internal.h"

#include "base/hash.h"
#include "platform/diag.h"
#include "platform/metrics.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEALED_MAX = 400, KEY_BYTES = 4096 };

PtStatus notify_no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for notifications");
}

/* ---- Waking -----------------------------------------------------------------------------------
 */

static void wake(Notify *n, bool *flag)
{
    (void)pthread_mutex_lock(&n->lock);
    *flag = true;
    (void)pthread_cond_broadcast(&n->wake);
    (void)pthread_mutex_unlock(&n->lock);
}

void notify_wake_teller(Notify *n)
{
    wake(n, &n->events);
}

void notify_wake_sender(Notify *n)
{
    wake(n, &n->deliveries);
}

void notify_wait(Notify *n, bool *flag, int64_t ms)
{
    const int64_t until_ns = ms < INT64_MAX / 4000000 ? pt_mono_ns() + ms * 1000000 : 0;
    const struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
    int rc = 0;
    (void)pthread_mutex_lock(&n->lock);
    while (!*flag && !atomic_load(&n->stopping) && rc == 0) {
        rc = until_ns > 0 ? pthread_cond_timedwait(&n->wake, &n->lock, &until)
                          : pthread_cond_wait(&n->wake, &n->lock);
    }
    *flag = false;
    (void)pthread_mutex_unlock(&n->lock);
}

static PtStatus on_timers(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    (void)timers;
    (void)count;
    (void)err;
    notify_wake_teller(ctx);
    return PT_OK;
}

/* ---- Revisions --------------------------------------------------------------------------------
 */

void notify_revise(Notify *n, PtStr account)
{
    atomic_fetch_add(&n->revisions[pt_hash64(account) % NOTIFY_SLOTS], 1);
}

uint64_t notify_revision(const Notify *n, PtStr account)
{
    return atomic_load(&n->revisions[pt_hash64(account) % NOTIFY_SLOTS]);
}

/* ---- What happened ----------------------------------------------------------------------------
 */

PtStatus notify_next_number(PtSqlTx *tx, const char *name, int64_t *ret_number, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_NUMBER, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(name));
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_NUMBER_LAST, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(name));
    st = pt_sql_step(tx, &row, err);
    *ret_number = pt_sql_i64(tx, 0);
    pt_sql_done(tx);
    return st;
}

/* A character that may stand in a mail address, or before its @. */
static bool is_name(char c)
{
    const char lower = pt_ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._-+@", c) != NULL);
}

void notify_mentions(PtStr text, char out[static NOTIFY_MENTIONS_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const bool begins = text.data[i] == '@' && (i == 0 || !is_name(text.data[i - 1]));
        size_t end = i + 1;
        while (begins && end < text.len && is_name(text.data[end])) {
            end++;
        }
        const size_t more = end - i;                                 // with a blank in front
        while (begins && end > i + 1 && text.data[end - 1] == '.') { // the sentence's
            end--;
        }
        if (begins && end > i + 1 && len + more < NOTIFY_MENTIONS_MAX) {
            out[len++] = ' ';
            memcpy(out + len, text.data + i + 1, end - i - 1);
            len += end - i - 1;
            i = end - 1;
        }
    }
    out[len] = '\0';
}

PtStatus notify_tell(Notify *n, PtSqlTx *tx, const NotifyTold *told, PtError *err)
{
    char detail[NOTIFY_DETAIL_MAX];
    int64_t number = 0;
    PtStatus st = told->kinds != 0 ? notify_next_number(tx, "event", &number, err) : PT_OK;
    st = st == PT_OK && told->kinds != 0 ? pt_sql_use(tx, SQL_NOTIFY_EVENT_ADD, err) : st;
    if (st != PT_OK || told->kinds == 0) {
        return st;
    }
    (void)pt_str_copy(detail, sizeof detail, told->detail.data != NULL ? told->detail : PT_STR(""));
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, pt_clock_now_ms(n->c.clock));
    pt_sql_bind_i64(tx, 3, told->kinds);
    pt_sql_bind_i64(tx, 4, told->ticket);
    pt_sql_bind_text(tx, 5, told->to.data != NULL ? told->to : PT_STR(""));
    pt_sql_bind_text(tx, 6, told->mentions.data != NULL ? told->mentions : PT_STR(""));
    pt_sql_bind_text(tx, 7, told->by.data != NULL ? told->by : PT_STR(""));
    pt_sql_bind_text(tx, 8, pt_str(detail));
    st = pt_sql_finish(tx, err);
    if (st == PT_OK) {
        notify_wake_teller(n); // which waits for the end of this transaction
    }
    return st;
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

static PtStatus read_key(PtSqlTx *tx, char sealed[static SEALED_MAX], PtError *err)
{
    bool row = false;
    sealed[0] = '\0';
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_KEY_GET, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row) {
        (void)pt_str_copy(sealed, SEALED_MAX, pt_sql_text(tx, 0));
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus make_key(Notify *n, PtSqlTx *tx, PtError *err)
{
    char sealed[SEALED_MAX];
    PtStatus st = notify_push_key_make(&n->key, err);
    st = st == PT_OK
             ? access_seal(n->c.access, (PtStr){(char *)n->key.secret, sizeof n->key.secret},
                           sealed, sizeof sealed, err)
             : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_KEY_PUT, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, pt_str(sealed));
        pt_sql_bind_i64(tx, 2, pt_clock_now_ms(n->c.clock));
        st = pt_sql_finish(tx, err);
    }
    return st;
}

/* The database came without the data folder that its secrets were sealed by: nobody can open them
 * any more. Browsers and webhooks are to be set up again; all else goes on. */
static PtStatus begin_anew(Notify *n, PtSqlTx *tx, PtError *err)
{
    static const char *const lost[] = {SQL_NOTIFY_DEVICES_LOST, SQL_NOTIFY_HOOKS_LOST};
    PtStatus st = PT_OK;
    pt_diag(PT_DIAG_WARN, "notify",
            "secrets were sealed under another key: browsers and webhooks are to be set up again");
    for (size_t i = 0; st == PT_OK && i < sizeof lost / sizeof *lost; i++) {
        st = pt_sql_use(tx, lost[i], err);
        st = st == PT_OK ? pt_sql_finish(tx, err) : st;
    }
    return st == PT_OK ? make_key(n, tx, err) : st;
}

static PtStatus load_key(Notify *n, PtSqlTx *tx, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(KEY_BYTES);
    char sealed[SEALED_MAX];
    PtStr plain;
    PtStatus st = arena != NULL ? read_key(tx, sealed, err) : notify_no_memory(err);
    if (st != PT_OK || sealed[0] == '\0') {
        return st == PT_OK ? make_key(n, tx, err) : st;
    }
    st = access_unseal(n->c.access, pt_str(sealed), arena, &plain, err);
    if (st == PT_CORRUPT) {
        return begin_anew(n, tx, err);
    }
    if (st == PT_OK && plain.len != NOTIFY_P256_SECRET) {
        return pt_fail(err, PT_CORRUPT, "the key of web push has another length");
    }
    return st == PT_OK ? notify_push_key_load((const uint8_t *)plain.data, &n->key, err) : st;
}

/* The key, and what was under way when the server ended. */
static PtStatus recover(Notify *n, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    st = st == PT_OK ? load_key(n, tx, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_NOTIFY_DOUBT, err) : st;
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, pt_clock_now_ms(n->c.clock));
        st = pt_sql_finish(tx, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static void init_locks(Notify *n)
{
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&n->lock, NULL);
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&n->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

PtStatus notify_open(const NotifyConfig *config, Notify **ret_notify, PtError *err)
{
    uint64_t seed;
    Notify *n = calloc(1, sizeof *n);
    if (n == NULL) {
        return notify_no_memory(err);
    }
    n->c = *config;
    n->events = n->deliveries = true; // what waits from before
    init_locks(n);
    pt_random_bytes(&seed, sizeof seed);
    pt_rng_init(&n->rng, seed);
    PtStatus st = recover(n, err);
    if (st != PT_OK) {
        notify_close(n);
        return st;
    }
    (void)sodium_bin2base64(n->key_text, sizeof n->key_text, n->key.public, sizeof n->key.public,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    pt_timers_kind(config->timers, NOTIFY_TIMERS, "notifications", on_timers, n);
    *ret_notify = n;
    return PT_OK;
}

PtStatus notify_start(Notify *n, PtError *err)
{
    n->teller_runs = pthread_create(&n->teller, NULL, notify_teller, n) == 0;
    n->sender_runs = n->teller_runs && pthread_create(&n->sender, NULL, notify_sender, n) == 0;
    return n->sender_runs ? PT_OK
                          : pt_fail(err, PT_UNAVAILABLE, "no thread to be had for notifications");
}

void notify_stop(Notify *n)
{
    if (n == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&n->lock);
    atomic_store(&n->stopping, true);
    (void)pthread_cond_broadcast(&n->wake);
    (void)pthread_mutex_unlock(&n->lock);
    if (n->teller_runs) {
        (void)pthread_join(n->teller, NULL);
    }
    if (n->sender_runs) {
        (void)pthread_join(n->sender, NULL);
    }
    n->teller_runs = n->sender_runs = false;
}

void notify_close(Notify *n)
{
    if (n == NULL) {
        return;
    }
    notify_stop(n);
    mail_smtp_free(n->smtp);
    (void)pthread_cond_destroy(&n->wake);
    (void)pthread_mutex_destroy(&n->lock);
    explicit_bzero(&n->key, sizeof n->key);
    free(n);
}

bool notify_mail_ready(const Notify *n)
{
    return n->c.mail != NULL;
}

PtStr notify_push_key(const Notify *n)
{
    return pt_str(n->key_text);
}

void notify_metrics(void *ctx, PtBuf *out)
{
    const Notify *n = ctx;
    pt_metric_line(out, "patron_notifications_total", "counter", "Notifications that people got",
                   true, NULL, (double)atomic_load(&n->told));
    pt_metric_line(out, "patron_notify_sent_total", "counter",
                   "Deliveries of notifications that were taken", true, NULL,
                   (double)atomic_load(&n->sent));
    pt_metric_line(out, "patron_notify_dead_total", "counter",
                   "Deliveries of notifications that were given up", true, NULL,
                   (double)atomic_load(&n->dead));
}
