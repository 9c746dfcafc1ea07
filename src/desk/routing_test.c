// SPDX-License-Identifier: Apache-2.0
/* Routing over real tables of both engines: documents, restarts, memory that runs out at every
 * place. What clients see is tests/scenario/test_routing.py. */
#include "desk/desk_rig.h"
#include "desk/route_internal.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <string.h>

enum { AGENTS = 3, TICKETS = 6, FAULTS = 40 };

static const char *const accounts[AGENTS] = {"acc-1", "acc-2", "acc-3"};

static PtStatus put(DeskRouteKind kind, const char *id, const char *json, PtError *err)
{
    DeskRouteSetting before = {.version = 0}, after;
    assert_int_equal(desk_route_setting(desk, kind, pt_str(id), desk_arena, &before, err), PT_OK);
    const DeskRouteSetting wanted = {
        .id = pt_str(id), .json = pt_str(json), .version = before.version};
    return desk_route_put(desk, &desk_staff, kind, &wanted, desk_arena, &after, err);
}

static void staff(const char *queue)
{
    assert_int_equal(put(DESK_ROUTE_QUEUE, "tills", queue, NULL), PT_OK);
    for (size_t i = 0; i < AGENTS; i++) {
        assert_int_equal(
            put(DESK_ROUTE_AGENT, accounts[i], "{\"queues\":[\"tills\"],\"capacity\":100}", NULL),
            PT_OK);
        assert_int_equal(desk_route_take(desk, &desk_staff, pt_str(accounts[i]), DESK_TAKING_ONLINE,
                                         PT_STR(""), NULL),
                         PT_OK);
    }
}

static int64_t ticket_in_tills(void)
{
    static int made;
    char services[32];
    DeskTicket t;
    (void)snprintf(services, sizeof services, "[\"s%d\"]", made++);
    const int64_t number = desk_reported("till_fault", services, "1").ticket.number;
    const DeskEdit edit = {DESK_F_QUEUE, PT_STR("tills")};
    const DeskChange change = {.edits = &edit, .edit_count = 1};
    assert_int_equal(desk_change(desk, &desk_staff, number, &change, desk_arena, &t, NULL), PT_OK);
    return number;
}

static size_t decisions(int64_t ticket, DeskRouted **list)
{
    size_t count = 0;
    assert_int_equal(desk_route_decisions(desk, ticket, 10, desk_arena, list, &count, NULL), PT_OK);
    return count;
}

/* ---- Documents --------------------------------------------------------------------------------
 */

static struct DocumentCase {
    const char *name;
    DeskRouteKind kind;
    const char *json, *want; /* the document in full, or what is wrong */
} documents[] = {
    {"nothing said of a queue", DESK_ROUTE_QUEUE, "{}",
     "{\"on\":false,\"strategy\":\"longest_idle\",\"ask\":false,\"answer_s\":60,\"away_after\":3,"
     "\"again_min\":10,\"give_back\":false,\"skills\":[],\"needs\":[],\"relax\":[],\"language\":"
     "\"off\",\"language_s\":300,\"sticky_min\":"
     "0,"
     "\"head_start_s\":0,\"ageing_min\":0}"},
    {"nothing said of an agent", DESK_ROUTE_AGENT, "{}",
     "{\"queues\":[],\"skills\":[],\"languages\":[],\"capacity\":10,\"channels\":[],\"shifts\":"
     "null}"},
    {"a level left out is 1", DESK_ROUTE_AGENT,
     "{\"skills\":[{\"skill\":\"tills\"}],\"capacity\":0}",
     "{\"queues\":[],\"skills\":[{\"skill\":\"tills\",\"level\":1}],\"languages\":[],\"capacity\":"
     "0,\"channels\":[],"
     "\"shifts\":null}"},
    {"shifts in their one form", DESK_ROUTE_AGENT,
     "{\"shifts\":{\"hours\":{\"mon\":[[\"08:00:00\",\"16:00\"]]},\"zone\":\"UTC\"}}",
     "{\"queues\":[],\"skills\":[],\"languages\":[],\"capacity\":10,\"channels\":[],\"shifts\":{"
     "\"zone\":\"UTC\","
     "\"hours\":{\"mon\":[[\"08:00\",\"16:00\"]]}}}"},
    {"8 skills in all fit", DESK_ROUTE_QUEUE,
     "{\"on\":true,\"strategy\":\"proficiency\",\"skills\":[{\"skill\":\"a\"},{\"skill\":\"b\"},"
     "{\"skill\":\"c\"},{\"skill\":\"d\"},{\"skill\":\"e\"},{\"skill\":\"f\"}],\"needs\":[{"
     "\"field\":"
     "\"store\",\"value\":\"1\",\"skills\":[{\"skill\":\"g\"}]},{\"field\":\"store\",\"value\":"
     "\"2\","
     "\"skills\":[{\"skill\":\"h\"}]},{\"field\":\"channel\",\"value\":\"mail\",\"skills\":[{"
     "\"skill\":"
     "\"i\",\"level\":2}]}]}",
     "{\"on\":true,\"strategy\":\"proficiency\",\"ask\":false,\"answer_s\":60,\"away_after\":3,"
     "\"again_min\":10,\"give_back\":false,\"skills\":[{\"skill\":\"a\",\"level\":1},{\"skill\":"
     "\"b\","
     "\"level\":1},{\"skill\":\"c\",\"level\":1},{\"skill\":\"d\",\"level\":1},{\"skill\":\"e\","
     "\"level\":"
     "1},{\"skill\":\"f\",\"level\":1}],\"needs\":[{\"field\":\"store\",\"value\":\"1\",\"skills\":"
     "[{"
     "\"skill\":\"g\",\"level\":1}]},{\"field\":\"store\",\"value\":\"2\",\"skills\":[{\"skill\":"
     "\"h\","
     "\"level\":1}]},{\"field\":\"channel\",\"value\":\"mail\",\"skills\":[{\"skill\":\"i\","
     "\"level\":2}"
     "]}],\"relax\":[],\"language\":\"off\",\"language_s\":300,\"sticky_min\":0,\"head_start_s\":0,"
     "\"ageing_min\":0}"},
    {"9 do not", DESK_ROUTE_QUEUE,
     "{\"skills\":[{\"skill\":\"a\"},{\"skill\":\"b\"},{\"skill\":\"c\"},{\"skill\":\"d\"},{"
     "\"skill\":"
     "\"e\"},{\"skill\":\"f\"},{\"skill\":\"g\"},{\"skill\":\"h\"}],\"needs\":[{\"field\":"
     "\"store\","
     "\"value\":\"1\",\"skills\":[{\"skill\":\"i\"}]}]}",
     "/needs: a ticket could need 9 skills, not 0..8"},
    {"a step of no skill is of each", DESK_ROUTE_QUEUE,
     "{\"relax\":[{\"after_s\":0,\"skill\":\"\",\"level\":1}]}",
     "/relax/0/after_s: not a whole number 1..2592000"},
    {"a value twice", DESK_ROUTE_QUEUE,
     "{\"needs\":[{\"field\":\"store\",\"value\":\"1\",\"skills\":[]},{\"field\":\"store\","
     "\"value\":"
     "\"1\",\"skills\":[]}]}",
     "/needs/1: its field and value stand twice"},
    {"a channel twice", DESK_ROUTE_AGENT,
     "{\"channels\":[{\"channel\":\"chat\",\"units\":1},{\"channel\":\"chat\",\"units\":2}]}",
     "/channels/1: the channel stands twice"},
    {"languages", DESK_ROUTE_AGENT, "{\"languages\":[\"de\",\"ar\"]}",
     "{\"queues\":[],\"skills\":[],\"languages\":[\"de\",\"ar\"],\"capacity\":10,"
     "\"channels\":[],\"shifts\":null}"},
    {"no language", DESK_ROUTE_AGENT, "{\"languages\":[\"de\",\"xx\"]}",
     "/languages/1: not a language of ISO 639-1, as \"de\""},
    {"a language twice", DESK_ROUTE_AGENT, "{\"languages\":[\"de\",\"de\"]}",
     "/languages/1: the language stands twice"},
    {"8 skills and a language do not fit", DESK_ROUTE_QUEUE,
     "{\"language\":\"required\",\"skills\":[{\"skill\":\"a\"},{\"skill\":\"b\"},{\"skill\":"
     "\"c\"},{\"skill\":\"d\"},{\"skill\":\"e\"},{\"skill\":\"f\"},{\"skill\":\"g\"},{"
     "\"skill\":\"h\"}]}",
     "/needs: a ticket could need 9 skills, not 0..8"},
    {"no object", DESK_ROUTE_QUEUE, "[]", "/: not an object"},
    {"an id that is none", DESK_ROUTE_SKILLS_DOC, "{\"skills\":[{\"id\":\"A\",\"name\":\"a\"}]}",
     "/skills/0/id: not a-z, 0-9 and _ that begin with a letter"},
};

static void a_document_is_read(void **state)
{
    desk_rig_skip(state);
    for (size_t i = 0; i < PT_COUNT(documents); i++) {
        const struct DocumentCase *c = &documents[i];
        DeskRouteSet set, again;
        PtError err = {0};
        PtBuf out;
        pt_buf_init(&out, DESK_ROUTE_BYTES);
        if (desk_route_read(c->kind, pt_str(c->json), desk_arena, &set, &err) == PT_OK) {
            desk_route_write(c->kind, &set, &out);
            const PtStr full = pt_arena_str(desk_arena, pt_buf_str(&out));
            assert_string_equal(full.data, c->want);
            assert_int_equal(desk_route_read(c->kind, full, desk_arena, &again, &err), PT_OK);
        } else {
            assert_string_equal(err.message, c->want);
        }
        pt_buf_done(&out);
    }
}

/* ---- Decisions --------------------------------------------------------------------------------
 */

/* Wherever memory runs out, a ticket is given once, and to one; what failed is made up for. */
static void a_decision_is_all_or_nothing(void **state)
{
    desk_rig_skip(state);
    size_t failures = 0;
    staff("{\"on\":true}");
    assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
    for (uint64_t i = 1; i <= FAULTS; i++) {
        const int64_t ticket = ticket_in_tills();
        DeskRouted *list = NULL;
        fault_alloc_fail(i, 0);
        const PtStatus st = desk_route_turn(desk, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        failures += st != PT_OK;
        assert_int_equal(decisions(ticket, &list),
                         desk_get(ticket).f[DESK_F_ASSIGNEE].len > 0 ? 1 : 0);
        assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
        assert_int_equal(decisions(ticket, &list), 1);
        assert_true(pt_str_eq(list[0].account, desk_get(ticket).f[DESK_F_ASSIGNEE]));
    }
    assert_true(failures > 4);
}

/* Whom each ticket goes to, with a restart before every one. */
static void give_all(const char *queue, char got[static TICKETS + 1])
{
    staff(queue);
    for (size_t i = 0; i < TICKETS; i++) {
        pt_clock_sim_advance(desk_clock, 1000);
        assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
        const int64_t ticket = ticket_in_tills();
        desk_rig_restart();
        assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
        const PtStr account = desk_get(ticket).f[DESK_F_ASSIGNEE];
        assert_int_equal(account.len, 5);
        got[i] = account.data[4];
    }
    got[TICKETS] = '\0';
}

static void round_robin_goes_on(void **state)
{
    desk_rig_skip(state);
    char got[TICKETS + 1];
    give_all("{\"on\":true,\"strategy\":\"round_robin\"}", got);
    assert_string_equal(got, "123123");
}

static void idle_time_goes_on(void **state)
{
    desk_rig_skip(state);
    char got[TICKETS + 1];
    give_all("{\"on\":true,\"strategy\":\"longest_idle\"}", got);
    assert_string_equal(got, "123123");
}

/* Who says that they leave is given nothing, though the router has not heard of it. */
static void rows_are_asked_last(void **state)
{
    desk_rig_skip(state);
    DeskRouted *list = NULL;
    staff("{\"on\":true,\"ask\":true,\"answer_s\":30}");
    assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
    const int64_t ticket = ticket_in_tills();
    PtSqlTx *tx = rig_begin(desk_rig, true);
    rig_run(tx, "UPDATE desk_route_presence SET presence = 'away' WHERE account = 'acc-1'");
    rig_commit(tx);
    desk_route_note(desk, DESK_ROUTED_TAKING, 3);
    assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
    assert_int_equal(decisions(ticket, &list), 1);
    assert_string_equal(list[0].account.data, "acc-2");
    assert_string_equal(list[0].state.data, "offered");
    PtError err = {0};
    assert_int_equal(
        desk_route_answer(desk, &desk_staff, PT_STR("acc-1"), list[0].number, true, &err),
        PT_NOT_FOUND);
    pt_clock_sim_advance(desk_clock, 30000);
    assert_int_equal(
        desk_route_answer(desk, &desk_staff, PT_STR("acc-2"), list[0].number, true, &err),
        PT_CONFLICT);
    assert_string_equal(err.message, "the offer no longer stands: its time is over");
    assert_int_equal(desk_route_turn(desk, NULL), PT_OK);
    assert_int_equal(decisions(ticket, &list), 2);
    assert_string_equal(list[0].account.data, "acc-3");
    assert_string_equal(list[1].state.data, "expired");
}

static const DeskRigCase cases[] = {
    {"a document is read", a_document_is_read},
    {"a decision is all or nothing", a_decision_is_all_or_nothing},
    {"round robin goes on", round_robin_goes_on},
    {"idle time goes on", idle_time_goes_on},
    {"rows are asked last", rows_are_asked_last},
};

int main(void)
{
    return desk_rig_run(cases, PT_COUNT(cases));
}
