// SPDX-License-Identifier: Apache-2.0
/* Opened and closed; what stands in memory is replaced after a change. */
#include "commerce/commerce_internal.h"
#include "platform/metrics.h"

#include <stdlib.h>

static const float weights[] = {2, 2, 1, 1}; /* code, name, region, address */

PtStatus commerce_load(Commerce *c, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    CommerceHours *hours = NULL;
    (void)pthread_mutex_lock(&c->loading);
    atomic_store(&c->stale, false); // a change from here on is seen by the next one
    PtStatus st = pt_sql_begin(c->c.core, false, &tx, err);
    st = st == PT_OK ? commerce_hours_load(c, tx, &hours, err) : st;
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&c->lock);
        CommerceHours *before = c->hours;
        c->hours = hours;
        (void)pthread_mutex_unlock(&c->lock);
        commerce_hours_release(before);
    } else {
        atomic_store(&c->stale, true);
    }
    (void)pthread_mutex_unlock(&c->loading);
    return st;
}

PtStatus commerce_open(const CommerceConfig *config, Commerce **ret_commerce, PtError *err)
{
    Commerce *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for stores");
    }
    c->c = *config;
    atomic_init(&c->text_stale, true);
    (void)pthread_mutex_init(&c->loading, NULL); // do not fail on Linux with default attributes
    (void)pthread_mutex_init(&c->lock, NULL);
    c->zones = pt_zones_new(NULL);
    PtStatus st = c->zones != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for stores");
    st = st == PT_OK ? pt_text_new(weights, sizeof weights / sizeof *weights, &c->text, err) : st;
    st = st == PT_OK ? commerce_load(c, err) : st;
    if (st != PT_OK) {
        commerce_close(c);
        return st;
    }
    *ret_commerce = c;
    return PT_OK;
}

void commerce_close(Commerce *c)
{
    if (c != NULL) {
        commerce_hours_release(c->hours);
        pt_text_free(c->text);
        pt_zones_free(c->zones);
        (void)pthread_mutex_destroy(&c->lock);
        (void)pthread_mutex_destroy(&c->loading);
        free(c);
    }
}

void commerce_on_hours_changed(Commerce *c, void (*fn)(void *ctx), void *ctx)
{
    c->changed = fn;
    c->changed_ctx = ctx;
}

void commerce_changed(Commerce *c)
{
    atomic_store(&c->stale, true);
    atomic_store(&c->text_stale, true);
    (void)!commerce_load(c, NULL); // it stays stale: whoever asks next tries again
    if (c->changed != NULL) {
        c->changed(c->changed_ctx);
    }
}

PtStatus commerce_write(CommerceWriting *w, Commerce *c, const AuditActor *by, PtArena *arena,
                        PtError *err)
{
    *w = (CommerceWriting){
        .c = c, .by = by, .now_ms = pt_clock_now_ms(c->c.clock), .arena = arena, .err = err};
    return pt_sql_begin(c->c.core, true, &w->tx, err);
}

PtStatus commerce_count(PtSqlTx *tx, const char *statement, PtStr a, PtStr b, int64_t *ret_count,
                        PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    if (a.data != NULL) {
        pt_sql_bind_text(tx, 1, a);
    }
    if (b.data != NULL) {
        pt_sql_bind_text(tx, 2, b);
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_count = row ? pt_sql_i64(tx, 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

PtStatus commerce_copy(PtSqlTx *tx, int first, PtStr **texts, size_t count, PtArena *arena,
                       PtError *err)
{
    for (size_t i = 0; i < count; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, first + (int)i));
        if (texts[i]->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for rows");
        }
    }
    return PT_OK;
}

void commerce_metrics(void *ctx, PtBuf *out)
{
    const CommerceHours *hours = commerce_hours_hold(ctx);
    if (hours != NULL) {
        const CommerceHoursFigures f = commerce_hours_figures(hours);
        pt_metric_line(out, "patron_commerce_stores", "gauge", "Stores", true, NULL,
                       (double)f.stores);
        pt_metric_line(out, "patron_commerce_calendars", "gauge", "Calendars", true, NULL,
                       (double)f.calendars);
        pt_metric_line(out, "patron_commerce_memory_bytes", "gauge",
                       "Memory of compiled opening hours", true, NULL, (double)f.bytes);
        commerce_hours_release(hours);
    }
}
