// SPDX-License-Identifier: Apache-2.0
/* What the pages know of the retailer: the same catalogue, stores and customers that the generator
 * sends events of, so that who signs in on a page has a history. */
#include "server_internal.h"

#include "base/json.h"
#include "scenario.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EACH_CATEGORY = 6, EACH_NOUN = 2, STORE_ID = 16 };

/* Some who come often and some who do not; the next who holds a loyalty card. */
static const uint32_t shown_customers[] = {2, 11, 29, 47, 83, 131, 1009, 20011};

static void put_text(PtJsonOut *out, const char *name, const char *value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_str(out, pt_str(value));
}

static void put_number(PtJsonOut *out, const char *name, uint32_t value)
{
    pt_json_out_key(out, pt_str(name));
    pt_json_out_u64(out, value);
}

static void put_countries(PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("countries"));
    pt_json_out_array(out);
    for (unsigned i = 0; i < WORLD_COUNTRIES; i++) {
        const Country *c = &world_countries[i];
        pt_json_out_object(out);
        put_text(out, "code", c->code);
        put_text(out, "currency", c->currency);
        put_text(out, "locale", c->locale);
        put_number(out, "price_pct", c->price_pct);
        put_number(out, "tax_permil", c->tax_permil);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static const char *store_id(unsigned store, char out[static STORE_ID])
{
    (void)snprintf(out, STORE_ID, "S%u", store + 1);
    return out;
}

static void put_stores(PtJsonOut *out)
{
    char id[STORE_ID];
    pt_json_out_key(out, PT_STR("stores"));
    pt_json_out_array(out);
    for (unsigned i = 0; i < RETAILER_STORES; i++) {
        pt_json_out_object(out);
        put_text(out, "id", store_id(i, id));
        put_text(out, "name", world_stores[i].name);
        put_text(out, "city", world_stores[i].city);
        put_text(out, "country", world_countries[world_stores[i].country].code);
        put_number(out, "tills", world_stores[i].tills);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

/* "down-vest" of "compact-down-vest-10017". */
static PtStr noun_of(const Product *p)
{
    const char *first = strchr(p->slug, '-'), *last = strrchr(p->slug, '-');
    return first != NULL && last > first ? (PtStr){first + 1, (size_t)(last - first - 1)}
                                         : pt_str(p->slug);
}

typedef struct Shelf {
    PtStr nouns[EACH_CATEGORY];
    unsigned count;
} Shelf;

/* Whether a shelf has room for it, and not enough of its like. */
static bool fits(Shelf *shelf, PtStr noun)
{
    unsigned like = 0;
    for (unsigned i = 0; i < shelf->count; i++) {
        like += pt_str_eq(shelf->nouns[i], noun);
    }
    if (shelf->count == EACH_CATEGORY || like == EACH_NOUN) {
        return false;
    }
    shelf->nouns[shelf->count++] = noun;
    return true;
}

/* A few of each category: those most looked at. */
static void put_products(const World *w, PtJsonOut *out)
{
    Shelf shelves[WORLD_CATEGORIES] = {0};
    pt_json_out_key(out, PT_STR("products"));
    pt_json_out_array(out);
    for (unsigned i = 0; i < RETAILER_PRODUCTS; i++) {
        const Product *p = &w->products[i];
        char text[WORLD_PRODUCT_JSON + 64];
        if (!fits(&shelves[p->category], noun_of(p))) {
            continue;
        }
        const int n = snprintf(text, sizeof text, "{%.*s,\"price_cents\":%u,\"slug\":\"%s\"}",
                               (int)p->json_len, p->json, p->price_cents, p->slug);
        pt_json_out_raw(out, (PtStr){text, (size_t)n});
    }
    pt_json_out_array_end(out);
}

static void put_customer(const Customer *c, PtJsonOut *out)
{
    char user_id[32], email[WORLD_EMAIL], phone[WORLD_PHONE], card[32];
    (void)snprintf(user_id, sizeof user_id, "CUST-%u", 100000 + c->index);
    (void)snprintf(card, sizeof card, "%" PRIu64, world_card(c));
    world_email(c, email);
    world_phone(c, false, phone);
    pt_json_out_object(out);
    put_text(out, "user_id", user_id);
    put_text(out, "email", email);
    put_text(out, "phone", phone);
    put_text(out, "card", card);
    put_text(out, "firstName", c->first);
    put_text(out, "lastName", c->last);
    put_text(out, "city", world_stores[c->home_store].city);
    put_text(out, "country", world_countries[c->country].code);
    put_text(out, "tier", world_tiers[c->tier]);
    pt_json_out_object_end(out);
}

static void put_customers(const World *w, PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("customers"));
    pt_json_out_array(out);
    for (size_t i = 0; i < sizeof shown_customers / sizeof *shown_customers; i++) {
        Customer c = world_customer(w, shown_customers[i]);
        while (!c.card) {
            c = world_customer(w, c.index + 1);
        }
        put_customer(&c, out);
    }
    pt_json_out_array_end(out);
}

void server_config_write(const DemoServeConfig *config, PtBuf *ret_out)
{
    char id[STORE_ID];
    World *w = world_new(WORLD_SEED);
    PtJsonOut out = pt_json_out(ret_out);
    if (w == NULL) {
        ret_out->status = PT_NO_MEMORY;
        return;
    }
    pt_json_out_object(&out);
    put_text(&out, "patron", config->patron_url);
    put_text(&out, "web_key", config->web_key);
    pt_json_out_key(&out, PT_STR("associate"));
    pt_json_out_bool(&out, config->associate_token != NULL);
    pt_json_out_key(&out, PT_STR("clock"));
    pt_json_out_bool(&out, config->operator_token != NULL);
    put_text(&out, "down_store", store_id(SCENARIO_STORE, id));
    put_countries(&out);
    put_stores(&out);
    put_products(w, &out);
    put_customers(w, &out);
    pt_json_out_object_end(&out);
    world_free(w);
}
