// SPDX-License-Identifier: Apache-2.0
/* The oracle of plans that count by period and by nothing else. Facts: 0 and k; stage and period;
 * 0 and period. */
#include "platform/columns/columns_oracle_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Facts ----------------------------------------------------------------------------------- */

static bool has_row(const PlanPeriods *periods, uint32_t set, const Seen *h, size_t count,
                    uint32_t period)
{
    for (size_t i = 0; i < count; i++) {
        if (h[i].sets[set] && oracle_period_of(periods, h[i].row->row.time_ms) == period) {
            return true;
        }
    }
    return false;
}

void oracle_facts_of_stickiness(Oracle *o, const Seen *h, size_t count)
{
    const PlanStickiness *p = &o->plan->stickiness;
    uint32_t k = 0;
    for (uint32_t i = 0; i < p->periods.count; i++) {
        k += has_row(&p->periods, p->set, h, count, i);
    }
    if (k > 0) {
        (void)oracle_add_fact(o, PT_STR(""), 0, k, h->person);
    }
}

void oracle_facts_of_lifecycle(Oracle *o, const Seen *h, size_t count)
{
    const PlanLifecycle *p = &o->plan->lifecycle;
    bool earlier = false, before = false; // before: in the period before
    for (uint32_t i = 0; i < p->periods.count; i++) {
        const bool now = has_row(&p->periods, p->set, h, count, i);
        if (now) {
            (void)oracle_add_fact(o, PT_STR(""),
                                  !earlier ? PLAN_NEW
                                  : before ? PLAN_RETURNING
                                           : PLAN_RESURRECTING,
                                  i, h->person);
        } else if (before) {
            (void)oracle_add_fact(o, PT_STR(""), PLAN_DORMANT, i, h->person);
        }
        earlier = earlier || now;
        before = now;
    }
}

void oracle_facts_of_sessions(Oracle *o, const Seen *h, size_t count)
{
    const PlanSessions *p = &o->plan->sessions;
    Fact *session = NULL;
    int64_t first_ms = 0, last_ms = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t ms = h[i].row->row.time_ms;
        if (!h[i].sets[p->set]) {
            continue;
        }
        if (session == NULL || ms - last_ms > p->gap_ms) {
            session =
                oracle_add_fact(o, PT_STR(""), 0, oracle_period_of(&p->periods, ms), h->person);
            first_ms = ms;
        }
        last_ms = ms;
        session->number = (double)(last_ms - first_ms);
        session->micros++; // rows
    }
}

/* ---- Answers --------------------------------------------------------------------------------- */

static uint64_t *counts_of(Oracle *o, uint32_t series, size_t periods)
{
    uint64_t *counts = oracle_must(pt_arena_alloc(o->arena, series * periods, sizeof *counts));
    for (size_t i = 0; i < o->fact_count; i++) {
        const Fact *f = &o->facts[i];
        counts[f->b * series + f->a]++;
    }
    return counts;
}

void oracle_answer_stickiness(Oracle *o)
{
    o->answer.stickiness = counts_of(o, 1, o->plan->stickiness.periods.count + 1);
}

void oracle_answer_lifecycle(Oracle *o)
{
    const size_t periods = o->plan->lifecycle.periods.count;
    o->answer.lifecycle = (const uint64_t (*)[PLAN_STAGES])counts_of(o, PLAN_STAGES, periods);
}

static int by_length(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* count over 0 */
static PlanSessionsRow sessions_of(const Fact *facts, size_t count)
{
    PlanSessionsRow row = {.sessions = count};
    double *lengths = oracle_must(calloc(count, sizeof *lengths));
    for (size_t i = 0; i < count; i++) { // sorted by person
        row.persons += i == 0 || facts[i].person != facts[i - 1].person;
        row.rows += (uint64_t)facts[i].micros;
        row.length_sum_ms += facts[i].number;
        lengths[i] = facts[i].number;
    }
    qsort(lengths, count, sizeof *lengths, by_length);
    row.length_median_ms = (int64_t)lengths[(count + 1) / 2 - 1];
    free(lengths);
    return row;
}

void oracle_answer_sessions(Oracle *o)
{
    PlanSessionsRow *rows =
        oracle_must(pt_arena_alloc(o->arena, o->plan->sessions.periods.count, sizeof *rows));
    for (size_t i = 0, end; i < o->fact_count; i = end) {
        end = i + 1;
        while (end < o->fact_count && o->facts[end].b == o->facts[i].b) {
            end++;
        }
        rows[o->facts[i].b] = sessions_of(&o->facts[i], end - i);
    }
    o->answer.sessions = rows;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

void oracle_compare_stickiness(const Oracle *o, const PlanAnswer *got,
                               char words[static ORACLE_WORDS])
{
    for (size_t k = 0; k <= o->plan->stickiness.periods.count; k++) {
        if (o->answer.stickiness[k] != got->stickiness[k]) {
            (void)snprintf(words, ORACLE_WORDS, "k %zu: %llu persons, not %llu", k,
                           (unsigned long long)got->stickiness[k],
                           (unsigned long long)o->answer.stickiness[k]);
            return;
        }
    }
}

void oracle_compare_lifecycle(const Oracle *o, const PlanAnswer *got,
                              char words[static ORACLE_WORDS])
{
    for (size_t i = 0; i < o->plan->lifecycle.periods.count * PLAN_STAGES; i++) {
        const size_t period = i / PLAN_STAGES, stage = i % PLAN_STAGES;
        const uint64_t want = o->answer.lifecycle[period][stage];
        if (want != got->lifecycle[period][stage]) {
            (void)snprintf(words, ORACLE_WORDS, "period %zu stage %zu: %llu persons, not %llu",
                           period, stage, (unsigned long long)got->lifecycle[period][stage],
                           (unsigned long long)want);
            return;
        }
    }
}

void oracle_compare_sessions(const Oracle *o, const PlanAnswer *got,
                             char words[static ORACLE_WORDS])
{
    for (size_t i = 0; i < o->plan->sessions.periods.count; i++) {
        const PlanSessionsRow *want = &o->answer.sessions[i], *have = &got->sessions[i];
        if (want->sessions != have->sessions || want->persons != have->persons ||
            want->rows != have->rows || want->length_sum_ms != have->length_sum_ms ||
            want->length_median_ms != have->length_median_ms) {
            (void)snprintf(words, ORACLE_WORDS,
                           "period %zu: %llu sessions of %llu with %llu rows, sum %.17g, median "
                           "%lld, not %llu, %llu, %llu, %.17g, %lld",
                           i, (unsigned long long)have->sessions, (unsigned long long)have->persons,
                           (unsigned long long)have->rows, have->length_sum_ms,
                           (long long)have->length_median_ms, (unsigned long long)want->sessions,
                           (unsigned long long)want->persons, (unsigned long long)want->rows,
                           want->length_sum_ms, (long long)want->length_median_ms);
            return;
        }
    }
}
