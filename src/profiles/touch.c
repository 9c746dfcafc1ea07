// SPDX-License-Identifier: Apache-2.0
/* Single records of the log: what profiles show of a first and a last event. Records do not change,
 * so what was read of them is kept, by offset; readers of the log are kept open. */
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>

enum { CACHED = 1 << 16, IDLE_READERS = 8, PARTITION = 0 };

struct Touches {
    pthread_mutex_t lock;
    PtLogReader *idle[IDLE_READERS];
    size_t idle_count;
    uint64_t generation; /* of the log's records: a read that began before a clear keeps nothing */
    ProfileTouch cached[CACHED]; /* of offset n at n % CACHED; channel NULL: free */
};

Touches *touches_new(void)
{
    Touches *t = calloc(1, sizeof *t);
    if (t != NULL) {
        (void)pthread_mutex_init(&t->lock, NULL);
    }
    return t;
}

void touches_free(Touches *t)
{
    if (t != NULL) {
        for (size_t i = 0; i < t->idle_count; i++) {
            pt_log_reader_close(t->idle[i]);
        }
        (void)pthread_mutex_destroy(&t->lock);
        free(t);
    }
}

void touches_clear(Touches *t)
{
    (void)pthread_mutex_lock(&t->lock);
    memset(t->cached, 0, sizeof t->cached);
    t->generation++;
    (void)pthread_mutex_unlock(&t->lock);
}

static bool find_cached(Touches *t, uint64_t offset, ProfileTouch *ret_touch,
                        PtLogReader **ret_reader, uint64_t *ret_generation)
{
    (void)pthread_mutex_lock(&t->lock);
    const ProfileTouch *at = &t->cached[offset % CACHED];
    const bool found = at->channel.data != NULL && at->offset == offset;
    if (found) {
        *ret_touch = *at;
    } else if (t->idle_count > 0) {
        *ret_reader = t->idle[--t->idle_count];
    }
    *ret_generation = t->generation;
    (void)pthread_mutex_unlock(&t->lock);
    return found;
}

static void give_back(Touches *t, PtLogReader *reader, const ProfileTouch *touch,
                      uint64_t generation)
{
    (void)pthread_mutex_lock(&t->lock);
    if (touch != NULL && t->generation == generation) {
        t->cached[touch->offset % CACHED] = *touch;
    }
    if (t->idle_count < IDLE_READERS) {
        t->idle[t->idle_count++] = reader;
        reader = NULL;
    }
    (void)pthread_mutex_unlock(&t->lock);
    pt_log_reader_close(reader);
}

static PtStatus read_record(PtLogReader *reader, uint64_t offset, ProfileTouch *ret_touch,
                            PtError *err)
{
    const PtRecord *r;
    size_t count;
    EventView v;
    pt_log_seek(reader, offset);
    PtStatus st = pt_log_fetch(reader, 1, true, &r, &count, err);
    if (st == PT_OK && (count == 0 || r->klass != PT_RECORD_EVENT)) {
        st = pt_fail(err, PT_CORRUPT, "no event is at position %llu", (unsigned long long)offset);
    }
    if (st == PT_OK) {
        st = event_payload_read(r, &v, err);
    }
    if (st == PT_OK) {
        *ret_touch = (ProfileTouch){.offset = offset,
                                    .at_ms = v.timestamp_ms,
                                    .source = r->source,
                                    .channel = profiles_channel(&v)};
    }
    return st;
}

PtStatus touch_read(Profiles *p, uint64_t offset, ProfileTouch *ret_touch, PtError *err)
{
    Touches *t = p->traits->touches;
    PtLogReader *reader = NULL;
    uint64_t generation;
    if (find_cached(t, offset, ret_touch, &reader, &generation)) {
        return PT_OK;
    }
    PtStatus st =
        reader != NULL ? PT_OK : pt_log_reader_open(p->log, NULL, PARTITION, offset, &reader, err);
    if (st != PT_OK) {
        return st;
    }
    ProfileTouch touch;
    st = read_record(reader, offset, &touch, err);
    give_back(t, reader, st == PT_OK ? &touch : NULL, generation);
    if (st == PT_OK) {
        *ret_touch = touch;
    }
    return st;
}
