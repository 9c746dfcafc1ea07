// SPDX-License-Identifier: Apache-2.0
/* The job of a preview: the log again, into a scratch graph under other rules. */
#include "profiles/preview.h"

#include "base/json.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    PARTITION = 0,
    FETCH_RECORDS = 256,
    ARENA_BYTES = 64 << 20, /* texts of one event */
    RESULT_BYTES = 32 << 20,
    LOCKED_NODES = 256, /* read under one hold of the lock */
    RULES_MAX = 512 << 10,
};

/* What a rebuild works on, without tables, index and search. */
typedef struct Scratch {
    Profiles p;
    uint64_t offset; /* of the event at hand */
    int64_t at_ms;
} Scratch;

struct Preview {
    Profiles *of;
    pthread_mutex_t lock;
    pthread_t thread;
    bool made;  /* the thread: to be joined */
    bool there; /* a preview began */
    bool ended; /* no other is taken */
    _Atomic bool stop;
    PtArena *arena; /* of `result` */
    ProfilePreview result;
    IdentityRules *rules;
    /* the job's own */
    Scratch scratch;
    CompareNode *nodes; /* by number of the view's nodes */
    uint32_t node_count, last_person;
    uint64_t loads, begin, to; /* of the view when the copy was made; offsets */
    PtLogReader *reader;
    Compared compared;
};

/* ---- Scratch -----------------------------------------------------------------------------------
 */

static void hear(void *ctx, const IdentityChange *change)
{
    Scratch *s = ctx;
    if (change->kind == IDENTITY_PERSON_ADDED) {
        persons_add(&s->p, &(ProfilePerson){s->offset, s->offset, s->at_ms});
    }
}

static PtStatus scratch_open(Scratch *s, const Profiles *of, const IdentityRules *rules,
                             PtError *err)
{
    memset(s, 0, sizeof *s);
    s->p.rules = rules;
    memcpy(s->p.id_key, of->id_key, sizeof s->p.id_key);
    (void)pthread_rwlock_init(&s->p.lock, NULL);
    s->p.arena = pt_arena_new(ARENA_BYTES);
    PtStatus st = s->p.arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to preview");
    st = st == PT_OK ? identity_new(rules, &s->p.graph, err) : st;
    st = st == PT_OK ? persons_new(&s->p, err) : st;
    st = st == PT_OK ? gathered_new(&s->p, err) : st;
    if (st == PT_OK) {
        identity_listen(s->p.graph, hear, s);
    }
    return st;
}

static void scratch_close(Scratch *s)
{
    gathered_free(&s->p);
    persons_free(&s->p);
    identity_free(s->p.graph);
    pt_arena_free(s->p.arena);
    (void)pthread_rwlock_destroy(&s->p.lock);
    explicit_bzero(s->p.id_key, sizeof s->p.id_key);
    s->p.graph = NULL;
    s->p.arena = NULL;
}

/* ---- The log again -----------------------------------------------------------------------------
 */

typedef struct Counted {
    uint64_t events, dropped_events, dropped_claims;
} Counted;

static PtStatus take_event(Scratch *s, const EventView *v, Counted *counted, PtError *err)
{
    IdentityClaims claims;
    IdentityOutcome outcome = {.dropped = 0};
    PtStatus st = identity_claims(s->p.rules, s->p.graph, v, s->p.arena, &claims, err);
    st = st == PT_OK ? identity_apply(s->p.graph, &claims, v->message_id, &outcome, err) : st;
    counted->events++;
    counted->dropped_events += outcome.dropped != 0;
    counted->dropped_claims += (unsigned)__builtin_popcount(outcome.dropped);
    return st;
}

/* As view.c has it. */
static PtStatus take_residue(Scratch *s, const EventView *v, PtError *err)
{
    IdentityClaims claims;
    IdentityOutcome outcome;
    PtStatus st = identity_claims(s->p.rules, s->p.graph, v, s->p.arena, &claims, err);
    return st == PT_OK && claims.count > 0
               ? identity_apply(s->p.graph, &claims, PT_STR("-"), &outcome, err)
               : st;
}

static PtStatus take_record(Scratch *s, const PtRecord *r, Counted *counted, PtError *err)
{
    EventView v;
    const bool residue = view_is_residue(r);
    if (!view_concerns(r) && !residue) {
        return PT_OK;
    }
    pt_arena_clear(s->p.arena);
    PtStatus st = event_payload_read(r, &v, err);
    st = st == PT_OK ? persons_reserve(&s->p, 1, err) : st;
    if (st != PT_OK) {
        return st;
    }
    s->offset = r->position.offset;
    s->at_ms = v.timestamp_ms;
    if (r->source != 0) {
        return residue ? take_residue(s, &v, err) : take_event(s, &v, counted, err);
    }
    st = decided_apply(&s->p, &v, s->offset, err);
    gathered_forget(&s->p); // what decided.c says of links is for tables
    return st;
}

static void note_progress(Preview *v, uint64_t at, const Counted *counted)
{
    (void)pthread_mutex_lock(&v->lock);
    v->result.position = at;
    v->result.progress =
        v->to > v->begin ? (double)(at - v->begin) / (double)(v->to - v->begin) : 1;
    v->result.events = counted->events;
    v->result.dropped_events = counted->dropped_events;
    v->result.dropped_claims = counted->dropped_claims;
    v->result.persons_after = identity_counts(v->scratch.p.graph).persons;
    v->result.nodes_after = identity_counts(v->scratch.p.graph).nodes;
    (void)pthread_mutex_unlock(&v->lock);
}

static PtStatus check_going_on(Preview *v, PtError *err)
{
    const size_t bytes = identity_counts(v->scratch.p.graph).bytes + persons_bytes(&v->scratch.p);
    if (atomic_load(&v->stop)) {
        return pt_fail(err, PT_UNAVAILABLE, "stopped");
    }
    return bytes <= PREVIEW_BYTES
               ? PT_OK
               : pt_fail(err, PT_TOO_LARGE, "the preview needs over %d MiB of memory",
                         PREVIEW_BYTES >> 20);
}

static PtStatus read_log(Preview *v, PtError *err)
{
    Counted counted = {0};
    PtStatus st = PT_OK;
    size_t count = 1;
    uint64_t at = v->begin;
    while (st == PT_OK && count > 0 && at < v->to) {
        const PtRecord *records;
        st = check_going_on(v, err);
        st = st == PT_OK ? pt_log_fetch(v->reader, FETCH_RECORDS, true, &records, &count, err) : st;
        for (size_t i = 0; st == PT_OK && i < count && at < v->to; i++) {
            at = records[i].position.offset;
            st = at < v->to ? take_record(&v->scratch, &records[i], &counted, err) : PT_OK;
            at += at < v->to;
        }
        note_progress(v, at, &counted);
    }
    return st;
}

/* ---- The graph as it is ------------------------------------------------------------------------
 */

/* All at one instant, so at the caller's own priority: readers wait for it. */
static PtStatus copy_graph(Preview *v, PtError *err)
{
    Profiles *p = v->of;
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const IdentityCounts counts = identity_counts(p->graph);
    CompareNode *nodes = calloc((size_t)counts.nodes + 1, sizeof *nodes);
    for (uint32_t n = 1; nodes != NULL && n <= counts.nodes; n++) {
        nodes[n].before = identity_person(p->graph, n);
    }
    v->node_count = counts.nodes;
    v->last_person = counts.last_person;
    v->loads = p->loads;
    v->to = p->seen;
    profiles_unlock(p);
    v->nodes = nodes;
    v->result.nodes_before = counts.nodes;
    v->result.persons_before = counts.persons;
    return nodes != NULL ? PT_OK
                         : pt_fail(err, PT_NO_MEMORY, "no memory for %u nodes", counts.nodes);
}

static PtStatus lock_same(Preview *v, PtError *err)
{
    PtStatus st = profiles_lock_read(v->of, err);
    if (st == PT_OK && v->of->loads != v->loads) {
        profiles_unlock(v->of);
        st = pt_fail(err, PT_CONFLICT, "customers were rebuilt meanwhile");
    }
    return st;
}

/* The identifier as the other rules would have it. */
static uint32_t person_after(Scratch *s, const IdentityNode *n)
{
    IdentityClaim claim;
    uint32_t node = identity_find(s->p.graph, n->type, n->value);
    pt_arena_clear(s->p.arena);
    if (node == 0 && identity_claim(s->p.rules, n->type, n->value, s->p.arena, &claim)) {
        node = identity_find(s->p.graph, claim.type, claim.value);
    }
    return identity_person(s->p.graph, node);
}

static PtStatus match_nodes(Preview *v, PtError *err)
{
    for (uint32_t from = 1; from <= v->node_count; from += LOCKED_NODES) {
        PtStatus st = check_going_on(v, err);
        st = st == PT_OK ? lock_same(v, err) : st;
        if (st != PT_OK) {
            return st;
        }
        const uint32_t left = v->node_count - from + 1;
        const uint32_t end = from + (left < LOCKED_NODES ? left : LOCKED_NODES);
        for (uint32_t n = from; n < end; n++) {
            IdentityNode node;
            if (identity_node(v->of->graph, n, &node)) {
                v->nodes[n].after = person_after(&v->scratch, &node);
            }
        }
        profiles_unlock(v->of);
    }
    return PT_OK;
}

/* ---- The result --------------------------------------------------------------------------------
 */

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a preview's examples");
}

/* Under the lock. */
static PtStatus show_nodes(const Preview *v, const uint32_t *nodes, uint64_t all,
                           ProfilePreviewPerson *person, PtError *err)
{
    for (uint64_t i = 0; i < all && i < PROFILE_PREVIEW_NODES; i++) {
        IdentityNode n;
        if (!identity_node(v->of->graph, nodes[i], &n)) {
            continue;
        }
        person->nodes[person->count].type = pt_arena_str(v->arena, n.type);
        person->nodes[person->count].value = pt_arena_str(v->arena, n.value);
        if (person->nodes[person->count].value.data == NULL) {
            return no_memory(err);
        }
        person->count++;
    }
    person->more = all - person->count;
    return PT_OK;
}

static PtStatus show_persons(const Preview *v, const CompareExample *from,
                             ProfilePreviewExample *to, PtError *err)
{
    to->joined = from->joined;
    to->count = from->count;
    to->more = from->others;
    PtStatus st = show_nodes(v, from->list, from->nodes, &to->one, err);
    for (size_t i = 0; st == PT_OK && i < from->count; i++) {
        st = show_nodes(v, from->several_list[i], from->several_nodes[i], &to->several[i], err);
        if (from->joined) {
            profile_person_id(v->of, from->several[i], to->several[i].id);
        }
    }
    if (!from->joined) {
        profile_person_id(v->of, from->one, to->one.id);
    }
    return st;
}

/* A person's name as it is now; one who cannot be read any more has none. */
static void name(const Preview *v, ProfilePreviewPerson *person)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA_BYTES);
    Profile profile;
    if (arena != NULL && person->id[0] != '\0' &&
        profiles_get(v->of, pt_str(person->id), arena, &profile, NULL) == PT_OK) {
        const PtStr copy = pt_arena_str(v->arena, profile.name);
        person->name = copy.data != NULL ? copy : person->name;
    }
}

static PtStatus show_example(Preview *v, const CompareExample *from, ProfilePreviewExample *to,
                             PtError *err)
{
    PtStatus st = lock_same(v, err);
    if (st != PT_OK) {
        return st;
    }
    st = show_persons(v, from, to, err);
    profiles_unlock(v->of);
    name(v, &to->one);
    for (size_t i = 0; i < to->count; i++) {
        name(v, &to->several[i]);
    }
    return st;
}

static PtStatus show_all(Preview *v, PtError *err)
{
    const Compared *c = &v->compared;
    const size_t count = c->parted_shown + c->joined_shown;
    ProfilePreviewExample *examples = pt_arena_alloc(v->arena, count + 1, sizeof *examples);
    PtStatus st = examples != NULL ? PT_OK : no_memory(err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        const size_t behind = i - c->parted_shown;
        st = show_example(v,
                          i < c->parted_shown ? &c->examples[i]
                                              : &c->examples[PROFILE_PREVIEW_EXAMPLES + behind],
                          &examples[i], err);
    }
    if (st == PT_OK) {
        (void)pthread_mutex_lock(&v->lock);
        v->result.examples = examples;
        v->result.example_count = count;
        v->result.parted = c->parted;
        v->result.joined = c->joined;
        (void)pthread_mutex_unlock(&v->lock);
    }
    return st;
}

/* ---- The job -----------------------------------------------------------------------------------
 */

static PtStatus run(Preview *v, PtError *err)
{
    PtStatus st = read_log(v, err);
    st = st == PT_OK ? match_nodes(v, err) : st;
    if (st == PT_OK) {
        st = preview_compare(v->nodes, v->node_count, v->last_person,
                             identity_counts(v->scratch.p.graph).last_person, &v->compared, err);
    }
    return st == PT_OK ? show_all(v, err) : st;
}

static void release(Preview *v)
{
    scratch_close(&v->scratch);
    pt_log_reader_close(v->reader);
    free(v->nodes);
    identity_rules_free(v->rules);
    v->reader = NULL;
    v->nodes = NULL;
    v->rules = NULL;
}

/* Linux: a thread's own nice value, by its number. Not SCHED_IDLE: it holds the lock now and then.
 */
static void lowest_priority(void)
{
    enum { NICEST = 19 };
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICEST);
}

static void *job(void *ctx)
{
    Preview *v = ctx;
    PtError err = {0};
    lowest_priority();
    const PtStatus st = run(v, &err);
    release(v);
    (void)pthread_mutex_lock(&v->lock);
    v->result.finished_ms = pt_clock_now_ms(pt_clock_real());
    v->result.state = st == PT_OK             ? PROFILE_PREVIEW_DONE
                      : atomic_load(&v->stop) ? PROFILE_PREVIEW_STOPPED
                                              : PROFILE_PREVIEW_FAILED;
    if (st == PT_OK) {
        v->result.position = v->to;
        v->result.progress = 1;
    } else if (v->result.state == PROFILE_PREVIEW_FAILED) {
        v->result.problem = pt_arena_str(v->arena, pt_str(err.message));
    }
    (void)pthread_mutex_unlock(&v->lock);
    return NULL;
}

static void join(Preview *v)
{
    if (v->made) {
        (void)pthread_join(v->thread, NULL);
        v->made = false;
    }
}

/* ---- Door --------------------------------------------------------------------------------------
 */

PtStatus preview_new(Profiles *p, PtError *err)
{
    Preview *v = calloc(1, sizeof *v);
    if (v == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for previews");
    }
    v->of = p;
    (void)pthread_mutex_init(&v->lock, NULL);
    p->preview = v;
    return PT_OK;
}

void profiles_preview_end(Profiles *p)
{
    Preview *v = p != NULL ? p->preview : NULL;
    if (v == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&v->lock);
    v->ended = true;
    atomic_store(&v->stop, true);
    (void)pthread_mutex_unlock(&v->lock);
    join(v);
}

void preview_free(Profiles *p)
{
    if (p->preview != NULL) {
        profiles_preview_end(p);
        pt_arena_free(p->preview->arena);
        (void)pthread_mutex_destroy(&p->preview->lock);
        free(p->preview);
        p->preview = NULL;
    }
}

static PtStatus write_rules(Preview *v, PtStr *ret_json, PtError *err)
{
    PtBuf json;
    pt_buf_init(&json, RULES_MAX);
    identity_rules_write(v->rules, &json);
    *ret_json = pt_buf_status(&json) == PT_OK ? pt_arena_str(v->arena, pt_buf_str(&json))
                                              : (PtStr){NULL, 0};
    pt_buf_done(&json);
    return ret_json->data != NULL ? PT_OK : no_memory(err);
}

/* What the one before found goes. */
static PtStatus begin_result(Preview *v, const AuditActor *by, PtError *err)
{
    v->there = false;
    pt_arena_free(v->arena);
    v->arena = pt_arena_new(RESULT_BYTES);
    v->result = (ProfilePreview){.started_ms = pt_clock_now_ms(pt_clock_real())};
    if (v->arena == NULL) {
        return no_memory(err);
    }
    v->result.by = pt_arena_str(v->arena, audit_actor_name(by));
    return write_rules(v, &v->result.rules, err);
}

/* Under the lock of previews; no thread runs. */
static PtStatus begin(Preview *v, const AuditActor *by, PtError *err)
{
    PtStatus st = begin_result(v, by, err);
    st = st == PT_OK ? copy_graph(v, err) : st;
    v->begin = pt_log_begin(v->of->log, PARTITION);
    v->begin = v->begin < v->to ? v->begin : v->to;
    st = st == PT_OK ? pt_log_reader_open(v->of->log, NULL, PARTITION, v->begin, &v->reader, err)
                     : st;
    PtStatus opened = scratch_open(&v->scratch, v->of, v->rules, err);
    st = st == PT_OK ? opened : st;
    atomic_store(&v->stop, false);
    if (st == PT_OK) {
        v->made = pthread_create(&v->thread, NULL, job, v) == 0;
        st = v->made ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "no thread for a preview");
    }
    v->there = st == PT_OK;
    if (st != PT_OK) {
        release(v);
    }
    return st;
}

PtStatus profiles_preview_start(Profiles *p, const AuditActor *by, PtStr json, PtError *err)
{
    Preview *v = p->preview;
    IdentityRules *rules = NULL;
    PtStatus st = identity_rules_read(json, &rules, err);
    st = st == PT_OK ? profile_rules_check(p, rules, err) : st;
    if (st != PT_OK) {
        identity_rules_free(rules);
        return st;
    }
    (void)pthread_mutex_lock(&v->lock);
    if (v->ended) {
        st = pt_fail(err, PT_UNAVAILABLE, "the server stops");
    } else if (v->there && v->result.state == PROFILE_PREVIEW_RUNNING) {
        st = pt_fail(err, PT_CONFLICT, "a preview runs already");
    }
    if (st == PT_OK) {
        join(v); // it has given the lock back for the last time
        v->rules = rules;
        st = begin(v, by, err);
        rules = NULL;
    }
    (void)pthread_mutex_unlock(&v->lock);
    identity_rules_free(rules);
    return st;
}

PtStatus profiles_preview_stop(Profiles *p, PtError *err)
{
    Preview *v = p->preview;
    (void)pthread_mutex_lock(&v->lock);
    PtStatus st = !v->there ? pt_fail(err, PT_NOT_FOUND, "there is no preview")
                  : v->result.state != PROFILE_PREVIEW_RUNNING
                      ? pt_fail(err, PT_CONFLICT, "the preview has ended")
                      : PT_OK;
    if (st == PT_OK) {
        atomic_store(&v->stop, true);
    }
    (void)pthread_mutex_unlock(&v->lock);
    return st;
}

PtStatus profiles_preview_lock(Profiles *p, ProfilePreview *ret_preview, PtError *err)
{
    (void)pthread_mutex_lock(&p->preview->lock);
    if (!p->preview->there) {
        (void)pthread_mutex_unlock(&p->preview->lock);
        return pt_fail(err, PT_NOT_FOUND, "there is no preview");
    }
    *ret_preview = p->preview->result;
    return PT_OK;
}

void profiles_preview_unlock(Profiles *p)
{
    (void)pthread_mutex_unlock(&p->preview->lock);
}
