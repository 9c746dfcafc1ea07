// SPDX-License-Identifier: Apache-2.0
/* Lists: found in memory, read from SQL. */
#include "desk.sql.h"
#include "desk/desk_internal.h"

#include "base/json.h"
#include "platform/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOAD_ROWS = 5000, LOAD_ARENA = 64 << 20, OPEN_STATES = 7 /* new, in progress, waiting */ };

/* ---- Into memory ------------------------------------------------------------------------------
 */

/* Key, title, store, till, requester. */
static PtStr words_of(PtArena *arena, const DeskIndexTicket *t, PtStr title, PtStr till)
{
    char key[DESK_KEY_MAX];
    const PtStr parts[] = {desk_key((DeskType)t->type, t->number, key), title, t->store, till,
                           t->requester};
    PtBuf buf;
    pt_buf_init(&buf, PT_TEXT_BYTES_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].len > 0) {
            pt_buf_add_str(&buf, parts[i]);
            pt_buf_add_char(&buf, ' ');
        }
    }
    const PtStr words =
        buf.status == PT_NO_MEMORY ? (PtStr){NULL, 0} : pt_arena_str(arena, pt_buf_str(&buf));
    pt_buf_done(&buf);
    return words;
}

PtStr desk_index_words(const DeskTicket *t, PtArena *arena)
{
    const DeskIndexTicket entry = {.number = t->number,
                                   .type = t->type,
                                   .store = t->f[DESK_F_STORE],
                                   .requester = t->f[DESK_F_REQUESTER]};
    return words_of(arena, &entry, t->f[DESK_F_TITLE], t->f[DESK_F_TILL]);
}

static PtStatus put(Desk *d, DeskIndexTicket *t, PtStr title, PtStr till, PtArena *arena,
                    PtError *err)
{
    t->open = desk_state_open((DeskState)t->state);
    t->words = words_of(arena, t, title, till);
    return t->words.data != NULL ? desk_index_put(d->index, t, err)
                                 : pt_fail(err, PT_NO_MEMORY, "no memory for tickets");
}

PtStatus desk_index_row(Desk *d, const DeskRow *row, PtArena *arena, PtError *err)
{
    const DeskTicket *t = &row->t;
    DeskIndexTicket entry = {.number = t->number,
                             .version = t->version,
                             .changed_ms = t->changed_ms,
                             .type = t->type,
                             .state = t->state,
                             .priority = t->priority,
                             .major = t->major,
                             .queue = t->f[DESK_F_QUEUE],
                             .assignee = t->f[DESK_F_ASSIGNEE],
                             .store = t->f[DESK_F_STORE],
                             .category = t->f[DESK_F_CATEGORY],
                             .requester = t->f[DESK_F_REQUESTER],
                             .tones = t->tones,
                             .sentiment = t->sentiment,
                             .lowest = t->sentiment_lowest,
                             .urgency = t->tone_urgency};
    return put(d, &entry, t->f[DESK_F_TITLE], t->f[DESK_F_TILL], arena, err);
}

/* number, version, type, state, priority, major, changed_ms, queue, assignee, store, category,
 * requester, title, till, tones, sentiment, sentiment_lowest, tone_urgency. The texts are borrowed:
 * they are put before the next step. arena NULL: words stay as they were. */
static PtStatus put_row(Desk *d, PtSqlTx *tx, PtArena *arena, PtError *err)
{
    const int type = desk_choice(desk_types, pt_sql_text(tx, 2));
    const int state = desk_choice(desk_states, pt_sql_text(tx, 3));
    DeskIndexTicket t = {.number = pt_sql_i64(tx, 0),
                         .version = pt_sql_i64(tx, 1),
                         .changed_ms = pt_sql_i64(tx, 6),
                         .type = (unsigned)type,
                         .state = (unsigned)state,
                         .priority = (unsigned)pt_sql_i64(tx, 4),
                         .major = pt_sql_i64(tx, 5) != 0,
                         .queue = pt_sql_text(tx, 7),
                         .assignee = pt_sql_text(tx, 8),
                         .store = pt_sql_text(tx, 9),
                         .category = pt_sql_text(tx, 10),
                         .requester = pt_sql_text(tx, 11),
                         .tones = pt_sql_i64(tx, 14),
                         .sentiment = pt_sql_i64(tx, 15),
                         .lowest = pt_sql_i64(tx, 16),
                         .urgency = pt_sql_i64(tx, 17)};
    if (type < 0 || state < 0) {
        return pt_fail(err, PT_CORRUPT, "ticket %lld has no known type and state",
                       (long long)t.number);
    }
    if (arena == NULL) {
        t.open = desk_state_open((DeskState)state);
        return desk_index_put(d->index, &t, err);
    }
    return put(d, &t, pt_sql_text(tx, 12), pt_sql_text(tx, 13), arena, err);
}

PtStatus desk_index_again(Desk *d, int64_t number, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_DESK_TICKET_FACTS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number - 1);
    pt_sql_bind_i64(tx, 2, 1);
    st = pt_sql_step(tx, &row, err);
    st = st == PT_OK && row ? put_row(d, tx, NULL, err) : st;
    pt_sql_done(tx);
    return st;
}

/* *last: number of the last one; as it was: there are no more. */
static PtStatus load_some(Desk *d, PtSqlTx *tx, PtArena *arena, int64_t *last, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_DESK_TICKET_FACTS, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, *last);
    pt_sql_bind_i64(tx, 2, LOAD_ROWS);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        *last = pt_sql_i64(tx, 0);
        st = put_row(d, tx, arena, err);
        if (st != PT_OK) {
            break;
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus desk_index_load(Desk *d, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LOAD_ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t last = 0, before = -1;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for tickets");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    while (st == PT_OK && last != before) {
        before = last;
        pt_arena_clear(arena);
        st = load_some(d, tx, arena, &last, err);
    }
    return st;
}

/* ---- A page -----------------------------------------------------------------------------------
 */

/* "<sort><direction>.<value>.<number>": good for the order that it was made in only. */
static void write_cursor(const DeskQuery *q, DeskIndexHit last, char out[static DESK_CURSOR_MAX])
{
    (void)snprintf(out, DESK_CURSOR_MAX, "%u%c.%lld.%lld", (unsigned)q->sort,
                   q->ascending ? 'a' : 'd', (long long)last.value, (long long)last.number);
}

static PtStatus read_cursor(const DeskQuery *q, DeskIndexQuery *ret, PtError *err)
{
    PtStr rest = q->cursor, part;
    char order[4];
    if (q->cursor.len == 0) {
        return PT_OK;
    }
    (void)snprintf(order, sizeof order, "%u%c", (unsigned)q->sort, q->ascending ? 'a' : 'd');
    ret->after = true;
    if (!pt_str_cut(&rest, '.', &part) || !pt_str_eq(part, pt_str(order)) ||
        !pt_str_cut(&rest, '.', &part) || !pt_json_to_i64(part, &ret->after_value) ||
        !pt_str_cut(&rest, '.', &part) || !pt_json_to_i64(part, &ret->after_number) ||
        rest.data != NULL) {
        return pt_fail(err, PT_INVALID, "cursor: is none of this order");
    }
    return PT_OK;
}

static PtStatus read_tickets(Desk *d, const DeskIndexHit *hits, size_t count, PtStr text,
                             PtArena *arena, DeskPage *page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    page->tickets = pt_arena_alloc(arena, count + 1, sizeof *page->tickets);
    page->matched = text.len > 0 ? pt_arena_alloc(arena, count + 1, sizeof *page->matched) : NULL;
    if (st == PT_OK && (page->tickets == NULL || (text.len > 0 && page->matched == NULL))) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a page");
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        DeskRow row;
        st = desk_load(tx, hits[i].number, arena, &row, err);
        if (st == PT_OK && text.len > 0) {
            st = desk_matched(tx, &row.t, text, arena, &page->matched[page->count], err);
        }
        if (st == PT_OK) {
            page->tickets[page->count++] = row.t;
        }
    }
    return st;
}

static PtStatus refresh(Desk *d, PtError *err)
{
    if (!atomic_exchange(&d->stale, false)) {
        return PT_OK;
    }
    PtStatus st = desk_index_load(d, err);
    if (st != PT_OK) {
        atomic_store(&d->stale, true);
    } else {
        desk_search_again(d);
    }
    return st;
}

DeskDue desk_due(Desk *d, int64_t number)
{
    return desk_index_due_at(d->index, number, pt_clock_now_ms(d->c.clock));
}

PtStatus desk_list(Desk *d, const DeskQuery *q, PtArena *arena, DeskPage *ret_page, PtError *err)
{
    DeskIndexQuery query = {.states = q->states,
                            .types = q->types,
                            .priorities = q->priorities,
                            .dues = q->dues,
                            .now_ms = pt_clock_now_ms(d->c.clock),
                            .queue = q->queue,
                            .assignee = q->assignee,
                            .store = q->store,
                            .category = q->category,
                            .requester = q->requester,
                            .text = q->text,
                            .open_only =
                                q->states != 0 && (q->states & ~(unsigned)OPEN_STATES) == 0,
                            .major = q->major,
                            .moods = q->moods,
                            .lowest_moods = q->lowest_moods,
                            .pressing = q->pressing,
                            .sort = q->sort,
                            .ascending = q->ascending,
                            .max = q->max + 1};
    DeskPage page = {.count = 0};
    size_t count = 0;
    if (q->max < 1 || q->max > DESK_PAGE_MAX) {
        return pt_fail(err, PT_INVALID, "limit: not 1..%d", DESK_PAGE_MAX);
    }
    PtStatus st = read_cursor(q, &query, err);
    DeskIndexHit *hits = pt_arena_alloc(arena, query.max, sizeof *hits);
    if (st == PT_OK && hits == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for a page");
    }
    st = st == PT_OK ? refresh(d, err) : st;
    st = st == PT_OK ? desk_index_find(d->index, &query, hits, &count, &page.total, err) : st;
    if (st == PT_OK && count > q->max) {
        count = q->max;
        write_cursor(q, hits[count - 1], page.next);
    }
    st = st == PT_OK ? read_tickets(d, hits, count, q->text, arena, &page, err) : st;
    if (st == PT_OK) {
        *ret_page = page;
    }
    return st;
}
