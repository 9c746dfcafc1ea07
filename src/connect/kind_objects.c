// SPDX-License-Identifier: Apache-2.0
/* Objects of many events, for a folder or a store: JSON lines (a JSON text a line) or CSV (RFC
 * 4180, a head line, CRLF). An object holds events of one hour of their arrival and is named by
 * that hour and its first and last position, so that a repeat takes the same name.
 */
#include "base/time.h"
#include "connect/kind_internal.h"

enum {
    COUNT_MAX = 100000,
    MEGABYTES_MAX = 32,
    MINUTES_MAX = 60,
    MINUTE_MS = 60000,
    HOUR_TEXT = 13, /* bytes of "2026-11-22T18" */
};

const char *const kind_formats[] = {"jsonl", "csv", NULL};

/* Of a CSV whose destination has no field mapping. */
static const PtStr default_columns[] = {
    PT_STR_INIT("messageId"),  PT_STR_INIT("type"),       PT_STR_INIT("event"),
    PT_STR_INIT("name"),       PT_STR_INIT("userId"),     PT_STR_INIT("anonymousId"),
    PT_STR_INIT("timestamp"),  PT_STR_INIT("receivedAt"), PT_STR_INIT("profile_id"),
    PT_STR_INIT("properties"), PT_STR_INIT("traits"),     PT_STR_INIT("context"),
};

static bool is_csv(const ConnectSettings *s)
{
    return pt_str_eq(connect_setting(s, "format"), PT_STR("csv"));
}

uint32_t kind_object_count(const ConnectSettings *s)
{
    (void)s;
    return COUNT_MAX;
}

int64_t kind_object_linger(const ConnectSettings *s)
{
    const uint32_t minutes = kind_number(s, "minutes", 0, MINUTES_MAX);
    return minutes > 0 ? (int64_t)minutes * MINUTE_MS : 1; // never 0: their ranges must be kept
}

PtStatus kind_object_check(const ConnectSettings *s, PtError *err)
{
    PtStatus st = kind_check_number(s, "minutes", 0, MINUTES_MAX, err);
    return st == PT_OK ? kind_check_number(s, "megabytes", 1, MEGABYTES_MAX, err) : st;
}

/* -- CSV --------------------------------------------------------------------------------------- */

static const PtStr *columns_of(const ConnectSettings *s, size_t *ret_count)
{
    const bool own = s->column_count > 0;
    *ret_count = own ? s->column_count : sizeof default_columns / sizeof *default_columns;
    return own ? s->columns : default_columns;
}

static void put_head(const ConnectSettings *s, PtBuf *out)
{
    size_t count;
    const PtStr *columns = columns_of(s, &count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            pt_buf_add_char(out, ',');
        }
        pt_buf_add_csv(out, columns[i]);
    }
    pt_buf_add_str(out, PT_STR("\r\n"));
}

static void put_row(const ConnectSettings *s, const KindNode *root, PtBuf *out)
{
    size_t count;
    const PtStr *columns = columns_of(s, &count);
    for (size_t i = 0; i < count; i++) {
        const KindNode *n = kind_member(root, columns[i]);
        if (i > 0) {
            pt_buf_add_char(out, ',');
        }
        if (n != NULL && n->type == PT_JSON_NUMBER) {
            pt_buf_add_str(out, n->raw);
        } else if (n != NULL && (n->type == PT_JSON_OBJECT || n->type == PT_JSON_ARRAY)) {
            pt_buf_add_csv(out, n->raw);
        } else if (n != NULL) {
            pt_buf_add_csv(out, kind_text(n));
        }
    }
    pt_buf_add_str(out, PT_STR("\r\n"));
}

/* -- events ------------------------------------------------------------------------------------ */

static PtStatus render_csv(const ConnectSettings *s, PtStr json, PtArena *arena, PtStr *ret,
                           PtError *err)
{
    const KindNode *root;
    PtBuf buf;
    if (!kind_tree(json, arena, &root)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to make a line of an event");
    }
    pt_buf_init(&buf, 8 * EVENT_MAX_BYTES);
    put_row(s, root, &buf);
    return kind_finish(&buf, arena, ret, err);
}

PtStatus kind_object_render(const ConnectSettings *s, const ConnectOutEvent *e, int64_t now_ms,
                            PtArena *arena, ConnectPiece *ret, PtError *err)
{
    (void)now_ms;
    char time[PT_TIME_TEXT];
    PtStr json = e->mapped.len > 0 ? e->mapped : e->json;
    PtStr hour = pt_time_format(e->view->received_ms, time);
    ConnectPiece piece = {.offset = e->record->position.offset};
    piece.group = pt_arena_str(arena, (PtStr){hour.data, HOUR_TEXT});
    piece.body = json;
    PtStatus st = is_csv(s) ? render_csv(s, json, arena, &piece.body, err) : PT_OK;
    if (st == PT_OK && piece.group.data == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory to make a line of an event");
    }
    if (st == PT_OK) {
        *ret = piece;
    }
    return st;
}

void kind_object_body(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                      PtBuf *out)
{
    const bool csv = is_csv(s);
    if (csv) {
        put_head(s, out);
    }
    for (size_t i = 0; i < count; i++) {
        pt_buf_add_str(out, pieces[i].body);
        if (!csv) {
            pt_buf_add_char(out, '\n');
        }
    }
}

size_t kind_object_fill(const ConnectSettings *s)
{
    size_t count, head = 0;
    const PtStr *columns = columns_of(s, &count);
    for (size_t i = 0; i < count; i++) {
        head += 2 * columns[i].len + 4; // quotes doubled, quoted, guarded, a comma
    }
    size_t fill = (size_t)kind_number(s, "megabytes", 1, MEGABYTES_MAX) << 20;
    return fill - (head < fill / 2 ? head : fill / 2) - (is_csv(s) ? 0 : COUNT_MAX);
}

PtStr kind_object_name(const ConnectSettings *s, const ConnectPiece *first,
                       const ConnectBatch *batch, PtArena *arena)
{
    char hour[HOUR_TEXT + 1] = "";
    size_t len = 0;
    for (size_t i = 0; i < first->group.len && len < HOUR_TEXT; i++) {
        if (first->group.data[i] != '-') { // the basic form of ISO 8601: "20261122T18"
            hour[len++] = first->group.data[i];
        }
    }
    return kind_printf(arena, "%.*s_%s_%020llu-%020llu.%s", PT_STR_ARG(s->destination), hour,
                       (unsigned long long)batch->first, (unsigned long long)batch->last,
                       is_csv(s) ? "csv" : "jsonl");
}
