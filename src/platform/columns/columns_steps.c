// SPDX-License-Identifier: Apache-2.0
/* Large numbers in classes of steps. Two values of a class lie in one octave (or in a few, where
 * there are more octaves than classes), so a value takes about the bits that are in it; and the
 * decoder is a load, a shift and a few table look-ups a value, with nothing to mispredict. */
#include "platform/columns/columns_code_internal.h"

#include <assert.h>

enum { LENGTHS = 65 }; /* in bits: 0..64 */

typedef struct Split { /* of lengths in classes */
    uint64_t bits;     /* all values of it, without their classes */
    uint32_t count;
    uint8_t low[STEPS_CLASSES], high[STEPS_CLASSES];
} Split;

typedef struct Class {
    uint64_t base, mask, keep;
    uint64_t bits;
} Class;

static uint32_t length_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(value);
}

static uint64_t base_of(uint32_t length)
{
    return length == 0 ? 0 : 1ull << (length - 1);
}

/* What tells values of lengths low..high from each other. */
static uint32_t bits_of(uint32_t low, uint32_t high)
{
    return low < high ? high : high == 0 ? 0 : high - 1;
}

/* ---- Choice of classes ----------------------------------------------------------------------- */

typedef struct Choice {
    uint8_t length[LENGTHS];
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
                              (c->sum[end] - c->sum[i]) * bits_of(c->length[i], c->length[end - 1]);
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
static void split_lengths(const uint32_t counts[static LENGTHS], uint32_t others, Split *ret_split)
{
    Choice c = {0};
    for (uint32_t i = 0; i < LENGTHS; i++) {
        if (counts[i] > 0) {
            c.sum[c.lengths + 1] = c.sum[c.lengths] + counts[i];
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
        ret_split->low[n - 1] = c.length[c.from[n][end]];
        ret_split->high[n - 1] = c.length[end - 1];
        end = c.from[n][end];
    }
}

typedef struct Plan {
    Class classes[STEPS_CLASSES];
    uint8_t low[STEPS_CLASSES];
    uint8_t of[2][LENGTHS]; /* class by length of a step, of one from 0 again */
    uint32_t count;
    bool steps;    /* else all from 0 */
    uint64_t bits; /* all values of it */
} Plan;

static void add_classes(Plan *p, const Split *split, bool again)
{
    for (uint32_t i = 0; i < split->count; i++) {
        Class *c = &p->classes[p->count];
        c->base = base_of(split->low[i]);
        c->bits = bits_of(split->low[i], split->high[i]);
        c->keep = again ? 0 : UINT64_MAX;
        p->low[p->count] = split->low[i];
        memset(p->of[again] + split->low[i], (int)p->count,
               (size_t)split->high[i] - split->low[i] + 1);
        p->count++;
    }
}

static void choose(const uint64_t *values, uint32_t count, Plan *ret_plan)
{
    uint32_t whole[LENGTHS] = {0}, step[LENGTHS] = {0};
    uint32_t agains = 0, again_length = 0;
    uint64_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t length = length_of(values[i]);
        whole[length]++;
        if (values[i] >= before) {
            step[length_of(values[i] - before)]++;
        } else {
            agains++;
            again_length = length > again_length ? length : again_length;
        }
        before = values[i];
    }
    Split wholes, steps, again = {.count = agains > 0, .high = {(uint8_t)again_length}};
    again.bits = (uint64_t)agains * bits_of(0, again_length);
    split_lengths(whole, 0, &wholes);
    split_lengths(step, again.count, &steps);
    const uint64_t whole_bits = wholes.bits + (uint64_t)count * kind_bits(wholes.count);
    const uint64_t step_bits =
        steps.bits + again.bits + (uint64_t)count * kind_bits(steps.count + again.count);
    memset(ret_plan, 0, sizeof *ret_plan);
    ret_plan->steps = step_bits < whole_bits;
    ret_plan->bits = ret_plan->steps ? step_bits : whole_bits;
    if (ret_plan->steps) {
        add_classes(ret_plan, &steps, false);
    }
    add_classes(ret_plan, ret_plan->steps ? &again : &wholes, true);
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

static void put_head(PtBuf *front, const Plan *p, uint64_t start, uint64_t scale)
{
    pt_buf_add(front, &start, sizeof start);
    pt_buf_add(front, &scale, sizeof scale);
    pt_buf_add_char(front, (char)p->count);
    for (uint32_t i = 0; i < p->count; i++) {
        const Class *c = &p->classes[i];
        pt_buf_add_char(front, (char)(c->bits | (c->keep == 0 ? STEPS_AGAIN : 0)));
        pt_buf_add_char(front, (char)p->low[i]);
    }
}

/* Returns the bytes of bits. */
static size_t put_values(const Plan *p, const uint64_t *values, uint32_t count, uint8_t *kinds,
                         uint8_t *bits)
{
    uint64_t before = 0, word = 0;
    size_t at = 0, fill = 0;
    for (uint32_t i = 0; i < count; i++) {
        const bool again = !p->steps || values[i] < before;
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
    }
    return at + (fill > 0);
}

bool steps_put(PtBuf *front, PtBuf *back, uint64_t *values, uint32_t count)
{
    uint64_t start, scale;
    Plan p;
    uint8_t kinds[COLUMNS_BLOCK_ROWS / 2] = {0};
    assert(count > 0 && count <= COLUMNS_BLOCK_ROWS);
    scale_down(values, count, &start, &scale);
    choose(values, count, &p);
    bool helps = p.bits < 64ull * count;
    for (uint32_t i = 0; i < p.count; i++) {
        helps = helps && p.classes[i].bits <= STEPS_BITS_MAX;
    }
    char *bits = helps ? pt_buf_reserve(back, (size_t)count * 7 + 16) : NULL;
    if (!helps || bits == NULL) {
        return helps; // without memory the buffer says so
    }
    back->len += put_values(&p, values, count, kinds, (uint8_t *)bits);
    put_head(front, &p, start, scale);
    pt_buf_add(front, kinds, ((size_t)count * kind_bits(p.count) + 7) / 8);
    return true;
}

/* ---- Getting --------------------------------------------------------------------------------- */

#define ALWAYS_INLINE __attribute__((always_inline))

typedef struct Steps {
    uint64_t base[STEPS_CLASSES], mask[STEPS_CLASSES], keep[STEPS_CLASSES], width[STEPS_CLASSES];
    uint64_t start, scale;
    int64_t low, high;
    uint32_t kind_bits;
    const uint8_t *kinds, *bits;
    size_t len; /* bytes of bits */
} Steps;

typedef struct Walk { /* how far it has come */
    size_t at;        /* bit */
    uint64_t t;
    bool bad; /* a value is out of bounds */
} Walk;

static bool get_head(CodeCursor *front, uint32_t count, Steps *s)
{
    const uint8_t *head = code_take(front, 17);
    if (head == NULL) {
        return false;
    }
    const uint32_t classes = head[16];
    const uint8_t *of = code_take(front, 2 * (size_t)classes);
    if (of == NULL || classes == 0 || classes > STEPS_CLASSES) {
        return false;
    }
    s->start = code_load64(head);
    s->scale = code_load64(head + 8);
    for (uint32_t i = 0; i < classes; i++, of += 2) {
        const uint32_t bits = of[0] & ~(uint32_t)STEPS_AGAIN;
        if (bits > STEPS_BITS_MAX || of[1] >= LENGTHS) {
            return false;
        }
        s->base[i] = base_of(of[1]);
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
    Steps s = {.bits = back.at, .len = (size_t)(back.end - back.at), .low = low, .high = high};
    Walk w = {.at = 0};
    if (count > COLUMNS_BLOCK_ROWS || !get_head(front, count, &s)) {
        return false;
    }
    const uint32_t sure = get_sure(&s, &w, count, ret_values);
    if (!get_few(&s, &w, sure, count, ret_values) || w.bad ||
        are_out(&s, ret_values + sure, count - sure)) {
        return false;
    }
    return (w.at + 7) / 8 == s.len;
}
