// SPDX-License-Identifier: Apache-2.0
/* Persons erased: nothing of them is left in memory, tables and log; everybody else is as before,
 * and as a rebuild from the rewritten log says. */
#include "base/rng.h"
#include "platform/feed.h"
#include "profiles/erase_internal.h"
#include "profiles/erase_rig.h"

#include <base/test_rows.h>
#include <fault/fault_alloc.h>
#include <fault/seeds.h>
#include <pthread.h>
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

static void assert_same(char *a, char *b)
{
    const char *x = a, *y = b;
    while (*x != '\0' && *x == *y) {
        x++;
        y++;
    }
    if (*x != *y) {
        while (x > a && x[-1] != '\n') {
            x--;
            y--;
        }
        fail_msg("\n--- one\n%.300s\n--- other\n%.300s", x, y);
    }
    free(a);
    free(b);
}

/* ---- Texts in texts ----------------------------------------------------------------------------
 */

static struct MatchCase {
    const char *name, *pattern, *text, *want; /* want NULL: not found */
} match_cases[] = {
    {"a whole string", "jane@x.de", "{\"e\":\"jane@x.de\"}", "{\"e\":\"-\"}"},
    {"capitals", "jane@x.de", "\"Jane@X.DE\"", "\"-\""},
    {"in a sentence", "jane@x.de", "\"to jane@x.de.\"", "\"to -.\""},
    {"twice", "jane@x.de", "jane@x.de, jane@x.de", "-, -"},
    {"part of a longer address", "jane@x.de", "\"mary.jane@x.de\"", NULL},
    {"of a longer domain", "jane@x.de", "\"jane@x.de.uk\"", NULL},
    {"of a longer word", "cust-100", "\"cust-1001\"", NULL},
    {"of a longer id", "cust-100", "\"cust-100-b\"", NULL},
    {"in a path", "cust-100", "\"/u/cust-100/x\"", "\"/u/-/x\""},
    {"percent-coded", "jane@x.de", "\"?m=jane%40x.de&a\"", "\"?m=-&a\""},
    {"behind percent-coded space", "jane@x.de", "\"%20jane@x.de\"", "\"%20-\""},
    {"behind an escape", "jane@x.de", "\"a\\njane@x.de\"", "\"a\\n-\""},
    {"with umlauts", "j\xc3\xbcrgen@x.de", "\"j\\u00FCrgen@x.de\"", "\"-\""},
    {"with a slash", "ab/cdef", "\"ab\\/cdef\"", "\"-\""},
    {"a number", "12345678", "{\"id\":12345678}", "{\"id\":0}"},
    {"in a longer number", "12345678", "{\"id\":123456789}", NULL},
    {"behind the point", "12345678", "{\"id\":0.12345678}", NULL},
    {"a short one is a whole string", "u1", "{\"userId\":\"u1\"}", "{\"userId\":\"-\"}"},
    {"or nothing", "u1", "\"to u1 go\"", NULL},
    {"of one byte", "7", "{\"a\":\"7\",\"b\":7}", "{\"a\":\"0\",\"b\":7}"},
};

static void it_finds_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof match_cases / sizeof *match_cases; i++) {
        const struct MatchCase *c = &match_cases[i];
        EraseMatch *m = erase_match_new();
        PtBuf out;
        pt_buf_init(&out, 4096);
        assert_non_null(m);
        assert_true(erase_match_add(m, PT_STR("somebody@else.example")));
        assert_true(erase_match_add(m, pt_str(c->pattern)));
        const bool found = erase_match_cut(m, pt_str(c->text), true, &out);
        if (found != (c->want != NULL) ||
            !pt_str_eq(pt_buf_str(&out), pt_str(c->want != NULL ? c->want : c->text))) {
            fail_msg("%s: \"%.*s\"", c->name, PT_STR_ARG(pt_buf_str(&out)));
        }
        pt_buf_done(&out);
        erase_match_free(m);
    }
}

/* ---- One person --------------------------------------------------------------------------------
 */

static const char *person(const char *type, const char *value)
{
    return view_rig_person(&rig, type, value);
}

/* Jane, with all that a person may have; and Max, who shares a household and was taken for her. */
static void send_people(void)
{
    view_rig_send(&rig, EVENT_PAGE, "{\"anonymousId\":\"anon-jane-1\",\"name\":\"Home\"}");
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"userId\":\"jane-0001\",\"anonymousId\":\"anon-jane-1\",\"traits\":{\"email\":"
                  "\"Jane@Example.com\",\"phone\":\"+49 170 1234567\",\"firstName\":\"Janina\","
                  "\"lastName\":\"Zweig\",\"address\":{\"street\":\"Lindenallee 7\",\"city\":"
                  "\"Graz\",\"postalCode\":\"8010\",\"country\":\"AT\"}}}");
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"jane-0001\",\"event\":\"Order Completed\",\"properties\":{"
                  "\"order_id\":\"O-1\",\"total\":12.5,\"currency\":\"EUR\"}}");
    view_rig_send(
        &rig, EVENT_GROUP,
        "{\"userId\":\"jane-0001\",\"groupId\":\"club-9\",\"traits\":{\"name\":\"Club\"}}");
    view_rig_send(
        &rig, EVENT_IDENTIFY,
        "{\"userId\":\"max-00001\",\"anonymousId\":\"anon-max-1\",\"traits\":{\"email\":"
        "\"max@example.com\",\"firstName\":\"Janina\",\"lastName\":\"Zweig\",\"address\":{"
        "\"street\":\"Lindenallee 7\",\"city\":\"Graz\",\"postalCode\":\"8010\","
        "\"country\":\"AT\"}}}");
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"max-00001\",\"event\":\"Order Completed\",\"properties\":{"
                  "\"order_id\":\"O-2\",\"total\":3,\"currency\":\"EUR\"}}");
}

static bool file_has(const char *path, const char *text)
{
    static char bytes[4 << 20];
    FILE *f = fopen(path, "rbe");
    if (f == NULL) {
        return false;
    }
    const size_t len = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    return memmem(bytes, len, text, strlen(text)) != NULL;
}

static void assert_no_text(const char *text)
{
    static const char *const names[] = {"views.db", "views.db-wal"};
    PtLogReader *reader = NULL;
    PtError err = {0};
    const PtRecord *records;
    size_t count = 1;
    assert_int_equal(pt_sql_scrub(rig.views, &err), PT_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", rig.dir, names[i]);
        if (file_has(path, text)) {
            fail_msg("\"%s\" stands in %s", text, names[i]);
        }
    }
    assert_int_equal(pt_log_reader_open(rig.rig.log, NULL, 0, 0, &reader, &err), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, &err), PT_OK);
        for (size_t i = 0; i < count; i++) {
            const PtStr p = records[i].payload;
            if (p.len > 0 && memmem(p.data, p.len, text, strlen(text)) != NULL) {
                fail_msg("\"%s\" stands in record %llu", text,
                         (unsigned long long)records[i].position.offset);
            }
        }
    }
    pt_log_reader_close(reader);
}

static void a_person_goes_whole(void **state)
{
    static const char *const texts[] = {"jane-0001",       "anon-jane-1", "ane@Example.com",
                                        "ane@example.com", "1234567",     "club-9"};
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtError err = {0};
    Profile profile;
    ProfileHit *hits = NULL;
    ProfileDuplicate *duplicates = NULL;
    PtStr next;
    size_t count = 0;
    send_people();
    view_rig_run(&rig);
    const char *jane = person("user_id", "jane-0001"), *max = person("user_id", "max-00001");
    assert_int_equal(
        profiles_duplicates_of(rig.profiles, pt_str(jane), arena, &duplicates, &count, &err),
        PT_OK);
    assert_int_equal(count, 1);
    erase_rig_erase(&rig, &jane, 1);
    assert_int_equal(profiles_get(rig.profiles, pt_str(jane), arena, &profile, &err), PT_NOT_FOUND);
    assert_int_equal(profiles_find(rig.profiles, PT_STR("email"), PT_STR("jane@example.com"), arena,
                                   &profile, &err),
                     PT_NOT_FOUND);
    assert_int_equal(profiles_search(rig.profiles, PT_STR("jane"), 10, arena, &hits, &count, &err),
                     PT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(profiles_search(rig.profiles, PT_STR(""), 10, arena, &hits, &count, &err),
                     PT_OK);
    assert_int_equal(count, 1);
    assert_int_equal(profiles_duplicates(rig.profiles, PROFILE_DUPLICATE_OPEN, PT_STR(""), 10,
                                         arena, &duplicates, &count, &next, &err),
                     PT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(profiles_get(rig.profiles, pt_str(max), arena, &profile, &err), PT_OK);
    assert_int_equal(profile.values[0].micros, 3000000);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_no_text(texts[i]);
    }
    char *lived = erase_rig_dump(&rig);
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    assert_same(strdup(lived), erase_rig_dump(&rig));
    view_rig_rebuild(&rig);
    assert_same(lived, erase_rig_dump(&rig));
}

static void who_comes_again_is_new(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtError err = {0};
    Profile profile;
    send_people();
    view_rig_run(&rig);
    const char *jane = person("user_id", "jane-0001");
    erase_rig_erase(&rig, &jane, 1);
    view_rig_send(&rig, EVENT_TRACK,
                  "{\"userId\":\"jane-0001\",\"event\":\"Order Completed\",\"properties\":{"
                  "\"order_id\":\"O-1\",\"total\":2,\"currency\":\"EUR\"}}");
    view_rig_run(&rig);
    const char *again = person("user_id", "jane-0001");
    assert_string_not_equal(again, "");
    assert_string_not_equal(again, jane);
    assert_int_equal(profiles_get(rig.profiles, pt_str(again), arena, &profile, &err), PT_OK);
    assert_int_equal(profile.events, 1);
    assert_int_equal(profile.trait_count, 0);
    assert_int_equal(profile.values[0].micros, 2000000);
    char *lived = erase_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(lived, erase_rig_dump(&rig));
}

/* ---- Others who are named with them ------------------------------------------------------------
 */

static void the_other_side_of_a_split_stays(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtError err = {0};
    ProfileLink *links = NULL;
    ProfileBarrier *barriers = NULL;
    size_t count = 0;
    send_people();
    view_rig_run(&rig);
    const uint32_t mail =
        identity_find(rig.profiles->graph, PT_STR("email"), PT_STR("jane@example.com"));
    char jane[37];
    (void)snprintf(jane, sizeof jane, "%s", person("user_id", "jane-0001"));
    assert_int_equal(profiles_split(rig.profiles, &staff, pt_str(jane), &mail, 1,
                                    PT_STR("Janina shares it"), &err),
                     PT_OK);
    view_rig_run(&rig);
    char other[37];
    (void)snprintf(other, sizeof other, "%s", person("email", "jane@example.com"));
    assert_string_not_equal(other, jane);
    const char *ids[] = {jane};
    erase_rig_erase(&rig, ids, 1);
    assert_string_equal(person("email", "jane@example.com"), other);
    assert_int_equal(
        profiles_links(rig.profiles, pt_str(other), UINT64_MAX, 10, arena, &links, &count, &err),
        PT_OK);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(links[i].other_person, "");
        assert_int_equal(links[i].reason.len, 0);
    }
    assert_int_equal(profiles_barriers(rig.profiles, pt_str(other), arena, &barriers, &count, &err),
                     PT_OK);
    assert_int_equal(count, 0);
    assert_no_text("jane-0001");
    assert_no_text("Janina shares it");
    char *lived = erase_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(lived, erase_rig_dump(&rig));
}

typedef struct Reader {
    pthread_t thread;
    const char (*ids)[37];
    size_t count;
    _Atomic bool stop;
    unsigned reads;
} Reader;

static void may_be_gone(PtStatus st)
{
    assert_true(st == PT_OK || st == PT_NOT_FOUND || st == PT_UNAVAILABLE);
}

static void *read_all(void *ctx)
{
    Reader *r = ctx;
    while (!atomic_load(&r->stop)) {
        PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 22);
        const PtStr id = pt_str(r->ids[r->reads++ % r->count]);
        Profile profile;
        ProfileHit *hits;
        ProfileDuplicate *pairs;
        ProfileGroup *groups;
        ProfileLink *links;
        uint64_t offsets[8];
        size_t count;
        PtStr next;
        may_be_gone(profiles_get(rig.profiles, id, arena, &profile, NULL));
        may_be_gone(profiles_timeline(rig.profiles, id, UINT64_MAX, 8, offsets, &count, NULL));
        may_be_gone(profiles_links(rig.profiles, id, UINT64_MAX, 8, arena, &links, &count, NULL));
        may_be_gone(profiles_groups_of(rig.profiles, id, arena, &groups, &count, NULL));
        PtStatus st = profiles_search(rig.profiles, PT_STR("zweig"), 9, arena, &hits, &count, NULL);
        assert_true(st == PT_OK || st == PT_UNAVAILABLE);
        st = profiles_duplicates(rig.profiles, PROFILE_DUPLICATE_OPEN, PT_STR(""), 9, arena, &pairs,
                                 &count, &next, NULL);
        assert_true(st == PT_OK || st == PT_UNAVAILABLE);
    }
    return NULL;
}

static void readers_go_on(void **state)
{
    (void)state;
    enum { PERSONS = 8 };
    static char ids[PERSONS][37];
    char body[256];
    for (unsigned i = 0; i < PERSONS; i++) {
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"user-%u\",\"traits\":{\"firstName\":\"Ida\",\"lastName\":"
                       "\"Zweig\",\"address\":{\"street\":\"Weg 1\",\"postalCode\":\"8010\"}}}",
                       i);
        view_rig_send(&rig, EVENT_IDENTIFY, body);
    }
    view_rig_run(&rig);
    for (unsigned i = 0; i < PERSONS; i++) {
        (void)snprintf(body, sizeof body, "user-%u", i);
        (void)snprintf(ids[i], sizeof ids[i], "%s", person("user_id", body));
    }
    Reader reader = {.ids = (const char (*)[37])ids, .count = PERSONS};
    assert_int_equal(pthread_create(&reader.thread, NULL, read_all, &reader), 0);
    for (unsigned i = 0; i < PERSONS - 1; i++) {
        const char *id = ids[i];
        erase_rig_erase(&rig, &id, 1);
    }
    atomic_store(&reader.stop, true);
    assert_int_equal(pthread_join(reader.thread, NULL), 0);
    assert_true(reader.reads > 0);
}

static void an_event_of_others_loses_the_name(void **state)
{
    (void)state;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PtError err = {0};
    Profile profile;
    send_people();
    // one user id a person: the mail is dropped, and what stands behind it
    view_rig_send(&rig, EVENT_IDENTIFY,
                  "{\"userId\":\"max-00001\",\"anonymousId\":\"anon-max-2\",\"traits\":{\"email\":"
                  "\"jane@example.com\",\"n\":1}}");
    view_rig_send(&rig, EVENT_GROUP,
                  "{\"userId\":\"max-00001\",\"groupId\":\"team\",\"traits\":{\"note\":\"call "
                  "jane-0001\"}}");
    view_rig_run(&rig);
    const char *jane = person("user_id", "jane-0001"), *max = person("user_id", "max-00001");
    assert_string_equal(person("anonymous_id", "anon-max-2"), "");
    erase_rig_erase(&rig, &jane, 1);
    assert_no_text("jane@example.com");
    assert_no_text("jane-0001");
    assert_int_equal(profiles_get(rig.profiles, pt_str(max), arena, &profile, &err), PT_OK);
    assert_int_equal(profile.events, 4);
    char *lived = erase_rig_dump(&rig);
    view_rig_rebuild(&rig);
    assert_same(lived, erase_rig_dump(&rig));
}

static bool log_has(const char *text)
{
    PtLogReader *reader = NULL;
    PtError err = {0};
    const PtRecord *records;
    size_t count = 1;
    bool found = false;
    assert_int_equal(pt_log_reader_open(rig.rig.log, NULL, 0, 0, &reader, &err), PT_OK);
    while (count > 0) {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, &err), PT_OK);
        for (size_t i = 0; i < count; i++) {
            found = found || pt_str_has(records[i].payload, pt_str(text));
        }
    }
    pt_log_reader_close(reader);
    return found;
}

/* An id that is the number of an entry, too: audit_verify wants its anchor. */
static void records_about_nobody_stay_whole(void **state)
{
    static const struct Row {
        const char *name, *properties;
    } rows[] = {{AUDIT_ANCHOR_EVENT, "{\"seq\":100234,\"link\":\"0a\"}"},
                {"Consent Purpose Changed", "{\"by\":\"100234\",\"purpose\":\"a\",\"slot\":9}"},
                {"Identity Rules Changed", "{\"by\":\"100234\",\"version\":0}"}};
    (void)state;
    PtSqlTx *tx = NULL;
    PtError err = {0};
    view_rig_send(&rig, EVENT_TRACK, "{\"userId\":\"100234\",\"event\":\"Seen\"}");
    assert_int_equal(pt_sql_begin(rig.profiles->core, true, &tx, &err), PT_OK);
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        const PtFeedEvent event = {pt_str(rows[i].name), PT_STR("100234"),
                                   pt_str(rows[i].properties)};
        assert_int_equal(pt_feed_put(tx, 1, &event, &err), PT_OK);
    }
    assert_int_equal(pt_sql_commit(&tx, &err), PT_OK);
    view_rig_run(&rig);
    const char *id = person("user_id", "100234");
    erase_rig_erase(&rig, &id, 1);
    assert_string_equal(person("user_id", "100234"), "");
    for (size_t i = 0; i < PT_COUNT(rows); i++) {
        assert_true(log_has(rows[i].properties));
    }
}

/* ---- Plans -------------------------------------------------------------------------------------
 */

static void a_plan_tells_before(void **state)
{
    (void)state;
    PtError err = {0};
    ErasePlan *plan = NULL;
    EraseRecord records[8];
    size_t count = 0;
    send_people();
    view_rig_run(&rig);
    const PtStr jane = pt_str(person("user_id", "jane-0001"));
    const ErasePlanOptions quick = {.thorough = false};
    assert_int_equal(profiles_erase_plan(rig.profiles, &jane, 0, &quick, &plan, &err),
                     PT_TOO_LARGE);
    const PtStr nobody = PT_STR("00000000-0000-8000-8000-000000000000");
    assert_int_equal(profiles_erase_plan(rig.profiles, &nobody, 1, &quick, &plan, &err),
                     PT_NOT_FOUND);
    const PtStr twice[] = {jane, jane};
    assert_int_equal(profiles_erase_plan(rig.profiles, twice, 2, &quick, &plan, &err), PT_INVALID);
    assert_int_equal(profiles_erase_plan(rig.profiles, &jane, 1, &quick, &plan, &err), PT_OK);
    const ErasePlanSummary sum = erase_plan_summary(plan);
    assert_int_equal(sum.nodes, 4);
    assert_int_equal(sum.own, 4);
    assert_int_equal(sum.orders, 1);
    assert_true(sum.traits >= 5 && sum.groups >= 1);
    assert_true(erase_plan_finds(plan, PT_STR("mail to jane@example.com")));
    assert_true(erase_plan_finds(plan, PT_STR("+49 170 1234567")));
    assert_false(erase_plan_finds(plan, PT_STR("max@example.com")));
    assert_int_equal(erase_plan_records(plan, 0, UINT64_MAX, 3, records, &count, &err), PT_OK);
    assert_int_equal(count, 3); // the newest, rising
    assert_true(records[0].offset < records[1].offset && records[1].offset < records[2].offset);
    assert_int_equal(erase_plan_records(plan, 0, records[0].offset, 3, records, &count, &err),
                     PT_OK);
    assert_int_equal(count, 1);
    erase_plan_free(plan);
    plan = NULL;
    for (uint64_t n = 1; n < 200 && plan == NULL; n++) {
        fault_alloc_fail(n, 0);
        const PtStatus st = profiles_erase_plan(rig.profiles, &jane, 1,
                                                &(ErasePlanOptions){.thorough = true}, &plan, &err);
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
    }
    erase_plan_free(plan);
}

/* ---- Random histories ---------------------------------------------------------------------------
 */

enum { ACTIONS = 90, PEOPLE = 9, VICTIMS = 3 };

static void send_some(PtRng *rng, unsigned n)
{
    char body[512];
    const unsigned a = (unsigned)pt_rng_below(rng, PEOPLE), b = (unsigned)pt_rng_below(rng, PEOPLE),
                   c = (unsigned)pt_rng_below(rng, PEOPLE);
    switch (pt_rng_below(rng, 5)) {
    case 0:
        // of two identifiers: a third may have been kept out by one who is erased (erase.h)
        (void)snprintf(body, sizeof body,
                       b % 2 == 0 ? "{\"userId\":\"user-%u\",\"anonymousId\":\"anonym-%u\","
                                    "\"traits\":{\"n\":%u}}"
                                  : "{\"userId\":\"user-%u\",\"traits\":{\"email\":"
                                    "\"mail%u@example.com\",\"n\":%u}}",
                       a, c, n);
        view_rig_send(&rig, EVENT_IDENTIFY, body);
        break;
    case 1:
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"user-%u\",\"context\":{\"device\":{\"id\":\"device-%u\"}},"
                       "\"traits\":{\"lastName\":\"Berg\",\"firstName\":\"F%u\",\"address\":{"
                       "\"street\":\"Weg %u\",\"city\":\"Graz\",\"postalCode\":\"8010\"}}}",
                       a, b, c % 2, c);
        view_rig_send(&rig, EVENT_IDENTIFY, body);
        break;
    case 2:
        (void)snprintf(
            body, sizeof body,
            "{\"anonymousId\":\"anonym-%u\",\"event\":\"Order Completed\",\"properties\":{"
            "\"order_id\":\"o-%u\",\"total\":%u.25,\"currency\":\"EUR\"}}",
            a, n / 2, c);
        view_rig_send(&rig, EVENT_TRACK, body);
        break;
    case 3:
        (void)snprintf(body, sizeof body,
                       "{\"userId\":\"user-%u\",\"groupId\":\"group-%u\",\"traits\":{\"k\":%u}}", a,
                       b % 3, n);
        view_rig_send(&rig, EVENT_GROUP, body);
        break;
    default:
        (void)snprintf(body, sizeof body, "{\"anonymousId\":\"anonym-%u\",\"name\":\"P%u\"}", a, n);
        view_rig_send(&rig, EVENT_PAGE, body);
    }
}

static void some_person(PtRng *rng, char id[37])
{
    const uint32_t nodes = identity_counts(rig.profiles->graph).nodes;
    const uint32_t node = 1 + (uint32_t)pt_rng_below(rng, nodes);
    profile_person_id(rig.profiles, identity_person(rig.profiles->graph, node), id);
}

static void decide_some(PtRng *rng)
{
    char id[37], other[37];
    const uint32_t nodes = identity_counts(rig.profiles->graph).nodes;
    const uint32_t node = 1 + (uint32_t)pt_rng_below(rng, nodes);
    some_person(rng, id);
    some_person(rng, other);
    if (pt_rng_below(rng, 2) == 0) {
        (void)!profiles_merge(rig.profiles, &staff, pt_str(id), pt_str(other), PT_STR("same"),
                              NULL);
    } else {
        profile_person_id(rig.profiles, identity_person(rig.profiles->graph, node), id);
        (void)!profiles_split(rig.profiles, &staff, pt_str(id), &node, 1, PT_STR("two"), NULL);
    }
    view_rig_run(&rig);
}

/* Of those a rebuild may say what only both of them together could tell: erase.h. */
static bool was_parted(const char *id)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    ProfileLink *links = NULL;
    size_t count = 0;
    PtError err = {0};
    bool parted = false;
    if (id[0] != '\0') {
        assert_int_equal(
            profiles_links(rig.profiles, pt_str(id), UINT64_MAX, 100, arena, &links, &count, &err),
            PT_OK);
    }
    for (size_t i = 0; i < count; i++) {
        parted = parted || links[i].kind == PROFILE_LINK_SPLIT;
    }
    return parted;
}

static void erase_some(PtRng *rng)
{
    char ids[VICTIMS][37];
    const char *given[VICTIMS];
    const size_t count = 1 + (size_t)pt_rng_below(rng, VICTIMS);
    for (size_t i = 0; i < count; i++) {
        some_person(rng, ids[i]);
        given[i] = was_parted(ids[i]) ? "" : ids[i];
        for (size_t k = 0; k < i; k++) {
            given[i] = strcmp(ids[k], ids[i]) == 0 ? "" : given[i];
        }
    }
    erase_rig_erase(&rig, given, count);
}

static void run_history(uint64_t seed)
{
    PtRng rng;
    pt_rng_init(&rng, seed);
    set_up(NULL);
    for (unsigned i = 0; i < ACTIONS; i++) {
        send_some(&rng, i);
        if (pt_rng_below(&rng, 10) == 0) {
            view_rig_run(&rig);
        }
        if (i > 5 && pt_rng_below(&rng, 12) == 0) {
            view_rig_run(&rig);
            decide_some(&rng);
        }
        if (pt_rng_below(&rng, 30) == 0 || i + 20 == ACTIONS) {
            view_rig_run(&rig);
            erase_some(&rng);
        }
    }
    view_rig_run(&rig);
    char *lived = erase_rig_dump(&rig);
    view_rig_close(&rig);
    view_rig_reopen(&rig);
    assert_same(strdup(lived), erase_rig_dump(&rig));
    view_rig_rebuild(&rig);
    assert_same(lived, erase_rig_dump(&rig));
    tear_down(NULL);
}

static void a_rebuild_says_the_same_of_all_others(void **state)
{
    (void)state;
    const FaultSeeds seeds = fault_seeds(8, 500);
    const uint64_t runs = seeds.count, first = seeds.first;
    for (uint64_t i = 0; i < runs; i++) {
        (void)printf("seed %llu\n", (unsigned long long)(first + i));
        run_history(first + i);
    }
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_texts),
        WITH_RIG(a_person_goes_whole),
        WITH_RIG(who_comes_again_is_new),
        WITH_RIG(the_other_side_of_a_split_stays),
        WITH_RIG(an_event_of_others_loses_the_name),
        WITH_RIG(records_about_nobody_stay_whole),
        WITH_RIG(a_plan_tells_before),
        WITH_RIG(readers_go_on),
        cmocka_unit_test(a_rebuild_says_the_same_of_all_others),
    };
    return cmocka_run_group_tests_name("profiles/erase", tests, NULL, NULL);
}
