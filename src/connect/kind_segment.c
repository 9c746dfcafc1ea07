// SPDX-License-Identifier: Apache-2.0
/* Forwarding to whatever speaks Segment's Tracking API (segment.com/docs/connections/sources/
 * catalog/libraries/server/http-api): POST /v1/batch, Basic with the write key as user, 500 KB and
 * 2,500 events a batch, 32 KB an event.
 *
 * An event goes as it came, with its messageId, so that the receiver's dedupe knows it, and with
 * the name it was received under. But its time is the corrected one, without sentAt and
 * originalTimestamp: those stamps are of another hop, and a receiver would correct a second time.
 */
#include "base/time.h"
#include "connect/kind_internal.h"

#include <string.h>

enum {
    COUNT_MAX = 2500,
    BODY_MAX = 500 * 1000,
    ITEM_MAX = 32 << 10,
    KEY_MAX = 200,
};

static const ConnectField fields[] = {
    {"url", "Address", "Of the batch call.", false, false, 2048, "https://api.segment.io/v1/batch",
     NULL},
    {"write_key", "Write key", "Of the source there.", true, true, KEY_MAX, "", NULL},
    {"batch", "Events a request", "1 to 2500.", false, false, 4, "500", NULL},
};

static uint32_t count_max(const ConnectSettings *s)
{
    return kind_number(s, "batch", 1, COUNT_MAX);
}

static PtStatus check(const ConnectSettings *s, PtError *err)
{
    PtStr key = connect_setting(s, "write_key");
    PtStatus st = kind_check_url(s, "url", err);
    st = st == PT_OK ? kind_check_number(s, "batch", 1, COUNT_MAX, err) : st;
    for (size_t i = 0; st == PT_OK && i < key.len; i++) {
        if (key.data[i] <= ' ' || key.data[i] == 0x7f || key.data[i] == ':') {
            st = pt_fail(err, PT_INVALID, "write_key has a blank, a colon or a control character");
        }
    }
    return st;
}

static bool is_one_of(PtStr key, const char *const *names)
{
    while (*names != NULL && !pt_str_eq(key, pt_str(*names))) {
        names++;
    }
    return *names != NULL;
}

/* The name an event came under, where Patron itself gave it a newer one; a person's renaming stays.
 */
static PtStr received_name(const ConnectOutEvent *e, PtArena *arena, PtBuf *failed)
{
    const KindNode *raw = NULL;
    if ((e->record->flags & EVENT_ALIASED_NAME) == 0) {
        return (PtStr){NULL, 0};
    }
    failed->status = kind_tree(e->view->raw, arena, &raw) ? failed->status : PT_NO_MEMORY;
    PtStr name = kind_text(kind_at(raw, "event"));
    return pt_str_eq(event_canonical_name(name), e->view->name) ? name : (PtStr){NULL, 0};
}

static void put_event(const KindNode *root, const ConnectOutEvent *e, PtArena *arena, PtJsonOut *o)
{
    static const char *const dropped[] = {"receivedAt", "sentAt",   "originalTimestamp",
                                          "profile_id", "writeKey", NULL};
    char time[PT_TIME_TEXT];
    PtStr name = received_name(e, arena, o->buf);
    pt_json_out_object(o);
    for (const KindNode *n = root->child; n != NULL; n = n->next) {
        if (n->type == PT_JSON_NULL || is_one_of(n->key, dropped)) {
            continue;
        }
        pt_json_out_key(o, n->key);
        if (pt_str_eq(n->key, PT_STR("timestamp"))) {
            pt_json_out_str(o, pt_time_format(e->view->timestamp_ms, time));
        } else if (pt_str_eq(n->key, PT_STR("event")) && name.len > 0) {
            pt_json_out_str(o, name);
        } else if (n->type == PT_JSON_STRING) {
            pt_json_out_str(o, kind_text(n));
        } else {
            pt_json_out_raw(o, n->raw.len > 0 ? n->raw : kind_text(n));
        }
    }
    pt_json_out_object_end(o);
}

static PtStatus render(const ConnectSettings *s, const ConnectOutEvent *e, int64_t now_ms,
                       PtArena *arena, ConnectPiece *ret, PtError *err)
{
    (void)s, (void)now_ms;
    const KindNode *root = NULL;
    ConnectPiece piece = {.offset = e->record->position.offset};
    PtBuf buf;
    if (!kind_tree(e->json, arena, &root)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to forward an event");
    }
    if (root == NULL || root->type != PT_JSON_OBJECT) {
        piece.skip = "the event cannot be read";
        *ret = piece;
        return PT_OK;
    }
    pt_buf_init(&buf, 4 * ITEM_MAX);
    PtJsonOut out = pt_json_out(&buf);
    put_event(root, e, arena, &out);
    PtStatus st = kind_finish(&buf, arena, &piece.body, err);
    if (st == PT_OK) {
        piece.skip = piece.body.len > ITEM_MAX ? "over 32 KB with what its batch adds" : NULL;
        *ret = piece;
    }
    return st;
}

static PtStatus encode(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                       const ConnectBatch *batch, PtArena *arena, ConnectRequest *r, PtError *err)
{
    (void)batch;
    char user[KEY_MAX + 1];
    PtStr key = connect_setting(s, "write_key"), line = {NULL, 0};
    PtBuf basic;
    pt_buf_add_str(&r->body, PT_STR("{\"batch\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            pt_buf_add_char(&r->body, ',');
        }
        pt_buf_add_str(&r->body, pieces[i].body);
    }
    pt_buf_add_str(&r->body, PT_STR("]}"));
    r->method = "POST";
    r->url = pt_arena_str(arena, connect_setting(s, "url"));
    r->content_type = PT_STR("application/json");
    size_t len = key.len < KEY_MAX ? key.len : KEY_MAX;
    memcpy(user, key.data, len);
    user[len] = ':';
    pt_buf_init(&basic, 2 * sizeof user + 32);
    pt_buf_add_str(&basic, PT_STR("Authorization: Basic "));
    kind_base64((const uint8_t *)user, len + 1, &basic);
    PtStatus st = kind_finish(&basic, arena, &line, err);
    st = st == PT_OK ? pt_buf_status(&r->body) : st;
    bool ok = st == PT_OK && r->url.data != NULL && kind_add_header(r, line);
    return ok ? PT_OK : pt_fail(err, st != PT_OK ? st : PT_NO_MEMORY, "no room for a batch");
}

/* Segment says 400 to a batch as a whole; what it drops of it is seen in its debugger only. */
static ConnectVerdict judge(const ConnectSettings *s, int status, PtStr body, size_t count,
                            bool test, char why[static CONNECT_WHY_MAX])
{
    (void)s, (void)test;
    return kind_judge(status, count, body, why);
}

static size_t fill_max(const ConnectSettings *s)
{
    return BODY_MAX - 16 - (size_t)count_max(s);
}

static const char *const purposes[] = {NULL};

const ConnectKind connect_kind_segment = {
    .name = "segment",
    .title = "Segment-compatible",
    .help = "Forwards events as they came to Segment, RudderStack, another Patron.",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .bytes_max = BODY_MAX,
    .parallel = 1,
    .repeatable = true,
    .mapping = CONNECT_MAPPING_NONE,
    .purposes_default = purposes,
    .check = check,
    .count_max = count_max,
    .fill_max = fill_max,
    .render = render,
    .encode = encode,
    .judge = judge,
};
