// SPDX-License-Identifier: Apache-2.0
/* Plans in SQL, and the compiled ones that sources have in memory. */
#include "events/plans_internal.h"

#include "base/rng.h"
#include "base/uuid.h"
#include "plans.sql.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Which plan a source has. Immutable; plans are held. */
typedef struct Snapshot {
    EventPlan *by_source[EVENT_SOURCES_MAX + 1];
    size_t count;
} Snapshot;

struct EventPlans {
    PtSql *sql;
    const PtClock *clock;
    pthread_rwlock_t lock;   // of the pointer
    pthread_mutex_t writing; // so that snapshots replace each other in the order of commits
    Snapshot *snapshot;
    atomic_size_t assigned; // sources with a plan: most servers, and most sources, have none
};

static void snapshot_free(Snapshot *s)
{
    for (size_t i = 0; s != NULL && i <= EVENT_SOURCES_MAX; i++) {
        event_plan_release(s->by_source[i]);
    }
    free(s);
}

static void snapshot_freep(Snapshot **s)
{
    snapshot_free(*s);
}

/* -- rows
 * -------------------------------------------------------------------------------------------------------
 */

enum {
    ID,
    VERSION,
    NAME,
    DESCRIPTION,
    MODE,
    UNPLANNED_EVENTS,
    UNPLANNED_PROPERTIES,
    FORMATS,
    RULES,
    RULE_COUNT,
    NOTE,
    SAVED_MS,
    SAVED_BY,
    CREATED_MS,
};

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, EventPlanRow *row, PtError *err)
{
    EventPlanEdit *e = &row->edit;
    const struct {
        int column;
        PtStr *to;
    } texts[] = {{ID, &row->id},     {NAME, &e->name}, {DESCRIPTION, &e->description},
                 {RULES, &e->rules}, {NOTE, &e->note}, {SAVED_BY, &row->saved_by}};
    *row = (EventPlanRow){.version = pt_sql_i64(tx, VERSION),
                          .rule_count = pt_sql_i64(tx, RULE_COUNT),
                          .saved_ms = pt_sql_i64(tx, SAVED_MS),
                          .created_ms = pt_sql_i64(tx, CREATED_MS),
                          .edit.formats = pt_sql_i64(tx, FORMATS) != 0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].to->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for the plans");
        }
    }
    if (!event_plan_mode_of(pt_sql_text(tx, MODE), &e->mode) ||
        !event_plan_mode_of(pt_sql_text(tx, UNPLANNED_EVENTS), &e->unplanned_events) ||
        !event_plan_mode_of(pt_sql_text(tx, UNPLANNED_PROPERTIES), &e->unplanned_properties)) {
        return pt_fail(err, PT_CORRUPT, "plan \"%.*s\" in the database does not read",
                       PT_STR_ARG(e->name));
    }
    return PT_OK;
}

static PtStatus get_row(PtSqlTx *tx, PtStr ref, int64_t version, PtArena *arena, EventPlanRow *row,
                        PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_PLAN_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, ref);
    pt_sql_bind_i64(tx, 2, version);
    st = pt_sql_step(tx, &there, err);
    if (st == PT_OK) {
        st = there ? copy_row(tx, arena, row, err)
                   : pt_fail(err, PT_NOT_FOUND,
                             version == 0 ? "no plan with this id or name"
                                          : "no such version of a plan");
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus add_sources(PtSqlTx *tx, PtArena *arena, EventPlanRow *row, PtError *err)
{
    size_t cap = 0;
    bool there = true;
    PtStatus st = pt_sql_use(tx, SQL_PLAN_SOURCES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, row->id);
    pt_sql_bind_i64(tx, 2, EVENT_SOURCES_MAX);
    while ((st = pt_sql_step(tx, &there, err)) == PT_OK && there) {
        if (row->source_count == cap) {
            cap = cap > 0 ? cap * 2 : 16;
            uint32_t *grown = pt_arena_alloc(arena, cap, sizeof *grown);
            if (grown == NULL) {
                st = pt_fail(err, PT_NO_MEMORY, "no memory for the plans");
                break;
            }
            if (row->source_count > 0) {
                memcpy(grown, row->sources, row->source_count * sizeof *grown);
            }
            row->sources = grown;
        }
        row->sources[row->source_count++] = (uint32_t)pt_sql_i64(tx, 0);
    }
    pt_sql_done(tx);
    return st;
}

/* Steps through the statement at hand. */
static PtStatus read_rows(PtSqlTx *tx, size_t max, PtArena *arena, EventPlanRow **ret_rows,
                          size_t *ret_count, PtError *err)
{
    EventPlanRow *rows = pt_arena_alloc(arena, max, sizeof *rows);
    size_t count = 0;
    bool there = true;
    PtStatus st = rows != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the plans");
    while (st == PT_OK && count < max && (st = pt_sql_step(tx, &there, err)) == PT_OK && there) {
        st = copy_row(tx, arena, &rows[count++], err);
    }
    pt_sql_done(tx);
    *ret_rows = rows;
    *ret_count = count;
    return st;
}

PtStatus event_plans_list(EventPlans *p, PtArena *arena, EventPlanRow **ret_rows, size_t *ret_count,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->sql, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_PLAN_LIST, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, EVENT_PLANS_MAX);
    st = read_rows(tx, EVENT_PLANS_MAX, arena, ret_rows, ret_count, err);
    for (size_t i = 0; st == PT_OK && i < *ret_count; i++) {
        st = add_sources(tx, arena, &(*ret_rows)[i], err);
    }
    return st;
}

PtStatus event_plans_get(EventPlans *p, PtStr ref, int64_t version, PtArena *arena,
                         EventPlanRow *ret_row, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->sql, false, &tx, err);
    st = st == PT_OK ? get_row(tx, ref, version, arena, ret_row, err) : st;
    return st == PT_OK ? add_sources(tx, arena, ret_row, err) : st;
}

// NOLINTNEXTLINE(readability-function-size): a list takes its filter, page and results
PtStatus event_plans_versions(EventPlans *p, PtStr ref, int64_t before, size_t limit,
                              PtArena *arena, EventPlanRow **ret_rows, size_t *ret_count,
                              PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    EventPlanRow plan;
    PtStatus st = pt_sql_begin(p->sql, false, &tx, err);
    st = st == PT_OK ? get_row(tx, ref, 0, arena, &plan, err) : st;
    st = st == PT_OK ? pt_sql_use(tx, SQL_PLAN_VERSIONS, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, plan.id);
    pt_sql_bind_i64(tx, 2, before);
    pt_sql_bind_i64(tx, 3, (int64_t)limit);
    return read_rows(tx, limit, arena, ret_rows, ret_count, err);
}

/* -- what is in force
 * -------------------------------------------------------------------------------------------------------
 */

static EventPlan *find_compiled(const Snapshot *s, const char *id, int64_t version)
{
    for (size_t i = 0; s != NULL && i <= EVENT_SOURCES_MAX; i++) {
        EventPlan *plan = s->by_source[i];
        if (plan != NULL && plan->version == version && strcmp(plan->id, id) == 0) {
            return event_plan_hold(plan);
        }
    }
    return NULL;
}

typedef struct Assigned {
    uint32_t source;
    int64_t version;
    char id[37];
} Assigned;

static PtStatus read_assigned(PtSqlTx *tx, Assigned *list, size_t *ret_count, PtError *err)
{
    bool there = true;
    size_t count = 0;
    PtStatus st = pt_sql_use(tx, SQL_PLAN_ASSIGNED, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, EVENT_SOURCES_MAX);
    while (count < EVENT_SOURCES_MAX && (st = pt_sql_step(tx, &there, err)) == PT_OK && there) {
        int64_t source = pt_sql_i64(tx, 0);
        PtStr id = pt_sql_text(tx, 1);
        if (source < 1 || source > EVENT_SOURCES_MAX || id.len >= sizeof list[count].id) {
            st = pt_fail(err, PT_CORRUPT, "the plan of source %lld does not read",
                         (long long)source);
            break;
        }
        Assigned *a = &list[count++];
        *a = (Assigned){.source = (uint32_t)source, .version = pt_sql_i64(tx, 2)};
        memcpy(a->id, id.data, id.len);
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

static PtStatus compile_stored(PtSqlTx *tx, const Assigned *a, EventPlan **ret_plan, PtError *err)
{
    EventPlanRow row;
    PtError why = {0};
    PtArena *arena = pt_arena_new(EVENT_PLAN_TEXT_MAX * 4);
    PtStatus st = arena != NULL ? get_row(tx, pt_str(a->id), a->version, arena, &row, &why)
                                : pt_fail(&why, PT_NO_MEMORY, "no memory");
    st = st == PT_OK ? event_plan_compile(&row.edit, ret_plan, &why) : st;
    pt_arena_free(arena);
    if (st != PT_OK) {
        return pt_fail(err, st, "plan %s version %lld: %s", a->id, (long long)a->version,
                       why.message);
    }
    memcpy((*ret_plan)->id, a->id, sizeof a->id);
    (*ret_plan)->version = a->version;
    return PT_OK;
}

/* As the transaction sees it; what is compiled already is taken from the old snapshot. */
static PtStatus snapshot_load(PtSqlTx *tx, const Snapshot *old, Snapshot **ret_snapshot,
                              PtError *err)
{
    PT_CLEANUP(snapshot_freep) Snapshot *s = calloc(1, sizeof *s);
    Assigned *list = calloc(EVENT_SOURCES_MAX, sizeof *list);
    size_t count = 0;
    PtStatus st = s != NULL && list != NULL ? read_assigned(tx, list, &count, err)
                                            : pt_fail(err, PT_NO_MEMORY, "no memory for the plans");
    EventPlan *last = NULL; // rows of one plan stand together
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const Assigned *a = &list[i];
        EventPlan *plan = last != NULL && strcmp(last->id, a->id) == 0
                              ? event_plan_hold(last)
                              : find_compiled(old, a->id, a->version);
        st = plan == NULL ? compile_stored(tx, a, &plan, err) : PT_OK;
        if (st == PT_OK) {
            s->by_source[a->source] = last = plan;
            s->count++;
        }
    }
    free(list);
    if (st == PT_OK) {
        *ret_snapshot = PT_TAKE(s);
    }
    return st;
}

PtStatus event_plans_open(PtSql *core, const PtClock *clock, EventPlans **ret_plans, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(snapshot_freep) Snapshot *snapshot = NULL;
    PtStatus st = pt_sql_begin(core, false, &tx, err);
    st = st == PT_OK ? snapshot_load(tx, NULL, &snapshot, err) : st;
    if (st != PT_OK) {
        return st;
    }
    EventPlans *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the plans");
    }
    p->sql = core;
    p->clock = clock;
    (void)pthread_rwlock_init(&p->lock, NULL);
    (void)pthread_mutex_init(&p->writing, NULL);
    atomic_init(&p->assigned, snapshot->count);
    p->snapshot = PT_TAKE(snapshot);
    *ret_plans = p;
    return PT_OK;
}

void event_plans_close(EventPlans *p)
{
    if (p == NULL) {
        return;
    }
    snapshot_free(p->snapshot);
    (void)pthread_rwlock_destroy(&p->lock);
    (void)pthread_mutex_destroy(&p->writing);
    free(p);
}

EventPlan *event_plans_of(EventPlans *p, uint32_t source)
{
    EventPlan *plan = NULL;
    if (atomic_load(&p->assigned) > 0 && source <= EVENT_SOURCES_MAX) {
        (void)pthread_rwlock_rdlock(&p->lock);
        plan = p->snapshot->by_source[source];
        plan = plan != NULL ? event_plan_hold(plan) : NULL;
        (void)pthread_rwlock_unlock(&p->lock);
    }
    return plan;
}

/* ---- Changes -------------------------------------------------------------------------------- */

typedef struct Change {
    PtStr ref; // of the plan
    int64_t base_version, now_ms;
    const EventPlan *plan; // compiled from what was given
    const AuditActor *by;
    const EventSource *source;
    char id[37];
    PtArena *arena;
    PtBuf detail;
} Change;

typedef PtStatus (*Step)(PtSqlTx *tx, Change *c, PtError *err);

/* Judged by from now on. */
static void publish(EventPlans *p, Snapshot *fresh)
{
    (void)pthread_rwlock_wrlock(&p->lock);
    Snapshot *old = p->snapshot;
    p->snapshot = fresh;
    atomic_store(&p->assigned, fresh->count);
    (void)pthread_rwlock_unlock(&p->lock);
    snapshot_free(old);
}

static PtStatus change_locked(EventPlans *p, Step step, Change *c, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(snapshot_freep) Snapshot *snapshot = NULL;
    PtStatus st = pt_sql_begin(p->sql, true, &tx, err);
    st = st == PT_OK ? step(tx, c, err) : st;
    // read before the commit, so that after it nothing can fail
    st = st == PT_OK ? snapshot_load(tx, p->snapshot, &snapshot, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_commit(&tx, err);
    if (st == PT_OK) {
        publish(p, PT_TAKE(snapshot));
    }
    return st;
}

static PtStatus change(EventPlans *p, Step step, Change *c, PtError *err)
{
    c->now_ms = pt_clock_now_ms(p->clock);
    c->arena = pt_arena_new(EVENT_PLAN_TEXT_MAX * 4);
    pt_buf_init(&c->detail, 4096);
    PtStatus st = c->arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a plan");
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&p->writing);
        st = change_locked(p, step, c, err);
        (void)pthread_mutex_unlock(&p->writing);
    }
    pt_arena_free(c->arena);
    pt_buf_done(&c->detail);
    return st;
}

static PtStatus audit(PtSqlTx *tx, const Change *c, const char *action, PtStr name, PtError *err)
{
    AuditEntry entry = {.by = c->by,
                        .action = action,
                        .subject_type = "plan",
                        .subject = pt_str(c->id),
                        .subject_name = name,
                        .detail = pt_buf_str(&c->detail)};
    return audit_write(tx, c->now_ms, &entry, err);
}

static PtStatus add_version(PtSqlTx *tx, const Change *c, int64_t version, PtError *err)
{
    const EventPlanEdit *e = &c->plan->edit;
    PtStatus st = pt_sql_use(tx, SQL_PLAN_VERSION_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr texts[] = {[2] = e->name,
                           [3] = e->description,
                           [4] = event_plan_mode_name(e->mode),
                           [5] = event_plan_mode_name(e->unplanned_events),
                           [6] = event_plan_mode_name(e->unplanned_properties),
                           [8] = e->rules,
                           [10] = e->note,
                           [12] = audit_actor_name(c->by)};
    pt_sql_bind_text(tx, 1, pt_str(c->id));
    pt_sql_bind_i64(tx, 2, version);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        if (texts[i].data != NULL) {
            pt_sql_bind_text(tx, i + 1, texts[i]);
        }
    }
    pt_sql_bind_i64(tx, 8, e->formats);
    pt_sql_bind_i64(tx, 10, (int64_t)c->plan->rule_count);
    pt_sql_bind_i64(tx, 12, c->now_ms);
    return pt_sql_finish(tx, err);
}

static PtStatus name_taken(PtStatus st, const Change *c, PtError *err)
{
    return st == PT_CONFLICT ? pt_fail(err, PT_CONFLICT, "a plan is named \"%.*s\" already",
                                       PT_STR_ARG(c->plan->edit.name))
                             : st;
}

static void put_settings(Change *c, int64_t version)
{
    const EventPlanEdit *e = &c->plan->edit;
    PtJsonOut out = pt_json_out(&c->detail);
    pt_json_out_object(&out);
    pt_json_put_i64(&out, "version", version);
    pt_json_put_i64(&out, "rules", (int64_t)c->plan->rule_count);
    pt_json_put_str(&out, "mode", event_plan_mode_name(e->mode));
    pt_json_put_str(&out, "unplanned_events", event_plan_mode_name(e->unplanned_events));
    pt_json_put_str(&out, "unplanned_properties", event_plan_mode_name(e->unplanned_properties));
    pt_json_put_str(&out, "note", e->note);
    pt_json_out_object_end(&out);
}

static PtStatus check_count(PtSqlTx *tx, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PLAN_COUNT, err);
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    bool full = st == PT_OK && pt_sql_i64(tx, 0) >= EVENT_PLANS_MAX;
    pt_sql_done(tx);
    return full ? pt_fail(err, PT_TOO_LARGE, "there are %d plans: no more can be added",
                          EVENT_PLANS_MAX)
                : st;
}

static PtStatus add_step(PtSqlTx *tx, Change *c, PtError *err)
{
    PtStatus st = check_count(tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_PLAN_ADD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(c->id));
    pt_sql_bind_text(tx, 2, c->plan->edit.name);
    pt_sql_bind_i64(tx, 3, c->now_ms);
    st = name_taken(pt_sql_finish(tx, err), c, err);
    st = st == PT_OK ? add_version(tx, c, 1, err) : st;
    put_settings(c, 1);
    return st == PT_OK ? audit(tx, c, "plan.added", c->plan->edit.name, err) : st;
}

PtStatus event_plans_add(EventPlans *p, const EventPlanEdit *edit, const AuditActor *by,
                         char ret_id[static 37], PtError *err)
{
    PT_CLEANUP(event_plan_releasep) EventPlan *plan = NULL;
    PtStatus st = event_plan_compile(edit, &plan, err);
    if (st != PT_OK) {
        return st;
    }
    Change c = {.plan = plan, .by = by};
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(pt_clock_now_ms(p->clock), random), c.id);
    st = change(p, add_step, &c, err);
    if (st == PT_OK) {
        memcpy(ret_id, c.id, sizeof c.id);
    }
    return st;
}

static PtStatus find(PtSqlTx *tx, Change *c, EventPlanRow *row, PtError *err)
{
    PtStatus st = get_row(tx, c->ref, 0, c->arena, row, err);
    if (st == PT_OK && row->id.len >= sizeof c->id) {
        st = pt_fail(err, PT_CORRUPT, "a plan's id does not read");
    }
    if (st == PT_OK) {
        memcpy(c->id, row->id.data, row->id.len);
        c->id[row->id.len] = '\0';
    }
    return st;
}

static bool same_edit(const EventPlanEdit *a, const EventPlanEdit *b)
{
    return pt_str_eq(a->name, b->name) && pt_str_eq(a->description, b->description) &&
           a->mode == b->mode && a->unplanned_events == b->unplanned_events &&
           a->unplanned_properties == b->unplanned_properties && a->formats == b->formats &&
           pt_str_eq(a->rules, b->rules);
}

static PtStatus save_step(PtSqlTx *tx, Change *c, PtError *err)
{
    EventPlanRow row;
    PtStatus st = find(tx, c, &row, err);
    if (st != PT_OK || same_edit(&row.edit, &c->plan->edit)) {
        return st;
    }
    if (c->base_version != 0 && c->base_version != row.version) {
        return pt_fail(err, PT_CONFLICT, "version %lld is in force, not %lld",
                       (long long)row.version, (long long)c->base_version);
    }
    if ((st = pt_sql_use(tx, SQL_PLAN_SAVE, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(c->id));
    pt_sql_bind_text(tx, 2, c->plan->edit.name);
    pt_sql_bind_i64(tx, 3, row.version + 1);
    st = name_taken(pt_sql_finish(tx, err), c, err);
    st = st == PT_OK ? add_version(tx, c, row.version + 1, err) : st;
    put_settings(c, row.version + 1);
    return st == PT_OK ? audit(tx, c, "plan.saved", c->plan->edit.name, err) : st;
}

PtStatus event_plans_save(EventPlans *p, PtStr ref, int64_t base_version, const EventPlanEdit *edit,
                          const AuditActor *by, PtError *err)
{
    PT_CLEANUP(event_plan_releasep) EventPlan *plan = NULL;
    PtStatus st = event_plan_compile(edit, &plan, err);
    Change c = {.ref = ref, .base_version = base_version, .plan = plan, .by = by};
    return st == PT_OK ? change(p, save_step, &c, err) : st;
}

static PtStatus delete_step(PtSqlTx *tx, Change *c, PtError *err)
{
    static const char *const statements[] = {SQL_PLAN_VERSIONS_DELETE, SQL_PLAN_DELETE};
    EventPlanRow row;
    PtStatus st = find(tx, c, &row, err);
    st = st == PT_OK ? add_sources(tx, c->arena, &row, err) : st;
    if (st == PT_OK && row.source_count > 0) {
        return pt_fail(err, PT_CONFLICT, "%zu sources have the plan", row.source_count);
    }
    for (size_t i = 0; st == PT_OK && i < 2; i++) {
        st = pt_sql_use(tx, statements[i], err);
        if (st == PT_OK) {
            pt_sql_bind_text(tx, 1, pt_str(c->id));
            st = pt_sql_finish(tx, err);
        }
    }
    return st == PT_OK ? audit(tx, c, "plan.deleted", row.edit.name, err) : st;
}

PtStatus event_plans_delete(EventPlans *p, PtStr ref, const AuditActor *by, PtError *err)
{
    Change c = {.ref = ref, .by = by};
    return change(p, delete_step, &c, err);
}

static PtStatus assign_step(PtSqlTx *tx, Change *c, PtError *err)
{
    EventPlanRow row = {0};
    PtStatus st = c->ref.len > 0 ? find(tx, c, &row, err) : PT_OK;
    st = st == PT_OK ? pt_sql_use(tx, c->ref.len > 0 ? SQL_PLAN_ASSIGN : SQL_PLAN_UNASSIGN, err)
                     : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, c->source->number);
    if (c->ref.len > 0) {
        pt_sql_bind_text(tx, 2, pt_str(c->id));
    }
    st = pt_sql_finish(tx, err);
    PtJsonOut out = pt_json_out(&c->detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "plan", row.edit.name);
    pt_json_out_object_end(&out);
    AuditEntry entry = {.by = c->by,
                        .action = c->ref.len > 0 ? "source.plan_assigned" : "source.plan_removed",
                        .subject_type = "source",
                        .subject = pt_str(c->source->id),
                        .subject_name = pt_str(c->source->name),
                        .detail = pt_buf_str(&c->detail)};
    return st == PT_OK ? audit_write(tx, c->now_ms, &entry, err) : st;
}

PtStatus event_plans_assign(EventPlans *p, const EventSource *source, PtStr ref,
                            const AuditActor *by, PtError *err)
{
    Change c = {.ref = ref, .by = by, .source = source};
    return change(p, assign_step, &c, err);
}
