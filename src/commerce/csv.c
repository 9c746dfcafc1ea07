// SPDX-License-Identifier: Apache-2.0
/* Rows of CSV (RFC 4180). */
#include "commerce/commerce_internal.h"

#include <string.h>

CommerceCsv commerce_csv(PtStr text)
{
    const PtStr mark = PT_STR("\xef\xbb\xbf");
    const PtStr rest = pt_str_starts(text, mark) ? pt_str_from(text, mark.len) : text;
    const char *end = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;
    const size_t first = end != NULL ? (size_t)(end - rest.data) : rest.len;
    const bool comma = first > 0 && memchr(rest.data, ',', first) != NULL;
    const bool semicolon = first > 0 && memchr(rest.data, ';', first) != NULL;
    return (CommerceCsv){rest, semicolon && !comma ? ';' : ',', 1};
}

static bool at_end(const CommerceCsv *csv)
{
    return csv->rest.len == 0;
}

static char peek(const CommerceCsv *csv)
{
    return at_end(csv) ? '\n' : csv->rest.data[0];
}

/* True: it was there. */
static bool take_line_end(CommerceCsv *csv)
{
    const size_t len = pt_str_starts(csv->rest, PT_STR("\r\n")) ? 2
                       : pt_str_starts(csv->rest, PT_STR("\n")) ? 1
                                                                : 0;
    csv->rest = pt_str_from(csv->rest, len);
    csv->line += len > 0;
    return len > 0 || at_end(csv);
}

static PtStr plain_cell(CommerceCsv *csv)
{
    size_t len = 0;
    while (len < csv->rest.len && csv->rest.data[len] != csv->separator &&
           csv->rest.data[len] != '\n') {
        len++;
    }
    PtStr cell = {csv->rest.data, len};
    if (len < csv->rest.len && csv->rest.data[len] == '\n' && len > 0 &&
        cell.data[len - 1] == '\r') {
        len--;
        cell.len--;
    }
    csv->rest = pt_str_from(csv->rest, len);
    return cell;
}

/* Behind the opening quote. data NULL: it does not close, or no memory. */
static PtStr quoted_cell(CommerceCsv *csv, PtArena *arena, bool *ret_closed)
{
    size_t len = 0, doubled = 0;
    const PtStr rest = csv->rest;
    *ret_closed = false;
    for (; len < rest.len; len++) {
        csv->line += rest.data[len] == '\n';
        if (rest.data[len] != '"') {
            continue;
        }
        if (len + 1 == rest.len || rest.data[len + 1] != '"') {
            *ret_closed = true;
            break;
        }
        doubled++;
        len++;
    }
    if (!*ret_closed) {
        return (PtStr){NULL, 0};
    }
    csv->rest = pt_str_from(rest, len + 1);
    if (doubled == 0) {
        return (PtStr){rest.data, len};
    }
    char *out = pt_arena_alloc(arena, len, 1);
    size_t at = 0;
    for (size_t i = 0; out != NULL && i < len; i++) {
        out[at++] = rest.data[i];
        i += rest.data[i] == '"';
    }
    return (PtStr){out, at};
}

/* As pt_buf_add_csv puts it in front. */
static PtStr without_apostrophe(PtStr cell)
{
    return cell.len > 1 && cell.data[0] == '\'' && strchr("=+-@\t\r", cell.data[1]) != NULL
               ? pt_str_from(cell, 1)
               : cell;
}

static PtStatus take_cell(CommerceCsv *csv, PtArena *arena, PtStr *ret_cell, PtError *err)
{
    const uint64_t line = csv->line;
    bool closed = true;
    if (peek(csv) == '"') {
        csv->rest = pt_str_from(csv->rest, 1);
        *ret_cell = quoted_cell(csv, arena, &closed);
        if (!closed) {
            return pt_fail(err, PT_INVALID, "line %llu: a quote is not closed",
                           (unsigned long long)line);
        }
        if (ret_cell->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a row");
        }
        const bool ends = peek(csv) == csv->separator || peek(csv) == '\n' ||
                          pt_str_starts(csv->rest, PT_STR("\r\n"));
        if (!ends) {
            return pt_fail(err, PT_INVALID, "line %llu: text behind a closing quote",
                           (unsigned long long)line);
        }
    } else {
        *ret_cell = plain_cell(csv);
    }
    *ret_cell = without_apostrophe(*ret_cell);
    return PT_OK;
}

PtStatus commerce_csv_next(CommerceCsv *csv, PtArena *arena, PtStr ret_cells[COMMERCE_CELLS_MAX],
                           size_t *ret_count, uint64_t *ret_line, bool *ret_row, PtError *err)
{
    size_t count = 0;
    while (!at_end(csv) && take_line_end(csv)) { // empty lines
    }
    *ret_row = !at_end(csv);
    *ret_line = csv->line;
    for (bool more = *ret_row; more;) {
        if (count == COMMERCE_CELLS_MAX) {
            return pt_fail(err, PT_INVALID, "line %llu: over %d cells",
                           (unsigned long long)*ret_line, COMMERCE_CELLS_MAX);
        }
        PtStatus st = take_cell(csv, arena, &ret_cells[count], err);
        if (st != PT_OK) {
            return st;
        }
        count++;
        more = !take_line_end(csv);
        csv->rest = more ? pt_str_from(csv->rest, 1) : csv->rest; // the separator
    }
    *ret_count = count;
    return PT_OK;
}
