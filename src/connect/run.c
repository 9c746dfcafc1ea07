// SPDX-License-Identifier: Apache-2.0
/* A file from its first byte to its last event. */
#include "connect/connect.h"

typedef struct Parts {
    ConnectReader *reader;
    ConnectBuilder *builder;
} Parts;

static void parts_done(Parts *p)
{
    connect_reader_free(p->reader);
    connect_builder_free(p->builder);
}

static PtStatus one_row(const ConnectRun *run, const Parts *p, const ConnectRow *row, PtError *err)
{
    if (row->number == 1) {
        size_t count;
        const PtStr *header = connect_reader_header(p->reader, &count);
        PtStatus st = connect_builder_header(p->builder, header, count, err);
        if (st != PT_OK) {
            return st;
        }
    }
    PtStatus st = connect_builder_row(p->builder, row, err);
    if (st == PT_OK && run->tick != NULL &&
        !run->tick(run->sink.ctx, connect_builder_counts(p->builder))) {
        st = pt_fail(err, PT_UNAVAILABLE, "the import was stopped");
    }
    return st;
}

static PtStatus all_rows(const ConnectRun *run, const Parts *p, PtError *err)
{
    ConnectRow row;
    bool has = false;
    for (;;) {
        PtStatus st = connect_reader_next(p->reader, &row, &has, err);
        if (st == PT_OK && has) {
            st = one_row(run, p, &row, err);
        }
        if (st != PT_OK) {
            return st;
        }
        if (!has || row.number == run->max_rows) {
            return connect_builder_end(p->builder, err);
        }
    }
}

PtStatus connect_run(const ConnectRun *run, ConnectCounts *ret_counts, PtError *err)
{
    PT_CLEANUP(parts_done) Parts p = {NULL, NULL};
    PtStatus st =
        connect_reader_new(run->source, connect_mapping_shape(run->mapping), &p.reader, err);
    if (st == PT_OK) {
        st = connect_builder_new(run->mapping, run->digest, &run->sink, &p.builder, err);
    }
    if (st == PT_OK) {
        st = all_rows(run, &p, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (run->note != NULL) {
        pt_buf_add_str(run->note, pt_str(connect_reader_note(p.reader)));
    }
    *ret_counts = *connect_builder_counts(p.builder);
    return PT_OK;
}
