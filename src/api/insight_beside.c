// SPDX-License-Identifier: Apache-2.0
/* /api/v1/insight/desk/checkout: what customers did while a major incident was open, and else. */
#include "api/desk.h"

#include "base/time.h"

enum { ANSWER_BYTES = 64 << 20, HOURS_MAX = 1000, SERIES = 3, DEPTH = 16 };
static const int64_t hour_ms = 3600000, range_ms = 28 * 24 * 3600000LL;

typedef struct Hours {
    int64_t from_ms[HOURS_MAX];
    int64_t values[SERIES][HOURS_MAX]; /* started, failed, completed */
    size_t count;
} Hours;

/* ---- The answer about events -------------------------------------------------------------------
 */

static bool read_times(PtJson *j, Hours *h)
{
    PtJsonToken token = pt_json_next(j);
    while (token == PT_JSON_ARRAY && h->count < HOURS_MAX && (pt_json_next(j) == PT_JSON_STRING)) {
        if (!pt_time_parse(j->raw, &h->from_ms[h->count++])) {
            return false;
        }
    }
    return token == PT_JSON_ARRAY;
}

static bool read_values(PtJson *j, int64_t *values)
{
    PtJsonToken token = pt_json_next(j);
    for (size_t i = 0; token == PT_JSON_ARRAY && pt_json_next(j) == PT_JSON_NUMBER; i++) {
        if (i == HOURS_MAX || !pt_json_to_i64(j->raw, &values[i])) {
            return false;
        }
    }
    return token == PT_JSON_ARRAY;
}

/* [{"series": [{"values": [...]}, ...]}]: whatever else stands there is passed over. */
static bool read_data(PtJson *j, Hours *h)
{
    size_t series = 0;
    const uint32_t depth = j->depth;
    PtJsonToken token;
    do {
        token = pt_json_next(j);
        const bool values =
            token == PT_JSON_KEY && pt_json_raw_eq(j->raw, j->flags, PT_STR("values"));
        if (values && (series == SERIES || !read_values(j, h->values[series]))) {
            return false;
        }
        series += values;
    } while (token != PT_JSON_ERROR && j->depth > depth);
    return token != PT_JSON_ERROR && series == SERIES;
}

static PtStatus read_answer(PtStr json, Hours *h, PtError *err)
{
    PtJson j;
    bool good = true, times = false, data = false;
    pt_json_init(&j, json, DEPTH);
    good = pt_json_next(&j) == PT_JSON_OBJECT;
    while (good && pt_json_next(&j) == PT_JSON_KEY) {
        if (pt_json_raw_eq(j.raw, j.flags, PT_STR("periods"))) {
            times = good = read_times(&j, h);
        } else if (pt_json_raw_eq(j.raw, j.flags, PT_STR("data"))) {
            data = good = read_data(&j, h);
        } else {
            good = pt_json_skip(&j, NULL, NULL, NULL);
        }
    }
    return good && times && data
               ? PT_OK
               : pt_fail(err, PT_CORRUPT, "the answer about checkouts cannot be read");
}

static PtStatus ask(ApiCall *call, PtArena *arena, int64_t from_ms, int64_t to_ms, Hours *h)
{
    PT_CLEANUP(pt_buf_done) PtBuf query = {0}, answer = {0};
    char from[PT_TIME_TEXT], to[PT_TIME_TEXT];
    pt_buf_init(&query, 4096);
    pt_buf_init(&answer, ANSWER_BYTES);
    pt_buf_printf(&query,
                  "{\"kind\":\"segmentation\",\"unit\":\"hour\",\"range\":{\"from\":\"%s\",\"to\":"
                  "\"%s\"},\"series\":[{\"event\":\"Checkout Started\",\"measure\":\"total\"},"
                  "{\"event\":[\"Checkout Failed\",\"Payment Failed\",\"Order Payment Failed\"],"
                  "\"measure\":\"total\"},{\"event\":\"Order Completed\",\"measure\":\"total\"}]}",
                  pt_time_format(from_ms, from).data, pt_time_format(to_ms, to).data);
    if (pt_buf_status(&query) != PT_OK) {
        return pt_fail(&call->error, PT_NO_MEMORY, "no memory for a question");
    }
    const BehaviourAsk what = {.query = pt_buf_str(&query), .stop = &call->gone};
    PtStatus st = behaviour_query(call->api->behaviour, &what, arena, &answer, &call->error);
    return st == PT_OK ? read_answer(pt_buf_str(&answer), h, &call->error) : st;
}

/* ---- Both sides --------------------------------------------------------------------------------
 */

typedef struct Side {
    uint64_t hours;
    int64_t sums[SERIES];
} Side;

static bool is_during(const InsightIncident *list, size_t count, int64_t from_ms, int64_t to_ms)
{
    bool during = false;
    for (size_t i = 0; !during && i < count; i++) {
        during = list[i].opened_ms < to_ms &&
                 (list[i].resolved_ms == 0 || list[i].resolved_ms > from_ms);
    }
    return during;
}

static void put_share(PtJsonOut *out, const char *key, int64_t part, int64_t whole)
{
    if (whole > 0) {
        api_put_double(out, key, (double)part / (double)whole);
    } else {
        api_put_null(out, key);
    }
}

static void put_side(PtJsonOut *out, const char *key, const Side *side)
{
    const int64_t started = side->sums[0], failed = side->sums[1], completed = side->sums[2];
    pt_json_out_key(out, pt_str(key));
    pt_json_out_object(out);
    pt_json_put_u64(out, "hours", side->hours);
    pt_json_put_i64(out, "started", started);
    pt_json_put_i64(out, "failed", failed);
    pt_json_put_i64(out, "completed", completed);
    put_share(out, "failures", failed, started);
    put_share(out, "abandonment", completed < started ? started - completed : 0, started);
    pt_json_out_object_end(out);
}

static void put_answer(ApiCall *call, const Hours *h, const InsightIncident *incidents,
                       size_t count, int64_t from_ms, int64_t to_ms)
{
    Side sides[2] = {{0}}; /* otherwise, during */
    for (size_t i = 0; i < h->count; i++) {
        const int64_t begin = h->from_ms[i] > from_ms ? h->from_ms[i] : from_ms;
        const int64_t hour_end = pt_time_floor(h->from_ms[i], hour_ms) + hour_ms;
        const int64_t end = hour_end < to_ms ? hour_end : to_ms;
        Side *side = &sides[is_during(incidents, count, begin, end)];
        side->hours++;
        for (size_t s = 0; s < SERIES; s++) {
            side->sums[s] += h->values[s][i];
        }
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_time(&out, "from", from_ms);
    api_put_time(&out, "to", to_ms);
    pt_json_put_u64(&out, "incidents", count);
    put_side(&out, "during", &sides[1]);
    put_side(&out, "otherwise", &sides[0]);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_insight_desk_checkout(ApiCall *call)
{
    const ApiValue *from = &call->query[Q_INSIGHT_DESK_CHECKOUT_FROM],
                   *to = &call->query[Q_INSIGHT_DESK_CHECKOUT_TO];
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ANSWER_BYTES);
    const int64_t to_ms = to->given ? to->number : pt_clock_now_ms(call->api->c.clock) + 1;
    const int64_t from_ms = from->given ? from->number : to_ms - range_ms;
    Hours *h = arena != NULL ? pt_arena_alloc(arena, 1, sizeof *h) : NULL;
    InsightIncident *incidents = NULL;
    size_t count = 0;
    PtStatus st = PT_OK;
    if (h == NULL) {
        st = pt_fail(&call->error, PT_NO_MEMORY, "no memory for a question");
    } else if (from_ms >= to_ms) {
        st = pt_fail(&call->error, PT_INVALID, "from: not before to");
    } else if (to_ms - from_ms > (HOURS_MAX - 2) * hour_ms) {
        st = pt_fail(&call->error, PT_TOO_LARGE, "from: over %d hours before to", HOURS_MAX - 2);
    }
    st = st == PT_OK ? ask(call, arena, from_ms, to_ms, h) : st;
    st = st == PT_OK ? insight_incidents(call->api->insight, from_ms, to_ms, arena, &incidents,
                                         &count, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        put_answer(call, h, incidents, count, from_ms, to_ms);
    }
}
