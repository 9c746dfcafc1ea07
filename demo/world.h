// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "base/str.h"
#include "retailer.h"

#include <stdint.h>

/* What the demo retailer consists of: countries, stores, catalogue, customers. */
enum { WORLD_COUNTRIES = 8, WORLD_PRODUCT_JSON = 420 };

typedef struct Country {
    const char *code, *currency, *locale, *zone, *dial;
    int32_t offset_min;  /* standard time, east of UTC */
    uint32_t price_pct;  /* of the catalogue's price */
    uint32_t tax_permil; /* contained in prices */
} Country;

typedef struct Store {
    const char *city;
    uint8_t country;
    uint8_t tills;
} Store;

typedef struct Product {
    char json[WORLD_PRODUCT_JSON]; /* members without price and braces */
    uint16_t json_len;
    uint32_t price_cents;
    uint8_t category;
    char slug[64];
} Product;

typedef struct Customer {
    uint32_t index;
    const char *first, *last;
    uint8_t country;
    uint8_t home_store;
    uint8_t tier; /* 0..3 */
} Customer;

typedef struct World {
    uint64_t seed;
    Product *products;     /* RETAILER_PRODUCTS */
    uint32_t *by_customer; /* cumulated Zipf weights, for drawing */
    uint32_t *by_product;
} World;

extern const Country world_countries[WORLD_COUNTRIES];
extern const Store world_stores[RETAILER_STORES];
extern const char *const world_tiers[4];

typedef struct Category {
    const char *name, *path;
} Category;
enum { WORLD_CATEGORIES = 12 };
extern const Category world_categories[WORLD_CATEGORIES];

World *world_new(uint64_t seed); /* NULL when out of memory */
void world_free(World *world);   /* accepts NULL */

uint32_t world_draw_customer(const World *world, PtRng *rng);
uint32_t world_draw_product(const World *world, PtRng *rng);
/* The same person for the same index, always. */
Customer world_customer(const World *world, uint32_t index);

/* How busy shops are, 1000 = the week's mean. hour 0..23, weekday 1 = Monday .. 7. */
uint32_t world_online_permil(unsigned hour, unsigned weekday);
uint32_t world_store_permil(unsigned hour, unsigned weekday); /* 0 when closed */
