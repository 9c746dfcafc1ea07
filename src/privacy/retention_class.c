// SPDX-License-Identifier: Apache-2.0
/* Which records a class of events is for, when they are due, and in what order the log is read. */
#include "privacy/privacy_internal.h"

#include <string.h>

static const int64_t DAY_MS = 86400000;

/* Whole days of UTC, so that a file of the archive is written anew once a day and not each hour. */
int64_t retention_cut_ms(int64_t now_ms, uint32_t days)
{
    const int64_t today_ms = now_ms - ((now_ms % DAY_MS) + DAY_MS) % DAY_MS;
    return today_ms - (int64_t)days * DAY_MS;
}

static bool covers_type(PtStr type, const PtRecord *record, const EventView *view)
{
    if (type.len > 0) {
        return pt_str_eq(type, event_type_name(view->type));
    }
    return record->klass == PT_RECORD_QUARANTINE ||
           (view->type != EVENT_IDENTIFY && view->type != EVENT_ALIAS && view->type != EVENT_GROUP);
}

static bool covers_name(PtStr name, PtStr said)
{
    const bool open = name.len > 0 && name.data[name.len - 1] == '*';
    const size_t len = name.len - open;
    return name.len == 0 || ((open ? said.len >= len : said.len == len) &&
                             (len == 0 || memcmp(name.data, said.data, len) == 0));
}

bool retention_covers(PtStr type, PtStr name, const PtRecord *record, const EventView *view)
{
    return covers_type(type, record, view) && covers_name(name, view->name);
}

bool retention_span(const RetentionRow *rows, size_t count, uint64_t most, RetentionSpan *ret_span)
{
    RetentionSpan span = {UINT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < count; i++) {
        if (rows[i].next < rows[i].cut && rows[i].next < span.from) {
            span.from = rows[i].next;
        }
    }
    if (span.from == UINT64_MAX) {
        return false;
    }
    span.to = span.from + most;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].next < rows[i].cut) { // up to where a class ends, or another one joins
            const uint64_t edge = rows[i].next == span.from ? rows[i].cut : rows[i].next;
            span.to = edge < span.to ? edge : span.to;
        }
    }
    *ret_span = span;
    return true;
}
