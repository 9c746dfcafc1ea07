// SPDX-License-Identifier: Apache-2.0
#include "events/samples.h"

#include "base/rng.h"
#include "events/record.h"

#include <stdlib.h>
#include <string.h>

enum { PREFIXES_MAX = 6 }; /* of one token that are counted */

/* A token in an event of a subject, both as keyed hashes: who sends events cannot find a text that
 * passes for another. */
typedef struct Seen {
    uint64_t token, subject;
} Seen;

typedef struct Samples {
    uint8_t key[PT_HASH_KEY];
    PtRng rng;
    Seen *seen; /* owned; later its front holds the tokens that are shared, in order */
    size_t count;
    size_t shared;
    size_t learnt; /* records from the start whose tokens were all counted */
} Samples;

static uint64_t hash(const Samples *s, PtStr text)
{
    return pt_hash128(text, s->key).hi;
}

static uint64_t subject_of(const Samples *s, const EventView *v)
{
    return hash(s, v->user_id.len > 0 ? v->user_id : v->anonymous_id);
}

static bool is_token(PtJsonToken t)
{
    return t == PT_JSON_KEY || t == PT_JSON_STRING || t == PT_JSON_NUMBER;
}

static bool is_separator(char c)
{
    return c != '\0' && strchr("/-_.:?&=#@ ,;T", c) != NULL;
}

/* Bytes up to the end of the next separators from `from` on: a web address is shared up to what is
 * one's own. 0 where there are none. */
static size_t prefix_after(PtStr text, size_t from)
{
    size_t i = from;
    while (i < text.len && !is_separator(text.data[i])) {
        i++;
    }
    const size_t separator = i;
    while (i < text.len && is_separator(text.data[i])) {
        i++;
    }
    return i > separator ? i : 0;
}

static bool note(Samples *s, PtStr text, uint64_t subject)
{
    if (s->count == EVENT_SAMPLES_TOKENS) {
        return false;
    }
    s->seen[s->count++] = (Seen){hash(s, text), subject};
    return true;
}

/* One person may pass for many subjects, a browser that forgets its ids for one: what looks like an
 * address of mail is nobody's to share. */
static bool is_address(PtJsonToken t, PtStr token)
{
    return t == PT_JSON_STRING && token.len > 0 && memchr(token.data, '@', token.len) != NULL;
}

/* The token, and for a text the first parts of it, each with all in front. */
static bool count_token(Samples *s, PtJsonToken t, PtStr token, uint64_t subject)
{
    if (is_address(t, token)) {
        return true;
    }
    size_t len = t == PT_JSON_STRING ? prefix_after(token, 0) : 0;
    bool room = note(s, token, subject);
    for (int i = 0; i < PREFIXES_MAX && len > 0 && len < token.len && room; i++) {
        room = note(s, (PtStr){token.data, len}, subject);
        len = prefix_after(token, len);
    }
    return room;
}

/* False when the room is used up. */
static bool count_text(Samples *s, PtStr text, uint64_t subject)
{
    PtJson j;
    bool room = true;
    pt_json_init(&j, text, PT_JSON_MAX_DEPTH);
    for (PtJsonToken t = pt_json_next(&j); room && t != PT_JSON_END && t != PT_JSON_ERROR;
         t = pt_json_next(&j)) {
        room = !is_token(t) || count_token(s, t, j.raw, subject);
    }
    return room;
}

static void count_all(Samples *s, const PtRecord *records, size_t count)
{
    bool room = true;
    for (size_t i = 0; i < count && room; i++) {
        EventView v;
        if (event_payload_read(&records[i], &v, NULL) == PT_OK) {
            const uint64_t subject = subject_of(s, &v);
            room = count_text(s, v.raw, subject) && count_text(s, v.common, subject);
        }
        s->learnt = room ? i + 1 : i;
    }
}

static int by_token(const void *a, const void *b)
{
    const Seen *x = a, *y = b;
    if (x->token != y->token) {
        return x->token < y->token ? -1 : 1;
    }
    return (x->subject > y->subject) - (x->subject < y->subject);
}

/* Moves what enough subjects share to the front, once each. */
static void find_shared(Samples *s)
{
    qsort(s->seen, s->count, sizeof *s->seen, by_token);
    for (size_t i = 0, next; i < s->count; i = next) {
        const Seen first = s->seen[i];
        size_t subjects = 1;
        for (next = i + 1; next < s->count && s->seen[next].token == first.token; next++) {
            subjects += s->seen[next].subject != s->seen[next - 1].subject;
        }
        if (subjects >= EVENT_SAMPLES_SUBJECTS) {
            s->seen[s->shared++] = first; // behind what has been looked at
        }
    }
}

static bool is_shared(const Samples *s, PtStr text)
{
    const uint64_t token = hash(s, text);
    size_t lo = 0, hi = s->shared;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (s->seen[mid].token < token) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < s->shared && s->seen[lo].token == token;
}

/* How much of a token is shared, from its start. */
static size_t shared_part(const Samples *s, PtJsonToken t, PtStr token)
{
    if (is_address(t, token)) {
        return 0;
    }
    if (is_shared(s, token)) {
        return token.len;
    }
    size_t shared = 0, len = t == PT_JSON_STRING ? prefix_after(token, 0) : 0;
    for (int i = 0; i < PREFIXES_MAX && len > 0 && len < token.len; i++) {
        if (!is_shared(s, (PtStr){token.data, len})) {
            break;
        }
        shared = len;
        len = prefix_after(token, len);
    }
    return shared;
}

static bool is_hex(PtStr text)
{
    bool hex = true;
    for (size_t i = 0; i < text.len && hex; i++) {
        const char c = text.data[i];
        hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-' || c == '.' || c == 'Z';
    }
    return hex;
}

/* Noise of the same kind, so that the dictionary learns how such bytes are coded: a digit for a
 * digit, a letter for a letter. */
static void put_noise(Samples *s, PtStr text, PtBuf *out)
{
    const uint64_t letters = is_hex(text) ? 6 : 26;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        char noise = c;
        if (c >= '0' && c <= '9') {
            noise = (char)('0' + pt_rng_below(&s->rng, 10));
        } else if (c >= 'A' && c <= 'Z') {
            noise = (char)('A' + pt_rng_below(&s->rng, letters));
        } else if (strchr("/-_.:?&=#@ ,;%+\\", c) == NULL || c == '\0') {
            noise = (char)('a' + pt_rng_below(&s->rng, letters));
        }
        pt_buf_add_char(out, noise);
    }
}

/* The text with noise for what is not shared; nothing of one that does not parse. */
static void put_text(Samples *s, PtStr text, PtBuf *out)
{
    PtJson j;
    const size_t before = out->len;
    const char *from = text.data;
    pt_json_init(&j, text, PT_JSON_MAX_DEPTH);
    PtJsonToken t = pt_json_next(&j);
    for (; t != PT_JSON_END && t != PT_JSON_ERROR; t = pt_json_next(&j)) {
        const size_t shared = is_token(t) ? shared_part(s, t, j.raw) : j.raw.len;
        if (is_token(t) && shared < j.raw.len) {
            pt_buf_add(out, from, (size_t)(j.raw.data + shared - from));
            put_noise(s, (PtStr){j.raw.data + shared, j.raw.len - shared}, out);
            from = j.raw.data + j.raw.len;
        }
    }
    if (t == PT_JSON_END) {
        pt_buf_add(out, from, (size_t)(text.data + text.len - from));
    } else {
        out->len = before;
    }
}

static void put_all(Samples *s, const PtRecord *records, PtBuf *texts, size_t *sizes)
{
    for (size_t i = 0; i < s->learnt; i++) {
        EventView v;
        const size_t before = texts->len;
        if (event_payload_read(&records[i], &v, NULL) == PT_OK) {
            put_text(s, v.raw, texts);
            put_text(s, v.common, texts);
        }
        sizes[i] = texts->len - before;
    }
}

PtStatus event_samples(void *ctx, const PtRecord *records, size_t count, PtBuf *texts,
                       size_t *sizes, PtError *err)
{
    (void)ctx;
    Samples s = {.seen = malloc(EVENT_SAMPLES_TOKENS * sizeof *s.seen)};
    if (s.seen == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to choose samples");
    }
    memset(sizes, 0, count * sizeof *sizes);
    uint64_t seed = 0;
    pt_random_bytes(s.key, sizeof s.key);
    pt_random_bytes(&seed, sizeof seed);
    pt_rng_init(&s.rng, seed);
    count_all(&s, records, count);
    find_shared(&s);
    put_all(&s, records, texts, sizes);
    free(s.seen);
    return pt_buf_status(texts) == PT_OK ? PT_OK
                                         : pt_fail(err, PT_NO_MEMORY, "no memory for samples");
}
