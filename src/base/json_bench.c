// SPDX-License-Identifier: Apache-2.0
/* How fast JSON is read: MB/s over Segment-like track events of about 2 KB, each its own text as
 * intake sees it. usage: json_bench [SECONDS_PER_ROW]
 */
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EVENTS = 2000, TEXT_MAX = 16 << 20 };

typedef struct Corpus {
    PtBuf text;
    size_t starts[EVENTS + 1];
} Corpus;

static const char *const western[] = {"Espresso machine, 15 bar", "Kids' rain boots",
                                      "Caf\xC3\xA9 au lait bowl", "USB-C cable 2 m \"braided\""};
static const char *const japanese[] = {"エスプレッソマシン、15気圧", "子供用レインブーツ",
                                       "カフェオレボウル（大）", "編み込みケーブル2メートル"};

static void add_product(PtJsonOut *o, PtRng *rng, const char *const names[4])
{
    char sku[24];
    (void)snprintf(sku, sizeof sku, "SKU-%07llu", (unsigned long long)pt_rng_below(rng, 9999999));
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("product_id"));
    pt_json_out_str(o, pt_str(sku));
    pt_json_out_key(o, PT_STR("name"));
    pt_json_out_str(o, pt_str(names[pt_rng_below(rng, 4)]));
    pt_json_out_key(o, PT_STR("price"));
    pt_json_out_double(o, (double)pt_rng_below(rng, 50000) / 100);
    pt_json_out_key(o, PT_STR("quantity"));
    pt_json_out_u64(o, 1 + pt_rng_below(rng, 5));
    pt_json_out_key(o, PT_STR("url"));
    pt_json_out_str(
        o, PT_STR("https://shop.example.com/kitchen/coffee/espresso-machine?utm_source=mail"));
    pt_json_out_object_end(o);
}

static void add_context(PtJsonOut *o, PtRng *rng)
{
    char ip[16];
    (void)snprintf(ip, sizeof ip, "203.0.113.%u", (unsigned)pt_rng_below(rng, 256));
    pt_json_out_key(o, PT_STR("context"));
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("ip"));
    pt_json_out_str(o, pt_str(ip));
    pt_json_out_key(o, PT_STR("library"));
    pt_json_out_raw(o, PT_STR("{\"name\":\"analytics.js\",\"version\":\"npm:next-1.77.0\"}"));
    pt_json_out_key(o, PT_STR("locale"));
    pt_json_out_str(o, PT_STR("de-DE"));
    pt_json_out_key(o, PT_STR("page"));
    pt_json_out_raw(
        o,
        PT_STR(
            "{\"path\":\"/checkout/complete\",\"referrer\":\"https://www.example.com/\",\"search\":"
            "\"?step=4\",\"title\":\"Thank you - Example shop\",\"url\":"
            "\"https://shop.example.com/checkout/complete?step=4\"}"));
    pt_json_out_key(o, PT_STR("screen"));
    pt_json_out_raw(o, PT_STR("{\"width\":1920,\"height\":1080,\"density\":1.25}"));
    pt_json_out_key(o, PT_STR("userAgent"));
    pt_json_out_str(o,
                    PT_STR("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                           "Chrome/131.0.0.0 Safari/537.36"));
    pt_json_out_key(o, PT_STR("timezone"));
    pt_json_out_str(o, PT_STR("Europe/Berlin"));
    pt_json_out_object_end(o);
}

static void add_event(PtJsonOut *o, PtRng *rng, const char *const names[4])
{
    char id[40];
    (void)snprintf(id, sizeof id, "ajs-next-%016llx", (unsigned long long)pt_rng_u64(rng));
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("type"));
    pt_json_out_str(o, PT_STR("track"));
    pt_json_out_key(o, PT_STR("event"));
    pt_json_out_str(o, PT_STR("Order Completed"));
    pt_json_out_key(o, PT_STR("messageId"));
    pt_json_out_str(o, pt_str(id));
    pt_json_out_key(o, PT_STR("timestamp"));
    pt_json_out_str(o, PT_STR("2026-11-22T03:10:21.042Z"));
    add_context(o, rng);
    pt_json_out_key(o, PT_STR("properties"));
    pt_json_out_object(o);
    pt_json_out_key(o, PT_STR("revenue"));
    pt_json_out_double(o, (double)pt_rng_below(rng, 500000) / 100);
    pt_json_out_key(o, PT_STR("coupon"));
    pt_json_out_null(o);
    pt_json_out_key(o, PT_STR("products"));
    pt_json_out_array(o);
    for (uint64_t i = 4 + pt_rng_below(rng, 5); i > 0; i--) {
        add_product(o, rng, names);
    }
    pt_json_out_array_end(o);
    pt_json_out_object_end(o);
    pt_json_out_object_end(o);
}

static void make_corpus(Corpus *c, const char *const names[4])
{
    PtRng rng;
    pt_rng_init(&rng, 1);
    pt_buf_init(&c->text, TEXT_MAX);
    for (size_t i = 0; i < EVENTS; i++) {
        PtJsonOut o = pt_json_out(&c->text);
        c->starts[i] = c->text.len;
        add_event(&o, &rng, names);
    }
    c->starts[EVENTS] = c->text.len;
    if (pt_buf_status(&c->text) != PT_OK) {
        abort();
    }
}

static PtStr event_at(const Corpus *c, size_t i)
{
    return (PtStr){c->text.data + c->starts[i], c->starts[i + 1] - c->starts[i]};
}

static size_t run_check(PtStr text)
{
    return pt_json_check(text, 32, NULL) == PT_OK;
}

static size_t run_tokens(PtStr text)
{
    PtJson j;
    size_t count = 0;
    pt_json_init(&j, text, 32);
    for (;; count++) {
        PtJsonToken token = pt_json_next(&j);
        if (token <= PT_JSON_ERROR) {
            return token == PT_JSON_END ? count : 0;
        }
    }
}

/* The top level token by token, each value skipped: what intake does. */
static size_t run_top_level(PtStr text)
{
    PtJson j;
    size_t count = 0;
    pt_json_init(&j, text, 32);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return 0;
    }
    while (pt_json_next(&j) == PT_JSON_KEY && pt_json_skip(&j, NULL, NULL, NULL)) {
        count++;
    }
    return pt_json_next(&j) == PT_JSON_END ? count : 0;
}

/* Every string and number of the event written again, numbers through a double. */
static size_t run_write(PtStr text)
{
    static PtBuf out; // grows once, then costs nothing
    PtJson j;
    out.limit = TEXT_MAX;
    pt_buf_clear(&out, TEXT_MAX);
    PtJsonOut o = pt_json_out(&out);
    pt_json_init(&j, text, 32);
    for (;;) {
        PtJsonToken token = pt_json_next(&j);
        if (token == PT_JSON_STRING) {
            pt_json_out_str(&o, j.raw);
        } else if (token == PT_JSON_NUMBER) {
            pt_json_out_double(&o, pt_json_to_double(j.raw));
        } else if (token <= PT_JSON_ERROR) {
            return out.len;
        }
    }
}

static size_t run_crc32c(PtStr text)
{
    return pt_crc32c(0, text.data, text.len) != 0;
}

static size_t run_sha256(PtStr text)
{
    uint8_t out[PT_SHA256];
    pt_sha256(text, out);
    return 1;
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The best of the passes over the corpus: what the machine can do when nobody else runs on it. */
static void measure(const Corpus *c, const char *name, size_t (*run)(PtStr), double seconds)
{
    double best_s = 1e9, until_s = now_s() + seconds;
    while (now_s() < until_s) {
        double start_s = now_s();
        for (size_t i = 0; i < EVENTS; i++) {
            if (run(event_at(c, i)) == 0) {
                abort();
            }
        }
        double took_s = now_s() - start_s;
        best_s = took_s < best_s ? took_s : best_s;
    }
    (void)printf("%-28s %7.0f MB/s %9.0f events/s\n", name, (double)c->text.len / best_s / 1e6,
                 EVENTS / best_s);
}

int main(int argc, char **argv)
{
    static Corpus corpus, other;
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
    make_corpus(&corpus, western);
    make_corpus(&other, japanese);
    (void)printf("%d events, %zu bytes each on average\n", EVENTS, corpus.text.len / EVENTS);
    measure(&corpus, "check (skip all)", run_check, seconds);
    measure(&corpus, "top level, values skipped", run_top_level, seconds);
    measure(&corpus, "every token", run_tokens, seconds);
    measure(&corpus, "scalars read and written", run_write, seconds);
    measure(&other, "check, Japanese names", run_check, seconds);
    measure(&corpus, "CRC32C", run_crc32c, seconds);
    measure(&corpus, "SHA-256", run_sha256, seconds);
    pt_buf_done(&corpus.text);
    pt_buf_done(&other.text);
    return 0;
}
