// SPDX-License-Identifier: Apache-2.0
/* Rows of facts read by questions; the tickets behind a number. */
#include "insight/rows_internal.h"

#include "insight.sql.h"

static const int64_t day_ms = 86400000;

InsightTicket insight_row_open(PtSqlTx *tx)
{
    const PtStr type = pt_sql_text(tx, 1);
    InsightTicket t = {.number = pt_sql_i64(tx, 0),
                       .priority = (unsigned)pt_sql_i64(tx, 2),
                       .store = pt_sql_text(tx, 3),
                       .queue = pt_sql_text(tx, 4),
                       .category = pt_sql_text(tx, 5),
                       .channel = pt_sql_text(tx, 6),
                       .opened_ms = pt_sql_i64(tx, 7)};
    for (int i = 0; i < DESK_TYPES; i++) {
        t.type = pt_str_eq(type, pt_str(desk_types[i])) ? (DeskType)i : t.type;
    }
    return t;
}

InsightTicket insight_row(const Insight *n, PtSqlTx *tx, int64_t now_ms, bool *ret_invited)
{
    InsightTicket t = insight_row_open(tx);
    t.resolved_ms = pt_sql_i64(tx, 8);
    t.wait_ms = pt_sql_i64(tx, 9);
    t.business_ms = pt_sql_i64(tx, 10);
    t.contacts = pt_sql_i64(tx, 11);
    t.reopened = pt_sql_i64(tx, 12);
    t.transferred = pt_sql_i64(tx, 13);
    t.switched = pt_sql_i64(tx, 14);
    t.score = pt_sql_i64(tx, 15);
    *ret_invited = pt_sql_i64(tx, 16) != 0;
    insight_unpack(pt_sql_i64(tx, 17), t.verdict.met);
    insight_unpack(pt_sql_i64(tx, 18), t.verdict.breached);
    t.judged = pt_sql_i64(tx, 19) != 0 || n->c.verdict == NULL;
    t.repeats = pt_sql_i64(tx, 20);
    t.took_ms = t.resolved_ms - t.opened_ms - t.wait_ms;
    t.first = t.contacts <= 1 && t.reopened == 0 && t.transferred == 0 && t.switched == 0 &&
              t.repeats == 0;
    t.provisional = t.first && now_ms < t.resolved_ms + INSIGHT_WINDOW_DAYS * day_ms;
    return t;
}

bool insight_fits(const InsightAsk *ask, const InsightTicket *t)
{
    const struct {
        PtStr want, have;
    } texts[] = {{ask->queue, t->queue},
                 {ask->store, t->store},
                 {ask->category, t->category},
                 {ask->channel, t->channel}};
    bool fits = (ask->priorities == 0 || (ask->priorities >> t->priority & 1U) != 0) &&
                (ask->types == 0 || (ask->types >> t->type & 1U) != 0);
    for (size_t i = 0; fits && i < sizeof texts / sizeof *texts; i++) {
        fits = texts[i].want.data == NULL || pt_str_eq(texts[i].want, texts[i].have);
    }
    return fits;
}

/* ---- Behind a number --------------------------------------------------------------------------
 */

static bool is_behind(const InsightDrill *drill, const InsightTicket *t)
{
    switch (drill->behind) {
    case INSIGHT_FIRST:
        return t->first;
    case INSIGHT_NOT_FIRST:
        return !t->first;
    case INSIGHT_PROVISIONAL:
        return t->provisional;
    case INSIGHT_MET:
        return t->verdict.met[drill->clock] > 0;
    case INSIGHT_BREACHED:
        return t->verdict.breached[drill->clock] > 0;
    case INSIGHT_ANSWERED:
        return t->score > 0;
    case INSIGHT_SATISFIED:
        return t->score > 3;
    case INSIGHT_UNSATISFIED:
        return t->score > 0 && t->score <= 3;
    case INSIGHT_RESOLVED:
    case INSIGHT_BEHINDS:
        break;
    }
    return true;
}

static bool copy_texts(PtArena *arena, InsightTicket *t)
{
    PtStr *const texts[] = {&t->store, &t->queue, &t->category, &t->channel};
    bool room = true;
    for (size_t i = 0; room && i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = pt_arena_str(arena, *texts[i]);
        room = texts[i]->data != NULL;
    }
    return room;
}

PtStatus insight_tickets(Insight *n, const InsightDrill *drill, PtArena *arena,
                         InsightTicket **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(n->c.clock);
    InsightTicket *list = pt_arena_alloc(arena, drill->max, sizeof *list);
    size_t count = 0;
    bool row = true, invited;
    if (list == NULL) {
        return insight_no_memory(err);
    }
    PtStatus st = pt_sql_begin(n->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_INSIGHT_BEHIND, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, drill->ask.from_ms);
    pt_sql_bind_i64(tx, 2, drill->ask.to_ms);
    pt_sql_bind_i64(tx, 3, INSIGHT_WINDOW_DAYS * day_ms);
    pt_sql_bind_i64(tx, 4, drill->after);
    while (st == PT_OK && count < drill->max && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        InsightTicket t = insight_row(n, tx, now_ms, &invited);
        if (insight_fits(&drill->ask, &t) && is_behind(drill, &t)) {
            st = copy_texts(arena, &t) ? PT_OK : insight_no_memory(err);
            list[count++] = t;
        }
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}
