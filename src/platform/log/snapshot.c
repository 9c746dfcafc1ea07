// SPDX-License-Identifier: Apache-2.0
#include "platform/log/log_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Dictionaries have numbers from 1 that rise with the archives that use them. */
static uint32_t last_dict_of(const PtLog *log, uint32_t *ret_first)
{
    uint32_t last = 0, first = UINT32_MAX;
    for (size_t i = 0; i < log->archive_count; i++) {
        uint32_t id = log->archives[i].dict_id;
        last = id > last ? id : last;
        first = id > 0 && id < first ? id : first;
    }
    *ret_first = first;
    return last;
}

static void add_dict(PtLog *log, PtLogSnapshot *s, uint32_t id)
{
    bool used = false;
    for (size_t i = 0; i < log->archive_count && !used; i++) {
        used = log->archives[i].dict_id == id;
    }
    if (used) {
        PtLogFile *f = &s->files[s->count++];
        (void)snprintf(f->name, sizeof f->name, "dict-%08x.ptd", id);
    }
}

/* Under mu. */
static PtLogSnapshot *take(PtLog *log)
{
    uint32_t first = 0, last = last_dict_of(log, &first);
    size_t dicts = last >= first ? last - first + 1 : 0;
    PtLogSnapshot *s = calloc(1, sizeof *s + (dicts + log->archive_count) * sizeof(PtLogFile));
    if (s == NULL) {
        return NULL;
    }
    for (uint32_t id = first; dicts > 0 && id <= last; id++) {
        add_dict(log, s, id);
    }
    for (size_t i = 0; i < log->archive_count; i++) {
        const LogArchive *arc = &log->archives[i];
        PtLogFile *f = &s->files[s->count++];
        *f = (PtLogFile){.bytes = arc->bytes, .base = arc->base, .end = arc->end};
        (void)snprintf(f->name, sizeof f->name, "arc-%016" PRIx64 ".pta", arc->base);
    }
    s->begin = log->archive_count > 0 ? log->archives[0].base
               : log->hot_count > 0   ? log->hot[0]->base
                                      : log->end;
    s->archived_end = log->archive_count > 0 ? log->archives[log->archive_count - 1].end : s->begin;
    s->end = log->end;
    return s;
}

PtStatus pt_log_snapshot(PtLog *log, PtLogSnapshot **ret_snapshot, PtError *err)
{
    pthread_mutex_lock(&log->mu);
    PtLogSnapshot *s = take(log);
    pthread_mutex_unlock(&log->mu);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a list of the log's files");
    }
    *ret_snapshot = s;
    return PT_OK;
}

void pt_log_snapshot_free(PtLogSnapshot *snapshot)
{
    free(snapshot);
}
