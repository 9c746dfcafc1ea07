// SPDX-License-Identifier: Apache-2.0
/* The way back: memory from the tables, and what the person index lacks from the log. */
#include "base/memory.h"
#include "profiles.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/identity_book.h"
#include "profiles/view_internal.h"

#include <string.h>

enum {
    PARTITION = 0,
    PAGE_ROWS = 10000, /* of one statement */
    FETCH_RECORDS = 256,
    INDEX_RECORDS = 1 << 20, /* between two writes of the index */
};

/* ---- The graph from its tables ----------------------------------------------------------------
 */

typedef PtStatus LoadRow(Profiles *p, PtSqlTx *tx, PtError *err);

/* All rows of a table, by number, in pages. */
static PtStatus load_rows(Profiles *p, PtSqlTx *tx, const char *statement, LoadRow *load,
                          PtError *err)
{
    PtStatus st = PT_OK;
    int64_t from = 1, rows = PAGE_ROWS;
    while (st == PT_OK && rows == PAGE_ROWS) {
        bool row = true;
        st = pt_sql_use(tx, statement, err);
        if (st != PT_OK) {
            return st;
        }
        pt_sql_bind_i64(tx, 1, from);
        pt_sql_bind_i64(tx, 2, PAGE_ROWS);
        for (rows = 0; (st = pt_sql_step(tx, &row, err)) == PT_OK && row; rows++) {
            from = pt_sql_i64(tx, 0) + 1;
            if ((st = load(p, tx, err)) != PT_OK) {
                break;
            }
        }
        pt_sql_done(tx);
    }
    return st;
}

static PtStatus load_person(Profiles *p, PtSqlTx *tx, PtError *err)
{
    const ProfilePerson row = {.created = (uint64_t)pt_sql_i64(tx, 1),
                               .changed = (uint64_t)pt_sql_i64(tx, 3),
                               .created_ms = pt_sql_i64(tx, 2)};
    PtStatus st = identity_load_person(p->graph, (uint32_t)pt_sql_i64(tx, 0),
                                       (uint32_t)pt_sql_i64(tx, 4), err);
    st = st == PT_OK ? persons_reserve(p, 1, err) : st;
    if (st == PT_OK) {
        persons_add(p, &row);
    }
    return st;
}

static PtStatus load_node(Profiles *p, PtSqlTx *tx, PtError *err)
{
    return identity_load_node(p->graph, (uint32_t)pt_sql_i64(tx, 0), pt_sql_text(tx, 1),
                              pt_sql_text(tx, 2), (uint32_t)pt_sql_i64(tx, 3), err);
}

static PtStatus load_barrier(Profiles *p, PtSqlTx *tx, PtError *err)
{
    const bool lifted = !pt_sql_is_null(tx, 3);
    return identity_load_barrier(p->graph, (uint32_t)pt_sql_i64(tx, 0),
                                 lifted ? 0 : (uint32_t)pt_sql_i64(tx, 1),
                                 lifted ? 0 : (uint32_t)pt_sql_i64(tx, 2), err);
}

static PtStatus load_last_link(Profiles *p, PtSqlTx *tx, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_LINK_LAST, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        gathered_set_last_link(p, row ? (uint64_t)pt_sql_i64(tx, 0) : 0);
    }
    pt_sql_done(tx);
    return st;
}

static void clear(Profiles *p)
{
    search_clear(p); // waits for its own thread, which may want the lock
    (void)pthread_rwlock_wrlock(&p->lock);
    identity_clear(p->graph);
    persons_clear(p);
    traits_clear(p);
    duplicates_clear(p);
    groups_clear(p);
    consent_clear(p);
    quality_clear(p);
    p->recent_count = 0;
    p->loads++;
    atomic_fetch_add(&p->people_change, 1);
    (void)pthread_rwlock_unlock(&p->lock);
    gathered_forget(p);
}

static PtStatus load_tables(Profiles *p, PtSqlTx *tx, PtError *err)
{
    PtStatus st = load_rows(p, tx, SQL_IDENTITY_PERSONS, load_person, err);
    st = st == PT_OK ? load_rows(p, tx, SQL_IDENTITY_NODES, load_node, err) : st;
    st = st == PT_OK ? load_rows(p, tx, SQL_IDENTITY_BARRIERS, load_barrier, err) : st;
    st = st == PT_OK ? load_last_link(p, tx, err) : st;
    st = st == PT_OK ? traits_load(p, tx, err) : st;
    st = st == PT_OK ? quality_load(p, tx, err) : st;
    st = st == PT_OK ? consent_load(p, tx, err) : st;
    st = st == PT_OK ? duplicates_load(p, tx, err) : st;
    return st == PT_OK ? search_load(p, tx, err) : st;
}

/* Those that hold where the tables are. */
static PtStatus load_rules(Profiles *p, PtSqlTx *tx, uint64_t tables, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PROFILE_POSITION_GET, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    const uint32_t rebuild = st == PT_OK && row ? (uint32_t)pt_sql_i64(tx, 1) : PROFILES_NEWEST;
    pt_sql_done(tx);
    return st == PT_OK ? book_begin(p, row ? tables : pt_log_begin(p->log, PARTITION), rebuild, err)
                       : st;
}

PtStatus profiles_load(Profiles *p, PtSqlTx *tx, uint64_t next, PtError *err)
{
    uint64_t tables = PROFILES_NOWHERE;
    p->stale = true;
    p->rebuild_due = false;
    clear(p);
    PtStatus st = profiles_position(tx, &tables, err);
    st = st == PT_OK ? load_rules(p, tx, tables, err) : st;
    st = st == PT_OK ? numbering_load(p, tx, err) : st;
    st = st == PT_OK ? load_tables(p, tx, err) : st;
    if (st == PT_OK) {
        p->known_nodes = identity_counts(p->graph).nodes;
        p->seen = p->committed = tables != PROFILES_NOWHERE ? tables : next;
        p->tables = p->tried = tables;
        p->stale = false;
    }
    return st;
}

/* ---- The log again ----------------------------------------------------------------------------
 */

typedef PtStatus SeeNode(Profiles *p, uint32_t node, uint64_t offset, PtError *err);

/* The node that an event which is in the graph was filed under: its highest claim. */
static uint32_t filed_under(Profiles *p, const IdentityClaims *claims, PtStr message_id)
{
    for (size_t i = 0; i < claims->count; i++) {
        const uint32_t node =
            identity_find(p->graph, claims->items[i].type, claims->items[i].value);
        if (node != 0) {
            return node;
        }
    }
    return identity_find(p->graph, PT_STR("event"), message_id);
}

static PtStatus see(Profiles *p, const PtRecord *r, SeeNode *fn, PtError *err)
{
    EventView v;
    IdentityClaims claims;
    if (!view_concerns(r) || r->source == 0) {
        return PT_OK;
    }
    pt_arena_clear(p->arena);
    PtStatus st = event_payload_read(r, &v, err);
    const IdentityRules *rules = book_at(p, r->position.offset);
    st = st == PT_OK ? identity_claims(rules, p->graph, &v, p->arena, &claims, err) : st;
    const uint32_t node = st == PT_OK ? filed_under(p, &claims, v.message_id) : 0;
    return node != 0 ? fn(p, node, r->position.offset, err) : st;
}

static PtStatus read_again(Profiles *p, PtLogReader *reader, uint64_t to, SeeNode *fn,
                           const _Atomic bool *stop, PtError *err)
{
    PtStatus st = PT_OK;
    size_t count = 1;
    while (st == PT_OK && count > 0 && pt_log_tell(reader) < to) {
        const PtRecord *records;
        if (atomic_load(stop)) {
            return pt_fail(err, PT_UNAVAILABLE, "stopped while reading the log again");
        }
        st = pt_log_fetch(reader, FETCH_RECORDS, true, &records, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = records[i].position.offset < to ? see(p, &records[i], fn, err) : PT_OK;
        }
    }
    return st;
}

static PtStatus file_again(Profiles *p, uint32_t node, uint64_t offset, PtError *err)
{
    return profile_index_add(p->index, node, offset, err);
}

static uint64_t kept(const Profiles *p, uint64_t offset)
{
    const uint64_t begin = pt_log_begin(p->log, PARTITION);
    return offset > begin ? offset : begin;
}

/* Written from time to time: a stop in between loses little. */
PtStatus profiles_catch_up(Profiles *p, PtLogReader *reader, const _Atomic bool *stop, PtError *err)
{
    PtStatus st = p->tables == PROFILES_NOWHERE ? profile_index_reset(p->index, err) : PT_OK;
    p->indexed = kept(p, profile_index_next(p->index));
    while (st == PT_OK && p->indexed < p->committed) {
        const uint64_t left = p->committed - p->indexed;
        const uint64_t to = p->indexed + (left < INDEX_RECORDS ? left : INDEX_RECORDS);
        bool more;
        pt_log_seek(reader, p->indexed);
        st = read_again(p, reader, to, file_again, stop, err);
        p->indexed = st == PT_OK ? to : p->indexed;
        st = st == PT_OK ? profile_index_flush(p->index, to, true, err) : st;
        st = st == PT_OK ? profile_index_step(p->index, &more, err) : st;
    }
    return st;
}

static PtStatus remember(Profiles *p, uint32_t node, uint64_t offset, PtError *err)
{
    (void)offset;
    (void)err;
    p->recent[p->recent_count++ % PROFILES_RECENT] = node;
    return PT_OK;
}

PtStatus profiles_load_recent(Profiles *p, PtLogReader *reader, const _Atomic bool *stop,
                              PtError *err)
{
    const uint64_t back = p->committed > PROFILES_RECENT ? p->committed - PROFILES_RECENT : 0;
    pt_log_seek(reader, kept(p, back));
    return read_again(p, reader, p->committed, remember, stop, err);
}
