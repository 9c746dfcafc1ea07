// SPDX-License-Identifier: Apache-2.0
/* patron import list and show: imports that run as jobs of the server. */
#include "app/cli.h"

#include <stdio.h>

enum { PATH_MAX_BYTES = 4096, PAGE = 200 };

const CliOption cmd_import_list_options[] = {
    {"state", "STATE", "in this state only, such as running", false}, {0}};

static PtStatus fetch_page(Cli *cli, const CliArgs *args, const char *cursor,
                           PtClientResponse *answer, PtError *err)
{
    PtBuf path;
    pt_buf_init(&path, PATH_MAX_BYTES);
    pt_buf_printf(&path, "/api/v1/imports?limit=%d", PAGE);
    cli_query(&path, "state", cli_value(args, "state"));
    cli_query(&path, "cursor", cursor[0] != '\0' ? cursor : NULL);
    pt_buf_add_char(&path, '\0');
    PtStatus st = pt_buf_status(&path) == PT_OK
                      ? cli_call(cli, "GET", path.data, (PtStr){NULL, 0}, answer, err)
                      : pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    pt_buf_done(&path);
    return st;
}

/* All pages as one JSON array. */
static PtStatus fetch_all(Cli *cli, const CliArgs *args, PtBuf *list, PtError *err)
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
        st = fetch_page(cli, args, cursor.data, &answer, err);
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

PtStatus cmd_import_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {
        {"ID", "id", CLI_TEXT},          {"CREATED", "created_at", CLI_TEXT},
        {"NAME", "name", CLI_TEXT},      {"SOURCE", "source", CLI_TEXT},
        {"STATE", "state", CLI_TEXT},    {"BYTES", "bytes", CLI_BYTES},
        {"ROWS", "rows", CLI_NUMBER},    {"REFUSED", "rows_refused", CLI_NUMBER},
        {"EVENTS", "events", CLI_NUMBER}};
    PtBuf list;
    pt_buf_init(&list, CLI_ANSWER_MAX);
    PtStatus st = fetch_all(cli, args, &list, err);
    if (st == PT_OK && cli->json) {
        (void)fputs("{\"data\":", stdout);
        (void)fwrite(list.data, 1, list.len, stdout);
        (void)puts(",\"next_cursor\":null}");
    } else if (st == PT_OK) {
        st = cli_table(pt_buf_str(&list), columns, sizeof columns / sizeof *columns,
                       "there are no imports", err);
    }
    pt_buf_done(&list);
    return st;
}

static void print_facts(PtStr job)
{
    static const struct {
        const char *title, *path;
        bool number;
    } facts[] = {{"name", "name", false},
                 {"source", "source", false},
                 {"state", "state", false},
                 {"reason", "reason", false},
                 {"note", "note", false},
                 {"sha256", "sha256", false},
                 {"recipe", "recipe", false},
                 {"bytes", "bytes", true},
                 {"bytes uploaded", "uploaded", true},
                 {"bytes read", "bytes_read", true},
                 {"rows", "rows", true},
                 {"rows refused", "rows_refused", true},
                 {"rows skipped", "rows_skipped", true},
                 {"events", "events", true},
                 {"landed", "landed", true},
                 {"known already", "duplicates", true},
                 {"sent again", "resent", true},
                 {"quarantined", "quarantined", true},
                 {"ends about", "estimated_end_at", false},
                 {"created", "created_at", false},
                 {"created by", "created_by", false},
                 {"started", "started_at", false},
                 {"finished", "finished_at", false}};
    char number[CLI_COUNT_TEXT];
    PtBuf text;
    pt_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *value = facts[i].number ? cli_count(cli_json_u64(job, facts[i].path), number)
                                            : cli_json_text(job, facts[i].path, &text);
        if (value[0] != '\0') {
            (void)printf("%-15s ", facts[i].title);
            cli_print_text(value);
            (void)putchar('\n');
        }
    }
    pt_buf_done(&text);
}

PtStatus cmd_import_show(Cli *cli, const CliArgs *args, PtError *err)
{
    PtClientResponse answer;
    char path[PATH_MAX_BYTES];
    const char *id = args->positionals[0];
    for (const char *p = id; *p != '\0'; p++) { // an id goes into the path as it stands
        if (pt_hex_digit(*p) < 0 && *p != '-') {
            return pt_fail(err, PT_NOT_FOUND, "no import \"%.100s\"", id);
        }
    }
    (void)snprintf(path, sizeof path, "/api/v1/imports/%.64s", id);
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    PtStatus st = cli_call(cli, "GET", path, (PtStr){NULL, 0}, &answer, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(pt_buf_str(&answer.body));
    } else if (st == PT_OK) {
        print_facts(pt_buf_str(&answer.body));
    }
    pt_client_response_done(&answer);
    return st;
}
