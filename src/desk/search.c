// SPDX-License-Identifier: Apache-2.0
/* Descriptions and notes for search: read from SQL by a thread of its own, the newest tickets
 * first, up to a bound in memory; then whatever changes. So nothing that writes waits for it, and a
 * start is ready before it has read them all. */
#include "desk.sql.h"
#include "desk/desk_internal.h"
#include "platform/diag.h"
#include "platform/text.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    QUEUE_MAX = 65536,        /* tickets that changed; more: all are read again */
    BATCH = 20,               /* tickets that are read at once: others wait for the reader */
    PARTS_MAX = 8,            /* pieces of texts of a ticket */
    DESCRIPTION_BYTES = 2000, /* of it, from its beginning */
    TEXTS_BYTES = 4000,       /* of a ticket, with its newest notes */
    ROWS_MAX = 200,           /* notes of a ticket that are looked at */
    ARENA = 64 << 20,
    AGAIN_S = 5, /* after a failure */
};

struct DeskSearch {
    pthread_mutex_t lock;
    pthread_cond_t woken, idle;
    pthread_t thread;
    bool runs, stop, busy;
    int64_t *queue; /* [QUEUE_MAX] tickets that changed; the lock's, as the rest */
    size_t queued;
    bool all;    /* to be read from the newest on */
    int64_t at;  /* those below this are still to come; 0: none are */
    int64_t out; /* those below this are not found by their texts: there is no room */
};

/* ---- Texts of a ticket ------------------------------------------------------------------------
 */

typedef struct Texts {
    PtStr parts[PARTS_MAX];
    size_t count, bytes;
} Texts;

/* In pieces that the index takes, cut between words. */
static void add_text(Texts *t, PtStr text, size_t most)
{
    text.len = text.len < most ? text.len : most;
    while (text.len > 0 && t->count < PARTS_MAX && t->bytes < TEXTS_BYTES) {
        size_t len = text.len < PT_TEXT_BYTES_MAX ? text.len : PT_TEXT_BYTES_MAX;
        size_t cut = len;
        while (cut > 1 && len < text.len && text.data[cut - 1] != ' ' &&
               text.data[cut - 1] != '\n') {
            cut--;
        }
        len = cut > 1 ? cut : len;
        t->parts[t->count++] = (PtStr){text.data, len};
        t->bytes += len;
        text = pt_str_from(text, len);
    }
}

static PtStatus read_notes(PtSqlTx *tx, int64_t number, PtArena *arena, Texts *texts, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_DESK_SEARCH_NOTES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, number);
    pt_sql_bind_i64(tx, 2, ROWS_MAX);
    while (texts->count < PARTS_MAX && texts->bytes < TEXTS_BYTES &&
           (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr text = pt_arena_str(arena, pt_sql_text(tx, 3));
        if (text.data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for texts of tickets");
            break;
        }
        add_text(texts, text, TEXTS_BYTES - texts->bytes);
    }
    pt_sql_done(tx);
    return st;
}

/* room false: its texts leave the index. */
static PtStatus put_ticket(Desk *d, PtSqlTx *tx, int64_t number, bool room, PtArena *arena,
                           PtError *err)
{
    Texts texts = {.count = 0};
    DeskRow row;
    PtStatus st = desk_load(tx, number, arena, &row, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr words = desk_index_words(&row.t, arena);
    if (words.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for texts of tickets");
    }
    if (room) {
        add_text(&texts, row.t.f[DESK_F_DESCRIPTION], DESCRIPTION_BYTES);
        st = read_notes(tx, number, arena, &texts, err);
    }
    if (st != PT_OK || (texts.count == 0 && desk_index_texts_of(d->index, number) == 0)) {
        return st;
    }
    const DeskIndexTexts put = {number, words, texts.parts, texts.count};
    return desk_index_texts(d->index, &put, err);
}

/* ---- Room -------------------------------------------------------------------------------------
 */

static uint64_t bound_of(const Desk *d)
{
    return d->c.search_bytes > 0 ? d->c.search_bytes : DESK_SEARCH_BYTES;
}

/* The oldest texts make room for those that came since. */
static PtStatus make_room(Desk *d, PtSqlTx *tx, int64_t *out, PtArena *arena, PtError *err)
{
    PtStatus st = PT_OK;
    *out = *out < DESK_FIRST_NUMBER ? DESK_FIRST_NUMBER : *out;
    while (st == PT_OK && desk_index_texts_all(d->index) > bound_of(d)) {
        if (desk_index_texts_of(d->index, *out) > 0) {
            st = put_ticket(d, tx, *out, false, arena, err);
            pt_arena_clear(arena);
        }
        *out += st == PT_OK;
    }
    return st;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

typedef struct Turn {
    int64_t list[BATCH];
    size_t count;
    int64_t at, out; /* as in DeskSearch, as they are afterwards */
} Turn;

/* The tickets of the turn, in one transaction of reading. */
static PtStatus read_turn(Desk *d, Turn *turn, PtArena *arena, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    for (size_t i = 0; st == PT_OK && i < turn->count; i++) {
        PtError none = {0};
        st = turn->list[i] >= turn->out ? put_ticket(d, tx, turn->list[i], true, arena, &none)
                                        : PT_OK;
        // numbers have no gaps, but what is written right now is not there yet
        st = st == PT_OK || st == PT_NOT_FOUND ? PT_OK : pt_fail(err, st, "%s", none.message);
        pt_arena_clear(arena);
    }
    return st == PT_OK ? make_room(d, tx, &turn->out, arena, err) : st;
}

/* What is to be read next; false: nothing is. The lock is held. */
static bool take_turn(DeskSearch *s, int64_t newest, Turn *turn)
{
    if (s->all) {
        s->all = false;
        s->queued = 0;
        s->at = newest + 1;
        s->out = 0;
    }
    *turn = (Turn){.at = s->at, .out = s->out};
    while (turn->count < BATCH && s->queued > 0) {
        turn->list[turn->count++] = s->queue[--s->queued];
    }
    while (turn->count < BATCH && turn->at > DESK_FIRST_NUMBER && turn->at > turn->out) {
        turn->list[turn->count++] = --turn->at;
    }
    turn->at = turn->at <= DESK_FIRST_NUMBER || turn->at <= turn->out ? 0 : turn->at;
    s->at = turn->count > 0 ? s->at : 0;
    return turn->count > 0;
}

/* The lock is held, and given back meanwhile. */
static void do_turn(Desk *d, Turn *turn, PtArena *arena)
{
    DeskSearch *s = d->search;
    PtError err = {0};
    s->busy = true;
    (void)pthread_mutex_unlock(&s->lock);
    const PtStatus st = read_turn(d, turn, arena, &err);
    pt_arena_clear(arena);
    if (st != PT_OK) {
        pt_diag(PT_DIAG_WARN, "desk", "texts of tickets are found later",
                PT_F_STR("problem", pt_str(err.message)));
    }
    (void)pthread_mutex_lock(&s->lock);
    s->busy = false;
    if (st != PT_OK) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += AGAIN_S;
        s->all = true;
        while (!s->stop && pthread_cond_timedwait(&s->woken, &s->lock, &until) == 0) {
        }
    } else if (!s->all) {
        s->at = turn->at;
        s->out = turn->out;
    }
}

static void *read_texts(void *ctx)
{
    Desk *d = ctx;
    DeskSearch *s = d->search;
    Turn turn;
    PtArena *arena = NULL;
    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        arena = arena != NULL ? arena : pt_arena_new(ARENA);
        if (arena != NULL && take_turn(s, desk_index_newest(d->index), &turn)) {
            do_turn(d, &turn, arena);
        } else {
            (void)pthread_cond_broadcast(&s->idle);
            (void)pthread_cond_wait(&s->woken, &s->lock);
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    pt_arena_free(arena);
    return NULL;
}

/* ---- Asked ------------------------------------------------------------------------------------
 */

void desk_search_note(Desk *d, int64_t number)
{
    DeskSearch *s = d->search;
    (void)pthread_mutex_lock(&s->lock);
    if (s->queued < QUEUE_MAX) {
        s->queue[s->queued++] = number;
    } else {
        s->all = true;
    }
    (void)pthread_cond_signal(&s->woken);
    (void)pthread_mutex_unlock(&s->lock);
}

void desk_search_again(Desk *d)
{
    DeskSearch *s = d->search;
    (void)pthread_mutex_lock(&s->lock);
    s->all = true;
    (void)pthread_cond_signal(&s->woken);
    (void)pthread_mutex_unlock(&s->lock);
}

DeskSearched desk_searched(Desk *d)
{
    DeskSearch *s = d->search;
    (void)pthread_mutex_lock(&s->lock);
    const bool reads = s->all || s->at > 0 || s->queued > 0 || s->busy;
    const DeskSearched state = {.reads = reads, .from = s->out > 0 ? s->out : DESK_FIRST_NUMBER};
    (void)pthread_mutex_unlock(&s->lock);
    return state;
}

void desk_search_wait(Desk *d)
{
    DeskSearch *s = d->search;
    (void)pthread_mutex_lock(&s->lock);
    while (s->runs && !s->stop && (s->all || s->at > 0 || s->queued > 0 || s->busy)) {
        (void)pthread_cond_wait(&s->idle, &s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

/* ---- Life -------------------------------------------------------------------------------------
 */

PtStatus desk_search_open(Desk *d, PtError *err)
{
    DeskSearch *s = calloc(1, sizeof *s);
    int64_t *queue = malloc(QUEUE_MAX * sizeof *queue);
    if (s == NULL || queue == NULL) {
        free(s);
        free(queue);
        return pt_fail(err, PT_NO_MEMORY, "no memory for the desk");
    }
    pthread_condattr_t attr;
    *s = (DeskSearch){.queue = queue, .all = true};
    (void)pthread_mutex_init(&s->lock, NULL); // do not fail on Linux with default attributes
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&s->woken, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_cond_init(&s->idle, NULL);
    d->search = s;
    return PT_OK;
}

PtStatus desk_search_start(Desk *d, PtError *err)
{
    DeskSearch *s = d->search;
    sigset_t all, before; // signals are the main thread's
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int rc = pthread_create(&s->thread, NULL, read_texts, d);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    s->runs = rc == 0;
    return rc == 0 ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread for search: %s", strerror(rc));
}

void desk_search_close(Desk *d)
{
    DeskSearch *s = d->search;
    if (s == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->woken);
    (void)pthread_mutex_unlock(&s->lock);
    if (s->runs) {
        (void)pthread_join(s->thread, NULL);
    }
    (void)pthread_cond_destroy(&s->idle);
    (void)pthread_cond_destroy(&s->woken);
    (void)pthread_mutex_destroy(&s->lock);
    free(s->queue);
    free(s);
    d->search = NULL;
}
