// SPDX-License-Identifier: Apache-2.0
/* patron destination: what goes out to others, how far it is, and what people do with it. */
#include "app/cli.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>

enum { TEXT_MAX = 1 << 16, POSITION_DIGITS = 16 };

static const char LIST[] = "/api/v1/destinations";

const CliOption cmd_destination_redrive_options[] = {
    {"all", NULL, "all dead letters", false},
    {"reason", "REASON", "those with this reason, such as http_422", false},
    {"position", "N", "the event at this position of the log", false},
    {0}};
const CliOption cmd_destination_test_options[] = {
    {"position", "N", "the event at this position of the log; a made-up order when not given",
     false},
    {0}};

PtStatus cmd_destination_list(Cli *cli, const CliArgs *args, PtError *err)
{
    static const CliColumn columns[] = {{"NAME", "name", CLI_TEXT},
                                        {"KIND", "kind", CLI_TEXT},
                                        {"STATE", "state", CLI_TEXT},
                                        {"LAG", "lag", CLI_NUMBER},
                                        {"DELIVERED", "delivered", CLI_NUMBER},
                                        {"WAITING", "waiting", CLI_NUMBER},
                                        {"DEAD", "dead", CLI_NUMBER},
                                        {"LAST SUCCESS", "last_success_at", CLI_TEXT},
                                        {"ID", "id", CLI_TEXT}};
    (void)args;
    return cli_print_list(cli, pt_str(LIST), columns, sizeof columns / sizeof *columns,
                          "there are no destinations", err);
}

/* ---- One of them ------------------------------------------------------------------------------
 */

static bool is_meant(PtStr one, const char *name)
{
    PtBuf text;
    pt_buf_init(&text, TEXT_MAX);
    const bool meant = strcmp(cli_json_text(one, "id", &text), name) == 0 ||
                       strcmp(cli_json_text(one, "name", &text), name) == 0;
    pt_buf_done(&text);
    return meant;
}

/* By id or name; *ret_one is borrowed from the exchange. */
static PtStatus find(Cli *cli, const char *name, CliExchange *x, PtStr *ret_one, PtError *err)
{
    PtStr one;
    PtStatus st = cli_get(cli, LIST, x, err);
    PtStr list = st == PT_OK ? cli_json(cli_answer(x), "data") : (PtStr){NULL, 0};
    while (cli_json_each(&list, &one)) {
        if (is_meant(one, name)) {
            *ret_one = one;
            return PT_OK;
        }
    }
    return st == PT_OK ? pt_fail(err, PT_NOT_FOUND, "there is no destination \"%.100s\"", name)
                       : st;
}

/* POST of what is done with the destination in the first positional; the body may be there. */
static PtStatus act(Cli *cli, const CliArgs *args, const char *what, CliExchange *x, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange found = cli_exchange();
    PtBuf id;
    PtStr one;
    PtStatus st = find(cli, args->positionals[0], &found, &one, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&id, TEXT_MAX);
    pt_buf_printf(&x->path, "%s/%s/%s", LIST, cli_json_text(one, "id", &id), what);
    pt_buf_done(&id);
    return cli_send(cli, "POST", x, err);
}

static PtStatus check_position(const char *position, PtError *err)
{
    const size_t len = position != NULL ? strlen(position) : 1;
    const bool good = position == NULL ||
                      (len > 0 && len <= POSITION_DIGITS && strspn(position, "0123456789") == len);
    return good ? PT_OK : cli_usage(err, "--position is a whole number");
}

/* ---- Show -------------------------------------------------------------------------------------
 */

static void print_facts(PtStr one)
{
    static const struct {
        const char *title, *path;
        bool number;
    } facts[] = {{"id", "id", false},
                 {"name", "name", false},
                 {"kind", "kind", false},
                 {"settings", "settings", false},
                 {"purposes", "purposes", false},
                 {"events", "events", false},
                 {"filter", "filter", false},
                 {"mapping", "mapping", false},
                 {"state", "state", false},
                 {"reason", "state_reason", false},
                 {"waits until", "waits_until", false},
                 {"position", "position", true},
                 {"lag, records", "lag", true},
                 {"lag, seconds", "lag_s", false},
                 {"delivered", "delivered", true},
                 {"requests", "requests", true},
                 {"put off", "retried", true},
                 {"waiting", "waiting", true},
                 {"dead letters", "dead", true},
                 {"last success", "last_success_at", false},
                 {"last error", "last_error_at", false},
                 {"", "last_error", false},
                 {"p50, ms", "latency_p50_ms", false},
                 {"p99, ms", "latency_p99_ms", false},
                 {"job", "job", false},
                 {"replay", "replay", false},
                 {"changed", "changed_at", false},
                 {"changed by", "changed_by", false}};
    char number[CLI_COUNT_TEXT];
    PtBuf text;
    pt_buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *value = facts[i].number ? cli_count(cli_json_u64(one, facts[i].path), number)
                                            : cli_json_text(one, facts[i].path, &text);
        if (value[0] != '\0') {
            (void)printf("%-13s ", facts[i].title);
            cli_print_text(value);
            (void)putchar('\n');
        }
    }
    pt_buf_done(&text);
}

static PtStatus print_counts(PtStr one, PtError *err)
{
    static const CliColumn failed[] = {{"FAILED", "reason", CLI_TEXT},
                                       {"STATE", "state", CLI_TEXT},
                                       {"EVENTS", "events", CLI_NUMBER}};
    static const CliColumn skipped[] = {{"NOT SENT", "reason", CLI_TEXT},
                                        {"EVENTS", "events", CLI_NUMBER}};
    (void)putchar('\n');
    PtStatus st = cli_table(cli_json(one, "failed"), failed, 3, "nothing failed", err);
    (void)putchar('\n');
    return st == PT_OK
               ? cli_table(cli_json(one, "skipped"), skipped, 2, "nothing was kept back", err)
               : st;
}

PtStatus cmd_destination_show(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtStr one;
    PtStatus st = find(cli, args->positionals[0], &x, &one, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(one);
        return PT_OK;
    }
    if (st == PT_OK) {
        print_facts(one);
        st = print_counts(one, err);
    }
    return st;
}

/* ---- Pause, resume, redrive -------------------------------------------------------------------
 */

static PtStatus flip(Cli *cli, const CliArgs *args, const char *what, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    PtStatus st = act(cli, args, what, &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        cli_print_line("state", cli_answer(&x), "state");
        cli_print_line("lag", cli_answer(&x), "lag");
    }
    return st;
}

PtStatus cmd_destination_pause(Cli *cli, const CliArgs *args, PtError *err)
{
    return flip(cli, args, "pause", err);
}

PtStatus cmd_destination_resume(Cli *cli, const CliArgs *args, PtError *err)
{
    return flip(cli, args, "resume", err);
}

static void write_choice(PtBuf *body, const char *position, const char *reason)
{
    PtJsonOut o = pt_json_out(body);
    pt_json_out_object(&o);
    if (position != NULL) {
        pt_json_out_key(&o, PT_STR("position"));
        pt_json_out_raw(&o, pt_str(position));
    }
    if (reason != NULL) {
        pt_json_put_str(&o, "reason", pt_str(reason));
    }
    pt_json_out_object_end(&o);
}

PtStatus cmd_destination_redrive(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    char number[CLI_COUNT_TEXT];
    const char *position = cli_value(args, "position"), *reason = cli_value(args, "reason");
    const bool all = cli_value(args, "all") != NULL;
    if (all + (position != NULL) + (reason != NULL) != 1) {
        return cli_usage(err, "give one of --all, --reason R and --position N");
    }
    PtStatus st = check_position(position, err);
    if (st != PT_OK) {
        return st;
    }
    write_choice(&x.body, position, reason);
    st = act(cli, args, "redrive", &x, err);
    if (st == PT_OK && cli->json) {
        cli_print_json(cli_answer(&x));
    } else if (st == PT_OK) {
        (void)printf("%s to be sent again\n",
                     cli_count(cli_json_u64(cli_answer(&x), "events"), number));
    }
    return st;
}

/* ---- Test -------------------------------------------------------------------------------------
 */

/* A text of several lines under a title; nothing where there is none. */
static void print_block(const char *title, PtStr tried, const char *path)
{
    PtBuf text;
    PtStr line;
    pt_buf_init(&text, TEXT_MAX);
    PtStr rest = pt_str(cli_json_text(tried, path, &text));
    if (rest.len > 0) {
        (void)printf("\n%s\n", title);
    }
    while (pt_str_cut(&rest, '\n', &line)) {
        while (line.len > 0 && line.data[line.len - 1] == '\r') {
            line.len--;
        }
        for (size_t i = 0; i < line.len; i++) {
            (void)putchar(
                (unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f ? '?' : line.data[i]);
        }
        (void)putchar('\n');
    }
    pt_buf_done(&text);
}

static void print_tried(PtStr tried)
{
    static const struct {
        const char *title, *path;
    } lines[] = {{"verdict", "verdict"},  {"HTTP", "status"},   {"why", "why"},
                 {"not sent", "skipped"}, {"left out", "note"}, {"ms", "took_ms"}};
    PtBuf text;
    pt_buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *value = cli_json_text(tried, lines[i].path, &text);
        if (value[0] != '\0') {
            (void)printf("%-9s ", lines[i].title);
            cli_print_text(value);
            (void)putchar('\n');
        }
    }
    pt_buf_done(&text);
    print_block("request", tried, "request");
    print_block("answer", tried, "answer");
}

/* So that a script can tell whether the other side takes events. */
static PtStatus judge(PtStr tried, PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, TEXT_MAX);
    PtStatus st = strcmp(cli_json_text(tried, "verdict", &text), "delivered") == 0
                      ? PT_OK
                      : pt_fail(err, PT_UNAVAILABLE, "the event was not taken");
    pt_buf_done(&text);
    return st;
}

PtStatus cmd_destination_test(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(cli_exchange_done) CliExchange x = cli_exchange();
    const char *position = cli_value(args, "position");
    PtStatus st = check_position(position, err);
    if (st != PT_OK) {
        return st;
    }
    write_choice(&x.body, position, NULL);
    st = act(cli, args, "test", &x, err);
    if (st != PT_OK) {
        return st;
    }
    if (cli->json) {
        cli_print_json(cli_answer(&x));
    } else {
        print_tried(cli_answer(&x));
    }
    return judge(cli_answer(&x), err);
}
