// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* An epoll event loop: one thread runs it and owns everything attached to it.
 *
 * Threads  pt_loop_post, pt_loop_stop and pt_loop_inside may be called from any thread (and stop
 *          from a signal handler); all else only on the loop's thread.
 * Idle     A loop with nothing to do sleeps in the kernel: no ticks.
 */
typedef struct PtLoop PtLoop;

PT_NODISCARD PtStatus pt_loop_new(PtLoop **ret_loop, PtError *err);
void pt_loop_free(PtLoop *loop); /* accepts NULL; undelivered posts are run first */

/* Runs until pt_loop_stop. */
void pt_loop_run(PtLoop *loop);
void pt_loop_stop(PtLoop *loop);

/* One round: waits up to timeout_ms (-1: for ever) for something to do and does it, hooks included.
 * False when there was nothing.
 */
bool pt_loop_turn(PtLoop *loop, int timeout_ms);

/* Whether the caller is on the thread that ran the loop last. */
bool pt_loop_inside(const PtLoop *loop);

/* Runs fn(ctx) on the loop's thread soon, in order of posting; wakes the loop. Posts made by
 * several threads at once share one wake-up. False when out of memory (fn will not run).
 */
bool pt_loop_post(PtLoop *loop, void (*fn)(void *ctx), void *ctx);

/* Called once at the end of every round that handled something, after all ready descriptors and
 * posts: the place to hand a round's appends to the log. At most 8 hooks.
 */
void pt_loop_on_round(PtLoop *loop, void (*fn)(void *ctx), void *ctx);
void pt_loop_off_round(PtLoop *loop, void (*fn)(void *ctx), void *ctx);

/* The hooks run, or run again, before the loop next sleeps: for work found outside a round or in a
 * later hook. Allocates nothing.
 */
void pt_loop_settle(PtLoop *loop);

/* A descriptor to watch. `events` is EPOLLIN | EPOLLOUT ...; the callback gets what epoll reported.
 * The struct is owned by the caller and must stay in place until removed; removing it inside any
 * callback is safe.
 */
typedef struct PtWatch {
    int fd;
    uint32_t events;
    void (*fn)(struct PtWatch *watch, uint32_t events);
    void *ctx;
} PtWatch;

PT_NODISCARD PtStatus pt_loop_watch(PtLoop *loop, PtWatch *watch, PtError *err);
PT_NODISCARD PtStatus pt_loop_rewatch(PtLoop *loop, PtWatch *watch,
                                      PtError *err); /* after changing watch->events */
void pt_loop_unwatch(PtLoop *loop, PtWatch *watch);

/* A one-shot timer on the machine's monotonic clock, intrusive: owned by the caller, in place until
 * it fired or was cancelled. Setting an armed one moves it. Cancelling an idle one is fine.
 * Resolution 1 ms, never early.
 */
typedef struct PtLoopTimer {
    int64_t due_ms; /* pt_mono_ms(); internal once armed */
    void (*fn)(struct PtLoopTimer *timer);
    void *ctx;
    uint32_t heap_index; /* internal; 0 = idle: zero it at the start */
} PtLoopTimer;

PT_NODISCARD PtStatus pt_loop_timer_set(PtLoop *loop, PtLoopTimer *timer, int64_t due_ms);
void pt_loop_timer_cancel(PtLoop *loop, PtLoopTimer *timer);

/* A few threads for what may block (SQL, files). Jobs run in order of submission, several at once.
 */
typedef struct PtPool PtPool;

PT_NODISCARD PtStatus pt_pool_new(unsigned threads, unsigned max_queued, PtPool **ret_pool,
                                  PtError *err);
void pt_pool_free(PtPool *pool); /* runs what is queued, then joins; accepts NULL */

/* PT_BUSY when max_queued jobs wait; PT_NO_MEMORY. */
PT_NODISCARD PtStatus pt_pool_submit(PtPool *pool, void (*fn)(void *ctx), void *ctx);

/* Manners of a thread whose work can wait (archive, views, merges). pt_background makes the calling
 * thread nice; pt_background_offer, called every few microseconds of its work, lets a thread that
 * answers clients run at once, at most every 100 us: being nice alone does not shorten the time
 * slice (3 ms) that it would wait out. In a thread that is none of these an offer does nothing.
 */
void pt_background(void);
void pt_background_offer(void);
