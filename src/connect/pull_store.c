// SPDX-License-Identifier: Apache-2.0
/* Pulls as rows. */
#include "connect/pull_internal.h"

#include "base/uuid.h"
#include "pull.sql.h"

#include <string.h>

static const char *const auths[] = {"none", "basic", "bearer", "header", NULL};
static const char *const pagings[] = {"none", "link", "cursor", "page", "since", NULL};
static const char *const ends[] = {"restart", "stay", NULL};
static const char *const states[] = {"ok", "failing", "stopped", NULL};
static const char *const causes[] = {"schedule", "retry", "person", NULL};
static const char *const outcomes[] = {"running", "done",        "more", "failed",
                                       "stopped", "interrupted", NULL};

const char *connect_pull_auth_name(ConnectPullAuth auth)
{
    return auths[auth];
}

const char *connect_paging_name(ConnectPaging paging)
{
    return pagings[paging];
}

const char *connect_pull_end_name(ConnectPullEnd end)
{
    return ends[end];
}

const char *connect_pull_state_name(ConnectPullState state)
{
    return states[state];
}

const char *connect_pull_cause_name(ConnectPullCause cause)
{
    return causes[cause];
}

const char *connect_pull_outcome_name(ConnectPullOutcome outcome)
{
    return outcomes[outcome];
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* The row's columns from left to right; the first thing wrong with one ends the reading. */
typedef struct Columns {
    PtSqlTx *tx;
    PtArena *arena;
    int at;
    bool out_of_memory, corrupt;
} Columns;

static PtStr next_text(Columns *c)
{
    const PtStr stored = pt_sql_text(c->tx, c->at++);
    if (stored.data == NULL) {
        return (PtStr){NULL, 0};
    }
    const PtStr copy = pt_arena_str(c->arena, stored);
    c->out_of_memory |= copy.data == NULL;
    return copy;
}

static int64_t next_number(Columns *c)
{
    return pt_sql_i64(c->tx, c->at++);
}

static int next_choice(Columns *c, const char *const *names)
{
    const PtStr stored = pt_sql_text(c->tx, c->at++);
    for (int i = 0; names[i] != NULL; i++) {
        if (pt_str_eq(stored, pt_str(names[i]))) {
            return i;
        }
    }
    c->corrupt = true;
    return 0;
}

static PtStatus columns_status(const Columns *c, PtError *err)
{
    if (c->out_of_memory) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for pulls");
    }
    return c->corrupt ? pt_fail(err, PT_CORRUPT, "a pull in the database does not read") : PT_OK;
}

static void read_definition(Columns *c, ConnectPull *p)
{
    ConnectPullEdit *e = &p->edit;
    e->name = next_text(c);
    e->source = next_text(c);
    e->url = next_text(c);
    e->headers = next_text(c);
    e->auth = (ConnectPullAuth)next_choice(c, auths);
    e->auth_name = next_text(c);
    p->sealed = next_text(c);
    p->has_secret = p->sealed.data != NULL;
    e->items = next_text(c);
    e->item_id = next_text(c);
    e->item_version = next_text(c);
    e->paging = (ConnectPaging)next_choice(c, pagings);
    e->next = next_text(c);
    e->first_page = next_number(c);
    e->page_step = next_number(c);
    e->since = next_text(c);
    e->since_start = next_text(c);
    e->at_end = (ConnectPullEnd)next_choice(c, ends);
    e->every_min = next_number(c);
    e->max_pages = next_number(c);
    e->mapping = next_text(c);
    e->enabled = next_number(c) != 0;
}

/* Columns in the order of pull_get. */
static PtStatus read_row(PtSqlTx *tx, PtArena *arena, ConnectPull *ret, PtError *err)
{
    Columns c = {.tx = tx, .arena = arena};
    ConnectPull p = {0};
    p.id = next_text(&c);
    p.number = next_number(&c);
    p.version = next_number(&c);
    read_definition(&c, &p);
    p.created_ms = next_number(&c);
    p.changed_ms = next_number(&c);
    p.changed_by = next_text(&c);
    p.state = (ConnectPullState)next_choice(&c, states);
    p.reason = next_text(&c);
    p.failures = next_number(&c);
    p.at.cursor = next_text(&c);
    p.at.since = next_text(&c);
    p.at.newest = next_text(&c);
    p.at.in_pass = next_number(&c) != 0;
    p.runs = next_number(&c);
    p.started_ms = next_number(&c);
    p.succeeded_ms = next_number(&c);
    p.last_outcome = (ConnectPullOutcome)next_choice(&c, outcomes);
    p.last_landed = next_number(&c);
    p.last_refused = next_number(&c);
    PtStatus st = columns_status(&c, err);
    if (st == PT_OK) {
        *ret = p;
    }
    return st;
}

/* Begins a statement whose ?1 is an id. What is none is not asked for: it may not even be text. */
static PtStatus use_id(PtSqlTx *tx, const char *statement, PtStr id, PtError *err)
{
    PtUuid uuid;
    if (!pt_uuid_parse(id, &uuid)) {
        return pt_fail(err, PT_NOT_FOUND, "no such pull");
    }
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st == PT_OK) {
        pt_sql_bind_text(tx, 1, id);
    }
    return st;
}

PtStatus pull_read(PtSqlTx *tx, PtStr id, PtArena *arena, ConnectPull *ret_pull, PtError *err)
{
    bool row = false;
    PtStatus st = use_id(tx, SQL_PULL_GET, id, err);
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? read_row(tx, arena, ret_pull, err) : pt_fail(err, PT_NOT_FOUND, "no such pull");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus pull_read_list(PtSqlTx *tx, PtArena *arena, ConnectPull **ret_list, size_t *ret_count,
                        PtError *err)
{
    ConnectPull *list = pt_arena_alloc(arena, CONNECT_PULLS_MAX, sizeof *list);
    bool row = false;
    size_t count = 0;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for pulls");
    }
    PtStatus st = pt_sql_use(tx, SQL_PULL_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, CONNECT_PULLS_MAX);
    while (count < CONNECT_PULLS_MAX && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_row(tx, arena, &list[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus pull_counts(PtSqlTx *tx, int64_t *ret_count, int64_t *ret_last, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PULL_COUNTS, err);
    if (st == PT_OK) {
        st = pt_sql_step(tx, &row, err);
    }
    if (st == PT_OK) {
        *ret_count = row ? pt_sql_i64(tx, 0) : 0;
        *ret_last = row ? pt_sql_i64(tx, 1) : 0;
    }
    pt_sql_done(tx);
    return st;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

/* Binds from left to right; what has no text is written as an empty one, or as NULL. */
typedef struct Binds {
    PtSqlTx *tx;
    int at;
} Binds;

static void put_text(Binds *b, PtStr text)
{
    pt_sql_bind_text(b->tx, b->at++, text.data != NULL ? text : PT_STR(""));
}

static void put_optional(Binds *b, PtStr text)
{
    pt_sql_bind_text(b->tx, b->at++, text.len > 0 ? text : (PtStr){NULL, 0});
}

static void put_number(Binds *b, int64_t number)
{
    pt_sql_bind_i64(b->tx, b->at++, number);
}

static void put_definition(Binds *b, const ConnectPull *p)
{
    const ConnectPullEdit *e = &p->edit;
    put_text(b, e->name);
    put_text(b, e->source);
    put_text(b, e->url);
    put_text(b, e->headers);
    put_text(b, pt_str(auths[e->auth]));
    put_text(b, e->auth_name);
    put_optional(b, p->sealed);
    put_text(b, e->items);
    put_text(b, e->item_id);
    put_text(b, e->item_version);
    put_text(b, pt_str(pagings[e->paging]));
    put_text(b, e->next);
    put_number(b, e->first_page);
    put_number(b, e->page_step);
    put_text(b, e->since);
    put_text(b, e->since_start);
    put_text(b, pt_str(ends[e->at_end]));
    put_number(b, e->every_min);
    put_number(b, e->max_pages);
    put_text(b, e->mapping);
    put_number(b, e->enabled);
}

static void put_place(Binds *b, const ConnectPull *p)
{
    put_text(b, pt_str(states[p->state]));
    put_optional(b, p->reason);
    put_number(b, p->failures);
    put_text(b, p->at.cursor);
    put_text(b, p->at.since);
    put_text(b, p->at.newest);
    put_number(b, p->at.in_pass);
    put_number(b, p->runs);
    put_number(b, p->started_ms);
    put_number(b, p->succeeded_ms);
}

/* pull_add and pull_set bind the same columns. */
static PtStatus write_row(PtSqlTx *tx, const char *statement, const ConnectPull *p, PtError *err)
{
    Binds b = {tx, 1};
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    put_text(&b, p->id);
    put_number(&b, p->number);
    put_number(&b, p->version);
    put_definition(&b, p);
    put_number(&b, p->created_ms);
    put_number(&b, p->changed_ms);
    put_text(&b, p->changed_by);
    put_place(&b, p);
    st = pt_sql_finish(tx, err);
    return st == PT_CONFLICT ? pt_fail(err, PT_CONFLICT, "a pull of this name exists already") : st;
}

PtStatus pull_insert(PtSqlTx *tx, const ConnectPull *pull, PtError *err)
{
    return write_row(tx, SQL_PULL_ADD, pull, err);
}

PtStatus pull_update(PtSqlTx *tx, const ConnectPull *pull, PtError *err)
{
    return write_row(tx, SQL_PULL_SET, pull, err);
}

PtStatus pull_save_place(PtSqlTx *tx, const ConnectPull *pull, bool *ret_saved, PtError *err)
{
    Binds b = {tx, 1};
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PULL_SET_PLACE, err);
    if (st != PT_OK) {
        return st;
    }
    put_text(&b, pull->id);
    put_number(&b, pull->version);
    put_place(&b, pull);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_saved = pt_sql_changes(tx) == 1;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus drop(PtSqlTx *tx, const char *statement, PtStr id, PtError *err)
{
    PtStatus st = use_id(tx, statement, id, err);
    return st == PT_OK ? pt_sql_finish(tx, err) : st;
}

PtStatus pull_remove(PtSqlTx *tx, PtStr id, PtError *err)
{
    PtStatus st = drop(tx, SQL_PULL_RUNS_DROP, id, err);
    return st == PT_OK ? drop(tx, SQL_PULL_DROP, id, err) : st;
}

/* ---- Runs -------------------------------------------------------------------------------------
 */

static PtStatus trim_runs(PtSqlTx *tx, PtStr pull, int64_t last, PtError *err)
{
    PtStatus st = last > CONNECT_PULL_RUNS_KEPT ? pt_sql_use(tx, SQL_PULL_RUN_TRIM, err) : PT_OK;
    if (st != PT_OK || last <= CONNECT_PULL_RUNS_KEPT) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pull);
    pt_sql_bind_i64(tx, 2, last - CONNECT_PULL_RUNS_KEPT);
    return pt_sql_finish(tx, err);
}

PtStatus pull_put_run(PtSqlTx *tx, PtStr pull, const ConnectPullRun *run, PtError *err)
{
    Binds b = {tx, 1};
    PtStatus st = pt_sql_use(tx, SQL_PULL_RUN_PUT, err);
    if (st != PT_OK) {
        return st;
    }
    const int64_t counts[] = {run->started_ms, run->finished_ms, run->pages,   run->bytes,
                              run->items,      run->refused,     run->skipped, run->landed,
                              run->duplicates, run->quarantined};
    put_text(&b, pull);
    put_number(&b, run->number);
    put_text(&b, pt_str(causes[run->cause]));
    put_text(&b, pt_str(outcomes[run->outcome]));
    put_optional(&b, run->reason);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        put_number(&b, counts[i]);
    }
    put_optional(&b, run->refusal);
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? trim_runs(tx, pull, run->number, err) : st;
}

PtStatus pull_end_run(PtSqlTx *tx, PtStr pull, const ConnectPullRun *run, PtError *err)
{
    Binds b = {tx, 1};
    PtStatus st = pt_sql_use(tx, SQL_PULL_RUN_END, err);
    if (st != PT_OK) {
        return st;
    }
    put_text(&b, pull);
    put_number(&b, run->number);
    put_text(&b, pt_str(outcomes[run->outcome]));
    put_optional(&b, run->reason);
    put_number(&b, run->finished_ms);
    return pt_sql_finish(tx, err);
}

static PtStatus read_run(PtSqlTx *tx, PtArena *arena, ConnectPullRun *ret, PtError *err)
{
    Columns c = {.tx = tx, .arena = arena};
    ConnectPullRun r = {0};
    int64_t *const counts[] = {&r.started_ms, &r.finished_ms, &r.pages,   &r.bytes,
                               &r.items,      &r.refused,     &r.skipped, &r.landed,
                               &r.duplicates, &r.quarantined};
    r.number = next_number(&c);
    r.cause = (ConnectPullCause)next_choice(&c, causes);
    r.outcome = (ConnectPullOutcome)next_choice(&c, outcomes);
    r.reason = next_text(&c);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = next_number(&c);
    }
    r.refusal = next_text(&c);
    *ret = r;
    return columns_status(&c, err);
}

PtStatus pull_read_runs(PtSqlTx *tx, PtStr pull, int64_t before, size_t limit, PtArena *arena,
                        ConnectPullRuns *ret_page, PtError *err)
{
    ConnectPullRun *runs = pt_arena_alloc(arena, limit > 0 ? limit : 1, sizeof *runs);
    bool row = false;
    size_t count = 0;
    if (runs == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for %zu runs", limit);
    }
    PtStatus st = use_id(tx, SQL_PULL_RUN_LIST, pull, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 2, before > 0 ? before : INT64_MAX);
    pt_sql_bind_i64(tx, 3, (int64_t)limit);
    while (count < limit && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = read_run(tx, arena, &runs[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_page = (ConnectPullRuns){runs, count};
    }
    return st;
}

PtStatus pull_interrupt_runs(PtSqlTx *tx, int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_PULL_RUNS_INTERRUPT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, now_ms);
    return pt_sql_finish(tx, err);
}

PtStatus pull_audit(PtSqlTx *tx, int64_t now_ms, PtStr id, PtStr name, const AuditActor *by,
                    const char *action, PtError *err)
{
    const AuditEntry entry = {
        .by = by, .action = action, .subject_type = "pull", .subject = id, .subject_name = name};
    return audit_write(tx, now_ms, &entry, err);
}
