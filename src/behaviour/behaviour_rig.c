// SPDX-License-Identifier: Apache-2.0
#include "behaviour/behaviour_rig.h"

#include "behaviour/rows.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DUMP_MAX = 64 << 20, STEPS_MAX = 1000, LINES_MAX = 1 << 16 };

static const _Atomic bool never = false;

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        fail_msg("%s: %s", pt_status_name(st), err->message);
    }
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void ask_rebuild(void *ctx)
{
    BehaviourRig *r = ctx;
    r->rebuild_asked = true;
}

static void open_it(BehaviourRig *r, size_t memory_bytes)
{
    const char *duckdb = getenv("DUCKDB_LIBRARY");
    PtError err = {0};
    const BehaviourConfig config = {.fs = r->view.rig.fs,
                                    .clock = r->view.base->clock,
                                    .dir = "/data/columns",
                                    .log = r->view.rig.log,
                                    .core = r->view.base->sql,
                                    .profiles = r->view.profiles,
                                    .sources = r->view.base->sources,
                                    .memory_bytes = memory_bytes == 0 ? 64 << 20 : memory_bytes,
                                    .query_bytes = 64 << 20,
                                    .threads = 1,
                                    .questions = 1,
                                    .duckdb = duckdb != NULL ? duckdb : "/none/libduckdb.so"};
    PtFs *fs = config.fs;
    must(fs->ops->mkdir(fs, "/data", &err), &err);
    must(behaviour_open(&config, &r->b, &err), &err);
    behaviour_rebuilds(r->b, ask_rebuild, r);
    must(pt_log_reader_open(r->view.rig.log, NULL, 0, 0, &r->reader, &err), &err);
    must(behaviour_start(r->b, r->reader, r->next, &never, &err), &err);
}

void behaviour_rig_open(BehaviourRig *r, RigBase *base, PtFs *fs, size_t memory_bytes)
{
    *r = (BehaviourRig){.next = 0};
    view_rig_open(&r->view, base, fs);
    open_it(r, memory_bytes);
}

static void close_it(BehaviourRig *r)
{
    behaviour_stop(r->b);
    pt_log_reader_close(r->reader);
    behaviour_close(r->b);
}

void behaviour_rig_reopen(BehaviourRig *r, bool keep)
{
    const size_t memory_bytes = r->b->c.memory_bytes;
    r->b->started = r->b->started && keep; // what is in memory is not written
    close_it(r);
    open_it(r, memory_bytes);
}

void behaviour_rig_done(BehaviourRig *r)
{
    close_it(r);
    view_rig_done(&r->view);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

PtStatus behaviour_rig_step(BehaviourRig *r, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint64_t next = r->next;
    PtStatus st = pt_sql_begin(r->view.views, true, &tx, err);
    if (st != PT_OK) {
        return st;
    }
    pt_log_seek(r->reader, next);
    st = behaviour_step(r->b, r->reader, tx, &next, err);
    if (st == PT_OK && r->fail_steps > 0) {
        r->fail_steps--;
        return pt_fail(err, PT_UNAVAILABLE, "no commit today");
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        r->next = next;
        st = behaviour_committed(r->b, next, err);
    }
    return st;
}

static void restart(BehaviourRig *r)
{
    PtError err = {0};
    r->rebuild_asked = false;
    r->next = pt_log_begin(r->view.rig.log, 0);
    must(behaviour_start(r->b, r->reader, r->next, &never, &err), &err);
}

void behaviour_rig_run(BehaviourRig *r)
{
    PtError err = {0};
    view_rig_run(&r->view);
    for (unsigned i = 0; r->next < r->view.next || behaviour_more(r->b) || r->rebuild_asked; i++) {
        if (r->rebuild_asked) {
            restart(r);
        }
        const PtStatus st = behaviour_rig_step(r, &err);
        if (i == STEPS_MAX) {
            must(st, &err);
            fail_msg("the view comes to no end");
        }
    }
}

void behaviour_rig_rebuild(BehaviourRig *r)
{
    restart(r);
    behaviour_rig_run(r);
}

/* ---- What it says ---------------------------------------------------------------------------- */

typedef struct Line {
    uint64_t offset;
    size_t at, len; /* in the text */
} Line;

typedef struct Dump {
    BehaviourRig *rig;
    ColumnsSnapshot *s;
    PtBuf text;
    Line lines[LINES_MAX];
    size_t count;
    const ColumnsEvent *events;
    const ColumnsProperty *properties;
    size_t property_count;
} Dump;

static const ColumnsBlock *block_of(ColumnsReader *reader, uint32_t column, uint32_t block)
{
    const ColumnsBlock *b = NULL;
    PtError err = {0};
    must(columns_read(reader, column, block, &b, &err), &err);
    return b;
}

static PtStr text_at(ColumnsReader *reader, uint32_t column, uint32_t block, uint32_t row)
{
    const ColumnsBlock *b = block_of(reader, column, block);
    const uint32_t at = b->count > 0 ? columns_block_find(b, row) : UINT32_MAX;
    return at != UINT32_MAX ? b->texts[b->u32[at]] : PT_STR("");
}

static void dump_property(Dump *d, ColumnsReader *reader, uint32_t p, uint32_t block, uint32_t row)
{
    const ColumnsBlock *b = block_of(reader, COLUMNS_COLUMN_PROPERTIES + p, block);
    const uint32_t at = b->count > 0 ? columns_block_find(b, row) : UINT32_MAX;
    if (at == UINT32_MAX) {
        return;
    }
    pt_buf_printf(&d->text, " %.*s=", PT_STR_ARG(d->properties[p].path));
    if (d->properties[p].kind == COLUMNS_NUMBER) {
        pt_buf_printf(&d->text, "%g", b->f64[at]);
    } else if (d->properties[p].kind == COLUMNS_TRUTH) {
        pt_buf_printf(&d->text, "%s", b->u8[at] != 0 ? "true" : "false");
    } else {
        pt_buf_printf(&d->text, "'%.*s'", PT_STR_ARG(b->texts[b->u32[at]]));
    }
}

static void dump_row(Dump *d, ColumnsReader *reader, uint32_t node, uint32_t number)
{
    const uint32_t block = number / COLUMNS_BLOCK_ROWS, row = number % COLUMNS_BLOCK_ROWS;
    const ColumnsEvent event = d->events[block_of(reader, COLUMNS_COLUMN_CODE, block)->u16[row]];
    const uint64_t offset = (uint64_t)block_of(reader, COLUMNS_COLUMN_OFFSET, block)->i64[row];
    const ColumnsBlock *amounts = block_of(reader, COLUMNS_COLUMN_AMOUNT, block);
    const uint32_t amount = amounts->count > 0 ? columns_block_find(amounts, row) : UINT32_MAX;
    const PtStr channel =
        rows_channels[block_of(reader, COLUMNS_COLUMN_CHANNEL, block)->u8[row] % ROWS_CHANNELS];
    assert_true(d->count < LINES_MAX);
    Line *line = &d->lines[d->count++];
    *line = (Line){offset, d->text.len, 0};
    pt_buf_printf(&d->text, "%" PRIu64 " n%u p%u %.*s:%.*s %" PRId64 " s%u %.*s", offset,
                  (unsigned)node, (unsigned)profiles_person_of(d->rig->view.profiles, node),
                  PT_STR_ARG(event_type_name((EventType)event.type)), PT_STR_ARG(event.name),
                  block_of(reader, COLUMNS_COLUMN_TIME, block)->i64[row],
                  (unsigned)block_of(reader, COLUMNS_COLUMN_SOURCE, block)->u32[row],
                  PT_STR_ARG(channel));
    pt_buf_printf(&d->text, " <%.*s>",
                  PT_STR_ARG(text_at(reader, COLUMNS_COLUMN_STORE, block, row)));
    if (amount != UINT32_MAX) {
        pt_buf_printf(&d->text, " %" PRId64 "%.*s", amounts->i64[amount],
                      PT_STR_ARG(text_at(reader, COLUMNS_COLUMN_CURRENCY, block, row)));
    }
    for (uint32_t p = 0; p < d->property_count; p++) {
        dump_property(d, reader, p, block, row);
    }
    pt_buf_add_char(&d->text, '\n');
    line->len = d->text.len - line->at;
}

static void dump_run(Dump *d, size_t run)
{
    const ColumnsRunInfo info = columns_run_info(d->s, run);
    const ColumnsGroup *groups = NULL;
    ColumnsReader *reader = NULL;
    PtError err = {0};
    must(columns_run_groups(d->s, run, &groups, &err), &err);
    must(columns_reader_open(d->s, run, &reader, &err), &err);
    for (uint32_t g = 0; g < info.groups; g++) {
        for (uint32_t row = groups[g].first; row < groups[g + 1].first; row++) {
            dump_row(d, reader, groups[g].node, row);
        }
    }
    columns_reader_close(reader);
}

static int by_offset(const void *a, const void *b)
{
    const Line *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

char *behaviour_rig_dump(BehaviourRig *r)
{
    Dump *d = calloc(1, sizeof *d);
    PtBuf sorted;
    PtError err = {0};
    assert_non_null(d);
    d->rig = r;
    pt_buf_init(&d->text, DUMP_MAX);
    pt_buf_init(&sorted, DUMP_MAX);
    must(columns_snapshot(r->b->columns, &d->s, &err), &err);
    (void)columns_snapshot_events(d->s, &d->events);
    d->property_count = columns_snapshot_properties(d->s, &d->properties);
    for (size_t run = 0; run < columns_snapshot_runs(d->s); run++) {
        dump_run(d, run);
    }
    qsort(d->lines, d->count, sizeof *d->lines, by_offset);
    for (size_t i = 0; i < d->count; i++) {
        pt_buf_add(&sorted, d->text.data + d->lines[i].at, d->lines[i].len);
    }
    pt_buf_add_char(&sorted, '\0');
    assert_int_equal(pt_buf_status(&sorted), PT_OK);
    columns_snapshot_free(d->s);
    pt_buf_done(&d->text);
    free(d);
    return sorted.data;
}
