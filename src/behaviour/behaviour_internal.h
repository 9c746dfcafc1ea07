// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "behaviour/behaviour.h"
#include "platform/columns.h"

#include <pthread.h>

/* What the files of behaviour share. */
struct Behaviour {
    BehaviourConfig c;
    char *dir, *scratch, *duckdb; /* of c */
    Columns *columns;
    pthread_mutex_t writing; /* the view's step, flush, merge and an erasure: one at a time */
    _Atomic bool loading, stopping;
    _Atomic uint64_t next;          /* rows below this offset are in the columns */
    struct Rows *rows;              /* events into rows (rows.c); under `writing` */
    struct Asking *asking;          /* turns of questions, kept answers (query.c) */
    struct LiveQuestions *live;     /* live.c */
    _Atomic uint64_t asked, failed; /* questions, since the start */

    void (*rebuild_fn)(void *ctx); /* behaviour_rebuilds */
    void *rebuild_ctx;
    PtArena *arena;                     /* of one batch of records */
    _Atomic uint64_t said;              /* where the tables say the view is */
    _Atomic bool merging;               /* there are runs to merge, and nothing else to do */
    uint64_t target;                    /* it is loading until it is there */
    bool started, unsaid;               /* unsaid: a transaction's end is not known */
    pthread_mutex_t naming;             /* of `numbering` */
    char numbering[PROFILES_NUMBERING]; /* of the identifiers in the columns; "": none yet */
};

/* ---- view.c ---------------------------------------------------------------------------------- */

enum { BEHAVIOUR_DIR = 4096, BEHAVIOUR_PATH = BEHAVIOUR_DIR + 16 }; /* bytes */

/* Nothing is left of the rows, in memory or in files; they are to be read again from `next`. Under
 * `writing`. */
PT_NODISCARD PtStatus behaviour_forget_rows(Behaviour *b, uint64_t next, PtError *err);
/* What was in memory is written, as far as the tables know of it. */
void behaviour_keep_rows(Behaviour *b);

/* ---- query.c --------------------------------------------------------------------------------- */

PtStatus behaviour_asking_new(Behaviour *b, PtError *err);
void behaviour_asking_stop(Behaviour *b);   /* and waits until nobody asks */
void behaviour_asking_forget(Behaviour *b); /* the answers that are kept */
void behaviour_asking_free(Behaviour *b);

/* ---- live.c ---------------------------------------------------------------------------------- */

PT_NODISCARD PtStatus behaviour_live_new(Behaviour *b, PtError *err);
void behaviour_live_stop(Behaviour *b); /* wakes who listens: `stopping` is set */
void behaviour_live_free(Behaviour *b);

/* ---- reports.c ------------------------------------------------------------------------------- */

struct Query;
/* query_read_saved (query_internal.h), of the reports that there are. */
PT_NODISCARD PtStatus reports_read_query(Behaviour *b, PtStr json, PtArena *arena,
                                         struct Query **ret_query, PtError *err);
