// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The little that load generator and floor need of HTTP, and a histogram of latencies. */

/* Bytes of the complete response at the start of the text, 0 when more must be read. Only answers
 * with Content-Length, as every server measured here gives them. */
size_t bench_response_len(const char *text, size_t len, int *ret_status);

/* The same of a request. *ret_body: where its body starts. */
size_t bench_request_len(const char *text, size_t len, size_t *ret_body);

/* base64 of "key:". */
void bench_basic_auth(const char *key, char *out, size_t size);

/* Log-linear: 64 buckets a doubling, so within 1.6 % of the value. */
enum { BENCH_HIST = 64 * 40 };
typedef struct BenchHist {
    uint64_t counts[BENCH_HIST], total;
    int64_t max_ns;
} BenchHist;

void bench_hist_add(BenchHist *h, int64_t ns);
double bench_hist_ms(const BenchHist *h, double quantile); /* 0..1; 1 is the largest */
