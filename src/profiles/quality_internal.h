// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/map.h"
#include "profiles/profiles_internal.h"
#include "profiles/quality.h"

/* What the parts of quality share: counting (quality.c), the tables (quality_store.c) and reading
 * (quality_read.c). What one event lacks: quality_check.c, declared in profiles_internal.h. */

typedef struct QualityEntry { /* begins whatever a tally's map leads to */
    struct QualityEntry *next;
    PtStr key;
} QualityEntry;

typedef struct QualityCell {
    QualityEntry entry;
    struct QualityCell *next;
    int64_t hour_ms;
    uint32_t source;
    int64_t counts[QUALITY_STORED];
} QualityCell;

typedef struct QualitySum { /* of a field */
    QualityEntry entry;
    struct QualitySum *next;
    int64_t day_ms;
    uint32_t source;
    QualityProblem problem;
    PtStr kind, field;
    int64_t events;
    uint64_t samples[QUALITY_SAMPLES]; /* highest first */
    size_t sample_count;
} QualitySum;

typedef struct QualityTally {
    PtArena *arena; /* of all of it */
    PtMap *map;
    QualityEntry *entries;
    QualityCell *cells, **cells_end; /* by first appearance, as the sums */
    QualitySum *sums, **sums_end;
    QualityCell *last; /* of the record before, which the next one mostly shares */
} QualityTally;

typedef struct QualityDropped { /* duplicates that are not in the tables */
    int64_t hour_ms;
    uint32_t source;
    int64_t events, writing; /* of those in the transaction in hand */
} QualityDropped;

struct Quality {
    /* the view's thread */
    QualityTally events;    /* what records say: kept until the commit is known */
    QualityTally conflicts; /* what traits_flush finds, anew each time */
    int64_t newest_ms;      /* hour: of the newest record; INT64_MIN before the first */
    int64_t pruned_ms;      /* what it was when the tables were relieved of what is old */
    /* any thread */
    pthread_mutex_t lock;
    QualityDropped *dropped;
    size_t dropped_count, dropped_room;
};

/* Adds `offset` to the highest QUALITY_SAMPLES; one that is there already stays once. */
void quality_sample(uint64_t *samples, size_t *count, uint64_t offset);
size_t quality_samples_read(PtStr text, uint64_t samples[static QUALITY_SAMPLES]);
/* The point of a step, made in its place where there is none; NULL: there are QUALITY_POINTS_MAX.
 */
QualityPoint *quality_point_at(QualityPoint *points, size_t *count, int64_t at_ms);
/* What is not in the tables of this source's duplicates, added to the points, of which there is
 * room for QUALITY_POINTS_MAX and which stay in order. */
void quality_add_dropped(Profiles *p, const QualityRange *range, QualityPoint *points,
                         size_t *count);
