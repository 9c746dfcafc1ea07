// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commerce/commerce_internal.h"

/* What a snapshot holds. All but the calendars lies in its arena. */

#define HOURS_NONE UINT32_MAX

typedef struct HoursCalendar HoursCalendar;
struct HoursCalendar { /* a calendar as read in one zone, where its versions say none */
    PtStr zone;
    PtCalendar *calendar;
    HoursCalendar *next; /* of the same id */
};

typedef struct HoursId {
    PtStr id;
    bool zoneless;        /* a version says no zone */
    HoursCalendar *first; /* read in UTC */
    const PtCalendarVersion *versions;
    size_t version_count;
} HoursId;

typedef struct HoursKept {
    int64_t from_ms;
    const PtCalendar *calendar; /* NULL: none */
} HoursKept;

typedef struct HoursStore {
    PtStr code;
    const PtZone *zone;
    int64_t opened_ms, closed_ms; /* trades in [opened, closed) */
    const HoursKept *kept;
    size_t kept_count;
} HoursStore;

struct CommerceHours {
    _Atomic int holders;
    PtArena *arena;
    HoursId *ids; /* by id */
    size_t id_count;
    HoursStore *stores; /* by code */
    size_t store_count;
};

const HoursStore *hours_store(const CommerceHours *hours, PtStr code); /* NULL: none */
HoursId *hours_id(const CommerceHours *hours, PtStr id);               /* NULL: none */
