// SPDX-License-Identifier: Apache-2.0
/* A snapshot of hours out of SQL: each calendar compiled once for each zone that it is read in. */
#include "commerce.sql.h"
#include "commerce/hours_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 192 << 20, SNAPSHOT_BYTES = 512 << 20, DAY_MS = 86400000 };

typedef struct Loading {
    Commerce *c;
    PtSqlTx *tx;
    CommerceHours *hours;
    PtArena *scratch; /* documents */
    PtCalendarVersion *versions;
    size_t version_count, kept_count;
    PtError *err;
} Loading;

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for hours");
}

/* A list for the rows that the statement counts; the transaction sees no others. */
static PtStatus list_for(Loading *l, const char *count_statement, size_t size, PtArena *arena,
                         void **ret_list)
{
    int64_t count = 0;
    PtStatus st =
        commerce_count(l->tx, count_statement, (PtStr){NULL, 0}, (PtStr){NULL, 0}, &count, l->err);
    if (st == PT_OK) {
        *ret_list = pt_arena_alloc(arena, (size_t)count + 1, size);
        st = *ret_list != NULL ? PT_OK : no_memory(l->err);
    }
    return st;
}

/* ---- Calendars --------------------------------------------------------------------------------
 */

/* The calendar as read in `zone`, compiled when it is first asked for. */
static PtStatus variant(Loading *l, HoursId *id, PtStr zone, PtCalendar **ret_calendar)
{
    HoursCalendar **at = &id->first;
    if (!id->zoneless && id->first != NULL) {
        *ret_calendar = id->first->calendar;
        return PT_OK;
    }
    while (*at != NULL && !pt_str_eq((*at)->zone, zone)) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *ret_calendar = (*at)->calendar;
        return PT_OK;
    }
    HoursCalendar *new = pt_arena_alloc(l->hours->arena, 1, sizeof *new);
    PtCalendarVersion *versions = pt_arena_alloc(l->scratch, id->version_count, sizeof *versions);
    const PtStr name = pt_arena_str(l->hours->arena, zone);
    if (new == NULL || versions == NULL || name.data == NULL) {
        return no_memory(l->err);
    }
    memcpy(versions, id->versions, id->version_count * sizeof *versions);
    for (size_t i = 0; i < id->version_count; i++) {
        versions[i].zone = versions[i].zone.len == 0 ? name : (PtStr){NULL, 0};
    }
    *new = (HoursCalendar){.zone = name};
    PtStatus st = pt_calendar_new(versions, id->version_count, l->c->zones, &new->calendar, l->err);
    if (st == PT_OK) {
        *at = new;
        *ret_calendar = new->calendar;
    }
    return st;
}

static PtStatus take_version(Loading *l)
{
    CommerceHours *h = l->hours;
    const PtStr id = pt_sql_text(l->tx, 0);
    PtCalendarVersion *version = &l->versions[l->version_count++];
    *version = (PtCalendarVersion){.from_ms = pt_sql_i64(l->tx, 3),
                                   .json = pt_arena_str(l->scratch, pt_sql_text(l->tx, 2)),
                                   .zone = pt_arena_str(l->scratch, pt_sql_text(l->tx, 1))};
    if (version->json.data == NULL || version->zone.data == NULL) {
        return no_memory(l->err);
    }
    if (h->id_count == 0 || !pt_str_eq(h->ids[h->id_count - 1].id, id)) {
        HoursId *new = &h->ids[h->id_count++];
        *new = (HoursId){.id = pt_arena_str(h->arena, id), .versions = version};
        if (new->id.data == NULL) {
            return no_memory(l->err);
        }
    }
    HoursId *own = &h->ids[h->id_count - 1];
    own->version_count++;
    own->zoneless = own->zoneless || version->zone.len == 0;
    return PT_OK;
}

/* ---- Stores -----------------------------------------------------------------------------------
 */

/* The begin of the local day that `days` lie after the date. */
static PtStatus begin_of(PtStr date, int64_t days, const PtZone *zone, int64_t *ret_ms)
{
    PtCivil civil;
    if (date.len == 0 || !commerce_date(date, &civil)) {
        return PT_OK;
    }
    const int64_t day = pt_civil_days(civil.year, civil.month, civil.day) + days;
    civil = pt_civil_of_ms(day * DAY_MS);
    return pt_zone_to_utc(zone, &civil, false, ret_ms);
}

static PtStatus take_store(Loading *l)
{
    CommerceHours *h = l->hours;
    PtError why = {0};
    HoursStore *new = &h->stores[h->store_count];
    *new = (HoursStore){.code = pt_arena_str(h->arena, pt_sql_text(l->tx, 0)),
                        .opened_ms = INT64_MIN,
                        .closed_ms = INT64_MAX};
    if (new->code.data == NULL) {
        return no_memory(l->err);
    }
    PtStatus st = pt_zones_get(l->c->zones, pt_sql_text(l->tx, 2), &new->zone, &why);
    if (st != PT_OK) {
        return pt_fail(l->err, st, "store %.*s: %s", PT_STR_ARG(new->code), why.message);
    }
    st = begin_of(pt_sql_text(l->tx, 5), 0, new->zone, &new->opened_ms);
    st = st == PT_OK ? begin_of(pt_sql_text(l->tx, 6), 1, new->zone, &new->closed_ms) : st;
    h->store_count++;
    return st;
}

typedef struct Kept { /* until all rows are read: no other statement runs beside */
    PtStr store, calendar;
    int64_t from_ms;
} Kept;

static PtStatus take_kept(Loading *l, Kept *rows)
{
    Kept *row = &rows[l->kept_count++];
    *row = (Kept){.store = pt_arena_str(l->scratch, pt_sql_text(l->tx, 0)),
                  .from_ms = pt_sql_i64(l->tx, 1),
                  .calendar = pt_arena_str(l->scratch, pt_sql_text(l->tx, 2))};
    return row->store.data != NULL && row->calendar.data != NULL ? PT_OK : no_memory(l->err);
}

/* Rows of stores that stand in order, as the stores do. */
static PtStatus join_kept(Loading *l, const Kept *rows, PtStr zone_of[])
{
    CommerceHours *h = l->hours;
    HoursKept *kept = pt_arena_alloc(h->arena, l->kept_count + 1, sizeof *kept);
    PtStatus st = kept != NULL ? PT_OK : no_memory(l->err);
    for (size_t i = 0; st == PT_OK && i < l->kept_count; i++) {
        HoursStore *store = (HoursStore *)(uintptr_t)hours_store(h, rows[i].store); // NOLINT: ours
        HoursId *id = hours_id(h, rows[i].calendar);
        PtCalendar *calendar = NULL;
        if (store == NULL) {
            continue;
        }
        if (id != NULL) {
            st = variant(l, id, zone_of[store - h->stores], &calendar);
        }
        kept[i] = (HoursKept){rows[i].from_ms, calendar};
        store->kept = store->kept_count == 0 ? &kept[i] : store->kept;
        store->kept_count++;
    }
    return st;
}

/* ---- All of it --------------------------------------------------------------------------------
 */

static PtStatus read_versions(Loading *l)
{
    bool row = false;
    void *versions = NULL, *ids = NULL;
    PtStatus st =
        list_for(l, SQL_COMMERCE_VERSION_COUNT, sizeof *l->versions, l->scratch, &versions);
    st = st == PT_OK ? list_for(l, SQL_COMMERCE_CALENDAR_COUNT, sizeof *l->hours->ids,
                                l->hours->arena, &ids)
                     : st;
    st = st == PT_OK ? pt_sql_use(l->tx, SQL_COMMERCE_VERSION_ALL, l->err) : st;
    if (st != PT_OK) {
        return st;
    }
    l->versions = versions;
    l->hours->ids = ids;
    while ((st = pt_sql_step(l->tx, &row, l->err)) == PT_OK && row) {
        if ((st = take_version(l)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(l->tx);
    PtCalendar *in_utc = NULL;
    for (size_t i = 0; st == PT_OK && i < l->hours->id_count; i++) {
        st = variant(l, &l->hours->ids[i], PT_STR("UTC"), &in_utc);
    }
    return st;
}

static PtStatus read_stores(Loading *l, PtStr **ret_zones)
{
    bool row = false;
    void *stores = NULL;
    PtStatus st =
        list_for(l, SQL_COMMERCE_STORE_COUNT, sizeof *l->hours->stores, l->hours->arena, &stores);
    void *zones = NULL;
    st =
        st == PT_OK ? list_for(l, SQL_COMMERCE_STORE_COUNT, sizeof(PtStr), l->scratch, &zones) : st;
    st = st == PT_OK ? pt_sql_use(l->tx, SQL_COMMERCE_STORE_ALL, l->err) : st;
    if (st != PT_OK) {
        return st;
    }
    l->hours->stores = stores;
    *ret_zones = zones;
    pt_sql_bind_i64(l->tx, 1, COMMERCE_STORES_MAX);
    while ((st = pt_sql_step(l->tx, &row, l->err)) == PT_OK && row) {
        PtStr *zone = &(*ret_zones)[l->hours->store_count];
        *zone = pt_arena_str(l->scratch, pt_sql_text(l->tx, 2));
        st = zone->data != NULL ? take_store(l) : no_memory(l->err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(l->tx);
    return st;
}

static PtStatus read_kept(Loading *l, PtStr *zones)
{
    bool row = false;
    void *rows = NULL;
    PtStatus st = list_for(l, SQL_COMMERCE_KEPT_COUNT, sizeof(Kept), l->scratch, &rows);
    st = st == PT_OK ? pt_sql_use(l->tx, SQL_COMMERCE_KEPT_ALL, l->err) : st;
    if (st != PT_OK) {
        return st;
    }
    while ((st = pt_sql_step(l->tx, &row, l->err)) == PT_OK && row) {
        if ((st = take_kept(l, rows)) != PT_OK) {
            break;
        }
    }
    pt_sql_done(l->tx);
    return st == PT_OK ? join_kept(l, rows, zones) : st;
}

PtStatus commerce_hours_load(Commerce *c, PtSqlTx *tx, CommerceHours **ret_hours, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *scratch = pt_arena_new(SCRATCH_BYTES);
    CommerceHours *hours = calloc(1, sizeof *hours);
    Loading l = {.c = c, .tx = tx, .hours = hours, .scratch = scratch, .err = err};
    PtStr *zones = NULL;
    if (hours == NULL) {
        return no_memory(err);
    }
    atomic_init(&hours->holders, 1);
    hours->arena = pt_arena_new(SNAPSHOT_BYTES);
    PtStatus st = scratch != NULL && hours->arena != NULL ? PT_OK : no_memory(err);
    st = st == PT_OK ? read_versions(&l) : st;
    st = st == PT_OK ? read_stores(&l, &zones) : st;
    st = st == PT_OK ? read_kept(&l, zones) : st;
    for (size_t i = 0; i < hours->id_count; i++) { // they lie in the scratch arena
        hours->ids[i].versions = NULL;
    }
    if (st != PT_OK) {
        commerce_hours_release(hours);
        return st;
    }
    *ret_hours = hours;
    return PT_OK;
}
