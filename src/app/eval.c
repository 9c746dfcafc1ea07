// SPDX-License-Identifier: Apache-2.0
#include "app/eval.h"

#include "base/memory.h"
#include "connect/connect.h"

static void input_freep(ConnectInput **input)
{
    connect_input_close(*input);
}

static void reader_freep(ConnectReader **reader)
{
    connect_reader_free(*reader);
}

PtStatus eval_file(const char *path,
                   PtStatus (*each_line)(void *ctx, const EvalLine *line, PtError *err), void *ctx,
                   PtError *err)
{
    static const ConnectShape lines = {.format = CONNECT_EVENTS, .encoding = CONNECT_UTF8};
    PT_CLEANUP(input_freep) ConnectInput *input = NULL;
    PT_CLEANUP(reader_freep) ConnectReader *reader = NULL;
    ConnectRow row;
    bool has = false;
    PtStatus st = connect_input_open(path, &input, err);
    if (st == PT_OK) {
        st = connect_reader_new(connect_input_source(input), &lines, &reader, err);
    }
    while (st == PT_OK) {
        st = connect_reader_next(reader, &row, &has, err);
        if (st != PT_OK || !has) {
            break;
        }
        EvalLine line = {path, row.line, row.raw};
        st = row.problem != NULL ? eval_wrong(&line, err, row.problem) : each_line(ctx, &line, err);
    }
    return st;
}
