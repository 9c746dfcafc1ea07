// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Customers, their households, and the accounts that some of them buy for. */

static const char *const firsts[] = {
    "Anna",   "Ben",     "Clara", "David",  "Emma",   "Felix",  "Greta", "Hugo",   "Ines",
    "Jan",    "Karin",   "Lukas", "Marie",  "Noah",   "Olga",   "Paul",  "Rosa",   "Samuel",
    "Tess",   "Viktor",  "Amira", "Chen",   "Fatima", "Kofi",   "Lena",  "Mateo",  "Nadia",
    "Omar",   "Priya",   "Yuki",  "Adam",   "Beata",  "Carlos", "Dina",  "Erik",   "Freya",
    "Gianni", "Helena",  "Ivan",  "Julie",  "Katrin", "Liam",   "Maja",  "Nils",   "Oscar",
    "Petra",  "Quentin", "Ruth",  "Stefan", "Tara",   "Ugo",    "Vera",  "Willem", "Zofia",
    "Aisha",  "Bruno",   "Celia", "Daan",   "Elif",   "Filip",  "Gwen",  "Hamid",  "Iris"};
static const char *const lasts[] = {
    "Andersson",   "Baker",      "Costa",        "Dubois",      "Evans",    "Fischer",
    "Garcia",      "Huber",      "Ivanova",      "Jensen",      "Kowalska", "Laurent",
    "Meier",       "Nowak",      "Okafor",       "Patel",       "Quinn",    "Rossi",
    "Schmidt",     "Taylor",     "Usman",        "Visser",      "Wagner",   "Young",
    "Arnold",      "Bergman",    "Clarke",       "De Vries",    "Ekberg",   "Fontaine",
    "Gruber",      "Hughes",     "Iversen",      "Jansen",      "Keller",   "Lind",
    "Moreau",      "Nguyen",     "O'Brien",      "Petit",       "Reyes",    "Silva",
    "Torres",      "Ueda",       "Vogel",        "Walsh",       "Yilmaz",   "Zieli\u0144ski",
    "M\u00fcller", "Bj\u00f6rk", "Lef\u00e8vre", "Kr\u00fcger", "Chapman",  "Sato",
    "Haddad",      "Kelly"};
static const char *const industries[] = {"architecture", "catering", "construction", "education",
                                         "events",       "hotels",   "healthcare",   "sports club"};
static const char *const firms[] = {"Studio", "Catering", "Bau",    "Academy",
                                    "Events", "Hotel",    "Clinic", "Sports"};

#define COUNT(a)   (sizeof(a) / sizeof *(a))
#define PICK(a, h) ((a)[(h) % COUNT(a)])

/* Of ten neighbours two live alone, one pair together, and two families of three. */
static uint32_t household_of(uint32_t index, unsigned *ret_member)
{
    static const uint8_t homes[10] = {0, 1, 2, 2, 3, 3, 3, 4, 4, 4};
    static const uint8_t members[10] = {0, 0, 0, 1, 0, 1, 2, 0, 1, 2};
    *ret_member = members[index % 10];
    return index / 10 * 5 + homes[index % 10];
}

static void write_postcode(const char *pattern, uint64_t h, char out[static WORLD_POSTCODE])
{
    static const char digits[] = "123456789", letters[] = "BCDEGHKLMNPRSTW";
    size_t n = 0;
    for (; pattern[n] != 0 && n < WORLD_POSTCODE - 1; n++, h = h * 31 + (h >> 9)) {
        out[n] = pattern[n];
        if (pattern[n] == '9') {
            out[n] = digits[(h >> 5) % 9];
        } else if (pattern[n] == 'A') {
            out[n] = letters[(h >> 5) % 15];
        }
    }
    out[n] = 0;
}

Customer world_customer(const World *w, uint32_t index)
{
    unsigned member = 0;
    const uint32_t household = household_of(index, &member);
    const uint64_t home = world_hash(w->seed, UINT64_C(3) << 32 | household);
    const uint64_t own = world_hash(w->seed, UINT64_C(2) << 32 | index);
    const uint8_t store = (uint8_t)(home % RETAILER_STORES);
    const Country *country = &world_countries[world_stores[store].country];
    Customer c = {.index = index,
                  .household = household,
                  .first = PICK(firsts, (home >> 8 & 0xffff) + member * 10), // no two the same
                  .last = PICK(lasts, home >> 24 & 0xffff),
                  .street = country->streets[home >> 40 & 3],
                  .house = (uint16_t)(1 + (home >> 42) % 120),
                  .account = (uint16_t)(own % 40 == 0 ? 1 + (own >> 8) % WORLD_ACCOUNTS : 0),
                  .country = world_stores[store].country,
                  .home_store = store,
                  .tier = (uint8_t)((own >> 40) % 10 < 4 ? 0 : (own >> 44) % 3 + 1)};
    c.card = c.tier > 0;
    write_postcode(country->postcode, home >> 20, c.postcode);
    return c;
}

void world_email(const Customer *c, char out[static WORLD_EMAIL])
{
    char text[WORLD_EMAIL];
    int n = snprintf(text, sizeof text, "%s.%s.%u@mail.example", c->first, c->last, c->index);
    size_t len = 0;
    for (int i = 0; i < n; i++) {
        const char ch = text[i];
        if (ch >= 'A' && ch <= 'Z') {
            out[len++] = (char)(ch + 32);
        } else if (ch > ' ' && ch != '\'') { // letters with accents are left out
            out[len++] = ch;
        }
    }
    out[len] = 0;
}

void world_phone(const Customer *c, bool national, char out[static WORLD_PHONE])
{
    const Country *home = &world_countries[c->country];
    const int digits = strlen(home->mobile) == 1 ? 8 : 7;
    (void)snprintf(out, WORLD_PHONE, "%s%s%s%0*u", national ? home->trunk : home->dial,
                   home->mobile, national ? " " : "", digits, c->index * 37u + 10007u);
}

void world_street(const Customer *c, char *out, size_t size)
{
    if (world_countries[c->country].number_first) {
        (void)snprintf(out, size, "%u %s", c->house, c->street);
    } else {
        (void)snprintf(out, size, "%s %u", c->street, c->house);
    }
}

uint64_t world_card(const Customer *c)
{
    return UINT64_C(290010000000) + c->index;
}

Account world_account(const World *w, uint16_t account)
{
    static const char *const plans[] = {"invoice", "prepaid", "framework"};
    const uint64_t h = world_hash(w->seed, UINT64_C(4) << 32 | account);
    Account a = {.industry = PICK(industries, h),
                 .plan = PICK(plans, h >> 8),
                 .employees = (uint32_t)(2 + (h >> 16) % 400)};
    (void)snprintf(a.name, sizeof a.name, "%s %s", PICK(lasts, h >> 32), PICK(firms, h));
    return a;
}
