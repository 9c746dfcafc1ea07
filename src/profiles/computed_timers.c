// SPDX-License-Identifier: Apache-2.0
/* Values that time alone changes: what is due is told to the log, and takes effect at its place
 * there (computed_view.c).
 *
 * A record says that all that was due up to an instant has fired: not what. So however many are due
 * together, one record is enough, it holds nothing personal, and it means the same when nodes have
 * other numbers after a rebuild. Doing it twice changes nothing.
 */
#include "base/json.h"
#include "base/time.h"
#include "computed.sql.h"
#include "platform/feed.h"
#include "profiles/computed_internal.h"
#include "profiles/traits_internal.h"

#include <inttypes.h>
#include <stdio.h>

enum { PAGE = 4096 };

const char computed_timer_event[] = "Timer Fired";
static const char kind[] = "computed_trait";

bool computed_timer_read(const EventView *v, int64_t *ret_at_ms)
{
    PtBuf text;
    pt_buf_init(&text, PT_TIME_TEXT * 4);
    const PtStr properties = profile_event_member(v, PT_STR("properties"));
    bool ours = pt_str_eq(profile_json_text(profile_member(properties, PT_STR("kind")), &text),
                          pt_str(kind));
    ours = ours && pt_time_parse(profile_json_text(profile_member(properties, PT_STR("at")), &text),
                                 ret_at_ms);
    pt_buf_done(&text);
    return ours;
}

/* ---- Firing -----------------------------------------------------------------------------------
 */

static PtStatus put_record(Profiles *p, int64_t at_ms, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char at[PT_TIME_TEXT], properties[128];
    (void)pt_time_format(at_ms, at);
    (void)snprintf(properties, sizeof properties, "{\"kind\":\"%s\",\"at\":\"%s\"}", kind, at);
    const PtFeedEvent event = {pt_str(computed_timer_event), PT_STR("patron"), pt_str(properties)};
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? pt_feed_put(tx, pt_clock_now_ms(p->clock), &event, err) : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* The latest of those that are of a definition; INT64_MIN: none is. */
static int64_t latest_due(Computed *c, const PtTimer *timers, size_t count)
{
    int64_t due_ms = INT64_MIN;
    (void)pthread_rwlock_rdlock(&c->lock);
    for (size_t i = 0; c->set != NULL && i < count; i++) {
        for (size_t d = 0; d < c->set->count; d++) {
            if (c->set->defs[d].number == timers[i].key >> 32) {
                due_ms = timers[i].due_ms; // they rise
            }
        }
    }
    (void)pthread_rwlock_unlock(&c->lock);
    return due_ms;
}

PtStatus computed_fired(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    Profiles *p = ctx;
    Computed *c = p->computed;
    const int64_t due_ms = latest_due(c, timers, count), now_ms = pt_clock_now_ms(p->clock);
    const int64_t promised = atomic_load(&c->promised);
    if (due_ms == INT64_MIN || promised >= due_ms) {
        return PT_OK; // a record that has not been seen yet says it
    }
    const int64_t at_ms = now_ms > due_ms ? now_ms : due_ms;
    atomic_store(&c->promised, at_ms); // before the view can see it
    PtStatus st = put_record(p, at_ms, err);
    if (st != PT_OK) {
        int64_t mine = at_ms;
        (void)atomic_compare_exchange_strong(&c->promised, &mine, INT64_MIN);
    }
    return st;
}

/* ---- Arming ------------------------------------------------------------------------------------
 */

static PtStatus arm_page(Profiles *p, uint32_t number, PtTimer *last, size_t *ret_count,
                         PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_COMPUTED_STATES_ARMED, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, last->due_ms);
    pt_sql_bind_i64(tx, 3, (int64_t)last->key);
    pt_sql_bind_i64(tx, 4, INT64_MAX);
    pt_sql_bind_i64(tx, 5, PAGE);
    while (st == PT_OK && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        last->due_ms = pt_sql_i64(tx, 0);
        last->key = (uint64_t)pt_sql_i64(tx, 1);
        st = pt_timers_set(p->computed->timers, COMPUTED_TIMERS, (uint64_t)number << 32 | last->key,
                           last->due_ms, err);
        count++;
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

static PtStatus arm_definition(Profiles *p, uint32_t number, const _Atomic bool *stop, PtError *err)
{
    PtTimer last = {.due_ms = INT64_MIN};
    size_t count = PAGE;
    PtStatus st = PT_OK;
    while (st == PT_OK && count == PAGE && (stop == NULL || !atomic_load(stop))) {
        st = arm_page(p, number, &last, &count, err);
    }
    return st;
}

static PtStatus set_noted(Computed *c, PtError *err)
{
    ComputedStates *s = &c->states;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < s->timer_count; i++) {
        const PtTimer *timer = &s->timers[i];
        st = pt_timers_set(c->timers, timer->kind, timer->key, timer->due_ms, err);
    }
    s->timer_count = 0;
    return st;
}

PtStatus computed_arm(Profiles *p, const _Atomic bool *stop, PtError *err)
{
    Computed *c = p->computed;
    PtStatus st = PT_OK;
    int64_t promised = atomic_load(&c->promised);
    if (c->heard >= promised) { // before what it leaves is set
        (void)atomic_compare_exchange_strong(&c->promised, &promised, INT64_MIN);
    }
    c->heard = INT64_MIN;
    if (c->timers == NULL || c->places.live.next < c->arm_at) {
        c->states.timer_count = 0;
        return PT_OK; // records to come may say what is due
    }
    for (size_t i = 0; st == PT_OK && i < c->work->count; i++) {
        if (c->places.of[i].since >= 0 && !c->armed[i]) {
            st = arm_definition(p, c->work->defs[i].number, stop, err);
            c->armed[i] = st == PT_OK;
        }
    }
    return st == PT_OK ? set_noted(c, err) : st;
}
