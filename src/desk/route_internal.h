// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/calendar.h"
#include "base/json.h"
#include "base/map.h"
#include "desk/desk_internal.h"

/* What the files of routing share. */

/* ---- Settings (route_read.c, route_store.c) ---------------------------------------------------
 */

typedef struct DeskSkill {
    PtStr skill;
    int64_t level; /* 1..5, the least or what somebody has */
} DeskSkill;
typedef struct DeskSkills {
    DeskSkill *list;
    size_t count;
} DeskSkills;
typedef struct DeskNames {
    PtStr *list;
    size_t count;
} DeskNames;

/* Tickets whose field has the value ask for these skills besides. */
typedef struct DeskNeed {
    unsigned field; /* index of desk_need_fields */
    PtStr value;
    DeskSkills skills;
} DeskNeed;
enum { DESK_NEED_FIELDS = 3 };
extern const char *const desk_need_fields[]; /* "category", "channel", "store", NULL */
extern const DeskField desk_need_field[];

typedef struct DeskRelax {
    int64_t after_s;
    PtStr skill;   /* empty: each */
    int64_t level; /* 0: no longer asked */
} DeskRelax;

/* What a ticket's language asks of agents. */
typedef enum DeskSpeak { DESK_SPEAK_OFF, DESK_SPEAK_PREFERRED, DESK_SPEAK_REQUIRED } DeskSpeak;
extern const char *const desk_speaks[]; /* "off", "preferred", "required", NULL */

typedef struct DeskQueueSet {
    bool on, ask, give_back;
    unsigned strategy;  /* a RouteStrategy */
    unsigned language;  /* a DeskSpeak */
    int64_t language_s; /* preferred: for so long */
    int64_t answer_s, away_after, again_min, sticky_min, head_start_s, ageing_min;
    DeskSkills skills;
    struct {
        DeskNeed *list;
        size_t count;
    } needs;
    struct {
        DeskRelax *list;
        size_t count;
    } relax;
} DeskQueueSet;
extern const char *const desk_strategies[];

typedef struct DeskUnits {
    unsigned channel; /* index of desk_route_channels */
    int64_t units;
} DeskUnits;
extern const char *const desk_route_channels[]; /* of tickets; [0]: any other */

typedef struct DeskAgentSet {
    DeskNames queues, languages; /* languages: ISO 639-1 */
    DeskSkills skills;
    int64_t total;
    struct {
        DeskUnits *list;
        size_t count;
    } channels;  /* of others: as many as in all */
    PtStr hours; /* JSON of a calendar; empty: always */
} DeskAgentSet;

typedef struct DeskSkillName {
    PtStr id, name;
} DeskSkillName;
typedef struct DeskSkillNames {
    DeskSkillName *list;
    size_t count;
} DeskSkillNames;

typedef union DeskRouteSet {
    DeskSkillNames skills;
    DeskQueueSet queue;
    DeskAgentSet agent;
} DeskRouteSet;

/* Reads a document; what it leaves out is as by default. json empty: all by default. Texts are the
 * arena's. */
PT_NODISCARD PtStatus desk_route_read(DeskRouteKind kind, PtStr json, PtArena *arena,
                                      DeskRouteSet *ret_set, PtError *err);
/* In full; reading it gives the same. */
void desk_route_write(DeskRouteKind kind, const DeskRouteSet *set, PtBuf *out);

typedef struct DeskRouteRow {
    DeskRouteSetting setting;
    int64_t number, memory; /* 0, 0: nothing was set */
} DeskRouteRow;
PT_NODISCARD PtStatus desk_route_row(PtSqlTx *tx, DeskRouteKind kind, PtStr id, PtArena *arena,
                                     DeskRouteRow *ret_row, PtError *err);
PT_NODISCARD PtStatus desk_route_set_memory(PtSqlTx *tx, DeskRouteKind kind, PtStr id,
                                            int64_t memory, PtError *err);
/* Each row of a kind, by id. The row is borrowed for the call. */
typedef PtStatus DeskRouteEach(void *ctx, const DeskRouteRow *row, PtError *err);
PT_NODISCARD PtStatus desk_route_each(PtSqlTx *tx, DeskRouteKind kind, DeskRouteEach *each,
                                      void *ctx, PtError *err);

typedef struct DeskTakes {
    PtStr account, reason;
    DeskTaking taking;
    int64_t since_ms, missed;
} DeskTakes;
/* Who said nothing is offline since 0. */
PT_NODISCARD PtStatus desk_route_takes(PtSqlTx *tx, PtStr account, PtArena *arena,
                                       DeskTakes *ret_takes, PtError *err);
/* tell: the feed as well. */
PT_NODISCARD PtStatus desk_route_set_takes(PtSqlTx *tx, const DeskTakes *takes, bool tell,
                                           PtError *err);

/* ---- Decisions in SQL (route_write.c) ---------------------------------------------------------
 */

/* "Work ...": of the decision, in the transaction. */
PT_NODISCARD PtStatus desk_route_tell(DeskWriting *w, const char *name, const DeskTicket *t,
                                      const DeskRouted *decision);
PT_NODISCARD PtStatus desk_route_add(DeskWriting *w, DeskRouted *decision);
/* *ret_done false: it no longer stood. */
PT_NODISCARD PtStatus desk_route_end_offer(DeskWriting *w, int64_t number, const char *state,
                                           bool *ret_done);
PT_NODISCARD PtStatus desk_route_decision(PtSqlTx *tx, int64_t number, PtArena *arena,
                                          DeskRouted *ret_decision, PtError *err);
/* New or in progress, and nobody has it. */
bool desk_route_awaits(const DeskTicket *t);
/* Gives the ticket: row, history, feed. account empty: takes it back. */
PT_NODISCARD PtStatus desk_route_give(DeskWriting *w, DeskRow *row, PtStr account, PtStr text);
/* Offers to the account that stand, oldest first; room for DESK_ROUTE_OFFERS. */
PT_NODISCARD PtStatus desk_route_offers(PtSqlTx *tx, PtStr account, PtArena *arena,
                                        DeskRouted *list, size_t *ret_count, PtError *err);
/* Decisions that a statement gives, whose first values are these numbers. */
typedef struct DeskRouteAsk {
    const char *statement;
    int64_t numbers[3];
    size_t count;
} DeskRouteAsk;
PT_NODISCARD PtStatus desk_route_decided(PtSqlTx *tx, const DeskRouteAsk *ask, PtArena *arena,
                                         DeskRouted *list, size_t *ret_count, PtError *err);

/* ---- Settings in memory (route_book.c) --------------------------------------------------------
 */

enum {
    DESK_ROUTE_ELSEWHERE =
        1, /* number of the queue of what somebody has in a queue without settings */
    DESK_ROUTE_LANGUAGES = 190,                /* more than ISO 639-1 has */
    DESK_ROUTE_TONGUE = DESK_ROUTE_SKILLS + 1, /* the first number of a language */
    DESK_AGENT_SKILLS = 64,
    DESK_AGENT_LANGUAGES = 20,
    DESK_RELAX_MAX = ROUTE_STEPS - 1, /* one is left for languages */
};

typedef struct DeskRouteQueue {
    int64_t number, memory; /* memory: whom it gave to last, as of the row */
    PtArena *arena;
    PtStr id;
    DeskQueueSet set;
} DeskRouteQueue;

typedef struct DeskRouteAgent {
    int64_t number, memory; /* memory: idle since, as of the row */
    PtArena *arena;
    PtStr id;
    DeskAgentSet set;
    PtCalendar *calendar;    /* NULL: always */
    bool on_shift, finished; /* has finished something that SQL does not know of */
    int64_t had;             /* of a trial: tickets that they were the first to have */
} DeskRouteAgent;

typedef struct DeskRouteBook {
    PtMap *queue_ids, *agent_ids; /* DeskRouteQueue, DeskRouteAgent */
    PtMap *skill_ids;             /* numbers; of languages as "lang:de" */
    DeskRouteQueue **queues;      /* by number */
    DeskRouteAgent **agents;
    size_t queue_count, agent_count;
    int64_t skill_count, language_count;
} DeskRouteBook;

#define DESK_TONGUE_PREFIX "lang:" /* before a language where a skill is named */

PT_NODISCARD PtStatus desk_book_open(DeskRouteBook *b, PtError *err);
void desk_book_done(DeskRouteBook *b); /* what is {0} too */
PT_NODISCARD PtStatus desk_book_load(DeskRouteBook *b, PtSqlTx *tx, PtZones *zones, PtError *err);
/* Adds it, or takes it in place of what there is, which stays as it was where this fails. */
PT_NODISCARD PtStatus desk_book_queue(DeskRouteBook *b, const DeskRouteRow *row, PtError *err);
PT_NODISCARD PtStatus desk_book_agent(DeskRouteBook *b, const DeskRouteRow *row, PtZones *zones,
                                      PtError *err);
void desk_book_drop_agent(DeskRouteBook *b, PtStr id);
DeskRouteQueue *desk_book_queue_of(const DeskRouteBook *b, int64_t number); /* NULL: none */
DeskRouteAgent *desk_book_agent_of(const DeskRouteBook *b, int64_t number);
PtStr desk_book_skill_name(const DeskRouteBook *b, int64_t number); /* "": none */

/* As the router takes them. */
RouteQueue desk_book_as_queue(const DeskRouteBook *b, const DeskRouteQueue *q,
                              RouteStep steps[static ROUTE_STEPS]);
typedef struct DeskAgentRoom {
    RouteSkill skills[ROUTE_AGENT_SKILLS];
    int64_t queues[DESK_ROUTE_QUEUES];
    RouteShift shifts[ROUTE_AGENT_SHIFTS];
} DeskAgentRoom;
/* With the shifts between the instants; presence, idle time and missed offers are the caller's. */
RouteAgent desk_book_as_agent(const DeskRouteBook *b, const DeskRouteAgent *a, int64_t from_ms,
                              int64_t to_ms, DeskAgentRoom *room);
uint8_t desk_route_channel_of(PtStr channel);
/* What a ticket of the queue needs: `of` by desk_need_fields. */
PT_NODISCARD PtStatus desk_book_needs(DeskRouteBook *b, const DeskQueueSet *set,
                                      const PtStr of[static DESK_NEED_FIELDS], PtStr language,
                                      RouteItem *item, PtError *err);

/* ---- The router beside it (route.c) -----------------------------------------------------------
 */

typedef struct DeskStanding {                         /* an offer that stands */
    int64_t ticket, number, agent, expires_ms, queue; /* queue: its number, 0: none */
} DeskStanding;

typedef enum DeskRouteWhat {
    DESK_ROUTED_TICKET,   /* number: of the ticket */
    DESK_ROUTED_REJECTED, /* likewise */
    DESK_ROUTED_TAKING,   /* number: of the agent's setting */
    DESK_ROUTED_QUEUE,    /* number: of its setting, which changed */
    DESK_ROUTED_AGENT,    /* likewise */
    DESK_ROUTED_ALL,      /* settings */
} DeskRouteWhat;

enum { DESK_ROUTE_PENDING = 4096 /* over it all is read again */ };

typedef struct DeskPending {
    DeskRouteWhat what;
    int64_t number;
} DeskPending;

struct DeskRouting {
    _Atomic bool any;     /* somebody has set something: else nothing is done */
    pthread_mutex_t lock; /* of what follows; not within a transaction */
    Route *route;         /* NULL: to be read from SQL */
    PtZones *zones;
    DeskRouteBook book;
    DeskStanding *standing;
    size_t standing_count, standing_room;
    RouteDecision *decided; /* not carried out yet */
    size_t decided_count, decided_room;
    bool lost;               /* no memory for a decision: all is read again */
    int64_t now_ms;          /* of the last turn */
    int64_t shifts_until_ms; /* up to where the router knows shifts */
    int64_t edge_ms;         /* the next beginning or end of a shift */
    _Atomic bool trying;     /* one trial at a time */
    _Atomic uint64_t given, offered, rejected, expired;
    pthread_mutex_t pending_lock; /* of what follows; taken last */
    DeskPending pending[DESK_ROUTE_PENDING];
    size_t pending_count;                  /* over the bound: all is read again */
    DeskPending heard[DESK_ROUTE_PENDING]; /* within a turn */
};

/* After a commit: the router is to hear of it. */
void desk_route_note(Desk *d, DeskRouteWhat what, int64_t number);
/* What the timers do: hears what was noted, and decides. */
PT_NODISCARD PtStatus desk_route_turn(Desk *d, PtError *err);

/* Rows into the router (route_fill.c). Caller holds the lock. */
PT_NODISCARD PtStatus desk_route_fill(Desk *d, int64_t now_ms, PtError *err);
void desk_route_empty(DeskRouting *r);
PT_NODISCARD PtStatus desk_route_item(Desk *d, PtSqlTx *tx, int64_t ticket, int64_t now_ms,
                                      PtError *err);
/* A setting that the router knows has changed: it, and what of the tickets follows from it. */
PT_NODISCARD PtStatus desk_route_refill(Desk *d, const DeskPending *changed, int64_t now_ms,
                                        PtError *err);
PT_NODISCARD PtStatus desk_route_shifts(Desk *d, int64_t now_ms, PtError *err);
DeskStanding *desk_route_standing(DeskRouting *r, int64_t ticket); /* NULL: none */
PT_NODISCARD PtStatus desk_route_stand(DeskRouting *r, const DeskStanding *offer, PtError *err);
void desk_route_unstand(DeskRouting *r, int64_t ticket);

/* Carried out, each in a transaction of its own (route_do.c). Caller holds the lock. */
PT_NODISCARD PtStatus desk_route_carry(Desk *d, const RouteDecision *decision, PtError *err);
PT_NODISCARD PtStatus desk_route_expire(Desk *d, int64_t now_ms, PtError *err);
PT_NODISCARD PtStatus desk_route_withdraw(Desk *d, int64_t ticket, PtError *err);
/* What the router remembers of who has finished something. */
PT_NODISCARD PtStatus desk_route_remember(Desk *d, PtError *err);

/* ---- Who leaves (route_leave.c) ---------------------------------------------------------------
 */

/* Within the transaction in which they go, or are back. */
PT_NODISCARD PtStatus desk_route_set_leaving(PtSqlTx *tx, PtStr account, bool leaving,
                                             int64_t now_ms, PtError *err);
/* They are not there any more: offers are taken back; all: work too, where its queue says so, and
 * their row of leaving. Caller holds the lock. */
PT_NODISCARD PtStatus desk_route_leave(Desk *d, const DeskRouteAgent *agent, bool all,
                                       PtError *err);
/* Shifts that ended since the last time, and all who have a row of leaving. Likewise. */
PT_NODISCARD PtStatus desk_route_ends(Desk *d, int64_t now_ms, PtError *err);

/* ---- Tried on what was (route_past.c, route_trial.c) ------------------------------------------
 */

/* A ticket as it came and was first given. */
typedef struct DeskPast {
    int64_t number, since_ms; /* since_ms: it came into its queue */
    int64_t given_ms;         /* 0: nobody has it yet */
    int64_t by_ms;            /* a response was promised by then; 0: nothing was */
    int64_t handle_ms;        /* new or in progress with somebody, within their shifts */
    bool measured;            /* it is done */
    unsigned queue;           /* of DeskPasts.queues */
    uint8_t priority;
    PtStr account, language, of[DESK_NEED_FIELDS];
} DeskPast;

typedef struct DeskPasts {
    PtArena *arena;
    DeskPast *list; /* by number */
    size_t count;
    PtStr *queues;
    size_t queue_count;
    int64_t unassigned; /* in queues of the book, from since_ms on: they ended without anybody */
} DeskPasts;

typedef struct DeskPastAsk {
    int64_t from_ms, to_ms, since_ms;
    const DeskRouteBook *book; /* whose shifts handling times are measured in */
    bool (*stop)(void *ctx);
    void *stop_ctx;
} DeskPastAsk;
/* Texts are the arena's; to be given to desk_route_past_done, whatever it returns. */
PT_NODISCARD PtStatus desk_route_past(Desk *d, const DeskPastAsk *ask, PtArena *arena,
                                      DeskPasts *ret_pasts, PtError *err);
void desk_route_past_done(DeskPasts *pasts);
