// SPDX-License-Identifier: Apache-2.0
/* Adobe Commerce (Magento) webhooks. What a webhook holds is said in the shop's webhooks.xml:
 * docs/connectors.md has the one that these tables read. The shop waits for the answer. */
#include "connect/shops/table_internal.h"

#include <sodium.h>

#define WHO_ORDERS "customer:customer_id|order:entity_id|order:increment_id"
#define IDS_ORDERS "adobe_customer:customer_id"

static const ShopField line_fields[] = {
    TEXT("product_id", "product_id"),
    TEXT("sku", "sku"),
    TEXT("name", "name"),
    MONEY("price", "price"),
    NUMBER("quantity", "qty_ordered|qty"),
};

#define PERSON                                                                                     \
    TEXT("context.traits.email", "customer_email"),                                                \
        TEXT("context.traits.firstName", "customer_firstname"),                                    \
        TEXT("context.traits.lastName", "customer_lastname"), VALUE("context.channel", "web")

static const ShopField order_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "created_at|updated_at"),
    NEED_TEXT("properties.order_id", "increment_id|entity_id"),
    NEED_MONEY("properties.total", "grand_total"),
    MONEY("properties.subtotal", "subtotal"),
    MONEY("properties.tax", "tax_amount"),
    MONEY("properties.shipping", "shipping_amount"),
    AMOUNT("properties.discount", "discount_amount"),
    TEXT("properties.coupon", "coupon_code"),
    NEED_CURRENCY("properties.currency", "order_currency_code"),
    TEXT("properties.status", "status"),
    TEXT("properties.store_id", "store_id"),
    LINES("properties.products", "items", line_fields),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField update_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "updated_at|created_at"),
    NEED_TEXT("properties.order_id", "increment_id|entity_id"),
    MONEY("properties.total", "grand_total"),
    CURRENCY("properties.currency", "order_currency_code"),
    TEXT("properties.status", "status"),
    TEXT("properties.store_id", "store_id"),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField refund_fields[] = {
    WHO("order:order_id"),
    TIME("timestamp", "created_at|updated_at"),
    NEED_TEXT("properties.order_id", "order_increment_id|order_id"),
    NEED_TEXT("properties.refund_id", "increment_id|entity_id"),
    NEED_AMOUNT("properties.total", "grand_total"),
    NEED_CURRENCY("properties.currency", "order_currency_code"),
    TEXT("properties.store_id", "store_id"),
    LINES("properties.products", "items", line_fields),
    VALUE("context.channel", "web"),
};

static const ShopField customer_fields[] = {
    WHO("customer:id|customer:entity_id"),
    TIME("timestamp", "updated_at|created_at"),
    TEXT("traits.email", "email"),
    TEXT("traits.phone", "addresses.0.telephone"),
    TEXT("traits.firstName", "firstname"),
    TEXT("traits.lastName", "lastname"),
    TEXT("traits.birthday", "dob"),
    TIME("traits.createdAt", "created_at"),
    TEXT("traits.address.street", "addresses.0.street.0|addresses.0.street"),
    TEXT("traits.address.postal_code", "addresses.0.postcode"),
    TEXT("traits.address.city", "addresses.0.city"),
    TEXT("traits.address.country", "addresses.0.country_id"),
    IDS("adobe_customer:id|adobe_customer:entity_id"),
};

static const ShopField stock_fields[] = {
    WHO("stock:product_id"),
    TIME("timestamp", "updated_at"),
    NEED_TEXT("properties.product_id", "product_id"),
    NEED_NUMBER("properties.available", "qty"),
    TEXT("properties.store_id", "website_id"),
};

#define ORDER                                                                                      \
    .root = "order", .object = "order", .id = "entity_id|increment_id", .version = "updated_at",   \
    .owner = "order:entity_id"

static const ShopRule rules[] = {
    {.topics = "order",
     .when = "state=processing|complete|closed",
     .event = "Order Completed",
     .take = SHOP_ONCE,
     .once = "completed",
     ORDER,
     FIELDS(order_fields)},
    {.topics = "order",
     .when = "state=canceled",
     .event = "Order Cancelled",
     .take = SHOP_ONCE,
     .once = "cancelled",
     ORDER,
     FIELDS(update_fields)},
    {.topics = "order",
     .event = "Order Updated",
     .take = SHOP_NEWEST,
     ORDER,
     FIELDS(update_fields)},
    {.topics = "creditmemo",
     .root = "creditmemo",
     .event = "Order Refunded",
     .take = SHOP_ONCE,
     .object = "refund",
     .id = "entity_id|increment_id",
     .once = "refunded",
     .owner = "order:order_id",
     FIELDS(refund_fields)},
    {.topics = "customer",
     .root = "customer",
     .take = SHOP_NEWEST,
     .object = "customer",
     .id = "id|entity_id",
     .version = "updated_at",
     FIELDS(customer_fields)},
    {.topics = "stock_item",
     .root = "stock_item",
     .event = "Inventory Level Changed",
     .take = SHOP_ALWAYS,
     .object = "stock",
     .id = "product_id",
     FIELDS(stock_fields)},
};

/* Over the body in base64, with the shop's private key. */
static bool is_signed(const ShopSender *sender, PtStr secret, const HttpRequest *r)
{
    const size_t size = sodium_base64_encoded_len(r->body.len, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    (void)secret;
    if (text == NULL) {
        return false;
    }
    (void)sodium_bin2base64(text, size, (const uint8_t *)r->body.data, r->body.len,
                            sodium_base64_VARIANT_ORIGINAL);
    const bool right = shop_rsa_holds(shop_setting(sender, "public_key"), (PtStr){text, size - 1},
                                      http_header(r, "x-adobe-commerce-webhook-signature"));
    free(text);
    return right;
}

static PtStatus read_head(const HttpRequest *r, PtStr json, PtArena *arena, ShopHead *ret_head,
                          PtError *err)
{
    static const char *const names[] = {"order", "creditmemo", "customer", "stock_item"};
    const ShopScope s = {json, json, ret_head, arena};
    PtStr raw = {NULL, 0};
    ret_head->delivery = shop_digest_id(r->body, arena);
    for (size_t i = 0; i < COUNT(names); i++) {
        if (shop_find(&s, pt_str(names[i]), &raw)) {
            ret_head->topic = pt_str(names[i]);
            return PT_OK;
        }
    }
    return pt_fail(err, PT_INVALID, "it has no order, creditmemo, customer or stock_item");
}

static PtStatus check(const ShopSender *sender, PtError *err)
{
    return shop_rsa_check(shop_setting(sender, "public_key"), err);
}

/* For trials: deliveries in the shape that the vendor documents. */
static const HookSample samples[] = {
    {"order", "{\"order\":{\"entity_id\":\"91\",\"increment_id\":\"000000091\","
              "\"state\":\"processing\",\"status\":\"processing\",\"store_id\":\"1\","
              "\"grand_total\":\"64.9500\",\"subtotal\":\"60.0000\",\"tax_amount\":\"0.0000\","
              "\"shipping_amount\":\"4.9500\",\"discount_amount\":\"-0.0000\","
              "\"order_currency_code\":\"EUR\",\"customer_id\":\"7\","
              "\"customer_email\":\"anna.huber@example.com\",\"customer_firstname\":\"Anna\","
              "\"customer_lastname\":\"Huber\",\"created_at\":\"2026-05-01 10:00:00\","
              "\"updated_at\":\"2026-05-01 10:05:00\",\"items\":[{\"product_id\":\"12\","
              "\"sku\":\"KETTLE\",\"name\":\"Kettle\",\"price\":\"60.0000\","
              "\"qty_ordered\":\"1.0000\"}]}}"},
    {"creditmemo",
     "{\"creditmemo\":{\"entity_id\":\"5\",\"increment_id\":\"000000005\","
     "\"order_id\":\"91\",\"grand_total\":\"60.0000\",\"order_currency_code\":\"EUR\","
     "\"store_id\":\"1\",\"created_at\":\"2026-05-03 09:00:00\"}}"},
    {"customer", "{\"customer\":{\"id\":\"7\",\"email\":\"anna.huber@example.com\","
                 "\"firstname\":\"Anna\",\"lastname\":\"Huber\","
                 "\"created_at\":\"2026-01-02 08:00:00\",\"updated_at\":\"2026-05-01 10:00:00\"}}"},
    {"stock_item", "{\"stock_item\":{\"item_id\":\"12\",\"product_id\":\"12\",\"qty\":\"24.0000\","
                   "\"website_id\":\"0\"}}"},
};

static const HookField fields[] = {
    {"public_key", "Public key",
     "Made under Stores, Configuration, Adobe Services, Webhooks; PEM, from -----BEGIN PUBLIC KEY",
     true, 4000, NULL, NULL},
    {"user_ids", "Customer ids as user ids",
     "yes: the customer id becomes the userId of its events, where your site sends the same", false,
     3, (const char *const[]){"no", "yes", NULL}, "no"},
};

static const char *const topics[] = {
    "observer.sales_order_save_commit_after", "observer.sales_order_creditmemo_save_commit_after",
    "observer.customer_save_after_data_object",
    "observer.cataloginventory_stock_item_save_commit_after", NULL};

const ShopKind shop_adobe = {
    .kind = {.name = "adobe",
             .title = "Adobe Commerce",
             .help = "Orders, credit memos, customers and stock of Adobe Commerce",
             .fields = fields,
             .field_count = COUNT(fields),
             .secret = HOOK_SECRET_NONE,
             .secret_title = "",
             .secret_help = "",
             .topics = topics,
             .samples = samples,
             .sample_count = COUNT(samples),
             .signature = "x-adobe-commerce-webhook-signature"},
    .is_signed = is_signed,
    .head = read_head,
    .rules = rules,
    .rule_count = COUNT(rules),
    .local_ids = true,
    .answer = "{\"op\":\"success\"}",
    .check = check,
};
