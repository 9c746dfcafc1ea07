// SPDX-License-Identifier: Apache-2.0
/* /api/v1/analytics/exports: what saved questions say, written to files by a schedule. */
#include "api/api_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 256 << 10, DETAIL_BYTES = 4 << 10, NAME_BYTES = 240 };

/* Whoever reads the folder sees it without asking Patron. */
static PtStatus check_rights(ApiCall *call, BehaviourExportWhat what, PtStr destination)
{
    const bool events = what == BEHAVIOUR_EXPORT_EVENTS;
    const uint64_t has = call->who.permissions;
    if ((has & PERMISSION_PROFILES_READ) == 0) {
        return pt_fail(&call->error, PT_FORBIDDEN, "needs the permission profiles.read");
    }
    if (destination.len > 0 && (has & PERMISSION_DESTINATIONS_WRITE) == 0) {
        return pt_fail(&call->error, PT_FORBIDDEN, "needs the permission destinations.write");
    }
    return !events || (has & PERMISSION_EVENTS_READ) != 0
               ? PT_OK
               : pt_fail(&call->error, PT_FORBIDDEN, "needs the permission events.read");
}

static void put_run(PtJsonOut *out, const BehaviourJobRun *r)
{
    pt_json_out_object(out);
    pt_json_put_i64(out, "number", r->number);
    pt_json_put_str(out, "cause", pt_str(behaviour_cause_names[r->cause]));
    pt_json_put_str(out, "outcome", pt_str(behaviour_outcome_names[r->outcome]));
    api_put_text_or_null(out, "reason", r->reason);
    api_put_time(out, "due_at", r->due_ms);
    api_put_time(out, "started_at", r->started_ms);
    api_put_time_or_null(out, "finished_at", r->finished_ms);
    pt_json_put_i64(out, "rows", r->rows);
    pt_json_put_i64(out, "bytes", r->bytes);
    pt_json_put_i64(out, "took_ms", r->took_ms);
    api_put_text_or_null(out, "file", r->file);
    pt_json_put_str(out, "sending", pt_str(behaviour_sending_names[r->sending]));
    pt_json_put_i64(out, "tries", r->tries);
    api_put_time_or_null(out, "try_at", r->sending == BEHAVIOUR_SEND_WAITING ? r->try_ms : 0);
    api_put_time_or_null(out, "sent_at", r->sending == BEHAVIOUR_SEND_SENT ? r->try_ms : 0);
    api_put_text_or_null(out, "place", r->place);
    api_put_text_or_null(out, "trouble", r->trouble);
    pt_json_out_object_end(out);
}

static void put_job(PtJsonOut *out, const BehaviourJob *j)
{
    const BehaviourJobEdit *e = &j->edit;
    pt_json_out_object(out);
    pt_json_put_str(out, "id", j->id);
    pt_json_put_str(out, "name", e->name);
    pt_json_put_str(out, "report", e->report);
    pt_json_put_str(out, "report_name", j->report_name);
    pt_json_put_str(out, "what", pt_str(behaviour_export_names[e->what]));
    pt_json_put_str(out, "format", pt_str(behaviour_format_names[e->format]));
    api_put_raw(out, "cell", e->cell);
    pt_json_put_str(out, "every", pt_str(behaviour_every_names[e->every]));
    pt_json_put_i64(out, "at_min", e->at_min);
    pt_json_put_i64(out, "weekday", e->weekday);
    pt_json_put_str(out, "zone", e->zone);
    pt_json_put_str(out, "folder", e->folder);
    api_put_text_or_null(out, "destination", e->destination);
    pt_json_put_i64(out, "keep_files", e->keep_files);
    pt_json_put_bool(out, "enabled", e->enabled);
    pt_json_put_i64(out, "version", j->version);
    api_put_time_or_null(out, "due_at", e->enabled ? j->due_ms : 0);
    pt_json_put_i64(out, "failures", j->failures);
    pt_json_out_key(out, PT_STR("last"));
    if (j->last.number > 0) {
        put_run(out, &j->last);
    } else {
        pt_json_out_null(out);
    }
    api_put_time(out, "created_at", j->created_ms);
    api_put_time(out, "changed_at", j->changed_ms);
    pt_json_put_str(out, "changed_by", j->changed_by);
    pt_json_out_object_end(out);
}

static void answer_job(ApiCall *call, int status, PtStr id)
{
    BehaviourJob job;
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(
            call, behaviour_job_get(call->api->export_jobs, id, call->arena, &job, &call->error))) {
        put_job(&out, &job);
        api_answer(call, status);
    }
}

void api_set_export_jobs(Api *api, BehaviourJobs *jobs)
{
    api->export_jobs = jobs;
}

static void put_target(PtJsonOut *out, const BehaviourTarget *t)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", t->id);
    pt_json_put_str(out, "name", t->name);
    pt_json_put_str(out, "kind", t->kind);
    pt_json_out_object_end(out);
}

void api_exports_list(ApiCall *call)
{
    BehaviourJob *list;
    BehaviourTarget *targets = NULL;
    size_t count, target_count = 0;
    BehaviourJobs *jobs = call->api->export_jobs;
    PtStatus st = behaviour_jobs_list(jobs, call->arena, &list, &count, &call->error);
    st = st == PT_OK
             ? behaviour_jobs_targets(jobs, call->arena, &targets, &target_count, &call->error)
             : st;
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_job(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_put_bool(&out, "possible", behaviour_jobs_possible(jobs));
    pt_json_out_key(&out, PT_STR("targets"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < target_count; i++) {
        put_target(&out, &targets[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* Both operations decode the same schema, so the fields of the one stand where the other's do. */
static BehaviourJobEdit read_edit(const ApiCall *call)
{
    const ApiValue *in = call->in;
    const PtStr cell = in[IN_EXPORTS_ADD_CELL].text, folder = in[IN_EXPORTS_ADD_FOLDER].text;
    const PtStr destination = in[IN_EXPORTS_ADD_DESTINATION].text;
    return (BehaviourJobEdit){
        .name = in[IN_EXPORTS_ADD_NAME].text,
        .report = in[IN_EXPORTS_ADD_REPORT].text,
        .what = (BehaviourExportWhat)in[IN_EXPORTS_ADD_WHAT].choice,
        .format = (BehaviourFormat)in[IN_EXPORTS_ADD_FORMAT].choice,
        .cell = cell.data != NULL ? cell : PT_STR("{}"),
        .every = (BehaviourEvery)in[IN_EXPORTS_ADD_EVERY].choice,
        .at_min = in[IN_EXPORTS_ADD_AT_MIN].number,
        .weekday = in[IN_EXPORTS_ADD_WEEKDAY].number,
        .zone = in[IN_EXPORTS_ADD_ZONE].text,
        .folder = folder.data != NULL ? folder : PT_STR(""),
        .destination = destination.data != NULL ? destination : PT_STR(""),
        .keep_files = in[IN_EXPORTS_ADD_KEEP_FILES].number,
        .enabled = in[IN_EXPORTS_ADD_ENABLED].truth,
    };
}

void api_exports_add(ApiCall *call)
{
    char id[37];
    const BehaviourJobEdit edit = read_edit(call);
    PtStatus st = check_rights(call, edit.what, edit.destination);
    st = st == PT_OK
             ? behaviour_job_add(call->api->export_jobs, &call->who.actor, &edit, id, &call->error)
             : st;
    if (!api_failed(call, st)) {
        answer_job(call, 201, pt_str(id));
    }
}

void api_exports_get(ApiCall *call)
{
    answer_job(call, 200, call->args[0]);
}

void api_exports_save(ApiCall *call)
{
    static_assert(IN_EXPORTS_SAVE_VERSION - IN_EXPORTS_ADD_VERSION == 0, "one schema");
    const BehaviourJobEdit edit = read_edit(call);
    PtStatus st = check_rights(call, edit.what, edit.destination);
    st = st == PT_OK
             ? behaviour_job_save(call->api->export_jobs, &call->who.actor, call->args[0],
                                  call->in[IN_EXPORTS_SAVE_VERSION].number, &edit, &call->error)
             : st;
    if (!api_failed(call, st)) {
        answer_job(call, 200, call->args[0]);
    }
}

void api_exports_delete(ApiCall *call)
{
    if (!api_failed(call, behaviour_job_delete(call->api->export_jobs, &call->who.actor,
                                               call->args[0], &call->error))) {
        api_answer_done(call);
    }
}

void api_exports_run(ApiCall *call)
{
    if (!api_failed(call, behaviour_job_run(call->api->export_jobs, &call->who.actor, call->args[0],
                                            &call->error))) {
        api_answer_done(call);
    }
}

void api_exports_test(ApiCall *call)
{
    BehaviourSent sent;
    if (api_failed(call, behaviour_jobs_try(call->api->export_jobs, &call->who.actor,
                                            call->in[IN_EXPORTS_TEST_DESTINATION].text, &call->gone,
                                            &sent, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_bool(&out, "sent", sent.sent);
    api_put_text_or_null(&out, "place", sent.sent ? pt_str(sent.place) : PT_STR(""));
    api_put_text_or_null(&out, "why", pt_str(sent.why));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static PtStatus read_number(ApiCall *call, int64_t *ret_number)
{
    return pt_json_to_i64(call->args[1], ret_number)
               ? PT_OK
               : pt_fail(&call->error, PT_NOT_FOUND, "a run has a number");
}

void api_exports_send(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = read_number(call, &number);
    st = st == PT_OK ? behaviour_job_send(call->api->export_jobs, &call->who.actor, call->args[0],
                                          number, &call->error)
                     : st;
    if (!api_failed(call, st)) {
        api_answer_done(call);
    }
}

void api_exports_runs(ApiCall *call)
{
    BehaviourJobRun *runs;
    size_t count;
    if (api_failed(call, behaviour_job_runs(call->api->export_jobs, call->args[0], call->arena,
                                            &runs, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_run(&out, &runs[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- A file of them ---------------------------------------------------------------------------- */

static void drop_file(void *object)
{
    BehaviourJobFile *file = object;
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    free(file);
}

static PtStatus copy_file(ApiStream *s, int fd, char *piece, PtError *err)
{
    PtStatus st = PT_OK;
    ssize_t got = 1;
    while (st == PT_OK && got != 0) {
        got = atomic_load(&s->ended) ? 0 : read(fd, piece, PIECE_BYTES);
        if (got < 0 && errno != EINTR) {
            st = pt_fail(err, pt_status_of_errno(errno), "cannot read the file of an export");
        } else if (got > 0) {
            st = http_stream_write(s->http, (PtStr){piece, (size_t)got});
        }
    }
    return st;
}

static PtStatus send_file(ApiStream *s, void *ctx, PtError *err)
{
    BehaviourJobFile *file = *(BehaviourJobFile **)ctx;
    char *piece = malloc(PIECE_BYTES);
    PtStatus st = piece != NULL ? copy_file(s, file->fd, piece, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a file");
    free(piece);
    drop_file(file);
    return st;
}

static PtStatus note_download(ApiCall *call, const BehaviourJobFile *file)
{
    PT_CLEANUP(pt_buf_done) PtBuf detail;
    pt_buf_init(&detail, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "what", pt_str(behaviour_export_names[file->run.what]));
    pt_json_put_i64(&out, "rows", file->run.rows);
    pt_json_put_str(&out, "file", file->run.file);
    pt_json_out_object_end(&out);
    return pt_buf_status(&detail) == PT_OK
               ? api_audit(call, "export.downloaded", "export", file->job.id, pt_buf_str(&detail),
                           &call->error)
               : pt_fail(&call->error, PT_NO_MEMORY, "no memory for an audit entry");
}

/* The name of a file is made of plain characters (behaviour/export_jobs_place.c). */
static void put_name(ApiCall *call, PtStr path)
{
    char text[NAME_BYTES];
    const char *slash = memrchr(path.data, '/', path.len);
    const PtStr name = slash != NULL ? pt_str_from(path, (size_t)(slash - path.data) + 1) : path;
    (void)snprintf(text, sizeof text, "attachment; filename=\"%.*s\"", PT_STR_ARG(name));
    api_header(call, "Content-Disposition", pt_arena_str(call->arena, pt_str(text)));
}

void api_exports_file(ApiCall *call)
{
    int64_t number = 0;
    PtStatus st = read_number(call, &number);
    BehaviourJobFile *file = calloc(1, sizeof *file);
    if (file == NULL) {
        st = pt_fail(&call->error, PT_NO_MEMORY, "no memory for a file");
        (void)api_failed(call, st);
        return;
    }
    file->fd = -1;
    st = st == PT_OK ? behaviour_job_file(call->api->export_jobs, call->args[0], number,
                                          call->arena, file, &call->error)
                     : st;
    st = st == PT_OK ? check_rights(call, file->run.what, PT_STR("")) : st;
    st = st == PT_OK ? note_download(call, file) : st;
    if (api_failed(call, st)) {
        drop_file(file);
        return;
    }
    put_name(call, file->run.file);
    api_stream_start_later(call, behaviour_format_types[file->run.format], send_file, file,
                           drop_file);
}
