// SPDX-License-Identifier: Apache-2.0
/* patron import list and show: imports that run as jobs of the server. */
#include "app/cli.h"

#include <stdio.h>

enum { PATH_MAX_BYTES = 4096, PAGE = 200 };

const CliOption cmd_import_list_options[] = {
    {"state", "STATE", "in this state only, such as running", false}, {0}};

PtStatus cmd_import_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {
        {"ID", "id", CLI_TEXT},          {"CREATED", "created_at", CLI_TEXT},
        {"NAME", "name", CLI_TEXT},      {"SOURCE", "source", CLI_TEXT},
        {"STATE", "state", CLI_TEXT},    {"BYTES", "bytes", CLI_BYTES},
        {"ROWS", "rows", CLI_NUMBER},    {"REFUSED", "rows_refused", CLI_NUMBER},
        {"EVENTS", "events", CLI_NUMBER}};
    PtBuf path;
    pt_buf_init(&path, PATH_MAX_BYTES);
    pt_buf_printf(&path, "/api/v1/imports?limit=%d", PAGE);
    cli_query(&path, "state", cli_value(args, "state"));
    PtStatus st = cli_print_list(cli, cli_path(&path), columns, sizeof columns / sizeof *columns,
                                 "there are no imports", err);
    pt_buf_done(&path);
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
