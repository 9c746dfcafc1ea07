// SPDX-License-Identifier: Apache-2.0
/* Figures over a day, and what a webhook's receiver checks. */
#include "operate/series.h"
#include "operate/webhook.h"

#include "base/buf.h"
#include "base/test_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MS = SERIES_STEP_S * 1000 };
static const int64_t start_ms = 1700000000000 / STEP_MS * STEP_MS;

static void text_of(Series *s, unsigned which, unsigned minutes, unsigned points, int64_t now_ms,
                    char *out, size_t size)
{
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    PtJsonOut o = pt_json_out(&text);
    series_json(s, which, minutes, points, now_ms, &o);
    pt_buf_add_char(&text, '\0');
    const char *at = strstr(text.data, "\"points\":");
    assert_non_null(at);
    (void)snprintf(out, size, "%s", at + 9);
    pt_buf_done(&text);
}

static void add(Series *s, int64_t step, uint64_t records, double lag)
{
    const SeriesSample sample = {.now_ms = start_ms + step * STEP_MS,
                                 .records = records,
                                 .bytes = 10 * records,
                                 .rss_bytes = 5,
                                 .view_lag = lag};
    series_add(s, &sample);
}

static void rates_gaps_and_means(void **state)
{
    (void)state;
    char text[4096];
    Series *s = series_new();
    assert_non_null(s);
    add(s, 0, 100, 1);
    add(s, 1, 200, 7);
    add(s, 2, 400, 3);
    add(s, 5, 430, 0);
    const int64_t now = start_ms + 5 * STEP_MS;
    text_of(s, 0, 1, 6, now, text, sizeof text);
    assert_string_equal(text, "[null,10,20,null,null,1]}"); // 30 records in the 30 s since
    text_of(s, 0, 1, 3, now, text, sizeof text);
    assert_string_equal(text, "[10,20,1]}"); // the mean of what was measured
    text_of(s, 6, 1, 3, now, text, sizeof text);
    assert_string_equal(text, "[7,3,0]}"); // the largest
    text_of(s, 2, 1, 1, now, text, sizeof text);
    assert_string_equal(text, "[null]}"); // no histogram
    series_free(s);
}

static void a_day_is_kept(void **state)
{
    (void)state;
    static char text[1 << 20];
    Series *s = series_new();
    assert_non_null(s);
    for (int64_t i = 0; i < SERIES_KEPT + 10; i++) {
        add(s, i, 0, (double)i);
    }
    const int64_t last = SERIES_KEPT + 9;
    text_of(s, 6, 1440, SERIES_KEPT, start_ms + last * STEP_MS, text, sizeof text);
    assert_int_equal(strtol(text + 1, NULL, 10), 10); // ten were overwritten
    text_of(s, 6, 1440, SERIES_KEPT, start_ms + (last + 2) * STEP_MS, text, sizeof text);
    assert_int_equal(strtol(text + 1, NULL, 10), 12); // two steps later the window has moved on
    series_free(s);
}

static void quantiles_of_a_step(void **state)
{
    (void)state;
    char text[256];
    static PtMetric m = {.kind = PT_METRIC_HISTOGRAM, .bounds = {.001, .002, .004}};
    SeriesSample sample = {.now_ms = start_ms, .ack = &m};
    Series *s = series_new();
    assert_non_null(s);
    series_add(s, &sample);
    m.buckets[0] += 98;
    m.buckets[2] += 2; // between 2 and 4 ms
    sample.now_ms += STEP_MS;
    series_add(s, &sample);
    text_of(s, 3, 1, 6, sample.now_ms, text, sizeof text);
    assert_non_null(strstr(text, ",3]}")); // half way through the two
    text_of(s, 2, 1, 6, sample.now_ms, text, sizeof text);
    assert_non_null(strstr(text, ",0.5102"));
    series_free(s);
}

/* The value is that of: printf '1700000000000.{"a":1}' | openssl dgst -sha256 -hmac s3cret */
static void signature(void **state)
{
    (void)state;
    char hex[65];
    webhook_sign(PT_STR("s3cret"), 1700000000000, PT_STR("{\"a\":1}"), hex);
    assert_string_equal(hex, "8a6f992378d0d47b6fcdf1cc8d72e46ba5c789b2c9d3a538be31fe07d598ba6d");
    webhook_sign(PT_STR("s3cret"), 1700000000001, PT_STR("{\"a\":1}"), hex);
    assert_string_not_equal(hex,
                            "8a6f992378d0d47b6fcdf1cc8d72e46ba5c789b2c9d3a538be31fe07d598ba6d");
}

static struct UrlCase {
    const char *name, *url;
    PtStatus want;
} url_cases[] = {
    {"http with a path", "http://127.0.0.1:9/x?y=z", PT_OK},
    {"https without one", "https://example.org", PT_OK},
    {"a query alone", "https://example.org?x", PT_OK},
    {"another scheme", "ftp://example.org/", PT_INVALID},
    {"no host", "http:///x", PT_INVALID},
    {"nothing", "", PT_INVALID},
};

static void urls(void **state)
{
    const struct UrlCase *c = *state;
    Webhook *w = NULL;
    PtError err = {0};
    assert_int_equal(webhook_new(c->url, "", &w, &err), c->want);
    webhook_free(w);
}

static void a_full_queue_gives_up_the_newest(void **state)
{
    (void)state;
    static char large[WEBHOOK_BODY_MAX + 1];
    Webhook *w = NULL;
    PtError err = {0};
    memset(large, 'x', sizeof large);
    assert_int_equal(webhook_new("http://127.0.0.1:9/", "", &w, &err), PT_OK); // nobody is there
    webhook_send(w, (PtStr){large, sizeof large});
    assert_int_equal(webhook_stats(w).given_up, 1);
    for (int i = 0; i < WEBHOOK_QUEUE + 5; i++) {
        webhook_send(w, (PtStr){large, WEBHOOK_BODY_MAX});
    }
    const WebhookStats s = webhook_stats(w);
    assert_int_equal(s.waiting, WEBHOOK_QUEUE);
    assert_int_equal(s.given_up, 6);
    assert_int_equal(s.sent, 0);
    webhook_free(w); // at once, though the next try is due in a second
}

int main(void)
{
    struct CMUnitTest tests[32] = {
        cmocka_unit_test(rates_gaps_and_means),
        cmocka_unit_test(a_day_is_kept),
        cmocka_unit_test(quantiles_of_a_step),
        cmocka_unit_test(signature),
        cmocka_unit_test(a_full_queue_gives_up_the_newest),
    };
    size_t n = 5;
    PT_TEST_ROWS(tests, n, url_cases, urls);
    return _cmocka_run_group_tests("watch", tests, n, NULL, NULL);
}
