// SPDX-License-Identifier: Apache-2.0
/* What is due is fired: row, event and whatever the owner does, many items in one transaction. */
#include "base/json.h"
#include "base/time.h"
#include "platform/feed.h"
#include "work/live_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURNS = 64,     /* of one item in one transaction: a listener's changes may make more due */
    LATE_MS = 1000, /* of the machine's time */
    REAL_PPM = 1000000,
    EVENT_BYTES = 4096,
    SUBJECT_BYTES = 48,
};

typedef struct Batch {
    Work *w;
    PtSqlTx *tx;
    LiveView view;
    int64_t now_ms;
    bool written;
    LiveVerdict *verdict;
    LiveScratch scratch;
    LiveFiredList list;
    struct Outcome { /* of an item, told when the transaction is there */
        uint64_t id;
        LiveRecord *record; /* the caller's, NULL where it is over */
        int64_t over;       /* its version; 0: it is not */
        int64_t missed_ms;  /* as of LiveItem, and made up for */
        bool told;          /* something of it was fired */
    } outcomes[PT_TIMER_BATCH];
    size_t count;
    uint64_t fired[WORK_STEP + 1], late, caught_up, corrected;
} Batch;

/* One item of a batch. */
typedef struct Firing {
    Batch *b;
    uint64_t id;
    LiveRecord *record; /* as it is in the transaction, but for what was fired in it */
    WorkHistory history;
    int64_t missed_ms;
    bool written, told;
} Firing;

/* ---- Events -----------------------------------------------------------------------------------
 */

static const char *owner_name(WorkOwner owner)
{
    static const char *const names[] = {[WORK_TICKET] = "ticket",
                                        [WORK_CONVERSATION] = "conversation"};
    return names[owner];
}

static PtStr fact_now(const WorkHistory *history, WorkFact fact)
{
    PtStr value = PT_STR("");
    for (size_t i = 0; i < history->count; i++) {
        for (size_t k = 0; k < history->rows[i].change_count; k++) {
            const WorkChange *c = &history->rows[i].changes[k];
            value = c->fact == fact ? c->value : value;
        }
    }
    return value;
}

static void put_time(PtJsonOut *out, const char *name, int64_t at_ms)
{
    char text[PT_TIME_TEXT];
    if (at_ms != WORK_NEVER) {
        (void)pt_time_format(at_ms, text);
        pt_json_put_str(out, name, pt_str(text));
    }
}

/* What views may read of it: no texts of people. */
static void put_event(const Firing *f, const WorkFired *one, PtJsonOut *out)
{
    static const WorkFact told[] = {WORK_TYPE,  WORK_PRIORITY, WORK_QUEUE,
                                    WORK_STORE, WORK_CATEGORY, WORK_CHANNEL};
    const WorkClock *c = &f->b->verdict->clocks[one->clock];
    const WorkStoredPolicy *policy = live_rules_stored(f->b->view.rules, c->policy);
    pt_json_out_object(out);
    pt_json_put_str(out, "owner", pt_str(owner_name(one->item.owner)));
    pt_json_put_i64(out, "number", one->item.number);
    pt_json_put_str(out, "clock", pt_str(work_clock_name(one->clock)));
    pt_json_put_i64(out, "round", one->round);
    pt_json_put_str(out, "kind", live_kind_name(one->kind));
    put_time(out, "at", one->due_ms);
    put_time(out, "due", c->due_ms);
    if (one->name.len > 0) {
        pt_json_put_str(out, "step", one->name);
    }
    if (policy != NULL) {
        pt_json_put_str(out, "policy", policy->id);
        pt_json_put_i64(out, "policy_version", policy->version);
    }
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const PtStr value = fact_now(&f->history, told[i]);
        if (value.len > 0) {
            pt_json_put_str(out, work_fact_name(told[i]), value);
        }
    }
    pt_json_out_object_end(out);
}

static PtStatus feed(const Firing *f, const WorkFired *one, const char *name, PtError *err)
{
    char subject[SUBJECT_BYTES];
    PtBuf buf;
    pt_buf_init(&buf, EVENT_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    put_event(f, one, &out);
    (void)snprintf(subject, sizeof subject, "%s %" PRId64, owner_name(one->item.owner),
                   one->item.number);
    const PtFeedEvent event = {pt_str(name), pt_str(subject), pt_buf_str(&buf)};
    PtStatus st = pt_buf_status(&buf) == PT_OK
                      ? pt_feed_put(f->b->tx, f->b->now_ms, &event, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for an event");
    pt_buf_done(&buf);
    return st;
}

/* ---- One item ---------------------------------------------------------------------------------
 */

static void count_fired(Batch *b, const WorkFired *one)
{
    const int64_t pace = pt_clock_speed_ppm(b->w->c.clock) / REAL_PPM;
    b->fired[one->kind]++;
    if (one->due_ms < b->w->opened_ms) {
        b->caught_up++;
    } else if (b->now_ms - one->due_ms > LATE_MS * (pace > 1 ? pace : 1)) {
        b->late++;
    }
}

/* *ret_changed: the owner changed the item. */
static PtStatus fire_one(Firing *f, const WorkFired *one, bool *ret_changed, PtError *err)
{
    static const char *const names[] = {[WORK_AT_RISK] = "SLA At Risk",
                                        [WORK_BREACHED] = "SLA Breached",
                                        [WORK_STEP] = "SLA Escalated"};
    Batch *b = f->b;
    const WorkListener *l = &b->w->c.listener[one->item.owner];
    const uint64_t marks = atomic_load(&b->w->marks);
    const LiveFired fired = {.due_ms = one->due_ms,
                             .step = live_step_hash(one->name),
                             .round = one->round,
                             .clock = (uint8_t)one->clock,
                             .kind = (uint8_t)one->kind};
    f->written = f->told = true;
    PtStatus st = live_write_fired(b->tx, one, b->now_ms, err);
    st = st == PT_OK ? feed(f, one, names[one->kind], err) : st;
    st = st == PT_OK ? live_fired_add(&b->list, &fired, err) : st;
    if (st == PT_OK && l->fired != NULL) {
        st = l->fired(l->ctx, b->tx, one, err);
    }
    if (st == PT_OK) {
        count_fired(b, one);
        *ret_changed = atomic_load(&b->w->marks) != marks; // nobody else holds the transaction
    }
    return st;
}

static PtStatus correct(Firing *f, size_t at, PtError *err)
{
    Batch *b = f->b;
    const LiveFired fired = b->list.items[at];
    const WorkFired one = {.item = live_item_of(f->id),
                           .kind = (WorkFiredKind)fired.kind,
                           .clock = (WorkClockKind)fired.clock,
                           .round = fired.round,
                           .due_ms = fired.due_ms,
                           .name = {NULL, 0}};
    f->written = true;
    b->list.items[at] = b->list.items[--b->list.count];
    b->corrected++;
    PtStatus st = live_write_correction(b->tx, f->id, &fired, b->now_ms, err);
    return st == PT_OK ? feed(f, &one, "SLA Corrected", err) : st;
}

/* What the record says was fired. */
static PtStatus take_record(Firing *f, LiveRecord *record, PtError *err)
{
    PtStatus st = PT_OK;
    free(f->record);
    f->record = record;
    f->b->list.count = 0;
    for (size_t i = 0; st == PT_OK && i < record->fired_count; i++) {
        st = live_fired_add(&f->b->list, &record->fired[i], err);
    }
    return st == PT_OK ? live_unpack(live_record_history(record), &f->b->scratch, &f->history, err)
                       : st;
}

static PtStatus read_again(Firing *f, PtError *err)
{
    LiveStored stored;
    const PtStatus st = live_read(f->b->tx, f->id, &stored, err);
    return st == PT_OK ? take_record(f, stored.record, err) : st;
}

static PtStatus judge(const Firing *f, const WorkHistory *history, int64_t now_ms, PtError *err)
{
    const Batch *b = f->b;
    return live_judge(&b->view, history, b->list.items, b->list.count, now_ms, b->verdict, err);
}

static PtStatus judge_now(const Firing *f, PtError *err)
{
    return judge(f, &f->history, f->b->now_ms, err);
}

/* As far as the owner does not change the item. */
static PtStatus fire_due(Firing *f, PtError *err)
{
    const LiveVerdict *v = f->b->verdict;
    bool changed = false;
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && !changed && i < v->due_count; i++) {
        WorkFired one = v->due[i];
        one.item = live_item_of(f->id);
        st = fire_one(f, &one, &changed, err);
    }
    return st == PT_OK && changed ? read_again(f, err) : st;
}

/* From the highest index down: the last one takes a place. */
static PtStatus correct_all(Firing *f, PtError *err)
{
    LiveVerdict *v = f->b->verdict;
    PtStatus st = PT_OK;
    for (size_t i = v->corrected_count; st == PT_OK && i > 0; i--) {
        size_t last = i - 1;
        for (size_t k = 0; k < i; k++) {
            last = v->corrected[k] > v->corrected[last] ? k : last;
        }
        st = correct(f, v->corrected[last], err);
        v->corrected[last] = v->corrected[i - 1];
    }
    return st;
}

/* What had come right before each row that came too early: the fold as of now knows the latest
 * round only. */
static PtStatus make_up(Firing *f, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 1; st == PT_OK && i < f->history.count; i++) {
        const int64_t at_ms = f->history.rows[i].at_ms;
        const WorkHistory before = {f->history.rows, i};
        if (at_ms >= f->missed_ms && at_ms <= f->b->now_ms) {
            st = judge(f, &before, at_ms, err);
            st = st == PT_OK ? fire_due(f, err) : st;
        }
    }
    return st;
}

static PtStatus end_item(Firing *f, PtError *err)
{
    Batch *b = f->b;
    struct Outcome *o = &b->outcomes[b->count];
    const int64_t version = f->record->version + 1;
    const bool over = b->verdict->over;
    *o = (struct Outcome){
        .id = f->id, .over = over ? version : 0, .missed_ms = f->missed_ms, .told = f->told};
    if (!f->written && !over) {
        o->record = PT_TAKE(f->record); // taken over where it was read from SQL just now
        b->count++;
        return PT_OK;
    }
    PtStatus st = live_touch(b->tx, f->id, f->record->version, !over, err);
    if (st == PT_OK) {
        o->record =
            live_record_new(version, b->list.items, b->list.count, live_record_history(f->record));
        st = o->record != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for an item");
    }
    if (st == PT_OK) {
        b->written = true;
        b->count++;
    }
    return st;
}

/* From memory, unless SQL knows better. *ret_record NULL: it is not open any more. */
static PtStatus get_record(Firing *f, LiveRecord **ret_record, PtError *err)
{
    Work *w = f->b->w;
    bool dirty = false, there = false;
    *ret_record = NULL;
    (void)pthread_mutex_lock(&w->lock);
    const LiveItem *item = live_table_find(&w->table, f->id);
    if (item != NULL) {
        const LiveRecord *r = item->record;
        there = true;
        dirty = item->ahead > r->version;
        f->missed_ms = item->missed_ms;
        if (dirty && item->next_ms != LIVE_UNSET && item->next_ms < f->missed_ms) {
            f->missed_ms = item->next_ms; // rows that are not settled yet
        }
        *ret_record =
            dirty ? NULL
                  : live_record_new(r->version, r->fired, r->fired_count, live_record_history(r));
    }
    (void)pthread_mutex_unlock(&w->lock);
    if (dirty) {
        LiveStored stored;
        const PtStatus st = live_read(f->b->tx, f->id, &stored, err);
        *ret_record = st == PT_OK ? stored.record : NULL;
        return st;
    }
    return there && *ret_record == NULL ? pt_fail(err, PT_NO_MEMORY, "no memory for an item")
                                        : PT_OK;
}

static PtStatus fire_item(Batch *b, uint64_t id, PtError *err)
{
    Firing f = {.b = b, .id = id, .missed_ms = WORK_NEVER};
    LiveRecord *record;
    PtStatus st = get_record(&f, &record, err);
    if (st != PT_OK || record == NULL) {
        return st;
    }
    st = take_record(&f, record, err);
    if (st == PT_OK && f.missed_ms != WORK_NEVER) {
        st = make_up(&f, err);
    }
    st = st == PT_OK ? judge_now(&f, err) : st;
    for (unsigned turn = 0;
         st == PT_OK && turn < TURNS && b->verdict->due_count + b->verdict->corrected_count > 0;
         turn++) {
        st = correct_all(&f, err);
        st = st == PT_OK ? fire_due(&f, err) : st;
        st = st == PT_OK ? judge_now(&f, err) : st;
    }
    st = st == PT_OK ? end_item(&f, err) : st;
    free(f.record);
    return st;
}

/* ---- A batch ----------------------------------------------------------------------------------
 */

/* A record that finds no memory is made up for later: SQL has it. */
static void take_outcomes(Batch *b)
{
    PtError err;
    Work *w = b->w;
    for (size_t i = 0; i < b->count; i++) {
        struct Outcome *o = &b->outcomes[i];
        const WorkItem item = live_item_of(o->id);
        const WorkListener *l = &w->c.listener[item.owner];
        if (o->over != 0) {
            live_remove(w, o->id, o->over);
        } else if (live_install_fired(w, o->id, PT_TAKE(o->record), o->missed_ms, &err) != PT_OK) {
            live_missed(w);
        }
        if (o->told && l->committed != NULL) {
            l->committed(l->ctx, item);
        }
    }
    for (unsigned k = 0; k <= WORK_STEP; k++) {
        atomic_fetch_add(&w->counts.fired[k], b->fired[k]);
    }
    atomic_fetch_add(&w->counts.late, b->late);
    atomic_fetch_add(&w->counts.caught_up, b->caught_up);
    atomic_fetch_add(&w->counts.corrected, b->corrected);
}

static void batch_free(Batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        free(b->outcomes[i].record);
    }
    live_scratch_done(&b->scratch);
    free(b->list.items);
    free(b->verdict);
    free(b);
}

static PtStatus write_batch(Batch *b, const PtTimer *timers, size_t count, PtError *err)
{
    PtStatus st = PT_OK;
    b->now_ms = pt_clock_now_ms(b->w->c.clock);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = fire_item(b, timers[i].key, err);
        if (st == PT_CONFLICT) {
            live_mark(b->w, timers[i].key, INT64_MAX); // SQL knows better, from now on
        }
    }
    if (st == PT_OK && b->written) {
        st = pt_sql_commit(&b->tx, err);
    }
    return st;
}

/* All of it in one transaction, or nothing. */
static PtStatus fire_batch(Work *w, const PtTimer *timers, size_t count, PtError *err)
{
    Batch *b = calloc(1, sizeof *b);
    LiveVerdict *verdict = malloc(sizeof *verdict);
    if (b == NULL || verdict == NULL) {
        free(b);
        free(verdict);
        return pt_fail(err, PT_NO_MEMORY, "no memory for what is due");
    }
    b->w = w;
    b->verdict = verdict;
    PtStatus st = pt_sql_begin(w->c.core, true, &b->tx, err);
    LiveRules *rules = live_rules_hold(w); // not before: an edit that it waited for holds
    st = st == PT_OK ? live_view(w, rules, &b->view, err) : st;
    st = st == PT_OK ? write_batch(b, timers, count, err) : st;
    pt_sql_rollback(PT_TAKE(b->tx));
    live_view_done(w, &b->view);
    live_rules_release(rules);
    if (st == PT_OK) {
        take_outcomes(b);
    }
    batch_free(b);
    return st;
}

/* Of an item, not of the database or the machine: others can do without it. */
static bool is_of_one(PtStatus st)
{
    return st != PT_UNAVAILABLE && st != PT_IO && st != PT_NO_MEMORY;
}

PtStatus live_fire(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    PtStatus st = fire_batch(ctx, timers, count, err);
    if (st == PT_OK || count == 1 || !is_of_one(st)) {
        return st;
    }
    PtStatus worst = PT_OK;
    for (size_t i = 0; i < count; i++) {
        st = fire_batch(ctx, &timers[i], 1, err);
        worst = st != PT_OK ? st : worst;
    }
    return worst;
}
