// SPDX-License-Identifier: Apache-2.0
/* The parts that know no SQL: one-time passwords, codes, delays, what is taken as a password. */
#include "access/access_internal.h"
#include "base/test_rows.h"

/* RFC 6238, appendix B: SHA-1, 8 digits. */
static struct TotpCase {
    const char *name;
    int64_t seconds;
    uint32_t want;
} totp_cases[] = {
    {"1970", 59, 94287082},
    {"2005, even", 1111111109, 7081804},
    {"2005, odd", 1111111111, 14050471},
    {"2009", 1234567890, 89005924},
    {"2033", 2000000000, 69279037},
    {"2603", 20000000000, 65353130},
};

static void test_totp_vector(void **state)
{
    const struct TotpCase *c = *state;
    const PtStr secret = PT_STR("12345678901234567890");
    assert_int_equal(totp_code(secret, c->seconds / 30, 8), c->want);
}

static struct WindowCase {
    const char *name;
    int64_t shown_at_s, entered_at_s, last_step;
    bool want;
} window_cases[] = {
    {"the same step", 300, 300, 0, true},      {"its last second", 300, 329, 0, true},
    {"one step late", 300, 330, 0, true},      {"last second of one step late", 300, 359, 0, true},
    {"two steps late", 300, 360, 0, false},    {"one step early", 330, 329, 0, true},
    {"two steps early", 360, 329, 0, false},   {"used", 300, 300, 10, false},
    {"a later one used", 300, 300, 11, false}, {"an earlier one used", 300, 300, 9, true},
};

static void test_totp_window(void **state)
{
    const struct WindowCase *c = *state;
    const PtStr secret = PT_STR("12345678901234567890");
    char digits[16];
    int64_t step = -1;
    (void)snprintf(digits, sizeof digits, "%06u", totp_code(secret, c->shown_at_s / 30, 6));
    assert_int_equal(
        totp_check(secret, pt_str(digits), c->entered_at_s * 1000, c->last_step, &step), c->want);
    assert_int_equal(step, c->want ? c->shown_at_s / 30 : -1);
    assert_false(totp_check(secret, PT_STR("12345"), c->entered_at_s * 1000, 0, &step));
    assert_false(totp_check(secret, PT_STR(""), c->entered_at_s * 1000, 0, &step));
}

static void test_totp_uri(void **state)
{
    char secret[TOTP_BASE32], uri[200];
    (void)state;
    totp_base32((const uint8_t *)"12345678901234567890", 20, secret);
    assert_string_equal(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    totp_base32((const uint8_t *)"fooba", 5, secret);
    assert_string_equal(secret, "MZXW6YTB");
    totp_base32((const uint8_t *)"foob", 4, secret); // RFC 4648: MZXW6YQ=
    assert_string_equal(secret, "MZXW6YQ");
    assert_true(totp_uri("ABC", PT_STR("a+b@x.org"), uri, sizeof uri));
    assert_string_equal(uri, "otpauth://totp/Patron:a%2Bb@x.org?secret=ABC&issuer=Patron"
                             "&algorithm=SHA1&digits=6&period=30");
    assert_false(totp_uri("ABC", PT_STR("a+b@x.org"), uri, 60));
}

static struct CodeCase {
    const char *name, *typed;
    bool good;
} code_cases[] = {
    {"as shown", "ABCDE-01234", true},
    {"lower case", "abcde-01234", true},
    {"without dash", "ABCDE01234", true},
    {"with spaces", " AB CDE 01 234 ", true},
    {"O, I, L", "ABCDE-Oi234", true},
    {"one less", "ABCDE-0123", false},
    {"one more", "ABCDE-012345", false},
    {"no letter", "ABCDE-0123!", false},
    {"U is none", "ABCDE-0123U", false},
    {"empty", "", false},
    {"a NUL", "ABCDE", false},
};

static void test_code_read(void **state)
{
    const struct CodeCase *c = *state;
    char out[12] = "";
    assert_int_equal(code_read(pt_str(c->typed), 2, out), c->good);
    if (c->good) {
        assert_string_equal(out, "ABCDE-01234");
    }
}

static void test_code_make(void **state)
{
    char made[24], read[24];
    (void)state;
    for (int i = 0; i < 200; i++) {
        code_make(4, made);
        assert_int_equal(strlen(made), 23);
        assert_true(code_read(pt_str(made), 4, read));
        assert_string_equal(made, read);
    }
}

static struct GuardCase {
    const char *name;
    GuardKind kind;
    int failures;
    int64_t after_ms, want_ms;
} guard_cases[] = {
    {"four failures", GUARD_ACCOUNT, 4, 0, 0},
    {"five", GUARD_ACCOUNT, 5, 0, 1000},
    {"five, a moment before", GUARD_ACCOUNT, 5, 999, 1},
    {"five, a second on", GUARD_ACCOUNT, 5, 1000, 0},
    {"six", GUARD_ACCOUNT, 6, 0, 2000},
    {"ten", GUARD_ACCOUNT, 10, 0, 32000},
    {"eleven: the bound", GUARD_ACCOUNT, 11, 0, 60000},
    {"fifty: never for good", GUARD_PEER, 50, 60000, 0},
    {"codes wait longer", GUARD_CODE, 20, 60000, 840000},
    {"forgotten", GUARD_CODE, 20, GUARD_FORGET_MS + 1, 0},
};

static void test_guard(void **state)
{
    const struct GuardCase *c = *state;
    static Guard guard;
    guard_init(&guard);
    const GuardKey key = guard_key(c->kind, PT_STR("who")), other = guard_key(c->kind, PT_STR("x"));
    guard_restore(&guard, key, (uint32_t)c->failures, 1000000);
    assert_int_equal(guard_try(&guard, key, 1000000 + c->after_ms), c->want_ms);
    assert_int_equal(guard_try(&guard, other, 1000000), 0);
    guard_done(&guard);
}

static void test_guard_counts_tries(void **state)
{
    static Guard guard;
    (void)state;
    guard_init(&guard);
    const GuardKey key = guard_key(GUARD_ACCOUNT, PT_STR("who"));
    for (int i = 0; i < GUARD_FREE; i++) {
        assert_int_equal(guard_try(&guard, key, 5), 0); // also those that are still being judged
    }
    assert_int_equal(guard_try(&guard, key, 5), 1000);
    guard_take_back(&guard, key);
    assert_int_equal(guard_try(&guard, key, 5), 0);
    guard_forget(&guard, key);
    for (int i = 0; i < GUARD_FREE; i++) {
        assert_int_equal(guard_try(&guard, key, 5), 0);
    }
    guard_done(&guard);
}

static void test_guard_peer(void **state)
{
    (void)state;
    assert_true(guard_peer("2001:db8::1").key == guard_peer("2001:db8::ffff:2").key);
    assert_true(guard_peer("2001:db8::1").key != guard_peer("2001:db8:0:1::1").key);
    assert_true(guard_peer("192.0.2.1").key != guard_peer("192.0.2.2").key);
    assert_true(guard_peer("::ffff:192.0.2.1").key != guard_peer("::ffff:192.0.2.2").key);
}

static void test_guard_is_bounded(void **state)
{
    static Guard guard;
    char text[32];
    (void)state;
    guard_init(&guard);
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        assert_int_equal(guard_try(&guard, guard_key(GUARD_PEER, pt_str(text)), i + 1), 0);
    }
    guard_done(&guard);
}

static struct PasswordCase {
    const char *name, *password, *email;
    size_t repeat; /* of the password's text */
    PtStatus want;
} password_cases[] = {
    {"nine characters", "a2345678*", "", 1, PT_INVALID},
    {"ten characters", "a23456789*", "", 1, PT_OK},
    {"ten umlauts, twenty bytes", "\xc3\xa4", "", 10, PT_OK},
    {"nine umlauts", "\xc3\xa4", "", 9, PT_INVALID},
    {"200", "x", "", 200, PT_OK},
    {"201", "x", "", 201, PT_INVALID},
    {"200 of four bytes", "\xf0\x9f\x90\x8e", "", 200, PT_OK},
    {"a common one", "password123", "", 1, PT_INVALID},
    {"a common one in capitals", "PassWord123", "", 1, PT_INVALID},
    {"the address", "ann@example.com", "ann@example.com", 1, PT_INVALID},
    {"the address in capitals", "ANN@example.com", "ann@example.com", 1, PT_INVALID},
    {"another address", "bob@example.com", "ann@example.com", 1, PT_OK},
    {"no text", "\xff", "", 12, PT_INVALID},
    {"empty", "", "", 1, PT_INVALID},
};

static void test_password_rule(void **state)
{
    const struct PasswordCase *c = *state;
    char text[1024];
    size_t len = 0;
    for (size_t i = 0; i < c->repeat; i++) {
        memcpy(text + len, c->password, strlen(c->password));
        len += strlen(c->password);
    }
    assert_int_equal(password_check_new((PtStr){text, len}, pt_str(c->email), NULL), c->want);
}

static void test_password_hash(void **state)
{
    PasswordGate gate;
    char stored[PASSWORD_TEXT], again[PASSWORD_TEXT];
    bool right = false;
    (void)state;
    password_gate_init(&gate);
    assert_int_equal(password_hash(&gate, PT_STR("a secret word"), stored, NULL), PT_OK);
    assert_int_equal(password_hash(&gate, PT_STR("a secret word"), again, NULL), PT_OK);
    assert_string_not_equal(stored, again);
    assert_true(strncmp(stored, "$argon2id$v=19$m=65536,t=2,p=1$", 31) == 0);
    assert_int_equal(password_verify(&gate, stored, PT_STR("a secret word"), &right, NULL), PT_OK);
    assert_true(right);
    assert_int_equal(password_verify(&gate, stored, PT_STR("a secret Word"), &right, NULL), PT_OK);
    assert_false(right);
    assert_int_equal(password_verify(&gate, NULL, PT_STR("anything"), &right, NULL), PT_OK);
    assert_false(right);
    assert_int_equal(gate.hashing, 0);
    password_gate_done(&gate);
}

static void test_password_gate_is_bounded(void **state)
{
    PasswordGate gate;
    bool right;
    (void)state;
    password_gate_init(&gate);
    gate.hashing = PASSWORD_HASHING;
    gate.waiting = PASSWORD_WAITING;
    assert_int_equal(password_verify(&gate, NULL, PT_STR("x"), &right, NULL), PT_BUSY);
    gate.hashing = PASSWORD_HASHING - 1;
    assert_int_equal(password_verify(&gate, NULL, PT_STR("x"), &right, NULL), PT_OK);
    password_gate_done(&gate);
}

static struct EmailCase {
    const char *name, *email, *want; /* NULL: none */
} email_cases[] = {
    {"plain", "ann@example.com", "ann@example.com"},
    {"folded", "Ann@Example.COM", "ann@example.com"},
    {"tag and dots", "a.b+c@x", "a.b+c@x"},
    {"international", "j\xc3\xb6rg@x.de", "j\xc3\xb6rg@x.de"},
    {"no at", "annexample.com", NULL},
    {"two ats", "a@b@c", NULL},
    {"at first", "@example.com", NULL},
    {"at last", "ann@", NULL},
    {"space", "an n@x.org", NULL},
    {"line end", "ann@x.org\n", NULL},
    {"angle", "<a@x.org>", NULL},
    {"no text", "\xff@x.org", NULL},
    {"too short", "a@", NULL},
};

static void test_email(void **state)
{
    const struct EmailCase *c = *state;
    char folded[ACCESS_EMAIL_MAX + 1];
    assert_int_equal(email_fold(pt_str(c->email), folded), c->want != NULL);
    if (c->want != NULL) {
        assert_string_equal(folded, c->want);
    }
}

static void test_email_bound(void **state)
{
    char folded[ACCESS_EMAIL_MAX + 1], text[ACCESS_EMAIL_MAX + 1];
    (void)state;
    memset(text, 'a', sizeof text);
    text[1] = '@';
    assert_true(email_fold((PtStr){text, ACCESS_EMAIL_MAX}, folded));
    assert_false(email_fold((PtStr){text, ACCESS_EMAIL_MAX + 1}, folded));
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(test_totp_uri),
        cmocka_unit_test(test_code_make),
        cmocka_unit_test(test_guard_counts_tries),
        cmocka_unit_test(test_guard_peer),
        cmocka_unit_test(test_guard_is_bounded),
        cmocka_unit_test(test_password_hash),
        cmocka_unit_test(test_password_gate_is_bounded),
        cmocka_unit_test(test_email_bound),
    };
    size_t n = 8;
    PT_TEST_ROWS(tests, n, totp_cases, test_totp_vector);
    PT_TEST_ROWS(tests, n, window_cases, test_totp_window);
    PT_TEST_ROWS(tests, n, code_cases, test_code_read);
    PT_TEST_ROWS(tests, n, guard_cases, test_guard);
    PT_TEST_ROWS(tests, n, password_cases, test_password_rule);
    PT_TEST_ROWS(tests, n, email_cases, test_email);
    return _cmocka_run_group_tests("access/parts", tests, n, NULL, NULL);
}
