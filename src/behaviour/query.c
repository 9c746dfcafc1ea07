// SPDX-License-Identifier: Apache-2.0
/* The door of questions: how many run at once, which answers are kept, what of profiles they
 * need. */
#include "behaviour/behaviour_internal.h"
#include "behaviour/export_internal.h"
#include "behaviour/query_internal.h"

#include <stdio.h>
#include <time.h>

enum {
    KEPT_ANSWERS = 64,
    KEPT_BYTES = 16 << 20,
    KEY_BYTES = 4 * QUERY_JSON,
    WAIT_MS = 50, /* until `stop` is looked at again */
    MINUTE_MS = 60000,
    PEOPLE_MAX = 10000,
    CURSOR_TEXT = 12,
};

typedef struct Turn { /* of who waits */
    struct Turn *next;
} Turn;

typedef struct KeptAnswer {
    char *key, *body; /* NULL: free */
    size_t key_len, body_len;
    uint64_t used; /* when, counted */
} KeptAnswer;

struct Asking {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t running, inside; /* inside: those that wait, too */
    Turn *first, **end;
    KeptAnswer kept[KEPT_ANSWERS];
    size_t kept_bytes;
    uint64_t uses;
};

/* ---- Turns ----------------------------------------------------------------------------------- */

PtStatus behaviour_asking_new(Behaviour *b, PtError *err)
{
    struct Asking *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return query_no_memory(err);
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    a->end = &a->first;
    b->asking = a;
    return PT_OK;
}

void behaviour_asking_stop(Behaviour *b)
{
    struct Asking *a = b->asking;
    atomic_store(&b->stopping, true);
    if (a == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&a->lock);
    (void)pthread_cond_broadcast(&a->changed);
    while (a->inside > 0) {
        (void)pthread_cond_wait(&a->changed, &a->lock);
    }
    (void)pthread_mutex_unlock(&a->lock);
}

void behaviour_asking_free(Behaviour *b)
{
    struct Asking *a = b->asking;
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; i < KEPT_ANSWERS; i++) {
        free(a->kept[i].key);
        free(a->kept[i].body);
    }
    (void)pthread_cond_destroy(&a->changed);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
    b->asking = NULL;
}

static bool is_stopped(Behaviour *b, const BehaviourAsk *ask)
{
    return atomic_load(&b->stopping) || (ask->stop != NULL && atomic_load(ask->stop));
}

static void wait_a_little(struct Asking *a)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)WAIT_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&a->changed, &a->lock, &until);
}

static void leave_queue(struct Asking *a, const Turn *turn)
{
    Turn **at = &a->first;
    while (*at != turn) {
        at = &(*at)->next;
    }
    *at = turn->next;
    a->end = turn->next == NULL ? at : a->end;
}

static PtStatus take_turn(Behaviour *b, const BehaviourAsk *ask, PtError *err)
{
    struct Asking *a = b->asking;
    Turn turn = {NULL};
    (void)pthread_mutex_lock(&a->lock);
    atomic_fetch_add(&b->asked, 1);
    a->inside++;
    *a->end = &turn;
    a->end = &turn.next;
    while (!is_stopped(b, ask) && (a->first != &turn || a->running >= b->c.questions)) {
        wait_a_little(a);
    }
    const bool stopped = is_stopped(b, ask);
    leave_queue(a, &turn);
    a->running += !stopped;
    a->inside -= stopped;
    (void)pthread_cond_broadcast(&a->changed);
    (void)pthread_mutex_unlock(&a->lock);
    return stopped ? pt_fail(err, PT_UNAVAILABLE, "the query was stopped") : PT_OK;
}

static void give_turn(Behaviour *b)
{
    struct Asking *a = b->asking;
    (void)pthread_mutex_lock(&a->lock);
    a->running--;
    a->inside--;
    (void)pthread_cond_broadcast(&a->changed);
    (void)pthread_mutex_unlock(&a->lock);
}

/* ---- Kept answers ---------------------------------------------------------------------------- */

static void drop_kept(struct Asking *a, KeptAnswer *k)
{
    a->kept_bytes -= k->key_len + k->body_len;
    free(k->key);
    free(k->body);
    *k = (KeptAnswer){.key = NULL};
}

void behaviour_asking_forget(Behaviour *b)
{
    struct Asking *a = b->asking;
    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < KEPT_ANSWERS; i++) {
        if (a->kept[i].key != NULL) {
            drop_kept(a, &a->kept[i]);
        }
    }
    (void)pthread_mutex_unlock(&a->lock);
}

/* Appends the answer that is kept under the key. */
static bool find_kept(struct Asking *a, PtStr key, PtBuf *out)
{
    bool found = false;
    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; !found && i < KEPT_ANSWERS; i++) {
        KeptAnswer *k = &a->kept[i];
        if (k->key != NULL && pt_str_eq((PtStr){k->key, k->key_len}, key)) {
            pt_buf_add(out, k->body, k->body_len);
            k->used = ++a->uses;
            found = true;
        }
    }
    (void)pthread_mutex_unlock(&a->lock);
    return found;
}

static char *copy_of(PtStr text)
{
    char *copy = malloc(text.len + 1);
    if (copy != NULL) {
        memcpy(copy, text.data, text.len);
    }
    return copy;
}

/* The place of the one that was used the longest ago, or a free one; the others that have to go for
 * the bytes go, too. */
static KeptAnswer *make_place(struct Asking *a, size_t bytes)
{
    for (;;) {
        KeptAnswer *oldest = &a->kept[0];
        for (size_t i = 1; i < KEPT_ANSWERS; i++) {
            oldest = a->kept[i].used < oldest->used ? &a->kept[i] : oldest;
        }
        if (oldest->key == NULL && a->kept_bytes + bytes <= KEPT_BYTES) {
            return oldest;
        }
        KeptAnswer *victim = NULL;
        for (size_t i = 0; i < KEPT_ANSWERS; i++) {
            KeptAnswer *k = &a->kept[i];
            victim = k->key != NULL && (victim == NULL || k->used < victim->used) ? k : victim;
        }
        if (victim == NULL) {
            return NULL;
        }
        drop_kept(a, victim);
    }
}

/* Nothing is lost where memory is short: it is asked again. */
static void keep(struct Asking *a, PtStr key, PtStr body)
{
    const size_t bytes = key.len + body.len;
    if (bytes > KEPT_BYTES / 4) {
        return;
    }
    char *key_copy = copy_of(key), *body_copy = copy_of(body);
    if (key_copy == NULL || body_copy == NULL) {
        free(key_copy);
        free(body_copy);
        return;
    }
    (void)pthread_mutex_lock(&a->lock);
    KeptAnswer *k = make_place(a, bytes);
    if (k != NULL) {
        *k = (KeptAnswer){key_copy, body_copy, key.len, body.len, ++a->uses};
        a->kept_bytes += bytes;
        key_copy = body_copy = NULL;
    }
    (void)pthread_mutex_unlock(&a->lock);
    free(key_copy);
    free(body_copy);
}

/* ---- The world ------------------------------------------------------------------------------- */

typedef struct Asked {
    Behaviour *b;
    const BehaviourAsk *ask;
    PtArena *arena; /* of what is given back */
    PtArena *work;  /* of the question: its tree, its plan, the engine's answer */
    Query *q;
    ColumnsSnapshot *snapshot;
    uint64_t position; /* events below it are in the answer */
    uint64_t change;   /* of whose the identifiers are */
    ProfilesPeople people;
    QueryWorld world;
} Asked;

static PtStatus trait_of_all(void *ctx, PtStr name, const _Atomic bool *stop,
                             PtStatus (*tell)(void *ctx, uint32_t person, PtStr json, PtError *err),
                             void *tell_ctx, PtError *err)
{
    return profiles_trait_of_all(ctx, name, stop, tell, tell_ctx, err);
}

static PtStatus read_sources(Asked *a, PtError *err)
{
    EventSource *list = NULL;
    size_t count = 0;
    uint32_t top = 0;
    if (a->b->c.sources == NULL) {
        return PT_OK;
    }
    PtStatus st = event_sources_list(a->b->c.sources, a->work, &list, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        top = list[i].number > top ? list[i].number : top;
    }
    PtStr *sources = st == PT_OK ? pt_arena_alloc(a->work, (size_t)top + 1, sizeof *sources) : NULL;
    if (sources == NULL) {
        return st != PT_OK ? st : query_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        sources[list[i].number] = pt_str(list[i].id);
    }
    a->world.sources = sources;
    a->world.source_count = (size_t)top + 1;
    return PT_OK;
}

/* The query, and what its answer depends on. Whose the identifiers are comes behind the snapshot:
 * so each identifier of it is known. */
static PtStatus open_asked(Asked *a, PtError *err)
{
    Behaviour *b = a->b;
    a->work = pt_arena_new(b->c.query_bytes);
    if (a->work == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = reports_read_query(b, a->ask->query, a->work, &a->q, err);
    if (st == PT_OK && atomic_load(&b->loading)) {
        return pt_fail(err, PT_UNAVAILABLE, "the event columns are loading");
    }
    const uint64_t next = atomic_load(&b->next);
    st = st == PT_OK ? columns_snapshot(b->columns, &a->snapshot, err) : st;
    if (st == PT_OK) {
        const uint64_t of_rows = columns_snapshot_next(a->snapshot);
        a->position = of_rows > next ? of_rows : next;
        a->change = profiles_people_change(b->c.profiles);
        a->world = (QueryWorld){.snapshot = a->snapshot,
                                .now_ms = pt_clock_now_ms(b->c.clock),
                                .threads = b->c.threads,
                                .memory_bytes = b->c.query_bytes,
                                .stop = a->ask->stop,
                                .ends = &b->stopping,
                                .progress = a->ask->progress,
                                .trait_of_all = trait_of_all,
                                .trait_ctx = b->c.profiles};
    }
    return st;
}

/* What costs, where the answer is not kept. */
static PtStatus open_world(Asked *a, PtError *err)
{
    PtStatus st = profiles_people(a->b->c.profiles, &a->people, err);
    if (st == PT_OK) {
        a->change = a->people.change;
        a->world.person_of = a->people.person_of;
        a->world.node_count = a->people.node_count;
        a->world.person_count = a->people.person_count;
        st = read_sources(a, err);
    }
    return st;
}

static void close_asked(Asked *a)
{
    free(a->people.person_of);
    columns_snapshot_free(a->snapshot);
    query_free(a->q);
    pt_arena_free(a->work);
}

/* ---- Queries --------------------------------------------------------------------------------- */

/* What the answer stands on. A trait may change without an event, so that of a rule that reads one
 * no answer is kept. */
static bool key_of(const Asked *a, PtBuf *key)
{
    const Query *q = a->q;
    bool passes = q->range.last > 0 || q->who != NULL;
    bool reads_traits = q->trait_count > 0 || (q->who != NULL && rule_who_reads_traits(q->who));
    PtJsonOut out = pt_json_out(key);
    for (size_t i = 0; i < q->cohort_count; i++) {
        const RuleWho *who = q->cohorts[i].who;
        passes = passes || who != NULL;
        reads_traits = reads_traits || (who != NULL && rule_who_reads_traits(who));
    }
    if (reads_traits) {
        return false;
    }
    pt_buf_printf(key, "%llu %llu %lld ", (unsigned long long)columns_snapshot_version(a->snapshot),
                  (unsigned long long)a->change,
                  (long long)(passes ? a->world.now_ms / MINUTE_MS : 0));
    query_write(q, &out);
    return pt_buf_status(key) == PT_OK;
}

static PtStatus answer(Asked *a, PtBuf *body, bool *ret_cached, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf key;
    pt_buf_init(&key, KEY_BYTES);
    bool may_keep = key_of(a, &key);
    *ret_cached = may_keep && find_kept(a->b->asking, pt_buf_str(&key), body);
    if (*ret_cached) {
        return PT_OK;
    }
    PtStatus st = open_world(a, err);
    st = st == PT_OK ? query_answer(a->q, &a->world, a->work, body, err) : st;
    if (st == PT_OK && may_keep) {
        pt_buf_clear(&key, KEY_BYTES); // somebody may have become somebody else since
        may_keep = key_of(a, &key);
    }
    if (st == PT_OK && may_keep) {
        keep(a->b->asking, pt_buf_str(&key), pt_buf_str(body));
    }
    return st;
}

static void write_end(const Asked *a, bool cached, int64_t began_ms, PtBuf *out)
{
    const uint64_t end = a->b->c.log != NULL ? pt_log_end(a->b->c.log, 0) : a->position;
    PtJsonOut json = pt_json_out(out);
    json.comma = true;
    pt_json_out_key(&json, PT_STR("watermark"));
    pt_json_out_object(&json);
    pt_json_put_u64(&json, "position", a->position);
    pt_json_put_u64(&json, "behind", end > a->position ? end - a->position : 0);
    pt_json_out_object_end(&json);
    pt_json_put_bool(&json, "exact", true);
    pt_json_put_i64(&json, "took_ms", pt_mono_ms() - began_ms);
    pt_json_put_bool(&json, "cached", cached);
}

static PtStatus check_impersonal(const Asked *a, PtError *err)
{
    const Query *q = a->q;
    const bool by_given = q->breakdown.there && q->breakdown.root != RULE_FIELD;
    bool with_given = q->all_properties;
    for (size_t i = 0; i < q->property_count; i++) {
        with_given = with_given || q->properties[i].root != RULE_FIELD;
    }
    const bool of_traits = q->trait_count > 0;
    return !a->ask->impersonal || (!by_given && !with_given && !of_traits)
               ? PT_OK
               : pt_fail(err, PT_FORBIDDEN,
                         "at \"/%s\": values that customers or sources gave need the "
                         "permission profiles.read",
                         by_given     ? "breakdown"
                         : with_given ? "properties"
                                      : "traits");
}

static PtStatus ask_query(Asked *a, PtBuf *out, PtError *err)
{
    const int64_t began_ms = pt_mono_ms();
    PT_CLEANUP(pt_buf_done) PtBuf body;
    pt_buf_init(&body, out->limit);
    bool cached = false;
    PtStatus st = open_asked(a, err);
    st = st == PT_OK ? check_impersonal(a, err) : st;
    st = st == PT_OK ? answer(a, &body, &cached, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = query_written(&body, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_add_char(out, '{');
    pt_buf_add_str(out, pt_buf_str(&body));
    write_end(a, cached, began_ms, out);
    pt_buf_add_char(out, '}');
    return query_written(out, err);
}

static PtStatus ended(Behaviour *b, PtStatus st)
{
    give_turn(b);
    if (st != PT_OK) {
        atomic_fetch_add(&b->failed, 1);
    }
    return st;
}

PtStatus behaviour_query(Behaviour *b, const BehaviourAsk *ask, PtArena *arena, PtBuf *out,
                         PtError *err)
{
    PtStatus st = take_turn(b, ask, err);
    if (st != PT_OK) {
        return st;
    }
    Asked a = {.b = b, .ask = ask, .arena = arena};
    st = ask_query(&a, out, err);
    close_asked(&a);
    return ended(b, st);
}

PtStatus behaviour_query_read(Behaviour *b, PtStr query, PtArena *arena, PtBuf *out, PtError *err)
{
    PT_CLEANUP(query_freep) Query *q = NULL;
    PtStatus st = reports_read_query(b, query, arena, &q, err);
    st = st == PT_OK ? query_plan_check(q, pt_clock_now_ms(b->c.clock), err) : st;
    if (st != PT_OK) {
        return st;
    }
    PtJsonOut json = pt_json_out(out);
    query_write(q, &json);
    return query_written(out, err);
}

/* ---- People ---------------------------------------------------------------------------------- */

/* The next `room` persons behind `behind`, and whether there are more. */
static size_t take_page(const QueryPeople *found, uint32_t behind, uint32_t *persons, size_t room,
                        bool *ret_more)
{
    size_t count = 0;
    *ret_more = false;
    for (size_t word = behind / 64; word < found->words; word++) {
        uint64_t left = found->bits[word];
        if (word == behind / 64) {
            left &= behind % 64 == 63 ? 0 : UINT64_MAX << (behind % 64 + 1);
        }
        for (; left != 0; left &= left - 1) {
            if (count == room) {
                *ret_more = true;
                return count;
            }
            persons[count++] = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(left);
        }
    }
    return count;
}

static PtStatus name_page(Asked *a, const uint32_t *persons, size_t count, bool more,
                          BehaviourPeople *ret_people, PtError *err)
{
    ProfileBrief *briefs = pt_arena_alloc(a->arena, count + 1, sizeof *briefs);
    BehaviourPerson *people = pt_arena_alloc(a->arena, count + 1, sizeof *people);
    char cursor[CURSOR_TEXT];
    if (briefs == NULL || people == NULL) {
        return query_no_memory(err);
    }
    PtStatus st = profiles_briefs(a->b->c.profiles, persons, count, a->arena, briefs, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (briefs[i].id[0] != 0) { // else merged or erased since
            BehaviourPerson *p = &people[ret_people->people_count++];
            memcpy(p->id, briefs[i].id, sizeof p->id);
            p->name = briefs[i].name;
            p->detail = briefs[i].detail;
        }
    }
    ret_people->people = people;
    if (st == PT_OK && more) {
        (void)snprintf(cursor, sizeof cursor, "%u", persons[count - 1]);
        ret_people->next = pt_arena_str(a->arena, pt_str(cursor));
        st = ret_people->next.data != NULL ? PT_OK : query_no_memory(err);
    }
    return st;
}

typedef struct Page {
    PtStr cell;
    uint32_t behind;
    size_t limit;
} Page;

static PtStatus ask_people(Asked *a, const Page *page, BehaviourPeople *ret_people, PtError *err)
{
    QueryPeople found = {0};
    BehaviourPeople people = {.next = PT_STR("")};
    bool more = false;
    PtStatus st = open_asked(a, err);
    st = st == PT_OK ? open_world(a, err) : st;
    st = st == PT_OK ? query_people(a->q, page->cell, &a->world, a->work, &found, err) : st;
    uint32_t *persons = st == PT_OK ? pt_arena_alloc(a->arena, page->limit, sizeof *persons) : NULL;
    if (st == PT_OK) {
        st = persons != NULL ? PT_OK : query_no_memory(err);
    }
    if (st == PT_OK) {
        const size_t count = take_page(&found, page->behind, persons, page->limit, &more);
        people.count = found.count;
        st = name_page(a, persons, count, more, &people, err);
    }
    free(found.bits);
    if (st == PT_OK) {
        *ret_people = people;
    }
    return st;
}

PtStatus behaviour_people(Behaviour *b, const BehaviourAsk *ask, const BehaviourCell *cell,
                          PtArena *arena, BehaviourPeople *ret_people, PtError *err)
{
    Page page = {.cell = cell->cell, .limit = cell->limit};
    if (cell->limit < 1 || cell->limit > PEOPLE_MAX) {
        return pt_fail(err, PT_INVALID, "at \"/limit\": not in 1..%d", PEOPLE_MAX);
    }
    if (cell->cursor.len > 0 && !pt_str_to_u32(cell->cursor, UINT32_MAX, &page.behind)) {
        return pt_fail(err, PT_INVALID, "at \"/cursor\": not one that a page before gave");
    }
    PtStatus st = take_turn(b, ask, err);
    if (st != PT_OK) {
        return st;
    }
    Asked a = {.b = b, .ask = ask, .arena = arena};
    st = ask_people(&a, &page, ret_people, err);
    close_asked(&a);
    return ended(b, st);
}

/* ---- Exports --------------------------------------------------------------------------------- */

PtStatus behaviour_ask_people(Behaviour *b, const BehaviourAsk *ask, PtStr cell,
                              QueryPeople *ret_people, PtError *err)
{
    PtStatus st = take_turn(b, ask, err);
    if (st != PT_OK) {
        return st;
    }
    Asked a = {.b = b, .ask = ask};
    st = open_asked(&a, err);
    st = st == PT_OK ? open_world(&a, err) : st;
    st = st == PT_OK ? query_people(a.q, cell, &a.world, a.work, ret_people, err) : st;
    close_asked(&a);
    return ended(b, st);
}

PtStatus behaviour_ask_events(Behaviour *b, const BehaviourAsk *ask, ExportOffsets *offsets,
                              PtError *err)
{
    PtStatus st = take_turn(b, ask, err);
    if (st != PT_OK) {
        return st;
    }
    Asked a = {.b = b, .ask = ask};
    st = open_asked(&a, err);
    st = st == PT_OK ? open_world(&a, err) : st;
    st = st == PT_OK ? query_events(a.q, &a.world, a.work, offsets, err) : st;
    close_asked(&a);
    return ended(b, st);
}
