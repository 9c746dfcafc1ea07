// SPDX-License-Identifier: Apache-2.0
/* The calendars that clocks of tickets count by: trading hours of stores, and which calendar a
 * queue has, by the records as they are now. */
#include "desk/desk_internal.h"

#include "base/map.h"
#include "commerce/commerce.h"

#include <stdlib.h>

struct DeskRoutes { /* immutable, counted */
    PtArena *arena;
    PtMap *calendars; /* of queues: id */
    PtMap *queues;    /* of services: id */
    _Atomic int holders;
};

enum { ROUTES_ARENA = 256 << 20 };

/* ---- Queues and services ----------------------------------------------------------------------
 */

void desk_routes_release(DeskRoutes *r)
{
    if (r != NULL && atomic_fetch_sub(&r->holders, 1) == 1) {
        pt_map_free(r->calendars, NULL);
        pt_map_free(r->queues, NULL);
        pt_arena_free(r->arena);
        free(r);
    }
}

/* The member of each record of the kind that has one, by its id. */
static PtStatus fill(Desk *d, DeskRecordKind kind, const char *member, DeskRoutes *r, PtMap *map,
                     PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ROUTES_ARENA);
    DeskRecord *records = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL ? desk_records(d, kind, arena, &records, &count, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for records");
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        PtStr value;
        st = desk_record_member(records[i].json, member, r->arena, &value, err);
        if (st == PT_OK && value.len > 0 &&
            !pt_map_set(map, records[i].id, (void *)(uintptr_t)value.data, NULL)) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for records");
        }
    }
    return st;
}

static PtStatus make(Desk *d, DeskRoutes **ret_routes, PtError *err)
{
    DeskRoutes *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for records");
    }
    atomic_init(&r->holders, 1);
    r->arena = pt_arena_new(ROUTES_ARENA);
    r->calendars = pt_map_new();
    r->queues = pt_map_new();
    PtStatus st = r->arena != NULL && r->calendars != NULL && r->queues != NULL
                      ? fill(d, DESK_QUEUE, "calendar", r, r->calendars, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for records");
    st = st == PT_OK ? fill(d, DESK_SERVICE, "queue", r, r->queues, err) : st;
    if (st != PT_OK) {
        desk_routes_release(r);
        return st;
    }
    *ret_routes = r;
    return PT_OK;
}

PtStatus desk_routes_load(Desk *d, PtError *err)
{
    DeskRoutes *made = NULL;
    (void)pthread_mutex_lock(&d->routing); // what was read last is there last
    PtStatus st = make(d, &made, err);
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&d->lock);
        DeskRoutes *before = d->routes;
        d->routes = made;
        (void)pthread_mutex_unlock(&d->lock);
        desk_routes_release(before);
    }
    (void)pthread_mutex_unlock(&d->routing);
    return st;
}

PtStatus desk_routes_follow(Desk *d, DeskRecordKind kind, PtError *err)
{
    if (kind != DESK_QUEUE && kind != DESK_SERVICE) {
        return PT_OK;
    }
    PtStatus st = desk_routes_load(d, err);
    return st == PT_OK && d->work != NULL ? work_calendars_changed(d->work, err) : st;
}

/* ---- For clocks -------------------------------------------------------------------------------
 */

typedef struct Held {
    WorkCalendars calendars;    /* first: what is handed out */
    const CommerceHours *hours; /* NULL without commerce */
    DeskRoutes *routes;
} Held;

static const PtCalendar *by_id(const Held *h, PtStr id, int64_t at_ms, int64_t *ret_until_ms)
{
    return h->hours != NULL && id.data != NULL
               ? commerce_hours_of_calendar(h->hours, id, at_ms, ret_until_ms)
               : NULL;
}

static PtStr queue_calendar(const Held *h, PtStr queue)
{
    const char *id = pt_map_get(h->routes->calendars, queue);
    return id != NULL ? pt_str(id) : (PtStr){NULL, 0};
}

static const PtCalendar *in_force(void *ctx, WorkCalendarOf of, PtStr name, int64_t at_ms,
                                  int64_t *ret_until_ms)
{
    const Held *h = ctx;
    const char *queue = NULL;
    *ret_until_ms = INT64_MAX;
    switch (of) {
    case WORK_CALENDAR_STORE:
        return h->hours != NULL ? commerce_hours_of_store(h->hours, name, at_ms, ret_until_ms)
                                : NULL;
    case WORK_CALENDAR_QUEUE:
        return by_id(h, queue_calendar(h, name), at_ms, ret_until_ms);
    case WORK_CALENDAR_SERVICE:
        queue = pt_map_get(h->routes->queues, name);
        return queue != NULL ? by_id(h, queue_calendar(h, pt_str(queue)), at_ms, ret_until_ms)
                             : NULL;
    default:
        return by_id(h, name, at_ms, ret_until_ms);
    }
}

static void release(void *ctx, const WorkCalendars *held)
{
    Held *h = (Held *)(uintptr_t)held;
    (void)ctx;
    if (h != NULL) {
        commerce_hours_release(h->hours);
        desk_routes_release(h->routes);
        free(h);
    }
}

static const WorkCalendars *hold(void *ctx)
{
    Desk *d = ctx;
    Held *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return NULL;
    }
    h->calendars = (WorkCalendars){.ctx = h, .in_force = in_force};
    (void)pthread_mutex_lock(&d->lock);
    h->routes = d->routes;
    atomic_fetch_add(&h->routes->holders, 1);
    (void)pthread_mutex_unlock(&d->lock);
    h->hours = d->c.commerce != NULL ? commerce_hours_hold(d->c.commerce) : NULL;
    if (d->c.commerce != NULL && h->hours == NULL) {
        release(d, &h->calendars);
        return NULL;
    }
    return &h->calendars;
}

WorkCalendarSource desk_calendars(Desk *desk)
{
    return (WorkCalendarSource){.ctx = desk, .hold = hold, .release = release};
}
