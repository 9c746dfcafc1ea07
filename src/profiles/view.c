// SPDX-License-Identifier: Apache-2.0
/* The view of the log: records into graph, index and traits, in their order, each once. */
#include "base/memory.h"
#include "platform/loop.h"
#include "profiles.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/identity_book.h"
#include "profiles/view_internal.h"

#include <stdlib.h>

enum {
    PARTITION = 0,
    BATCH_RECORDS = 64,     /* under one hold of the lock */
    STEP_RECORDS = 8192,    /* in one transaction */
    BEHIND_RECORDS = 20000, /* so far behind the log's end it is read ahead, */
    LONG_STEP = 32768,      /* and so many share a transaction: a node's rows are written once */
    ARENA_BYTES = 64 << 20, /* texts of one batch; events have 64 KiB at most */
    FLUSH_MS = 60000,       /* so that a start after a crash reads little again */
};

const char profiles_view[] = "profiles";

typedef struct Item {
    const PtRecord *record;
    EventView v;
    IdentityClaims claims;
    QualityFacts facts;
} Item;

struct Batch {
    Item items[BATCH_RECORDS];
    size_t count;
    uint64_t end;
    const IdentityRules *rules; /* behind the items */
    bool ends;                  /* the step ends behind the batch */
};

PtStatus batch_new(Profiles *p, PtError *err)
{
    p->batch = malloc(sizeof *p->batch);
    p->arena = pt_arena_new(ARENA_BYTES);
    p->behind = BEHIND_RECORDS;
    return p->batch != NULL && p->arena != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for the view of profiles");
}

void batch_free(Profiles *p)
{
    free(p->batch);
    pt_arena_free(p->arena);
    event_ahead_free(p->ahead);
}

void profiles_stop(Profiles *p)
{
    if (p != NULL) {
        event_ahead_free(p->ahead);
        p->ahead = NULL;
    }
}

/* ---- Records into memory ----------------------------------------------------------------------
 */

bool view_concerns(const PtRecord *r)
{
    return r->klass == PT_RECORD_EVENT && r->key_id == 0 && (r->flags & EVENT_ERASED) == 0;
}

bool view_is_residue(const PtRecord *r)
{
    return r->klass == PT_RECORD_EVENT && r->key_id == 0 && (r->flags & EVENT_ERASED) != 0;
}

/* Nothing is gathered when an erasure is met, and nothing is behind it: it is a step. */
static bool waits_for_step(Profiles *p, const PtRecord *r, const EventView *v)
{
    const bool alone = r->source == 0 && erase_stands_alone(v);
    p->batch->ends = p->batch->ends || alone;
    return alone && (p->batch->count > 0 || p->seen != p->committed);
}

/* What an alias says depends on the graph as it is then: its turn is under the lock. */
static PtStatus read_claims(Profiles *p, const IdentityRules *rules, Item *item, PtError *err)
{
    PtStatus st = identity_claims(rules, p->graph, &item->v, p->arena, &item->claims, err);
    const uint64_t count = item->record->node; // of those that count, and one; 0: all
    if (st == PT_OK && count > 0 && count - 1 < item->claims.count) {
        item->claims.count = (size_t)count - 1;
    }
    return st;
}

/* *ret_taken false: it is met again by the next step. */
static PtStatus read_item(Profiles *p, const PtRecord *r, bool *ret_taken, PtError *err)
{
    Item *item = &p->batch->items[p->batch->count];
    item->record = r;
    PtStatus st = event_payload_read(r, &item->v, err);
    if (st == PT_OK && waits_for_step(p, r, &item->v)) {
        *ret_taken = false;
        return PT_OK;
    }
    if (st == PT_OK && r->source == 0) {
        st = book_read(p, &item->v, r->position.offset, &p->batch->rules, &p->rebuild_due, err);
    } else if (st == PT_OK && (item->v.type != EVENT_ALIAS || view_is_residue(r))) {
        st = read_claims(p, p->batch->rules, item, err);
    }
    if (st == PT_OK && r->source != 0) {
        const bool alias = item->v.type == EVENT_ALIAS;
        item->facts = (QualityFacts){.count = 0};
        if (view_concerns(r)) {
            quality_check(&item->v, r->flags, alias ? 1 : item->claims.count, p->country,
                          &item->facts);
        }
    }
    *ret_taken = st == PT_OK && !p->rebuild_due;
    p->batch->count += *ret_taken;
    return st;
}

/* Nobody's; its source has sent it all the same. */
static bool is_quarantined(const PtRecord *r)
{
    return r->klass == PT_RECORD_QUARANTINE && r->source != 0;
}

static PtStatus read_batch(Profiles *p, const PtRecord *records, size_t count, PtError *err)
{
    PtStatus st = PT_OK;
    p->batch->count = 0;
    p->batch->rules = p->rules;
    p->batch->ends = false;
    pt_arena_clear(p->arena);
    for (size_t i = 0; st == PT_OK && i < count && !p->rebuild_due && !p->batch->ends; i++) {
        bool taken = true;
        if (view_concerns(&records[i]) || view_is_residue(&records[i])) {
            st = read_item(p, &records[i], &taken, err);
        }
        if (is_quarantined(&records[i])) {
            p->batch->items[p->batch->count++].record = &records[i];
        }
        p->batch->end = st == PT_OK && taken ? records[i].position.offset + 1 : p->batch->end;
    }
    return st;
}

static PtStatus file(Profiles *p, uint32_t node, uint64_t offset, PtError *err)
{
    PtStatus st = PT_OK;
    if (offset >= p->indexed) {
        st = profile_index_add(p->index, node, offset, err);
        p->indexed = st == PT_OK ? offset + 1 : p->indexed;
    }
    return st;
}

/* What is left of an erased person's event is nobody's; others whom it named as well keep what
 * it says of their identifiers. */
static PtStatus apply_residue(Profiles *p, Item *item, PtError *err)
{
    IdentityOutcome outcome = {.dropped = 0};
    PtStatus st = item->claims.count > 0
                      ? identity_apply(p->graph, &item->claims, PT_STR("-"), &outcome, err)
                      : PT_OK;
    const QualityEvent event = {&item->v, item->record, &item->facts, &item->claims, 0};
    return st == PT_OK ? quality_apply(p, &event, err) : st;
}

static PtStatus apply_event(Profiles *p, Item *item, PtError *err)
{
    IdentityOutcome outcome;
    PtStatus st = item->v.type == EVENT_ALIAS ? read_claims(p, p->rules, item, err) : PT_OK;
    if (st == PT_OK) {
        st = identity_apply(p->graph, &item->claims, item->v.message_id, &outcome, err);
    }
    if (st == PT_OK) {
        st = file(p, outcome.node, item->record->position.offset, err);
    }
    if (st == PT_OK) {
        p->recent[p->recent_count++ % PROFILES_RECENT] = outcome.node;
        st = traits_apply(p, &item->v, item->record, outcome.node, err);
    }
    st = st == PT_OK ? groups_apply(p, &item->v, item->record, outcome.node, err) : st;
    st = st == PT_OK ? consent_apply(p, &item->v, item->record, outcome.node, err) : st;
    if (st == PT_OK) {
        const QualityEvent event = {&item->v, item->record, &item->facts, &item->claims,
                                    outcome.dropped};
        st = quality_apply(p, &event, err);
    }
    return st;
}

static PtStatus apply_item(Profiles *p, Item *item, PtError *err)
{
    const uint64_t offset = item->record->position.offset;
    if (is_quarantined(item->record)) {
        return quality_quarantined(p, item->record, err);
    }
    gathered_cause(
        p, &(Cause){.offset = offset, .at_ms = item->v.timestamp_ms, .kind = PROFILE_LINK_EVENT});
    if (item->record->source == 0) {
        return decided_apply(p, &item->v, offset, err);
    }
    return view_is_residue(item->record) ? apply_residue(p, item, err) : apply_event(p, item, err);
}

/* A failure in the middle of an event leaves memory between two states. */
static PtStatus apply_batch(Profiles *p, PtError *err)
{
    PtStatus st = persons_reserve(p, BATCH_RECORDS, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    for (size_t i = 0; st == PT_OK && i < p->batch->count; i++) {
        st = apply_item(p, &p->batch->items[i], err);
    }
    st = st == PT_OK ? gathered_status(p, err) : st;
    p->stale = st != PT_OK;
    p->seen = st == PT_OK ? p->batch->end : p->seen;
    (void)pthread_rwlock_unlock(&p->lock);
    return st;
}

/* Up to where the step ends: at a rebuild, at an erasure, where much was noted of consent. */
static PtStatus take_fetched(Profiles *p, const PtRecord *records, size_t count, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t at = 0; st == PT_OK && at < count && !p->rebuild_due && !p->batch->ends;
         at += BATCH_RECORDS) {
        const size_t left = count - at;
        p->batch->end = p->seen;
        st = read_batch(p, records + at, left < BATCH_RECORDS ? left : BATCH_RECORDS, err);
        PtStatus applied = p->batch->end > p->seen ? apply_batch(p, err) : PT_OK;
        st = st == PT_OK ? applied : st;
        p->batch->ends = p->batch->ends || consent_is_full(p);
        pt_background_offer();
    }
    return st;
}

/* A thread that reads ahead is there only while it is of use. Without it, things are slower. */
static bool read_ahead(Profiles *p)
{
    const bool behind = pt_log_end(p->log, PARTITION) - p->seen > p->behind;
    if (!behind) {
        event_ahead_free(p->ahead);
        p->ahead = NULL;
    } else if (p->ahead == NULL && event_ahead_new(p->log, &p->ahead, NULL) != PT_OK) {
        p->ahead = NULL;
    }
    return p->ahead != NULL;
}

/* Records that were read before a damaged one are applied; it is met again by the next step. */
static PtStatus take_records(Profiles *p, PtLogReader *reader, PtError *err)
{
    const uint64_t from = p->seen;
    const bool ahead = read_ahead(p);
    const uint64_t most = ahead ? LONG_STEP : STEP_RECORDS;
    PtStatus st = PT_OK;
    size_t count = 1;
    pt_log_seek(reader, from);
    p->rebuild_due = p->batch->ends = false;
    while (st == PT_OK && count > 0 && !p->rebuild_due && !p->batch->ends &&
           p->seen - from < most) {
        const PtRecord *records;
        st = ahead ? event_ahead_fetch(p->ahead, p->seen, &records, &count, err)
                   : pt_log_fetch(reader, BATCH_RECORDS, true, &records, &count, err);
        if (st == PT_OK && count > 0) {
            st = take_fetched(p, records, count, err);
        }
    }
    return p->stale || p->seen == from ? st : PT_OK;
}

/* ---- Memory and tables ------------------------------------------------------------------------
 */

PtStatus profiles_position(PtSqlTx *tx, uint64_t *ret_next, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PROFILE_POSITION_GET, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_next = row ? (uint64_t)pt_sql_i64(tx, 0) : PROFILES_NOWHERE;
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus store_position(PtSqlTx *tx, uint64_t next, uint32_t rebuild, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_PROFILE_POSITION_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)next);
    pt_sql_bind_i64(tx, 2, rebuild);
    return pt_sql_finish(tx, err);
}

static void forget(Profiles *p, uint64_t next)
{
    gathered_forget(p);
    duplicates_forget(p);
    traits_forget(p);
    groups_forget(p);
    consent_forget(p);
    quality_forget(p);
    p->committed = p->tables = next;
    atomic_store(&p->numbered, true);
    p->known_nodes = identity_counts(p->graph).nodes;
}

/* Of the last transaction it may not be known whether it was committed: the tables tell. */
static PtStatus look_at_tables(Profiles *p, PtSqlTx *tx, uint64_t next, PtError *err)
{
    uint64_t tables;
    PtStatus st = profiles_position(tx, &tables, err);
    if (st != PT_OK) {
        return st;
    }
    if (!p->stale && tables != p->tables && tables == p->tried) {
        forget(p, tables);
    }
    if (!p->stale && tables == p->tables) {
        return PT_OK;
    }
    atomic_store(&p->loading, true);
    st = profiles_load(p, tx, next, err);
    atomic_store(&p->loading, st != PT_OK);
    return st;
}

static PtStatus write_all(Profiles *p, PtSqlTx *tx, PtError *err)
{
    PtStatus st = gathered_flush(p, tx, err);
    st = st == PT_OK ? traits_flush(p, tx, err) : st;
    st = st == PT_OK ? search_flush(p, tx, err) : st;
    st = st == PT_OK ? duplicates_flush(p, tx, err) : st;
    st = st == PT_OK ? groups_flush(p, tx, err) : st;
    st = st == PT_OK ? consent_flush(p, tx, err) : st;
    st = st == PT_OK ? quality_flush(p, tx, err) : st;
    st = st == PT_OK ? numbering_store(p, tx, err) : st;
    st = st == PT_OK ? store_position(tx, p->seen, book_rebuild(p), err) : st;
    p->tried = st == PT_OK ? p->seen : p->tables;
    return st;
}

PtStatus profiles_step(void *ctx, PtLogReader *reader, PtSqlTx *tx, uint64_t *ret_next,
                       PtError *err)
{
    Profiles *p = ctx;
    PtStatus st = look_at_tables(p, tx, pt_log_tell(reader), err);
    if (st == PT_OK &&
        p->seen == p->committed) { // else what a failed one holds goes first, and grows no more
        st = take_records(p, reader, err);
    }
    st = st == PT_OK ? write_all(p, tx, err) : st;
    if (st == PT_OK) {
        *ret_next = p->seen;
    }
    return st;
}

PtStatus profiles_committed(void *ctx, uint64_t next, PtError *err)
{
    Profiles *p = ctx;
    const int64_t now_ms = pt_mono_ms();
    forget(p, next);
    const bool due = now_ms - p->flushed_ms >= FLUSH_MS;
    PtStatus st = profile_index_flush(p->index, next, due, err);
    p->flushed_ms = due && st == PT_OK ? now_ms : p->flushed_ms;
    bool more;
    if (p->rebuild_due) {
        book_ask(p);
    }
    return st == PT_OK ? profile_index_step(p->index, &more, err) : st;
}

PtStatus profiles_start(void *ctx, PtLogReader *reader, uint64_t next, const _Atomic bool *stop,
                        PtError *err)
{
    Profiles *p = ctx;
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    atomic_store(&p->loading, true);
    PtStatus st = pt_sql_begin(p->views, false, &tx, err);
    st = st == PT_OK ? profiles_load(p, tx, next, err) : st;
    pt_sql_rollback(PT_TAKE(tx));
    st = st == PT_OK ? profiles_catch_up(p, reader, stop, err) : st;
    st = st == PT_OK ? profiles_load_recent(p, reader, stop, err) : st;
    if (st == PT_OK) {
        p->flushed_ms = pt_mono_ms();
        atomic_store(&p->loading, false);
    }
    return st;
}

PtStatus profiles_reset(PtSqlTx *tx, PtError *err)
{
    static const char *const statements[] = {
        SQL_IDENTITY_PERSON_CLEAR,    SQL_IDENTITY_NODE_CLEAR, SQL_IDENTITY_BARRIER_CLEAR,
        SQL_IDENTITY_LINK_NODE_CLEAR, SQL_IDENTITY_LINK_CLEAR, SQL_PROFILE_POSITION_CLEAR,
    };
    PtStatus st = traits_reset(tx, err);
    st = st == PT_OK ? duplicates_reset(tx, err) : st;
    st = st == PT_OK ? groups_reset(tx, err) : st;
    st = st == PT_OK ? consent_reset(tx, err) : st;
    st = st == PT_OK ? quality_reset(tx, err) : st;
    st = st == PT_OK ? computed_reset(tx, err) : st;
    st = st == PT_OK ? numbering_reset(tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < sizeof statements / sizeof *statements; i++) {
        st = pt_sql_run(tx, statements[i], err);
    }
    return st;
}
