// SPDX-License-Identifier: Apache-2.0
/* Consent: what events say of it, decisions over a log, purposes, the suppression list, links. */
#include "consent.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/view_rig.h"

#include <base/test_rows.h>
#include <fault/fault_alloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA = 64 << 20, ESSENTIAL = 1, ANALYTICS = 2, PERSONAL = 4, EMAIL = 8, ADS = 32 };

/* ---- What events say --------------------------------------------------------------------------
 */

static struct SaidCase {
    const char *name, *event, *raw, *common;
    uint32_t granted, refused, ambient_granted, ambient_refused;
} said_cases[] = {
    {"nothing", "Seen", "{\"context\":{\"consent\":{}}}", NULL, 0, 0, 0, 0},
    {"carried along", "Seen",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"Advertising\":true,\"C0002\":false}}}}",
     NULL, 0, 0, ADS, ANALYTICS},
    {"of the batch", "Seen", "{}",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"analytics\":true}}}}", 0, 0, ANALYTICS,
     0},
    {"the event's own before the batch's", "Seen",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"analytics\":false}}}}",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"analytics\":true}}}}", 0, 0, 0,
     ANALYTICS},
    {"two categories of one purpose", "Seen",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"C0004\":true,\"C0005\":false}}}}", NULL,
     0, 0, 0, ADS},
    {"nobody mapped it", "Seen",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"C0009\":true,\"\":true}}}}", NULL, 0, 0,
     0, 0},
    {"no truth", "Seen",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"C0002\":\"true\",\"C0003\":1,\"C0004\":"
     "null}}}}",
     NULL, 0, 0, 0, 0},
    {"an escaped category", "Seen",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"\\u00430002\":true}}}}", NULL, 0, 0,
     ANALYTICS, 0},
    {"no object", "Seen", "{\"context\":{\"consent\":[{\"categoryPreferences\":1}]}}", NULL, 0, 0,
     0, 0},
    {"Segment's own event", "Segment Consent Preference Updated",
     "{\"context\":{\"consent\":{\"categoryPreferences\":{\"C0002\":true,\"C0004\":false}}}}", NULL,
     ANALYTICS, ADS, 0, 0},
    {"in its properties", "Consent Updated",
     "{\"properties\":{\"categoryPreferences\":{\"C0002\":true},\"consent\":{"
     "\"categoryPreferences\":{\"C0002\":false}}}}",
     NULL, 0, ANALYTICS, 0, 0},
    {"our own", "Consent Changed",
     "{\"properties\":{\"purpose\":\"marketing_email\",\"granted\":true}}", NULL, EMAIL, 0, 0, 0},
    {"several", "Consent Changed",
     "{\"properties\":{\"purposes\":{\"marketing_email\":false,\"analytics\":true}}}", NULL,
     ANALYTICS, EMAIL, 0, 0},
    {"declared before carried", "Consent Changed",
     "{\"properties\":{\"purpose\":\"analytics\",\"granted\":true},\"context\":{\"consent\":{"
     "\"categoryPreferences\":{\"analytics\":false,\"functional\":false}}}}",
     NULL, ANALYTICS, 0, 0, PERSONAL},
    {"without saying which", "Consent Changed", "{\"properties\":{\"granted\":true}}", NULL, 0, 0,
     0, 0},
    {"both ways", "Consent Changed",
     "{\"properties\":{\"purpose\":\"analytics\",\"granted\":true,\"purposes\":{\"C0002\":false}}}",
     NULL, 0, ANALYTICS, 0, 0},
};

static void says(void **state)
{
    const struct SaidCase *c = *state;
    const EventView v = {.type = EVENT_TRACK,
                         .name = pt_str(c->event),
                         .raw = pt_str(c->raw),
                         .common = c->common != NULL ? pt_str(c->common) : (PtStr){NULL, 0}};
    ConsentSlot slots[CONSENT_PURPOSES_MAX];
    ConsentWord word;
    PtBuf text;
    consent_slots_seed(slots);
    pt_buf_init(&text, EVENT_MAX_BYTES);
    consent_read_event(slots, &v, &text, &word);
    pt_buf_done(&text);
    assert_int_equal(word.granted, c->granted);
    assert_int_equal(word.refused, c->refused);
    assert_int_equal(word.ambient_granted, c->ambient_granted);
    assert_int_equal(word.ambient_refused, c->ambient_refused);
}

/* 100 categories of an event are looked at; one of 100 bytes may mean something, of 101 not. */
static void what_is_said_is_bounded(void **state)
{
    (void)state;
    static ConsentSlot slots[CONSENT_PURPOSES_MAX];
    char longest[CONSENT_ITEM_MAX + 1], list[2 * CONSENT_ITEM_MAX + 16],
        object[CONSENT_ITEM_MAX + 32];
    memset(longest, 'x', CONSENT_ITEM_MAX);
    longest[CONSENT_ITEM_MAX] = '\0';
    (void)snprintf(list, sizeof list, "[\"%s\",\"%sy\"]", longest, longest);
    memset(slots, 0, sizeof slots);
    consent_slot_read(&slots[0], PT_STR("one"), pt_str(list));
    assert_int_equal(slots[0].category_count, 1);
    (void)snprintf(object, sizeof object, "{\"%s\":true}", longest);
    for (int more = 0; more < 2; more++) {
        PtBuf json, text;
        uint32_t granted = 0, refused = 0;
        pt_buf_init(&json, 64 << 10);
        pt_buf_init(&text, EVENT_MAX_BYTES);
        pt_buf_add_char(&json, '{');
        for (int i = 1; i < CONSENT_CATEGORIES_MAX + more; i++) {
            pt_buf_printf(&json, "\"c%d\":true,", i);
        }
        pt_buf_add_str(&json, pt_str_from(pt_str(object), 1));
        consent_read_preferences(slots, pt_buf_str(&json), &text, &granted, &refused);
        assert_int_equal(granted, more == 0);
        assert_int_equal(refused, 0);
        pt_buf_done(&json);
        pt_buf_done(&text);
    }
}

/* ---- Over a log -------------------------------------------------------------------------------
 */

static RigBase base;
static PtFs *fs;
static ViewRig rig;
static PtArena *arena;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

static const char *who(const char *id)
{
    return view_rig_person(&rig, "anonymous_id", id);
}

static void sends(const char *id, const char *more)
{
    char body[4096];
    (void)snprintf(body, sizeof body, "{\"anonymousId\":\"%s\",%s}", id, more);
    view_rig_send(&rig, EVENT_TRACK, body);
}

static void declares(const char *id, const char *purpose, bool granted)
{
    char more[256];
    (void)snprintf(
        more, sizeof more,
        "\"event\":\"Consent Changed\",\"properties\":{\"purpose\":\"%s\",\"granted\":%s,"
        "\"evidence\":\"form\",\"text_version\":\"v1\"}",
        purpose, granted ? "true" : "false");
    sends(id, more);
}

static void carries(const char *id, const char *preferences)
{
    char more[512];
    (void)snprintf(more, sizeof more,
                   "\"event\":\"Seen\",\"context\":{\"page\":{\"url\":\"https://shop/x\"},"
                   "\"ip\":\"10.0.0.1\",\"consent\":{\"categoryPreferences\":%s}}",
                   preferences);
    sends(id, more);
}

static bool allows(const char *id, const char *purpose)
{
    const PtStr asked = pt_str(purpose);
    bool allowed = false;
    PtStr forbids = {NULL, 0};
    assert_int_equal(
        consent_allows_person(rig.profiles, pt_str(who(id)), &asked, 1, &allowed, &forbids), PT_OK);
    assert_true(allowed || pt_str_eq(forbids, asked));
    return allowed;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s", err->message);
    }
}

static void decides(const char *id, const char *purpose, bool granted)
{
    const ConsentChoice choice = {pt_str(purpose), granted};
    const ConsentSaid said = {.choices = &choice,
                              .count = 1,
                              .via = CONSENT_VIA_STAFF,
                              .evidence = PT_STR("call 7"),
                              .text_version = PT_STR("v2")};
    PtError err = {0};
    must(consent_decide(rig.profiles, &staff, pt_str(who(id)), &said, &err), &err);
}

static void merges(const char *a, const char *b)
{
    PtError err = {0};
    must(profiles_merge(rig.profiles, &staff, pt_str(who(a)), pt_str(who(b)), PT_STR("same"), &err),
         &err);
    view_rig_run(&rig);
}

static void parts(const char *id)
{
    PtError err = {0};
    const uint32_t node = identity_find(rig.profiles->graph, PT_STR("anonymous_id"), pt_str(id));
    must(profiles_split(rig.profiles, &staff, pt_str(who(id)), &node, 1, PT_STR("two"), &err),
         &err);
    view_rig_run(&rig);
}

static void same_after_a_rebuild(void)
{
    char *before = view_rig_dump(&rig);
    view_rig_rebuild(&rig);
    char *after = view_rig_dump(&rig);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static ConsentOfPurpose state_of(const char *id, const char *purpose)
{
    ConsentOfPurpose *states;
    size_t count = 0;
    PtError err = {0};
    must(consent_of(rig.profiles, pt_str(who(id)), arena, &states, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        if (pt_str_eq(states[i].purpose, pt_str(purpose))) {
            return states[i];
        }
    }
    fail_msg("no purpose %s", purpose);
    return (ConsentOfPurpose){.at_ms = 0};
}

static size_t history_of(const char *id, ConsentDecision **ret_decisions)
{
    ConsentHistory history;
    PtError err = {0};
    must(consent_history(rig.profiles, pt_str(who(id)), UINT64_MAX, 100, arena, &history, &err),
         &err);
    assert_false(history.more);
    *ret_decisions = history.decisions;
    return history.count;
}

static void defaults_hold_where_nothing_was_decided(void **state)
{
    (void)state;
    sends("a", "\"event\":\"Seen\"");
    view_rig_run(&rig);
    assert_true(allows("a", "essential"));
    assert_false(allows("a", "analytics"));
    assert_false(allows("a", "nonsense"));
    assert_int_equal(state_of("a", "essential").state, CONSENT_DEFAULT_GRANTED);
    assert_int_equal(state_of("a", "advertising").state, CONSENT_DEFAULT_REFUSED);
    assert_int_equal(state_of("a", "advertising").at_ms, 0);
}

static void decisions_are_kept_with_their_evidence(void **state)
{
    (void)state;
    ConsentDecision *history;
    carries("a", "{\"C0004\":true}");
    declares("a", "analytics", true);
    view_rig_run(&rig);
    decides("a", "analytics", false);
    view_rig_run(&rig);
    assert_int_equal(history_of("a", &history), 3);
    assert_true(pt_str_eq(history[0].via, PT_STR("staff")) && !history[0].granted);
    assert_true(pt_str_eq(history[0].by, PT_STR("Mia Berg")));
    assert_true(pt_str_eq(history[0].evidence, PT_STR("call 7")) && history[0].source == 0);
    assert_true(pt_str_eq(history[1].evidence, PT_STR("form")) && history[1].declared);
    assert_true(pt_str_eq(history[1].text_version, PT_STR("v1")) && history[1].source != 0);
    assert_true(pt_str_eq(history[2].purpose, PT_STR("advertising")) && !history[2].declared);
    assert_true(pt_str_eq(history[2].page, PT_STR("https://shop/x")));
    assert_true(pt_str_eq(history[2].ip, PT_STR("10.0.0.1")));
    const ConsentOfPurpose now = state_of("a", "analytics");
    assert_int_equal(now.state, CONSENT_REFUSED);
    assert_true(pt_str_eq(now.via, PT_STR("staff")) && pt_str_eq(now.text_version, PT_STR("v2")));
    same_after_a_rebuild();
}

/* What is carried along grants once, repeats nothing, and lifts no refusal. */
static void what_is_carried_along_decides_little(void **state)
{
    (void)state;
    ConsentDecision *history;
    for (int i = 0; i < 3; i++) {
        carries("a", "{\"analytics\":true}");
    }
    view_rig_run(&rig);
    assert_true(allows("a", "analytics"));
    assert_int_equal(history_of("a", &history), 1);
    carries("a", "{\"analytics\":false}");
    carries("a", "{\"analytics\":true}");
    view_rig_run(&rig);
    assert_false(allows("a", "analytics"));
    assert_int_equal(history_of("a", &history), 2);
    declares("a", "analytics", true);
    carries("a", "{\"analytics\":true}");
    view_rig_run(&rig);
    assert_true(allows("a", "analytics"));
    assert_int_equal(history_of("a", &history), 3);
    same_after_a_rebuild();
}

static void the_strictest_holds_after_a_merge(void **state)
{
    (void)state;
    declares("a", "analytics", true);
    declares("b", "analytics", false);
    declares("b", "advertising", true);
    view_rig_run(&rig);
    merges("a", "b");
    assert_false(allows("a", "analytics"));
    assert_true(allows("a", "advertising"));
    declares("a", "analytics", true); // of all that they now are
    view_rig_run(&rig);
    assert_true(allows("b", "analytics"));
    parts("b");
    assert_true(allows("b", "analytics"));
    declares("b", "analytics", false);
    view_rig_run(&rig);
    assert_true(allows("a", "analytics"));
    same_after_a_rebuild();
}

static void a_split_gives_each_its_own_back(void **state)
{
    (void)state;
    declares("a", "analytics", true);
    declares("b", "analytics", false);
    view_rig_run(&rig);
    merges("a", "b");
    assert_false(allows("a", "analytics"));
    parts("b");
    assert_true(allows("a", "analytics"));
    assert_false(allows("b", "analytics"));
    same_after_a_rebuild();
}

/* ---- Asking of an event -----------------------------------------------------------------------
 */

static uint64_t last_event(EventView *ret_view)
{
    static PtLogReader *reader;
    const PtRecord *record;
    size_t count = 0;
    PtError err = {0};
    const uint64_t offset = pt_log_end(rig.rig.log, 0) - 1;
    pt_log_reader_close(reader);
    reader = NULL;
    if (ret_view == NULL) {
        return offset;
    }
    must(pt_log_reader_open(rig.rig.log, NULL, 0, offset, &reader, &err), &err);
    must(pt_log_fetch(reader, 1, true, &record, &count, &err), &err);
    must(event_payload_read(record, ret_view, &err), &err);
    return offset;
}

static PtStatus ask(const EventView *v, uint64_t offset, const char *purpose, bool *ret_allowed)
{
    const PtStr asked[] = {PT_STR("essential"), pt_str(purpose)};
    PtStr forbids;
    return consent_allows(rig.profiles, v, offset, asked, 2, ret_allowed, &forbids);
}

static void an_event_may_be_used_as_its_person_allows(void **state)
{
    (void)state;
    EventView v;
    bool allowed = false;
    sends("a", "\"event\":\"Seen\"");
    const uint64_t offset = last_event(&v);
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_UNAVAILABLE);
    view_rig_run(&rig);
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_OK);
    assert_false(allowed);
    declares("a", "analytics", true);
    view_rig_run(&rig);
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_OK);
    assert_true(allowed);
    declares("a", "analytics", false); // withdrawn: seen with the step that has it
    PtError err = {0};
    must(view_rig_step(&rig, &err), &err);
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_OK);
    assert_false(allowed);
    declares("a", "analytics", true);
    view_rig_run(&rig);
    memset(rig.profiles->consent->seen, 0, CONSENT_SEEN * sizeof(ConsentSeen)); // long gone by
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_OK);
    assert_true(allowed);
    v.anonymous_id = v.message_id = v.raw = PT_STR(""); // nobody's: what is left of an erased one
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_OK);
    assert_false(allowed);
    (void)last_event(NULL);
}

/* What was sent under a refusal stays unused, whatever the person allows later. */
static void an_event_brings_its_own_refusal(void **state)
{
    (void)state;
    EventView v;
    bool allowed = true;
    carries("a", "{\"analytics\":false}");
    const uint64_t offset = last_event(&v);
    declares("a", "analytics", true);
    view_rig_run(&rig);
    assert_true(allows("a", "analytics"));
    assert_int_equal(ask(&v, offset, "analytics", &allowed), PT_OK);
    assert_false(allowed);
    assert_int_equal(ask(&v, offset, "essential", &allowed), PT_OK);
    assert_true(allowed);
    (void)last_event(NULL);
}

/* ---- Bounds, failures -------------------------------------------------------------------------
 */

static int64_t count_rows(const char *statement)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtError err = {0};
    must(pt_sql_begin(rig.views, false, &tx, &err), &err);
    must(pt_sql_use(tx, statement, &err), &err);
    must(pt_sql_step(tx, &row, &err), &err);
    const int64_t count = row ? pt_sql_i64(tx, 0) : -1;
    pt_sql_done(tx);
    return count;
}

/* 200 of an identifier, and one more where it is the newest of its purpose. */
static void history_is_bounded(void **state)
{
    (void)state;
    static const char all[] = "SELECT COUNT(*) FROM consent_decision";
    declares("a", "advertising", true);
    for (int i = 0; i < CONSENT_HISTORY_MAX - 1; i++) {
        declares("a", "analytics", i % 2 == 0);
    }
    view_rig_run(&rig);
    assert_int_equal(count_rows(all), CONSENT_HISTORY_MAX);
    declares("a", "analytics", false);
    declares("a", "analytics", true);
    view_rig_run(&rig);
    assert_int_equal(count_rows(all), CONSENT_HISTORY_MAX + 1);
    assert_true(allows("a", "advertising"));
    assert_int_equal(state_of("a", "advertising").state, CONSENT_GRANTED);
    declares("a", "advertising", false);
    view_rig_run(&rig);
    assert_int_equal(count_rows(all), CONSENT_HISTORY_MAX);
    same_after_a_rebuild();
}

static void history_goes_page_by_page(void **state)
{
    (void)state;
    ConsentHistory page = {.more = true};
    size_t seen = 0;
    uint64_t before = UINT64_MAX;
    PtError err = {0};
    for (int i = 0; i < 5; i++) {
        declares("a", "analytics", i % 2 == 0);
    }
    sends("a", "\"event\":\"Consent Changed\",\"properties\":{\"purposes\":{\"analytics\":true,"
               "\"essential\":true,\"advertising\":true}}");
    view_rig_run(&rig);
    while (page.more) {
        must(consent_history(rig.profiles, pt_str(who("a")), before, 2, arena, &page, &err), &err);
        assert_int_equal(page.count, before == UINT64_MAX ? 3 : page.more ? 2 : 1);
        before = page.decisions[page.count - 1].offset;
        seen += page.count;
    }
    assert_int_equal(seen, 8);
}

static void texts_are_cut(void **state)
{
    (void)state;
    ConsentDecision *history;
    char more[3000] = "\"event\":\"Consent Changed\",\"properties\":{\"purpose\":\"analytics\","
                      "\"granted\":true,\"text_version\":7,\"evidence\":\"";
    for (size_t i = 0; i < CONSENT_EVIDENCE_MAX / 2; i++) {
        (void)strcat(more, i == 0 ? "xx\xc3\xa4" : "\xc3\xa4"); // 1,002 bytes
    }
    (void)strcat(more, "\"}");
    sends("a", more);
    view_rig_run(&rig);
    assert_int_equal(history_of("a", &history), 1);
    assert_int_equal(history[0].evidence.len, CONSENT_EVIDENCE_MAX);
    assert_true(pt_utf8_valid(history[0].evidence));
    assert_true(pt_str_eq(history[0].text_version, PT_STR("7")));
}

static void send_mixture(void)
{
    carries("a", "{\"C0004\":true,\"C0002\":false}");
    declares("a", "analytics", true);
    declares("b", "analytics", false);
    sends("b", "\"event\":\"Consent Changed\",\"properties\":{\"purposes\":{\"\\u0061nalytics\":"
               "true}}");
}

static void steps_do_not_matter(void **state)
{
    (void)state;
    PtError err = {0};
    for (unsigned i = 0; i < 3; i++) {
        send_mixture();
        rig.fail_steps = i;
        (void)!view_rig_step(&rig, &err);
        declares("a", "advertising", i % 2 == 0);
    }
    view_rig_run(&rig);
    same_after_a_rebuild();
}

/* Every allocation of a step fails once. */
static void no_memory_is_made_good(void **state)
{
    (void)state;
    PtError err = {0};
    uint64_t made = 1;
    for (uint64_t nth = 1; nth <= made + 1; nth++) {
        view_rig_close(&rig);
        view_rig_reopen(&rig);
        send_mixture();
        fault_alloc_fail(nth, 0);
        (void)!view_rig_step(&rig, &err);
        made = fault_alloc_count();
        fault_alloc_fail(0, 0);
        view_rig_run(&rig);
    }
    assert_true(allows("a", "analytics") && allows("b", "analytics"));
    same_after_a_rebuild();
}

static void erased_nodes_have_decided_nothing(void **state)
{
    (void)state;
    PtError err = {0};
    declares("a", "analytics", true);
    declares("b", "analytics", true);
    view_rig_run(&rig);
    const uint32_t node = identity_find(rig.profiles->graph, PT_STR("anonymous_id"), PT_STR("a"));
    (void)pthread_rwlock_wrlock(&rig.profiles->lock);
    must(consent_erase(rig.profiles, &node, 1, &err), &err);
    (void)pthread_rwlock_unlock(&rig.profiles->lock);
    assert_false(allows("a", "analytics"));
    must(view_rig_step(&rig, &err), &err);
    assert_true(allows("b", "analytics"));
    assert_int_equal(count_rows("SELECT COUNT(*) FROM consent_decision"), 1);
    assert_int_equal(count_rows("SELECT COUNT(*) FROM consent_state"), 1);
}

/* ---- Deciding ---------------------------------------------------------------------------------
 */

static struct RefusedCase {
    const char *name, *first, *second, *message;
    size_t evidence;
} refused_cases[] = {
    {"unknown", "nonsense", NULL, "choices: there is no purpose \"nonsense\" in use", 1},
    {"twice", "analytics", "analytics", "choices: names \"analytics\" twice", 1},
    {"none", NULL, NULL, "choices: has 0 purposes, not 1..32", 1},
    {"too long", "analytics", NULL, "evidence: has 1001 bytes, the most is 1000", 1001},
};

static void a_decision_is_refused(void **state)
{
    const struct RefusedCase *c = *state;
    static char evidence[2000];
    PtError err = {0};
    memset(evidence, 'x', sizeof evidence);
    sends("a", "\"event\":\"Seen\"");
    view_rig_run(&rig);
    const ConsentChoice choices[] = {{pt_str(c->first != NULL ? c->first : ""), true},
                                     {pt_str(c->second != NULL ? c->second : ""), true}};
    const ConsentSaid said = {.choices = choices,
                              .count = (c->first != NULL) + (size_t)(c->second != NULL),
                              .evidence = {evidence, c->evidence}};
    assert_int_equal(consent_decide(rig.profiles, &staff, pt_str(who("a")), &said, &err),
                     PT_INVALID);
    assert_string_equal(err.message, c->message);
}

static void nobody_decides_nothing(void **state)
{
    (void)state;
    const ConsentChoice choice = {PT_STR("analytics"), true};
    const ConsentSaid said = {.choices = &choice, .count = 1};
    ConsentOfPurpose *states;
    size_t count;
    PtError err = {0};
    view_rig_run(&rig);
    const PtStr nobody = PT_STR("00000000-0000-8000-8000-000000000000");
    assert_int_equal(consent_decide(rig.profiles, &staff, nobody, &said, &err), PT_NOT_FOUND);
    assert_int_equal(consent_of(rig.profiles, nobody, arena, &states, &count, &err), PT_NOT_FOUND);
}

/* ---- Purposes ---------------------------------------------------------------------------------
 */

static PtStatus add(const char *id, const char *category, PtError *err)
{
    const PtStr categories[] = {pt_str(category)};
    const ConsentPurposeEdit edit = {.name = PT_STR("A name"),
                                     .basis = CONSENT_BASIS_CONSENT,
                                     .categories = categories,
                                     .category_count = category[0] != '\0'};
    return consent_purpose_add(rig.profiles, &staff, pt_str(id), &edit, err);
}

static void seeds_are_what_the_log_begins_with(void **state)
{
    (void)state;
    ConsentPurpose *purposes;
    size_t count = 0;
    PtError err = {0};
    must(consent_purposes(rig.profiles, true, arena, &purposes, &count, &err), &err);
    assert_int_equal(count, CONSENT_SEEDS);
    for (size_t i = 0; i < count; i++) {
        const ConsentUse *use = consent_use(rig.profiles, purposes[i].id);
        assert_non_null(use);
        const ConsentSlot *slot = &rig.profiles->consent->slots[use->slot];
        assert_true(pt_str_eq(purposes[i].id, pt_str(slot->slug)));
        assert_int_equal(purposes[i].category_count, slot->category_count);
        for (size_t k = 0; k < slot->category_count; k++) {
            assert_true(pt_str_eq(purposes[i].categories[k], pt_str(slot->categories[k])));
        }
    }
}

/* A category means the purpose from the change's place in the log on, in a replay too. */
static void a_category_holds_from_its_place(void **state)
{
    (void)state;
    PtError err = {0};
    carries("a", "{\"surveys\":true}");
    view_rig_run(&rig);
    must(add("research", "surveys", &err), &err);
    view_rig_run(&rig);
    assert_false(allows("a", "research"));
    carries("b", "{\"Surveys\":true}");
    declares("c", "research", true);
    view_rig_run(&rig);
    assert_true(allows("b", "research") && allows("c", "research"));
    same_after_a_rebuild();
    assert_false(allows("a", "research"));
    assert_true(allows("b", "research"));
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    carries("d", "{\"surveys\":true}");
    view_rig_run(&rig);
    assert_true(allows("d", "research"));
}

static void an_archived_purpose_allows_nothing(void **state)
{
    (void)state;
    PtError err = {0};
    declares("a", "analytics", true);
    view_rig_run(&rig);
    must(consent_purpose_archive(rig.profiles, &staff, PT_STR("analytics"), true, &err), &err);
    assert_false(allows("a", "analytics"));
    assert_int_equal(consent_purpose_archive(rig.profiles, &staff, PT_STR("analytics"), true, &err),
                     PT_CONFLICT);
    must(consent_purpose_archive(rig.profiles, &staff, PT_STR("analytics"), false, &err), &err);
    view_rig_run(&rig);
    assert_true(allows("a", "analytics"));
}

/* As after a commit that was told to have failed. */
static void archive_behind_memory(const char *id)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    bool row;
    must(pt_sql_begin(rig.profiles->core, true, &tx, &err), &err);
    must(pt_sql_use(tx, SQL_CONSENT_PURPOSE_ARCHIVE, &err), &err);
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_i64(tx, 2, 1);
    pt_sql_bind_i64(tx, 3, 1);
    pt_sql_bind_text(tx, 4, PT_STR("Mia"));
    must(pt_sql_step(tx, &row, &err), &err);
    pt_sql_done(tx);
    must(pt_sql_commit(&tx, &err), &err);
}

static void a_conflict_brings_memory_up_to_date(void **state)
{
    (void)state;
    PtError err = {0};
    declares("a", "analytics", true);
    view_rig_run(&rig);
    archive_behind_memory("analytics");
    assert_true(allows("a", "analytics"));
    assert_int_equal(consent_purpose_archive(rig.profiles, &staff, PT_STR("analytics"), true, &err),
                     PT_CONFLICT);
    assert_false(allows("a", "analytics"));
}

/* A table that cannot be read, as when the server is away. */
static void rename_purposes(const char *statement)
{
    PtSqlTx *tx = NULL;
    PtError err = {0};
    must(pt_sql_begin(rig.profiles->core, true, &tx, &err), &err);
    must(pt_sql_run(tx, statement, &err), &err);
    must(pt_sql_commit(&tx, &err), &err);
}

static void purposes_that_were_not_read_allow_nothing_until_they_are(void **state)
{
    (void)state;
    const PtStr asked = PT_STR("analytics");
    bool allowed = true;
    PtStr forbids;
    declares("a", "analytics", true);
    view_rig_run(&rig);
    archive_behind_memory("analytics");
    rename_purposes("ALTER TABLE consent_purpose RENAME TO consent_away");
    assert_int_not_equal(consent_uses_load(rig.profiles, NULL), PT_OK);
    assert_int_equal(
        consent_allows_person(rig.profiles, pt_str(who("a")), &asked, 1, &allowed, &forbids),
        PT_UNAVAILABLE);
    rename_purposes("ALTER TABLE consent_away RENAME TO consent_purpose");
    (void)pthread_mutex_lock(&rig.profiles->consent->define_lock); // a change is being made
    assert_int_equal(
        consent_allows_person(rig.profiles, pt_str(who("a")), &asked, 1, &allowed, &forbids),
        PT_UNAVAILABLE);
    (void)pthread_mutex_unlock(&rig.profiles->consent->define_lock);
    assert_false(allows("a", "analytics"));
}

static void purposes_are_checked(void **state)
{
    (void)state;
    PtError err = {0};
    char id[CONSENT_SLUG_MAX + 2];
    static const char *const bad[] = {"", "A", "1a", "a-b", "_a"};
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        assert_int_equal(add(bad[i], "", &err), PT_INVALID);
    }
    assert_int_equal(add("analytics", "", &err), PT_CONFLICT);
    assert_int_equal(add("research", "c0002", &err), PT_CONFLICT);
    assert_int_equal(add("functional", "", &err), PT_CONFLICT); // a category of another
    memset(id, 'a', sizeof id);
    id[CONSENT_SLUG_MAX + 1] = '\0';
    assert_int_equal(add(id, "", &err), PT_INVALID);
    for (int i = CONSENT_SEEDS; i < CONSENT_PURPOSES_MAX; i++) {
        (void)snprintf(id, sizeof id, "p%d", i);
        must(add(id, "", &err), &err);
    }
    assert_int_equal(add("more", "", &err), PT_TOO_LARGE);
    view_rig_run(&rig); // told to the log, before what is said of them
    declares("a", "p31", true);
    view_rig_run(&rig);
    assert_true(allows("a", "p31"));
    assert_false(allows("a", "p30"));
    same_after_a_rebuild();
}

static void a_purpose_is_changed_by_its_version(void **state)
{
    (void)state;
    PtError err = {0};
    ConsentPurpose now;
    const ConsentRetention rows[] = {{PT_STR("track"), PT_STR("Product *"), 30},
                                     {PT_STR(""), PT_STR(""), 400}};
    ConsentPurposeEdit edit = {.name = PT_STR("Measuring"),
                               .text_version = PT_STR("2026-01"),
                               .basis = CONSENT_BASIS_LEGITIMATE_INTERESTS,
                               .retention = rows,
                               .retention_count = 2};
    const PtStr id = PT_STR("analytics");
    must(consent_purpose_save(rig.profiles, &staff, id, 1, &edit, &err), &err);
    must(consent_purpose(rig.profiles, id, arena, &now, &err), &err);
    assert_int_equal(now.version, 2);
    assert_int_equal(now.retention_count, 2);
    assert_int_equal(now.retention[1].days, 30);
    assert_true(pt_str_eq(now.changed_by, PT_STR("Mia Berg")));
    assert_int_equal(consent_purpose_save(rig.profiles, &staff, id, 1, &edit, &err), PT_CONFLICT);
    sends("a", "\"event\":\"Seen\"");
    view_rig_run(&rig);
    assert_true(allows("a", "analytics")); // until somebody objects
    edit.retention = (const ConsentRetention[]){{PT_STR("trak"), PT_STR(""), 30}};
    edit.retention_count = 1;
    assert_int_equal(consent_purpose_save(rig.profiles, &staff, id, 2, &edit, &err), PT_INVALID);
    edit.retention = (const ConsentRetention[]){{PT_STR(""), PT_STR(""), CONSENT_DAYS_MAX + 1}};
    assert_int_equal(consent_purpose_save(rig.profiles, &staff, id, 2, &edit, &err), PT_INVALID);
    edit.retention = (const ConsentRetention[]){{PT_STR(""), PT_STR(""), CONSENT_DAYS_MAX}};
    must(consent_purpose_save(rig.profiles, &staff, id, 2, &edit, &err), &err);
}

/* ---- Suppression list -------------------------------------------------------------------------
 */

static struct AddressCase {
    const char *name;
    ConsentChannel channel;
    const char *address, *same, *masked; /* masked NULL: it is none */
} address_cases[] = {
    {"mail", CONSENT_EMAIL, " Anna.Berg@Example.COM ", "anna.berg@example.com", "a***@e***.com"},
    {"short mail", CONSENT_EMAIL, "a@b.c", "A@B.C", "a***@b***.c"},
    {"mail without a dot", CONSENT_EMAIL, "a@b", "a@b", "a***@b***"},
    {"letters of two bytes", CONSENT_EMAIL, "\xc3\xa4nne@\xc3\xb6l.de", "\xc3\xa4nne@\xc3\xb6l.de",
     "\xc3\xa4***@\xc3\xb6***.de"},
    {"two signs", CONSENT_EMAIL, "a@b@c", NULL, NULL},
    {"nobody", CONSENT_EMAIL, "@b.c", NULL, NULL},
    {"a space", CONSENT_EMAIL, "a b@c.d", NULL, NULL},
    {"phone", CONSENT_PHONE, "+43 (1) 58858-0", "0043158858 0", "+43***80"},
    {"phone without its country", CONSENT_PHONE, "0664 123 45 67", "06641234567", "066***67"},
    {"five digits", CONSENT_PHONE, "12345", "12 345", "1***5"},
    {"four digits", CONSENT_PHONE, "1234", NULL, NULL},
    {"fifteen digits", CONSENT_PHONE, "+123456789012345", "123456789012345", "+12***45"},
    {"sixteen digits", CONSENT_PHONE, "+1234567890123456", NULL, NULL},
    {"letters", CONSENT_PHONE, "+43 CALL ME", NULL, NULL},
};

static void an_address_is_kept_as_hash_and_mask(void **state)
{
    const struct AddressCase *c = *state;
    const ConsentAddress row = {c->channel, CONSENT_MANUAL, pt_str(c->address), 5};
    ConsentSuppressed found;
    bool suppressed = false;
    size_t added = 0;
    PtError err = {0};
    must(consent_suppressed(rig.profiles, c->channel, pt_str(c->address), &suppressed, &err), &err);
    assert_int_equal(suppressed, c->masked == NULL);
    const PtStatus st = consent_suppress(rig.profiles, &staff, &row, 1, &added, &err);
    if (c->masked == NULL) {
        assert_int_equal(st, PT_INVALID);
        return;
    }
    must(st, &err);
    assert_int_equal(added, 1);
    const bool is_same = strcmp(c->name, "fifteen digits") != 0; // the plus belongs to it
    const PtStatus other =
        consent_suppression(rig.profiles, c->channel, pt_str(c->same), arena, &found, &err);
    assert_int_equal(other, is_same ? PT_OK : PT_NOT_FOUND);
    must(consent_suppression(rig.profiles, c->channel, pt_str(c->address), arena, &found, &err),
         &err);
    assert_true(pt_str_eq(found.masked, pt_str(c->masked)));
    assert_int_equal(found.since_ms, 5);
}

static ConsentSuppressed the_row(PtStr address)
{
    ConsentSuppressed row;
    PtError err = {0};
    must(consent_suppression(rig.profiles, CONSENT_EMAIL, address, arena, &row, &err), &err);
    return row;
}

static void the_graver_reason_stays(void **state)
{
    (void)state;
    PtError err = {0};
    size_t added = 0;
    const PtStr mail = PT_STR("a@b.c");
    ConsentAddress row = {CONSENT_EMAIL, CONSENT_BOUNCED, mail, 5};
    must(consent_suppress(rig.profiles, &staff, &row, 1, &added, &err), &err);
    row = (ConsentAddress){CONSENT_EMAIL, CONSENT_UNSUBSCRIBED, mail, 9};
    must(consent_suppress(rig.profiles, &staff, &row, 1, &added, &err), &err);
    assert_int_equal(added, 0);
    assert_int_equal(the_row(mail).reason, CONSENT_BOUNCED);
    row.reason = CONSENT_ERASED;
    must(consent_suppress(rig.profiles, NULL, &row, 1, &added, &err), &err);
    const ConsentSuppressed now = the_row(mail);
    assert_int_equal(now.reason, CONSENT_ERASED);
    assert_int_equal(now.since_ms, 5);
    assert_int_equal(now.masked.len, 0);
    assert_int_equal(consent_unsuppress(rig.profiles, &staff, pt_str(now.id), &err), PT_CONFLICT);
}

static void an_erased_address_stays_without_its_mask(void **state)
{
    (void)state;
    PtError err = {0};
    size_t added = 0;
    bool suppressed = true;
    const PtStr types[] = {PT_STR("user_id"), PT_STR("email"), PT_STR("phone"), PT_STR("email")};
    const PtStr values[] = {PT_STR("a@b.c"), PT_STR("A@b.c"), PT_STR("+43158858"),
                            PT_STR("nonsense")};
    const ConsentAddress rows[] = {{CONSENT_EMAIL, CONSENT_BOUNCED, PT_STR("a@b.c"), 5},
                                   {CONSENT_EMAIL, CONSENT_BOUNCED, PT_STR("d@e.f"), 5}};
    must(consent_suppress(rig.profiles, &staff, rows, 2, &added, &err), &err);
    must(consent_erase_addresses(rig.profiles, types, values, 1, &err), &err);
    assert_int_equal(the_row(PT_STR("a@b.c")).reason, CONSENT_BOUNCED);
    must(consent_erase_addresses(rig.profiles, types, values, 4, &err), &err);
    must(consent_erase_addresses(rig.profiles, types, values, 4, &err), &err);
    const ConsentSuppressed now = the_row(PT_STR("a@b.c"));
    assert_int_equal(now.reason, CONSENT_ERASED);
    assert_int_equal(now.since_ms, 5);
    assert_int_equal(now.masked.len + now.by.len, 0);
    assert_int_equal(the_row(PT_STR("d@e.f")).reason, CONSENT_BOUNCED);
    must(consent_suppressed(rig.profiles, CONSENT_PHONE, values[2], &suppressed, &err), &err);
    assert_false(suppressed);
}

static size_t list(ConsentReason reason, PtStr after, size_t max, ConsentSuppressed **ret_rows)
{
    const ConsentSuppressedQuery query = {reason, after, max};
    size_t count = 0;
    PtError err = {0};
    must(consent_suppressions(rig.profiles, &query, arena, ret_rows, &count, &err), &err);
    return count;
}

static void all_addresses_or_none(void **state)
{
    (void)state;
    PtError err = {0};
    size_t added = 7;
    ConsentSuppressed *rows;
    const ConsentAddress given[] = {{CONSENT_EMAIL, CONSENT_MANUAL, PT_STR("a@b.c"), 0},
                                    {CONSENT_PHONE, CONSENT_MANUAL, PT_STR("+4912345"), 0},
                                    {CONSENT_EMAIL, CONSENT_MANUAL, PT_STR("nonsense"), 0}};
    assert_int_equal(consent_suppress(rig.profiles, &staff, given, 3, &added, &err), PT_INVALID);
    assert_string_equal(err.message, "addresses[2]: is not a mail address");
    assert_int_equal(added, 7);
    assert_int_equal(list(CONSENT_ANY_REASON, PT_STR(""), 100, &rows), 0);
    must(consent_suppress(rig.profiles, &staff, given, 2, &added, &err), &err);
    assert_int_equal(list(CONSENT_ANY_REASON, PT_STR(""), 1, &rows), 1);
    const PtStr first = pt_str(rows[0].id);
    assert_int_equal(list(CONSENT_MANUAL, first, 100, &rows), 1);
    must(consent_unsuppress(rig.profiles, &staff, first, &err), &err);
    assert_int_equal(consent_unsuppress(rig.profiles, &staff, first, &err), PT_NOT_FOUND);
    assert_int_equal(list(CONSENT_BOUNCED, PT_STR(""), 9, &rows), 0);
}

/* ---- Links ------------------------------------------------------------------------------------
 */

enum { UNTIL_MS = 1000000 };

static void a_link_names_its_person(void **state)
{
    (void)state;
    char token[CONSENT_TOKEN_MAX], other[CONSENT_TOKEN_MAX];
    ConsentLink link;
    PtError err = {0};
    sends("a", "\"event\":\"Seen\"");
    sends("b", "\"event\":\"Seen\"");
    view_rig_run(&rig);
    must(consent_link_make(rig.profiles, pt_str(who("b")), PT_STR("marketing_email"), UNTIL_MS,
                           token, &err),
         &err);
    must(consent_link_read(rig.profiles, pt_str(token), UNTIL_MS - 1, &link, &err), &err);
    assert_string_equal(link.person, who("b"));
    assert_string_equal(link.purpose, "marketing_email");
    assert_int_equal(consent_link_read(rig.profiles, pt_str(token), UNTIL_MS, &link, &err),
                     PT_NOT_FOUND);
    merges("a", "b");
    must(consent_link_read(rig.profiles, pt_str(token), 0, &link, &err), &err);
    assert_string_equal(link.person, who("a"));
    must(consent_link_make(rig.profiles, pt_str(who("a")), PT_STR(""), UNTIL_MS, other, &err),
         &err);
    must(consent_link_read(rig.profiles, pt_str(other), 0, &link, &err), &err);
    assert_string_equal(link.purpose, "");
    parts("b");
    must(consent_link_read(rig.profiles, pt_str(token), 0, &link, &err), &err);
    assert_string_equal(link.person, who("b"));
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    must(consent_link_read(rig.profiles, pt_str(token), 0, &link, &err), &err);
    assert_int_equal(consent_link_make(rig.profiles, pt_str(who("a")), PT_STR("nonsense"), UNTIL_MS,
                                       other, &err),
                     PT_INVALID);
}

/* Every bit of it counts. */
static void another_link_is_none(void **state)
{
    (void)state;
    char token[CONSENT_TOKEN_MAX];
    ConsentLink link;
    PtError err = {0};
    sends("a", "\"event\":\"Seen\"");
    view_rig_run(&rig);
    must(consent_link_make(rig.profiles, pt_str(who("a")), PT_STR(""), UNTIL_MS, token, &err),
         &err);
    const size_t len = strlen(token);
    for (size_t i = 0; i < len; i++) {
        const char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        assert_int_equal(consent_link_read(rig.profiles, pt_str(token), 0, &link, &err),
                         PT_NOT_FOUND);
        token[i] = was;
    }
    static const char *const bad[] = {"", "x", "....", "00000000-0000-7000-8000-000000000000"};
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        assert_int_equal(consent_link_read(rig.profiles, pt_str(bad[i]), 0, &link, &err),
                         PT_NOT_FOUND);
    }
    assert_int_equal(consent_link_read(rig.profiles, (PtStr){token, len - 1}, 0, &link, &err),
                     PT_NOT_FOUND);
    must(consent_link_read(rig.profiles, pt_str(token), 0, &link, &err), &err);
}

/* ---- The program ------------------------------------------------------------------------------
 */

static int set_up(void **state)
{
    (void)state;
    PtSqlTx *tx = NULL;
    if (!rig_base_open(&base) || pt_sql_begin(base.sql, true, &tx, NULL) != PT_OK ||
        pt_sql_run(tx, "DELETE FROM feed", NULL) != PT_OK || // rows that making its sources has put
        pt_sql_commit(&tx, NULL) != PT_OK) {
        return -1;
    }
    fs = fault_fs_new(1);
    arena = pt_arena_new(ARENA);
    if (fs == NULL || arena == NULL) {
        return -1;
    }
    view_rig_open(&rig, &base, fs);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    view_rig_done(&rig);
    fault_fs_free(fs);
    pt_arena_free(arena);
    rig_base_close(&base);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static void give_rig(struct CMUnitTest *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rows[i].setup_func = set_up;
        rows[i].teardown_func = tear_down;
    }
}

int main(void)
{
    struct CMUnitTest rows[PT_COUNT(said_cases)];
    struct CMUnitTest refused[PT_COUNT(refused_cases)], addresses[PT_COUNT(address_cases)];
    size_t n = 0, refused_count = 0, address_count = 0;
    PT_TEST_ROWS(rows, n, said_cases, says);
    PT_TEST_ROWS(refused, refused_count, refused_cases, a_decision_is_refused);
    PT_TEST_ROWS(addresses, address_count, address_cases, an_address_is_kept_as_hash_and_mask);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_bounded),
        TEST(defaults_hold_where_nothing_was_decided),
        TEST(decisions_are_kept_with_their_evidence),
        TEST(what_is_carried_along_decides_little),
        TEST(the_strictest_holds_after_a_merge),
        TEST(a_split_gives_each_its_own_back),
        TEST(an_event_may_be_used_as_its_person_allows),
        TEST(an_event_brings_its_own_refusal),
        TEST(history_is_bounded),
        TEST(history_goes_page_by_page),
        TEST(texts_are_cut),
        TEST(steps_do_not_matter),
        TEST(no_memory_is_made_good),
        TEST(erased_nodes_have_decided_nothing),
        TEST(nobody_decides_nothing),
        TEST(seeds_are_what_the_log_begins_with),
        TEST(a_category_holds_from_its_place),
        TEST(an_archived_purpose_allows_nothing),
        TEST(a_conflict_brings_memory_up_to_date),
        TEST(purposes_that_were_not_read_allow_nothing_until_they_are),
        TEST(purposes_are_checked),
        TEST(a_purpose_is_changed_by_its_version),
        TEST(the_graver_reason_stays),
        TEST(an_erased_address_stays_without_its_mask),
        TEST(all_addresses_or_none),
        TEST(a_link_names_its_person),
        TEST(another_link_is_none),
    };
    give_rig(refused, refused_count);
    give_rig(addresses, address_count);
    return cmocka_run_group_tests_name("profiles/consent_said", rows, NULL, NULL) +
           cmocka_run_group_tests_name("profiles/consent_refused", refused, NULL, NULL) +
           cmocka_run_group_tests_name("profiles/consent_address", addresses, NULL, NULL) +
           cmocka_run_group_tests_name("profiles/consent", tests, NULL, NULL);
}
