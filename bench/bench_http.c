// SPDX-License-Identifier: Apache-2.0
#include "bench_http.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* End of the header (0 when it is not whole) and the length it declares. */
static size_t header_len(const char *text, size_t len, size_t *ret_content)
{
    const char *end = memmem(text, len, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    *ret_content = 0;
    for (const char *line = text; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end + 2 - line));
        if (strncasecmp(line, "content-length:", 15) == 0) {
            *ret_content = strtoul(line + 15, NULL, 10);
        }
        line = next != NULL ? next + 1 : end;
    }
    return (size_t)(end - text) + 4;
}

size_t bench_response_len(const char *text, size_t len, int *ret_status)
{
    size_t content = 0, head = header_len(text, len, &content);
    if (head == 0 || len < head + content) {
        return 0;
    }
    *ret_status = len > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
    return head + content;
}

size_t bench_request_len(const char *text, size_t len, size_t *ret_body)
{
    size_t content = 0, head = header_len(text, len, &content);
    if (head == 0) {
        return 0;
    }
    *ret_body = head;
    return len >= head + content ? head + content : 0;
}

void bench_basic_auth(const char *key, char *out, size_t size)
{
    char plain[80];
    int n = snprintf(plain, sizeof plain, "%s:", key);
    if (n < 0 || (size_t)n >= sizeof plain || size < 120) {
        out[0] = 0;
        return;
    }
    (void)EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)plain, n);
}

static unsigned bucket_of(uint64_t ns)
{
    if (ns < 64) {
        return (unsigned)ns;
    }
    unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - 6u;
    unsigned b = (shift + 1) * 64 + (unsigned)(ns >> shift & 63);
    return b < BENCH_HIST ? b : BENCH_HIST - 1;
}

static double value_of(unsigned bucket)
{
    unsigned shift = bucket / 64;
    return shift == 0 ? bucket : (double)((64 + bucket % 64) * (UINT64_C(1) << (shift - 1)));
}

void bench_hist_add(BenchHist *h, int64_t ns)
{
    h->counts[bucket_of(ns > 0 ? (uint64_t)ns : 0)]++;
    h->total++;
    h->max_ns = ns > h->max_ns ? ns : h->max_ns;
}

double bench_hist_ms(const BenchHist *h, double quantile)
{
    if (quantile >= 1 || h->total == 0) {
        return (double)h->max_ns / 1e6;
    }
    uint64_t seen = 0, want = (uint64_t)((double)h->total * quantile);
    for (unsigned i = 0; i < BENCH_HIST; i++) {
        seen += h->counts[i];
        if (seen > want) {
            return value_of(i) / 1e6;
        }
    }
    return (double)h->max_ns / 1e6;
}
