// SPDX-License-Identifier: Apache-2.0
/* Sources and tokens. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>

enum { BODY_MAX = 1 << 16 };

/* A request body and an answer, freed together. */
typedef struct Exchange {
    PtBuf path, body;
    PtClientResponse answer;
} Exchange;

static Exchange exchange_init(void)
{
    Exchange x;
    pt_buf_init(&x.path, BODY_MAX);
    pt_buf_init(&x.body, BODY_MAX);
    pt_client_response_init(&x.answer, CLI_ANSWER_MAX);
    return x;
}

static void exchange_done(Exchange *x)
{
    pt_buf_done(&x->path);
    pt_buf_done(&x->body);
    pt_client_response_done(&x->answer);
}

static PtStr answer_of(const Exchange *x)
{
    return pt_buf_str(&x->answer.body);
}

static PtStatus send(Cli *cli, const char *method, Exchange *x, PtError *err)
{
    pt_buf_add_char(&x->path, '\0');
    if (pt_buf_status(&x->path) != PT_OK || pt_buf_status(&x->body) != PT_OK) {
        return pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    }
    return cli_call(cli, method, x->path.data, pt_buf_str(&x->body), &x->answer, err);
}

static PtStatus get(Cli *cli, const char *path, Exchange *x, PtError *err)
{
    pt_buf_add_str(&x->path, pt_str(path));
    return send(cli, "GET", x, err);
}

static void print_line(const char *label, PtStr json, const char *path)
{
    PtBuf text;
    pt_buf_init(&text, BODY_MAX);
    (void)printf("%-10s ", label);
    cli_print_text(cli_json_text(json, path, &text));
    (void)putchar('\n');
    pt_buf_done(&text);
}

static void print_source(const Cli *cli, PtStr json)
{
    if (cli->json) {
        cli_print_json(json);
        return;
    }
    print_line("name", json, "name");
    print_line("id", json, "id");
    print_line("write key", json, "write_key");
    if (cli_json_true(json, "historical")) {
        (void)puts("It may write the past: timestamps are kept as given.");
    }
}

PtStatus cmd_source_add(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    PtJsonOut o = pt_json_out(&x.body);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("name"));
    pt_json_out_str(&o, pt_str(args->positionals[0]));
    if (cli_value(args, "historical") != NULL) {
        pt_json_out_key(&o, PT_STR("historical"));
        pt_json_out_bool(&o, true);
    }
    pt_json_out_object_end(&o);
    pt_buf_add_str(&x.path, PT_STR("/api/v1/sources"));
    PtStatus st = send(cli, "POST", &x, err);
    if (st == PT_OK) {
        print_source(cli, answer_of(&x));
    }
    return st;
}

static PtStatus print_list(Cli *cli, const char *path, const CliColumn *columns, size_t count,
                           const char *empty, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    PtStatus st = get(cli, path, &x, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(answer_of(&x));
        return PT_OK;
    }
    return cli_table(cli_json(answer_of(&x), "data"), columns, count, empty, err);
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
    return print_list(cli, "/api/v1/sources", columns, sizeof columns / sizeof *columns,
                      "no sources yet: patron source add NAME", err);
}

/* Appends the id of the source with that name or id to path. */
static PtStatus add_source_id(Cli *cli, const char *name, PtBuf *path, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    PtBuf text;
    PtStatus st = get(cli, "/api/v1/sources", &x, err);
    PtStr list = cli_json(answer_of(&x), "data"), item;
    bool found = false;
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&text, BODY_MAX);
    while (!found && cli_json_each(&list, &item)) {
        found = strcmp(cli_json_text(item, "name", &text), name) == 0 ||
                strcmp(cli_json_text(item, "id", &text), name) == 0;
    }
    if (found) {
        pt_client_escape(pt_str(cli_json_text(item, "id", &text)), path);
    }
    pt_buf_done(&text);
    return found ? PT_OK : pt_fail(err, PT_NOT_FOUND, "there is no source \"%s\"", name);
}

PtStatus cmd_source_rotate(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/sources/"));
    PtStatus st = add_source_id(cli, args->positionals[0], &x.path, err);
    pt_buf_add_str(&x.path, PT_STR("/rotate"));
    st = st == PT_OK ? send(cli, "POST", &x, err) : st;
    if (st == PT_OK) {
        print_source(cli, answer_of(&x));
    }
    return st;
}

static PtStatus set_enabled(Cli *cli, const char *name, bool enabled, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/sources/"));
    pt_buf_add_str(&x.body, enabled ? PT_STR("{\"enabled\":true}") : PT_STR("{\"enabled\":false}"));
    PtStatus st = add_source_id(cli, name, &x.path, err);
    st = st == PT_OK ? send(cli, "PATCH", &x, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(answer_of(&x));
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

PtStatus cmd_token_add(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    PtJsonOut o = pt_json_out(&x.body);
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("role"));
    pt_json_out_str(&o, pt_str(cli_value(args, "role")));
    if (cli_value(args, "name") != NULL) {
        pt_json_out_key(&o, PT_STR("name"));
        pt_json_out_str(&o, pt_str(cli_value(args, "name")));
    }
    pt_json_out_object_end(&o);
    pt_buf_add_str(&x.path, PT_STR("/api/v1/tokens"));
    PtStatus st = send(cli, "POST", &x, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(answer_of(&x));
        return PT_OK;
    }
    print_line("token", answer_of(&x), "token");
    print_line("id", answer_of(&x), "id");
    print_line("role", answer_of(&x), "role");
    (void)puts("Keep the token now: it is not shown again.");
    return PT_OK;
}

PtStatus cmd_token_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"ID", "id", CLI_TEXT},
                                        {"NAME", "name", CLI_TEXT},
                                        {"ROLE", "role", CLI_TEXT},
                                        {"CREATED", "created_at", CLI_TEXT},
                                        {"USED", "last_used_at", CLI_TEXT},
                                        {"REVOKED", "revoked_at", CLI_TEXT}};
    (void)args;
    return print_list(cli, "/api/v1/tokens", columns, sizeof columns / sizeof *columns,
                      "no tokens: patron token add --role admin", err);
}

PtStatus cmd_token_revoke(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(exchange_done) Exchange x = exchange_init();
    pt_buf_add_str(&x.path, PT_STR("/api/v1/tokens/"));
    pt_client_escape(pt_str(args->positionals[0]), &x.path);
    PtStatus st = send(cli, "DELETE", &x, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(answer_of(&x).len > 0 ? answer_of(&x) : PT_STR("{}"));
    } else {
        (void)puts("The token is revoked.");
    }
    return PT_OK;
}
