// SPDX-License-Identifier: Apache-2.0
/* Lightspeed Retail X-Series (formerly Vend): a form with the JSON in its field `payload`.
 * Deliveries have no id and come again whenever the object changes. */
#include "base/hash.h"
#include "connect/shops/table_internal.h"

#define DONE                                                                                       \
    "status=CLOSED|ONACCOUNT|ONACCOUNT_CLOSED|LAYBY_CLOSED|AWAITING_DISPATCH|AWAITING_PICKUP|"     \
    "DISPATCHED_CLOSED|PICKED_UP_CLOSED"
#define WHO_SALES "customer:customer_id|customer:customer.id|sale:id"

static const ShopField line_fields[] = {
    TEXT("product_id", "product_id"),  TEXT("sku", "sku|product.sku"),
    TEXT("name", "name|product.name"), NUMBER("quantity", "quantity"),
    MONEY("price", "price+tax"),       MONEY("discount", "discount"),
};

#define PERSON                                                                                     \
    IDS("lightspeed_customer:customer_id"), TEXT("context.traits.email", "customer.email"),        \
        TEXT("context.traits.phone", "customer.mobile|customer.phone"),                            \
        TEXT("context.traits.firstName", "customer.first_name"),                                   \
        TEXT("context.traits.lastName", "customer.last_name"), VALUE("context.channel", "store")

static const ShopField sale_fields[] = {
    WHO(WHO_SALES),
    TIME("timestamp", "sale_date|created_at"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "invoice_number"),
    NEED_MONEY("properties.total", "total_price+total_tax"),
    MONEY("properties.tax", "total_tax"),
    NEED_CURRENCY("properties.currency", "@currency"),
    TEXT("properties.status", "status"),
    TEXT("properties.store_id", "outlet_id|register_id"),
    LINES("properties.products", "register_sale_products|line_items", line_fields),
    PERSON,
};

/* A return is a sale with a negative total. */
static const ShopField return_fields[] = {
    WHO(WHO_SALES),
    TIME("timestamp", "sale_date|created_at"),
    NEED_TEXT("properties.order_id", "return_for|id"),
    NEED_TEXT("properties.refund_id", "id"),
    NEED_AMOUNT("properties.total", "total_price+total_tax"),
    NEED_CURRENCY("properties.currency", "@currency"),
    TEXT("properties.reason", "note"),
    TEXT("properties.store_id", "outlet_id|register_id"),
    LINES("properties.products", "register_sale_products|line_items", line_fields),
    PERSON,
};

static const ShopField update_fields[] = {
    WHO(WHO_SALES),
    TIME("timestamp", "updated_at|sale_date|created_at"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "invoice_number"),
    MONEY("properties.total", "total_price+total_tax"),
    CURRENCY("properties.currency", "@currency"),
    TEXT("properties.status", "status"),
    TEXT("properties.store_id", "outlet_id|register_id"),
    PERSON,
};

static const ShopField customer_fields[] = {
    WHO("customer:id"),
    TIME("timestamp", "updated_at|created_at"),
    TEXT("traits.email", "email|contact.email"),
    TEXT("traits.phone", "mobile|phone|contact.mobile|contact.phone"),
    TEXT("traits.firstName", "first_name|contact.first_name"),
    TEXT("traits.lastName", "last_name|contact.last_name"),
    TEXT("traits.company", "company_name|contact.company_name"),
    TEXT("traits.birthday", "date_of_birth"),
    TIME("traits.createdAt", "created_at"),
    TEXT("traits.address.street", "physical_address_1|contact.physical_address1"),
    TEXT("traits.address.postal_code", "physical_postcode|contact.physical_postcode"),
    TEXT("traits.address.city", "physical_city|contact.physical_city"),
    TEXT("traits.address.country", "physical_country_id|contact.physical_country_id"),
    IDS("lightspeed_customer:id|loyalty_card:customer_code"),
    VALUE("context.channel", "store"),
};

static const ShopField stock_fields[] = {
    WHO("stock:outlet_id"),
    TIME("timestamp", "updated_at"),
    NEED_TEXT("properties.product_id", "product_id"),
    TEXT("properties.sku", "product.sku"),
    NEED_TEXT("properties.store_id", "outlet_id"),
    NEED_NUMBER("properties.available", "count|inventory_level|current_amount"),
    NUMBER("properties.reorder_point", "reorder_point"),
};

static const ShopField product_fields[] = {
    WHO("products:@currency"),
    TIME("timestamp", "updated_at"),
    NEED_TEXT("properties.product_id", "id"),
    TEXT("properties.sku", "sku"),
    TEXT("properties.name", "name"),
    TEXT("properties.brand", "brand_name|brand.name"),
    MONEY("properties.price", "price|price_including_tax"),
    CURRENCY("properties.currency", "@currency"),
};

#define SALE .object = "sale", .id = "id", .version = "version|updated_at", .owner = "sale:id"

static const ShopRule rules[] = {
    {.topics = "sale.update",
     .when = DONE " total_price>=0",
     .event = "Order Completed",
     .take = SHOP_ONCE,
     .once = "completed",
     SALE,
     FIELDS(sale_fields)},
    {.topics = "sale.update",
     .when = DONE " total_price<0",
     .event = "Order Refunded",
     .take = SHOP_ONCE,
     .once = "refunded",
     SALE,
     FIELDS(return_fields)},
    {.topics = "sale.update",
     .when = "status=VOIDED",
     .event = "Order Cancelled",
     .take = SHOP_ONCE,
     .once = "cancelled",
     SALE,
     FIELDS(update_fields)},
    {.topics = "sale.update",
     .event = "Order Updated",
     .take = SHOP_NEWEST,
     SALE,
     FIELDS(update_fields)},
    {.topics = "customer.update",
     .take = SHOP_NEWEST,
     .object = "customer",
     .id = "id",
     .version = "version|updated_at",
     FIELDS(customer_fields)},
    {.topics = "inventory.update",
     .event = "Inventory Level Changed",
     .take = SHOP_NEWEST,
     .object = "stock",
     .id = "product_id outlet_id",
     .version = "version|updated_at",
     FIELDS(stock_fields)},
    {.topics = "product.update",
     .event = "Product Updated",
     .take = SHOP_NEWEST,
     .object = "product",
     .id = "id",
     .version = "version|updated_at",
     FIELDS(product_fields)},
};

/* "signature=...,algorithm=HMAC-SHA256". The documentation does not say in which letters the bytes
 * are written: hex and base64 are both taken. */
static bool is_signed(const ShopSender *sender, PtStr secret, const HttpRequest *r)
{
    uint8_t mac[32];
    PtStr rest = http_header(r, "x-signature"), part = {NULL, 0}, given = {NULL, 0};
    bool known = false;
    (void)sender;
    while (pt_str_cut(&rest, ',', &part)) {
        PtStr name = {NULL, 0}, value = part;
        while (value.len > 0 && value.data[0] == ' ') {
            value = pt_str_from(value, 1);
        }
        (void)pt_str_cut(&value, '=', &name); // base64 may have more of them
        if (pt_str_eq(name, PT_STR("signature")) && value.data != NULL) {
            given = value;
        } else if (pt_str_eq(name, PT_STR("algorithm"))) {
            known = value.data != NULL && pt_str_eq(value, PT_STR("HMAC-SHA256"));
        }
    }
    shop_hmac(secret, r->body, (PtStr){NULL, 0}, mac);
    return known && given.data != NULL &&
           (shop_is_hex_of(given, mac) || shop_is_base64_of(given, mac));
}

/* JSON is put into a form; what is none is taken as the form itself. */
static void pack(const ShopSender *sender, PtStr secret, ShopParcel *p)
{
    static const char prefix[] = "signature=", suffix[] = ",algorithm=HMAC-SHA256";
    enum { START = sizeof prefix - 1, HEX = 64 };
    char text[START + HEX + sizeof suffix];
    uint8_t mac[32];
    (void)sender;
    if (pt_str_starts(pt_str_trim_low(p->body), PT_STR("{"))) {
        p->body = shop_form_of(p->topic, p->body, p->arena);
        p->failed = p->body.data == NULL;
    }
    shop_hmac(secret, p->body, (PtStr){NULL, 0}, mac);
    memcpy(text, prefix, START);
    pt_hex(mac, sizeof mac, text + START);
    memcpy(text + START + HEX, suffix, sizeof suffix);
    shop_parcel_put(p, "X-Signature", pt_arena_str(p->arena, pt_str(text)));
}

static PtStatus read_json(PtStr body, PtArena *arena, PtStr *ret_json, PtError *err)
{
    return shop_form_field(body, PT_STR("payload"), arena, ret_json, err);
}

/* What tells an object's type where the form does not. */
static PtStr guessed(const ShopScope *s)
{
    static const struct {
        const char *member, *topic;
    } rows[] = {{"register_sale_products", "sale.update"},
                {"invoice_number", "sale.update"},
                {"customer_code", "customer.update"},
                {"reorder_point", "inventory.update"},
                {"handle", "product.update"}};
    PtStr raw = {NULL, 0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (shop_find(s, pt_str(rows[i].member), &raw)) {
            return pt_str(rows[i].topic);
        }
    }
    return (PtStr){NULL, 0};
}

static PtStatus read_head(const HttpRequest *r, PtStr json, PtArena *arena, ShopHead *ret_head,
                          PtError *err)
{
    const ShopScope s = {json, json, ret_head, arena};
    PtStr topic = {NULL, 0};
    if (shop_form_field(r->body, PT_STR("type"), arena, &topic, NULL) != PT_OK) {
        topic = http_query(r, arena, "topic");
    }
    ret_head->topic = topic.data != NULL && topic.len > 0 ? topic : guessed(&s);
    ret_head->delivery = shop_digest_id(r->body, arena);
    return ret_head->topic.data != NULL
               ? PT_OK
               : pt_fail(err, PT_INVALID,
                         "it does not say what it is: add ?topic=sale.update to its address");
}

/* For trials: deliveries in the shape that the vendor documents. */
static const HookSample samples[] = {
    {"sale.update",
     "{\"id\":\"8a2f31c5-7d6e-4b0a-9c1d-2f6b8e5a4c30\",\"invoice_number\":\"1042\","
     "\"status\":\"CLOSED\",\"total_price\":10.0,\"total_tax\":1.5,"
     "\"sale_date\":\"2026-05-07 03:04:05\",\"created_at\":\"2026-05-07 03:04:05\","
     "\"updated_at\":\"2026-05-07 03:05:06\",\"version\":5160491820,"
     "\"outlet_id\":\"06bf537b-c7d7-11e7-ff13-0c871e8e4f2a\","
     "\"register_id\":\"06bf537b-c77f-11e7-ff13-0c871ec9a8b1\","
     "\"customer_id\":\"0af7b240-abc5-11e7-eddc-9c3a2b1d4e5f\","
     "\"customer\":{\"id\":\"0af7b240-abc5-11e7-eddc-9c3a2b1d4e5f\","
     "\"customer_code\":\"ANNA-1\",\"first_name\":\"Anna\",\"last_name\":\"Huber\","
     "\"email\":\"anna.huber@example.com\",\"mobile\":\"+64211234567\"},"
     "\"register_sale_products\":[{\"id\":\"5f2c1b7e-0a4d-4c1c-8f55-6d1f9a7b3e21\","
     "\"product_id\":\"0af7b240-abc5-11e7-eddc-a1b2c3d4e5f6\",\"quantity\":2,"
     "\"price\":5.0,\"tax\":0.75,\"discount\":0}],\"return_for\":null,\"note\":\"\"}"},
    {"customer.update",
     "{\"id\":\"0af7b240-abc5-11e7-eddc-9c3a2b1d4e5f\",\"customer_code\":\"ANNA-1\","
     "\"first_name\":\"Anna\",\"last_name\":\"Huber\","
     "\"email\":\"anna.huber@example.com\",\"mobile\":\"+64211234567\","
     "\"physical_city\":\"Auckland\",\"physical_country_id\":\"NZ\","
     "\"created_at\":\"2026-01-02 08:00:00\",\"updated_at\":\"2026-05-07 03:05:06\","
     "\"version\":5160491821}"},
    {"inventory.update",
     "{\"id\":\"0c8d4b1e-19c0-4a3f-8f1e-7a6b5c4d3e2f\","
     "\"product_id\":\"0af7b240-abc5-11e7-eddc-a1b2c3d4e5f6\","
     "\"outlet_id\":\"06bf537b-c7d7-11e7-ff13-0c871e8e4f2a\",\"count\":\"12.00000\","
     "\"reorder_point\":\"4\",\"version\":5160491822,\"product\":{\"sku\":\"MUG-WHITE\"}}"},
    {"product.update",
     "{\"id\":\"0af7b240-abc5-11e7-eddc-a1b2c3d4e5f6\",\"handle\":\"mug\","
     "\"sku\":\"MUG-WHITE\",\"name\":\"Mug / white\",\"brand_name\":\"Demo\","
     "\"price\":5.75,\"updated_at\":\"2026-05-07 03:05:06\",\"version\":5160491823}"},
};

static const HookField fields[] = {
    {"currency", "Currency", "Of the shop: sales do not name it. Three letters, such as NZD", true,
     3, NULL, NULL},
};

static const char *const topics[] = {"sale.update", "customer.update", "inventory.update",
                                     "product.update", NULL};

const ShopKind shop_lightspeed = {
    .kind = {.name = "lightspeed",
             .title = "Lightspeed Retail (X-Series)",
             .help = "Sales, returns, customers, stock and products of Lightspeed's tills",
             .fields = fields,
             .field_count = COUNT(fields),
             .secret = HOOK_SECRET_GIVEN,
             .secret_title = "Client secret",
             .secret_help = "Of the application by which the webhooks were made: only its webhooks "
                            "are signed",
             .topics = topics,
             .samples = samples,
             .sample_count = COUNT(samples),
             .signature = "X-Signature"},
    .is_signed = is_signed,
    .pack = pack,
    .head = read_head,
    .json = read_json,
    .rules = rules,
    .rule_count = COUNT(rules),
    .nobody = "customer.customer_code=WALKIN",
    .answer = "{}",
};
