// SPDX-License-Identifier: Apache-2.0
/* The value of several states together: each is a set of entries, or what entries come to, and
 * both are joined without regard to the order of states. */
#include "rules/fold_internal.h"

#include "base/money.h"

#include <stdlib.h>

enum {
    JSON_MAX = 1 << 20,
    WIDE_TEXT = 48, /* a sum: 39 digits, sign, point */
};

typedef struct Joined {
    const RuleFold *fold;
    const RuleState *const *states;
    size_t count;
    RuleSpan span;
    PtError *err;
    PtBuf out;
    bool known, cut;
    uint64_t events;
    int64_t changes_ms;
} Joined;

/* The entries of a state that are inside of the window. */
typedef struct Inside {
    const RuleEntry *first;
    size_t count;
} Inside;

static Inside inside(const Joined *j, const RuleState *s)
{
    if (s == NULL || s->entry_count == 0) {
        return (Inside){NULL, 0};
    }
    const size_t from = rule_entry_place(s, j->span.from_ms, 0);
    const size_t until = rule_entry_place(s, j->span.until_ms, 0);
    return (Inside){s->entries + s->entry_first + from, until > from ? until - from : 0};
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the value of a fold");
}

/* ---- When it changes ------------------------------------------------------------------------- */

static void change_at(Joined *j, int64_t ms)
{
    j->changes_ms = ms < j->changes_ms ? ms : j->changes_ms;
}

static void look_at_window(Joined *j, const RuleState *s)
{
    const RuleWindow *w = &j->fold->window;
    const Inside in = inside(j, s);
    j->events += in.count;
    if (in.count > 0) {
        change_at(j, rule_window_leaves(w, in.first->ms));
    }
    const size_t ahead = rule_entry_place(s, j->span.until_ms, 0);
    if (ahead < s->entry_count) {
        change_at(j, rule_window_enters(w, s->entries[s->entry_first + ahead].ms));
    }
    if (s->dropped && s->dropped_ms >= j->span.from_ms) { // or others before it
        j->cut = true;
        change_at(j, rule_window_leaves(w, s->dropped_ms));
    }
}

static void look(Joined *j)
{
    for (size_t i = 0; i < j->count; i++) {
        const RuleState *s = j->states[i];
        if (s == NULL) {
            continue;
        }
        if (rule_windowed(j->fold)) {
            look_at_window(j, s);
        } else {
            j->events += s->events;
            j->cut = j->cut || s->cut;
        }
    }
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* As pt_money_format, of any size. */
static void put_micros(PtBuf *out, RuleInt128 micros)
{
    char text[WIDE_TEXT], *end = text + sizeof text, *p = end;
    const bool negative = micros < 0;
    bool point = false;
    int places = 6;
    for (RuleInt128 rest = micros; rest != 0 || places >= 0; rest /= 10, places--) {
        const int digit = (int)(rest % 10);
        if (places == 0 && point) {
            *--p = '.';
        }
        point = point || digit != 0;
        if (places <= 0 || point) {
            *--p = (char)('0' + (digit < 0 ? -digit : digit));
        }
    }
    if (negative) {
        *--p = '-';
    }
    pt_buf_add(out, p, (size_t)(end - p));
}

static RuleInt128 half_even(RuleInt128 sum, RuleInt128 count)
{
    const RuleInt128 quotient = sum / count, rest = sum % count;
    const RuleInt128 twice = 2 * (rest < 0 ? -rest : rest);
    if (twice > count || (twice == count && quotient % 2 != 0)) {
        return quotient + (sum < 0 ? -1 : 1);
    }
    return quotient;
}

static RuleInt128 sum_of(const Joined *j, const RuleState *s)
{
    if (s == NULL) {
        return 0;
    }
    RuleInt128 sum = s->micros; // 0 in a window
    const Inside in = inside(j, s);
    for (size_t i = 0; i < in.count; i++) {
        sum += in.first[i].micros;
    }
    return sum;
}

static PtStatus put_sum(Joined *j)
{
    RuleInt128 sum = 0;
    for (size_t i = 0; i < j->count; i++) {
        sum += sum_of(j, j->states[i]);
    }
    put_micros(&j->out, j->fold->kind == RULE_SUM ? sum : half_even(sum, (RuleInt128)j->events));
    return PT_OK;
}

static PtStatus put_extreme(Joined *j)
{
    const bool least = j->fold->kind == RULE_LEAST;
    int64_t best = least ? INT64_MAX : INT64_MIN;
    for (size_t i = 0; i < j->count; i++) {
        const RuleState *s = j->states[i];
        const Inside in = inside(j, s);
        if (s != NULL && s->events > 0) {
            best = (s->extreme < best) == least ? s->extreme : best;
        }
        for (size_t k = 0; k < in.count; k++) {
            best = (in.first[k].micros < best) == least ? in.first[k].micros : best;
        }
    }
    put_micros(&j->out, best);
    return PT_OK;
}

/* ---- Sums by currency ------------------------------------------------------------------------ */

typedef struct Totals {
    RuleTotal *items; /* by currency */
    size_t count, cap;
} Totals;

static PtStatus add_total(Joined *j, Totals *totals, const RuleTotal *more)
{
    size_t low = 0, high = totals->count;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (memcmp(totals->items[mid].currency, more->currency, 4) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (low < totals->count && memcmp(totals->items[low].currency, more->currency, 4) == 0) {
        totals->items[low].micros += more->micros;
        return PT_OK;
    }
    PtStatus st = rule_grow((void **)&totals->items, sizeof *totals->items, &totals->cap,
                            totals->count, j->err);
    if (st == PT_OK) {
        RuleTotal *place = &totals->items[low];
        memmove(place + 1, place, (totals->count++ - low) * sizeof *place);
        *place = *more;
    }
    return st;
}

static PtStatus add_totals(Joined *j, Totals *totals, const RuleState *s)
{
    PtStatus st = PT_OK;
    const Inside in = inside(j, s);
    for (size_t i = 0; st == PT_OK && i < in.count; i++) {
        RuleTotal one = {.micros = in.first[i].micros};
        memcpy(one.currency, in.first[i].currency, sizeof one.currency);
        st = add_total(j, totals, &one);
    }
    for (size_t i = 0; st == PT_OK && s != NULL && i < s->total_count; i++) {
        st = add_total(j, totals, &s->totals[i]);
    }
    return st;
}

static PtStatus put_totals(Joined *j)
{
    Totals totals = {NULL, 0, 0};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < j->count; i++) {
        st = add_totals(j, &totals, j->states[i]);
    }
    for (size_t i = 0; st == PT_OK && i < totals.count; i++) {
        pt_buf_printf(&j->out, "%s\"%s\":", i == 0 ? "{" : ",", totals.items[i].currency);
        put_micros(&j->out, totals.items[i].micros);
    }
    pt_buf_add_char(&j->out, '}');
    free(totals.items);
    return st;
}

/* ---- First and last -------------------------------------------------------------------------- */

static PtStatus put_end(Joined *j)
{
    const bool first = j->fold->kind == RULE_FIRST;
    const RuleState *of = NULL;
    const RuleEntry *best = NULL;
    for (size_t i = 0; i < j->count; i++) {
        const Inside in = inside(j, j->states[i]);
        const RuleEntry *e = first || in.count == 0 ? in.first : in.first + in.count - 1;
        if (in.count > 0 &&
            (best == NULL || rule_before(e->ms, e->position, best->ms, best->position) == first)) {
            best = e;
            of = j->states[i];
        }
    }
    if (best != NULL) {
        pt_buf_add_str(&j->out, rule_text_of(of, best->at, best->len));
    }
    return PT_OK;
}

/* ---- Values ---------------------------------------------------------------------------------- */

typedef struct Said {
    PtStr text;
    uint64_t count;
    int64_t last_ms;
    uint64_t last_position;
} Said;

static int order_said(const void *a, const void *b)
{
    const Said *x = a, *y = b;
    return rule_text_order(x->text, y->text);
}

static size_t values_of(const Joined *j, const RuleState *s, Said *ret)
{
    const Inside in = inside(j, s);
    size_t count = 0;
    for (; count < in.count; count++) {
        const RuleEntry *e = &in.first[count];
        ret[count] = (Said){rule_text_of(s, e->at, e->len), 1, e->ms, e->position};
    }
    for (size_t i = 0; s != NULL && i < s->tally_count; i++) {
        const RuleTally *t = &s->tallies[i];
        ret[count++] =
            (Said){rule_text_of(s, t->at, t->len), t->count, t->last_ms, t->last_position};
    }
    return count;
}

/* How many items the states have inside: entries, tallies, hashes. */
static size_t room_for(const Joined *j)
{
    size_t room = 1;
    for (size_t i = 0; i < j->count; i++) {
        const RuleState *s = j->states[i];
        room += inside(j, s).count + (s != NULL ? s->tally_count + s->hash_count : 0);
    }
    return room;
}

static bool oftener(const Said *a, const Said *b)
{
    return a->count != b->count
               ? a->count > b->count
               : rule_before(b->last_ms, b->last_position, a->last_ms, a->last_position);
}

static PtStatus put_most_frequent(Joined *j)
{
    Said *said = calloc(room_for(j), sizeof *said), best = {{NULL, 0}, 0, 0, 0};
    size_t count = 0;
    if (said == NULL) {
        return no_memory(j->err);
    }
    for (size_t i = 0; i < j->count; i++) {
        count += values_of(j, j->states[i], said + count);
    }
    qsort(said, count, sizeof *said, order_said);
    for (size_t i = 0; i < count;) {
        Said sum = said[i++];
        for (; i < count && order_said(&said[i], &sum) == 0; i++) {
            sum.count += said[i].count;
            if (rule_before(sum.last_ms, sum.last_position, said[i].last_ms,
                            said[i].last_position)) {
                sum.last_ms = said[i].last_ms;
                sum.last_position = said[i].last_position;
            }
        }
        best = best.count == 0 || oftener(&sum, &best) ? sum : best;
    }
    pt_buf_add_str(&j->out, best.text);
    free(said);
    return PT_OK;
}

static int order_hash(const void *a, const void *b)
{
    return rule_hash_order(*(const PtHash128 *)a, *(const PtHash128 *)b);
}

static PtStatus put_distinct(Joined *j)
{
    PtHash128 *hashes = calloc(room_for(j), sizeof *hashes);
    size_t count = 0;
    uint64_t distinct = 0;
    if (hashes == NULL) {
        return no_memory(j->err);
    }
    for (size_t i = 0; i < j->count; i++) {
        const RuleState *s = j->states[i];
        const Inside in = inside(j, s);
        for (size_t k = 0; k < in.count; k++) {
            hashes[count++] = in.first[k].hash;
        }
        for (size_t k = 0; s != NULL && k < s->hash_count; k++) {
            hashes[count++] = s->hashes[k];
        }
    }
    qsort(hashes, count, sizeof *hashes, order_hash);
    for (size_t i = 0; i < count; i++) {
        distinct += i == 0 || !pt_hash128_eq(hashes[i - 1], hashes[i]);
    }
    free(hashes);
    pt_buf_printf(&j->out, "%llu", (unsigned long long)distinct);
    return PT_OK;
}

/* ---- The door -------------------------------------------------------------------------------- */

static PtStatus put_value(Joined *j)
{
    const RuleFoldKind kind = j->fold->kind;
    j->known = j->events > 0 || kind == RULE_COUNT || kind == RULE_EXISTS || kind == RULE_DISTINCT;
    if (!j->known) {
        pt_buf_add_str(&j->out, PT_STR("null"));
        return PT_OK;
    }
    switch (kind) {
    case RULE_COUNT:
        pt_buf_printf(&j->out, "%llu", (unsigned long long)j->events);
        return PT_OK;
    case RULE_EXISTS:
        pt_buf_add_str(&j->out, j->events > 0 ? PT_STR("true") : PT_STR("false"));
        return PT_OK;
    case RULE_SUM:
    case RULE_AVERAGE:
        return j->fold->currency ? put_totals(j) : put_sum(j);
    case RULE_LEAST:
    case RULE_MOST:
        return put_extreme(j);
    case RULE_FIRST:
    case RULE_LAST:
        return put_end(j);
    case RULE_MOST_FREQUENT:
        return put_most_frequent(j);
    default:
        return put_distinct(j);
    }
}

PtStatus rule_result(const RuleFold *f, const RuleState *const *states, size_t count,
                     int64_t now_ms, PtArena *arena, RuleResult *ret_result, PtError *err)
{
    Joined j = {.fold = f,
                .states = states,
                .count = count,
                .span = rule_window_span(&f->window, now_ms),
                .err = err,
                .changes_ms = INT64_MAX};
    pt_buf_init(&j.out, JSON_MAX);
    look(&j);
    PtStatus st = put_value(&j);
    PtStr json = {NULL, 0};
    if (st == PT_OK && pt_buf_status(&j.out) == PT_OK) {
        json = pt_arena_str(arena, pt_buf_str(&j.out));
    }
    pt_buf_done(&j.out);
    if (st == PT_OK && json.data == NULL) {
        st = no_memory(err);
    }
    if (st == PT_OK) {
        *ret_result = (RuleResult){j.known, j.cut, json, j.events, j.changes_ms};
    }
    return st;
}
