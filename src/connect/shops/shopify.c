// SPDX-License-Identifier: Apache-2.0
/* Shopify's webhooks (REST payloads): orders, refunds, checkouts, carts, customers, stock, privacy.
 */
#include "connect/shops/table_internal.h"

#define WHO_ORDERS "customer:customer.id|order:id"
#define IDS_ORDERS "shopify_customer:customer.id|shopify_cart:cart_token"
#define WHO_STOCK  "stock:location_id"

static const ShopField line_fields[] = {
    TEXT("product_id", "product_id|id"),
    TEXT("sku", "sku"),
    TEXT("name", "title|name"),
    TEXT("variant", "variant_title"),
    TEXT("variant_id", "variant_id"),
    TEXT("brand", "vendor"),
    MONEY("price", "price"),
    NUMBER("quantity", "quantity"),
    MONEY("discount", "total_discount"),
};

/* Who it is of, as far as an order, a checkout or a cart tells. */
#define PERSON                                                                                     \
    TEXT("context.traits.email", "email|contact_email|customer.email"),                            \
        TEXT("context.traits.phone", "phone|customer.phone|billing_address.phone"),                \
        TEXT("context.traits.firstName", "customer.first_name|billing_address.first_name"),        \
        TEXT("context.traits.lastName", "customer.last_name|billing_address.last_name"),           \
        TEXT("context.channel", "source_name")

static const ShopField order_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "processed_at|created_at"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "name|order_number"),
    NEED_MONEY("properties.total", "total_price"),
    MONEY("properties.subtotal", "subtotal_price"),
    MONEY("properties.tax", "total_tax"),
    MONEY("properties.shipping",
          "total_shipping_price_set.shop_money.amount|shipping_lines[].price"),
    MONEY("properties.discount", "total_discounts"),
    TEXT("properties.coupon", "discount_codes.0.code"),
    NEED_CURRENCY("properties.currency", "currency"),
    TEXT("properties.status", "financial_status"),
    TEXT("properties.store_id", "location_id"),
    LINES("properties.products", "line_items", line_fields),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField update_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "updated_at"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "name|order_number"),
    MONEY("properties.total", "current_total_price|total_price"),
    CURRENCY("properties.currency", "currency"),
    TEXT("properties.status", "financial_status"),
    TEXT("properties.fulfillment", "fulfillment_status"),
    TEXT("properties.store_id", "location_id"),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField cancel_fields[] = {
    WHO(WHO_ORDERS),
    TIME("timestamp", "cancelled_at|updated_at"),
    NEED_TEXT("properties.order_id", "id"),
    TEXT("properties.order_number", "name|order_number"),
    MONEY("properties.total", "total_price"),
    CURRENCY("properties.currency", "currency"),
    TEXT("properties.reason", "cancel_reason"),
    TEXT("properties.store_id", "location_id"),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField refund_line_fields[] = {
    TEXT("product_id", "line_item.product_id|line_item_id"),
    TEXT("sku", "line_item.sku"),
    TEXT("name", "line_item.title|line_item.name"),
    NUMBER("quantity", "quantity"),
    MONEY("price", "line_item.price"),
};

/* What went back to the customer; where no payment is named, what the lines were worth. */
static const ShopField refund_fields[] = {
    WHO("order:order_id"),
    TIME("timestamp", "processed_at|created_at"),
    NEED_TEXT("properties.order_id", "order_id"),
    NEED_TEXT("properties.refund_id", "id"),
    NEED_AMOUNT("properties.total", "transactions[kind=refund,status=success].amount|"
                                    "refund_line_items[].subtotal+refund_line_items[].total_tax"),
    CURRENCY("properties.currency", "transactions.0.currency|currency"),
    TEXT("properties.reason", "note"),
    LINES("properties.products", "refund_line_items", refund_line_fields),
};

static const ShopField checkout_fields[] = {
    WHO("customer:customer.id|cart:cart_token|checkout:token|checkout:id"),
    TIME("timestamp", "updated_at|created_at"),
    TEXT("properties.checkout_id", "token|id"),
    MONEY("properties.value", "total_price"),
    MONEY("properties.tax", "total_tax"),
    MONEY("properties.discount", "total_discounts"),
    CURRENCY("properties.currency", "currency|presentment_currency"),
    LINES("properties.products", "line_items", line_fields),
    IDS(IDS_ORDERS),
    PERSON,
};

static const ShopField cart_fields[] = {
    WHO("cart:token|cart:id"),
    TIME("timestamp", "updated_at|created_at"),
    NEED_TEXT("properties.cart_id", "token|id"),
    LINES("properties.products", "line_items", line_fields),
    IDS("shopify_cart:token"),
};

static const ShopField customer_fields[] = {
    WHO("customer:id"),
    TIME("timestamp", "updated_at|created_at"),
    TEXT("traits.email", "email"),
    TEXT("traits.phone", "phone|default_address.phone"),
    TEXT("traits.firstName", "first_name"),
    TEXT("traits.lastName", "last_name"),
    TIME("traits.createdAt", "created_at"),
    TEXT("traits.address.street", "default_address.address1"),
    TEXT("traits.address.postal_code", "default_address.zip"),
    TEXT("traits.address.city", "default_address.city"),
    TEXT("traits.address.state", "default_address.province_code|default_address.province"),
    TEXT("traits.address.country", "default_address.country_code|default_address.country"),
    TEXT("traits.shopify_tags", "tags"),
    TEXT("traits.shopify_email_marketing", "email_marketing_consent.state"),
    IDS("shopify_customer:id"),
};

static const ShopField stock_fields[] = {
    WHO(WHO_STOCK),
    TIME("timestamp", "updated_at"),
    NEED_TEXT("properties.inventory_item_id", "inventory_item_id"),
    NEED_TEXT("properties.store_id", "location_id"),
    NUMBER("properties.available", "available"),
};

#define ORDER .object = "order", .id = "id", .version = "updated_at", .owner = "order:id"

static const ShopRule rules[] = {
    {.topics = "orders/create orders/paid",
     .event = "Order Completed",
     .take = SHOP_ONCE,
     .once = "completed",
     ORDER,
     FIELDS(order_fields)},
    {.topics = "orders/updated orders/edited orders/fulfilled orders/partially_fulfilled",
     .when = "id",
     .event = "Order Updated",
     .take = SHOP_NEWEST,
     ORDER,
     FIELDS(update_fields)},
    {.topics = "orders/cancelled",
     .event = "Order Cancelled",
     .take = SHOP_ONCE,
     .once = "cancelled",
     ORDER,
     FIELDS(cancel_fields)},
    {.topics = "refunds/create",
     .event = "Order Refunded",
     .take = SHOP_ONCE,
     .object = "refund",
     .id = "id",
     .once = "refunded",
     .owner = "order:order_id",
     FIELDS(refund_fields)},
    {.topics = "checkouts/create",
     .event = "Checkout Started",
     .take = SHOP_ONCE,
     .object = "checkout",
     .id = "token|id",
     .once = "started",
     FIELDS(checkout_fields)},
    {.topics = "checkouts/update",
     .event = "Checkout Updated",
     .take = SHOP_NEWEST,
     .object = "checkout",
     .id = "token|id",
     .version = "updated_at",
     FIELDS(checkout_fields)},
    {.topics = "carts/create carts/update",
     .event = "Cart Updated",
     .take = SHOP_NEWEST,
     .object = "cart",
     .id = "token|id",
     .version = "updated_at",
     FIELDS(cart_fields)},
    {.topics = "customers/create customers/update customers/enable customers/disable",
     .take = SHOP_NEWEST,
     .object = "customer",
     .id = "id",
     .version = "updated_at",
     FIELDS(customer_fields)},
    {.topics = "inventory_levels/update inventory_levels/connect",
     .event = "Inventory Level Changed",
     .take = SHOP_NEWEST,
     .object = "stock",
     .id = "inventory_item_id location_id",
     .version = "updated_at",
     FIELDS(stock_fields)},
};

static const ShopPrivacyRule privacy[] = {
    {"customers/redact", HOOK_PRIVACY_ERASE, NULL,
     "shopify_customer:customer.id|email:customer.email|phone:customer.phone", "orders_to_redact"},
    {"customers/data_request", HOOK_PRIVACY_EXPORT, "data_request.id",
     "shopify_customer:customer.id|email:customer.email|phone:customer.phone", "orders_requested"},
    {"shop/redact", HOOK_PRIVACY_ERASE_SHOP, NULL, NULL, NULL},
};

static bool is_signed(const ShopSender *sender, PtStr secret, const HttpRequest *r)
{
    uint8_t mac[32];
    (void)sender;
    shop_hmac(secret, r->body, (PtStr){NULL, 0}, mac);
    return shop_is_base64_of(http_header(r, "x-shopify-hmac-sha256"), mac);
}

static void pack(const ShopSender *sender, PtStr secret, ShopParcel *p)
{
    uint8_t mac[32];
    (void)sender;
    shop_hmac(secret, p->body, (PtStr){NULL, 0}, mac);
    shop_parcel_put(p, "X-Shopify-Topic", p->topic);
    shop_parcel_put(p, "X-Shopify-Webhook-Id", p->delivery);
    shop_parcel_put(p, "X-Shopify-Hmac-SHA256", shop_base64_of(mac, p->arena));
}

static PtStatus read_head(const HttpRequest *r, PtStr json, PtArena *arena, ShopHead *ret_head,
                          PtError *err)
{
    ret_head->topic = http_header(r, "x-shopify-topic");
    ret_head->delivery = http_header(r, "x-shopify-webhook-id");
    if (ret_head->delivery.len == 0) {
        ret_head->delivery = shop_digest_id(json, arena);
    }
    return ret_head->topic.len > 0 ? PT_OK : pt_fail(err, PT_INVALID, "X-Shopify-Topic is missing");
}

/* For trials: deliveries in the shape that the vendor documents. */
#define CUSTOMER                                                                                   \
    "{\"id\":207119551,\"email\":\"anna.huber@example.com\","                                      \
    "\"created_at\":\"2026-01-02T08:00:00-05:00\","                                                \
    "\"updated_at\":\"2026-05-01T10:00:00-04:00\",\"first_name\":\"Anna\","                        \
    "\"last_name\":\"Huber\",\"state\":\"enabled\",\"orders_count\":1,"                            \
    "\"total_spent\":\"199.90\",\"verified_email\":true,\"phone\":\"+436641234567\","              \
    "\"tags\":\"loyal\",\"currency\":\"EUR\","                                                     \
    "\"email_marketing_consent\":{\"state\":\"subscribed\","                                       \
    "\"opt_in_level\":\"single_opt_in\"},\"default_address\":{\"id\":1053317335,"                  \
    "\"address1\":\"Lindengasse 4\",\"city\":\"Wien\",\"zip\":\"1070\","                           \
    "\"country_code\":\"AT\"},"                                                                    \
    "\"admin_graphql_api_id\":\"gid://shopify/Customer/207119551\"}"
#define ITEMS                                                                                      \
    "[{\"id\":466157049,\"product_id\":632910392,\"variant_id\":39072856,"                         \
    "\"title\":\"Linen shirt\",\"variant_title\":\"green\",\"sku\":\"SHIRT-GREEN\","               \
    "\"vendor\":\"Demo\",\"quantity\":2,\"price\":\"100.00\","                                     \
    "\"total_discount\":\"5.00\"}]"
/* more: members that tell an order's fate. */
#define ORDER_BODY(more)                                                                           \
    "{\"id\":450789469,\"name\":\"#1001\",\"email\":\"anna.huber@example.com\","                   \
    "\"created_at\":\"2026-05-01T10:00:00-04:00\","                                                \
    "\"processed_at\":\"2026-05-01T10:00:00-04:00\","                                              \
    "\"updated_at\":\"2026-05-01T10:05:00-04:00\",\"currency\":\"EUR\","                           \
    "\"total_price\":\"199.90\",\"current_total_price\":\"199.90\","                               \
    "\"subtotal_price\":\"195.00\",\"total_tax\":\"33.32\",\"total_discounts\":\"5.00\","          \
    "\"total_shipping_price_set\":{\"shop_money\":{\"amount\":\"4.90\","                           \
    "\"currency_code\":\"EUR\"},\"presentment_money\":{\"amount\":\"4.90\","                       \
    "\"currency_code\":\"EUR\"}},\"discount_codes\":[{\"code\":\"SPRING\","                        \
    "\"amount\":\"5.00\",\"type\":\"fixed_amount\"}],\"fulfillment_status\":null,"                 \
    "\"source_name\":\"web\",\"location_id\":null,"                                                \
    "\"cart_token\":\"68778783ad298f1c80c3bafcddeea02f\",\"customer\":" CUSTOMER                   \
    ",\"line_items\":" ITEMS "," more "}"
#define PAID_ORDER                                                                                 \
    ORDER_BODY("\"financial_status\":\"paid\",\"cancelled_at\":null,\"cancel_reason\":null")
#define CHECKOUT                                                                                   \
    "{\"id\":31275201003793,\"token\":\"b1946ac92492d2347c6235b4d2611184\","                       \
    "\"cart_token\":\"68778783ad298f1c80c3bafcddeea02f\","                                         \
    "\"email\":\"anna.huber@example.com\",\"created_at\":\"2026-05-01T09:50:00-04:00\","           \
    "\"updated_at\":\"2026-05-01T09:55:00-04:00\",\"currency\":\"EUR\","                           \
    "\"presentment_currency\":\"EUR\",\"subtotal_price\":\"195.00\","                              \
    "\"total_price\":\"199.90\",\"total_tax\":\"33.32\",\"total_discounts\":\"5.00\","             \
    "\"line_items\":" ITEMS "}"
#define SHOP "\"shop_id\":954889,\"shop_domain\":\"demo.myshopify.com\""
#define WHO_ASKS                                                                                   \
    SHOP ",\"customer\":"                                                                          \
         "{\"id\":207119551,\"email\":\"anna.huber@example.com\",\"phone\":\"+436641234567\"}"

static const HookSample samples[] = {
    {"orders/create", PAID_ORDER},
    {"orders/updated", PAID_ORDER},
    {"orders/cancelled",
     ORDER_BODY("\"financial_status\":\"refunded\",\"cancelled_at\":\"2026-05-02T08:00:00-04:00\","
                "\"cancel_reason\":\"customer\"")},
    {"refunds/create",
     "{\"id\":509562969,\"order_id\":450789469,"
     "\"created_at\":\"2026-05-03T09:00:00-04:00\","
     "\"processed_at\":\"2026-05-03T09:00:00-04:00\",\"note\":\"too small\","
     "\"restock\":true,\"refund_line_items\":[{\"id\":104689539,\"quantity\":1,"
     "\"line_item_id\":466157049,\"subtotal\":81.25,\"total_tax\":16.25,"
     "\"line_item\":{\"id\":466157049,\"product_id\":632910392,\"sku\":\"SHIRT-GREEN\","
     "\"title\":\"Linen shirt\",\"price\":\"100.00\"}}],"
     "\"transactions\":[{\"id\":179259969,\"order_id\":450789469,\"kind\":\"refund\","
     "\"status\":\"success\",\"amount\":\"97.50\",\"currency\":\"EUR\","
     "\"gateway\":\"visa\"}]}"},
    {"checkouts/create", CHECKOUT},
    {"checkouts/update", CHECKOUT},
    {"carts/update", "{\"id\":\"68778783ad298f1c80c3bafcddeea02f\","
                     "\"token\":\"68778783ad298f1c80c3bafcddeea02f\","
                     "\"created_at\":\"2026-05-01T09:40:00-04:00\","
                     "\"updated_at\":\"2026-05-01T09:45:00-04:00\",\"line_items\":" ITEMS "}"},
    {"customers/create", CUSTOMER},
    {"customers/update", CUSTOMER},
    {"inventory_levels/update",
     "{\"inventory_item_id\":808950810,\"location_id\":655441491,\"available\":12,"
     "\"updated_at\":\"2026-05-01T10:00:00-04:00\"}"},
    {"customers/redact", "{" WHO_ASKS ",\"orders_to_redact\":[450789469]}"},
    {"customers/data_request",
     "{" WHO_ASKS ",\"orders_requested\":[450789469],\"data_request\":{\"id\":9999}}"},
    {"shop/redact", "{" SHOP "}"},
};

static const HookField fields[] = {
    {"user_ids", "Customer ids as user ids",
     "yes: Shopify's customer id becomes the userId of its events, where your site sends the same",
     false, 3, (const char *const[]){"no", "yes", NULL}, "no"},
};

static const char *const topics[] = {"orders/create",    "orders/updated",
                                     "orders/cancelled", "refunds/create",
                                     "checkouts/create", "checkouts/update",
                                     "carts/update",     "customers/create",
                                     "customers/update", "inventory_levels/update",
                                     "customers/redact", "customers/data_request",
                                     "shop/redact",      NULL};

const ShopKind shop_shopify = {
    .kind = {.name = "shopify",
             .title = "Shopify",
             .help = "Orders, refunds, checkouts, carts, customers and stock of a Shopify shop",
             .fields = fields,
             .field_count = COUNT(fields),
             .secret = HOOK_SECRET_GIVEN,
             .secret_title = "Client secret",
             .secret_help =
                 "Of the app that subscribes; for webhooks made in the admin, what stands "
                 "under Settings, Notifications, Webhooks",
             .topics = topics,
             .samples = samples,
             .sample_count = COUNT(samples),
             .signature = "X-Shopify-Hmac-SHA256"},
    .is_signed = is_signed,
    .pack = pack,
    .head = read_head,
    .rules = rules,
    .rule_count = COUNT(rules),
    .privacy = privacy,
    .privacy_count = COUNT(privacy),
    .answer = "{}",
};
