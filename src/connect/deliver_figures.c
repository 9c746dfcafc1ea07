// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"
#include "connect/destination_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 4 /* buckets for each doubling */ };

PtStatus deliver_figures_init(DeliverFigures *f, PtError *err)
{
    memset(f, 0, sizeof *f);
    f->skips = calloc(CONNECT_SKIP_REASONS, sizeof *f->skips);
    if (f->skips == NULL || pthread_mutex_init(&f->lock, NULL) != 0) {
        free(f->skips);
        return pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
    }
    return PT_OK;
}

void deliver_figures_done(DeliverFigures *f)
{
    (void)pthread_mutex_destroy(&f->lock);
    free(f->skips);
}

/* The last place is of all that found none. */
static DeliverSkip *skip_of(DeliverFigures *f, PtStr reason)
{
    char key[DELIVER_REASON_MAX];
    (void)pt_str_copy(key, sizeof key, reason);
    for (size_t i = 0; i < f->skip_count; i++) {
        if (strcmp(f->skips[i].reason, key) == 0) {
            return &f->skips[i];
        }
    }
    if (f->skip_count == CONNECT_SKIP_REASONS) {
        return &f->skips[CONNECT_SKIP_REASONS - 1];
    }
    DeliverSkip *skip = &f->skips[f->skip_count++];
    const bool last = f->skip_count == CONNECT_SKIP_REASONS;
    (void)pt_str_copy(skip->reason, sizeof skip->reason, last ? PT_STR("other") : pt_str(key));
    return skip;
}

void deliver_figures_skip(DeliverFigures *f, const EventView *view, uint64_t position, PtStr reason,
                          PtStr detail, int64_t now_ms)
{
    pthread_mutex_lock(&f->lock);
    DeliverSkip *skip = skip_of(f, reason);
    const size_t at = skip->sample_count++ % CONNECT_SKIP_SAMPLES;
    skip->count++;
    skip->samples[at].position = position;
    skip->samples[at].at_ms = now_ms;
    (void)pt_str_copy(skip->samples[at].event, sizeof skip->samples[at].event,
                      view == NULL         ? PT_STR("")
                      : view->name.len > 0 ? view->name
                                           : event_type_name(view->type));
    (void)pt_str_copy(skip->samples[at].detail, sizeof skip->samples[at].detail, detail);
    pthread_mutex_unlock(&f->lock);
}

/* 0 and up: of ms, STEPS to a doubling. */
static size_t bucket_of(int64_t ms)
{
    uint64_t v = (uint64_t)(ms > 0 ? ms : 0) + STEPS;
    unsigned doublings = 0;
    while (v >= (uint64_t)2 * STEPS) {
        v /= 2;
        doublings++;
    }
    const size_t at = (size_t)doublings * STEPS + (size_t)(v - STEPS);
    return at < DELIVER_BUCKETS ? at : DELIVER_BUCKETS - 1;
}

/* The largest ms of a bucket. */
static int64_t bucket_end(size_t at)
{
    const uint64_t doublings = at / STEPS, v = STEPS + at % STEPS;
    return (int64_t)(((v + 1) << doublings) - STEPS - 1);
}

static void turn_latency(DeliverFigures *f, int64_t now_ms)
{
    const int64_t age_ms = now_ms - f->latency_since_ms;
    if (age_ms >= 0 && age_ms < DELIVER_LATENCY_MS) {
        return;
    }
    if (age_ms < 0 || age_ms >= (int64_t)2 * DELIVER_LATENCY_MS) {
        memset(f->latency[0], 0, sizeof f->latency[0]);
    }
    memcpy(f->latency[1], f->latency[0], sizeof f->latency[1]);
    memset(f->latency[0], 0, sizeof f->latency[0]);
    f->latency_since_ms = now_ms;
}

void deliver_figures_delivered(DeliverFigures *f, int64_t latency_ms, int64_t now_ms)
{
    pthread_mutex_lock(&f->lock);
    f->delivered++;
    f->last_success_ms = now_ms;
    if (latency_ms >= 0) {
        turn_latency(f, now_ms);
        f->latency[0][bucket_of(latency_ms)]++;
    }
    pthread_mutex_unlock(&f->lock);
}

void deliver_figures_error(DeliverFigures *f, const char *why, int64_t now_ms)
{
    pthread_mutex_lock(&f->lock);
    f->last_error_ms = now_ms;
    (void)pt_str_copy(f->last_error, sizeof f->last_error, pt_str(why));
    pthread_mutex_unlock(&f->lock);
}

void deliver_figures_forget(DeliverFigures *f)
{
    pthread_mutex_lock(&f->lock);
    f->last_error[0] = '\0';
    for (size_t i = 0; i < f->skip_count; i++) {
        f->skips[i].sample_count = 0;
    }
    pthread_mutex_unlock(&f->lock);
}

int64_t deliver_figures_latency(const DeliverFigures *f, unsigned percent)
{
    uint64_t all = 0, seen = 0;
    for (size_t i = 0; i < DELIVER_BUCKETS; i++) {
        all += f->latency[0][i] + f->latency[1][i];
    }
    if (all == 0) {
        return -1;
    }
    size_t at = 0;
    const uint64_t want = (all * percent + 99) / 100;
    for (; at < DELIVER_BUCKETS - 1; at++) {
        seen += f->latency[0][at] + f->latency[1][at];
        if (seen >= want) {
            break;
        }
    }
    return bucket_end(at);
}

void deliver_figures_write(DeliverFigures *f, char out[static PT_OUTBOX_FIGURES])
{
    PtBuf buf;
    pt_buf_init(&buf, PT_OUTBOX_FIGURES - 1);
    PtJsonOut json = pt_json_out(&buf);
    pthread_mutex_lock(&f->lock);
    pt_json_out_object(&json);
    pt_json_put_u64(&json, "delivered", f->delivered);
    pt_json_put_u64(&json, "retried", f->retried);
    pt_json_put_u64(&json, "requests", f->requests);
    pt_json_put_u64(&json, "last_success_ms", (uint64_t)f->last_success_ms);
    pt_json_put_u64(&json, "last_error_ms", (uint64_t)f->last_error_ms);
    pt_json_out_key(&json, PT_STR("skips"));
    pt_json_out_object(&json);
    for (size_t i = 0; i < f->skip_count; i++) {
        pt_json_put_u64(&json, f->skips[i].reason, f->skips[i].count);
    }
    pt_json_out_object_end(&json);
    pt_json_out_object_end(&json);
    pthread_mutex_unlock(&f->lock);
    if (pt_buf_status(&buf) == PT_OK) { // else what was stored last stays
        memcpy(out, buf.data, buf.len);
        out[buf.len] = '\0';
    }
    pt_buf_done(&buf);
}

static void read_skips(DeliverFigures *f, PtJson *j)
{
    char reason[DELIVER_REASON_MAX * 2];
    while (pt_json_next(j) == PT_JSON_KEY) {
        PtBuf text;
        int64_t count = 0;
        pt_buf_init(&text, sizeof reason);
        pt_json_decode(j->raw, &text);
        if (pt_json_next(j) == PT_JSON_NUMBER && pt_json_to_i64(j->raw, &count)) {
            skip_of(f, pt_buf_str(&text))->count += (uint64_t)count;
        }
        pt_buf_done(&text);
    }
}

static void read_number(DeliverFigures *f, PtStr key, int64_t value)
{
    const struct {
        const char *key;
        void *to;
    } members[] = {{"delivered", &f->delivered},
                   {"retried", &f->retried},
                   {"requests", &f->requests},
                   {"last_success_ms", &f->last_success_ms},
                   {"last_error_ms", &f->last_error_ms}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (pt_str_eq(key, pt_str(members[i].key))) {
            memcpy(members[i].to, &value, sizeof value);
        }
    }
}

void deliver_figures_read(DeliverFigures *f, PtStr json)
{
    PtJson j;
    pt_json_init(&j, json, 4);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const PtStr key = j.raw;
        int64_t value = 0;
        const PtJsonToken t = pt_json_next(&j);
        if (t == PT_JSON_OBJECT) {
            read_skips(f, &j);
        } else if (t == PT_JSON_NUMBER && pt_json_to_i64(j.raw, &value)) {
            read_number(f, key, value);
        }
    }
}
