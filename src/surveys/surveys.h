// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h" // AuditActor
#include "base/buf.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "platform/clock.h"
#include "platform/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Surveys: the door of the module. One question after a ticket is closed, asked of who reported it,
 * answered by one click without signing in: docs/surveys.md.
 *
 * Truth    SQL. An invitation is made in the transaction that closes its ticket, one a ticket; an
 *          answer is a row and a feed row ("Survey Answered") in one transaction.
 * Links    A token is number, nonce and a keyed hash of both: it is derived when it is needed and
 *          kept nowhere, neither in SQL nor in the log.
 * Errors   PT_INVALID names field and bound; PT_NOT_FOUND: also a token that is wrong or has ended.
 * Threads  Any.
 */
typedef struct Surveys Surveys;

/* Who follows invitations and answers, in their transaction. A failure takes them back. */
typedef struct SurveyListener {
    void *ctx;
    PtStatus (*asked)(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err); /* NULL: nobody */
    /* Of satisfaction, 1..5. */
    PtStatus (*scored)(void *ctx, PtSqlTx *tx, int64_t ticket, int64_t score, PtError *err);
} SurveyListener;

typedef struct SurveysConfig {
    PtSql *core;
    const PtClock *clock;
    SurveyListener listener;
    uint8_t key[PT_SECRET_KEY]; /* of the links */
} SurveysConfig;

PT_NODISCARD PtStatus surveys_open(const SurveysConfig *config, Surveys **ret_surveys,
                                   PtError *err);
void surveys_close(Surveys *s); /* accepts NULL */
/* A collector for pt_metric_collector; ctx is the Surveys. */
void surveys_metrics(void *ctx, PtBuf *out);

/* ---- Surveys ----------------------------------------------------------------------------------
 */

typedef enum SurveyScale {
    SURVEY_CSAT, /* satisfaction, 1..5: the one that the desk's figures read */
    SURVEY_CES,  /* effort, 1..7: high is bad */
    SURVEY_NPS,  /* would recommend, 0..10 */
    SURVEY_SCALES
} SurveyScale;
extern const char *const survey_scales[]; /* "csat", "ces", "nps", NULL */
int64_t survey_scale_least(SurveyScale scale);
int64_t survey_scale_most(SurveyScale scale);

enum {
    SURVEYS_MAX = 50,
    SURVEY_ID_MAX = 64,
    SURVEY_NAME_MAX = 200,     /* characters */
    SURVEY_QUESTION_MAX = 300, /* likewise */
    SURVEY_CHANNELS_MAX = 20,
    SURVEY_CHANNEL_MAX = 40,
    SURVEY_COMMENT_MAX = 2000, /* characters */
    SURVEY_DAYS_MAX = 365,
    SURVEY_CHANGES_MAX = 50, /* answers of one invitation */
    SURVEY_TOKEN = 128,      /* text of a link's token with its NUL */
};

typedef struct Survey {
    PtStr id; /* 1..64 of a-z, 0-9 and _, the first a letter */
    PtStr name, question;
    SurveyScale scale;
    const PtStr *channels; /* of tickets that it is asked after; none: of any */
    size_t channel_count;
    bool active;
    int64_t sample;      /* 1..100: of a hundred tickets so many are asked about */
    int64_t quiet_days;  /* 0..365: nobody is asked again before */
    int64_t expiry_days; /* 1..365: an invitation can be answered so long */
    int64_t version;     /* of survey_put: that it was read at; 0: it is new */
    int64_t changed_ms;
    PtStr changed_by;
} Survey;

/* By id; all is in the arena. */
PT_NODISCARD PtStatus surveys_list(Surveys *s, PtArena *arena, Survey **ret_list, size_t *ret_count,
                                   PtError *err);
/* Adds it, or replaces the one of this version: else PT_CONFLICT. Audited. */
PT_NODISCARD PtStatus surveys_put(Surveys *s, const AuditActor *by, const Survey *survey,
                                  PtArena *arena, Survey *ret_survey, PtError *err);

/* ---- Invitations ------------------------------------------------------------------------------
 */

typedef struct SurveyTicket {
    int64_t number;
    PtStr key;       /* "INC-1001" */
    PtStr requester; /* empty: there is nobody to ask */
    PtStr channel;
} SurveyTicket;

/* A ticket was closed: its requester is invited by the first active survey of its channel, unless
 * the ticket has an invitation, is not of the sample, or they were asked within the quiet period.
 * In the caller's write transaction. */
PT_NODISCARD PtStatus surveys_closed(Surveys *s, PtSqlTx *tx, const SurveyTicket *ticket,
                                     PtError *err);

typedef struct SurveyInvitation {
    int64_t number, ticket;
    PtStr survey, ticket_key, person, comment, question; /* the arena's */
    SurveyScale scale;
    int64_t invited_ms, expires_ms, answered_ms, changed_ms; /* 0: not yet */
    int64_t score;                                           /* where answered_ms */
    int64_t changes;                                         /* how often it was answered anew */
} SurveyInvitation;

/* Whose token it is, and not over. */
PT_NODISCARD PtStatus surveys_of_token(Surveys *s, PtStr token, PtArena *arena,
                                       SurveyInvitation *ret_invitation, PtError *err);
/* The invitation of a ticket, and the token of its link. */
PT_NODISCARD PtStatus surveys_of_ticket(Surveys *s, int64_t ticket, PtArena *arena,
                                        SurveyInvitation *ret_invitation,
                                        char ret_token[static SURVEY_TOKEN], PtError *err);

typedef struct SurveyAnswer {
    int64_t score;
    PtStr comment; /* data NULL: as it is */
} SurveyAnswer;
/* Kept, in place of one that was given before; the same again changes nothing. PT_CONFLICT: it was
 * changed SURVEY_CHANGES_MAX times. */
PT_NODISCARD PtStatus surveys_answer(Surveys *s, PtStr token, const SurveyAnswer *answer,
                                     PtArena *arena, SurveyInvitation *ret_invitation,
                                     PtError *err);

typedef struct SurveyAnswersAsk {
    PtStr survey; /* empty: any */
    PtStr cursor; /* of the page before; empty: the newest */
    size_t max;   /* 1..SURVEY_PAGE_MAX */
} SurveyAnswersAsk;
enum { SURVEY_PAGE_MAX = 500, SURVEY_CURSOR = 48 };
typedef struct SurveyAnswers {
    SurveyInvitation *list; /* the latest answered first; without their question */
    size_t count;
    char next[SURVEY_CURSOR]; /* "": the end */
} SurveyAnswers;
PT_NODISCARD PtStatus surveys_answers(Surveys *s, const SurveyAnswersAsk *ask, PtArena *arena,
                                      SurveyAnswers *ret_answers, PtError *err);

/* Invitations and answers since from_ms: how many, of a survey. */
typedef struct SurveyCounts {
    uint64_t invited, answered;
} SurveyCounts;
PT_NODISCARD PtStatus surveys_counts(Surveys *s, PtStr survey, int64_t from_ms,
                                     SurveyCounts *ret_counts, PtError *err);

/* Erasure: whose invitation it was, and comments, where `finds` says yes; scores stay, as nobody's.
 * A kill in the middle: to be called again. */
PT_NODISCARD PtStatus surveys_erase(Surveys *s, bool (*finds)(const void *ctx, PtStr text),
                                    const void *ctx, uint64_t *ret_changed, PtError *err);

/* Appends each of the person's invitations and answers, an object a line. */
PT_NODISCARD PtStatus surveys_export(Surveys *s, bool (*finds)(const void *ctx, PtStr text),
                                     const void *ctx, PtBuf *out, PtError *err);
