// SPDX-License-Identifier: Apache-2.0
/* Tables for people. */
#include "app/cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MAX = 24, CELL_MAX = 60 /* characters */ };

const char *cli_count(uint64_t value, char out[static CLI_COUNT_TEXT])
{
    char digits[CLI_COUNT_TEXT];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    size_t len = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            out[len++] = ',';
        }
        out[len++] = digits[i];
    }
    out[len] = '\0';
    return out;
}

static void print_bytes(uint64_t bytes, char out[static CLI_COUNT_TEXT])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    (void)snprintf(out, CLI_COUNT_TEXT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

/* Columns on a terminal, near enough: code points that are not continuation bytes. */
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        n += ((unsigned char)*p & 0xc0) != 0x80;
    }
    return n;
}

/* Control characters made visible, cut at CELL_MAX characters. */
static char *clean(const char *text)
{
    char *copy = malloc(strlen(text) + sizeof "…");
    size_t chars = 0;
    char *to = copy;
    for (const char *p = text; copy != NULL && *p != '\0'; p++) {
        bool starts = ((unsigned char)*p & 0xc0) != 0x80;
        if (starts && chars == CELL_MAX) {
            memcpy(to, "…", sizeof "…" - 1);
            to += sizeof "…" - 1;
            break;
        }
        chars += starts;
        *to++ = (unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p;
    }
    if (copy != NULL) {
        *to = '\0';
    }
    return copy;
}

void cli_print_text(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        (void)putchar((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
    }
}

static char *cell_of(PtStr item, const CliColumn *column)
{
    char number[CLI_COUNT_TEXT];
    if (column->kind == CLI_YES_NO) {
        return strdup(cli_json_true(item, column->path) ? "yes" : "no");
    }
    if (column->kind == CLI_NUMBER) {
        return strdup(cli_count(cli_json_u64(item, column->path), number));
    }
    if (column->kind == CLI_BYTES) {
        print_bytes(cli_json_u64(item, column->path), number);
        return strdup(number);
    }
    PtBuf text;
    pt_buf_init(&text, 1 << 20);
    char *copy = clean(cli_json_text(item, column->path, &text));
    pt_buf_done(&text);
    return copy;
}

static void print_cell(const char *text, size_t width, bool right, bool last)
{
    size_t own = width_of(text);
    size_t pad = width > own ? width - own : 0;
    if (right) {
        (void)printf("%*s%s", (int)pad, "", text);
    } else {
        (void)printf("%s%*s", text, last ? 0 : (int)pad, "");
    }
    (void)fputs(last ? "\n" : "  ", stdout);
}

static bool is_right(const CliColumn *c)
{
    return c->kind == CLI_NUMBER || c->kind == CLI_BYTES;
}

static void print_rows(char **cells, size_t rows, const CliColumn *columns, size_t count,
                       const size_t *widths)
{
    for (size_t c = 0; c < count; c++) {
        print_cell(columns[c].title, widths[c], is_right(&columns[c]), c + 1 == count);
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < count; c++) {
            const char *text = cells[r * count + c];
            print_cell(text != NULL ? text : "", widths[c], is_right(&columns[c]), c + 1 == count);
        }
    }
}

static PtStatus fill(PtStr array, size_t rows, const CliColumn *columns, size_t count, char **cells,
                     size_t *widths, PtError *err)
{
    PtStr item;
    for (size_t r = 0; r < rows && cli_json_each(&array, &item); r++) {
        for (size_t c = 0; c < count; c++) {
            char *text = cell_of(item, &columns[c]);
            if (text == NULL) {
                return pt_fail(err, PT_NO_MEMORY, "no memory for a table");
            }
            cells[r * count + c] = text;
            size_t width = width_of(text);
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    return PT_OK;
}

PtStatus cli_table(PtStr array, const CliColumn *columns, size_t count, const char *none,
                   PtError *err)
{
    size_t rows = 0, widths[COLUMNS_MAX];
    PtStr walk = array, item;
    while (cli_json_each(&walk, &item)) {
        rows++;
    }
    if (rows == 0) {
        (void)printf("%s\n", none);
        return PT_OK;
    }
    char **cells = calloc(rows * count, sizeof *cells);
    if (cells == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a table");
    }
    for (size_t c = 0; c < count; c++) {
        widths[c] = width_of(columns[c].title);
    }
    PtStatus st = fill(array, rows, columns, count, cells, widths, err);
    if (st == PT_OK) {
        print_rows(cells, rows, columns, count, widths);
    }
    for (size_t i = 0; i < rows * count; i++) {
        free(cells[i]);
    }
    free(cells);
    return st;
}
