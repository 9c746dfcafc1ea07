// SPDX-License-Identifier: Apache-2.0
/* WooCommerce's webhooks (REST API v3 payloads): orders with their refunds, customers. */
#include "connect/shops/table_internal.h"

#define WHO_ORDERS "customer:customer_id|order:id"
#define IDS_ORDERS "woocommerce_customer:customer_id"

static const ShopField line_fields[] = {
    TEXT("product_id", "product_id"),
    TEXT("sku", "sku"),
    TEXT("name", "name"),
    TEXT("variant_id", "variation_id"),
    MONEY("price", "price"),
    NUMBER("quantity", "quantity"),
    MONEY("total", "total"),
    MONEY("tax", "total_tax"),
};

#define PERSON                                                                                     \
    TEXT("context.traits.email", "billing.email"), TEXT("context.traits.phone", "billing.phone"),  \
        TEXT("context.traits.firstName", "billing.first_name"),                                    \
        TEXT("context.traits.lastName", "billing.last_name"),                                      \
        TEXT("context.traits.address.street", "billing.address_1"),                                \
        TEXT("context.traits.address.postal_code", "billing.postcode"),                            \
        TEXT("context.traits.address.city", "billing.city"),                                       \
        TEXT("context.traits.address.country", "billing.country"), VALUE("context.channel", "web")

static const ShopField order_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "date_paid_gmt|date_created_gmt|date_modified_gmt"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "number"),
    NEED_MONEY("properties.total", "total"),
    MONEY("properties.tax", "total_tax"),
    MONEY("properties.shipping", "shipping_total"),
    MONEY("properties.discount", "discount_total"),
    TEXT("properties.coupon", "coupon_lines.0.code"),
    NEED_CURRENCY("properties.currency", "currency"),
    TEXT("properties.status", "status"),
    LINES("properties.products", "line_items", line_fields),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField update_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "date_modified_gmt|date_created_gmt"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "number"),
    MONEY("properties.total", "total"),
    CURRENCY("properties.currency", "currency"),
    TEXT("properties.status", "status"),
    IDS(IDS_ORDERS),
    PERSON,
};

/* An item of the order's refunds: the rest is the order's. */
static const ShopField refund_fields[] = {
    WHO("customer:^customer_id|order:^id"),
    TIME("timestamp", "date_created_gmt|^date_modified_gmt"),
    NEED_TEXT("properties.order_id", "^id"),
    NEED_TEXT("properties.refund_id", "id"),
    NEED_AMOUNT("properties.total", "total|amount"),
    NEED_CURRENCY("properties.currency", "^currency"),
    TEXT("properties.reason", "reason|refund"),
    IDS("woocommerce_customer:^customer_id"),
    TEXT("context.traits.email", "^billing.email"),
    VALUE("context.channel", "web"),
};

static const ShopField customer_fields[] = {
    WHO("customer:id"),
    TIME("timestamp", "date_modified_gmt|date_created_gmt"),
    TEXT("traits.email", "email|billing.email"),
    TEXT("traits.phone", "billing.phone"),
    TEXT("traits.firstName", "first_name|billing.first_name"),
    TEXT("traits.lastName", "last_name|billing.last_name"),
    TIME("traits.createdAt", "date_created_gmt"),
    TEXT("traits.address.street", "billing.address_1"),
    TEXT("traits.address.postal_code", "billing.postcode"),
    TEXT("traits.address.city", "billing.city"),
    TEXT("traits.address.state", "billing.state"),
    TEXT("traits.address.country", "billing.country"),
    IDS("woocommerce_customer:id"),
};

static const ShopField stock_fields[] = {
    WHO("stock:id"),
    TIME("timestamp", "date_modified_gmt"),
    NEED_TEXT("properties.product_id", "id"),
    TEXT("properties.sku", "sku"),
    NUMBER("properties.available", "stock_quantity"),
    TEXT("properties.status", "stock_status"),
};

#define TOPICS "order.created order.updated order.restored"
#define ORDER  .object = "order", .id = "id", .version = "date_modified_gmt", .owner = "order:id"

/* An order is one once it is paid: a refund of it says so too, whatever its state is by then. */
static const ShopRule rules[] = {
    {.topics = TOPICS,
     .when = "status=processing|completed|refunded",
     .event = "Order Completed",
     .take = SHOP_ONCE,
     .once = "completed",
     ORDER,
     FIELDS(order_fields)},
    {.topics = TOPICS,
     .event = "Order Refunded",
     .each = "refunds",
     .take = SHOP_ONCE,
     .object = "refund",
     .id = "id",
     .once = "refunded",
     .owner = "order:^id",
     FIELDS(refund_fields)},
    {.topics = TOPICS,
     .when = "status=cancelled|failed",
     .event = "Order Cancelled",
     .take = SHOP_ONCE,
     .once = "cancelled",
     ORDER,
     FIELDS(update_fields)},
    {.topics = TOPICS, .event = "Order Updated", .take = SHOP_NEWEST, ORDER, FIELDS(update_fields)},
    {.topics = "customer.created customer.updated",
     .take = SHOP_NEWEST,
     .object = "customer",
     .id = "id",
     .version = "date_modified_gmt",
     FIELDS(customer_fields)},
    {.topics = "product.created product.updated",
     .when = "manage_stock",
     .event = "Inventory Level Changed",
     .take = SHOP_NEWEST,
     .object = "stock",
     .id = "id",
     .version = "date_modified_gmt",
     FIELDS(stock_fields)},
};

static bool is_signed(const ShopSender *sender, PtStr secret, const HttpRequest *r)
{
    uint8_t mac[32];
    (void)sender;
    shop_hmac(secret, r->body, (PtStr){NULL, 0}, mac);
    return shop_is_base64_of(http_header(r, "x-wc-webhook-signature"), mac);
}

static void pack(const ShopSender *sender, PtStr secret, ShopParcel *p)
{
    uint8_t mac[32];
    (void)sender;
    shop_hmac(secret, p->body, (PtStr){NULL, 0}, mac);
    shop_parcel_put(p, "X-WC-Webhook-Topic", p->topic);
    shop_parcel_put(p, "X-WC-Webhook-Delivery-ID", p->delivery);
    shop_parcel_put(p, "X-WC-Webhook-Signature", shop_base64_of(mac, p->arena));
}

static PtStatus read_head(const HttpRequest *r, PtStr json, PtArena *arena, ShopHead *ret_head,
                          PtError *err)
{
    ret_head->topic = http_header(r, "x-wc-webhook-topic");
    ret_head->delivery = http_header(r, "x-wc-webhook-delivery-id");
    if (ret_head->delivery.len == 0) {
        ret_head->delivery = shop_digest_id(json, arena);
    }
    return ret_head->topic.len > 0 ? PT_OK
                                   : pt_fail(err, PT_INVALID, "X-WC-Webhook-Topic is missing");
}

/* What it sends, unsigned, when a webhook is saved; only a 200 lets it be active. */
static bool is_ping(const HttpRequest *r)
{
    return http_header(r, "x-wc-webhook-topic").len == 0 && r->body.len < 40 &&
           pt_str_starts(r->body, PT_STR("webhook_id="));
}

/* For trials: deliveries in the shape that the vendor documents. */
#define BILLING                                                                                    \
    "{\"first_name\":\"Anna\",\"last_name\":\"Huber\",\"address_1\":\"Lindengasse 4\","            \
    "\"city\":\"Wien\",\"postcode\":\"1070\",\"country\":\"AT\","                                  \
    "\"email\":\"anna.huber@example.com\",\"phone\":\"+436641234567\"}"
#define ORDER_BODY(more)                                                                           \
    "{\"id\":727,\"parent_id\":0,\"number\":\"727\",\"currency\":\"EUR\","                         \
    "\"version\":\"9.1.2\",\"prices_include_tax\":false,"                                          \
    "\"date_created\":\"2026-05-01T14:00:00\","                                                    \
    "\"date_created_gmt\":\"2026-05-01T12:00:00\","                                                \
    "\"date_modified\":\"2026-05-01T14:00:30\","                                                   \
    "\"date_modified_gmt\":\"2026-05-01T12:00:30\","                                               \
    "\"date_paid_gmt\":\"2026-05-01T12:00:20\",\"discount_total\":\"0.00\","                       \
    "\"shipping_total\":\"10.00\",\"total\":\"29.35\",\"total_tax\":\"1.35\","                     \
    "\"customer_id\":26,\"billing\":" BILLING                                                      \
    ",\"payment_method\":\"bacs\",\"line_items\":[{\"id\":315,\"name\":\"Woo Single\","            \
    "\"product_id\":93,\"variation_id\":0,\"quantity\":6,\"subtotal\":\"18.00\","                  \
    "\"total\":\"18.00\",\"total_tax\":\"1.35\",\"sku\":\"SINGLE-1\",\"price\":3}],"               \
    "\"coupon_lines\":[]," more "}"
#define CUSTOMER                                                                                   \
    "{\"id\":26,\"date_created_gmt\":\"2026-01-02T08:00:00\","                                     \
    "\"date_modified_gmt\":\"2026-05-01T12:00:30\",\"email\":\"anna.huber@example.com\","          \
    "\"first_name\":\"Anna\",\"last_name\":\"Huber\",\"role\":\"customer\","                       \
    "\"username\":\"anna.huber\",\"billing\":" BILLING ",\"is_paying_customer\":true}"

static const HookSample samples[] = {
    {"order.created", ORDER_BODY("\"status\":\"processing\",\"refunds\":[]")},
    {"order.updated",
     ORDER_BODY("\"status\":\"completed\",\"refunds\":[{\"id\":726,\"reason\":\"late\","
                "\"total\":\"-10.00\"}]")},
    {"customer.created", CUSTOMER},
    {"customer.updated", CUSTOMER},
    {"product.updated",
     "{\"id\":93,\"name\":\"Woo Single\",\"sku\":\"SINGLE-1\",\"type\":\"simple\","
     "\"status\":\"publish\",\"price\":\"3.00\","
     "\"date_modified_gmt\":\"2026-05-01T12:00:30\",\"manage_stock\":true,"
     "\"stock_quantity\":24,\"stock_status\":\"instock\"}"},
};

static const HookField fields[] = {
    {"user_ids", "Customer ids as user ids",
     "yes: WooCommerce's customer id becomes the userId of its events, where your site sends the "
     "same",
     false, 3, (const char *const[]){"no", "yes", NULL}, "no"},
};

static const char *const topics[] = {"order.created",    "order.updated",   "customer.created",
                                     "customer.updated", "product.updated", NULL};

const ShopKind shop_woocommerce = {
    .kind = {.name = "woocommerce",
             .title = "WooCommerce",
             .help = "Orders, refunds, customers and stock of a WooCommerce shop",
             .fields = fields,
             .field_count = COUNT(fields),
             .secret = HOOK_SECRET_MADE,
             .secret_title = "Secret",
             .secret_help = "The same for all of the shop's webhooks that come here",
             .topics = topics,
             .samples = samples,
             .sample_count = COUNT(samples),
             .signature = "X-WC-Webhook-Signature"},
    .is_signed = is_signed,
    .pack = pack,
    .head = read_head,
    .is_ping = is_ping,
    .rules = rules,
    .rule_count = COUNT(rules),
    .local_ids = true,
    .answer = "{}",
};
