// SPDX-License-Identifier: Apache-2.0
/* /api/v1/pulls and /api/v1/drop-folders: what comes in by asking, and by lying in a folder. */
#include "api/api_internal.h"

#include <assert.h>
#include <stdio.h>

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

/* ---- Pulls ------------------------------------------------------------------------------------
 */

static void put_definition(PtJsonOut *out, const ConnectPull *p)
{
    const ConnectPullEdit *e = &p->edit;
    pt_json_put_str(out, "url", e->url);
    api_put_raw(out, "headers", e->headers.len > 0 ? e->headers : PT_STR("{}"));
    pt_json_put_str(out, "auth", pt_str(connect_pull_auth_name(e->auth)));
    pt_json_put_str(out, "auth_name", e->auth_name);
    pt_json_put_bool(out, "has_secret", p->has_secret);
    pt_json_put_str(out, "items", e->items);
    pt_json_put_str(out, "item_id", e->item_id);
    pt_json_put_str(out, "item_version", e->item_version);
    pt_json_put_str(out, "paging", pt_str(connect_paging_name(e->paging)));
    pt_json_put_str(out, "next", e->next);
    pt_json_put_i64(out, "first_page", e->first_page);
    pt_json_put_i64(out, "page_step", e->page_step);
    pt_json_put_str(out, "since", e->since);
    pt_json_put_str(out, "since_start", e->since_start);
    pt_json_put_str(out, "at_end", pt_str(connect_pull_end_name(e->at_end)));
    pt_json_put_i64(out, "every_min", e->every_min);
    pt_json_put_i64(out, "max_pages", e->max_pages);
    api_put_raw(out, "mapping", e->mapping);
    pt_json_put_bool(out, "enabled", e->enabled);
}

static void put_pull(PtJsonOut *out, const ConnectPull *p)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", p->id);
    pt_json_put_str(out, "name", p->edit.name);
    api_put_text_or_null(out, "source", p->source_name);
    pt_json_put_str(out, "source_id", p->edit.source);
    put_definition(out, p);
    pt_json_put_str(out, "state", pt_str(connect_pull_state_name(p->state)));
    api_put_text_or_null(out, "reason", p->reason);
    pt_json_put_i64(out, "failures", p->failures);
    pt_json_put_bool(out, "running", p->running);
    api_put_text_or_null(out, "cursor", p->at.cursor);
    api_put_text_or_null(out, "since_at", p->at.since);
    pt_json_put_bool(out, "in_pass", p->at.in_pass);
    pt_json_put_i64(out, "runs", p->runs);
    api_put_text_or_null(out, "last_outcome",
                         p->runs > 0 ? pt_str(connect_pull_outcome_name(p->last_outcome))
                                     : (PtStr){NULL, 0});
    pt_json_put_i64(out, "last_landed", p->last_landed);
    pt_json_put_i64(out, "last_refused", p->last_refused);
    api_put_time_or_null(out, "started_at", p->started_ms);
    api_put_time_or_null(out, "succeeded_at", p->succeeded_ms);
    api_put_time_or_null(out, "due_at", p->due_ms);
    api_put_time(out, "created_at", p->created_ms);
    api_put_time(out, "changed_at", p->changed_ms);
    pt_json_put_str(out, "changed_by", p->changed_by);
    pt_json_out_object_end(out);
}

static void answer_pull(ApiCall *call, int status, PtStr id)
{
    ConnectPull pull;
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(call,
                    connect_pull_get(call->api->pulls, id, call->arena, &pull, &call->error))) {
        put_pull(&out, &pull);
        api_answer(call, status);
    }
}

void api_pulls_list(ApiCall *call)
{
    ConnectPull *list;
    size_t count;
    if (api_failed(
            call, connect_pulls_list(call->api->pulls, call->arena, &list, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_pull(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* Both operations decode the same schema, so the fields of the one stand where the other's do. */
static ConnectPullEdit read_pull(const ApiCall *call)
{
    const ApiValue *in = call->in;
    return (ConnectPullEdit){
        .name = in[IN_PULLS_ADD_NAME].text,
        .source = in[IN_PULLS_ADD_SOURCE].text,
        .url = in[IN_PULLS_ADD_URL].text,
        .headers = in[IN_PULLS_ADD_HEADERS].text,
        .auth = (ConnectPullAuth)in[IN_PULLS_ADD_AUTH].choice,
        .auth_name = in[IN_PULLS_ADD_AUTH_NAME].text,
        .secret = in[IN_PULLS_ADD_SECRET].text,
        .items = in[IN_PULLS_ADD_ITEMS].text,
        .item_id = in[IN_PULLS_ADD_ITEM_ID].text,
        .item_version = in[IN_PULLS_ADD_ITEM_VERSION].text,
        .paging = (ConnectPaging)in[IN_PULLS_ADD_PAGING].choice,
        .next = in[IN_PULLS_ADD_NEXT].text,
        .first_page = in[IN_PULLS_ADD_FIRST_PAGE].number,
        .page_step = in[IN_PULLS_ADD_PAGE_STEP].number,
        .since = in[IN_PULLS_ADD_SINCE].text,
        .since_start = in[IN_PULLS_ADD_SINCE_START].text,
        .at_end = (ConnectPullEnd)in[IN_PULLS_ADD_AT_END].choice,
        .every_min = in[IN_PULLS_ADD_EVERY_MIN].number,
        .max_pages = in[IN_PULLS_ADD_MAX_PAGES].number,
        .mapping = in[IN_PULLS_ADD_MAPPING].text,
        .enabled = in[IN_PULLS_ADD_ENABLED].truth,
    };
}

void api_pulls_add(ApiCall *call)
{
    char id[CONNECT_PULL_ID];
    const ConnectPullEdit edit = read_pull(call);
    PtStatus st = may_write_as(call, edit.source);
    if (st == PT_OK) {
        st = connect_pull_add(call->api->pulls, &edit, &call->who.actor, id, &call->error);
    }
    if (!api_failed(call, st)) {
        answer_pull(call, 201, pt_str(id));
    }
}

void api_pulls_get(ApiCall *call)
{
    answer_pull(call, 200, call->args[0]);
}

void api_pulls_save(ApiCall *call)
{
    static_assert(IN_PULLS_SAVE_ENABLED - IN_PULLS_ADD_ENABLED == 0, "one schema");
    const ConnectPullEdit edit = read_pull(call);
    PtStatus st = may_write_as(call, edit.source);
    if (st == PT_OK) {
        st = connect_pull_save(call->api->pulls, call->args[0], &edit, &call->who.actor,
                               &call->error);
    }
    if (!api_failed(call, st)) {
        answer_pull(call, 200, call->args[0]);
    }
}

void api_pulls_delete(ApiCall *call)
{
    if (!api_failed(call, connect_pull_delete(call->api->pulls, call->args[0], &call->who.actor,
                                              &call->error))) {
        api_answer_done(call);
    }
}

void api_pulls_run(ApiCall *call)
{
    if (!api_failed(call, connect_pull_run(call->api->pulls, call->args[0], &call->who.actor,
                                           &call->error))) {
        api_answer_done(call);
    }
}

void api_pulls_reset(ApiCall *call)
{
    if (!api_failed(call, connect_pull_reset(call->api->pulls, call->args[0], &call->who.actor,
                                             &call->error))) {
        api_answer_done(call);
    }
}

static void put_preview_item(PtJsonOut *out, const ConnectPullPreviewItem *item)
{
    const bool event = item->event.len > 0;
    pt_json_out_object(out);
    api_put_text_or_null(out, "id", item->id);
    pt_json_put_str(out, "text", item->text);
    pt_json_put_str(out, "outcome",
                    event           ? PT_STR("event")
                    : item->skipped ? PT_STR("skipped")
                                    : PT_STR("refused"));
    api_put_raw(out, "event", event ? item->event : PT_STR("null"));
    api_put_text_or_null(out, "column", item->column);
    api_put_text_or_null(out, "reason", item->reason);
    pt_json_out_object_end(out);
}

void api_pulls_preview(ApiCall *call)
{
    ConnectPullPreview *p = pt_arena_alloc(call->arena, 1, sizeof *p);
    PtStatus st = p != NULL ? connect_pull_preview(call->api->pulls, call->args[0],
                                                   call->in[IN_PULLS_PREVIEW_MAPPING].text,
                                                   call->arena, p, &call->error)
                            : pt_fail(&call->error, PT_NO_MEMORY, "no memory for a preview");
    if (api_failed(call, st)) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "url", p->url);
    pt_json_put_i64(&out, "bytes", p->bytes);
    pt_json_put_u64(&out, "items", p->items);
    api_put_text_or_null(&out, "next", p->next);
    api_put_text_or_null(&out, "newest", p->newest);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < p->count; i++) {
        put_preview_item(&out, &p->shown[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static void put_run(PtJsonOut *out, const ConnectPullRun *run)
{
    const struct {
        const char *key;
        int64_t value;
    } counts[] = {{"pages", run->pages},           {"bytes", run->bytes},
                  {"items", run->items},           {"refused", run->refused},
                  {"skipped", run->skipped},       {"landed", run->landed},
                  {"duplicates", run->duplicates}, {"quarantined", run->quarantined}};
    pt_json_out_object(out);
    pt_json_put_i64(out, "number", run->number);
    pt_json_put_str(out, "cause", pt_str(connect_pull_cause_name(run->cause)));
    pt_json_put_str(out, "outcome", pt_str(connect_pull_outcome_name(run->outcome)));
    api_put_text_or_null(out, "reason", run->reason);
    api_put_time(out, "started_at", run->started_ms);
    api_put_time_or_null(out, "finished_at", run->finished_ms);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        pt_json_put_i64(out, counts[i].key, counts[i].value);
    }
    api_put_text_or_null(out, "refusal", run->refusal);
    pt_json_out_object_end(out);
}

void api_pulls_runs(ApiCall *call)
{
    const size_t limit = (size_t)call->query[Q_PULLS_RUNS_LIMIT].number;
    ConnectPullRuns page = {NULL, 0};
    uint64_t before = 0;
    char cursor[24] = "";
    PtStatus st = api_cursor_u64(&call->query[Q_PULLS_RUNS_CURSOR], 0, &before, &call->error);
    if (st == PT_OK && before > INT64_MAX) {
        st = pt_fail(&call->error, PT_INVALID, "cursor: not one of this list");
    }
    if (st == PT_OK) {
        st = connect_pull_runs(call->api->pulls, call->args[0], (int64_t)before, limit + 1,
                               call->arena, &page, &call->error);
    }
    if (api_failed(call, st)) {
        return;
    }
    const bool more = page.count > limit;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < (more ? limit : page.count); i++) {
        put_run(&out, &page.rows[i]);
    }
    if (more) {
        (void)snprintf(cursor, sizeof cursor, "%lld", (long long)page.rows[limit - 1].number);
    }
    api_page_end(&out, more ? cursor : NULL);
    api_answer(call, 200);
}

/* ---- Drop folders -----------------------------------------------------------------------------
 */

static void put_drop(PtJsonOut *out, const ConnectDrop *d)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", d->id);
    pt_json_put_str(out, "name", d->edit.name);
    pt_json_put_str(out, "folder", d->edit.folder);
    api_put_text_or_null(out, "source", d->source_name);
    pt_json_put_str(out, "source_id", d->edit.source);
    api_put_text_or_null(out, "recipe", d->edit.recipe);
    api_put_raw(out, "mapping", d->edit.mapping);
    pt_json_put_i64(out, "quiet_s", d->edit.quiet_s);
    pt_json_put_bool(out, "enabled", d->edit.enabled);
    api_put_text_or_null(out, "problem", d->problem);
    api_put_time(out, "created_at", d->created_ms);
    api_put_time(out, "changed_at", d->changed_ms);
    pt_json_put_str(out, "changed_by", d->changed_by);
    pt_json_out_object_end(out);
}

static void answer_drop(ApiCall *call, int status, PtStr id)
{
    ConnectDrop drop;
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(call,
                    connect_drop_get(call->api->drops, id, call->arena, &drop, &call->error))) {
        put_drop(&out, &drop);
        api_answer(call, status);
    }
}

void api_drops_list(ApiCall *call)
{
    ConnectDrop *list;
    size_t count;
    if (api_failed(
            call, connect_drops_list(call->api->drops, call->arena, &list, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_drop(&out, &list[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* As read_pull. */
static ConnectDropEdit read_drop(const ApiCall *call)
{
    const ApiValue *in = call->in;
    return (ConnectDropEdit){.name = in[IN_DROPS_ADD_NAME].text,
                             .folder = in[IN_DROPS_ADD_FOLDER].text,
                             .source = in[IN_DROPS_ADD_SOURCE].text,
                             .recipe = in[IN_DROPS_ADD_RECIPE].text,
                             .mapping = in[IN_DROPS_ADD_MAPPING].text,
                             .quiet_s = in[IN_DROPS_ADD_QUIET_S].number,
                             .enabled = in[IN_DROPS_ADD_ENABLED].truth};
}

void api_drops_add(ApiCall *call)
{
    char id[CONNECT_DROP_ID];
    const ConnectDropEdit edit = read_drop(call);
    PtStatus st = may_write_as(call, edit.source);
    if (st == PT_OK) {
        st = connect_drop_add(call->api->drops, &edit, &call->who.actor, id, &call->error);
    }
    if (!api_failed(call, st)) {
        answer_drop(call, 201, pt_str(id));
    }
}

void api_drops_get(ApiCall *call)
{
    answer_drop(call, 200, call->args[0]);
}

void api_drops_save(ApiCall *call)
{
    static_assert(IN_DROPS_SAVE_ENABLED - IN_DROPS_ADD_ENABLED == 0, "one schema");
    const ConnectDropEdit edit = read_drop(call);
    PtStatus st = may_write_as(call, edit.source);
    if (st == PT_OK) {
        st = connect_drop_save(call->api->drops, call->args[0], &edit, &call->who.actor,
                               &call->error);
    }
    if (!api_failed(call, st)) {
        answer_drop(call, 200, call->args[0]);
    }
}

void api_drops_delete(ApiCall *call)
{
    if (!api_failed(call, connect_drop_delete(call->api->drops, call->args[0], &call->who.actor,
                                              &call->error))) {
        api_answer_done(call);
    }
}

static void put_file(PtJsonOut *out, const ConnectDropFile *file)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", file->id);
    pt_json_put_str(out, "name", file->name);
    pt_json_put_str(out, "digest", file->digest);
    pt_json_put_i64(out, "bytes", file->bytes);
    pt_json_put_i64(out, "rows", file->rows);
    pt_json_put_i64(out, "landed", file->landed);
    pt_json_put_i64(out, "refused", file->refused);
    pt_json_put_str(out, "state", pt_str(connect_drop_state_name(file->state)));
    api_put_text_or_null(out, "reason", file->reason);
    api_put_text_or_null(out, "import", file->job);
    api_put_text_or_null(out, "placed", file->placed);
    api_put_time(out, "taken_at", file->taken_ms);
    api_put_time_or_null(out, "finished_at", file->finished_ms);
    pt_json_out_object_end(out);
}

void api_drops_files(ApiCall *call)
{
    const size_t limit = (size_t)call->query[Q_DROPS_FILES_LIMIT].number;
    ConnectDropFiles page = {NULL, 0};
    if (api_failed(call, connect_drop_files(call->api->drops, call->args[0],
                                            call->query[Q_DROPS_FILES_CURSOR].text, limit + 1,
                                            call->arena, &page, &call->error))) {
        return;
    }
    const bool more = page.count > limit;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < (more ? limit : page.count); i++) {
        put_file(&out, &page.rows[i]);
    }
    api_page_end(&out, more ? page.rows[limit - 1].id.data : NULL);
    api_answer(call, 200);
}

void api_set_pulls(Api *api, ConnectPulls *pulls, ConnectDrops *drops)
{
    api->pulls = pulls;
    api->drops = drops;
}
