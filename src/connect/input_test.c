// SPDX-License-Identifier: Apache-2.0
#include "connect/test_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

enum { PLAIN_LEN = 300000, SPACE = 1 << 20 };

typedef struct Packed {
    char plain[PLAIN_LEN];
    char bytes[SPACE];
    size_t len;
} Packed;

static Packed *packed_new(void)
{
    Packed *p = calloc(1, sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; i < PLAIN_LEN; i++) {
        p->plain[i] = (char)('a' + i * i % 23);
    }
    return p;
}

static void add_gzip(Packed *p, char *text, size_t len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)text;
    z.avail_in = (uInt)len;
    z.next_out = (Bytef *)p->bytes + p->len;
    z.avail_out = (uInt)(SPACE - p->len);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    p->len = SPACE - z.avail_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

static void add_zstd(Packed *p, const char *text, size_t len)
{
    size_t n = ZSTD_compress(p->bytes + p->len, SPACE - p->len, text, len, 3);
    assert_false(ZSTD_isError(n));
    p->len += n;
}

/* Reads all, in pieces of `cap` bytes at most. */
static PtStatus read_all(TestBytes *bytes, size_t cap, char *out, size_t *ret_len, PtError *err)
{
    ConnectInput *in = NULL;
    size_t len = 0, n = 1;
    PtStatus st = connect_input_over(test_bytes_source(bytes), bytes->text.len, &in, err);
    if (st != PT_OK) {
        return st;
    }
    ConnectSource source = connect_input_source(in);
    while (st == PT_OK && n > 0) {
        size_t room = SPACE - len < cap ? SPACE - len : cap;
        st = source.read(source.ctx, out + len, room, &n, err);
        len += st == PT_OK ? n : 0;
    }
    if (st == PT_OK) {
        assert_int_equal(connect_input_consumed(in), bytes->text.len);
    }
    connect_input_close(in);
    *ret_len = len;
    return st;
}

static void check_same(const Packed *p, PtStr want)
{
    char *out = malloc(SPACE);
    static const size_t steps[] = {0, 1, 1000}, caps[] = {SPACE, 1, 777};
    assert_non_null(out);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        TestBytes bytes = {{p->bytes, p->len}, steps[i], 0, 0};
        size_t len = 0;
        assert_int_equal(read_all(&bytes, caps[i], out, &len, NULL), PT_OK);
        assert_int_equal(len, want.len);
        assert_memory_equal(out, want.data, len);
    }
    free(out);
}

static void plain(void **state)
{
    (void)state;
    Packed *p = packed_new();
    memcpy(p->bytes, p->plain, PLAIN_LEN);
    p->len = PLAIN_LEN;
    check_same(p, (PtStr){p->plain, PLAIN_LEN});
    p->len = 1; // shorter than any magic
    check_same(p, (PtStr){p->plain, 1});
    p->len = 0;
    check_same(p, (PtStr){p->plain, 0});
    free(p);
}

static void gzip_of_one_and_of_three_members(void **state)
{
    (void)state;
    Packed *p = packed_new();
    add_gzip(p, p->plain, PLAIN_LEN);
    check_same(p, (PtStr){p->plain, PLAIN_LEN});
    p->len = 0;
    add_gzip(p, p->plain, 1000);
    add_gzip(p, p->plain, 0);
    add_gzip(p, p->plain + 1000, PLAIN_LEN - 1000);
    check_same(p, (PtStr){p->plain, PLAIN_LEN});
    free(p);
}

static void zstd_of_one_and_of_two_frames(void **state)
{
    (void)state;
    Packed *p = packed_new();
    add_zstd(p, p->plain, PLAIN_LEN);
    check_same(p, (PtStr){p->plain, PLAIN_LEN});
    p->len = 0;
    add_zstd(p, p->plain, 5);
    add_zstd(p, p->plain + 5, PLAIN_LEN - 5);
    check_same(p, (PtStr){p->plain, PLAIN_LEN});
    free(p);
}

/* A download that broke off must not pass as a short file. */
static void a_cut_file_is_corrupt_at_every_length(void **state)
{
    (void)state;
    Packed *p = packed_new();
    char *out = malloc(SPACE);
    assert_non_null(out);
    for (int kind = 0; kind < 2; kind++) {
        p->len = 0;
        if (kind == 0) {
            add_gzip(p, p->plain, 2000);
        } else {
            add_zstd(p, p->plain, 2000);
        }
        for (size_t len = 4; len < p->len; len += 1 + len / 40) {
            TestBytes bytes = {{p->bytes, len}, 0, 0, 0};
            PtError err = {0};
            size_t got = 0;
            assert_int_equal(read_all(&bytes, SPACE, out, &got, &err), PT_CORRUPT);
            assert_non_null(strstr(err.message, "ends inside its compressed data"));
        }
    }
    free(out);
    free(p);
}

static void damage_is_corrupt(void **state)
{
    (void)state;
    Packed *p = packed_new();
    char *out = malloc(SPACE);
    size_t got = 0;
    assert_non_null(out);
    add_gzip(p, p->plain, PLAIN_LEN);
    p->bytes[p->len / 2] ^= 0x40;
    TestBytes bytes = {{p->bytes, p->len}, 0, 0, 0};
    assert_int_equal(read_all(&bytes, SPACE, out, &got, NULL), PT_CORRUPT);
    p->len = 0;
    add_zstd(p, p->plain, PLAIN_LEN);
    p->bytes[5] ^= 0x7f;
    bytes = (TestBytes){{p->bytes, p->len}, 0, 0, 0};
    assert_int_equal(read_all(&bytes, SPACE, out, &got, NULL), PT_CORRUPT);
    free(out);
    free(p);
}

static void a_failing_source_is_passed_on(void **state)
{
    (void)state;
    Packed *p = packed_new();
    char *out = malloc(SPACE);
    size_t got = 0;
    add_gzip(p, p->plain, PLAIN_LEN);
    TestBytes bytes = {{p->bytes, p->len}, 100, 0, 500};
    assert_int_equal(read_all(&bytes, SPACE, out, &got, NULL), PT_IO);
    free(out);
    free(p);
}

static void files(void **state)
{
    (void)state;
    char path[] = "/tmp/connect_input_test_XXXXXX", digest[CONNECT_DIGEST_TEXT];
    int fd = mkstemp(path);
    ConnectInput *in = NULL;
    PtError err = {0};
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc", 3), 3);
    assert_int_equal(close(fd), 0);
    assert_int_equal(connect_file_digest(path, digest, NULL), PT_OK);
    assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(connect_input_open(path, &in, NULL), PT_OK);
    assert_int_equal(connect_input_size(in), 3);
    connect_input_close(in);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(connect_input_open(path, &in, &err), PT_NOT_FOUND);
    assert_non_null(strstr(err.message, "cannot open"));
    assert_int_equal(connect_file_digest(path, digest, NULL), PT_NOT_FOUND);
    assert_int_equal(connect_input_open("/tmp", &in, &err), PT_INVALID);
    assert_non_null(strstr(err.message, "not a regular file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),
        cmocka_unit_test(gzip_of_one_and_of_three_members),
        cmocka_unit_test(zstd_of_one_and_of_two_frames),
        cmocka_unit_test(a_cut_file_is_corrupt_at_every_length),
        cmocka_unit_test(damage_is_corrupt),
        cmocka_unit_test(a_failing_source_is_passed_on),
        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests_name("connect/input", tests, NULL, NULL);
}
