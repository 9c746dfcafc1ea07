// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Country world_countries[WORLD_COUNTRIES] = {
    {.code = "DE",
     .currency = "EUR",
     .locale = "de-DE",
     .zone = "Europe/Berlin",
     .dial = "+49",
     .mobile = "151",
     .trunk = "0",
     .postcode = "99999",
     .streets = {"Lindenstra\u00dfe", "Gartenweg", "Goethestra\u00dfe", "Am M\u00fchlbach"},
     .closed_sundays = true,
     .offset_min = 60,
     .price_pct = 100,
     .tax_permil = 190},
    {.code = "GB",
     .currency = "GBP",
     .locale = "en-GB",
     .zone = "Europe/London",
     .dial = "+44",
     .mobile = "74",
     .trunk = "0",
     .postcode = "AA9 9AA",
     .streets = {"Station Road", "Church Lane", "Victoria Street", "Mill Close"},
     .number_first = true,
     .offset_min = 0,
     .price_pct = 88,
     .tax_permil = 200},
    {.code = "FR",
     .currency = "EUR",
     .locale = "fr-FR",
     .zone = "Europe/Paris",
     .dial = "+33",
     .mobile = "6",
     .trunk = "0",
     .postcode = "99999",
     .streets = {"rue des Lilas", "avenue de la R\u00e9publique", "rue Pasteur",
                 "impasse du Moulin"},
     .number_first = true,
     .offset_min = 60,
     .price_pct = 103,
     .tax_permil = 200},
    {.code = "US",
     .currency = "USD",
     .locale = "en-US",
     .zone = "America/New_York",
     .dial = "+1",
     .mobile = "555",
     .trunk = "",
     .postcode = "99999",
     .streets = {"Maple Avenue", "Oak Street", "2nd Street", "Lake Drive"},
     .number_first = true,
     .offset_min = -300,
     .price_pct = 109,
     .tax_permil = 0},
    {.code = "PL",
     .currency = "PLN",
     .locale = "pl-PL",
     .zone = "Europe/Warsaw",
     .dial = "+48",
     .mobile = "51",
     .trunk = "",
     .postcode = "99-999",
     .streets = {"ul. Lipowa", "ul. Ko\u015bcielna", "ul. Polna", "ul. S\u0142oneczna"},
     .closed_sundays = true,
     .offset_min = 60,
     .price_pct = 425,
     .tax_permil = 230},
    {.code = "SE",
     .currency = "SEK",
     .locale = "sv-SE",
     .zone = "Europe/Stockholm",
     .dial = "+46",
     .mobile = "70",
     .trunk = "0",
     .postcode = "999 99",
     .streets = {"Bj\u00f6rkgatan", "Storgatan", "Kyrkogatan", "Ringv\u00e4gen"},
     .offset_min = 60,
     .price_pct = 1120,
     .tax_permil = 250},
    {.code = "CH",
     .currency = "CHF",
     .locale = "de-CH",
     .zone = "Europe/Zurich",
     .dial = "+41",
     .mobile = "79",
     .trunk = "0",
     .postcode = "9999",
     .streets = {"Bahnhofstrasse", "Seestrasse", "Dorfstrasse", "Im Gr\u00fcnen"},
     .closed_sundays = true,
     .offset_min = 60,
     .price_pct = 112,
     .tax_permil = 81},
    {.code = "NL",
     .currency = "EUR",
     .locale = "nl-NL",
     .zone = "Europe/Amsterdam",
     .dial = "+31",
     .mobile = "6",
     .trunk = "0",
     .postcode = "9999 AA",
     .streets = {"Kerkstraat", "Dorpsweg", "Molenlaan", "Prinsengracht"},
     .offset_min = 60,
     .price_pct = 101,
     .tax_permil = 210},
};

const Store world_stores[RETAILER_STORES] = {
    {"Berlin Mitte", "Berlin", 0, 6, 10, 21},
    {"Hamburg", "Hamburg", 0, 5, 10, 20},
    {"M\u00fcnchen", "M\u00fcnchen", 0, 6, 9, 20},
    {"K\u00f6ln", "K\u00f6ln", 0, 4, 10, 20},
    {"Frankfurt", "Frankfurt am Main", 0, 4, 10, 20},
    {"Leipzig", "Leipzig", 0, 3, 10, 20},
    {"Stuttgart", "Stuttgart", 0, 4, 10, 20},
    {"Bremen", "Bremen", 0, 3, 10, 19},
    {"London Oxford Street", "London", 1, 8, 9, 21},
    {"London Stratford", "London", 1, 6, 9, 21},
    {"Manchester", "Manchester", 1, 5, 9, 20},
    {"Birmingham", "Birmingham", 1, 4, 9, 20},
    {"Leeds", "Leeds", 1, 4, 9, 19},
    {"Glasgow", "Glasgow", 1, 4, 9, 19},
    {"Bristol", "Bristol", 1, 3, 9, 19},
    {"Cardiff", "Cardiff", 1, 3, 9, 18},
    {"Paris Rivoli", "Paris", 2, 7, 10, 21},
    {"Lyon", "Lyon", 2, 4, 10, 20},
    {"Marseille", "Marseille", 2, 4, 10, 20},
    {"Lille", "Lille", 2, 3, 10, 19},
    {"Bordeaux", "Bordeaux", 2, 3, 10, 20},
    {"Nantes", "Nantes", 2, 3, 10, 19},
    {"New York SoHo", "New York", 3, 7, 10, 21},
    {"Brooklyn", "Brooklyn", 3, 4, 10, 20},
    {"Boston", "Boston", 3, 4, 10, 20},
    {"Philadelphia", "Philadelphia", 3, 4, 10, 20},
    {"Washington", "Washington", 3, 4, 10, 20},
    {"Atlanta", "Atlanta", 3, 3, 10, 21},
    {"Warszawa", "Warszawa", 4, 5, 9, 21},
    {"Krak\u00f3w", "Krak\u00f3w", 4, 4, 9, 21},
    {"Gda\u0144sk", "Gda\u0144sk", 4, 3, 9, 20},
    {"Wroc\u0142aw", "Wroc\u0142aw", 4, 3, 9, 20},
    {"Stockholm", "Stockholm", 5, 5, 10, 20},
    {"G\u00f6teborg", "G\u00f6teborg", 5, 3, 10, 19},
    {"Malm\u00f6", "Malm\u00f6", 5, 3, 10, 19},
    {"Z\u00fcrich", "Z\u00fcrich", 6, 5, 9, 20},
    {"Basel", "Basel", 6, 3, 9, 19},
    {"Bern", "Bern", 6, 3, 9, 19},
    {"Amsterdam", "Amsterdam", 7, 5, 10, 20},
    {"Rotterdam", "Rotterdam", 7, 3, 10, 20},
};

const char *const world_tiers[4] = {"none", "bronze", "silver", "gold"};

const Category world_categories[WORLD_CATEGORIES] = {
    {"Jackets & Coats", "clothing/jackets"},
    {"Knitwear", "clothing/knitwear"},
    {"Shirts", "clothing/shirts"},
    {"Trousers", "clothing/trousers"},
    {"Shoes", "shoes"},
    {"Bags", "accessories/bags"},
    {"Watches", "accessories/watches"},
    {"Kitchen", "home/kitchen"},
    {"Lighting", "home/lighting"},
    {"Bedding", "home/bedding"},
    {"Outdoor", "sports/outdoor"},
    {"Running", "sports/running"},
};

static const char *const nouns[WORLD_CATEGORIES][4] = {
    {"Parka", "Rain Jacket", "Wool Coat", "Down Vest"},
    {"Crew Sweater", "Cardigan", "Turtleneck", "Beanie"},
    {"Oxford Shirt", "Linen Shirt", "Polo", "T-Shirt"},
    {"Chinos", "Jeans", "Cargo Trousers", "Shorts"},
    {"Sneaker", "Chelsea Boot", "Loafer", "Sandal"},
    {"Backpack", "Tote", "Messenger Bag", "Weekender"},
    {"Chronograph", "Field Watch", "Diver", "Strap"},
    {"Cast Iron Pan", "Chef Knife", "Kettle", "Storage Jar"},
    {"Desk Lamp", "Pendant", "Floor Lamp", "String Lights"},
    {"Duvet Cover", "Pillow", "Blanket", "Fitted Sheet"},
    {"Tent", "Sleeping Bag", "Camp Stove", "Trekking Poles"},
    {"Running Shoe", "Tights", "Running Belt", "Headlamp"},
};
static const char *const adjectives[] = {"Classic", "Nordic", "Light",    "Urban",   "Heritage",
                                         "Compact", "Merino", "Recycled", "Organic", "Pro"};
static const char *const brands[] = {"Larkfield",   "Fjordline", "Alder & Ash", "Corvo",
                                     "Maison Lune", "Tidewater", "Hokkai",      "Redgate"};
static const char *const colours[] = {"black",    "navy", "olive", "sand",
                                      "burgundy", "grey", "white"};
static const char *const sizes[] = {"XS", "S", "M", "L", "XL", "one size"};
#define COUNT(a)   (sizeof(a) / sizeof *(a))
#define PICK(a, h) ((a)[(h) % COUNT(a)])

uint64_t world_hash(uint64_t seed, uint64_t x)
{
    PtRng rng;
    pt_rng_init(&rng, seed ^ (x * UINT64_C(0x9e3779b97f4a7c15)));
    return pt_rng_u64(&rng);
}

static void make_product(const World *w, uint32_t i, Product *p)
{
    uint64_t h = world_hash(w->seed, UINT64_C(1) << 32 | i);
    p->category = (uint8_t)(h % WORLD_CATEGORIES);
    const char *noun = nouns[p->category][h >> 8 & 3], *adjective = PICK(adjectives, h >> 10);
    const Category *c = &world_categories[p->category];
    static const uint8_t cents[] = {95, 99, 90, 50};
    p->price_cents =
        (uint32_t)((4 + (h >> 24) % 40 * ((h >> 32) % 6 + 1)) * 100 + cents[h >> 38 & 3]);
    int n = snprintf(p->slug, sizeof p->slug, "%s-%s-%05u", adjective, noun, 10000 + i);
    for (int k = 0; k < n && k < (int)sizeof p->slug; k++) {
        char ch = p->slug[k];
        if (ch == ' ') {
            p->slug[k] = '-';
        } else if (ch >= 'A' && ch <= 'Z') {
            p->slug[k] = (char)(ch + 32);
        }
    }
    n = snprintf(
        p->json, sizeof p->json,
        "\"product_id\":\"P%05u\",\"sku\":\"LF-%05u-%02X\",\"name\":\"%s %s\",\"brand\":\"%s\","
        "\"category\":\"%s\",\"variant\":\"%s, %s\","
        "\"url\":\"https://www.larkfield.example/p/%s\","
        "\"image_url\":\"https://img.larkfield.example/p/%05u/front-640.webp\"",
        10000 + i, 10000 + i, (unsigned)(h >> 40 & 255), adjective, noun, PICK(brands, h >> 48),
        c->name, PICK(colours, h >> 20), PICK(sizes, h >> 52), p->slug, 10000 + i);
    p->json_len = (uint16_t)n;
}

/* Cumulated weights 1 / rank^skew, scaled to 32 bits. */
static uint32_t *zipf_new(uint32_t count, double skew)
{
    uint32_t *sums = malloc(count * sizeof *sums);
    if (sums == NULL) {
        return NULL;
    }
    double total = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += pow(i + 1, -skew);
    }
    for (uint32_t i = 0; i < count; i++) {
        sum += pow(i + 1, -skew);
        sums[i] = (uint32_t)(sum / total * UINT32_MAX);
    }
    sums[count - 1] = UINT32_MAX;
    return sums;
}

static uint32_t draw(const uint32_t *sums, uint32_t count, PtRng *rng)
{
    uint32_t x = (uint32_t)(pt_rng_u64(rng) >> 32), low = 0, high = count - 1;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (sums[mid] < x) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

World *world_new(uint64_t seed)
{
    World *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return NULL;
    }
    w->seed = seed;
    w->products = calloc(RETAILER_PRODUCTS, sizeof *w->products);
    w->by_customer = zipf_new(RETAILER_CUSTOMERS, 0.6);
    w->by_product = zipf_new(RETAILER_PRODUCTS, 0.9);
    if (w->products == NULL || w->by_customer == NULL || w->by_product == NULL) {
        world_free(w);
        return NULL;
    }
    for (uint32_t i = 0; i < RETAILER_PRODUCTS; i++) {
        make_product(w, i, &w->products[i]);
    }
    return w;
}

void world_free(World *w)
{
    if (w != NULL) {
        free(w->products);
        free(w->by_customer);
        free(w->by_product);
        free(w);
    }
}

uint32_t world_draw_customer(const World *w, PtRng *rng)
{
    return draw(w->by_customer, RETAILER_CUSTOMERS, rng);
}

uint32_t world_draw_product(const World *w, PtRng *rng)
{
    return draw(w->by_product, RETAILER_PRODUCTS, rng);
}
