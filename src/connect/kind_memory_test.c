// SPDX-License-Identifier: Apache-2.0
/* Every allocation on the way from an event to a request fails once: the kind says so, or its
 * request is the same as with memory. A request with a part missing never leaves.
 */
#include "connect/kind_rig.h"

#include <fault/fault_alloc.h>

enum { TRIES_MAX = 5000 };

static const char event[] =
    "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"m\",\"userId\":\"u\","
    "\"anonymousId\":\"a\\u0062\",\"context\":{\"userAgent\":\"M\",\"page\":{\"url\":\"https:\\/\\/"
    "s\\/"
    "?fbclid=x\"},\"traits\":{\"email\":\"A@b.c\"}},\"properties\":{\"order_id\":\"o\","
    "\"total\":\"9.90\",\"currency\":\"EUR\",\"products\":[{\"product_id\":\"p\",\"price\":1}],"
    "\"note\":\"\\u00e9\"}}";

static struct MemoryCase {
    const char *name, *settings[6];
} memory_cases[] = {
    {"webhook", {"url=http://h/", "secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "headers=A: b"}},
    {"ga4", {"measurement_id=G-1", "api_secret=s", "ad_user_data=GRANTED"}},
    {"meta", {"pixel_id=1", "access_token=t"}},
    {"segment", {"write_key=k"}},
    {"files", {"format=csv", "folder=a"}},
    {"s3", {"endpoint=http://h", "bucket=abc", "access_key=K", "secret_key=S"}},
};

/* The whole request as one text. */
static void flat(const KindRig *rig, PtBuf *out)
{
    pt_buf_init(out, 1 << 20);
    pt_buf_printf(out, "%s %.*s %.*s", rig->request.method, PT_STR_ARG(rig->request.url),
                  PT_STR_ARG(rig->request.aws_sigv4));
    for (size_t i = 0; i < rig->request.header_count; i++) {
        pt_buf_printf(out, "\n%.*s", PT_STR_ARG(rig->request.headers[i]));
    }
    pt_buf_printf(out, "\n\n%.*s", PT_STR_ARG(pt_buf_str(&rig->request.body)));
}

static PtStatus whole_way(KindRig *rig)
{
    PtStatus st = kind_rig_render(rig);
    assert_true(st != PT_OK || rig->piece.skip == NULL);
    return st == PT_OK ? kind_rig_encode(rig, &rig->piece, 1) : st;
}

static void memory_case(void **state)
{
    const struct MemoryCase *c = *state;
    KindRig *rig = kind_rig_new(c->name, c->settings);
    PtBuf want, got;
    PtStatus st = PT_NO_MEMORY;
    uint64_t nth = 0;
    kind_rig_event(rig, event, 7);
    assert_int_equal(whole_way(rig), PT_OK);
    flat(rig, &want);
    do {
        PtArena *kept = rig->arena;
        rig->arena = pt_arena_new(1 << 20); // every try begins with an empty arena
        assert_non_null(rig->arena);
        fault_alloc_fail(++nth, 0);
        st = whole_way(rig);
        const bool past = fault_alloc_count() < nth;
        fault_alloc_fail(0, 0);
        assert_true(st == PT_OK || st == PT_NO_MEMORY);
        if (st == PT_OK) {
            flat(rig, &got);
            assert_true(pt_str_eq(pt_buf_str(&got), pt_buf_str(&want)));
            pt_buf_done(&got);
        }
        pt_arena_free(rig->arena);
        rig->arena = kept;
        if (past) {
            break;
        }
    } while (nth < TRIES_MAX);
    assert_true(nth > 2 && nth < TRIES_MAX);
    pt_buf_done(&want);
    kind_rig_free(rig);
}

int main(void)
{
    struct CMUnitTest tests[8];
    size_t n = 0;
    PT_TEST_ROWS(tests, n, memory_cases, memory_case);
    return _cmocka_run_group_tests("connect/kind_memory", tests, n, NULL, NULL);
}
