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

static bool said(long status, const char *what)
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
        fine = said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_str(body)), r->name);
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
           said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_buf_str(body)), id);
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
           said(desk_ask(d, DESK_ADMIN, "POST", path, pt_buf_str(csv)), kind);
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

/* ---- People -----------------------------------------------------------------------------------
 */

/* A line's queue, and who leads it. */
static bool put_queue(DemoDesk *d, unsigned tier, const char *lead)
{
    static const struct {
        const char *name, *what, *calendar;
    } queues[FLOOR_TIERS] = {
        {"Service desk", "First line, around the clock", ""},
        {"Store systems", "Second line: tills, stock, networks", ",\"calendar\":\"office\""},
        {"Platform", "Third line: shop, payments, members", ",\"calendar\":\"office\""},
    };
    char path[96], body[320];
    (void)snprintf(path, sizeof path, "/api/v1/desk/records/queues/%s", floor_queues[tier]);
    (void)snprintf(body, sizeof body,
                   "{\"version\":0,\"name\":\"%s\",\"record\":{\"description\":\"%s\","
                   "\"lead\":\"%s\"%s}}",
                   queues[tier].name, queues[tier].what, lead, queues[tier].calendar);
    return said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_str(body)), queues[tier].name);
}

/* ---- Who is given what ------------------------------------------------------------------------
 */

static bool put_routing(DemoDesk *d)
{
    static const char skills[] = "{\"version\":0,\"skills\":[{\"id\":\"tills\",\"name\":\"Tills\"},"
                                 "{\"id\":\"networks\",\"name\":"
                                 "\"Networks\"},{\"id\":\"stock\",\"name\":\"Stock\"},{\"id\":"
                                 "\"payments\",\"name\":\"Payments\"},"
                                 "{\"id\":\"web_shop\",\"name\":\"Web shop\"}]}";
    static const char *const queues[FLOOR_TIERS] = {
        "{\"on\":true,\"strategy\":\"longest_idle\",\"sticky_min\":1440,\"head_start_s\":120,"
        "\"ageing_min\":240}",
        "{\"on\":true,\"strategy\":\"proficiency\",\"needs\":[{\"field\":\"category\",\"value\":"
        "\"till_fault\",\"skills\":[{\"skill\":\"tills\",\"level\":3}]},{\"field\":\"category\","
        "\"value\":"
        "\"inventory_sync\",\"skills\":[{\"skill\":\"stock\",\"level\":3}]}],\"relax\":[{\"after_"
        "s\":1800,"
        "\"skill\":\"\",\"level\":1}],\"ageing_min\":240}",
        "{\"on\":true,\"strategy\":\"least_loaded\",\"needs\":[{\"field\":\"category\",\"value\":"
        "\"payment_timeout\",\"skills\":[{\"skill\":\"payments\",\"level\":2}]}],\"relax\":[{"
        "\"after_s\":900,"
        "\"skill\":\"payments\",\"level\":1}]}"};
    bool fine =
        said(desk_ask(d, DESK_ADMIN, "PUT", "/api/v1/routing/skills", pt_str(skills)), "skills");
    for (unsigned i = 0; fine && i < FLOOR_TIERS; i++) {
        char path[96], body[800];
        (void)snprintf(path, sizeof path, "/api/v1/routing/queues/%s", floor_queues[i]);
        (void)snprintf(body, sizeof body, "{\"version\":0,\"settings\":%s}", queues[i]);
        fine = said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_str(body)), floor_queues[i]);
    }
    return fine;
}

/* The first line works in three shifts, the others stagger their days. */
static void put_shifts(PtBuf *out, unsigned agent)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const first[] = {"[\"06:00\",\"14:00\"]", "[\"14:00\",\"22:00\"]",
                                        "[\"00:00\",\"06:00\"],[\"22:00\",\"24:00\"]"};
    static const char *const others[] = {"[\"07:00\",\"16:00\"]", "[\"10:00\",\"19:00\"]"};
    const bool first_line = floor_agents[agent].tier == 0;
    pt_buf_printf(out, "{\"zone\":\"Europe/Berlin\",\"hours\":{");
    for (unsigned i = 0; i < (first_line ? 7 : 5); i++) {
        pt_buf_printf(out, "%s\"%s\":[%s]", i > 0 ? "," : "", days[i],
                      first_line ? first[agent % 3] : others[agent % 2]);
    }
    pt_buf_printf(out, "}}");
}

/* What they can do, when, how much at once; and that they are there. */
static bool put_agent(DemoDesk *d, unsigned agent, const char *account)
{
    static const char *const skills[] = {
        "{\"skill\":\"tills\",\"level\":4},{\"skill\":\"networks\",\"level\":3}",
        "{\"skill\":\"stock\",\"level\":4},{\"skill\":\"tills\",\"level\":2}",
        "{\"skill\":\"payments\",\"level\":4},{\"skill\":\"web_shop\",\"level\":3}",
        "{\"skill\":\"web_shop\",\"level\":5},{\"skill\":\"payments\",\"level\":2}"};
    const unsigned tier = floor_agents[agent].tier;
    char path[128];
    PtBuf body;
    pt_buf_init(&body, CSV_BYTES);
    pt_buf_printf(
        &body,
        "{\"version\":0,\"settings\":{\"queues\":[\"%s\"],\"capacity\":%d,\"skills\":[%s],"
        "\"shifts\":",
        floor_queues[tier], tier == 0 ? 12 : 8,
        tier == 0 ? "" : skills[(tier - 1) * 2 + agent % 2]);
    put_shifts(&body, agent);
    pt_buf_printf(&body, "}}");
    (void)snprintf(path, sizeof path, "/api/v1/routing/agents/%s", account);
    bool fine =
        pt_buf_status(&body) == PT_OK &&
        said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_buf_str(&body)), "what an agent can do");
    pt_buf_done(&body);
    (void)snprintf(path, sizeof path, "/api/v1/routing/agents/%s/presence", account);
    return fine && said(desk_ask(d, DESK_ADMIN, "PUT", path,
                                 PT_STR("{\"presence\":\"online\",\"reason\":\"\"}")),
                        "that an agent is there");
}

static bool put_agents(DemoDesk *d)
{
    bool fine = true;
    for (unsigned i = 0; fine && i < FLOOR_AGENTS; i++) {
        const FloorAgent *agent = &floor_agents[i];
        char body[320], path[96], account[FLOOR_ACCOUNT];
        (void)snprintf(body, sizeof body,
                       "{\"email\":\"%s@larkfield.example\",\"name\":\"%s\",\"role\":\"agent\","
                       "\"password\":\"%s\"}",
                       agent->email, agent->name, d->password);
        fine = said(desk_ask(d, DESK_ADMIN, "POST", "/api/v1/accounts", pt_str(body)), agent->name);
        explicit_bzero(body, sizeof body);
        (void)snprintf(path, sizeof path, "/api/v1/accounts/%s%%40larkfield.example", agent->email);
        fine = fine && said(desk_ask(d, DESK_ADMIN, "GET", path, PT_STR("")), agent->name);
        const PtStr id = desk_text(pt_buf_str(&d->people[DESK_ADMIN].answer), "id");
        (void)snprintf(account, sizeof account, "%.*s", PT_STR_ARG(id));
        floor_account(d->floor, i, account);
        const bool leads = i == 0 || floor_agents[i - 1].tier != agent->tier; // the first of a line
        fine = fine && (!leads || put_queue(d, agent->tier, account));
        fine = fine && said(desk_sign_in(d, i) ? 200 : 401, agent->name);
        fine = fine && put_agent(d, i, account);
    }
    return fine;
}

bool desk_register(DemoDesk *d)
{
    return put_hours(d) && put_stores(d) && put_records(d) && put_routing(d) && put_agents(d);
}
