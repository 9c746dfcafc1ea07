// SPDX-License-Identifier: Apache-2.0
/* /api/v1/privacy: requests about customers' data. */
#include "api/api_internal.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIECE = 64 << 10, PATH_TEXT = 200 };

static void put_request(PtJsonOut *out, const PrivacyRequest *r, const AuditActor *reader)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(r->id));
    pt_json_put_str(out, "kind", pt_str(privacy_kind_name(r->kind)));
    pt_json_put_str(out, "state", pt_str(privacy_state_name(r->state)));
    pt_json_put_str(out, "channel", pt_str(privacy_channel_name(r->channel)));
    api_put_raw(out, "subjects", r->subjects.len > 0 ? r->subjects : PT_STR("[]"));
    pt_json_put_str(out, "label", r->label);
    pt_json_put_str(out, "note", r->note);
    pt_json_put_u64(out, "persons", r->persons);
    pt_json_put_bool(out, "needs_second", r->bulk);
    pt_json_put_str(out, "requested_by",
                    r->requested_name.len > 0 ? r->requested_name : r->requested_kind);
    pt_json_put_bool(out, "requested_by_you",
                     reader->kind == AUDIT_ACCOUNT &&
                         pt_str_eq(r->requested_by, pt_str(reader->id)));
    api_put_time(out, "received_at", r->received_ms);
    api_put_time(out, "due_at", r->due_ms);
    api_put_text_or_null(out, "decided_by",
                         r->decided_name.len > 0 ? r->decided_name : r->decided_by);
    api_put_time_or_null(out, "decided_at", r->decided_ms);
    api_put_time_or_null(out, "started_at", r->started_ms);
    api_put_time_or_null(out, "finished_at", r->finished_ms);
    api_put_time_or_null(out, "erased_at", r->erased_ms);
    pt_json_put_u64(out, "step", r->state == PRIVACY_DONE ? r->steps : r->step);
    pt_json_put_u64(out, "steps", r->steps);
    api_put_text_or_null(out, "problem", r->problem);
    pt_json_out_key(out, PT_STR("removed"));
    privacy_figures_json(&r->figures, out);
    pt_json_put_bool(out, "has_certificate", r->certified && r->state == PRIVACY_DONE);
    if (r->file_bytes > 0) {
        pt_json_put_u64(out, "archive_bytes", r->file_bytes);
        api_put_time(out, "archive_expires_at", r->expires_ms);
    } else {
        api_put_null(out, "archive_bytes");
        api_put_null(out, "archive_expires_at");
    }
    api_put_time_or_null(out, "fetched_at", r->fetched_ms);
    pt_json_out_object_end(out);
}

static void answer_request(ApiCall *call, PtStatus st, int status, const PrivacyRequest *r)
{
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        put_request(&out, r, &call->who.actor);
        api_answer(call, status);
    }
}

void api_set_privacy(Api *api, Privacy *privacy)
{
    api->privacy = privacy;
}

void api_privacy_list(ApiCall *call)
{
    const ApiValue *q = call->query;
    const size_t limit = (size_t)q[Q_PRIVACY_LIST_LIMIT].number;
    const PrivacyState state = q[Q_PRIVACY_LIST_STATE].given // in the enum's order
                                   ? (PrivacyState)q[Q_PRIVACY_LIST_STATE].choice
                                   : PRIVACY_STATES;
    PrivacyRequest *list = NULL;
    size_t count = 0;
    if (api_failed(call, privacy_list(call->api->privacy, state, q[Q_PRIVACY_LIST_CURSOR].text,
                                      limit + 1, call->arena, &list, &count, &call->error))) {
        return;
    }
    const bool more = count > limit;
    PtJsonOut out = pt_json_out(&call->body);
    api_page_begin(&out);
    for (size_t i = 0; i < (more ? limit : count); i++) {
        put_request(&out, &list[i], &call->who.actor);
    }
    api_page_end(&out, more ? list[limit - 1].id : NULL);
    api_answer(call, 200);
}

void api_privacy_add(ApiCall *call)
{
    const ApiValue *in = call->in;
    PrivacySubject *subjects = NULL;
    PrivacyRequest r;
    size_t count = 0;
    PtStatus st = privacy_subjects_read(in[IN_PRIVACY_ADD_SUBJECTS].text, call->arena, &subjects,
                                        &count, &call->error);
    if (st == PT_OK) {
        const PrivacyNew made = {.kind = in[IN_PRIVACY_ADD_KIND].choice == 0 ? PRIVACY_ERASURE
                                                                             : PRIVACY_EXPORT,
                                 .subjects = subjects,
                                 .count = count,
                                 .note = in[IN_PRIVACY_ADD_NOTE].text};
        st =
            privacy_add(call->api->privacy, &made, &call->who.actor, call->arena, &r, &call->error);
    }
    answer_request(call, st, 201, &r);
}

void api_privacy_get(ApiCall *call)
{
    PrivacyRequest r;
    answer_request(call,
                   privacy_get(call->api->privacy, call->args[0], call->arena, &r, &call->error),
                   200, &r);
}

static void decide(ApiCall *call, PrivacyStep step, PtStr note)
{
    PrivacyRequest r;
    const PrivacyDecision decision = {.step = step,
                                      .by = &call->who.actor,
                                      .may_approve =
                                          (call->who.permissions & PERMISSION_PRIVACY_APPROVE) != 0,
                                      .note = note};
    answer_request(
        call,
        privacy_decide(call->api->privacy, call->args[0], &decision, call->arena, &r, &call->error),
        200, &r);
}

void api_privacy_approve(ApiCall *call)
{
    decide(call, PRIVACY_APPROVE, PT_STR(""));
}

void api_privacy_refuse(ApiCall *call)
{
    decide(call, PRIVACY_REFUSE, call->in[IN_PRIVACY_REFUSE_REASON].text);
}

void api_privacy_cancel(ApiCall *call)
{
    decide(call, PRIVACY_CANCEL, PT_STR(""));
}

void api_privacy_preview(ApiCall *call)
{
    PrivacySubject *subjects = NULL;
    PrivacyFigures figures;
    uint64_t persons = 0;
    size_t count = 0;
    PtStatus st = privacy_subjects_read(call->in[IN_PRIVACY_PREVIEW_SUBJECTS].text, call->arena,
                                        &subjects, &count, &call->error);
    st = st == PT_OK ? privacy_preview(call->api->privacy, subjects, count, &figures, &persons,
                                       &call->error)
                     : st;
    if (!api_failed(call, st)) {
        PtJsonOut out = pt_json_out(&call->body);
        pt_json_out_object(&out);
        pt_json_put_u64(&out, "persons", persons);
        pt_json_out_key(&out, PT_STR("removed"));
        privacy_figures_json(&figures, &out);
        pt_json_out_object_end(&out);
        api_answer(call, 200);
    }
}

void api_privacy_certificate(ApiCall *call)
{
    PtStr json;
    if (!api_failed(call, privacy_certificate(call->api->privacy, call->args[0], call->arena, &json,
                                              &call->error))) {
        pt_buf_add_str(&call->body, json);
        api_answer(call, 200);
    }
}

void api_privacy_key(ApiCall *call)
{
    uint8_t key[PRIVACY_KEY];
    char hex[2 * PRIVACY_KEY + 1];
    privacy_public_key(call->api->privacy, key);
    pt_hex(key, sizeof key, hex);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "algorithm", PT_STR("Ed25519"));
    pt_json_put_str(&out, "public_key", pt_str(hex));
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

/* -- archives
 * -------------------------------------------------------------------------------------------------
 */

void api_privacy_link(ApiCall *call)
{
    char secret[PRIVACY_LINK], path[PATH_TEXT];
    PrivacyRequest r;
    PtStatus st =
        privacy_link(call->api->privacy, call->args[0], &call->who.actor, secret, &call->error);
    st = st == PT_OK ? privacy_get(call->api->privacy, call->args[0], call->arena, &r, &call->error)
                     : st;
    if (api_failed(call, st)) {
        return;
    }
    (void)snprintf(path, sizeof path, "/api/v1/privacy/requests/%s/archive.zip?link=%s", r.id,
                   secret);
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "path", pt_str(path));
    api_put_time(&out, "expires_at", r.expires_ms);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(path, sizeof path);
}

typedef struct Handing {
    char id[PRIVACY_ID], link[PRIVACY_LINK];
} Handing;

static PtStatus hand_over(ApiStream *stream, void *ctx, PtError *err)
{
    const Handing *h = ctx;
    PT_CLEANUP(pt_free_charp) char *piece = malloc(PIECE);
    PrivacyArchive *archive = NULL;
    uint64_t bytes = 0, sent = 0;
    size_t got = 1;
    PtStatus st = piece != NULL ? privacy_archive_open(stream->api->privacy, pt_str(h->id),
                                                       pt_str(h->link), &archive, &bytes, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory to hand over an archive");
    while (st == PT_OK && got > 0 && !atomic_load(&stream->ended)) {
        st = privacy_archive_read(archive, piece, PIECE, &got, err);
        if (st == PT_OK && got > 0) {
            st = http_stream_write(stream->http, (PtStr){piece, got}) == PT_OK
                     ? PT_OK
                     : pt_fail(err, PT_UNAVAILABLE, "the client went away");
            sent += got;
        }
    }
    privacy_archive_close(archive, st == PT_OK && got == 0 && sent == bytes);
    return st;
}

void api_privacy_archive(ApiCall *call)
{
    const PtStr link = call->query[Q_PRIVACY_ARCHIVE_LINK].text;
    PrivacyArchive *archive = NULL;
    uint64_t bytes = 0;
    if (api_failed(call, privacy_archive_open(call->api->privacy, call->args[0], link, &archive,
                                              &bytes, &call->error))) {
        return;
    }
    privacy_archive_close(archive, false);
    Handing *h = calloc(1, sizeof *h);
    if (h == NULL) {
        (void)api_failed(call, pt_fail(&call->error, PT_NO_MEMORY, "no memory for an archive"));
        return;
    }
    (void)pt_str_copy(h->id, sizeof h->id, call->args[0]);
    (void)pt_str_copy(h->link, sizeof h->link, link);
    (void)api_stream_start(call, "application/zip", hand_over, h);
}
