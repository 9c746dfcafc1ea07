// SPDX-License-Identifier: Apache-2.0
/* What whoever reported sees and says, over real tables of both engines. What clients see is
 * tests/scenario/test_portal.py. */
#include "desk/desk_rig.h"

#include <fault/fault_alloc.h>

#include <stdlib.h>
#include <string.h>

static const PtStr both[] = {PT_STR_INIT("1"), PT_STR_INIT("2")};
static const DeskParty anna = {PT_STR_INIT("anna"), both, 1},
                       ben = {PT_STR_INIT("ben"), both + 1, 1}, lea = {PT_STR_INIT("lea"), both, 2},
                       nobody = {PT_STR_INIT(""), NULL, 0};

/* ---- Whose it is ------------------------------------------------------------------------------
 */

static const struct SeesCase {
    const char *name, *requester, *store, *channel;
    bool anna;
} sees_cases[] = {
    {"her own, from anywhere", "anna", "9", "phone", true},
    {"a colleague's by the portal", "lea", "1", "portal", true},
    {"her store's that names nobody", "", "1", "phone", true},
    {"a customer's in her store", "mrs miller", "1", "mail", false},
    {"a customer's, channel empty", "mrs miller", "1", "", false},
    {"another store's", "ben", "2", "portal", false},
    {"another store's that names nobody", "", "2", "portal", false},
    {"of no store, of nobody", "", "", "portal", false},
};

static void whose_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < PT_COUNT(sees_cases); i++) {
        const struct SeesCase *c = &sees_cases[i];
        assert_int_equal(
            desk_party_sees(&anna, pt_str(c->requester), pt_str(c->store), pt_str(c->channel)),
            c->anna);
        assert_false(
            desk_party_sees(&nobody, pt_str(c->requester), pt_str(c->store), pt_str(c->channel)));
    }
}

/* ---- Reports ----------------------------------------------------------------------------------
 */

static DeskReported report(const char *services, const DeskParty *by)
{
    DeskReport r = desk_report_from("till_fault", services, "");
    DeskReported done;
    r.f[DESK_F_STORE] = by->stores[0];
    r.f[DESK_F_REQUESTER] = by->requester;
    r.f[DESK_F_CHANNEL] = PT_STR("portal");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
    return done;
}

static size_t mine(const DeskParty *party, const DeskMineQuery *query, DeskMine **ret_rows)
{
    size_t count = 0;
    assert_int_equal(desk_mine(desk, party, query, desk_arena, ret_rows, &count, NULL), PT_OK);
    return count;
}

static size_t open_ones(const DeskParty *party)
{
    DeskMine *rows = NULL;
    return mine(party, &(DeskMineQuery){.open = true, .max = 10}, &rows);
}

static void pages_are_the_whole(void **state)
{
    desk_rig_skip(state);
    DeskMine *rows = NULL, *one = NULL;
    for (int i = 0; i < 6; i++) {
        (void)report("[\"a\"]", i % 2 == 0 ? &anna : &ben); // one incident
    }
    (void)report("[\"b\"]", &anna);
    assert_int_equal(mine(&anna, &(DeskMineQuery){.max = 100}, &rows), 4);
    assert_int_equal(mine(&lea, &(DeskMineQuery){.max = 100}, &rows),
                     7); // of both stores, each once
    assert_int_equal(mine(&nobody, &(DeskMineQuery){.max = 100}, &one), 0);
    int64_t before = 0;
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(mine(&lea, &(DeskMineQuery){.before = before, .max = 1}, &one), 1);
        assert_int_equal(one->report.number, rows[i].report.number);
        assert_int_equal(one->ticket.number, rows[i].ticket.number);
        before = one->report.number;
    }
    assert_int_equal(mine(&lea, &(DeskMineQuery){.before = before, .max = 1}, &one), 0);
    size_t count = 0;
    assert_int_equal(
        desk_mine(desk, &lea, &(DeskMineQuery){.max = 0}, desk_arena, &one, &count, NULL),
        PT_INVALID);
    assert_int_equal(desk_mine(desk, &lea, &(DeskMineQuery){.max = DESK_PAGE_MAX + 1}, desk_arena,
                               &one, &count, NULL),
                     PT_INVALID);
}

static PtStatus change_state(int64_t number, const char *state)
{
    const DeskEdit edit = {DESK_F_STATE, pt_str(state)};
    const DeskChange change = {.edits = &edit, .edit_count = 1};
    DeskTicket t;
    return desk_change(desk, &desk_staff, number, &change, desk_arena, &t, NULL);
}

static PtStatus confirm(const DeskParty *party, int64_t number, DeskState *ret_state)
{
    DeskTicket t = {0};
    PtStatus st = desk_confirm(desk, &desk_staff, party, number, desk_arena, &t, NULL);
    *ret_state = t.state;
    return st;
}

static PtStatus say(const DeskParty *party, int64_t number, bool unsolved, DeskState *ret_state)
{
    const DeskAnswer answer = {party, PT_STR("x"), unsolved};
    DeskTicket t = {0};
    PtStatus st = desk_say(desk, &desk_staff, number, &answer, desk_arena, &t, NULL);
    *ret_state = t.state;
    return st;
}

static void closed_once_all_have_confirmed(void **state)
{
    desk_rig_skip(state);
    DeskState is;
    const int64_t number = report("[\"a\"]", &anna).ticket.number;
    assert_true(report("[\"a\"]", &ben).joined);
    assert_int_equal(confirm(&anna, number, &is), PT_CONFLICT); // not resolved
    assert_int_equal(change_state(number, "resolved"), PT_OK);
    assert_int_equal(confirm(&nobody, number, &is), PT_NOT_FOUND);
    assert_int_equal(confirm(&anna, number, &is), PT_OK);
    assert_int_equal(is, DESK_RESOLVED);
    assert_int_equal(open_ones(&anna), 0);
    assert_int_equal(open_ones(&ben), 1);
    pt_clock_sim_advance(desk_clock, 1000);
    assert_int_equal(say(&ben, number, true, &is), PT_OK);
    assert_int_equal(is, DESK_IN_PROGRESS);
    assert_int_equal(open_ones(&anna), 1);
    assert_int_equal(say(&ben, number, true, &is), PT_CONFLICT); // it is unsolved
    assert_int_equal(change_state(number, "resolved"), PT_OK);
    assert_int_equal(confirm(&ben, number, &is), PT_OK);
    assert_int_equal(is, DESK_RESOLVED); // anna confirmed another solution
    assert_int_equal(confirm(&anna, number, &is), PT_OK);
    assert_int_equal(is, DESK_CLOSED);
    assert_int_equal(say(&anna, number, false, &is), PT_OK);
    assert_int_equal(is, DESK_CLOSED); // an answer alone opens nothing that is closed
    assert_int_equal(say(&anna, number, true, &is), PT_OK);
    assert_int_equal(is, DESK_IN_PROGRESS);
    assert_int_equal(say(&nobody, number, false, &is), PT_NOT_FOUND);
}

static void a_merged_one_is_followed(void **state)
{
    desk_rig_skip(state);
    DeskTicket t;
    DeskMine *rows = NULL;
    size_t count = 0;
    const int64_t one = report("[\"a\"]", &anna).ticket.number;
    const int64_t two = report("[\"b\"]", &ben).ticket.number;
    assert_int_equal(desk_merge(desk, &desk_staff, one, two, desk_arena, &t, NULL), PT_OK);
    assert_int_equal(desk_mine_ticket(desk, &anna, one, desk_arena, &rows, &count, NULL), PT_OK);
    assert_int_equal(rows->ticket.number, two);
    assert_int_equal(count, 1);
    assert_int_equal(desk_mine_ticket(desk, &nobody, two, desk_arena, &rows, &count, NULL),
                     PT_NOT_FOUND);
}

/* ---- Memory that runs out ---------------------------------------------------------------------
 */

static void said_or_not(void **state)
{
    desk_rig_skip(state);
    const int64_t number = report("[\"a\"]", &anna).ticket.number;
    assert_true(report("[\"a\"]", &ben).joined);
    assert_int_equal(change_state(number, "resolved"), PT_OK);
    int64_t version = desk_get(number).version;
    uint64_t failed = 0, allocations = 1;
    for (uint64_t nth = 1; nth <= allocations; nth++) {
        DeskState is;
        fault_alloc_fail(nth, 0);
        PtStatus st = confirm(&anna, number, &is);
        allocations = fault_alloc_count();
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        version += st == PT_OK;
        failed += st != PT_OK;
        assert_int_equal(desk_get(number).version, version);
    }
    assert_true(failed > 0);
}

/* ---- What a person is told --------------------------------------------------------------------
 */

typedef struct Told {
    size_t tickets, reports, notes, foreign;
} Told;

static PtStatus count_one(void *ctx, const char *part, PtStr json, PtError *err)
{
    Told *told = ctx;
    (void)err;
    told->tickets += strcmp(part, "tickets") == 0;
    told->reports += strcmp(part, "ticket_reports") == 0;
    told->notes += strcmp(part, "ticket_notes") == 0;
    told->foreign += pt_str_has(json, PT_STR("internal")) || pt_str_has(json, PT_STR("of ben"));
    return PT_OK;
}

static void note(int64_t number, const char *text, bool is_public, bool theirs)
{
    const DeskChange change = {
        .note = pt_str(text), .note_public = is_public, .from_requester = theirs};
    DeskTicket t;
    assert_int_equal(desk_change(desk, &desk_staff, number, &change, desk_arena, &t, NULL), PT_OK);
}

static void a_person_is_told_their_own(void **state)
{
    desk_rig_skip(state);
    static const PtStr names[] = {PT_STR_INIT("anna"), PT_STR_INIT("anna@example.com")};
    const int64_t own = report("[\"a\"]", &anna).ticket.number;
    const int64_t joined = report("[\"b\"]", &ben).ticket.number;
    (void)report("[\"b\"]", &anna);
    (void)report("[\"b\"]", &anna); // twice: its notes once
    (void)report("[\"c\"]", &ben);
    const int64_t all[] = {own, joined};
    for (size_t i = 0; i < 2; i++) {
        note(all[i], "public", true, false);
        note(all[i], "internal", false, false);
        note(all[i], i == 0 ? "of anna" : "of ben", true, true);
    }
    Told told = {0};
    assert_int_equal(desk_subject(desk, names, 2, count_one, &told, NULL), PT_OK);
    assert_int_equal(told.tickets, 1);
    assert_int_equal(told.reports, 3);
    assert_int_equal(told.notes, 3);
    assert_int_equal(told.foreign, 0);
    fault_alloc_fail(1, 1);
    PtStatus st = desk_subject(desk, names, 2, count_one, &told, NULL);
    fault_alloc_fail(0, 0);
    assert_int_equal(st, PT_NO_MEMORY);
}

/* Of a ticket that was theirs too; a file's name is nobody's note. */
static void what_is_parted_stays_theirs(void **state)
{
    desk_rig_skip(state);
    static const PtStr names[] = {PT_STR_INIT("anna")};
    static const DeskFile photo = {.name = PT_STR_INIT("of ben.png"),
                                   .type = PT_STR_INIT("image/png"),
                                   .is_public = true,
                                   .content = PT_STR_INIT("\x89PNG\r\n\x1a\n")};
    const int64_t number = report("[\"a\"]", &anna).ticket.number;
    const int64_t foreign = report("[\"a\"]", &ben).report;
    DeskTicket other;
    DeskFile kept;
    Told told = {0};
    note(number, "of ben", true, true);
    note(number, "public", true, false);
    assert_int_equal(desk_attach(desk, &desk_staff, number, &photo, desk_arena, &kept, NULL),
                     PT_OK);
    assert_int_equal(desk_part(desk, &desk_staff, number, foreign, desk_arena, &other, NULL),
                     PT_OK);
    assert_int_equal(desk_subject(desk, names, 1, count_one, &told, NULL), PT_OK);
    assert_int_equal(told.notes, 1);
    assert_int_equal(told.foreign, 0);
    assert_int_equal(desk_detach(desk, &desk_staff, number, kept.number, NULL), PT_OK);
}

static const DeskRigCase cases[] = {
    {"whose it is", whose_it_is},
    {"pages are the whole", pages_are_the_whole},
    {"closed once all have confirmed", closed_once_all_have_confirmed},
    {"a merged one is followed", a_merged_one_is_followed},
    {"said or not", said_or_not},
    {"a person is told their own", a_person_is_told_their_own},
    {"what is parted stays theirs", what_is_parted_stays_theirs},
};

int main(void)
{
    return desk_rig_run(cases, PT_COUNT(cases));
}
