// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/timers.h"
#include "work/work.h"
#include "work/work_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the files of live clocks share.
 *
 * Who writes  Owners' transactions add rows (work_opened, work_changed); the thread of the timers
 *             adds firings and corrections, and takes items that are over out of the open ones.
 * Memory      One block an open item: what was fired, and its rows as SQL has them. Each state of
 * an item in SQL has a version; a block gives way to newer ones only. Order       `editing`, write
 * transaction, `lock`, then the lock of the timers or of whoever listens.
 */

/* ---- Rows, packed (live_rows.c) ---------------------------------------------------------------
 * A row: at_ms (8 bytes, little endian), the event's length (1) and text, number of changes (1), of
 * each its fact (1), length (1) and text.
 */
enum { LIVE_HISTORY_BYTES = 4 << 20 };

typedef struct LiveScratch { /* room to unpack into; {0} at first */
    WorkRow *rows;
    WorkChange *changes;
    size_t row_room, change_room;
} LiveScratch;
void live_scratch_done(LiveScratch *s);

/* Appends. PT_TOO_LARGE, PT_INVALID: the row is over a bound. */
PT_NODISCARD PtStatus live_pack(PtBuf *out, const WorkRow *row, PtError *err);
/* The texts are borrowed from bytes, the rest from the scratch until it is used again. */
PT_NODISCARD PtStatus live_unpack(PtStr bytes, LiveScratch *s, WorkHistory *ret_history,
                                  PtError *err);

/* ---- Verdicts (live_judge.c): pure ------------------------------------------------------------
 */
typedef struct LiveFired { /* of an item, and not corrected */
    int64_t due_ms;
    uint64_t step; /* hash of its name; 0: none */
    uint32_t round;
    uint8_t clock, kind;
} LiveFired;

enum { LIVE_DUE_MAX = WORK_CLOCKS * (WORK_STEPS + 2) };

typedef struct LiveVerdict {
    int64_t next_ms;             /* when to look again: in the past where something is to do */
    WorkDue told;                /* to WorkListener.due */
    bool over;                   /* no deadline can come any more, unless a row brings it back */
    WorkFired due[LIVE_DUE_MAX]; /* come and not fired, in order; the item is the caller's */
    size_t due_count;
    size_t corrected[LIVE_DUE_MAX]; /* indexes of what was fired and lies ahead again */
    size_t corrected_count;
    WorkClock clocks[WORK_CLOCKS];
} LiveVerdict;

uint64_t live_step_hash(PtStr name);

/* ---- Rules as they are now (policy_store.c) ---------------------------------------------------
 */
typedef struct LiveRules { /* immutable, counted */
    _Atomic int holders;
    PtArena *arena;
    WorkVersion *versions;    /* in order */
    WorkStoredPolicy *stored; /* likewise; without names */
    WorkPolicy **policies;    /* likewise */
    size_t count;
    unsigned kinds; /* bits: the clocks that any version has */
} LiveRules;

void live_rules_release(LiveRules *r); /* accepts NULL */
/* The first instant over at_ms at which a version begins or ends. */
int64_t live_rules_next_ms(const LiveRules *r, int64_t at_ms);
const WorkStoredPolicy *live_rules_stored(const LiveRules *r, int64_t version); /* or NULL */
/* From SQL; the default is stored where there is none. */
PT_NODISCARD PtStatus live_rules_load(Work *w, PtError *err);

/* ---- In memory (live_items.c) -----------------------------------------------------------------
 */
typedef struct LiveRecord { /* one block: fired, then rows */
    int64_t version;
    uint32_t history_len;
    uint32_t fired_count;
    LiveFired fired[];
} LiveRecord;

static inline PtStr live_record_history(const LiveRecord *r)
{
    return (PtStr){(const char *)(r->fired + r->fired_count), r->history_len};
}

typedef struct LiveItem {
    uint64_t id; /* 0: a free place, behind which `ahead` is the next + 1 */
    LiveRecord *record;
    WorkDue told;
    int64_t next_ms;   /* its timer's, or LIVE_UNSET: it has to be set */
    int64_t missed_ms; /* WORK_NEVER, or a deadline that rows came behind before it was fired */
    int64_t ahead;     /* the version that a change is writing, or has written: over the record's,
                          SQL knows better */
} LiveItem;

#define LIVE_UNSET (INT64_MIN + 1)

enum { LIVE_OWNER_SHIFT = 48 };

static inline uint64_t live_id(WorkItem item)
{
    return (uint64_t)item.owner << LIVE_OWNER_SHIFT | (uint64_t)item.number;
}

static inline WorkItem live_item_of(uint64_t id)
{
    return (WorkItem){(WorkOwner)(id >> LIVE_OWNER_SHIFT),
                      (int64_t)(id & ((UINT64_C(1) << LIVE_OWNER_SHIFT) - 1))};
}

typedef struct LiveTable {
    LiveItem *items; /* each keeps its place */
    size_t count, room, live;
    size_t free; /* first free place + 1; 0: none */
    uint32_t *buckets;
    size_t bucket_count; /* a power of two, or 0 */
    uint64_t bytes;      /* of records */
} LiveTable;

void live_table_done(LiveTable *t);
LiveItem *live_table_find(const LiveTable *t, uint64_t id); /* NULL: none */
/* Takes the record over; it is freed where it is not newer, or where there is no memory. */
PT_NODISCARD PtStatus live_table_put(LiveTable *t, uint64_t id, LiveRecord *record,
                                     LiveItem **ret_item, PtError *err);
void live_table_drop(LiveTable *t, LiveItem *item);

/* ---- The whole --------------------------------------------------------------------------------
 */
enum { LIVE_TIMER_ITEM, LIVE_TIMER_RULES };

typedef struct LiveCounts {
    _Atomic uint64_t fired[WORK_STEP + 1], late, caught_up, corrected, passes;
    _Atomic int64_t pass_ms; /* of the last pass over all items */
} LiveCounts;

struct Work {
    WorkConfig c;
    PtTimers *timers;
    int64_t opened_ms; /* what was due before is caught up with */
    LiveCounts counts;
    _Atomic uint64_t marks;  /* changes that were written, committed or not */
    pthread_mutex_t editing; /* one edit of policies at a time; taken first */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t wake, done;
    pthread_t thread;
    bool running, stop;
    bool missed;             /* memory ran out for an item: all are read again */
    uint64_t wanted, passed; /* passes over all items: asked for, done */
    LiveRules *rules;
    LiveTable table;
    LiveScratch scratch;
    LiveVerdict verdict; /* large for stacks */
};

/* Rules with calendars, for one use. */
typedef struct LiveView {
    const LiveRules *rules; /* borrowed */
    const WorkCalendars *held;
    WorkRules work;
} LiveView;
PT_NODISCARD PtStatus live_view(Work *w, const LiveRules *rules, LiveView *ret_view, PtError *err);
void live_view_done(Work *w, LiveView *view);
PT_NODISCARD PtStatus live_judge(const LiveView *view, const WorkHistory *history,
                                 const LiveFired *fired, size_t fired_count, int64_t now_ms,
                                 LiveVerdict *ret_verdict, PtError *err);
LiveRules *live_rules_hold(Work *w); /* give back by live_rules_release */

/* With the lock held: what the item comes to now; its timer is set, its owner told. */
PT_NODISCARD PtStatus live_look(Work *w, const LiveView *view, LiveItem *item, PtError *err);
/* Takes the record over where it is newer, and looks at the item. */
PT_NODISCARD PtStatus live_install(Work *w, uint64_t id, LiveRecord *record, PtError *err);
/* Likewise, of one that was fired, as were deadlines before rows from missed_ms on. */
PT_NODISCARD PtStatus live_install_fired(Work *w, uint64_t id, LiveRecord *record,
                                         int64_t missed_ms, PtError *err);
/* It is over, as of this version. */
void live_remove(Work *w, uint64_t id, int64_t version);
/* This version is being written. */
void live_mark(Work *w, uint64_t id, int64_t version);
/* Rules take the place of those in use; all items are looked at. */
void live_take_rules(Work *w, LiveRules *rules);
void live_missed(Work *w);
/* Waits until all passes that were asked for are done. */
void live_wait(Work *w);
/* All items that are live in SQL, into memory (live_load.c). */
PT_NODISCARD PtStatus live_load(Work *w, PtError *err);

PtTimerFired live_fire;       /* kind LIVE_TIMER_ITEM; ctx is the Work (live_fire.c) */
PtTimerFired live_rules_turn; /* kind LIVE_TIMER_RULES (live.c) */

/* ---- In SQL (live_store.c) --------------------------------------------------------------------
 */
PtStr live_kind_name(WorkFiredKind kind);

typedef struct LiveFiredList {
    LiveFired *items; /* free() */
    size_t count, room;
} LiveFiredList;
PT_NODISCARD PtStatus live_fired_add(LiveFiredList *list, const LiveFired *one, PtError *err);
/* From columns clock, round, kind, step, due_ms. */
PT_NODISCARD PtStatus live_fired_row(PtSqlTx *tx, int column, LiveFired *ret_fired, PtError *err);

/* Copies; free(). NULL: no memory. */
LiveRecord *live_record_new(int64_t version, const LiveFired *fired, size_t fired_count,
                            PtStr history);

typedef struct LiveStored {
    int64_t version;
    bool live;
    LiveRecord *record; /* the caller's */
} LiveStored;
/* PT_NOT_FOUND: no such item. */
PT_NODISCARD PtStatus live_read(PtSqlTx *tx, uint64_t id, LiveStored *ret_stored, PtError *err);
PT_NODISCARD PtStatus live_add(PtSqlTx *tx, uint64_t id, const WorkRow *first, PtError *err);
PT_NODISCARD PtStatus live_append(PtSqlTx *tx, uint64_t id, const WorkRow *row,
                                  int64_t *ret_version, PtError *err);
/* PT_CONFLICT: it was fired, and stands. */
PT_NODISCARD PtStatus live_write_fired(PtSqlTx *tx, const WorkFired *fired, int64_t now_ms,
                                       PtError *err);
PT_NODISCARD PtStatus live_write_correction(PtSqlTx *tx, uint64_t id, const LiveFired *fired,
                                            int64_t now_ms, PtError *err);
/* Raises the version, which must be this one: else PT_CONFLICT. */
PT_NODISCARD PtStatus live_touch(PtSqlTx *tx, uint64_t id, int64_t version, bool live,
                                 PtError *err);
