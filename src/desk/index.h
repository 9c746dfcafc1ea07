// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desk/desk.h"

/* Tickets in memory, for lists: what they are filtered and sorted by, in 72 bytes each. Any filter
 * is one pass over the rows that may fit: over the open ones where only those are asked for. A
 * number is a row's place, since numbers have no gaps.
 *
 * Threads  Any; a lock inside.
 */
typedef struct DeskIndex DeskIndex;

PT_NODISCARD PtStatus desk_index_new(int64_t first_number, DeskIndex **ret_index, PtError *err);
void desk_index_free(DeskIndex *x); /* accepts NULL */

typedef struct DeskIndexTicket {
    int64_t number, version, changed_ms;
    unsigned type, state, priority;
    bool open, major;
    int64_t tones, sentiment, lowest, urgency; /* as in DeskTicket */
    PtStr queue, assignee, store, category, requester;
    PtStr words; /* what search finds it by besides its texts; data NULL: as it was */
} DeskIndexTicket;
/* One with an older version than what stands there is passed over. Where its words have changed,
 * its texts are no longer found until desk_index_texts. */
PT_NODISCARD PtStatus desk_index_put(DeskIndex *x, const DeskIndexTicket *ticket, PtError *err);

/* Texts of a ticket, by which search finds it too; none: words alone. */
typedef struct DeskIndexTexts {
    int64_t number;
    PtStr words;        /* as in DeskIndexTicket */
    const PtStr *texts; /* each up to PT_TEXT_BYTES_MAX */
    size_t count;
} DeskIndexTexts;
PT_NODISCARD PtStatus desk_index_texts(DeskIndex *x, const DeskIndexTexts *texts, PtError *err);
int64_t desk_index_newest(DeskIndex *x); /* the highest number there is a place for */
/* Bytes of texts of a ticket, and of all. */
uint64_t desk_index_texts_of(DeskIndex *x, int64_t number);
uint64_t desk_index_texts_all(DeskIndex *x);

/* Kept through puts; may come before the ticket does. False: no memory. */
bool desk_index_due(DeskIndex *x, int64_t number, const WorkDue *due);
DeskDue desk_index_due_at(DeskIndex *x, int64_t number, int64_t now_ms);

typedef struct DeskIndexQuery {
    unsigned states, types, priorities; /* bits by value; 0: any */
    unsigned dues;                      /* likewise, as of now_ms */
    int64_t now_ms;
    PtStr queue, assignee, store, category, requester; /* data NULL: any */
    PtStr text;
    bool open_only, major, pressing;
    unsigned moods, lowest_moods; /* bits by DeskMood; 0: any */
    unsigned sort;                /* DeskSort */
    bool ascending;
    bool after; /* begin behind (after_value, after_number) */
    int64_t after_value, after_number;
    size_t max;
} DeskIndexQuery;

typedef struct DeskIndexHit {
    int64_t value, number; /* what it is sorted by, for the cursor */
} DeskIndexHit;
/* The first max, in order, into hits[max]; *ret_total: all that fit, wherever the page begins. */
PT_NODISCARD PtStatus desk_index_find(DeskIndex *x, const DeskIndexQuery *query, DeskIndexHit *hits,
                                      size_t *ret_count, uint64_t *ret_total, PtError *err);

typedef struct DeskIndexFigures {
    uint64_t tickets, open, bytes;
} DeskIndexFigures;
DeskIndexFigures desk_index_figures(DeskIndex *x);
