// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "behaviour/query_internal.h"
#include "platform/columns.h"

/* For tests: a store on a disk in memory, filled from words, and questions of it. Every failure
 * fails the test. Persons are their identifiers, unless person_of says otherwise. */
enum { QRIG_PERSONS = 64, QRIG_TRAITS = 16 };

/* Monday 2026-03-02 in UTC; the clock of the questions stands four weeks later. */
#define QRIG_BEGIN_MS 1772409600000
#define QRIG_NOW_MS   (QRIG_BEGIN_MS + INT64_C(28) * 86400000)

typedef struct QRigTrait {
    const char *name;
    uint32_t person;
    const char *json;
} QRigTrait;

typedef struct QRig {
    PtFs *disk;
    Columns *columns;
    ColumnsSnapshot *snapshot; /* of the last question */
    PtArena *arena;            /* cleared by each question */
    uint64_t offset;
    uint32_t person_of[QRIG_PERSONS];
    QRigTrait traits[QRIG_TRAITS];
    size_t trait_count;
    QueryWorld world;
    PtBuf answer;
} QRig;

void qrig_open(QRig *r);
void qrig_close(QRig *r);

/* Rows, parted by "|": a node, an event ("_" is a space, "-" none), hours since QRIG_BEGIN_MS, and
 * values "path=value" below properties, or "context.…=value": numbers, true, false, else texts;
 * with ":" instead of "=" always a text. "@type", "@channel", "@source", "@store", "@currency" and
 * "@amount" stand for columns of their own. "1 Order_Completed 24.5 total=12.5 @channel=1" */
void qrig_tell(QRig *r, const char *rows);

/* Asks; the answer, or "FAILED STATUS: message". Borrowed until the next question. */
const char *qrig_ask(QRig *r, const char *query);
/* Of the last answer: from the member on up to "people", without them. */
const char *qrig_part(QRig *r, const char *member);
/* The persons behind a cell, rising: "1 2 7", or "FAILED STATUS: message". */
const char *qrig_people(QRig *r, const char *query, const char *cell);
