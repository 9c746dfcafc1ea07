// SPDX-License-Identifier: Apache-2.0
/* What a tracking plan costs: batches of e-commerce events are cut and judged by the intake's own
 * rules, and then by a plan of 30 rules too. CPU of the calling thread, one core.
 * usage: plans_bench [EVENTS [DIR]]     DIR: plan.json and events.jsonl are written there, for
 * peers
 */
#include "base/rng.h"
#include "events/body_internal.h"
#include "events/plans_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BODIES = 64, BATCH = 100, RULES = 30 };

static const char *const names[RULES] = {"Products Searched",
                                         "Product List Viewed",
                                         "Product List Filtered",
                                         "Promotion Viewed",
                                         "Promotion Clicked",
                                         "Product Clicked",
                                         "Product Viewed",
                                         "Product Added",
                                         "Product Removed",
                                         "Cart Viewed",
                                         "Checkout Started",
                                         "Checkout Step Viewed",
                                         "Checkout Step Completed",
                                         "Payment Info Entered",
                                         "Order Updated",
                                         "Order Completed",
                                         "Order Refunded",
                                         "Order Cancelled",
                                         "Coupon Entered",
                                         "Coupon Applied",
                                         "Coupon Denied",
                                         "Coupon Removed",
                                         "Product Added to Wishlist",
                                         "Product Removed from Wishlist",
                                         "Wishlist Product Added to Cart",
                                         "Product Shared",
                                         "Cart Shared",
                                         "Product Reviewed",
                                         "Signed Up",
                                         "Signed In"};

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void put_plan(PtBuf *out)
{
    pt_buf_printf(out, "{\"name\":\"Shop\",\"mode\":\"quarantine\",\"unplanned_events\":"
                       "\"quarantine\",\"rules\":[");
    for (unsigned i = 0; i < RULES; i++) {
        pt_buf_printf(
            out,
            "%s{\"type\":\"track\",\"name\":\"%s\",\"schema\":{\"type\":\"object\",\"required\":["
            "\"properties\"],"
            "\"properties\":{\"properties\":{\"type\":\"object\",\"required\":[\"order_id\","
            "\"total\",\"currency\"],"
            "\"properties\":{\"order_id\":{\"type\":\"string\",\"minLength\":3,\"maxLength\":40},"
            "\"email\":{\"type\":\"string\",\"format\":\"email\"},"
            "\"total\":{\"type\":\"number\",\"minimum\":0},\"currency\":{\"enum\":[\"EUR\",\"GBP\","
            "\"USD\",\"CHF\"]},"
            "\"coupon\":{\"type\":[\"string\",\"null\"],\"pattern\":\"^[A-Z0-9_]{2,20}$\"},"
            "\"step\":{\"type\":\"integer\",\"minimum\":1},\"placed_at\":{\"type\":\"string\","
            "\"format\":\"date-time\"},"
            "\"products\":{\"type\":\"array\",\"maxItems\":200,\"items\":{\"type\":\"object\","
            "\"required\":[\"sku\",\"price\"],"
            "\"properties\":{\"sku\":{\"type\":\"string\"},\"name\":{\"type\":\"string\","
            "\"maxLength\":200},"
            "\"price\":{\"type\":\"number\",\"minimum\":0},\"quantity\":{\"type\":\"integer\","
            "\"minimum\":1},"
            "\"category\":{\"type\":\"string\"}}}}}}}}}",
            i > 0 ? "," : "", names[i]);
    }
    pt_buf_printf(out, "]}");
}

static void put_event(PtRng *rng, PtBuf *out)
{
    uint64_t r = pt_rng_u64(rng);
    pt_buf_printf(out,
                  "{\"timestamp\":\"2025-11-22T01:59:%02u.123Z\",\"type\":\"track\",\"event\":\"%"
                  "s\",\"userId\":\"user-%u\","
                  "\"messageId\":\"ajs-next-%016llx%08x\",\"context\":{\"page\":{\"path\":\"/p/"
                  "%u\",\"title\":\"Shop\",\"url\":"
                  "\"https://shop.example/p/%u\"},\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) "
                  "AppleWebKit/537.36 (KHTML, "
                  "like "
                  "Gecko)\",\"locale\":\"en-GB\",\"library\":{\"name\":\"analytics.js\","
                  "\"version\":\"npm:next-1.84.3\"}},"
                  "\"properties\":{\"order_id\":\"o-%u\",\"email\":\"user%u@example.com\","
                  "\"total\":%u.%02u,\"currency\":\"EUR\","
                  "\"coupon\":\"AUTUMN_%u\",\"step\":%u,\"placed_at\":\"2025-11-22T01:59:59Z\","
                  "\"products\":[",
                  (unsigned)(r % 60), names[r % RULES], (unsigned)(r % 5000), (unsigned long long)r,
                  (unsigned)(r >> 40), (unsigned)(r % 900), (unsigned)(r % 900),
                  (unsigned)(r % 100000), (unsigned)(r % 5000), (unsigned)(r % 500),
                  (unsigned)(r % 100), (unsigned)(r % 90), (unsigned)(r % 5 + 1));
    for (unsigned i = 0; i < 4; i++) {
        pt_buf_printf(
            out,
            "%s{\"sku\":\"s%u\",\"name\":\"A thing of some kind, number %u\",\"price\":%u.%02u,"
            "\"quantity\":%u,\"category\":\"things\"}",
            i > 0 ? "," : "", i, (unsigned)(r % 77), (unsigned)(r % 90), i, i + 1);
    }
    pt_buf_printf(out, "]}}");
}

typedef struct Bench {
    PtBuf bodies[BODIES];
    EventBody body;
    EventSchemaRun *run;
    EventPlan *plan;
} Bench;

static void measure(Bench *b, uint64_t events, bool planned, PtError *err)
{
    uint64_t count = 0, refused = 0, bytes = 0;
    int64_t from = cpu_ns();
    PtStatus st = PT_OK;
    for (unsigned i = 0; st == PT_OK && count < events; i++) {
        EventCall call = {.kind = EVENT_CALL_BATCH, .body = pt_buf_str(&b->bodies[i % BODIES])};
        st = event_body_cut(&b->body, &call, err);
        for (size_t k = 0; st == PT_OK && planned && k < b->body.count; k++) {
            st = event_plan_apply(b->plan, b->run, &b->body.drafts[k], &b->body.text, err);
            refused += b->body.drafts[k].view.reason != EVENT_REASON_NONE;
        }
        count += b->body.items;
        bytes += call.body.len;
    }
    double s = (double)(cpu_ns() - from) / 1e9;
    (void)printf("%s: %.2f us CPU an event of %.0f bytes, %.0f events/s, %llu refused%s\n",
                 planned ? "cut, judge and plan of 30 rules" : "cut and judge",
                 s * 1e6 / (double)count, (double)bytes / (double)count, (double)count / s,
                 (unsigned long long)refused, st == PT_OK ? "" : " (failed)");
}

static void dump(const char *dir, const char *name, PtStr text)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    if (f != NULL) {
        (void)fwrite(text.data, 1, text.len, f);
        (void)fclose(f);
    }
}

static void dump_events(const char *dir)
{
    PtBuf lines;
    PtRng rng;
    pt_rng_init(&rng, 2);
    pt_buf_init(&lines, 64 << 20);
    for (unsigned i = 0; i < 20000; i++) {
        put_event(&rng, &lines);
        pt_buf_add_char(&lines, '\n');
    }
    dump(dir, "events.jsonl", pt_buf_str(&lines));
    pt_buf_done(&lines);
}

static void make_bodies(Bench *b)
{
    PtRng rng;
    pt_rng_init(&rng, 1);
    for (unsigned i = 0; i < BODIES; i++) {
        pt_buf_init(&b->bodies[i], EVENT_BODY_MAX);
        pt_buf_printf(&b->bodies[i], "{\"batch\":[");
        for (unsigned k = 0; k < BATCH; k++) {
            pt_buf_printf(&b->bodies[i], "%s", k > 0 ? "," : "");
            put_event(&rng, &b->bodies[i]);
        }
        pt_buf_printf(&b->bodies[i], "],\"sentAt\":\"2025-11-22T02:00:00.000Z\"}");
    }
}

int main(int argc, char **argv)
{
    static Bench b;
    PtError err = {0};
    PtBuf plan;
    uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 500000;
    pt_buf_init(&plan, 1 << 20);
    put_plan(&plan);
    b.run = event_schema_run_new();
    if (b.run == NULL || event_body_init(&b.body, &err) != PT_OK ||
        event_plan_draft(pt_buf_str(&plan), &b.plan, &err) != PT_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    make_bodies(&b);
    if (argc > 2) {
        dump(argv[2], "plan.json", pt_buf_str(&plan));
        dump_events(argv[2]);
    }
    for (unsigned round = 0; round < 3; round++) {
        measure(&b, events, false, &err);
        measure(&b, events, true, &err);
    }
    return 0; // the process ends here: nothing is freed by hand
}
