// SPDX-License-Identifier: Apache-2.0
#pragma once

/* Triage, a part of the desk's door (included by desk/desk.h, which has the threads and errors):
 * what the machine finds in the text of a new ticket, what people make of that, and the models that
 * learn from it. docs/language.md.
 *
 * At intake  An incident or request whose category nobody chose: what the machine is sure of is set
 *            in the transaction that opens the ticket, as a row of history of kind "triaged"; the
 *            rest is a proposal. What a person chose is never overwritten.
 * Models     Versions from 1, by kind; one of a kind is in force. The first of categories is the
 *            starter model; queues and sentiment have none until somebody teaches them.
 */
#include "access/access.h"
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "language/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Desk Desk;
struct DeskTicket;

enum {
    DESK_SIMILAR_MAX = 10,
    DESK_MESSAGES_MAX = 50,
    DESK_NEAR_MAX = 50000,         /* the newest tickets, compared by their texts */
    DESK_EXAMPLES_MAX = 200000,    /* that are kept of a kind */
    DESK_EXAMPLES_AT_ONCE = 20000, /* added by one call */
    DESK_EXAMPLE_BYTES = 16 << 10, /* of a text; the rest is cut off */
    DESK_MODELS_MAX = 20,          /* kept of a kind: the newest, and the one in force */
    DESK_HELD_LEAST = 10,          /* texts held out, below which a model is not compared */
    DESK_WORDS_MAX = 30,           /* that changed most between two models */
    DESK_WEEKS_MAX = 104,
};
#define DESK_ALIKE_LEAST 0.4F /* of texts that are called similar */
#define DESK_ALIKE_SAME  0.8F /* of texts that are called the same */

/* ---- A ticket's triage ------------------------------------------------------------------------
 */
typedef struct DeskSimilar {
    int64_t number;
    double alike; /* 0..1 */
    bool open;
    PtStr key, title, category;
} DeskSimilar;

/* What was found in a report or an answer. */
typedef struct DeskMessage {
    int64_t report, at_ms, model; /* report 0: an answer, of which the tone alone is found */
    PtStr category, language, intent;
    double confidence;
    bool accepted;
    int64_t sentiment, urgency; /* by DESK_TONE_ONE */
    PtStr words;                /* JSON: [{word, weight}] that make the tone */
    PtStr found;                /* as below, of reports that joined; "{}" else */
} DeskMessage;

typedef struct DeskTriage {
    int64_t at_ms, model;
    PtStr category, queue; /* proposed; "" none */
    double confidence, threshold;
    bool accepted;
    PtStr fields; /* JSON list of the fields that the machine set */
    PtStr language, intent;
    double sentiment, urgency;
    PtStr found; /* JSON: {"reasons": [{word, weight}], "entities": [{thing, value, known}]} */
    PtStr outcome, label; /* "confirmed", "corrected"; "" nobody said */
    int64_t decided_ms;
    PtStr decided_by;
    DeskSimilar similar[DESK_SIMILAR_MAX]; /* best first, whatever their state */
    size_t similar_count;
    DeskMessage *messages; /* the newest DESK_MESSAGES_MAX that were read, newest first */
    size_t message_count;
    bool now; /* nothing was kept, since nobody read it then: what the models in force say now */
} DeskTriage;
/* PT_NOT_FOUND: no such ticket, or it is of a type that is not read. */
PT_NODISCARD PtStatus desk_triage(Desk *d, int64_t number, PtArena *arena, DeskTriage *ret_triage,
                                  PtError *err);

/* What a person says of it: a change of the ticket and an example to learn from. */
typedef struct DeskDecision {
    PtStr category, queue,
        sentiment; /* data NULL: nothing; all three: what was proposed is right */
} DeskDecision;
PT_NODISCARD PtStatus desk_triage_decide(Desk *d, const AuditActor *by, int64_t number,
                                         const DeskDecision *decision, PtArena *arena,
                                         struct DeskTicket *ret_ticket, PtError *err);

/* What the models in force say of any text; nothing is kept. PT_UNAVAILABLE: the desk has none. */
PT_NODISCARD PtStatus desk_triage_text(Desk *d, PtStr text, LanguageFindings *ret_findings,
                                       PtError *err);

/* ---- Examples ---------------------------------------------------------------------------------
 */
typedef struct DeskExample {
    PtStr text, label;
} DeskExample;
typedef struct DeskExamples {
    LanguageKind kind;
    LanguagePart part; /* LANGUAGE_PARTS: by each text's hash */
    const DeskExample *list;
    size_t count;
} DeskExamples;
/* All or none. PT_TOO_LARGE: over DESK_EXAMPLES_MAX of the kind. Audited. */
PT_NODISCARD PtStatus desk_examples_add(Desk *d, const AuditActor *by, const DeskExamples *examples,
                                        PtError *err);
/* Takes those back that files brought. Audited. */
PT_NODISCARD PtStatus desk_examples_drop(Desk *d, const AuditActor *by, LanguageKind kind,
                                         int64_t *ret_dropped, PtError *err);

/* ---- Models -----------------------------------------------------------------------------------
 */
extern const char *const desk_model_states[]; /* "in_force", "candidate", "retired", NULL */

typedef struct DeskModel {
    int64_t version, before, made_ms, decisions, files;
    PtStr origin, state, reason, made_by;
    PtStr metrics; /* JSON */
} DeskModel;
/* Newest first. */
PT_NODISCARD PtStatus desk_models(Desk *d, LanguageKind kind, PtArena *arena, DeskModel **ret_list,
                                  size_t *ret_count, PtError *err);
/* Words of examples whose weight for their label moved most against the model before. */
typedef struct DeskWordMoved {
    PtStr word, label;
    double before, after;
} DeskWordMoved;
PT_NODISCARD PtStatus desk_model_words(Desk *d, LanguageKind kind, int64_t version, PtArena *arena,
                                       DeskWordMoved **ret_list, size_t *ret_count, PtError *err);
/* Puts it in force: a roll-back, or a candidate that a person prefers. Audited. */
PT_NODISCARD PtStatus desk_model_use(Desk *d, const AuditActor *by, LanguageKind kind,
                                     int64_t version, PtError *err);

typedef struct DeskTrain {
    LanguageKind kind;
    bool no_starter;  /* from examples alone */
    double precision; /* wanted of what is accepted; 0: 0.95 */
} DeskTrain;
/* On a thread of the desk's own. PT_CONFLICT: one is being made. */
PT_NODISCARD PtStatus desk_train(Desk *d, const AuditActor *by, const DeskTrain *train,
                                 PtError *err);

typedef struct DeskTraining {
    bool running;
    LanguageKind kind;                                        /* of the last one */
    int64_t began_ms, ended_ms;                               /* 0: never, not yet */
    char problem[PT_ERROR_MESSAGE_MAX];                       /* of the last one; "" none */
    int64_t decisions[LANGUAGE_KINDS], files[LANGUAGE_KINDS]; /* examples there are */
} DeskTraining;
PT_NODISCARD PtStatus desk_training(Desk *d, DeskTraining *ret_training, PtError *err);

/* ---- How well it goes -------------------------------------------------------------------------
 */
typedef struct DeskWeek {
    int64_t from_ms; /* Monday 00:00 UTC */
    /* tickets opened then that were triaged; of them set by the machine; what people made of them;
     * of those set, how many were corrected */
    int64_t triaged, set, confirmed, corrected, left, set_corrected;
} DeskWeek;
/* The newest first, at most max: 1..DESK_WEEKS_MAX; weeks without any are left out. */
PT_NODISCARD PtStatus desk_triage_weeks(Desk *d, size_t max, PtArena *arena, DeskWeek **ret_weeks,
                                        size_t *ret_count, PtError *err);

typedef struct DeskTriageSettings {
    int64_t version;       /* 0: as it comes */
    bool sets;             /* false: the machine proposes, and sets nothing */
    int64_t retrain_after; /* decisions since the last model; 0: never by itself */
    int64_t retrain_hour;  /* UTC: what is new by then is learnt */
} DeskTriageSettings;
PT_NODISCARD PtStatus desk_triage_settings(Desk *d, DeskTriageSettings *ret_settings, PtError *err);
/* PT_CONFLICT: `version` is not the one in force. Audited. */
PT_NODISCARD PtStatus desk_triage_settings_put(Desk *d, const AuditActor *by,
                                               const DeskTriageSettings *settings,
                                               DeskTriageSettings *ret_settings, PtError *err);
