// SPDX-License-Identifier: Apache-2.0
/* Whole files to destinations: the caller's thread, past queue and breaker. */
#include "connect/destination_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_ARENA = 4 << 20,
    SLOW_S = 60,      /* so long under... */
    SLOW_BYTES = 100, /* ...so many bytes a second, or without an answer: given up */
    END_S = 600,      /* the same for a store that puts parts together */
    ABORT_MS = 5000,
};

typedef struct FileWay {
    ConnectDestinations *ds;
    const ConnectFile *f;
    const _Atomic bool *stop;
    PtArena *texts;
    DeliverPlan *plan;
    DeliverShot shot;
    bool has_shot;
    int64_t at, end; /* of what is being sent */
    int64_t begin;
    int64_t wait_ms;
    bool heeds; /* *stop: what was sent in parts is taken back all the same */
} FileWay;

static size_t read_file(char *out, size_t size, size_t count, void *ctx)
{
    FileWay *w = ctx;
    const int64_t left = w->end - w->at, room = (int64_t)(size * count);
    const ssize_t got =
        left > 0 ? pread(w->f->fd, out, (size_t)(left < room ? left : room), w->at) : 0;
    if (got < 0 || (got == 0 && left > 0)) {
        return CURL_READFUNC_ABORT; // it has become shorter
    }
    w->at += got;
    return (size_t)got;
}

static int seek_file(void *ctx, curl_off_t offset, int origin)
{
    FileWay *w = ctx;
    w->at = w->begin + offset;
    return origin == SEEK_SET ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK;
}

static int look(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
    const FileWay *w = ctx;
    (void)down_all, (void)down, (void)up_all, (void)up;
    return w->heeds && w->stop != NULL && atomic_load(w->stop);
}

static PtStatus prepare(FileWay *w, bool file, PtError *err)
{
    CURL *easy = w->shot.easy;
    PtStatus st = deliver_shot_prepare(&w->shot, w->ds->c.net, w->heeds ? 0 : ABORT_MS, err);
    CURLcode rc = CURLE_OK;
    if (st != PT_OK) {
        return st;
    }
    if (file) {
        rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
        rc |= curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        rc |= curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)(w->end - w->at));
        rc |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_file);
        rc |= curl_easy_setopt(easy, CURLOPT_READDATA, w);
        rc |= curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_file);
        rc |= curl_easy_setopt(easy, CURLOPT_SEEKDATA, w);
    }
    rc |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    rc |= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)(file ? SLOW_S : END_S));
    rc |= curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    rc |= curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look);
    rc |= curl_easy_setopt(easy, CURLOPT_XFERINFODATA, w);
    return rc == CURLE_OK ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to send a file");
}

static void take_answer(FileWay *w, const DeliverAnswer *a, ConnectFileAnswer *out)
{
    w->wait_ms = w->heeds ? a->retry_after_ms : w->wait_ms;
    memcpy(out->etag, w->shot.etag, sizeof out->etag);
    if (a->answered) {
        out->status = a->status;
        out->body = a->body;
    } else if (a->refused_address) {
        out->verdict = CONNECT_STOP;
        (void)snprintf(out->why, sizeof out->why, "the address %s is not a public one",
                       w->shot.guard.refused);
    } else {
        out->verdict = CONNECT_AGAIN;
        (void)snprintf(out->why, sizeof out->why, "no answer: %.180s", a->why);
    }
}

static PtStatus carry(void *ctx, const ConnectRequest *r, int64_t from, int64_t len,
                      ConnectFileAnswer *ret_answer, PtError *err)
{
    FileWay *w = ctx;
    DeliverAnswer answer;
    deliver_shot_clear(&w->shot);
    w->shot.request = *r; // borrowed: the kind frees it
    w->begin = w->at = from;
    w->end = from + (len > 0 ? len : 0);
    w->heeds = strcmp(r->method, "DELETE") != 0;
    PtStatus st = prepare(w, len >= 0, err);
    if (st != PT_OK) {
        return st;
    }
    const CURLcode code = curl_easy_perform(w->shot.easy);
    if (w->heeds && w->stop != NULL && atomic_load(w->stop) && code != CURLE_OK) {
        return pt_fail(err, PT_UNAVAILABLE, "stopped");
    }
    deliver_shot_answer(&w->shot, code, &answer);
    take_answer(w, &answer, ret_answer);
    return PT_OK;
}

/* What is wrong with a destination that is to get files. */
static PtStatus check(const DeliverPlan *plan, bool people, PtError *err)
{
    if (plan->settings.kind->put == NULL) {
        return pt_fail(err, PT_INVALID, "destination: its kind takes no files");
    }
    return !people || plan->purpose_count == 0
               ? PT_OK
               : pt_fail(err, PT_INVALID,
                         "destination: it asks for consent, which a file of people or events does "
                         "not hold");
}

static PtStatus open_plan(ConnectDestinations *ds, PtStr id, bool people, PtArena *arena,
                          DeliverPlan **ret_plan, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(deliver_plan_freep) DeliverPlan *plan = NULL;
    DestinationRow row;
    PtStatus st = pt_sql_begin(ds->c.sql, false, &tx, err);
    st = st == PT_OK ? destination_read(tx, id, arena, &row, err) : st;
    if (st == PT_NOT_FOUND) {
        return pt_fail(err, PT_INVALID, "destination: none has that id");
    }
    st = st == PT_OK ? deliver_plan_new(&ds->c, &row, &plan, err) : st;
    st = st == PT_OK ? check(plan, people, err) : st;
    if (st == PT_OK) {
        *ret_plan = PT_TAKE(plan);
    }
    return st;
}

PtStatus connect_destination_takes(ConnectDestinations *ds, PtStr id, bool people, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(FILE_ARENA);
    PT_CLEANUP(deliver_plan_freep) DeliverPlan *plan = NULL;
    return arena != NULL ? open_plan(ds, id, people, arena, &plan, err)
                         : pt_fail(err, PT_NO_MEMORY, "no memory for a destination");
}

PtStatus connect_destination_put(ConnectDestinations *ds, PtStr id, bool people,
                                 const ConnectFile *file, const _Atomic bool *stop,
                                 ConnectFileEnd *ret_end, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(FILE_ARENA);
    PT_CLEANUP(deliver_plan_freep) DeliverPlan *plan = NULL;
    FileWay w = {.ds = ds, .f = file, .stop = stop};
    const ConnectCarrier carrier = {carry, &w};
    ConnectFileEnd end = {.verdict = CONNECT_AGAIN};
    PtStatus st = arena != NULL ? open_plan(ds, id, people, arena, &plan, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to send a file");
    st = st == PT_OK ? deliver_shot_init(&w.shot, FILE_ARENA, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_arena_clear(arena); // the row, which the plan does not need any more
    st = plan->settings.kind->put(&plan->settings, file, &carrier, arena, &end, err);
    deliver_shot_done(&w.shot);
    if (st == PT_OK) {
        end.wait_ms = w.wait_ms;
        *ret_end = end;
    }
    return st;
}
