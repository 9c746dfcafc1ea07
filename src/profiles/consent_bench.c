// SPDX-License-Identifier: Apache-2.0
/* What consent costs: an event that says nothing of it, one that carries preferences along, and
 * asking, of persons with 1, 4 and 100 identifiers.
 *
 * usage: consent_bench
 */
#include "profiles/consent_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS = 1000, CALLS = 200000, PERSONS = 3 };

static const char plain[] =
    "{\"anonymousId\":\"6f8c4b1e-2f7d-4d0c-9a4f-2f0a5d9be7c1\",\"event\":\"Product Viewed\","
    "\"context\":{\"ip\":\"198.51.100.7\",\"library\":{\"name\":\"analytics.js\",\"version\":"
    "\"2.11.1\"},\"locale\":\"de-AT\",\"page\":{\"path\":\"/p/4711\",\"referrer\":\"\",\"search\":"
    "\"\",\"title\":\"Shoes\",\"url\":\"https://shop.example/p/4711\"},\"userAgent\":\"Mozilla/5.0 "
    "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Safari/537.36\"%s},"
    "\"properties\":{\"product_id\":\"4711\",\"sku\":\"G-32\",\"category\":\"Shoes\",\"name\":"
    "\"Runner\",\"brand\":\"Acme\",\"price\":18.99,\"quantity\":1,\"currency\":\"EUR\"}}";

static Profiles p;
static uint32_t nodes[PERSONS];

static void must(bool ok)
{
    if (!ok) {
        (void)fprintf(stderr, "consent_bench: out of memory\n");
        exit(1);
    }
}

static uint32_t add_person(unsigned number, unsigned identifiers)
{
    IdentityOutcome outcome = {.node = 0};
    IdentityClaims claims = {.count = 0};
    char values[2][32];
    for (unsigned i = 0; i < identifiers; i++) {
        claims.count = 0;
        for (unsigned k = 0; k < 2; k++) {
            (void)snprintf(values[k], sizeof values[k], "%u-%u", number, k == 0 ? 0 : i);
            claims.items[claims.count++] =
                (IdentityClaim){k == 0 ? PT_STR("email") : PT_STR("card"), pt_str(values[k])};
        }
        must(identity_apply(p.graph, &claims, PT_STR("m"), &outcome, NULL) == PT_OK);
    }
    return outcome.node;
}

static void begin(void)
{
    static const PtStr json = PT_STR_INIT("{\"other\":{\"limit\":1000},\"merge_cap\":1000}");
    static const unsigned identifiers[PERSONS] = {1, 4, 100};
    IdentityRules *rules = NULL;
    must(identity_rules_read(json, &rules, NULL) == PT_OK);
    p.rules = rules;
    (void)pthread_rwlock_init(&p.lock, NULL);
    must(identity_new(rules, &p.graph, NULL) == PT_OK);
    for (unsigned i = 0; i < PERSONS; i++) {
        nodes[i] = add_person(i, identifiers[i]);
    }
    Consent *c = calloc(1, sizeof *c);
    if (c == NULL) {
        exit(1);
    }
    p.consent = c;
    c->seen = calloc(CONSENT_SEEN, sizeof *c->seen);
    c->arena = pt_arena_new(1 << 30);
    must(c->seen != NULL && c->arena != NULL);
    c->noted_end = &c->noted;
    pt_buf_init(&c->text, EVENT_MAX_BYTES);
    consent_slots_seed(c->slots);
    c->uses[0] = (ConsentUse){.slug = "analytics", .slot = 1};
    c->uses[1] = (ConsentUse){.slug = "advertising", .slot = 5};
    c->use_count = 2;
    p.seen = UINT64_MAX;
}

static double now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return 1e9 * (double)at.tv_sec + (double)at.tv_nsec;
}

static void measure_apply(const char *what, const char *consent)
{
    char raw[2048];
    (void)snprintf(raw, sizeof raw, plain, consent); // the format is the event above
    const EventView v = {.type = EVENT_TRACK,
                         .name = PT_STR("Product Viewed"),
                         .raw = pt_str(raw),
                         .common = {NULL, 0}};
    PtRecord r = {.source = 1};
    const double from = now_ns();
    for (unsigned i = 0; i < CALLS; i++) {
        r.position.offset = i;
        must(consent_apply(&p, &v, &r, nodes[1], NULL) == PT_OK);
    }
    (void)printf("%-44s %7.0f ns (%zu bytes)\n", what, (now_ns() - from) / CALLS, v.raw.len);
}

static void measure_allows(unsigned person, const char *consent, const char *what)
{
    static const PtStr asked[] = {PT_STR_INIT("analytics"), PT_STR_INIT("advertising")};
    char raw[2048];
    bool allowed = false;
    PtStr forbids;
    (void)snprintf(raw, sizeof raw, plain, consent);
    const EventView v = {.type = EVENT_TRACK, .raw = pt_str(raw), .common = {NULL, 0}};
    for (unsigned i = 0; i < EVENTS; i++) {
        p.consent->seen[i] = (ConsentSeen){i, nodes[person]};
    }
    const double from = now_ns();
    for (unsigned i = 0; i < CALLS; i++) {
        must(consent_allows(&p, &v, i % EVENTS, asked, 2, &allowed, &forbids) == PT_OK);
    }
    (void)printf("%-44s %7.0f ns%s\n", what, (now_ns() - from) / CALLS,
                 allowed ? "" : " (refused)");
}

#define PREFERENCES                                                                                \
    ",\"consent\":{\"categoryPreferences\":{\"C0001\":true,\"C0002\":true,\"C0003\":true,"         \
    "\"C0004\":true}}"

int main(void)
{
    begin();
    for (unsigned i = 0; i < PERSONS; i++) {
        const uint32_t person = identity_person(p.graph, nodes[i]);
        IdentityNode node;
        for (uint32_t cursor = 0; identity_next_node(p.graph, person, &cursor, &node);) {
            for (unsigned slot = 0; slot < CONSENT_SEEDS; slot++) {
                must(consent_set(&p, node.node, slot, CONSENT_BITS_GRANTED, NULL) == PT_OK);
            }
        }
    }
    measure_apply("an event that says nothing of consent", "");
    measure_apply("one that carries along what is known", PREFERENCES);
    measure_allows(0, "", "asking, of one with 1 identifier");
    measure_allows(1, "", "asking, of one with 4 identifiers");
    measure_allows(2, "", "asking, of one with 100 identifiers");
    measure_allows(1, PREFERENCES, "asking of an event that carries preferences");
    return 0;
}
