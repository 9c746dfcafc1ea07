// SPDX-License-Identifier: Apache-2.0
/* Texts of the newest tickets in memory: which are like another. */
#include "desk/triage_internal.h"

#include "platform/diag.h"
#include "triage.sql.h"

enum { PAGE = 500, PAGE_ARENA = 64 << 20 };

/* Room for one who reads; near_lock is held. */
static PtStatus make_ready(DeskLearning *l, PtError *err)
{
    if (l->reader == NULL) {
        l->reader = language_reader_new();
    }
    return l->reader != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to read texts");
}

static PtStatus put(DeskLearning *l, int64_t number, PtStr text, PtError *err)
{
    if (number <= l->newest - DESK_NEAR_MAX) { // behind those that are kept
        return PT_OK;
    }
    PtStatus st = make_ready(l, err);
    st = st == PT_OK ? language_near_put(l->near, l->reader, (uint64_t)number, text, err) : st;
    while (st == PT_OK && l->newest < number) { // other types have numbers, too
        l->newest++;
        if (l->newest > DESK_NEAR_MAX) {
            language_near_remove(l->near, (uint64_t)(l->newest - DESK_NEAR_MAX));
        }
    }
    return st;
}

/* One that is not in memory is not found as similar; the ticket stands. */
void desk_near_row(Desk *d, const DeskRow *row, PtArena *arena)
{
    DeskLearning *l = d->learning;
    if (l == NULL || !triage_reads(row->t.type)) {
        return;
    }
    PtError err = {0};
    const PtStr text = triage_text(row->t.f, arena);
    PtStatus st =
        text.data != NULL ? PT_OK : pt_fail(&err, PT_NO_MEMORY, "no memory to read texts");
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&l->near_lock);
        st = put(l, row->t.number, text, &err);
        (void)pthread_mutex_unlock(&l->near_lock);
    }
    if (st != PT_OK) {
        pt_diag(PT_DIAG_WARN, "desk", "a ticket will not be found as similar",
                PT_F_INT("ticket", row->t.number), PT_F_STR("problem", pt_str(err.message)));
    }
}

/* ---- At the start -----------------------------------------------------------------------------
 */

/* A page of tickets behind *last; near_lock is held, so that what changes meanwhile comes after. */
static PtStatus load_page(Desk *d, PtSqlTx *tx, PtArena *arena, int64_t *last, size_t *ret_rows,
                          PtError *err)
{
    bool row = true;
    *ret_rows = 0;
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_NEAR_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, *last);
    pt_sql_bind_i64(tx, 2, PAGE);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        PtStr fields[DESK_FIELDS] = {[DESK_F_TITLE] = pt_sql_text(tx, 1),
                                     [DESK_F_DESCRIPTION] = pt_sql_text(tx, 2)};
        const PtStr text = triage_text(fields, arena);
        *last = pt_sql_i64(tx, 0);
        (*ret_rows)++;
        st = text.data != NULL ? put(d->learning, *last, text, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory to read texts");
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    pt_arena_clear(arena);
    return st;
}

static PtStatus newest(Desk *d, int64_t *ret_number, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_TRIAGE_NEAR_LAST, err) : st;
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK) {
        *ret_number = pt_sql_i64(tx, 0);
        pt_sql_done(tx);
    }
    return st;
}

PtStatus triage_near_load(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(PAGE_ARENA);
    DeskLearning *l = d->learning;
    int64_t last = 0;
    size_t rows = PAGE;
    PtStatus st = arena != NULL ? newest(d, &last, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to read texts");
    (void)pthread_mutex_lock(&l->near_lock);
    l->newest = last > l->newest ? last : l->newest;
    (void)pthread_mutex_unlock(&l->near_lock);
    last = last > DESK_NEAR_MAX ? last - DESK_NEAR_MAX : 0;
    while (st == PT_OK && rows == PAGE && !atomic_load(&l->stop)) {
        PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
        (void)pthread_mutex_lock(&l->near_lock);
        st = pt_sql_begin(d->c.core, false, &tx, err);
        st = st == PT_OK ? load_page(d, tx, arena, &last, &rows, err) : st;
        (void)pthread_mutex_unlock(&l->near_lock);
    }
    return st;
}

/* ---- Finding ----------------------------------------------------------------------------------
 */

static PtStatus show(PtSqlTx *tx, const LanguageNearHit *hit, PtArena *arena, DeskSimilar *ret,
                     bool *ret_there, PtError *err)
{
    char key[DESK_KEY_MAX];
    PtStatus st = pt_sql_use(tx, SQL_TRIAGE_NEAR_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, (int64_t)hit->id);
    st = pt_sql_step(tx, ret_there, err);
    if (st == PT_OK && *ret_there) {
        const int type = desk_choice(desk_types, pt_sql_text(tx, 0));
        const int state = desk_choice(desk_states, pt_sql_text(tx, 1));
        const PtStr name =
            desk_key(type >= 0 ? (DeskType)type : DESK_INCIDENT, (int64_t)hit->id, key);
        *ret = (DeskSimilar){.number = (int64_t)hit->id,
                             .alike = (double)hit->alike,
                             .open = state >= 0 && desk_state_open((DeskState)state),
                             .key = pt_arena_str(arena, name),
                             .title = pt_arena_str(arena, pt_sql_text(tx, 2)),
                             .category = pt_arena_str(arena, pt_sql_text(tx, 3))};
        if (ret->key.data == NULL || ret->title.data == NULL || ret->category.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for similar tickets");
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus triage_near_find(Desk *d, int64_t number, PtStr text, PtArena *arena, DeskTriage *triage,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    LanguageNearHit hits[DESK_SIMILAR_MAX + 1]; // it finds itself, too
    DeskLearning *l = d->learning;
    size_t count = 0;
    (void)pthread_mutex_lock(&l->near_lock);
    PtStatus st = make_ready(l, err);
    if (st == PT_OK) {
        count = language_near_find(l->near, l->reader, text, DESK_ALIKE_LEAST, hits,
                                   DESK_SIMILAR_MAX + 1);
    }
    (void)pthread_mutex_unlock(&l->near_lock);
    triage->similar_count = 0;
    st = st == PT_OK && count > 0 ? pt_sql_begin(d->c.core, false, &tx, err) : st;
    for (size_t i = 0; st == PT_OK && i < count && triage->similar_count < DESK_SIMILAR_MAX; i++) {
        bool there = false;
        if (hits[i].id != (uint64_t)number) {
            st = show(tx, &hits[i], arena, &triage->similar[triage->similar_count], &there, err);
            triage->similar_count += there;
        }
    }
    return st;
}
