// SPDX-License-Identifier: Apache-2.0
/* Facts of tickets: folded change by change, each in its transaction. */
#include "insight.sql.h"
#include "insight/insight_internal.h"

#include <string.h>

enum {
    ARENA = 1 << 20,
    ROUND_BITS = 12,
    ROUND_MAX = (1 << ROUND_BITS) - 1,
    TEXTS = 8,
    NUMBERS = 20
};

PtStatus insight_no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for figures");
}

int64_t insight_pack(const uint32_t rounds[static WORK_CLOCKS])
{
    int64_t packed = 0;
    for (int i = 0; i < WORK_CLOCKS; i++) {
        const uint32_t n = rounds[i] < ROUND_MAX ? rounds[i] : ROUND_MAX;
        packed |= (int64_t)n << (i * ROUND_BITS);
    }
    return packed;
}

void insight_unpack(int64_t packed, uint32_t ret_rounds[static WORK_CLOCKS])
{
    for (int i = 0; i < WORK_CLOCKS; i++) {
        ret_rounds[i] = (uint32_t)(packed >> (i * ROUND_BITS)) & ROUND_MAX;
    }
}

/* ---- The fold ---------------------------------------------------------------------------------
 */

static bool moved(PtStr from, PtStr to)
{
    return from.len > 0 && to.len > 0 && !pt_str_eq(from, to);
}

static bool solved(PtStr state)
{
    return pt_str_eq(state, pt_str(desk_states[DESK_RESOLVED])) ||
           pt_str_eq(state, pt_str(desk_states[DESK_CLOSED]));
}

/* Time up to the change, by what held until then. While it is solved none is counted: if it is
 * opened again, that time was part of resolving it. */
static void count_time(const Insight *n, InsightFacts *f, const InsightStep *step)
{
    const bool waiting =
        step->state == DESK_WAITING && pt_str_eq(step->f[DESK_F_WAITING_FOR], PT_STR("requester"));
    const bool turns =
        !pt_str_eq(f->state, pt_str(desk_states[step->state])) || waiting != (f->waiting != 0) ||
        !pt_str_eq(f->store, step->f[DESK_F_STORE]) || !pt_str_eq(f->queue, step->f[DESK_F_QUEUE]);
    const bool stays_solved = solved(f->state) && !desk_state_open(step->state);
    if (turns && !stays_solved) {
        const int64_t span = step->at_ms - f->since_ms;
        if (f->waiting != 0) {
            f->wait_ms += span;
        } else {
            f->business_ms +=
                n->c.business_ms != NULL
                    ? n->c.business_ms(n->c.ctx, f->store, f->queue, f->since_ms, step->at_ms)
                    : span;
        }
        f->since_ms = step->at_ms;
    }
    f->waiting = waiting;
}

static void count_events(InsightFacts *f, const InsightStep *step)
{
    const bool child = pt_str_starts(step->text, PT_STR("child_of "));
    f->reopened += solved(f->state) && desk_state_open(step->state);
    f->transferred +=
        moved(f->queue, step->f[DESK_F_QUEUE]) || moved(f->assignee, step->f[DESK_F_ASSIGNEE]);
    f->switched += moved(f->channel, step->f[DESK_F_CHANNEL]);
    f->contacts += pt_str_eq(step->kind, PT_STR("answered"));
    f->child += child && pt_str_eq(step->kind, PT_STR("linked"));
    f->child -= child && pt_str_eq(step->kind, PT_STR("unlinked")) && f->child > 0;
}

void insight_fold(const Insight *n, InsightFacts *facts, const InsightStep *step)
{
    if (facts->opened_ms == 0) {
        facts->opened_ms = facts->since_ms = step->at_ms;
        facts->contacts = 1;
        facts->waiting = step->state == DESK_WAITING &&
                         pt_str_eq(step->f[DESK_F_WAITING_FOR], PT_STR("requester"));
    } else {
        count_time(n, facts, step);
        count_events(facts, step);
    }
    facts->version = step->version;
    facts->priority = step->priority;
    facts->state = pt_str(desk_states[step->state]);
    facts->store = step->f[DESK_F_STORE];
    facts->queue = step->f[DESK_F_QUEUE];
    facts->category = step->f[DESK_F_CATEGORY];
    facts->channel = step->f[DESK_F_CHANNEL];
    facts->assignee = step->f[DESK_F_ASSIGNEE];
    facts->requester = step->f[DESK_F_REQUESTER];
    facts->major = step->major;
    facts->merged = step->merged;
    facts->resolved_ms = step->resolved_ms;
    facts->judged = 0;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

/* In the order of the columns: type, priority, then texts, then numbers. */
static void texts_of(InsightFacts *f, PtStr *list[static TEXTS])
{
    PtStr *const all[TEXTS] = {&f->type,     &f->state,   &f->store,    &f->queue,
                               &f->category, &f->channel, &f->assignee, &f->requester};
    memcpy(list, all, sizeof all);
}
static const int text_columns[TEXTS] = {1, 3, 4, 5, 6, 7, 8, 9};

static void numbers_of(InsightFacts *f, int64_t *list[static NUMBERS])
{
    int64_t *const all[NUMBERS] = {&f->version,  &f->priority,    &f->major,       &f->merged,
                                   &f->child,    &f->opened_ms,   &f->resolved_ms, &f->since_ms,
                                   &f->waiting,  &f->wait_ms,     &f->business_ms, &f->contacts,
                                   &f->reopened, &f->transferred, &f->switched,    &f->score,
                                   &f->invited,  &f->met,         &f->breached,    &f->judged};
    memcpy(list, all, sizeof all);
}
static const int number_columns[NUMBERS] = {0,  2,  10, 11, 12, 13, 14, 15, 16, 17,
                                            18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
enum { COLUMNS = TEXTS + NUMBERS };

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, InsightFacts *facts, PtError *err)
{
    PtStr *texts[TEXTS];
    int64_t *numbers[NUMBERS];
    texts_of(facts, texts);
    numbers_of(facts, numbers);
    for (int i = 0; i < TEXTS; i++) {
        *texts[i] = pt_arena_str(arena, pt_sql_text(tx, text_columns[i]));
        if (texts[i]->data == NULL) {
            return insight_no_memory(err);
        }
    }
    for (int i = 0; i < NUMBERS; i++) {
        *numbers[i] = pt_sql_i64(tx, number_columns[i]);
    }
    return PT_OK;
}

PtStatus insight_load(PtSqlTx *tx, int64_t number, PtArena *arena, InsightFacts *ret_facts,
                      PtError *err)
{
    bool row = false;
    InsightFacts facts = {.number = number};
    PtStatus st = pt_sql_use(tx, SQL_INSIGHT_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_row(tx, arena, &facts, err)
                 : pt_fail(err, PT_NOT_FOUND, "ticket %lld has no facts", (long long)number);
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_facts = facts;
    }
    return st;
}

PtStatus insight_store(PtSqlTx *tx, const InsightFacts *facts, bool new, PtError *err)
{
    InsightFacts row = *facts;
    PtStr *texts[TEXTS];
    int64_t *numbers[NUMBERS];
    texts_of(&row, texts);
    numbers_of(&row, numbers);
    PtStatus st = pt_sql_use(tx, new ? SQL_INSIGHT_ADD : SQL_INSIGHT_SET, err);
    if (st != PT_OK) {
        return st;
    }
    for (int i = 0; i < TEXTS; i++) {
        pt_sql_bind_text(tx, 1 + text_columns[i], texts[i]->data != NULL ? *texts[i] : PT_STR(""));
    }
    for (int i = 0; i < NUMBERS; i++) {
        pt_sql_bind_i64(tx, 1 + number_columns[i], *numbers[i]);
    }
    pt_sql_bind_i64(tx, COLUMNS + 1, facts->number);
    return pt_sql_finish(tx, err);
}

/* ---- What is followed -------------------------------------------------------------------------
 */

PtStatus insight_changed(void *ctx, PtSqlTx *tx, const DeskTold *told, PtError *err)
{
    const Insight *n = ctx;
    const DeskTicket *t = told->after;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PtError none = {0};
    InsightFacts facts = {.number = t->number, .type = pt_str(desk_types[t->type])};
    const InsightStep step = {.at_ms = t->changed_ms,
                              .version = t->version,
                              .kind = pt_str(told->kind),
                              .text = told->text,
                              .f = t->f,
                              .state = t->state,
                              .priority = t->priority,
                              .resolved_ms = t->resolved_ms,
                              .major = t->major,
                              .merged = t->merged_into != 0};
    if (arena == NULL) {
        return insight_no_memory(err);
    }
    PtStatus st =
        told->before != NULL ? insight_load(tx, t->number, arena, &facts, &none) : PT_NOT_FOUND;
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return pt_fail(err, st, "%s", none.message);
    }
    insight_fold(n, &facts, &step);
    return insight_store(tx, &facts, st == PT_NOT_FOUND, err);
}

static PtStatus mark(PtSqlTx *tx, const char *statement, int64_t ticket, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    return pt_sql_finish(tx, err);
}

PtStatus insight_late(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err)
{
    (void)ctx;
    return mark(tx, SQL_INSIGHT_LATE, ticket, err);
}

PtStatus insight_asked(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err)
{
    (void)ctx;
    return mark(tx, SQL_INSIGHT_ASKED, ticket, err);
}

PtStatus insight_scored(void *ctx, PtSqlTx *tx, int64_t ticket, int64_t score, PtError *err)
{
    (void)ctx;
    PtStatus st = pt_sql_use(tx, SQL_INSIGHT_SCORED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, ticket);
    pt_sql_bind_i64(tx, 2, score);
    return pt_sql_finish(tx, err);
}
