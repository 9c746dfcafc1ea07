// SPDX-License-Identifier: Apache-2.0
#include "platform/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLLECTORS_MAX = 32, NUMBER_TEXT = 32, LABELS_MAX = 1024 };

static const char *const kind_names[] = {
    [PT_METRIC_COUNTER] = "counter",
    [PT_METRIC_GAUGE] = "gauge",
    [PT_METRIC_HISTOGRAM] = "histogram",
};

static PtMetric *first, *last;
static struct {
    void (*fn)(void *ctx, PtBuf *out);
    void *ctx;
} collectors[COLLECTORS_MAX];
static size_t collector_count;

void pt_metric_register(PtMetric *metric)
{
    assert(metric->next == NULL && metric != last); // registered once
    if (last == NULL) {
        first = metric;
    } else {
        last->next = metric;
    }
    last = metric;
}

void pt_metric_observe(PtMetric *metric, double value)
{
    size_t i = 0;
    while (i < PT_METRIC_BUCKETS && metric->bounds[i] != 0 && value > metric->bounds[i]) {
        i++;
    }
    atomic_fetch_add_explicit(&metric->buckets[i], 1, memory_order_relaxed);
    double micro = value * 1e6;
    if (micro >= 0.5 && micro < 1e18) {
        atomic_fetch_add_explicit(&metric->sum_micro, (uint64_t)llround(micro),
                                  memory_order_relaxed);
    }
}

void pt_metric_collector(void (*fn)(void *ctx, PtBuf *out), void *ctx)
{
    assert(collector_count < COLLECTORS_MAX);
    if (collector_count < COLLECTORS_MAX) {
        collectors[collector_count].fn = fn;
        collectors[collector_count++].ctx = ctx;
    }
}

/* The shortest of two forms that reads back equal; whole numbers without an exponent. */
static void format_number(double value, char out[static NUMBER_TEXT])
{
    if (isnan(value) || isinf(value)) {
        const char *text = isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        (void)snprintf(out, NUMBER_TEXT, "%s", text);
        return;
    }
    if (fabs(value) < 9e15 && value == trunc(value)) {
        (void)snprintf(out, NUMBER_TEXT, "%" PRId64, (int64_t)value);
        return;
    }
    (void)snprintf(out, NUMBER_TEXT, "%.15g", value);
    if (strtod(out, NULL) != value) {
        (void)snprintf(out, NUMBER_TEXT, "%.17g", value);
    }
}

static void add_help(PtBuf *out, const char *help)
{
    for (const char *p = help; *p != '\0'; p++) {
        if (*p == '\\') {
            pt_buf_add_str(out, PT_STR("\\\\"));
        } else if (*p == '\n') {
            pt_buf_add_str(out, PT_STR("\\n"));
        } else {
            pt_buf_add_char(out, *p);
        }
    }
}

static void add_heading(PtBuf *out, const char *name, const char *kind, const char *help)
{
    pt_buf_printf(out, "# HELP %s ", name);
    add_help(out, help);
    pt_buf_printf(out, "\n# TYPE %s %s\n", name, kind);
}

static void add_sample(PtBuf *out, const char *name, const char *suffix, const char *labels,
                       double value)
{
    char number[NUMBER_TEXT];
    format_number(value, number);
    if (labels != NULL && labels[0] != '\0') {
        pt_buf_printf(out, "%s%s{%s} %s\n", name, suffix, labels, number);
    } else {
        pt_buf_printf(out, "%s%s %s\n", name, suffix, number);
    }
}

void pt_metric_line(PtBuf *out, const char *name, const char *kind, const char *help, bool is_first,
                    const char *labels, double value)
{
    if (is_first) {
        add_heading(out, name, kind, help);
    }
    add_sample(out, name, "", labels, value);
}

static void add_bucket(PtBuf *out, const PtMetric *m, double bound, uint64_t count)
{
    char labels[LABELS_MAX], number[NUMBER_TEXT];
    format_number(bound, number);
    const char *comma = m->labels != NULL ? "," : "";
    int len = snprintf(labels, sizeof labels, "%s%sle=\"%s\"", m->labels != NULL ? m->labels : "",
                       comma, number);
    assert(len > 0 && (size_t)len < sizeof labels);
    (void)len;
    add_sample(out, m->name, "_bucket", labels, (double)count);
}

static void render_histogram(PtBuf *out, PtMetric *m)
{
    uint64_t count = 0;
    size_t i = 0;
    for (; i < PT_METRIC_BUCKETS && m->bounds[i] != 0; i++) {
        count += atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
        add_bucket(out, m, m->bounds[i], count);
    }
    count += atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
    add_bucket(out, m, INFINITY, count);
    double sum = (double)atomic_load_explicit(&m->sum_micro, memory_order_relaxed) / 1e6;
    add_sample(out, m->name, "_sum", m->labels, sum);
    add_sample(out, m->name, "_count", m->labels, (double)count);
}

void pt_metrics_render(PtBuf *out)
{
    const char *name = "";
    for (PtMetric *m = first; m != NULL; m = m->next) {
        if (strcmp(m->name, name) != 0) {
            add_heading(out, m->name, kind_names[m->kind], m->help);
            name = m->name;
        }
        if (m->kind == PT_METRIC_HISTOGRAM) {
            render_histogram(out, m);
        } else {
            int64_t value = atomic_load_explicit(&m->value, memory_order_relaxed);
            add_sample(out, m->name, "", m->labels, (double)value);
        }
    }
    for (size_t i = 0; i < collector_count; i++) {
        collectors[i].fn(collectors[i].ctx, out);
    }
}

void pt_metrics_reset(void)
{
    for (PtMetric *m = first, *next; m != NULL; m = next) {
        next = m->next;
        m->next = NULL;
    }
    first = last = NULL;
    collector_count = 0;
}
