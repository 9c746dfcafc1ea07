// SPDX-License-Identifier: Apache-2.0
/* Profiles as they are read: against a naive fold, before and after each commit, through merges and
 * splits, after a restart and a rebuild. */
#include "base/rng.h"
#include "base/time.h"
#include "profiles/read_internal.h"
#include "profiles/view_rig.h"

#include <fault/fault_alloc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/test_rows.h"

enum { ARENA_BYTES = 32 << 20, TEXT_BYTES = 1 << 20 };

static RigBase base;
static const AuditActor staff = {.kind = AUDIT_ACCOUNT, .id = "acc-1", .name = "Mia Berg"};

typedef struct ReadRig {
    ViewRig view;
    PtFs *fs;
    PtArena *arena;
} ReadRig;

static int up(void **state)
{
    static ReadRig r;
    r.fs = fault_fs_new(1);
    r.arena = pt_arena_new(ARENA_BYTES);
    view_rig_open(&r.view, &base, r.fs);
    *state = &r;
    return 0;
}

static int down(void **state)
{
    ReadRig *r = *state;
    view_rig_done(&r->view);
    fault_fs_free(r->fs);
    pt_arena_free(r->arena);
    return 0;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

static Profile find(ReadRig *r, const char *type, const char *value)
{
    Profile profile;
    PtError err = {0};
    must(profiles_find(r->view.profiles, pt_str(type), pt_str(value), r->arena, &profile, &err),
         &err);
    return profile;
}

static void send(ReadRig *r, EventType type, const char *body)
{
    view_rig_send(&r->view, type, body);
}

static const ProfileNode *node_of(const Profile *profile, const char *type)
{
    for (size_t i = 0; i < profile->node_count; i++) {
        if (pt_str_eq(profile->nodes[i].type, pt_str(type))) {
            return &profile->nodes[i];
        }
    }
    fail_msg("no node of type %s", type);
    return NULL;
}

static void assert_text(PtStr got, const char *want)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%.*s", PT_STR_ARG(got));
    assert_string_equal(text, want);
}

/* All that is shown; without what a merge and a split leave behind where `lasting`. */
static void print_profile(PtBuf *out, const Profile *p, bool lasting)
{
    if (!lasting) {
        pt_buf_printf(out, "%s v%" PRIu64 " created %" PRId64, p->id, p->version, p->created_ms);
    }
    pt_buf_printf(out, "\"%.*s\" %" PRIu64 " events, first %" PRIu64 " %" PRId64 " %u %.*s",
                  PT_STR_ARG(p->name), p->events, p->first.offset, p->first.at_ms, p->first.source,
                  PT_STR_ARG(p->first.channel));
    pt_buf_printf(out, ", last %" PRIu64 " %" PRId64 " %u %.*s\n", p->last.offset, p->last.at_ms,
                  p->last.source, PT_STR_ARG(p->last.channel));
    for (size_t i = 0; i < p->node_count; i++) {
        const ProfileNode *n = &p->nodes[i];
        pt_buf_printf(out, " %u %.*s=%.*s %" PRId64 "-%" PRId64 " %" PRIu64 "\n", n->number,
                      PT_STR_ARG(n->type), PT_STR_ARG(n->value), n->first_ms, n->last_ms,
                      n->events);
    }
    for (size_t i = 0; i < p->trait_count; i++) {
        const ProfileTrait *t = &p->traits[i];
        pt_buf_printf(out, " %.*s: %.*s @%" PRId64 " %u of %u\n", PT_STR_ARG(t->name),
                      PT_STR_ARG(t->json), t->at_ms, t->source, t->node);
    }
    for (size_t i = 0; i < p->value_count; i++) {
        const ProfileValue *v = &p->values[i];
        pt_buf_printf(out, " %s %" PRId64 " %" PRIu64 " %" PRIu64 "\n", v->currency, v->micros,
                      v->orders, v->refunds);
    }
}

/* Everybody, by their nodes. free() it. */
static char *print_all(ReadRig *r, bool lasting)
{
    PtBuf out;
    PtError err = {0};
    pt_buf_init(&out, 16 << 20);
    Profiles *p = r->view.profiles;
    pt_arena_clear(r->arena);
    const IdentityCounts counts = identity_counts(p->graph);
    for (uint32_t node = 1; node <= counts.nodes; node++) {
        IdentityNode of;
        uint32_t cursor = 0;
        Profile profile;
        assert_true(identity_next_node(p->graph, identity_person(p->graph, node), &cursor, &of));
        if (of.node != node) {
            continue; // told with its person's first node
        }
        char id[37];
        profile_person_id(p, of.person, id);
        must(profiles_get(p, pt_str(id), r->arena, &profile, &err), &err);
        print_profile(&out, &profile, lasting);
    }
    pt_buf_add_char(&out, '\0');
    assert_int_equal(pt_buf_status(&out), PT_OK);
    return out.data;
}

/* ---- One person ------------------------------------------------------------------------------ */

#define AT(second) "\"timestamp\":\"2025-11-21T10:00:" second "Z\""

static int64_t at(unsigned second)
{
    return INT64_C(1763719200000) + second * 1000;
}

static void send_journey(ReadRig *r)
{
    send(r, EVENT_PAGE,
         "{\"anonymousId\":\"a1\",\"name\":\"Home\"," AT("01") ",\"context\":{\"userAgent\":"
                                                               "\"Mozilla/5.0\"}}");
    send(r, EVENT_IDENTIFY,
         "{\"anonymousId\":\"a1\",\"userId\":\"u1\"," AT(
             "02") ",\"traits\":{\"email\":\"Ada@Example.com\",\"firstName\":\"Ada\",\"lastName\":"
                   "\"Lovelace\",\"tier\":\"gold\",\"gone\":1},\"context\":{\"device\":{\"type\":"
                   "\"ios\"}}}");
    send(r, EVENT_TRACK,
         "{\"userId\":\"u1\",\"event\":\"Order Completed\"," AT(
             "03") ",\"properties\":{\"order_id\":\"LF-17\",\"total\":20.10,\"currency\":\"EUR\","
                   "\"till_id\":\"T1\"}}");
    send(r, EVENT_IDENTIFY,
         "{\"userId\":\"u1\"," AT("00") ",\"traits\":{\"tier\":\"none\",\"city\":\"Paris\"}}");
    send(r, EVENT_IDENTIFY, "{\"userId\":\"u1\"," AT("04") ",\"traits\":{\"gone\":null}}");
}

static void check_journey(ReadRig *r, const Profile *p)
{
    assert_text(p->name, "Ada Lovelace");
    assert_int_equal(p->events, 5);
    assert_int_equal(p->version, 5);
    assert_int_equal(p->first.offset, 0);
    assert_int_equal(p->first.at_ms, at(1));
    assert_text(p->first.channel, "web");
    assert_int_equal(p->last.offset, 4);
    assert_int_equal(p->last.at_ms, at(4));
    assert_text(p->last.channel, "");
    assert_int_equal(p->last.source, r->view.base->source[RIG_HISTORICAL].number);
    assert_int_equal(p->created_ms, at(1));
    assert_int_equal(p->node_count, 3);
    const ProfileNode *user = node_of(p, "user_id"), *email = node_of(p, "email");
    assert_int_equal(user->events, 4);
    assert_int_equal(user->first_ms, at(2));
    assert_int_equal(user->last_ms, at(4));
    assert_text(email->value, "ada@example.com");
    assert_int_equal(email->events, 0);
    assert_int_equal(email->first_ms, at(2));
    assert_int_equal(node_of(p, "anonymous_id")->events, 1);
    assert_int_equal(p->trait_count, 5); // without what is null now
    assert_text(p->traits[0].name, "city");
    assert_text(p->traits[4].name, "tier");
    assert_text(p->traits[4].json, "\"gold\"");
    assert_int_equal(p->traits[4].at_ms, at(2));
    assert_int_equal(p->traits[4].node, user->number);
    assert_int_equal(p->value_count, 1);
    assert_int_equal(p->values[0].micros, 20100000);
    assert_string_equal(p->values[0].currency, "EUR");
}

static void test_journey(void **state)
{
    ReadRig *r = *state;
    send_journey(r);
    view_rig_run(&r->view);
    Profile p = find(r, "user_id", "u1"), same;
    PtError err = {0};
    check_journey(r, &p);
    p = find(r, "email", " ADA@example.COM ");
    check_journey(r, &p);
    must(profiles_get(r->view.profiles, pt_str(p.id), r->arena, &same, &err), &err);
    check_journey(r, &same);
    view_rig_close(&r->view);
    view_rig_reopen(&r->view);
    p = find(r, "anonymous_id", "a1");
    check_journey(r, &p);
    view_rig_rebuild(&r->view);
    p = find(r, "user_id", "u1");
    check_journey(r, &p);
}

static struct NobodyCase {
    const char *name, *type, *value;
} nobody_cases[] = {
    {"an unknown value", "user_id", "nobody"}, {"an unknown type", "shoe", "u1"},
    {"a type that is none", "no type", "u1"},  {"a blocked value", "user_id", "guest"},
    {"no mail address", "email", "ada"},       {"nothing", "user_id", ""},
};

static void test_nobody(void **state)
{
    const struct NobodyCase *c = *state;
    void *rig_state = NULL;
    Profile p;
    PtError err;
    assert_int_equal(up(&rig_state), 0);
    ReadRig *r = rig_state;
    send_journey(r);
    view_rig_run(&r->view);
    assert_int_equal(
        profiles_find(r->view.profiles, pt_str(c->type), pt_str(c->value), r->arena, &p, &err),
        PT_NOT_FOUND);
    assert_int_equal(profiles_get(r->view.profiles, pt_str(c->value), r->arena, &p, &err),
                     PT_NOT_FOUND);
    uint64_t offsets[4];
    size_t count;
    assert_int_equal(
        profiles_timeline(r->view.profiles, pt_str(c->value), UINT64_MAX, 4, offsets, &count, &err),
        PT_NOT_FOUND);
    assert_int_equal(down(&rig_state), 0);
}

static void test_loading(void **state)
{
    ReadRig *r = *state;
    Profile p;
    ProfileHit *hits;
    size_t count;
    send_journey(r);
    view_rig_run(&r->view);
    atomic_store(&r->view.profiles->loading, true);
    assert_int_equal(
        profiles_find(r->view.profiles, PT_STR("user_id"), PT_STR("u1"), r->arena, &p, NULL),
        PT_UNAVAILABLE);
    assert_int_equal(
        profiles_search(r->view.profiles, PT_STR("ada"), 5, r->arena, &hits, &count, NULL),
        PT_UNAVAILABLE);
    atomic_store(&r->view.profiles->loading, false);
}

/* ---- Timeline, and from an event to its person ----------------------------------------------- */

static void test_timeline(void **state)
{
    ReadRig *r = *state;
    uint64_t offsets[8];
    size_t count = 0;
    PtError err = {0};
    send(r, EVENT_PAGE, "{\"anonymousId\":\"other\",\"name\":\"Home\"}");
    send_journey(r);
    view_rig_run(&r->view);
    const Profile p = find(r, "user_id", "u1");
    Profiles *profiles = r->view.profiles;
    must(profiles_timeline(profiles, pt_str(p.id), UINT64_MAX, 8, offsets, &count, &err), &err);
    assert_int_equal(count, 5);
    assert_int_equal(offsets[0], 5);
    assert_int_equal(offsets[4], 1);
    must(profiles_timeline(profiles, pt_str(p.id), offsets[1], 2, offsets, &count, &err), &err);
    assert_int_equal(count, 2);
    assert_int_equal(offsets[0], 3);
    must(profiles_timeline(profiles, pt_str(p.id), 1, 2, offsets, &count, &err), &err);
    assert_int_equal(count, 0);
}

static void check_owner(ReadRig *r, uint64_t offset, const char *want)
{
    PtLogReader *reader;
    const PtRecord *record;
    size_t count;
    EventView v;
    char id[37] = "-";
    assert_int_equal(pt_log_reader_open(r->view.rig.log, NULL, 0, offset, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(reader, 1, true, &record, &count, NULL), PT_OK);
    assert_int_equal(event_payload_read(record, &v, NULL), PT_OK);
    profiles_id_of_event(r->view.profiles, &v, offset, id);
    assert_string_equal(id, want);
    pt_log_reader_close(reader);
}

static void test_id_of_event(void **state)
{
    ReadRig *r = *state;
    send_journey(r);
    send(r, EVENT_TRACK, "{\"userId\":\"guest\",\"event\":\"Seen\",\"messageId\":\"alone\"}");
    check_owner(r, 0, ""); // the view has not seen it
    view_rig_run(&r->view);
    const Profile p = find(r, "user_id", "u1");
    check_owner(r, 0, p.id);
    check_owner(r, 2, p.id);
    check_owner(r, 5, view_rig_person(&r->view, "event", "alone"));
    send(r, EVENT_PAGE, "{\"anonymousId\":\"a1\",\"name\":\"Home\"}");
    check_owner(r, 6, "");
    view_rig_run(&r->view);
    check_owner(r, 6, p.id);
}

/* ---- Traits for rules ------------------------------------------------------------------------ */

/* Of the event at the offset, "name=value;" of each name in the list; what is not there as "-". */
static const char *traits_at(ReadRig *r, uint64_t offset, const char *list, PtStatus want)
{
    static char text[1024];
    enum { NAMES = 8 };
    PtStr names[NAMES], got[NAMES], rest = pt_str(list);
    PtLogReader *reader;
    const PtRecord *record;
    size_t count, n = 0;
    EventView v;
    while (n < NAMES && pt_str_cut(&rest, ' ', &names[n])) {
        n++;
    }
    assert_int_equal(pt_log_reader_open(r->view.rig.log, NULL, 0, offset, &reader, NULL), PT_OK);
    assert_int_equal(pt_log_fetch(reader, 1, true, &record, &count, NULL), PT_OK);
    assert_int_equal(event_payload_read(record, &v, NULL), PT_OK);
    assert_int_equal(
        profiles_traits_of_event(r->view.profiles, &v, offset, names, n, r->arena, got), want);
    text[0] = '\0';
    for (size_t i = 0; want == PT_OK && i < n; i++) {
        const PtStr json = got[i].data != NULL ? got[i] : PT_STR("-");
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s=%.*s;",
                       PT_STR_ARG(names[i]), PT_STR_ARG(json));
    }
    pt_log_reader_close(reader);
    return text;
}

static void test_traits_of_event(void **state)
{
    ReadRig *r = *state;
    PtError err = {0};
    send_journey(r);
    send(r, EVENT_TRACK, "{\"anonymousId\":\"a2\",\"event\":\"Seen\"}");
    (void)traits_at(r, 2, "tier", PT_UNAVAILABLE); // the view has not seen it
    r->view.fail_steps = 1;
    assert_int_equal(view_rig_step(&r->view, &err), PT_UNAVAILABLE); // in memory, not in tables
    for (int i = 0; i < 2; i++) {
        assert_string_equal(traits_at(r, 2, "tier city gone none", PT_OK),
                            "tier=\"gold\";city=\"Paris\";gone=-;none=-;");
        assert_string_equal(traits_at(r, 0, "firstName", PT_OK), "firstName=\"Ada\";");
        assert_string_equal(traits_at(r, 5, "tier", PT_OK), "tier=-;");
        view_rig_run(&r->view);
    }
    const Profile one = find(r, "user_id", "u1"), two = find(r, "anonymous_id", "a2");
    must(profiles_merge(r->view.profiles, &staff, pt_str(one.id), pt_str(two.id), PT_STR("same"),
                        &err),
         &err);
    view_rig_run(&r->view);
    assert_string_equal(traits_at(r, 5, "tier", PT_OK), "tier=\"gold\";");
    send(r, EVENT_IDENTIFY,
         "{\"anonymousId\":\"a2\"," AT("09") ",\"traits\":{\"tier\":\"black\"}}");
    view_rig_run(&r->view);
    assert_string_equal(traits_at(r, 2, "tier", PT_OK), "tier=\"black\";");
}

/* Whatever is read of an event's person is what the profile says. */
static void check_traits_of_events(ReadRig *r)
{
    PtError err = {0};
    PtLogReader *reader;
    assert_int_equal(pt_log_reader_open(r->view.rig.log, NULL, 0, 0, &reader, NULL), PT_OK);
    for (uint64_t offset = 0; offset < pt_log_end(r->view.rig.log, 0); offset++) {
        const PtRecord *record;
        EventView v;
        Profile profile;
        size_t count;
        char id[37];
        pt_arena_clear(r->arena);
        pt_log_seek(reader, offset);
        assert_int_equal(pt_log_fetch(reader, 1, true, &record, &count, NULL), PT_OK);
        if (record->source == 0 || event_payload_read(record, &v, NULL) != PT_OK) {
            continue;
        }
        profiles_id_of_event(r->view.profiles, &v, offset, id);
        must(profiles_get(r->view.profiles, pt_str(id), r->arena, &profile, &err), &err);
        for (size_t i = 0; i < profile.trait_count; i++) {
            const PtStr names[] = {PT_STR("none of this name"), profile.traits[i].name};
            PtStr got[2];
            assert_int_equal(
                profiles_traits_of_event(r->view.profiles, &v, offset, names, 2, r->arena, got),
                PT_OK);
            assert_null(got[0].data);
            assert_true(pt_str_eq(got[1], profile.traits[i].json));
        }
    }
    pt_log_reader_close(reader);
}

/* ---- Search ---------------------------------------------------------------------------------- */

static struct SearchCase {
    const char *name, *text;
    size_t max;
    const char *want; /* name, detail and what matched, hit by hit */
} search_cases[] = {
    {"a first name", "grace", 5, "Grace Hopper|grace@navy.example|name;"},
    {"the beginning of a last name", "hop", 5, "Grace Hopper|grace@navy.example|name;"},
    {"a typing error", "hoper", 5, "Grace Hopper|grace@navy.example|name;"},
    {"part of a mail address", "navy", 5, "Grace Hopper|grace@navy.example|email;"},
    {"a user id", "u2", 5, "Grace Hopper|grace@navy.example|user_id;"},
    {"an order's number", "LF-17", 5, "Ada Lovelace|ada@example.com|order;"},
    {"a card", "29001", 5, "Grace Hopper|grace@navy.example|loyalty_card;"},
    {"a phone", "+4915100", 5, "Grace Hopper|grace@navy.example|phone;"},
    {"a whole anonymous id", "a1", 5, "Ada Lovelace|ada@example.com|anonymous_id;"},
    {"space around it", "  hopper ", 5, "Grace Hopper|grace@navy.example|name;"},
    {"nothing: who was seen last", "", 5,
     "Grace Hopper|grace@navy.example|;Ada Lovelace|ada@example.com|;|zz|;"},
    {"at most so many", "", 2, "Grace Hopper|grace@navy.example|;Ada Lovelace|ada@example.com|;"},
    {"none wanted", "", 0, ""},
    {"nobody", "zebra", 5, ""},
};

static void send_people(ReadRig *r)
{
    send(r, EVENT_PAGE, "{\"anonymousId\":\"zz\",\"name\":\"Home\"}");
    send_journey(r);
    send(r, EVENT_IDENTIFY,
         "{\"userId\":\"u2\"," AT("30") ",\"traits\":{\"name\":\"Grace Hopper\",\"email\":"
                                        "\"grace@navy.example\",\"phone\":\"+49 151 00 77\"},"
                                        "\"context\":{\"externalIds\":[{\"id\":\"2900100\","
                                        "\"type\":\"loyalty_card\"}]}}");
}

static void check_search(ReadRig *r, const struct SearchCase *c)
{
    ProfileHit *hits;
    size_t count = 0;
    PtError err = {0};
    char got[1024] = "";
    int n = 0;
    must(profiles_search(r->view.profiles, pt_str(c->text), c->max, r->arena, &hits, &count, &err),
         &err);
    for (size_t i = 0; i < count; i++) {
        n += snprintf(got + n, sizeof got - (size_t)n, "%.*s|%.*s|%.*s;", PT_STR_ARG(hits[i].name),
                      PT_STR_ARG(hits[i].detail), PT_STR_ARG(hits[i].matched));
    }
    assert_string_equal(got, c->want);
}

static void test_search(void **state)
{
    const struct SearchCase *c = *state;
    void *rig_state = NULL;
    assert_int_equal(up(&rig_state), 0);
    ReadRig *r = rig_state;
    send_people(r);
    view_rig_run(&r->view);
    check_search(r, c);
    view_rig_close(&r->view);
    view_rig_reopen(&r->view); // from the tables
    check_search(r, c);
    view_rig_rebuild(&r->view);
    check_search(r, c);
    assert_int_equal(down(&rig_state), 0);
}

static void test_search_last_seen(void **state)
{
    ReadRig *r = *state;
    ProfileHit *hits;
    size_t count;
    PtError err = {0};
    send_people(r);
    view_rig_run(&r->view);
    for (int i = 0; i < 2; i++) {
        must(profiles_search(r->view.profiles, PT_STR("hopper"), 5, r->arena, &hits, &count, &err),
             &err);
        assert_int_equal(hits[0].last_ms, at(30));
        view_rig_close(&r->view);
        view_rig_reopen(&r->view);
    }
    const PtStr long_text = {memset(pt_arena_alloc(r->arena, 1025, 1), 'a', 1025), 1025};
    assert_int_equal(profiles_search(r->view.profiles, long_text, 5, r->arena, &hits, &count, &err),
                     PT_TOO_LARGE);
    must(profiles_search(r->view.profiles, (PtStr){long_text.data, 1024}, 5, r->arena, &hits,
                         &count, &err),
         &err);
}

static void test_search_follows(void **state)
{
    ReadRig *r = *state;
    send_people(r);
    view_rig_run(&r->view);
    send(r, EVENT_IDENTIFY,
         "{\"userId\":\"u2\"," AT("40") ",\"traits\":{\"name\":\"Amazing Grace\"}}");
    view_rig_run(&r->view);
    check_search(r, &(struct SearchCase){.text = "hopper", .max = 5, .want = ""});
    check_search(r, &(struct SearchCase){.text = "amazing",
                                         .max = 5,
                                         .want = "Amazing Grace|grace@navy.example|name;"});
}

enum { MANY = 3000 }; /* more than a start brings in at once */

static void send_many(ReadRig *r)
{
    PtBuf body;
    EventOutcome outcome;
    PtError err = {0};
    pt_buf_init(&body, EVENT_BODY_MAX);
    pt_buf_printf(&body, "{\"batch\":[");
    for (int i = 0; i < MANY; i++) {
        pt_buf_printf(&body,
                      "%s{\"type\":\"identify\",\"userId\":\"p%05d\",\"messageId\":\"m%d\","
                      "\"traits\":{\"name\":\"N%05d\"}}",
                      i > 0 ? "," : "", i, i, i);
    }
    pt_buf_printf(&body, "]}");
    pt_buf_add_char(&body, '\0');
    assert_int_equal(pt_buf_status(&body), PT_OK);
    must(rig_call(&r->view.rig, EVENT_CALL_BATCH, EVENT_UNKNOWN, RIG_HISTORICAL, body.data,
                  &outcome, &err),
         &err);
    pt_buf_done(&body);
}

static size_t hits_of(ReadRig *r, const char *text)
{
    ProfileHit *hits;
    size_t count = 0;
    PtError err = {0};
    must(profiles_search(r->view.profiles, pt_str(text), 5, r->arena, &hits, &count, &err), &err);
    return count;
}

static void test_search_loads_beside(void **state)
{
    ReadRig *r = *state;
    send_many(r);
    view_rig_run(&r->view);
    view_rig_close(&r->view);
    view_rig_reopen(&r->view);
    assert_int_equal(hits_of(r, "N00001"), 1);
    // what comes while the others are brought in is newer than what they are read from
    send(r, EVENT_IDENTIFY, "{\"userId\":\"p02999\",\"traits\":{\"name\":\"Renamed\"}}");
    view_rig_run(&r->view);
    assert_int_equal(hits_of(r, "Renamed"), 1);
    const struct timespec moment = {.tv_nsec = 10000000};
    for (int i = 0; i < 3000 && hits_of(r, "N02998") == 0; i++) {
        pt_arena_clear(r->arena);
        (void)nanosleep(&moment, NULL);
    }
    assert_int_equal(hits_of(r, "N02998"), 1);
    assert_int_equal(hits_of(r, "Renamed"), 1);
    assert_int_equal(hits_of(r, "N02999"), 0);
    view_rig_close(&r->view);
    view_rig_reopen(&r->view);
    view_rig_rebuild(&r->view); // ends what is being brought in
    assert_int_equal(hits_of(r, "Renamed"), 1);
}

/* ---- Random histories against a naive fold --------------------------------------------------- */

enum { USERS = 4, BROWSERS = 5, NAMES = 4, EVENTS = 60, ROUNDS = 40 };

typedef struct Sent {
    int user, browser; /* -1: none */
    bool identify;
    int64_t at_ms;
    int value[NAMES]; /* -1: not said */
    int64_t cents;    /* of an order; 0: none */
    bool refund;
} Sent;

static void send_random(ReadRig *r, PtRng *rng, Sent *s)
{
    char body[1024];
    int n = 0;
    const unsigned second = (unsigned)pt_rng_below(rng, 20);
    *s = (Sent){.user = (int)pt_rng_below(rng, USERS + 3) - 3,
                .browser = (int)pt_rng_below(rng, BROWSERS),
                .identify = pt_rng_below(rng, 2) == 0,
                .at_ms = at(second)};
    s->user = s->user < 0 ? -1 : s->user;
    s->cents = !s->identify && pt_rng_below(rng, 2) == 0 ? 1 + (int64_t)pt_rng_below(rng, 9999) : 0;
    s->refund = s->cents > 0 && pt_rng_below(rng, 4) == 0;
    n += snprintf(body + n, sizeof body - (size_t)n,
                  "{\"messageId\":\"%016" PRIx64 "\",\"anonymousId\":\"b%d\",\"timestamp\":"
                  "\"2025-11-21T10:00:%02uZ\"",
                  pt_rng_u64(rng), s->browser, second);
    if (s->user >= 0) {
        n += snprintf(body + n, sizeof body - (size_t)n, ",\"userId\":\"u%d\"", s->user);
    }
    if (s->cents > 0) {
        n += snprintf(body + n, sizeof body - (size_t)n,
                      ",\"properties\":{\"total\":%" PRId64 ".%02" PRId64 ",\"currency\":\"EUR\"}",
                      s->cents / 100, s->cents % 100);
    }
    n += snprintf(body + n, sizeof body - (size_t)n, "%s",
                  s->identify ? ",\"traits\":{" : ",\"context\":{\"traits\":{");
    const char *comma = "";
    for (int i = 0; i < NAMES; i++) {
        s->value[i] = pt_rng_below(rng, 2) == 0 ? (int)pt_rng_below(rng, 1000) : -1;
        if (s->value[i] >= 0) {
            n += snprintf(body + n, sizeof body - (size_t)n, "%s\"n%d\":%d", comma, i, s->value[i]);
            comma = ",";
        }
    }
    (void)snprintf(body + n, sizeof body - (size_t)n, "%s,\"event\":\"%s\"}",
                   s->identify ? "}" : "}}",
                   s->cents == 0 ? "Seen"
                   : s->refund   ? "Order Refunded"
                                 : "Order Completed");
    send(r, s->identify ? EVENT_IDENTIFY : EVENT_TRACK, body);
}

static uint32_t node_named(const Profile *p, const Sent *s)
{
    char value[16];
    (void)snprintf(value, sizeof value, s->user >= 0 ? "u%d" : "b%d",
                   s->user >= 0 ? s->user : s->browser);
    for (size_t i = 0; i < p->node_count; i++) {
        if (pt_str_eq(p->nodes[i].value, pt_str(value))) {
            return p->nodes[i].number;
        }
    }
    return 0;
}

/* Of two that say the same name: the later in the log is `b`. */
static bool beats(const Sent *b, uint32_t b_node, const Sent *a, uint32_t a_node)
{
    if (b->identify != a->identify) {
        return b->identify;
    }
    if (b->at_ms != a->at_ms) {
        return b->at_ms > a->at_ms;
    }
    if ((b->user >= 0) != (a->user >= 0)) {
        return b->user >= 0;
    }
    return b_node >= a_node;
}

static void check_trait(const Profile *p, const Sent *sent, size_t count, int name)
{
    const Sent *best = NULL;
    uint32_t best_node = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t node = node_named(p, &sent[i]);
        if (node != 0 && sent[i].value[name] >= 0 &&
            (best == NULL || beats(&sent[i], node, best, best_node))) {
            best = &sent[i];
            best_node = node;
        }
    }
    for (size_t i = 0; i < p->trait_count; i++) {
        const ProfileTrait *t = &p->traits[i];
        if (t->name.data[1] == '0' + name) {
            assert_non_null(best);
            char want[16];
            (void)snprintf(want, sizeof want, "%d", best->value[name]);
            assert_text(t->json, want);
            assert_int_equal(t->at_ms, best->at_ms);
            assert_int_equal(t->node, best_node);
            return;
        }
    }
    assert_null(best);
}

static void check_fold(const Profile *p, const Sent *sent, size_t count)
{
    int64_t micros = 0;
    uint64_t events = 0, orders = 0, refunds = 0;
    for (size_t i = 0; i < count; i++) {
        if (node_named(p, &sent[i]) != 0) {
            events++;
            orders += sent[i].cents > 0 && !sent[i].refund;
            refunds += sent[i].refund;
            micros += (sent[i].refund ? -10000 : 10000) * sent[i].cents;
        }
    }
    assert_int_equal(p->events, events);
    assert_int_equal(p->value_count, orders + refunds > 0);
    if (p->value_count > 0) {
        assert_int_equal(p->values[0].micros, micros);
        assert_int_equal(p->values[0].orders, orders);
        assert_int_equal(p->values[0].refunds, refunds);
    }
    for (int name = 0; name < NAMES; name++) {
        check_trait(p, sent, count, name);
    }
}

static void check_everybody(ReadRig *r, const Sent *sent, size_t count)
{
    Profiles *profiles = r->view.profiles;
    const IdentityCounts counts = identity_counts(profiles->graph);
    for (uint32_t node = 1; node <= counts.nodes; node++) {
        char id[37];
        Profile p;
        PtError err = {0};
        pt_arena_clear(r->arena);
        profile_person_id(profiles, identity_person(profiles->graph, node), id);
        must(profiles_get(profiles, pt_str(id), r->arena, &p, &err), &err);
        check_fold(&p, sent, count);
    }
}

static void random_decision(ReadRig *r, PtRng *rng)
{
    Profiles *p = r->view.profiles;
    const uint32_t nodes = identity_counts(p->graph).nodes;
    const uint32_t node = 1 + (uint32_t)pt_rng_below(rng, nodes);
    char id[37], other[37];
    profile_person_id(p, identity_person(p->graph, node), id);
    profile_person_id(p, identity_person(p->graph, 1 + (uint32_t)pt_rng_below(rng, nodes)), other);
    if (pt_rng_below(rng, 2) == 0) { // what the rules forbid is refused, which is fine here
        (void)!profiles_merge(p, &staff, pt_str(id), pt_str(other), PT_STR("the same"), NULL);
    } else {
        (void)!profiles_split(p, &staff, pt_str(id), &node, 1, PT_STR("not the same"), NULL);
    }
}

static void test_naive(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        void *rig_state = NULL;
        Sent sent[EVENTS];
        PtRng rng;
        pt_rng_init(&rng, seed);
        assert_int_equal(up(&rig_state), 0);
        ReadRig *r = rig_state;
        for (size_t i = 0; i < EVENTS; i++) {
            send_random(r, &rng, &sent[i]);
            if (pt_rng_below(&rng, 12) == 0) {
                view_rig_run(&r->view);
                random_decision(r, &rng);
            }
        }
        view_rig_run(&r->view);
        check_everybody(r, sent, EVENTS);
        view_rig_close(&r->view);
        view_rig_reopen(&r->view);
        check_everybody(r, sent, EVENTS);
        assert_int_equal(down(&rig_state), 0);
    }
}

/* What is read does not wait for a commit, and a commit changes nothing of it. */
static void test_before_and_after_commit(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 100 + ROUNDS / 4; seed++) {
        void *rig_state = NULL;
        Sent sent;
        PtRng rng;
        pt_rng_init(&rng, seed);
        assert_int_equal(up(&rig_state), 0);
        ReadRig *r = rig_state;
        for (size_t i = 0; i < EVENTS; i++) {
            send_random(r, &rng, &sent);
            if (pt_rng_below(&rng, 6) != 0) {
                continue;
            }
            PtError err;
            r->view.fail_steps = 1;
            assert_int_equal(view_rig_step(&r->view, &err), PT_UNAVAILABLE);
            char *before = print_all(r, false);
            check_traits_of_events(r);
            view_rig_run(&r->view);
            char *after = print_all(r, false);
            assert_string_equal(before, after);
            free(before);
            free(after);
        }
        assert_int_equal(down(&rig_state), 0);
    }
}

static void test_merged_and_split(void **state)
{
    ReadRig *r = *state;
    PtError err = {0};
    send(r, EVENT_IDENTIFY, "{\"userId\":\"u1\"," AT("05") ",\"traits\":{\"a\":1,\"b\":1}}");
    send(r, EVENT_TRACK,
         "{\"anonymousId\":\"x\",\"event\":\"Order Completed\"," AT(
             "06") ",\"properties\":{\"total\":3,\"currency\":\"EUR\"},\"context\":{\"traits\":{"
                   "\"b\":2,\"c\":2}}}");
    view_rig_run(&r->view);
    char *before = print_all(r, true);
    const Profile one = find(r, "user_id", "u1"), two = find(r, "anonymous_id", "x");
    must(profiles_merge(r->view.profiles, &staff, pt_str(one.id), pt_str(two.id), PT_STR("same"),
                        &err),
         &err);
    view_rig_run(&r->view);
    const Profile both = find(r, "anonymous_id", "x");
    Profile survivor;
    must(profiles_get(r->view.profiles, pt_str(two.id), r->arena, &survivor, &err), &err);
    assert_string_equal(survivor.id, one.id);
    assert_true(both.version > one.version && both.version > two.version);
    assert_int_equal(both.trait_count, 3);
    assert_text(both.traits[1].json, "1"); // identify over context
    assert_int_equal(both.events, 2);
    assert_int_equal(both.first.offset, 0);
    assert_int_equal(both.last.offset, 1);
    const uint32_t node = node_of(&both, "anonymous_id")->number;
    must(profiles_split(r->view.profiles, &staff, pt_str(one.id), &node, 1, PT_STR("not"), &err),
         &err);
    view_rig_run(&r->view);
    char *after = print_all(r, true);
    assert_string_equal(before, after);
    assert_true(find(r, "user_id", "u1").version > both.version);
    free(before);
    free(after);
}

/* ---- Beside the view ------------------------------------------------------------------------- */

enum { WATCHED = 1024 };

typedef struct Watch {
    ReadRig *r;
    const char *user;
    _Atomic bool stop;
    uint64_t versions[WATCHED];
    char *texts[WATCHED];
    size_t count, reads;
    bool differs;
} Watch;

static void note(Watch *w, uint64_t version, char *text)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->versions[i] == version) {
            w->differs = w->differs || strcmp(w->texts[i], text) != 0;
            free(text);
            return;
        }
    }
    if (w->count < WATCHED) {
        w->versions[w->count] = version;
        w->texts[w->count++] = text;
    } else {
        free(text);
    }
}

/* Asserts nothing: cmocka's are for the test's own thread. */
static void *watch_thread(void *ctx)
{
    Watch *w = ctx;
    PtArena *arena = pt_arena_new(ARENA_BYTES);
    Profiles *p = w->r->view.profiles;
    while (!atomic_load(&w->stop)) {
        Profile profile;
        ProfileHit *hits;
        size_t count;
        PtBuf out;
        pt_arena_clear(arena);
        (void)!profiles_search(p, PT_STR(""), 5, arena, &hits, &count, NULL);
        if (profiles_find(p, PT_STR("user_id"), pt_str(w->user), arena, &profile, NULL) != PT_OK) {
            continue;
        }
        pt_buf_init(&out, TEXT_BYTES);
        print_profile(&out, &profile, false);
        pt_buf_add_char(&out, '\0');
        note(w, profile.version, out.data);
        w->reads++;
    }
    pt_arena_free(arena);
    return NULL;
}

/* Whoever reads the same version twice has read the same. */
static void test_versions(void **state)
{
    ReadRig *r = *state;
    Watch w = {.r = r, .user = "u1"};
    pthread_t thread;
    PtRng rng;
    Sent sent;
    PtError err;
    pt_rng_init(&rng, 5);
    assert_int_equal(pthread_create(&thread, NULL, watch_thread, &w), 0);
    for (int i = 0; i < 400; i++) {
        send_random(r, &rng, &sent);
        if (pt_rng_below(&rng, 3) == 0) {
            r->view.fail_steps = (unsigned)pt_rng_below(&rng, 2);
            (void)!view_rig_step(&r->view, &err);
        }
        if (pt_rng_below(&rng, 40) == 0) {
            view_rig_run(&r->view);
            random_decision(r, &rng);
        }
    }
    view_rig_run(&r->view);
    const struct timespec moment = {.tv_nsec = 20000000};
    (void)nanosleep(&moment, NULL);
    atomic_store(&w.stop, true);
    (void)pthread_join(thread, NULL);
    for (size_t i = 0; i < w.count; i++) {
        free(w.texts[i]);
    }
    assert_false(w.differs);
    assert_true(w.reads > w.count);
}

/* ---- Bounds and failures --------------------------------------------------------------------- */

static void send_names(ReadRig *r, unsigned from, unsigned count)
{
    char body[16384];
    int n = snprintf(body, sizeof body, "{\"userId\":\"u1\",\"traits\":{");
    for (unsigned i = from; i < from + count; i++) {
        n += snprintf(body + n, sizeof body - (size_t)n, "%s\"t%03u\":%u", i > from ? "," : "", i,
                      i);
    }
    (void)snprintf(body + n, sizeof body - (size_t)n, "}}");
    send(r, EVENT_IDENTIFY, body);
}

static void test_names_before_commit(void **state)
{
    ReadRig *r = *state;
    PtError err;
    send_names(r, 0, 298);
    view_rig_run(&r->view);
    send_names(r, 297, 4);
    r->view.fail_steps = 1;
    assert_int_equal(view_rig_step(&r->view, &err), PT_UNAVAILABLE);
    Profile p = find(r, "user_id", "u1");
    assert_int_equal(p.trait_count, 300);
    view_rig_run(&r->view);
    p = find(r, "user_id", "u1");
    assert_int_equal(p.trait_count, 300);
    assert_text(p.traits[299].name, "t299");
}

static void test_no_memory(void **state)
{
    ReadRig *r = *state;
    PtStatus st = PT_NO_MEMORY;
    Profile p = {.events = 77};
    uint64_t nth = 0;
    send_journey(r);
    view_rig_run(&r->view);
    while (st != PT_OK && nth < 2000) {
        PtArena *arena = pt_arena_new(ARENA_BYTES);
        fault_alloc_fail(++nth, 0);
        st = profiles_find(r->view.profiles, PT_STR("user_id"), PT_STR("u1"), arena, &p, NULL);
        fault_alloc_fail(0, 0);
        if (st != PT_OK) {
            assert_int_equal(st, PT_NO_MEMORY);
            assert_int_equal(p.events, 77); // left alone
        } else {
            check_journey(r, &p);
        }
        pt_arena_free(arena);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 1);
    for (nth = 1; nth < 60; nth++) {
        PtArena *arena = pt_arena_new(ARENA_BYTES);
        ProfileHit *hits;
        size_t count;
        fault_alloc_fail(nth, 0);
        st = profiles_search(r->view.profiles, PT_STR("ada"), 5, arena, &hits, &count, NULL);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_NO_MEMORY || (st == PT_OK && count == 1));
        pt_arena_free(arena);
    }
}

static void test_small_arena(void **state)
{
    ReadRig *r = *state;
    Profile p;
    PtArena *arena = pt_arena_new(200);
    send_journey(r);
    view_rig_run(&r->view);
    assert_int_equal(
        profiles_find(r->view.profiles, PT_STR("user_id"), PT_STR("u1"), arena, &p, NULL),
        PT_NO_MEMORY);
    pt_arena_free(arena);
}

/* ---- Channels and names ---------------------------------------------------------------------- */

static struct ChannelCase {
    const char *name;
    EventType type;
    const char *raw, *common, *want;
} channel_cases[] = {
    {"said", EVENT_TRACK, "{\"context\":{\"channel\":\"store\",\"userAgent\":\"Mozilla/5.0\"}}", "",
     "store"},
    {"said in other words", EVENT_TRACK, "{\"context\":{\"channel\":\"POS\"}}", "", "store"},
    {"said of the batch", EVENT_TRACK, "{}", "{\"context\":{\"channel\":\"service\"}}", "service"},
    {"the event's own over the batch's", EVENT_TRACK, "{\"context\":{\"channel\":\"web\"}}",
     "{\"context\":{\"channel\":\"service\"}}", "web"},
    {"said, but not a channel", EVENT_SCREEN, "{\"context\":{\"channel\":\"moon\"}}", "", "app"},
    {"a library's word", EVENT_TRACK, "{\"channel\":\"mobile\"}", "", "app"},
    {"a server's word tells nothing", EVENT_TRACK, "{\"channel\":\"server\"}", "", ""},
    {"a browser's library", EVENT_TRACK, "{\"context\":{\"library\":{\"name\":\"analytics.js\"}}}",
     "", "web"},
    {"a phone's library", EVENT_TRACK,
     "{\"context\":{\"library\":{\"name\":\"analytics-kotlin\"}}}", "", "app"},
    {"a browser", EVENT_TRACK, "{\"context\":{\"userAgent\":\"Mozilla/5.0 (X11)\"}}", "", "web"},
    {"a browser on a phone", EVENT_TRACK,
     "{\"context\":{\"userAgent\":\"Mozilla/5.0\",\"os\":{\"name\":\"iOS\"}}}", "", "web"},
    {"a phone", EVENT_TRACK,
     "{\"context\":{\"device\":{\"type\":\"android\"},\"userAgent\":\"Larkfield/7.1.0\"}}", "",
     "app"},
    {"a phone's system", EVENT_TRACK, "{\"context\":{\"os\":{\"name\":\"iPadOS\"}}}", "", "app"},
    {"a till", EVENT_TRACK, "{\"context\":{\"device\":{\"type\":\"pos\"}}}", "", "store"},
    {"a register", EVENT_TRACK, "{\"properties\":{\"register\":4}}", "", "store"},
    {"a shop to fetch it from", EVENT_TRACK,
     "{\"properties\":{\"store_id\":\"S1\"},\"context\":{\"userAgent\":\"Mozilla/5.0\"}}", "",
     "web"},
    {"a shop alone", EVENT_TRACK, "{\"properties\":{\"store_id\":\"S1\"}}", "", "store"},
    {"a page", EVENT_PAGE, "{}", "", "web"},
    {"a screen", EVENT_SCREEN, "{}", "", "app"},
    {"nothing", EVENT_TRACK, "{\"context\":null}", "", ""},
    {"signs of another type", EVENT_TRACK,
     "{\"context\":{\"channel\":7,\"device\":\"pos\",\"library\":[]}}", "", ""},
};

static void test_channel(void **state)
{
    const struct ChannelCase *c = *state;
    const EventView v = {.type = c->type, .raw = pt_str(c->raw), .common = pt_str(c->common)};
    assert_text(profiles_channel(&v), c->want);
}

static struct NameCase {
    const char *name;
    ProfileTrait traits[3];
    const char *type, *value; /* of its node */
    const char *want;
} name_cases[] = {
    {"a name",
     {{.name = PT_STR_INIT("firstName"), .json = PT_STR_INIT("\"A\"")},
      {.name = PT_STR_INIT("name"), .json = PT_STR_INIT("\"Ada \\u004c.\"")}},
     "email",
     "a@b",
     "Ada L."},
    {"first and last",
     {{.name = PT_STR_INIT("first_name"), .json = PT_STR_INIT("\"Ada\"")},
      {.name = PT_STR_INIT("lastName"), .json = PT_STR_INIT("\"L\"")}},
     "email",
     "a@b",
     "Ada L"},
    {"first alone",
     {{.name = PT_STR_INIT("firstName"), .json = PT_STR_INIT("\"Ada\"")}},
     "email",
     "a@b",
     "Ada"},
    {"last alone",
     {{.name = PT_STR_INIT("last_name"), .json = PT_STR_INIT("\"L\"")}},
     "email",
     "a@b",
     "L"},
    {"an empty name",
     {{.name = PT_STR_INIT("name"), .json = PT_STR_INIT("\"\"")}},
     "email",
     "a@b",
     "a@b"},
    {"a number for a name",
     {{.name = PT_STR_INIT("name"), .json = PT_STR_INIT("1234")}},
     "phone",
     "+491",
     "+491"},
    {"a user id", {{.name = PT_STR_INIT("x"), .json = PT_STR_INIT("1")}}, "user_id", "u1", "u1"},
    {"nothing that people say",
     {{.name = PT_STR_INIT("x"), .json = PT_STR_INIT("1")}},
     "anonymous_id",
     "a1",
     ""},
};

static void test_name(void **state)
{
    struct NameCase *c = *state;
    ProfileNode node = {.number = 1, .type = pt_str(c->type), .value = pt_str(c->value)};
    Profile p = {.nodes = &node, .node_count = 1, .traits = c->traits};
    PtArena *arena = pt_arena_new(1 << 16);
    while (p.trait_count < 3 && c->traits[p.trait_count].name.len > 0) {
        p.trait_count++;
    }
    assert_text(fold_name(&p, arena), c->want);
    pt_arena_free(arena);
}

static int open_base(void **state)
{
    (void)state;
    return rig_base_open(&base) ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[96];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, nobody_cases, test_nobody);
    PT_TEST_ROWS(tests, n, search_cases, test_search);
    PT_TEST_ROWS(tests, n, channel_cases, test_channel);
    PT_TEST_ROWS(tests, n, name_cases, test_name);
    const struct CMUnitTest more[] = {
        cmocka_unit_test_setup_teardown(test_journey, up, down),
        cmocka_unit_test_setup_teardown(test_loading, up, down),
        cmocka_unit_test_setup_teardown(test_timeline, up, down),
        cmocka_unit_test_setup_teardown(test_id_of_event, up, down),
        cmocka_unit_test_setup_teardown(test_traits_of_event, up, down),
        cmocka_unit_test_setup_teardown(test_search_last_seen, up, down),
        cmocka_unit_test_setup_teardown(test_search_follows, up, down),
        cmocka_unit_test_setup_teardown(test_search_loads_beside, up, down),
        cmocka_unit_test_setup_teardown(test_merged_and_split, up, down),
        cmocka_unit_test_setup_teardown(test_versions, up, down),
        cmocka_unit_test_setup_teardown(test_names_before_commit, up, down),
        cmocka_unit_test_setup_teardown(test_no_memory, up, down),
        cmocka_unit_test_setup_teardown(test_small_arena, up, down),
        cmocka_unit_test(test_naive),
        cmocka_unit_test(test_before_and_after_commit),
    };
    memcpy(&tests[n], more, sizeof more);
    n += PT_COUNT(more);
    return _cmocka_run_group_tests("profiles/read", tests, n, open_base, close_base);
}
