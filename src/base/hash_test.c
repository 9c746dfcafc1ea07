// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include "base/rng.h"
#include "base/test_rows.h"
#include "base/uuid.h"

static void assert_hex(const uint8_t *bytes, size_t len, const char *want)
{
    char text[2 * 64 + 1];
    assert_true(len <= 64);
    pt_hex(bytes, len, text);
    assert_string_equal(text, want);
}

static struct CrcCase {
    const char *name, *bytes;
    size_t len;
    uint32_t want;
} crc_cases[] = {
    {"nothing", "", 0, 0},
    {"check value", "123456789", 9, 0xE3069283},
    {"32 zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, 0x8A9136AA},
    {"one zero", "\0", 1, 0x527D5351},
    {"text", "The quick brown fox jumps over the lazy dog", 43, 0x22620404},
};

static void crc_case(void **state)
{
    const struct CrcCase *c = *state;
    assert_int_equal(pt_crc32c(0, c->bytes, c->len), c->want);
    assert_int_equal(pt_crc32c_portable(0, c->bytes, c->len), c->want);
}

static void crc_forms_are_equal(void **state)
{
    (void)state;
    enum { LEN = 40000 };
    static uint8_t bytes[LEN];
    PtRng rng;
    pt_rng_init(&rng, 1);
    for (size_t i = 0; i < LEN; i++) {
        bytes[i] = (uint8_t)pt_rng_u64(&rng);
    }
    for (size_t i = 0; i < 4000; i++) {
        size_t from = pt_rng_below(&rng, 64), len = i < 1200 ? i : pt_rng_below(&rng, LEN - 64);
        uint32_t start = (uint32_t)pt_rng_u64(&rng);
        uint32_t want = pt_crc32c_portable(start, bytes + from, len);
        assert_int_equal(pt_crc32c(start, bytes + from, len), want);
        size_t cut = pt_rng_below(&rng, len + 1); // a record in pieces
        uint32_t first = pt_crc32c(start, bytes + from, cut);
        assert_int_equal(pt_crc32c(first, bytes + from + cut, len - cut), want);
    }
}

static void hash128_is_siphash(void **state)
{
    (void)state;
    uint8_t key[PT_HASH_KEY], text[64];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (uint8_t)i;
        key[i % PT_HASH_KEY] = (uint8_t)(i % PT_HASH_KEY);
    }
    // the reference implementation's vectors_sip128, lengths 0 and 1
    PtHash128 empty = pt_hash128((PtStr){(const char *)text, 0}, key);
    assert_true(empty.hi == 0xA3817F04BA25A8E6 && empty.lo == 0x6DF67214C7550293);
    PtHash128 one = pt_hash128((PtStr){(const char *)text, 1}, key);
    assert_true(one.hi == 0xDA87C1D86B99AF44 && one.lo == 0x347659119B22FC45);
    assert_true(pt_hash128_eq(one, one));
    assert_false(pt_hash128_eq(one, empty));
    key[15] ^= 1;
    assert_false(pt_hash128_eq(one, pt_hash128((PtStr){(const char *)text, 1}, key)));
}

static void hash64_depends_on_text_and_seed(void **state)
{
    (void)state;
    pt_hash_seed(1);
    uint64_t a = pt_hash64(PT_STR("a")), none = pt_hash64((PtStr){NULL, 0});
    assert_true(a != pt_hash64(PT_STR("b")) && a != none);
    assert_true(a == pt_hash64(PT_STR("a")));
    pt_hash_seed(2);
    assert_true(a != pt_hash64(PT_STR("a")));
}

static void digests(void **state)
{
    (void)state;
    uint8_t out[PT_SHA256], key[PT_SECRET_KEY];
    pt_sha256(PT_STR("abc"), out);
    assert_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    pt_sha256((PtStr){NULL, 0}, out);
    assert_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    pt_secret_hash(PT_STR("token"), key, out); // by Python's hashlib.blake2b
    assert_hex(out, sizeof out, "54692e79bd2672cbe87fed392465fd452368d27be0ab63f2898b57f67582c2a1");
}

static void secrets_compared(void **state)
{
    (void)state;
    assert_true(pt_secret_eq(PT_STR("abc"), PT_STR("abc")));
    assert_false(pt_secret_eq(PT_STR("abc"), PT_STR("abd")));
    assert_false(pt_secret_eq(PT_STR("abc"), PT_STR("abcd")));
    assert_false(pt_secret_eq(PT_STR("abc"), PT_STR("")));
    assert_true(pt_secret_eq((PtStr){NULL, 0}, PT_STR("")));
}

static void uuid_holds_time_and_randomness(void **state)
{
    (void)state;
    const uint8_t random[10] = {0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF9, 0xF8, 0xF7, 0xF6};
    char text[PT_UUID_TEXT];
    PtStr s = pt_uuid_format(pt_uuid7(0x017F22E279B0, random), text); // RFC 9562, A.6: the time
    assert_string_equal(text, "017f22e2-79b0-7ffe-bdfc-fbfaf9f8f7f6");
    assert_int_equal(s.len, 36);
    const uint8_t zeros[10] = {0};
    (void)pt_uuid_format(pt_uuid7(0xFFFFFFFFFFFF, zeros), text);
    assert_string_equal(text, "ffffffff-ffff-7000-8000-000000000000");
}

static struct UuidCase {
    const char *name, *text;
    bool ok;
} uuid_cases[] = {
    {"lower case", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", true},
    {"upper case", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", true},
    {"version 4", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d", true},
    {"empty", "", false},
    {"one short", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", false},
    {"one over", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", false},
    {"no dashes", "017f22e279b07cc398c4dc0c0c07398f0000", false},
    {"dash moved", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", false},
    {"not hex", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", false},
    {"braces", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", false},
};

static void uuid_case(void **state)
{
    const struct UuidCase *c = *state;
    PtUuid id;
    char text[PT_UUID_TEXT];
    assert_int_equal(pt_uuid_parse(pt_str(c->text), &id), c->ok);
    if (c->ok) {
        assert_true(pt_str_eq_nocase(pt_uuid_format(id, text), pt_str(c->text)));
    }
}

static void generator_is_xoshiro(void **state)
{
    (void)state;
    PtRng rng = {{1, 2, 3, 4}}; // the authors' test values
    const uint64_t want[] = {11520, 0, 1509978240, 1215971899390074240};
    for (size_t i = 0; i < PT_COUNT(want); i++) {
        assert_true(pt_rng_u64(&rng) == want[i]);
    }
    pt_rng_init(&rng, 1234567); // splitmix64's first for this seed
    assert_true(rng.s[0] == 6457827717110365317U && rng.s[1] == 3203168211198807973U);
}

static void bounded_numbers_are_fair(void **state)
{
    (void)state;
    PtRng rng;
    pt_rng_init(&rng, 0);
    unsigned seen[6] = {0}, upper = 0;
    const uint64_t large = UINT64_MAX / 3 * 2; // a plain modulo would favour the lower half 2:1
    for (int i = 0; i < 60000; i++) {
        seen[pt_rng_below(&rng, 6)]++;
        upper += pt_rng_below(&rng, large) >= large / 2;
        double unit = pt_rng_unit(&rng);
        assert_true(unit >= 0 && unit < 1);
        assert_true(pt_rng_below(&rng, 1) == 0);
    }
    for (size_t i = 0; i < 6; i++) {
        assert_in_range(seen[i], 9600, 10400);
    }
    assert_in_range(upper, 29300, 30700);
}

static void system_randomness_differs(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    pt_random_bytes(a, sizeof a);
    pt_random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    pt_random_bytes(a, 0);
}

int main(void)
{
    struct CMUnitTest tests[64] = {
        cmocka_unit_test(crc_forms_are_equal),
        cmocka_unit_test(hash128_is_siphash),
        cmocka_unit_test(hash64_depends_on_text_and_seed),
        cmocka_unit_test(digests),
        cmocka_unit_test(secrets_compared),
        cmocka_unit_test(uuid_holds_time_and_randomness),
        cmocka_unit_test(generator_is_xoshiro),
        cmocka_unit_test(bounded_numbers_are_fair),
        cmocka_unit_test(system_randomness_differs),
    };
    size_t n = 9;
    PT_TEST_ROWS(tests, n, crc_cases, crc_case);
    PT_TEST_ROWS(tests, n, uuid_cases, uuid_case);
    return _cmocka_run_group_tests("base/hash", tests, n, NULL, NULL);
}
