// SPDX-License-Identifier: Apache-2.0
/* /api/v1/commerce: stores, tills, opening hours. */
#include "commerce/commerce.h"
#include "api/api_internal.h"

#include <stdio.h>

void api_set_commerce(Api *api, Commerce *commerce)
{
    api->commerce = commerce;
}

enum { LIST_BYTES = 64 << 20, HOLIDAYS_MAX = PT_CALENDAR_DATES_MAX };

static void put_changed(PtJsonOut *out, int64_t version, int64_t changed_ms, PtStr changed_by)
{
    pt_json_put_i64(out, "version", version);
    api_put_time(out, "changed_at", changed_ms);
    pt_json_put_str(out, "changed_by", changed_by);
}

/* An arena for a list that may be long; answers where there is no memory. */
static PtArena *list_arena(ApiCall *call)
{
    PtArena *arena = pt_arena_new(LIST_BYTES);
    if (arena == NULL) {
        (void)api_failed(call, pt_fail(&call->error, PT_NO_MEMORY, "no memory for a list"));
    }
    return arena;
}

static const CommerceHours *hold(ApiCall *call)
{
    const CommerceHours *hours = commerce_hours_hold(call->api->commerce);
    if (hours == NULL) {
        (void)api_failed(call, pt_fail(&call->error, PT_NO_MEMORY, "no memory for hours"));
    }
    return hours;
}

/* ---- Stores -----------------------------------------------------------------------------------
 */

static void put_now(PtJsonOut *out, const CommerceHours *hours, PtStr store, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;
    const CommerceNow now = commerce_store_now(hours, store, now_ms, &next_ms);
    pt_json_out_key(out, PT_STR("now"));
    pt_json_out_object(out);
    pt_json_put_str(out, "state", pt_str(commerce_nows[now]));
    api_put_time_or_null(out, "changes_at", next_ms == INT64_MAX ? 0 : next_ms);
    pt_json_out_object_end(out);
}

static void put_store(PtJsonOut *out, const CommerceHours *hours, const CommerceStore *store,
                      int64_t now_ms)
{
    PtStr now = PT_STR("");
    pt_json_out_object(out);
    pt_json_put_str(out, "code", store->code);
    for (size_t i = 0; i < COMMERCE_STORE_FIELDS; i++) {
        pt_json_put_str(out, commerce_store_fields[i], store->f[i]);
    }
    pt_json_put_i64(out, "tills", store->tills);
    put_now(out, hours, store->code, now_ms);
    pt_json_out_key(out, PT_STR("calendars"));
    pt_json_out_array(out);
    for (size_t i = 0; i < store->kept_count; i++) {
        now = i == 0 || store->kept[i].from_ms <= now_ms ? store->kept[i].calendar : now;
        pt_json_out_object(out);
        api_put_time_or_null(out, "from", store->kept[i].from_ms);
        pt_json_put_str(out, "calendar", store->kept[i].calendar);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_put_str(out, "calendar", now);
    put_changed(out, store->version, store->changed_ms, store->changed_by);
    pt_json_out_object_end(out);
}

static int64_t now_of(const ApiCall *call)
{
    return pt_clock_now_ms(call->api->c.clock);
}

void api_commerce_stores_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    const PtStr cursor = q[Q_COMMERCE_STORES_LIST_CURSOR].text;
    const CommerceStoreQuery query = {.country = q[Q_COMMERCE_STORES_LIST_COUNTRY].text,
                                      .region = q[Q_COMMERCE_STORES_LIST_REGION].text,
                                      .format = q[Q_COMMERCE_STORES_LIST_FORMAT].text,
                                      .calendar = q[Q_COMMERCE_STORES_LIST_CALENDAR].text,
                                      .state = q[Q_COMMERCE_STORES_LIST_STATE].choice,
                                      .search = q[Q_COMMERCE_STORES_LIST_SEARCH].text,
                                      .after = cursor,
                                      .max = (size_t)q[Q_COMMERCE_STORES_LIST_LIMIT].number};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    PT_CLEANUP(commerce_hours_releasep)
    const CommerceHours *hours = arena != NULL ? hold(call) : NULL;
    CommerceStore *list = NULL;
    size_t count = 0;
    bool more = false;
    if (hours == NULL || api_failed(call, commerce_stores(call->api->commerce, &query, arena, &list,
                                                          &count, &more, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < count; i++) {
        put_store(&out, hours, &list[i], now_of(call));
    }
    more = more && query.search.len == 0; // what a search finds is one page
    api_page_end(&out, more && count > 0 ? list[count - 1].code.data : NULL);
    api_answer(call, 200);
}

static void answer_store(ApiCall *call, PtStatus st, const CommerceStore *store)
{
    if (api_failed(call, st)) {
        return;
    }
    PT_CLEANUP(commerce_hours_releasep) const CommerceHours *hours = hold(call);
    if (hours != NULL) {
        PtJsonOut out = pt_json_out(&call->body);
        put_store(&out, hours, store, now_of(call));
        api_answer(call, 200);
    }
}

void api_commerce_store_get(ApiCall *call)
{
    CommerceStore store = {0};
    const PtStatus st =
        commerce_store(call->api->commerce, call->args[0], call->arena, &store, &call->error);
    answer_store(call, st, &store);
}

void api_commerce_store_put(ApiCall *call)
{
    static const unsigned members[COMMERCE_STORE_FIELDS] = {
        [COMMERCE_S_NAME] = IN_COMMERCE_STORE_PUT_NAME,
        [COMMERCE_S_ZONE] = IN_COMMERCE_STORE_PUT_ZONE,
        [COMMERCE_S_COUNTRY] = IN_COMMERCE_STORE_PUT_COUNTRY,
        [COMMERCE_S_REGION] = IN_COMMERCE_STORE_PUT_REGION,
        [COMMERCE_S_FORMAT] = IN_COMMERCE_STORE_PUT_FORMAT,
        [COMMERCE_S_ADDRESS] = IN_COMMERCE_STORE_PUT_ADDRESS,
        [COMMERCE_S_OPENED_ON] = IN_COMMERCE_STORE_PUT_OPENED_ON,
        [COMMERCE_S_CLOSED_ON] = IN_COMMERCE_STORE_PUT_CLOSED_ON,
    };
    const ApiValue *from = &call->in[IN_COMMERCE_STORE_PUT_CALENDAR_FROM];
    CommerceStorePut put = {.code = call->args[0],
                            .calendar = call->in[IN_COMMERCE_STORE_PUT_CALENDAR].text,
                            .from_ms = from->given ? from->number : now_of(call),
                            .expected = call->in[IN_COMMERCE_STORE_PUT_VERSION].number};
    CommerceStore store = {0};
    for (size_t i = 0; i < COMMERCE_STORE_FIELDS; i++) {
        put.f[i] = call->in[members[i]].text;
    }
    const PtStatus st = commerce_store_put(call->api->commerce, &call->who.actor, &put, call->arena,
                                           &store, &call->error);
    answer_store(call, st, &store);
}

void api_commerce_store_delete(ApiCall *call)
{
    if (!api_failed(call, commerce_store_delete(call->api->commerce, &call->who.actor,
                                                call->args[0], &call->error))) {
        api_answer_done(call);
    }
}

/* ---- Days -------------------------------------------------------------------------------------
 */

static void put_day(PtJsonOut *out, const CommerceDay *day)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "date", pt_str(day->date));
    pt_json_put_bool(out, "hours", day->hours);
    pt_json_put_bool(out, "holiday", day->holiday);
    pt_json_put_bool(out, "special", day->special);
    pt_json_put_str(out, "name", day->name);
    pt_json_out_key(out, PT_STR("windows"));
    pt_json_out_array(out);
    for (size_t i = 0; i < day->count; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "from", pt_str(day->windows[i].from));
        pt_json_put_str(out, "to", pt_str(day->windows[i].to));
        api_put_time(out, "opens_at", day->windows[i].from_ms);
        api_put_time(out, "closes_at", day->windows[i].to_ms);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static void put_days(PtJsonOut *out, const CommerceDay *days, size_t count)
{
    pt_json_out_key(out, PT_STR("days"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        put_day(out, &days[i]);
    }
    pt_json_out_array_end(out);
}

void api_commerce_store_hours(ApiCall *call)
{
    const ApiValue *from = &call->query[Q_COMMERCE_STORE_HOURS_FROM];
    const size_t count = (size_t)call->query[Q_COMMERCE_STORE_HOURS_DAYS].number;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    PT_CLEANUP(commerce_hours_releasep)
    const CommerceHours *hours = arena != NULL ? hold(call) : NULL;
    if (hours == NULL) {
        return;
    }
    CommerceStore store = {0};
    CommerceDay *days = pt_arena_alloc(arena, count, sizeof *days);
    PtStatus st = days != NULL ? PT_OK : pt_fail(&call->error, PT_NO_MEMORY, "no memory for days");
    st = st == PT_OK
             ? commerce_store(call->api->commerce, call->args[0], arena, &store, &call->error)
             : st;
    st = st == PT_OK
             ? commerce_store_days(hours, call->args[0], from->given ? from->number : now_of(call),
                                   count, days, &call->error)
             : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        put_now(&out, hours, call->args[0], now_of(call));
        pt_json_put_str(&out, "zone", store.f[COMMERCE_S_ZONE]);
        put_days(&out, days, count);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

void api_commerce_preview(ApiCall *call)
{
    const ApiValue *from = &call->in[IN_COMMERCE_PREVIEW_FROM];
    const size_t count = (size_t)call->in[IN_COMMERCE_PREVIEW_DAYS].number;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    CommerceDay *days = arena != NULL ? pt_arena_alloc(arena, count, sizeof *days) : NULL;
    if (arena == NULL) {
        return;
    }
    PtStatus st = days != NULL ? PT_OK : pt_fail(&call->error, PT_NO_MEMORY, "no memory for days");
    const CommercePreview preview = {.json = call->in[IN_COMMERCE_PREVIEW_CALENDAR].text,
                                     .zone = call->in[IN_COMMERCE_PREVIEW_ZONE].text,
                                     .from_ms = from->given ? from->number : now_of(call),
                                     .count = count};
    st = st == PT_OK ? commerce_preview(call->api->commerce, &preview, arena, days, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        put_days(&out, days, count);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

/* ---- Tills ------------------------------------------------------------------------------------
 */

static void put_till(PtJsonOut *out, const CommerceTill *till)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "store", till->store);
    pt_json_put_str(out, "code", till->code);
    for (size_t i = 0; i < COMMERCE_TILL_FIELDS; i++) {
        pt_json_put_str(out, commerce_till_fields[i], till->f[i]);
    }
    put_changed(out, till->version, till->changed_ms, till->changed_by);
    pt_json_out_object_end(out);
}

void api_commerce_tills_list(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    CommerceTill *list = NULL;
    size_t count = 0;
    if (arena == NULL || api_failed(call, commerce_tills(call->api->commerce, call->args[0], arena,
                                                         &list, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_till(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_commerce_till_put(ApiCall *call)
{
    const CommerceTill put = {.store = call->args[0],
                              .code = call->args[1],
                              .f = {call->in[IN_COMMERCE_TILL_PUT_NAME].text,
                                    call->in[IN_COMMERCE_TILL_PUT_KIND].text,
                                    call->in[IN_COMMERCE_TILL_PUT_STATE].text},
                              .version = call->in[IN_COMMERCE_TILL_PUT_VERSION].number};
    CommerceTill till = {0};
    if (!api_failed(call, commerce_till_put(call->api->commerce, &call->who.actor, &put,
                                            call->arena, &till, &call->error))) {
        PtJsonOut out = pt_json_out(&call->body);
        put_till(&out, &till);
        api_answer(call, 200);
    }
}

void api_commerce_till_delete(ApiCall *call)
{
    if (!api_failed(call, commerce_till_delete(call->api->commerce, &call->who.actor, call->args[0],
                                               call->args[1], &call->error))) {
        api_answer_done(call);
    }
}

/* ---- Calendars --------------------------------------------------------------------------------
 */

void api_commerce_calendars_list(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    CommerceCalendar *list = NULL;
    size_t count = 0;
    if (arena == NULL || api_failed(call, commerce_calendars(call->api->commerce, arena, &list,
                                                             &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "id", list[i].id);
        pt_json_put_str(&out, "name", list[i].name);
        pt_json_put_str(&out, "zone", list[i].versions[0].zone);
        api_put_time_or_null(&out, "from", list[i].versions[0].from_ms);
        pt_json_put_i64(&out, "stores", list[i].stores);
        put_changed(&out, list[i].version, list[i].changed_ms, list[i].changed_by);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_calendar(PtJsonOut *out, const CommerceCalendar *calendar)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", calendar->id);
    pt_json_put_str(out, "name", calendar->name);
    pt_json_put_i64(out, "stores", calendar->stores);
    pt_json_out_key(out, PT_STR("versions"));
    pt_json_out_array(out);
    for (size_t i = 0; i < calendar->version_count; i++) {
        const CommerceCalendarVersion *v = &calendar->versions[i];
        pt_json_out_object(out);
        api_put_time_or_null(out, "from", v->from_ms);
        pt_json_put_str(out, "zone", v->zone);
        api_put_raw(out, "calendar", v->json);
        api_put_time(out, "changed_at", v->changed_ms);
        pt_json_put_str(out, "changed_by", v->changed_by);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    put_changed(out, calendar->version, calendar->changed_ms, calendar->changed_by);
    pt_json_out_object_end(out);
}

void api_commerce_calendar_get(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    CommerceCalendar calendar = {0};
    if (arena != NULL && !api_failed(call, commerce_calendar(call->api->commerce, call->args[0],
                                                             arena, &calendar, &call->error))) {
        PtJsonOut out = pt_json_out(&call->body);
        put_calendar(&out, &calendar);
        api_answer(call, 200);
    }
}

void api_commerce_calendar_put(ApiCall *call)
{
    const ApiValue *from = &call->in[IN_COMMERCE_CALENDAR_PUT_FROM];
    const CommerceCalendarPut put = {.id = call->args[0],
                                     .name = call->in[IN_COMMERCE_CALENDAR_PUT_NAME].text,
                                     .json = call->in[IN_COMMERCE_CALENDAR_PUT_CALENDAR].text,
                                     .from_ms = from->given ? from->number : now_of(call),
                                     .expected = call->in[IN_COMMERCE_CALENDAR_PUT_VERSION].number};
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    CommerceCalendar calendar = {0};
    if (arena != NULL &&
        !api_failed(call, commerce_calendar_put(call->api->commerce, &call->who.actor, &put, arena,
                                                &calendar, &call->error))) {
        PtJsonOut out = pt_json_out(&call->body);
        put_calendar(&out, &calendar);
        api_answer(call, 200);
    }
}

void api_commerce_calendar_delete(ApiCall *call)
{
    if (!api_failed(call, commerce_calendar_delete(call->api->commerce, &call->who.actor,
                                                   call->args[0], &call->error))) {
        api_answer_done(call);
    }
}

static void put_holidays(ApiCall *call, const PtHolidays *found)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("holidays"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < found->count; i++) {
        const PtHoliday *day = &found->list[i];
        char date[16];
        (void)snprintf(date, sizeof date, "%04u-%02u-%02u", (unsigned)day->year % 10000U,
                       day->month % 100U, day->day % 100U);
        pt_json_out_object(&out);
        pt_json_put_str(&out, "date", pt_str(date));
        pt_json_put_str(&out, "name", pt_str(day->name));
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_put_u64(&out, "skipped", found->skipped);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_commerce_holidays(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    PtHolidays found = {.room = HOLIDAYS_MAX};
    if (arena == NULL) {
        return;
    }
    found.list = pt_arena_alloc(arena, HOLIDAYS_MAX, sizeof *found.list);
    PtStatus st =
        found.list != NULL ? PT_OK : pt_fail(&call->error, PT_NO_MEMORY, "no memory for holidays");
    st = st == PT_OK
             ? pt_icalendar_holidays(call->in[IN_COMMERCE_HOLIDAYS_TEXT].text,
                                     (int32_t)call->in[IN_COMMERCE_HOLIDAYS_FROM_YEAR].number,
                                     (int32_t)call->in[IN_COMMERCE_HOLIDAYS_TO_YEAR].number, &found,
                                     &call->error)
             : st;
    if (!api_failed(call, st)) {
        put_holidays(call, &found);
    }
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static PtStatus file_of(ApiCall *call, CommerceFile *ret_file)
{
    const bool stores = pt_str_eq(call->args[0], PT_STR("stores"));
    *ret_file = stores ? COMMERCE_FILE_STORES : COMMERCE_FILE_TILLS;
    return stores || pt_str_eq(call->args[0], PT_STR("tills"))
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND, "there are files of stores and of tills");
}

void api_commerce_export(ApiCall *call)
{
    CommerceFile file = COMMERCE_FILE_STORES;
    PtStatus st = file_of(call, &file);
    st = st == PT_OK ? commerce_export(call->api->commerce, file, &call->body, &call->error) : st;
    if (!api_failed(call, st)) {
        call->content_type = "text/csv; charset=utf-8";
        api_answer(call, 200);
    }
}

void api_commerce_import(ApiCall *call)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = list_arena(call);
    CommerceFile file = COMMERCE_FILE_STORES;
    CommerceImport done = {0};
    PtStatus st = arena != NULL ? file_of(call, &file) : PT_NO_MEMORY;
    if (arena == NULL) {
        return;
    }
    const CommerceImportFile sent = {.kind = file,
                                     .csv = call->request->body,
                                     .trial = call->query[Q_COMMERCE_IMPORT_TRIAL].truth};
    st = st == PT_OK ? commerce_import(call->api->commerce, &call->who.actor, &sent, arena, &done,
                                       &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "added", done.added);
    pt_json_put_u64(&out, "changed", done.changed);
    pt_json_put_u64(&out, "same", done.same);
    pt_json_put_u64(&out, "failed", done.failed);
    pt_json_out_key(&out, PT_STR("faults"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < done.fault_count; i++) {
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "line", done.faults[i].line);
        pt_json_put_str(&out, "what", done.faults[i].what);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
