// SPDX-License-Identifier: Apache-2.0
/* Which identifiers an event brings, and the rules that say so. */
#include "base/test_rows.h"
#include "profiles/identity_internal.h"
#include "profiles/identity_rig.h"

#include <fault/fault_alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Claims of events -------------------------------------------------------------------------
 */

/* userId and anonymousId of `raw` go into the view as the intake puts them there. */
static struct ClaimCase {
    const char *name;
    EventType type;
    const char *user_id, *anonymous_id, *raw, *common;
    const char *want; /* "type=value ..." in order, and "-n" left out */
} claim_cases[] = {
    {"both ids", EVENT_TRACK, "1", "a", "{}", "", "user_id=1 anonymous_id=a"},
    {"nothing", EVENT_TRACK, "", "", "{}", "", ""},
    {"traits", EVENT_IDENTIFY, "1", "", "{\"traits\":{\"email\":\"a@b\",\"phone\":\"+4412345\"}}",
     "", "user_id=1 email=a@b phone=+4412345"},
    {"context.traits", EVENT_TRACK, "", "a", "{\"context\":{\"traits\":{\"email\":\"a@b\"}}}", "",
     "email=a@b anonymous_id=a"},
    {"traits before context.traits", EVENT_IDENTIFY, "", "",
     "{\"traits\":{\"email\":\"a@b\"},\"context\":{\"traits\":{\"email\":\"c@d\",\"phone\":\"7\"}}"
     "}",
     "", "email=a@b phone=7"},
    {"context.traits where traits say nothing usable", EVENT_IDENTIFY, "", "",
     "{\"traits\":{\"email\":\"null\"},\"context\":{\"traits\":{\"email\":\"c@d\"}}}", "",
     "email=c@d -1"},
    {"a group's traits are not the person's", EVENT_GROUP, "1", "",
     "{\"traits\":{\"email\":\"info@firm\"},\"context\":{\"traits\":{\"email\":\"a@b\"}}}", "",
     "user_id=1 email=a@b"},
    {"duplicate keys: the last wins", EVENT_IDENTIFY, "", "",
     "{\"traits\":{\"email\":\"a@b\"},\"traits\":{\"email\":\"c@d\",\"email\":\"e@f\"}}", "",
     "email=e@f"},
    {"a duplicate without the member", EVENT_IDENTIFY, "", "",
     "{\"traits\":{\"email\":\"a@b\"},\"traits\":{}}", "", ""},
    {"numbers as text", EVENT_IDENTIFY, "", "",
     "{\"traits\":{\"phone\":49301234},\"context\":{\"externalIds\":[{\"type\":\"crm\",\"id\":17}]}"
     "}",
     "", "crm=17 phone=49301234"},
    {"escapes are decoded", EVENT_IDENTIFY, "", "",
     "{\"tra\\u0069ts\":{\"email\":\"a\\u0040b\\u00e9\"}}", "", "email=a@b\xc3\xa9"},
    {"other types are no text", EVENT_IDENTIFY, "", "",
     "{\"traits\":{\"email\":true,\"phone\":[1]},\"context\":{\"device\":{\"id\":{}}}}", "", "-3"},
    {"null is absent", EVENT_IDENTIFY, "", "", "{\"traits\":{\"email\":null},\"context\":null}", "",
     ""},
    {"traits that are no object", EVENT_IDENTIFY, "", "",
     "{\"traits\":[{\"email\":\"a@b\"}],\"context\":\"x\"}", "", ""},
    {"external ids", EVENT_TRACK, "1", "",
     "{\"context\":{\"externalIds\":[{\"id\":\"L1\",\"type\":\"loyalty_card\",\"collection\":"
     "\"users\"},{\"id\":\"d\",\"type\":\"device\"}]}}",
     "", "user_id=1 device=d loyalty_card=L1"},
    {"an external id of an account", EVENT_TRACK, "", "",
     "{\"context\":{\"externalIds\":[{\"id\":\"L1\",\"type\":\"x\",\"collection\":\"accounts\"}]}}",
     "", ""},
    {"names of types are brought to one form", EVENT_TRACK, "", "",
     "{\"context\":{\"externalIds\":[{\"id\":\"1\",\"type\":\"android.idfa\"},{\"id\":\"2\","
     "\"type\":\"Loyalty Card\"}]}}",
     "", "android_idfa=1 loyalty_card=2"},
    {"an external id of a known type", EVENT_TRACK, "", "",
     "{\"context\":{\"externalIds\":[{\"id\":\" A@B \",\"type\":\"email\"},{\"id\":\"7\","
     "\"type\":\"user_id\"}]}}",
     "", "user_id=7 email=a@b"},
    {"external ids that are none", EVENT_TRACK, "", "",
     "{\"context\":{\"externalIds\":[1,\"x\",null,[{\"id\":\"1\",\"type\":\"t\"}],{},{\"id\":\"1\"}"
     ","
     "{\"type\":\"t\"},{\"id\":\"1\",\"type\":\"9\"},{\"id\":\"1\",\"type\":\"event\"}]}}",
     "", "-3"},
    {"externalIds that is no array", EVENT_TRACK, "", "",
     "{\"context\":{\"externalIds\":{\"id\":\"1\",\"type\":\"t\"}}}", "", ""},
    {"a device", EVENT_TRACK, "", "a", "{\"context\":{\"device\":{\"id\":\"D-1\"}}}", "",
     "anonymous_id=a device_id=D-1"},
    {"the batch's context", EVENT_TRACK, "1", "", "{}",
     "{\"context\":{\"traits\":{\"email\":\"a@b\"},\"device\":{\"id\":\"d\"}}}",
     "user_id=1 email=a@b device_id=d"},
    {"the event's context before its batch's, member by member", EVENT_TRACK, "", "",
     "{\"context\":{\"traits\":{\"phone\":\"1\"}}}",
     "{\"context\":{\"traits\":{\"email\":\"a@b\"},\"device\":{\"id\":\"d\"}}}",
     "device_id=d phone=1"},
    {"the same identifier twice", EVENT_IDENTIFY, "1", "",
     "{\"context\":{\"externalIds\":[{\"id\":\"1\",\"type\":\"user_id\"}]}}", "", "user_id=1"},
    {"of one type as the event has them", EVENT_TRACK, "", "",
     "{\"context\":{\"externalIds\":[{\"id\":\"9\",\"type\":\"t\"},{\"id\":\"1\",\"type\":\"t\"}]}"
     "}",
     "", "t=9 t=1"},
    {"blocked ids", EVENT_TRACK, "undefined", "0000-00", "{}", "", "-2"},
    {"alias: an id not known", EVENT_ALIAS, "1", "", "{\"previousId\":\"old\"}", "",
     "user_id=1 anonymous_id=old"},
    {"alias: an id known as a user's", EVENT_ALIAS, "1", "", "{\"previousId\":\"known\"}", "",
     "user_id=1 user_id=known"},
    {"alias: a number", EVENT_ALIAS, "1", "", "{\"previousId\":5}", "", "user_id=1 anonymous_id=5"},
    {"alias: itself", EVENT_ALIAS, "1", "", "{\"previousId\":\" 1\"}", "", "user_id=1"},
    {"alias: blocked", EVENT_ALIAS, "1", "", "{\"previousId\":\"null\"}", "", "user_id=1 -1"},
    {"previousId of another type of event", EVENT_TRACK, "1", "", "{\"previousId\":\"old\"}", "",
     "user_id=1"},
};

typedef struct Known {
    IdentityRules *rules;
    Identity *graph;
    PtArena *arena;
} Known;

static Known known_new(const char *rules)
{
    Known k = {rig_rules(rules), NULL, pt_arena_new(1 << 20)};
    IdentityClaims claims;
    IdentityOutcome o;
    claims.count = 1;
    claims.items[0] = (IdentityClaim){PT_STR("user_id"), PT_STR("known")};
    assert_non_null(k.arena);
    assert_int_equal(identity_new(k.rules, &k.graph, NULL), PT_OK);
    assert_int_equal(identity_apply(k.graph, &claims, (PtStr){NULL, 0}, &o, NULL), PT_OK);
    return k;
}

static void known_done(Known *k)
{
    identity_free(k->graph);
    identity_rules_free(k->rules);
    pt_arena_free(k->arena);
}

static void write_claims(const IdentityClaims *claims, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < claims->count; i++) {
        len +=
            (size_t)snprintf(out + len, size - len, "%s%.*s=%.*s", i > 0 ? " " : "",
                             PT_STR_ARG(claims->items[i].type), PT_STR_ARG(claims->items[i].value));
    }
    if (claims->left_out > 0) {
        (void)snprintf(out + len, size - len, "%s-%zu", len > 0 ? " " : "", claims->left_out);
    }
}

static void test_claims(void **state)
{
    const struct ClaimCase *c = *state;
    Known k = known_new(NULL);
    EventView v = {.type = c->type,
                   .user_id = pt_str(c->user_id),
                   .anonymous_id = pt_str(c->anonymous_id),
                   .raw = pt_str(c->raw),
                   .common = pt_str(c->common)};
    IdentityClaims claims = {.count = 99};
    char got[1000];
    PtStatus st = PT_NO_MEMORY;
    for (uint64_t nth = 1; st == PT_NO_MEMORY; nth++) {
        assert_int_equal(claims.count, 99); /* failure leaves it alone */
        pt_arena_free(k.arena);
        k.arena = pt_arena_new(1 << 20);
        fault_alloc_fail(nth, 0);
        st = identity_claims(k.rules, k.graph, &v, k.arena, &claims, NULL);
        fault_alloc_fail(0, 0);
    }
    assert_int_equal(st, PT_OK);
    write_claims(&claims, got, sizeof got);
    assert_string_equal(got, c->want);
    known_done(&k);
}

static void test_alias_without_a_graph(void **state)
{
    (void)state;
    Known k = known_new(NULL);
    EventView v = {.type = EVENT_ALIAS, .raw = PT_STR("{\"previousId\":\"known\"}")};
    IdentityClaims claims;
    assert_int_equal(identity_claims(k.rules, NULL, &v, k.arena, &claims, NULL), PT_OK);
    assert_int_equal(claims.count, 1);
    assert_true(pt_str_eq(claims.items[0].type, PT_STR("anonymous_id")));
    known_done(&k);
}

/* externalIds t00, t01, ... of rising names after ids: n of them. */
static size_t count_of_externals(Known *k, unsigned n, IdentityClaims *ret_claims)
{
    PtBuf raw;
    pt_buf_init(&raw, 1 << 16);
    pt_buf_printf(&raw, "{\"context\":{\"externalIds\":[");
    for (unsigned i = n; i > 0; i--) {
        pt_buf_printf(&raw, "{\"type\":\"t%02u\",\"id\":\"%u\"}%s", i - 1, i, i > 1 ? "," : "");
    }
    pt_buf_printf(&raw, "]}}");
    EventView v = {.type = EVENT_TRACK, .user_id = PT_STR("1"), .raw = pt_buf_str(&raw)};
    assert_int_equal(identity_claims(k->rules, NULL, &v, k->arena, ret_claims, NULL), PT_OK);
    for (size_t i = 0; i < ret_claims->count; i++) { /* they point into the buffer */
        ret_claims->items[i].value = pt_arena_str(k->arena, ret_claims->items[i].value);
        ret_claims->items[i].type = pt_arena_str(k->arena, ret_claims->items[i].type);
    }
    pt_buf_done(&raw);
    return ret_claims->count;
}

static void test_more_claims_than_fit_lose_the_lowest(void **state)
{
    (void)state;
    Known k = known_new(NULL);
    IdentityClaims claims;
    assert_int_equal(count_of_externals(&k, IDENTITY_CLAIMS_MAX - 1, &claims), 32);
    assert_int_equal(claims.left_out, 0);
    assert_int_equal(count_of_externals(&k, IDENTITY_CLAIMS_MAX + 2, &claims), 32);
    assert_int_equal(claims.left_out, 3);
    assert_true(pt_str_eq(claims.items[0].type, PT_STR("user_id")));
    assert_true(pt_str_eq(claims.items[1].type, PT_STR("t00")));
    assert_true(pt_str_eq(claims.items[31].type, PT_STR("t30")));
    known_done(&k);
}

static void test_json_that_is_cut_is_an_error(void **state)
{
    static const char *const bad[] = {"{\"traits\":{\"email\":\"a@b\"}", "{\"traits\"", "{",
                                      "{\"a\":1 \"b\"", "{\"context\":{\"externalIds\":[{]}}"};
    (void)state;
    Known k = known_new(NULL);
    IdentityClaims claims = {.count = 7};
    for (size_t i = 0; i < PT_COUNT(bad); i++) {
        EventView v = {.type = EVENT_TRACK, .raw = pt_str(bad[i])};
        assert_int_equal(identity_claims(k.rules, NULL, &v, k.arena, &claims, NULL), PT_INVALID);
        assert_int_equal(claims.count, 7);
    }
    known_done(&k);
}

/* ---- One value --------------------------------------------------------------------------------
 */

static struct ValueCase {
    const char *name, *type, *value, *want; /* NULL: no identifier */
} value_cases[] = {
    {"as it stands", "user_id", "U 1", "U 1"},
    {"space around it", "user_id", " \t\r\n U1 \f\v", "U1"},
    {"quotes stay", "user_id", "\"U1\"", "\"U1\""},
    {"mail in lower case", "email", " Anna@EXAMPLE.org ", "anna@example.org"},
    {"mail without an at", "email", "anna.example.org", NULL},
    {"mail with two", "email", "a@b@c", NULL},
    {"mail with nothing before", "email", "@b", NULL},
    {"mail with nothing behind", "email", "a@", NULL},
    {"the least mail", "email", "a@b", "a@b"},
    {"phone", "phone", "+447700900123", "+447700900123"},
    {"phone as people write it", "phone", " +44 (7700) 900-123 ", "+447700900123"},
    {"phone with dots and slash", "phone", "+49/30.901.820", "+4930901820"},
    {"phone with a trunk zero", "phone", "+44 (0)20 7946 0000", "+442079460000"},
    {"phone without its country", "phone", "07700 900123", "07700 900123"},
    {"phone with an extension", "phone", "+44 20 7946 0000 x12", "+44 20 7946 0000 x12"},
    {"phone of five digits", "phone", "+1 23 45", "+12345"},
    {"phone of four", "phone", "+1 234", "+1 234"},
    {"phone of fifteen digits", "phone", "+12345678901234 5", "+123456789012345"},
    {"phone of sixteen", "phone", "+12345678901234 56", "+12345678901234 56"},
    {"phone that is a plus", "phone", "+", "+"},
    {"blocked: empty", "user_id", "", NULL},
    {"blocked: space", "user_id", "  ", NULL},
    {"blocked: quotes", "user_id", "\"\"", NULL},
    {"blocked: zero", "user_id", "0", NULL},
    {"blocked: zeros and dashes", "device_id", "00000000-0000-0000-0000-000000000000", NULL},
    {"a zero too much to be one", "user_id", "00a", "00a"},
    {"blocked: dash", "user_id", "---", NULL},
    {"blocked: -1", "user_id", "-1", NULL},
    {"-2 is not", "user_id", "-2", "-2"},
    {"blocked: null in quotes", "user_id", " 'NULL' ", NULL},
    {"blocked: none", "user_id", "None", NULL},
    {"blocked: undefined", "user_id", "undefined", NULL},
    {"blocked: anonymous", "user_id", "anonymous", NULL},
    {"blocked: guest", "user_id", "GUEST", NULL},
    {"blocked: true", "user_id", "true", NULL},
    {"blocked: false", "user_id", "false", NULL},
    {"blocked: NaN", "user_id", "NaN", NULL},
    {"blocked: an object", "user_id", "[object Object]", NULL},
    {"blocked: distinct_id", "user_id", "distinct_id", NULL},
    {"blocked: not_authenticated", "user_id", "not_authenticated", NULL},
    {"blocked only as a whole", "user_id", "guest7", "guest7"},
    {"any type", "loyalty_card", " L1 ", "L1"},
    {"a payment's fingerprint", "payment_fingerprint", " 9f8E ", "9f8E"},
    {"a card as it is printed", "card_no", " ab-12 34 ", "AB1234"},
    {"a card as it is typed in", "card_no", "AB1234", "AB1234"},
    {"a card with other space within", "card_no", "- \t a\v-b", "AB"},
    {"a card of letters of another script", "card_no", "\xc3\xa4-1",
     "\xc3\xa4"
     "1"},
    {"a card of nothing", "card_no", " - - ", NULL},
    {"a card that is blocked behind its dashes", "card_no", "nu-ll", NULL},
    {"a card of zeros", "card_no", "0 0", NULL},
    {"a phone of the type's country", "tel", "0664 123 45-67", "+436641234567"},
    {"a phone of the country with its code", "tel", "+43 (0)664 1234567", "+436641234567"},
    {"a phone as it is dialled abroad", "tel", "0049 30 901820", "+4930901820"},
    {"a phone of another country", "tel", "+41 79 123 45 67", "+41791234567"},
    {"a phone that is too short for the country", "tel", "12-34", "12-34"},
    {"a phone with an extension", "tel", "0664 1234567 x5", "0664 1234567 x5"},
    {"a phone with two trunk prefixes", "tel", "+43 00664 1234567", "+43006641234567"},
    {"a name that is no type", "9lives", "x", NULL},
    {"no type", "", "x", NULL},
    {"the type of events", "event", "x", NULL},
    {"a name with what is not a letter", "caf\xc3\xa9", "x", NULL},
};

static void test_value(void **state)
{
    const struct ValueCase *c = *state;
    Known k = known_new("{\"types\":[{\"name\":\"card_no\",\"form\":\"card\"},{\"name\":\"tel\","
                        "\"form\":\"phone\",\"country\":\"AT\"}]}");
    IdentityClaim claim;
    bool good = identity_claim(k.rules, pt_str(c->type), pt_str(c->value), k.arena, &claim);
    assert_int_equal(good, c->want != NULL);
    if (good && c->want != NULL) {
        assert_int_equal(claim.value.len, strlen(c->want));
        assert_memory_equal(claim.value.data, c->want, claim.value.len);
        /* Normal is normal: a second time changes nothing. */
        IdentityClaim again;
        assert_true(identity_claim(k.rules, claim.type, claim.value, k.arena, &again));
        assert_true(pt_str_eq(again.value, claim.value));
    }
    known_done(&k);
}

static void test_a_phone_that_is_blocked_with_its_country(void **state)
{
    (void)state;
    Known k = known_new(
        "{\"types\":[{\"name\":\"phone\",\"country\":\"AT\"}],\"blocked\":[\"+431999999\"]}");
    IdentityClaim claim;
    assert_false(identity_claim(k.rules, PT_STR("phone"), PT_STR("01 999999"), k.arena, &claim));
    assert_true(identity_claim(k.rules, PT_STR("phone"), PT_STR("01 999998"), k.arena, &claim));
    known_done(&k);
}

static void test_lengths(void **state)
{
    static char text[600];
    static const struct {
        const char *type;
        size_t type_len, len;
        bool want;
    } cases[] = {{"user_id", 7, 255, true},
                 {"user_id", 7, 256, false},
                 {"user_id", 7, 600, false},
                 {NULL, 40, 1, true},
                 {NULL, 41, 1, false}};
    (void)state;
    Known k = known_new(NULL);
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < PT_COUNT(cases); i++) {
        PtStr type = {cases[i].type != NULL ? cases[i].type : text, cases[i].type_len};
        IdentityClaim claim;
        assert_int_equal(
            identity_claim(k.rules, type, (PtStr){text, cases[i].len}, k.arena, &claim),
            cases[i].want);
    }
    known_done(&k);
}

/* ---- Rules ------------------------------------------------------------------------------------
 */

static struct RulesCase {
    const char *name, *json, *want; /* the error; NULL: they are right */
} rules_cases[] = {
    {"nothing", "{}", NULL},
    {"empty parts", "{\"types\":[],\"other\":{},\"blocked\":[]}", NULL},
    {"a type", "{\"types\":[{\"name\":\"card\",\"priority\":7,\"limit\":2,\"form\":\"lower\"}]}",
     NULL},
    {"the least and the most",
     "{\"types\":[{\"name\":\"a\",\"priority\":1,\"limit\":1},{\"name\":\"b\",\"priority\":1000,"
     "\"limit\":1000}],\"merge_cap\":2}",
     NULL},
    {"the greatest cap", "{\"merge_cap\":1000}", NULL},
    {"texts that are the same, and none", "{\"blocked\":[\"\",\" X \",\"x\"]}", NULL},
    {"not JSON", "{\"types\":", "expected a value at byte 9"},
    {"not an object", "[]", "the rules are not a JSON object"},
    {"something behind", "{} 1", "text behind the value at byte 3"},
    {"an unknown member", "{\"limits\":1}", "\"limits\" is no member of the rules"},
    {"a member twice", "{\"merge_cap\":5,\"merge_cap\":6}", "merge_cap stands twice"},
    {"types not an array", "{\"types\":{}}", "types is not an array"},
    {"types of texts", "{\"types\":[\"a\"]}", "types is \"a\", not an array of objects"},
    {"a type without a name", "{\"types\":[{}]}", "types[0] has no name"},
    {"a type twice", "{\"types\":[{\"name\":\"email\"},{\"name\":\"email\"}]}",
     "types[1].name: \"email\" stands twice"},
    {"a name in capitals", "{\"types\":[{\"name\":\"Card\"}]}",
     "types[0].name is \"Card\", not 1..40 bytes of a-z, 0-9 and _ that begin with a letter (nor "
     "\"event\")"},
    {"the name of events", "{\"types\":[{\"name\":\"event\"}]}",
     "types[0].name is \"event\", not 1..40 bytes of a-z, 0-9 and _ that begin with a letter (nor "
     "\"event\")"},
    {"a name of a number", "{\"types\":[{\"name\":7}]}",
     "types[0].name is 7, not 1..40 bytes of a-z, 0-9 and _ that begin with a letter (nor "
     "\"event\")"},
    {"limit 0", "{\"types\":[{\"name\":\"a\",\"limit\":0}]}",
     "types[0].limit is 0, not a whole number in 1..1000"},
    {"limit 1001", "{\"types\":[{\"name\":\"a\"},{\"name\":\"b\",\"limit\":1001}]}",
     "types[1].limit is 1001, not a whole number in 1..1000"},
    {"limit of a fraction", "{\"types\":[{\"name\":\"a\",\"limit\":1.5}]}",
     "types[0].limit is 1.5, not a whole number in 1..1000"},
    {"limit of a text", "{\"other\":{\"limit\":\"5\"}}",
     "other.limit is \"5\", not a whole number in 1..1000"},
    {"limit null", "{\"other\":{\"limit\":null}}", "other.limit is not a whole number in 1..1000"},
    {"priority 0", "{\"other\":{\"priority\":0}}",
     "other.priority is 0, not a whole number in 1..1000"},
    {"priority 1001", "{\"other\":{\"priority\":1001}}",
     "other.priority is 1001, not a whole number in 1..1000"},
    {"an unknown form", "{\"other\":{\"form\":\"upper\"}}",
     "other.form is \"upper\", not trim, lower, email, phone or card"},
    {"an unknown mode", "{\"other\":{\"mode\":\"merge\"}}",
     "other.mode is \"merge\", not unique, login or immutable"},
    {"modes and the card form",
     "{\"types\":[{\"name\":\"user_id\",\"mode\":\"login\"},{\"name\":\"card\",\"form\":\"card\","
     "\"mode\":\"immutable\"}]}",
     NULL},
    {"immutable with its limit", "{\"other\":{\"limit\":1,\"mode\":\"immutable\"}}", NULL},
    {"immutable with another limit",
     "{\"types\":[{\"name\":\"a\",\"mode\":\"immutable\",\"limit\":2}]}",
     "types[0].limit is 2, not 1, which is that of immutable"},
    {"a country of phones", "{\"types\":[{\"name\":\"phone\",\"country\":\"AT\"}]}", NULL},
    {"a country of all others", "{\"other\":{\"country\":\"CH\",\"form\":\"phone\"}}", NULL},
    {"no country", "{\"types\":[{\"name\":\"email\",\"country\":null}]}", NULL},
    {"a country of mail addresses", "{\"types\":[{\"name\":\"email\",\"country\":\"AT\"}]}",
     "types[0].country is \"AT\", but its form is email, not phone"},
    {"a country of all others that are no phones", "{\"other\":{\"country\":\"AT\"}}",
     "other.country is \"AT\", but its form is trim, not phone"},
    {"an unknown country", "{\"other\":{\"country\":\"XX\",\"form\":\"phone\"}}",
     "other.country is \"XX\", not null or two capital letters of a country whose phone numbers "
     "are "
     "known"},
    {"a country in small letters", "{\"other\":{\"country\":\"at\"}}",
     "other.country is \"at\", not null or two capital letters of a country whose phone numbers "
     "are "
     "known"},
    {"a country of no letters", "{\"other\":{\"country\":\"\"}}",
     "other.country is \"\", not null or two capital letters of a country whose phone numbers are "
     "known"},
    {"a country by its code", "{\"other\":{\"country\":43}}",
     "other.country is 43, not null or two capital letters of a country whose phone numbers are "
     "known"},
    {"other has no name", "{\"other\":{\"name\":\"x\"}}",
     "other.\"name\" is no member of the rules"},
    {"other not an object", "{\"other\":[]}", "other is not an object"},
    {"blocked not an array", "{\"blocked\":\"x\"}", "blocked is \"x\", not an array"},
    {"blocked numbers", "{\"blocked\":[0]}", "blocked is 0, not an array of texts"},
    {"preferred sources",
     "{\"traits\":[{\"name\":\"e\\u006dail\",\"sources\":[\"a\",\"b\"]},{\"sources\":[\"b\"],"
     "\"name\":\"plan\"}]}",
     NULL},
    {"traits not an array", "{\"traits\":{}}", "traits is not an array"},
    {"traits of numbers", "{\"traits\":[1]}", "traits is not an array of objects"},
    {"a trait without a name", "{\"traits\":[{\"sources\":[\"a\"]}]}",
     "traits[0].name is not there"},
    {"a trait without sources", "{\"traits\":[{\"name\":\"email\"}]}",
     "traits[0].sources is not there"},
    {"a trait of no sources", "{\"traits\":[{\"name\":\"email\",\"sources\":[]}]}",
     "traits[0].sources is empty"},
    {"a trait's name is empty", "{\"traits\":[{\"name\":\"\",\"sources\":[\"a\"]}]}",
     "traits[0].name is not a text of 1..200 bytes"},
    {"a trait twice",
     "{\"traits\":[{\"name\":\"a\",\"sources\":[\"a\"]},{\"name\":\"a\",\"sources\":[\"b\"]}]}",
     "traits[1].name stands twice"},
    {"a trait's name twice", "{\"traits\":[{\"name\":\"a\",\"name\":\"b\",\"sources\":[\"a\"]}]}",
     "traits[0].name stands twice"},
    {"a source twice", "{\"traits\":[{\"name\":\"a\",\"sources\":[\"a\",\"a\"]}]}",
     "traits[0].sources holds one twice"},
    {"sources twice", "{\"traits\":[{\"name\":\"a\",\"sources\":[\"a\"],\"sources\":[\"b\"]}]}",
     "traits[0].sources stands twice"},
    {"sources of numbers", "{\"traits\":[{\"name\":\"a\",\"sources\":[1]}]}",
     "traits[0].sources is not an array of texts"},
    {"a member more", "{\"traits\":[{\"name\":\"a\",\"sources\":[\"a\"],\"x\":1}]}",
     "traits[0].* is a member that is not known"},
    {"cap 1", "{\"merge_cap\":1}", "merge_cap is 1, not a whole number in 2..1000"},
    {"cap 1001", "{\"merge_cap\":1001}", "merge_cap is 1001, not a whole number in 2..1000"},
};

static void test_rules(void **state)
{
    const struct RulesCase *c = *state;
    IdentityRules *rules = NULL, *again = NULL;
    PtError err = {0};
    PtBuf first, second;
    PtStatus st = identity_rules_read(pt_str(c->json), &rules, &err);
    if (c->want != NULL) {
        assert_int_equal(st, PT_INVALID);
        assert_string_equal(err.message, c->want);
        assert_null(rules);
        return;
    }
    assert_string_equal(err.message, "");
    assert_int_equal(st, PT_OK);
    pt_buf_init(&first, 1 << 20);
    pt_buf_init(&second, 1 << 20);
    identity_rules_write(rules, &first);
    assert_int_equal(identity_rules_read(pt_buf_str(&first), &again, &err), PT_OK);
    identity_rules_write(again, &second);
    assert_true(pt_str_eq(pt_buf_str(&first), pt_buf_str(&second)));
    pt_buf_done(&first);
    pt_buf_done(&second);
    identity_rules_free(rules);
    identity_rules_free(again);
}

static void test_default_rules_are_written(void **state)
{
    static const char want[] =
        "{\"types\":["
        "{\"name\":\"anonymous_id\",\"priority\":3,\"limit\":5,\"form\":\"trim\",\"mode\":"
        "\"unique\",\"country\":null},"
        "{\"name\":\"device_id\",\"priority\":3,\"limit\":5,\"form\":\"trim\",\"mode\":\"unique\","
        "\"country\":null},"
        "{\"name\":\"email\",\"priority\":2,\"limit\":5,\"form\":\"email\",\"mode\":\"unique\","
        "\"country\":null},"
        "{\"name\":\"phone\",\"priority\":3,\"limit\":5,\"form\":\"phone\",\"mode\":\"unique\","
        "\"country\":null},"
        "{\"name\":\"user_id\",\"priority\":1,\"limit\":1,\"form\":\"trim\",\"mode\":\"unique\","
        "\"country\":null}],"
        "\"other\":{\"priority\":3,\"limit\":5,\"form\":\"trim\",\"mode\":\"unique\",\"country\":"
        "null},"
        "\"blocked\":[\"-1\",\"nan\",\"none\",\"null\",\"true\",\"false\",\"guest\",\"anonymous\","
        "\"undefined\",\"distinct_id\",\"[object object]\",\"not_authenticated\"],"
        "\"merge_cap\":200,\"traits\":[]}";
    (void)state;
    IdentityRules *rules = rig_rules(NULL);
    PtBuf out;
    pt_buf_init(&out, 1 << 20);
    identity_rules_write(rules, &out);
    pt_buf_add_char(&out, '\0');
    assert_string_equal(out.data, want);
    pt_buf_done(&out);
    identity_rules_free(rules);
}

static void test_what_is_left_out_is_the_default(void **state)
{
    (void)state;
    IdentityRules *rules =
        rig_rules("{\"types\":[{\"name\":\"email\",\"limit\":9},{\"name\":\"card\","
                  "\"priority\":2}],\"blocked\":[\" 'X-Y' \"]}");
    const IdentityType *email = identity_rules_type(rules, PT_STR("email"));
    const IdentityType *card = identity_rules_type(rules, PT_STR("card"));
    const IdentityType *user = identity_rules_type(rules, PT_STR("user_id"));
    assert_int_equal(email->limit, 9);
    assert_int_equal(email->priority, 2);
    assert_int_equal(email->form, IDENTITY_FORM_EMAIL);
    assert_int_equal(card->limit, 5);
    assert_int_equal(card->priority, 2);
    assert_int_equal(user->limit, 1);
    assert_ptr_equal(identity_rules_type(rules, PT_STR("cards")), &rules->other);
    assert_ptr_equal(identity_rules_type(rules, PT_STR("car")), &rules->other);
    assert_true(identity_rules_block(rules, PT_STR("x-y")));
    assert_false(identity_rules_block(rules, PT_STR("null"))); /* the list was replaced */
    assert_true(identity_rules_block(rules, PT_STR("00")));    /* this holds always */
    identity_rules_free(rules);
}

static PtStatus read_types(unsigned count)
{
    PtBuf json;
    IdentityRules *rules = NULL;
    pt_buf_init(&json, 1 << 20);
    pt_buf_printf(&json, "{\"types\":[");
    for (unsigned i = 0; i < count; i++) {
        pt_buf_printf(&json, "%s{\"name\":\"t%u\"}", i > 0 ? "," : "", i);
    }
    pt_buf_printf(&json, "]}");
    PtStatus st = identity_rules_read(pt_buf_str(&json), &rules, NULL);
    pt_buf_done(&json);
    identity_rules_free(rules);
    return st;
}

static PtStatus read_blocked(unsigned count, unsigned len)
{
    static char text[300];
    PtBuf json;
    IdentityRules *rules = NULL;
    memset(text, 'x', sizeof text);
    pt_buf_init(&json, 1 << 20);
    pt_buf_printf(&json, "{\"blocked\":[");
    for (unsigned i = 0; i < count; i++) {
        pt_buf_printf(&json, "%s\"%.*s\"", i > 0 ? "," : "", (int)len, text);
    }
    pt_buf_printf(&json, "]}");
    PtStatus st = identity_rules_read(pt_buf_str(&json), &rules, NULL);
    pt_buf_done(&json);
    identity_rules_free(rules);
    return st;
}

static void test_bounds_of_rules(void **state)
{
    (void)state;
    assert_int_equal(read_types(IDENTITY_TYPES_MAX - 5), PT_OK); /* with the default ones */
    assert_int_equal(read_types(IDENTITY_TYPES_MAX - 4), PT_INVALID);
    assert_int_equal(read_blocked(IDENTITY_BLOCKED_MAX, 3), PT_OK);
    assert_int_equal(read_blocked(IDENTITY_BLOCKED_MAX + 1, 3), PT_INVALID);
    assert_int_equal(read_blocked(1, IDENTITY_VALUE_MAX), PT_OK);
    assert_int_equal(read_blocked(1, IDENTITY_VALUE_MAX + 1), PT_INVALID);
}

/* The first of a list before the second, and that before all others. */
static void test_preferred_sources(void **state)
{
    (void)state;
    PtStr id;
    IdentityRules *rules =
        rig_rules("{\"traits\":[{\"name\":\"email\",\"sources\":[\"crm\",\"till\"]}]}");
    assert_true(identity_prefers(rules, PT_STR("email")));
    assert_false(identity_prefers(rules, PT_STR("plan")));
    assert_int_equal(identity_preference(rules, PT_STR("email"), PT_STR("crm")), 2);
    assert_int_equal(identity_preference(rules, PT_STR("email"), PT_STR("till")), 1);
    assert_int_equal(identity_preference(rules, PT_STR("email"), PT_STR("web")), 0);
    assert_int_equal(identity_preference(rules, PT_STR("plan"), PT_STR("crm")), 0);
    assert_true(identity_preferred_source(rules, 0, 1, &id));
    assert_true(pt_str_eq(id, PT_STR("till")));
    assert_false(identity_preferred_source(rules, 0, 2, &id));
    assert_false(identity_preferred_source(rules, 1, 0, &id));
    identity_rules_free(rules);
}

static PtStatus read_preferred(unsigned traits, unsigned sources)
{
    PtBuf json;
    IdentityRules *rules = NULL;
    pt_buf_init(&json, 1 << 20);
    pt_buf_printf(&json, "{\"traits\":[");
    for (unsigned i = 0; i < traits; i++) {
        pt_buf_printf(&json, "%s{\"name\":\"t%u\",\"sources\":[", i > 0 ? "," : "", i);
        for (unsigned s = 0; s < sources; s++) {
            pt_buf_printf(&json, "%s\"s%u\"", s > 0 ? "," : "", s);
        }
        pt_buf_printf(&json, "]}");
    }
    pt_buf_printf(&json, "]}");
    PtStatus st = identity_rules_read(pt_buf_str(&json), &rules, NULL);
    pt_buf_done(&json);
    identity_rules_free(rules);
    return st;
}

static void test_bounds_of_preferred_sources(void **state)
{
    (void)state;
    assert_int_equal(read_preferred(IDENTITY_PREFER_MAX, IDENTITY_PREFER_SOURCES_MAX), PT_OK);
    assert_int_equal(read_preferred(IDENTITY_PREFER_MAX + 1, 1), PT_INVALID);
    assert_int_equal(read_preferred(1, IDENTITY_PREFER_SOURCES_MAX + 1), PT_INVALID);
}

static void test_rules_without_memory(void **state)
{
    static const char json[] = "{\"types\":[{\"name\":\"card\"}],\"blocked\":[\"x\",\"y\\n\"],"
                               "\"traits\":[{\"name\":\"email\",\"sources\":[\"a\"]}]}";
    (void)state;
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    while (st == PT_NO_MEMORY) {
        IdentityRules *rules = NULL;
        fault_alloc_fail(++nth, 0);
        st = identity_rules_read(pt_str(json), &rules, NULL);
        fault_alloc_fail(0, 0);
        assert_int_equal(st == PT_OK, rules != NULL);
        identity_rules_free(rules);
    }
    assert_int_equal(st, PT_OK);
    assert_true(nth > 5);
    identity_rules_free(NULL);
}

int main(void)
{
    static struct CMUnitTest
        tests[PT_COUNT(claim_cases) + PT_COUNT(value_cases) + PT_COUNT(rules_cases) + 11];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, claim_cases, test_claims);
    PT_TEST_ROWS(tests, n, value_cases, test_value);
    PT_TEST_ROWS(tests, n, rules_cases, test_rules);
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_alias_without_a_graph),
        cmocka_unit_test(test_more_claims_than_fit_lose_the_lowest),
        cmocka_unit_test(test_json_that_is_cut_is_an_error),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_a_phone_that_is_blocked_with_its_country),
        cmocka_unit_test(test_default_rules_are_written),
        cmocka_unit_test(test_what_is_left_out_is_the_default),
        cmocka_unit_test(test_bounds_of_rules),
        cmocka_unit_test(test_preferred_sources),
        cmocka_unit_test(test_bounds_of_preferred_sources),
        cmocka_unit_test(test_rules_without_memory),
    };
    memcpy(tests + n, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
