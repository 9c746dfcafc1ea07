// SPDX-License-Identifier: Apache-2.0
/* The thread of a destination: reads the log, keeps requests on their way, sleeps.
 *
 * One thread for each rather than one for all: a slow disk, a long run through the archive or a
 * database that lets one wait then hold up nobody else, and two destinations use two cores. There
 * are at most CONNECT_DESTINATIONS_MAX of them.
 */
#include "connect/destination_internal.h"

#include "platform/diag.h"
#include "platform/loop.h"

#include <stdlib.h>
#include <string.h>

enum {
    FETCH = 256,
    FETCHES = 8,      /* in one turn */
    LIMIT_MS = 30000, /* of a request */
    SLEEP_MS = 60000,
    BEHIND_MS = 10, /* until the view is asked again */
    TROUBLE_MS = 1000,
    DRAIN_MS = 3000,
};

int64_t deliver_machine_ms(void)
{
    return pt_clock_now_ms(pt_clock_real());
}

/* ---- Reading ------------------------------------------------------------------------------------
 */

static PtStatus take_record(Deliver *d, const PtRecord *record, PtError *err)
{
    EventView view;
    PtStr skip;
    // the server's own events (source 0) are told to nobody
    if (record->klass != PT_RECORD_EVENT || record->source == 0) {
        return PT_OK;
    }
    PtStatus st = deliver_judge(d, record, &view, &skip, err);
    if (st == PT_OK && skip.data != NULL) {
        const int64_t now_ms = pt_clock_now_ms(d->c->clock);
        deliver_figures_skip(&d->figures, &view, record->position.offset, skip, PT_STR(""), now_ms);
        deliver_tally_add(&d->tally, record, &view, deliver_tally_reason(skip), now_ms);
    } else if (st == PT_OK &&
               deliver_window_add(&d->window, record, &view, DELIVER_LIVE, pt_mono_ms()) == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for an event");
    }
    return st;
}

static PtStatus fetch_some(Deliver *d, PtError *err)
{
    const PtRecord *records = NULL;
    size_t count = 0;
    const uint64_t begin = pt_log_begin(d->c->log, 0);
    if (d->window.read_next < begin) { // retention was faster
        d->window.read_next = begin;
    }
    pt_log_seek(d->reader, d->window.read_next);
    PtStatus st = pt_log_fetch(d->reader, FETCH, true, &records, &count, err);
    for (size_t i = 0; st == PT_OK && i < count && !deliver_window_full(&d->window); i++) {
        st = take_record(d, &records[i], err);
        if (st == PT_OK) {
            d->window.read_next = records[i].position.offset + 1;
            d->dirty = true;
        }
    }
    d->at_end = st == PT_OK && count == 0;
    return st;
}

static PtStatus fill(Deliver *d, PtError *err)
{
    PtStatus st = PT_OK;
    d->at_end = false;
    for (int i = 0; st == PT_OK && i < FETCHES && !d->at_end && !deliver_window_full(&d->window);
         i++) {
        st = fetch_some(d, err);
    }
    return st;
}

/* ---- Sending ------------------------------------------------------------------------------------
 */

static DeliverShot *free_shot(Deliver *d)
{
    for (size_t i = 0; i < d->shot_count; i++) {
        if (d->shots[i].queue == NULL) {
            return &d->shots[i];
        }
    }
    return NULL;
}

static void release(Deliver *d, DeliverShot *shot)
{
    if (shot->queue == &d->window.side) {
        d->side_under_way--;
    } else {
        shot->queue->busy = false;
    }
    d->under_way--;
    deliver_shot_clear(shot);
}

static void occupy(Deliver *d, DeliverShot *shot)
{
    if (shot->queue == &d->window.side) {
        d->side_under_way++;
    } else {
        shot->queue->busy = true;
    }
    d->under_way++;
    pt_breaker_begin(&d->breaker);
}

static void write_file(Deliver *d, DeliverShot *shot)
{
    PtError err = {0};
    const DeliverPlan *p = d->plan;
    PtStatus st = p->settings.kind->write(d->c->fs, &p->settings, &shot->request, &err);
    const DeliverAnswer answer = {.written = true, .why = st == PT_OK ? NULL : err.message};
    deliver_outcome(d, shot, &answer);
    release(d, shot);
}

static void start(Deliver *d, DeliverShot *shot)
{
    PtError err = {0};
    shot->begun_mono_ms = pt_mono_ms();
    if (d->plan->settings.kind->write != NULL) {
        write_file(d, shot);
        return;
    }
    PtStatus st = deliver_shot_prepare(shot, d->c->net, LIMIT_MS, &err);
    if (st == PT_OK && curl_multi_add_handle(d->multi, shot->easy) != CURLM_OK) {
        st = pt_fail(&err, PT_NO_MEMORY, "no memory for a request");
    }
    if (st == PT_OK) {
        shot->under_way = true;
        return;
    }
    const DeliverAnswer answer = {.why = err.message};
    deliver_outcome(d, shot, &answer);
    release(d, shot);
}

/* Whether the lane's next request may wait no longer. */
static bool is_due(Deliver *d, const DeliverQueue *q, int64_t mono_ms)
{
    const DeliverPlan *p = d->plan;
    if (p->linger_ms == 0 || q->again > 0 || q->count >= p->count_max || q->bytes >= p->fill_max ||
        deliver_window_full(&d->window)) {
        return true;
    }
    const int64_t due_ms = q->first->since_mono_ms + p->linger_ms;
    d->linger_mono_ms = due_ms < d->linger_mono_ms ? due_ms : d->linger_mono_ms;
    return mono_ms >= due_ms;
}

typedef struct Ready { /* requests that are made and not yet noted */
    DeliverShot *shots[DELIVER_SHOTS_MAX];
    size_t count;
    uint64_t end; /* one past the highest offset of live ones */
} Ready;

static PtStatus make(Deliver *d, DeliverQueue *q, Ready *ready, bool *ret_made, PtError *err)
{
    DeliverShot *shot = free_shot(d);
    *ret_made = false;
    if (shot == NULL || !pt_breaker_may(&d->breaker, deliver_machine_ms())) {
        return PT_OK;
    }
    PtStatus st = deliver_build(d, q, shot, ret_made, err);
    if (!*ret_made) {
        deliver_shot_clear(shot);
        return st;
    }
    occupy(d, shot);
    ready->shots[ready->count++] = shot;
    for (const DeliverEvent *e = shot->first; e != NULL && e->origin == DELIVER_LIVE; e = e->next) {
        const uint64_t end = e->record.position.offset + 1;
        ready->end = end > ready->end ? end : ready->end;
    }
    return st;
}

static void undo(Deliver *d, const Ready *ready)
{
    for (size_t i = 0; i < ready->count; i++) {
        pt_breaker_passed(&d->breaker);
        deliver_give_back(d, ready->shots[i]);
        release(d, ready->shots[i]);
    }
}

/* Of kinds that are not repeatable, what is sent again is in doubt from here on as well. */
static PtStatus note_side(Deliver *d, const Ready *ready, PtError *err)
{
    bool any = false;
    if (d->plan->settings.kind->repeatable) {
        return PT_OK;
    }
    for (size_t i = 0; i < ready->count; i++) {
        const DeliverShot *shot = ready->shots[i];
        for (const DeliverEvent *e = shot->first; e != NULL && e->origin != DELIVER_LIVE;
             e = e->next) {
            deliver_note_doubt(d, e);
            any = true;
        }
    }
    return any ? deliver_save(d, err) : PT_OK;
}

static PtStatus launch(Deliver *d, const Ready *ready, PtError *err)
{
    if (ready->count == 0) {
        return PT_OK;
    }
    PtStatus st = note_side(d, ready, err);
    st = st == PT_OK && ready->end > 0 ? deliver_note(d, ready->end, err) : st;
    if (st != PT_OK || d->halted) { // a save tells what people decided
        undo(d, ready);
        return st;
    }
    for (size_t i = 0; i < ready->count; i++) {
        start(d, ready->shots[i]);
    }
    return PT_OK;
}

static PtStatus send_live(Deliver *d, PtError *err)
{
    Ready ready = {.count = 0};
    const int64_t mono_ms = pt_mono_ms();
    PtStatus st = PT_OK;
    for (uint32_t i = 0; st == PT_OK && i < d->window.lane_count; i++) {
        DeliverQueue *q = &d->window.lanes[i];
        bool made;
        if (q->first != NULL && !q->busy && is_due(d, q, mono_ms)) {
            st = make(d, q, &ready, &made, err);
        }
    }
    PtStatus launched = launch(d, &ready, st == PT_OK ? err : NULL);
    return st != PT_OK ? st : launched;
}

static PtStatus send_side(Deliver *d, PtError *err)
{
    Ready ready = {.count = 0};
    bool made = true;
    PtStatus st = PT_OK;
    while (st == PT_OK && made && d->window.side.first != NULL &&
           d->side_under_way < d->plan->side) {
        st = make(d, &d->window.side, &ready, &made, err);
    }
    PtStatus launched = launch(d, &ready, st == PT_OK ? err : NULL);
    return st != PT_OK ? st : launched;
}

static void collect(Deliver *d)
{
    int running = 0, left = 0;
    CURLMsg *m;
    (void)curl_multi_perform(d->multi, &running);
    while ((m = curl_multi_info_read(d->multi, &left)) != NULL) {
        DeliverShot *shot = NULL;
        DeliverAnswer answer;
        const CURLcode code = m->data.result;
        CURL *easy = m->easy_handle;
        if (m->msg != CURLMSG_DONE) {
            continue;
        }
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &shot);
        deliver_shot_answer(shot, code, &answer);
        (void)curl_multi_remove_handle(d->multi, easy);
        deliver_outcome(d, shot, &answer);
        release(d, shot);
    }
}

/* ---- Turns --------------------------------------------------------------------------------------
 */

static void tell_trouble(Deliver *d, const PtError *err)
{
    deliver_figures_error(&d->figures, err->message, deliver_machine_ms());
    pt_diag(PT_DIAG_ERROR, "destinations", "destination waits",
            PT_F_STR("destination", pt_str(d->plan->id)), PT_F_STR("why", pt_str(err->message)));
}

static PtStatus hear(Deliver *d, PtError *err)
{
    if (atomic_exchange(&d->poked, false)) {
        PtStatus st = deliver_load(d, err);
        d->next_due_ms = 0;
        if (st != PT_OK) {
            atomic_store(&d->poked, true);
            return st;
        }
    }
    if (atomic_exchange(&d->nudged, false)) {
        d->breaker = (PtBreaker){.failures = 0};
        d->next_due_ms = 0;
        d->dirty = true;
    }
    return PT_OK;
}

/* After an erasure: what is on its way is waited for, as it may come back; then what is queued is
 * read again, and what failed is stored, where the erasure finds it. */
static PtStatus renew(Deliver *d, PtError *err)
{
    const uint64_t asked = atomic_load(&d->refresh_asked);
    d->holds = asked != atomic_load(&d->refresh_done);
    if (!d->holds || d->under_way > 0) {
        return PT_OK;
    }
    PtStatus st = deliver_refresh(d, err);
    st = st == PT_OK ? deliver_save(d, err) : st;
    if (st == PT_OK) {
        atomic_store(&d->refresh_done, asked);
        d->holds = false;
    }
    return st;
}

/* When what is not stored is to be; INT64_MAX: all is stored. */
static int64_t save_due_ms(const Deliver *d)
{
    const bool quiet = d->under_way == 0 && d->window.count == 0;
    int64_t due_ms = d->saved_mono_ms + (quiet ? DELIVER_QUIET_MS : DELIVER_SAVE_MS);
    if (!d->dirty && d->change_count == 0) {
        return INT64_MAX;
    }
    due_ms = d->change_count >= DELIVER_CHANGES_DUE || deliver_tally_full(&d->tally) ? 0 : due_ms;
    return due_ms > d->save_after_mono_ms ? due_ms : d->save_after_mono_ms;
}

static PtStatus check_dead(Deliver *d, PtError *err)
{
    int64_t dead = 0;
    pthread_mutex_lock(&d->figures.lock);
    for (size_t i = 0; i < d->figures.count_count; i++) {
        const PtOutboxCount *c = &d->figures.counts[i];
        dead += c->state == PT_OUTBOX_DEAD ? c->items : 0;
    }
    pthread_mutex_unlock(&d->figures.lock);
    return dead >= CONNECT_DEAD_MAX && !d->halted
               ? deliver_halt(d, "there is no room for more dead letters", err)
               : PT_OK;
}

static PtStatus turn(Deliver *d, PtError *err)
{
    d->more = d->behind = false;
    d->linger_mono_ms = INT64_MAX;
    PtStatus st = hear(d, err);
    collect(d);
    st = st == PT_OK ? renew(d, err) : st;
    if (st == PT_OK && pt_mono_ms() >= save_due_ms(d)) {
        st = deliver_save(d, err);
        st = st == PT_OK ? check_dead(d, err) : st;
    }
    d->held_back = !pt_breaker_may(&d->breaker, deliver_machine_ms());
    const bool full = deliver_tally_full(&d->tally);
    const bool may = d->change_count < DELIVER_CHANGES_DUE && !full && !d->held_back && !d->holds;
    if (st == PT_OK && !d->halted && (may || (d->window.count == 0 && !full))) {
        st = fill(d, err);
    }
    if (st == PT_OK && !d->halted && may) {
        st = send_live(d, err);
    }
    if (st == PT_OK && d->change_count < DELIVER_CHANGES_DUE && !d->holds) {
        st = deliver_fill_side(d, err);
    }
    return st == PT_OK && !d->halted && may ? send_side(d, err) : st;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What others see of it is as of now, not as of what is stored. */
static void show(Deliver *d)
{
    DeliverFigures *f = &d->figures;
    pthread_mutex_lock(&f->lock);
    f->position = deliver_window_position(&d->window);
    f->oldest_ms = d->window.oldest != NULL ? d->window.oldest->record.time_ms : 0;
    pthread_mutex_unlock(&f->lock);
}

static int64_t sleep_ms(Deliver *d)
{
    const int64_t mono_ms = pt_mono_ms(), now_ms = deliver_machine_ms();
    int64_t ms = SLEEP_MS;
    if (d->more || atomic_load(&d->poked)) {
        return 0;
    }
    const int64_t save_ms = save_due_ms(d);
    ms = save_ms < INT64_MAX ? least(ms, save_ms - mono_ms) : ms;
    if (d->halted || d->holds) {
        return ms > 0 ? ms : 0;
    }
    if (!pt_breaker_may(&d->breaker, now_ms)) {
        return least(ms, d->breaker.until_ms > now_ms ? d->breaker.until_ms - now_ms : SLEEP_MS);
    }
    if (d->held_back) { // its pause has ended since
        return 0;
    }
    ms = least(ms, deliver_side_wait_ms(d, mono_ms));
    ms = d->behind ? least(ms, BEHIND_MS) : ms;
    ms = d->linger_mono_ms < INT64_MAX ? least(ms, d->linger_mono_ms - mono_ms) : ms;
    if (!deliver_window_full(&d->window)) {
        if (!d->at_end) {
            return 0;
        }
        atomic_store(&d->log_from, d->window.read_next);
        deliver_bell_wait(d->bell, d);
        ms = pt_log_end(d->c->log, 0) > d->window.read_next ? 0 : ms;
    }
    return ms > 0 ? ms : 0;
}

/* What is not answered in time is in doubt, or sent again. */
static void give_up(Deliver *d)
{
    for (size_t i = 0; i < d->shot_count; i++) {
        DeliverShot *shot = &d->shots[i];
        if (shot->queue == NULL) {
            continue;
        }
        (void)curl_multi_remove_handle(d->multi, shot->easy);
        if (d->plan->settings.kind->repeatable) {
            if (d->plan->linger_ms > 0 && shot->queue != &d->window.side) {
                shot->queue->again = shot->count; // it may have arrived: repeated as it was
            }
            deliver_give_back(d, shot);
        } else {
            deliver_doubt_all(d, shot);
        }
        release(d, shot);
    }
}

static void end(Deliver *d)
{
    PtError err = {0};
    const int64_t until_ms = pt_mono_ms() + DRAIN_MS;
    collect(d);
    while (d->under_way > 0 && pt_mono_ms() < until_ms) {
        (void)curl_multi_poll(d->multi, NULL, 0, (int)(until_ms - pt_mono_ms()), NULL);
        collect(d);
    }
    give_up(d);
    deliver_put_aside(d);
    if (deliver_save(d, &err) != PT_OK) {
        tell_trouble(d, &err);
    }
    deliver_window_clear(&d->window);
}

static PtStatus begin(Deliver *d, PtError *err)
{
    PtStatus st = deliver_load(d, err);
    if (st == PT_OK) {
        // the database of a backup may know more than its log
        const uint64_t log_end = pt_log_end(d->c->log, 0);
        d->queue.position = d->queue.position < log_end ? d->queue.position : log_end;
        d->queue.doubt_end = d->queue.doubt_end < log_end ? d->queue.doubt_end : log_end;
        d->doubt_end = d->queue.doubt_end;
        deliver_window_init(&d->window, d->plan->lanes, d->queue.position);
        st = deliver_settle_doubt(d, err);
    }
    return st;
}

static void *run(void *ctx)
{
    Deliver *d = ctx;
    bool begun = false;
    pt_background();
    while (!deliver_stopping(d)) {
        PtError err = {0};
        PtStatus st = begun ? turn(d, &err) : begin(d, &err);
        begun = begun || st == PT_OK;
        int64_t ms = 0;
        if (st != PT_OK) {
            tell_trouble(d, &err);
            ms = TROUBLE_MS;
        } else if (!deliver_stopping(d)) {
            show(d);
            ms = sleep_ms(d);
        }
        (void)curl_multi_poll(d->multi, NULL, 0, (int)ms, NULL);
    }
    if (begun) {
        end(d);
    }
    return NULL;
}

/* ---- Life ---------------------------------------------------------------------------------------
 */

static PtStatus open_parts(Deliver *d, PtError *err)
{
    d->shot_count = (size_t)d->plan->lanes + d->plan->side;
    d->multi = curl_multi_init();
    d->shots = calloc(d->shot_count, sizeof *d->shots);
    d->changes = calloc(DELIVER_CHANGES_MAX, sizeof *d->changes);
    d->arena = pt_arena_new(DELIVER_ARENA_MAX);
    d->values = calloc(PT_PROGRAM_SLOTS, sizeof *d->values);
    if (d->multi == NULL || d->shots == NULL || d->changes == NULL || d->arena == NULL ||
        d->values == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
    }
    (void)curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, (long)d->shot_count);
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < d->shot_count; i++) {
        st = deliver_shot_init(&d->shots[i], DELIVER_ARENA_MAX, err);
    }
    PtLogReader **readers[] = {&d->reader, &d->again, &d->replayed};
    for (size_t i = 0; st == PT_OK && i < 3; i++) {
        st = pt_log_reader_open(d->c->log, NULL, 0, 0, readers[i], err);
    }
    return st;
}

PtStatus deliver_start(const ConnectDestinationsConfig *c, DeliverBell *bell, DeliverPlan *plan,
                       Deliver **ret_deliver, PtError *err)
{
    static _Atomic uint64_t number;
    Deliver *d = calloc(1, sizeof *d);
    if (d == NULL || deliver_figures_init(&d->figures, err) != PT_OK) {
        free(d);
        deliver_plan_free(plan);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
    }
    d->c = c;
    d->plan = plan;
    d->next_due_ms = 0; // whether something is due is asked at the start
    pt_rng_init(&d->rng, c->seed + atomic_fetch_add(&number, 1));
    deliver_window_init(&d->window, plan->lanes, 0);
    PtStatus st = open_parts(d, err);
    st = st == PT_OK ? deliver_load(d, err) : st; // what is shown of it is true from the start
    if (st == PT_OK) {
        d->bell = bell;
        deliver_bell_join(bell, d);
        d->thread_on = pthread_create(&d->thread, NULL, run, d) == 0;
        st = d->thread_on ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread for a destination");
    }
    if (st != PT_OK) {
        deliver_free(d);
        return st;
    }
    *ret_deliver = d;
    return PT_OK;
}

void deliver_poke(Deliver *d)
{
    atomic_store(&d->poked, true);
    (void)curl_multi_wakeup(d->multi);
}

void deliver_ask_stop(Deliver *d)
{
    atomic_store(&d->stop, true);
    (void)curl_multi_wakeup(d->multi);
}

void deliver_free(Deliver *d)
{
    if (d == NULL) {
        return;
    }
    if (d->thread_on) {
        deliver_ask_stop(d);
        (void)pthread_join(d->thread, NULL);
    }
    if (d->bell != NULL) {
        deliver_bell_leave(d->bell, d);
    }
    deliver_window_clear(&d->window);
    for (size_t i = 0; d->shots != NULL && i < d->shot_count; i++) {
        deliver_shot_done(&d->shots[i]);
    }
    curl_multi_cleanup(d->multi);
    pt_log_reader_close(d->reader);
    pt_log_reader_close(d->again);
    pt_log_reader_close(d->replayed);
    deliver_figures_done(&d->figures);
    deliver_tally_clear(&d->tally);
    deliver_plan_free(d->plan);
    pt_arena_free(d->arena);
    free(d->values);
    free(d->changes);
    free(d->shots);
    free(d);
}
