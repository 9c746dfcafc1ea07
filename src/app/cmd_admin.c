// SPDX-License-Identifier: Apache-2.0
/* Sources. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>

enum { BODY_MAX = 1 << 16 };

static void print_source(const Cli *cli, PtStr json)
{
    if (cli->json) {
        cli_print_json(json);
        return;
    }
    cli_print_line("name", json, "name");
    cli_print_line("id", json, "id");
    cli_print_line("write key", json, "write_key");
    if (cli_json_true(json, "historical")) {
        (void)puts("It may write the past: timestamps are kept as given.");
    }
}

PtStatus cmd_source_add(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtJsonOut o = pt_json_out(&x.body);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "name", pt_str(args->positionals[0]));
    if (cli_value(args, "historical") != NULL) {
        pt_json_put_bool(&o, "historical", true);
    }
    pt_json_out_object_end(&o);
    pt_buf_add_str(&x.path, PT_STR("/api/v1/sources"));
    PtStatus st = cli_send(cli, "POST", &x, err);
    if (st == PT_OK) {
        print_source(cli, cli_answer(&x));
    }
    return st;
}

PtStatus cmd_source_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"NAME", "name", CLI_TEXT},
                                        {"WRITE KEY", "write_key", CLI_TEXT},
                                        {"ENABLED", "enabled", CLI_YES_NO},
                                        {"HISTORICAL", "historical", CLI_YES_NO},
                                        {"SKEW", "skew", CLI_TEXT},
                                        {"CREATED", "created_at", CLI_TEXT},
                                        {"ID", "id", CLI_TEXT}};
    (void)args;
    return cli_print_list(cli, PT_STR("/api/v1/sources"), columns, sizeof columns / sizeof *columns,
                          "no sources yet: patron source add NAME", err);
}

/* Appends the id of the source with that name or id to path. */
static PtStatus add_source_id(Cli *cli, const char *name, PtBuf *path, PtError *err)
{
    PtBuf all, text;
    pt_buf_init(&all, CLI_ANSWER_MAX);
    pt_buf_init(&text, BODY_MAX);
    PtStatus st = cli_get_all(cli, PT_STR("/api/v1/sources"), &all, err);
    PtStr list = pt_buf_str(&all), item;
    bool found = false;
    while (st == PT_OK && !found && cli_json_each(&list, &item)) {
        found = strcmp(cli_json_text(item, "name", &text), name) == 0 ||
                strcmp(cli_json_text(item, "id", &text), name) == 0;
    }
    if (found) {
        pt_client_escape(pt_str(cli_json_text(item, "id", &text)), path);
    }
    pt_buf_done(&text);
    pt_buf_done(&all);
    if (st == PT_OK && !found) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no source \"%s\"", name);
    }
    return st;
}

PtStatus cmd_source_rotate(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/sources/"));
    PtStatus st = add_source_id(cli, args->positionals[0], &x.path, err);
    pt_buf_add_str(&x.path, PT_STR("/rotate"));
    st = st == PT_OK ? cli_send(cli, "POST", &x, err) : st;
    if (st == PT_OK) {
        print_source(cli, cli_answer(&x));
    }
    return st;
}

static PtStatus set_enabled(Cli *cli, const char *name, bool enabled, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/sources/"));
    pt_buf_add_str(&x.body, enabled ? PT_STR("{\"enabled\":true}") : PT_STR("{\"enabled\":false}"));
    PtStatus st = add_source_id(cli, name, &x.path, err);
    st = st == PT_OK ? cli_send(cli, "PATCH", &x, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(cli_answer(&x));
    } else {
        (void)printf("\"%s\" is %s\n", name, enabled ? "enabled" : "disabled");
    }
    return PT_OK;
}

PtStatus cmd_source_enable(Cli *cli, const CliArgs *args, PtError *err)
{
    return set_enabled(cli, args->positionals[0], true, err);
}

PtStatus cmd_source_disable(Cli *cli, const CliArgs *args, PtError *err)
{
    return set_enabled(cli, args->positionals[0], false, err);
}
