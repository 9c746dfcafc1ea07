// SPDX-License-Identifier: Apache-2.0
#include "platform/columns/columns_internal.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Check {
    void (*found)(void *ctx, const char *trouble);
    void *ctx;
    ColumnsCheck counts;
} Check;

static void tell(Check *c, const char *trouble)
{
    c->counts.troubles++;
    if (c->found != NULL) {
        c->found(c->ctx, trouble);
    }
}

/* Damage is told; any other failure ends the check. */
static PtStatus take(Check *c, PtStatus st, const PtError *why, PtError *err)
{
    if (st == PT_CORRUPT) {
        tell(c, why->message);
        return PT_OK;
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "%s", why->message);
}

/* ---- Order of the rows ------------------------------------------------------------------------
 */

typedef struct Order { /* the blocks of one run at hand */
    Run *run;
    RunScratch times, offsets;
    const ColumnsBlock *time, *offset;
    uint32_t block;
} Order;

static PtStatus at_row(Order *o, uint32_t row, PtError *err)
{
    const uint32_t block = row / COLUMNS_BLOCK_ROWS;
    if (o->time != NULL && o->block == block) {
        return PT_OK;
    }
    o->time = NULL;
    PtStatus st = run_read(o->run, COLUMNS_COLUMN_OFFSET, block, &o->offsets, &o->offset, err);
    if (st == PT_OK) {
        st = run_read(o->run, COLUMNS_COLUMN_TIME, block, &o->times, &o->time, err);
    }
    o->block = block;
    return st;
}

/* Rows of a group rise by (time, offset), and lie below what is durable. Nobody's may stand as
 * their times were before an erasure. */
static PtStatus check_group(Order *o, const ColumnsFile *f, const ColumnsGroup *g, uint64_t next,
                            PtError *err)
{
    int64_t time = INT64_MIN, offset = -1;
    for (uint32_t row = g[0].first; row < g[1].first; row++) {
        const PtStatus st = at_row(o, row, err);
        if (st != PT_OK) {
            return st;
        }
        const int64_t t = o->time->i64[row % COLUMNS_BLOCK_ROWS];
        const int64_t at = o->offset->i64[row % COLUMNS_BLOCK_ROWS];
        if (g->node != 0 && (t < time || (t == time && at <= offset))) {
            return pt_fail(err, PT_CORRUPT, "\"%s\": row %u is not in order", f->path, row);
        }
        if ((uint64_t)at >= next) {
            return pt_fail(err, PT_CORRUPT, "\"%s\": row %u is of a later offset", f->path, row);
        }
        time = t;
        offset = at;
    }
    return PT_OK;
}

static PtStatus check_order(ColumnsFile *f, uint64_t next, PtError *err)
{
    const ColumnsGroup *groups = NULL;
    Order o = {.run = f->run};
    PtStatus st = columns_file_groups(f, &groups, err);
    for (uint32_t g = 0; st == PT_OK && g < f->info.groups; g++) {
        st = check_group(&o, f, &groups[g], next, err);
    }
    run_scratch_done(&o.times);
    run_scratch_done(&o.offsets);
    return st;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static PtStatus check_run(Check *c, PtFs *fs, const char *dir, const Manifest *m, size_t run,
                          PtError *err)
{
    ColumnsFile *f = NULL;
    PtError why = {0};
    uint64_t blocks = 0;
    PtStatus st = columns_manifest_open_run(fs, dir, m, run, &f, &why);
    if (st == PT_OK) {
        c->counts.rows += f->info.rows;
        st = run_check(f->run, &blocks, &why);
        c->counts.blocks += blocks;
    }
    st = st == PT_OK ? check_order(f, m->next, &why) : st;
    columns_file_unref(f);
    c->counts.runs++;
    return take(c, st, &why, err);
}

static PtStatus check_files(Check *c, PtFs *fs, const char *dir, PtError *err)
{
    Manifest m = {0};
    PtError why = {0};
    PtStatus st = columns_manifest_read(fs, dir, &m, &why);
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? PT_OK : take(c, st, &why, err);
    }
    for (size_t i = 0; st == PT_OK && i < m.count; i++) {
        st = check_run(c, fs, dir, &m, i, err);
    }
    columns_names_unref(m.names);
    return st;
}

/* Left over by a crash is a file of ours; it is removed at the next start. */
static bool on_name(void *ctx, const char *name)
{
    Check *c = ctx;
    uint64_t seq;
    c->counts.strange += !columns_file_name(name, &seq) && strcmp(name, "manifest") != 0 &&
                         strcmp(name, "manifest.tmp") != 0;
    return true;
}

PtStatus columns_check(PtFs *fs, const char *dir, void (*found)(void *ctx, const char *trouble),
                       void *ctx, ColumnsCheck *ret_check, PtError *err)
{
    Check c = {.found = found, .ctx = ctx};
    PtStatus st = fs->ops->list(fs, dir, on_name, &c, err);
    if (st == PT_OK) {
        st = check_files(&c, fs, dir, err);
    }
    if (st == PT_OK) {
        *ret_check = c.counts;
    }
    return st;
}
