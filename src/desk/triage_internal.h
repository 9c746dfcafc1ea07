// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk_internal.h"

/* What the files of triage share. */
enum {
    TRIAGE_FOUND_BYTES = 32 << 10, /* words are slices of the text, and may be all of it */
    TRIAGE_TEXT_BYTES = 16 << 10,  /* title and description of a ticket, as they are read */
};

struct DeskLearning {
    LanguageTriage *asks;
    pthread_mutex_t near_lock; /* of what follows; within no other lock of these */
    LanguageNear *near;        /* numbers of tickets */
    LanguageReader *reader;
    int64_t newest;       /* number that was put */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    pthread_t thread;
    _Atomic bool running; /* the thread is there */
    bool asked;           /* it has something to do */
    DeskTrain what;       /* that */
    AuditActor by;        /* for whom; system: it came by itself */
    DeskTraining state;
    DeskTriageSettings settings;
    _Atomic bool stop;
    _Atomic int64_t since; /* decisions about categories since the newest model */
};

/* The text of a ticket that is read: title, then description. data NULL: no memory. */
PtStr triage_text(const PtStr *fields, PtArena *arena);

/* Incidents and requests are read. */
static inline bool triage_reads(DeskType type)
{
    return type == DESK_INCIDENT || type == DESK_REQUEST;
}
/* What the models in force say of a ticket now; nothing is set, nothing kept. */
PT_NODISCARD PtStatus triage_now(Desk *d, PtSqlTx *tx, const DeskRow *row, PtArena *arena,
                                 DeskTriage *ret_triage, PtError *err);
/* Likewise, kept: somebody has something to say of it. */
PT_NODISCARD PtStatus triage_keep_now(DeskWriting *w, const DeskRow *row);

/* Settings (triage_settings.c). */
PT_NODISCARD PtStatus triage_settings_load(Desk *d, PtError *err);

/* Models (triage_model.c): those in force are what is asked from now on. */
PT_NODISCARD PtStatus triage_models_load(Desk *d, PtError *err);
/* The starter is version 1, once somebody looks. */
PT_NODISCARD PtStatus triage_starter_keep(Desk *d, PtError *err);
/* The one in force, a copy; NULL and 0: there is none. */
PT_NODISCARD PtStatus triage_model_copy(PtSqlTx *tx, LanguageKind kind, LanguageModel **ret_model,
                                        int64_t *ret_version, PtError *err);
typedef struct TriageNew {
    LanguageKind kind;
    const LanguageModel *model;
    DeskModel
        row; /* version, made_ms and made_by are found here; state says whether it takes over */
} TriageNew;
PT_NODISCARD PtStatus triage_model_add(PtSqlTx *tx, const TriageNew *fresh, PtError *err);
/* 0: none is. */
PT_NODISCARD PtStatus triage_model_in_force(PtSqlTx *tx, LanguageKind kind, int64_t *ret_version,
                                            PtError *err);
PT_NODISCARD PtStatus triage_model_last(PtSqlTx *tx, LanguageKind kind, int64_t *ret_version,
                                        int64_t *ret_made_ms, PtError *err);

/* Examples (triage_example.c). */
PT_NODISCARD PtStatus triage_example_count(PtSqlTx *tx, LanguageKind kind, const char *source,
                                           int64_t *ret_count, PtError *err);
typedef struct TriageExample {
    LanguageKind kind;
    const char *source, *part;
    int64_t ticket;
    PtStr text, label;
} TriageExample;
PT_NODISCARD PtStatus triage_example_add(PtSqlTx *tx, const TriageExample *example, int64_t number,
                                         int64_t now_ms, PtStr by, PtError *err);
PT_NODISCARD PtStatus triage_example_last(PtSqlTx *tx, int64_t *ret_number, PtError *err);
extern const char *const triage_parts[]; /* "train", "valid", "held", "", NULL */

/* Making one (triage_make.c): from what there is, compared, stored. Takes seconds. */
PT_NODISCARD PtStatus triage_make(Desk *d, const DeskTrain *what, const AuditActor *by,
                                  PtError *err);
/* Metrics of what was compared, as JSON. */
PT_NODISCARD PtStatus triage_metrics(const LanguageModel *model, const LanguageComparison *compared,
                                     const LanguageCorpus *held, PtBuf *out, PtError *err);

/* Texts of the newest tickets (triage_near.c). */
PT_NODISCARD PtStatus triage_near_load(Desk *d, PtError *err);
PT_NODISCARD PtStatus triage_near_find(Desk *d, int64_t number, PtStr text, PtArena *arena,
                                       DeskTriage *triage, PtError *err);

/* The thread and the timer (triage_thread.c). */
PT_NODISCARD PtStatus triage_thread_start(Desk *d, PtError *err);
/* For the hour of the settings. */
PT_NODISCARD PtStatus triage_timer_set(Desk *d, PtError *err);
void triage_thread_stop(Desk *d);
