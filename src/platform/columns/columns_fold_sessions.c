// SPDX-License-Identifier: Apache-2.0
/* Sessions: one walk over a person's rows; of a session that is going on no more is known than its
 * first row, its last one and how many there are. Lengths over 0 are kept, each, for the median;
 * sessions of one instant are many, and a count does. */
#include "platform/columns/columns_spans.h"

#include <stdlib.h>

__extension__ typedef __int128 Wide;

typedef struct Cell { /* of a period */
    uint64_t sessions, persons, rows;
    Wide length_sum_ms;
    Spans lengths; /* over 0 */
} Cell;

typedef struct State {
    const PlanSessions *plan;
    uint64_t set; /* bit of ScanRow.sets */
    bool drilling;
    Cell *cells;
    size_t length_bytes;
} State;

typedef struct Session {
    int64_t first_ms, last_ms;
    uint64_t rows; /* 0: there is none */
} Session;

static PtStatus check(const ColumnsPlan *plan, PtError *err)
{
    const PlanSessions *p = &plan->sessions;
    if (p->set >= plan->set_count) {
        return pt_fail(err, PT_INVALID, "sessions name set %u of %zu", p->set, plan->set_count);
    }
    if (p->gap_ms <= 0) {
        return pt_fail(err, PT_INVALID, "the gap between sessions is not over 0");
    }
    return periods_check(&p->periods, plan, "sessions", err);
}

static void state_free(void *state)
{
    State *s = state;
    if (s != NULL) {
        for (size_t i = 0; s->cells != NULL && i < s->plan->periods.count; i++) {
            spans_done(&s->cells[i].lengths);
        }
        free(s->cells);
        free(s);
    }
}

static PtStatus state_new(const ColumnsPlan *plan, const PlanRun *run, void **ret_state,
                          PtError *err)
{
    State *s = calloc(1, sizeof *s);
    Cell *cells = calloc(plan->sessions.periods.count, sizeof *cells);
    if (s == NULL || cells == NULL) {
        free(s);
        free(cells);
        return pt_fail(err, PT_NO_MEMORY, "no memory for sessions");
    }
    *s = (State){
        .plan = &plan->sessions,
        .set = 1ull << plan->sessions.set,
        .drilling = run->drill != NULL,
        .cells = cells,
    };
    *ret_state = s;
    return PT_OK;
}

/* ---- One person ------------------------------------------------------------------------------ */

/* last: period of the person's session before, which a person is counted in already. */
static PtStatus end_session(State *s, Scan *scan, const Session *session, size_t *last,
                            PtError *err)
{
    if (session->rows == 0) {
        return PT_OK;
    }
    const PlanPeriods *periods = &s->plan->periods;
    const int64_t length_ms = session->last_ms - session->first_ms;
    const size_t period = plan_period_of(periods, session->first_ms);
    Cell *cell = &s->cells[period];
    cell->sessions++;
    cell->persons += period != *last;
    cell->rows += session->rows;
    cell->length_sum_ms += length_ms;
    *last = period;
    return length_ms > 0 ? spans_add(&cell->lengths, scan, &length_ms, 1, &s->length_bytes, err)
                         : PT_OK;
}

static PtStatus walk(State *s, Scan *scan, const ScanRow *rows, size_t count, PtError *err)
{
    Session session = {0};
    size_t last = SIZE_MAX;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const int64_t ms = rows[i].time_ms;
        if ((rows[i].sets & s->set) == 0) {
            continue;
        }
        if (session.rows == 0 || ms - session.last_ms > s->plan->gap_ms) {
            st = end_session(s, scan, &session, &last, err);
            session = (Session){.first_ms = ms};
        }
        session.last_ms = ms;
        session.rows++;
    }
    return st == PT_OK ? end_session(s, scan, &session, &last, err) : st;
}

static PtStatus person(void *state, Scan *scan, uint32_t number, const ScanRow *rows, size_t count,
                       PtError *err)
{
    State *s = state;
    PtStr text;
    const PlanDrill *drill = s->drilling ? scan_drill(scan, &text) : NULL;
    if (drill == NULL || drill->period >= s->plan->periods.count) {
        return walk(s, scan, rows, count, err);
    }
    const uint64_t before = s->cells[drill->period].persons;
    PtStatus st = walk(s, scan, rows, count, err);
    return st == PT_OK && s->cells[drill->period].persons != before ? scan_tell(scan, number, err)
                                                                    : st;
}

/* ---- Ranges together, answer ----------------------------------------------------------------- */

static PtStatus merge(void *into, void *from, PtError *err)
{
    State *a = into;
    const State *b = from;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < a->plan->periods.count; i++) {
        Cell *ours = &a->cells[i];
        const Cell *theirs = &b->cells[i];
        ours->sessions += theirs->sessions;
        ours->persons += theirs->persons;
        ours->rows += theirs->rows;
        ours->length_sum_ms += theirs->length_sum_ms;
        st = spans_add(&ours->lengths, NULL, theirs->lengths.ms, theirs->lengths.count,
                       &a->length_bytes, err);
    }
    return st;
}

static size_t bytes_of(const void *state)
{
    const State *s = state;
    return s->plan->periods.count * sizeof *s->cells + s->length_bytes;
}

static PtStatus answer(void *state, const ColumnsPlan *plan, PtArena *arena, PlanAnswer *ret_answer,
                       PtError *err)
{
    const State *s = state;
    const size_t count = plan->sessions.periods.count;
    PlanSessionsRow *rows = pt_arena_alloc(arena, count, sizeof *rows);
    if (rows == NULL) {
        return pt_fail(err, PT_TOO_LARGE, "the answer is over its bound of memory");
    }
    for (size_t i = 0; i < count; i++) {
        Cell *cell = &s->cells[i];
        rows[i] = (PlanSessionsRow){
            .sessions = cell->sessions,
            .persons = cell->persons,
            .rows = cell->rows,
            .length_sum_ms = (double)cell->length_sum_ms,
            .length_median_ms = spans_median(&cell->lengths, cell->sessions),
        };
    }
    ret_answer->sessions = rows;
    return PT_OK;
}

const FoldKind fold_sessions = {
    .check = check,
    .new = state_new,
    .free = state_free,
    .person = person,
    .merge = merge,
    .bytes = bytes_of,
    .answer = answer,
};
