// SPDX-License-Identifier: Apache-2.0
#include "retailer_internal.h"

#include <stdio.h>

/* What a visitor does, and what the shop's tracking says of it. Each step is a row: the call it
 * makes, its name, who writes its properties, and which steps follow how often. */
enum Step {
    END = STEP_END,
    HOME,
    CATEGORY_PAGE,
    SEARCHED,
    LIST,
    FILTERED,
    PROMOTION,
    PROMOTION_CLICKED,
    CLICKED,
    PRODUCT_PAGE,
    VIEWED,
    WISHED,
    SHARED,
    REVIEWED,
    ADDED,
    REMOVED,
    CART,
    COUPON_ENTERED,
    COUPON_APPLIED,
    COUPON_DENIED,
    COUPON_REMOVED,
    CHECKOUT,
    LOGIN,
    ALIAS,
    GROUP,
    STEP_VIEWED,
    STEP_DONE,
    PAYMENT,
    ORDERED,
    REFUNDED,
    CANCELLED,
    TILL_CARD,
    TILL_COUPON,
    TILL_SALE,
    TILL_REFUND,
    STEP_COUNT,
};

static uint64_t price_of(const Retailer *r, const Session *s, uint16_t product)
{
    return (uint64_t)r->world->products[product].price_cents *
           world_countries[s->country].price_pct / 100;
}

static void out_currency(Out *o, const Session *s)
{
    OUT(o, ",\"currency\":\"");
    out_text(o, world_countries[s->country].currency);
    OUT(o, "\"");
}

static void out_product(const Retailer *r, const Session *s, uint16_t product, Out *o)
{
    const Product *p = &r->world->products[product];
    out_bytes(o, p->json, p->json_len);
    OUT(o, ",\"price\":");
    out_money(o, price_of(r, s, product));
}

static void out_tagged(Out *o, const char *tag, uint64_t number)
{
    out_text(o, tag);
    out_number(o, number);
    OUT(o, "\"");
}

static uint64_t cart_cents(const Retailer *r, const Session *s)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < s->cart_len; i++) {
        sum += price_of(r, s, s->cart[i].product) * s->cart[i].quantity;
    }
    return sum;
}

static void out_cart(const Retailer *r, const Session *s, Out *o)
{
    OUT(o, ",\"products\":[");
    for (unsigned i = 0; i < s->cart_len; i++) {
        if (i > 0) {
            OUT(o, ",");
        }
        OUT(o, "{");
        out_product(r, s, s->cart[i].product, o);
        OUT(o, ",\"quantity\":");
        out_number(o, s->cart[i].quantity);
        OUT(o, ",\"position\":");
        out_number(o, i + 1);
        OUT(o, "}");
    }
    OUT(o, "]");
}

static void put_search(Retailer *r, Session *s, Out *o)
{
    (void)r;
    static const char *const words[] = {"rain jacket", "merino",       "running shoes",
                                        "gift",        "olive",        "pan 28cm",
                                        "desk lamp",   "tent 2 person"};
    OUT(o, "\"query\":\"");
    out_text(o, words[s->query % 8]);
    OUT(o, "\",\"results\":");
    out_number(o, s->query % 240u);
    OUT(o, ",\"suggested\":");
    out_text(o, s->query & 512 ? "true" : "false");
}

/* A few products of a list, those most looked at first. */
static void put_list(Retailer *r, Session *s, Out *o)
{
    const Category *c = &world_categories[s->category];
    OUT(o, "\"list_id\":\"");
    out_text(o, c->path);
    OUT(o, "\",\"category\":\"");
    out_text(o, c->name);
    OUT(o, "\",\"products\":[");
    unsigned n = 4 + (unsigned)pt_rng_below(&r->rng, 8);
    for (unsigned i = 0; i < n; i++) {
        if (i > 0) {
            OUT(o, ",");
        }
        s->product = (uint16_t)world_draw_product(r->world, &r->rng);
        OUT(o, "{");
        out_product(r, s, s->product, o);
        OUT(o, ",\"position\":");
        out_number(o, i + 1);
        OUT(o, "}");
    }
    OUT(o, "]");
}

static void put_filtered(Retailer *r, Session *s, Out *o)
{
    OUT(o, "\"filters\":[{\"type\":\"price\",\"value\":\"under-");
    out_number(o, 25 * (1 + s->query % 8u));
    OUT(o, "\"},{\"type\":\"in-stock\",\"value\":\"true\"}],\"sorts\":[{\"type\":\"price\","
           "\"value\":\"");
    out_text(o, s->query & 64 ? "asc\"}]," : "desc\"}],");
    put_list(r, s, o);
}

static void put_promotion(Retailer *r, Session *s, Out *o)
{
    (void)r;
    static const char *const names[] = {"Autumn arrivals", "Three for two on shirts",
                                        "Outdoor week", "Members save 15 %"};
    unsigned n = s->query % 4u;
    OUT(o, "\"promotion_id\":\"PROMO-2");
    out_number(o, n);
    OUT(o, "\",\"creative\":\"home_banner_");
    out_number(o, s->query % 3u + 1);
    OUT(o, "\",\"name\":\"");
    out_text(o, names[n]);
    OUT(o, "\",\"position\":\"home_top\"");
}

static void put_product(Retailer *r, Session *s, Out *o)
{
    out_product(r, s, s->product, o);
    out_currency(o, s);
    OUT(o, ",\"quantity\":1,\"position\":");
    out_number(o, 1 + s->product % 24u);
    OUT(o, ",\"value\":");
    out_money(o, price_of(r, s, s->product));
    OUT(o, ",\"in_stock\":");
    out_text(o, s->product % 17 != 0 ? "true" : "false");
}

static void put_wish(Retailer *r, Session *s, Out *o)
{
    OUT(o, "\"wishlist_id\":\"");
    out_bytes(o, s->anonymous, 8);
    OUT(o, "\",\"wishlist_name\":\"Saved\",");
    put_product(r, s, o);
}

static void put_shared(Retailer *r, Session *s, Out *o)
{
    OUT(o, "\"share_via\":\"link\",\"share_message\":\"Look at this\",");
    put_product(r, s, o);
}

static void put_review(Retailer *r, Session *s, Out *o)
{
    (void)r;
    OUT(o, "\"product_id\":\"P");
    out_number(o, 10000u + s->product);
    OUT(o, "\",\"review_id\":\"R");
    out_tagged(o, "", s->number);
    OUT(o, ",\"review_body\":\"Fits well, arrived in two days. Colour a little darker than the "
           "photo.\","
           "\"rating\":");
    out_number(o, 2 + s->query % 4u);
}

static void put_added(Retailer *r, Session *s, Out *o)
{
    uint8_t quantity = (uint8_t)(pt_rng_below(&r->rng, 8) == 0 ? 2 : 1);
    if (s->cart_len < CART_MAX) {
        s->cart[s->cart_len++] = (CartLine){s->product, quantity};
    }
    out_tagged(o, "\"cart_id\":\"C", s->number);
    OUT(o, ",");
    put_product(r, s, o);
    s->product = (uint16_t)world_draw_product(r->world, &r->rng);
}

static void put_removed(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"cart_id\":\"C", s->number);
    OUT(o, ",");
    if (s->cart_len > 0) {
        s->product = s->cart[--s->cart_len].product;
    }
    put_product(r, s, o);
}

static void put_cart(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"cart_id\":\"C", s->number);
    out_currency(o, s);
    out_cart(r, s, o);
}

static void put_coupon(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"order_id\":\"LF-", s->number);
    out_tagged(o, ",\"cart_id\":\"C", s->number);
    OUT(o, ",\"coupon_id\":\"AUTUMN15\",\"coupon_name\":\"15 % on autumn\",\"discount\":");
    out_money(o, cart_cents(r, s) * 15 / 100);
}

static void put_denied(Retailer *r, Session *s, Out *o)
{
    put_coupon(r, s, o);
    OUT(o, ",\"reason\":\"Coupon expired\"");
}

static void put_applied(Retailer *r, Session *s, Out *o)
{
    s->has_coupon = true;
    put_coupon(r, s, o);
}

static void put_totals(const Retailer *r, const Session *s, Out *o)
{
    uint64_t sum = cart_cents(r, s), discount = s->has_coupon ? sum * 15 / 100 : 0;
    uint64_t shipping = s->channel == RETAILER_TILL || sum > 5000 ? 0 : 495, net = sum - discount;
    uint32_t tax = world_countries[s->country].tax_permil;
    out_tagged(o, "\"order_id\":\"LF-", s->number);
    OUT(o, ",\"affiliation\":\"");
    out_text(o, s->channel == RETAILER_TILL  ? "Larkfield store"
                : s->channel == RETAILER_APP ? "Larkfield app"
                                             : "Larkfield web");
    OUT(o, "\",\"subtotal\":");
    out_money(o, sum);
    OUT(o, ",\"total\":");
    out_money(o, net + shipping);
    OUT(o, ",\"revenue\":");
    out_money(o, net);
    OUT(o, ",\"shipping\":");
    out_money(o, shipping);
    OUT(o, ",\"tax\":");
    out_money(o, net * tax / (1000 + tax));
    OUT(o, ",\"discount\":");
    out_money(o, discount);
    if (s->has_coupon) {
        OUT(o, ",\"coupon\":\"AUTUMN15\"");
    }
    out_currency(o, s);
}

static void put_order(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"checkout_id\":\"K", s->number);
    OUT(o, ",");
    put_totals(r, s, o);
    out_cart(r, s, o);
}

static void put_checkout_step(Retailer *r, Session *s, Out *o)
{
    (void)r;
    static const char *const names[] = {"address", "shipping", "payment"};
    out_tagged(o, "\"checkout_id\":\"K", s->number);
    OUT(o, ",\"step\":");
    out_number(o, 1 + s->checkout_step % 3u);
    OUT(o, ",\"step_name\":\"");
    out_text(o, names[s->checkout_step % 3]);
    OUT(o, "\",\"shipping_method\":\"");
    out_text(o, s->number % 5 == 0 ? "click-and-collect" : "standard");
    OUT(o, "\",\"payment_method\":\"");
    out_text(o, s->number % 3 == 0 ? "card\"" : s->number % 3 == 1 ? "invoice\"" : "wallet\"");
}

static void put_step_done(Retailer *r, Session *s, Out *o)
{
    put_checkout_step(r, s, o);
    s->checkout_step++;
}

static void put_refund(Retailer *r, Session *s, Out *o)
{
    put_totals(r, s, o);
    OUT(o, ",\"reason\":\"");
    out_text(o, s->number % 2 == 0 ? "does not fit\"" : "not as expected\"");
    out_cart(r, s, o);
}

static void put_sale(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"store_id\":\"S", s->store + 1u);
    OUT(o, ",\"store_name\":\"Larkfield ");
    out_text(o, world_stores[s->store].city);
    out_tagged(o, "\",\"till_id\":\"T", s->till);
    out_tagged(o, ",\"receipt_no\":\"",
               (s->store + 1u) * UINT64_C(10000000) + s->number % 10000000);
    out_tagged(o, ",\"cashier_id\":\"E", 1000u + s->store * 20u + s->number % 12u);
    if (s->known) {
        out_tagged(o, ",\"loyalty_card\":\"2900", 10000000u + s->customer.index);
    }
    OUT(o, ",\"payment_method\":\"");
    out_text(o, s->number % 4 == 0 ? "cash\"," : "card\",");
    put_totals(r, s, o);
    out_cart(r, s, o);
}

/* Three to four lines at a till, as receipts go. */
static void fill_cart(Retailer *r, Session *s)
{
    s->cart_len = (uint8_t)(1 + pt_rng_below(&r->rng, 4) + pt_rng_below(&r->rng, 3));
    for (unsigned i = 0; i < s->cart_len; i++) {
        s->cart[i].product = (uint16_t)world_draw_product(r->world, &r->rng);
        s->cart[i].quantity = (uint8_t)(1 + (pt_rng_below(&r->rng, 6) == 0));
    }
}

static void out_email(Out *o, const Customer *c)
{
    char text[80];
    int n = snprintf(text, sizeof text, "%s.%s.%u@mail.example", c->first, c->last, c->index);
    for (int i = 0; i < n; i++) {
        char ch = text[i];
        *o->at++ = ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
    }
}

static void put_traits(Retailer *r, Session *s, Out *o)
{
    (void)r;
    const Customer *c = &s->customer;
    const Country *home = &world_countries[c->country];
    OUT(o, "\"email\":\"");
    out_email(o, c);
    OUT(o, "\",\"firstName\":\"");
    out_text(o, c->first);
    OUT(o, "\",\"lastName\":\"");
    out_text(o, c->last);
    OUT(o, "\",\"phone\":\"");
    out_text(o, home->dial);
    out_number(o, 1510000000u + c->index * 37u);
    OUT(o, "\",\"address\":{\"city\":\"");
    out_text(o, world_stores[c->home_store].city);
    OUT(o, "\",\"country\":\"");
    out_text(o, home->code);
    out_tagged(o, "\",\"postalCode\":\"", 10000u + c->index % 89999u);
    OUT(o, "},\"loyalty_tier\":\"");
    out_text(o, world_tiers[c->tier]);
    out_tagged(o, "\",\"loyalty_card\":\"2900", 10000000u + c->index);
    OUT(o, ",\"newsletter\":");
    out_text(o, c->index % 3 == 0 ? "true" : "false");
    out_tagged(o, ",\"home_store\":\"S", c->home_store + 1u);
}

static void put_group(Retailer *r, Session *s, Out *o)
{
    (void)r;
    OUT(o, "\"name\":\"Loyalty ");
    out_text(o, world_tiers[s->customer.tier]);
    OUT(o, "\",\"plan\":\"");
    out_text(o, world_tiers[s->customer.tier]);
    OUT(o, "\",\"country\":\"");
    out_text(o, world_countries[s->customer.country].code);
    OUT(o, "\"");
}

static void put_page(Retailer *r, Session *s, Out *o);
static void put_nothing(Retailer *r, Session *s, Out *o)
{
    (void)r;
    (void)s;
    (void)o;
}

typedef struct Next {
    uint8_t step, weight;
} Next;

typedef struct StepRow {
    const char *type, *name;
    void (*put)(Retailer *r, Session *s, Out *o);
    Next next[7]; /* weights of 100; END takes the rest */
} StepRow;

static const StepRow rows[STEP_COUNT] = {
    [HOME] =
        {"page",
         "Home",
         put_page,
         {{SEARCHED, 25}, {PROMOTION, 22}, {CATEGORY_PAGE, 30}, {PRODUCT_PAGE, 10}, {LOGIN, 4}}},
    [CATEGORY_PAGE] = {"page", "Category", put_page, {{LIST, 90}}},
    [SEARCHED] = {"track", "Products Searched", put_search, {{LIST, 80}, {SEARCHED, 8}}},
    [LIST] = {"track",
              "Product List Viewed",
              put_list,
              {{CLICKED, 48}, {FILTERED, 16}, {CATEGORY_PAGE, 14}, {SEARCHED, 6}}},
    [FILTERED] = {"track", "Product List Filtered", put_filtered, {{CLICKED, 60}, {LIST, 20}}},
    [PROMOTION] = {"track",
                   "Promotion Viewed",
                   put_promotion,
                   {{PROMOTION_CLICKED, 25}, {CATEGORY_PAGE, 35}, {SEARCHED, 20}}},
    [PROMOTION_CLICKED] = {"track", "Promotion Clicked", put_promotion, {{LIST, 85}}},
    [CLICKED] = {"track", "Product Clicked", put_product, {{PRODUCT_PAGE, 97}}},
    [PRODUCT_PAGE] = {"page", "Product", put_page, {{VIEWED, 98}}},
    [VIEWED] = {"track",
                "Product Viewed",
                put_product,
                {{ADDED, 22}, {LIST, 32}, {WISHED, 6}, {SHARED, 2}, {SEARCHED, 10}, {REVIEWED, 1}}},
    [WISHED] = {"track", "Product Added to Wishlist", put_wish, {{LIST, 60}, {ADDED, 10}}},
    [SHARED] = {"track", "Product Shared", put_shared, {{LIST, 50}}},
    [REVIEWED] = {"track", "Product Reviewed", put_review, {{LIST, 40}}},
    [ADDED] = {"track",
               "Product Added",
               put_added,
               {{CART, 45}, {LIST, 30}, {SEARCHED, 8}, {CHECKOUT, 8}}},
    [REMOVED] = {"track", "Product Removed", put_removed, {{CART, 60}, {LIST, 20}}},
    [CART] = {"track",
              "Cart Viewed",
              put_cart,
              {{CHECKOUT, 46}, {REMOVED, 9}, {COUPON_ENTERED, 12}, {LIST, 16}}},
    [COUPON_ENTERED] = {"track",
                        "Coupon Entered",
                        put_coupon,
                        {{COUPON_APPLIED, 72}, {COUPON_DENIED, 26}}},
    [COUPON_APPLIED] = {"track",
                        "Coupon Applied",
                        put_applied,
                        {{CHECKOUT, 75}, {COUPON_REMOVED, 3}, {LIST, 10}}},
    [COUPON_DENIED] = {"track", "Coupon Denied", put_denied, {{CHECKOUT, 60}, {CART, 12}}},
    [COUPON_REMOVED] = {"track", "Coupon Removed", put_coupon, {{CART, 70}}},
    [CHECKOUT] = {"track", "Checkout Started", put_order, {{LOGIN, 55}, {STEP_VIEWED, 35}}},
    [LOGIN] = {"identify",
               "",
               put_traits,
               {{STEP_VIEWED, 78}, {GROUP, 8}, {ALIAS, 2}, {CATEGORY_PAGE, 10}}},
    [ALIAS] = {"alias", "", put_nothing, {{STEP_VIEWED, 80}, {LIST, 15}}},
    [GROUP] = {"group", "", put_group, {{STEP_VIEWED, 75}, {LIST, 20}}},
    [STEP_VIEWED] = {"track", "Checkout Step Viewed", put_checkout_step, {{STEP_DONE, 88}}},
    [STEP_DONE] = {"track",
                   "Checkout Step Completed",
                   put_step_done,
                   {{STEP_VIEWED, 40}, {PAYMENT, 55}}},
    [PAYMENT] = {"track", "Payment Info Entered", put_checkout_step, {{ORDERED, 86}}},
    [ORDERED] = {"track",
                 "Order Completed",
                 put_order,
                 {{REFUNDED, 4}, {CANCELLED, 1}, {REVIEWED, 3}, {HOME, 10}}},
    [REFUNDED] = {"track", "Order Refunded", put_refund, {{END, 0}}},
    [CANCELLED] = {"track", "Order Cancelled", put_order, {{END, 0}}},
    [TILL_CARD] = {"identify", "", put_traits, {{TILL_SALE, 100}}},
    [TILL_COUPON] = {"track", "Coupon Applied", put_applied, {{TILL_SALE, 100}}},
    [TILL_SALE] = {"track", "Order Completed", put_sale, {{TILL_REFUND, 3}}},
    [TILL_REFUND] = {"track", "Order Refunded", put_sale, {{END, 0}}},
};

uint8_t step_first(Retailer *r, const Session *s)
{
    uint64_t dice = pt_rng_below(&r->rng, 100);
    if (s->channel == RETAILER_TILL) {
        return dice < 4 ? TILL_CARD : dice < 12 ? TILL_COUPON : TILL_SALE;
    }
    return dice < 45 ? HOME : dice < 70 ? PRODUCT_PAGE : dice < 88 ? CATEGORY_PAGE : SEARCHED;
}

static uint8_t draw_next(Retailer *r, const StepRow *row)
{
    uint64_t dice = pt_rng_below(&r->rng, 100), sum = 0;
    for (size_t i = 0; i < sizeof row->next / sizeof *row->next; i++) {
        sum += row->next[i].weight;
        if (dice < sum) {
            return row->next[i].step;
        }
    }
    return END;
}

/* Where the visitor stands now. */
static void set_path(const Retailer *r, Session *s)
{
    if (s->step == PRODUCT_PAGE || s->step == CATEGORY_PAGE || s->step == HOME ||
        s->step == SEARCHED || s->step == CART || s->step == CHECKOUT) {
        memcpy(s->referrer, s->path, sizeof s->path);
    }
    Out o = {s->path};
    switch (s->step) {
    case PRODUCT_PAGE:
        OUT(&o, "/p/");
        out_text(&o, r->world->products[s->product].slug);
        break;
    case CATEGORY_PAGE:
        OUT(&o, "/c/");
        out_text(&o, world_categories[s->category].path);
        break;
    case HOME:
        OUT(&o, "/");
        break;
    case SEARCHED:
        OUT(&o, "/search");
        break;
    case CART:
        OUT(&o, "/cart");
        break;
    case CHECKOUT:
        OUT(&o, "/checkout");
        break;
    default:
        return;
    }
    *o.at = 0;
}

static void out_page(const Session *s, Out *o)
{
    OUT(o, "\"path\":\"");
    out_text(o, s->path);
    OUT(o, "\",\"referrer\":\"https://www.larkfield.example");
    out_text(o, s->referrer);
    OUT(o, "\",\"search\":\"\",\"title\":\"");
    out_text(o, world_categories[s->category].name);
    OUT(o, " | Larkfield\",\"url\":\"https://www.larkfield.example");
    out_text(o, s->path);
    OUT(o, "\"");
}

static void put_page(Retailer *r, Session *s, Out *o)
{
    (void)r;
    out_page(s, o);
}

static void out_head(Retailer *r, const Session *s, const StepRow *row, int64_t now_ms, Out *o)
{
    static const char *const prefix[] = {"ajs-next-", "app-", "till-"};
    OUT(o, "{\"messageId\":\"");
    out_text(o, prefix[s->channel]);
    out_number(o, (uint64_t)now_ms);
    OUT(o, "-");
    out_uuid(o, &r->rng);
    OUT(o, "\",\"timestamp\":\"");
    out_time(o, now_ms);
    bool screen = s->channel == RETAILER_APP && row->type[0] == 'p';
    OUT(o, "\",\"type\":\"");
    out_text(o, screen ? "screen" : row->type);
    if (row->name[0] != 0) {
        out_text(o, row->type[0] == 't' ? "\",\"event\":\"" : "\",\"name\":\"");
        out_text(o, row->name);
    }
    OUT(o, "\"");
}

/* A guest has an anonymous id, a known one also the user id; a till knows a person by card alone.
 */
static void out_who(const Session *s, const StepRow *row, Out *o)
{
    if (s->channel != RETAILER_TILL) {
        OUT(o, ",\"anonymousId\":\"");
        out_bytes(o, s->anonymous, UUID_LEN);
        OUT(o, "\"");
    } else if (!s->known) {
        out_tagged(o, ",\"anonymousId\":\"receipt-",
                   (s->store + 1u) * UINT64_C(10000000) + s->number);
    }
    if (s->known) {
        out_tagged(o, ",\"userId\":\"CUST-", 100000u + s->customer.index);
    } else if (s->channel != RETAILER_TILL) {
        OUT(o, ",\"userId\":null");
    }
    if (row->type[0] == 'g') {
        OUT(o, ",\"groupId\":\"loyalty-");
        out_text(o, world_tiers[s->customer.tier]);
        OUT(o, "\"");
    } else if (row->type[0] == 'a') {
        OUT(o, ",\"previousId\":\"");
        out_bytes(o, s->anonymous, UUID_LEN);
        OUT(o, "\"");
    }
}

/* What a step changes before it is told. */
static void enter(Retailer *r, Session *s)
{
    set_path(r, s);
    if (s->step == LOGIN || s->step == ALIAS || s->step == GROUP || s->step == TILL_CARD) {
        s->known = true;
    }
    if (s->step >= TILL_CARD && s->step <= TILL_SALE && s->cart_len == 0) {
        fill_cart(r, s);
    }
    if (s->step >= CART && s->step <= CANCELLED && s->cart_len == 0) {
        fill_cart(r, s); // a cart kept from an earlier visit
        s->cart_len = s->cart_len > 2 ? 2 : s->cart_len;
    }
}

void step_write(Retailer *r, Session *s, int64_t now_ms, Out *o, size_t *ret_uuid_at)
{
    const StepRow *row = &rows[s->step];
    const char *start = o->at;
    enter(r, s);
    out_head(r, s, row, now_ms, o);
    // ...<uuid>","timestamp":"<24 bytes>","type": the uuid stands at a fixed distance from "{"
    *ret_uuid_at = (size_t)(strchr(start + 14, '"') - start) - UUID_LEN;
    bool traits = row->type[0] == 'i' || row->type[0] == 'g';
    if (row->type[0] != 'a') {
        out_text(o, traits ? ",\"traits\":{" : ",\"properties\":{");
        row->put(r, s, o);
        OUT(o, "}");
    }
    OUT(o, ",\"context\":{");
    out_bytes(o, s->context, s->context_len);
    if (s->channel == RETAILER_WEB) {
        OUT(o, ",\"page\":{");
        out_page(s, o);
        OUT(o, "}");
    }
    OUT(o, "},\"integrations\":{}");
    out_who(s, row, o);
    OUT(o, "}");
    s->step = draw_next(r, row);
}
