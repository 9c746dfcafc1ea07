// SPDX-License-Identifier: Apache-2.0
/* What came of the last deliveries, for people to look at: memory's part of it. */
#include "connect/hook_internal.h"

#include <stdlib.h>

enum { MINUTE_MS = 60000 };

const char *hook_result_name(HookResult result)
{
#define HOOK_RESULT_NAME(id, name) [HOOK_##id] = (name),
    static const char *const names[] = {HOOK_RESULT_MAP(HOOK_RESULT_NAME)};
#undef HOOK_RESULT_NAME
    return result < HOOK_RESULT_COUNT ? names[result] : "";
}

void hook_say(char *out, size_t size, PtStr text)
{
    const char *p = text.data, *end = text.len > 0 ? p + text.len : p;
    size_t len = 0;
    while (p < end) {
        const size_t n = pt_utf8_step(p, end);
        const bool plain = n > 1 || (n == 1 && (unsigned char)*p >= ' ');
        if (len + (plain ? n : 1) >= size) {
            break;
        }
        if (plain) {
            memcpy(out + len, p, n);
        } else {
            out[len] = '?';
        }
        len += plain ? n : 1;
        p += n > 0 ? n : 1;
    }
    out[len] = '\0';
}

HookTrack *hook_track_new(void)
{
    HookTrack *t = calloc(1, sizeof *t);
    if (t != NULL) {
        atomic_init(&t->refs, 1);
        (void)pthread_mutex_init(&t->ordering, NULL);
        (void)pthread_mutex_init(&t->lock, NULL);
    }
    return t;
}

void hook_track_unref(HookTrack *t)
{
    if (t == NULL || atomic_fetch_sub(&t->refs, 1) > 1) {
        return;
    }
    (void)pthread_mutex_destroy(&t->ordering);
    (void)pthread_mutex_destroy(&t->lock);
    free(t->sample);
    free(t);
}

/* Under the lock: moves the hour's minutes on to now. */
static void move_minutes(HookTrack *t, int64_t now_ms)
{
    const int64_t minute = now_ms / MINUTE_MS;
    const int64_t gone = minute - t->minute;
    uint32_t *m = t->health.minutes;
    if (gone <= 0 && gone > -HOOK_MINUTES) {
        return;
    }
    const size_t shift = gone < 0 || gone > HOOK_MINUTES ? HOOK_MINUTES : (size_t)gone;
    memmove(m, m + shift, (HOOK_MINUTES - shift) * sizeof *m);
    memset(m + (HOOK_MINUTES - shift), 0, shift * sizeof *m);
    t->minute = minute;
}

/* Under the lock. */
static void drop_old_sample(HookTrack *t, int64_t machine_ms)
{
    if (t->sample != NULL && t->sample_ms < machine_ms - HOOK_SAMPLE_MS) {
        free(PT_TAKE(t->sample));
    }
}

void hook_track_good(HookTrack *t, const HookDelivery *d, uint32_t bad_events, int64_t machine_ms)
{
    (void)pthread_mutex_lock(&t->lock);
    drop_old_sample(t, machine_ms);
    HookHealth *h = &t->health;
    h->deliveries = d->number;
    h->events += d->events;
    h->duplicates += d->duplicates;
    h->quarantined += d->result == HOOK_QUARANTINED;
    h->stale += d->result == HOOK_STALE;
    h->ignored += d->result == HOOK_IGNORED;
    h->privacy += d->result == HOOK_PRIVACY;
    t->ring[d->number % HOOK_DELIVERIES_KEPT] = *d;
    t->ring[d->number % HOOK_DELIVERIES_KEPT].order = ++t->order;
    move_minutes(t, d->time_ms);
    h->minutes[HOOK_MINUTES - 1]++;
    if (d->result == HOOK_QUARANTINED || bad_events > 0) {
        h->last_failure_ms = d->time_ms;
        memcpy(h->last_error, d->reason, sizeof h->last_error);
    } else {
        h->last_success_ms = d->time_ms;
        h->last_error[0] = '\0';
    }
    (void)pthread_mutex_unlock(&t->lock);
}

void hook_track_refused(HookTrack *t, const HookDelivery *d)
{
    (void)pthread_mutex_lock(&t->lock);
    HookHealth *h = &t->health;
    h->unsigned_ones += d->result == HOOK_UNSIGNED || d->result == HOOK_TOO_LARGE;
    h->disabled += d->result == HOOK_DISABLED;
    h->failed += d->result == HOOK_FAILED;
    HookDelivery *kept = &t->refused[t->refused_count++ % HOOK_REFUSALS_KEPT];
    *kept = *d;
    kept->order = ++t->order;
    if (d->result != HOOK_DISABLED) {
        h->last_failure_ms = d->time_ms;
        memcpy(h->last_error, d->reason, sizeof h->last_error);
    }
    (void)pthread_mutex_unlock(&t->lock);
}

void hook_track_sample(HookTrack *t, PtStr body, int64_t now_ms)
{
    char *kept = body.len <= HOOK_SAMPLE_MAX ? malloc(body.len + 1) : NULL;
    if (kept == NULL) {
        return;
    }
    memcpy(kept, body.data, body.len);
    (void)pthread_mutex_lock(&t->lock);
    char *old = t->sample;
    t->sample = kept;
    t->sample_len = body.len;
    t->sample_ms = now_ms;
    (void)pthread_mutex_unlock(&t->lock);
    free(old);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static PtStatus no_connector(PtError *err)
{
    return pt_fail(err, PT_NOT_FOUND, "no such connector");
}

PtStatus hooks_health(Hooks *h, PtStr id, HookHealth *ret_health, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = hook_take(h, id);
    if (live == NULL) {
        return no_connector(err);
    }
    HookTrack *t = live->track;
    (void)pthread_mutex_lock(&t->lock);
    move_minutes(t, pt_clock_now_ms(h->c.clock));
    drop_old_sample(t, pt_clock_now_ms(h->c.machine));
    *ret_health = t->health;
    (void)pthread_mutex_unlock(&t->lock);
    return PT_OK;
}

static int newest_first(const void *a, const void *b)
{
    const HookDelivery *x = a, *y = b;
    if (x->time_ms != y->time_ms) {
        return (x->time_ms < y->time_ms) - (x->time_ms > y->time_ms);
    }
    return x->order != y->order ? (x->order < y->order) - (x->order > y->order)
                                : (x->number < y->number) - (x->number > y->number);
}

PtStatus hooks_deliveries(Hooks *h, PtStr id, PtArena *arena, HookDelivery **ret_list,
                          size_t *ret_count, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = hook_take(h, id);
    HookDelivery *list =
        pt_arena_alloc(arena, HOOK_DELIVERIES_KEPT + HOOK_REFUSALS_KEPT, sizeof *list);
    size_t count = 0;
    if (live == NULL || list == NULL) {
        return live == NULL ? no_connector(err)
                            : pt_fail(err, PT_NO_MEMORY, "no memory for deliveries");
    }
    HookTrack *t = live->track;
    (void)pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < HOOK_DELIVERIES_KEPT; i++) {
        if (t->ring[i].time_ms != 0) {
            list[count++] = t->ring[i];
        }
    }
    for (size_t i = 0; i < HOOK_REFUSALS_KEPT && i < t->refused_count; i++) {
        list[count++] = t->refused[i];
    }
    (void)pthread_mutex_unlock(&t->lock);
    qsort(list, count, sizeof *list, newest_first);
    *ret_list = list;
    *ret_count = count;
    return PT_OK;
}

PtStatus hooks_sample(Hooks *h, PtStr id, PtArena *arena, PtStr *ret_body, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = hook_take(h, id);
    PtStr body = {NULL, 0};
    if (live == NULL) {
        return no_connector(err);
    }
    HookTrack *t = live->track;
    (void)pthread_mutex_lock(&t->lock);
    drop_old_sample(t, pt_clock_now_ms(h->c.machine));
    const bool kept = t->sample != NULL;
    if (kept) {
        body = pt_arena_str(arena, (PtStr){t->sample, t->sample_len});
    }
    (void)pthread_mutex_unlock(&t->lock);
    if (kept && body.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a sample");
    }
    *ret_body = body;
    return PT_OK;
}
