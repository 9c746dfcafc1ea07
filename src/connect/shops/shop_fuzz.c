// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for what shops send and for the mappings that people write. The first byte says what
 * it is: a kind's body (its topic up to the first newline), or a mapping, a NUL and a body. Every
 * event is JSON within its bounds, and each run gives the same.
 */
#include "base/json.h"
#include "connect/shops/shop.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ShopKind *const kinds[] = {&shop_shopify, &shop_woocommerce, &shop_square,
                                        &shop_lightspeed, &shop_adobe};
enum { KINDS = sizeof kinds / sizeof *kinds, ARENA = 64 << 20 };

static void check(const ShopMapped *m)
{
    assert(m->count <= HOOK_EVENTS_MAX);
    for (size_t i = 0; i < m->count; i++) {
        assert(m->events[i].json.len > 0 && m->events[i].json.len <= 64 << 10);
        assert(pt_json_check(m->events[i].json, 200, NULL) == PT_OK);
        assert(m->events[i].owner_count <= SHOP_OWNERS_MAX);
    }
}

static PtStatus map_once(const ShopKind *kind, PtStr topic, PtStr body, PtArena *arena,
                         ShopMapped *mapped)
{
    const ShopSender sender = {
        .kind = kind, .mark = "00000000", .rules = kind->rules, .rule_count = kind->rule_count};
    const HttpRequest r = {.body = body};
    ShopHead head = {.topic = topic, .delivery = PT_STR("d"), .currency = PT_STR("EUR")};
    PtStr json = body;
    PtStatus st = kind->json != NULL ? kind->json(body, arena, &json, NULL) : PT_OK;
    if (st == PT_OK && kind->head(&r, json, arena, &head, NULL) != PT_OK) {
        head.topic = topic; // those of headers
    }
    return st == PT_OK ? shop_map(&sender, &head, json, arena, mapped, NULL) : st;
}

static void fuzz_kind(const ShopKind *kind, PtStr rest, PtArena *arena)
{
    PtStr topic = {NULL, 0};
    ShopMapped *one = pt_arena_alloc(arena, 2, sizeof *one), *two = one + 1;
    if (one == NULL || !pt_str_cut(&rest, '\n', &topic) || rest.data == NULL) {
        return;
    }
    const PtStatus first = map_once(kind, topic, rest, arena, one);
    const PtStatus second = map_once(kind, topic, rest, arena, two);
    assert(first == second);
    if (first == PT_OK) {
        check(one);
        assert(one->count == two->count);
        for (size_t i = 0; i < one->count; i++) {
            assert(pt_str_eq(one->events[i].json, two->events[i].json));
        }
    }
}

static void fuzz_mapping(PtStr rest, PtArena *arena)
{
    PtStr mapping = {NULL, 0};
    HookPreview preview = {NULL, 0};
    if (!pt_str_cut(&rest, '\0', &mapping)) {
        return;
    }
    if (hooks_preview(mapping, rest.data != NULL ? rest : PT_STR("{}"), arena, &preview, NULL) ==
        PT_OK) {
        for (size_t i = 0; i < preview.count; i++) {
            assert(pt_json_check(preview.events[i], 200, NULL) == PT_OK);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    PtArena *arena = pt_arena_new(ARENA);
    const PtStr rest = {(const char *)data + 1, size - 1};
    const unsigned what = data[0] - (unsigned)'0';
    if (arena != NULL && what < KINDS) {
        fuzz_kind(kinds[what], rest, arena);
    } else if (arena != NULL) {
        fuzz_mapping(rest, arena);
    }
    pt_arena_free(arena);
    return 0;
}
