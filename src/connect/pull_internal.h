// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/pull.h"
#include "connect/pull_page.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of the pulls share. */

enum {
    PULL_WORKERS = 4,
    PULL_ARENA = 64 << 20, /* of one page: its items, positions, events */
    PULL_RETRY_FIRST_MS = 1000,
    PULL_RETRY_MAX_MS = 3600000,
};

/* A pull as the workers see it. Under pulls->lock, but halt. */
typedef struct PullSlot {
    bool used;
    char id[CONNECT_PULL_ID];
    int64_t number;
    bool due, by_person, running;
    int64_t retry_mono_ms; /* 0: none is due */
    int64_t due_ms;        /* of its timer; 0: none */
    _Atomic bool halt;     /* the run is to end: definition changed, or gone */
} PullSlot;

struct ConnectPulls {
    ConnectPullsConfig c;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on the monotonic clock */
    _Atomic bool stop;
    PullSlot slots[CONNECT_PULLS_MAX];
    pthread_t workers[PULL_WORKERS];
    unsigned worker_count;
    _Atomic uint64_t runs, failed, items, events; /* since the start */
};

/* ---- pull.c ---- */
/* Sets its timer after a run that began at started_ms; 0: never ran. */
void pull_arm(ConnectPulls *pulls, int64_t number, bool enabled, int64_t started_ms,
              int64_t every_min);
/* Whether the definition can work. PT_INVALID names the field. */
PT_NODISCARD PtStatus pull_check(const ConnectPullEdit *edit, PtError *err);

/* ---- pull_store.c: within the caller's transaction ---- */
PT_NODISCARD PtStatus pull_read(PtSqlTx *tx, PtStr id, PtArena *arena, ConnectPull *ret_pull,
                                PtError *err);
PT_NODISCARD PtStatus pull_read_list(PtSqlTx *tx, PtArena *arena, ConnectPull **ret_list,
                                     size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus pull_insert(PtSqlTx *tx, const ConnectPull *pull, PtError *err);
PT_NODISCARD PtStatus pull_update(PtSqlTx *tx, const ConnectPull *pull, PtError *err);
PT_NODISCARD PtStatus pull_remove(PtSqlTx *tx, PtStr id, PtError *err);
PT_NODISCARD PtStatus pull_counts(PtSqlTx *tx, int64_t *ret_count, int64_t *ret_last, PtError *err);
/* State and position, where the definition still has pull->version; *ret_saved false: it has not.
 */
PT_NODISCARD PtStatus pull_save_place(PtSqlTx *tx, const ConnectPull *pull, bool *ret_saved,
                                      PtError *err);
PT_NODISCARD PtStatus
pull_put_run(PtSqlTx *tx, PtStr pull, const ConnectPullRun *run,
             PtError *err); /* makes or replaces; drops those beyond the kept */
/* Outcome and end only, of a run whose definition is another by now; harmless where it is gone. */
PT_NODISCARD PtStatus pull_end_run(PtSqlTx *tx, PtStr pull, const ConnectPullRun *run,
                                   PtError *err);
PT_NODISCARD PtStatus pull_read_runs(PtSqlTx *tx, PtStr pull, int64_t before, size_t limit,
                                     PtArena *arena, ConnectPullRuns *ret_page, PtError *err);
PT_NODISCARD PtStatus pull_interrupt_runs(PtSqlTx *tx, int64_t now_ms, PtError *err);
PT_NODISCARD PtStatus pull_audit(PtSqlTx *tx, int64_t now_ms, PtStr id, PtStr name,
                                 const AuditActor *by, const char *action, PtError *err);

/* ---- pull_fetch.c ---- */
typedef struct PullRequest {
    const ConnectNet *net;
    const ConnectPullEdit *edit;
    PtStr url, secret;
    bool (*stopped)(void *ctx); /* asked about once a second */
    void *ctx;
} PullRequest;

typedef enum PullVerdict {
    PULL_ANSWERED, /* 2xx with a body */
    PULL_AGAIN,    /* no answer, 408, 425, 429, 5xx */
    PULL_REFUSED,  /* any other: the schedule tries again */
    PULL_STOP,     /* 401, 403, or an address that may not be called */
} PullVerdict;

typedef struct PullAnswer {
    PullVerdict verdict;
    int status;            /* 0: none */
    int64_t retry_after_s; /* 0: none was given */
    PtBuf body;            /* owned */
    PtStr link;            /* target of Link: rel="next", in the arena; empty: none */
    char why[PT_ERROR_MESSAGE_MAX];
} PullAnswer;

void pull_answer_init(PullAnswer *answer);
void pull_answer_done(PullAnswer *answer);
/* PT_OK: the verdict tells. PT_UNAVAILABLE: it was stopped. */
PT_NODISCARD PtStatus pull_fetch(const PullRequest *request, PtArena *arena, PullAnswer *answer,
                                 PtError *err);
/* The headers of a definition, one "name: value" a line, into out. PT_INVALID: what is wrong with
 * them. */
PT_NODISCARD PtStatus pull_headers(PtStr json, bool (*fn)(void *ctx, const char *line), void *ctx,
                                   PtError *err);
bool pull_header_name_ok(PtStr name);

/* What the status of an answer means. */
PullVerdict pull_verdict(int status);

/* ---- pull_run.c ---- */
void *pull_worker_main(void *ctx);
/* One run, in the caller's thread, of a slot that is taken. *ret_begun false with a failure:
 * nothing was written or planned, so the caller has to try again. A failure otherwise: the run's
 * end was not written. */
PT_NODISCARD PtStatus pull_run_one(ConnectPulls *pulls, PullSlot *slot, ConnectPullCause cause,
                                   bool *ret_begun, PtError *err);
/* How long to wait after so many failures in a row: between half and all of the step, which doubles
 * from PULL_RETRY_FIRST_MS to PULL_RETRY_MAX_MS; at least what was asked for. */
int64_t pull_pause_ms(int64_t failures, int64_t retry_after_s, uint64_t random);
