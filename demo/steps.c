// SPDX-License-Identifier: Apache-2.0
#include "steps.h"

#include "scenario.h"

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
    SIGNED_IN,
    SIGN_IN_FAILED,
    ALIAS,
    GROUP,
    STEP_VIEWED,
    STEP_DONE,
    PAYMENT,
    ORDERED,
    CANCELLED,
    REFUNDED,
    CHAT,
    CHAT_ENDED,
    SIGNED_OUT,
    TILL_CARD,
    TILL_COUPON,
    TILL_SALE,
    TILL_REFUND,
    STEP_COUNT,
};

static StepPut put_page;

typedef struct Next {
    uint8_t step, weight;
} Next;

typedef struct StepRow {
    const char *type, *name;
    StepPut *put;
    Next next[7]; /* weights of 100; END takes the rest */
} StepRow;

static const StepRow rows[STEP_COUNT] = {
    [HOME] = {"page",
              "Home",
              put_page,
              {{SEARCHED, 25},
               {PROMOTION, 22},
               {CATEGORY_PAGE, 30},
               {PRODUCT_PAGE, 10},
               {LOGIN, 4},
               {CHAT, 1}}},
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
    [COUPON_DENIED] = {"track",
                       "Coupon Denied",
                       put_denied,
                       {{CHECKOUT, 58}, {CART, 12}, {CHAT, 4}}},
    [COUPON_REMOVED] = {"track", "Coupon Removed", put_coupon_removed, {{CART, 70}}},
    [CHECKOUT] = {"track", "Checkout Started", put_order, {{LOGIN, 55}, {STEP_VIEWED, 35}}},
    [LOGIN] = {"identify", "", put_traits, {{SIGNED_IN, 100}}},
    [SIGNED_IN] = {"track",
                   "Signed In",
                   put_signed_in,
                   {{STEP_VIEWED, 84}, {ALIAS, 2}, {CATEGORY_PAGE, 10}}},
    // some buy as guests, some ask for help
    [SIGN_IN_FAILED] = {"track",
                        "Sign In Failed",
                        put_sign_in_failed,
                        {{STEP_VIEWED, 22}, {CHAT, 18}}},
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
                 {{CANCELLED, 1}, {REVIEWED, 3}, {HOME, 10}, {CHAT, 2}}},
    [CANCELLED] = {"track", "Order Cancelled", put_order, {{END, 0}}},
    [REFUNDED] = {"track", "Order Refunded", put_refund, {{CHAT, 6}}},
    [CHAT] = {"track", "Live Chat Conversation Started", put_chat, {{CHAT_ENDED, 92}}},
    [CHAT_ENDED] = {"track", "Live Chat Conversation Ended", put_chat_ended, {{HOME, 15}}},
    [SIGNED_OUT] = {"track", "Signed Out", put_signed_in, {{END, 0}}},
    [TILL_CARD] = {"identify", "", put_traits, {{TILL_SALE, 100}}},
    [TILL_COUPON] = {"track", "Coupon Applied", put_applied, {{TILL_SALE, 100}}},
    [TILL_SALE] = {"track", "Order Completed", put_sale, {{END, 0}}},
    [TILL_REFUND] = {"track", "Order Refunded", put_sale_refund, {{TILL_SALE, 12}}},
};

uint8_t step_first(Retailer *r, const Session *s)
{
    uint64_t dice = pt_rng_below(&r->rng, 100);
    if (s->channel == RETAILER_TILL) {
        return dice < 4 ? TILL_CARD : dice < 12 ? TILL_COUPON : TILL_SALE;
    }
    if (s->device == DEVICE_STORE || (s->device == DEVICE_FAMILY && dice % 2 == 0)) {
        return LOGIN;
    }
    return dice < 45 ? HOME : dice < 70 ? PRODUCT_PAGE : dice < 88 ? CATEGORY_PAGE : SEARCHED;
}

uint8_t step_back(LaterKind kind)
{
    static const uint8_t steps[LATER_KIND_COUNT] = {[LATER_TO_TILL] = TILL_SALE,
                                                    [LATER_TO_WEB] = CART,
                                                    [LATER_RETURN_TILL] = TILL_REFUND,
                                                    [LATER_RETURN_WEB] = REFUNDED};
    return steps[kind];
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

static bool is_slow(const Session *s)
{
    return s->channel == RETAILER_WEB && scenario_holds(SCENARIO_SLOW_SITE);
}

static void put_page(Retailer *r, Session *s, Out *o)
{
    out_page(s, o);
    OUT(o, ",\"load_ms\":");
    out_number(o,
               is_slow(s) ? 8000 + pt_rng_below(&r->rng, 12000) : 240 + pt_rng_below(&r->rng, 700));
}

/* Offline: what the app noted hours ago arrives now. */
static int64_t late_ms(Retailer *r, const Session *s)
{
    if (s->step != LOGIN || s->channel != RETAILER_APP || pt_rng_below(&r->rng, 100) >= 4) {
        return 0;
    }
    return 60000 * (30 + (int64_t)pt_rng_below(&r->rng, 48 * 60));
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
    out_time(o, now_ms - late_ms(r, s));
    bool screen = s->channel == RETAILER_APP && row->type[0] == 'p';
    OUT(o, "\",\"type\":\"");
    out_text(o, screen ? "screen" : row->type);
    if (row->name[0] != 0) {
        out_text(o, row->type[0] == 't' ? "\",\"event\":\"" : "\",\"name\":\"");
        out_text(o, row->name);
    }
    OUT(o, "\"");
}

static void another_order(Retailer *r, Session *s)
{
    s->number = next_number(r);
    s->cart_len = 0;
    s->coupon = NULL;
    s->discount_pct = 0;
    s->bought = false;
}

/* What a step changes before it is told. */
static void enter(Retailer *r, Session *s)
{
    if (s->step == LOGIN && scenario_holds(SCENARIO_SIGN_IN_DOWN)) {
        s->step = SIGN_IN_FAILED;
    }
    if (s->bought && (s->step == HOME || s->step == LIST)) { // what comes now is another one
        another_order(r, s);
    }
    set_path(r, s);
    if (s->step == LOGIN || s->step == ALIAS || s->step == GROUP || s->step == TILL_CARD) {
        s->known = true;
    }
    if (s->step >= TILL_CARD && s->step <= TILL_SALE && s->cart_len == 0) {
        fill_cart(r, s, CART_MAX);
    }
    if (((s->step >= CART && s->step <= COUPON_REMOVED) || s->step == CHECKOUT ||
         s->step == ORDERED) &&
        s->cart_len == 0) {
        fill_cart(r, s, 2); // a cart kept from an earlier visit
    }
    s->bought = s->bought || s->step == ORDERED || s->step == REFUNDED;
}

/* What follows from it once it is told. */
static uint8_t leave(Retailer *r, Session *s, const StepRow *row)
{
    if (s->step == ORDERED || s->step == TILL_SALE) {
        later_of_order(r, s);
    }
    uint8_t next = draw_next(r, row);
    if (is_slow(s) && pt_rng_below(&r->rng, 100) < (row->type[0] == 'p' ? 45 : 12)) {
        next = END; // gives up
    }
    if (s->step == PAYMENT && scenario_holds(SCENARIO_PAYMENTS_DOWN)) {
        next = pt_rng_below(&r->rng, 100) < 15 ? CHAT : END;
    }
    if (s->step == SIGNED_IN && s->customer.account > 0) {
        next = GROUP;
    }
    if (s->step == TILL_REFUND && next == TILL_SALE) { // buys something else instead
        another_order(r, s);
    }
    if (next != END || s->channel == RETAILER_TILL) {
        return next;
    }
    if (s->cart_len > 0 && !s->bought) {
        later_of_cart(r, s);
    }
    if (s->known && s->step != SIGNED_OUT) {
        const bool rush = scenario_holds(SCENARIO_SHARED_TABLET);
        const uint64_t pct = s->device == DEVICE_OWN      ? 3
                             : s->device == DEVICE_FAMILY ? 50
                             : rush                       ? 15
                                                          : 70;
        next = pt_rng_below(&r->rng, 100) < pct ? SIGNED_OUT : END;
    }
    return next;
}

void step_write(Retailer *r, Session *s, int64_t now_ms, Out *o, size_t *ret_uuid_at)
{
    const char *start = o->at;
    enter(r, s);
    const StepRow *row = &rows[s->step];
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
    out_context_ids(s, row->type, o);
    if (s->channel == RETAILER_WEB) {
        OUT(o, ",\"page\":{");
        out_page(s, o);
        OUT(o, "}");
    }
    OUT(o, "},\"integrations\":{}");
    out_who(s, row->type, o);
    OUT(o, "}");
    s->step = leave(r, s, row);
}
