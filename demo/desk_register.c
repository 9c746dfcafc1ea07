// SPDX-License-Identifier: Apache-2.0
/* What Patron is told of the retailer before its desk can work: each is said again at every start,
 * and what is there already stays. */
#include "desk_internal.h"

#include "base/time.h"
#include "retailer.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { CSV_BYTES = 1 << 16 };

static const char *const regions[WORLD_COUNTRIES] = {"Germany",       "Great Britain", "France",
                                                     "United States", "Poland",        "Sweden",
                                                     "Switzerland",   "Netherlands"};

/* A record of the desk, as PUT takes it. */
typedef struct Record {
    const char *kind, *id, *name, *json;
} Record;

static const Record records[] = {
    {"vendors", "northgate", "Northgate Payments",
     "{\"contract\":\"NG-2207\",\"contact\":\"Duty manager\",\"email\":\"duty@northgate.example\","
     "\"response_min\":15,\"resolve_min\":240,\"services\":[\"payments\"]}"},
    {"vendors", "tillwright", "Tillwright",
     "{\"contract\":\"TW-0418\",\"contact\":\"Service "
     "line\",\"email\":\"service@tillwright.example\","
     "\"response_min\":30,\"resolve_min\":480,\"services\":[\"pos\"]}"},
    {"touchpoints", "in_store_checkout", "Checkout in the store", "{\"channel\":\"store\"}"},
    {"touchpoints", "checkout", "Payment", "{\"channel\":\"all\"}"},
    {"touchpoints", "online_shopping", "Web shop and app", "{\"channel\":\"web\"}"},
    {"touchpoints", "loyalty", "Loyalty", "{\"channel\":\"all\"}"},
    {"touchpoints", "stock_visibility", "Stock on show", "{\"channel\":\"all\"}"},
    {"touchpoints", "in_store_promotions", "Promotion screens", "{\"channel\":\"store\"}"},
    {"services", "pos", "Tills",
     "{\"touchpoints\":[\"in_store_checkout\"],\"vendor\":\"tillwright\",\"queue\":\"store_"
     "systems\","
     "\"state\":\"live\"}"},
    {"services", "payments", "Card payments",
     "{\"touchpoints\":[\"checkout\"],\"vendor\":\"northgate\",\"queue\":\"platform\",\"state\":"
     "\"live\"}"},
    {"services", "web_shop", "Web shop",
     "{\"touchpoints\":[\"online_shopping\"],\"depends_on\":[\"payments\",\"stock\"],"
     "\"queue\":\"platform\",\"state\":\"live\"}"},
    {"services", "loyalty", "Members",
     "{\"touchpoints\":[\"loyalty\"],\"queue\":\"platform\",\"state\":\"live\"}"},
    {"services", "stock", "Stock",
     "{\"touchpoints\":[\"stock_visibility\"],\"queue\":\"store_systems\",\"state\":\"live\"}"},
    {"services", "signage", "Promotion screens",
     "{\"touchpoints\":[\"in_store_promotions\"],\"queue\":\"store_systems\",\"state\":\"live\"}"},
    {"services", "network", "Store networks", "{\"queue\":\"store_systems\",\"state\":\"live\"}"},
};

bool desk_said(long status, const char *what)
{
    const bool fine = status == 200 || status == 201 || status == 409; // 409: it is there
    if (!fine) {
        (void)fprintf(stderr, "patron-demo: %s cannot be registered (status %ld)\n", what, status);
    }
    return fine;
}

static bool put_records(DemoDesk *d)
{
    bool fine = true;
    for (size_t i = 0; fine && i < sizeof records / sizeof *records; i++) {
        char path[128], body[800];
        const Record *r = &records[i];
        (void)snprintf(path, sizeof path, "/api/v1/desk/records/%s/%s", r->kind, r->id);
        (void)snprintf(body, sizeof body, "{\"version\":0,\"name\":\"%s\",\"record\":%s}", r->name,
                       r->json);
        fine = desk_said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_str(body)), r->name);
    }
    return fine;
}

/* ---- Hours ------------------------------------------------------------------------------------
 */

static void hours_id(const Store *store, char out[static 32])
{
    char country[3] = {0};
    for (size_t i = 0; i < 2; i++) {
        country[i] = (char)(world_countries[store->country].code[i] | 0x20); // ASCII capitals
    }
    (void)snprintf(out, 32, "%s_%u_%u", country, store->opens, store->closes);
}

/* Of the years around at_ms: the days on which all stores are closed. */
static void put_holidays(PtBuf *out, int64_t at_ms)
{
    static const struct {
        const char *day, *name;
    } days[] = {{"01-01", "New Year"}, {"12-25", "Christmas Day"}, {"12-26", "Boxing Day"}};
    const int year = pt_civil_of_ms(at_ms).year;
    pt_buf_printf(out, "\"holidays\":[");
    for (int y = year - 1; y <= year + 2; y++) {
        for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
            pt_buf_printf(out, "%s{\"date\":\"%04d-%s\",\"name\":\"%s\"}",
                          y > year - 1 || i > 0 ? "," : "", y, days[i].day, days[i].name);
        }
    }
    pt_buf_printf(out, "]");
}

static bool put_calendar(DemoDesk *d, const char *id, const PtBuf *body)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/api/v1/commerce/calendars/%s", id);
    return pt_buf_status(body) == PT_OK &&
           desk_said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_buf_str(body)), id);
}

static bool put_store_hours(DemoDesk *d, const Store *store)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat"};
    const Country *country = &world_countries[store->country];
    char id[32];
    PtBuf body;
    pt_buf_init(&body, CSV_BYTES);
    hours_id(store, id);
    pt_buf_printf(&body, "{\"version\":0,\"name\":\"%s, %u to %u\",\"calendar\":{\"hours\":{",
                  regions[store->country], store->opens, store->closes);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        pt_buf_printf(&body, "%s\"%s\":[[\"%02u:00\",\"%02u:00\"]]", i > 0 ? "," : "", days[i],
                      store->opens, store->closes);
    }
    pt_buf_printf(&body, "%s},", country->closed_sundays ? "" : ",\"sun\":[[\"12:00\",\"18:00\"]]");
    put_holidays(&body, floor_time(d->floor));
    pt_buf_printf(&body, "}}");
    const bool fine = put_calendar(d, id, &body);
    pt_buf_done(&body);
    return fine;
}

static bool put_office_hours(DemoDesk *d)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri"};
    PtBuf body;
    pt_buf_init(&body, CSV_BYTES);
    pt_buf_printf(&body, "{\"version\":0,\"name\":\"Office, Berlin\",\"calendar\":"
                         "{\"zone\":\"Europe/Berlin\",\"hours\":{");
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        pt_buf_printf(&body, "%s\"%s\":[[\"08:00\",\"18:00\"]]", i > 0 ? "," : "", days[i]);
    }
    pt_buf_printf(&body, "},");
    put_holidays(&body, floor_time(d->floor));
    pt_buf_printf(&body, "}}");
    const bool fine = put_calendar(d, "office", &body);
    pt_buf_done(&body);
    return fine;
}

/* Each kind of hours once. */
static bool put_hours(DemoDesk *d)
{
    bool fine = put_office_hours(d);
    for (unsigned s = 0; fine && s < RETAILER_STORES; s++) {
        char own[32], other[32];
        bool first = true;
        hours_id(&world_stores[s], own);
        for (unsigned i = 0; i < s; i++) {
            hours_id(&world_stores[i], other);
            first = first && strcmp(own, other) != 0;
        }
        fine = !first || put_store_hours(d, &world_stores[s]);
    }
    return fine;
}

/* ---- Stores and tills -------------------------------------------------------------------------
 */

static bool send_file(DemoDesk *d, const char *kind, const PtBuf *csv)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/api/v1/commerce/files/%s", kind);
    return pt_buf_status(csv) == PT_OK &&
           desk_said(desk_ask(d, DESK_ADMIN, "POST", path, pt_buf_str(csv)), kind);
}

static bool put_stores(DemoDesk *d)
{
    PtBuf csv;
    pt_buf_init(&csv, CSV_BYTES);
    pt_buf_printf(&csv, "code,name,zone,country,region,format,address,calendar\n");
    for (unsigned s = 0; s < RETAILER_STORES; s++) {
        const Store *store = &world_stores[s];
        const Country *country = &world_countries[store->country];
        char id[32];
        hours_id(store, id);
        pt_buf_printf(&csv, "S%u,%s,%s,%s,%s,%s,%s,%s\n", s + 1, store->name, country->zone,
                      country->code, regions[store->country],
                      store->tills >= 6   ? "Flagship"
                      : store->tills >= 4 ? "City"
                                          : "Neighbourhood",
                      store->city, id);
    }
    bool fine = send_file(d, "stores", &csv);
    pt_buf_clear(&csv, CSV_BYTES);
    pt_buf_printf(&csv, "store,code,name,kind\n");
    for (unsigned s = 0; s < RETAILER_STORES; s++) {
        for (unsigned t = 1; t <= world_stores[s].tills; t++) {
            const bool self = t > 3 && t + 2 > world_stores[s].tills;
            pt_buf_printf(&csv, "S%u,T%u,%s,%s\n", s + 1, t, self ? "Self-checkout" : "Checkout",
                          self ? "self_checkout" : "staffed");
        }
    }
    fine = fine && send_file(d, "tills", &csv);
    pt_buf_done(&csv);
    return fine;
}

bool desk_register(DemoDesk *d)
{
    return put_hours(d) && put_stores(d) && put_records(d) && desk_register_people(d);
}
