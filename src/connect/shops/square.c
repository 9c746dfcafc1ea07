// SPDX-License-Identifier: Apache-2.0
/* Square's webhooks: payments, refunds, orders, customers, stock. Those of orders name the order
 * and nothing of it, so what was sold is told by its payments. */
#include "connect/shops/table_internal.h"

static const ShopField payment_fields[] = {
    WHO("customer:customer_id|order:order_id|payment:id"),
    TIME("timestamp", "created_at"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.square_order_id", "order_id"),
    TEXT("properties.order_number", "receipt_number"),
    NEED_MINOR("properties.total", "total_money|amount_money"),
    MINOR("properties.tip", "tip_money"),
    NEED_CURRENCY("properties.currency", "total_money.currency|amount_money.currency"),
    TEXT("properties.payment_method", "source_type"),
    TEXT("properties.store_id", "location_id"),
    IDS("square_customer:customer_id"),
    TEXT("context.traits.email", "buyer_email_address"),
    VALUE("context.channel", "store"),
};

static const ShopField refund_fields[] = {
    WHO("payment:payment_id|refund:id"),
    TIME("timestamp", "updated_at|created_at"),
    NEED_TEXT("properties.order_id", "payment_id|id"),
    NEED_TEXT("properties.refund_id", "id"),
    NEED_MINOR("properties.total", "amount_money"),
    NEED_CURRENCY("properties.currency", "amount_money.currency"),
    TEXT("properties.reason", "reason"),
    TEXT("properties.store_id", "location_id"),
    VALUE("context.channel", "store"),
};

static const ShopField order_fields[] = {
    WHO("order:order_id|order:id"),
    TIME("timestamp", "updated_at|created_at"),
    NEED_TEXT("properties.order_id", "order_id|id"),
    TEXT("properties.status", "state"),
    TEXT("properties.store_id", "location_id"),
    VALUE("context.channel", "store"),
};

static const ShopField customer_fields[] = {
    WHO("customer:id"),
    TIME("timestamp", "updated_at|created_at"),
    TEXT("traits.email", "email_address"),
    TEXT("traits.phone", "phone_number"),
    TEXT("traits.firstName", "given_name"),
    TEXT("traits.lastName", "family_name"),
    TEXT("traits.birthday", "birthday"),
    TEXT("traits.company", "company_name"),
    TIME("traits.createdAt", "created_at"),
    TEXT("traits.address.street", "address.address_line_1"),
    TEXT("traits.address.postal_code", "address.postal_code"),
    TEXT("traits.address.city", "address.locality"),
    TEXT("traits.address.state", "address.administrative_district_level_1"),
    TEXT("traits.address.country", "address.country"),
    IDS("square_customer:id"),
};

static const ShopField stock_fields[] = {
    WHO("stock:location_id"),
    TIME("timestamp", "calculated_at"),
    NEED_TEXT("properties.product_id", "catalog_object_id"),
    NEED_TEXT("properties.store_id", "location_id"),
    TEXT("properties.state", "state"),
    NEED_NUMBER("properties.available", "quantity"),
};

#define ORDER_CHANGE                                                                               \
    .event = "Order Updated", .take = SHOP_NEWEST, .object = "order", .id = "order_id|id",         \
    .version = "version", .owner = "order:order_id|order:id", FIELDS(order_fields)

static const ShopRule rules[] = {
    {.topics = "payment.created payment.updated",
     .root = "data.object.payment",
     .when = "status=COMPLETED",
     .event = "Order Completed",
     .take = SHOP_ONCE,
     .object = "payment",
     .id = "id",
     .once = "completed",
     .owner = "payment:id|order:order_id",
     FIELDS(payment_fields)},
    {.topics = "payment.created payment.updated",
     .root = "data.object.payment",
     .when = "status=CANCELED|FAILED",
     .event = "Order Cancelled",
     .take = SHOP_ONCE,
     .object = "payment",
     .id = "id",
     .once = "cancelled",
     .owner = "payment:id|order:order_id",
     FIELDS(payment_fields)},
    {.topics = "refund.created refund.updated",
     .root = "data.object.refund",
     .when = "status=COMPLETED",
     .event = "Order Refunded",
     .take = SHOP_ONCE,
     .object = "refund",
     .id = "id",
     .once = "refunded",
     .owner = "payment:payment_id",
     FIELDS(refund_fields)},
    {.topics = "order.created", .root = "data.object.order_created", ORDER_CHANGE},
    {.topics = "order.updated", .root = "data.object.order_updated", ORDER_CHANGE},
    {.topics = "customer.created customer.updated",
     .root = "data.object.customer",
     .take = SHOP_NEWEST,
     .object = "customer",
     .id = "id",
     .version = "version|updated_at",
     FIELDS(customer_fields)},
    {.topics = "inventory.count.updated",
     .root = "data.object",
     .each = "inventory_counts",
     .event = "Inventory Level Changed",
     .take = SHOP_NEWEST,
     .object = "stock",
     .id = "catalog_object_id location_id state",
     .version = "calculated_at",
     FIELDS(stock_fields)},
};

/* Over the address that it was told to send to, as it was told, and the body. */
static bool is_signed(const ShopSender *sender, PtStr secret, const HttpRequest *r)
{
    uint8_t mac[32];
    shop_hmac(secret, shop_setting(sender, "notification_url"), r->body, mac);
    return shop_is_base64_of(http_header(r, "x-square-hmacsha256-signature"), mac);
}

static void pack(const ShopSender *sender, PtStr secret, ShopParcel *p)
{
    uint8_t mac[32];
    shop_hmac(secret, shop_setting(sender, "notification_url"), p->body, mac);
    shop_parcel_put(p, "x-square-hmacsha256-signature", shop_base64_of(mac, p->arena));
}

static PtStatus read_head(const HttpRequest *r, PtStr json, PtArena *arena, ShopHead *ret_head,
                          PtError *err)
{
    const ShopScope s = {json, json, ret_head, arena};
    PtStr raw = {NULL, 0};
    (void)r;
    ret_head->topic = shop_find(&s, PT_STR("type"), &raw) ? shop_text(&s, raw) : (PtStr){NULL, 0};
    ret_head->delivery =
        shop_find(&s, PT_STR("event_id"), &raw) ? shop_text(&s, raw) : (PtStr){NULL, 0};
    if (ret_head->delivery.data == NULL) {
        ret_head->delivery = shop_digest_id(json, arena);
    }
    return ret_head->topic.data != NULL ? PT_OK : pt_fail(err, PT_INVALID, "type is missing");
}

/* For trials: deliveries in the shape that the vendor documents. */
static const HookSample samples[] = {
    {"payment.updated",
     "{\"merchant_id\":\"6SSW7HV8K2ST5\",\"type\":\"payment.updated\","
     "\"event_id\":\"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc\","
     "\"created_at\":\"2026-05-06T21:27:34.308Z\",\"data\":{\"type\":\"payment\","
     "\"id\":\"hYy9pRFVxpDsO1FB05SunFWUe9JZY\","
     "\"object\":{\"payment\":{\"id\":\"hYy9pRFVxpDsO1FB05SunFWUe9JZY\","
     "\"created_at\":\"2026-05-06T21:26:45.616Z\","
     "\"updated_at\":\"2026-05-06T21:27:30.792Z\",\"amount_money\":{\"amount\":1250,"
     "\"currency\":\"USD\"},\"total_money\":{\"amount\":1250,\"currency\":\"USD\"},"
     "\"status\":\"COMPLETED\",\"source_type\":\"CARD\","
     "\"customer_id\":\"JDKYHBWT1D4F8MFH63DBMEN8Y4\",\"location_id\":\"S8GWD5R9QB376\","
     "\"order_id\":\"03O3USaPaAaFnI6kkwB1JxGgBsUZY\",\"receipt_number\":\"hYy9\"}}}}"},
    {"refund.updated",
     "{\"merchant_id\":\"6SSW7HV8K2ST5\",\"type\":\"refund.updated\","
     "\"event_id\":\"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc\","
     "\"created_at\":\"2026-05-06T21:27:34.308Z\",\"data\":{\"type\":\"refund\","
     "\"id\":\"hYy9pRFVxpDsO1FB05SunFWUe9JZY_m2l5\","
     "\"object\":{\"refund\":{\"id\":\"hYy9pRFVxpDsO1FB05SunFWUe9JZY_m2l5\","
     "\"payment_id\":\"hYy9pRFVxpDsO1FB05SunFWUe9JZY\","
     "\"order_id\":\"03O3USaPaAaFnI6kkwB1JxGgBsUZY\","
     "\"created_at\":\"2026-05-07T09:00:00.000Z\","
     "\"updated_at\":\"2026-05-07T09:00:05.000Z\",\"status\":\"COMPLETED\","
     "\"amount_money\":{\"amount\":500,\"currency\":\"USD\"},\"reason\":\"damaged\","
     "\"location_id\":\"S8GWD5R9QB376\"}}}}"},
    {"order.updated",
     "{\"merchant_id\":\"6SSW7HV8K2ST5\",\"type\":\"order.updated\","
     "\"event_id\":\"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc\","
     "\"created_at\":\"2026-05-06T21:27:34.308Z\",\"data\":{\"type\":\"order_updated\","
     "\"id\":\"03O3USaPaAaFnI6kkwB1JxGgBsUZY\","
     "\"object\":{\"order_updated\":{\"order_id\":\"03O3USaPaAaFnI6kkwB1JxGgBsUZY\","
     "\"version\":2,\"state\":\"COMPLETED\",\"location_id\":\"S8GWD5R9QB376\","
     "\"created_at\":\"2026-05-06T21:26:40.000Z\","
     "\"updated_at\":\"2026-05-06T21:27:31.000Z\"}}}}"},
    {"customer.updated",
     "{\"merchant_id\":\"6SSW7HV8K2ST5\",\"type\":\"customer.updated\","
     "\"event_id\":\"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc\","
     "\"created_at\":\"2026-05-06T21:27:34.308Z\",\"data\":{\"type\":\"customer\","
     "\"id\":\"JDKYHBWT1D4F8MFH63DBMEN8Y4\","
     "\"object\":{\"customer\":{\"id\":\"JDKYHBWT1D4F8MFH63DBMEN8Y4\","
     "\"created_at\":\"2026-01-02T08:00:00.000Z\",\"updated_at\":\"2026-05-06T21:20:00Z\","
     "\"given_name\":\"Anna\",\"family_name\":\"Huber\","
     "\"email_address\":\"anna.huber@example.com\",\"phone_number\":\"+12065551234\","
     "\"address\":{\"address_line_1\":\"500 Electric Ave\",\"locality\":\"New York\","
     "\"administrative_district_level_1\":\"NY\",\"postal_code\":\"10003\","
     "\"country\":\"US\"},\"version\":3}}}}"},
    {"inventory.count.updated",
     "{\"merchant_id\":\"6SSW7HV8K2ST5\",\"type\":\"inventory.count.updated\","
     "\"event_id\":\"6a8f5f28-54a1-4eb0-a98a-3111513fd4fc\","
     "\"created_at\":\"2026-05-06T21:27:34.308Z\",\"data\":{\"type\":\"inventory_counts\","
     "\"id\":\"84e4ac73-d605-4dbd-a9e5-ffff794ddb9d\","
     "\"object\":{\"inventory_counts\":[{\"catalog_object_id\":\"FGQ5JJWT2PYTHF35CKZ2DSKP\","
     "\"catalog_object_type\":\"ITEM_VARIATION\",\"state\":\"IN_STOCK\","
     "\"location_id\":\"S8GWD5R9QB376\",\"quantity\":\"10\","
     "\"calculated_at\":\"2026-05-06T21:27:31.000Z\"}]}}}"},
};

static const HookField fields[] = {
    {"notification_url", "Notification URL",
     "The connector's address exactly as it stands in Square's developer dashboard: it is part of "
     "the signature",
     true, 500, NULL, NULL},
};

static const char *const topics[] = {"payment.created",         "payment.updated",
                                     "refund.created",          "refund.updated",
                                     "order.created",           "order.updated",
                                     "customer.created",        "customer.updated",
                                     "inventory.count.updated", NULL};

const ShopKind shop_square = {
    .kind = {.name = "square",
             .title = "Square",
             .help = "Payments, refunds, orders, customers and stock of Square's tills",
             .fields = fields,
             .field_count = COUNT(fields),
             .secret = HOOK_SECRET_GIVEN,
             .secret_title = "Signature key",
             .secret_help = "Of the webhook subscription in Square's developer dashboard",
             .topics = topics,
             .samples = samples,
             .sample_count = COUNT(samples),
             .signature = "x-square-hmacsha256-signature"},
    .is_signed = is_signed,
    .pack = pack,
    .head = read_head,
    .rules = rules,
    .rule_count = COUNT(rules),
    .answer = "{}",
};
