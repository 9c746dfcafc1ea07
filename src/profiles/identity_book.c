// SPDX-License-Identifier: Apache-2.0
/* The rules of identity over time: which version holds at which place of the log. */
#include "profiles/identity_book.h"

#include "identity.sql.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>

enum { RULES_MAX = 512 << 10 }; /* bytes; what PUT takes may grow by its escapes */

const char book_changed[] = "Identity Rules Changed";
const char book_rebuilt[] = "Identity Rebuilt";

typedef struct BookRow {
    uint32_t version;
    uint64_t position; /* PROFILES_NOWHERE: not met yet */
    IdentityRules *rules;
} BookRow;

struct Book {
    BookRow *rows; /* by version */
    size_t count, room;
    uint32_t base; /* version that holds from the beginning of the log */
    _Atomic uint32_t rebuild;
};

/* ---- Versions ----------------------------------------------------------------------------------
 */

static BookRow *row_of(const Profiles *p, uint32_t version)
{
    BookRow *found = NULL;
    for (size_t i = p->book->count; found == NULL && i-- > 0;) {
        found = p->book->rows[i].version == version ? &p->book->rows[i] : NULL;
    }
    return found;
}

/* Readers see the list under the lock, which is not held here. */
static PtStatus add_row(Profiles *p, BookRow row, PtError *err)
{
    Book *b = p->book;
    if (b->count == b->room) {
        const size_t room = b->room == 0 ? 8 : 2 * b->room;
        BookRow *rows = malloc(room * sizeof *rows), *old = b->rows;
        if (rows == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for %zu versions of rules", room);
        }
        if (b->count > 0) {
            memcpy(rows, old, b->count * sizeof *rows);
        }
        (void)pthread_rwlock_wrlock(&p->lock);
        b->rows = rows;
        (void)pthread_rwlock_unlock(&p->lock);
        b->room = room;
        free(old);
    }
    size_t at = b->count;
    while (at > 0 &&
           b->rows[at - 1].version > row.version) { // a rebuild names one ahead of its turn
        at--;
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    memmove(&b->rows[at + 1], &b->rows[at], (b->count - at) * sizeof row);
    b->rows[at] = row;
    b->count++;
    (void)pthread_rwlock_unlock(&p->lock);
    return PT_OK;
}

static PtStatus add_text(Profiles *p, uint32_t version, uint64_t position, PtStr json, PtError *err)
{
    BookRow row = {.version = version, .position = position};
    PtStatus st = identity_rules_read(json, &row.rules, err);
    st = st == PT_OK ? add_row(p, row, err) : st;
    if (st != PT_OK) {
        identity_rules_free(row.rules);
    }
    return st;
}

/* The defaults are stored when they are first used: a later version's own do not change what the
 * log says of who is who. */
static PtStatus add_defaults(Profiles *p, PtSqlTx *tx, PtError *err)
{
    PtBuf json;
    BookRow first = {.version = 1, .position = PROFILES_NOWHERE};
    PtStatus st = identity_rules_default(&first.rules, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&json, RULES_MAX);
    identity_rules_write(first.rules, &json);
    st = pt_buf_status(&json);
    st = st == PT_OK ? pt_sql_use(tx, SQL_IDENTITY_RULES_ADD, err)
                     : pt_fail(err, st, "the rules of identity do not fit");
    if (st == PT_OK) {
        pt_sql_bind_i64(tx, 1, first.version);
        pt_sql_bind_text(tx, 2, pt_buf_str(&json));
        pt_sql_bind_i64(tx, 3, pt_clock_now_ms(pt_clock_real()));
        pt_sql_bind_text(tx, 4, PT_STR(""));
        st = pt_sql_finish(tx, err);
    }
    pt_buf_done(&json);
    st = st == PT_OK ? add_row(p, first, err) : st;
    if (st != PT_OK) {
        identity_rules_free(first.rules);
    }
    return st;
}

static PtStatus load_all(Profiles *p, PtSqlTx *tx, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_RULES_ALL, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, BOOK_VERSIONS_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const uint64_t position =
            pt_sql_is_null(tx, 1) ? PROFILES_NOWHERE : (uint64_t)pt_sql_i64(tx, 1);
        st = add_text(p, (uint32_t)pt_sql_i64(tx, 0), position, pt_sql_text(tx, 2), err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus book_new(Profiles *p, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    p->book = calloc(1, sizeof *p->book);
    if (p->book == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the rules of identity");
    }
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? load_all(p, tx, err) : st;
    st = st == PT_OK && p->book->count == 0 ? add_defaults(p, tx, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        p->book->base = p->book->rows[0].version;
        p->rules = p->book->rows[p->book->count - 1].rules;
    }
    return st;
}

void book_free(Profiles *p)
{
    if (p->book != NULL) {
        for (size_t i = 0; i < p->book->count; i++) {
            identity_rules_free(p->book->rows[i].rules);
        }
        free(p->book->rows);
        free(p->book);
        p->book = NULL;
    }
}

/* ---- What holds --------------------------------------------------------------------------------
 */

const IdentityRules *book_at(const Profiles *p, uint64_t offset)
{
    const Book *b = p->book;
    size_t i = b->count;
    while (i > 0 && b->rows[i - 1].version > b->base &&
           (b->rows[i - 1].position == PROFILES_NOWHERE || b->rows[i - 1].position >= offset)) {
        i--;
    }
    return b->rows[i > 0 ? i - 1 : 0].rules;
}

uint32_t book_rebuild(const Profiles *p)
{
    return atomic_load(&p->book->rebuild);
}

/* The newest of all, or the one with the number; 0 where there is none. */
static PtStatus find_rebuild(Profiles *p, uint32_t number, uint32_t *ret_number,
                             uint32_t *ret_version, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const bool newest = number == PROFILES_NEWEST;
    bool row = false;
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK
             ? pt_sql_use(tx, newest ? SQL_IDENTITY_REBUILD_NEWEST : SQL_IDENTITY_REBUILD_GET, err)
             : st;
    if (st != PT_OK) {
        return st;
    }
    if (!newest) {
        pt_sql_bind_i64(tx, 1, number);
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        *ret_number = !row ? 0 : newest ? (uint32_t)pt_sql_i64(tx, 0) : number;
        *ret_version = row ? (uint32_t)pt_sql_i64(tx, newest ? 1 : 0) : 0;
    }
    pt_sql_done(tx);
    return st;
}

/* A version of SQL core, as it is met at `position` or named by a rebuild. *ret_there: core has it.
 */
static PtStatus fetch(Profiles *p, uint32_t version, uint64_t position, bool *ret_there,
                      PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool there = false;
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_IDENTITY_RULES_GET, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, version);
    st = pt_sql_step(tx, &there, err);
    st = st == PT_OK && there ? add_text(p, version, position, pt_sql_text(tx, 0), err) : st;
    pt_sql_done(tx);
    *ret_there = there;
    return st;
}

PtStatus book_begin(Profiles *p, uint64_t next, uint32_t rebuild, PtError *err)
{
    uint32_t number = 0, version = 0;
    PtStatus st = rebuild != 0 ? find_rebuild(p, rebuild, &number, &version, err) : PT_OK;
    bool there = st == PT_OK && version != 0 && row_of(p, version) != NULL;
    if (st == PT_OK && version != 0 && !there) {
        st = fetch(p, version, PROFILES_NOWHERE, &there, err);
    }
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    p->book->base = there ? version : p->book->rows[0].version;
    atomic_store(&p->book->rebuild, number);
    p->rules = book_at(p, next);
    identity_set_rules(p->graph, p->rules);
    (void)pthread_rwlock_unlock(&p->lock);
    return PT_OK;
}

/* ---- Along the log -----------------------------------------------------------------------------
 */

static PtStatus hold(Profiles *p, BookRow *row, uint64_t position, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_IDENTITY_RULES_HOLD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, row->version);
    pt_sql_bind_i64(tx, 2, (int64_t)position);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        (void)pthread_rwlock_wrlock(&p->lock);
        row->position = position;
        (void)pthread_rwlock_unlock(&p->lock);
    }
    return st;
}

static PtStatus read_change(Profiles *p, uint32_t version, uint64_t offset,
                            const IdentityRules **rules, PtError *err)
{
    BookRow *row = row_of(p, version);
    bool there = row != NULL;
    PtStatus st = there ? PT_OK : fetch(p, version, PROFILES_NOWHERE, &there, err);
    if (st != PT_OK || !there) {
        return st;
    }
    row = row_of(p, version);
    st = row->position == PROFILES_NOWHERE ? hold(p, row, offset, err) : PT_OK;
    if (st == PT_OK && version > p->book->base) {
        *rules = row->rules;
    }
    return st;
}

PtStatus book_read(Profiles *p, const EventView *v, uint64_t offset, const IdentityRules **rules,
                   bool *ret_due, PtError *err)
{
    const bool changed = pt_str_eq(v->name, pt_str(book_changed));
    const bool rebuilt = pt_str_eq(v->name, pt_str(book_rebuilt));
    uint32_t number = 0, found = 0, version = 0;
    *ret_due = false;
    if (!changed && !rebuilt) {
        return PT_OK;
    }
    const PtStr properties = profile_event_member(v, PT_STR("properties"));
    const PtStr said = profile_member(properties, changed ? PT_STR("version") : PT_STR("number"));
    if (!pt_str_to_u32(said, INT32_MAX, &number)) {
        return PT_OK;
    }
    if (changed) {
        return read_change(p, number, offset, rules, err);
    }
    if (number <= book_rebuild(p)) {
        return PT_OK;
    }
    PtStatus st = find_rebuild(p, number, &found, &version, err);
    *ret_due = st == PT_OK && found == number;
    return st;
}

void book_turn(Profiles *p, PtStr version)
{
    uint32_t number = 0;
    const BookRow *row = NULL;
    if (p->book != NULL && pt_str_to_u32(version, INT32_MAX, &number) && number > p->book->base) {
        row = row_of(p, number);
    }
    if (row != NULL) {
        p->rules = row->rules;
        identity_set_rules(p->graph, p->rules);
    }
}

/* ---- The rebuild itself is the views' ----------------------------------------------------------
 */

void profiles_rebuilds(Profiles *p, void (*fn)(void *ctx), void *ctx)
{
    (void)pthread_rwlock_wrlock(&p->lock);
    p->rebuild_fn = fn;
    p->rebuild_ctx = ctx;
    (void)pthread_rwlock_unlock(&p->lock);
}

void book_ask(Profiles *p)
{
    (void)pthread_rwlock_rdlock(&p->lock);
    void (*fn)(void *ctx) = p->rebuild_fn;
    void *ctx = p->rebuild_ctx;
    (void)pthread_rwlock_unlock(&p->lock);
    if (fn != NULL) {
        fn(ctx);
    }
}
