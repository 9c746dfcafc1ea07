// SPDX-License-Identifier: Apache-2.0
/* A clock of a ticket, every second of it accounted for (docs/sla.md). */
#include "app/cli.h"

#include "base/memory.h"

#include <stdio.h>

const CliOption cmd_sla_explain_options[] = {
    {"clock", "CLOCK", "response, next_response, resolution (default), ola or vendor", false}, {0}};

static PtStatus get(Cli *cli, const char *ticket, const char *clock, CliExchange *x, PtError *err)
{
    pt_buf_add_str(&x->path, PT_STR("/api/v1/tickets/"));
    pt_client_escape(pt_str(ticket), &x->path);
    pt_buf_add_str(&x->path, PT_STR("/clocks/"));
    pt_client_escape(pt_str(clock), &x->path);
    pt_buf_add_str(&x->path, PT_STR("/explanation"));
    return *ticket == '\0' || *clock == '\0' ? cli_usage(err, "TICKET, or the clock, is empty")
                                             : cli_send(cli, "GET", x, err);
}

static void print_totals(PtStr answer)
{
    static const char *const whys[] = {"counted",    "closed",    "paused",    "before_start",
                                       "after_stop", "cancelled", "no_promise"};
    char path[40];
    (void)putchar('\n');
    cli_print_line("as of", answer, "now");
    cli_print_line("target", answer, "target_s");
    cli_print_line("elapsed", answer, "elapsed_s");
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
        (void)snprintf(path, sizeof path, "totals.%s", whys[i]);
        cli_print_line(whys[i], answer, path);
    }
}

PtStatus cmd_sla_explain(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {
        {"FROM", "from", CLI_TEXT},       {"TO", "to", CLI_TEXT},
        {"SECONDS", "seconds", CLI_TEXT}, {"WHY", "why", CLI_TEXT},
        {"IN", "in", CLI_TEXT},           {"STATE", "state", CLI_TEXT},
        {"FOR", "waiting_for", CLI_TEXT}, {"ROUND", "round", CLI_TEXT},
        {"POLICY", "policy", CLI_TEXT},   {"HISTORY", "history", CLI_TEXT}};
    static const CliColumn steps[] = {
        {"AT", "at", CLI_TEXT}, {"STEP", "step", CLI_TEXT}, {"HISTORY", "history", CLI_TEXT}};
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    const char *clock = cli_value(args, "clock");
    PtStatus st = get(cli, args->positionals[0], clock != NULL ? clock : "resolution", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        st = cli_table(cli_json(cli_answer(&x), "stretches"), columns,
                       sizeof columns / sizeof *columns, "no stretches", err);
        if (st == PT_OK && !pt_str_eq(cli_json(cli_answer(&x), "steps"), PT_STR("[]"))) {
            (void)putchar('\n');
            st = cli_table(cli_json(cli_answer(&x), "steps"), steps, sizeof steps / sizeof *steps,
                           "no steps", err);
        }
        print_totals(cli_answer(&x));
    }
    return st;
}
