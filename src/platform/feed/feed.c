// SPDX-License-Identifier: Apache-2.0
#include "platform/feed.h"

#include "base/json.h"
#include "base/rng.h"
#include "base/uuid.h"
#include "platform/feed/feed.sql.h"

enum { UUID_RANDOM = 10 };

static PtStatus check_text(const char *what, PtStr text, size_t max, PtError *err)
{
    if (text.len > max) {
        return pt_fail(err, PT_TOO_LARGE, "the %s of a feed event has %zu bytes, not 1..%zu", what,
                       text.len, max);
    }
    if (text.len == 0 || !pt_utf8_valid(text) || memchr(text.data, '\0', text.len) != NULL) {
        return pt_fail(err, PT_INVALID, "the %s of a feed event is empty or no text", what);
    }
    return PT_OK;
}

static PtStatus check_properties(PtStr properties, PtError *err)
{
    if (properties.len > PT_FEED_PROPERTIES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "a feed event has %zu bytes of properties, not 0..%d",
                       properties.len, PT_FEED_PROPERTIES_MAX);
    }
    if (properties.data[0] != '{') {
        return pt_fail(err, PT_INVALID, "the properties of a feed event are no object");
    }
    return pt_json_check(properties, PT_FEED_DEPTH_MAX, err);
}

static PtStatus check(const PtFeedEvent *event, PtError *err)
{
    PtStatus st = check_text("name", event->name, PT_FEED_NAME_MAX, err);
    if (st == PT_OK) {
        st = check_text("subject", event->subject, PT_FEED_SUBJECT_MAX, err);
    }
    return st == PT_OK && event->properties.len > 0 ? check_properties(event->properties, err) : st;
}

PtStatus pt_feed_put(PtSqlTx *tx, int64_t time_ms, const PtFeedEvent *event, PtError *err)
{
    PtStatus st = check(event, err);
    if (st == PT_OK) {
        st = pt_sql_run(tx, SQL_FEED_NEXT_ID, err);
    }
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_FEED_PUT, err);
    }
    if (st != PT_OK) {
        return st;
    }
    uint8_t random[UUID_RANDOM];
    char id[PT_UUID_TEXT];
    pt_random_bytes(random, sizeof random);
    pt_sql_bind_text(tx, 1, pt_uuid_format(pt_uuid7(time_ms, random), id));
    pt_sql_bind_i64(tx, 2, time_ms);
    pt_sql_bind_text(tx, 3, event->name);
    pt_sql_bind_text(tx, 4, event->subject);
    pt_sql_bind_text(tx, 5, event->properties.len > 0 ? event->properties : PT_STR("{}"));
    st = pt_sql_finish(tx, err);
    if (st == PT_OK) {
        pt_sql_note(tx);
    }
    return st;
}
