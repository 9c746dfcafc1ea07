// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/status.h"
#include "platform/metrics.h"

#include <stdint.h>

/* A day of a few figures in memory, one every 10 s, the oldest overwritten: about 240 KiB.
 *
 * Threads  Any (one lock inside).
 */
enum { SERIES_STEP_S = 10, SERIES_KEPT = 24 * 3600 / SERIES_STEP_S };

typedef struct Series Series;

/* Counters as they stand; what they count in a step becomes a figure. */
typedef struct SeriesSample {
    int64_t now_ms;
    uint64_t records, bytes; /* acknowledged since the start */
    double rss_bytes, disk_free_bytes, view_lag;
    const PtMetric *ack; /* NULL: none */
} SeriesSample;

Series *series_new(void); /* NULL when out of memory */
void series_free(Series *series);
void series_add(Series *series, const SeriesSample *now);

/* which: 0..6 in the order of OperateSeries. */
void series_json(Series *series, unsigned which, unsigned minutes, unsigned max_points,
                 int64_t now_ms, PtJsonOut *out);
