// SPDX-License-Identifier: Apache-2.0
/* Stakeholders of a major incident: what is promised, links, people, erasure, memory that runs out.
 * What clients see is in tests/scenario/test_stakeholders.py. */
#include "desk/desk_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <string.h>

enum { MINUTE = 60000, EVERY = 30 * MINUTE };
static const int64_t day = 86400000;

static int64_t outage(void)
{
    return desk_reported("pos_outage", "[\"pos\"]", "1").ticket.number;
}

static DeskRoom room_of(int64_t number)
{
    DeskRoom room = {0};
    assert_int_equal(desk_room(desk, number, desk_arena, &room, NULL), PT_OK);
    return room;
}

static PtStatus publish(int64_t number, const char *text)
{
    DeskTicket t;
    return desk_publish(desk, &desk_staff, number, pt_str(text), desk_arena, &t, NULL);
}

static DeskStatusLink link_of(int64_t number)
{
    DeskStatusLink link = {0};
    assert_int_equal(
        desk_status_link_make(desk, &desk_staff, number, PT_STR("Stores"), desk_arena, &link, NULL),
        PT_OK);
    return link;
}

static PtStatus see(const char *token, DeskStatus *status)
{
    return desk_status(desk, pt_str(token), desk_arena, status, NULL);
}

static void set(int64_t number, DeskField field, const char *value)
{
    const DeskEdit edit = {field, pt_str(value)};
    const DeskChange change = {.edits = &edit, .edit_count = 1};
    DeskTicket t;
    assert_int_equal(desk_change(desk, &desk_staff, number, &change, desk_arena, &t, NULL), PT_OK);
}

static void a_clock_runs_while_it_is_open(void **state)
{
    desk_rig_skip(state);
    const int64_t number = outage();
    assert_int_equal(room_of(number).due_ms, START_MS + EVERY);
    pt_clock_sim_advance(desk_clock, MINUTE);
    set(number, DESK_F_TITLE, "Another title");
    assert_int_equal(room_of(number).due_ms, START_MS + EVERY);
    assert_int_equal(publish(number, "One"), PT_OK);
    assert_int_equal(room_of(number).due_ms, START_MS + MINUTE + EVERY);
    assert_int_equal(room_of(number).update_count, 1);
    assert_int_equal(room_of(number).updates[0], desk_get(number).version);
    set(number, DESK_F_STATE, "resolved");
    assert_int_equal(room_of(number).due_ms, 0);
    assert_int_equal(publish(number, "We watch it"), PT_OK);
    assert_int_equal(room_of(number).due_ms, 0);
    pt_clock_sim_advance(desk_clock, MINUTE);
    set(number, DESK_F_STATE, "in_progress");
    assert_int_equal(room_of(number).due_ms, START_MS + 2 * MINUTE + EVERY);
    desk_rig_restart();
    assert_int_equal(room_of(number).due_ms, START_MS + 2 * MINUTE + EVERY);
}

static void the_policy_says_how_often(void **state)
{
    desk_rig_skip(state);
    static const struct {
        const char *major, *wrong; /* NULL: right */
        int64_t due_min;
    } rows[] = {
        {"{\"update_min\":5}", NULL, 5},
        {"{\"update_min\":0,\"zone\":\"Europe/Berlin\"}", NULL, 0},
        {"{\"update_min\":1441}", "/major/update_min: not a whole number 0..1440", 0},
        {"{\"link_days\":0}", "/major/link_days: not a whole number 1..365", 0},
        {"{\"zone\":\"Europe/Nowhere\"}", "/major/zone: ", 0},
        {"{\"every\":1}", "/major", 0},
    };
    int64_t version = 1;
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        PtBuf json;
        PtError err = {0};
        DeskPolicyVersion stored;
        pt_buf_init(&json, 1 << 20);
        pt_buf_add_str(&json, (PtStr){desk_policy_default, strlen(desk_policy_default) - 1});
        char *at = strstr(json.data, ",\"major\":");
        assert_non_null(at);
        json.len = (size_t)(at - json.data);
        pt_buf_printf(&json, ",\"major\":%s}", rows[i].major);
        const PtStatus st = desk_policy_put(desk, &desk_staff, version, pt_buf_str(&json),
                                            desk_arena, &stored, &err);
        assert_int_equal(st, rows[i].wrong == NULL ? PT_OK : PT_INVALID);
        if (st == PT_OK) {
            version = stored.version;
            const int64_t due_ms = room_of(outage()).due_ms;
            assert_int_equal(due_ms, rows[i].due_min > 0 ? START_MS + rows[i].due_min * MINUTE : 0);
            pt_clock_sim_advance(desk_clock, 2 * 60 * MINUTE); // joins nothing
            pt_clock_sim_set(desk_clock, START_MS);
            set(DESK_FIRST_NUMBER, DESK_F_STATE, "cancelled");
        } else {
            assert_true(strncmp(err.message, rows[i].wrong, strlen(rows[i].wrong)) == 0);
        }
        pt_buf_done(&json);
    }
}

static void links_hold_until_they_end(void **state)
{
    desk_rig_skip(state);
    const int64_t number = outage();
    const DeskStatusLink first = link_of(number), second = link_of(number);
    DeskStatus status;
    assert_string_not_equal(first.token, second.token);
    assert_int_equal(see(first.token, &status), PT_OK);
    assert_int_equal(status.state, DESK_STATUS_LOOKED_INTO);
    char wrong[DESK_STATUS_TOKEN];
    for (size_t i = 0; i < strlen(first.token); i++) {
        (void)snprintf(wrong, sizeof wrong, "%s", first.token);
        wrong[i] = wrong[i] == '7' ? '8' : '7';
        assert_int_equal(see(wrong, &status), PT_NOT_FOUND);
    }
    assert_int_equal(desk_status_link_revoke(desk, &desk_staff, number, first.number, NULL), PT_OK);
    assert_int_equal(see(first.token, &status), PT_NOT_FOUND);
    assert_int_equal(see(second.token, &status), PT_OK);
    assert_string_equal(room_of(number).links[1].token, "");
    set(number, DESK_F_STATE, "resolved");
    set(number, DESK_F_STATE, "closed");
    pt_clock_sim_set(desk_clock, START_MS + 14 * day - 1);
    assert_int_equal(see(second.token, &status), PT_OK);
    pt_clock_sim_set(desk_clock, START_MS + 14 * day);
    assert_int_equal(see(second.token, &status), PT_NOT_FOUND);
    set(number, DESK_F_STATE, "in_progress"); // opened again
    assert_int_equal(see(second.token, &status), PT_OK);
    assert_int_equal(status.ended_ms, 0);
}

static void there_are_bounds(void **state)
{
    desk_rig_skip(state);
    const int64_t number = outage();
    DeskStatusLink link;
    DeskStakeholder many[DESK_STAKEHOLDERS + 1];
    char names[DESK_STAKEHOLDERS + 1][24];
    for (int i = 0; i < DESK_STATUS_LINKS; i++) {
        link = link_of(number);
    }
    assert_int_equal(
        desk_status_link_make(desk, &desk_staff, number, PT_STR("x"), desk_arena, &link, NULL),
        PT_TOO_LARGE);
    assert_int_equal(desk_status_link_revoke(desk, &desk_staff, number, link.number, NULL), PT_OK);
    (void)link_of(number);
    for (size_t i = 0; i <= DESK_STAKEHOLDERS; i++) {
        (void)snprintf(names[i], sizeof names[i], "p%zu@home.example", i);
        many[i] = (DeskStakeholder){.mail = true, .address = pt_str(names[i])};
    }
    assert_int_equal(desk_stakeholders_put(desk, &desk_staff, number, many, DESK_STAKEHOLDERS + 1,
                                           desk_arena, NULL),
                     PT_TOO_LARGE);
    assert_int_equal(
        desk_stakeholders_put(desk, &desk_staff, number, many, DESK_STAKEHOLDERS, desk_arena, NULL),
        PT_OK);
    assert_int_equal(room_of(number).people_count, DESK_STAKEHOLDERS);
    pt_clock_sim_advance(desk_clock, MINUTE);
    assert_int_equal(desk_stakeholders_put(desk, &desk_staff, number, many, 1, desk_arena, NULL),
                     PT_OK);
    assert_int_equal(room_of(number).people_count, 1);
    assert_int_equal(room_of(number).people[0].added_ms, START_MS);
}

static bool names_ann(const void *ctx, PtStr text)
{
    (void)ctx;
    return pt_str_has(text, PT_STR("ann@home.example"));
}

static void who_is_erased_is_told_nothing_more(void **state)
{
    desk_rig_skip(state);
    const int64_t number = outage();
    const DeskStakeholder people[] = {{.mail = true, .address = PT_STR("ann@home.example")},
                                      {.mail = true, .address = PT_STR("bob@home.example")},
                                      {.mail = false, .address = PT_STR("acc-1")}};
    DeskStatusLink link = link_of(number);
    DeskStatus status;
    uint64_t changed = 0;
    assert_int_equal(desk_stakeholders_put(desk, &desk_staff, number, people, PT_COUNT(people),
                                           desk_arena, NULL),
                     PT_OK);
    assert_int_equal(publish(number, "As ann@home.example says, it is dark"), PT_OK);
    assert_int_equal(see(link.token, &status), PT_OK);
    assert_int_equal(status.update_count, 1);
    assert_int_equal(desk_erase(desk, names_ann, NULL, &changed, NULL), PT_OK);
    const DeskRoom room = room_of(number);
    assert_int_equal(room.people_count, 2);
    assert_string_equal(room.people[1].address.data, "bob@home.example");
    assert_int_equal(see(link.token, &status), PT_OK);
    assert_int_equal(status.update_count, 0);
}

static PtStatus put_ann(int64_t number)
{
    const DeskStakeholder ann = {.mail = true, .address = PT_STR("ann@home.example")};
    return desk_stakeholders_put(desk, &desk_staff, number, &ann, 1, desk_arena, NULL);
}

static PtStatus publish_one(int64_t number)
{
    return publish(number, "One");
}

static PtStatus make_one(int64_t number)
{
    DeskStatusLink link;
    return desk_status_link_make(desk, &desk_staff, number, PT_STR("Stores"), desk_arena, &link,
                                 NULL);
}

/* Each does all of what it does, or nothing. */
static void memory_runs_out(void **state)
{
    desk_rig_skip(state);
    PtStatus (*const acts[])(int64_t number) = {put_ann, publish_one, make_one};
    const int64_t number = outage();
    for (size_t n = 0; n < PT_COUNT(acts); n++) {
        const DeskRoom before = room_of(number);
        PtStatus st = PT_NO_MEMORY;
        for (uint64_t i = 1; st != PT_OK; i++) {
            assert_true(i < 3000);
            fault_alloc_fail(i, 0);
            st = acts[n](number);
            fault_alloc_fail(0, 0);
            const DeskRoom now = room_of(number);
            const size_t more = st == PT_OK;
            assert_int_equal(now.people_count, before.people_count + (n == 0 ? more : 0));
            assert_int_equal(now.update_count, before.update_count + (n == 1 ? more : 0));
            assert_int_equal(now.link_count, before.link_count + (n == 2 ? more : 0));
        }
    }
}

int main(void)
{
    static const DeskRigCase cases[] = {
        {"a clock runs while it is open", a_clock_runs_while_it_is_open},
        {"the policy says how often", the_policy_says_how_often},
        {"links hold until they end", links_hold_until_they_end},
        {"there are bounds", there_are_bounds},
        {"who is erased is told nothing more", who_is_erased_is_told_nothing_more},
        {"memory runs out", memory_runs_out},
    };
    return desk_rig_run(cases, PT_COUNT(cases));
}
