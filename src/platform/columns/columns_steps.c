// SPDX-License-Identifier: Apache-2.0
/* Large numbers in classes of steps. Two values of a class lie in one octave (or in a few, where
 * there are more octaves than classes), so a value takes about the bits that are in it; and the
 * decoder is a load, a shift and a few table look-ups a value, with nothing to mispredict. */
#include "platform/columns/columns_code_internal.h"

#include <assert.h>

enum { LENGTHS = 65 }; /* in bits: 0..64 */

typedef struct Tally { /* of the values of one length */
    uint32_t count;
    uint64_t least, most;
} Tally;

typedef struct Class {
    uint64_t base, keep;
    uint32_t bits;
    uint8_t length, digits; /* of the base */
} Class;

typedef struct Split { /* of lengths in classes */
    uint64_t bits;     /* all values of it, without their classes */
    uint32_t count;
    Class classes[STEPS_CLASSES];
    uint8_t low[STEPS_CLASSES], high[STEPS_CLASSES];
} Split;

static uint32_t length_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(value);
}

static uint64_t base_of(uint32_t length, uint32_t digits)
{
    return length == 0 ? 0 : (UINT64_C(256) | digits) << 55 >> (64 - length);
}

/* The class of values from `least` to `most`: from the greatest base at or below them. */
static Class class_of(uint64_t least, uint64_t most, bool again)
{
    const uint32_t length = length_of(least);
    const uint8_t digits = length == 0 ? 0 : (uint8_t)(least << (64 - length) >> 55);
    const uint64_t base = base_of(length, digits);
    return (Class){base, again ? 0 : UINT64_MAX, length_of(most - base), (uint8_t)length, digits};
}

static void count_value(Tally *tallies, uint64_t value)
{
    Tally *t = &tallies[length_of(value)];
    t->least = t->count == 0 || value < t->least ? value : t->least;
    t->most = value > t->most ? value : t->most;
    t->count++;
}

/* ---- Choice of classes ----------------------------------------------------------------------- */

typedef struct Choice {
    uint8_t length[LENGTHS];
    uint64_t base[LENGTHS], most[LENGTHS];
    uint64_t sum[LENGTHS + 1]; /* values of the lengths before */
    uint32_t lengths;
    uint64_t best[STEPS_CLASSES + 1][LENGTHS + 1]; /* [classes][lengths]: fewest bits */
    uint8_t from[STEPS_CLASSES + 1][LENGTHS + 1];  /* where its last class begins */
} Choice;

static void choose_last(Choice *c, uint32_t classes, uint32_t end)
{
    uint64_t best = UINT64_MAX;
    for (uint32_t i = classes - 1; i < end; i++) {
        const uint64_t bits = c->best[classes - 1][i] +
                              (c->sum[end] - c->sum[i]) * length_of(c->most[end - 1] - c->base[i]);
        if (c->best[classes - 1][i] != UINT64_MAX && bits < best) {
            best = bits;
            c->from[classes][end] = (uint8_t)i;
        }
    }
    c->best[classes][end] = best;
}

/* Bits that say of which of so many classes a value is. */
static uint32_t kind_bits(uint32_t classes)
{
    return classes <= 1 ? 0 : classes <= 4 ? 2 : 4;
}

/* Into classes beside `others`, so that with what says which one it is a value takes the fewest. */
static void split_lengths(const Tally tallies[static LENGTHS], uint32_t others, bool again,
                          Split *ret_split)
{
    Choice c = {0};
    for (uint32_t i = 0; i < LENGTHS; i++) {
        if (tallies[i].count > 0) {
            c.sum[c.lengths + 1] = c.sum[c.lengths] + tallies[i].count;
            c.base[c.lengths] = class_of(tallies[i].least, tallies[i].most, again).base;
            c.most[c.lengths] = tallies[i].most;
            c.length[c.lengths++] = (uint8_t)i;
        }
    }
    memset(c.best, 0xFF, sizeof c.best);
    c.best[0][0] = 0;
    uint32_t classes = 0;
    uint64_t fewest = UINT64_MAX;
    for (uint32_t n = 1; n + others <= STEPS_CLASSES && n <= c.lengths; n++) {
        for (uint32_t end = n; end <= c.lengths; end++) {
            choose_last(&c, n, end);
        }
        const uint64_t bits = c.best[n][c.lengths] + kind_bits(n + others) * c.sum[c.lengths];
        if (bits < fewest) {
            fewest = bits;
            classes = n;
        }
    }
    *ret_split = (Split){.bits = classes > 0 ? c.best[classes][c.lengths] : 0, .count = classes};
    for (uint32_t n = classes, end = c.lengths; n > 0; n--) {
        const uint32_t first = c.from[n][end];
        ret_split->low[n - 1] = c.length[first];
        ret_split->high[n - 1] = c.length[end - 1];
        ret_split->classes[n - 1] =
            class_of(tallies[c.length[first]].least, c.most[end - 1], again);
        end = first;
    }
}

typedef struct Plan {
    Class classes[STEPS_CLASSES];
    uint8_t of[2][LENGTHS]; /* class by length of a step, of one from 0 again */
    uint32_t count;
    uint64_t far;  /* no step is greater */
    bool steps;    /* else all from 0 */
    uint64_t bits; /* all values of it */
} Plan;

static void add_classes(Plan *p, const Split *split, bool again)
{
    for (uint32_t i = 0; i < split->count; i++) {
        p->classes[p->count] = split->classes[i];
        memset(p->of[again] + split->low[i], (int)p->count,
               (size_t)split->high[i] - split->low[i] + 1);
        p->count++;
    }
}

static bool is_again(uint64_t value, uint64_t before, uint64_t far)
{
    return value < before || value - before > far;
}

/* What is from 0 again, as one class. */
static void all_in_one(const Tally agains[static LENGTHS], Split *ret_split)
{
    uint32_t count = 0, low = LENGTHS, high = 0;
    *ret_split = (Split){0};
    for (uint32_t i = 0; i < LENGTHS; i++) {
        count += agains[i].count;
        low = agains[i].count > 0 && low == LENGTHS ? i : low;
        high = agains[i].count > 0 ? i : high;
    }
    if (count > 0) {
        ret_split->count = 1;
        ret_split->low[0] = (uint8_t)low;
        ret_split->high[0] = (uint8_t)high;
        ret_split->classes[0] = class_of(agains[low].least, agains[high].most, true);
        ret_split->bits = (uint64_t)count * ret_split->classes[0].bits;
    }
}

static void choose_for(const uint64_t *values, uint32_t count, uint64_t far, Plan *ret_plan)
{
    Tally whole[LENGTHS] = {0}, step[LENGTHS] = {0}, again[LENGTHS] = {0};
    uint64_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        count_value(whole, values[i]);
        if (is_again(values[i], before, far)) {
            count_value(again, values[i]);
        } else {
            count_value(step, values[i] - before);
        }
        before = values[i];
    }
    Split wholes, steps, agains;
    all_in_one(again, &agains);
    split_lengths(whole, 0, true, &wholes);
    split_lengths(step, agains.count, false, &steps);
    const uint64_t whole_bits = wholes.bits + (uint64_t)count * kind_bits(wholes.count);
    const uint64_t step_bits =
        steps.bits + agains.bits + (uint64_t)count * kind_bits(steps.count + agains.count);
    memset(ret_plan, 0, sizeof *ret_plan);
    ret_plan->far = far;
    ret_plan->steps = step_bits < whole_bits;
    ret_plan->bits = ret_plan->steps ? step_bits : whole_bits;
    if (ret_plan->steps) {
        add_classes(ret_plan, &steps, false);
    }
    add_classes(ret_plan, ret_plan->steps ? &agains : &wholes, true);
}

/* Where few steps come near to `far` it costs less to begin anew for them, too. */
static void choose(const uint64_t *values, uint32_t count, uint64_t far, Plan *ret_plan)
{
    enum { TRIES = 3 };
    choose_for(values, count, far, ret_plan);
    for (uint32_t i = 1; i < TRIES && far != UINT64_MAX; i++) {
        Plan nearer;
        choose_for(values, count, far >> i, &nearer);
        if (nearer.bits < ret_plan->bits) {
            *ret_plan = nearer;
        }
    }
}

/* ---- Putting --------------------------------------------------------------------------------- */

/* To multiples of their greatest common divisor, from the least. */
static void scale_down(uint64_t *values, uint32_t count, uint64_t *ret_start, uint64_t *ret_scale)
{
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        least = (int64_t)values[i] < least ? (int64_t)values[i] : least;
    }
    uint64_t scale = 0;
    for (uint32_t i = 0; i < count; i++) {
        values[i] -= (uint64_t)least;
        for (uint64_t a = scale == 1 ? 0 : values[i]; a != 0;) {
            const uint64_t rest = scale % a;
            scale = a;
            a = rest;
        }
    }
    for (uint32_t i = 0; scale > 1 && i < count; i++) {
        values[i] /= scale;
    }
    *ret_start = (uint64_t)least;
    *ret_scale = scale;
}

static void put_head(PtBuf *front, const Plan *p, uint64_t start, uint64_t scale, uint64_t reach)
{
    pt_buf_add(front, &start, sizeof start);
    pt_buf_add(front, &scale, sizeof scale);
    pt_buf_add(front, &reach, sizeof reach);
    pt_buf_add_char(front, (char)p->count);
    for (uint32_t i = 0; i < p->count; i++) {
        const Class *c = &p->classes[i];
        pt_buf_add_char(front, (char)(c->bits | (c->keep == 0 ? STEPS_AGAIN : 0)));
        pt_buf_add_char(front, (char)c->length);
        pt_buf_add_char(front, (char)c->digits);
    }
}

/* Returns the bytes of bits. */
static size_t put_values(const Plan *p, const uint64_t *values, uint32_t count, uint8_t *kinds,
                         uint8_t *bits, uint64_t *ret_reach)
{
    uint64_t before = 0, word = 0, first = values[0], reach = 0;
    size_t at = 0, fill = 0;
    for (uint32_t i = 0; i < count; i++) {
        const bool again = !p->steps || is_again(values[i], before, p->far);
        const uint64_t step = again ? values[i] : values[i] - before;
        const uint8_t kind = p->of[again][length_of(step)];
        const Class *c = &p->classes[kind];
        const uint32_t bit = i * kind_bits(p->count);
        kinds[bit / 8] |= (uint8_t)(kind << bit % 8);
        word |= (step - c->base) << fill;
        fill += c->bits;
        memcpy(bits + at, &word, sizeof word);
        at += fill >> 3;
        word >>= fill & ~(size_t)7;
        fill &= 7;
        before = values[i];
        first = again ? values[i] : first;
        reach = before - first > reach ? before - first : reach;
    }
    *ret_reach = reach;
    return at + (fill > 0);
}

bool steps_put(PtBuf *front, PtBuf *back, uint64_t *values, uint32_t count, uint64_t far)
{
    uint64_t start, scale, reach;
    Plan p;
    uint8_t kinds[COLUMNS_BLOCK_ROWS / 2] = {0};
    assert(count > 0 && count <= COLUMNS_BLOCK_ROWS);
    scale_down(values, count, &start, &scale);
    choose(values, count, scale > 1 ? far / scale : far, &p);
    bool helps = p.bits < 64ull * count;
    for (uint32_t i = 0; i < p.count; i++) {
        helps = helps && p.classes[i].bits <= STEPS_BITS_MAX;
    }
    char *bits = helps ? pt_buf_reserve(back, (size_t)count * 7 + 16) : NULL;
    if (!helps || bits == NULL) {
        return helps; // without memory the buffer says so
    }
    back->len += put_values(&p, values, count, kinds, (uint8_t *)bits, &reach);
    put_head(front, &p, start, scale, reach);
    pt_buf_add(front, kinds, ((size_t)count * kind_bits(p.count) + 7) / 8);
    return true;
}

/* ---- Getting --------------------------------------------------------------------------------- */

#define ALWAYS_INLINE __attribute__((always_inline))

typedef struct Walk { /* how far it has come */
    size_t at;        /* bit */
    uint64_t t;
    bool bad; /* a value is out of bounds */
} Walk;

bool steps_head(CodeCursor *front, CodeCursor back, uint32_t count, Steps *s)
{
    enum { HEAD = 25, OF_CLASS = 3 };
    const uint8_t *head = code_take(front, HEAD);
    if (head == NULL || count > COLUMNS_BLOCK_ROWS) {
        return false;
    }
    const uint32_t classes = head[HEAD - 1];
    const uint8_t *of = code_take(front, OF_CLASS * (size_t)classes);
    if (of == NULL || classes == 0 || classes > STEPS_CLASSES) {
        return false;
    }
    s->bits = back.at;
    s->len = (size_t)(back.end - back.at);
    s->start = code_load64(head);
    s->scale = code_load64(head + 8);
    s->reach = code_load64(head + 16);
    s->classes = classes;
    memset(s->width, 0, sizeof s->width);
    memset(s->keep, 0xFF, sizeof s->keep);
    for (uint32_t i = 0; i < classes; i++, of += OF_CLASS) {
        const uint32_t bits = of[0] & ~(uint32_t)STEPS_AGAIN;
        if (bits > STEPS_BITS_MAX || of[1] >= LENGTHS) {
            return false;
        }
        s->base[i] = base_of(of[1], of[2]);
        s->mask[i] = (1ull << bits) - 1;
        s->keep[i] = (of[0] & STEPS_AGAIN) != 0 ? 0 : UINT64_MAX;
        s->width[i] = bits;
    }
    s->kind_bits = kind_bits(classes);
    s->kinds = code_take(front, ((size_t)count * s->kind_bits + 7) / 8);
    return s->kinds != NULL;
}

ALWAYS_INLINE static inline uint64_t step(const Steps *s, Walk *w, uint32_t kind, uint64_t word)
{
    w->t = (w->t & s->keep[kind]) + ((word >> (w->at & 7) & s->mask[kind]) + s->base[kind]);
    w->at += s->width[kind];
    return w->t;
}

/* A chunk, without a look at where the bits end; inlined, so that bits and scale are constants. */
ALWAYS_INLINE static inline void get_chunk(const Steps *s, Walk *walk,
                                           const uint8_t *restrict kinds, uint32_t bits,
                                           uint64_t scale, int64_t *restrict out)
{
    const uint32_t mask = (1u << bits) - 1;
    const uint64_t start = s->start;
    const uint8_t *const from = s->bits;
    Walk w = *walk;
    for (uint32_t i = 0; i < CODE_CHUNK; i += 4) {
        const uint32_t four = bits == 0 ? 0 : bits == 2 ? kinds[i / 4] : code_load16(kinds + i / 2);
        const uint64_t a = step(s, &w, four & mask, code_load64(from + (w.at >> 3)));
        const uint64_t b = step(s, &w, four >> bits & mask, code_load64(from + (w.at >> 3)));
        const uint64_t c = step(s, &w, four >> 2 * bits & mask, code_load64(from + (w.at >> 3)));
        const uint64_t d = step(s, &w, four >> 3 * bits & mask, code_load64(from + (w.at >> 3)));
        out[i] = (int64_t)(start + scale * a);
        out[i + 1] = (int64_t)(start + scale * b);
        out[i + 2] = (int64_t)(start + scale * c);
        out[i + 3] = (int64_t)(start + scale * d);
    }
    *walk = w;
}

ALWAYS_INLINE static inline void get_any_chunk(const Steps *s, Walk *w, const uint8_t *kinds,
                                               int64_t *out)
{
    if (s->kind_bits == 2 && s->scale == 1) {
        get_chunk(s, w, kinds, 2, 1, out);
    } else if (s->kind_bits == 2) {
        get_chunk(s, w, kinds, 2, s->scale, out);
    } else if (s->kind_bits == 4 && s->scale == 1) {
        get_chunk(s, w, kinds, 4, 1, out);
    } else if (s->kind_bits == 4) {
        get_chunk(s, w, kinds, 4, s->scale, out);
    } else {
        get_chunk(s, w, kinds, 0, s->scale, out);
    }
}

/* Each value with a look at where the bits end. */
static bool get_few(const Steps *s, Walk *w, uint32_t first, uint32_t end, int64_t *out)
{
    for (uint32_t i = first; i < end; i++) {
        const uint32_t bit = i * s->kind_bits;
        const uint32_t kind =
            s->kind_bits == 0 ? 0 : s->kinds[bit / 8] >> bit % 8 & ((1u << s->kind_bits) - 1);
        if (w->at + s->width[kind] > s->len * 8) {
            return false;
        }
        uint64_t word = 0;
        const size_t left = s->len - (w->at >> 3);
        memcpy(&word, s->bits + (w->at >> 3), left < sizeof word ? left : sizeof word);
        out[i] = (int64_t)(s->start + s->scale * step(s, w, kind, word));
    }
    return true;
}

ALWAYS_INLINE static inline bool are_out(const Steps *s, const int64_t *values, uint32_t count)
{
    const int64_t low = s->low, high = s->high;
    int64_t out = 0;
    for (uint32_t i = 0; i < count; i++) {
        out |= (int64_t)(values[i] < low) | (int64_t)(values[i] > high);
    }
    return out != 0;
}

/* As many whole chunks as there are bits for without a doubt; returns the values that are got. */
ALWAYS_INLINE static inline uint32_t get_chunks(const Steps *s, Walk *w, uint32_t count,
                                                int64_t *ret_values)
{
    /* what a chunk reads at most */
    const size_t chunk = CODE_CHUNK * STEPS_BITS_MAX / 8 + 1 + sizeof(uint64_t);
    uint32_t i = 0;
    for (; count - i >= CODE_CHUNK && s->len - (w->at >> 3) >= chunk; i += CODE_CHUNK) {
        get_any_chunk(s, w, s->kinds + (size_t)i * s->kind_bits / 8, ret_values + i);
        w->bad |= are_out(s, ret_values + i, CODE_CHUNK);
    }
    return i;
}

#if defined(__x86_64__)
/* Shifts by what is not a constant take one step there, not three. */
__attribute__((target("avx2,bmi,bmi2"))) static uint32_t
get_chunks_bmi2(const Steps *s, Walk *w, uint32_t count, int64_t *ret_values)
{
    return get_chunks(s, w, count, ret_values);
}
#endif

static uint32_t get_sure(const Steps *s, Walk *w, uint32_t count, int64_t *ret_values)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        return get_chunks_bmi2(s, w, count, ret_values);
    }
#endif
    return get_chunks(s, w, count, ret_values);
}

bool steps_get(CodeCursor *front, CodeCursor back, uint32_t count, int64_t low, int64_t high,
               int64_t *ret_values)
{
    Steps s = {.low = low, .high = high};
    Walk w = {.at = 0};
    if (!steps_head(front, back, count, &s)) {
        return false;
    }
    const uint32_t sure = get_sure(&s, &w, count, ret_values);
    if (!get_few(&s, &w, sure, count, ret_values) || w.bad ||
        are_out(&s, ret_values + sure, count - sure)) {
        return false;
    }
    return (w.at + 7) / 8 == s.len;
}
