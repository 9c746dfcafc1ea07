// SPDX-License-Identifier: Apache-2.0
#include "behaviour/query_rig.h"

#include "base/test_rows.h"
#include "events/events.h"

#include <fault/fault_fs.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000, VALUES = 8, ANSWER = 1 << 20, WORDS = 256 };

#define MUST(call) assert_int_equal(call, PT_OK)

static PtStatus trait_of_all(void *ctx, PtStr name, const _Atomic bool *stop,
                             PtStatus (*tell)(void *tell_ctx, uint32_t person, PtStr json,
                                              PtError *err),
                             void *tell_ctx, PtError *err)
{
    const QRig *r = ctx;
    PtStatus st = PT_OK;
    (void)stop;
    for (size_t i = 0; st == PT_OK && i < r->trait_count; i++) {
        if (pt_str_eq(pt_str(r->traits[i].name), name)) {
            st = tell(tell_ctx, r->traits[i].person, pt_str(r->traits[i].json), err);
        }
    }
    return st;
}

void qrig_open(QRig *r)
{
    static const PtStr sources[] = {PT_STR_INIT(""), PT_STR_INIT("web-shop"), PT_STR_INIT("tills")};
    *r = (QRig){.disk = fault_fs_new(1), .arena = pt_arena_new((size_t)256 << 20)};
    assert_true(r->disk != NULL && r->arena != NULL);
    const ColumnsConfig config = {.fs = r->disk,
                                  .dir = "/columns",
                                  .memory_bytes = (size_t)64 << 20,
                                  .zstd_level = 1,
                                  .cold_rows = 2000000};
    MUST(columns_open(&config, &r->columns, NULL));
    for (uint32_t i = 0; i < QRIG_PERSONS; i++) {
        r->person_of[i] = i;
    }
    r->world = (QueryWorld){.person_of = r->person_of,
                            .node_count = QRIG_PERSONS,
                            .person_count = QRIG_PERSONS,
                            .sources = sources,
                            .source_count = PT_COUNT(sources),
                            .now_ms = QRIG_NOW_MS,
                            .threads = 2,
                            .memory_bytes = (size_t)64 << 20,
                            .trait_of_all = trait_of_all,
                            .trait_ctx = r};
    pt_buf_init(&r->answer, ANSWER);
    assert_non_null(pt_buf_reserve(&r->answer, ANSWER / 4)); // so that words never lack memory
}

void qrig_close(QRig *r)
{
    columns_snapshot_free(r->snapshot);
    columns_close(r->columns);
    fault_fs_free(r->disk);
    pt_arena_free(r->arena);
    pt_buf_done(&r->answer);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void set_column(ColumnsRow *row, PtStr name, PtStr value)
{
    char text[WORDS];
    assert_true(pt_str_copy(text, sizeof text, value));
    if (pt_str_eq(name, PT_STR("type"))) {
        row->type = (uint8_t)event_type_of(value);
    } else if (pt_str_eq(name, PT_STR("channel"))) {
        row->channel = (uint8_t)strtoul(text, NULL, 10);
    } else if (pt_str_eq(name, PT_STR("source"))) {
        row->source = (uint32_t)strtoul(text, NULL, 10);
    } else if (pt_str_eq(name, PT_STR("store"))) {
        row->store = value;
    } else if (pt_str_eq(name, PT_STR("currency"))) {
        assert_true(pt_str_copy(row->currency, sizeof row->currency, value));
    } else {
        assert_true(pt_str_eq(name, PT_STR("amount")));
        row->has_amount = true;
        row->amount = (int64_t)(strtod(text, NULL) * 1e6 + 0.5);
    }
}

static void add_value(ColumnsRow *row, ColumnsValue *values, char *path, PtStr name, PtStr value,
                      bool text)
{
    PtStr digits;
    const bool truth = pt_str_eq(value, PT_STR("true"));
    ColumnsValue *v = &values[row->value_count++];
    assert_true(row->value_count <= VALUES);
    (void)snprintf(path, WORDS, "%s%.*s",
                   pt_str_starts(name, PT_STR("context.")) ? "" : "properties.", PT_STR_ARG(name));
    *v = (ColumnsValue){.path = pt_str(path), .kind = COLUMNS_TEXT, .text = value, .truth = truth};
    if (!text && pt_json_number_of(value, &digits)) {
        v->kind = COLUMNS_NUMBER;
        v->number = pt_json_to_double(digits);
    } else if (!text && (truth || pt_str_eq(value, PT_STR("false")))) {
        v->kind = COLUMNS_TRUTH;
    }
}

static void tell_row(QRig *r, PtStr text)
{
    char event[WORDS], paths[VALUES][WORDS], number[WORDS];
    ColumnsValue values[VALUES];
    ColumnsRow row = {.offset = r->offset++, .type = EVENT_TRACK, .values = values};
    PtStr word;
    assert_true(pt_str_cut(&text, ' ', &word) && pt_str_copy(number, sizeof number, word));
    row.node = (uint32_t)strtoul(number, NULL, 10);
    assert_true(pt_str_cut(&text, ' ', &word) && pt_str_copy(event, sizeof event, word));
    for (char *p = event; *p != 0; p++) {
        *p = *p == '_' ? ' ' : *p;
    }
    row.event = strcmp(event, "-") == 0 ? PT_STR("") : pt_str(event);
    assert_true(pt_str_cut(&text, ' ', &word) && pt_str_copy(number, sizeof number, word));
    row.time_ms = QRIG_BEGIN_MS + (int64_t)(strtod(number, NULL) * (double)HOUR_MS + 1e6) - 1000000;
    while (pt_str_cut(&text, ' ', &word)) {
        const char *sign = memchr(word.data, '=', word.len);
        const bool is_text = sign == NULL;
        sign = sign != NULL ? sign : memchr(word.data, ':', word.len);
        assert_non_null(sign);
        const PtStr name = {word.data, (size_t)(sign - word.data)};
        const PtStr value = pt_str_from(word, name.len + 1);
        if (name.data[0] == '@') {
            set_column(&row, pt_str_from(name, 1), value);
        } else {
            add_value(&row, values, paths[row.value_count], name, value, is_text);
        }
    }
    MUST(columns_add(r->columns, &row, NULL));
}

void qrig_tell(QRig *r, const char *rows)
{
    PtStr rest = pt_str(rows), row;
    while (pt_str_cut(&rest, '|', &row)) {
        if (row.len > 0) {
            tell_row(r, row);
        }
    }
}

/* ---- Questions ------------------------------------------------------------------------------- */

static const char *say(QRig *r, PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        pt_buf_clear(&r->answer, ANSWER);
        pt_buf_printf(&r->answer, "FAILED %s: %s", pt_status_name(st), err->message);
    }
    pt_buf_add_char(&r->answer, 0);
    MUST(pt_buf_status(&r->answer));
    return r->answer.data;
}

static PtStatus begin(QRig *r, const char *query, Query **ret_query, PtError *err)
{
    columns_snapshot_free(r->snapshot);
    r->snapshot = NULL;
    pt_arena_clear(r->arena);
    pt_buf_clear(&r->answer, ANSWER);
    PtStatus st = columns_snapshot(r->columns, &r->snapshot, err);
    if (st != PT_OK) {
        return st;
    }
    r->world.snapshot = r->snapshot;
    return query_read(pt_str(query), r->arena, ret_query, err);
}

const char *qrig_ask(QRig *r, const char *query)
{
    PT_CLEANUP(query_freep) Query *q = NULL;
    PtError err = {0};
    PtStatus st = begin(r, query, &q, &err);
    st = st == PT_OK ? query_answer(q, &r->world, r->arena, &r->answer, &err) : st;
    return say(r, st, &err);
}

const char *qrig_part(QRig *r, const char *member)
{
    char key[WORDS];
    (void)snprintf(key, sizeof key, "\"%s\":", member);
    char *from = strstr(r->answer.data, "\"zone\":"); // of the range: behind the query
    from = from != NULL ? strstr(from + 1, "\"zone\":") : NULL;
    from = from != NULL ? strstr(from, key) : NULL;
    char *to = from != NULL ? strstr(from, "]") : NULL;
    for (char *next = to; next != NULL; next = strstr(next + 1, ",\"people\":")) {
        to = next;
    }
    if (from == NULL || to == NULL) {
        fail_msg("no %s in %s", member, r->answer.data);
        return "";
    }
    *to = 0;
    return from + strlen(key);
}

const char *qrig_people(QRig *r, const char *query, const char *cell)
{
    PT_CLEANUP(query_freep) Query *q = NULL;
    PtError err = {0};
    QueryPeople found = {0};
    uint64_t count = 0;
    PtStatus st = begin(r, query, &q, &err);
    st = st == PT_OK ? query_people(q, pt_str(cell), &r->world, r->arena, &found, &err) : st;
    for (uint32_t person = 0; st == PT_OK && person < found.words * 64; person++) {
        if ((found.bits[person / 64] >> (person % 64) & 1) != 0) {
            pt_buf_printf(&r->answer, count > 0 ? " %u" : "%u", person);
            count++;
        }
    }
    assert_int_equal(count, found.count);
    free(found.bits);
    return say(r, st, &err);
}
