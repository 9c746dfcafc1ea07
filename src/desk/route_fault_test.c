// SPDX-License-Identifier: Apache-2.0
/* Memory that runs out at any place of routing, over real tables of both engines: what was done is
 * whole or was not done, and the router agrees with the rows. */
#include "desk/desk_rig.h"
#include "desk/route_internal.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGENTS = 2, TEXT_BYTES = 64 << 10, MINUTE = 60000 };

static const char *const accounts[AGENTS] = {"acc-1", "acc-2"};
static const char skills[] = "{\"skills\":[{\"id\":\"tills\",\"name\":\"Tills\"}]}";
static const char plain[] = "{\"on\":true,\"give_back\":true}";
static const char asks[] = "{\"on\":true,\"ask\":true,\"answer_s\":30,\"again_min\":1}";
static const char skilled[] = "{\"on\":true,\"skills\":[{\"skill\":\"tills\",\"level\":2}]}";
static const char serves[] = "{\"queues\":[\"tills\"],\"capacity\":100}";
static const char knows[] = "{\"queues\":[\"tills\"],\"capacity\":100,\"languages\":[\"de\"],"
                            "\"skills\":[{\"skill\":\"tills\",\"level\":3}]}";

static PtStatus put(DeskRouteKind kind, const char *id, const char *json)
{
    DeskRouteSetting before = {.version = 0}, after;
    PtStatus st = desk_route_setting(desk, kind, pt_str(id), desk_arena, &before, NULL);
    const DeskRouteSetting wanted = {
        .id = pt_str(id), .json = pt_str(json), .version = before.version};
    return st == PT_OK ? desk_route_put(desk, &desk_staff, kind, &wanted, desk_arena, &after, NULL)
                       : st;
}

static PtStatus take(size_t agent, DeskTaking taking)
{
    return desk_route_take(desk, &desk_staff, pt_str(accounts[agent]), taking, PT_STR(""), NULL);
}

static void must(PtStatus st)
{
    assert_int_equal(st, PT_OK);
}

static void staff(const char *queue)
{
    must(put(DESK_ROUTE_SKILLS_DOC, "", skills));
    must(put(DESK_ROUTE_QUEUE, "tills", queue));
    for (size_t i = 0; i < AGENTS; i++) {
        must(put(DESK_ROUTE_AGENT, accounts[i], serves));
        must(take(i, DESK_TAKING_ONLINE));
    }
    must(desk_route_turn(desk, NULL));
}

static int64_t ticket_in_tills(void)
{
    static int made;
    char services[32];
    DeskTicket t;
    (void)snprintf(services, sizeof services, "[\"f%d\"]", made++);
    const int64_t number = desk_reported("till_fault", services, "1").ticket.number;
    const DeskEdit edit = {DESK_F_QUEUE, PT_STR("tills")};
    const DeskChange change = {.edits = &edit, .edit_count = 1};
    must(desk_change(desk, &desk_staff, number, &change, desk_arena, &t, NULL));
    return number;
}

/* ---- The router and the rows ------------------------------------------------------------------
 */

static void tell(char *text)
{
    DeskBoard board = {.queue_count = 0};
    size_t len = 0;
    must(desk_route_board(desk, desk_arena, &board, NULL));
    must(route_check(desk->router->route, NULL));
    text[0] = '\0';
    for (size_t i = 0; i < board.queue_count; i++) {
        const DeskBoardQueue *q = &board.queues[i];
        len += (size_t)snprintf(text + len, TEXT_BYTES - len, "%.*s on %d waiting %lld;",
                                PT_STR_ARG(q->id), q->on, (long long)q->waiting);
        for (size_t k = 0; k < q->first_count; k++) {
            len += (size_t)snprintf(text + len, TEXT_BYTES - len, " %lld %s",
                                    (long long)q->first[k].ticket, desk_waits[q->first[k].reason]);
        }
    }
    for (size_t i = 0; i < board.agent_count; i++) {
        const DeskBoardAgent *a = &board.agents[i];
        len += (size_t)snprintf(text + len, TEXT_BYTES - len, " %.*s %s %lld offers %lld",
                                PT_STR_ARG(a->account), desk_takings[a->taking],
                                (long long)a->items, (long long)a->offers);
    }
}

/* What failed is made up for, and a router that is made from the rows says the same. */
static void agrees(void)
{
    static char now[TEXT_BYTES], anew[TEXT_BYTES];
    must(desk_route_turn(desk, NULL));
    tell(now);
    desk_route_note(desk, DESK_ROUTED_ALL, 0);
    must(desk_route_turn(desk, NULL));
    tell(anew);
    assert_string_equal(now, anew);
}

/* At each allocation that it makes: what it does, then what puts it back. Until it makes no more.
 */
static void at_every_place(PtStatus (*run)(void), void (*back)(void))
{
    const uint64_t sparse = getenv("PATRON_SOAK") != NULL ? UINT64_MAX : 3;
    size_t failures = 0;
    PtStatus st = PT_NO_MEMORY;
    bool failed = true;
    for (uint64_t i = 1; failed; i += 1 + i / sparse) {
        fault_alloc_fail(i, 0);
        st = run();
        failed = fault_alloc_count() >= i;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        failures += st == PT_NO_MEMORY;
        agrees();
        back();
        pt_arena_clear(desk_arena);
    }
    assert_true(failures > 3);
    assert_int_equal(st, PT_OK);
}

/* ---- What is done -----------------------------------------------------------------------------
 */

static PtStatus then_turn(PtStatus st)
{
    return st == PT_OK ? desk_route_turn(desk, NULL) : st;
}

static PtStatus edit_queue(void)
{
    return then_turn(put(DESK_ROUTE_QUEUE, "tills", skilled));
}

static void edit_queue_back(void)
{
    must(put(DESK_ROUTE_QUEUE, "tills", plain));
    agrees();
}

static void a_queue_is_edited(void **state)
{
    desk_rig_skip(state);
    staff(plain);
    must(take(0, DESK_TAKING_OFFLINE));
    must(take(1, DESK_TAKING_OFFLINE));
    (void)ticket_in_tills();
    at_every_place(edit_queue, edit_queue_back);
}

static PtStatus edit_agent(void)
{
    return then_turn(put(DESK_ROUTE_AGENT, accounts[0], knows));
}

static void edit_agent_back(void)
{
    must(put(DESK_ROUTE_AGENT, accounts[0], serves));
    (void)ticket_in_tills();
    agrees();
}

static void an_agent_is_edited(void **state)
{
    desk_rig_skip(state);
    staff(skilled);
    (void)ticket_in_tills();
    at_every_place(edit_agent, edit_agent_back);
}

static PtStatus leave(void)
{
    return then_turn(take(0, DESK_TAKING_OFFLINE));
}

/* Whatever failed, who is offline has nothing of a queue that is given back. */
static void come_back(void)
{
    DeskRouteMe me = {.load = 0};
    must(desk_route_me(desk, pt_str(accounts[0]), desk_arena, &me, NULL));
    assert_true(me.taking == DESK_TAKING_ONLINE || me.load == 0);
    must(take(0, DESK_TAKING_ONLINE));
    must(take(1, DESK_TAKING_OFFLINE));
    agrees();
    must(take(1, DESK_TAKING_ONLINE));
    agrees();
}

static void somebody_leaves(void **state)
{
    desk_rig_skip(state);
    staff(plain);
    for (size_t i = 0; i < 3; i++) {
        (void)ticket_in_tills();
    }
    must(desk_route_turn(desk, NULL));
    come_back();
    at_every_place(leave, come_back);
}

static PtStr offered(DeskOffer *ret_offer)
{
    for (size_t i = 0; i < AGENTS; i++) {
        DeskRouteMe me = {.offer_count = 0};
        must(desk_route_me(desk, pt_str(accounts[i]), desk_arena, &me, NULL));
        if (me.offer_count > 0) {
            *ret_offer = me.offers[0];
            return pt_str(accounts[i]);
        }
    }
    fail_msg("nothing is offered");
    return PT_STR("");
}

static DeskOffer first;
static char whose[8];

static void an_offer_more(void)
{
    pt_clock_sim_advance(desk_clock, 2 * (int64_t)MINUTE);
    must(take(0, DESK_TAKING_ONLINE));
    must(take(1, DESK_TAKING_ONLINE));
    (void)ticket_in_tills();
    agrees();
    const PtStr account = offered(&first);
    memcpy(whose, account.data, account.len + 1);
}

static PtStatus decline_it(void)
{
    return then_turn(
        desk_route_answer(desk, &desk_staff, pt_str(whose), first.number, false, NULL));
}

static PtStatus accept_it(void)
{
    return then_turn(desk_route_answer(desk, &desk_staff, pt_str(whose), first.number, true, NULL));
}

static PtStatus expire(void)
{
    pt_clock_sim_advance(desk_clock, MINUTE);
    return desk_route_turn(desk, NULL);
}

static void an_offer_is_declined(void **state)
{
    desk_rig_skip(state);
    staff(asks);
    an_offer_more();
    at_every_place(decline_it, an_offer_more);
}

static void an_offer_is_accepted(void **state)
{
    desk_rig_skip(state);
    staff(asks);
    an_offer_more();
    at_every_place(accept_it, an_offer_more);
}

static void an_offer_ends(void **state)
{
    desk_rig_skip(state);
    staff(asks);
    an_offer_more();
    at_every_place(expire, an_offer_more);
}

static PtStatus try_it(void)
{
    DeskRouteTrial trial;
    const DeskRouteTry ask = {
        .days = 7,
        .goal_s = 60,
        .queues = PT_STR("[{\"queue\":\"tills\",\"settings\":{\"on\":true}},"
                         "{\"queue\":\"new\",\"settings\":{}}]"),
        .agents = PT_STR("[{\"account\":\"+1\",\"settings\":{\"queues\":[\"new\"]}},"
                         "{\"account\":\"acc-2\",\"settings\":null}]")};
    const PtStatus st = desk_route_try(desk, &ask, desk_arena, &trial, NULL);
    if (st == PT_OK) {
        assert_int_equal(trial.queue_count, 2);
        assert_int_equal(trial.agent_count, 3);
        assert_int_equal(trial.queues[1].was.arrived, 2);
        assert_false(trial.agents[2].would.there);
    }
    return st;
}

static void as_it_is(void)
{
}

static void a_trial(void **state)
{
    desk_rig_skip(state);
    staff(plain);
    (void)ticket_in_tills();
    (void)ticket_in_tills();
    must(desk_route_turn(desk, NULL));
    pt_clock_sim_advance(desk_clock, MINUTE);
    at_every_place(try_it, as_it_is);
}

static const DeskRigCase cases[] = {
    {"a queue is edited", a_queue_is_edited},
    {"an agent is edited", an_agent_is_edited},
    {"somebody leaves", somebody_leaves},
    {"an offer is declined", an_offer_is_declined},
    {"an offer is accepted", an_offer_is_accepted},
    {"an offer ends", an_offer_ends},
    {"a trial", a_trial},
};

int main(void)
{
    return desk_rig_run(cases, PT_COUNT(cases));
}
