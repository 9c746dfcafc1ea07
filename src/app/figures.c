// SPDX-License-Identifier: Apache-2.0
#include "app/figures.h"

#include "base/calendar.h"
#include "platform/metrics.h"

#include <string.h>

enum { CLOCKS_ARENA = 8 << 20 /* the longest history of clocks fits */ };

/* Open hours of the store, else of the queue; where neither has any, all time counts. */
static int64_t business_ms(void *ctx, PtStr store, PtStr queue, int64_t from_ms, int64_t to_ms)
{
    const Figures *f = ctx;
    const WorkCalendars *c = f->hours.hold != NULL ? f->hours.hold(f->hours.ctx) : NULL;
    int64_t sum = 0, at = from_ms;
    while (at < to_ms) {
        int64_t until = INT64_MAX, until_queue = INT64_MAX;
        const PtCalendar *calendar =
            c != NULL && store.len > 0 ? c->in_force(c->ctx, WORK_CALENDAR_STORE, store, at, &until)
                                       : NULL;
        if (calendar == NULL && c != NULL && queue.len > 0) {
            calendar = c->in_force(c->ctx, WORK_CALENDAR_QUEUE, queue, at, &until_queue);
            until = until_queue < until ? until_queue : until;
        }
        const int64_t end = until < to_ms ? until : to_ms;
        sum += calendar != NULL ? pt_calendar_elapsed(calendar, at, end, (PtSpans){NULL, 0})
                                : end - at;
        at = end;
    }
    if (c != NULL) {
        f->hours.release(f->hours.ctx, c);
    }
    return sum;
}

static PtStatus verdict(void *ctx, int64_t ticket, InsightVerdict *ret_verdict, PtError *err)
{
    const Figures *f = ctx;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(CLOCKS_ARENA);
    WorkClock clocks[WORK_CLOCKS];
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for clocks");
    }
    PtStatus st = work_item_clocks(f->work, (WorkItem){WORK_TICKET, ticket}, clocks, arena, err);
    for (int i = 0; st == PT_OK && i < WORK_CLOCKS; i++) {
        const WorkClock *c = &clocks[i];
        const bool late = c->state == WORK_CLOCK_IS_BREACHED && c->stopped_ms == WORK_NEVER;
        ret_verdict->met[c->kind] = c->met;
        ret_verdict->breached[c->kind] = c->breached + late; // late already, and not over yet
    }
    return st;
}

static PtStatus asked(void *ctx, PtSqlTx *tx, int64_t ticket, PtError *err)
{
    const Figures *f = ctx;
    return insight_asked(f->insight, tx, ticket, err);
}

static PtStatus scored(void *ctx, PtSqlTx *tx, int64_t ticket, int64_t score, PtError *err)
{
    const Figures *f = ctx;
    PtStatus st = insight_scored(f->insight, tx, ticket, score, err);
    return st == PT_OK && f->heard.scored != NULL
               ? f->heard.scored(f->heard.ctx, tx, ticket, score, err)
               : st;
}

PtStatus figures_open(Figures *f, PtSql *core, const PtClock *clock,
                      const uint8_t key[static PT_SECRET_KEY], PtError *err)
{
    const InsightConfig ic = {
        .core = core, .clock = clock, .business_ms = business_ms, .verdict = verdict, .ctx = f};
    PtStatus st = insight_open(&ic, &f->insight, err);
    if (st != PT_OK) {
        return st;
    }
    SurveysConfig sc = {.core = core, .clock = clock, .listener = {f, asked, scored}};
    memcpy(sc.key, key, sizeof sc.key);
    st = surveys_open(&sc, &f->surveys, err);
    explicit_bzero(sc.key, sizeof sc.key);
    return st;
}

static PtStatus ask_of(void *ctx, PtSqlTx *tx, const DeskTold *told, PtError *err)
{
    const DeskTicket *t = told->after;
    char key[DESK_KEY_MAX];
    const bool counts = (t->type == DESK_INCIDENT || t->type == DESK_REQUEST) &&
                        t->merged_into == 0 && t->resolved_ms != 0;
    if (t->state != DESK_CLOSED || !counts ||
        (told->before != NULL && told->before->state == DESK_CLOSED)) {
        return PT_OK;
    }
    const SurveyTicket ticket = {.number = t->number,
                                 .key = desk_key(t->type, t->number, key),
                                 .requester = t->f[DESK_F_REQUESTER],
                                 .channel = t->f[DESK_F_CHANNEL]};
    return surveys_closed(ctx, tx, &ticket, err);
}

void figures_listeners(Figures *f, DeskListener ret_listeners[static DESK_LISTENERS])
{
    ret_listeners[0] = (DeskListener){f->insight, insight_changed};
    ret_listeners[1] = (DeskListener){f->surveys, ask_of};
}

static PtStatus fired(void *ctx, PtSqlTx *tx, const WorkFired *what, PtError *err)
{
    const Figures *f = ctx;
    PtStatus st = f->told.fired(f->told.ctx, tx, what, err);
    return st == PT_OK && what->kind == WORK_BREACHED
               ? insight_late(f->insight, tx, what->item.number, err)
               : st;
}

static void committed(void *ctx, WorkItem item)
{
    const Figures *f = ctx;
    f->told.committed(f->told.ctx, item);
}

static void due(void *ctx, WorkItem item, const WorkDue *what)
{
    const Figures *f = ctx;
    f->told.due(f->told.ctx, item, what);
}

WorkListener figures_work_listener(Figures *f, WorkListener desk)
{
    f->told = desk;
    return (WorkListener){.ctx = f, .fired = fired, .committed = committed, .due = due};
}

PtStatus figures_start(Figures *f, Desk *desk, Work *work, PtError *err)
{
    f->hours = desk_calendars(desk);
    f->work = work;
    PtStatus st = insight_start(f->insight, desk, err);
    if (st == PT_OK) {
        pt_metric_collector(insight_metrics, f->insight);
        pt_metric_collector(surveys_metrics, f->surveys);
    }
    return st;
}

void figures_stop(Figures *f)
{
    insight_stop(f->insight);
}

void figures_close(Figures *f)
{
    insight_close(PT_TAKE(f->insight));
    surveys_close(PT_TAKE(f->surveys));
}
