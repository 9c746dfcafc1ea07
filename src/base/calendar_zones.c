// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include "base/map.h"
#include "base/memory.h"

#include <pthread.h>

struct PtZones {
    pthread_mutex_t lock;
    PtMap *by_name; /* PtZone, owned */
    char *dir;      /* owned, or NULL */
};

static void free_zone(void *zone)
{
    pt_zone_free(zone);
}

PtZones *pt_zones_new(const char *dir)
{
    PtZones *zones = calloc(1, sizeof *zones);
    if (zones == NULL) {
        return NULL;
    }
    zones->by_name = pt_map_new();
    zones->dir = dir != NULL ? strdup(dir) : NULL;
    (void)pthread_mutex_init(&zones->lock, NULL); // a plain one: it cannot fail
    if (zones->by_name == NULL || (dir != NULL && zones->dir == NULL)) {
        pt_zones_free(zones);
        return NULL;
    }
    return zones;
}

void pt_zones_free(PtZones *zones)
{
    if (zones != NULL) {
        pt_map_free(zones->by_name, free_zone);
        (void)pthread_mutex_destroy(&zones->lock);
        free(zones->dir);
        free(zones);
    }
}

static PtStatus load(PtZones *zones, const char *name, const PtZone **ret_zone, PtError *err)
{
    PT_CLEANUP(pt_zone_freep) PtZone *zone = NULL;
    PtStatus st = pt_zone_load(name, zones->dir, &zone, err);
    if (st != PT_OK) {
        return st;
    }
    if (!pt_map_set(zones->by_name, pt_str(name), zone, NULL)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a time zone");
    }
    *ret_zone = PT_TAKE(zone);
    return PT_OK;
}

PtStatus pt_zones_get(PtZones *zones, PtStr name, const PtZone **ret_zone, PtError *err)
{
    char text[PT_CALENDAR_ZONE_MAX + 1];
    if (name.len > PT_CALENDAR_ZONE_MAX || (name.len > 0 && memchr(name.data, 0, name.len))) {
        return pt_fail(err, PT_INVALID, "\"%.*s\" is not a time zone's name",
                       (int)(name.len < 64 ? name.len : 64), name.data);
    }
    (void)pt_str_copy(text, sizeof text, name);
    (void)pthread_mutex_lock(&zones->lock);
    const PtZone *known = pt_map_get(zones->by_name, name);
    PtStatus st = PT_OK;
    if (known != NULL) {
        *ret_zone = known;
    } else {
        st = load(zones, text, ret_zone, err);
    }
    (void)pthread_mutex_unlock(&zones->lock);
    return st;
}
