// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of what events say: any text for an event and its batch. What is gathered is JSON
 * within its bounds and found again by its name; what is told twice changes nothing.
 * Input: a byte of type and kind of name, the event, a NUL, the batch's own members.
 */
#include "profiles/traits_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NODE = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_trait(const Profiles *p, const SaidTrait *said)
{
    assert(traits_said_trait(p, NODE, said->name) == said);
    assert(said->name.len > 0 && said->name.len <= TRAIT_NAME_MAX);
    assert(said->value.json.len > 0 && said->value.json.len <= TRAIT_JSON_MAX);
    assert(pt_json_check(said->value.json, EVENT_MAX_DEPTH, NULL) == PT_OK);
    (void)p;
    (void)said;
}

static size_t check_gathered(const Profiles *p)
{
    const SaidNode *node = traits_said(p, NODE);
    size_t count = 0;
    if (node == NULL) {
        return 0;
    }
    for (const SaidTrait *said = node->traits; said != NULL; said = said->next, count++) {
        check_trait(p, said);
    }
    for (const SaidOrder *order = node->orders; order != NULL; order = order->next) {
        assert(!order->refund || order->micros >= 0);
        assert(order->number.len <= ORDER_NUMBER_MAX && strlen(order->currency) == 3);
    }
    return count;
}

static void take_orders(const Profiles *p)
{
    static OrderBook book;
    const SaidNode *node = traits_said(p, NODE);
    memset(&book, 0, sizeof book);
    for (const SaidOrder *o = node != NULL ? node->orders : NULL; o != NULL; o = o->next) {
        (void)order_book_take(&book, o);
    }
    assert(book.value_count <= 1 && book.kept_count <= 1); // the same order, told twice
}

static void apply(Profiles *p, const EventView *v)
{
    const PtRecord r = {.source = 1};
    PtStatus st = traits_apply(p, v, &r, NODE, NULL);
    assert(st == PT_OK);
    (void)st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"", "Order Completed", "Order Refunded"};
    static Profiles p;
    if (size < 1) {
        return 0;
    }
    if (p.traits == NULL) {
        (void)pthread_rwlock_init(&p.lock, NULL);
        if (traits_new(&p, NULL) != PT_OK) {
            abort();
        }
    }
    PtStr rest = {(const char *)data + 1, size - 1};
    EventView v = {.type = (EventType)(data[0] % EVENT_TYPE_COUNT),
                   .name = pt_str(names[data[0] / EVENT_TYPE_COUNT % 3])};
    if (pt_str_cut(&rest, '\0', &v.raw)) {
        v.common = rest;
    }
    apply(&p, &v);
    const size_t once = check_gathered(&p);
    apply(&p, &v);
    assert(check_gathered(&p) == once);
    (void)once;
    take_orders(&p);
    assert(profiles_channel(&v).len <= 7);
    traits_forget(&p);
    assert(traits_said(&p, NODE) == NULL);
    return 0;
}
