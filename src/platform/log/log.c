// SPDX-License-Identifier: Apache-2.0
#include "platform/log.h"

#include "platform/log/log_internal.h"
#include "platform/log/pack_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENT_MIN = 1 << 20, SEGMENT_MAX = 1 << 30, DIR_MAX = LOG_PATH_MAX - 64 };

PtLogConfig pt_log_config_default(void)
{
    return (PtLogConfig){
        .fs = pt_fs_real(),
        .clock = pt_clock_real(),
        .segment_bytes = 64U << 20,
        .spare_segments = 1,
        .gather_us = 500,
        .pending_bytes = 64ULL << 20,
        .hot_bytes = 32ULL << 30,
        .zstd_level = 3,
        .start_threads = true,
    };
}

static PtStatus check_config(const PtLogConfig *config, PtError *err)
{
    if (config->segment_bytes < SEGMENT_MIN || config->segment_bytes > SEGMENT_MAX) {
        return pt_fail(err, PT_INVALID, "log segment of %u bytes is not %d..%d",
                       config->segment_bytes, SEGMENT_MIN, SEGMENT_MAX);
    }
    size_t len = config->dir == NULL ? 0 : strlen(config->dir);
    if (len == 0 || len > DIR_MAX) {
        return pt_fail(err, PT_INVALID, "log folder has %zu bytes, not 1..%d", len, DIR_MAX);
    }
    if (config->pending_bytes < 1) {
        return pt_fail(err, PT_INVALID, "log needs pending bytes");
    }
    return PT_OK;
}

static void init_locks(PtLog *log)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_t *conds[] = {&log->work, &log->done, &log->grown, &log->spares,
                               &log->full, &log->acks, &log->let_go};
    for (size_t i = 0; i < sizeof conds / sizeof *conds; i++) {
        (void)pthread_cond_init(conds[i], &attr);
    }
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&log->mu, NULL);
    (void)pthread_mutex_init(&log->archive_mu, NULL);
    (void)pthread_mutex_init(&log->groups_mu, NULL);
    (void)pthread_mutex_init(&log->dicts_mu, NULL);
    (void)pthread_mutex_init(&log->bury_mu, NULL);
    (void)pthread_mutex_init(&log->rewrite_mu, NULL);
}

static void done_locks(PtLog *log)
{
    pthread_cond_t *conds[] = {&log->work, &log->done, &log->grown, &log->spares,
                               &log->full, &log->acks, &log->let_go};
    for (size_t i = 0; i < sizeof conds / sizeof *conds; i++) {
        (void)pthread_cond_destroy(conds[i]);
    }
    (void)pthread_mutex_destroy(&log->mu);
    (void)pthread_mutex_destroy(&log->archive_mu);
    (void)pthread_mutex_destroy(&log->groups_mu);
    (void)pthread_mutex_destroy(&log->dicts_mu);
    (void)pthread_mutex_destroy(&log->bury_mu);
    (void)pthread_mutex_destroy(&log->rewrite_mu);
}

static void free_log(PtLog *log)
{
    for (size_t i = 0; i < log->hot_count; i++) {
        log_segment_free(log, log->hot[i]);
    }
    for (size_t i = 0; i < log->spare_count; i++) {
        log_segment_free(log, log->spare[i]);
    }
    for (LogSegment *seg = log->doomed, *next; seg != NULL; seg = next) {
        next = seg->next;
        log_segment_free(log, seg);
    }
    log_round_done(&log->rounds[0]);
    log_round_done(&log->rounds[1]);
    log_groups_free(log);
    log_packer_free(log->packer);
    log_dicts_free(log);
    free(log->hot);
    free(log->spare);
    free(log->archives);
    free(log->dir);
    done_locks(log);
    free(log);
}

static void join(pthread_t thread, bool *has)
{
    if (*has) {
        (void)pthread_join(thread, NULL);
        *has = false;
    }
}

static void stop_threads(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    log->stop = true;
    pthread_cond_broadcast(&log->work);
    pthread_cond_broadcast(&log->grown);
    pthread_cond_broadcast(&log->spares);
    pthread_cond_broadcast(&log->full);
    pthread_cond_broadcast(&log->acks);
    pthread_mutex_unlock(&log->mu);
    join(log->writer, &log->has_writer);
    join(log->preparer, &log->has_preparer);
    join(log->archiver, &log->has_archiver);
    join(log->keeper, &log->has_keeper);
}

static PtStatus start_threads(PtLog *log, PtError *err)
{
    struct {
        pthread_t *thread;
        bool *has;
        void *(*main)(void *);
    } rows[] = {
        {&log->writer, &log->has_writer, log_writer_main},
        {&log->preparer, &log->has_preparer, log_preparer_main},
        {&log->archiver, &log->has_archiver, log_archiver_main},
        {&log->keeper, &log->has_keeper, log_keeper_main},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pthread_create(rows[i].thread, NULL, rows[i].main, log) != 0) {
            return pt_fail(err, PT_UNAVAILABLE, "cannot start a thread of the log");
        }
        *rows[i].has = true;
    }
    return PT_OK;
}

static PtStatus open_parts(PtLog *log, PtError *err)
{
    size_t reserve = (size_t)log->config.pending_bytes + log_record_size(PT_LOG_PAYLOAD_MAX);
    for (int i = 0; i < 2; i++) {
        PtStatus st = log_round_init(&log->rounds[i], reserve, err);
        if (st != PT_OK) {
            return st;
        }
    }
    log->open = &log->rounds[0];
    log->open->number = 1;
    PtStatus st = log_recover(log, err);
    if (st == PT_OK) {
        st = log_groups_load(log, err);
    }
    return st == PT_OK && log->config.start_threads ? start_threads(log, err) : st;
}

PtStatus pt_log_open(const PtLogConfig *config, PtLog **ret_log, PtError *err)
{
    PtStatus st = check_config(config, err);
    if (st != PT_OK) {
        return st;
    }
    PtLog *log = calloc(1, sizeof *log);
    char *dir = strdup(config->dir);
    if (log == NULL || dir == NULL) {
        free(log);
        free(dir);
        return pt_fail(err, PT_NO_MEMORY, "no memory for the log");
    }
    log->config = *config;
    log->fs = config->fs;
    log->config.dir = log->dir = dir;
    init_locks(log);
    st = open_parts(log, err);
    if (st != PT_OK) {
        stop_threads(log);
        free_log(log);
        return st;
    }
    *ret_log = log;
    return PT_OK;
}

void pt_log_close(PtLog *log)
{
    if (log == NULL) {
        return;
    }
    PtStatus st = log->config.start_threads ? PT_OK : pt_log_commit(log, NULL);
    stop_threads(log);
    if (st == PT_OK) {
        st = log_groups_save(log, NULL);
    }
    (void)st; // a failure was told by on_round; positions that stay older mean reading again
    log_holders_part(log);
    free_log(log);
}

uint32_t pt_log_partitions(const PtLog *log)
{
    (void)log;
    return 1;
}

PtLogStats pt_log_stats(PtLog *log)
{
    pthread_mutex_lock(&log->mu);
    PtLogStats stats = log->stats;
    stats.hot_segments = log->hot_count;
    stats.spare_segments = log->spare_count;
    stats.hot_bytes = log->hot_bytes;
    stats.archive_files = log->archive_count;
    for (size_t i = 0; i < log->archive_count; i++) {
        stats.archive_bytes += log->archives[i].bytes;
        stats.archive_raw_bytes += log->archives[i].raw_bytes;
        stats.archive_records += log->archives[i].end - log->archives[i].base;
    }
    pthread_mutex_unlock(&log->mu);
    return stats;
}
