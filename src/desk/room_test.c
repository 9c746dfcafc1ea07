// SPDX-License-Identifier: Apache-2.0
/* What stands beside tickets: files, who is there, fields of one's own, promises and what they do.
 * What clients see is in tests/scenario/test_desk_room.py and test_sla.py. */
#include "desk/desk_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PNG "\x89PNG\r\n\x1a\n"

/* ---- Files ------------------------------------------------------------------------------------
 */

static PtStatus attach(int64_t number, const char *name, const char *type, PtStr bytes,
                       DeskFile *ret_file)
{
    const DeskFile file = {.name = pt_str(name), .type = pt_str(type), .content = bytes};
    return desk_attach(desk, &desk_staff, number, &file, desk_arena, ret_file, NULL);
}

static size_t files_of(int64_t number, DeskFile **ret_list)
{
    size_t count = 0;
    assert_int_equal(desk_files(desk, number, desk_arena, ret_list, &count, NULL), PT_OK);
    return count;
}

static bool bytes_there(const DeskFile *file)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/attachments/%s", desk_dir, file->sha256.data);
    return access(path, F_OK) == 0;
}

static void types_are_what_the_bytes_say(void **state)
{
    desk_rig_skip(state);
    static const struct {
        const char *type;
        PtStr bytes;
        PtStatus status;
    } rows[] = {{"image/png", PT_STR_INIT(PNG "x"), PT_OK},
                {"image/png", PT_STR_INIT("\x89PNX\r\n\x1a\n"), PT_UNSUPPORTED_MEDIA},
                {"image/jpeg", PT_STR_INIT(PNG), PT_UNSUPPORTED_MEDIA},
                {"image/jpeg", PT_STR_INIT("\xff\xd8\xff\xe0"), PT_OK},
                {"image/gif", PT_STR_INIT("GIF89a"), PT_OK},
                {"image/webp", PT_STR_INIT("RIFF1234WEBPVP8 "), PT_OK},
                {"image/webp", PT_STR_INIT("RIFF1234WAVEfmt "), PT_UNSUPPORTED_MEDIA},
                {"image/webp", PT_STR_INIT("RIFF"), PT_UNSUPPORTED_MEDIA},
                {"image/svg+xml", PT_STR_INIT("<svg/>"), PT_UNSUPPORTED_MEDIA},
                {"text/html", PT_STR_INIT("<p>"), PT_UNSUPPORTED_MEDIA},
                {"", PT_STR_INIT("x"), PT_UNSUPPORTED_MEDIA},
                {"application/pdf", PT_STR_INIT("%PDF-1.7"), PT_OK},
                {"application/zip", PT_STR_INIT("PK\x03\x04zip"), PT_OK},
                {"application/json", PT_STR_INIT("{\"a\": 1}"), PT_OK},
                {"application/json", PT_STR_INIT("{\"a\": }"), PT_UNSUPPORTED_MEDIA},
                {"text/plain", PT_STR_INIT("caf\xc3\xa9"), PT_OK},
                {"text/plain", PT_STR_INIT("caf\xe9"), PT_UNSUPPORTED_MEDIA},
                {"text/csv", PT_STR_INIT("a\0b"), PT_UNSUPPORTED_MEDIA},
                {"text/csv", PT_STR_INIT(""), PT_INVALID}};
    const int64_t number = desk_reported("till_fault", "[\"pos\"]", "1").ticket.number;
    DeskFile file, *list = NULL;
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        assert_int_equal(attach(number, "a file", rows[i].type, rows[i].bytes, &file),
                         rows[i].status);
    }
    for (size_t i = files_of(number, &list); i > 0; i--) {
        assert_int_equal(desk_detach(desk, &desk_staff, number, list[i - 1].number, NULL), PT_OK);
    }
}

static void equal_bytes_are_kept_once(void **state)
{
    desk_rig_skip(state);
    const int64_t a = desk_reported("till_fault", "[\"a\"]", "1").ticket.number;
    const int64_t b = desk_reported("till_fault", "[\"b\"]", "2").ticket.number;
    DeskFile first, second, read;
    char *bytes = NULL;
    assert_int_equal(attach(a, "one", "text/plain", PT_STR("same"), &first), PT_OK);
    assert_int_equal(attach(b, "two", "text/plain", PT_STR("same"), &second), PT_OK);
    assert_string_equal(first.sha256.data, second.sha256.data);
    assert_int_equal(desk_get(a).version, 2);
    assert_int_equal(desk_file(desk, b, first.number, desk_arena, &read, &bytes, NULL),
                     PT_NOT_FOUND); // of another ticket
    assert_int_equal(desk_detach(desk, &desk_staff, a, first.number, NULL), PT_OK);
    assert_true(bytes_there(&second));
    assert_int_equal(desk_file(desk, b, second.number, desk_arena, &read, &bytes, NULL), PT_OK);
    assert_memory_equal(bytes, "same", 4);
    free(bytes);
    assert_int_equal(desk_detach(desk, &desk_staff, b, second.number, NULL), PT_OK);
    assert_false(bytes_there(&second));
    assert_int_equal(desk_detach(desk, &desk_staff, b, second.number, NULL), PT_NOT_FOUND);
}

static void files_go_with_their_reports(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("till_fault", "[\"a\"]", "1").ticket.number;
    const int64_t report = desk_reported("till_fault", "[\"a\"]", "2").report;
    DeskFile file = {.report = report,
                     .name = PT_STR("photo"),
                     .type = PT_STR("image/png"),
                     .content = PT_STR(PNG)};
    DeskFile added, *list = NULL;
    DeskTicket parted;
    assert_int_equal(desk_attach(desk, &desk_staff, number, &file, desk_arena, &added, NULL),
                     PT_OK);
    file.report = report + 100;
    assert_int_equal(desk_attach(desk, &desk_staff, number, &file, desk_arena, &added, NULL),
                     PT_NOT_FOUND);
    assert_int_equal(desk_part(desk, &desk_staff, number, report, desk_arena, &parted, NULL),
                     PT_OK);
    assert_int_equal(files_of(number, &list), 0);
    assert_int_equal(files_of(parted.number, &list), 1);
    assert_int_equal(
        desk_merge(desk, &desk_staff, parted.number, number, desk_arena, &parted, NULL), PT_OK);
    assert_int_equal(files_of(number, &list), 1);
    assert_int_equal(desk_detach(desk, &desk_staff, number, list[0].number, NULL), PT_OK);
}

static void a_file_is_there_or_not(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("till_fault", "[\"a\"]", "1").ticket.number;
    DeskFile file, *list = NULL;
    uint64_t nth = 0, last_failed = 0, allocations = 1;
    int64_t version = 1;
    for (nth = 1; nth <= allocations; nth++) {
        fault_alloc_fail(nth, 0);
        PtStatus st = attach(number, "a", "text/plain", PT_STR("bytes"), &file);
        allocations = fault_alloc_count();
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        assert_int_equal(files_of(number, &list), st == PT_OK);
        if (st == PT_OK) {
            assert_int_equal(desk_detach(desk, &desk_staff, number, file.number, NULL), PT_OK);
            version += 2;
        } else {
            last_failed = nth;
        }
        assert_int_equal(desk_get(number).version, version);
    }
    assert_true(last_failed > 0);
    // bytes without a row: the next start takes them away
    assert_false(bytes_there(&file));
    assert_int_equal(attach(number + 1000, "a", "text/plain", PT_STR("bytes"), &file),
                     PT_NOT_FOUND);
    assert_true(bytes_there(&file));
    desk_rig_restart();
    assert_false(bytes_there(&file));
}

static bool is_quill(const void *ctx, PtStr text)
{
    (void)ctx;
    return pt_str_has(text, PT_STR("Quill"));
}

static void an_erasure_takes_files_along(void **state)
{
    desk_rig_skip(state);
    DeskReport r = desk_report_from("till_fault", "[\"a\"]", "1");
    DeskReported theirs;
    DeskFile file, of_theirs, named, *list = NULL;
    uint64_t changed = 0;
    const int64_t other = desk_reported("till_fault", "[\"b\"]", "2").ticket.number;
    r.f[DESK_F_REQUESTER] = PT_STR("Quill");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &theirs, NULL), PT_OK);
    assert_int_equal(attach(theirs.ticket.number, "a", "text/plain", PT_STR("1"), &of_theirs),
                     PT_OK);
    assert_int_equal(attach(other, "Quill.txt", "text/plain", PT_STR("2"), &named), PT_OK);
    assert_int_equal(attach(other, "a", "text/plain", PT_STR("3"), &file), PT_OK);
    assert_int_equal(desk_erase(desk, is_quill, NULL, &changed, NULL), PT_OK);
    assert_true(bytes_there(&file));
    assert_false(bytes_there(&of_theirs) || bytes_there(&named));
    assert_int_equal(files_of(theirs.ticket.number, &list), 0);
    assert_int_equal(files_of(other, &list), 1);
    assert_int_equal(desk_detach(desk, &desk_staff, other, file.number, NULL), PT_OK);
}

/* ---- Who is there -----------------------------------------------------------------------------
 */

static void who_else_is_there(void **state)
{
    desk_rig_skip(state);
    static const AuditActor other = {.kind = AUDIT_ACCOUNT, .id = "acc-2", .name = "Noor"};
    DeskPresent list[DESK_PRESENT_SHOWN];
    size_t count = 9;
    desk_present(desk, &desk_staff, 1001, DESK_VIEWING, list, &count);
    assert_int_equal(count, 0);
    pt_clock_sim_advance(desk_clock, 1000);
    desk_present(desk, &other, 1001, DESK_EDITING, list, &count);
    assert_int_equal(count, 1);
    assert_string_equal(list[0].account, "acc-1");
    assert_int_equal(list[0].state, DESK_VIEWING);
    assert_int_equal(list[0].since_ms, START_MS);
    desk_present(desk, &other, 1002, DESK_VIEWING, list, &count);
    assert_int_equal(count, 0);
    desk_present(desk, &desk_staff, 1001, DESK_VIEWING, list, &count);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].state, DESK_EDITING);
    desk_present(desk, &desk_staff, 1001, DESK_LEFT, list, &count);
    assert_int_equal(count, 1);
    desk_present(desk, &other, 1001, DESK_EDITING, list, &count);
    assert_int_equal(count, 0);
    for (int i = 0; i < DESK_PRESENT_MAX + DESK_PRESENT_SHOWN; i++) {
        AuditActor one = {.kind = AUDIT_ACCOUNT};
        (void)snprintf(one.id, sizeof one.id, "many-%d", i);
        desk_present(desk, &one, 1003, DESK_VIEWING, list, &count);
        assert_int_equal(count, i < DESK_PRESENT_SHOWN ? i : DESK_PRESENT_SHOWN);
    }
}

/* ---- Fields of one's own ----------------------------------------------------------------------
 */

static PtStatus put_record(DeskRecordKind kind, const char *id, const char *json)
{
    const DeskRecord record = {.id = pt_str(id), .name = PT_STR("A record"), .json = pt_str(json)};
    DeskRecord done;
    return desk_record_put(desk, &desk_staff, kind, &record, desk_arena, &done, NULL);
}

static void own_fields_are_checked(void **state)
{
    desk_rig_skip(state);
    static const struct {
        const char *custom, *wrong; /* NULL: right */
    } rows[] = {
        {"{\"device\":\"XT-4\"}", NULL},
        {"{}", "custom.device: is needed"},
        {"", "custom.device: is needed"},
        {"{\"device\":\"\"}", "custom.device: is needed"},
        {"{\"device\":null}", "custom.device: is needed"},
        {"{\"device\":4}", "custom.device: is not a text"},
        {"{\"device\":\"a\",\"shelf\":4.5,\"wet\":true}", NULL},
        {"{\"device\":\"a\",\"shelf\":\"4\"}", "custom.shelf: is a text"},
        {"{\"device\":\"a\",\"wet\":1}", "custom.wet: is not a truth"},
        {"{\"device\":\"a\",\"floor\":\"ground\",\"since\":\"2026-02-28\"}", NULL},
        {"{\"device\":\"a\",\"floor\":\"attic\"}", "custom.floor: is none of its choices"},
        {"{\"device\":\"a\",\"since\":\"2026-02-30\"}",
         "custom.since: is not a date such as 2026-01-31"},
        {"{\"device\":\"a\",\"colour\":\"red\"}", "custom.colour: there is no such field"},
    };
    DeskReport r = desk_report_from("till_fault", "[\"a\"]", "1");
    DeskReported done;
    r.f[DESK_F_CUSTOM] = PT_STR("{\"anything\":[1]}");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
    assert_int_equal(
        put_record(DESK_FIELD_SET, "devices",
                   "{\"type\":\"incident\",\"fields\":["
                   "{\"id\":\"device\",\"label\":\"Device\",\"kind\":\"text\",\"required\":true},"
                   "{\"id\":\"shelf\",\"label\":\"Shelf\",\"kind\":\"number\"},"
                   "{\"id\":\"wet\",\"label\":\"Wet\",\"kind\":\"truth\"},"
                   "{\"id\":\"since\",\"label\":\"Since\",\"kind\":\"date\"},"
                   "{\"id\":\"floor\",\"label\":\"Floor\",\"kind\":\"choice\","
                   "\"choices\":[\"ground\",\"first\"]}]}"),
        PT_OK);
    assert_int_equal(
        put_record(
            DESK_FIELD_SET, "more", // a field that the other set has, too
            "{\"type\":\"incident\",\"fields\":[{\"id\":\"device\",\"label\":\"Device\",\"kind\":"
            "\"text\",\"required\":true}]}"),
        PT_OK);
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        PtError err = {0};
        r.f[DESK_F_CUSTOM] = pt_str(rows[i].custom);
        assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, &err),
                         rows[i].wrong == NULL ? PT_OK : PT_INVALID);
        assert_string_equal(err.message, rows[i].wrong == NULL ? "" : rows[i].wrong);
    }
    const DeskEdit edit = {DESK_F_CUSTOM, PT_STR("{\"device\":\"b\",\"floor\":\"cellar\"}")};
    const DeskChange change = {.edits = &edit, .edit_count = 1};
    DeskTicket t;
    assert_int_equal(
        desk_change(desk, &desk_staff, DESK_FIRST_NUMBER, &change, desk_arena, &t, NULL),
        PT_INVALID);
    r.type = DESK_REQUEST; // the set is of incidents
    r.f[DESK_F_CUSTOM] = PT_STR("{\"anything\":1}");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
}

/* ---- Promises ---------------------------------------------------------------------------------
 */

static PtStatus change(int64_t number, const DeskChange *c)
{
    DeskTicket t;
    return desk_change(desk, &desk_staff, number, c, desk_arena, &t, NULL);
}

static PtStatus set(int64_t number, DeskField field, const char *value)
{
    const DeskEdit edit = {field, pt_str(value)};
    return change(number, &(DeskChange){.edits = &edit, .edit_count = 1});
}

static WorkClock clock_of(int64_t number, WorkClockKind kind)
{
    const WorkItem item = {WORK_TICKET, number};
    WorkClock clocks[WORK_CLOCKS];
    assert_int_equal(work_item_clocks(desk_work, item, clocks, desk_arena, NULL), PT_OK);
    return clocks[kind];
}

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

/* P1 by its category: an answer in 5 minutes, solved in an hour, round the clock. */
static void a_ticket_is_promised(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("pos_outage", "[\"pos\"]", "1").ticket.number;
    assert_int_equal(desk_due(desk, number).due_ms, START_MS + 5 * MINUTE);
    assert_int_equal(desk_due(desk, number).state, DESK_DUE_RUNNING);
    pt_clock_sim_set(desk_clock, START_MS + 150000);
    assert_int_equal(desk_due(desk, number).state, DESK_DUE_AT_RISK);
    pt_clock_sim_set(desk_clock, START_MS + 5 * MINUTE + 1);
    assert_int_equal(desk_due(desk, number).state, DESK_DUE_BREACHED);
    assert_int_equal(change(number, &(DeskChange){.acknowledge = true}), PT_OK);
    assert_int_equal(clock_of(number, WORK_CLOCK_RESPONSE).state, WORK_CLOCK_IS_BREACHED);
    assert_int_equal(desk_due(desk, number).due_ms, START_MS + HOUR);
    const DeskEdit waits[] = {{DESK_F_STATE, PT_STR("waiting")},
                              {DESK_F_WAITING_FOR, PT_STR("requester")}};
    assert_int_equal(change(number, &(DeskChange){.edits = waits, .edit_count = 2}), PT_OK);
    assert_int_equal(desk_due(desk, number).state, DESK_DUE_PAUSED);
    pt_clock_sim_advance(desk_clock, HOUR);
    const DeskChange answer = {.note = PT_STR("here"), .note_public = true, .from_requester = true};
    assert_int_equal(change(number, &answer), PT_OK);
    assert_int_equal(desk_due(desk, number).due_ms, START_MS + 2 * HOUR);
    assert_int_equal(set(number, DESK_F_STATE, "resolved"), PT_OK);
    assert_int_equal(desk_due(desk, number).state, DESK_DUE_NONE);
    assert_int_equal(clock_of(number, WORK_CLOCK_RESOLUTION).state, WORK_CLOCK_IS_MET);
    assert_int_equal(clock_of(number, WORK_CLOCK_RESOLUTION).elapsed_ms, 5 * MINUTE + 1);
    desk_rig_restart();
    assert_int_equal(clock_of(number, WORK_CLOCK_RESOLUTION).elapsed_ms, 5 * MINUTE + 1);
    assert_int_equal(set(number, DESK_F_STATE, "in_progress"), PT_OK); // runs on
    assert_int_equal(desk_due(desk, number).due_ms, START_MS + 2 * HOUR);
}

/* Rows of history that clocks wrote. */
static size_t fired_rows(int64_t number, const char *kind, PtStr *ret_text)
{
    const DeskRange range = {.number = number, .max = 100};
    DeskEvent *events = NULL;
    size_t count = 0, found = 0;
    assert_int_equal(desk_history(desk, &range, desk_arena, &events, &count, NULL), PT_OK);
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(events[i].kind, pt_str(kind))) {
            found++;
            *ret_text = events[i].text;
        }
    }
    return found;
}

static size_t wait_fired(int64_t number, const char *kind, PtStr *ret_text)
{
    for (int i = 0; i < 500 && fired_rows(number, kind, ret_text) == 0; i++) {
        (void)usleep(10000);
    }
    return fired_rows(number, kind, ret_text);
}

static void steps_do_what_their_names_say(void **state)
{
    desk_rig_skip(state);
    static const char policy[] =
        "{\"name\":\"Steps\",\"clocks\":{\"resolution\":{\"targets\":{\"P3\":{\"hours\":2,\"in\":"
        "\"24x7\"},\"P2\":{\"hours\":2,\"in\":\"24x7\"}},\"stop\":{\"property\":\"state\",\"is\":"
        "\"equals\",\"value\":\"resolved\"},\"steps\":[{\"name\":\"lead\",\"percent\":10},{\"name\""
        ":\"raise\",\"percent\":20},{\"name\":\"queue:second\",\"percent\":30},{\"name\":\"queue:"
        "no_queue_can_have_a_name_that_is_longer_than_the_"
        "sixty_four_bytes_that_there_are\",\"percent\":40}]}}}";
    const WorkStoredPolicy wanted = {.id = PT_STR("steps"), .rank = 1, .json = pt_str(policy)};
    WorkStoredPolicy stored;
    PtStr text = PT_STR("");
    assert_int_equal(put_record(DESK_QUEUE, "first", "{\"lead\":\"acc-7\"}"), PT_OK);
    assert_int_equal(work_policy_put(desk_work, &desk_staff, &wanted, 0, desk_arena, &stored, NULL),
                     PT_OK);
    DeskReport r = desk_report_from("signage_offline", "[\"a\"]", "1");
    DeskReported done;
    r.f[DESK_F_QUEUE] = PT_STR("first");
    assert_int_equal(desk_report(desk, &desk_staff, &r, desk_arena, &done, NULL), PT_OK);
    const int64_t number = done.ticket.number;
    assert_int_equal(done.ticket.priority, 3);
    assert_int_equal(work_start(desk_work, NULL), PT_OK);
    pt_clock_sim_set(desk_clock, START_MS + 12 * MINUTE);
    assert_int_equal(wait_fired(number, "sla_escalated", &text), 1);
    assert_string_equal(text.data, "resolution: lead");
    assert_string_equal(desk_get(number).f[DESK_F_WATCHERS].data, "[\"acc-7\"]");
    pt_clock_sim_set(desk_clock, START_MS + 36 * MINUTE);
    for (int i = 0; i < 500 && desk_get(number).f[DESK_F_QUEUE].data[0] == 'f'; i++) {
        (void)usleep(10000);
    }
    const DeskTicket t = desk_get(number);
    assert_string_equal(t.f[DESK_F_QUEUE].data, "second");
    assert_int_equal(t.priority, 2);
    assert_string_equal(t.f[DESK_F_LABEL].data, "P2");
    assert_int_equal(fired_rows(number, "sla_escalated", &text), 3);
    pt_clock_sim_set(desk_clock, START_MS + 105 * MINUTE);
    assert_int_equal(wait_fired(number, "sla_at_risk", &text), 1);
    assert_string_equal(text.data, "resolution");
    pt_clock_sim_set(desk_clock, START_MS + 120 * MINUTE + 1);
    assert_int_equal(wait_fired(number, "sla_breached", &text), 1);
    assert_string_equal(desk_get(number).f[DESK_F_QUEUE].data, "second");
    assert_int_equal(fired_rows(number, "sla_escalated", &text), 4); // one did nothing
    assert_int_equal(desk_get(number).version, 7);
}

static void an_explanation_names_rows_of_history(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("pos_outage", "[\"pos\"]", "1").ticket.number;
    WorkExplained e;
    int64_t *seqs = NULL, sum = 0;
    pt_clock_sim_advance(desk_clock, MINUTE);
    assert_int_equal(set(number, DESK_F_STATE, "resolved"), PT_OK);
    pt_clock_sim_advance(desk_clock, MINUTE);
    assert_int_equal(
        desk_clock_explain(desk, number, WORK_CLOCK_RESOLUTION, desk_arena, &e, &seqs, NULL),
        PT_OK);
    assert_int_equal(e.count, 2);
    assert_int_equal(seqs[0], 1);
    assert_int_equal(seqs[1], 2);
    for (size_t i = 0; i < e.count; i++) {
        sum += e.list[i].to_ms - e.list[i].from_ms;
    }
    assert_int_equal(sum, 2 * MINUTE);
}

/* From before there were clocks. */
static void an_older_ticket_is_promised_from_its_next_change_on(void **state)
{
    desk_rig_skip(state);
    const int64_t number = desk_reported("pos_outage", "[\"pos\"]", "1").ticket.number;
    PtSqlTx *tx = rig_begin(desk_rig, true);
    rig_run(tx, "DELETE FROM work_item");
    rig_commit(tx);
    desk_rig_restart();
    assert_int_equal(desk_due(desk, number).state, DESK_DUE_NONE);
    pt_clock_sim_advance(desk_clock, HOUR);
    assert_int_equal(set(number, DESK_F_QUEUE, "tills"), PT_OK);
    assert_int_equal(desk_due(desk, number).due_ms, START_MS + HOUR + 5 * MINUTE);
}

static const DeskRigCase cases[] = {
    {"types are what the bytes say", types_are_what_the_bytes_say},
    {"equal bytes are kept once", equal_bytes_are_kept_once},
    {"files go with their reports", files_go_with_their_reports},
    {"a file is there or not", a_file_is_there_or_not},
    {"an erasure takes files along", an_erasure_takes_files_along},
    {"who else is there", who_else_is_there},
    {"own fields are checked", own_fields_are_checked},
    {"a ticket is promised", a_ticket_is_promised},
    {"steps do what their names say", steps_do_what_their_names_say},
    {"an explanation names rows of history", an_explanation_names_rows_of_history},
    {"an older ticket is promised", an_older_ticket_is_promised_from_its_next_change_on},
};

int main(void)
{
    return desk_rig_run(cases, PT_COUNT(cases));
}
