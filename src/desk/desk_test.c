// SPDX-License-Identifier: Apache-2.0
/* The desk over real tables of both engines: many reporters at once, history that adds up to the
 * ticket, memory that runs out at every place. What clients see is tests/scenario/test_desk.py. */
#include "desk/desk_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test_rows.h"

enum { THREADS = 8, EACH = 20 };

static uint64_t total(const DeskQuery *query)
{
    DeskQuery q = *query;
    DeskPage page;
    q.max = 1;
    assert_int_equal(desk_list(desk, &q, desk_arena, &page, NULL), PT_OK);
    return page.total;
}

/* ---- Joining ----------------------------------------------------------------------------------
 */

static void *reports_one_fault(void *ctx)
{
    const int thread = *(int *)ctx;
    PtArena *own = pt_arena_new(64 << 20);
    intptr_t opened = 0;
    for (int i = 0; own != NULL && i < EACH; i++) {
        char store[8];
        (void)snprintf(store, sizeof store, "%04d", thread * EACH + i);
        const DeskReport r = desk_report_from("till_fault", "[\"pos\"]", store);
        DeskReported done;
        if (desk_report(desk, &desk_staff, &r, own, &done, NULL) != PT_OK) {
            opened = -1000;
            break;
        }
        opened += !done.joined;
        pt_arena_clear(own);
    }
    pt_arena_free(own);
    return (void *)opened; // NOLINT(performance-no-int-to-ptr): a small number
}

static void reports_at_once_are_one_incident(void **state)
{
    desk_rig_skip(state);
    pthread_t threads[THREADS];
    int numbers[THREADS];
    intptr_t opened = 0;
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, reports_one_fault, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        opened += (intptr_t)result;
    }
    assert_int_equal(opened, 1);
    const DeskTicket t = desk_get(DESK_FIRST_NUMBER);
    assert_int_equal(t.reports, THREADS * EACH);
    assert_int_equal(t.stores, THREADS * EACH);
    assert_int_equal(t.version, THREADS * EACH);
    assert_int_equal(t.priority, 1);
    assert_int_equal(total(&(DeskQuery){.priorities = 1U << 1}), 1);
}

static void the_hour_has_an_edge(void **state)
{
    desk_rig_skip(state);
    const int64_t first = desk_reported("loyalty_auth", "", "1").ticket.number;
    pt_clock_sim_set(desk_clock, START_MS + DESK_JOIN_MS - 1);
    assert_int_equal(desk_reported("loyalty_auth", "", "2").ticket.number, first);
    pt_clock_sim_set(desk_clock, START_MS + 2 * (int64_t)DESK_JOIN_MS - 1);
    assert_int_not_equal(desk_reported("loyalty_auth", "", "3").ticket.number, first);
}

static void services_in_any_order_are_the_same(void **state)
{
    desk_rig_skip(state);
    const int64_t first = desk_reported("till_fault", "[\"b\",\"a\"]", "1").ticket.number;
    assert_int_equal(desk_reported("till_fault", "[\"a\", \"b\", \"a\"]", "2").ticket.number,
                     first);
    assert_int_not_equal(desk_reported("till_fault", "[\"a\"]", "3").ticket.number, first);
    assert_false(desk_reported("", "[\"a\",\"b\"]", "4").joined);
}

/* ---- History ----------------------------------------------------------------------------------
 */

/* Row seq is there for each version, and the versions rise by one. */
static void assert_history(int64_t number)
{
    DeskEvent *events = NULL;
    size_t count = 0;
    assert_int_equal(desk_history(desk, &(DeskRange){.number = number, .max = 1000}, desk_arena,
                                  &events, &count, NULL),
                     PT_OK);
    assert_int_equal(count, desk_get(number).version);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(events[i].seq, i + 1);
    }
}

static PtStatus change(int64_t number, DeskField field, const char *value, PtError *err)
{
    const DeskEdit edit = {field, pt_str(value)};
    const DeskChange c = {.edits = &edit, .edit_count = 1, .note = PT_STR("why")};
    DeskTicket t;
    return desk_change(desk, &desk_staff, number, &c, desk_arena, &t, err);
}

static void a_change_is_all_or_nothing(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("till_fault", "[\"pos\"]", "1").ticket.number;
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t i = 1; st != PT_OK; i++) {
        assert_true(i < 3000);
        fault_alloc_fail(i, 0);
        st = change(number, DESK_F_QUEUE, "tills", NULL);
        fault_alloc_fail(0, 0);
        assert_int_equal(desk_get(number).version, st == PT_OK ? 2 : 1);
        assert_int_equal(total(&(DeskQuery){.queue = PT_STR("tills")}), st == PT_OK);
        assert_history(number);
    }
}

static void a_report_is_all_or_nothing(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("ecommerce_slow", "[\"web\"]", "1").ticket.number;
    const DeskReport joins = desk_report_from("ecommerce_slow", "[\"web\"]", "2");
    DeskReport opens = joins;
    opens.alone = true; // with its problem record, which is there
    const DeskReport *const reports[] = {&joins, &opens};
    for (size_t n = 0; n < PT_COUNT(reports); n++) {
        const uint64_t before = total(&(DeskQuery){0});
        const int64_t count = desk_get(number).reports;
        PtStatus st = PT_NO_MEMORY;
        for (uint64_t i = 1; st != PT_OK; i++) {
            DeskReported done;
            assert_true(i < 3000);
            fault_alloc_fail(i, 0);
            st = desk_report(desk, &desk_staff, reports[n], desk_arena, &done, NULL);
            fault_alloc_fail(0, 0);
            assert_int_equal(desk_get(number).reports, count + (st == PT_OK && n == 0));
            assert_int_equal(total(&(DeskQuery){0}), before + (st == PT_OK && n == 1));
            assert_history(number);
        }
    }
}

static void merge_and_part_add_up(void **state)
{
    desk_rig_skip(state);
    const int64_t a = desk_reported("till_fault", "[\"a\"]", "1").ticket.number;
    const int64_t b = desk_reported("till_fault", "[\"b\"]", "2").ticket.number;
    const DeskReported third = desk_reported("till_fault", "[\"b\"]", "3");
    DeskTicket t;
    assert_int_equal(desk_merge(desk, &desk_staff, a, b, desk_arena, &t, NULL), PT_OK);
    assert_int_equal(t.reports, 3);
    assert_int_equal(desk_get(a).reports, 0);
    assert_int_equal(desk_part(desk, &desk_staff, b, third.report, desk_arena, &t, NULL), PT_OK);
    assert_int_equal(t.reports, 1);
    assert_int_equal(desk_get(b).reports, 2);
    assert_int_equal(desk_get(b).stores, 2);
    for (int64_t number = a; number <= t.number; number++) {
        assert_history(number);
    }
    assert_int_equal(total(&(DeskQuery){.states = 7}), 2);
}

/* ---- What is read at open ---------------------------------------------------------------------
 */

static void lists_are_the_same_after_a_restart(void **state)
{
    desk_rig_skip(state);
    for (int i = 0; i < 5; i++) {
        char service[16];
        (void)snprintf(service, sizeof service, "[\"s%d\"]", i);
        (void)desk_reported("signage_offline", service, "0042");
    }
    assert_int_equal(change(DESK_FIRST_NUMBER, DESK_F_STATE, "resolved", NULL), PT_OK);
    const DeskQuery queries[] = {
        {.states = 7}, {.store = PT_STR("0042")}, {.text = PT_STR("report")}};
    uint64_t before[PT_COUNT(queries)];
    for (size_t i = 0; i < PT_COUNT(queries); i++) {
        before[i] = total(&queries[i]);
    }
    assert_int_equal(before[0], 4);
    desk_rig_restart();
    for (size_t i = 0; i < PT_COUNT(queries); i++) {
        assert_int_equal(total(&queries[i]), before[i]);
    }
}

static void a_policy_holds_from_its_edit_on(void **state)
{
    desk_rig_skip(state);
    DeskPolicyVersion policy;
    DeskTicket before = desk_reported("signage_offline", "[\"s\"]", "1").ticket;
    assert_int_equal(desk_policy(desk, 0, desk_arena, &policy, NULL), PT_OK);
    assert_int_equal(policy.version, 1);
    PtStr json = pt_arena_str(desk_arena, policy.json);
    char *floor = strstr(strstr(json.data, "signage_offline"), "\"floor\":3");
    assert_non_null(floor);
    floor[strlen("\"floor\":")] = '2';
    assert_int_equal(desk_policy_put(desk, &desk_staff, 1, json, desk_arena, &policy, NULL), PT_OK);
    assert_int_equal(desk_get(before.number).priority, 3);
    assert_int_equal(change(before.number, DESK_F_QUEUE, "q", NULL), PT_OK);
    assert_int_equal(desk_get(before.number).priority, 3); // none of its facts has changed
    assert_int_equal(change(before.number, DESK_F_URGENCY, "low", NULL), PT_OK);
    assert_int_equal(desk_get(before.number).priority, 2);
    assert_int_equal(desk_get(before.number).policy, 2);
    assert_int_equal(desk_policy_put(desk, &desk_staff, 1, json, desk_arena, &policy, NULL),
                     PT_CONFLICT);
}

static bool is_quill(const void *ctx, PtStr text)
{
    (void)ctx;
    return memmem(text.data, text.len, "Quill", 5) != NULL;
}

/* One ticket is theirs, with a note that does not name them; of another a report, a note and a
 * message to a vendor do. */
static void fill_with_quill(int64_t ret_numbers[2])
{
    DeskReport r = desk_report_from("till_fault", "[\"pos\"]", "0001");
    DeskReported done;
    const DeskChange note = {.note = PT_STR("called back")}, named = {.note = PT_STR("Quill, too")};
    DeskTicket t;
    r.f[DESK_F_TITLE] = PT_STR("Quill's card is refused");
    r.f[DESK_F_REQUESTER] = PT_STR("Quill");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
    ret_numbers[0] = done.ticket.number;
    assert_int_equal(desk_change(desk, &desk_staff, ret_numbers[0], &note, desk_arena, &t, NULL),
                     PT_OK);
    ret_numbers[1] = desk_reported("signage_offline", "[\"s\"]", "1").ticket.number;
    r.f[DESK_F_TITLE] = PT_STR("it is dark here");
    r.f[DESK_F_CATEGORY] = PT_STR("signage_offline");
    r.f[DESK_F_SERVICES] = PT_STR("[\"s\"]");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
    assert_true(done.joined);
    assert_int_equal(desk_change(desk, &desk_staff, ret_numbers[1], &named, desk_arena, &t, NULL),
                     PT_OK);
    PtSqlTx *tx = rig_begin(desk_rig, true);
    rig_run(tx, "INSERT INTO desk_escalation (number, ticket, vendor, contract, contact, message,"
                " sent_ms, sent_by, due_ms, answered_ms, answer)"
                " VALUES (1, 1002, 'acme', '', '', 'Quill waits', 1, '', 0, 0, '')");
    rig_commit(tx);
}

static void an_erasure_leaves_the_ticket(void **state)
{
    desk_rig_skip(state);
    int64_t numbers[2];
    uint64_t changed = 0;
    fill_with_quill(numbers);
    const DeskTicket other = desk_get(numbers[1]);
    desk_search_wait(desk);
    assert_int_equal(total(&(DeskQuery){.text = PT_STR("Quill")}), 2); // by a note, too
    assert_int_equal(desk_erase(desk, is_quill, NULL, &changed, NULL), PT_OK);
    assert_int_equal(changed, 1 + 2 + 1 + 1); // ticket, reports, a note, a message
    const DeskTicket t = desk_get(numbers[0]);
    assert_string_equal(t.f[DESK_F_TITLE].data, "-");
    assert_int_equal(t.f[DESK_F_REQUESTER].len, 0);
    assert_string_equal(t.f[DESK_F_STORE].data, "0001");
    assert_int_equal(t.reports, 1);
    assert_int_equal(t.version, 3);
    DeskEvent *events = NULL;
    DeskReportRow *reports = NULL;
    size_t count = 0;
    assert_int_equal(desk_history(desk, &(DeskRange){.number = numbers[0], .max = 9}, desk_arena,
                                  &events, &count, NULL),
                     PT_OK);
    assert_int_equal(count, 3);
    assert_string_equal(events[0].changes.data, "{}");
    assert_string_equal(events[1].text.data, "-");
    assert_string_equal(events[2].kind.data, "erased");
    assert_int_equal(desk_reports(desk, &(DeskRange){.number = numbers[1], .max = 9}, desk_arena,
                                  &reports, &count, NULL),
                     PT_OK);
    assert_string_equal(reports[0].text.data, "A report");
    assert_string_equal(reports[1].text.data, "-");
    desk_search_wait(desk);
    assert_int_equal(total(&(DeskQuery){.text = PT_STR("Quill")}), 0);
    assert_int_equal(total(&(DeskQuery){.requester = PT_STR("Quill")}), 0);
    assert_int_equal(desk_get(numbers[1]).version, other.version);
    assert_int_equal(desk_erase(desk, is_quill, NULL, &changed, NULL), PT_OK);
    assert_int_equal(changed, 0);
}

/* It is called again where memory ran out, until nothing is left. */
static void an_erasure_goes_on_after_a_failure(void **state)
{
    desk_rig_skip(state);
    int64_t numbers[2];
    uint64_t changed = 1;
    size_t failures = 0;
    fill_with_quill(numbers);
    for (PtStatus st = PT_NO_MEMORY; st != PT_OK; failures++) {
        fault_alloc_fail(failures + 1, 0);
        st = desk_erase(desk, is_quill, NULL, &changed, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    assert_true(failures > 4);
    assert_int_equal(desk_erase(desk, is_quill, NULL, &changed, NULL), PT_OK);
    assert_int_equal(changed, 0);
    assert_string_equal(desk_get(numbers[0]).f[DESK_F_TITLE].data, "-");
    desk_search_wait(desk);
    assert_int_equal(total(&(DeskQuery){.text = PT_STR("Quill")}), 0);
}

static const DeskRigCase cases[] = {
    {"reports at once are one incident", reports_at_once_are_one_incident},
    {"the hour has an edge", the_hour_has_an_edge},
    {"services in any order are the same", services_in_any_order_are_the_same},
    {"a change is all or nothing", a_change_is_all_or_nothing},
    {"a report is all or nothing", a_report_is_all_or_nothing},
    {"merge and part add up", merge_and_part_add_up},
    {"lists are the same after a restart", lists_are_the_same_after_a_restart},
    {"a policy holds from its edit on", a_policy_holds_from_its_edit_on},
    {"an erasure leaves the ticket", an_erasure_leaves_the_ticket},
    {"an erasure goes on after a failure", an_erasure_goes_on_after_a_failure},
};

int main(void)
{
    return desk_rig_run(cases, PT_COUNT(cases));
}
