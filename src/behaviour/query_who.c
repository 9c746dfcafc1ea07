// SPDX-License-Identifier: Apache-2.0
/* Which persons a rule holds for. Who has rows of its event sets is walked; the others did nothing,
 * and differ by their traits alone. */
#include "behaviour/query_internal.h"

#include <stdlib.h>

enum { FIRST_VALUES = 1024, STOP_EVERY = 4096 };

/* What is said of one trait operand: of few persons, so by number into a list. */
typedef struct WhoTrait {
    uint32_t slot;
    uint32_t *at; /* [person_count]: index + 1 into values; of Who.at */
    PtValue *values;
    uint32_t count, cap;
} WhoTrait;

typedef struct Who {
    const Query *q;
    const QueryWorld *world;
    int64_t now_ms;
    uint64_t *bits; /* each word of several threads: atomic */
    uint32_t words;
    WhoTrait *traits;
    size_t trait_count;
    uint32_t *at;   /* of all traits */
    PtArena *texts; /* of traits */
    size_t left;    /* bytes that tables of traits may still take */
    PtStr name;     /* of the trait that is being read */
} Who;

typedef struct WhoRange { /* of a walk, or of the persons without rows */
    Who *w;
    RuleRun *run;
    PtValue *values;
    uint32_t person; /* that the run is at; 0: none */
} WhoRange;

static bool is_set(const _Atomic bool *flag)
{
    return flag != NULL && atomic_load_explicit(flag, memory_order_relaxed);
}

/* ---- Traits ---------------------------------------------------------------------------------- */

static PtStatus charge(Who *w, size_t bytes, PtError *err)
{
    if (bytes > w->left) {
        return pt_fail(err, PT_TOO_LARGE, "the traits of \"who\" take over %zu bytes of memory",
                       w->world->memory_bytes);
    }
    w->left -= bytes;
    return PT_OK;
}

static PtStatus keep_value(Who *w, WhoTrait *t, uint32_t person, PtValue value, PtError *err)
{
    if (t->count == t->cap) {
        const uint32_t cap = t->cap > 0 ? 2 * t->cap : FIRST_VALUES;
        PtStatus st = charge(w, (cap - t->cap) * sizeof *t->values, err);
        PtValue *values = st == PT_OK ? realloc(t->values, cap * sizeof *values) : NULL;
        if (values == NULL) {
            return st != PT_OK ? st : query_no_memory(err);
        }
        t->values = values;
        t->cap = cap;
    }
    t->values[t->count++] = value;
    t->at[person] = t->count;
    return PT_OK;
}

static PtStatus take_trait(void *ctx, uint32_t person, PtStr json, PtError *err)
{
    Who *w = ctx;
    PtStatus st = PT_OK;
    if (is_set(w->world->ends)) {
        return pt_fail(err, PT_UNAVAILABLE, "the query was stopped");
    }
    if (person == 0 || person >= w->world->person_count) {
        return PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < w->trait_count; i++) {
        WhoTrait *t = &w->traits[i];
        PtStr name;
        PtValue value;
        if (!rule_operand_trait(w->q->who_operands, t->slot, &name) || !pt_str_eq(name, w->name)) {
            continue;
        }
        // the text lives no longer than this call
        st = charge(w, json.len + 1, err);
        const PtStr copy = st == PT_OK ? pt_arena_str(w->texts, json) : json;
        st = copy.data != NULL ? st : query_no_memory(err);
        st = st == PT_OK
                 ? rule_operand_read(w->q->who_operands, t->slot, copy, w->texts, &value, err)
                 : st;
        if (st == PT_OK && value.kind != PT_VALUE_NONE) {
            st = keep_value(w, t, person, value, err);
        }
    }
    return st;
}

/* Each name once, for all operands that read it. */
static PtStatus read_traits(Who *w, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < w->trait_count; i++) {
        PtStr name = {NULL, 0}, other;
        bool read = false;
        (void)rule_operand_trait(w->q->who_operands, w->traits[i].slot, &name);
        for (size_t j = 0; !read && j < i; j++) {
            read = rule_operand_trait(w->q->who_operands, w->traits[j].slot, &other) &&
                   pt_str_eq(name, other);
        }
        if (!read) {
            w->name = name;
            st = w->world->trait_of_all(w->world->trait_ctx, name, w->world->stop, take_trait, w,
                                        err);
        }
    }
    return st;
}

static PtStatus open_traits(Who *w, PtArena *arena, PtError *err)
{
    const RuleOperands *o = w->q->who_operands;
    const uint32_t count = rule_operands_count(o);
    PtStr name;
    w->traits = pt_arena_alloc(arena, (size_t)count + 1, sizeof *w->traits);
    w->texts = pt_arena_new(w->world->memory_bytes);
    if (w->traits == NULL || w->texts == NULL) {
        return query_no_memory(err);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (rule_operand_trait(o, i, &name)) {
            w->traits[w->trait_count++].slot = i;
        }
    }
    const size_t persons = (size_t)w->world->person_count + 1;
    PtStatus st = charge(w, w->trait_count * persons * sizeof *w->at, err);
    if (st != PT_OK) {
        return st;
    }
    w->at = calloc(w->trait_count * persons + 1, sizeof *w->at);
    if (w->at == NULL) {
        return query_no_memory(err);
    }
    for (size_t i = 0; i < w->trait_count; i++) {
        w->traits[i].at = w->at + i * persons;
    }
    return read_traits(w, err);
}

static void close_who(Who *w)
{
    for (size_t i = 0; i < w->trait_count; i++) {
        free(w->traits[i].values);
    }
    free(w->at);
    pt_arena_free(w->texts);
    free(w->bits);
}

/* ---- One person ------------------------------------------------------------------------------ */

static PtStatus range_new(void *ctx, void **ret_range, PtError *err)
{
    Who *w = ctx;
    WhoRange *r = calloc(1, sizeof *r);
    PtStatus st = r != NULL ? rule_run_new(w->q->who, &r->run, err) : query_no_memory(err);
    if (st == PT_OK) {
        r->w = w;
        r->values = calloc((size_t)rule_operands_count(w->q->who_operands) + 1, sizeof *r->values);
        st = r->values != NULL ? PT_OK : query_no_memory(err);
    }
    if (st == PT_OK) {
        *ret_range = r;
        return st;
    }
    if (r != NULL) {
        rule_run_free(r->run);
        free(r);
    }
    return st;
}

static void range_free(void *range)
{
    WhoRange *r = range;
    if (r != NULL) {
        rule_run_free(r->run);
        free(r->values);
        free(r);
    }
}

static bool ends(WhoRange *r, uint32_t person)
{
    Who *w = r->w;
    for (size_t i = 0; i < w->trait_count; i++) {
        const WhoTrait *t = &w->traits[i];
        const uint32_t at = person < w->world->person_count ? t->at[person] : 0;
        r->values[t->slot] = at > 0 ? t->values[at - 1] : (PtValue){.kind = PT_VALUE_NONE};
    }
    return rule_run_end(r->run, r->values).holds;
}

static void set_bit(Who *w, uint32_t person, bool holds)
{
    const uint64_t bit = UINT64_C(1) << (person % 64);
    if (person / 64 >= w->words) {
        return;
    }
    if (holds) {
        (void)__atomic_fetch_or(&w->bits[person / 64], bit, __ATOMIC_RELAXED);
    } else {
        (void)__atomic_fetch_and(&w->bits[person / 64], ~bit, __ATOMIC_RELAXED);
    }
}

/* ---- With rows ------------------------------------------------------------------------------- */

static PtStatus walk_row(void *range, uint32_t person, uint64_t sets, int64_t time_ms,
                         uint64_t offset, PtError *err)
{
    WhoRange *r = range;
    (void)err;
    if (r->person != person) {
        rule_run_begin(r->run, r->w->now_ms);
        r->person = person;
    }
    rule_run_feed(r->run, sets, time_ms, offset);
    return PT_OK;
}

static PtStatus walk_end(void *range, uint32_t person, PtError *err)
{
    WhoRange *r = range;
    (void)err;
    set_bit(r->w, person, ends(r, person));
    r->person = 0;
    return PT_OK;
}

static PtStatus walk(Who *w, int64_t from_ms, int64_t to_ms, PtArena *arena, PtError *err)
{
    const QueryWorld *world = w->world;
    PlanSlot slots[PLAN_SLOTS];
    PlanSet sets[PLAN_SETS];
    QueryChannels channels;
    PlanAnswer answer;
    const PlanRun run = {.threads = world->threads,
                         .memory_bytes = w->left,
                         .stop = world->stop,
                         .ends = world->ends,
                         .progress = world->progress};
    ColumnsPlan plan = {.kind = PLAN_WALK,
                        .from_ms = from_ms,
                        .to_ms = to_ms,
                        .slots = slots,
                        .slot_count = rule_operands_count(w->q->who_operands),
                        .sets = sets,
                        .set_count = rule_who_sets(w->q->who),
                        .walk = {range_new, walk_row, walk_end, range_free, w}};
    query_plan_world(world, &channels, &plan);
    PtStatus st = query_slots(w->q->who_operands, world, arena, slots, err);
    for (size_t i = 0; st == PT_OK && i < plan.set_count; i++) {
        const RuleSet set = rule_who_set(w->q->who, i);
        sets[i].program = set.where;
        st = query_codes(world->snapshot, set.names, set.name_count, arena, &sets[i].codes, err);
    }
    return st == PT_OK ? columns_run_plan(&plan, world->snapshot, &run, arena, &answer, err) : st;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* As if nobody had done anything. */
static PtStatus without_rows(Who *w, WhoRange *r, PtError *err)
{
    rule_run_begin(r->run, w->now_ms);
    bool holds = ends(r, 0);
    for (uint32_t person = 1; person < w->world->person_count; person++) {
        if (w->trait_count > 0) {
            rule_run_begin(r->run, w->now_ms);
            holds = ends(r, person);
        }
        if (holds) {
            set_bit(w, person, true);
        }
        if (person % STOP_EVERY == 0 && (is_set(w->world->stop) || is_set(w->world->ends))) {
            return pt_fail(err, PT_UNAVAILABLE, "the query was stopped");
        }
    }
    return PT_OK;
}

static PtStatus find(Who *w, int64_t to_ms, PtArena *arena, PtError *err)
{
    static const int64_t first_ms = -62135596800000; // year 1
    void *range = NULL;
    PtStatus st = range_new(w, &range, err);
    if (st != PT_OK) {
        return st;
    }
    WhoRange *r = range;
    st = without_rows(w, r, err);
    const int64_t from = rule_run_from(r->run);
    range_free(r);
    if (st == PT_OK && rule_who_sets(w->q->who) > 0 && from < to_ms) {
        st = walk(w, from > first_ms ? from : first_ms, to_ms, arena, err);
    }
    return st;
}

PtStatus query_who(const Query *q, const QueryWorld *world, int64_t to_ms, PtArena *arena,
                   uint64_t **ret_who, PtError *err)
{
    Who w = {.q = q,
             .world = world,
             .now_ms = to_ms - 1 < world->now_ms ? to_ms - 1 : world->now_ms,
             .words = world->person_count / 64 + 1,
             .left = world->memory_bytes};
    w.bits = calloc(w.words, sizeof *w.bits);
    PtStatus st = w.bits != NULL ? charge(&w, w.words * sizeof *w.bits, err) : query_no_memory(err);
    st = st == PT_OK && rule_who_reads_traits(q->who) ? open_traits(&w, arena, err) : st;
    st = st == PT_OK ? find(&w, to_ms, arena, err) : st;
    if (st == PT_OK) {
        *ret_who = w.bits;
        w.bits = NULL;
    }
    close_who(&w);
    return st;
}
