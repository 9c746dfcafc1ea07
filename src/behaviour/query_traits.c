// SPDX-License-Identifier: Apache-2.0
/* Values of traits beside a conversion: each trait is read once of all persons, and counted for
 * those who are in it. */
#include "base/map.h"
#include "behaviour/query_walk.h"

#include <stdlib.h>

enum { DISTINCT = 10000, VALUE_BYTES = 1000 };

/* ---- Who converted --------------------------------------------------------------------------- */

PtStatus query_converts_open(const QueryAsking *a, QueryConverts *ret_converts, PtError *err)
{
    const size_t words = a->world->person_count / 64 + 1;
    if (a->q->trait_count == 0) {
        return PT_OK;
    }
    uint64_t *bits = pt_arena_alloc(a->arena, 2 * words, sizeof *bits);
    if (bits == NULL) {
        return query_no_memory(err);
    }
    *ret_converts = (QueryConverts){bits, bits + words, a->world->person_count};
    return PT_OK;
}

void query_converts_add(QueryConverts *c, uint32_t person, bool converted)
{
    const uint64_t bit = UINT64_C(1) << (person % 64);
    if (person >= c->person_count) {
        return;
    }
    (void)__atomic_fetch_or(&c->counted[person / 64], bit, __ATOMIC_RELAXED);
    if (converted) {
        (void)__atomic_fetch_or(&c->converted[person / 64], bit, __ATOMIC_RELAXED);
    }
}

static bool has(const uint64_t *bits, const QueryConverts *c, uint32_t person)
{
    return person < c->person_count && (bits[person / 64] >> (person % 64) & 1) != 0;
}

/* ---- One trait ------------------------------------------------------------------------------- */

typedef struct Traits {
    const QueryAsking *a;
    const QueryConverts *c;
    PtBuf text;  /* of one value */
    PtMap *seen; /* text -> its QueryTraitValue */
    QueryTraitValue *values;
    size_t count;
    /* of people */
    PtStr value;
    const QueryCell *cell;
    QueryWalk *w;
} Traits;

/* A text, a number as it is written, true or false; data NULL: no value of these. */
static PtStatus read_value(Traits *t, PtStr json, PtStr *ret_text, PtError *err)
{
    const char first = json.len > 0 ? json.data[0] : '{';
    *ret_text = (PtStr){NULL, 0};
    if (first == '{' || first == '[' || first == 'n' || json.len > VALUE_BYTES) {
        return PT_OK;
    }
    if (first != '"') {
        *ret_text = json;
        return PT_OK;
    }
    pt_buf_clear(&t->text, VALUE_BYTES);
    pt_json_decode((PtStr){json.data + 1, json.len - 2}, &t->text);
    if (pt_buf_status(&t->text) != PT_OK) {
        return query_no_memory(err);
    }
    *ret_text = t->text.len > 0 ? pt_buf_str(&t->text) : *ret_text;
    return PT_OK;
}

static PtStatus add_value(Traits *t, PtStr text, QueryTraitValue **ret_value, PtError *err)
{
    if (t->count == DISTINCT) {
        return pt_fail(err, PT_TOO_LARGE, "the trait has over %d values", DISTINCT);
    }
    QueryTraitValue *value = &t->values[t->count];
    *value = (QueryTraitValue){.text = pt_arena_str(t->a->arena, text)};
    if (value->text.data == NULL || !pt_map_set(t->seen, text, value, NULL)) {
        return query_no_memory(err);
    }
    t->count++;
    *ret_value = value;
    return PT_OK;
}

static bool is_set(const _Atomic bool *flag)
{
    return flag != NULL && atomic_load_explicit(flag, memory_order_relaxed);
}

static PtStatus count_value(void *ctx, uint32_t person, PtStr json, PtError *err)
{
    Traits *t = ctx;
    PtStr text;
    if (is_set(t->a->world->ends)) {
        return pt_fail(err, PT_UNAVAILABLE, "the query was stopped");
    }
    if (!has(t->c->counted, t->c, person)) {
        return PT_OK;
    }
    PtStatus st = read_value(t, json, &text, err);
    if (st != PT_OK || text.data == NULL) {
        return st;
    }
    QueryTraitValue *value = pt_map_get(t->seen, text);
    st = value == NULL ? add_value(t, text, &value, err) : PT_OK;
    if (st == PT_OK) {
        value->n++;
        value->converted += has(t->c->converted, t->c, person);
    }
    return st;
}

static int by_frequency(const void *a, const void *b)
{
    const QueryTraitValue *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : pt_str_order(x->text, y->text);
}

static PtStatus read_trait(Traits *t, PtStr name,
                           PtStatus (*tell)(void *ctx, uint32_t person, PtStr json, PtError *err),
                           PtError *err)
{
    const QueryWorld *world = t->a->world;
    pt_buf_init(&t->text, VALUE_BYTES);
    PtStatus st = world->trait_of_all(world->trait_ctx, name, world->stop, tell, t, err);
    pt_buf_done(&t->text);
    return st;
}

PtStatus query_trait_values(const QueryAsking *a, const QueryConverts *c, PtStr name,
                            QueryTraitValue **ret_values, size_t *ret_count, PtError *err)
{
    Traits t = {.a = a,
                .c = c,
                .seen = pt_map_new(),
                .values = pt_arena_alloc(a->arena, DISTINCT, sizeof *t.values)};
    PtStatus st = t.seen != NULL && t.values != NULL ? read_trait(&t, name, count_value, err)
                                                     : query_no_memory(err);
    pt_map_free(t.seen, NULL);
    if (st != PT_OK) {
        return st;
    }
    qsort(t.values, t.count, sizeof *t.values, by_frequency);
    *ret_values = t.values;
    *ret_count = t.count;
    return PT_OK;
}

/* ---- The people of a value ------------------------------------------------------------------- */

static PtStatus find_person(void *ctx, uint32_t person, PtStr json, PtError *err)
{
    Traits *t = ctx;
    PtStr text;
    const bool converted = has(t->c->converted, t->c, person);
    PtStatus st = read_value(t, json, &text, err);
    if (st == PT_OK && text.data != NULL && pt_str_eq(text, t->value) &&
        has(t->c->counted, t->c, person) &&
        (!t->cell->has_converted || t->cell->converted == converted)) {
        query_walk_found(t->w, person);
    }
    return st;
}

PtStatus query_trait_people(const QueryAsking *a, const QueryConverts *c, PtStr name, PtStr value,
                            const QueryCell *cell, QueryWalk *w, PtError *err)
{
    Traits t = {.a = a, .c = c, .value = value, .cell = cell, .w = w};
    return read_trait(&t, name, find_person, err);
}
