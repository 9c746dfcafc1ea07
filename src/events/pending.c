// SPDX-License-Identifier: Apache-2.0
#include "events/pending_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

enum {
    WAIT_S = 2,       // for a settlement that is under way
    CHECK_TRIES = 16, // a round must finish during each for a further one
    REPAIR_IDS = 256, // at a time
    FIRST_IDS = 1024,
};

PtStatus event_pending_init(EventPending *p, PtLog *log, Dedupe *dedupe, PtError *err)
{
    *p = (EventPending){.log = log, .dedupe = dedupe};
    p->redriven = pt_map_new();
    if (p->redriven == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the intake");
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->settled, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&p->lock, NULL);
    p->settled_round = p->durable_round = pt_log_finished_round(log);
    return PT_OK;
}

void event_pending_done(EventPending *p)
{
    if (p->redriven == NULL) {
        return;
    }
    pt_map_free(p->redriven, NULL);
    free(p->ids);
    free(p->redrives);
    (void)pthread_cond_destroy(&p->settled);
    (void)pthread_mutex_destroy(&p->lock);
}

void event_pending_enter(EventPending *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->first_round = p->last_round = 0;
}

void event_pending_leave(EventPending *p)
{
    (void)pthread_mutex_unlock(&p->lock);
}

static void depend(EventPending *p, uint64_t first, uint64_t last)
{
    p->first_round = p->first_round == 0 || first < p->first_round ? first : p->first_round;
    p->last_round = last > p->last_round ? last : p->last_round;
}

/* Dedupe now has the ids up to `end` under `round`. */
static void hold(EventPending *p, size_t end, uint64_t round)
{
    for (; p->held < end; p->held++) {
        p->ids[p->held].held_round = round;
    }
}

/* Puts ids back that a rollback or an abandon took with it. Those of rounds that became durable
 * meanwhile are committed at once.
 */
static PtStatus repair(EventPending *p, PtError *err)
{
    while (p->held < p->len) {
        const EventPendingId *from = &p->ids[p->held];
        bool durable = from->round <= p->durable_round;
        PtHash128 ids[REPAIR_IDS];
        DedupeVerdict verdicts[REPAIR_IDS];
        size_t count = 0;
        while (count < REPAIR_IDS && p->held + count < p->len &&
               (from[count].round <= p->durable_round) == durable) {
            ids[count] = from[count].id;
            count++;
        }
        const EventPendingId *last = &from[count - 1];
        PtStatus st = dedupe_check_add_many(p->dedupe, ids, count, last->time_ms, verdicts, err);
        if (st != PT_OK) {
            return st;
        }
        dedupe_assign(p->dedupe, last->round, last->offset);
        if (durable) {
            dedupe_commit(p->dedupe, last->round);
        }
        hold(p, p->held + count, last->round);
    }
    return PT_OK;
}

/* Settled ids that dedupe holds need no second keeper. */
static void drop_settled(EventPending *p)
{
    while (p->head < p->held && p->ids[p->head].held_round <= p->settled_round) {
        p->head++;
    }
    if (p->head == p->len) {
        p->head = p->held = p->len = 0;
    }
}

static PtStatus reserve(EventPending *p, size_t more, PtError *err)
{
    if (p->head > 0 && p->len + more > p->cap) {
        memmove(p->ids, p->ids + p->head, (p->len - p->head) * sizeof *p->ids);
        p->len -= p->head;
        p->held -= p->head;
        p->head = 0;
    }
    size_t cap = p->cap > 0 ? p->cap : FIRST_IDS;
    while (cap < p->len + more) {
        cap *= 2;
    }
    if (cap > p->cap) {
        EventPendingId *grown = realloc(p->ids, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the ids of a call");
        }
        p->ids = grown;
        p->cap = cap;
    }
    return PT_OK;
}

static bool wait_settled(EventPending *p, uint64_t round)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    while (p->settled_round < round) {
        if (pthread_cond_timedwait(&p->settled, &p->lock, &until) != 0) {
            return p->settled_round >= round;
        }
    }
    return true;
}

static bool any_seen(const DedupeVerdict *verdicts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (verdicts[i] == DEDUPE_SEEN) {
            return true;
        }
    }
    return false;
}

PtStatus event_pending_check(EventPending *p, const PtHash128 *ids, size_t count, int64_t time_ms,
                             DedupeVerdict *verdicts, PtError *err)
{
    for (unsigned tries = 0; tries < CHECK_TRIES; tries++) {
        PtStatus st = repair(p, err);
        st = st == PT_OK ? reserve(p, count, err) : st;
        st =
            st == PT_OK ? dedupe_check_add_many(p->dedupe, ids, count, time_ms, verdicts, err) : st;
        if (st != PT_OK || !any_seen(verdicts, count)) {
            return st;
        }
        // in this order: what was pending before `finished` was read fails with it
        uint64_t pending = pt_log_last_pending(p->log);
        uint64_t finished = pt_log_finished_round(p->log);
        if (finished <= p->settled_round) {
            if (pending > finished) {
                depend(p, finished + 1, pending);
            }
            return PT_OK;
        }
        dedupe_abandon(p->dedupe);
        if (!wait_settled(p, finished)) {
            break;
        }
    }
    return pt_fail(err, PT_UNAVAILABLE, "the log does not tell how its last round ended");
}

void event_pending_landed(EventPending *p, PtHash128 id, int64_t time_ms, uint64_t round,
                          uint64_t offset)
{
    assert(p->len < p->cap);
    p->ids[p->len++] = (EventPendingId){id, time_ms, round, offset, 0};
    depend(p, round, round);
}

PtStatus event_pending_seal(EventPending *p, bool whole, PtError *err)
{
    if (!whole) {
        dedupe_abandon(p->dedupe);
        return repair(p, err);
    }
    if (p->held < p->len) {
        const EventPendingId *last = &p->ids[p->len - 1];
        dedupe_assign(p->dedupe, last->round, last->offset);
        hold(p, p->len, last->round);
    }
    return PT_OK;
}

PtStatus event_pending_outcome(EventPending *p, uint64_t *ret_round, PtError *err)
{
    uint64_t finished = pt_log_finished_round(p->log);
    bool known = true;
    if (p->first_round < p->last_round && finished >= p->first_round) {
        known = wait_settled(p, finished);
    }
    if (!known || (p->first_round != 0 && p->failed_round >= p->first_round)) {
        return pt_fail(err, PT_UNAVAILABLE, "the log could not be written");
    }
    *ret_round = p->last_round > p->settled_round ? p->last_round : 0;
    return PT_OK;
}

static PtStr offset_key(const uint64_t *offset)
{
    return (PtStr){(const char *)offset, sizeof *offset};
}

bool event_pending_redriven(const EventPending *p, uint64_t offset)
{
    return pt_map_get(p->redriven, offset_key(&offset)) != NULL;
}

PtStatus event_pending_redrive(EventPending *p, uint64_t offset, PtError *err)
{
    static char present;
    if (p->redrive_count == p->redrive_cap) {
        size_t cap = p->redrive_cap > 0 ? p->redrive_cap * 2 : 64;
        EventPendingId *grown = realloc(p->redrives, cap * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a redrive");
        }
        p->redrives = grown;
        p->redrive_cap = cap;
    }
    if (!pt_map_set(p->redriven, offset_key(&offset), &present, NULL)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a redrive");
    }
    p->redrives[p->redrive_count++] = (EventPendingId){.offset = offset, .round = UINT64_MAX};
    return PT_OK;
}

void event_pending_redrive_landed(EventPending *p, uint64_t round)
{
    p->redrives[p->redrive_count - 1].round = round;
    depend(p, round, round);
}

void event_pending_redrive_failed(EventPending *p)
{
    uint64_t offset = p->redrives[--p->redrive_count].offset;
    (void)pt_map_remove(p->redriven, offset_key(&offset));
}

/* A redrive in a failed round did not happen; one in a durable round is not forgotten, since the
 * view that knows it durably may be behind. */
static void settle_redrives(EventPending *p, uint64_t round, bool durable)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->redrive_count; i++) {
        if (p->redrives[i].round > round) {
            p->redrives[kept++] = p->redrives[i];
        } else if (!durable) {
            (void)pt_map_remove(p->redriven, offset_key(&p->redrives[i].offset));
        }
    }
    p->redrive_count = kept;
}

/* Drops the ids of rounds after the last durable one and up to `round`, and counts all others as
 * not held: dedupe has just forgotten them. */
static void forget_failed(EventPending *p, uint64_t round)
{
    size_t kept = p->head;
    for (size_t i = p->head; i < p->len; i++) {
        if (p->ids[i].round <= p->durable_round || p->ids[i].round > round) {
            p->ids[kept++] = p->ids[i];
        }
    }
    p->len = kept;
    p->held = p->head;
}

PtStatus event_pending_wait(EventPending *p, uint64_t round, PtError *err)
{
    (void)pthread_mutex_lock(&p->lock);
    while (p->settled_round < round) {
        (void)pthread_cond_wait(&p->settled, &p->lock);
    }
    bool failed = round > 0 && p->failed_round >= round;
    (void)pthread_mutex_unlock(&p->lock);
    return failed ? pt_fail(err, PT_UNAVAILABLE, "the log could not be written") : PT_OK;
}

void event_pending_round(EventPending *p, uint64_t round, PtStatus status)
{
    (void)pthread_mutex_lock(&p->lock);
    bool durable = status == PT_OK;
    if (durable) {
        p->durable_round = round > p->durable_round ? round : p->durable_round;
        dedupe_commit(p->dedupe, round);
    } else {
        p->failed_round = round > p->failed_round ? round : p->failed_round;
        dedupe_rollback(p->dedupe);
        forget_failed(p, round);
    }
    p->settled_round = round > p->settled_round ? round : p->settled_round;
    (void)repair(p, NULL); // when it cannot, the next call tries again before it takes anything
    drop_settled(p);
    settle_redrives(p, round, durable);
    (void)pthread_cond_broadcast(&p->settled);
    (void)pthread_mutex_unlock(&p->lock);
}
