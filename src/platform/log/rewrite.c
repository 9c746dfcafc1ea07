// SPDX-License-Identifier: Apache-2.0
#include "platform/log/rewrite_internal.h"

#include <inttypes.h>

static PtStatus check_offsets(PtLog *log, const uint64_t *offsets, size_t count, PtError *err)
{
    const uint64_t begin = pt_log_begin(log, 0), end = pt_log_end(log, 0);
    for (size_t i = 1; i < count; i++) {
        if (offsets[i] <= offsets[i - 1]) {
            return pt_fail(err, PT_INVALID, "offset %" PRIu64 " does not rise", offsets[i]);
        }
    }
    if (count > 0 && offsets[count - 1] >= end) {
        return pt_fail(err, PT_INVALID, "offset %" PRIu64 " is not below the end %" PRIu64,
                       offsets[count - 1], end);
    }
    if (count > 0 && offsets[0] < begin) {
        return pt_fail(err, PT_GONE, "offset %" PRIu64 " is no longer kept", offsets[0]);
    }
    return PT_OK;
}

static PtStatus rewrite_files(LogRewrite *w, const uint64_t *offsets, size_t count, PtError *err)
{
    PtLog *log = w->log;
    PtStatus st = PT_OK;
    for (size_t i = 0, next; i < count && st == PT_OK; i = next) {
        pthread_mutex_lock(&log->mu);
        const LogArchive *arc = log_archive_find(log, offsets[i]);
        const uint64_t base = arc != NULL ? arc->base : 0, end = arc != NULL ? arc->end : 0;
        pthread_mutex_unlock(&log->mu);
        if (arc == NULL) {
            return pt_fail(err, PT_UNAVAILABLE, "record %" PRIu64 " is not archived yet",
                           offsets[i]);
        }
        for (next = i + 1; next < count && offsets[next] < end;) {
            next++;
        }
        st = log_rewrite_file(w, base, offsets + i, next - i, err);
    }
    return st;
}

/* Under mu: whether the archive does not reach to the offset. */
static bool hot(PtLog *log, uint64_t offset)
{
    return log->archive_count == 0 || log->archives[log->archive_count - 1].end <= offset;
}

static PtStatus archive_first(PtLog *log, const uint64_t *offsets, size_t count, bool unclean,
                              PtError *err)
{
    pthread_mutex_lock(&log->mu);
    const bool needed = unclean || (count > 0 && hot(log, offsets[count - 1]));
    pthread_mutex_unlock(&log->mu);
    return needed ? pt_log_archive_all(log, err) : PT_OK;
}

static PtStatus run(LogRewrite *w, const uint64_t *offsets, size_t count, PtError *err)
{
    bool unclean = false;
    PtStatus st = log_scrub_begin(w->log, &unclean, err);
    if (st == PT_OK) {
        st = archive_first(w->log, offsets, count, unclean, err);
    }
    if (st == PT_OK) {
        st = rewrite_files(w, offsets, count, err);
    }
    if (st != PT_OK) {
        log_scrub_abandon(w->log);
        return st;
    }
    return log_scrub_end(w->log, &w->done.scrubbed, err);
}

PtStatus pt_log_rewrite(PtLog *log, const uint64_t *offsets, size_t count, PtLogRewriteFn *fn,
                        void *ctx, PtLogRewritten *ret_rewritten, PtError *err)
{
    PtStatus st = check_offsets(log, offsets, count, err);
    if (st != PT_OK) {
        return st;
    }
    LogRewrite w = {.log = log, .packer = log_packer_new(log), .fn = fn, .ctx = ctx};
    if (w.packer == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to rewrite the archive");
    }
    pthread_mutex_lock(&log->rewrite_mu);
    st = run(&w, offsets, count, err);
    pthread_mutex_unlock(&log->rewrite_mu);
    log_packer_free(w.packer);
    if (st == PT_OK) {
        *ret_rewritten = w.done;
    }
    return st;
}
