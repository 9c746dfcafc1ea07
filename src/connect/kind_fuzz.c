// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of the kinds of destinations. Byte 0 picks the kind, byte 1 the type of the event and
 * whether there is a mapping; the rest is the event's JSON, then after a NUL byte the mapping's.
 * Whatever the text: an event is skipped with a reason or becomes a piece; of JSON kinds a request
 * is JSON; no CSV cell is a formula; and as an answer the same text gets a verdict.
 */
#include "base/time.h"
#include "connect/kind_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ConnectSetting items[] = {
    {PT_STR_INIT("url"), PT_STR_INIT("https://h/")},
    {PT_STR_INIT("secret"), PT_STR_INIT("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")},
    {PT_STR_INIT("format"), PT_STR_INIT("csv")},
    {PT_STR_INIT("without_client"), PT_STR_INIT("derive")},
    {PT_STR_INIT("calling_code"), PT_STR_INIT("49")},
    {PT_STR_INIT("write_key"), PT_STR_INIT("k")},
};

static const KindNode *member(PtStr json, PtArena *arena, const char *name)
{
    const KindNode *root;
    if (!kind_tree(json, arena, &root)) {
        abort();
    }
    return kind_at(root, name);
}

/* No cell begins as a formula does: behind each opening quote, and of each bare cell. */
static void check_csv(PtStr line)
{
    bool quoted = false, start = true;
    for (size_t i = 0; i < line.len; i++) {
        const char c = line.data[i];
        const bool number = i + 1 < line.len && line.data[i + 1] >= '0' && line.data[i + 1] <= '9';
        const bool point = i + 1 < line.len && line.data[i + 1] == '.';
        if (start && !quoted && c == '"') {
            quoted = true;
            continue; // still at the start of the cell
        }
        if (start) {
            assert(strchr("=+@", c) == NULL || c == '\0');
            assert(c != '-' || number || point);
        }
        start = !quoted && c == ',';
        quoted = quoted != (c == '"');
    }
}

static void check_piece(const ConnectSettings *s, const ConnectPiece *piece, PtArena *arena)
{
    const ConnectBatch batch = {.now_ms = 1795370400000, .first = 1, .last = 1};
    ConnectRequest request;
    PtBuf shown;
    connect_request_init(&request, s->kind->bytes_max);
    assert(piece->group.len <= CONNECT_GROUP_MAX);
    if (piece->body.len <= s->kind->fill_max(s)) {
        PtStatus st = s->kind->encode(s, piece, 1, &batch, arena, &request, NULL);
        assert(st == PT_OK && request.body.len <= s->kind->bytes_max);
        const bool json = pt_str_starts(request.content_type, PT_STR("application/json"));
        assert(!json || pt_json_check(pt_buf_str(&request.body), 100, NULL) == PT_OK);
        pt_buf_init(&shown, 1 << 20);
        connect_request_show(s, &request, 1000, &shown);
        assert(s->kind != &connect_kind_webhook || !pt_str_has(pt_buf_str(&shown), items[1].value));
        pt_buf_done(&shown);
    }
    connect_request_done(&request);
}

static void one_event(const ConnectSettings *s, EventType type, PtStr json, PtStr mapped)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(64 << 20);
    const PtRecord record = {.position = {0, 1}, .flags = EVENT_ALIASED_NAME};
    int64_t at = 1795370400000;
    (void)pt_time_parse(kind_text(member(json, arena, "timestamp")), &at);
    EventView view = {.type = type,
                      .message_id = PT_STR("m"),
                      .user_id = kind_text(member(json, arena, "userId")),
                      .anonymous_id = kind_text(member(json, arena, "anonymousId")),
                      .name = kind_text(member(json, arena, "event")),
                      .timestamp_ms = at,
                      .received_ms = at,
                      .raw = json};
    const ConnectOutEvent event = {
        .record = &record, .view = &view, .json = json, .mapped = mapped};
    ConnectPiece piece;
    PtStatus st = s->kind->render(s, &event, 1795370400000, arena, &piece, NULL);
    assert(st == PT_OK);
    assert(piece.skip == NULL || strlen(piece.skip) <= CONNECT_SKIP_MAX);
    if (piece.skip == NULL) {
        check_piece(s, &piece, arena);
        if (pt_str_eq(pt_str(s->kind->name), PT_STR("files"))) {
            check_csv(piece.body);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    const ConnectKind *const *kinds = connect_kinds(&count);
    if (size < 2 || size > EVENT_MAX_BYTES) {
        return 0;
    }
    ConnectSettings s = {.kind = kinds[data[0] % count],
                         .destination = PT_STR("d"),
                         .items = items,
                         .count = sizeof items / sizeof *items,
                         .folder = PT_STR("/out")};
    PtStr rest = {(const char *)data + 2, size - 2}, json = rest;
    if (size > 2) {
        (void)pt_str_cut(&rest, '\0', &json);
    }
    const bool is_json = pt_json_check(json, EVENT_MAX_DEPTH, NULL) == PT_OK;
    const bool has_mapped = rest.len > 0 && pt_json_check(rest, EVENT_MAX_DEPTH, NULL) == PT_OK;
    if (is_json && json.data[0] == '{') { // what the engine hands over is an object
        one_event(&s, (EventType)(data[1] % EVENT_TYPE_COUNT), json,
                  has_mapped && rest.data[0] == '{' ? rest : (PtStr){NULL, 0});
    }
    if (s.kind->judge != NULL) {
        char why[CONNECT_WHY_MAX];
        ConnectVerdict verdict =
            s.kind->judge(&s, 100 + data[1] * 2, json, 1 + data[1] % 2, data[1] % 3 == 0, why);
        assert(verdict < CONNECT_VERDICT_COUNT && pt_utf8_valid(pt_str(why)));
    }
    return 0;
}
