// SPDX-License-Identifier: Apache-2.0
/* A pull tried out: its first page, and the first items as events. */
#include "connect/pull_internal.h"

#include "connect/import.h"

#include <string.h>

enum { URL_BYTES = 4 * CONNECT_PULL_POSITION_MAX };

typedef struct Look {
    PtArena *arena;
    ConnectPullPreviewItem *item; /* at hand */
    bool out_of_memory;
} Look;

/* A text for people: what is not UTF-8 or ends the line becomes '?', cut between characters. */
static PtStr shown(Look *l, PtStr text)
{
    const char *p = text.data, *end = text.data + text.len;
    char *copy = pt_arena_alloc(l->arena, CONNECT_PREVIEW_TEXT + 1, 1);
    size_t len = 0;
    while (copy != NULL && p < end) {
        const size_t n = pt_utf8_step(p, end);
        if (len + (n > 0 ? n : 1) > CONNECT_PREVIEW_TEXT) {
            break;
        }
        if (n > 0 && *p != '\0') {
            memcpy(copy + len, p, n);
        } else {
            copy[len] = '?';
        }
        len += n > 0 ? n : 1;
        p += n > 0 ? n : 1;
    }
    l->out_of_memory |= copy == NULL;
    return (PtStr){copy, len};
}

static bool see_event(void *ctx, PtStr json)
{
    Look *l = ctx;
    l->item->event = pt_arena_str(l->arena, json);
    l->out_of_memory |= l->item->event.data == NULL;
    return !l->out_of_memory;
}

static bool see_reject(void *ctx, const ConnectReject *reject)
{
    Look *l = ctx;
    l->item->reason = shown(l, pt_str(reject->reason));
    l->item->column = shown(l, reject->column);
    return !l->out_of_memory;
}

static PtStatus look_at(Look *l, ConnectBuilder *builder, const ConnectPull *pull, PtStr raw,
                        size_t number, PtError *err)
{
    PullItem item;
    const uint64_t skipped = connect_builder_counts(builder)->skipped;
    PtStatus st = pull_item_read(pull, raw, number, l->arena, &item, err);
    if (st != PT_OK) {
        return st;
    }
    *l->item = (ConnectPullPreviewItem){.id = shown(l, item.id), .text = shown(l, raw)};
    st = connect_builder_row(builder, &item.row, err);
    l->item->skipped = connect_builder_counts(builder)->skipped > skipped;
    return st;
}

static PtStatus look_at_all(const ConnectPull *pull, PtStr mapping, const PullPage *page,
                            PtArena *arena, ConnectPullPreview *preview, PtError *err)
{
    ConnectMapping *parsed = NULL;
    ConnectBuilder *builder = NULL;
    Look l = {.arena = arena};
    const ConnectSink sink = {see_event, see_reject, &l};
    PtStatus st = connect_mapping_parse(mapping, &parsed, err);
    if (st == PT_OK) {
        st = connect_builder_new(parsed, "", &sink, &builder, err);
    }
    for (size_t i = 0; st == PT_OK && i < page->count && i < CONNECT_PREVIEW_ROWS; i++) {
        l.item = &preview->shown[preview->count++];
        st = look_at(&l, builder, pull, page->items[i], i + 1, err);
    }
    connect_builder_free(builder);
    connect_mapping_free(parsed);
    return l.out_of_memory ? pt_fail(err, PT_NO_MEMORY, "no memory for a preview") : st;
}

static PtStatus first_url(const ConnectPullEdit *e, PtArena *arena, PtStr *ret_url, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf url;
    const ConnectPullPosition first = {.since = e->since_start};
    pt_buf_init(&url, URL_BYTES);
    PtStatus st = pull_url_at(e, &first, &url, err);
    if (st == PT_OK) {
        *ret_url = pt_arena_str(arena, pt_buf_str(&url));
        st = ret_url->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    return st;
}

/* Where the next page would be asked for, for people. */
static PtStatus say_next(const ConnectPull *pull, const PullPage *page, PtArena *arena,
                         ConnectPullPreview *preview, PtError *err)
{
    ConnectPullPosition at = {.since = pull->edit.since_start};
    bool end = true;
    PtStatus st = pull_advance(&pull->edit, page, arena, &at, &end, err);
    if (st == PT_OK && !end) {
        const PtStr next = pull->edit.paging == CONNECT_PAGE_SINCE ? at.since : at.cursor;
        preview->next = pt_arena_str(arena, next); // out of the answer, which ends before
        st = preview->next.data != NULL ? PT_OK
                                        : pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    if (st == PT_OK && page->newest.len > 0) {
        preview->newest = pt_arena_str(arena, page->newest);
        st = preview->newest.data != NULL ? PT_OK
                                          : pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    return st;
}

static PtStatus show_answer(const ConnectPull *pull, PtStr mapping, const PullAnswer *answer,
                            PtArena *arena, ConnectPullPreview *preview, PtError *err)
{
    PullPage page;
    if (answer->verdict != PULL_ANSWERED) {
        return pt_fail(err, PT_CONFLICT, "%s", answer->why);
    }
    preview->bytes = (int64_t)answer->body.len;
    PtStatus st = pull_page_of(&pull->edit, preview->url, answer->link, pt_buf_str(&answer->body),
                               arena, &page, err);
    if (st == PT_OK) {
        preview->items = page.count;
        st = look_at_all(pull, mapping, &page, arena, preview, err);
    }
    return st == PT_OK ? say_next(pull, &page, arena, preview, err) : st;
}

static PtStatus open_secret(ConnectPulls *pulls, const ConnectPull *pull, PtArena *arena,
                            PtStr *ret_secret, PtError *err)
{
    *ret_secret = (PtStr){NULL, 0};
    return pull->has_secret ? access_unseal(pulls->c.access, pull->sealed, arena, ret_secret, err)
                            : PT_OK;
}

static PtStatus check_shape(PtStr mapping, PtError *err)
{
    ConnectMapping *parsed = NULL;
    PtStatus st = connect_mapping_parse(mapping, &parsed, err);
    if (st == PT_OK &&
        (connect_mapping_shape(parsed)->format < CONNECT_JSONL || connect_mapping_groups(parsed))) {
        st = pt_fail(err, PT_INVALID, "mapping: not one of JSON items, without groups");
    }
    connect_mapping_free(parsed);
    return st;
}

PtStatus connect_pull_preview(ConnectPulls *pulls, PtStr id, PtStr mapping, PtArena *arena,
                              ConnectPullPreview *ret_preview, PtError *err)
{
    ConnectPull pull;
    PullAnswer answer;
    PtError why = {0};
    PtStr secret;
    ConnectPullPreview *preview = ret_preview;
    *preview = (ConnectPullPreview){.items = 0};
    PtStatus st = mapping.len > 0 ? check_shape(mapping, err) : PT_OK;
    if (st == PT_OK) {
        st = connect_pull_get(pulls, id, arena, &pull, err);
    }
    if (st == PT_OK) {
        st = first_url(&pull.edit, arena, &preview->url, err);
    }
    if (st == PT_OK) {
        st = open_secret(pulls, &pull, arena, &secret, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const PullRequest request = {
        .net = pulls->c.net, .edit = &pull.edit, .url = preview->url, .secret = secret};
    pull_answer_init(&answer);
    st = pull_fetch(&request, arena, &answer, err);
    if (st == PT_OK) {
        st = show_answer(&pull, mapping.len > 0 ? mapping : pull.edit.mapping, &answer, arena,
                         preview, &why);
        if (st != PT_OK) { // it is the answer, not the request
            st = pt_fail(err, st == PT_INVALID || st == PT_TOO_LARGE ? PT_CONFLICT : st, "%s",
                         why.message);
        }
    }
    pull_answer_done(&answer);
    if (secret.data != NULL) { // in the caller's arena, which lives on
        explicit_bzero((char *)(uintptr_t)secret.data, secret.len);
    }
    return st;
}
