// SPDX-License-Identifier: Apache-2.0
#pragma once

/* What the files of the destinations share (destination*.c: what people define and do; deliver*.c:
 * the thread of each). Private to the module.
 */
#include "base/rng.h"
#include "connect/destination.h"
#include "rules/rules.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    DELIVER_LANES_MAX = 64,
    DELIVER_SHOTS_MAX = DELIVER_LANES_MAX + DELIVER_LANES_MAX / 4,
    DELIVER_QUEUED_MAX = 8192,       /* events of the log read and not settled */
    DELIVER_QUEUED_BYTES = 24 << 20, /* and their payloads */
    DELIVER_SIDE_MAX = 128,          /* events being sent again, at once */
    DELIVER_CHANGES_MAX = 16384,     /* failures and ends of failures not yet stored */
    DELIVER_CHANGES_DUE = 512,       /* stored at once */
    DELIVER_ANSWER_MAX = 64 << 10,   /* bytes of an answer that are looked at */
    DELIVER_ATTEMPTS_MAX = 15,
    DELIVER_SAVE_MS = 1000,
    DELIVER_QUIET_MS = 250,  /* and while nothing is on its way */
    DELIVER_REASON_MAX = 80, /* bytes of a skip's reason, with the NUL */
    DELIVER_ARENA_MAX = 64 << 20,
    DELIVER_PERSON_FULL = DELIVER_ARENA_MAX / 4, /* of an arena: no memory means that it is full */
};

/* ---- Definitions: deliver_plan.c, deliver_map.c ------------------------------------------------
 */

typedef struct DestinationRow { /* as stored; texts in an arena */
    PtStr id, name, kind, settings, secrets, filter, mapping, events, purposes, changed_by;
    bool enabled, in_order, historical;
    int64_t redrive_per_s, version, created_ms, changed_ms;
} DestinationRow;

typedef struct DeliverColumn { /* of a mapping: one of from, trait and value */
    PtStr to;
    PtStr from;  /* a path in the event, NUL behind it */
    PtStr trait; /* of the person, by name */
    PtStr value; /* JSON */
} DeliverColumn;

typedef struct DeliverFilter {
    RuleOperands *operands;
    RuleCondition *condition; /* NULL: all */
} DeliverFilter;

/* An event, and what is known of its person when a request is built. */
typedef struct DeliverSubject {
    const PtRecord *record;
    const EventView *view;
    const PtStr *traits; /* names */
    PtStr *values;       /* of each as JSON; data NULL: there is none */
    size_t trait_count;
} DeliverSubject;

/* A definition as a thread uses it. Immutable. */
typedef struct DeliverPlan {
    PtArena *arena; /* of all texts */
    char id[37], queue[PT_OUTBOX_NAME];
    ConnectSettings settings;
    ConnectSetting *items; /* of settings; secrets are wiped when it is freed */
    DeliverFilter sieve;   /* asked when an event is read: of the filter what needs no trait */
    DeliverFilter filter;  /* asked when a request is built: all of it, where it names a trait */
    PtStr *traits;         /* that filter and mapping name, each once */
    size_t trait_count;
    struct PtMap *events; /* name -> PtStr *: what it is called there; NULL: all */
    DeliverColumn *columns;
    size_t column_count;
    PtStr *purposes;
    size_t purpose_count;
    bool enabled, historical;
    int64_t redrive_per_s;
    uint32_t count_max, lanes, side;
    size_t fill_max;
    int64_t linger_ms;
} DeliverPlan;

/* PT_INVALID names the field that is wrong. */
PT_NODISCARD PtStatus deliver_plan_new(const ConnectDestinationsConfig *c,
                                       const DestinationRow *row, DeliverPlan **ret_plan,
                                       PtError *err);
void deliver_plan_free(DeliverPlan *plan); /* accepts NULL */
static inline void deliver_plan_freep(DeliverPlan **plan)
{
    deliver_plan_free(*plan);
}

/* {"name": "text", ...}: a flat object of texts and nulls, in the arena. what: its name in
 * messages. */
typedef struct DeliverText {
    PtStr name, value;
    bool null;
} DeliverText;
PT_NODISCARD PtStatus deliver_texts(PtStr json, const char *what, size_t max, PtArena *arena,
                                    DeliverText **ret_texts, size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus deliver_mapping_read(PtStr json, PtArena *arena, DeliverColumn **ret_columns,
                                           size_t *ret_count, PtError *err);
/* PtMap of name -> PtStr * in the arena. */
PT_NODISCARD PtStatus deliver_events_read(PtStr json, PtArena *arena, struct PtMap **ret_events,
                                          PtError *err);
PT_NODISCARD PtStatus deliver_purposes_read(PtStr json, PtArena *arena, PtStr **ret_purposes,
                                            size_t *ret_count, PtError *err);
/* The object that the mapping makes of an event's JSON and its person's traits. */
PT_NODISCARD PtStatus deliver_mapping_apply(const DeliverColumn *columns, size_t count, PtStr json,
                                            const DeliverSubject *subject, PtArena *arena,
                                            PtStr *ret_mapped, PtError *err);
/* The event's JSON with another name. */
PT_NODISCARD PtStatus deliver_rename(PtStr json, PtStr as, PtArena *arena, PtStr *ret_json,
                                     PtError *err);

/* ---- Events on their way: deliver_window.c -----------------------------------------------------
 */

typedef enum DeliverOrigin {
    DELIVER_LIVE,
    DELIVER_RETRY,
    DELIVER_REDRIVE,
    DELIVER_REPLAY,
} DeliverOrigin;

typedef struct DeliverQueue DeliverQueue;

typedef struct DeliverEvent DeliverEvent;
struct DeliverEvent {
    DeliverEvent *next;          /* in its queue, or in its request */
    DeliverEvent *older, *newer; /* live ones that are not settled */
    DeliverQueue *queue;         /* its lane; stays while it is under way */
    PtRecord record;             /* payload behind this struct */
    size_t bytes;
    int64_t since_mono_ms;
    DeliverOrigin origin;
    uint32_t attempts; /* before */
    bool alone;        /* is to have a request of its own */
    char payload[];
};

struct DeliverQueue {
    DeliverEvent *first, *last;
    size_t count, bytes;
    size_t again; /* as many as these were in a request that is to be repeated as it was; 0: none */
    bool busy;    /* a request of this lane is under way */
};

/* What was read of the log and is not settled, in lanes: of each lane one request at a time. */
typedef struct DeliverWindow {
    DeliverQueue lanes[DELIVER_LANES_MAX], side;
    uint32_t lane_count;
    DeliverEvent *oldest, *newest;
    size_t count, bytes; /* live, not settled */
    size_t queued;       /* of these in lanes, not under way */
    uint64_t read_next;  /* the log is read up to here */
} DeliverWindow;

void deliver_window_init(DeliverWindow *w, uint32_t lanes, uint64_t position);
void deliver_window_clear(DeliverWindow *w); /* frees all that is queued or not settled */
bool deliver_window_full(const DeliverWindow *w);
/* Every offset below is settled. */
uint64_t deliver_window_position(const DeliverWindow *w);
/* Copies the record. NULL: no memory. A live one goes to the lane of its person, others aside. */
DeliverEvent *deliver_window_add(DeliverWindow *w, const PtRecord *record, const EventView *view,
                                 DeliverOrigin origin, int64_t mono_ms);
DeliverEvent *deliver_window_take(DeliverWindow *w, DeliverQueue *q); /* its first; NULL: none */
void deliver_window_put_back(DeliverWindow *w, DeliverEvent *e);      /* as its queue's first */
void deliver_window_append(DeliverWindow *w, DeliverEvent *e);        /* as its queue's last */
void deliver_window_settle(DeliverWindow *w, DeliverEvent *e);        /* was taken; frees it */

/* ---- Requests: deliver_http.c ------------------------------------------------------------------
 */

typedef struct DeliverShot {
    CURL *easy; /* kept between requests */
    struct curl_slist *headers;
    ConnectNetGuard guard;
    PtArena *arena;
    ConnectRequest request;
    bool encoded; /* request is to be freed */
    PtBuf answer;
    size_t answer_seen;
    int64_t retry_after_ms;      /* 0: none was given */
    char etag[CONNECT_ETAG_MAX]; /* of the answer; "": none */
    char why[CURL_ERROR_SIZE];
    DeliverEvent *first, *last;
    size_t count;
    DeliverQueue *queue; /* whose events it carries */
    bool under_way;
    int64_t begun_mono_ms;
} DeliverShot;

/* What became of a request. */
typedef struct DeliverAnswer {
    bool answered, refused_address, written; /* written: by the kind itself */
    bool sent;                               /* some of it may have left */
    int status;
    PtStr body;
    int64_t retry_after_ms;
    const char *why; /* when it was not answered */
} DeliverAnswer;

PT_NODISCARD PtStatus deliver_shot_init(DeliverShot *shot, size_t arena_max, PtError *err);
void deliver_shot_done(DeliverShot *shot);
/* Sets the handle up for shot->request. */
PT_NODISCARD PtStatus deliver_shot_prepare(DeliverShot *shot, const ConnectNet *net, long limit_ms,
                                           PtError *err);
void deliver_shot_answer(const DeliverShot *shot, CURLcode code, DeliverAnswer *ret_answer);
void deliver_shot_clear(DeliverShot *shot); /* ready for the next request */
/* Retry-After: seconds or an HTTP date. 0 when it is neither; at most a day. */
int64_t deliver_retry_after_ms(PtStr value, int64_t now_ms);

/* ---- Figures: deliver_figures.c ----------------------------------------------------------------
 */

typedef struct DeliverSkip {
    char reason[DELIVER_REASON_MAX];
    uint64_t count;
    struct {
        uint64_t position;
        int64_t at_ms;
        char event[60], detail[100];
    } samples[CONNECT_SKIP_SAMPLES]; /* a ring */
    size_t sample_count;
} DeliverSkip;

enum { DELIVER_BUCKETS = 128, DELIVER_LATENCY_MS = 300000 };

typedef struct DeliverFigures { /* shared: under `lock` */
    pthread_mutex_t lock;
    uint64_t delivered, retried, requests;
    DeliverSkip *skips; /* CONNECT_SKIP_REASONS */
    size_t skip_count;
    int64_t last_success_ms, last_error_ms;
    char last_error[PT_OUTBOX_ERROR];
    uint32_t latency[2][DELIVER_BUCKETS]; /* of this stretch of DELIVER_LATENCY_MS and the last */
    int64_t latency_since_ms;
    uint64_t position;
    int64_t oldest_ms; /* receivedAt of the oldest event that is not settled; 0: none */
    /* as last stored or seen */
    PtOutboxQueue queue;
    PtOutboxCount counts[PT_OUTBOX_REASONS];
    size_t count_count;
} DeliverFigures;

PT_NODISCARD PtStatus deliver_figures_init(DeliverFigures *f, PtError *err);
void deliver_figures_done(DeliverFigures *f);
void deliver_figures_skip(DeliverFigures *f, const EventView *view, uint64_t position, PtStr reason,
                          PtStr detail, int64_t now_ms);
void deliver_figures_delivered(DeliverFigures *f, int64_t latency_ms, int64_t now_ms);
void deliver_figures_error(DeliverFigures *f, const char *why, int64_t now_ms);
void deliver_figures_forget(DeliverFigures *f); /* texts that may be of a person; counts stay */
void deliver_figures_write(DeliverFigures *f, char out[static PT_OUTBOX_FIGURES]);
void deliver_figures_read(DeliverFigures *f, PtStr json);
/* Of the last minutes; -1 without any. Under the lock. */
int64_t deliver_figures_latency(const DeliverFigures *f, unsigned percent);

/* ---- Counts by day and name: deliver_tally.c
 * -----------------------------------------------------
 */

typedef enum DeliverCount {
    DELIVER_DELIVERED,
    DELIVER_REPLAYED,
    DELIVER_SWITCHED_OFF,
    DELIVER_WITHHELD,
    DELIVER_COUNTS
} DeliverCount;

enum { DELIVER_TALLY_DUE = 2048 }; /* rows to be stored at once */

/* What became of events since the last save: table destination_day, for the comparison beside an
 * incumbent (adopt.h). An event that is delivered twice, as after a kill, counts twice. */
typedef struct DeliverTally {
    struct PtMap *rows; /* day, source and name -> its counts; NULL: none */
    int64_t trimmed_ms; /* the day on which old rows were dropped last */
} DeliverTally;

/* view NULL: it is read from the record. Days over 400 back or after tomorrow are not counted, nor
 * what no memory is left for. */
void deliver_tally_add(DeliverTally *t, const PtRecord *record, const EventView *view,
                       DeliverCount count, int64_t now_ms);
/* What the reason of a skip counts as. */
DeliverCount deliver_tally_reason(PtStr reason);
bool deliver_tally_full(const DeliverTally *t);
/* Within the transaction of a save; deliver_tally_clear when it is committed. */
PT_NODISCARD PtStatus deliver_tally_store(DeliverTally *t, PtSqlTx *tx, const char *destination,
                                          int64_t now_ms, PtError *err);
void deliver_tally_clear(DeliverTally *t);

/* ---- The thread: deliver.c and the others ------------------------------------------------------
 */

typedef struct DeliverBell DeliverBell;

typedef struct DeliverChange { /* to be stored with the next position */
    PtOutboxItem item;
    bool settled; /* else the item is to be put */
} DeliverChange;

typedef struct Deliver Deliver;
struct Deliver {
    const ConnectDestinationsConfig *c;
    DeliverBell *bell;
    DeliverPlan *plan; /* owned */
    pthread_t thread;
    bool thread_on;
    _Atomic bool stop, poked, nudged; /* poked: the row was changed; nudged: try at once */
    _Atomic uint64_t refresh_asked, refresh_done;
    _Atomic bool waits_for_log; /* ring when there is something behind log_from */
    _Atomic uint64_t log_from;
    CURLM *multi;
    DeliverFigures figures;
    /* the thread's own */
    PtLogReader *reader, *again, *replayed;
    DeliverWindow window;
    DeliverShot *shots; /* plan->lanes + plan->side */
    size_t shot_count, under_way, side_under_way;
    PtOutboxQueue queue;
    PtBreaker breaker;
    PtRng rng;
    DeliverChange *changes; /* DELIVER_CHANGES_MAX */
    size_t change_count;
    bool dirty;                                /* position or figures are not stored */
    int64_t saved_mono_ms, save_after_mono_ms; /* not before, after a failure */
    uint64_t doubt_end;                        /* as stored */
    int64_t next_due_ms;
    int64_t side_after_mono_ms; /* pace of redrive and replay */
    bool side_is_job, side_is_replay;
    int64_t job_after;
    int64_t job_count;
    uint64_t replay_next;
    bool behind;            /* the view "profiles" has not seen an event that is due */
    int64_t linger_mono_ms; /* when the next request that waits for more is due */
    bool at_end;            /* nothing more in the log when it was last read */
    bool more;              /* a turn ended with work left */
    bool held_back;         /* the breaker let nothing leave in the last turn */
    bool holds;             /* nothing leaves until an erasure is seen to */
    uint64_t settled_end;   /* one past the newest live event that was settled */
    uint64_t cut_at;        /* a request ends before this offset: one before a crash did */
    bool halted;            /* paused or stopped */
    bool halt_due;          /* that it stopped, for queue.reason, is not stored yet */
    PtArena *arena;         /* of filters */
    PtValue *values;
    DeliverTally tally;
};

static inline bool deliver_stopping(Deliver *d)
{
    return atomic_load(&d->stop);
}

int64_t deliver_machine_ms(void);

/* deliver_build.c. *ret_skip: why it is not for this destination; data NULL: it is. */
PT_NODISCARD PtStatus deliver_judge(Deliver *d, const PtRecord *record, EventView *ret_view,
                                    PtStr *ret_skip, PtError *err);
/* Takes events of the queue into shot->request. *ret_made false: nothing to send now. */
PT_NODISCARD PtStatus deliver_build(Deliver *d, DeliverQueue *q, DeliverShot *shot, bool *ret_made,
                                    PtError *err);
PT_NODISCARD PtStatus deliver_out_event(const ConnectDestinationsConfig *c, const DeliverPlan *plan,
                                        const DeliverSubject *subject, PtArena *arena,
                                        ConnectOutEvent *ret_event, PtError *err);

/* deliver_person.c */
/* Whether the condition holds; what is loaded for it stays in d->arena. */
PT_NODISCARD PtStatus deliver_filter_holds(Deliver *d, const DeliverFilter *filter,
                                           const DeliverSubject *subject, bool *ret_holds,
                                           PtError *err);
/* The plan's traits of the event's person as they are now, in the arena. PT_UNAVAILABLE: it is not
 * known yet whose the event is; PT_TOO_LARGE: the arena, used for nothing else, is full. */
PT_NODISCARD PtStatus deliver_person_read(const ConnectDestinationsConfig *c,
                                          const DeliverPlan *plan, PtArena *arena,
                                          DeliverSubject *subject, PtError *err);
PtStr deliver_trait(const DeliverSubject *subject, PtStr name); /* JSON; data NULL: none */

/* deliver_outcome.c */
void deliver_outcome(Deliver *d, DeliverShot *shot, const DeliverAnswer *answer);
void deliver_skip(Deliver *d, DeliverEvent *e, const EventView *view, PtStr reason, PtStr detail);
/* A failure for good, or put off. */
void deliver_fail(Deliver *d, DeliverEvent *e, PtOutboxItemState state, const char *reason,
                  const char *why, int64_t after_ms);
void deliver_give_back(Deliver *d, DeliverShot *shot); /* its events, unsent, to their queue */
/* Of kinds that are not repeatable. Before it is sent: what a crash would leave of an event that
 * has, or may have, a row. When it was not answered: dead letters. At the end: what is older than
 * something that was settled is kept as a retry, so that nothing newer is read again. */
void deliver_note_doubt(Deliver *d, const DeliverEvent *e);
void deliver_doubt_all(Deliver *d, DeliverShot *shot);
void deliver_put_aside(Deliver *d);

/* deliver_store.c */
PT_NODISCARD PtStatus deliver_load(Deliver *d, PtError *err);
PT_NODISCARD PtStatus deliver_save(Deliver *d, PtError *err);
/* Stores that offsets below `end` may have been sent, where that is not stored yet. */
PT_NODISCARD PtStatus deliver_note(Deliver *d, uint64_t end, PtError *err);
PT_NODISCARD PtStatus deliver_halt(Deliver *d, const char *why, PtError *err); /* STOPPED */

/* deliver_side.c */
PT_NODISCARD PtStatus deliver_settle_doubt(Deliver *d, PtError *err);
PT_NODISCARD PtStatus deliver_fill_side(Deliver *d, PtError *err);
int64_t deliver_side_wait_ms(const Deliver *d, int64_t mono_ms);
PT_NODISCARD PtStatus deliver_refresh(Deliver *d, PtError *err);

/* deliver.c: makes one and starts its thread; ends it. */
PT_NODISCARD PtStatus deliver_start(const ConnectDestinationsConfig *c, DeliverBell *bell,
                                    DeliverPlan *plan, Deliver **ret_deliver, PtError *err);
void deliver_ask_stop(Deliver *d);
void deliver_free(Deliver *d); /* accepts NULL */
void deliver_poke(Deliver *d);

/* deliver_bell.c: one thread that wakes those who wait for the log. */
PT_NODISCARD PtStatus deliver_bell_new(PtLog *log, DeliverBell **ret_bell, PtError *err);
void deliver_bell_free(DeliverBell *bell); /* accepts NULL */
void deliver_bell_join(DeliverBell *bell, Deliver *d);
void deliver_bell_leave(DeliverBell *bell, Deliver *d);
/* d waits for what is at d->log_from. */
void deliver_bell_wait(DeliverBell *bell, Deliver *d);

/* ---- destination*.c ----------------------------------------------------------------------------
 */

struct ConnectDestinations {
    ConnectDestinationsConfig c;
    char *dir;               /* owned */
    pthread_mutex_t changes; /* one change at a time */
    pthread_mutex_t lock;    /* of the array */
    Deliver *runners[CONNECT_DESTINATIONS_MAX];
    size_t runner_count;
    DeliverBell *bell;
    bool stopped;
};

/* destination_store.c: rows, within the caller's transaction. */
PT_NODISCARD PtStatus destination_read(PtSqlTx *tx, PtStr id, PtArena *arena,
                                       DestinationRow *ret_row, PtError *err);
PT_NODISCARD PtStatus destination_read_all(PtSqlTx *tx, PtArena *arena, DestinationRow **ret_rows,
                                           size_t *ret_count, PtError *err);
PT_NODISCARD PtStatus destination_insert(PtSqlTx *tx, const DestinationRow *row, PtError *err);
PT_NODISCARD PtStatus destination_update(PtSqlTx *tx, const DestinationRow *row, PtError *err);
PT_NODISCARD PtStatus destination_remove(PtSqlTx *tx, PtStr id, PtError *err);
/* Of destination_day, before that day; INT64_MAX: all. */
PT_NODISCARD PtStatus destination_drop_days(PtSqlTx *tx, PtStr id, int64_t before_ms, PtError *err);
PT_NODISCARD PtStatus destination_check_name(PtSqlTx *tx, PtStr name, PtStr id, PtError *err);
PT_NODISCARD PtStatus destination_audit(PtSqlTx *tx, const DestinationRow *row,
                                        const AuditActor *by, const char *action, PtStr detail,
                                        PtError *err);
void destination_queue_name(PtStr id, char out[static PT_OUTBOX_NAME]);

/* destination.c: the runner of an id, in place of one that is there; NULL: none any more. Takes the
 * plan. Under ds->changes. */
PT_NODISCARD PtStatus destination_replace(ConnectDestinations *ds, PtStr id, DeliverPlan *plan,
                                          PtError *err);
