// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "insight/insight.h"

#include <pthread.h>

/* What the files of insight share. */

/* Facts of a ticket, as in insight_ticket; texts are borrowed. */
typedef struct InsightFacts {
    int64_t number, version;
    PtStr type;
    int64_t priority;
    PtStr state, store, queue, category, channel, assignee, requester;
    int64_t major, merged, child, opened_ms, resolved_ms, since_ms, waiting, wait_ms, business_ms,
        contacts, reopened, transferred, switched, score, invited, met, breached, judged;
} InsightFacts;

struct Insight {
    InsightConfig c;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool threaded;           /* the thread runs */
    bool stopping;           /* under lock */
    _Atomic uint64_t judged; /* verdicts taken, since the start */
};

/* What a change made of a ticket. */
typedef struct InsightStep {
    int64_t at_ms, version;
    PtStr kind, text; /* of the row of history */
    const PtStr *f;   /* DeskTicket.f: how the fields are now */
    DeskState state;
    int64_t priority, resolved_ms;
    bool major, merged;
} InsightStep;

/* The facts after one more change; `facts` with opened_ms 0: it is the first. Texts of the step go
 * into it as they are. */
void insight_fold(const Insight *n, InsightFacts *facts, const InsightStep *step);

PT_NODISCARD PtStatus insight_load(PtSqlTx *tx, int64_t number, PtArena *arena,
                                   InsightFacts *ret_facts, PtError *err); /* PT_NOT_FOUND */
PT_NODISCARD PtStatus insight_store(PtSqlTx *tx, const InsightFacts *facts, bool new, PtError *err);
/* Tickets of the desk that have no facts (rebuild.c). */
PT_NODISCARD PtStatus insight_catch_up(Insight *n, Desk *desk, PtError *err);

int64_t insight_pack(const uint32_t rounds[static WORK_CLOCKS]);
void insight_unpack(int64_t packed, uint32_t ret_rounds[static WORK_CLOCKS]);
PT_NODISCARD PtStatus insight_no_memory(PtError *err);
