// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for the row readers and the guess: any bytes, read whole and in small steps, give the
 * same rows; every field is bounded valid UTF-8; a guessed mapping is a mapping.
 * Byte 0 picks the shape, the rest is the file.
 */
#include "connect/reader_internal.h"
#include "connect/test_bytes.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ConnectShape shape_of(uint8_t byte)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    return (ConnectShape){.format = (ConnectFormat)((byte >> 2) & 3),
                          .delimiter = delimiters[byte & 3],
                          .header = byte & 16,
                          .encoding = (ConnectEncoding)((byte >> 5) & 3)};
}

/* A sum over everything the rows hold. */
static uint64_t mix(uint64_t sum, const char *bytes, size_t len)
{
    sum = (sum ^ len) * 0x9e3779b97f4a7c15U;
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3U;
    }
    return sum;
}

static uint64_t mix_row(uint64_t sum, const ConnectRow *row, bool json)
{
    bool ascii;
    sum = mix(sum, (const char *)&row->line, sizeof row->line);
    if (row->problem != NULL) {
        return mix(sum, row->problem, strlen(row->problem));
    }
    for (size_t i = 0; i < row->count; i++) {
        assert(row->fields[i].len <= 3 * CONNECT_FIELD_MAX);
        assert(reader_utf8(row->fields[i], &ascii));
        sum = mix(sum, row->fields[i].data, row->fields[i].len);
    }
    assert(!json || reader_utf8(row->raw, &ascii));
    return sum;
}

static uint64_t read_all(PtStr text, const ConnectShape *shape, size_t step)
{
    TestBytes bytes = {text, step, 0, 0};
    ConnectReader *r = NULL;
    ConnectRow row;
    bool has = true;
    uint64_t sum = 0, rows = 0;
    PtStatus st = connect_reader_new(test_bytes_source(&bytes), shape, &r, NULL);
    if (st != PT_OK) {
        abort();
    }
    while ((st = connect_reader_next(r, &row, &has, NULL)) == PT_OK && has) {
        rows++;
        assert(row.number == rows);
        sum = mix_row(sum, &row, shape->format >= CONNECT_JSONL);
    }
    connect_reader_free(r);
    return sum * 31 + (uint64_t)st;
}

static void guess(PtStr text)
{
    TestBytes bytes = {text, 0, 0, 0};
    PtBuf mapping, notes;
    ConnectMapping *m = NULL;
    PtError err = {0};
    pt_buf_init(&mapping, CONNECT_MAPPING_MAX);
    pt_buf_init(&notes, CONNECT_MAPPING_MAX);
    if (connect_guess(test_bytes_source(&bytes), &mapping, &notes, NULL) == PT_OK) {
        PtStatus st = connect_mapping_parse(pt_buf_str(&mapping), &m, &err);
        /* A column's name may be too long or clash: then the mapping says so. */
        assert(st == PT_OK || err.message[0] != '\0');
    }
    connect_mapping_free(m);
    pt_buf_done(&mapping);
    pt_buf_done(&notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    ConnectShape shape = shape_of(data[0]);
    PtStr text = {(const char *)data + 1, size - 1};
    uint64_t whole = read_all(text, &shape, 0);
    assert(read_all(text, &shape, 1 + size % 7) == whole);
    guess(text);
    return 0;
}
