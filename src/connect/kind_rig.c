// SPDX-License-Identifier: Apache-2.0
#include "connect/kind_rig.h"

#include "base/time.h"

#include <stdlib.h>

enum { ARENA_MAX = 64 << 20 };

static void set_items(KindRig *r, const char *kind, const char *const *settings)
{
    static const PtStr folder = PT_STR_INIT("/out");
    size_t count = 0;
    for (; settings[count] != NULL; count++) {
        PtStr value = pt_str(settings[count]);
        assert_true(count < PT_COUNT(r->items));
        assert_true(pt_str_cut(&value, '=', &r->items[count].name));
        r->items[count].value = value;
    }
    r->settings = (ConnectSettings){.kind = connect_kind_of(pt_str(kind)),
                                    .destination = PT_STR("d1"),
                                    .items = r->items,
                                    .count = count,
                                    .folder = folder};
    assert_non_null(r->settings.kind);
}

bool kind_rig_set(KindRig *r, const char *kind, const char *const *settings)
{
    set_items(r, kind, settings);
    r->err = (PtError){0};
    return connect_settings_check(&r->settings, &r->err) == PT_OK;
}

KindRig *kind_rig_new(const char *kind, const char *const *settings)
{
    KindRig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->arena = pt_arena_new(ARENA_MAX);
    assert_non_null(r->arena);
    if (!kind_rig_set(r, kind, settings)) {
        fail_msg("settings: %s", r->err.message);
    }
    assert_true(pt_time_parse(PT_STR("2026-11-22T18:00:00Z"), &r->batch.now_ms));
    connect_request_init(&r->request, r->settings.kind->bytes_max);
    return r;
}

void kind_rig_free(KindRig *r)
{
    connect_request_done(&r->request);
    pt_arena_free(r->arena);
    free(r);
}

static int64_t time_at(const KindNode *root, const char *name, int64_t otherwise)
{
    int64_t ms = otherwise;
    (void)pt_time_parse(kind_text(kind_at(root, name)), &ms);
    return ms;
}

void kind_rig_event(KindRig *r, const char *json, uint64_t offset)
{
    const KindNode *root;
    assert_true(kind_tree(pt_str(json), r->arena, &root));
    PtStr type = kind_text(kind_at(root, "type"));
    r->record = (PtRecord){.position = {0, offset}};
    r->view = (EventView){
        .type = type.len > 0 ? event_type_of(type) : EVENT_TRACK,
        .message_id = kind_text(kind_at(root, "messageId")),
        .user_id = kind_text(kind_at(root, "userId")),
        .anonymous_id = kind_text(kind_at(root, "anonymousId")),
        .timestamp_ms = time_at(root, "timestamp", r->batch.now_ms),
        .received_ms = time_at(root, "receivedAt", r->batch.now_ms),
        .raw = pt_str(json),
    };
    r->view.name = kind_text(kind_at(root, r->view.type == EVENT_TRACK ? "event" : "name"));
    r->event = (ConnectOutEvent){.record = &r->record, .view = &r->view, .json = pt_str(json)};
    r->batch.first = r->batch.last = offset;
}

PtStatus kind_rig_render(KindRig *r)
{
    return r->settings.kind->render(&r->settings, &r->event, r->batch.now_ms, r->arena, &r->piece,
                                    &r->err);
}

PtStatus kind_rig_encode(KindRig *r, const ConnectPiece *pieces, size_t count)
{
    connect_request_done(&r->request);
    connect_request_init(&r->request, r->settings.kind->bytes_max);
    return r->settings.kind->encode(&r->settings, pieces, count, &r->batch, r->arena, &r->request,
                                    &r->err);
}

PtStr kind_rig_header(const KindRig *r, const char *name)
{
    for (size_t i = 0; i < r->request.header_count; i++) {
        PtStr value = r->request.headers[i], got = value;
        (void)pt_str_cut(&value, ':', &got);
        if (pt_str_eq_nocase(got, pt_str(name))) {
            return pt_str_from(value, 1);
        }
    }
    return (PtStr){NULL, 0};
}

void kind_rig_equal(PtStr got, const char *want)
{
    if (!pt_str_eq(got, pt_str(want))) {
        fail_msg("got  %.*s\nwant %s", PT_STR_ARG(got), want);
    }
}
