// SPDX-License-Identifier: Apache-2.0
/* What vendors publish of their rules of identity, in our words and with our values: each row is an
 * example of one, and who comes of it here. Where a vendor's answer differs by design the row says
 * so. */
#include "base/json.h"
#include "base/test_rows.h"
#include "profiles/identity_rig.h"
#include "profiles/traits_internal.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS_MAX = 16 };

#define LOGIN "{\"types\":[{\"name\":\"user_id\",\"mode\":\"login\"}]}"
#define ID(type, value)                                                                            \
    "\"context\":{\"externalIds\":[{\"type\":\"" type "\",\"id\":\"" value "\"}]}"

/* want: the events of each person, by their places from 0; persons by their first event. */
static struct Example {
    const char *name, *rules, *events, *want;
} examples[] = {
    /* Segment Unify: flat matching, blocked values, limit, priority */
    {"Segment: no identifier matches: a new profile", NULL,
     "[{\"userId\":\"k1\"},{\"userId\":\"k2\"}]", "0 | 1"},
    {"Segment: one profile matches: added to it", NULL,
     "[{\"userId\":\"k1\"},{\"userId\":\"k1\",\"anonymousId\":\"b1\"},{\"anonymousId\":\"b1\"}]",
     "0 1 2"},
    {"Segment: several profiles match: merged", NULL,
     "[{\"anonymousId\":\"b1\"},{\"traits\":{\"email\":\"ida@shop.example\"}},"
     "{\"anonymousId\":\"b1\",\"traits\":{\"email\":\"ida@shop.example\"}}]",
     "0 1 2"},
    {"Segment: over the limit the lowest is dropped and the search begins again", NULL,
     "[{\"userId\":\"k1\",\"traits\":{\"email\":\"ida@shop.example\"}},"
     "{\"userId\":\"k2\",\"traits\":{\"email\":\"ida@shop.example\"}},{\"userId\":\"k2\"}]",
     "0 | 1 2"},
    {"Segment: several store ids and one mail a person",
     "{\"types\":[{\"name\":\"user_id\",\"limit\":2},{\"name\":\"email\",\"limit\":1}]}",
     "[{\"userId\":\"own-7\",\"traits\":{\"email\":\"ida@shop.example\"}},"
     "{\"userId\":\"till-9\",\"traits\":{\"email\":\"ida@shop.example\"}},"
     "{\"userId\":\"own-7\",\"traits\":{\"email\":\"ivo@shop.example\"}},"
     "{\"traits\":{\"email\":\"ivo@shop.example\"}}]",
     "0 1 2 | 3"},
    {"Segment: blocked: zeros and dashes", NULL,
     "[{\"userId\":\"000-00\",\"anonymousId\":\"b1\"},{\"userId\":\"000-00\",\"anonymousId\":"
     "\"b2\"}]",
     "0 | 1"},
    {"Segment: blocked: null, -1, anonymous", NULL,
     "[{\"userId\":\"null\",\"messageId\":\"m0\"},{\"userId\":\"-1\",\"messageId\":\"m1\"},"
     "{\"userId\":\"anonymous\",\"messageId\":\"m2\"},{\"userId\":\"null\",\"messageId\":\"m3\"}]",
     "0 | 1 | 2 | 3"},
    {"Segment: blocked: what developers left in", "{\"blocked\":[\"void\",\"test-user\"]}",
     "[{\"userId\":\"void\",\"anonymousId\":\"b1\"},{\"userId\":\"VOID\",\"anonymousId\":\"b2\"}]",
     "0 | 1"},
    {"Segment: an external id of type users joins", NULL,
     "[{\"anonymousId\":\"b1\"," ID("phone", "123-456-7890") "},{\"anonymousId\":\"b2\"," ID(
         "phone", "123-456-7890") "}]",
     "0 1"},
    {"Segment: types without an order of their own rank by name, and go with what is above", NULL,
     "[{\"userId\":\"k1\",\"anonymousId\":\"b1\"},{\"userId\":\"k2\"," ID(
         "ga_client_id", "g1") "},"
                               "{\"userId\":\"k2\",\"anonymousId\":\"b1\"," ID(
                                   "ga_client_id",
                                   "g2") "},{\"messageId\":\"m\"," ID("ga_client_id", "g2") "}]",
     "0 | 1 2 | 3"},
    {"Segment: a tablet in the store, by the limit of user_id alone", NULL,
     "[{\"anonymousId\":\"ipad\",\"userId\":\"k1\"},{\"anonymousId\":\"ipad\",\"userId\":\"k2\"},"
     "{\"anonymousId\":\"ipad\",\"userId\":\"k3\"}]",
     "0 | 1 | 2"},

    /* mParticle IDSync: login ids, unique ids, immutable ids, strategies */
    {"mParticle: profile conversion: a first sign-in joins what was anonymous", LOGIN,
     "[{\"anonymousId\":\"tv\"},{\"userId\":\"c1\",\"anonymousId\":\"tv\",\"traits\":{\"email\":"
     "\"ed@shop.example\"}},{\"anonymousId\":\"tv\"}]",
     "0 1 2"},
    {"mParticle: an unknown address is somebody new", LOGIN,
     "[{\"userId\":\"c1\",\"traits\":{\"email\":\"ed@shop.example\"}},"
     "{\"traits\":{\"email\":\"hj@shop.example\"}}]",
     "0 | 1"},
    {"mParticle: who returns finds their profile by the login id", LOGIN,
     "[{\"userId\":\"c1\",\"anonymousId\":\"tv\"},{\"anonymousId\":\"phone\"},"
     "{\"userId\":\"c1\",\"anonymousId\":\"phone\"}]",
     "0 1 2"},
    {"mParticle: another known user signs in on the same device", LOGIN,
     "[{\"userId\":\"c1\",\"anonymousId\":\"tv\"},{\"userId\":\"c2\",\"anonymousId\":\"tv\"},"
     "{\"userId\":\"c2\"},{\"userId\":\"c1\"}]",
     "0 3 | 1 2"},
    /* differs: there the device is nobody's after a sign-out; here it stays with who had it first
     */
    {"mParticle: signed out, the device has no login", LOGIN,
     "[{\"userId\":\"c1\",\"anonymousId\":\"tv\"},{\"userId\":\"c2\",\"anonymousId\":\"tv\"},"
     "{\"anonymousId\":\"tv\"}]",
     "0 2 | 1"},
    {"mParticle: a login id that is no user id",
     "{\"types\":[{\"name\":\"customer_id\",\"priority\":9,\"mode\":\"login\"}]}",
     "[{\"anonymousId\":\"tv\"," ID("customer_id", "c1") "},{\"anonymousId\":\"tv\"," ID(
         "customer_id", "c2") "},{\"messageId\":\"m\"," ID("customer_id", "c2") "}]",
     "0 | 1 2"},
    {"mParticle: what else the second one brings is theirs", LOGIN,
     "[{\"userId\":\"c1\",\"anonymousId\":\"tv\"},{\"userId\":\"c2\",\"anonymousId\":\"tv\","
     "\"traits\":{\"phone\":\"+43 664 1\"}},{\"traits\":{\"phone\":\"+43 6641\"}}]",
     "0 | 1 2"},
    {"mParticle: a unique id is one profile's", NULL,
     "[{\"userId\":\"c1\",\"traits\":{\"email\":\"ed@shop.example\"}},"
     "{\"anonymousId\":\"b\",\"traits\":{\"email\":\"ed@shop.example\"}}]",
     "0 1"},
    {"mParticle: an immutable id is not replaced",
     "{\"types\":[{\"name\":\"member\",\"mode\":\"immutable\"}]}",
     "[{\"anonymousId\":\"b\"," ID("member", "1") "},{\"anonymousId\":\"b\"," ID(
         "member", "2") "},{\"messageId\":\"m\"," ID("member", "2") "},{\"anonymousId\":\"b\"}]",
     "0 1 3 | 2"},
    {"mParticle: nor does its profile go into an older one",
     "{\"types\":[{\"name\":\"member\",\"mode\":\"immutable\"}]}",
     "[{\"anonymousId\":\"b\"},{\"messageId\":\"m\"," ID(
         "member", "1") "},{\"anonymousId\":\"b\"," ID("member",
                                                       "1") "},{\"messageId\":\"n\"," ID("member",
                                                                                         "1") "}]",
     "0 2 | 1 3"},
    {"mParticle: best match: without a sign-in the highest identifier decides",
     "{\"types\":[{\"name\":\"device_id\",\"priority\":1,\"limit\":1},{\"name\":\"user_id\","
     "\"priority\":9,\"limit\":5}]}",
     "[{\"messageId\":\"m\",\"context\":{\"device\":{\"id\":\"d1\"}},\"anonymousId\":\"b1\"},"
     "{\"messageId\":\"n\",\"context\":{\"device\":{\"id\":\"d2\"}},\"anonymousId\":\"b1\"},"
     "{\"messageId\":\"o\",\"context\":{\"device\":{\"id\":\"d2\"}}}]",
     "0 | 1 2"},

    /* RudderStack Profiles: stitching, exclusion of values, cardinality */
    {"RudderStack: edges are followed through", NULL,
     "[{\"anonymousId\":\"b1\",\"traits\":{\"email\":\"jo@shop.example\"}},"
     "{\"anonymousId\":\"b2\",\"userId\":\"r1\"},"
     "{\"userId\":\"r1\",\"traits\":{\"email\":\"jo@shop.example\"}},{\"anonymousId\":\"b1\"}]",
     "0 1 2 3"},
    {"RudderStack: excluded values make no edge", "{\"blocked\":[\"test@shop.example\"]}",
     "[{\"userId\":\"r1\",\"traits\":{\"email\":\"test@shop.example\"}},"
     "{\"userId\":\"r2\",\"traits\":{\"email\":\"Test@Shop.example\"}}]",
     "0 | 1"},
    {"RudderStack: cardinality: one mail connects to one user", NULL,
     "[{\"userId\":\"r1\",\"traits\":{\"email\":\"jo@shop.example\"}},"
     "{\"userId\":\"r2\",\"traits\":{\"email\":\"jo@shop.example\"}},"
     "{\"traits\":{\"email\":\"jo@shop.example\"}}]",
     "0 2 | 1"},
    {"RudderStack: cardinality: a card of one person",
     "{\"types\":[{\"name\":\"loyalty_card\",\"limit\":1,\"form\":\"card\"}]}",
     "[{\"userId\":\"r1\"," ID("loyalty_card", "ab-12") "},{\"userId\":\"r1\"," ID(
         "loyalty_card",
         "CD 34") "},{\"messageId\":\"m\"," ID("loyalty_card",
                                               "cd34") "},"
                                                       "{\"messageId\":\"n\"," ID("loyalty_card",
                                                                                  "AB 12") "}]",
     "0 1 3 | 2"},
};

/* ---- One example -------------------------------------------------------------------------------
 */

static PtStr text_of(PtStr object, const char *name)
{
    PtStr json = profile_member(object, pt_str(name));
    return json.len >= 2 && json.data[0] == '"' ? (PtStr){json.data + 1, json.len - 2}
                                                : (PtStr){"", 0};
}

static uint32_t apply(Identity *g, const IdentityRules *rules, PtStr json, PtArena *arena)
{
    IdentityClaims claims;
    IdentityOutcome o;
    EventView v = {.raw = json, .type = EVENT_IDENTIFY};
    v.message_id = text_of(json, "messageId");
    v.user_id = text_of(json, "userId");
    v.anonymous_id = text_of(json, "anonymousId");
    v.message_id = v.message_id.len > 0 ? v.message_id : PT_STR("none");
    assert_int_equal(identity_claims(rules, g, &v, arena, &claims, NULL), PT_OK);
    assert_int_equal(identity_apply(g, &claims, v.message_id, &o, NULL), PT_OK);
    return o.node;
}

static void write_clusters(const Identity *g, const uint32_t *nodes, size_t count, PtBuf *out)
{
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        for (size_t n = 0; n < i; n++) {
            first = first && identity_person(g, nodes[n]) != identity_person(g, nodes[i]);
        }
        for (size_t n = i; first && n < count; n++) {
            if (identity_person(g, nodes[n]) == identity_person(g, nodes[i])) {
                pt_buf_printf(out, "%s%zu", n > i ? " " : i > 0 ? " | " : "", n);
            }
        }
    }
    pt_buf_add_char(out, '\0');
}

static void test_example(void **state)
{
    const struct Example *e = *state;
    IdentityRules *rules = rig_rules(e->rules);
    Identity *g = NULL;
    PtArena *arena = pt_arena_new(1 << 20);
    uint32_t nodes[EVENTS_MAX];
    size_t count = 0;
    PtJson j;
    PtStr event;
    PtBuf got;
    assert_int_equal(identity_new(rules, &g, NULL), PT_OK);
    pt_json_init(&j, pt_str(e->events), PT_JSON_MAX_DEPTH);
    assert_int_equal(pt_json_next(&j), PT_JSON_ARRAY);
    for (PtJsonToken t; (t = pt_json_next(&j)) == PT_JSON_OBJECT;) {
        assert_true(count < EVENTS_MAX && pt_json_skip_open(&j, &event, NULL, NULL));
        nodes[count++] = apply(g, rules, event, arena);
    }
    pt_buf_init(&got, 1000);
    write_clusters(g, nodes, count, &got);
    assert_string_equal(got.data, e->want);
    pt_buf_done(&got);
    pt_arena_free(arena);
    identity_free(g);
    identity_rules_free(rules);
}

int main(void)
{
    static struct CMUnitTest tests[PT_COUNT(examples)];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, examples, test_example);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
