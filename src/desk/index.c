// SPDX-License-Identifier: Apache-2.0
/* Tickets in memory, for lists. */
#include "desk/index.h"

#include "base/hash.h"
#include "base/map.h"
#include "platform/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t NOT_OPEN = UINT32_MAX;
enum { CODES_MAX = 1 << 24, ROWS_MAX = INT32_MAX, NO_TONE = INT16_MIN };
enum { WORDS, TEXTS /* fields of the text index */, TEXT_PARTS = 8 };

typedef struct Row {
    uint64_t requester; /* hash of the text; 0: none */
    int64_t changed_ms, due_ms;
    uint32_t queue, assignee, store, category; /* codes; 0: "" */
    uint32_t version;                          /* 0: no such ticket yet */
    uint32_t open_at;                          /* place among the open ones, or NOT_OPEN */
    uint32_t risk_ms;                          /* at risk so long before it is due */
    uint8_t type, state;
    uint8_t priority : 4, major : 1, paused : 1;
    uint8_t clock; /* that is due */
    int16_t sentiment, lowest;
    int16_t urgency; /* NO_TONE: the three say nothing */
    uint16_t texts;  /* bytes that search finds it by, besides its words */
    uint32_t words;  /* hash of its words */
} Row;
_Static_assert(sizeof(Row) == 72, "as the header says");

struct DeskIndex {
    pthread_rwlock_t lock; /* of all */
    int64_t first;
    Row *rows;
    uint32_t *open; /* places of open ones, in any order */
    size_t count, cap, open_count, open_cap, stored;
    uint64_t texts; /* bytes, of all */
    PtMap *codes;   /* text -> code, as a pointer */
    PtText *text;   /* document: place + 1 */
};

PtStatus desk_index_new(int64_t first_number, DeskIndex **ret_index, PtError *err)
{
    static const float weights[] = {[WORDS] = 1, [TEXTS] = 0.25F};
    DeskIndex *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for tickets");
    }
    x->first = first_number;
    (void)pthread_rwlock_init(&x->lock, NULL); // does not fail on Linux with default attributes
    x->codes = pt_map_new();
    PtStatus st = x->codes != NULL ? pt_text_new(weights, 2, &x->text, err)
                                   : pt_fail(err, PT_NO_MEMORY, "no memory for tickets");
    if (st != PT_OK) {
        desk_index_free(x);
        return st;
    }
    *ret_index = x;
    return PT_OK;
}

void desk_index_free(DeskIndex *x)
{
    if (x != NULL) {
        pt_text_free(x->text);
        pt_map_free(x->codes, NULL);
        free(x->rows);
        free(x->open);
        (void)pthread_rwlock_destroy(&x->lock);
        free(x);
    }
}

/* ---- Putting ----------------------------------------------------------------------------------
 */

static uint64_t hash_of(PtStr text)
{
    return text.len > 0 ? pt_hash64(text) | 1U : 0;
}

/* Numbers are given once and for all: a code never changes its meaning. */
static bool code_of(DeskIndex *x, PtStr text, uint32_t *ret_code)
{
    *ret_code = 0;
    if (text.len > 0) {
        const uintptr_t known = (uintptr_t)pt_map_get(x->codes, text);
        const uintptr_t code = known != 0 ? known : pt_map_count(x->codes) + 1;
        if (known == 0 && (code > CODES_MAX || !pt_map_set(x->codes, text, (void *)code, NULL))) {
            return false;
        }
        *ret_code = (uint32_t)code;
    }
    return true;
}

static bool grow(void **array, size_t *cap, size_t needed, size_t size)
{
    if (needed <= *cap) {
        return true;
    }
    size_t room = *cap < 64 ? 64 : *cap + *cap / 2;
    room = room < needed ? needed : room;
    void *larger = realloc(*array, room * size);
    if (larger == NULL) {
        return false;
    }
    *array = larger;
    *cap = room;
    return true;
}

static bool make_place(DeskIndex *x, size_t place)
{
    void *rows = x->rows, *open = x->open;
    const bool grown = grow(&rows, &x->cap, place + 1, sizeof *x->rows);
    x->rows = rows;
    const bool both = grown && grow(&open, &x->open_cap, x->open_count + 1, sizeof *x->open);
    x->open = open;
    for (; both && x->count <= place; x->count++) {
        x->rows[x->count] = (Row){.open_at = NOT_OPEN, .due_ms = WORK_NEVER};
    }
    return both;
}

/* There is room. */
static void set_open(DeskIndex *x, size_t place, bool open)
{
    Row *row = &x->rows[place];
    if (open && row->open_at == NOT_OPEN) {
        row->open_at = (uint32_t)x->open_count;
        x->open[x->open_count++] = (uint32_t)place;
    } else if (!open && row->open_at != NOT_OPEN) {
        const uint32_t last = x->open[--x->open_count];
        x->open[row->open_at] = last;
        x->rows[last].open_at = row->open_at;
        row->open_at = NOT_OPEN;
    }
}

static int16_t tone_of(const DeskIndexTicket *t, int64_t value)
{
    const int64_t most = DESK_TONE_ONE;
    return (int16_t)(t->tones == 0 ? NO_TONE : value < -most ? -most : value > most ? most : value);
}

static PtStatus put(DeskIndex *x, size_t place, const DeskIndexTicket *t, PtError *err)
{
    Row new = {.requester = hash_of(t->requester),
               .changed_ms = t->changed_ms,
               .version = (uint32_t)t->version,
               .type = (uint8_t)t->type,
               .state = (uint8_t)t->state,
               .priority = t->priority & 0xfU,
               .major = t->major,
               .sentiment = tone_of(t, t->sentiment),
               .lowest = tone_of(t, t->lowest),
               .urgency = tone_of(t, t->urgency)};
    if (!make_place(x, place) || !code_of(x, t->queue, &new.queue) ||
        !code_of(x, t->assignee, &new.assignee) || !code_of(x, t->store, &new.store) ||
        !code_of(x, t->category, &new.category)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for tickets");
    }
    Row *row = &x->rows[place];
    if (row->version >= new.version) {
        return PT_OK;
    }
    const PtTextField words = {WORDS, t->words};
    new.words = t->words.data != NULL ? (uint32_t)pt_hash64(t->words) : row->words;
    const bool said = t->words.data != NULL && (row->version == 0 || new.words != row->words);
    PtStatus st = said ? pt_text_put(x->text, (uint32_t)place + 1, &words, 1, err) : PT_OK;
    if (st == PT_OK) {
        x->texts -= said ? row->texts : 0;
        new.texts = said ? 0 : row->texts;
        x->stored += row->version == 0;
        new.open_at = row->open_at;
        new.due_ms = row->due_ms;
        new.risk_ms = row->risk_ms;
        new.clock = row->clock;
        new.paused = row->paused;
        *row = new;
        set_open(x, place, t->open);
    }
    return st;
}

static bool in_range(const DeskIndex *x, int64_t number)
{
    return number >= x->first && number - x->first < ROWS_MAX;
}

PtStatus desk_index_put(DeskIndex *x, const DeskIndexTicket *ticket, PtError *err)
{
    if (!in_range(x, ticket->number)) {
        return pt_fail(err, PT_TOO_LARGE, "ticket number %lld is out of range",
                       (long long)ticket->number);
    }
    (void)pthread_rwlock_wrlock(&x->lock);
    PtStatus st = put(x, (size_t)(ticket->number - x->first), ticket, err);
    (void)pthread_rwlock_unlock(&x->lock);
    return st;
}

/* ---- Texts ------------------------------------------------------------------------------------
 */

static PtStatus put_texts(DeskIndex *x, Row *row, const DeskIndexTexts *t, PtError *err)
{
    PtTextField fields[TEXT_PARTS + 1] = {{WORDS, t->words}};
    size_t count = 1, bytes = 0;
    for (size_t i = 0; i < t->count && count <= TEXT_PARTS; i++) {
        fields[count++] = (PtTextField){TEXTS, t->texts[i]};
        bytes += t->texts[i].len;
    }
    PtStatus st = pt_text_put(x->text, (uint32_t)(row - x->rows) + 1, fields, count, err);
    if (st == PT_OK) {
        const uint16_t held = (uint16_t)(bytes < UINT16_MAX ? bytes : UINT16_MAX);
        x->texts += (uint64_t)held - row->texts;
        row->texts = held;
        row->words = (uint32_t)pt_hash64(t->words);
    }
    return st;
}

/* NULL: there is no such ticket. */
static Row *row_of(const DeskIndex *x, int64_t number)
{
    const bool there = in_range(x, number) && (size_t)(number - x->first) < x->count;
    Row *row = there ? &x->rows[number - x->first] : NULL;
    return row != NULL && row->version > 0 ? row : NULL;
}

PtStatus desk_index_texts(DeskIndex *x, const DeskIndexTexts *texts, PtError *err)
{
    (void)pthread_rwlock_wrlock(&x->lock);
    Row *row = row_of(x, texts->number);
    PtStatus st = row != NULL ? put_texts(x, row, texts, err) : PT_OK;
    (void)pthread_rwlock_unlock(&x->lock);
    return st;
}

uint64_t desk_index_texts_of(DeskIndex *x, int64_t number)
{
    (void)pthread_rwlock_rdlock(&x->lock);
    const Row *row = row_of(x, number);
    const uint64_t bytes = row != NULL ? row->texts : 0;
    (void)pthread_rwlock_unlock(&x->lock);
    return bytes;
}

int64_t desk_index_newest(DeskIndex *x)
{
    (void)pthread_rwlock_rdlock(&x->lock);
    const int64_t newest = x->first + (int64_t)x->count - 1;
    (void)pthread_rwlock_unlock(&x->lock);
    return newest;
}

uint64_t desk_index_texts_all(DeskIndex *x)
{
    (void)pthread_rwlock_rdlock(&x->lock);
    const uint64_t bytes = x->texts;
    (void)pthread_rwlock_unlock(&x->lock);
    return bytes;
}

/* ---- What is due ------------------------------------------------------------------------------
 */

bool desk_index_due(DeskIndex *x, int64_t number, const WorkDue *due)
{
    const bool dated = due->due_ms != WORK_NEVER && due->at_risk_ms < due->due_ms;
    const int64_t risk_ms = dated ? due->due_ms - due->at_risk_ms : 0;
    if (!in_range(x, number)) {
        return true;
    }
    (void)pthread_rwlock_wrlock(&x->lock);
    const size_t place = (size_t)(number - x->first);
    const bool made = make_place(x, place);
    if (made) {
        Row *row = &x->rows[place];
        row->due_ms = due->due_ms;
        row->risk_ms = risk_ms < UINT32_MAX ? (uint32_t)risk_ms : UINT32_MAX;
        row->clock = (uint8_t)due->clock;
        row->paused = due->paused;
    }
    (void)pthread_rwlock_unlock(&x->lock);
    return made;
}

static DeskDueState due_state(const Row *row, int64_t now_ms)
{
    return row->due_ms == WORK_NEVER              ? row->paused ? DESK_DUE_PAUSED : DESK_DUE_NONE
           : now_ms > row->due_ms                 ? DESK_DUE_BREACHED
           : now_ms >= row->due_ms - row->risk_ms ? DESK_DUE_AT_RISK
                                                  : DESK_DUE_RUNNING;
}

DeskDue desk_index_due_at(DeskIndex *x, int64_t number, int64_t now_ms)
{
    DeskDue due = {.state = DESK_DUE_NONE, .due_ms = WORK_NEVER};
    (void)pthread_rwlock_rdlock(&x->lock);
    if (number >= x->first && (size_t)(number - x->first) < x->count) {
        const Row *row = &x->rows[number - x->first];
        due = (DeskDue){due_state(row, now_ms), row->due_ms, (WorkClockKind)row->clock};
    }
    (void)pthread_rwlock_unlock(&x->lock);
    return due;
}

/* ---- Finding ----------------------------------------------------------------------------------
 */

typedef struct Finding {
    const DeskIndex *x;
    const DeskIndexQuery *q;
    uint32_t queue, assignee, store, category; /* codes */
    uint64_t requester, total;
    DeskIndexHit *heap; /* the worst of the best on top */
    size_t count;
} Finding;

/* Code to compare with; false: nothing can have that text. */
static bool known_code(const DeskIndex *x, PtStr text, uint32_t *ret_code)
{
    *ret_code = text.len > 0 ? (uint32_t)(uintptr_t)pt_map_get(x->codes, text) : 0;
    return text.len == 0 || *ret_code != 0;
}

static bool mood_fits(unsigned moods, const Row *row, int16_t sentiment)
{
    return moods == 0 || (moods >> desk_mood(row->urgency != NO_TONE, sentiment) & 1U) != 0;
}

static bool fits(const Finding *f, const Row *row)
{
    const DeskIndexQuery *q = f->q;
    return row->version > 0 && (q->states == 0 || (q->states >> row->state & 1U) != 0) &&
           (q->types == 0 || (q->types >> row->type & 1U) != 0) &&
           (q->priorities == 0 || (q->priorities >> row->priority & 1U) != 0) &&
           (q->dues == 0 || (q->dues >> due_state(row, q->now_ms) & 1U) != 0) &&
           (q->queue.data == NULL || row->queue == f->queue) &&
           (q->assignee.data == NULL || row->assignee == f->assignee) &&
           (q->store.data == NULL || row->store == f->store) &&
           (q->category.data == NULL || row->category == f->category) &&
           (q->requester.data == NULL || row->requester == f->requester) &&
           (!q->major || row->major != 0) && (!q->pressing || row->urgency >= DESK_PRESSING) &&
           mood_fits(q->moods, row, row->sentiment) && mood_fits(q->lowest_moods, row, row->lowest);
}

static int64_t value_of(const Finding *f, const Row *row, int64_t number)
{
    switch (f->q->sort) {
    case DESK_BY_PRIORITY:
        return row->priority;
    case DESK_BY_CHANGED:
        return row->changed_ms;
    case DESK_BY_DUE:
        return row->due_ms;
    case DESK_BY_SENTIMENT:
        return row->urgency != NO_TONE ? row->sentiment : DESK_TONE_ONE + 1;
    default:
        return number;
    }
}

/* Whether a comes before b in the order that was asked for: priority from P1, due from the
 * earliest, sentiment from the lowest, the others from the newest; of equal ones the older ticket
 * first by these three, the newer else. Ascending: reversed. */
static bool before(const Finding *f, DeskIndexHit a, DeskIndexHit b)
{
    const bool from_least = f->q->sort == DESK_BY_PRIORITY || f->q->sort == DESK_BY_DUE ||
                            f->q->sort == DESK_BY_SENTIMENT;
    const bool rising = from_least != f->q->ascending;
    if (a.value != b.value) {
        return (a.value < b.value) == rising;
    }
    return a.number != b.number && (a.number < b.number) == rising;
}

static void sink(Finding *f, size_t at)
{
    for (;;) {
        size_t worst = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < f->count; child++) {
            worst = before(f, f->heap[worst], f->heap[child]) ? child : worst;
        }
        if (worst == at) {
            return;
        }
        const DeskIndexHit held = f->heap[at];
        f->heap[at] = f->heap[worst];
        f->heap[worst] = held;
        at = worst;
    }
}

static void keep(Finding *f, DeskIndexHit hit)
{
    if (f->count < f->q->max) {
        size_t at = f->count++;
        while (at > 0 && before(f, f->heap[(at - 1) / 2], hit)) {
            f->heap[at] = f->heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        f->heap[at] = hit;
    } else if (f->count > 0 && before(f, hit, f->heap[0])) {
        f->heap[0] = hit;
        sink(f, 0);
    }
}

static void look_at(Finding *f, size_t place)
{
    const Row *row = &f->x->rows[place];
    if (fits(f, row)) {
        const int64_t number = f->x->first + (int64_t)place;
        const DeskIndexHit hit = {value_of(f, row, number), number};
        const DeskIndexHit from = {f->q->after_value, f->q->after_number};
        f->total++;
        if (!f->q->after || before(f, from, hit)) {
            keep(f, hit);
        }
    }
}

/* Best first. */
static void sort_hits(Finding *f)
{
    const size_t count = f->count;
    while (f->count > 1) {
        const DeskIndexHit worst = f->heap[0];
        f->heap[0] = f->heap[--f->count];
        f->heap[f->count] = worst;
        sink(f, 0);
    }
    f->count = count;
}

static bool takes(const void *ctx, uint32_t document)
{
    const Finding *f = ctx;
    return document - 1 < f->x->count && fits(f, &f->x->rows[document - 1]);
}

static PtStatus look_at_words(Finding *f, PtError *err)
{
    PtTextHit hits[PT_TEXT_RESULTS_MAX];
    size_t count = 0;
    const PtTextAsk ask = {
        .query = f->q->text, .max = PT_TEXT_RESULTS_MAX, .takes = takes, .ctx = f};
    PtStatus st = pt_text_find(f->x->text, &ask, hits, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (hits[i].document - 1 < f->x->count) {
            look_at(f, hits[i].document - 1);
        }
    }
    return st;
}

static PtStatus look_at_all(Finding *f, PtError *err)
{
    const DeskIndex *x = f->x;
    if (f->q->text.len > 0) {
        return look_at_words(f, err);
    }
    if (f->q->open_only) {
        for (size_t i = 0; i < x->open_count; i++) {
            look_at(f, x->open[i]);
        }
    } else {
        for (size_t i = 0; i < x->count; i++) {
            look_at(f, i);
        }
    }
    return PT_OK;
}

PtStatus desk_index_find(DeskIndex *x, const DeskIndexQuery *query, DeskIndexHit *hits,
                         size_t *ret_count, uint64_t *ret_total, PtError *err)
{
    Finding f = {.x = x, .q = query, .heap = hits, .requester = hash_of(query->requester)};
    PtStatus st = PT_OK;
    (void)pthread_rwlock_rdlock(&x->lock);
    if (known_code(x, query->queue, &f.queue) && known_code(x, query->assignee, &f.assignee) &&
        known_code(x, query->store, &f.store) && known_code(x, query->category, &f.category)) {
        st = look_at_all(&f, err);
    }
    (void)pthread_rwlock_unlock(&x->lock);
    sort_hits(&f);
    if (st == PT_OK) {
        *ret_count = f.count;
        *ret_total = f.total;
    }
    return st;
}

DeskIndexFigures desk_index_figures(DeskIndex *x)
{
    (void)pthread_rwlock_rdlock(&x->lock);
    const DeskIndexFigures f = {.tickets = x->stored,
                                .open = x->open_count,
                                .bytes = x->cap * sizeof *x->rows + x->open_cap * sizeof *x->open +
                                         pt_text_stats(x->text).bytes};
    (void)pthread_rwlock_unlock(&x->lock);
    return f;
}
