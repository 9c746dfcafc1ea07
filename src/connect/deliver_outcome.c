// SPDX-License-Identifier: Apache-2.0
/* What becomes of events after their request: settled, put off, or a dead letter. */
#include "connect/destination_internal.h"

#include "platform/diag.h"

#include <stdio.h>
#include <string.h>

static const PtBackoff retry_pause = {.first_ms = 2000, .max_ms = 4 * 3600000};
static const PtBreakerPolicy breaker_policy = {
    .failures_max = 5, .least_ms = 500, .pause = {.first_ms = 1000, .max_ms = 300000}};

static DeliverChange *new_change(Deliver *d, const DeliverEvent *e)
{
    DeliverChange *c = &d->changes[d->change_count++]; // room: see DELIVER_CHANGES_DUE
    memset(c, 0, sizeof *c);
    c->item.position = e->record.position.offset;
    return c;
}

static void end_event(Deliver *d, DeliverEvent *e)
{
    const uint64_t end = e->record.position.offset + 1;
    if (e->origin == DELIVER_LIVE && end > d->settled_end) {
        d->settled_end = end;
    }
    d->dirty = true;
    deliver_window_settle(&d->window, e);
}

static void settle(Deliver *d, DeliverEvent *e)
{
    // a replayed event may have failed before, too
    if (e->origin != DELIVER_LIVE) {
        new_change(d, e)->settled = true;
    }
    end_event(d, e);
}

void deliver_skip(Deliver *d, DeliverEvent *e, const EventView *view, PtStr reason, PtStr detail)
{
    const int64_t now_ms = pt_clock_now_ms(d->c->clock);
    deliver_figures_skip(&d->figures, view, e->record.position.offset, reason, detail, now_ms);
    if (e->origin != DELIVER_REPLAY) {
        deliver_tally_add(&d->tally, &e->record, view, deliver_tally_reason(reason), now_ms);
    }
    settle(d, e);
}

void deliver_fail(Deliver *d, DeliverEvent *e, PtOutboxItemState state, const char *reason,
                  const char *why, int64_t after_ms)
{
    const int64_t now_ms = deliver_machine_ms();
    DeliverChange *c = new_change(d, e);
    PtOutboxItem *item = &c->item;
    item->attempts = e->attempts + 1;
    item->failed_ms = now_ms;
    item->state = item->attempts >= DELIVER_ATTEMPTS_MAX ? PT_OUTBOX_DEAD : state;
    (void)snprintf(item->reason, sizeof item->reason, "%s", reason);
    (void)snprintf(item->error, sizeof item->error, "%s", why);
    if (item->state == PT_OUTBOX_RETRY) {
        const int64_t pause_ms = pt_backoff_ms(&retry_pause, item->attempts, &d->rng);
        item->due_ms = now_ms + (pause_ms > after_ms ? pause_ms : after_ms);
        d->next_due_ms = item->due_ms < d->next_due_ms ? item->due_ms : d->next_due_ms;
        pthread_mutex_lock(&d->figures.lock);
        d->figures.retried++;
        pthread_mutex_unlock(&d->figures.lock);
    }
    end_event(d, e);
}

static const char in_doubt[] = "on its way when the server ended: it may have arrived";

void deliver_note_doubt(Deliver *d, const DeliverEvent *e)
{
    PtOutboxItem *item = &new_change(d, e)->item;
    item->state = PT_OUTBOX_DEAD;
    item->attempts = e->attempts;
    item->failed_ms = deliver_machine_ms();
    (void)snprintf(item->reason, sizeof item->reason, "in_doubt");
    (void)snprintf(item->error, sizeof item->error, "%s", in_doubt);
}

static DeliverEvent *take_first(DeliverShot *shot)
{
    DeliverEvent *e = shot->first;
    if (e != NULL) {
        shot->first = e->next;
        shot->count--;
        e->next = NULL;
    }
    return e;
}

void deliver_give_back(Deliver *d, DeliverShot *shot)
{
    DeliverEvent *turned = NULL, *e;
    while ((e = take_first(shot)) != NULL) {
        e->next = turned;
        turned = e;
    }
    while (turned != NULL) {
        e = turned;
        turned = e->next;
        deliver_window_put_back(&d->window, e);
    }
    shot->last = NULL;
}

static void delivered(Deliver *d, DeliverShot *shot)
{
    const int64_t now_ms = pt_clock_now_ms(d->c->clock), machine_ms = deliver_machine_ms();
    DeliverEvent *e;
    while ((e = take_first(shot)) != NULL) {
        const int64_t latency_ms = now_ms - e->record.time_ms;
        deliver_figures_delivered(&d->figures, e->origin == DELIVER_LIVE ? latency_ms : -1,
                                  machine_ms);
        deliver_tally_add(&d->tally, &e->record, NULL,
                          e->origin == DELIVER_REPLAY ? DELIVER_REPLAYED : DELIVER_DELIVERED,
                          now_ms);
        settle(d, e);
    }
}

static void each_alone(Deliver *d, DeliverShot *shot)
{
    for (DeliverEvent *e = shot->first; e != NULL; e = e->next) {
        e->alone = true;
    }
    deliver_give_back(d, shot);
    d->more = true;
}

/* A file or object is to be repeated under its name: with the same events. */
static bool repeats_whole(const Deliver *d, const DeliverShot *shot)
{
    return d->plan->linger_ms > 0 && shot->queue != &d->window.side;
}

static void put_off(Deliver *d, DeliverShot *shot, const char *reason, const char *why,
                    int64_t after_ms)
{
    DeliverEvent *e;
    if (repeats_whole(d, shot)) {
        shot->queue->again = shot->count;
        deliver_give_back(d, shot);
        return;
    }
    while ((e = take_first(shot)) != NULL) {
        deliver_fail(d, e, PT_OUTBOX_RETRY, reason, why, after_ms);
    }
}

static void refuse(Deliver *d, DeliverShot *shot, const char *reason, const char *why)
{
    DeliverEvent *e;
    while ((e = take_first(shot)) != NULL) {
        deliver_fail(d, e, PT_OUTBOX_DEAD, reason, why, 0);
    }
}

void deliver_doubt_all(Deliver *d, DeliverShot *shot)
{
    refuse(d, shot, "in_doubt", in_doubt);
}

void deliver_put_aside(Deliver *d)
{
    for (uint32_t i = 0; !d->plan->settings.kind->repeatable && i < d->window.lane_count; i++) {
        DeliverQueue *q = &d->window.lanes[i];
        while (q->first != NULL && q->first->record.position.offset < d->settled_end) {
            deliver_fail(d, deliver_window_take(&d->window, q), PT_OUTBOX_RETRY, "waiting",
                         "not sent yet when the server ended", 0);
        }
    }
}

/* The log gets the reason only: an answer may repeat a person's data. */
static void stop(Deliver *d, DeliverShot *shot, const char *reason, const char *why)
{
    PtError err = {0};
    deliver_give_back(d, shot);
    if (deliver_halt(d, why, &err) != PT_OK) { // it is halted all the same; each save tries again
        pt_diag(PT_DIAG_ERROR, "destinations", "a stop was not stored",
                PT_F_STR("why", pt_str(err.message)));
    }
    pt_diag(PT_DIAG_ERROR, "destinations", "destination stopped",
            PT_F_STR("destination", pt_str(d->plan->id)), PT_F_STR("why", pt_str(reason)));
}

static void note_failure(Deliver *d, const char *reason, int64_t after_ms)
{
    if (pt_breaker_failed(&d->breaker, &breaker_policy, deliver_machine_ms(), after_ms, &d->rng)) {
        pt_diag(PT_DIAG_WARN, "destinations", "destination does not answer, trying now and then",
                PT_F_STR("destination", pt_str(d->plan->id)), PT_F_STR("why", pt_str(reason)));
    }
    d->dirty = true;
}

typedef struct Judged {
    ConnectVerdict verdict;
    char reason[PT_OUTBOX_REASON], why[PT_OUTBOX_ERROR];
} Judged;

static void judge(const Deliver *d, const DeliverShot *shot, const DeliverAnswer *a, Judged *j)
{
    char why[CONNECT_WHY_MAX] = "";
    if (a->written) {
        j->verdict = a->why == NULL ? CONNECT_DELIVERED : CONNECT_AGAIN;
        (void)snprintf(j->reason, sizeof j->reason, "write");
        (void)snprintf(j->why, sizeof j->why, "%s", a->why != NULL ? a->why : "");
    } else if (a->refused_address) {
        j->verdict = CONNECT_STOP;
        (void)snprintf(j->reason, sizeof j->reason, "address");
        (void)snprintf(j->why, sizeof j->why,
                       "the address %s is not a public one and not allowed by connect.networks",
                       shot->guard.refused);
    } else if (!a->answered) {
        j->verdict = CONNECT_AGAIN;
        (void)snprintf(j->reason, sizeof j->reason, "no_answer");
        (void)snprintf(j->why, sizeof j->why, "no answer: %s", a->why);
    } else {
        const ConnectKind *kind = d->plan->settings.kind;
        j->verdict = kind->judge(&d->plan->settings, a->status, a->body, shot->count, false, why);
        (void)snprintf(j->reason, sizeof j->reason, "http_%d", a->status);
        (void)snprintf(j->why, sizeof j->why, "%s", why);
    }
}

/* And must not be sent again, as the receiver could not tell. */
static bool may_have_arrived(const Deliver *d, const DeliverAnswer *a)
{
    return a->sent && !a->answered && !d->plan->settings.kind->repeatable;
}

void deliver_outcome(Deliver *d, DeliverShot *shot, const DeliverAnswer *answer)
{
    Judged j = {.verdict = CONNECT_DELIVERED};
    judge(d, shot, answer, &j);
    pthread_mutex_lock(&d->figures.lock);
    d->figures.requests++;
    pthread_mutex_unlock(&d->figures.lock);
    shot->queue->again = 0;
    if (j.verdict != CONNECT_DELIVERED) {
        deliver_figures_error(&d->figures, j.why, deliver_machine_ms());
    }
    if (j.verdict == CONNECT_AGAIN) {
        note_failure(d, j.reason, answer->retry_after_ms);
        if (may_have_arrived(d, answer)) {
            refuse(d, shot, "in_doubt", j.why);
        } else {
            put_off(d, shot, j.reason, j.why, answer->retry_after_ms);
        }
        return;
    }
    pt_breaker_succeeded(&d->breaker);
    if (j.verdict == CONNECT_DELIVERED) {
        delivered(d, shot);
    } else if (j.verdict == CONNECT_SPLIT && shot->count > 1) {
        each_alone(d, shot);
    } else if (j.verdict == CONNECT_STOP) {
        stop(d, shot, j.reason, j.why);
    } else {
        refuse(d, shot, j.reason, j.why);
    }
}
