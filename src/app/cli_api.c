// SPDX-License-Identifier: Apache-2.0
/* Requests and their JSON. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>

enum { API_IDLE_S = 120, JSON_DEPTH = 64, BODY_MAX = 1 << 16 };

PtStatus cli_problem(const PtClientResponse *answer, PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, 1 << 16);
    PtStr json = pt_buf_str(&answer->body);
    bool is_json = json.len > 0 && pt_json_check(json, JSON_DEPTH, NULL) == PT_OK;
    const char *why = is_json ? cli_json_text(json, "detail", &text) : "";
    if (is_json && why[0] == '\0') {
        why = cli_json_text(json, "title", &text);
    }
    PtStatus st = answer->status == 404 ? PT_NOT_FOUND : PT_IO;
    st = why[0] != '\0' ? pt_fail(err, st, "%s", why)
                        : pt_fail(err, st, "the server answered %d", answer->status);
    pt_buf_done(&text);
    return st;
}

PtStatus cli_call(Cli *cli, const char *method, const char *path, PtStr body,
                  PtClientResponse *ret_answer, PtError *err)
{
    PtClientRequest request = {
        .method = method, .path = path, .body = body, .idle_timeout_s = API_IDLE_S};
    PtStatus st = pt_client_send(cli->client, &request, ret_answer, err);
    if (st != PT_OK) {
        return st;
    }
    if (ret_answer->status / 100 != 2) {
        return cli_problem(ret_answer, err);
    }
    PtStr json = pt_buf_str(&ret_answer->body);
    if (json.len > 0 && pt_json_check(json, JSON_DEPTH, NULL) != PT_OK) {
        return pt_fail(err, PT_CORRUPT, "the server's answer is not JSON");
    }
    return PT_OK;
}

void cli_query(PtBuf *path, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    bool first = path->len == 0 || memchr(path->data, '?', path->len) == NULL;
    pt_buf_printf(path, "%c%s=", first ? '?' : '&', name);
    pt_client_escape(pt_str(value), path);
}

static PtStr member(PtStr object, PtStr name)
{
    PtJson j;
    PtStr found = {NULL, 0}, raw;
    pt_json_init(&j, object, JSON_DEPTH);
    if (object.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return found;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        bool hit = pt_json_raw_eq(j.raw, j.flags, name);
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            break;
        }
        found = hit ? raw : found;
    }
    return found;
}

PtStr cli_json(PtStr json, const char *path)
{
    PtStr rest = pt_str(path), segment, at = json;
    while (at.data != NULL && pt_str_cut(&rest, '.', &segment)) {
        at = member(at, segment);
    }
    return at;
}

const char *cli_json_text(PtStr json, const char *path, PtBuf *out)
{
    PtStr raw = cli_json(json, path);
    pt_buf_clear(out, 1 << 16);
    if (raw.len >= 2 && raw.data[0] == '"') {
        pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, out);
    } else if (raw.data != NULL && !pt_str_eq(raw, PT_STR("null"))) {
        pt_buf_add_str(out, raw);
    }
    pt_buf_add_char(out, '\0');
    return pt_buf_status(out) == PT_OK ? out->data : "";
}

uint64_t cli_json_u64(PtStr json, const char *path)
{
    int64_t value;
    PtStr raw = cli_json(json, path);
    return raw.data != NULL && pt_json_to_i64(raw, &value) && value > 0 ? (uint64_t)value : 0;
}

bool cli_json_true(PtStr json, const char *path)
{
    return pt_str_eq(cli_json(json, path), PT_STR("true"));
}

bool cli_json_each(PtStr *cursor, PtStr *ret_item)
{
    PtStr c = *cursor;
    while (c.len > 0 && strchr("[, \n\r\t", c.data[0]) != NULL) {
        c = (PtStr){c.data + 1, c.len - 1};
    }
    if (c.len == 0 || c.data[0] == ']') {
        return false;
    }
    /* The rest of the array is not JSON by itself: the parser is asked for its first value only. */
    PtJson j;
    pt_json_init(&j, c, JSON_DEPTH);
    if (!pt_json_skip(&j, ret_item, NULL, NULL)) {
        return false;
    }
    size_t used = (size_t)(ret_item->data + ret_item->len - c.data);
    *cursor = (PtStr){c.data + used, c.len - used};
    return true;
}

void cli_print_json(PtStr json)
{
    while (json.len > 0 && json.data[json.len - 1] == '\n') {
        json.len--;
    }
    (void)fwrite(json.data, 1, json.len, stdout);
    (void)fputc('\n', stdout);
}

/* ---- Exchanges ------------------------------------------------------------------------------ */

CliExchange cli_exchange(void)
{
    CliExchange x;
    pt_buf_init(&x.path, BODY_MAX);
    pt_buf_init(&x.body, BODY_MAX);
    pt_client_response_init(&x.answer, CLI_ANSWER_MAX);
    return x;
}

void cli_exchange_done(CliExchange *x)
{
    pt_buf_done(&x->path);
    pt_buf_done(&x->body);
    pt_client_response_done(&x->answer);
}

PtStr cli_answer(const CliExchange *x)
{
    return pt_buf_str(&x->answer.body);
}

PtStatus cli_send(Cli *cli, const char *method, CliExchange *x, PtError *err)
{
    pt_buf_add_char(&x->path, '\0');
    if (pt_buf_status(&x->path) != PT_OK || pt_buf_status(&x->body) != PT_OK) {
        return pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    }
    return cli_call(cli, method, x->path.data, pt_buf_str(&x->body), &x->answer, err);
}

PtStatus cli_get(Cli *cli, const char *path, CliExchange *x, PtError *err)
{
    pt_buf_add_str(&x->path, pt_str(path));
    return cli_send(cli, "GET", x, err);
}

PtStr cli_path(const PtBuf *path)
{
    return pt_buf_status(path) == PT_OK ? pt_buf_str(path) : (PtStr){NULL, 0};
}

static PtStatus fetch_page(Cli *cli, PtStr path, const char *cursor, PtClientResponse *answer,
                           PtError *err)
{
    PtBuf full;
    pt_buf_init(&full, BODY_MAX);
    pt_buf_add_str(&full, path);
    cli_query(&full, "cursor", cursor[0] != '\0' ? cursor : NULL);
    pt_buf_add_char(&full, '\0');
    PtStatus st = path.data != NULL && pt_buf_status(&full) == PT_OK
                      ? cli_call(cli, "GET", full.data, (PtStr){NULL, 0}, answer, err)
                      : pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    pt_buf_done(&full);
    return st;
}

PtStatus cli_get_all(Cli *cli, PtStr path, PtBuf *list, PtError *err)
{
    PtClientResponse answer;
    PtBuf cursor;
    PtStatus st = PT_OK;
    bool any = false;
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    pt_buf_init(&cursor, 1024);
    pt_buf_add_char(&cursor, '\0');
    pt_buf_add_char(list, '[');
    do {
        st = fetch_page(cli, path, cursor.data, &answer, err);
        PtStr data = st == PT_OK ? cli_json(pt_buf_str(&answer.body), "data") : (PtStr){NULL, 0};
        if (data.len > 2) {
            pt_buf_add_str(list, any ? PT_STR(",") : PT_STR(""));
            pt_buf_add(list, data.data + 1, data.len - 2);
            any = true;
        }
        (void)cli_json_text(pt_buf_str(&answer.body), "next_cursor", &cursor);
    } while (st == PT_OK && pt_buf_status(&cursor) == PT_OK && cursor.len > 1);
    pt_buf_add_char(list, ']');
    pt_buf_done(&cursor);
    pt_client_response_done(&answer);
    if (st == PT_OK && pt_buf_status(list) != PT_OK) {
        st = pt_fail(err, PT_TOO_LARGE, "the list is over %d bytes: narrow it", CLI_ANSWER_MAX);
    }
    return st;
}

PtStatus cli_print_page(Cli *cli, PtStr path, const CliColumn *columns, size_t count,
                        const char *none, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtStatus st = path.data != NULL ? PT_OK : pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    pt_buf_add_str(&x.path, path);
    st = st == PT_OK ? cli_send(cli, "GET", &x, err) : st;
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        st = cli_table(cli_json(cli_answer(&x), "data"), columns, count, none, err);
    }
    return st;
}

PtStatus cli_print_list(Cli *cli, PtStr path, const CliColumn *columns, size_t count,
                        const char *none, PtError *err)
{
    PtBuf list;
    pt_buf_init(&list, CLI_ANSWER_MAX);
    PtStatus st = cli_get_all(cli, path, &list, err);
    if (st == PT_OK && cli->json) {
        (void)fputs("{\"data\":", stdout);
        (void)fwrite(list.data, 1, list.len, stdout);
        (void)puts(",\"next_cursor\":null}");
    } else if (st == PT_OK) {
        st = cli_table(pt_buf_str(&list), columns, count, none, err);
    }
    pt_buf_done(&list);
    return st;
}

void cli_print_line(const char *label, PtStr json, const char *path)
{
    PtBuf text;
    pt_buf_init(&text, BODY_MAX);
    (void)printf("%-10s ", label);
    cli_print_text(cli_json_text(json, path, &text));
    (void)putchar('\n');
    pt_buf_done(&text);
}
