// SPDX-License-Identifier: Apache-2.0
#include "steps.h"

#include "scenario.h"

/* What is said of the shop: products, lists, carts, orders, receipts. */

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

void put_search(Retailer *r, Session *s, Out *o)
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
void put_list(Retailer *r, Session *s, Out *o)
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

void put_filtered(Retailer *r, Session *s, Out *o)
{
    OUT(o, "\"filters\":[{\"type\":\"price\",\"value\":\"under-");
    out_number(o, 25 * (1 + s->query % 8u));
    OUT(o, "\"},{\"type\":\"in-stock\",\"value\":\"true\"}],\"sorts\":[{\"type\":\"price\","
           "\"value\":\"");
    out_text(o, s->query & 64 ? "asc\"}]," : "desc\"}],");
    put_list(r, s, o);
}

static const Season *season_of(const Retailer *r, const Session *s)
{
    static const Season rush = {
        .promotion = "Black Friday", .coupon = "BLACK25", .discount_pct = 25};
    return scenario_holds(SCENARIO_BLACK_FRIDAY) ? &rush : &r->hour.seasons[s->country];
}

void put_promotion(Retailer *r, Session *s, Out *o)
{
    static const char *const names[] = {"Three for two on shirts", "Outdoor week",
                                        "Members save more"};
    const Season *season = season_of(r, s);
    unsigned n = s->query % 4u;
    OUT(o, "\"promotion_id\":\"PROMO-");
    out_text(o, season->coupon);
    OUT(o, "-");
    out_number(o, n);
    OUT(o, "\",\"creative\":\"home_banner_");
    out_number(o, s->query % 3u + 1);
    OUT(o, "\",\"name\":\"");
    out_text(o, n == 0 ? season->promotion : names[n - 1]);
    OUT(o, "\",\"position\":\"home_top\"");
}

void put_product(Retailer *r, Session *s, Out *o)
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

void put_wish(Retailer *r, Session *s, Out *o)
{
    OUT(o, "\"wishlist_id\":\"");
    out_bytes(o, s->anonymous, 8);
    OUT(o, "\",\"wishlist_name\":\"Saved\",");
    put_product(r, s, o);
}

void put_shared(Retailer *r, Session *s, Out *o)
{
    OUT(o, "\"share_via\":\"link\",\"share_message\":\"Look at this\",");
    put_product(r, s, o);
}

void put_review(Retailer *r, Session *s, Out *o)
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

void put_added(Retailer *r, Session *s, Out *o)
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

void put_removed(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"cart_id\":\"C", s->number);
    OUT(o, ",");
    if (s->cart_len > 0) {
        s->product = s->cart[--s->cart_len].product;
    }
    put_product(r, s, o);
}

void put_cart(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"cart_id\":\"C", s->number);
    out_currency(o, s);
    out_cart(r, s, o);
}

void put_coupon(Retailer *r, Session *s, Out *o)
{
    const Season *season = season_of(r, s);
    out_tagged(o, "\"order_id\":\"LF-", s->number);
    out_tagged(o, ",\"cart_id\":\"C", s->number);
    OUT(o, ",\"coupon_id\":\"");
    out_text(o, season->coupon);
    OUT(o, "\",\"coupon_name\":\"");
    out_number(o, season->discount_pct);
    OUT(o, " %: ");
    out_text(o, season->promotion);
    OUT(o, "\",\"discount\":");
    out_money(o, cart_cents(r, s) * season->discount_pct / 100);
}

void put_denied(Retailer *r, Session *s, Out *o)
{
    put_coupon(r, s, o);
    OUT(o, ",\"reason\":\"Coupon expired\"");
}

void put_applied(Retailer *r, Session *s, Out *o)
{
    s->coupon = season_of(r, s)->coupon;
    s->discount_pct = season_of(r, s)->discount_pct;
    put_coupon(r, s, o);
}

void put_coupon_removed(Retailer *r, Session *s, Out *o)
{
    put_coupon(r, s, o);
    s->coupon = NULL;
    s->discount_pct = 0;
}

static void put_totals(const Retailer *r, const Session *s, Out *o)
{
    uint64_t sum = cart_cents(r, s), discount = sum * s->discount_pct / 100;
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
    if (s->coupon != NULL) {
        OUT(o, ",\"coupon\":\"");
        out_text(o, s->coupon);
        OUT(o, "\"");
    }
    out_currency(o, s);
}

void put_order(Retailer *r, Session *s, Out *o)
{
    out_tagged(o, "\"checkout_id\":\"K", s->number);
    OUT(o, ",");
    put_totals(r, s, o);
    out_cart(r, s, o);
}

void put_checkout_step(Retailer *r, Session *s, Out *o)
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

void put_step_done(Retailer *r, Session *s, Out *o)
{
    put_checkout_step(r, s, o);
    s->checkout_step++;
}

static void out_reason(const Session *s, Out *o)
{
    OUT(o, ",\"reason\":\"");
    out_text(o, s->number % 2 == 0 ? "does not fit\"" : "not as expected\"");
}

void put_refund(Retailer *r, Session *s, Out *o)
{
    put_totals(r, s, o);
    out_reason(s, o);
    out_cart(r, s, o);
}

static void out_till(const Session *s, Out *o)
{
    out_tagged(o, "\"store_id\":\"S", s->store + 1u);
    OUT(o, ",\"store_name\":\"Larkfield ");
    out_text(o, world_stores[s->store].name);
    out_tagged(o, "\",\"till_id\":\"T", s->till);
    out_tagged(o, ",\"receipt_no\":\"",
               (s->store + 1u) * UINT64_C(10000000) + s->number % 10000000);
    out_tagged(o, ",\"cashier_id\":\"E", 1000u + s->store * 20u + s->number % 12u);
    if (s->known) {
        out_tagged(o, ",\"loyalty_card\":\"", world_card(&s->customer));
    }
    OUT(o, ",\"payment_method\":\"");
    out_text(o, s->number % 4 == 0 ? "cash\"," : "card\",");
}

void put_sale(Retailer *r, Session *s, Out *o)
{
    out_till(s, o);
    put_totals(r, s, o);
    out_cart(r, s, o);
}

void put_sale_refund(Retailer *r, Session *s, Out *o)
{
    out_till(s, o);
    put_refund(r, s, o);
}

void fill_cart(Retailer *r, Session *s, uint8_t most)
{
    s->cart_len = (uint8_t)(1 + pt_rng_below(&r->rng, 4) + pt_rng_below(&r->rng, 3));
    s->cart_len = s->cart_len > most ? most : s->cart_len;
    for (unsigned i = 0; i < s->cart_len; i++) {
        s->cart[i].product = (uint16_t)world_draw_product(r->world, &r->rng);
        s->cart[i].quantity = (uint8_t)(1 + (pt_rng_below(&r->rng, 6) == 0));
    }
}
