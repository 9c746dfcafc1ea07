// SPDX-License-Identifier: Apache-2.0
/* States as bytes, version 1:
 *
 *   u8      version
 *   u8      kind of the fold
 *   u8      WINDOWED, CURRENCY, DROPPED, CUT
 * windowed:
 *   zigzag  ms, varint position    of the newest that was dropped: DROPPED
 *   varint  count
 *   entries: varint ms - the one before (the first: zigzag ms), zigzag position - the one before,
 *           by kind: zigzag micros (and 3 letters: CURRENCY); 16 bytes of hash; text
 * ever:
 *   varint  events; where there are any:
 *   varint  highest position, and by kind:
 *   sum, average: varints low and high half of the zigzag of 128 bits
 *           CURRENCY: varint count, and by code 3 letters, varint events, the two halves
 *   least, most: zigzag micros
 *   first, last: zigzag ms, varint position, text
 *   most_frequent: varint count, and by text: text, varint events, zigzag ms, varint position
 *   distinct: varint count, hashes in order
 *
 * A hash is two words, least byte first. A text is varint length and its bytes: JSON of a scalar.
 * Varints are LEB128 in their shortest form. So a state has one spelling; what reads back is within
 * its bounds.
 */
#include "base/json.h"
#include "rules/fold_internal.h"

#include <stdlib.h>

enum { VERSION = 1, WINDOWED = 1, CURRENCY = 2, DROPPED = 4, CUT = 8 };
#define EVENTS_MAX (1ULL << 48)

__extension__ typedef unsigned __int128 Wide;

/* ---- Writing --------------------------------------------------------------------------------- */

static void put_varint(PtBuf *out, uint64_t v)
{
    char bytes[10];
    size_t len = 0;
    for (; v >= 0x80; v >>= 7) {
        bytes[len++] = (char)(v | 0x80);
    }
    bytes[len++] = (char)v;
    pt_buf_add(out, bytes, len);
}

static void put_zigzag(PtBuf *out, int64_t v)
{
    put_varint(out, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static void put_wide(PtBuf *out, RuleInt128 v)
{
    const Wide z = (Wide)v << 1 ^ (v < 0 ? ~(Wide)0 : 0);
    put_varint(out, (uint64_t)z);
    put_varint(out, (uint64_t)(z >> 64));
}

static void put_hash(PtBuf *out, PtHash128 hash)
{
    pt_buf_add(out, &hash.hi, sizeof hash.hi);
    pt_buf_add(out, &hash.lo, sizeof hash.lo);
}

static void put_text(PtBuf *out, PtStr text)
{
    put_varint(out, text.len);
    pt_buf_add_str(out, text);
}

static void put_entry(const RuleState *s, const RuleEntry *e, PtBuf *out)
{
    switch (rule_keeps(s->fold->kind)) {
    case RULE_KEEPS_MICROS:
        put_zigzag(out, e->micros);
        if (s->fold->currency) {
            pt_buf_add(out, e->currency, 3);
        }
        break;
    case RULE_KEEPS_HASH:
        put_hash(out, e->hash);
        break;
    case RULE_KEEPS_TEXT:
        put_text(out, rule_text_of(s, e->at, e->len));
        break;
    default:
        break;
    }
}

static void put_window(const RuleState *s, PtBuf *out)
{
    if (s->dropped) {
        put_zigzag(out, s->dropped_ms);
        put_varint(out, s->dropped_position);
    }
    put_varint(out, s->entry_count);
    const RuleEntry *before = NULL;
    for (size_t i = 0; i < s->entry_count; i++) {
        const RuleEntry *e = &s->entries[s->entry_first + i];
        if (before == NULL) {
            put_zigzag(out, e->ms);
            put_zigzag(out, (int64_t)e->position);
        } else {
            put_varint(out, (uint64_t)e->ms - (uint64_t)before->ms);
            put_zigzag(out, (int64_t)(e->position - before->position));
        }
        put_entry(s, e, out);
        before = e;
    }
}

static void put_totals(const RuleState *s, PtBuf *out)
{
    put_varint(out, s->total_count);
    for (size_t i = 0; i < s->total_count; i++) {
        pt_buf_add(out, s->totals[i].currency, 3);
        put_varint(out, s->totals[i].count);
        put_wide(out, s->totals[i].micros);
    }
}

static void put_tallies(const RuleState *s, PtBuf *out)
{
    put_varint(out, s->tally_count);
    for (size_t i = 0; i < s->tally_count; i++) {
        const RuleTally *t = &s->tallies[i];
        put_text(out, rule_text_of(s, t->at, t->len));
        put_varint(out, t->count);
        put_zigzag(out, t->last_ms);
        put_varint(out, t->last_position);
    }
}

static void put_hashes(const RuleState *s, PtBuf *out)
{
    put_varint(out, s->hash_count);
    for (size_t i = 0; i < s->hash_count; i++) {
        put_hash(out, s->hashes[i]);
    }
}

static void put_ever(const RuleState *s, PtBuf *out)
{
    put_varint(out, s->events);
    if (s->events == 0) {
        return;
    }
    put_varint(out, s->top);
    switch (s->fold->kind) {
    case RULE_SUM:
    case RULE_AVERAGE:
        if (s->fold->currency) {
            put_totals(s, out);
        } else {
            put_wide(out, s->micros);
        }
        break;
    case RULE_LEAST:
    case RULE_MOST:
        put_zigzag(out, s->extreme);
        break;
    case RULE_FIRST:
    case RULE_LAST:
        put_zigzag(out, s->entries[0].ms);
        put_varint(out, s->entries[0].position);
        put_entry(s, &s->entries[0], out);
        break;
    case RULE_MOST_FREQUENT:
        put_tallies(s, out);
        break;
    case RULE_DISTINCT:
        put_hashes(s, out);
        break;
    default:
        break;
    }
}

void rule_state_write(const RuleState *s, PtBuf *out)
{
    const bool windowed = rule_windowed(s->fold);
    pt_buf_add_char(out, VERSION);
    pt_buf_add_char(out, (char)s->fold->kind);
    pt_buf_add_char(out, (char)((windowed ? WINDOWED : 0) | (s->fold->currency ? CURRENCY : 0) |
                                (s->dropped ? DROPPED : 0) | (s->cut ? CUT : 0)));
    if (windowed) {
        put_window(s, out);
    } else {
        put_ever(s, out);
    }
}

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct Reader {
    const unsigned char *at, *end;
    bool bad;
    PtStatus status; /* PT_NO_MEMORY */
} Reader;

static uint64_t get_varint(Reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        const unsigned char c = *r->at++;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (c < 0x80) {
            // not the shortest form, or bits past the 64th
            r->bad = r->bad || (c == 0 && shift > 0) || (shift == 63 && c > 1);
            return v;
        }
    }
    r->bad = true;
    return 0;
}

static int64_t get_zigzag(Reader *r)
{
    const uint64_t z = get_varint(r);
    return (int64_t)(z >> 1 ^ ((z & 1) != 0 ? UINT64_MAX : 0));
}

static PtStr get_bytes(Reader *r, uint64_t len)
{
    if (r->bad || len > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return (PtStr){"", 0};
    }
    const PtStr s = {(const char *)r->at, (size_t)len};
    r->at += len;
    return s;
}

/* Of `events` amounts. */
static RuleInt128 get_wide(Reader *r, uint64_t events)
{
    const uint64_t low = get_varint(r);
    const Wide z = (Wide)get_varint(r) << 64 | low;
    const RuleInt128 v = (RuleInt128)(z >> 1 ^ ((z & 1) != 0 ? ~(Wide)0 : 0));
    const RuleInt128 most = (RuleInt128)events * INT64_MAX;
    r->bad = r->bad || v > most || v < -most;
    return v;
}

/* At most `max`, each of at least min_bytes. */
static size_t get_count(Reader *r, uint64_t max, size_t min_bytes)
{
    const uint64_t count = get_varint(r);
    r->bad = r->bad || count > max || count * min_bytes > (uint64_t)(r->end - r->at);
    return r->bad ? 0 : (size_t)count;
}

static bool is_instant(int64_t ms)
{
    return ms >= -62135596800000 && ms <= 253402300799999; // the years 0001..9999
}

static PtHash128 get_hash(Reader *r)
{
    PtHash128 hash = {0, 0};
    const PtStr bytes = get_bytes(r, 16);
    if (bytes.len == 16) {
        memcpy(&hash.hi, bytes.data, 8);
        memcpy(&hash.lo, bytes.data + 8, 8);
    }
    return hash;
}

static void get_currency(Reader *r, char ret_currency[static 4])
{
    const PtStr code = get_bytes(r, 3);
    for (size_t i = 0; i < code.len; i++) {
        r->bad = r->bad || code.data[i] < 'A' || code.data[i] > 'Z';
        ret_currency[i] = code.data[i];
    }
    ret_currency[3] = 0;
}

static PtStr get_text(Reader *r)
{
    const PtStr text = get_bytes(r, get_varint(r));
    r->bad = r->bad || text.len == 0 || text.len > RULE_VALUE_JSON ||
             strchr("{[n \t\r\n", text.data[0]) != NULL ||
             (unsigned char)text.data[text.len - 1] <= ' ' || pt_json_check(text, 1, NULL) != PT_OK;
    return text;
}

static void keep_text(Reader *r, RuleState *s, uint32_t *ret_at, uint32_t *ret_len)
{
    const PtStr text = get_text(r);
    if (!r->bad && rule_keep_text(s, text, ret_at, NULL) != PT_OK) {
        r->status = PT_NO_MEMORY;
        r->bad = true;
    }
    *ret_len = (uint32_t)text.len;
}

static void get_entry(Reader *r, RuleState *s, RuleEntry *e)
{
    switch (rule_keeps(s->fold->kind)) {
    case RULE_KEEPS_MICROS:
        e->micros = get_zigzag(r);
        r->bad = r->bad || e->micros == INT64_MIN;
        memcpy(e->currency, "XXX", sizeof e->currency);
        if (s->fold->currency) {
            get_currency(r, e->currency);
        }
        break;
    case RULE_KEEPS_HASH:
        e->hash = get_hash(r);
        break;
    case RULE_KEEPS_TEXT:
        keep_text(r, s, &e->at, &e->len);
        break;
    default:
        break;
    }
}

static void *get_room(Reader *r, size_t count, size_t size)
{
    void *items = count > 0 && !r->bad ? calloc(count, size) : NULL;
    if (items == NULL && count > 0 && !r->bad) {
        r->status = PT_NO_MEMORY;
        r->bad = true;
    }
    return items;
}

static void get_window(Reader *r, RuleState *s)
{
    if (s->dropped) {
        s->dropped_ms = get_zigzag(r);
        s->dropped_position = get_varint(r);
    }
    const size_t count = get_count(r, RULE_FOLD_ENTRIES, 2);
    s->entries = get_room(r, count, sizeof *s->entries);
    s->entry_cap = s->entries != NULL ? count : 0;
    int64_t ms = s->dropped_ms;
    uint64_t position = s->dropped_position;
    bool first = !s->dropped;
    for (size_t i = 0; i < count && !r->bad; i++) {
        RuleEntry e = {0};
        if (i == 0) {
            e.ms = get_zigzag(r);
            e.position = (uint64_t)get_zigzag(r);
        } else {
            const uint64_t later = get_varint(r);
            r->bad = r->bad || later > (uint64_t)INT64_MAX - (uint64_t)ms;
            e.ms = (int64_t)((uint64_t)ms + later);
            e.position = position + (uint64_t)get_zigzag(r);
        }
        r->bad =
            r->bad || !is_instant(e.ms) || (!first && !rule_before(ms, position, e.ms, e.position));
        get_entry(r, s, &e);
        if (!r->bad) {
            s->entries[s->entry_count++] = e;
        }
        ms = e.ms;
        position = e.position;
        first = false;
    }
    r->bad = r->bad || rule_entries_bytes(s) > RULE_FOLD_BYTES;
}

static void get_totals(Reader *r, RuleState *s)
{
    const size_t count = get_count(r, 26 * 26 * 26, 6);
    s->totals = get_room(r, count, sizeof *s->totals);
    s->total_cap = s->totals != NULL ? count : 0;
    uint64_t events = 0;
    for (size_t i = 0; i < count && !r->bad; i++) {
        RuleTotal *t = &s->totals[i];
        get_currency(r, t->currency);
        t->count = get_varint(r);
        r->bad = r->bad || t->count == 0 || t->count > EVENTS_MAX ||
                 (i > 0 && memcmp(s->totals[i - 1].currency, t->currency, 4) >= 0);
        t->micros = r->bad ? 0 : get_wide(r, t->count);
        events += t->count;
        s->total_count = i + 1;
    }
    r->bad = r->bad || events != s->events;
}

static void get_tallies(Reader *r, RuleState *s)
{
    const size_t count = get_count(r, RULE_FOLD_ENTRIES, 5);
    s->tallies = get_room(r, count, sizeof *s->tallies);
    s->tally_cap = s->tallies != NULL ? count : 0;
    uint64_t events = 0;
    for (size_t i = 0; i < count && !r->bad; i++) {
        RuleTally *t = &s->tallies[i];
        keep_text(r, s, &t->at, &t->len);
        t->count = get_varint(r);
        t->last_ms = get_zigzag(r);
        t->last_position = get_varint(r);
        r->bad = r->bad || t->count == 0 || t->count > EVENTS_MAX || t->last_position > s->top;
        if (i > 0 && !r->bad) {
            const RuleTally *before = &s->tallies[i - 1];
            r->bad = rule_text_order(rule_text_of(s, before->at, before->len),
                                     rule_text_of(s, t->at, t->len)) >= 0;
        }
        events += t->count;
        s->tally_count = i + 1;
    }
    const size_t bytes = s->tally_count * RULE_ENTRY_BYTES + s->text_live;
    r->bad = r->bad || count == 0 || bytes > RULE_FOLD_BYTES ||
             (s->cut ? events >= s->events : events != s->events);
}

static void get_hashes(Reader *r, RuleState *s)
{
    const size_t count = get_count(r, RULE_FOLD_ENTRIES, 16);
    s->hashes = get_room(r, count, sizeof *s->hashes);
    s->hash_cap = s->hashes != NULL ? count : 0;
    for (size_t i = 0; i < count && !r->bad; i++) {
        s->hashes[i] = get_hash(r);
        r->bad = r->bad || (i > 0 && rule_hash_order(s->hashes[i - 1], s->hashes[i]) >= 0);
        s->hash_count = i + 1;
    }
    r->bad =
        r->bad || count == 0 || s->hash_count > s->events || (s->cut && count != RULE_FOLD_ENTRIES);
}

static void get_one(Reader *r, RuleState *s)
{
    if (rule_grow((void **)&s->entries, sizeof *s->entries, &s->entry_cap, 0, NULL) != PT_OK) {
        r->status = PT_NO_MEMORY;
        return;
    }
    s->entries[0] = (RuleEntry){0};
    s->entry_count = 1;
    s->entries[0].ms = get_zigzag(r);
    s->entries[0].position = get_varint(r);
    get_entry(r, s, &s->entries[0]);
    r->bad = r->bad || !is_instant(s->entries[0].ms) || s->entries[0].position > s->top;
}

static void get_ever(Reader *r, RuleState *s)
{
    s->events = get_varint(r);
    r->bad = r->bad || s->events > EVENTS_MAX;
    if (s->events == 0 || r->bad) {
        r->bad = r->bad || s->cut;
        return;
    }
    s->top = get_varint(r);
    switch (s->fold->kind) {
    case RULE_SUM:
    case RULE_AVERAGE:
        if (s->fold->currency) {
            get_totals(r, s);
        } else {
            s->micros = get_wide(r, s->events);
        }
        break;
    case RULE_LEAST:
    case RULE_MOST:
        s->extreme = get_zigzag(r);
        r->bad = r->bad || s->extreme == INT64_MIN;
        break;
    case RULE_FIRST:
    case RULE_LAST:
        get_one(r, s);
        break;
    case RULE_MOST_FREQUENT:
        get_tallies(r, s);
        break;
    case RULE_DISTINCT:
        get_hashes(r, s);
        break;
    default:
        break;
    }
}

static bool flags_fit(const RuleFold *f, unsigned flags)
{
    const bool windowed = rule_windowed(f);
    const bool may_cut = !windowed && (f->kind == RULE_MOST_FREQUENT || f->kind == RULE_DISTINCT);
    const unsigned fixed = (windowed ? WINDOWED : 0) | (f->currency ? CURRENCY : 0);
    const unsigned free_to_be = windowed ? DROPPED : may_cut ? CUT : 0;
    return (flags & ~free_to_be) == fixed;
}

PtStatus rule_state_read(const RuleFold *f, PtStr bytes, RuleState **ret_state, PtError *err)
{
    PT_CLEANUP(rule_state_freep) RuleState *s = NULL;
    PtStatus st = rule_state_new(f, &s, err);
    if (st != PT_OK) {
        return st;
    }
    const unsigned char *start = (const unsigned char *)bytes.data;
    if (bytes.len < 4 || start[0] != VERSION || start[1] != (unsigned char)f->kind ||
        !flags_fit(f, start[2])) {
        return pt_fail(err, PT_CORRUPT, "the state is not of this fold");
    }
    Reader r = {start + 3, start + bytes.len, false, PT_OK};
    s->dropped = (start[2] & DROPPED) != 0;
    s->cut = (start[2] & CUT) != 0;
    if (rule_windowed(f)) {
        get_window(&r, s);
    } else {
        get_ever(&r, s);
    }
    if (r.status != PT_OK) {
        return pt_fail(err, r.status, "no memory for the state of a fold");
    }
    if (r.bad || r.at != r.end) {
        return pt_fail(err, PT_CORRUPT, "the state of a fold does not read back");
    }
    *ret_state = PT_TAKE(s);
    return PT_OK;
}
