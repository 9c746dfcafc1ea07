// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/buf.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"
#include "connect/net.h"
#include "connect/preview.h"
#include "events/events.h"
#include "platform/clock.h"
#include "platform/sql.h"
#include "platform/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pulls: systems that do not call us are asked for what is new, by HTTP GET, page by page; items
 * become events by a mapping (import.h). How to use them: docs/pulls.md.
 *
 * Truth    tables pull and pull_run.
 * Once     messageId = hash of pull, item id and item version. The position is saved when the
 * events of the page are durable, so a kill asks for the last page again and doubles nothing. One
 * run of a pull at a time; up to PULL_WORKERS pulls at once. Time     The schedule follows the
 * daemon's clock, pauses after failures the machine's. Errors   PT_NOT_FOUND: no such pull.
 * PT_CONFLICT: the name is in use. PT_INVALID names the field. Threads  Any, but open, start, stop
 * and free.
 */
enum {
    CONNECT_PULLS_MAX = 200,
    CONNECT_PULL_TIMERS = 4, /* kind of timer */
    CONNECT_PULL_ID = 37,
    CONNECT_PULL_NAME_MAX = 100, /* characters */
    CONNECT_PULL_HEADERS_MAX = 10,
    CONNECT_PULL_HEADERS_BYTES = 4096, /* of the JSON object */
    CONNECT_PULL_SECRET_MAX = 1000,    /* bytes */
    CONNECT_PULL_PATH_MAX = 200,       /* bytes of a path into JSON */
    CONNECT_PULL_BODY_MAX = 8 << 20,   /* bytes of an answer, decompressed */
    CONNECT_PULL_ITEMS_MAX = 10000,    /* of a page */
    CONNECT_PULL_POSITION_MAX = 4000,  /* bytes of a cursor, link or instant */
    CONNECT_PULL_PAGES_MAX = 10000,    /* of one run, at most */
    CONNECT_PULL_RUNS_KEPT = 100,      /* of a pull */
    CONNECT_PULL_REQUEST_S = 60,
    CONNECT_PULL_RUN_S = 1800, /* after which a run ends at the next page and goes on as another */
};

typedef enum ConnectPullAuth {
    CONNECT_PULL_OPEN,
    CONNECT_PULL_BASIC, /* auth_name: the user, secret: the password */
    CONNECT_PULL_BEARER,
    CONNECT_PULL_HEADER, /* auth_name: the header, secret: its value */
} ConnectPullAuth;

typedef enum ConnectPaging {
    CONNECT_PAGE_NONE,
    CONNECT_PAGE_LINK, /* the answer holds the next page's URL (`next`), or the Link header does */
    CONNECT_PAGE_CURSOR, /* the answer holds what goes into {cursor} */
    CONNECT_PAGE_NUMBER, /* {cursor} counts from first_page by page_step, until a page is empty */
    CONNECT_PAGE_SINCE,  /* {since} moves to the newest instant of a page, until it does not */
} ConnectPaging;

typedef enum ConnectPullEnd {
    CONNECT_END_RESTART, /* the next run begins with the first page */
    CONNECT_END_STAY,    /* the next run asks for the last page again */
} ConnectPullEnd;

/* What a person defines. */
typedef struct ConnectPullEdit {
    PtStr name, source; /* source: id or name; an unknown name is made */
    PtStr url;          /* template */
    PtStr headers;      /* JSON object of texts; empty: {} */
    ConnectPullAuth auth;
    PtStr auth_name;
    PtStr secret; /* data NULL: stays as it is */
    PtStr items, item_id, item_version;
    ConnectPaging paging;
    PtStr next;
    int64_t first_page, page_step;
    PtStr since, since_start;
    ConnectPullEnd at_end;
    int64_t every_min; /* 1..10080 */
    int64_t max_pages; /* 1..CONNECT_PULL_PAGES_MAX */
    PtStr mapping;     /* of JSON lines, or of events; without groups */
    bool enabled;
} ConnectPullEdit;

typedef enum ConnectPullState {
    CONNECT_PULL_OK,
    CONNECT_PULL_FAILING, /* tried again by itself */
    CONNECT_PULL_STOPPED, /* credentials or address are refused: a person has to look */
} ConnectPullState;

typedef enum ConnectPullOutcome {
    CONNECT_RUN_RUNNING,
    CONNECT_RUN_DONE,
    CONNECT_RUN_MORE, /* a bound of a run was met: it goes on at once as another */
    CONNECT_RUN_FAILED,
    CONNECT_RUN_STOPPED,
    CONNECT_RUN_INTERRUPTED, /* by a stop or kill of the server, or a change of the definition */
} ConnectPullOutcome;

/* Where it is. */
typedef struct ConnectPullPosition {
    PtStr cursor; /* of the page to fetch next; empty: the first */
    PtStr since, newest;
    bool in_pass; /* pages are left from the last run */
} ConnectPullPosition;

typedef struct ConnectPull {
    PtStr id;
    int64_t number, version;
    ConnectPullEdit edit; /* source: its id; secret: empty */
    PtStr source_name;    /* empty when it is gone */
    bool has_secret;
    PtStr sealed;
    int64_t created_ms, changed_ms;
    PtStr changed_by;
    ConnectPullState state;
    PtStr reason;
    int64_t failures;
    ConnectPullPosition at;
    int64_t runs, started_ms, succeeded_ms; /* 0: never */
    ConnectPullOutcome last_outcome;        /* of the last run; without one it means nothing */
    int64_t last_landed, last_refused;
    bool running;
    int64_t due_ms; /* of the next run by the schedule; 0: none */
} ConnectPull;

typedef enum ConnectPullCause {
    CONNECT_CAUSE_SCHEDULE,
    CONNECT_CAUSE_RETRY,
    CONNECT_CAUSE_PERSON,
} ConnectPullCause;

typedef struct ConnectPullRun {
    int64_t number;
    ConnectPullCause cause;
    ConnectPullOutcome outcome;
    PtStr reason;
    int64_t started_ms, finished_ms;
    int64_t pages, bytes, items, refused, skipped, landed, duplicates, quarantined;
    PtStr refusal; /* of the first refused item, without its values */
} ConnectPullRun;

typedef struct ConnectPullRuns {
    ConnectPullRun *rows;
    size_t count;
} ConnectPullRuns;

const char *connect_pull_auth_name(ConnectPullAuth auth);
const char *connect_paging_name(ConnectPaging paging);
const char *connect_pull_end_name(ConnectPullEnd end);
const char *connect_pull_state_name(ConnectPullState state);
const char *connect_pull_cause_name(ConnectPullCause cause);
const char *connect_pull_outcome_name(ConnectPullOutcome outcome);

typedef struct ConnectPulls ConnectPulls;

typedef struct ConnectPullsConfig {
    PtSql *sql; /* core */
    const PtClock *clock;
    PtLog *log;
    EventIntake *intake;
    EventSources *sources;
    Access *access;   /* seals secrets */
    PtTimers *timers; /* not yet started: the kind is registered */
    const ConnectNet *net;
} ConnectPullsConfig;

/* Loads the definitions and sets their timers; runs that a kill left are marked. */
PT_NODISCARD PtStatus connect_pulls_open(const ConnectPullsConfig *config, ConnectPulls **ret_pulls,
                                         PtError *err);
/* The workers: when intake and log are ready. */
PT_NODISCARD PtStatus connect_pulls_start(ConnectPulls *pulls, PtError *err);
/* Ends the workers, what runs at its last saved page: while log and intake still work. Accepts
 * NULL. */
void connect_pulls_stop(ConnectPulls *pulls);
void connect_pulls_free(ConnectPulls *pulls); /* after the timers; accepts NULL; stops first */

/* All in the arena, by name. */
PT_NODISCARD PtStatus connect_pulls_list(ConnectPulls *pulls, PtArena *arena,
                                         ConnectPull **ret_list, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus connect_pull_get(ConnectPulls *pulls, PtStr id, PtArena *arena,
                                       ConnectPull *ret_pull, PtError *err);
/* Audited. PT_TOO_LARGE: CONNECT_PULLS_MAX. */
PT_NODISCARD PtStatus connect_pull_add(ConnectPulls *pulls, const ConnectPullEdit *edit,
                                       const AuditActor *by, char ret_id[static CONNECT_PULL_ID],
                                       PtError *err);
/* Takes it up again where it was stopped. PT_INVALID: the address goes to another server, or the
 * kind of credentials is another, and no secret was given. What decides about paging begins anew
 * when it is changed. */
PT_NODISCARD PtStatus connect_pull_save(ConnectPulls *pulls, PtStr id, const ConnectPullEdit *edit,
                                        const AuditActor *by, PtError *err);
/* With its runs. Its events stay. */
PT_NODISCARD PtStatus connect_pull_delete(ConnectPulls *pulls, PtStr id, const AuditActor *by,
                                          PtError *err);
/* As soon as a worker is free, also when it is switched off. PT_CONFLICT: it runs already. */
PT_NODISCARD PtStatus connect_pull_run(ConnectPulls *pulls, PtStr id, const AuditActor *by,
                                       PtError *err);
/* Back to the first page and since_start. */
PT_NODISCARD PtStatus connect_pull_reset(ConnectPulls *pulls, PtStr id, const AuditActor *by,
                                         PtError *err);
/* Newest first, before the run `before` (0: from the newest). */
PT_NODISCARD PtStatus connect_pull_runs(ConnectPulls *pulls, PtStr id, int64_t before, size_t limit,
                                        PtArena *arena, ConnectPullRuns *ret_page, PtError *err);

typedef struct ConnectPullPreviewItem {
    PtStr id;             /* as item_id says; empty: none */
    PtStr text;           /* the item, its first CONNECT_PREVIEW_TEXT bytes */
    PtStr event;          /* JSON; empty: none */
    bool skipped;         /* by a rule of the mapping */
    PtStr column, reason; /* of a refused one */
} ConnectPullPreviewItem;

typedef struct ConnectPullPreview {
    PtStr url; /* that was asked, without secrets */
    int64_t bytes;
    size_t items; /* on the page */
    PtStr next;   /* what the next page would be asked with; empty: it was the last */
    PtStr newest; /* instant of the page; empty: none */
    ConnectPullPreviewItem shown[CONNECT_PREVIEW_ROWS];
    size_t count;
} ConnectPullPreview;

/* Fetches the first page (from its start, not from where it is) and shows its first items as
 * events; nothing is stored or sent. mapping empty: its own. PT_CONFLICT: what went wrong with the
 * request or the answer. Blocks for at most CONNECT_PULL_REQUEST_S. */
PT_NODISCARD PtStatus connect_pull_preview(ConnectPulls *pulls, PtStr id, PtStr mapping,
                                           PtArena *arena, ConnectPullPreview *ret_preview,
                                           PtError *err);

/* A collector for pt_metric_collector; ctx is the ConnectPulls. */
void connect_pulls_metrics(void *ctx, PtBuf *out);
