// SPDX-License-Identifier: Apache-2.0
/* How good the events of each source are: counted in memory as the view reads them, by hour and
 * source, until a step's transaction takes it to the tables. */
#include "profiles/quality_internal.h"

#include "base/time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOUR_MS = 3600000,
    TALLY_MAX = 256 << 20, /* bytes; a step ends long before */
    DROPPED_MAX = 65536,   /* sources and hours whose duplicates wait for a step */
    NAME_BYTES = 256,      /* of a kind, of a field */
};

/* ---- What is counted ------------------------------------------------------------------------- */

const QualityMeasure quality_measures[QUALITY_MEASURES] = {
    {"missing", "events of a kind that is checked",
     "Events that lack a field which a good event of their kind has: an order without its "
     "currency, "
     "an identify without mail, phone and name, an event without any identifier.",
     QUALITY_MISSING, QUALITY_CHECKED},
    {"malformed", "events",
     "Events with a value that cannot be what it is called: a mail address without a domain, a "
     "currency that is no ISO 4217 code, an amount that is no number, a timestamp that is none or "
     "in the future, text that is no Unicode.",
     QUALITY_MALFORMED, QUALITY_EVENTS},
    {"late", "events, without those brought in as history",
     "Events that were received over an hour after they happened, by the corrected timestamp.",
     QUALITY_LATE, QUALITY_TIMED},
    {"conflicting", "events",
     "Events with an identifier that was dropped by a limit, the merge cap or a do-not-link, and "
     "events that gave a trait another value than another source did of the same identifier less "
     "than a day apart: that counts for both sources.",
     QUALITY_CONFLICTING, QUALITY_EVENTS},
    {"duplicate", "all that came in, duplicates with it",
     "Events that were dropped, their messageId being known already; also those that a client sent "
     "again because it had no answer. Counted as they are dropped, not from the log.",
     QUALITY_DUPLICATE, QUALITY_RECEIVED},
    {"quarantined", "events and quarantined records",
     "Events that could not be taken and wait in quarantine, or were redriven from there.",
     QUALITY_QUARANTINED, QUALITY_RECEIVED},
};

int64_t quality_of(const QualityMeasure *measure, const int64_t counts[static QUALITY_COUNTS])
{
    return counts[measure->of] +
           (measure->count == QUALITY_DUPLICATE ? counts[QUALITY_DUPLICATE] : 0);
}

int64_t quality_step_ms(QualityStep step)
{
    return step == QUALITY_HOUR ? HOUR_MS : 24 * (int64_t)HOUR_MS;
}

int64_t quality_late_edge_ms(size_t late_class)
{
    static const int64_t hours[QUALITY_LATE_CLASSES - 1] = {2,      4,      12,      24,     2 * 24,
                                                            4 * 24, 7 * 24, 30 * 24, 90 * 24};
    return late_class < QUALITY_LATE_CLASSES - 1 ? hours[late_class] * HOUR_MS : INT64_MAX;
}

int64_t quality_late_quantile_ms(const int64_t counts[static QUALITY_COUNTS], unsigned percent)
{
    int64_t seen = 0;
    for (size_t i = 0; i < QUALITY_LATE_CLASSES; i++) {
        seen += counts[QUALITY_LATE_CLASS + i];
        if (seen > 0 && seen * 100 >= counts[QUALITY_LATE] * (int64_t)percent) {
            return quality_late_edge_ms(i < QUALITY_LATE_CLASSES - 1 ? i : i - 1);
        }
    }
    return -1;
}

static size_t late_class(int64_t late_ms)
{
    size_t i = 0;
    while (late_ms > quality_late_edge_ms(i)) {
        i++;
    }
    return i;
}

void quality_sample(uint64_t *samples, size_t *count, uint64_t offset)
{
    size_t at = 0;
    while (at < *count && samples[at] > offset) {
        at++;
    }
    if (at == QUALITY_SAMPLES || (at < *count && samples[at] == offset)) {
        return;
    }
    *count += *count < QUALITY_SAMPLES;
    memmove(&samples[at + 1], &samples[at], (*count - at - 1) * sizeof *samples);
    samples[at] = offset;
}

/* ---- A tally --------------------------------------------------------------------------------- */

static bool tally_init(QualityTally *t)
{
    t->arena = pt_arena_new(TALLY_MAX);
    t->map = pt_map_new();
    t->cells_end = &t->cells;
    t->sums_end = &t->sums;
    return t->arena != NULL && t->map != NULL;
}

static void tally_done(QualityTally *t)
{
    pt_map_free(t->map, NULL);
    pt_arena_free(t->arena);
}

/* The map keeps its room for the next step. */
static void tally_clear(QualityTally *t)
{
    if (t->entries == NULL) {
        return;
    }
    for (QualityEntry *e = t->entries; e != NULL; e = e->next) {
        (void)pt_map_remove(t->map, e->key);
    }
    pt_arena_clear(t->arena);
    t->entries = NULL;
    t->cells = NULL;
    t->cells_end = &t->cells;
    t->sums = NULL;
    t->sums_end = &t->sums;
    t->last = NULL;
}

typedef struct TallyKey { /* its bytes are the map's key, behind them the texts of a field */
    int64_t at_ms;
    uint32_t source;
    uint32_t what; /* 0: a cell; 1: an event in conflict; 2 + QualityProblem */
} TallyKey;

enum { KEY_CELL, KEY_EVENT, KEY_FIELD };

/* The entry of a key; *ret_new: it was made, with `size` zeroed bytes. NULL: no memory. */
static void *tally_entry(QualityTally *t, PtStr key, size_t size, bool *ret_new)
{
    QualityEntry *e = pt_map_get(t->map, key);
    *ret_new = e == NULL;
    if (e != NULL) {
        return e;
    }
    e = pt_arena_alloc(t->arena, 1, size);
    const PtStr copy = e != NULL ? pt_arena_str(t->arena, key) : (PtStr){NULL, 0};
    if (copy.data == NULL || !pt_map_set(t->map, copy, e, NULL)) {
        return NULL;
    }
    e->key = copy;
    e->next = t->entries;
    t->entries = e;
    return e;
}

static QualityCell *tally_cell(QualityTally *t, uint32_t source, int64_t hour_ms)
{
    if (t->last != NULL && t->last->source == source && t->last->hour_ms == hour_ms) {
        return t->last;
    }
    const TallyKey key = {hour_ms, source, KEY_CELL};
    bool is_new;
    QualityCell *cell =
        tally_entry(t, (PtStr){(const char *)&key, sizeof key}, sizeof *cell, &is_new);
    if (cell != NULL && is_new) {
        cell->source = source;
        cell->hour_ms = hour_ms;
        *t->cells_end = cell;
        t->cells_end = &cell->next;
    }
    t->last = cell;
    return cell;
}

/* False: no memory. */
static bool tally_field(QualityTally *t, const QualitySum *about, uint64_t offset)
{
    char bytes[sizeof(TallyKey) + 2 * NAME_BYTES];
    const TallyKey key = {about->day_ms, about->source, KEY_FIELD + (uint32_t)about->problem};
    const size_t kind = about->kind.len, field = about->field.len;
    assert(kind < NAME_BYTES && field <= NAME_BYTES);
    memcpy(bytes, &key, sizeof key);
    memcpy(bytes + sizeof key, about->kind.data, kind);
    bytes[sizeof key + kind] = '\0';
    memcpy(bytes + sizeof key + kind + 1, about->field.data, field);
    bool is_new;
    const PtStr text = {bytes, sizeof key + kind + 1 + field};
    QualitySum *sum = tally_entry(t, text, sizeof *sum, &is_new);
    if (sum != NULL && is_new) {
        const QualityEntry entry = sum->entry;
        *sum = *about;
        sum->entry = entry;
        sum->kind = pt_arena_str(t->arena, about->kind);
        sum->field = pt_arena_str(t->arena, about->field);
        *t->sums_end = sum;
        t->sums_end = &sum->next;
    }
    if (sum == NULL || sum->kind.data == NULL || sum->field.data == NULL) {
        return false;
    }
    sum->events++;
    quality_sample(sum->samples, &sum->sample_count, offset);
    return true;
}

/* Whether the event counts as in conflict for this source for the first time. */
static bool tally_first(QualityTally *t, uint32_t source, uint64_t offset, bool *ret_first)
{
    const TallyKey key = {(int64_t)offset, source, KEY_EVENT};
    return tally_entry(t, (PtStr){(const char *)&key, sizeof key}, sizeof(QualityEntry),
                       ret_first) != NULL;
}

static bool tally_knows(const QualityTally *t, uint32_t source, uint64_t offset)
{
    const TallyKey key = {(int64_t)offset, source, KEY_EVENT};
    return pt_map_get(t->map, (PtStr){(const char *)&key, sizeof key}) != NULL;
}

/* ---- Lifetime -------------------------------------------------------------------------------- */

PtStatus quality_new(Profiles *p, PtError *err)
{
    Quality *q = calloc(1, sizeof *q);
    if (q == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to count the quality of events");
    }
    (void)pthread_mutex_init(&q->lock, NULL);
    p->quality = q;
    q->newest_ms = q->pruned_ms = INT64_MIN;
    if (!tally_init(&q->events) || !tally_init(&q->conflicts)) {
        quality_free(p);
        return pt_fail(err, PT_NO_MEMORY, "no memory to count the quality of events");
    }
    return PT_OK;
}

void quality_free(Profiles *p)
{
    Quality *q = p->quality;
    if (q != NULL) {
        tally_done(&q->events);
        tally_done(&q->conflicts);
        (void)pthread_mutex_destroy(&q->lock);
        free(q->dropped);
        free(q);
        p->quality = NULL;
    }
}

void quality_clear(Profiles *p)
{
    tally_clear(&p->quality->events);
    tally_clear(&p->quality->conflicts);
}

/* ---- Counting -------------------------------------------------------------------------------- */

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to count the quality of events");
}

/* NULL: no memory. */
static QualityCell *cell_of_record(Quality *q, const PtRecord *r)
{
    const int64_t hour_ms = pt_time_floor(r->time_ms, HOUR_MS);
    QualityCell *cell = tally_cell(&q->events, r->source, hour_ms);
    q->newest_ms = hour_ms > q->newest_ms ? hour_ms : q->newest_ms;
    if (cell != NULL) {
        cell->counts[QUALITY_RECEIVED]++;
    }
    return cell;
}

PtStatus quality_quarantined(Profiles *p, const PtRecord *r, PtError *err)
{
    QualityCell *cell = cell_of_record(p->quality, r);
    if (cell == NULL) {
        return no_memory(err);
    }
    cell->counts[QUALITY_QUARANTINED]++;
    return PT_OK;
}

static bool count_facts(Quality *q, QualityCell *cell, const QualityFacts *f, uint64_t offset)
{
    bool problem[QUALITY_PROBLEMS] = {false}, ok = true;
    for (size_t i = 0; ok && i < f->count; i++) {
        const QualitySum about = {.day_ms =
                                      pt_time_floor(cell->hour_ms, quality_step_ms(QUALITY_DAY)),
                                  .source = cell->source,
                                  .problem = f->found[i].problem,
                                  .kind = pt_str(f->found[i].kind),
                                  .field = pt_str(f->found[i].field)};
        ok = tally_field(&q->events, &about, offset);
        problem[about.problem] = true;
    }
    cell->counts[QUALITY_MISSING] += problem[QUALITY_IS_MISSING];
    cell->counts[QUALITY_MALFORMED] += problem[QUALITY_IS_MALFORMED];
    return ok;
}

static bool count_dropped(Quality *q, QualityCell *cell, const IdentityClaims *claims,
                          uint32_t dropped, uint64_t offset)
{
    bool ok = true, first;
    for (size_t i = 0; ok && i < claims->count; i++) {
        if ((dropped & 1U << i) != 0) {
            const QualitySum about = {
                .day_ms = pt_time_floor(cell->hour_ms, quality_step_ms(QUALITY_DAY)),
                .source = cell->source,
                .problem = QUALITY_IS_CONFLICTING,
                .kind = PT_STR("identifier"),
                .field = claims->items[i].type};
            ok = tally_field(&q->events, &about, offset);
        }
    }
    cell->counts[QUALITY_CONFLICTING]++;
    return ok && tally_first(&q->events, cell->source, offset, &first);
}

static void count_time(QualityCell *cell, const EventView *v)
{
    const int64_t late_ms = v->received_ms - v->timestamp_ms;
    cell->counts[QUALITY_TIMED]++;
    if (late_ms > HOUR_MS) {
        cell->counts[QUALITY_LATE]++;
        cell->counts[QUALITY_LATE_CLASS + late_class(late_ms)]++;
    }
}

PtStatus quality_apply(Profiles *p, const QualityEvent *e, PtError *err)
{
    Quality *q = p->quality;
    const PtRecord *r = e->record;
    if ((r->flags & EVENT_REDRIVEN) != 0) { // it counted when it came in
        return PT_OK;
    }
    QualityCell *cell = cell_of_record(q, r);
    if (cell == NULL) {
        return no_memory(err);
    }
    cell->counts[QUALITY_EVENTS]++;
    cell->counts[QUALITY_CHECKED] += e->facts->checked;
    if ((r->flags & (EVENT_HISTORICAL | EVENT_ERASED)) == 0) {
        count_time(cell, e->view);
    }
    if ((e->facts->count > 0 && !count_facts(q, cell, e->facts, r->position.offset)) ||
        (e->dropped != 0 && !count_dropped(q, cell, e->claims, e->dropped, r->position.offset))) {
        return no_memory(err);
    }
    return PT_OK;
}

void quality_conflicts_begin(Profiles *p)
{
    tally_clear(&p->quality->conflicts);
}

PtStatus quality_conflict(Profiles *p, uint32_t source, const QualityClash *clash, PtError *err)
{
    Quality *q = p->quality;
    const int64_t hour_ms = pt_time_floor(clash->received_ms, HOUR_MS);
    const QualitySum about = {.day_ms = pt_time_floor(hour_ms, quality_step_ms(QUALITY_DAY)),
                              .source = source,
                              .problem = QUALITY_IS_CONFLICTING,
                              .kind = PT_STR("trait"),
                              .field = clash->trait};
    bool first = false;
    QualityCell *cell = tally_cell(&q->conflicts, source, hour_ms);
    if (cell == NULL || !tally_field(&q->conflicts, &about, clash->offset) ||
        !tally_first(&q->conflicts, source, clash->offset, &first)) {
        return no_memory(err);
    }
    first = first && !tally_knows(&q->events, source, clash->offset);
    cell->counts[QUALITY_CONFLICTING] += first;
    return PT_OK;
}

/* ---- Duplicates ------------------------------------------------------------------------------ */

static QualityDropped *find_dropped(Quality *q, uint32_t source, int64_t hour_ms)
{
    for (size_t i = q->dropped_count; i > 0; i--) {
        if (q->dropped[i - 1].source == source && q->dropped[i - 1].hour_ms == hour_ms) {
            return &q->dropped[i - 1];
        }
    }
    if (q->dropped_count == q->dropped_room) {
        const size_t room = q->dropped_room == 0 ? 64 : 2 * q->dropped_room;
        QualityDropped *grown =
            room <= DROPPED_MAX ? realloc(q->dropped, room * sizeof *grown) : NULL;
        if (grown == NULL) {
            return NULL;
        }
        q->dropped = grown;
        q->dropped_room = room;
    }
    q->dropped[q->dropped_count] = (QualityDropped){.hour_ms = hour_ms, .source = source};
    return &q->dropped[q->dropped_count++];
}

/* Without memory they are not counted: no event waits for a figure. */
void profiles_quality_duplicates(void *ctx, uint32_t source, uint32_t events)
{
    Profiles *p = ctx;
    Quality *q = p->quality;
    const int64_t hour_ms = pt_time_floor(pt_clock_now_ms(p->clock), HOUR_MS);
    (void)pthread_mutex_lock(&q->lock);
    QualityDropped *d = find_dropped(q, source, hour_ms);
    if (d != NULL) {
        d->events += events;
    }
    (void)pthread_mutex_unlock(&q->lock);
}

QualityPoint *quality_point_at(QualityPoint *points, size_t *count, int64_t at_ms)
{
    size_t at = *count;
    while (at > 0 && points[at - 1].at_ms > at_ms) {
        at--;
    }
    if (at > 0 && points[at - 1].at_ms == at_ms) {
        return &points[at - 1];
    }
    if (*count == QUALITY_POINTS_MAX) {
        return NULL;
    }
    memmove(&points[at + 1], &points[at], (*count - at) * sizeof *points);
    ++*count;
    points[at] = (QualityPoint){.at_ms = at_ms};
    return &points[at];
}

void quality_add_dropped(Profiles *p, const QualityRange *range, QualityPoint *points,
                         size_t *count)
{
    Quality *q = p->quality;
    (void)pthread_mutex_lock(&q->lock);
    for (size_t i = 0; i < q->dropped_count; i++) {
        const QualityDropped *d = &q->dropped[i];
        const int64_t at_ms = pt_time_floor(d->hour_ms, quality_step_ms(range->step));
        const bool wanted =
            d->source == range->source && at_ms >= range->from_ms && at_ms < range->until_ms;
        QualityPoint *point = wanted ? quality_point_at(points, count, at_ms) : NULL;
        if (point != NULL) {
            point->counts[QUALITY_DUPLICATE] += d->events;
        }
    }
    (void)pthread_mutex_unlock(&q->lock);
}

void quality_forget(Profiles *p)
{
    Quality *q = p->quality;
    size_t kept = 0;
    quality_clear(p);
    q->pruned_ms = q->newest_ms;
    (void)pthread_mutex_lock(&q->lock);
    for (size_t i = 0; i < q->dropped_count; i++) {
        QualityDropped d = q->dropped[i];
        d.events -= d.writing;
        d.writing = 0;
        if (d.events > 0) {
            q->dropped[kept++] = d;
        }
    }
    q->dropped_count = kept;
    (void)pthread_mutex_unlock(&q->lock);
}
