// SPDX-License-Identifier: Apache-2.0
/* All that is known of a person, as it is given to that person: whole, and nobody else's. */
#include "base/json.h"
#include "profiles/erase_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static int set_up(void **state)
{
    (void)state;
    fs = fault_fs_new(7);
    assert_non_null(fs);
    assert_true(rig_base_open(&base));
    view_rig_open(&rig, &base, fs);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    view_rig_done(&rig);
    rig_base_close(&base);
    fault_fs_free(fs);
    return 0;
}

static const char *person(const char *type, const char *value)
{
    return view_rig_person(&rig, type, value);
}

typedef struct Stream {
    PtBuf text; /* a line of "part {...}" each */
    unsigned counts[SUBJECT_PARTS];
    SubjectPart last;
    unsigned fail_at; /* the object that cannot be written; 0: none */
    unsigned objects;
    _Atomic bool stop;
} Stream;

static PtStatus take(void *ctx, SubjectPart part, PtStr json, PtError *err)
{
    Stream *s = ctx;
    PtError why = {0};
    assert_true(part >= s->last); // in their order
    s->last = part;
    if (pt_json_check(json, 64, &why) != PT_OK) {
        fail_msg("%s: %.*s", why.message, PT_STR_ARG(json));
    }
    if (++s->objects == s->fail_at) {
        return pt_fail(err, PT_UNAVAILABLE, "the disk is full");
    }
    s->counts[part]++;
    pt_buf_add_str(&s->text, subject_part_name(part));
    pt_buf_add_char(&s->text, ' ');
    pt_buf_add_str(&s->text, json);
    pt_buf_add_char(&s->text, '\n');
    return PT_OK;
}

static PtStatus stream(Stream *s, const char *id)
{
    PtError err = {0};
    pt_buf_init(&s->text, 16 << 20);
    const PtStatus st = profiles_subject(rig.profiles, pt_str(id), &s->stop, take, s, &err);
    pt_buf_add_char(&s->text, '\0');
    return st;
}

static void assert_has(const Stream *s, const char *text)
{
    if (strstr(s->text.data, text) == NULL) {
        fail_msg("\"%s\" is not in\n%s", text, s->text.data);
    }
}

static void assert_lacks(const Stream *s, const char *text)
{
    if (strstr(s->text.data, text) != NULL) {
        fail_msg("\"%s\" is in\n%s", text, s->text.data);
    }
}

static void send_people(void)
{
    view_rig_send(&rig, EVENT_PAGE, "{\"anonymousId\":\"anon-jane\",\"name\":\"Home\"}");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"userId\":\"jane\",\"anonymousId\":\"anon-jane\",\"traits\":{\"email\":"
                  "\"jane@example.com\",\"lastName\":\"Zweig\",\"quote\\\"d\":1,\"address\":{"
                  "\"street\":\"Lindenallee 7\",\"city\":\"Graz\",\"postalCode\":\"8010\","
                  "\"country\":\"AT\"}}}");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"anonymousId\":\"anon-jane\",\"traits\":{\"lastName\":\"Ast\"}}");
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"jane\",\"event\":\"Order Completed\",\"properties\":{"
                  "\"order_id\":\"O-1\",\"total\":12.5,\"currency\":\"EUR\",\"ke\\\"y\":[1]}}");
    view_rig_send(&rig, EVENT_GROUP,
                  "{\"userId\":\"jane\",\"groupId\":\"club\",\"traits\":{\"name\":\"Club\"}}");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"userId\":\"max\",\"traits\":{\"email\":\"max@example.com\",\"firstName\":"
                  "\"Maximilian\",\"lastName\":\"Zweig\",\"address\":{\"street\":\"Lindenallee 7\","
                  "\"city\":\"Graz\",\"postalCode\":\"8010\",\"country\":\"AT\"}}}");
    view_rig_send(&rig, EVENT_GROUP,
                  "{\"userId\":\"max\",\"groupId\":\"club\",\"traits\":{\"contact\":"
                  "\"max@example.com\"}}");
}

static void it_says_all_and_nothing_of_others(void **state)
{
    (void)state;
    Stream s = {.fail_at = 0};
    PtError err = {0};
    send_people();
    view_rig_run(&rig);
    // somebody of the staff takes Max for Jane, and sees that it was wrong
    char jane[37], max[37];
    (void)snprintf(jane, sizeof jane, "%s", person("user_id", "jane"));
    (void)snprintf(max, sizeof max, "%s", person("email", "max@example.com"));
    const uint32_t mail =
        identity_find(rig.profiles->graph, PT_STR("email"), PT_STR("max@example.com"));
    assert_int_equal(
        profiles_split(rig.profiles, &staff, pt_str(max), &mail, 1, PT_STR("his son's"), &err),
        PT_OK);
    view_rig_run(&rig);
    assert_int_equal(profiles_merge(rig.profiles, &staff, pt_str(jane),
                                    pt_str(person("email", "max@example.com")),
                                    PT_STR("Maximilian is Jane"), &err),
                     PT_OK);
    view_rig_run(&rig);
    assert_int_equal(profiles_split(rig.profiles, &staff, pt_str(jane), &mail, 1,
                                    PT_STR("Maximilian is not"), &err),
                     PT_OK);
    view_rig_run(&rig);
    assert_int_equal(stream(&s, jane), PT_OK);
    assert_int_equal(s.counts[SUBJECT_PROFILE], 1);
    assert_int_equal(s.counts[SUBJECT_IDENTIFIER], 3);
    assert_int_equal(s.counts[SUBJECT_ORDERS], 2);
    assert_int_equal(s.counts[SUBJECT_GROUP], 2);
    assert_int_equal(s.counts[SUBJECT_EVENT], 5);
    assert_int_equal(s.counts[SUBJECT_LINK], 2); // a merge, a split
    assert_true(s.counts[SUBJECT_CONSENT] > 0);
    assert_has(&s, "\"value\":\"jane@example.com\"");
    assert_has(&s, "\"name\":\"quote\\\"d\",\"value\":1");
    assert_has(&s, "\"ke\\\"y\":[1]");
    assert_has(&s, "\"value\":\"Zweig\",\"at\":\"2025-11-22T02:00:00.000Z\",\"source\":\"");
    assert_has(&s, "\"value\":\"Ast\"");
    assert_has(&s, "\"holds\":false");
    assert_has(&s, "{\"currency\":\"EUR\",\"amount\":\"12.5\",\"orders\":1,\"refunds\":0}");
    assert_has(&s, "\"order\":\"O-1\"");
    assert_has(&s, "{\"kind\":\"account\",\"name\":\"Club\"}");
    assert_has(&s, "{\"kind\":\"household\"}");
    assert_lacks(&s, "max@example.com");
    assert_lacks(&s, "Maximilian");
    assert_lacks(&s, "_patron");
    assert_lacks(&s, "his son");
    pt_buf_done(&s.text);
}

/* More events than are held at once, in their order. */
static void any_number_of_events(void **state)
{
    (void)state;
    enum { MANY = 4096 + 4 };
    Stream s = {.fail_at = 0};
    char body[64];
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(body, sizeof body, "{\"anonymousId\":\"a\",\"name\":\"P%u\"}", i);
        view_rig_send(&rig, EVENT_PAGE, body);
    }
    view_rig_run(&rig);
    assert_int_equal(stream(&s, person("anonymous_id", "a")), PT_OK);
    assert_int_equal(s.counts[SUBJECT_EVENT], MANY);
    const char *at = s.text.data;
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(body, sizeof body, "\"name\":\"P%u\"", i);
        at = strstr(at, body);
        assert_non_null(at);
    }
    pt_buf_done(&s.text);
}

static void it_ends_where_it_cannot_go_on(void **state)
{
    (void)state;
    send_people();
    view_rig_run(&rig);
    Stream nobody = {.fail_at = 0};
    assert_int_equal(stream(&nobody, "00000000-0000-8000-8000-000000000000"), PT_NOT_FOUND);
    pt_buf_done(&nobody.text);
    Stream stopped = {.stop = true};
    assert_int_equal(stream(&stopped, person("user_id", "jane")), PT_UNAVAILABLE);
    assert_int_equal(stopped.objects, 0);
    pt_buf_done(&stopped.text);
    Stream whole = {.fail_at = 0};
    assert_int_equal(stream(&whole, person("user_id", "jane")), PT_OK);
    pt_buf_done(&whole.text);
    for (unsigned n = 1; n <= whole.objects; n++) {
        Stream s = {.fail_at = n};
        assert_int_equal(stream(&s, person("user_id", "jane")), PT_UNAVAILABLE);
        assert_int_equal(s.objects, n);
        pt_buf_done(&s.text);
    }
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(it_says_all_and_nothing_of_others),
        WITH_RIG(any_number_of_events),
        WITH_RIG(it_ends_where_it_cannot_go_on),
    };
    return cmocka_run_group_tests_name("profiles/subject", tests, NULL, NULL);
}
