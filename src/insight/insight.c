// SPDX-License-Identifier: Apache-2.0
/* Insight opened and closed, and the thread that takes the clocks' verdicts. */
#include "insight.sql.h"
#include "insight/insight_internal.h"

#include "platform/diag.h"
#include "platform/metrics.h"

#include <stdlib.h>
#include <time.h>

enum { BATCH = 200, EVERY_MS = 500, BUSY_MS = 20 /* while there are more */ };

PtStatus insight_open(const InsightConfig *config, Insight **ret_insight, PtError *err)
{
    pthread_condattr_t monotonic;
    Insight *n = calloc(1, sizeof *n);
    if (n == NULL) {
        return insight_no_memory(err);
    }
    n->c = *config;
    // none of these fails on Linux
    (void)pthread_mutex_init(&n->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&n->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    *ret_insight = n;
    return PT_OK;
}

/* ---- Verdicts ---------------------------------------------------------------------------------
 */

typedef struct Judged {
    int64_t number, version;
    InsightVerdict verdict;
} Judged;

static PtStatus read_unjudged(const Insight *n, Judged list[static BATCH], size_t *ret_count,
                              PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t count = 0;
    bool row = true;
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_INSIGHT_UNJUDGED, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, BATCH);
    while (count < BATCH && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        list[count++] = (Judged){.number = pt_sql_i64(tx, 0), .version = pt_sql_i64(tx, 1)};
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

static PtStatus write_judged(const Insight *n, const Judged *list, size_t count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(n->c.core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = pt_sql_use(tx, SQL_INSIGHT_JUDGE, err);
        if (st == PT_OK) {
            pt_sql_bind_i64(tx, 1, list[i].number);
            pt_sql_bind_i64(tx, 2, list[i].version);
            pt_sql_bind_i64(tx, 3, insight_pack(list[i].verdict.met));
            pt_sql_bind_i64(tx, 4, insight_pack(list[i].verdict.breached));
            st = pt_sql_finish(tx, err);
        }
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* One whose clocks cannot be told holds up no other. *ret_more: others wait. */
static PtStatus judge(Insight *n, bool *ret_more, PtError *err)
{
    Judged list[BATCH];
    size_t count = 0, judged = 0;
    PtStatus failed = PT_OK;
    PtStatus st = read_unjudged(n, list, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        PtError why = {0};
        const PtStatus told = n->c.verdict(n->c.ctx, list[i].number, &list[i].verdict, &why);
        if (told == PT_OK || told == PT_NOT_FOUND) { // nothing was promised
            list[judged++] = list[i];
        } else {
            failed = pt_fail(err, told, "ticket %lld: %s", (long long)list[i].number, why.message);
        }
    }
    st = st == PT_OK && judged > 0 ? write_judged(n, list, judged, err) : st;
    atomic_fetch_add(&n->judged, st == PT_OK ? judged : 0);
    *ret_more = st == PT_OK && failed == PT_OK && count == BATCH;
    return st == PT_OK ? failed : st;
}

/* False: it ends. */
static bool wait_a_while(Insight *n, long ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&n->lock);
    if (!n->stopping) {
        (void)pthread_cond_timedwait(&n->wake, &n->lock, &until);
    }
    const bool goes_on = !n->stopping;
    (void)pthread_mutex_unlock(&n->lock);
    return goes_on;
}

static void *run(void *ctx)
{
    Insight *n = ctx;
    PtStatus said = PT_OK;
    bool more = false;
    do {
        PtError err = {0};
        const PtStatus st = judge(n, &more, &err);
        if (st != PT_OK && st != said) {
            pt_diag(PT_DIAG_ERROR, "insight", "verdicts of clocks are not taken, tried again",
                    PT_F_STR("problem", pt_str(err.message)));
        }
        said = st;
    } while (wait_a_while(n, more ? BUSY_MS : EVERY_MS));
    return NULL;
}

PtStatus insight_start(Insight *n, Desk *desk, PtError *err)
{
    PtStatus st = insight_catch_up(n, desk, err);
    if (st == PT_OK && n->c.verdict != NULL) {
        n->threaded = pthread_create(&n->thread, NULL, run, n) == 0;
        st = n->threaded ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no thread for verdicts of clocks");
    }
    return st;
}

void insight_stop(Insight *n)
{
    if (n != NULL && n->threaded) {
        (void)pthread_mutex_lock(&n->lock);
        n->stopping = true;
        (void)pthread_cond_signal(&n->wake);
        (void)pthread_mutex_unlock(&n->lock);
        (void)pthread_join(n->thread, NULL);
        n->threaded = false;
    }
}

void insight_close(Insight *n)
{
    if (n == NULL) {
        return;
    }
    insight_stop(n);
    (void)pthread_cond_destroy(&n->wake);
    (void)pthread_mutex_destroy(&n->lock);
    free(n);
}

void insight_metrics(void *ctx, PtBuf *out)
{
    Insight *n = ctx;
    pt_metric_line(out, "patron_insight_verdicts_total", "counter",
                   "Verdicts of clocks taken into the desk's figures", true, NULL,
                   (double)atomic_load(&n->judged));
}
