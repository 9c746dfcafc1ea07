// SPDX-License-Identifier: Apache-2.0
/* A source's last events, and what a draft would say of them. */
#include "events/plans_internal.h"

#include "platform/clock.h"

#include <stdlib.h>

enum {
    PARTITION = 0,
    WINDOW = 65536, // records looked at from the end backwards at a time
    FETCH_HEADERS = 4096,
    FETCH_RECORDS = 128,
    CELLS_MAX = 5000,
    TOP = 50,
};

static bool is_of(const EventHistory *h, const PtRecord *r)
{
    return r->source == h->source &&
           (r->klass == PT_RECORD_EVENT || r->klass == PT_RECORD_QUARANTINE);
}

/* Quarantined events whose own form was wrong are no history of a plan. */
static bool is_sound(const EventView *v)
{
    return v->reason == EVENT_REASON_NONE || v->reason == EVENT_REASON_PLAN_VIOLATION ||
           v->reason == EVENT_REASON_UNPLANNED_EVENT;
}

static PtStatus count_window(const EventHistory *h, PtLogReader *reader, uint64_t from, uint64_t to,
                             uint64_t *count, PtError *err)
{
    pt_log_seek(reader, from);
    for (uint64_t at = from; at < to;) {
        const PtRecord *records;
        size_t n;
        PtStatus st = pt_log_fetch(reader, FETCH_HEADERS, false, &records, &n, err);
        if (st != PT_OK || n == 0) {
            return st;
        }
        for (size_t i = 0; i < n && at < to; i++, at++) {
            *count += is_of(h, &records[i]);
        }
    }
    return PT_OK;
}

/* Where to begin so that the last events are met, and how many of the source to leave out first. */
static PtStatus find_begin(EventHistory *h, PtLogReader *reader, int64_t deadline,
                           uint64_t *ret_skip, PtError *err)
{
    const uint64_t begin = pt_log_begin(h->log, PARTITION);
    uint64_t found = 0, least = h->to > EVENT_HISTORY_RECORDS ? h->to - EVENT_HISTORY_RECORDS : 0;
    PtStatus st = PT_OK;
    least = least > begin ? least : begin;
    h->from = h->to;
    while (st == PT_OK && h->from > least && found < h->last && pt_mono_ms() < deadline) {
        uint64_t from = h->from - least > WINDOW ? h->from - WINDOW : least;
        st = count_window(h, reader, from, h->from, &found, err);
        h->from = from;
    }
    h->complete = found >= h->last || h->from == begin;
    *ret_skip = found > h->last ? found - h->last : 0;
    return st;
}

typedef PtStatus (*Take)(void *ctx, const PtRecord *record, const EventView *event, PtError *err);

static PtStatus take_record(EventHistory *h, const PtRecord *r, uint64_t *skip, Take take,
                            void *ctx, PtError *err)
{
    EventView v;
    if (!is_of(h, r)) {
        return PT_OK;
    }
    if (*skip > 0) {
        --*skip;
        return PT_OK;
    }
    PtStatus st = event_payload_read(r, &v, err);
    if (st != PT_OK || !is_sound(&v)) {
        return st;
    }
    h->events++;
    return take(ctx, r, &v, err);
}

PtStatus event_history_walk(EventHistory *h, Take take, void *ctx, PtError *err)
{
    const int64_t deadline = pt_mono_ms() + EVENT_HISTORY_MS;
    PtLogReader *reader = NULL;
    uint64_t skip = 0;
    h->to = pt_log_end(h->log, PARTITION);
    h->events = 0;
    PtStatus st = pt_log_reader_open(h->log, NULL, PARTITION, h->to, &reader, err);
    st = st == PT_OK ? find_begin(h, reader, deadline, &skip, err) : st;
    if (st == PT_OK) {
        pt_log_seek(reader, h->from);
    }
    for (uint64_t at = h->from; st == PT_OK && at < h->to;) {
        const PtRecord *records;
        size_t n;
        if (pt_mono_ms() >= deadline) {
            h->complete = false;
            h->to = at;
            break;
        }
        st = pt_log_fetch(reader, FETCH_RECORDS, true, &records, &n, err);
        if (st != PT_OK || n == 0) {
            break;
        }
        for (size_t i = 0; st == PT_OK && i < n && at < h->to; i++, at++) {
            st = take_record(h, &records[i], &skip, take, ctx, err);
        }
    }
    pt_log_reader_close(reader);
    return st;
}

/* -- dry run
 * -------------------------------------------------------------------------------------------------------
 */

typedef struct Tally {
    uint8_t type;
    PtStr name, path; // in the arena
    const char *keyword, *message;
    uint64_t events, sample;
} Tally;

typedef struct DryRun {
    const EventPlan *plan;
    EventSchemaRun *run;
    PtArena *arena;
    PtMap *tallies; // type, name, path, keyword -> Tally
    PtBuf key;
    uint64_t warned, quarantined, unplanned;
} DryRun;

static Tally *new_tally(DryRun *d, const EventView *v, const EventSchemaFault *f, PtStr key)
{
    Tally *t = pt_arena_alloc(d->arena, 1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    *t = (Tally){.type = (uint8_t)v->type,
                 .name = pt_arena_str(d->arena, v->name),
                 .path = pt_arena_str(d->arena, pt_str(f->path)),
                 .keyword = f->keyword,
                 .message = pt_arena_str(d->arena, pt_str(f->message)).data};
    bool ok = t->name.data != NULL && t->path.data != NULL && t->message != NULL;
    return ok && pt_map_set(d->tallies, key, t, NULL) ? t : NULL;
}

static PtStatus tally(DryRun *d, const PtRecord *r, const EventView *v, const EventSchemaFault *f,
                      PtError *err)
{
    pt_buf_clear(&d->key, SIZE_MAX);
    pt_buf_printf(&d->key, "%u", v->type);
    const PtStr texts[] = {v->name, pt_str(f->path), pt_str(f->keyword)};
    for (size_t i = 0; i < 3; i++) {
        pt_buf_add_char(&d->key, '\0');
        pt_buf_add_str(&d->key, texts[i]);
    }
    PtStr key = pt_buf_str(&d->key);
    Tally *t = pt_map_get(d->tallies, key);
    if (t == NULL && pt_map_count(d->tallies) < CELLS_MAX) {
        t = new_tally(d, v, f, key);
        if (t == NULL || pt_buf_status(&d->key) != PT_OK) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for a dry run");
        }
    }
    if (t != NULL) { // past the bound it is one of many
        t->events++;
        t->sample = r->position.offset;
    }
    return PT_OK;
}

/* Whether an earlier fault is of the same place, as in two items of a list. */
static bool said_before(const EventPlanVerdict *v, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (v->faults[i]->keyword == v->faults[at]->keyword &&
            strcmp(v->faults[i]->path, v->faults[at]->path) == 0) {
            return true;
        }
    }
    return false;
}

static PtStatus judge_one(void *ctx, const PtRecord *r, const EventView *event, PtError *err)
{
    DryRun *d = ctx;
    EventPlanVerdict v;
    bool unify = (r->flags & EVENT_DUPLICATE_KEY) != 0;
    PtStatus st = event_plan_judge(d->plan, d->run, event, unify, &v, err);
    if (st != PT_OK || v.outcome == EVENT_PLAN_ALLOW) {
        return st;
    }
    d->warned += v.outcome == EVENT_PLAN_WARN;
    d->quarantined += v.outcome == EVENT_PLAN_QUARANTINE;
    d->unplanned += !v.planned;
    for (size_t i = 0; st == PT_OK && i < v.count; i++) {
        st = said_before(&v, i) ? PT_OK : tally(d, r, event, v.faults[i], err);
    }
    return st;
}

static int by_events(const void *a, const void *b)
{
    const Tally *x = *(const Tally *const *)a, *y = *(const Tally *const *)b;
    if (x->events != y->events) {
        return x->events < y->events ? 1 : -1;
    }
    return x->sample < y->sample ? -1 : x->sample > y->sample;
}

static PtStatus put_top(DryRun *d, PtJsonOut *out, PtError *err)
{
    size_t count = pt_map_count(d->tallies), at = 0;
    Tally **list = pt_arena_alloc(d->arena, count + 1, sizeof *list);
    PtStr key;
    void *value;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a dry run");
    }
    for (size_t cursor = 0; pt_map_next(d->tallies, &cursor, &key, &value);) {
        list[at++] = value;
    }
    qsort(list, count, sizeof *list, by_events);
    pt_json_out_key(out, PT_STR("top"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count && i < TOP; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "type", event_type_name((EventType)list[i]->type));
        pt_json_put_str(out, "name", list[i]->name);
        pt_json_put_str(out, "path", list[i]->path);
        pt_json_put_str(out, "keyword", pt_str(list[i]->keyword));
        pt_json_put_str(out, "message", pt_str(list[i]->message));
        pt_json_put_u64(out, "events", list[i]->events);
        pt_json_put_u64(out, "sample", list[i]->sample);
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
    return PT_OK;
}

static PtStatus put_run(DryRun *d, const EventHistory *h, PtJsonOut *out, PtError *err)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, "events", h->events);
    pt_json_put_u64(out, "warned", d->warned);
    pt_json_put_u64(out, "quarantined", d->quarantined);
    pt_json_put_u64(out, "unplanned", d->unplanned);
    pt_json_put_bool(out, "complete", h->complete);
    pt_json_put_u64(out, "from", h->from);
    pt_json_put_u64(out, "to", h->to);
    PtStatus st = put_top(d, out, err);
    pt_json_out_object_end(out);
    return st;
}

PtStatus event_plan_dry_run(const EventPlan *draft, EventHistory *history, PtJsonOut *out,
                            PtError *err)
{
    DryRun d = {.plan = draft,
                .run = event_schema_run_new(),
                .arena = pt_arena_new(64 << 20),
                .tallies = pt_map_new()};
    pt_buf_init(&d.key, 64 << 10);
    PtStatus st = d.run != NULL && d.arena != NULL && d.tallies != NULL
                      ? event_history_walk(history, judge_one, &d, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for a dry run");
    st = st == PT_OK ? put_run(&d, history, out, err) : st;
    event_schema_run_free(d.run);
    pt_map_free(d.tallies, NULL);
    pt_buf_done(&d.key);
    pt_arena_free(d.arena);
    return st;
}
