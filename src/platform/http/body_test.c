// SPDX-License-Identifier: Apache-2.0
#include "platform/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { GZIP = 15 + 16, ZLIB = 15, RAW = -15, TEXT_MAX = 8 << 20 };

/* n bytes of which about one in `every` is new, compressed. */
static size_t packed(int bits, size_t n, unsigned every, char *out, size_t cap)
{
    char *plain = calloc(1, n + 1);
    uint32_t seed = 1;
    assert_non_null(plain);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        plain[i] = i % every == 0 ? (char)(seed >> 24) : 'a';
    }
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)plain;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t len = z.total_out;
    (void)deflateEnd(&z);
    free(plain);
    return len;
}

static PtStatus decode(const char *coding, const char *bytes, size_t len, size_t max,
                       size_t *ret_len)
{
    char *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    const HttpHeader header = {PT_STR("Content-Encoding"),
                               coding != NULL ? pt_str(coding) : PT_STR("")};
    const HttpRequest r = {
        .headers = &header, .header_count = coding != NULL, .body = {exact, len}};
    PtStr body = {NULL, 0};
    char *owned = NULL;
    PtError err = {0};
    PtStatus st = http_body_decoded(&r, max, &body, &owned, &err);
    assert_int_equal(err.status, st);
    assert_true(st == PT_OK || (body.data == NULL && owned == NULL));
    *ret_len = body.len;
    free(owned);
    free(exact);
    return st;
}

static struct CodingCase {
    const char *name, *coding;
    int bits;
    PtStatus want;
} coding_cases[] = {
    {"gzip", "gzip", GZIP, PT_OK},
    {"gzip in capitals", "GZip", GZIP, PT_OK},
    {"x-gzip", "x-gzip", GZIP, PT_OK},
    {"deflate", "deflate", ZLIB, PT_OK},
    {"raw deflate is not deflate", "deflate", RAW, PT_INVALID},
    {"gzip named deflate", "deflate", GZIP, PT_INVALID},
    {"deflate named gzip", "gzip", ZLIB, PT_INVALID},
    {"unknown coding", "br", GZIP, PT_UNSUPPORTED_MEDIA},
    {"two codings", "gzip, gzip", GZIP, PT_UNSUPPORTED_MEDIA},
};

static void coding_case(void **state)
{
    const struct CodingCase *c = *state;
    static char bytes[1 << 16];
    size_t len = packed(c->bits, 20000, 7, bytes, sizeof bytes), got = 0;
    assert_int_equal(decode(c->coding, bytes, len, 20000, &got), c->want);
    assert_int_equal(got, c->want == PT_OK ? 20000 : 0);
}

static void the_bound_is_exact(void **state)
{
    (void)state;
    static char bytes[1 << 16];
    size_t got = 0, len = packed(GZIP, 50000, 5, bytes, sizeof bytes);
    assert_int_equal(decode("gzip", bytes, len, 50000, &got), PT_OK);
    assert_int_equal(got, 50000);
    assert_int_equal(decode("gzip", bytes, len, 49999, &got), PT_TOO_LARGE);
    assert_int_equal(decode(NULL, bytes, 100, 100, &got), PT_OK);
    assert_int_equal(decode("identity", bytes, 101, 100, &got), PT_TOO_LARGE);
    assert_int_equal(decode(NULL, bytes, 0, 0, &got), PT_OK);
}

static void bombs_are_refused_by_their_ratio(void **state)
{
    (void)state;
    static char bytes[1 << 20];
    size_t got = 0;
    size_t len = packed(GZIP, 64 * 1024, 1 << 30, bytes, sizeof bytes); // small: never a bomb
    assert_true(len * 100 < 64 * 1024);
    assert_int_equal(decode("gzip", bytes, len, TEXT_MAX, &got), PT_OK);
    len = packed(GZIP, 64 * 1024 + 1, 1 << 30, bytes, sizeof bytes);
    assert_true(len * 100 < 64 * 1024);
    assert_int_equal(decode("gzip", bytes, len, TEXT_MAX, &got), PT_TOO_LARGE);
    len = packed(GZIP, 4 << 20, 1 << 30, bytes, sizeof bytes);
    assert_int_equal(decode("gzip", bytes, len, TEXT_MAX, &got), PT_TOO_LARGE);
    len = packed(GZIP, 1 << 20, 64, bytes, sizeof bytes); // dense, but honest
    assert_true(len * 100 > 1 << 20);
    assert_int_equal(decode("gzip", bytes, len, TEXT_MAX, &got), PT_OK);
}

static void every_damage_is_found(void **state)
{
    (void)state;
    static char bytes[4096];
    size_t got = 0, len = packed(GZIP, 1000, 3, bytes, sizeof bytes - 100);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(decode("gzip", bytes, cut, 1000, &got), PT_INVALID);
    }
    bytes[len - 5] ^= 1; // the checksum
    assert_int_equal(decode("gzip", bytes, len, 1000, &got), PT_INVALID);
    bytes[len - 5] ^= 1;
    bytes[len] = 0;
    assert_int_equal(decode("gzip", bytes, len + 1, 1000, &got), PT_INVALID);
}

static void several_members_are_one_body(void **state)
{
    (void)state;
    static char bytes[4096];
    size_t got = 0, len = packed(GZIP, 1000, 30, bytes, 2000);
    len += packed(GZIP, 500, 30, bytes + len, 2000);
    assert_int_equal(decode("gzip", bytes, len, 1500, &got), PT_OK);
    assert_int_equal(got, 1500);
    assert_int_equal(decode("gzip", bytes, len, 1499, &got), PT_TOO_LARGE);
}

int main(void)
{
    enum { CODINGS = sizeof coding_cases / sizeof *coding_cases };
    struct CMUnitTest tests[CODINGS + 4] = {
        cmocka_unit_test(the_bound_is_exact),
        cmocka_unit_test(bombs_are_refused_by_their_ratio),
        cmocka_unit_test(every_damage_is_found),
        cmocka_unit_test(several_members_are_one_body),
    };
    for (size_t i = 0; i < CODINGS; i++) {
        tests[4 + i] =
            (struct CMUnitTest){coding_cases[i].name, coding_case, NULL, NULL, &coding_cases[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
