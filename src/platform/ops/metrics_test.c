// SPDX-License-Identifier: Apache-2.0
#include "platform/metrics.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static PtBuf out;

static int set_up(void **state)
{
    (void)state;
    pt_metrics_reset();
    pt_buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pt_buf_done(&out);
    pt_metrics_reset();
    return 0;
}

static void assert_rendered(const char *want)
{
    pt_metrics_render(&out);
    assert_int_equal(pt_buf_status(&out), PT_OK);
    pt_buf_add_char(&out, '\0');
    assert_string_equal(out.data, want);
}

static void heading_stands_once_per_name(void **state)
{
    (void)state;
    static PtMetric ok = {.name = "patron_intake_requests_total",
                          .help = "Requests by answer.",
                          .kind = PT_METRIC_COUNTER,
                          .labels = "answer=\"ok\""};
    static PtMetric bad = {.name = "patron_intake_requests_total",
                           .help = "Requests by answer.",
                           .kind = PT_METRIC_COUNTER,
                           .labels = "answer=\"bad\""};
    static PtMetric open_files = {
        .name = "patron_files_open", .help = "Back\\slash\nand line.", .kind = PT_METRIC_GAUGE};
    pt_metric_register(&ok);
    pt_metric_register(&bad);
    pt_metric_register(&open_files);
    pt_metric_add(&ok, 2);
    pt_metric_add(&ok, 3);
    pt_metric_set(&open_files, -4);
    assert_rendered("# HELP patron_intake_requests_total Requests by answer.\n"
                    "# TYPE patron_intake_requests_total counter\n"
                    "patron_intake_requests_total{answer=\"ok\"} 5\n"
                    "patron_intake_requests_total{answer=\"bad\"} 0\n"
                    "# HELP patron_files_open Back\\\\slash\\nand line.\n"
                    "# TYPE patron_files_open gauge\n"
                    "patron_files_open -4\n");
}

static void histogram_bounds_are_inclusive_and_cumulative(void **state)
{
    (void)state;
    static PtMetric sync = {.name = "patron_log_sync_seconds",
                            .help = "Time of a sync.",
                            .kind = PT_METRIC_HISTOGRAM,
                            .labels = "log=\"hot\"",
                            .bounds = {0.001, 0.25, 1}};
    pt_metric_register(&sync);
    pt_metric_observe(&sync, 0.001);
    pt_metric_observe(&sync, 0.0011);
    pt_metric_observe(&sync, 1);
    pt_metric_observe(&sync, 1.5);
    assert_rendered("# HELP patron_log_sync_seconds Time of a sync.\n"
                    "# TYPE patron_log_sync_seconds histogram\n"
                    "patron_log_sync_seconds_bucket{log=\"hot\",le=\"0.001\"} 1\n"
                    "patron_log_sync_seconds_bucket{log=\"hot\",le=\"0.25\"} 2\n"
                    "patron_log_sync_seconds_bucket{log=\"hot\",le=\"1\"} 3\n"
                    "patron_log_sync_seconds_bucket{log=\"hot\",le=\"+Inf\"} 4\n"
                    "patron_log_sync_seconds_sum{log=\"hot\"} 2.5021\n"
                    "patron_log_sync_seconds_count{log=\"hot\"} 4\n");
}

static void full_table_of_bounds_has_an_overflow_bucket(void **state)
{
    (void)state;
    static PtMetric h = {.name = "patron_h", .help = "h", .kind = PT_METRIC_HISTOGRAM};
    for (int i = 0; i < PT_METRIC_BUCKETS; i++) {
        h.bounds[i] = i + 1;
    }
    pt_metric_register(&h);
    pt_metric_observe(&h, PT_METRIC_BUCKETS);
    pt_metric_observe(&h, PT_METRIC_BUCKETS + 1);
    pt_metrics_render(&out);
    pt_buf_add_char(&out, '\0');
    assert_non_null(strstr(out.data, "patron_h_bucket{le=\"15\"} 0\n"));
    assert_non_null(strstr(out.data, "patron_h_bucket{le=\"16\"} 1\n"));
    assert_non_null(strstr(out.data, "patron_h_bucket{le=\"+Inf\"} 2\n"));
}

static void collect(void *ctx, PtBuf *to)
{
    const double *values = ctx;
    pt_metric_line(to, "patron_disk_bytes", "gauge", "Bytes.", true, "dir=\"hot\"", values[0]);
    pt_metric_line(to, "patron_disk_bytes", "gauge", "Bytes.", false, "dir=\"cold\"", values[1]);
    pt_metric_line(to, "patron_ratio", "gauge", "Ratio.", true, NULL, values[2]);
}

static void collector_appends_its_lines(void **state)
{
    (void)state;
    double values[] = {4503599627370496.0, INFINITY, 0.1};
    pt_metric_collector(collect, values);
    assert_rendered("# HELP patron_disk_bytes Bytes.\n"
                    "# TYPE patron_disk_bytes gauge\n"
                    "patron_disk_bytes{dir=\"hot\"} 4503599627370496\n"
                    "patron_disk_bytes{dir=\"cold\"} +Inf\n"
                    "# HELP patron_ratio Ratio.\n"
                    "# TYPE patron_ratio gauge\n"
                    "patron_ratio 0.1\n");
}

static struct NumberCase {
    const char *name;
    double value;
    const char *want;
} number_cases[] = {
    {"negative infinity", -INFINITY, "patron_x -Inf\n"},
    {"not a number", NAN, "patron_x NaN\n"},
    {"needs 17 digits", 0.1 + 0.2, "patron_x 0.30000000000000004\n"},
    {"large", 1e300, "patron_x 1e+300\n"},
};

static void number_case(void **state)
{
    const struct NumberCase *c = *state;
    (void)set_up(NULL);
    pt_metric_line(&out, "patron_x", "gauge", "x", false, "", c->value);
    pt_buf_add_char(&out, '\0');
    assert_string_equal(out.data, c->want);
    (void)tear_down(NULL);
}

static PtMetric shared_counter = {.name = "patron_c_total", .help = "c"};
static PtMetric shared_histogram = {
    .name = "patron_s", .help = "s", .kind = PT_METRIC_HISTOGRAM, .bounds = {1}};

static void *count_up(void *arg)
{
    for (int i = 0; i < 10000; i++) {
        pt_metric_add(&shared_counter, 1);
        pt_metric_observe(&shared_histogram, 0.5);
    }
    return arg;
}

static void threads_lose_no_count(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(shared_counter.value, 40000);
    assert_int_equal(shared_histogram.buckets[0], 40000);
    assert_int_equal(shared_histogram.sum_micro, 20000 * 1000000ULL);
}

int main(void)
{
    enum { NUMBERS = sizeof number_cases / sizeof *number_cases, OTHERS = 5 };
    struct CMUnitTest tests[NUMBERS + OTHERS] = {
        cmocka_unit_test_setup_teardown(heading_stands_once_per_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(histogram_bounds_are_inclusive_and_cumulative, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(full_table_of_bounds_has_an_overflow_bucket, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(collector_appends_its_lines, set_up, tear_down),
        cmocka_unit_test(threads_lose_no_count),
    };
    for (size_t i = 0; i < NUMBERS; i++) {
        tests[OTHERS + i] =
            (struct CMUnitTest){number_cases[i].name, number_case, NULL, NULL, &number_cases[i]};
    }
    return cmocka_run_group_tests_name("platform/metrics", tests, NULL, NULL);
}
