// SPDX-License-Identifier: Apache-2.0
/* What somebody did: the timeline of a person, and the context that whoever takes over needs. Both
 * read the person's records from the log. */
#include "api/api_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    CONTEXT_EVENTS = 100, /* that a cart is made of */
    CONTEXT_RECENT = 5,
    CART_ITEMS = 20,
    PRODUCT_BYTES = 255,
    QUANTITY_MAX = 1000000,
    TRAIT_BYTES = 1024,
    JSON_DEPTH = 64,
};

static void close_readerp(PtLogReader **reader)
{
    pt_log_reader_close(*reader);
}

/* The record at an offset that the index gave. Borrowed until the next call on the reader. */
static PtStatus read_record(PtLogReader *reader, uint64_t offset, const PtRecord **ret_record,
                            PtError *err)
{
    size_t count = 0;
    pt_log_seek(reader, offset);
    PtStatus st = pt_log_fetch(reader, 1, true, ret_record, &count, err);
    if (st == PT_OK && (count == 0 || (*ret_record)->position.offset != offset)) {
        return pt_fail(err, PT_CORRUPT, "the log has no record %" PRIu64 " that a profile names",
                       offset);
    }
    return st;
}

/* -- timeline ------------------------------------------------------------------------------------
 */

static PtStatus put_events(ApiCall *call, PtJsonOut *out, PtStr id, const uint64_t *offsets,
                           size_t count)
{
    PT_CLEANUP(close_readerp) PtLogReader *reader = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(64 << 20);
    PtStatus st = arena != NULL
                      ? pt_log_reader_open(call->api->c.log, NULL, 0, 0, &reader, &call->error)
                      : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a timeline");
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const PtRecord *record = NULL;
        EventSource space;
        st = read_record(reader, offsets[i], &record, &call->error);
        if (st == PT_OK && (record->flags & EVENT_ERASED) == 0) { // else nobody's any more
            const EventSourceName name = api_source_name(call->api, record->source, &space);
            if (out->comma) {
                pt_buf_add_char(&call->body, ',');
            }
            st = event_to_json(record, &name, id, arena, &call->body, &call->error);
            out->comma = true;
        }
        pt_arena_clear(arena);
    }
    return st;
}

void api_profiles_timeline(ApiCall *call)
{
    uint64_t before = 0, offsets[100];
    char cursor[24] = "";
    Profile p;
    size_t count = 0;
    Profiles *profiles = call->api->c.profiles;
    const size_t limit = (size_t)call->query[Q_PROFILES_TIMELINE_LIMIT].number;
    PtStatus st =
        api_cursor_u64(&call->query[Q_PROFILES_TIMELINE_CURSOR], UINT64_MAX, &before, &call->error);
    st = st == PT_OK ? profiles_timeline(profiles, call->args[0], before, limit, offsets, &count,
                                         &call->error)
                     : st;
    st = st == PT_OK ? profiles_get(profiles, call->args[0], call->arena, &p, &call->error) : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    st = put_events(call, &out, pt_str(p.id), offsets, count);
    if (count == limit && offsets[count - 1] > 0) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu64, offsets[count - 1]);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}

/* -- context: the cart ----------------------------------------------------------------------------
 */

typedef struct CartItem {
    PtStr product, name;
    int64_t quantity;
} CartItem;

typedef struct Cart {
    CartItem items[CART_ITEMS];
    size_t count;
    int64_t at_ms; /* of the last change */
} Cart;

/* The last value of a member of an object; data NULL where it has none. */
static PtStr member(PtStr object, PtStr name)
{
    PtJson j;
    PtStr found = {NULL, 0};
    pt_json_init(&j, object, JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return found;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool here = pt_json_raw_eq(j.raw, j.flags, name);
        PtStr value;
        if (!pt_json_skip(&j, &value, NULL, NULL)) {
            break;
        }
        found = here ? value : found;
    }
    return found;
}

/* A text, or a number as it stands, in the arena; empty for anything else and where it is too long.
 */
static PtStr member_text(ApiCall *call, PtStr object, PtStr name)
{
    const PtStr none = {NULL, 0};
    PtStr value = member(object, name);
    if (value.len == 0 || value.len > (size_t)PRODUCT_BYTES * 6) {
        return none;
    }
    if (value.data[0] == '-' || (value.data[0] >= '0' && value.data[0] <= '9')) {
        return pt_arena_str(call->arena, value);
    }
    if (value.data[0] != '"') {
        return none;
    }
    PtBuf text;
    pt_buf_init(&text, (size_t)PRODUCT_BYTES * 6);
    pt_json_decode((PtStr){value.data + 1, value.len - 2}, &text);
    const bool fits = pt_buf_status(&text) == PT_OK && text.len <= PRODUCT_BYTES;
    value = fits ? pt_arena_str(call->arena, pt_buf_str(&text)) : none;
    pt_buf_done(&text);
    return value;
}

/* 1 where the event does not say. */
static int64_t quantity_of(PtStr properties)
{
    int64_t quantity = 0;
    return pt_json_to_i64(member(properties, PT_STR("quantity")), &quantity) && quantity > 0 &&
                   quantity <= QUANTITY_MAX
               ? quantity
               : 1;
}

static CartItem *cart_find(Cart *cart, PtStr product)
{
    for (size_t i = 0; i < cart->count; i++) {
        if (pt_str_eq(cart->items[i].product, product)) {
            return &cart->items[i];
        }
    }
    return NULL;
}

static void cart_add(Cart *cart, PtStr product, PtStr name, int64_t quantity)
{
    CartItem *item = cart_find(cart, product);
    if (item == NULL && cart->count < CART_ITEMS) {
        item = &cart->items[cart->count++];
        *item = (CartItem){.product = product};
    }
    if (item != NULL) {
        const int64_t sum = item->quantity + quantity;
        item->quantity = sum < QUANTITY_MAX ? sum : QUANTITY_MAX;
        item->name = name.len > 0 ? name : item->name;
    }
}

static void cart_remove(Cart *cart, PtStr product, int64_t quantity)
{
    CartItem *item = cart_find(cart, product);
    if (item != NULL && item->quantity > quantity) {
        item->quantity -= quantity;
    } else if (item != NULL) {
        const size_t at = (size_t)(item - cart->items);
        cart->count--;
        memmove(item, item + 1, (cart->count - at) * sizeof *item);
    }
}

/* Events are applied oldest first. */
static void cart_apply(ApiCall *call, Cart *cart, const EventView *v)
{
    const bool added = pt_str_eq(v->name, PT_STR("Product Added"));
    if (v->type != EVENT_TRACK) {
        return;
    }
    if (pt_str_eq(v->name, PT_STR("Order Completed"))) {
        cart->count = 0;
    }
    if (!added && !pt_str_eq(v->name, PT_STR("Product Removed"))) {
        return;
    }
    const PtStr properties = member(v->raw, PT_STR("properties"));
    PtStr product = member_text(call, properties, PT_STR("product_id"));
    product = product.len > 0 ? product : member_text(call, properties, PT_STR("sku"));
    if (product.len == 0) {
        return;
    }
    cart->at_ms = v->timestamp_ms;
    if (added) {
        cart_add(cart, product, member_text(call, properties, PT_STR("name")),
                 quantity_of(properties));
    } else {
        cart_remove(cart, product, quantity_of(properties));
    }
}

static void put_cart(PtJsonOut *out, const Cart *cart)
{
    pt_json_out_key(out, PT_STR("open"));
    pt_json_out_object(out);
    if (cart->count == 0) {
        api_put_null(out, "cart");
    } else {
        pt_json_out_key(out, PT_STR("cart"));
        pt_json_out_object(out);
        api_put_time(out, "at", cart->at_ms);
        pt_json_out_key(out, PT_STR("items"));
        pt_json_out_array(out);
        for (size_t i = 0; i < cart->count; i++) {
            pt_json_out_object(out);
            pt_json_put_str(out, "product", cart->items[i].product);
            api_put_text_or_null(out, "name", cart->items[i].name);
            pt_json_put_i64(out, "quantity", cart->items[i].quantity);
            pt_json_out_object_end(out);
        }
        pt_json_out_array_end(out);
        pt_json_out_object_end(out);
    }
    pt_json_out_object_end(out);
}

/* -- context: the rest
 * ----------------------------------------------------------------------------- */

/* What of an event is shown, written at once: the record is gone with the next one. */
static void put_moment(PtJsonOut *out, uint64_t offset, const EventView *v)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, "position", offset);
    api_put_time(out, "at", v->timestamp_ms);
    pt_json_put_str(out, "type", event_type_name(v->type));
    api_put_text_or_null(out, "name", v->name);
    api_put_text_or_null(out, "channel", profiles_channel(v));
    pt_json_out_object_end(out);
}

static PtStatus read_view(PtLogReader *reader, uint64_t offset, EventView *ret_view, PtError *err)
{
    const PtRecord *record = NULL;
    PtStatus st = read_record(reader, offset, &record, err);
    return st == PT_OK ? event_payload_read(record, ret_view, err) : st;
}

/* "last", "recent" and "open", of the person's newest events: newest first. */
static PtStatus put_events_seen(ApiCall *call, PtJsonOut *out, const Profile *p,
                                const uint64_t *offsets, size_t count)
{
    PT_CLEANUP(close_readerp) PtLogReader *reader = NULL;
    EventView v;
    Cart cart = {0};
    PtError *err = &call->error;
    PtStatus st = pt_log_reader_open(call->api->c.log, NULL, 0, 0, &reader, err);
    if (p->events == 0) {
        api_put_null(out, "last");
    } else if (st == PT_OK) {
        st = read_view(reader, p->last.offset, &v, err);
        if (st == PT_OK) {
            pt_json_out_key(out, PT_STR("last"));
            put_moment(out, p->last.offset, &v);
        }
    }
    pt_json_out_key(out, PT_STR("recent"));
    pt_json_out_array(out);
    for (size_t i = 0; st == PT_OK && i < count && i < CONTEXT_RECENT; i++) {
        const PtRecord *record = NULL;
        st = read_record(reader, offsets[i], &record, err);
        if (st == PT_OK && (record->flags & EVENT_ERASED) == 0) {
            st = event_payload_read(record, &v, err);
        }
        if (st == PT_OK && (record->flags & EVENT_ERASED) == 0) {
            put_moment(out, offsets[i], &v);
        }
    }
    pt_json_out_array_end(out);
    for (size_t i = count; st == PT_OK && i > 0; i--) {
        st = read_view(reader, offsets[i - 1], &v, err);
        if (st == PT_OK) {
            cart_apply(call, &cart, &v);
        }
    }
    put_cart(out, &cart);
    return st;
}

static void put_reach(PtJsonOut *out, const Profile *p)
{
    static const char *const types[] = {"email", "phone"};
    pt_json_out_key(out, PT_STR("reach"));
    pt_json_out_object(out);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        const ProfileNode *newest = NULL;
        for (size_t i = 0; i < p->node_count; i++) {
            const ProfileNode *node = &p->nodes[i];
            if (pt_str_eq(node->type, pt_str(types[t])) &&
                (newest == NULL || node->last_ms >= newest->last_ms)) {
                newest = node;
            }
        }
        api_put_text_or_null(out, types[t], newest != NULL ? newest->value : PT_STR(""));
    }
    pt_json_out_object_end(out);
}

static void put_chosen_traits(PtJsonOut *out, const Profile *p)
{
    static const char *const names[] = {
        "firstName", "first_name",      "lastName", "last_name", "title",
        "company",   "language",        "locale",   "timezone",  "country",
        "city",      "loyalty_tier",    "tier",     "vip",       "birthday",
        "plan",      "preferred_store",
    };
    pt_json_out_key(out, PT_STR("traits"));
    pt_json_out_array(out);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        for (size_t i = 0; i < p->trait_count; i++) {
            const ProfileTrait *trait = &p->traits[i];
            if (pt_str_eq(trait->name, pt_str(names[n])) && trait->json.len <= TRAIT_BYTES) {
                pt_json_out_object(out);
                pt_json_put_str(out, "name", trait->name);
                api_put_raw(out, "value", trait->json);
                pt_json_out_object_end(out);
            }
        }
    }
    pt_json_out_array_end(out);
}

void api_profiles_context(ApiCall *call)
{
    uint64_t offsets[CONTEXT_EVENTS];
    size_t count = 0;
    Profile p;
    Profiles *profiles = call->api->c.profiles;
    PtStatus st = profiles_get(profiles, call->args[0], call->arena, &p, &call->error);
    // what came after the version that is handed over is left out: it is not of it
    st = st == PT_OK ? profiles_timeline(profiles, pt_str(p.id), p.version, CONTEXT_EVENTS, offsets,
                                         &count, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "id", pt_str(p.id));
    pt_json_put_u64(&out, "version", p.version);
    pt_json_put_str(&out, "name", p.name);
    put_reach(&out, &p);
    st = put_events_seen(call, &out, &p, offsets, count);
    put_chosen_traits(&out, &p);
    st = st == PT_OK ? api_put_consent(call, &out, pt_str(p.id)) : st;
    pt_json_out_object_end(&out);
    if (!api_failed(call, st)) {
        api_answer(call, 200);
    }
}
