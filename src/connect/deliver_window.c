// SPDX-License-Identifier: Apache-2.0
#include "connect/destination_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

void deliver_window_init(DeliverWindow *w, uint32_t lanes, uint64_t position)
{
    memset(w, 0, sizeof *w);
    w->lane_count = lanes;
    w->read_next = position;
}

static void free_queue(DeliverQueue *q)
{
    while (q->first != NULL) {
        DeliverEvent *e = q->first;
        q->first = e->next;
        free(e);
    }
    *q = (DeliverQueue){.busy = q->busy};
}

void deliver_window_clear(DeliverWindow *w)
{
    for (uint32_t i = 0; i < w->lane_count; i++) {
        free_queue(&w->lanes[i]);
    }
    free_queue(&w->side);
    deliver_window_init(w, w->lane_count, w->read_next);
}

bool deliver_window_full(const DeliverWindow *w)
{
    return w->count >= DELIVER_QUEUED_MAX || w->bytes >= DELIVER_QUEUED_BYTES;
}

uint64_t deliver_window_position(const DeliverWindow *w)
{
    return w->oldest != NULL ? w->oldest->record.position.offset : w->read_next;
}

/* By the device where it is known, so that what somebody did before and after signing in stays in
 * order. */
static DeliverQueue *lane_of(DeliverWindow *w, const EventView *view)
{
    const PtStr who = view->anonymous_id.len > 0 ? view->anonymous_id : view->user_id;
    return &w->lanes[w->lane_count > 1 ? pt_hash64(who) % w->lane_count : 0];
}

static void append(DeliverQueue *q, DeliverEvent *e)
{
    *(q->last != NULL ? &q->last->next : &q->first) = e;
    q->last = e;
    q->count++;
    q->bytes += e->bytes;
}

DeliverEvent *deliver_window_add(DeliverWindow *w, const PtRecord *record, const EventView *view,
                                 DeliverOrigin origin, int64_t mono_ms)
{
    DeliverEvent *e = malloc(sizeof *e + record->payload.len);
    if (e == NULL) {
        return NULL;
    }
    *e = (DeliverEvent){.record = *record,
                        .bytes = sizeof *e + record->payload.len,
                        .since_mono_ms = mono_ms,
                        .origin = origin};
    if (record->payload.len > 0) {
        memcpy(e->payload, record->payload.data, record->payload.len);
    }
    e->record.payload.data = e->payload;
    e->queue = origin == DELIVER_LIVE ? lane_of(w, view) : &w->side;
    append(e->queue, e);
    if (origin == DELIVER_LIVE) {
        e->older = w->newest;
        *(w->newest != NULL ? &w->newest->newer : &w->oldest) = e;
        w->newest = e;
        w->count++;
        w->queued++;
        w->bytes += e->bytes;
    }
    return e;
}

DeliverEvent *deliver_window_take(DeliverWindow *w, DeliverQueue *q)
{
    DeliverEvent *e = q->first;
    if (e == NULL) {
        return NULL;
    }
    q->first = e->next;
    q->last = q->first == NULL ? NULL : q->last;
    q->count--;
    q->bytes -= e->bytes;
    w->queued -= e->origin == DELIVER_LIVE;
    e->next = NULL;
    return e;
}

void deliver_window_put_back(DeliverWindow *w, DeliverEvent *e)
{
    DeliverQueue *q = e->queue;
    e->next = q->first;
    q->first = e;
    q->last = q->last == NULL ? e : q->last;
    q->count++;
    q->bytes += e->bytes;
    w->queued += e->origin == DELIVER_LIVE;
}

void deliver_window_append(DeliverWindow *w, DeliverEvent *e)
{
    append(e->queue, e);
    w->queued += e->origin == DELIVER_LIVE;
}

void deliver_window_settle(DeliverWindow *w, DeliverEvent *e)
{
    if (e->origin == DELIVER_LIVE) {
        *(e->older != NULL ? &e->older->newer : &w->oldest) = e->newer;
        *(e->newer != NULL ? &e->newer->older : &w->newest) = e->older;
        w->count--;
        w->bytes -= e->bytes;
    }
    free(e);
}
