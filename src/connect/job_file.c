// SPDX-License-Identifier: Apache-2.0
/* The files of imports. */
#include "connect/job_internal.h"

#include "base/uuid.h"

#include <stdio.h>
#include <stdlib.h>

PtStatus job_path(const ConnectJobs *jobs, const char *id, char out[static JOB_PATH], PtError *err)
{
    int len = snprintf(out, JOB_PATH, "%s/%s", jobs->dir, id);
    return len > 0 && len < JOB_PATH
               ? PT_OK
               : pt_fail(err, PT_INVALID, "the path of an import is too long");
}

PtStatus job_file_make(ConnectJobs *jobs, const char *id, PtError *err)
{
    PtFs *fs = jobs->c.fs;
    char path[JOB_PATH];
    PtFile *file = NULL;
    PtStatus st = job_path(jobs, id, path, err);
    if (st == PT_OK) {
        st = fs->ops->open(fs, path, PT_OPEN_CREATE, &file, err);
    }
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, file, err);
        fs->ops->close(fs, file);
    }
    return st == PT_OK ? fs->ops->sync_dir(fs, jobs->dir, err) : st;
}

PtStatus job_file_write(ConnectJobs *jobs, const char *id, uint64_t at, PtStr bytes, PtError *err)
{
    PtFs *fs = jobs->c.fs;
    char path[JOB_PATH];
    PtFile *file = NULL;
    PtStatus st = job_path(jobs, id, path, err);
    if (st == PT_OK) {
        st = fs->ops->open(fs, path, PT_OPEN_WRITE, &file, err);
    }
    if (st != PT_OK) {
        return st;
    }
    st = fs->ops->pwrite(fs, file, bytes.data, bytes.len, at, err);
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, file, err);
    }
    fs->ops->close(fs, file);
    return st;
}

PtStatus job_file_remove(ConnectJobs *jobs, const char *id, PtError *err)
{
    PtFs *fs = jobs->c.fs;
    char path[JOB_PATH];
    PtStatus st = job_path(jobs, id, path, err);
    if (st == PT_OK) {
        st = fs->ops->unlink(fs, path, err);
    }
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    return st == PT_OK ? fs->ops->sync_dir(fs, jobs->dir, err) : st;
}

PtStatus job_file_open(ConnectJobs *jobs, const char *id, JobFile *ret_file, PtError *err)
{
    PtFs *fs = jobs->c.fs;
    char path[JOB_PATH];
    JobFile file = {.fs = fs};
    PtStatus st = job_path(jobs, id, path, err);
    if (st == PT_OK) {
        st = fs->ops->open(fs, path, PT_OPEN_READ, &file.file, err);
    }
    if (st == PT_OK) {
        *ret_file = file;
    }
    return st;
}

void job_file_close(JobFile *file)
{
    if (file->file != NULL) {
        file->fs->ops->close(file->fs, file->file);
        file->file = NULL;
    }
}

static PtStatus read_file(void *ctx, char *bytes, size_t cap, size_t *ret_len, PtError *err)
{
    JobFile *f = ctx;
    if (f->stop != NULL && atomic_load(f->stop)) {
        return pt_fail(err, PT_UNAVAILABLE, "the import was stopped");
    }
    PtStatus st = f->fs->ops->pread(f->fs, f->file, bytes, cap, f->at, ret_len, err);
    if (st == PT_OK) {
        f->at += *ret_len;
    }
    return st;
}

ConnectSource job_file_source(JobFile *file)
{
    return (ConnectSource){read_file, file};
}

/* ---- Files that no job keeps ------------------------------------------------------------------
 */

typedef struct Names {
    char (*ids)[CONNECT_JOB_ID];
    size_t count, cap;
    bool out_of_memory;
} Names;

/* Only what is named as the files of jobs are: the folder holds the CLI's checkpoints too. */
static bool take_name(void *ctx, const char *name)
{
    Names *n = ctx;
    PtUuid id;
    if (!pt_uuid_parse(pt_str(name), &id)) {
        return true;
    }
    if (n->count == n->cap) {
        size_t cap = n->cap > 0 ? n->cap * 2 : 64;
        void *grown = realloc(n->ids, cap * sizeof *n->ids);
        n->out_of_memory = grown == NULL;
        if (grown == NULL) {
            return false;
        }
        n->ids = grown;
        n->cap = cap;
    }
    (void)snprintf(n->ids[n->count++], CONNECT_JOB_ID, "%.36s", name);
    return true;
}

static PtStatus sweep_one(ConnectJobs *jobs, PtSqlTx *tx, const char *id, PtError *err)
{
    ConnectJob job;
    PtStatus st = job_read(tx, pt_str(id), &job, err);
    bool kept = st == PT_OK && job.file_kept;
    if (st != PT_OK && st != PT_NOT_FOUND) {
        return st;
    }
    return kept ? PT_OK : job_file_remove(jobs, id, err);
}

PtStatus job_files_sweep(ConnectJobs *jobs, PtError *err)
{
    Names names = {0};
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtFs *fs = jobs->c.fs;
    PtStatus st = fs->ops->list(fs, jobs->dir, take_name, &names, err);
    if (st == PT_OK && names.out_of_memory) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for the names of files");
    }
    if (st == PT_OK && names.count > 0) {
        st = pt_sql_begin(jobs->c.sql, false, &tx, err);
    }
    for (size_t i = 0; st == PT_OK && i < names.count; i++) {
        st = sweep_one(jobs, tx, names.ids[i], err);
    }
    free(names.ids);
    return st;
}
