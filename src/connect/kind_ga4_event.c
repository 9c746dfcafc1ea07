// SPDX-License-Identifier: Apache-2.0
/* Events of Segment's e-commerce spec v2 as GA4's recommended events with items; any other by its
 * own name. GA4 answers 2xx also to what it then drops, so every rule that it would drop an event
 * or a parameter by is kept here.
 */
#include "base/money.h"
#include "connect/kind_ga4_internal.h"

#include <string.h>

typedef enum Shape {
    SHAPE_PLAIN,
    SHAPE_PRODUCT,  /* properties are one product */
    SHAPE_PRODUCTS, /* properties.products is a list of them */
    SHAPE_ORDER,    /* the same, and money is nothing without order id and currency */
} Shape;

/* developers.google.com/analytics/devguides/collection/protocol/ga4/reference/events */
static const struct NameRow {
    const char *segment, *ga4;
    Shape shape;
} names[] = {
    {"Products Searched", "search", SHAPE_PLAIN},
    {"Product List Viewed", "view_item_list", SHAPE_PRODUCTS},
    {"Promotion Viewed", "view_promotion", SHAPE_PLAIN},
    {"Promotion Clicked", "select_promotion", SHAPE_PLAIN},
    {"Product Clicked", "select_item", SHAPE_PRODUCT},
    {"Product Viewed", "view_item", SHAPE_PRODUCT},
    {"Product Added", "add_to_cart", SHAPE_PRODUCT},
    {"Product Removed", "remove_from_cart", SHAPE_PRODUCT},
    {"Cart Viewed", "view_cart", SHAPE_PRODUCTS},
    {"Checkout Started", "begin_checkout", SHAPE_PRODUCTS},
    {"Payment Info Entered", "add_payment_info", SHAPE_PRODUCTS},
    {"Order Completed", "purchase", SHAPE_ORDER},
    {"Order Refunded", "refund", SHAPE_ORDER},
    {"Product Added to Wishlist", "add_to_wishlist", SHAPE_PRODUCT},
    {"Product Shared", "share", SHAPE_PRODUCT},
    {"Signed Up", "sign_up", SHAPE_PLAIN},
    {"Signed In", "login", SHAPE_PLAIN},
    {"Lead Generated", "generate_lead", SHAPE_PLAIN},
};

/* .../protocol/ga4/reference, "Reserved names" */
static const char *const reserved_names[] = {
    "ad_activeview",
    "ad_click",
    "ad_exposure",
    "ad_query",
    "ad_reward",
    "adunit_exposure",
    "app_clear_data",
    "app_exception",
    "app_install",
    "app_remove",
    "app_store_refund",
    "app_update",
    "app_upgrade",
    "dynamic_link_app_open",
    "dynamic_link_app_update",
    "dynamic_link_first_open",
    "error",
    "firebase_campaign",
    "firebase_in_app_message_action",
    "firebase_in_app_message_dismiss",
    "firebase_in_app_message_impression",
    "first_open",
    "first_visit",
    "in_app_purchase",
    "notification_dismiss",
    "notification_foreground",
    "notification_open",
    "notification_receive",
    "notification_send",
    "os_update",
    "session_start",
    "user_engagement",
    NULL,
};
static const char *const reserved_prefixes[] = {"_", "firebase_", "ga_", "google_", "gtag.", NULL};

/* A property that has another name in GA4. */
static const struct Renamed {
    const char *segment, *ga4;
} renamed[] = {
    {"order_id", "transaction_id"},     {"query", "search_term"},
    {"list_id", "item_list_id"},        {"creative", "creative_name"},
    {"payment_method", "payment_type"}, {"shipping_method", "shipping_tier"},
};

static const struct Renamed product_fields[] = {
    {"product_id", "item_id"}, {"name", "item_name"},         {"affiliation", "affiliation"},
    {"coupon", "coupon"},      {"discount", "discount"},      {"position", "index"},
    {"brand", "item_brand"},   {"category", "item_category"}, {"variant", "item_variant"},
    {"price", "price"},        {"quantity", "quantity"},
};

typedef struct Params {
    const Ga4Event *event;
    PtJsonOut out;
    PtStr names[GA4_PARAMS_MAX]; /* in the arena: put so far */
    unsigned count, left_out, cut, lost_items;
    bool lost_value;
} Params;

/* -- names ------------------------------------------------------------------------------------- */

static bool is_reserved(PtStr name, bool is_event)
{
    for (const char *const *p = reserved_prefixes; *p != NULL; p++) {
        if (pt_str_starts(name, pt_str(*p))) {
            return true;
        }
    }
    for (const char *const *n = reserved_names; is_event && *n != NULL; n++) {
        if (pt_str_eq(name, pt_str(*n))) {
            return true;
        }
    }
    return false;
}

/* "Coupon Applied!" -> "coupon_applied": letters, digits and underscores of ASCII. Empty when it
 * would not begin with a letter, or nothing is left. */
static PtStr snake_case(PtStr text, PtArena *arena, PtBuf *failed)
{
    char *out = pt_arena_alloc(arena, text.len + 1, 1);
    failed->status = out == NULL ? PT_NO_MEMORY : failed->status;
    size_t len = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        const char c = pt_ascii_lower(text.data[i]);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (plain) {
            out[len++] = c;
        } else if (len > 0 && out[len - 1] != '_') {
            out[len++] = '_';
        }
    }
    while (len > 0 && out[len - 1] == '_') {
        len--;
    }
    const bool letter = len > 0 && ((out[0] >= 'a' && out[0] <= 'z') || out[0] == '_');
    return letter ? (PtStr){out, len} : (PtStr){NULL, 0};
}

static const struct NameRow *row_of(PtStr name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pt_str_eq(name, pt_str(names[i].segment))) {
            return &names[i];
        }
    }
    return NULL;
}

/* Empty: see *ret_why. */
static PtStr event_name(const Ga4Event *e, const struct NameRow *row, PtBuf *failed,
                        const char **ret_why)
{
    PtStr given = kind_text(kind_at(e->mapped, "name"));
    PtStr name = {NULL, 0};
    if (given.len == 0 && row != NULL) {
        return pt_str(row->ga4);
    }
    if (given.len == 0 && e->type == EVENT_PAGE) {
        return PT_STR("page_view");
    }
    if (given.len == 0 && e->type == EVENT_SCREEN) {
        return PT_STR("screen_view");
    }
    if (given.len == 0 && e->type != EVENT_TRACK) {
        *ret_why = "not a track, page or screen call";
        return name;
    }
    name = snake_case(given.len > 0 ? given : e->name, e->arena, failed);
    *ret_why = name.len == 0             ? "no event name that GA4 would take"
               : name.len > GA4_NAME_MAX ? "event name over 40 characters"
               : is_reserved(name, true) ? "event name that GA4 reserves"
                                         : NULL;
    return *ret_why == NULL ? name : (PtStr){NULL, 0};
}

/* -- parameters -------------------------------------------------------------------------------- */

/* Bytes of the first `max` characters. */
static size_t cut_at(PtStr text, size_t max)
{
    size_t i = 0;
    for (size_t chars = 0; i < text.len && chars < max; chars++) {
        i++;
        while (i < text.len && ((unsigned char)text.data[i] & 0xC0) == 0x80) {
            i++;
        }
    }
    return i;
}

/* support.google.com/analytics/answer/9267744: these three may be longer. */
static size_t value_max(PtStr name)
{
    return pt_str_eq(name, PT_STR("page_location"))   ? 1000
           : pt_str_eq(name, PT_STR("page_referrer")) ? 420
           : pt_str_eq(name, PT_STR("page_title"))    ? 300
                                                      : GA4_VALUE_MAX;
}

static void put_value(Params *p, PtStr name, PtStr text)
{
    size_t len = cut_at(text, value_max(name));
    p->cut += len < text.len;
    pt_json_out_str(&p->out, (PtStr){text.data, len});
}

/* Writes the key where the name may stand and is not there yet; the caller then writes the value.
 */
static bool open_param(Params *p, PtStr name)
{
    for (unsigned i = 0; i < p->count; i++) {
        if (pt_str_eq(p->names[i], name)) {
            return false;
        }
    }
    if (name.len == 0 || name.len > GA4_NAME_MAX || is_reserved(name, false) ||
        p->count == GA4_PARAMS_MAX) {
        p->left_out++;
        return false;
    }
    p->names[p->count++] = name;
    pt_json_out_key(&p->out, name);
    return true;
}

static void put_node(Params *p, PtStr name, const KindNode *n)
{
    if (n == NULL || n->type == PT_JSON_NULL) {
        return;
    }
    if (n->type == PT_JSON_OBJECT || n->type == PT_JSON_ARRAY) {
        p->left_out++;
    } else if (open_param(p, name)) {
        if (n->type == PT_JSON_NUMBER) {
            pt_json_out_raw(&p->out, n->raw);
        } else {
            put_value(p, name, kind_text(n));
        }
    }
}

static void put_text(Params *p, PtStr name, PtStr text)
{
    if (text.len > 0 && open_param(p, name)) {
        put_value(p, name, text);
    }
}

static bool put_money(Params *p, const char *name, int64_t micros)
{
    char text[PT_MONEY_TEXT];
    if (!open_param(p, pt_str(name))) {
        return false;
    }
    pt_json_out_raw(&p->out, pt_money_format(micros, text));
    return true;
}

/* -- items ------------------------------------------------------------------------------------- */

static const KindNode *product_field(const KindNode *product, size_t i)
{
    const KindNode *n = kind_at(product, product_fields[i].segment);
    if (n == NULL && i == 0) { // an item is known by its product id, else by its sku
        n = kind_at(product, "sku");
    }
    return n;
}

static void put_item(Params *p, const KindNode *product)
{
    int64_t micros;
    pt_json_out_object(&p->out);
    for (size_t i = 0; i < sizeof product_fields / sizeof *product_fields; i++) {
        const char *name = product_fields[i].ga4;
        const KindNode *n = product_field(product, i);
        const bool number = strcmp(name, "price") == 0 || strcmp(name, "discount") == 0 ||
                            strcmp(name, "quantity") == 0 || strcmp(name, "index") == 0;
        PtStr text = kind_text(n);
        if (number && kind_amount(n, &micros)) {
            kind_put_amount(&p->out, name, micros);
        } else if (!number && text.len > 0) {
            pt_json_out_key(&p->out, pt_str(name));
            put_value(p, pt_str(name), text);
        }
    }
    pt_json_out_object_end(&p->out);
}

/* GA4 wants one of the two of each item. */
static bool has_identity(const KindNode *product)
{
    return kind_text(product_field(product, 0)).len > 0 ||
           kind_text(kind_at(product, "name")).len > 0;
}

static void put_items(Params *p, const KindNode *properties, Shape shape)
{
    const KindNode *products = kind_at(properties, "products"), *one = properties;
    unsigned count = 0;
    if (products != NULL && products->type == PT_JSON_ARRAY) {
        one = products->child;
    } else if (shape != SHAPE_PRODUCT) {
        return;
    }
    if (one == NULL || !open_param(p, PT_STR("items"))) {
        return;
    }
    pt_json_out_array(&p->out);
    for (; one != NULL; one = one->next) {
        if (has_identity(one) && count < GA4_ITEMS_MAX) {
            put_item(p, one);
            count++;
        } else {
            p->lost_items++;
        }
        if (one == properties) {
            break;
        }
    }
    pt_json_out_array_end(&p->out);
}

/* -- money ------------------------------------------------------------------------------------- */

/* Of a field mapping: what put_worth writes in its own form. */
static bool is_worth(const KindNode *n)
{
    char currency[4];
    int64_t micros;
    return (pt_str_eq(n->key, PT_STR("currency")) && pt_currency_parse(kind_text(n), currency)) ||
           (pt_str_eq(n->key, PT_STR("value")) && kind_amount(n, &micros));
}

/* What the event is worth: without tax and shipping where it says so. */
static bool value_of(const Ga4Event *e, const KindNode *properties, Shape shape, int64_t *ret)
{
    if (kind_amount(kind_at(e->mapped, "value"), ret)) {
        return true;
    }
    static const char *const paths[] = {"value", "revenue", "subtotal", "total", NULL};
    for (const char *const *path = paths; *path != NULL; path++) {
        if (kind_amount(kind_at(properties, *path), ret)) {
            return true;
        }
    }
    int64_t price, quantity = PT_MICROS;
    if (shape != SHAPE_PRODUCT || !kind_amount(kind_at(properties, "price"), &price)) {
        return false;
    }
    (void)kind_amount(kind_at(properties, "quantity"), &quantity);
    return pt_money_mul_div(price, quantity, PT_MICROS, ret);
}

/* NULL, or why the event is worth nothing to GA4. */
static const char *put_worth(Params *p, const KindNode *properties, Shape shape)
{
    const Ga4Event *e = p->event;
    char currency[4];
    int64_t micros;
    const PtStr mapped = kind_text(kind_at(e->mapped, "currency"));
    const PtStr text = mapped.len > 0 ? mapped : kind_text(kind_at(properties, "currency"));
    const bool has_value = value_of(e, properties, shape, &micros);
    const bool has_currency = pt_currency_parse(text.len > 0 ? text : e->currency, currency);
    if (shape == SHAPE_ORDER && kind_text(kind_at(e->mapped, "transaction_id")).len == 0 &&
        kind_text(kind_at(properties, "order_id")).len == 0) {
        return "an order without an order id";
    }
    if (shape == SHAPE_ORDER && has_value && !has_currency) {
        return "an order without a currency";
    }
    if (has_currency && (has_value || shape != SHAPE_PLAIN || mapped.len > 0)) {
        put_text(p, PT_STR("currency"), (PtStr){currency, 3});
    }
    if (has_value && has_currency) {
        (void)put_money(p, "value", micros);
    }
    p->lost_value = has_value && !has_currency;
    return NULL;
}

/* -- all of it --------------------------------------------------------------------------------- */

static bool is_product_field(PtStr key)
{
    bool found = pt_str_eq(key, PT_STR("sku")) || pt_str_eq(key, PT_STR("image_url")) ||
                 pt_str_eq(key, PT_STR("url"));
    for (size_t i = 0; i < sizeof product_fields / sizeof *product_fields && !found; i++) {
        found = pt_str_eq(key, pt_str(product_fields[i].segment));
    }
    return found;
}

static bool is_used(PtStr key, Shape shape)
{
    static const char *const used[] = {"products", "currency", "value", "revenue",
                                       "subtotal", "total",    "tax",   "shipping"};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
        if (pt_str_eq(key, pt_str(used[i]))) {
            return true;
        }
    }
    return shape == SHAPE_PRODUCT && is_product_field(key);
}

static PtStr param_name(PtStr key, PtArena *arena, PtBuf *failed)
{
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (pt_str_eq(key, pt_str(renamed[i].segment))) {
            return pt_str(renamed[i].ga4);
        }
    }
    return snake_case(key, arena, failed);
}

static void put_own(Params *p, const KindNode *properties, Shape shape)
{
    const KindNode *n =
        properties != NULL && properties->type == PT_JSON_OBJECT ? properties->child : NULL;
    for (; n != NULL; n = n->next) {
        if (!is_used(n->key, shape) && n->type != PT_JSON_NULL) {
            put_node(p, param_name(n->key, p->event->arena, p->out.buf), n);
        }
    }
}

static void put_page(Params *p)
{
    static const struct {
        const char *name, *paths[3];
    } rows[] = {
        {"page_location", {"properties.url", "context.page.url", NULL}},
        {"page_referrer", {"properties.referrer", "context.page.referrer", NULL}},
        {"page_title", {"properties.title", "context.page.title", NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_text(p, pt_str(rows[i].name), kind_first(p->event->root, rows[i].paths));
    }
    if (p->event->type == EVENT_SCREEN) {
        put_text(p, PT_STR("screen_name"), p->event->name);
    }
}

/* So that the event shows in reports by session (same page, "Required parameters"). */
static void put_session(Params *p)
{
    static const char *const paths[] = {"integrations.Google Analytics 4.sessionId",
                                        "integrations.Google Analytics 4.session_id",
                                        "integrations.Actions Google Analytic 4.sessionId", NULL};
    put_text(p, PT_STR("session_id"), kind_first(p->event->root, paths));
    if (open_param(p, PT_STR("engagement_time_msec"))) {
        pt_json_out_i64(&p->out, 1);
    }
}

static void put_mapped(Params *p)
{
    const KindNode *n = p->event->mapped != NULL ? p->event->mapped->child : NULL;
    for (; n != NULL; n = n->next) {
        if (!pt_str_eq(n->key, PT_STR("name")) && !pt_str_eq(n->key, PT_STR("client_id")) &&
            !pt_str_eq(n->key, PT_STR("user_id")) && !is_worth(n)) {
            put_node(p, n->key, n);
        }
    }
}

static const char *put_params(Params *p, Shape shape)
{
    int64_t micros;
    const KindNode *properties = kind_at(p->event->root, "properties");
    pt_json_out_object(&p->out);
    put_mapped(p);
    const char *why = put_worth(p, properties, shape);
    put_items(p, properties, shape);
    if (kind_amount(kind_at(properties, "tax"), &micros)) {
        (void)put_money(p, "tax", micros);
    }
    if (kind_amount(kind_at(properties, "shipping"), &micros)) {
        (void)put_money(p, "shipping", micros);
    }
    put_session(p);
    put_page(p);
    put_own(p, properties, shape);
    pt_json_out_object_end(&p->out);
    return why;
}

static PtStr note_of(const Params *p)
{
    PtStr none = {NULL, 0};
    if (p->left_out + p->cut + p->lost_items == 0 && !p->lost_value) {
        return none;
    }
    PtStr note = kind_printf(
        p->event->arena, "left out: %u parameters, %u items%s; cut to 100 characters: %u values",
        p->left_out, p->lost_items, p->lost_value ? ", a value without currency" : "", p->cut);
    p->out.buf->status = note.data == NULL ? PT_NO_MEMORY : p->out.buf->status;
    return note;
}

const char *ga4_put_event(const Ga4Event *e, PtBuf *out, PtStr *ret_note)
{
    const char *why = NULL;
    Params p = {.event = e, .out = pt_json_out(out)};
    const struct NameRow *row = e->type == EVENT_TRACK ? row_of(e->name) : NULL;
    PtStr name = event_name(e, row, out, &why);
    if (why != NULL) {
        return why;
    }
    pt_json_out_object(&p.out);
    kind_put_text(&p.out, "name", name);
    pt_json_out_key(&p.out, PT_STR("timestamp_micros"));
    pt_json_out_i64(&p.out, e->timestamp_ms * 1000);
    pt_json_out_key(&p.out, PT_STR("params"));
    why = put_params(&p, row != NULL ? row->shape : SHAPE_PLAIN);
    pt_json_out_object_end(&p.out);
    *ret_note = note_of(&p);
    return why;
}
