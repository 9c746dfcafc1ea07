// SPDX-License-Identifier: Apache-2.0
/* What the row of an event costs: usage: rows_bench [ROUNDS] */
#include "behaviour/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct {
    const char *name, *raw;
} events[] = {
    {"page",
     "{\"type\":\"page\",\"messageId\":\"ajs-next-1763776800000-1f1c7a53\",\"anonymousId\":"
     "\"7b1f1c7a-53c2-4f3e-9d55-0a5c3a4c8a11\",\"name\":\"Home\",\"properties\":{\"path\":\"/\","
     "\"referrer\":\"https://search.example/\",\"search\":\"\",\"title\":\"Larkfield\",\"url\":"
     "\"https://shop.example/\"},\"context\":{\"library\":{\"name\":\"analytics.js\",\"version\":"
     "\"next-1.70.0\"},\"locale\":\"de-AT\",\"timezone\":\"Europe/Vienna\",\"userAgent\":"
     "\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\",\"page\":{\"path\":\"/\",\"title\":"
     "\"Larkfield\",\"url\":\"https://shop.example/\",\"referrer\":\"\"},\"campaign\":{\"source\":"
     "\"mail\",\"medium\":\"newsletter\",\"name\":\"spring\"}},\"originalTimestamp\":"
     "\"2025-11-22T02:00:00.000Z\"}"},
    {"order",
     "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"m-1\",\"userId\":\"u1\","
     "\"properties\":{\"order_id\":\"O-1\",\"total\":129.9,\"revenue\":119.9,\"shipping\":10,"
     "\"currency\":\"EUR\",\"coupon\":\"SPRING\",\"store_id\":\"S07\",\"products\":[{\"product_"
     "id\":"
     "\"p1\",\"sku\":\"k1\",\"name\":\"Shoe\",\"price\":59.95,\"quantity\":2,\"category\":"
     "\"shoes\"},"
     "{\"product_id\":\"p2\",\"sku\":\"k2\",\"name\":\"Sock\",\"price\":10,\"quantity\":1}]},"
     "\"context\":{\"device\":{\"type\":\"pos\",\"manufacturer\":\"Tillwright\"},\"library\":{"
     "\"name\":\"till\",\"version\":\"2\"}}}"},
};

/* Of the processor: others may use the machine. */
static double cpu_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

int main(int argc, char **argv)
{
    const long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    Rows *rows = NULL;
    PtError err = {0};
    if (rounds < 1 || rows_new(&rows, &err) != PT_OK) {
        (void)fprintf(stderr, "usage: rows_bench [ROUNDS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const PtRecord record = {.klass = PT_RECORD_EVENT, .source = 1};
        const EventView v = {
            .type = EVENT_TRACK, .name = PT_STR("x"), .raw = pt_str(events[i].raw)};
        uint64_t values = 0;
        const double begin_ns = cpu_ns();
        for (long k = 0; k < rounds; k++) {
            ColumnsRow row;
            if (rows_read(rows, &record, &v, &row, &err) != PT_OK) {
                (void)fprintf(stderr, "%s\n", err.message);
                return 1;
            }
            values += row.value_count;
        }
        const double ns = (cpu_ns() - begin_ns) / (double)rounds;
        (void)printf("%-6s %5zu bytes %3llu values %6.0f ns an event\n", events[i].name, v.raw.len,
                     (unsigned long long)(values / (uint64_t)rounds), ns);
    }
    rows_free(rows);
    return 0;
}
