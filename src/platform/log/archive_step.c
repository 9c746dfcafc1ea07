// SPDX-License-Identifier: Apache-2.0
#include "platform/log/archive_internal.h"

#include "platform/diag.h"
#include "platform/loop.h"

#include <string.h>

enum { RETRY_NS = 1000000000 };

bool log_archive_add(PtLog *log, const LogArchive *arc)
{
    bool room = log_grow((void **)&log->archives, log->archive_count, &log->archive_cap,
                         sizeof *log->archives);
    if (room) {
        log->archives[log->archive_count++] = *arc;
    }
    return room;
}

/* Under mu: the oldest segment if nothing more will be written to it. */
static LogSegment *oldest_full(const PtLog *log)
{
    return log->hot_count > 0 && log->hot[0] != log->active ? log->hot[0] : NULL;
}

/* Under mu: from here on readers find the archive. */
static void retire_oldest(PtLog *log, LogSegment *seg)
{
    log->hot_count--;
    memmove(log->hot, log->hot + 1, log->hot_count * sizeof *log->hot);
    log->hot_bytes -= seg->size;
    seg->retired = true;
    log->lingering++;
}

/* With archive_mu held. */
static PtStatus step(PtLog *log, bool *ret_did, PtError *err)
{
    *ret_did = false;
    pthread_mutex_lock(&log->mu);
    LogSegment *seg = oldest_full(log);
    if (seg != NULL) {
        seg->refs++;
    }
    pthread_mutex_unlock(&log->mu);
    if (seg == NULL) {
        return PT_OK;
    }
    LogArchive arc;
    PtStatus st = log_segment_bury(log, err);
    if (st == PT_OK) {
        st = log_archive_write(log, seg, &arc, err);
    }
    pthread_mutex_lock(&log->mu);
    if (st == PT_OK && !log_archive_add(log, &arc)) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for the list of archives");
    }
    if (st == PT_OK) {
        retire_oldest(log, seg);
        *ret_did = true;
    }
    LogSegment *gone = log_segment_unref(log, seg);
    pthread_mutex_unlock(&log->mu);
    log_segment_discard(log, gone);
    return st;
}

PtStatus pt_log_archive_step(PtLog *log, bool *ret_did, PtError *err)
{
    pthread_mutex_lock(&log->archive_mu);
    PtStatus st = step(log, ret_did, err);
    pthread_mutex_unlock(&log->archive_mu);
    return st;
}

/* Commits what is pending and closes the segment in use. *ret_end: everything below it is in full
 * segments then. */
static PtStatus close_active(PtLog *log, uint64_t *ret_end, PtError *err)
{
    pthread_mutex_lock(&log->mu);
    log_tail_close(log);
    uint64_t target = log->next_offset;
    while (log->taken != NULL || log->open->count > 0) {
        if (log->active != NULL && log->active->base >= target) {
            break; // others go on appending behind it
        }
        pthread_mutex_unlock(&log->mu);
        PtStatus st = pt_log_commit(log, err);
        if (st != PT_OK) {
            return st;
        }
        pthread_mutex_lock(&log->mu);
    }
    if (log->active != NULL && log->active->base < target) {
        log->active = NULL; // nothing was appended since, so the tail is closed still
    }
    *ret_end = target < log->end ? target : log->end;
    pthread_mutex_unlock(&log->mu);
    return PT_OK;
}

PtStatus pt_log_archive_all(PtLog *log, PtError *err)
{
    uint64_t target = 0;
    PtStatus st = close_active(log, &target, err);
    for (bool more = true; more && st == PT_OK;) {
        bool did = false;
        st = pt_log_archive_step(log, &did, err);
        pthread_mutex_lock(&log->mu);
        more = did && log->hot_count > 0 && log->hot[0]->base < target;
        pthread_mutex_unlock(&log->mu);
    }
    return st;
}

void *log_archiver_main(void *arg)
{
    PtLog *log = arg;
    pt_background();
    pthread_mutex_lock(&log->mu);
    while (!log->stop) {
        if (oldest_full(log) == NULL) {
            pthread_cond_wait(&log->full, &log->mu);
            continue;
        }
        pthread_mutex_unlock(&log->mu);
        bool did = false;
        PtError err = {0};
        PtStatus st = pt_log_archive_step(log, &did, &err);
        if (st != PT_OK) {
            pt_diag(PT_DIAG_WARN, "log", "cannot archive", PT_F_STR("why", pt_str(err.message)));
        }
        pthread_mutex_lock(&log->mu);
        if (st == PT_CORRUPT) {
            break; // it will not get better; appends end when config.hot_bytes are full
        }
        if (st != PT_OK && !log->stop) {
            struct timespec later = log_deadline(pt_mono_ns() + RETRY_NS);
            (void)pthread_cond_timedwait(&log->full, &log->mu, &later);
        }
    }
    pthread_mutex_unlock(&log->mu);
    return NULL;
}
