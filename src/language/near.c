// SPDX-License-Identifier: Apache-2.0
/* Texts that are nearly the same, by MinHash (Broder, 1997) in bands: 128 minima of 16 bits, in 32
 * bands of four. Texts that share all four of a band meet in its chain.
 */
#include "language/language_internal.h"

#include "base/map.h"
#include "base/memory.h"
#include "base/rng.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    RUN = 5, /* letters */
    MINIMA = 128,
    BANDS = 32,
    BAND_ROWS = MINIMA / BANDS,
    CHAIN_MAX =
        1000, /* of a band looked at, newest first: of a storm of equal texts that is enough */
    FIRST_ROOM = 64,
};
#define NONE UINT32_MAX

typedef struct Signature {
    uint16_t minima[MINIMA];
} Signature;

typedef struct Place {
    uint64_t id;
    uint32_t next[BANDS]; /* in the chain; of a free place, next[0] is the next free one */
    bool taken;
    Signature signature;
} Place;

struct LanguageNear {
    Place *places;
    uint32_t used, room, free;            /* places ever used; allocated; first free one */
    uint32_t *heads;                      /* [BANDS][room] first place of each chain */
    PtMap *by_id;                         /* place + 1 */
    bool wide;                            /* this machine works on eight at a time */
    uint32_t times[MINIMA], plus[MINIMA]; /* odd; any: each pair reorders all hashes of 32 bits */
};

PtStatus language_near_new(LanguageNear **ret_near, PtError *err)
{
    LanguageNear *n = calloc(1, sizeof *n);
    PtRng rng;
    if (n == NULL || (n->by_id = pt_map_new()) == NULL) {
        language_near_free(n);
        return pt_fail(err, PT_NO_MEMORY, "no memory for texts that are near");
    }
    n->free = NONE;
#if defined(__x86_64__)
    n->wide = __builtin_cpu_supports("avx2") != 0;
#endif
    pt_rng_init(&rng, 1);
    for (int i = 0; i < MINIMA; i++) {
        n->times[i] = (uint32_t)(pt_rng_u64(&rng) >> 32) | 1;
        n->plus[i] = (uint32_t)(pt_rng_u64(&rng) >> 32);
    }
    *ret_near = n;
    return PT_OK;
}

void language_near_free(LanguageNear *n)
{
    if (n != NULL) {
        pt_map_free(n->by_id, NULL);
        free(n->places);
        free(n->heads);
        free(n);
    }
}

size_t language_near_count(const LanguageNear *n)
{
    return pt_map_count(n->by_id);
}

/* ---- Runs of letters --------------------------------------------------------------------------
 */

/* Calls each for the hash of every run of the text, words joined by one space; a text shorter than
 * a run is one. */
static void each_run(LanguageReader *r, PtStr text, void (*each)(void *ctx, uint64_t hash),
                     void *ctx)
{
    uint64_t window[RUN] = {0};
    size_t seen = 0;
    language_read_words(r, text);
    for (size_t w = 0; w < r->word_count; w++) {
        for (uint32_t i = 0; i < r->words[w].len + 1; i++) {
            const bool space = i == r->words[w].len;
            if (space && w + 1 == r->word_count) {
                break;
            }
            memmove(window, window + 1, (RUN - 1) * sizeof *window);
            window[RUN - 1] = space ? ' ' : r->letters[r->words[w].at + i];
            if (++seen >= RUN) {
                uint64_t hash = RUN;
                for (int k = 0; k < RUN; k++) {
                    hash = language_mix(hash, window[k]);
                }
                each(ctx, hash);
            }
        }
    }
    if (seen > 0 && seen < RUN) {
        each(ctx, language_word_hash(r, 0) + r->word_count);
    }
}

typedef struct Minima {
    const LanguageNear *near;
    bool wide; /* eight at a time */
    uint32_t of[MINIMA];
} Minima;

static void lower_each(Minima *m, uint32_t hash)
{
    for (int i = 0; i < MINIMA; i++) {
        const uint32_t value = hash * m->near->times[i] + m->near->plus[i];
        m->of[i] = value < m->of[i] ? value : m->of[i];
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void lower_avx2(Minima *m, uint32_t hash)
{
    const __m256i all = _mm256_set1_epi32((int)hash);
    const __m256i *times = (const __m256i *)m->near->times, *plus = (const __m256i *)m->near->plus;
    __m256i *of = (__m256i *)m->of;
    for (int i = 0; i < MINIMA / 8; i++) {
        const __m256i product = _mm256_mullo_epi32(all, _mm256_loadu_si256(times + i));
        const __m256i value = _mm256_add_epi32(product, _mm256_loadu_si256(plus + i));
        _mm256_storeu_si256(of + i, _mm256_min_epu32(value, _mm256_loadu_si256(of + i)));
    }
}
#endif

/* The same minima by either way. */
static void lower_minima(void *ctx, uint64_t hash)
{
    Minima *m = ctx;
#if defined(__x86_64__)
    if (m->wide) {
        lower_avx2(m, (uint32_t)(hash >> 32));
        return;
    }
#endif
    lower_each(m, (uint32_t)(hash >> 32));
}

static Signature sign(const LanguageNear *n, LanguageReader *reader, PtStr text)
{
    Minima m = {.near = n, .wide = n->wide};
    Signature s;
    memset(m.of, 0xFF, sizeof m.of);
    each_run(reader, text, lower_minima, &m);
    for (int i = 0; i < MINIMA; i++) {
        s.minima[i] = (uint16_t)(m.of[i] >> 16);
    }
    return s;
}

/* ---- Chains -----------------------------------------------------------------------------------
 */

static bool same_band(const Signature *a, const Signature *b, int band)
{
    return memcmp(a->minima + band * BAND_ROWS, b->minima + band * BAND_ROWS,
                  BAND_ROWS * sizeof *a->minima) == 0;
}

static uint32_t *head_of(const LanguageNear *n, const Signature *s, int band)
{
    uint64_t key;
    memcpy(&key, s->minima + band * BAND_ROWS, sizeof key);
    return &n->heads[(size_t)band * n->room + (language_mix(7, key) >> 32) % n->room];
}

static void link_place(LanguageNear *n, uint32_t place)
{
    for (int band = 0; band < BANDS; band++) {
        uint32_t *head = head_of(n, &n->places[place].signature, band);
        n->places[place].next[band] = *head;
        *head = place;
    }
}

static void unlink_place(LanguageNear *n, uint32_t place)
{
    for (int band = 0; band < BANDS; band++) {
        uint32_t *at = head_of(n, &n->places[place].signature, band);
        while (*at != place) {
            at = &n->places[*at].next[band];
        }
        *at = n->places[place].next[band];
    }
}

/* Twice the room; the chains are made anew. */
static PtStatus grow(LanguageNear *n, PtError *err)
{
    const uint32_t room = n->room > 0 ? 2 * n->room : FIRST_ROOM;
    uint32_t *heads = malloc((size_t)BANDS * room * sizeof *heads);
    Place *places = heads != NULL ? realloc(n->places, room * sizeof *places) : NULL;
    if (places == NULL) {
        free(heads);
        return pt_fail(err, PT_NO_MEMORY, "no memory for %u texts that are near", room);
    }
    free(n->heads);
    n->heads = heads;
    n->places = places;
    n->room = room;
    memset(heads, 0xFF, (size_t)BANDS * room * sizeof *heads);
    for (uint32_t i = 0; i < n->used; i++) {
        if (places[i].taken) {
            link_place(n, i);
        }
    }
    return PT_OK;
}

static void release(LanguageNear *n, uint32_t place)
{
    unlink_place(n, place);
    n->places[place].taken = false;
    n->places[place].next[0] = n->free;
    n->free = place;
}

static PtStr key_of(const uint64_t *id)
{
    return (PtStr){(const char *)id, sizeof *id};
}

PtStatus language_near_put(LanguageNear *n, LanguageReader *reader, uint64_t id, PtStr text,
                           PtError *err)
{
    const Signature s = sign(n, reader, text);
    const uintptr_t known = (uintptr_t)pt_map_get(n->by_id, key_of(&id));
    if (known != 0 && memcmp(&n->places[known - 1].signature, &s, sizeof s) == 0) {
        return PT_OK;
    }
    if (n->free == NONE && n->used == n->room) {
        const PtStatus st = grow(n, err);
        if (st != PT_OK) {
            return st;
        }
    }
    const uint32_t place = n->free != NONE ? n->free : n->used;
    void *old = NULL;
    if (!pt_map_set(n->by_id, key_of(&id), (void *)((uintptr_t)place + 1), &old)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a text that is near");
    }
    if (n->free != NONE) {
        n->free = n->places[place].next[0];
    } else {
        n->used++;
    }
    n->places[place] = (Place){.id = id, .taken = true, .signature = s};
    link_place(n, place);
    if (old != NULL) {
        release(n, (uint32_t)((uintptr_t)old - 1));
    }
    return PT_OK;
}

void language_near_remove(LanguageNear *n, uint64_t id)
{
    void *old = pt_map_remove(n->by_id, key_of(&id));
    if (old != NULL) {
        release(n, (uint32_t)((uintptr_t)old - 1));
    }
}

/* ---- Finding ----------------------------------------------------------------------------------
 */

static float alike(const Signature *a, const Signature *b)
{
    int same = 0;
    for (int i = 0; i < MINIMA; i++) {
        same += a->minima[i] == b->minima[i];
    }
    return (float)same / MINIMA;
}

/* Hits stay sorted, at most max of them. */
static size_t insert(LanguageNearHit *hits, size_t count, size_t max, LanguageNearHit hit)
{
    size_t at = count;
    while (at > 0 && (hits[at - 1].alike < hit.alike ||
                      (hits[at - 1].alike == hit.alike && hits[at - 1].id > hit.id))) {
        at--;
    }
    if (at == max) {
        return count;
    }
    count += count < max;
    memmove(hits + at + 1, hits + at, (count - at - 1) * sizeof *hits);
    hits[at] = hit;
    return count;
}

/* Whether the two meet in a band before this one, too. */
static bool met_before(const Signature *a, const Signature *b, int band)
{
    while (band-- > 0) {
        if (same_band(a, b, band)) {
            return true;
        }
    }
    return false;
}

size_t language_near_find(const LanguageNear *n, LanguageReader *reader, PtStr text, float least,
                          LanguageNearHit *ret_hits, size_t max)
{
    size_t count = 0;
    if (n->room == 0 || max == 0) {
        return 0;
    }
    const Signature s = sign(n, reader, text);
    for (int band = 0; band < BANDS; band++) {
        uint32_t at = *head_of(n, &s, band);
        for (int looked = 0; at != NONE && looked < CHAIN_MAX; looked++) {
            const Place *p = &n->places[at];
            if (same_band(&s, &p->signature, band) && !met_before(&s, &p->signature, band)) {
                const LanguageNearHit hit = {p->id, alike(&s, &p->signature)};
                count = hit.alike >= least ? insert(ret_hits, count, max, hit) : count;
            }
            at = p->next[band];
        }
    }
    return count;
}

/* ---- Exactly ----------------------------------------------------------------------------------
 */

typedef struct Runs {
    uint64_t *list;
    size_t count;
} Runs;

static void add_run(void *ctx, uint64_t hash)
{
    Runs *runs = ctx;
    runs->list[runs->count++] = hash;
}

static int by_hash(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The text's runs, each once, ascending. */
static void sort_runs(LanguageReader *reader, PtStr text, Runs *runs)
{
    size_t kept = 0;
    each_run(reader, text, add_run, runs);
    qsort(runs->list, runs->count, sizeof *runs->list, by_hash);
    for (size_t i = 0; i < runs->count; i++) {
        if (kept == 0 || runs->list[i] != runs->list[kept - 1]) {
            runs->list[kept++] = runs->list[i];
        }
    }
    runs->count = kept;
}

PtStatus language_alike(LanguageReader *reader, PtStr a, PtStr b, double *ret_alike, PtError *err)
{
    enum { MOST = LANGUAGE_TEXT_MAX + LANGUAGE_WORDS_MAX };
    uint64_t *room = malloc(2 * (size_t)MOST * sizeof *room);
    if (room == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to compare texts");
    }
    Runs x = {room, 0}, y = {room + MOST, 0};
    sort_runs(reader, a, &x);
    sort_runs(reader, b, &y);
    size_t both = 0;
    for (size_t i = 0, j = 0; i < x.count && j < y.count;) {
        const int order = by_hash(&x.list[i], &y.list[j]);
        both += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    const size_t all = x.count + y.count - both;
    *ret_alike = all > 0 ? (double)both / (double)all : 1;
    free(room);
    return PT_OK;
}
