// SPDX-License-Identifier: Apache-2.0
/* What became of events, by the day of their own time, source and name. */
#include "base/map.h"
#include "connect/destination_internal.h"
#include "destination.sql.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS_BACK = 400, HEAD = sizeof(int64_t) + sizeof(uint32_t) };

typedef struct Counts {
    int64_t of[DELIVER_COUNTS];
    uint64_t delivered_end, switched_off_end;
} Counts;

static Counts *counts_of(DeliverTally *t, PtStr key)
{
    if (t->rows == NULL) {
        t->rows = pt_map_new();
    }
    Counts *c = t->rows != NULL ? pt_map_get(t->rows, key) : NULL;
    if (c != NULL || t->rows == NULL) {
        return c;
    }
    c = calloc(1, sizeof *c);
    if (c != NULL && !pt_map_set(t->rows, key, c, NULL)) {
        free(PT_TAKE(c));
    }
    return c;
}

static PtStr key_of(char key[static HEAD + EVENT_STATS_DAY_NAME], int64_t day, uint32_t source,
                    PtStr name)
{
    memcpy(key, &day, sizeof day);
    memcpy(key + sizeof day, &source, sizeof source);
    memcpy(key + HEAD, name.data, name.len);
    return (PtStr){key, HEAD + name.len};
}

void deliver_tally_add(DeliverTally *t, const PtRecord *record, const EventView *view,
                       DeliverCount count, int64_t now_ms)
{
    char key[HEAD + EVENT_STATS_DAY_NAME], space[EVENT_STATS_SPACE];
    const int64_t today = event_stats_day_ms(now_ms);
    EventView read;
    if (view == NULL && event_payload_read(record, &read, NULL) != PT_OK) {
        return;
    }
    const EventView *v = view != NULL ? view : &read;
    const int64_t day = event_stats_day_ms(v->timestamp_ms);
    if (day < today - DAYS_BACK * (int64_t)EVENT_STATS_DAY_MS || day > today + EVENT_STATS_DAY_MS) {
        return;
    }
    const PtStr name = event_stats_day_name(v, space);
    Counts *c = counts_of(t, key_of(key, day, record->source, name));
    if (c == NULL) {
        return;
    }
    const uint64_t end = record->position.offset + 1;
    c->of[count]++;
    if (count == DELIVER_DELIVERED && end > c->delivered_end) {
        c->delivered_end = end;
    } else if (count == DELIVER_SWITCHED_OFF && end > c->switched_off_end) {
        c->switched_off_end = end;
    }
}

DeliverCount deliver_tally_reason(PtStr reason)
{
    return pt_str_eq(reason, PT_STR("filter")) || pt_str_eq(reason, PT_STR("event"))
               ? DELIVER_SWITCHED_OFF
               : DELIVER_WITHHELD;
}

bool deliver_tally_full(const DeliverTally *t)
{
    return t->rows != NULL && pt_map_count(t->rows) >= DELIVER_TALLY_DUE;
}

static PtStatus store_row(PtSqlTx *tx, const char *destination, PtStr key, const Counts *c,
                          PtError *err)
{
    int64_t day;
    uint32_t source;
    memcpy(&day, key.data, sizeof day);
    memcpy(&source, key.data + sizeof day, sizeof source);
    PtStatus st = pt_sql_use(tx, SQL_DESTINATION_DAY_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(destination));
    pt_sql_bind_i64(tx, 2, day);
    pt_sql_bind_i64(tx, 3, source);
    pt_sql_bind_text(tx, 4, pt_str_from(key, HEAD));
    for (int i = 0; i < DELIVER_COUNTS; i++) {
        pt_sql_bind_i64(tx, 5 + i, c->of[i]);
    }
    pt_sql_bind_i64(tx, 9, (int64_t)c->delivered_end);
    pt_sql_bind_i64(tx, 10, (int64_t)c->switched_off_end);
    pt_sql_bind_i64(tx, 11, EVENT_STATS_NAMES);
    return pt_sql_finish(tx, err);
}

static PtStatus trim(DeliverTally *t, PtSqlTx *tx, const char *destination, int64_t now_ms,
                     PtError *err)
{
    const int64_t today = event_stats_day_ms(now_ms);
    PtStatus st = PT_OK;
    if (today != t->trimmed_ms) {
        st = destination_drop_days(tx, pt_str(destination),
                                   today - DAYS_BACK * (int64_t)EVENT_STATS_DAY_MS, err);
        t->trimmed_ms = st == PT_OK ? today : t->trimmed_ms;
    }
    return st;
}

PtStatus deliver_tally_store(DeliverTally *t, PtSqlTx *tx, const char *destination, int64_t now_ms,
                             PtError *err)
{
    size_t cursor = 0;
    PtStr key;
    void *counts;
    if (t->rows == NULL) {
        return PT_OK;
    }
    PtStatus st = trim(t, tx, destination, now_ms, err);
    while (st == PT_OK && pt_map_next(t->rows, &cursor, &key, &counts)) {
        st = store_row(tx, destination, key, counts, err);
    }
    return st;
}

void deliver_tally_clear(DeliverTally *t)
{
    pt_map_free(PT_TAKE(t->rows), free);
}
