// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Country world_countries[WORLD_COUNTRIES] = {
    {"DE", "EUR", "de-DE", "Europe/Berlin", "+49", 60, 100, 190},
    {"GB", "GBP", "en-GB", "Europe/London", "+44", 0, 88, 200},
    {"FR", "EUR", "fr-FR", "Europe/Paris", "+33", 60, 103, 200},
    {"US", "USD", "en-US", "America/New_York", "+1", -300, 109, 0},
    {"PL", "PLN", "pl-PL", "Europe/Warsaw", "+48", 60, 425, 230},
    {"SE", "SEK", "sv-SE", "Europe/Stockholm", "+46", 60, 1120, 250},
    {"CH", "CHF", "de-CH", "Europe/Zurich", "+41", 60, 112, 81},
    {"NL", "EUR", "nl-NL", "Europe/Amsterdam", "+31", 60, 101, 210},
};

const Store world_stores[RETAILER_STORES] = {
    {"Berlin Mitte", 0, 6},
    {"Hamburg", 0, 5},
    {"M\u00fcnchen", 0, 6},
    {"K\u00f6ln", 0, 4},
    {"Frankfurt", 0, 4},
    {"Leipzig", 0, 3},
    {"Stuttgart", 0, 4},
    {"Bremen", 0, 3},
    {"London Oxford Street", 1, 8},
    {"London Stratford", 1, 6},
    {"Manchester", 1, 5},
    {"Birmingham", 1, 4},
    {"Leeds", 1, 4},
    {"Glasgow", 1, 4},
    {"Bristol", 1, 3},
    {"Cardiff", 1, 3},
    {"Paris Rivoli", 2, 7},
    {"Lyon", 2, 4},
    {"Marseille", 2, 4},
    {"Lille", 2, 3},
    {"Bordeaux", 2, 3},
    {"Nantes", 2, 3},
    {"New York SoHo", 3, 7},
    {"Brooklyn", 3, 4},
    {"Boston", 3, 4},
    {"Philadelphia", 3, 4},
    {"Washington", 3, 4},
    {"Atlanta", 3, 3},
    {"Warszawa", 4, 5},
    {"Krak\u00f3w", 4, 4},
    {"Gda\u0144sk", 4, 3},
    {"Wroc\u0142aw", 4, 3},
    {"Stockholm", 5, 5},
    {"G\u00f6teborg", 5, 3},
    {"Malm\u00f6", 5, 3},
    {"Z\u00fcrich", 6, 5},
    {"Basel", 6, 3},
    {"Bern", 6, 3},
    {"Amsterdam", 7, 5},
    {"Rotterdam", 7, 3},
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
static const char *const firsts[] = {
    "Anna",  "Ben",   "Clara",  "David", "Emma", "Felix", "Greta", "Hugo",   "Ines",  "Jan",
    "Karin", "Lukas", "Marie",  "Noah",  "Olga", "Paul",  "Rosa",  "Samuel", "Tess",  "Viktor",
    "Amira", "Chen",  "Fatima", "Kofi",  "Lena", "Mateo", "Nadia", "Omar",   "Priya", "Yuki"};
static const char *const lasts[] = {
    "Andersson", "Baker",  "Costa",    "Dubois",  "Evans", "Fischer", "Garcia", "Huber",
    "Ivanova",   "Jensen", "Kowalska", "Laurent", "Meier", "Nowak",   "Okafor", "Patel",
    "Quinn",     "Rossi",  "Schmidt",  "Taylor",  "Usman", "Visser",  "Wagner", "Young"};

#define COUNT(a)   (sizeof(a) / sizeof *(a))
#define PICK(a, h) ((a)[(h) % COUNT(a)])

static uint64_t mix(uint64_t seed, uint64_t x)
{
    PtRng rng;
    pt_rng_init(&rng, seed ^ (x * UINT64_C(0x9e3779b97f4a7c15)));
    return pt_rng_u64(&rng);
}

static void make_product(const World *w, uint32_t i, Product *p)
{
    uint64_t h = mix(w->seed, UINT64_C(1) << 32 | i);
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

/* Cumulated weights 1 / rank^0.9, scaled to 32 bits. */
static uint32_t *zipf_new(uint32_t count)
{
    uint32_t *sums = malloc(count * sizeof *sums);
    if (sums == NULL) {
        return NULL;
    }
    double total = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += pow(i + 1, -0.9);
    }
    for (uint32_t i = 0; i < count; i++) {
        sum += pow(i + 1, -0.9);
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
    w->by_customer = zipf_new(RETAILER_CUSTOMERS);
    w->by_product = zipf_new(RETAILER_PRODUCTS);
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

Customer world_customer(const World *w, uint32_t index)
{
    uint64_t h = mix(w->seed, UINT64_C(2) << 32 | index);
    uint8_t store = (uint8_t)(h % RETAILER_STORES);
    return (Customer){.index = index,
                      .first = PICK(firsts, h >> 8),
                      .last = PICK(lasts, h >> 20),
                      .country = world_stores[store].country,
                      .home_store = store,
                      .tier = (uint8_t)((h >> 40) % 10 < 4 ? 0 : (h >> 44) % 3 + 1)};
}

uint32_t world_online_permil(unsigned hour, unsigned weekday)
{
    static const uint16_t by_hour[24] = {450,  250,  150,  110,  120,  220,  450,  750,
                                         950,  1080, 1150, 1180, 1250, 1200, 1150, 1150,
                                         1250, 1400, 1600, 1850, 2050, 1950, 1450, 840};
    static const uint16_t by_day[8] = {0, 1050, 950, 930, 960, 950, 980, 1180};
    return (uint32_t)by_hour[hour % 24] * by_day[weekday % 8] / 1000;
}

uint32_t world_store_permil(unsigned hour, unsigned weekday)
{
    static const uint16_t by_hour[24] = {0,    0,    0,    0,    0,    0,    0,    0,
                                         0,    1100, 1600, 2000, 2300, 2200, 2000, 2100,
                                         2500, 2800, 2700, 2000, 0,    0,    0,    0};
    static const uint16_t by_day[8] = {0, 850, 850, 900, 980, 1280, 1900, 240};
    return (uint32_t)by_hour[hour % 24] * by_day[weekday % 8] / 1000;
}
