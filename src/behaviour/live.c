// SPDX-License-Identifier: Apache-2.0
/* Live questions: the newest answer of each, shared by all who ask it. There is no thread here: of
 * those who listen, the first one that sees an answer to be due finds it. */
#include "behaviour/behaviour_internal.h"
#include "behaviour/export_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ANSWER_BYTES = 8 << 20,
    KEY_BYTES = QUERY_JSON * 4,
    ARENA_BYTES = 256 << 20,
    LOOK_MS = 200,
    AGAIN_MS = 60000, /* a running range moves on */
    FAILED_MS = 10000,
    SHARE = 4, /* of one core: a quarter */
};

typedef struct LiveQuestion {
    struct LiveQuestion *next;
    char *key; /* 'i' where impersonal, else 'p'; then the query, normalised */
    size_t key_len, listeners;
    bool computing;
    uint64_t number;     /* of the answer, rising from 1 */
    int64_t computed_ms; /* when it was found; pt_mono_ms */
    PtStatus status;     /* of finding it */
    PtError error;
    char *answer;
    size_t answer_len;
    uint64_t position;
} LiveQuestion;

struct LiveQuestions {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    LiveQuestion *first;
    int64_t quiet_until_ms; /* the quarter of a core is used up until then */
};

struct BehaviourLive {
    Behaviour *b;
    LiveQuestion *q;
    int64_t every_ms;
    uint64_t seen; /* number of the answer that was given last */
};

PtStatus behaviour_live_new(Behaviour *b, PtError *err)
{
    struct LiveQuestions *all = calloc(1, sizeof *all);
    if (all == NULL) {
        return query_no_memory(err);
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&all->lock, NULL);
    (void)pthread_cond_init(&all->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    b->live = all;
    return PT_OK;
}

void behaviour_live_stop(Behaviour *b)
{
    if (b->live != NULL) {
        (void)pthread_mutex_lock(&b->live->lock);
        (void)pthread_cond_broadcast(&b->live->changed);
        (void)pthread_mutex_unlock(&b->live->lock);
    }
}

void behaviour_live_free(Behaviour *b)
{
    if (b->live != NULL) {
        (void)pthread_cond_destroy(&b->live->changed);
        (void)pthread_mutex_destroy(&b->live->lock);
        free(b->live);
        b->live = NULL;
    }
}

/* ---- Finding an answer ------------------------------------------------------------------------
 */

static uint64_t position_of(PtStr answer)
{
    int64_t value = 0;
    const PtStr text =
        export_member(export_member(answer, PT_STR("watermark")), PT_STR("position"));
    return text.data != NULL && pt_json_to_i64(text, &value) ? (uint64_t)value : 0;
}

/* Takes the place of the answer before. */
static void put_answer(LiveQuestion *q, PtStatus st, PtBuf *out, const PtError *why)
{
    free(q->answer);
    q->answer = NULL;
    q->answer_len = 0;
    q->status = st;
    q->error = *why;
    q->number++;
    if (st == PT_OK) {
        q->position = position_of(pt_buf_str(out));
        q->answer_len = out->len;
        q->answer = PT_TAKE(out->data);
        *out = (PtBuf){.limit = out->limit};
    }
}

/* Under the lock, which it gives back meanwhile. */
static void find_answer(Behaviour *b, LiveQuestion *q)
{
    struct LiveQuestions *all = b->live;
    PtError why = {0};
    PtBuf out;
    q->computing = true;
    (void)pthread_mutex_unlock(&all->lock);
    const int64_t began_ms = pt_mono_ms();
    const BehaviourAsk ask = {.query = {q->key + 1, q->key_len - 1},
                              .impersonal = q->key[0] == 'i'};
    PtArena *arena = pt_arena_new(ARENA_BYTES);
    pt_buf_init(&out, ANSWER_BYTES);
    PtStatus st =
        arena != NULL ? behaviour_query(b, &ask, arena, &out, &why) : query_no_memory(&why);
    pt_arena_free(arena);
    const int64_t now_ms = pt_mono_ms();
    (void)pthread_mutex_lock(&all->lock);
    put_answer(q, st, &out, &why);
    pt_buf_done(&out);
    q->computing = false;
    q->computed_ms = now_ms;
    all->quiet_until_ms = now_ms + (now_ms - began_ms) * (int64_t)b->c.threads * SHARE;
    (void)pthread_cond_broadcast(&all->changed);
}

/* ---- Who listens ------------------------------------------------------------------------------
 */

static LiveQuestion *find_question(const struct LiveQuestions *all, PtStr key)
{
    LiveQuestion *q = all->first;
    while (q != NULL && !pt_str_eq((PtStr){q->key, q->key_len}, key)) {
        q = q->next;
    }
    return q;
}

static LiveQuestion *add_question(struct LiveQuestions *all, PtStr key)
{
    LiveQuestion *q = calloc(1, sizeof *q);
    char *copy = malloc(key.len);
    if (q == NULL || copy == NULL) {
        free(q);
        free(copy);
        return NULL;
    }
    memcpy(copy, key.data, key.len);
    q->key = copy;
    q->key_len = key.len;
    q->next = all->first;
    all->first = q;
    return q;
}

static PtStatus key_of(Behaviour *b, const BehaviourAsk *ask, PtBuf *key, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    pt_buf_add_char(key, ask->impersonal ? 'i' : 'p');
    return arena != NULL ? behaviour_query_read(b, ask->query, arena, key, err)
                         : query_no_memory(err);
}

static void wait_until(struct LiveQuestions *all, int64_t until_ms)
{
    const int64_t now_ms = pt_mono_ms(), look_ms = now_ms + LOOK_MS;
    const int64_t wake_ms = until_ms < look_ms ? until_ms : look_ms;
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    const int64_t ns = (wake_ms > now_ms ? wake_ms - now_ms : 0) * 1000000 + at.tv_nsec;
    at.tv_sec += (time_t)(ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    (void)pthread_cond_timedwait(&all->changed, &all->lock, &at);
}

/* Under the lock: the first answer, by whoever is first. */
static PtStatus first_answer(Behaviour *b, LiveQuestion *q, const BehaviourAsk *ask, PtError *err)
{
    while (q->number == 0 || q->status != PT_OK) {
        if (!q->computing) {
            find_answer(b, q);
            break;
        }
        if (atomic_load(&b->stopping) || (ask->stop != NULL && atomic_load(ask->stop))) {
            return pt_fail(err, PT_UNAVAILABLE, "the query was stopped");
        }
        wait_until(b->live, INT64_MAX);
    }
    if (q->status != PT_OK && err != NULL) {
        *err = q->error;
    }
    return q->status;
}

/* Under the lock. */
static void leave_question(struct LiveQuestions *all, LiveQuestion *q)
{
    LiveQuestion **at = &all->first;
    if (--q->listeners > 0) {
        return;
    }
    while (*at != q) {
        at = &(*at)->next;
    }
    *at = q->next;
    free(q->key);
    free(q->answer);
    free(q);
}

PtStatus behaviour_live_open(Behaviour *b, const BehaviourAsk *ask, int64_t every_ms,
                             BehaviourLive **ret_live, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf key;
    pt_buf_init(&key, KEY_BYTES);
    PtStatus st = key_of(b, ask, &key, err);
    if (st != PT_OK) {
        return st;
    }
    BehaviourLive *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return query_no_memory(err);
    }
    struct LiveQuestions *all = b->live;
    (void)pthread_mutex_lock(&all->lock);
    LiveQuestion *q = find_question(all, pt_buf_str(&key));
    q = q != NULL ? q : add_question(all, pt_buf_str(&key));
    if (q != NULL) {
        q->listeners++;
        *l = (BehaviourLive){.b = b, .q = q, .every_ms = every_ms};
        st = first_answer(b, q, ask, err);
        if (st != PT_OK) {
            leave_question(all, q);
        }
    } else {
        st = query_no_memory(err);
    }
    (void)pthread_mutex_unlock(&all->lock);
    if (st != PT_OK) {
        free(l);
        return st;
    }
    *ret_live = l;
    return PT_OK;
}

/* Under the lock: something happened since the answer, or time went on. */
static bool is_due(const BehaviourLive *l, int64_t now_ms)
{
    const LiveQuestion *q = l->q;
    const int64_t age_ms = now_ms - q->computed_ms;
    const int64_t least_ms =
        q->status != PT_OK && l->every_ms < FAILED_MS ? FAILED_MS : l->every_ms;
    return !q->computing && age_ms >= least_ms && now_ms >= l->b->live->quiet_until_ms &&
           (age_ms >= AGAIN_MS || q->status != PT_OK || atomic_load(&l->b->next) > q->position);
}

/* Under the lock. */
static PtStatus give_answer(BehaviourLive *l, PtBuf *out, uint64_t *ret_position, PtError *err)
{
    const LiveQuestion *q = l->q;
    l->seen = q->number;
    if (q->status != PT_OK) {
        if (err != NULL) {
            *err = q->error;
        }
        return q->status;
    }
    *ret_position = q->position;
    pt_buf_add(out, q->answer, q->answer_len);
    return query_written(out, err);
}

PtStatus behaviour_live_next(BehaviourLive *l, int64_t until_mono_ms, const _Atomic bool *stop,
                             PtBuf *out, uint64_t *ret_position, bool *ret_new, PtError *err)
{
    Behaviour *b = l->b;
    PtStatus st = PT_OK;
    *ret_new = false;
    (void)pthread_mutex_lock(&b->live->lock);
    for (;;) {
        const int64_t now_ms = pt_mono_ms();
        if (atomic_load(&b->stopping) || (stop != NULL && atomic_load(stop))) {
            st = pt_fail(err, PT_UNAVAILABLE, "the query was stopped");
            break;
        }
        if (l->q->number != l->seen && !l->q->computing) {
            st = give_answer(l, out, ret_position, err);
            *ret_new = true;
            break;
        }
        if (now_ms >= until_mono_ms) {
            break;
        }
        if (is_due(l, now_ms)) {
            find_answer(b, l->q);
        } else {
            wait_until(b->live, until_mono_ms);
        }
    }
    (void)pthread_mutex_unlock(&b->live->lock);
    return st;
}

void behaviour_live_close(BehaviourLive *l)
{
    if (l != NULL) {
        (void)pthread_mutex_lock(&l->b->live->lock);
        leave_question(l->b->live, l->q);
        (void)pthread_mutex_unlock(&l->b->live->lock);
        free(l);
    }
}
