// SPDX-License-Identifier: Apache-2.0
/* Records of delimited text, and lines of JSON, out of a stream. */
#include "connect/reader_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { WINDOW_CAP = 2 * CONNECT_RECORD_MAX, READ_AHEAD = 256 << 10 /* and the first window */ };

/* Twice as large, up to the bound. */
static bool grow(ReaderWindow *w)
{
    size_t cap = 2 * w->cap < WINDOW_CAP ? 2 * w->cap : WINDOW_CAP;
    char *data = cap > w->cap ? realloc(w->data, cap) : NULL;
    if (data != NULL) {
        w->data = data;
        w->cap = cap;
    }
    return data != NULL;
}

PtStatus reader_window_more(ReaderWindow *w, PtError *err)
{
    if (w->at > 0) {
        memmove(w->data, w->data + w->at, w->len - w->at);
        w->len -= w->at;
        w->at = 0;
    }
    if (w->len == w->cap && !grow(w)) {
        return w->cap == WINDOW_CAP
                   ? pt_fail(err, PT_TOO_LARGE, "a record is over %d bytes", CONNECT_RECORD_MAX)
                   : pt_fail(err, PT_NO_MEMORY, "no memory to read rows");
    }
    size_t room = w->cap - w->len;
    /* At least as much as is there: a record that is looked at again costs twice its bytes at most.
     */
    size_t want = w->len > READ_AHEAD ? w->len : READ_AHEAD;
    size_t len = 0;
    PtStatus st =
        w->source.read(w->source.ctx, w->data + w->len, want < room ? want : room, &len, err);
    if (st != PT_OK) {
        return st;
    }
    w->end = len == 0;
    w->len += len;
    return PT_OK;
}

PtStatus connect_reader_new(ConnectSource source, const ConnectShape *shape,
                            ConnectReader **ret_reader, PtError *err)
{
    ConnectReader *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->shape = *shape;
        r->window = (ReaderWindow){.source = source, .cap = READ_AHEAD};
        r->window.data = malloc(READ_AHEAD);
        r->scratch_cap = READ_AHEAD;
        r->scratch = malloc(r->scratch_cap);
        r->fields = calloc(CONNECT_COLUMNS_MAX, sizeof *r->fields);
        r->line = 1;
        r->one_byte = shape->encoding == CONNECT_WINDOWS_1252 || shape->encoding == CONNECT_LATIN_1;
    }
    if (r == NULL || r->window.data == NULL || r->fields == NULL || r->scratch == NULL) {
        connect_reader_free(r);
        return pt_fail(err, PT_NO_MEMORY, "no memory to read rows");
    }
    *ret_reader = r;
    return PT_OK;
}

void connect_reader_free(ConnectReader *r)
{
    if (r == NULL) {
        return;
    }
    free(r->window.data);
    free(r->fields);
    free(r->scratch);
    free(r->header);
    free(r->header_text);
    free(r);
}

const PtStr *connect_reader_header(const ConnectReader *r, size_t *ret_count)
{
    *ret_count = r->header_count;
    return r->header;
}

const char *connect_reader_note(const ConnectReader *r)
{
    return r->note;
}

/* ---- One record ----------------------------------------------------------------------------- */

typedef enum Scan {
    SCAN_RECORD, /* whole */
    SCAN_MORE,   /* it goes on past what is in the window */
    SCAN_BAD,    /* cannot be read; problem tells why */
} Scan;

typedef struct Cursor {
    const char *at, *end;
    const char *rest; /* behind the record, after SCAN_RECORD */
    uint64_t lines;   /* line ends inside the record, its own included */
    bool final;       /* nothing follows the window */
} Cursor;

static Scan bad(ConnectReader *r, const char *text)
{
    (void)snprintf(r->problem, sizeof r->problem, "%s", text);
    return SCAN_BAD;
}

static Scan add_field(ConnectReader *r, const char *from, size_t len)
{
    if (len > CONNECT_FIELD_MAX) {
        (void)snprintf(r->problem, sizeof r->problem, "field %zu is over %d bytes", r->count + 1,
                       CONNECT_FIELD_MAX);
        return SCAN_BAD;
    }
    if (r->count == CONNECT_COLUMNS_MAX) {
        (void)snprintf(r->problem, sizeof r->problem, "over %d fields", CONNECT_COLUMNS_MAX);
        return SCAN_BAD;
    }
    r->fields[r->count++] = (PtStr){from, len};
    return SCAN_RECORD;
}

/* Length of the line end at p: 0 none, 1 LF or CR, 2 CRLF; -1: a CR at the window's end. */
static int line_end(const Cursor *c, const char *p)
{
    if (*p == '\n') {
        return 1;
    }
    if (*p != '\r') {
        return 0;
    }
    if (p + 1 == c->end) {
        return c->final ? 1 : -1;
    }
    return p[1] == '\n' ? 2 : 1;
}

/* Behind the opening quote. The text goes to scratch where a doubled quote must be undone. */
static Scan quoted_field(ConnectReader *r, Cursor *c)
{
    const char *from = ++c->at;
    char *out = NULL;
    size_t out_len = 0;
    for (;;) {
        const char *q = memchr(c->at, '"', (size_t)(c->end - c->at));
        if (q == NULL) {
            return c->final ? bad(r, "a quote is opened and never closed") : SCAN_MORE;
        }
        if (q + 1 == c->end && !c->final) {
            return SCAN_MORE;
        }
        bool doubled = q + 1 < c->end && q[1] == '"';
        if (out == NULL && doubled) {
            assert(r->scratch != NULL); // reserved before each scan
            out = r->scratch + r->scratch_len;
        }
        size_t piece = (size_t)(q - c->at) + doubled;
        if (out != NULL && r->scratch_len + out_len + piece > r->scratch_cap) {
            return bad(r, "the record is over 1 MiB"); // more quotes than a record may have bytes
        }
        if (out != NULL) {
            memcpy(out + out_len, c->at, piece);
            out_len += piece;
        }
        for (const char *p = c->at; p < q; p++) {
            c->lines += *p == '\n';
        }
        c->at = q + 1 + doubled;
        if (!doubled) {
            size_t len = out != NULL ? out_len : (size_t)(q - from);
            r->scratch_len += out_len;
            return add_field(r, out != NULL ? out : from, len);
        }
    }
}

/* The fields of one record. */
static Scan csv_record(ConnectReader *r, Cursor *c)
{
    for (;;) {
        Scan got = SCAN_RECORD;
        if (c->at < c->end && *c->at == '"') {
            got = quoted_field(r, c);
        } else {
            const char *from = c->at;
            while (c->at < c->end && *c->at != r->shape.delimiter && *c->at != '\n' &&
                   *c->at != '\r') {
                c->at++;
            }
            if (c->at == c->end && !c->final) {
                return SCAN_MORE;
            }
            got = add_field(r, from, (size_t)(c->at - from));
        }
        if (got != SCAN_RECORD) {
            return got;
        }
        if (c->at == c->end) {
            c->rest = c->end;
            return c->final ? SCAN_RECORD : SCAN_MORE;
        }
        if (*c->at == r->shape.delimiter) {
            c->at++;
            continue;
        }
        int n = line_end(c, c->at);
        if (n == 0) {
            (void)snprintf(r->problem, sizeof r->problem, "field %zu: text after its closing quote",
                           r->count);
            return SCAN_BAD;
        }
        if (n < 0) {
            return SCAN_MORE;
        }
        c->rest = c->at + n;
        c->lines++;
        return SCAN_RECORD;
    }
}

/* One line, whatever stands in it: for blanks-separated text and JSON. */
static Scan whole_line(Cursor *c, PtStr *ret_line)
{
    const char *nl = memchr(c->at, '\n', (size_t)(c->end - c->at));
    if (nl == NULL && !c->final) {
        return SCAN_MORE;
    }
    const char *stop = nl != NULL ? nl : c->end;
    c->rest = nl != NULL ? nl + 1 : c->end;
    c->lines = nl != NULL;
    if (stop > c->at && stop[-1] == '\r') {
        stop--;
    }
    *ret_line = (PtStr){c->at, (size_t)(stop - c->at)};
    return SCAN_RECORD;
}

static Scan spaces_record(ConnectReader *r, Cursor *c)
{
    PtStr line;
    Scan got = whole_line(c, &line);
    for (size_t i = 0; got == SCAN_RECORD && i < line.len;) {
        size_t from = i;
        while (i < line.len && line.data[i] != ' ' && line.data[i] != '\t') {
            i++;
        }
        if (i > from) {
            got = add_field(r, line.data + from, i - from);
        }
        i += i < line.len;
    }
    return got;
}

static Scan scan_record(ConnectReader *r, Cursor *c, PtStr *ret_line)
{
    r->count = 0;
    r->scratch_len = 0;
    if (r->shape.format == CONNECT_CSV) {
        return csv_record(r, c);
    }
    return r->shape.format == CONNECT_SPACES ? spaces_record(r, c) : whole_line(c, ret_line);
}

/* ---- Text ----------------------------------------------------------------------------------- */

static void note_encoding(ConnectReader *r)
{
    (void)snprintf(r->note, sizeof r->note,
                   "line %llu is not UTF-8: the file is read as Windows-1252 from there on",
                   (unsigned long long)r->line);
}

/* False: the record cannot be read as text. */
static bool decide_encoding(ConnectReader *r, PtStr raw, bool *ret_convert)
{
    bool ascii;
    bool utf8 = reader_utf8(raw, &ascii);
    *ret_convert = false;
    if (ascii) {
        return true;
    }
    if (!r->one_byte && !utf8 && r->shape.encoding == CONNECT_ENCODING_GUESS && !r->utf8_seen) {
        r->one_byte = true;
        note_encoding(r);
    }
    r->utf8_seen |= utf8;
    *ret_convert = r->one_byte;
    return r->one_byte || utf8;
}

/* Every field as UTF-8 in scratch; what is there already (undone quotes) stays where it is. */
static bool convert_fields(ConnectReader *r, PtStr *line)
{
    bool latin_1 = r->shape.encoding == CONNECT_LATIN_1;
    PtStr *texts = r->shape.format >= CONNECT_JSONL ? line : r->fields;
    size_t count = r->shape.format >= CONNECT_JSONL ? 1 : r->count;
    for (size_t i = 0; i < count; i++) {
        if (3 * texts[i].len > r->scratch_cap - r->scratch_len) {
            return false;
        }
        char *out = r->scratch + r->scratch_len;
        size_t len = reader_one_byte(texts[i], latin_1, out);
        texts[i] = (PtStr){out, len};
        r->scratch_len += len;
    }
    return true;
}

static bool settle_text(ConnectReader *r, PtStr raw, PtStr *line)
{
    bool convert;
    if (!decide_encoding(r, raw, &convert)) {
        (void)bad(r, "the record is not valid UTF-8");
        return false;
    }
    if (convert && !convert_fields(r, line)) {
        (void)bad(r, "the record is over 1 MiB");
        return false;
    }
    return true;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static PtStr without_line_end(const char *from, const char *rest)
{
    size_t len = (size_t)(rest - from);
    len -= len > 0 && from[len - 1] == '\n';
    len -= len > 0 && from[len - 1] == '\r';
    return (PtStr){from, len};
}

/* A record that cannot be read gives up its first line only: the next line may be whole. */
static PtStatus skip_line(ConnectReader *r, ConnectRow *row, PtError *err)
{
    ReaderWindow *w = &r->window;
    const char *nl = NULL;
    bool first = true;
    while ((nl = memchr(w->data + w->at, '\n', w->len - w->at)) == NULL && !w->end) {
        if (w->len - w->at >= CONNECT_RECORD_MAX) {
            w->at = w->len; // a line without an end in sight: its bytes are not kept
            first = false;
        }
        PtStatus st = reader_window_more(w, err);
        if (st != PT_OK) {
            return st;
        }
    }
    const char *rest = nl != NULL ? nl + 1 : w->data + w->len;
    row->raw = first ? without_line_end(w->data + w->at, rest) : (PtStr){"", 0};
    w->at = (size_t)(rest - w->data);
    r->line += nl != NULL;
    return PT_OK;
}

/* Room for whatever repairs a record within the window may need: its bytes once without doubled
 * quotes, and three for each where they are converted. Nothing points into scratch at this time. */
static bool reserve_scratch(ConnectReader *r)
{
    size_t bytes = r->window.len - r->window.at;
    size_t need = 4 * (bytes < CONNECT_RECORD_MAX ? bytes : CONNECT_RECORD_MAX);
    if (need <= r->scratch_cap) {
        return true;
    }
    char *scratch = realloc(r->scratch, need);
    if (scratch == NULL) {
        return false;
    }
    r->scratch = scratch;
    r->scratch_cap = need;
    return true;
}

/* The next record that is not blank: into r->fields (or *ret_line). */
static PtStatus next_record(ConnectReader *r, ConnectRow *row, bool *ret_has, PtError *err)
{
    ReaderWindow *w = &r->window;
    for (;;) {
        const char *from = w->data + w->at;
        Cursor c = {.at = from, .end = w->data + w->len, .rest = from, .final = w->end};
        PtStr line = {NULL, 0};
        if (from == c.end && w->end) {
            *ret_has = false;
            return PT_OK;
        }
        if (!reserve_scratch(r)) {
            return pt_fail(err, PT_NO_MEMORY, "no memory to read rows");
        }
        Scan got = from == c.end ? SCAN_MORE : scan_record(r, &c, &line);
        if (got == SCAN_MORE && w->len - w->at > CONNECT_RECORD_MAX) {
            got = bad(r, "the record is over 1 MiB");
        }
        if (got == SCAN_MORE) {
            PtStatus st = reader_window_more(w, err);
            if (st != PT_OK) {
                return st;
            }
            continue;
        }
        *row = (ConnectRow){.line = r->line};
        if (got == SCAN_RECORD && (size_t)(c.rest - from) > CONNECT_RECORD_MAX) {
            got = bad(r, "the record is over 1 MiB");
        }
        *ret_has = true;
        if (got == SCAN_BAD) {
            row->problem = r->problem;
            return skip_line(r, row, err);
        }
        row->raw = without_line_end(from, c.rest);
        w->at = (size_t)(c.rest - w->data);
        if (row->raw.len == 0 || (r->shape.format == CONNECT_SPACES && r->count == 0)) {
            r->line += c.lines;
            continue;
        }
        row->problem = settle_text(r, row->raw, &line) ? NULL : r->problem;
        r->line += c.lines;
        if (r->shape.format >= CONNECT_JSONL) {
            row->raw = line;
        }
        return PT_OK;
    }
}

static PtStatus skip_bom(ConnectReader *r, PtError *err)
{
    ReaderWindow *w = &r->window;
    while (w->len < 3 && !w->end) {
        PtStatus st = reader_window_more(w, err);
        if (st != PT_OK) {
            return st;
        }
    }
    if (w->len >= 3 && memcmp(w->data, "\xef\xbb\xbf", 3) == 0) {
        w->at = 3;
    } else if (w->len >= 2 &&
               (memcmp(w->data, "\xff\xfe", 2) == 0 || memcmp(w->data, "\xfe\xff", 2) == 0)) {
        return pt_fail(err, PT_INVALID, "the file is UTF-16: save it as UTF-8");
    }
    return PT_OK;
}

static PtStatus keep_header(ConnectReader *r, const ConnectRow *row, PtError *err)
{
    size_t bytes = 0;
    if (row->problem != NULL) {
        return pt_fail(err, PT_INVALID, "line %llu: the header cannot be read: %s",
                       (unsigned long long)row->line, row->problem);
    }
    for (size_t i = 0; i < r->count; i++) {
        bytes += r->fields[i].len;
    }
    r->header = calloc(r->count + 1, sizeof *r->header);
    r->header_text = malloc(bytes + 1);
    if (r->header == NULL || r->header_text == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the header");
    }
    char *at = r->header_text;
    for (size_t i = 0; i < r->count; i++) {
        memcpy(at, r->fields[i].data, r->fields[i].len);
        r->header[i] = (PtStr){at, r->fields[i].len};
        at += r->fields[i].len;
    }
    r->header_count = r->count;
    r->width = r->count;
    return PT_OK;
}

static PtStatus begin(ConnectReader *r, PtError *err)
{
    ConnectRow row;
    bool has = false;
    r->begun = true;
    PtStatus st = skip_bom(r, err);
    if (st != PT_OK || !r->shape.header || r->shape.format >= CONNECT_JSONL) {
        return st;
    }
    st = next_record(r, &row, &has, err);
    return st == PT_OK && has ? keep_header(r, &row, err) : st;
}

PtStatus connect_reader_next(ConnectReader *r, ConnectRow *ret_row, bool *ret_has, PtError *err)
{
    if (!r->begun) {
        PtStatus st = begin(r, err);
        if (st != PT_OK) {
            return st;
        }
    }
    ConnectRow row = {0};
    PtStatus st = next_record(r, &row, ret_has, err);
    if (st != PT_OK || !*ret_has) {
        return st;
    }
    row.number = ++r->row;
    bool delimited = r->shape.format < CONNECT_JSONL;
    if (delimited && row.problem == NULL) {
        r->width = r->width == 0 ? r->count : r->width;
        row.fields = r->fields;
        row.count = r->count;
        if (r->count != r->width) {
            (void)snprintf(r->problem, sizeof r->problem, "%zu fields, want %zu", r->count,
                           r->width);
            row.problem = r->problem;
        }
    }
    *ret_row = row;
    return PT_OK;
}
