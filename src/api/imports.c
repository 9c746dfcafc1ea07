// SPDX-License-Identifier: Apache-2.0
/* /api/v1/imports: files in, as jobs of the server. */
#include "api/api_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static void put_rate(PtJsonOut *out, const char *key, double value)
{
    if (value >= 0) {
        api_put_double(out, key, round(value * 10) / 10);
    } else {
        api_put_null(out, key);
    }
}

static void put_progress(PtJsonOut *out, const ConnectProgress *p)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {{"bytes_read", p->bytes_read},
                  {"rows", p->rows.rows},
                  {"rows_refused", p->rows.rejected},
                  {"rows_skipped", p->rows.skipped},
                  {"events", p->acked},
                  {"landed", p->landed},
                  {"duplicates", p->duplicates},
                  {"resent", p->resent},
                  {"quarantined", p->quarantined}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        pt_json_put_u64(out, counts[i].key, counts[i].value);
    }
}

static void import_json(PtJsonOut *out, const ConnectJob *job)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(job->id));
    pt_json_put_str(out, "name", pt_str(job->name));
    pt_json_put_str(out, "source", pt_str(job->source));
    api_put_text_or_null(out, "source_id", pt_str(job->source_id));
    pt_json_put_str(out, "state", pt_str(connect_job_state_name(job->state)));
    api_put_text_or_null(out, "reason", pt_str(job->reason));
    pt_json_put_u64(out, "bytes", job->bytes);
    pt_json_put_u64(out, "uploaded", job->uploaded);
    api_put_text_or_null(out, "sha256", pt_str(job->digest));
    pt_json_put_bool(out, "file_kept", job->file_kept);
    pt_json_put_bool(out, "has_mapping", job->has_mapping);
    api_put_text_or_null(out, "recipe", pt_str(job->recipe));
    put_progress(out, &job->progress);
    put_rate(out, "rows_per_s", job->rows_per_s);
    put_rate(out, "events_per_s", job->events_per_s);
    api_put_time_or_null(out, "estimated_end_at", job->end_ms);
    api_put_text_or_null(out, "note", pt_str(job->note));
    api_put_time(out, "created_at", job->created_ms);
    pt_json_put_str(out, "created_by", pt_str(job->created_by));
    api_put_time_or_null(out, "started_at", job->started_ms);
    api_put_time(out, "changed_at", job->changed_ms);
    api_put_time_or_null(out, "finished_at", job->finished_ms);
    pt_json_out_object_end(out);
}

static void answer_import(ApiCall *call, PtStatus st, int status, const ConnectJob *job)
{
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    import_json(&out, job);
    api_answer(call, status);
}

/* ---- The imports ------------------------------------------------------------------------------
 */

void api_imports_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    const size_t limit = (size_t)q[Q_IMPORTS_LIST_LIMIT].number;
    const ConnectJobsQuery query = {.state = q[Q_IMPORTS_LIST_STATE].given // in the enum's order
                                                 ? (ConnectJobState)q[Q_IMPORTS_LIST_STATE].choice
                                                 : CONNECT_STATES,
                                    .after = q[Q_IMPORTS_LIST_CURSOR].text,
                                    .limit = limit + 1};
    ConnectJob *list = NULL;
    size_t count = 0;
    PtStatus st =
        connect_jobs_list(call->api->imports, &query, call->arena, &list, &count, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    const bool more = count > limit;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < (more ? limit : count); i++) {
        import_json(&out, &list[i]);
    }
    api_page_end(&out, more ? list[limit - 1].id : NULL);
    api_answer(call, 200);
}

/* A name that no source has makes one: so whoever gives it must be allowed to. */
static PtStatus may_write_as(ApiCall *call, PtStr ref)
{
    EventSource source;
    if (event_source_by_ref(call->api->c.sources, ref, &source) ||
        (call->who.permissions & PERMISSION_SOURCES_WRITE) != 0) {
        return PT_OK;
    }
    return pt_fail(&call->error, PT_FORBIDDEN,
                   "source: there is none of this name, and making one wants sources.write");
}

void api_imports_add(ApiCall *call)
{
    const ApiValue *in = call->in;
    const ConnectJobNew made = {.name = in[IN_IMPORTS_ADD_NAME].text,
                                .source = in[IN_IMPORTS_ADD_SOURCE].text,
                                .bytes = (uint64_t)in[IN_IMPORTS_ADD_BYTES].number,
                                .sha256 = in[IN_IMPORTS_ADD_SHA256].text};
    ConnectJob job;
    PtStatus st = may_write_as(call, made.source);
    if (st == PT_OK) {
        st = connect_job_add(call->api->imports, &made, &call->who.actor, &job, &call->error);
    }
    answer_import(call, st, 201, &job);
}

void api_imports_get(ApiCall *call)
{
    ConnectJob job;
    PtStatus st = connect_job_get(call->api->imports, call->args[0], &job, &call->error);
    answer_import(call, st, 200, &job);
}

void api_imports_change(ApiCall *call)
{
    const ApiValue *name = &call->in[IN_IMPORTS_CHANGE_NAME],
                   *source = &call->in[IN_IMPORTS_CHANGE_SOURCE];
    ConnectJob job;
    PtStatus st = source->given ? may_write_as(call, source->text) : PT_OK;
    if (st == PT_OK) {
        st = connect_job_edit(call->api->imports, call->args[0], name->text, source->text,
                              &call->who.actor, &job, &call->error);
    }
    answer_import(call, st, 200, &job);
}

static void act(ApiCall *call, ConnectJobStep step)
{
    ConnectJob job;
    PtStatus st = connect_job_act(call->api->imports, call->args[0], step, &call->who.actor, &job,
                                  &call->error);
    answer_import(call, st, 200, &job);
}

void api_imports_start(ApiCall *call)
{
    act(call, CONNECT_STEP_START);
}

void api_imports_pause(ApiCall *call)
{
    act(call, CONNECT_STEP_PAUSE);
}

void api_imports_resume(ApiCall *call)
{
    act(call, CONNECT_STEP_RESUME);
}

void api_imports_cancel(ApiCall *call)
{
    act(call, CONNECT_STEP_CANCEL);
}

void api_imports_delete(ApiCall *call)
{
    act(call, CONNECT_STEP_REMOVE);
}

/* ---- Parts ------------------------------------------------------------------------------------
 */

/* 409 with the offset that is wanted, for programs. */
static void answer_gap(ApiCall *call, const ConnectJob *job)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "type", PT_STR("about:blank"));
    pt_json_put_str(&out, "title", pt_str(pt_status_title(PT_CONFLICT)));
    pt_json_put_i64(&out, "status", pt_status_http(PT_CONFLICT));
    pt_json_put_str(&out, "code", pt_str(pt_status_name(PT_CONFLICT)));
    pt_json_put_str(&out, "detail", pt_str(call->error.message));
    pt_json_put_u64(&out, "expected_offset", job->uploaded);
    pt_json_out_object_end(&out);
    call->content_type = "application/problem+json";
    api_answer(call, pt_status_http(PT_CONFLICT));
}

void api_imports_part(ApiCall *call)
{
    const PtStr type = http_header(call->request, "content-type");
    const uint64_t offset = (uint64_t)call->query[Q_IMPORTS_PART_OFFSET].number;
    ConnectJob job = {0};
    if (!pt_str_eq_nocase(type, PT_STR("application/octet-stream"))) {
        (void)pt_fail(&call->error, PT_UNSUPPORTED_MEDIA,
                      "a part is sent as application/octet-stream");
        api_problem(call, PT_UNSUPPORTED_MEDIA, &call->error);
        return;
    }
    PtStatus st = connect_job_part(call->api->imports, call->args[0], offset, call->request->body,
                                   &job, &call->error);
    if (st == PT_CONFLICT) {
        answer_gap(call, &job);
        return;
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_u64(&out, "uploaded", job.uploaded);
    pt_json_put_u64(&out, "bytes", job.bytes);
    pt_json_put_str(&out, "state", pt_str(connect_job_state_name(job.state)));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* ---- Mappings ---------------------------------------------------------------------------------
 */

void api_imports_mapping(ApiCall *call)
{
    PtStr mapping, recipe;
    PtStatus st = connect_job_mapping(call->api->imports, call->args[0], call->arena, &mapping,
                                      &recipe, &call->error);
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    api_put_raw(&out, "mapping", mapping.len > 0 ? mapping : PT_STR("null"));
    api_put_text_or_null(&out, "recipe", recipe);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_imports_set_mapping(ApiCall *call)
{
    const ApiValue *recipe = &call->in[IN_IMPORTS_SET_MAPPING_RECIPE],
                   *mapping = &call->in[IN_IMPORTS_SET_MAPPING_MAPPING];
    ConnectJob job;
    PtStatus st = connect_job_map(call->api->imports, call->args[0], recipe->text, mapping->text,
                                  &call->who.actor, &job, &call->error);
    answer_import(call, st, 200, &job);
}

/* The member `note` of a mapping, decoded; empty when it has none. */
static PtStr note_of(PtStr mapping, PtBuf *space)
{
    PtJson j;
    PtStr raw;
    pt_json_init(&j, mapping, 32);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return PT_STR("");
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool note = pt_json_raw_eq(j.raw, j.flags, PT_STR("note"));
        if (!note && !pt_json_skip(&j, &raw, NULL, NULL)) {
            return PT_STR("");
        }
        if (note) {
            const bool text = pt_json_next(&j) == PT_JSON_STRING;
            pt_json_decode(text ? j.raw : PT_STR(""), space);
            return pt_buf_str(space);
        }
    }
    return PT_STR("");
}

void api_imports_recipes(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    PtBuf note;
    const char *name;
    pt_buf_init(&note, CONNECT_MAPPING_MAX);
    api_page_begin(&out);
    for (size_t i = 0; (name = connect_recipe_name(i)) != NULL; i++) {
        const PtStr mapping = connect_recipe_text(pt_str(name));
        pt_buf_clear(&note, CONNECT_MAPPING_MAX);
        pt_json_out_object(&out);
        pt_json_put_str(&out, "name", pt_str(name));
        pt_json_put_str(&out, "note", note_of(mapping, &note));
        api_put_raw(&out, "mapping", mapping);
        pt_json_out_object_end(&out);
    }
    api_page_end(&out, NULL);
    pt_buf_done(&note);
    api_answer(call, 200);
}

/* ---- Preview ----------------------------------------------------------------------------------
 */

static const char *const outcomes[] = {[CONNECT_ROW_EVENT] = "event",
                                       [CONNECT_ROW_PART] = "part",
                                       [CONNECT_ROW_SKIPPED] = "skipped",
                                       [CONNECT_ROW_REFUSED] = "refused"};
static const char *const formats[] = {[CONNECT_CSV] = "csv",
                                      [CONNECT_SPACES] = "spaces",
                                      [CONNECT_JSONL] = "jsonl",
                                      [CONNECT_EVENTS] = "events"};

static void preview_row_json(PtJsonOut *out, const ConnectPreviewRow *row)
{
    pt_json_out_object(out);
    pt_json_put_u64(out, "row", row->row);
    pt_json_put_u64(out, "line", row->line);
    pt_json_put_str(out, "text", row->text);
    pt_json_put_str(out, "outcome", pt_str(outcomes[row->outcome]));
    if (row->event >= 0) {
        pt_json_put_i64(out, "event", row->event);
    } else {
        api_put_null(out, "event");
    }
    api_put_text_or_null(out, "column", row->column);
    api_put_text_or_null(out, "reason", row->reason);
    pt_json_out_object_end(out);
}

static void texts_json(PtJsonOut *out, const char *key, const PtStr *texts, size_t count)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_str(out, texts[i]);
    }
    pt_json_out_array_end(out);
}

static void notes_json(PtJsonOut *out, PtStr notes)
{
    PtStr line;
    pt_json_out_key(out, PT_STR("notes"));
    pt_json_out_array(out);
    while (notes.len > 0 && pt_str_cut(&notes, '\n', &line)) {
        if (line.len > 0) {
            pt_json_out_str(out, line);
        }
    }
    pt_json_out_array_end(out);
}

static void preview_json(PtJsonOut *out, const ConnectPreview *p)
{
    pt_json_out_object(out);
    pt_json_put_bool(out, "guessed", p->guessed);
    api_put_text_or_null(out, "recipe", p->recipe);
    api_put_raw(out, "mapping", p->mapping);
    notes_json(out, p->notes);
    pt_json_put_str(out, "format", pt_str(formats[p->format]));
    texts_json(out, "columns", p->columns, p->column_count);
    pt_json_out_key(out, PT_STR("rows"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->row_count; i++) {
        preview_row_json(out, &p->rows[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_key(out, PT_STR("events"));
    pt_json_out_array(out);
    for (size_t i = 0; i < p->event_count; i++) {
        pt_json_out_raw(out, p->events[i]);
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

void api_imports_preview(ApiCall *call)
{
    ConnectPreview *p = pt_arena_alloc(call->arena, 1, sizeof *p);
    PtStatus st = p != NULL ? connect_job_preview(call->api->imports, call->args[0], call->arena, p,
                                                  &call->error)
                            : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a preview");
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    preview_json(&out, p);
    api_answer(call, 200);
}

/* ---- Refusals ---------------------------------------------------------------------------------
 */

void api_imports_refusals(ApiCall *call)
{
    const size_t limit = (size_t)call->query[Q_IMPORTS_REFUSALS_LIMIT].number;
    ConnectRefusals page = {NULL, 0};
    char cursor[24] = "";
    uint64_t after = 0;
    PtStatus st = api_cursor_u64(&call->query[Q_IMPORTS_REFUSALS_CURSOR], 0, &after, &call->error);
    if (st == PT_OK) {
        st = connect_job_refusals(call->api->imports, call->args[0], after, limit, call->arena,
                                  &page, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < page.count; i++) {
        const ConnectRefusal *r = &page.rows[i];
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "number", r->number);
        pt_json_put_u64(&out, "row", r->row);
        pt_json_put_u64(&out, "line", r->line);
        api_put_text_or_null(&out, "column", r->column);
        pt_json_put_str(&out, "reason", r->reason);
        pt_json_put_str(&out, "text", r->text);
        pt_json_out_object_end(&out);
    }
    if (page.count == limit) {
        (void)snprintf(cursor, sizeof cursor, "%" PRIu64, page.rows[page.count - 1].number);
    }
    api_page_end(&out, cursor[0] != '\0' ? cursor : NULL);
    api_answer(call, 200);
}

/* ---- Live -------------------------------------------------------------------------------------
 */

enum { HEARTBEAT_MS = 15000, LIVE_GAP_MS = 250, LIVE_FIRST = 200, LIVE_ARENA = 4 << 20 };

typedef struct LiveImports {
    char only[65]; /* id of the one import; "": all */
    char ids[CONNECT_CHANGES_KEPT][CONNECT_JOB_ID];
    PtBuf out;
} LiveImports;

static PtStatus say_import(ApiStream *s, LiveImports *l, const ConnectJob *job, PtError *err)
{
    pt_buf_clear(&l->out, 64 << 10);
    PtJsonOut out = pt_json_out(&l->out);
    import_json(&out, job);
    PtStatus st = pt_buf_status(&l->out);
    if (st == PT_OK) {
        st = http_sse_event(s->http, (PtStr){NULL, 0}, "import", pt_buf_str(&l->out));
    }
    return st == PT_OK ? PT_OK : pt_fail(err, st, "the client went away");
}

static PtStatus say_one(ApiStream *s, LiveImports *l, const char *id, PtError *err)
{
    ConnectJob job;
    PtStatus st = connect_job_get(s->api->imports, pt_str(id), &job, err);
    return st == PT_OK ? say_import(s, l, &job, err) : st;
}

static bool is_open(ConnectJobState state)
{
    return state != CONNECT_DONE && state != CONNECT_FAILED && state != CONNECT_CANCELLED;
}

/* The newest unfinished ones. */
static PtStatus say_all(ApiStream *s, LiveImports *l, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(LIVE_ARENA);
    const ConnectJobsQuery query = {.state = CONNECT_STATES, .limit = LIVE_FIRST};
    ConnectJob *list = NULL;
    size_t count = 0;
    PtStatus st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for imports");
    if (st == PT_OK) {
        st = connect_jobs_list(s->api->imports, &query, arena, &list, &count, err);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        if (is_open(list[i].state)) {
            st = say_import(s, l, &list[i], err);
        }
    }
    return st;
}

static PtStatus say_changes(ApiStream *s, LiveImports *l, uint64_t *at, bool *ret_any, PtError *err)
{
    size_t count = 0;
    PtStatus st = PT_OK;
    const bool known = connect_jobs_changes(s->api->imports, at, l->ids, &count);
    *ret_any = !known || count > 0;
    if (l->only[0] != '\0') {
        bool mine = !known;
        for (size_t i = 0; i < count; i++) {
            mine |= strcmp(l->ids[i], l->only) == 0;
        }
        return mine ? say_one(s, l, l->only, err) : PT_OK;
    }
    if (!known) {
        return say_all(s, l, err);
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = say_one(s, l, l->ids[i], err);
    }
    return st;
}

static PtStatus follow(ApiStream *s, LiveImports *l, PtError *err)
{
    PtLog *log = s->api->c.log;
    uint64_t at = 0;
    size_t none;
    (void)connect_jobs_changes(s->api->imports, &at, l->ids, &none); // from now on
    PtStatus st = l->only[0] != '\0' ? say_one(s, l, l->only, err) : say_all(s, l, err);
    while (st == PT_OK && !atomic_load(&s->ended)) {
        bool any = false;
        atomic_store(&s->nudged, false);
        st = say_changes(s, l, &at, &any, err);
        if (st != PT_OK) {
            break;
        }
        const int64_t now_ms = pt_mono_ms();
        if (any) { // what changes meanwhile is told together
            (void)pt_log_wait(log, 0, UINT64_MAX, now_ms + LIVE_GAP_MS, &s->ended);
            continue;
        }
        (void)pt_log_wait(log, 0, UINT64_MAX, now_ms + HEARTBEAT_MS, &s->nudged);
        if (!atomic_load(&s->nudged) && http_sse_comment(s->http, "alive") != PT_OK) {
            return pt_fail(err, PT_UNAVAILABLE, "the client went away");
        }
    }
    return st;
}

static PtStatus run_imports(ApiStream *stream, void *ctx, PtError *err)
{
    LiveImports *l = ctx;
    pt_buf_init(&l->out, 1 << 20);
    PtStatus st = follow(stream, l, err);
    pt_buf_done(&l->out);
    // the import is not there, or no more: the stream just ends
    return st == PT_NOT_FOUND ? PT_OK : st;
}

static void start_live(ApiCall *call, PtStr only)
{
    LiveImports *l = calloc(1, sizeof *l);
    if (l == NULL || only.len >= sizeof l->only) {
        const PtStatus st = l == NULL ? PT_NO_MEMORY : PT_NOT_FOUND;
        free(l);
        (void)pt_fail(&call->error, st, "no such import");
        api_problem(call, st, &call->error);
        return;
    }
    if (only.len > 0) {
        memcpy(l->only, only.data, only.len);
    }
    api_stream_start(call, "text/event-stream", run_imports, l);
}

void api_imports_live(ApiCall *call)
{
    start_live(call, (PtStr){NULL, 0});
}

void api_imports_live_one(ApiCall *call)
{
    start_live(call, call->args[0]);
}

void api_set_imports(Api *api, ConnectJobs *imports)
{
    api->imports = imports;
}

void api_imports_changed(void *ctx)
{
    Api *api = ctx;
    bool any = false;
    (void)pthread_mutex_lock(&api->lock);
    for (ApiStream *s = api->streams; s != NULL; s = s->next) {
        if (s->run == run_imports) {
            atomic_store(&s->nudged, true);
            any = true;
        }
    }
    (void)pthread_mutex_unlock(&api->lock);
    if (any) {
        pt_log_wake(api->c.log);
    }
}
