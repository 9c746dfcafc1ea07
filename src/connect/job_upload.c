// SPDX-License-Identifier: Apache-2.0
/* Parts of a file on their way in. */
#include "connect/job_internal.h"

#include <stdio.h>

/* One part of an import at a time. */
static bool claim_upload(ConnectJobs *jobs, const char *id, size_t *ret_slot)
{
    size_t slot = JOB_UPLOADS_MAX;
    (void)pthread_mutex_lock(&jobs->lock);
    bool mine = true;
    for (size_t i = 0; i < JOB_UPLOADS_MAX; i++) {
        mine &= strcmp(jobs->uploads[i], id) != 0;
        slot = jobs->uploads[i][0] == '\0' ? i : slot;
    }
    mine &= slot < JOB_UPLOADS_MAX;
    if (mine) {
        (void)snprintf(jobs->uploads[slot], CONNECT_JOB_ID, "%s", id);
    }
    (void)pthread_mutex_unlock(&jobs->lock);
    *ret_slot = slot;
    return mine;
}

static void release_upload(ConnectJobs *jobs, size_t slot)
{
    (void)pthread_mutex_lock(&jobs->lock);
    jobs->uploads[slot][0] = '\0';
    (void)pthread_mutex_unlock(&jobs->lock);
}

static PtStatus note_part(ConnectJobs *jobs, PtSqlTx *tx, ConnectJob *job, void *ctx, PtError *err)
{
    const uint64_t *end = ctx;
    (void)jobs;
    (void)tx;
    if (job->state != CONNECT_UPLOADING) { // cancelled while the part was written
        return pt_fail(err, PT_CONFLICT, "the import is %s: it takes no parts",
                       connect_job_state_name(job->state));
    }
    job->uploaded = *end;
    return job->uploaded == job->bytes
               ? connect_job_step(job->state, CONNECT_STEP_UPLOADED, &job->state, err)
               : PT_OK;
}

/* Under the import's claim. */
static PtStatus append_part(ConnectJobs *jobs, const ConnectJob *job, uint64_t offset, PtStr bytes,
                            ConnectJob *ret_job, PtError *err)
{
    uint64_t end = offset + bytes.len;
    if (job->state != CONNECT_UPLOADING && end <= job->uploaded) {
        return PT_OK; // the last part again: its answer was lost
    }
    if (job->state != CONNECT_UPLOADING) {
        return pt_fail(err, PT_CONFLICT, "the import is %s: it takes no parts",
                       connect_job_state_name(job->state));
    }
    if (offset > job->uploaded) {
        return pt_fail(err, PT_CONFLICT, "the next part begins at %llu, not at %llu",
                       (unsigned long long)job->uploaded, (unsigned long long)offset);
    }
    if (end > job->bytes) {
        return pt_fail(err, PT_INVALID, "the part ends at %llu, behind the file's %llu bytes",
                       (unsigned long long)end, (unsigned long long)job->bytes);
    }
    if (end <= job->uploaded) {
        return PT_OK;
    }
    PtStr fresh = pt_str_from(bytes, (size_t)(job->uploaded - offset));
    PtStatus st = job_file_write(jobs, job->id, job->uploaded, fresh, err);
    if (st != PT_OK) {
        return st;
    }
    const JobChange change = {.id = pt_str(job->id), .fn = note_part, .ctx = &end};
    st = job_change(jobs, &change, ret_job, err);
    if (st == PT_OK && ret_job->state == CONNECT_CHECKING) {
        job_stir(jobs, job->id);
    }
    return st;
}

PtStatus connect_job_part(ConnectJobs *jobs, PtStr id, uint64_t offset, PtStr bytes,
                          ConnectJob *ret_job, PtError *err)
{
    size_t slot;
    if (bytes.len == 0 || bytes.len > CONNECT_PART_MAX) {
        return pt_fail(err, bytes.len == 0 ? PT_INVALID : PT_TOO_LARGE,
                       "a part has %zu bytes, not 1..%d", bytes.len, CONNECT_PART_MAX);
    }
    ConnectJob job;
    PtStatus st = connect_job_get(jobs, id, &job, err);
    if (st != PT_OK) {
        return st;
    }
    if (!claim_upload(jobs, job.id, &slot)) {
        return pt_fail(err, PT_BUSY, "another part of this import is being written");
    }
    st = connect_job_get(jobs, id, &job, err); // as it is under the claim
    if (st == PT_OK) {
        *ret_job = job;
        st = append_part(jobs, &job, offset, bytes, ret_job, err);
    }
    release_upload(jobs, slot);
    return st;
}
