// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/memory.h"
#include "base/status.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* How good the events of each source are, over time: part of the view "profiles", included by
 * profiles.h. What each count means: docs/quality.md and quality_measures.
 *
 * Time     By time of receipt, in hours and days of UTC. Hours are kept QUALITY_HOUR_DAYS days back
 *          from the newest record's day, days QUALITY_DAY_DAYS; fields as long as hours.
 * Once     An event that was quarantined and redriven counts as what came in: quarantined.
 * Rebuild  All follows from the log, but duplicates, which it does not have: they are counted as
 *          they are dropped, reach the tables with the view's next step, and a rebuild keeps them.
 */
enum {
    QUALITY_LATE_CLASSES = 10,
    QUALITY_HOUR_DAYS = 90,
    QUALITY_DAY_DAYS = 800,
    QUALITY_SAMPLES = 5,
    QUALITY_FIELDS_MAX = 50, /* of a source, day and kind told apart; the rest is "(other)" */
    QUALITY_POINTS_MAX = QUALITY_HOUR_DAYS * 24 + 1,
};

typedef enum QualityCount {
    QUALITY_RECEIVED, /* events and quarantined records */
    QUALITY_EVENTS,   /* not quarantined */
    QUALITY_CHECKED,  /* of a kind that has fields to miss */
    QUALITY_TIMED,    /* not brought in as history */
    QUALITY_MISSING,  /* the counts below: events, each once */
    QUALITY_MALFORMED,
    QUALITY_LATE,
    QUALITY_CONFLICTING,
    QUALITY_QUARANTINED,
    QUALITY_LATE_CLASS,
    QUALITY_STORED = QUALITY_LATE_CLASS + QUALITY_LATE_CLASSES, /* columns of quality_count */
    QUALITY_DUPLICATE = QUALITY_STORED,
    QUALITY_COUNTS,
} QualityCount;

typedef struct QualityPoint {
    int64_t at_ms; /* begin of the hour or day */
    int64_t counts[QUALITY_COUNTS];
} QualityPoint;

typedef enum QualityStep { QUALITY_HOUR, QUALITY_DAY } QualityStep;
int64_t quality_step_ms(QualityStep step);

typedef enum QualityProblem {
    QUALITY_IS_MISSING,
    QUALITY_IS_MALFORMED,
    QUALITY_IS_CONFLICTING,
    QUALITY_PROBLEMS,
} QualityProblem;

typedef struct QualityField {
    PtStr kind;  /* of event; "identifier" and "trait" of what conflicts */
    PtStr field; /* "properties.currency" */
    QualityProblem problem;
    int64_t events;
    uint64_t samples[QUALITY_SAMPLES]; /* positions, newest first */
    size_t sample_count;
} QualityField;

/* A share: counts[count] of counts[of], or, of duplicates, of those and all received. */
typedef struct QualityMeasure {
    const char *name, *of_text, *text; /* for people */
    QualityCount count, of;
} QualityMeasure;

enum { QUALITY_MEASURES = 6 };
extern const QualityMeasure quality_measures[QUALITY_MEASURES];
/* What counts[measure->count] is a share of. */
int64_t quality_of(const QualityMeasure *measure, const int64_t counts[static QUALITY_COUNTS]);

/* Upper edge of a class of lateness; of the last one INT64_MAX. */
int64_t quality_late_edge_ms(size_t late_class);
/* So many per cent of the late events were at most so late: the upper edge of a class, of the last
 * class its lower edge. -1: none was late. */
int64_t quality_late_quantile_ms(const int64_t counts[static QUALITY_COUNTS], unsigned percent);

typedef struct Profiles Profiles;

typedef struct QualityRange { /* from_ms and until_ms on the step */
    uint32_t source;
    QualityStep step;
    int64_t from_ms, until_ms;
} QualityRange;

/* Steps of [from, until) that have anything, oldest first, at most QUALITY_POINTS_MAX. What the
 * view has not written yet is not in it, but for duplicates. All is in the arena. */
PT_NODISCARD PtStatus profiles_quality_series(Profiles *p, const QualityRange *range,
                                              PtArena *arena, QualityPoint **ret_points,
                                              size_t *ret_count, PtError *err);
/* The worst fields of the days that [from, until) touches, most events first, at most `max`. */
PT_NODISCARD PtStatus profiles_quality_fields(Profiles *p, const QualityRange *range, size_t max,
                                              PtArena *arena, QualityField **ret_fields,
                                              size_t *ret_count, PtError *err);
/* Events of the source were dropped just now, their ids being known. Any thread; ctx: Profiles. */
void profiles_quality_duplicates(void *ctx, uint32_t source, uint32_t events);
