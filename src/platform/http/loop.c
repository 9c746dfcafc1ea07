// SPDX-License-Identifier: Apache-2.0
#include "platform/loop.h"

#include "platform/clock.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, HOOKS_MAX = 8, POSTS_FIRST = 64, POSTS_KEPT = 4096, TIMERS_FIRST = 64 };

typedef struct Post {
    void (*fn)(void *ctx);
    void *ctx;
} Post;

typedef struct Posts {
    Post *items;
    size_t count, cap;
} Posts;

struct PtLoop {
    int epoll_fd, wake_fd;
    atomic_bool stop;
    bool settle; // hooks are due even if nothing else happens

    struct epoll_event events[EVENTS_MAX]; // data.ptr: the PtWatch, or NULL once it was removed
    int event_count, event_next;

    Post hooks[HOOKS_MAX];
    unsigned hook_count;

    PtLoopTimer **heap; // heap[1..timer_count], soonest first; heap[0] unused
    uint32_t timer_count, timer_cap;

    pthread_t thread; // the last to run a round
    atomic_bool has_thread;

    pthread_mutex_t mutex; // the two below
    Posts waiting;
    bool sleeping; // a post must wake the loop

    Posts running; // swapped with waiting, so that posts made meanwhile have room
};

static int new_wake_fd(int epoll_fd, PtLoop *loop)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = loop}; // the loop itself: not a watch
    if (fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

PtStatus pt_loop_new(PtLoop **ret_loop, PtError *err)
{
    PtLoop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an event loop");
    }
    loop->waiting = (Posts){calloc(POSTS_FIRST, sizeof(Post)), 0, POSTS_FIRST};
    loop->running = (Posts){calloc(POSTS_FIRST, sizeof(Post)), 0, POSTS_FIRST};
    loop->heap = calloc(TIMERS_FIRST, sizeof *loop->heap);
    loop->timer_cap = TIMERS_FIRST - 1;
    (void)pthread_mutex_init(&loop->mutex, NULL); // cannot fail with default attributes
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = loop->epoll_fd >= 0 ? new_wake_fd(loop->epoll_fd, loop) : -1;
    if (loop->wake_fd < 0) {
        PtStatus st = pt_fail(err, pt_status_of_errno(errno), "cannot make an event loop: %s",
                              strerror(errno));
        pt_loop_free(loop);
        return st;
    }
    if (loop->waiting.items == NULL || loop->running.items == NULL || loop->heap == NULL) {
        pt_loop_free(loop);
        return pt_fail(err, PT_NO_MEMORY, "no memory for an event loop");
    }
    *ret_loop = loop;
    return PT_OK;
}

/* Runs what was posted so far; what that posts waits for the next call. */
static bool run_posts(PtLoop *loop)
{
    pthread_mutex_lock(&loop->mutex);
    Posts taken = loop->waiting;
    loop->waiting = loop->running;
    pthread_mutex_unlock(&loop->mutex);
    for (size_t i = 0; i < taken.count; i++) {
        taken.items[i].fn(taken.items[i].ctx);
    }
    bool any = taken.count > 0;
    taken.count = 0;
    if (taken.cap > POSTS_KEPT) {
        Post *smaller = realloc(taken.items, POSTS_KEPT * sizeof(Post));
        taken = smaller != NULL ? (Posts){smaller, 0, POSTS_KEPT} : taken;
    }
    loop->running = taken;
    return any;
}

void pt_loop_free(PtLoop *loop)
{
    if (loop == NULL) {
        return;
    }
    while (loop->waiting.count > 0 && run_posts(loop)) {
    }
    free(loop->waiting.items);
    free(loop->running.items);
    free(loop->heap);
    if (loop->wake_fd >= 0) {
        (void)close(loop->wake_fd);
    }
    if (loop->epoll_fd >= 0) {
        (void)close(loop->epoll_fd);
    }
    (void)pthread_mutex_destroy(&loop->mutex);
    free(loop);
}

static void wake(PtLoop *loop)
{
    uint64_t one = 1;
    ssize_t n = write(loop->wake_fd, &one, sizeof one); // fails only when it is already full: awake
    (void)n;
}

bool pt_loop_post(PtLoop *loop, void (*fn)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&loop->mutex);
    Posts *p = &loop->waiting;
    if (p->count == p->cap) {
        Post *grown = realloc(p->items, 2 * p->cap * sizeof(Post));
        if (grown == NULL) {
            pthread_mutex_unlock(&loop->mutex);
            return false;
        }
        p->items = grown;
        p->cap *= 2;
    }
    p->items[p->count++] = (Post){fn, ctx};
    bool must_wake = loop->sleeping;
    loop->sleeping = false;
    pthread_mutex_unlock(&loop->mutex);
    if (must_wake) {
        wake(loop);
    }
    return true;
}

void pt_loop_stop(PtLoop *loop)
{
    atomic_store(&loop->stop, true);
    wake(loop); // unconditional: a signal handler must not take the mutex
}

bool pt_loop_inside(const PtLoop *loop)
{
    return atomic_load_explicit(&loop->has_thread, memory_order_acquire) &&
           pthread_equal(loop->thread, pthread_self());
}

void pt_loop_on_round(PtLoop *loop, void (*fn)(void *ctx), void *ctx)
{
    assert(loop->hook_count < HOOKS_MAX);
    if (loop->hook_count < HOOKS_MAX) {
        loop->hooks[loop->hook_count++] = (Post){fn, ctx};
    }
}

void pt_loop_off_round(PtLoop *loop, void (*fn)(void *ctx), void *ctx)
{
    for (unsigned i = 0; i < loop->hook_count; i++) {
        if (loop->hooks[i].fn == fn && loop->hooks[i].ctx == ctx) {
            memmove(&loop->hooks[i], &loop->hooks[i + 1],
                    (loop->hook_count - i - 1) * sizeof(Post));
            loop->hook_count--;
            return;
        }
    }
}

void pt_loop_settle(PtLoop *loop)
{
    loop->settle = true;
}

static PtStatus control(PtLoop *loop, int op, PtWatch *watch, PtError *err)
{
    struct epoll_event e = {.events = watch->events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll_fd, op, watch->fd, &e) != 0) {
        return pt_fail(err, pt_status_of_errno(errno), "cannot watch descriptor %d: %s", watch->fd,
                       strerror(errno));
    }
    return PT_OK;
}

PtStatus pt_loop_watch(PtLoop *loop, PtWatch *watch, PtError *err)
{
    return control(loop, EPOLL_CTL_ADD, watch, err);
}

PtStatus pt_loop_rewatch(PtLoop *loop, PtWatch *watch, PtError *err)
{
    return control(loop, EPOLL_CTL_MOD, watch, err);
}

void pt_loop_unwatch(PtLoop *loop, PtWatch *watch)
{
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL); // gone already: as wanted
    for (int i = loop->event_next; i < loop->event_count; i++) {
        if (loop->events[i].data.ptr == watch) {
            loop->events[i].data.ptr = NULL;
        }
    }
}

static void heap_place(PtLoop *loop, uint32_t i, PtLoopTimer *timer)
{
    loop->heap[i] = timer;
    timer->heap_index = i;
}

static void heap_up(PtLoop *loop, uint32_t i)
{
    PtLoopTimer *timer = loop->heap[i];
    for (; i > 1 && timer->due_ms < loop->heap[i / 2]->due_ms; i /= 2) {
        heap_place(loop, i, loop->heap[i / 2]);
    }
    heap_place(loop, i, timer);
}

static void heap_down(PtLoop *loop, uint32_t i)
{
    PtLoopTimer *timer = loop->heap[i];
    for (uint32_t child = 2 * i; child <= loop->timer_count; child = 2 * i) {
        if (child < loop->timer_count &&
            loop->heap[child + 1]->due_ms < loop->heap[child]->due_ms) {
            child++;
        }
        if (timer->due_ms <= loop->heap[child]->due_ms) {
            break;
        }
        heap_place(loop, i, loop->heap[child]);
        i = child;
    }
    heap_place(loop, i, timer);
}

PtStatus pt_loop_timer_set(PtLoop *loop, PtLoopTimer *timer, int64_t due_ms)
{
    if (timer->heap_index == 0) {
        if (loop->timer_count == loop->timer_cap) {
            uint32_t cap = 2 * (loop->timer_cap + 1);
            PtLoopTimer **grown = realloc(loop->heap, cap * sizeof(PtLoopTimer *));
            if (grown == NULL) {
                return PT_NO_MEMORY;
            }
            loop->heap = grown;
            loop->timer_cap = cap - 1;
        }
        heap_place(loop, ++loop->timer_count, timer);
    }
    timer->due_ms = due_ms;
    heap_up(loop, timer->heap_index);
    heap_down(loop, timer->heap_index);
    return PT_OK;
}

void pt_loop_timer_cancel(PtLoop *loop, PtLoopTimer *timer)
{
    uint32_t i = timer->heap_index;
    if (i == 0) {
        return;
    }
    PtLoopTimer *last = loop->heap[loop->timer_count--];
    timer->heap_index = 0;
    if (last != timer) {
        heap_place(loop, i, last);
        heap_up(loop, i);
        heap_down(loop, last->heap_index);
    }
}

static bool run_timers(PtLoop *loop)
{
    if (loop->timer_count == 0) {
        return false;
    }
    int64_t now = pt_mono_ms();
    bool any = false;
    // One that is set again as already due waits for the next round: descriptors get their turn.
    for (uint32_t budget = loop->timer_count;
         budget > 0 && loop->timer_count > 0 && loop->heap[1]->due_ms <= now; budget--) {
        PtLoopTimer *timer = loop->heap[1];
        pt_loop_timer_cancel(loop, timer);
        timer->fn(timer);
        any = true;
    }
    return any;
}

static int sleep_ms(PtLoop *loop, int timeout_ms)
{
    if (loop->settle || atomic_load(&loop->stop)) {
        return 0;
    }
    if (loop->timer_count > 0) {
        int64_t left = loop->heap[1]->due_ms - pt_mono_ms();
        left = left < 0 ? 0 : left > 3600000 ? 3600000 : left;
        timeout_ms = timeout_ms < 0 || left < timeout_ms ? (int)left : timeout_ms;
    }
    pthread_mutex_lock(&loop->mutex);
    loop->sleeping = loop->waiting.count == 0;
    if (!loop->sleeping) {
        timeout_ms = 0;
    }
    pthread_mutex_unlock(&loop->mutex);
    return timeout_ms;
}

static bool run_events(PtLoop *loop)
{
    bool any = false;
    for (loop->event_next = 0; loop->event_next < loop->event_count;) {
        struct epoll_event e = loop->events[loop->event_next++];
        if (e.data.ptr == loop) {
            uint64_t count;
            ssize_t n = read(loop->wake_fd, &count, sizeof count); // only to empty it
            (void)n;
        } else if (e.data.ptr != NULL) {
            PtWatch *watch = e.data.ptr;
            watch->fn(watch, e.events);
            any = true;
        }
    }
    loop->event_count = 0;
    return any;
}

static void run_hooks(PtLoop *loop)
{
    do {
        loop->settle = false;
        for (unsigned i = 0; i < loop->hook_count; i++) {
            loop->hooks[i].fn(loop->hooks[i].ctx);
        }
    } while (loop->settle);
}

bool pt_loop_turn(PtLoop *loop, int timeout_ms)
{
    if (!atomic_load_explicit(&loop->has_thread, memory_order_relaxed) ||
        !pthread_equal(loop->thread, pthread_self())) {
        loop->thread = pthread_self();
        atomic_store_explicit(&loop->has_thread, true, memory_order_release);
    }
    timeout_ms = sleep_ms(loop, timeout_ms);
    int n = epoll_wait(loop->epoll_fd, loop->events, EVENTS_MAX, timeout_ms);
    loop->event_count = n > 0 ? n : 0; // interrupted by a signal: an empty round
    pthread_mutex_lock(&loop->mutex);
    loop->sleeping = false;
    pthread_mutex_unlock(&loop->mutex);
    bool any = run_events(loop);
    any |= run_posts(loop);
    any |= run_timers(loop);
    any |= loop->settle;
    if (any) {
        run_hooks(loop);
    }
    return any;
}

void pt_loop_run(PtLoop *loop)
{
    while (!atomic_load(&loop->stop)) {
        (void)pt_loop_turn(loop, -1);
    }
    atomic_store(&loop->stop, false); // may be run again
}
