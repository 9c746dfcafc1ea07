// SPDX-License-Identifier: Apache-2.0
/* Web push against the vector of RFC 8291; quiet hours across changes of clocks; rules. */
#include "notify/notify_internal.h"

#include <string.h>

#include "base/test_rows.h"

static void read_key(const char *text, uint8_t *out, size_t size)
{
    assert_true(notify_base64url(pt_str(text), out, size));
}

/* ---- Web push ---------------------------------------------------------------------------------
 */

/* RFC 8291, appendix A. */
static void a_message_is_that_of_the_rfc(void **state)
{
    static const char body[] =
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN";
    NotifyPushTo to = {.endpoint = PT_STR("https://push.example.net/")};
    NotifyPushKey own;
    uint8_t secret[NOTIFY_P256_SECRET], salt[NOTIFY_PUSH_SALT], want[144];
    PtBuf out;
    PtError err = {0};
    (void)state;
    read_key(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        to.p256dh, sizeof to.p256dh);
    read_key("BTBZMqHH6r4Tts7J_aSIgg", to.auth, sizeof to.auth);
    read_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", secret, sizeof secret);
    read_key("DGv6ra1nlYgDCS1FRnbzlw", salt, sizeof salt);
    read_key(body, want, sizeof want);
    assert_int_equal(notify_push_key_load(secret, &own, &err), PT_OK);
    pt_buf_init(&out, 4096);
    assert_int_equal(notify_push_seal(&to, &own, salt,
                                      PT_STR("When I grow up, I want to be a watermelon"), &out,
                                      &err),
                     PT_OK);
    assert_int_equal(out.len, sizeof want);
    assert_memory_equal(out.data, want, sizeof want);
    pt_buf_done(&out);
}

static void what_cannot_be_sealed_is_refused(void **state)
{
    static const char text[NOTIFY_PUSH_TEXT + 1];
    NotifyPushTo to = {.endpoint = PT_STR("https://push.example.net/"), .p256dh = {4, 1}};
    NotifyPushKey own;
    uint8_t salt[NOTIFY_PUSH_SALT] = {0}, zeros[NOTIFY_P256_SECRET] = {0};
    PtBuf out;
    PtError err = {0};
    (void)state;
    pt_buf_init(&out, 8192);
    assert_int_equal(notify_push_key_load(zeros, &own, &err), PT_INVALID);
    assert_int_equal(notify_push_key_make(&own, &err), PT_OK);
    assert_int_equal(notify_push_seal(&to, &own, salt, PT_STR("x"), &out, &err), PT_INVALID);
    assert_true(pt_str_has(pt_str(err.message), PT_STR("p256dh")));
    memcpy(to.p256dh, own.public, sizeof to.p256dh);
    assert_int_equal(notify_push_seal(&to, &own, salt, (PtStr){text, sizeof text}, &out, &err),
                     PT_TOO_LARGE);
    pt_buf_done(&out);
}

/* Three parts of base64url, and the key; the scenario test verifies the signature. */
static void a_token_says_who_sends(void **state)
{
    NotifyPushKey key;
    PtBuf out;
    PtError err = {0};
    (void)state;
    assert_int_equal(notify_push_key_make(&key, &err), PT_OK);
    pt_buf_init(&out, 4096);
    assert_int_equal(notify_push_token(&key, PT_STR("https://push.example.net"), "mailto:a@b.c",
                                       1700000000000, &out, &err),
                     PT_OK);
    assert_true(pt_str_starts(pt_buf_str(&out), PT_STR("vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1N"
                                                       "iJ9.")));
    assert_true(pt_str_has(pt_buf_str(&out), PT_STR(", k=B")));
    pt_buf_done(&out);
}

/* ---- Quiet hours ------------------------------------------------------------------------------
 */

typedef struct WhenCase {
    const char *name;
    int from_min, until_min, every_min, at_min;
    const char *now, *quiet_end, *digest;
} WhenCase;

/* Berlin: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00. */
static WhenCase when_cases[] = {
    {"no quiet hours", 0, 0, 30, 0, "2026-06-01T10:00:00Z", "2026-06-01T10:00:00Z",
     "2026-06-01T10:30:00Z"},
    {"by day", 9 * 60, 17 * 60, 30, 0, "2026-06-01T10:00:00Z", "2026-06-01T15:00:00Z",
     "2026-06-01T15:00:00Z"},
    {"over midnight, before it", 22 * 60, 7 * 60, 30, 0, "2026-06-01T20:00:00Z",
     "2026-06-02T05:00:00Z", "2026-06-02T05:00:00Z"},
    {"over midnight, behind it", 22 * 60, 7 * 60, 30, 0, "2026-06-02T04:59:59Z",
     "2026-06-02T05:00:00Z", "2026-06-02T05:29:59Z"},
    {"its last instant is none", 22 * 60, 7 * 60, 30, 0, "2026-06-02T05:00:00Z",
     "2026-06-02T05:00:00Z", "2026-06-02T05:30:00Z"},
    {"a night that is an hour shorter", 22 * 60, 7 * 60, 30, 0, "2026-03-28T22:00:00Z",
     "2026-03-29T05:00:00Z", "2026-03-29T05:00:00Z"},
    {"a night that is an hour longer", 22 * 60, 7 * 60, 30, 0, "2026-10-24T21:00:00Z",
     "2026-10-25T06:00:00Z", "2026-10-25T06:00:00Z"},
    {"until a time that is left out", 22 * 60, 2 * 60 + 30, 30, 0, "2026-03-28T23:00:00Z",
     "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"},
    {"until a time that comes twice", 22 * 60, 2 * 60 + 30, 30, 0, "2026-10-24T23:00:00Z",
     "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z"},
    {"the hour that comes again", 22 * 60, 2 * 60 + 30, 30, 0, "2026-10-25T01:10:00Z",
     "2026-10-25T01:30:00Z", "2026-10-25T01:40:00Z"},
    {"once a day", 0, 0, 0, 8 * 60, "2026-06-01T06:00:00Z", "2026-06-01T06:00:00Z",
     "2026-06-02T06:00:00Z"},
    {"once a day, today", 0, 0, 0, 8 * 60, "2026-06-01T05:59:59Z", "2026-06-01T05:59:59Z",
     "2026-06-01T06:00:00Z"},
    {"once a day, in quiet hours", 22 * 60, 9 * 60, 0, 8 * 60, "2026-06-01T05:00:00Z",
     "2026-06-01T07:00:00Z", "2026-06-01T07:00:00Z"},
};

static int64_t instant(const char *text)
{
    int64_t ms = 0;
    assert_true(pt_time_parse(pt_str(text), &ms));
    return ms;
}

static void check_when(void **state)
{
    const WhenCase *c = *state;
    PtZone *zone = NULL;
    PtError err = {0};
    const NotifySettings s = {.quiet_from_min = c->from_min,
                              .quiet_until_min = c->until_min,
                              .digest_every_min = c->every_min,
                              .digest_at_min = c->at_min};
    assert_int_equal(pt_zone_load("Europe/Berlin", NULL, &zone, &err), PT_OK);
    const int64_t now_ms = instant(c->now);
    assert_int_equal(notify_quiet_end(&s, zone, now_ms), instant(c->quiet_end));
    assert_int_equal(notify_digest_due(&s, zone, now_ms), instant(c->digest));
    pt_zone_free(zone);
}

/* ---- Rules ------------------------------------------------------------------------------------
 */

typedef struct ReadCase {
    const char *name; /* JSON */
    PtStatus want;
    const char *says;
} ReadCase;

static ReadCase read_cases[] = {
    {"[]", PT_OK, ""},
    {"[{}]", PT_OK, ""},
    {"[{\"kinds\":[\"alert\"],\"queue\":\"till\",\"least\":2,\"whose\":\"any\",\"mute\":false,"
     "\"digest\":true,\"channels\":[\"mail\",\"push\"]}]",
     PT_OK, ""},
    {"{}", PT_INVALID, "rules: not a list"},
    {"[1]", PT_INVALID, "rules: not a list of objects"},
    {"[] 1", PT_INVALID, "rules: not a list of objects"},
    {"[{}", PT_INVALID, "rules: not a list of objects"},
    {"[{\"kinds\":\"alert\"}]", PT_INVALID, "rules[0].kinds: not a list"},
    {"[{},{\"kinds\":[\"nothing\"]}]", PT_INVALID, "rules[1].kinds: a name"},
    {"[{\"kinds\":[1]}]", PT_INVALID, "rules[0].kinds: not a list of names"},
    {"[{\"least\":0}]", PT_INVALID, "rules[0].least: not 1..5"},
    {"[{\"least\":6}]", PT_INVALID, "rules[0].least: not 1..5"},
    {"[{\"least\":1.5}]", PT_INVALID, "rules[0].least: not 1..5"},
    {"[{\"whose\":\"yours\"}]", PT_INVALID, "rules[0].whose: not mine or any"},
    {"[{\"mute\":1}]", PT_INVALID, "rules[0].mute: not true or false"},
    {"[{\"channels\":[\"fax\"]}]", PT_INVALID, "rules[0].channels: a name"},
    {"[{\"queue\":7}]", PT_INVALID, "rules[0].queue: not a text"},
    {"[{\"queue\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}]",
     PT_INVALID, "rules[0].queue: over 64 bytes"},
    {"[{\"colour\":1}]", PT_INVALID, "rules[0]: a member that is not known"},
};

static void check_read(void **state)
{
    const ReadCase *c = *state;
    NotifyRule rules[NOTIFY_RULES_MAX];
    size_t count = 0;
    PtError err = {0};
    PtArena *arena = pt_arena_new(1 << 16);
    assert_non_null(arena);
    assert_int_equal(notify_rules_read(pt_str(c->name), rules, &count, arena, &err), c->want);
    assert_true(c->want == PT_OK || pt_str_starts(pt_str(err.message), pt_str(c->says)));
    pt_arena_free(arena);
}

#define BIT(kind) (1U << (unsigned)(kind))

typedef struct TakeCase {
    const char *name, *rules;
    NotifyFact fact;
    bool told;
    NotifyKind kind;
} TakeCase;

static TakeCase take_cases[] = {
    {"no rule, no word", "[]", {.kinds = BIT(NOTIFY_CHANGED), .mine = ~0U, .seen = ~0U}, false, 0},
    {"the strongest kind that a rule takes",
     "[{\"kinds\":[\"changed\",\"assigned\"]}]",
     {.kinds = BIT(NOTIFY_CHANGED) | BIT(NOTIFY_ASSIGNED) | BIT(NOTIFY_MENTIONED), .mine = ~0U},
     true,
     NOTIFY_ASSIGNED},
    {"not theirs", "[{}]", {.kinds = BIT(NOTIFY_CHANGED), .seen = ~0U}, false, 0},
    {"not theirs, and anybody's",
     "[{\"whose\":\"any\"}]",
     {.kinds = BIT(NOTIFY_CHANGED), .seen = ~0U},
     true,
     NOTIFY_CHANGED},
    {"they may not see it",
     "[{\"whose\":\"any\"}]",
     {.kinds = BIT(NOTIFY_ALERT), .seen = ~BIT(NOTIFY_ALERT)},
     false,
     0},
    {"another queue",
     "[{\"queue\":\"till\"}]",
     {.kinds = BIT(NOTIFY_CHANGED), .queue = PT_STR_INIT("web"), .mine = ~0U},
     false,
     0},
    {"its queue",
     "[{\"queue\":\"till\"}]",
     {.kinds = BIT(NOTIFY_CHANGED), .queue = PT_STR_INIT("till"), .mine = ~0U},
     true,
     NOTIFY_CHANGED},
    {"not urgent enough",
     "[{\"least\":2}]",
     {.kinds = BIT(NOTIFY_CHANGED), .priority = 3, .mine = ~0U},
     false,
     0},
    {"urgent enough",
     "[{\"least\":2}]",
     {.kinds = BIT(NOTIFY_CHANGED), .priority = 2, .mine = ~0U},
     true,
     NOTIFY_CHANGED},
    {"a mute rule before",
     "[{\"kinds\":[\"changed\"],\"mute\":true},{}]",
     {.kinds = BIT(NOTIFY_CHANGED), .mine = ~0U},
     false,
     0},
    {"a mute rule behind",
     "[{},{\"mute\":true}]",
     {.kinds = BIT(NOTIFY_CHANGED), .mine = ~0U},
     true,
     NOTIFY_CHANGED},
};

static void check_take(void **state)
{
    const TakeCase *c = *state;
    NotifyRule rules[NOTIFY_RULES_MAX];
    const NotifyRule *rule = NULL;
    NotifyKind kind = NOTIFY_KINDS;
    size_t count = 0;
    PtError err = {0};
    PtArena *arena = pt_arena_new(1 << 16);
    assert_non_null(arena);
    assert_int_equal(notify_rules_read(pt_str(c->rules), rules, &count, arena, &err), PT_OK);
    assert_int_equal(notify_rules_take(rules, count, &c->fact, &kind, &rule), c->told);
    assert_true(!c->told || kind == c->kind);
    pt_arena_free(arena);
}

/* Those of every role can be read. */
static void default_rules_are_rules(void **state)
{
    NotifyRule rules[NOTIFY_RULES_MAX];
    size_t count = 0;
    PtError err = {0};
    PtArena *arena = pt_arena_new(1 << 16);
    (void)state;
    assert_non_null(arena);
    for (int i = 0; i < 4; i++) {
        const PtStr json = notify_default_rules((i & 1) != 0, (i & 2) != 0);
        assert_int_equal(notify_rules_read(json, rules, &count, arena, &err), PT_OK);
        assert_int_equal(count, ((i & 1) != 0 ? 3 : 0) + ((i & 2) != 0 ? 1 : 0));
    }
    pt_arena_free(arena);
}

/* ---- Mentions ---------------------------------------------------------------------------------
 */

typedef struct MentionCase {
    const char *name, *want; /* a text */
} MentionCase;

static MentionCase mention_cases[] = {
    {"", ""},
    {"nobody", ""},
    {"@ada please look", " ada"},
    {"ask @ada.berg, or @bo@store.example.", " ada.berg bo@store.example"},
    {"mail me at ada@store.example", ""},
    {"@ @@ @.", " @"},
};

static void check_mentions(void **state)
{
    const MentionCase *c = *state;
    char out[NOTIFY_MENTIONS_MAX];
    notify_mentions(pt_str(c->name), out);
    assert_string_equal(out, c->want);
}

static void many_mentions_are_bounded(void **state)
{
    char text[8000], out[NOTIFY_MENTIONS_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = "@abcdefg "[i % 9];
    }
    notify_mentions((PtStr){text, sizeof text}, out);
    assert_true(strlen(out) < sizeof out && strlen(out) > sizeof out - 20);
}

int main(void)
{
    struct CMUnitTest tests[100] = {
        cmocka_unit_test(a_message_is_that_of_the_rfc),
        cmocka_unit_test(what_cannot_be_sealed_is_refused),
        cmocka_unit_test(a_token_says_who_sends),
        cmocka_unit_test(default_rules_are_rules),
        cmocka_unit_test(many_mentions_are_bounded),
    };
    size_t n = 5;
    PT_TEST_ROWS(tests, n, when_cases, check_when);
    PT_TEST_ROWS(tests, n, read_cases, check_read);
    PT_TEST_ROWS(tests, n, take_cases, check_take);
    PT_TEST_ROWS(tests, n, mention_cases, check_mentions);
    assert_true(n <= PT_COUNT(tests));
    return _cmocka_run_group_tests("notify/parts", tests, n, NULL, NULL);
}
