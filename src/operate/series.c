// SPDX-License-Identifier: Apache-2.0
#include "operate/series.h"

#include "base/time.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 7, STEP_MS = SERIES_STEP_S * 1000 };

static const struct {
    const char *name, *unit;
    bool largest; /* of a point's samples, else their mean */
} kinds[NAMES] = {
    {"events_per_s", "per_second", false},
    {"bytes_per_s", "per_second", false},
    {"ack_p50_ms", "ms", true},
    {"ack_p99_ms", "ms", true},
    {"rss_bytes", "bytes", false},
    {"disk_free_bytes", "bytes", false},
    {"view_lag_records", "records", true},
};

struct Series {
    pthread_mutex_t lock;
    float values[NAMES][SERIES_KEPT]; /* slot = step number modulo; NAN: not measured */
    int64_t last_step, first_step;    /* numbers since 1970; first_step 0: nothing yet */
    SeriesSample before;
    uint64_t buckets[PT_METRIC_BUCKETS + 1];
};

Series *series_new(void)
{
    Series *s = calloc(1, sizeof *s);
    if (s != NULL) {
        (void)pthread_mutex_init(&s->lock, NULL);
    }
    return s;
}

void series_free(Series *s)
{
    if (s != NULL) {
        (void)pthread_mutex_destroy(&s->lock);
        free(s);
    }
}

/* The value below which `part` of what the buckets counted lies, by straight lines within a bucket;
 * NAN when they counted nothing. */
static double quantile(const PtMetric *m, const uint64_t *counts, double part)
{
    uint64_t total = 0, below = 0;
    for (size_t i = 0; i <= PT_METRIC_BUCKETS; i++) {
        total += counts[i];
    }
    if (total == 0) {
        return NAN;
    }
    const double want = part * (double)total;
    double low = 0;
    for (size_t i = 0; i < PT_METRIC_BUCKETS && m->bounds[i] > 0; i++) {
        if ((double)(below + counts[i]) >= want) {
            double in = counts[i] > 0 ? (want - (double)below) / (double)counts[i] : 0;
            return low + in * (m->bounds[i] - low);
        }
        below += counts[i];
        low = m->bounds[i];
    }
    return low; // over the last bound: at least that
}

static void ack_quantiles(Series *s, const PtMetric *m, float *p50, float *p99)
{
    uint64_t fresh[PT_METRIC_BUCKETS + 1] = {0};
    for (size_t i = 0; m != NULL && i <= PT_METRIC_BUCKETS; i++) {
        const uint64_t now = atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
        fresh[i] = now - s->buckets[i];
        s->buckets[i] = now;
    }
    *p50 = m != NULL ? (float)(1000 * quantile(m, fresh, 0.5)) : NAN;
    *p99 = m != NULL ? (float)(1000 * quantile(m, fresh, 0.99)) : NAN;
}

static void put(Series *s, int64_t step, const float values[static NAMES])
{
    if (s->first_step == 0) {
        s->first_step = step;
        s->last_step = step - 1;
    }
    for (int64_t gap = s->last_step + 1; gap < step && gap < s->last_step + SERIES_KEPT; gap++) {
        for (size_t i = 0; i < NAMES; i++) {
            s->values[i][gap % SERIES_KEPT] = NAN;
        }
    }
    for (size_t i = 0; i < NAMES; i++) {
        s->values[i][step % SERIES_KEPT] = values[i];
    }
    s->last_step = step > s->last_step ? step : s->last_step;
}

void series_add(Series *s, const SeriesSample *now)
{
    float v[NAMES];
    pthread_mutex_lock(&s->lock);
    const double seconds = (double)(now->now_ms - s->before.now_ms) / 1000;
    const bool first = s->before.now_ms == 0 || seconds <= 0;
    v[0] = first ? NAN : (float)((double)(now->records - s->before.records) / seconds);
    v[1] = first ? NAN : (float)((double)(now->bytes - s->before.bytes) / seconds);
    ack_quantiles(s, now->ack, &v[2], &v[3]);
    v[4] = (float)now->rss_bytes;
    v[5] = (float)now->disk_free_bytes;
    v[6] = (float)now->view_lag;
    put(s, now->now_ms / STEP_MS, v);
    s->before = *now;
    pthread_mutex_unlock(&s->lock);
}

static void put_point(const Series *s, unsigned which, int64_t from, int64_t steps, PtJsonOut *out)
{
    double sum = 0, largest = 0;
    int count = 0;
    for (int64_t step = from; step < from + steps; step++) {
        bool there = s->first_step > 0 && step >= s->first_step && step <= s->last_step &&
                     step > s->last_step - SERIES_KEPT;
        double value = there ? (double)s->values[which][step % SERIES_KEPT] : NAN;
        if (!isnan(value)) {
            sum += value;
            largest = count == 0 || value > largest ? value : largest;
            count++;
        }
    }
    if (count == 0) {
        pt_json_out_null(out);
    } else {
        pt_json_out_double(out, kinds[which].largest ? largest : sum / count);
    }
}

void series_json(Series *s, unsigned which, unsigned minutes, unsigned max_points, int64_t now_ms,
                 PtJsonOut *out)
{
    const int64_t now = now_ms / STEP_MS, steps = (int64_t)minutes * 60 / SERIES_STEP_S;
    const int64_t per = (steps + max_points - 1) / max_points, points = (steps + per - 1) / per;
    char at[PT_TIME_TEXT];
    pthread_mutex_lock(&s->lock);
    const int64_t last = s->last_step == now - 1 ? now - 1 : now; // the step may not be over yet
    const int64_t from = last - points * per + 1;
    pt_json_out_object(out);
    pt_json_put_str(out, "name", pt_str(kinds[which].name));
    pt_json_put_str(out, "unit", pt_str(kinds[which].unit));
    pt_json_put_i64(out, "step_s", per * SERIES_STEP_S);
    pt_json_put_str(out, "from", pt_time_format(from * STEP_MS, at));
    pt_json_out_key(out, PT_STR("points"));
    pt_json_out_array(out);
    for (int64_t i = 0; i < points; i++) {
        put_point(s, which, from + i * per, per, out);
    }
    pthread_mutex_unlock(&s->lock);
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}
