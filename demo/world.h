// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "base/str.h"
#include "retailer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the demo retailer consists of: countries, stores and catalogue (world.c), customers,
 * households and business accounts (world_people.c), days and seasons (world_calendar.c).
 *
 * Threads  A World is not changed once made: any.
 */
enum {
    WORLD_SEED = 1, /* the retailer's: who walks in may differ, who lives there does not */
    WORLD_COUNTRIES = 8,
    WORLD_PRODUCT_JSON = 420,
    WORLD_ACCOUNTS = 600,
    WORLD_POSTCODE = 12,
    WORLD_EMAIL = 80,
    WORLD_PHONE = 24,
};

typedef struct Country {
    const char *code, *currency, *locale, *zone, *dial;
    const char *mobile;   /* first digits of mobile numbers, behind the dialling code */
    const char *trunk;    /* what stands before them within the country */
    const char *postcode; /* 9: a digit, A: a letter */
    const char *streets[4];
    bool number_first;   /* 12 High Street */
    bool closed_sundays; /* by law */
    int32_t offset_min;  /* standard time, east of UTC */
    uint32_t price_pct;  /* of the catalogue's price */
    uint32_t tax_permil; /* contained in prices */
} Country;

typedef struct Store {
    const char *name, *city;
    uint8_t country;
    uint8_t tills;
    uint8_t opens, closes; /* local hours; on Sundays 12 to 18 */
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
    uint32_t household; /* shared by 1 to 3 neighbours: one surname, one address */
    const char *first, *last;
    const char *street;
    uint16_t house;   /* number */
    uint16_t account; /* business customer of this account, from 1; 0: none */
    uint8_t country;
    uint8_t home_store;
    uint8_t tier; /* 0..3 */
    bool card;    /* holds a loyalty card: all but tier 0 */
    char postcode[WORLD_POSTCODE];
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
uint64_t world_hash(uint64_t seed, uint64_t x); /* the same bits for the same x, always */

/* ---- people ---------------------------------------------------------------------------------- */

/* The same person for the same index, always. */
Customer world_customer(const World *world, uint32_t index);
void world_email(const Customer *c, char out[static WORLD_EMAIL]);
/* "+4915112345678", or as people write it at home: "0151 12345678". */
void world_phone(const Customer *c, bool national, char out[static WORLD_PHONE]);
/* "Lindenstr. 12" or "12 High Street"; to `out`. */
void world_street(const Customer *c, char *out, size_t size);
uint64_t world_card(const Customer *c); /* number of the loyalty card */

typedef struct Account {
    const char *industry, *plan;
    uint32_t employees;
    char name[48];
} Account;
Account world_account(const World *world, uint16_t account); /* 1..WORLD_ACCOUNTS */

/* ---- days and seasons ------------------------------------------------------------------------ */

/* Minutes east of UTC, summer time by the rules in force since 2007. */
int32_t world_offset_min(unsigned country, int64_t utc_ms);

/* How busy shops are, 1000 = the mean of an ordinary week. hour 0..23, weekday 1 = Monday .. 7. */
uint32_t world_online_permil(unsigned hour, unsigned weekday);
uint32_t world_store_permil(unsigned store, unsigned hour, unsigned weekday); /* 0 when closed */

/* What a day is to a shop. */
typedef struct Season {
    uint32_t online_permil, store_permil; /* of an ordinary day; stores 0: closed all day */
    const char *promotion, *coupon;       /* what runs now */
    uint8_t discount_pct;                 /* of the coupon */
} Season;
Season world_season(int64_t local_day); /* days since 1970 */
