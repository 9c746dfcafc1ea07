// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Files in, from bytes to events. A file (plain, gzip, zstd) is read as rows, rows become events
 * by a mapping, and a checkpoint remembers how far an import got.
 *
 *     ConnectInput (bytes) -> ConnectReader (rows) -> ConnectBuilder (events, grouped)
 *
 * Memory   Flat: bounded buffers, whatever the file's size.
 * Same     The same file under the same mapping gives the same events in the same order with the
 *          same messageIds: a resumed import reads the file again and passes over what was
 *          acknowledged.
 * Errors   PT_INVALID and PT_TOO_LARGE name the line, the field and the bound.
 * Threads  An object belongs to one thread at a time.
 */
enum {
    CONNECT_FIELD_MAX = 64 << 10,   /* bytes of one field */
    CONNECT_RECORD_MAX = 1 << 20,   /* bytes of one record, its line end included */
    CONNECT_COLUMNS_MAX = 512,      /* columns of a file */
    CONNECT_MAPPING_MAX = 64 << 10, /* bytes of a mapping file */
    CONNECT_TARGETS_MAX = 256,      /* columns a mapping writes */
    CONNECT_EVENT_MAX = 32768,      /* bytes of one event: the bound of the intake */
    CONNECT_DIGEST_TEXT = 65,       /* SHA-256 in hex and a NUL */
};

/* ---- Bytes ---------------------------------------------------------------------------------- */

/* A stream of bytes. read fills up to cap bytes; *ret_len 0 means the end. */
typedef struct ConnectSource {
    PtStatus (*read)(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err);
    void *ctx;
} ConnectSource;

/* A file, decompressed by its first bytes: gzip (also several members), zstd (several frames) or as
 * it stands. A gzip or zstd file that ends early is PT_CORRUPT when its end is reached.
 */
typedef struct ConnectInput ConnectInput;
PT_NODISCARD PtStatus connect_input_open(const char *path, ConnectInput **ret_input, PtError *err);
void connect_input_close(ConnectInput *input); /* accepts NULL */

/* The same over bytes read by `from`, whose size is `size` where it is known (0: not). Borrows
 * from. */
PT_NODISCARD PtStatus connect_input_over(ConnectSource from, uint64_t size,
                                         ConnectInput **ret_input, PtError *err);
ConnectSource connect_input_source(ConnectInput *input); /* borrowed from the input */
uint64_t connect_input_size(const ConnectInput *input); /* bytes of the file as stored; 0 unknown */
uint64_t connect_input_consumed(const ConnectInput *input); /* of these, read so far */

/* SHA-256 of all bytes of a source, or of a whole file as stored, lower-case hex. */
PT_NODISCARD PtStatus connect_digest(ConnectSource from, char out[static CONNECT_DIGEST_TEXT],
                                     PtError *err);
PT_NODISCARD PtStatus connect_file_digest(const char *path, char out[static CONNECT_DIGEST_TEXT],
                                          PtError *err);

/* ---- Rows ----------------------------------------------------------------------------------- */

typedef enum ConnectFormat {
    CONNECT_CSV,    /* RFC 4180 with a delimiter of choice */
    CONNECT_SPACES, /* fields between runs of blanks; no quotes */
    CONNECT_JSONL,  /* a JSON object a line; columns are paths such as customer.email */
    CONNECT_EVENTS, /* a JSON line is an event in Segment's shape */
} ConnectFormat;

typedef enum ConnectEncoding {
    CONNECT_ENCODING_GUESS, /* UTF-8 until the first record that is not: then Windows-1252, unless
                               UTF-8 letters were seen before (then such records are bad rows) */
    CONNECT_UTF8,
    CONNECT_WINDOWS_1252,
    CONNECT_LATIN_1,
} ConnectEncoding;

typedef struct ConnectShape {
    ConnectFormat format;
    char delimiter; /* CSV: , ; | or tab */
    bool header;    /* the first record names the columns */
    ConnectEncoding encoding;
} ConnectShape;

/* One row. Everything is borrowed until the next call of the reader. */
typedef struct ConnectRow {
    uint64_t number; /* from 1; the header and blank lines are not counted */
    uint64_t line;   /* from 1: the line on which the record starts */
    const PtStr *fields;
    size_t count;        /* fields; 0 when the row is bad or is JSON */
    PtStr raw;           /* as it stands in the file, without its line end */
    const char *problem; /* NULL, or why the row is bad: one line naming field and bound */
    PtStr id;            /* its event's messageId where neither mapping nor line has one; empty:
                            digest and number */
} ConnectRow;

typedef struct ConnectReader ConnectReader;
PT_NODISCARD PtStatus connect_reader_new(ConnectSource source, const ConnectShape *shape,
                                         ConnectReader **ret_reader, PtError *err);
void connect_reader_free(ConnectReader *reader); /* accepts NULL */

/* *ret_row true: a row is there (perhaps a bad one); false: the end. A failure of the source, or a
 * header that cannot be read, fails.
 */
PT_NODISCARD PtStatus connect_reader_next(ConnectReader *reader, ConnectRow *ret_row, bool *ret_has,
                                          PtError *err);

/* The header's names (valid once the first call of next returned), borrowed from the reader. */
const PtStr *connect_reader_header(const ConnectReader *reader, size_t *ret_count);

/* A note for people, "" when there is none: "line 12 is not UTF-8: read as Windows-1252". */
const char *connect_reader_note(const ConnectReader *reader);

/* ---- Mappings ------------------------------------------------------------------------------- */

/* The mapping language stands in docs/import.md. A mapping is immutable: any thread may read it. */
typedef struct ConnectMapping ConnectMapping;
PT_NODISCARD PtStatus connect_mapping_parse(PtStr json, ConnectMapping **ret_mapping, PtError *err);
void connect_mapping_free(ConnectMapping *mapping); /* accepts NULL */

/* A built-in recipe by name ("online-retail"), else a file. */
PT_NODISCARD PtStatus connect_mapping_load(const char *name_or_path, ConnectMapping **ret_mapping,
                                           PtError *err);
const char *connect_recipe_name(size_t index); /* NULL past the last */
PtStr connect_recipe_text(PtStr name);         /* its JSON; data NULL when there is none */

const ConnectShape *connect_mapping_shape(const ConnectMapping *mapping);
const char *
connect_mapping_source(const ConnectMapping *mapping);      /* source to write as; "import" */
PtStr connect_mapping_text(const ConnectMapping *mapping);  /* as parsed */
bool connect_mapping_groups(const ConnectMapping *mapping); /* several rows make one event */

/* Proposes a mapping from the file's first 1,000 rows: pretty JSON, ready for a file of its own.
 * *notes gets lines for people on what was seen and what could not be told. PT_INVALID when the
 * text has no shape that can be guessed.
 */
enum { CONNECT_GUESS_ROWS = 1000, CONNECT_GUESS_BYTES = 4 << 20 };
PT_NODISCARD PtStatus connect_guess(ConnectSource source, PtBuf *ret_mapping, PtBuf *notes,
                                    PtError *err);

/* ---- Events --------------------------------------------------------------------------------- */

typedef struct ConnectCounts {
    uint64_t rows;     /* read, bad ones included */
    uint64_t rejected; /* rows that gave no event */
    uint64_t skipped;  /* rows that a rule of the mapping leaves out */
    uint64_t events;
} ConnectCounts;

/* A row that gave no event. Borrowed during the call. */
typedef struct ConnectReject {
    uint64_t row, line; /* as in ConnectRow */
    PtStr column;       /* that is wrong; empty: none in particular */
    PtStr raw;          /* the record as it stands */
    const char *reason; /* one line naming field and bound */
} ConnectReject;

/* What the builder hands on, in order. A false return stops the run (PT_UNAVAILABLE). */
typedef struct ConnectSink {
    bool (*event)(void *ctx, PtStr json); /* at most CONNECT_EVENT_MAX bytes */
    bool (*reject)(void *ctx, const ConnectReject *reject);
    void *ctx;
} ConnectSink;

typedef struct ConnectBuilder ConnectBuilder;

/* digest: of the file, hex. mapping must outlive the builder. */
PT_NODISCARD PtStatus connect_builder_new(const ConnectMapping *mapping, const char *digest,
                                          const ConnectSink *sink, ConnectBuilder **ret_builder,
                                          PtError *err);
void connect_builder_free(ConnectBuilder *builder); /* accepts NULL */

/* Binds the mapping's columns to the file's header. PT_INVALID names a column that is missing.
 * header_count 0: columns go by number ("1", "2", ...) or by the mapping's own "header".
 */
PT_NODISCARD PtStatus connect_builder_header(ConnectBuilder *builder, const PtStr *header,
                                             size_t header_count, PtError *err);
PT_NODISCARD PtStatus connect_builder_row(ConnectBuilder *builder, const ConnectRow *row,
                                          PtError *err);
PT_NODISCARD PtStatus connect_builder_end(ConnectBuilder *builder, PtError *err); /* open groups */
const ConnectCounts *connect_builder_counts(const ConnectBuilder *builder);

/* Reader and builder over a source, to the end: what most callers want. tick (may be NULL) runs
 * after every row; false stops as a sink's does. note (may be NULL) gets the reader's note.
 * max_rows 0: all; else it stops there, and open groups are closed.
 */
typedef struct ConnectRun {
    const ConnectMapping *mapping;
    ConnectSource source;
    const char *digest;
    ConnectSink sink;
    bool (*tick)(void *ctx, const ConnectCounts *counts);
    uint64_t max_rows;
    PtBuf *note;
} ConnectRun;
PT_NODISCARD PtStatus connect_run(const ConnectRun *run, ConnectCounts *ret_counts, PtError *err);

/* ---- Checkpoint ----------------------------------------------------------------------------- */

/* How far an import got: a small JSON file, replaced as a whole, so that after a crash the old or
 * the new one is there. events_acked counts the events, from the first, that the server has
 * acknowledged without a gap.
 */
typedef struct ConnectCheckpoint {
    char digest[CONNECT_DIGEST_TEXT];
    char mapping_digest[CONNECT_DIGEST_TEXT];
    char source[401];
    uint64_t events_acked;
    bool done;
    ConnectCounts counts; /* when done */
} ConnectCheckpoint;

/* PT_NOT_FOUND when there is none; PT_CORRUPT when it is not a checkpoint. */
PT_NODISCARD PtStatus connect_checkpoint_load(PtFs *fs, const char *path,
                                              ConnectCheckpoint *ret_checkpoint, PtError *err);
PT_NODISCARD PtStatus connect_checkpoint_save(PtFs *fs, const char *path,
                                              const ConnectCheckpoint *checkpoint, PtError *err);
