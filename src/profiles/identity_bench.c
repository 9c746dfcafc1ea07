// SPDX-License-Identifier: Apache-2.0
/* What the identity graph costs: customers who come by anonymous id, sign in and come back, in
 * random order; then the identifiers of such events read from their JSON. CPU of the calling
 * thread. usage: identity_bench [NODES]
 */
#include "base/rng.h"
#include "profiles/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { TEXTS = 4, TEXT_MAX = 64, BATCH = 100 };

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void require(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "identity_bench: %s\n", what);
        exit(1);
    }
}

typedef struct Visit { /* an event of a customer */
    char text[TEXTS][TEXT_MAX];
    IdentityClaims claims;
} Visit;

static void claim(Visit *v, PtStr type, const char *before, uint32_t number, const char *behind)
{
    char *text = v->text[v->claims.count];
    int len = snprintf(text, TEXT_MAX, "%s%08u%s", before, number, behind);
    v->claims.items[v->claims.count++] = (IdentityClaim){type, {text, (size_t)len}};
}

/* kind 0: a browser only; 1: signed in; 2: signed in with mail and card. */
static void visit(Visit *v, uint32_t customer, unsigned kind)
{
    v->claims.count = 0;
    if (kind > 0) {
        claim(v, PT_STR("user_id"), "customer-", customer, "");
    }
    if (kind > 1) {
        claim(v, PT_STR("email"), "customer.", customer, "@example.org");
    }
    claim(v, PT_STR("anonymous_id"), "7d3f1c9a-52b4-4f0e-9d61-", customer, "a3c1");
    if (kind > 1) {
        claim(v, PT_STR("loyalty_card"), "L", customer, "");
    }
}

static void run(Identity *g, const char *what, uint32_t customers, uint32_t events, uint64_t seed)
{
    static Visit visits[BATCH];
    PtRng rng;
    int64_t spent = 0;
    uint64_t kinds[4] = {0};
    pt_rng_init(&rng, seed);
    for (uint32_t done = 0; done < events; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            visit(&visits[i], (uint32_t)pt_rng_below(&rng, customers),
                  (unsigned)pt_rng_below(&rng, 3));
        }
        int64_t before = cpu_ns();
        for (int i = 0; i < BATCH; i++) {
            IdentityOutcome o;
            PtStatus st = identity_apply(g, &visits[i].claims, (PtStr){NULL, 0}, &o, NULL);
            require(st == PT_OK, "no memory");
            kinds[o.kind]++;
        }
        spent += cpu_ns() - before;
    }
    IdentityCounts c = identity_counts(g);
    (void)printf(
        "%-12s %9u events %6.0f ns each (%.2f M/s): found %llu, created %llu, added %llu, "
        "merged %llu; %u nodes, %.0f bytes a node\n",
        what, events, (double)spent / events, events * 1e3 / (double)spent,
        (unsigned long long)kinds[IDENTITY_FOUND], (unsigned long long)kinds[IDENTITY_CREATED],
        (unsigned long long)kinds[IDENTITY_ADDED], (unsigned long long)kinds[IDENTITY_MERGED],
        c.nodes, (double)c.bytes / (c.nodes > 0 ? c.nodes : 1));
}

/* Each third event brings two persons together. */
static void run_merges(Identity *g, uint32_t persons)
{
    static Visit visits[BATCH];
    int64_t before = cpu_ns();
    uint32_t merged = 0;
    for (uint32_t done = 0; done < persons; done += BATCH) {
        for (uint32_t i = 0; i < BATCH * 3; i++) {
            Visit *v = &visits[i % BATCH];
            IdentityOutcome o;
            v->claims.count = 0;
            if (i / BATCH != 1) {
                claim(v, PT_STR("user_id"), "merge-", done + i % BATCH, "");
            }
            if (i / BATCH != 0) {
                claim(v, PT_STR("device_id"), "merge-", done + i % BATCH, "");
            }
            PtStatus st = identity_apply(g, &v->claims, (PtStr){NULL, 0}, &o, NULL);
            require(st == PT_OK, "no memory");
            merged += o.kind == IDENTITY_MERGED;
        }
    }
    require(merged >= persons, "not merged");
    (void)printf("%-12s %9u events %6.0f ns each, with making their texts\n", "merging", merged * 3,
                 (double)(cpu_ns() - before) / (merged * 3));
}

static void run_claims(const IdentityRules *rules, uint32_t events)
{
    static const char raw[] =
        "{\"type\":\"track\",\"messageId\":\"ajs-next-1763-7d3f1c9a\",\"timestamp\":\"2026-11-"
        "02T10:00:"
        "00.000Z\",\"event\":\"Product Viewed\",\"userId\":\"customer-00000017\",\"anonymousId\":"
        "\"7d3f1c9a-52b4-4f0e-9d61-000000000017\",\"properties\":{\"product_id\":\"SKU-1234\","
        "\"name\":"
        "\"Rain "
        "jacket\",\"price\":89.5,\"currency\":\"EUR\",\"category\":\"Outdoor\",\"quantity\":1,"
        "\"url\":\"https://shop.example.org/p/"
        "rain-jacket?color=green&size=m\"},\"context\":{\"page\":{"
        "\"path\":\"/p/rain-jacket\",\"referrer\":\"https://www.example.org/\",\"title\":\"Rain "
        "jacket\","
        "\"url\":\"https://shop.example.org/p/rain-jacket\"},\"userAgent\":\"Mozilla/5.0 (X11; "
        "Linux "
        "x86_64) AppleWebKit/537.36\",\"locale\":\"de-DE\",\"traits\":{\"email\":"
        "\"Customer.17@example.org\"},\"externalIds\":[{\"id\":\"L0000000017\",\"type\":\"loyalty_"
        "card\","
        "\"collection\":\"users\",\"encoding\":\"none\"}]}}";
    PtArena *arena = pt_arena_new(1 << 20);
    EventView v = {.type = EVENT_TRACK,
                   .user_id = PT_STR("customer-00000017"),
                   .anonymous_id = PT_STR("7d3f1c9a-52b4-4f0e-9d61-000000000017"),
                   .raw = {raw, sizeof raw - 1}};
    IdentityClaims claims;
    require(arena != NULL, "no memory");
    int64_t before = cpu_ns();
    for (uint32_t i = 0; i < events; i++) {
        pt_arena_clear(arena);
        require(identity_claims(rules, NULL, &v, arena, &claims, NULL) == PT_OK, "no claims");
    }
    int64_t spent = cpu_ns() - before;
    require(claims.count == 4, "claims are missing");
    (void)printf("%-12s %9u events %6.0f ns each, %zu bytes\n", "claims", events,
                 (double)spent / events, sizeof raw - 1);
    pt_arena_free(arena);
}

int main(int argc, char **argv)
{
    uint32_t nodes = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 3000000;
    struct rusage usage;
    IdentityRules *rules = NULL;
    Identity *g = NULL;
    require(identity_rules_default(&rules, NULL) == PT_OK, "no memory");
    require(identity_new(rules, &g, NULL) == PT_OK, "no memory");
    run(g, "growing", nodes / 4 + 1, nodes, 1);
    run(g, "coming back", nodes / 4 + 1, 2000000, 2);
    run_merges(g, 200000);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("resident at most %ld MiB\n", usage.ru_maxrss / 1024);
    run_claims(rules, 500000);
    identity_free(g);
    identity_rules_free(rules);
    return 0;
}
