// SPDX-License-Identifier: Apache-2.0
/* Events that were set aside. */
#include "app/cli.h"

#include "base/json.h"

#include <stdio.h>

enum { PATH_MAX_BYTES = 1 << 16 };

PtStatus cmd_quarantine_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {
        {"POSITION", "position", CLI_TEXT}, {"RECEIVED", "received_at", CLI_TEXT},
        {"SOURCE", "source", CLI_TEXT},     {"REASON", "reason", CLI_TEXT},
        {"BYTES", "bytes", CLI_NUMBER},     {"REDRIVEN AS", "redriven_as", CLI_TEXT},
        {"DETAIL", "detail", CLI_TEXT}};
    PtBuf path;
    pt_buf_init(&path, PATH_MAX_BYTES);
    pt_buf_add_str(&path, PT_STR("/api/v1/quarantine"));
    cli_query(&path, "source", cli_value(args, "source"));
    cli_query(&path, "reason", cli_value(args, "reason"));
    PtStatus st = cli_print_list(cli, cli_path(&path), columns, sizeof columns / sizeof *columns,
                                 "the quarantine is empty", err);
    pt_buf_done(&path);
    return st;
}

/* Over all calls that a redrive of many takes. */
typedef struct Redriven {
    uint64_t redriven, refused;
} Redriven;

static void write_filter(const CliArgs *args, uint64_t from, PtBuf *body)
{
    static const char *const names[] = {"source", "reason"};
    PtJsonOut o = pt_json_out(body);
    pt_json_out_object(&o);
    pt_json_put_bool(&o, "all", true);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = cli_value(args, names[i]);
        if (value != NULL) {
            pt_json_out_key(&o, pt_str(names[i]));
            pt_json_out_str(&o, pt_str(value));
        }
    }
    if (from > 0) {
        pt_json_put_u64(&o, "from", from);
    }
    pt_json_out_object_end(&o);
}

static PtStatus redrive_call(Cli *cli, const PtBuf *body, PtClientResponse *answer, Redriven *sum,
                             PtError *err)
{
    PtStatus st =
        pt_buf_status(body) == PT_OK
            ? cli_call(cli, "POST", "/api/v1/quarantine/redrive", pt_buf_str(body), answer, err)
            : pt_fail(err, PT_TOO_LARGE, "an argument is too long");
    if (st != PT_OK) {
        return st;
    }
    PtStr json = pt_buf_str(&answer->body), item;
    PtStr failed = cli_json(json, "failed");
    sum->redriven += cli_json_u64(json, "redriven");
    sum->refused += cli_json_u64(json, "refused");
    while (cli_json_each(&failed, &item)) {
        PtBuf text;
        pt_buf_init(&text, 1 << 16);
        sum->refused++;
        (void)fprintf(stderr,
                      "position %llu: ", (unsigned long long)cli_json_u64(item, "position"));
        (void)fprintf(stderr, "%s\n", cli_json_text(item, "reason", &text));
        pt_buf_done(&text);
    }
    return PT_OK;
}

/* The server takes a bounded number at a time and says where to go on. */
static PtStatus redrive_all(Cli *cli, const CliArgs *args, PtClientResponse *answer, Redriven *sum,
                            PtError *err)
{
    PtBuf body;
    uint64_t from = 0;
    PtStatus st;
    pt_buf_init(&body, PATH_MAX_BYTES);
    do {
        pt_buf_clear(&body, PATH_MAX_BYTES);
        write_filter(args, from, &body);
        uint64_t before = from;
        st = redrive_call(cli, &body, answer, sum, err);
        from = st == PT_OK ? cli_json_u64(pt_buf_str(&answer->body), "next_from") : 0;
        if (from > 0 && from <= before) {
            st = pt_fail(err, PT_CORRUPT, "the server does not get on with the redrive");
        }
    } while (st == PT_OK && from > 0);
    pt_buf_done(&body);
    return st;
}

static PtStatus redrive_one(Cli *cli, const char *position, PtClientResponse *answer, Redriven *sum,
                            PtError *err)
{
    PtBuf body;
    pt_buf_init(&body, PATH_MAX_BYTES);
    pt_buf_printf(&body, "{\"positions\":[%s]}", position);
    PtStatus st = redrive_call(cli, &body, answer, sum, err);
    pt_buf_done(&body);
    if (st == PT_OK && sum->redriven == 0) {
        st = pt_fail(err, PT_CONFLICT, "position %s was not redriven", position);
    }
    return st;
}

PtStatus cmd_quarantine_redrive(Cli *cli, const CliArgs *args, PtError *err)
{
    const char *position = cli_value(args, "position");
    bool all = cli_value(args, "all") != NULL;
    Redriven sum = {0, 0};
    PtClientResponse answer;
    if (all == (position != NULL)) {
        return cli_usage(err, "give --position N or --all");
    }
    if (position != NULL && (position[0] == '\0' || strlen(position) > 18 ||
                             strspn(position, "0123456789") != strlen(position))) {
        return cli_usage(err, "--position is a whole number");
    }
    pt_client_response_init(&answer, CLI_ANSWER_MAX);
    PtStatus st = all ? redrive_all(cli, args, &answer, &sum, err)
                      : redrive_one(cli, position, &answer, &sum, err);
    pt_client_response_done(&answer);
    if (st != PT_OK) {
        return st;
    }
    (void)printf(cli->json ? "{\"redriven\":%llu,\"refused\":%llu}\n"
                           : "%llu redriven, %llu still not valid\n",
                 (unsigned long long)sum.redriven, (unsigned long long)sum.refused);
    return PT_OK;
}
