// SPDX-License-Identifier: Apache-2.0
/* Who works at the desk and who writes to it: queues with their rules, mailboxes, agents with
 * skills, shifts and what they take at once, staff of stores. */
#include "desk_internal.h"

#include "base/json.h"
#include "letters.h"
#include "retailer.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { BODY_BYTES = 1 << 16, RUSH_CAPACITY = 16 };

/* ---- Settings ---------------------------------------------------------------------------------
 */

/* 0: there is none yet. */
static int64_t version_of(DemoDesk *d, const char *path)
{
    int64_t version = 0;
    const PtBuf *answer = &d->people[DESK_ADMIN].answer;
    return desk_ask(d, DESK_ADMIN, "GET", path, PT_STR("")) == 200 &&
                   pt_json_to_i64(desk_member(pt_buf_str(answer), "version"), &version)
               ? version
               : 0;
}

/* A document with its version: anew where it `replaces`, else only where there is none. rest: more
 * members, each with its comma. */
static bool put_settings(DemoDesk *d, const char *path, bool replaces, const char *rest,
                         const PtBuf *settings)
{
    PtBuf body;
    pt_buf_init(&body, BODY_BYTES);
    pt_buf_printf(&body, "{\"version\":%lld,%s\"settings\":",
                  (long long)(replaces ? version_of(d, path) : 0), rest);
    pt_buf_add_str(&body, pt_buf_str(settings));
    pt_buf_add_char(&body, '}');
    const bool fine = pt_buf_status(&body) == PT_OK && pt_buf_status(settings) == PT_OK &&
                      desk_said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_buf_str(&body)), path);
    pt_buf_done(&body);
    return fine;
}

/* ---- Queues -----------------------------------------------------------------------------------
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
    return desk_said(desk_ask(d, DESK_ADMIN, "PUT", path, pt_str(body)), queues[tier].name);
}

/* ---- Who is given what ------------------------------------------------------------------------
 */

static bool put_skills(DemoDesk *d)
{
    static const char skills[] =
        "{\"version\":0,\"skills\":[{\"id\":\"tills\",\"name\":\"Tills\"},{\"id\":\"networks\","
        "\"name\":\"Networks\"},{\"id\":\"stock\",\"name\":\"Stock\"},{\"id\":\"payments\","
        "\"name\":"
        "\"Payments\"},{\"id\":\"web_shop\",\"name\":\"Web shop\"}]}";
    return desk_said(desk_ask(d, DESK_ADMIN, "PUT", "/api/v1/routing/skills", pt_str(skills)),
                     "skills");
}

static bool put_rules(DemoDesk *d, unsigned tier, bool replaces, bool asks)
{
    static const char *const rules[FLOOR_TIERS] = {
        "\"strategy\":\"longest_idle\",\"language\":\"preferred\",\"language_s\":1200,"
        "\"sticky_min\":1440,\"head_start_s\":120,\"ageing_min\":240",
        "\"strategy\":\"proficiency\",\"needs\":[{\"field\":\"category\",\"value\":"
        "\"till_fault\",\"skills\":[{\"skill\":\"tills\",\"level\":3}]},{\"field\":\"category\","
        "\"value\":\"inventory_sync\",\"skills\":[{\"skill\":\"stock\",\"level\":3}]}],"
        "\"relax\":[{\"after_s\":1800,\"skill\":\"\",\"level\":1}],\"ageing_min\":240",
        "\"strategy\":\"least_loaded\",\"needs\":[{\"field\":\"category\",\"value\":"
        "\"payment_timeout\",\"skills\":[{\"skill\":\"payments\",\"level\":2}]}],"
        "\"relax\":[{\"after_s\":900,\"skill\":\"payments\",\"level\":1}]"};
    char path[96];
    PtBuf settings;
    pt_buf_init(&settings, BODY_BYTES);
    pt_buf_printf(&settings, "{\"on\":true,%s", rules[tier]);
    pt_buf_printf(&settings, "%s}",
                  asks ? ",\"ask\":true,\"answer_s\":900,\"away_after\":3,\"again_min\":10" : "");
    (void)snprintf(path, sizeof path, "/api/v1/routing/queues/%s", floor_queues[tier]);
    const bool fine = put_settings(d, path, replaces, "", &settings);
    pt_buf_done(&settings);
    return fine;
}

bool desk_ask_first(DemoDesk *d)
{
    return put_rules(d, 1, true, true);
}

static bool put_routing(DemoDesk *d)
{
    bool fine = put_skills(d);
    for (unsigned tier = 0; fine && tier < FLOOR_TIERS; tier++) {
        fine = put_rules(d, tier, false, false);
    }
    return fine;
}

/* ---- Mailboxes --------------------------------------------------------------------------------
 */

static void put_template(PtJsonOut *out, const char *kind, const char *language, const char *text)
{
    const struct {
        const char *name, *value;
    } members[] = {
        {"kind", kind}, {"language", language}, {"subject", "Re: {{title}}"}, {"text", text}};
    pt_json_out_object(out);
    for (size_t i = 0; i < COUNT(members); i++) {
        pt_json_out_key(out, pt_str(members[i].name));
        pt_json_out_str(out, pt_str(members[i].value));
    }
    pt_json_out_object_end(out);
}

static const char *words(const char *language, const char *kind)
{
    PtRng rng;
    pt_rng_init(&rng, 1);
    return letter_draw(language, kind, &rng)->text;
}

/* They send to the retailer's postbox, whose port is another one at each start. */
static bool put_mailbox(DemoDesk *d, unsigned i)
{
    const FloorMailbox *box = &floor_mailboxes[i];
    const char *language = letter_languages[box->language];
    char path[96], name[160];
    PtBuf settings;
    pt_buf_init(&settings, BODY_BYTES);
    pt_buf_printf(&settings,
                  "{\"address\":\"%s@larkfield.example\",\"from\":\"%s\",\"smtp\":{\"host\":"
                  "\"127.0.0.1\",\"port\":%u,\"tls\":\"plain\"},\"type\":\"%s\",\"queue\":\"%s\","
                  "\"language\":\"%s\",\"automatic\":\"file\",\"hourly\":1000,\"templates\":[",
                  box->id, box->name, postbox_port(d->postbox),
                  i == 0 ? "incident" : "service_request", floor_queues[0], language);
    PtJsonOut out = pt_json_out(&settings);
    put_template(&out, "acknowledged", language, words(language, "seen"));
    pt_buf_add_char(&settings, ',');
    out = pt_json_out(&settings);
    put_template(&out, "resolved", language, words(language, "solved"));
    pt_buf_printf(&settings, "]}");
    (void)snprintf(path, sizeof path, "/api/v1/mailboxes/%s", box->id);
    (void)snprintf(name, sizeof name, "\"name\":\"%s\",", box->name);
    const bool fine = put_settings(d, path, true, name, &settings);
    pt_buf_done(&settings);
    return fine;
}

/* ---- Agents -----------------------------------------------------------------------------------
 */

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

static void put_agent_skills(PtBuf *out, unsigned agent)
{
    static const char *const trades[] = {
        "{\"skill\":\"tills\",\"level\":4},{\"skill\":\"networks\",\"level\":3}",
        "{\"skill\":\"stock\",\"level\":4},{\"skill\":\"tills\",\"level\":2}",
        "{\"skill\":\"payments\",\"level\":4},{\"skill\":\"web_shop\",\"level\":3}",
        "{\"skill\":\"web_shop\",\"level\":5},{\"skill\":\"payments\",\"level\":2}"};
    const FloorAgent *a = &floor_agents[agent];
    pt_buf_printf(out, "\"skills\":[%s],\"languages\":[\"en\"",
                  a->tier == 0 ? "" : trades[(a->tier - 1) * 2 + agent % 2]);
    for (const char *at = a->languages; *at != '\0'; at += at[2] == ' ' ? 3 : 2) {
        pt_buf_printf(out, ",\"%.2s\"", at);
    }
    pt_buf_printf(out, "]");
}

/* What they can do, when, how much at once. rush: at any hour, and more. */
static bool put_agent(DemoDesk *d, unsigned agent, bool replaces, bool rush)
{
    const unsigned tier = floor_agents[agent].tier;
    char path[128];
    PtBuf settings;
    pt_buf_init(&settings, BODY_BYTES);
    pt_buf_printf(&settings, "{\"queues\":[\"%s\"],\"capacity\":%d,", floor_queues[tier],
                  rush        ? RUSH_CAPACITY
                  : tier == 0 ? 12
                              : 8);
    put_agent_skills(&settings, agent);
    if (!rush) {
        pt_buf_printf(&settings, ",\"shifts\":");
        put_shifts(&settings, agent);
    }
    pt_buf_printf(&settings, "}");
    (void)snprintf(path, sizeof path, "/api/v1/routing/agents/%s", d->accounts[agent]);
    const bool fine = put_settings(d, path, replaces, "", &settings);
    pt_buf_done(&settings);
    return fine;
}

static bool put_online(DemoDesk *d, unsigned agent)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/api/v1/routing/agents/%s/presence", d->accounts[agent]);
    return desk_said(
        desk_ask(d, DESK_ADMIN, "PUT", path, PT_STR("{\"presence\":\"online\",\"reason\":\"\"}")),
        "that an agent is there");
}

bool desk_all_hands(DemoDesk *d, bool all)
{
    bool fine = true;
    for (unsigned i = 0; i < FLOOR_AGENTS; i++) {
        fine = put_agent(d, i, true, all) && put_online(d, i) && fine;
    }
    return fine;
}

/* An account of the retailer's, made where there is none. */
static bool put_account(DemoDesk *d, const char *email, const char *name, const char *role,
                        char out[static FLOOR_ACCOUNT])
{
    char body[320], path[96];
    (void)snprintf(body, sizeof body,
                   "{\"email\":\"%s@larkfield.example\",\"name\":\"%s\",\"role\":\"%s\","
                   "\"password\":\"%s\"}",
                   email, name, role, d->password);
    bool fine = desk_said(desk_ask(d, DESK_ADMIN, "POST", "/api/v1/accounts", pt_str(body)), name);
    explicit_bzero(body, sizeof body);
    (void)snprintf(path, sizeof path, "/api/v1/accounts/%s%%40larkfield.example", email);
    fine = fine && desk_said(desk_ask(d, DESK_ADMIN, "GET", path, PT_STR("")), name);
    const PtStr id = desk_text(pt_buf_str(&d->people[DESK_ADMIN].answer), "id");
    (void)snprintf(out, FLOOR_ACCOUNT, "%.*s", PT_STR_ARG(id));
    return fine;
}

static bool put_agents(DemoDesk *d)
{
    bool fine = true;
    for (unsigned i = 0; fine && i < FLOOR_AGENTS; i++) {
        const FloorAgent *agent = &floor_agents[i];
        const bool leads = i == 0 || floor_agents[i - 1].tier != agent->tier; // the first of a line
        fine = put_account(d, agent->email, agent->name, "agent", d->accounts[i]);
        floor_account(d->floor, i, d->accounts[i]);
        fine = fine && (!leads || put_queue(d, agent->tier, d->accounts[i])) &&
               put_agent(d, i, true, false) &&
               put_online(d, i); // a stop within Black Friday left its own
    }
    return fine;
}

static bool put_staff(DemoDesk *d)
{
    bool fine = true;
    for (unsigned i = 0; fine && i < FLOOR_STAFF; i++) {
        const FloorStaff *staff = &floor_staff[i];
        char account[FLOOR_ACCOUNT], path[96];
        PtBuf body;
        fine = put_account(d, staff->email, staff->name, "store", account);
        pt_buf_init(&body, BODY_BYTES);
        pt_buf_printf(&body, "{\"stores\":[");
        bool first = true;
        for (unsigned s = 0; s < RETAILER_STORES; s++) {
            if ((staff->countries >> world_stores[s].country & 1) != 0) {
                pt_buf_printf(&body, "%s\"S%u\"", first ? "" : ",", s + 1);
                first = false;
            }
        }
        pt_buf_printf(&body, "]}");
        (void)snprintf(path, sizeof path, "/api/v1/accounts/%s", account);
        fine = fine && pt_buf_status(&body) == PT_OK &&
               desk_said(desk_ask(d, DESK_ADMIN, "PATCH", path, pt_buf_str(&body)), staff->name);
        pt_buf_done(&body);
    }
    return fine;
}

bool desk_register_people(DemoDesk *d)
{
    bool fine = put_routing(d);
    for (unsigned i = 0; fine && i < FLOOR_MAILBOXES; i++) {
        fine = put_mailbox(d, i);
    }
    return fine && put_agents(d) && put_staff(d);
}
