// SPDX-License-Identifier: Apache-2.0
/* What a segment file held before must not stay in it after a rewrite. Files are removed rather
 * than overwritten: that costs one name each, and the preparer makes new spares in its own time. */
#include "platform/log/archive_internal.h"
#include "platform/log/log_internal.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under mu: a spare that held records, taken out of the list; NULL when there is none. */
static LogSegment *take_used_spare(PtLog *log)
{
    for (size_t i = 0; i < log->spare_count; i++) {
        LogSegment *seg = log->spare[i];
        if (!seg->fresh) {
            log->spare[i] = log->spare[--log->spare_count];
            return seg;
        }
    }
    return NULL;
}

static bool unclean(PtLog *log)
{
    bool found = false;
    pthread_mutex_lock(&log->mu);
    for (size_t i = 0; i < log->hot_count; i++) {
        // behind the end of a failed one lies what was never acknowledged
        found |= !log->hot[i]->fresh || log->hot[i]->failed;
    }
    pthread_mutex_unlock(&log->mu);
    return found;
}

PtStatus log_scrub_begin(PtLog *log, bool *ret_unclean, PtError *err)
{
    pthread_mutex_lock(&log->mu);
    log->scrubbing = true;
    log->scrubbed = 0;
    for (LogSegment *seg; (seg = take_used_spare(log)) != NULL;) {
        pthread_mutex_unlock(&log->mu);
        log_segment_discard(log, seg);
        pthread_mutex_lock(&log->mu);
    }
    pthread_cond_signal(&log->spares);
    pthread_mutex_unlock(&log->mu);
    // The round being written may have taken such a file before; with it settled, all are listed.
    PtStatus st = pt_log_commit(log, err);
    *ret_unclean = unclean(log);
    return st;
}

void log_scrub_abandon(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    log->scrubbing = false;
    pthread_mutex_unlock(&log->mu);
}

/* ---- Files that were cut short ---- */

typedef struct Names {
    char (*names)[64]; /* owned */
    size_t count, cap;
    bool failed;
} Names;

static bool see_name(void *ctx, const char *name)
{
    Names *n = ctx;
    bool ours = strlen(name) < sizeof *n->names &&
                (fnmatch("arc-*.pta.tmp", name, 0) == 0 || fnmatch("dict-*.ptd.tmp", name, 0) == 0);
    if (!ours) {
        return true;
    }
    n->failed = !log_grow((void **)&n->names, n->count, &n->cap, sizeof *n->names);
    if (!n->failed) {
        memcpy(n->names[n->count++], name, strlen(name) + 1);
    }
    return !n->failed;
}

/* With archive_mu held nobody writes such a file. */
static PtStatus sweep(PtLog *log, PtError *err)
{
    Names n = {0};
    PtStatus st = log->fs->ops->list(log->fs, log->dir, see_name, &n, err);
    if (st == PT_OK && n.failed) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to list \"%s\"", log->dir);
    }
    for (size_t i = 0; i < n.count && st == PT_OK; i++) {
        char path[LOG_PATH_MAX];
        (void)snprintf(path, sizeof path, "%.4000s/%s", log->dir, n.names[i]);
        st = log->fs->ops->unlink(log->fs, path, err);
    }
    free(n.names);
    return st;
}

PtStatus log_scrub_end(PtLog *log, uint64_t *ret_removed, PtError *err)
{
    pthread_mutex_lock(&log->mu);
    while (log->lingering > 0) {
        pthread_cond_wait(&log->let_go, &log->mu);
    }
    pthread_mutex_unlock(&log->mu);
    PtStatus st = log_segment_bury(log, err);
    if (st == PT_OK) {
        pthread_mutex_lock(&log->archive_mu);
        st = sweep(log, err);
        pthread_mutex_unlock(&log->archive_mu);
    }
    if (st == PT_OK) {
        st = log->fs->ops->sync_dir(log->fs, log->dir, err);
    }
    pthread_mutex_lock(&log->mu);
    log->scrubbing = false;
    *ret_removed = log->scrubbed;
    pthread_mutex_unlock(&log->mu);
    return st;
}
