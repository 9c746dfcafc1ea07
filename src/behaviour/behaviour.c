// SPDX-License-Identifier: Apache-2.0
#include "behaviour/behaviour.h"

#include "behaviour/behaviour_internal.h"
#include "behaviour/rows.h"
#include "platform/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 64 << 20 /* texts of one record */ };

/* ---- Open and close ---------------------------------------------------------------------------
 */

static uint32_t person_of(void *ctx, uint32_t node)
{
    return profiles_person_of(ctx, node);
}

static PtStatus open_columns(Behaviour *b, PtError *err)
{
    if (strlen(b->c.dir) > BEHAVIOUR_DIR) {
        return pt_fail(err, PT_INVALID,
                       "the folder of the event columns has a path of over %d bytes",
                       BEHAVIOUR_DIR);
    }
    const ColumnsConfig config = {.fs = b->c.fs,
                                  .dir = b->c.dir,
                                  .memory_bytes = b->c.memory_bytes,
                                  .person_of = person_of,
                                  .person_ctx = b->c.profiles};
    return columns_open(&config, &b->columns, err);
}

PtStatus behaviour_open(const BehaviourConfig *config, Behaviour **ret_behaviour, PtError *err)
{
    Behaviour *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the event columns");
    }
    b->c = *config;
    (void)pthread_mutex_init(&b->writing, NULL);
    (void)pthread_mutex_init(&b->naming, NULL);
    atomic_init(&b->loading, true);
    b->arena = pt_arena_new(ARENA_BYTES);
    b->c.dir = b->dir = strdup(config->dir);
    b->c.scratch = b->scratch = strdup(config->scratch != NULL ? config->scratch : P_tmpdir);
    b->c.duckdb = b->duckdb = strdup(config->duckdb != NULL ? config->duckdb : "");
    const bool copied = b->dir != NULL && b->scratch != NULL && b->duckdb != NULL;
    PtStatus st = b->arena != NULL && copied
                      ? open_columns(b, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for the event columns");
    st = st == PT_OK ? rows_new(&b->rows, err) : st;
    st = st == PT_OK ? behaviour_asking_new(b, err) : st;
    st = st == PT_OK ? behaviour_live_new(b, err) : st;
    if (st != PT_OK) {
        behaviour_close(b);
        return st;
    }
    *ret_behaviour = b;
    return PT_OK;
}

void behaviour_stop(Behaviour *b)
{
    if (b != NULL) {
        atomic_store(&b->stopping, true);
        behaviour_live_stop(b);
        behaviour_asking_stop(b);
    }
}

void behaviour_close(Behaviour *b)
{
    if (b == NULL) {
        return;
    }
    if (b->columns != NULL) {
        behaviour_keep_rows(b);
    }
    behaviour_live_free(b);
    behaviour_asking_free(b);
    columns_close(b->columns);
    rows_free(b->rows);
    pt_arena_free(b->arena);
    free(b->dir);
    free(b->scratch);
    free(b->duckdb);
    (void)pthread_mutex_destroy(&b->naming);
    (void)pthread_mutex_destroy(&b->writing);
    free(b);
}

void behaviour_rebuilds(Behaviour *b, void (*fn)(void *ctx), void *ctx)
{
    (void)pthread_mutex_lock(&b->writing);
    b->rebuild_fn = fn;
    b->rebuild_ctx = ctx;
    (void)pthread_mutex_unlock(&b->writing);
}

/* ---- State ------------------------------------------------------------------------------------
 */

BehaviourState behaviour_state(Behaviour *b)
{
    const ColumnsStats s = columns_stats(b->columns);
    return (BehaviourState){.loading =
                                atomic_load(&b->loading) || profiles_state(b->c.profiles).loading,
                            .rows = s.rows,
                            .memory_rows = s.memory_rows,
                            .bytes = s.bytes,
                            .next = atomic_load(&b->next),
                            .left_out = s.left_out + rows_left_out(b->rows),
                            .runs = s.runs,
                            .events = s.events,
                            .properties = s.properties,
                            .asked = atomic_load(&b->asked),
                            .failed = atomic_load(&b->failed)};
}

void behaviour_metrics(void *ctx, PtBuf *out)
{
    const BehaviourState s = behaviour_state(ctx);
    const struct {
        const char *name, *kind, *help;
        uint64_t value;
    } lines[] = {
        {"patron_behaviour_rows", "gauge", "Events in the event columns", s.rows},
        {"patron_behaviour_memory_rows", "gauge", "Of them, those not yet in a file",
         s.memory_rows},
        {"patron_behaviour_bytes", "gauge", "Bytes of the event columns' files", s.bytes},
        {"patron_behaviour_runs", "gauge", "Runs of the event columns", s.runs},
        {"patron_behaviour_left_out_total", "counter",
         "Values over a bound that the event columns left out, since the start", s.left_out},
        {"patron_behaviour_questions_total", "counter", "Questions since the start", s.asked},
        {"patron_behaviour_failed_questions_total", "counter",
         "Questions that failed, since the start", s.failed},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        pt_metric_line(out, lines[i].name, lines[i].kind, lines[i].help, true, NULL,
                       (double)lines[i].value);
    }
}

/* ---- Names ------------------------------------------------------------------------------------
 */

static int by_name(const void *a, const void *b)
{
    const BehaviourName *x = a, *y = b;
    const int order = pt_str_order(x->name, y->name);
    return order != 0 ? order : pt_str_order(x->kind, y->kind);
}

static bool put_name(BehaviourName *names, size_t *count, PtStr kind, PtStr name, PtArena *arena)
{
    names[*count] = (BehaviourName){kind, pt_arena_str(arena, name)};
    return names[(*count)++].name.data != NULL;
}

/* Code 0 is what found no code; what was erased has a name that says nothing. */
static bool put_events(const ColumnsSnapshot *s, PtArena *arena, BehaviourNames *names)
{
    const ColumnsEvent *events = NULL;
    const size_t count = columns_snapshot_events(s, &events);
    names->events = pt_arena_alloc(arena, count + 1, sizeof *names->events);
    bool ok = names->events != NULL;
    for (size_t i = 1; ok && i < count; i++) {
        if (!pt_str_eq(events[i].name, PT_STR("-"))) {
            ok = put_name(names->events, &names->event_count,
                          event_type_name((EventType)events[i].type), events[i].name, arena);
        }
    }
    return ok;
}

static bool put_properties(const ColumnsSnapshot *s, PtArena *arena, BehaviourNames *names)
{
    static const char *const kinds[COLUMNS_KINDS] = {
        [COLUMNS_NUMBER] = "number", [COLUMNS_TEXT] = "text", [COLUMNS_TRUTH] = "truth"};
    const ColumnsProperty *properties = NULL;
    const size_t count = columns_snapshot_properties(s, &properties);
    names->properties = pt_arena_alloc(arena, count + 1, sizeof *names->properties);
    bool ok = names->properties != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        if (!pt_str_eq(properties[i].path, PT_STR("-"))) {
            ok = put_name(names->properties, &names->property_count,
                          pt_str(kinds[properties[i].kind]), properties[i].path, arena);
        }
    }
    return ok;
}

PtStatus behaviour_names(Behaviour *b, PtArena *arena, BehaviourNames *ret_names, PtError *err)
{
    PT_CLEANUP(columns_snapshot_freep) ColumnsSnapshot *s = NULL;
    BehaviourNames names = {.event_count = 0};
    if (atomic_load(&b->loading)) {
        return pt_fail(err, PT_UNAVAILABLE, "the event columns are loading");
    }
    PtStatus st = columns_snapshot(b->columns, &s, err);
    if (st != PT_OK) {
        return st;
    }
    if (!put_events(s, arena, &names) || !put_properties(s, arena, &names)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for names of events");
    }
    qsort(names.events, names.event_count, sizeof *names.events, by_name);
    qsort(names.properties, names.property_count, sizeof *names.properties, by_name);
    *ret_names = names;
    return PT_OK;
}

/* ---- Erasure ----------------------------------------------------------------------------------
 */

static PtStatus renew(Behaviour *b, PtError *err)
{
    PtStatus st = behaviour_forget_rows(b, pt_log_begin(b->c.log, 0), err);
    if (st == PT_OK && b->rebuild_fn != NULL) {
        b->rebuild_fn(b->rebuild_ctx);
    }
    return st;
}

PtStatus behaviour_renew(Behaviour *b, PtError *err)
{
    (void)pthread_mutex_lock(&b->writing);
    const PtStatus st = renew(b, err);
    (void)pthread_mutex_unlock(&b->writing);
    return st;
}

/* Of damaged columns it cannot be said what is in them. */
PtStatus behaviour_erase(Behaviour *b, const uint32_t *nodes, size_t count,
                         bool (*finds)(void *ctx, PtStr text), void *ctx, PtError *err)
{
    (void)pthread_mutex_lock(&b->writing);
    PtStatus st = columns_erase(b->columns, nodes, count, finds, ctx, err);
    st = st == PT_CORRUPT ? renew(b, err) : st;
    (void)pthread_mutex_unlock(&b->writing);
    behaviour_asking_forget(b); // they may show a value that was erased
    return st;
}
