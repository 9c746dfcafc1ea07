// SPDX-License-Identifier: Apache-2.0
#include "app/import_progress.h"

#include "app/cli.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, BAR_EVERY_MS = 200, LINE_EVERY_MS = 5000 };

void import_progress_begin(ImportProgress *p, uint64_t skip, int64_t now_ms)
{
    char text[CLI_COUNT_TEXT];
    *p =
        (ImportProgress){.terminal = isatty(STDERR_FILENO), .start_ms = now_ms, .shown_ms = now_ms};
    if (skip > 0) {
        (void)fprintf(stderr, "continuing behind %s acknowledged events\n", cli_count(skip, text));
    }
}

static void print_left(double share, int64_t elapsed_ms)
{
    double left_s = share > 0 ? (double)elapsed_ms / 1000 * (1 - share) / share : 0;
    if (left_s >= 90) {
        (void)fprintf(stderr, ", about %.0f min left", left_s / 60);
    } else {
        (void)fprintf(stderr, ", about %.0f s left", left_s);
    }
}

static void print_bar(double share)
{
    int full = (int)(share * BAR_WIDTH);
    (void)fputs("\r[", stderr);
    for (int i = 0; i < BAR_WIDTH; i++) {
        (void)fputc(i < full ? '#' : '.', stderr);
    }
    (void)fputs("] ", stderr);
}

void import_progress_show(ImportProgress *p, const ConnectCounts *counts, uint64_t consumed,
                          uint64_t size, int64_t now_ms)
{
    char rows[CLI_COUNT_TEXT], rate[CLI_COUNT_TEXT];
    int64_t elapsed_ms = now_ms - p->start_ms;
    if (now_ms - p->shown_ms < (p->terminal ? BAR_EVERY_MS : LINE_EVERY_MS) || elapsed_ms <= 0) {
        return;
    }
    p->shown_ms = now_ms;
    double share = size > 0 ? (double)consumed / (double)size : 0;
    if (p->terminal) {
        print_bar(share);
        p->drawn = true;
    }
    (void)fprintf(stderr, "%3.0f %%  %s rows, %s rows/s", share * 100,
                  cli_count(counts->rows, rows),
                  cli_count(counts->rows * 1000 / (uint64_t)elapsed_ms, rate));
    print_left(share, elapsed_ms);
    (void)fputs(p->terminal ? "  " : "\n", stderr);
    (void)fflush(stderr);
}

void import_progress_end(ImportProgress *p)
{
    if (p->drawn) {
        (void)fputs("\r\033[K", stderr);
        p->drawn = false;
    }
}
