// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Prometheus metrics (text format 0.0.4). Counters and gauges are atomics in static storage,
 * registered once at start; histograms have fixed bounds. What a module already counts itself is
 * added by a collector at scrape time.
 *
 * Names: patron_<module>_<what>_<unit>, counters end in _total. Threads: any.
 */
typedef struct PtMetric PtMetric;
typedef enum PtMetricKind { PT_METRIC_COUNTER, PT_METRIC_GAUGE, PT_METRIC_HISTOGRAM } PtMetricKind;

enum { PT_METRIC_BUCKETS = 16 };

struct PtMetric {
    const char *name, *help;
    PtMetricKind kind;
    const char *labels;               /* fixed ones, `route="batch"`, or NULL */
    _Atomic int64_t value;            /* counter, gauge */
    double bounds[PT_METRIC_BUCKETS]; /* histogram: rising upper bounds, 0 ends the list */
    _Atomic uint64_t buckets[PT_METRIC_BUCKETS + 1];
    _Atomic uint64_t sum_micro; /* histogram: sum in 10^-6 */
    PtMetric *next;             /* internal */
};

/* Metrics of one name (with different labels) must be registered together and share help and kind.
 * Before threads start. */
void pt_metric_register(PtMetric *metric);

static inline void pt_metric_add(PtMetric *metric, int64_t by)
{
    atomic_fetch_add_explicit(&metric->value, by, memory_order_relaxed);
}

static inline void pt_metric_set(PtMetric *metric, int64_t value)
{
    atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

void pt_metric_observe(PtMetric *metric, double value); /* histogram, in the unit of its name */

/* A function that appends its own lines (through pt_metric_line) at scrape time. */
void pt_metric_collector(void (*fn)(void *ctx, PtBuf *out), void *ctx);
/* HELP and TYPE once per name: pass is_first = true for the first line of a name. Label values are
 * constants or escaped by the caller. */
void pt_metric_line(PtBuf *out, const char *name, const char *kind, const char *help, bool is_first,
                    const char *labels, double value);

void pt_metrics_render(PtBuf *out);
void pt_metrics_reset(void); /* forgets all registrations: tests only */
