// SPDX-License-Identifier: Apache-2.0
/* Pulls: the object, and what people define. */
#include "connect/pull_internal.h"

#include "base/rng.h"
#include "base/uuid.h"
#include "connect/import.h"
#include "connect/job_internal.h"
#include "platform/diag.h"
#include "platform/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_MS = 60000,
    EVERY_MAX_MIN = 10080,
    PAGE_STEP_MAX = 1000000,
    AUTH_NAME_MAX = 200,
    LOAD_ARENA = 32 << 20,
    SEALED_MAX = 1600,
};

/* ---- Checks -----------------------------------------------------------------------------------
 */

static bool plain_text(PtStr text, size_t max)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (c < ' ' || c == 0x7f) {
            return false;
        }
    }
    return text.len <= max && (text.len == 0 || pt_utf8_valid(text));
}

static PtStatus check_paths(const ConnectPullEdit *e, PtError *err)
{
    const struct {
        const char *name;
        PtStr path;
    } paths[] = {{"items", e->items},
                 {"item_id", e->item_id},
                 {"item_version", e->item_version},
                 {"next", e->next},
                 {"since", e->since}};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (!plain_text(paths[i].path, CONNECT_PULL_PATH_MAX)) {
            return pt_fail(err, PT_INVALID, "%s: not a path of at most %d bytes", paths[i].name,
                           CONNECT_PULL_PATH_MAX);
        }
    }
    return plain_text(e->since_start, CONNECT_PULL_PATH_MAX)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "since_start: not a text of at most %d bytes",
                         CONNECT_PULL_PATH_MAX);
}

static PtStatus check_paging(const ConnectPullEdit *e, PtError *err)
{
    PullHoles holes = {false, false};
    PtStatus st = pull_holes(e->url, &holes, err);
    if (st != PT_OK) {
        return st;
    }
    const bool counted = e->paging == CONNECT_PAGE_CURSOR || e->paging == CONNECT_PAGE_NUMBER;
    if (counted != holes.cursor) {
        return pt_fail(err, PT_INVALID,
                       counted ? "url: this paging wants {cursor} in it"
                               : "url: {cursor} is of the pagings cursor and page");
    }
    if ((e->since.len > 0) != holes.since) {
        return pt_fail(err, PT_INVALID,
                       holes.since ? "since: the URL has {since}, so name the field that moves it"
                                   : "since: the URL has no {since}");
    }
    if (e->paging == CONNECT_PAGE_SINCE && !holes.since) {
        return pt_fail(err, PT_INVALID, "url: this paging wants {since} in it");
    }
    if (e->paging == CONNECT_PAGE_CURSOR && e->next.len == 0) {
        return pt_fail(err, PT_INVALID, "next: the path of the next cursor is wanted");
    }
    if (e->first_page < 0 || e->first_page > PAGE_STEP_MAX || e->page_step < 1 ||
        e->page_step > PAGE_STEP_MAX) {
        return pt_fail(err, PT_INVALID, "first_page or page_step is out of 0..%d or 1..%d",
                       PAGE_STEP_MAX, PAGE_STEP_MAX);
    }
    return PT_OK;
}

static PtStatus check_auth(const ConnectPullEdit *e, PtError *err)
{
    const bool named = e->auth == CONNECT_PULL_BASIC || e->auth == CONNECT_PULL_HEADER;
    if (!plain_text(e->secret, CONNECT_PULL_SECRET_MAX)) {
        return pt_fail(err, PT_INVALID, "secret: not a text of at most %d bytes",
                       CONNECT_PULL_SECRET_MAX);
    }
    if (!plain_text(e->auth_name, AUTH_NAME_MAX) || (named && e->auth_name.len == 0)) {
        return pt_fail(err, PT_INVALID, "auth_name: not a text of 1..%d bytes", AUTH_NAME_MAX);
    }
    if (e->auth == CONNECT_PULL_HEADER && !pull_header_name_ok(e->auth_name)) {
        return pt_fail(err, PT_INVALID, "auth_name: no header that can be set");
    }
    return PT_OK;
}

static PtStatus check_mapping(PtStr text, PtError *err)
{
    ConnectMapping *mapping = NULL;
    PtStatus st = connect_mapping_parse(text, &mapping, err);
    if (st == PT_OK && connect_mapping_shape(mapping)->format < CONNECT_JSONL) {
        st = pt_fail(err, PT_INVALID, "mapping: format is to be jsonl or events");
    }
    if (st == PT_OK && connect_mapping_groups(mapping)) {
        st = pt_fail(err, PT_INVALID, "mapping: group_by is for files; an item is an event");
    }
    connect_mapping_free(mapping);
    return st;
}

PtStatus pull_check(const ConnectPullEdit *e, PtError *err)
{
    if (e->name.len == 0 || !plain_text(e->name, (size_t)4 * CONNECT_PULL_NAME_MAX)) {
        return pt_fail(err, PT_INVALID, "name: not a text of 1..%d characters",
                       CONNECT_PULL_NAME_MAX);
    }
    if (e->every_min < 1 || e->every_min > EVERY_MAX_MIN) {
        return pt_fail(err, PT_INVALID, "every_min: not 1..%d", EVERY_MAX_MIN);
    }
    if (e->max_pages < 1 || e->max_pages > CONNECT_PULL_PAGES_MAX) {
        return pt_fail(err, PT_INVALID, "max_pages: not 1..%d", CONNECT_PULL_PAGES_MAX);
    }
    PtStatus st = connect_net_url("url", e->url, err);
    if (st == PT_OK) {
        st = check_paging(e, err);
    }
    if (st == PT_OK) {
        st = check_paths(e, err);
    }
    if (st == PT_OK) {
        st = pull_headers(e->headers, NULL, NULL, err);
    }
    if (st == PT_OK) {
        st = check_auth(e, err);
    }
    return st == PT_OK ? check_mapping(e->mapping, err) : st;
}

/* ---- Slots and timers -------------------------------------------------------------------------
 */

/* Under the lock. */
static PullSlot *slot_of(ConnectPulls *pulls, PtStr id)
{
    for (unsigned i = 0; i < CONNECT_PULLS_MAX; i++) {
        PullSlot *s = &pulls->slots[i];
        if (s->used && pt_str_eq(pt_str(s->id), id)) {
            return s;
        }
    }
    return NULL;
}

/* Under the lock. A slot whose run has not ended yet is not taken. */
static PullSlot *new_slot(ConnectPulls *pulls, PtStr id, int64_t number)
{
    for (unsigned i = 0; i < CONNECT_PULLS_MAX; i++) {
        PullSlot *s = &pulls->slots[i];
        if (!s->used && !s->running) {
            s->used = true;
            s->due = s->by_person = false;
            s->number = number;
            s->retry_mono_ms = s->due_ms = 0;
            (void)pt_str_copy(s->id, sizeof s->id, id);
            return s;
        }
    }
    return NULL;
}

void pull_arm(ConnectPulls *pulls, int64_t number, bool enabled, int64_t started_ms,
              int64_t every_min)
{
    const int64_t now_ms = pt_clock_now_ms(pulls->c.clock);
    const int64_t due_ms = started_ms == 0 ? now_ms : started_ms + every_min * MINUTE_MS;
    PtError err = {0};
    for (unsigned i = 0; i < CONNECT_PULLS_MAX; i++) {
        if (pulls->slots[i].used && pulls->slots[i].number == number) {
            pulls->slots[i].due_ms = enabled ? due_ms : 0;
        }
    }
    if (!enabled) {
        pt_timers_cancel(pulls->c.timers, CONNECT_PULL_TIMERS, (uint64_t)number);
    } else if (pt_timers_set(pulls->c.timers, CONNECT_PULL_TIMERS, (uint64_t)number, due_ms,
                             &err) != PT_OK) {
        pt_diag(PT_DIAG_WARN, "pull", "a timer was not set",
                PT_F_STR("problem", pt_str(err.message)));
    }
}

static PtStatus on_timers(void *ctx, const PtTimer *timers, size_t count, PtError *err)
{
    ConnectPulls *pulls = ctx;
    (void)err;
    (void)pthread_mutex_lock(&pulls->lock);
    for (size_t i = 0; i < count; i++) {
        for (unsigned k = 0; k < CONNECT_PULLS_MAX; k++) {
            PullSlot *s = &pulls->slots[k];
            s->due |= s->used && s->number == (int64_t)timers[i].key;
        }
    }
    (void)pthread_cond_broadcast(&pulls->wake);
    (void)pthread_mutex_unlock(&pulls->lock);
    return PT_OK;
}

/* ---- The object -------------------------------------------------------------------------------
 */

static void init_locks(ConnectPulls *pulls)
{
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&pulls->lock, NULL);
    (void)pthread_condattr_init(&attr); // these cannot fail with glibc
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&pulls->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

static PtStatus load_all(ConnectPulls *pulls, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LOAD_ARENA);
    ConnectPull *list = NULL;
    size_t count = 0;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for pulls");
    }
    PtStatus st = pt_sql_begin(pulls->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = pull_interrupt_runs(tx, pt_clock_now_ms(pulls->c.clock), err);
    }
    if (st == PT_OK) {
        st = pull_read_list(tx, arena, &list, &count, err);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const ConnectPull *p = &list[i];
        (void)new_slot(pulls, p->id, p->number);
        pull_arm(pulls, p->number, p->edit.enabled && p->state != CONNECT_PULL_STOPPED,
                 p->at.in_pass ? 0 : p->started_ms, p->edit.every_min);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus connect_pulls_open(const ConnectPullsConfig *config, ConnectPulls **ret_pulls,
                            PtError *err)
{
    ConnectPulls *pulls = calloc(1, sizeof *pulls);
    if (pulls == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for pulls");
    }
    pulls->c = *config;
    init_locks(pulls);
    pt_timers_kind(config->timers, CONNECT_PULL_TIMERS, "pulls", on_timers, pulls);
    PtStatus st = load_all(pulls, err);
    if (st != PT_OK) {
        connect_pulls_free(pulls);
        return st;
    }
    *ret_pulls = pulls;
    return PT_OK;
}

PtStatus connect_pulls_start(ConnectPulls *pulls, PtError *err)
{
    while (pulls->worker_count < PULL_WORKERS) {
        if (pthread_create(&pulls->workers[pulls->worker_count], NULL, pull_worker_main, pulls) !=
            0) {
            return pt_fail(err, PT_UNAVAILABLE, "cannot start the threads of pulls");
        }
        pulls->worker_count++;
    }
    return PT_OK;
}

void connect_pulls_stop(ConnectPulls *pulls)
{
    if (pulls == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&pulls->lock);
    atomic_store(&pulls->stop, true);
    (void)pthread_cond_broadcast(&pulls->wake);
    (void)pthread_mutex_unlock(&pulls->lock);
    while (pulls->worker_count > 0) {
        (void)pthread_join(pulls->workers[--pulls->worker_count], NULL);
    }
}

void connect_pulls_free(ConnectPulls *pulls)
{
    if (pulls == NULL) {
        return;
    }
    connect_pulls_stop(pulls);
    (void)pthread_cond_destroy(&pulls->wake);
    (void)pthread_mutex_destroy(&pulls->lock);
    free(pulls);
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* What memory knows of it. */
static void overlay(ConnectPulls *pulls, PtArena *arena, ConnectPull *p)
{
    EventSource source;
    p->source_name = (PtStr){NULL, 0};
    if (event_source_by_ref(pulls->c.sources, p->edit.source, &source)) {
        p->source_name = pt_arena_str(arena, pt_str(source.name));
    }
    (void)pthread_mutex_lock(&pulls->lock);
    const PullSlot *s = slot_of(pulls, p->id);
    p->running = s != NULL && s->running;
    p->due_ms = s != NULL ? s->due_ms : 0;
    (void)pthread_mutex_unlock(&pulls->lock);
}

PtStatus connect_pulls_list(ConnectPulls *pulls, PtArena *arena, ConnectPull **ret_list,
                            size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(pulls->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = pull_read_list(tx, arena, ret_list, ret_count, err);
    }
    for (size_t i = 0; st == PT_OK && i < *ret_count; i++) {
        overlay(pulls, arena, &(*ret_list)[i]);
    }
    return st;
}

PtStatus connect_pull_get(ConnectPulls *pulls, PtStr id, PtArena *arena, ConnectPull *ret_pull,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(pulls->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = pull_read(tx, id, arena, ret_pull, err);
    }
    if (st == PT_OK) {
        overlay(pulls, arena, ret_pull);
    }
    return st;
}

PtStatus connect_pull_runs(ConnectPulls *pulls, PtStr id, int64_t before, size_t limit,
                           PtArena *arena, ConnectPullRuns *ret_page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectPull pull;
    PtStatus st = pt_sql_begin(pulls->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = pull_read(tx, id, arena, &pull, err); // a page of nothing is not a pull
    }
    return st == PT_OK ? pull_read_runs(tx, id, before, limit, arena, ret_page, err) : st;
}

/* ---- Changing ---------------------------------------------------------------------------------
 */

/* The id of the source that is meant; one of an unknown name is made. */
static PtStatus find_source(ConnectPulls *pulls, PtStr ref, const AuditActor *by,
                            EventSource *ret_source, PtError *err)
{
    const EventSourceEdit made = {ref, true, true, EVENT_SKEW_CORRECT};
    return event_source_find_or_add(pulls->c.sources, &made, by, ret_source, err);
}

static PtStatus seal(ConnectPulls *pulls, PtStr secret, char out[static SEALED_MAX],
                     ConnectPull *pull, PtError *err)
{
    pull->sealed = (PtStr){NULL, 0};
    pull->has_secret = false;
    if (secret.len == 0) {
        return PT_OK;
    }
    PtStatus st = access_seal(pulls->c.access, secret, out, SEALED_MAX, err);
    if (st == PT_OK) {
        pull->sealed = pt_str(out);
        pull->has_secret = true;
    }
    return st;
}

static PtStatus insert(ConnectPulls *pulls, ConnectPull *pull, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t count = 0, last = 0;
    PtStatus st = pt_sql_begin(pulls->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = pull_counts(tx, &count, &last, err);
    }
    if (st == PT_OK && count >= CONNECT_PULLS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "there are %d pulls already", CONNECT_PULLS_MAX);
    }
    pull->number = last + 1;
    if (st == PT_OK) {
        st = pull_insert(tx, pull, err);
    }
    if (st == PT_OK) {
        st = pull_audit(tx, pull->created_ms, pull->id, pull->edit.name, by, "pull.added", err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus connect_pull_add(ConnectPulls *pulls, const ConnectPullEdit *edit, const AuditActor *by,
                          char ret_id[static CONNECT_PULL_ID], PtError *err)
{
    char id[CONNECT_PULL_ID], sealed[SEALED_MAX];
    uint8_t random[10];
    EventSource source;
    ConnectPull pull = {.edit = *edit, .version = 1, .changed_by = audit_actor_name(by)};
    PtStatus st = pull_check(edit, err);
    if (st == PT_OK) {
        st = find_source(pulls, edit->source, by, &source, err);
    }
    if (st == PT_OK) {
        st = seal(pulls, edit->secret, sealed, &pull, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pull.created_ms = pull.changed_ms = pt_clock_now_ms(pulls->c.clock);
    pt_random_bytes(random, sizeof random);
    pull.id = pt_uuid_format(pt_uuid7(pull.created_ms, random), id);
    pull.edit.source = pt_str(source.id);
    st = insert(pulls, &pull, by, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&pulls->lock);
    if (new_slot(pulls, pull.id, pull.number) != NULL) {
        pull_arm(pulls, pull.number, edit->enabled, 0, edit->every_min);
    }
    (void)pthread_mutex_unlock(&pulls->lock);
    memcpy(ret_id, id, CONNECT_PULL_ID);
    return PT_OK;
}

/* What follows from a changed definition for what runs and what is planned. */
static void replan(ConnectPulls *pulls, const ConnectPull *pull)
{
    (void)pthread_mutex_lock(&pulls->lock);
    PullSlot *s = slot_of(pulls, pull->id);
    if (s != NULL) {
        atomic_store(&s->halt, true);
        s->retry_mono_ms = 0;
        pull_arm(pulls, pull->number, pull->edit.enabled,
                 pull->state == CONNECT_PULL_OK && !pull->at.in_pass ? pull->started_ms : 0,
                 pull->edit.every_min);
    }
    (void)pthread_cond_broadcast(&pulls->wake);
    (void)pthread_mutex_unlock(&pulls->lock);
}

static bool same_paging(const ConnectPullEdit *a, const ConnectPullEdit *b)
{
    return pt_str_eq(a->url, b->url) && pt_str_eq(a->items, b->items) && a->paging == b->paging &&
           pt_str_eq(a->next, b->next) && a->first_page == b->first_page &&
           a->page_step == b->page_step && pt_str_eq(a->since, b->since) &&
           pt_str_eq(a->since_start, b->since_start);
}

/* A secret goes to the server that it was given for, in the way it was given for, and nowhere else.
 */
static PtStatus check_secret(const ConnectPull *old, const ConnectPullEdit *edit, PtError *err)
{
    const bool same =
        pt_str_eq_nocase(connect_net_origin(old->edit.url), connect_net_origin(edit->url)) &&
        old->edit.auth == edit->auth && pt_str_eq(old->edit.auth_name, edit->auth_name);
    return edit->secret.data != NULL || !old->has_secret || same
               ? PT_OK
               : pt_fail(err, PT_INVALID,
                         "secret: give it again, since server or credentials are others now");
}

typedef struct PullChange {
    const ConnectPullEdit *edit; /* NULL: back to the start */
    const AuditActor *by;
    PtStr source;
} PullChange;

static PtStatus apply(ConnectPulls *pulls, const PullChange *change, ConnectPull *pull,
                      char sealed[static SEALED_MAX], PtError *err)
{
    const ConnectPullEdit *edit = change->edit;
    PtStatus st = edit != NULL ? check_secret(pull, edit, err) : PT_OK;
    if (st == PT_OK && edit != NULL && edit->secret.data != NULL) {
        st = seal(pulls, edit->secret, sealed, pull, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (edit == NULL || !same_paging(&pull->edit, edit)) {
        pull->at = (ConnectPullPosition){.in_pass = false};
    }
    if (edit != NULL) {
        pull->edit = *edit;
        pull->edit.source = change->source;
    }
    pull->version++;
    pull->changed_ms = pt_clock_now_ms(pulls->c.clock);
    pull->changed_by = audit_actor_name(change->by);
    return PT_OK;
}

static PtStatus change_pull(ConnectPulls *pulls, PtStr id, const PullChange *change,
                            const char *action, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char sealed[SEALED_MAX];
    ConnectPull pull = {0};
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a pull");
    }
    PtStatus st = pt_sql_begin(pulls->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = pull_read(tx, id, arena, &pull, err);
    }
    if (st == PT_OK) {
        st = apply(pulls, change, &pull, sealed, err);
    }
    const ConnectPull planned = pull; // a stopped one is tried at once
    if (st == PT_OK) {
        pull.state = CONNECT_PULL_OK;
        pull.failures = 0;
        pull.reason = (PtStr){NULL, 0};
        st = pull_update(tx, &pull, err);
    }
    if (st == PT_OK) {
        st = pull_audit(tx, pull.changed_ms, id, pull.edit.name, change->by, action, err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st == PT_OK) {
        replan(pulls, &planned);
    }
    return st;
}

PtStatus connect_pull_save(ConnectPulls *pulls, PtStr id, const ConnectPullEdit *edit,
                           const AuditActor *by, PtError *err)
{
    EventSource source;
    PtStatus st = pull_check(edit, err);
    if (st == PT_OK) {
        st = find_source(pulls, edit->source, by, &source, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const PullChange change = {.edit = edit, .by = by, .source = pt_str(source.id)};
    return change_pull(pulls, id, &change, "pull.changed", err);
}

PtStatus connect_pull_reset(ConnectPulls *pulls, PtStr id, const AuditActor *by, PtError *err)
{
    const PullChange change = {.by = by};
    return change_pull(pulls, id, &change, "pull.reset", err);
}

PtStatus connect_pull_delete(ConnectPulls *pulls, PtStr id, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectPull pull;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a pull");
    }
    PtStatus st = pt_sql_begin(pulls->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = pull_read(tx, id, arena, &pull, err);
    }
    if (st == PT_OK) {
        st = pull_remove(tx, id, err);
    }
    if (st == PT_OK) {
        st = pull_audit(tx, pt_clock_now_ms(pulls->c.clock), id, pull.edit.name, by, "pull.deleted",
                        err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&pulls->lock);
    PullSlot *s = slot_of(pulls, id);
    if (s != NULL) {
        pull_arm(pulls, pull.number, false, 0, 0);
        s->used = false;
        atomic_store(&s->halt, true);
        (void)pthread_cond_broadcast(&pulls->wake);
    }
    (void)pthread_mutex_unlock(&pulls->lock);
    return PT_OK;
}

PtStatus connect_pull_run(ConnectPulls *pulls, PtStr id, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectPull pull;
    PtStatus st = arena != NULL ? pt_sql_begin(pulls->c.sql, true, &tx, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a pull");
    if (st == PT_OK) {
        st = pull_read(tx, id, arena, &pull, err);
    }
    if (st == PT_OK) {
        st = pull_audit(tx, pt_clock_now_ms(pulls->c.clock), id, pull.edit.name, by, "pull.started",
                        err);
    }
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&pulls->lock);
    PullSlot *s = slot_of(pulls, id);
    const bool taken = s != NULL && !s->running;
    (void)pthread_mutex_unlock(&pulls->lock);
    if (!taken) {
        return pt_fail(err, PT_CONFLICT, "the pull runs already");
    }
    st = pt_sql_commit(&tx, err);
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&pulls->lock);
        s->due = s->by_person = true;
        (void)pthread_cond_broadcast(&pulls->wake);
        (void)pthread_mutex_unlock(&pulls->lock);
    }
    return st;
}

void connect_pulls_metrics(void *ctx, PtBuf *out)
{
    ConnectPulls *pulls = ctx;
    pt_metric_line(out, "patron_pull_runs_total", "counter", "Runs of pulls begun", true, NULL,
                   (double)atomic_load(&pulls->runs));
    pt_metric_line(out, "patron_pull_failed_runs_total", "counter", "Runs of pulls that failed",
                   true, NULL, (double)atomic_load(&pulls->failed));
    pt_metric_line(out, "patron_pull_items_total", "counter", "Items that pulls fetched", true,
                   NULL, (double)atomic_load(&pulls->items));
    pt_metric_line(out, "patron_pull_events_total", "counter", "Events that landed of them", true,
                   NULL, (double)atomic_load(&pulls->events));
}
